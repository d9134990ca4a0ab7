//! Photograph bytes by tus 1.0 (core and creation), named by their digest.
//!
//! The length of the partial file is the truth about an upload's offset; the database only remembers size and type. A file
//! counts as complete after it was read back, its digest compared, it was synced and moved to its final name.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::{Path as FsPath, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures_util::StreamExt as _;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _};
use seal_core::ids::Sha256;
use seal_core::outbox::Receipt;
use sha2::Digest as _;

use crate::Central;
use crate::api::{Named, blocking};
use crate::db::{Trouble, moment};
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

/// The folder of photographs.
pub(crate) struct Folder {
    root: PathBuf,
    /// Uploads being written now: two writers of one file would spoil it.
    busy: Arc<Mutex<HashSet<Sha256>>>,
}

impl Folder {
    pub(crate) fn open(root: &FsPath) -> Result<Self, Trouble> {
        fs::create_dir_all(root.join("partial"))?;
        Ok(Self { root: root.to_owned(), busy: Arc::default() })
    }

    /// The disk with the photographs may be another than the database's.
    pub(crate) fn is_there(&self) -> Result<(), Trouble> {
        Ok(fs::metadata(self.root.join("partial")).map(drop)?)
    }

    fn partial(&self, photo: &Sha256) -> PathBuf {
        self.root.join("partial").join(photo.to_string())
    }

    fn complete(&self, photo: &Sha256) -> PathBuf {
        let name = photo.to_string();
        self.root.join(&name[..2]).join(name)
    }

    fn hold(&self, photo: Sha256) -> Result<Held, Refusal> {
        let free = self.busy.lock().unwrap_or_else(PoisonError::into_inner).insert(photo);
        let locked = || Refusal::new(StatusCode::LOCKED, "locked", "Ảnh này đang được gửi. Chờ rồi thử lại.");
        free.then(|| Held { photo, busy: self.busy.clone() }).ok_or_else(locked)
    }
}

/// The right to write an upload.
struct Held {
    photo: Sha256,
    busy: Arc<Mutex<HashSet<Sha256>>>,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.photo);
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
    let row: Option<(i64, String, Option<i64>)> = db
        .query_row("SELECT size, media_type, complete_at FROM photo WHERE sha256 = ?1", [photo.0], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    row.map(|(size, media_type, at)| {
        Ok(Row { size: size.unsigned_abs(), media_type, complete_at: at.map(moment).transpose()? })
    })
    .transpose()
}

pub(crate) fn is_complete(db: &Connection, photo: &Sha256) -> Result<bool, Trouble> {
    Ok(row(db, photo)?.is_some_and(|row| row.complete_at.is_some()))
}

fn have(central: &Central, photo: &Sha256) -> Result<Have, Trouble> {
    let Some(row) = central.0.db.with(|db| row(db, photo))? else { return Ok(Have::Nothing) };
    if let Some(at) = row.complete_at {
        return Ok(Have::Complete { size: row.size, receipt: receipt(photo, row.size, at) });
    }
    let offset = fs::metadata(central.0.photos.partial(photo)).map_or(0, |file| file.len());
    Ok(Have::Partial { offset, size: row.size })
}

fn receipt(photo: &Sha256, size: u64, at: Timestamp) -> Receipt {
    let [a, b, ..] = photo.0;
    Receipt { server_seq: 0, at, code: format!("{a:02X}{b:02X}-{:02}", size % 100) }
}

/// Checks the whole file and moves it to its final name. `None` when its digest is wrong: the upload begins again.
fn finish(central: &Central, photo: &Sha256, size: u64, now: Timestamp) -> Result<Option<Receipt>, Trouble> {
    let (partial, complete) = (central.0.photos.partial(photo), central.0.photos.complete(photo));
    // A stop between the move and the note in the database leaves the file at its final name.
    let from = if partial.exists() { &partial } else { &complete };
    if digest(from)? != *photo {
        fs::remove_file(from)?;
        return Ok(None);
    }
    if from == &partial {
        File::open(&partial)?.sync_all()?;
        if let Some(folder) = complete.parent() {
            fs::create_dir_all(folder)?;
            fs::rename(&partial, &complete)?;
            File::open(folder)?.sync_all()?;
        }
        File::open(&central.0.photos.root)?.sync_all()?;
    }
    central.0.db.write(|tx| {
        let at = now.as_millisecond();
        Ok(tx.execute("UPDATE photo SET complete_at = ?2 WHERE sha256 = ?1", (photo.0, at))?)
    })?;
    Ok(Some(receipt(photo, size, moment(now.as_millisecond())?)))
}

fn digest(path: &FsPath) -> Result<Sha256, Trouble> {
    let mut file = File::open(path)?;
    let mut hasher = sha2::Sha256::new();
    let mut buffer = vec![0; 64 << 10];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(Sha256(hasher.finalize().into())),
            n => hasher.update(&buffer[..n]),
        }
    }
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
    let held = central.0.photos.hold(photo)?;
    let have = blocking(move || {
        let _held = held;
        announce(&central, &photo, size, &media_type)
    })
    .await?;
    let mut response = answer(StatusCode::CREATED, &have);
    if let Ok(location) = HeaderValue::try_from(format!("/v1/photos/{photo}")) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

fn announce(central: &Central, photo: &Sha256, size: u64, media_type: &str) -> Result<Have, Refusal> {
    match have(central, photo)? {
        complete @ Have::Complete { .. } => return Ok(complete),
        Have::Partial { size: announced, .. } if announced == size => {}
        Have::Nothing | Have::Partial { .. } => {
            // Announced with another size before: what there is cannot be trusted.
            match fs::remove_file(central.0.photos.partial(photo)) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(Trouble::from(error).into()),
                _ => {}
            }
            let size = i64::try_from(size).map_err(|e| Trouble::Stored(e.to_string()))?;
            central.0.db.write(|tx| {
                Ok(tx.execute(
                    "INSERT INTO photo (sha256, size, media_type) VALUES (?1, ?2, ?3)
                     ON CONFLICT DO UPDATE SET size = excluded.size, media_type = excluded.media_type",
                    (photo.0, size, media_type),
                )?)
            })?;
        }
    }
    settle_leftover(central, photo, size)?;
    Ok(have(central, photo)?)
}

/// A stop may have left a whole file that nobody has checked and noted.
fn settle_leftover(central: &Central, photo: &Sha256, size: u64) -> Result<(), Refusal> {
    let whole = fs::metadata(central.0.photos.partial(photo)).is_ok_and(|file| file.len() == size);
    if whole || central.0.photos.complete(photo).exists() {
        finish(central, photo, size, (central.0.clock)())?;
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
    let ask = move || {
        // While somebody writes it there is no leftover to settle.
        if let (Have::Partial { size, .. }, Ok(_held)) = (have(&central, &photo)?, central.0.photos.hold(photo)) {
            settle_leftover(&central, &photo, size)?;
        }
        Ok(have(&central, &photo)?)
    };
    match blocking(ask).await? {
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
    let held = central.0.photos.hold(photo)?;
    let now_have = {
        let central = central.clone();
        blocking(move || Ok(have(&central, &photo)?)).await?
    };
    let size = match now_have {
        Have::Nothing => return Err(unknown()),
        Have::Complete { size, .. } if offset == size => return Ok(answer(StatusCode::NO_CONTENT, &now_have)),
        Have::Partial { offset: here, size } if offset == here => size,
        Have::Complete { .. } | Have::Partial { .. } => {
            return Err(refusal(StatusCode::CONFLICT, "offset", "Vị trí gửi tiếp không đúng. Hỏi lại trung tâm."));
        }
    };
    let written = write(&central, &photo, offset, size, request.into_body()).await;
    let done = {
        let central = central.clone();
        // Held until the file is checked: nobody may append meanwhile.
        blocking(move || {
            let _held = held;
            let offset = written?;
            if offset < size {
                return Ok(Some(Have::Partial { offset, size }));
            }
            let receipt = finish(&central, &photo, size, (central.0.clock)())?;
            Ok(receipt.map(|receipt| Have::Complete { size, receipt }))
        })
        .await?
    };
    match done {
        Some(have) => Ok(answer(StatusCode::NO_CONTENT, &have)),
        None => {
            tracing::warn!(%photo, "the bytes of a photograph do not have its digest");
            Err(wrong_digest())
        }
    }
}

/// Appends the body to the partial file; returns its new length. A broken body keeps what arrived.
async fn write(central: &Central, photo: &Sha256, offset: u64, size: u64, body: Body) -> Result<u64, Refusal> {
    let path = central.0.photos.partial(photo);
    let mut file =
        blocking(move || Ok(File::options().append(true).create(true).open(path).map_err(Trouble::from)?)).await?;
    let (mut chunks, mut here, mut broken) = (body.into_data_stream(), offset, None);
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
        here += chunk.len() as u64;
        central.0.metrics.photo_bytes.inc_by(chunk.len() as u64);
        if here > size {
            return Err(refusal(StatusCode::BAD_REQUEST, "length", "More bytes than Upload-Length."));
        }
        file = blocking(move || {
            file.write_all(&chunk).map_err(Trouble::from)?;
            Ok(file)
        })
        .await?;
    }
    blocking(move || Ok(file.sync_all().map_err(Trouble::from)?)).await?;
    match broken {
        None => Ok(here),
        Some(error) => Err(refusal(StatusCode::BAD_REQUEST, "broken_off", &error)),
    }
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
    let (media_type, bytes) = blocking(move || {
        let found = central.0.db.with(|db| {
            let in_scope: bool = db.query_row(
                "SELECT EXISTS (SELECT 1 FROM event_photo JOIN feed ON feed.event = event_photo.seq
                 WHERE sha256 = ?1 AND feed.unit = ?2)",
                (photo.0, session.officer.unit.as_str()),
                |row| row.get(0),
            )?;
            Ok(row(db, &photo)?.filter(|row| in_scope && row.complete_at.is_some()))
        })?;
        let found = found.ok_or_else(unknown)?;
        let bytes = fs::read(central.0.photos.complete(&photo)).map_err(Trouble::from)?;
        Ok((found.media_type, bytes))
    })
    .await?;
    Ok(([(header::CONTENT_TYPE, media_type)], bytes).into_response())
}

/// What became of a photograph that came whole.
pub(crate) enum Whole {
    Taken,
    Known,
    Refused(&'static str),
}

/// Takes a photograph that did not come by upload, when a fact here names it.
pub(crate) fn take_whole(central: &Central, photo: &Sha256, media_type: &str, bytes: &[u8]) -> Result<Whole, Trouble> {
    if Sha256::of(bytes) != *photo {
        return Ok(Whole::Refused("its bytes do not have its digest"));
    }
    if !MEDIA_TYPES.contains(&media_type) || bytes.is_empty() || bytes.len() as u64 > PHOTO_BYTES {
        return Ok(Whole::Refused("no photograph, or too large"));
    }
    let named = "SELECT EXISTS (SELECT 1 FROM event_photo WHERE sha256 = ?1)";
    if !central.0.db.with(|db| Ok(db.query_row(named, [photo.0], |row| row.get(0))?))? {
        return Ok(Whole::Refused("no fact here names it"));
    }
    let Ok(_held) = central.0.photos.hold(*photo) else {
        return Ok(Whole::Refused("it is being sent now: take the file again"));
    };
    if let Have::Complete { .. } = have(central, photo)? {
        return Ok(Whole::Known);
    }
    fs::write(central.0.photos.partial(photo), bytes)?;
    let size = bytes.len() as u64;
    central.0.db.write(|tx| {
        Ok(tx.execute(
            "INSERT INTO photo (sha256, size, media_type) VALUES (?1, ?2, ?3)
             ON CONFLICT DO UPDATE SET size = excluded.size, media_type = excluded.media_type",
            (photo.0, i64::try_from(size).unwrap_or(i64::MAX), media_type),
        )?)
    })?;
    let finished = finish(central, photo, size, (central.0.clock)())?;
    Ok(if finished.is_some() { Whole::Taken } else { Whole::Refused("the disk gave other bytes back") })
}
