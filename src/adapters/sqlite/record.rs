//! What this device knows of the central's record, and what is wrong with it.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};
use seal_core::cbor::Bytes;
use seal_core::checkpoint::{Checkpoint, SignedCheckpoint};

use super::codec::{self, database, from_json, millis, moment, to_json};
use super::{queue, read};
use crate::ports::store::{AlarmWhy, Followed, RecordAlarm, RecordHead, RecordKnown, StoreError};

/// Note: the central's key.
const KEY: &str = "record/key";
const HOUR_MS: i64 = 3_600_000;
/// The newest of each hour is kept for so long, then that of each day.
const HOURLY: SignedDuration = SignedDuration::from_hours(48);
/// Then none: what a central lost that long ago is sent again whole.
const DAILY: SignedDuration = SignedDuration::from_hours(90 * 24);

fn key(conn: &Connection) -> Result<Option<Bytes>, StoreError> {
    read::note(conn, KEY)?.map(|json| from_json(&json)).transpose()
}

pub fn known(conn: &Connection) -> Result<RecordKnown, StoreError> {
    let Some(key) = key(conn)? else { return Ok(RecordKnown::default()) };
    let mut select = conn
        .prepare_cached(
            "SELECT epoch, size, root, said_at, cose FROM record_head WHERE key = ?1 AND apart = 0 ORDER BY n DESC",
        )
        .map_err(database)?;
    let mut rows = select.query(params![key.0]).map_err(database)?;
    let mut heads = Vec::new();
    while let Some(row) = rows.next().map_err(database)? {
        heads.push(RecordHead {
            epoch: row.get(0).map_err(database)?,
            size: row.get(1).map_err(database)?,
            root: codec::digest(&row.get::<_, Vec<u8>>(2).map_err(database)?)?,
            at: moment(row.get(3).map_err(database)?)?,
            cose: row.get(4).map_err(database)?,
        });
    }
    Ok(RecordKnown { key: Some(key), heads })
}

/// The central began another life, and it is not known yet what its record holds of the one before: nothing may go out, or it
/// would overtake what has to be sent again.
pub fn is_undecided(conn: &Connection) -> Result<bool, StoreError> {
    let Some(key) = key(conn)? else { return Ok(false) };
    conn.prepare_cached(
        "SELECT coalesce((SELECT record_head.epoch <> feed.epoch FROM record_head, feed
                          WHERE record_head.key = ?1 AND apart = 0 ORDER BY n DESC LIMIT 1), 0)",
    )
    .and_then(|mut select| select.query_row(params![key.0], |row| row.get(0)))
    .map_err(database)
}

/// There is nothing to hold the central to: everything is sent again.
pub fn begin_again(tx: &Transaction<'_>) -> Result<(), StoreError> {
    tx.execute("UPDATE record_head SET apart = 1 WHERE apart = 0", []).map_err(database)?;
    queue::send_again(tx, 0)
}

pub fn trust(tx: &Transaction<'_>, offered: &Bytes, now: Timestamp) -> Result<(), StoreError> {
    let known = known(tx)?;
    if known.key.as_ref() == Some(offered) {
        return Ok(());
    }
    read::set_note(tx, KEY, Some(&to_json(offered)?))?;
    if known.key.is_none() {
        return Ok(());
    }
    write_alarm(tx, &RecordAlarm::new(AlarmWhy::KeyChanged, known.heads.first(), &offered.0), now)?;
    queue::send_again(tx, 0)
}

pub fn follow(tx: &Transaction<'_>, followed: &Followed, now: Timestamp) -> Result<(), StoreError> {
    let Followed { checkpoint, send_again, alarm } = followed;
    if let Some(alarm) = alarm {
        write_alarm(tx, alarm, now)?;
    }
    if let Some(held) = send_again {
        tx.execute("UPDATE record_head SET apart = 1 WHERE apart = 0 AND size > ?1", params![held])
            .map_err(database)?;
        queue::send_again(tx, *held)?;
        // Places in the feed are of the record before. An announced restore has begun again by itself.
        if alarm.is_some() {
            tx.execute("UPDATE feed SET cursor = NULL", []).map_err(database)?;
        }
    }
    match checkpoint {
        Some(signed) => write_head(tx, signed, now),
        // Another life, and no word of it that can be believed.
        None if is_undecided(tx)? => begin_again(tx),
        None => Ok(()),
    }
}

fn write_head(tx: &Transaction<'_>, signed: &SignedCheckpoint, now: Timestamp) -> Result<(), StoreError> {
    let Some(key) = key(tx)? else { return Ok(()) };
    let Checkpoint { epoch, size, root, at, .. } = &signed.checkpoint;
    tx.execute(
        "INSERT INTO record_head (key, epoch, size, root, said_at, proven_at, cose)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![key.0, epoch, size, root.0.as_slice(), millis(*at), millis(now), signed.cose],
    )
    .map_err(database)?;
    // Older ones of the same hour, and later of the same day, say nothing that the newest of them does not.
    let thin = "DELETE FROM record_head WHERE apart = 0 AND proven_at < ?1 AND n NOT IN
                    (SELECT max(n) FROM record_head WHERE apart = 0 GROUP BY key, proven_at / ?2)";
    for (until, span) in [(now + SignedDuration::from_secs(1), HOUR_MS), (now - HOURLY, 24 * HOUR_MS)] {
        tx.execute(thin, params![millis(until), span]).map_err(database)?;
    }
    tx.execute("DELETE FROM record_head WHERE apart = 0 AND proven_at < ?1", params![millis(now - DAILY)])
        .map(|_| ())
        .map_err(database)
}

/// The first of a kind stays until it is reported: the same thing is seen again and again.
fn write_alarm(tx: &Transaction<'_>, alarm: &RecordAlarm, now: Timestamp) -> Result<(), StoreError> {
    tracing::error!(why = ?alarm.why, "integrity alarm: the central's record is not what it was");
    let why = to_json(&alarm.why)?;
    let open = tx
        .query_row("SELECT 1 FROM record_alarm WHERE why = ?1 AND reported = 0", params![why], |_| Ok(()))
        .optional()
        .map_err(database)?;
    if open.is_some() {
        return Ok(());
    }
    tx.execute(
        "INSERT INTO record_alarm (at, why, before, after) VALUES (?1, ?2, ?3, ?4)",
        params![millis(now), why, alarm.before, alarm.after],
    )
    .map(|_| ())
    .map_err(database)
}

pub fn alarms(conn: &Connection) -> Result<Vec<RecordAlarm>, StoreError> {
    let mut select = conn
        .prepare_cached("SELECT why, at, before, after FROM record_alarm WHERE reported = 0 ORDER BY n")
        .map_err(database)?;
    let mut rows = select.query([]).map_err(database)?;
    let mut alarms = Vec::new();
    while let Some(row) = rows.next().map_err(database)? {
        alarms.push(RecordAlarm {
            why: from_json(&row.get::<_, String>(0).map_err(database)?)?,
            at: moment(row.get(1).map_err(database)?)?,
            before: row.get(2).map_err(database)?,
            after: row.get(3).map_err(database)?,
        });
    }
    Ok(alarms)
}

pub fn alarms_reported(tx: &Transaction<'_>) -> Result<(), StoreError> {
    tx.execute("UPDATE record_alarm SET reported = 1", []).map(|_| ()).map_err(database)
}
