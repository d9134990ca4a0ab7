//! The cached folds: which of them an event or document touches, and folding them anew. The lines of the lists go along.

use std::collections::BTreeSet;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension as _, Transaction, params};
use seal_core::case::{CasePhase, CaseView};
use seal_core::courier::ParcelView;
use seal_core::custody::SealView;
use seal_core::doc::{CaseDoc, Doc, SealDoc};
use seal_core::event::{Event, SignedEvent};
use seal_core::ids::{CaseId, EventId, ParcelId};
use seal_core::rules::RulePack;
use seal_core::seal_no::SealNo;

use super::codec::{self, database, from_json, millis, to_json};
use super::{append, lines, packs};
use crate::ports::store::StoreError;

/// Views to fold anew before the transaction ends.
#[derive(Default)]
pub struct Touched {
    cases: BTreeSet<CaseId>,
    seals: BTreeSet<SealNo>,
    parcels: BTreeSet<ParcelId>,
    /// Facts that an event speaks of: their views change, although the event names none of them.
    spoken_of: Vec<EventId>,
    /// Pieces of a rule pack.
    pack: bool,
}

impl Touched {
    /// Notes what an event changes.
    pub fn event(&mut self, event: &Event) {
        self.cases.extend(event.case);
        self.seals.extend(event.seals());
        self.parcels.extend(event.fact.parcel());
        self.spoken_of.extend(event.fact.speaks_of());
    }

    /// Notes what a document changes.
    pub fn doc(&mut self, doc: &Doc) {
        match doc {
            Doc::Case(case) => {
                self.cases.insert(case.id);
            }
            Doc::Seal(seal) => {
                self.seals.insert(seal.no.clone());
            }
            Doc::Pack(_) | Doc::PackEntry(_) => self.pack = true,
            Doc::Officer(_) | Doc::Device(_) => {}
        }
    }

    /// Folds them. `rules` are the newest known, and are renewed when a pack came.
    pub fn refresh(mut self, tx: &Transaction<'_>, rules: &mut Arc<RulePack>) -> Result<(), StoreError> {
        for id in std::mem::take(&mut self.spoken_of) {
            let cose: Option<Vec<u8>> = tx
                .query_row("SELECT cose FROM event WHERE id = ?1", params![id.0.as_bytes().as_slice()], |row| {
                    row.get(0)
                })
                .optional()
                .map_err(database)?;
            if let Some(cose) = cose {
                let SignedEvent { event, .. } = codec::event(&cose)?;
                self.cases.extend(event.case);
                self.seals.extend(event.seals());
                self.parcels.extend(event.fact.parcel());
            }
        }
        if self.pack {
            packs::settle(tx)?;
            if let Some(newest) = packs::rules(tx)? {
                *rules = Arc::new(newest);
            }
        }
        self.cases.iter().try_for_each(|case| refresh_case(tx, *case))?;
        // A seal's line tells of the parcel it is in.
        self.parcels.iter().try_for_each(|parcel| refresh_parcel(tx, *parcel, rules))?;
        self.seals.iter().try_for_each(|seal| refresh_seal(tx, seal, rules))?;
        if self.pack { lines::name_deadlines(tx, rules) } else { Ok(()) }
    }
}

/// Folds every view from nothing, and what is made of them.
pub fn rebuild(tx: &Transaction<'_>, rules: &mut Arc<RulePack>) -> Result<(), StoreError> {
    tx.execute_batch(
        "DELETE FROM case_code; DELETE FROM case_view; DELETE FROM seal_view; DELETE FROM parcel_view;
         DELETE FROM event_about;",
    )
    .map_err(database)?;
    lines::forget_all(tx)?;
    note_spoken_of(tx)?;
    let mut touched = Touched { pack: true, ..Touched::default() };
    let mut docs = tx.prepare("SELECT json FROM doc").map_err(database)?;
    for json in docs.query_map([], |row| row.get::<_, String>(0)).map_err(database)? {
        touched.doc(&from_json(&json.map_err(database)?)?);
    }
    let mut ids = tx
        .prepare("SELECT DISTINCT case_id, NULL FROM event UNION SELECT NULL, parcel_id FROM event")
        .map_err(database)?;
    let rows = ids
        .query_map([], |row| Ok((row.get::<_, Option<Vec<u8>>>(0)?, row.get::<_, Option<Vec<u8>>>(1)?)))
        .map_err(database)?;
    for row in rows {
        let (case, parcel) = row.map_err(database)?;
        if let Some(case) = case {
            touched.cases.insert(CaseId(codec::uuid(&case)?));
        }
        if let Some(parcel) = parcel {
            touched.parcels.insert(ParcelId(codec::uuid(&parcel)?));
        }
    }
    let mut seals = tx.prepare("SELECT DISTINCT seal FROM event_seal").map_err(database)?;
    for seal in seals.query_map([], |row| row.get::<_, String>(0)).map_err(database)? {
        touched.seals.insert(seal_no(&seal.map_err(database)?)?);
    }
    touched.refresh(tx, rules)
}

fn note_spoken_of(tx: &Transaction<'_>) -> Result<(), StoreError> {
    let mut select = tx
        .prepare("SELECT seq, cose FROM event WHERE kind IN ('conflict_decided', 'corrected', 'loss_settled')")
        .map_err(database)?;
    let mut rows = select.query([]).map_err(database)?;
    while let Some(row) = rows.next().map_err(database)? {
        let (seq, cose): (i64, Vec<u8>) = row.get(0).and_then(|seq| Ok((seq, row.get(1)?))).map_err(database)?;
        append::note_spoken_of(tx, seq, &codec::event(&cose)?.event.fact)?;
    }
    Ok(())
}

fn seal_no(text: &str) -> Result<SealNo, StoreError> {
    text.parse().map_err(|e| StoreError::Database(format!("a stored seal number is none: {e}")))
}

fn refresh_case(tx: &Transaction<'_>, id: CaseId) -> Result<(), StoreError> {
    let doc: Option<CaseDoc> = match doc(tx, &format!("case/{id}"))? {
        Some(Doc::Case(doc)) => Some(doc),
        _ => None,
    };
    // Decisions may be written outside the case.
    let events = events(
        tx,
        "SELECT cose FROM event WHERE case_id = ?1
         UNION ALL SELECT cose FROM event WHERE case_id IS NOT ?1 AND seq IN (
             SELECT event_about.event_seq FROM event AS spoken
             JOIN event_about ON event_about.target = spoken.id WHERE spoken.case_id = ?1)",
        id.0.as_bytes().as_slice(),
    )?;
    let key = id.0.as_bytes().as_slice();
    tx.execute("DELETE FROM case_code WHERE case_id = ?1", params![key]).map_err(database)?;
    let Some(view) = CaseView::fold(id, doc.as_ref(), &events) else {
        tx.execute("DELETE FROM case_view WHERE id = ?1", params![key]).map_err(database)?;
        return lines::forget_case(tx, id);
    };
    tx.prepare_cached(
        "INSERT INTO case_view (id, origin, destination, planned_at, closed, json) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (id) DO UPDATE SET origin = excluded.origin, destination = excluded.destination,
             planned_at = excluded.planned_at, closed = excluded.closed, json = excluded.json",
    )
    .and_then(|mut insert| {
        let closed = view.phase() == CasePhase::Closed;
        let json = serde_json::to_string(&view).map_err(|e| rusqlite::Error::ToSqlConversionFailure(e.into()))?;
        let (origin, destination) = (view.doc.origin.as_str(), view.doc.destination.as_str());
        insert.execute(params![key, origin, destination, millis(view.doc.planned_at), closed, json])
    })
    .map_err(database)?;
    let containers = view.doc.containers.iter().map(|container| ("container", container.as_str()));
    let declaration = view.doc.declaration.iter().map(|declaration| ("declaration", declaration.as_str()));
    let sheets = view.doc.sheet_codes.iter().map(|code| ("sheet", code.as_str()));
    for (place, (kind, value)) in containers.chain(declaration).chain(sheets).enumerate() {
        tx.prepare_cached("INSERT OR IGNORE INTO case_code (kind, value, case_id, place) VALUES (?1, ?2, ?3, ?4)")
            .and_then(|mut insert| insert.execute(params![kind, value, key, i64::try_from(place).unwrap_or(i64::MAX)]))
            .map_err(database)?;
    }
    lines::write_case(tx, &view)
}

fn refresh_seal(tx: &Transaction<'_>, no: &SealNo, rules: &RulePack) -> Result<(), StoreError> {
    let doc: Option<SealDoc> = match doc(tx, &format!("seal/{}", no.as_str()))? {
        Some(Doc::Seal(doc)) => Some(doc),
        _ => None,
    };
    let events = events(
        tx,
        // A settlement names the seal and speaks of its report: once all the same.
        "SELECT cose FROM event WHERE seq IN (
             SELECT event_seq FROM event_seal WHERE seal = ?1
             UNION SELECT event_about.event_seq FROM event_seal JOIN event AS spoken ON spoken.seq = event_seal.event_seq
             JOIN event_about ON event_about.target = spoken.id WHERE event_seal.seal = ?1)",
        no.as_str(),
    )?;
    if doc.is_none() && events.is_empty() {
        tx.execute("DELETE FROM seal_view WHERE no = ?1", params![no.as_str()]).map_err(database)?;
        return lines::forget_seal(tx, no);
    }
    let view = SealView::fold(no, doc.as_ref(), &events);
    let holder = view.holder().cloned();
    let must_go_home = holder.as_ref().is_some_and(|unit| view.must_go_home_from(unit));
    tx.prepare_cached(
        "INSERT INTO seal_view (no, holder, must_go_home, owner, manager, json) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (no) DO UPDATE SET holder = excluded.holder, must_go_home = excluded.must_go_home,
             owner = excluded.owner, manager = excluded.manager, json = excluded.json",
    )
    .map_err(database)?
    .execute(params![
        no.as_str(),
        holder.as_ref().map(|unit| unit.as_str()),
        must_go_home,
        view.doc.as_ref().map(|doc| doc.owner.as_str()),
        view.doc.as_ref().map(|doc| doc.manager.as_str()),
        to_json(&view)?,
    ])
    .map_err(database)?;
    lines::write_turns(tx, &view)?;
    lines::write_seal(tx, &view, rules)
}

fn refresh_parcel(tx: &Transaction<'_>, id: ParcelId, rules: &RulePack) -> Result<(), StoreError> {
    let key = id.0.as_bytes().as_slice();
    let events = events(
        tx,
        "SELECT cose FROM event WHERE parcel_id = ?1
         UNION ALL SELECT cose FROM event WHERE seq IN (
             SELECT event_about.event_seq FROM event AS spoken
             JOIN event_about ON event_about.target = spoken.id WHERE spoken.parcel_id = ?1)",
        key,
    )?;
    let Some(view) = ParcelView::fold(id, &events) else {
        // A hand-over known before its packing waits for it.
        tx.execute("DELETE FROM parcel_view WHERE id = ?1", params![key]).map_err(database)?;
        return lines::forget_parcel(tx, id, rules);
    };
    tx.prepare_cached(
        "INSERT INTO parcel_view (id, origin, destination, packed_at, json) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (id) DO UPDATE SET origin = excluded.origin, destination = excluded.destination,
             packed_at = excluded.packed_at, json = excluded.json",
    )
    .map_err(database)?
    .execute(params![key, view.packed.from.as_str(), view.packed.to.as_str(), millis(view.packed_at), to_json(&view)?])
    .map_err(database)?;
    lines::write_parcel(tx, &view, rules)
}

/// A document by key.
pub fn doc(conn: &Connection, key: &str) -> Result<Option<Doc>, StoreError> {
    let json: Option<String> = conn
        .prepare_cached("SELECT json FROM doc WHERE key = ?1")
        .and_then(|mut select| select.query_row(params![key], |row| row.get(0)).optional())
        .map_err(database)?;
    json.map(|json| from_json(&json)).transpose()
}

fn events(conn: &Connection, sql: &str, key: impl rusqlite::ToSql) -> Result<Vec<Event>, StoreError> {
    let mut select = conn.prepare_cached(sql).map_err(database)?;
    let rows = select.query_map(params![key], |row| row.get::<_, Vec<u8>>(0)).map_err(database)?;
    rows.map(|cose| Ok(codec::event(&cose.map_err(database)?)?.event)).collect()
}
