//! A truck without a preloaded case: one is opened on the spot.

use seal_core::case::CasePhase;
use seal_core::container::ContainerNo;
use seal_core::declaration::DeclarationNo;
use seal_core::fact::{CaseOpened, Fact};
use seal_core::ids::{CaseId, OfficeCode};
use seal_core::officer::Officer;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Kit, draft};
use crate::ports::store::StoreError;

/// What the officer knows of the truck.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCase {
    /// Containers.
    pub containers: Vec<ContainerNo>,
    /// Declaration, if there is one.
    pub declaration: Option<DeclarationNo>,
    /// Where it goes.
    pub destination: OfficeCode,
    /// Trader's name as on the paper; may be empty.
    pub trader: String,
}

/// Why no case was opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenCaseTrouble {
    /// Neither a container nor a declaration is known.
    #[error("a case needs a container or a declaration")]
    Empty,
    /// A container stands in it twice.
    #[error("the container {0} stands in the case twice")]
    Twice(ContainerNo),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What was entered and is not yet a case: kept, so that scanning one more container loses nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenCaseDraft {
    /// What the screen was opened with; another beginning begins another draft.
    #[serde(default)]
    pub began_with: (Option<ContainerNo>, Option<DeclarationNo>),
    /// Containers, each once.
    pub containers: Vec<ContainerNo>,
    /// Declaration as typed.
    pub declaration: String,
    /// Code of the destination; empty until it is chosen.
    pub destination: String,
    /// Trader as typed.
    pub trader: String,
}

const DRAFT: &str = "open_case";

/// What was entered since the screen was opened with these numbers.
///
/// # Errors
/// [`StoreError`].
pub fn open_case_draft(
    kit: &Kit,
    container: Option<&ContainerNo>,
    declaration: Option<&DeclarationNo>,
) -> Result<OpenCaseDraft, StoreError> {
    let began_with = (container.cloned(), declaration.cloned());
    let kept: OpenCaseDraft = draft::read(kit, DRAFT)?;
    if kept.began_with == began_with {
        return Ok(kept);
    }
    let begun = OpenCaseDraft {
        containers: container.into_iter().cloned().collect(),
        declaration: declaration.map(|number| number.as_str().to_owned()).unwrap_or_default(),
        began_with,
        ..OpenCaseDraft::default()
    };
    keep_open_case(kit, &begun)?;
    Ok(begun)
}

/// Keeps what was entered.
///
/// # Errors
/// [`StoreError`].
pub fn keep_open_case(kit: &Kit, entered: &OpenCaseDraft) -> Result<(), StoreError> {
    draft::write(kit, DRAFT, entered)
}

/// One more container for the case that is being opened.
///
/// # Errors
/// [`OpenCaseTrouble::Twice`], or the store's.
pub fn add_container(kit: &Kit, container: &ContainerNo) -> Result<OpenCaseDraft, OpenCaseTrouble> {
    let mut entered: OpenCaseDraft = draft::read(kit, DRAFT)?;
    if entered.containers.contains(container) {
        return Err(OpenCaseTrouble::Twice(container.clone()));
    }
    entered.containers.push(container.clone());
    keep_open_case(kit, &entered)?;
    Ok(entered)
}

/// An open case of this device holds the container already.
///
/// # Errors
/// [`StoreError`].
pub fn has_open_case(kit: &Kit, container: &ContainerNo) -> Result<bool, StoreError> {
    for case in kit.store.cases_of_container(container)? {
        if kit.store.case(case)?.is_some_and(|view| view.phase() != CasePhase::Closed) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Opens it at the officer's unit.
///
/// # Errors
/// [`OpenCaseTrouble`]; then there is no case.
pub fn open_case(kit: &Kit, officer: &Officer, new: NewCase) -> Result<CaseId, OpenCaseTrouble> {
    if new.containers.is_empty() && new.declaration.is_none() {
        return Err(OpenCaseTrouble::Empty);
    }
    let twice = |(at, one): (usize, &ContainerNo)| new.containers[..at].contains(one).then(|| one.clone());
    if let Some(container) = new.containers.iter().enumerate().find_map(twice) {
        return Err(OpenCaseTrouble::Twice(container));
    }
    let id = CaseId(Uuid::now_v7());
    let opened = CaseOpened {
        containers: new.containers,
        declaration: new.declaration,
        origin: officer.unit.clone(),
        destination: new.destination,
        trader: new.trader.trim().to_owned(),
    };
    kit.record(officer, Some(id), vec![Fact::CaseOpened(opened)])?;
    // The case is there; a draft left over must not look as if it were not.
    if let Err(error) = draft::forget(kit, DRAFT) {
        tracing::warn!(%error, "the draft of the opened case is not forgotten");
    }
    Ok(id)
}
