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
use crate::actions::sign_in::{MOST_TRIES, SignInTrouble};
use crate::i18n::format;
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::use_desk;
use crate::ui::route::Route;

/// Every conflict of a case: the first open one with what can be done about it, then the others.
#[component]
pub fn Conflict(case: CaseId) -> Element {
    let desk = use_desk();
    let Some(officer) = desk.officer() else { return rsx! {} };
    let (view, events) = match read(desk.look(|kit| Ok((kit.store.case(case)?, kit.store.case_events(case)?)))) {
        Ok((Some(view), events)) => (view, events),
        Ok((None, _)) => return rsx! { NotHere { text: t!("not-here-case") } },
        Err(trouble) => return rsx! { Page { title: t!("conflict-title"), back: true, {trouble} } },
    };
    let sub = view.doc.containers.first().map(container_no).unwrap_or_default();
    let mut conflicts: Vec<Conflicting> = view
        .conflicts
        .iter()
        .map(|conflict| {
            let spoken = events.iter().filter(|signed| conflict.events.contains(&signed.event.id));
            Conflicting { of: conflict.clone(), events: spoken.cloned().collect() }
        })
        .collect();
    conflicts.sort_by_key(|conflict| conflict.of.decided.is_some());
    let open = conflicts.first().filter(|first| first.of.decided.is_none()).cloned();
    let rest: Vec<Conflicting> = conflicts.into_iter().skip(usize::from(open.is_some())).collect();
    let here = view.doc.destination == officer.unit;
    match open {
        // Lists of one: the next conflict gets a form of its own.
        Some(now) if officer.is(Role::Supervisor) => rsx! {
            for now in [now] {
                Decide { key: "{now.of.events[0]}", case, sub: sub.clone(), now, rest: rest.clone() }
            }
        },
        Some(now) if here => rsx! {
            for now in [now] {
                TwoOfficers { key: "{now.of.events[0]}", case, sub: sub.clone(), now, rest: rest.clone(), officer: OfficerProp(officer.clone()) }
            }
        },
        Some(now) => rsx! {
            Page { title: t!("conflict-title"), sub, back: true,
                Told { conflict: now }
                Note { icon: "info", text: t!("conflict-supervisor") }
                Rest { conflicts: rest }
            }
        },
        None => rsx! {
            Page { title: t!("conflict-title"), sub, back: true,
                if rest.is_empty() {
                    Empty { icon: "circle-check", kind: Tone::Ok, title: t!("conflict-none"), text: t!("conflict-none-text") }
                }
                Rest { conflicts: rest }
            }
        },
    }
}

/// A conflict and its facts.
#[derive(Clone, PartialEq)]
struct Conflicting {
    of: Contradiction,
    events: Vec<SignedEvent>,
}

#[component]
fn Rest(conflicts: Vec<Conflicting>) -> Element {
    rsx! {
        for conflict in conflicts {
            Told { key: "{conflict.of.events[0]}", conflict }
        }
    }
}

/// What contradicts what.
#[component]
fn Told(conflict: Conflicting) -> Element {
    let fork = conflict.of.why == FORK;
    let open = conflict.of.decided.is_none();
    rsx! {
        Card { kind: if open { CardKind::Bad } else { CardKind::Plain },
            CardHead { eyebrow: t!("inspect-sub-seal", seal = seal_no(&conflict.of.seal)),
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
            for signed in conflict.events {
                Claim { key: "{signed.event.id}", signed }
            }
        }
    }
}

/// What one device recorded.
#[component]
fn Claim(signed: SignedEvent) -> Element {
    let desk = use_desk();
    let event = signed.event;
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
fn Decide(case: CaseId, sub: String, now: Conflicting, rest: Vec<Conflicting>) -> Element {
    let desk = use_desk();
    let mut holds = use_signal(String::new);
    let mut reason = use_signal(String::new);
    let mut refusal = use_signal(String::new);
    let items = now
        .events
        .iter()
        .map(|signed| {
            let event = &signed.event;
            let sub = format!("{} · `{}`", desk.look(|kit| office(kit, &event.unit)), format::date_time(event.at.wall));
            Choice::new(event.id.to_string(), claim(&event.fact)).sub(sub)
        })
        .collect::<Vec<_>>();
    let seal = now.of.seal.clone();
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
        Page {
            title: t!("conflict-title"),
            sub,
            back: true,
            dock: rsx! {
                Refusal { text: refusal() }
                Button { kind: ButtonKind::Go, big: true, icon: "scale", text: t!("conflict-decide"), onclick: decide }
            },
            Told { conflict: now }
            Decision { id: "holds", text: t!("conflict-which") }
            Options { labelled_by: "holds", items, selected: holds(), onselect: move |id| holds.set(id) }
            TextArea { label: t!("conflict-reason"), oninput: move |text| reason.set(text) }
            Rest { conflicts: rest }
        }
    }
}

/// [`Officer`] as a property.
#[derive(Clone, PartialEq)]
struct OfficerProp(Officer);

/// Without a supervisor: a second officer of the unit agrees, with a reason.
#[component]
fn TwoOfficers(case: CaseId, sub: String, now: Conflicting, rest: Vec<Conflicting>, officer: OfficerProp) -> Element {
    let mut desk = use_desk();
    let first = officer.0;
    let mut second = use_signal(String::new);
    let mut reason = use_signal(String::new);
    let mut pin = use_signal(String::new);
    let mut refusal = use_signal(String::new);
    let mut again = use_signal(|| 0u32);
    _ = again();
    let seal = now.of.seal.clone();
    let (others, agreed) = desk.look(|kit: &Kit| {
        let mut others = kit.store.officers(&first.unit).unwrap_or_default();
        others.retain(|officer| officer.id != first.id);
        (others, second_officer(kit, case, &seal).ok().flatten())
    });
    if let Some(agreed) = agreed {
        let name = desk.look(|kit| officer_name(kit, &first.unit, &agreed.officer));
        return rsx! {
            Page {
                title: t!("conflict-title"),
                sub,
                back: true,
                dock: rsx! {
                    Button {
                        kind: ButtonKind::Go,
                        big: true,
                        icon: "eye",
                        text: t!("conflict-go-inspect"),
                        onclick: move |()| desk.open(Route::SealLog { case, seal: seal.clone(), en_route: false }),
                    }
                },
                Told { conflict: now }
                Card {
                    Chip { kind: Tone::Ok, text: t!("conflict-agreed", name = name) }
                    Note { text: agreed.reason }
                }
                Rest { conflicts: rest }
            }
        };
    }
    let items =
        others.iter().map(|officer| Choice::new(officer.id.to_string(), officer.name.clone())).collect::<Vec<_>>();
    let alone = items.is_empty();
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
        Page {
            title: t!("conflict-title"),
            sub,
            back: true,
            dock: (!alone).then(|| rsx! {
                Refusal { text: refusal() }
                Button { kind: ButtonKind::Go, big: true, icon: "user", text: t!("conflict-agree"), onclick: agree }
            }),
            Told { conflict: now }
            Note { icon: "info", text: t!("conflict-supervisor") }
            Decision { id: "second", text: t!("conflict-two") }
            if alone {
                Note { icon: "user", text: t!("conflict-no-second") }
            } else {
                Options { labelled_by: "second", items, selected: second(), onselect: move |id| second.set(id) }
                TextField { label: t!("conflict-pin"), kind: "password", inputmode: "numeric", oninput: move |text| pin.set(text) }
                TextArea { label: t!("conflict-reason"), oninput: move |text| reason.set(text) }
            }
            Rest { conflicts: rest }
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
        DecideError::Pin(SignInTrouble::CentralNeeded(_) | SignInTrouble::Wrong { left: 0, .. }) => {
            t!("conflict-pin-closed", n = MOST_TRIES)
        }
        DecideError::Pin(SignInTrouble::Wrong { left, .. }) => t!("conflict-wrong-pin", n = *left, of = MOST_TRIES),
        DecideError::Pin(SignInTrouble::Wait { wait_s }) => t!("conflict-pin-wait", n = *wait_s),
        DecideError::Pin(_) => t!("settings-sign-in-failed"),
        DecideError::Store(_) => t!("err-store"),
    }
}
