//! The way home: the legal clock, the parcel, and what the owner found in it.

use jiff::{SignedDuration, Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::calendar::{Calendar, DayKind, YearUnknown};
use crate::custody::SealView;
use crate::event::Event;
use crate::fact::{Fact, ParcelHandedOver, ParcelPacked, ParcelReceived};
use crate::ids::{OfficeCode, OfficerId, ParcelId};
use crate::rules::{Citation, ClockStart, RulePack};
use crate::seal_no::SealNo;
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

/// The return clock of a seal that has to go home.
///
/// # Errors
/// [`NoClock`] says what is missing; nothing is guessed.
pub fn return_clock(seal: &SealView, rules: &RulePack, now: Timestamp) -> Result<ReturnClock, NoClock> {
    let receipt = seal.received.as_ref().map(|(at, _)| *at);
    let disarm = seal.off.as_ref().map(|(at, _)| *at);
    let first = receipt.or(disarm).ok_or(NoClock::NotStarted)?;
    let rule = rules.return_rule(date_in_vietnam(first)).ok_or(NoClock::NoRule)?;
    let (started, started_by_disarm) = match (rule.start, receipt, disarm) {
        (ClockStart::Disarm, _, Some(at)) | (ClockStart::Receipt, None, Some(at)) => (at, true),
        (_, Some(at), _) => (at, false),
        (_, None, None) => return Err(NoClock::NotStarted),
    };
    let calendar = Calendar(&rules.calendars);
    let start_day = date_in_vietnam(started);
    let last_day = calendar.deadline(start_day, rule.working_days, rule.count_first_day)?;
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
    let ends = last_day.tomorrow().and_then(|next| next.to_zoned(vietnam())).map_err(|_| NoClock::NoRule)?.timestamp();
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

/// Where a parcel stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParcelStage {
    /// Being packed, or packed and waiting for the courier.
    Packed,
    /// With the courier.
    HandedOver,
    /// Opened at the owner.
    Received,
}

/// A parcel as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParcelView {
    /// Content and route.
    pub packed: ParcelPacked,
    /// When it was packed last.
    pub packed_at: Timestamp,
    /// By whom.
    pub packed_by: OfficerId,
    /// To the courier.
    pub handed_over: Option<(ParcelHandedOver, Timestamp)>,
    /// At the owner.
    pub received: Option<(ParcelReceived, Timestamp)>,
}

impl ParcelView {
    /// Folds a parcel; `None` without a packing fact.
    #[must_use]
    pub fn fold(id: ParcelId, events: &[Event]) -> Option<Self> {
        let mut ordered: Vec<&Event> = events.iter().filter(|event| event.fact.parcel() == Some(id)).collect();
        ordered.sort_by_key(|event| (event.at.wall, event.device, event.seq));
        let mut view: Option<Self> = None;
        for event in ordered {
            let at = event.at.wall;
            match (&event.fact, &mut view) {
                (Fact::ParcelPacked(packed), None) => {
                    view = Some(Self {
                        packed: packed.clone(),
                        packed_at: at,
                        packed_by: event.officer.clone(),
                        handed_over: None,
                        received: None,
                    });
                }
                (Fact::ParcelPacked(packed), Some(view)) if view.handed_over.is_none() => {
                    view.packed = packed.clone();
                    view.packed_at = at;
                    view.packed_by = event.officer.clone();
                }
                (Fact::ParcelHandedOver(handed), Some(view)) => view.handed_over = Some((handed.clone(), at)),
                (Fact::ParcelReceived(received), Some(view)) => view.received = Some((received.clone(), at)),
                _ => {}
            }
        }
        view
    }

    /// Where it stands.
    #[must_use]
    pub fn stage(&self) -> ParcelStage {
        match (&self.handed_over, &self.received) {
            (_, Some(_)) => ParcelStage::Received,
            (Some(_), None) => ParcelStage::HandedOver,
            (None, None) => ParcelStage::Packed,
        }
    }

    /// The receiving unit is the one it was sent to.
    #[must_use]
    pub fn arrived_at(&self) -> Option<&OfficeCode> {
        self.received.as_ref().map(|(received, _)| &received.at)
    }
}

/// Expected against found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Differences {
    /// Announced and found.
    pub matching: Vec<SealNo>,
    /// Announced, not found.
    pub missing: Vec<SealNo>,
    /// Found, not announced.
    pub extra: Vec<SealNo>,
    /// Scanned more than once.
    pub duplicate: Vec<SealNo>,
}

/// Compares a list with what was scanned; used for parcels, hand-overs and stock counts.
#[must_use]
pub fn compare(expected: &[SealNo], found: &[SealNo]) -> Differences {
    let mut out = Differences::default();
    let mut seen: Vec<&SealNo> = Vec::new();
    for seal in found {
        if seen.contains(&seal) {
            if !out.duplicate.contains(seal) {
                out.duplicate.push(seal.clone());
            }
            continue;
        }
        seen.push(seal);
        if expected.contains(seal) { &mut out.matching } else { &mut out.extra }.push(seal.clone());
    }
    out.missing = expected.iter().filter(|seal| !seen.contains(seal)).cloned().collect();
    out
}
