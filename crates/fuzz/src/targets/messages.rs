//! JSON messages and documents: whatever is read is written and read the same again.

use seal_core::doc::Doc;
use seal_core::event::Event;
use seal_core::fact::Fact;
use seal_core::officer::Officer;
use seal_core::outbox::{OutboxState, Receipt};
use seal_core::rules::RulePack;
use seal_core::wire::{
    ChangesResponse, Problem, PushRequest, PushResponse, SealTicket, SignInRequest, SignInResponse, TicketsRequest,
    TicketsResponse, TrackingRequest,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::target;
use crate::mutate;
use crate::run::{Job, Target};
use crate::samples;

pub(super) fn targets() -> Vec<Target> {
    vec![target("messages", "JSON of the wire, documents, facts: read, written and read the same again", || {
        let seeds = seeds();
        Job::of_text(
            move |rng| mutate::json(rng, &seeds),
            |text| {
                same::<SignInRequest>(text);
                same::<SignInResponse>(text);
                same::<PushRequest>(text);
                same::<PushResponse>(text);
                same::<ChangesResponse>(text);
                same::<TrackingRequest>(text);
                same::<TicketsRequest>(text);
                same::<TicketsResponse>(text);
                same::<Problem>(text);
                same::<Doc>(text);
                same::<Event>(text);
                same::<Fact>(text);
                same::<Receipt>(text);
                same::<OutboxState>(text);
                same::<RulePack>(text);
                same::<Officer>(text);
                same::<SealTicket>(text);
            },
        )
    })]
}

fn same<T: Serialize + DeserializeOwned>(text: &str) {
    let Ok(read) = serde_json::from_str::<T>(text) else { return };
    let written = serde_json::to_string(&read).expect("JSON");
    let again: T = serde_json::from_str(&written).expect("its own JSON");
    assert_eq!(serde_json::to_string(&again).expect("JSON"), written);
}

/// Messages of ours.
pub(super) fn seeds() -> Vec<Value> {
    fn json(message: impl Serialize) -> Value {
        serde_json::to_value(message).expect("JSON")
    }
    let ticket = serde_json::json!({
        "seal": "83181001", "kind": "shift", "ticket": "AAEC", "secret": "AAEC", "expires": samples::at(),
    });
    let mut seeds = vec![
        json(samples::sign_in_request()),
        json(samples::sign_in_response()),
        json(PushRequest { epoch: None, items: vec![samples::push_item()] }),
        json(samples::push_response()),
        json(samples::changes_response()),
        json(samples::tracking_request()),
        json(samples::problem()),
        json(samples::receipt()),
        json(samples::rules()),
        json(samples::officer()),
        serde_json::json!({"seals": [{"seal": "83181001", "nonce": "AAECAwQFBgcICQoLDA0ODw"}]}),
        serde_json::json!({
            "proto": "sealfield/1", "server_time": samples::at(), "officer": "an.nv", "tickets": [ticket],
            "refused": [{"seal": "83181001", "code": "role", "detail": "x"}],
        }),
        ticket,
    ];
    seeds.extend(samples::docs().iter().map(json));
    seeds.extend(samples::facts().iter().chain(&samples::bare_facts()).map(json));
    seeds.push(json(samples::event(samples::facts().swap_remove(0))));
    seeds
}
