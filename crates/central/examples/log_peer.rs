//! What the central says of its record and proves, as JSON for `tools/log-peers`: a phone's events, the checkpoint after each,
//! and every inclusion and consistency proof between them, all through the API.

#[path = "../tests/common/mod.rs"]
mod common;

use axum::body::Body;
use common::{Phone, World, case, remark, request};
use seal_core::wire::B64;
use serde_json::{Value, json};

/// Events in the record; each is a checkpoint of its own.
const EVENTS: usize = 33;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let world = World::new();
    let mut phone = world.phone(1, "an.nv", "246810").await;
    let (mut events, mut checkpoints) = (Vec::new(), Vec::new());
    for n in 0..EVENTS {
        let event = phone.event(Some(case(1)), remark(&format!("remark {n}")));
        let pushed = world.push(&phone, std::slice::from_ref(&event)).await;
        let receipt = common::receipt(&pushed.results[0].status).clone();
        events.push(json!({"id": event.event.id, "seq": receipt.server_seq, "cose": B64(event.cose)}));
        checkpoints.push(pushed.checkpoint);
    }
    let (mut inclusion, mut consistency) = (Vec::new(), Vec::new());
    for size in 1..=EVENTS {
        for event in &events[..size] {
            let id = event["id"].as_str().unwrap_or_default();
            inclusion.push(get(&world, &phone, &format!("/v1/log/inclusion?event={id}&size={size}")).await);
        }
        for from in 1..=size {
            consistency.push(get(&world, &phone, &format!("/v1/log/consistency?from={from}&to={size}")).await);
        }
    }
    let key = get(&world, &phone, "/v1/log/checkpoint").await["key"].clone();
    let device_key = B64(phone.key.verifying_key().to_encoded_point(false).as_bytes().to_vec());
    let all = json!({
        "central_key": key, "device_key": device_key, "device": phone.device,
        "events": events, "checkpoints": checkpoints, "inclusion": inclusion, "consistency": consistency,
    });
    println!("{all}");
}

async fn get(world: &World, phone: &Phone, path: &str) -> Value {
    let answer = world.send(request("GET", path, Some(&phone.token), &[], Body::empty())).await;
    assert!(answer.status.is_success(), "{path}: {}", answer.text());
    serde_json::from_slice(&answer.body).unwrap_or_else(|error| panic!("{path}: {error}"))
}
