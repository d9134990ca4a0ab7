//! The queue: what is due, how attempts ended, and the list people see.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, params};
use seal_core::ids::{CaseId, EventId, OfficerId, Sha256};
use seal_core::outbox::{Lane, OutboxState, QueueCounts, QueueItem, QueueWhat};

use super::codec::{self, database, from_json, millis, moment, to_json};
use super::order::{self, Candidate};
use super::record;
use crate::ports::store::{Sendable, Settled, StoreError, Unsent};

/// No wait is longer. A later time was noted before somebody set the clock back, and means now.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(2);
/// Of a photograph that does not say.
const MEDIA_TYPE: &str = "application/octet-stream";
/// How long accepted items stay on the list.
const ACCEPTED_LISTED: SignedDuration = SignedDuration::from_hours(24);

/// What may be sent at `now`. Photos are handed out only when no event can go, and one at a time, so that a fact made
/// during an upload never waits for more than a piece of it. Diagnostics are handed out when nothing else is left.
pub fn due(conn: &Connection, now: Timestamp, limit: usize) -> Result<Vec<i64>, StoreError> {
    if record::is_undecided(conn)? {
        return Ok(Vec::new());
    }
    let (last, facts): (Vec<_>, Vec<_>) =
        candidates(conn, now)?.into_iter().partition(|candidate| candidate.lane == Lane::Diagnostics as u8);
    let mut keys = order::sendable(&facts);
    if keys.is_empty() {
        keys.extend(due_photo(conn, now)?);
    }
    if keys.is_empty() {
        keys = order::sendable(&last);
    }
    keys.truncate(limit);
    Ok(keys)
}

fn is_due(not_before: Option<i64>, now: Timestamp) -> bool {
    not_before.is_none_or(|at| at <= millis(now) || at > millis(now + LONGEST_WAIT))
}

/// Every event not accepted yet, oldest first. Seals stand as numbers, given as they are met: there may be many thousand
/// events, and the same few seals in them.
fn candidates(conn: &Connection, now: Timestamp) -> Result<Vec<Candidate<usize>>, StoreError> {
    let mut select = conn
        .prepare_cached(
            "SELECT outbox.key, outbox.lane, outbox.state = 'waiting', outbox.not_before, event_seal.seal
             FROM outbox LEFT JOIN event_seal ON event_seal.event_seq = outbox.event_seq
             WHERE outbox.what = 'event' AND outbox.state <> 'accepted' ORDER BY outbox.key",
        )
        .map_err(database)?;
    let mut rows = select.query([]).map_err(database)?;
    let mut numbers: HashMap<String, usize> = HashMap::new();
    let mut candidates: Vec<Candidate<usize>> = Vec::new();
    while let Some(row) = rows.next().map_err(database)? {
        let key: i64 = row.get(0).map_err(database)?;
        if candidates.last().is_none_or(|last| last.key != key) {
            let (waiting, not_before): (bool, Option<i64>) =
                row.get(2).and_then(|waiting| Ok((waiting, row.get(3)?))).map_err(database)?;
            let (lane, ready) = (row.get(1).map_err(database)?, waiting && is_due(not_before, now));
            candidates.push(Candidate { key, lane, ready, seals: Vec::new() });
        }
        let seal = row.get_ref(4).map_err(database)?.as_str_or_null().map_err(|e| database(e.into()))?;
        if let (Some(seal), Some(candidate)) = (seal, candidates.last_mut()) {
            let number = match numbers.get(seal) {
                Some(number) => *number,
                None => {
                    let next = numbers.len();
                    numbers.insert(seal.to_owned(), next);
                    next
                }
            };
            candidate.seals.push(number);
        }
    }
    Ok(candidates)
}

fn due_photo(conn: &Connection, now: Timestamp) -> Result<Option<i64>, StoreError> {
    conn.prepare_cached(
        "SELECT photo.key FROM outbox AS photo
         JOIN outbox AS fact ON fact.event_seq = photo.event_seq AND fact.what = 'event'
         WHERE photo.what = 'photo' AND photo.state = 'waiting' AND fact.state = 'accepted'
           AND (photo.not_before IS NULL OR photo.not_before <= ?1 OR photo.not_before > ?2)
         ORDER BY photo.lane, photo.key LIMIT 1",
    )
    .and_then(|mut select| {
        select.query_row(params![millis(now), millis(now + LONGEST_WAIT)], |row| row.get(0)).optional()
    })
    .map_err(database)
}

/// Marks what is due as being sent and hands it out.
pub fn take(tx: &Transaction<'_>, now: Timestamp, limit: usize) -> Result<Vec<Sendable>, StoreError> {
    due(tx, now, limit)?
        .into_iter()
        .map(|key| {
            tx.prepare_cached("UPDATE outbox SET state = 'sending' WHERE key = ?1")
                .and_then(|mut update| update.execute(params![key]))
                .map_err(database)?;
            sendable(tx, key)
        })
        .collect()
}

fn sendable(tx: &Transaction<'_>, key: i64) -> Result<Sendable, StoreError> {
    let (sha256, bytes, media_type, id, cose) = tx
        .prepare_cached(
            "SELECT outbox.sha256, outbox.bytes, outbox.media_type, event.id, event.cose
             FROM outbox JOIN event ON event.seq = outbox.event_seq WHERE outbox.key = ?1",
        )
        .and_then(|mut select| {
            select.query_row(params![key], |row| {
                Ok((
                    row.get::<_, Option<Vec<u8>>>(0)?,
                    row.get::<_, u64>(1)?,
                    row.get::<_, Option<String>>(2)?,
                    row.get::<_, Vec<u8>>(3)?,
                    row.get::<_, Vec<u8>>(4)?,
                ))
            })
        })
        .map_err(database)?;
    Ok(match sha256 {
        Some(sha256) => Sendable::Photo {
            key,
            sha256: codec::digest(&sha256)?,
            bytes,
            media_type: media_type.unwrap_or_else(|| MEDIA_TYPE.to_owned()),
        },
        None => Sendable::Event { key, id: EventId(codec::uuid(&id)?), cose },
    })
}

/// Everything that is not accepted; marks nothing.
pub fn unsent(conn: &Connection) -> Result<Vec<Unsent>, StoreError> {
    let mut select = conn
        .prepare_cached(
            "SELECT outbox.key, outbox.sha256, outbox.bytes, outbox.media_type, event.id, event.cose
             FROM outbox JOIN event ON event.seq = outbox.event_seq
             WHERE outbox.state <> 'accepted' ORDER BY outbox.what, outbox.key",
        )
        .map_err(database)?;
    let mut rows = select.query([]).map_err(database)?;
    let mut unsent = Vec::new();
    while let Some(row) = rows.next().map_err(database)? {
        unsent.push(one_unsent(row)?);
    }
    Ok(unsent)
}

fn one_unsent(row: &Row<'_>) -> Result<Unsent, StoreError> {
    let key = row.get(0).map_err(database)?;
    let sha256: Option<Vec<u8>> = row.get(1).map_err(database)?;
    let cose: Vec<u8> = row.get(5).map_err(database)?;
    let item = match sha256 {
        Some(sha256) => Sendable::Photo {
            key,
            sha256: codec::digest(&sha256)?,
            bytes: row.get(2).map_err(database)?,
            media_type: row.get::<_, Option<String>>(3).map_err(database)?.unwrap_or_else(|| MEDIA_TYPE.to_owned()),
        },
        None => {
            let id: Vec<u8> = row.get(4).map_err(database)?;
            Sendable::Event { key, id: EventId(codec::uuid(&id)?), cose: cose.clone() }
        }
    };
    Ok(Unsent { item, cose })
}

/// Writes how attempts ended. What is accepted stays accepted.
pub fn settle(tx: &Transaction<'_>, results: &[(i64, Settled)], now: Timestamp) -> Result<(), StoreError> {
    for (key, settled) in results {
        match settled {
            Settled::Accepted(receipt) => tx.execute(
                "UPDATE outbox SET state = 'accepted', receipt = ?2, accepted_at = ?3, sent_bytes = bytes,
                     tries = tries + 1, not_before = NULL, last_problem = NULL, stuck = NULL
                 WHERE key = ?1 AND state <> 'accepted'",
                params![key, to_json(receipt)?, millis(now)],
            ),
            Settled::Stuck(reason) => tx.execute(
                "UPDATE outbox SET state = 'stuck', stuck = ?2, tries = tries + 1, not_before = NULL, last_problem = NULL
                 WHERE key = ?1 AND state <> 'accepted'",
                params![key, to_json(reason)?],
            ),
            Settled::Again { not_before, problem, sent_bytes } => tx.execute(
                "UPDATE outbox SET state = 'waiting', not_before = ?2, last_problem = nullif(?3, ''), sent_bytes = ?4,
                     tries = tries + (?3 <> '')
                 WHERE key = ?1 AND state <> 'accepted'",
                params![key, (*not_before > now).then(|| millis(*not_before)), problem, sent_bytes],
            ),
        }
        .map_err(database)?;
    }
    Ok(())
}

/// What was on its way when the app stopped waits again; the central knows it by its id if it arrived.
pub fn revive(tx: &Transaction<'_>) -> Result<(), StoreError> {
    tx.execute("UPDATE outbox SET state = 'waiting', not_before = NULL WHERE state = 'sending'", [])
        .map(|_| ())
        .map_err(database)
}

pub fn send_now(tx: &Transaction<'_>, key: Option<i64>) -> Result<(), StoreError> {
    tx.execute("UPDATE outbox SET not_before = NULL WHERE state = 'waiting'", []).map_err(database)?;
    if let Some(key) = key {
        tx.execute(
            "UPDATE outbox SET state = 'waiting', stuck = NULL WHERE key = ?1 AND state = 'stuck'",
            params![key],
        )
        .map_err(database)?;
    }
    Ok(())
}

/// Now if something can go now, else when the next wait ends.
pub fn next_due(conn: &Connection, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
    if !due(conn, now, 1)?.is_empty() {
        return Ok(Some(now));
    }
    let next: Option<i64> = conn
        .prepare_cached("SELECT min(not_before) FROM outbox WHERE state = 'waiting' AND not_before > ?1")
        .and_then(|mut select| select.query_row(params![millis(now)], |row| row.get(0)))
        .map_err(database)?;
    next.map(moment).transpose()
}

pub fn counts(conn: &Connection, now: Timestamp) -> Result<QueueCounts, StoreError> {
    conn.prepare_cached(
        "SELECT count(*) FILTER (WHERE state IN ('waiting', 'sending')),
                coalesce(sum(bytes - sent_bytes) FILTER (WHERE state IN ('waiting', 'sending')), 0),
                count(*) FILTER (WHERE state = 'stuck'),
                (SELECT count(*) FROM outbox WHERE state = 'accepted' AND accepted_at > ?1)
         FROM outbox WHERE state <> 'accepted'",
    )
    .and_then(|mut select| {
        select.query_row(params![millis(now - ACCEPTED_LISTED)], |row| {
            Ok(QueueCounts { waiting: row.get(0)?, bytes: row.get(1)?, stuck: row.get(2)?, accepted: row.get(3)? })
        })
    })
    .map_err(database)
}

/// The whole queue: stuck ones, then those to send by lane and age, then the accepted ones of the last day, newest first.
pub fn list(conn: &Connection, now: Timestamp) -> Result<Vec<QueueItem>, StoreError> {
    let mut select = conn
        .prepare_cached(
            "SELECT outbox.key, outbox.sha256, outbox.thumbnail, outbox.role, outbox.lane, outbox.state, outbox.bytes,
                    outbox.sent_bytes, outbox.made_at, outbox.tries, outbox.not_before, outbox.last_problem,
                    outbox.receipt, outbox.stuck, outbox.author,
                    CASE WHEN outbox.author IS NULL THEN event.cose END AS cose, event.id, event.kind, event.case_id,
                    outbox.what = 'photo' AND outbox.state <> 'accepted' AND EXISTS (
                        SELECT 1 FROM outbox AS fact WHERE fact.event_seq = outbox.event_seq
                            AND fact.what = 'event' AND fact.state <> 'accepted') AS waits_for_fact,
                    (SELECT seal FROM event_seal WHERE event_seq = event.seq ORDER BY place LIMIT 1) AS seal,
                    (SELECT value FROM case_code WHERE case_id = event.case_id AND kind = 'container'
                        ORDER BY place LIMIT 1) AS container
             FROM outbox JOIN event ON event.seq = outbox.event_seq
             WHERE outbox.state <> 'accepted' OR outbox.accepted_at > ?1
             ORDER BY CASE outbox.state WHEN 'stuck' THEN 0 WHEN 'accepted' THEN 2 ELSE 1 END,
                      CASE outbox.state WHEN 'accepted' THEN -outbox.accepted_at END, outbox.lane, outbox.key",
        )
        .map_err(database)?;
    let mut rows = select.query(params![millis(now - ACCEPTED_LISTED)]).map_err(database)?;
    let mut items = Vec::new();
    while let Some(row) = rows.next().map_err(database)? {
        items.push(item(row)?);
    }
    Ok(items)
}

fn item(row: &Row<'_>) -> Result<QueueItem, StoreError> {
    fn get<T: rusqlite::types::FromSql>(row: &Row<'_>, column: &str) -> Result<T, StoreError> {
        row.get(column).map_err(database)
    }
    let sha256: Option<Vec<u8>> = get(row, "sha256")?;
    let what = match sha256 {
        Some(sha256) => QueueWhat::Photo {
            sha256: codec::digest(&sha256)?,
            role: from_json(&get::<String>(row, "role")?)?,
            thumbnail: get(row, "thumbnail")?,
        },
        None => QueueWhat::Fact { event: EventId(codec::uuid(&get::<Vec<u8>>(row, "id")?)?), kind: get(row, "kind")? },
    };
    let state = match get::<String>(row, "state")?.as_str() {
        "accepted" => OutboxState::Accepted { receipt: from_json(&get::<String>(row, "receipt")?)? },
        "stuck" => OutboxState::Stuck { reason: from_json(&get::<String>(row, "stuck")?)? },
        "sending" => OutboxState::Sending,
        _ => OutboxState::Waiting,
    };
    // Of an item of an earlier version, its event says it.
    let author = match (get::<Option<String>>(row, "author")?, get::<Option<Vec<u8>>>(row, "cose")?) {
        (Some(author), _) => OfficerId(author),
        (None, Some(cose)) => codec::event(&cose)?.event.officer,
        (None, None) => OfficerId(String::new()),
    };
    let case: Option<Vec<u8>> = get(row, "case_id")?;
    let seal: Option<String> = get(row, "seal")?;
    Ok(QueueItem {
        key: get(row, "key")?,
        what,
        lane: lane(get(row, "lane")?),
        state,
        bytes: get(row, "bytes")?,
        sent_bytes: get(row, "sent_bytes")?,
        made_at: moment(get(row, "made_at")?)?,
        tries: get(row, "tries")?,
        next_try: get::<Option<i64>>(row, "not_before")?.map(moment).transpose()?,
        last_problem: get(row, "last_problem")?,
        waits_for_fact: get(row, "waits_for_fact")?,
        author,
        case: case.map(|case| codec::uuid(&case).map(CaseId)).transpose()?,
        seal: seal.and_then(|seal| seal.parse().ok()),
        container: get(row, "container")?,
    })
}

fn lane(stored: u8) -> Lane {
    match stored {
        0 => Lane::Alarm,
        1 => Lane::Lock,
        2 => Lane::Facts,
        3 => Lane::Thumbnails,
        4 => Lane::Photos,
        _ => Lane::Diagnostics,
    }
}

/// An own event came back by the feed: the central has it. `problem` names another content under its id.
pub fn seen_in_feed(tx: &Transaction<'_>, event_row: i64, outcome: &Settled, now: Timestamp) -> Result<(), StoreError> {
    let key: Option<i64> = tx
        .query_row("SELECT key FROM outbox WHERE event_seq = ?1 AND what = 'event'", params![event_row], |row| {
            row.get(0)
        })
        .optional()
        .map_err(database)?;
    key.map_or(Ok(()), |key| settle(tx, &[(key, outcome.clone())], now))
}

/// The central lost something (restored, reset, or not what it says): what it accepted is sent again, except the events
/// among the first `held` of its record. Ids keep anything from being doubled. The record says nothing of the bytes of
/// photographs, so all of them are asked about.
pub fn send_again(tx: &Transaction<'_>, held: u64) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE outbox SET state = 'waiting', receipt = NULL, accepted_at = NULL, sent_bytes = 0, not_before = NULL,
             last_problem = 'central_restored'
         WHERE state = 'accepted' AND (what = 'photo' OR json_extract(receipt, '$.server_seq') > ?1)",
        params![held],
    )
    .map(|_| ())
    .map_err(database)
}

/// The digest as a key.
pub fn short_code(hash: &Sha256, server_seq: u64) -> String {
    format!("{:02X}{:02X}-{:02}", hash.0[0], hash.0[1], server_seq % 100)
}
