//! A re-seal: one seal comes off and another goes on in its place, and each knows the other.

use seal_core::codes::SealCondition;
use seal_core::fact::{Fact, ManualMethod, OnOff, ReplaceReason, SealRecorded, SealReplaced};
use seal_core::ids::CaseId;
use seal_core::officer::Officer;
use seal_core::seal::permit::{RecordRefusal, ReopenRefusal, may_record, may_replace};
use seal_core::seal_no::SealNo;

use super::Kit;
use super::lock_command::{SealTrouble, case_of};
use super::record_seal::{SealByHand, relied_on};
use super::unit_state::obligation_of;

/// Why nothing was replaced.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReplaceRefusal {
    /// The old seal must stay.
    #[error(transparent)]
    Old(#[from] ReopenRefusal),
    /// The new one may not go on.
    #[error(transparent)]
    New(#[from] RecordRefusal),
    /// Say why in words.
    #[error("a reason is needed in words")]
    NoReason,
}

/// What is said of the old seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacing {
    /// Why.
    pub reason: ReplaceReason,
    /// In words; needed for another reason than the listed ones.
    pub remark: String,
    /// How the old one was found, EDIFACT 4517.
    pub old_condition: SealCondition,
}

/// Replaces `old` by `new`. A new seal that is on the case already (closed by radio a moment ago) is only linked; any other
/// is recorded as put on, on what the old one was on. The law is asked as if the old one were gone.
///
/// # Errors
/// [`ReplaceRefusal`], or the store's; then nothing was written.
pub fn replace_seal(
    kit: &Kit,
    officer: &Officer,
    case: CaseId,
    old: &SealNo,
    new: SealByHand,
    why: Replacing,
) -> Result<(), SealTrouble<ReplaceRefusal>> {
    let refused = |refusal: ReopenRefusal| SealTrouble::Refused(ReplaceRefusal::Old(refusal));
    let view = case_of(kit, case)?;
    may_replace(&view, old, &new.seal, officer).map_err(refused)?;
    let remark = why.remark.trim().to_owned();
    if remark.is_empty() && why.reason == ReplaceReason::Other {
        return Err(SealTrouble::Refused(ReplaceRefusal::NoReason));
    }
    let Some(seal) = view.seal(old) else { return Err(refused(ReopenRefusal::NotOn(old.clone()))) };
    let containers = view.under(seal);
    let mut facts = Vec::new();
    if seal.state.is_on() {
        facts.push(Fact::SealRecorded(SealRecorded {
            seal: old.clone(),
            seal_type: seal.seal_type,
            party: seal.party,
            kind: seal.kind,
            class: seal.class,
            method: seal.method.unwrap_or(ManualMethod::ByHand),
            on_off: OnOff::Off,
            condition: Some(why.old_condition),
            containers: containers.clone(),
            after: seal.newest,
        }));
    }
    let replaced = SealReplaced {
        old: old.clone(),
        new: new.seal.clone(),
        reason: why.reason,
        remark,
        old_condition: why.old_condition,
    };
    if !view.seal(&new.seal).is_some_and(|seal| seal.state.is_on()) {
        let mut without = view.clone();
        without.seals.retain(|seal| &seal.no != old);
        let obligation = obligation_of(kit, &without, &containers)?;
        let recorded = SealRecorded {
            after: view.seal(&new.seal).and_then(|seal| seal.newest),
            seal: new.seal,
            seal_type: new.seal_type,
            party: new.party,
            kind: new.kind,
            class: new.class,
            method: new.method,
            on_off: OnOff::On,
            condition: new.condition,
            containers,
        };
        let register = kit.store.seal(&recorded.seal)?;
        may_record(&without, &recorded, register.as_ref(), officer, &obligation)
            .map_err(|refusal| SealTrouble::Refused(ReplaceRefusal::New(refusal)))?;
        facts.extend(relied_on(&view, &recorded, &obligation));
        facts.push(Fact::SealRecorded(recorded));
    }
    facts.push(Fact::SealReplaced(replaced));
    kit.record(officer, Some(case), facts)?;
    Ok(())
}
