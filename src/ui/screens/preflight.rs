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
use super::duty::{NeedCard, NeedWay, electronic_needs};
use super::parts::Page;
use super::stored::{CaseGone, case_of};
use super::trouble;
use super::untried::Untried;
use super::words::{self, seal_no, title_of};
use crate::actions::lock_command::{Patience, SealTrouble};
use crate::actions::pair_seal::{PairRefusal, pair_seal};
use crate::ports::seal_link::Protocol;
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
    Paired { checks: Vec<SealCheck>, fit: SealFit, neighbours: Vec<SealNo>, protocol: Protocol },
    /// It must not be used, or does not answer. `by_hand`: it may be recorded so, an electronic one (true) by card or keypad; `locked`: its lock was
    /// worked in this case already, and that goes on there.
    Stopped { text: String, by_hand: Option<bool>, again: bool, locked: bool },
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
            protocol: pairing.protocol(),
        });
        wait(1000).await;
        if let Err(error) = pairing.check_again(&kit, &officer).await {
            now.set(stopped(&error));
            return;
        }
    }
}

fn stopped(error: &SealTrouble<PairRefusal>) -> Now {
    let by_hand = match error {
        SealTrouble::Refused(PairRefusal::Unfit(Unfit::RadioNotSpoken)) => Some(true),
        SealTrouble::Refused(PairRefusal::Unfit(Unfit::NotElectronic)) => Some(false),
        _ => None,
    };
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
    let first = electronic_needs(desk, &view, &cover().containers(&view));
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
        Now::Pairing | Now::Paired { .. } if first.is_some() => rsx! {
            if let Some((need, _)) = first.clone() {
                NeedWay { case, need }
            }
            Button { icon: "repeat", text: t!("arm-other-seal"), onclick: other }
        },
        Now::Pairing => rsx! { DockNote { icon: "hourglass", text: t!("arm-pairing-wait") } },
        Now::Paired { checks, .. } if may_arm(&checks) => rsx! {
            if !is_chosen(&view, &cover()) {
                DockNote { icon: "triangle-alert", text: t!("cover-choose-one") }
            }
            Button { kind: ButtonKind::Go, big: true, icon: "lock", disabled: !is_chosen(&view, &cover()), text: t!("arm-next-lock"), onclick: go }
            Button { icon: "repeat", text: t!("arm-other-seal"), onclick: other }
        },
        Now::Paired { checks, .. } if !rope_only(&checks) => rsx! {
            Button { kind: ButtonKind::Go, big: true, icon: "repeat", text: t!("arm-other-seal"), onclick: other }
            Button { icon: "refresh-cw", text: t!("arm-check-again"), onclick: again }
        },
        Now::Paired { .. } => rsx! {
            DockNote { icon: "hourglass", text: t!("arm-waiting-rope") }
            Even {
                Button { icon: "repeat", text: t!("arm-other-seal"), onclick: other }
                Button { icon: "refresh-cw", text: t!("arm-check-again"), onclick: again }
            }
        },
        Now::Stopped { by_hand: Some(electronic), .. } => rsx! {
            Button { kind: ButtonKind::Go, big: true, icon: "hand", text: if electronic { t!("arm-by-hand") } else { t!("arm-by-hand-mechanical") }, onclick: by_hand }
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
            if let Some((need, cited)) = first.clone() {
                NeedCard { need, cited }
            }
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
                Now::Stopped { text, by_hand, .. } => rsx! {
                    Card { kind: if by_hand.is_some() { CardKind::Warn } else { CardKind::Bad }, live: true,
                        Decision { text: if by_hand.is_some() { t!("arm-not-by-radio", seal = seal.to_string()) } else { t!("arm-not-this-seal", seal = seal.to_string()) } }
                        p { Rich { text } }
                    }
                },
                Now::Paired { checks, fit, neighbours, protocol } => rsx! {
                    // One thing at a time: the rope can wait.
                    if first.is_none() {
                        Todo1 { checks: checks.clone() }
                    }
                    if !neighbours.is_empty() {
                        Cite { icon: "bluetooth", text: neighbour_words(&neighbours) }
                    }
                    Checks { seal: seal.clone(), checks }
                    Foreign { fit }
                    Untried { protocols: vec![protocol] }
                },
            }
            if desk.practice().is_some() {
                PracticeRope { seal: seal.clone() }
            }
        }
    }
}

/// Seals named when stronger ones are near; the others are counted.
const NAMED: usize = 2;

fn neighbour_words(seals: &[SealNo]) -> String {
    let named = seals.iter().take(NAMED).map(seal_no).collect::<Vec<_>>().join(", ");
    match seals.len().saturating_sub(NAMED) {
        0 => t!("arm-neighbour", seals = named),
        more => t!("arm-neighbours", seals = named, n = more),
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
    // The hands' turn comes when nothing else stops.
    let hands = rope_only(&checks);
    let rank = |check: &SealCheck| match (check.result, check.kind) {
        (CheckResult::Stop, CheckKind::Rope) => 1,
        (CheckResult::Stop, _) => 0,
        (CheckResult::Warn, _) => 2,
        (CheckResult::Ok, _) => 3,
        (CheckResult::Unknown, _) => 4,
    };
    let mut ordered = checks;
    ordered.sort_by_key(rank);
    rsx! {
        List { kind: ListKind::Items, label: t!("arm-checks"),
            for item in ordered {
                {
                    let (state, word, sub, value) = match trouble::check(&item) {
                        (CheckState::Now, _, sub, value) if !hands => (CheckState::Todo, t!("state-todo"), sub, value),
                        as_it_is => as_it_is,
                    };
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
