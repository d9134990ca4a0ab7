//! The legal ground is settled; the dated rule pack says what follows from it.

use seal_core::case::CaseView;
use seal_core::fact::{AheadOfGroupA, Fact, GoodsDecided};
use seal_core::ids::CaseId;
use seal_core::officer::Officer;
use seal_core::rules::{GoodsDecision, GoodsGroup, LegalGround};
use seal_core::time::date_in_vietnam;

use super::Kit;
use super::unit_state::{stock, waiting};
use crate::ports::store::StoreError;

/// What the rules of today say of a ground; `None` when no rule covers the day.
///
/// # Errors
/// [`StoreError`].
pub fn preview(kit: &Kit, ground: LegalGround) -> Result<Option<GoodsDecision>, StoreError> {
    Ok(kit.store.rules()?.decide_goods(ground, date_in_vietnam(kit.clock.now().wall)))
}

/// Writes the decision down. `ahead` is why goods of group B take an electronic seal although goods of group A wait; it is
/// kept with who waits and with the stock as known, and left out where it does not apply.
///
/// # Errors
/// [`StoreError`]; then nothing was written.
pub fn decide_goods(
    kit: &Kit,
    officer: &Officer,
    case: CaseId,
    ground: LegalGround,
    from_work_list: bool,
    ahead: &str,
) -> Result<Option<GoodsDecision>, StoreError> {
    let decision = preview(kit, ground)?;
    let known = kit.store.case(case)?;
    let group = decision.as_ref().map(|decision| decision.group);
    let decided = GoodsDecided {
        ground,
        decision: decision.clone(),
        from_work_list,
        reason: String::new(),
        depletion: None,
        ahead_of_a: if group == Some(GoodsGroup::B) { going_ahead(kit, known.as_ref(), ahead)? } else { None },
    };
    kit.record(officer, Some(case), vec![Fact::GoodsDecided(decided)])?;
    Ok(decision)
}

fn going_ahead(kit: &Kit, case: Option<&CaseView>, reason: &str) -> Result<Option<AheadOfGroupA>, StoreError> {
    let (Some(case), reason) = (case, reason.trim()) else { return Ok(None) };
    if reason.is_empty() {
        return Ok(None);
    }
    let unit = &case.doc.origin;
    let waiting: Vec<CaseId> =
        waiting(kit, unit)?.into_iter().map(|line| line.id).filter(|id| *id != case.doc.id).collect();
    if waiting.is_empty() {
        return Ok(None);
    }
    Ok(Some(AheadOfGroupA { waiting, stock: stock(kit, unit)?, reason: reason.to_owned() }))
}
