//! The courier takes the parcel: waybill scanned or typed, carrier, name and signature.

use dioxus::prelude::*;
use seal_core::ids::ParcelId;
use seal_core::waybill::WaybillError;

use super::parcel_papers::ParcelPapers;
use super::parts::{Page, Refusal, WizardSteps};
use super::stored::{NotHere, read};
use super::words::{office, seal_no};
use crate::actions::hand_parcel::{
    HandParcelError, WaybillCheck, check_waybill, hand_over_draft, hand_parcel, keep_hand_over,
};
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::use_desk;
use crate::ui::route::{Route, ScanFor};

/// Line under the waybill's field.
fn check_words(check: &WaybillCheck) -> (String, Tone) {
    match check {
        WaybillCheck::Missing => (t!("hand-need-waybill"), Tone::Idle),
        WaybillCheck::Wrong(WaybillError::Length { found }) => (t!("hand-waybill-length", n = *found), Tone::Bad),
        WaybillCheck::Wrong(WaybillError::Character { found }) => {
            (t!("hand-waybill-character", found = found.to_string()), Tone::Bad)
        }
        WaybillCheck::S10Wrong(_) => (t!("hand-waybill-check-digit"), Tone::Bad),
        WaybillCheck::S10(_) => (t!("hand-waybill-s10"), Tone::Ok),
        WaybillCheck::Other(_) => (t!("hand-waybill-other"), Tone::Idle),
    }
}

/// Handing over.
#[component]
pub fn ParcelHandOver(parcel: ParcelId) -> Element {
    let mut desk = use_desk();
    let mut entered = use_signal(|| hand_over_draft(&desk.kit(), parcel).unwrap_or_default());
    let mut signature = use_signal(String::new);
    let mut refusal = use_signal(String::new);
    // A near number that was picked starts the field afresh.
    let mut picked = use_signal(|| 0u32);
    let view = match read(desk.look(|kit| kit.store.parcel(parcel))) {
        Ok(Some(view)) => view,
        Ok(None) => return rsx! { NotHere { text: t!("parcel-unknown") } },
        Err(trouble) => return rsx! { Page { title: t!("return-parcels"), back: true, {trouble} } },
    };
    let title = t!("parcel-name", number = view.packed.number.clone());
    let to = desk.look(|kit| office(kit, &view.packed.to));
    if view.handed_over.is_some() {
        return rsx! { super::parcel_sent::ParcelSent { view } };
    }
    let check = check_waybill(&entered().waybill);
    let (help, help_kind) = check_words(&check);
    let near = match &check {
        WaybillCheck::S10Wrong(near) => near.iter().take(3).map(|candidate| candidate.text.clone()).collect(),
        _ => Vec::new(),
    };
    let missing = match (&check, entered()) {
        (WaybillCheck::S10(_) | WaybillCheck::Other(_), draft) if draft.taken_by.trim().is_empty() => {
            Some(t!("hand-need-name"))
        }
        (WaybillCheck::S10(_) | WaybillCheck::Other(_), _) if signature().is_empty() => Some(t!("hand-need-signature")),
        (WaybillCheck::S10(_) | WaybillCheck::Other(_), _) => None,
        _ => Some(help.clone()),
    };
    let keep = move || {
        if let Err(error) = keep_hand_over(&desk.kit(), parcel, &entered.peek()) {
            tracing::warn!(%error, "draft not kept");
        }
    };
    let hand = move |()| {
        let Some(officer) = desk.officer() else { return };
        match hand_parcel(&desk.kit(), &officer, parcel, &entered(), &signature()) {
            Ok(()) => refusal.set(String::new()),
            Err(HandParcelError::NotPacked) => refusal.set(t!("parcel-unknown")),
            Err(HandParcelError::Already) => refusal.set(t!("hand-with-courier")),
            Err(HandParcelError::Waybill(check)) => refusal.set(check_words(&check).0),
            Err(HandParcelError::Unsigned) => refusal.set(t!("hand-need-signature")),
            Err(HandParcelError::Store(_)) => refusal.set(t!("err-store")),
        }
    };
    rsx! {
        Page {
            title,
            sub: t!("pack-to", office = to),
            back: true,
            steps: rsx! { WizardSteps { n: 2, of: 2, name: t!("hand-step") } },
            dock: rsx! {
                Refusal { text: refusal(), missing: missing.clone() }
                Button { kind: ButtonKind::Go, big: true, icon: "truck", disabled: missing.is_some(), text: t!("hand-over"), onclick: hand }
            },
            Decision { text: t!("hand-decision") }
            ParcelPapers { parcel }
            for n in [picked()] {
                TextField {
                    key: "{n}",
                    label: t!("hand-waybill"),
                    capitals: true,
                    initial: entered.peek().waybill.clone(),
                    help: help.clone(),
                    help_kind,
                    oninput: move |text| {
                        let mut draft = entered.write();
                        draft.waybill = text;
                        draft.scanned = false;
                        drop(draft);
                        keep();
                    },
                }
            }
            for number in near {
                Way {
                    icon: "badge-check",
                    title: format!("`{number}`"),
                    sub: t!("hand-near"),
                    onclick: move |()| {
                        entered.write().waybill = number.clone();
                        keep();
                        picked += 1;
                    },
                }
            }
            Button { icon: "scan-barcode", text: t!("hand-scan"), onclick: move |()| desk.open(Route::Scan { purpose: ScanFor::Waybill { parcel } }) }
            TextField {
                label: t!("hand-carrier"),
                words: true,
                initial: entered.peek().carrier.clone(),
                oninput: move |text| {
                    entered.write().carrier = text;
                    keep();
                },
            }
            TextField {
                label: t!("hand-taken-by"),
                words: true,
                initial: entered.peek().taken_by.clone(),
                oninput: move |text| {
                    entered.write().taken_by = text;
                    keep();
                },
            }
            SignaturePad { label: t!("hand-sign"), clear_label: t!("sign-clear"), onchange: move |path| signature.set(path) }
            Contents { seals: view.packed.seals.iter().map(seal_no).collect::<Vec<_>>() }
        }
    }
}

/// The seals inside.
#[component]
pub fn Contents(seals: Vec<String>) -> Element {
    rsx! {
        SectionHead { title: t!("pack-content"), note: seals.len().to_string() }
        List {
            for seal in seals {
                Row { key: "{seal}", icon: "lock", title: seal }
            }
        }
    }
}
