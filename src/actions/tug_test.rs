//! Pulling on a seal that is on: the rope holds, or it does not (kéo thử).

use seal_core::fact::{Fact, TugTested};
use seal_core::ids::CaseId;
use seal_core::officer::Officer;
use seal_core::seal_no::SealNo;

use super::Kit;
use super::lock_command::{SealTrouble, case_of};

/// There is nothing to pull on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the seal {0} is not closed on this case")]
pub struct NotOn(pub SealNo);

/// Records a tug test.
///
/// # Errors
/// [`NotOn`], or the store's.
pub fn tug_test(
    kit: &Kit,
    officer: &Officer,
    case: CaseId,
    seal: &SealNo,
    held: bool,
) -> Result<(), SealTrouble<NotOn>> {
    if !case_of(kit, case)?.seal(seal).is_some_and(|seal| seal.state.is_on()) {
        return Err(SealTrouble::Refused(NotOn(seal.clone())));
    }
    kit.record(officer, Some(case), vec![Fact::TugTested(TugTested { seal: seal.clone(), held })])?;
    Ok(())
}
