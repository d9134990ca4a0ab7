//! Checks by hand, one question at a time: View-Verify-Tug-Twist for bolts, rope and housing for electronic seals. Each with
//! the arming photograph beside the one taken now.

use dioxus::prelude::*;
use seal_core::case::{CasePhoto, CaseView};
use seal_core::codes::SealType;
use seal_core::evidence::PhotoRole;
use seal_core::fact::Stage;
use seal_core::ids::{CaseId, EventId};
use seal_core::inspection::{HandCheck, HandCheckResult, checks_for};
use seal_core::seal_no::SealNo;

use super::cover::under_title;
use super::frame::{Frame, NotHere, Refusal, WizardSteps, photo_role, photo_src, read, seal_no, stored_name};
use super::seal_log::stage;
use crate::actions::hand_checks::{HandCheckDraft, answer, begin_step, hand_checks, take_back};
use crate::i18n::format;
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::use_desk;
use crate::ui::route::Route;

/// Which photograph a check is made beside.
fn role_for(check: HandCheck, seal: SealType) -> PhotoRole {
    match (check, seal) {
        (HandCheck::Rope, _) => PhotoRole::RopePath,
        (HandCheck::Housing, _) => PhotoRole::Housing,
        (_, SealType::Electronic) => PhotoRole::ClosedLock,
        _ => PhotoRole::Bolt,
    }
}

/// The arming photograph that shows the same thing best.
fn then_of(case: &CaseView, role: PhotoRole) -> Option<&CasePhoto> {
    // Sealing photographs the closed lock, not its housing or a bolt by itself.
    case.photos_of(role, Stage::Arm).last().or_else(|| case.photos_of(PhotoRole::ClosedLock, Stage::Arm).last())
}

/// Name of a check as its messages end: `view`, `tug`; bolts and electronic seals are asked differently.
fn key(part: &str, check: HandCheck, seal: SealType) -> String {
    let electronic = seal == SealType::Electronic && matches!(check, HandCheck::View | HandCheck::Tug);
    let name = stored_name(&check);
    if electronic { format!("check-{part}-{name}-electronic") } else { format!("check-{part}-{name}") }
}

/// The checks.
#[component]
pub fn HandChecks(case: CaseId, seal: SealNo, en_route: bool) -> Element {
    let mut desk = use_desk();
    let mut again = use_signal(|| 0u32);
    let mut refusal = use_signal(String::new);
    // The step's time runs from the moment the question is seen.
    use_hook(|| {
        if let Err(error) = begin_step(&desk.kit(), case, &seal) {
            tracing::warn!(%error, "the step's beginning is not kept");
        }
    });
    _ = again();
    let (view, draft) = match read(desk.look(|kit| Ok((kit.store.case(case)?, hand_checks(kit, case, &seal)?)))) {
        Ok((Some(view), draft)) => (view, draft),
        Ok((None, _)) => return rsx! { NotHere { text: t!("not-here-case") } },
        Err(trouble) => return rsx! { Frame { title: t!("inspect-by-hand"), {trouble} } },
    };
    let on = view.seal(&seal).cloned();
    let seal_type = on.as_ref().map_or(SealType::Electronic, |on| on.seal_type);
    let checks = checks_for(seal_type);
    let of = u32::try_from(checks.len()).unwrap_or(u32::MAX);
    let sub = match under_title(&view, view.seal(&seal)) {
        none if none.is_empty() => t!("inspect-sub-seal", seal = seal_no(&seal)),
        container => t!("inspect-sub", container = container, seal = seal_no(&seal)),
    };
    let Some(check) = draft.now(seal_type) else {
        let next = seal.clone();
        let back = seal.clone();
        return rsx! {
            Frame {
                title: t!("inspect-by-hand"),
                sub,
                dock: rsx! {
                    Dock {
                        Refusal { text: refusal() }
                        Button {
                            kind: ButtonKind::Go,
                            big: true,
                            icon: "scale",
                            text: t!("verdict-title"),
                            onclick: move |()| desk.open(Route::Verdict { case, seal: next.clone(), en_route }),
                        }
                        Button {
                            icon: "undo-2",
                            text: t!("check-take-back"),
                            onclick: move |()| match take_back(&desk.kit(), case, &back) {
                                Ok(()) => again += 1,
                                Err(error) => refusal.set(error.to_string()),
                            },
                        }
                    }
                },
                Card { kind: if draft.answers.iter().all(|answer| answer.good) { CardKind::Hero } else { CardKind::Bad },
                    Decision { text: summary(&draft) }
                }
                Checklist { checks: checks.to_vec(), answers: draft.answers.clone(), seal_type, seal: seal.clone() }
            }
        };
    };
    let n = draft.answers.len() + 1;
    let n = u32::try_from(n).unwrap_or(u32::MAX).min(of);
    let next = checks.iter().skip_while(|made| **made != check).nth(1);
    let role = role_for(check, seal_type);
    let then = then_of(&view, role);
    let now = view.photos_of(role, stage(en_route)).last();
    let give = {
        let seal = seal.clone();
        move |good: bool| match answer(&desk.kit(), case, &seal, check, good) {
            Ok(()) => again += 1,
            Err(error) => refusal.set(error.to_string()),
        }
    };
    let (mut bad, mut good) = (give.clone(), give);
    let back = seal.clone();
    rsx! {
        Frame {
            title: t!("inspect-by-hand"),
            sub,
            steps: rsx! {
                WizardSteps {
                    n,
                    of,
                    name: t!(&key("name", check, seal_type)),
                    next: next.map(|next| t!(&key("name", *next, seal_type))).unwrap_or_default(),
                }
            },
            dock: rsx! {
                Dock { kind: DockKind::Even,
                    div { class: "span",
                        h2 { class: "decision center", Rich { text: t!(&key("ask", check, seal_type)) } }
                        Refusal { text: refusal() }
                    }
                    Button { kind: ButtonKind::AnswerBad, big: true, icon: "octagon-x", text: t!(&key("bad", check, seal_type)), onclick: move |()| bad(false) }
                    Button { kind: ButtonKind::AnswerOk, big: true, icon: "circle-check", text: t!(&key("good", check, seal_type)), onclick: move |()| good(true) }
                }
            },
            Beside { then: then.cloned(), now: now.cloned(), role, place: view.doc.origin.to_string() }
            if role != PhotoRole::Other {
                Button {
                    icon: "camera",
                    text: if now.is_some() { t!("check-photo-again") } else { t!("check-photo") },
                    onclick: move |()| desk.open(Route::TakePhoto { case: Some(case), role, stage: stage(en_route) }),
                }
            }
            if check == HandCheck::Verify {
                Card {
                    KeyValue {
                        items: vec![
                            (t!("check-recorded-no"), format!("**{}**", seal_no(&seal))),
                            (t!("check-recorded-type"), t!(&format!("seal-type-{}", seal_type.code()))),
                        ],
                    }
                }
            }
            Checklist { checks: checks.to_vec(), answers: draft.answers.clone(), now: Some(check), seal_type, seal: seal.clone() }
            if !draft.answers.is_empty() {
                Button {
                    icon: "undo-2",
                    text: t!("check-take-back"),
                    onclick: move |()| match take_back(&desk.kit(), case, &back) {
                        Ok(()) => again += 1,
                        Err(error) => refusal.set(error.to_string()),
                    },
                }
            }
        }
    }
}

fn summary(draft: &HandCheckDraft) -> String {
    let failed = draft.answers.iter().filter(|answer| !answer.good).count();
    if failed == 0 {
        t!("check-all-good", n = draft.answers.len())
    } else {
        t!("check-some-bad", n = failed, of = draft.answers.len())
    }
}

/// All checks with their answers and seconds.
#[component]
fn Checklist(
    checks: Vec<HandCheck>,
    answers: Vec<HandCheckResult>,
    #[props(default)] now: Option<HandCheck>,
    seal_type: SealType,
    seal: SealNo,
) -> Element {
    rsx! {
        List { kind: ListKind::Ordered, label: t!("check-list"),
            for check in checks {
                {
                    let answer = answers.iter().find(|answer| answer.check == check);
                    let (state, word, sub) = match answer {
                        Some(answer) if answer.good => (CheckState::Ok, t!("state-ok"), t!(&key("good", check, seal_type))),
                        Some(_) => (CheckState::Bad, t!("state-bad"), t!(&key("bad", check, seal_type))),
                        None if now == Some(check) => (CheckState::Now, t!("state-now"), t!(&key("how", check, seal_type))),
                        None => (CheckState::Todo, t!("state-todo"), t!(&key("how", check, seal_type))),
                    };
                    let value = answer.map(|answer| format!("{}\u{a0}s", answer.seconds)).unwrap_or_default();
                    rsx! { Check { key: "{check:?}", state, word, title: t!(&key("name", check, seal_type)), sub, value } }
                }
            }
        }
    }
}

/// The two photographs. Their bytes are read once for each picture, not at each look at the store.
#[component]
fn Beside(then: Option<CasePhoto>, now: Option<CasePhoto>, role: PhotoRole, place: String) -> Element {
    let then_src = use_photo(then.clone());
    let now_src = use_photo(now.clone());
    let what = photo_role(role);
    let side = |photo: &Option<CasePhoto>, title: String, src: String, none: String| CompareSide {
        sub: match photo {
            Some(photo) => format!("`{}`", format::date_time(photo.at)),
            None => none,
        },
        label: format!("{title}: {what}"),
        title,
        src,
    };
    rsx! {
        Compare {
            then: side(&then, t!("check-then"), then_src, t!("check-then-none")),
            now: side(&now, t!("check-now"), now_src, t!("check-now-none")),
        }
        if then.is_some_and(|photo| photo.role != role) {
            Note { icon: "info", text: t!("check-then-other") }
        }
    }
}

fn use_photo(photo: Option<CasePhoto>) -> String {
    let desk = use_desk();
    let mut kept = use_signal(|| (None::<EventId>, String::new()));
    let wanted = photo.as_ref().map(|photo| photo.event);
    if kept.peek().0 != wanted || kept.peek().1.is_empty() {
        let src = photo.map(|photo| photo_src(&desk.kit(), &photo.photo)).unwrap_or_default();
        let newest = (wanted, src);
        if *kept.peek() != newest {
            kept.set(newest);
        }
    }
    kept.peek().1.clone()
}
