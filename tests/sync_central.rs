//! Devices against the real central over real HTTP, in one process.
#![cfg(feature = "practice")]

use std::path::Path;
use std::time::Duration;

use crate::common::*;
use crate::syncing::*;
use seal_core::seal::reading::LockAction;
use seal_field::adapters::switchable::NetworkMode;
use seal_field::ports::lists::{CaseList, Cases, Lists as _, Page};
use seal_field::ports::photos::PhotoFiles as _;
use seal_field::ports::store::{AlarmWhy, Store as _};
use seal_field::ports::sync::SyncControl as _;
use seal_field::ports::vault::Vault as _;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn facts_and_photos_reach_the_other_unit_through_a_network_cut() {
    let folder = tempfile::tempdir().unwrap();
    let (central, address) = central(&folder.path().join("central")).await;
    let origin = Syncing::sign_in(&folder.path().join("origin"), address, "03EE").await;
    let store = &origin.device.store;
    let work_list = CaseList::all(Cases::From(office("03EE")));
    until("the work list", || store.case_count(&work_list).unwrap() > 0).await;
    until("online", || origin.sync.status().borrow().online).await;
    let case = store.case_lines(&work_list, &Page::first(100)).unwrap().lines;
    let case = case.iter().find(|case| case.destination == office("15BB")).unwrap().id;

    origin.network.set(NetworkMode::Offline);
    origin.sync.set_coverage(false);
    let picture: Vec<u8> = (0..700_000_u32).map(|n| (n * 7 % 255) as u8).collect();
    let command = commanded("83181001", LockAction::Arm);
    origin.write(Some(case), vec![command.clone()]);
    origin.write(Some(case), vec![read_back("83181001", &command), origin.device.photo_fact(&picture)]);
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(store.queue_counts().unwrap().waiting, 5);
    assert_eq!(origin.sync.status().borrow().problem.as_deref(), Some("offline"));

    origin.network.set(NetworkMode::Portal);
    origin.sync.set_coverage(true);
    let status = origin.sync.status();
    until("the login page is named", || status.borrow().problem.as_deref() == Some("portal")).await;
    assert_eq!(store.queue_counts().unwrap().waiting, 5);

    origin.network.set(NetworkMode::Online);
    origin.sync.send_now();
    until("receipts for everything", || origin.all_accepted()).await;
    assert_eq!(central.chain_faults(origin.device.vault.device()).unwrap(), []);

    let destination = Syncing::sign_in(&folder.path().join("destination"), address, "15BB").await;
    let there = &destination.device;
    until("the case", || there.store.case_events(case).unwrap().len() == 3).await;
    until("the photo", || there.photos.has(&digest(&picture))).await;
    assert_eq!(there.photos.read(&digest(&picture)).unwrap(), picture);
    assert_eq!(there.store.case(case).unwrap(), store.case(case).unwrap());
    assert_eq!(there.store.queue_counts().unwrap().waiting, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_item_of_another_unit_is_refused_alone_and_the_rest_arrives() {
    let folder = tempfile::tempdir().unwrap();
    let (_central, address) = central(&folder.path().join("central")).await;
    let origin = Syncing::sign_in(&folder.path().join("origin"), address, "03EE").await;
    let mut foreign = origin.device.act(None, vec![tug("83181002")]);
    foreign.officer = origin.officer.id.clone();
    foreign.unit = office("15BB");
    origin.device.store.append(&foreign, origin.device.vault.as_ref()).unwrap();
    origin.write(None, vec![tug("83181001")]);
    let counts = || origin.device.store.queue_counts().unwrap();
    until("one stuck, one accepted", || (counts().stuck, counts().accepted, counts().waiting) == (1, 1, 0)).await;
}

/// A phone at a central that is stopped, put back to an older copy of its files and started again.
async fn restored(announced: bool) -> (tempfile::TempDir, Syncing) {
    let folder = tempfile::tempdir().unwrap();
    let [first, backup] = ["first", "backup"].map(|name| folder.path().join(name));
    let central = Restorable::start(&first, "127.0.0.1:0", false).await;
    let address = central.address;
    let phone = Syncing::sign_in(&folder.path().join("phone"), address, "03EE").await;
    let proven = || {
        let known = phone.device.store.record_known().unwrap();
        phone.all_accepted() && known.heads.first().is_some_and(|head| head.size as usize >= first_size(&first))
    };
    phone.write(None, vec![tug("83181001"), tug("83181002")]);
    phone.sync.send_now();
    until_asking(&phone, "the first receipts are proven", &proven).await;
    central.stop().await;
    copy(&first, &backup);
    let central = Restorable::start(&first, &address.to_string(), false).await;
    phone.write(None, vec![tug("83181001"), phone.device.photo_fact(b"picture"), tug("83181002")]);
    until_asking(&phone, "the later receipts are proven", &proven).await;
    central.stop().await;

    let told = |problem: &str| {
        phone.device.store.queue().unwrap().iter().any(|item| item.last_problem.as_deref() == Some(problem))
    };
    phone.network.set(NetworkMode::Offline);
    let _central = Restorable::start(&backup, &address.to_string(), announced).await;
    assert_eq!(held(&backup, &phone.device).len(), 2);
    assert!(!told("central_restored"));
    phone.network.set(NetworkMode::Online);
    until_asking(&phone, "everything is there again", &|| {
        phone.all_accepted() && held(&backup, &phone.device).len() == 5
    })
    .await;
    assert_eq!(held(&backup, &phone.device), held(&first, &phone.device), "nothing lost, nothing doubled, in order");
    (folder, phone)
}

fn first_size(folder: &Path) -> usize {
    let db = rusqlite::Connection::open(folder.join("central.sqlite")).unwrap();
    db.query_row("SELECT count(*) FROM event", [], |row| row.get(0)).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_central_put_back_to_an_older_copy_of_its_files_gets_everything_again() {
    let (_folder, phone) = restored(true).await;
    assert_eq!(phone.device.store.record_alarms().unwrap(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn put_back_without_a_word_it_is_an_alarm_and_gets_everything_again() {
    let (_folder, phone) = restored(false).await;
    let alarms = phone.device.store.record_alarms().unwrap();
    assert_eq!(alarms.iter().map(|alarm| alarm.why).collect::<Vec<_>>(), [AlarmWhy::Forked]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_sends_at_a_time_and_the_other_takes_over_when_it_ends() {
    let folder = tempfile::tempdir().unwrap();
    let central_folder = folder.path().join("central");
    let (central, address) = central(&central_folder).await;
    let phone = folder.path().join("phone");
    let first = Syncing::sign_in(&phone, address, "03EE").await;
    first.write(None, vec![tug("83181001")]);
    until_asking(&first, "the first sends", &|| first.all_accepted()).await;

    let second = Syncing::open(&phone, address, first.officer.clone());
    until("the second stands back", || second.sync.status().borrow().problem.as_deref() == Some("elsewhere")).await;
    second.write(None, vec![tug("83181002")]);
    second.sync.send_now();
    until_asking(&first, "what the second wrote goes out by the first", &|| second.all_accepted()).await;
    assert_eq!(second.sync.status().borrow().problem.as_deref(), Some("elsewhere"));

    // What the first was sending when it ended waits again.
    first.network.set(NetworkMode::Offline);
    first.write(None, vec![tug("83181001")]);
    let device = first.device;
    drop((first.network, first.sync));
    until("the second takes over", || second.device.store.queue_counts().unwrap().accepted == 3).await;
    assert_eq!(held(&central_folder, &second.device).len(), 3, "each once");
    assert_eq!(central.chain_faults(device.vault.device()).unwrap(), []);
}
