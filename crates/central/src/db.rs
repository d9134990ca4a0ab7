//! The one database connection, its schema and its failures.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior};
use rusqlite_migration::{HookError, M, Migrations};
use seal_core::checkpoint::Life;
use uuid::Uuid;

use crate::log;
use crate::metrics::Waits;

/// So long one waits for another process that writes: an import of tens of thousands of lines is one transaction.
const BUSY: Duration = Duration::from_secs(60);
/// Statements kept prepared.
const STATEMENTS: usize = 128;

/// Why the central cannot do its work. None of these is a phone's fault.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// SQLite.
    #[error("database: {0}")]
    Db(#[from] rusqlite::Error),
    /// The schema could not be brought up to date.
    #[error("database schema: {0}")]
    Schema(#[from] rusqlite_migration::Error),
    /// Files.
    #[error("files: {0}")]
    Io(#[from] std::io::Error),
    /// Something stored cannot be read back.
    #[error("stored data: {0}")]
    Stored(String),
    /// Keys of seals cannot be used.
    #[error("keys of seals: {0}")]
    Keys(String),
    /// A secret could not be hashed.
    #[error("hashing a secret: {0}")]
    Hash(String),
}

impl From<serde_json::Error> for Trouble {
    fn from(error: serde_json::Error) -> Self {
        Self::Stored(error.to_string())
    }
}

/// The connection. One at a time: calls are short, and one writer makes the order of commits the order of the feed.
#[derive(Clone)]
pub(crate) struct Db {
    connection: Arc<Mutex<Connection>>,
    waits: Waits,
}

impl Db {
    pub(crate) fn open(path: &Path, waits: Waits) -> Result<Self, Trouble> {
        let mut db = Connection::open(path)?;
        db.pragma_update(None, "journal_mode", "wal")?;
        db.pragma_update(None, "synchronous", "full")?;
        db.pragma_update(None, "foreign_keys", true)?;
        // Each of the statements that run for every fact stays prepared.
        db.set_prepared_statement_cache_capacity(STATEMENTS);
        db.busy_timeout(BUSY)?;
        Migrations::new(vec![
            M::up(include_str!("schema.sql")),
            M::up(include_str!("schema_seals.sql")),
            M::up_with_hook(include_str!("schema_log.sql"), |tx| {
                log::build(tx).map_err(|trouble| HookError::Hook(trouble.to_string()))
            }),
            M::up(include_str!("schema_enrolment.sql")),
        ])
        .to_latest(&mut db)?;
        if !has_epoch(&db)? {
            new_epoch(&db, 0)?;
        }
        Ok(Self { connection: Arc::new(Mutex::new(db)), waits })
    }

    /// Runs `work` on the connection.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&mut Connection) -> Result<T, Trouble>) -> Result<T, Trouble> {
        let asked = Instant::now();
        self.waits.waiting.inc();
        // A panic while the lock was held dropped, and so rolled back, its transaction: the connection is sound.
        let mut db = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        self.waits.waiting.dec();
        self.waits.seconds.observe(asked.elapsed().as_secs_f64());
        work(&mut db)
    }

    /// Runs `work` in one transaction that is on the disk when this returns.
    pub(crate) fn write<T>(&self, work: impl FnOnce(&mut Transaction) -> Result<T, Trouble>) -> Result<T, Trouble> {
        self.with(|db| {
            let mut tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let result = work(&mut tx)?;
            tx.commit()?;
            Ok(result)
        })
    }
}

/// Takes what the write-ahead log holds into the database's file, and empties it.
pub(crate) fn checkpoint(db: &mut Connection) -> Result<(), Trouble> {
    Ok(db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?)
}

/// The database takes writing: nothing is written.
pub(crate) fn takes_writing(db: &mut Connection) -> Result<(), Trouble> {
    Ok(db.transaction_with_behavior(TransactionBehavior::Immediate)?.rollback()?)
}

/// Begins another life that goes on with the record's first `kept` events.
pub(crate) fn new_epoch(db: &Connection, kept: u64) -> Result<(), Trouble> {
    let mut before = lives_before(db)?;
    if has_epoch(db)? {
        before.push(Life { epoch: epoch(db)?, kept });
    }
    let epoch = Uuid::new_v4().simple().to_string();
    for (key, value) in [("epoch", epoch.into_bytes()), ("epochs_before", serde_json::to_vec(&before)?)] {
        db.execute(
            "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = excluded.value",
            (key, value),
        )?;
    }
    Ok(())
}

fn has_epoch(db: &Connection) -> Result<bool, Trouble> {
    Ok(db.query_row("SELECT EXISTS (SELECT 1 FROM meta WHERE key = 'epoch')", [], |row| row.get(0))?)
}

/// Lives before this one, the oldest first.
pub(crate) fn lives_before(db: &Connection) -> Result<Vec<Life>, Trouble> {
    let json: Option<Vec<u8>> =
        db.query_row("SELECT value FROM meta WHERE key = 'epochs_before'", [], |row| row.get(0)).optional()?;
    json.map_or(Ok(Vec::new()), |json| Ok(serde_json::from_slice(&json)?))
}

/// Which life of the database this is; made anew with each new database, and after a restore.
pub(crate) fn epoch(db: &Connection) -> Result<String, Trouble> {
    let bytes: Vec<u8> = db.query_row("SELECT value FROM meta WHERE key = 'epoch'", [], |row| row.get(0))?;
    String::from_utf8(bytes).map_err(|e| Trouble::Stored(e.to_string()))
}

/// A moment from its stored form.
pub(crate) fn moment(ms: i64) -> Result<Timestamp, Trouble> {
    Timestamp::from_millisecond(ms).map_err(|e| Trouble::Stored(e.to_string()))
}
