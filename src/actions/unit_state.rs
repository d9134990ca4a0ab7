//! What the unit of a case knows of its seals and goods, read from this phone's store; and what follows for the case.

use seal_core::case::CaseView;
use seal_core::codes::CustomsSealKind;
use seal_core::container::ContainerNo;
use seal_core::event::Event;
use seal_core::fact::StockSnapshot;
use seal_core::ids::OfficeCode;
use seal_core::line::CaseLine;
use seal_core::obligation::{
    Obligation, Standing, UnitState, count_stock, obligation, standing_depletion, waiting_group_a,
};

use super::Kit;
use crate::ports::lists::{Lines, Page, SealList, Seals};
use crate::ports::store::StoreError;

/// Lines counted at a time.
const LINES: usize = 500;

/// The unit's electronic seals as this phone knows them; `as_of` is the last pull.
///
/// # Errors
/// [`StoreError`].
pub fn stock(kit: &Kit, unit: &OfficeCode) -> Result<StockSnapshot, StoreError> {
    let list = SealList { kind: Some(CustomsSealKind::Electronic), ..SealList::all(Seals::BelongingTo(unit.clone())) };
    let mut stock = StockSnapshot { free: 0, unfit: 0, in_use: 0, as_of: kit.store.feed()?.pulled_at };
    let mut page = Page::first(LINES);
    loop {
        let Lines { lines, next } = kit.store.seal_lines(&list, &page)?;
        count_stock(&mut stock, &lines, unit);
        match next {
            Some(mark) => page = Page::after(mark, LINES),
            None => return Ok(stock),
        }
    }
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
pub fn waiting(kit: &Kit, unit: &OfficeCode) -> Result<Vec<CaseLine>, StoreError> {
    let now = kit.clock.now().wall;
    Ok(waiting_group_a(kit.store.shift_lines(unit, now)?, unit, &kit.store.rules()?, now))
}

/// All of it.
///
/// # Errors
/// [`StoreError`].
pub fn unit_state(kit: &Kit, unit: &OfficeCode) -> Result<UnitState, StoreError> {
    Ok(UnitState {
        stock: stock(kit, unit)?,
        depletion: standing(kit, unit)?,
        waiting: waiting(kit, unit)?.into_iter().map(|line| line.id).collect(),
    })
}

/// What may be put on these containers of a case now (none named: all). The unit is the one that seals: the case's origin.
///
/// # Errors
/// [`StoreError`].
pub fn obligation_of(kit: &Kit, case: &CaseView, containers: &[ContainerNo]) -> Result<Obligation, StoreError> {
    let unit = unit_state(kit, &case.doc.origin)?;
    Ok(obligation(case, containers, &unit, &kit.store.rules()?, kit.clock.now().wall))
}
