//! What happens to a sealed case on the way: another seal in a seal's place, another container, an opening under supervision
//! and its closing.

use dioxus::prelude::*;
use seal_core::case::{CaseView, SealOnCase};
use seal_core::codes::{CustomsSealKind, Iso17712, SealCondition, SealType, SealingParty};
use seal_core::container::ContainerNo;
use seal_core::fact::{ManualMethod, OnOff, ReplaceReason};
use seal_core::ids::CaseId;
use seal_core::seal::permit::{ReopenRefusal, may_open, may_replace};
use seal_core::seal::reading::LockAction;
use seal_core::seal_no::SealNo;
use serde::{Deserialize, Serialize};

use super::codes::{condition, stored_name};
use super::cover::{numbers, under_words};
use super::parts::{Page, Refusal};
use super::stored::{CaseGone, case_of, store_trouble};
use super::trouble;
use super::words::{self, container_no, seal_no, title_of};
use crate::actions::change_container::{ContainerTrouble, change_container};
use crate::actions::close_again::{CloseTrouble, close_again, seals_on};
use crate::actions::draft;
use crate::actions::open_supervised::{OpenRefusal, Supervised, open_supervised};
use crate::actions::record_seal::SealByHand;
use crate::actions::replace_seal::{ReplaceRefusal, Replacing, replace_seal};
use crate::actions::stock::lowest;
use crate::i18n::format;
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::use_desk;
use crate::ui::route::{Route, ScanFor};

const REASONS: [ReplaceReason; 5] = [
    ReplaceReason::Damaged,
    ReplaceReason::Examined,
    ReplaceReason::ContainerChanged,
    ReplaceReason::WrongSeal,
    ReplaceReason::Other,
];

const CONDITIONS: [SealCondition; 4] =
    [SealCondition::Right, SealCondition::Damaged, SealCondition::Broken, SealCondition::FaultyElectronic];

/// Why nothing is opened or replaced, in words.
fn refused(reason: &ReopenRefusal) -> String {
    match reason {
        ReopenRefusal::NoRole => t!("errors-no-role"),
        ReopenRefusal::NotOn(seal) => t!("reopen-not-on", seal = seal_no(seal)),
        ReopenRefusal::CommandOpen => t!("errors-command-open"),
        ReopenRefusal::Conflict => t!("reopen-conflict"),
        ReopenRefusal::NotInspected => t!("reopen-inspect"),
        ReopenRefusal::TakeOffFirst => t!("reopen-take-off"),
        ReopenRefusal::Same => t!("reopen-same"),
        ReopenRefusal::Replaced => t!("reopen-replaced"),
        ReopenRefusal::OpenAlready => t!("reopen-open"),
        ReopenRefusal::Nothing => t!("reopen-nothing"),
        ReopenRefusal::Cover(other) => t!("container-not-of-case", container = container_no(&other.0)),
    }
}

/// A seal's number, what it is, in a line.
fn seal_words(seal: &SealOnCase) -> String {
    let kind = seal.kind.map_or_else(|| words::seal_type(seal.seal_type), words::seal_kind);
    format!("{} · {kind}", seal_no(&seal.no))
}

// ── re-seal ──

/// Another seal goes on in this one's place.
#[component]
pub fn ReplaceSeal(case: CaseId, old: SealNo) -> Element {
    let mut desk = use_desk();
    let mut reason = use_signal(|| None::<ReplaceReason>);
    let mut remark = use_signal(String::new);
    let mut found = use_signal(|| None::<SealCondition>);
    let mut kind = use_signal(|| CustomsSealKind::Container);
    let mut number = use_signal(String::new);
    let mut refusal = use_signal(String::new);
    let (Some(officer), Some(view)) = (desk.officer(), case_of(desk, case)) else { return rsx! { CaseGone {} } };
    let Some(seal) = view.seal(&old).cloned() else { return rsx! { CaseGone {} } };
    let proposed = desk.look(|kit| lowest(kit, &officer, kind())).ok().flatten();
    let typed = number().trim().to_owned();
    // What was not typed is what is proposed.
    let chosen = if typed.is_empty() { proposed.clone() } else { SealNo::parse(&typed).ok() };
    let known =
        chosen.as_ref().and_then(|no| desk.look(|kit| kit.store.seal(no)).ok().flatten()).and_then(|view| view.doc);
    let on_already = chosen.as_ref().and_then(|no| view.seal(no)).filter(|seal| seal.state.is_on()).cloned();
    let not_lowest = matches!((&chosen, &proposed), (Some(one), Some(low)) if one != low && !typed.is_empty());
    let barred = chosen.as_ref().and_then(|new| may_replace(&view, &old, new, &officer).err()).map(|why| refused(&why));
    let words_needed = reason() == Some(ReplaceReason::Other) && remark().trim().is_empty();
    let ready = reason().is_some() && found().is_some() && chosen.is_some() && barred.is_none() && !words_needed;
    let real =
        known.as_ref().map_or_else(|| on_already.as_ref().and_then(|seal| seal.kind).unwrap_or(kind()), |doc| doc.kind);
    let class: Option<Iso17712> = known.as_ref().and_then(|doc| doc.class);
    let gone = old.clone();
    let save = {
        let chosen = chosen.clone();
        move |()| {
            let (Some(officer), Some(new), Some(why), Some(found)) =
                (desk.officer(), chosen.clone(), reason(), found())
            else {
                return;
            };
            let electronic = real == CustomsSealKind::Electronic;
            let by_hand = SealByHand {
                seal: new,
                seal_type: if electronic { SealType::Electronic } else { SealType::Mechanical },
                party: SealingParty::Customs,
                kind: Some(real),
                class,
                method: if electronic { ManualMethod::Keypad } else { ManualMethod::ByHand },
                on_off: OnOff::On,
                condition: None,
                containers: Vec::new(),
            };
            let replacing = Replacing { reason: why, remark: remark.peek().clone(), old_condition: found };
            match replace_seal(&desk.kit(), &officer, case, &gone, by_hand, replacing) {
                Ok(()) => desk.open(Route::Case { case }),
                Err(error) => refusal.set(trouble::seal_trouble(&error, |reason| match reason {
                    ReplaceRefusal::Old(reason) => refused(reason),
                    ReplaceRefusal::New(reason) => trouble::record(reason),
                    ReplaceRefusal::NoReason => t!("reopen-need-words"),
                })),
            }
        }
    };
    let kinds: Vec<Choice> = CustomsSealKind::ALL
        .iter()
        .filter(|kind| **kind != CustomsSealKind::Electronic)
        .map(|kind| Choice::new(kind.code(), words::seal_kind(*kind)))
        .collect();
    let reasons: Vec<Choice> = REASONS
        .iter()
        .map(|why| Choice::new(stored_name(why), t!(&format!("reopen-why-{}", stored_name(why)))))
        .collect();
    let conditions: Vec<Choice> = CONDITIONS
        .iter()
        .filter(|one| **one != SealCondition::FaultyElectronic || seal.seal_type == SealType::Electronic)
        .map(|one| Choice::new(one.code(), condition(*one)))
        .collect();
    let missing = barred.clone().or_else(|| (!ready).then(|| t!("reopen-replace-missing")));
    rsx! {
        Page {
            title: t!("reopen-replace-title"),
            sub: title_of(&view),
            back: true,
            focus: true,
            report: "replace_seal",
            dock: rsx! {
                Refusal { text: refusal(), missing }
                if ready {
                    HoldButton {
                        text: chosen.as_ref().map(|no| t!("reopen-replace-by", seal = no.to_string())).unwrap_or_default(),
                        icon: "repeat",
                        how: t!("hold-how"),
                        confirm_title: t!("reopen-replace-title"),
                        confirm_act: t!("reopen-replace-act"),
                        confirm_cancel: t!("cancel"),
                        onfire: save,
                    }
                } else {
                    Button { kind: ButtonKind::Go, big: true, icon: "repeat", disabled: true, text: t!("reopen-replace-act"), onclick: |()| {} }
                }
            },
            Card { kind: CardKind::Hero,
                CardHead { eyebrow: t!("reopen-old") }
                p { class: "decision", Rich { text: seal_words(&seal) } }
                Note { icon: "container", text: under_words(&view, &view.under(&seal)) }
                if seal.seal_type != SealType::Electronic {
                    Note { icon: "info", text: t!("reopen-old-damaged") }
                }
            }
            if seal.state.is_on() && seal.method.is_none() {
                Card { kind: CardKind::Warn,
                    Decision { text: t!("reopen-take-off") }
                    Button { icon: "lock-open", text: t!("reopen-supervised"), onclick: move |()| desk.open(Route::OpenSupervised { case }) }
                    Button { icon: "scissors", text: t!("reopen-cut"), onclick: {
                        let seal = old.clone();
                        move |()| desk.open(Route::CutOff { case, seal: seal.clone() })
                    } }
                }
            }
            Decision { id: "found", text: t!("reopen-old-condition") }
            Options { labelled_by: "found", items: conditions, selected: found().map(|one| one.code()).unwrap_or_default(), onselect: move |id: String| {
                found.set(CONDITIONS.iter().copied().find(|one| one.code() == id));
            } }
            Decision { id: "why", text: t!("reopen-why") }
            Options { labelled_by: "why", items: reasons, selected: reason().map(|why| stored_name(&why)).unwrap_or_default(), onselect: move |id: String| {
                reason.set(REASONS.iter().copied().find(|why| stored_name(why) == id));
            } }
            TextArea { label: t!("stock-remark"), oninput: move |text: String| remark.set(text) }
            Decision { id: "kind", text: t!("reopen-new") }
            Options { labelled_by: "kind", items: kinds, selected: kind().code(), onselect: move |id: String| {
                if let Some(one) = CustomsSealKind::ALL.iter().copied().find(|kind| kind.code() == id) {
                    kind.set(one);
                }
            } }
            Lowest { seal: proposed, kind: kind() }
            TextField {
                label: t!("arm-seal-number"),
                capitals: true,
                help: if not_lowest { t!("stock-not-lowest", seal = desk.look(|kit| lowest(kit, &officer, kind())).ok().flatten().map(|no| seal_no(&no)).unwrap_or_default()) } else { t!("reopen-number-help") },
                help_kind: if not_lowest { Tone::Warn } else { Tone::Idle },
                oninput: move |text: String| number.set(text),
            }
            Button { icon: "scan-line", text: t!("reopen-put-on-first"), onclick: move |()| desk.open(Route::Scan { purpose: ScanFor::SealToArm { case } }) }
        }
    }
}

/// The officer's lowest number of a kind: the one to take.
#[component]
pub fn Lowest(seal: Option<SealNo>, kind: CustomsSealKind) -> Element {
    match seal {
        Some(seal) => rsx! {
            Card {
                CardHead { eyebrow: t!("stock-lowest", kind = words::seal_kind(kind)) }
                p { class: "decision", Num { text: seal.to_string() } }
            }
        },
        None => rsx! { Note { icon: "info", text: t!("stock-lowest-none", kind = words::seal_kind(kind)) } },
    }
}

// ── another container ──

/// The goods go into another container.
#[component]
pub fn ChangeContainer(case: CaseId) -> Element {
    let mut desk = use_desk();
    let mut old = use_signal(|| None::<ContainerNo>);
    let mut typing = use_signal(String::new);
    let mut reason = use_signal(String::new);
    let mut refusal = use_signal(String::new);
    let Some(view) = case_of(desk, case) else { return rsx! { CaseGone {} } };
    let only = view.doc.containers.first().filter(|_| view.doc.containers.len() == 1).cloned();
    let chosen = old().or(only);
    let clean: String =
        typing().chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).take(11).collect();
    let parsed = ContainerNo::parse(&clean);
    let (help, help_kind) = match &parsed {
        Ok(_) => (
            t!("scan-because-check-digit", digit = clean.chars().last().map(String::from).unwrap_or_default()),
            Tone::Ok,
        ),
        Err(error) if clean.len() >= 11 => {
            (super::scan::problem(&seal_core::scan::Problem::Container(error.clone())), Tone::Bad)
        }
        Err(_) => (String::new(), Tone::Idle),
    };
    let sealed = chosen
        .as_ref()
        .is_some_and(|container| view.cover().iter().any(|cover| cover.container == container && cover.is_covered()));
    let ready = chosen.is_some() && parsed.is_ok() && !reason().trim().is_empty() && !sealed;
    let save = {
        let (chosen, parsed) = (chosen.clone(), parsed.clone());
        move |()| {
            let (Some(officer), Some(old), Ok(new)) = (desk.officer(), chosen.clone(), parsed.clone()) else { return };
            match change_container(&desk.kit(), &officer, case, &old, &new, &reason.peek()) {
                Ok(()) => desk.open(Route::Case { case }),
                Err(error) => refusal.set(match error {
                    ContainerTrouble::NoRole => t!("errors-no-role"),
                    ContainerTrouble::NoCase => t!("case-gone"),
                    ContainerTrouble::NotOfCase(one) => t!("container-not-of-case", container = container_no(&one)),
                    ContainerTrouble::Known(one) => t!("container-known", container = container_no(&one)),
                    ContainerTrouble::Sealed => t!("container-sealed"),
                    ContainerTrouble::NoReason => t!("reopen-need-words"),
                    ContainerTrouble::Store(error) => store_trouble(&error),
                }),
            }
        }
    };
    let choices: Vec<Choice> =
        view.doc.containers.iter().map(|one| Choice::new(one.as_str(), container_no(one)).icon("container")).collect();
    let missing = if sealed { Some(t!("container-sealed")) } else { (!ready).then(|| t!("container-missing")) };
    rsx! {
        Page {
            title: t!("container-title"),
            sub: title_of(&view),
            back: true,
            focus: true,
            report: "change_container",
            dock: rsx! {
                Refusal { text: refusal(), missing }
                if sealed {
                    Button { kind: ButtonKind::Go, big: true, icon: "lock-open", text: t!("reopen-supervised"), onclick: move |()| desk.open(Route::OpenSupervised { case }) }
                } else {
                    Button { kind: ButtonKind::Go, big: true, icon: "repeat", disabled: !ready, text: t!("container-change"), onclick: save }
                }
            },
            if choices.len() > 1 {
                Decision { id: "old", text: t!("container-which") }
                Options { labelled_by: "old", items: choices, selected: chosen.map(|one| one.as_str().to_owned()).unwrap_or_default(), onselect: move |id: String| old.set(ContainerNo::parse(&id).ok()) }
            } else if let Some(one) = chosen {
                Card { kind: CardKind::Hero,
                    CardHead { eyebrow: t!("container-old") }
                    ContainerNumber { number: one.as_str(), size: NumberSize::L, check_label: t!("check-digit-is", d = one.check_digit()) }
                }
            }
            Cells { label: t!("container-new"), value: clean.clone(), help, help_kind, oninput: move |text: String| typing.set(text) }
            TextArea { label: t!("container-why"), help: t!("container-why-help"), oninput: move |text: String| reason.set(text) }
        }
    }
}

// ── opening under supervision ──

/// What was entered; the signature is given last and not kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct OpenDraft {
    reason: String,
    document: String,
    witness: String,
    /// Seals left on.
    left: Vec<SealNo>,
}

fn name(case: CaseId) -> String {
    format!("open/{case}")
}

/// Before an officer and a witness.
#[component]
pub fn OpenSupervised(case: CaseId) -> Element {
    let mut desk = use_desk();
    let mut entered = use_signal(|| draft::read::<OpenDraft>(&desk.kit(), &name(case)).unwrap_or_default());
    let mut signature = use_signal(String::new);
    let mut refusal = use_signal(String::new);
    let (Some(officer), Some(view)) = (desk.officer(), case_of(desk, case)) else { return rsx! { CaseGone {} } };
    let on: Vec<SealOnCase> = view.customs_seals().filter(|seal| seal.state.is_on()).cloned().collect();
    let seals: Vec<SealNo> =
        on.iter().map(|seal| seal.no.clone()).filter(|no| !entered.read().left.contains(no)).collect();
    let containers: Vec<ContainerNo> = view
        .doc
        .containers
        .iter()
        .filter(|one| on.iter().any(|seal| seals.contains(&seal.no) && view.is_under(seal, one)))
        .cloned()
        .collect();
    let barred = may_open(&view, &containers, &seals, &officer).err();
    let missing = match (&barred, &*entered.read()) {
        (Some(why), _) => Some(refused(why)),
        (_, OpenDraft { reason, .. }) if reason.trim().is_empty() => Some(t!("reopen-need-words")),
        (_, OpenDraft { witness, .. }) if witness.trim().is_empty() => Some(t!("cut-need-witness")),
        _ if signature().is_empty() => Some(t!("cut-need-signature")),
        _ => None,
    };
    let mut change = move |with: &dyn Fn(&mut OpenDraft)| {
        with(&mut entered.write());
        if let Err(error) = draft::write(&desk.kit(), &name(case), &*entered.peek()) {
            tracing::warn!(%error, "draft not kept");
        }
    };
    let what = Supervised { containers: containers.clone(), seals: seals.clone(), ..Supervised::default() };
    let open = move |()| {
        let Some(officer) = desk.officer() else { return };
        let OpenDraft { reason, document, witness, .. } = entered();
        let what = Supervised { reason, document, witness, signature: signature(), ..what.clone() };
        match open_supervised(&desk.kit(), &officer, case, what) {
            Ok(by_radio) => {
                if let Err(error) = draft::forget(&desk.kit(), &name(case)) {
                    tracing::warn!(%error, "draft is still there");
                }
                desk.open(Route::Case { case });
                if let Some(seal) = by_radio.into_iter().next() {
                    desk.open(Route::Lock { case, seal, action: LockAction::Disarm });
                }
            }
            Err(error) => refusal.set(trouble::seal_trouble(&error, |reason| match reason {
                OpenRefusal::Seals(why) => refused(why),
                OpenRefusal::ReasonNeeded => t!("reopen-need-words"),
                OpenRefusal::WitnessNeeded => t!("cut-need-witness"),
            })),
        }
    };
    rsx! {
        Page {
            title: t!("reopen-supervised"),
            sub: title_of(&view),
            back: true,
            focus: true,
            report: "open_supervised",
            dock: rsx! {
                Refusal { text: refusal(), missing: missing.clone() }
                if missing.is_some() {
                    Button { kind: ButtonKind::Bad, big: true, icon: "lock-open", disabled: true, text: t!("reopen-open-act"), onclick: |()| {} }
                } else {
                    HoldButton {
                        bad: true,
                        text: t!("reopen-open-act"),
                        icon: "lock-open",
                        how: t!("hold-how"),
                        confirm_title: t!("reopen-open-sure"),
                        confirm_text: t!("reopen-open-why"),
                        confirm_act: t!("reopen-open-act"),
                        confirm_cancel: t!("cancel"),
                        onfire: open,
                    }
                }
            },
            Card { kind: CardKind::Warn,
                Decision { text: t!("reopen-opens", n = containers.len()) }
                Note { icon: "container", text: numbers(&containers) }
                Note { icon: "info", text: t!("reopen-open-why") }
            }
            SectionHead { title: t!("reopen-which-seals") }
            List {
                for seal in on.clone() {
                    Tick {
                        key: "{seal.no.as_str()}",
                        title: seal_words(&seal),
                        sub: if seal.method.is_none() { t!("reopen-by-radio") } else { t!("reopen-by-hand") },
                        checked: seals.contains(&seal.no),
                        onclick: {
                            let no = seal.no.clone();
                            move |()| change(&|entered: &mut OpenDraft| {
                                if entered.left.contains(&no) {
                                    entered.left.retain(|known| known != &no);
                                } else {
                                    entered.left.push(no.clone());
                                }
                            })
                        },
                    }
                }
            }
            TextArea { label: t!("reopen-open-reason"), initial: entered.peek().reason.clone(), oninput: move |text: String| change(&|entered: &mut OpenDraft| entered.reason.clone_from(&text)) }
            TextField { label: t!("reopen-document"), words: true, initial: entered.peek().document.clone(), help: t!("reopen-document-help"), oninput: move |text: String| change(&|entered: &mut OpenDraft| entered.document.clone_from(&text)) }
            TextField { label: t!("cut-witness"), words: true, initial: entered.peek().witness.clone(), help: t!("reopen-witness-help"), oninput: move |text: String| change(&|entered: &mut OpenDraft| entered.witness.clone_from(&text)) }
            SignaturePad { label: t!("cut-sign"), clear_label: t!("sign-clear"), onchange: move |path| signature.set(path) }
        }
    }
}

/// What is open now, on the case's screen: before whom and why, what to do, and the closing.
#[component]
pub fn OpeningCard(view: CaseView) -> Element {
    let mut desk = use_desk();
    let mut refusal = use_signal(String::new);
    let case = view.doc.id;
    let (Some(officer), Some(opening)) = (desk.officer(), view.open_opening().cloned()) else { return rsx! {} };
    let who = desk.look(|kit| words::officer_name(kit, &opening.unit, &opening.officer));
    let closed = seals_on(&view);
    let still: Vec<SealNo> = opening
        .opened
        .seals
        .iter()
        .filter(|no| view.seal(no).is_some_and(|seal| seal.state.is_on()))
        .cloned()
        .collect();
    let mut items = vec![
        (t!("reopen-by"), who),
        (t!("reopen-at"), format!("`{}`", format::date_time(opening.at))),
        (t!("cut-witness"), opening.opened.witness.clone()),
        (t!("reopen-open-reason"), opening.opened.reason.clone()),
    ];
    if !opening.opened.document.is_empty() {
        items.push((t!("reopen-document"), opening.opened.document.clone()));
    }
    rsx! {
        Card { kind: CardKind::Warn, live: true,
            CardHead { eyebrow: t!("reopen-supervised"), Chip { kind: Tone::Warn, icon: "lock-open", text: t!("reopen-open-now") } }
            Decision { text: t!("reopen-opens", n = opening.containers.len()) }
            KeyValue { items }
            for seal in still {
                Button { key: "{seal.as_str()}", icon: "lock-open", text: t!("reopen-open-seal", seal = seal.to_string()), onclick: move |()| desk.open(Route::Lock { case, seal: seal.clone(), action: LockAction::Disarm }) }
            }
            div { role: "alert",
                if !refusal().is_empty() {
                    Note { icon: "triangle-alert", text: refusal() }
                }
            }
            if officer.unit == opening.unit {
                if !closed.is_empty() {
                    Note { icon: "shield-check", text: t!("reopen-sealed-by", seals = closed.iter().map(seal_no).collect::<Vec<_>>().join(", ")) }
                }
                Button { kind: if view.bare().is_empty() { ButtonKind::Go } else { ButtonKind::Plain }, big: true, icon: "lock", text: t!("reopen-close-act"), onclick: move |()| {
                    let Some(officer) = desk.officer() else { return };
                    match close_again(&desk.kit(), &officer, case) {
                        Ok(()) => refusal.set(String::new()),
                        Err(CloseTrouble::Bare(bare)) => refusal.set(t!("reopen-bare", containers = numbers(&bare))),
                        Err(CloseTrouble::CommandOpen(_)) => refusal.set(t!("errors-command-open")),
                        Err(CloseTrouble::NoRole) => refusal.set(t!("errors-no-role")),
                        Err(CloseTrouble::NoCase | CloseTrouble::NotOpen) => refusal.set(t!("case-gone")),
                        Err(CloseTrouble::Store(error)) => refusal.set(store_trouble(&error)),
                    }
                } }
            }
        }
    }
}

/// On the case's screen: what else can happen to a sealed case, and what did.
#[component]
pub fn OnTheWay(view: CaseView) -> Element {
    let mut desk = use_desk();
    let case = view.doc.id;
    let Some(officer) = desk.officer() else { return rsx! {} };
    let works = seal_core::seal::permit::works_seals(&officer);
    let on: Vec<SealNo> = view.customs_seals().filter(|seal| seal.state.is_on()).map(|seal| seal.no.clone()).collect();
    // A seal opened or cut off, with no other in its place yet.
    let off: Vec<SealNo> = view
        .customs_seals()
        .filter(|seal| seal.state.is_off() && seal.reopened && seal.replaced_by.is_none())
        .map(|seal| seal.no.clone())
        .collect();
    let open = view.open_opening().is_some();
    // Those that a radio of ours closed: they may ask for two officers.
    let electronic: Vec<SealNo> = view
        .seals
        .iter()
        .filter(|seal| seal.state.is_on() && seal.method.is_none() && seal.seal_type == SealType::Electronic)
        .map(|seal| seal.no.clone())
        .collect();
    let past: Vec<(String, String)> = view
        .openings
        .iter()
        .filter_map(|opening| {
            let (at, seals) = opening.closed.clone()?;
            let seals = seals.iter().map(seal_no).collect::<Vec<_>>().join(", ");
            Some((
                format!("`{}`", format::date_time(opening.at)),
                t!("reopen-was-open", at = format::date_time(at), seals = seals),
            ))
        })
        .chain(view.container_changes.iter().map(|change| {
            let text = t!(
                "container-was",
                old = container_no(&change.changed.old),
                new = container_no(&change.changed.new),
                why = change.changed.reason.clone()
            );
            (format!("`{}`", format::date_time(change.at)), text)
        }))
        .collect();
    rsx! {
        if works && (!on.is_empty() || !off.is_empty()) {
            SectionHead { title: t!("reopen-section") }
            List {
                for seal in on.iter().chain(&off).cloned() {
                    Row { key: "{seal.as_str()}", icon: "repeat", title: t!("reopen-replace-one", seal = seal_no(&seal)), onclick: move |()| desk.open(Route::ReplaceSeal { case, old: seal.clone() }) }
                }
                if !on.is_empty() && !open {
                    Row { icon: "lock-open", title: t!("reopen-supervised"), sub: t!("reopen-supervised-sub"), onclick: move |()| desk.open(Route::OpenSupervised { case }) }
                }
                for seal in electronic {
                    Row { key: "agree {seal.as_str()}", icon: "key-round", title: t!("agree-row", seal = seal_no(&seal)), sub: t!("agree-row-sub"), onclick: move |()| desk.open(Route::Agree { case, seal: seal.clone() }) }
                }
                if !view.doc.containers.is_empty() {
                    Row { icon: "container", title: t!("container-title"), onclick: move |()| desk.open(Route::ChangeContainer { case }) }
                }
            }
        }
        if !past.is_empty() {
            Card {
                CardHead { eyebrow: t!("reopen-past") }
                KeyValue { items: past }
            }
        }
    }
}
