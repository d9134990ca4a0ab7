//! One seal over all its cases, parcels and units: who holds it, what it is doing, and what has to happen to it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::codes::{CustomsSealKind, SealCondition, SealType};
use crate::doc::{SealDoc, SealLife};
use crate::event::{Event, corrected};
use crate::fact::{Fact, LossKind, LossOutcome, OnOff};
use crate::ids::{CaseId, EventId, OfficeCode, OfficerId, ParcelId};
use crate::life::{as_registered, may_become};
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

/// An offer that nobody has taken over yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offered {
    /// The fact.
    pub event: EventId,
    /// When.
    pub at: Timestamp,
    /// Who hands it over.
    pub from: OfficerId,
    /// To which unit.
    pub to_unit: OfficeCode,
    /// To whom, where named.
    pub to: Option<OfficerId>,
}

/// Its last stock count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// The fact.
    pub event: EventId,
    /// When.
    pub at: Timestamp,
    /// At which unit.
    pub unit: OfficeCode,
    /// It was there; `false`: expected there, and missing.
    pub found: bool,
}

/// A loss or damage that is not settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loss {
    /// The report.
    pub report: EventId,
    /// When it was reported.
    pub at: Timestamp,
    /// What.
    pub what: LossKind,
    /// The unit that has to answer for it.
    pub responsible: OfficeCode,
    /// The parcel it was missing from or damaged in.
    pub parcel: Option<ParcelId>,
    /// What it was before: so it is again when it is found.
    pub before: Option<SealLife>,
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
    /// Where it stands in its life: the register's word and later facts, see [`crate::life`]. None where neither tells.
    #[serde(default)]
    pub life: Option<SealLife>,
    /// Where it is.
    pub whereabouts: Option<Whereabouts>,
    /// The officer who holds it in person, at the unit where it is; none while it lies in the unit's own stock.
    #[serde(default)]
    pub officer: Option<OfficerId>,
    /// Offered to somebody who has not taken it over.
    #[serde(default)]
    pub offered: Option<Offered>,
    /// Its last stock count.
    #[serde(default)]
    pub counted: Option<Counted>,
    /// A loss or damage that is not settled.
    #[serde(default)]
    pub loss: Option<Loss>,
    /// The seal that went on in its place.
    #[serde(default)]
    pub replaced_by: Option<SealNo>,
    /// The seal in whose place it went on.
    #[serde(default)]
    pub replaces: Option<SealNo>,
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
    /// ignored. A corrected fact stays in the history and has no effect. A hand-over kept as a slip counts as the event it
    /// carries, once.
    #[must_use]
    pub fn fold(no: &SealNo, doc: Option<&SealDoc>, events: &[Event]) -> Self {
        let corrected = corrected(events);
        let mut ordered: Vec<&Event> = events.iter().filter(|event| event.fact.seals().contains(&no)).collect();
        let handed: Vec<Event> = events.iter().filter_map(Event::handed).collect();
        for event in handed.iter().filter(|event| event.fact.seals().contains(&no)) {
            if !ordered.iter().any(|known| known.id == event.id) {
                ordered.push(event);
            }
        }
        let named: Vec<EventId> = ordered.iter().map(|event| event.id).collect();
        ordered.extend(
            events.iter().filter(
                |event| matches!(&event.fact, Fact::Corrected(correction) if named.contains(&correction.event)),
            ),
        );
        in_order(&mut ordered);
        let mut view = Self {
            no: no.clone(),
            doc: doc.cloned(),
            life: doc.map(|doc| as_registered(doc.seal_type, doc.life)),
            officer: None,
            offered: None,
            counted: None,
            loss: None,
            replaced_by: None,
            replaces: None,
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
        let (mut before, mut life) = (None, LifeFold::of(doc, &ordered));
        for event in ordered {
            view.note(event);
            if !corrected.contains(&event.id) {
                view.apply(event, &mut before);
                view.hand(event);
                life.apply(&mut view, event);
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
                self.officer = None;
                self.offered = None;
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

    /// Who holds it, to whom it is offered, and where it was counted.
    fn hand(&mut self, event: &Event) {
        let at = event.at.wall;
        match &event.fact {
            // A seal that is on a case or in a parcel is in nobody's hand.
            Fact::SealsIssued(issued) if matches!(self.whereabouts, Some(Whereabouts::Unit { .. }) | None) => {
                self.comes_to(&event.unit, at);
                self.officer = Some(issued.to.clone());
            }
            Fact::SealsOffered(offered) => {
                self.offered = Some(Offered {
                    event: event.id,
                    at,
                    from: event.officer.clone(),
                    to_unit: offered.to_unit.clone(),
                    to: offered.to.clone(),
                });
            }
            Fact::SealsTakenOver(taken) => {
                if taken.seals.contains(&self.no) {
                    self.comes_to(&event.unit, at);
                    self.officer = Some(event.officer.clone());
                }
                self.offered = None;
            }
            Fact::StockCounted(counted) => {
                let found = !counted.missing.contains(&self.no);
                self.counted = Some(Counted { event: event.id, at, unit: event.unit.clone(), found });
                // Who finds a seal that another unit was thought to hold, holds it.
                if found && matches!(self.whereabouts, Some(Whereabouts::Unit { .. }) | None) {
                    self.comes_to(&event.unit, at);
                }
            }
            Fact::SealReplaced(replaced) => {
                if replaced.old == self.no {
                    self.replaced_by = Some(replaced.new.clone());
                    self.condition = Some(replaced.old_condition);
                } else {
                    self.replaces = Some(replaced.old.clone());
                }
            }
            _ => {}
        }
    }

    /// It is at `unit`. Within the unit that had it nothing but the hand changes; from elsewhere it is a receipt.
    fn comes_to(&mut self, unit: &OfficeCode, at: Timestamp) {
        self.offered = None;
        if self.holder() != Some(unit) {
            self.leaves(at);
            self.received = Some((at, unit.clone()));
            self.arrives(unit, at);
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
            officer: self.officer.take(),
            left_at: self.turns.last().and_then(|turn| turn.left_at),
        };
        self.whereabouts = Some(Whereabouts::OnCase { case });
        self.offered = None;
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
            self.officer = before.officer;
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
        self.officer = None;
        self.offered = None;
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

    /// The register knows it, it is neither lost nor a mechanical seal that closed its once, and `unit` neither owns nor
    /// manages it.
    #[must_use]
    pub fn belongs_elsewhere(&self, unit: &OfficeCode) -> bool {
        let worth = |doc: &SealDoc| match self.life {
            Some(SealLife::Lost | SealLife::Used) => false,
            Some(SealLife::Damaged) => doc.seal_type == SealType::Electronic,
            _ => true,
        };
        self.doc.as_ref().is_some_and(worth) && !self.is_home_at(unit)
    }

    /// Days from the beginning of the last trip to its return home.
    #[must_use]
    pub fn turnaround_days(&self) -> Option<i64> {
        Some(days_between(self.armed_at?, self.home_at?))
    }
}

/// By time, with one thing that is surer than any clock: seals are taken over after they were offered, and what the taker's
/// phone wrote after that comes later still. Two phones side by side need not agree on the minute.
fn in_order(events: &mut Vec<&Event>) {
    events.sort_by_key(|event| (event.at.wall, event.device, event.seq));
    let offer_of = |event: &Event| match &event.fact {
        Fact::SealsTakenOver(taken) => events.iter().position(|offer| {
            offer.id == taken.offer && offer.device != event.device && matches!(offer.fact, Fact::SealsOffered(_))
        }),
        _ => None,
    };
    let offers: Vec<Option<usize>> = events.iter().map(|event| offer_of(event)).collect();
    if offers.iter().all(Option::is_none) {
        return;
    }
    // A key with a rank above 0 was moved behind an offer.
    let mut keys: Vec<(Timestamp, usize)> = events.iter().map(|event| (event.at.wall, 0)).collect();
    for _ in 0..events.len() {
        let before = keys.clone();
        for (at, event) in events.iter().enumerate() {
            if let Some(offer) = offers[at]
                && keys[at] <= keys[offer]
            {
                keys[at] = (keys[offer].0, keys[offer].1 + 1);
            }
            for (earlier, other) in events.iter().enumerate() {
                if other.device == event.device && other.seq < event.seq && keys[earlier].1 > 0 {
                    keys[at] = keys[at].max(keys[earlier]);
                }
            }
        }
        if keys == before {
            break;
        }
    }
    let mut keyed: Vec<_> = keys.into_iter().zip(events.drain(..)).collect();
    keyed.sort_by_key(|(key, event)| (*key, event.device, event.seq));
    events.extend(keyed.into_iter().map(|(_, event)| event));
}

/// What an arming ended.
struct Before {
    off: Option<(Timestamp, OfficeCode)>,
    received: Option<(Timestamp, OfficeCode)>,
    reserved_for: Option<CaseId>,
    home_at: Option<Timestamp>,
    armed_at: Option<Timestamp>,
    officer: Option<OfficerId>,
    /// Of the turn before.
    left_at: Option<Timestamp>,
}

/// Folds a seal's life.
struct LifeFold {
    seal_type: SealType,
    /// What was said until then stands in the register already.
    as_of: Option<Timestamp>,
    /// Settlements whose report comes later, by a clock that was wrong.
    settled: Vec<EventId>,
}

impl LifeFold {
    fn of(doc: Option<&SealDoc>, events: &[&Event]) -> Self {
        // Of a seal the register does not know only facts tell the type.
        let by_fact = |event: &&Event| match &event.fact {
            Fact::SealRecorded(recorded) => Some(recorded.seal_type),
            Fact::SealsIssued(issued) if issued.kind != CustomsSealKind::Electronic => Some(SealType::Mechanical),
            _ => None,
        };
        let told = || events.iter().find_map(by_fact);
        Self {
            seal_type: doc.map(|doc| doc.seal_type).or_else(told).unwrap_or(SealType::Electronic),
            as_of: doc.map(|doc| doc.as_of),
            settled: Vec::new(),
        }
    }

    fn apply(&mut self, view: &mut SealView, event: &Event) {
        let at = event.at.wall;
        let news = self.as_of.is_none_or(|as_of| at > as_of);
        match &event.fact {
            // What closed once stays used, whatever the register says of it afterwards.
            Fact::SealRecorded(recorded) if recorded.on_off == OnOff::On => self.becomes(view, SealLife::Used),
            Fact::SealReplaced(replaced) if replaced.old == view.no => {
                let bad = matches!(
                    replaced.old_condition,
                    SealCondition::Damaged | SealCondition::Broken | SealCondition::FaultyElectronic
                );
                if self.seal_type != SealType::Electronic || (bad && news) {
                    self.becomes(view, SealLife::Damaged);
                }
            }
            Fact::SealLifeChanged(changed) if news => self.becomes(view, changed.life),
            Fact::LossReported(reported) if !self.settled.contains(&event.id) => {
                view.loss = Some(Loss {
                    report: event.id,
                    at,
                    what: reported.what,
                    responsible: reported.responsible.clone(),
                    parcel: reported.parcel,
                    before: view.life,
                });
                if news {
                    let life = match reported.what {
                        LossKind::Lost => SealLife::Lost,
                        LossKind::Damaged => SealLife::Damaged,
                    };
                    self.becomes(view, life);
                }
            }
            Fact::LossSettled(settled) => {
                self.settled.push(settled.report);
                let open = view.loss.take_if(|loss| loss.report == settled.report);
                if news {
                    self.settle(view, settled.outcome, open.and_then(|loss| loss.before));
                }
            }
            _ => {}
        }
    }

    fn settle(&self, view: &mut SealView, outcome: LossOutcome, before: Option<SealLife>) {
        if self.seal_type == SealType::Electronic {
            let life = match outcome {
                LossOutcome::Found | LossOutcome::Repaired => SealLife::InService,
                LossOutcome::InRepair => SealLife::InRepair,
                LossOutcome::WrittenOff => SealLife::Retired,
            };
            self.becomes(view, life);
        } else if outcome == LossOutcome::Found && view.life == Some(SealLife::Lost) {
            // Nobody repairs a bolt: found, it is what it was.
            view.life = before.or(view.life);
        }
    }

    fn becomes(&self, view: &mut SealView, life: SealLife) {
        if view.life.is_none_or(|from| may_become(self.seal_type, from, life))
            && (self.seal_type != SealType::Electronic || life != SealLife::Used)
        {
            view.life = Some(life);
        }
    }
}
