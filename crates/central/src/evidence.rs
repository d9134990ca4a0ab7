//! Photographs that facts name and whose bytes have not come: which, since when, and from when on they are overdue. A phone
//! that was lost or wiped with them is seen here.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use seal_core::event::{Event, SignedEvent};
use seal_core::ids::{CaseId, DeviceId, EventId, OfficeCode, OfficerId, Sha256};
use seal_core::officer::Role;
use seal_core::time::{after, date_in_vietnam};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::blocking;
use crate::db::{Connection, Trouble, moment};
use crate::packs::in_force;
use crate::problem::Refusal;
use crate::session::Session;
use crate::{Central, feed};

/// Lines in one answer; the oldest come first, and the counts are of all.
const LINES: usize = 500;

/// A photograph that a fact names and that is not here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MissingPhoto {
    /// SHA-256 of its bytes, hexadecimal.
    #[schema(value_type = String)]
    pub photo: Sha256,
    /// It is the small derived picture.
    pub thumbnail: bool,
    /// The fact that names it, UUID.
    #[schema(value_type = String)]
    pub event: EventId,
    /// UUID.
    #[schema(value_type = Option<String>)]
    pub case: Option<CaseId>,
    /// Seals of that case, or of the parcel.
    pub seals: Vec<String>,
    /// Whose fact it is.
    #[schema(value_type = String)]
    pub unit: OfficeCode,
    /// Who took it.
    #[schema(value_type = String)]
    pub officer: OfficerId,
    /// The phone that had it, UUID.
    #[schema(value_type = String)]
    pub device: DeviceId,
    /// When the central took the fact, RFC 3339.
    #[schema(value_type = String)]
    pub since: Timestamp,
    /// From then on it is overdue, by the rule pack in force; left out when no rule says.
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// It is overdue now.
    pub overdue: bool,
}

/// What is missing.
#[derive(Serialize, ToSchema)]
pub(crate) struct MissingPhotos {
    /// How many are missing.
    missing: usize,
    /// How many of them are overdue.
    overdue: usize,
    /// The oldest of them, at most 500.
    photos: Vec<MissingPhoto>,
}

/// Photographs that facts of the officer's unit name and that have not come; an auditor is told those of all units.
#[utoipa::path(get, path = "/v1/missing-photos", security(("bearer" = [])),
    responses((status = 200, body = MissingPhotos)))]
pub(crate) async fn missing(State(central): State<Central>, session: Session) -> Result<Json<MissingPhotos>, Refusal> {
    let mut photos = blocking(move || Ok(central.missing_photos()?)).await?;
    photos.retain(|photo| photo.unit == session.officer.unit || session.officer.is(Role::Auditor));
    let (missing, overdue) = (photos.len(), photos.iter().filter(|photo| photo.overdue).count());
    photos.truncate(LINES);
    Ok(Json(MissingPhotos { missing, overdue, photos }))
}

impl Central {
    /// Photographs that facts name and that have not come, the oldest first.
    ///
    /// # Errors
    /// [`Trouble`].
    pub fn missing_photos(&self) -> Result<Vec<MissingPhoto>, Trouble> {
        let now = (self.0.clock)();
        self.0.db.with(|db| missing_at(&*db.snapshot()?, now))
    }
}

fn missing_at(db: &Connection, now: Timestamp) -> Result<Vec<MissingPhoto>, Trouble> {
    let rules = in_force(db)?;
    let unsent = "SELECT event_photo.sha256, event.cose, event.received_at FROM event_photo
         JOIN event ON event.seq = event_photo.seq LEFT JOIN photo ON photo.sha256 = event_photo.sha256
         WHERE photo.complete_at IS NULL ORDER BY event.seq";
    let rows: Vec<([u8; 32], Vec<u8>, i64)> =
        db.query_all(unsent, (), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let line = |(digest, cose, received): ([u8; 32], Vec<u8>, i64)| -> Result<MissingPhoto, Trouble> {
        let event = SignedEvent::read(&cose).map_err(|error| Trouble::Stored(error.to_string()))?.event;
        let (photo, since) = (Sha256(digest), moment(received)?);
        let due = rules.photo_term(date_in_vietnam(since)).map(|term| after(since, term));
        Ok(MissingPhoto {
            photo,
            thumbnail: event.fact.photo().is_some_and(|named| named.sha256 != photo),
            seals: seals(db, &event)?,
            event: event.id,
            case: event.case,
            unit: event.unit,
            officer: event.officer,
            device: event.device,
            since,
            due,
            overdue: due.is_some_and(|due| due < now),
        })
    };
    rows.into_iter().map(line).collect()
}

/// Seals of what the event is about: a photograph names none itself.
fn seals(db: &Connection, event: &Event) -> Result<Vec<String>, Trouble> {
    let about = event.case.map(feed::case).into_iter().chain(event.fact.parcel().map(feed::parcel));
    let mut seals = BTreeSet::new();
    for subject in about {
        let of_it = "SELECT DISTINCT other.subject FROM event_subject mine JOIN event_subject other USING (seq)
             WHERE mine.subject = ?1 AND other.subject LIKE 'seal/%'";
        db.query_each(of_it, [subject], |row| {
            let subject: String = row.get(0)?;
            seals.extend(subject.strip_prefix("seal/").map(str::to_owned));
            Ok(())
        })?;
    }
    Ok(seals.into_iter().collect())
}
