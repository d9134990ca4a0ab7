//! Decides which of two contradicting facts holds. Both stay; only a supervisor decides. Without coverage, and with no
//! supervisor at hand, two officers may disarm with a reason: that agreement travels with the command.

use seal_core::fact::{ConflictDecided, Fact, SecondOfficer};
use seal_core::ids::{CaseId, EventId, OfficerId};
use seal_core::officer::{Officer, Role};
use seal_core::seal_no::SealNo;

use super::sign_in::{SignInTrouble, agrees_here};
use super::{Kit, draft};
use crate::ports::store::StoreError;

/// Why nothing was decided.
#[derive(Debug, thiserror::Error)]
pub enum DecideError {
    /// Only a supervisor decides.
    #[error("only a supervisor may decide which record holds")]
    NotSupervisor,
    /// The case is not known here, or nothing in it is open.
    #[error("no open conflict of this seal is known on this device")]
    NoConflict,
    /// The record chosen is not one of the conflict.
    #[error("the record chosen is not part of the conflict")]
    NotOneOfThem,
    /// No reason given.
    #[error("a reason is needed")]
    NoReason,
    /// The second officer is the first, or not of this unit.
    #[error("the second officer has to be another officer of the unit")]
    SameOfficer,
    /// The second officer's PIN was not accepted.
    #[error(transparent)]
    Pin(#[from] SignInTrouble),
    /// The store failed; nothing was written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A supervisor says which record holds.
///
/// # Errors
/// [`DecideError`]; then nothing was written.
pub fn decide_conflict(
    kit: &Kit,
    officer: &Officer,
    case: CaseId,
    seal: &SealNo,
    holds: EventId,
    reason: &str,
) -> Result<(), DecideError> {
    if !officer.is(Role::Supervisor) {
        return Err(DecideError::NotSupervisor);
    }
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(DecideError::NoReason);
    }
    let view = kit.store.case(case)?.ok_or(DecideError::NoConflict)?;
    let conflict = view.open_conflict(seal).ok_or(DecideError::NoConflict)?;
    if !conflict.events.contains(&holds) {
        return Err(DecideError::NotOneOfThem);
    }
    let fact = ConflictDecided { events: conflict.events.clone(), holds, reason: reason.to_owned() };
    kit.record(officer, Some(case), vec![Fact::ConflictDecided(fact)])?;
    Ok(())
}

fn name(case: CaseId, seal: &SealNo) -> String {
    format!("second/{case}/{}", seal.as_str())
}

/// A second officer of the unit agrees, with their own PIN, to the disarm in spite of the conflict. Kept until the command
/// is given.
///
/// # Errors
/// [`DecideError`]; then nothing was kept.
pub fn agree_as_second(
    kit: &Kit,
    first: &Officer,
    (second, pin): (&OfficerId, &str),
    case: CaseId,
    seal: &SealNo,
    reason: &str,
) -> Result<(), DecideError> {
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(DecideError::NoReason);
    }
    if second == &first.id {
        return Err(DecideError::SameOfficer);
    }
    let second = agrees_here(kit, second, pin)?;
    if second.unit != first.unit {
        return Err(DecideError::SameOfficer);
    }
    let agreement = SecondOfficer { officer: second.id.clone(), reason: reason.to_owned() };
    Ok(draft::write(kit, &name(case, seal), &Some(agreement))?)
}

/// The second officer's agreement for this seal, if there is one.
///
/// # Errors
/// [`StoreError`].
pub fn second_officer(kit: &Kit, case: CaseId, seal: &SealNo) -> Result<Option<SecondOfficer>, StoreError> {
    draft::read(kit, &name(case, seal))
}

/// The agreement is used up.
///
/// # Errors
/// [`StoreError`].
pub fn forget_second(kit: &Kit, case: CaseId, seal: &SealNo) -> Result<(), StoreError> {
    draft::forget(kit, &name(case, seal))
}
