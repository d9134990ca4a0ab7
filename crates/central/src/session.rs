//! Signing in, devices and bearer tokens.

use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use jiff::{SignedDuration, Timestamp};
use p256::ecdsa::VerifyingKey;
use p256::elliptic_curve::rand_core::{OsRng, RngCore as _};
use seal_core::cbor::Bytes;
use seal_core::doc::{DeviceDoc, Doc};
use seal_core::ids::{DeviceId, OfficerId, Sha256};
use seal_core::officer::{Officer, Role};
use seal_core::wire::{B64, PROTO, SignInRequest, SignInResponse};
use uuid::Uuid;

use crate::Central;
use crate::api::{JsonBody, blocking};
use crate::db::{Connection, Transaction, Trouble};
use crate::enrolment::{self, Standing};
use crate::problem::Refusal;
use crate::{feed, packs};

/// A shift: how long a token holds.
const TOKEN_LIFE: SignedDuration = SignedDuration::from_hours(12);
/// So many failures within [`FAILURE_WINDOW`] close an account for the rest of the window.
const FAILURES: i64 = 5;
const FAILURE_WINDOW: SignedDuration = SignedDuration::from_mins(15);

/// Who asks, from the bearer token.
pub(crate) struct Session {
    pub(crate) officer: Officer,
    pub(crate) device: DeviceId,
}

impl Session {
    pub(crate) fn require(&self, role: Role) -> Result<(), Refusal> {
        if self.officer.is(role) {
            return Ok(());
        }
        Err(Refusal::new(StatusCode::FORBIDDEN, "role", "Tài khoản không có quyền làm việc này."))
    }
}

impl FromRequestParts<Central> for Session {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, central: &Central) -> Result<Self, Refusal> {
        let sign_in = || Refusal::new(StatusCode::UNAUTHORIZED, "sign_in", "Hãy đăng nhập lại.");
        let value = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = value.and_then(|value| value.strip_prefix("Bearer ")).ok_or_else(sign_in)?;
        let token = Sha256::of(token.as_bytes());
        let central = central.clone();
        blocking(move || {
            let now = (central.0.clock)();
            let only = central.certified_only();
            let session = central.0.db.with(|db| find(db, token, only, now))?.ok_or_else(sign_in)?;
            central.0.asked.by(session.device, &session.officer.id).map_err(|often| {
                central.0.metrics.limited(often.by);
                Refusal::from(often)
            })?;
            Ok(session)
        })
        .await
    }
}

fn find(db: &Connection, token: Sha256, certified_only: bool, now: Timestamp) -> Result<Option<Session>, Trouble> {
    let row: Option<(String, Uuid)> = db.query_opt(
        "SELECT officer, device FROM session JOIN device ON device.id = session.device
         WHERE token = ?1 AND expires > ?2 AND NOT revoked",
        (token.0, now.as_millisecond()),
        |row| Ok((row.get(0)?, Uuid::from_bytes(row.get(1)?))),
    )?;
    let Some((officer, device)) = row else { return Ok(None) };
    if certified_only && enrolment::standing(db, DeviceId(device), now)? != Standing::Certified {
        return Ok(None);
    }
    let officer = feed::officer(db, &OfficerId(officer))?;
    Ok(officer.map(|officer| Session { officer, device: DeviceId(device) }))
}

/// Signs an officer in on an enrolled device. In practice a device's first sign-in makes its key known.
#[utoipa::path(post, path = "/v1/sign-in", request_body = crate::openapi::SignInRequest, responses(
    (status = 200, body = crate::openapi::SignInResponse),
    (status = 401, description = "`secret`: account or secret wrong", body = crate::openapi::Problem),
    (status = 403, description = "`not_enrolled`, `certificate_expired`, `device_key_changed`, `device_revoked`, `secret_off`", body = crate::openapi::Problem),
    (status = 429, description = "`too_many_failures`, with Retry-After", body = crate::openapi::Problem),
))]
pub(crate) async fn sign_in(
    State(central): State<Central>,
    JsonBody(request): JsonBody<SignInRequest>,
) -> Result<Json<SignInResponse>, Refusal> {
    let metrics = central.0.metrics.clone();
    let answer = enter(central, request).await;
    metrics.sign_in(answer.as_ref().map_or_else(Refusal::code, |_| "ok"));
    answer
}

async fn enter(central: Central, request: SignInRequest) -> Result<Json<SignInResponse>, Refusal> {
    let now = (central.0.clock)();
    if VerifyingKey::from_sec1_bytes(&request.device_key.0).is_err() {
        return Err(Refusal::new(StatusCode::BAD_REQUEST, "device_key", "Khóa của thiết bị không hợp lệ."));
    }
    let SignInRequest { officer: id, secret, device, device_key } = request;
    if !central.takes_secrets() {
        let detail = "Trung tâm này đăng nhập bằng tài khoản ngành.";
        return Err(Refusal::new(StatusCode::FORBIDDEN, "secret_off", detail));
    }
    {
        let (central, id) = (central.clone(), id.clone());
        blocking(move || central.0.db.write(|tx| open_again_in(tx, &id, now)).map_err(Refusal::from)).await?
    }
    .map_or(Ok(()), |seconds| {
        let detail = "Đăng nhập sai quá nhiều lần. Hãy chờ rồi thử lại.";
        Err(Refusal::new(StatusCode::TOO_MANY_REQUESTS, "too_many_failures", detail).retry_after(seconds))
    })?;
    let checked = central.0.accounts.check(&id, &secret).await?;
    drop(secret);
    admit(central, id, checked, device, device_key).await
}

/// Gives a session to the officer, if that is who they are; `None`: they are not.
pub(crate) async fn admit(
    central: Central,
    id: OfficerId,
    checked: Option<Officer>,
    device: DeviceId,
    device_key: B64,
) -> Result<Json<SignInResponse>, Refusal> {
    let now = (central.0.clock)();
    let done = {
        let central = central.clone();
        blocking(move || {
            let only = central.certified_only();
            central.0.db.write(|tx| settle(tx, &id, checked, device, &device_key, only, now)).map_err(Refusal::from)
        })
        .await?
    };
    let SignedIn { officer, token, rules_keys } = done?;
    tracing::info!(officer = %officer.id, %device, "signed in");
    let expires = now.saturating_add(TOKEN_LIFE).unwrap_or(now);
    let (proto, log_key) = (PROTO.to_owned(), Some(Bytes(central.0.signer.public_key())));
    let agency_key = Some(Bytes(central.0.agency.public().bytes()));
    Ok(Json(SignInResponse { proto, token, expires, officer, server_time: now, rules_keys, log_key, agency_key }))
}

/// Seconds until a closed account opens again.
fn open_again_in(tx: &Transaction, officer: &OfficerId, now: Timestamp) -> Result<Option<i64>, Trouble> {
    let window = i64::try_from(FAILURE_WINDOW.as_millis()).unwrap_or(i64::MAX);
    tx.execute("DELETE FROM sign_in_failure WHERE at <= ?1", [now.as_millisecond() - window])?;
    let (count, oldest): (i64, Option<i64>) =
        tx.query_row("SELECT count(*), min(at) FROM sign_in_failure WHERE officer = ?1", [&officer.0], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    let oldest = oldest.filter(|_| count >= FAILURES);
    Ok(oldest.map(|oldest| (oldest + window - now.as_millisecond()).div_euclid(1000) + 1))
}

struct SignedIn {
    officer: Officer,
    token: String,
    rules_keys: Vec<Bytes>,
}

enum NoEntry {
    Secret,
    Revoked,
    KeyChanged,
    NotEnrolled,
    CertificateExpired,
}

impl From<NoEntry> for Refusal {
    fn from(why: NoEntry) -> Self {
        let refused = |code, detail| Self::new(StatusCode::FORBIDDEN, code, detail);
        match why {
            NoEntry::NotEnrolled => refused("not_enrolled", "Máy này chưa được đăng ký với trung tâm."),
            NoEntry::CertificateExpired => refused(
                "certificate_expired",
                "Đăng ký của máy này đã hết hạn. Xin mã đăng ký mới; những gì chờ gửi vẫn còn nguyên.",
            ),
            NoEntry::Secret => Self::new(StatusCode::UNAUTHORIZED, "secret", "Sai tài khoản hoặc mã bí mật."),
            NoEntry::Revoked => refused("device_revoked", "Thiết bị này đã bị thu hồi. Báo bộ phận quản lý."),
            NoEntry::KeyChanged => refused(
                "device_key_changed",
                "Khóa của thiết bị khác với lần đăng ký. Báo bộ phận quản lý để đăng ký lại.",
            ),
        }
    }
}

/// Refuses a device on which nobody would be let in, before anybody tries.
#[cfg(feature = "oidc")]
pub(crate) async fn certified(central: &Central, device: DeviceId) -> Result<(), Refusal> {
    if !central.certified_only() {
        return Ok(());
    }
    let central = central.clone();
    let now = (central.0.clock)();
    match blocking(move || Ok(central.0.db.with(|db| enrolment::standing(db, device, now))?)).await? {
        Standing::Certified => Ok(()),
        Standing::Expired => Err(NoEntry::CertificateExpired.into()),
        Standing::None => Err(NoEntry::NotEnrolled.into()),
    }
}

fn settle(
    tx: &Transaction,
    id: &OfficerId,
    officer: Option<Officer>,
    device: DeviceId,
    key: &B64,
    certified_only: bool,
    now: Timestamp,
) -> Result<Result<SignedIn, NoEntry>, Trouble> {
    let Some(officer) = officer else {
        tx.execute("INSERT INTO sign_in_failure (officer, at) VALUES (?1, ?2)", (&id.0, now.as_millisecond()))?;
        return Ok(Err(NoEntry::Secret));
    };
    let standing = enrolment::standing(tx, device, now)?;
    if certified_only && standing == Standing::None {
        return Ok(Err(NoEntry::NotEnrolled));
    }
    tx.execute(
        "INSERT INTO device (id, key, enrolled_by, enrolled_at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
        (device.0.as_bytes(), &key.0, &officer.id.0, now.as_millisecond()),
    )?;
    let (enrolled, revoked): (Vec<u8>, bool) =
        tx.query_row("SELECT key, revoked FROM device WHERE id = ?1", [device.0.as_bytes()], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    if revoked {
        return Ok(Err(NoEntry::Revoked));
    }
    if enrolled != key.0 {
        return Ok(Err(NoEntry::KeyChanged));
    }
    if certified_only && standing == Standing::Expired {
        return Ok(Err(NoEntry::CertificateExpired));
    }
    // An account of another provider may be new here: its facts must find it.
    feed::put_doc(tx, &Doc::Officer(officer.clone()))?;
    publish(tx, device)?;
    tx.execute("DELETE FROM sign_in_failure WHERE officer = ?1", [&officer.id.0])?;
    let token = new_token();
    let expires = now.saturating_add(TOKEN_LIFE).map_err(|e| Trouble::Stored(e.to_string()))?;
    tx.execute("DELETE FROM session WHERE expires <= ?1", [now.as_millisecond()])?;
    tx.execute(
        "INSERT INTO session (token, officer, device, expires) VALUES (?1, ?2, ?3, ?4)",
        (Sha256::of(token.as_bytes()).0, &officer.id.0, device.0.as_bytes(), expires.as_millisecond()),
    )?;
    Ok(Ok(SignedIn { officer, token, rules_keys: packs::trusted(tx)? }))
}

pub(crate) fn new_token() -> String {
    let mut bytes = [0; 32];
    OsRng.fill_bytes(&mut bytes);
    Sha256(bytes).to_string()
}

/// The enrolled key of a device.
pub(crate) fn device_key(db: &Connection, device: DeviceId) -> Result<Option<VerifyingKey>, Trouble> {
    let key: Option<Vec<u8>> =
        db.query_opt("SELECT key FROM device WHERE id = ?1", [device.0.as_bytes()], |row| row.get(0))?;
    key.map(|key| VerifyingKey::from_sec1_bytes(&key).map_err(|e| Trouble::Stored(e.to_string()))).transpose()
}

pub(crate) fn revoke(tx: &Transaction, device: DeviceId) -> Result<(), Trouble> {
    tx.execute("UPDATE device SET revoked = TRUE WHERE id = ?1", [device.0.as_bytes()])?;
    tx.execute("DELETE FROM session WHERE device = ?1", [device.0.as_bytes()])?;
    publish(tx, device)
}

/// Tells every phone this device's key and standing.
pub(crate) fn publish(tx: &Transaction, device: DeviceId) -> Result<(), Trouble> {
    let row: Option<(Vec<u8>, String, i64, bool)> = tx.query_opt(
        "SELECT key, enrolled_by, enrolled_at, revoked FROM device WHERE id = ?1",
        [device.0.as_bytes()],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
    )?;
    let Some((key, enrolled_by, enrolled_at, revoked)) = row else { return Ok(()) };
    // The unit that it was enrolled for; in practice that of whoever signed in on it first.
    let unit = match enrolment::unit_of(tx, device)? {
        Some(unit) => Some(unit),
        None => feed::officer(tx, &OfficerId(enrolled_by))?.map(|officer| officer.unit),
    };
    let Some(unit) = unit else { return Ok(()) };
    let enrolled_at = crate::db::moment(enrolled_at)?;
    feed::put_doc(tx, &Doc::Device(DeviceDoc { id: device, key: B64(key), unit, enrolled_at, revoked }))
}
