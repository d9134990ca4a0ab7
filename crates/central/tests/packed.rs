//! Bodies packed with zstd, both ways, and what somebody may try with them.

use crate::common;
use crate::common::{World, remark, request};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use seal_core::wire::{B64, Problem, PushItem, PushRequest, PushResponse};

fn pack(bytes: &[u8]) -> Vec<u8> {
    zstd::bulk::compress(bytes, 3).unwrap()
}

fn packed(path: &str, token: &str, body: Vec<u8>, accepts: &str) -> Request<Body> {
    let headers = [("content-type", "application/json"), ("content-encoding", "zstd"), ("accept-encoding", accepts)];
    request("POST", path, Some(token), &headers, Body::from(body))
}

#[tokio::test]
async fn a_packed_push_is_taken_and_answered_packed() {
    let world = World::new();
    let mut phone = world.phone(1, "an.nv", "246810").await;
    let events: Vec<_> = (0..50).map(|n| phone.event(None, remark(&n.to_string()))).collect();
    let items = events.iter().map(|event| PushItem { id: event.event.id, cose: B64(event.cose.clone()) }).collect();
    let plain = serde_json::to_vec(&PushRequest { epoch: None, items }).unwrap();
    let path = format!("/v1/devices/{}/events", phone.device);
    let answer = world.send(packed(&path, &phone.token, pack(&plain), "zstd")).await;
    assert_eq!((answer.status, answer.header("content-encoding")), (StatusCode::OK, "zstd"));
    let answer: PushResponse = serde_json::from_slice(&zstd::bulk::decompress(&answer.body, 1 << 20).unwrap()).unwrap();
    assert_eq!(answer.results.len(), 50);

    // Who does not ask for it gets it plain.
    let (changes, _) = world.pull(&phone, None, 500).await;
    assert_eq!(common::events(&changes).len(), 50);
}

#[tokio::test]
async fn what_is_packed_badly_is_refused_as_a_problem() {
    let world = World::new();
    let phone = world.phone(1, "an.nv", "246810").await;
    let path = format!("/v1/devices/{}/events", phone.device);
    let good = pack(br#"{"items":[]}"#);
    // A few kilobytes that would become 64 MiB.
    let bomb = pack(&vec![b' '; 64 << 20]);
    let cut = good[..good.len() - 3].to_vec();
    for (body, status, code) in
        [(bomb, 413, "too_large"), (cut, 400, "unreadable"), (br#"{"items":[]}"#.to_vec(), 400, "unreadable")]
    {
        let answer = world.send(packed(&path, &phone.token, body, "identity")).await;
        let problem: Problem = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!((problem.status, problem.code.as_str()), (status, code), "{problem:?}");
    }
    let headers = [("content-type", "application/json"), ("content-encoding", "br")];
    let answer = world.send(request("POST", &path, Some(&phone.token), &headers, Body::from(good.clone()))).await;
    assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let answer = world.send(packed(&path, &phone.token, good, "identity")).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
}
