//! A fact with who, when and where, as signed bytes: COSE_Sign1 (RFC 9052) with ES256 over deterministic CBOR.
//!
//! The signed bytes are the record. They are stored and sent as they were made and never written anew, whatever later
//! versions of the app understand. Events of one device form a chain: `seq` grows by one and `prev` is the digest of the
//! event before, so that a deletion, an insertion or a back-dated fact shows.

use coset::{CborSerializable as _, CoseSign1, CoseSign1Builder, HeaderBuilder, iana};
use p256::ecdsa::{Signature, SigningKey, VerifyingKey, signature::Verifier as _};
use serde::{Deserialize, Serialize};

use crate::cbor::{self, CborError};
use crate::fact::Fact;
use crate::ids::{ActId, CaseId, DeviceId, EventId, OfficeCode, OfficerId, Sha256};
use crate::seal_no::SealNo;
use crate::time::{Moment, Position};

/// Version of the event's outer form.
pub const EVENT_VERSION: u8 = 1;

/// A fact and its circumstances. This is what is signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Version of this form, [`EVENT_VERSION`].
    pub v: u8,
    /// Name and idempotency key.
    pub id: EventId,
    /// The device that made it.
    pub device: DeviceId,
    /// Place in the device's chain, from 1.
    pub seq: u64,
    /// Digest of the device's event before; of nothing for the first.
    pub prev: Sha256,
    /// The officer act it belongs to.
    pub act: ActId,
    /// Who did it.
    pub officer: OfficerId,
    /// Of which unit.
    pub unit: OfficeCode,
    /// When, as the device saw it.
    pub at: Moment,
    /// Where, if the phone knew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Position>,
    /// The case it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<CaseId>,
    /// What happened.
    pub fact: Fact,
}

/// An event with its signed bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedEvent {
    /// The event.
    pub event: Event,
    /// COSE_Sign1, exactly as signed.
    pub cose: Vec<u8>,
    /// Digest of `cose`: the next event's `prev`.
    pub hash: Sha256,
}

/// Why signed bytes are not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    /// Not a COSE_Sign1 with a payload.
    #[error("not a signed event: {0}")]
    NotCose(String),
    /// Signed with another algorithm than ES256.
    #[error("the event is not signed with ES256")]
    Algorithm,
    /// Signature wrong.
    #[error("the signature does not fit the event")]
    Signature,
    /// The payload is not an event this version can read.
    #[error(transparent)]
    Content(#[from] CborError),
    /// A newer form.
    #[error("the event has form {0}, this version reads form {EVENT_VERSION}")]
    Version(u8),
}

impl Event {
    /// The hand-over that another phone signed and this event keeps: it counts as if it had come by itself, under its own
    /// id and time.
    #[must_use]
    pub fn handed(&self) -> Option<Self> {
        let Fact::SlipTaken(slip) = &self.fact else { return None };
        slip.event().filter(|inner| matches!(inner.fact, Fact::SealsOffered(_) | Fact::SealsTakenOver(_)))
    }

    /// Seals it is about: its fact's, or those of the hand-over that it keeps.
    #[must_use]
    pub fn seals(&self) -> Vec<SealNo> {
        let of = |event: &Self| event.fact.seals().into_iter().cloned().collect();
        self.handed().as_ref().map_or_else(|| of(self), of)
    }
}

/// Facts that a later one of `events` calls wrong. They stay in the record, and count in no view.
#[must_use]
pub fn corrected<'a>(events: impl IntoIterator<Item = &'a Event>) -> Vec<EventId> {
    let corrections = events.into_iter().filter_map(|event| match &event.fact {
        Fact::Corrected(correction) => Some(correction.event),
        _ => None,
    });
    corrections.collect()
}

impl SignedEvent {
    /// Signs an event. `sign` makes the ES256 signature (64 bytes, r and s) over the bytes it is given; the key may live
    /// in hardware.
    ///
    /// # Errors
    /// What `sign` says, or [`CborError`] (as `E`) if the fact cannot be written.
    pub fn sign<E: From<CborError>>(event: Event, sign: impl FnOnce(&[u8]) -> Result<[u8; 64], E>) -> Result<Self, E> {
        let payload = cbor::to_vec(&event)?;
        let cose = CoseSign1Builder::new()
            .protected(HeaderBuilder::new().algorithm(iana::Algorithm::ES256).build())
            .unprotected(HeaderBuilder::new().key_id(event.device.0.as_bytes().to_vec()).build())
            .payload(payload)
            .try_create_signature(b"", |bytes| sign(bytes).map(|signature| signature.to_vec()))?
            .build();
        let cose = cose.to_vec().map_err(|e| CborError::Write(e.to_string()))?;
        let hash = Sha256::of(&cose);
        Ok(Self { event, cose, hash })
    }

    /// Reads signed bytes without checking the signature: for bytes this device itself stored.
    ///
    /// # Errors
    /// [`EventError`] for anything that is not an event of this version.
    pub fn read(cose: &[u8]) -> Result<Self, EventError> {
        content(&parse(cose)?, cose)
    }

    /// Reads signed bytes and checks the signature.
    ///
    /// # Errors
    /// [`EventError`], [`EventError::Signature`] when it does not fit.
    pub fn verify(cose: &[u8], key: &VerifyingKey) -> Result<Self, EventError> {
        Self::verify_by(cose, |bytes, signature| {
            Signature::from_slice(signature).is_ok_and(|signature| key.verify(bytes, &signature).is_ok())
        })
    }

    /// The same where another implementation checks: `fits` gets the signed bytes and an ES256 signature (r and s).
    ///
    /// # Errors
    /// See [`Self::verify`].
    pub fn verify_by(cose: &[u8], fits: impl FnOnce(&[u8], &[u8]) -> bool) -> Result<Self, EventError> {
        let sign1 = parse(cose)?;
        if sign1.protected.header.alg != Some(coset::Algorithm::Assigned(iana::Algorithm::ES256)) {
            return Err(EventError::Algorithm);
        }
        sign1.verify_signature(
            b"",
            |signature, bytes| {
                if fits(bytes, signature) { Ok(()) } else { Err(EventError::Signature) }
            },
        )?;
        content(&sign1, cose)
    }
}

fn content(sign1: &CoseSign1, cose: &[u8]) -> Result<SignedEvent, EventError> {
    let payload = sign1.payload.as_deref().ok_or_else(|| EventError::NotCose("no payload".to_owned()))?;
    let event: Event = match cbor::from_slice(payload) {
        Ok(event) => event,
        Err(error) => return Err(newer_form(payload).unwrap_or(EventError::Content(error))),
    };
    if event.v != EVENT_VERSION {
        return Err(EventError::Version(event.v));
    }
    Ok(SignedEvent { event, cose: cose.to_vec(), hash: Sha256::of(cose) })
}

fn parse(cose: &[u8]) -> Result<CoseSign1, EventError> {
    CoseSign1::from_slice(cose).map_err(|e| EventError::NotCose(e.to_string()))
}

/// An event of a later form says so, instead of looking broken.
fn newer_form(payload: &[u8]) -> Option<EventError> {
    #[derive(Deserialize)]
    struct Form {
        v: u8,
    }
    let form: Form = cbor::from_slice(payload).ok()?;
    (form.v > EVENT_VERSION).then_some(EventError::Version(form.v))
}

/// Signs with a software key. ES256 over SHA-256, deterministic nonce (RFC 6979); s is as it comes, low or high.
#[must_use]
pub fn sign_with(key: &SigningKey, bytes: &[u8]) -> [u8; 64] {
    use p256::ecdsa::signature::Signer as _;
    let signature: Signature = key.sign(bytes);
    signature.to_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::{LockRead, SealReceived};
    use crate::ids::CommandId;
    use crate::seal::reading::{LockAction, LockOutcome, UncertainWhy};
    use uuid::Uuid;

    fn event(fact: Fact) -> Event {
        Event {
            v: EVENT_VERSION,
            id: EventId(Uuid::from_u128(1)),
            device: DeviceId(Uuid::from_u128(2)),
            seq: 1,
            prev: Sha256([0; 32]),
            act: ActId(Uuid::from_u128(3)),
            officer: OfficerId("khoa.nm".to_owned()),
            unit: "03EE".to_owned().try_into().unwrap(),
            at: Moment { wall: "2026-11-23T01:02:03.456Z".parse().unwrap(), boot: Uuid::from_u128(4), boot_ms: 5 },
            place: None,
            case: Some(CaseId(Uuid::from_u128(6))),
            fact,
        }
    }

    fn lock_read() -> Fact {
        Fact::LockRead(LockRead {
            seal: "83181001".parse().unwrap(),
            command: Some(CommandId(Uuid::from_u128(7))),
            action: Some(LockAction::Arm),
            outcome: Some(LockOutcome::Uncertain { why: UncertainWhy::LinkLost }),
            reading: None,
            late: false,
        })
    }

    fn signed(fact: Fact) -> (SignedEvent, VerifyingKey) {
        let key = SigningKey::from_slice(&[7; 32]).unwrap();
        let signed = SignedEvent::sign(event(fact), |bytes| Ok::<_, CborError>(sign_with(&key, bytes))).unwrap();
        (signed, *key.verifying_key())
    }

    #[test]
    fn a_signed_event_is_read_back_and_verifies() {
        for fact in [
            lock_read(),
            Fact::SealReceived(SealReceived {
                seal: "83181001".parse().unwrap(),
                at: "15BB".to_owned().try_into().unwrap(),
            }),
        ] {
            let (signed, key) = signed(fact);
            assert_eq!(SignedEvent::verify(&signed.cose, &key).unwrap(), signed);
        }
    }

    #[test]
    fn no_single_bit_can_change() {
        let (signed, key) = signed(lock_read());
        for bit in 0..signed.cose.len() * 8 {
            let mut bytes = signed.cose.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            // The key id is a hint outside the signature; everything that is read is covered.
            if let Ok(read) = SignedEvent::verify(&bytes, &key) {
                assert_eq!(read.event, signed.event);
            }
        }
    }

    #[test]
    fn the_signed_bytes_never_change() {
        // Bytes of released versions must be readable for ever: a change here is a new form, not an edit.
        let (signed, _) = signed(lock_read());
        let hex: String = signed.cose.iter().map(|byte| format!("{byte:02x}")).collect();
        insta::assert_snapshot!(hex);
    }

    #[test]
    fn a_later_form_says_so() {
        let mut later = event(lock_read());
        later.v = 9;
        let signed = SignedEvent::sign(later, |_| Ok::<_, CborError>([1; 64])).unwrap();
        assert_eq!(SignedEvent::read(&signed.cose), Err(EventError::Version(9)));
    }
}
