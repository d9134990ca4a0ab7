//! Writing the lines of the lists: columns made of the whole views, so that lists and figures read no view.

use rusqlite::{Transaction, params};
use seal_core::case::{CasePhase, CaseView};
use seal_core::courier::{ParcelView, Starts, return_deadline};
use seal_core::custody::{SealView, Turn, Whereabouts, days_between};
use seal_core::ids::{CaseId, ParcelId, Sha256};
use seal_core::line::{CaseLine, ParcelLine, SealLine};
use seal_core::rules::RulePack;
use seal_core::seal_no::SealNo;
use seal_core::search;

use super::codec::{database, from_json, millis, moment, to_code, to_json};
use super::read;
use crate::ports::lists::NO_DEADLINE;
use crate::ports::store::StoreError;

/// Note with the digest of the rules by which the deadlines were named.
const RULES_NOTE: &str = "store/rules";

/// Empties all of them.
pub fn forget_all(tx: &Transaction<'_>) -> Result<(), StoreError> {
    tx.execute_batch(
        "DELETE FROM seal_line; DELETE FROM seal_turn; DELETE FROM case_line; DELETE FROM case_text;
         DELETE FROM parcel_line;",
    )
    .map_err(database)
}

/// Writes the line of a seal, whose view was just folded or whose parcel changed.
pub fn write_seal(tx: &Transaction<'_>, view: &SealView, rules: &RulePack) -> Result<(), StoreError> {
    let parcel = match view.whereabouts {
        Some(Whereabouts::InParcel { parcel }) => read::parcel(tx, parcel)?,
        _ => None,
    };
    let line = SealLine::of(view, parcel.as_ref(), rules);
    let (on_case, in_parcel) = match &line.whereabouts {
        Some(Whereabouts::OnCase { case }) => (Some(case.0), None),
        Some(Whereabouts::InParcel { parcel }) => (None, Some(parcel.0)),
        _ => (None, None),
    };
    tx.prepare_cached(
        "INSERT OR REPLACE INTO seal_line (no, seal_type, kind, owner, manager, life, holder, on_case, in_parcel,
             held_since, condition, reserved_for, off_at, received_at, due_from, due_at, armed_at, home_at, turn_days)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)",
    )
    .map_err(database)?
    .execute(params![
        line.no.as_str(),
        line.seal_type.map(|code| code.code()),
        line.kind.map(|code| code.code()),
        line.owner.as_ref().map(|unit| unit.as_str()),
        line.manager.as_ref().map(|unit| unit.as_str()),
        line.life.as_ref().map(to_code).transpose()?,
        line.holder().map(|unit| unit.as_str()),
        on_case.as_ref().map(|id| id.as_bytes().as_slice()),
        in_parcel.as_ref().map(|id| id.as_bytes().as_slice()),
        line.held_since.map(millis),
        line.condition.map(|code| code.code()),
        line.reserved_for.as_ref().map(|case| case.0.as_bytes().as_slice()),
        line.starts.off.map(millis),
        line.starts.received.map(millis),
        line.due_from.as_ref().map(|unit| unit.as_str()),
        line.due_at.map_or(NO_DEADLINE, millis),
        line.armed_at.map(millis),
        line.home_at.map(millis),
        line.turn_days,
    ])
    .map(|_| ())
    .map_err(database)
}

/// Removes a seal that nobody knows any more.
pub fn forget_seal(tx: &Transaction<'_>, no: &SealNo) -> Result<(), StoreError> {
    tx.execute("DELETE FROM seal_line WHERE no = ?1", params![no.as_str()]).map_err(database)?;
    tx.execute("DELETE FROM seal_turn WHERE seal = ?1", params![no.as_str()]).map(|_| ()).map_err(database)
}

/// Writes the turns of a seal.
pub fn write_turns(tx: &Transaction<'_>, view: &SealView) -> Result<(), StoreError> {
    tx.prepare_cached("DELETE FROM seal_turn WHERE seal = ?1")
        .and_then(|mut delete| delete.execute(params![view.no.as_str()]))
        .map_err(database)?;
    let (owner, manager) = match &view.doc {
        Some(doc) => (Some(doc.owner.as_str()), Some(doc.manager.as_str())),
        None => (None, None),
    };
    for (n, turn) in view.turns.iter().enumerate() {
        let Turn { armed_at, off, left_at, home_at, .. } = turn;
        let off_at = off.as_ref().map(|(at, _)| *at);
        let days = |from: Option<jiff::Timestamp>, to: Option<jiff::Timestamp>| Some(days_between(from?, to?));
        tx.prepare_cached(
            "INSERT INTO seal_turn (seal, n, owner, manager, armed_at, off_at, off_unit, left_at, home_at,
                 whole, on_the_road, held, on_the_way_home)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        )
        .map_err(database)?
        .execute(params![
            view.no.as_str(),
            i64::try_from(n).unwrap_or(i64::MAX),
            owner,
            manager,
            millis(*armed_at),
            off_at.map(millis),
            off.as_ref().map(|(_, unit)| unit.as_str()),
            left_at.map(millis),
            home_at.map(millis),
            turn.days(),
            days(Some(*armed_at), off_at),
            days(off_at, *left_at),
            days(*left_at, *home_at),
        ])
        .map_err(database)?;
    }
    Ok(())
}

/// Writes the line of a case and what it is found by.
pub fn write_case(tx: &Transaction<'_>, view: &CaseView) -> Result<(), StoreError> {
    forget_case_text(tx, view.doc.id)?;
    let line = CaseLine::from(view);
    let key = line.id.0.as_bytes().as_slice();
    tx.prepare_cached(
        "INSERT OR REPLACE INTO case_line (id, container, containers, declaration, trader, vehicle, origin, destination,
             ground, goods_group, phase, seals, conflict, planned_at, changed_at, closed)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
    )
    .map_err(database)?
    .execute(params![
        key,
        line.container.as_ref().map(|container| container.as_str()),
        line.containers,
        line.declaration.as_ref().map(|declaration| declaration.as_str()),
        line.trader,
        line.vehicle,
        line.origin.as_str(),
        line.destination.as_str(),
        line.ground.as_ref().map(to_code).transpose()?,
        line.group.as_ref().map(to_code).transpose()?,
        to_code(&line.phase)?,
        line.seals,
        line.conflict,
        millis(line.planned_at),
        line.changed_at.map(millis),
        line.phase == CasePhase::Closed,
    ])
    .map_err(database)?;
    tx.prepare_cached("INSERT OR REPLACE INTO case_text (planned_at, id, text) VALUES (?1, ?2, ?3)")
        .and_then(|mut insert| insert.execute(params![millis(line.planned_at), key, search::case_text(view)]))
        .map(|_| ())
        .map_err(database)
}

/// Removes a case that nobody knows any more.
pub fn forget_case(tx: &Transaction<'_>, id: CaseId) -> Result<(), StoreError> {
    forget_case_text(tx, id)?;
    tx.execute("DELETE FROM case_line WHERE id = ?1", params![id.0.as_bytes().as_slice()]).map(|_| ()).map_err(database)
}

/// The text stands at the time for which the case was planned until now.
fn forget_case_text(tx: &Transaction<'_>, id: CaseId) -> Result<(), StoreError> {
    tx.prepare_cached(
        "DELETE FROM case_text WHERE id = ?1 AND planned_at = (SELECT planned_at FROM case_line WHERE id = ?1)",
    )
    .and_then(|mut delete| delete.execute(params![id.0.as_bytes().as_slice()]))
    .map(|_| ())
    .map_err(database)
}

/// Writes the line of a parcel, and anew the lines of the seals in it: who has to send them home may be another.
pub fn write_parcel(tx: &Transaction<'_>, view: &ParcelView, rules: &RulePack) -> Result<(), StoreError> {
    let line = ParcelLine::from(view);
    tx.prepare_cached(
        "INSERT OR REPLACE INTO parcel_line (id, number, origin, destination, seals, stage, packed_at, handed_at, waybill,
             received_at, differences, text)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    )
    .map_err(database)?
    .execute(params![
        line.id.0.as_bytes().as_slice(),
        line.number,
        line.from.as_str(),
        line.to.as_str(),
        line.seals,
        to_code(&line.stage)?,
        millis(line.packed_at),
        line.handed_at.map(millis),
        line.waybill,
        line.received_at.map(millis),
        line.differences,
        search::parcel_text(view),
    ])
    .map_err(database)?;
    write_seals_in(tx, line.id, rules)
}

/// Removes a parcel that was never packed.
pub fn forget_parcel(tx: &Transaction<'_>, id: ParcelId, rules: &RulePack) -> Result<(), StoreError> {
    tx.execute("DELETE FROM parcel_line WHERE id = ?1", params![id.0.as_bytes().as_slice()]).map_err(database)?;
    write_seals_in(tx, id, rules)
}

fn write_seals_in(tx: &Transaction<'_>, parcel: ParcelId, rules: &RulePack) -> Result<(), StoreError> {
    let views: Vec<String> = tx
        .prepare_cached(
            "SELECT seal_view.json FROM seal_line JOIN seal_view ON seal_view.no = seal_line.no
             WHERE seal_line.in_parcel = ?1",
        )
        .and_then(|mut select| select.query_map(params![parcel.0.as_bytes().as_slice()], |row| row.get(0))?.collect())
        .map_err(database)?;
    views.iter().try_for_each(|json| write_seal(tx, &from_json(json)?, rules))
}

/// Whether the deadlines were named by other rules than `rules`.
pub fn deadlines_are_old(tx: &rusqlite::Connection, rules: &RulePack) -> Result<bool, StoreError> {
    Ok(read::note(tx, RULES_NOTE)?.as_deref() != Some(digest(rules)?.as_str()))
}

fn digest(rules: &RulePack) -> Result<String, StoreError> {
    Ok(Sha256::of(to_json(rules)?.as_bytes()).to_string())
}

/// Names every deadline anew, by `rules`.
pub fn name_deadlines(tx: &Transaction<'_>, rules: &RulePack) -> Result<(), StoreError> {
    let mut select = tx
        .prepare("SELECT no, off_at, received_at, due_at FROM seal_line WHERE due_from IS NOT NULL")
        .map_err(database)?;
    let mut rows = select.query([]).map_err(database)?;
    let mut others: Vec<(String, i64)> = Vec::new();
    while let Some(row) = rows.next().map_err(database)? {
        let get = |column| row.get::<_, Option<i64>>(column).map_err(database)?.map(moment).transpose();
        let starts = Starts { off: get(1)?, received: get(2)? };
        let due_at = return_deadline(starts, rules).map_or(NO_DEADLINE, millis);
        if row.get::<_, i64>(3).map_err(database)? != due_at {
            others.push((row.get(0).map_err(database)?, due_at));
        }
    }
    let mut update = tx.prepare("UPDATE seal_line SET due_at = ?2 WHERE no = ?1").map_err(database)?;
    for (no, due_at) in others {
        update.execute(params![no, due_at]).map_err(database)?;
    }
    read::set_note(tx, RULES_NOTE, Some(&digest(rules)?))
}
