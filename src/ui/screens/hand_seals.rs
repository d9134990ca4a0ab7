//! A hand-over of seals between two phones, both sides, without any network: the giver's offer as a code, the taker's check by
//! scan and signature, and the taker's slip back.

use dioxus::prelude::*;
use seal_core::fact::Fact;
use seal_core::ids::{EventId, OfficeCode, OfficerId};
use seal_core::range;
use seal_core::seal_no::SealNo;
use seal_core::wire::B64;

use super::issue::Run;
use super::parts::{Page, Refusal, Trouble};
use super::slip::{ShowSlip, signed_by, trouble_text};
use super::stock::not_mine;
use super::stored::{NotHere, store_trouble};
use super::words::{self, seal_no};
use crate::actions::issue_seals::takers;
use crate::actions::offer_seals::{OfferTrouble, change_offer, offer_draft, offer_seals, withdraw_offer};
use crate::actions::stock::usable;
use crate::actions::take_over_seals::{
    TakeOverTrouble, check_off, check_offer, check_taken, checked_off, confirm_hand_over, expect, found_of,
    take_over_seals,
};
use crate::ports::lists::Hand;
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::use_desk;
use crate::ui::route::{Route, ScanFor};

/// Why a hand-over does not go on, in words.
pub fn offer_trouble(trouble: &OfferTrouble) -> String {
    match trouble {
        OfferTrouble::Nothing => t!("stock-nothing"),
        OfferTrouble::TooMany => t!("stock-offer-many", most = crate::actions::offer_seals::MOST),
        OfferTrouble::Self_ => t!("stock-offer-self"),
        OfferTrouble::Seals(faults) => match faults.first() {
            Some((seal, why)) => format!("{}: {}", seal_no(seal), not_mine(why)),
            None => t!("stock-nothing"),
        },
        OfferTrouble::NotStanding => t!("stock-offer-gone"),
        OfferTrouble::Store(error) => store_trouble(error),
    }
}

fn take_trouble(trouble: &TakeOverTrouble) -> String {
    match trouble {
        TakeOverTrouble::OtherSlip => t!("stock-other-slip"),
        TakeOverTrouble::NotForMe => t!("stock-not-for-me"),
        TakeOverTrouble::Own => t!("stock-offer-self"),
        TakeOverTrouble::Already => t!("stock-taken-already"),
        TakeOverTrouble::Nothing => t!("stock-none-checked"),
        TakeOverTrouble::Slip(error) => trouble_text(error),
        TakeOverTrouble::Store(error) => store_trouble(error),
    }
}

/// Numbers as runs.
#[component]
fn Runs(seals: Vec<SealNo>) -> Element {
    rsx! {
        div { class: "stack",
            for (from, to) in range::runs(&seals) {
                p { key: "{from.as_str()}", class: "strong", Run { from, to } }
            }
        }
    }
}

/// What is to be handed over, and to whom.
#[component]
pub fn OfferSeals() -> Element {
    let mut desk = use_desk();
    let mut again = use_signal(|| 0_u32);
    let mut refusal = use_signal(String::new);
    let mut remark = use_signal(String::new);
    let _ = again();
    let Some(officer) = desk.officer() else { return rsx! {} };
    let read = desk.look(|kit| {
        let kinds = seal_core::codes::CustomsSealKind::ALL;
        let mut mine = Vec::new();
        for kind in kinds {
            mine.extend(usable(kit, &officer.unit, Hand::Officer(officer.id.clone()), *kind)?);
        }
        Ok::<_, crate::ports::store::StoreError>((
            offer_draft(kit)?,
            mine,
            takers(kit, &officer)?,
            kit.store.offices()?,
        ))
    });
    let (draft, mine, people, offices) = match read {
        Ok(read) => read,
        Err(error) => {
            let text = store_trouble(&error);
            return rsx! { Page { title: t!("stock-hand-over"), back: true, Trouble { text } } };
        }
    };
    let sub = desk.look(|kit| words::office(kit, &officer.unit));
    let mut change = move |result: Result<(), crate::ports::store::StoreError>| match result {
        Ok(()) => {
            refusal.set(String::new());
            again += 1;
        }
        Err(error) => refusal.set(store_trouble(&error)),
    };
    let unit = officer.unit.clone();
    let mut choices: Vec<Choice> = people
        .iter()
        .filter(|one| one.id != officer.id)
        .map(|one| Choice::new(format!("o/{}", one.id), one.name.clone()).icon("user"))
        .collect();
    choices.extend(offices.iter().filter(|office| office.code != unit).map(|office| {
        Choice::new(format!("u/{}", office.code), office.short.clone()).sub(office.code.as_str()).icon("map-pin")
    }));
    let selected = match &draft.to {
        Some((_, Some(id))) => format!("o/{id}"),
        Some((code, None)) => format!("u/{code}"),
        None => String::new(),
    };
    let ready = !draft.seals.is_empty() && draft.to.is_some();
    let (to, seals) = (draft.to.clone(), draft.seals.clone());
    let sign = move |()| {
        let (Some(officer), Some((unit, to))) = (desk.officer(), to.clone()) else { return };
        match offer_seals(&desk.kit(), &officer, &unit, to.as_ref(), seals.clone(), &remark.peek()) {
            Ok(signed) => desk.replace(Route::OfferShown { offer: signed.event.id }),
            Err(error) => refusal.set(offer_trouble(&error)),
        }
    };
    let rest: Vec<SealNo> = mine.into_iter().filter(|no| !draft.seals.contains(no)).collect();
    let all = rest.clone();
    let ours = unit.clone();
    rsx! {
        Page {
            title: t!("stock-hand-over"),
            sub,
            back: true,
            focus: true,
            report: "offer_seals",
            dock: rsx! {
                Refusal { text: refusal(), missing: (!ready).then(|| t!("stock-offer-missing")) }
                if ready {
                    HoldButton {
                        text: t!("stock-offer-sign", n = draft.seals.len()),
                        icon: "send",
                        how: t!("hold-how"),
                        confirm_title: t!("stock-offer-sure", n = draft.seals.len()),
                        confirm_text: t!("stock-offer-how"),
                        confirm_act: t!("stock-offer-act"),
                        confirm_cancel: t!("cancel"),
                        onfire: sign,
                    }
                } else {
                    Button { kind: ButtonKind::Go, big: true, icon: "scan-barcode", text: t!("stock-scan-seals"), onclick: move |()| desk.open(Route::Scan { purpose: ScanFor::HandOver }) }
                }
            },
            Card { kind: CardKind::Hero, live: true,
                Decision { text: t!("stock-offer-n", n = draft.seals.len()) }
                if draft.seals.is_empty() {
                    Note { text: t!("stock-offer-empty") }
                } else {
                    Runs { seals: draft.seals.clone() }
                }
            }
            Even {
                Button { icon: "scan-barcode", text: t!("stock-scan-seals"), onclick: move |()| desk.open(Route::Scan { purpose: ScanFor::HandOver }) }
                if !rest.is_empty() {
                    Button { icon: "plus", text: t!("stock-offer-all", n = rest.len()), onclick: move |()| {
                        let all = all.clone();
                        change(change_offer(&desk.kit(), move |draft| draft.seals.extend(all)));
                    } }
                }
            }
            if !draft.seals.is_empty() || !rest.is_empty() {
                SectionHead { title: t!("stock-offer-pick"), note: t!("stock-offer-n", n = draft.seals.len()) }
                List {
                    for seal in draft.seals.iter().chain(&rest).take(60).cloned() {
                        Tick { key: "{seal.as_str()}", title: seal_no(&seal), checked: draft.seals.contains(&seal), onclick: {
                            let inside = draft.seals.contains(&seal);
                            move |()| {
                                let seal = seal.clone();
                                change(change_offer(&desk.kit(), move |draft| {
                                    draft.seals.retain(|known| known != &seal);
                                    if !inside {
                                        draft.seals.push(seal);
                                    }
                                }));
                            }
                        } }
                    }
                }
            }
            Decision { id: "to", text: t!("stock-to-whom") }
            Options { labelled_by: "to", items: choices, selected, onselect: move |id: String| {
                let to = match id.split_once('/') {
                    Some(("o", id)) => Some((ours.clone(), Some(OfficerId(id.to_owned())))),
                    Some((_, code)) => OfficeCode::parse(code).ok().map(|code| (code, None)),
                    None => None,
                };
                change(change_offer(&desk.kit(), move |draft| draft.to = to));
            } }
            TextArea { label: t!("stock-remark"), oninput: move |text: String| remark.set(text) }
        }
    }
}

/// The giver shows the offer, then reads the taker's slip.
#[component]
pub fn OfferShown(offer: EventId) -> Element {
    let mut desk = use_desk();
    let mut refusal = use_signal(String::new);
    let mut asking = use_signal(|| false);
    let known = desk.look(|kit| kit.store.event(offer));
    let signed = match known {
        Ok(Some(signed)) => signed,
        Ok(None) => return rsx! { NotHere { text: t!("slip-gone") } },
        Err(error) => {
            let text = store_trouble(&error);
            return rsx! { Page { title: t!("stock-hand-over"), back: true, Trouble { text } } };
        }
    };
    let Fact::SealsOffered(offered) = signed.event.fact.clone() else {
        return rsx! { NotHere { text: t!("slip-gone") } };
    };
    let sub = signed_by(desk, &signed);
    let waits = desk.look(|kit| {
        let waits = |no: &SealNo| {
            let offered = kit.store.seal(no).ok().flatten().and_then(|view| view.offered);
            offered.is_some_and(|known| known.event == offer)
        };
        offered.seals.iter().any(waits)
    });
    let mut withdraw = move || {
        let Some(officer) = desk.officer() else { return };
        match withdraw_offer(&desk.kit(), &officer, offer, "") {
            Ok(()) => desk.replace(Route::Stock),
            Err(error) => refusal.set(offer_trouble(&error)),
        }
    };
    let to = desk.look(|kit| match &offered.to {
        Some(id) => words::officer_name(kit, &offered.to_unit, id),
        None => words::office(kit, &offered.to_unit),
    });
    rsx! {
        Page {
            title: t!("stock-hand-over"),
            sub,
            back: true,
            focus: true,
            report: "offer_shown",
            over: asking().then(|| rsx! {
                Dialog {
                    title: t!("stock-withdraw-sure"),
                    text: t!("stock-withdraw-why"),
                    onclose: move |()| asking.set(false),
                    Button { kind: ButtonKind::Go, big: true, text: t!("carry-on"), onclick: move |()| asking.set(false) }
                    Button { icon: "undo-2", text: t!("stock-withdraw"), onclick: move |()| withdraw() }
                }
            }),
            dock: rsx! {
                Refusal { text: refusal() }
                if waits {
                    Button { kind: ButtonKind::Go, big: true, icon: "scan-line", text: t!("stock-scan-taken"), onclick: move |()| desk.open(Route::Scan { purpose: ScanFor::Slip { case: None } }) }
                    Button { icon: "undo-2", text: t!("stock-withdraw"), onclick: move |()| asking.set(true) }
                } else {
                    Button { kind: ButtonKind::Go, big: true, icon: "check", text: t!("done"), onclick: move |()| desk.open(Route::Stock) }
                }
            },
            if waits {
                Instruction { icon: "scan-line", title: t!("stock-show-offer", officer = to), sub: t!("slip-show-how") }
                ShowSlip { cose: signed.cose.clone() }
            } else {
                Card { kind: CardKind::Hero, Decision { text: t!("stock-offer-complete") } }
            }
            Card {
                CardHead { eyebrow: t!("stock-offer-n", n = offered.seals.len()) }
                Runs { seals: offered.seals.clone() }
            }
        }
    }
}

/// The taker: offered against checked off, live; then signed.
#[component]
pub fn TakeOver(slip: B64) -> Element {
    let mut desk = use_desk();
    let mut again = use_signal(|| 0_u32);
    let mut refusal = use_signal(String::new);
    let _ = again();
    let Some(officer) = desk.officer() else { return rsx! {} };
    let (signed, offered) = match desk.look(|kit| check_offer(kit, &officer, &slip.0)) {
        Ok(checked) => checked,
        Err(error) => {
            let text = take_trouble(&error);
            return rsx! { Page { title: t!("stock-take-over"), back: true, Trouble { text } } };
        }
    };
    let offer = signed.event.id;
    let (differences, found) = match desk.look(|kit| {
        Ok::<_, crate::ports::store::StoreError>((checked_off(kit, offer, &offered.seals)?, found_of(kit, offer)?))
    }) {
        Ok(read) => read,
        Err(error) => {
            let text = store_trouble(&error);
            return rsx! { Page { title: t!("stock-take-over"), back: true, Trouble { text } } };
        }
    };
    let sub = signed_by(desk, &signed);
    let (there, missing, extra) = (differences.matching.len(), differences.missing.len(), differences.extra.clone());
    let cose = slip.0.clone();
    let to_come = offered.seals.clone();
    let scan = move |()| match expect(&desk.kit(), offer, &to_come) {
        Ok(()) => desk.open(Route::Scan { purpose: ScanFor::TakeOver { offer } }),
        Err(error) => refusal.set(store_trouble(&error)),
    };
    let sign = move |()| {
        let Some(officer) = desk.officer() else { return };
        match take_over_seals(&desk.kit(), &officer, &cose) {
            Ok(taken) => desk.replace(Route::Slip { event: taken.event.id }),
            Err(error) => refusal.set(take_trouble(&error)),
        }
    };
    rsx! {
        Page {
            title: t!("stock-take-over"),
            sub,
            back: true,
            focus: true,
            report: "take_over",
            dock: rsx! {
                Refusal { text: refusal(), missing: (there == 0).then(|| t!("stock-none-checked")) }
                if missing > 0 {
                    Button { kind: if there == 0 { ButtonKind::Go } else { ButtonKind::Plain }, big: there == 0, icon: "scan-barcode", text: t!("stock-scan-seals"), onclick: scan }
                }
                if there > 0 {
                    HoldButton {
                        text: t!("stock-take-sign", n = there),
                        icon: "check",
                        how: t!("hold-how"),
                        confirm_title: t!("stock-take-sure", n = there),
                        confirm_text: if missing > 0 { t!("stock-take-missing", n = missing) } else { String::new() },
                        confirm_act: t!("stock-take-act"),
                        confirm_cancel: t!("cancel"),
                        onfire: sign,
                    }
                }
            },
            Card { kind: if there > 0 && missing == 0 { CardKind::Hero } else { CardKind::Warn }, live: true,
                Decision { text: t!("stock-checked", n = there, of = offered.seals.len()) }
                if missing > 0 {
                    Note { text: t!("stock-take-missing", n = missing) }
                }
                if !offered.remark.is_empty() {
                    Note { icon: "message-square-warning", text: offered.remark.clone() }
                }
            }
            if !extra.is_empty() {
                Card { kind: CardKind::Bad,
                    Decision { text: t!("stock-take-extra", n = extra.len()) }
                    Note { text: t!("stock-take-extra-why") }
                    Runs { seals: extra }
                }
            }
            SectionHead { title: t!("stock-offered"), note: t!("stock-tick-why") }
            List {
                for seal in offered.seals.clone() {
                    Tick {
                        key: "{seal.as_str()}",
                        title: seal_no(&seal),
                        sub: if found.contains(&seal) { t!("stock-there") } else { t!("stock-not-yet") },
                        checked: found.contains(&seal),
                        onclick: {
                            let there = found.contains(&seal);
                            move |()| match check_off(&desk.kit(), offer, &seal, !there) {
                                Ok(()) => again += 1,
                                Err(error) => refusal.set(store_trouble(&error)),
                            }
                        },
                    }
                }
            }
        }
    }
}

/// The giver keeps the taker's slip.
#[component]
pub fn ConfirmTaken(slip: B64) -> Element {
    let mut desk = use_desk();
    let mut refusal = use_signal(String::new);
    let Some(officer) = desk.officer() else { return rsx! {} };
    let (signed, taken) = match desk.look(|kit| check_taken(kit, &officer, &slip.0)) {
        Ok(checked) => checked,
        Err(error) => {
            let text = take_trouble(&error);
            return rsx! { Page { title: t!("stock-hand-over"), back: true, Trouble { text } } };
        }
    };
    let sub = signed_by(desk, &signed);
    let offer = taken.offer;
    let keep = move |()| {
        let Some(officer) = desk.officer() else { return };
        match confirm_hand_over(&desk.kit(), &officer, &slip.0) {
            Ok(()) => desk.replace(Route::OfferShown { offer }),
            Err(error) => refusal.set(take_trouble(&error)),
        }
    };
    rsx! {
        Page {
            title: t!("stock-taken-title"),
            sub,
            back: true,
            focus: true,
            report: "confirm_taken",
            dock: rsx! {
                Refusal { text: refusal() }
                Button { kind: ButtonKind::Go, big: true, icon: "check", text: t!("stock-keep-slip"), onclick: keep }
            },
            Card { kind: if taken.missing.is_empty() { CardKind::Hero } else { CardKind::Warn },
                Decision { text: t!("stock-taken-n", n = taken.seals.len()) }
                Runs { seals: taken.seals.clone() }
            }
            if !taken.missing.is_empty() {
                Card { kind: CardKind::Bad,
                    Decision { text: t!("stock-stay-n", n = taken.missing.len()) }
                    Note { text: t!("stock-stay-why") }
                    Runs { seals: taken.missing.clone() }
                }
            }
        }
    }
}
