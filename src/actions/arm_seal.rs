//! Closing and arming a seal (khóa seal).

use jiff::Timestamp;
use seal_core::case::CaseView;
use seal_core::container::ContainerNo;
use seal_core::fact::Fact;
use seal_core::ids::CaseId;
use seal_core::officer::Officer;
use seal_core::seal::permit::{ArmRefusal, may_arm};
use seal_core::seal::reading::LockAction;
use seal_core::seal_no::SealNo;

use super::Kit;
use super::lock_command::{LockEnd, Order, Patience, SealTrouble, Watch, give};
use super::unit_state::obligation_of;

/// Arms a seal that was paired and checked. `containers` are those under it; empty means all of the case. Sends one
/// command at most, whatever happens.
///
/// # Errors
/// [`SealTrouble`]: then no command was sent. Any end of a sent command is an [`LockEnd`], also an uncertain one; only if
/// the store fails after sending is it an error, and the case stays "not known".
pub async fn arm_seal(
    kit: &Kit,
    officer: &Officer,
    case: CaseId,
    seal: &SealNo,
    containers: Vec<ContainerNo>,
    patience: &Patience,
    watch: Watch<'_>,
) -> Result<LockEnd, SealTrouble<ArmRefusal>> {
    let prepared_at = prepared_at(kit, case, seal)?;
    let asked = containers.clone();
    let permit = |view: &CaseView| {
        let obligation = obligation_of(kit, view, &asked)?;
        may_arm(view, seal, &asked, officer, &obligation, prepared_at, kit.clock.now().wall)
            .map_err(SealTrouble::Refused)
    };
    let order =
        Order { case, seal: seal.clone(), action: LockAction::Arm, containers, second_officer: None, agreed: None };
    give(kit, officer, order, permit, patience, watch).await
}

/// When the seal was last checked for this case.
fn prepared_at(kit: &Kit, case: CaseId, seal: &SealNo) -> Result<Option<Timestamp>, SealTrouble<ArmRefusal>> {
    let events = kit.store.case_events(case)?;
    let times = events.iter().filter_map(|signed| match &signed.event.fact {
        Fact::SealPrepared(prepared) if &prepared.seal == seal => Some(signed.event.at.wall),
        _ => None,
    });
    Ok(times.max())
}
