//! Phones, the real central and a bad network in one thread. All chance comes from one seed: a failure comes again with it.
//!
//! Real are the engine, the phones' stores, files and clients, and the central behind its HTTP API. In place of the network
//! stands [`network`], in place of tasks and sleep a world that does one thing at a time. What must hold is looked at from
//! outside: by what was written ([`World::ledger`]) and by the central's own table, not by what either side says of itself.
#![allow(dead_code)]

pub mod dice;
pub mod hostile;
pub mod network;
pub mod phone;

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use seal_central::practice::{Account, World as Practice};
use seal_central::{Central, ServerConfig};
use seal_core::fact::Fact;
use seal_core::ids::{CaseId, EventId, Sha256};
use seal_core::officer::Role;
use seal_core::outbox::{OutboxState, QueueWhat};
use seal_core::seal::reading::LockAction;
use seal_field::ports::store::Store as _;
use seal_field::ports::vault::Vault as _;
use seal_field::sync::engine::Input;
use uuid::Uuid;

use self::dice::Dice;
use self::network::{Fault, Network};
use self::phone::{Killed, Phone, Time};
use crate::common;

/// From the last fault until everything must have arrived: three of the longest waits (15 minutes).
const DRAINED_WITHIN_MS: u64 = 45 * 60_000;
/// Kept of the trace for a failure.
const TRACE: usize = 400;
/// Nobody's account: the central refuses what it wrote.
const STRANGER: &str = "nobody";

/// What one world went through.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Report {
    /// Things that happened: acts, requests, kills, clock changes and so on.
    pub operations: u64,
    /// Facts officers wrote.
    pub facts: u64,
    /// Photographs, without thumbnails.
    pub photos: u64,
    /// HTTP requests.
    pub requests: u64,
    /// Faults of the network, by name.
    pub faults: BTreeMap<Fault, u64>,
    /// Kills and restarts of the app.
    pub kills: u64,
    /// Restarts of the central, and backups put back.
    pub restarts: u64,
    pub restores: u64,
    /// From the last fault until everything had arrived, milliseconds.
    pub drained_ms: u64,
    /// Of all that happened, in order: equal for equal seeds.
    pub trace: u64,
}

impl Report {
    pub fn add(&mut self, other: &Report) {
        self.operations += other.operations;
        self.facts += other.facts;
        self.photos += other.photos;
        self.requests += other.requests;
        self.kills += other.kills;
        self.restarts += other.restarts;
        self.restores += other.restores;
        self.drained_ms = self.drained_ms.max(other.drained_ms);
        other.faults.iter().for_each(|(fault, n)| *self.faults.entry(*fault).or_default() += n);
    }
}

/// A fact as it was written.
struct Written {
    phone: usize,
    hash: Sha256,
    device_seq: u64,
    seals: Vec<String>,
    case: Option<CaseId>,
    photos: Vec<Sha256>,
    /// Nothing of it may reach the record: it, or one before it that it has to follow, is refused.
    refused: bool,
}

#[derive(Clone)]
struct Journey {
    case: CaseId,
    ends: [String; 2],
    seal: String,
}

struct World {
    dice: Dice,
    time: Arc<Time>,
    network: Network,
    central: Option<Central>,
    folder: PathBuf,
    phones: Vec<Phone>,
    journeys: Vec<Journey>,
    ledger: HashMap<EventId, Written>,
    trace: VecDeque<String>,
    report: Report,
    backup: Option<u64>,
    accounts: Vec<Account>,
    serial: u64,
}

/// Runs a world to its end and looks at it.
///
/// # Panics
/// When something was lost, doubled, out of order, hidden or stuck; the message names the seed and what happened last.
pub fn run(seed: u64, phones: usize, operations: u32) -> Report {
    // Memory, where there is such a folder: thousands of commits are not to wait for a disk.
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().max_blocking_threads(1).build().unwrap();
    let mut world = World::new(seed, phones, folder.path());
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        runtime.block_on(async {
            world.begin().await;
            for _ in 0..operations {
                world.happen().await;
            }
            world.drain().await;
        });
        world.check();
    }));
    if let Err(panic) = outcome {
        let why =
            panic.downcast_ref::<String>().cloned().or_else(|| panic.downcast_ref::<&str>().map(|s| (*s).to_owned()));
        let trace: Vec<String> = world.trace.into();
        panic!(
            "seed {seed}, {phones} phones, {operations} operations, at {}: {}\nwhat happened last:\n{}",
            world.report.operations,
            why.unwrap_or_default(),
            trace.join("\n")
        );
    }
    let (requests, faults) = world.network.told();
    Report { requests, faults, kills: world.phones.iter().map(|phone| phone.restarts).sum(), ..world.report.clone() }
}

#[derive(Debug, Clone, Copy)]
enum Happening {
    Act,
    Photo,
    Refused,
    Request,
    Time,
    SendNow,
    Coverage,
    Kill,
    Clock,
    Stray,
    Weather,
    CentralRestarts,
    CentralDown,
    Backup,
    Restore,
    HandOver,
}

const HAPPENINGS: [(u32, Happening); 16] = [
    (260, Happening::Act),
    (20, Happening::Photo),
    (4, Happening::Refused),
    (440, Happening::Request),
    (160, Happening::Time),
    (20, Happening::SendNow),
    (25, Happening::Coverage),
    (12, Happening::Kill),
    (6, Happening::Clock),
    (20, Happening::Stray),
    (10, Happening::Weather),
    (3, Happening::CentralRestarts),
    (6, Happening::CentralDown),
    (3, Happening::Backup),
    (2, Happening::Restore),
    (9, Happening::HandOver),
];

impl World {
    fn new(seed: u64, phones: usize, folder: &Path) -> Self {
        let mut dice = Dice::new(seed);
        let network = Network::new(dice.next());
        let time = Arc::new(Time::default());
        let accounts = Practice::load().unwrap().accounts;
        let rules = common::rules("0");
        let mut sealing: Vec<Account> = accounts.iter().filter(|a| a.officer.is(Role::Officer)).cloned().collect();
        sealing.dedup_by(|a, b| a.officer.unit == b.officer.unit);
        let phones = (0..phones)
            .map(|n| {
                let account = sealing[n % sealing.len()].clone();
                Phone::new(n, &folder.join(format!("phone{n}")), &network, &time, account, &rules)
            })
            .collect();
        Self {
            dice,
            time,
            network,
            central: None,
            folder: folder.to_owned(),
            phones,
            journeys: Vec::new(),
            ledger: HashMap::new(),
            trace: VecDeque::new(),
            report: Report::default(),
            backup: None,
            accounts,
            serial: 0,
        }
    }

    fn note(&mut self, line: String) {
        for byte in line.bytes() {
            // FNV-1a
            self.report.trace = (self.report.trace ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        if self.trace.len() == TRACE {
            self.trace.pop_front();
        }
        self.trace.push_back(format!("{:>9} ms  {line}", self.time.ms()));
    }

    fn data(&self) -> PathBuf {
        self.folder.join("central")
    }

    fn open_central(&mut self) {
        let time = self.time.clone();
        let clock: seal_central::Clock = Arc::new(move || time.wall());
        let config = ServerConfig { clock, ..ServerConfig::new(self.data(), true) };
        let central = Central::open(config).unwrap();
        self.network.lead_to(Some(central.router()));
        self.central = Some(central);
    }

    fn close_central(&mut self) {
        self.network.lead_to(None);
        self.central = None;
    }

    async fn begin(&mut self) {
        self.open_central();
        for phone in &mut self.phones {
            assert!(phone.sign_in().await, "the first sign-in");
            phone.kills = 4;
        }
        self.network.weather(80);
    }

    async fn happen(&mut self) {
        self.report.operations += 1;
        let which = self.dice.below(self.phones.len());
        match self.dice.weighed(&HAPPENINGS) {
            Happening::Act => self.act(which),
            Happening::Photo => self.photo(which),
            Happening::Refused => self.refused(which),
            Happening::Request => self.request(which).await,
            Happening::Time => {
                let ms = self.dice.spread(50, 20 * 60_000);
                self.note(format!("time {ms}"));
                self.time.pass(ms);
                for n in 0..self.phones.len() {
                    self.tell(n, Input::Tick);
                }
            }
            Happening::SendNow => {
                self.note(format!("{which} send now"));
                self.tell(which, Input::SendNow);
            }
            Happening::Coverage => {
                let coverage = !self.phones[which].coverage;
                self.note(format!("{which} coverage {coverage}"));
                self.phones[which].coverage = coverage;
                self.tell(which, Input::Coverage(coverage));
            }
            Happening::Kill => {
                let reboot = self.dice.per_mille(300);
                self.kill(which, reboot).await;
            }
            Happening::Clock => {
                let days = self.dice.below(7) as i64 - 3;
                self.note(format!("{which} clock {days} days"));
                self.phones[which].set_clock(days * 86_400_000);
            }
            Happening::Stray => {
                let network = self.network.clone();
                if network.stray().await {
                    self.note("a late copy arrives".to_owned());
                }
            }
            Happening::Weather => {
                let weather = *self.dice.pick(&[0, 20, 80, 200, 500, 1000]);
                self.note(format!("weather {weather}"));
                self.network.weather(weather);
            }
            Happening::CentralRestarts => {
                self.note("central restarts".to_owned());
                self.report.restarts += 1;
                self.close_central();
                self.open_central();
            }
            Happening::CentralDown => {
                if self.network.is_down() {
                    self.note("central up".to_owned());
                    self.open_central();
                } else {
                    self.note("central down".to_owned());
                    self.close_central();
                }
            }
            Happening::Backup => {
                if self.network.is_down() {
                    return;
                }
                self.note("backup".to_owned());
                self.close_central();
                copy_folder(&self.data(), &self.folder.join("backup"));
                self.backup = Some(self.time.ms());
                self.open_central();
            }
            Happening::Restore => {
                if self.backup.is_some() {
                    self.note("the backup is put back".to_owned());
                    self.report.restores += 1;
                    self.close_central();
                    std::fs::remove_dir_all(self.data()).unwrap();
                    copy_folder(&self.folder.join("backup"), &self.data());
                    self.open_central();
                    self.central.as_ref().unwrap().begin_new_life().unwrap();
                }
            }
            Happening::HandOver => self.sign_in(which).await,
        }
    }

    /// Another officer of the unit takes the phone, or the same one signs in again: what is in the queue stays as it is.
    async fn sign_in(&mut self, which: usize) {
        let unit = self.phones[which].account.officer.unit.clone();
        let colleagues: Vec<Account> =
            self.accounts.iter().filter(|a| a.officer.unit == unit && a.officer.is(Role::Officer)).cloned().collect();
        let before = self.phones[which].account.clone();
        self.phones[which].account = self.dice.pick(&colleagues).clone();
        let done = self.phones[which].sign_in().await;
        if !done {
            self.phones[which].account = before;
        }
        self.note(format!("{which} sign-in {done}"));
        if done {
            self.tell(which, Input::SendNow);
        }
    }

    /// Steps a phone's engine; the app may be killed meanwhile.
    fn tell(&mut self, which: usize, input: Input) {
        match self.phones[which].local(input, &mut self.dice) {
            Ok(accepted) => self.believe(which, &accepted),
            Err(Killed) => {
                self.note(format!("{which} killed at work"));
                self.phones[which].restart(false);
                self.tell_again(which);
            }
        }
    }

    fn tell_again(&mut self, which: usize) {
        let kills = std::mem::take(&mut self.phones[which].kills);
        self.tell(which, Input::Tick);
        self.phones[which].kills = kills;
    }

    /// What a phone takes for accepted, the central has: at once, as long as no backup was put back.
    fn believe(&mut self, which: usize, accepted: &[i64]) {
        if accepted.is_empty() || self.report.restores > 0 {
            return;
        }
        let db = rusqlite::Connection::open(self.data().join("central.sqlite")).unwrap();
        let mut there = db.prepare("SELECT 1 FROM event WHERE id = ?1").unwrap();
        let queue = self.phones[which].store.queue().unwrap();
        for item in queue.iter().filter(|item| accepted.contains(&item.key)) {
            if let QueueWhat::Fact { event, .. } = &item.what {
                assert!(
                    there.exists([event.0.as_bytes()]).unwrap(),
                    "phone {which} believes what the central has not: {item:?}"
                );
            }
        }
    }

    async fn kill(&mut self, which: usize, reboot: bool) {
        self.note(format!("{which} killed{}", if reboot { ", reboots" } else { "" }));
        let flying: Vec<_> = self.phones[which].flying.drain(..).collect();
        for effect in flying {
            if self.dice.per_mille(500) {
                // It was on its way already: the central does it, and nobody hears the answer.
                self.phones[which].ask(effect).await;
            }
        }
        self.phones[which].restart(reboot);
        self.tell_again(which);
    }

    async fn request(&mut self, which: usize) {
        let n = self.phones[which].flying.len();
        if n == 0 {
            self.tell(which, Input::Tick);
            return;
        }
        let at = self.dice.below(n);
        let effect = self.phones[which].flying.remove(at).unwrap();
        let name = format!("{effect:?}");
        let name: String = name.chars().take_while(|c| c.is_alphanumeric()).collect();
        let input = self.phones[which].ask(effect).await;
        let answer = match &input {
            Input::Pushed(answer) => {
                answer.as_ref().map_or_else(|e| e.to_string(), |a| format!("{} results", a.results.len()))
            }
            Input::Photo(answer) => answer.as_ref().map_or_else(
                |e| e.to_string(),
                |a| match a {
                    seal_field::ports::central::PhotoAtCentral::Complete(_) => "complete".to_owned(),
                    other => format!("{other:?}"),
                },
            ),
            Input::Pulled(answer) => {
                answer.as_ref().map_or_else(|e| e.to_string(), |a| format!("more {} changed {}", a.more, a.changed))
            }
            Input::Fetched(answer) => format!("{answer:?}"),
            _ => String::new(),
        };
        if matches!(&input, Input::Pulled(Ok(page)) if !page.more) {
            self.phones[which].pulled += 1;
        }
        self.note(format!("{which} {name}: {answer}"));
        self.tell(which, input);
    }

    fn write(&mut self, which: usize, case: Option<CaseId>, facts: Vec<Fact>, author: Option<&str>) {
        // Time never stands while an officer works.
        self.time.pass(1);
        let photos: Vec<Vec<Sha256>> = facts
            .iter()
            .map(|fact| {
                let photo = fact.photo();
                let small = photo.and_then(|photo| photo.thumbnail.as_ref()).map(|small| small.sha256);
                photo.map(|photo| photo.sha256).into_iter().chain(small).collect()
            })
            .collect();
        let events = self.phones[which].write(case, facts, author);
        self.report.facts += events.len() as u64;
        for (signed, photos) in events.into_iter().zip(photos) {
            let written = Written {
                phone: which,
                hash: signed.hash,
                device_seq: signed.event.seq,
                seals: signed.event.seals().iter().map(|no| no.as_str().to_owned()).collect(),
                case: signed.event.case,
                photos,
                refused: author.is_some(),
            };
            assert!(self.ledger.insert(signed.event.id, written).is_none());
        }
        self.tell(which, Input::Active);
    }

    fn journey(&mut self, which: usize) -> Journey {
        let own = self.phones[which].account.officer.unit.as_str().to_owned();
        let mine: Vec<usize> =
            (0..self.journeys.len()).filter(|at| self.journeys[*at].ends.contains(&own)).rev().take(8).collect();
        if mine.is_empty() || self.dice.per_mille(120) {
            self.serial += 1;
            let others: Vec<String> = self
                .phones
                .iter()
                .map(|phone| phone.account.officer.unit.as_str().to_owned())
                .filter(|unit| *unit != own)
                .collect();
            let other = if others.is_empty() { "02CI".to_owned() } else { self.dice.pick(&others).clone() };
            let journey = Journey {
                case: CaseId(Uuid::from_u128(u128::from(self.serial) << 64 | 0x7000)),
                ends: [own, other],
                seal: format!("SIM{:05}", self.dice.below(12)),
            };
            let opened = Fact::CaseOpened(seal_core::fact::CaseOpened {
                containers: vec!["CSQU3054383".parse().unwrap()],
                declaration: None,
                origin: common::office(&journey.ends[0]),
                destination: common::office(&journey.ends[1]),
                trader: "Công ty".to_owned(),
            });
            self.journeys.push(journey.clone());
            self.note(format!("{which} opens case {}", self.serial));
            self.write(which, Some(journey.case), vec![opened], None);
            return journey;
        }
        self.journeys[*self.dice.pick(&mine)].clone()
    }

    fn act(&mut self, which: usize) {
        let journey = self.journey(which);
        let no = journey.seal.as_str();
        let facts = match self.dice.below(8) {
            0 | 1 => {
                let command = self.command(no, LockAction::Arm);
                vec![common::scanned("CSQU3054383"), command.clone(), common::read_back(no, &command)]
            }
            2 => vec![common::tug(no)],
            3 => vec![common::inspected(no)],
            4 => {
                let command = self.command(no, LockAction::Disarm);
                vec![command.clone(), common::read_back(no, &command)]
            }
            5 => vec![common::scanned("MSKU9070323"), common::tug(no), common::inspected(no)],
            6 => vec![common::tug(no), common::diagnostics()],
            _ => vec![common::scanned("307766164220")],
        };
        self.note(format!("{which} writes {} facts of {no}", facts.len()));
        self.write(which, Some(journey.case), facts, None);
    }

    fn command(&mut self, no: &str, action: LockAction) -> Fact {
        let mut fact = common::commanded(no, action);
        if let Fact::LockCommanded(command) = &mut fact {
            command.command = seal_core::ids::CommandId(Uuid::from_u128(u128::from(self.dice.next())));
        }
        fact
    }

    fn photo(&mut self, which: usize) {
        let journey = self.journey(which);
        let size = self.dice.spread(100, 700_000) as usize;
        let start = self.dice.next();
        let mut bytes = vec![0u8; size];
        bytes.iter_mut().enumerate().for_each(|(i, b)| *b = (start >> (i % 8 * 8)) as u8 ^ (i / 251) as u8);
        self.note(format!("{which} photographs {size} bytes"));
        let small: Vec<u8> = bytes.iter().copied().step_by(17).chain(*b"small").collect();
        let photos = &self.phones[which].photos;
        let fact = common::photo_of(photos, &bytes, &small);
        self.report.photos += 1;
        self.write(which, Some(journey.case), vec![fact], None);
    }

    /// Written by nobody the central knows, on a seal of their own: it stays in the queue, named, and holds nothing else.
    fn refused(&mut self, which: usize) {
        let no = format!("BAD{which:05}");
        self.note(format!("{which} writes what will be refused"));
        let case = CaseId(Uuid::from_u128(which as u128 | 0xbad0_0000));
        self.write(which, Some(case), vec![common::tug(&no)], Some(STRANGER));
    }

    /// No faults from here on: everything has to arrive in time.
    async fn drain(&mut self) {
        self.note("the last fault".to_owned());
        self.network.weather(0);
        if self.network.is_down() {
            self.open_central();
        }
        for which in 0..self.phones.len() {
            self.phones[which].kills = 0;
            self.phones[which].coverage = true;
            self.tell(which, Input::Coverage(true));
        }
        let begun = self.time.ms();
        // How often each had pulled everything when everything was in.
        let mut pulled: Option<Vec<u32>> = None;
        loop {
            let mut asked = false;
            for which in 0..self.phones.len() {
                if self.phones[which].engine.view().problem == Some("sign_in") && self.phones[which].sign_in().await {
                    self.tell(which, Input::SendNow);
                }
                while !self.phones[which].flying.is_empty() {
                    asked = true;
                    self.request(which).await;
                }
            }
            if asked && !self.all_in() {
                continue;
            }
            if self.all_in() {
                let now: Vec<u32> = self.phones.iter().map(|phone| phone.pulled).collect();
                let then = pulled.get_or_insert_with(|| {
                    self.report.drained_ms = self.time.ms() - begun;
                    now.clone()
                });
                // Twice more, for what the others sent last; whoever was told to wait before that, waits.
                if now.iter().zip(then).all(|(now, then)| *now >= *then + 2) {
                    return;
                }
            } else {
                // A pull told somebody that a restored central lacks what it had taken.
                pulled = None;
            }
            assert!(
                self.time.ms() - begun < DRAINED_WITHIN_MS,
                "not drained {} minutes after the last fault: {}",
                DRAINED_WITHIN_MS / 60_000,
                self.left()
            );
            let wake = self.phones.iter().map(|phone| {
                let now = seal_field::ports::clock::Clock::now(phone.clock.as_ref());
                phone.engine.wake_ms(now).saturating_sub(now.boot_ms)
            });
            let ms = wake.min().unwrap_or(20_000).clamp(20, 20_000);
            self.time.pass(if pulled.is_some() { 20_000 } else { ms });
            for which in 0..self.phones.len() {
                self.tell(which, Input::Active);
            }
        }
    }

    /// Everything is in but what is refused and what has to follow it.
    fn all_in(&self) -> bool {
        (0..self.phones.len()).all(|which| self.open_items(which).is_empty())
    }

    fn open_items(&self, which: usize) -> Vec<String> {
        let bad = format!("BAD{which:05}");
        let queue = self.phones[which].store.queue().unwrap();
        let open = queue.into_iter().filter(|item| !matches!(item.state, OutboxState::Accepted { .. }));
        open.filter(|item| item.seal.as_ref().is_none_or(|no| no.as_str() != bad))
            .map(|item| format!("{item:?}"))
            .collect()
    }

    fn left(&self) -> String {
        let left: Vec<String> = (0..self.phones.len())
            .flat_map(|which| {
                let view = self.phones[which].engine.view();
                let mut items = self.open_items(which);
                items.truncate(5);
                [format!("phone {which}: {view:?}")].into_iter().chain(items)
            })
            .collect();
        left.join("\n")
    }

    /// Nothing lost, nothing doubled, nothing hidden, everything in order.
    fn check(&mut self) {
        let record = Record::read(&self.data());
        // Nothing lost, nothing refused taken, nothing invented, and byte for byte what was signed.
        for (id, written) in &self.ledger {
            match record.hashes.get(id) {
                Some(hash) => {
                    assert!(!written.refused, "{id} should have been refused");
                    assert_eq!(*hash, written.hash, "{id} arrived changed");
                }
                None => {
                    assert!(written.refused, "{id} of phone {} (number {}) is lost", written.phone, written.device_seq)
                }
            }
        }
        let ours: HashSet<_> = self.phones.iter().map(|phone| phone.vault.device()).collect();
        let arrived: Vec<_> = record.rows.iter().filter(|row| ours.contains(&row.device)).collect();
        assert!(arrived.iter().all(|row| self.ledger.contains_key(&row.id)), "the record has what nobody wrote");
        let distinct: HashSet<_> = arrived.iter().map(|row| (row.device, row.device_seq)).collect();
        assert_eq!(distinct.len(), arrived.len(), "doubled");
        // Of each phone and seal, in the order in which it was written.
        let mut newest: HashMap<(usize, &str), u64> = HashMap::new();
        for row in &arrived {
            let written = &self.ledger[&row.id];
            for seal in &written.seals {
                let before = newest.insert((written.phone, seal), written.device_seq).unwrap_or(0);
                assert!(before < written.device_seq, "{seal}: {before} arrived before {}", written.device_seq);
            }
        }
        // Photographs, whole.
        for written in self.ledger.values().filter(|written| !written.refused) {
            for photo in &written.photos {
                assert!(record.photos.contains(photo), "a photo of {} is lost", written.device_seq);
            }
        }
        self.check_phones();
    }

    fn check_phones(&self) {
        for phone in &self.phones {
            let queue = phone.store.queue().unwrap();
            let of_phone = self.ledger.iter().filter(|(_, written)| written.phone == phone.index && written.refused);
            // What is refused is listed: the first with the reason, what has to follow it behind.
            for (id, _) in of_phone {
                let item = queue.iter().find(|item| matches!(&item.what, QueueWhat::Fact { event, .. } if event == id));
                let item =
                    item.unwrap_or_else(|| panic!("{id} is refused, and not on the list of phone {}", phone.index));
                assert!(!matches!(item.state, OutboxState::Accepted { .. }), "{item:?}");
            }
            let refused = queue.iter().any(|item| item.seal.as_ref().is_some_and(|no| no.as_str().starts_with("BAD")));
            let named = queue.iter().any(|item| matches!(item.state, OutboxState::Stuck { .. }));
            assert_eq!(refused, named, "phone {}: {queue:?}", phone.index);
            // Each end sees the whole of a case, others' facts too.
            let unit = phone.account.officer.unit.as_str();
            for journey in self.journeys.iter().filter(|journey| journey.ends.iter().any(|end| end == unit)) {
                let here: HashSet<EventId> =
                    phone.store.case_events(journey.case).unwrap().iter().map(|signed| signed.event.id).collect();
                let all =
                    self.ledger.iter().filter(|(_, written)| written.case == Some(journey.case) && !written.refused);
                for (id, written) in all {
                    assert!(
                        here.contains(id),
                        "phone {} of {unit} does not know {id}, number {} of phone {}, case {}",
                        phone.index,
                        written.device_seq,
                        written.phone,
                        journey.case
                    );
                }
            }
        }
    }
}

struct Row {
    id: EventId,
    device: seal_core::ids::DeviceId,
    device_seq: u64,
}

/// The central's record, read past the central.
struct Record {
    rows: Vec<Row>,
    hashes: HashMap<EventId, Sha256>,
    photos: HashSet<Sha256>,
}

impl Record {
    fn read(data: &Path) -> Self {
        let db = rusqlite::Connection::open(data.join("central.sqlite")).unwrap();
        let mut record = Self { rows: Vec::new(), hashes: HashMap::new(), photos: HashSet::new() };
        let mut events = db.prepare("SELECT id, device, device_seq, cose FROM event ORDER BY seq").unwrap();
        let mut rows = events.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let id = EventId(Uuid::from_bytes(row.get(0).unwrap()));
            let device = seal_core::ids::DeviceId(Uuid::from_bytes(row.get(1).unwrap()));
            let device_seq: i64 = row.get(2).unwrap();
            let cose: Vec<u8> = row.get(3).unwrap();
            record.rows.push(Row { id, device, device_seq: device_seq.unsigned_abs() });
            assert!(record.hashes.insert(id, Sha256::of(&cose)).is_none(), "two rows of one event");
        }
        let mut photos = db.prepare("SELECT sha256 FROM photo WHERE complete_at IS NOT NULL").unwrap();
        for photo in photos.query_map([], |row| row.get(0).map(Sha256)).unwrap() {
            let photo = photo.unwrap();
            record.photos.insert(photo);
        }
        record
    }
}

fn copy_folder(from: &Path, to: &Path) {
    if to.exists() {
        std::fs::remove_dir_all(to).unwrap();
    }
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
