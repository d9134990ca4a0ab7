//! Opening a seal at the destination (gỡ seal).

use seal_core::fact::SecondOfficer;
use seal_core::ids::CaseId;
use seal_core::officer::Officer;
use seal_core::seal::permit::{DisarmRefusal, may_disarm};
use seal_core::seal::reading::LockAction;
use seal_core::seal_no::SealNo;

use super::Kit;
use super::lock_command::{LockEnd, Order, Patience, SealTrouble, Watch, give};

/// Opens a seal that was inspected and accepted here. In an open conflict a `second_officer` must agree, with the reason.
/// Sends one command at most, whatever happens.
///
/// # Errors
/// [`SealTrouble`], as with [`arm_seal`](super::arm_seal::arm_seal).
pub async fn disarm_seal(
    kit: &Kit,
    officer: &Officer,
    case: CaseId,
    seal: &SealNo,
    second_officer: Option<SecondOfficer>,
    patience: &Patience,
    watch: Watch<'_>,
) -> Result<LockEnd, SealTrouble<DisarmRefusal>> {
    let second = second_officer.clone();
    let order = Order { case, seal: seal.clone(), action: LockAction::Disarm, containers: Vec::new(), second_officer };
    let permit = |view: &_| may_disarm(view, seal, officer, second.as_ref()).map_err(SealTrouble::Refused);
    give(kit, officer, order, permit, patience, watch).await
}
