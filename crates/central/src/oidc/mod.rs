//! Signing in with the agency's identity provider (OpenID Connect). The central is the relying party: it exchanges codes, proves ID
//! tokens and then gives a session of its own. The provider says *who* it is; unit and roles come from the central's register.
//!
//! See `docs/decisions/0027-oidc.md`; what travels is in [`seal_core::agency`].

mod config;
mod page;
mod pending;
mod provider;
mod web;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use jiff::{SignedDuration, Timestamp};
use p256::ecdsa::VerifyingKey;
use p256::elliptic_curve::rand_core::{OsRng, RngCore as _};
use seal_core::agency::{BeginRequest, BeginResponse, DIGITS, FinishRequest, Flow, Pending as Wait};
use seal_core::ids::{OfficerId, Sha256};
use seal_core::officer::Officer;
use seal_core::wire::PROTO;
use serde::Deserialize;

pub use config::{CALLBACK, Config, ConfigError};

use self::page::Page;
use self::pending::{End, Phone, Stage, Step, Table, seconds};
use self::provider::{Look, Provider, Refused};
use crate::api::{JsonBody, QueryOf, blocking};
use crate::problem::Refusal;
use crate::{Central, Clock, feed, session};

/// How long an officer has in the browser.
const BROWSER_TIME: SignedDuration = SignedDuration::from_mins(10);

/// The provider and who is on their way to it.
pub(crate) struct Oidc {
    provider: Provider,
    table: Table,
}

impl Oidc {
    pub(crate) fn new(config: Config, clock: Clock) -> Result<Self, ConfigError> {
        Ok(Self { provider: Provider::new(config, clock)?, table: Table::default() })
    }

    /// Accounts with a secret of the central's own are let in too.
    pub(crate) fn local_accounts(&self) -> bool {
        self.provider.config.local_accounts
    }
}

/// The routes of it; without a provider they say so.
pub(crate) fn routes(router: Router<Central>) -> Router<Central> {
    router
        .route("/v1/sign-in/oidc", post(begin))
        .route("/v1/sign-in/oidc/finish", post(finish))
        .route(CALLBACK, get(callback))
}

fn here(central: &Central) -> Result<&Oidc, Refusal> {
    central.0.oidc.as_ref().ok_or_else(|| {
        let detail = "Trung tâm này không dùng tài khoản ngành. Hãy đăng nhập bằng tài khoản và mã.";
        Refusal::new(StatusCode::FORBIDDEN, "no_oidc", detail)
    })
}

/// Begins a sign-in with the agency's account.
#[utoipa::path(post, path = "/v1/sign-in/oidc", request_body = crate::openapi::BeginRequest, responses(
    (status = 200, body = crate::openapi::BeginResponse),
    (status = 403, description = "`no_oidc`, `no_flow`, `not_enrolled`, `certificate_expired`", body = crate::openapi::Problem),
    (status = 503, description = "`provider`, `too_many`, with Retry-After", body = crate::openapi::Problem),
))]
pub(crate) async fn begin(
    State(central): State<Central>,
    JsonBody(request): JsonBody<BeginRequest>,
) -> Result<Json<BeginResponse>, Refusal> {
    let oidc = here(&central)?;
    let BeginRequest { device, device_key, challenge, flow } = request;
    if VerifyingKey::from_sec1_bytes(&device_key.0).is_err() {
        return Err(Refusal::new(StatusCode::BAD_REQUEST, "device_key", "Khóa của thiết bị không hợp lệ."));
    }
    session::certified(&central, device).await?;
    let handle = session::new_token();
    let key = Sha256::of(handle.as_bytes());
    let now = (central.0.clock)();
    let after = |time| now.saturating_add(time).unwrap_or(now);
    let (stage, expires, open, address, user_code) = match flow {
        Flow::Code => {
            let opened = oidc.provider.open(key.to_string()).await.map_err(not_begun)?;
            let stage = Stage::Browser { nonce: opened.nonce, pkce: opened.pkce };
            (stage, after(BROWSER_TIME), opened.url.to_string(), None, None)
        }
        Flow::Device => {
            let details = oidc.provider.device().await.map_err(not_begun)?;
            let address = details.verification_uri().to_string();
            let open = details.verification_uri_complete().map_or_else(|| address.clone(), |uri| uri.secret().clone());
            let (code, interval) = (details.user_code().secret().clone(), details.interval());
            let signed = |time: std::time::Duration| SignedDuration::try_from(time).unwrap_or(SignedDuration::ZERO);
            let (expires, look_at) = (after(signed(details.expires_in())), after(signed(interval)));
            (Stage::Code { details, interval, look_at }, expires, open, Some(address), Some(code))
        }
    };
    let phone = Phone { device, key: device_key, challenge };
    if !oidc.table.begin(key, phone, stage, expires, now) {
        let detail = "Quá nhiều người đang đăng nhập. Hãy chờ rồi thử lại.";
        return Err(Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "too_many", detail).retry_after(30));
    }
    Ok(Json(BeginResponse { proto: PROTO.to_owned(), handle, expires, server_time: now, open, address, user_code }))
}

fn not_begun(why: Refused) -> Refusal {
    match why {
        Refused::NoSuchFlow => {
            let detail = "Hệ thống tài khoản ngành không có cách đăng nhập này. Hãy chọn cách khác.";
            Refusal::new(StatusCode::FORBIDDEN, "no_flow", detail)
        }
        _ => refusal(End::Unreachable),
    }
}

/// Where the provider sends the browser.
#[derive(Deserialize)]
pub(crate) struct Back {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
    iss: Option<String>,
}

/// Where the provider sends the browser back to; answers a page for the officer.
#[utoipa::path(get, path = "/v1/sign-in/oidc/callback", params(
    ("code" = Option<String>, Query, description = "Authorization code"),
    ("state" = Option<String>, Query, description = "Which sign-in"),
    ("error" = Option<String>, Query, description = "The provider said no"),
    ("iss" = Option<String>, Query, description = "Who sends the browser (RFC 9207)"),
), responses(
    (status = 200, content_type = "text/html", body = String),
    (status = 403, description = "`no_oidc`", body = crate::openapi::Problem),
))]
pub(crate) async fn callback(
    State(central): State<Central>,
    QueryOf(back): QueryOf<Back>,
) -> Result<Response, Refusal> {
    let oidc = here(&central)?;
    let Some(key) = back.state.as_deref().and_then(Sha256::from_hex) else { return Ok(Page::Gone.into_response()) };
    if back.iss.as_deref().is_some_and(|iss| iss != oidc.provider.config.issuer.as_str()) {
        tracing::warn!("a browser came back from another provider");
        return Ok(Page::Gone.into_response());
    }
    let Some((nonce, pkce)) = oidc.table.back(&key, (central.0.clock)()) else {
        return Ok(Page::Gone.into_response());
    };
    // To its end even if the browser does not wait: the code can be exchanged once only.
    let settled = tokio::spawn(async move {
        let Some(oidc) = &central.0.oidc else { return Page::Gone };
        let named = match (back.error.as_deref(), back.code) {
            (None, Some(code)) => oidc.provider.exchange(code, &nonce, pkce).await.map_err(End::from),
            (Some("access_denied"), _) => Err(End::Denied),
            (error, _) => {
                tracing::warn!(error, "the provider sent a browser back without a code");
                Err(End::Unproven)
            }
        };
        let officer = match named {
            Ok(name) => admitted(&central, name).await,
            Err(end) => Err(end),
        };
        let (stage, page) = match officer {
            Ok(officer) => {
                let digits = digits();
                let page = Page::Digits { name: officer.name, digits: digits.clone() };
                (Stage::Signed { officer: officer.id, digits: Some(digits), wrong: 0 }, page)
            }
            Err(end) => (Stage::Over(end), Page::Refused(end)),
        };
        oidc.table.goes_on(&key, stage);
        page
    });
    Ok(settled.await.unwrap_or(Page::Refused(End::Unreachable)).into_response())
}

/// Ends a sign-in: asks whether the officer has signed in by now.
#[utoipa::path(post, path = "/v1/sign-in/oidc/finish", request_body = crate::openapi::FinishRequest, responses(
    (status = 200, body = crate::openapi::SignInResponse),
    (status = 202, description = "Nobody has signed in yet", body = crate::openapi::Pending),
    (status = 403, description = "`no_oidc`, `sign_in_gone`, `digits`, `denied`, `unproven`, `unknown_officer`, `officer_disabled`; as for `/v1/sign-in`", body = crate::openapi::Problem),
    (status = 503, description = "`provider`, with Retry-After", body = crate::openapi::Problem),
))]
pub(crate) async fn finish(
    State(central): State<Central>,
    JsonBody(request): JsonBody<FinishRequest>,
) -> Result<Response, Refusal> {
    let metrics = central.0.metrics.clone();
    // To its end even if the phone does not wait: what the provider answers once must not be lost.
    let finished = tokio::spawn(finished(central, request)).await;
    let answer = finished.unwrap_or_else(|panic| Err(crate::Trouble::Stored(panic.to_string()).into()));
    match &answer {
        Ok(response) if response.status() == StatusCode::ACCEPTED => {}
        answer => metrics.sign_in(answer.as_ref().map_or_else(Refusal::code, |_| "ok")),
    }
    answer
}

async fn finished(central: Central, request: FinishRequest) -> Result<Response, Refusal> {
    let oidc = here(&central)?;
    let FinishRequest { handle, verifier, digits } = request;
    let key = Sha256::of(handle.as_bytes());
    let step = |now| oidc.table.ask(&key, &verifier.0, digits.as_deref(), now);
    let now = (central.0.clock)();
    let mut next = step(now);
    if let Step::Look { details, interval } = next {
        let stage = match oidc.provider.look(&details).await {
            Ok(Look::NotYet(longer)) => {
                let interval = interval + longer;
                let until = now.saturating_add(interval).unwrap_or(Timestamp::MAX);
                Stage::Code { details, interval, look_at: until }
            }
            Ok(Look::Signed(name)) => match admitted(&central, name).await {
                Ok(officer) => Stage::Signed { officer: officer.id, digits: None, wrong: 0 },
                Err(end) => Stage::Over(end),
            },
            Err(why) => Stage::Over(why.into()),
        };
        oidc.table.goes_on(&key, stage);
        next = step(now);
    }
    match next {
        Step::Gone => {
            let detail = "Lần đăng nhập này đã hết hạn hoặc không còn. Hãy bắt đầu lại.";
            Err(Refusal::new(StatusCode::FORBIDDEN, "sign_in_gone", detail))
        }
        Step::Wait(wait_s) => {
            Ok((StatusCode::ACCEPTED, Json(Wait { proto: PROTO.to_owned(), wait_s })).into_response())
        }
        // The clock moved on between the two looks at it.
        Step::Look { interval, .. } => {
            let wait_s = seconds(SignedDuration::try_from(interval).unwrap_or(SignedDuration::ZERO));
            Ok((StatusCode::ACCEPTED, Json(Wait { proto: PROTO.to_owned(), wait_s })).into_response())
        }
        Step::WrongDigits => {
            let detail = "Sáu số không khớp với số trên trang đăng nhập. Hãy xem và nhập lại.";
            Err(Refusal::new(StatusCode::FORBIDDEN, "digits", detail))
        }
        Step::Over(end) => Err(refusal(end)),
        Step::Enter { officer, device, key } => {
            let officer = admitted(&central, officer.0).await.map_err(refusal)?;
            let signed_in = session::admit(central, officer.id.clone(), Some(officer), device, key).await?;
            Ok(signed_in.into_response())
        }
    }
}

/// The officer in the register whom the provider names.
async fn admitted(central: &Central, name: String) -> Result<Officer, End> {
    let (found, id) = (central.clone(), OfficerId(name));
    let officer = blocking(move || Ok(found.0.db.with(|db| feed::officer(db, &id))?)).await;
    match officer {
        Ok(Some(officer)) if officer.roles.is_empty() => Err(End::DisabledOfficer),
        Ok(Some(officer)) => Ok(officer),
        Ok(None) => Err(End::UnknownOfficer),
        // Told in the log already.
        Err(_) => Err(End::Unreachable),
    }
}

impl From<Refused> for End {
    fn from(why: Refused) -> Self {
        match why {
            Refused::Unreachable => Self::Unreachable,
            Refused::Denied => Self::Denied,
            Refused::Late => Self::Late,
            Refused::NoSuchFlow | Refused::Unproven => Self::Unproven,
        }
    }
}

fn refusal(end: End) -> Refusal {
    let refused = |code| Refusal::new(StatusCode::FORBIDDEN, code, end.vi());
    match end {
        End::Denied => refused("denied"),
        End::Late | End::Digits => refused("sign_in_gone"),
        End::Unproven => refused("unproven"),
        End::UnknownOfficer => refused("unknown_officer"),
        End::DisabledOfficer => refused("officer_disabled"),
        End::Unreachable => Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "provider", end.vi()).retry_after(30),
    }
}

/// Digits that nobody guesses in five tries.
fn digits() -> String {
    // 2^64 is so much more than 10^6 that the first digits are hardly likelier.
    let number = OsRng.next_u64() % 10_u64.pow(DIGITS as u32);
    format!("{number:0width$}", width = DIGITS)
}
