//! Taking signed facts: one result for each, one transaction for all, and none spoils the others.

use std::collections::HashMap;

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
use uuid::Uuid;

use crate::api::{JsonBody, Named, blocking};
use crate::db::{Bind as _, Connection, Transaction, Trouble, epoch};
use crate::problem::Refusal;
use crate::record::{Record, Writer, receipt};
use crate::session::{Session, device_key};
use crate::{Central, chain, duty, log, photos, signatures};

/// Items in one push.
pub(crate) const ITEMS: usize = 500;
/// Ids looked up at once.
const TOGETHER: usize = 64;

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
    let checked = check(central, device, request)?;
    let push = Push { central, device, request, checked, now };
    let answer = match push.in_this_life(Push::whole) {
        // Some item cannot be stored. Which one, shows when each is stored by itself.
        Err(trouble) if !trouble.passes() => {
            tracing::error!(%trouble, %device, "a push could not be stored as a whole");
            push.in_this_life(Push::one_by_one)?
        }
        answer => answer?,
    };
    let Some(answer) = answer else { return Ok(None) };
    // After the commit: nothing is signed that a power cut could take back, and of two checkpoints the larger is the later.
    let checkpoint = central.0.db.with(|db| log::checkpoint(db, &central.0.signer, (central.0.clock)()))?;
    Ok(Some(PushResponse { checkpoint: Some(checkpoint), ..answer }))
}

/// What a device sends, checked as far as that goes without the record.
struct Checked {
    /// The device's key, which never changes.
    key: Option<VerifyingKey>,
    /// What it says about each item; none where the same bytes are in the record already.
    items: Vec<Option<Result<SignedEvent, EventError>>>,
}

fn check(central: &Central, device: DeviceId, request: &PushRequest) -> Result<Checked, Trouble> {
    let (key, stored) = central.0.db.with(|db| Ok((device_key(db, device)?, stored(db, &request.items)?)))?;
    let check = |item: &PushItem| match &key {
        Some(key) if !stored.has(item) => Some(signed_by(&item.cose.0, key)),
        _ => None,
    };
    let items = request.items.iter().map(check).collect();
    Ok(Checked { key, items })
}

/// Reads an event that `key` signed. With `ring`, whose check is much faster than `p256`'s: it is the dearest part of a push.
fn signed_by(cose: &[u8], key: &VerifyingKey) -> Result<SignedEvent, EventError> {
    let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key.to_encoded_point(false));
    SignedEvent::verify_by(cose, |bytes, signature| key.verify(bytes, signature).is_ok())
}

fn rejected(code: &str, detail: impl Into<String>) -> PushStatus {
    PushStatus::Rejected { code: code.to_owned(), detail: detail.into() }
}

/// A push, while its items are stored.
struct Push<'a> {
    central: &'a Central,
    device: DeviceId,
    request: &'a PushRequest,
    checked: Checked,
    now: Timestamp,
}

impl Push<'_> {
    /// The answer for this life of the database, in which `store` tells what becomes of each item; `None` when the phone knows
    /// another life.
    fn in_this_life(
        &self,
        store: impl FnOnce(&Self, &Transaction, Stored) -> Result<Vec<PushStatus>, Trouble>,
    ) -> Result<Option<PushResponse>, Trouble> {
        let request = self.request;
        self.central.0.db.write(|tx| {
            let epoch = epoch(tx)?;
            if request.epoch.as_ref().is_some_and(|known| *known != epoch) {
                return Ok(None);
            }
            let statuses = store(self, tx, stored(tx, &request.items)?)?;
            let mut need_photos = Vec::new();
            for (item, status) in request.items.iter().zip(&statuses) {
                match status {
                    // Of a new fact they are on their way; naming them would be a third of the answer.
                    PushStatus::Accepted { .. } | PushStatus::Deferred => {}
                    PushStatus::Duplicate { .. } => missing(tx, item.id, &mut need_photos)?,
                    PushStatus::HashConflict => {
                        tracing::error!(event = %item.id, "integrity alarm: two contents under one event id");
                    }
                    PushStatus::Rejected { code, .. } => tracing::warn!(event = %item.id, code, "event rejected"),
                }
            }
            let result = |(item, status): (&PushItem, PushStatus)| PushResult { id: item.id, status };
            let results = request.items.iter().zip(statuses).map(result).collect();
            let (proto, server_time) = (PROTO.to_owned(), self.now);
            Ok(Some(PushResponse { proto, epoch, server_time, results, need_photos, checkpoint: None }))
        })
    }

    /// All items in one go.
    fn whole(&self, tx: &Transaction, mut stored: Stored) -> Result<Vec<PushStatus>, Trouble> {
        let items = (0..).zip(&self.request.items);
        Record::during(tx, |record| items.map(|(at, item)| self.item_status(record, &mut stored, at, item)).collect())
    }

    /// One after the other, so that one that cannot be stored does not spoil the others.
    fn one_by_one(&self, tx: &Transaction, mut stored: Stored) -> Result<Vec<PushStatus>, Trouble> {
        let one = |(at, item): (usize, &PushItem)| {
            let status =
                tx.savepoint(|tx| Record::during(tx, |record| self.item_status(record, &mut stored, at, item)));
            match status {
                // Nothing of this push can be stored now, and none of it is at fault.
                Err(trouble) if trouble.passes() => Err(trouble),
                Err(trouble) => {
                    tracing::error!(%trouble, event = %item.id, "an event could not be stored now");
                    stored.forget(item.id);
                    Ok(PushStatus::Deferred)
                }
                status => status,
            }
        };
        (0..).zip(&self.request.items).map(one).collect()
    }

    /// What becomes of the item at `at`.
    fn item_status(
        &self,
        record: &Record,
        stored: &mut Stored,
        at: usize,
        item: &PushItem,
    ) -> Result<PushStatus, Trouble> {
        let known = stored.0.get(&item.id);
        if let Some((hash, receipt)) = known
            && *hash == Sha256::of(&item.cose.0)
        {
            return Ok(PushStatus::Duplicate { receipt: receipt.clone() });
        }
        let Some(key) = &self.checked.key else {
            return Ok(rejected("device", "Thiết bị chưa được đăng ký."));
        };
        let late;
        let checked = match &self.checked.items[at] {
            Some(checked) => checked,
            // Nothing leaves the record; whatever took it out, it is looked at again.
            None => {
                late = signed_by(&item.cose.0, key);
                &late
            }
        };
        let signed = match checked {
            Ok(signed) => signed,
            Err(error) => return Ok(not_an_event(error)),
        };
        if signed.event.id != item.id {
            return Ok(rejected("id_mismatch", "Mã của bản ghi không khớp nội dung đã ký."));
        }
        if known.is_some() {
            return Ok(PushStatus::HashConflict);
        }
        if let Some(refused) = not_acceptable(record, self.device, &signed.event)? {
            return Ok(refused);
        }
        if let Some(fault) = chain::fault_at(record, &signed.event)? {
            tracing::warn!(device = %self.device, event = %item.id, ?fault, "taken, but the device's chain of events is not whole");
        }
        let receipt = record.add(signed, self.now, Some(signed.event.unit.as_str()))?;
        let (vault, signer) = (&self.central.0.vault, &self.central.0.signer);
        signatures::check(record, vault, signer, &signed.event, &receipt, self.now)?;
        stored.0.insert(item.id, (signed.hash, receipt.clone()));
        Ok(PushStatus::Accepted { receipt })
    }
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
fn not_acceptable(record: &Record, device: DeviceId, event: &Event) -> Result<Option<PushStatus>, Trouble> {
    if i64::try_from(event.seq).is_err() {
        return Ok(Some(rejected("unreadable", "Số thứ tự của bản ghi không hợp lệ.")));
    }
    if event.device != device {
        return Ok(Some(rejected("device", "Bản ghi do thiết bị khác ký.")));
    }
    let Some(Writer { officer, of_unit }) = record.writer(event)? else {
        return Ok(Some(rejected("officer", format!("Không có tài khoản công chức {}.", event.officer))));
    };
    if !of_unit {
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
    Ok(duty::fault(record, event, &officer)?.map(|(code, detail)| rejected(code, detail)))
}

/// Which items of a push are in the record.
struct Stored(HashMap<EventId, (Sha256, Receipt)>);

impl Stored {
    /// With the same bytes.
    fn has(&self, item: &PushItem) -> bool {
        self.0.get(&item.id).is_some_and(|(hash, _)| *hash == Sha256::of(&item.cose.0))
    }

    fn forget(&mut self, id: EventId) {
        self.0.remove(&id);
    }
}

fn stored(db: &Connection, items: &[PushItem]) -> Result<Stored, Trouble> {
    let mut stored = HashMap::new();
    for items in items.chunks(TOGETHER) {
        // One text for any number: the last id stands in for those that are not there.
        let ids: Vec<_> = (0..TOGETHER).map(|at| items[at.min(items.len() - 1)].id.0.as_bytes().bind()).collect();
        let places: Vec<String> = (1..=TOGETHER).map(|place| format!("?{place}")).collect();
        let found = format!("SELECT id, seq, hash, received_at FROM event WHERE id IN ({})", places.join(", "));
        db.query_each(&found, ids, |row| {
            let (id, seq, hash, at): ([u8; 16], i64, [u8; 32], i64) =
                (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
            let hash = Sha256(hash);
            stored.insert(EventId(Uuid::from_bytes(id)), (hash, receipt(seq, &hash, at)?));
            Ok(())
        })?;
    }
    Ok(Stored(stored))
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
