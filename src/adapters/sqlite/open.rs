//! Opening: the key, settings, form of the tables, and what to do with a file that is damaged or of another key.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};
use rusqlite_migration::{M, Migrations};

use super::codec::{self, database};
use super::encrypt;
use super::key::{self, Header};
use super::salvage::{self, Rebuilt};
use crate::adapters::journal::Journal;
use crate::ports::store::{AsideBecause, StoreError};
use crate::ports::vault::Key;

/// Grows with every change of a view's shape or meaning; another number has the views folded anew. The app's version
/// stands beside it.
const VIEWS: &str = concat!("6/", env!("CARGO_PKG_VERSION"));
const VIEWS_NOTE: &str = "store/views";

const MIGRATION_STEPS: &[M<'static>] = &[
    M::up(include_str!("migrations/001_init.sql")),
    M::up(include_str!("migrations/002_decisions.sql")),
    M::up(include_str!("migrations/003_corrections.sql")),
    M::up(include_str!("migrations/004_kinds.sql")),
    M::up(include_str!("migrations/005_packs.sql")),
    M::up(include_str!("migrations/006_lists.sql")),
    M::up(include_str!("migrations/007_approved.sql")),
    M::up(include_str!("migrations/008_custody.sql")),
    M::up(include_str!("migrations/009_way_home.sql")),
    M::up(include_str!("migrations/010_record.sql")),
    M::up(include_str!("migrations/011_author.sql")),
];
const MIGRATIONS: Migrations<'static> = Migrations::from_slice(MIGRATION_STEPS);

/// Behind the name of a database that was moved aside, before the time.
pub const ASIDE: &str = ".damaged-";

/// The files of a database.
pub const PARTS: [&str; 4] = ["", "-wal", "-shm", "-journal"];

/// A database that was moved aside.
pub struct Aside {
    /// Where to.
    pub file: PathBuf,
    /// Why.
    pub because: AsideBecause,
}

/// What opening gave.
pub struct Connected {
    pub conn: Connection,
    /// What was moved aside before a fresh database was begun.
    pub aside: Option<Aside>,
    /// What the database did not have and got from elsewhere.
    pub rebuilt: Rebuilt,
}

/// Opens `path` under `key`; one that lies plain is encrypted first. What is damaged, or of another key, is moved aside. What
/// the database lacks then, or whenever else, comes out of the journal and out of what was moved aside: also when an earlier
/// opening was stopped in between.
pub fn open(path: &Path, key: &Key, journal: Option<&Journal>) -> Result<Connected, StoreError> {
    let (mut conn, aside) = open_or_begin(path, key)?;
    let rebuilt = salvage::rebuild(&mut conn, path, key, journal)?;
    Ok(Connected { conn, aside, rebuilt })
}

fn open_or_begin(path: &Path, key: &Key) -> Result<(Connection, Option<Aside>), StoreError> {
    let opened = encrypt::encrypt_plain(path, key).and_then(|()| match key::header(path, key)? {
        Header::Foreign => Err(StoreError::OtherKey("its first bytes name another key".to_owned())),
        _ => connect(path, key),
    });
    let (because, why) = match opened {
        Ok(conn) => return Ok((conn, None)),
        Err(StoreError::Damaged(why)) => (AsideBecause::Damaged, why),
        Err(StoreError::OtherKey(why)) => (AsideBecause::OtherKey, why),
        Err(other) => return Err(other),
    };
    let file = move_aside(path)?;
    tracing::error!(%why, ?because, aside = %file.display(), "the local database was moved aside");
    Ok((connect(path, key)?, Some(Aside { file, because })))
}

fn connect(path: &Path, key: &Key) -> Result<Connection, StoreError> {
    let mut conn = Connection::open(path).map_err(database)?;
    key::unlock(&conn, key).map_err(database)?;
    settings(&conn).map_err(database)?;
    check(&conn)?;
    MIGRATIONS.to_latest(&mut conn).map_err(|error| match error {
        rusqlite_migration::Error::RusqliteError { err, .. } => database(err),
        rusqlite_migration::Error::MigrationDefinition(
            rusqlite_migration::MigrationDefinitionError::DatabaseTooFarAhead,
        ) => StoreError::Newer,
        other => StoreError::Database(other.to_string()),
    })?;
    Ok(conn)
}

/// Looks at every page.
///
/// # Errors
/// [`StoreError::Damaged`].
pub fn check(conn: &Connection) -> Result<(), StoreError> {
    let verdict: String = conn.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(database)?;
    match verdict.as_str() {
        "ok" => Ok(()),
        told if is_the_disks(told) => Err(StoreError::Database(verdict)),
        _ => Err(StoreError::Damaged(verdict)),
    }
}

/// The check puts what the disk says into its text ("unable to get the page. error code=266"): a disk that cannot be read
/// now is no damage, and must not cost the officer the database.
fn is_the_disks(verdict: &str) -> bool {
    /// `SQLITE_CORRUPT` and `SQLITE_NOTADB`, the low bytes of their longer codes too.
    const DAMAGE: [u32; 2] = [11, 26];
    let codes = verdict.split("error code=").skip(1).filter_map(|rest| {
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        digits.parse::<u32>().ok()
    });
    let mut codes = codes.peekable();
    codes.peek().is_some() && codes.all(|code| !DAMAGE.contains(&(code & 0xff)))
}

/// Pages of the log at which a commit takes them into the database by itself. That keeps an officer waiting, so [`checkpoint`]
/// does it before in a moment in which nobody waits: this is for when there is none.
const LOG_PAGES: u32 = 8192;

/// Takes what the log holds into the database, as far as nobody reads from it.
pub fn checkpoint(conn: &Connection) -> Result<(), StoreError> {
    conn.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())).map_err(database)
}

fn settings(conn: &Connection) -> rusqlite::Result<()> {
    conn.busy_timeout(Duration::from_secs(5))?;
    conn.pragma_update(None, "journal_mode", "WAL")?;
    // NORMAL may lose the last commits at a power cut; an officer's act may not be lost.
    conn.pragma_update(None, "synchronous", "FULL")?;
    // Apple's fsync does not reach the disk without it; elsewhere it does nothing.
    conn.pragma_update(None, "fullfsync", "ON")?;
    conn.pragma_update(None, "checkpoint_fullfsync", "ON")?;
    conn.pragma_update(None, "wal_autocheckpoint", LOG_PAGES)?;
    conn.pragma_update(None, "foreign_keys", "ON")?;
    // Android offers no folder for temporary files.
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    // Every statement of the store stays prepared.
    conn.set_prepared_statement_cache_capacity(128);
    Ok(())
}

/// Renames the database with its log; never deletes.
fn move_aside(path: &Path) -> Result<PathBuf, StoreError> {
    let stamp = Timestamp::now().strftime("%Y%m%dT%H%M%S%.3fZ").to_string();
    let aside = beside(path, &format!("{ASIDE}{stamp}"));
    // The log first: stopped in between, the rest is still found to be damaged, or lacks what the journal has.
    for tail in PARTS.into_iter().rev() {
        match std::fs::rename(beside(path, tail), beside(&aside, tail)) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && !tail.is_empty() => {}
            Err(error) => return Err(StoreError::Damaged(format!("it cannot be moved aside either: {error}"))),
        }
    }
    Ok(aside)
}

/// The file of that name with something behind it.
pub fn beside(path: &Path, tail: &str) -> PathBuf {
    let mut text = OsString::from(path);
    text.push(tail);
    PathBuf::from(text)
}

/// The views were folded by another version.
pub fn views_are_old(conn: &Connection) -> Result<bool, StoreError> {
    let noted: Option<String> = conn
        .query_row("SELECT text FROM note WHERE name = ?1", params![VIEWS_NOTE], |row| row.get(0))
        .optional()
        .map_err(database)?;
    Ok(noted.as_deref() != Some(VIEWS))
}

/// Has them folded anew.
pub fn views_are_to_be_made(tx: &Transaction<'_>) -> Result<(), StoreError> {
    tx.execute("DELETE FROM note WHERE name = ?1", params![VIEWS_NOTE]).map(|_| ()).map_err(database)
}

/// Notes that they are of this version now.
pub fn views_are_new(tx: &Transaction<'_>) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO note (name, text) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET text = excluded.text",
        params![VIEWS_NOTE, VIEWS],
    )
    .map(|_| ())
    .map_err(codec::database)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_disk_says_is_no_damage() {
        assert!(is_the_disks("*** in database main ***\nPage 5: unable to get the page. error code=266"));
        for damage in [
            "*** in database main ***\nPage 5: unable to get the page. error code=11",
            "error code=266\nerror code=523",
            "wrong # of entries in index event_by_case",
        ] {
            assert!(!is_the_disks(damage), "{damage}");
        }
    }

    #[test]
    fn the_tables_keep_their_form() {
        // Devices in the field hold unsent facts in this form. A change is a further migration step, never an edit of one.
        let folder = tempfile::tempdir().unwrap();
        let Connected { conn, .. } = open(&folder.path().join("seal.db"), &Key::new([1; 32]), None).unwrap();
        let mut tables =
            conn.prepare("SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY 1, 2").unwrap();
        let tables = tables
            .query_map([], |row| {
                Ok(format!("{} {}\n{}\n", row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
            })
            .unwrap();
        let text: Vec<String> = tables.collect::<Result<_, _>>().unwrap();
        let steps: u32 = conn.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
        assert_eq!(steps as usize, MIGRATION_STEPS.len());
        insta::assert_snapshot!(format!("user_version {steps}\n\n{}", text.join("\n")));
    }
}
