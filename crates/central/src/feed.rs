//! What each unit follows, and what it is sent.
//!
//! A unit follows *subjects*: cases (`case/<id>`), seals (`seal/<no>`), parcels (`parcel/<id>`). When it begins to follow
//! one, its feed gets the subject's document and every event about it so far; from then on each new one. So a seal that
//! comes to a unit on its third trip brings its history along, and nothing committed earlier is ever missed. A unit never
//! stops following. `doc/<subject>` follows the document alone.
//!
//! What makes a unit follow is decided in [`Following::follow_by_doc`] and [`Following::follow_by_event`], and only there.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use seal_core::doc::{Doc, SealDoc};
use seal_core::event::{Event, SignedEvent};
use seal_core::fact::Fact;
use seal_core::ids::{CaseId, EventId, OfficerId, ParcelId};
use seal_core::officer::Officer;
use seal_core::seal_no::SealNo;
use seal_core::wire::{B64, CHANGES_MEDIA_TYPE, Change, ChangesResponse, PROTO};
use serde::Deserialize;

use crate::api::{QueryOf, blocking};
use crate::db::{Bind as _, Connection, Row, Transaction, Trouble, epoch};
use crate::problem::Refusal;
use crate::session::Session;
use crate::{Central, log};

/// Every unit.
const ALL: &str = "*";
/// Changes in one answer, unless asked for fewer.
pub(crate) const PAGE: u32 = 500;
/// Bytes of changes after which an answer ends early.
const PAGE_BYTES: usize = 1 << 20;

pub(crate) fn case(id: CaseId) -> String {
    format!("case/{id}")
}

pub(crate) fn seal(no: &SealNo) -> String {
    format!("seal/{}", no.as_str())
}

pub(crate) fn parcel(id: ParcelId) -> String {
    format!("parcel/{id}")
}

/// Adds or replaces a document and sends it to the units it concerns; nothing happens when it is unchanged.
pub(crate) fn put_doc(tx: &Transaction, doc: &Doc) -> Result<(), Trouble> {
    Following::of(tx).put_doc(doc)
}

/// Who follows what, asked for once and remembered until the transaction ends.
pub(crate) struct Following<'a> {
    tx: &'a Transaction<'a>,
    known: RefCell<HashMap<String, Followers>>,
    /// Events that units are to be sent.
    events: RefCell<Vec<(String, i64)>>,
}

/// Units that follow a subject.
#[derive(Default)]
struct Followers {
    /// Its document and its events.
    whole: BTreeSet<String>,
    doc_alone: BTreeSet<String>,
}

impl<'a> Following<'a> {
    pub(crate) fn of(tx: &'a Transaction<'a>) -> Self {
        Self { tx, known: RefCell::default(), events: RefCell::default() }
    }

    /// See [`put_doc`].
    pub(crate) fn put_doc(&self, doc: &Doc) -> Result<(), Trouble> {
        let tx = self.tx;
        let (key, json) = (doc.key(), serde_json::to_string(doc)?);
        let changed = tx.execute(
            "INSERT INTO doc (key, json) VALUES (?1, ?2)
             ON CONFLICT (key) DO UPDATE SET json = excluded.json WHERE doc.json <> excluded.json",
            (&key, &json),
        )?;
        if let Doc::Officer(officer) = doc {
            tx.post(
                "INSERT INTO officer_unit (officer, unit) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                (&officer.id.0, officer.unit.as_str()),
            )?;
        }
        if changed == 0 {
            return Ok(());
        }
        self.follow_by_doc(doc)?;
        for unit in
            self.with(&key, |followers| followers.whole.union(&followers.doc_alone).cloned().collect::<Vec<_>>())?
        {
            send_doc(tx, &unit, &key)?;
        }
        Ok(())
    }

    fn follow_by_doc(&self, doc: &Doc) -> Result<(), Trouble> {
        let key = doc.key();
        match doc {
            Doc::Case(case) => {
                self.follow(case.origin.as_str(), &key)?;
                self.follow(case.destination.as_str(), &key)
            }
            Doc::Seal(seal) => {
                for unit in [&seal.owner, &seal.manager, &seal.holder] {
                    self.follow(unit.as_str(), &key)?;
                }
                Ok(())
            }
            // Keys of all phones go everywhere: seals change hands between units, and their phones' words must be checkable.
            Doc::Pack(_) | Doc::PackEntry(_) | Doc::Device(_) => self.follow(ALL, &key),
            Doc::Officer(officer) => self.follow(officer.unit.as_str(), &key),
        }
    }

    /// Files an event under its subjects; [`Self::send`] sends it to every unit that follows one of them. `unit` is the
    /// author's, none for the central's own events.
    pub(crate) fn file_event(&self, seq: i64, event: &Event, unit: Option<&str>) -> Result<(), Trouble> {
        let tx = self.tx;
        let subjects = subjects(tx, event)?;
        for subject in &subjects {
            tx.post("INSERT INTO event_subject (subject, seq) VALUES (?1, ?2) ON CONFLICT DO NOTHING", (subject, seq))?;
        }
        self.follow_by_event(event, unit)?;
        let mut units: BTreeSet<String> = unit.map(str::to_owned).into_iter().collect();
        for subject in &subjects {
            units.extend(self.followers(subject)?);
        }
        self.events.borrow_mut().extend(units.into_iter().map(|unit| (unit, seq)));
        Ok(())
    }

    /// Sends what was filed.
    pub(crate) fn send(self) -> Result<(), Trouble> {
        let events = self.events.into_inner();
        let rows: Vec<_> = events.iter().map(|(unit, seq)| [unit.bind(), seq.bind()]).collect();
        self.tx.post_rows("INSERT INTO feed (unit, event)", &rows, "ON CONFLICT DO NOTHING")
    }

    fn follow_by_event(&self, event: &Event, unit: Option<&str>) -> Result<(), Trouble> {
        let fact = &event.fact;
        // Who works on something follows it.
        let mut units: Vec<String> = unit.map(str::to_owned).into_iter().collect();
        match fact {
            Fact::CaseOpened(opened) => {
                units.extend([&opened.origin, &opened.destination].map(|unit| unit.as_str().to_owned()));
            }
            Fact::ParcelPacked(packed) => units.extend([&packed.from, &packed.to].map(|unit| unit.as_str().to_owned())),
            Fact::ParcelReceived(received) => units.push(received.at.as_str().to_owned()),
            Fact::SealReceived(received) => units.push(received.at.as_str().to_owned()),
            // Who has to answer for a loss hears of it.
            Fact::LossReported(reported) => units.push(reported.responsible.as_str().to_owned()),
            Fact::SlipTaken(_) => units.extend(event.handed().iter().flat_map(sides)),
            _ => units.extend(sides(event)),
        }
        for unit in &units {
            if let Some(id) = event.case {
                self.follow(unit, &case(id))?;
            }
            if let Some(id) = fact.parcel() {
                self.follow(unit, &parcel(id))?;
            }
        }
        // A seal of a case comes to all that follow the case (its destination, above all), likewise with parcels.
        if let Some(id) = event.case {
            units.extend(self.followers(&case(id))?);
        }
        if let Fact::ReuseReserved(reserved) = fact {
            units.extend(self.followers(&case(reserved.for_case))?);
        }
        if let Some(id) = fact.parcel() {
            units.extend(self.followers(&parcel(id))?);
        }
        for no in &event.seals() {
            for unit in &units {
                self.follow(unit, &seal(no))?;
            }
            // Who follows the seal sees which case it is on.
            if let Some(id) = event.case {
                for unit in self.followers(&seal(no))? {
                    self.follow(&unit, &format!("doc/{}", case(id)))?;
                }
            }
        }
        Ok(())
    }

    /// `unit` follows `subject` from now on, and is sent what there is of it.
    fn follow(&self, unit: &str, subject: &str) -> Result<(), Trouble> {
        let tx = self.tx;
        let (key, doc_alone) = match subject.strip_prefix("doc/") {
            Some(key) => (key, true),
            None => (subject, false),
        };
        // Who follows the subject follows its document.
        let follows = |known: &mut Followers| known.whole.contains(unit) || doc_alone && known.doc_alone.contains(unit);
        if self.with(key, follows)? {
            return Ok(());
        }
        tx.post("INSERT INTO scope (unit, subject) VALUES (?1, ?2)", (unit, subject))?;
        self.with(key, |known| {
            if doc_alone { &mut known.doc_alone } else { &mut known.whole }.insert(unit.to_owned());
        })?;
        let known: bool = tx.query_row("SELECT EXISTS (SELECT 1 FROM doc WHERE key = ?1)", [key], |row| row.get(0))?;
        if known {
            send_doc(tx, unit, key)?;
        }
        tx.post(
            "INSERT INTO feed (unit, event) SELECT ?1, seq FROM event_subject WHERE subject = ?2 ORDER BY seq
             ON CONFLICT DO NOTHING",
            (unit, subject),
        )?;
        if subject.starts_with("seal/") {
            let cases: Vec<String> = tx.query_all(
                "SELECT DISTINCT other.subject FROM event_subject mine JOIN event_subject other USING (seq)
                 WHERE mine.subject = ?1 AND other.subject LIKE 'case/%'",
                [subject],
                |row| row.get(0),
            )?;
            for case in cases {
                self.follow(unit, &format!("doc/{case}"))?;
            }
        }
        Ok(())
    }

    fn followers(&self, subject: &str) -> Result<Vec<String>, Trouble> {
        self.with(subject, |known| known.whole.iter().cloned().collect())
    }

    /// Hands the followers of a subject to `work`.
    fn with<T>(&self, key: &str, work: impl FnOnce(&mut Followers) -> T) -> Result<T, Trouble> {
        if let Some(followers) = self.known.borrow_mut().get_mut(key) {
            return Ok(work(followers));
        }
        let mut followers = Followers::default();
        let scope = "SELECT unit, subject FROM scope WHERE subject IN (?1, ?2)";
        self.tx.query_each(scope, (key, format!("doc/{key}")), |row| {
            let (unit, subject): (String, String) = (row.get(0)?, row.get(1)?);
            if subject == key { &mut followers.whole } else { &mut followers.doc_alone }.insert(unit);
            Ok(())
        })?;
        let result = work(&mut followers);
        self.known.borrow_mut().insert(key.to_owned(), followers);
        Ok(result)
    }
}

/// Both sides of a hand-over of seals: who gives learns that they were taken, who takes what they are.
fn sides(event: &Event) -> Vec<String> {
    let other = match &event.fact {
        Fact::SealsOffered(offered) => &offered.to_unit,
        Fact::SealsTakenOver(taken) => &taken.from_unit,
        _ => return Vec::new(),
    };
    [&event.unit, other].map(|unit| unit.as_str().to_owned()).into()
}

/// What an event is about. One that speaks of other events is about what they are about.
fn subjects(tx: &Transaction, event: &Event) -> Result<Vec<String>, Trouble> {
    let fact = &event.fact;
    let mut subjects: Vec<String> = event.case.map(case).into_iter().collect();
    subjects.extend(event.seals().iter().map(seal));
    subjects.extend(event.handed().map(|inner| handed_subject(inner.id)));
    subjects.extend(fact.parcel().map(parcel));
    if let Fact::ReuseReserved(reserved) = fact {
        subjects.push(case(reserved.for_case));
    }
    let of_event = "SELECT subject FROM event_subject JOIN event USING (seq) WHERE event.id = ?1";
    for id in fact.speaks_of() {
        subjects.extend(tx.query_all(of_event, [id.0.as_bytes()], |row| row.get::<String>(0))?);
    }
    Ok(subjects)
}

/// A document stands in a feed once, at the place of its newest version.
fn send_doc(tx: &Transaction, unit: &str, key: &str) -> Result<(), Trouble> {
    tx.post("DELETE FROM feed WHERE unit = ?1 AND doc = ?2", (unit, key))?;
    tx.post("INSERT INTO feed (unit, doc) VALUES (?1, ?2)", (unit, key))?;
    Ok(())
}

/// A stored document.
pub(crate) fn doc(db: &Connection, key: &str) -> Result<Option<Doc>, Trouble> {
    let json: Option<String> = db.query_opt("SELECT json FROM doc WHERE key = ?1", [key], |row| row.get(0))?;
    Ok(json.map(|json| serde_json::from_str(&json)).transpose()?)
}

pub(crate) fn officer(db: &Connection, id: &OfficerId) -> Result<Option<Officer>, Trouble> {
    Ok(doc(db, &format!("officer/{id}"))?.and_then(|doc| match doc {
        Doc::Officer(officer) => Some(officer),
        _ => None,
    }))
}

pub(crate) fn seal_doc(db: &Connection, no: &SealNo) -> Result<Option<SealDoc>, Trouble> {
    Ok(doc(db, &seal(no))?.and_then(|doc| match doc {
        Doc::Seal(seal) => Some(seal),
        _ => None,
    }))
}

/// One event.
pub(crate) fn event(db: &Connection, id: EventId) -> Result<Option<Event>, Trouble> {
    db.query_opt("SELECT cose FROM event WHERE id = ?1", [id.0.as_bytes()], read)
}

/// The event of a hand-over that is known here only because another phone kept it as a slip.
pub(crate) fn handed(db: &Connection, id: EventId) -> Result<Option<Event>, Trouble> {
    let subject = handed_subject(id);
    Ok(events_about(db, &subject)?.iter().filter_map(Event::handed).find(|event| event.id == id))
}

fn handed_subject(id: EventId) -> String {
    format!("slip/{id}")
}

/// Every event about a subject, in commit order.
pub(crate) fn events_about(db: &Connection, subject: &str) -> Result<Vec<Event>, Trouble> {
    db.query_all(
        "SELECT cose FROM event_subject JOIN event USING (seq) WHERE subject = ?1 ORDER BY event_subject.seq",
        [subject],
        read,
    )
}

fn read(row: &Row<'_>) -> Result<Event, Trouble> {
    let cose: Vec<u8> = row.get(0)?;
    Ok(SignedEvent::read(&cose).map_err(|e| Trouble::Stored(e.to_string()))?.event)
}

/// What a phone asks for.
#[derive(Deserialize, utoipa::IntoParams)]
pub(crate) struct Asked {
    /// `next` of the answer before; nothing to begin at the beginning.
    cursor: Option<String>,
    /// At most so many changes.
    limit: Option<u32>,
}

/// The next changes in the unit's scope, in commit order.
#[utoipa::path(get, path = "/v1/changes", params(Asked), security(("bearer" = [])), responses(
    (status = 200, content_type = "application/vnd.sealfield.changes+json", body = crate::openapi::ChangesResponse),
    (status = 410, description = "`epoch`: the cursor is of another unit or life of the database, begin again without one",
        body = crate::openapi::Problem),
))]
pub(crate) async fn changes(
    State(central): State<Central>,
    session: Session,
    QueryOf(asked): QueryOf<Asked>,
) -> Result<Response, Refusal> {
    let answer = blocking(move || {
        let server_time = (central.0.clock)();
        central
            .0
            .db
            .with(|db| {
                // One read transaction: the page and its end belong together.
                let tx = db.snapshot()?;
                let epoch = epoch(&tx)?;
                // The unit too: a phone that changes hands between units must begin again.
                let life = format!("{epoch}-{}-", session.officer.unit);
                let Some(after) = position(&tx, asked.cursor.as_deref(), &life)? else { return Ok(None) };
                let limit = asked.limit.unwrap_or(PAGE).clamp(1, PAGE);
                let page = page(&tx, session.officer.unit.as_str(), after, limit)?;
                let next = format!("{life}{}", page.end);
                let proto = PROTO.to_owned();
                let checkpoint = Some(log::checkpoint(&tx, &central.0.signer, server_time)?);
                let Page { changes, more, .. } = page;
                Ok(Some(ChangesResponse { proto, epoch, server_time, changes, next, more, checkpoint }))
            })
            .map_err(Refusal::from)
    })
    .await?;
    let answer = answer.ok_or_else(|| {
        let detail = "Dữ liệu trung tâm đã được khôi phục hoặc tạo lại. Tải lại từ đầu.";
        Refusal::new(StatusCode::GONE, "epoch", detail)
    })?;
    let body = serde_json::to_vec(&answer).map_err(|e| Refusal::from(Trouble::from(e)))?;
    Ok(([(header::CONTENT_TYPE, HeaderValue::from_static(CHANGES_MEDIA_TYPE))], body).into_response())
}

/// The place a cursor stands for; `None` when this database never gave it out to this unit.
fn position(db: &Connection, cursor: Option<&str>, life: &str) -> Result<Option<i64>, Trouble> {
    let Some(cursor) = cursor.filter(|cursor| !cursor.is_empty()) else { return Ok(Some(0)) };
    let Some(after) = cursor.strip_prefix(life) else { return Ok(None) };
    // What is taken out of a feed is put in again at its end: no larger number was given out than the largest there is.
    let newest: i64 = db.query_row("SELECT coalesce(max(n), 0) FROM feed", (), |row| row.get(0))?;
    Ok(after.parse().ok().filter(|after| (0..=newest).contains(after)))
}

struct Page {
    changes: Vec<Change>,
    end: i64,
    more: bool,
}

fn page(db: &Connection, unit: &str, after: i64, limit: u32) -> Result<Page, Trouble> {
    let rows = "SELECT n, event.seq, event.cose, doc.json FROM feed
         LEFT JOIN event ON event.seq = feed.event LEFT JOIN doc ON doc.key = feed.doc
         WHERE unit IN (?1, '*') AND n > ?2 ORDER BY n LIMIT ?3";
    let mut page = Page { changes: Vec::new(), end: after, more: false };
    let mut bytes = 0;
    db.query_each(rows, (unit, after, i64::from(limit) + 1), |row| {
        if page.changes.len() == limit as usize || bytes > PAGE_BYTES {
            page.more = true;
        }
        if page.more {
            return Ok(());
        }
        page.end = row.get(0)?;
        let json: Option<String> = row.get(3)?;
        page.changes.push(match json {
            Some(json) => {
                bytes += json.len();
                Change::Doc { doc: serde_json::from_str(&json)? }
            }
            None => {
                let (seq, cose): (i64, Vec<u8>) = (row.get(1)?, row.get(2)?);
                bytes += cose.len();
                Change::Event { server_seq: seq.unsigned_abs(), cose: B64(cose) }
            }
        });
        Ok(())
    })?;
    Ok(page)
}
