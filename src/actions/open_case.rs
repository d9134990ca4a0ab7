//! A truck without a preloaded case: one is opened on the spot.

use seal_core::container::ContainerNo;
use seal_core::declaration::DeclarationNo;
use seal_core::fact::{CaseOpened, Fact};
use seal_core::ids::{CaseId, OfficeCode};
use seal_core::officer::Officer;
use uuid::Uuid;

use super::Kit;
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
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Opens it at the officer's unit.
///
/// # Errors
/// [`OpenCaseTrouble`]; then there is no case.
pub fn open_case(kit: &Kit, officer: &Officer, new: NewCase) -> Result<CaseId, OpenCaseTrouble> {
    if new.containers.is_empty() && new.declaration.is_none() {
        return Err(OpenCaseTrouble::Empty);
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
    Ok(id)
}
