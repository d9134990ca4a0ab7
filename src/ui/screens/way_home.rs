//! What the way home asks for now, in words, icon and shape: how urgent a return is, where a parcel is, what became of a
//! loss. The shift's first lines are made of it.

use dioxus::prelude::*;
use jiff::Timestamp;
use seal_core::courier::{ParcelStage, Urgency};
use seal_core::fact::{CourierStage, LossKind, LossOutcome};
use seal_core::figures::ReturnFigures;
use seal_core::ids::OfficeCode;
use seal_core::line::ParcelLine;
use seal_core::parcel::is_silent;
use seal_core::rules::RulePack;
use seal_core::time::date_in_vietnam;

use crate::actions::Kit;
use crate::actions::settle_loss::open_losses;
use crate::ports::lists::{Page, ParcelList, Parcels};
use crate::ports::store::StoreError;
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::use_desk;
use crate::ui::route::Route;

/// How urgent a return is: look, icon, word. `None` while it is calm.
pub fn urgency_words(urgency: Urgency) -> Option<(Tone, &'static str, String)> {
    match urgency {
        Urgency::Calm => None,
        Urgency::Soon(n @ 2..) => Some((Tone::Info, "calendar-days", t!("way-soon", n = n))),
        Urgency::Soon(n) => Some((Tone::Warn, "timer", t!("way-soon", n = n))),
        Urgency::Today => Some((Tone::Warn, "hourglass", t!("way-today"))),
        Urgency::Overdue => Some((Tone::Bad, "triangle-alert", t!("way-overdue"))),
    }
}

/// The same as a chip; nothing while it is calm.
#[component]
pub fn UrgencyChip(urgency: Urgency) -> Element {
    match urgency_words(urgency) {
        Some((kind, icon, text)) => rsx! { Chip { kind, icon, text } },
        None => rsx! {},
    }
}

/// Where a parcel stands: look, icon, word.
pub fn stage_words(stage: ParcelStage) -> (Tone, &'static str, String) {
    match stage {
        ParcelStage::Packed => (Tone::Warn, "package", t!("way-stage-packed")),
        ParcelStage::HandedOver => (Tone::Info, "truck", t!("way-stage-handed")),
        ParcelStage::InTransit => (Tone::Info, "route", t!("way-stage-transit")),
        ParcelStage::Delivered => (Tone::Info, "map-pin", t!("way-stage-delivered")),
        ParcelStage::ComingBack => (Tone::Warn, "undo-2", t!("way-stage-back")),
        ParcelStage::Received => (Tone::Ok, "clipboard-check", t!("way-stage-received")),
    }
}

/// What the courier said.
pub fn courier_words(stage: CourierStage) -> String {
    match stage {
        CourierStage::InTransit => t!("way-stage-transit"),
        CourierStage::Delivered => t!("way-stage-delivered"),
        CourierStage::ComingBack => t!("way-stage-back"),
    }
}

/// What is wrong with a seal: icon and word.
pub fn loss_words(what: LossKind) -> (&'static str, String) {
    match what {
        LossKind::Lost => ("search", t!("loss-lost")),
        LossKind::Damaged => ("shield-alert", t!("loss-damaged")),
    }
}

/// What became of it: look, icon, word.
pub fn outcome_words(outcome: Option<LossOutcome>) -> (Tone, &'static str, String) {
    match outcome {
        None => (Tone::Bad, "octagon-x", t!("loss-open")),
        Some(LossOutcome::InRepair) => (Tone::Warn, "cpu", t!("loss-in-repair")),
        Some(LossOutcome::Found) => (Tone::Ok, "circle-check", t!("loss-found")),
        Some(LossOutcome::Repaired) => (Tone::Ok, "circle-check", t!("loss-repaired")),
        Some(LossOutcome::WrittenOff) => (Tone::Idle, "ban", t!("loss-written-off")),
    }
}

/// For how long nothing was heard of a parcel, where that is longer than the rules let pass: "4 ngày".
pub fn silent_for(line: &ParcelLine, rules: &RulePack, now: Timestamp) -> Option<String> {
    let rule = rules.way_home_rule(date_in_vietnam(now));
    let since = line.news_at.filter(|_| is_silent(line.news_at, rule, now))?;
    Some(t!("days-left", n = now.duration_since(since).as_hours() / 24))
}

/// What a unit's way home asks for.
#[derive(Clone, PartialEq)]
pub struct Asks {
    returns: ReturnFigures,
    /// Parcels of the unit, or to it, of which nothing was heard for too long; with a mark when there are more.
    silent: usize,
    /// Parcels with open differences.
    differing: u64,
    /// Open losses.
    losses: usize,
}

/// What a unit's way home asks for now.
pub fn asks(kit: &Kit, unit: &OfficeCode, returns: ReturnFigures, now: Timestamp) -> Result<Asks, StoreError> {
    let of = |stages: &[ParcelStage], open| ParcelList {
        stages: stages.to_vec(),
        open,
        ..ParcelList::all(Parcels::Of(unit.clone()))
    };
    let rules = kit.store.rules()?;
    let going = kit.store.parcel_lines(&of(&ParcelStage::ON_THE_WAY, false), &Page::first(usize::MAX))?.lines;
    Ok(Asks {
        returns,
        silent: going.iter().filter(|line| silent_for(line, &rules, now).is_some()).count(),
        differing: kit.store.parcel_count(&of(&[], true))?,
        losses: open_losses(kit, unit)?.len(),
    })
}

/// The most urgent first: seals due, silent parcels, differences, losses. Nothing where nothing is asked for.
#[component]
pub fn WayHomeNow(asks: Asks) -> Element {
    let mut desk = use_desk();
    let Asks { returns, silent, differing, losses } = asks;
    let today = returns.due_today - returns.overdue;
    let due: Vec<String> = [
        (returns.overdue > 0).then(|| t!("way-home-overdue", n = returns.overdue)),
        (today > 0).then(|| t!("way-home-today", n = today)),
        (returns.soon > 0).then(|| t!("way-home-soon", n = returns.soon)),
    ]
    .into_iter()
    .flatten()
    .collect();
    let (icon, kind) = match (returns.overdue, today) {
        (1.., _) => ("triangle-alert", Tone::Bad),
        (0, 1..) => ("hourglass", Tone::Warn),
        (0, 0) => ("timer", Tone::Info),
    };
    if due.is_empty() && silent == 0 && differing == 0 && losses == 0 {
        return rsx! {};
    }
    rsx! {
        List { label: t!("way-home-label"),
            if let Some((first, rest)) = due.split_first() {
                Row { icon, kind, title: first.clone(), sub: rest.join(" · "), onclick: move |()| desk.open(Route::Returns) }
            }
            if silent > 0 {
                Row { icon: "radio", kind: Tone::Warn, title: t!("way-home-silent", n = silent), onclick: move |()| desk.open(Route::Parcels) }
            }
            if differing > 0 {
                Row { icon: "package-open", kind: Tone::Bad, title: t!("way-home-differing", n = differing), onclick: move |()| desk.open(Route::Parcels) }
            }
            if losses > 0 {
                Row { icon: "shield-alert", kind: Tone::Bad, title: t!("way-home-losses", n = losses), onclick: move |()| desk.open(Route::Losses) }
            }
        }
    }
}
