//! Sealing, step 6: somebody pulled on the seal, and the carrier's driver signs on the screen.

use dioxus::prelude::*;
use seal_core::codes::SealType;
use seal_core::fact::CargoHandedOver;
use seal_core::ids::CaseId;
use seal_core::seal_no::SealNo;

use super::parts::{Page, Trouble, use_sync_status};
use super::stored::{CaseGone, case_of, store_trouble};
use super::words::{self, title_of};
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
    let mut tugged = use_signal(|| false);
    let mut name = use_signal(|| driver.clone());
    let mut signature = use_signal(String::new);
    let mut failed = use_signal(String::new);
    let mut slipped = use_signal(|| false);
    let Some(view) = known else { return rsx! { CaseGone {} } };
    let on = view.seal(&seal).cloned();
    let photos = view.photos.len();
    let confirmed = on.as_ref().map(words::lock);
    let rope = on.as_ref().is_some_and(|seal| seal.seal_type == SealType::Electronic);
    let (for_save, for_slip) = (seal.clone(), seal.clone());
    let save = move |()| {
        let Some(officer) = desk.officer() else { return };
        let signed = CargoHandedOver {
            name: name.peek().clone(),
            id_number: id_number.clone(),
            signature: signature.peek().clone(),
        };
        match hand_over(&desk.kit(), &officer, case, &for_save, *tugged.peek(), signed) {
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
                    disabled: !tugged() || signature().is_empty() || name().trim().is_empty(),
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
                Tick {
                    title: if rope { t!("arm-tugged") } else { t!("arm-tugged-bolt") },
                    sub: t!("arm-tugged-how"),
                    checked: tugged(),
                    onclick: move |()| tugged.toggle(),
                }
            }
            if slipped() {
                Card { kind: CardKind::Bad, live: true,
                    Decision { text: t!("arm-slipped") }
                    Note { text: t!("arm-slipped-do") }
                    Button { icon: "container", text: t!("case-to-case"), onclick: move |()| desk.replace(Route::Case { case }) }
                }
            } else {
                Button { icon: "octagon-x", text: t!("arm-slips"), onclick: move |()| {
                    let Some(officer) = desk.officer() else { return };
                    match note_tug(&desk.kit(), &officer, case, &for_slip, false) {
                        Ok(()) => {
                            tugged.set(false);
                            slipped.set(true);
                        }
                        Err(error) => failed.set(store_trouble(&error)),
                    }
                } }
            }
            Card {
                CardHead { eyebrow: t!("arm-handover-to") }
                p { Rich { text: t!("arm-handover-text", container = title_of(&view), seal = seal.to_string()) } }
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
