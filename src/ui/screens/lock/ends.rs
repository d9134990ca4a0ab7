//! After the command: closed, opened, refused, uncertain or tampered with, and the one thing to do next.

use dioxus::prelude::*;
use jiff::Timestamp;
use seal_core::case::CaseView;
use seal_core::fact::{Fact, Stage};
use seal_core::ids::CaseId;
use seal_core::seal::reading::{LockAction, LockState, RefusalReason, SealReading};
use seal_core::seal_no::SealNo;

use super::WhichOne;
use super::command::Stand;
use crate::actions::Kit;
use crate::i18n::format;
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::use_desk;
use crate::ui::route::{Route, ScanFor};
use crate::ui::screens::cover::numbers;
use crate::ui::screens::parts::{Shell, use_sync_status};
use crate::ui::screens::{trouble, words};

/// The frame of an answer: the result block holds the heading.
#[component]
fn Answer(
    kind: ResultKind,
    word: String,
    say: String,
    icon: Option<String>,
    dock: Element,
    children: Element,
) -> Element {
    rsx! {
        Shell {
            ResultBlock { kind, word, say, icon: icon.unwrap_or_default() }
            Main { {children} }
            Dock { {dock} }
        }
    }
}

#[component]
pub fn Unsure(
    view: CaseView,
    seal: SealNo,
    action: LockAction,
    tries: u32,
    text: String,
    onask: Callback<u32>,
) -> Element {
    let mut desk = use_desk();
    let case = view.doc.id;
    let arm = action == LockAction::Arm;
    let cut = seal.clone();
    let items = vec![
        if arm {
            TodoItem { text: t!("arm-do-hold"), why: t!("arm-do-hold-why") }
        } else {
            TodoItem { text: t!("arm-do-keep"), why: t!("arm-do-keep-why") }
        },
        TodoItem { text: t!("arm-do-stand"), why: t!("arm-do-stand-why") },
        TodoItem { text: t!("arm-do-press-read"), why: t!("arm-do-press-read-why") },
    ];
    rsx! {
        Answer {
            kind: ResultKind::Unsure,
            word: if arm { t!("arm-unsure") } else { t!("arm-unsure-off") },
            say: text,
            dock: rsx! {
                Button { kind: ButtonKind::Go, big: true, icon: "refresh-cw", text: t!("arm-read-again"), onclick: move |()| {
                    onask.call(tries);
                } }
                if arm {
                    Button { icon: "diamond-unsure", text: t!("arm-leave-unsure"), onclick: move |()| desk.replace(Route::Scan { purpose: ScanFor::SealToArm { case } }) }
                } else {
                    Button { icon: "scissors", text: t!("arm-cut-off"), onclick: move |()| desk.replace(Route::CutOff { case, seal: cut.clone() }) }
                }
                Button { icon: "arrow-left", text: t!("case-to-case"), onclick: move |()| desk.replace(Route::Case { case }) }
            },
            WhichOne { view: view.clone(), seal }
            Card {
                Decision { text: t!("arm-do-now") }
                Todo { items }
            }
            if tries > 0 {
                Note { icon: "refresh-cw", text: t!("arm-read-tries", n = tries) }
            }
            Note { text: if arm { t!("arm-unsure-after-two") } else { t!("arm-unsure-after-two-off") } }
        }
    }
}

#[component]
pub fn Refused(
    view: CaseView,
    seal: SealNo,
    action: LockAction,
    reason: RefusalReason,
    reading: Option<SealReading>,
    stand: Signal<Stand>,
) -> Element {
    let mut desk = use_desk();
    let case = view.doc.id;
    let (say, items) = trouble::refusal(reason, action);
    let lock = reading.as_ref().map(|reading| match reading.lock {
        LockState::Open => t!("arm-says-open"),
        LockState::Ready => t!("arm-says-ready"),
        LockState::ClosedArmed => t!("arm-says-closed"),
        LockState::Tampered => t!("arm-says-tampered"),
        LockState::Jammed => t!("arm-says-jammed"),
    });
    let say = match lock {
        Some(lock) => format!("{lock} {say}"),
        None => say,
    };
    let back = seal.clone();
    let cut = seal.clone();
    let arm = action == LockAction::Arm;
    let mut stand = stand;
    rsx! {
        Answer {
            kind: ResultKind::Bad,
            word: if arm { t!("arm-refused") } else { t!("arm-refused-off") },
            say,
            icon: if arm { None } else { Some("lock".to_owned()) },
            dock: rsx! {
                if arm {
                    Button { kind: ButtonKind::Go, big: true, icon: "cable", text: t!("arm-fixed-check"), onclick: move |()| desk.replace(Route::Preflight { case, seal: back.clone() }) }
                    Button { icon: "repeat", text: t!("arm-other-seal"), onclick: move |()| desk.replace(Route::Scan { purpose: ScanFor::SealToArm { case } }) }
                } else {
                    Button { kind: ButtonKind::Go, big: true, icon: "lock-open", text: t!("arm-fixed-open"), onclick: move |()| stand.set(Stand::Known) }
                    Button { icon: "scissors", text: t!("arm-cut-off"), onclick: move |()| desk.replace(Route::CutOff { case, seal: cut.clone() }) }
                }
            },
            WhichOne { view: view.clone(), seal }
            Card {
                Decision { text: t!("arm-do-now") }
                Todo { items }
            }
        }
    }
}

#[component]
pub fn Closed(view: CaseView, seal: SealNo) -> Element {
    let mut desk = use_desk();
    let status = use_sync_status();
    let case = view.doc.id;
    let on = view.seal(&seal).cloned();
    let since = on.as_ref().map(|seal| format::time(seal.changed_at)).unwrap_or_default();
    let prepared = on.as_ref().and_then(|seal| seal.prepared.clone());
    let scanned = desk.look(|kit| first_scan(kit, case));
    let took = match (scanned, on.as_ref().and_then(|seal| seal.on_since)) {
        (Some(from), Some(to)) => u64::try_from(to.duration_since(from).as_secs()).ok().filter(|s| *s < 7200),
        _ => None,
    };
    let offline = !status.read().online;
    let next = seal.clone();
    let bare = view.bare();
    rsx! {
        Answer {
            kind: ResultKind::Ok,
            word: t!("arm-closed"),
            say: t!("arm-closed-say", seal = seal.to_string(), time = since),
            dock: rsx! {
                if offline {
                    DockNote { icon: "cloud-off", text: t!("arm-kept-here") }
                }
                Button { kind: ButtonKind::Go, big: true, icon: "camera", text: t!("arm-next-photos"), onclick: move |()| desk.replace(Route::Photos { case, seal: next.clone(), stage: Stage::Arm }) }
            },
            WhichOne { view: view.clone(), seal: seal.clone() }
            if !bare.is_empty() {
                Card { kind: CardKind::Warn,
                    Decision { text: t!("cover-left", n = bare.len()) }
                    Note { icon: "container", text: t!("cover-left-why", containers = numbers(&bare)) }
                }
            }
            if let Some(prepared) = prepared {
                List { kind: ListKind::Items,
                    Check { state: CheckState::Ok, word: t!("state-ok"), title: t!("arm-times"), sub: t!("arm-times-why", drift = trouble::seconds(prepared.drift_s)) }
                    Check { state: CheckState::Ok, word: t!("state-ok"), title: t!("arm-check-battery"), value: format!("{}\u{a0}%", prepared.reading.battery_percent) }
                }
            }
            if let Some(seconds) = took {
                Note { icon: "timer", text: t!("arm-took", time = format::duration(seconds, words::lang())) }
            }
        }
    }
}

/// When the first code of the case was scanned.
fn first_scan(kit: &Kit, case: CaseId) -> Option<Timestamp> {
    let events = kit.store.case_events(case).ok()?;
    let scans = events.iter().filter(|signed| matches!(signed.event.fact, Fact::CodeRead(_)));
    scans.map(|signed| signed.event.at.wall).min()
}

#[component]
pub fn Opened(view: CaseView, seal: SealNo) -> Element {
    let mut desk = use_desk();
    let case = view.doc.id;
    let on = view.seal(&seal).cloned();
    let at = on.as_ref().map(|seal| format::time(seal.changed_at)).unwrap_or_default();
    let of = desk.look(|kit| kit.store.seal(&seal)).ok().flatten().and_then(|view| view.doc);
    let unit = desk.officer().map(|officer| officer.unit);
    let foreign = of.as_ref().filter(|doc| Some(&doc.owner) != unit.as_ref() && Some(&doc.manager) != unit.as_ref());
    let owner = foreign.map(|doc| desk.look(|kit| words::office(kit, &doc.owner)));
    rsx! {
        Answer {
            kind: ResultKind::Ok,
            icon: "lock-open",
            word: t!("arm-opened"),
            say: t!("arm-opened-say", seal = seal.to_string(), time = at),
            dock: rsx! {
                if owner.is_some() {
                    Button { kind: ButtonKind::Go, big: true, icon: "repeat", text: t!("arm-to-returns"), onclick: move |()| desk.open(Route::Returns) }
                    Button { icon: "container", text: t!("case-to-case"), onclick: move |()| desk.replace(Route::Case { case }) }
                } else {
                    Button { kind: ButtonKind::Go, big: true, icon: "container", text: t!("case-to-case"), onclick: move |()| desk.replace(Route::Case { case }) }
                }
            },
            WhichOne { view: view.clone(), seal: seal.clone() }
            if let Some(owner) = owner {
                Card { kind: CardKind::Warn,
                    Decision { text: t!("arm-must-return") }
                    Note { text: t!("arm-must-return-why", owner = owner) }
                }
            }
        }
    }
}

#[component]
pub fn TamperedNow(view: CaseView, seal: SealNo) -> Element {
    let mut desk = use_desk();
    let case = view.doc.id;
    rsx! {
        Answer {
            kind: ResultKind::Bad,
            icon: "shield-alert",
            word: t!("case-seal-tampered"),
            say: t!("arm-tampered-say"),
            dock: rsx! {
                Button { kind: ButtonKind::Go, big: true, icon: "repeat", text: t!("arm-other-seal"), onclick: move |()| desk.replace(Route::Scan { purpose: ScanFor::SealToArm { case } }) }
                Button { icon: "arrow-left", text: t!("case-to-case"), onclick: move |()| desk.replace(Route::Case { case }) }
            },
            WhichOne { view: view.clone(), seal }
        }
    }
}
