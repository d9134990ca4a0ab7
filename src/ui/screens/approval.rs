//! The head of the unit lets goods outside the criteria be sealed: the officer's side. Asked here, shown to the head's
//! phone as a slip, and answered by their slip, by sync, or by the head's own PIN on this phone.

use dioxus::prelude::*;
use seal_core::case::CaseView;
use seal_core::fact::ApprovalKind;
use seal_core::ids::{CaseId, EventId, OfficerId};
use seal_core::obligation::{ApprovalLack, approval_lack};
use seal_core::time::date_in_vietnam;
use seal_core::wire::B64;

use super::duty::need;
use super::parts::{Page, Trouble};
use super::slip::{ShowSlip, trouble_text};
use super::stored::{CaseGone, case_of, store_trouble};
use super::words::{self, officer_name, title_of};
use crate::actions::approve::{
    ApprovalTrouble, HeadsAnswer, approve_here, ask_approval, check_approval, heads, take_approval,
};
use crate::actions::sign_in::{MOST_TRIES, SignInTrouble};
use crate::i18n::format;
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::{Desk, use_desk};
use crate::ui::route::{Route, ScanFor};

/// Asking, waiting, and what came of it.
#[component]
pub fn Approval(case: CaseId) -> Element {
    let desk = use_desk();
    let Some(view) = case_of(desk, case) else { return rsx! { CaseGone {} } };
    let now = desk.kit().clock.now().wall;
    match (approval_lack(&view, &view.doc.containers, now), &view.approval_asked) {
        (None, _) => rsx! { Approved { case } },
        (Some(ApprovalLack::Asked), Some(asked)) => rsx! { Asked { case, request: asked.event } },
        (Some(lack), _) => rsx! { Ask { case, lack: LackProp(lack) } },
    }
}

#[derive(Clone, PartialEq)]
struct LackProp(ApprovalLack);

/// The containers it is about.
#[component]
fn Containers(view: CaseProp) -> Element {
    rsx! {
        div { class: "stack",
            for container in view.0.doc.containers.clone() {
                ContainerNumber {
                    key: "{container.as_str()}",
                    number: container.as_str(),
                    size: NumberSize::L,
                    check_label: t!("check-digit-is", d = container.check_digit()),
                }
            }
        }
    }
}

#[derive(Clone, PartialEq)]
struct CaseProp(CaseView);

/// Where it is written that the head has to approve.
fn cited(desk: Desk) -> Option<String> {
    let now = desk.kit().clock.now().wall;
    let rules = desk.look(|kit| kit.store.rules().ok())?;
    let rule = rules.approval_rule(ApprovalKind::OutsideCriteria, date_in_vietnam(now))?;
    Some(words::citation(&rule.citation, &rules.version))
}

/// What is so, as the heading.
fn heading(lack: ApprovalLack) -> String {
    match lack {
        ApprovalLack::NotAsked | ApprovalLack::Asked => t!("approval-first"),
        ApprovalLack::Refused => t!("approval-not-granted"),
        ApprovalLack::Expired => t!("approval-expired"),
        ApprovalLack::OtherContainers => t!("approval-others"),
    }
}

/// The answer in a word. Not the block of a seal's own answer: nothing is locked by it.
#[component]
pub fn Answer(granted: bool) -> Element {
    rsx! {
        div { class: "instruction",
            Glyph { icon: if granted { "circle-check" } else { "ban" }, kind: if granted { Tone::Ok } else { Tone::Bad }, large: true }
            Decision { text: if granted { t!("approval-granted") } else { t!("approval-not-granted") } }
        }
    }
}

#[component]
fn Ask(case: CaseId, lack: LackProp) -> Element {
    let desk = use_desk();
    let mut why = use_signal(String::new);
    let mut refused = use_signal(String::new);
    let Some(view) = case_of(desk, case) else { return rsx! { CaseGone {} } };
    let ask = move |()| {
        let Some(officer) = desk.officer() else { return };
        if let Err(error) = ask_approval(&desk.kit(), &officer, case, &why.peek()) {
            refused.set(trouble(desk, &error));
        }
    };
    let first = lack.0 == ApprovalLack::NotAsked;
    let said = view.approval.as_ref().map(|approval| approval.given.reason.clone()).unwrap_or_default();
    rsx! {
        Page {
            title: t!("approval-ask"),
            sub: title_of(&view),
            back: true,
            focus: true,
            report: "approval",
            dock: rsx! {
                Button { kind: ButtonKind::Go, big: true, icon: "send", disabled: why().trim().is_empty(), text: t!("approval-ask"), onclick: ask }
            },
            Card { kind: if first { CardKind::Hero } else { CardKind::Warn },
                Decision { text: heading(lack.0) }
                p { Rich { text: need(&seal_core::obligation::Need::Approval(lack.0)) } }
                if !first && !said.is_empty() {
                    Note { icon: "user", text: t!("approval-said", reason = said) }
                }
                if let Some(text) = cited(desk) {
                    Cite { text }
                }
            }
            Containers { view: CaseProp(view) }
            TextArea { label: t!("approval-why"), help: t!("approval-why-help"), oninput: move |text: String| why.set(text) }
            Trouble { text: refused() }
        }
    }
}

#[component]
fn Asked(case: CaseId, request: EventId) -> Element {
    let mut desk = use_desk();
    let Some(view) = case_of(desk, case) else { return rsx! { CaseGone {} } };
    let signed = desk.look(|kit| kit.store.event(request).ok().flatten());
    let asked = view.approval_asked.clone();
    let items = asked.map_or(Vec::new(), |asked| {
        let who = desk.look(|kit| officer_name(kit, &view.doc.origin, &asked.officer));
        vec![
            (t!("approval-asked-by"), who),
            (t!("approval-asked-at"), format!("`{}`", format::date_time(asked.at))),
            (t!("approval-why"), asked.asked.why),
        ]
    });
    rsx! {
        Page {
            title: t!("approval-waits"),
            sub: title_of(&view),
            back: true,
            focus: true,
            report: "approval",
            dock: rsx! {
                Button { kind: ButtonKind::Go, big: true, icon: "scan-line", text: t!("approval-scan-answer"), onclick: move |()| desk.open(Route::Scan { purpose: ScanFor::Slip { case: Some(case) } }) }
                Button { icon: "key-round", text: t!("approval-here"), onclick: move |()| desk.open(Route::ApproveHere { case }) }
            },
            Instruction { icon: "scan-line", title: t!("approval-show"), sub: t!("approval-show-how") }
            if let Some(signed) = signed {
                ShowSlip { cose: signed.cose }
            }
            Card { KeyValue { items } }
            Note { icon: "cloud-check", text: t!("approval-by-sync") }
        }
    }
}

#[component]
fn Approved(case: CaseId) -> Element {
    let mut desk = use_desk();
    let Some(view) = case_of(desk, case) else { return rsx! { CaseGone {} } };
    let items = view.approval.clone().map_or(Vec::new(), |approval| {
        let who = desk.look(|kit| officer_name(kit, &approval.unit, &approval.given.approver));
        let mut items = vec![
            (t!("approval-by"), who),
            (t!("approval-at"), format!("`{}`", format::date_time(approval.at))),
            (t!("approval-until"), format!("`{}`", format::date_time(approval.given.valid_until))),
        ];
        if !approval.given.reason.is_empty() {
            items.push((t!("approval-words"), approval.given.reason));
        }
        items
    });
    rsx! {
        Page {
            title: t!("approval-title"),
            sub: title_of(&view),
            back: true,
            focus: true,
            report: "approval",
            dock: rsx! {
                Button { kind: ButtonKind::Go, big: true, icon: "arrow-right", text: t!("approval-go-on"), onclick: move |()| desk.open(Route::Case { case }) }
            },
            Answer { granted: true }
            Containers { view: CaseProp(view) }
            Card { KeyValue { items } }
            if let Some(text) = cited(desk) {
                Cite { text }
            }
        }
    }
}

/// The head's answer, read from their phone: what it says, and into the case with it.
#[component]
pub fn TakeApproval(case: CaseId, slip: B64) -> Element {
    let mut desk = use_desk();
    let checked = use_hook(|| check_approval(&desk.kit(), case, &slip.0).map_err(|error| trouble(desk, &error)));
    let mut refused = use_signal(String::new);
    let view = case_of(desk, case);
    let sub = view.as_ref().map(title_of).unwrap_or_default();
    let (signed, given) = match checked {
        Ok(checked) => checked,
        Err(text) => {
            let again = move |()| desk.replace(Route::Scan { purpose: ScanFor::Slip { case: Some(case) } });
            return rsx! {
                Page {
                    title: t!("approval-answer"),
                    sub,
                    back: true,
                    focus: true,
                    report: "approval",
                    dock: rsx! {
                        Button { kind: ButtonKind::Go, big: true, icon: "scan-line", text: t!("scan-again"), onclick: again }
                    },
                    Card { kind: CardKind::Bad, live: true,
                        Decision { text: t!("slip-refused") }
                        p { Rich { text } }
                    }
                }
            };
        }
    };
    let who = desk.look(|kit| officer_name(kit, &signed.event.unit, &given.approver));
    let take = {
        let slip = slip.clone();
        move |()| {
            let Some(officer) = desk.officer() else { return };
            match take_approval(&desk.kit(), &officer, case, &slip.0) {
                Ok(()) => desk.replace(Route::Approval { case }),
                Err(error) => refused.set(trouble(desk, &error)),
            }
        }
    };
    let mut items =
        vec![(t!("approval-by"), who), (t!("approval-at"), format!("`{}`", format::date_time(signed.event.at.wall)))];
    if given.granted {
        items.push((t!("approval-until"), format!("`{}`", format::date_time(given.valid_until))));
    }
    if !given.reason.is_empty() {
        items.push((t!("approval-words"), given.reason.clone()));
    }
    rsx! {
        Page {
            title: t!("approval-answer"),
            sub,
            back: true,
            focus: true,
            report: "approval",
            dock: rsx! {
                Button { kind: ButtonKind::Go, big: true, icon: "check", text: t!("approval-take"), onclick: take }
            },
            Answer { granted: given.granted }
            if let Some(view) = view {
                Containers { view: CaseProp(view) }
            }
            Card { KeyValue { items } }
            Note { icon: "badge-check", text: t!("approval-signature-fits") }
            Trouble { text: refused() }
        }
    }
}

/// The head answers on this phone, with their own PIN.
#[component]
pub fn ApproveHere(case: CaseId) -> Element {
    let mut desk = use_desk();
    let mut chosen = use_signal(String::new);
    let mut granted = use_signal(|| None::<bool>);
    let mut reason = use_signal(String::new);
    let mut pin = use_signal(String::new);
    let mut refused = use_signal(String::new);
    let Some(view) = case_of(desk, case) else { return rsx! { CaseGone {} } };
    let Some(asked) = view.approval_asked.clone() else { return rsx! { Approval { case } } };
    let known = desk.look(|kit| heads(kit, &view)).unwrap_or_default();
    let items: Vec<Choice> = known.iter().map(|head| Choice::new(head.id.to_string(), head.name.clone())).collect();
    let why = asked.asked.why.clone();
    let answer = move |()| {
        let (Some(officer), Some(granted)) = (desk.officer(), *granted.peek()) else { return };
        let head = OfficerId(chosen.peek().clone());
        let answer = HeadsAnswer { granted, reason: reason.peek().clone() };
        match approve_here(&desk.kit(), &officer, (&head, &pin.peek()), asked.event, &answer) {
            Ok(()) => desk.replace(Route::Approval { case }),
            Err(error) => refused.set(trouble(desk, &error)),
        }
    };
    let ready = !chosen().is_empty()
        && !pin().is_empty()
        && granted().is_some_and(|granted| granted || !reason().trim().is_empty());
    rsx! {
        Page {
            title: t!("approval-here-title"),
            sub: title_of(&view),
            back: true,
            focus: true,
            report: "approval",
            dock: rsx! {
                HoldButton {
                    text: if granted() == Some(false) { t!("approval-refuse") } else { t!("approval-grant") },
                    icon: if granted() == Some(false) { "ban" } else { "check" },
                    bad: granted() == Some(false),
                    how: t!("hold-how"),
                    confirm_title: t!("approval-here-sure"),
                    confirm_act: if granted() == Some(false) { t!("approval-refuse") } else { t!("approval-grant") },
                    confirm_cancel: t!("cancel"),
                    disabled: !ready,
                    onfire: answer,
                }
            },
            Card { kind: CardKind::Hero,
                p { class: "eyebrow", {t!("approval-why")} }
                Decision { text: why }
                Containers { view: CaseProp(view) }
            }
            Decision { id: "head", text: t!("approval-who") }
            if items.is_empty() {
                Note { icon: "user", text: t!("approval-no-head") }
            } else {
                Options { labelled_by: "head", items, selected: chosen(), onselect: move |id| chosen.set(id) }
            }
            Decision { id: "answer", text: t!("approval-which") }
            Segmented {
                labelled_by: "answer",
                items: vec![Choice::new("yes", t!("approval-grant")).icon("check"), Choice::new("no", t!("approval-refuse")).icon("ban")],
                selected: match granted() { Some(true) => "yes", Some(false) => "no", None => "" },
                onselect: move |id: String| granted.set(Some(id == "yes")),
            }
            TextArea {
                label: t!("approval-words"),
                help: if granted() == Some(false) { t!("approval-reason-needed") } else { String::new() },
                oninput: move |text: String| reason.set(text),
            }
            TextField { label: t!("approval-pin"), kind: "password", inputmode: "numeric", oninput: move |text: String| pin.set(text) }
            Note { text: t!("approval-here-how") }
            Trouble { text: refused() }
        }
    }
}

/// Why nothing came of it, in the officer's words.
#[must_use]
pub fn trouble(desk: Desk, error: &ApprovalTrouble) -> String {
    let name = |who: &OfficerId| {
        let known = desk.look(|kit| kit.store.officer(who).ok().flatten());
        known.map_or_else(|| who.to_string(), |officer| officer.name)
    };
    match error {
        ApprovalTrouble::NoCase => t!("approval-no-case"),
        ApprovalTrouble::NoRule => t!("duty-need-rule"),
        ApprovalTrouble::NoReason => t!("approval-reason-needed"),
        ApprovalTrouble::NotHead { who } => t!("approval-not-head", name = name(who)),
        ApprovalTrouble::NobodyKnown { who } => t!("approval-nobody", account = who.to_string()),
        ApprovalTrouble::NotTheRequest => t!("slip-other-case"),
        ApprovalTrouble::OtherRequest => t!("approval-other-request"),
        ApprovalTrouble::OtherContainers => t!("duty-approval-other"),
        ApprovalTrouble::Expired { at } => t!("approval-ran-out", at = format::date_time(*at)),
        ApprovalTrouble::Slip(error) => trouble_text(error),
        ApprovalTrouble::Pin(SignInTrouble::NeverHere(_)) => t!("conflict-pin-unknown"),
        ApprovalTrouble::Pin(SignInTrouble::CentralNeeded(_) | SignInTrouble::Wrong { left: 0, .. }) => {
            t!("conflict-pin-closed", n = MOST_TRIES)
        }
        ApprovalTrouble::Pin(SignInTrouble::Wrong { left, .. }) => t!("conflict-wrong-pin", n = *left, of = MOST_TRIES),
        ApprovalTrouble::Pin(SignInTrouble::Wait { wait_s }) => t!("conflict-pin-wait", n = *wait_s),
        ApprovalTrouble::Pin(_) => t!("settings-sign-in-failed"),
        ApprovalTrouble::Store(error) => store_trouble(error),
    }
}
