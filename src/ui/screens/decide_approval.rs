//! The head's side of an approval: what waits, one request, the answer, and the answer as a slip for the officer's phone.

use dioxus::prelude::*;
use seal_core::event::{Event, SignedEvent};
use seal_core::fact::{ApprovalAsked, Fact};
use seal_core::ids::EventId;
use seal_core::wire::B64;

use super::approval::{Answer, trouble};
use super::parts::{Page, Trouble};
use super::slip::{ShowSlip, trouble_text};
use super::stored::store_trouble;
use super::words::{self, container_no, officer_name};
use crate::actions::approve::{ApprovalTrouble, HeadsAnswer, decide_approval, is_head, waiting_requests};
use crate::actions::take_slip::check_slip;
use crate::i18n::format;
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::{Desk, use_desk};
use crate::ui::route::Route;

/// Requests of the unit that wait, for its head's shift; nothing for others, and nothing while none waits.
#[component]
pub fn WaitingRequests() -> Element {
    let mut desk = use_desk();
    let Some(officer) = desk.officer() else { return rsx! {} };
    let waiting = match desk.look(|kit| waiting_requests(kit, &officer)) {
        Ok(waiting) => waiting,
        Err(error) => {
            let text = store_trouble(&error);
            return rsx! { Trouble { text } };
        }
    };
    if waiting.is_empty() {
        return rsx! {};
    }
    rsx! {
        SectionHead { title: t!("approval-waiting"), note: t!("items", n = waiting.len()) }
        List {
            for (request, title, sub) in waiting.iter().map(|event| line(desk, event)) {
                Row {
                    key: "{request}",
                    icon: "user",
                    kind: Tone::Warn,
                    title,
                    sub,
                    onclick: move |()| desk.open(Route::DecideApproval { request, slip: None }),
                }
            }
        }
    }
}

fn line(desk: Desk, event: &Event) -> (EventId, String, String) {
    let who = desk.look(|kit| officer_name(kit, &event.unit, &event.officer));
    let (title, why) = match &event.fact {
        Fact::ApprovalAsked(asked) => (about(asked), asked.why.clone()),
        _ => (String::new(), String::new()),
    };
    (event.id, title, format!("{who} · `{}` · {why}", format::time_short(event.at.wall)))
}

/// The containers of a request, or its vehicle.
fn about(asked: &ApprovalAsked) -> String {
    match asked.containers.as_slice() {
        [] => format!("`{}`", asked.vehicle),
        containers => containers.iter().map(container_no).collect::<Vec<_>>().join(", "),
    }
}

/// One request. `slip`: as read from the officer's phone, where sync did not bring it.
#[component]
pub fn DecideApproval(request: EventId, slip: Option<B64>) -> Element {
    let desk = use_desk();
    // Who signed is checked again: this screen may be opened again long after the scan.
    let read = use_hook(|| find(desk, request, slip.as_ref()));
    let signed = match read {
        Ok(signed) => SignedProp(signed),
        Err(text) => {
            return rsx! {
                Page { title: t!("approval-request"), back: true, report: "approval",
                    Card { kind: CardKind::Bad, live: true, p { Rich { text } } }
                }
            };
        }
    };
    let answer = desk.look(|kit| {
        let events = signed.0.event.case.and_then(|case| kit.store.case_events(case).ok()).unwrap_or_default();
        let answers =
            |one: &SignedEvent| matches!(&one.event.fact, Fact::ApprovalGiven(given) if given.asked == request);
        events.into_iter().rev().find(answers)
    });
    match answer {
        Some(answer) => rsx! { Answered { answer: SignedProp(answer) } },
        None => rsx! { Request { request: signed } },
    }
}

fn find(desk: Desk, request: EventId, slip: Option<&B64>) -> Result<SignedEvent, String> {
    let kit = desk.kit();
    if let Some(known) = kit.store.event(request).map_err(|error| store_trouble(&error))? {
        return Ok(known);
    }
    match slip {
        Some(slip) => check_slip(&kit, &slip.0).map_err(|error| trouble_text(&error)),
        None => Err(t!("slip-gone")),
    }
}

#[derive(Clone, PartialEq)]
struct SignedProp(SignedEvent);

#[component]
fn Request(request: SignedProp) -> Element {
    let desk = use_desk();
    let mut reason = use_signal(String::new);
    let mut refused = use_signal(String::new);
    let event = request.0.event.clone();
    let Fact::ApprovalAsked(asked) = &event.fact else { return rsx! {} };
    let Some(head) = desk.officer() else { return rsx! {} };
    let now = desk.kit().clock.now().wall;
    let may =
        head.unit == event.unit && desk.look(|kit| kit.store.rules().is_ok_and(|rules| is_head(&rules, &head, now)));
    let (who, office) =
        desk.look(|kit| (officer_name(kit, &event.unit, &event.officer), words::office(kit, &event.unit)));
    let mut items = vec![
        (t!("approval-asked-by"), format!("{who}, {office}")),
        (t!("approval-asked-at"), format!("`{}`", format::date_time(event.at.wall))),
    ];
    if !asked.vehicle.is_empty() {
        items.push((t!("approval-vehicle"), format!("`{}`", asked.vehicle)));
    }
    if let Some(ground) = asked.ground {
        items.push((t!("case-ground"), words::ground(ground)));
    }
    let decide = move |granted: bool| {
        let Some(head) = desk.officer() else { return };
        let answer = HeadsAnswer { granted, reason: reason.peek().clone() };
        if let Err(error) = decide_approval(&desk.kit(), &head, &request.0, &answer) {
            refused.set(trouble(desk, &error));
        }
    };
    let (mut grant, mut refuse) = (decide.clone(), decide);
    let not_mine = trouble(desk, &ApprovalTrouble::NotHead { who: head.id.clone() });
    rsx! {
        Page {
            title: t!("approval-request"),
            sub: office,
            back: true,
            focus: true,
            report: "approval",
            dock: rsx! {
                if may {
                    HoldButton {
                        text: t!("approval-grant"),
                        icon: "check",
                        how: t!("hold-how"),
                        confirm_title: t!("approval-grant-sure"),
                        confirm_text: about(asked),
                        confirm_act: t!("approval-grant"),
                        confirm_cancel: t!("cancel"),
                        onfire: move |()| grant(true),
                    }
                    HoldButton {
                        bad: true,
                        text: t!("approval-refuse"),
                        icon: "ban",
                        how: t!("hold-how"),
                        confirm_title: t!("approval-refuse-sure"),
                        confirm_text: about(asked),
                        confirm_act: t!("approval-refuse"),
                        confirm_cancel: t!("cancel"),
                        disabled: reason().trim().is_empty(),
                        onfire: move |()| refuse(false),
                    }
                } else {
                    DockNote { icon: "info", text: not_mine }
                }
            },
            Card { kind: CardKind::Hero,
                p { class: "eyebrow", {t!("approval-seal-these")} }
                for container in asked.containers.clone() {
                    ContainerNumber {
                        key: "{container.as_str()}",
                        number: container.as_str(),
                        size: NumberSize::L,
                        check_label: t!("check-digit-is", d = container.check_digit()),
                    }
                }
                if asked.containers.is_empty() {
                    Decision { text: t!("approval-vehicle-whole", plate = asked.vehicle.clone()) }
                }
                Note { text: t!("approval-because", why = asked.why.clone()) }
            }
            Card { KeyValue { items } }
            if may {
                TextArea { label: t!("approval-words"), help: t!("approval-refuse-needs"), oninput: move |text: String| reason.set(text) }
            }
            Trouble { text: refused() }
        }
    }
}

#[component]
fn Answered(answer: SignedProp) -> Element {
    let mut desk = use_desk();
    let Fact::ApprovalGiven(given) = answer.0.event.fact.clone() else { return rsx! {} };
    let mut items =
        vec![(t!("approval-containers"), given.containers.iter().map(container_no).collect::<Vec<_>>().join(", "))];
    if given.granted {
        items.push((t!("approval-until"), format!("`{}`", format::date_time(given.valid_until))));
    }
    let own = answer.0.event.device == desk.kit().vault.device();
    rsx! {
        Page {
            title: t!("approval-answer"),
            back: true,
            focus: true,
            report: "approval",
            dock: rsx! {
                Button { kind: ButtonKind::Go, big: true, icon: "clipboard-check", text: t!("case-to-shift"), onclick: move |()| desk.open(Route::Home) }
            },
            Answer { granted: given.granted }
            if own {
                Instruction { icon: "scan-line", title: t!("approval-show-answer"), sub: t!("slip-show-how") }
                ShowSlip { cose: answer.0.cose.clone() }
            }
            Card {
                KeyValue { items }
                if !given.reason.is_empty() {
                    Note { text: given.reason.clone() }
                }
            }
            Note { icon: "cloud-check", text: t!("approval-by-sync") }
        }
    }
}
