//! Turnaround: days from the beginning of a trip until the seal is home again.

use dioxus::prelude::*;
use seal_core::seal_no::SealNo;

use super::parts::Page;
use super::stored::read;
use super::words::seal_no;
use crate::ports::store::SealFilter;
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::use_desk;
use crate::ui::route::Route;

/// Days of each seal of the unit, the slowest first.
#[component]
pub fn Turnaround() -> Element {
    let mut desk = use_desk();
    let Some(officer) = desk.officer() else { return rsx! {} };
    let seals = match read(desk.look(|kit| kit.store.seals(&SealFilter::BelongingTo(officer.unit.clone())))) {
        Ok(seals) => seals,
        Err(trouble) => return rsx! { Page { title: t!("return-turnaround"), back: true, {trouble} } },
    };
    let away = seals.iter().filter(|seal| seal.armed_at.is_some() && seal.home_at.is_none()).count();
    let mut days: Vec<(SealNo, i64)> =
        seals.iter().filter_map(|seal| Some((seal.no.clone(), seal.turnaround_days()?))).collect();
    days.sort_by_key(|(no, days)| (std::cmp::Reverse(*days), no.clone()));
    let longest = days.first().map_or(1, |(_, days)| (*days).max(1));
    let total: i64 = days.iter().map(|(_, days)| days).sum();
    let average = (!days.is_empty()).then(|| total / days.len() as i64);
    rsx! {
        Page { title: t!("return-turnaround"), sub: t!("turnaround-sub"), back: true,
            Card { kind: CardKind::Hero,
                Decision { text: average.map_or_else(|| t!("turnaround-none"), |days| t!("turnaround-average", n = days)) }
                Note { text: t!("turnaround-away", n = away, of = seals.len()) }
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
            }
        }
    }
}

/// Length of a bar of at most 72; a trip within one day still shows.
fn bar(days: i64, longest: i64) -> i64 {
    (days * 72 / longest.max(1)).clamp(4, 72)
}
