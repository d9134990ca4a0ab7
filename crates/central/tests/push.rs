//! Taking facts: receipts, repetition, and items that spoil nothing but themselves.

use crate::common;
use crate::common::{World, code, json_request, receipt, remark, unit};
use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use seal_core::enrolment::KeyHome;
use seal_core::fact::{ConflictDecided, DiagnosticsGiven, Fact, QueueStanding, TrackingSeen};
use seal_core::ids::{EventId, OfficerId, Sha256};
use seal_core::wire::{B64, PushItem, PushStatus};
use serde_json::json;
use uuid::Uuid;

#[tokio::test]
async fn a_lost_answer_and_a_second_push_leave_one_event_and_one_receipt() {
    let world = World::new();
    let mut phone = world.phone(1, "an.nv", "246810").await;
    let event = phone.event(None, remark("a"));
    let first = world.push(&phone, std::slice::from_ref(&event)).await;
    let proof = receipt(&first.results[0].status).clone();
    assert!(matches!(first.results[0].status, PushStatus::Accepted { .. }));
    assert_eq!(proof.code.len(), 7);

    // The same bytes twice in one push, after a restart.
    let world = world.restart();
    let again = world.push(&phone, &[event.clone(), event.clone()]).await;
    assert_eq!(again.epoch, first.epoch);
    for result in &again.results {
        assert_eq!(result.status, PushStatus::Duplicate { receipt: proof.clone() });
    }
    let (changes, _) = world.pull(&phone, None, 500).await;
    assert_eq!(common::events(&changes), [event.event]);
}

#[tokio::test]
async fn one_bad_item_never_blocks_the_others() {
    let world = World::new();
    let mut phone = world.phone(1, "an.nv", "246810").await;
    let good: Vec<_> = (0..3).map(|n| phone.event(None, remark(&n.to_string()))).collect();
    let item = |n: usize| PushItem { id: good[n].event.id, cose: B64(good[n].cose.clone()) };
    let id = || EventId(Uuid::now_v7());

    let mut flipped = item(1);
    let last = flipped.cose.0.len() - 1;
    flipped.cose.0[last] ^= 1;
    let newer = phone.event_with(None, remark("newer"), |event| event.v = 2);
    let items = vec![
        item(0),
        PushItem { id: id(), cose: B64(b"not COSE".to_vec()) },
        flipped,
        PushItem { id: id(), cose: B64(Vec::new()) },
        PushItem { id: id(), cose: item(2).cose },
        PushItem { id: newer.event.id, cose: B64(newer.cose) },
        item(2),
    ];
    let asked: Vec<EventId> = items.iter().map(|item| item.id).collect();
    let answer = world.push_items(&phone, items).await;
    assert_eq!(answer.results.iter().map(|result| result.id).collect::<Vec<_>>(), asked);
    let status = |n: usize| &answer.results[n].status;
    assert_eq!(receipt(status(0)).server_seq + 1, receipt(status(6)).server_seq);
    assert_eq!(
        [1, 2, 3, 4, 5].map(|n| code(status(n))),
        ["unreadable", "signature", "unreadable", "id_mismatch", "version"]
    );
    // The flipped one is not lost: its true bytes are taken.
    let answer = world.push(&phone, &good[1..2]).await;
    assert!(matches!(answer.results[0].status, PushStatus::Accepted { .. }));
}

#[tokio::test]
async fn difficulties_are_told_with_what_the_phone_said_of_itself() {
    let world = World::new();
    let mut phone = world.phone(1, "an.nv", "246810").await;
    let reported = [phone.event(None, remark("treo máy")), phone.event(None, remark("chốt kẹt"))];
    let given = DiagnosticsGiven {
        app: "seal-field 0.1.0".to_owned(),
        system: "android aarch64".to_owned(),
        free_bytes: Some(1 << 30),
        signing_key: KeyHome::Software,
        data_key: KeyHome::System,
        queue: QueueStanding { waiting: 2, ..QueueStanding::default() },
        pulled_at: None,
        log: vec!["mất mạng".to_owned()],
    };
    let fact = Fact::DiagnosticsGiven(Box::new(given.clone()));
    let said = phone.event_with(None, fact, |event| event.act = reported[1].event.act);
    world.push(&phone, &reported).await;
    world.advance(SignedDuration::from_mins(1));
    world.push(&phone, &[said]).await;
    let told = world.central.difficulties(Timestamp::UNIX_EPOCH).unwrap();
    let words: Vec<_> = told.iter().map(|one| (one.text.as_str(), one.diagnostics.clone())).collect();
    assert_eq!(words, [("treo máy", None), ("chốt kẹt", Some(given))]);
    assert_eq!((told[0].event, told[0].unit.as_str(), told[0].device), (reported[0].event.id, "03EE", phone.device));
    let later = told[0].received_at + SignedDuration::from_secs(1);
    assert_eq!(world.central.difficulties(later).unwrap(), []);
}

#[tokio::test]
async fn two_contents_under_one_id_are_a_conflict_and_the_first_stays() {
    let world = World::new();
    let mut phone = world.phone(1, "an.nv", "246810").await;
    let first = phone.event(None, remark("first"));
    world.push(&phone, std::slice::from_ref(&first)).await;
    let second = phone.event_with(None, remark("second"), |event| event.id = first.event.id);
    let answer = world.push(&phone, &[second]).await;
    assert_eq!(answer.results[0].status, PushStatus::HashConflict);
    let (changes, _) = world.pull(&phone, None, 500).await;
    assert_eq!(common::events(&changes), [first.event]);
}

#[tokio::test]
async fn an_author_must_be_known_of_the_unit_and_of_a_role_that_writes() {
    let world = World::new();
    let mut phone = world.phone(1, "an.nv", "246810").await;
    let by = |officer: &'static str, code: &'static str| {
        move |event: &mut seal_core::event::Event| {
            event.officer = OfficerId(officer.to_owned());
            event.unit = unit(code);
        }
    };
    let report = TrackingSeen {
        seal: common::seal("83181001"),
        at: common::START.parse().unwrap(),
        closed: Some(true),
        entry: None,
        source: "x".to_owned(),
    };
    let decided =
        ConflictDecided { events: Vec::new(), holds: EventId(Uuid::nil()), reason: "the seal itself".to_owned() };
    let events = [
        phone.event(None, remark("own")),
        phone.event_with(None, remark("colleague on the same phone"), by("hoa.pt", "03EE")),
        phone.event_with(None, remark("nobody"), by("nobody", "03EE")),
        phone.event_with(None, remark("another unit's name"), by("an.nv", "15BB")),
        phone.event_with(None, remark("auditor"), by("kiem.tra", "03EE")),
        phone.event(None, Fact::TrackingSeen(report)),
        phone.event(None, Fact::ConflictDecided(decided.clone())),
        phone.event_with(None, Fact::ConflictDecided(decided), by("quang.dm", "03EE")),
        phone.event_with(None, remark("other device"), |event| event.device.0 = Uuid::from_u128(9)),
    ];
    let answer = world.push(&phone, &events).await;
    let seen: Vec<&str> = answer
        .results
        .iter()
        .map(|result| match &result.status {
            PushStatus::Accepted { .. } => "accepted",
            status => code(status),
        })
        .collect();
    assert_eq!(seen, ["accepted", "accepted", "officer", "scope", "role", "role", "role", "accepted", "device"]);
}

#[tokio::test]
async fn a_gap_in_the_chain_is_tolerated_and_reported() {
    use seal_central::ChainFault;
    let world = World::new();
    let mut phone = world.phone(1, "an.nv", "246810").await;
    let events: Vec<_> = (0..4).map(|n| phone.event(None, remark(&n.to_string()))).collect();
    let device = phone.device;
    let faults = || world.central.chain_faults(device).unwrap();

    world.push(&phone, &[events[3].clone(), events[0].clone()]).await;
    assert_eq!(faults(), [ChainFault::Missing { from: 2, to: 3 }]);
    world.push(&phone, &events).await;
    assert_eq!(faults(), []);

    let altered = phone.event_with(None, remark("x"), |event| event.prev = Sha256::of(b"something else"));
    let doubled = phone.event_with(None, remark("y"), |event| event.seq = 5);
    world.push(&phone, &[altered, doubled]).await;
    assert_eq!(faults(), [ChainFault::Broken { seq: 5 }, ChainFault::Doubled { seq: 5 }]);
}

#[tokio::test]
async fn a_push_for_another_device_or_of_too_many_is_refused_whole() {
    let world = World::new();
    let phone = world.phone(1, "an.nv", "246810").await;
    let empty = json!({"items": []});
    let path = format!("/v1/devices/{}/events", Uuid::from_u128(77));
    let answer = world.send(json_request("POST", &path, Some(&phone.token), &empty)).await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::FORBIDDEN, "device"));

    let item = json!({"id": Uuid::nil(), "cose": ""});
    let many = json!({"items": vec![item; 501]});
    let path = format!("/v1/devices/{}/events", phone.device);
    let answer = world.send(json_request("POST", &path, Some(&phone.token), &many)).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn an_item_that_cannot_be_stored_now_is_put_off_and_leaves_no_trace() {
    let world = World::new();
    let mut phone = world.phone(1, "an.nv", "246810").await;
    let db = world.database();
    // Fails late: after the event itself was written.
    db.run(if db.is_sqlite() {
        "CREATE TRIGGER poison BEFORE INSERT ON feed WHEN (SELECT device_seq FROM event WHERE seq = NEW.event) = 2
         BEGIN SELECT RAISE(ABORT, 'poison'); END"
    } else {
        "CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
           IF (SELECT device_seq FROM event WHERE seq = NEW.event) = 2 THEN RAISE 'poison'; END IF;
           RETURN NEW;
         END $$;
         CREATE TRIGGER poison BEFORE INSERT ON feed FOR EACH ROW EXECUTE FUNCTION poison()"
    });
    let events: Vec<_> = (0..3).map(|n| phone.event(None, remark(&n.to_string()))).collect();
    let answer = world.push(&phone, &events).await;
    assert_eq!(answer.results[1].status, PushStatus::Deferred);
    assert_eq!(receipt(&answer.results[0].status).server_seq, 1);
    receipt(&answer.results[2].status);
    assert_eq!(common::events(&world.pull(&phone, None, 500).await.0).len(), 2);

    db.run(if db.is_sqlite() { "DROP TRIGGER poison" } else { "DROP TRIGGER poison ON feed" });
    let answer = world.push(&phone, &events).await;
    assert!(matches!(answer.results[1].status, PushStatus::Accepted { .. }));
    assert_eq!(common::events(&world.pull(&phone, None, 500).await.0).len(), 3);
}
