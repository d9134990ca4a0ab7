//! Enrolment: codes that anybody can print, claims that anybody can send, certificates of a central that may be anybody.

use jiff::Timestamp;
use p256::ecdsa::SigningKey;
use seal_core::cbor::{Bytes, CborError};
use seal_core::enrolment::{Claim, DeviceCertificate, ENROLMENT_FORM, KeyHome, Offer};
use seal_core::event::sign_with;
use seal_core::ids::{DeviceId, OfficeCode, Sha256};
use uuid::Uuid;

use super::target;
use crate::mutate;
use crate::run::{Job, Target};

pub(super) fn targets() -> Vec<Target> {
    vec![
        target("offer", "enrolment codes: what is read leads to a plain address and is written the same again", || {
            let seeds: Vec<String> = [0, 1, 3].map(|roots| offer(roots).text().expect("a text")).to_vec();
            Job::of_text(move |rng| mutate::text(rng, &seeds), offer_text)
        }),
        target("enrolment", "claims and certificates: only what was signed is believed, each for what it is", || {
            let (claim, certificate) = (claim(), certificate());
            let seeds = vec![
                claim.sign(|bytes| Ok::<_, CborError>(sign_with(&key(7), bytes))).expect("signed"),
                certificate.sign(|bytes| Ok::<_, CborError>(sign_with(&key(9), bytes))).expect("signed"),
            ];
            Job::new(
                move |rng| mutate::bytes(rng, &seeds),
                move |bytes| {
                    if let Ok(read) = Claim::verify(bytes) {
                        assert_eq!(read, claim);
                    }
                    if let Ok(read) = DeviceCertificate::verify(bytes, key(9).verifying_key()) {
                        assert_eq!(read, certificate);
                    }
                },
            )
        }),
    ]
}

fn key(byte: u8) -> SigningKey {
    SigningKey::from_slice(&[byte; 32]).expect("a key")
}

fn public(byte: u8) -> Bytes {
    Bytes(key(byte).verifying_key().to_encoded_point(false).as_bytes().to_vec())
}

fn unit() -> OfficeCode {
    OfficeCode::parse("03EE").expect("a code")
}

fn offer(roots: u8) -> Offer {
    Offer {
        form: ENROLMENT_FORM,
        address: "https://central.example:8443/seal".to_owned(),
        roots: (0..roots).map(|root| Bytes([&[0x30, 0x81, 200][..], &[root; 200]].concat())).collect(),
        unit: unit(),
        central: Sha256::of(&public(9).0),
        secret: Bytes((0..16).collect()),
        expires: Timestamp::from_second(1_795_000_000).expect("a time"),
    }
}

fn claim() -> Claim {
    let Offer { secret, central, .. } = offer(0);
    let device = DeviceId(Uuid::from_u128(2));
    Claim { v: ENROLMENT_FORM, secret, central, device, key: public(7), home: KeyHome::Software }
}

fn certificate() -> DeviceCertificate {
    let Claim { device, key, home, central, .. } = claim();
    let second = |second| Timestamp::from_second(second).expect("a time");
    let (issued, expires) = (second(1_795_000_000), second(1_858_000_000));
    DeviceCertificate { v: ENROLMENT_FORM, central, device, key, home, unit: unit(), issued, expires }
}

fn offer_text(text: &str) {
    let Ok(offer) = Offer::read(text) else { return };
    let again = offer.text().expect("what was read can be written");
    assert_eq!(Offer::read(&again).as_ref(), Ok(&offer));
    // Nothing that leads elsewhere than it shows.
    let rest = offer.address.split_once("://").expect("a scheme").1;
    assert!(!rest.contains(['@', '?', '#', '\\', '%', ' ']) && offer.address.is_ascii(), "{}", offer.address);
    let host = rest.split(['/', ':']).next().expect("a part");
    assert!(!offer.is_here() || matches!(host, "localhost" | "127.0.0.1" | "["), "{}", offer.address);
}
