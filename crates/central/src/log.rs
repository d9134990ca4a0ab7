//! The record as a Merkle tree (RFC 6962), and what is said of it: signed checkpoints and proofs.
//!
//! A leaf for each event, in the order of commits, written in the event's own transaction. The tree of `n` events is that
//! of the events whose `seq` is at most `n`.

use std::collections::HashMap;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use seal_core::checkpoint::Checkpoint;
use seal_core::ids::{EventId, Sha256};
use seal_core::merkle::{self, Place};
use seal_core::wire::{B64, CheckpointResponse, ConsistencyResponse, InclusionResponse, PROTO};
use serde::Deserialize;

use crate::Central;
use crate::api::{QueryOf, blocking};
use crate::db::{Bind as _, Connection, Trouble, Value, epoch, lives_before};
use crate::problem::Refusal;
use crate::session::Session;
use crate::signer::Signer;

/// Events in the record.
pub(crate) fn size(db: &Connection) -> Result<u64, Trouble> {
    let newest: Option<i64> = db.query_row("SELECT max(n) FROM log_node WHERE level = 0", (), |row| row.get(0))?;
    Ok(newest.map_or(0, |newest| newest.unsigned_abs() + 1))
}

/// Adds leaves to the tree of `size` events.
pub(crate) fn grow(tx: &Connection, size: u64, leaves: &[Sha256]) -> Result<(), Trouble> {
    let mut stored = reader(tx);
    let mut made: Vec<(Place, Sha256)> = Vec::new();
    let mut places: HashMap<Place, Sha256> = HashMap::new();
    for (size, leaf) in (size..).zip(leaves) {
        let known = |place| places.get(&place).map_or_else(|| stored(place), |hash| Ok(*hash));
        let nodes = merkle::append(size, *leaf, known)?;
        places.extend(nodes.iter().copied());
        made.extend(nodes);
    }
    let rows: Vec<_> =
        made.iter().map(|((level, n), hash)| [level.bind(), Value::Int(n.cast_signed()), hash.0.bind()]).collect();
    tx.post_rows("INSERT INTO log_node (level, n, hash)", &rows, "")
}

/// Makes the tree of a record that had none.
pub(crate) fn build(tx: &Connection) -> Result<(), Trouble> {
    let mut size = 0;
    tx.query_each("SELECT seq, cose FROM event ORDER BY seq", (), |row| {
        let seq: i64 = row.get(0)?;
        if seq.unsigned_abs() != size + 1 {
            return Err(Trouble::Stored(format!("event {seq} does not follow the {size} in the log")));
        }
        grow(tx, size, &[merkle::leaf(&row.get::<Vec<u8>>(1)?)])?;
        size += 1;
        Ok(())
    })
}

fn reader(db: &Connection<'_>) -> impl FnMut(Place) -> Result<Sha256, Trouble> {
    move |(level, n): Place| {
        let hash = "SELECT hash FROM log_node WHERE level = ?1 AND n = ?2";
        db.query_row(hash, (level, n.cast_signed()), |row| row.get(0).map(Sha256))
    }
}

/// The record as it stands, signed. Only of what is committed: a phone holds the central to it.
pub(crate) fn checkpoint(db: &Connection, signer: &Signer, now: Timestamp) -> Result<B64, Trouble> {
    let (epoch, size) = (epoch(db)?, size(db)?);
    let signed = signer.checkpoint(&epoch, size, now, || {
        let (before, root) = (lives_before(db)?, merkle::root(size, reader(db))?);
        Ok(Checkpoint { central: signer.device(), epoch: epoch.clone(), before, size, root, at: now })
    })?;
    Ok(B64(signed))
}

/// The record as it stands, signed, and the key that signs it.
#[utoipa::path(get, path = "/v1/log/checkpoint", security(("bearer" = [])), responses(
    (status = 200, body = crate::openapi::CheckpointResponse),
))]
pub(crate) async fn newest(
    State(central): State<Central>,
    _session: Session,
) -> Result<Json<CheckpointResponse>, Refusal> {
    let answer = move || {
        let signer = &central.0.signer;
        let checkpoint = central.0.db.with(|db| checkpoint(db, signer, (central.0.clock)()))?;
        Ok(CheckpointResponse { proto: PROTO.to_owned(), checkpoint, key: B64(signer.public_key()) })
    };
    Ok(Json(blocking(move || answer().map_err(|trouble: Trouble| trouble.into())).await?))
}

#[derive(Deserialize)]
pub(crate) struct AskedInclusion {
    event: EventId,
    size: Option<u64>,
}

/// Proof that an event is in the record.
#[utoipa::path(get, path = "/v1/log/inclusion", security(("bearer" = [])), params(
    ("event" = String, Query, description = "UUID"),
    ("size" = Option<u64>, Query, description = "of the record's first so many events; all unless named"),
), responses(
    (status = 200, body = crate::openapi::InclusionResponse),
    (status = 400, description = "`unreadable`; `tree_size`: the record has not, or had not, so many events",
        body = crate::openapi::Problem),
    (status = 404, description = "`no_such_event`", body = crate::openapi::Problem),
))]
pub(crate) async fn inclusion(
    State(central): State<Central>,
    _session: Session,
    QueryOf(AskedInclusion { event, size: wanted }): QueryOf<AskedInclusion>,
) -> Result<Json<InclusionResponse>, Refusal> {
    let prove = move |db: &Connection<'_>| {
        let tx = db.snapshot()?;
        let seq: Option<i64> =
            tx.query_opt("SELECT seq FROM event WHERE id = ?1", [event.0.as_bytes()], |row| row.get(0))?;
        let Some(index) = seq.map(|seq| seq.unsigned_abs() - 1) else { return Ok(Err(no_such_event())) };
        let whole = size(&tx)?;
        let size = wanted.unwrap_or(whole);
        let path = if size > whole { None } else { merkle::inclusion(index, size, reader(&tx))? };
        let answer = path.map(|path| InclusionResponse { proto: PROTO.to_owned(), index, size, path });
        Ok(answer.ok_or_else(|| tree_size(whole)))
    };
    let proof = blocking(move || central.0.db.with(prove).map_err(Refusal::from)).await?;
    Ok(Json(proof?))
}

#[derive(Deserialize)]
pub(crate) struct AskedConsistency {
    from: u64,
    to: u64,
    epoch: Option<String>,
}

/// Proof that the record only grew.
#[utoipa::path(get, path = "/v1/log/consistency", security(("bearer" = [])), params(
    ("from" = u64, Query, description = "events in the smaller record, at least 1"),
    ("to" = u64, Query, description = "events in the larger one"),
    ("epoch" = Option<String>, Query, description = "of this life of the database; of any unless named"),
), responses(
    (status = 200, body = crate::openapi::ConsistencyResponse),
    (status = 400, description = "`unreadable`; `tree_size`: there are no such records", body = crate::openapi::Problem),
    (status = 409, description = "`epoch`: the database leads another life", body = crate::openapi::Problem),
))]
pub(crate) async fn consistency(
    State(central): State<Central>,
    _session: Session,
    QueryOf(AskedConsistency { from, to, epoch: asked }): QueryOf<AskedConsistency>,
) -> Result<Json<ConsistencyResponse>, Refusal> {
    let prove = move |db: &Connection<'_>| {
        let tx = db.snapshot()?;
        // Of a record that was put back to a copy no word of its life before can be proven, and need not be.
        let now = epoch(&tx)?;
        if asked.is_some_and(|asked| asked != now) {
            return Ok(Err(other_life()));
        }
        let whole = size(&tx)?;
        let path = if to > whole { None } else { merkle::consistency(from, to, reader(&tx))? };
        let answer = path.map(|path| ConsistencyResponse { proto: PROTO.to_owned(), from, to, path });
        Ok(answer.ok_or_else(|| tree_size(whole)))
    };
    let proof = blocking(move || central.0.db.with(prove).map_err(Refusal::from)).await?;
    Ok(Json(proof?))
}

fn tree_size(whole: u64) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, "tree_size", format!("Sổ nhật ký có {whole} bản ghi, không có cỡ được hỏi."))
}

fn other_life() -> Refusal {
    Refusal::new(StatusCode::CONFLICT, "epoch", "Dữ liệu trung tâm đã được khôi phục. Tải lại trước khi hỏi.")
}

fn no_such_event() -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, "no_such_event", "Không có bản ghi này ở trung tâm.")
}
