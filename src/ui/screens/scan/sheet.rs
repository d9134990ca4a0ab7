//! The sheet over the camera: what was found and its one act, or what it might be.

use dioxus::prelude::*;
use seal_core::scan::{Because, Recognition, Thing, What, picked};

use super::leading::{keep, offer, take};
use super::recognised::{ReadNumber, Reading, problem, why};
use crate::actions::scan_item::{note_code, value_of};
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::use_desk;
use crate::ui::route::{Route, ScanFor};
use crate::ui::screens::parts::Trouble;
use crate::ui::screens::stored::store_trouble;
use crate::ui::screens::type_number::NearRow;
use crate::ui::screens::words;

#[component]
pub fn Found(
    purpose: ScanFor,
    reading: Reading,
    onreading: EventHandler<Option<Reading>>,
    /// Something went into a parcel: how it looks, and what is now true.
    ondone: EventHandler<(Tone, String)>,
) -> Element {
    let mut desk = use_desk();
    let mut trouble = use_signal(String::new);
    let again = move |()| onreading.call(None);
    let raw = reading.read.symbology.map_or(String::new(), |s| words::symbology(s).to_owned());
    if reading.read.what == What::Unknown {
        return rsx! { Unknown { purpose, reading, onreading } };
    }
    let offer = match offer(desk, &purpose, &reading) {
        Ok(offer) => offer,
        Err(text) => return rsx! { Trouble { text } },
    };
    let heading = reading.read.what.thing().map(words::thing).unwrap_or_default();
    let typed = Route::TypeNumber { purpose: purpose.clone(), initial: value_of(&reading.read.what) };
    rsx! {
        div { class: "flow flow--between",
            h2 { class: "eyebrow", {heading} }
            if let Some((kind, text)) = offer.chip.clone() {
                Chip { kind, text }
            }
        }
        ReadNumber { what: reading.read.what.clone() }
        Why { text: why(&reading.read), unknown: !reading.read.is_confirmed() }
        Raw { label: t!("scan-raw"), text: reading.read.raw.clone(), note: raw }
        if !offer.remark.is_empty() {
            Note { icon: "info", text: offer.remark.clone() }
        }
        Trouble { text: trouble() }
        if reading.compare {
            Decision { text: t!("scan-picture-compare") }
            Note { icon: "eye", text: t!("scan-picture-compare-why") }
            Button { kind: ButtonKind::Go, big: true, text: t!("scan-picture-same"), icon: "check", onclick: {
                let same = Reading { compare: false, picked: true, ..reading.clone() };
                move |()| onreading.call(Some(same.clone()))
            } }
        } else if let Some((text, icon)) = offer.act.clone() {
            Button { kind: ButtonKind::Go, big: true, text, icon, onclick: move |()| {
                if offer.route.is_some() {
                    if let Err(text) = take(desk, &purpose, &reading, &offer) {
                        trouble.set(text);
                    }
                    return;
                }
                match keep(desk, &purpose, &reading) {
                    Ok(Some(said)) => {
                        ondone.call(said);
                        onreading.call(None);
                    }
                    Ok(None) => desk.back(),
                    Err(text) => trouble.set(text),
                }
            } }
        }
        Even {
            Button { text: t!("scan-again"), icon: "rotate-ccw", onclick: again }
            Button { text: t!("scan-wrong"), icon: "keyboard", onclick: move |()| desk.open(typed.clone()) }
        }
    }
}

/// Several codes in view: the officer says which. The outlines in the picture can be touched as well.
#[component]
pub fn Several(readings: Vec<Reading>, onchoose: EventHandler<Reading>) -> Element {
    let words = |reading: &Reading| match reading.read.what.thing() {
        Some(thing) => words::thing(thing),
        None => reading.read.symbology.map_or(String::new(), |symbology| words::symbology(symbology).to_owned()),
    };
    rsx! {
        Decision { id: "several", text: t!("scan-several", n = readings.len()) }
        RadioGroup { class: "cands", labelled_by: "several",
            for reading in readings {
                Candidate { key: "{reading.read.raw}", checked: false, onclick: {
                    let reading = reading.clone();
                    move |()| onchoose.call(reading.clone())
                },
                    span { class: "row-body",
                        if reading.read.what.thing().is_some() {
                            ReadNumber { what: reading.read.what.clone() }
                        } else {
                            Num { text: reading.read.raw.clone(), strong: true }
                        }
                        small { class: "cand-why", {words(&reading)} }
                    }
                }
            }
        }
    }
}

/// Read, but what is it? Near numbers where a check digit is wrong, else the kinds its shape allows; the raw text is kept.
#[component]
fn Unknown(purpose: ScanFor, reading: Reading, onreading: EventHandler<Option<Reading>>) -> Element {
    let desk = use_desk();
    let mut kept = use_signal(String::new);
    let raw = reading.read.symbology.map_or(String::new(), |s| words::symbology(s).to_owned());
    let again = move |()| onreading.call(None);
    let (with_near, with_kind, with_raw) = (reading.clone(), reading.clone(), reading.clone());
    let choose = move |what: Option<What>, from: &Reading| {
        if let Some(what) = what {
            let read = Recognition {
                what,
                because: vec![Because::PatternOnly],
                problem: None,
                near: vec![],
                possible: vec![],
                ..from.read.clone()
            };
            onreading.call(Some(Reading { read, picked: true, ..from.clone() }));
        }
    };
    let case = match purpose {
        ScanFor::Case { case } | ScanFor::SealToArm { case } | ScanFor::SealOnCase { case } => Some(case),
        _ => None,
    };
    rsx! {
        if let Some(wrong) = reading.read.problem.clone() {
            Decision { text: t!("scan-nearly") }
            Why { unknown: true, text: problem(&wrong) }
        } else {
            Decision { text: t!("scan-unknown") }
            Why { unknown: true, text: t!("scan-unknown-why") }
        }
        Raw { label: t!("scan-verbatim"), text: reading.read.raw.clone(), note: raw }
        if !reading.read.near.is_empty() {
            Decision { id: "near", text: t!("scan-look-again") }
            RadioGroup { class: "cands", labelled_by: "near",
                for candidate in with_near.read.near.clone().into_iter().take(3) {
                    NearRow {
                        key: "{candidate.candidate.text}",
                        near: candidate.clone(),
                        checked: false,
                        onclick: {
                            let from = with_near.clone();
                            move |()| choose(picked(&candidate.candidate.text, candidate.thing), &from)
                        },
                    }
                }
            }
        }
        if kept().is_empty() {
            Even {
                for thing in with_kind.read.possible.clone() {
                    Button { key: "{thing:?}", text: words::thing(thing), icon: thing_icon(thing), onclick: {
                        let from = with_kind.clone();
                        move |()| choose(picked(&from.read.raw, thing), &from)
                    } }
                }
                Button { text: t!("scan-keep-raw"), onclick: move |()| {
                    let Some(officer) = desk.officer() else { return };
                    match note_code(&desk.kit(), &officer, case, &with_raw.read, with_raw.how, false) {
                        Ok(()) => kept.set(t!("scan-kept-raw")),
                        Err(error) => kept.set(store_trouble(&error)),
                    }
                } }
            }
        } else {
            Note { icon: "check", text: kept() }
        }
        Button { kind: ButtonKind::Go, big: true, text: t!("scan-again"), icon: "rotate-ccw", onclick: again }
    }
}

fn thing_icon(thing: Thing) -> &'static str {
    match thing {
        Thing::Container => "container",
        Thing::Declaration => "file-text",
        Thing::Seal => "anchor",
        Thing::Waybill => "package",
        Thing::Parcel => "package-open",
    }
}
