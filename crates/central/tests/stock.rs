//! Stock and custody at the central: who may say what, and which units learn of it.

use crate::common::{World, code, docs, events, seal, unit};
use seal_core::cbor::Bytes;
use seal_core::codes::CustomsSealKind;
use seal_core::doc::SealLife;
use seal_core::event::{Event, SignedEvent};
use seal_core::fact::*;
use seal_core::ids::{EventId, OfficerId};
use seal_core::wire::PushStatus;
use uuid::Uuid;

fn said(answer: &seal_core::wire::PushResponse) -> Vec<&str> {
    let word = |status| match status {
        &PushStatus::Accepted { .. } => "accepted",
        status => code(status),
    };
    answer.results.iter().map(|result| word(&result.status)).collect()
}

fn by(officer: &str) -> impl FnOnce(&mut Event) + use<> {
    let officer = OfficerId(officer.to_owned());
    move |event: &mut Event| event.officer = officer
}

const BOLT: &str = "HQVN0041207";

fn issued() -> Fact {
    let (to, kind) = (OfficerId("an.nv".to_owned()), CustomsSealKind::Container);
    Fact::SealsIssued(SealsIssued { to, kind, seals: vec![seal(BOLT)] })
}

fn offered(to_unit: &str, to: Option<&str>) -> Fact {
    Fact::SealsOffered(SealsOffered {
        to_unit: unit(to_unit),
        to: to.map(|to| OfficerId(to.to_owned())),
        seals: vec![seal(BOLT)],
        remark: String::new(),
    })
}

fn taken(offer: &SignedEvent, seals: &[&str]) -> Fact {
    Fact::SealsTakenOver(SealsTakenOver {
        offer: offer.event.id,
        from: offer.event.officer.clone(),
        from_unit: offer.event.unit.clone(),
        seals: seals.iter().map(|no| seal(no)).collect(),
        missing: Vec::new(),
    })
}

fn slip(signed: &SignedEvent) -> Fact {
    Fact::SlipTaken(SlipTaken { cose: Bytes(signed.cose.clone()) })
}

#[tokio::test]
async fn who_keeps_the_stock_issues_and_says_what_becomes_of_a_seal() {
    let world = World::new();
    let mut phone = world.phone(1, "an.nv", "246810").await;
    let life = || {
        let (life, reason) = (SealLife::InRepair, "x".to_owned());
        Fact::SealLifeChanged(SealLifeChanged { seal: seal("83181001"), life, reason })
    };
    let events = [
        phone.event(None, issued()),
        phone.event_with(None, issued(), by("hoa.pt")),
        phone.event_with(None, issued(), by("quang.dm")),
        phone.event(None, life()),
        phone.event_with(None, life(), by("quang.dm")),
    ];
    let answer = world.push(&phone, &events).await;
    assert_eq!(said(&answer), ["role", "accepted", "accepted", "role", "accepted"]);
}

#[tokio::test]
async fn only_what_was_offered_is_taken_over_and_by_whom_it_was_offered_to() {
    let world = World::new();
    let mut giver = world.phone(1, "an.nv", "246810").await;
    let mut taker = world.phone(2, "quang.dm", "112358").await;
    let offer = giver.event(None, offered("03EE", Some("quang.dm")));
    let to_hoa = giver.event(None, offered("03EE", Some("hoa.pt")));
    let mut other_giver = taken(&offer, &[BOLT]);
    if let Fact::SealsTakenOver(taken) = &mut other_giver {
        taken.from = OfficerId("hoa.pt".to_owned());
    }
    let mut nothing = taken(&offer, &[BOLT]);
    if let Fact::SealsTakenOver(taken) = &mut nothing {
        taken.offer = EventId(Uuid::from_u128(5));
    }
    // The giver's phone has not been heard of: the taker's slip is all there is.
    let events = [
        taker.event(None, taken(&offer, &[BOLT])),
        taker.event(None, slip(&offer)),
        taker.event(None, taken(&offer, &[BOLT])),
        taker.event(None, taken(&offer, &[BOLT, "83181001"])),
        taker.event(None, other_giver),
        taker.event(None, nothing),
        taker.event(None, slip(&to_hoa)),
        taker.event(None, taken(&to_hoa, &[BOLT])),
    ];
    let answer = world.push(&taker, &events).await;
    assert_eq!(said(&answer), ["offer", "accepted", "accepted", "offer", "offer", "offer", "accepted", "offer"]);
    // Then the giver comes, with the slip of what was taken.
    let good = &events[2];
    let last = [offer, giver.event(None, slip(good)), giver.event(None, slip(&events[7]))];
    let answer = world.push(&giver, &last).await;
    assert_eq!(said(&answer), ["accepted", "accepted", "offer"]);
}

#[tokio::test]
async fn both_units_of_a_hand_over_learn_of_it_and_of_the_seals_life() {
    let world = World::new();
    let mut giver = world.phone(1, "an.nv", "246810").await;
    let mut taker = world.phone(2, "binh.tt", "246810").await;
    taker.unit = unit("15BB");
    let offer = giver.event(None, offered("15BB", None));
    let issued = giver.event_with(None, issued(), by("quang.dm"));
    assert_eq!(said(&world.push(&giver, &[issued]).await), ["accepted"]);
    let (before, cursor) = world.pull(&taker, None, 500).await;
    assert!(!docs(&before).contains(&format!("seal/{BOLT}")), "a bolt of another unit");

    let push = [taker.event(None, slip(&offer)), taker.event(None, taken(&offer, &[BOLT]))];
    assert_eq!(said(&world.push(&taker, &push).await), ["accepted", "accepted"]);
    let (after, _) = world.pull(&taker, Some(cursor), 500).await;
    assert!(docs(&after).contains(&format!("seal/{BOLT}")), "the register's entry comes along");
    let kinds: Vec<&str> = events(&after).iter().map(|event| event.fact.kind()).collect();
    assert!(kinds.contains(&"seals_issued"), "and its history: {kinds:?}");
    let (giver_sees, _) = world.pull(&giver, None, 500).await;
    let kinds: Vec<&str> = events(&giver_sees).iter().map(|event| event.fact.kind()).collect();
    assert!(kinds.contains(&"seals_taken_over") && kinds.contains(&"slip_taken"), "{kinds:?}");
}

#[tokio::test]
async fn a_loss_reaches_the_unit_that_has_to_answer() {
    let world = World::new();
    let mut owner = world.phone(1, "an.nv", "246810").await;
    let mut answers = world.phone(2, "binh.tt", "246810").await;
    answers.unit = unit("15BB");
    let lost = Fact::LossReported(LossReported {
        seal: seal(BOLT),
        what: LossKind::Lost,
        responsible: unit("15BB"),
        parcel: None,
        remark: "x".to_owned(),
    });
    let event = owner.event(None, lost);
    assert_eq!(said(&world.push(&owner, &[event]).await), ["accepted"]);
    let (changes, _) = world.pull(&answers, None, 500).await;
    assert!(events(&changes).iter().any(|event| event.fact.kind() == "loss_reported"));
}
