//! Promises a seal to a shipment toward the unit that owns or manages it: the first of the two legal ways home.

use seal_core::courier::shipments_home;
use seal_core::custody::SealView;
use seal_core::fact::{Fact, ReuseReserved};
use seal_core::ids::CaseId;
use seal_core::line::CaseLine;
use seal_core::officer::Officer;
use seal_core::seal_no::SealNo;

use super::Kit;
use crate::ports::lists::{CaseList, Cases, Page};
use crate::ports::store::StoreError;

/// Why a seal is not promised.
#[derive(Debug, thiserror::Error)]
pub enum ReserveReuseError {
    /// Neither the register nor any fact knows it.
    #[error("the seal is not known on this device")]
    UnknownSeal,
    /// The shipment does not go to its owner or manager, or waits for no seal any more.
    #[error("the shipment does not go toward the seal's owner, or is sealed already")]
    NotTowardHome,
    /// It is promised to another shipment.
    #[error("the seal is promised to another shipment")]
    Reserved,
    /// The store failed; nothing was written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Shipments on which `seal` may travel home, the earliest first.
///
/// # Errors
/// [`StoreError`].
pub fn shipments(kit: &Kit, officer: &Officer, seal: &SealView) -> Result<Vec<CaseLine>, StoreError> {
    let Some(doc) = &seal.doc else { return Ok(Vec::new()) };
    let open = open_shipments(kit, officer)?;
    Ok(shipments_home([&doc.owner, &doc.manager], &officer.unit, &open).into_iter().cloned().collect())
}

/// Cases that start at the officer's unit and are not closed: among them are the shipments of every seal.
///
/// # Errors
/// [`StoreError`].
pub fn open_shipments(kit: &Kit, officer: &Officer) -> Result<Vec<CaseLine>, StoreError> {
    let list = CaseList { open: Some(true), ..CaseList::all(Cases::From(officer.unit.clone())) };
    Ok(kit.store.case_lines(&list, &Page::first(usize::MAX))?.lines)
}

/// Promises `seal` to `case`.
///
/// # Errors
/// [`ReserveReuseError`]; then nothing was written.
pub fn reserve_reuse(kit: &Kit, officer: &Officer, seal: &SealNo, case: CaseId) -> Result<(), ReserveReuseError> {
    let view = kit.store.seal(seal)?.ok_or(ReserveReuseError::UnknownSeal)?;
    if view.reserved_for.is_some_and(|promised| promised != case) {
        return Err(ReserveReuseError::Reserved);
    }
    if !shipments(kit, officer, &view)?.iter().any(|shipment| shipment.id == case) {
        return Err(ReserveReuseError::NotTowardHome);
    }
    record(kit, officer, seal, case, false)
}

/// Takes the promise back.
///
/// # Errors
/// [`ReserveReuseError`]; then nothing was written.
pub fn cancel_reuse(kit: &Kit, officer: &Officer, seal: &SealNo) -> Result<(), ReserveReuseError> {
    let view = kit.store.seal(seal)?.ok_or(ReserveReuseError::UnknownSeal)?;
    let Some(case) = view.reserved_for else { return Ok(()) };
    record(kit, officer, seal, case, true)
}

fn record(
    kit: &Kit,
    officer: &Officer,
    seal: &SealNo,
    for_case: CaseId,
    cancelled: bool,
) -> Result<(), ReserveReuseError> {
    let fact = ReuseReserved { seal: seal.clone(), for_case, cancelled };
    kit.record(officer, Some(for_case), vec![Fact::ReuseReserved(fact)])?;
    Ok(())
}
