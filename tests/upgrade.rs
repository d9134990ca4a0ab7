//! Devices whose app is updated while facts and photographs wait: from every form of the tables that ever stood on one.
#![cfg(feature = "practice")]

use crate::old_form;

use std::path::Path;

use crate::common::*;
use crate::syncing::*;
use rusqlite::types::Value;
use seal_core::seal::reading::LockAction;
use seal_field::adapters::sqlite::SqliteStore;
use seal_field::adapters::switchable::NetworkMode;
use seal_field::ports::store::{Store as _, StoreError};
use seal_field::ports::sync::SyncControl as _;
use seal_field::ports::vault::{Key, Purpose, Vault as _};

fn copy_all(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_all(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Facts made before the update.
const FACTS: usize = 5;

/// Every column of every signed fact.
fn signed(path: &Path, key: &Key) -> Vec<Vec<Value>> {
    let conn = open_database(path, key);
    let mut select = conn.prepare("SELECT * FROM event ORDER BY seq").unwrap();
    let columns = select.column_count();
    let rows = select.query_map([], |row| (0..columns).map(|n| row.get(n)).collect()).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_under_any_older_form_arrives_once_and_unchanged() {
    let folder = tempfile::tempdir().unwrap();
    let [first, phone] = ["central", "phone"].map(|name| folder.path().join(name));
    let central = Restorable::start(&first, "127.0.0.1:0", false).await;
    let device = Syncing::sign_in(&phone, central.address, "03EE").await;
    device.write(None, vec![tug("83181001")]);
    device.sync.send_now();
    until_asking(&device, "the first fact is accepted", &|| device.all_accepted()).await;
    let mut foreign = device.device.act(None, vec![tug("83181002")]);
    foreign.officer = device.officer.id.clone();
    foreign.unit = office("15BB");
    device.device.store.append(&foreign, device.device.vault.as_ref()).unwrap();
    until_asking(&device, "one is refused", &|| device.device.store.queue_counts().unwrap().stuck == 1).await;
    device.network.set(NetworkMode::Offline);
    let command = commanded("83181001", LockAction::Arm);
    device.write(None, vec![command.clone()]);
    device.write(None, vec![read_back("83181001", &command), device.device.photo_fact(&[7; 300_000])]);
    let officer = device.officer.clone();
    let key = device.device.vault.key(Purpose::Database);
    let own = device.device.store.queue().unwrap().len();
    central.stop().await;
    drop(device);

    let newest = open_database(&phone.join("seal.db"), &key);
    let newest: usize = newest.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    assert_eq!(newest, old_form::MIGRATIONS.len(), "every form stands in the list");
    for steps in 1..=newest {
        let [its_central, its_phone] = ["central", "phone"].map(|name| folder.path().join(format!("{name}-{steps}")));
        copy_all(&first, &its_central);
        copy_all(&phone, &its_phone);
        let database = its_phone.join("seal.db");
        let before = signed(&database, &key);
        assert_eq!(before.len(), FACTS);
        if steps < newest {
            old_form::put_back(&database, &key, steps);
        }

        let central = Restorable::start(&its_central, "127.0.0.1:0", false).await;
        let device = Syncing::open(&its_phone, central.address, officer.clone());
        assert_eq!(signed(&database, &key)[..FACTS], before[..FACTS], "signed facts, from form {steps}");
        let arrived = || {
            let counts = device.device.store.queue_counts().unwrap();
            (counts.waiting, counts.stuck) == (0, 1)
        };
        until_asking(&device, &format!("everything, from form {steps}"), &arrived).await;
        assert_eq!(device.device.store.queue().unwrap().len(), own, "nothing is hidden, from form {steps}");
        assert_eq!(held(&its_central, &device.device).len(), FACTS - 1, "each once, from form {steps}");
        central.stop().await;
    }
}

/// The app put back to an older version: it says so, and the newer one finds everything as it was.
#[test]
fn what_a_newer_app_wrote_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::open(folder.path());
    device.write(None, vec![tug("83181001")]);
    let key = device.vault.key(Purpose::Database);
    drop(device);
    let database = folder.path().join("seal.db");
    let conn = open_database(&database, &key);
    let form = |conn: &rusqlite::Connection| conn.query_row("PRAGMA user_version", [], |row| row.get::<_, u32>(0));
    let newest = form(&conn).unwrap();
    conn.pragma_update(None, "user_version", newest + 1).unwrap();
    drop(conn);
    let before = signed(&database, &key);

    let opened = SqliteStore::open(&database, &key, rules("0"), StillClock::new());
    assert!(matches!(opened, Err(StoreError::Newer)));
    let files = std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name());
    assert!(!files.into_iter().any(|name| name.to_string_lossy().contains(".damaged-")), "nothing is moved aside");
    let conn = open_database(&database, &key);
    assert_eq!(form(&conn).unwrap(), newest + 1);
    drop(conn);
    assert_eq!((signed(&database, &key), before.len()), (before.clone(), 1));
}
