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
            history: Vec::new(),
        };
        for event in ordered {
            view.note(event);
            if !corrected.contains(&event.id) {
                view.apply(event);
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

    fn apply(&mut self, event: &Event) {
        let at = event.at.wall;
        match &event.fact {
            Fact::LockCommanded(commanded) if commanded.action == LockAction::Arm => self.goes_on(event),
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
                        self.never_went_on(event)
                    }
                    // Read later, and never closed.
                    (Some(LockAction::Arm), None) if open_now => self.never_went_on(event),
                    _ => {}
                }
            }
            Fact::SealRecorded(recorded) => match recorded.on_off {
                OnOff::On => self.goes_on(event),
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

    fn goes_on(&mut self, event: &Event) {
        if let Some(case) = event.case {
            self.whereabouts = Some(Whereabouts::OnCase { case });
            self.armed_at = Some(event.at.wall);
            self.off = None;
            self.received = None;
            self.reserved_for = None;
            self.home_at = None;
        }
    }

    fn never_went_on(&mut self, event: &Event) {
        self.whereabouts = Some(Whereabouts::Unit { unit: event.unit.clone() });
    }

    fn comes_off(&mut self, event: &Event) {
        self.off = Some((event.at.wall, event.unit.clone()));
        self.received = None;
        self.arrives(&event.unit.clone(), event.at.wall);
    }

    fn arrives(&mut self, unit: &OfficeCode, at: Timestamp) {
        self.whereabouts = Some(Whereabouts::Unit { unit: unit.clone() });
        if self.is_home_at(unit) {
            self.home_at = Some(at);
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

    /// `unit` holds it and neither owns nor manages it: it has to go home.
    #[must_use]
    pub fn must_go_home_from(&self, unit: &OfficeCode) -> bool {
        self.doc.as_ref().is_some_and(|doc| doc.life != SealLife::Lost)
            && self.holder() == Some(unit)
            && !self.is_home_at(unit)
    }

    /// Days from the beginning of the last trip to its return home.
    #[must_use]
    pub fn turnaround_days(&self) -> Option<i64> {
        let (armed, home) = (self.armed_at?, self.home_at?);
        Some(i64::from((crate::time::date_in_vietnam(home) - crate::time::date_in_vietnam(armed)).get_days()))
    }
}
