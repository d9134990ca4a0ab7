//! Enrolling this phone with a central: first run, and a new certificate later.
//!
//! The offer (a QR code of the central's) says whom to trust. Nothing is sent before the officer has seen that and said yes;
//! nothing is kept before the central that the offer names has certified this phone's key. What waits in the queue stays:
//! its items are for the central they were made under, so a phone that has one is not taken to another.

use seal_core::cbor::Bytes;
use seal_core::enrolment::{Claim, DeviceCertificate, ENROLMENT_FORM, EnrolmentError, Offer, OfferError};
use seal_core::wire::{B64, EnrolRequest, Problem};

use super::Kit;
use crate::ports::central::CentralTrouble;
use crate::ports::enrolment::{Enrolled, Enrolment, KeepError};
use crate::ports::store::StoreError;
use crate::ports::vault::VaultError;

/// Farther apart than this, phone's and central's clocks are told to the officer.
const CLOCKS_APART_S: i64 = 120;

/// Why this phone is not enrolled.
#[derive(Debug, thiserror::Error)]
pub enum EnrolTrouble {
    /// This phone needs none: practice.
    #[error("this phone needs no enrolment")]
    NotHere,
    /// The text is no offer, or one that cannot be read.
    #[error(transparent)]
    Offer(#[from] OfferError),
    /// The phone belongs to another central.
    #[error("this phone belongs to {address}, {waiting} items wait for it")]
    OtherCentral {
        /// Whose it is.
        address: String,
        /// What waits to be sent there.
        waiting: u64,
    },
    /// The offer ended.
    #[error("the offer has expired")]
    Expired,
    /// The offer let in as many phones as it was for.
    #[error("the offer is used up")]
    UsedUp,
    /// The central knows no such offer, or is another one than the offer names.
    #[error("the central does not know this offer")]
    Unknown,
    /// The central knows this phone with another key.
    #[error("the central knows this phone with another key")]
    KeyChanged,
    /// This phone was taken out of use.
    #[error("this phone was taken out of use")]
    Revoked,
    /// Another refusal.
    #[error("the central refused: {}", .0.detail)]
    Refused(Problem),
    /// The central's certificate is out of its time: it ended, or this phone's clock is wrong.
    #[error("the central's certificate is out of its time, or this phone's clock is wrong: {0}")]
    Clock(String),
    /// The certificate is not one that the offer says to trust: somebody stands in between, or the offer is wrong.
    #[error("the central's certificate is not the one that was offered: {0}")]
    Foreign(String),
    /// An answer, but not the word of the central that the offer names.
    #[error("the answer is not believed: {0}")]
    Unbelieved(#[from] EnrolmentError),
    /// No answer.
    #[error(transparent)]
    Unreached(CentralTrouble),
    /// What was agreed could not be kept.
    #[error(transparent)]
    Keep(#[from] KeepError),
    /// The vault failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// An enrolled phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// What the central certified.
    pub certificate: DeviceCertificate,
    /// By how many seconds the phone's clock is behind (or, negative, ahead of) the central's, where that is much.
    pub clock_behind_s: Option<i64>,
}

/// Reads an offer that this phone may take. Nothing is sent.
///
/// # Errors
/// [`EnrolTrouble`].
pub fn read_offer(kit: &Kit, text: &str) -> Result<Offer, EnrolTrouble> {
    let offer = Offer::read(text)?;
    may_take(kit, &offer)?;
    Ok(offer)
}

/// Enrols this phone with the central of an offer that the officer agreed to. May be repeated after any failure: the same
/// phone takes one place of an offer, however often it asks.
///
/// # Errors
/// [`EnrolTrouble`]; then what was kept before still holds.
pub async fn enrol(kit: &Kit, offer: &Offer) -> Result<Done, EnrolTrouble> {
    let enrolment = may_take(kit, offer)?;
    let claim = Claim {
        v: ENROLMENT_FORM,
        secret: offer.secret.clone(),
        central: offer.central,
        device: kit.vault.device(),
        key: Bytes(kit.vault.public_key()),
        home: kit.vault.key_home(),
    };
    let cose = claim.sign(|bytes| kit.vault.sign(bytes))?;
    let answer = enrolment.ask(offer, &EnrolRequest { claim: B64(cose) }).await.map_err(trouble)?;
    let certificate = DeviceCertificate::answered(offer, &claim, &answer)?;
    let key = Bytes(answer.key.0);
    enrolment.keep(&Enrolled {
        address: offer.address.clone(),
        roots: offer.roots.clone(),
        unit: offer.unit.clone(),
        key: key.clone(),
        certificate: Bytes(answer.certificate.0),
    })?;
    // The same key signs the record: a first sign-in need not be believed about it any more.
    kit.store.trust_record_key(&key)?;
    let behind = answer.server_time.duration_since(kit.clock.now().wall).as_secs();
    tracing::info!(unit = %certificate.unit, until = %certificate.expires, "enrolled");
    Ok(Done { certificate, clock_behind_s: Some(behind).filter(|behind| behind.abs() > CLOCKS_APART_S) })
}

/// The phone's enrolment, when it may take this offer: it has none, or one of the same central.
fn may_take<'a>(kit: &'a Kit, offer: &Offer) -> Result<&'a dyn Enrolment, EnrolTrouble> {
    let enrolment = kit.central.enrolment().ok_or(EnrolTrouble::NotHere)?;
    if let Some(kept) = enrolment.kept().filter(|kept| kept.central() != offer.central) {
        let counts = kit.store.queue_counts()?;
        let waiting = u64::from(counts.waiting) + u64::from(counts.stuck);
        return Err(EnrolTrouble::OtherCentral { address: kept.address, waiting });
    }
    Ok(enrolment)
}

fn trouble(trouble: CentralTrouble) -> EnrolTrouble {
    match trouble {
        CentralTrouble::Forbidden(problem) | CentralTrouble::Refused(problem) => match problem.code.as_str() {
            "enrolment_expired" => EnrolTrouble::Expired,
            "enrolment_used_up" => EnrolTrouble::UsedUp,
            "enrolment_unknown" | "other_central" => EnrolTrouble::Unknown,
            "device_key_changed" => EnrolTrouble::KeyChanged,
            "device_revoked" => EnrolTrouble::Revoked,
            _ => EnrolTrouble::Refused(problem),
        },
        trouble if trouble.is_about_time() => EnrolTrouble::Clock(trouble.to_string()),
        CentralTrouble::Tls(why) => EnrolTrouble::Foreign(why),
        other => EnrolTrouble::Unreached(other),
    }
}
