//! Sealing, step 3: pairs with the seal of the label and no other, and shows its checks as they come in. While the hands put
//! the rope in, the seal is read again every second.

use dioxus::core::Task;
use dioxus::prelude::*;
use seal_core::ids::CaseId;
use seal_core::seal::fit::{FitWarning, SealFit, SealHome, Unfit};
use seal_core::seal::preflight::{Check as SealCheck, CheckKind, CheckResult, may_arm};
use seal_core::seal::reading::LockAction;
use seal_core::seal::state::Misfit;
use seal_core::seal_no::SealNo;

use super::cover::{CoverPicker, is_chosen, use_cover};
use super::parts::{CaseGone, Page, case_of, title_of};
use super::{trouble, words};
use crate::actions::lock_command::{Patience, SealTrouble};
use crate::actions::pair_seal::{PairRefusal, pair_seal};
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::{Desk, use_desk};
use crate::ui::route::{Route, ScanFor};
use crate::ui::wait;

/// What is known of the seal so far.
#[derive(Debug, Clone, PartialEq)]
enum Now {
    /// Looking for it.
    Pairing,
    /// It answers.
    Paired { checks: Vec<SealCheck>, fit: SealFit, neighbours: Vec<SealNo> },
    /// It must not be used, or does not answer. `by_hand`: it may be recorded by card or keypad; `locked`: its lock was
    /// worked in this case already, and that goes on there.
    Stopped { text: String, by_hand: bool, again: bool, locked: bool },
}

/// Pairs, then reads again as long as something is still to be done. Runs until the screen is left.
async fn watch(desk: Desk, case: CaseId, seal: SealNo, mut now: Signal<Now>) {
    let Some(officer) = desk.officer() else { return };
    let kit = desk.kit();
    now.set(Now::Pairing);
    let mut pairing = match pair_seal(&kit, &officer, case, &seal, &Patience::default()).await {
        Ok(pairing) => pairing,
        Err(error) => {
            now.set(stopped(&error));
            return;
        }
    };
    loop {
        now.set(Now::Paired {
            checks: pairing.checks.clone(),
            fit: pairing.fit.clone(),
            neighbours: pairing.stronger_neighbours.clone(),
        });
        wait(1000).await;
        if let Err(error) = pairing.check_again(&kit, &officer).await {
            now.set(stopped(&error));
            return;
        }
    }
}

fn stopped(error: &SealTrouble<PairRefusal>) -> Now {
    let by_hand =
        matches!(error, SealTrouble::Refused(PairRefusal::Unfit(Unfit::RadioNotSpoken | Unfit::NotElectronic)));
    let text = trouble::seal_trouble(error, |reason| match reason {
        PairRefusal::NoRole => t!("errors-no-role"),
        PairRefusal::Unfit(reason) => trouble::unfit(reason),
        PairRefusal::Lock(reason) => trouble::misfit(reason),
    });
    let again = matches!(error, SealTrouble::Link(_) | SealTrouble::Store(_));
    let locked =
        matches!(error, SealTrouble::Refused(PairRefusal::Lock(Misfit::AlreadyArmed | Misfit::EarlierCommandOpen)));
    Now::Stopped { text, by_hand, again, locked }
}

/// See the module.
#[component]
pub fn Preflight(case: CaseId, seal: SealNo) -> Element {
    let mut desk = use_desk();
    let now = use_signal(|| Now::Pairing);
    let cover = use_cover(desk, case);
    let mut running = use_signal(|| None::<Task>);
    let start = {
        let seal = seal.clone();
        move || {
            if let Some(task) = running.write().take() {
                task.cancel();
            }
            running.set(Some(spawn(watch(desk, case, seal.clone(), now))));
        }
    };
    use_hook({
        let mut start = start.clone();
        move || start()
    });
    let Some(view) = case_of(desk, case) else { return rsx! { CaseGone {} } };
    let other = move |()| desk.replace(Route::Scan { purpose: ScanFor::SealToArm { case } });
    let again = {
        let start = start.clone();
        move |()| start.clone()()
    };
    let by_hand = {
        let seal = seal.clone();
        move |()| desk.replace(Route::ManualSeal { case, seal: Some(seal.clone()) })
    };
    let go = {
        let seal = seal.clone();
        move |()| desk.replace(Route::Lock { case, seal: seal.clone(), action: LockAction::Arm })
    };
    let dock = match now() {
        Now::Pairing => rsx! { DockNote { icon: "hourglass", text: t!("arm-pairing-wait") } },
        Now::Paired { checks, .. } if may_arm(&checks) => rsx! {
            if !is_chosen(&view, &cover()) {
                DockNote { icon: "triangle-alert", text: t!("cover-choose-one") }
            }
            Button { kind: ButtonKind::Go, big: true, icon: "lock", disabled: !is_chosen(&view, &cover()), text: t!("arm-next-lock"), onclick: go }
            Button { icon: "repeat", text: t!("arm-other-seal"), onclick: other }
        },
        Now::Paired { checks, .. } => rsx! {
            if rope_only(&checks) {
                DockNote { icon: "hourglass", text: t!("arm-waiting-rope") }
            }
            Even {
                Button { icon: "repeat", text: t!("arm-other-seal"), onclick: other }
                Button { icon: "refresh-cw", text: t!("arm-check-again"), onclick: again }
            }
        },
        Now::Stopped { by_hand: true, .. } => rsx! {
            Button { kind: ButtonKind::Go, big: true, icon: "hand", text: t!("arm-by-hand"), onclick: by_hand }
            Button { icon: "repeat", text: t!("arm-other-seal"), onclick: other }
        },
        Now::Stopped { locked: true, .. } => rsx! {
            Button { kind: ButtonKind::Go, big: true, icon: "arrow-right", text: t!("carry-on"), onclick: go }
            Button { icon: "repeat", text: t!("arm-other-seal"), onclick: other }
        },
        Now::Stopped { again: true, .. } => rsx! {
            Button { kind: ButtonKind::Go, big: true, icon: "refresh-cw", text: t!("try-again"), onclick: again }
            Button { icon: "repeat", text: t!("arm-other-seal"), onclick: other }
        },
        Now::Stopped { .. } => rsx! {
            Button { kind: ButtonKind::Go, big: true, icon: "repeat", text: t!("arm-other-seal"), onclick: other }
        },
    };
    rsx! {
        Page { title: t!("arm-title"), sub: title_of(&view), back: true, step: 3, focus: true, report: "preflight", dock,
            // First: it says which doors the rope goes through.
            if !matches!(now(), Now::Stopped { .. }) {
                CoverPicker { view: view.clone(), cover }
            }
            match now() {
                Now::Pairing => rsx! {
                    Card { kind: CardKind::Hero, live: true,
                        Instruction { icon: "bluetooth", title: t!("arm-pairing", seal = seal.to_string()), sub: t!("arm-pairing-how") }
                    }
                    Loading { label: t!("arm-pairing-wait"), rows: 3 }
                },
                Now::Stopped { text, .. } => rsx! {
                    Card { kind: CardKind::Bad, live: true,
                        Decision { text: t!("arm-not-this-seal", seal = seal.to_string()) }
                        p { Rich { text } }
                    }
                },
                Now::Paired { checks, fit, neighbours } => rsx! {
                    Todo1 { checks: checks.clone() }
                    Checks { seal: seal.clone(), checks }
                    Foreign { fit }
                    if !neighbours.is_empty() {
                        Cite {
                            icon: "bluetooth",
                            text: t!("arm-neighbour", seals = neighbours.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
                        }
                    }
                },
            }
            if desk.practice().is_some() {
                PracticeRope { seal: seal.clone() }
            }
        }
    }
}

/// Nothing but the rope stops the arming.
fn rope_only(checks: &[SealCheck]) -> bool {
    checks.iter().filter(|check| check.result == CheckResult::Stop).all(|check| check.kind == CheckKind::Rope)
}

/// The one thing the hands must do.
#[component]
fn Todo1(checks: Vec<SealCheck>) -> Element {
    let stop = checks.iter().find(|check| check.result == CheckResult::Stop && check.kind != CheckKind::Rope);
    let rope = checks.iter().any(|check| check.kind == CheckKind::Rope && check.result == CheckResult::Stop);
    let warn = checks.iter().any(|check| check.result == CheckResult::Warn);
    match (stop, rope, warn) {
        (Some(check), _, _) => rsx! {
            Card { kind: CardKind::Bad, live: true,
                Decision { text: t!("arm-stop") }
                Note { text: t!("arm-stop-why", check = trouble::check_title(check.kind)) }
            }
        },
        (None, true, _) => rsx! {
            Card { kind: CardKind::Hero, live: true,
                Instruction { icon: "cable", title: t!("arm-insert-rope"), sub: t!("arm-insert-rope-how") }
            }
        },
        (None, false, true) => rsx! {
            Card { kind: CardKind::Warn, live: true,
                Instruction { icon: "triangle-alert", title: t!("arm-ready-warn"), sub: t!("arm-ready-warn-why") }
            }
        },
        (None, false, false) => rsx! {
            Card { kind: CardKind::Hero, live: true,
                Instruction { icon: "shield-check", title: t!("arm-ready"), sub: t!("arm-ready-why") }
            }
        },
    }
}

/// The checks, what is to be done first.
#[component]
fn Checks(seal: SealNo, checks: Vec<SealCheck>) -> Element {
    let rank = |check: &SealCheck| match check.result {
        CheckResult::Stop => 0,
        CheckResult::Warn => 1,
        CheckResult::Ok => 2,
        CheckResult::Unknown => 3,
    };
    let mut ordered = checks;
    ordered.sort_by_key(rank);
    rsx! {
        List { kind: ListKind::Items, label: t!("arm-checks"),
            for item in ordered {
                {
                    let (state, word, sub, value) = trouble::check(&item);
                    let title = match (item.kind, item.result) {
                        (CheckKind::Identity, CheckResult::Ok) => t!("arm-check-right-seal", seal = seal.to_string()),
                        (CheckKind::Rope, CheckResult::Stop) => t!("arm-check-rope-out"),
                        (kind, _) => trouble::check_title(kind),
                    };
                    rsx! { Check { key: "{item.kind:?}", state, word, title, sub, value } }
                }
            }
        }
    }
}

/// Whose seal it is, and what else the officer should know.
#[component]
fn Foreign(fit: SealFit) -> Element {
    let desk = use_desk();
    let mut lines: Vec<String> = match &fit.home {
        SealHome::Here => vec![],
        SealHome::Destination => vec![t!("arm-foreign-home")],
        SealHome::Elsewhere { owner, .. } => {
            let owner = desk.look(|kit| words::office(kit, owner));
            vec![t!("arm-foreign-away", owner = owner)]
        }
    };
    for warning in &fit.warnings {
        match warning {
            FitWarning::NotTowardHome => {}
            FitWarning::HeldBy(unit) => lines.push(t!("arm-held-by", unit = desk.look(|kit| words::office(kit, unit)))),
            FitWarning::InParcel(_) => lines.push(t!("arm-in-parcel")),
            FitWarning::ReservedFor(_) => lines.push(t!("arm-reserved")),
        }
    }
    rsx! {
        for line in lines {
            Cite { icon: "repeat", text: line }
        }
    }
}

/// Practice: the officer's hands on the simulated rope.
#[component]
pub fn PracticeRope(seal: SealNo) -> Element {
    let desk = use_desk();
    let mut moved = use_signal(|| 0_u32);
    let Some(practice) = desk.practice() else { return rsx! {} };
    let _again = moved();
    let Some(state) = practice.seals().into_iter().find(|one| one.seal == seal) else { return rsx! {} };
    let inserted = state.rope_in;
    rsx! {
        Button {
            icon: "graduation-cap",
            text: if inserted { t!("arm-practice-rope-out") } else { t!("arm-practice-rope-in") },
            onclick: move |()| {
                if let Some(practice) = desk.practice() {
                    practice.set_rope(&seal, !inserted);
                    moved += 1;
                }
            },
        }
    }
}
