//! The checks that fit a seal, and the verdict.

use serde::{Deserialize, Serialize};

use crate::codes::SealType;

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

/// What follows from an inspection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// In order; en route: drive on; at destination: take the seal off.
    Accept,
    /// Accepted with a reason for what is not proven (a gap).
    AcceptWithReason,
    /// Keep the seal on; examine the goods in full.
    FullExamination,
}
