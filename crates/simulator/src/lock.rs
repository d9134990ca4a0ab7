//! The lock of a simulated seal: bolt, rope, motor.

use seal_core::seal::reading::{LockAction, LockState};
use serde::{Deserialize, Serialize};

/// The lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "lock", rename_all = "snake_case")]
pub enum Lock {
    /// Bolt open, rope free.
    Open,
    /// Rope in its socket.
    Ready,
    /// The motor runs.
    Moving {
        /// Toward closed or open.
        action: LockAction,
        /// Opening a seal that had raised an alarm.
        tampered: bool,
        /// Readings until it reaches its end.
        reads_left: u8,
    },
    /// Closed and watching.
    ClosedArmed,
    /// Closed once, then cut or opened by force.
    Tampered,
    /// Power failed while the motor ran.
    Jammed {
        /// Toward closed or open.
        action: LockAction,
        /// Opening a seal that had raised an alarm.
        tampered: bool,
    },
}

/// What happens to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockEvent {
    /// A hand puts the rope in.
    RopeIn,
    /// A hand pulls the rope out, or cuts it, or opens the housing.
    Breached,
    /// The motor starts on an accepted command.
    Started {
        /// What was asked.
        action: LockAction,
        /// Readings that still show it moving.
        reads: u8,
    },
    /// The seal is read while the motor runs.
    Read,
    /// The motor had time to reach its end.
    TimePassed,
    /// Power fails.
    PowerLost,
    /// Power is back.
    PowerBack,
}

impl Lock {
    /// The next state.
    #[must_use]
    pub fn next(self, event: LockEvent) -> Self {
        use LockAction::{Arm, Disarm};
        use LockEvent as E;
        match (self, event) {
            (Self::Open, E::RopeIn) => Self::Ready,
            (Self::Ready, E::Breached) => Self::Open,
            (Self::ClosedArmed, E::Breached) => Self::Tampered,

            (Self::Ready, E::Started { action: Arm, reads }) => {
                Self::Moving { action: Arm, tampered: false, reads_left: reads }
            }
            (Self::ClosedArmed, E::Started { action: Disarm, reads }) => {
                Self::Moving { action: Disarm, tampered: false, reads_left: reads }
            }
            (Self::Tampered, E::Started { action: Disarm, reads }) => {
                Self::Moving { action: Disarm, tampered: true, reads_left: reads }
            }

            (Self::Moving { action, tampered, reads_left }, E::Read) if reads_left > 0 => {
                Self::Moving { action, tampered, reads_left: reads_left - 1 }
            }
            (Self::Moving { action: Arm, .. }, E::Read | E::TimePassed) => Self::ClosedArmed,
            (Self::Moving { action: Disarm, .. }, E::Read | E::TimePassed) => Self::Open,

            (Self::Moving { action, tampered, .. }, E::PowerLost) => Self::Jammed { action, tampered },
            // A seal never ends a broken-off command by itself: the bolt goes back to where it was.
            (Self::Jammed { action: Arm, .. }, E::PowerBack) => Self::Ready,
            (Self::Jammed { action: Disarm, tampered: false }, E::PowerBack) => Self::ClosedArmed,
            (Self::Jammed { action: Disarm, tampered: true }, E::PowerBack) => Self::Tampered,

            (lock, _) => lock,
        }
    }

    /// What a reading says. While the motor runs, the seal still reports where the bolt came from.
    #[must_use]
    pub fn reported(self) -> LockState {
        match self {
            Self::Open => LockState::Open,
            Self::Ready | Self::Moving { action: LockAction::Arm, .. } => LockState::Ready,
            Self::ClosedArmed | Self::Moving { action: LockAction::Disarm, tampered: false, .. } => {
                LockState::ClosedArmed
            }
            Self::Tampered | Self::Moving { action: LockAction::Disarm, tampered: true, .. } => LockState::Tampered,
            Self::Jammed { .. } => LockState::Jammed,
        }
    }
}
