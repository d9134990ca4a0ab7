//! The store on SQLite: one file, write-ahead log, every commit synced to the disk.
//!
//! Facts are kept as the bytes that were signed. Views (`case_view`, `seal_view`, `parcel_view`) are folds of the core,
//! cached as JSON and refreshed in the transaction that changed them, so a screen never sees half an act.

mod append;
mod codec;
mod mirror;
mod open;
mod order;
mod packs;
mod queue;
mod read;
mod salvage;
mod views;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use seal_core::case::CaseView;
use seal_core::cbor::Bytes;
use seal_core::container::ContainerNo;
use seal_core::courier::ParcelView;
use seal_core::custody::SealView;
use seal_core::declaration::DeclarationNo;
use seal_core::doc::DeviceDoc;
use seal_core::event::SignedEvent;
use seal_core::ids::{CaseId, DeviceId, OfficeCode, OfficerId, ParcelId, Sha256};
use seal_core::officer::Officer;
use seal_core::outbox::{QueueCounts, QueueItem};
use seal_core::rules::{Office, RulePack};
use seal_core::seal_no::SealNo;
use seal_core::wire::ChangesResponse;
use tokio::sync::watch;

use crate::ports::clock::Clock;
use crate::ports::store::{Act, CaseFilter, FeedState, PackStanding, SealFilter, Sendable, Settled, Store, StoreError};
use crate::ports::vault::Vault;

/// The store.
pub struct SqliteStore {
    conn: Mutex<Connection>,
    changed: watch::Sender<u64>,
    shipped_rules: RulePack,
    /// The pack in force, read once after each change of it.
    rules: Mutex<Option<Arc<RulePack>>>,
    clock: Arc<dyn Clock>,
}

/// A store just opened.
pub struct Opened {
    /// The store.
    pub store: SqliteStore,
    /// Where a damaged database was moved to before a fresh one was begun. The officer must be told.
    pub moved_aside: Option<PathBuf>,
    /// How many facts of this device were read out of it; they are queued again.
    pub salvaged: usize,
}

impl SqliteStore {
    /// Opens the database at `path`, or begins one. Brings it to the newest form, and its views too.
    ///
    /// `shipped_rules` stands in until a rule pack was pulled. `clock` says which accepted items are of the last day.
    ///
    /// # Errors
    /// [`StoreError`]. A damaged database is no error: it is moved aside, see [`Opened::moved_aside`].
    pub fn open(path: &Path, shipped_rules: RulePack, clock: Arc<dyn Clock>) -> Result<Opened, StoreError> {
        let open::Connected { conn, damaged } = open::open(path)?;
        let store = Self {
            conn: Mutex::new(conn),
            changed: watch::Sender::new(0),
            shipped_rules,
            rules: Mutex::new(None),
            clock,
        };
        if open::views_are_old(&store.lock())? {
            store.rebuild_views()?;
        }
        let (moved_aside, salvaged) = damaged.map_or((None, 0), |(aside, salvaged)| (Some(aside), salvaged));
        Ok(Opened { store, moved_aside, salvaged })
    }

    /// Folds every view anew from facts and documents, and reads again the events that no earlier version could read.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn rebuild_views(&self) -> Result<(), StoreError> {
        self.write(|tx| {
            mirror::read_unread(tx)?;
            views::rebuild(tx)?;
            open::views_are_new(tx)
        })
    }

    fn rules_in_force(&self) -> Result<Arc<RulePack>, StoreError> {
        let mut kept = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(rules) = &*kept {
            return Ok(Arc::clone(rules));
        }
        let rules = self.read(|conn| Ok(packs::rules(conn)?.unwrap_or_else(|| self.shipped_rules.clone())))?;
        Ok(Arc::clone(kept.insert(Arc::new(rules))))
    }

    /// As [`SqliteStore::write`], for what may bring another rule pack.
    fn write_and_reread_rules<T>(
        &self,
        f: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        // Held over the change, so that nobody keeps the old pack after it.
        let mut kept = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        *kept = None;
        self.write(f)
    }

    // A panic while the lock was held dropped its transaction, which rolled it back: the connection is sound.
    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.conn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read<T>(&self, f: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        f(&self.lock())
    }

    /// One transaction: all of it or nothing. Screens hear of it after the commit.
    fn write<T>(&self, f: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut conn = self.lock();
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate).map_err(codec::database)?;
        let out = f(&tx)?;
        tx.commit().map_err(codec::database)?;
        drop(conn);
        self.changed.send_modify(|count| *count += 1);
        Ok(out)
    }
}

impl Store for SqliteStore {
    fn changed(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    fn append(&self, act: &Act, vault: &dyn Vault) -> Result<Vec<SignedEvent>, StoreError> {
        self.write(|tx| append::append(tx, act, vault))
    }

    fn case_events(&self, case: CaseId) -> Result<Vec<SignedEvent>, StoreError> {
        self.read(|conn| read::case_events(conn, case))
    }

    fn case(&self, id: CaseId) -> Result<Option<CaseView>, StoreError> {
        self.read(|conn| read::case(conn, id))
    }

    fn cases(&self, filter: &CaseFilter) -> Result<Vec<CaseView>, StoreError> {
        self.read(|conn| read::cases(conn, filter))
    }

    fn cases_of_container(&self, container: &ContainerNo) -> Result<Vec<CaseId>, StoreError> {
        self.read(|conn| read::cases_by_code(conn, "container", container.as_str()))
    }

    fn cases_of_declaration(&self, declaration: &DeclarationNo) -> Result<Vec<CaseId>, StoreError> {
        self.read(|conn| read::cases_by_code(conn, "declaration", declaration.as_str()))
    }

    fn cases_of_sheet_code(&self, raw: &str) -> Result<Vec<CaseId>, StoreError> {
        self.read(|conn| read::cases_by_code(conn, "sheet", raw))
    }

    fn seal(&self, no: &SealNo) -> Result<Option<SealView>, StoreError> {
        self.read(|conn| read::seal(conn, no))
    }

    fn seals(&self, filter: &SealFilter) -> Result<Vec<SealView>, StoreError> {
        self.read(|conn| read::seals(conn, filter))
    }

    fn parcel(&self, id: ParcelId) -> Result<Option<ParcelView>, StoreError> {
        self.read(|conn| read::parcel(conn, id))
    }

    fn parcels(&self, unit: &OfficeCode) -> Result<Vec<ParcelView>, StoreError> {
        self.read(|conn| read::parcels(conn, unit))
    }

    fn office(&self, code: &OfficeCode) -> Result<Option<Office>, StoreError> {
        Ok(self.rules_in_force()?.office(code).cloned())
    }

    fn offices(&self) -> Result<Vec<Office>, StoreError> {
        Ok(self.rules_in_force()?.offices.clone())
    }

    fn trust_rules_keys(&self, keys: &[Bytes]) -> Result<(), StoreError> {
        self.write_and_reread_rules(|tx| packs::trust(tx, keys))
    }

    fn pack_standing(&self) -> Result<PackStanding, StoreError> {
        self.read(|conn| packs::standing(conn, &self.shipped_rules))
    }

    fn officers(&self, unit: &OfficeCode) -> Result<Vec<Officer>, StoreError> {
        self.read(|conn| read::officers(conn, unit))
    }

    fn officer(&self, id: &OfficerId) -> Result<Option<Officer>, StoreError> {
        self.read(|conn| read::officer(conn, id))
    }

    fn device(&self, id: DeviceId) -> Result<Option<DeviceDoc>, StoreError> {
        self.read(|conn| read::device(conn, id))
    }

    fn unit_events(&self, unit: &OfficeCode, kinds: &[&str]) -> Result<Vec<SignedEvent>, StoreError> {
        self.read(|conn| read::unit_events(conn, unit, kinds))
    }

    fn rules(&self) -> Result<RulePack, StoreError> {
        Ok(self.rules_in_force()?.as_ref().clone())
    }

    fn queue(&self) -> Result<Vec<QueueItem>, StoreError> {
        let now = self.clock.now().wall;
        self.read(|conn| queue::list(conn, now))
    }

    fn queue_counts(&self) -> Result<QueueCounts, StoreError> {
        let now = self.clock.now().wall;
        self.read(|conn| queue::counts(conn, now))
    }

    fn take_due(&self, now: Timestamp, limit: usize) -> Result<Vec<Sendable>, StoreError> {
        // Nothing due is the common answer and must not count as a change.
        if self.read(|conn| queue::due(conn, now, 1))?.is_empty() {
            return Ok(Vec::new());
        }
        self.write(|tx| queue::take(tx, now, limit))
    }

    fn settle(&self, results: &[(i64, Settled)]) -> Result<(), StoreError> {
        if results.is_empty() {
            return Ok(());
        }
        let now = self.clock.now().wall;
        self.write(|tx| queue::settle(tx, results, now))
    }

    fn revive(&self) -> Result<(), StoreError> {
        self.write(queue::revive)
    }

    fn send_now(&self, key: Option<i64>) -> Result<(), StoreError> {
        self.write(|tx| queue::send_now(tx, key))
    }

    fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        let now = self.clock.now().wall;
        self.read(|conn| queue::next_due(conn, now))
    }

    fn feed(&self) -> Result<FeedState, StoreError> {
        self.read(mirror::feed)
    }

    fn take_changes(&self, changes: &ChangesResponse, at: Timestamp) -> Result<(), StoreError> {
        self.write_and_reread_rules(|tx| mirror::take(tx, changes, at))
    }

    fn photos_wanted(&self, unit: &OfficeCode) -> Result<Vec<Sha256>, StoreError> {
        self.read(|conn| mirror::photos_wanted(conn, unit))
    }

    fn note(&self, name: &str) -> Result<Option<String>, StoreError> {
        self.read(|conn| read::note(conn, name))
    }

    fn set_note(&self, name: &str, text: Option<&str>) -> Result<(), StoreError> {
        self.write(|tx| read::set_note(tx, name, text))
    }
}
