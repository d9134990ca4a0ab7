//! The forms in which facts and messages are stored and sent. Phones and the central of different versions read each
//! other's bytes, and signed bytes are evidence for years: a snapshot that changes here is a new form, not an edit.

mod samples;

use std::collections::HashSet;

use p256::ecdsa::SigningKey;
use samples::*;
use seal_core::cbor::{self, CborError};
use seal_core::doc::Doc;
use seal_core::event::{Event, SignedEvent, sign_with};
use seal_core::fact::Fact;
use seal_core::outbox::{Lane, OutboxState, QueueItem, QueueWhat, StuckReason};
use seal_core::wire::*;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

fn hex(bytes: &[u8]) -> String {
    // Lines of 60 bytes.
    let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.chunks(60).map(|line| line.concat()).collect::<Vec<_>>().join("\n")
}

fn pretty<T: Serialize>(value: &T) -> String {
    serde_json::to_string_pretty(value).unwrap()
}

/// A kind added to [`Fact`] must be added here and to the samples.
fn kinds_in_the_code() -> usize {
    use Fact::*;
    let number = |fact: &Fact| match fact {
        CaseOpened(_) => 1,
        CodeRead(_) => 2,
        GoodsDecided(_) => 3,
        TripDeclared(_) => 4,
        SealPrepared(_) => 5,
        LockCommanded(_) => 6,
        LockRead(_) => 7,
        SealRecorded(_) => 8,
        PhotoTaken(_) => 9,
        TugTested(_) => 10,
        CargoHandedOver(_) => 11,
        SealLogRead(_) => 12,
        Inspected(_) => 13,
        SealCutOff(_) => 14,
        SealReceived(_) => 15,
        ReuseReserved(_) => 16,
        ParcelPacked(_) => 17,
        ParcelHandedOver(_) => 18,
        ParcelReceived(_) => 19,
        ConflictDecided(_) => 20,
        DifficultyReported(_) => 21,
        DiagnosticsGiven(_) => 43,
        Corrected(_) => 22,
        TrackingSeen(_) => 23,
        ApprovalAsked(_) => 24,
        ApprovalGiven(_) => 25,
        SlipTaken(_) => 26,
        DepletionStated(_) => 27,
        DepletionEnded(_) => 28,
        SealsIssued(_) => 29,
        SealsOffered(_) => 30,
        SealsTakenOver(_) => 31,
        StockCounted(_) => 32,
        SealReplaced(_) => 33,
        ContainerChanged(_) => 34,
        OpenedUnderSupervision(_) => 35,
        ClosedAgain(_) => 36,
        SealLifeChanged(_) => 37,
        LossReported(_) => 38,
        LossSettled(_) => 39,
        ParcelTracked(_) => 40,
        SealSigned(_) => 41,
        SignatureChecked(_) => 42,
    };
    let numbers: HashSet<i32> = facts().iter().map(number).collect();
    assert_eq!(numbers.len(), facts().len(), "one sample of each kind");
    43
}

#[test]
fn every_kind_of_fact_keeps_its_bytes_and_its_names() {
    assert_eq!(facts().len(), kinds_in_the_code());
    for fact in facts() {
        let event = event(fact);
        let text = format!("{}\n\n{}", hex(&cbor::to_vec(&event).unwrap()), pretty(&event));
        insta::assert_snapshot!(format!("fact_{}", event.fact.kind()), text);
    }
}

#[test]
fn the_outcomes_of_a_command_keep_their_bytes() {
    let texts: Vec<String> = outcomes()
        .iter()
        .map(|outcome| format!("{} {}", hex(&cbor::to_vec(outcome).unwrap()), serde_json::to_string(outcome).unwrap()))
        .collect();
    insta::assert_snapshot!(texts.join("\n"));
}

#[test]
fn every_kind_of_fact_is_read_back_from_signed_bytes() {
    let key = SigningKey::from_slice(&[7; 32]).unwrap();
    let sign = |event: Event| SignedEvent::sign(event, |bytes| Ok::<_, CborError>(sign_with(&key, bytes))).unwrap();
    for fact in facts().into_iter().chain(bare_facts()).chain(outcomes().into_iter().map(lock_read)) {
        let signed = sign(event(fact.clone()));
        let kind = fact.kind();
        assert_eq!(SignedEvent::read(&signed.cose).as_ref(), Ok(&signed), "{kind}");
        assert_eq!(SignedEvent::verify(&signed.cose, key.verifying_key()), Ok(signed), "{kind}");
        let mut bare = event(fact);
        (bare.place, bare.case) = (None, None);
        let signed = sign(bare);
        assert_eq!(SignedEvent::verify(&signed.cose, key.verifying_key()), Ok(signed), "{kind} without place and case");
    }
}

#[test]
fn every_kind_of_fact_is_read_back_from_json() {
    for fact in facts().into_iter().chain(bare_facts()) {
        assert_eq!(serde_json::from_str::<Fact>(&serde_json::to_string(&fact).unwrap()).unwrap(), fact);
    }
}

/// The JSON, and that it is read as the same.
fn form<T: Serialize + DeserializeOwned>(name: &str, value: &T) {
    let text = pretty(value);
    let again: T = serde_json::from_str(&text).unwrap();
    assert_eq!(pretty(&again), text, "{name}");
    insta::assert_snapshot!(name, text);
}

#[test]
fn every_message_keeps_its_form() {
    form("wire_sign_in_request", &sign_in_request());
    form("wire_sign_in_response", &sign_in_response());
    form("wire_push_request", &PushRequest { epoch: None, items: vec![push_item()] });
    form("wire_push_response", &push_response());
    form("wire_changes_response", &changes_response());
    form("wire_tracking_request", &tracking_request());
    form("wire_problem", &problem());
    let constants = [PROTO, PROTO_HEADER, PUSH_MEDIA_TYPE, CHANGES_MEDIA_TYPE];
    insta::assert_snapshot!("wire_constants", constants.join("\n"));
}

#[test]
fn every_document_keeps_its_form() {
    for doc in docs() {
        let (kind, _) = doc.key().split_once('/').map(|(kind, rest)| (kind.to_owned(), rest.to_owned())).unwrap();
        form(&format!("doc_{kind}"), &doc);
        assert_eq!(serde_json::from_str::<Doc>(&pretty(&doc)).unwrap(), doc);
    }
}

#[test]
fn rules_keep_their_form() {
    form("rules", &rules());
    insta::assert_snapshot!(
        "pack_manifest",
        format!("{}\n\n{}", hex(&cbor::to_vec(&manifest()).unwrap()), pretty(&manifest()))
    );
}

#[test]
fn what_the_queue_stores_keeps_its_form() {
    let states = [
        OutboxState::Waiting,
        OutboxState::Sending,
        OutboxState::Accepted { receipt: receipt() },
        OutboxState::Stuck { reason: StuckReason::Refused { code: "scope".to_owned(), detail: "no".to_owned() } },
        OutboxState::Stuck { reason: StuckReason::HashConflict },
        OutboxState::Stuck { reason: StuckReason::PhotoMissing },
        OutboxState::Stuck { reason: StuckReason::PhotoChanged },
    ];
    form("queue_states", &states);
    let lanes = [Lane::Alarm, Lane::Lock, Lane::Facts, Lane::Thumbnails, Lane::Photos].map(|lane| lane as u8);
    assert_eq!(lanes, [0, 1, 2, 3, 4]);
    let item = QueueItem {
        key: 7,
        what: QueueWhat::Photo {
            sha256: seal_core::ids::Sha256::of(b"photo"),
            role: seal_core::evidence::PhotoRole::Doors,
            thumbnail: true,
        },
        lane: Lane::Thumbnails,
        state: OutboxState::Waiting,
        bytes: 9,
        sent_bytes: 3,
        made_at: at(),
        tries: 2,
        next_try: Some(at()),
        last_problem: Some("portal".to_owned()),
        waits_for_fact: true,
        author: seal_core::ids::OfficerId("khoa.nm".to_owned()),
        case: Some(case()),
        seal: Some(no()),
        container: Some("CSQU3054383".to_owned()),
    };
    form("queue_item", &item);
}

#[test]
fn an_unknown_field_is_passed_over_and_an_unknown_kind_is_refused() {
    // A newer app may say more; what it says in a new kind is kept raw by the store, never guessed at.
    let fact = facts().remove(0);
    let mut json: Value = serde_json::to_value(&fact).unwrap();
    json["what"]["of_a_later_version"] = Value::Bool(true);
    assert_eq!(serde_json::from_value::<Fact>(json.clone()).unwrap(), fact);
    json["kind"] = Value::String("hologram_checked".to_owned());
    assert!(serde_json::from_value::<Fact>(json).is_err());
}
