//! What a request may hold, and how long it may take.

use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use seal_core::wire::PROTO;
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::Refusal;
use crate::serve::Peer;
use crate::{Central, feed, ingest, photos, tickets};

/// Largest body of a request that is not photo bytes.
pub(crate) const BODY_BYTES: usize = 2 << 20;
/// Longest address with its query.
const ADDRESS_BYTES: usize = 4 << 10;
/// All headers together.
const HEADER_BYTES: usize = 16 << 10;
/// A request that is not about a photograph's bytes; a phone waits 90 s at most.
const PATIENCE: Duration = Duration::from_secs(120);
/// The one route on which bytes flow for as long as they flow.
const BYTES_ROUTE: &str = "/v1/photos/{sha256}";

/// What the central takes at once.
#[derive(Serialize, ToSchema)]
pub(crate) struct Limits {
    proto: &'static str,
    /// Events in one push.
    push_items: usize,
    /// Bytes of a request's body, photographs apart.
    body_bytes: usize,
    /// Bytes of a photograph.
    photo_bytes: u64,
    /// Changes in one answer.
    changes: u32,
    /// Seals named when asking for tickets.
    ticket_seals: usize,
    /// How officers sign in: `secret`, `oidc`.
    sign_in: Vec<&'static str>,
}

/// What the central takes at once.
#[utoipa::path(get, path = "/v1/limits", responses((status = 200, body = Limits)))]
pub(crate) async fn limits(State(central): State<Central>) -> Json<Limits> {
    let ways = [("secret", central.takes_secrets()), ("oidc", central.has_oidc())];
    Json(Limits {
        proto: PROTO,
        push_items: ingest::ITEMS,
        body_bytes: BODY_BYTES,
        photo_bytes: photos::PHOTO_BYTES,
        changes: feed::PAGE,
        ticket_seals: tickets::SEALS,
        sign_in: ways.into_iter().filter_map(|(way, there)| there.then_some(way)).collect(),
    })
}

/// Lets a request through that is small enough and comes not too often, for as long as it may take.
pub(crate) async fn guard(State(central): State<Central>, request: Request<Body>, next: Next) -> Response {
    let address = request.uri().path_and_query().map_or(0, |address| address.as_str().len());
    if address > ADDRESS_BYTES {
        return Refusal::new(StatusCode::URI_TOO_LONG, "too_large", "The address is too long.").into_response();
    }
    let headers: usize = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if headers > HEADER_BYTES {
        let status = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
        return Refusal::new(status, "too_large", "The headers are too large.").into_response();
    }
    if let Some(peer) = request.extensions().get::<Peer>()
        && let Err(often) = central.0.asked.at(peer.asks(request.headers()))
    {
        central.0.metrics.limited(often.by);
        return Refusal::from(often).into_response();
    }
    if request.extensions().get::<MatchedPath>().is_some_and(|route| route.as_str() == BYTES_ROUTE) {
        return next.run(request).await;
    }
    let late = |_| Refusal::new(StatusCode::REQUEST_TIMEOUT, "timeout", "The request took too long.").into_response();
    tokio::time::timeout(PATIENCE, next.run(request)).await.unwrap_or_else(late)
}
