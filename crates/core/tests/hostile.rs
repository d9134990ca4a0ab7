//! Bytes and texts from elsewhere: whatever they are, they are refused or read, and nothing stops or swells.

mod samples;

use std::sync::LazyLock;

use coset::{CborSerializable as _, CoseSign1};
use jiff::{SignedDuration, Timestamp};
use p256::ecdsa::SigningKey;
use proptest::prelude::*;
use samples::*;
use seal_core::case::CaseView;
use seal_core::cbor::{self, CborError};
use seal_core::courier::{ParcelView, return_clock};
use seal_core::custody::SealView;
use seal_core::doc::Doc;
use seal_core::event::{Event, EventError, SignedEvent, sign_with};
use seal_core::fact::{ApprovalKind, Fact};
use seal_core::obligation::{approval_until, depletion_until};
use seal_core::seal::story::TripStory;
use seal_core::wire::*;
use serde_json::{Value, json};

static KEY: LazyLock<SigningKey> = LazyLock::new(|| SigningKey::from_slice(&[7; 32]).unwrap());

fn sign(event: Event) -> SignedEvent {
    SignedEvent::sign(event, |bytes| Ok::<_, CborError>(sign_with(&KEY, bytes))).unwrap()
}

static SIGNED: LazyLock<Vec<SignedEvent>> =
    LazyLock::new(|| facts().into_iter().map(|fact| sign(event(fact))).collect());

#[derive(Debug, Clone)]
enum Change {
    Flip(usize, u8),
    Insert(usize, u8),
    Remove(usize),
    Cut(usize),
    Repeat(usize, usize),
}

fn change() -> impl Strategy<Value = Change> {
    let place = 0..4096_usize;
    prop_oneof![
        (place.clone(), 1..=u8::MAX).prop_map(|(at, mask)| Change::Flip(at, mask)),
        (place.clone(), any::<u8>()).prop_map(|(at, byte)| Change::Insert(at, byte)),
        place.clone().prop_map(Change::Remove),
        place.clone().prop_map(Change::Cut),
        (place, 1..64_usize).prop_map(|(at, length)| Change::Repeat(at, length)),
    ]
}

fn changed(mut bytes: Vec<u8>, changes: &[Change]) -> Vec<u8> {
    for change in changes {
        if bytes.is_empty() {
            return bytes;
        }
        let length = bytes.len();
        match *change {
            Change::Flip(at, mask) => bytes[at % length] ^= mask,
            Change::Insert(at, byte) => bytes.insert(at % length, byte),
            Change::Remove(at) => drop(bytes.remove(at % length)),
            Change::Cut(at) => bytes.truncate(at % length),
            Change::Repeat(at, count) => {
                let at = at % length;
                let part = bytes[at..length.min(at + count)].to_vec();
                bytes.splice(at..at, part);
            }
        }
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn changed_bytes_say_the_same_or_are_refused(
        which in 0..facts().len(),
        changes in prop::collection::vec(change(), 1..4),
    ) {
        let signed = &SIGNED[which];
        let bytes = changed(signed.cose.clone(), &changes);
        // Unsigned reading is for own bytes; here it only must come back.
        let _ = SignedEvent::read(&bytes);
        if let Ok(read) = SignedEvent::verify(&bytes, KEY.verifying_key()) {
            prop_assert_eq!(&read.event, &signed.event, "a hint beside the signature may differ, the event may not");
        }
    }

    #[test]
    fn a_changed_payload_never_verifies(
        which in 0..facts().len(),
        changes in prop::collection::vec(change(), 1..4),
    ) {
        let mut cose = CoseSign1::from_slice(&SIGNED[which].cose).unwrap();
        let before = cose.payload.take().unwrap();
        let after = changed(before.clone(), &changes);
        prop_assume!(after != before);
        cose.payload = Some(after);
        let bytes = cose.to_vec().unwrap();
        prop_assert_eq!(SignedEvent::verify(&bytes, KEY.verifying_key()), Err(EventError::Signature));
    }

    #[test]
    fn noise_is_no_event(bytes in prop::collection::vec(any::<u8>(), 0..512)) {
        prop_assert!(SignedEvent::read(&bytes).is_err());
        prop_assert!(SignedEvent::verify(&bytes, KEY.verifying_key()).is_err());
        prop_assert!(cbor::from_slice::<Event>(&bytes).is_err());
        // What is read as CBOR at all is written back to the same bytes.
        if let Ok(value) = cbor::from_slice::<Vec<u32>>(&bytes) {
            prop_assert_eq!(cbor::to_vec(&value).unwrap(), bytes);
        }
    }
}

#[test]
fn an_event_of_another_device_or_algorithm_is_refused() {
    let signed = &SIGNED[0];
    let other = SigningKey::from_slice(&[8; 32]).unwrap();
    assert_eq!(SignedEvent::verify(&signed.cose, other.verifying_key()), Err(EventError::Signature));
    let mut cose = CoseSign1::from_slice(&signed.cose).unwrap();
    cose.protected = coset::ProtectedHeader::default();
    assert_eq!(SignedEvent::verify(&cose.clone().to_vec().unwrap(), KEY.verifying_key()), Err(EventError::Algorithm));
    cose.payload = None;
    assert!(SignedEvent::read(&cose.to_vec().unwrap()).is_err());
}

#[test]
fn depth_and_announced_sizes_do_not_bring_it_down() {
    // Nested arrays and tags without end, and strings, arrays and maps that announce more than any memory holds.
    for opener in [0x81_u8, 0xc1, 0xa1, 0x9f, 0x5f] {
        let deep = vec![opener; 1 << 20];
        assert!(SignedEvent::read(&deep).is_err());
        assert!(cbor::from_slice::<Event>(&deep).is_err());
    }
    for major in [0x5b_u8, 0x7b, 0x9b, 0xbb] {
        for size in [u64::MAX, i64::MAX as u64, 1 << 40] {
            let mut bytes = vec![major];
            bytes.extend(size.to_be_bytes());
            bytes.extend([0; 16]);
            assert!(SignedEvent::read(&bytes).is_err());
            assert!(cbor::from_slice::<Vec<u64>>(&bytes).is_err());
            assert!(cbor::from_slice::<String>(&bytes).is_err());
        }
    }
}

fn json() -> impl Strategy<Value = Value> {
    let words = [
        "proto",
        "epoch",
        "results",
        "id",
        "status",
        "accepted",
        "receipt",
        "changes",
        "change",
        "doc",
        "event",
        "cose",
        "kind",
        "what",
        "type",
        "reports",
        "items",
        "server_time",
        "sealfield/1",
        "2026-11-23T01:02:03Z",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
        prop::sample::select(words.to_vec()).prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 48, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((prop::sample::select(words.to_vec()), inner), 0..6)
                .prop_map(|fields| fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()),
        ]
    })
}

/// Every message, read from the text. Only whether it was read matters.
fn read_all(text: &str) -> Vec<&'static str> {
    let mut read = Vec::new();
    macro_rules! try_each {
        ($($message:ty),+) => { $( if serde_json::from_str::<$message>(text).is_ok() { read.push(stringify!($message)); } )+ };
    }
    try_each!(
        SignInRequest,
        SignInResponse,
        PushRequest,
        PushResponse,
        ChangesResponse,
        TrackingRequest,
        Doc,
        Fact,
        PushResult
    );
    let _ = serde_json::from_str::<Problem>(text);
    read
}

/// Messages of ours as JSON values.
fn messages() -> Vec<Value> {
    let mut messages = vec![
        serde_json::to_value(sign_in_request()).unwrap(),
        serde_json::to_value(sign_in_response()).unwrap(),
        serde_json::to_value(PushRequest { epoch: None, items: vec![push_item()] }).unwrap(),
        serde_json::to_value(push_response()).unwrap(),
        serde_json::to_value(changes_response()).unwrap(),
        serde_json::to_value(tracking_request()).unwrap(),
    ];
    messages.extend(docs().iter().map(|doc| serde_json::to_value(doc).unwrap()));
    messages.extend(facts().iter().map(|fact| serde_json::to_value(fact).unwrap()));
    messages
}

proptest! {
    #[test]
    fn noise_in_json_is_no_message(value in json()) {
        // A request is one list; an empty one asks for nothing, and is no harm.
        let mut read = read_all(&value.to_string());
        read.retain(|message| !["PushRequest", "TrackingRequest"].contains(message));
        prop_assert_eq!(read, Vec::<&str>::new());
    }

    #[test]
    fn broken_messages_do_not_stop_the_reader(
        which in 0..messages().len(),
        changes in prop::collection::vec(change(), 1..4),
        stranger in json(),
        place in 0..64_usize,
    ) {
        let mut message = messages().swap_remove(which);
        read_all(&String::from_utf8_lossy(&changed(message.to_string().into_bytes(), &changes)));
        // Another value in the place of a field of ours, or of a field of what it holds.
        if let Some(fields) = message.as_object_mut() {
            let key = fields.keys().nth(place % fields.len()).cloned().unwrap();
            match fields.get_mut(&key).unwrap() {
                Value::Object(inner) if place % 2 == 0 && !inner.is_empty() => {
                    let key = inner.keys().nth(place % inner.len()).cloned().unwrap();
                    inner.insert(key, stranger);
                }
                field => *field = stranger,
            }
        }
        read_all(&message.to_string());
    }
}

#[test]
fn every_field_without_a_default_is_needed() {
    // An answer that leaves out what it should say is never filled in by us.
    for message in [serde_json::to_value(push_response()).unwrap(), serde_json::to_value(changes_response()).unwrap()] {
        // A central of before signs no checkpoint; then nothing is proven.
        for key in message.as_object().unwrap().keys().filter(|key| *key != "checkpoint") {
            let mut less = message.clone();
            less.as_object_mut().unwrap().remove(key);
            assert_eq!(read_all(&less.to_string()), Vec::<&str>::new(), "without {key}");
        }
    }
    // An acceptance without its receipt is none.
    let id = push_item().id;
    assert!(serde_json::from_value::<PushResult>(json!({"id": id, "status": "accepted"})).is_err());
    assert!(serde_json::from_value::<PushResult>(json!({"id": id, "status": "accepted", "receipt": null})).is_err());
    assert!(
        serde_json::from_value::<PushResult>(json!({"id": id, "status": "Accepted", "receipt": receipt()})).is_err()
    );
    assert!(
        serde_json::from_value::<PushResult>(json!({"id": id, "status": "accepted", "receipt": receipt()})).is_ok()
    );
    // Nested without end.
    assert!(read_all(&"[".repeat(1 << 20)).is_empty());
    assert!(read_all(&"{\"what\":".repeat(1 << 18)).is_empty());
}

#[test]
fn moments_at_the_ends_of_time_fold_without_stopping() {
    let ends = [Timestamp::MIN, Timestamp::from_second(0).unwrap(), Timestamp::MAX];
    let Doc::Case(case_doc) = docs().swap_remove(0) else { panic!("a case") };
    let Doc::Seal(seal_doc) = docs().swap_remove(1) else { panic!("a seal") };
    let rules = rules();
    for (n, first) in ends.iter().enumerate() {
        for now in ends {
            // Each fact at another end of time, and the numbers in it at theirs.
            let events: Vec<Event> = facts()
                .into_iter()
                .enumerate()
                .map(|(place, fact)| {
                    let mut event = event(fact);
                    event.at.wall = if place == 0 { *first } else { ends[(n + place) % 3] };
                    event.at.boot_ms = u64::MAX;
                    event.seq = place as u64 + 1;
                    match &mut event.fact {
                        Fact::TripDeclared(trip) => trip.permitted_until = now,
                        Fact::SealPrepared(seal) => {
                            (seal.reading.clock, seal.drift_s, seal.reading.log_counter) = (now, i64::MIN, u32::MAX);
                        }
                        Fact::SealLogRead(log) => {
                            log.drift_s = i64::MIN;
                            let mut late = log.entries[0].clone();
                            (late.counter, late.at) = (u32::MAX, Timestamp::MAX);
                            let mut early = log.entries[0].clone();
                            (early.counter, early.at) = (0, Timestamp::MIN);
                            log.entries = vec![late, early];
                            let story = TripStory::of(log, SignedDuration::from_mins(30), now);
                            assert!(story.gap.is_positive());
                        }
                        _ => {}
                    }
                    event
                })
                .collect();
            assert!(CaseView::fold(case(), Some(&case_doc), &events).is_some());
            let seal = SealView::fold(&no(), Some(&seal_doc), &events);
            let _ = seal.turnaround_days();
            let _ = return_clock(&seal, &rules, now);
            for until in [approval_until(&rules, ApprovalKind::OutsideCriteria, now), depletion_until(&rules, now)] {
                assert!(until.is_none_or(|until| until >= now));
            }
            let parcel = events.iter().find_map(|event| event.fact.parcel()).unwrap();
            assert!(ParcelView::fold(parcel, &events).is_some());
        }
    }
}

#[test]
fn limits_of_any_size_are_survived() {
    let mut limits = rules().limits;
    (limits.battery_per_day_percent, limits.silence_minutes) = (i64::MAX, i64::MAX);
    assert_eq!(limits.battery_needed(SignedDuration::MAX), 100);
    assert!(limits.silence().is_positive());
}
