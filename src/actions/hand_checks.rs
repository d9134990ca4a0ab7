//! The checks by hand while they are being made: one answer after another, with the seconds each took. They become a fact
//! with the verdict.

use seal_core::codes::SealType;
use seal_core::ids::CaseId;
use seal_core::inspection::{HandCheck, HandCheckResult, checks_for};
use seal_core::seal_no::SealNo;
use seal_core::time::Moment;
use serde::{Deserialize, Serialize};

use super::{Kit, draft};
use crate::ports::store::StoreError;

/// Answers so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandCheckDraft {
    /// In the order in which they were given.
    pub answers: Vec<HandCheckResult>,
    /// When the present step began.
    pub step_began: Option<Moment>,
}

fn name(case: CaseId, seal: &SealNo) -> String {
    format!("inspect/{case}/{}", seal.as_str())
}

impl HandCheckDraft {
    /// The check to make now; `None` when all are made.
    #[must_use]
    pub fn now(&self, seal: SealType) -> Option<HandCheck> {
        let done = |check: &HandCheck| self.answers.iter().any(|answer| answer.check == *check);
        checks_for(seal).iter().copied().find(|check| !done(check))
    }
}

/// What was answered so far.
///
/// # Errors
/// [`StoreError`].
pub fn hand_checks(kit: &Kit, case: CaseId, seal: &SealNo) -> Result<HandCheckDraft, StoreError> {
    draft::read(kit, &name(case, seal))
}

/// The officer sees the question: its time runs. Coming back from the camera does not start it anew.
///
/// # Errors
/// [`StoreError`].
pub fn begin_step(kit: &Kit, case: CaseId, seal: &SealNo) -> Result<(), StoreError> {
    let mut draft = hand_checks(kit, case, seal)?;
    if draft.step_began.is_none() {
        draft.step_began = Some(kit.clock.now());
        draft::write(kit, &name(case, seal), &draft)?;
    }
    Ok(())
}

/// Notes an answer and begins the next step.
///
/// # Errors
/// [`StoreError`].
pub fn answer(kit: &Kit, case: CaseId, seal: &SealNo, check: HandCheck, good: bool) -> Result<(), StoreError> {
    let mut draft = hand_checks(kit, case, seal)?;
    let now = kit.clock.now();
    let seconds = draft.step_began.map_or(0, |began| seconds_between(&began, &now));
    draft.answers.retain(|answer| answer.check != check);
    draft.answers.push(HandCheckResult { check, good, seconds, note: String::new() });
    draft.step_began = Some(now);
    draft::write(kit, &name(case, seal), &draft)
}

/// Takes the last answer back.
///
/// # Errors
/// [`StoreError`].
pub fn take_back(kit: &Kit, case: CaseId, seal: &SealNo) -> Result<(), StoreError> {
    let mut draft = hand_checks(kit, case, seal)?;
    draft.answers.pop();
    draft.step_began = Some(kit.clock.now());
    draft::write(kit, &name(case, seal), &draft)
}

/// The checks have become a fact.
///
/// # Errors
/// [`StoreError`].
pub fn forget_checks(kit: &Kit, case: CaseId, seal: &SealNo) -> Result<(), StoreError> {
    draft::forget(kit, &name(case, seal))
}

/// By the clock nobody can set; by the wall clock after a restart of the device.
fn seconds_between(began: &Moment, now: &Moment) -> u32 {
    let seconds = if began.boot == now.boot {
        i64::try_from(now.boot_ms.saturating_sub(began.boot_ms) / 1000).unwrap_or(i64::MAX)
    } else {
        now.wall.duration_since(began.wall).as_secs()
    };
    u32::try_from(seconds.max(0)).unwrap_or(u32::MAX)
}
