//! What the next seal of a case is to cover, chosen before it is locked or recorded. Kept until the seal is on: a stopped
//! app forgets no choice, and another seal in its place keeps it.

use seal_core::case::CaseView;
use seal_core::container::ContainerNo;
use seal_core::cover::{ContainerCover, Cover};
use seal_core::ids::CaseId;
use seal_core::seal::outcome::open_command;

use super::{Kit, draft};
use crate::ports::store::StoreError;

fn name(case: CaseId) -> String {
    format!("cover/{case}")
}

/// Why there is nothing to seal.
#[derive(Debug, thiserror::Error)]
pub enum CoverTrouble {
    /// The officer took every container out.
    #[error("no container is chosen")]
    NothingChosen,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What is chosen; before the officer chose, what is likely. A choice whose containers are all known to be under a seal
/// counts no more while others are still to be sealed.
///
/// # Errors
/// [`StoreError`].
pub fn chosen_cover(kit: &Kit, view: &CaseView) -> Result<Cover, StoreError> {
    let kept: Option<Cover> = draft::read(kit, &name(view.doc.id))?;
    let known = |cover: &ContainerCover| cover.seals.iter().any(|seal| open_command(&seal.state).is_none());
    let done: Vec<ContainerNo> = view.cover().into_iter().filter(known).map(|cover| cover.container.clone()).collect();
    let stale = |cover: &Cover| match cover {
        Cover::Whole => false,
        Cover::Chosen(some) => {
            !some.is_empty() && !view.bare().is_empty() && some.iter().all(|container| done.contains(container))
        }
    };
    Ok(kept.filter(|cover| !stale(cover)).unwrap_or_else(|| view.likely_cover()))
}

/// The containers the next seal is put on, as its fact names them; none where the case has no container number.
///
/// # Errors
/// [`CoverTrouble`].
pub fn containers_to_seal(kit: &Kit, view: &CaseView) -> Result<Vec<ContainerNo>, CoverTrouble> {
    let containers = chosen_cover(kit, view)?.containers(view);
    if containers.is_empty() && !view.doc.containers.is_empty() {
        return Err(CoverTrouble::NothingChosen);
    }
    Ok(containers)
}

/// Keeps the officer's choice.
///
/// # Errors
/// [`StoreError`].
pub fn choose_cover(kit: &Kit, case: CaseId, cover: &Cover) -> Result<(), StoreError> {
    draft::write(kit, &name(case), &Some(cover))
}

/// The seal is on: the next one is chosen for anew.
///
/// # Errors
/// [`StoreError`].
pub fn forget_cover(kit: &Kit, case: CaseId) -> Result<(), StoreError> {
    draft::forget(kit, &name(case))
}
