//! A device that syncs on its own, and the real central it syncs with, in one process.
#![allow(dead_code)]

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jiff::SignedDuration;
use seal_central::practice::World;
use seal_central::{Central, ServerConfig};
use seal_core::event::SignedEvent;
use seal_core::fact::Fact;
use seal_core::officer::Officer;
use seal_core::outbox::OutboxState;
use seal_core::time::Moment;
use seal_core::wire::{B64, SignInRequest};
use seal_field::adapters::clock::SystemClock;
use seal_field::adapters::http::HttpCentral;
use seal_field::adapters::photo_files::PhotoFolder;
use seal_field::adapters::seals::ticket_box::TicketBox;
use seal_field::adapters::sqlite::SqliteStore;
use seal_field::adapters::switchable::SwitchableCentral;
use seal_field::adapters::vault_file::FileVault;
use seal_field::ports::central::Central as _;
use seal_field::ports::clock::Clock;
use seal_field::ports::store::{OFFICER_NOTE, Store as _};
use seal_field::ports::sync::{SyncControl as _, SyncStatus};
use seal_field::ports::vault::{Purpose, Vault as _};
use seal_field::sync::{SyncHandle, SyncPorts, start};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::common::*;

/// This machine's time, and what it is turned ahead of it: waiting times end without being waited for.
pub struct TurnedClock {
    real: SystemClock,
    ahead_ms: AtomicU64,
}

impl TurnedClock {
    pub fn turn(&self, by: SignedDuration) {
        self.ahead_ms.fetch_add(u64::try_from(by.as_millis()).unwrap_or(0), Ordering::SeqCst);
    }
}

impl Clock for TurnedClock {
    fn now(&self) -> Moment {
        let (real, ahead_ms) = (self.real.now(), self.ahead_ms.load(Ordering::SeqCst));
        let ahead = SignedDuration::from_millis(i64::try_from(ahead_ms).unwrap());
        Moment { wall: real.wall + ahead, boot: real.boot, boot_ms: real.boot_ms + ahead_ms }
    }
}

/// A device that syncs on its own.
pub struct Syncing {
    pub device: Device,
    pub clock: Arc<TurnedClock>,
    pub network: Arc<SwitchableCentral>,
    pub sync: SyncHandle,
    pub officer: Officer,
}

pub async fn central(folder: &Path) -> (Central, SocketAddr) {
    let central = Central::open(ServerConfig::new(folder, true)).unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(central.clone().serve(listener, std::future::pending()));
    (central, address)
}

/// A central that is stopped, and started again on another folder.
pub struct Restorable {
    pub address: SocketAddr,
    pub stop: oneshot::Sender<()>,
    pub stopped: JoinHandle<()>,
}

impl Restorable {
    pub async fn start(folder: &Path, address: &str, new_life: bool) -> Self {
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

    pub async fn stop(self) {
        self.stop.send(()).unwrap();
        self.stopped.await.unwrap();
    }
}

/// The database's files, as a backup takes them.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for file in ["central.sqlite", "central.sqlite-wal"] {
        match std::fs::copy(from.join(file), to.join(file)) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && file.ends_with("wal") => {}
            copied => drop(copied.unwrap()),
        }
    }
}

/// Ids of this device's events in the record of the central in a folder.
pub fn held(folder: &Path, device: &Device) -> Vec<Vec<u8>> {
    let db = rusqlite::Connection::open(folder.join("central.sqlite")).unwrap();
    let mut select = db.prepare("SELECT id FROM event WHERE device = ?1 ORDER BY device_seq").unwrap();
    let ids = select.query_map([device.vault.device().0.as_bytes().as_slice()], |row| row.get(0)).unwrap();
    ids.map(Result::unwrap).collect()
}

impl Syncing {
    /// A phone that signs in for the first time.
    pub async fn sign_in(folder: &Path, address: SocketAddr, unit: &str) -> Self {
        let account =
            World::load().unwrap().accounts.into_iter().find(|account| account.officer.unit == office(unit)).unwrap();
        let phone = Self::open(folder, address, account.officer.clone());
        let request = SignInRequest {
            officer: account.officer.id,
            secret: account.secret,
            device: phone.device.vault.device(),
            device_key: B64(phone.device.vault.public_key()),
        };
        let answer = phone.network.sign_in(request).await.unwrap();
        phone.device.store.trust_record_key(&answer.log_key.unwrap()).unwrap();
        phone.device.store.set_note(OFFICER_NOTE, Some(&serde_json::to_string(&answer.officer).unwrap())).unwrap();
        phone
    }

    /// One that was stopped, with what it kept.
    pub fn open(folder: &Path, address: SocketAddr, officer: Officer) -> Self {
        let clock = Arc::new(TurnedClock { real: SystemClock::new(), ahead_ms: AtomicU64::new(0) });
        std::fs::create_dir_all(folder).unwrap();
        let vault = FileVault::open(&folder.join("vault")).unwrap();
        let key = vault.key(Purpose::Database);
        let opened = SqliteStore::open(&folder.join("seal.db"), &key, rules("0"), clock.clone()).unwrap();
        assert_eq!(opened.moved_aside, None);
        let device = Device {
            store: Arc::new(opened.store),
            photos: Arc::new(PhotoFolder::open(&folder.join("photos"), &vault.key(Purpose::Photos)).unwrap()),
            vault: Arc::new(vault),
            clock: StillClock::new(),
        };
        let http = HttpCentral::new(&format!("http://{address}")).unwrap().keeping_token_in(device.vault.clone());
        let network = Arc::new(SwitchableCentral::new(Arc::new(http)));
        let sync = start(SyncPorts {
            store: device.store.clone(),
            photos: device.photos.clone(),
            central: network.clone(),
            tickets: Arc::new(TicketBox::new(device.vault.clone(), network.clone(), clock.clone())),
            clock: clock.clone(),
            vault: device.vault.clone(),
        });
        Self { device, clock, network, sync, officer }
    }

    pub fn write(&self, case: Option<seal_core::ids::CaseId>, facts: Vec<Fact>) -> Vec<SignedEvent> {
        let mut act = self.device.act(case, facts);
        (act.officer, act.unit) = (self.officer.id.clone(), self.officer.unit.clone());
        act.at = self.clock.now();
        self.device.store.append(&act, self.device.vault.as_ref()).unwrap()
    }

    pub fn all_accepted(&self) -> bool {
        let queue = self.device.store.queue().unwrap();
        queue.iter().all(|item| matches!(item.state, OutboxState::Accepted { .. }))
    }
}

/// Until it is done. Whenever nothing is on its way the phone's clock is turned to the next try; `look` is shown how the sync
/// stands each time.
pub async fn hurry(phone: &Syncing, what: &str, mut look: impl FnMut(&SyncStatus), done: impl Fn() -> bool) {
    let status = phone.sync.status();
    for _ in 0..30_000 {
        if done() {
            return;
        }
        let now = status.borrow().clone();
        look(&now);
        if !now.busy {
            let wait = now.next_try.map(|at| at.duration_since(phone.clock.now().wall));
            phone.clock.turn(wait.map_or(SignedDuration::from_secs(20), |wait| wait + SignedDuration::from_millis(1)));
            // So that it looks at the clock; what it waits for it still waits for.
            phone.sync.officer_active();
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    panic!("waited in vain: {what}");
}

pub async fn until(what: &str, done: impl Fn() -> bool) {
    for _ in 0..1500 {
        if done() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("waited in vain: {what}");
}

/// Waits, asking for a try now and then.
pub async fn until_asking(phone: &Syncing, what: &str, done: &impl Fn() -> bool) {
    for _ in 0..300 {
        if done() {
            return;
        }
        phone.sync.send_now();
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("waited in vain: {what}");
}
