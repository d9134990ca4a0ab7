//! The radio link to a seal. One narrow trait; the practice yard and each real driver implement it.
//!
//! A command is sent at most once per call and never repeated by a link. Whether the lock moved is found out by reading.

use async_trait::async_trait;
use jiff::Timestamp;
use seal_core::ids::CommandId;
use seal_core::seal::log::LogEntry;
use seal_core::seal::reading::{LockAction, RefusalReason, SealReading};
use seal_core::seal_no::SealNo;

/// A seal heard nearby.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// The serial it advertises.
    pub seal: SealNo,
    /// Signal strength in dBm; nearer to zero is stronger.
    pub rssi_dbm: i16,
}

/// What went wrong with the link. Each has a text that tells the officer what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LinkTrouble {
    /// The phone's radio is off.
    #[error("the phone's Bluetooth is off")]
    RadioOff,
    /// The app may not use the radio.
    #[error("the app is not allowed to use Bluetooth")]
    NotAllowed,
    /// Not heard at all: asleep, flat or not here.
    #[error("the seal is not heard")]
    NotHeard,
    /// Heard, but too weak to connect.
    #[error("the seal is too far away")]
    TooFar,
    /// Another phone holds it.
    #[error("another phone is connected to the seal")]
    Busy,
    /// The session's serial is not the label's.
    #[error("the seal that answered is {found}")]
    OtherSeal {
        /// The serial that answered.
        found: SealNo,
    },
    /// The seal does not accept this phone.
    #[error("the seal does not accept this phone")]
    NotAccepted,
    /// The link dropped.
    #[error("the link to the seal was lost")]
    LinkLost,
    /// No answer in time.
    #[error("the seal did not answer in time")]
    NoAnswer,
    /// The seal's answer makes no sense.
    #[error("the seal's answer cannot be read: {0}")]
    Unreadable(String),
}

/// A seal's immediate answer to a command. Neither says that the lock moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommandAnswer {
    /// It took the command.
    Acknowledged,
    /// It will not do it.
    Refused(RefusalReason),
}

/// The radio.
#[async_trait]
pub trait SealLink: Send + Sync {
    /// Seals heard now.
    async fn nearby(&self) -> Result<Vec<Sighting>, LinkTrouble>;
    /// Connects to that seal and no other.
    async fn connect(&self, seal: &SealNo) -> Result<Box<dyn SealSession>, LinkTrouble>;
}

/// A session with one seal.
#[async_trait]
pub trait SealSession: Send {
    /// Reads the whole state.
    async fn read(&mut self) -> Result<SealReading, LinkTrouble>;
    /// Sets the clock the seal logs by.
    async fn set_clock(&mut self, now: Timestamp) -> Result<(), LinkTrouble>;
    /// Sends one command.
    async fn command(&mut self, id: CommandId, action: LockAction) -> Result<CommandAnswer, LinkTrouble>;
    /// Log entries with a counter from `from` on.
    async fn log(&mut self, from: u32) -> Result<Vec<LogEntry>, LinkTrouble>;
}
