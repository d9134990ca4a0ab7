//! What was opened under supervision is closed and sealed again.

use seal_core::case::CaseView;
use seal_core::container::ContainerNo;
use seal_core::fact::{ClosedAgain, Fact};
use seal_core::ids::CaseId;
use seal_core::officer::Officer;
use seal_core::seal::outcome::open_command;
use seal_core::seal::permit::works_seals;
use seal_core::seal_no::SealNo;

use super::Kit;
use crate::ports::store::StoreError;

/// Why it is not closed.
#[derive(Debug, thiserror::Error)]
pub enum CloseTrouble {
    /// Not the officer's work.
    #[error("your role may not seal")]
    NoRole,
    /// The case is not on this phone.
    #[error("the case is not on this phone")]
    NoCase,
    /// Nothing is open.
    #[error("nothing is open")]
    NotOpen,
    /// Containers without a seal.
    #[error("{} containers have no customs seal yet", .0.len())]
    Bare(Vec<ContainerNo>),
    /// Nobody knows whether a lock is closed: read the seal first.
    #[error("the end of a command is not known; read the seal first")]
    CommandOpen(SealNo),
    /// The store failed; nothing was written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Customs seals that went on since the opening, or stayed on through it.
#[must_use]
pub fn seals_on(view: &CaseView) -> Vec<SealNo> {
    let Some(opening) = view.open_opening() else { return Vec::new() };
    let on = view.customs_seals().filter(|seal| seal.state.is_on());
    on.filter(|seal| view.under(seal).iter().any(|container| opening.opened.containers.contains(container)))
        .map(|seal| seal.no.clone())
        .collect()
}

/// Writes it down: every container that was opened is under a customs seal. At the end of the trip the goods may stay
/// unsealed; then no seal is named.
///
/// # Errors
/// [`CloseTrouble`]; then nothing was written.
pub fn close_again(kit: &Kit, officer: &Officer, case: CaseId) -> Result<(), CloseTrouble> {
    if !works_seals(officer) {
        return Err(CloseTrouble::NoRole);
    }
    let view = kit.store.case(case)?.ok_or(CloseTrouble::NoCase)?;
    let opening = view.open_opening().ok_or(CloseTrouble::NotOpen)?;
    if let Some(seal) = view.customs_seals().find(|seal| open_command(&seal.state).is_some()) {
        return Err(CloseTrouble::CommandOpen(seal.no.clone()));
    }
    let opened = &opening.opened.containers;
    let bare: Vec<ContainerNo> = view
        .cover()
        .iter()
        .filter(|cover| opened.contains(cover.container) && !cover.is_covered())
        .map(|cover| cover.container.clone())
        .collect();
    if !bare.is_empty() && officer.unit != view.doc.destination {
        return Err(CloseTrouble::Bare(bare));
    }
    let closed = ClosedAgain { opening: opening.event, seals: seals_on(&view) };
    kit.record(officer, Some(case), vec![Fact::ClosedAgain(closed)])?;
    Ok(())
}
