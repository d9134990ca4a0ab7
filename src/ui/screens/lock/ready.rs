//! Before the command: what will be locked or taken off, and the button to hold. Against an open conflict a second officer
//! agrees here.

use dioxus::prelude::*;
use seal_core::case::CaseView;
use seal_core::fact::SecondOfficer;
use seal_core::ids::OfficerId;
use seal_core::seal_no::SealNo;

use super::{WhichOne, under};
use crate::actions::decide_conflict::second_officer;
use crate::actions::sign_in::agrees_here;
use crate::i18n::format;
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::use_desk;
use crate::ui::route::Route;
use crate::ui::screens::cover::under_words;
use crate::ui::screens::parts::{Page, Refusal, Trouble};
use crate::ui::screens::trouble;
use crate::ui::screens::words::{container_no, title_of};

#[component]
pub fn ReadyToArm(view: CaseView, seal: SealNo, text: String, onfire: Callback<Option<SecondOfficer>>) -> Element {
    let mut desk = use_desk();
    let case = view.doc.id;
    let prepared = view.seal(&seal).and_then(|seal| seal.prepared.clone());
    let back = seal.clone();
    let mut items = vec![];
    if let Some(prepared) = &prepared {
        items.push((t!("arm-check-battery"), format!("{}\u{a0}%", prepared.reading.battery_percent)));
        items.push((t!("arm-check-clock"), trouble::seconds(prepared.drift_s)));
    }
    let chosen = under(desk, &view, &seal);
    items.push((t!("arm-covers"), chosen.iter().map(container_no).collect::<Vec<_>>().join("\n")));
    let several = view.doc.containers.len() > 1;
    // Said once more where the hand is: a seal that covers a part cannot be told from one that covers all.
    let sure = if several {
        format!("{} {}", t!("cover-sure", containers = under_words(&view, &chosen)), t!("arm-lock-sure-why"))
    } else {
        t!("arm-lock-sure-why")
    };
    if let Some(trip) = &view.trip {
        items.push((t!("arm-vehicle"), format!("`{}`", trip.vehicle)));
    }
    rsx! {
        Page {
            title: t!("arm-title"), sub: title_of(&view), back: true, step: 4, focus: true, report: "lock",
            dock: rsx! {
                HoldButton {
                    text: t!("arm-lock"),
                    icon: "lock",
                    how: t!("hold-how"),
                    confirm_title: t!("arm-lock-sure", seal = seal.to_string()),
                    confirm_text: sure,
                    confirm_act: t!("arm-lock"),
                    confirm_cancel: t!("cancel"),
                    onfire: move |()| {
                        onfire.call(None);
                    },
                }
                Button { icon: "refresh-cw", text: t!("arm-check-again"), onclick: move |()| desk.replace(Route::Preflight { case, seal: back.clone() }) }
            },
            Trouble { text }
            Card { kind: CardKind::Hero,
                Instruction { icon: "lock", title: t!("arm-lock-now"), sub: t!("arm-lock-now-how") }
            }
            WhichOne { view: view.clone(), seal }
            Card { KeyValue { items } }
            Cite { icon: "info", text: t!("arm-once") }
        }
    }
}

#[component]
pub fn ReadyToDisarm(view: CaseView, seal: SealNo, text: String, onfire: Callback<Option<SecondOfficer>>) -> Element {
    let mut desk = use_desk();
    let case = view.doc.id;
    // The second officer may have agreed already, on the screen of the conflict.
    let agreed = desk.look(|kit| second_officer(kit, case, &seal)).ok().flatten();
    let conflict = view.open_conflict(&seal).is_some();
    let ask_second = conflict && agreed.is_none();
    let mut account = use_signal(String::new);
    let mut pin = use_signal(String::new);
    let mut reason = use_signal(String::new);
    let mut refused = use_signal(String::new);
    let cut = seal.clone();
    let told = view.inspections.iter().rev().find(|one| one.inspected.seal == seal);
    rsx! {
        Page {
            title: t!("arm-off-title"), sub: title_of(&view), back: true, focus: true, report: "disarm",
            dock: rsx! {
                Refusal { text: refused() }
                HoldButton {
                    bad: true,
                    text: t!("arm-open"),
                    icon: "lock-open",
                    how: t!("hold-how"),
                    confirm_title: t!("arm-open-sure", seal = seal.to_string()),
                    confirm_text: t!("arm-open-sure-why"),
                    confirm_act: t!("arm-open"),
                    confirm_cancel: t!("cancel"),
                    onfire: move |()| {
                        refused.set(String::new());
                        let second = if ask_second {
                            let id = OfficerId(account.peek().trim().to_lowercase());
                            match agrees_here(&desk.kit(), &id, &pin.peek()) {
                                Ok(_) => Some(SecondOfficer { officer: id, reason: reason.peek().trim().to_owned() }),
                                Err(error) => {
                                    tracing::warn!(%error, "second officer");
                                    refused.set(t!("arm-second-wrong"));
                                    return;
                                }
                            }
                        } else {
                            agreed.clone().filter(|_| conflict)
                        };
                        onfire.call(second);
                    },
                }
                Button { icon: "scissors", text: t!("arm-cut-off"), onclick: move |()| desk.replace(Route::CutOff { case, seal: cut.clone() }) }
            },
            Trouble { text }
            if ask_second {
                Card { kind: CardKind::Bad,
                    Decision { text: t!("arm-second-title") }
                    Note { text: t!("arm-second-why") }
                    TextField { label: t!("arm-second-account"), words: true, oninput: move |text: String| account.set(text) }
                    TextField { label: t!("arm-second-pin"), kind: "password", inputmode: "numeric", oninput: move |text: String| pin.set(text) }
                    TextArea { label: t!("arm-second-reason"), oninput: move |text: String| reason.set(text) }
                }
            }
            // One card has the band: who must agree comes before what the hands do.
            Card { kind: if ask_second { CardKind::Plain } else { CardKind::Hero },
                Instruction { icon: "lock-open", title: t!("arm-open-now"), sub: t!("arm-open-now-how") }
            }
            WhichOne { view: view.clone(), seal: seal.clone() }
            if let Some(told) = told {
                Card {
                    KeyValue { items: vec![(t!("arm-inspected"), format!("`{}`", format::date_time(told.at)))] }
                }
            }
            Cite { icon: "info", text: t!("arm-once") }
        }
    }
}
