//! What an officer's unit has in stock, as this phone knows it: shared by the acts that issue, hand over, count and put on.

use jiff::Timestamp;
use seal_core::codes::CustomsSealKind;
use seal_core::custody::SealView;
use seal_core::doc::SealLife;
use seal_core::figures::HandCount;
use seal_core::ids::{OfficeCode, OfficerId};
use seal_core::line::SealLine;
use seal_core::officer::Officer;
use seal_core::range;
use seal_core::seal::permit::keeps_stock;
use seal_core::seal_no::SealNo;

use super::Kit;
use crate::ports::lists::{Hand, Page, SealList, Seals};
use crate::ports::store::StoreError;

/// Lines read at a time.
const LINES: usize = 500;

/// The stock of a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitStock {
    /// Seals lying at the unit, by hand, kind and stage of life.
    pub counts: Vec<HandCount>,
    /// When this phone last drew from the central; acts made here since are in the counts.
    pub as_of: Option<Timestamp>,
}

/// Reads it.
///
/// # Errors
/// [`StoreError`].
pub fn unit_stock(kit: &Kit, unit: &OfficeCode) -> Result<UnitStock, StoreError> {
    Ok(UnitStock { counts: kit.store.hands(unit)?, as_of: kit.store.feed()?.pulled_at })
}

/// Every line of a list.
///
/// # Errors
/// [`StoreError`].
pub fn all_lines(kit: &Kit, list: &SealList) -> Result<Vec<SealLine>, StoreError> {
    let mut all = Vec::new();
    let mut page = Page::first(LINES);
    loop {
        let part = kit.store.seal_lines(list, &page)?;
        all.extend(part.lines);
        match part.next {
            Some(mark) => page = Page::after(mark, LINES),
            None => return Ok(all),
        }
    }
}

/// Seals of a kind in one hand that may be put on, the lowest number first.
///
/// # Errors
/// [`StoreError`].
pub fn usable(kit: &Kit, unit: &OfficeCode, hand: Hand, kind: CustomsSealKind) -> Result<Vec<SealNo>, StoreError> {
    let list = SealList {
        kind: Some(kind),
        life: Some(SealLife::InService),
        hand,
        ..SealList::all(Seals::HeldBy(unit.clone()))
    };
    let mut numbers: Vec<SealNo> = all_lines(kit, &list)?.into_iter().map(|line| line.no).collect();
    numbers.sort_by(|a, b| range::order(a).cmp(&range::order(b)));
    Ok(numbers)
}

/// The seal an officer is to take next: mechanical ones go by the lowest number. An electronic seal is picked, never
/// proposed.
///
/// # Errors
/// [`StoreError`].
pub fn lowest(kit: &Kit, officer: &Officer, kind: CustomsSealKind) -> Result<Option<SealNo>, StoreError> {
    if kind == CustomsSealKind::Electronic {
        return Ok(None);
    }
    Ok(usable(kit, &officer.unit, Hand::Officer(officer.id.clone()), kind)?.into_iter().next())
}

/// Why a seal is not the officer's to give away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotMine {
    /// Neither the register nor a fact knows it.
    Unknown,
    /// It was named twice.
    Twice,
    /// Of another kind than the rest.
    OtherKind(CustomsSealKind),
    /// Not unused or in service.
    Life(SealLife),
    /// Not lying at the officer's unit.
    Elsewhere,
    /// In another officer's hand.
    InHandOf(OfficerId),
    /// In the unit's own stock, and the officer does not keep it.
    UnitStock,
}

/// The seal is in the officer's hand, or in the stock the officer keeps.
pub(super) fn is_mine(view: Option<&SealView>, officer: &Officer) -> Result<(), NotMine> {
    let view = view.filter(|view| view.doc.is_some()).ok_or(NotMine::Unknown)?;
    if view.holder() != Some(&officer.unit) {
        return Err(NotMine::Elsewhere);
    }
    match &view.officer {
        Some(holder) if holder == &officer.id => Ok(()),
        Some(other) => Err(NotMine::InHandOf(other.clone())),
        None if keeps_stock(officer) => Ok(()),
        None => Err(NotMine::UnitStock),
    }
}

/// Seals named more than once, each once.
pub(super) fn twice(seals: &[SealNo]) -> Vec<SealNo> {
    let mut seen = std::collections::BTreeSet::new();
    let mut twice: Vec<SealNo> = seals.iter().filter(|seal| !seen.insert(*seal)).cloned().collect();
    twice.dedup();
    twice
}
