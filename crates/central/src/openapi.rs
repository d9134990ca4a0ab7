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
        crate::log::newest,
        crate::log::inclusion,
        crate::log::consistency,
        crate::photos::create,
        crate::photos::offset,
        crate::photos::append,
        crate::photos::bytes,
        crate::tracking::report,
        crate::tickets::issue,
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
    /// SEC1 P-256 points, base64url: keys that sign rule packs.
    rules_keys: Vec<String>,
    /// SEC1 P-256 point, base64url: key that signs checkpoints.
    log_key: String,
}

#[derive(ToSchema)]
pub(crate) struct PushRequest {
    /// The life of the database that the phone knows; may be left out before the first page of changes.
    epoch: Option<String>,
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
    /// Signed checkpoint, base64url: COSE_Sign1 with `external_aad` `sealfield/checkpoint/1` over CBOR of `central`, `epoch`,
    /// `before`, `size`, `root`, `at`.
    checkpoint: String,
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
    /// As in answers to a push.
    checkpoint: String,
}

#[derive(ToSchema)]
pub(crate) struct CheckpointResponse {
    proto: String,
    /// As in answers to a push.
    checkpoint: String,
    /// SEC1 P-256 point, base64url.
    key: String,
}

#[derive(ToSchema)]
pub(crate) struct InclusionResponse {
    proto: String,
    /// Place of the leaf, from 0.
    index: u64,
    /// Events in the tree.
    size: u64,
    /// RFC 6962 audit path: SHA-256, hexadecimal, from the leaf up.
    path: Vec<String>,
}

#[derive(ToSchema)]
pub(crate) struct ConsistencyResponse {
    proto: String,
    from: u64,
    to: u64,
    /// RFC 6962 consistency proof: SHA-256, hexadecimal.
    path: Vec<String>,
}

#[derive(ToSchema)]
pub(crate) struct TrackingRequest {
    /// `seal`, `at`, `closed`, `entry`, `source`.
    reports: Vec<Value>,
}

#[derive(ToSchema)]
pub(crate) struct TicketsRequest {
    /// `seal`, and `nonce` (16 bytes, base64url) for a ticket for this moment; none: the shift's work list.
    seals: Vec<Value>,
}

#[derive(ToSchema)]
pub(crate) struct TicketsResponse {
    proto: String,
    /// RFC 3339.
    server_time: String,
    /// To whom.
    officer: String,
    /// `seal`, `kind` (shift, reserve, moment, password), `ticket` and `secret` (base64url), `expires`. Secret.
    tickets: Vec<Value>,
    /// `seal`, `code` (`unknown_seal`, `no_key`, `not_in_scope`, `role`, `conflict`, `nonce`, `too_many`), `detail`.
    refused: Vec<Value>,
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

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use seal_core::wire;

    fn mirrors(schema: &str, value: impl serde::Serialize) {
        let document = serde_json::to_value(Document::openapi()).unwrap();
        let described = document["components"]["schemas"][schema]["properties"].as_object().unwrap();
        let value = serde_json::to_value(value).unwrap();
        let mut described: Vec<_> = described.keys().collect();
        let mut sent: Vec<_> = value.as_object().unwrap().keys().collect();
        described.sort();
        sent.sort();
        assert_eq!(described, sent, "{schema}");
    }

    #[test]
    fn the_schemas_have_the_fields_of_the_wire() {
        let (id, text) = (uuid::Uuid::nil(), String::new);
        let officer = seal_core::officer::Officer {
            id: seal_core::ids::OfficerId(text()),
            name: text(),
            unit: "03EE".to_owned().try_into().unwrap(),
            roles: Vec::new(),
        };
        let (now, device) = (Timestamp::UNIX_EPOCH, seal_core::ids::DeviceId(id));
        let checkpoint = || Some(wire::B64(vec![]));
        let request =
            wire::SignInRequest { officer: officer.id.clone(), secret: text(), device, device_key: wire::B64(vec![]) };
        mirrors("SignInRequest", request);
        let (proto, token) = (text(), text());
        let rules_keys = vec![seal_core::cbor::Bytes(vec![4])];
        let log_key = Some(seal_core::cbor::Bytes(vec![4]));
        mirrors(
            "SignInResponse",
            wire::SignInResponse { proto, token, expires: now, officer, server_time: now, rules_keys, log_key },
        );
        mirrors("PushRequest", wire::PushRequest { epoch: Some(String::new()), items: Vec::new() });
        mirrors("PushItem", wire::PushItem { id: seal_core::ids::EventId(id), cose: wire::B64(vec![]) });
        let (proto, epoch) = (text(), text());
        mirrors(
            "PushResponse",
            wire::PushResponse {
                proto,
                epoch,
                server_time: now,
                results: vec![],
                need_photos: vec![],
                checkpoint: checkpoint(),
            },
        );
        let (proto, epoch, next) = (text(), text(), text());
        let changes = wire::ChangesResponse {
            proto,
            epoch,
            server_time: now,
            changes: vec![],
            next,
            more: false,
            checkpoint: checkpoint(),
        };
        mirrors("ChangesResponse", changes);
        let (proto, b64) = (text, || wire::B64(vec![]));
        mirrors("CheckpointResponse", wire::CheckpointResponse { proto: proto(), checkpoint: b64(), key: b64() });
        let path = Vec::new;
        mirrors("InclusionResponse", wire::InclusionResponse { proto: proto(), index: 0, size: 1, path: path() });
        mirrors("ConsistencyResponse", wire::ConsistencyResponse { proto: proto(), from: 1, to: 1, path: path() });
        mirrors("TrackingRequest", wire::TrackingRequest { reports: Vec::new() });
        let (seal, nonce) = ("83181001".parse().unwrap(), None);
        mirrors("TicketsRequest", wire::TicketsRequest { seals: vec![wire::TicketWish { seal, nonce }] });
        let seal: seal_core::seal_no::SealNo = "83181001".parse().unwrap();
        let refused = vec![wire::TicketRefused { seal, code: text(), detail: text() }];
        mirrors(
            "TicketsResponse",
            wire::TicketsResponse {
                proto: text(),
                server_time: now,
                officer: seal_core::ids::OfficerId(text()),
                tickets: vec![],
                refused,
            },
        );
        mirrors("Problem", wire::Problem::default());
    }
}
