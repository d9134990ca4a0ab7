//! A seal that is lost or damaged: who has to answer for it, what became of it, and who may say so.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::event::{Event, corrected};
use crate::fact::{Fact, LossKind, LossOutcome};
use crate::ids::{EventId, OfficeCode, OfficerId, ParcelId};
use crate::officer::Officer;
use crate::rules::WayHomeRule;
use crate::seal_no::SealNo;

/// A reported loss or damage as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loss {
    /// The report.
    pub report: EventId,
    /// The seal.
    pub seal: SealNo,
    /// What.
    pub what: LossKind,
    /// The unit that has to answer for it.
    pub responsible: OfficeCode,
    /// The parcel it was missing from or damaged in.
    pub parcel: Option<ParcelId>,
    /// What is known of it.
    pub remark: String,
    /// When it was reported.
    pub at: Timestamp,
    /// By whom.
    pub by: OfficerId,
    /// Of which unit.
    pub unit: OfficeCode,
    /// What became of it, oldest first.
    pub steps: Vec<LossStep>,
}

/// One thing that became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LossStep {
    /// What.
    pub outcome: LossOutcome,
    /// Decision or remark.
    pub remark: String,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: OfficerId,
    /// Of which unit.
    pub unit: OfficeCode,
}

impl Loss {
    /// Every report among the events with what became of it, oldest first. Corrected facts do not count.
    #[must_use]
    pub fn fold(events: &[Event]) -> Vec<Self> {
        let corrected = corrected(events);
        let mut ordered: Vec<&Event> = events.iter().filter(|event| !corrected.contains(&event.id)).collect();
        ordered.sort_by_key(|event| (event.at.wall, event.device, event.seq));
        let mut losses: Vec<Self> = Vec::new();
        for event in &ordered {
            if let Fact::LossReported(report) = &event.fact {
                losses.push(Self {
                    report: event.id,
                    seal: report.seal.clone(),
                    what: report.what,
                    responsible: report.responsible.clone(),
                    parcel: report.parcel,
                    remark: report.remark.clone(),
                    at: event.at.wall,
                    by: event.officer.clone(),
                    unit: event.unit.clone(),
                    steps: Vec::new(),
                });
            }
        }
        for event in ordered {
            let Fact::LossSettled(settled) = &event.fact else { continue };
            if let Some(loss) = losses.iter_mut().find(|loss| loss.report == settled.report) {
                loss.steps.push(LossStep {
                    outcome: settled.outcome,
                    remark: settled.remark.clone(),
                    at: event.at.wall,
                    by: event.officer.clone(),
                    unit: event.unit.clone(),
                });
            }
        }
        losses
    }

    /// How it stands; `None` while nobody said anything of it.
    #[must_use]
    pub fn outcome(&self) -> Option<LossOutcome> {
        self.steps.last().map(|step| step.outcome)
    }

    /// Somebody has still to see to it: nothing was said yet, or it is in repair.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self.outcome(), None | Some(LossOutcome::InRepair))
    }

    /// What it may become now, in the order in which an officer thinks of it. Nothing once it is settled.
    #[must_use]
    pub fn next(&self) -> &'static [LossOutcome] {
        match (self.what, self.outcome()) {
            (LossKind::Lost, None) => &[LossOutcome::Found, LossOutcome::WrittenOff],
            (LossKind::Damaged, None) => &[LossOutcome::Repaired, LossOutcome::InRepair, LossOutcome::WrittenOff],
            (_, Some(LossOutcome::InRepair)) => &[LossOutcome::Repaired, LossOutcome::WrittenOff],
            (_, Some(LossOutcome::Found | LossOutcome::Repaired | LossOutcome::WrittenOff)) => &[],
        }
    }

    /// The unit has to do with it: it answers for it, or reported it.
    #[must_use]
    pub fn concerns(&self, unit: &OfficeCode) -> bool {
        &self.responsible == unit || &self.unit == unit
    }
}

/// Why an officer may not say what became of a loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MayNotSettle {
    /// It does not become that from what it is.
    #[error("the loss is settled, or does not become that")]
    Settled,
    /// Repair and writing off are the owner's and the manager's.
    #[error("only the unit that owns or manages the seal may say so")]
    NotTheOwner,
    /// It is neither the officer's unit's to answer for, nor its seal, nor its report.
    #[error("the unit has nothing to do with it")]
    NotConcerned,
    /// Writing off takes a role that the rules name.
    #[error("a role that the rules name has to write it off")]
    Role,
    /// The rules do not say who writes off.
    #[error("the rules do not say who may write a seal off")]
    NoRule,
}

/// Whether `officer` may say that `outcome` became of `loss`. `homes` are the seal's owner and manager, as known.
///
/// # Errors
/// [`MayNotSettle`] says why not.
pub fn may_settle(
    loss: &Loss,
    outcome: LossOutcome,
    officer: &Officer,
    homes: &[OfficeCode],
    rule: Option<&WayHomeRule>,
) -> Result<(), MayNotSettle> {
    if !loss.next().contains(&outcome) {
        return Err(MayNotSettle::Settled);
    }
    let at_home = homes.contains(&officer.unit);
    match outcome {
        LossOutcome::Found if at_home || loss.concerns(&officer.unit) => Ok(()),
        LossOutcome::Found => Err(MayNotSettle::NotConcerned),
        LossOutcome::Repaired | LossOutcome::InRepair if at_home => Ok(()),
        LossOutcome::WrittenOff if at_home => {
            let rule = rule.ok_or(MayNotSettle::NoRule)?;
            let may = officer.roles.iter().any(|role| rule.written_off_by.contains(role));
            if may { Ok(()) } else { Err(MayNotSettle::Role) }
        }
        LossOutcome::Repaired | LossOutcome::InRepair | LossOutcome::WrittenOff => Err(MayNotSettle::NotTheOwner),
    }
}
