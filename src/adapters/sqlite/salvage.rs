//! What the database lacks and was saved before: out of the journal first, then out of databases that were moved aside.
//!
//! It may be the only copy. It is signed, so what is read is what was written. All of it is queued again: the central knows
//! what it has by the ids. Documents and others' facts come again with the feed.
//!
//! Everything is taken over in one transaction, which also notes what was read out: stopped before that, the next opening
//! begins anew; after it, nothing is left to do.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension as _, Transaction, params};
use seal_core::event::SignedEvent;
use seal_core::ids::DeviceId;
use uuid::Uuid;

use super::codec::database;
use super::key::{self, Header};
use super::{append, encrypt, open, read};
use crate::adapters::journal::{Journal, Place, Written};
use crate::ports::store::StoreError;
use crate::ports::vault::Key;

/// Notes that a file was read out: behind it, its name.
const READ_OUT: &str = "salvaged/";

/// What the database did not have.
#[derive(Debug, Default)]
pub struct Rebuilt {
    /// Facts out of the journal.
    pub journal: usize,
    /// Facts out of what was moved aside.
    pub aside: usize,
    /// Places in the device's chain of which no copy was found.
    pub lost: Vec<u64>,
    /// The newest end of the copies is damaged: more may be missing than is named.
    pub perhaps_more: bool,
}

/// Own facts by device and place.
type Facts = BTreeMap<(Uuid, u64), SignedEvent>;

/// Completes the database.
pub fn rebuild(
    conn: &mut Connection,
    path: &Path,
    key: &Key,
    journal: Option<&Journal>,
) -> Result<Rebuilt, StoreError> {
    let asides = asides(path)?;
    let mut unread = Vec::new();
    for file in &asides {
        if read::note(conn, &note_of(file))?.is_none() {
            unread.push(file.as_path());
        }
    }
    let behind = match journal.and_then(Journal::newest) {
        Some(newest) => !has_place(conn, newest)?,
        None => false,
    };
    let rebuilt = if behind || !unread.is_empty() {
        let written = journal.map(Journal::read_all).transpose().map_err(|e| StoreError::Database(e.to_string()))?;
        take_over(conn, written, &unread, key)?
    } else {
        Rebuilt::default()
    };
    for file in &asides {
        // Tried again at each opening: a full disk must not keep the officer out.
        if let Err(error) = encrypt::seal_aside(file, key) {
            tracing::error!(%error, aside = %file.display(), "a plain database that was moved aside is not sealed yet");
        }
    }
    Ok(rebuilt)
}

fn take_over(
    conn: &mut Connection,
    written: Option<Written>,
    unread: &[&Path],
    key: &Key,
) -> Result<Rebuilt, StoreError> {
    let Written { events, begins, spoiled, torn } = written.unwrap_or_default();
    let mut rebuilt = Rebuilt { perhaps_more: torn, ..Rebuilt::default() };
    let from_journal: Facts = by_place(events);
    let mut facts = from_journal.clone();
    for file in unread {
        let (found, whole) = salvage(file, key);
        rebuilt.perhaps_more |= !whole;
        for (place, signed) in found {
            facts.entry(place).or_insert(signed);
        }
    }
    let tx = conn.transaction().map_err(database)?;
    let mut device = None;
    for (place, signed) in &facts {
        device = Some(signed.event.device);
        if has(&tx, signed)? {
            continue;
        }
        let row = append::insert(&tx, signed, true)?;
        append::enqueue(&tx, row, signed)?;
        if from_journal.contains_key(place) {
            rebuilt.journal += 1;
        } else {
            rebuilt.aside += 1;
        }
    }
    // What stands before the journal's beginning was settled when it was trimmed, or is older than the journal.
    let begins = begins.unwrap_or(1);
    rebuilt.lost = match (device, spoiled) {
        (Some(device), spoiled) => lost(&tx, device, begins, spoiled)?,
        (None, Some(last)) => (begins..=last).collect(),
        (None, None) => Vec::new(),
    };
    for file in unread {
        read::set_note(&tx, &note_of(file), Some("read out"))?;
    }
    open::views_are_to_be_made(&tx)?;
    tx.commit().map_err(database)?;
    let Rebuilt { journal, aside, lost, perhaps_more } = &rebuilt;
    tracing::error!(journal, aside, ?lost, perhaps_more, "the local database was completed from its copies");
    Ok(rebuilt)
}

fn by_place(events: Vec<SignedEvent>) -> Facts {
    events.into_iter().map(|signed| ((signed.event.device.0, signed.event.seq), signed)).collect()
}

/// Databases that were moved aside, the oldest first.
fn asides(path: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return Ok(Vec::new()) };
    let begins = format!("{}{}", name.to_string_lossy(), open::ASIDE);
    let trouble = |error: io::Error| StoreError::Database(error.to_string());
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(trouble)? {
        let entry = entry.map_err(trouble)?;
        let name = entry.file_name();
        // Its log, a sealed plain file and a working copy have something behind the time.
        let time = name.to_str().and_then(|name| name.strip_prefix(&begins));
        if time.is_some_and(|time| time.ends_with('Z')) {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

fn note_of(aside: &Path) -> String {
    format!("{READ_OUT}{}", aside.file_name().unwrap_or_default().to_string_lossy())
}

fn has_place(conn: &Connection, (device, seq): Place) -> Result<bool, StoreError> {
    conn.query_row(
        "SELECT EXISTS (SELECT 1 FROM event WHERE device = ?1 AND dev_seq = ?2)",
        params![device.0.as_bytes().as_slice(), seq],
        |row| row.get(0),
    )
    .map_err(database)
}

fn has(tx: &Transaction<'_>, signed: &SignedEvent) -> Result<bool, StoreError> {
    tx.prepare_cached("SELECT 1 FROM event WHERE id = ?1")
        .and_then(|mut select| {
            select.query_row(params![signed.event.id.0.as_bytes().as_slice()], |_| Ok(())).optional()
        })
        .map(|found| found.is_some())
        .map_err(database)
}

/// Places from `from` on up to the newest known, or `named` by something unreadable, that hold nothing.
fn lost(tx: &Transaction<'_>, device: DeviceId, from: u64, named: Option<u64>) -> Result<Vec<u64>, StoreError> {
    let mut select = tx.prepare("SELECT dev_seq FROM event WHERE device = ?1 AND dev_seq >= ?2").map_err(database)?;
    let rows = select
        .query_map(params![device.0.as_bytes().as_slice(), from], |row| row.get::<_, u64>(0))
        .map_err(database)?;
    let known: BTreeSet<u64> = rows.collect::<Result<_, _>>().map_err(database)?;
    let last = known.last().copied().max(named).unwrap_or(0);
    Ok((from..=last).filter(|place| !known.contains(place)).collect())
}

/// Own facts of a database moved `aside`, and whether it could be read to its ends. The file itself is not touched.
fn salvage(aside: &Path, key: &Key) -> (Facts, bool) {
    let copy = open::beside(aside, ".copy");
    let read = read_own(aside, &copy, key);
    for tail in open::PARTS {
        match fs::remove_file(open::beside(&copy, tail)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(%error, "the working copy of the damaged database stays");
            }
            _ => {}
        }
    }
    read.unwrap_or_else(|why| {
        tracing::error!(%why, "nothing can be read from the damaged database");
        (Facts::new(), false)
    })
}

/// Reads a copy, since even reading a database with a log writes.
fn read_own(aside: &Path, copy: &Path, key: &Key) -> Result<(Facts, bool), String> {
    for tail in ["", "-wal", "-journal"] {
        match fs::copy(open::beside(aside, tail), open::beside(copy, tail)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && !tail.is_empty() => {}
            Err(error) => return Err(error.to_string()),
            Ok(_) => {}
        }
    }
    let old = Connection::open(copy).map_err(|error| error.to_string())?;
    if key::header(aside, key).map_err(|error| error.to_string())? != Header::Plain {
        key::unlock(&old, key).map_err(|error| error.to_string())?;
    }
    let (mut facts, mut whole) = (Facts::new(), true);
    // From both ends towards the damage.
    for order in ["ASC", "DESC"] {
        let told = read_until_damage(&old, order, &mut facts);
        if let Err(error) = told {
            tracing::warn!(%error, order, "reading stopped at the damage");
            whole = false;
        }
    }
    Ok((facts, whole))
}

fn read_until_damage(old: &Connection, order: &str, facts: &mut Facts) -> rusqlite::Result<()> {
    let mut select = old.prepare(&format!("SELECT cose FROM event WHERE own = 1 ORDER BY seq {order}"))?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let cose: Vec<u8> = row.get(0)?;
        if let Ok(signed) = SignedEvent::read(&cose) {
            facts.insert((signed.event.device.0, signed.event.seq), signed);
        }
    }
    Ok(())
}
