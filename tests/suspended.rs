//! Processes that the system stops (SIGSTOP) in the middle of a sync and lets go on later, as it does with an app that nobody
//! looks at: the phone's, with an answer on its way, and the central's, with a request on its way.
#![cfg(all(feature = "practice", target_os = "linux"))]

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

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use common::*;
use process::{Central, DeviceProcess};
use proxy::Proxy;
use record::Ledger;
use rusqlite::Connection;
use seal_field::ports::store::Store as _;
use seal_field::ports::sync::SyncControl as _;
use serde_json::{Value, json};
use syncing::*;

const SEALCTL: &str = env!("CARGO_BIN_EXE_sealctl");

/// Sends a signal, and waits until the process is stopped, or is not.
async fn signal(pid: u32, name: &str) {
    let sent = Command::new("sh").args(["-c", &format!("kill -{name} {pid}")]).status().unwrap();
    assert!(sent.success());
    for _ in 0..500 {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
        let state = stat.rsplit(") ").next().and_then(|rest| rest.chars().next());
        if (state == Some('T')) == (name == "STOP") {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("the process {pid} did not hear {name}");
}

/// Ids of the phone's own facts, in its order.
fn of_phone(folder: &Path) -> Vec<Vec<u8>> {
    let db = open_database(&folder.join("seal-field.sqlite"), &database_key(folder));
    let mut rows = db.prepare("SELECT id FROM event WHERE own = 1 ORDER BY dev_seq").unwrap();
    let ids = rows.query_map([], |row| row.get(0)).unwrap();
    ids.map(Result::unwrap).collect()
}

/// Ids of a device's facts at the central, in the order of the record.
fn of_central(folder: &Path, device: &str) -> Vec<Vec<u8>> {
    let device: uuid::Uuid = device.parse().unwrap();
    let db = Connection::open(folder.join("central.sqlite")).unwrap();
    let mut rows = db.prepare("SELECT id FROM event WHERE device = ?1 ORDER BY seq").unwrap();
    let ids = rows.query_map([device.as_bytes()], |row| row.get(0)).unwrap();
    ids.map(Result::unwrap).collect()
}

fn done(answer: Value) -> Value {
    assert_eq!(answer["ok"], true, "{answer}");
    answer
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phone_stopped_for_hours_with_an_answer_on_its_way_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let data = |name: &str| folder.path().join(name);
    std::fs::write(data("clock"), "0").unwrap();
    let central = Central::start(Path::new(SEALCTL), &data("central"), &data("clock")).unwrap();
    let proxy = Proxy::start(central.address(), 29).await;
    // Nobody is there: no seal is touched.
    let yard = SocketAddr::from(([127, 0, 0, 1], 9));
    let spawned =
        DeviceProcess::spawn(Path::new(SEALCTL), &data("phone"), "origin", proxy.address, yard, &data("clock"));
    let mut phone = spawned.unwrap();
    let device = done(phone.hear().unwrap())["device"].as_str().unwrap().to_owned();
    done(phone.ask(&json!({ "do": "sign_in", "officer": "an.nv", "pin": "246810" })).unwrap());
    assert_eq!(done(phone.ask(&json!({ "do": "sync" })).unwrap())["problem"], Value::Null);
    let other = Syncing::sign_in(&data("other"), central.address(), "03EE").await;
    let mut ledger = Ledger::default();
    let picture = include_bytes!("../assets/practice/photos/closed_lock.jpg");

    let cases = [("/events", false), ("/events", true), ("/v1/photos/", false), ("/v1/photos/", true)];
    for (round, (path, answered)) in cases.into_iter().enumerate() {
        for n in 0..3 {
            done(phone.ask(&json!({ "do": "difficulty", "text": format!("round {round}, {n}") })).unwrap());
        }
        // A picture nobody took before: what follows the end of a JPEG is not looked at.
        std::fs::write(data("picture.jpg"), [&picture[..], &[round as u8]].concat()).unwrap();
        let photo = json!({ "do": "photo", "role": "closed_lock", "stage": "arm", "file": data("picture.jpg") });
        done(phone.ask(&photo).unwrap());

        let held = proxy.hold(path);
        phone.tell(&json!({ "do": "sync" })).unwrap();
        held.reached.await.unwrap();
        signal(phone.pid(), "STOP").await;
        // Meanwhile: hours pass, another phone goes on, and the answer comes, or the connection is given up.
        std::fs::write(data("clock"), (round as u64 * 3 * 3_600_000 / 2).to_string()).unwrap();
        ledger.wrote(other.write(None, vec![tug("83181001"), tug("83181002")]));
        until_asking(&other, "the other phone goes on", &|| other.all_accepted()).await;
        held.go.send(answered).unwrap();
        signal(phone.pid(), "CONT").await;
        let mut synced = done(phone.hear().unwrap());
        // What it was told first may be that the connection broke.
        for _ in 0..5 {
            if synced["problem"] != Value::Null {
                synced = done(phone.ask(&json!({ "do": "sync" })).unwrap());
            }
        }
        assert_eq!(synced["problem"], Value::Null, "{path}, answered {answered}: {synced}");
        assert_eq!(synced["queue"]["waiting"], 0, "{synced}");
        assert_eq!(synced["queue"]["stuck"], 0, "{synced}");
        assert_eq!(of_central(&data("central"), &device), of_phone(&data("phone")), "each fact once, in order");
        assert_eq!(of_phone(&data("phone")).len(), 4 * (round + 1));
    }
    let whole = std::fs::read(data("picture.jpg")).unwrap();
    let name = digest(&whole).to_string();
    assert_eq!(std::fs::read(data("central").join("photos").join(&name[..2]).join(&name)).unwrap(), whole);
    ledger.check(&data("central"), &other);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_central_stopped_with_a_request_on_its_way_does_it_later_and_nothing_doubles() {
    let folder = tempfile::tempdir().unwrap();
    let data = |name: &str| folder.path().join(name);
    std::fs::write(data("clock"), "0").unwrap();
    let central = Central::start(Path::new(SEALCTL), &data("central"), &data("clock")).unwrap();
    let mut proxy = Proxy::start(central.address(), 29).await;
    let phone = Syncing::sign_in(&data("phone"), proxy.address, "03EE").await;
    let mut ledger = Ledger::default();
    let empty = || phone.device.store.queue_counts().unwrap().waiting == 0;
    ledger.wrote(phone.write(None, vec![tug("83181001")]));
    until_asking(&phone, "the first fact", &empty).await;

    let pid = central.pid().unwrap();
    signal(pid, "STOP").await;
    // Three times it is asked, hears nothing, and the connection is given up somewhere on the way. The requests lie with the
    // stopped central all the same.
    for n in 0..3 {
        let before = proxy.requests().len();
        let photo = phone.device.photo_fact(&[n; 5_000]);
        ledger.wrote(phone.write(None, vec![tug("83181001"), photo, tug("83181002")]));
        phone.sync.send_now();
        let pushed = || proxy.requests()[before..].iter().any(|one| one.what.ends_with("/events"));
        until("a push is on its way", pushed).await;
        // From the proxy into the stopped central's socket.
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        proxy.close().await;
        let offline = || phone.sync.status().borrow().problem.as_deref() == Some("offline");
        until("it is told as offline", offline).await;
        proxy.open_again().await;
    }
    signal(pid, "CONT").await;
    hurry(&phone, "everything is sent", |_| {}, empty).await;
    ledger.check(&data("central"), &phone);
}
