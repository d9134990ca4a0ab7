//! A stock count: what should be there against what the camera sees, live.

use dioxus::prelude::*;
use seal_core::codes::CustomsSealKind;
use seal_core::ids::OfficerId;
use seal_core::seal_no::SealNo;

use super::parts::{Page, Refusal, Trouble};
use super::stored::store_trouble;
use super::words::{self, seal_no};
use crate::actions::count_stock::{
    CountDraft, CountTrouble, begin_count, change_count, count_draft, count_stock, differences, drop_count, expected,
};
use crate::actions::issue_seals::takers;
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::use_desk;
use crate::ui::route::{Route, ScanFor};

fn trouble(error: &CountTrouble) -> String {
    match error {
        CountTrouble::NotBegun => t!("count-not-begun"),
        CountTrouble::Store(error) => store_trouble(error),
    }
}

/// See the module.
#[component]
pub fn CountStock() -> Element {
    let desk = use_desk();
    let again = use_signal(|| 0_u32);
    let _ = again();
    match desk.look(count_draft) {
        Ok(draft) if draft.begun => rsx! { Counting { draft: DraftProp(draft), again } },
        Ok(_) => rsx! { Begin { again } },
        Err(error) => {
            let text = store_trouble(&error);
            rsx! { Page { title: t!("count-title"), back: true, Trouble { text } } }
        }
    }
}

#[derive(Clone, PartialEq)]
struct DraftProp(CountDraft);

/// What is counted.
#[component]
fn Begin(again: Signal<u32>) -> Element {
    let desk = use_desk();
    let mut again = again;
    let mut kinds = use_signal(Vec::<CustomsSealKind>::new);
    let mut holder = use_signal(|| None::<OfficerId>);
    let mut refusal = use_signal(String::new);
    let Some(officer) = desk.officer() else { return rsx! {} };
    let sub = desk.look(|kit| words::office(kit, &officer.unit));
    let people = desk.look(|kit| takers(kit, &officer)).unwrap_or_default();
    let mut whose = vec![Choice::new("", t!("count-whole-unit")).icon("map-pin")];
    whose.extend(people.iter().map(|one| Choice::new(one.id.0.clone(), one.name.clone()).icon("user")));
    let begin = move |()| match begin_count(&desk.kit(), kinds(), holder()) {
        Ok(()) => again += 1,
        Err(error) => refusal.set(trouble(&error)),
    };
    let of = |kind: CustomsSealKind| {
        let Some(officer) = desk.officer() else { return 0 };
        let draft = CountDraft { kinds: vec![kind], holder: holder(), ..CountDraft::default() };
        desk.look(|kit| expected(kit, &officer, &draft)).map_or(0, |seals| seals.len())
    };
    rsx! {
        Page {
            title: t!("count-title"),
            sub,
            back: true,
            focus: true,
            report: "count_stock",
            dock: rsx! {
                Refusal { text: refusal(), missing: kinds().is_empty().then(|| t!("count-choose")) }
                Button { kind: ButtonKind::Go, big: true, icon: "clipboard-check", disabled: kinds().is_empty(), text: t!("count-begin"), onclick: begin }
            },
            Decision { text: t!("count-which") }
            List {
                for kind in CustomsSealKind::ALL.iter().copied() {
                    Tick { key: "{kind.code()}", title: words::seal_kind(kind), sub: t!("count-expected-n", n = of(kind)), checked: kinds().contains(&kind), onclick: move |()| {
                        let mut now = kinds.peek().clone();
                        if now.contains(&kind) { now.retain(|known| *known != kind) } else { now.push(kind) }
                        kinds.set(now);
                    } }
                }
            }
            Decision { id: "whose", text: t!("count-whose") }
            Options { labelled_by: "whose", items: whose, selected: holder().map(|id| id.0).unwrap_or_default(), onselect: move |id: String| {
                holder.set((!id.is_empty()).then_some(OfficerId(id)));
            } }
        }
    }
}

#[component]
fn Counting(draft: DraftProp, again: Signal<u32>) -> Element {
    let mut desk = use_desk();
    let mut again = again;
    let mut refusal = use_signal(String::new);
    let mut asking = use_signal(|| false);
    let draft = draft.0;
    let Some(officer) = desk.officer() else { return rsx! {} };
    let differences = match desk.look(|kit| differences(kit, &officer, &draft)) {
        Ok(differences) => differences,
        Err(error) => {
            let text = store_trouble(&error);
            return rsx! { Page { title: t!("count-title"), back: true, Trouble { text } } };
        }
    };
    let sub = match &draft.holder {
        Some(id) => desk.look(|kit| words::officer_name(kit, &officer.unit, id)),
        None => t!("count-whole-unit"),
    };
    let (found, missing) = (differences.matching.len(), differences.missing.len());
    let (extra, twice) = (differences.extra.len(), differences.duplicate.len());
    let wrong = missing + extra;
    let begun = !draft.scanned.is_empty();
    let mut finish = move || {
        let Some(officer) = desk.officer() else { return };
        match count_stock(&desk.kit(), &officer) {
            Ok(_) => desk.replace(Route::Stock),
            Err(error) => refusal.set(trouble(&error)),
        }
    };
    let remove = move |seal: SealNo| match change_count(&desk.kit(), |draft| draft.scanned.retain(|one| one != &seal)) {
        Ok(()) => again += 1,
        Err(error) => refusal.set(store_trouble(&error)),
    };
    rsx! {
        Page {
            title: t!("count-title"),
            sub,
            back: true,
            focus: true,
            report: "count_stock",
            over: asking().then(|| rsx! {
                Dialog {
                    title: t!("count-sure", n = wrong),
                    text: t!("count-sure-why", missing = missing, extra = extra),
                    onclose: move |()| asking.set(false),
                    Button { kind: ButtonKind::Go, big: true, icon: "scan-barcode", text: t!("carry-on"), onclick: move |()| asking.set(false) }
                    Button { icon: "clipboard-check", text: t!("count-with-differences"), onclick: move |()| finish() }
                }
            }),
            dock: rsx! {
                Refusal { text: refusal() }
                if missing > 0 || !begun {
                    Button { kind: ButtonKind::Go, big: true, icon: "scan-barcode", text: if begun { t!("count-scan-on") } else { t!("count-scan") }, onclick: move |()| desk.open(Route::Scan { purpose: ScanFor::StockCount }) }
                }
                if begun {
                    Button { kind: if missing == 0 { ButtonKind::Go } else { ButtonKind::Plain }, big: missing == 0, icon: "clipboard-check", text: t!("count-finish"), onclick: move |()| if wrong > 0 { asking.set(true) } else { finish() } }
                }
            },
            Card { kind: if begun && wrong > 0 { CardKind::Warn } else { CardKind::Hero }, live: true,
                Decision { text: if !begun { t!("count-none-yet") } else if wrong == 0 { t!("count-whole") } else { t!("count-differences", n = wrong) } }
                div { class: "stats",
                    for (n, text) in [(found, t!("count-found")), (missing, t!("count-missing")), (extra, t!("count-extra")), (twice, t!("count-twice"))] {
                        p { key: "{text}", class: "small",
                            b { class: "num", style: "font-size:var(--fs-6);display:block", "{n}" }
                            "{text}"
                        }
                    }
                }
            }
            if begun && extra > 0 {
                SectionHead { title: t!("count-extra-title"), note: t!("count-extra-why") }
                List { kind: ListKind::Items,
                    for seal in differences.extra.clone() {
                        QueueItem { key: "e{seal.as_str()}", icon: "plus", kind: Tone::Warn, title: seal_no(&seal), state: t!("count-extra"), state_kind: Tone::Warn, meta: vec![whose(desk, &seal)],
                            Button { icon: "undo-2", text: t!("count-not-here"), onclick: {
                                let (seal, mut remove) = (seal.clone(), remove);
                                move |()| remove(seal.clone())
                            } }
                        }
                    }
                }
            }
            if twice > 0 {
                Note { icon: "repeat", text: t!("count-twice-why", seals = differences.duplicate.iter().map(seal_no).collect::<Vec<_>>().join(", ")) }
            }
            if missing > 0 {
                SectionHead { title: if begun { t!("count-missing-title") } else { t!("count-expected") }, note: t!("stock-listed", n = missing) }
                List { kind: ListKind::Items,
                    for seal in differences.missing.iter().take(50).cloned() {
                        QueueItem {
                            key: "m{seal.as_str()}",
                            icon: "search",
                            kind: if begun { Tone::Bad } else { Tone::Idle },
                            title: seal_no(&seal),
                            state: if begun { t!("count-missing") } else { t!("count-to-come") },
                            state_kind: if begun { Tone::Bad } else { Tone::Idle },
                            meta: vec![whose(desk, &seal)],
                        }
                    }
                }
            }
            if begun {
                TextArea { label: t!("stock-remark"), initial: draft.remark.clone(), oninput: move |text: String| {
                    if let Err(error) = change_count(&desk.kit(), |draft| draft.remark = text) {
                        tracing::warn!(%error, "remark not kept");
                    }
                } }
            }
            Button { icon: "x", text: t!("count-drop"), onclick: move |()| match drop_count(&desk.kit()) {
                Ok(()) => again += 1,
                Err(error) => refusal.set(store_trouble(&error)),
            } }
        }
    }
}

/// What kind it is and in whose hand, as the register and the facts know.
fn whose(desk: crate::ui::desk::Desk, seal: &SealNo) -> String {
    desk.look(|kit| {
        let Ok(Some(view)) = kit.store.seal(seal) else { return t!("stock-fault-unknown") };
        let kind = view.doc.as_ref().map_or_else(|| t!("seal-not-in-register"), |doc| words::seal_kind(doc.kind));
        let hand = match (view.holder(), &view.officer) {
            (Some(unit), Some(id)) => words::officer_name(kit, unit, id),
            (Some(unit), None) => words::office(kit, unit),
            _ => t!("count-not-in-stock"),
        };
        format!("{kind} · {hand}")
    })
}
