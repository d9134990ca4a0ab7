//! What monitoring platforms report of seals. The central signs it as a fact of its own device, on the case the seal is on.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use seal_core::custody::{SealView, Whereabouts};
use seal_core::doc::Doc;
use seal_core::fact::{Fact, TrackingSeen};
use seal_core::ids::Sha256;
use seal_core::officer::Role;
use seal_core::wire::TrackingRequest;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::{JsonBody, blocking};
use crate::db::Trouble;
use crate::problem::Refusal;
use crate::record::Record;
use crate::session::Session;
use crate::signer::{Behalf, Signer};
use crate::{Central, feed};

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
            Record::during(tx, |record| {
                let mut answer = TrackingResponse { taken: 0, known: 0, unknown_seals: Vec::new() };
                for report in &request.reports {
                    take(record, &central.0.signer, &session, report, now, &mut answer)?;
                }
                Ok(answer)
            })
        })
    };
    Ok(Json(blocking(move || take_all().map_err(Refusal::from)).await?))
}

fn take(
    record: &Record,
    signer: &Signer,
    session: &Session,
    report: &TrackingSeen,
    now: Timestamp,
    answer: &mut TrackingResponse,
) -> Result<(), Trouble> {
    let Some(mut doc) = feed::seal_doc(record, &report.seal)? else {
        answer.unknown_seals.push(report.seal.as_str().to_owned());
        return Ok(());
    };
    let digest = Sha256::of(&serde_json::to_vec(report)?);
    let known: bool =
        record.query_row("SELECT EXISTS (SELECT 1 FROM report WHERE digest = ?1)", [digest.0], |row| row.get(0))?;
    if known {
        answer.known += 1;
        return Ok(());
    }
    let history = feed::events_about(record, &feed::seal(&report.seal))?;
    let case = match SealView::fold(&report.seal, Some(&doc), &history).whereabouts {
        Some(Whereabouts::OnCase { case }) => Some(case),
        _ => None,
    };
    let behalf = Behalf { officer: &session.officer.id, unit: &session.officer.unit };
    let receipt = signer.state(record, &behalf, case, Fact::TrackingSeen(report.clone()), now)?;
    record.execute("INSERT INTO report (digest, seq) VALUES (?1, ?2)", (digest.0, receipt.server_seq.cast_signed()))?;
    if doc.platform_sees != Some(true) {
        doc.platform_sees = Some(true);
        record.put_doc(&Doc::Seal(doc))?;
    }
    answer.taken += 1;
    Ok(())
}
