//! Sealed containers are opened before an officer and a witness who signs. Seals worked by hand come off by this act; one
//! worked by radio is opened by radio afterwards, which the opening allows.

use seal_core::container::ContainerNo;
use seal_core::fact::{Fact, OnOff, OpenedUnderSupervision, SealRecorded};
use seal_core::ids::CaseId;
use seal_core::officer::Officer;
use seal_core::seal::permit::{ReopenRefusal, may_open};
use seal_core::seal_no::SealNo;

use super::Kit;
use super::lock_command::{SealTrouble, case_of};

/// Why nothing is opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenRefusal {
    /// Not now, or not these.
    #[error(transparent)]
    Seals(#[from] ReopenRefusal),
    /// Say why.
    #[error("a reason is needed")]
    ReasonNeeded,
    /// Nobody opens a sealed container alone.
    #[error("write the witness's name and role, and let the witness sign")]
    WitnessNeeded,
}

/// What is opened, why, and before whom.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Supervised {
    /// Containers opened; empty means all of the case.
    pub containers: Vec<ContainerNo>,
    /// Seals taken off for it.
    pub seals: Vec<SealNo>,
    /// Why.
    pub reason: String,
    /// Number of the decision or request, where there is one.
    pub document: String,
    /// Name and role.
    pub witness: String,
    /// Signature as an SVG path on a 600 x 260 canvas.
    pub signature: String,
}

/// Opens them. Gives the seals that are still to be opened by radio.
///
/// # Errors
/// [`OpenRefusal`], or the store's; then nothing was written.
pub fn open_supervised(
    kit: &Kit,
    officer: &Officer,
    case: CaseId,
    what: Supervised,
) -> Result<Vec<SealNo>, SealTrouble<OpenRefusal>> {
    let view = case_of(kit, case)?;
    let refused = |refusal: OpenRefusal| SealTrouble::Refused(refusal);
    may_open(&view, &what.containers, &what.seals, officer).map_err(|refusal| refused(refusal.into()))?;
    if what.reason.trim().is_empty() {
        return Err(refused(OpenRefusal::ReasonNeeded));
    }
    if what.witness.trim().is_empty() || what.signature.trim().is_empty() {
        return Err(refused(OpenRefusal::WitnessNeeded));
    }
    let containers = view.named(&what.containers).unwrap_or(what.containers);
    let mut facts = vec![Fact::OpenedUnderSupervision(OpenedUnderSupervision {
        containers,
        seals: what.seals.clone(),
        reason: what.reason.trim().to_owned(),
        document: what.document.trim().to_owned(),
        witness: what.witness.trim().to_owned(),
        signature: what.signature,
    })];
    let mut by_radio = Vec::new();
    for seal in what.seals.iter().filter_map(|no| view.seal(no)) {
        let Some(method) = seal.method else {
            by_radio.push(seal.no.clone());
            continue;
        };
        facts.push(Fact::SealRecorded(SealRecorded {
            seal: seal.no.clone(),
            seal_type: seal.seal_type,
            party: seal.party,
            kind: seal.kind,
            class: seal.class,
            method,
            on_off: OnOff::Off,
            condition: seal.condition,
            containers: view.under(seal),
            after: seal.newest,
        }));
    }
    kit.record(officer, Some(case), facts)?;
    Ok(by_radio)
}
