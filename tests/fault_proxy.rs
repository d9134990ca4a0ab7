//! A phone that syncs by itself, over real sockets, with the real central as a process of its own; between them a proxy that
//! loses, halves, doubles, overtakes, delays and answers for itself (`common/proxy.rs`).
//!
//! The oracle is the central's own database and files, read without the proxy and without the central. No test waits for a
//! waiting time: the phone's clock is turned.
#![cfg(feature = "practice")]

mod common;
// A rehearsal needs more of it.
#[allow(dead_code)]
#[path = "../src/bin/sealctl/rehearse/process.rs"]
mod process;
#[path = "common/proxy.rs"]
mod proxy;
#[path = "common/record.rs"]
mod record;
#[path = "common/syncing.rs"]
mod syncing;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use common::*;
use process::Central;
use proxy::dice::Dice;
use proxy::{Fault, Proxy, Thin};
use record::Ledger;
use seal_field::ports::store::Store as _;
use seal_field::ports::sync::{SyncControl as _, SyncStatus};
use syncing::*;
use tempfile::TempDir;

const SEALCTL: &str = env!("CARGO_BIN_EXE_sealctl");
const SEALS: [&str; 3] = ["83181001", "83181002", "83181003"];

/// A central with a proxy before it.
struct Site {
    folder: TempDir,
    central: Central,
    proxy: Proxy,
}

impl Site {
    async fn open(seed: u64) -> Self {
        // Memory, where there is such a folder: thousands of commits are not to wait for a disk.
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap();
        let clock = folder.path().join("clock");
        std::fs::write(&clock, "0").unwrap();
        let central = Central::start(Path::new(SEALCTL), &folder.path().join("central"), &clock).unwrap();
        let proxy = Proxy::start(central.address(), seed).await;
        Self { folder, central, proxy }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("central")
    }

    /// A phone that has signed in and has its work list.
    async fn phone(&self, name: &str, unit: &str) -> Syncing {
        let phone = Syncing::sign_in(&self.folder.path().join(name), self.proxy.address, unit).await;
        phone.sync.send_now();
        until("the first page", || phone.sync.status().borrow().pulled_at.is_some()).await;
        until("it is quiet", || !phone.sync.status().borrow().busy).await;
        phone
    }
}

fn empty(phone: &Syncing) -> bool {
    phone.device.store.queue_counts().unwrap().waiting == 0
}

/// Different bytes for each number.
fn picture(n: u64, bytes: usize) -> Vec<u8> {
    let mut dice = Dice::new(n);
    (0..bytes).map(|_| dice.next() as u8).collect()
}

/// An act of the officer's; every fifth has a photograph.
fn act(phone: &Syncing, ledger: &mut Ledger, n: usize) {
    let (one, other) = (SEALS[n % 3], SEALS[(n + 1) % 3]);
    let mut facts = vec![tug(one), inspected(one), tug(other)];
    if n.is_multiple_of(5) {
        facts.push(phone.device.photo_fact(&picture(n as u64, 3_000)));
    }
    ledger.wrote(phone.write(None, facts));
}

/// Each fault, and the name it has for the officer; none where nothing is to be told. A request that arrives while the same
/// one is being done may be told to wait.
const NAMED: [(Fault, Option<&str>); 14] = [
    (Fault::Reset, Some("offline")),
    (Fault::LostRequest, Some("offline")),
    (Fault::HalfRequest, Some("offline")),
    (Fault::LostAnswer, Some("offline")),
    (Fault::HalfAnswer, Some("offline")),
    (Fault::Twice, None),
    (Fault::Repeated, None),
    (Fault::Overtaken, Some("offline")),
    (Fault::Delayed, None),
    (Fault::Portal, Some("portal")),
    (Fault::Redirect, Some("portal")),
    (Fault::LoginRequired, Some("portal")),
    (Fault::Busy, Some("server_busy")),
    (Fault::Unavailable, Some("server_busy")),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_fault_alone_is_named_and_loses_and_doubles_nothing() {
    let site = Site::open(20_261_127).await;
    for (fault, name) in NAMED {
        let phone = site.phone(&format!("{fault:?}"), "03EE").await;
        let mut ledger = Ledger::default();
        let seen = RefCell::new(BTreeSet::new());
        let look = |status: &SyncStatus| seen.borrow_mut().extend(status.problem.clone());

        // First it happens to every request, until it has a name.
        site.proxy.weather(&[fault], 1000);
        (0..4).for_each(|n| act(&phone, &mut ledger, n));
        if let Some(name) = name {
            let named = || seen.borrow().contains(name);
            hurry(&phone, &format!("{fault:?} is {name}"), look, named).await;
        }
        // Then to some, while the officer goes on.
        site.proxy.weather(&[fault], 400);
        for n in 4..10 {
            act(&phone, &mut ledger, n);
            let requests = site.proxy.requests().len();
            hurry(&phone, &format!("{fault:?}: it goes on"), look, || site.proxy.requests().len() > requests + 2).await;
        }
        hurry(&phone, &format!("{fault:?}: everything is sent"), look, || empty(&phone)).await;
        site.proxy.weather(&[], 0);
        site.proxy.deliver_late().await;

        assert!(site.proxy.told()[&fault] > 3, "{fault:?} hardly happened: {:?}", site.proxy.told());
        let mut seen = seen.into_inner();
        seen.remove("server_busy");
        assert!(seen.iter().all(|problem| Some(problem.as_str()) == name), "{fault:?} was told as {seen:?}");
        ledger.check(&site.data(), &phone);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mix_of_all_with_a_closed_port_and_a_killed_central_loses_and_doubles_nothing() {
    let seed = std::env::var("SEAL_FIELD_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_261_127);
    println!("seed {seed} (set SEAL_FIELD_SEED for another)");
    let mut site = Site::open(seed).await;
    let phones = [site.phone("first", "03EE").await, site.phone("second", "15BB").await];
    let mut ledgers = [Ledger::default(), Ledger::default()];
    site.proxy.weather(&Fault::ALL, 400);
    for n in 0..40 {
        for (phone, ledger) in phones.iter().zip(&mut ledgers) {
            act(phone, ledger, n);
            let requests = site.proxy.requests().len();
            hurry(phone, "it goes on", |_| {}, || site.proxy.requests().len() > requests + 2).await;
        }
        match n {
            10 => {
                site.proxy.close().await;
                for phone in &phones {
                    let status = phone.sync.status();
                    let told = || status.borrow().problem.as_deref() == Some("offline");
                    hurry(phone, "a refused connection is offline", |_| {}, told).await;
                }
                site.proxy.open_again().await;
            }
            20 => site.central.stop(),
            22 => site.central.resume().unwrap(),
            _ => {}
        }
    }
    for phone in &phones {
        hurry(phone, "everything is sent", |_| {}, || empty(phone)).await;
    }
    site.proxy.weather(&[], 0);
    site.proxy.deliver_late().await;
    let told = site.proxy.told();
    println!("{} requests, faults {told:?}", site.proxy.requests().len());
    assert_eq!(told.len(), Fault::ALL.len(), "seed {seed}: a fault that never happened proves nothing: {told:?}");
    for (phone, ledger) in phones.iter().zip(&ledgers) {
        ledger.check(&site.data(), phone);
    }
}

/// A cell at its edge, hundred times as fast as the slowest on which anybody works, and a photograph a hundred times as large
/// for it: what matters is that no connection lives as long as the photograph takes.
const EDGE: Thin = Thin {
    bytes_per_s: 200_000,
    latency: Duration::from_millis(20),
    lost_per_mille: 300,
    early: 16 << 10,
    longest: 48 << 10,
};
const PHOTO: usize = 420_000;
const THUMBNAIL: usize = 9_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_a_thin_line_facts_go_first_and_a_photograph_arrives_in_parts() {
    let mut site = Site::open(31).await;
    let phone = site.phone("phone", "03EE").await;
    phone.sync.set_coverage(false);
    until("it hears of it", || phone.sync.status().borrow().problem.as_deref() == Some("offline")).await;
    let mut ledger = Ledger::default();
    let photo = photo_of(&phone.device.photos, &picture(1, PHOTO), &picture(2, THUMBNAIL));
    ledger.wrote(phone.write(None, vec![photo]));
    (0..4).for_each(|n| ledger.wrote(phone.write(None, vec![tug(SEALS[n % 3])])));

    site.proxy.thin(Some(EDGE)).await;
    let (proxy, before) = (&site.proxy, site.proxy.requests().len());
    let requests = || proxy.requests().split_off(before);
    let photo_bytes = || {
        let requests = requests();
        requests.iter().filter(|one| one.what.starts_with("PATCH /v1/photos")).map(|one| one.bytes).sum::<usize>()
    };
    phone.sync.set_coverage(true);
    hurry(&phone, "a part of the photograph", |_| {}, || photo_bytes() > THUMBNAIL + PHOTO / 3).await;

    // A fact made in the middle waits for no more than the piece on its way.
    ledger.wrote(phone.write(None, vec![tug(SEALS[0])]));
    let at = requests().len();
    let pushed = || requests()[at..].iter().position(|one| one.what.ends_with("/events"));
    hurry(&phone, "the fact goes", |_| {}, || pushed().is_some()).await;
    let between = requests()[at..at + pushed().unwrap()].to_vec();
    let pieces = between.iter().filter(|one| one.what.starts_with("PATCH")).count();
    assert!(pieces <= 1, "photograph bytes went before a fact: {between:?}");
    assert!(photo_bytes() < THUMBNAIL + PHOTO, "the fact was not made in the middle");
    hurry(&phone, "everything is sent", |_| {}, || empty(&phone)).await;

    // By lanes: every fact, then the small picture, then the large one.
    let all = requests();
    let first = |what: &str| all.iter().position(|one| one.what.contains(what)).unwrap();
    let small = digest(&picture(2, THUMBNAIL)).to_string();
    let large = digest(&picture(1, PHOTO)).to_string();
    assert!(first("/events") < first("/v1/photos"), "{all:?}");
    assert!(first(&small) < first(&large), "{all:?}");
    // What came through came once: a lost connection costs what was in it and not yet kept.
    let (sent, lost) = (photo_bytes(), site.proxy.lost());
    println!("{sent} bytes for {}, {lost} connections lost", PHOTO + THUMBNAIL);
    assert!(lost >= (PHOTO / EDGE.longest) as u64, "{lost} lost connections: one carried more than it can");
    assert!(sent < (PHOTO + THUMBNAIL) * 5 / 4, "{sent} bytes for {}", PHOTO + THUMBNAIL);
    ledger.check(&site.data(), &phone);
}
