//! Whatever is refused is told as a problem document (RFC 9457), also what the web framework refuses by itself; and what is
//! refused because it comes too often.

use crate::common;
use crate::common::{Answer, World, request};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use jiff::SignedDuration;
use seal_central::Rates;
use seal_core::wire::Problem;

fn problem(answer: &Answer, what: &str) -> Problem {
    assert_eq!(answer.header("content-type"), "application/problem+json", "{what}: {}", answer.text());
    assert_eq!(answer.header("x-sealfield-proto"), "sealfield/1", "{what}");
    let problem: Problem = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(problem.status, answer.status.as_u16(), "{what}");
    assert!(!problem.code.is_empty() && !problem.title.is_empty() && !problem.detail.is_empty(), "{what}: {problem:?}");
    problem
}

#[tokio::test]
async fn every_refusal_is_a_problem_document() {
    let world = World::new();
    let phone = world.phone(1, "an.nv", "246810").await;
    let token = Some(phone.token.as_str());
    let json = [("content-type", "application/json")];
    let tus = [("content-type", "application/offset+octet-stream"), ("upload-offset", "0")];
    let photo = format!("/v1/photos/{}", "ab".repeat(32));
    let push = format!("/v1/devices/{}/events", phone.device);
    let long = format!("/v1/changes?cursor={}", "x".repeat(5000));
    let large = "y".repeat(17_000);
    let body = |text: &str| Body::from(text.to_owned());
    let cases: Vec<(Request<Body>, u16, &str)> = vec![
        (request("GET", "/nowhere", None, &[], Body::empty()), 404, "no_such_address"),
        (request("GET", "/v1", token, &[], Body::empty()), 404, "no_such_address"),
        (request("GET", "/v1/sign-in", None, &[], Body::empty()), 405, "method"),
        (request("BREW", "/v1/changes", token, &[], Body::empty()), 405, "method"),
        (request("POST", "/v1/sign-in", None, &[], body("{}")), 415, "media_type"),
        (request("POST", "/v1/sign-in", None, &[("content-type", "text/plain")], body("{}")), 415, "media_type"),
        (request("POST", "/v1/sign-in", None, &json, body("{")), 400, "unreadable"),
        (request("POST", "/v1/sign-in", None, &json, body("{\"officer\":1}")), 422, "unreadable"),
        (request("POST", "/v1/sign-in", None, &json, Body::from(vec![b' '; 3 << 20])), 413, "too_large"),
        (request("POST", "/v1/sign-in", None, &json, Body::from(vec![0xff, 0xfe])), 400, "unreadable"),
        (request("GET", "/v1/changes", None, &[], Body::empty()), 401, "sign_in"),
        (request("GET", "/v1/changes", Some("wrong"), &[], Body::empty()), 401, "sign_in"),
        (request("GET", "/v1/changes?limit=x", token, &[], Body::empty()), 400, "unreadable"),
        (request("GET", "/v1/changes?limit=-1", token, &[], Body::empty()), 400, "unreadable"),
        (request("GET", "/v1/changes?cursor=x", token, &[], Body::empty()), 410, "epoch"),
        (request("GET", &long, token, &[], Body::empty()), 414, "too_large"),
        (request("GET", "/v1/ping", None, &[("x-large", &large)], Body::empty()), 431, "too_large"),
        (request("POST", &push, token, &json, body("{\"items\":[{\"id\":\"x\",\"cose\":\"\"}]}")), 422, "unreadable"),
        (request("POST", &push, token, &json, body("{\"items\":[],\"epoch\":\"x\"}")), 409, "epoch"),
        (request("POST", "/v1/devices/x/events", token, &json, body("{\"items\":[]}")), 403, "device"),
        (request("POST", "/v1/devices/%ff/events", token, &json, body("{\"items\":[]}")), 400, "unreadable"),
        (request("GET", "/v1/photos/%ff", token, &[], Body::empty()), 400, "unreadable"),
        (request("GET", &photo, token, &[], Body::empty()), 404, "photo"),
        (request("PATCH", &photo, token, &[], Body::empty()), 415, "media_type"),
        (request("PATCH", &photo, token, &tus, Body::empty()), 404, "photo"),
        (request("POST", "/v1/photos", token, &[], Body::empty()), 400, "metadata"),
        (request("POST", "/v1/photos", token, &[("tus-resumable", "2.0")], Body::empty()), 412, "tus"),
        (request("POST", "/v1/tracking", token, &json, body("{\"reports\":[]}")), 403, "role"),
        (request("POST", "/v1/tickets", token, &json, body("1")), 422, "unreadable"),
    ];
    for (asked, status, code) in cases {
        let what = format!("{} {}", asked.method(), &asked.uri().to_string()[..asked.uri().to_string().len().min(60)]);
        let answer = world.send(asked).await;
        assert_eq!(answer.status.as_u16(), status, "{what}: {}", answer.text());
        assert_eq!(problem(&answer, &what).code, code, "{what}");
        assert_eq!(answer.header("allow").is_empty(), status != 405, "{what} names what it takes");
    }
    let head = world.send(request("HEAD", &photo, token, &[], Body::empty())).await;
    assert_eq!((head.status, head.header("content-type")), (StatusCode::NOT_FOUND, "application/problem+json"));
}

async fn limited() -> World {
    let World { folder, central, now } = World::new();
    let central = central.with_rates(&Rates::usual()).unwrap_or_else(|_| panic!("shared"));
    World { folder, central, now }
}

#[tokio::test]
async fn a_phone_that_comes_back_with_a_long_queue_passes_and_one_gone_wild_waits() {
    let world = limited().await;
    let mut phone = world.phone(1, "an.nv", "246810").await;
    // 5,000 events in pieces of 64, and 300 photographs, each asked about and sent in four pieces: all in the same moment.
    for _ in 0..79 {
        let event = phone.event(None, common::remark("x"));
        world.push(&phone, &[event]).await;
    }
    let photo = format!("/v1/photos/{}", "ab".repeat(32));
    let asked = async || world.send(request("HEAD", &photo, Some(&phone.token), &[], Body::empty())).await.status;
    for _ in 0..300 * 5 {
        assert_eq!(asked().await, StatusCode::NOT_FOUND);
    }
    // It does not stop.
    let mut more = 0;
    while asked().await == StatusCode::NOT_FOUND {
        more += 1;
        assert!(more < 1000);
    }
    let answer = world.get_changes(&phone, None, 1).await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::TOO_MANY_REQUESTS, "too_often"));
    assert_eq!(answer.header("retry-after"), "1");
    // Nobody else waits, and neither does it for long.
    let other = world.phone(2, "binh.tt", "246810").await;
    assert_eq!(world.get_changes(&other, None, 1).await.status, StatusCode::OK);
    world.advance(SignedDuration::from_secs(1));
    for _ in 0..50 {
        assert_eq!(asked().await, StatusCode::NOT_FOUND);
    }
    assert_eq!(asked().await, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn the_central_tells_its_limits_its_readiness_and_its_api() {
    let world = World::new();
    let get = async |path: &str| world.send(request("GET", path, None, &[], Body::empty())).await;
    let limits: serde_json::Value = serde_json::from_slice(&get("/v1/limits").await.body).unwrap();
    assert_eq!((&limits["push_items"], &limits["photo_bytes"]), (&500.into(), &(32 << 20).into()));
    assert_eq!(get("/readyz").await.text(), "ready\n");
    let page = get("/docs").await;
    assert!(page.header("content-security-policy").starts_with("default-src 'none'"));
    let page = page.text();
    assert!(!page.contains("<script") && !page.contains("http://") && !page.contains("https://"));
    assert!(page.contains("POST /v1/devices/{device}/events") && page.contains("id=\"PushRequest\""));
    std::fs::remove_dir_all(world.folder.path().join("photos")).unwrap();
    let answer = get("/readyz").await;
    assert_eq!(
        (answer.status, problem(&answer, "readyz").code.as_str()),
        (StatusCode::SERVICE_UNAVAILABLE, "not_ready")
    );
    assert_eq!(get("/metrics").await.status, StatusCode::NOT_FOUND, "not for the public");
}
