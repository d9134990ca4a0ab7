//! Photograph bytes by tus 1.0 (core and creation), named by their digest.
//!
//! The pieces that have come are the truth about an upload's offset; the database only remembers size and type. A photograph
//! counts as complete after its pieces were put together, the digest compared, and the whole was kept under its name.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures_util::StreamExt as _;
use jiff::Timestamp;
use seal_core::ids::Sha256;
use seal_core::outbox::Receipt;

use crate::Central;
use crate::api::{Named, blocking};
use crate::blobs::Blobs;
use crate::db::{Connection, Trouble, moment};
use crate::problem::Refusal;
use crate::session::Session;

/// Largest photograph.
pub(crate) const PHOTO_BYTES: u64 = 32 << 20;
/// An upload from which nothing came for so long is let go; what came stays.
const STALLED: std::time::Duration = std::time::Duration::from_secs(60);
const MEDIA_TYPES: [&str; 4] = ["image/jpeg", "image/png", "image/webp", "image/heic"];
const TUS: &str = "1.0.0";
const TUS_RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");
const UPLOAD_METADATA: HeaderName = HeaderName::from_static("upload-metadata");
/// JSON [`Receipt`] on answers about a complete photograph.
const RECEIPT: HeaderName = HeaderName::from_static("x-sealfield-receipt");

/// Bytes of an upload that are held until they are kept as a piece; a stop in between loses them.
const PIECE: usize = 1 << 20;

/// Uploads being written now by this central: two writers of one would only be in each other's way.
#[derive(Clone, Default)]
pub(crate) struct Busy(Arc<Mutex<HashSet<Sha256>>>);

impl Busy {
    fn hold(&self, photo: Sha256) -> Result<Held, Refusal> {
        let free = self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(photo);
        let locked = || Refusal::new(StatusCode::LOCKED, "locked", "Ảnh này đang được gửi. Chờ rồi thử lại.");
        free.then(|| Held { photo, busy: self.clone() }).ok_or_else(locked)
    }
}

/// The right to write an upload.
struct Held {
    photo: Sha256,
    busy: Busy,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.busy.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.photo);
    }
}

/// What the central has of a photograph.
enum Have {
    Nothing,
    Partial { offset: u64, size: u64 },
    Complete { size: u64, receipt: Receipt },
}

struct Row {
    size: u64,
    media_type: String,
    complete_at: Option<Timestamp>,
}

fn row(db: &Connection, photo: &Sha256) -> Result<Option<Row>, Trouble> {
    let row: Option<(i64, String, Option<i64>)> =
        db.query_opt("SELECT size, media_type, complete_at FROM photo WHERE sha256 = ?1", [photo.0], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?;
    row.map(|(size, media_type, at)| {
        Ok(Row { size: size.unsigned_abs(), media_type, complete_at: at.map(moment).transpose()? })
    })
    .transpose()
}

pub(crate) fn is_complete(db: &Connection, photo: &Sha256) -> Result<bool, Trouble> {
    Ok(row(db, photo)?.is_some_and(|row| row.complete_at.is_some()))
}

async fn have(central: &Central, photo: &Sha256) -> Result<Have, Refusal> {
    let found = {
        let (central, photo) = (central.clone(), *photo);
        blocking(move || Ok(central.0.db.with(|db| row(db, &photo))?)).await?
    };
    let Some(row) = found else { return Ok(Have::Nothing) };
    if let Some(at) = row.complete_at {
        return Ok(Have::Complete { size: row.size, receipt: receipt(photo, row.size, at) });
    }
    Ok(Have::Partial { offset: central.0.blobs.offset(photo).await?, size: row.size })
}

fn receipt(photo: &Sha256, size: u64, at: Timestamp) -> Receipt {
    let [a, b, ..] = photo.0;
    Receipt { server_seq: 0, at, code: format!("{a:02X}{b:02X}-{:02}", size % 100) }
}

/// Checks the whole photograph and keeps it. `None` when its digest is wrong: the upload begins again.
async fn finish(
    central: &Central,
    photo: &Sha256,
    size: u64,
    at_hand: Option<Bytes>,
) -> Result<Option<Receipt>, Refusal> {
    let (blobs, photo) = (&central.0.blobs, *photo);
    let (bytes, is_kept) = if let Some(bytes) = at_hand {
        (bytes, false)
    } else if blobs.offset(&photo).await? == size {
        (blobs.together(&photo).await?, false)
    } else {
        // A stop between the keeping and the note in the database leaves the whole without a piece.
        match blobs.whole(&photo).await? {
            Some(bytes) => (bytes, true),
            // Nor may one be thrown away that another central keeps from now on.
            None => (Bytes::new(), false),
        }
    };
    let (bytes, right) = blocking(move || {
        let right = Sha256::of(&bytes) == photo;
        Ok((bytes, right))
    })
    .await?;
    if !right {
        // Another central that took the same upload was first, and has forgotten its pieces.
        if let Have::Complete { receipt, .. } = have(central, &photo).await? {
            return Ok(Some(receipt));
        }
        if is_kept {
            blobs.throw_away(&photo).await?;
        }
        blobs.forget(&photo).await?;
        return Ok(None);
    }
    if !is_kept {
        blobs.keep(&photo, bytes).await?;
    }
    let at = (central.0.clock)().as_millisecond();
    {
        let central = central.clone();
        let noted = "UPDATE photo SET complete_at = ?2 WHERE sha256 = ?1";
        blocking(move || Ok(central.0.db.write(|tx| tx.execute(noted, (photo.0, at)))?)).await?;
    }
    // Those that a stop leaves take room and nothing else.
    if let Err(trouble) = blobs.forget(&photo).await {
        tracing::warn!(%trouble, %photo, "pieces of a whole photograph are left");
    }
    Ok(Some(receipt(&photo, size, moment(at)?)))
}

fn refusal(status: StatusCode, code: &'static str, detail: &str) -> Refusal {
    Refusal::new(status, code, detail)
}

fn unknown() -> Refusal {
    refusal(StatusCode::NOT_FOUND, "photo", "Trung tâm chưa có ảnh này.")
}

fn wrong_digest() -> Refusal {
    let detail = "Ảnh nhận được không khớp mã băm. Gửi lại từ đầu.";
    refusal(StatusCode::UNPROCESSABLE_ENTITY, "digest", detail)
}

fn number(headers: &HeaderMap, name: &HeaderName) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.parse().ok()
}

/// A client that names a version must name ours.
fn same_tus(headers: &HeaderMap) -> Result<(), Refusal> {
    match headers.get(TUS_RESUMABLE) {
        Some(version) if version != TUS => Err(refusal(StatusCode::PRECONDITION_FAILED, "tus", "Only tus 1.0.0.")),
        _ => Ok(()),
    }
}

fn named(photo: &str) -> Result<Sha256, Refusal> {
    Sha256::from_hex(photo).ok_or_else(unknown)
}

fn answer(status: StatusCode, have: &Have) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(TUS_RESUMABLE, HeaderValue::from_static(TUS));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let (offset, size) = match have {
        Have::Nothing => (0, 0),
        Have::Partial { offset, size } => (*offset, *size),
        Have::Complete { size, .. } => (*size, *size),
    };
    headers.insert(UPLOAD_OFFSET, HeaderValue::from(offset));
    headers.insert(UPLOAD_LENGTH, HeaderValue::from(size));
    if let Have::Complete { receipt, .. } = have
        && let Ok(json) = serde_json::to_string(receipt)
        && let Ok(value) = HeaderValue::try_from(json)
    {
        headers.insert(RECEIPT, value);
    }
    (status, headers).into_response()
}

/// What this server can.
pub(crate) async fn options() -> Response {
    let headers = [
        ("tus-resumable", TUS.to_owned()),
        ("tus-version", TUS.to_owned()),
        ("tus-extension", "creation".to_owned()),
        ("tus-max-size", PHOTO_BYTES.to_string()),
    ];
    let mut response = StatusCode::NO_CONTENT.into_response();
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::try_from(value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    response
}

/// Announces a photograph: `Upload-Length`, and `Upload-Metadata` with `sha256` (64 hexadecimal digits) and `media_type`,
/// each base64. A photograph that is there already answers with its receipt.
#[utoipa::path(post, path = "/v1/photos", security(("bearer" = [])), params(
    ("Upload-Length" = u64, Header, description = "Bytes of the photograph"),
    ("Upload-Metadata" = String, Header, description = "`sha256 BASE64,media_type BASE64`"),
), responses(
    (status = 201, description = "Location, Upload-Offset; X-Sealfield-Receipt when it is already complete"),
    (status = 400, description = "`metadata`", body = crate::openapi::Problem),
    (status = 412, description = "`tus`: another version of tus", body = crate::openapi::Problem),
    (status = 423, description = "`locked`: being written now", body = crate::openapi::Problem),
    (status = 413, description = "`too_large`", body = crate::openapi::Problem),
))]
pub(crate) async fn create(
    State(central): State<Central>,
    _: Session,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    same_tus(&headers)?;
    let bad = |detail| refusal(StatusCode::BAD_REQUEST, "metadata", detail);
    let metadata = headers.get(UPLOAD_METADATA).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let sha256 = metadatum(metadata, "sha256").and_then(|hex| Sha256::from_hex(&hex));
    let photo = sha256.ok_or_else(|| bad("Upload-Metadata needs sha256"))?;
    let media_type = metadatum(metadata, "media_type").filter(|named| MEDIA_TYPES.contains(&named.as_str()));
    let media_type = media_type.ok_or_else(|| bad("Upload-Metadata needs media_type of a photograph"))?;
    let size = number(&headers, &UPLOAD_LENGTH).filter(|size| *size > 0);
    let size = size.ok_or_else(|| bad("Upload-Length needs a positive number"))?;
    if size > PHOTO_BYTES {
        return Err(refusal(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "Ảnh quá lớn."));
    }
    let _held = central.0.busy.hold(photo)?;
    let have = announce(&central, &photo, size, media_type).await?;
    let mut response = answer(StatusCode::CREATED, &have);
    if let Ok(location) = HeaderValue::try_from(format!("/v1/photos/{photo}")) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

async fn announce(central: &Central, photo: &Sha256, size: u64, media_type: String) -> Result<Have, Refusal> {
    match have(central, photo).await? {
        complete @ Have::Complete { .. } => return Ok(complete),
        Have::Partial { size: announced, .. } if announced == size => {}
        Have::Nothing | Have::Partial { .. } => {
            // Announced with another size before: what there is cannot be trusted.
            central.0.blobs.forget(photo).await?;
            let size = i64::try_from(size).map_err(|e| Trouble::Stored(e.to_string()))?;
            let (central, photo) = (central.clone(), *photo);
            let noted = "INSERT INTO photo (sha256, size, media_type) VALUES (?1, ?2, ?3)
                 ON CONFLICT (sha256) DO UPDATE SET size = excluded.size, media_type = excluded.media_type";
            blocking(move || Ok(central.0.db.write(|tx| tx.execute(noted, (photo.0, size, &media_type)))?)).await?;
        }
    }
    settle_leftover(central, photo, size).await?;
    have(central, photo).await
}

/// A stop may have left a whole photograph that nobody has checked and noted.
async fn settle_leftover(central: &Central, photo: &Sha256, size: u64) -> Result<(), Refusal> {
    if central.0.blobs.offset(photo).await? == size || central.0.blobs.has_whole(photo).await? {
        finish(central, photo, size, None).await?;
    }
    Ok(())
}

fn metadatum(metadata: &str, key: &str) -> Option<String> {
    let value = metadata.split(',').find_map(|pair| pair.trim().strip_prefix(key)?.strip_prefix(' '))?;
    String::from_utf8(STANDARD.decode(value.trim()).ok()?).ok()
}

/// How much of a photograph is here.
#[utoipa::path(head, path = "/v1/photos/{sha256}", params(("sha256" = String, Path)), security(("bearer" = [])),
    responses((status = 200, description = "Upload-Offset, Upload-Length, X-Sealfield-Receipt when complete"),
        (status = 404, description = "`photo`"), (status = 412, description = "`tus`")))]
pub(crate) async fn offset(
    State(central): State<Central>,
    _: Session,
    Named(photo): Named,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    same_tus(&headers)?;
    let photo = named(&photo)?;
    // While somebody writes it there is no leftover to settle.
    if let (Have::Partial { size, .. }, Ok(_held)) = (have(&central, &photo).await?, central.0.busy.hold(photo)) {
        settle_leftover(&central, &photo, size).await?;
    }
    match have(&central, &photo).await? {
        Have::Nothing => Err(unknown()),
        have => Ok(answer(StatusCode::OK, &have)),
    }
}

/// Bytes from `Upload-Offset` on. What arrived stays, also when the connection breaks.
#[utoipa::path(patch, path = "/v1/photos/{sha256}", params(
    ("sha256" = String, Path),
    ("Upload-Offset" = u64, Header, description = "How much is there already"),
), security(("bearer" = [])), request_body(content = Vec<u8>, content_type = "application/offset+octet-stream"), responses(
    (status = 400, description = "`offset`, `length`, `broken_off`", body = crate::openapi::Problem),
    (status = 412, description = "`tus`: another version of tus", body = crate::openapi::Problem),
    (status = 204, description = "Upload-Offset, X-Sealfield-Receipt when complete and verified"),
    (status = 404, body = crate::openapi::Problem),
    (status = 409, description = "`offset`: ask with HEAD and go on from there", body = crate::openapi::Problem),
    (status = 422, description = "`digest`: the upload begins again", body = crate::openapi::Problem),
    (status = 423, description = "`locked`: being written now", body = crate::openapi::Problem),
))]
pub(crate) async fn append(
    State(central): State<Central>,
    _: Session,
    Named(photo): Named,
    request: Request,
) -> Result<Response, Refusal> {
    let headers = request.headers();
    same_tus(headers)?;
    let photo = named(&photo)?;
    if headers.get(header::CONTENT_TYPE).is_none_or(|kind| kind != "application/offset+octet-stream") {
        let detail = "Content-Type must be application/offset+octet-stream";
        return Err(refusal(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media_type", detail));
    }
    let offset = number(headers, &UPLOAD_OFFSET)
        .ok_or_else(|| refusal(StatusCode::BAD_REQUEST, "offset", "Upload-Offset is missing"))?;
    // Until the whole is checked: nobody may add to it meanwhile.
    let _held = central.0.busy.hold(photo)?;
    let now_have = have(&central, &photo).await?;
    let size = match now_have {
        Have::Nothing => return Err(unknown()),
        Have::Complete { size, .. } if offset == size => return Ok(answer(StatusCode::NO_CONTENT, &now_have)),
        Have::Partial { offset: here, size } if offset == here => size,
        Have::Complete { .. } | Have::Partial { .. } => {
            return Err(refusal(StatusCode::CONFLICT, "offset", "Vị trí gửi tiếp không đúng. Hỏi lại trung tâm."));
        }
    };
    let Written { offset, at_hand } = write(&central, &photo, offset, size, request.into_body()).await?;
    if offset < size {
        return Ok(answer(StatusCode::NO_CONTENT, &Have::Partial { offset, size }));
    }
    match finish(&central, &photo, size, at_hand).await? {
        Some(receipt) => Ok(answer(StatusCode::NO_CONTENT, &Have::Complete { size, receipt })),
        None => {
            tracing::warn!(%photo, "the bytes of a photograph do not have its digest");
            Err(wrong_digest())
        }
    }
}

/// What there is of an upload after a request.
struct Written {
    offset: u64,
    /// All of it, where one request brought the whole and it is small: then nothing is kept in pieces.
    at_hand: Option<Bytes>,
}

/// Keeps the body in pieces. A broken body keeps what arrived.
async fn write(central: &Central, photo: &Sha256, offset: u64, size: u64, body: Body) -> Result<Written, Refusal> {
    let blobs = &central.0.blobs;
    let (mut chunks, mut here, mut broken) = (body.into_data_stream(), offset, None);
    let mut piece = Vec::new();
    loop {
        let chunk = match tokio::time::timeout(STALLED, chunks.next()).await {
            Ok(Some(Ok(chunk))) => chunk,
            Ok(None) => break,
            Ok(Some(Err(error))) => {
                broken = Some(error.to_string());
                break;
            }
            Err(stalled) => {
                broken = Some(stalled.to_string());
                break;
            }
        };
        central.0.metrics.photo_bytes.inc_by(chunk.len() as u64);
        piece.extend_from_slice(&chunk);
        if here + piece.len() as u64 > size {
            return Err(refusal(StatusCode::BAD_REQUEST, "length", "More bytes than Upload-Length."));
        }
        if piece.len() >= PIECE {
            here += keep(blobs, photo, here, std::mem::take(&mut piece)).await?;
        }
    }
    if broken.is_none() && piece.len() as u64 == size {
        return Ok(Written { offset: size, at_hand: Some(piece.into()) });
    }
    here += keep(blobs, photo, here, piece).await?;
    match broken {
        None => Ok(Written { offset: here, at_hand: None }),
        Some(error) => Err(refusal(StatusCode::BAD_REQUEST, "broken_off", &error)),
    }
}

/// Keeps a piece, and says how long it is.
async fn keep(blobs: &Blobs, photo: &Sha256, offset: u64, piece: Vec<u8>) -> Result<u64, Trouble> {
    let size = piece.len() as u64;
    if size > 0 {
        blobs.add(photo, offset, Bytes::from(piece)).await?;
    }
    Ok(size)
}

/// The bytes of a photograph, for units that have a fact naming it.
#[utoipa::path(get, path = "/v1/photos/{sha256}", params(("sha256" = String, Path)), security(("bearer" = [])),
    responses((status = 200, content_type = "image/*", body = Vec<u8>),
        (status = 404, description = "`photo`", body = crate::openapi::Problem)))]
pub(crate) async fn bytes(
    State(central): State<Central>,
    session: Session,
    Named(photo): Named,
) -> Result<Response, Refusal> {
    let photo = named(&photo)?;
    let found = {
        let central = central.clone();
        let look = move |db: &Connection<'_>| {
            let in_scope: bool = db.query_row(
                "SELECT EXISTS (SELECT 1 FROM event_photo JOIN feed ON feed.event = event_photo.seq
                 WHERE sha256 = ?1 AND feed.unit = ?2)",
                (photo.0, session.officer.unit.as_str()),
                |row| row.get(0),
            )?;
            Ok(row(db, &photo)?.filter(|row| in_scope && row.complete_at.is_some()))
        };
        blocking(move || Ok(central.0.db.with(look)?)).await?.ok_or_else(unknown)?
    };
    let gone = || Trouble::Stored(format!("the photograph {photo} is gone"));
    let bytes = central.0.blobs.whole(&photo).await?.ok_or_else(gone)?;
    Ok(([(header::CONTENT_TYPE, found.media_type)], bytes).into_response())
}

/// What became of a photograph that came whole.
pub(crate) enum Whole {
    Taken,
    Known,
    Refused(&'static str),
}

/// Takes a photograph that did not come by upload, when a fact here names it.
pub(crate) async fn take_whole(
    central: &Central,
    photo: Sha256,
    media_type: &str,
    bytes: Vec<u8>,
) -> Result<Whole, Trouble> {
    if Sha256::of(&bytes) != photo {
        return Ok(Whole::Refused("its bytes do not have its digest"));
    }
    if !MEDIA_TYPES.contains(&media_type) || bytes.is_empty() || bytes.len() as u64 > PHOTO_BYTES {
        return Ok(Whole::Refused("no photograph, or too large"));
    }
    let named = "SELECT EXISTS (SELECT 1 FROM event_photo WHERE sha256 = ?1)";
    if !central.0.db.with(|db| db.query_row(named, [photo.0], |row| row.get(0)))? {
        return Ok(Whole::Refused("no fact here names it"));
    }
    let Ok(_held) = central.0.busy.hold(photo) else {
        return Ok(Whole::Refused("it is being sent now: take the file again"));
    };
    if central.0.db.with(|db| is_complete(db, &photo))? {
        return Ok(Whole::Known);
    }
    let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    central.0.blobs.keep(&photo, bytes.into()).await?;
    let at = (central.0.clock)().as_millisecond();
    central.0.db.write(|tx| {
        tx.execute(
            "INSERT INTO photo (sha256, size, media_type, complete_at) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (sha256) DO UPDATE SET size = excluded.size, media_type = excluded.media_type,
                 complete_at = excluded.complete_at",
            (photo.0, size, media_type, at),
        )
    })?;
    // Those of an upload that was begun take room and nothing else.
    if let Err(trouble) = central.0.blobs.forget(&photo).await {
        tracing::warn!(%trouble, %photo, "pieces of a whole photograph are left");
    }
    Ok(Whole::Taken)
}
