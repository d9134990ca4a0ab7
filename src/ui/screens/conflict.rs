//! Facts that contradict each other, side by side. All are kept; a supervisor says which holds. Without one, two officers may
//! disarm with a reason.

use dioxus::prelude::*;
use seal_core::case::{Conflict as Contradiction, FORK};
use seal_core::event::SignedEvent;
use seal_core::fact::Fact;
use seal_core::ids::CaseId;
use seal_core::officer::{Officer, Role};

use super::codes::{fact_kind, stored_name};
use super::parts::{Page, Refusal};
use super::stored::{NotHere, read};
use super::words::{container_no, office, officer_name, seal_no};
use crate::actions::Kit;
use crate::actions::decide_conflict::{DecideError, agree_as_second, decide_conflict, second_officer};
use crate::actions::sign_in::SignInTrouble;
use crate::i18n::format;
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::use_desk;
use crate::ui::route::Route;

/// Every conflict of a case, the open ones first.
#[component]
pub fn Conflict(case: CaseId) -> Element {
    let desk = use_desk();
    let (view, events) = match read(desk.look(|kit| Ok((kit.store.case(case)?, kit.store.case_events(case)?)))) {
        Ok((Some(view), events)) => (view, events),
        Ok((None, _)) => return rsx! { NotHere { text: t!("not-here-case") } },
        Err(trouble) => return rsx! { Page { title: t!("conflict-title"), back: true, {trouble} } },
    };
    let sub = view.doc.containers.first().map(container_no).unwrap_or_default();
    let mut conflicts = view.conflicts.clone();
    conflicts.sort_by_key(|conflict| conflict.decided.is_some());
    rsx! {
        Page { title: t!("conflict-title"), sub, back: true,
            if conflicts.is_empty() {
                Empty { icon: "circle-check", kind: Tone::Ok, title: t!("conflict-none"), text: t!("conflict-none-text") }
            }
            for conflict in conflicts {
                One { key: "{conflict.events[0]}", case, events: EventsProp(of(&conflict, &events)), conflict }
            }
        }
    }
}

fn of(conflict: &Contradiction, events: &[SignedEvent]) -> Vec<SignedEvent> {
    events.iter().filter(|signed| conflict.events.contains(&signed.event.id)).cloned().collect()
}

/// The facts of one conflict, as a property.
#[derive(Clone, PartialEq)]
struct EventsProp(Vec<SignedEvent>);

#[component]
fn One(case: CaseId, conflict: Contradiction, events: EventsProp) -> Element {
    let desk = use_desk();
    let Some(officer) = desk.officer() else { return rsx! {} };
    let fork = conflict.why == FORK;
    let open = conflict.decided.is_none();
    rsx! {
        Card { kind: if open { CardKind::Bad } else { CardKind::Plain },
            CardHead { eyebrow: t!("inspect-sub-seal", seal = seal_no(&conflict.seal)),
                if open {
                    Chip { kind: Tone::Bad, text: t!("conflict-open") }
                } else {
                    Chip { kind: Tone::Ok, text: t!("conflict-decided") }
                }
            }
            Decision { text: if fork { t!("conflict-fork") } else { t!("conflict-misfit") } }
            Note { text: if fork { t!("conflict-fork-why") } else { t!("conflict-misfit-why") } }
        }
        div { style: "display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:var(--s-3)",
            for signed in events.0.iter() {
                Claim { key: "{signed.event.id}", signed: EventsProp(vec![signed.clone()]) }
            }
        }
        if open && officer.is(Role::Supervisor) {
            Decide { case, conflict, events }
        } else if open {
            TwoOfficers { case, conflict, officer: OfficerProp(officer) }
        }
    }
}

/// What one device recorded.
#[component]
fn Claim(signed: EventsProp) -> Element {
    let desk = use_desk();
    let Some(event) = signed.0.first().map(|signed| signed.event.clone()) else { return rsx! {} };
    let (name, unit) = desk.look(|kit| (officer_name(kit, &event.unit, &event.officer), office(kit, &event.unit)));
    rsx! {
        section { class: "card",
            h3 { class: "strong", Rich { text: claim(&event.fact) } }
            p { class: "strong num", "{format::date_time(event.at.wall)}" }
            for line in [name, unit, t!("conflict-device-is", device = event.device.to_string()[..8].to_owned())] {
                p { class: "small", Rich { text: line } }
            }
        }
    }
}

/// What a fact claims of the lock.
fn claim(fact: &Fact) -> String {
    match fact {
        Fact::LockCommanded(command) => t!(&format!("log-command-{}", stored_name(&command.action))),
        Fact::SealRecorded(recorded) => t!(&format!("conflict-recorded-{}", stored_name(&recorded.on_off))),
        _ => fact_kind(fact.kind()),
    }
}

/// The supervisor's decision.
#[component]
fn Decide(case: CaseId, conflict: Contradiction, events: EventsProp) -> Element {
    let desk = use_desk();
    let mut holds = use_signal(String::new);
    let mut reason = use_signal(String::new);
    let mut refusal = use_signal(String::new);
    let items = events
        .0
        .iter()
        .map(|signed| {
            let event = &signed.event;
            let sub = format!("{} · `{}`", desk.look(|kit| office(kit, &event.unit)), format::date_time(event.at.wall));
            Choice::new(event.id.to_string(), claim(&event.fact)).sub(sub)
        })
        .collect::<Vec<_>>();
    let seal = conflict.seal.clone();
    let decide = move |()| {
        let (Some(officer), Ok(event)) = (desk.officer(), holds().parse()) else {
            refusal.set(t!("conflict-need-choice"));
            return;
        };
        match decide_conflict(&desk.kit(), &officer, case, &seal, event, &reason()) {
            Ok(()) => {}
            Err(error) => refusal.set(decide_words(&error)),
        }
    };
    rsx! {
        Decision { id: "holds", text: t!("conflict-which") }
        Options { labelled_by: "holds", items, selected: holds(), onselect: move |id| holds.set(id) }
        TextArea { label: t!("conflict-reason"), oninput: move |text| reason.set(text) }
        Refusal { text: refusal() }
        Button { kind: ButtonKind::Go, big: true, icon: "scale", text: t!("conflict-decide"), onclick: decide }
    }
}

/// [`Officer`] as a property.
#[derive(Clone, PartialEq)]
struct OfficerProp(Officer);

/// Without a supervisor: a second officer of the unit agrees, with a reason.
#[component]
fn TwoOfficers(case: CaseId, conflict: Contradiction, officer: OfficerProp) -> Element {
    let mut desk = use_desk();
    let first = officer.0;
    let mut second = use_signal(String::new);
    let mut reason = use_signal(String::new);
    let mut pin = use_signal(String::new);
    let mut refusal = use_signal(String::new);
    let mut again = use_signal(|| 0u32);
    _ = again();
    let (others, agreed) = desk.look(|kit: &Kit| {
        let mut others = kit.store.officers(&first.unit).unwrap_or_default();
        others.retain(|officer| officer.id != first.id);
        (others, second_officer(kit, case, &conflict.seal).ok().flatten())
    });
    if let Some(agreed) = agreed {
        let name = desk.look(|kit| officer_name(kit, &first.unit, &agreed.officer));
        let seal = conflict.seal.clone();
        return rsx! {
            Card {
                Chip { kind: Tone::Ok, text: t!("conflict-agreed", name = name) }
                Note { text: agreed.reason }
                Button {
                    kind: ButtonKind::Go,
                    icon: "eye",
                    text: t!("conflict-go-inspect"),
                    onclick: move |()| desk.open(Route::SealLog { case, seal: seal.clone(), en_route: false }),
                }
            }
        };
    }
    let items =
        others.iter().map(|officer| Choice::new(officer.id.to_string(), officer.name.clone())).collect::<Vec<_>>();
    let seal = conflict.seal.clone();
    let agree = move |()| {
        let Some(chosen) = others.iter().find(|officer| officer.id.to_string() == second()).cloned() else {
            refusal.set(t!("conflict-need-second"));
            return;
        };
        let by = (&chosen.id, pin.peek().clone());
        match agree_as_second(&desk.kit(), &first, (by.0, &by.1), case, &seal, &reason()) {
            Ok(()) => again += 1,
            Err(error) => refusal.set(decide_words(&error)),
        }
    };
    rsx! {
        Note { icon: "info", text: t!("conflict-supervisor") }
        Decision { id: "second", text: t!("conflict-two") }
        if items.is_empty() {
            Note { icon: "user", text: t!("conflict-no-second") }
        } else {
            Options { labelled_by: "second", items, selected: second(), onselect: move |id| second.set(id) }
            TextField { label: t!("conflict-pin"), kind: "password", inputmode: "numeric", oninput: move |text| pin.set(text) }
            TextArea { label: t!("conflict-reason"), oninput: move |text| reason.set(text) }
            Refusal { text: refusal() }
            Button { icon: "user", text: t!("conflict-agree"), onclick: agree }
        }
    }
}

fn decide_words(error: &DecideError) -> String {
    match error {
        DecideError::NotSupervisor => t!("conflict-need-supervisor"),
        DecideError::NoConflict => t!("conflict-none"),
        DecideError::NotOneOfThem => t!("conflict-need-choice"),
        DecideError::NoReason => t!("conflict-need-reason"),
        DecideError::SameOfficer => t!("conflict-need-second"),
        DecideError::Pin(SignInTrouble::NeverHere(_)) => t!("conflict-pin-unknown"),
        DecideError::Pin(SignInTrouble::Wait { wait_s }) => t!("conflict-pin-wait", n = *wait_s),
        DecideError::Pin(_) => t!("conflict-wrong-pin"),
        DecideError::Store(_) => t!("err-store"),
    }
}
