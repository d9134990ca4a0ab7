//! Devices against the real central over real HTTP, in one process.
#![cfg(feature = "practice")]

mod common;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use common::*;
use seal_central::practice::World;
use seal_central::{Central, ServerConfig};
use seal_core::fact::Fact;
use seal_core::officer::Officer;
use seal_core::outbox::OutboxState;
use seal_core::seal::reading::LockAction;
use seal_core::wire::{B64, SignInRequest};
use seal_field::adapters::clock::SystemClock;
use seal_field::adapters::http::HttpCentral;
use seal_field::adapters::photo_files::PhotoFolder;
use seal_field::adapters::seals::ticket_box::TicketBox;
use seal_field::adapters::sqlite::SqliteStore;
use seal_field::adapters::switchable::{NetworkMode, SwitchableCentral};
use seal_field::adapters::vault_file::FileVault;
use seal_field::ports::central::Central as _;
use seal_field::ports::clock::Clock as _;
use seal_field::ports::lists::{CaseList, Cases, Lists as _, Page};
use seal_field::ports::photos::PhotoFiles as _;
use seal_field::ports::store::{AlarmWhy, OFFICER_NOTE, Store as _};
use seal_field::ports::sync::SyncControl as _;
use seal_field::ports::vault::{Purpose, Vault as _};
use seal_field::sync::{SyncHandle, SyncPorts, start};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A device that syncs on its own.
struct Syncing {
    device: Device,
    network: Arc<SwitchableCentral>,
    sync: SyncHandle,
    officer: Officer,
}

async fn central(folder: &Path) -> (Central, SocketAddr) {
    let central = Central::open(ServerConfig::new(folder, true)).unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(central.clone().serve(listener, std::future::pending()));
    (central, address)
}

/// A central that is stopped, and started again on another folder.
struct Restorable {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    stopped: JoinHandle<()>,
}

impl Restorable {
    async fn start(folder: &Path, address: &str, new_life: bool) -> Self {
        let central = Central::open(ServerConfig::new(folder, true)).unwrap();
        if new_life {
            central.begin_new_life().unwrap();
        }
        let listener = tokio::net::TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, told) = oneshot::channel::<()>();
        let serve = async move { central.serve(listener, async { drop(told.await) }).await.unwrap() };
        Self { address, stop, stopped: tokio::spawn(serve) }
    }

    async fn stop(self) {
        self.stop.send(()).unwrap();
        self.stopped.await.unwrap();
    }
}

/// The database's files, as a backup takes them.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for file in ["central.sqlite", "central.sqlite-wal"] {
        match std::fs::copy(from.join(file), to.join(file)) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && file.ends_with("wal") => {}
            copied => drop(copied.unwrap()),
        }
    }
}

/// Ids of this device's events in the record of the central in a folder.
fn held(folder: &Path, device: &Device) -> Vec<Vec<u8>> {
    let db = rusqlite::Connection::open(folder.join("central.sqlite")).unwrap();
    let mut select = db.prepare("SELECT id FROM event WHERE device = ?1 ORDER BY device_seq").unwrap();
    let ids = select.query_map([device.vault.device().0.as_bytes().as_slice()], |row| row.get(0)).unwrap();
    ids.map(Result::unwrap).collect()
}

impl Syncing {
    async fn sign_in(folder: &Path, address: SocketAddr, unit: &str) -> Self {
        let clock = Arc::new(SystemClock::new());
        std::fs::create_dir_all(folder).unwrap();
        let vault = FileVault::open(&folder.join("vault")).unwrap();
        let key = vault.key(Purpose::Database);
        let opened = SqliteStore::open(&folder.join("seal.db"), &key, rules("0"), clock.clone()).unwrap();
        let device = Device {
            store: Arc::new(opened.store),
            photos: Arc::new(PhotoFolder::open(&folder.join("photos"), &vault.key(Purpose::Photos)).unwrap()),
            vault: Arc::new(vault),
            clock: StillClock::new(),
        };
        let http = HttpCentral::new(&format!("http://{address}")).unwrap().keeping_token_in(device.vault.clone());
        let network = Arc::new(SwitchableCentral::new(Arc::new(http)));
        let account =
            World::load().unwrap().accounts.into_iter().find(|account| account.officer.unit == office(unit)).unwrap();
        let sync = start(SyncPorts {
            store: device.store.clone(),
            photos: device.photos.clone(),
            central: network.clone(),
            tickets: Arc::new(TicketBox::new(device.vault.clone(), network.clone(), clock.clone())),
            clock,
            vault: device.vault.clone(),
        });
        let request = SignInRequest {
            officer: account.officer.id.clone(),
            secret: account.secret,
            device: device.vault.device(),
            device_key: B64(device.vault.public_key()),
        };
        let answer = network.sign_in(request).await.unwrap();
        device.store.trust_record_key(&answer.log_key.unwrap()).unwrap();
        let officer = answer.officer;
        device.store.set_note(OFFICER_NOTE, Some(&serde_json::to_string(&officer).unwrap())).unwrap();
        Self { device, network, sync, officer }
    }

    fn write(&self, case: Option<seal_core::ids::CaseId>, facts: Vec<Fact>) {
        let mut act = self.device.act(case, facts);
        (act.officer, act.unit) = (self.officer.id.clone(), self.officer.unit.clone());
        act.at = SystemClock::new().now();
        self.device.store.append(&act, self.device.vault.as_ref()).unwrap();
    }

    fn all_accepted(&self) -> bool {
        let queue = self.device.store.queue().unwrap();
        queue.iter().all(|item| matches!(item.state, OutboxState::Accepted { .. }))
    }
}

async fn until(what: &str, done: impl Fn() -> bool) {
    for _ in 0..1500 {
        if done() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("waited in vain: {what}");
}

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

/// Waits, asking for a try now and then.
async fn until_asking(phone: &Syncing, what: &str, done: &impl Fn() -> bool) {
    for _ in 0..300 {
        if done() {
            return;
        }
        phone.sync.send_now();
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("waited in vain: {what}");
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
