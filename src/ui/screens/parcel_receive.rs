//! Opening a parcel at the owner: announced against found, live.

use dioxus::prelude::*;
use seal_core::codes::SealCondition;
use seal_core::courier::{DifferenceKind, ParcelView};
use seal_core::custody::SealView;
use seal_core::fact::LossKind;
use seal_core::ids::ParcelId;
use seal_core::seal_no::SealNo;

use super::codes::{condition, condition_icon};
use super::parcel_pack::Counter;
use super::parcel_sent::ParcelDifferences;
use super::parts::{Page, Refusal};
use super::stored::{NotHere, read};
use super::words::{office, seal_no};
use crate::actions::receive_parcel::{
    ReceiptDraft, ReceiveParcelError, change_receipt, differences, receipt_draft, receive_parcel,
};
use crate::actions::settle_loss::{LossTrouble, report_loss};
use crate::i18n::format;
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::use_desk;
use crate::ui::route::{Route, ScanFor};

/// Receiving.
#[component]
pub fn ParcelReceive(parcel: ParcelId) -> Element {
    let mut desk = use_desk();
    let mut again = use_signal(|| 0u32);
    let mut refusal = use_signal(String::new);
    let mut asking = use_signal(|| false);
    _ = again();
    let (view, draft) = match read(desk.look(|kit| Ok((kit.store.parcel(parcel)?, receipt_draft(kit, parcel)?)))) {
        Ok((Some(view), draft)) => (view, draft),
        Ok((None, _)) => return rsx! { NotHere { text: t!("parcel-unknown") } },
        Err(trouble) => return rsx! { Page { title: t!("return-parcels"), back: true, {trouble} } },
    };
    // Opened before: what is still to come is scanned when it comes.
    let opened = view.received.is_some();
    if opened && (view.still_inside().is_empty() || draft.found.is_empty()) {
        return rsx! { Received { view } };
    }
    let from = desk.look(|kit| office(kit, &view.packed.from));
    let sub = match &view.handed_over {
        Some((handed, _)) => t!("receive-sub", from = from, waybill = handed.waybill.clone()),
        None => t!("receive-sub-none", from = from),
    };
    let announced = view.still_inside();
    let found = differences(announced, &draft);
    let damaged: Vec<SealNo> = draft
        .found
        .iter()
        .filter(|seal| seal.condition != SealCondition::Right)
        .map(|seal| seal.seal.clone())
        .collect();
    let good = found.matching.iter().filter(|seal| !damaged.contains(seal)).count();
    let awaited: Vec<SealNo> = draft.awaited.iter().filter(|seal| found.missing.contains(seal)).cloned().collect();
    let accessories = short(view.packed.ropes, draft.ropes) + short(view.packed.chargers, draft.chargers);
    let wrong = found.missing.len() + found.extra.len() + damaged.len() + usize::from(accessories > 0 && !opened);
    let begun = !draft.found.is_empty();
    let misdelivered = desk.officer().is_some_and(|officer| officer.unit != view.packed.to);
    let mut change = move |result: Result<(), crate::ports::store::StoreError>| match result {
        Ok(()) => {
            refusal.set(String::new());
            again += 1;
        }
        Err(error) => {
            tracing::error!(%error, "draft not kept");
            refusal.set(t!("err-store"));
        }
    };
    let mut receive = move || {
        let Some(officer) = desk.officer() else { return };
        match receive_parcel(&desk.kit(), &officer, parcel) {
            Ok(()) => asking.set(false),
            Err(ReceiveParcelError::Unknown) => refusal.set(t!("parcel-unknown")),
            Err(ReceiveParcelError::NothingNew) => refusal.set(t!("receive-nothing-new")),
            Err(ReceiveParcelError::Already) => refusal.set(t!("receive-already")),
            Err(ReceiveParcelError::Store(_)) => refusal.set(t!("err-store")),
        }
    };
    let scan = move || desk.open(Route::Scan { purpose: ScanFor::ParcelReceipt { parcel } });
    let (mut scan_first, mut scan_more) = (scan, scan);
    let missing = found.missing.len();
    rsx! {
        Page {
            title: t!("receive-title", number = view.packed.number.clone()),
            sub,
            back: true,
            dock: rsx! {
                Refusal { text: refusal() }
                if !begun || missing > 0 {
                    Button { kind: ButtonKind::Go, big: true, icon: "scan-barcode", text: if begun { t!("pack-scan-next") } else { t!("pack-scan-first") }, onclick: move |()| scan_first() }
                    if begun {
                        Button { icon: "clipboard-check", text: t!("receive-with-record"), onclick: move |()| asking.set(true) }
                    }
                } else {
                    Button {
                        kind: ButtonKind::Go,
                        big: true,
                        icon: "clipboard-check",
                        text: if wrong > 0 { t!("receive-with-record") } else { t!("receive-all") },
                        onclick: move |()| if wrong > 0 { asking.set(true) } else { receive() },
                    }
                    Button { icon: "scan-barcode", text: t!("pack-scan-more"), onclick: move |()| scan_more() }
                }
            },
            if view.handed_over.is_some() && !opened {
                Button { icon: "truck", inline: true, text: t!("track-title"), onclick: move |()| desk.open(Route::ParcelHandOver { parcel }) }
            }
            if misdelivered {
                Card { kind: CardKind::Warn,
                    Decision { text: t!("receive-not-ours") }
                    Note { text: t!("receive-not-ours-do") }
                }
            }
            Card { kind: if !begun { CardKind::Hero } else if wrong > 0 { CardKind::Bad } else { CardKind::Hero }, live: true,
                Decision {
                    text: match (begun, wrong) {
                        (false, _) => t!("receive-begin"),
                        (true, 0) => t!("receive-whole"),
                        (true, n) => t!("receive-differences", n = n),
                    },
                }
                div { class: "stats",
                    for (n, words) in [(announced.len(), t!("receive-announced")), (draft.found.len(), t!("receive-found")), (good, t!("receive-good"))] {
                        p { key: "{words}", class: "small",
                            b { class: "num", style: "font-size:var(--fs-5);display:block", "{n}" }
                            "{words}"
                        }
                    }
                }
            }
            if wrong > 0 && begun {
                List { kind: ListKind::Items, label: t!("receive-record"),
                    for seal in found.missing.clone() {
                        Missing {
                            key: "m{seal.as_str()}",
                            seal: seal.clone(),
                            awaited: awaited.contains(&seal),
                            onset: move |later: bool| {
                                let seal = seal.clone();
                                change(change_receipt(&desk.kit(), parcel, move |draft| {
                                    draft.awaited.retain(|known| known != &seal);
                                    if later {
                                        draft.awaited.push(seal);
                                    }
                                }));
                            },
                        }
                    }
                    for seal in found.extra.clone() {
                        Extra { key: "e{seal.as_str()}", seal: seal.clone(), onremove: move |()| {
                            let seal = seal.clone();
                            change(change_receipt(&desk.kit(), parcel, move |draft| draft.found.retain(|found| found.seal != seal)));
                        } }
                    }
                    for seal in damaged.clone() {
                        QueueItem { key: "d{seal.as_str()}", icon: "shield-alert", kind: Tone::Bad, title: seal_no(&seal), state: t!("receive-damaged"), state_kind: Tone::Bad, meta: vec![condition_of(&draft, &seal)] }
                    }
                }
            }
            if begun {
                SectionHead { title: t!("receive-conditions"), note: t!("receive-conditions-note") }
                for seal in draft.found.clone() {
                    FoundSeal {
                        key: "{seal.seal.as_str()}",
                        seal: seal.seal.clone(),
                        condition: seal.condition,
                        onset: move |condition: SealCondition| {
                            let seal = seal.seal.clone();
                            change(change_receipt(&desk.kit(), parcel, move |draft| {
                                for found in draft.found.iter_mut().filter(|found| found.seal == seal) {
                                    found.condition = condition;
                                }
                            }));
                        },
                    }
                }
                if !opened && view.packed.ropes + view.packed.chargers > 0 {
                    SectionHead { title: t!("pack-extras"), note: t!("receive-accessories-note") }
                    List {
                        if view.packed.ropes > 0 {
                            Counter {
                                title: t!("receive-of", what = t!("pack-ropes"), n = view.packed.ropes),
                                icon: "cable",
                                n: draft.ropes.unwrap_or(view.packed.ropes),
                                onset: move |n: u32| change(change_receipt(&desk.kit(), parcel, move |draft| draft.ropes = Some(n))),
                            }
                        }
                        if view.packed.chargers > 0 {
                            Counter {
                                title: t!("receive-of", what = t!("pack-chargers"), n = view.packed.chargers),
                                icon: "zap",
                                n: draft.chargers.unwrap_or(view.packed.chargers),
                                onset: move |n: u32| change(change_receipt(&desk.kit(), parcel, move |draft| draft.chargers = Some(n))),
                            }
                        }
                    }
                    Button {
                        icon: "check",
                        text: t!("receive-accessories-all"),
                        disabled: draft.ropes.is_some() && draft.chargers.is_some(),
                        onclick: {
                            let (ropes, chargers) = (view.packed.ropes, view.packed.chargers);
                            move |()| change(change_receipt(&desk.kit(), parcel, move |draft| {
                                draft.ropes.get_or_insert(ropes);
                                draft.chargers.get_or_insert(chargers);
                            }))
                        },
                    }
                }
                TextArea {
                    label: t!("receive-remark"),
                    initial: draft.remark.clone(),
                    oninput: move |text: String| {
                        if let Err(error) = change_receipt(&desk.kit(), parcel, move |draft| draft.remark = text) {
                            tracing::warn!(%error, "remark not kept");
                        }
                    },
                }
            }
            if asking() {
                Dialog {
                    title: t!("receive-ask", n = wrong),
                    text: t!("receive-ask-text", missing = found.missing.len() - awaited.len(), later = awaited.len(), extra = found.extra.len(), damaged = damaged.len()),
                    onclose: move |()| asking.set(false),
                    Button { kind: ButtonKind::Go, big: true, icon: "scan-barcode", text: t!("carry-on"), onclick: move |()| asking.set(false) }
                    Button { icon: "clipboard-check", text: t!("receive-with-record"), onclick: move |()| receive() }
                }
            }
        }
    }
}

fn condition_of(draft: &ReceiptDraft, seal: &SealNo) -> String {
    draft.found.iter().find(|found| &found.seal == seal).map(|found| condition(found.condition)).unwrap_or_default()
}

/// Announced and not found, where it was counted.
fn short(announced: u32, found: Option<u32>) -> u32 {
    found.map_or(0, |found| announced.saturating_sub(found))
}

/// A seal that is not in the parcel: lost, or said to come later.
#[component]
fn Missing(seal: SealNo, awaited: bool, onset: EventHandler<bool>) -> Element {
    rsx! {
        QueueItem {
            icon: if awaited { "hourglass" } else { "package-open" },
            kind: if awaited { Tone::Warn } else { Tone::Bad },
            title: seal_no(&seal),
            state: if awaited { t!("receive-awaited") } else { t!("receive-missing") },
            state_kind: if awaited { Tone::Warn } else { Tone::Bad },
            meta: vec![if awaited { t!("receive-awaited-why") } else { t!("receive-missing-report") }],
            Button {
                icon: if awaited { "undo-2" } else { "hourglass" },
                text: if awaited { t!("receive-not-awaited") } else { t!("receive-await") },
                onclick: move |()| onset.call(!awaited),
            }
        }
    }
}

/// A seal nobody announced: whose it is.
#[component]
fn Extra(seal: SealNo, onremove: EventHandler<()>) -> Element {
    let desk = use_desk();
    let owner = desk.look(|kit| {
        let doc = kit.store.seal(&seal).ok().flatten().and_then(|view: SealView| view.doc)?;
        Some(office(kit, &doc.owner))
    });
    rsx! {
        QueueItem {
            icon: "plus",
            kind: Tone::Warn,
            title: seal_no(&seal),
            state: t!("receive-extra"),
            state_kind: Tone::Warn,
            meta: vec![owner.map_or_else(|| t!("receive-extra-unknown"), |owner| t!("receive-extra-of", owner = owner))],
            Button { icon: "undo-2", text: t!("receive-not-inside"), onclick: move |()| onremove.call(()) }
        }
    }
}

/// One seal taken out and how it looks.
#[component]
fn FoundSeal(seal: SealNo, condition: SealCondition, onset: EventHandler<SealCondition>) -> Element {
    let conditions = [SealCondition::Right, SealCondition::Damaged, SealCondition::FaultyElectronic];
    rsx! {
        Card {
            p { class: "strong", Rich { text: seal_no(&seal) } }
            Segmented {
                label: t!("receive-condition-of", seal = seal.to_string()),
                selected: condition.code(),
                items: conditions.iter().map(|code| Choice::new(code.code(), t!(&format!("condition-short-{}", code.code()))).icon(condition_icon(*code))).collect::<Vec<_>>(),
                onselect: move |code: String| {
                    if let Some(condition) = conditions.iter().find(|condition| condition.code() == code) {
                        onset.call(*condition);
                    }
                },
            }
        }
    }
}

/// The record of a parcel that is received.
#[component]
fn Received(view: ParcelView) -> Element {
    let mut desk = use_desk();
    let Some((received, at)) = view.received.clone() else { return rsx! {} };
    let from = desk.look(|kit| office(kit, &view.packed.from));
    let differences = view.differences();
    let whole = differences.is_empty();
    let open = differences.iter().any(|difference| difference.is_open());
    let parcel = view.packed.parcel;
    let late = differences.iter().filter(|one| one.kind == DifferenceKind::Awaited && one.loss.is_none());
    let late: Vec<SealNo> = late.map(|one| one.seal.clone()).collect();
    let still = !view.still_inside().is_empty();
    let mut refusal = use_signal(String::new);
    let turnaround: Vec<i64> = desk.look(|kit| {
        let seals = received.found.iter().filter_map(|found| kit.store.seal(&found.seal).ok().flatten());
        seals.filter_map(|seal| seal.turnaround_days()).collect()
    });
    let average = (!turnaround.is_empty()).then(|| turnaround.iter().sum::<i64>() / turnaround.len() as i64);
    rsx! {
        Page {
            title: t!("receive-title", number = view.packed.number.clone()),
            sub: t!("receive-sub-none", from = from),
            back: true,
            dock: rsx! {
                Refusal { text: refusal() }
                if late.is_empty() {
                    Button { kind: ButtonKind::Go, big: true, icon: "package", text: t!("return-parcels"), onclick: move |()| desk.open(Route::Parcels) }
                }
                if still {
                    Button { kind: if late.is_empty() { ButtonKind::Plain } else { ButtonKind::Go }, big: !late.is_empty(), icon: "scan-barcode", text: t!("receive-rest"), onclick: move |()| desk.open(Route::Scan { purpose: ScanFor::ParcelReceipt { parcel } }) }
                }
                if !late.is_empty() {
                    Button { icon: "package", text: t!("return-parcels"), onclick: move |()| desk.open(Route::Parcels) }
                }
            },
            Card { kind: if open { CardKind::Bad } else { CardKind::Hero },
                Decision { text: if whole { t!("receive-done") } else if open { t!("receive-done-record") } else { t!("receive-done-settled") } }
                KeyValue {
                    items: vec![
                        (t!("conflict-when"), format!("`{}`", format::date_time(at))),
                        (t!("receive-found"), format!("`{}`", received.found.len())),
                        (t!("receive-missing"), format!("`{}`", received.missing.len())),
                        (t!("receive-extra"), format!("`{}`", received.extra.len())),
                    ],
                }
                if !received.remark.is_empty() {
                    Note { text: received.remark.clone() }
                }
            }
            ParcelDifferences { view: view.clone() }
            for seal in late {
                Button {
                    key: "late{seal.as_str()}",
                    icon: "shield-alert",
                    text: t!("receive-report-lost", seal = seal_no(&seal)),
                    onclick: {
                        let seal = seal.clone();
                        move |()| {
                            let Some(officer) = desk.officer() else { return };
                            match report_loss(&desk.kit(), &officer, parcel, &seal, LossKind::Lost) {
                                Ok(()) | Err(LossTrouble::Already) => refusal.set(String::new()),
                                Err(error) => {
                                    tracing::error!(%error, "loss not reported");
                                    refusal.set(t!("err-store"));
                                }
                            }
                        }
                    },
                }
            }
            SectionHead { title: t!("receive-conditions") }
            List {
                for found in received.found.clone() {
                    Row {
                        key: "{found.seal.as_str()}",
                        icon: condition_icon(found.condition),
                        kind: if found.condition == SealCondition::Right { Tone::Ok } else { Tone::Bad },
                        title: seal_no(&found.seal),
                        sub: condition(found.condition),
                        onclick: move |()| desk.open(Route::Seal { seal: found.seal.clone() }),
                    }
                }
                Row {
                    icon: "timer",
                    title: t!("return-turnaround"),
                    sub: average.map_or_else(|| t!("turnaround-none"), |days| t!("turnaround-average", n = days)),
                    onclick: move |()| desk.open(Route::Turnaround),
                }
            }
        }
    }
}
