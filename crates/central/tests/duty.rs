//! Statements, approvals and slips: the central holds them to the rule pack's roles, units and times.

use crate::common;
use crate::common::{START, World, case, code, unit};
use jiff::{SignedDuration, Timestamp};
use seal_core::cbor::Bytes;
use seal_core::fact::*;
use seal_core::ids::{EventId, OfficerId};
use seal_core::wire::PushStatus;
use uuid::Uuid;

fn after(hours: i64) -> Timestamp {
    START.parse::<Timestamp>().unwrap() + SignedDuration::from_hours(hours)
}

fn stated(hours: i64) -> Fact {
    Fact::DepletionStated(DepletionStated {
        stock: StockSnapshot { free: 0, unfit: 2, in_use: 6, as_of: None },
        reason: DepletionReason::AllInUse,
        remark: String::new(),
        valid_until: after(hours),
    })
}

fn given(approver: &str, hours: i64) -> Fact {
    Fact::ApprovalGiven(ApprovalGiven {
        asked: EventId(Uuid::from_u128(1)),
        what: ApprovalKind::OutsideCriteria,
        containers: Vec::new(),
        approver: OfficerId(approver.to_owned()),
        granted: true,
        reason: String::new(),
        valid_until: after(hours),
    })
}

fn said(answer: &seal_core::wire::PushResponse) -> Vec<&str> {
    let word = |status| match status {
        &PushStatus::Accepted { .. } => "accepted",
        status => code(status),
    };
    answer.results.iter().map(|result| word(&result.status)).collect()
}

#[tokio::test]
async fn depletion_is_stated_and_ended_by_those_who_may_and_for_as_long_as_allowed() {
    let world = World::new();
    let mut phone = world.phone(1, "an.nv", "246810").await;
    let ended = || Fact::DepletionEnded(DepletionEnded { statement: EventId(Uuid::nil()), reason: String::new() });
    let by = |officer: &str| {
        let officer = OfficerId(officer.to_owned());
        move |event: &mut seal_core::event::Event| event.officer = officer
    };
    let events = [
        phone.event(None, stated(8)),
        phone.event_with(None, stated(8), by("hoa.pt")),
        phone.event_with(None, stated(12), by("quang.dm")),
        phone.event_with(None, stated(13), by("quang.dm")),
        phone.event(None, ended()),
        phone.event_with(None, ended(), by("hoa.pt")),
    ];
    let answer = world.push(&phone, &events).await;
    assert_eq!(said(&answer), ["role", "accepted", "accepted", "validity", "role", "accepted"]);
}

#[tokio::test]
async fn a_fact_from_the_end_of_time_is_answered() {
    let world = World::new();
    let mut phone = world.phone(1, "an.nv", "246810").await;
    let late = |event: &mut seal_core::event::Event| {
        event.officer = OfficerId("hoa.pt".to_owned());
        event.at.wall = Timestamp::from_second(Timestamp::MAX.as_second()).unwrap();
    };
    let events = [phone.event_with(None, stated(8), late)];
    assert_eq!(said(&world.push(&phone, &events).await), ["accepted"]);
}

#[tokio::test]
async fn who_approves_is_a_head_of_the_unit_that_seals() {
    let world = World::new();
    let mut phone = world.phone(1, "an.nv", "246810").await;
    let events = [
        // The head's PIN on the officer's phone: the officer signs, the head approves.
        phone.event(Some(case(8)), given("quang.dm", 24)),
        phone.event(Some(case(8)), given("an.nv", 24)),
        phone.event(Some(case(8)), given("hoa.pt", 24)),
        phone.event(Some(case(8)), given("lan.ht", 24)),
        phone.event(Some(case(8)), given("nobody", 24)),
        phone.event(Some(case(8)), given("quang.dm", 48)),
    ];
    let answer = world.push(&phone, &events).await;
    assert_eq!(said(&answer), ["accepted", "approver", "approver", "approver", "approver", "validity"]);
}

#[tokio::test]
async fn a_slip_is_as_good_as_what_it_carries() {
    let world = World::new();
    let mut officer = world.phone(1, "an.nv", "246810").await;
    let mut head = world.phone(2, "quang.dm", "112358").await;
    let mut stranger = common::Phone::new(3, "quang.dm");
    stranger.unit = unit("03EE");

    let good = head.event(Some(case(8)), given("quang.dm", 24));
    let not_head = head.event_with(Some(case(8)), given("hoa.pt", 24), |event| {
        event.officer = OfficerId("hoa.pt".to_owned());
    });
    let unknown = stranger.event(Some(case(8)), given("quang.dm", 24));
    let mut forged = good.cose.clone();
    *forged.last_mut().unwrap() ^= 1;
    let mut slip =
        |cose: &[u8], n: u32| officer.event(Some(case(n)), Fact::SlipTaken(SlipTaken { cose: Bytes(cose.to_vec()) }));
    let events = [
        slip(&good.cose, 8),
        slip(&good.cose, 4),
        slip(&not_head.cose, 8),
        slip(&unknown.cose, 8),
        slip(&forged, 8),
        slip(b"not COSE", 8),
    ];
    let answer = world.push(&officer, &events).await;
    assert_eq!(said(&answer), ["accepted", "slip", "approver", "slip", "slip", "slip"]);
    // The head's phone comes later: the same approval is one event more, and no conflict.
    let answer = world.push(&head, &[good]).await;
    assert_eq!(said(&answer), ["accepted"]);
}

#[tokio::test]
async fn a_seal_is_repaired_and_written_off_where_it_belongs_and_by_who_may() {
    let world = World::new();
    // 83181001 belongs to 03EE.
    let mut owner = world.phone(1, "an.nv", "246810").await;
    let mut other = world.phone(2, "lan.ht", "112358").await;
    let settled = |outcome| {
        Fact::LossSettled(LossSettled {
            report: EventId(Uuid::from_u128(1)),
            seal: common::seal("83181001"),
            outcome,
            remark: "x".to_owned(),
        })
    };
    let head = |event: &mut seal_core::event::Event| event.officer = OfficerId("quang.dm".to_owned());
    let events = [
        owner.event(None, settled(LossOutcome::InRepair)),
        owner.event(None, settled(LossOutcome::WrittenOff)),
        owner.event_with(None, settled(LossOutcome::WrittenOff), head),
    ];
    assert_eq!(said(&world.push(&owner, &events).await), ["accepted", "role", "accepted"]);
    let events = [
        other.event(None, settled(LossOutcome::Found)),
        other.event(None, settled(LossOutcome::Repaired)),
        other.event(None, settled(LossOutcome::WrittenOff)),
    ];
    assert_eq!(said(&world.push(&other, &events).await), ["accepted", "scope", "scope"]);
}
