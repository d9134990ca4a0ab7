//! Sealing, step 6: somebody pulled on the seal, and the carrier's driver signs on the screen.

use dioxus::prelude::*;
use seal_core::codes::SealType;
use seal_core::fact::CargoHandedOver;
use seal_core::ids::CaseId;
use seal_core::seal_no::SealNo;

use super::frame::seal_no;
use super::parts::{CaseGone, Page, Trouble, case_of, store_trouble, title_of, use_sync_status};
use super::words;
use crate::actions::hand_over::{HandOverTrouble, hand_over, note_tug};
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::use_desk;
use crate::ui::route::Route;

/// See the module.
#[component]
pub fn HandOver(case: CaseId, seal: SealNo) -> Element {
    let mut desk = use_desk();
    let status = use_sync_status();
    let known = case_of(desk, case);
    let driver = known.as_ref().and_then(|view| view.trip.as_ref()).map(|trip| trip.driver.clone()).unwrap_or_default();
    let id_number =
        known.as_ref().and_then(|view| view.trip.as_ref()).map(|trip| trip.driver_id.clone()).unwrap_or_default();
    let mut tugged = use_signal(Vec::<SealNo>::new);
    let mut name = use_signal(|| driver.clone());
    let mut signature = use_signal(String::new);
    let mut failed = use_signal(String::new);
    let mut slipped = use_signal(|| false);
    let Some(view) = known else { return rsx! { CaseGone {} } };
    let on = view.seal(&seal).cloned();
    // Every seal of the case is pulled on before the truck leaves, this one first.
    let others = view.customs_seals().filter(|other| other.no != seal && other.state.is_on());
    let seals: Vec<SealNo> = [seal.clone()]
        .into_iter()
        .chain(others.filter(|other| other.tug_held != Some(true)).map(|other| other.no.clone()))
        .collect();
    let all_tugged = seals.iter().all(|no| tugged.read().contains(no));
    let all_seals: Vec<String> = view
        .customs_seals()
        .filter(|one| one.state.is_on() || one.no == seal)
        .map(|one| format!("**{}**", seal_no(&one.no)))
        .collect();
    let photos = view.photos.len();
    let confirmed = on.as_ref().map(words::lock);
    let rope = on.as_ref().is_some_and(|seal| seal.seal_type == SealType::Electronic);
    let (for_save, for_slip) = (seals.clone(), seals.clone());
    let save = move |()| {
        let Some(officer) = desk.officer() else { return };
        let signed = CargoHandedOver {
            name: name.peek().clone(),
            id_number: id_number.clone(),
            signature: signature.peek().clone(),
        };
        match hand_over(&desk.kit(), &officer, case, &for_save, all_tugged, signed) {
            Ok(()) => desk.open(Route::Home),
            Err(HandOverTrouble::NotTugged) => failed.set(t!("arm-tug-first")),
            Err(HandOverTrouble::NoName) => failed.set(t!("arm-name-first")),
            Err(HandOverTrouble::NotSigned) => failed.set(t!("arm-sign-first")),
            Err(HandOverTrouble::Store(error)) => failed.set(store_trouble(&error)),
        }
    };
    rsx! {
        Page {
            title: t!("arm-title"),
            sub: title_of(&view),
            back: true,
            step: 6,
            focus: true,
            report: "hand_over",
            dock: rsx! {
                if !status.read().online {
                    DockNote { icon: "cloud-off", text: t!("arm-kept-here-photos", n = photos) }
                }
                Button {
                    kind: ButtonKind::Go, big: true, icon: "truck",
                    disabled: !all_tugged || signature().is_empty() || name().trim().is_empty(),
                    text: t!("arm-finish"),
                    onclick: save,
                }
            },
            div { class: "flow flow--between",
                span { class: "strong", Rich { text: t!("arm-seal-no", seal = seal.to_string()) } }
                if let Some((kind, text)) = confirmed {
                    Chip { kind, text }
                }
            }
            List {
                for no in seals.clone() {
                    Tick {
                        key: "{no.as_str()}",
                        title: match (seals.len(), rope) {
                            (1, true) => t!("arm-tugged"),
                            (1, false) => t!("arm-tugged-bolt"),
                            _ => t!("cover-tugged", seal = no.to_string()),
                        },
                        sub: t!("arm-tugged-how"),
                        checked: tugged.read().contains(&no),
                        onclick: move |()| {
                            let mut now = tugged.write();
                            match now.iter().position(|known| known == &no) {
                                Some(at) => drop(now.remove(at)),
                                None => now.push(no.clone()),
                            }
                        },
                    }
                }
            }
            if slipped() {
                Card { kind: CardKind::Bad, live: true,
                    Decision { text: t!("arm-slipped") }
                    Note { text: t!("arm-slipped-do") }
                    Button { icon: "container", text: t!("case-to-case"), onclick: move |()| desk.replace(Route::Case { case }) }
                }
            } else {
                for no in for_slip {
                    Button {
                        key: "{no.as_str()}",
                        icon: "octagon-x",
                        text: if seals.len() > 1 { t!("cover-slips", seal = no.to_string()) } else { t!("arm-slips") },
                        onclick: move |()| {
                            let Some(officer) = desk.officer() else { return };
                            match note_tug(&desk.kit(), &officer, case, &no, false) {
                                Ok(()) => {
                                    tugged.write().clear();
                                    slipped.set(true);
                                }
                                Err(error) => failed.set(store_trouble(&error)),
                            }
                        },
                    }
                }
            }
            Card {
                CardHead { eyebrow: t!("arm-handover-to") }
                p { Rich { text: t!("arm-handover-text", container = title_of(&view), seals = all_seals.join(", ")) } }
                TextField { label: t!("arm-signer"), initial: driver.clone(), words: true, oninput: move |text: String| name.set(text) }
                SignaturePad {
                    label: t!("sign-here"),
                    clear_label: t!("sign-clear"),
                    onchange: move |path: String| signature.set(path),
                }
            }
            Trouble { text: failed() }
        }
    }
}
