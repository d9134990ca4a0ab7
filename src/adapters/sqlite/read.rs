//! Reading views, documents and notes.

use rusqlite::{Connection, OptionalExtension as _, Params, Transaction, params};
use seal_core::case::CaseView;
use seal_core::courier::ParcelView;
use seal_core::custody::SealView;
use seal_core::doc::{DeviceDoc, Doc};
use seal_core::event::SignedEvent;
use seal_core::ids::{CaseId, DeviceId, EventId, OfficeCode, OfficerId, ParcelId};
use seal_core::officer::Officer;
use seal_core::seal_no::SealNo;
use serde::de::DeserializeOwned;

use super::codec::{self, database, from_json};
use super::views;
use crate::ports::store::StoreError;

fn many<T: DeserializeOwned>(conn: &Connection, sql: &str, params: impl Params) -> Result<Vec<T>, StoreError> {
    let mut select = conn.prepare_cached(sql).map_err(database)?;
    let rows = select.query_map(params, |row| row.get::<_, String>(0)).map_err(database)?;
    rows.map(|json| from_json(&json.map_err(database)?)).collect()
}

fn one<T: DeserializeOwned>(conn: &Connection, sql: &str, params: impl Params) -> Result<Option<T>, StoreError> {
    Ok(many(conn, sql, params)?.pop())
}

pub fn case_events(conn: &Connection, case: CaseId) -> Result<Vec<SignedEvent>, StoreError> {
    let mut select = conn.prepare_cached("SELECT cose FROM event WHERE case_id = ?1 ORDER BY seq").map_err(database)?;
    let rows =
        select.query_map(params![case.0.as_bytes().as_slice()], |row| row.get::<_, Vec<u8>>(0)).map_err(database)?;
    rows.map(|cose| codec::event(&cose.map_err(database)?)).collect()
}

pub fn event(conn: &Connection, id: EventId) -> Result<Option<SignedEvent>, StoreError> {
    let cose: Option<Vec<u8>> = conn
        .prepare_cached("SELECT cose FROM event WHERE id = ?1")
        .and_then(|mut select| select.query_row(params![id.0.as_bytes().as_slice()], |row| row.get(0)).optional())
        .map_err(database)?;
    cose.map(|cose| codec::event(&cose)).transpose()
}

pub fn case(conn: &Connection, id: CaseId) -> Result<Option<CaseView>, StoreError> {
    one(conn, "SELECT json FROM case_view WHERE id = ?1", params![id.0.as_bytes().as_slice()])
}

pub fn cases_by_code(conn: &Connection, kind: &str, value: &str) -> Result<Vec<CaseId>, StoreError> {
    let mut select = conn
        .prepare_cached(
            "SELECT case_view.id FROM case_code JOIN case_view ON case_view.id = case_code.case_id
             WHERE case_code.kind = ?1 AND case_code.value = ?2 ORDER BY case_view.planned_at DESC, case_view.id",
        )
        .map_err(database)?;
    let rows = select.query_map(params![kind, value], |row| row.get::<_, Vec<u8>>(0)).map_err(database)?;
    rows.map(|id| Ok(CaseId(codec::uuid(&id.map_err(database)?)?))).collect()
}

pub fn seal(conn: &Connection, no: &SealNo) -> Result<Option<SealView>, StoreError> {
    one(conn, "SELECT json FROM seal_view WHERE no = ?1", params![no.as_str()])
}

pub fn parcel(conn: &Connection, id: ParcelId) -> Result<Option<ParcelView>, StoreError> {
    one(conn, "SELECT json FROM parcel_view WHERE id = ?1", params![id.0.as_bytes().as_slice()])
}

fn docs(conn: &Connection, kind: &str) -> Result<Vec<Doc>, StoreError> {
    // '0' is the character after '/': the whole range of keys of that kind.
    many(
        conn,
        "SELECT json FROM doc WHERE key >= ?1 AND key < ?2 ORDER BY key",
        params![format!("{kind}/"), format!("{kind}0")],
    )
}

pub fn device(conn: &Connection, id: DeviceId) -> Result<Option<DeviceDoc>, StoreError> {
    Ok(match views::doc(conn, &format!("device/{id}"))? {
        Some(Doc::Device(device)) => Some(device),
        _ => None,
    })
}

pub fn officer(conn: &Connection, id: &OfficerId) -> Result<Option<Officer>, StoreError> {
    Ok(match views::doc(conn, &format!("officer/{id}"))? {
        Some(Doc::Officer(officer)) => Some(officer),
        _ => None,
    })
}

/// Events of these kinds by authors of a unit (of any, without), in the order in which this device learned of them.
pub fn events_of_kinds(
    conn: &Connection,
    unit: Option<&OfficeCode>,
    kinds: &[&str],
) -> Result<Vec<SignedEvent>, StoreError> {
    let mut found = Vec::new();
    for kind in kinds {
        let mut select =
            conn.prepare_cached("SELECT seq, cose FROM event WHERE kind = ?1 ORDER BY seq").map_err(database)?;
        let rows = select
            .query_map(params![kind], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?)))
            .map_err(database)?;
        for row in rows {
            let (seq, cose) = row.map_err(database)?;
            let signed = codec::event(&cose)?;
            if unit.is_none_or(|unit| &signed.event.unit == unit) {
                found.push((seq, signed));
            }
        }
    }
    found.sort_by_key(|(seq, _)| *seq);
    Ok(found.into_iter().map(|(_, signed)| signed).collect())
}

pub fn officers(conn: &Connection, unit: &OfficeCode) -> Result<Vec<Officer>, StoreError> {
    let docs = docs(conn, "officer")?.into_iter();
    Ok(docs
        .filter_map(|doc| match doc {
            Doc::Officer(officer) if &officer.unit == unit => Some(officer),
            _ => None,
        })
        .collect())
}

pub fn note(conn: &Connection, name: &str) -> Result<Option<String>, StoreError> {
    conn.prepare_cached("SELECT text FROM note WHERE name = ?1")
        .and_then(|mut select| select.query_row(params![name], |row| row.get(0)).optional())
        .map_err(database)
}

pub fn set_note(tx: &Transaction<'_>, name: &str, text: Option<&str>) -> Result<(), StoreError> {
    match text {
        Some(text) => tx.execute(
            "INSERT INTO note (name, text) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET text = excluded.text",
            params![name, text],
        ),
        None => tx.execute("DELETE FROM note WHERE name = ?1", params![name]),
    }
    .map(|_| ())
    .map_err(database)
}
