//! The whole journey in processes of their own, and a device killed at a hundred random moments.
//!
//! The oracle of the second is not the app: it reads the central's database and files itself, and asks the simulated seals
//! what they were told.

mod common;
// The rehearsal needs more of it than this test.
#[allow(dead_code)]
#[path = "../src/bin/sealctl/rehearse/process.rs"]
mod process;

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use p256::ecdsa::VerifyingKey;
use process::{Central, DeviceProcess, YardProcess};
use rusqlite::Connection;
use seal_core::container::check_digit_for;
use seal_core::event::{Event, SignedEvent};
use seal_core::fact::Fact;
use seal_core::ids::Sha256;
use seal_core::seal_no::SealNo;
use seal_simulator::{Reach as _, SealSpec, YardClient};
use serde_json::{Value, json};

const SEALCTL: &str = env!("CARGO_BIN_EXE_sealctl");

#[test]
fn the_rehearsal_passes() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("rehearsal");
    let done = Command::new(SEALCTL)
        .args(["rehearse", "--report", "json", "--data"])
        .arg(&data)
        .output()
        .expect("sealctl can be run");
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{said}\n{}", String::from_utf8_lossy(&done.stderr));
    let report: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(report["failed"], 0, "{report:#}");
    assert!(report["expectations"].as_u64() > Some(100), "{report:#}");
}

// ── killed at a hundred random moments ──

/// How often.
const KILLS: u32 = 100;
/// A kill comes in or after one of so many acts, counted so that a slow machine is hit in the same places.
const ACTS_BEFORE: u64 = 12;
/// And so long after it began, at most, as long as no command took longer: about the time an act takes.
const LATEST_MS: u64 = 60;
/// Every so many kills one comes while the process starts.
const STARTS: u32 = 10;
/// Electronic seals that lie at 03EE and whose radio we speak.
const SEALS: [&str; 6] = ["83181001", "83181002", "83181003", "83181004", "83181005", "83181006"];

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % below
    }
}

/// What a round on one seal consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Open,
    Goods,
    Scan,
    Pair,
    Arm,
    Photo,
    Tug,
    Note,
    Log,
    Inspect,
    Disarm,
}

const STEPS: [Step; 11] = [
    Step::Open,
    Step::Goods,
    Step::Scan,
    Step::Pair,
    Step::Arm,
    Step::Photo,
    Step::Tug,
    Step::Note,
    Step::Log,
    Step::Inspect,
    Step::Disarm,
];

/// Something an act must have left, as it can be found in a fact.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    Container(String),
    Scan(String),
    Command(String),
    Photo(String),
    Note(String),
    /// A fact of that kind in that case.
    InCase(&'static str, String),
}

/// The officer at the device, who goes on after each kill where the device is.
struct Officer {
    folder: PathBuf,
    hands: YardClient,
    random: Random,
    round: usize,
    step: usize,
    case: String,
    tries: u64,
    /// Acts the device said were done.
    done: Vec<Mark>,
    /// Acts on their way when the device was killed: done once or not at all.
    open: Vec<Mark>,
    /// Kills by the act that was on its way.
    hit: BTreeMap<String, u32>,
    /// How long the last command took, so that kills fall into commands on a slow machine too.
    command_ms: u64,
    /// Commands found without an end after a kill, and settled by reading.
    interrupted: u32,
}

/// The process is gone.
#[derive(Debug)]
struct Killed;

impl Officer {
    fn seal(&self) -> SealNo {
        SEALS[self.round % SEALS.len()].parse().unwrap()
    }

    /// Acts until the process is gone; after so many acts, says that its time has come.
    fn work(&mut self, device: &mut DeviceProcess, acts: u64, now: Sender<()>) -> Killed {
        if let Err(killed) = self.take_up(device) {
            return killed;
        }
        for done in 0.. {
            if done == acts {
                // Nobody listens any more when it is being killed already.
                let _told = now.send(());
            }
            if let Err(killed) = self.act(device) {
                return killed;
            }
        }
        Killed
    }

    fn ask(&mut self, device: &mut DeviceProcess, what: &str, act: &Value) -> Result<Value, Killed> {
        for _ in 0..500 {
            let answer = device.ask(act).map_err(|_| {
                *self.hit.entry(what.to_owned()).or_default() += 1;
                Killed
            })?;
            // The seal has not yet noticed that the phone before was killed. It was asked nothing, so asking is no repetition.
            if !answer["error"].as_str().is_some_and(|error| error.contains("another phone is connected")) {
                return Ok(answer);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("the seal never lets the killed phone go; asked {act}");
    }

    /// After a start: is a command without an end left over? Then the seal is read, and nothing else is done to it.
    fn take_up(&mut self, device: &mut DeviceProcess) -> Result<(), Killed> {
        if device.hear().is_err() {
            *self.hit.entry("start".to_owned()).or_default() += 1;
            return Err(Killed);
        }
        if self.case.is_empty() {
            return Ok(());
        }
        let (case, seal) = (self.case.clone(), self.seal());
        let left = self.ask(device, "look", &json!({ "do": "interrupted", "case": case }))?;
        if left["seals"] == json!([seal]) {
            let phase = self.ask(device, "look", &json!({ "do": "case", "case": case }))?["phase"].take();
            assert_eq!(phase, "uncertain", "a command that was on its way is shown as not known");
            self.interrupted += 1;
        }
        if self.state(device)? == "uncertain" || left["seals"] != json!([]) {
            let read = self.ask(device, "read", &json!({ "do": "read", "case": case, "seal": seal }))?;
            assert_eq!(read["settled"], true, "{read}");
        }
        // Where the lock stands says how far the round has come.
        let state = self.state(device)?;
        self.step = match (STEPS[self.step], state.as_str()) {
            (Step::Arm, "closed_armed") => self.step + 1,
            (Step::Arm, "free") => self.step - 1,
            (Step::Disarm, "opened") => {
                self.end_round();
                0
            }
            _ => self.step,
        };
        Ok(())
    }

    fn state(&mut self, device: &mut DeviceProcess) -> Result<String, Killed> {
        let (case, seal) = (self.case.clone(), self.seal());
        let view = self.ask(device, "look", &json!({ "do": "case", "case": case }))?;
        let seals = view["case"]["seals"].as_array().cloned().unwrap_or_default();
        let found = seals.iter().find(|one| one["no"] == seal.as_str()).map(|one| one["state"]["state"].clone());
        Ok(found.and_then(|state| state.as_str().map(str::to_owned)).unwrap_or_default())
    }

    fn end_round(&mut self) {
        self.round += 1;
        self.step = 0;
        self.case.clear();
    }

    /// The next act.
    fn act(&mut self, device: &mut DeviceProcess) -> Result<(), Killed> {
        let (step, case, seal) = (STEPS[self.step], self.case.clone(), self.seal());
        self.tries += 1;
        let n = self.tries;
        let in_case = |kind| Some(Mark::InCase(kind, case.clone()));
        let (act, mark) = match step {
            Step::Open => {
                let first_ten = format!("VMTU{n:06}");
                let container = format!("{first_ten}{}", check_digit_for(&first_ten).unwrap() % 10);
                let act = json!({ "do": "open_case", "containers": [container], "destination": "03EE" });
                (act, Some(Mark::Container(container)))
            }
            Step::Goods => (json!({ "do": "goods", "case": case, "ground": "transit" }), None),
            Step::Scan => {
                let text = format!("read {n}");
                (json!({ "do": "scan", "text": text, "symbology": "qr", "case": case }), Some(Mark::Scan(text)))
            }
            Step::Pair => {
                self.hands.insert_rope(&seal, true).unwrap();
                (json!({ "do": "pair", "case": case, "seal": seal }), None)
            }
            Step::Arm => (json!({ "do": "arm", "case": case, "seal": seal }), None),
            Step::Photo => {
                let (file, digest) = self.picture(n);
                let act = json!({ "do": "photo", "case": case, "role": "closed_lock", "stage": "arm", "file": file });
                (act, Some(Mark::Photo(digest)))
            }
            Step::Tug => (json!({ "do": "tug", "case": case, "seal": seal, "held": true }), in_case("tug_tested")),
            Step::Note => {
                let text = format!("note {n}");
                (json!({ "do": "difficulty", "text": text }), Some(Mark::Note(text)))
            }
            Step::Log => (json!({ "do": "log", "case": case, "seal": seal }), in_case("seal_log_read")),
            Step::Inspect => {
                (json!({ "do": "inspect", "case": case, "seal": seal, "condition": "1" }), in_case("inspected"))
            }
            Step::Disarm => (json!({ "do": "disarm", "case": case, "seal": seal }), None),
        };
        let begun = Instant::now();
        let answer = match self.ask(device, &format!("{step:?}"), &act) {
            Ok(answer) => {
                if matches!(step, Step::Arm | Step::Disarm) {
                    self.command_ms = u64::try_from(begun.elapsed().as_millis()).unwrap();
                }
                answer
            }
            Err(killed) => {
                // Marks by case are left out: the officer repeats the act, which leaves a second fact.
                self.open.extend(mark.filter(|mark| !matches!(mark, Mark::InCase(..))));
                return Err(killed);
            }
        };
        assert_eq!(answer["ok"], true, "{act} was answered {answer}");
        self.done.extend(mark);
        match step {
            Step::Open => self.case = answer["case"].as_str().unwrap().to_owned(),
            Step::Arm | Step::Disarm => {
                assert_eq!(answer["outcome"]["outcome"], "confirmed", "{answer}");
                self.done.push(Mark::Command(answer["command"].as_str().unwrap().to_owned()));
            }
            _ => {}
        }
        if step == Step::Disarm {
            self.end_round()
        } else {
            self.step += 1
        }
        Ok(())
    }

    /// A picture nobody took before: what follows the end of a JPEG is not looked at.
    fn picture(&mut self, n: u64) -> (PathBuf, String) {
        let mut bytes = include_bytes!("../assets/practice/photos/closed_lock.jpg").to_vec();
        bytes.extend(n.to_be_bytes());
        bytes.extend(self.random.next(u64::MAX).to_be_bytes());
        let file = self.folder.join("picture.jpg");
        std::fs::write(&file, &bytes).unwrap();
        (file, Sha256::of(&bytes).to_string())
    }
}

#[test]
fn killed_at_100_random_moments_nothing_is_lost_or_doubled() {
    let seed = std::env::var("SEAL_FIELD_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_261_123);
    println!("seed {seed} (set SEAL_FIELD_SEED for another)");
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let clock = data.join("clock");
    std::fs::write(&clock, "0").unwrap();
    let mut central = Central::start(Path::new(SEALCTL), &data.join("central"), &clock).unwrap();
    let yard = YardProcess::start(Path::new(SEALCTL), &data.join("yard"), &clock).unwrap();
    let hands = YardClient::new(yard.address());
    for seal in SEALS {
        hands.add(SealSpec::good(seal.parse().unwrap())).unwrap();
    }
    let spawn = |central: SocketAddr| {
        DeviceProcess::spawn(Path::new(SEALCTL), &data.join("device"), "origin", central, yard.address(), &clock)
            .unwrap()
    };
    let mut officer = Officer {
        folder: data.to_owned(),
        hands: YardClient::new(yard.address()),
        random: Random(seed),
        round: 0,
        step: 0,
        case: String::new(),
        tries: 0,
        done: Vec::new(),
        open: Vec::new(),
        hit: BTreeMap::new(),
        interrupted: 0,
        command_ms: 0,
    };

    let mut device = spawn(central.address());
    device.hear().unwrap();
    let signed = device.ask(&json!({ "do": "sign_in", "officer": "an.nv", "pin": "246810" })).unwrap();
    let synced = device.ask(&json!({ "do": "sync" })).unwrap();
    assert_eq!((&signed["ok"], &synced["problem"]), (&json!(true), &Value::Null), "{signed} {synced}");
    drop(device);

    let began = Instant::now();
    for kill in 0..KILLS {
        let latest = LATEST_MS.max(officer.command_ms);
        let (acts, wait) = (officer.random.next(ACTS_BEFORE), officer.random.next(latest));
        let mut device = spawn(central.address());
        let (now, at_its_time) = channel();
        if kill % STARTS == 0 {
            now.send(()).unwrap();
        }
        let end = device.killer();
        let killer = std::thread::spawn(move || {
            // A sender that is gone means that the officer's part failed; then it ends too.
            let _told = at_its_time.recv();
            std::thread::sleep(Duration::from_millis(wait));
            end();
        });
        let Killed = officer.work(&mut device, acts, now);
        killer.join().unwrap();
    }
    let seconds = began.elapsed().as_secs_f64();
    println!("kills {:?}; {} commands without an end; {seconds:.1} s", officer.hit, officer.interrupted);

    let mut device = spawn(central.address());
    device.hear().unwrap();
    let synced = device.ask(&json!({ "do": "sync" })).unwrap();
    assert_eq!(synced["problem"], Value::Null, "seed {seed}: {synced}");
    let queue = device.ask(&json!({ "do": "queue" })).unwrap();
    let items = queue["items"].as_array().unwrap();
    let left: Vec<&Value> = items.iter().filter(|item| item["state"]["state"] != "accepted").collect();
    assert!(left.is_empty(), "seed {seed}: {left:?}");
    drop(device);
    central.stop();

    let events = events_of_the_central(data, seed);
    assert_eq!(
        ids_of_the_device(data),
        events.iter().map(|event| event.id.to_string()).collect::<Vec<_>>(),
        "seed {seed}"
    );
    let marks = marks(&events);
    for mark in &officer.done {
        let times = marks.get(mark).copied().unwrap_or(0);
        // The officer may have done such an act again after a kill; everything else has a mark of its own.
        let repeatable = matches!(mark, Mark::InCase(..));
        assert!(times == 1 || (repeatable && times > 1), "seed {seed}: {mark:?} is there {times} times");
    }
    for mark in &officer.open {
        assert!(marks.get(mark).copied().unwrap_or(0) <= 1, "seed {seed}: {mark:?} is doubled");
    }
    seals_were_told_nothing_twice(&hands, &events, seed);
    assert!(officer.interrupted > 0, "seed {seed}: no kill hit a command on its way; the test has become blunt");
    assert!(officer.done.len() > 200, "seed {seed}: only {} acts between the kills", officer.done.len());
}

/// Every event of the device at the central: ids once, signatures good, chain whole; every photo there, as it was.
fn events_of_the_central(data: &Path, seed: u64) -> Vec<Event> {
    let db = Connection::open(data.join("central/central.sqlite")).unwrap();
    let key: Vec<u8> = db.query_row("SELECT key FROM device", [], |row| row.get(0)).unwrap();
    let key = VerifyingKey::from_sec1_bytes(&key).unwrap();
    let mut rows =
        db.prepare("SELECT cose FROM event WHERE device = (SELECT id FROM device) ORDER BY device_seq").unwrap();
    let signed: Vec<SignedEvent> = rows
        .query_map([], |row| row.get::<_, Vec<u8>>(0))
        .unwrap()
        .map(|cose| SignedEvent::verify(&cose.unwrap(), &key).unwrap())
        .collect();
    let mut prev = Sha256::of(b"");
    let mut ids = BTreeSet::new();
    for (at, one) in signed.iter().enumerate() {
        assert_eq!(one.event.seq, at as u64 + 1, "seed {seed}: the chain has every number once");
        assert_eq!(one.event.prev, prev, "seed {seed}: event {} does not follow the one before", one.event.seq);
        assert!(ids.insert(one.event.id), "seed {seed}: {} is doubled", one.event.id);
        prev = one.hash;
    }
    for photo in signed.iter().filter_map(|one| one.event.fact.photo()) {
        for (digest, bytes) in std::iter::once((photo.sha256, photo.bytes))
            .chain(photo.thumbnail.as_ref().map(|small| (small.sha256, small.bytes)))
        {
            let name = digest.to_string();
            let file = data.join("central/photos").join(&name[..2]).join(&name);
            let stored = std::fs::read(&file).unwrap_or_else(|error| panic!("seed {seed}: {name}: {error}"));
            assert_eq!((Sha256::of(&stored), stored.len() as u64), (digest, bytes), "seed {seed}");
        }
    }
    signed.into_iter().map(|one| one.event).collect()
}

/// What the device itself has.
fn ids_of_the_device(data: &Path) -> Vec<String> {
    let device = data.join("device");
    let db = common::open_database(&device.join("seal-field.sqlite"), &common::database_key(&device));
    let mut rows = db.prepare("SELECT id FROM event WHERE own = 1 ORDER BY dev_seq").unwrap();
    let ids = rows.query_map([], |row| row.get::<_, [u8; 16]>(0)).unwrap();
    ids.map(|id| uuid::Uuid::from_bytes(id.unwrap()).to_string()).collect()
}

/// How often each mark is found.
fn marks(events: &[Event]) -> BTreeMap<Mark, u32> {
    let mut found = BTreeMap::new();
    for event in events {
        let in_case = |kind| event.case.map(|case| Mark::InCase(kind, case.to_string()));
        let mark = match &event.fact {
            Fact::CaseOpened(opened) => Some(Mark::Container(opened.containers[0].as_str().to_owned())),
            Fact::CodeRead(read) => Some(Mark::Scan(read.raw.clone())),
            Fact::LockCommanded(commanded) => Some(Mark::Command(commanded.command.to_string())),
            Fact::PhotoTaken(taken) => Some(Mark::Photo(taken.photo.sha256.to_string())),
            Fact::DifficultyReported(reported) => Some(Mark::Note(reported.text.clone())),
            Fact::TugTested(_) => in_case("tug_tested"),
            Fact::SealLogRead(_) => in_case("seal_log_read"),
            Fact::Inspected(_) => in_case("inspected"),
            _ => None,
        };
        if let Some(mark) = mark {
            *found.entry(mark).or_default() += 1;
        }
    }
    found
}

/// The seals' own memory: no command reached them twice, and none that nobody wrote down before.
fn seals_were_told_nothing_twice(hands: &YardClient, events: &[Event], seed: u64) {
    let mut written: BTreeMap<SealNo, BTreeSet<String>> = BTreeMap::new();
    for event in events {
        if let Fact::LockCommanded(commanded) = &event.fact {
            let new = written.entry(commanded.seal.clone()).or_default().insert(commanded.command.to_string());
            assert!(new, "seed {seed}: command {} is written twice", commanded.command);
        }
    }
    for seal in hands.seals().unwrap() {
        let written = written.remove(&seal.serial).unwrap_or_default();
        let received = usize::try_from(seal.commands_received).unwrap();
        assert!(received <= written.len(), "seed {seed}: {} got {received} commands of {}", seal.serial, written.len());
        let unwritten = seal.commands.iter().find(|command| !written.contains(&command.id.to_string()));
        assert!(unwritten.is_none(), "seed {seed}: {unwritten:?}");
    }
}
