//! Out of a damaged database: the facts made on this device, as many as can still be read.
//!
//! They may be the only copy. They are signed, so what is read is what was written. All are queued again: the central
//! knows those it has by their ids. Documents and others' facts come again with the feed.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use rusqlite::Connection;
use seal_core::event::SignedEvent;

use super::codec::database;
use super::key::{self, Header};
use super::{append, open};
use crate::ports::store::StoreError;
use crate::ports::vault::Key;

/// Copies own facts from the file moved `aside` into the fresh database; tells how many. The file itself is not touched.
pub fn salvage(conn: &mut Connection, aside: &Path, key: &Key) -> Result<usize, StoreError> {
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
    let events = read.unwrap_or_else(|why| {
        tracing::error!(%why, "nothing can be read from the damaged database");
        BTreeMap::new()
    });
    let tx = conn.transaction().map_err(database)?;
    for signed in events.values() {
        let row = append::insert(&tx, signed, true)?;
        append::enqueue(&tx, row, signed)?;
    }
    tx.commit().map_err(database)?;
    Ok(events.len())
}

/// Reads a copy, since even reading a database with a log writes.
fn read_own(aside: &Path, copy: &Path, key: &Key) -> Result<BTreeMap<(uuid::Uuid, u64), SignedEvent>, String> {
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
    let mut events = BTreeMap::new();
    // From both ends towards the damage.
    for order in ["ASC", "DESC"] {
        let told = read_until_damage(&old, order, &mut events);
        if let Err(error) = told {
            tracing::warn!(%error, order, "reading stopped at the damage");
        }
    }
    Ok(events)
}

fn read_until_damage(
    old: &Connection,
    order: &str,
    events: &mut BTreeMap<(uuid::Uuid, u64), SignedEvent>,
) -> rusqlite::Result<()> {
    let mut select = old.prepare(&format!("SELECT cose FROM event WHERE own = 1 ORDER BY seq {order}"))?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let cose: Vec<u8> = row.get(0)?;
        if let Ok(signed) = SignedEvent::read(&cose) {
            events.insert((signed.event.device.0, signed.event.seq), signed);
        }
    }
    Ok(())
}
