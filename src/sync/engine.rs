//! The state machine of syncing. Sans I/O: [`Engine::step`] takes what happened and tells what to do.
//!
//! Three things go on beside each other: sending the queue, pulling changes, fetching photos. Each has at most one request
//! on its way.

use jiff::{SignedDuration, Timestamp};
use seal_core::ids::Sha256;
use seal_core::outbox::StuckReason;
use seal_core::time::Moment;
use seal_core::wire::PushResponse;

use super::plan::{self, Class, Outgoing};
use crate::ports::central::{CentralTrouble, PhotoAtCentral};
use crate::ports::store::{Sendable, Settled};

/// Time between pulls while the app is open, milliseconds.
pub const PULL_EVERY_MS: u64 = 20_000;
/// Items in one take.
pub const BATCH: usize = 64;
/// Bytes of a photo in one request: facts made meanwhile wait for no more than that.
pub const PIECE: u64 = 256 << 10;

/// What happened.
#[derive(Debug, Clone)]
pub enum Input {
    /// Time passed, or the store changed.
    Tick,
    /// The phone has coverage, or has not.
    Coverage(bool),
    /// The officer wants it now, or signed in.
    SendNow,
    /// Answer to [`Effect::Take`].
    Taken(Vec<Sendable>),
    /// Answer to [`Effect::Push`].
    Pushed(Result<PushResponse, CentralTrouble>),
    /// Answer to [`Effect::AskPhoto`] and [`Effect::SendPhoto`].
    Photo(Result<PhotoAtCentral, CentralTrouble>),
    /// The photo's file is not what it should be.
    PhotoSpoiled(StuckReason),
    /// The photo's file could not be read this time.
    PhotoUnread,
    /// Answer to [`Effect::Pull`], after its page was taken into the store.
    Pulled(Result<Page, CentralTrouble>),
    /// Answer to [`Effect::Fetch`]: whether another photo is wanted.
    Fetched(Result<bool, CentralTrouble>),
}

/// What matters of a page of changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The central's epoch.
    pub epoch: String,
    /// More is waiting.
    pub more: bool,
}

/// What to do, in this order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Write how attempts ended.
    Settle(Vec<(i64, Settled)>),
    /// Make everything waiting due.
    DueNow,
    /// Take what is due from the store; answer with [`Input::Taken`].
    Take,
    /// Send events.
    Push(Vec<Outgoing>),
    /// Ask what the central has of a photo.
    AskPhoto {
        /// Digest.
        sha256: Sha256,
        /// Size.
        bytes: u64,
        /// Media type.
        media_type: String,
    },
    /// Send a piece of a photo.
    SendPhoto {
        /// Digest.
        sha256: Sha256,
        /// From here.
        offset: u64,
        /// At most so many bytes.
        length: u64,
    },
    /// Get a page of changes and take it into the store.
    Pull,
    /// Get a wanted photo.
    Fetch,
}

/// How the engine stands, for screens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// The central answered last time.
    pub online: bool,
    /// Why not.
    pub problem: Option<&'static str>,
    /// Next try by itself.
    pub next_try: Option<Timestamp>,
    /// A request is on its way.
    pub busy: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Sending {
    Idle,
    Taking,
    /// Pieces still to send; the last one is on its way.
    Events(Vec<Vec<Outgoing>>),
    Photo {
        key: i64,
        sha256: Sha256,
        bytes: u64,
        offset: u64,
    },
}

/// Failures in a row of one direction, and the wait they call for.
#[derive(Debug, Clone, Default)]
struct Line {
    fails: u32,
    wait: Option<Wait>,
}

#[derive(Debug, Clone, Copy)]
struct Wait {
    until_ms: u64,
    until: Timestamp,
    problem: &'static str,
    /// The network's fault: a success the other way ends it.
    network: bool,
}

impl Line {
    fn fail(&mut self, now: Moment, trouble: &CentralTrouble, random: u32) -> Wait {
        self.fails += 1;
        let delay = plan::wait(trouble, self.fails, random);
        let delay_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
        let wait = Wait {
            until_ms: now.boot_ms.saturating_add(delay_ms),
            until: later(now.wall, delay_ms),
            problem: plan::problem(trouble),
            network: matches!(trouble, CentralTrouble::Offline(_) | CentralTrouble::Portal),
        };
        self.wait = Some(wait);
        wait
    }

    fn waits(&self, now: Moment) -> bool {
        self.wait.is_some_and(|wait| now.boot_ms < wait.until_ms)
    }
}

fn later(at: Timestamp, ms: u64) -> Timestamp {
    at.saturating_add(SignedDuration::from_millis(i64::try_from(ms).unwrap_or(i64::MAX))).unwrap_or(at)
}

/// The state.
#[derive(Debug)]
pub struct Engine {
    coverage: bool,
    epoch: Option<String>,
    sending: Sending,
    push: Line,
    pull: Line,
    pulling: bool,
    next_pull_ms: u64,
    fetching: bool,
    /// How far the photo sent last has come, so that it goes on without asking.
    halfway: Option<(Sha256, u64)>,
    online: bool,
}

impl Engine {
    /// Begins; `epoch` is the one the store knows.
    #[must_use]
    pub fn new(epoch: Option<String>) -> Self {
        Self {
            coverage: true,
            epoch,
            sending: Sending::Idle,
            push: Line::default(),
            pull: Line::default(),
            pulling: false,
            next_pull_ms: 0,
            fetching: false,
            halfway: None,
            online: false,
        }
    }

    /// One step. `random` is evenly spread over all its values.
    pub fn step(&mut self, now: Moment, random: u32, input: Input) -> Vec<Effect> {
        let mut out = Vec::new();
        match input {
            Input::Tick => {}
            Input::Coverage(false) => self.coverage = false,
            Input::Coverage(true) => {
                if !self.coverage {
                    self.coverage = true;
                    self.forgive(now, &mut out);
                }
            }
            Input::SendNow => self.forgive(now, &mut out),
            Input::Taken(items) => self.taken(items, &mut out),
            Input::Pushed(answer) => self.pushed(now, random, answer, &mut out),
            Input::Photo(answer) => self.photo(now, random, answer, &mut out),
            Input::PhotoSpoiled(reason) => {
                if let Sending::Photo { key, .. } = self.rest() {
                    out.push(Effect::Settle(vec![(key, Settled::Stuck(reason))]));
                }
            }
            Input::PhotoUnread => {
                if let Sending::Photo { key, offset, .. } = self.rest() {
                    out.push(Effect::Settle(vec![(key, again(later(now.wall, 60_000), "storage", offset))]));
                }
            }
            Input::Pulled(answer) => self.pulled(now, random, answer, &mut out),
            Input::Fetched(answer) => {
                self.fetching = false;
                if answer == Ok(true) && self.coverage {
                    self.fetch(&mut out);
                }
            }
        }
        self.start(now, &mut out);
        out
    }

    /// When the engine wants to be stepped again if nothing happens, on the clock that nobody can set.
    #[must_use]
    pub fn wake_ms(&self) -> u64 {
        let push = self.push.wait.map(|wait| wait.until_ms);
        let pull = self.pull.wait.map_or(self.next_pull_ms, |wait| wait.until_ms);
        push.map_or(pull, |push| push.min(pull))
    }

    /// How it stands.
    #[must_use]
    pub fn view(&self) -> View {
        let wait = self.push.wait.or(self.pull.wait);
        let problem = if self.coverage { wait.map(|wait| wait.problem) } else { Some("offline") };
        View {
            online: self.coverage && self.online,
            problem,
            next_try: wait.filter(|_| self.coverage).map(|wait| wait.until),
            busy: self.pulling || self.fetching || !matches!(self.sending, Sending::Idle | Sending::Taking),
        }
    }

    /// Ends all waiting.
    fn forgive(&mut self, now: Moment, out: &mut Vec<Effect>) {
        (self.push, self.pull) = (Line::default(), Line::default());
        self.next_pull_ms = now.boot_ms;
        out.push(Effect::DueNow);
    }

    /// Starts what may start.
    fn start(&mut self, now: Moment, out: &mut Vec<Effect>) {
        if !self.coverage {
            return;
        }
        if self.sending == Sending::Idle && !self.push.waits(now) {
            self.sending = Sending::Taking;
            out.push(Effect::Take);
        }
        if !self.pulling && !self.pull.waits(now) && now.boot_ms >= self.next_pull_ms {
            self.pulling = true;
            out.push(Effect::Pull);
        }
    }

    fn rest(&mut self) -> Sending {
        std::mem::replace(&mut self.sending, Sending::Idle)
    }

    fn taken(&mut self, items: Vec<Sendable>, out: &mut Vec<Effect>) {
        let mut events = Vec::new();
        let mut photo = None;
        let mut later = Vec::new();
        for item in items {
            match item {
                Sendable::Event { key, id, cose } => events.push(Outgoing { key, id, cose }),
                Sendable::Photo { key, sha256, bytes, media_type } if photo.is_none() => {
                    photo = Some((key, sha256, bytes, media_type));
                }
                Sendable::Photo { key, .. } => later.push(key),
            }
        }
        self.sending = match (events.is_empty(), photo) {
            (true, None) => {
                // Nothing to do until the store changes: not idle, or the next step would take again.
                Sending::Idle
            }
            (true, Some((key, sha256, bytes, media_type))) => {
                let offset = self.halfway.filter(|(known, _)| *known == sha256).map(|(_, offset)| offset);
                out.push(match offset {
                    Some(offset) if offset < bytes => Effect::SendPhoto { sha256, offset, length: PIECE },
                    _ => Effect::AskPhoto { sha256, bytes, media_type },
                });
                Sending::Photo { key, sha256, bytes, offset: offset.unwrap_or(0) }
            }
            (false, photo) => {
                later.extend(photo.map(|(key, ..)| key));
                let mut pieces = plan::pieces(events);
                pieces.reverse();
                out.extend(pieces.last().cloned().map(Effect::Push));
                Sending::Events(pieces)
            }
        };
        if !later.is_empty() {
            out.insert(0, Effect::Settle(later.into_iter().map(|key| (key, again(Timestamp::UNIX_EPOCH, "", 0))).collect()));
        }
    }
}

fn again(not_before: Timestamp, problem: &str, sent_bytes: u64) -> Settled {
    Settled::Again { not_before, problem: problem.to_owned(), sent_bytes }
}
