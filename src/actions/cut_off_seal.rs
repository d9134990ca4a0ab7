//! Cutting off a seal that no longer answers, before a witness.

use seal_core::fact::{Fact, SealCutOff};
use seal_core::ids::CaseId;
use seal_core::officer::Officer;
use seal_core::seal::permit::{DisarmRefusal, may_cut_off};
use seal_core::seal_no::SealNo;

use super::Kit;
use super::lock_command::{SealTrouble, case_of};

/// Why the seal is not cut off.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CutOffRefusal {
    /// Must stay on.
    #[error(transparent)]
    StaysOn(#[from] DisarmRefusal),
    /// Nobody may cut a seal alone.
    #[error("write the witness's name and role, and let the witness sign")]
    WitnessNeeded,
    /// Say why it could not be opened.
    #[error("write why the seal could not be opened")]
    ReasonNeeded,
}

/// The witness's part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witnessed {
    /// Why the seal could not be opened.
    pub reason: String,
    /// Name and role.
    pub witness: String,
    /// Signature as an SVG path on a 1000 x 400 canvas.
    pub signature: String,
}

/// Records that the seal was cut off.
///
/// # Errors
/// [`CutOffRefusal`], or the store's.
pub fn cut_off_seal(
    kit: &Kit,
    officer: &Officer,
    case: CaseId,
    seal: &SealNo,
    witnessed: Witnessed,
) -> Result<(), SealTrouble<CutOffRefusal>> {
    let view = case_of(kit, case)?;
    may_cut_off(&view, seal, officer).map_err(|refusal| SealTrouble::Refused(refusal.into()))?;
    if witnessed.witness.trim().is_empty() || witnessed.signature.trim().is_empty() {
        return Err(SealTrouble::Refused(CutOffRefusal::WitnessNeeded));
    }
    if witnessed.reason.trim().is_empty() {
        return Err(SealTrouble::Refused(CutOffRefusal::ReasonNeeded));
    }
    let cut = SealCutOff {
        seal: seal.clone(),
        reason: witnessed.reason,
        witness: witnessed.witness,
        signature: witnessed.signature,
        after: view.seal(seal).and_then(|seal| seal.newest),
    };
    kit.record(officer, Some(case), vec![Fact::SealCutOff(cut)])?;
    Ok(())
}
