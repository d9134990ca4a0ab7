//! What a seal reports about itself, and how a command to it can end.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::preflight::CheckKind;
use crate::ids::CommandId;
use crate::seal_no::SealNo;
use crate::time::Position;

/// The state of the lock as the seal itself reports it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LockState {
    /// Bolt open, rope free.
    Open,
    /// Rope in the socket, bolt not driven.
    Ready,
    /// Bolt driven, rope held, watching: the only state called sealed.
    ClosedArmed,
    /// Was armed; the rope was cut or the housing opened since.
    Tampered,
    /// The motor stopped between open and closed.
    Jammed,
}

/// One reading of a seal over its radio. All of it is the seal's claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealReading {
    /// Serial reported inside the session; must equal the label.
    pub serial: SealNo,
    /// The lock.
    pub lock: LockState,
    /// Rope in its socket.
    pub rope_inserted: bool,
    /// Battery, per cent.
    pub battery_percent: u8,
    /// The seal's own clock, UTC.
    pub clock: Timestamp,
    /// Result of the seal's self test; names of the parts that failed (`shell`, `motor`, `gnss`, `flash`).
    pub self_test_failed: Vec<String>,
    /// Last satellite fix, where it has one now.
    pub position: Option<Position>,
    /// Satellites fix held now.
    pub gnss_fix: bool,
    /// Mobile signal bars 0 to 4; 0 = none.
    pub mobile_bars: u8,
    /// Still the factory password.
    pub default_password: bool,
    /// Firmware version text.
    pub firmware: String,
    /// Number of the newest entry in the seal's log; only grows.
    pub log_counter: u32,
    /// The last command the seal acted on, if it kept it: lets a later reader settle an uncertain command.
    pub last_command: Option<LastCommand>,
    /// Checks of which this kind of seal says nothing: what stands above for them means nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_told: Vec<CheckKind>,
}

/// The seal's own memory of its last command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastCommand {
    /// The id that the phone gave.
    pub id: CommandId,
    /// What was asked.
    pub action: LockAction,
    /// How it ended in the seal.
    pub done: bool,
}

/// What a phone can ask of a lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LockAction {
    /// Close and watch (khóa).
    Arm,
    /// Open (gỡ).
    Disarm,
}

/// Why a seal said no. Physical reasons only a seal can know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalReason {
    /// The rope is not in its socket.
    RopeNotInserted,
    /// Battery too low to move the bolt.
    BatteryTooLow,
    /// The motor did not reach its end.
    MotorStuck,
    /// The housing is open.
    ShellOpen,
    /// The rope is cut.
    RopeCut,
    /// The seal does not accept this phone's right to command it.
    NotAuthorised,
    /// Already in the state asked for.
    AlreadyDone,
    /// Asked to open, but it was not closed.
    NotSealed,
    /// Somebody has to press the seal's button first.
    NeedsPresence,
    /// Another officer has to agree first, with a right of their own.
    NeedsSecondOfficer,
    /// The seal lost the time: a right made for this moment, or another officer's agreement.
    NeedsFreshTicket,
    /// The bolt still moves for an earlier command.
    Moving,
    /// The seal cannot write down what it does, and so does nothing.
    MemoryFailed,
    /// Power failed while the bolt moved.
    PowerFailed,
    /// It stands in alarm: it was opened without a command.
    InAlarm,
}

/// Why nobody can say how a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UncertainWhy {
    /// The link dropped after the command went out.
    LinkLost,
    /// No answer in time.
    NoAnswer,
    /// The seal acknowledged, but its state could not be read back.
    NotReadBack,
    /// The seal answered, but its lock is in between.
    Jammed,
    /// The app was stopped between sending and knowing.
    Interrupted,
}

/// How a command ended, as far as this phone can prove.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum LockOutcome {
    /// The lock state, read back after the command, is the one asked for.
    Confirmed,
    /// The seal refused; the lock did not move.
    Refused {
        /// What the seal said.
        reason: RefusalReason,
    },
    /// Not known. Treated as neither open nor closed until somebody reads the seal.
    Uncertain {
        /// Why not.
        why: UncertainWhy,
    },
}
