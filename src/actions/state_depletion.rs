//! The unit has no electronic seals left: stated once by somebody who may, standing for all its cases until it ends.

use jiff::Timestamp;
use seal_core::fact::{DepletionEnded, DepletionReason, DepletionStated, Fact};
use seal_core::ids::EventId;
use seal_core::obligation::{Standing, depletion_until};
use seal_core::officer::{Officer, Role};
use seal_core::rules::RulePack;
use seal_core::time::date_in_vietnam;

use super::Kit;
use super::unit_state::{standing, stock};
use crate::ports::store::StoreError;

/// Why nothing was stated or ended.
#[derive(Debug, thiserror::Error)]
pub enum DepletionTrouble {
    /// The rules name others.
    #[error("your role may not state that the electronic seals are depleted")]
    NoRole {
        /// Who may.
        stated_by: Vec<Role>,
    },
    /// No rule covers the day.
    #[error("no rule for depletion statements covers the day")]
    NoRule,
    /// Words are needed: for another reason than the listed ones, or because the stock shows free seals.
    #[error("say in words why no electronic seal can be used")]
    NoRemark,
    /// It ends before it begins, or stands longer than allowed.
    #[error("the statement may stand until {latest} at most")]
    TooLong {
        /// The latest end.
        latest: Timestamp,
    },
    /// None stands.
    #[error("no statement stands")]
    NoneStands,
    /// The store failed; nothing was written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Who may state it today.
///
/// # Errors
/// [`DepletionTrouble::NoRule`].
pub fn stated_by(rules: &RulePack, now: Timestamp) -> Result<&[Role], DepletionTrouble> {
    let rule = rules.depletion_rule(date_in_vietnam(now)).ok_or(DepletionTrouble::NoRule)?;
    Ok(&rule.stated_by)
}

fn may_state(rules: &RulePack, officer: &Officer, now: Timestamp) -> Result<(), DepletionTrouble> {
    let stated_by = stated_by(rules, now)?;
    if stated_by.iter().any(|role| officer.is(*role)) {
        Ok(())
    } else {
        Err(DepletionTrouble::NoRole { stated_by: stated_by.to_vec() })
    }
}

/// States it for the officer's unit. The stock known now goes into the record.
///
/// # Errors
/// [`DepletionTrouble`]; then nothing was written.
pub fn state_depletion(
    kit: &Kit,
    officer: &Officer,
    reason: DepletionReason,
    remark: &str,
    valid_until: Timestamp,
) -> Result<EventId, DepletionTrouble> {
    let (rules, now) = (kit.store.rules()?, kit.clock.now().wall);
    may_state(&rules, officer, now)?;
    let latest = depletion_until(&rules, now).ok_or(DepletionTrouble::NoRule)?;
    if valid_until <= now || valid_until > latest {
        return Err(DepletionTrouble::TooLong { latest });
    }
    let stock = stock(kit, &officer.unit)?;
    let remark = remark.trim();
    if remark.is_empty() && (reason == DepletionReason::Other || stock.free > 0) {
        return Err(DepletionTrouble::NoRemark);
    }
    let stated = DepletionStated { stock, reason, remark: remark.to_owned(), valid_until };
    let written = kit.record(officer, None, vec![Fact::DepletionStated(stated)])?;
    written.first().map(|signed| signed.event.id).ok_or(DepletionTrouble::NoneStands)
}

/// Electronic seals are there again: the standing statement ends.
///
/// # Errors
/// [`DepletionTrouble`]; then nothing was written.
pub fn end_depletion(kit: &Kit, officer: &Officer, reason: &str) -> Result<(), DepletionTrouble> {
    may_state(&kit.store.rules()?, officer, kit.clock.now().wall)?;
    let Standing { id, .. } = standing(kit, &officer.unit)?.ok_or(DepletionTrouble::NoneStands)?;
    let ended = DepletionEnded { statement: id, reason: reason.trim().to_owned() };
    kit.record(officer, None, vec![Fact::DepletionEnded(ended)])?;
    Ok(())
}
