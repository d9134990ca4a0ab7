//! The queue of what has to reach the central, as data. Nothing leaves it without a receipt.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::evidence::PhotoRole;
use crate::ids::{CaseId, EventId, OfficerId, Sha256};
use crate::seal_no::SealNo;

/// Order of sending: a lower lane goes first, and a stuck item in one lane never holds another (trust 1.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[repr(u8)]
pub enum Lane {
    /// Alarms and tampering.
    Alarm = 0,
    /// Arming, disarming and what proves them.
    Lock = 1,
    /// Scans, returns, the rest of the facts.
    Facts = 2,
    /// Small derived pictures.
    Thumbnails = 3,
    /// Photo originals.
    Photos = 4,
    /// What the phone said of itself with a reported difficulty. The report itself has to be told at once (dispatch point 4.b).
    Diagnostics = 5,
}

/// The central's proof that it has something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Place in the central's commit order, from 1; 0 for photo bytes. The record of so many events, and every larger one,
    /// covers it ([`crate::merkle`]).
    pub server_seq: u64,
    /// When the central took it.
    pub at: Timestamp,
    /// Short code people can read to each other, e.g. `7F3A-21`.
    pub code: String,
}

/// Why an item needs a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum StuckReason {
    /// The central refused the item.
    Refused {
        /// Machine-readable reason of the problem document.
        code: String,
        /// Its text.
        detail: String,
    },
    /// The central has another content under the same id: an integrity alarm.
    HashConflict,
    /// The file of a photo is not there any more.
    PhotoMissing,
    /// The file of a photo does not have its digest any more.
    PhotoChanged,
}

/// State of an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum OutboxState {
    /// To be sent when its time has come.
    Waiting,
    /// On its way now. A leftover after a stop goes back to waiting.
    Sending,
    /// The central has it.
    Accepted {
        /// The proof.
        receipt: Receipt,
    },
    /// Kept, visible, needs a person; everything else flows.
    Stuck {
        /// Why.
        reason: StuckReason,
    },
}

/// What an item is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "item", rename_all = "snake_case")]
pub enum QueueWhat {
    /// A fact.
    Fact {
        /// The event.
        event: EventId,
        /// Its kind, [`crate::fact::Fact::kind`].
        kind: String,
    },
    /// Photo bytes.
    Photo {
        /// Digest.
        sha256: Sha256,
        /// What it shows.
        role: PhotoRole,
        /// It is the small derived picture.
        thumbnail: bool,
    },
}

/// One item as the officer sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueItem {
    /// Key in the store.
    pub key: i64,
    /// What.
    pub what: QueueWhat,
    /// Lane.
    pub lane: Lane,
    /// State.
    pub state: OutboxState,
    /// Size, bytes.
    pub bytes: u64,
    /// Bytes the central already has (photos).
    pub sent_bytes: u64,
    /// When the officer made it.
    pub made_at: Timestamp,
    /// Tries so far.
    pub tries: u32,
    /// Next try; `None` = as soon as there is coverage.
    pub next_try: Option<Timestamp>,
    /// Why the last try did not end well, for the officer: `offline`, `portal`, `server_busy`, `sign_in`, ...
    pub last_problem: Option<String>,
    /// A photo waits until its fact is accepted.
    pub waits_for_fact: bool,
    /// Who made it; the phone may be another officer's since.
    pub author: OfficerId,
    /// The case.
    pub case: Option<CaseId>,
    /// First container or seal of it, for the title.
    pub seal: Option<SealNo>,
    /// First container of its case, for the title.
    pub container: Option<String>,
}

/// Counts that every screen shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueCounts {
    /// Waiting or sending.
    pub waiting: u32,
    /// Bytes still to send.
    pub bytes: u64,
    /// Needs a person.
    pub stuck: u32,
    /// Accepted with a receipt and still listed.
    pub accepted: u32,
}
