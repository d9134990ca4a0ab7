//! How a command ended, judged from what was heard and what was read. The reading decides; an answer alone never does.

use super::reading::{LockAction, LockOutcome, LockState, RefusalReason, SealReading, UncertainWhy};
use super::state::SealState;
use crate::case::SealOnCase;
use crate::fact::LockRead;
use crate::ids::CommandId;
use crate::seal_no::SealNo;

/// What was heard after a command went out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerHeard {
    /// The seal took it.
    Acknowledged,
    /// The seal will not do it.
    Refused(RefusalReason),
    /// Nothing that can be relied on.
    Nothing(UncertainWhy),
}

/// The lock is where the action wants it.
#[must_use]
pub fn reached(action: LockAction, lock: LockState) -> bool {
    match action {
        LockAction::Arm => lock == LockState::ClosedArmed,
        LockAction::Disarm => matches!(lock, LockState::Open | LockState::Ready),
    }
}

/// The lock may still be moving on this command: reading again can tell more.
#[must_use]
pub fn may_still_move(command: CommandId, action: LockAction, reading: &SealReading) -> bool {
    let started = reading.last_command.as_ref().is_none_or(|last| last.id == command && !last.done);
    // A seal that raised an alarm reports it until the opening bolt has arrived.
    let alarm_ends_it = action == LockAction::Arm && reading.lock == LockState::Tampered;
    started && !reached(action, reading.lock) && reading.lock != LockState::Jammed && !alarm_ends_it
}

/// How the command ended.
#[must_use]
pub fn judge(action: LockAction, heard: AnswerHeard, reading: Option<&SealReading>) -> LockOutcome {
    match (heard, reading.map(|reading| reading.lock)) {
        (_, Some(lock)) if reached(action, lock) => LockOutcome::Confirmed,
        (_, Some(LockState::Jammed)) => LockOutcome::Uncertain { why: UncertainWhy::Jammed },
        // "Already done" that no reading bears out proves nothing.
        (AnswerHeard::Refused(RefusalReason::AlreadyDone | RefusalReason::NotSealed), _) => {
            LockOutcome::Uncertain { why: UncertainWhy::NotReadBack }
        }
        (AnswerHeard::Refused(reason), _) => LockOutcome::Refused { reason },
        (AnswerHeard::Nothing(why), _) => LockOutcome::Uncertain { why },
        (AnswerHeard::Acknowledged, _) => LockOutcome::Uncertain { why: UncertainWhy::NotReadBack },
    }
}

/// What to record at the end of a command: its outcome, and beside it the alarm, if the reading shows one.
#[must_use]
pub fn end_of_command(
    seal: &SealNo,
    command: CommandId,
    action: LockAction,
    heard: AnswerHeard,
    reading: Option<SealReading>,
) -> Vec<LockRead> {
    let outcome = judge(action, heard, reading.as_ref());
    let alarm = reading.as_ref().filter(|reading| reading.lock == LockState::Tampered).cloned();
    let mut facts = vec![LockRead {
        seal: seal.clone(),
        command: Some(command),
        action: Some(action),
        outcome: Some(outcome),
        reading,
        late: false,
    }];
    facts.extend(alarm.map(|reading| plain(seal, reading)));
    facts
}

/// What to record of a reading made without a command, which may settle an earlier one. An outcome is only claimed when the
/// reading bears it out, or when the seal itself says that it refused; otherwise the reading stands for itself.
#[must_use]
pub fn reading_later(seal: &SealOnCase, reading: SealReading, refused: Option<RefusalReason>) -> LockRead {
    match open_command(&seal.state) {
        Some((command, action)) => {
            let outcome = match reading.lock {
                lock if reached(action, lock) => Some(LockOutcome::Confirmed),
                LockState::Jammed => Some(LockOutcome::Uncertain { why: UncertainWhy::Jammed }),
                // What it shows matters more than how the command ended.
                LockState::Tampered => None,
                // "Already done" that no reading bears out proves nothing.
                _ => refused
                    .filter(|reason| !matches!(reason, RefusalReason::AlreadyDone | RefusalReason::NotSealed))
                    .map(|reason| LockOutcome::Refused { reason }),
            };
            LockRead {
                seal: seal.no.clone(),
                command: Some(command),
                action: Some(action),
                outcome,
                reading: Some(reading),
                late: true,
            }
        }
        None => plain(&seal.no, reading),
    }
}

/// The command whose end nobody knows.
#[must_use]
pub fn open_command(state: &SealState) -> Option<(CommandId, LockAction)> {
    match state {
        SealState::Pending { command, action } | SealState::Uncertain { command, action, .. } => {
            Some((*command, *action))
        }
        _ => None,
    }
}

fn plain(seal: &SealNo, reading: SealReading) -> LockRead {
    LockRead { seal: seal.clone(), command: None, action: None, outcome: None, reading: Some(reading), late: false }
}

#[cfg(test)]
mod tests {
    use super::*;
    use LockAction::{Arm, Disarm};

    fn reading(lock: LockState) -> SealReading {
        SealReading {
            serial: "83181001".parse().unwrap(),
            lock,
            rope_inserted: true,
            battery_percent: 80,
            clock: jiff::Timestamp::UNIX_EPOCH,
            self_test_failed: Vec::new(),
            position: None,
            gnss_fix: false,
            mobile_bars: 0,
            default_password: false,
            firmware: String::new(),
            log_counter: 0,
            last_command: None,
            not_told: Vec::new(),
        }
    }

    #[test]
    fn confirmed_only_with_the_reading_that_was_asked_for() {
        use LockState::{ClosedArmed, Jammed, Open, Ready, Tampered};
        let answers = [
            AnswerHeard::Acknowledged,
            AnswerHeard::Refused(RefusalReason::AlreadyDone),
            AnswerHeard::Refused(RefusalReason::NotSealed),
            AnswerHeard::Refused(RefusalReason::RopeNotInserted),
            AnswerHeard::Nothing(UncertainWhy::LinkLost),
        ];
        for heard in answers {
            for lock in [Open, Ready, ClosedArmed, Jammed, Tampered] {
                let confirmed = |action| judge(action, heard, Some(&reading(lock))) == LockOutcome::Confirmed;
                assert_eq!(confirmed(Arm), lock == ClosedArmed);
                assert_eq!(confirmed(Disarm), matches!(lock, Open | Ready));
            }
            assert_ne!(judge(Arm, heard, None), LockOutcome::Confirmed);
            assert_ne!(judge(Disarm, heard, None), LockOutcome::Confirmed);
        }
    }

    #[test]
    fn a_claim_of_already_done_is_not_believed_without_a_reading() {
        let heard = AnswerHeard::Refused(RefusalReason::AlreadyDone);
        assert_eq!(judge(Arm, heard, None), LockOutcome::Uncertain { why: UncertainWhy::NotReadBack });
    }
}
