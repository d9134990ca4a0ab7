//! Seals are issued to an officer of the unit by number range; the lowest numbers are proposed.

use dioxus::prelude::*;
use seal_core::codes::CustomsSealKind;
use seal_core::ids::OfficerId;
use seal_core::range::{self, RangeError, numbers};
use seal_core::seal_no::SealNo;

use super::parts::{Page, Refusal};
use super::stock::not_mine;
use super::stored::store_trouble;
use super::words::{self, seal_no};
use crate::actions::issue_seals::{IssueTrouble, faults, issuable, issue_seals, takers};
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::use_desk;

/// A run of numbers that lie in the stock.
#[component]
pub fn Run(from: SealNo, to: SealNo) -> Element {
    rsx! {
        if from == to {
            Rich { text: seal_no(&from) }
        } else {
            Rich { text: format!("{} → {}", seal_no(&from), seal_no(&to)) }
        }
    }
}

fn range_trouble(error: &RangeError) -> String {
    match error {
        RangeError::Figures => t!("stock-range-figures"),
        RangeError::Backwards => t!("stock-range-backwards"),
        RangeError::TooMany { .. } => t!("stock-range-many", most = range::MOST),
        RangeError::Number(_) => t!("stock-range-number"),
    }
}

/// The prefix, and the figures behind it, as they are typed.
fn parts(no: &SealNo) -> (String, String) {
    let (prefix, _, _) = range::order(no);
    (prefix.to_owned(), no.as_str()[prefix.len()..].to_owned())
}

/// See the module.
#[component]
pub fn IssueSeals() -> Element {
    let desk = use_desk();
    let mut to = use_signal(|| None::<OfficerId>);
    let mut kind = use_signal(|| None::<CustomsSealKind>);
    let mut prefix = use_signal(String::new);
    let mut first = use_signal(String::new);
    let mut last = use_signal(String::new);
    let mut refusal = use_signal(String::new);
    let mut done = use_signal(|| None::<(usize, OfficerId)>);
    // The fields take what is proposed anew.
    let mut turn = use_signal(|| 0_u32);
    let Some(officer) = desk.officer() else { return rsx! {} };
    let sub = desk.look(|kit| words::office(kit, &officer.unit));
    let (people, free) = desk.look(|kit| {
        let free = kind().map(|kind| issuable(kit, &officer, kind)).transpose();
        (takers(kit, &officer).unwrap_or_default(), free.unwrap_or_default().unwrap_or_default())
    });
    let wanted = numbers(&prefix(), &first(), &last());
    let entered = !first().is_empty();
    let wrong = match (&wanted, kind()) {
        (Ok(seals), Some(kind)) => desk.look(|kit| faults(kit, &officer, kind, seals)).unwrap_or_default(),
        _ => Vec::new(),
    };
    let count = wanted.as_ref().map_or(0, Vec::len);
    let ready = to().is_some() && kind().is_some() && count > 0 && wrong.is_empty();
    let skipped = match (&wanted, free.first()) {
        (Ok(seals), Some(lowest)) if entered && kind() != Some(CustomsSealKind::Electronic) => {
            seals.first().is_some_and(|first| range::order(first) > range::order(lowest)).then(|| lowest.clone())
        }
        _ => None,
    };
    let mut propose = move |kind: CustomsSealKind| {
        let Some(officer) = desk.officer() else { return };
        let free = issuable(&desk.kit(), &officer, kind).unwrap_or_default();
        let (start, end) = match range::runs(&free).into_iter().next() {
            Some((from, to)) if kind != CustomsSealKind::Electronic => {
                let ten = range::order(&from).1 + 9;
                let end = if range::order(&to).1 > ten { None } else { Some(to) };
                let (head, figures) = parts(&from);
                let width = figures.len();
                let end = end.map_or_else(|| format!("{ten:0width$}"), |to| parts(&to).1);
                ((head, figures), end)
            }
            Some((from, _)) => ((parts(&from).0, String::new()), String::new()),
            None => (Default::default(), String::new()),
        };
        prefix.set(start.0);
        first.set(start.1);
        last.set(end);
        turn += 1;
    };
    let issue = move |()| {
        let (Some(officer), Some(taker), Some(kind)) = (desk.officer(), to(), kind()) else { return };
        let Ok(seals) = numbers(&prefix.peek(), &first.peek(), &last.peek()) else { return };
        match issue_seals(&desk.kit(), &officer, &taker, kind, seals) {
            Ok(n) => {
                refusal.set(String::new());
                done.set(Some((n, taker)));
                propose(kind);
            }
            Err(IssueTrouble::NoRole) => refusal.set(t!("stock-no-role")),
            Err(IssueTrouble::NotOfUnit(who)) => refusal.set(t!("stock-not-of-unit", officer = who.to_string())),
            Err(IssueTrouble::Nothing) => refusal.set(t!("stock-nothing")),
            Err(IssueTrouble::Seals(faults)) => refusal.set(t!("stock-faults", n = faults.len())),
            Err(IssueTrouble::Store(error)) => refusal.set(store_trouble(&error)),
        }
    };
    let choices: Vec<Choice> =
        people.iter().map(|one| Choice::new(one.id.0.clone(), one.name.clone()).icon("user")).collect();
    let kinds: Vec<Choice> =
        CustomsSealKind::ALL.iter().map(|kind| Choice::new(kind.code(), words::seal_kind(*kind))).collect();
    let name = |id: &OfficerId| people.iter().find(|one| &one.id == id).map_or(id.to_string(), |one| one.name.clone());
    let receiver = to().map(|id| name(&id)).unwrap_or_default();
    rsx! {
        Page {
            title: t!("stock-issue-title"),
            sub,
            back: true,
            focus: true,
            report: "issue_seals",
            dock: rsx! {
                Refusal { text: refusal(), missing: (!ready).then(|| t!("stock-issue-missing")) }
                Button { kind: ButtonKind::Go, big: true, icon: "check", disabled: !ready, text: if ready { t!("stock-issue-n", n = count, officer = receiver) } else { t!("stock-issue") }, onclick: issue }
            },
            if let Some((n, who)) = done() {
                Card { kind: CardKind::Hero, live: true,
                    Decision { text: t!("stock-issued", n = n, officer = name(&who)) }
                }
            }
            Decision { id: "kind", text: t!("arm-which-kind") }
            Options { labelled_by: "kind", items: kinds, selected: kind().map(|kind| kind.code()).unwrap_or_default(), onselect: move |id: String| {
                let chosen = CustomsSealKind::ALL.iter().copied().find(|kind| kind.code() == id);
                kind.set(chosen);
                done.set(None);
                if let Some(chosen) = chosen {
                    propose(chosen);
                }
            } }
            if kind().is_some() {
                Card {
                    CardHead { eyebrow: t!("stock-free-runs"), Chip { text: t!("stock-listed", n = free.len()) } }
                    if free.is_empty() {
                        Note { icon: "ban", text: t!("stock-none-free") }
                    }
                    for (from, to) in range::runs(&free).into_iter().take(6) {
                        p { key: "{from.as_str()}", Run { from, to } }
                    }
                }
                for turn in [turn()] { div { key: "{turn}", class: "stack",
                    TextField { label: t!("stock-prefix"), capitals: true, initial: prefix.peek().clone(), oninput: move |text: String| prefix.set(text) }
                    TextField { label: t!("stock-first"), inputmode: "numeric", initial: first.peek().clone(), oninput: move |text: String| first.set(text) }
                    TextField {
                        label: t!("stock-last"),
                        inputmode: "numeric",
                        initial: last.peek().clone(),
                        help: match &wanted {
                            Err(error) if entered => range_trouble(error),
                            Ok(seals) => t!("stock-range-n", n = seals.len()),
                            Err(_) => String::new(),
                        },
                        help_kind: if wanted.is_err() && entered { Tone::Bad } else if count > 0 { Tone::Ok } else { Tone::Idle },
                        oninput: move |text: String| last.set(text),
                    }
                } }
                if let Some(lowest) = skipped {
                    Card { kind: CardKind::Warn, Note { icon: "triangle-alert", text: t!("stock-not-lowest", seal = seal_no(&lowest)) } }
                }
                if !wrong.is_empty() {
                    SectionHead { title: t!("stock-faults", n = wrong.len()) }
                    List { kind: ListKind::Items,
                        for (seal, why) in wrong.iter().take(8).cloned() {
                            QueueItem { key: "{seal.as_str()}", icon: "ban", kind: Tone::Bad, title: seal_no(&seal), state: t!("stock-cannot"), state_kind: Tone::Bad, meta: vec![not_mine(&why)] }
                        }
                    }
                }
                Decision { id: "to", text: t!("stock-to-whom") }
                Options { labelled_by: "to", items: choices, selected: to().map(|id| id.0).unwrap_or_default(), onselect: move |id: String| to.set(Some(OfficerId(id))) }
            }
        }
    }
}
