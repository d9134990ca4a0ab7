//! What the unit of a case knows of its seals and goods, read from this phone's store; and what follows for the case.

use seal_core::case::CaseView;
use seal_core::event::Event;
use seal_core::fact::StockSnapshot;
use seal_core::ids::OfficeCode;
use seal_core::obligation::{
    Obligation, Standing, UnitState, count_stock, obligation, standing_depletion, waiting_group_a,
};

use super::Kit;
use crate::ports::store::{CaseFilter, SealFilter, StoreError};

/// The unit's electronic seals as this phone knows them; `as_of` is the last pull.
///
/// # Errors
/// [`StoreError`].
pub fn stock(kit: &Kit, unit: &OfficeCode) -> Result<StockSnapshot, StoreError> {
    let seals = kit.store.seals(&SealFilter::BelongingTo(unit.clone()))?;
    Ok(count_stock(&seals, unit, kit.store.feed()?.pulled_at))
}

/// The unit's depletion statement that stands now.
///
/// # Errors
/// [`StoreError`].
pub fn standing(kit: &Kit, unit: &OfficeCode) -> Result<Option<Standing>, StoreError> {
    let events: Vec<Event> = kit
        .store
        .unit_events(unit, &["depletion_stated", "depletion_ended", "corrected"])?
        .into_iter()
        .map(|signed| signed.event)
        .collect();
    Ok(standing_depletion(&events, unit, &kit.store.rules()?, kit.clock.now().wall))
}

/// Group A cases of the unit that wait for a seal.
///
/// # Errors
/// [`StoreError`].
pub fn waiting(kit: &Kit, unit: &OfficeCode) -> Result<Vec<CaseView>, StoreError> {
    let cases = kit.store.cases(&CaseFilter::From(unit.clone()))?;
    let waiting = waiting_group_a(&cases, unit, &kit.store.rules()?, kit.clock.now().wall);
    Ok(waiting.into_iter().cloned().collect())
}

/// All of it.
///
/// # Errors
/// [`StoreError`].
pub fn unit_state(kit: &Kit, unit: &OfficeCode) -> Result<UnitState, StoreError> {
    Ok(UnitState {
        stock: stock(kit, unit)?,
        depletion: standing(kit, unit)?,
        waiting: waiting(kit, unit)?.into_iter().map(|case| case.doc.id).collect(),
    })
}

/// What may be put on the containers of a case now. The unit is the one that seals: the case's origin.
///
/// # Errors
/// [`StoreError`].
pub fn obligation_of(kit: &Kit, case: &CaseView) -> Result<Obligation, StoreError> {
    let unit = unit_state(kit, &case.doc.origin)?;
    Ok(obligation(case, &unit, &kit.store.rules()?, kit.clock.now().wall))
}
