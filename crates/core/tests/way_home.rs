//! The way home: deadlines against published calendars, warnings, parcels opened in parts, losses and who settles them.

use jiff::Timestamp;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use seal_core::calendar::{Calendar, DayKind};
use seal_core::codes::SealCondition;
use seal_core::courier::{
    DifferenceKind, NoClock, ParcelStage, ParcelView, Starts, Urgency, return_clock, return_deadline, urgency,
    warned_until,
};
use seal_core::event::{EVENT_VERSION, Event};
use seal_core::fact::*;
use seal_core::ids::*;
use seal_core::loss::{Loss, MayNotSettle, may_settle};
use seal_core::officer::{Officer, Role};
use seal_core::parcel::is_silent;
use seal_core::rules::RulePack;
use seal_core::seal_no::SealNo;
use seal_core::time::{Moment, vietnam};
use uuid::Uuid;

fn shipped() -> RulePack {
    RulePack::parse(include_str!("../../../assets/rules/2026.json")).unwrap()
}

/// Ten in the morning of a day in Vietnam.
fn ten(day: Date) -> Timestamp {
    day.at(10, 0, 0, 0).to_zoned(vietnam()).unwrap().timestamp()
}

fn received(day: Date) -> Starts {
    Starts { off: None, received: Some(ten(day)) }
}

/// Days off of civil servants as the newspapers printed them when they were announced, first and last day of each break.
/// 2025: sggp.org.vn 27.11.2024 (Tết), baochinhphu.vn 04.03.2025 (Hùng Kings), vietcetera.com (30.04 and the swap of 02.05
/// for 26.04); National Day from 30.08. 2026: vietnamnews.vn 25.12.2025 (New Year and the swap of 02.01 for 10.01),
/// 17.10.2025 (Tết, National Day and the swap of 31.08 for 22.08); Hùng Kings (10.03 of the lunar year) is Sunday 26.04, so
/// Monday is off.
const BREAKS: [(Date, Date); 12] = [
    (date(2025, 1, 1), date(2025, 1, 1)),
    (date(2025, 1, 25), date(2025, 2, 2)),
    (date(2025, 4, 5), date(2025, 4, 7)),
    (date(2025, 4, 30), date(2025, 5, 4)),
    (date(2025, 8, 30), date(2025, 9, 2)),
    (date(2026, 1, 1), date(2026, 1, 4)),
    (date(2026, 2, 14), date(2026, 2, 22)),
    (date(2026, 4, 25), date(2026, 4, 27)),
    (date(2026, 4, 30), date(2026, 5, 3)),
    (date(2026, 8, 29), date(2026, 9, 2)),
    (date(2026, 11, 24), date(2026, 11, 24)),
    (date(2026, 11, 28), date(2026, 11, 29)),
];
const WORKED: [Date; 3] = [date(2025, 4, 26), date(2026, 1, 10), date(2026, 8, 22)];

#[test]
fn the_shipped_calendars_are_the_published_ones_day_by_day() {
    let rules = shipped();
    let mut day = date(2025, 1, 1);
    while day.year() < 2027 {
        let weekend = day.weekday().to_monday_one_offset() >= 6;
        let off = BREAKS.iter().any(|(first, last)| (*first..=*last).contains(&day)) || weekend;
        let worked = WORKED.contains(&day) || !off;
        let kind = Calendar(&rules.calendars).kind(day).unwrap();
        assert_eq!(kind == DayKind::Working, worked, "{day}: {kind:?}");
        day = day.tomorrow().unwrap();
    }
}

#[test]
fn deadlines_over_holidays_and_worked_saturdays() {
    // Received, last day: three working days after the day of the receipt, counted by hand on the published calendars.
    let table = [
        // 2025. Tết: Fri 24, then Mon 3.2 and Tue 4.2.
        (date(2025, 1, 23), date(2025, 2, 4)),
        (date(2025, 1, 24), date(2025, 2, 5)),
        // Saturday 26.04 is worked: Fri 25, Sat 26, Mon 28.
        (date(2025, 4, 24), date(2025, 4, 28)),
        // Sat 26, Mon 28, Tue 29.
        (date(2025, 4, 25), date(2025, 4, 29)),
        // Tue 29, then Mon 5.5, Tue 6.5.
        (date(2025, 4, 28), date(2025, 5, 6)),
        // Fri 29.8, then Wed 3.9, Thu 4.9.
        (date(2025, 8, 28), date(2025, 9, 4)),
        // New Year of 2026: Wed 31.12, then Mon 5.1, Tue 6.1.
        (date(2025, 12, 30), date(2026, 1, 6)),
        // 2026. Saturday 10.01 is worked: Fri 9, Sat 10, Mon 12.
        (date(2026, 1, 8), date(2026, 1, 12)),
        (date(2026, 1, 9), date(2026, 1, 13)),
        // Tết: Fri 13, then Mon 23, Tue 24.
        (date(2026, 2, 12), date(2026, 2, 24)),
        // Received in the middle of Tết: Mon 23, Tue 24, Wed 25.
        (date(2026, 2, 17), date(2026, 2, 25)),
        // Two breaks: Wed 29.4, then Mon 4.5, Tue 5.5.
        (date(2026, 4, 28), date(2026, 5, 5)),
        // Saturday 22.08 is worked, the Monday after next is off for it: Sat 22, Mon 24, Tue 25.
        (date(2026, 8, 21), date(2026, 8, 25)),
        // Fri 28.8, then Thu 3.9, Fri 4.9.
        (date(2026, 8, 27), date(2026, 9, 4)),
        // Culture Day on a Tuesday: Mon 23, Wed 25, Thu 26.
        (date(2026, 11, 20), date(2026, 11, 26)),
    ];
    let rules = shipped();
    for (start, last) in table {
        let clock = return_clock(received(start), &rules, ten(start)).unwrap();
        assert_eq!(clock.last_day, last, "received {start}");
        assert_eq!(clock.days.iter().filter(|day| day.number > 0).count(), 3);
    }
    assert!(matches!(return_deadline(received(date(2026, 12, 30)), &rules), Err(NoClock::YearUnknown(_))));
}

#[test]
fn warnings_come_two_days_before_one_day_before_on_the_day_and_after_it() {
    let rules = shipped();
    let starts = received(date(2026, 2, 12));
    let seen = |day: Date| urgency(&return_clock(starts, &rules, ten(day)).unwrap(), &rules, ten(day));
    assert_eq!(seen(date(2026, 2, 12)), Urgency::Calm);
    // Friday before Tết, and all of Tết: Monday and Tuesday are left.
    for day in 13..=22 {
        assert_eq!(seen(date(2026, 2, day)), Urgency::Soon(2), "{day}.2");
    }
    assert_eq!(seen(date(2026, 2, 23)), Urgency::Soon(1));
    assert_eq!(seen(date(2026, 2, 24)), Urgency::Today);
    assert_eq!(seen(date(2026, 2, 25)), Urgency::Overdue);
    // Without a rule for the day nothing is said before the last day.
    let mut silent = rules.clone();
    silent.way_home.clear();
    let clock = return_clock(starts, &silent, ten(date(2026, 2, 23))).unwrap();
    assert_eq!(urgency(&clock, &silent, ten(date(2026, 2, 23))), Urgency::Calm);
    assert_eq!(warned_until(&silent, ten(date(2026, 2, 23))), None);
}

proptest! {
    /// What a figure counts by one comparison is what each clock says of itself.
    #[test]
    fn one_comparison_tells_who_is_warned(start in 0_i32..700, later in 0_i32..20, hour in 0_i8..24, steps in prop::collection::vec(0_u32..6, 0..3)) {
        let mut rules = shipped();
        rules.way_home[0].warn_days = steps;
        let first = date(2025, 1, 1).checked_add(jiff::Span::new().days(start)).unwrap();
        let now = first.checked_add(jiff::Span::new().days(later)).unwrap().at(hour, 30, 0, 0).to_zoned(vietnam()).unwrap().timestamp();
        prop_assume!(now >= ten(first));
        let Ok(clock) = return_clock(received(first), &rules, now) else { return Ok(()) };
        let tomorrow = seal_core::work::day_begins(now) + jiff::SignedDuration::from_hours(24);
        let counted = warned_until(&rules, now).is_some_and(|until| clock.ends > tomorrow && clock.ends <= until);
        prop_assert_eq!(matches!(urgency(&clock, &rules, now), Urgency::Soon(_)), counted);
        prop_assert_eq!(urgency(&clock, &rules, now) == Urgency::Overdue, clock.ends < now);
    }
}

// ── parcels ──

const PARCEL: ParcelId = ParcelId(Uuid::from_u128(7));

fn office(code: &str) -> OfficeCode {
    OfficeCode::parse(code).unwrap()
}

fn seals(numbers: &[&str]) -> Vec<SealNo> {
    numbers.iter().map(|number| number.parse().unwrap()).collect()
}

/// Facts one hour after another.
#[derive(Default)]
struct Story(Vec<Event>);

impl Story {
    fn tell(&mut self, unit: &str, fact: Fact) -> EventId {
        let n = self.0.len() as u64 + 1;
        let id = EventId(Uuid::from_u128(u128::from(n)));
        self.0.push(Event {
            v: EVENT_VERSION,
            id,
            device: DeviceId(Uuid::from_u128(1)),
            seq: n,
            prev: Sha256([0; 32]),
            act: ActId(Uuid::from_u128(9)),
            officer: OfficerId("chi.lt".to_owned()),
            unit: office(unit),
            at: Moment {
                wall: ten(date(2026, 3, 2)) + jiff::SignedDuration::from_hours(i64::try_from(n).unwrap()),
                boot: Uuid::nil(),
                boot_ms: 0,
            },
            place: None,
            case: None,
            fact,
        });
        id
    }

    fn packed_and_sent(numbers: &[&str]) -> Self {
        let mut story = Self::default();
        story.tell(
            "15BB",
            Fact::ParcelPacked(ParcelPacked {
                parcel: PARCEL,
                number: "GP-0001".to_owned(),
                from: office("15BB"),
                to: office("02CI"),
                seals: seals(numbers),
                ropes: 3,
                chargers: 1,
                packed: Vec::new(),
                lithium_label: true,
            }),
        );
        story.tell(
            "15BB",
            Fact::ParcelHandedOver(ParcelHandedOver {
                parcel: PARCEL,
                carrier: "EMS".to_owned(),
                waybill: "EB417882053VN".to_owned(),
                taken_by: "Bưu Tá".to_owned(),
                signature: "M0 0".to_owned(),
            }),
        );
        story
    }

    fn open(&mut self, found: &[(&str, SealCondition)], missing: &[&str], awaited: &[&str]) -> EventId {
        let found = found.iter().map(|(no, condition)| FoundSeal { seal: no.parse().unwrap(), condition: *condition });
        self.tell(
            "02CI",
            Fact::ParcelReceived(ParcelReceived {
                parcel: PARCEL,
                at: office("02CI"),
                found: found.collect(),
                missing: seals(missing),
                extra: Vec::new(),
                remark: String::new(),
                awaited: seals(awaited),
                ropes: Some(1),
                chargers: Some(1),
            }),
        )
    }

    fn lost(&mut self, no: &str, what: LossKind) -> EventId {
        self.tell(
            "02CI",
            Fact::LossReported(LossReported {
                seal: no.parse().unwrap(),
                what,
                responsible: office("15BB"),
                parcel: Some(PARCEL),
                remark: String::new(),
            }),
        )
    }

    fn settled(&mut self, unit: &str, report: EventId, no: &str, outcome: LossOutcome) {
        let seal = no.parse().unwrap();
        self.tell(unit, Fact::LossSettled(LossSettled { report, seal, outcome, remark: String::new() }));
    }

    fn parcel(&self) -> ParcelView {
        ParcelView::fold(PARCEL, &self.0).unwrap()
    }

    fn open_differences(&self) -> Vec<String> {
        let differences = self.parcel().differences();
        differences.iter().filter(|one| one.is_open()).map(|one| one.seal.as_str().to_owned()).collect()
    }
}

#[test]
fn a_parcel_goes_the_couriers_way_and_is_silent_when_nothing_is_heard() {
    let mut story = Story::packed_and_sent(&["1"]);
    assert_eq!(story.parcel().stage(), ParcelStage::HandedOver);
    let handed = story.parcel().news_at().unwrap();
    let rules = shipped();
    let rule = rules.way_home_rule(date(2026, 3, 2));
    let after = |hours| handed + jiff::SignedDuration::from_hours(hours);
    assert!(!is_silent(Some(handed), rule, after(72)));
    assert!(is_silent(Some(handed), rule, after(73)));
    assert!(!is_silent(Some(handed), None, after(1000)), "no rule, no reminder");
    for (stage, then) in [
        (CourierStage::InTransit, ParcelStage::InTransit),
        (CourierStage::ComingBack, ParcelStage::ComingBack),
        (CourierStage::Delivered, ParcelStage::Delivered),
    ] {
        story.tell(
            "15BB",
            Fact::ParcelTracked(ParcelTracked {
                parcel: PARCEL,
                stage,
                source: "EMS".to_owned(),
                remark: String::new(),
            }),
        );
        assert_eq!(story.parcel().stage(), then);
        assert!(then.is_on_the_way());
    }
    assert_eq!(story.parcel().news_at(), Some(after(3)), "the newest word counts");
    story.open(&[("1", SealCondition::Right)], &[], &[]);
    assert_eq!((story.parcel().stage(), story.parcel().news_at()), (ParcelStage::Received, None));
}

#[test]
fn openings_add_up_and_what_no_opening_found_is_missing() {
    let mut story = Story::packed_and_sent(&["1", "2", "3", "4"]);
    story.open(&[("1", SealCondition::Right), ("2", SealCondition::Damaged)], &["3", "4"], &["3"]);
    let kinds = |story: &Story| story.parcel().differences().into_iter().map(|one| one.kind).collect::<Vec<_>>();
    assert_eq!(
        kinds(&story),
        [DifferenceKind::Awaited, DifferenceKind::Missing, DifferenceKind::Damaged(SealCondition::Damaged)]
    );
    assert_eq!(story.parcel().still_inside(), seals(&["3", "4"]));
    assert_eq!(story.parcel().accessories_short(), (2, 0));
    story.open(&[("3", SealCondition::Right)], &["4"], &[]);
    assert_eq!(story.open_differences(), ["4", "2"]);
    let (sum, _) = story.parcel().received.unwrap();
    assert_eq!(sum.found.len(), 3);
    assert_eq!((sum.ropes, sum.chargers), (Some(2), Some(2)));
}

#[test]
fn a_difference_is_open_until_somebody_has_seen_to_it() {
    let mut story = Story::packed_and_sent(&["1", "2"]);
    story.open(&[("1", SealCondition::Damaged)], &["2"], &[]);
    let damage = story.lost("1", LossKind::Damaged);
    let loss = story.lost("2", LossKind::Lost);
    assert_eq!(story.open_differences(), ["2", "1"]);
    story.settled("15BB", loss, "2", LossOutcome::Found);
    assert_eq!(story.open_differences(), ["1"]);
    story.settled("02CI", damage, "1", LossOutcome::InRepair);
    assert_eq!(story.open_differences(), ["1"], "in repair is not the end");
    story.settled("02CI", damage, "1", LossOutcome::Repaired);
    assert!(story.open_differences().is_empty());
    // A report that was a mistake is none.
    let mut story = Story::packed_and_sent(&["1", "2"]);
    story.open(&[("1", SealCondition::Right)], &["2"], &[]);
    let report = story.lost("2", LossKind::Lost);
    let wrong = Corrected { event: report, reason: CorrectionReason::DidNotOccur, remark: String::new() };
    story.tell("02CI", Fact::Corrected(wrong));
    assert!(story.parcel().losses.is_empty());
}

#[test]
fn who_may_say_what_became_of_a_seal() {
    use LossOutcome::{Found, InRepair, Repaired, WrittenOff};
    let mut story = Story::packed_and_sent(&["1", "2"]);
    story.lost("1", LossKind::Lost);
    story.lost("2", LossKind::Damaged);
    let losses = Loss::fold(&story.0);
    let officer = |unit: &str, role: Role| Officer {
        id: OfficerId("x".to_owned()),
        name: "x".to_owned(),
        unit: office(unit),
        roles: vec![Role::Officer, role],
    };
    let rules = shipped();
    let rule = rules.way_home_rule(date(2026, 3, 2));
    let homes = [office("02CI"), office("03EE")];
    let may = |loss: usize, outcome, unit, role| may_settle(&losses[loss], outcome, &officer(unit, role), &homes, rule);
    // Lost: who answers for it, who reported it and whose it is may have found it.
    for unit in ["15BB", "02CI", "03EE"] {
        assert_eq!(may(0, Found, unit, Role::Officer), Ok(()));
    }
    assert_eq!(may(0, Found, "03CC", Role::Supervisor), Err(MayNotSettle::NotConcerned));
    assert_eq!(may(0, Repaired, "02CI", Role::Supervisor), Err(MayNotSettle::Settled), "what is lost is not repaired");
    assert_eq!(may(0, WrittenOff, "02CI", Role::Supervisor), Ok(()));
    assert_eq!(may(0, WrittenOff, "02CI", Role::ShiftLead), Err(MayNotSettle::Role));
    assert_eq!(may(0, WrittenOff, "15BB", Role::Supervisor), Err(MayNotSettle::NotTheOwner));
    // Damaged: repair is the owner's and the manager's.
    assert_eq!(may(1, InRepair, "03EE", Role::Officer), Ok(()));
    assert_eq!(may(1, Repaired, "15BB", Role::Officer), Err(MayNotSettle::NotTheOwner));
    let no_rule = may_settle(&losses[1], WrittenOff, &officer("02CI", Role::Supervisor), &homes, None);
    assert_eq!(no_rule, Err(MayNotSettle::NoRule));
}
