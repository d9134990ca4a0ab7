//! The way home: the legal clock, how urgent it is, and the shipments that go there. The other way is a
//! [parcel](crate::parcel).

use jiff::{SignedDuration, Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::calendar::{Calendar, DayKind, YearUnknown};
use crate::case::CasePhase;
use crate::custody::SealView;
use crate::ids::OfficeCode;
use crate::line::CaseLine;
pub use crate::parcel::{Difference, DifferenceKind, Differences, ParcelStage, ParcelView, compare};
use crate::rules::{Citation, ClockStart, ReturnRule, RulePack};
use crate::time::{date_in_vietnam, vietnam};

/// The return clock of one seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnClock {
    /// The event's moment that started it.
    pub started: Timestamp,
    /// It was the disarm, since no receipt was recorded (or the rule says so).
    pub started_by_disarm: bool,
    /// Last day.
    pub last_day: Date,
    /// End of the last day, 24:00 in Vietnam.
    pub ends: Timestamp,
    /// Each day from the start to the last, as shown on the screen.
    pub days: Vec<ClockDay>,
    /// Working days left, today not counted once it is the last.
    pub working_days_left: u32,
    /// Working days the rule allows.
    pub working_days: u32,
    /// Where the rule is written.
    pub citation: Citation,
}

/// One day on the clock's strip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockDay {
    /// The day.
    pub date: Date,
    /// Working, weekend, holiday.
    pub kind: DayKind,
    /// Number of the working day within the period; 0 for the start day when it is not counted, and for days off.
    pub number: u32,
}

impl ReturnClock {
    /// Time left; negative when overdue.
    #[must_use]
    pub fn left(&self, now: Timestamp) -> SignedDuration {
        self.ends.duration_since(now)
    }
}

/// What may start a seal's return clock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Starts {
    /// The disarm (or removal) that ended its last trip.
    pub off: Option<Timestamp>,
    /// Its receipt at a unit after that, if recorded.
    pub received: Option<Timestamp>,
}

impl From<&SealView> for Starts {
    fn from(seal: &SealView) -> Self {
        let at = |moment: &Option<(Timestamp, OfficeCode)>| moment.as_ref().map(|(at, _)| *at);
        Self { off: at(&seal.off), received: at(&seal.received) }
    }
}

/// Why no deadline can be named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoClock {
    /// Nothing has started it.
    #[error("neither a receipt nor a disarm is recorded")]
    NotStarted,
    /// The rules know no return rule for that day.
    #[error("no return rule is known for that day")]
    NoRule,
    /// The calendar of a year in the period is missing.
    #[error(transparent)]
    YearUnknown(#[from] YearUnknown),
}

/// A period that has begun: its start and last day, and the rule.
struct Period<'a> {
    started: Timestamp,
    started_by_disarm: bool,
    last_day: Date,
    ends: Timestamp,
    rule: &'a ReturnRule,
}

fn period(starts: Starts, rules: &RulePack) -> Result<Period<'_>, NoClock> {
    let first = starts.received.or(starts.off).ok_or(NoClock::NotStarted)?;
    let rule = rules.return_rule(date_in_vietnam(first)).ok_or(NoClock::NoRule)?;
    let (started, started_by_disarm) = match (rule.start, starts.received, starts.off) {
        (ClockStart::Disarm, _, Some(at)) | (ClockStart::Receipt, None, Some(at)) => (at, true),
        (_, Some(at), _) => (at, false),
        (_, None, None) => return Err(NoClock::NotStarted),
    };
    let start_day = date_in_vietnam(started);
    let last_day = Calendar(&rules.calendars).deadline(start_day, rule.working_days, rule.count_first_day)?;
    // Every day of the strip has to be known.
    Calendar(&rules.calendars).kind(start_day)?;
    let ends = last_day.tomorrow().and_then(|next| next.to_zoned(vietnam())).map_err(|_| NoClock::NoRule)?.timestamp();
    Ok(Period { started, started_by_disarm, last_day, ends, rule })
}

/// When the return clock runs out: the end of the last day. What [`return_clock`] says, without its days; it does not
/// depend on the present moment, so it can be kept until the rules change.
///
/// # Errors
/// [`NoClock`] says what is missing; nothing is guessed.
pub fn return_deadline(starts: Starts, rules: &RulePack) -> Result<Timestamp, NoClock> {
    period(starts, rules).map(|period| period.ends)
}

/// The return clock of a seal that has to go home.
///
/// # Errors
/// [`NoClock`] says what is missing; nothing is guessed.
pub fn return_clock(starts: impl Into<Starts>, rules: &RulePack, now: Timestamp) -> Result<ReturnClock, NoClock> {
    let Period { started, started_by_disarm, last_day, ends, rule } = period(starts.into(), rules)?;
    let calendar = Calendar(&rules.calendars);
    let start_day = date_in_vietnam(started);
    let mut days = Vec::new();
    let mut number = 0;
    let mut day = start_day;
    loop {
        let kind = calendar.kind(day)?;
        let counts = kind == DayKind::Working && (day != start_day || rule.count_first_day);
        number += u32::from(counts);
        days.push(ClockDay { date: day, kind, number: if counts { number } else { 0 } });
        if day >= last_day {
            break;
        }
        day = day.tomorrow().map_err(|_| NoClock::NoRule)?;
    }
    let today = date_in_vietnam(now);
    let working_days_left =
        u32::try_from(days.iter().filter(|day| day.number > 0 && day.date > today).count()).unwrap_or(u32::MAX);
    Ok(ReturnClock {
        started,
        started_by_disarm,
        last_day,
        ends,
        days,
        working_days_left,
        working_days: rule.working_days,
        citation: rule.citation.clone(),
    })
}

/// How near the end of a return clock is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// No warning yet.
    Calm,
    /// So many working days are left after today, and the rules warn by then.
    Soon(u32),
    /// The last day.
    Today,
    /// The clock has run out.
    Overdue,
}

/// How near the end of `clock` is, as the rules of the day warn.
#[must_use]
pub fn urgency(clock: &ReturnClock, rules: &RulePack, now: Timestamp) -> Urgency {
    let today = date_in_vietnam(now);
    if clock.left(now).is_negative() {
        Urgency::Overdue
    } else if today >= clock.last_day {
        Urgency::Today
    } else if clock.working_days_left <= first_warning(rules, now) {
        Urgency::Soon(clock.working_days_left)
    } else {
        Urgency::Calm
    }
}

/// Working days before the last one from which on the rules warn; 0 where they do not.
fn first_warning(rules: &RulePack, now: Timestamp) -> u32 {
    let rule = rules.way_home_rule(date_in_vietnam(now));
    rule.and_then(|rule| rule.warn_days.iter().max().copied()).unwrap_or(0)
}

/// The latest end of a clock of which the rules warn at `now`: a seal that is due by then, and after today, is
/// [`Urgency::Soon`]. `None` where the rules warn of nothing before the last day, or a calendar is missing.
#[must_use]
pub fn warned_until(rules: &RulePack, now: Timestamp) -> Option<Timestamp> {
    let days = Some(first_warning(rules, now)).filter(|days| *days > 0)?;
    let last = Calendar(&rules.calendars).deadline(date_in_vietnam(now), days, false).ok()?;
    Some(last.tomorrow().and_then(|next| next.to_zoned(vietnam())).ok()?.timestamp())
}

/// Shipments on which a seal may travel home (dispatch point 3: toward the unit that owns or manages it): they start
/// at `unit`, end at one of `homes` (its owner and its manager), and wait to be sealed. The earliest comes first.
#[must_use]
pub fn shipments_home<'a>(
    homes: [&OfficeCode; 2],
    unit: &OfficeCode,
    cases: impl IntoIterator<Item = &'a CaseLine>,
) -> Vec<&'a CaseLine> {
    let mut home: Vec<&CaseLine> = cases
        .into_iter()
        .filter(|case| {
            &case.origin == unit
                && homes.contains(&&case.destination)
                && matches!(case.phase, CasePhase::ToSeal | CasePhase::Sealing)
        })
        .collect();
    home.sort_by_key(|case| (case.planned_at, case.id));
    home
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::{DayOff, YearCalendar};
    use crate::case::CaseView;
    use crate::codes::{CustomsSealKind, SealType};
    use crate::doc::{CaseDoc, SealDoc, SealLife, SealRadio};
    use crate::ids::CaseId;
    use crate::rules::{ReturnRule, SealLimits, SealingRules};
    use crate::seal_no::SealNo;
    use jiff::civil::date;
    use uuid::Uuid;

    fn office(code: &str) -> OfficeCode {
        OfficeCode::parse(code).unwrap()
    }

    fn citation() -> Citation {
        Citation { document: "test".to_owned(), dated: None, place: None, to_be_confirmed: false }
    }

    /// Days off like those of a Tết: Monday 16.02.2026 to Friday 20.02.2026, and Saturday 28.02.2026 worked for it.
    fn rules() -> RulePack {
        let off = (16..=20).map(|day| DayOff { date: date(2026, 2, day), name: "Tết".to_owned() }).collect();
        RulePack {
            version: "test".to_owned(),
            goods: Vec::new(),
            limits: SealLimits {
                battery_reserve_percent: 20,
                battery_per_day_percent: 2,
                clock_drift_s: 60,
                silence_minutes: 15,
                citation: citation(),
            },
            returns: vec![ReturnRule {
                working_days: 3,
                count_first_day: false,
                start: ClockStart::Receipt,
                valid_from: date(2022, 3, 25),
                valid_to: None,
                citation: citation(),
            }],
            arm_photos: Vec::new(),
            inspect_photos: Vec::new(),
            calendars: vec![YearCalendar { year: 2026, off, worked: vec![date(2026, 2, 28)], citation: citation() }],
            sealing: SealingRules::default(),
            way_home: Vec::new(),
            phone_room: Vec::new(),
            photo_term: Vec::new(),
            offices: Vec::new(),
            seal_kinds: Vec::new(),
        }
    }

    fn seal(no: &str, off: Option<&str>, received: Option<&str>) -> SealView {
        let doc = SealDoc {
            no: no.parse().unwrap(),
            seal_type: SealType::Electronic,
            kind: CustomsSealKind::Electronic,
            class: None,
            owner: office("03EE"),
            manager: office("03CE"),
            holder: office("15BB"),
            as_of: Timestamp::UNIX_EPOCH,
            radio: SealRadio::Spoken,
            life: SealLife::InService,
            platform_sees: None,
        };
        let mut view = SealView::fold(&doc.no.clone(), Some(&doc), &[]);
        let at = |text: &str| (text.parse().unwrap(), office("15BB"));
        view.off = off.map(at);
        view.received = received.map(at);
        view
    }

    fn now() -> Timestamp {
        "2026-02-13T05:00:00+07:00".parse().unwrap()
    }

    #[test]
    fn the_clock_runs_across_a_long_holiday_and_a_worked_saturday() {
        // Received Friday 13.02: the holidays and both weekends pass; Mon 23, Tue 24, Wed 25.
        let clock = return_clock(&seal("83180001", None, Some("2026-02-13T03:00:00Z")), &rules(), now()).unwrap();
        assert_eq!(clock.last_day, date(2026, 2, 25));
        assert_eq!(clock.ends, "2026-02-26T00:00:00+07:00".parse().unwrap());
        assert_eq!(clock.working_days_left, 3);
        assert_eq!(clock.days.iter().filter(|day| day.number > 0).count(), 3);
        // Received Thursday 26.02: Fri 27, Sat 28 (worked), Mon 2.3.
        let clock = return_clock(&seal("83180001", None, Some("2026-02-26T03:00:00Z")), &rules(), now()).unwrap();
        assert_eq!(clock.last_day, date(2026, 3, 2));
    }

    #[test]
    fn the_disarm_stands_in_for_a_receipt_that_nobody_recorded() {
        let off = Some("2026-03-02T03:00:00Z");
        let clock = return_clock(&seal("83180001", off, None), &rules(), now()).unwrap();
        assert!(clock.started_by_disarm);
        let clock = return_clock(&seal("83180001", off, Some("2026-03-03T03:00:00Z")), &rules(), now()).unwrap();
        assert!(!clock.started_by_disarm);
        assert_eq!(clock.last_day, date(2026, 3, 6));
    }

    #[test]
    fn a_deadline_is_the_clocks_end_and_a_missing_one_says_why() {
        let starts = |off: Option<&str>, received: Option<&str>| Starts::from(&seal("83180001", off, received));
        let early = starts(None, Some("2026-02-13T03:00:00Z"));
        let clock = return_clock(early, &rules(), now()).unwrap();
        assert_eq!(return_deadline(early, &rules()), Ok(clock.ends));
        let late = starts(None, Some("2026-12-30T03:00:00Z"));
        assert_eq!(return_deadline(late, &rules()), Err(NoClock::YearUnknown(YearUnknown(2027))));
        assert_eq!(return_deadline(Starts::default(), &rules()), Err(NoClock::NotStarted));
    }

    #[test]
    fn with_two_dated_rules_a_later_start_may_be_due_earlier() {
        // Why lists are ordered by the deadline itself, and not by the start.
        let mut rules = rules();
        let first = rules.returns.remove(0);
        let second = ReturnRule { working_days: 1, valid_from: date(2026, 3, 3), ..first.clone() };
        rules.returns = vec![ReturnRule { valid_to: Some(date(2026, 3, 2)), ..first }, second];
        let due = |received| return_deadline(Starts::from(&seal("83180001", None, Some(received))), &rules).unwrap();
        assert!(due("2026-03-03T03:00:00Z") < due("2026-03-02T03:00:00Z"));
    }

    fn case(n: u128, origin: &str, destination: &str, planned: &str) -> CaseLine {
        let doc = CaseDoc {
            id: CaseId(Uuid::from_u128(n)),
            containers: Vec::new(),
            size_type: String::new(),
            declaration: None,
            declared_on: None,
            status: String::new(),
            trader: String::new(),
            tax_code: String::new(),
            channel: String::new(),
            ground: None,
            origin: office(origin),
            destination: office(destination),
            route: String::new(),
            permitted_hours: 24,
            planned_at: planned.parse().unwrap(),
            vehicle: String::new(),
            trailer: String::new(),
            driver: String::new(),
            seals: Vec::new(),
            sheet_codes: Vec::new(),
        };
        CaseLine::from(&CaseView::fold(doc.id, Some(&doc), &[]).unwrap())
    }

    #[test]
    fn a_seal_may_only_travel_toward_its_owner_or_manager() {
        let cases = [
            case(1, "15BB", "03CE", "2026-02-14T03:00:00Z"),
            case(2, "15BB", "02CI", "2026-02-13T03:00:00Z"),
            case(3, "15BB", "03EE", "2026-02-13T08:00:00Z"),
            case(4, "03CE", "03EE", "2026-02-13T08:00:00Z"),
        ];
        let home = shipments_home([&office("03EE"), &office("03CE")], &office("15BB"), &cases);
        let ids: Vec<u128> = home.iter().map(|case| case.id.0.as_u128()).collect();
        assert_eq!(ids, [3, 1]);
    }

    #[test]
    fn a_parcel_is_compared_as_a_set_and_a_second_scan_is_named() {
        let no = |n: &str| -> SealNo { n.parse().unwrap() };
        let found = [no("1"), no("3"), no("1")];
        let differences = compare(&[no("1"), no("2")], &found);
        assert_eq!(differences.matching, [no("1")]);
        assert_eq!(differences.missing, [no("2")]);
        assert_eq!(differences.extra, [no("3")]);
        assert_eq!(differences.duplicate, [no("1")]);
    }
}
