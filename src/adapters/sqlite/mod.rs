//! The store on SQLite: one file, write-ahead log, every commit synced to the disk, every page encrypted under the vault's key.
//!
//! Facts are kept as the bytes that were signed. Views (`case_view`, `seal_view`, `parcel_view`) are folds of the core,
//! cached as JSON and refreshed in the transaction that changed them, so a screen never sees half an act. Lists and figures
//! read narrow tables made of the views in the same transaction (`seal_line`, `seal_turn`, `case_line`, `parcel_line`).

mod append;
mod codec;
mod encrypt;
mod figures;
mod hold;
mod key;
mod lines;
mod lists;
mod mirror;
mod open;
mod order;
mod packs;
mod queue;
mod read;
mod record;
mod rescue;
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
use seal_core::ids::{CaseId, DeviceId, EventId, OfficeCode, OfficerId, ParcelId, Sha256};
use seal_core::officer::Officer;
use seal_core::outbox::{QueueCounts, QueueItem};
use seal_core::rescue::AgencyKey;
use seal_core::rules::{Office, RulePack};
use seal_core::seal_no::SealNo;
use seal_core::wire::ChangesResponse;
use tokio::sync::watch;

use self::rescue::Rescue;
use self::salvage::Rebuilt;
use super::journal::Journal;
use crate::ports::clock::Clock;
use crate::ports::store::{
    Act, AsideBecause, FeedState, Followed, OutboxHold, PackStanding, RecordAlarm, RecordKnown, RescueStanding,
    Sendable, Settled, Store, StoreError, Unsent,
};
use crate::ports::vault::{Key, Vault};

/// The store.
pub struct SqliteStore {
    database: Mutex<Database>,
    changed: watch::Sender<u64>,
    shipped_rules: RulePack,
    clock: Arc<dyn Clock>,
    path: PathBuf,
    /// What is saved, a second time; none for a database by itself.
    rescue: Option<Rescue>,
}

struct Database {
    conn: Connection,
    /// The pack in force: the newest that was taken, else the one shipped.
    rules: Arc<RulePack>,
    /// Since the log was last taken into the database.
    commits: u32,
}

/// So many commits make a log of 4 MB: an act writes 25 pages (measured, `./run bench store`).
const COMMITS_OF_LOG: u32 = 40;

/// A store just opened.
pub struct Opened {
    /// The store.
    pub store: SqliteStore,
    /// Where a damaged database, or one of another key, was moved to before a fresh one was begun. The officer must be told.
    pub moved_aside: Option<PathBuf>,
    /// Why it was.
    pub because: AsideBecause,
    /// How many facts of this device were read out of it; they are queued again.
    pub salvaged: usize,
    /// How many facts came out of the journal; they are queued again.
    pub rebuilt: usize,
    /// Places in this device's chain of which no copy is left here.
    pub lost: Vec<u64>,
    /// More may be missing than `lost` names: the ends of the copies are damaged.
    pub perhaps_more: bool,
}

impl SqliteStore {
    /// Opens the database at `path` under `key`, or begins one. Encrypts one that lies plain, brings it to the newest form,
    /// and its views too.
    ///
    /// `shipped_rules` stands in until a rule pack was pulled. `clock` says which accepted items are of the last day.
    ///
    /// # Errors
    /// [`StoreError`]. A damaged database, or one of another key, is no error: it is moved aside, see [`Opened::moved_aside`].
    pub fn open(path: &Path, key: &Key, shipped_rules: RulePack, clock: Arc<dyn Clock>) -> Result<Opened, StoreError> {
        Self::open_with(path, key, None, shipped_rules, clock)
    }

    /// The same with a journal, into which every act is written too, and from which the database is completed when it lacks
    /// what was saved.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn open_with(
        path: &Path,
        key: &Key,
        journal: Option<Journal>,
        shipped_rules: RulePack,
        clock: Arc<dyn Clock>,
    ) -> Result<Opened, StoreError> {
        let open::Connected { conn, aside, rebuilt } = open::open(path, key, journal.as_ref())?;
        let rescue = journal.map(Rescue::new);
        let rules = Arc::new(packs::rules(&conn)?.unwrap_or_else(|| shipped_rules.clone()));
        let views_are_old = open::views_are_old(&conn)?;
        let deadlines_are_old = lines::deadlines_are_old(&conn, &rules)?;
        let database = Mutex::new(Database { conn, rules, commits: 0 });
        let changed = watch::Sender::new(0);
        let store = Self { database, changed, shipped_rules, clock, path: path.to_owned(), rescue };
        if views_are_old {
            store.rebuild_views()?;
        } else if deadlines_are_old {
            store.write_views(|tx, rules| lines::name_deadlines(tx, rules))?;
        }
        let (moved_aside, because) = match aside {
            Some(open::Aside { file, because }) => (Some(file), because),
            None => (None, AsideBecause::Missing),
        };
        let Rebuilt { journal: rebuilt, aside: salvaged, lost, perhaps_more } = rebuilt;
        Ok(Opened { store, moved_aside, because, salvaged, rebuilt, lost, perhaps_more })
    }

    /// Folds every view anew from facts and documents, and reads again what no earlier version could read.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn rebuild_views(&self) -> Result<(), StoreError> {
        self.write_views(|tx, rules| {
            mirror::read_unread(tx)?;
            mirror::ask_again(tx)?;
            views::rebuild(tx, rules)?;
            open::views_are_new(tx)
        })
    }

    fn rules_in_force(&self) -> Arc<RulePack> {
        Arc::clone(&self.lock().rules)
    }

    // A panic while the lock was held dropped its transaction, which rolled it back: the connection is sound.
    fn lock(&self) -> MutexGuard<'_, Database> {
        self.database.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read<T>(&self, f: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        f(&self.lock().conn)
    }

    fn write<T>(&self, f: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.write_views(|tx, _| f(tx))
    }

    /// One transaction: all of it or nothing. Screens hear of it after the commit. The views of it are made by the newest
    /// rules, which it may renew.
    fn write_views<T>(
        &self,
        f: impl FnOnce(&Transaction<'_>, &mut Arc<RulePack>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut database = self.lock();
        let mut rules = database.rules.clone();
        let tx = database.conn.transaction_with_behavior(TransactionBehavior::Immediate).map_err(codec::database)?;
        let out = f(&tx, &mut rules)?;
        tx.commit().map_err(codec::database)?;
        database.commits += 1;
        database.rules = rules;
        drop(database);
        self.changed.send_modify(|count| *count += 1);
        Ok(out)
    }
}

impl Store for SqliteStore {
    fn changed(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    fn append(&self, act: &Act, vault: &dyn Vault) -> Result<Vec<SignedEvent>, StoreError> {
        let events = self.write_views(|tx, rules| append::append(tx, act, vault, rules))?;
        // Committed: it is saved, whatever becomes of its second copy.
        if let Some(rescue) = &self.rescue {
            rescue.follow(&events, |newest| self.read(|conn| rescue::missing(conn, newest)));
        }
        Ok(events)
    }

    fn tidy(&self) -> Result<(), StoreError> {
        let mut database = self.lock();
        if database.commits >= COMMITS_OF_LOG {
            database.commits = 0;
            open::checkpoint(&database.conn)?;
        }
        drop(database);
        let Some(rescue) = &self.rescue else { return Ok(()) };
        rescue.tidy(
            self.clock.now().wall,
            |newest| self.read(|conn| rescue::missing(conn, newest)),
            |event, long_ago| self.read(|conn| rescue::is_over(conn, event, long_ago)),
        )
    }

    fn rescue_standing(&self) -> RescueStanding {
        self.rescue.as_ref().map(Rescue::standing).unwrap_or_default()
    }

    fn trust_agency_key(&self, key: &Bytes) -> Result<(), StoreError> {
        let Some(rescue) = &self.rescue else { return Ok(()) };
        let key = AgencyKey::read(&key.0).ok_or_else(|| StoreError::Database("the agency's key is none".to_owned()))?;
        rescue.journal.trust(key).map_err(|error| StoreError::Database(error.to_string()))
    }

    fn case_events(&self, case: CaseId) -> Result<Vec<SignedEvent>, StoreError> {
        self.read(|conn| read::case_events(conn, case))
    }

    fn event(&self, id: EventId) -> Result<Option<SignedEvent>, StoreError> {
        self.read(|conn| read::event(conn, id))
    }

    fn case(&self, id: CaseId) -> Result<Option<CaseView>, StoreError> {
        self.read(|conn| read::case(conn, id))
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

    fn parcel(&self, id: ParcelId) -> Result<Option<ParcelView>, StoreError> {
        self.read(|conn| read::parcel(conn, id))
    }

    fn office(&self, code: &OfficeCode) -> Result<Option<Office>, StoreError> {
        Ok(self.rules_in_force().office(code).cloned())
    }

    fn offices(&self) -> Result<Vec<Office>, StoreError> {
        Ok(self.rules_in_force().offices.clone())
    }

    fn trust_rules_keys(&self, keys: &[Bytes]) -> Result<(), StoreError> {
        self.write_views(|tx, rules| {
            packs::trust(tx, keys)?;
            if let Some(newest) = packs::rules(tx)? {
                *rules = Arc::new(newest);
            }
            lines::name_deadlines(tx, rules)
        })
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
        self.read(|conn| read::events_of_kinds(conn, Some(unit), kinds))
    }

    fn events_of_kinds(&self, kinds: &[&str]) -> Result<Vec<SignedEvent>, StoreError> {
        self.read(|conn| read::events_of_kinds(conn, None, kinds))
    }

    fn rules(&self) -> Result<RulePack, StoreError> {
        Ok(self.rules_in_force().as_ref().clone())
    }

    fn queue(&self) -> Result<Vec<QueueItem>, StoreError> {
        let now = self.clock.now().wall;
        self.read(|conn| queue::list(conn, now))
    }

    fn unsent(&self) -> Result<Vec<Unsent>, StoreError> {
        self.read(queue::unsent)
    }

    fn queue_counts(&self) -> Result<QueueCounts, StoreError> {
        let now = self.clock.now().wall;
        self.read(|conn| queue::counts(conn, now))
    }

    fn take_due(&self, now: Timestamp, limit: usize) -> Result<Vec<Sendable>, StoreError> {
        let mut database = self.lock();
        let tx = database.conn.transaction_with_behavior(TransactionBehavior::Immediate).map_err(codec::database)?;
        let due = queue::take(&tx, now, limit)?;
        // Nothing due is the common answer and must not count as a change.
        if due.is_empty() {
            return Ok(due);
        }
        tx.commit().map_err(codec::database)?;
        drop(database);
        self.changed.send_modify(|count| *count += 1);
        Ok(due)
    }

    fn settle(&self, results: &[(i64, Settled)]) -> Result<(), StoreError> {
        if results.is_empty() {
            return Ok(());
        }
        let now = self.clock.now().wall;
        self.write(|tx| queue::settle(tx, results, now))
    }

    fn hold_outbox(&self) -> Result<Option<OutboxHold>, StoreError> {
        let Some(file) = hold::take(&self.path)? else { return Ok(None) };
        self.revive()?;
        Ok(Some(OutboxHold::new(file)))
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
        self.write_views(|tx, rules| mirror::take(tx, changes, at, rules))
    }

    fn photos_wanted(&self, unit: &OfficeCode) -> Result<Vec<Sha256>, StoreError> {
        self.read(|conn| mirror::photos_wanted(conn, unit))
    }

    fn record_known(&self) -> Result<RecordKnown, StoreError> {
        self.read(record::known)
    }

    fn trust_record_key(&self, key: &Bytes) -> Result<(), StoreError> {
        let now = self.clock.now().wall;
        self.write(|tx| record::trust(tx, key, now))
    }

    fn follow_record(&self, followed: &Followed) -> Result<(), StoreError> {
        let now = self.clock.now().wall;
        self.write(|tx| record::follow(tx, followed, now))
    }

    fn record_alarms(&self) -> Result<Vec<RecordAlarm>, StoreError> {
        self.read(record::alarms)
    }

    fn record_alarms_reported(&self) -> Result<(), StoreError> {
        self.write(record::alarms_reported)
    }

    fn note(&self, name: &str) -> Result<Option<String>, StoreError> {
        self.read(|conn| read::note(conn, name))
    }

    fn set_note(&self, name: &str, text: Option<&str>) -> Result<(), StoreError> {
        self.write(|tx| read::set_note(tx, name, text))
    }
}
