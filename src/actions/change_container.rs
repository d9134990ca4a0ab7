//! The goods travel in another container than declared: the case goes on with the new number, and remembers the old.

use seal_core::container::ContainerNo;
use seal_core::fact::{ContainerChanged, Fact};
use seal_core::ids::CaseId;
use seal_core::officer::Officer;
use seal_core::seal::permit::works_seals;

use super::Kit;
use crate::ports::store::StoreError;

/// Why nothing changed.
#[derive(Debug, thiserror::Error)]
pub enum ContainerTrouble {
    /// Not the officer's work.
    #[error("your role may not seal")]
    NoRole,
    /// The case is not on this phone.
    #[error("the case is not on this phone")]
    NoCase,
    /// The old number is not of the case.
    #[error("the container {0} is not of this case")]
    NotOfCase(ContainerNo),
    /// The new number is of the case already.
    #[error("the container {0} is of this case already")]
    Known(ContainerNo),
    /// A customs seal is on it: it comes off first, by a re-seal or a supervised opening.
    #[error("a customs seal is on the container")]
    Sealed,
    /// Say why.
    #[error("a reason is needed")]
    NoReason,
    /// The store failed; nothing was written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Writes it down. A container under a customs seal is not changed: its seal comes off first.
///
/// # Errors
/// [`ContainerTrouble`]; then nothing was written.
pub fn change_container(
    kit: &Kit,
    officer: &Officer,
    case: CaseId,
    old: &ContainerNo,
    new: &ContainerNo,
    reason: &str,
) -> Result<(), ContainerTrouble> {
    if !works_seals(officer) {
        return Err(ContainerTrouble::NoRole);
    }
    let view = kit.store.case(case)?.ok_or(ContainerTrouble::NoCase)?;
    let cover = view.cover();
    let cover =
        cover.iter().find(|cover| cover.container == old).ok_or_else(|| ContainerTrouble::NotOfCase(old.clone()))?;
    if view.doc.containers.contains(new) {
        return Err(ContainerTrouble::Known(new.clone()));
    }
    if cover.is_covered() {
        return Err(ContainerTrouble::Sealed);
    }
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(ContainerTrouble::NoReason);
    }
    let changed = ContainerChanged { old: old.clone(), new: new.clone(), reason: reason.to_owned() };
    kit.record(officer, Some(case), vec![Fact::ContainerChanged(changed)])?;
    Ok(())
}
