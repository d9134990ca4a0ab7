//! The local store: what an officer waits for when an act is saved, beside what the disk itself takes; and what encryption
//! adds.

#[path = "../tests/common/mod.rs"]
mod common;
mod load;
#[path = "../tests/common/plain.rs"]
mod plain;
mod table;

use std::path::Path;
use std::time::Duration;

use common::{Device, case_id, commanded, open_database, tug};
use load::{closed, fill, seal_of, story};
use rusqlite::Connection;
use seal_core::seal::reading::LockAction;
use seal_field::adapters::photo_files::PhotoFolder;
use seal_field::adapters::sqlite::SqliteStore;
use seal_field::ports::photos::PhotoFiles as _;
use seal_field::ports::store::Store as _;
use seal_field::ports::vault::{Key, Purpose, Vault as _};
use table::{Times, folder, ms, row, table, time, times};

fn main() {
    table::machine("store");
    arm_act();
    growing();
    long_queue();
    longest_queue();
    photos();
}

/// A database that does nothing but commit, with the store's settings, and with its encryption or without.
fn bare(folder: &Path, key: Option<&Key>) -> Connection {
    let conn = match key {
        Some(key) => open_database(&folder.join("bare-sealed.db"), key),
        None => Connection::open(folder.join("bare.db")).expect("a database"),
    };
    for (name, value) in [("journal_mode", "WAL"), ("synchronous", "FULL"), ("fullfsync", "ON")] {
        conn.pragma_update(None, name, value).expect("a setting");
    }
    conn.execute_batch("CREATE TABLE row (key INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT").expect("a table");
    conn
}

fn arm_act() {
    const ROUNDS: u128 = 300;
    let folder = folder();
    let device = Device::open(folder.path());
    let (plain, sealed) = (bare(folder.path(), None), bare(folder.path(), Some(&device.vault.key(Purpose::Database))));
    let (mut commit, mut encrypted, mut command, mut end) =
        (Times::default(), Times::default(), Times::default(), Times::default());
    for n in 0..ROUNDS {
        device.write(Some(case_id(n)), story(n, 2));
        let no = seal_of(n);
        let fact = commanded(&no, LockAction::Arm);
        let result = closed(&fact);
        // In turn, so that all four meet the same disk.
        let insert = |bare: &Connection| {
            bare.execute("INSERT INTO row (bytes) VALUES (?1)", [vec![7_u8; 700]]).expect("a commit")
        };
        commit.0.push(time(|| insert(&plain)).0);
        encrypted.0.push(time(|| insert(&sealed)).0);
        command.0.push(time(|| device.write(Some(case_id(n)), vec![fact])).0);
        end.0.push(time(|| device.write(Some(case_id(n)), vec![result])).0);
        // As the sync does it between two acts.
        device.store.tidy().expect("tidied");
    }
    let line = |what: &str, times: &Times| {
        let ratio = |mine: Duration, bare: Duration| format!("{:.1}", mine.as_secs_f64() / bare.as_secs_f64());
        let (middle, worst) = (times.median(), times.percentile(99));
        row(&[&what, &ms(middle), &ms(worst), &ratio(middle, commit.median()), &ratio(worst, commit.percentile(99))])
    };
    table(
        &format!("Saving an arm act, {ROUNDS} rounds (signed, queued, views refreshed, on the disk)"),
        &[
            row(&[&"", &"p50 ms", &"p99 ms", &"p50, x bare", &"p99, x bare"]),
            line("bare SQLite commit, synchronous=FULL, 700 bytes", &commit),
            line("the same, encrypted", &encrypted),
            line("the command, before it goes out", &command),
            line("its end, with the seal's reading", &end),
        ],
    );
}

fn growing() {
    let folder = folder();
    let device = Device::open(folder.path());
    let mut rows = vec![row(&[&"events stored", &"the 2nd fact of a case: p50 ms", &"the 50th: p50 ms"])];
    let mut stored = 0;
    for (round, goal) in [100, 1_000, 10_000].into_iter().enumerate() {
        fill(&device, stored as u128 / 50, goal - stored);
        stored = goal;
        // Cases and seals of their own, so that only the store around them grows.
        let probe = |first: u128, length: usize| {
            let mut times = Times::default();
            for n in first..first + 60 {
                device.write(Some(case_id(n)), story(n, length - 1));
                times.0.push(time(|| device.write(Some(case_id(n)), vec![tug(&seal_of(n))])).0);
            }
            times
        };
        let first = 5_000 + 1_000 * round as u128;
        let (small, large) = (probe(first, 2), probe(first + 500, 50));
        rows.push(row(&[&goal, &ms(small.median()), &ms(large.median())]));
    }
    table("Saving one fact while the store grows", &rows);
}

fn long_queue() {
    let folder = folder();
    let path = folder.path().join("seal.db");
    let device = Device::open(folder.path());
    fill(&device, 0, 5_000);
    let clock = device.clock.clone();
    let rules = device.store.rules().expect("rules");
    let (key, vault) = (device.vault.key(Purpose::Database), device.vault.clone());
    drop(device);
    // The same content plain: what the check of every page takes without a key, and what the first opening costs.
    let bare = folder.path().join("plain");
    plain::plain(folder.path(), &bare, "seal.db", vault.as_ref(), &[]);
    let check =
        |conn: Connection| conn.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0)).expect("a check");
    let check_plain = times(9, || check(Connection::open(bare.join("seal.db")).expect("a database")));
    let check_sealed = times(9, || check(open_database(&path, &key)));
    let bytes = std::fs::metadata(&path).expect("a file").len();
    let (first, _) =
        time(|| SqliteStore::open(&bare.join("seal.db"), &key, rules.clone(), clock.clone()).expect("a store"));
    let open = || SqliteStore::open(&path, &key, rules.clone(), clock.clone()).expect("a store").store;
    let start = times(9, || {
        let store = open();
        store.revive().expect("revived");
        store.queue_counts().expect("counts")
    });
    let store = open();
    store.revive().expect("revived");
    let now = seal_field::ports::clock::Clock::now(clock.as_ref()).wall;
    let list = times(9, || store.queue().expect("the list").len());
    let counts = times(9, || store.queue_counts().expect("counts"));
    let batch = times(9, || {
        store.revive().expect("revived");
        store.take_due(now, 64).expect("a batch").len()
    });
    table(
        "A queue of 5,000 items",
        &[
            row(&[&"", &"median ms"]),
            row(&[&"start: open, check, revive, count", &ms(start.median())]),
            row(&[&"  of it SQLite's check of every page, encrypted", &ms(check_sealed.median())]),
            row(&[&"  the same check of the same database, plain", &ms(check_plain.median())]),
            row(&[&format!("once: encrypting the plain database, {} KB", bytes / 1024), &ms(first)]),
            row(&[&"the whole list, as the queue screen reads it", &ms(list.median())]),
            row(&[&"the counts of the shell", &ms(counts.median())]),
            row(&[&"a batch of 64 to send", &ms(batch.median())]),
        ],
    );
}

/// What no officer should ever have waiting: the start must not be felt, and must not need memory for all of it.
fn longest_queue() {
    const EVENTS: usize = 50_000;
    const PHOTOS: usize = 2_000;
    let folder = folder();
    let device = Device::open(folder.path());
    fill(&device, 0, EVENTS - PHOTOS);
    for n in 0..PHOTOS {
        let photo = device.photo_fact(format!("photo {n}").repeat(1_000).as_bytes());
        device.write(Some(case_id(n as u128)), vec![photo]);
    }
    let (clock, key) = (device.clock.clone(), device.vault.key(Purpose::Database));
    let (photos, rules) = (device.vault.key(Purpose::Photos), device.store.rules().expect("rules"));
    drop(device);
    let before = resident_kb();
    let mut after = 0;
    let start = times(5, || {
        let opened = SqliteStore::open(&folder.path().join("seal.db"), &key, rules.clone(), clock.clone());
        let store = opened.expect("a store").store;
        store.revive().expect("revived");
        let counts = store.queue_counts().expect("counts");
        PhotoFolder::open(&folder.path().join("photos"), &photos).expect("a folder");
        after = resident_kb();
        assert!(counts.waiting as usize >= EVENTS + PHOTOS, "{counts:?}");
    });
    let bytes = std::fs::metadata(folder.path().join("seal.db")).expect("a file").len();
    table(
        &format!("A queue of {EVENTS} facts and {PHOTOS} photographs, {} MB of database", bytes >> 20),
        &[
            row(&[&"", &"median ms", &"memory more, MB"]),
            row(&[&"start: open, check, revive, count", &ms(start.median()), &((after.saturating_sub(before)) >> 10)]),
        ],
    );
}

/// Memory of this process, KiB; 0 where the system does not tell.
fn resident_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    line.and_then(|line| line.split_whitespace().nth(1)).and_then(|kb| kb.parse().ok()).unwrap_or(0)
}

fn photos() {
    const BYTES: usize = 400_000;
    let folder = folder();
    let photos = PhotoFolder::open(&folder.path().join("photos"), &Key::new([1; 32])).expect("a folder");
    let (mut plain, mut keep, mut read) = (Times::default(), Times::default(), Times::default());
    for n in 0..100_usize {
        let bytes: Vec<u8> = (0..BYTES).map(|at| (at.wrapping_mul(31) >> 3) as u8 ^ n as u8).collect();
        let file = folder.path().join(n.to_string());
        plain.0.push(
            time(|| {
                std::fs::write(&file, &bytes).and_then(|()| std::fs::File::open(&file)?.sync_all()).expect("written")
            })
            .0,
        );
        let (spent, photo) = time(|| photos.keep(&bytes).expect("kept"));
        keep.0.push(spent);
        read.0.push(time(|| photos.read(&photo).expect("read")).0);
    }
    let line = |what: &str, times: &Times| row(&[&what, &ms(times.median()), &ms(times.percentile(99))]);
    table(
        "A photograph of 400 KB, 100 rounds",
        &[
            row(&[&"", &"p50 ms", &"p99 ms"]),
            line("a plain file, written and synced", &plain),
            line("kept: digest, sealed, synced, renamed, folder synced", &keep),
            line("read: opened, digest checked", &read),
        ],
    );
}
