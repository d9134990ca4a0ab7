//! The OpenAPI document, generated from the handlers. The schemas below mirror `seal_core::wire`, which must not know
//! OpenAPI; a test compares the two field by field.
#![allow(missing_docs, dead_code)] // described in `seal_core::wire`

use axum::Json;
use serde_json::{Value, json};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi, ToSchema};

pub(crate) async fn document() -> Json<Value> {
    Json(json())
}

/// The document, with the refusals that every operation may answer with.
pub(crate) fn json() -> Value {
    let document = Document::openapi();
    #[cfg(feature = "oidc")]
    let document = document.merge_from(oidc::Document::openapi());
    let mut document = serde_json::to_value(document).unwrap_or_default();
    let paths = document["paths"].as_object_mut().into_iter().flatten();
    for (_, methods) in paths {
        for (method, operation) in methods.as_object_mut().into_iter().flatten() {
            refusals(method, operation);
        }
    }
    document
}

fn refusals(method: &str, operation: &mut Value) {
    const ALL: [(u16, &str); 7] = [
        (400, "`unreadable`: the address, its query or the body cannot be read"),
        (408, "`timeout`: the request took too long"),
        (414, "`too_large`: the address is too long"),
        (429, "`too_often`, with Retry-After"),
        (431, "`too_large`: the headers are too large"),
        (500, "`central`: the central cannot do its work"),
        (503, "`central`: its database is away or full; with Retry-After"),
    ];
    const WITH_TOKEN: [(u16, &str); 1] = [(401, "`sign_in`: no token, or one that holds no longer")];
    const WITH_JSON: [(u16, &str); 3] = [
        (413, "`too_large`"),
        (415, "`media_type`: the body is said to be something else"),
        (422, "`unreadable`: JSON, but not what is described"),
    ];
    let with_token = if operation["security"].is_null() { &WITH_TOKEN[..0] } else { &WITH_TOKEN };
    let with_json = if operation["requestBody"].is_null() { &WITH_JSON[..0] } else { &WITH_JSON };
    let problem = json!({"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}});
    let Some(responses) = operation["responses"].as_object_mut() else { return };
    for (status, description) in ALL.iter().chain(with_token).chain(with_json) {
        responses.entry(status.to_string()).or_insert_with(|| json!({"description": description}));
    }
    for (status, response) in responses {
        // The answer to HEAD has no body.
        if status.as_str() >= "400" && method != "head" {
            response["content"] = problem.clone();
        }
    }
}

#[derive(OpenApi)]
#[openapi(
    info(title = "seal-field central", description = "Facts, documents and photographs of electronic customs seals"),
    modifiers(&Bearer),
    paths(
        crate::api::ping,
        crate::api::healthz,
        crate::api::readyz,
        crate::limits::limits,
        crate::enrolment::enrol,
        crate::session::sign_in,
        crate::ingest::push,
        crate::feed::changes,
        crate::log::newest,
        crate::log::inclusion,
        crate::log::consistency,
        crate::evidence::missing,
        crate::photos::create,
        crate::photos::offset,
        crate::photos::append,
        crate::photos::bytes,
        crate::tracking::report,
        crate::tickets::issue,
    )
)]
struct Document;

#[cfg(feature = "oidc")]
mod oidc {
    #[derive(utoipa::OpenApi)]
    #[openapi(paths(crate::oidc::begin, crate::oidc::callback, crate::oidc::finish))]
    pub(super) struct Document;
}

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
        document.components.get_or_insert_with(Default::default).add_security_scheme("bearer", scheme);
    }
}

#[derive(ToSchema)]
pub(crate) struct EnrolRequest {
    /// COSE_Sign1, base64url without padding: `external_aad` `sealfield/enrol/1`, signed by the key within, over CBOR of `v`
    /// (1), `secret` (of the offer), `central` (SHA-256 of the central's key), `device`, `key`, `home`.
    claim: String,
}

#[derive(ToSchema)]
pub(crate) struct EnrolResponse {
    proto: String,
    /// COSE_Sign1, base64url: `external_aad` `sealfield/device/1`, signed by the central, over CBOR of `v` (1), `central`,
    /// `device`, `key`, `home`, `unit`, `issued`, `expires` (seconds since 1970).
    certificate: String,
    /// SEC1 uncompressed P-256 point, base64url: the key that signed it.
    key: String,
    /// RFC 3339.
    server_time: String,
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
    officer: Officer,
    /// RFC 3339.
    server_time: String,
    /// SEC1 P-256 points, base64url: keys that sign rule packs. Left out while there are none.
    rules_keys: Option<Vec<String>>,
    /// SEC1 P-256 point, base64url: key that signs checkpoints.
    log_key: String,
    /// X25519 public key, base64url: key to which phones seal copies of what they saved.
    agency_key: String,
}

#[derive(ToSchema)]
pub(crate) struct BeginRequest {
    /// UUID.
    device: String,
    /// SEC1 uncompressed P-256 point, base64url without padding.
    device_key: String,
    /// SHA-256, hexadecimal, of the 32 bytes that `verifier` will show.
    challenge: String,
    flow: Flow,
}

/// `code`: by an address opened in a browser; `device`: by a short code typed into any browser.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum Flow {
    Code,
    Device,
}

#[derive(ToSchema)]
pub(crate) struct BeginResponse {
    proto: String,
    /// Names this sign-in from now on. Secret.
    handle: String,
    /// RFC 3339.
    expires: String,
    /// RFC 3339.
    server_time: String,
    /// The address to open.
    open: String,
    /// With `device`: the address to type where that cannot be opened.
    address: Option<String>,
    /// With `device`: the code to type there.
    user_code: Option<String>,
}

#[derive(ToSchema)]
pub(crate) struct FinishRequest {
    handle: String,
    /// 32 bytes, base64url without padding.
    verifier: String,
    /// With `code`: the six digits that the browser shows at the end.
    digits: Option<String>,
}

#[derive(ToSchema)]
pub(crate) struct Pending {
    proto: String,
    /// Seconds after which to ask again, not sooner.
    wait_s: u32,
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
    /// One for each item.
    results: Vec<PushResult>,
    /// SHA-256, hexadecimal: photographs of duplicates whose bytes are still missing.
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
    changes: Vec<Change>,
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
    reports: Vec<TrackingReport>,
}

#[derive(ToSchema)]
pub(crate) struct TicketsRequest {
    /// None, or left out: the shift's work list.
    seals: Option<Vec<TicketWish>>,
}

#[derive(ToSchema)]
pub(crate) struct TicketsResponse {
    proto: String,
    /// RFC 3339.
    server_time: String,
    /// To whom.
    officer: String,
    tickets: Vec<SealTicket>,
    /// Left out when nothing was refused.
    refused: Option<Vec<TicketRefused>>,
}

#[derive(ToSchema)]
pub(crate) struct Officer {
    /// Account name.
    id: String,
    name: String,
    /// Code of four characters.
    unit: String,
    roles: Vec<Role>,
}

#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum Role {
    Officer,
    ShiftLead,
    Supervisor,
    Registrar,
    Auditor,
    Integrator,
}

#[derive(ToSchema)]
pub(crate) struct PushResult {
    /// The item's id.
    id: String,
    status: PushStatus,
    /// With `accepted` and `duplicate`.
    receipt: Option<Receipt>,
    /// With `rejected`: reason code.
    code: Option<String>,
    /// With `rejected`: for the officer.
    detail: Option<String>,
}

#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum PushStatus {
    Accepted,
    Duplicate,
    Rejected,
    Deferred,
    HashConflict,
}

#[derive(ToSchema)]
pub(crate) struct Receipt {
    /// Place in the order of commits.
    server_seq: u64,
    /// RFC 3339.
    at: String,
    /// To compare by eye.
    code: String,
}

#[derive(ToSchema)]
pub(crate) struct Change {
    change: ChangeKind,
    /// With `doc`: `type` and `doc`.
    doc: Option<Value>,
    /// With `event`: place in the order of commits.
    server_seq: Option<u64>,
    /// With `event`: COSE_Sign1, base64url without padding.
    cose: Option<String>,
}

#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum ChangeKind {
    Doc,
    Event,
}

#[derive(ToSchema)]
pub(crate) struct TrackingReport {
    /// Number of the seal.
    seal: String,
    /// RFC 3339.
    at: String,
    /// `null`: not told.
    closed: Option<bool>,
    /// What the platform says beside.
    entry: Option<Value>,
    /// Which platform.
    source: String,
}

#[derive(ToSchema)]
pub(crate) struct TicketWish {
    /// Number of the seal.
    seal: String,
    /// 16 bytes, base64url without padding: a ticket for this moment.
    nonce: Option<String>,
}

/// Secret: whoever has it can work the seal until it ends.
#[derive(ToSchema)]
pub(crate) struct SealTicket {
    seal: String,
    kind: TicketKind,
    /// base64url without padding.
    ticket: String,
    /// base64url without padding.
    secret: String,
    /// RFC 3339.
    expires: String,
}

#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum TicketKind {
    Shift,
    Reserve,
    Moment,
    Password,
}

#[derive(ToSchema)]
pub(crate) struct TicketRefused {
    seal: String,
    /// `unknown_seal`, `no_key`, `not_in_scope`, `role`, `conflict`, `nonce`, `too_many`.
    code: String,
    /// For the officer.
    detail: String,
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
    use jiff::Timestamp;
    use seal_core::wire;

    fn mirrors(schema: &str, value: impl serde::Serialize) {
        let document = super::json();
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
        mirrors("EnrolRequest", wire::EnrolRequest { claim: wire::B64(vec![]) });
        let (certificate, key) = (wire::B64(vec![]), wire::B64(vec![]));
        mirrors("EnrolResponse", wire::EnrolResponse { proto: text(), certificate, key, server_time: now });
        let (proto, token) = (text(), text());
        let rules_keys = vec![seal_core::cbor::Bytes(vec![4])];
        let log_key = Some(seal_core::cbor::Bytes(vec![4]));
        let agency_key = Some(seal_core::cbor::Bytes(vec![4]));
        mirrors(
            "SignInResponse",
            wire::SignInResponse {
                proto,
                token,
                expires: now,
                officer,
                server_time: now,
                rules_keys,
                log_key,
                agency_key,
            },
        );
        #[cfg(feature = "oidc")]
        {
            use seal_core::agency;
            let (challenge, flow) = (seal_core::ids::Sha256([0; 32]), agency::Flow::Code);
            let begin = agency::BeginRequest { device, device_key: wire::B64(vec![]), challenge, flow };
            mirrors("BeginRequest", begin);
            let begun = agency::BeginResponse {
                proto: text(),
                handle: text(),
                expires: now,
                server_time: now,
                open: text(),
                address: Some(text()),
                user_code: Some(text()),
            };
            mirrors("BeginResponse", begun);
            let (handle, verifier, digits) = (text(), wire::B64(vec![]), Some(text()));
            mirrors("FinishRequest", agency::FinishRequest { handle, verifier, digits });
            mirrors("Pending", agency::Pending { proto: text(), wait_s: 0 });
        }
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
