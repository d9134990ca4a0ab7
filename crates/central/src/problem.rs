//! Answers that are not success: RFC 9457 problem documents.

use axum::Json;
use axum::body::to_bytes;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use seal_core::wire::Problem;

use crate::db::Trouble;

/// Media type of every answer that is not success.
const PROBLEM: &str = "application/problem+json";
/// Longest text of the framework's that is told.
const DETAIL_BYTES: usize = 4096;

/// Seconds until a database that was away may be back.
const AGAIN_S: i64 = 5;

/// A refusal with its reason code, or the central's own trouble.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    code: &'static str,
    detail: String,
    retry_after_s: Option<i64>,
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self { status, code, detail: detail.into(), retry_after_s: None }
    }

    /// Its reason code.
    pub(crate) fn code(&self) -> &'static str {
        self.code
    }

    pub(crate) fn retry_after(self, seconds: i64) -> Self {
        Self { retry_after_s: Some(seconds.max(1)), ..self }
    }
}

impl From<Trouble> for Refusal {
    fn from(trouble: Trouble) -> Self {
        tracing::error!(%trouble, "the central cannot do its work");
        if trouble.passes() {
            let detail = "Máy chủ trung tâm đang bận. Thử lại sau.";
            return Self::new(StatusCode::SERVICE_UNAVAILABLE, "central", detail).retry_after(AGAIN_S);
        }
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "central", "Máy chủ trung tâm gặp sự cố. Thử lại sau.")
    }
}

impl From<JsonRejection> for Refusal {
    fn from(rejection: JsonRejection) -> Self {
        Self::new(rejection.status(), code_of(rejection.status()), rejection.body_text())
    }
}

/// The code of what the web framework itself refuses.
fn code_of(status: StatusCode) -> &'static str {
    match status {
        StatusCode::NOT_FOUND => "no_such_address",
        StatusCode::METHOD_NOT_ALLOWED => "method",
        StatusCode::REQUEST_TIMEOUT => "timeout",
        StatusCode::PAYLOAD_TOO_LARGE => "too_large",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "media_type",
        status if status.is_client_error() => "unreadable",
        _ => "central",
    }
}

impl From<QueryRejection> for Refusal {
    fn from(rejection: QueryRejection) -> Self {
        Self::new(rejection.status(), "unreadable", rejection.body_text())
    }
}

impl From<PathRejection> for Refusal {
    fn from(rejection: PathRejection) -> Self {
        Self::new(rejection.status(), "unreadable", rejection.body_text())
    }
}

/// Makes a problem document of a refusal that is none yet: the framework's own, say of an address or a query that it could not
/// read. What else the answer says of itself (`Allow`) stays.
pub(crate) async fn told(response: Response) -> Response {
    let status = response.status();
    let is_problem = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == PROBLEM);
    if is_problem || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let (parts, body) = response.into_parts();
    let detail = to_bytes(body, DETAIL_BYTES).await.unwrap_or_default();
    let detail = String::from_utf8_lossy(&detail).into_owned();
    let mut response = Refusal::new(status, code_of(status), detail).into_response();
    for (name, value) in parts.headers {
        if let Some(name) = name.filter(|name| name != header::CONTENT_LENGTH && !response.headers().contains_key(name))
        {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let problem = Problem {
            kind: "about:blank".to_owned(),
            title: self.status.canonical_reason().unwrap_or_default().to_owned(),
            status: self.status.as_u16(),
            detail: self.detail,
            code: self.code.to_owned(),
        };
        let mut response = (self.status, Json(problem)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
