//! Sign-in, devices, tokens, and the marks on every answer.

use crate::common::{Phone, World, request};
use axum::body::Body;
use axum::http::StatusCode;
use jiff::SignedDuration;

#[tokio::test]
async fn every_answer_carries_the_protocol_header() {
    let world = World::new();
    for (path, status) in [
        ("/v1/ping", StatusCode::NO_CONTENT),
        ("/healthz", StatusCode::OK),
        ("/openapi.json", StatusCode::OK),
        ("/v1/changes", StatusCode::UNAUTHORIZED),
        ("/nowhere", StatusCode::NOT_FOUND),
        ("/v1/sign-in", StatusCode::METHOD_NOT_ALLOWED),
    ] {
        let answer = world.send(request("GET", path, None, &[], Body::empty())).await;
        assert_eq!(answer.status, status, "{path}");
        assert_eq!(answer.header("x-sealfield-proto"), "sealfield/1", "{path}");
        if status.is_client_error() {
            assert!(!answer.code().is_empty());
        }
    }
}

#[tokio::test]
async fn in_practice_the_first_sign_in_makes_the_device_known_and_another_key_is_refused() {
    let world = World::new();
    let phone = world.phone(1, "an.nv", "246810").await;
    assert_eq!(phone.unit.as_str(), "03EE");

    let mut other_key = Phone::new(2, "an.nv");
    other_key.device = phone.device;
    let answer = world.sign_in(&other_key, "246810").await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::FORBIDDEN, "device_key_changed"));

    // The phone changes hands: same key, another officer.
    let mut next_shift = Phone::new(1, "hoa.pt");
    next_shift.take(&world.sign_in(&next_shift, "135790").await);
    assert_ne!(next_shift.token, phone.token);
}

#[tokio::test]
async fn a_token_holds_for_a_shift() {
    let world = World::new();
    let phone = world.phone(1, "an.nv", "246810").await;
    world.advance(SignedDuration::from_mins(12 * 60 - 1));
    assert_eq!(world.get_changes(&phone, None, 1).await.status, StatusCode::OK);
    world.advance(SignedDuration::from_mins(2));
    let answer = world.get_changes(&phone, None, 1).await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::UNAUTHORIZED, "sign_in"));
}

#[tokio::test]
async fn a_revoked_device_gets_nothing_more() {
    let world = World::new();
    let phone = world.phone(1, "an.nv", "246810").await;
    world.central.revoke_device(phone.device).unwrap();
    assert_eq!(world.get_changes(&phone, None, 1).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(world.sign_in(&phone, "246810").await.code(), "device_revoked");
}

#[tokio::test]
async fn wrong_secrets_close_an_account_for_a_while_and_only_that_account() {
    let world = World::new();
    let phone = Phone::new(1, "an.nv");
    for _ in 0..5 {
        let answer = world.sign_in(&phone, "000000").await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::UNAUTHORIZED, "secret"));
    }
    let closed = world.sign_in(&phone, "246810").await;
    assert_eq!((closed.status, closed.code().as_str()), (StatusCode::TOO_MANY_REQUESTS, "too_many_failures"));
    let wait: i64 = closed.header("retry-after").parse().unwrap();
    assert!((1..=901).contains(&wait), "{wait}");

    world.phone(2, "binh.tt", "246810").await;
    let nobody = world.sign_in(&Phone::new(3, "nobody"), "246810").await;
    assert_eq!(nobody.code(), "secret");

    world.advance(SignedDuration::from_secs(wait));
    assert_eq!(world.sign_in(&phone, "246810").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_body_that_is_not_a_request_is_told_so() {
    let world = World::new();
    for body in ["", "{", "[]", r#"{"officer":"an.nv"}"#] {
        let json = [("content-type", "application/json")];
        let answer = world.send(request("POST", "/v1/sign-in", None, &json, Body::from(body))).await;
        assert!(answer.status.is_client_error(), "{body}");
        assert_eq!(answer.code(), "unreadable");
    }
    let large = Body::from(vec![b' '; 3 << 20]);
    let answer = world.send(request("POST", "/v1/sign-in", None, &[("content-type", "application/json")], large)).await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "too_large"));
}
