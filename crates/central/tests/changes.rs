//! What each unit is sent, in which order, and what it is sent when something comes into its scope late.

use crate::common;
use crate::common::{World, case, docs, events, json_request, request, seal, unit};
use axum::body::Body;
use axum::http::StatusCode;
use seal_core::evidence::{PhotoQuality, PhotoRef, PhotoRole};
use seal_core::fact::{
    CaseOpened, Corrected, CorrectionReason, Fact, FoundSeal, LockCommanded, LossKind, LossOutcome, LossReported,
    LossSettled, ParcelPacked, ParcelReceived, PhotoTaken, SealReceived, Stage, TugTested,
};
use seal_core::ids::{CaseId, CommandId, ParcelId, Sha256};
use seal_core::seal::reading::LockAction;
use seal_core::wire::Change;
use serde_json::json;
use uuid::Uuid;

fn arm(no: &str) -> Fact {
    Fact::LockCommanded(LockCommanded {
        command: CommandId(Uuid::now_v7()),
        seal: seal(no),
        action: LockAction::Arm,
        containers: Vec::new(),
        after: None,
        second_officer: None,
    })
}

fn tug(no: &str) -> Fact {
    Fact::TugTested(TugTested { seal: seal(no), held: true })
}

#[tokio::test]
async fn a_unit_gets_its_work_list_register_rules_and_officers_and_no_others() {
    let world = World::new();
    let b = world.phone(2, "binh.tt", "246810").await;
    let (changes, _) = world.pull(&b, None, 7).await;
    let keys = docs(&changes);
    for key in [
        &format!("case/{}", case(1)),
        "seal/83181007",
        "seal/83181008",
        "seal/83181012",
        "pack/rules",
        "officer/binh.tt",
        "officer/lan.ht",
    ] {
        assert!(keys.iter().any(|have| have == key), "{key} is missing");
    }
    for key in [&format!("case/{}", case(3)), "seal/83181001", "seal/83181009", "officer/an.nv"] {
        assert!(keys.iter().all(|have| have != key), "{key} is another unit's");
    }
    let mut once = keys.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), keys.len(), "each document once");
}

#[tokio::test]
async fn the_destination_follows_the_case_live_in_commit_order_and_its_seal_comes_along() {
    let world = World::new();
    let mut a = world.phone(1, "an.nv", "246810").await;
    let b = world.phone(2, "binh.tt", "246810").await;
    let (_, before) = world.pull(&b, None, 500).await;

    // Lanes overtake: the commit order is not the device's order.
    let (first, second) = (a.event(Some(case(1)), tug("83181001")), a.event(Some(case(1)), arm("83181001")));
    world.push(&a, std::slice::from_ref(&second)).await;
    world.push(&a, std::slice::from_ref(&first)).await;
    let remark = a.event(None, common::remark("x"));
    world.push(&a, &[remark]).await;

    let (changes, after) = world.pull(&b, Some(before), 1).await;
    assert_eq!(docs(&changes), ["seal/83181001"]);
    assert_eq!(events(&changes), [second.event, first.event], "and not the remark, which is the origin's own");
    let seqs: Vec<u64> = changes
        .iter()
        .filter_map(|change| match change {
            Change::Event { server_seq, .. } => Some(*server_seq),
            Change::Doc { .. } | Change::Unknown => None,
        })
        .collect();
    assert_eq!(seqs, [1, 2]);
    let (nothing, same) = world.pull(&b, Some(after.clone()), 500).await;
    assert!(nothing.is_empty());
    assert_eq!(same, after);

    // The origin's own facts come back to it and prove the receipts.
    assert_eq!(events(&world.pull(&a, None, 500).await.0).len(), 3);
}

#[tokio::test]
async fn a_seal_that_comes_late_brings_its_whole_history_and_the_owner_sees_every_trip() {
    let world = World::new();
    let mut a = world.phone(1, "an.nv", "246810").await;
    let mut b = world.phone(2, "binh.tt", "246810").await;
    let c = world.phone(3, "chi.lt", "246810").await;
    // 83181009 is held at 03EE and belongs to 02CI; its first trip is to 03CC, which tells Huu Nghi nothing.
    let trip = a.event(Some(case(3)), arm("83181009"));
    let private = a.event(Some(case(3)), common::remark("about the case, not the seal"));
    world.push(&a, &[trip.clone(), private]).await;
    let (changes, cursor) = world.pull(&b, None, 500).await;
    assert!(events(&changes).is_empty());
    let (owners, _) = world.pull(&c, None, 500).await;
    assert_eq!(events(&owners), std::slice::from_ref(&trip.event), "the owner sees what names its seal");
    assert!(docs(&owners).contains(&format!("case/{}", case(3))), "and on which case it is");

    // Now it turns up at Huu Nghi, reported by Huu Nghi.
    let received = b.event(None, Fact::SealReceived(SealReceived { seal: seal("83181009"), at: unit("15BB") }));
    world.push(&b, std::slice::from_ref(&received)).await;
    let (changes, cursor) = world.pull(&b, Some(cursor), 500).await;
    assert_eq!(docs(&changes), ["seal/83181009".to_owned(), format!("case/{}", case(3))]);
    assert_eq!(events(&changes), [trip.event, received.event.clone()]);

    // A correction of it is about the same seal.
    let wrong = Corrected { event: received.event.id, reason: CorrectionReason::DidNotOccur, remark: "x".to_owned() };
    let wrong = b.event(None, Fact::Corrected(wrong));
    world.push(&b, std::slice::from_ref(&wrong)).await;
    assert_eq!(events(&world.pull(&c, None, 500).await.0).last(), Some(&wrong.event));

    // The document of a case followed for its seal's sake is renewed too.
    let answer = world.pull(&b, Some(cursor), 500).await;
    let renewed = case_doc(&world, 3, "15C-000.00");
    world.central.put_doc(&renewed).unwrap();
    let (changes, _) = world.pull(&b, Some(answer.1), 500).await;
    assert_eq!(docs(&changes), [format!("case/{}", case(3))]);
}

fn case_doc(world: &World, number: u32, vehicle: &str) -> seal_core::doc::Doc {
    let start = *world.now.lock().unwrap();
    let cases = seal_central::practice::World::load().unwrap().cases(start).unwrap();
    let mut doc = cases.into_iter().find(|doc| doc.id == case(number)).unwrap();
    doc.vehicle = vehicle.to_owned();
    seal_core::doc::Doc::Case(doc)
}

#[tokio::test]
async fn a_case_opened_on_the_spot_and_a_parcel_reach_their_other_end() {
    let world = World::new();
    let mut a = world.phone(1, "an.nv", "246810").await;
    let mut b = world.phone(2, "binh.tt", "246810").await;
    let mut c = world.phone(3, "chi.lt", "246810").await;
    let spot = CaseId(Uuid::now_v7());
    let opened = CaseOpened {
        containers: vec!["CSQU3054383".parse().unwrap()],
        declaration: None,
        origin: unit("03EE"),
        destination: unit("15BB"),
        trader: "x".to_owned(),
    };
    let opened = a.event(Some(spot), Fact::CaseOpened(opened));
    world.push(&a, std::slice::from_ref(&opened)).await;
    assert_eq!(events(&world.pull(&b, None, 500).await.0), [opened.event]);

    // 83181001 belongs to 03EE and goes to 02CI in a parcel, which 02CI never saw before.
    let parcel = ParcelId(Uuid::now_v7());
    // Its content is photographed before it is packed.
    let photo = b.event(
        None,
        Fact::PhotoTaken(PhotoTaken {
            photo: PhotoRef {
                sha256: Sha256::of(b"content"),
                bytes: 7,
                media_type: "image/jpeg".to_owned(),
                width: 10,
                height: 10,
                thumbnail: None,
            },
            role: PhotoRole::ParcelContents,
            stage: Stage::Pack,
            quality: PhotoQuality::Good,
            from_camera: true,
            parcel: Some(parcel),
        }),
    );
    let packed = b.event(
        None,
        Fact::ParcelPacked(ParcelPacked {
            parcel,
            number: "GP-0001".to_owned(),
            from: unit("15BB"),
            to: unit("02CI"),
            seals: vec![seal("83181001")],
            ropes: 0,
            chargers: 0,
            packed: Vec::new(),
            lithium_label: false,
        }),
    );
    world.push(&b, &[photo.clone(), packed.clone()]).await;
    let (changes, _) = world.pull(&c, None, 500).await;
    assert!(docs(&changes).contains(&"seal/83181001".to_owned()));
    let told = events(&changes);
    assert_eq!(told.len(), 2);
    assert!(told.contains(&photo.event) && told.contains(&packed.event));
    let received = c.event(
        None,
        Fact::ParcelReceived(ParcelReceived {
            parcel,
            at: unit("02CI"),
            found: vec![FoundSeal { seal: seal("83181002"), condition: seal_core::codes::SealCondition::Right }],
            missing: vec![seal("83181001")],
            extra: vec![seal("83181002")],
            remark: String::new(),
            awaited: Vec::new(),
            ropes: None,
            chargers: None,
        }),
    );
    world.push(&c, std::slice::from_ref(&received)).await;
    assert_eq!(events(&world.pull(&b, None, 500).await.0).last(), Some(&received.event));
    assert_eq!(events(&world.pull(&a, None, 500).await.0).last(), Some(&received.event), "the owner of the seals");

    // A loss is heard of by who has to answer for it, and so is what became of it, which names no parcel.
    let lost = LossReported {
        seal: seal("83181001"),
        what: LossKind::Lost,
        responsible: unit("15BB"),
        parcel: Some(parcel),
        remark: String::new(),
    };
    let reported = c.event(None, Fact::LossReported(lost));
    world.push(&c, std::slice::from_ref(&reported)).await;
    assert_eq!(events(&world.pull(&b, None, 500).await.0).last(), Some(&reported.event));
    let found = LossSettled {
        report: reported.event.id,
        seal: seal("83181001"),
        outcome: LossOutcome::Found,
        remark: "tủ bãi 2".to_owned(),
    };
    let settled = b.event(None, Fact::LossSettled(found));
    world.push(&b, std::slice::from_ref(&settled)).await;
    for phone in [&a, &b, &c] {
        assert_eq!(events(&world.pull(phone, None, 500).await.0).last(), Some(&settled.event));
    }
}

#[tokio::test]
async fn a_cursor_of_another_life_is_gone() {
    let world = World::new();
    let phone = world.phone(1, "an.nv", "246810").await;
    let (_, cursor) = world.pull(&phone, None, 500).await;
    let elsewhere = World::new();
    let there = elsewhere.phone(1, "an.nv", "246810").await;
    let past_the_end = format!("{}9", cursor);
    for (world, phone, cursor) in
        [(&elsewhere, &there, cursor.as_str()), (&world, &phone, &past_the_end), (&world, &phone, "x")]
    {
        let answer = world.get_changes(phone, Some(cursor), 500).await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::GONE, "epoch"));
    }
    // A restart is not another life.
    let world = world.restart();
    assert!(world.changes(&phone, Some(&cursor), 500).await.changes.is_empty());
}

#[tokio::test]
async fn a_platform_report_is_signed_by_the_central_on_the_case_the_seal_is_on() {
    let world = World::new();
    let mut a = world.phone(1, "an.nv", "246810").await;
    let b = world.phone(2, "binh.tt", "246810").await;
    let platform = world.phone(9, "giam.sat", "271828").await;
    let armed = a.event(Some(case(1)), arm("83182001"));
    world.push(&a, &[armed]).await;
    let (_, cursor) = world.pull(&b, None, 500).await;

    let body = json!({"reports": [
        {"seal": "83182001", "at": common::START, "closed": true, "entry": null, "source": "TTGS"},
        {"seal": "83181004", "at": common::START, "closed": null, "entry": null, "source": "TTGS"},
        {"seal": "99999999", "at": common::START, "closed": true, "entry": null, "source": "TTGS"},
    ]});
    let refused = world.send(json_request("POST", "/v1/tracking", Some(&a.token), &body)).await;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::FORBIDDEN, "role"));
    let taken = world.send(json_request("POST", "/v1/tracking", Some(&platform.token), &body)).await;
    let taken: serde_json::Value = serde_json::from_slice(&taken.body).unwrap();
    assert_eq!(taken, json!({"taken": 2, "known": 0, "unknown_seals": ["99999999"]}));
    let world = world.restart();
    let again = world.send(json_request("POST", "/v1/tracking", Some(&platform.token), &body)).await;
    let again: serde_json::Value = serde_json::from_slice(&again.body).unwrap();
    assert_eq!(again, json!({"taken": 0, "known": 2, "unknown_seals": ["99999999"]}));

    let (changes, _) = world.pull(&b, Some(cursor), 500).await;
    let seen = events(&changes);
    assert_eq!((seen.len(), seen[0].case, seen[0].fact.kind()), (1, Some(case(1)), "tracking_seen"));
    assert_ne!(seen[0].device, a.device);

    // The register now says that the platform sees it, also after another start.
    let (changes, _) = world.pull(&a, None, 500).await;
    let sees = changes.iter().find_map(|change| match change {
        Change::Doc { doc } => match &**doc {
            seal_core::doc::Doc::Seal(doc) if doc.no == seal("83181004") => doc.platform_sees,
            _ => None,
        },
        Change::Event { .. } | Change::Unknown => None,
    });
    assert_eq!(sees, Some(true));
    let health = world.send(request("GET", "/healthz", None, &[], axum::body::Body::empty())).await;
    assert_eq!(health.text(), "ok\n");
}

#[tokio::test]
async fn an_address_that_cannot_be_read_is_told_as_a_problem() {
    let world = World::new();
    let phone = world.phone(1, "an.nv", "246810").await;
    for path in ["/v1/changes?limit=4709551615", "/v1/changes?limit=x", "/v1/photos/%FF"] {
        let answer = world.send(request("GET", path, Some(&phone.token), &[], Body::empty())).await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::BAD_REQUEST, "unreadable"), "{path}");
    }
}
