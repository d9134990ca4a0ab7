//! The shift's work: what a unit has to do with each of its cases, and in which order.

use jiff::{Timestamp, civil::Date};

use crate::case::CasePhase;
use crate::ids::OfficeCode;
use crate::line::CaseLine;
use crate::rules::{GoodsGroup, RulePack};

/// What an officer of a unit has to do with a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// Nobody knows whether a lock is closed.
    Settle,
    /// Seal it.
    Seal,
    /// It waits to leave, and needs no customs seal.
    NoSeal,
    /// Inspect it and take the seal off.
    Inspect,
    /// Full examination.
    Examine,
    /// On its way.
    Leave,
    /// Nothing more.
    Nothing,
}

impl Task {
    /// What needs a person first.
    fn rank(self) -> u8 {
        match self {
            Self::Settle => 0,
            Self::Seal | Self::Inspect => 1,
            Self::Examine => 2,
            Self::NoSeal | Self::Leave => 3,
            Self::Nothing => 4,
        }
    }

    /// A person has to act here and now.
    #[must_use]
    pub fn is_next(self) -> bool {
        matches!(self, Self::Settle | Self::Seal | Self::Inspect)
    }

    /// Nothing more is to be done at this unit.
    #[must_use]
    pub fn is_done(self) -> bool {
        matches!(self, Self::NoSeal | Self::Leave | Self::Nothing)
    }
}

/// The group of a case's goods: as it was settled, else as the rules of `today` say of its ground.
#[must_use]
pub fn group(line: &CaseLine, rules: &RulePack, today: Date) -> Option<GoodsGroup> {
    line.group.or_else(|| rules.decide_goods(line.ground?, today).map(|decision| decision.group))
}

/// What is to be done at `unit` with a case whose goods are of `group`.
#[must_use]
pub fn task(line: &CaseLine, unit: &OfficeCode, group: Option<GoodsGroup>) -> Task {
    let (origin, destination) = (&line.origin == unit, &line.destination == unit);
    match line.phase {
        CasePhase::Uncertain => Task::Settle,
        CasePhase::ToSeal | CasePhase::Sealing if origin && group == Some(GoodsGroup::C) => Task::NoSeal,
        CasePhase::ToSeal | CasePhase::Sealing if origin => Task::Seal,
        CasePhase::Sealed if destination => Task::Inspect,
        // It left with a container that has no seal: what is sealed has arrived all the same.
        CasePhase::Sealing if destination && line.seals_on > 0 => Task::Inspect,
        CasePhase::Held => Task::Examine,
        CasePhase::Sealed => Task::Leave,
        _ => Task::Nothing,
    }
}

/// A case and what is to be done with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Todo {
    /// The case.
    pub line: CaseLine,
    /// Group of its goods.
    pub group: Option<GoodsGroup>,
    /// What is to be done.
    pub task: Task,
}

impl Todo {
    /// What is to be done with a case at `unit`.
    #[must_use]
    pub fn of(line: CaseLine, unit: &OfficeCode, rules: &RulePack, today: Date) -> Self {
        let group = group(&line, rules, today);
        Self { task: task(&line, unit, group), group, line }
    }
}

/// The cases of a unit as a work list: what needs a person first, then by the time the truck was announced.
#[must_use]
pub fn work_list(lines: Vec<CaseLine>, unit: &OfficeCode, rules: &RulePack, today: Date) -> Vec<Todo> {
    let mut todos: Vec<Todo> = lines.into_iter().map(|line| Todo::of(line, unit, rules, today)).collect();
    todos.sort_by_key(|todo| (todo.task.rank(), todo.line.planned_at, todo.line.id));
    todos
}

/// The beginning of `now`'s day in Vietnam: what is finished since then is of this shift.
#[must_use]
pub fn day_begins(now: Timestamp) -> Timestamp {
    let day = now.to_zoned(crate::time::vietnam());
    day.start_of_day().map_or(now, |begin| begin.timestamp())
}
