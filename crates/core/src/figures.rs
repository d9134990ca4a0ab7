//! Figures over many seals: counts and sums that the lists' columns give without reading a single seal.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::codes::CustomsSealKind;
use crate::doc::SealLife;
use crate::ids::{OfficeCode, OfficerId};

/// Where seals are, as far as a count tells.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "at", rename_all = "snake_case")]
pub enum Place {
    /// With a unit.
    Unit {
        /// Which.
        unit: OfficeCode,
    },
    /// On containers or vehicles.
    OnCase,
    /// In parcels.
    InParcel,
    /// Nobody knows.
    Unknown,
}

/// Seals of one kind, at one stage of their life, at one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockCount {
    /// Kind; none for seals the register does not know.
    pub kind: Option<CustomsSealKind>,
    /// Stage of life.
    pub life: Option<SealLife>,
    /// Where.
    pub place: Place,
    /// How many.
    pub seals: u64,
}

/// Seals lying at a unit: of one kind, at one stage of their life, in one hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandCount {
    /// Who holds them in person; none for the unit's own stock.
    pub officer: Option<OfficerId>,
    /// Kind; none for seals the register does not know.
    pub kind: Option<CustomsSealKind>,
    /// Stage of life.
    pub life: Option<SealLife>,
    /// How many.
    pub seals: u64,
}

/// What a unit has to send home.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnFigures {
    /// All that have to go home.
    pub to_return: u64,
    /// The clock has run out.
    pub overdue: u64,
    /// The last day is today, or has passed.
    pub due_today: u64,
    /// The last day is later than today, and near enough for the rules to warn.
    pub soon: u64,
    /// Nobody can name the deadline.
    pub no_deadline: u64,
}

impl ReturnFigures {
    /// Overdue ones of those with a deadline, per cent, rounded; `None` where none has one.
    #[must_use]
    pub fn overdue_percent(&self) -> Option<u64> {
        let named = self.to_return - self.no_deadline;
        (named > 0).then(|| (self.overdue * 100 + named / 2) / named)
    }
}

/// Days of one part of the turns.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Days {
    /// Turns that have this part behind them.
    pub turns: u64,
    /// Their days, counted in Vietnam, added up.
    pub days: i64,
}

impl Days {
    /// Days of one turn on the average, rounded down.
    #[must_use]
    pub fn average(&self) -> Option<i64> {
        let turns = i64::try_from(self.turns).ok().filter(|turns| *turns > 0)?;
        Some(self.days / turns)
    }
}

/// Days of each part of one seal's turn, where both ends of the part are known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Legs {
    /// From putting on to taking off.
    pub on_the_road: Option<i64>,
    /// From taking off to leaving the unit where that was.
    pub held: Option<i64>,
    /// From leaving to home.
    pub on_the_way_home: Option<i64>,
    /// The unit where it was taken off.
    pub at: Option<OfficeCode>,
}

/// How quickly a unit's seals come round.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turnaround {
    /// Seals that belong to the unit.
    pub seals: u64,
    /// Of these, put on and not home yet.
    pub away: u64,
    /// From putting on to home.
    pub whole: Days,
    /// First leg: from putting on to taking off.
    pub on_the_road: Days,
    /// Second leg: from taking off to leaving the unit where that was.
    pub held: Days,
    /// Third leg: from leaving to home.
    pub on_the_way_home: Days,
}

/// One unit's hold of another's seals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The unit that holds them.
    pub unit: OfficeCode,
    /// How many now.
    pub seals: u64,
    /// Of these, with a clock that has run out.
    pub overdue: u64,
    /// Since when it holds the one it has held longest, where that is known.
    pub since: Option<Timestamp>,
    /// How long it held those it has sent on, in the period asked about.
    pub held: Days,
}
