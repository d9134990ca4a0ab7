//! The mirror of the central: documents and everybody's events, as they come in pages.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};
use seal_core::event::{EventError, SignedEvent};
use seal_core::ids::{OfficeCode, Sha256};
use seal_core::outbox::{Receipt, StuckReason};
use seal_core::rules::RulePack;
use seal_core::wire::{Change, ChangesResponse};

use super::codec::{self, database, millis, moment, to_json};
use super::views::Touched;
use super::{append, queue, read, record};
use crate::ports::store::{FeedState, Settled, StoreError};

/// The version of the app that left something out of a page because it did not know it.
const LEFT_OUT: &str = "feed/left-out";
const VERSION: &str = env!("CARGO_PKG_VERSION");

pub fn feed(conn: &Connection) -> Result<FeedState, StoreError> {
    let (cursor, epoch, pulled_at): (Option<String>, Option<String>, Option<i64>) = conn
        .query_row("SELECT cursor, epoch, pulled_at FROM feed", [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .map_err(database)?;
    Ok(FeedState { cursor, epoch, pulled_at: pulled_at.map(moment).transpose()? })
}

/// Takes a page. A page of another epoch is not taken: the mirror starts again from the beginning. What of this device is
/// sent again then, the central's record tells (`sync::record`); without one to go by, everything.
pub fn take(
    tx: &Transaction<'_>,
    page: &ChangesResponse,
    at: Timestamp,
    rules: &mut Arc<RulePack>,
) -> Result<(), StoreError> {
    let known = feed(tx)?;
    if known.epoch.as_ref().is_some_and(|epoch| epoch != &page.epoch) {
        tx.execute("UPDATE feed SET cursor = NULL, epoch = ?1", params![page.epoch]).map_err(database)?;
        if page.checkpoint.is_some() && record::is_undecided(tx)? {
            return Ok(());
        }
        return record::begin_again(tx);
    }
    let mut touched = Touched::default();
    for change in &page.changes {
        match change {
            Change::Doc { doc } => {
                tx.prepare_cached(
                    "INSERT INTO doc (key, json) VALUES (?1, ?2)
                     ON CONFLICT (key) DO UPDATE SET json = excluded.json",
                )
                .map_err(database)?
                .execute(params![doc.key(), to_json(doc)?])
                .map_err(database)?;
                touched.doc(doc);
            }
            Change::Event { server_seq, cose } => take_event(tx, *server_seq, &cose.0, page, at, &mut touched)?,
            Change::Unknown => read::set_note(tx, LEFT_OUT, Some(VERSION))?,
        }
    }
    touched.refresh(tx, rules)?;
    tx.execute("UPDATE feed SET cursor = ?1, epoch = ?2, pulled_at = ?3", params![page.next, page.epoch, millis(at)])
        .map(|_| ())
        .map_err(database)
}

fn take_event(
    tx: &Transaction<'_>,
    server_seq: u64,
    cose: &[u8],
    page: &ChangesResponse,
    at: Timestamp,
    touched: &mut Touched,
) -> Result<(), StoreError> {
    let signed = match SignedEvent::read(cose) {
        Ok(signed) => signed,
        Err(error) => return keep_unread(tx, server_seq, cose, &why(&error)),
    };
    let known: Option<(i64, Vec<u8>)> = tx
        .prepare_cached("SELECT seq, hash FROM event WHERE id = ?1")
        .and_then(|mut select| {
            select
                .query_row(params![signed.event.id.0.as_bytes().as_slice()], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()
        })
        .map_err(database)?;
    match known {
        None => {
            append::insert(tx, &signed, false)?;
            touched.event(&signed.event);
            Ok(())
        }
        Some((row, hash)) if hash == signed.hash.0 => {
            let code = queue::short_code(&signed.hash, server_seq);
            let receipt = Receipt { server_seq, at: page.server_time, code };
            queue::seen_in_feed(tx, row, &Settled::Accepted(receipt), at)
        }
        Some((row, _)) => {
            keep_unread(tx, server_seq, cose, "hash_conflict")?;
            queue::seen_in_feed(tx, row, &Settled::Stuck(StuckReason::HashConflict), at)
        }
    }
}

fn why(error: &EventError) -> String {
    match error {
        EventError::Version(form) => format!("form {form}"),
        other => other.to_string(),
    }
}

fn keep_unread(tx: &Transaction<'_>, server_seq: u64, cose: &[u8], why: &str) -> Result<(), StoreError> {
    let hash = Sha256::of(cose);
    tracing::warn!(%hash, why, "an event of the feed is kept unread");
    tx.execute(
        "INSERT OR IGNORE INTO event_unread (hash, server_seq, why, cose) VALUES (?1, ?2, ?3, ?4)",
        params![hash.0.as_slice(), server_seq, why, cose],
    )
    .map(|_| ())
    .map_err(database)
}

/// What another version of this app left out of pages is asked for again: everything is, since nobody noted where it was.
pub fn ask_again(tx: &Transaction<'_>) -> Result<(), StoreError> {
    if read::note(tx, LEFT_OUT)?.is_none_or(|version| version == VERSION) {
        return Ok(());
    }
    tx.execute("UPDATE feed SET cursor = NULL", []).map_err(database)?;
    read::set_note(tx, LEFT_OUT, None)
}

/// Reads again what an earlier version could not; what can be read now joins the events.
pub fn read_unread(tx: &Transaction<'_>) -> Result<(), StoreError> {
    let mut select =
        tx.prepare("SELECT hash, cose FROM event_unread WHERE why <> 'hash_conflict'").map_err(database)?;
    let rows =
        select.query_map([], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, Vec<u8>>(1)?))).map_err(database)?;
    for row in rows {
        let (hash, cose) = row.map_err(database)?;
        let Ok(signed) = SignedEvent::read(&cose) else { continue };
        let id = signed.event.id.0;
        let known = tx
            .query_row("SELECT 1 FROM event WHERE id = ?1", params![id.as_bytes().as_slice()], |_| Ok(()))
            .optional()
            .map_err(database)?;
        if known.is_none() {
            append::insert(tx, &signed, false)?;
        }
        tx.execute("DELETE FROM event_unread WHERE hash = ?1", params![hash]).map_err(database)?;
    }
    Ok(())
}

/// Photos that others took for cases on their way to `unit`: thumbnails first, then originals, in order of the facts.
pub fn photos_wanted(conn: &Connection, unit: &OfficeCode) -> Result<Vec<Sha256>, StoreError> {
    let mut select = conn
        .prepare_cached(
            // From the few open cases to their photos, never the other way round.
            "SELECT event_photo.sha256 FROM case_line
             CROSS JOIN event ON event.case_id = case_line.id AND +event.kind = 'photo_taken' AND event.own = 0
             CROSS JOIN event_photo ON event_photo.event_seq = event.seq
             WHERE case_line.destination = ?1 AND case_line.closed = 0
             ORDER BY event_photo.thumbnail DESC, event.seq",
        )
        .map_err(database)?;
    let rows = select.query_map(params![unit.as_str()], |row| row.get::<_, Vec<u8>>(0)).map_err(database)?;
    let mut photos: Vec<Sha256> = Vec::new();
    let mut known: HashSet<Sha256> = HashSet::new();
    for sha256 in rows {
        let sha256 = codec::digest(&sha256.map_err(database)?)?;
        if known.insert(sha256) {
            photos.push(sha256);
        }
    }
    Ok(photos)
}
