//! The first way home: a shipment toward the unit that owns or manages the seal.

use dioxus::prelude::*;
use seal_core::courier::return_clock;
use seal_core::line::SealLine;
use seal_core::seal_no::SealNo;

use super::parts::{LINES, Page, Refusal, use_now};
use super::returns::{ClockProp, Deadline};
use super::stored::{NotHere, read};
use super::words::{container_no, office, seal_no};
use crate::actions::reserve_reuse::{ReserveReuseError, cancel_reuse, reserve_reuse, shipments};
use crate::i18n::format;
use crate::ports::lists::Page as ListPage;
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::use_desk;
use crate::ui::route::Route;

/// Shipments home for one seal.
#[component]
pub fn Reuse(seal: SealNo) -> Element {
    let mut desk = use_desk();
    let now = use_now();
    let mut refusal = use_signal(String::new);
    let Some(officer) = desk.officer() else { return rsx! {} };
    let seen = read(desk.look(|kit| {
        let Some(view) = kit.store.seal(&seal)? else { return Ok(None) };
        let cases = shipments(kit, &officer, &view)?;
        let clock = return_clock(&view, &kit.store.rules()?, now()).ok();
        Ok(Some((view, cases, clock)))
    }));
    let (view, cases, clock) = match seen {
        Ok(Some(seen)) => seen,
        Ok(None) => return rsx! { NotHere { text: t!("not-here-seal") } },
        Err(trouble) => return rsx! { Page { title: t!("reuse-title"), back: true, {trouble} } },
    };
    let owner = view.doc.as_ref().map(|doc| desk.look(|kit| office(kit, &doc.owner))).unwrap_or_default();
    let ways = desk.look(|kit| {
        let due = kit.store.return_lines(&officer.unit, &ListPage::first(LINES)).map(|page| page.lines);
        let others: Vec<SealLine> = due.unwrap_or_default().into_iter().filter(|line| line.no != seal).collect();
        cases
            .iter()
            .map(|case| {
                let title = case.container.as_ref().map(container_no).unwrap_or_else(|| t!("reuse-no-container"));
                let to = office(kit, &case.destination);
                let mut sub = t!("reuse-shipment", office = to, time = format::date_time(case.planned_at));
                if clock.as_ref().is_some_and(|clock| case.planned_at > clock.ends) {
                    sub = format!("{sub}\n**{}**", t!("reuse-too-late"));
                }
                for other in others.iter().filter(|line| line.reserved_for == Some(case.id)) {
                    sub = format!("{sub}\n{}", t!("reuse-other-seal", seal = seal_no(&other.no)));
                }
                (case.id, title, sub)
            })
            .collect::<Vec<_>>()
    });
    let words = |error: &ReserveReuseError| match error {
        ReserveReuseError::UnknownSeal => t!("not-here-seal"),
        ReserveReuseError::NotTowardHome => t!("reuse-not-home"),
        ReserveReuseError::Reserved => t!("reuse-reserved-already"),
        ReserveReuseError::Store(_) => t!("err-store"),
    };
    let (promise, release) = (seal.clone(), seal.clone());
    let promised = view.reserved_for;
    rsx! {
        Page {
            title: t!("reuse-title"),
            sub: t!("reuse-sub", seal = seal_no(&seal), owner = owner),
            back: true,
            dock: rsx! {
                Refusal { text: refusal() }
                if let Some(case) = promised {
                    Button { kind: ButtonKind::Go, big: true, icon: "container", text: t!("reuse-open-case"), onclick: move |()| desk.open(Route::Case { case }) }
                    Button {
                        icon: "undo-2",
                        text: t!("reuse-cancel"),
                        onclick: move |()| {
                            let Some(officer) = desk.officer() else { return };
                            if let Err(error) = cancel_reuse(&desk.kit(), &officer, &release) {
                                refusal.set(words(&error));
                            }
                        },
                    }
                }
            },
            if let Some(clock) = clock {
                Card { Deadline { clock: ClockProp(clock), now: now() } }
            }
            if promised.is_some() {
                Card { kind: CardKind::Hero,
                    Decision { text: t!("reuse-reserved") }
                    Note { text: t!("reuse-reserved-text") }
                }
            } else if cases.is_empty() {
                Card { Empty { icon: "truck", title: t!("return-way-no-shipment"), text: t!("reuse-none-text"),
                    Button { icon: "package", text: t!("reuse-to-courier"), onclick: move |()| desk.open(Route::Returns) }
                } }
            } else {
                Decision { text: t!("reuse-which") }
                for (case, title, sub) in ways {
                    Way {
                        key: "{case}",
                        icon: "repeat",
                        kind: Tone::Info,
                        title,
                        sub,
                        end_icon: "check",
                        onclick: {
                            let seal = promise.clone();
                            move |()| {
                                let Some(officer) = desk.officer() else { return };
                                match reserve_reuse(&desk.kit(), &officer, &seal, case) {
                                    Ok(()) => refusal.set(String::new()),
                                    Err(error) => refusal.set(words(&error)),
                                }
                            }
                        },
                    }
                }
                Note { icon: "scale", text: t!("reuse-rule") }
            }
        }
    }
}
