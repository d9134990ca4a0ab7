//! Seals without a radio of ours: by card, keypad, monitoring centre or hand; and seals found on the container.

use seal_core::case::CaseView;
use seal_core::codes::{CustomsSealKind, Iso17712, SealCondition, SealType, SealingParty};
use seal_core::container::ContainerNo;
use seal_core::fact::{Fact, GoodsDecided, ManualMethod, OnOff, SealRecorded};
use seal_core::ids::CaseId;
use seal_core::obligation::Obligation;
use seal_core::officer::Officer;
use seal_core::seal::permit::{RecordRefusal, may_record};
use seal_core::seal::state::SealState;
use seal_core::seal_no::SealNo;

use super::Kit;
use super::lock_command::{SealTrouble, case_of};
use super::unit_state::obligation_of;

/// What the officer records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealByHand {
    /// Number.
    pub seal: SealNo,
    /// EDIFACT 4525.
    pub seal_type: SealType,
    /// EDIFACT 9303: who sealed.
    pub party: SealingParty,
    /// Customs kind, for customs seals.
    pub kind: Option<CustomsSealKind>,
    /// ISO 17712 class, where marked.
    pub class: Option<Iso17712>,
    /// How.
    pub method: ManualMethod,
    /// On or off.
    pub on_off: OnOff,
    /// Condition seen, EDIFACT 4517.
    pub condition: Option<SealCondition>,
    /// Containers under it; empty means all of the case. A seal that comes off names what it is on.
    pub containers: Vec<ContainerNo>,
}

/// Records it. The state is then "recorded, not confirmed by the seal", never closed and armed.
///
/// # Errors
/// [`RecordRefusal`], or the store's.
pub fn record_seal(
    kit: &Kit,
    officer: &Officer,
    case: CaseId,
    by_hand: SealByHand,
) -> Result<SealState, SealTrouble<RecordRefusal>> {
    let view = case_of(kit, case)?;
    let on_case = view.seal(&by_hand.seal);
    let containers = match (by_hand.on_off, on_case) {
        (OnOff::Off, Some(seal)) => view.under(seal),
        // What is not of the case is refused below.
        _ => view.named(&by_hand.containers).unwrap_or(by_hand.containers),
    };
    let recorded = SealRecorded {
        after: on_case.and_then(|seal| seal.newest),
        containers,
        seal: by_hand.seal,
        seal_type: by_hand.seal_type,
        party: by_hand.party,
        kind: by_hand.kind,
        class: by_hand.class,
        method: by_hand.method,
        on_off: by_hand.on_off,
        condition: by_hand.condition,
    };
    let register = kit.store.seal(&recorded.seal)?;
    let obligation = obligation_of(kit, &view, &recorded.containers)?;
    may_record(&view, &recorded, register.as_ref(), officer, &obligation).map_err(SealTrouble::Refused)?;
    let seal = recorded.seal.clone();
    let mut facts: Vec<Fact> = relied_on(&view, &recorded, &obligation).into_iter().collect();
    facts.push(Fact::SealRecorded(recorded));
    kit.record(officer, Some(case), facts)?;
    Ok(case_of(kit, case)?.seal(&seal).map_or(SealState::Free, |seal| seal.state.clone()))
}

/// The statement of depletion that lets this seal stand in for an electronic one, written into the goods decision of the
/// case together with the seal. Once is enough.
pub(super) fn relied_on(view: &CaseView, recorded: &SealRecorded, obligation: &Obligation) -> Option<Fact> {
    let stands_in = recorded.on_off == OnOff::On
        && recorded.party == SealingParty::Customs
        && recorded.seal_type != SealType::Electronic;
    let statement = obligation.relies_on.filter(|id| stands_in && view.depletion != Some(*id))?;
    Some(Fact::GoodsDecided(GoodsDecided {
        ground: view.ground?,
        decision: view.decision.clone(),
        from_work_list: false,
        reason: view.no_eseal_reason.clone(),
        depletion: Some(statement),
        ahead_of_a: view.ahead_of_a.clone(),
    }))
}
