//! Turnaround: days from the beginning of a trip until the seal is home again.

use dioxus::prelude::*;
use jiff::Timestamp;
use seal_core::seal_no::SealNo;

use super::parts::{self, More, use_lines};
use super::stored::read;
use super::words::seal_no;
use crate::ports::lists::Page;
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::use_desk;
use crate::ui::route::Route;

/// Days of each seal of the unit, the slowest first.
#[component]
pub fn Turnaround() -> Element {
    let mut desk = use_desk();
    let Some(officer) = desk.officer() else { return rsx! {} };
    let lines = use_lines();
    let seen = desk.look(|kit| {
        let figures = kit.store.turnaround(&officer.unit, Timestamp::UNIX_EPOCH)?;
        Ok((figures, kit.store.turn_lines(&officer.unit, &Page::first(lines()))?))
    });
    let (figures, slowest) = match read(seen) {
        Ok(seen) => seen,
        Err(trouble) => return rsx! { parts::Page { title: t!("return-turnaround"), back: true, {trouble} } },
    };
    let more = slowest.next.is_some();
    let days: Vec<(SealNo, i64)> =
        slowest.lines.into_iter().filter_map(|line| Some((line.no, line.turn_days?))).collect();
    let longest = days.first().map_or(1, |(_, days)| (*days).max(1));
    rsx! {
        parts::Page { title: t!("return-turnaround"), sub: t!("turnaround-sub"), back: true,
            Card { kind: CardKind::Hero,
                Decision { text: figures.whole.average().map_or_else(|| t!("turnaround-none"), |days| t!("turnaround-average", n = days)) }
                Note { text: t!("turnaround-away", n = figures.away, of = figures.seals) }
            }
            if !days.is_empty() {
                SectionHead { title: t!("turnaround-list"), note: t!("turnaround-slowest") }
                List {
                    for (seal, n) in days {
                        Row {
                            key: "{seal.as_str()}",
                            title: seal_no(&seal),
                            value: t!("days-left", n = n),
                            // A bar in the row's start: its length is told by the number at the end as well.
                            start: rsx! {
                                svg { width: "72", height: "20", view_box: "0 0 72 20", "aria-hidden": "true",
                                    rect { width: "72", height: "20", rx: "4", fill: "var(--line)" }
                                    rect { width: "{bar(n, longest)}", height: "20", rx: "4", fill: "var(--go)" }
                                }
                            },
                            onclick: move |()| desk.open(Route::Seal { seal: seal.clone() }),
                        }
                    }
                }
                More { lines, more }
            }
        }
    }
}

/// Length of a bar of at most 72; a trip within one day still shows.
fn bar(days: i64, longest: i64) -> i64 {
    (days * 72 / longest.max(1)).clamp(4, 72)
}
