//! The OpenAPI document, generated from the handlers. The schemas below mirror `seal_core::wire`, which must not know
//! OpenAPI; a test compares the two field by field.
#![allow(missing_docs, dead_code)] // described in `seal_core::wire`

use axum::Json;
use serde_json::Value;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi, ToSchema};

pub(crate) async fn document() -> Json<utoipa::openapi::OpenApi> {
    Json(Document::openapi())
}

#[derive(OpenApi)]
#[openapi(
    info(title = "seal-field central", description = "Facts, documents and photographs of electronic customs seals"),
    modifiers(&Bearer),
    paths(
        crate::api::ping,
        crate::api::healthz,
        crate::session::sign_in,
        crate::ingest::push,
        crate::feed::changes,
        crate::photos::create,
        crate::photos::offset,
        crate::photos::append,
        crate::photos::bytes,
        crate::tracking::report,
    )
)]
struct Document;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
        document.components.get_or_insert_with(Default::default).add_security_scheme("bearer", scheme);
    }
}

#[derive(ToSchema)]
pub(crate) struct SignInRequest {
    /// Account name.
    officer: String,
    secret: String,
    /// UUID.
    device: String,
    /// SEC1 uncompressed P-256 point, base64url without padding.
    device_key: String,
}

#[derive(ToSchema)]
pub(crate) struct SignInResponse {
    proto: String,
    /// Bearer token.
    token: String,
    /// RFC 3339.
    expires: String,
    /// Id, name, unit, roles.
    officer: Value,
    /// RFC 3339.
    server_time: String,
}

#[derive(ToSchema)]
pub(crate) struct PushRequest {
    items: Vec<PushItem>,
}

#[derive(ToSchema)]
pub(crate) struct PushItem {
    /// UUIDv7.
    id: String,
    /// COSE_Sign1, base64url without padding.
    cose: String,
}

#[derive(ToSchema)]
pub(crate) struct PushResponse {
    proto: String,
    epoch: String,
    server_time: String,
    /// One for each item: `id`, `status` (accepted, duplicate, rejected, deferred, hash_conflict) and its content.
    results: Vec<Value>,
    /// SHA-256, hexadecimal.
    need_photos: Vec<String>,
}

#[derive(ToSchema)]
pub(crate) struct ChangesResponse {
    proto: String,
    epoch: String,
    server_time: String,
    /// `change` = doc (`doc`) or event (`server_seq`, `cose`).
    changes: Vec<Value>,
    /// Cursor for the next request.
    next: String,
    more: bool,
}

#[derive(ToSchema)]
pub(crate) struct TrackingRequest {
    /// `seal`, `at`, `closed`, `entry`, `source`.
    reports: Vec<Value>,
}

#[derive(ToSchema)]
pub(crate) struct Problem {
    r#type: String,
    title: String,
    status: u16,
    detail: String,
    /// Reason code.
    code: String,
}
