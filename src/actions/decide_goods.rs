//! The legal ground is settled; the dated rule pack says what follows from it.

use seal_core::fact::{Fact, GoodsDecided};
use seal_core::ids::CaseId;
use seal_core::officer::Officer;
use seal_core::rules::{GoodsDecision, LegalGround};
use seal_core::time::date_in_vietnam;

use super::Kit;
use crate::ports::store::StoreError;

/// What the rules of today say of a ground; `None` when no rule covers the day.
///
/// # Errors
/// [`StoreError`].
pub fn preview(kit: &Kit, ground: LegalGround) -> Result<Option<GoodsDecision>, StoreError> {
    Ok(kit.store.rules()?.decide_goods(ground, date_in_vietnam(kit.clock.now().wall)))
}

/// Writes the decision down. `reason` is why no electronic seal although one is mandatory, or the officer's remark.
///
/// # Errors
/// [`StoreError`]; then nothing was written.
pub fn decide_goods(
    kit: &Kit,
    officer: &Officer,
    case: CaseId,
    ground: LegalGround,
    from_work_list: bool,
    reason: &str,
) -> Result<Option<GoodsDecision>, StoreError> {
    let decision = preview(kit, ground)?;
    let decided = GoodsDecided {
        ground,
        decision: decision.clone(),
        from_work_list,
        reason: reason.trim().to_owned(),
        depletion: None,
        ahead_of_a: None,
    };
    kit.record(officer, Some(case), vec![Fact::GoodsDecided(decided)])?;
    Ok(decision)
}
