//! The central as a device: it signs what it says itself, and its facts form a chain like every device's.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use jiff::{SignedDuration, Timestamp};
use p256::ecdsa::SigningKey;
use p256::elliptic_curve::rand_core::OsRng;
use seal_core::cbor::CborError;
use seal_core::checkpoint::{Checkpoint, SignedCheckpoint};
use seal_core::enrolment::DeviceCertificate;
use seal_core::event::{EVENT_VERSION, Event, SignedEvent, sign_with};
use seal_core::fact::Fact;
use seal_core::ids::{ActId, CaseId, DeviceId, EventId, OfficeCode, OfficerId, Sha256};
use seal_core::outbox::Receipt;
use seal_core::time::Moment;
use uuid::Uuid;

use crate::db::{Transaction, Trouble, meta, put_meta};
use crate::record::Record;

/// Its id, key and clock since its start.
pub(crate) struct Signer {
    device: DeviceId,
    key: SigningKey,
    boot: Uuid,
    started: Instant,
    /// The checkpoint signed last.
    said: Mutex<Option<SignedCheckpoint>>,
}

/// A checkpoint of an unchanged record is signed anew after so long.
const CHECKPOINT_LIFE: SignedDuration = SignedDuration::from_secs(60);

/// On whose behalf the central says something.
pub(crate) struct Behalf<'a> {
    pub(crate) officer: &'a OfficerId,
    pub(crate) unit: &'a OfficeCode,
}

impl Signer {
    /// The central's device, made with the database.
    pub(crate) fn load(tx: &Transaction) -> Result<Self, Trouble> {
        let (device, key) = match (meta(tx, "device")?, meta(tx, "device_key")?) {
            (Some(device), Some(secret)) => (
                Uuid::from_slice(&device).map_err(|e| Trouble::Stored(e.to_string()))?,
                SigningKey::from_slice(&secret).map_err(|e| Trouble::Stored(e.to_string()))?,
            ),
            _ => {
                let (device, key) = (Uuid::new_v4(), SigningKey::random(&mut OsRng));
                put_meta(tx, "device", device.as_bytes())?;
                put_meta(tx, "device_key", &key.to_bytes())?;
                (device, key)
            }
        };
        let (boot, started) = (Uuid::new_v4(), Instant::now());
        Ok(Self { device: DeviceId(device), key, boot, started, said: Mutex::default() })
    }

    /// The central's device.
    pub(crate) fn device(&self) -> DeviceId {
        self.device
    }

    /// Its public key, SEC1 uncompressed point.
    pub(crate) fn public_key(&self) -> Vec<u8> {
        self.key.verifying_key().to_encoded_point(false).as_bytes().to_vec()
    }

    /// A signed checkpoint of the record with `size` events: the one signed last while it is fresh, else what `look` finds.
    pub(crate) fn checkpoint(
        &self,
        epoch: &str,
        size: u64,
        now: Timestamp,
        look: impl FnOnce() -> Result<Checkpoint, Trouble>,
    ) -> Result<Vec<u8>, Trouble> {
        // A panic while the lock was held left a checkpoint that was signed, or none.
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = said.as_ref().filter(|said| {
            let Checkpoint { epoch: its_epoch, size: its_size, at, .. } = &said.checkpoint;
            its_epoch == epoch && *its_size == size && now.duration_since(*at).abs() < CHECKPOINT_LIFE
        });
        if let Some(fresh) = fresh {
            return Ok(fresh.cose.clone());
        }
        let signed = SignedCheckpoint::sign(look()?, |bytes| sign_with(&self.key, bytes))
            .map_err(|e| Trouble::Stored(e.to_string()))?;
        Ok(said.insert(signed).cose.clone())
    }

    /// Signs a phone's certificate.
    pub(crate) fn certify(&self, certificate: &DeviceCertificate) -> Result<Vec<u8>, CborError> {
        certificate.sign(|bytes| Ok(sign_with(&self.key, bytes)))
    }

    /// Signs a fact as the central's next one, commits it to the record and to the feeds of whoever follows what it is about.
    pub(crate) fn state(
        &self,
        record: &Record,
        behalf: &Behalf<'_>,
        case: Option<CaseId>,
        fact: Fact,
        now: Timestamp,
    ) -> Result<Receipt, Trouble> {
        let (seq, prev) = record.end(self.device)?.map_or((0, Sha256::of(b"")), |end| (end.seq, end.hash));
        let event = Event {
            v: EVENT_VERSION,
            id: EventId(Uuid::now_v7()),
            device: self.device,
            seq: seq.unsigned_abs() + 1,
            prev,
            act: ActId(Uuid::now_v7()),
            officer: behalf.officer.clone(),
            unit: behalf.unit.clone(),
            at: Moment {
                wall: now,
                boot: self.boot,
                boot_ms: u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX),
            },
            place: None,
            case,
            fact,
        };
        let signed = SignedEvent::sign(event, |bytes| Ok::<_, CborError>(sign_with(&self.key, bytes)))
            .map_err(|e| Trouble::Stored(e.to_string()))?;
        record.add(&signed, now, None)
    }
}
