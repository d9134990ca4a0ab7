//! Seals that are lost or damaged: who answers for them, what became of them, and saying so.

use dioxus::prelude::*;
use seal_core::fact::LossOutcome;
use seal_core::ids::EventId;
use seal_core::loss::{Loss, MayNotSettle};

use super::codes::stored_name;
use super::parts::{Page, Refusal};
use super::stored::{NotHere, read};
use super::way_home::{loss_words, outcome_words};
use super::words::{office, officer_name, seal_no};
use crate::actions::settle_loss::{LossTrouble, homes, losses, may_say, settle_loss};
use crate::i18n::format;
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::use_desk;
use crate::ui::route::Route;

/// Settled losses shown at once.
const SETTLED: usize = 20;

/// Losses that concern this unit.
#[component]
pub fn Losses() -> Element {
    let desk = use_desk();
    let Some(officer) = desk.officer() else { return rsx! {} };
    let seen = read(desk.look(|kit| {
        let mut mine = Vec::new();
        for loss in losses(kit)? {
            if loss.concerns(&officer.unit) || homes(kit, &loss.seal)?.contains(&officer.unit) {
                mine.push(loss);
            }
        }
        Ok(mine)
    }));
    let (open, settled): (Vec<Loss>, Vec<Loss>) = match seen {
        Ok(seen) => seen.into_iter().partition(Loss::is_open),
        Err(trouble) => return rsx! { Page { title: t!("loss-title"), back: true, {trouble} } },
    };
    rsx! {
        Page { title: t!("loss-title"), back: true,
            if open.is_empty() {
                Card { Empty { icon: "shield-check", kind: Tone::Ok, title: t!("loss-none"), text: t!("loss-none-text") } }
            } else {
                List {
                    for loss in open {
                        Line { key: "{loss.report}", loss }
                    }
                }
            }
            if !settled.is_empty() {
                SectionHead { title: t!("loss-settled") }
                List {
                    for loss in settled.into_iter().rev().take(SETTLED) {
                        Line { key: "{loss.report}", loss }
                    }
                }
            }
        }
    }
}

/// A loss as a row: seal, what is wrong, who answers for it, how it stands.
#[component]
pub fn Line(loss: Loss) -> Element {
    let mut desk = use_desk();
    let responsible = desk.look(|kit| office(kit, &loss.responsible));
    let (icon, what) = loss_words(loss.what);
    let (kind, state_icon, state) = outcome_words(loss.outcome());
    let report = loss.report;
    rsx! {
        Row {
            icon,
            kind,
            title: seal_no(&loss.seal),
            sub: t!("loss-line", what = what, office = responsible, time = format::date_time(loss.at)),
            end: rsx! { Chip { kind, icon: state_icon, text: state } },
            onclick: move |()| desk.open(Route::Loss { report }),
        }
    }
}

/// What the officer reads on a choice.
fn choice_words(outcome: LossOutcome) -> (&'static str, String, String) {
    match outcome {
        LossOutcome::Found => ("search", t!("loss-say-found"), t!("loss-say-found-sub")),
        LossOutcome::Repaired => ("circle-check", t!("loss-say-repaired"), t!("loss-say-repaired-sub")),
        LossOutcome::InRepair => ("cpu", t!("loss-say-in-repair"), t!("loss-say-in-repair-sub")),
        LossOutcome::WrittenOff => ("ban", t!("loss-say-written-off"), t!("loss-say-written-off-sub")),
    }
}

/// Why this officer may not say so.
fn may_not_words(why: MayNotSettle) -> String {
    match why {
        MayNotSettle::Settled => t!("loss-not-settled"),
        MayNotSettle::NotTheOwner => t!("loss-not-owner"),
        MayNotSettle::NotConcerned => t!("loss-not-concerned"),
        MayNotSettle::Role => t!("loss-not-role"),
        MayNotSettle::NoRule => t!("loss-no-rule"),
    }
}

fn trouble_words(trouble: &LossTrouble) -> String {
    match trouble {
        LossTrouble::Unknown => t!("loss-unknown"),
        LossTrouble::Already => t!("loss-already"),
        LossTrouble::NoRemark => t!("loss-need-remark"),
        LossTrouble::MayNot(why) => may_not_words(*why),
        LossTrouble::Store(_) => t!("err-store"),
    }
}

/// One loss: its story, and what an officer may say became of it.
#[component]
pub fn OneLoss(report: EventId) -> Element {
    let mut desk = use_desk();
    let mut chosen = use_signal(|| None::<LossOutcome>);
    let mut remark = use_signal(String::new);
    let mut refusal = use_signal(String::new);
    let Some(officer) = desk.officer() else { return rsx! {} };
    let seen = read(desk.look(|kit| {
        let known = losses(kit)?.into_iter().find(|loss| loss.report == report);
        let rules = kit.store.rules()?;
        let Some(loss) = known else { return Ok(None) };
        let may = loss.next().iter().map(|outcome| {
            let why = match may_say(kit, &officer, &loss, *outcome, &rules) {
                Ok(()) => None,
                Err(LossTrouble::Store(error)) => return Err(error),
                Err(why) => Some(trouble_words(&why)),
            };
            Ok((*outcome, why))
        });
        let may = may.collect::<Result<Vec<_>, _>>()?;
        let parcel = match loss.parcel {
            Some(parcel) => kit.store.parcel(parcel)?.map(|view| view.packed.number),
            None => None,
        };
        Ok(Some((loss, may, parcel)))
    }));
    let (loss, may, parcel) = match seen {
        Ok(Some(seen)) => seen,
        Ok(None) => return rsx! { NotHere { text: t!("loss-unknown") } },
        Err(trouble) => return rsx! { Page { title: t!("loss-title"), back: true, {trouble} } },
    };
    let (icon, what) = loss_words(loss.what);
    let (kind, state_icon, state) = outcome_words(loss.outcome());
    let mut items = desk.look(|kit| {
        let line = |at, icon: &str, text: String, remark: &str, unit, by| TimelineItem {
            time: format::time_short(at),
            date: format::date(at),
            icon: icon.to_owned(),
            text,
            sub: [remark.to_owned(), format!("{} · {}", officer_name(kit, unit, by), office(kit, unit))]
                .into_iter()
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join("\n"),
            ..TimelineItem::default()
        };
        let mut items = vec![line(loss.at, icon, t!("loss-reported"), &loss.remark, &loss.unit, &loss.by)];
        items.extend(loss.steps.iter().map(|step| {
            let (_, icon, words) = outcome_words(Some(step.outcome));
            line(step.at, icon, words, &step.remark, &step.unit, &step.by)
        }));
        items
    });
    items.reverse();
    let allowed: Vec<LossOutcome> = may.iter().filter(|(_, why)| why.is_none()).map(|(outcome, _)| *outcome).collect();
    let refused: Vec<(LossOutcome, String)> =
        may.into_iter().filter_map(|(outcome, why)| Some((outcome, why?))).collect();
    let missing = match (chosen(), remark().trim().is_empty()) {
        (None, _) => Some(t!("loss-need-choice")),
        (Some(_), true) => Some(t!("loss-need-remark")),
        (Some(_), false) => None,
    };
    let responsible = desk.look(|kit| office(kit, &loss.responsible));
    let mut facts = vec![(t!("loss-responsible"), responsible)];
    facts.extend(parcel.map(|number| (t!("loss-parcel"), t!("parcel-name", number = number))));
    let seal = loss.seal.clone();
    rsx! {
        Page {
            title: t!("seal-name", seal = seal_no(&loss.seal)),
            sub: what,
            back: true,
            dock: if allowed.is_empty() { None } else { Some(rsx! {
                Refusal { text: refusal(), missing: missing.clone() }
                Button {
                    kind: ButtonKind::Go,
                    big: true,
                    icon: "check",
                    text: t!("loss-say"),
                    disabled: missing.is_some(),
                    onclick: move |()| {
                        let (Some(officer), Some(outcome)) = (desk.officer(), chosen()) else { return };
                        match settle_loss(&desk.kit(), &officer, report, outcome, &remark()) {
                            Ok(()) => {
                                chosen.set(None);
                                refusal.set(String::new());
                            }
                            Err(trouble) => refusal.set(trouble_words(&trouble)),
                        }
                    },
                }
            }) },
            Card { kind: if loss.is_open() { CardKind::Bad } else { CardKind::Hero }, live: true,
                CardHead { eyebrow: t!("loss-stands"), Chip { kind, icon: state_icon, text: state.clone() } }
                KeyValue { items: facts }
                Button { icon: "list", inline: true, text: t!("return-history"), onclick: move |()| desk.open(Route::Seal { seal: seal.clone() }) }
            }
            if !allowed.is_empty() {
                Decision { id: "outcome", text: t!("loss-which") }
                Options {
                    labelled_by: "outcome",
                    items: allowed
                        .iter()
                        .map(|outcome| {
                            let (icon, title, sub) = choice_words(*outcome);
                            Choice::new(stored_name(outcome), title).sub(sub).icon(icon)
                        })
                        .collect::<Vec<_>>(),
                    selected: chosen().map(|outcome| stored_name(&outcome)).unwrap_or_default(),
                    onselect: move |id: String| chosen.set(allowed.iter().find(|outcome| stored_name(outcome) == id).copied()),
                }
                TextArea { label: t!("loss-remark"), help: t!("loss-remark-help"), oninput: move |text: String| remark.set(text) }
            }
            for (outcome, why) in refused {
                Note { key: "{outcome:?}", icon: "info", text: t!("loss-cannot", what = choice_words(outcome).1, why = why) }
            }
            Card {
                SectionHead { title: t!("loss-story") }
                Timeline { label: t!("loss-story"), items }
            }
        }
    }
}
