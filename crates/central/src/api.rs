//! The HTTP API put together: routes, limits, the protocol header and request ids.

use std::panic::AssertUnwindSafe;
use std::sync::atomic::Ordering;
use std::time::Instant;

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, FromRequest, FromRequestParts, MatchedPath, Path, Query, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures_util::FutureExt as _;
use seal_core::wire::{PROTO, PROTO_HEADER};
use serde::de::DeserializeOwned;
use tower_http::decompression::RequestDecompressionLayer;
use tower_http::map_request_body::MapRequestBodyLayer;
use tracing::Instrument as _;
use uuid::Uuid;

use crate::limits::BODY_BYTES;
use crate::problem::{Refusal, told};
use crate::{
    Central, Trouble, docs_page, enrolment, evidence, feed, ingest, limits, log, openapi, packing, photos, session,
    tickets, tracking,
};

pub(crate) fn router(central: Central) -> Router {
    let routes = Router::new();
    #[cfg(feature = "oidc")]
    let routes = crate::oidc::routes(routes);
    routes
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .route("/openapi.json", get(openapi::document))
        .route("/docs", get(docs_page::page))
        .route("/v1/limits", get(limits::limits))
        .route("/v1/ping", get(ping))
        .route("/v1/enrol", post(enrolment::enrol))
        .route("/v1/sign-in", post(session::sign_in))
        .route("/v1/devices/{device}/events", post(ingest::push))
        .route("/v1/changes", get(feed::changes))
        .route("/v1/log/checkpoint", get(log::newest))
        .route("/v1/log/inclusion", get(log::inclusion))
        .route("/v1/log/consistency", get(log::consistency))
        .route("/v1/photos", post(photos::create).options(photos::options))
        .route(
            "/v1/photos/{sha256}",
            // `get` would also answer HEAD, which means something else in tus.
            axum::routing::head(photos::offset).get(photos::bytes).patch(photos::append).options(photos::options),
        )
        .route("/v1/missing-photos", get(evidence::missing))
        .route("/v1/tracking", post(tracking::report))
        .route("/v1/tickets", post(tickets::issue))
        .fallback(async || Refusal::new(StatusCode::NOT_FOUND, "no_such_address", "No such address."))
        .method_not_allowed_fallback(async || {
            Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "method", "Not with this method.")
        })
        // Counted after unpacking: a few bytes can be unpacked to very many.
        .layer(DefaultBodyLimit::max(BODY_BYTES))
        .layer(MapRequestBodyLayer::new(Body::new))
        .layer(RequestDecompressionLayer::new())
        .layer(middleware::from_fn_with_state(central.clone(), limits::guard))
        .layer(middleware::from_fn_with_state(central.clone(), envelope))
        .with_state(central)
}

/// Marks every answer as ours, makes a problem document of every refusal, counts and logs it without anything that was said in
/// it.
async fn envelope(State(central): State<Central>, request: Request<Body>, next: Next) -> Response {
    let (id, begun) = (Uuid::new_v4(), Instant::now());
    let span = tracing::info_span!("request", %id, method = %request.method(), path = request.uri().path());
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let method = known(request.method());
    let packs = packing::accepts(request.headers());
    async move {
        // What panics here is a fault of the central; who asked is told so, and the next one is served.
        let answered = AssertUnwindSafe(next.run(request)).catch_unwind().await;
        let response =
            answered.unwrap_or_else(|_| Refusal::from(Trouble::Stored("a panic".to_owned())).into_response());
        let mut response = told(response).await;
        if packs {
            response = packing::pack(response).await;
        }
        let (status, took) = (response.status().as_u16(), begun.elapsed());
        central.0.metrics.answered(method, &route, status, took);
        tracing::debug!(status, took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX), "answered");
        let headers = response.headers_mut();
        headers.insert(HeaderName::from_static(PROTO_HEADER), HeaderValue::from_static(PROTO));
        if let Ok(id) = HeaderValue::from_str(&id.to_string()) {
            headers.insert(HeaderName::from_static("x-request-id"), id);
        }
        response
    }
    .instrument(span)
    .await
}

/// Invented methods must not become labels without end.
fn known(method: &Method) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"];
    KNOWN.into_iter().find(|known| method == known).unwrap_or("other")
}

/// A JSON body; what is wrong with it is told as a problem document.
pub(crate) struct JsonBody<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let Json(value) = Json::<T>::from_request(request, state).await?;
        Ok(Self(value))
    }
}

/// What the address asks; what is wrong with it is told as a problem document.
pub(crate) struct QueryOf<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for QueryOf<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let Query(value) = Query::<T>::from_request_parts(parts, state).await?;
        Ok(Self(value))
    }
}

/// What the address names, likewise.
pub(crate) struct Named(pub(crate) String);

impl<S: Send + Sync> FromRequestParts<S> for Named {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let Path(name) = Path::<String>::from_request_parts(parts, state).await?;
        Ok(Self(name))
    }
}

/// Runs work on the database or files where it may block.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    let span = tracing::Span::current();
    tokio::task::spawn_blocking(move || span.in_scope(work))
        .await
        .unwrap_or_else(|panic| Err(Refusal::from(Trouble::Stored(panic.to_string()))))
}

/// Our central answers; a login page of the network would not.
#[utoipa::path(get, path = "/v1/ping", responses((status = 204)))]
pub(crate) async fn ping() -> StatusCode {
    StatusCode::NO_CONTENT
}

/// The database can be read.
#[utoipa::path(get, path = "/healthz", responses((status = 200, content_type = "text/plain", body = String), (status = 500, body = crate::openapi::Problem)))]
pub(crate) async fn healthz(State(central): State<Central>) -> Result<&'static str, Refusal> {
    blocking(move || central.0.db.with(crate::db::epoch).map_err(Refusal::from)).await?;
    Ok("ok\n")
}

/// More may come: the database takes writing, the folder of photographs is there, and the central was not asked to end.
#[utoipa::path(get, path = "/readyz", responses((status = 200, content_type = "text/plain", body = String),
    (status = 503, description = "`stopping` or `not_ready`", body = crate::openapi::Problem)))]
pub(crate) async fn readyz(State(central): State<Central>) -> Result<&'static str, Refusal> {
    let refused = |code, detail| Refusal::new(StatusCode::SERVICE_UNAVAILABLE, code, detail).retry_after(5);
    if central.0.stopping.load(Ordering::Relaxed) {
        return Err(refused("stopping", "The central is being stopped."));
    }
    let not_ready = move |trouble: Trouble| {
        tracing::error!(%trouble, "not ready");
        refused("not_ready", "The central cannot write now.")
    };
    {
        let central = central.clone();
        blocking(move || central.0.db.takes_writing().map_err(not_ready)).await?;
    }
    central.0.blobs.is_there().await.map_err(not_ready)?;
    Ok("ready\n")
}
