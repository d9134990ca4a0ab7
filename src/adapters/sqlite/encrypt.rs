//! A database of an app that did not encrypt: encrypted at its first opening.
//!
//! ```text
//! log into the file, no log any more   -> still the plain database, whole
//! encrypted copy beside it, synced     -> an unfinished or finished copy, thrown away at the next start
//! compared: every event, every table   -> a copy that differs is never taken
//! renamed over the plain one           -> the encrypted database, whole
//! ```
//! A stop at any point leaves one of the two, whole. Signed bytes are copied as they are.

use std::path::Path;
use std::{fs, io};

use rusqlite::Connection;
use sha2::{Digest as _, Sha256};

use super::codec::database;
use super::key::{self, Header};
use super::open::{PARTS, beside, check};
use crate::adapters::files;
use crate::adapters::sealed::Sealer;
use crate::ports::store::StoreError;
use crate::ports::vault::Key;

/// Behind the name of the copy that is being made.
const COPY: &str = ".encrypting";
/// Behind the name of a plain file that was moved aside and sealed.
const SEALED: &str = ".sealed";

/// Encrypts the database at `path` if it lies plain.
///
/// # Errors
/// [`StoreError::Damaged`] when the plain database is; anything else leaves it as it was.
pub fn encrypt_plain(path: &Path, key: &Key) -> Result<(), StoreError> {
    let copy = beside(path, COPY);
    for tail in PARTS {
        remove(&beside(&copy, tail))?;
    }
    if key::header(path, key)? != Header::Plain {
        return Ok(());
    }
    let before = {
        let plain = Connection::open(path).map_err(database)?;
        check(&plain)?;
        // The log goes into the file and away, or it would be taken for the encrypted database's.
        let mode: String = plain.query_row("PRAGMA journal_mode = DELETE", [], |row| row.get(0)).map_err(database)?;
        if mode != "delete" {
            return Err(StoreError::Database("the log of the plain database cannot be closed".to_owned()));
        }
        content(&plain)?
    };
    copy_into(path, &copy, key).map_err(of_the_copy)?;
    let after = {
        let encrypted = Connection::open(&copy).map_err(database)?;
        key::unlock(&encrypted, key).map_err(database)?;
        content(&encrypted).map_err(of_the_copy)?
    };
    if key::header(&copy, key)? != Header::Ours || before != after {
        return Err(StoreError::Database("the encrypted copy of the database is not what it should be".to_owned()));
    }
    fs::File::open(&copy).and_then(|file| file.sync_all()).map_err(trouble)?;
    fs::rename(&copy, path).map_err(trouble)?;
    files::sync_folder_of(path).map_err(trouble)?;
    tracing::info!(events = after.events, "the local database is encrypted now");
    Ok(())
}

/// What is wrong with the copy is no damage of the database.
fn of_the_copy(error: StoreError) -> StoreError {
    match error {
        StoreError::Damaged(why) => StoreError::Database(format!("the database cannot be encrypted: {why}")),
        other => other,
    }
}

/// A plain file that was moved aside may not stay plain. It is kept, sealed, with its log; one that is encrypted stays as it is.
pub fn seal_aside(aside: &Path, key: &Key) -> Result<(), StoreError> {
    if key::header(aside, key)? != Header::Plain {
        return Ok(());
    }
    let sealer = Sealer::new(key);
    for tail in PARTS {
        let file = beside(aside, tail);
        let bytes = match fs::read(&file) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(trouble(error)),
        };
        let sealed = beside(&file, SEALED);
        let scratch = sealed.parent().unwrap_or(Path::new("."));
        files::write_durably(scratch, &sealed, &sealer.seal(tail.as_bytes(), &bytes)).map_err(trouble)?;
        remove(&file)?;
    }
    Ok(())
}

/// Makes the same tables in a fresh encrypted database and copies every row. Nothing of it is journalled: it is thrown away
/// if it does not come to its end.
fn copy_into(path: &Path, copy: &Path, key: &Key) -> Result<(), StoreError> {
    let text = |conn: &Connection, sql: &str| -> rusqlite::Result<Vec<(String, String)>> {
        conn.prepare(sql)?.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
    };
    let fill = |conn: &Connection| -> rusqlite::Result<()> {
        key::unlock(conn, key)?;
        conn.pragma_update(None, "journal_mode", "OFF")?;
        conn.pragma_update(None, "foreign_keys", "OFF")?;
        // An empty key: the attached database is plain.
        conn.execute("ATTACH ?1 AS plain KEY ''", [path.as_os_str().as_encoded_bytes()])?;
        conn.execute_batch("BEGIN")?;
        let made = "sql IS NOT NULL AND name NOT LIKE 'sqlite~_%' ESCAPE '~'";
        for (name, sql) in
            text(conn, &format!("SELECT name, sql FROM plain.sqlite_schema WHERE type = 'table' AND {made}"))?
        {
            let name = name.replace('"', "\"\"");
            conn.execute_batch(&format!("{sql}; INSERT INTO main.\"{name}\" SELECT * FROM plain.\"{name}\""))?;
        }
        // The numbers already given out, also to rows that are gone. Tables that count so made this one.
        let counts = "SELECT name, sql FROM plain.sqlite_schema WHERE name = 'sqlite_sequence'";
        if !text(conn, counts)?.is_empty() {
            conn.execute_batch(
                "DELETE FROM main.sqlite_sequence; INSERT INTO main.sqlite_sequence SELECT * FROM plain.sqlite_sequence",
            )?;
        }
        // Indexes after the rows: they are built once, in order.
        for (_, sql) in
            text(conn, &format!("SELECT name, sql FROM plain.sqlite_schema WHERE type <> 'table' AND {made}"))?
        {
            conn.execute_batch(&sql)?;
        }
        let version: i64 = conn.query_row("PRAGMA plain.user_version", [], |row| row.get(0))?;
        conn.pragma_update(None, "user_version", version)?;
        conn.execute_batch("COMMIT; DETACH plain")
    };
    fill(&Connection::open(copy).map_err(database)?).map_err(database)
}

/// What a database holds: signed bytes by their digest, every table by the number of its rows.
#[derive(PartialEq, Eq)]
struct Content {
    version: i64,
    schema: Vec<String>,
    rows: Vec<i64>,
    signed: [u8; 32],
    events: usize,
}

fn content(conn: &Connection) -> Result<Content, StoreError> {
    let read = || -> rusqlite::Result<Content> {
        let texts = |sql: &str| -> rusqlite::Result<Vec<String>> {
            conn.prepare(sql)?.query_map([], |row| row.get(0))?.collect()
        };
        let tables = texts("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")?;
        let count = |table: &String| {
            let table = table.replace('"', "\"\"");
            conn.query_row(&format!("SELECT count(*) FROM \"{table}\""), [], |row| row.get(0))
        };
        let (mut signed, mut events) = (Sha256::new(), 0);
        // A database so old that it has no facts yet has nothing signed.
        if tables.iter().any(|table| table == "event") {
            let mut select = conn.prepare("SELECT cose FROM event ORDER BY id")?;
            let mut rows = select.query([])?;
            while let Some(row) = rows.next()? {
                let cose = row.get_ref(0)?.as_blob()?;
                signed.update((cose.len() as u64).to_be_bytes());
                signed.update(cose);
                events += 1;
            }
        }
        Ok(Content {
            version: conn.query_row("PRAGMA user_version", [], |row| row.get(0))?,
            schema: texts("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name")?,
            rows: tables.iter().map(count).collect::<rusqlite::Result<_>>()?,
            signed: signed.finalize().into(),
            events,
        })
    };
    read().map_err(database)
}

fn remove(file: &Path) -> Result<(), StoreError> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(trouble(error)),
        _ => Ok(()),
    }
}

fn trouble(error: io::Error) -> StoreError {
    match error.kind() {
        io::ErrorKind::StorageFull => StoreError::DiskFull,
        _ => StoreError::Database(error.to_string()),
    }
}
