//! The state machine of syncing. Sans I/O: [`Engine::step`] takes what happened and tells what to do.
//!
//! Four things go on beside each other: sending the queue, pulling changes, fetching photos, and holding the central to its
//! record. Each has at most one request on its way.

use jiff::{SignedDuration, Timestamp};
use seal_core::ids::Sha256;
use seal_core::outbox::StuckReason;
use seal_core::time::Moment;
use seal_core::wire::PushResponse;

use super::plan::{self, Class, Outgoing};
use super::record::{self, Question, Verdict};
use crate::ports::central::{CentralTrouble, PhotoAtCentral};
use crate::ports::store::{Followed, RecordKnown, Sendable, Settled};

/// Time between pulls while an officer works with the app, milliseconds.
pub const PULL_EVERY_MS: u64 = 20_000;
/// A phone that nobody has touched for so long, with nothing to send, asks nothing.
pub const ACTIVE_MS: u64 = 30 * 60_000;
/// Items in one take.
pub const BATCH: usize = 64;
/// Time between renewals of tickets while nothing changes, milliseconds.
pub const RENEW_EVERY_MS: u64 = 10 * 60_000;
/// Not sooner again than this when something changed.
pub const RENEW_SOON_MS: u64 = 15_000;
/// Not sooner again than this after an alarm: of two records that take turns neither has everything sent to it all the time.
pub const ALARM_PAUSE_MS: u64 = 10 * 60_000;
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
    /// The officer does something with the app.
    Active,
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
    /// Answer to [`Effect::Renew`]: whether it worked.
    Renewed(bool),
    /// Answer to [`Effect::LookUp`].
    Known(RecordKnown),
    /// Answer to [`Effect::Prove`].
    Proved(Result<Vec<Sha256>, CentralTrouble>),
}

/// What matters of a page of changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The central's epoch.
    pub epoch: String,
    /// More is waiting.
    pub more: bool,
    /// There was something in it: seals may have come into other hands.
    pub changed: bool,
    /// The central's signed checkpoint.
    pub checkpoint: Option<Vec<u8>>,
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
    /// Send events to the central in the life of its database that is known.
    Push {
        /// Which life.
        epoch: Option<String>,
        /// What.
        items: Vec<Outgoing>,
    },
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
    /// Get tickets for the seals of the shift; answer with [`Input::Renewed`].
    Renew,
    /// Look up what is known of the central's record; answer with [`Input::Known`].
    LookUp,
    /// Ask for the proof that the record of `from` events is the beginning of that of `to`, in one life of the central.
    Prove {
        /// Which life: of another one the question is not, and what it has proves nothing.
        epoch: String,
        /// Events in the smaller record.
        from: u64,
        /// Events in the larger one.
        to: u64,
    },
    /// Write what became of a checkpoint.
    Follow(Box<Followed>),
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
    Events {
        /// The life of the central in which they were due: in another one they are out of order.
        epoch: Option<String>,
        /// Pieces still to send; the last one is on its way.
        pieces: Vec<Vec<Outgoing>>,
    },
    Photo {
        key: i64,
        sha256: Sha256,
        bytes: u64,
        offset: u64,
        /// The question on its way only asks.
        asked: bool,
        /// It began before the central was restored: what is answered is of its life before.
        outdated: bool,
    },
}

/// Holding the central to its record.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Weighing {
    Idle,
    /// What is known is being looked up for this checkpoint.
    Looking(Vec<u8>),
    /// The proof is on its way.
    Asking(Box<Question>),
}

/// Failures in a row of one direction, and the wait they call for.
#[derive(Debug, Clone, Default)]
struct Line {
    fails: u32,
    wait: Option<Wait>,
    /// The request on its way began before all waiting was ended: its failure says nothing of the network now.
    outdated: bool,
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
        let delay_ms = if std::mem::take(&mut self.outdated) {
            0
        } else {
            self.fails += 1;
            u64::try_from(plan::wait(trouble, self.fails, random).as_millis()).unwrap_or(u64::MAX)
        };
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
    /// Nothing was due; taking again waits for a tick.
    dry: bool,
    push: Line,
    pull: Line,
    pulling: bool,
    /// Asked for while a pull was on its way, which may have looked too early.
    pull_again: bool,
    next_pull_ms: u64,
    /// Pull whether or not anybody works with the app.
    must_pull: bool,
    active_until_ms: u64,
    fetching: bool,
    renewing: bool,
    renewed_ms: Option<u64>,
    /// Renew from then on.
    renew_ms: u64,
    /// How far the photo sent last has come, so that it goes on without asking.
    halfway: Option<(Sha256, u64)>,
    online: bool,
    weighing: Weighing,
    /// The checkpoint that came last with receipts, while it is not weighed: it goes first, or a record that lost those events
    /// and grew past them would go unnoticed.
    receipted: Option<Vec<u8>>,
    /// The one that came last with changes.
    pulled: Option<Vec<u8>>,
    /// The one weighed last.
    weighed: Option<Vec<u8>>,
    /// The next one is weighed from then on: one proof for each pull is enough.
    weigh_ms: u64,
    /// The next alarm is heard from then on.
    alarm_ms: u64,
}

impl Engine {
    /// Begins; `epoch` is the one the store knows.
    #[must_use]
    pub fn new(epoch: Option<String>) -> Self {
        Self {
            coverage: true,
            epoch,
            sending: Sending::Idle,
            dry: false,
            push: Line::default(),
            pull: Line::default(),
            pulling: false,
            pull_again: false,
            next_pull_ms: 0,
            must_pull: true,
            active_until_ms: 0,
            fetching: false,
            renewing: false,
            renewed_ms: None,
            renew_ms: 0,
            halfway: None,
            online: false,
            weighing: Weighing::Idle,
            receipted: None,
            pulled: None,
            weighed: None,
            weigh_ms: 0,
            alarm_ms: 0,
        }
    }

    /// One step. `random` is evenly spread over all its values.
    pub fn step(&mut self, now: Moment, random: u32, input: Input) -> Vec<Effect> {
        let mut out = Vec::new();
        match input {
            Input::Tick => self.dry = false,
            Input::Coverage(false) => self.coverage = false,
            Input::Coverage(true) => {
                if !self.coverage {
                    self.coverage = true;
                    self.forgive(now, &mut out);
                }
            }
            Input::SendNow => {
                self.active(now);
                self.forgive(now, &mut out);
            }
            Input::Active => self.active(now),
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
            Input::Renewed(worked) => {
                self.renewing = false;
                self.renewed_ms = Some(now.boot_ms);
                let wait = if worked { RENEW_EVERY_MS } else { RENEW_SOON_MS };
                self.renew_ms = now.boot_ms.saturating_add(wait);
            }
            Input::Known(known) => {
                if let Weighing::Looking(cose) = self.weigh_no_more() {
                    let verdict = record::weigh(&known, &cose);
                    self.weighed = Some(cose);
                    self.judged(now, verdict, &mut out);
                }
            }
            Input::Proved(answer) => self.proved(now, answer, &mut out),
        }
        self.start(now, &mut out);
        out
    }

    fn active(&mut self, now: Moment) {
        self.dry = false;
        if now.boot_ms >= self.active_until_ms {
            // The mirror is old.
            self.next_pull_ms = self.next_pull_ms.min(now.boot_ms);
        }
        self.active_until_ms = now.boot_ms.saturating_add(ACTIVE_MS);
    }

    fn pulls(&self, now: Moment) -> bool {
        self.must_pull || now.boot_ms < self.active_until_ms
    }

    /// When the engine wants to be stepped again if nothing happens, on the clock that nobody can set.
    #[must_use]
    pub fn wake_ms(&self, now: Moment) -> u64 {
        let push = self.push.wait.map(|wait| wait.until_ms);
        let pull = self.pulls(now).then(|| self.pull.wait.map_or(self.next_pull_ms, |wait| wait.until_ms));
        let weigh = self.receipted.as_ref().or(self.pulled.as_ref()).map(|_| self.weigh_ms);
        let ahead = push.into_iter().chain(pull).chain(weigh).filter(|at| *at > now.boot_ms);
        ahead.min().unwrap_or(now.boot_ms + PULL_EVERY_MS)
    }

    /// How it stands.
    #[must_use]
    pub fn view(&self) -> View {
        let wait = self.push.wait.or(self.pull.wait);
        let online = self.coverage && self.online;
        let problem = if self.coverage { wait.map(|wait| wait.problem) } else { Some("offline") };
        View {
            online,
            problem: problem.filter(|_| !online),
            next_try: wait.filter(|_| self.coverage && !online).map(|wait| wait.until),
            busy: self.pulling || self.fetching || !matches!(self.sending, Sending::Idle | Sending::Taking),
        }
    }

    /// Pulls without waiting for its time.
    fn look_at_once(&mut self, now: Moment) {
        self.next_pull_ms = now.boot_ms;
        self.must_pull = true;
        self.pull_again = self.pulling;
    }

    /// Ends all waiting.
    fn forgive(&mut self, now: Moment, out: &mut Vec<Effect>) {
        let sending = matches!(self.sending, Sending::Events { .. } | Sending::Photo { .. });
        self.push = Line { outdated: sending, ..Line::default() };
        self.pull = Line { outdated: self.pulling, ..Line::default() };
        self.look_at_once(now);
        self.renew_ms = now.boot_ms;
        self.weigh_ms = now.boot_ms;
        self.alarm_ms = now.boot_ms;
        self.dry = false;
        out.push(Effect::DueNow);
    }

    /// Starts what may start.
    fn start(&mut self, now: Moment, out: &mut Vec<Effect>) {
        if !self.coverage {
            return;
        }
        // Before the first page it is not known which life of the central takes what is sent.
        if self.sending == Sending::Idle && !self.dry && !self.push.waits(now) && self.epoch.is_some() {
            self.sending = Sending::Taking;
            out.push(Effect::Take);
        }
        if !self.pulling && self.pulls(now) && !self.pull.waits(now) && now.boot_ms >= self.next_pull_ms {
            self.pulling = true;
            out.push(Effect::Pull);
        }
        if self.weighing == Weighing::Idle
            && now.boot_ms >= self.weigh_ms
            && let Some(cose) = self.receipted.take().or_else(|| self.pulled.take())
        {
            self.weighing = Weighing::Looking(cose);
            out.push(Effect::LookUp);
        }
    }

    /// A checkpoint that is not the one weighed last.
    fn unweighed(&self, checkpoint: Option<Vec<u8>>) -> Option<Vec<u8>> {
        checkpoint.filter(|checkpoint| self.weighed.as_ref() != Some(checkpoint))
    }

    fn weigh_no_more(&mut self) -> Weighing {
        std::mem::replace(&mut self.weighing, Weighing::Idle)
    }

    fn proved(&mut self, now: Moment, answer: Result<Vec<Sha256>, CentralTrouble>, out: &mut Vec<Effect>) {
        let Weighing::Asking(question) = self.weigh_no_more() else { return };
        match answer {
            Ok(proof) => self.judged(now, question.judge(Some(&proof)), out),
            // It does not have the record that it signed for.
            Err(CentralTrouble::Refused(problem)) if problem.code == "tree_size" => {
                self.judged(now, question.judge(None), out);
            }
            Err(trouble) => {
                if plan::class(&trouble) == Class::Pull {
                    self.look_at_once(now);
                }
                match question.unanswered() {
                    // The checkpoint is weighed again when it comes again.
                    Verdict::Nothing => self.weighed = None,
                    verdict => self.judged(now, verdict, out),
                }
            }
        }
    }

    fn judged(&mut self, now: Moment, verdict: Verdict, out: &mut Vec<Effect>) {
        match verdict {
            Verdict::Nothing => {}
            // Heard a little later, if it is still so then.
            Verdict::Follow(followed) if followed.alarm.is_some() && now.boot_ms < self.alarm_ms => {
                self.weighed = None;
                self.weigh_ms = self.alarm_ms;
            }
            Verdict::Follow(followed) => {
                self.dry &= followed.send_again.is_none();
                if followed.alarm.is_some() {
                    self.alarm_ms = now.boot_ms.saturating_add(ALARM_PAUSE_MS);
                }
                out.push(Effect::Follow(followed));
            }
            Verdict::Ask(question) => {
                self.weigh_ms = now.boot_ms.saturating_add(PULL_EVERY_MS);
                let (epoch, (from, to)) = (question.epoch().to_owned(), question.sizes());
                self.weighing = Weighing::Asking(question);
                out.push(Effect::Prove { epoch, from, to });
            }
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
                self.dry = true;
                Sending::Idle
            }
            (true, Some((key, sha256, bytes, media_type))) => {
                let offset = self.halfway.filter(|(known, _)| *known == sha256).map(|(_, offset)| offset);
                out.push(match offset {
                    Some(offset) => Effect::SendPhoto { sha256, offset, length: PIECE },
                    None => Effect::AskPhoto { sha256, bytes, media_type },
                });
                let asked = offset.is_none();
                Sending::Photo { key, sha256, bytes, offset: offset.unwrap_or(0), asked, outdated: false }
            }
            (false, photo) => {
                later.extend(photo.map(|(key, ..)| key));
                let mut pieces = plan::pieces(events);
                pieces.reverse();
                let epoch = self.epoch.clone();
                out.extend(pieces.last().cloned().map(|items| Effect::Push { epoch: epoch.clone(), items }));
                Sending::Events { epoch, pieces }
            }
        };
        if !later.is_empty() {
            out.insert(
                0,
                Effect::Settle(later.into_iter().map(|key| (key, again(Timestamp::UNIX_EPOCH, "", 0))).collect()),
            );
        }
    }

    fn pushed(
        &mut self,
        now: Moment,
        random: u32,
        answer: Result<PushResponse, CentralTrouble>,
        out: &mut Vec<Effect>,
    ) {
        let Sending::Events { epoch, mut pieces } = self.rest() else { return };
        let Some(sent) = pieces.pop() else { return };
        let answer = match answer {
            // An answer of a life that ended meanwhile proves nothing any more.
            Ok(answer) if self.epoch.as_ref().is_some_and(|epoch| epoch != &answer.epoch) => {
                Err(CentralTrouble::Restored)
            }
            answer => answer,
        };
        match answer {
            Ok(answer) => {
                self.push_worked(now, out);
                self.receipted = self.unweighed(answer.checkpoint.as_ref().map(|checkpoint| checkpoint.0.clone()));
                let deferred = plan::wait(&CentralTrouble::Busy { retry_after_s: None }, 5, random);
                let until = later(now.wall, u64::try_from(deferred.as_millis()).unwrap_or(u64::MAX));
                let mut settled = plan::judge(&sent, &answer, until);
                let not_in: Vec<_> = settled
                    .iter()
                    .zip(&sent)
                    .filter(|((_, settled), _)| !matches!(settled, Settled::Accepted(_)))
                    .flat_map(|(_, item)| item.seals())
                    .collect();
                settled.extend(put_back(plan::hold_back(&mut pieces, not_in)));
                out.push(Effect::Settle(settled));
            }
            Err(trouble) if plan::class(&trouble) == Class::Bisect => match (trouble, sent) {
                (CentralTrouble::Refused(problem), sent) if sent.len() == 1 => {
                    let seals = sent.iter().flat_map(Outgoing::seals).collect();
                    let reason = StuckReason::Refused { code: problem.code, detail: problem.detail };
                    let mut settled: Vec<_> =
                        sent.iter().map(|item| (item.key, Settled::Stuck(reason.clone()))).collect();
                    settled.extend(put_back(plan::hold_back(&mut pieces, seals)));
                    out.push(Effect::Settle(settled));
                }
                (_, mut sent) => {
                    let second = sent.split_off(sent.len() / 2);
                    pieces.push(second);
                    pieces.push(sent);
                }
            },
            // Whatever is sent before the pull tells would overtake what a backup lacks.
            Err(trouble) if plan::class(&trouble) == Class::Pull => {
                self.look_at_once(now);
                self.dry = true;
                let all = pieces.drain(..).flatten().chain(sent).map(|item| item.key).collect();
                out.push(Effect::Settle(put_back(all).collect()));
            }
            Err(trouble) => {
                let wait = self.push_failed(now, random, &trouble);
                let tried = sent.iter().map(|item| (item.key, again(wait.until, wait.problem, 0)));
                let rest = pieces.drain(..).flatten().map(|item| item.key).collect();
                out.push(Effect::Settle(tried.chain(put_back(rest)).collect()));
            }
        }
        if let Some(next) = pieces.last() {
            out.push(Effect::Push { epoch: epoch.clone(), items: next.clone() });
            self.sending = Sending::Events { epoch, pieces };
        }
    }

    fn photo(
        &mut self,
        now: Moment,
        random: u32,
        answer: Result<PhotoAtCentral, CentralTrouble>,
        out: &mut Vec<Effect>,
    ) {
        let Sending::Photo { key, sha256, bytes, offset, asked, outdated } = self.rest() else { return };
        self.halfway = None;
        let settled = match answer {
            Ok(_) if outdated => again(Timestamp::UNIX_EPOCH, "", 0),
            Ok(PhotoAtCentral::Complete(receipt)) => {
                self.push_worked(now, out);
                Settled::Accepted(receipt)
            }
            // The next piece, unless a fact was made meanwhile: the store hands out facts first.
            Ok(PhotoAtCentral::Partial { offset: here }) if here < bytes && (asked || here > offset) => {
                self.push_worked(now, out);
                self.halfway = Some((sha256, here));
                again(Timestamp::UNIX_EPOCH, "", here)
            }
            // No progress, or gone: as if it were busy, and from the beginning.
            Ok(_) => {
                let wait = self.push_failed(now, random, &CentralTrouble::Busy { retry_after_s: None });
                again(wait.until, wait.problem, 0)
            }
            Err(CentralTrouble::Refused(problem)) => {
                Settled::Stuck(StuckReason::Refused { code: problem.code, detail: problem.detail })
            }
            Err(trouble) => {
                let wait = self.push_failed(now, random, &trouble);
                again(wait.until, wait.problem, offset)
            }
        };
        out.push(Effect::Settle(vec![(key, settled)]));
    }

    fn pulled(&mut self, now: Moment, random: u32, answer: Result<Page, CentralTrouble>, out: &mut Vec<Effect>) {
        self.pulling = false;
        match answer {
            Ok(page) => {
                let was_down = self.pull.fails > 0;
                self.pull = Line::default();
                self.online = true;
                if was_down && self.push.wait.is_some_and(|wait| wait.network) {
                    self.push = Line::default();
                    self.dry = false;
                    out.push(Effect::DueNow);
                }
                // Of another epoch: the store did not take it and begins again.
                let restored = self.epoch.as_ref().is_some_and(|epoch| epoch != &page.epoch);
                if restored {
                    self.halfway = None;
                    // Nothing is sent before it is known what goes first.
                    self.weigh_ms = now.boot_ms;
                    if let Sending::Photo { outdated, .. } = &mut self.sending {
                        *outdated = true;
                    }
                }
                if page.changed {
                    let soon = self.renewed_ms.map_or(now.boot_ms, |at| at.saturating_add(RENEW_SOON_MS));
                    self.renew_ms = self.renew_ms.min(soon);
                }
                self.pulled = self.unweighed(page.checkpoint);
                self.epoch = Some(page.epoch);
                self.dry &= !restored;
                let at_once = page.more || restored || std::mem::take(&mut self.pull_again);
                self.must_pull = at_once;
                self.next_pull_ms = if at_once { now.boot_ms } else { now.boot_ms + PULL_EVERY_MS };
                if !at_once {
                    self.fetch(out);
                    // Behind a pull: then the central answers, and what it gives tickets for is known here.
                    if !self.renewing && now.boot_ms >= self.renew_ms {
                        self.renewing = true;
                        out.push(Effect::Renew);
                    }
                }
            }
            Err(trouble) => {
                self.pull.fail(now, &trouble, random);
                self.online = false;
            }
        }
    }

    fn fetch(&mut self, out: &mut Vec<Effect>) {
        if !self.fetching {
            self.fetching = true;
            out.push(Effect::Fetch);
        }
    }

    fn push_worked(&mut self, now: Moment, out: &mut Vec<Effect>) {
        let was_down = self.push.fails > 0;
        self.push = Line::default();
        self.online = true;
        if was_down {
            if self.pull.wait.is_some_and(|wait| wait.network) {
                self.pull = Line::default();
                self.next_pull_ms = now.boot_ms;
            }
            out.push(Effect::DueNow);
        }
    }

    fn push_failed(&mut self, now: Moment, random: u32, trouble: &CentralTrouble) -> Wait {
        self.online = false;
        self.push.fail(now, trouble, random)
    }
}

fn put_back(keys: Vec<i64>) -> impl Iterator<Item = (i64, Settled)> {
    keys.into_iter().map(|key| (key, again(Timestamp::UNIX_EPOCH, "", 0)))
}

fn again(not_before: Timestamp, problem: &str, sent_bytes: u64) -> Settled {
    Settled::Again { not_before, problem: problem.to_owned(), sent_bytes }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn at(boot_ms: u64) -> Moment {
        Moment { wall: Timestamp::UNIX_EPOCH, boot: Uuid::nil(), boot_ms }
    }

    fn offline() -> Result<Page, CentralTrouble> {
        Err(CentralTrouble::Offline("no route".to_owned()))
    }

    #[test]
    fn a_phone_nobody_touches_asks_nothing_and_looks_as_soon_as_somebody_does() {
        let mut engine = Engine::new(Some("one".to_owned()));
        let mut pulls = Vec::new();
        let mut run = |engine: &mut Engine, from: u64, to: u64, input: Input| {
            let before = pulls.len();
            let mut input = Some(input);
            for ms in (from..to).step_by(5_000) {
                let mut next = Some(input.take().unwrap_or(Input::Tick));
                while let Some(input) = next.take() {
                    for effect in engine.step(at(ms), 7, input) {
                        match effect {
                            Effect::Take => next = Some(Input::Taken(Vec::new())),
                            Effect::Pull => {
                                pulls.push(ms);
                                let page =
                                    Page { epoch: "one".to_owned(), more: false, changed: false, checkpoint: None };
                                next = Some(Input::Pulled(Ok(page)));
                            }
                            _ => {}
                        }
                    }
                }
            }
            pulls.len() - before
        };
        let hour = 3_600_000;
        assert_eq!(run(&mut engine, 0, hour, Input::Tick), 1, "after the start it looks once");
        let worked = run(&mut engine, hour, 2 * hour, Input::Active);
        assert_eq!(worked as u64, ACTIVE_MS / PULL_EVERY_MS);
        assert_eq!(run(&mut engine, 2 * hour, 26 * hour, Input::Tick), 0, "a day in a drawer");
        assert_eq!(run(&mut engine, 26 * hour, 26 * hour + 5_000, Input::Active), 1);
    }

    #[test]
    fn a_failure_from_before_send_now_does_not_hold_up_what_comes_after() {
        let mut engine = Engine::new(None);
        assert!(engine.step(at(0), 0, Input::Tick).contains(&Effect::Pull));
        // The officer asks while the pull is on its way; it fails for the time before.
        engine.step(at(1_000), 0, Input::SendNow);
        let next = engine.step(at(1_001), u32::MAX, Input::Pulled(offline()));
        assert!(next.contains(&Effect::Pull), "tried again at once: {next:?}");
        // The second failure is of now, and waits.
        let next = engine.step(at(1_002), u32::MAX, Input::Pulled(offline()));
        assert!(!next.contains(&Effect::Pull), "{next:?}");
        assert!(engine.wake_ms(at(1_002)) > 1_002);
    }
}
