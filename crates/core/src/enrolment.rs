//! How a phone and a central come to know each other.
//!
//! ```text
//! central                                phone
//!   Offer  ── QR code, picture, text ──▶   shows whom it is about to trust, and asks
//!          ◀── POST /v1/enrol, Claim ──    proves that it has its key, and shows the offer's secret
//!   DeviceCertificate ───────────────▶     believed when the key that the offer names signed it, for this phone
//! ```
//!
//! All three are deterministic CBOR of a numbered form. Claim and certificate are COSE_Sign1 with ES256, each bound to a
//! context of its own (`external_aad` of RFC 9052), so that neither can stand for the other, an event or a checkpoint.
//! A phone keeps its certificate for years and an offer may hang on a wall: what released versions wrote stays readable.

use coset::{CborSerializable as _, CoseSign1, CoseSign1Builder, HeaderBuilder, iana};
use data_encoding::BASE32_NOPAD;
use jiff::Timestamp;
use p256::ecdsa::{Signature, VerifyingKey, signature::Verifier as _};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::cbor::{self, Bytes, CborError};
use crate::ids::{DeviceId, OfficeCode, Sha256};
use crate::wire::EnrolResponse;

/// Form of what is written here.
pub const ENROLMENT_FORM: u8 = 1;
/// Bytes of an offer's secret.
pub const SECRET_BYTES: usize = 16;
/// What a claim's signature is bound to.
pub const CLAIM_CONTEXT: &[u8] = b"sealfield/enrol/1";
/// What a certificate's signature is bound to.
pub const CERTIFICATE_CONTEXT: &[u8] = b"sealfield/device/1";

const HEAD: &str = "SF1:E:";
/// Longest address.
const ADDRESS: usize = 200;
/// Most roots in an offer, and the largest of them.
const ROOTS: usize = 8;
const ROOT: usize = 8 << 10;
/// Longest text that is looked at: more than the roots above fill.
const TEXT: usize = 128 << 10;
/// Characters that the largest QR code holds in alphanumeric mode at level L (ISO/IEC 18004, version 40).
pub const QR_CHARACTERS: usize = 4296;

/// Where a key of a device is: the private half of the one that signs, or the one that wraps its data. Every verification report
/// says which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyHome {
    /// In a file of the app's own folder.
    Software,
    /// With the system, outside the app's folder and not in secure hardware.
    System,
    /// In the phone's secure hardware, which it cannot leave.
    Hardware,
}

impl KeyHome {
    /// As it is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Software => "software",
            Self::System => "system",
            Self::Hardware => "hardware",
        }
    }
}

/// What the central offers a phone: whom to trust, and a secret that lets it in. Whoever sees it before it is used up can
/// enrol a phone.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// Form, [`ENROLMENT_FORM`].
    #[serde(rename = "v")]
    pub form: u8,
    /// Address of the central: `https://…`, or `http://` on the very machine.
    #[serde(rename = "a")]
    pub address: String,
    /// Certificates (X.509 DER) of the authorities that may certify the address, and nobody else may; none: public
    /// authorities.
    #[serde(rename = "r", default, skip_serializing_if = "Vec::is_empty")]
    pub roots: Vec<Bytes>,
    /// The unit that the phone will belong to.
    #[serde(rename = "u")]
    pub unit: OfficeCode,
    /// Digest of the central's own key (SEC1 uncompressed point), which certifies the phone.
    #[serde(rename = "k")]
    pub central: Sha256,
    /// [`SECRET_BYTES`] random bytes.
    #[serde(rename = "s")]
    pub secret: Bytes,
    /// When the offer ends, by the central's clock; whole seconds.
    #[serde(rename = "x", with = "jiff::fmt::serde::timestamp::second::required")]
    pub expires: Timestamp,
}

/// Hides the secret.
impl std::fmt::Debug for Offer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Offer")
            .field("address", &self.address)
            .field("roots", &self.roots.len())
            .field("unit", &self.unit)
            .field("central", &self.central)
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

/// Why a text is no offer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OfferError {
    /// Something else.
    #[error("the text is not an enrolment")]
    NotAnOffer,
    /// Begins like one, but parts are missing or changed.
    #[error("the enrolment is not whole: {0}")]
    Broken(String),
    /// Of a newer central.
    #[error("the enrolment has form {0}, this version reads form {ENROLMENT_FORM}")]
    Newer(u8),
}

impl Offer {
    /// The text that goes into a QR code: capital letters, digits and colons alone, so that it can be typed on, and broken
    /// into lines.
    ///
    /// # Errors
    /// [`OfferError::Broken`] for what could not be read back.
    pub fn text(&self) -> Result<String, OfferError> {
        self.check()?;
        let bytes = cbor::to_vec(self).map_err(|e| OfferError::Broken(e.to_string()))?;
        Ok(format!("{HEAD}{}", BASE32_NOPAD.encode(&bytes)))
    }

    /// Reads a text, however it was broken into lines.
    ///
    /// # Errors
    /// [`OfferError`].
    pub fn read(text: &str) -> Result<Self, OfferError> {
        let broken = |why: &str| OfferError::Broken(why.to_owned());
        if !is_offer(text) {
            return Err(OfferError::NotAnOffer);
        }
        if text.len() > TEXT {
            return Err(broken("too long"));
        }
        let text: String = text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_uppercase()).collect();
        let letters = text.strip_prefix(HEAD).ok_or(OfferError::NotAnOffer)?;
        let bytes = BASE32_NOPAD.decode(letters.as_bytes()).map_err(|_| broken("letters are missing or changed"))?;
        let offer: Self = read_form(&bytes).map_err(|error| match error {
            FormError::Newer(form) => OfferError::Newer(form),
            FormError::Content(error) => OfferError::Broken(error.to_string()),
        })?;
        offer.check()?;
        Ok(offer)
    }

    /// The central listens on the very machine: for trials.
    #[must_use]
    pub fn is_here(&self) -> bool {
        self.address.starts_with("http://")
    }

    /// Digests of the roots, to compare with what the authority publishes.
    #[must_use]
    pub fn root_prints(&self) -> Vec<Sha256> {
        self.roots.iter().map(|root| Sha256::of(&root.0)).collect()
    }

    fn check(&self) -> Result<(), OfferError> {
        let fault = if self.form != ENROLMENT_FORM {
            "its form"
        } else if !is_address(&self.address) {
            "its address"
        } else if self.roots.len() > ROOTS || !self.roots.iter().all(|root| looks_like_der(&root.0)) {
            "its certificates"
        } else if self.secret.0.len() != SECRET_BYTES {
            "its secret"
        } else if self.expires.subsec_nanosecond() != 0 {
            "its end"
        } else {
            return Ok(());
        };
        Err(OfferError::Broken(fault.to_owned()))
    }
}

/// The text begins like an offer.
#[must_use]
pub fn is_offer(text: &str) -> bool {
    text.trim_start().get(..HEAD.len()).is_some_and(|head| head.eq_ignore_ascii_case(HEAD))
}

/// An address that shows to whom it leads: `https`, or `http` on the very machine, a host, nothing before it (`user@`), no
/// query.
fn is_address(address: &str) -> bool {
    let (host, secure) = match (address.strip_prefix("https://"), address.strip_prefix("http://")) {
        (Some(rest), _) => (rest, true),
        (_, Some(rest)) => (rest, false),
        _ => return false,
    };
    let host = host.split('/').next().unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, port)| {
        if port.bytes().all(|b| b.is_ascii_digit()) && !port.is_empty() { name } else { host }
    });
    let plain = address.bytes().all(|b| b.is_ascii_graphic() && !b"@?#\\\"<>^`{|}%".contains(&b));
    let here = matches!(name, "localhost" | "127.0.0.1" | "[::1]");
    address.len() <= ADDRESS && plain && !name.is_empty() && (secure || here)
}

/// One ASN.1 sequence, neither more nor less. Whether it is a certificate says the library that has to trust it.
fn looks_like_der(bytes: &[u8]) -> bool {
    let whole = match bytes {
        [0x30, 0x82, high, low, rest @ ..] => rest.len() == usize::from(*high) << 8 | usize::from(*low),
        [0x30, 0x81, length, rest @ ..] => rest.len() == usize::from(*length),
        [0x30, length @ ..=0x7f, rest @ ..] => rest.len() == usize::from(*length),
        _ => false,
    };
    whole && bytes.len() <= ROOT
}

/// What a phone says to be let in. Its signature proves that it has the key it names.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// Form, [`ENROLMENT_FORM`].
    pub v: u8,
    /// The offer's secret.
    pub secret: Bytes,
    /// [`Offer::central`]: a claim is worth nothing at another central.
    pub central: Sha256,
    /// The phone.
    pub device: DeviceId,
    /// Its public key, SEC1 uncompressed P-256 point.
    pub key: Bytes,
    /// Where the private half is, as the phone says.
    pub home: KeyHome,
}

/// Hides the secret.
impl std::fmt::Debug for Claim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Claim").field("device", &self.device).field("home", &self.home).finish_non_exhaustive()
    }
}

/// Why signed bytes are not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnrolmentError {
    /// Not a COSE_Sign1 of ES256 with a payload.
    #[error("not signed as it has to be: {0}")]
    NotCose(String),
    /// Signed by another key, or changed.
    #[error("the signature does not fit")]
    Signature,
    /// The key in it is none.
    #[error("the key is not a P-256 point")]
    Key,
    /// Signed, and not readable.
    #[error(transparent)]
    Content(#[from] CborError),
    /// A newer form.
    #[error("it has form {0}, this version reads form {ENROLMENT_FORM}")]
    Newer(u8),
    /// What it says is not what was asked for.
    #[error("it is {0}")]
    Other(OtherThan),
}

/// In what an answer differs from what was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OtherThan {
    /// Another central's.
    #[error("another central's than the one in the offer")]
    Central,
    /// Another phone's, or for another key.
    #[error("another phone's")]
    Device,
    /// For another unit.
    #[error("for another unit than the offer's")]
    Unit,
}

impl Claim {
    /// Signs the claim; `sign` makes the ES256 signature (64 bytes, r and s) with the key that it names.
    ///
    /// # Errors
    /// What `sign` says, or [`CborError`] (as `E`).
    pub fn sign<E: From<CborError>>(&self, sign: impl FnOnce(&[u8]) -> Result<[u8; 64], E>) -> Result<Vec<u8>, E> {
        signed(self, self.device, CLAIM_CONTEXT, sign)
    }

    /// Reads a claim and checks that the key which it names signed it.
    ///
    /// # Errors
    /// [`EnrolmentError`].
    pub fn verify(cose: &[u8]) -> Result<Self, EnrolmentError> {
        let (sign1, claim) = opened::<Self>(cose)?;
        let key = point(&claim.key.0)?;
        checked(&sign1, CLAIM_CONTEXT, &key)?;
        Ok(claim)
    }
}

/// The central's word that a key is a phone's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceCertificate {
    /// Form, [`ENROLMENT_FORM`].
    pub v: u8,
    /// Digest of the central's key.
    pub central: Sha256,
    /// The phone.
    pub device: DeviceId,
    /// Its public key, SEC1 uncompressed P-256 point.
    pub key: Bytes,
    /// Where the private half is, as the phone said.
    pub home: KeyHome,
    /// The unit it belongs to.
    pub unit: OfficeCode,
    /// When, by the central's clock; whole seconds.
    #[serde(with = "jiff::fmt::serde::timestamp::second::required")]
    pub issued: Timestamp,
    /// Until when the central lets it in; whole seconds.
    #[serde(with = "jiff::fmt::serde::timestamp::second::required")]
    pub expires: Timestamp,
}

impl DeviceCertificate {
    /// Signs with the central's key.
    ///
    /// # Errors
    /// What `sign` says, or [`CborError`] (as `E`).
    pub fn sign<E: From<CborError>>(&self, sign: impl FnOnce(&[u8]) -> Result<[u8; 64], E>) -> Result<Vec<u8>, E> {
        signed(self, self.device, CERTIFICATE_CONTEXT, sign)
    }

    /// Reads a certificate and checks its signature.
    ///
    /// # Errors
    /// [`EnrolmentError`].
    pub fn verify(cose: &[u8], central: &VerifyingKey) -> Result<Self, EnrolmentError> {
        let (sign1, certificate) = opened::<Self>(cose)?;
        checked(&sign1, CERTIFICATE_CONTEXT, central)?;
        Ok(certificate)
    }

    /// The certificate in an answer, when it is what `claim` asked for under `offer`.
    ///
    /// # Errors
    /// [`EnrolmentError`]; [`EnrolmentError::Other`] for a good signature over something else.
    pub fn answered(offer: &Offer, claim: &Claim, answer: &EnrolResponse) -> Result<Self, EnrolmentError> {
        if Sha256::of(&answer.key.0) != offer.central {
            return Err(EnrolmentError::Other(OtherThan::Central));
        }
        let certificate = Self::verify(&answer.certificate.0, &point(&answer.key.0)?)?;
        let other = if certificate.central != offer.central {
            OtherThan::Central
        } else if (certificate.device, &certificate.key) != (claim.device, &claim.key) {
            OtherThan::Device
        } else if certificate.unit != offer.unit {
            OtherThan::Unit
        } else {
            return Ok(certificate);
        };
        Err(EnrolmentError::Other(other))
    }
}

/// A public key from the point that names it; only the uncompressed form, so that one key has one digest.
fn point(bytes: &[u8]) -> Result<VerifyingKey, EnrolmentError> {
    match bytes {
        [4, ..] => VerifyingKey::from_sec1_bytes(bytes).map_err(|_| EnrolmentError::Key),
        _ => Err(EnrolmentError::Key),
    }
}

fn signed<T: Serialize, E: From<CborError>>(
    content: &T,
    whose: DeviceId,
    context: &[u8],
    sign: impl FnOnce(&[u8]) -> Result<[u8; 64], E>,
) -> Result<Vec<u8>, E> {
    let cose = CoseSign1Builder::new()
        .protected(HeaderBuilder::new().algorithm(iana::Algorithm::ES256).build())
        .unprotected(HeaderBuilder::new().key_id(whose.0.as_bytes().to_vec()).build())
        .payload(cbor::to_vec(content)?)
        .try_create_signature(context, |bytes| sign(bytes).map(|signature| signature.to_vec()))?
        .build();
    Ok(cose.to_vec().map_err(|e| CborError::Write(e.to_string()))?)
}

fn opened<T: DeserializeOwned>(cose: &[u8]) -> Result<(CoseSign1, T), EnrolmentError> {
    let not = |why: &str| EnrolmentError::NotCose(why.to_owned());
    let sign1 = CoseSign1::from_slice(cose).map_err(|e| EnrolmentError::NotCose(e.to_string()))?;
    if sign1.protected.header.alg != Some(coset::Algorithm::Assigned(iana::Algorithm::ES256)) {
        return Err(not("not ES256"));
    }
    let payload = sign1.payload.as_deref().ok_or_else(|| not("no payload"))?;
    let content = read_form(payload).map_err(|error| match error {
        FormError::Newer(form) => EnrolmentError::Newer(form),
        FormError::Content(error) => error.into(),
    })?;
    Ok((sign1, content))
}

fn checked(sign1: &CoseSign1, context: &[u8], key: &VerifyingKey) -> Result<(), EnrolmentError> {
    sign1.verify_signature(context, |signature, bytes| {
        let signature = Signature::from_slice(signature).map_err(|_| EnrolmentError::Signature)?;
        key.verify(bytes, &signature).map_err(|_| EnrolmentError::Signature)
    })
}

enum FormError {
    Newer(u8),
    Content(CborError),
}

/// Reads a content of this form; a later one says so, instead of looking broken.
fn read_form<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, FormError> {
    #[derive(Deserialize)]
    struct Form {
        v: u8,
    }
    match cbor::from_slice::<Form>(bytes) {
        Ok(form) if form.v > ENROLMENT_FORM => Err(FormError::Newer(form.v)),
        Ok(form) if form.v < ENROLMENT_FORM => Err(FormError::Content(CborError::Read(format!("form {}", form.v)))),
        _ => cbor::from_slice(bytes).map_err(FormError::Content),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::sign_with;
    use crate::wire::{B64, PROTO};
    use p256::ecdsa::SigningKey;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn key(byte: u8) -> SigningKey {
        SigningKey::from_slice(&[byte; 32]).unwrap()
    }

    fn public(byte: u8) -> Vec<u8> {
        key(byte).verifying_key().to_encoded_point(false).as_bytes().to_vec()
    }

    fn with(byte: u8) -> impl FnOnce(&[u8]) -> Result<[u8; 64], CborError> {
        move |bytes| Ok(sign_with(&key(byte), bytes))
    }

    fn offer() -> Offer {
        Offer {
            form: ENROLMENT_FORM,
            address: "https://central.example/seal".to_owned(),
            roots: vec![Bytes(vec![0x30, 3, 2, 1, 7])],
            unit: "03EE".to_owned().try_into().unwrap(),
            central: Sha256::of(&public(9)),
            secret: Bytes((0..16).collect()),
            expires: "2026-11-24T01:00:00Z".parse().unwrap(),
        }
    }

    fn claim() -> Claim {
        let Offer { secret, central, .. } = offer();
        let device = DeviceId(Uuid::from_u128(2));
        Claim { v: 1, secret, central, device, key: Bytes(public(7)), home: KeyHome::Software }
    }

    fn certificate() -> DeviceCertificate {
        let (offer, claim) = (offer(), claim());
        DeviceCertificate {
            v: 1,
            central: offer.central,
            device: claim.device,
            key: claim.key,
            home: claim.home,
            unit: offer.unit,
            issued: "2026-11-23T01:00:00Z".parse().unwrap(),
            expires: "2028-11-23T01:00:00Z".parse().unwrap(),
        }
    }

    fn answer(certificate: &DeviceCertificate, by: u8) -> EnrolResponse {
        EnrolResponse {
            proto: PROTO.to_owned(),
            certificate: B64(certificate.sign(with(by)).unwrap()),
            key: B64(public(by)),
            server_time: certificate.issued,
        }
    }

    #[test]
    fn what_released_versions_wrote_never_changes() {
        let hex = |bytes: Vec<u8>| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        insta::assert_snapshot!("offer", offer().text().unwrap());
        insta::assert_snapshot!("claim", hex(claim().sign(with(7)).unwrap()));
        insta::assert_snapshot!("certificate", hex(certificate().sign(with(9)).unwrap()));
    }

    #[test]
    fn a_text_is_read_back_however_it_was_copied() {
        let text = offer().text().unwrap();
        let allowed = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == ':';
        assert!(text.chars().all(allowed), "QR's alphanumeric mode, and no blanks to lose: {text}");
        let lines = format!("\n {}\r\n{} \n", &text[..40], &text[40..]);
        for copied in [text.clone(), text.to_lowercase(), lines] {
            assert_eq!(Offer::read(&copied), Ok(offer()), "{copied}");
        }
        assert!(!format!("{:?}", offer()).contains("secret"));
        for other in ["", "SF1:S:0A1B2C3D:1/1:AB", "https://central.example", "SF1:"] {
            assert_eq!(Offer::read(other), Err(OfferError::NotAnOffer), "{other}");
        }
        for cut in [HEAD.len(), 20, text.len() - 1, text.len() - 8] {
            assert!(matches!(Offer::read(&text[..cut]), Err(OfferError::Broken(_))), "{cut}");
        }
    }

    #[test]
    fn an_offer_of_a_newer_central_says_so() {
        let mut tree: ciborium::Value = cbor::from_slice(&cbor::to_vec(&offer()).unwrap()).unwrap();
        for (name, value) in tree.as_map_mut().unwrap() {
            if name.as_text() == Some("v") {
                *value = 2.into();
            }
        }
        tree.as_map_mut().unwrap().push(("new".into(), 1.into()));
        let text = format!("{HEAD}{}", BASE32_NOPAD.encode(&cbor::to_vec(&tree).unwrap()));
        assert_eq!(Offer::read(&text), Err(OfferError::Newer(2)));
    }

    #[test]
    fn only_addresses_that_show_whom_they_lead_to_are_taken() {
        for good in [
            "https://central.example",
            "https://10.0.0.1:8443/seal",
            "https://[2001:db8::1]:1/",
            "http://localhost:8080",
            "http://127.0.0.1:1",
            "http://[::1]:1",
        ] {
            assert!(is_address(good), "{good}");
        }
        for bad in [
            "http://central.example",
            "ftp://x",
            "https://",
            "https:///x",
            "https://a@b",
            "https://a/?b",
            "https://a/#b",
            "https://a b",
            "https://ü.example",
            "http://localhost.example",
            "http://127.0.0.1.example",
            "https://a/%2e",
            "http://localhost:80@evil",
            "HTTPS://a",
            "https://:443",
        ] {
            assert!(!is_address(bad), "{bad}");
        }
    }

    #[test]
    fn a_claim_is_signed_by_the_key_it_names_and_no_bit_of_it_changes() {
        let cose = claim().sign(with(7)).unwrap();
        assert_eq!(Claim::verify(&cose), Ok(claim()));
        assert_eq!(Claim::verify(&claim().sign(with(8)).unwrap()), Err(EnrolmentError::Signature));
        let compressed = key(7).verifying_key().to_encoded_point(true).as_bytes().to_vec();
        let squeezed = Claim { key: Bytes(compressed), ..claim() };
        assert_eq!(Claim::verify(&squeezed.sign(with(7)).unwrap()), Err(EnrolmentError::Key));
        for bit in 0..cose.len() * 8 {
            let mut bytes = cose.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            // The key id is a hint outside the signature.
            if let Ok(read) = Claim::verify(&bytes) {
                assert_eq!(read, claim());
            }
        }
    }

    #[test]
    fn a_certificate_is_believed_only_from_the_central_offered_and_for_what_was_asked() {
        let (offer, claim, good) = (offer(), claim(), certificate());
        assert_eq!(DeviceCertificate::answered(&offer, &claim, &answer(&good, 9)), Ok(good.clone()));
        let other = |certificate: DeviceCertificate, by| match DeviceCertificate::answered(
            &offer,
            &claim,
            &answer(&certificate, by),
        ) {
            Err(EnrolmentError::Other(than)) => than,
            told => panic!("{told:?}"),
        };
        assert_eq!(other(good.clone(), 8), OtherThan::Central);
        assert_eq!(other(DeviceCertificate { central: Sha256([0; 32]), ..good.clone() }, 9), OtherThan::Central);
        assert_eq!(other(DeviceCertificate { device: DeviceId(Uuid::nil()), ..good.clone() }, 9), OtherThan::Device);
        assert_eq!(other(DeviceCertificate { key: Bytes(public(6)), ..good.clone() }, 9), OtherThan::Device);
        let unit = "15BB".to_owned().try_into().unwrap();
        assert_eq!(other(DeviceCertificate { unit, ..good.clone() }, 9), OtherThan::Unit);
        // The right key is shown, and another one signed; or a claim stands in the certificate's place.
        let forged = EnrolResponse { certificate: B64(good.sign(with(8)).unwrap()), ..answer(&good, 9) };
        assert_eq!(DeviceCertificate::answered(&offer, &claim, &forged), Err(EnrolmentError::Signature));
        let swapped: Vec<u8> = signed(&good, good.device, CLAIM_CONTEXT, with(9)).unwrap();
        let swapped = EnrolResponse { certificate: B64(swapped), ..answer(&good, 9) };
        assert_eq!(DeviceCertificate::answered(&offer, &claim, &swapped), Err(EnrolmentError::Signature));
    }

    proptest! {
        #[test]
        fn any_offer_comes_back(
            host in "[a-z]{1,20}(\\.[a-z]{2,9}){1,3}", port in prop::option::of(1u16..), path in "(/[a-z0-9_-]{0,9}){0,3}",
            roots in prop::collection::vec(prop::collection::vec(any::<u8>(), 256..2000), 0..4),
            unit in "[0-9A-Z]{4}", central in any::<[u8; 32]>(), secret in any::<[u8; 16]>(), second in 0i64..4_000_000_000,
        ) {
            let port = port.map(|port| format!(":{port}")).unwrap_or_default();
            let der = |body: Vec<u8>| [&[0x30, 0x82][..], &(body.len() as u16).to_be_bytes(), &body].concat();
            let offer = Offer {
                form: ENROLMENT_FORM,
                address: format!("https://{host}{port}{path}"),
                roots: roots.into_iter().map(|body| Bytes(der(body))).collect(),
                unit: unit.try_into().unwrap(),
                central: Sha256(central),
                secret: Bytes(secret.to_vec()),
                expires: Timestamp::from_second(second).unwrap(),
            };
            prop_assert_eq!(Offer::read(&offer.text().unwrap()), Ok(offer));
        }

        #[test]
        fn no_text_makes_it_panic(text in "(SF1:E:)?[A-Z2-7 \\n:]{0,200}.{0,10}") {
            let _ = Offer::read(&text);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Claim::verify(&bytes);
            let text = format!("{HEAD}{}", BASE32_NOPAD.encode(&bytes));
            let _ = Offer::read(&text);
        }
    }
}
