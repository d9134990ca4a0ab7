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
use super::{lists, read};
use crate::ports::lists::NO_DEADLINE;
use crate::ports::store::StoreError;

/// Note with the digest of the rules by which the deadlines were named.
const RULES_NOTE: &str = "store/rules";

/// Columns of a turn.
const TURN: &str = "seal, n, owner, manager, armed_at, off_at, off_unit, left_at, home_at, whole, on_the_road, held, \
    on_the_way_home";

/// Writes a row in the place of the one with its key. A row that says the same already is left alone: most facts change no
/// line, and every index of it would be written anew.
fn put(
    tx: &Transaction<'_>,
    table: &str,
    key: &str,
    columns: &str,
    values: &[&dyn rusqlite::ToSql],
) -> Result<(), StoreError> {
    let marks = vec!["?"; values.len()].join(", ");
    let given = format!("excluded.{}", columns.replace(", ", ", excluded."));
    let here = format!("{table}.{}", columns.replace(", ", &format!(", {table}.")));
    let sql = format!(
        "INSERT INTO {table} ({columns}) VALUES ({marks})
         ON CONFLICT ({key}) DO UPDATE SET ({columns}) = ({given}) WHERE ({here}) IS NOT ({given})"
    );
    tx.prepare_cached(&sql).and_then(|mut put| put.execute(values)).map(|_| ()).map_err(database)
}

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
    let place = line.whereabouts.as_ref().map(|place| match place {
        Whereabouts::Unit { .. } => "unit",
        Whereabouts::OnCase { .. } => "case",
        Whereabouts::InParcel { .. } => "parcel",
    });
    let columns = format!("{}, place, away", lists::SEAL);
    put(
        tx,
        "seal_line",
        "no",
        &columns,
        params![
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
            line.officer.as_ref().map(|officer| officer.0.as_str()),
            place,
            line.armed_at.is_some() && line.home_at.is_none(),
        ],
    )
}

/// Removes a seal that nobody knows any more.
pub fn forget_seal(tx: &Transaction<'_>, no: &SealNo) -> Result<(), StoreError> {
    tx.execute("DELETE FROM seal_line WHERE no = ?1", params![no.as_str()]).map_err(database)?;
    tx.execute("DELETE FROM seal_turn WHERE seal = ?1", params![no.as_str()]).map(|_| ()).map_err(database)
}

/// Writes the turns of a seal.
pub fn write_turns(tx: &Transaction<'_>, view: &SealView) -> Result<(), StoreError> {
    let turns = i64::try_from(view.turns.len()).unwrap_or(i64::MAX);
    tx.prepare_cached("DELETE FROM seal_turn WHERE seal = ?1 AND n >= ?2")
        .and_then(|mut delete| delete.execute(params![view.no.as_str(), turns]))
        .map_err(database)?;
    let (owner, manager) = match &view.doc {
        Some(doc) => (Some(doc.owner.as_str()), Some(doc.manager.as_str())),
        None => (None, None),
    };
    for (n, turn) in view.turns.iter().enumerate() {
        let Turn { armed_at, off, left_at, home_at, .. } = turn;
        let off_at = off.as_ref().map(|(at, _)| *at);
        let days = |from: Option<jiff::Timestamp>, to: Option<jiff::Timestamp>| Some(days_between(from?, to?));
        put(
            tx,
            "seal_turn",
            "seal, n",
            TURN,
            params![
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
            ],
        )?;
    }
    Ok(())
}

/// Writes the line of a case and what it is found by.
pub fn write_case(tx: &Transaction<'_>, view: &CaseView) -> Result<(), StoreError> {
    let line = CaseLine::from(view);
    let (key, planned_at) = (line.id.0.as_bytes().as_slice(), millis(line.planned_at));
    // The text stands at the time for which the case was planned until now.
    tx.prepare_cached(
        "DELETE FROM case_text WHERE id = ?1 AND planned_at <> ?2
             AND planned_at = (SELECT planned_at FROM case_line WHERE id = ?1)",
    )
    .and_then(|mut delete| delete.execute(params![key, planned_at]))
    .map_err(database)?;
    let columns = format!("{}, closed", lists::CASE);
    put(
        tx,
        "case_line",
        "id",
        &columns,
        params![
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
            line.seals_on,
            line.conflict,
            planned_at,
            line.changed_at.map(millis),
            line.approved,
            line.phase == CasePhase::Closed,
        ],
    )?;
    let text = search::case_text(view);
    put(tx, "case_text", "planned_at, id", "planned_at, id, text", params![planned_at, key, text])
}

/// Removes a case that nobody knows any more.
pub fn forget_case(tx: &Transaction<'_>, id: CaseId) -> Result<(), StoreError> {
    let key = id.0.as_bytes().as_slice();
    tx.execute(
        "DELETE FROM case_text WHERE id = ?1 AND planned_at = (SELECT planned_at FROM case_line WHERE id = ?1)",
        params![key],
    )
    .map_err(database)?;
    tx.execute("DELETE FROM case_line WHERE id = ?1", params![key]).map(|_| ()).map_err(database)
}

/// Writes the line of a parcel, and anew the lines of the seals in it: who has to send them home may be another.
pub fn write_parcel(tx: &Transaction<'_>, view: &ParcelView, rules: &RulePack) -> Result<(), StoreError> {
    let line = ParcelLine::from(view);
    let columns = format!("{}, text", lists::PARCEL);
    put(
        tx,
        "parcel_line",
        "id",
        &columns,
        params![
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
            line.open,
            line.news_at.map(millis),
            search::parcel_text(view),
        ],
    )?;
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
