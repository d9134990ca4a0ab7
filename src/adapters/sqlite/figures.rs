//! Figures: counts and sums by indexes alone.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension as _, params, params_from_iter};
use seal_core::figures::{Days, HandCount, Holder, Legs, Place, ReturnFigures, StockCount, Turnaround};
use seal_core::ids::{OfficeCode, OfficerId};
use seal_core::seal_no::SealNo;
use seal_core::work::day_begins;

use super::codec::{database, from_code, millis, moment};
use super::lists::{parts_of, parts_of_belonging};
use crate::ports::lists::{NO_DEADLINE, Seals};
use crate::ports::store::StoreError;

/// Kind, life, place and holder.
type Group = (Option<String>, Option<String>, Option<String>, Option<String>);

pub fn stock(conn: &Connection, which: &Seals) -> Result<Vec<StockCount>, StoreError> {
    let mut groups: BTreeMap<Group, u64> = BTreeMap::new();
    for part in parts_of(which) {
        let sql = format!(
            "SELECT kind, life, place, holder, count(*) FROM seal_line{} GROUP BY kind, life, place, holder",
            part.conditions
        );
        let mut select = conn.prepare_cached(&sql).map_err(database)?;
        let rows = select
            .query_map(params_from_iter(part.values), |row| {
                Ok(((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?), row.get::<_, u64>(4)?))
            })
            .map_err(database)?;
        for row in rows {
            let (group, seals) = row.map_err(database)?;
            *groups.entry(group).or_default() += seals;
        }
    }
    groups
        .into_iter()
        .map(|((kind, life, place, holder), seals)| {
            let place = match (holder, place.as_deref()) {
                (Some(unit), _) => Place::Unit { unit: from_code(&unit)? },
                (None, Some("case")) => Place::OnCase,
                (None, Some("parcel")) => Place::InParcel,
                (None, _) => Place::Unknown,
            };
            let kind = kind.map(|code| from_code(&code)).transpose()?;
            let life = life.map(|code| from_code(&code)).transpose()?;
            Ok(StockCount { kind, life, place, seals })
        })
        .collect()
}

/// Officer, kind and life.
type InHand = (Option<String>, Option<String>, Option<String>);

pub fn hands(conn: &Connection, unit: &OfficeCode) -> Result<Vec<HandCount>, StoreError> {
    let mut select = conn
        .prepare_cached(
            "SELECT officer, kind, life, count(*) FROM seal_line WHERE holder = ?1 GROUP BY officer, kind, life
             ORDER BY officer, kind, life",
        )
        .map_err(database)?;
    let rows = select
        .query_map(params![unit.as_str()], |row| Ok(((row.get(0)?, row.get(1)?, row.get(2)?), row.get::<_, u64>(3)?)))
        .map_err(database)?;
    rows.map(|row| {
        let ((officer, kind, life), seals): (InHand, u64) = row.map_err(database)?;
        Ok(HandCount {
            officer: officer.map(OfficerId),
            kind: kind.map(|code| from_code(&code)).transpose()?,
            life: life.map(|code| from_code(&code)).transpose()?,
            seals,
        })
    })
    .collect()
}

/// `soon`: the latest end of a clock of which the rules warn.
pub fn returns(
    conn: &Connection,
    unit: &OfficeCode,
    now: Timestamp,
    soon: Option<Timestamp>,
) -> Result<ReturnFigures, StoreError> {
    // The last day of a deadline is today when it runs out as tomorrow begins.
    let tomorrow = day_begins(now) + SignedDuration::from_hours(24);
    conn.prepare_cached(
        "SELECT count(*), count(*) FILTER (WHERE due_at < ?2), count(*) FILTER (WHERE due_at <= ?3),
                count(*) FILTER (WHERE due_at > ?3 AND due_at <= ?5), count(*) FILTER (WHERE due_at = ?4)
         FROM seal_line WHERE due_from = ?1",
    )
    .and_then(|mut select| {
        select.query_row(params![unit.as_str(), millis(now), millis(tomorrow), NO_DEADLINE, soon.map(millis)], |row| {
            Ok(ReturnFigures {
                to_return: row.get(0)?,
                overdue: row.get(1)?,
                due_today: row.get(2)?,
                soon: row.get(3)?,
                no_deadline: row.get(4)?,
            })
        })
    })
    .map_err(database)
}

pub fn turnaround(conn: &Connection, unit: &OfficeCode, since: Timestamp) -> Result<Turnaround, StoreError> {
    let mut sum = Turnaround::default();
    for part in parts_of_belonging(unit) {
        let sql = format!("SELECT count(*), coalesce(sum(away), 0) FROM seal_line{}", part.conditions);
        let (seals, away): (u64, u64) = conn
            .prepare_cached(&sql)
            .and_then(|mut select| {
                select.query_row(params_from_iter(part.values), |row| Ok((row.get(0)?, row.get(1)?)))
            })
            .map_err(database)?;
        sum.seals += seals;
        sum.away += away;
    }
    for mut part in parts_of_belonging(unit) {
        part.and("armed_at >= ?", [Value::Integer(millis(since))]);
        let sql = format!(
            "SELECT count(whole), coalesce(sum(whole), 0), count(on_the_road), coalesce(sum(on_the_road), 0),
                    count(held), coalesce(sum(held), 0), count(on_the_way_home), coalesce(sum(on_the_way_home), 0)
             FROM seal_turn{}",
            part.conditions
        );
        let legs: [Days; 4] = conn
            .prepare_cached(&sql)
            .and_then(|mut select| {
                select.query_row(params_from_iter(part.values), |row| {
                    let leg =
                        |n: usize| Ok::<_, rusqlite::Error>(Days { turns: row.get(2 * n)?, days: row.get(2 * n + 1)? });
                    Ok([leg(0)?, leg(1)?, leg(2)?, leg(3)?])
                })
            })
            .map_err(database)?;
        let sums = [&mut sum.whole, &mut sum.on_the_road, &mut sum.held, &mut sum.on_the_way_home];
        for (sum, leg) in sums.into_iter().zip(legs) {
            sum.turns += leg.turns;
            sum.days += leg.days;
        }
    }
    Ok(sum)
}

/// On the road, held, on the way home, and where it was held.
type LegColumns = (Option<i64>, Option<i64>, Option<i64>, Option<String>);

/// Days of each leg of the last turn that a seal has behind it.
pub fn last_legs(conn: &Connection, seal: &SealNo) -> Result<Option<Legs>, StoreError> {
    let legs: Option<LegColumns> = conn
        .prepare_cached(
            "SELECT on_the_road, held, on_the_way_home, off_unit FROM seal_turn
             WHERE seal = ?1 AND whole IS NOT NULL ORDER BY n DESC LIMIT 1",
        )
        .and_then(|mut select| {
            let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?));
            select.query_row(params![seal.as_str()], read).optional()
        })
        .map_err(database)?;
    let Some((on_the_road, held, on_the_way_home, at)) = legs else { return Ok(None) };
    Ok(Some(Legs { on_the_road, held, on_the_way_home, at: at.map(|code| from_code(&code)).transpose()? }))
}

pub fn holders(
    conn: &Connection,
    unit: &OfficeCode,
    since: Timestamp,
    now: Timestamp,
) -> Result<Vec<Holder>, StoreError> {
    let mut holders: BTreeMap<String, Holder> = BTreeMap::new();
    let mut note = |code: String, seals, overdue, since: Option<i64>, held: Days| -> Result<(), StoreError> {
        let since = since.map(moment).transpose()?;
        let unit = from_code(&code)?;
        let holder = holders.entry(code).or_insert_with(|| Holder {
            unit,
            seals: 0,
            overdue: 0,
            since: None,
            held: Days::default(),
        });
        holder.seals += seals;
        holder.overdue += overdue;
        holder.since = [holder.since, since].into_iter().flatten().min();
        holder.held.turns += held.turns;
        holder.held.days += held.days;
        Ok(())
    };
    // Only what has to go home: a unit's own stock and that of the one it manages for are no hold.
    for mut part in parts_of_belonging(unit) {
        part.and("due_from IS NOT NULL AND holder = due_from", []);
        let sql = format!(
            "SELECT holder, count(*), count(*) FILTER (WHERE due_at < {}), min(held_since) FROM seal_line{} GROUP BY holder",
            millis(now),
            part.conditions
        );
        let mut select = conn.prepare(&sql).map_err(database)?;
        let mut rows = select.query(params_from_iter(part.values)).map_err(database)?;
        while let Some(row) = rows.next().map_err(database)? {
            let read = || Ok::<_, rusqlite::Error>((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?));
            let (code, seals, overdue, since) = read().map_err(database)?;
            note(code, seals, overdue, since, Days::default())?;
        }
    }
    for mut part in parts_of_belonging(unit) {
        part.and("armed_at >= ?", [Value::Integer(millis(since))]);
        part.and("held IS NOT NULL", []);
        let sql =
            format!("SELECT off_unit, count(held), sum(held) FROM seal_turn{} GROUP BY off_unit", part.conditions);
        let mut select = conn.prepare_cached(&sql).map_err(database)?;
        let mut rows = select.query(params_from_iter(part.values)).map_err(database)?;
        while let Some(row) = rows.next().map_err(database)? {
            let read = || Ok::<_, rusqlite::Error>((row.get(0)?, Days { turns: row.get(1)?, days: row.get(2)? }));
            let (code, held) = read().map_err(database)?;
            note(code, 0, 0, None, held)?;
        }
    }
    let mut holders: Vec<Holder> = holders.into_values().collect();
    holders.sort_by_key(|holder| (holder.seals == 0, holder.since.is_none(), holder.since, holder.unit.clone()));
    Ok(holders)
}
