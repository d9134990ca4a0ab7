//! What a unit's head lets happen, and what stands in for an electronic seal that is not there.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::cbor::Bytes;
use crate::container::ContainerNo;
use crate::ids::{CaseId, EventId, OfficerId};
use crate::rules::LegalGround;

/// What is to be approved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalKind {
    /// An electronic seal on containers or means outside the selection criteria (domain 1.3, S8).
    OutsideCriteria,
}

/// See [`super::Fact::ApprovalAsked`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalAsked {
    /// What for.
    pub what: ApprovalKind,
    /// Containers it concerns; none for the vehicle as a whole.
    pub containers: Vec<ContainerNo>,
    /// Vehicle plate or name of the barge, where known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub vehicle: String,
    /// Ground as chosen by the officer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ground: Option<LegalGround>,
    /// The officer's reason.
    pub why: String,
}

/// See [`super::Fact::ApprovalGiven`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalGiven {
    /// The request it answers.
    pub asked: EventId,
    /// What for.
    pub what: ApprovalKind,
    /// Containers it holds for; none for the vehicle as a whole.
    pub containers: Vec<ContainerNo>,
    /// Who approves: the head of the unit. The event's author where it was signed on their own phone; another officer where
    /// they entered their PIN on the officer's phone.
    pub approver: OfficerId,
    /// Approved, or refused.
    pub granted: bool,
    /// The head's words; needed for a refusal.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Until when it may be used.
    pub valid_until: Timestamp,
}

/// See [`super::Fact::SlipTaken`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlipTaken {
    /// The other phone's event, exactly as it was signed there.
    pub cose: Bytes,
}

/// Why a unit has no electronic seals left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DepletionReason {
    /// Every seal the unit holds is on the way or in use.
    AllInUse,
    /// Seals are at hand, but broken, flat or in repair.
    NoneFitForUse,
    /// Seals sent by other units have not arrived.
    NotArrived,
    /// Something else, said in words.
    Other,
}

/// Stock as a phone knew it at a moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockSnapshot {
    /// Electronic seals held by the unit and free to be put on.
    pub free: u32,
    /// Held, but not to be put on (repair, damaged, flat).
    pub unfit: u32,
    /// On containers under way.
    pub in_use: u32,
    /// When the figures were last drawn from the central; `None` when never.
    pub as_of: Option<Timestamp>,
}

/// See [`super::Fact::DepletionStated`]. Stands for the whole unit (the event's unit), not for one container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DepletionStated {
    /// Stock as known when it was stated.
    pub stock: StockSnapshot,
    /// Why.
    pub reason: DepletionReason,
    /// In words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub remark: String,
    /// Until when it stands.
    pub valid_until: Timestamp,
}

/// See [`super::Fact::DepletionEnded`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DepletionEnded {
    /// The statement.
    pub statement: EventId,
    /// Why it no longer stands.
    pub reason: String,
}

/// Group B goods took an electronic seal although group A goods were waiting: what the officer knew. Part of
/// [`super::GoodsDecided`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AheadOfGroupA {
    /// Group A cases that were waiting.
    pub waiting: Vec<CaseId>,
    /// Stock as known.
    pub stock: StockSnapshot,
    /// Why not wait.
    pub reason: String,
}
