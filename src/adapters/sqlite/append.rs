//! Writing an act: its events, their queue entries, their photo references and the views they touch.

use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Transaction, params};
use seal_core::event::{EVENT_VERSION, Event, SignedEvent};
use seal_core::fact::Fact;
use seal_core::ids::{EventId, Sha256};
use seal_core::outbox::Lane;
use seal_core::rules::RulePack;
use seal_core::seal::reading::LockState;
use seal_core::time::Moment;
use uuid::Uuid;

use super::codec::{self, database, millis, to_json};
use super::views::Touched;
use crate::ports::store::{Act, StoreError};
use crate::ports::vault::{Vault, VaultError};

/// Signs and writes all facts of an act.
pub fn append(
    tx: &Transaction<'_>,
    act: &Act,
    vault: &dyn Vault,
    rules: &mut Arc<RulePack>,
) -> Result<Vec<SignedEvent>, StoreError> {
    let device = vault.device();
    let (mut seq, mut prev) = chain_head(tx, device.0)?;
    // As it will be read back: moments are kept to the millisecond.
    let at = Moment { wall: codec::moment(millis(act.at.wall))?, ..act.at };
    let mut touched = Touched::default();
    let mut events = Vec::with_capacity(act.facts.len());
    for fact in &act.facts {
        seq += 1;
        let event = Event {
            v: EVENT_VERSION,
            id: EventId(Uuid::now_v7()),
            device,
            seq,
            prev,
            act: act.id,
            officer: act.officer.clone(),
            unit: act.unit.clone(),
            at,
            place: act.place,
            case: act.case,
            fact: fact.clone(),
        };
        let signed = SignedEvent::sign::<VaultError>(event, |bytes| vault.sign(bytes))?;
        prev = signed.hash;
        let row = insert(tx, &signed, true)?;
        enqueue(tx, row, &signed)?;
        touched.event(&signed.event);
        events.push(signed);
    }
    touched.refresh(tx, rules)?;
    Ok(events)
}

/// Place and digest of the device's newest event, wherever this copy of it came from.
fn chain_head(tx: &Transaction<'_>, device: Uuid) -> Result<(u64, Sha256), StoreError> {
    let head: Option<(u64, Vec<u8>)> = tx
        .query_row(
            "SELECT dev_seq, hash FROM event WHERE device = ?1 ORDER BY dev_seq DESC LIMIT 1",
            params![device.as_bytes().as_slice()],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()
        .map_err(database)?;
    match head {
        Some((seq, hash)) => Ok((seq, codec::digest(&hash)?)),
        None => Ok((0, Sha256::of(b""))),
    }
}

/// Writes an event with its indexes; gives its row.
pub fn insert(tx: &Transaction<'_>, signed: &SignedEvent, own: bool) -> Result<i64, StoreError> {
    let event = &signed.event;
    tx.prepare_cached(
        "INSERT INTO event (id, device, dev_seq, own, kind, case_id, parcel_id, made_at, cose, hash)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )
    .and_then(|mut insert| {
        insert.execute(params![
            event.id.0.as_bytes().as_slice(),
            event.device.0.as_bytes().as_slice(),
            event.seq,
            own,
            event.fact.kind(),
            event.case.map(|case| case.0.as_bytes().to_vec()),
            event.fact.parcel().map(|parcel| parcel.0.as_bytes().to_vec()),
            millis(event.at.wall),
            signed.cose,
            signed.hash.0.as_slice(),
        ])
    })
    .map_err(database)?;
    let row = tx.last_insert_rowid();
    for (place, seal) in event.seals().into_iter().enumerate() {
        // A list may name a seal twice.
        tx.prepare_cached("INSERT OR IGNORE INTO event_seal (seal, event_seq, place) VALUES (?1, ?2, ?3)")
            .and_then(|mut insert| {
                insert.execute(params![seal.as_str(), row, i64::try_from(place).unwrap_or(i64::MAX)])
            })
            .map_err(database)?;
    }
    note_spoken_of(tx, row, &event.fact)?;
    if let Some(photo) = event.fact.photo() {
        let thumbnail = photo.thumbnail.as_ref().map(|thumbnail| (true, thumbnail.sha256));
        for (thumbnail, sha256) in thumbnail.into_iter().chain([(false, photo.sha256)]) {
            tx.prepare_cached("INSERT INTO event_photo (event_seq, thumbnail, sha256) VALUES (?1, ?2, ?3)")
                .and_then(|mut insert| insert.execute(params![row, thumbnail, sha256.0.as_slice()]))
                .map_err(database)?;
        }
    }
    Ok(row)
}

/// Notes which facts a correction or decision speaks of.
pub fn note_spoken_of(tx: &Transaction<'_>, row: i64, fact: &Fact) -> Result<(), StoreError> {
    for target in fact.speaks_of() {
        // A list may name a fact twice.
        tx.prepare_cached("INSERT OR IGNORE INTO event_about (target, event_seq) VALUES (?1, ?2)")
            .and_then(|mut insert| insert.execute(params![target.0.as_bytes().as_slice(), row]))
            .map_err(database)?;
    }
    Ok(())
}

/// Queues an own event and the pictures it names.
pub fn enqueue(tx: &Transaction<'_>, row: i64, signed: &SignedEvent) -> Result<(), StoreError> {
    let (made_at, author) = (signed.event.at.wall, &signed.event.officer.0);
    tx.prepare_cached(
        "INSERT INTO outbox (what, event_seq, lane, bytes, made_at, author) VALUES ('event', ?1, ?2, ?3, ?4, ?5)",
    )
    .and_then(|mut insert| {
        let bytes = i64::try_from(signed.cose.len()).unwrap_or(i64::MAX);
        insert.execute(params![row, lane_of(&signed.event.fact) as u8, bytes, millis(made_at), author])
    })
    .map_err(database)?;
    let Fact::PhotoTaken(taken) = &signed.event.fact else {
        return Ok(());
    };
    let picture = |thumbnail: bool, sha256: &Sha256, bytes: u64, media_type: &str, at: Timestamp| {
        let lane = if thumbnail { Lane::Thumbnails } else { Lane::Photos };
        let role = to_json(&taken.role)?;
        tx.prepare_cached(
            "INSERT INTO outbox (what, event_seq, sha256, thumbnail, media_type, role, lane, bytes, made_at, author)
             VALUES ('photo', ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )
        .and_then(|mut insert| {
            let sha256 = sha256.0.as_slice();
            insert.execute(params![row, sha256, thumbnail, media_type, role, lane as u8, bytes, millis(at), author])
        })
        .map(|_| ())
        .map_err(database)
    };
    if let Some(thumbnail) = &taken.photo.thumbnail {
        picture(true, &thumbnail.sha256, thumbnail.bytes, "image/jpeg", made_at)?;
    }
    picture(false, &taken.photo.sha256, taken.photo.bytes, &taken.photo.media_type, made_at)
}

/// How urgent a fact is.
pub fn lane_of(fact: &Fact) -> Lane {
    match fact {
        Fact::SealLogRead(log) if log.entries.iter().any(|entry| entry.kind.is_alarm()) => Lane::Alarm,
        Fact::LockRead(read) if read.reading.as_ref().is_some_and(|reading| reading.lock == LockState::Tampered) => {
            Lane::Alarm
        }
        // The opening goes along: everything else of its case hangs from it.
        Fact::LockCommanded(_) | Fact::LockRead(_) | Fact::SealCutOff(_) | Fact::CaseOpened(_) => Lane::Lock,
        Fact::DiagnosticsGiven(_) => Lane::Diagnostics,
        _ => Lane::Facts,
    }
}
