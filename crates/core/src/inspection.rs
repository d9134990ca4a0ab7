//! The checks that fit a seal, and the verdict.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::codes::{SealCondition, SealType};
use crate::fact::Inspected;
use crate::officer::{Officer, Role};
use crate::seal::log::LogKind;
use crate::seal::state::SealState;
use crate::seal::story::TripStory;

/// One check by hand and eye.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HandCheck {
    /// View the seal and the container locking parts.
    View,
    /// Verify the seal number against the documents.
    Verify,
    /// Tug on the seal.
    Tug,
    /// Twist and turn the bolt.
    Twist,
    /// Follow the rope along its whole length.
    Rope,
    /// Look at the housing, screws and back cover.
    Housing,
}

/// The checks for a seal type, in the order in which they are made: View-Verify-Tug-Twist for bolts (domain 2), rope and
/// housing for electronic seals.
#[must_use]
pub fn checks_for(seal: SealType) -> &'static [HandCheck] {
    match seal {
        SealType::Electronic => {
            &[HandCheck::View, HandCheck::Verify, HandCheck::Rope, HandCheck::Housing, HandCheck::Tug]
        }
        SealType::Mechanical | SealType::AirFreshVent => {
            &[HandCheck::View, HandCheck::Verify, HandCheck::Tug, HandCheck::Twist]
        }
    }
}

/// The answer to one check, and how long the officer took for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandCheckResult {
    /// Which.
    pub check: HandCheck,
    /// Held, intact, as it should be.
    pub good: bool,
    /// Seconds on the step.
    pub seconds: u32,
    /// What the officer wrote.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// What follows from an inspection, from mild to strict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// In order; en route: drive on; at destination: take the seal off.
    Accept,
    /// Accepted with a reason for what is not proven (a gap).
    AcceptWithReason,
    /// Keep the seal on; examine the goods in full.
    FullExamination,
}

/// A reason for a verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Because {
    /// The seal logged an opening that nobody of ours commanded.
    Breach(LogKind),
    /// The seal reports that it was cut or opened.
    Tampered,
    /// A check by hand was bad.
    BadCheck(HandCheck),
    /// The condition seen.
    Condition(SealCondition),
    /// The monitoring platform contradicts the record.
    Contradicted,
    /// Nobody knows whether the lock is closed.
    Uncertain,
    /// The seal logged another alarm.
    Alarm(LogKind),
    /// Time without evidence.
    Gap(SignedDuration),
    /// Entries are missing.
    LogIncomplete,
    /// An electronic seal whose log was not read.
    NoLog,
}

impl Because {
    /// The mildest verdict that is right with this reason.
    #[must_use]
    pub fn asks_for(&self) -> Verdict {
        match self {
            Self::Breach(_) | Self::Tampered | Self::BadCheck(_) | Self::Contradicted => Verdict::FullExamination,
            Self::Condition(SealCondition::Right) => Verdict::Accept,
            // The electronics failed; rope and housing may still prove the closure.
            Self::Condition(SealCondition::FaultyElectronic)
            | Self::Uncertain
            | Self::Alarm(_)
            | Self::Gap(_)
            | Self::LogIncomplete
            | Self::NoLog => Verdict::AcceptWithReason,
            Self::Condition(SealCondition::Damaged | SealCondition::Missing | SealCondition::Broken) => {
                Verdict::FullExamination
            }
        }
    }
}

/// The verdict the app proposes, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The strictest that a reason asks for.
    pub verdict: Verdict,
    /// Every reason, none for a clean trip.
    pub because: Vec<Because>,
}

/// Proposes a verdict. `story` is the trip as read from the seal's log, `None` when the log was not read.
#[must_use]
pub fn propose(
    seal_type: SealType,
    state: &SealState,
    story: Option<&TripStory>,
    checks: &[HandCheckResult],
    condition: SealCondition,
) -> Proposal {
    let mut because = Vec::new();
    match story {
        Some(story) => {
            because.extend(story.breaches.iter().map(|entry| Because::Breach(entry.kind)));
            because.extend(story.alarms.iter().map(|entry| Because::Alarm(entry.kind)));
            if story.gap.is_positive() {
                because.push(Because::Gap(story.gap));
            }
            if !story.complete {
                because.push(Because::LogIncomplete);
            }
        }
        None if seal_type == SealType::Electronic => because.push(Because::NoLog),
        None => {}
    }
    match state {
        SealState::Tampered => because.push(Because::Tampered),
        SealState::RecordedContradicted => because.push(Because::Contradicted),
        SealState::Pending { .. } | SealState::Uncertain { .. } => because.push(Because::Uncertain),
        _ => {}
    }
    because.extend(checks.iter().filter(|check| !check.good).map(|check| Because::BadCheck(check.check)));
    if condition != SealCondition::Right {
        because.push(Because::Condition(condition));
    }
    let verdict = because.iter().map(Because::asks_for).max().unwrap_or(Verdict::Accept);
    Proposal { verdict, because }
}

/// Why an inspection cannot be recorded as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InspectionFault {
    /// Checks not made yet.
    #[error("checks are missing: {0:?}")]
    Missing(Vec<HandCheck>),
    /// Accepting what is not proven needs a reason.
    #[error("give the reason for accepting what is not proven")]
    ReasonNeeded,
    /// Milder than the findings allow.
    #[error("the findings ask for a stricter verdict")]
    TooMild {
        /// What they ask for.
        proposed: Verdict,
    },
}

/// The inspection may be recorded. An officer may always be stricter than the proposal. Where it is full examination, a
/// shift lead or supervisor may accept with a reason: the examination was made.
///
/// # Errors
/// [`InspectionFault`].
pub fn may_record(
    inspected: &Inspected,
    seal_type: SealType,
    proposal: &Proposal,
    officer: &Officer,
) -> Result<(), InspectionFault> {
    let made = |check: &HandCheck| inspected.checks.iter().any(|result| result.check == *check);
    let missing: Vec<HandCheck> = checks_for(seal_type).iter().copied().filter(|check| !made(check)).collect();
    if !missing.is_empty() {
        return Err(InspectionFault::Missing(missing));
    }
    let leads = officer.is(Role::ShiftLead) || officer.is(Role::Supervisor);
    let mildest = match proposal.verdict {
        Verdict::FullExamination if leads => Verdict::AcceptWithReason,
        proposed => proposed,
    };
    if inspected.verdict < mildest {
        return Err(InspectionFault::TooMild { proposed: proposal.verdict });
    }
    if inspected.verdict == Verdict::AcceptWithReason && inspected.reason.trim().is_empty() {
        return Err(InspectionFault::ReasonNeeded);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checks(bad: Option<HandCheck>) -> Vec<HandCheckResult> {
        let made = checks_for(SealType::Electronic).iter();
        made.map(|check| HandCheckResult { check: *check, good: Some(*check) != bad, seconds: 5, note: String::new() })
            .collect()
    }

    fn story(gap_minutes: i64) -> TripStory {
        TripStory {
            items: Vec::new(),
            gap: SignedDuration::from_mins(gap_minutes),
            breaches: Vec::new(),
            alarms: Vec::new(),
            complete: true,
        }
    }

    fn proposed(story: Option<&TripStory>, bad: Option<HandCheck>, condition: SealCondition) -> Verdict {
        propose(SealType::Electronic, &SealState::ClosedArmed, story, &checks(bad), condition).verdict
    }

    #[test]
    fn the_strictest_reason_decides() {
        assert_eq!(proposed(Some(&story(0)), None, SealCondition::Right), Verdict::Accept);
        assert_eq!(proposed(Some(&story(90)), None, SealCondition::Right), Verdict::AcceptWithReason);
        assert_eq!(proposed(None, None, SealCondition::Right), Verdict::AcceptWithReason);
        assert_eq!(proposed(Some(&story(90)), Some(HandCheck::Tug), SealCondition::Right), Verdict::FullExamination);
        assert_eq!(proposed(Some(&story(0)), None, SealCondition::Broken), Verdict::FullExamination);
        assert_eq!(proposed(None, None, SealCondition::FaultyElectronic), Verdict::AcceptWithReason);
    }
}
