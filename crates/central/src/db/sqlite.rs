//! SQLite: one file in the process, one connection that writes and some that read what was committed, meanwhile.

use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{OpenFlags, params_from_iter};

use super::connection::{Connection, Row};
use super::schema;
use super::value::Value;
use super::{Trouble, meta, new_life_if_none};

/// So long one waits for another process that writes: an import of tens of thousands of lines is one transaction.
const BUSY: Duration = Duration::from_secs(60);
/// Statements kept prepared.
const STATEMENTS: usize = 128;

/// Connections that wait for the next reader.
const READERS: usize = 8;

/// The database's file and the connections to it.
pub(crate) struct File {
    path: PathBuf,
    writer: Mutex<rusqlite::Connection>,
    readers: Mutex<Vec<rusqlite::Connection>>,
}

impl File {
    /// Opens the file and brings its schema up to date.
    pub(super) fn open(path: &Path) -> Result<Self, Trouble> {
        let writer = Mutex::new(open(path)?);
        Ok(Self { path: path.to_owned(), writer, readers: Mutex::default() })
    }

    /// A panic while it was held dropped, and so rolled back, its transaction: the connection is sound.
    pub(super) fn writer(&self) -> MutexGuard<'_, rusqlite::Connection> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn reader(&self) -> Result<Reader<'_>, Trouble> {
        let waiting = self.waiting().pop();
        let connection = match waiting {
            Some(connection) => connection,
            None => {
                let db = rusqlite::Connection::open_with_flags(&self.path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
                db.pragma_update(None, "query_only", true)?;
                prepare(&db)?;
                db
            }
        };
        Ok(Reader { file: self, connection: Some(connection) })
    }

    /// Nothing half done is left by a panic: a connection is in the list or not.
    fn waiting(&self) -> MutexGuard<'_, Vec<rusqlite::Connection>> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection that reads, while it is used.
pub(crate) struct Reader<'a> {
    file: &'a File,
    /// There until it is dropped.
    connection: Option<rusqlite::Connection>,
}

impl Deref for Reader<'_> {
    type Target = rusqlite::Connection;

    fn deref(&self) -> &rusqlite::Connection {
        self.connection.as_ref().expect("it is there until it is dropped")
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        let mut waiting = self.file.waiting();
        // One that a panic left within a transaction would go on seeing the past.
        let sound = self.connection.take().filter(rusqlite::Connection::is_autocommit);
        if waiting.len() < READERS {
            waiting.extend(sound);
        }
    }
}

fn prepare(db: &rusqlite::Connection) -> Result<(), Trouble> {
    // Each of the statements that run for every fact stays prepared.
    db.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(db.busy_timeout(BUSY)?)
}

/// Opens the file and brings its schema up to date.
fn open(path: &Path) -> Result<rusqlite::Connection, Trouble> {
    let mut db = rusqlite::Connection::open(path)?;
    db.pragma_update(None, "journal_mode", "wal")?;
    db.pragma_update(None, "synchronous", "full")?;
    db.pragma_update(None, "foreign_keys", true)?;
    prepare(&db)?;
    schema::sqlite().to_latest(&mut db)?;
    new_life_if_none(&Connection::Sqlite(&db))?;
    Ok(db)
}

/// As [`super::practised`].
pub(super) fn practised(file: &Path) -> Result<Option<bool>, Trouble> {
    if !file.exists() {
        return Ok(None);
    }
    let db = rusqlite::Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let practised = || Ok(meta(&Connection::Sqlite(&db), "practice")?.is_some());
    if db.table_exists(None::<&str>, "meta")? { practised().map(Some) } else { Ok(None) }
}

/// Takes what the write-ahead log holds into the database's file, and empties it.
pub(super) fn checkpoint(db: &rusqlite::Connection) -> Result<(), Trouble> {
    Ok(db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?)
}

impl rusqlite::ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match *self {
            Self::Null => ValueRef::Null,
            Self::Bool(truth) => ValueRef::Integer(i64::from(truth)),
            Self::Int(number) => ValueRef::Integer(number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

pub(super) fn execute(db: &rusqlite::Connection, sql: &str, values: &[Value<'_>]) -> Result<usize, Trouble> {
    Ok(db.prepare_cached(sql)?.execute(params_from_iter(values))?)
}

pub(super) fn each(
    db: &rusqlite::Connection,
    sql: &str,
    values: &[Value<'_>],
    each: &mut dyn FnMut(&Row<'_>) -> Result<(), Trouble>,
) -> Result<(), Trouble> {
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query(params_from_iter(values))?;
    while let Some(row) = rows.next()? {
        each(&Row::Sqlite(row))?;
    }
    Ok(())
}

pub(super) fn cell<'a>(row: &'a rusqlite::Row<'_>, at: usize) -> Result<Value<'a>, Trouble> {
    Ok(match row.get_ref(at)? {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Int(number),
        ValueRef::Text(text) => Value::Text(std::str::from_utf8(text).map_err(|e| Trouble::Stored(e.to_string()))?),
        ValueRef::Blob(bytes) => Value::Blob(bytes),
        ValueRef::Real(_) => return Err(Trouble::Stored(format!("column {at} of a row is a fraction"))),
    })
}
