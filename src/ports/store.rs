//! The local store: facts, the queue, the mirror of the central, and views of them.
//!
//! One transaction writes an act: its events, their queue entries and their photo references. After that returns, the act
//! survives a power cut; before, nothing of it exists.

use jiff::Timestamp;
use seal_core::case::CaseView;
use seal_core::cbor::Bytes;
use seal_core::checkpoint::SignedCheckpoint;
use seal_core::container::ContainerNo;
use seal_core::courier::ParcelView;
use seal_core::custody::SealView;
use seal_core::declaration::DeclarationNo;
use seal_core::doc::DeviceDoc;
use seal_core::event::SignedEvent;
use seal_core::fact::Fact;
use seal_core::ids::{ActId, CaseId, DeviceId, EventId, OfficeCode, OfficerId, ParcelId, Sha256};
use seal_core::officer::Officer;
use seal_core::outbox::{QueueCounts, QueueItem, Receipt, StuckReason};
use seal_core::rescue::AgencyKey;
use seal_core::rules::{Office, RulePack};
use seal_core::seal_no::SealNo;
use seal_core::time::{Moment, Position};
use seal_core::wire::ChangesResponse;
use tokio::sync::watch;

use super::lists::Lists;
use super::vault::{Vault, VaultError};

/// Note that holds the officer signed in, as JSON; `sync` fetches photos for their unit.
pub const OFFICER_NOTE: &str = "officer";
/// Note that the next start begins anew.
pub const BEGIN_ANEW_NOTE: &str = "begin-anew";
/// Note that data was moved aside and not yet seen by an officer: a [`Damage`] as JSON.
pub const DAMAGE_NOTE: &str = "damage";

/// Why data was moved aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AsideBecause {
    /// It is damaged.
    #[default]
    Damaged,
    /// It was written under another key than the vault's.
    OtherKey,
    /// The vault's key is lost.
    KeyLost,
    /// It was gone, or lacked what had been saved: nothing was moved, it was completed.
    Missing,
}

/// Data that was moved aside, never deleted.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Damage {
    /// Why.
    #[serde(default)]
    pub because: AsideBecause,
    /// Where the file is now; of a lost key, the folder of all that was sealed with it. Empty when nothing was moved.
    pub file: String,
    /// How many facts of this device were read out of it; they are queued again.
    pub salvaged: usize,
    /// How many came out of the rescue journal; they are queued again.
    #[serde(default)]
    pub rebuilt: usize,
    /// Places in this device's chain of facts of which no copy is left here. What the central has comes back with the feed.
    #[serde(default)]
    pub lost: Vec<u64>,
    /// Newer facts than the newest that was found may be missing too: the ends of both copies are damaged.
    #[serde(default)]
    pub perhaps_more: bool,
}

/// How the second copy of what is saved stands, see [`Store::tidy`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RescueStanding {
    /// Why the last act is not in it; what lacks is written as soon as that goes. The act itself is saved.
    pub problem: Option<StoreTrouble>,
    /// The agency's key, once known: from then on there is a copy that the central can open.
    pub agency: Option<AgencyKey>,
}

/// Why something could not be written beside the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreTrouble {
    /// No space left.
    DiskFull,
    /// Anything else the system says.
    Other(String),
}

/// Why the store cannot serve.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No space left; nothing was written.
    #[error("no space left on the device")]
    DiskFull,
    /// The database is damaged. It was moved aside, not deleted.
    #[error("the local database is damaged and was moved aside: {0}")]
    Damaged(String),
    /// The database was written under another key, and could not be moved aside.
    #[error("the local database was written with another key: {0}")]
    OtherKey(String),
    /// A newer version of the app wrote the database. It was left as it is.
    #[error("the local database was written by a newer version of this app; update the app")]
    Newer,
    /// The event could not be signed.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// Anything else the database says.
    #[error("the local database failed: {0}")]
    Database(String),
}

/// An act about to be written.
#[derive(Debug, Clone)]
pub struct Act {
    /// Its id.
    pub id: ActId,
    /// Who.
    pub officer: OfficerId,
    /// Of which unit.
    pub unit: OfficeCode,
    /// When.
    pub at: Moment,
    /// Where.
    pub place: Option<Position>,
    /// In which case.
    pub case: Option<CaseId>,
    /// What happened, in order.
    pub facts: Vec<Fact>,
}

/// Something the queue can send now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sendable {
    /// A signed event.
    Event {
        /// Queue key.
        key: i64,
        /// Its id.
        id: EventId,
        /// Exactly the signed bytes.
        cose: Vec<u8>,
    },
    /// Photo bytes.
    Photo {
        /// Queue key.
        key: i64,
        /// Digest.
        sha256: Sha256,
        /// Size.
        bytes: u64,
        /// Media type.
        media_type: String,
    },
}

impl Sendable {
    /// Queue key.
    #[must_use]
    pub fn key(&self) -> i64 {
        match self {
            Self::Event { key, .. } | Self::Photo { key, .. } => *key,
        }
    }
}

/// An item that the central has not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsent {
    /// The item.
    pub item: Sendable,
    /// The signed event: itself, or the one that names the photograph.
    pub cose: Vec<u8>,
}

/// How an attempt ended for one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settled {
    /// The central has it.
    Accepted(Receipt),
    /// Needs a person.
    Stuck(StuckReason),
    /// Try again.
    Again {
        /// Not before.
        not_before: Timestamp,
        /// For the officer, see [`QueueItem::last_problem`].
        problem: String,
        /// Bytes the central has now.
        sent_bytes: u64,
    },
}

/// Where the mirror stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FeedState {
    /// Next cursor.
    pub cursor: Option<String>,
    /// The central's epoch.
    pub epoch: Option<String>,
    /// When the last pull ended well.
    pub pulled_at: Option<Timestamp>,
}

/// The rule pack in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackStanding {
    /// Its name.
    pub version: String,
    /// When it was issued; `None` for the pack shipped with the app.
    pub issued_at: Option<Timestamp>,
    /// Who signed it; `None` for the pack shipped with the app.
    pub issuer: Option<String>,
    /// Why the pack that came last is not in force.
    pub refused: Option<String>,
}

/// A checkpoint of the central that was proven here, or that was its first word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordHead {
    /// Which life of the central's database.
    pub epoch: String,
    /// Events in the record.
    pub size: u64,
    /// Root of their tree.
    pub root: Sha256,
    /// The central's clock.
    pub at: Timestamp,
    /// As it was signed.
    pub cose: Vec<u8>,
}

/// What this device knows of the central's record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecordKnown {
    /// The central's key, SEC1 uncompressed P-256 point, from the first sign-in.
    pub key: Option<Bytes>,
    /// Records that the present one is proven to have grown from, newest first: the newest of each hour of the last two
    /// days, then of each day.
    pub heads: Vec<RecordHead>,
}

impl RecordKnown {
    /// Events that a proven checkpoint covers: a receipt up to this number is proven.
    #[must_use]
    pub fn proven(&self) -> u64 {
        self.heads.first().map_or(0, |head| head.size)
    }
}

/// What is wrong with the central's record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlarmWhy {
    /// A checkpoint is not signed by the central.
    Signature,
    /// The central signs with another key than before.
    KeyChanged,
    /// Within one life of its database the central shows two records, neither of which is the other's beginning.
    Forked,
    /// After a restore that it announced, the central's record differs before the point at which it says it was restored.
    Rewritten,
}

/// An integrity alarm, with the evidence for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordAlarm {
    /// What is wrong.
    pub why: AlarmWhy,
    /// When it was seen.
    pub at: Timestamp,
    /// The checkpoint that was proven before, as it was signed; empty when there was none.
    pub before: Vec<u8>,
    /// The one that does not fit it; of a changed key, that key.
    pub after: Vec<u8>,
}

impl RecordAlarm {
    /// An alarm; the store says when it was seen.
    #[must_use]
    pub fn new(why: AlarmWhy, before: Option<&RecordHead>, after: &[u8]) -> Self {
        let before = before.map(|head| head.cose.clone()).unwrap_or_default();
        Self { why, at: Timestamp::UNIX_EPOCH, before, after: after.to_vec() }
    }
}

/// What became of a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Followed {
    /// The record that is followed from now on; none when the checkpoint is not believed.
    pub checkpoint: Option<SignedCheckpoint>,
    /// Everything that was accepted is sent again, except the events among the first so many of the record: it is proven to
    /// hold those.
    pub send_again: Option<u64>,
    /// What is wrong.
    pub alarm: Option<RecordAlarm>,
}

/// The right to send what is queued.
pub struct OutboxHold {
    _given_up_when_dropped: Box<dyn Send + Sync>,
}

impl OutboxHold {
    /// Held as long as `by` lives.
    pub fn new(by: impl Send + Sync + 'static) -> Self {
        Self { _given_up_when_dropped: Box::new(by) }
    }
}

/// The store. Calls are short (a few milliseconds) and may be made from the UI.
pub trait Store: Lists + Send + Sync {
    /// A number that grows with every change; screens wait on it.
    fn changed(&self) -> watch::Receiver<u64>;

    // ── facts ──

    /// Signs and writes an act.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing was written.
    fn append(&self, act: &Act, vault: &dyn Vault) -> Result<Vec<SignedEvent>, StoreError>;
    /// Every event of a case known here, own and others'.
    ///
    /// # Errors
    /// [`StoreError`].
    fn case_events(&self, case: CaseId) -> Result<Vec<SignedEvent>, StoreError>;

    /// One event by its id, own or another's.
    ///
    /// # Errors
    /// [`StoreError`].
    fn event(&self, id: EventId) -> Result<Option<SignedEvent>, StoreError>;

    // ── the second copy of what is saved ──

    /// What may wait until nobody waits: the database takes its log in, the second copy reaches the disk, is completed, and what is
    /// settled and old goes.
    ///
    /// # Errors
    /// [`StoreError`]; what is saved stays saved.
    fn tidy(&self) -> Result<(), StoreError>;
    /// How the second copy stands.
    fn rescue_standing(&self) -> RescueStanding;
    /// Seals a copy of what was and will be saved to the agency; the key comes with a sign-in.
    ///
    /// # Errors
    /// [`StoreError`].
    fn trust_agency_key(&self, key: &Bytes) -> Result<(), StoreError>;

    // ── views of one thing; many of them are lists, see [`Lists`] ──

    /// A case.
    ///
    /// # Errors
    /// [`StoreError`].
    fn case(&self, id: CaseId) -> Result<Option<CaseView>, StoreError>;
    /// Cases with that container, newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    fn cases_of_container(&self, container: &ContainerNo) -> Result<Vec<CaseId>, StoreError>;
    /// Cases with that declaration.
    ///
    /// # Errors
    /// [`StoreError`].
    fn cases_of_declaration(&self, declaration: &DeclarationNo) -> Result<Vec<CaseId>, StoreError>;
    /// Cases whose sheet printed that raw code.
    ///
    /// # Errors
    /// [`StoreError`].
    fn cases_of_sheet_code(&self, raw: &str) -> Result<Vec<CaseId>, StoreError>;
    /// A seal; `None` if neither the register nor any fact knows it.
    ///
    /// # Errors
    /// [`StoreError`].
    fn seal(&self, no: &SealNo) -> Result<Option<SealView>, StoreError>;
    /// A parcel.
    ///
    /// # Errors
    /// [`StoreError`].
    fn parcel(&self, id: ParcelId) -> Result<Option<ParcelView>, StoreError>;
    /// An office.
    ///
    /// # Errors
    /// [`StoreError`].
    fn office(&self, code: &OfficeCode) -> Result<Option<Office>, StoreError>;
    /// Every office.
    ///
    /// # Errors
    /// [`StoreError`].
    fn offices(&self) -> Result<Vec<Office>, StoreError>;
    /// Officers of a unit known here.
    ///
    /// # Errors
    /// [`StoreError`].
    fn officers(&self, unit: &OfficeCode) -> Result<Vec<Officer>, StoreError>;
    /// An officer by account.
    ///
    /// # Errors
    /// [`StoreError`].
    fn officer(&self, id: &OfficerId) -> Result<Option<Officer>, StoreError>;
    /// A phone and its key, as the central enrolled it.
    ///
    /// # Errors
    /// [`StoreError`].
    fn device(&self, id: DeviceId) -> Result<Option<DeviceDoc>, StoreError>;
    /// Events of these kinds ([`Fact::kind`]) by officers of a unit, in the order in which this phone learned of them. For
    /// the few kinds that concern a unit as a whole (statements, counts, hand-overs).
    ///
    /// # Errors
    /// [`StoreError`].
    fn unit_events(&self, unit: &OfficeCode, kinds: &[&str]) -> Result<Vec<SignedEvent>, StoreError>;
    /// Events of these kinds ([`Fact::kind`]) by officers of any unit, in the order in which this phone learned of them. For
    /// kinds that are rare.
    ///
    /// # Errors
    /// [`StoreError`].
    fn events_of_kinds(&self, kinds: &[&str]) -> Result<Vec<SignedEvent>, StoreError>;
    /// The rule pack in force: the newest that came whole and signed, else the one shipped with the app.
    ///
    /// # Errors
    /// [`StoreError`].
    fn rules(&self) -> Result<RulePack, StoreError>;
    /// Where the pack in force comes from, and why a later one was not taken.
    ///
    /// # Errors
    /// [`StoreError`].
    fn pack_standing(&self) -> Result<PackStanding, StoreError>;
    /// Trusts the rule keys of the first sign-in; when keys are trusted already, nothing changes.
    ///
    /// # Errors
    /// [`StoreError`].
    fn trust_rules_keys(&self, keys: &[Bytes]) -> Result<(), StoreError>;

    // ── queue ──

    /// Every item without exception, those needing a person first, then by lane and age; accepted ones of the last day last.
    ///
    /// # Errors
    /// [`StoreError`].
    fn queue(&self) -> Result<Vec<QueueItem>, StoreError>;
    /// Every item that is not accepted, facts first, each in the order in which it was made. Nothing is marked.
    ///
    /// # Errors
    /// [`StoreError`].
    fn unsent(&self) -> Result<Vec<Unsent>, StoreError>;
    /// Counts of it.
    ///
    /// # Errors
    /// [`StoreError`].
    fn queue_counts(&self) -> Result<QueueCounts, StoreError>;
    /// Items due at `now`, in sending order: lanes first, per-seal order within, photos only after their fact is accepted;
    /// marks them as being sent.
    ///
    /// # Errors
    /// [`StoreError`].
    fn take_due(&self, now: Timestamp, limit: usize) -> Result<Vec<Sendable>, StoreError>;
    /// Writes how attempts ended, all in one transaction.
    ///
    /// # Errors
    /// [`StoreError`].
    fn settle(&self, results: &[(i64, Settled)]) -> Result<(), StoreError>;
    /// Takes the right to send what is queued, and puts back what the last holder was sending when it ended; `None` while
    /// another process or part of the app has it. Given up when dropped, and by a process that is killed.
    ///
    /// # Errors
    /// [`StoreError`].
    fn hold_outbox(&self) -> Result<Option<OutboxHold>, StoreError>;
    /// Puts back what was being sent when the last sender ended. Only for who holds the outbox.
    ///
    /// # Errors
    /// [`StoreError`].
    fn revive(&self) -> Result<(), StoreError>;
    /// Makes every waiting item (and, with a key, a stuck one) due now.
    ///
    /// # Errors
    /// [`StoreError`].
    fn send_now(&self, key: Option<i64>) -> Result<(), StoreError>;
    /// When the next waiting item is due.
    ///
    /// # Errors
    /// [`StoreError`].
    fn next_due(&self) -> Result<Option<Timestamp>, StoreError>;

    // ── mirror ──

    /// Where the mirror stands.
    ///
    /// # Errors
    /// [`StoreError`].
    fn feed(&self) -> Result<FeedState, StoreError>;
    /// Takes one page of changes, in one transaction.
    ///
    /// # Errors
    /// [`StoreError`].
    fn take_changes(&self, changes: &ChangesResponse, at: Timestamp) -> Result<(), StoreError>;
    /// Photos of others' facts, thumbnails first, for cases that end at `unit` and are not closed.
    ///
    /// # Errors
    /// [`StoreError`].
    fn photos_wanted(&self, unit: &OfficeCode) -> Result<Vec<Sha256>, StoreError>;

    // ── the central's record ──

    /// What is known of it.
    ///
    /// # Errors
    /// [`StoreError`].
    fn record_known(&self) -> Result<RecordKnown, StoreError>;
    /// Trusts the central's key of the first sign-in. Another key later is an alarm; it is taken all the same, since an
    /// officer signed in there, and everything is sent again.
    ///
    /// # Errors
    /// [`StoreError`].
    fn trust_record_key(&self, key: &Bytes) -> Result<(), StoreError>;
    /// Writes what became of a checkpoint, in one transaction.
    ///
    /// # Errors
    /// [`StoreError`].
    fn follow_record(&self, followed: &Followed) -> Result<(), StoreError>;
    /// Alarms that nobody has reported yet, oldest first. One of a kind is kept until it is reported.
    ///
    /// # Errors
    /// [`StoreError`].
    fn record_alarms(&self) -> Result<Vec<RecordAlarm>, StoreError>;
    /// They were reported; they stay in the database.
    ///
    /// # Errors
    /// [`StoreError`].
    fn record_alarms_reported(&self) -> Result<(), StoreError>;

    // ── notes: where the officer was, drafts, settings ──

    /// A note.
    ///
    /// # Errors
    /// [`StoreError`].
    fn note(&self, name: &str) -> Result<Option<String>, StoreError>;
    /// Writes or removes a note.
    ///
    /// # Errors
    /// [`StoreError`].
    fn set_note(&self, name: &str, text: Option<&str>) -> Result<(), StoreError>;
}
