//! Enrolling phones: offers, and certificates for the keys of phones that show an offer's secret.
//!
//! A device's key never changes once it is here. In real use a phone without a certificate that holds is let in nowhere;
//! practice takes every device, as its first sign-in presents it.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use p256::elliptic_curve::rand_core::{OsRng, RngCore as _};
use seal_core::cbor::{Bytes, CborError};
use seal_core::enrolment::{
    Claim, DeviceCertificate, ENROLMENT_FORM, EnrolmentError, KeyHome, Offer, OfferError, SECRET_BYTES,
};
use seal_core::ids::{DeviceId, OfficeCode, Sha256};
use seal_core::wire::{B64, EnrolRequest, EnrolResponse, PROTO};
use uuid::Uuid;

use crate::api::{JsonBody, blocking};
use crate::db::{Connection, Transaction, Trouble, moment};
use crate::problem::Refusal;
use crate::{Central, packs, session};

/// What an offer is for.
#[derive(Debug, Clone)]
pub struct Terms {
    /// The unit that the phones will belong to.
    pub unit: OfficeCode,
    /// How long the offer holds.
    pub holds: SignedDuration,
    /// How many phones it lets in.
    pub phones: u32,
    /// How long their certificates hold.
    pub certificate: SignedDuration,
}

/// Why no offer is made.
#[derive(Debug, thiserror::Error)]
pub enum TermsError {
    /// The rule pack in force has no such unit.
    #[error("the rule pack in force has no unit {0}")]
    Unit(OfficeCode),
    /// A time or a number that makes no sense.
    #[error("{0}")]
    Senseless(&'static str),
    /// Address or certificates.
    #[error(transparent)]
    Offer(#[from] OfferError),
    /// The database.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

/// A device as the central knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceLine {
    /// Which.
    pub device: DeviceId,
    /// Its certificate; none for a device that only signed in, which real use lets in no more.
    pub certificate: Option<CertificateLine>,
    /// When its key came here.
    pub since: Timestamp,
    /// Taken out of use.
    pub revoked: bool,
}

/// What a certificate says, in short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateLine {
    /// Unit.
    pub unit: OfficeCode,
    /// Where the key is, as the phone said: `software`, `system`, `hardware`.
    pub home: String,
    /// Since when.
    pub issued: Timestamp,
    /// Until when.
    pub expires: Timestamp,
}

impl Central {
    /// Makes an offer: phones that show its secret are certified. `roots` are the certificates (DER) of the authorities that
    /// phones shall trust for `address`; none: public authorities.
    ///
    /// # Errors
    /// [`TermsError`].
    pub fn offer_enrolment(&self, address: &str, roots: Vec<Vec<u8>>, terms: &Terms) -> Result<Offer, TermsError> {
        let Terms { unit, holds, phones, certificate } = terms.clone();
        if !holds.is_positive() || !certificate.is_positive() {
            return Err(TermsError::Senseless("an offer and its certificates have to hold for a while"));
        }
        if phones == 0 {
            return Err(TermsError::Senseless("an offer has to be for at least one phone"));
        }
        let now = (self.0.clock)();
        let expires = whole(now.saturating_add(holds).unwrap_or(now));
        let mut secret = vec![0; SECRET_BYTES];
        OsRng.fill_bytes(&mut secret);
        let offer = Offer {
            form: ENROLMENT_FORM,
            address: address.to_owned(),
            roots: roots.into_iter().map(Bytes).collect(),
            unit,
            central: Sha256::of(&self.0.signer.public_key()),
            secret: Bytes(secret),
            expires,
        };
        // What phones could not read is not kept.
        offer.text()?;
        let known = self.0.db.with(packs::in_force)?;
        if !known.offices.iter().any(|office| office.code == offer.unit) {
            return Err(TermsError::Unit(offer.unit));
        }
        self.0.db.write(|tx| {
            tx.execute(
                "INSERT INTO enrolment (secret, unit, made_at, expires, phones, certificate_s) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                (
                    Sha256::of(&offer.secret.0).0,
                    offer.unit.as_str(),
                    now.as_millisecond(),
                    expires.as_millisecond(),
                    i64::from(phones),
                    certificate.as_secs(),
                ),
            )
        })?;
        Ok(offer)
    }

    /// Ends every offer that still holds; gives how many there were.
    ///
    /// # Errors
    /// [`Trouble`] of the database.
    pub fn withdraw_offers(&self) -> Result<usize, Trouble> {
        let now = (self.0.clock)().as_millisecond();
        self.0.db.write(|tx| tx.execute("UPDATE enrolment SET expires = ?1 WHERE expires > ?1", [now]))
    }

    /// Every device, the newest first.
    ///
    /// # Errors
    /// [`Trouble`] of the database.
    pub fn devices(&self) -> Result<Vec<DeviceLine>, Trouble> {
        self.0.db.with(|db| {
            let devices = "SELECT id, enrolled_at, revoked FROM device ORDER BY enrolled_at DESC, id";
            let rows: Vec<([u8; 16], i64, bool)> =
                db.query_all(devices, (), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            let line = |(id, since, revoked): ([u8; 16], i64, bool)| -> Result<DeviceLine, Trouble> {
                let device = DeviceId(Uuid::from_bytes(id));
                Ok(DeviceLine { device, certificate: newest(db, device)?, since: moment(since)?, revoked })
            };
            rows.into_iter().map(line).collect()
        })
    }

    /// Only certified devices are let in: every central but those of practice.
    pub(crate) fn certified_only(&self) -> bool {
        !self.0.practice
    }
}

/// The seconds of a moment.
fn whole(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

/// The certificate of a device that holds longest.
fn newest(db: &Connection, device: DeviceId) -> Result<Option<CertificateLine>, Trouble> {
    let row: Option<(String, String, i64, i64)> = db.query_opt(
        "SELECT unit, home, issued, expires FROM certificate WHERE device = ?1 ORDER BY expires DESC, issued DESC LIMIT 1",
        [device.0.as_bytes()],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
    )?;
    row.map(|(unit, home, issued, expires)| {
        let unit = OfficeCode::parse(&unit).map_err(|e| Trouble::Stored(e.to_string()))?;
        Ok(CertificateLine { unit, home, issued: moment(issued)?, expires: moment(expires)? })
    })
    .transpose()
}

/// How a device stands with its certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    Certified,
    Expired,
    None,
}

pub(crate) fn standing(db: &Connection, device: DeviceId, now: Timestamp) -> Result<Standing, Trouble> {
    Ok(match newest(db, device)? {
        Some(certificate) if certificate.expires > now => Standing::Certified,
        Some(_) => Standing::Expired,
        None => Standing::None,
    })
}

/// The unit in which a device was enrolled.
pub(crate) fn unit_of(db: &Connection, device: DeviceId) -> Result<Option<OfficeCode>, Trouble> {
    Ok(newest(db, device)?.map(|certificate| certificate.unit))
}

/// Certifies a phone's key: it shows an offer's secret, and proves that it has the key. The same phone may ask again under
/// the same offer (its answer was lost) and gets the same certificate.
#[utoipa::path(post, path = "/v1/enrol", request_body = crate::openapi::EnrolRequest, responses(
    (status = 200, body = crate::openapi::EnrolResponse),
    (status = 400, description = "`claim`: not readable, or not signed by the key it names", body = crate::openapi::Problem),
    (status = 403, description = "`enrolment_unknown`, `enrolment_expired`, `enrolment_used_up`, `other_central`, \
        `device_key_changed`, `device_revoked`", body = crate::openapi::Problem),
))]
pub(crate) async fn enrol(
    State(central): State<Central>,
    JsonBody(request): JsonBody<EnrolRequest>,
) -> Result<Json<EnrolResponse>, Refusal> {
    let now = (central.0.clock)();
    let key = central.0.signer.public_key();
    let metrics = central.0.metrics.clone();
    let done = blocking(move || certify(&central, &request.claim.0, now)).await;
    metrics.enrolment(done.as_ref().map_or_else(Refusal::code, |_| "ok"));
    let certificate = B64(done?);
    Ok(Json(EnrolResponse { proto: PROTO.to_owned(), certificate, key: B64(key), server_time: now }))
}

/// Why a claim is refused, in the officer's words.
enum Refused {
    Unknown,
    Expired,
    UsedUp,
    KeyChanged,
    Revoked,
}

impl From<Refused> for Refusal {
    fn from(refused: Refused) -> Self {
        let (code, detail) = match refused {
            Refused::Unknown => ("enrolment_unknown", "Trung tâm không có mã đăng ký này."),
            Refused::Expired => ("enrolment_expired", "Mã đăng ký đã hết hạn. Xin mã mới."),
            Refused::UsedUp => ("enrolment_used_up", "Mã đăng ký đã dùng hết số máy. Xin mã mới."),
            Refused::KeyChanged => {
                ("device_key_changed", "Khóa của thiết bị khác với lần đăng ký. Báo bộ phận quản lý.")
            }
            Refused::Revoked => ("device_revoked", "Thiết bị này đã bị thu hồi. Báo bộ phận quản lý."),
        };
        Self::new(StatusCode::FORBIDDEN, code, detail)
    }
}

/// The certificate, as signed.
fn certify(central: &Central, cose: &[u8], now: Timestamp) -> Result<Vec<u8>, Refusal> {
    let claim = Claim::verify(cose).map_err(|error: EnrolmentError| {
        tracing::warn!(%error, "a claim to be enrolled is not believed");
        Refusal::new(StatusCode::BAD_REQUEST, "claim", "Yêu cầu đăng ký không hợp lệ.")
    })?;
    if claim.central != Sha256::of(&central.0.signer.public_key()) {
        return Err(Refusal::new(StatusCode::FORBIDDEN, "other_central", "Mã đăng ký là của trung tâm khác."));
    }
    let device = claim.device;
    let certificate = central.0.db.write(|tx| settle(tx, central, &claim, now))?.map_err(Refusal::from)?;
    tracing::info!(%device, home = claim.home.as_str(), "enrolled");
    Ok(certificate)
}

fn settle(
    tx: &Transaction,
    central: &Central,
    claim: &Claim,
    now: Timestamp,
) -> Result<Result<Vec<u8>, Refused>, Trouble> {
    let enrolment = Sha256::of(&claim.secret.0).0;
    let offer: Option<(String, i64, i64, i64)> = tx.query_opt(
        "SELECT unit, expires, phones, certificate_s FROM enrolment WHERE secret = ?1",
        [enrolment],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
    )?;
    let Some((unit, expires, phones, certificate_s)) = offer else { return Ok(Err(Refused::Unknown)) };
    if let Some(refused) = not_this_device(tx, claim)? {
        return Ok(Err(refused));
    }
    let given: Option<(Vec<u8>, i64)> = tx.query_opt(
        "SELECT cose, expires FROM certificate WHERE device = ?1 AND enrolment = ?2",
        (claim.device.0.as_bytes(), enrolment),
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    match given {
        Some((given, until)) if until > now.as_millisecond() => return Ok(Ok(given)),
        Some(_) => return Ok(Err(Refused::Expired)),
        None if expires <= now.as_millisecond() => return Ok(Err(Refused::Expired)),
        None => {}
    }
    let used: i64 =
        tx.query_row("SELECT count(*) FROM certificate WHERE enrolment = ?1", [enrolment], |row| row.get(0))?;
    if used >= phones {
        return Ok(Err(Refused::UsedUp));
    }
    let holds = SignedDuration::from_secs(certificate_s);
    let certificate = DeviceCertificate {
        v: ENROLMENT_FORM,
        central: claim.central,
        device: claim.device,
        key: claim.key.clone(),
        home: claim.home,
        unit: OfficeCode::parse(&unit).map_err(|e| Trouble::Stored(e.to_string()))?,
        issued: whole(now),
        expires: whole(now.saturating_add(holds).map_err(|e| Trouble::Stored(e.to_string()))?),
    };
    let cose = central.0.signer.certify(&certificate).map_err(|e: CborError| Trouble::Stored(e.to_string()))?;
    keep(tx, &certificate, enrolment, &cose)?;
    Ok(Ok(cose))
}

/// A key that is here never changes, and what was taken out of use stays out.
fn not_this_device(tx: &Transaction, claim: &Claim) -> Result<Option<Refused>, Trouble> {
    let known: Option<(Vec<u8>, bool)> =
        tx.query_opt("SELECT key, revoked FROM device WHERE id = ?1", [claim.device.0.as_bytes()], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    Ok(match known {
        Some((_, true)) => Some(Refused::Revoked),
        Some((key, false)) if key != claim.key.0 => Some(Refused::KeyChanged),
        _ => None,
    })
}

fn keep(tx: &Transaction, certificate: &DeviceCertificate, enrolment: [u8; 32], cose: &[u8]) -> Result<(), Trouble> {
    let DeviceCertificate { device, key, home, unit, issued, expires, .. } = certificate;
    let home: KeyHome = *home;
    tx.execute(
        "INSERT INTO device (id, key, enrolled_by, enrolled_at) VALUES (?1, ?2, '', ?3) ON CONFLICT (id) DO NOTHING",
        (device.0.as_bytes(), &key.0, issued.as_millisecond()),
    )?;
    tx.execute(
        "INSERT INTO certificate (device, enrolment, unit, home, issued, expires, cose) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        (
            device.0.as_bytes(),
            enrolment,
            unit.as_str(),
            home.as_str(),
            issued.as_millisecond(),
            expires.as_millisecond(),
            cose,
        ),
    )?;
    session::publish(tx, *device)
}
