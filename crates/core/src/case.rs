//! A case as it stands: the work-list document and everything officers recorded, folded into one view.
//!
//! The fold is pure and can be repeated at any time; phones and the central use the same one. Facts that contradict each
//! other are all kept: the view names the conflict, and blocks only the disarm.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::codes::{CustomsSealKind, Iso17712, SealCondition, SealType, SealingParty};
use crate::container::ContainerNo;
use crate::doc::CaseDoc;
use crate::event::{Event, corrected};
use crate::evidence::{PhotoQuality, PhotoRef, PhotoRole};
use crate::fact::{
    AheadOfGroupA, ApprovalAsked, ApprovalGiven, CargoHandedOver, ContainerChanged, Fact, ManualMethod, OnOff,
    OpenedUnderSupervision, SealLogRead, SealPrepared, Stage, TripDeclared,
};
use crate::ids::{CaseId, CommandId, DeviceId, EventId, OfficeCode, OfficerId};
use crate::inspection::Verdict;
use crate::rules::{GoodsDecision, LegalGround};
use crate::seal::reading::LockAction;
use crate::seal::state::{SealEvent, SealState};
use crate::seal_no::SealNo;

/// Where a case stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CasePhase {
    /// Waiting to be sealed.
    ToSeal,
    /// Sealing has begun.
    Sealing,
    /// Nobody knows whether a lock is closed.
    Uncertain,
    /// Sealed; on the way or about to leave.
    Sealed,
    /// Sealed, and held for full examination.
    Held,
    /// All customs seals are off.
    Closed,
}

/// One seal on a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealOnCase {
    /// Number.
    pub no: SealNo,
    /// EDIFACT 4525.
    pub seal_type: SealType,
    /// EDIFACT 9303.
    pub party: SealingParty,
    /// Customs kind.
    pub kind: Option<CustomsSealKind>,
    /// ISO 17712 class.
    pub class: Option<Iso17712>,
    /// How it was put on when not by our radio.
    pub method: Option<ManualMethod>,
    /// What may be believed of its lock.
    pub state: SealState,
    /// Containers under it.
    pub containers: Vec<ContainerNo>,
    /// The command that put it on, if by radio.
    pub command: Option<CommandId>,
    /// Checks before arming.
    pub prepared: Option<SealPrepared>,
    /// Tug test after arming.
    pub tug_held: Option<bool>,
    /// Condition last seen.
    pub condition: Option<SealCondition>,
    /// Newest log reading.
    pub log: Option<SealLogRead>,
    /// When its state last changed.
    pub changed_at: Timestamp,
    /// When it was closed (or recorded as put on).
    pub on_since: Option<Timestamp>,
    /// Who closed it.
    pub on_by: Option<OfficerId>,
    /// When it came off.
    pub off_at: Option<Timestamp>,
    /// At which unit it came off.
    pub off_at_unit: Option<OfficeCode>,
    /// Newest lock fact known: goes into the next one as `after`.
    pub newest: Option<EventId>,
    /// It comes off so that another goes on, or for an opening under supervision: what was under it is to be sealed again.
    #[serde(default)]
    pub reopened: bool,
    /// The seal that went on in its place.
    #[serde(default)]
    pub replaced_by: Option<SealNo>,
}

/// Containers opened before an officer and a witness.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    /// The fact.
    pub event: EventId,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub officer: OfficerId,
    /// At which unit.
    pub unit: OfficeCode,
    /// What was said of it.
    pub opened: OpenedUnderSupervision,
    /// Containers opened, by their numbers of now: a change of container changes them.
    pub containers: Vec<ContainerNo>,
    /// When it was closed again, and the seals put on.
    pub closed: Option<(Timestamp, Vec<SealNo>)>,
}

/// The goods went into another container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContainerChange {
    /// The fact.
    pub event: EventId,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub officer: OfficerId,
    /// From which, into which, and why.
    pub changed: ContainerChanged,
}

/// A photograph of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CasePhoto {
    /// The fact.
    pub event: EventId,
    /// The picture.
    pub photo: PhotoRef,
    /// What it shows.
    pub role: PhotoRole,
    /// Stage.
    pub stage: Stage,
    /// Quality as judged when taken.
    pub quality: PhotoQuality,
    /// From our camera.
    pub from_camera: bool,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub officer: OfficerId,
}

/// An inspection of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseInspection {
    /// The fact.
    pub event: EventId,
    /// What was found.
    pub inspected: crate::fact::Inspected,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub officer: OfficerId,
    /// Of which unit.
    pub unit: OfficeCode,
}

/// A request for an approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedApproval {
    /// The fact.
    pub event: EventId,
    /// What is asked.
    pub asked: ApprovalAsked,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub officer: OfficerId,
}

/// The answer to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenApproval {
    /// The fact; the same whether it came by sync or by slip.
    pub event: EventId,
    /// What it says.
    pub given: ApprovalGiven,
    /// When.
    pub at: Timestamp,
    /// Of which unit.
    pub unit: OfficeCode,
}

/// Two claims that cannot both be the whole truth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// The seal.
    pub seal: SealNo,
    /// The facts, each kept.
    pub events: Vec<EventId>,
    /// Why they collide: `fork` (two devices did not know of each other), or the misfit's text.
    pub why: String,
    /// A supervisor's decision.
    pub decided: Option<EventId>,
}

/// The view.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseView {
    /// The work-list line; made up from the opening fact for a case opened on the spot.
    pub doc: CaseDoc,
    /// Opened on the spot.
    pub on_the_spot: bool,
    /// Ground as settled.
    pub ground: Option<LegalGround>,
    /// Group and citation.
    pub decision: Option<GoodsDecision>,
    /// Why no electronic seal although mandatory.
    pub no_eseal_reason: String,
    /// The unit's depletion statement that was relied on.
    #[serde(default)]
    pub depletion: Option<EventId>,
    /// Why an electronic seal although goods of group A wait.
    #[serde(default)]
    pub ahead_of_a: Option<AheadOfGroupA>,
    /// The newest request for the head's approval.
    #[serde(default)]
    pub approval_asked: Option<AskedApproval>,
    /// The newest answer, from whichever phone and however it came.
    #[serde(default)]
    pub approval: Option<GivenApproval>,
    /// Vehicle, driver, route.
    pub trip: Option<TripDeclared>,
    /// Seals, in the order in which they appeared.
    pub seals: Vec<SealOnCase>,
    /// Photographs.
    pub photos: Vec<CasePhoto>,
    /// Signature of the driver.
    pub handed_over: Option<CargoHandedOver>,
    /// Inspections, oldest first.
    pub inspections: Vec<CaseInspection>,
    /// Conflicts, decided ones too.
    pub conflicts: Vec<Conflict>,
    /// Openings under supervision, oldest first.
    #[serde(default)]
    pub openings: Vec<Opening>,
    /// Changes of container, oldest first.
    #[serde(default)]
    pub container_changes: Vec<ContainerChange>,
    /// Numbers of the container sheet or declaration were scanned.
    pub papers_scanned: bool,
    /// Container numbers that were scanned on the door.
    pub containers_scanned: Vec<ContainerNo>,
    /// Newest fact.
    pub changed_at: Option<Timestamp>,
}

impl CaseView {
    /// Folds a case. `events` may come in any order; those of other cases are ignored. Returns `None` when there is neither
    /// a document nor an opening fact.
    #[must_use]
    pub fn fold(id: CaseId, doc: Option<&CaseDoc>, events: &[Event]) -> Option<Self> {
        let mut ordered: Vec<&Event> = events.iter().filter(|event| event.case == Some(id)).collect();
        // Within a device the chain decides, between devices the wall clock; good enough for showing, and every collision
        // is named as a conflict.
        ordered.sort_by_key(|event| (event.at.wall, event.device, event.seq));
        let corrected = corrected(ordered.iter().copied());
        let opening = ordered.iter().find_map(|event| match &event.fact {
            Fact::CaseOpened(opened) => Some(on_the_spot(id, opened, event)),
            _ => None,
        });
        let mut view = Self::empty(doc.cloned().or_else(|| opening.clone())?, doc.is_none());
        for announced in view.doc.seals.clone() {
            let mut seal = SealOnCase::new(announced.no, announced.seal_type, announced.party, view.doc.planned_at);
            seal.state = SealState::RecordedUnconfirmed;
            view.seals.push(seal);
        }
        let mut history: Vec<LockFact> = Vec::new();
        // What a slip carries is corrected under its own id.
        let holds = |event: &&Event| {
            let inner = match &event.fact {
                Fact::SlipTaken(slip) => slip.event().map(|inner| inner.id),
                _ => None,
            };
            !corrected.contains(&event.id) && inner.is_none_or(|inner| !corrected.contains(&inner))
        };
        for event in ordered.into_iter().filter(holds) {
            view.apply(event, &mut history);
        }
        view.decide_conflicts(events);
        Some(view)
    }

    fn empty(doc: CaseDoc, on_the_spot: bool) -> Self {
        Self {
            ground: doc.ground,
            doc,
            on_the_spot,
            decision: None,
            no_eseal_reason: String::new(),
            depletion: None,
            ahead_of_a: None,
            approval_asked: None,
            approval: None,
            trip: None,
            seals: Vec::new(),
            photos: Vec::new(),
            handed_over: None,
            inspections: Vec::new(),
            conflicts: Vec::new(),
            openings: Vec::new(),
            container_changes: Vec::new(),
            papers_scanned: false,
            containers_scanned: Vec::new(),
            changed_at: None,
        }
    }

    fn apply(&mut self, event: &Event, history: &mut Vec<LockFact>) {
        let at = event.at.wall;
        self.changed_at = Some(self.changed_at.map_or(at, |newest| newest.max(at)));
        match &event.fact {
            Fact::CodeRead(read) => match read.taken_for.as_str() {
                "container" => {
                    // A number that is not of the case stays a fact and makes nothing of the case's own.
                    if let Ok(container) = read.value.parse()
                        && (self.doc.containers.is_empty() || self.doc.containers.contains(&container))
                        && !self.containers_scanned.contains(&container)
                    {
                        self.containers_scanned.push(container);
                    }
                }
                "declaration" | "container_sheet_row" => self.papers_scanned = true,
                _ => {}
            },
            Fact::GoodsDecided(goods) => {
                self.ground = Some(goods.ground);
                self.decision.clone_from(&goods.decision);
                self.no_eseal_reason.clone_from(&goods.reason);
                self.depletion = goods.depletion;
                self.ahead_of_a.clone_from(&goods.ahead_of_a);
            }
            Fact::TripDeclared(trip) => self.trip = Some(trip.clone()),
            Fact::CargoHandedOver(handed) => self.handed_over = Some(handed.clone()),
            Fact::PhotoTaken(taken) => self.photos.push(CasePhoto {
                event: event.id,
                photo: taken.photo.clone(),
                role: taken.role,
                stage: taken.stage,
                quality: taken.quality,
                from_camera: taken.from_camera,
                at,
                officer: event.officer.clone(),
            }),
            Fact::SealPrepared(prepared) => {
                let seal = self.seal_mut(&prepared.seal, SealType::Electronic, SealingParty::Customs, at);
                seal.prepared = Some(prepared.clone());
            }
            Fact::LockCommanded(commanded) => {
                let step = SealEvent::Commanded { command: commanded.command, action: commanded.action };
                let fits = self.lock(event, &commanded.seal, &step, Some(commanded.after), history);
                if fits && commanded.action == LockAction::Arm {
                    self.put_on(&commanded.seal, &commanded.containers);
                }
                let seal = self.seal_mut(&commanded.seal, SealType::Electronic, SealingParty::Customs, at);
                seal.command = Some(commanded.command);
            }
            Fact::LockRead(read) => {
                let step = match (read.command, read.action, &read.outcome, &read.reading) {
                    (Some(command), Some(action), Some(outcome), _) => {
                        Some(SealEvent::Ended { command, action, outcome: outcome.clone() })
                    }
                    (_, _, _, Some(reading)) => Some(SealEvent::Read(reading.lock)),
                    _ => None,
                };
                if let Some(step) = step {
                    self.lock(event, &read.seal, &step, None, history);
                }
            }
            Fact::SealRecorded(recorded) => {
                let known = self.seals.iter().any(|seal| seal.no == recorded.seal);
                self.seal_mut(&recorded.seal, recorded.seal_type, recorded.party, at);
                // A carrier's seal announced with the goods is only being confirmed.
                let claims = recorded.party == SealingParty::Customs || !known || recorded.on_off == OnOff::Off;
                let step = match recorded.on_off {
                    OnOff::On => SealEvent::RecordedOn,
                    OnOff::Off => SealEvent::RecordedOff,
                };
                // A record that contradicts the lock does not change how the seal is worked, nor what it covers.
                if claims && !self.lock(event, &recorded.seal, &step, Some(recorded.after), history) {
                    return;
                }
                let seal = self.seal_mut(&recorded.seal, recorded.seal_type, recorded.party, at);
                seal.kind = recorded.kind.or(seal.kind);
                seal.class = recorded.class.or(seal.class);
                seal.condition = recorded.condition.or(seal.condition);
                if claims {
                    seal.method = Some(recorded.method);
                }
                if recorded.on_off == OnOff::On {
                    self.put_on(&recorded.seal, &recorded.containers);
                }
            }
            Fact::TugTested(tug) => {
                if let Some(seal) = self.find_mut(&tug.seal) {
                    seal.tug_held = Some(tug.held);
                }
            }
            Fact::SealLogRead(log) => {
                if let Some(seal) = self.find_mut(&log.seal) {
                    seal.log = Some(log.clone());
                }
            }
            Fact::Inspected(inspected) => {
                if let Some(seal) = self.find_mut(&inspected.seal) {
                    seal.condition = Some(inspected.condition);
                }
                self.inspections.push(CaseInspection {
                    event: event.id,
                    inspected: inspected.clone(),
                    at,
                    officer: event.officer.clone(),
                    unit: event.unit.clone(),
                });
            }
            Fact::SealCutOff(cut) => {
                self.lock(event, &cut.seal, &SealEvent::CutOff, Some(cut.after), history);
            }
            Fact::TrackingSeen(seen) => {
                if let Some(closed) = seen.closed {
                    self.lock(event, &seen.seal, &SealEvent::PlatformSaw { closed }, None, history);
                }
            }
            Fact::ApprovalAsked(_) | Fact::ApprovalGiven(_) => self.approve(event),
            Fact::SlipTaken(slip) => {
                if let Some(inner) = slip.event().filter(|inner| inner.case == event.case) {
                    self.approve(&inner);
                }
            }
            Fact::CaseOpened(_)
            | Fact::SealReceived(_)
            | Fact::ReuseReserved(_)
            | Fact::ParcelPacked(_)
            | Fact::ParcelHandedOver(_)
            | Fact::ParcelReceived(_)
            | Fact::ConflictDecided(_)
            | Fact::DifficultyReported(_)
            | Fact::DiagnosticsGiven(_)
            | Fact::Corrected(_)
            | Fact::DepletionStated(_)
            | Fact::DepletionEnded(_)
            | Fact::SealsIssued(_)
            | Fact::SealsOffered(_)
            | Fact::SealsTakenOver(_)
            | Fact::StockCounted(_)
            | Fact::SealLifeChanged(_)
            | Fact::LossReported(_)
            | Fact::LossSettled(_)
            | Fact::ParcelTracked(_)
            | Fact::SealSigned(_)
            | Fact::SignatureChecked(_) => {}
            Fact::SealReplaced(replaced) => {
                if let Some(old) = self.find_mut(&replaced.old) {
                    old.reopened = true;
                    old.condition = Some(replaced.old_condition);
                    old.replaced_by = Some(replaced.new.clone());
                }
            }
            Fact::ContainerChanged(changed) => self.change_container(event, changed),
            Fact::OpenedUnderSupervision(opened) => {
                // At the end of the trip a seal that comes off has done its work, unless another goes on.
                let on_the_way = event.unit != self.doc.destination;
                for seal in self.seals.iter_mut().filter(|seal| opened.seals.contains(&seal.no)) {
                    seal.reopened = on_the_way;
                }
                self.openings.push(Opening {
                    event: event.id,
                    at,
                    officer: event.officer.clone(),
                    unit: event.unit.clone(),
                    opened: opened.clone(),
                    containers: opened.containers.clone(),
                    closed: None,
                });
            }
            Fact::ClosedAgain(closed) => {
                let Some(opening) = self.openings.iter_mut().find(|opening| opening.event == closed.opening) else {
                    return;
                };
                opening.closed = Some((at, closed.seals.clone()));
                // What was to come off and stayed on, covers as before.
                for seal in self.seals.iter_mut().filter(|seal| seal.state.is_on()) {
                    seal.reopened = false;
                }
            }
        }
    }

    fn change_container(&mut self, event: &Event, changed: &ContainerChanged) {
        let ContainerChanged { old, new, .. } = changed;
        let renamed = |containers: &mut Vec<ContainerNo>| {
            let known = containers.contains(new);
            containers.retain(|container| container != old || !known);
            containers.iter_mut().filter(|container| *container == old).for_each(|container| *container = new.clone());
        };
        if !self.doc.containers.contains(old) {
            return;
        }
        renamed(&mut self.doc.containers);
        self.seals.iter_mut().for_each(|seal| renamed(&mut seal.containers));
        self.openings.iter_mut().for_each(|opening| renamed(&mut opening.containers));
        self.containers_scanned.retain(|container| container != old);
        self.container_changes.push(ContainerChange {
            event: event.id,
            at: event.at.wall,
            officer: event.officer.clone(),
            changed: changed.clone(),
        });
    }

    /// The opening under supervision that is not closed again.
    #[must_use]
    pub fn open_opening(&self) -> Option<&Opening> {
        self.openings.iter().rev().find(|opening| opening.closed.is_none())
    }

    /// The head of the unit lets it be sealed although its goods need no seal. Whether that still holds for its containers
    /// now, [`crate::obligation::approval_lack`] says.
    #[must_use]
    pub fn is_approved(&self) -> bool {
        self.approval.as_ref().is_some_and(|approval| approval.given.granted)
    }

    /// Takes a request or an answer in; newest first, each event once.
    fn approve(&mut self, event: &Event) {
        let at = event.at.wall;
        match &event.fact {
            Fact::ApprovalAsked(asked) if self.approval_asked.as_ref().is_none_or(|known| known.at <= at) => {
                self.approval_asked =
                    Some(AskedApproval { event: event.id, asked: asked.clone(), at, officer: event.officer.clone() });
            }
            Fact::ApprovalGiven(given) if self.approval.as_ref().is_none_or(|known| known.at <= at) => {
                self.approval =
                    Some(GivenApproval { event: event.id, given: given.clone(), at, unit: event.unit.clone() });
            }
            _ => {}
        }
    }

    /// The seal is being put on these containers; none named means all. Coming off leaves them as they were.
    fn put_on(&mut self, no: &SealNo, containers: &[ContainerNo]) {
        let containers = if containers.is_empty() { self.doc.containers.clone() } else { containers.to_vec() };
        if let Some(seal) = self.find_mut(no) {
            seal.containers = containers;
            seal.reopened = false;
        }
    }

    /// Applies one step to a seal's lock, and notes it in `history`; `false` when it does not fit. A claim carries `after`, the
    /// newest lock fact its
    /// device knew: claims of other devices since then were made unknown to each other.
    fn lock(
        &mut self,
        event: &Event,
        no: &SealNo,
        step: &SealEvent,
        claim: Option<Option<EventId>>,
        history: &mut Vec<LockFact>,
    ) -> bool {
        let mine = history.iter().filter(|fact| &fact.seal == no);
        if let Some(after) = claim
            && let Some(unseen) = mine
                .skip_while(|fact| after.is_some_and(|known| fact.event != known))
                .find(|fact| fact.claim && fact.device != event.device && Some(fact.event) != after)
        {
            self.conflicts.push(Conflict {
                seal: no.clone(),
                events: vec![unseen.event, event.id],
                why: FORK.to_owned(),
                decided: None,
            });
        }
        history.push(LockFact { seal: no.clone(), event: event.id, device: event.device, claim: claim.is_some() });

        let at = event.at.wall;
        let seal = self.seal_mut(no, SealType::Electronic, SealingParty::Customs, at);
        seal.newest = Some(event.id);
        match seal.state.apply(step) {
            Ok(next) if next == seal.state => true,
            Ok(next) => {
                seal.changed_at = at;
                if next.is_off() {
                    seal.off_at = Some(at);
                    seal.off_at_unit = Some(event.unit.clone());
                } else if matches!(next, SealState::ClosedArmed | SealState::RecordedUnconfirmed)
                    && seal.on_since.is_none()
                {
                    seal.on_since = Some(at);
                    seal.on_by = Some(event.officer.clone());
                }
                seal.state = next;
                true
            }
            Err(misfit) => {
                if !self.conflicts.iter().any(|conflict| conflict.events.contains(&event.id)) {
                    self.conflicts.push(Conflict {
                        seal: no.clone(),
                        events: vec![event.id],
                        why: misfit.to_string(),
                        decided: None,
                    });
                }
                false
            }
        }
    }

    fn decide_conflicts(&mut self, events: &[Event]) {
        for event in events {
            if let Fact::ConflictDecided(decision) = &event.fact {
                for conflict in &mut self.conflicts {
                    if conflict.events.iter().any(|id| decision.events.contains(id)) {
                        conflict.decided = Some(event.id);
                    }
                }
            }
        }
    }

    fn find_mut(&mut self, no: &SealNo) -> Option<&mut SealOnCase> {
        self.seals.iter_mut().find(|seal| &seal.no == no)
    }

    fn seal_mut(&mut self, no: &SealNo, seal_type: SealType, party: SealingParty, at: Timestamp) -> &mut SealOnCase {
        let index = self.seals.iter().position(|seal| &seal.no == no).unwrap_or_else(|| {
            let mut seal = SealOnCase::new(no.clone(), seal_type, party, at);
            seal.containers.clone_from(&self.doc.containers);
            self.seals.push(seal);
            self.seals.len() - 1
        });
        &mut self.seals[index]
    }

    /// A seal by number.
    #[must_use]
    pub fn seal(&self, no: &SealNo) -> Option<&SealOnCase> {
        self.seals.iter().find(|seal| &seal.no == no)
    }

    /// Seals put on by customs.
    pub fn customs_seals(&self) -> impl Iterator<Item = &SealOnCase> {
        self.seals.iter().filter(|seal| seal.party == SealingParty::Customs)
    }

    /// A conflict nobody decided yet on this seal: disarming needs a supervisor, or two officers with a reason.
    #[must_use]
    pub fn open_conflict(&self, no: &SealNo) -> Option<&Conflict> {
        self.conflicts.iter().find(|conflict| &conflict.seal == no && conflict.decided.is_none())
    }

    /// Where the case stands. Nobody knows of one lock: nobody knows of the case. It is sealed when every container is
    /// under a customs seal or was released from one, and closed when the last seal is off.
    #[must_use]
    pub fn phase(&self) -> CasePhase {
        let states = || self.customs_seals().map(|seal| &seal.state);
        if states().any(|state| matches!(state, SealState::Uncertain { .. } | SealState::Pending { .. })) {
            return CasePhase::Uncertain;
        }
        if self.open_opening().is_some() {
            return CasePhase::Sealing;
        }
        if states().any(SealState::is_on) {
            return match (self.is_held(), self.bare().is_empty()) {
                (true, _) => CasePhase::Held,
                (false, true) => CasePhase::Sealed,
                (false, false) => CasePhase::Sealing,
            };
        }
        if self.customs_seals().any(|seal| self.came_off(seal)) {
            return CasePhase::Closed;
        }
        if self.changed_at.is_some() { CasePhase::Sealing } else { CasePhase::ToSeal }
    }

    /// A seal that is still on was last judged "full examination": accepting another seal does not let this one go.
    fn is_held(&self) -> bool {
        self.seals.iter().filter(|seal| seal.state.is_on()).any(|seal| {
            let last = self.inspections.iter().rev().find(|one| one.inspected.seal == seal.no);
            last.is_some_and(|last| last.inspected.verdict == Verdict::FullExamination)
        })
    }

    /// Photographs of a role and stage, newest last.
    pub fn photos_of(&self, role: PhotoRole, stage: Stage) -> impl Iterator<Item = &CasePhoto> {
        self.photos.iter().filter(move |photo| photo.role == role && photo.stage == stage)
    }
}

impl SealOnCase {
    fn new(no: SealNo, seal_type: SealType, party: SealingParty, at: Timestamp) -> Self {
        Self {
            no,
            seal_type,
            party,
            kind: None,
            class: None,
            method: None,
            state: SealState::Free,
            containers: Vec::new(),
            command: None,
            prepared: None,
            tug_held: None,
            condition: None,
            log: None,
            changed_at: at,
            on_since: None,
            on_by: None,
            off_at: None,
            off_at_unit: None,
            newest: None,
            reopened: false,
            replaced_by: None,
        }
    }
}

/// [`Conflict::why`] of two devices that did not know of each other.
pub const FORK: &str = "fork";

/// A lock fact already folded.
struct LockFact {
    seal: SealNo,
    event: EventId,
    device: DeviceId,
    claim: bool,
}

fn on_the_spot(id: CaseId, opened: &crate::fact::CaseOpened, event: &Event) -> CaseDoc {
    CaseDoc {
        id,
        containers: opened.containers.clone(),
        size_type: String::new(),
        declaration: opened.declaration.clone(),
        declared_on: None,
        status: String::new(),
        trader: opened.trader.clone(),
        tax_code: String::new(),
        channel: String::new(),
        ground: None,
        origin: opened.origin.clone(),
        destination: opened.destination.clone(),
        route: String::new(),
        permitted_hours: 0,
        planned_at: event.at.wall,
        vehicle: String::new(),
        trailer: String::new(),
        driver: String::new(),
        seals: Vec::new(),
        sheet_codes: Vec::new(),
    }
}
