//! The machine: who may speak, what may be done, and what is written before it is done.

use core::mem;

use arrayvec::ArrayVec;
use sha2::{Digest, Sha256};

use crate::entry::{Action, Alarms, Commanded, Entry, Happening, Lock, Outcome, What};
use crate::message::{
    Denial, Hello, OPENED, Opened, Opening, PAGE, PROLOGUE, Page, REFUSAL, REPLY, Reply, Request, State,
};
use crate::noise::{self, Transport};
use crate::receipt::Receipt;
use crate::seal::clock::{Clock, Nonces};
use crate::seal::journal::{Flash, FlashFault, Journal, Saved};
use crate::seal::tickets::{Seen, Tickets};
use crate::seal::{
    APPROVAL_S, Bolt, Config, Drive, Effects, Event, IDLE_S, MOTOR_S, PRESENCE_S, SAVE_S, Sensors, Wake,
};
use crate::secret::Random;
use crate::ticket::{Flags, Scope, Ticket};
use crate::{CommandId, Message, Officer};

/// Tickets made for a moment that are remembered within one boot.
const FRESH: usize = 8;

/// The phone at the other end.
#[derive(Debug)]
enum Link {
    /// Nobody.
    Down,
    /// Somebody, unknown.
    Up,
    /// Presented a good ticket and began a handshake; may be a recording.
    Offered(Session),
    /// Holds the ticket's secret, and is there now.
    Proven(Session),
}

#[derive(Debug)]
struct Session {
    keys: Transport,
    ticket: Ticket,
    /// The floor at which the right ends.
    good_until: u32,
    clock_set: bool,
    /// A command's answer is still owed.
    owed: bool,
}

impl Session {
    fn by(&self, id: CommandId) -> Commanded {
        Commanded { ticket: self.ticket.sequence, id, officer: self.ticket.officer }
    }
}

/// The bolt is moving.
#[derive(Debug, Clone, Copy)]
struct Job {
    action: Action,
    by: Commanded,
    second_officer: bool,
    deadline: u32,
    /// The motor has stopped, and the memory did not take the end: tried again with each tick.
    stopped: bool,
}

/// An officer agreed that another one opens.
#[derive(Debug, Clone, Copy)]
struct Approval {
    officer: Officer,
    until: u32,
}

/// How often wrong tickets are written down: a flood must not wash the log away.
#[derive(Debug)]
struct Knocks {
    unwritten: u8,
    next: u32,
    gap: u32,
}

/// A seal.
#[derive(Debug)]
pub struct Seal<F, R> {
    config: Config,
    journal: Journal<F>,
    random: R,
    clock: Clock,
    nonces: Nonces,
    tickets: Tickets,
    /// Numbers of tickets made for a moment, whose moment was in this boot.
    fresh: ArrayVec<u32, FRESH>,
    armed: bool,
    alarms: Alarms,
    link: Link,
    /// Last connection or authentic request: nobody holds the link by talking alone.
    heard_at: u32,
    job: Option<Job>,
    approval: Option<Approval>,
    pressed_at: Option<u32>,
    knocks: Knocks,
    saved_at: u32,
    self_test_failed: u8,
}

impl<F: Flash, R: Random> Seal<F, R> {
    /// Comes to life: finds its log, ends what a power cut interrupted, and says that it was away.
    ///
    /// # Errors
    /// When the memory cannot be written.
    pub fn boot(config: Config, flash: F, mut random: R, wake: Wake, sensors: &Sensors) -> Result<Self, FlashFault> {
        let (journal, saved) = Journal::load(flash, &config.keys.id);
        let saved = saved.unwrap_or(Saved { floor: config.commissioned, tickets: Tickets::default() });
        let last = journal.newest_entry().copied();
        let floor = saved.floor.max(last.map_or(0, |entry| entry.not_before));
        let clock = match wake {
            Wake::PowerLost => Clock::lost(floor),
            Wake::ClockKept(away) => Clock::kept(floor, away),
        };
        let mut seal = Self {
            nonces: Nonces::new(0, &mut random),
            config,
            journal,
            random,
            clock,
            tickets: saved.tickets,
            fresh: ArrayVec::new(),
            armed: last.is_some_and(|entry| entry.armed),
            alarms: last.map_or(Alarms::default(), |entry| entry.alarms),
            link: Link::Down,
            heard_at: 0,
            job: None,
            approval: None,
            pressed_at: None,
            knocks: Knocks { unwritten: 0, next: 0, gap: 0 },
            saved_at: 0,
            self_test_failed: 0,
        };
        seal.end_what_was_interrupted(sensors)?;
        if seal.armed && seal.clock.lost {
            seal.alarms = seal.alarms.with(Alarms::UNWATCHED);
        }
        seal.append(0, sensors, What::Happened { what: Happening::PowerBack, detail: 0, place: sensors.place })?;
        seal.watch(0, sensors);
        Ok(seal)
    }

    fn end_what_was_interrupted(&mut self, sensors: &Sensors) -> Result<(), FlashFault> {
        let begun = self.journal.find(|entry, _| match entry.what {
            What::Begun { action, by, second_officer } => Some(Some((action, by, second_officer))),
            What::Ended { .. } => Some(None),
            _ => None,
        });
        let Some((action, by, second_officer)) = begun.flatten() else { return Ok(()) };
        // Whatever it was meant to be: unless it is certainly open it is watched.
        self.armed = match action {
            Action::Arm => sensors.bolt == Bolt::Closed,
            _ => sensors.bolt != Bolt::Open,
        };
        if self.armed && action == Action::Arm {
            self.alarms = Alarms::default();
        }
        self.append(0, sensors, What::Ended { action, outcome: Outcome::Interrupted, by, second_officer })?;
        Ok(())
    }

    /// One step. `now` is seconds since boot and never falls.
    pub fn step(&mut self, now: u32, sensors: &Sensors, event: Event<'_>) -> Effects {
        self.watch(now, sensors);
        let (link, effects) = match (mem::replace(&mut self.link, Link::Down), event) {
            (_, Event::Connected) => {
                self.heard_at = now;
                (Link::Up, Effects::default())
            }
            (_, Event::Disconnected) | (Link::Down, Event::Received(_)) => (Link::Down, Effects::default()),
            (link, Event::Received(message)) => match (link, Opening::decode(message)) {
                (link, Some(Opening::Hello)) => self.hello(now, sensors, link),
                (_, Some(Opening::Open { ticket, first })) => self.open(now, sensors, ticket, first),
                (Link::Offered(session), Some(Opening::Request(sealed))) => self.first(now, sensors, session, sealed),
                (Link::Proven(session), Some(Opening::Request(sealed))) => self.request(now, sensors, session, sealed),
                (_, Some(Opening::Request(_)) | None) => self.refuse(now, sensors),
            },
            (link, Event::MotorStopped) => self.motor_stopped(now, sensors, link),
            (link, Event::Pressed) => {
                self.pressed_at = Some(now);
                (link, Effects::default())
            }
            (link, Event::Happened { what, detail }) => {
                self.happened(now, sensors, what, detail);
                (link, Effects::default())
            }
            (link, Event::Tick) => self.tick(now, sensors, link),
        };
        self.link = link;
        effects
    }

    /// The seal's own satellite receiver says what time it is, seconds since 1970 UTC: the log is dated by it. Like a phone's
    /// word it never touches the floor, and so no right ends or lives on by it.
    pub fn follow_satellites(&mut self, now: u32, time: u32) {
        self.clock.set_log(now, time);
    }

    /// Gives the flash back: for tests, and for a firmware that hands over to its boot loader.
    pub fn into_flash(self) -> F {
        self.journal.into_flash()
    }

    /// The lock, from its sensors and what was commanded.
    #[must_use]
    pub fn lock(&self, sensors: &Sensors) -> Lock {
        match (self.armed, sensors.bolt) {
            (_, Bolt::Between) | (false, Bolt::Closed) => Lock::Jammed,
            (true, Bolt::Closed) if !self.alarms.breach() => Lock::ClosedArmed,
            (true, _) => Lock::Tampered,
            (false, Bolt::Open) if sensors.rope_inserted => Lock::Ready,
            (false, Bolt::Open) => Lock::Open,
        }
    }

    // ---- the log ----------------------------------------------------------------------------

    fn append(&mut self, now: u32, sensors: &Sensors, what: What) -> Result<Receipt, FlashFault> {
        let (entry, head) = self.journal.append(Entry {
            counter: 0,
            log_time: self.clock.log(now),
            not_before: self.clock.floor(now),
            clock_set: self.clock.log_set,
            time_lost: self.clock.lost,
            armed: self.armed,
            lock: self.lock(sensors),
            alarms: self.alarms,
            battery: sensors.battery,
            what,
        })?;
        Ok(Receipt::make(&self.config.keys, &entry, head))
    }

    /// An alarm is kept in RAM and tried again while the memory fails.
    fn happened(&mut self, now: u32, sensors: &Sensors, what: Happening, detail: u8) {
        let alarm = match what {
            Happening::RopeCut => Alarms::ROPE_CUT,
            Happening::Opened => Alarms::OPENED,
            Happening::ShellOpened => Alarms::SHELL_OPENED,
            _ => Alarms::default(),
        };
        let before = self.alarms;
        if self.armed {
            self.alarms = before.with(alarm);
        }
        if self.append(now, sensors, What::Happened { what, detail, place: sensors.place }).is_err() {
            self.alarms = before;
        }
    }

    /// While armed, rope, bolt and housing are watched at every step; each alarm is written once.
    fn watch(&mut self, now: u32, sensors: &Sensors) {
        if !self.armed || self.job.is_some() {
            return;
        }
        let alarms = [
            (!sensors.rope_whole || !sensors.rope_inserted, Alarms::ROPE_CUT, Happening::RopeCut),
            (sensors.bolt == Bolt::Open, Alarms::OPENED, Happening::Opened),
            (!sensors.shell_closed, Alarms::SHELL_OPENED, Happening::ShellOpened),
        ];
        for (now_so, alarm, what) in alarms {
            if now_so && self.alarms.0 & alarm.0 == 0 {
                self.happened(now, sensors, what, 0);
            }
        }
    }

    fn save(&mut self, now: u32) -> Result<(), FlashFault> {
        self.journal.save(&Saved { floor: self.clock.floor(now), tickets: self.tickets.clone() })?;
        self.saved_at = now;
        Ok(())
    }

    // ---- nobody is known yet ----------------------------------------------------------------

    fn hello(&mut self, now: u32, sensors: &Sensors, link: Link) -> (Link, Effects) {
        // A phone that asks something else has given up the answer that is owed, and with it this session: no answer ever
        // comes late, where it could be taken for the answer to another question.
        let link = match link {
            Link::Proven(session) if session.owed => Link::Up,
            link => link,
        };
        let hello = Hello {
            id: self.config.keys.id,
            epoch: self.config.keys.epoch,
            time_lost: self.clock.lost,
            nonce: self.nonces.show(now, &mut self.random),
            lock: self.lock(sensors),
            battery: sensors.battery,
        };
        (link, Effects { send: hello.encode().ok(), ..Effects::default() })
    }

    fn open(&mut self, now: u32, sensors: &Sensors, ticket: &[u8], first: &[u8]) -> (Link, Effects) {
        match self.offer(now, sensors, ticket, first) {
            Some((session, answer)) => (Link::Offered(session), Effects { send: Some(answer), ..Effects::default() }),
            None => self.refuse(now, sensors),
        }
    }

    /// Checks a ticket and answers the handshake. Nothing is changed yet: this may be a recording.
    fn offer(&mut self, now: u32, sensors: &Sensors, bytes: &[u8], first: &[u8]) -> Option<(Session, Message)> {
        let ticket = Ticket::open(&self.config.keys, bytes)?;
        let good_until = self.admit(now, &ticket)?;
        let opened = Opened {
            lock: self.lock(sensors),
            time_lost: self.clock.lost,
            battery: sensors.battery,
            newest: self.journal.newest(),
            not_before: self.clock.floor(now),
        };
        let digest = Sha256::digest(bytes);
        let prologue: [&[u8]; 3] = [PROLOGUE, self.config.keys.id.as_bytes(), &digest];
        let mut answer = Message::new();
        answer.try_push(OPENED).ok()?;
        let payload = opened.encode();
        let keys = noise::respond(&ticket.proof, &prologue, first, &payload, &mut self.random, &mut answer).ok()?;
        Some((Session { keys, ticket, good_until, clock_set: false, owed: false }, answer))
    }

    /// The floor at which this ticket's right ends, or `None` if it gives none now.
    fn admit(&self, now: u32, ticket: &Ticket) -> Option<u32> {
        let floor = self.clock.floor(now).max(ticket.issued);
        let in_force = ticket.expires > floor
            && ticket.sequence >= self.tickets.min_sequence
            && ticket.sequence >= ticket.min_sequence;
        if !in_force {
            return None;
        }
        let first = self.tickets.first_use(ticket.sequence);
        let moment = match ticket.nonce {
            // Its moment may have come before, but only in this boot.
            Some(nonce) => self.fresh.contains(&ticket.sequence) || self.nonces.good(now, &nonce),
            None => true,
        };
        let known_or_room = first.is_some() || self.tickets.has_room(floor, ticket.sequence);
        let good_until = first.unwrap_or(floor).saturating_add(ticket.use_within).min(ticket.expires);
        (moment && known_or_room && good_until > floor).then_some(good_until)
    }

    /// One answer for every failure; then the seal hangs up. A valid ticket is never made to wait for an invalid one.
    fn refuse(&mut self, now: u32, sensors: &Sensors) -> (Link, Effects) {
        let knocks = &mut self.knocks;
        knocks.unwritten = knocks.unwritten.saturating_add(1);
        if now >= knocks.next {
            let quiet = now - knocks.next > 3_600;
            knocks.gap = if quiet { 1 } else { (knocks.gap * 2).clamp(1, 3_600) };
            knocks.next = now.saturating_add(knocks.gap);
            let detail = mem::take(&mut knocks.unwritten);
            self.happened(now, sensors, Happening::WrongTicket, detail);
        }
        let mut refusal = Message::new();
        let send = refusal.try_extend_from_slice(&REFUSAL).ok().map(|()| refusal);
        (Link::Up, Effects { send, hang_up: true, ..Effects::default() })
    }

    // ---- the phone has proven itself --------------------------------------------------------

    /// The first message that opens proves the phone: only now the ticket counts as used and its word about time is taken.
    fn first(&mut self, now: u32, sensors: &Sensors, mut session: Session, sealed: &[u8]) -> (Link, Effects) {
        let Ok(plain) = session.keys.open(sealed) else { return self.refuse(now, sensors) };
        let ticket = &session.ticket;
        let (Some(good_until), sequence) = (self.admit(now, ticket), ticket.sequence) else {
            return self.refuse(now, sensors);
        };
        self.clock.raise(now, ticket.issued);
        if let Some(nonce) = &ticket.nonce
            && !self.fresh.contains(&sequence)
        {
            // The central made this ticket minutes ago: the time is known again.
            self.clock.lost = false;
            self.nonces.spend(now, &mut self.random, nonce);
            if self.fresh.is_full() {
                self.fresh.remove(0);
            }
            self.fresh.push(sequence);
        }
        let floor = self.clock.floor(now);
        let before = self.tickets.clone();
        self.tickets.raise(ticket.min_sequence);
        self.tickets.remember(floor, Seen { sequence, first: floor, expires: ticket.expires });
        if self.tickets != before && self.save(now).is_err() {
            self.tickets = before;
            // Not proven yet: the next request tries again, and nothing is done under a ticket that could be forgotten.
            return match Self::answer(session, &Reply::Denied(Denial::MemoryFailed)) {
                (Link::Proven(session), effects) => (Link::Offered(session), effects),
                hung_up => hung_up,
            };
        }
        session.good_until = good_until;
        self.carry_out(now, sensors, session, &plain)
    }

    fn request(&mut self, now: u32, sensors: &Sensors, mut session: Session, sealed: &[u8]) -> (Link, Effects) {
        let in_force = self.clock.floor(now) < session.good_until
            && session.ticket.sequence >= self.tickets.min_sequence
            && !session.owed;
        match session.keys.open(sealed) {
            Ok(plain) if in_force => self.carry_out(now, sensors, session, &plain),
            _ => self.refuse(now, sensors),
        }
    }

    fn answer(mut session: Session, reply: &Reply) -> (Link, Effects) {
        let mut plain = Message::new();
        let mut message = Message::new();
        let sealed = reply.encode(&mut plain).is_ok()
            && message.try_push(REPLY).is_ok()
            && session.keys.seal(&plain, &mut message).is_ok();
        session.owed = false;
        if sealed {
            (Link::Proven(session), Effects { send: Some(message), ..Effects::default() })
        } else {
            (Link::Up, Effects { hang_up: true, ..Effects::default() })
        }
    }

    fn carry_out(&mut self, now: u32, sensors: &Sensors, mut session: Session, plain: &[u8]) -> (Link, Effects) {
        self.heard_at = now;
        let may = |scope| session.ticket.scope.has(scope);
        let reply = match Request::decode(plain) {
            None => Reply::Denied(Denial::Malformed),
            Some(Request::Command { id, action }) => match self.command(now, sensors, &session, id, action) {
                Ok(reply) => reply,
                Err(drive) => {
                    session.owed = true;
                    return (Link::Proven(session), Effects { drive: Some(drive), ..Effects::default() });
                }
            },
            Some(Request::State | Request::Log { .. } | Request::Settle { .. }) if !may(Scope::READ) => {
                Reply::Denied(Denial::NotAllowed)
            }
            Some(Request::State) => Reply::State(self.state(now, sensors)),
            Some(Request::Log { from, most }) => Reply::Page(self.page(from, most)),
            Some(Request::Settle { id }) => match self.ended(id) {
                Some((_, receipt)) => Reply::Receipt(receipt),
                // Also for another id than the one that moves: while anything does, no phone hears that nothing happened.
                None if self.job.is_some() => Reply::Denied(Denial::Busy),
                None => Reply::Denied(Denial::NotFound),
            },
            Some(Request::SetClock { now: time }) => {
                let allowed = (may(Scope::ARM) || may(Scope::DISARM)) && !session.clock_set;
                if allowed {
                    let reply = self.set_clock(now, sensors, &session, time);
                    session.clock_set = reply == Reply::ClockSet;
                    reply
                } else {
                    Reply::Denied(Denial::NotAllowed)
                }
            }
        };
        Self::answer(session, &reply)
    }

    /// The receipt of a command that has ended.
    fn ended(&self, id: CommandId) -> Option<(Action, Receipt)> {
        self.journal.find(|entry, head| match entry.ended() {
            Some((action, _, found)) if found == id => Some((action, Receipt::make(&self.config.keys, entry, head))),
            _ => None,
        })
    }

    /// `Err` when the bolt has to move first: then the answer comes later.
    fn command(
        &mut self,
        now: u32,
        sensors: &Sensors,
        session: &Session,
        id: CommandId,
        action: Action,
    ) -> Result<Reply, Drive> {
        if let Some((before, receipt)) = self.ended(id) {
            let same = before == action;
            return Ok(if same { Reply::Receipt(receipt) } else { Reply::Denied(Denial::IdReused) });
        }
        if self.job.is_some() {
            return Ok(Reply::Denied(Denial::Busy));
        }
        let second_officer = match self.right(now, &session.ticket, action) {
            Ok(second_officer) => second_officer,
            Err(denial) => return Ok(Reply::Denied(denial)),
        };
        let by = session.by(id);
        let at_once = match self.obstacle(action, sensors) {
            Some(outcome) => outcome,
            None => match action {
                Action::Arm | Action::Disarm => {
                    if self.append(now, sensors, What::Begun { action, by, second_officer }).is_err() {
                        return Ok(Reply::Denied(Denial::MemoryFailed));
                    }
                    if second_officer {
                        self.approval = None;
                    }
                    let deadline = now.saturating_add(MOTOR_S);
                    self.job = Some(Job { action, by, second_officer, deadline, stopped: false });
                    return Err(if action == Action::Arm { Drive::Close } else { Drive::Open });
                }
                Action::Test => {
                    self.self_test_failed = sensors.faults;
                    if sensors.faults == 0 { Outcome::Done } else { Outcome::SelfTestFailed }
                }
                Action::Approve => Outcome::Done,
            },
        };
        // Whatever ends at once uses up no approval: one that lives on is not marked as used.
        let ended = What::Ended { action, outcome: at_once, by, second_officer: false };
        Ok(match self.append(now, sensors, ended) {
            Ok(receipt) => {
                if action == Action::Approve {
                    let until = now.saturating_add(APPROVAL_S);
                    self.approval = Some(Approval { officer: session.ticket.officer, until });
                }
                Reply::Receipt(receipt)
            }
            Err(FlashFault) => Reply::Denied(Denial::MemoryFailed),
        })
    }

    /// Whether this ticket gives this right now; `true` if only because another officer approved.
    fn right(&self, now: u32, ticket: &Ticket, action: Action) -> Result<bool, Denial> {
        let scope = match action {
            Action::Arm => Scope::ARM,
            Action::Disarm | Action::Approve => Scope::DISARM,
            Action::Test => Scope::TEST,
        };
        if !ticket.scope.has(scope) {
            return Err(Denial::NotAllowed);
        }
        let pressed = self.pressed_at.is_some_and(|at| now - at <= PRESENCE_S);
        if ticket.flags.has(Flags::NEEDS_PRESENCE) && action != Action::Test && !pressed {
            return Err(Denial::NeedsPresence);
        }
        let needs_second = ticket.flags.has(Flags::NEEDS_SECOND_OFFICER);
        if action != Action::Disarm || !(needs_second || self.clock.lost) {
            return Ok(false);
        }
        match self.approval {
            Some(approval) if approval.officer != ticket.officer && now <= approval.until => Ok(true),
            _ if needs_second => Err(Denial::NeedsSecondOfficer),
            _ => Err(Denial::NeedsFreshTicket),
        }
    }

    /// Why the lock cannot do it, before it tries.
    fn obstacle(&self, action: Action, sensors: &Sensors) -> Option<Outcome> {
        let below = |limit: u8| sensors.battery < limit;
        let obstacles: &[(bool, Outcome)] = match action {
            Action::Arm => &[
                (self.armed, Outcome::AlreadyDone),
                (!sensors.shell_closed, Outcome::ShellOpen),
                (!sensors.rope_inserted, Outcome::RopeNotInserted),
                (!sensors.rope_whole, Outcome::RopeCut),
                (below(self.config.arm_battery), Outcome::BatteryTooLow),
            ],
            Action::Disarm => &[
                (!self.armed && sensors.bolt == Bolt::Open, Outcome::NotSealed),
                (below(self.config.move_battery), Outcome::BatteryTooLow),
            ],
            Action::Test | Action::Approve => &[],
        };
        obstacles.iter().find(|(so, _)| *so).map(|(_, outcome)| *outcome)
    }

    fn motor_stopped(&mut self, now: u32, sensors: &Sensors, link: Link) -> (Link, Effects) {
        let Some(job) = self.job else { return (link, Effects::default()) };
        let before = (self.armed, self.alarms);
        // The motor's word is not enough: the sensors decide.
        let outcome = match (job.action, sensors.bolt) {
            (Action::Arm, Bolt::Closed) if !sensors.rope_inserted => Outcome::RopeNotInserted,
            (Action::Arm, Bolt::Closed) => {
                (self.armed, self.alarms) = (true, Alarms::default());
                Outcome::Done
            }
            (Action::Disarm, Bolt::Open) => {
                self.armed = false;
                Outcome::Done
            }
            _ => Outcome::MotorStuck,
        };
        let ended = What::Ended { action: job.action, outcome, by: job.by, second_officer: job.second_officer };
        let Ok(receipt) = self.append(now, sensors, ended) else {
            // Not recorded: still running as far as anybody can prove. The next tick tries again, a boot says interrupted.
            (self.armed, self.alarms) = before;
            self.job = Some(Job { stopped: true, ..job });
            return (link, Effects::default());
        };
        self.job = None;
        match link {
            Link::Proven(session) if session.owed => Self::answer(session, &Reply::Receipt(receipt)),
            link => (link, Effects::default()),
        }
    }

    fn set_clock(&mut self, now: u32, sensors: &Sensors, session: &Session, time: u32) -> Reply {
        let before = self.clock.log(now);
        if self.clock.log_set && before.abs_diff(time) <= 2 {
            // Left as it is: many small steps would move it unwritten.
            return Reply::ClockSet;
        }
        let clock = self.clock.clone();
        self.clock.set_log(now, time);
        let (ticket, officer) = (session.ticket.sequence, session.ticket.officer);
        if self.append(now, sensors, What::ClockSet { before, ticket, officer }).is_err() {
            self.clock = clock;
            return Reply::Denied(Denial::MemoryFailed);
        }
        Reply::ClockSet
    }

    fn state(&self, now: u32, sensors: &Sensors) -> State {
        State {
            id: self.config.keys.id,
            lock: self.lock(sensors),
            alarms: self.alarms,
            rope_inserted: sensors.rope_inserted,
            rope_whole: sensors.rope_whole,
            shell_closed: sensors.shell_closed,
            gnss_fix: sensors.place.is_some(),
            has_button: self.config.has_button,
            clock_set: self.clock.log_set,
            time_lost: self.clock.lost,
            battery: sensors.battery,
            mobile_bars: sensors.mobile_bars,
            self_test_failed: self.self_test_failed,
            firmware: self.config.firmware,
            log_time: self.clock.log(now),
            not_before: self.clock.floor(now),
            newest: self.journal.newest(),
            oldest: self.journal.oldest(),
            place: sensors.place,
            last: self.journal.find(|entry, _| entry.ended()).map(|(action, outcome, id)| (id, action, outcome)),
        }
    }

    fn page(&self, from: u32, most: u8) -> Page {
        let newest = self.journal.newest();
        // Entries that cannot be read any more are passed over, so that those behind them are not lost too.
        let from = from.max(self.journal.overwritten()).max(1);
        let first = (from..=newest).find(|counter| self.journal.read(*counter).is_some());
        let first = first.unwrap_or(newest.saturating_add(1));
        let mut entries = ArrayVec::new();
        let mut receipt = None;
        for counter in (first..=newest).take(usize::from(most).clamp(1, PAGE)) {
            let Some((entry, head)) = self.journal.read(counter) else { break };
            entries.push(entry);
            receipt = Some(Receipt::make(&self.config.keys, &entry, head));
        }
        // The oldest kept entry has nobody before it any more; its predecessor's head is then unknown and sent as zeros.
        let before = self.journal.before(first).unwrap_or(crate::entry::Head([0; 16]));
        Page { first, before, entries, receipt }
    }

    // ---- time passes ------------------------------------------------------------------------

    fn tick(&mut self, now: u32, sensors: &Sensors, link: Link) -> (Link, Effects) {
        if self.approval.is_some_and(|approval| now > approval.until) {
            self.approval = None;
        }
        if now.saturating_sub(self.saved_at) >= SAVE_S && self.save(now).is_err() {
            // Tried again with the next tick; the floor in flash is only older, which is safe.
            self.self_test_failed |= 8;
        }
        if let Some(job) = self.job.filter(|job| job.stopped || now >= job.deadline) {
            let (link, effects) = self.motor_stopped(now, sensors, link);
            return (link, Effects { drive: (!job.stopped).then_some(Drive::Stop), ..effects });
        }
        let moving = self.job.is_some();
        match link {
            Link::Down => (Link::Down, Effects::default()),
            _ if !moving && now.saturating_sub(self.heard_at) >= IDLE_S => {
                (Link::Up, Effects { hang_up: true, ..Effects::default() })
            }
            link => (link, Effects::default()),
        }
    }
}
