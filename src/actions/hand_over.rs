//! The end of a sealing: somebody pulled on the seal, and the carrier's driver signs for the cargo.

use seal_core::fact::{CargoHandedOver, Fact, TugTested};
use seal_core::ids::CaseId;
use seal_core::officer::Officer;
use seal_core::seal_no::SealNo;

use super::Kit;
use crate::ports::store::StoreError;

/// Why nothing was handed over.
#[derive(Debug, thiserror::Error)]
pub enum HandOverTrouble {
    /// Nobody pulled on the seal.
    #[error("the tug test is missing")]
    NotTugged,
    /// No name.
    #[error("the name of the signer is missing")]
    NoName,
    /// No signature.
    #[error("the signature is missing")]
    NotSigned,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Writes down that somebody pulled on the seal.
///
/// # Errors
/// [`StoreError`]; then nothing was written.
pub fn note_tug(kit: &Kit, officer: &Officer, case: CaseId, seal: &SealNo, held: bool) -> Result<(), StoreError> {
    kit.record(officer, Some(case), vec![Fact::TugTested(TugTested { seal: seal.clone(), held })]).map(|_| ())
}

/// Tug test of each of the seals that held, and the driver's signature, in one act. `signed` is kept without the spaces around its words.
///
/// # Errors
/// [`HandOverTrouble`]; then nothing was written.
pub fn hand_over(
    kit: &Kit,
    officer: &Officer,
    case: CaseId,
    seals: &[SealNo],
    tugged: bool,
    signed: CargoHandedOver,
) -> Result<(), HandOverTrouble> {
    let name = signed.name.trim().to_owned();
    if !tugged || seals.is_empty() {
        return Err(HandOverTrouble::NotTugged);
    }
    if name.is_empty() {
        return Err(HandOverTrouble::NoName);
    }
    if signed.signature.trim().is_empty() {
        return Err(HandOverTrouble::NotSigned);
    }
    let id_number = signed.id_number.trim().to_owned();
    let tugs = seals.iter().map(|seal| Fact::TugTested(TugTested { seal: seal.clone(), held: true }));
    let signature = Fact::CargoHandedOver(CargoHandedOver { name, id_number, ..signed });
    kit.record(officer, Some(case), tugs.chain([signature]).collect())?;
    Ok(())
}
