//! Why an act with a seal was not done, in the officer's words: what is so, and what to do.

use seal_core::inspection::InspectionFault;
use seal_core::seal::permit::DisarmRefusal;

use super::codes::stored_name;
use crate::actions::cut_off_seal::CutOffRefusal;
use crate::actions::inspect::InspectRefusal;
use crate::actions::lock_command::SealTrouble;
use crate::actions::read_lock::NotOnCase;
use crate::ports::seal_link::LinkTrouble;
use crate::t;

/// Words for a [`SealTrouble`]; `refused` words its rules.
fn seal_trouble<R>(trouble: &SealTrouble<R>, refused: impl FnOnce(&R) -> String) -> String {
    match trouble {
        SealTrouble::NoCase(_) => t!("not-here-case"),
        SealTrouble::Refused(refusal) => refused(refusal),
        SealTrouble::Link(trouble) => link(trouble),
        SealTrouble::Store(error) => {
            tracing::error!(%error, "store");
            t!("err-store")
        }
    }
}

/// The link's trouble.
pub fn link(trouble: &LinkTrouble) -> String {
    match trouble {
        LinkTrouble::RadioOff => t!("link-radio-off"),
        LinkTrouble::NotAllowed => t!("link-not-allowed"),
        LinkTrouble::NotHeard => t!("link-not-heard"),
        LinkTrouble::TooFar => t!("link-too-far"),
        LinkTrouble::Busy => t!("link-busy"),
        LinkTrouble::OtherSeal { found } => t!("link-other-seal", seal = found.to_string()),
        LinkTrouble::NotAccepted => t!("link-not-accepted"),
        LinkTrouble::NoTicket(why) => {
            tracing::warn!(why, "no right to a seal");
            t!("link-no-ticket")
        }
        LinkTrouble::LinkLost => t!("link-lost"),
        LinkTrouble::NoAnswer => t!("link-no-answer"),
        LinkTrouble::Unreadable(_) => t!("link-unreadable"),
    }
}

/// A log that was not read.
pub fn log(trouble: &SealTrouble<NotOnCase>) -> String {
    seal_trouble(trouble, |_| t!("refused-not-on-case"))
}

/// An inspection that was not recorded.
pub fn inspect(trouble: &SealTrouble<InspectRefusal>) -> String {
    seal_trouble(trouble, |refusal| match refusal {
        InspectRefusal::NoRole => t!("refused-role"),
        InspectRefusal::NotOnCase => t!("refused-not-on-case"),
        InspectRefusal::WrongOffice { destination } => t!("refused-inspect-office", office = destination.to_string()),
        InspectRefusal::Fault(InspectionFault::Missing(checks)) => t!("refused-checks-missing", n = checks.len()),
        InspectRefusal::Fault(InspectionFault::ReasonNeeded) => t!("verdict-need-reason"),
        InspectRefusal::Fault(InspectionFault::TooMild { proposed }) => {
            t!("refused-too-mild", verdict = t!(&format!("verdict-{}", stored_name(proposed))))
        }
    })
}

/// A seal that was not cut off.
pub fn cut_off(trouble: &SealTrouble<CutOffRefusal>) -> String {
    seal_trouble(trouble, |refusal| match refusal {
        CutOffRefusal::StaysOn(refusal) => disarm(refusal),
        CutOffRefusal::WitnessNeeded => t!("cut-need-witness"),
        CutOffRefusal::ReasonNeeded => t!("cut-need-reason"),
    })
}

/// A seal that stays on.
pub fn disarm(refusal: &DisarmRefusal) -> String {
    match refusal {
        DisarmRefusal::NotOnCase => t!("refused-not-on-case"),
        DisarmRefusal::NoRole => t!("refused-role"),
        DisarmRefusal::WrongOffice { destination } => t!("refused-off-office", office = destination.to_string()),
        DisarmRefusal::CommandOpen => t!("refused-command-open"),
        DisarmRefusal::NotClosed => t!("refused-not-closed"),
        DisarmRefusal::NotInspected => t!("refused-not-inspected"),
        DisarmRefusal::Held => t!("refused-held"),
        DisarmRefusal::Conflict => t!("refused-conflict"),
        DisarmRefusal::SecondOfficer => t!("conflict-need-second"),
    }
}
