//! What monitoring platforms report of seals. The central signs it as a fact of its own device, on the case the seal is on.

use std::time::Instant;

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use p256::ecdsa::SigningKey;
use p256::elliptic_curve::rand_core::OsRng;
use rusqlite::{Connection, OptionalExtension as _, Transaction};
use seal_core::cbor::CborError;
use seal_core::custody::{SealView, Whereabouts};
use seal_core::doc::Doc;
use seal_core::event::{EVENT_VERSION, Event, SignedEvent, sign_with};
use seal_core::fact::{Fact, TrackingSeen};
use seal_core::ids::{ActId, DeviceId, EventId, Sha256};
use seal_core::officer::Role;
use seal_core::time::Moment;
use seal_core::wire::TrackingRequest;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::{JsonBody, blocking};
use crate::db::Trouble;
use crate::problem::Refusal;
use crate::session::Session;
use crate::{Central, feed, ingest};

/// The central as a device: its id, key and clock since its start.
pub(crate) struct Signer {
    device: DeviceId,
    key: SigningKey,
    boot: Uuid,
    started: Instant,
}

impl Signer {
    /// The central's device, made with the database.
    pub(crate) fn load(db: &mut Connection) -> Result<Self, Trouble> {
        let value =
            |key: &str| db.query_row("SELECT value FROM meta WHERE key = ?1", [key], |row| row.get(0)).optional();
        let (device, secret): (Option<Vec<u8>>, Option<Vec<u8>>) = (value("device")?, value("device_key")?);
        let (device, key) = match (device, secret) {
            (Some(device), Some(secret)) => (
                Uuid::from_slice(&device).map_err(|e| Trouble::Stored(e.to_string()))?,
                SigningKey::from_slice(&secret).map_err(|e| Trouble::Stored(e.to_string()))?,
            ),
            _ => {
                let (device, key) = (Uuid::new_v4(), SigningKey::random(&mut OsRng));
                let tx = db.transaction()?;
                let insert = "INSERT INTO meta (key, value) VALUES (?1, ?2)";
                tx.execute(insert, ("device", device.as_bytes()))?;
                tx.execute(insert, ("device_key", &key.to_bytes()[..]))?;
                tx.commit()?;
                (device, key)
            }
        };
        Ok(Self { device: DeviceId(device), key, boot: Uuid::new_v4(), started: Instant::now() })
    }
}

/// What became of the reports.
#[derive(Serialize, ToSchema)]
pub(crate) struct TrackingResponse {
    /// Reports taken now.
    taken: usize,
    /// Reports taken earlier.
    known: usize,
    /// Seals that are not in the register; their reports were not taken.
    unknown_seals: Vec<String>,
}

/// Takes reports of a monitoring platform. Repeating a report changes nothing.
#[utoipa::path(post, path = "/v1/tracking", security(("bearer" = [])), request_body = crate::openapi::TrackingRequest,
    responses(
        (status = 200, body = TrackingResponse),
        (status = 403, description = "`role`: integrators only", body = crate::openapi::Problem),
))]
pub(crate) async fn report(
    State(central): State<Central>,
    session: Session,
    JsonBody(request): JsonBody<TrackingRequest>,
) -> Result<Json<TrackingResponse>, Refusal> {
    session.require(Role::Integrator)?;
    let take_all = move || {
        let now = (central.0.clock)();
        central.0.db.write(|tx| {
            let mut answer = TrackingResponse { taken: 0, known: 0, unknown_seals: Vec::new() };
            for report in &request.reports {
                take(tx, &central.0.signer, &session, report, now, &mut answer)?;
            }
            Ok(answer)
        })
    };
    Ok(Json(blocking(move || take_all().map_err(Refusal::from)).await?))
}

fn take(
    tx: &Transaction,
    signer: &Signer,
    session: &Session,
    report: &TrackingSeen,
    now: Timestamp,
    answer: &mut TrackingResponse,
) -> Result<(), Trouble> {
    let Some(mut doc) = feed::seal_doc(tx, &report.seal)? else {
        answer.unknown_seals.push(report.seal.as_str().to_owned());
        return Ok(());
    };
    let digest = Sha256::of(&serde_json::to_vec(report)?);
    let known: bool =
        tx.query_row("SELECT EXISTS (SELECT 1 FROM report WHERE digest = ?1)", [digest.0], |row| row.get(0))?;
    if known {
        answer.known += 1;
        return Ok(());
    }
    let history = feed::events_about(tx, &feed::seal(&report.seal))?;
    let case = match SealView::fold(&report.seal, Some(&doc), &history).whereabouts {
        Some(Whereabouts::OnCase { case }) => Some(case),
        _ => None,
    };
    let newest: Option<(i64, [u8; 32])> = tx
        .query_row(
            "SELECT device_seq, hash FROM event WHERE device = ?1 ORDER BY device_seq DESC LIMIT 1",
            [signer.device.0.as_bytes()],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    let (seq, prev) = newest.map_or((0, Sha256::of(b"")), |(seq, hash)| (seq, Sha256(hash)));
    let event = Event {
        v: EVENT_VERSION,
        id: EventId(Uuid::now_v7()),
        device: signer.device,
        seq: seq.unsigned_abs() + 1,
        prev,
        act: ActId(Uuid::now_v7()),
        officer: session.officer.id.clone(),
        unit: session.officer.unit.clone(),
        at: Moment {
            wall: now,
            boot: signer.boot,
            boot_ms: u64::try_from(signer.started.elapsed().as_millis()).unwrap_or(u64::MAX),
        },
        place: None,
        case,
        fact: Fact::TrackingSeen(report.clone()),
    };
    let signed = SignedEvent::sign(event, |bytes| Ok::<_, CborError>(sign_with(&signer.key, bytes)))
        .map_err(|e| Trouble::Stored(e.to_string()))?;
    let receipt = ingest::store(tx, &signed, now, None)?;
    tx.execute("INSERT INTO report (digest, seq) VALUES (?1, ?2)", (digest.0, receipt.server_seq.cast_signed()))?;
    if doc.platform_sees != Some(true) {
        doc.platform_sees = Some(true);
        feed::put_doc(tx, &Doc::Seal(doc))?;
    }
    answer.taken += 1;
    Ok(())
}
