//! The folded views against stories told by hand: what the screens will say after each of them.

use jiff::{SignedDuration, Timestamp, civil::date};
use seal_core::case::{CasePhase, CaseView, FORK};
use seal_core::codes::{CustomsSealKind, SealCondition, SealType, SealingParty};
use seal_core::courier::{NoClock, ParcelStage, ParcelView, compare, return_clock};
use seal_core::custody::{SealView, Whereabouts};
use seal_core::doc::{CaseDoc, SealDoc, SealLife, SealRadio};
use seal_core::event::{EVENT_VERSION, Event};
use seal_core::evidence::PhotoRole;
use seal_core::fact::*;
use seal_core::ids::*;
use seal_core::inspection::Verdict;
use seal_core::rules::{ClockStart, LegalGround, RulePack};
use seal_core::seal::reading::{LockAction, LockOutcome, LockState, RefusalReason, SealReading, UncertainWhy};
use seal_core::seal::state::SealState;
use seal_core::seal_no::SealNo;
use seal_core::time::Moment;
use uuid::Uuid;

const CASE: CaseId = CaseId(Uuid::from_u128(1));
const PARCEL: ParcelId = ParcelId(Uuid::from_u128(2));

fn office(code: &str) -> OfficeCode {
    OfficeCode::parse(code).unwrap()
}

fn no() -> SealNo {
    "83181010".parse().unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Events of a story, told in order, one minute apart.
struct Story {
    now: Timestamp,
    events: Vec<Event>,
}

impl Story {
    fn from(start: &str) -> Self {
        Self { now: at(start), events: Vec::new() }
    }

    fn tell(&mut self, device: u128, unit: &str, fact: Fact) -> EventId {
        self.now += SignedDuration::from_mins(1);
        let id = EventId(Uuid::from_u128(0x1000 + self.events.len() as u128));
        self.events.push(Event {
            v: EVENT_VERSION,
            id,
            device: DeviceId(Uuid::from_u128(device)),
            seq: self.events.len() as u64 + 1,
            prev: Sha256([0; 32]),
            act: ActId(Uuid::from_u128(9)),
            officer: OfficerId("an.nv".to_owned()),
            unit: office(unit),
            at: Moment { wall: self.now, boot: Uuid::nil(), boot_ms: 0 },
            place: None,
            case: Some(CASE),
            fact,
        });
        id
    }

    fn case(&self) -> CaseView {
        CaseView::fold(CASE, Some(&doc()), &self.events).unwrap()
    }

    fn seal(&self) -> SealView {
        SealView::fold(&no(), Some(&register()), &self.events)
    }
}

fn doc() -> CaseDoc {
    serde_json::from_value(serde_json::json!({
        "id": CASE, "containers": ["SFPU4820155"], "declaration": "507134820550", "declared_on": null,
        "trader": "Sao Bắc", "ground": "temporary_import_re_export", "origin": "03EE", "destination": "15BB",
        "permitted_hours": 12, "planned_at": "2026-11-23T01:00:00Z",
        "seals": [{"no": "SFP7740213", "seal_type": "1", "party": "CA"}],
    }))
    .unwrap()
}

fn register() -> SealDoc {
    SealDoc {
        no: no(),
        seal_type: SealType::Electronic,
        kind: CustomsSealKind::Electronic,
        class: None,
        owner: office("02CI"),
        manager: office("03EE"),
        holder: office("03EE"),
        as_of: at("2026-11-20T00:00:00Z"),
        radio: SealRadio::Spoken,
        life: SealLife::InService,
        platform_sees: None,
    }
}

fn commanded(n: u128, action: LockAction, after: Option<EventId>) -> Fact {
    Fact::LockCommanded(LockCommanded {
        command: CommandId(Uuid::from_u128(n)),
        seal: no(),
        action,
        containers: Vec::new(),
        after,
        second_officer: None,
    })
}

fn ended(n: u128, action: LockAction, outcome: LockOutcome) -> Fact {
    Fact::LockRead(LockRead {
        seal: no(),
        command: Some(CommandId(Uuid::from_u128(n))),
        action: Some(action),
        outcome: Some(outcome),
        reading: None,
        late: false,
    })
}

fn reading(lock: LockState) -> Fact {
    let reading = SealReading {
        serial: no(),
        lock,
        rope_inserted: true,
        battery_percent: 80,
        clock: at("2026-11-23T02:00:00Z"),
        self_test_failed: Vec::new(),
        position: None,
        gnss_fix: true,
        mobile_bars: 3,
        default_password: false,
        firmware: "1".to_owned(),
        log_counter: 5,
        last_command: None,
        not_told: Vec::new(),
    };
    Fact::LockRead(LockRead {
        seal: no(),
        command: None,
        action: None,
        outcome: None,
        reading: Some(reading),
        late: true,
    })
}

fn recorded(seal: &str, party: SealingParty, on_off: OnOff) -> Fact {
    Fact::SealRecorded(SealRecorded {
        seal: seal.parse().unwrap(),
        seal_type: SealType::Mechanical,
        party,
        kind: None,
        class: None,
        method: ManualMethod::ByHand,
        on_off,
        condition: None,
        containers: Vec::new(),
        after: None,
    })
}

fn inspected(verdict: Verdict) -> Fact {
    Fact::Inspected(Inspected {
        seal: no(),
        en_route: false,
        checks: Vec::new(),
        condition: SealCondition::Right,
        verdict,
        reason: String::new(),
    })
}

const LOST: LockOutcome = LockOutcome::Uncertain { why: UncertainWhy::LinkLost };

fn armed() -> (Story, EventId) {
    let mut story = Story::from("2026-11-23T01:00:00Z");
    story.tell(1, "03EE", commanded(1, LockAction::Arm, None));
    let last = story.tell(1, "03EE", ended(1, LockAction::Arm, LockOutcome::Confirmed));
    (story, last)
}

#[test]
fn a_case_goes_from_to_seal_to_closed() {
    let mut story = Story::from("2026-11-23T01:00:00Z");
    assert_eq!(story.case().phase(), CasePhase::ToSeal);
    assert_eq!(story.case().ground, Some(LegalGround::TemporaryImportReExport));
    story.tell(1, "03EE", commanded(1, LockAction::Arm, None));
    assert_eq!(story.case().phase(), CasePhase::Uncertain, "sent is not closed");
    let last = story.tell(1, "03EE", ended(1, LockAction::Arm, LockOutcome::Confirmed));
    assert_eq!(story.case().phase(), CasePhase::Sealed);
    story.tell(2, "15BB", inspected(Verdict::FullExamination));
    assert_eq!(story.case().phase(), CasePhase::Held);
    story.tell(2, "15BB", inspected(Verdict::Accept));
    story.tell(2, "15BB", commanded(2, LockAction::Disarm, Some(last)));
    story.tell(2, "15BB", ended(2, LockAction::Disarm, LockOutcome::Confirmed));
    let case = story.case();
    assert_eq!(case.phase(), CasePhase::Closed);
    assert_eq!(case.seal(&no()).unwrap().off_at_unit, Some(office("15BB")));
    assert!(case.conflicts.is_empty(), "{:?}", case.conflicts);
    // The carrier's seal was announced and is still there; it does not keep the case open.
    assert_eq!(case.seals.len(), 2);
}

#[test]
fn the_order_of_arrival_does_not_matter() {
    let (mut story, last) = armed();
    story.tell(2, "15BB", commanded(2, LockAction::Disarm, Some(last)));
    story.tell(2, "15BB", ended(2, LockAction::Disarm, LOST));
    story.tell(2, "15BB", reading(LockState::Open));
    let expected = story.case();
    story.events.reverse();
    assert_eq!(story.case(), expected);
    assert_eq!(expected.seal(&no()).unwrap().state, SealState::Opened);
}

#[test]
fn a_refusal_leaves_nothing_closed() {
    let mut story = Story::from("2026-11-23T01:00:00Z");
    story.tell(1, "03EE", commanded(1, LockAction::Arm, None));
    story.tell(1, "03EE", ended(1, LockAction::Arm, LockOutcome::Refused { reason: RefusalReason::RopeNotInserted }));
    assert_eq!(story.case().phase(), CasePhase::Sealing);
    assert_eq!(story.seal().holder(), Some(&office("03EE")));
}

#[test]
fn two_devices_that_did_not_know_of_each_other_are_a_conflict_until_decided() {
    let (mut story, last) = armed();
    let one = story.tell(2, "15BB", commanded(2, LockAction::Disarm, Some(last)));
    let ended_one = story.tell(2, "15BB", ended(2, LockAction::Disarm, LockOutcome::Confirmed));
    let other = story.tell(3, "15BB", recorded("83181010", SealingParty::Customs, OnOff::Off));
    let case = story.case();
    let conflict = case.open_conflict(&no()).expect("both claims were made after the arming");
    assert_eq!(conflict.events, [story.events[0].id, other], "the hand-made record knew nothing of this seal");
    let all = vec![one, ended_one, other, story.events[0].id];
    story.tell(
        4,
        "15BB",
        Fact::ConflictDecided(ConflictDecided { events: all, holds: one, reason: "biên bản".to_owned() }),
    );
    assert!(story.case().open_conflict(&no()).is_none());
    assert!(!story.case().conflicts.is_empty(), "decided, not forgotten");
}

#[test]
fn a_fork_is_named_a_fork_and_a_chain_is_none() {
    let (mut story, last) = armed();
    story.tell(2, "15BB", commanded(2, LockAction::Disarm, Some(last)));
    story.tell(3, "15BB", commanded(3, LockAction::Disarm, Some(last)));
    let case = story.case();
    assert_eq!(case.conflicts.len(), 1);
    assert_eq!(case.conflicts[0].why, FORK);
    assert_eq!(case.conflicts[0].events, [story.events[2].id, story.events[3].id]);
}

#[test]
fn a_record_that_contradicts_the_lock_does_not_change_how_the_seal_is_worked() {
    let (mut story, _) = armed();
    let before = story.case().seal(&no()).cloned().unwrap();
    story.tell(3, "03EE", recorded("83181010", SealingParty::Customs, OnOff::On));
    let case = story.case();
    assert!(case.open_conflict(&no()).is_some());
    let seal = case.seal(&no()).unwrap();
    assert_eq!((seal.method, &seal.containers), (None, &before.containers), "opened by radio, and covers the same");
    assert_eq!(seal.state, SealState::ClosedArmed);
}

#[test]
fn a_correction_takes_a_fact_out_of_the_view_but_not_out_of_the_record() {
    let mut story = Story::from("2026-11-23T01:00:00Z");
    let wrong = story.tell(1, "03EE", recorded("HQVN0041207", SealingParty::Customs, OnOff::On));
    assert_eq!(story.case().phase(), CasePhase::Sealed);
    story.tell(
        1,
        "03EE",
        Fact::Corrected(Corrected { event: wrong, reason: CorrectionReason::DidNotOccur, remark: String::new() }),
    );
    assert_ne!(story.case().phase(), CasePhase::Sealed);
}

#[test]
fn a_case_can_be_opened_on_the_spot_and_nothing_comes_from_nothing() {
    let mut story = Story::from("2026-11-23T01:00:00Z");
    assert!(CaseView::fold(CASE, None, &story.events).is_none());
    story.tell(
        1,
        "03EE",
        Fact::CaseOpened(CaseOpened {
            containers: vec!["SFPU4820155".parse().unwrap()],
            declaration: None,
            origin: office("03EE"),
            destination: office("15BB"),
            trader: "Sao Bắc".to_owned(),
        }),
    );
    let case = CaseView::fold(CASE, None, &story.events).unwrap();
    assert!(case.on_the_spot);
    assert_eq!(case.doc.destination, office("15BB"));
}

fn rules(start: ClockStart) -> RulePack {
    let citation = serde_json::json!({ "document": "Công văn 1023/TCHQ-GSQL", "to_be_confirmed": false });
    serde_json::from_value(serde_json::json!({
        "version": "test", "goods": [],
        "limits": { "battery_reserve_percent": 20, "battery_per_day_percent": 10, "clock_drift_s": 60, "silence_minutes": 30, "citation": citation },
        "returns": [{ "working_days": 3, "count_first_day": false, "start": start, "valid_from": "2022-03-25", "citation": citation }],
        "arm_photos": [PhotoRole::Doors], "inspect_photos": [],
        "calendars": [{ "year": 2026, "off": [{ "date": "2026-11-24", "name": "nghỉ" }], "worked": ["2026-11-28"], "citation": citation }],
    }))
    .unwrap()
}

fn disarmed_at_the_border() -> Story {
    let (mut story, last) = armed();
    // 16:30 in Vietnam is still the same day there, 23 November.
    story.now = at("2026-11-23T09:30:00Z");
    story.tell(2, "15BB", commanded(2, LockAction::Disarm, Some(last)));
    story.tell(2, "15BB", ended(2, LockAction::Disarm, LockOutcome::Confirmed));
    story
}

#[test]
fn the_return_clock_starts_at_the_disarm_without_a_receipt_and_skips_days_off() {
    let story = disarmed_at_the_border();
    let seal = story.seal();
    assert!(seal.must_go_home_from(&office("15BB")));
    assert!(!seal.must_go_home_from(&office("03EE")));
    let clock = return_clock(&seal, &rules(ClockStart::Receipt), story.now).unwrap();
    assert!(clock.started_by_disarm);
    // Tue 24 is off; Wed 25, Thu 26, Fri 27 are the three days.
    assert_eq!(clock.last_day, date(2026, 11, 27));
    assert_eq!(clock.ends, at("2026-11-27T17:00:00Z"), "24:00 in Vietnam");
    assert_eq!(clock.days.iter().map(|day| day.number).collect::<Vec<_>>(), [0, 0, 1, 2, 3]);
    assert_eq!(clock.working_days_left, 3);
    assert!(clock.left(at("2026-11-27T17:00:01Z")).is_negative());
}

#[test]
fn a_receipt_starts_it_instead_and_a_worked_saturday_counts() {
    let mut story = disarmed_at_the_border();
    story.now = at("2026-11-25T03:00:00Z");
    story.tell(2, "15BB", Fact::SealReceived(SealReceived { seal: no(), at: office("15BB") }));
    let clock = return_clock(&story.seal(), &rules(ClockStart::Receipt), story.now).unwrap();
    assert!(!clock.started_by_disarm);
    assert_eq!(clock.last_day, date(2026, 11, 28), "Thu 26, Fri 27, worked Sat 28");
    let clock = return_clock(&story.seal(), &rules(ClockStart::Disarm), story.now).unwrap();
    assert_eq!(clock.last_day, date(2026, 11, 27), "the rule can say: always the disarm");
}

#[test]
fn a_refused_arming_does_not_stop_the_clock_of_the_way_home() {
    let mut story = disarmed_at_the_border();
    let before = story.seal();
    assert_eq!(before.turns.len(), 1);
    assert!(before.turns[0].off.is_some() && before.turns[0].left_at.is_none());
    story.tell(2, "15BB", commanded(90, LockAction::Arm, None));
    let on = story.seal();
    assert_eq!((on.off.as_ref(), on.turns.len()), (None, 2));
    assert!(on.turns[0].left_at.is_some(), "put on again: it left");
    let refused = LockOutcome::Refused { reason: RefusalReason::RopeNotInserted };
    story.tell(2, "15BB", ended(90, LockAction::Arm, refused));
    let after = story.seal();
    assert_eq!((&after.off, &after.received, after.armed_at), (&before.off, &before.received, before.armed_at));
    assert_eq!(after.turns, before.turns);
    let clock = |seal: &SealView| return_clock(seal, &rules(ClockStart::Receipt), story.now);
    assert_eq!(clock(&after), clock(&before));
    assert!(after.must_go_home_from(&office("15BB")));
}

#[test]
fn a_year_without_a_calendar_and_a_clock_not_started_say_so() {
    let story = disarmed_at_the_border();
    let mut rules = rules(ClockStart::Receipt);
    rules.calendars.clear();
    assert!(matches!(return_clock(&story.seal(), &rules, story.now), Err(NoClock::YearUnknown(_))));
    let (story, _) = armed();
    assert_eq!(return_clock(&story.seal(), &rules, story.now), Err(NoClock::NotStarted));
}

#[test]
fn a_parcel_brings_the_seal_home() {
    let mut story = disarmed_at_the_border();
    let packed = ParcelPacked {
        parcel: PARCEL,
        number: "GP-0001".to_owned(),
        from: office("15BB"),
        to: office("02CI"),
        seals: vec![no()],
        ropes: 1,
        chargers: 0,
        packed: Vec::new(),
        lithium_label: false,
    };
    story.tell(2, "15BB", Fact::ParcelPacked(packed));
    assert_eq!(story.seal().whereabouts, Some(Whereabouts::InParcel { parcel: PARCEL }));
    assert!(!story.seal().must_go_home_from(&office("15BB")));
    story.now = at("2026-11-26T04:00:00Z");
    let found = FoundSeal { seal: no(), condition: SealCondition::Right };
    story.tell(
        3,
        "02CI",
        Fact::ParcelReceived(ParcelReceived {
            parcel: PARCEL,
            at: office("02CI"),
            found: vec![found],
            missing: Vec::new(),
            extra: Vec::new(),
            remark: String::new(),
            awaited: Vec::new(),
            ropes: None,
            chargers: None,
        }),
    );
    let seal = story.seal();
    assert_eq!(seal.holder(), Some(&office("02CI")));
    assert_eq!(seal.turnaround_days(), Some(3), "armed on the 23rd, home on the 26th");
    let parcel = ParcelView::fold(PARCEL, &story.events).unwrap();
    assert_eq!(parcel.stage(), ParcelStage::Received);
}

#[test]
fn a_correction_takes_a_fact_out_of_the_seal_and_the_parcel_too() {
    let wrong =
        |event| Fact::Corrected(Corrected { event, reason: CorrectionReason::DidNotOccur, remark: String::new() });
    let mut story = disarmed_at_the_border();
    let receipt = story.tell(2, "15BB", Fact::SealReceived(SealReceived { seal: no(), at: office("15BB") }));
    assert!(story.seal().received.is_some());
    let correction = story.tell(2, "15BB", wrong(receipt));
    let seal = story.seal();
    assert_eq!(seal.received, None, "the clock runs from the disarm again");
    let last: Vec<EventId> = seal.history.iter().rev().take(2).map(|entry| entry.event).collect();
    assert_eq!(last, [correction, receipt], "the record keeps both");

    let packed = ParcelPacked {
        parcel: PARCEL,
        number: "GP-0001".to_owned(),
        from: office("15BB"),
        to: office("02CI"),
        seals: vec![no()],
        ropes: 0,
        chargers: 0,
        packed: Vec::new(),
        lithium_label: false,
    };
    let packing = story.tell(2, "15BB", Fact::ParcelPacked(packed));
    assert!(ParcelView::fold(PARCEL, &story.events).is_some());
    story.tell(2, "15BB", wrong(packing));
    assert_eq!(ParcelView::fold(PARCEL, &story.events), None);
    assert_eq!(story.seal().holder(), Some(&office("15BB")));
    // Nothing that is said of other seals comes into this one's history.
    let known = story.seal().history.len();
    story.tell(2, "15BB", wrong(EventId(Uuid::nil())));
    assert_eq!(story.seal().history.len(), known);
}

#[test]
fn expected_against_found() {
    let seals = |numbers: &[&str]| numbers.iter().map(|number| number.parse().unwrap()).collect::<Vec<SealNo>>();
    let differences = compare(&seals(&["1", "2", "3"]), &seals(&["2", "9", "2", "1"]));
    assert_eq!(differences.matching, seals(&["2", "1"]));
    assert_eq!(differences.missing, seals(&["3"]));
    assert_eq!(differences.extra, seals(&["9"]));
    assert_eq!(differences.duplicate, seals(&["2"]));
}
