//! Lists and figures of the local store: narrow lines, page by page, and counts that read no line at all. However long a
//! unit's history grows, a page costs the same.

use jiff::Timestamp;
use seal_core::case::CasePhase;
use seal_core::codes::CustomsSealKind;
use seal_core::courier::ParcelStage;
use seal_core::doc::SealLife;
use seal_core::figures::{HandCount, Holder, Legs, ReturnFigures, StockCount, Turnaround};
use seal_core::ids::{OfficeCode, OfficerId};
use seal_core::line::{CaseLine, ParcelLine, SealLine};
use seal_core::seal_no::SealNo;

use super::store::StoreError;

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Behind which line it begins; the list's beginning without.
    pub after: Option<Mark>,
    /// Lines at most.
    pub limit: usize,
}

impl Page {
    /// The first `limit` lines.
    #[must_use]
    pub fn first(limit: usize) -> Self {
        Self { after: None, limit }
    }

    /// The `limit` lines behind a mark.
    #[must_use]
    pub fn after(mark: Mark, limit: usize) -> Self {
        Self { after: Some(mark), limit }
    }
}

/// A place in a list: the line it stands behind. Good for the same list only; lines that come or go elsewhere do not move it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// What the list is ordered by; 0 where it is ordered by number alone.
    pub order: i64,
    /// The line's number or id.
    pub id: String,
}

/// [`Mark::order`] of a seal whose deadline nobody can name.
pub const NO_DEADLINE: i64 = i64::MAX;

impl Mark {
    /// In the return list: behind every seal with a deadline, before those whose deadline nobody can name.
    #[must_use]
    pub fn behind_deadlines() -> Self {
        Self { order: NO_DEADLINE, id: String::new() }
    }
}

/// Lines of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lines<T> {
    /// The lines.
    pub lines: Vec<T>,
    /// Where the next page begins; `None` at the list's end.
    pub next: Option<Mark>,
}

/// Which seals, by whose they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seals {
    /// Lying at the unit.
    HeldBy(OfficeCode),
    /// Owned or managed by the unit, wherever they are.
    BelongingTo(OfficeCode),
    /// That the unit has to send home: lying there, or packed there and not yet with the courier.
    DueFrom(OfficeCode),
}

/// In whose hand the seals of a unit are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Hand {
    /// In anybody's, or in the unit's own stock.
    #[default]
    Any,
    /// In nobody's: the unit's own stock.
    Nobody,
    /// In this officer's.
    Officer(OfficerId),
}

/// A list of seals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealList {
    /// Whose.
    pub which: Seals,
    /// Of one kind only.
    pub kind: Option<CustomsSealKind>,
    /// At one stage of life only.
    pub life: Option<SealLife>,
    /// In one hand only.
    pub hand: Hand,
    /// Part of the number, as typed; empty for all.
    pub search: String,
}

impl SealList {
    /// All of them.
    #[must_use]
    pub fn all(which: Seals) -> Self {
        Self { which, kind: None, life: None, hand: Hand::Any, search: String::new() }
    }
}

/// Which cases, by whose they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cases {
    /// Starting at the unit.
    From(OfficeCode),
    /// Ending at the unit.
    To(OfficeCode),
    /// Every case known here.
    All,
}

/// A list of cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseList {
    /// Whose.
    pub which: Cases,
    /// `Some(true)`: with something still to happen; `Some(false)`: all customs seals are off.
    pub open: Option<bool>,
    /// In one phase only.
    pub phase: Option<CasePhase>,
    /// Part of a number, name or plate, as typed, diacritics or not; empty for all.
    pub search: String,
}

impl CaseList {
    /// All of them.
    #[must_use]
    pub fn all(which: Cases) -> Self {
        Self { which, open: None, phase: None, search: String::new() }
    }
}

/// Which parcels, by whose they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parcels {
    /// Packed at the unit.
    From(OfficeCode),
    /// On the way to the unit, or received there.
    To(OfficeCode),
    /// Both.
    Of(OfficeCode),
}

/// A list of parcels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParcelList {
    /// Whose.
    pub which: Parcels,
    /// At one of these stages only; all of them when empty.
    pub stages: Vec<ParcelStage>,
    /// Only those with differences that somebody has still to see to.
    pub open: bool,
    /// Part of the number, the waybill or a seal's number, as typed; empty for all.
    pub search: String,
}

impl ParcelList {
    /// All of them.
    #[must_use]
    pub fn all(which: Parcels) -> Self {
        Self { which, stages: Vec::new(), open: false, search: String::new() }
    }
}

/// Lists and figures. Calls are short and may be made from the UI.
pub trait Lists: Send + Sync {
    // ── seals ──

    /// Seals, by number.
    ///
    /// # Errors
    /// [`StoreError`].
    fn seal_lines(&self, list: &SealList, page: &Page) -> Result<Lines<SealLine>, StoreError>;
    /// How many a list of seals holds.
    ///
    /// # Errors
    /// [`StoreError`].
    fn seal_count(&self, list: &SealList) -> Result<u64, StoreError>;
    /// The return list of a unit: the deadline that comes first stands first, seals whose deadline nobody can name stand at
    /// the end; by number where it is the same.
    ///
    /// # Errors
    /// [`StoreError`].
    fn return_lines(&self, unit: &OfficeCode, page: &Page) -> Result<Lines<SealLine>, StoreError>;
    /// Seals of a unit that are home from a turn, the slowest first; by number where it is the same.
    ///
    /// # Errors
    /// [`StoreError`].
    fn turn_lines(&self, unit: &OfficeCode, page: &Page) -> Result<Lines<SealLine>, StoreError>;

    /// Seals of a unit that lie at a unit which has to send them home: the one held longest first; by number where it is
    /// the same. Those of which nobody knows since when are left out.
    ///
    /// # Errors
    /// [`StoreError`].
    fn held_lines(&self, unit: &OfficeCode, page: &Page) -> Result<Lines<SealLine>, StoreError>;
    /// The legs of the last turn that a seal has behind it.
    ///
    /// # Errors
    /// [`StoreError`].
    fn last_legs(&self, seal: &SealNo) -> Result<Option<Legs>, StoreError>;

    // ── figures ──

    /// Seals counted by kind, stage of life and place.
    ///
    /// # Errors
    /// [`StoreError`].
    fn stock(&self, which: &Seals) -> Result<Vec<StockCount>, StoreError>;
    /// Seals lying at a unit, counted by hand, kind and stage of life; the unit's own stock first, then officer by officer.
    ///
    /// # Errors
    /// [`StoreError`].
    fn hands(&self, unit: &OfficeCode) -> Result<Vec<HandCount>, StoreError>;
    /// What a unit has to send home, as it stands at `now`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn return_figures(&self, unit: &OfficeCode, now: Timestamp) -> Result<ReturnFigures, StoreError>;
    /// How quickly a unit's seals come round: turns that began at `since` or later.
    ///
    /// # Errors
    /// [`StoreError`].
    fn turnaround(&self, unit: &OfficeCode, since: Timestamp) -> Result<Turnaround, StoreError>;
    /// Units that hold, or held in turns that began at `since` or later, seals of `unit`; who has held one longest stands
    /// first, those that hold none last.
    ///
    /// # Errors
    /// [`StoreError`].
    fn holders(&self, unit: &OfficeCode, since: Timestamp, now: Timestamp) -> Result<Vec<Holder>, StoreError>;

    // ── cases ──

    /// Cases, the latest planned first.
    ///
    /// # Errors
    /// [`StoreError`].
    fn case_lines(&self, list: &CaseList, page: &Page) -> Result<Lines<CaseLine>, StoreError>;
    /// How many a list of cases holds.
    ///
    /// # Errors
    /// [`StoreError`].
    fn case_count(&self, list: &CaseList) -> Result<u64, StoreError>;
    /// The cases of a unit's shift: those open, and those closed at `since` or later; each once, in no order.
    ///
    /// # Errors
    /// [`StoreError`].
    fn shift_lines(&self, unit: &OfficeCode, since: Timestamp) -> Result<Vec<CaseLine>, StoreError>;

    // ── parcels ──

    /// Parcels, the newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    fn parcel_lines(&self, list: &ParcelList, page: &Page) -> Result<Lines<ParcelLine>, StoreError>;
    /// How many a list of parcels holds.
    ///
    /// # Errors
    /// [`StoreError`].
    fn parcel_count(&self, list: &ParcelList) -> Result<u64, StoreError>;
}
