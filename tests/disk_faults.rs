//! The disk under the phone's database is full, fails, or loses power: at every single access of a scenario, and in every
//! order that a disk's cache may leave behind. What an officer was told is saved, is there afterwards; nothing is half there.

mod common;
#[path = "common/faulty_disk.rs"]
mod faulty_disk;
#[path = "common/plain.rs"]
mod plain;

use std::collections::HashMap;
use std::path::Path;

use common::*;
use faulty_disk::{Failure, Op, after_power_cut};
use jiff::Timestamp;
use seal_core::ids::{CaseId, Sha256};
use seal_core::outbox::Receipt;
use seal_core::seal::reading::LockAction;
use seal_core::wire::{B64, Change, ChangesResponse, PROTO};
use seal_field::adapters::sqlite::SqliteStore;
use seal_field::adapters::vault_file::FileVault;
use seal_field::ports::store::{Act, Sendable, Settled, Store as _, StoreError};
use seal_field::ports::vault::{Purpose, Vault};
use uuid::Uuid;

/// Facts of an act here.
const FACTS: usize = 3;

fn act(n: u128, clock: &StillClock) -> Act {
    use seal_field::ports::clock::Clock as _;
    let no = format!("S{}", n % 5);
    Act {
        id: seal_core::ids::ActId(Uuid::now_v7()),
        officer: seal_core::ids::OfficerId("khoa.nm".to_owned()),
        unit: office("03EE"),
        at: clock.now(),
        place: None,
        case: Some(case_id(n)),
        facts: vec![opened("15BB"), commanded(&no, LockAction::Arm), tug(&no)],
    }
}

struct Told {
    /// Acts the officer was told are saved.
    saved: Vec<CaseId>,
    /// Acts tried, saved or not.
    tried: Vec<CaseId>,
}

/// What a shift does to the database: opening, acts, sending, answers, a page of changes. It goes on after an error, as the
/// app does.
fn scenario(folder: &Path, vault: &dyn Vault, page: &ChangesResponse) -> Told {
    let clock = StillClock::new();
    let mut told = Told { saved: Vec::new(), tried: Vec::new() };
    let key = vault.key(Purpose::Database);
    let opened = SqliteStore::open(&folder.join("seal.db"), &key, rules("0"), clock.clone());
    let Ok(seal_field::adapters::sqlite::Opened { store, .. }) = opened else { return told };
    let at: Timestamp = Timestamp::UNIX_EPOCH;
    let _ = store.revive();
    for n in 10..13u128 {
        told.tried.push(case_id(n));
        if store.append(&act(n, &clock), vault).is_ok() {
            told.saved.push(case_id(n));
        }
        if let Ok(due) = store.take_due(at, 4) {
            let receipt = Receipt { server_seq: 1, at, code: "C".to_owned() };
            let settled: Vec<_> = due.iter().map(|item| (item.key(), Settled::Accepted(receipt.clone()))).collect();
            let _ = store.settle(&settled);
        }
        let _ = store.take_changes(page, at);
    }
    told
}

/// Opens what is left and looks at it: sound, whole acts, an unbroken chain, every fact in the queue.
fn look(folder: &Path, vault: &dyn Vault, told: &Told, base: &[CaseId]) {
    let clock = StillClock::new();
    let opened = SqliteStore::open(&folder.join("seal.db"), &vault.key(Purpose::Database), rules("0"), clock)
        .unwrap_or_else(|error| panic!("it does not open again: {error}"));
    assert_eq!(opened.moved_aside, None, "the database was given up");
    let store = opened.store;
    store.revive().unwrap();
    let mut chain = Vec::new();
    for case in base.iter().chain(&told.tried) {
        let events = store.case_events(*case).unwrap();
        assert!(events.is_empty() || events.len() == FACTS, "{} facts of an act", events.len());
        let saved = base.contains(case) || told.saved.contains(case);
        assert!(!saved || !events.is_empty(), "an act is lost: {case}");
        chain.extend(events);
    }
    chain.sort_by_key(|signed| signed.event.seq);
    let mut prev = Sha256::of(b"");
    for (n, signed) in chain.iter().enumerate() {
        assert_eq!((signed.event.seq, signed.event.prev), (n as u64 + 1, prev), "the chain is broken");
        prev = signed.hash;
    }
    assert_eq!(store.queue_counts().unwrap().waiting as usize + accepted(&store), chain.len(), "a fact is not queued");
}

fn accepted(store: &SqliteStore) -> usize {
    store.queue_counts().unwrap().accepted as usize
}

/// A phone that has done something already.
fn base(folder: &Path, acts: u128) -> (FileVault, Vec<CaseId>) {
    std::fs::create_dir_all(folder).unwrap();
    let device = Device::open(folder);
    for n in 1..=acts {
        device.store.append(&act(n, &device.clock), device.vault.as_ref()).unwrap();
    }
    drop(device);
    (FileVault::open(&folder.join("vault")).unwrap(), (1..=acts).map(case_id).collect())
}

/// Another phone's events, as the central gives them.
fn page(folder: &Path) -> ChangesResponse {
    std::fs::create_dir_all(folder).unwrap();
    let other = Device::open(folder);
    let events = other.store.append(&act(500, &other.clock), other.vault.as_ref()).unwrap();
    ChangesResponse {
        proto: PROTO.to_owned(),
        epoch: "one".to_owned(),
        server_time: Timestamp::UNIX_EPOCH,
        changes: events.into_iter().map(|e| Change::Event { server_seq: e.event.seq, cose: B64(e.cose) }).collect(),
        next: "1".to_owned(),
        more: false,
        checkpoint: None,
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

/// In memory where there is such a folder: it is not the disk's speed that is looked at.
fn scratch() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap()
}

fn every_access_fails(failure: Failure, lasting: bool) {
    let folder = scratch();
    let (vault, acts) = base(&folder.path().join("base"), 2);
    every_access_fails_from(&folder, &vault, &acts, failure, lasting);
}

fn every_access_fails_from(
    folder: &tempfile::TempDir,
    vault: &FileVault,
    acts: &[CaseId],
    failure: Failure,
    lasting: bool,
) {
    let page = page(&folder.path().join("other"));
    faulty_disk::install();
    let mut runs = 0;
    for n in 1.. {
        let run = folder.path().join("run");
        copy(&folder.path().join("base"), &run);
        faulty_disk::fail(n, failure, lasting);
        let told = scenario(&run, vault, &page);
        let hit = faulty_disk::calm();
        look(&run, vault, &told, acts);
        std::fs::remove_dir_all(&run).unwrap();
        if !hit {
            assert_eq!(told.saved.len(), told.tried.len());
            break;
        }
        runs += 1;
    }
    println!("{failure:?}, lasting: {lasting}: each of {runs} accesses failed");
    assert!(runs > 20, "{runs} accesses: this proves nothing");
}

#[test]
fn the_disk_is_full_at_any_write() {
    every_access_fails(Failure::Full, false);
}

#[test]
fn the_disk_stays_full_from_any_write_on() {
    every_access_fails(Failure::Full, true);
}

#[test]
fn any_access_fails_once() {
    every_access_fails(Failure::Io, false);
}

#[test]
fn every_access_fails_from_any_one_on() {
    every_access_fails(Failure::Io, true);
}

/// A database of an app that did not encrypt: the disk fails while it is encrypted.
fn every_access_fails_while_encrypting(failure: Failure, lasting: bool) {
    let folder = scratch();
    let (vault, acts) = base(&folder.path().join("sealed"), 2);
    plain::plain(&folder.path().join("sealed"), &folder.path().join("base"), "seal.db", &vault, &[]);
    every_access_fails_from(&folder, &vault, &acts, failure, lasting);
}

#[test]
fn any_access_fails_once_while_encrypting() {
    every_access_fails_while_encrypting(Failure::Io, false);
}

#[test]
fn the_disk_stays_full_from_any_write_on_while_encrypting() {
    every_access_fails_while_encrypting(Failure::Full, true);
}

#[test]
fn a_full_disk_is_named_and_nothing_of_the_act_is_there() {
    let folder = scratch();
    base(&folder.path().join("base"), 0);
    faulty_disk::install();
    let device = Device::open(&folder.path().join("base"));
    faulty_disk::fail(1, Failure::Full, true);
    let failed = device.store.append(&act(1, &device.clock), device.vault.as_ref());
    faulty_disk::calm();
    assert!(matches!(failed, Err(StoreError::DiskFull)), "{failed:?}");
    assert!(device.store.case_events(case_id(1)).unwrap().is_empty());
    // Space was made: the same act again, and once.
    device.store.append(&act(1, &device.clock), device.vault.as_ref()).unwrap();
    assert_eq!(device.store.case_events(case_id(1)).unwrap().len(), FACTS);
    assert_eq!(device.store.take_due(device.now(), 10).unwrap().len(), FACTS);
}

/// Images of the disk at random moments, with what was not synced there, lost or torn.
#[test]
fn five_hundred_power_cuts_lose_nothing_that_was_saved() {
    const IMAGES: usize = 500;
    const ACTS: u128 = 60;
    let folder = scratch();
    let (vault, before) = base(&folder.path().join("base"), 1);
    faulty_disk::install();
    let clock = StillClock::new();
    let file = folder.path().join("base").join("seal.db");
    let begin: HashMap<String, Vec<u8>> = HashMap::from([("seal.db".to_owned(), std::fs::read(&file).unwrap())]);
    faulty_disk::record();
    let store = SqliteStore::open(&file, &vault.key(Purpose::Database), rules("0"), clock.clone()).unwrap().store;
    for n in 100..100 + ACTS {
        store.append(&act(n, &clock), &vault).unwrap();
        faulty_disk::mark(n.to_string());
        let receipt = Receipt { server_seq: 1, at: Timestamp::UNIX_EPOCH, code: "C".to_owned() };
        let due: Vec<Sendable> = store.take_due(Timestamp::UNIX_EPOCH, 2).unwrap();
        let settled: Vec<_> = due.iter().map(|item| (item.key(), Settled::Accepted(receipt.clone()))).collect();
        store.settle(&settled).unwrap();
    }
    drop(store);
    let log = faulty_disk::recorded();
    let syncs = log.iter().filter(|op| matches!(op, Op::Sync { file } if file == "seal.db")).count();
    assert!(syncs > 0, "the log was never taken into the database: a longer scenario is needed");

    let mut dice = 20_261_127u64;
    let mut chance = move |n: usize| {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (dice >> 33) as usize % n.max(1)
    };
    let mut torn = 0;
    for n in 0..IMAGES {
        let end = chance(log.len() + 1);
        let image = after_power_cut(&begin, &log, end, &mut chance);
        torn += usize::from(image != after_power_cut(&begin, &log, end, |_| 1));
        let run = folder.path().join(format!("image{n}"));
        std::fs::create_dir_all(&run).unwrap();
        for (name, bytes) in &image {
            std::fs::write(run.join(name), bytes).unwrap();
        }
        let marked = log[..end].iter().filter_map(|op| match op {
            Op::Mark(text) => text.parse().ok().map(case_id),
            _ => None,
        });
        let told = Told { saved: marked.collect(), tried: (100..100 + ACTS).map(case_id).collect() };
        look(&run, &vault, &told, &before);
        std::fs::remove_dir_all(&run).unwrap();
    }
    println!("{IMAGES} power cuts among {} operations, {torn} left something torn or lost", log.len());
    assert!(torn > IMAGES / 4, "{torn}");
}
