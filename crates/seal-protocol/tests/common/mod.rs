//! A seal on a bench: its flash can lose power in the middle of a write, its clock is the test's, its motor moves at once.
#![allow(dead_code)] // each test uses a part of it

use std::cell::RefCell;
use std::rc::Rc;

use seal_protocol::entry::{Action, Entry, Outcome};
use seal_protocol::issuer::{Issuer, Kind, Wish};
use seal_protocol::keys::SealKeys;
use seal_protocol::message::{Denial, Page, Reply, Request, State};
use seal_protocol::phone::{Grant, Heard, Phone, PhoneError};
use seal_protocol::receipt::Receipt;
use seal_protocol::seal::{
    Bolt, Config, Drive, Effects, Event, Flash, FlashFault, RECORD, SNAPSHOT, Seal, Sensors, Wake,
};
use seal_protocol::secret::{Random, Secret};
use seal_protocol::ticket::{Flags, Scope};
use seal_protocol::{CommandId, Officer, SealId};

/// Reproducible random bytes (SplitMix64). For tests only.
#[derive(Debug, Clone)]
pub struct Rng(pub u64);

impl Rng {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).unwrap()
    }
}

impl Random for Rng {
    fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.next().to_le_bytes()[..chunk.len()]);
        }
    }
}

/// What a power cut leaves of the write it interrupts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// Nothing was written.
    Before,
    /// Half of it.
    Torn,
    /// All of it, but the seal never learned.
    After,
}

#[derive(Debug)]
pub struct Memory {
    pub records: Vec<Option<[u8; RECORD]>>,
    pub snapshots: [Option<[u8; SNAPSHOT]>; 2],
    pub writes: usize,
    /// Power goes at this write.
    pub cut: Option<(usize, Cut)>,
    pub dead: bool,
    /// Every write fails.
    pub broken: bool,
}

impl Memory {
    fn write<const N: usize>(&mut self, bytes: &[u8; N]) -> (Option<[u8; N]>, Result<(), FlashFault>) {
        if self.dead || self.broken {
            return (None, Err(FlashFault));
        }
        self.writes += 1;
        match self.cut {
            Some((at, cut)) if at == self.writes => {
                self.dead = true;
                let left = match cut {
                    Cut::Before => None,
                    Cut::Torn => {
                        let mut torn = [0xFF; N];
                        torn[..N / 2].copy_from_slice(&bytes[..N / 2]);
                        Some(torn)
                    }
                    Cut::After => Some(*bytes),
                };
                (left, Err(FlashFault))
            }
            _ => (Some(*bytes), Ok(())),
        }
    }
}

#[derive(Debug, Clone)]
pub struct Chip(pub Rc<RefCell<Memory>>);

impl Chip {
    pub fn new(records: usize) -> Self {
        Self(Rc::new(RefCell::new(Memory {
            records: vec![None; records],
            snapshots: [None, None],
            writes: 0,
            cut: None,
            dead: false,
            broken: false,
        })))
    }
}

impl Flash for Chip {
    fn records(&self) -> u32 {
        u32::try_from(self.0.borrow().records.len()).unwrap()
    }
    fn write_record(&mut self, slot: u32, record: &[u8; RECORD]) -> Result<(), FlashFault> {
        let mut memory = self.0.borrow_mut();
        let (left, result) = memory.write(record);
        if let Some(left) = left {
            memory.records[slot as usize] = Some(left);
        }
        result
    }
    fn read_record(&self, slot: u32) -> Option<[u8; RECORD]> {
        self.0.borrow().records[slot as usize]
    }
    fn write_snapshot(&mut self, which: usize, snapshot: &[u8; SNAPSHOT]) -> Result<(), FlashFault> {
        let mut memory = self.0.borrow_mut();
        let (left, result) = memory.write(snapshot);
        if let Some(left) = left {
            memory.snapshots[which] = Some(left);
        }
        result
    }
    fn read_snapshot(&self, which: usize) -> Option<[u8; SNAPSHOT]> {
        self.0.borrow().snapshots[which]
    }
}

/// 2026-11-26 00:00 UTC.
pub const START: u32 = 1_795_651_200;
pub const EVERYTHING: Scope = Scope(15);

/// Everything that a power cut leaves: records and snapshots.
pub type Lasting = (Vec<Option<[u8; RECORD]>>, [Option<[u8; SNAPSHOT]>; 2]);

pub struct Bench {
    pub issuer: Issuer,
    pub id: SealId,
    pub chip: Chip,
    pub seal: Option<Seal<Chip, Rng>>,
    pub sensors: Sensors,
    /// Seconds since boot.
    pub ticks: u32,
    /// True time, which the seal does not know.
    pub time: u32,
    pub rng: Rng,
    pub sequence: u32,
    /// What the motor was told, since the beginning.
    pub drives: Vec<Drive>,
    /// The motor moves the bolt.
    pub motor_works: bool,
    /// Nothing happens after the motor is told.
    pub motor_slow: bool,
}

impl Bench {
    /// Commissioned, awake, its time known.
    pub fn new(seed: u64) -> Self {
        let mut bench = Self::lost(seed);
        bench.restart(Wake::ClockKept(0));
        bench
    }

    /// Commissioned, and does not know how long it was without power.
    pub fn lost(seed: u64) -> Self {
        let mut bench = Self {
            issuer: Issuer::new(Secret::new([0x4D; 32]), 1),
            id: SealId::new("83181010").unwrap(),
            chip: Chip::new(256),
            seal: None,
            sensors: Sensors {
                bolt: Bolt::Open,
                rope_inserted: true,
                rope_whole: true,
                shell_closed: true,
                battery: 87,
                place: None,
                mobile_bars: 0,
                faults: 0,
            },
            ticks: 0,
            time: START,
            rng: Rng(seed),
            sequence: 0,
            drives: Vec::new(),
            motor_works: true,
            motor_slow: false,
        };
        bench.restart(Wake::PowerLost);
        bench
    }

    pub fn config(&self) -> Config {
        Config {
            keys: SealKeys::new(self.id, 1, &self.issuer.seal_key(&self.id)),
            commissioned: START - 86_400,
            firmware: [1, 0, 0],
            has_button: true,
            arm_battery: 20,
            move_battery: 5,
        }
    }

    /// Power goes and comes.
    pub fn restart(&mut self, wake: Wake) {
        self.try_restart(wake).expect("the flash works");
    }

    pub fn try_restart(&mut self, wake: Wake) -> Result<(), FlashFault> {
        self.chip.0.borrow_mut().dead = false;
        self.seal = None;
        self.ticks = 0;
        let rng = Rng(self.rng.next());
        self.seal = Some(Seal::boot(self.config(), self.chip.clone(), rng, wake, &self.sensors)?);
        Ok(())
    }

    /// One step, its effects performed; all that was sent, and whether the seal hung up. A seal that lost power does nothing.
    pub fn step(&mut self, event: Event<'_>) -> Effects {
        let dead = |bench: &Self| bench.chip.0.borrow().dead;
        let Some(seal) = self.seal.as_mut() else { return Effects::default() };
        let mut effects = seal.step(self.ticks, &self.sensors, event);
        if dead(self) {
            self.seal = None;
            return Effects::default();
        }
        if let Some(drive) = effects.drive {
            self.drives.push(drive);
            if self.motor_works {
                match drive {
                    Drive::Close => self.sensors.bolt = Bolt::Closed,
                    Drive::Open => self.sensors.bolt = Bolt::Open,
                    Drive::Stop => {}
                }
            }
            if drive != Drive::Stop && !self.motor_slow {
                let after = self.step(Event::MotorStopped);
                effects.send = effects.send.or(after.send);
                effects.hang_up |= after.hang_up;
            }
        }
        effects
    }

    pub fn pass(&mut self, seconds: u32) {
        self.ticks += seconds;
        self.time += seconds;
        self.step(Event::Tick);
    }

    pub fn officer(&self, name: &str) -> Officer {
        self.issuer.pseudonym(name)
    }

    pub fn mint(&mut self, name: &str, kind: Kind, scope: Scope, flags: Flags) -> Grant {
        self.sequence += 1;
        let wish = Wish {
            kind,
            now: self.time,
            sequence: self.sequence,
            min_sequence: 0,
            officer: self.officer(name),
            scope,
            flags,
        };
        self.issuer.mint(&self.id, &wish, &mut self.rng).unwrap()
    }

    pub fn shift(&mut self, name: &str) -> Grant {
        self.mint(name, Kind::Shift { life: 12 * 3_600 }, EVERYTHING, Flags::NONE)
    }

    pub fn moment(&mut self, name: &str) -> Grant {
        let nonce = self.nonce();
        self.mint(name, Kind::Moment { nonce }, EVERYTHING, Flags::NONE)
    }

    pub fn nonce(&mut self) -> [u8; 16] {
        self.step(Event::Connected);
        let mut phone = Phone::new(self.id);
        let hello = phone.hello().unwrap();
        let effects = self.step(Event::Received(&hello));
        self.step(Event::Disconnected);
        match phone.receive(&effects.send.expect("a seal greets everybody")) {
            Ok(Heard::Hello(hello)) => hello.nonce,
            other => panic!("{other:?}"),
        }
    }

    /// Connects and opens a session.
    pub fn open(&mut self, grant: &Grant) -> Result<Phone, PhoneError> {
        self.step(Event::Connected);
        let mut phone = Phone::new(self.id);
        let open = phone.open(grant, &mut self.rng)?;
        let effects = self.step(Event::Received(&open));
        match phone.receive(&effects.send.unwrap_or_default())? {
            Heard::Opened(_) => Ok(phone),
            other => panic!("{other:?}"),
        }
    }

    pub fn ask(&mut self, phone: &mut Phone, request: &Request) -> Result<Reply, PhoneError> {
        let message = phone.ask(request)?;
        let effects = self.step(Event::Received(&message));
        match phone.receive(&effects.send.unwrap_or_default())? {
            Heard::Reply(reply) => Ok(reply),
            other => panic!("{other:?}"),
        }
    }

    /// A connection for one command.
    pub fn command(&mut self, grant: &Grant, id: CommandId, action: Action) -> Result<Reply, PhoneError> {
        let mut phone = self.open(grant)?;
        self.ask(&mut phone, &Request::Command { id, action })
    }

    /// A command with a fresh id that ends with a receipt.
    pub fn done(&mut self, grant: &Grant, action: Action) -> Outcome {
        let id = self.fresh_id();
        match self.command(grant, id, action) {
            Ok(Reply::Receipt(receipt)) => outcome(&receipt),
            other => panic!("{other:?}"),
        }
    }

    /// A command with a fresh id that is denied.
    pub fn denied(&mut self, grant: &Grant, action: Action) -> Denial {
        let id = self.fresh_id();
        match self.command(grant, id, action) {
            Ok(Reply::Denied(denial)) => denial,
            other => panic!("{other:?}"),
        }
    }

    pub fn fresh_id(&mut self) -> CommandId {
        let mut id = [0; 16];
        self.rng.fill(&mut id);
        CommandId(id)
    }

    pub fn state(&mut self, grant: &Grant) -> State {
        let mut phone = self.open(grant).unwrap();
        match self.ask(&mut phone, &Request::State) {
            Ok(Reply::State(state)) => state,
            other => panic!("{other:?}"),
        }
    }

    /// The whole log, as any officer reads it.
    pub fn pages(&mut self, grant: &Grant) -> Vec<Page> {
        let mut phone = self.open(grant).unwrap();
        let (mut from, mut pages) = (1, Vec::new());
        loop {
            match self.ask(&mut phone, &Request::Log { from, most: 255 }) {
                Ok(Reply::Page(page)) if page.entries.is_empty() => return pages,
                Ok(Reply::Page(page)) => {
                    from = page.first + u32::try_from(page.entries.len()).unwrap();
                    pages.push(page);
                }
                other => panic!("{other:?}"),
            }
        }
    }

    pub fn log(&mut self, grant: &Grant) -> Vec<Entry> {
        self.pages(grant).into_iter().flat_map(|page| page.entries).collect()
    }

    /// Everything that would still be there after a power cut now.
    pub fn memory(&self) -> Lasting {
        let memory = self.chip.0.borrow();
        (memory.records.clone(), memory.snapshots)
    }
}

pub fn outcome(receipt: &Receipt) -> Outcome {
    receipt.claim().unwrap().0.ended().expect("a receipt of a command").1
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}
