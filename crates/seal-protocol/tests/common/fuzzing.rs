//! Mutated frames in any order and of any length against both ends. Shared by the test and the example `fuzz`.

use seal_protocol::advert;
use seal_protocol::entry::{Action, ENTRY, Entry, Happening, Lock, What};
use seal_protocol::frame::{self, Notified, PhoneEnd, SealEnd, Written};
use seal_protocol::message::Request;
use seal_protocol::noise::Initiator;
use seal_protocol::phone::{Grant, Heard, Phone};
use seal_protocol::receipt::Receipt;
use seal_protocol::seal::Event;
use seal_protocol::secret::Random;
use seal_protocol::{CommandId, Message};
use sha2::{Digest, Sha256};

use crate::common::{Bench, Rng};

/// What was tried.
#[derive(Debug, Default)]
pub struct Report {
    /// Frames shown to a seal or a phone.
    pub frames: u64,
    /// Of them to a seal with a proven session.
    pub inside: u64,
    /// Requests that were encrypted properly by a phone gone bad.
    pub insider: u64,
}

struct Fuzz {
    bench: Bench,
    rng: Rng,
    grant: Grant,
    /// Messages of real sessions, phone to seal; long over, so none of them may have an effect again.
    upward: Vec<Message>,
    /// Seal to phone.
    downward: Vec<Message>,
    report: Report,
}

/// Runs until so many frames were tried. Panics when one was accepted.
pub fn run(seed: u64, frames: u64) -> Report {
    let mut fuzz = Fuzz::new(seed);
    while fuzz.report.frames < frames {
        // A new seal now and then: the ticket's shift would end.
        if fuzz.bench.ticks > 20_000 {
            fuzz = Fuzz { report: std::mem::take(&mut fuzz.report), ..Fuzz::new(fuzz.rng.next()) };
        }
        match fuzz.rng.below(8) {
            0..4 => fuzz.against_seal(),
            4 => fuzz.against_fragments(),
            5 => fuzz.against_phone(),
            6 => fuzz.by_an_insider(),
            _ => fuzz.against_parsers(),
        }
    }
    fuzz.report
}

impl Fuzz {
    fn new(seed: u64) -> Self {
        let mut bench = Bench::new(seed);
        let grant = bench.shift("an");
        let mut fuzz =
            Self { rng: Rng(!seed), bench, grant, upward: vec![], downward: vec![], report: Report::default() };
        fuzz.record();
        fuzz
    }

    /// One whole honest session, kept as seeds.
    fn record(&mut self) {
        let mut phone = Phone::new(self.bench.id);
        self.bench.step(Event::Connected);
        let mut exchange = |bench: &mut Bench, phone: &mut Phone, message: Message| {
            let answer = bench.step(Event::Received(&message)).send.unwrap();
            phone.receive(&answer).unwrap();
            self.upward.push(message);
            self.downward.push(answer);
        };
        let hello = phone.hello().unwrap();
        exchange(&mut self.bench, &mut phone, hello);
        let open = phone.open(&self.grant, &mut self.bench.rng).unwrap();
        exchange(&mut self.bench, &mut phone, open);
        for request in [
            Request::Command { id: CommandId([1; 16]), action: Action::Arm },
            Request::State,
            Request::Log { from: 1, most: 255 },
            Request::Settle { id: CommandId([2; 16]) },
            Request::SetClock { now: 1 },
            Request::Command { id: CommandId([3; 16]), action: Action::Disarm },
        ] {
            let message = phone.ask(&request).unwrap();
            exchange(&mut self.bench, &mut phone, message);
        }
        self.bench.step(Event::Disconnected);
    }

    /// A frame that no honest end sends: another one's bytes changed, cut, grown, mixed, or noise.
    fn frame(&mut self, seeds: &[Message]) -> Vec<u8> {
        let mut bytes = seeds[self.rng.below(seeds.len())].to_vec();
        match self.rng.below(7) {
            0 => {
                for _ in 0..=self.rng.below(4) {
                    let at = self.rng.below(bytes.len());
                    bytes[at] ^= 1 << self.rng.below(8);
                }
            }
            1 => bytes.truncate(self.rng.below(bytes.len() + 1)),
            2 => {
                let more = self.rng.below(1_400);
                bytes.extend((0..more).map(|_| 0xA5));
            }
            3 => {
                let other = &seeds[self.rng.below(seeds.len())];
                let at = self.rng.below(bytes.len());
                bytes.truncate(at);
                bytes.extend_from_slice(&other[self.rng.below(other.len())..]);
            }
            4 => {
                bytes = vec![0; self.rng.below(300)];
                self.rng.fill(&mut bytes);
            }
            5 => {
                bytes.resize(self.rng.below(300).max(1), 0);
                bytes[0] = [0x10, 0x01, 0x03, 0x04, 0x0F][self.rng.below(5)];
            }
            _ => {} // as recorded: a replay
        }
        bytes
    }

    /// Seal: a few frames in one connection, with and without a live session.
    fn against_seal(&mut self) {
        let turns = self.bench.drives.len();
        let inside = self.rng.below(4) == 0;
        self.bench.step(Event::Connected);
        if inside {
            let mut phone = self.bench.open(&self.grant.clone()).unwrap();
            self.bench.ask(&mut phone, &Request::State).unwrap();
        }
        let seeds = std::mem::take(&mut self.upward);
        for _ in 0..=self.rng.below(6) {
            let frame = self.frame(&seeds);
            let effects = self.bench.step(Event::Received(&frame));
            self.report.frames += 1;
            self.report.inside += u64::from(inside);
            let answer = effects.send.expect("a connected seal always answers");
            assert_ne!(answer[0], 0x04, "accepted {frame:02x?}");
            if answer[0] == 0x02 {
                assert_eq!(frame, seeds[1].as_slice(), "opened by a frame that no phone sent");
            }
        }
        self.upward = seeds;
        self.bench.step(Event::Disconnected);
        assert_eq!(self.bench.drives.len(), turns, "the bolt moved");
        self.bench.ticks += 1;
    }

    /// Fragments: any values into both ends of the link, the seal's machine behind it.
    fn against_fragments(&mut self) {
        let mut end = SealEnd::default();
        let mut phone = PhoneEnd::default();
        let seeds = std::mem::take(&mut self.upward);
        phone.question(seeds[0].clone());
        self.bench.step(Event::Connected);
        for _ in 0..=self.rng.below(12) {
            let message = self.frame(&seeds);
            let mtu = 10 + self.rng.below(260);
            let turn = self.rng.below(2) == 0;
            let values: Vec<_> = frame::fragments(&message, turn, mtu, 0).collect();
            let value = match self.rng.below(4) {
                0 => vec![0x3F, u8::try_from(self.rng.below(4)).unwrap(), u8::try_from(self.rng.below(256)).unwrap()],
                _ if values.is_empty() => vec![],
                _ => values[self.rng.below(values.len())].to_vec(),
            };
            self.report.frames += 1;
            match end.written(&value) {
                Written::Message(message) => {
                    let message = message.to_vec();
                    let answer = self.bench.step(Event::Received(&message)).send.unwrap();
                    assert_ne!(answer[0], 0x04);
                    end.answer(answer);
                    assert!(end.fragments(mtu, 0).count() <= 54);
                }
                Written::Again(from) => assert!(end.fragments(mtu, from).count() <= 54),
                Written::Nothing | Written::Reply(_) => {}
            }
            if let Notified::Message(message) = phone.notified(&value) {
                assert!(message.len() <= seal_protocol::MAX_MESSAGE);
            }
        }
        self.upward = seeds;
        self.bench.step(Event::Disconnected);
        self.bench.ticks += 1;
    }

    /// Phone: a false seal.
    fn against_phone(&mut self) {
        let mut phone = Phone::new(self.bench.id);
        let seeds = std::mem::take(&mut self.downward);
        let stage = self.rng.below(3);
        let question = match stage {
            0 => phone.hello(),
            _ => phone.open(&self.grant, &mut self.bench.rng),
        };
        assert!(question.is_ok());
        if stage == 2 {
            self.bench.step(Event::Connected);
            let answer = self.bench.step(Event::Received(&question.unwrap())).send.unwrap();
            phone.receive(&answer).unwrap();
            phone.ask(&Request::State).unwrap();
            self.bench.step(Event::Disconnected);
        }
        let frame = self.frame(&seeds);
        self.report.frames += 1;
        if let Ok(heard) = phone.receive(&frame) {
            assert!(stage == 0 && matches!(heard, Heard::Hello(_)), "believed {heard:?}");
        }
        self.downward = seeds;
    }

    /// An officer's phone gone bad: right keys, wrong requests. No panic, and nothing beyond its rights.
    fn by_an_insider(&mut self) {
        self.bench.step(Event::Connected);
        let digest = Sha256::digest(&self.grant.ticket);
        let prologue: [&[u8]; 3] = [b"eseal/1", self.bench.id.as_bytes(), &digest];
        let mut open: Message = [1, 1].into_iter().chain(self.grant.ticket.iter().copied()).collect();
        let initiator =
            Initiator::start(&self.grant.proof, &prologue, &mut self.bench.rng, &mut open).expect("it fits");
        let answer = self.bench.step(Event::Received(&open)).send.unwrap();
        let (mut keys, _) = initiator.finish(&answer[1..]).unwrap();
        for _ in 0..=self.rng.below(5) {
            let mut plain = vec![0; self.rng.below(40)];
            self.rng.fill(&mut plain);
            if let Some(first) = plain.first_mut() {
                *first %= 8;
            }
            let mut message: Message = [3].into_iter().collect();
            keys.seal(&plain, &mut message).unwrap();
            let answer = self.bench.step(Event::Received(&message)).send.unwrap();
            keys.open(&answer[1..]).expect("answered inside the session");
            self.report.frames += 1;
            self.report.insider += 1;
        }
        self.bench.step(Event::Disconnected);
        self.bench.ticks += 1;
    }

    fn against_parsers(&mut self) {
        let mut bytes = [0; ENTRY];
        self.rng.fill(&mut bytes);
        if self.rng.below(2) == 0 {
            let entry = Entry {
                counter: 7,
                log_time: 1,
                not_before: 1,
                clock_set: true,
                time_lost: false,
                armed: true,
                lock: Lock::ClosedArmed,
                alarms: seal_protocol::entry::Alarms(0),
                battery: 3,
                what: What::Happened { what: Happening::Knock, detail: 1, place: None },
            };
            bytes = entry.encode();
            bytes[self.rng.below(ENTRY)] ^= 1 << self.rng.below(8);
        }
        if let Some(entry) = Entry::decode(&bytes) {
            assert_eq!(entry.encode(), bytes, "one meaning, one form");
        }
        let seeds = std::mem::take(&mut self.downward);
        let frame = self.frame(&seeds);
        self.downward = seeds;
        assert_eq!(Receipt::read(&frame).map(|receipt| receipt.0.to_vec()).unwrap_or(frame.clone()), frame);
        let _ = advert::serial(&frame);
        self.report.frames += 1;
    }
}
