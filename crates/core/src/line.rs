//! What one line of a list shows: narrow, made of the whole view, and kept in columns so that long lists are read quickly.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::case::{CasePhase, CaseView};
use crate::codes::{CustomsSealKind, SealCondition, SealType};
use crate::container::ContainerNo;
use crate::courier::{ParcelStage, ParcelView, Starts, return_deadline};
use crate::custody::{SealView, Whereabouts};
use crate::declaration::DeclarationNo;
use crate::doc::SealLife;
use crate::ids::{CaseId, OfficeCode, OfficerId, ParcelId};
use crate::rules::{GoodsGroup, LegalGround, RulePack};
use crate::seal_no::SealNo;

/// A seal as a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealLine {
    /// Number.
    pub no: SealNo,
    /// EDIFACT 4525; none for a seal the register does not know, as for all that only the register tells.
    pub seal_type: Option<SealType>,
    /// Customs seal kind.
    pub kind: Option<CustomsSealKind>,
    /// Unit that owns it.
    pub owner: Option<OfficeCode>,
    /// Unit that manages it.
    pub manager: Option<OfficeCode>,
    /// Where it stands in its life, the register's word and later facts.
    pub life: Option<SealLife>,
    /// Where it is.
    pub whereabouts: Option<Whereabouts>,
    /// The officer of that unit who holds it in person; none while it lies in the unit's own stock.
    pub officer: Option<OfficerId>,
    /// Since when its holder holds it, see [`SealView::held_since`].
    pub held_since: Option<Timestamp>,
    /// Condition last seen.
    pub condition: Option<SealCondition>,
    /// Promised to a shipment.
    pub reserved_for: Option<CaseId>,
    /// What starts its return clock.
    pub starts: Starts,
    /// The unit that has to send it home: it holds the seal, or has packed it and the courier has not taken it yet.
    pub due_from: Option<OfficeCode>,
    /// When the return clock runs out, as the newest rules say; none when nobody can name it or nobody has to send it.
    pub due_at: Option<Timestamp>,
    /// When the last trip began.
    pub armed_at: Option<Timestamp>,
    /// Home again after it: when.
    pub home_at: Option<Timestamp>,
    /// Days from one to the other.
    pub turn_days: Option<i64>,
}

impl SealLine {
    /// The line of a seal. `parcel` is the one it is in, where it is in one that is known.
    #[must_use]
    pub fn of(view: &SealView, parcel: Option<&ParcelView>, rules: &RulePack) -> Self {
        let doc = view.doc.as_ref();
        let due_from = match (&view.whereabouts, parcel) {
            (Some(Whereabouts::Unit { unit }), _) => Some(unit),
            // Packed is not on its way yet: the clock runs until the courier has it.
            (Some(Whereabouts::InParcel { parcel }), Some(known))
                if known.packed.parcel == *parcel && known.stage() == ParcelStage::Packed =>
            {
                Some(&known.packed.from)
            }
            _ => None,
        };
        let due_from = due_from.filter(|unit| view.belongs_elsewhere(unit)).cloned();
        let starts = Starts::from(view);
        Self {
            no: view.no.clone(),
            seal_type: doc.map(|doc| doc.seal_type),
            kind: doc.map(|doc| doc.kind),
            owner: doc.map(|doc| doc.owner.clone()),
            manager: doc.map(|doc| doc.manager.clone()),
            life: view.life,
            whereabouts: view.whereabouts.clone(),
            officer: view.officer.clone(),
            held_since: view.held_since(),
            condition: view.condition,
            reserved_for: view.reserved_for,
            starts,
            due_at: due_from.is_some().then(|| return_deadline(starts, rules).ok()).flatten(),
            due_from,
            armed_at: view.armed_at,
            home_at: view.home_at,
            turn_days: view.turnaround_days(),
        }
    }

    /// The unit that holds it, while it is not on a case or in a parcel.
    #[must_use]
    pub fn holder(&self) -> Option<&OfficeCode> {
        match &self.whereabouts {
            Some(Whereabouts::Unit { unit }) => Some(unit),
            _ => None,
        }
    }

    /// `unit` owns or manages it.
    #[must_use]
    pub fn belongs_to(&self, unit: &OfficeCode) -> bool {
        self.owner.as_ref() == Some(unit) || self.manager.as_ref() == Some(unit)
    }

    /// Its holder has to send it home.
    #[must_use]
    pub fn must_go_home(&self) -> bool {
        self.due_from.is_some() && self.due_from.as_ref() == self.holder()
    }
}

impl From<&SealLine> for Starts {
    fn from(line: &SealLine) -> Self {
        line.starts
    }
}

/// A case as a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseLine {
    /// Its id.
    pub id: CaseId,
    /// First container.
    pub container: Option<ContainerNo>,
    /// How many containers.
    pub containers: u32,
    /// Declaration.
    pub declaration: Option<DeclarationNo>,
    /// Trader.
    pub trader: String,
    /// Vehicle, as declared for the trip, else as announced.
    pub vehicle: String,
    /// Start.
    pub origin: OfficeCode,
    /// End.
    pub destination: OfficeCode,
    /// Ground.
    pub ground: Option<LegalGround>,
    /// Group as it was settled for this case.
    pub group: Option<GoodsGroup>,
    /// The head of the unit lets it be sealed although its goods need no seal.
    pub approved: bool,
    /// Where it stands.
    pub phase: CasePhase,
    /// Customs seals it has or had.
    pub seals: u32,
    /// Those of them that are on.
    pub seals_on: u32,
    /// Claims that contradict each other, and nobody decided yet.
    pub conflict: bool,
    /// When the truck is expected.
    pub planned_at: Timestamp,
    /// Newest fact.
    pub changed_at: Option<Timestamp>,
}

impl From<&CaseView> for CaseLine {
    fn from(view: &CaseView) -> Self {
        let doc = &view.doc;
        Self {
            id: doc.id,
            container: doc.containers.first().cloned(),
            containers: count(doc.containers.len()),
            declaration: doc.declaration.clone(),
            trader: doc.trader.clone(),
            vehicle: view.trip.as_ref().map_or(&doc.vehicle, |trip| &trip.vehicle).clone(),
            origin: doc.origin.clone(),
            destination: doc.destination.clone(),
            ground: view.ground,
            group: view.decision.as_ref().map(|decision| decision.group),
            approved: view.is_approved(),
            phase: view.phase(),
            seals: count(view.customs_seals().count()),
            seals_on: count(view.customs_seals().filter(|seal| seal.state.is_on()).count()),
            conflict: view.conflicts.iter().any(|conflict| conflict.decided.is_none()),
            planned_at: doc.planned_at,
            changed_at: view.changed_at,
        }
    }
}

/// A parcel as a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParcelLine {
    /// Its id.
    pub id: ParcelId,
    /// Short number people say.
    pub number: String,
    /// From which unit.
    pub from: OfficeCode,
    /// To which unit.
    pub to: OfficeCode,
    /// Seals inside, as announced.
    pub seals: u32,
    /// Where it stands.
    pub stage: ParcelStage,
    /// When it was packed last.
    pub packed_at: Timestamp,
    /// When the courier took it.
    pub handed_at: Option<Timestamp>,
    /// Waybill number; empty before.
    pub waybill: String,
    /// When it was opened.
    pub received_at: Option<Timestamp>,
    /// Seals that were announced and missing, or found and not announced.
    pub differences: u32,
    /// Differences that somebody has still to see to.
    pub open: u32,
    /// When it was last heard of on its way.
    pub news_at: Option<Timestamp>,
}

impl From<&ParcelView> for ParcelLine {
    fn from(view: &ParcelView) -> Self {
        let packed = &view.packed;
        Self {
            id: packed.parcel,
            number: packed.number.clone(),
            from: packed.from.clone(),
            to: packed.to.clone(),
            seals: count(packed.seals.len()),
            stage: view.stage(),
            packed_at: view.packed_at,
            handed_at: view.handed_over.as_ref().map(|(_, at)| *at),
            waybill: view.handed_over.as_ref().map(|(handed, _)| handed.waybill.clone()).unwrap_or_default(),
            received_at: view.received.as_ref().map(|(_, at)| *at),
            differences: view
                .received
                .as_ref()
                .map_or(0, |(received, _)| count(received.missing.len() + received.extra.len())),
            open: count(view.differences().iter().filter(|difference| difference.is_open()).count()),
            news_at: view.news_at(),
        }
    }
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
