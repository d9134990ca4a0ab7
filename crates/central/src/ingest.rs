//! Taking signed facts: one result for each, one transaction for all, and none spoils the others.

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use p256::ecdsa::VerifyingKey;
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use seal_core::event::{Event, EventError, SignedEvent};
use seal_core::fact::Fact;
use seal_core::ids::{DeviceId, EventId, Sha256};
use seal_core::officer::Role;
use seal_core::outbox::Receipt;
use seal_core::wire::{PROTO, PUSH_MEDIA_TYPE, PushItem, PushRequest, PushResponse, PushResult, PushStatus};

use crate::api::{JsonBody, Named, blocking};
use crate::db::{Connection, Transaction, Trouble, epoch, moment};
use crate::problem::Refusal;
use crate::session::{Session, device_key};
use crate::{Central, chain, duty, feed, log, photos, signatures};

/// Items in one push.
pub(crate) const ITEMS: usize = 500;

/// Takes a batch of signed facts.
#[utoipa::path(post, path = "/v1/devices/{device}/events", params(("device" = String, Path, description = "Device id")),
    security(("bearer" = [])), request_body = crate::openapi::PushRequest, responses(
    (status = 200, content_type = "application/vnd.sealfield.push+json", body = crate::openapi::PushResponse),
    (status = 403, description = "`device`: the token is another device's", body = crate::openapi::Problem),
    (status = 409, description = "`epoch`: the phone knows another life of the database; it has to pull first",
        body = crate::openapi::Problem),
    (status = 413, description = "`too_large`: send fewer at a time", body = crate::openapi::Problem),
))]
pub(crate) async fn push(
    State(central): State<Central>,
    session: Session,
    Named(device): Named,
    JsonBody(request): JsonBody<PushRequest>,
) -> Result<Response, Refusal> {
    if device.parse() != Ok(session.device) {
        return Err(Refusal::new(StatusCode::FORBIDDEN, "device", "Phiên đăng nhập thuộc thiết bị khác."));
    }
    if request.items.len() > ITEMS {
        return Err(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", format!("At most {ITEMS} items.")));
    }
    let metrics = central.0.metrics.clone();
    let answer = blocking(move || take(&central, session.device, &request).map_err(Refusal::from)).await?;
    let answer = answer.ok_or_else(|| {
        Refusal::new(StatusCode::CONFLICT, "epoch", "Dữ liệu trung tâm đã được khôi phục. Tải lại trước khi gửi.")
    })?;
    answer.results.iter().for_each(|result| metrics.event(&result.status));
    let body = serde_json::to_vec(&answer).map_err(|e| Refusal::from(Trouble::from(e)))?;
    Ok(([(header::CONTENT_TYPE, HeaderValue::from_static(PUSH_MEDIA_TYPE))], body).into_response())
}

/// `None`: the phone knows another life of the database, and nothing is taken.
pub(crate) fn take(
    central: &Central,
    device: DeviceId,
    request: &PushRequest,
) -> Result<Option<PushResponse>, Trouble> {
    let now = (central.0.clock)();
    // Checking signatures is the dearest part: outside the transaction, so that several phones' are checked at once.
    let (key, mut checked) = check(central, device, request)?;
    let answer = central.0.db.write(|tx| {
        let epoch = epoch(tx)?;
        if request.epoch.as_ref().is_some_and(|known| *known != epoch) {
            return Ok(None);
        }
        let mut results = Vec::with_capacity(request.items.len());
        let mut need_photos = Vec::new();
        for (item, checked) in request.items.iter().zip(&mut checked) {
            let status = match &key {
                Some(key) => tx.savepoint(|tx| {
                    let checked = checked.take().unwrap_or_else(|| signed_by(&item.cose.0, key));
                    item_status(tx, central, device, item, checked, now)
                }),
                None => Ok(rejected("device", "Thiết bị chưa được đăng ký.")),
            };
            let status = match status {
                Ok(status) => status,
                // Nothing of this push can be stored now, and none of it is at fault.
                Err(trouble) if trouble.passes() => return Err(trouble),
                Err(trouble) => {
                    tracing::error!(%trouble, event = %item.id, "an event could not be stored now");
                    PushStatus::Deferred
                }
            };
            match &status {
                // Of a new fact they are on their way; naming them would be a third of the answer.
                PushStatus::Accepted { .. } => {}
                PushStatus::Duplicate { .. } => missing(tx, item.id, &mut need_photos)?,
                PushStatus::HashConflict => {
                    tracing::error!(event = %item.id, %device, "integrity alarm: two contents under one event id");
                }
                PushStatus::Rejected { code, .. } => tracing::warn!(event = %item.id, %device, code, "event rejected"),
                PushStatus::Deferred => {}
            }
            results.push(PushResult { id: item.id, status });
        }
        let proto = PROTO.to_owned();
        Ok(Some(PushResponse { proto, epoch, server_time: now, results, need_photos, checkpoint: None }))
    })?;
    let Some(answer) = answer else { return Ok(None) };
    // After the commit: nothing is signed that a power cut could take back.
    let checkpoint = central.0.db.with(|db| log::checkpoint(db, &central.0.signer, now))?;
    Ok(Some(PushResponse { checkpoint: Some(checkpoint), ..answer }))
}

/// An event whose signature was checked; none where the same bytes are in the record already.
type Checked = Option<Result<SignedEvent, EventError>>;

/// The device's key, which never changes, and what it says about each item.
fn check(
    central: &Central,
    device: DeviceId,
    request: &PushRequest,
) -> Result<(Option<VerifyingKey>, Vec<Checked>), Trouble> {
    let (key, known) = central.0.db.with(|db| {
        let known = |item: &PushItem| {
            let stored = stored(db, item.id)?;
            Ok(stored.is_some_and(|(hash, _)| hash == Sha256::of(&item.cose.0)))
        };
        Ok((device_key(db, device)?, request.items.iter().map(known).collect::<Result<Vec<bool>, Trouble>>()?))
    })?;
    let check = |(item, known): (&PushItem, bool)| match &key {
        Some(key) if !known => Some(signed_by(&item.cose.0, key)),
        _ => None,
    };
    let checked = request.items.iter().zip(known).map(check).collect();
    Ok((key, checked))
}

/// Reads an event that `key` signed. With `ring`, whose check takes a fifth of the time of `p256`'s: it is the dearest part of a
/// push.
fn signed_by(cose: &[u8], key: &VerifyingKey) -> Result<SignedEvent, EventError> {
    let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key.to_encoded_point(false));
    SignedEvent::verify_by(cose, |bytes, signature| key.verify(bytes, signature).is_ok())
}

fn rejected(code: &str, detail: impl Into<String>) -> PushStatus {
    PushStatus::Rejected { code: code.to_owned(), detail: detail.into() }
}

fn item_status(
    tx: &Transaction,
    central: &Central,
    device: DeviceId,
    item: &PushItem,
    checked: Result<SignedEvent, EventError>,
    now: Timestamp,
) -> Result<PushStatus, Trouble> {
    let stored = stored(tx, item.id)?;
    if let Some((hash, receipt)) = &stored
        && *hash == Sha256::of(&item.cose.0)
    {
        return Ok(PushStatus::Duplicate { receipt: receipt.clone() });
    }
    let signed = match checked {
        Ok(signed) => signed,
        Err(error) => return Ok(not_an_event(&error)),
    };
    if signed.event.id != item.id {
        return Ok(rejected("id_mismatch", "Mã của bản ghi không khớp nội dung đã ký."));
    }
    if stored.is_some() {
        return Ok(PushStatus::HashConflict);
    }
    if let Some(refused) = not_acceptable(tx, device, &signed.event)? {
        return Ok(refused);
    }
    if let Some(fault) = chain::fault_at(tx, &signed.event)? {
        tracing::warn!(%device, event = %item.id, ?fault, "taken, but the device's chain of events is not whole");
    }
    let receipt = store(tx, &signed, now, Some(signed.event.unit.as_str()))?;
    signatures::check(tx, &central.0.vault, &central.0.signer, &signed.event, &receipt, now)?;
    Ok(PushStatus::Accepted { receipt })
}

fn not_an_event(error: &EventError) -> PushStatus {
    let code = match error {
        EventError::Signature | EventError::Algorithm => "signature",
        EventError::Version(_) => "version",
        EventError::NotCose(_) | EventError::Content(_) => "unreadable",
    };
    rejected(code, error.to_string())
}

/// A phone may change hands, so the author need not be who sends; but must be known here, of the unit they write for, and
/// of a role that writes such facts.
fn not_acceptable(tx: &Transaction, device: DeviceId, event: &Event) -> Result<Option<PushStatus>, Trouble> {
    if i64::try_from(event.seq).is_err() {
        return Ok(Some(rejected("unreadable", "Số thứ tự của bản ghi không hợp lệ.")));
    }
    if event.device != device {
        return Ok(Some(rejected("device", "Bản ghi do thiết bị khác ký.")));
    }
    let Some(officer) = feed::officer(tx, &event.officer)? else {
        return Ok(Some(rejected("officer", format!("Không có tài khoản công chức {}.", event.officer))));
    };
    if !duty::of_unit(tx, &officer.id, &event.unit)? {
        return Ok(Some(rejected("scope", format!("{} không thuộc đơn vị {}.", officer.id, event.unit))));
    }
    let writes = [Role::Officer, Role::ShiftLead, Role::Supervisor, Role::Registrar];
    let may = match &event.fact {
        Fact::TrackingSeen(_) | Fact::SignatureChecked(_) => false,
        Fact::ConflictDecided(_) => officer.is(Role::Supervisor),
        _ => writes.into_iter().any(|role| officer.is(role)),
    };
    if !may {
        return Ok(Some(rejected("role", "Tài khoản không có quyền ghi việc này.")));
    }
    if matches!(&event.fact, Fact::SealSigned(signed) if signatures::is_empty(signed)) {
        return Ok(Some(rejected("unreadable", "Bản ghi không kèm gì do seal ký.")));
    }
    Ok(duty::fault(tx, event, &officer)?.map(|(code, detail)| rejected(code, detail)))
}

/// Commits an event to the record, its subjects' followers' feeds included.
pub(crate) fn store(
    tx: &Transaction,
    signed: &SignedEvent,
    now: Timestamp,
    unit: Option<&str>,
) -> Result<Receipt, Trouble> {
    let event = &signed.event;
    let device_seq = i64::try_from(event.seq).map_err(|e| Trouble::Stored(e.to_string()))?;
    // Numbers without holes: the one writer takes the next.
    let seq: i64 = tx.query_row(
        "INSERT INTO event (seq, id, hash, cose, device, device_seq, prev, kind, received_at)
         VALUES (coalesce((SELECT max(seq) FROM event), 0) + 1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) RETURNING seq",
        (
            event.id.0.as_bytes(),
            signed.hash.0,
            &signed.cose,
            event.device.0.as_bytes(),
            device_seq,
            event.prev.0,
            event.fact.kind(),
            now.as_millisecond(),
        ),
        |row| row.get(0),
    )?;
    if let Some(photo) = event.fact.photo() {
        let thumbnail = photo.thumbnail.as_ref().map(|thumbnail| thumbnail.sha256);
        for digest in [Some(photo.sha256), thumbnail].into_iter().flatten() {
            tx.post("INSERT INTO event_photo (sha256, seq) VALUES (?1, ?2) ON CONFLICT DO NOTHING", (digest.0, seq))?;
        }
    }
    log::append(tx, seq, &signed.cose)?;
    feed::file_event(tx, seq, event, unit)?;
    receipt(seq, &signed.hash, now.as_millisecond())
}

/// The proof for an event, the same whenever it is asked for.
fn receipt(seq: i64, hash: &Sha256, at: i64) -> Result<Receipt, Trouble> {
    let [a, b, ..] = hash.0;
    let code = format!("{a:02X}{b:02X}-{:02}", seq.rem_euclid(100));
    Ok(Receipt { server_seq: seq.unsigned_abs(), at: moment(at)?, code })
}

fn stored(db: &Connection, id: EventId) -> Result<Option<(Sha256, Receipt)>, Trouble> {
    let row: Option<(i64, [u8; 32], i64)> =
        db.query_opt("SELECT seq, hash, received_at FROM event WHERE id = ?1", [id.0.as_bytes()], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?;
    row.map(|(seq, hash, at)| Ok((Sha256(hash), receipt(seq, &Sha256(hash), at)?))).transpose()
}

/// Adds the photographs of an event whose bytes are not here.
pub(crate) fn missing(db: &Connection, id: EventId, need: &mut Vec<Sha256>) -> Result<(), Trouble> {
    let digests = "SELECT sha256 FROM event_photo JOIN event USING (seq) WHERE id = ?1";
    for digest in db.query_all(digests, [id.0.as_bytes()], |row| row.get(0).map(Sha256))? {
        if !need.contains(&digest) && !photos::is_complete(db, &digest)? {
            need.push(digest);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ring_and_p256_believe_the_same_signatures() {
        use p256::ecdsa::signature::Verifier as _;
        use p256::ecdsa::{Signature, SigningKey, signature::Signer as _};

        for n in 1..40_u8 {
            let key = SigningKey::from_slice(&[n; 32]).unwrap();
            let bytes = vec![n; usize::from(n)];
            let signature: Signature = key.sign(&bytes);
            let (r, s) = signature.split_scalars();
            let mut all: Vec<[u8; 64]> = vec![
                signature.to_bytes().into(),
                // The other of the two that fit.
                Signature::from_scalars(r, -*s).unwrap().to_bytes().into(),
                Signature::from_scalars(s, r).unwrap().to_bytes().into(),
                [0; 64],
                [255; 64],
            ];
            for at in [0, 31, 32, 63] {
                let mut spoiled: [u8; 64] = signature.to_bytes().into();
                spoiled[at] ^= 1 << (n % 8);
                all.push(spoiled);
            }
            let point = key.verifying_key().to_encoded_point(false);
            let ring = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point);
            for (which, raw) in all.iter().enumerate() {
                let p256 = Signature::from_slice(raw).is_ok_and(|it| key.verifying_key().verify(&bytes, &it).is_ok());
                assert_eq!(ring.verify(&bytes, raw).is_ok(), p256, "{n} {which}");
                assert_eq!(p256, which < 2, "{n} {which}");
            }
            assert!(ring.verify(&bytes, &signature.to_bytes()[..63]).is_err());
        }
    }
}
