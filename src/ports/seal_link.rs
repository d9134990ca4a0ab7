//! The radio link to a seal. One narrow trait; the practice yard and each real driver implement it.
//!
//! A command is sent at most once per call and never repeated by a link. Whether the lock moved is found out by reading.

use async_trait::async_trait;
use jiff::Timestamp;
use seal_core::cbor::Bytes;
use seal_core::fact::SignedPage;
use seal_core::ids::{CommandId, OfficerId};
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
    /// The seal does not accept this officer's right.
    #[error("the seal does not accept this phone")]
    NotAccepted,
    /// This phone holds no right to that seal for this officer.
    #[error("no right to this seal is on the phone: {0}")]
    NoTicket(String),
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

/// How a seal says that a command ended. Whether the lock is closed is found out by reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommandAnswer {
    /// It took the command; the bolt may still move.
    Acknowledged,
    /// It carried the command out.
    Done,
    /// It will not do it, or could not.
    Refused(RefusalReason),
}

/// An answer, and what the seal signed of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// The answer.
    pub answer: CommandAnswer,
    /// The seal's receipt, where its protocol has one; see [`SealSession::scheme`].
    pub receipt: Option<Bytes>,
}

/// What became of an earlier command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settled {
    /// It ended.
    Ended(Answered),
    /// The bolt still moves.
    Moving,
    /// The seal keeps no such command. That it never happened is certain only while `oldest`, the oldest entry that the seal
    /// still has, is no later than the first one written after the command went out.
    NotFound {
        /// Number of the oldest entry kept.
        oldest: u32,
    },
    /// This kind of seal does not remember commands.
    CannotTell,
}

/// A log as read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogPages {
    /// The entries, in the order of their numbers.
    pub entries: Vec<LogEntry>,
    /// The same as the seal signed them, where its protocol does that.
    pub signed: Vec<SignedPage>,
}

/// By which protocol a seal is spoken to, and how much that is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Protocol {
    /// Stored name: `eseal/1`, `totarget-a7`.
    pub name: &'static str,
    /// Somebody has tried this driver on a real seal.
    pub verified_on_hardware: bool,
    /// The seal proves who it is and signs what it did; otherwise all it says is a claim.
    pub proves_itself: bool,
}

/// The radio.
#[async_trait]
pub trait SealLink: Send + Sync {
    /// Seals heard now.
    async fn nearby(&self) -> Result<Vec<Sighting>, LinkTrouble>;
    /// Connects to that seal and no other, with the rights of that officer.
    async fn connect(&self, seal: &SealNo, by: &OfficerId) -> Result<Box<dyn SealSession>, LinkTrouble>;
    /// Protocols by which that seal may be spoken to: the one it was last heard with, or all while it was not heard.
    fn protocols(&self, seal: &SealNo) -> Vec<Protocol>;
}

/// A session with one seal. Dropping it disconnects.
#[async_trait]
pub trait SealSession: Send {
    /// How it is spoken to.
    fn protocol(&self) -> Protocol;
    /// What receipts and pages of this seal are checked by, `eseal/1`; `None` where nothing is signed.
    fn scheme(&self) -> Option<&'static str>;
    /// Reads the whole state.
    async fn read(&mut self) -> Result<SealReading, LinkTrouble>;
    /// Sets the clock the seal logs by.
    async fn set_clock(&mut self, now: Timestamp) -> Result<(), LinkTrouble>;
    /// Sends one command, once.
    async fn command(&mut self, id: CommandId, action: LockAction) -> Result<Answered, LinkTrouble>;
    /// Agrees that another officer opens this seal within the next minutes. Sent once.
    async fn approve(&mut self, id: CommandId) -> Result<Answered, LinkTrouble>;
    /// What became of an earlier command. Nothing is carried out.
    async fn settle(&mut self, id: CommandId) -> Result<Settled, LinkTrouble>;
    /// Log entries with a counter from `from` on.
    async fn log(&mut self, from: u32) -> Result<LogPages, LinkTrouble>;
}
