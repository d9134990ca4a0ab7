//! A parcel that the courier has, or that has arrived: where it is, what the courier says, and what the owner found.

use dioxus::prelude::*;
use seal_core::courier::{DifferenceKind, ParcelView};
use seal_core::fact::CourierStage;

use super::codes::{condition, condition_icon, stored_name};
use super::losses::Line as LossLine;
use super::parcel_hand_over::Contents;
use super::parcel_papers::ParcelPapers;
use super::parts::{Page, Refusal, use_now};
use super::way_home::{courier_words, silent_for, stage_words};
use super::words::{office, seal_no};
use crate::actions::track_parcel::{TrackParcelError, track_parcel};
use crate::i18n::format;
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::use_desk;
use crate::ui::route::Route;

/// A parcel after it was handed over.
#[component]
pub fn ParcelSent(view: ParcelView) -> Element {
    let mut desk = use_desk();
    let now = use_now();
    let to = desk.look(|kit| office(kit, &view.packed.to));
    let stage = view.stage();
    let (kind, icon, words) = stage_words(stage);
    let silent = desk.look(|kit| {
        let rules = kit.store.rules().ok()?;
        silent_for(&(&view).into(), &rules, now())
    });
    let mut facts = Vec::new();
    if let Some((handed, at)) = &view.handed_over {
        facts.push((t!("hand-waybill"), format!("**`{}`**", handed.waybill)));
        facts.push((t!("hand-carrier"), handed.carrier.clone()));
        facts.push((t!("hand-taken-by"), handed.taken_by.clone()));
        facts.push((t!("conflict-when"), format!("`{}`", format::date_time(*at))));
    }
    if let Some((_, at)) = &view.received {
        facts.push((t!("parcel-received"), format!("`{}`", format::date_time(*at))));
    }
    let open = view.differences().iter().any(|difference| difference.is_open());
    rsx! {
        Page {
            title: t!("parcel-name", number = view.packed.number.clone()),
            sub: t!("pack-to", office = to),
            back: true,
            dock: rsx! { Button { kind: ButtonKind::Go, big: true, icon: "repeat", text: t!("hand-to-returns"), onclick: move |()| desk.open(Route::Returns) } },
            Card { kind: if open { CardKind::Bad } else { CardKind::Hero },
                Decision { text: if view.received.is_some() { t!("parcel-arrived") } else { t!("hand-with-courier") } }
                Chips {
                    Chip { kind, icon, text: words }
                    if let Some(days) = silent.clone() {
                        Chip { kind: Tone::Warn, icon: "radio", text: t!("parcel-silent", time = days) }
                    }
                }
                KeyValue { items: facts }
                if silent.is_some() {
                    Note { icon: "triangle-alert", text: t!("parcel-silent-do") }
                }
            }
            ParcelDifferences { view: view.clone() }
            if stage.is_on_the_way() || !view.tracked.is_empty() {
                Tracking { view: view.clone() }
            }
            ParcelPapers { parcel: view.packed.parcel }
            Contents { seals: view.packed.seals.iter().map(seal_no).collect::<Vec<_>>() }
            Accessories { ropes: view.packed.ropes, chargers: view.packed.chargers }
        }
    }
}

/// Ropes and chargers that went along, where there are any.
#[component]
fn Accessories(ropes: u32, chargers: u32) -> Element {
    rsx! {
        if ropes + chargers > 0 {
            List {
                if ropes > 0 {
                    Row { icon: "cable", title: t!("pack-ropes"), value: ropes.to_string() }
                }
                if chargers > 0 {
                    Row { icon: "zap", title: t!("pack-chargers"), value: chargers.to_string() }
                }
            }
        }
    }
}

/// What the courier said so far, and one more word of it.
#[component]
fn Tracking(view: ParcelView) -> Element {
    let desk = use_desk();
    let mut source = use_signal(String::new);
    let mut refusal = use_signal(String::new);
    let parcel = view.packed.parcel;
    let on_the_way = view.stage().is_on_the_way();
    let items = view
        .tracked
        .iter()
        .rev()
        .map(|(tracked, at)| TimelineItem {
            time: format::time_short(*at),
            date: format::date(*at),
            icon: "truck".to_owned(),
            text: courier_words(tracked.stage),
            sub: tracked.source.clone(),
            ..TimelineItem::default()
        })
        .collect::<Vec<_>>();
    rsx! {
        SectionHead { title: t!("track-title"), note: t!("track-note") }
        if !items.is_empty() {
            Card { Timeline { label: t!("track-title"), items } }
        }
        if on_the_way {
            TextField { label: t!("track-source"), help: t!("track-source-help"), words: true, oninput: move |text: String| source.set(text) }
            Refusal { text: refusal() }
            for stage in [CourierStage::InTransit, CourierStage::Delivered, CourierStage::ComingBack] {
                Button {
                    key: "{stage:?}",
                    icon: match stage { CourierStage::InTransit => "route", CourierStage::Delivered => "map-pin", CourierStage::ComingBack => "undo-2" },
                    text: t!(&format!("track-say-{}", stored_name(&stage))),
                    onclick: move |()| {
                        let Some(officer) = desk.officer() else { return };
                        match track_parcel(&desk.kit(), &officer, parcel, stage, &source()) {
                            Ok(()) => refusal.set(String::new()),
                            Err(TrackParcelError::NoSource) => refusal.set(t!("track-need-source")),
                            Err(TrackParcelError::NotOnTheWay) => refusal.set(t!("track-not-on-the-way")),
                            Err(TrackParcelError::Store(_)) => refusal.set(t!("err-store")),
                        }
                    },
                }
            }
        }
    }
}

/// What was announced and what was found do not agree: each difference, and how far it is settled. Sender and owner see the
/// same.
#[component]
pub fn ParcelDifferences(view: ParcelView) -> Element {
    let differences = view.differences();
    let (ropes, chargers) = view.accessories_short();
    if differences.is_empty() && ropes + chargers == 0 {
        return rsx! {};
    }
    let open = differences.iter().filter(|difference| difference.is_open()).count();
    rsx! {
        SectionHead {
            title: t!("receive-record"),
            note: if open > 0 { t!("parcel-open-differences", n = open) } else { t!("parcel-all-settled") },
        }
        List {
            for difference in differences {
                if let Some(loss) = difference.loss {
                    LossLine { key: "{difference.seal.as_str()}", loss }
                } else {
                    Row {
                        key: "{difference.seal.as_str()}",
                        icon: match difference.kind {
                            DifferenceKind::Missing => "package-open",
                            DifferenceKind::Awaited => "hourglass",
                            DifferenceKind::Damaged(code) => condition_icon(code),
                            DifferenceKind::Extra => "plus",
                        },
                        kind: match difference.kind {
                            DifferenceKind::Missing | DifferenceKind::Damaged(_) => Tone::Bad,
                            DifferenceKind::Awaited => Tone::Warn,
                            DifferenceKind::Extra => Tone::Info,
                        },
                        title: seal_no(&difference.seal),
                        sub: match difference.kind {
                            DifferenceKind::Missing => t!("receive-missing-why"),
                            DifferenceKind::Awaited => t!("receive-awaited-why"),
                            DifferenceKind::Damaged(code) => condition(code),
                            DifferenceKind::Extra => t!("receive-extra-why"),
                        },
                    }
                }
            }
            if ropes > 0 {
                Row { icon: "cable", kind: Tone::Warn, title: t!("receive-ropes-short", n = ropes) }
            }
            if chargers > 0 {
                Row { icon: "zap", kind: Tone::Warn, title: t!("receive-chargers-short", n = chargers) }
            }
        }
    }
}
