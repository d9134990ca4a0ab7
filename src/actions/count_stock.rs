//! A stock is counted: what should be there against what is scanned, live; then written down.

use seal_core::codes::CustomsSealKind;
use seal_core::courier::{Differences, compare};
use seal_core::doc::SealLife;
use seal_core::fact::{Fact, StockCounted};
use seal_core::ids::OfficerId;
use seal_core::officer::Officer;
use seal_core::seal_no::SealNo;
use serde::{Deserialize, Serialize};

use super::stock::all_lines;
use super::{Kit, draft};
use crate::ports::lists::{Hand, SealList, Seals};
use crate::ports::store::StoreError;

/// Note of the count under way.
const DRAFT: &str = "count";

/// A count under way.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountDraft {
    /// It has begun.
    pub begun: bool,
    /// Kinds that are counted.
    pub kinds: Vec<CustomsSealKind>,
    /// One officer's stock; everything at the unit without.
    pub holder: Option<OfficerId>,
    /// Every scan, in order; a seal scanned again stands here again.
    pub scanned: Vec<SealNo>,
    /// Remark.
    pub remark: String,
}

/// What a scanned seal is to the count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CountedAs {
    /// Expected.
    Expected,
    /// Not expected here.
    Extra,
    /// Scanned before.
    Twice,
}

/// Why no count is written.
#[derive(Debug, thiserror::Error)]
pub enum CountTrouble {
    /// No count has begun, or no kind was chosen.
    #[error("no count has begun")]
    NotBegun,
    /// The store failed; nothing was written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The count under way.
///
/// # Errors
/// [`StoreError`].
pub fn count_draft(kit: &Kit) -> Result<CountDraft, StoreError> {
    draft::read(kit, DRAFT)
}

/// Changes it.
///
/// # Errors
/// [`StoreError`].
pub fn change_count(kit: &Kit, change: impl FnOnce(&mut CountDraft)) -> Result<(), StoreError> {
    let mut draft = count_draft(kit)?;
    change(&mut draft);
    draft::write(kit, DRAFT, &draft)
}

/// Begins a count of these kinds, of one officer's stock or of all that lies at the unit.
///
/// # Errors
/// [`CountTrouble`].
pub fn begin_count(kit: &Kit, kinds: Vec<CustomsSealKind>, holder: Option<OfficerId>) -> Result<(), CountTrouble> {
    if kinds.is_empty() {
        return Err(CountTrouble::NotBegun);
    }
    let draft = CountDraft { begun: true, kinds, holder, scanned: Vec::new(), remark: String::new() };
    Ok(draft::write(kit, DRAFT, &draft)?)
}

/// Gives the count up.
///
/// # Errors
/// [`StoreError`].
pub fn drop_count(kit: &Kit) -> Result<(), StoreError> {
    draft::forget(kit, DRAFT)
}

/// What should be there, as this phone knows the register. Used mechanical seals are gone, lost and retired ones are not
/// looked for.
///
/// # Errors
/// [`StoreError`].
pub fn expected(kit: &Kit, officer: &Officer, draft: &CountDraft) -> Result<Vec<SealNo>, StoreError> {
    let hand = draft.holder.clone().map_or(Hand::Any, Hand::Officer);
    let mut expected = Vec::new();
    for kind in &draft.kinds {
        let list =
            SealList { kind: Some(*kind), hand: hand.clone(), ..SealList::all(Seals::HeldBy(officer.unit.clone())) };
        let there =
            |life: &Option<SealLife>| !matches!(life, Some(SealLife::Used | SealLife::Lost | SealLife::Retired));
        expected.extend(all_lines(kit, &list)?.into_iter().filter(|line| there(&line.life)).map(|line| line.no));
    }
    expected.sort_by(|a, b| seal_core::range::order(a).cmp(&seal_core::range::order(b)));
    Ok(expected)
}

/// Expected against found, as it stands now.
///
/// # Errors
/// [`StoreError`].
pub fn differences(kit: &Kit, officer: &Officer, draft: &CountDraft) -> Result<Differences, StoreError> {
    Ok(compare(&expected(kit, officer, draft)?, &draft.scanned))
}

/// Notes a scanned seal.
///
/// # Errors
/// [`CountTrouble`].
pub fn note_counted(kit: &Kit, officer: &Officer, seal: &SealNo) -> Result<CountedAs, CountTrouble> {
    let draft = count_draft(kit)?;
    if !draft.begun {
        return Err(CountTrouble::NotBegun);
    }
    let again = draft.scanned.contains(seal);
    let expected = expected(kit, officer, &draft)?.contains(seal);
    change_count(kit, |draft| draft.scanned.push(seal.clone()))?;
    Ok(match (again, expected) {
        (true, _) => CountedAs::Twice,
        (false, true) => CountedAs::Expected,
        (false, false) => CountedAs::Extra,
    })
}

/// Writes the count down. Differences stay differences: they are no loss and no receipt until somebody says so.
///
/// # Errors
/// [`CountTrouble`]; then nothing was written.
pub fn count_stock(kit: &Kit, officer: &Officer) -> Result<StockCounted, CountTrouble> {
    let draft = count_draft(kit)?;
    if !draft.begun {
        return Err(CountTrouble::NotBegun);
    }
    let Differences { matching, missing, extra, .. } = differences(kit, officer, &draft)?;
    let counted = StockCounted {
        kinds: draft.kinds,
        holder: draft.holder,
        found: matching,
        missing,
        extra,
        remark: draft.remark.trim().to_owned(),
    };
    kit.record(officer, None, vec![Fact::StockCounted(counted.clone())])?;
    draft::forget(kit, DRAFT)?;
    Ok(counted)
}
