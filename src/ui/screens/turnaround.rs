//! Turnaround: how long each part of a turn takes, who holds seals longest, and which share is overdue. Numbers first, the
//! bars beside them; all of it from this phone alone.

use dioxus::prelude::*;
use jiff::Timestamp;
use seal_core::custody::days_between;
use seal_core::figures::{Days, Holder, Legs, ReturnFigures, Turnaround as Figures};
use seal_core::ids::OfficeCode;
use seal_core::line::SealLine;

use super::parts::{self, More, use_lines, use_now};
use super::stored::read;
use super::words::{office, seal_no};
use crate::actions::Kit;
use crate::ports::lists::{Lines, Page};
use crate::ports::store::StoreError;
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::use_desk;
use crate::ui::route::Route;

/// Seals held elsewhere that are shown at once.
const HELD: usize = 5;

struct Seen {
    figures: Figures,
    holders: Vec<Holder>,
    returns: ReturnFigures,
    held: Vec<SealLine>,
    slowest: Vec<(SealLine, Legs)>,
    more: bool,
}

fn look(kit: &Kit, unit: &OfficeCode, now: Timestamp, lines: usize) -> Result<Seen, StoreError> {
    let Lines { lines: slowest, next } = kit.store.turn_lines(unit, &Page::first(lines))?;
    let legs = |line: SealLine| {
        let legs = kit.store.last_legs(&line.no)?.unwrap_or_default();
        Ok::<_, StoreError>((line, legs))
    };
    Ok(Seen {
        figures: kit.store.turnaround(unit, Timestamp::UNIX_EPOCH)?,
        holders: kit.store.holders(unit, Timestamp::UNIX_EPOCH, now)?,
        returns: kit.store.return_figures(unit, now)?,
        held: kit.store.held_lines(unit, &Page::first(HELD))?.lines,
        slowest: slowest.into_iter().map(legs).collect::<Result<_, _>>()?,
        more: next.is_some(),
    })
}

/// Turnaround of the unit's seals.
#[component]
pub fn Turnaround() -> Element {
    let desk = use_desk();
    let now = use_now();
    let Some(officer) = desk.officer() else { return rsx! {} };
    let lines = use_lines();
    let seen = match read(desk.look(|kit| look(kit, &officer.unit, now(), lines()))) {
        Ok(seen) => seen,
        Err(trouble) => return rsx! { parts::Page { title: t!("return-turnaround"), back: true, {trouble} } },
    };
    let Seen { figures, holders, returns, held, slowest, more } = seen;
    let longest = slowest.first().and_then(|(line, _)| line.turn_days).unwrap_or(1).max(1);
    rsx! {
        parts::Page { title: t!("return-turnaround"), sub: t!("turnaround-sub"), back: true,
            Card { kind: CardKind::Hero,
                Decision { text: figures.whole.average().map_or_else(|| t!("turnaround-none"), |days| t!("turnaround-average", n = days)) }
                Note { text: t!("turnaround-away", n = figures.away, of = figures.seals) }
                if figures.whole.turns > 0 {
                    Bars { label: t!("turnaround-legs"), items: legs_of(&figures) }
                }
            }
            Overdue { holders: holders.clone(), returns }
            if !holders.is_empty() {
                SectionHead { title: t!("turnaround-holders"), note: t!("turnaround-holders-note") }
                List {
                    for holder in holders.iter().cloned() {
                        HolderRow { key: "{holder.unit}", longest: days_of_longest(&holders, now()), holder, now: now() }
                    }
                }
            }
            if !held.is_empty() {
                SectionHead { title: t!("turnaround-held") }
                List {
                    for line in held {
                        HeldRow { key: "{line.no.as_str()}", line, now: now() }
                    }
                }
            }
            if !slowest.is_empty() {
                SectionHead { title: t!("turnaround-list"), note: t!("turnaround-slowest") }
                Legend { items: vec![
                    (Fill::Solid, t!("turnaround-road")),
                    (Fill::Lines, t!("turnaround-wait")),
                    (Fill::Dots, t!("turnaround-home")),
                ] }
                List {
                    for (line, legs) in slowest {
                        TurnRow { key: "{line.no.as_str()}", line, legs, longest }
                    }
                }
                More { lines, more }
            }
        }
    }
}

/// The parts of a turn, each with its average.
fn legs_of(figures: &Figures) -> Vec<Bar> {
    let bar = |name: String, days: Days, fill| {
        let average = days.average();
        Bar {
            name,
            value: average.map_or_else(|| t!("turnaround-unknown"), |n| t!("days-left", n = n)),
            parts: vec![Stretch { n: average.unwrap_or(0), fill }],
        }
    };
    vec![
        bar(t!("turnaround-road"), figures.on_the_road, Fill::Solid),
        bar(t!("turnaround-wait"), figures.held, Fill::Lines),
        bar(t!("turnaround-home"), figures.on_the_way_home, Fill::Dots),
    ]
}

/// Which share is overdue: of this unit's seals that others hold, and of others' seals that this unit holds.
#[component]
fn Overdue(holders: Vec<Holder>, returns: ReturnFigures) -> Element {
    let (seals, overdue) =
        holders.iter().fold((0, 0), |(seals, overdue), holder| (seals + holder.seals, overdue + holder.overdue));
    let bar = |name: String, seals: u64, overdue: u64| {
        let n = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        let percent = (overdue * 100 + seals / 2) / seals.max(1);
        Bar {
            name,
            value: t!("turnaround-share", n = overdue, of = seals, percent = percent),
            parts: vec![Stretch { n: n(overdue) * 100 / n(seals).max(1), fill: Fill::Alert }],
        }
    };
    let mut items = Vec::new();
    if seals > 0 {
        items.push(bar(t!("turnaround-ours"), seals, overdue));
    }
    if returns.to_return > 0 {
        items.push(bar(t!("turnaround-theirs"), returns.to_return, returns.overdue));
    }
    if items.is_empty() {
        return rsx! {};
    }
    rsx! {
        Card {
            SectionHead { title: t!("turnaround-overdue") }
            Bars { label: t!("turnaround-overdue"), items, of: 100 }
        }
    }
}

/// Days for which a unit has held the seal it has held longest.
fn longest_days(holder: &Holder, now: Timestamp) -> i64 {
    holder.since.map_or(0, |since| days_between(since, now))
}

fn days_of_longest(holders: &[Holder], now: Timestamp) -> i64 {
    holders.iter().map(|holder| longest_days(holder, now)).max().unwrap_or(0).max(1)
}

/// A unit that holds seals of this one.
#[component]
fn HolderRow(holder: Holder, longest: i64, now: Timestamp) -> Element {
    let desk = use_desk();
    let name = desk.look(|kit| office(kit, &holder.unit));
    let days = longest_days(&holder, now);
    let mut sub = Vec::new();
    if holder.seals > 0 {
        sub.push(t!("turnaround-holds", n = holder.seals, days = days));
    }
    if let Some(average) = holder.held.average() {
        sub.push(t!("turnaround-held-average", n = average, turns = holder.held.turns));
    }
    rsx! {
        Row {
            title: name,
            alert: if holder.overdue > 0 { t!("turnaround-holder-overdue", n = holder.overdue) } else { String::new() },
            sub: sub.join("\n"),
            value: if holder.seals > 0 { t!("days-left", n = days) } else { String::new() },
            start: rsx! {
                BarPicture { wide: 72, of: longest, parts: vec![Stretch { n: days, fill: if holder.overdue > 0 { Fill::Alert } else { Fill::Lines } }] }
            },
        }
    }
}

/// A seal of this unit that another holds.
#[component]
fn HeldRow(line: SealLine, now: Timestamp) -> Element {
    let mut desk = use_desk();
    let holder = line.holder().map(|unit| desk.look(|kit| office(kit, unit))).unwrap_or_default();
    let late = line.due_at.is_some_and(|due| due < now);
    let days = line.held_since.map_or(0, |since| days_between(since, now));
    rsx! {
        Row {
            icon: if late { "triangle-alert" } else { "hourglass" },
            kind: if late { Tone::Bad } else { Tone::Idle },
            title: seal_no(&line.no),
            alert: if late { t!("way-overdue") } else { String::new() },
            sub: holder,
            value: t!("days-left", n = days),
            onclick: move |()| desk.open(Route::Seal { seal: line.no.clone() }),
        }
    }
}

/// A seal's last turn, part by part.
#[component]
fn TurnRow(line: SealLine, legs: Legs, longest: i64) -> Element {
    let mut desk = use_desk();
    let at = legs.at.as_ref().map(|unit| desk.look(|kit| office(kit, unit))).unwrap_or_default();
    let named = [
        legs.on_the_road.map(|n| t!("turnaround-leg-road", n = n)),
        legs.held.map(|n| t!("turnaround-leg-wait", n = n, office = at.clone())),
        legs.on_the_way_home.map(|n| t!("turnaround-leg-home", n = n)),
    ];
    let part = |n: Option<i64>, fill| Stretch { n: n.unwrap_or(0), fill };
    rsx! {
        Row {
            title: seal_no(&line.no),
            sub: named.into_iter().flatten().collect::<Vec<_>>().join(" · "),
            value: t!("days-left", n = line.turn_days.unwrap_or(0)),
            start: rsx! {
                BarPicture {
                    wide: 72,
                    of: longest,
                    parts: vec![
                        part(legs.on_the_road, Fill::Solid),
                        part(legs.held, Fill::Lines),
                        part(legs.on_the_way_home, Fill::Dots),
                    ],
                }
            },
            onclick: move |()| desk.open(Route::Seal { seal: line.no.clone() }),
        }
    }
}
