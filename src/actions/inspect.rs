//! Inspecting a seal: checks by hand, condition, verdict; at the destination or on the way.

use seal_core::case::CaseView;
use seal_core::codes::SealCondition;
use seal_core::fact::{Fact, Inspected};
use seal_core::ids::{CaseId, OfficeCode};
use seal_core::inspection::{HandCheckResult, InspectionFault, Proposal, may_record, propose};
use seal_core::officer::Officer;
use seal_core::seal::permit::works_seals;
use seal_core::seal_no::SealNo;

use super::Kit;
use super::lock_command::{SealTrouble, case_of};
use super::read_seal_log::trip_story;

/// Why an inspection is not recorded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InspectRefusal {
    /// Not an officer's work.
    #[error("your role may not inspect seals")]
    NoRole,
    /// Not on this case.
    #[error("the seal is not on this case")]
    NotOnCase,
    /// The final inspection is the destination's; elsewhere it is a check on the way.
    #[error("the final inspection is made at {destination}; here record a check on the way")]
    WrongOffice {
        /// Where.
        destination: OfficeCode,
    },
    /// Incomplete, or milder than the findings allow.
    #[error(transparent)]
    Fault(#[from] InspectionFault),
}

/// What the app proposes for the findings so far.
///
/// # Errors
/// [`SealTrouble`].
pub fn proposal(
    kit: &Kit,
    officer: &Officer,
    case: CaseId,
    seal: &SealNo,
    checks: &[HandCheckResult],
    condition: SealCondition,
) -> Result<Proposal, SealTrouble<InspectRefusal>> {
    proposal_for(kit, officer, &case_of(kit, case)?, seal, checks, condition)
}

fn proposal_for(
    kit: &Kit,
    officer: &Officer,
    view: &CaseView,
    seal: &SealNo,
    checks: &[HandCheckResult],
    condition: SealCondition,
) -> Result<Proposal, SealTrouble<InspectRefusal>> {
    let on_case = view.seal(seal).ok_or(SealTrouble::Refused(InspectRefusal::NotOnCase))?;
    let story = trip_story(kit, view.doc.id, seal, &officer.unit)?;
    Ok(propose(on_case.seal_type, &on_case.state, story.as_ref(), checks, condition))
}

/// Records an inspection. Returns what the app had proposed.
///
/// # Errors
/// [`InspectRefusal`], or the store's.
pub fn inspect(
    kit: &Kit,
    officer: &Officer,
    case: CaseId,
    inspected: Inspected,
) -> Result<Proposal, SealTrouble<InspectRefusal>> {
    if !works_seals(officer) {
        return Err(SealTrouble::Refused(InspectRefusal::NoRole));
    }
    let view = case_of(kit, case)?;
    let seal = view.seal(&inspected.seal).ok_or(SealTrouble::Refused(InspectRefusal::NotOnCase))?;
    if !inspected.en_route && officer.unit != view.doc.destination {
        let destination = view.doc.destination.clone();
        return Err(SealTrouble::Refused(InspectRefusal::WrongOffice { destination }));
    }
    let proposal = proposal_for(kit, officer, &view, &inspected.seal, &inspected.checks, inspected.condition)?;
    may_record(&inspected, seal.seal_type, &proposal, officer).map_err(|fault| SealTrouble::Refused(fault.into()))?;
    kit.record(officer, Some(case), vec![Fact::Inspected(inspected)])?;
    Ok(proposal)
}
