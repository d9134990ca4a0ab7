//! "The unit has no electronic seals left": stated once by somebody who may, standing for all its cases; and ended when
//! seals are there again.

use dioxus::prelude::*;
use jiff::SignedDuration;
use seal_core::fact::{DepletionReason, StockSnapshot};
use seal_core::obligation::Standing;
use seal_core::officer::Officer;
use seal_core::rules::DepletionRule;
use seal_core::time::{after, date_in_vietnam};

use super::duty::{StandingCard, StandingProp, depletion_reason, roles, stock_words};
use super::parts::{Page, Trouble};
use super::stored::store_trouble;
use super::words::{self};
use crate::actions::state_depletion::{DepletionTrouble, end_depletion, state_depletion};
use crate::actions::unit_state::{standing, stock};
use crate::i18n::format;
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::use_desk;

const REASONS: [DepletionReason; 4] =
    [DepletionReason::AllInUse, DepletionReason::NoneFitForUse, DepletionReason::NotArrived, DepletionReason::Other];

/// Hours to choose from, as far as the rules let a statement stand.
const HOURS: [u32; 5] = [2, 4, 8, 12, 24];

/// See the module.
#[component]
pub fn Depletion() -> Element {
    let desk = use_desk();
    let Some(officer) = desk.officer() else { return rsx! {} };
    let now = desk.kit().clock.now().wall;
    let known = desk.look(|kit| {
        let rules = kit.store.rules()?;
        let rule = rules.depletion_rule(date_in_vietnam(now)).cloned();
        let all = (standing(kit, &officer.unit)?, stock(kit, &officer.unit)?, rule, rules.version);
        Ok::<_, crate::ports::store::StoreError>(all)
    });
    let sub = desk.look(|kit| words::office(kit, &officer.unit));
    let (stands, figures, rule, pack) = match known {
        Ok(known) => known,
        Err(error) => {
            let text = store_trouble(&error);
            return rsx! { Page { title: t!("duty-depleted"), sub, back: true, Trouble { text } } };
        }
    };
    let Some(rule) = rule else {
        return rsx! {
            Page { title: t!("duty-depleted"), sub, back: true, report: "depletion",
                Card { kind: CardKind::Unsure, Decision { text: t!("duty-need-rule") } }
            }
        };
    };
    let may = rule.stated_by.iter().any(|role| officer.is(*role));
    let rule = RuleProp { rule, pack };
    match stands {
        Some(standing) => {
            let returned = figures.free > standing.stated.stock.free;
            rsx! { Stands { standing: StandingProp(standing), returned, may, sub, rule } }
        }
        None if may => rsx! { State { figures: StockProp(figures), sub, rule } },
        None => rsx! { NotMine { officer: OfficerProp(officer), figures: StockProp(figures), sub, rule } },
    }
}

#[derive(Clone, PartialEq)]
struct RuleProp {
    rule: DepletionRule,
    pack: String,
}

#[derive(Clone, PartialEq)]
struct StockProp(StockSnapshot);

#[derive(Clone, PartialEq)]
struct OfficerProp(Officer);

/// It stands: shown, and ended.
#[component]
fn Stands(standing: StandingProp, returned: bool, may: bool, sub: String, rule: RuleProp) -> Element {
    let desk = use_desk();
    let mut why = use_signal(String::new);
    let mut refused = use_signal(String::new);
    let end = move |()| {
        let Some(officer) = desk.officer() else { return };
        if let Err(error) = end_depletion(&desk.kit(), &officer, &why.peek()) {
            refused.set(trouble(&error));
        }
    };
    rsx! {
        Page {
            title: t!("duty-depleted"),
            sub,
            back: true,
            focus: true,
            report: "depletion",
            dock: rsx! {
                if may {
                    HoldButton {
                        text: t!("duty-end"),
                        icon: "circle-check",
                        how: t!("hold-how"),
                        confirm_title: t!("duty-end-sure"),
                        confirm_text: t!("duty-end-sure-why"),
                        confirm_act: t!("duty-end"),
                        confirm_cancel: t!("cancel"),
                        onfire: end,
                    }
                } else {
                    DockNote { icon: "info", text: t!("duty-who-ends", roles = roles(&rule.rule.stated_by)) }
                }
            },
            StandingCard { standing, returned }
            Cite { text: words::citation(&rule.rule.citation, &rule.pack) }
            if may {
                TextArea { label: t!("duty-end-why"), oninput: move |text: String| why.set(text) }
            }
            Trouble { text: refused() }
        }
    }
}

/// Somebody who may states it.
#[component]
fn State(figures: StockProp, sub: String, rule: RuleProp) -> Element {
    let mut desk = use_desk();
    let mut reason = use_signal(|| None::<DepletionReason>);
    let mut remark = use_signal(String::new);
    let longest = rule.rule.holds_hours;
    let choices: Vec<u32> = HOURS.into_iter().filter(|hours| *hours <= longest).collect();
    let mut hours = use_signal(|| choices.last().copied().unwrap_or(longest));
    let mut refused = use_signal(String::new);
    let now = desk.kit().clock.now().wall;
    let until = after(now, SignedDuration::from_hours(i64::from(hours())));
    let figures = figures.0;
    let words_needed = figures.free > 0 || reason() == Some(DepletionReason::Other);
    let ready = reason().is_some() && (!words_needed || !remark().trim().is_empty());
    let save = move |()| {
        let (Some(why), Some(officer)) = (*reason.peek(), desk.officer()) else { return };
        let until = after(desk.kit().clock.now().wall, SignedDuration::from_hours(i64::from(*hours.peek())));
        match state_depletion(&desk.kit(), &officer, why, &remark.peek(), until) {
            Ok(_) => desk.back(),
            Err(error) => refused.set(trouble(&error)),
        }
    };
    let reasons: Vec<Choice> =
        REASONS.into_iter().map(|reason| Choice::new(format!("{reason:?}"), depletion_reason(reason))).collect();
    let lengths: Vec<Choice> =
        choices.iter().map(|hours| Choice::new(hours.to_string(), t!("duty-hours", n = *hours))).collect();
    rsx! {
        Page {
            title: t!("duty-depleted"),
            sub,
            back: true,
            focus: true,
            report: "depletion",
            dock: rsx! {
                if !ready {
                    DockNote { icon: "info", text: if reason().is_none() { t!("duty-choose-why") } else { t!("duty-words-needed") } }
                }
                HoldButton {
                    text: t!("duty-state"),
                    icon: "scroll-text",
                    how: t!("hold-how"),
                    confirm_title: t!("duty-state-sure"),
                    confirm_text: t!("duty-state-sure-why", at = format::date_time(until)),
                    confirm_act: t!("duty-state"),
                    confirm_cancel: t!("cancel"),
                    disabled: !ready,
                    onfire: save,
                }
            },
            Card { kind: if figures.free > 0 { CardKind::Warn } else { CardKind::Hero },
                p { class: "eyebrow", {t!("duty-stock-now")} }
                Decision { text: t!("duty-free", n = figures.free) }
                Note { text: stock_words(&figures) }
                if figures.free > 0 {
                    Note { icon: "triangle-alert", text: t!("duty-free-but") }
                }
                Cite { text: words::citation(&rule.rule.citation, &rule.pack) }
            }
            Decision { id: "why", text: t!("duty-why") }
            Options {
                labelled_by: "why",
                items: reasons,
                selected: reason().map(|reason| format!("{reason:?}")).unwrap_or_default(),
                onselect: move |id: String| reason.set(REASONS.into_iter().find(|reason| format!("{reason:?}") == id)),
            }
            TextArea {
                label: t!("duty-remark"),
                help: if words_needed { t!("duty-words-needed") } else { t!("duty-remark-help") },
                oninput: move |text: String| remark.set(text),
            }
            Decision { id: "until", text: t!("duty-until", at = format::date_time(until)) }
            Segmented {
                labelled_by: "until",
                items: lengths,
                selected: hours().to_string(),
                onselect: move |id: String| {
                    if let Ok(chosen) = id.parse() {
                        hours.set(chosen);
                    }
                },
            }
            Note { text: t!("duty-for-all") }
            Trouble { text: refused() }
        }
    }
}

/// Somebody who may not: who may.
#[component]
fn NotMine(officer: OfficerProp, figures: StockProp, sub: String, rule: RuleProp) -> Element {
    let mut desk = use_desk();
    let officer = officer.0;
    let who: Vec<String> = desk.look(|kit| {
        let known = kit.store.officers(&officer.unit).unwrap_or_default();
        let may = |one: &Officer| rule.rule.stated_by.iter().any(|role| one.is(*role));
        known.into_iter().filter(may).map(|officer| officer.name).collect()
    });
    let names = if who.is_empty() { roles(&rule.rule.stated_by) } else { who.join(", ") };
    rsx! {
        Page {
            title: t!("duty-depleted"),
            sub,
            back: true,
            focus: true,
            report: "depletion",
            dock: rsx! {
                Button { kind: ButtonKind::Go, big: true, icon: "arrow-left", text: t!("back"), onclick: move |()| desk.back() }
            },
            Card { kind: CardKind::Hero,
                p { class: "eyebrow", {t!("duty-none-stands")} }
                Decision { text: t!("duty-ask-them", names = names) }
                Note { text: t!("duty-ask-them-how", roles = roles(&rule.rule.stated_by)) }
                Cite { text: words::citation(&rule.rule.citation, &rule.pack) }
            }
            Note { icon: "anchor", text: stock_words(&figures.0) }
        }
    }
}

fn trouble(error: &DepletionTrouble) -> String {
    match error {
        DepletionTrouble::NoRole { stated_by } => t!("duty-no-role", roles = roles(stated_by)),
        DepletionTrouble::NoRule => t!("duty-need-rule"),
        DepletionTrouble::NoRemark => t!("duty-words-needed"),
        DepletionTrouble::TooLong { latest } => t!("duty-too-long", at = format::date_time(*latest)),
        DepletionTrouble::NoneStands => t!("duty-none-stands"),
        DepletionTrouble::Store(error) => store_trouble(error),
    }
}

/// What stands now, for a screen about goods that need an electronic seal: the statement, or the way to it.
#[component]
pub fn DepletionOf(unit: seal_core::ids::OfficeCode) -> Element {
    let mut desk = use_desk();
    let known = desk.look(|kit| {
        let stands: Option<Standing> = standing(kit, &unit).ok().flatten();
        stands.map(|stands| (stock(kit, &unit).is_ok_and(|now| now.free > stands.stated.stock.free), stands))
    });
    match known {
        Some((returned, standing)) => {
            rsx! { StandingCard { standing: StandingProp(standing), returned, open: true } }
        }
        None => rsx! {
            Button { icon: "scroll-text", text: t!("duty-go-depletion"), onclick: move |()| desk.open(crate::ui::route::Route::Depletion) }
        },
    }
}
