//! A dead seal, cut off before a witness: photograph of the cut seal, reason, the witness's name and signature.

use dioxus::prelude::*;
use seal_core::evidence::PhotoRole;
use seal_core::fact::Stage;
use seal_core::ids::CaseId;
use seal_core::seal::permit::{DisarmRefusal, may_cut_off};
use seal_core::seal::reading::LockAction;
use seal_core::seal_no::SealNo;
use serde::{Deserialize, Serialize};

use super::cover::under_title;
use super::frame::{Frame, NotHere, Refusal, photo_role, photo_src, read, seal_no};
use crate::actions::cut_off_seal::{Witnessed, cut_off_seal};
use crate::actions::draft;
use crate::i18n::format;
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::use_desk;
use crate::ui::route::Route;

/// What was entered; kept while the camera is open. The signature is not: it is given last.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct CutDraft {
    reason: String,
    witness: String,
}

/// Cutting off.
#[component]
pub fn CutOff(case: CaseId, seal: SealNo) -> Element {
    let mut desk = use_desk();
    let name = use_hook(|| format!("cut/{case}/{}", seal.as_str()));
    let mut entered = use_signal(|| draft::read::<CutDraft>(&desk.kit(), &name).unwrap_or_default());
    let mut signature = use_signal(String::new);
    let mut refusal = use_signal(String::new);
    let view = match read(desk.look(|kit| kit.store.case(case))) {
        Ok(Some(view)) => view,
        Ok(None) => return rsx! { NotHere { text: t!("not-here-case") } },
        Err(trouble) => return rsx! { Frame { title: t!("cut-title"), {trouble} } },
    };
    let refused = desk.officer().and_then(|officer| may_cut_off(&view, &seal, &officer).err());
    let photo = view.photos_of(PhotoRole::CutSeal, Stage::Disarm).last().cloned();
    let src = photo.as_ref().map(|photo| desk.look(|kit| photo_src(kit, &photo.photo))).unwrap_or_default();
    let sub = match under_title(&view, view.seal(&seal)) {
        none if none.is_empty() => t!("inspect-sub-seal", seal = seal_no(&seal)),
        container => t!("inspect-sub", container = container, seal = seal_no(&seal)),
    };
    let missing = match entered() {
        _ if refused.is_some() => refused.as_ref().map(super::refusals::disarm),
        _ if photo.is_none() => Some(t!("cut-need-photo")),
        CutDraft { reason, .. } if reason.trim().is_empty() => Some(t!("cut-need-reason")),
        CutDraft { witness, .. } if witness.trim().is_empty() => Some(t!("cut-need-witness")),
        _ if signature().is_empty() => Some(t!("cut-need-signature")),
        _ => None,
    };
    let keep = {
        let name = name.clone();
        move || {
            if let Err(error) = draft::write(&desk.kit(), &name, &*entered.peek()) {
                tracing::warn!(%error, "draft not kept");
            }
        }
    };
    let (keep_reason, keep_witness) = (keep.clone(), keep);
    let (number, first, inspect) = (seal.clone(), seal.clone(), seal.clone());
    let finish = move |()| {
        let Some(officer) = desk.officer() else { return };
        let CutDraft { reason, witness } = entered();
        let witnessed = Witnessed { reason, witness, signature: signature() };
        match cut_off_seal(&desk.kit(), &officer, case, &number, witnessed) {
            Ok(()) => {
                if let Err(error) = draft::forget(&desk.kit(), &name) {
                    tracing::warn!(%error, "draft is still there");
                }
                desk.open(Route::Case { case });
            }
            Err(trouble) => refusal.set(super::refusals::cut_off(&trouble)),
        }
    };
    rsx! {
        Frame {
            title: t!("cut-title"),
            sub,
            dock: rsx! {
                Dock {
                    Refusal { text: refusal() }
                    if let Some(missing) = missing.clone() {
                        DockNote { icon: "info", text: missing }
                    }
                    if missing.is_some() {
                        Button { kind: ButtonKind::Bad, big: true, icon: "scissors", disabled: true, text: t!("cut-record"), onclick: |()| {} }
                    } else {
                        HoldButton {
                            bad: true,
                            icon: "scissors",
                            text: t!("cut-hold"),
                            how: t!("hold-how"),
                            confirm_title: t!("cut-confirm", seal = seal_no(&seal)),
                            confirm_text: t!("cut-confirm-text"),
                            confirm_act: t!("cut-record"),
                            confirm_cancel: t!("cancel"),
                            onfire: finish,
                        }
                    }
                }
            },
            Card { kind: CardKind::Warn,
                Decision { text: t!("cut-decision") }
                Note { text: t!("cut-how") }
            }
            if refused == Some(DisarmRefusal::NotInspected) {
                Way { icon: "hand", title: t!("inspect-by-hand"), sub: t!("refused-not-inspected"), onclick: move |()| desk.open(Route::HandChecks { case, seal: inspect.clone(), en_route: false }) }
            } else if refused.is_none() {
                Way { icon: "bluetooth", title: t!("cut-try-first"), sub: t!("cut-try-first-sub"), onclick: move |()| desk.open(Route::Lock { case, seal: first.clone(), action: LockAction::Disarm }) }
            }
            Photos {
                PhotoTile {
                    state: if photo.is_some() { PhotoState::Good } else { PhotoState::Now },
                    title: photo_role(PhotoRole::CutSeal),
                    sub: photo.as_ref().map(|photo| format!("`{}`", format::time(photo.at))).unwrap_or_default(),
                    src,
                    alt: photo_role(PhotoRole::CutSeal),
                    onclick: move |()| desk.open(Route::TakePhoto { case: Some(case), role: PhotoRole::CutSeal, stage: Stage::Disarm }),
                }
            }
            TextArea {
                label: t!("cut-reason"),
                initial: entered.peek().reason.clone(),
                help: t!("cut-reason-help"),
                oninput: move |text| {
                    entered.write().reason = text;
                    keep_reason();
                },
            }
            TextField {
                label: t!("cut-witness"),
                words: true,
                initial: entered.peek().witness.clone(),
                help: t!("cut-witness-help"),
                oninput: move |text| {
                    entered.write().witness = text;
                    keep_witness();
                },
            }
            SignaturePad { label: t!("cut-sign"), clear_label: t!("sign-clear"), onchange: move |path| signature.set(path) }
        }
    }
}
