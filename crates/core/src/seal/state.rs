//! What may be believed about one seal's lock in one case: the most safety-relevant piece of the app.
//!
//! ```text
//!            Commanded                LockRead confirmed(arm)
//!   Free ───────────────▶ Pending ───────────────────────────▶ ClosedArmed
//!    │                      │  │ refused                          │
//!    │ Recorded             │  └────────▶ Refused                 │ Commanded(disarm)
//!    ▼                      │ lost                                ▼
//!   RecordedUnconfirmed     └────────▶ Uncertain ◀──────────── Pending ──▶ Opened
//! ```
//!
//! Acknowledged is not closed, and silence is not failure: without a reading the state is [`SealState::Uncertain`].
//! Later evidence can settle an uncertain state; it never rewrites the fact that it was uncertain.

use serde::{Deserialize, Serialize};

use super::reading::{LockAction, LockOutcome, LockState, RefusalReason, UncertainWhy};
use crate::ids::CommandId;

/// What is known of a seal's lock within a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum SealState {
    /// Nothing asked of it yet.
    Free,
    /// A command is on its way, its end unknown until a reading. If the app stops here, this *is* uncertain.
    Pending {
        /// The command.
        command: CommandId,
        /// What was asked.
        action: LockAction,
    },
    /// The seal itself said closed and armed.
    ClosedArmed,
    /// The seal refused; nothing moved. `armed` tells whether it was closed before.
    Refused {
        /// What was asked.
        action: LockAction,
        /// What the seal said.
        reason: RefusalReason,
        /// Still closed from before.
        armed: bool,
    },
    /// Nobody knows. Neither open nor closed.
    Uncertain {
        /// The command nobody knows the end of.
        command: CommandId,
        /// What was asked.
        action: LockAction,
        /// Why it is not known.
        why: UncertainWhy,
    },
    /// Applied by hand, card or keypad; no radio of ours confirmed it.
    RecordedUnconfirmed,
    /// Recorded by hand; the monitoring platform later saw it closed.
    RecordedConfirmedByPlatform,
    /// Recorded by hand; the monitoring platform contradicts the record.
    RecordedContradicted,
    /// The seal reports that it was cut or opened without a command of ours.
    Tampered,
    /// The seal itself said open after our command.
    Opened,
    /// Taken off by hand, no radio of ours confirmed it.
    RemovedUnconfirmed,
    /// Cut off before a witness.
    CutOff,
}

/// What can happen to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SealEvent {
    /// A command is recorded, before it is sent.
    Commanded {
        /// Its id.
        command: CommandId,
        /// What is asked.
        action: LockAction,
    },
    /// The end of a command, as far as known.
    Ended {
        /// Its id.
        command: CommandId,
        /// What was asked.
        action: LockAction,
        /// How it ended.
        outcome: LockOutcome,
    },
    /// The state read without a command: on inspection, or to settle an uncertain one.
    Read(LockState),
    /// Put on by hand.
    RecordedOn,
    /// Taken off by hand.
    RecordedOff,
    /// The monitoring platform reports it closed (true) or open.
    PlatformSaw {
        /// Closed, as the platform reports.
        closed: bool,
    },
    /// Cut off before a witness.
    CutOff,
}

/// Why an event does not fit the state. The fact is kept all the same; the case is flagged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Misfit {
    /// Arming a seal that is already closed here.
    #[error("the seal is already closed and armed in this case")]
    AlreadyArmed,
    /// A command while another one's end is unknown: read the seal first.
    #[error("the end of an earlier command is not known; read the seal first")]
    EarlierCommandOpen,
    /// Disarming what is not closed here.
    #[error("the seal is not closed in this case")]
    NotArmed,
    /// Anything after it was cut off or taken off for good.
    #[error("the seal no longer belongs to this case")]
    Gone,
    /// An answer to a command nobody gave.
    #[error("the answer belongs to no command of this case")]
    UnknownCommand,
}

impl SealState {
    /// The next state.
    ///
    /// # Errors
    /// [`Misfit`] when the event cannot follow; the state stays.
    pub fn apply(&self, event: &SealEvent) -> Result<Self, Misfit> {
        use LockAction::{Arm, Disarm};
        use SealEvent as E;
        use SealState as S;
        match (self, event) {
            // ── a command goes out ──
            (S::Pending { .. } | S::Uncertain { .. }, E::Commanded { .. }) => Err(Misfit::EarlierCommandOpen),
            (S::Opened | S::RemovedUnconfirmed | S::CutOff, E::Commanded { action: Disarm, .. } | E::RecordedOff) => {
                Err(Misfit::Gone)
            }
            (S::ClosedArmed | S::Refused { armed: true, .. }, E::Commanded { action: Arm, .. }) => {
                Err(Misfit::AlreadyArmed)
            }
            (S::Free | S::Refused { armed: false, .. }, E::Commanded { action: Disarm, .. }) => Err(Misfit::NotArmed),
            (_, E::Commanded { command, action }) => Ok(S::Pending { command: *command, action: *action }),

            // ── its end, now or later ──
            (S::Pending { command: open, .. } | S::Uncertain { command: open, .. }, E::Ended { command, .. })
                if open != command =>
            {
                Err(Misfit::UnknownCommand)
            }
            (S::Pending { .. } | S::Uncertain { .. }, E::Ended { command, action, outcome }) => {
                Ok(match (action, outcome) {
                    (Arm, LockOutcome::Confirmed | LockOutcome::Refused { reason: RefusalReason::AlreadyDone }) => {
                        S::ClosedArmed
                    }
                    (
                        Disarm,
                        LockOutcome::Confirmed
                        | LockOutcome::Refused { reason: RefusalReason::NotSealed | RefusalReason::AlreadyDone },
                    ) => S::Opened,
                    (_, LockOutcome::Refused { reason }) => {
                        S::Refused { action: *action, reason: *reason, armed: *action == Disarm }
                    }
                    (_, LockOutcome::Uncertain { why }) => {
                        S::Uncertain { command: *command, action: *action, why: *why }
                    }
                })
            }
            (_, E::Ended { .. }) => Err(Misfit::UnknownCommand),

            // ── a reading settles what was open, and can show tampering ──
            (S::Pending { action: Arm, .. } | S::Uncertain { action: Arm, .. }, E::Read(LockState::ClosedArmed)) => {
                Ok(S::ClosedArmed)
            }
            (
                S::Pending { action: Arm, .. } | S::Uncertain { action: Arm, .. },
                E::Read(LockState::Open | LockState::Ready),
            ) => Ok(S::Free),
            (
                S::Pending { action: Disarm, .. } | S::Uncertain { action: Disarm, .. },
                E::Read(LockState::Open | LockState::Ready),
            ) => Ok(S::Opened),
            (
                S::Pending { action: Disarm, .. } | S::Uncertain { action: Disarm, .. },
                E::Read(LockState::ClosedArmed),
            ) => Ok(S::ClosedArmed),
            (
                S::ClosedArmed | S::Refused { armed: true, .. } | S::Pending { .. } | S::Uncertain { .. },
                E::Read(LockState::Tampered),
            ) => Ok(S::Tampered),
            (S::ClosedArmed | S::Refused { armed: true, .. }, E::Read(LockState::Open | LockState::Ready)) => {
                Ok(S::Tampered)
            }
            (state, E::Read(_)) => Ok(state.clone()),

            // ── by hand ──
            (S::ClosedArmed | S::RecordedUnconfirmed | S::RecordedConfirmedByPlatform, E::RecordedOn) => {
                Err(Misfit::AlreadyArmed)
            }
            (_, E::RecordedOn) => Ok(S::RecordedUnconfirmed),
            (S::Free, E::RecordedOff) => Err(Misfit::NotArmed),
            (_, E::RecordedOff) => Ok(S::RemovedUnconfirmed),
            (S::RecordedUnconfirmed | S::RecordedContradicted, E::PlatformSaw { closed: true }) => {
                Ok(S::RecordedConfirmedByPlatform)
            }
            (S::RecordedUnconfirmed | S::RecordedConfirmedByPlatform, E::PlatformSaw { closed: false }) => {
                Ok(S::RecordedContradicted)
            }
            (state, E::PlatformSaw { .. }) => Ok(state.clone()),
            (S::Opened | S::RemovedUnconfirmed | S::CutOff, E::CutOff) => Err(Misfit::Gone),
            (_, E::CutOff) => Ok(S::CutOff),
        }
    }

    /// Closed as far as anybody has proof or a record: the goods count as sealed.
    #[must_use]
    pub fn is_on(&self) -> bool {
        matches!(
            self,
            Self::ClosedArmed
                | Self::RecordedUnconfirmed
                | Self::RecordedConfirmedByPlatform
                | Self::RecordedContradicted
                | Self::Tampered
                | Self::Refused { armed: true, .. }
                | Self::Pending { action: LockAction::Disarm, .. }
                | Self::Uncertain { .. }
        )
    }

    /// Off the container for good in this case.
    #[must_use]
    pub fn is_off(&self) -> bool {
        matches!(self, Self::Opened | Self::RemovedUnconfirmed | Self::CutOff)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn command(n: u128) -> CommandId {
        CommandId(Uuid::from_u128(n))
    }

    fn run(events: &[SealEvent]) -> Result<SealState, Misfit> {
        events.iter().try_fold(SealState::Free, |state, event| state.apply(event))
    }

    fn arm(n: u128) -> SealEvent {
        SealEvent::Commanded { command: command(n), action: LockAction::Arm }
    }

    fn ended(n: u128, action: LockAction, outcome: LockOutcome) -> SealEvent {
        SealEvent::Ended { command: command(n), action, outcome }
    }

    const LOST: LockOutcome = LockOutcome::Uncertain { why: UncertainWhy::LinkLost };

    #[test]
    fn only_a_confirmed_end_closes() {
        assert_eq!(run(&[arm(1)]).unwrap(), SealState::Pending { command: command(1), action: LockAction::Arm });
        assert_eq!(run(&[arm(1), ended(1, LockAction::Arm, LockOutcome::Confirmed)]), Ok(SealState::ClosedArmed));
        assert!(
            !run(&[arm(1), ended(1, LockAction::Arm, LockOutcome::Refused { reason: RefusalReason::RopeNotInserted })])
                .unwrap()
                .is_on()
        );
    }

    #[test]
    fn no_second_command_while_the_first_is_open() {
        assert_eq!(run(&[arm(1), arm(2)]), Err(Misfit::EarlierCommandOpen));
        assert_eq!(run(&[arm(1), ended(1, LockAction::Arm, LOST), arm(2)]), Err(Misfit::EarlierCommandOpen));
    }

    #[test]
    fn a_reading_settles_what_was_uncertain() {
        let lost = [arm(1), ended(1, LockAction::Arm, LOST)];
        let settled = |read| run(&[&lost[..], &[SealEvent::Read(read)]].concat()).unwrap();
        assert_eq!(settled(LockState::ClosedArmed), SealState::ClosedArmed);
        assert_eq!(settled(LockState::Open), SealState::Free);
        assert!(matches!(settled(LockState::Jammed), SealState::Uncertain { .. }));
    }

    #[test]
    fn an_open_lock_that_we_did_not_open_is_tampering() {
        let armed = [arm(1), ended(1, LockAction::Arm, LockOutcome::Confirmed)];
        assert_eq!(run(&[&armed[..], &[SealEvent::Read(LockState::Open)]].concat()), Ok(SealState::Tampered));
    }

    #[test]
    fn a_recorded_seal_is_never_called_closed_and_armed() {
        let recorded = run(&[SealEvent::RecordedOn]).unwrap();
        assert_eq!(recorded, SealState::RecordedUnconfirmed);
        assert_eq!(recorded.apply(&SealEvent::PlatformSaw { closed: false }), Ok(SealState::RecordedContradicted));
        assert_eq!(
            recorded.apply(&SealEvent::PlatformSaw { closed: true }),
            Ok(SealState::RecordedConfirmedByPlatform)
        );
    }
}
