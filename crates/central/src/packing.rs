//! Answers made small for the way: zstd with a checksum over what was packed. A byte that changes on the way must not unpack to
//! another answer, and the usual layers leave the checksum out.

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};

use crate::db::Trouble;
use crate::problem::Refusal;

/// Smaller bodies gain nothing.
const WORTH_IT: usize = 512;
const LEVEL: i32 = 3;

/// Whether who asks can unpack it.
pub(crate) fn accepts(headers: &HeaderMap) -> bool {
    let told = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    told.flat_map(|value| value.split(',')).any(|one| {
        let mut parts = one.split(';').map(str::trim);
        // "q=0" is a refusal.
        parts.next() == Some("zstd") && !parts.any(|part| matches!(part, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}

/// Packs JSON; pictures are small already.
pub(crate) async fn pack(response: Response) -> Response {
    let (mut head, body) = response.into_parts();
    let kind = head.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.ends_with("json") {
        return Response::from_parts(head, body);
    }
    // Every JSON answer was made whole in memory.
    let plain = match to_bytes(body, usize::MAX).await {
        Ok(plain) => plain,
        // Never a success with nothing in it.
        Err(error) => return Refusal::from(Trouble::Stored(error.to_string())).into_response(),
    };
    head.headers.append(header::VARY, HeaderValue::from_static("accept-encoding"));
    match packed(&plain) {
        Some(packed) => {
            head.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("zstd"));
            head.headers.remove(header::CONTENT_LENGTH);
            Response::from_parts(head, Body::from(packed))
        }
        None => Response::from_parts(head, Body::from(plain)),
    }
}

fn packed(plain: &[u8]) -> Option<Vec<u8>> {
    if plain.len() < WORTH_IT {
        return None;
    }
    let mut packer = zstd::bulk::Compressor::new(LEVEL).ok()?;
    packer.include_checksum(true).ok()?;
    packer.compress(plain).ok().filter(|packed| packed.len() < plain.len())
}
