//! The database: SQLite in the process, or PostgreSQL for several centrals side by side (docs/decisions/0026-postgres.md).
//!
//! What the central does is written once, in statements that both understand. At any moment one transaction writes, whichever
//! database it is and however many centrals share it: the order of commits is the order of the feed and of the record.

mod connection;
#[cfg(feature = "postgres")]
mod postgres;
mod schema;
mod sqlite;
mod value;

use std::path::Path;
use std::sync::{Arc, MutexGuard};

use jiff::Timestamp;
use seal_core::checkpoint::Life;
use uuid::Uuid;

use crate::metrics::Waits;

pub(crate) use connection::{Connection, Row, Transaction};
pub(crate) use value::{Bind, Value};

/// Why the central cannot do its work. None of these is a phone's fault.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// SQLite.
    #[error("database: {0}")]
    Db(#[from] rusqlite::Error),
    /// PostgreSQL.
    #[error("database: {0}")]
    Server(String),
    /// The database cannot be reached or has no room now; the same may be asked again.
    #[error("the database cannot be used now: {0}")]
    Away(String),
    /// The store of photographs cannot be reached now; the same may be asked again.
    #[error("the store of photographs cannot be used now: {0}")]
    StoreAway(String),
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

impl Trouble {
    /// It is over by itself, or with the next connection: whoever asked asks again.
    pub(crate) fn passes(&self) -> bool {
        match self {
            Self::Away(_) | Self::StoreAway(_) => true,
            Self::Db(error) => error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy),
            _ => false,
        }
    }
}

impl From<serde_json::Error> for Trouble {
    fn from(error: serde_json::Error) -> Self {
        Self::Stored(error.to_string())
    }
}

/// Where the database is. Cheap to clone; clones share it.
#[derive(Clone)]
pub(crate) struct Db {
    place: Place,
    waits: Waits,
}

#[derive(Clone)]
enum Place {
    Sqlite(Arc<sqlite::File>),
    #[cfg(feature = "postgres")]
    Postgres(Arc<postgres::Pool>),
}

/// A connection while it is used.
enum Held<'a> {
    Writer(MutexGuard<'a, rusqlite::Connection>),
    Reader(sqlite::Reader<'a>),
    #[cfg(feature = "postgres")]
    Postgres(Box<postgres::Lent>),
}

impl Held<'_> {
    fn connection(&self) -> Connection<'_> {
        match self {
            Self::Writer(db) => Connection::Sqlite(db),
            Self::Reader(db) => Connection::Sqlite(db),
            #[cfg(feature = "postgres")]
            Self::Postgres(session) => Connection::Postgres(session),
        }
    }
}

impl Db {
    /// Opens the database of this address (`postgres://...`), else the SQLite file, which is created when it is not there.
    pub(crate) fn open(file: &Path, url: Option<&str>, waits: Waits) -> Result<Self, Trouble> {
        let place = match url {
            None => Place::Sqlite(Arc::new(sqlite::File::open(file)?)),
            #[cfg(feature = "postgres")]
            Some(url) => Place::Postgres(Arc::new(postgres::Pool::open(url)?)),
            #[cfg(not(feature = "postgres"))]
            Some(url) => return Err(no_server(url)),
        };
        Ok(Self { place, waits })
    }

    /// Runs `work`, which only reads, on a connection. No writer holds it up.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&Connection<'_>) -> Result<T, Trouble>) -> Result<T, Trouble> {
        let wait = self.waits.begin();
        let held = match &self.place {
            Place::Sqlite(file) => Held::Reader(file.reader()?),
            #[cfg(feature = "postgres")]
            Place::Postgres(pool) => Held::Postgres(Box::new(pool.lend()?)),
        };
        drop(wait);
        work(&held.connection())
    }

    /// Runs `work` in one transaction that is on the disk when this returns. It is the only one that writes.
    pub(crate) fn write<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T, Trouble>) -> Result<T, Trouble> {
        let wait = self.waits.begin();
        // Of one central's writers one alone waits for those of the others, or they would take every connection.
        #[cfg(feature = "postgres")]
        let _turn = match &self.place {
            Place::Postgres(pool) => Some(pool.turn()),
            Place::Sqlite(_) => None,
        };
        let held = self.writer()?;
        let db = held.connection();
        let tx = db.transaction()?;
        drop(wait);
        let result = work(&tx)?;
        tx.commit()?;
        Ok(result)
    }

    fn writer(&self) -> Result<Held<'_>, Trouble> {
        match &self.place {
            Place::Sqlite(file) => Ok(Held::Writer(file.writer())),
            #[cfg(feature = "postgres")]
            Place::Postgres(pool) => Ok(Held::Postgres(Box::new(pool.lend()?))),
        }
    }

    /// The database takes writing: nothing is written.
    pub(crate) fn takes_writing(&self) -> Result<(), Trouble> {
        self.writer()?.connection().transaction().map(drop)
    }

    /// Leaves no more behind than has to be: of SQLite an empty write-ahead log.
    pub(crate) fn settle(&self) -> Result<(), Trouble> {
        match self.writer()?.connection() {
            Connection::Sqlite(db) => sqlite::checkpoint(db),
            #[cfg(feature = "postgres")]
            Connection::Postgres(_) => Ok(()),
        }
    }
}

/// Whether a central is there, and then whether it is one for practice. Creates nothing.
pub(crate) fn practised(file: &Path, url: Option<&str>) -> Result<Option<bool>, Trouble> {
    match url {
        None => sqlite::practised(file),
        #[cfg(feature = "postgres")]
        Some(url) => postgres::Pool::connect(url)?.practised(),
        #[cfg(not(feature = "postgres"))]
        Some(url) => Err(no_server(url)),
    }
}

#[cfg(not(feature = "postgres"))]
fn no_server(_url: &str) -> Trouble {
    Trouble::Server("this program was built without PostgreSQL".to_owned())
}

/// Begins another life that goes on with the record's first `kept` events.
pub(crate) fn new_epoch(db: &Connection, kept: u64) -> Result<(), Trouble> {
    let mut before = lives_before(db)?;
    if has_epoch(db)? {
        before.push(Life { epoch: epoch(db)?, kept });
    }
    let epoch = Uuid::new_v4().simple().to_string();
    put_meta(db, "epoch", epoch.as_bytes())?;
    put_meta(db, "epochs_before", &serde_json::to_vec(&before)?)
}

fn new_life_if_none(db: &Connection) -> Result<(), Trouble> {
    if has_epoch(db)? { Ok(()) } else { new_epoch(db, 0) }
}

fn has_epoch(db: &Connection) -> Result<bool, Trouble> {
    Ok(meta(db, "epoch")?.is_some())
}

/// What is noted under a name; see the table `meta`.
pub(crate) fn meta(db: &Connection, key: &str) -> Result<Option<Vec<u8>>, Trouble> {
    db.query_opt("SELECT value FROM meta WHERE key = ?1", [key], |row| row.get(0))
}

/// Notes something under a name, in place of what was there.
pub(crate) fn put_meta(db: &Connection, key: &str, value: &[u8]) -> Result<(), Trouble> {
    db.execute(
        "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (key, value),
    )?;
    Ok(())
}

/// Lives before this one, the oldest first.
pub(crate) fn lives_before(db: &Connection) -> Result<Vec<Life>, Trouble> {
    meta(db, "epochs_before")?.map_or(Ok(Vec::new()), |json| Ok(serde_json::from_slice(&json)?))
}

/// Which life of the database this is; made anew with each new database, and after a restore.
pub(crate) fn epoch(db: &Connection) -> Result<String, Trouble> {
    let bytes = meta(db, "epoch")?.ok_or_else(|| Trouble::Stored("the epoch".to_owned()))?;
    String::from_utf8(bytes).map_err(|e| Trouble::Stored(e.to_string()))
}

/// A moment from its stored form.
pub(crate) fn moment(ms: i64) -> Result<Timestamp, Trouble> {
    Timestamp::from_millisecond(ms).map_err(|e| Trouble::Stored(e.to_string()))
}
