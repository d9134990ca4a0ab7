//! The running sync as screens see it.

use jiff::Timestamp;
use tokio::sync::watch;

/// How it stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SyncStatus {
    /// The central answered last time.
    pub online: bool,
    /// Since when it has (or has not).
    pub since: Option<Timestamp>,
    /// Why not, as [`seal_core::outbox::QueueItem::last_problem`].
    pub problem: Option<String>,
    /// Next try by itself.
    pub next_try: Option<Timestamp>,
    /// Something is being sent or fetched now.
    pub busy: bool,
    /// When the work list was last brought up to date.
    pub pulled_at: Option<Timestamp>,
}

/// Controls.
pub trait SyncControl: Send + Sync {
    /// How it stands, and when that changes.
    fn status(&self) -> watch::Receiver<SyncStatus>;
    /// Tries now, whatever the waiting times say.
    fn send_now(&self);
    /// The officer does something with the app: a phone that nobody touches asks nothing.
    fn officer_active(&self);
}
