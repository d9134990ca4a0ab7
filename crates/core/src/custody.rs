//! One seal over all its cases, parcels and units: who holds it, what it is doing, and what has to happen to it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::codes::SealCondition;
use crate::doc::{SealDoc, SealLife};
use crate::event::{Event, corrected};
use crate::fact::{Fact, OnOff};
use crate::ids::{CaseId, EventId, OfficeCode, OfficerId, ParcelId};
use crate::seal::reading::{LockAction, LockOutcome, LockState, RefusalReason};
use crate::seal_no::SealNo;

/// Where a seal is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "at", rename_all = "snake_case")]
pub enum Whereabouts {
    /// With a unit.
    Unit {
        /// Which.
        unit: OfficeCode,
    },
    /// On a container or vehicle.
    OnCase {
        /// Which case.
        case: CaseId,
    },
    /// Packed or on its way home.
    InParcel {
        /// Which parcel.
        parcel: ParcelId,
    },
}

/// What happened to a seal, as one line of its history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustodyEntry {
    /// The fact.
    pub event: EventId,
    /// Its kind, [`Fact::kind`].
    pub kind: String,
    /// When.
    pub at: Timestamp,
    /// At which unit.
    pub unit: OfficeCode,
    /// By whom.
    pub officer: OfficerId,
    /// In which case.
    pub case: Option<CaseId>,
}

/// One turn of a seal: put on, taken off, sent on, home again. A turn that ends in a re-use never comes home itself; the
/// next one does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// The case it was put on for.
    pub case: CaseId,
    /// The unit that put it on.
    pub from: OfficeCode,
    /// When it was put on.
    pub armed_at: Timestamp,
    /// When and where it came off.
    pub off: Option<(Timestamp, OfficeCode)>,
    /// When it left the unit where it came off: packed into a parcel, or put on again. The last packing counts.
    pub left_at: Option<Timestamp>,
    /// When it was home.
    pub home_at: Option<Timestamp>,
}

impl Turn {
    /// Days from the day it was put on to the day it was home.
    #[must_use]
    pub fn days(&self) -> Option<i64> {
        Some(days_between(self.armed_at, self.home_at?))
    }
}

/// Days in Vietnam from one moment's day to the other's.
#[must_use]
pub fn days_between(from: Timestamp, to: Timestamp) -> i64 {
    i64::from((crate::time::date_in_vietnam(to) - crate::time::date_in_vietnam(from)).get_days())
}

/// The view.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealView {
    /// Number.
    pub no: SealNo,
    /// The register's entry; none for a seal the register does not know.
    pub doc: Option<SealDoc>,
    /// Where it is.
    pub whereabouts: Option<Whereabouts>,
    /// The disarm (or removal) that ended its last trip, and where.
    pub off: Option<(Timestamp, OfficeCode)>,
    /// Its receipt at a unit after that, if recorded.
    pub received: Option<(Timestamp, OfficeCode)>,
    /// Promised to a shipment.
    pub reserved_for: Option<CaseId>,
    /// Condition last seen.
    pub condition: Option<SealCondition>,
    /// Home again after a trip: when. Turnaround is from `armed_at` of that trip to here.
    pub home_at: Option<Timestamp>,
    /// When the last trip began.
    pub armed_at: Option<Timestamp>,
    /// Its turns, oldest first; the last one may be under way.
    #[serde(default)]
    pub turns: Vec<Turn>,
    /// History, oldest first.
    pub history: Vec<CustodyEntry>,
}

impl SealView {
    /// Folds a seal. `events` may come in any order; those that neither name the seal nor correct one that does are
    /// ignored. A corrected fact stays in the history and has no effect.
    #[must_use]
    pub fn fold(no: &SealNo, doc: Option<&SealDoc>, events: &[Event]) -> Self {
        let corrected = corrected(events);
        let mut ordered: Vec<&Event> = events.iter().filter(|event| event.fact.seals().contains(&no)).collect();
        let named: Vec<EventId> = ordered.iter().map(|event| event.id).collect();
        ordered.extend(
            events.iter().filter(
                |event| matches!(&event.fact, Fact::Corrected(correction) if named.contains(&correction.event)),
            ),
        );
        ordered.sort_by_key(|event| (event.at.wall, event.device, event.seq));
        let mut view = Self {
            no: no.clone(),
            doc: doc.cloned(),
            whereabouts: doc.map(|doc| Whereabouts::Unit { unit: doc.holder.clone() }),
            off: None,
            received: None,
            reserved_for: None,
            condition: None,
            home_at: None,
            armed_at: None,
            turns: Vec::new(),
            history: Vec::new(),
        };
        let mut before = None;
        for event in ordered {
            view.note(event);
            if !corrected.contains(&event.id) {
                view.apply(event, &mut before);
            }
        }
        view
    }

    fn note(&mut self, event: &Event) {
        self.history.push(CustodyEntry {
            event: event.id,
            kind: event.fact.kind().to_owned(),
            at: event.at.wall,
            unit: event.unit.clone(),
            officer: event.officer.clone(),
            case: event.case,
        });
    }

    /// `before` is what an arming ended, for the case that it turns out to have been none.
    fn apply(&mut self, event: &Event, before: &mut Option<Before>) {
        let at = event.at.wall;
        match &event.fact {
            Fact::LockCommanded(commanded) if commanded.action == LockAction::Arm => {
                *before = self.goes_on(event).or(before.take());
            }
            Fact::LockRead(read) => {
                let confirmed = read.outcome == Some(LockOutcome::Confirmed);
                let open_now = read
                    .reading
                    .as_ref()
                    .is_some_and(|reading| matches!(reading.lock, LockState::Open | LockState::Ready));
                match (read.action, &read.outcome) {
                    (Some(LockAction::Disarm), _) if confirmed => self.comes_off(event),
                    (Some(LockAction::Arm), Some(LockOutcome::Refused { reason }))
                        if *reason != RefusalReason::AlreadyDone =>
                    {
                        self.never_went_on(event, before.take())
                    }
                    // Read later, and never closed.
                    (Some(LockAction::Arm), None) if open_now => self.never_went_on(event, before.take()),
                    _ => {}
                }
            }
            Fact::SealRecorded(recorded) => match recorded.on_off {
                OnOff::On => *before = self.goes_on(event).or(before.take()),
                OnOff::Off => self.comes_off(event),
            },
            Fact::SealCutOff(_) => {
                self.comes_off(event);
                self.condition = Some(SealCondition::Broken);
            }
            Fact::Inspected(inspected) => self.condition = Some(inspected.condition),
            Fact::SealReceived(received) => {
                self.received = Some((at, received.at.clone()));
                self.arrives(&received.at, at);
            }
            Fact::ReuseReserved(reserved) => self.reserved_for = (!reserved.cancelled).then_some(reserved.for_case),
            Fact::ParcelPacked(packed) => {
                self.whereabouts = Some(Whereabouts::InParcel { parcel: packed.parcel });
                self.leaves(at);
            }
            Fact::ParcelReceived(received) => {
                if let Some(found) = received.found.iter().find(|found| found.seal == self.no) {
                    self.condition = Some(found.condition);
                    self.received = Some((at, received.at.clone()));
                    self.arrives(&received.at, at);
                }
            }
            _ => {}
        }
    }

    /// Gives what it ended; `None` where the seal was on that case already.
    fn goes_on(&mut self, event: &Event) -> Option<Before> {
        let case = event.case?;
        let again = self.whereabouts == Some(Whereabouts::OnCase { case });
        let before = Before {
            off: self.off.take(),
            received: self.received.take(),
            reserved_for: self.reserved_for.take(),
            home_at: self.home_at.take(),
            armed_at: self.armed_at.replace(event.at.wall),
            left_at: self.turns.last().and_then(|turn| turn.left_at),
        };
        self.whereabouts = Some(Whereabouts::OnCase { case });
        if again {
            if let Some(turn) = self.turns.last_mut() {
                turn.armed_at = event.at.wall;
            }
            return None;
        }
        self.leaves(event.at.wall);
        self.turns.push(Turn {
            case,
            from: event.unit.clone(),
            armed_at: event.at.wall,
            off: None,
            left_at: None,
            home_at: None,
        });
        Some(before)
    }

    /// An arming that was none: the seal is at the unit, and what the arming ended goes on, the return clock above all.
    fn never_went_on(&mut self, event: &Event, before: Option<Before>) {
        let on = matches!(self.whereabouts, Some(Whereabouts::OnCase { .. }));
        self.whereabouts = Some(Whereabouts::Unit { unit: event.unit.clone() });
        if let Some(before) = before.filter(|_| on) {
            self.turns.pop();
            if let Some(turn) = self.turns.last_mut() {
                turn.left_at = before.left_at;
            }
            self.off = before.off;
            self.received = before.received;
            self.reserved_for = before.reserved_for;
            self.home_at = before.home_at;
            self.armed_at = before.armed_at;
        }
    }

    /// It leaves the unit where it came off.
    fn leaves(&mut self, at: Timestamp) {
        if let Some(turn) = self.turns.last_mut()
            && turn.off.is_some()
            && turn.home_at.is_none()
        {
            turn.left_at = Some(at);
        }
    }

    fn comes_off(&mut self, event: &Event) {
        self.off = Some((event.at.wall, event.unit.clone()));
        self.received = None;
        if let Some(turn) = self.turns.last_mut() {
            turn.off.clone_from(&self.off);
        }
        self.arrives(&event.unit.clone(), event.at.wall);
    }

    fn arrives(&mut self, unit: &OfficeCode, at: Timestamp) {
        self.whereabouts = Some(Whereabouts::Unit { unit: unit.clone() });
        if self.is_home_at(unit) {
            self.home_at = Some(at);
            if let Some(turn) = self.turns.last_mut() {
                turn.home_at = Some(at);
            }
        }
    }

    fn is_home_at(&self, unit: &OfficeCode) -> bool {
        self.doc.as_ref().is_some_and(|doc| &doc.owner == unit || &doc.manager == unit)
    }

    /// The unit that holds it, while it is not on a case or in a parcel.
    #[must_use]
    pub fn holder(&self) -> Option<&OfficeCode> {
        match &self.whereabouts {
            Some(Whereabouts::Unit { unit }) => Some(unit),
            _ => None,
        }
    }

    /// Since when its holder holds it: taken off there, received there, or as the register says.
    #[must_use]
    pub fn held_since(&self) -> Option<Timestamp> {
        let holder = self.holder()?;
        let here = |moment: &Option<(Timestamp, OfficeCode)>| {
            moment.as_ref().filter(|(_, unit)| unit == holder).map(|(at, _)| *at)
        };
        // A receipt elsewhere ended the stay where it came off.
        let off = here(&self.off).filter(|_| self.received.as_ref().is_none_or(|(_, unit)| unit == holder));
        let register = self.doc.as_ref().filter(|doc| &doc.holder == holder).map(|doc| doc.as_of);
        off.or_else(|| here(&self.received)).or(register)
    }

    /// `unit` holds it and neither owns nor manages it: it has to go home.
    #[must_use]
    pub fn must_go_home_from(&self, unit: &OfficeCode) -> bool {
        self.holder() == Some(unit) && self.belongs_elsewhere(unit)
    }

    /// The register knows it, not as lost, and `unit` neither owns nor manages it.
    #[must_use]
    pub fn belongs_elsewhere(&self, unit: &OfficeCode) -> bool {
        self.doc.as_ref().is_some_and(|doc| doc.life != SealLife::Lost) && !self.is_home_at(unit)
    }

    /// Days from the beginning of the last trip to its return home.
    #[must_use]
    pub fn turnaround_days(&self) -> Option<i64> {
        Some(days_between(self.armed_at?, self.home_at?))
    }
}

/// What an arming ended.
struct Before {
    off: Option<(Timestamp, OfficeCode)>,
    received: Option<(Timestamp, OfficeCode)>,
    reserved_for: Option<CaseId>,
    home_at: Option<Timestamp>,
    armed_at: Option<Timestamp>,
    /// Of the turn before.
    left_at: Option<Timestamp>,
}
