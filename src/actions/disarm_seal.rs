//! Opening a seal at the destination (gỡ seal).

use seal_core::fact::SecondOfficer;
use seal_core::ids::{CaseId, OfficerId};
use seal_core::officer::Officer;
use seal_core::seal::permit::{DisarmRefusal, may_disarm};
use seal_core::seal::reading::LockAction;
use seal_core::seal_no::SealNo;

use super::Kit;
use super::lock_command::{LockEnd, Order, Patience, SealTrouble, Watch, case_of, give};

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
    let agreed = match &second {
        Some(second) => Some(second.officer.clone()),
        None => decided_by(kit, case, seal)?.filter(|decider| decider != &officer.id),
    };
    let containers = Vec::new();
    let order = Order { case, seal: seal.clone(), action: LockAction::Disarm, containers, second_officer, agreed };
    let permit = |view: &_| may_disarm(view, seal, officer, second.as_ref()).map_err(SealTrouble::Refused);
    give(kit, officer, order, permit, patience, watch).await
}

/// Who decided the dispute about this seal, if there was one.
fn decided_by(kit: &Kit, case: CaseId, seal: &SealNo) -> Result<Option<OfficerId>, SealTrouble<DisarmRefusal>> {
    let view = case_of(kit, case)?;
    let decided = view.conflicts.iter().rev().find(|one| &one.seal == seal).and_then(|one| one.decided);
    let Some(decision) = decided else { return Ok(None) };
    Ok(kit.store.event(decision)?.map(|signed| signed.event.officer))
}
