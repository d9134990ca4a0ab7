//! The seal against a model written from `docs/seal-protocol.md`: a set of tickets, a floor, counters. Any sequence of visits,
//! replays, power cuts and waiting must give exactly what the model says.

mod common;

use std::collections::HashMap;

use common::{Bench, EVERYTHING, START, outcome};
use proptest::prelude::*;
use seal_protocol::CommandId;
use seal_protocol::entry::{Action, Lock, Outcome};
use seal_protocol::issuer::{Kind, Wish};
use seal_protocol::message::{Denial, Reply, Request};
use seal_protocol::phone::{Grant, Heard, Phone, PhoneError};
use seal_protocol::seal::{Bolt, Event, Wake};
use seal_protocol::ticket::{Flags, Scope};

const OFFICERS: [&str; 3] = ["an", "binh", "chi"];

#[derive(Debug, Clone)]
enum Op {
    Mint { kind: u8, officer: usize, scope: u8, flags: u8, revoke: bool },
    Visit { ticket: usize, action: u8, id: u8 },
    SetClock { ticket: usize, time: u32 },
    Replay { opening: usize },
    Junk,
    Pass { seconds: u32 },
    Dark { seconds: u32 },
    Press,
    Rope { whole: bool, inserted: bool },
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let op = prop_oneof![
        4 => (0..3_u8, 0..3_usize, 1..16_u8, 0..4_u8, prop::bool::weighted(0.1)).prop_map(
            |(kind, officer, scope, flags, revoke)| Op::Mint { kind, officer, scope: scope | 1, flags, revoke }),
        10 => (any::<usize>(), 1..5_u8, 0..20_u8).prop_map(|(ticket, action, id)| Op::Visit { ticket, action, id }),
        1 => (any::<usize>(), any::<u32>()).prop_map(|(ticket, time)| Op::SetClock { ticket, time }),
        2 => any::<usize>().prop_map(|opening| Op::Replay { opening }),
        1 => Just(Op::Junk),
        3 => prop_oneof![1..100_u32, 100..2_000_u32, 2_000..50_000_u32].prop_map(|seconds| Op::Pass { seconds }),
        2 => (0..100_000_u32).prop_map(|seconds| Op::Dark { seconds }),
        3 => Just(Op::Press),
        2 => (any::<bool>(), any::<bool>()).prop_map(|(whole, inserted)| Op::Rope { whole, inserted }),
    ];
    proptest::collection::vec(op, 1..70)
}

#[derive(Debug, Clone)]
struct Known {
    grant: Grant,
    number: u32,
    issued: u32,
    expires: u32,
    use_within: u32,
    min: u32,
    officer: usize,
    scope: u8,
    flags: u8,
    nonce: Option<[u8; 16]>,
}

/// The specification, as plainly as can be.
struct Model {
    floor: (u64, u64),
    saved: u64,
    saved_at: u64,
    lost: bool,
    clock: Option<(u64, u64)>,
    min: u32,
    seen: Vec<(u32, u64, u32)>,
    fresh: Vec<u32>,
    /// Nonces shown in this boot, with their birth; spent ones are gone.
    nonces: HashMap<[u8; 16], u64>,
    /// Birth of the one that HELLO shows.
    birth: u64,
    entries: u32,
    armed: bool,
    rope_alarm: bool,
    dark_alarm: bool,
    approval: Option<(usize, u64)>,
    pressed: Option<u64>,
    knocks: (u64, u64, u64),
    ended: HashMap<u8, (Action, Vec<u8>)>,
}

impl Model {
    fn floor(&self, now: u64) -> u64 {
        (self.floor.0 + (now - self.floor.1) * 9_995 / 10_000).min(u32::MAX.into())
    }

    fn write(&mut self, now: u64) {
        self.entries += 1;
        self.saved = self.saved.max(self.floor(now));
    }

    fn good_until(&self, now: u64, ticket: &Known) -> Option<u64> {
        let floor = self.floor(now).max(ticket.issued.into());
        let first = self.seen.iter().find(|seen| seen.0 == ticket.number).map(|seen| seen.1);
        let living: Vec<_> = self.seen.iter().filter(|seen| u64::from(seen.2) > floor).collect();
        let room = living.len() < 16 || living.iter().any(|seen| seen.0 < ticket.number);
        let moment = ticket.nonce.is_none_or(|nonce| {
            self.fresh.contains(&ticket.number) || self.nonces.get(&nonce).is_some_and(|born| now < born + 1_200)
        });
        let until = (first.unwrap_or(floor) + u64::from(ticket.use_within)).min(ticket.expires.into());
        let good = u64::from(ticket.expires) > floor
            && ticket.number >= self.min
            && ticket.number >= ticket.min
            && moment
            && (first.is_some() || room)
            && until > floor;
        good.then_some(until)
    }

    fn refused(&mut self, now: u64) {
        let (next, gap, _) = self.knocks;
        if now >= next {
            let gap = if now - next > 3_600 { 1 } else { (gap * 2).clamp(1, 3_600) };
            self.knocks = (now + gap, gap, 0);
            self.write(now);
        }
    }

    fn proven(&mut self, now: u64, ticket: &Known) {
        if u64::from(ticket.issued) > self.floor(now) {
            self.floor = (ticket.issued.into(), now);
        }
        if let Some(nonce) = ticket.nonce
            && !self.fresh.contains(&ticket.number)
        {
            if self.nonces.remove(&nonce) == Some(self.birth) {
                self.birth = now;
            }
            self.lost = false;
            if self.fresh.len() == 8 {
                self.fresh.remove(0);
            }
            self.fresh.push(ticket.number);
        }
        let floor = self.floor(now);
        let before = (self.min, self.seen.clone());
        self.raise(ticket.min);
        if !self.seen.iter().any(|seen| seen.0 == ticket.number) {
            self.seen.retain(|seen| u64::from(seen.2) > floor);
            if self.seen.len() == 16 {
                let oldest = self.seen.iter().map(|seen| seen.0).min().unwrap();
                self.raise(oldest + 1);
            }
            self.seen.push((ticket.number, floor, ticket.expires));
        }
        if (self.min, &self.seen) != (before.0, &before.1) {
            self.saved = self.saved.max(floor);
            self.saved_at = now;
        }
    }

    fn raise(&mut self, min: u32) {
        self.min = self.min.max(min);
        self.seen.retain(|seen| seen.0 >= self.min);
    }

    fn right(&self, now: u64, ticket: &Known, action: Action) -> Result<bool, Denial> {
        let needed = [2, 4, 8, 4][usize::from(action.code()) - 1];
        if ticket.scope & needed == 0 {
            return Err(Denial::NotAllowed);
        }
        if ticket.flags & 1 != 0 && action != Action::Test && self.pressed.is_none_or(|at| now - at > 30) {
            return Err(Denial::NeedsPresence);
        }
        let two = ticket.flags & 2 != 0;
        if action != Action::Disarm || !(two || self.lost) {
            return Ok(false);
        }
        let approved = self.approval.is_some_and(|(who, until)| who != ticket.officer && now <= until);
        match (approved, two) {
            (true, _) => Ok(true),
            (false, true) => Err(Denial::NeedsSecondOfficer),
            (false, false) => Err(Denial::NeedsFreshTicket),
        }
    }

    /// What a command ends with, and how many entries it writes.
    fn command(&mut self, now: u64, ticket: &Known, action: Action, bench: &Bench) -> Result<Outcome, Denial> {
        let used = self.right(now, ticket, action)?;
        let sensors = &bench.sensors;
        let obstacle = match action {
            Action::Arm if self.armed => Some(Outcome::AlreadyDone),
            Action::Arm if !sensors.rope_inserted => Some(Outcome::RopeNotInserted),
            Action::Arm if !sensors.rope_whole => Some(Outcome::RopeCut),
            Action::Disarm if !self.armed && sensors.bolt == Bolt::Open => Some(Outcome::NotSealed),
            _ => None,
        };
        self.write(now);
        if let Some(outcome) = obstacle {
            return Ok(outcome);
        }
        match action {
            Action::Arm | Action::Disarm => {
                self.write(now);
                if used {
                    self.approval = None;
                }
                self.armed = action == Action::Arm;
                if self.armed {
                    (self.rope_alarm, self.dark_alarm) = (false, false);
                }
            }
            Action::Approve => self.approval = Some((ticket.officer, now + 300)),
            Action::Test => {}
        }
        Ok(Outcome::Done)
    }

    /// The seal looks at its rope whenever it is stepped.
    fn watch(&mut self, now: u64, bench: &Bench) {
        let gone = !bench.sensors.rope_whole || !bench.sensors.rope_inserted;
        if self.armed && gone && !self.rope_alarm {
            self.rope_alarm = true;
            self.write(now);
        }
    }

    fn boot(&mut self, bench: &Bench) {
        self.floor = (self.saved, 0);
        (self.saved_at, self.lost, self.clock) = (0, true, None);
        self.birth = 0;
        (self.fresh, self.nonces, self.approval, self.pressed) = (Vec::new(), HashMap::new(), None, None);
        self.knocks = (0, 0, 0);
        self.dark_alarm |= self.armed;
        self.write(0);
        self.watch(0, bench);
    }
}

struct World {
    bench: Bench,
    model: Model,
    tickets: Vec<Known>,
    openings: Vec<Vec<u8>>,
}

impl World {
    fn new() -> Self {
        let bench = Bench::lost(11);
        let model = Model {
            floor: (u64::from(START) - 86_400, 0),
            saved: u64::from(START) - 86_400,
            saved_at: 0,
            lost: true,
            clock: None,
            min: 0,
            seen: Vec::new(),
            fresh: Vec::new(),
            nonces: HashMap::new(),
            birth: 0,
            entries: 1,
            armed: false,
            rope_alarm: false,
            dark_alarm: false,
            approval: None,
            pressed: None,
            knocks: (0, 0, 0),
            ended: HashMap::new(),
        };
        Self { bench, model, tickets: Vec::new(), openings: Vec::new() }
    }

    fn now(&self) -> u64 {
        self.bench.ticks.into()
    }

    fn mint(&mut self, kind: u8, officer: usize, scope: u8, flags: u8, revoke: bool) {
        let kind = match kind {
            0 => Kind::Shift { life: 43_200 },
            1 => Kind::Reserve { life: 604_800 },
            _ => {
                let now = self.now();
                let nonce = self.bench.nonce();
                if now - self.model.birth >= 600 {
                    self.model.birth = now;
                }
                let birth = self.model.birth;
                assert_eq!(*self.model.nonces.entry(nonce).or_insert(birth), birth);
                Kind::Moment { nonce }
            }
        };
        let number = self.bench.sequence + 1;
        self.bench.sequence = number;
        let min = if revoke { number.saturating_sub(2) } else { 0 };
        let wish = Wish {
            kind,
            now: self.bench.time,
            sequence: number,
            min_sequence: min,
            officer: self.bench.officer(OFFICERS[officer]),
            scope: Scope(scope),
            flags: Flags(flags),
        };
        let grant = self.bench.issuer.mint(&self.bench.id, &wish, &mut self.bench.rng).unwrap();
        let (life, use_within, nonce, more) = match kind {
            Kind::Shift { life } => (life, life, None, 0),
            Kind::Reserve { life } => (life, 43_200, None, 2),
            Kind::Moment { nonce } => (900, 900, Some(nonce), 0),
        };
        self.tickets.push(Known {
            grant,
            number,
            issued: self.bench.time,
            expires: self.bench.time + life,
            use_within,
            min,
            officer,
            scope,
            flags: flags | more,
            nonce,
        });
    }

    /// Opens a session and asks one thing; the answer, after checking that the seal opened exactly when the model says so.
    fn ask(&mut self, ticket: &Known, request: &Request) -> Option<Reply> {
        let now = self.now();
        let expected = self.model.good_until(now, ticket);
        let mut phone = Phone::new(self.bench.id);
        let open = phone.open(&ticket.grant, &mut self.bench.rng).unwrap();
        self.openings.push(open.to_vec());
        self.bench.step(Event::Connected);
        let answer = self.bench.step(Event::Received(&open)).send.unwrap();
        let reply = match phone.receive(&answer) {
            Ok(Heard::Opened(opened)) => {
                assert!(expected.is_some(), "taken, though the model refuses {ticket:?}");
                assert_eq!(u64::from(opened.not_before), self.model.floor(now));
                assert_eq!(opened.time_lost, self.model.lost);
                assert_eq!(opened.newest, self.model.entries);
                self.model.proven(now, ticket);
                Some(self.bench.ask(&mut phone, request).unwrap())
            }
            Err(PhoneError::Refused) => {
                assert!(expected.is_none(), "refused, though the model takes {ticket:?}");
                self.model.refused(now);
                None
            }
            other => panic!("{other:?}"),
        };
        self.bench.step(Event::Disconnected);
        reply
    }

    fn visit(&mut self, ticket: &Known, action: Action, id: u8) {
        let request = Request::Command { id: CommandId([id; 16]), action };
        let turns = self.bench.drives.len();
        let Some(reply) = self.ask(ticket, &request) else { return };
        let now = self.now();
        match self.model.ended.get(&id).cloned() {
            Some((before, receipt)) if before == action => {
                assert!(matches!(reply, Reply::Receipt(again) if again.0.as_slice() == receipt));
                assert_eq!(self.bench.drives.len(), turns, "nothing moves twice for one id");
            }
            Some(_) => assert_eq!(reply, Reply::Denied(Denial::IdReused)),
            None => {
                let sensed = self.model.command(now, ticket, action, &self.bench);
                match (reply, sensed) {
                    (Reply::Receipt(receipt), Ok(expected)) => {
                        assert_eq!(outcome(&receipt), expected);
                        assert!(self.bench.issuer.verify(&self.bench.id, &receipt).is_some());
                        self.model.ended.insert(id, (action, receipt.0.to_vec()));
                    }
                    (Reply::Denied(denial), Err(expected)) => assert_eq!(denial, expected),
                    (reply, expected) => panic!("{reply:?}, the model says {expected:?}"),
                }
            }
        }
    }

    fn set_clock(&mut self, ticket: &Known, time: u32) {
        let allowed = ticket.scope & 6 != 0;
        let Some(reply) = self.ask(ticket, &Request::SetClock { now: time }) else { return };
        let now = self.now();
        if !allowed {
            assert_eq!(reply, Reply::Denied(Denial::NotAllowed));
            return;
        }
        assert_eq!(reply, Reply::ClockSet);
        let shows = self.model.clock.map(|(at, since)| (at + now - since).min(u32::MAX.into()));
        if shows.is_none_or(|shows| shows.abs_diff(time.into()) > 2) {
            self.model.clock = Some((time.into(), now));
            self.model.write(now);
        }
    }

    fn run(&mut self, op: Op) {
        let any = |tickets: &[Known], at: usize| (!tickets.is_empty()).then(|| tickets[at % tickets.len()].clone());
        let now = self.now();
        match op {
            Op::Mint { kind, officer, scope, flags, revoke } => self.mint(kind, officer, scope, flags, revoke),
            Op::Visit { ticket, action, id } => {
                if let (Some(ticket), Some(action)) = (any(&self.tickets, ticket), Action::from_code(action)) {
                    self.visit(&ticket, action, id);
                }
            }
            Op::SetClock { ticket, time } => {
                if let Some(ticket) = any(&self.tickets, ticket) {
                    self.set_clock(&ticket, time);
                }
            }
            Op::Replay { opening } => {
                if !self.openings.is_empty() {
                    let open = self.openings[opening % self.openings.len()].clone();
                    self.bench.step(Event::Connected);
                    let answer = self.bench.step(Event::Received(&open));
                    if answer.hang_up {
                        self.model.refused(now);
                    }
                    // Whatever the seal said to it: without the phone's secret nothing follows.
                    self.bench.step(Event::Received(&[&[3][..], &[0; 34]].concat()));
                    self.model.refused(now);
                    self.bench.step(Event::Disconnected);
                }
            }
            Op::Junk => {
                self.bench.step(Event::Connected);
                self.bench.step(Event::Received(b"\x03hello"));
                self.bench.step(Event::Disconnected);
                self.model.refused(now);
            }
            Op::Pass { seconds } => {
                self.bench.pass(seconds);
                let now = self.now();
                if now - self.model.saved_at >= 900 {
                    (self.model.saved, self.model.saved_at) = (self.model.saved.max(self.model.floor(now)), now);
                }
            }
            Op::Dark { seconds } => {
                self.bench.time += seconds;
                self.bench.restart(Wake::PowerLost);
                self.model.boot(&self.bench);
            }
            Op::Press => {
                self.bench.step(Event::Pressed);
                self.model.pressed = Some(now);
            }
            Op::Rope { whole, inserted } => {
                (self.bench.sensors.rope_whole, self.bench.sensors.rope_inserted) = (whole, inserted);
                self.bench.step(Event::Tick);
                self.model.watch(now, &self.bench);
                if now - self.model.saved_at >= 900 {
                    (self.model.saved, self.model.saved_at) = (self.model.saved.max(self.model.floor(now)), now);
                }
            }
        }
    }

    /// At the end the state and the log say what the model says.
    fn compare(&mut self) {
        let grant = self.bench.mint("chi", Kind::Shift { life: 43_200 }, EVERYTHING, Flags::NONE);
        let ticket = Known {
            number: self.bench.sequence,
            issued: self.bench.time,
            expires: self.bench.time + 43_200,
            use_within: 43_200,
            min: 0,
            officer: 2,
            scope: 15,
            flags: 0,
            nonce: None,
            grant,
        };
        let Some(Reply::State(state)) = self.ask(&ticket, &Request::State) else { panic!("a new ticket is good") };
        let lock = match (self.model.armed, self.model.rope_alarm) {
            (true, false) => Lock::ClosedArmed,
            (true, true) => Lock::Tampered,
            (false, _) if self.bench.sensors.rope_inserted => Lock::Ready,
            (false, _) => Lock::Open,
        };
        assert_eq!((state.lock, state.newest), (lock, self.model.entries));
        assert_eq!(u64::from(state.not_before), self.model.floor(self.now()));
        let alarms = u8::from(self.model.rope_alarm) | if self.model.dark_alarm { 8 } else { 0 };
        assert_eq!(state.alarms.0, alarms);
        let log = self.bench.log(&ticket.grant);
        assert_eq!(log.len(), self.model.entries as usize);
        assert!(log.is_sorted_by_key(|entry| entry.not_before), "the floor never falls");
    }
}

/// A hundred sequences in every run; `PROPTEST_CASES` for more.
fn cases() -> ProptestConfig {
    if std::env::var_os("PROPTEST_CASES").is_some() {
        ProptestConfig::default()
    } else {
        ProptestConfig::with_cases(100)
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn the_seal_does_what_the_model_says(ops in ops()) {
        let mut world = World::new();
        for op in ops {
            world.run(op);
        }
        world.compare();
    }
}
