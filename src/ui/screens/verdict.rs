//! Condition (EDIFACT 4517) and verdict. What was found decides which verdicts are open; the officer decides among them.

use dioxus::prelude::*;
use seal_core::case::CaseView;
use seal_core::codes::{SealCondition, SealType};
use seal_core::fact::Inspected;
use seal_core::ids::CaseId;
use seal_core::inspection::{Because, Proposal, Verdict as Decided, checks_for};
use seal_core::officer::{Officer, Role};
use seal_core::seal::reading::LockAction;
use seal_core::seal_no::SealNo;
use seal_core::time::date_in_vietnam;

use super::cover::under_title;
use super::frame::{Frame, NotHere, Refusal, condition, condition_icon, lang, office, read, seal_no, stored_name};
use crate::actions::hand_checks::{HandCheckDraft, forget_checks, hand_checks};
use crate::actions::inspect::{inspect, proposal};
use crate::i18n::format;
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::use_desk;
use crate::ui::route::Route;

/// The reasons officers give most, as messages `verdict-reason-<name>`; the last opens a field.
const REASONS: [&str; 4] = ["dead-zone", "power", "paper", "other"];

/// Condition and verdict.
#[component]
pub fn Verdict(case: CaseId, seal: SealNo, en_route: bool) -> Element {
    let mut desk = use_desk();
    let mut chosen = use_signal(|| None::<SealCondition>);
    let mut verdict = use_signal(|| None::<Decided>);
    let mut reason = use_signal(String::new);
    let mut written = use_signal(String::new);
    let mut refusal = use_signal(String::new);
    let Some(officer) = desk.officer() else { return rsx! {} };
    let (view, draft) = match read(desk.look(|kit| Ok((kit.store.case(case)?, hand_checks(kit, case, &seal)?)))) {
        Ok((Some(view), draft)) => (view, draft),
        Ok((None, _)) => return rsx! { NotHere { text: t!("not-here-case") } },
        Err(trouble) => return rsx! { Frame { title: t!("verdict-title"), {trouble} } },
    };
    let propose = |condition| desk.look(|kit| proposal(kit, &officer, case, &seal, &draft.answers, condition));
    // What speaks against the seal whatever its condition: shown before the officer chooses.
    let found = propose(chosen().unwrap_or(SealCondition::Right));
    if let Err(trouble) = &found {
        return rsx! { Frame { title: t!("verdict-title"), Note { icon: "triangle-alert", text: super::refusals::inspect(trouble) } } };
    }
    let found = found.unwrap_or(Proposal { verdict: Decided::FullExamination, because: Vec::new() });
    let on = view.seal(&seal).cloned();
    let by_hand = on.as_ref().is_some_and(|on| on.method.is_some());
    let dead = chosen() == Some(SealCondition::FaultyElectronic);
    let seal_type = on.as_ref().map_or(SealType::Electronic, |on| on.seal_type);
    let sub = match under_title(&view, view.seal(&seal)) {
        none if none.is_empty() => t!("inspect-sub-seal", seal = seal_no(&seal)),
        container => t!("inspect-sub", container = container, seal = seal_no(&seal)),
    };
    let open = if chosen().is_some() { open_verdicts(&found, &officer) } else { Vec::new() };
    let decided = verdict().filter(|verdict| open.contains(verdict));
    let needs_reason = decided == Some(Decided::AcceptWithReason);
    let said = match reason().as_str() {
        "" => String::new(),
        "other" => written().trim().to_owned(),
        name => t!(&format!("verdict-reason-{name}")),
    };
    let missing = match (chosen(), decided) {
        (None, _) => Some(t!("verdict-need-condition")),
        (_, None) => Some(t!("verdict-need-verdict")),
        _ if needs_reason && said.is_empty() => Some(t!("verdict-need-reason")),
        _ => None,
    };
    let finish = {
        let (seal, draft, said) = (seal.clone(), draft.clone(), said.clone());
        move || {
            let (Some(condition), Some(verdict), Some(officer)) = (chosen(), decided, desk.officer()) else { return };
            let kit = desk.kit();
            let inspected = Inspected {
                seal: seal.clone(),
                en_route,
                checks: draft.answers.clone(),
                condition,
                verdict,
                reason: if verdict == Decided::AcceptWithReason { said.clone() } else { String::new() },
            };
            if let Err(trouble) = inspect(&kit, &officer, case, inspected) {
                refusal.set(super::refusals::inspect(&trouble));
                return;
            }
            if let Err(error) = forget_checks(&kit, case, &seal) {
                tracing::warn!(%error, "draft of the checks is still there");
            }
            desk.open(Route::Case { case });
            if !en_route && verdict != Decided::FullExamination {
                desk.open(match condition {
                    _ if by_hand => Route::ManualSeal { case, seal: Some(seal.clone()) },
                    SealCondition::FaultyElectronic => Route::CutOff { case, seal: seal.clone() },
                    _ => Route::Lock { case, seal: seal.clone(), action: LockAction::Disarm },
                });
            }
        }
    };
    let mut finish_now = finish.clone();
    let mut finish_held = finish;
    let takes_off = !en_route && matches!(decided, Some(Decided::Accept | Decided::AcceptWithReason));
    let place = desk.look(|kit| office(kit, &view.doc.destination));
    let today = date_in_vietnam(desk.kit().clock.now().wall);
    // Without a rule for today no number is named.
    let days_to_return = desk.look(|kit| Some(kit.store.rules().ok()?.return_rule(today)?.working_days));
    rsx! {
        Frame {
            title: t!("verdict-title"),
            sub,
            dock: rsx! {
                Dock {
                    Refusal { text: refusal() }
                    if let Some(missing) = missing.clone() {
                        DockNote { icon: "info", text: missing }
                    } else if let Some(days) = days_to_return.filter(|_| takes_off) {
                        DockNote { icon: "hourglass", text: t!("verdict-clock-note", days = days) }
                    }
                    if takes_off && missing.is_none() {
                        Button { kind: ButtonKind::Go, big: true, icon: if dead { "scissors" } else { "lock-open" }, text: if dead { t!("verdict-go-cut") } else { t!("verdict-go-disarm") }, onclick: move |()| finish_held() }
                    } else {
                        Button {
                            kind: if decided == Some(Decided::FullExamination) { ButtonKind::Bad } else { ButtonKind::Go },
                            big: true,
                            icon: "clipboard-check",
                            disabled: missing.is_some(),
                            text: match decided {
                                Some(Decided::FullExamination) => t!("verdict-record-full"),
                                _ if en_route => t!("verdict-record-en-route"),
                                _ => t!("verdict-record"),
                            },
                            onclick: move |()| finish_now(),
                        }
                    }
                }
            },
            Chips {
                HandsChip { draft: draft.clone(), of: checks_for(seal_type).len() }
                PlaceChip { view: view.clone(), place }
                FoundChips { because: BecauseProp(found.because.clone()) }
            }
            Decision { id: "cond", text: t!("verdict-condition") }
            Options {
                labelled_by: "cond",
                selected: chosen().map(|condition| condition.code().to_owned()).unwrap_or_default(),
                items: SealCondition::ALL
                    .iter()
                    .filter(|code| **code != SealCondition::FaultyElectronic || seal_type == SealType::Electronic)
                    .map(|code| Choice::new(code.code(), condition(*code)).icon(condition_icon(*code)))
                    .collect::<Vec<_>>(),
                onselect: move |code: String| {
                    let condition = SealCondition::ALL.iter().find(|known| known.code() == code).copied();
                    chosen.set(condition);
                },
            }
            if !open.is_empty() {
                Decision { id: "act", text: t!("verdict-act") }
                Options {
                    labelled_by: "act",
                    selected: decided.map(|verdict| stored_name(&verdict)).unwrap_or_default(),
                    items: open.iter().map(|verdict| verdict_choice(*verdict, en_route)).collect::<Vec<_>>(),
                    onselect: {
                        let open = open.clone();
                        move |name: String| verdict.set(open.iter().find(|verdict| stored_name(*verdict) == name).copied())
                    },
                }
                if open == [Decided::FullExamination] {
                    Note { icon: "info", text: t!("verdict-only-full") }
                }
            }
            if needs_reason {
                Decision { id: "why", text: t!("verdict-reason") }
                Options {
                    labelled_by: "why",
                    selected: reason(),
                    items: REASONS.iter().map(|name| Choice::new(*name, t!(&format!("verdict-reason-{name}")))).collect::<Vec<_>>(),
                    onselect: move |name| reason.set(name),
                }
                if reason() == "other" {
                    TextArea { label: t!("verdict-reason-label"), initial: written.peek().clone(), oninput: move |text| written.set(text) }
                }
            }
        }
    }
}

fn verdict_choice(verdict: Decided, en_route: bool) -> Choice {
    let name = stored_name(&verdict);
    let on = if en_route { "-en-route" } else { "" };
    Choice::new(name.clone(), t!(&format!("verdict-{name}{on}"))).sub(t!(&format!("verdict-{name}{on}-sub")))
}

#[component]
fn HandsChip(draft: HandCheckDraft, of: usize) -> Element {
    let made = draft.answers.len();
    let good = draft.answers.iter().filter(|answer| answer.good).count();
    let kind = match () {
        () if good < made => Tone::Bad,
        () if made < of => Tone::Warn,
        () => Tone::Ok,
    };
    rsx! { Chip { kind, text: t!("verdict-hands", n = good, of = of) } }
}

#[component]
fn PlaceChip(view: CaseView, place: String) -> Element {
    let desk = use_desk();
    let right = desk.officer().is_some_and(|officer| officer.unit == view.doc.destination);
    rsx! {
        if right {
            Chip { kind: Tone::Ok, text: t!("verdict-right-place") }
        } else {
            Chip { kind: Tone::Warn, text: t!("verdict-other-place", place = place) }
        }
    }
}

/// [`Because`] as a property.
#[derive(Clone, PartialEq)]
struct BecauseProp(Vec<Because>);

/// Every reason for the proposal; a clean trip says so.
#[component]
fn FoundChips(because: BecauseProp) -> Element {
    rsx! {
        for (kind, text) in because.0.iter().filter_map(reason_chip) {
            Chip { kind, text }
        }
        if because.0.iter().all(|because| matches!(because, Because::Condition(_))) {
            Chip { kind: Tone::Ok, text: t!("verdict-covered") }
        }
    }
}

fn reason_chip(because: &Because) -> Option<(Tone, String)> {
    Some(match because {
        // The hands and the condition have their own place on this screen.
        Because::Condition(_) | Because::BadCheck(_) => return None,
        Because::Breach(kind) | Because::Alarm(kind) => (Tone::Bad, t!(&format!("log-kind-{}", stored_name(kind)))),
        Because::Tampered => (Tone::Bad, t!("seal-state-tampered")),
        Because::Contradicted => (Tone::Bad, t!("seal-state-recorded-contradicted")),
        Because::Uncertain => (Tone::Unsure, t!("seal-state-uncertain")),
        Because::Gap(gap) => {
            let time = format::duration(u64::try_from(gap.as_secs()).unwrap_or(0), lang());
            (Tone::Unsure, t!("verdict-silent", time = time))
        }
        Because::LogIncomplete => (Tone::Unsure, t!("verdict-log-part")),
        Because::NoLog => (Tone::Unsure, t!("verdict-log-unread")),
    })
}

/// The verdicts the act will take, mild ones first: none milder than proposed, except that a shift lead or supervisor may
/// accept with a reason what asks for a full examination.
fn open_verdicts(found: &Proposal, officer: &Officer) -> Vec<Decided> {
    let leads = officer.is(Role::ShiftLead) || officer.is(Role::Supervisor);
    match found.verdict {
        Decided::FullExamination if leads => vec![Decided::AcceptWithReason, Decided::FullExamination],
        Decided::FullExamination => vec![Decided::FullExamination],
        mild => vec![mild, Decided::FullExamination],
    }
}
