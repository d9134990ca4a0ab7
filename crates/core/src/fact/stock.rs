//! Seals in stock: issued, handed over, counted, replaced, lost and found.

use serde::{Deserialize, Serialize};

use crate::codes::{CustomsSealKind, SealCondition};
use crate::container::ContainerNo;
use crate::doc::SealLife;
use crate::ids::{EventId, OfficeCode, OfficerId, ParcelId};
use crate::seal_no::SealNo;

/// See [`super::Fact::SealsIssued`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealsIssued {
    /// To whom; the unit is the event's.
    pub to: OfficerId,
    /// Kind, the same for all.
    pub kind: CustomsSealKind,
    /// Which, in ascending order.
    pub seals: Vec<SealNo>,
}

/// See [`super::Fact::SealsOffered`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealsOffered {
    /// To which unit; the giver's own within a unit.
    pub to_unit: OfficeCode,
    /// To whom, where already known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<OfficerId>,
    /// Which.
    pub seals: Vec<SealNo>,
    /// Remark.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub remark: String,
}

/// See [`super::Fact::SealsTakenOver`]. The offer itself is kept beside it as a [`super::SlipTaken`] of the same act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealsTakenOver {
    /// The giver's [`SealsOffered`] event.
    pub offer: EventId,
    /// Giver.
    pub from: OfficerId,
    /// Giver's unit.
    pub from_unit: OfficeCode,
    /// Taken.
    pub seals: Vec<SealNo>,
    /// Offered, not there: they stay with the giver.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<SealNo>,
}

/// See [`super::Fact::StockCounted`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockCounted {
    /// Kinds that were counted.
    pub kinds: Vec<CustomsSealKind>,
    /// Whose stock, where one officer's was counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<OfficerId>,
    /// Found and expected.
    pub found: Vec<SealNo>,
    /// Expected, not found.
    pub missing: Vec<SealNo>,
    /// Found, not expected here.
    pub extra: Vec<SealNo>,
    /// Remark.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub remark: String,
}

/// Why a seal was replaced by another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplaceReason {
    /// Damaged or faulty.
    Damaged,
    /// Opened for an examination under supervision.
    Examined,
    /// The goods moved to another container.
    ContainerChanged,
    /// The wrong seal was put on.
    WrongSeal,
    /// Something else, said in words.
    Other,
}

/// See [`super::Fact::SealReplaced`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealReplaced {
    /// Came off.
    pub old: SealNo,
    /// Went on in its place.
    pub new: SealNo,
    /// Why.
    pub reason: ReplaceReason,
    /// In words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub remark: String,
    /// How the old one was found, EDIFACT 4517.
    pub old_condition: SealCondition,
}

/// See [`super::Fact::ContainerChanged`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContainerChanged {
    /// Emptied or wrongly written container.
    pub old: ContainerNo,
    /// The one that travels.
    pub new: ContainerNo,
    /// Why.
    pub reason: String,
}

/// See [`super::Fact::OpenedUnderSupervision`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenedUnderSupervision {
    /// Containers opened.
    pub containers: Vec<ContainerNo>,
    /// Seals taken off for it.
    pub seals: Vec<SealNo>,
    /// Why.
    pub reason: String,
    /// Number of the decision or request, where there is one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub document: String,
    /// Who was present besides the officer: name and role.
    pub witness: String,
    /// Their signature as an SVG path on a 600 x 260 canvas.
    pub signature: String,
}

/// See [`super::Fact::ClosedAgain`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClosedAgain {
    /// The opening.
    pub opening: EventId,
    /// Seals put on after it.
    pub seals: Vec<SealNo>,
}

/// See [`super::Fact::SealLifeChanged`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealLifeChanged {
    /// The seal.
    pub seal: SealNo,
    /// What it is from now on.
    pub life: SealLife,
    /// Why.
    pub reason: String,
}

/// What is wrong with a seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LossKind {
    /// It is nowhere to be found.
    Lost,
    /// It is here, and damaged.
    Damaged,
}

/// See [`super::Fact::LossReported`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LossReported {
    /// The seal.
    pub seal: SealNo,
    /// What.
    pub what: LossKind,
    /// The unit that has to answer for it.
    pub responsible: OfficeCode,
    /// The parcel it was missing from or damaged in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parcel: Option<ParcelId>,
    /// What is known of it.
    pub remark: String,
}

/// How a loss or damage ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LossOutcome {
    /// Found again, fit for use.
    Found,
    /// Repaired, fit for use.
    Repaired,
    /// Sent to repair.
    InRepair,
    /// Written off.
    WrittenOff,
}

/// See [`super::Fact::LossSettled`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LossSettled {
    /// The report.
    pub report: EventId,
    /// The seal.
    pub seal: SealNo,
    /// How it ended.
    pub outcome: LossOutcome,
    /// Decision or remark.
    pub remark: String,
}

/// Where the courier says a parcel is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CourierStage {
    /// On its way.
    InTransit,
    /// Delivered, not yet opened by the owner.
    Delivered,
    /// On its way back to the sender.
    ComingBack,
}

/// See [`super::Fact::ParcelTracked`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParcelTracked {
    /// The parcel.
    pub parcel: ParcelId,
    /// Where.
    pub stage: CourierStage,
    /// Who said so: the courier's page, a call.
    pub source: String,
    /// In words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub remark: String,
}

/// State of one seal as it was packed. Part of [`super::ParcelPacked`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackedSeal {
    /// The seal.
    pub seal: SealNo,
    /// It was put to sleep for the way.
    pub asleep: bool,
    /// Charge, per cent, where read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub battery_percent: Option<u8>,
}
