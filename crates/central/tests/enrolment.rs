//! Enrolment: who is let in, and every way in which it is refused.

use crate::common;
use crate::common::{Answer, Phone, START, World, json_request, unit};
use axum::http::StatusCode;
use jiff::SignedDuration;
use p256::ecdsa::VerifyingKey;
use seal_central::accounts::Cost;
use seal_central::{Terms, TermsError};
use seal_core::cbor::Bytes;
use seal_core::enrolment::{Claim, DeviceCertificate, Offer};
use seal_core::ids::{DeviceId, OfficerId, Sha256};
use seal_core::officer::{Officer, Role};
use seal_core::wire::EnrolResponse;
use serde_json::json;
use uuid::Uuid;

const ADDRESS: &str = "https://central.example";

fn terms(phones: u32) -> Terms {
    let (holds, certificate) = (SignedDuration::from_hours(1), SignedDuration::from_hours(24 * 365));
    Terms { unit: unit("03EE"), holds, phones, certificate }
}

async fn ask(world: &World, claim: &Claim, signer: &Phone) -> Answer {
    world.send(json_request("POST", "/v1/enrol", None, &signer.enrolment(claim))).await
}

async fn enrol(world: &World, offer: &Offer, phone: &Phone) -> Answer {
    ask(world, &phone.claim(offer), phone).await
}

fn refused(answer: &Answer) -> (u16, String) {
    (answer.status.as_u16(), answer.code())
}

/// A central for real use with one account.
fn world() -> World {
    let world = World::for_real_use();
    let id = OfficerId("an.nv".to_owned());
    let officer = Officer { id, name: "Nguyễn Văn An".to_owned(), unit: unit("03EE"), roles: vec![Role::Officer] };
    world.central.put_account(&officer, "246810", Cost::Practice).unwrap();
    world
}

#[tokio::test]
async fn an_enrolled_phone_is_certified_and_signs_in_and_another_one_is_not_let_in() {
    let world = world();
    let mut phone = Phone::new(1, "an.nv");
    assert_eq!(refused(&world.sign_in(&phone, "246810").await), (403, "not_enrolled".to_owned()));

    let offer = world.central.offer_enrolment(ADDRESS, Vec::new(), &terms(1)).unwrap();
    let answer = enrol(&world, &offer, &phone).await;
    assert_eq!((answer.status, answer.header("x-sealfield-proto")), (StatusCode::OK, "sealfield/1"));
    let answer: EnrolResponse = serde_json::from_slice(&answer.body).unwrap();
    let certificate = DeviceCertificate::answered(&offer, &phone.claim(&offer), &answer).unwrap();
    assert_eq!(certificate.issued.to_string(), START);
    assert_eq!(certificate.expires.to_string(), "2027-11-23T01:00:00Z");
    // Independently of the helper: the key in the answer is the one that the record's checkpoints are signed with.
    DeviceCertificate::verify(&answer.certificate.0, &VerifyingKey::from_sec1_bytes(&answer.key.0).unwrap()).unwrap();

    phone.take(&world.sign_in(&phone, "246810").await);
    assert_eq!(phone.log_key.as_ref().map(|key| &key.0), Some(&answer.key.0));
    assert_eq!(world.get_changes(&phone, None, 1).await.status, StatusCode::OK);
    let told = world.pull(&phone, None, 100).await.0;
    assert!(common::docs(&told).contains(&format!("device/{}", phone.device)), "other phones know its key");
    assert_eq!(refused(&world.sign_in(&Phone::new(2, "an.nv"), "246810").await), (403, "not_enrolled".to_owned()));

    let line = world.central.devices().unwrap().remove(0);
    assert_eq!((line.device, line.revoked), (phone.device, false));
    assert_eq!(line.certificate.unwrap().home, "software");
}

#[tokio::test]
async fn a_lost_answer_is_given_again_and_costs_no_second_place() {
    let world = world();
    let phone = Phone::new(1, "an.nv");
    let offer = world.central.offer_enrolment(ADDRESS, Vec::new(), &terms(1)).unwrap();
    let first: EnrolResponse = serde_json::from_slice(&enrol(&world, &offer, &phone).await.body).unwrap();
    // Also after the offer's end.
    world.advance(SignedDuration::from_hours(2));
    let again: EnrolResponse = serde_json::from_slice(&enrol(&world, &offer, &phone).await.body).unwrap();
    assert_eq!(again.certificate, first.certificate);
}

#[tokio::test]
async fn an_offer_ends_with_its_time_its_count_or_by_hand() {
    let world = world();
    let offer = world.central.offer_enrolment(ADDRESS, Vec::new(), &terms(2)).unwrap();
    for number in 1..=2 {
        assert_eq!(enrol(&world, &offer, &Phone::new(number, "an.nv")).await.status, StatusCode::OK);
    }
    let third = Phone::new(3, "an.nv");
    assert_eq!(refused(&enrol(&world, &offer, &third).await), (403, "enrolment_used_up".to_owned()));

    let offer = world.central.offer_enrolment(ADDRESS, Vec::new(), &terms(2)).unwrap();
    world.advance(SignedDuration::from_hours(1));
    assert_eq!(refused(&enrol(&world, &offer, &third).await), (403, "enrolment_expired".to_owned()));

    let offer = world.central.offer_enrolment(ADDRESS, Vec::new(), &terms(2)).unwrap();
    assert_eq!(world.central.withdraw_offers().unwrap(), 1);
    assert_eq!(refused(&enrol(&world, &offer, &third).await), (403, "enrolment_expired".to_owned()));

    let invented = Offer { secret: Bytes(vec![7; 16]), ..offer };
    assert_eq!(refused(&enrol(&world, &invented, &third).await), (403, "enrolment_unknown".to_owned()));
}

#[tokio::test]
async fn a_claim_without_the_key_or_for_another_central_is_refused() {
    let world = world();
    let (phone, thief) = (Phone::new(1, "an.nv"), Phone::new(2, "an.nv"));
    let offer = world.central.offer_enrolment(ADDRESS, Vec::new(), &terms(9)).unwrap();
    let by_thief = ask(&world, &phone.claim(&offer), &thief).await;
    assert_eq!(refused(&by_thief), (400, "claim".to_owned()));
    let elsewhere = Claim { central: Sha256([0; 32]), ..phone.claim(&offer) };
    assert_eq!(refused(&ask(&world, &elsewhere, &phone).await), (403, "other_central".to_owned()));
    for nonsense in [json!({ "claim": "" }), json!({ "claim": "AAAA" })] {
        let answer = world.send(json_request("POST", "/v1/enrol", None, &nonsense)).await;
        assert_eq!(refused(&answer), (400, "claim".to_owned()));
    }
    let empty = world.send(json_request("POST", "/v1/enrol", None, &json!({}))).await;
    assert_eq!(refused(&empty), (422, "unreadable".to_owned()));
    assert_eq!(world.central.devices().unwrap(), []);
}

#[tokio::test]
async fn a_certified_key_never_changes_and_a_device_taken_out_of_use_stays_out() {
    let world = world();
    let mut phone = Phone::new(1, "an.nv");
    let offer = world.central.offer_enrolment(ADDRESS, Vec::new(), &terms(9)).unwrap();
    enrol(&world, &offer, &phone).await;
    phone.take(&world.sign_in(&phone, "246810").await);

    let mut other_key = Phone::new(2, "an.nv");
    other_key.device = phone.device;
    assert_eq!(refused(&enrol(&world, &offer, &other_key).await), (403, "device_key_changed".to_owned()));
    assert_eq!(refused(&world.sign_in(&other_key, "246810").await), (403, "device_key_changed".to_owned()));

    world.central.revoke_device(phone.device).unwrap();
    assert_eq!(world.get_changes(&phone, None, 1).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(refused(&world.sign_in(&phone, "246810").await), (403, "device_revoked".to_owned()));
    assert_eq!(refused(&enrol(&world, &offer, &phone).await), (403, "device_revoked".to_owned()));
    assert!(world.central.devices().unwrap()[0].revoked);
}

#[tokio::test]
async fn a_certificate_ends_at_once_also_for_who_is_signed_in_and_is_renewed_for_the_same_key() {
    let world = world();
    let mut phone = Phone::new(1, "an.nv");
    let short = Terms { certificate: SignedDuration::from_hours(2), ..terms(1) };
    let offer = world.central.offer_enrolment(ADDRESS, Vec::new(), &short).unwrap();
    enrol(&world, &offer, &phone).await;
    phone.take(&world.sign_in(&phone, "246810").await);
    world.advance(SignedDuration::from_hours(2));
    assert_eq!(refused(&world.get_changes(&phone, None, 1).await), (401, "sign_in".to_owned()));
    assert_eq!(refused(&world.sign_in(&phone, "246810").await), (403, "certificate_expired".to_owned()));
    assert_eq!(refused(&enrol(&world, &offer, &phone).await), (403, "enrolment_expired".to_owned()));
    let offer = world.central.offer_enrolment(ADDRESS, Vec::new(), &terms(1)).unwrap();
    assert_eq!(enrol(&world, &offer, &phone).await.status, StatusCode::OK);
    assert_eq!(world.sign_in(&phone, "246810").await.status, StatusCode::OK);
    assert_eq!(world.central.devices().unwrap().len(), 1);
}

#[tokio::test]
async fn an_offer_that_phones_could_not_use_is_not_made() {
    let world = world();
    let offer = |address: &str, roots, terms: &Terms| world.central.offer_enrolment(address, roots, terms);
    assert!(matches!(offer("http://central.example", vec![], &terms(1)), Err(TermsError::Offer(_))));
    assert!(matches!(offer(ADDRESS, vec![b"not DER".to_vec()], &terms(1)), Err(TermsError::Offer(_))));
    assert!(matches!(offer(ADDRESS, vec![], &terms(0)), Err(TermsError::Senseless(_))));
    let nowhere = Terms { unit: unit("ZZZZ"), ..terms(1) };
    assert!(matches!(offer(ADDRESS, vec![], &nowhere), Err(TermsError::Unit(_))));
    let never = Terms { holds: SignedDuration::ZERO, ..terms(1) };
    assert!(matches!(offer(ADDRESS, vec![], &never), Err(TermsError::Senseless(_))));
    assert_eq!(world.central.withdraw_offers().unwrap(), 0);
}

#[tokio::test]
async fn practice_lets_in_who_was_not_enrolled() {
    let world = World::new();
    let mut phone = Phone::new(1, "an.nv");
    phone.device = DeviceId(Uuid::from_u128(77));
    assert_eq!(world.sign_in(&phone, "246810").await.status, StatusCode::OK);
    assert_eq!(world.central.devices().unwrap()[0].certificate, None);
}
