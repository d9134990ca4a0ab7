//! What a phone tells of itself beside a reported difficulty.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::enrolment::KeyHome;

/// See [`super::Fact::DiagnosticsGiven`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiagnosticsGiven {
    /// App and version, e.g. `seal-field 0.1.0`.
    pub app: String,
    /// Operating system and processor, e.g. `android aarch64`.
    pub system: String,
    /// Free space where the app keeps its data, bytes; `None` where the system does not say.
    pub free_bytes: Option<u64>,
    /// Where the key is that signs facts.
    pub signing_key: KeyHome,
    /// Where the key is that the data at rest hangs from.
    pub data_key: KeyHome,
    /// How the queue stood.
    pub queue: QueueStanding,
    /// When the last pull ended well.
    pub pulled_at: Option<Timestamp>,
    /// Last lines of the app's log, the oldest first. No secret ever stands there.
    pub log: Vec<String>,
}

/// A queue in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueStanding {
    /// Items waiting or being sent.
    pub waiting: u32,
    /// Items that need a person.
    pub stuck: u32,
    /// Bytes still to send.
    pub bytes: u64,
    /// When the oldest of them was made.
    pub oldest: Option<Timestamp>,
    /// Why their last tries did not end well, and how many items each holds up.
    pub problems: BTreeMap<String, u32>,
}
