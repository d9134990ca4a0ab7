//! The legal ground of the goods, and what follows from it by which document.

use dioxus::prelude::*;
use seal_core::ids::CaseId;
use seal_core::rules::{GoodsGroup, LegalGround};

use super::depletion::DepletionOf;
use super::duty::AheadOfA;
use super::parts::{Page, Trouble};
use super::stored::{CaseGone, case_of, store_trouble};
use super::words::{self, title_of};
use crate::actions::decide_goods::{decide_goods, preview};
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::use_desk;

/// See the module.
#[component]
pub fn Goods(case: CaseId) -> Element {
    let mut desk = use_desk();
    let known = case_of(desk, case);
    let first = known.as_ref().and_then(|view| view.ground);
    let mut chosen = use_signal(|| first);
    let reason = use_signal(String::new);
    let mut trouble = use_signal(String::new);
    let Some(view) = known else { return rsx! { CaseGone {} } };
    let unit = view.doc.origin.clone();
    let decision = chosen().and_then(|ground| desk.look(|kit| preview(kit, ground).ok().flatten()));
    let items: Vec<Choice> = LegalGround::ALL
        .into_iter()
        .map(|ground| {
            let group = desk.look(|kit| preview(kit, ground).ok().flatten());
            Choice::new(format!("{ground:?}"), words::ground(ground))
                .sub(group.map(|decision| words::group_chip(decision.group)).unwrap_or_default())
        })
        .collect();
    let save = move |()| {
        let (Some(ground), Some(officer)) = (*chosen.peek(), desk.officer()) else { return };
        let from_list = first == Some(ground) && view.decision.is_none() && !view.on_the_spot;
        match decide_goods(&desk.kit(), &officer, case, ground, from_list, &reason.peek()) {
            Ok(_) => desk.back(),
            Err(error) => trouble.set(store_trouble(&error)),
        }
    };
    let sub = case_of(desk, case).map(|view| title_of(&view)).unwrap_or_default();
    rsx! {
        Page {
            title: t!("case-ground"),
            sub,
            back: true,
            focus: true,
            report: "goods",
            dock: rsx! {
                Button { kind: ButtonKind::Go, big: true, icon: "check", disabled: chosen().is_none(), text: t!("case-ground-save"), onclick: save }
            },
            Decision { id: "ground", text: t!("case-ground-which") }
            Options {
                labelled_by: "ground",
                items,
                selected: chosen().map(|ground| format!("{ground:?}")).unwrap_or_default(),
                onselect: move |id: String| chosen.set(LegalGround::ALL.into_iter().find(|ground| format!("{ground:?}") == id)),
            }
            if let Some(decision) = decision.clone() {
                Card { kind: CardKind::Hero, live: true,
                    p { class: "eyebrow", {t!("case-ground-follows")} }
                    Decision { text: words::group(decision.group) }
                    Cite { text: words::citation(&decision.citation, &decision.pack) }
                }
                match decision.group {
                    GoodsGroup::A => rsx! {
                        DepletionOf { unit: unit.clone() }
                    },
                    GoodsGroup::B => rsx! {
                        AheadOfA { case, reason }
                    },
                    GoodsGroup::C => rsx! {
                        Note { icon: "user", text: t!("duty-need-approval") }
                    },
                }
            } else if chosen().is_some() {
                Card { kind: CardKind::Unsure, live: true,
                    Decision { text: t!("case-no-rule") }
                    Note { text: t!("case-no-rule-why") }
                    Note { icon: "user", text: t!("duty-unruled") }
                }
            }
            Trouble { text: trouble() }
        }
    }
}
