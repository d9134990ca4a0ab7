//! Reading lists: narrow lines by keyset pages. Each statement walks an index in the list's order and stops after a page.

use jiff::Timestamp;
use rusqlite::types::Value;
use rusqlite::{Connection, Row, params_from_iter};
use seal_core::case::CasePhase;
use seal_core::courier::{Starts, warned_until};
use seal_core::custody::Whereabouts;
use seal_core::figures::{HandCount, Holder, Legs, ReturnFigures, StockCount, Turnaround};
use seal_core::ids::{CaseId, OfficeCode, ParcelId};
use seal_core::line::{CaseLine, ParcelLine, SealLine};
use seal_core::seal_no::SealNo;
use seal_core::search::Needle;
use serde::de::DeserializeOwned;

use super::codec::{self, database, from_code, millis, moment, to_code};
use super::{SqliteStore, figures};
use crate::ports::lists::{
    CaseList, Cases, Hand, Lines, Lists, Mark, NO_DEADLINE, Page, ParcelList, Parcels, SealList, Seals,
};
use crate::ports::store::StoreError;

impl Lists for SqliteStore {
    fn seal_lines(&self, list: &SealList, page: &Page) -> Result<Lines<SealLine>, StoreError> {
        self.read(|conn| seals(conn, list, page))
    }

    fn seal_count(&self, list: &SealList) -> Result<u64, StoreError> {
        self.read(|conn| seal_count(conn, list))
    }

    fn return_lines(&self, unit: &OfficeCode, page: &Page) -> Result<Lines<SealLine>, StoreError> {
        self.read(|conn| returns(conn, unit, page))
    }

    fn turn_lines(&self, unit: &OfficeCode, page: &Page) -> Result<Lines<SealLine>, StoreError> {
        self.read(|conn| turns(conn, unit, page))
    }

    fn held_lines(&self, unit: &OfficeCode, page: &Page) -> Result<Lines<SealLine>, StoreError> {
        self.read(|conn| held(conn, unit, page))
    }

    fn last_legs(&self, seal: &SealNo) -> Result<Option<Legs>, StoreError> {
        self.read(|conn| figures::last_legs(conn, seal))
    }

    fn stock(&self, which: &Seals) -> Result<Vec<StockCount>, StoreError> {
        self.read(|conn| figures::stock(conn, which))
    }

    fn hands(&self, unit: &OfficeCode) -> Result<Vec<HandCount>, StoreError> {
        self.read(|conn| figures::hands(conn, unit))
    }

    fn return_figures(&self, unit: &OfficeCode, now: Timestamp) -> Result<ReturnFigures, StoreError> {
        let soon = warned_until(&self.rules_in_force(), now);
        self.read(|conn| figures::returns(conn, unit, now, soon))
    }

    fn turnaround(&self, unit: &OfficeCode, since: Timestamp) -> Result<Turnaround, StoreError> {
        self.read(|conn| figures::turnaround(conn, unit, since))
    }

    fn holders(&self, unit: &OfficeCode, since: Timestamp, now: Timestamp) -> Result<Vec<Holder>, StoreError> {
        self.read(|conn| figures::holders(conn, unit, since, now))
    }

    fn case_lines(&self, list: &CaseList, page: &Page) -> Result<Lines<CaseLine>, StoreError> {
        self.read(|conn| cases(conn, list, page))
    }

    fn case_count(&self, list: &CaseList) -> Result<u64, StoreError> {
        self.read(|conn| case_count(conn, list))
    }

    fn shift_lines(&self, unit: &OfficeCode, since: Timestamp) -> Result<Vec<CaseLine>, StoreError> {
        self.read(|conn| shift(conn, unit, since))
    }

    fn parcel_lines(&self, list: &ParcelList, page: &Page) -> Result<Lines<ParcelLine>, StoreError> {
        self.read(|conn| parcels(conn, list, page))
    }

    fn parcel_count(&self, list: &ParcelList) -> Result<u64, StoreError> {
        self.read(|conn| parcel_count(conn, list))
    }
}

/// Columns of a line, in the order in which they are read and written.
pub const SEAL: &str = "no, seal_type, kind, owner, manager, life, holder, on_case, in_parcel, held_since, condition, \
    reserved_for, off_at, received_at, due_from, due_at, armed_at, home_at, turn_days, officer";
/// See [`SEAL`].
pub const CASE: &str = "id, container, containers, declaration, trader, vehicle, origin, destination, ground, goods_group, \
    phase, seals, seals_on, conflict, planned_at, changed_at, approved";
/// See [`SEAL`].
pub const PARCEL: &str = "id, number, origin, destination, seals, stage, packed_at, handed_at, waybill, received_at, differences, open, \
    news_at";

/// A statement in the making: its conditions and what stands for the question marks, in order.
#[derive(Default)]
pub struct Asked {
    pub conditions: String,
    pub values: Vec<Value>,
}

impl Asked {
    /// One more condition, with the values of its question marks.
    pub fn and<const N: usize>(&mut self, condition: &str, values: [Value; N]) {
        self.conditions.push_str(if self.conditions.is_empty() { " WHERE " } else { " AND " });
        self.conditions.push_str(condition);
        self.values.extend(values);
    }

    /// What an officer typed stands in a folded text, see [`Needle::is_in`].
    fn found(&mut self, column: &str, Needle { words, tight }: Needle) {
        let one = format!("instr({column}, ?) > 0");
        if words == tight {
            self.and(&one, [Value::Text(words)]);
        } else {
            self.and(&format!("({one} OR {one})"), [Value::Text(words), Value::Text(tight)]);
        }
    }
}

pub fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

/// Whose seals. A list of what belongs to a unit is of two parts that share no seal: owned, and managed for another.
pub fn parts_of(which: &Seals) -> Vec<Asked> {
    let mut parts = vec![Asked::default()];
    match which {
        Seals::HeldBy(unit) => parts[0].and("holder = ?", [text(unit.as_str())]),
        Seals::DueFrom(unit) => parts[0].and("due_from = ?", [text(unit.as_str())]),
        Seals::BelongingTo(unit) => return parts_of_belonging(unit),
    }
    parts
}

pub fn parts_of_belonging(unit: &OfficeCode) -> Vec<Asked> {
    let (mut owned, mut managed) = (Asked::default(), Asked::default());
    owned.and("owner = ?", [text(unit.as_str())]);
    managed.and("manager = ? AND owner <> ?", [text(unit.as_str()), text(unit.as_str())]);
    vec![owned, managed]
}

fn seal_parts(list: &SealList) -> Result<Vec<Asked>, StoreError> {
    let mut parts = parts_of(&list.which);
    for part in &mut parts {
        if let Some(kind) = list.kind {
            part.and("kind = ?", [text(kind.code())]);
        }
        if let Some(life) = &list.life {
            part.and("life = ?", [Value::Text(to_code(life)?)]);
        }
        match &list.hand {
            Hand::Any => {}
            Hand::Nobody => part.and("officer IS NULL", []),
            Hand::Officer(officer) => part.and("officer = ?", [text(&officer.0)]),
        }
        if let Some(needle) = Needle::of(&list.search) {
            part.and("instr(lower(no), ?) > 0", [Value::Text(needle.tight)]);
        }
    }
    Ok(parts)
}

/// One statement over the parts, which share no line; each is walked in the order, and one merged from them.
fn page_of(columns: &str, table: &str, parts: Vec<Asked>, order: &str, limit: usize) -> (String, Vec<Value>) {
    let mut sql = String::new();
    let mut values = Vec::new();
    for part in parts {
        if !sql.is_empty() {
            sql.push_str(" UNION ALL ");
        }
        sql.push_str(&format!("SELECT {columns} FROM {table}{}", part.conditions));
        values.extend(part.values);
    }
    sql.push_str(&format!(" ORDER BY {order} LIMIT ?"));
    // One more shows whether there is a next page.
    values.push(Value::Integer(i64::try_from(limit).unwrap_or(i64::MAX - 1).saturating_add(1)));
    (sql, values)
}

fn read<T>(
    conn: &Connection,
    (sql, values): (String, Vec<Value>),
    limit: usize,
    line: impl Fn(&Row<'_>) -> Result<T, StoreError>,
    mark: impl Fn(&T) -> Mark,
) -> Result<Lines<T>, StoreError> {
    let mut select = conn.prepare_cached(&sql).map_err(database)?;
    let mut rows = select.query(params_from_iter(values)).map_err(database)?;
    let mut lines = Vec::new();
    while let Some(row) = rows.next().map_err(database)? {
        lines.push(line(row)?);
    }
    let more = lines.len() > limit;
    lines.truncate(limit);
    let next = if more { lines.last().map(mark) } else { None };
    Ok(Lines { lines, next })
}

fn count(conn: &Connection, table: &str, parts: Vec<Asked>) -> Result<u64, StoreError> {
    let mut sum = 0;
    for part in parts {
        let sql = format!("SELECT count(*) FROM {table}{}", part.conditions);
        sum += conn
            .prepare_cached(&sql)
            .and_then(|mut select| select.query_row(params_from_iter(part.values), |row| row.get::<_, u64>(0)))
            .map_err(database)?;
    }
    Ok(sum)
}

// ── seals ──

pub fn seals(conn: &Connection, list: &SealList, page: &Page) -> Result<Lines<SealLine>, StoreError> {
    let mut parts = seal_parts(list)?;
    if let Some(mark) = &page.after {
        parts.iter_mut().for_each(|part| part.and("no > ?", [text(&mark.id)]));
    }
    let mark = |line: &SealLine| Mark { order: 0, id: line.no.as_str().to_owned() };
    read(conn, page_of(SEAL, "seal_line", parts, "no", page.limit), page.limit, seal_line, mark)
}

pub fn seal_count(conn: &Connection, list: &SealList) -> Result<u64, StoreError> {
    count(conn, "seal_line", seal_parts(list)?)
}

pub fn returns(conn: &Connection, unit: &OfficeCode, page: &Page) -> Result<Lines<SealLine>, StoreError> {
    let mut parts = parts_of(&Seals::DueFrom(unit.clone()));
    if let Some(mark) = &page.after {
        parts[0].and("(due_at, no) > (?, ?)", [Value::Integer(mark.order), text(&mark.id)]);
    }
    let mark =
        |line: &SealLine| Mark { order: line.due_at.map_or(NO_DEADLINE, millis), id: line.no.as_str().to_owned() };
    read(conn, page_of(SEAL, "seal_line", parts, "due_at, no", page.limit), page.limit, seal_line, mark)
}

pub fn turns(conn: &Connection, unit: &OfficeCode, page: &Page) -> Result<Lines<SealLine>, StoreError> {
    let mut parts = parts_of_belonging(unit);
    for part in &mut parts {
        part.and("turn_days IS NOT NULL", []);
        if let Some(Mark { order, id }) = &page.after {
            let days = Value::Integer(*order);
            part.and("turn_days <= ? AND (turn_days < ? OR no > ?)", [days.clone(), days, text(id)]);
        }
    }
    let mark = |line: &SealLine| Mark { order: line.turn_days.unwrap_or(0), id: line.no.as_str().to_owned() };
    read(conn, page_of(SEAL, "seal_line", parts, "turn_days DESC, no", page.limit), page.limit, seal_line, mark)
}

pub fn held(conn: &Connection, unit: &OfficeCode, page: &Page) -> Result<Lines<SealLine>, StoreError> {
    let mut parts = parts_of_belonging(unit);
    for part in &mut parts {
        part.and("due_from IS NOT NULL AND holder = due_from AND held_since IS NOT NULL", []);
        if let Some(Mark { order, id }) = &page.after {
            part.and("(held_since, no) > (?, ?)", [Value::Integer(*order), text(id)]);
        }
    }
    let mark = |line: &SealLine| Mark { order: line.held_since.map_or(0, millis), id: line.no.as_str().to_owned() };
    read(conn, page_of(SEAL, "seal_line", parts, "held_since, no", page.limit), page.limit, seal_line, mark)
}

// ── cases ──

fn case_asked(list: &CaseList) -> Result<Asked, StoreError> {
    let mut asked = Asked::default();
    match &list.which {
        Cases::From(unit) => asked.and("origin = ?", [text(unit.as_str())]),
        Cases::To(unit) => asked.and("destination = ?", [text(unit.as_str())]),
        Cases::All => {}
    }
    // Written out: a partial index answers no question mark.
    match list.open {
        Some(true) => asked.and("closed = 0", []),
        Some(false) => asked.and("closed = 1", []),
        None => {}
    }
    match list.phase {
        Some(CasePhase::Uncertain) => asked.and("phase = 'uncertain'", []),
        Some(phase) => asked.and("phase = ?", [Value::Text(to_code(&phase)?)]),
        None => {}
    }
    Ok(asked)
}

pub fn cases(conn: &Connection, list: &CaseList, page: &Page) -> Result<Lines<CaseLine>, StoreError> {
    let mut asked = case_asked(list)?;
    let needle = Needle::of(&list.search);
    // A search walks the texts, in the same order.
    let (columns, table, at, id) = match &needle {
        Some(_) => {
            let columns = format!("case_line.{}", CASE.replace(", ", ", case_line."));
            (columns, "case_text CROSS JOIN case_line USING (id)", "case_text.planned_at", "case_text.id")
        }
        None => (CASE.to_owned(), "case_line", "planned_at", "id"),
    };
    if let Some(needle) = needle {
        asked.found("case_text.text", needle);
    }
    if let Some(Mark { order, id: last }) = &page.after {
        let last = blob(last)?;
        let condition = format!("({at}, {id}) < (?, ?)");
        asked.and(&condition, [Value::Integer(*order), last]);
    }
    let order = format!("{at} DESC, {id} DESC");
    let mark = |line: &CaseLine| Mark { order: millis(line.planned_at), id: line.id.to_string() };
    read(conn, page_of(&columns, table, vec![asked], &order, page.limit), page.limit, case_line, mark)
}

pub fn case_count(conn: &Connection, list: &CaseList) -> Result<u64, StoreError> {
    let mut asked = case_asked(list)?;
    let Some(needle) = Needle::of(&list.search) else {
        return count(conn, "case_line", vec![asked]);
    };
    asked.found("text", needle);
    count(conn, "case_text CROSS JOIN case_line USING (id)", vec![asked])
}

pub fn shift(conn: &Connection, unit: &OfficeCode, since: Timestamp) -> Result<Vec<CaseLine>, StoreError> {
    let sql = format!(
        "SELECT {CASE} FROM case_line WHERE rowid IN (
             SELECT rowid FROM case_line WHERE origin = ?1 AND closed = 0
             UNION SELECT rowid FROM case_line WHERE destination = ?1 AND closed = 0
             UNION SELECT rowid FROM case_line WHERE origin = ?1 AND closed = 1 AND changed_at >= ?2
             UNION SELECT rowid FROM case_line WHERE destination = ?1 AND closed = 1 AND changed_at >= ?2)"
    );
    let mut select = conn.prepare_cached(&sql).map_err(database)?;
    let mut rows = select.query((unit.as_str(), millis(since))).map_err(database)?;
    let mut lines = Vec::new();
    while let Some(row) = rows.next().map_err(database)? {
        lines.push(case_line(row)?);
    }
    Ok(lines)
}

// ── parcels ──

fn parcel_parts(list: &ParcelList) -> Result<Vec<Asked>, StoreError> {
    let (mut from, mut to) = (Asked::default(), Asked::default());
    let mut parts = match &list.which {
        Parcels::From(unit) => {
            from.and("origin = ?", [text(unit.as_str())]);
            vec![from]
        }
        Parcels::To(unit) => {
            to.and("destination = ?", [text(unit.as_str())]);
            vec![to]
        }
        Parcels::Of(unit) => {
            from.and("origin = ?", [text(unit.as_str())]);
            to.and("destination = ? AND origin <> ?", [text(unit.as_str()), text(unit.as_str())]);
            vec![from, to]
        }
    };
    for part in &mut parts {
        // Written out: a partial index answers no question mark.
        if list.open {
            part.and("open > 0", []);
        }
        if !list.stages.is_empty() {
            part.and(&format!("stage IN ({})", vec!["?"; list.stages.len()].join(", ")), []);
            for stage in &list.stages {
                part.values.push(Value::Text(to_code(stage)?));
            }
        }
        if let Some(needle) = Needle::of(&list.search) {
            part.found("text", needle);
        }
    }
    Ok(parts)
}

pub fn parcels(conn: &Connection, list: &ParcelList, page: &Page) -> Result<Lines<ParcelLine>, StoreError> {
    let mut parts = parcel_parts(list)?;
    if let Some(Mark { order, id }) = &page.after {
        let id = blob(id)?;
        parts.iter_mut().for_each(|part| part.and("(packed_at, id) < (?, ?)", [Value::Integer(*order), id.clone()]));
    }
    let mark = |line: &ParcelLine| Mark { order: millis(line.packed_at), id: line.id.to_string() };
    let asked = page_of(PARCEL, "parcel_line", parts, "packed_at DESC, id DESC", page.limit);
    read(conn, asked, page.limit, parcel_line, mark)
}

pub fn parcel_count(conn: &Connection, list: &ParcelList) -> Result<u64, StoreError> {
    count(conn, "parcel_line", parcel_parts(list)?)
}

// ── lines of rows; columns in the order of the lists above ──

/// An id as it stands in a mark, as it stands in a column.
fn blob(id: &str) -> Result<Value, StoreError> {
    let id: CaseId = id.parse().map_err(|_| StoreError::Database("a mark of another list".to_owned()))?;
    Ok(Value::Blob(id.0.as_bytes().to_vec()))
}

fn get<T: rusqlite::types::FromSql>(row: &Row<'_>, column: usize) -> Result<T, StoreError> {
    row.get(column).map_err(database)
}

fn at(row: &Row<'_>, column: usize) -> Result<Option<Timestamp>, StoreError> {
    get::<Option<i64>>(row, column)?.map(moment).transpose()
}

fn code<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> Result<Option<T>, StoreError> {
    get::<Option<String>>(row, column)?.map(|code| from_code(&code)).transpose()
}

fn must<T>(value: Option<T>) -> Result<T, StoreError> {
    value.ok_or_else(|| StoreError::Database("a column of a list is empty".to_owned()))
}

fn uuid(row: &Row<'_>, column: usize) -> Result<Option<uuid::Uuid>, StoreError> {
    get::<Option<Vec<u8>>>(row, column)?.map(|id| codec::uuid(&id)).transpose()
}

fn seal_line(row: &Row<'_>) -> Result<SealLine, StoreError> {
    let holder = code::<OfficeCode>(row, 6)?;
    let whereabouts = match (holder, uuid(row, 7)?, uuid(row, 8)?) {
        (Some(unit), _, _) => Some(Whereabouts::Unit { unit }),
        (None, Some(case), _) => Some(Whereabouts::OnCase { case: CaseId(case) }),
        (None, None, Some(parcel)) => Some(Whereabouts::InParcel { parcel: ParcelId(parcel) }),
        (None, None, None) => None,
    };
    let due_at: i64 = get(row, 15)?;
    Ok(SealLine {
        no: must(code(row, 0)?)?,
        seal_type: code(row, 1)?,
        kind: code(row, 2)?,
        owner: code(row, 3)?,
        manager: code(row, 4)?,
        life: code(row, 5)?,
        whereabouts,
        held_since: at(row, 9)?,
        condition: code(row, 10)?,
        reserved_for: uuid(row, 11)?.map(CaseId),
        starts: Starts { off: at(row, 12)?, received: at(row, 13)? },
        due_from: code(row, 14)?,
        due_at: (due_at != NO_DEADLINE).then(|| moment(due_at)).transpose()?,
        armed_at: at(row, 16)?,
        home_at: at(row, 17)?,
        turn_days: get(row, 18)?,
        officer: code(row, 19)?,
    })
}

fn case_line(row: &Row<'_>) -> Result<CaseLine, StoreError> {
    Ok(CaseLine {
        id: CaseId(must(uuid(row, 0)?)?),
        container: code(row, 1)?,
        containers: get(row, 2)?,
        declaration: code(row, 3)?,
        trader: get(row, 4)?,
        vehicle: get(row, 5)?,
        origin: must(code(row, 6)?)?,
        destination: must(code(row, 7)?)?,
        ground: code(row, 8)?,
        group: code(row, 9)?,
        phase: must(code(row, 10)?)?,
        seals: get(row, 11)?,
        seals_on: get(row, 12)?,
        conflict: get(row, 13)?,
        planned_at: must(at(row, 14)?)?,
        changed_at: at(row, 15)?,
        approved: get(row, 16)?,
    })
}

fn parcel_line(row: &Row<'_>) -> Result<ParcelLine, StoreError> {
    Ok(ParcelLine {
        id: ParcelId(must(uuid(row, 0)?)?),
        number: get(row, 1)?,
        from: must(code(row, 2)?)?,
        to: must(code(row, 3)?)?,
        seals: get(row, 4)?,
        stage: must(code(row, 5)?)?,
        packed_at: must(at(row, 6)?)?,
        handed_at: at(row, 7)?,
        waybill: get(row, 8)?,
        received_at: at(row, 9)?,
        differences: get(row, 10)?,
        open: get(row, 11)?,
        news_at: at(row, 12)?,
    })
}
