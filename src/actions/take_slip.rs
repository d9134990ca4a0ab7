//! Takes over an event that another phone signed and showed as a code: no network on either side.
//!
//! The signature is checked against the key list of the central. The signed bytes become part of this phone's own record,
//! so they reach the central even when the other phone never does.

use seal_core::cbor::Bytes;
use seal_core::event::SignedEvent;
use seal_core::fact::{Fact, SlipTaken};
use seal_core::slip::{self, Disbelief};

use super::Kit;
use crate::ports::store::StoreError;

/// Why a slip is not taken.
#[derive(Debug, thiserror::Error)]
pub enum SlipTrouble {
    /// Not to be believed.
    #[error(transparent)]
    Disbelief(#[from] Disbelief),
    /// It was signed on this very phone.
    #[error("the slip is this phone's own")]
    Own,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Reads a slip and checks who signed it; writes nothing.
///
/// # Errors
/// [`SlipTrouble`].
pub fn check_slip(kit: &Kit, cose: &[u8]) -> Result<SignedEvent, SlipTrouble> {
    let mut failed = None;
    let signed = slip::verify(cose, |device| match kit.store.device(device) {
        Ok(known) => known.map(|known| (known.key.0, known.revoked)),
        Err(error) => {
            failed = Some(error);
            None
        }
    });
    if let Some(error) = failed {
        return Err(error.into());
    }
    let signed = signed?;
    if signed.event.device == kit.vault.device() { Err(SlipTrouble::Own) } else { Ok(signed) }
}

/// The fact that keeps a checked slip.
#[must_use]
pub fn slip_fact(signed: &SignedEvent) -> Fact {
    Fact::SlipTaken(SlipTaken { cose: Bytes(signed.cose.clone()) })
}
