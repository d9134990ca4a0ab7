//! Sealing, step 4, and taking a seal off: the held command, its progress, and its end. Only what the seal itself read back
//! paints the screen green.

use dioxus::prelude::*;
use jiff::Timestamp;
use seal_core::case::{CaseView, SealOnCase};
use seal_core::container::ContainerNo;
use seal_core::fact::{SecondOfficer, Stage};
use seal_core::ids::{CaseId, OfficerId};
use seal_core::seal::outcome::open_command;
use seal_core::seal::reading::{LockAction, LockOutcome, LockState, RefusalReason, SealReading, UncertainWhy};
use seal_core::seal::state::SealState;
use seal_core::seal_no::SealNo;
use tokio::sync::mpsc;

use super::cover::{numbers, under_words};
use super::frame::container_no;
use super::parts::{CaseGone, Page, SealingSteps, Trouble, case_of, store_trouble, title_of, use_sync_status};
use super::{trouble, words};
use crate::actions::arm_seal::arm_seal;
use crate::actions::choose_cover::{CoverTrouble, chosen_cover, containers_to_seal, forget_cover};
use crate::actions::decide_conflict::{forget_second, second_officer};
use crate::actions::disarm_seal::disarm_seal;
use crate::actions::lock_command::{LockEnd, Patience, Progress};
use crate::actions::read_lock::read_lock;
use crate::actions::sign_in::agrees_here;
use crate::i18n::format;
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::{Desk, use_desk};
use crate::ui::route::{Route, ScanFor};

/// Where the screen stands.
#[derive(Debug, Clone, PartialEq)]
enum Stand {
    /// Nothing asked in this visit: what is known decides what is shown.
    Known,
    /// A command is running.
    Running(Vec<(Progress, Timestamp)>),
    /// The seal refused.
    Refused { reason: RefusalReason, reading: Option<SealReading> },
    /// The lock is as it was before; why, and what may be done.
    AsBefore(String),
    /// Asking for the state.
    Reading,
    /// The last reading did not settle it.
    StillUnsure { tries: u32, text: String },
}

/// Gives the command in a task of its own, so that it ends whatever becomes of the screen.
async fn command(
    desk: Desk,
    case: CaseId,
    seal: SealNo,
    action: LockAction,
    second: Option<SecondOfficer>,
    mut stand: Signal<Stand>,
) {
    let Some(officer) = desk.officer() else { return };
    let containers = match case_of(desk, case).filter(|_| action == LockAction::Arm) {
        Some(view) => match containers_to_seal(&desk.kit(), &view) {
            Ok(containers) => containers,
            Err(CoverTrouble::NothingChosen) => return stand.set(Stand::AsBefore(t!("cover-choose-one"))),
            Err(CoverTrouble::Store(error)) => return stand.set(Stand::AsBefore(store_trouble(&error))),
        },
        None => Vec::new(),
    };
    stand.set(Stand::Running(Vec::new()));
    let (tell, mut heard) = mpsc::unbounded_channel::<Progress>();
    let kit = desk.kit();
    let clock = kit.clock.clone();
    let task = tokio::spawn(async move {
        let watch = move |progress| {
            // Nobody listens any more: the screen was left, the command goes on.
            let _ = tell.send(progress);
        };
        match action {
            LockAction::Arm => {
                let end = arm_seal(&kit, &officer, case, &seal, containers, &Patience::default(), &watch).await;
                // While the seal is not on, the choice still holds: it, or another one, is put on the same containers.
                if let Ok(LockEnd { outcome: LockOutcome::Confirmed, .. }) = &end
                    && let Err(error) = forget_cover(&kit, case)
                {
                    tracing::error!(%error, "the choice of containers is not forgotten");
                }
                end.map_err(|error| Failed::Arm(Box::new(error)))
            }
            LockAction::Disarm => {
                let end = disarm_seal(&kit, &officer, case, &seal, second, &Patience::default(), &watch).await;
                // The agreement went out with the command.
                if end.is_ok()
                    && let Err(error) = forget_second(&kit, case, &seal)
                {
                    tracing::error!(%error, "second officer's agreement not forgotten");
                }
                end.map_err(|error| Failed::Disarm(Box::new(error)))
            }
        }
    });
    while let Some(progress) = heard.recv().await {
        if let Stand::Running(steps) = &mut *stand.write() {
            steps.push((progress, clock.now().wall));
        }
    }
    let end = match task.await {
        Ok(Ok(end)) => after(end),
        Ok(Err(Failed::Arm(error))) => Stand::AsBefore(trouble::seal_trouble(&error, trouble::arm)),
        Ok(Err(Failed::Disarm(error))) => Stand::AsBefore(trouble::seal_trouble(&error, trouble::disarm)),
        Err(error) => {
            tracing::error!(%error, "lock command");
            Stand::AsBefore(t!("errors-stopped"))
        }
    };
    stand.set(end);
}

enum Failed {
    Arm(Box<crate::actions::lock_command::SealTrouble<seal_core::seal::permit::ArmRefusal>>),
    Disarm(Box<crate::actions::lock_command::SealTrouble<seal_core::seal::permit::DisarmRefusal>>),
}

fn after(end: LockEnd) -> Stand {
    match end.outcome {
        LockOutcome::Refused { reason } => Stand::Refused { reason, reading: end.reading },
        // The case itself says the rest.
        LockOutcome::Confirmed | LockOutcome::Uncertain { .. } => Stand::Known,
    }
}

/// Asks the seal for its state; sends no command.
async fn ask(desk: Desk, case: CaseId, seal: SealNo, tries: u32, mut stand: Signal<Stand>) {
    let Some(officer) = desk.officer() else { return };
    stand.set(Stand::Reading);
    let next = match read_lock(&desk.kit(), &officer, case, &seal, &Patience::default()).await {
        // Where the command came through, the case itself says so.
        Ok(now) if now.settled => Stand::AsBefore(match now.reading.lock {
            LockState::ClosedArmed => t!("arm-read-not-opened"),
            LockState::Open | LockState::Ready => t!("arm-read-not-closed"),
            _ => String::new(),
        }),
        Ok(now) => Stand::StillUnsure {
            tries: tries + 1,
            text: match now.reading.lock {
                LockState::Jammed => t!("arm-unsure-jammed"),
                _ => t!("arm-read-open"),
            },
        },
        Err(error) => {
            Stand::StillUnsure { tries: tries + 1, text: trouble::seal_trouble(&error, |_| t!("errors-not-on-case")) }
        }
    };
    stand.set(next);
}

/// See the module.
#[component]
pub fn Lock(case: CaseId, seal: SealNo, action: LockAction) -> Element {
    let desk = use_desk();
    let stand = use_signal(|| Stand::Known);
    // Their tasks belong to this screen: the parts that ask for them are replaced while they run.
    let for_fire = seal.clone();
    let onfire = use_callback(move |second: Option<SecondOfficer>| {
        spawn(command(desk, case, for_fire.clone(), action, second, stand));
    });
    let for_ask = seal.clone();
    let onask = use_callback(move |tries: u32| {
        spawn(ask(desk, case, for_ask.clone(), tries, stand));
    });
    let Some(view) = case_of(desk, case) else { return rsx! { CaseGone {} } };
    let state = view.seal(&seal).map(|seal| seal.state.clone()).unwrap_or(SealState::Free);
    let open = open_command(&state);
    match (stand(), open, &state) {
        (Stand::Running(steps), _, _) => rsx! { Running { view, seal, action, steps } },
        (Stand::Reading, _, _) => rsx! { Reading { view, seal } },
        (Stand::Refused { reason, reading }, None, _) => {
            rsx! { Refused { view, seal, action, reason, reading, stand } }
        }
        (Stand::StillUnsure { tries, text }, Some((_, open)), _) => {
            rsx! { Unsure { view, seal, action: open, tries, text, onask } }
        }
        (_, Some((_, open)), _) => {
            let text = match &state {
                SealState::Uncertain { why, .. } => trouble::uncertain(*why),
                _ => trouble::uncertain(UncertainWhy::Interrupted),
            };
            rsx! { Unsure { view, seal, action: open, tries: 0, text, onask } }
        }
        (_, None, SealState::ClosedArmed) if action == LockAction::Arm => rsx! { Closed { view, seal } },
        (_, None, SealState::Opened) if action == LockAction::Disarm => rsx! { Opened { view, seal } },
        (_, None, SealState::Tampered) if action == LockAction::Arm => rsx! { TamperedNow { view, seal } },
        (stand_now, None, _) => {
            let text = match stand_now {
                Stand::AsBefore(text) => text,
                Stand::StillUnsure { text, .. } => text,
                _ => String::new(),
            };
            match action {
                LockAction::Arm => rsx! { ReadyToArm { view, seal, text, onfire } },
                LockAction::Disarm => rsx! { ReadyToDisarm { view, seal, text, onfire } },
            }
        }
    }
}

/// The containers under a seal: as its command named them, else as chosen for it.
fn under(desk: Desk, view: &CaseView, seal: &SealNo) -> Vec<ContainerNo> {
    match view.seal(seal).filter(|seal| seal.command.is_some() && !may_choose(seal)) {
        Some(seal) => view.under(seal),
        None => desk.look(|kit| chosen_cover(kit, view)).map_or_else(|_| Vec::new(), |cover| cover.containers(view)),
    }
}

/// Not closed, and nobody wonders whether: what it is put on may still be chosen.
fn may_choose(seal: &SealOnCase) -> bool {
    matches!(seal.state, SealState::Free | SealState::Refused { armed: false, .. })
}

/// Containers and seal.
#[component]
fn WhichOne(view: CaseView, seal: SealNo) -> Element {
    let desk = use_desk();
    let numbers = under(desk, &view, &seal);
    rsx! {
        div { class: "flow flow--between",
            div { class: "stack", style: "gap:4px",
                for number in numbers {
                    ContainerNumber { key: "{number.as_str()}", number: number.as_str(), size: NumberSize::M, check_label: t!("check-digit-is", d = number.check_digit()) }
                }
            }
            span { class: "small muted", style: "text-align:end", Rich { text: t!("arm-seal-no", seal = seal.to_string()) } }
        }
    }
}

#[component]
fn ReadyToArm(view: CaseView, seal: SealNo, text: String, onfire: Callback<Option<SecondOfficer>>) -> Element {
    let mut desk = use_desk();
    let case = view.doc.id;
    let prepared = view.seal(&seal).and_then(|seal| seal.prepared.clone());
    let back = seal.clone();
    let mut items = vec![];
    if let Some(prepared) = &prepared {
        items.push((t!("arm-check-battery"), format!("{}\u{a0}%", prepared.reading.battery_percent)));
        items.push((t!("arm-check-clock"), trouble::seconds(prepared.drift_s)));
    }
    let chosen = under(desk, &view, &seal);
    items.push((t!("arm-covers"), chosen.iter().map(container_no).collect::<Vec<_>>().join("\n")));
    let several = view.doc.containers.len() > 1;
    // Said once more where the hand is: a seal that covers a part cannot be told from one that covers all.
    let sure = if several {
        format!("{} {}", t!("cover-sure", containers = under_words(&view, &chosen)), t!("arm-lock-sure-why"))
    } else {
        t!("arm-lock-sure-why")
    };
    if let Some(trip) = &view.trip {
        items.push((t!("arm-vehicle"), format!("`{}`", trip.vehicle)));
    }
    rsx! {
        Page {
            title: t!("arm-title"), sub: title_of(&view), back: true, step: 4, focus: true, report: "lock",
            dock: rsx! {
                HoldButton {
                    text: t!("arm-lock"),
                    icon: "lock",
                    how: t!("hold-how"),
                    confirm_title: t!("arm-lock-sure", seal = seal.to_string()),
                    confirm_text: sure,
                    confirm_act: t!("arm-lock"),
                    confirm_cancel: t!("cancel"),
                    onfire: move |()| {
                        onfire.call(None);
                    },
                }
                Button { icon: "refresh-cw", text: t!("arm-check-again"), onclick: move |()| desk.replace(Route::Preflight { case, seal: back.clone() }) }
            },
            Trouble { text }
            Card { kind: CardKind::Hero,
                Instruction { icon: "lock", title: t!("arm-lock-now"), sub: t!("arm-lock-now-how") }
            }
            WhichOne { view: view.clone(), seal }
            Card { KeyValue { items } }
            Cite { icon: "info", text: t!("arm-once") }
        }
    }
}

#[component]
fn ReadyToDisarm(view: CaseView, seal: SealNo, text: String, onfire: Callback<Option<SecondOfficer>>) -> Element {
    let mut desk = use_desk();
    let case = view.doc.id;
    // The second officer may have agreed already, on the screen of the conflict.
    let agreed = desk.look(|kit| second_officer(kit, case, &seal)).ok().flatten();
    let conflict = view.open_conflict(&seal).is_some();
    let ask_second = conflict && agreed.is_none();
    let mut account = use_signal(String::new);
    let mut pin = use_signal(String::new);
    let mut reason = use_signal(String::new);
    let mut refused = use_signal(String::new);
    let cut = seal.clone();
    let told = view.inspections.iter().rev().find(|one| one.inspected.seal == seal);
    rsx! {
        Page {
            title: t!("arm-off-title"), sub: title_of(&view), back: true, focus: true, report: "disarm",
            dock: rsx! {
                HoldButton {
                    bad: true,
                    text: t!("arm-open"),
                    icon: "lock-open",
                    how: t!("hold-how"),
                    confirm_title: t!("arm-open-sure", seal = seal.to_string()),
                    confirm_text: t!("arm-open-sure-why"),
                    confirm_act: t!("arm-open"),
                    confirm_cancel: t!("cancel"),
                    onfire: move |()| {
                        refused.set(String::new());
                        let second = if ask_second {
                            let id = OfficerId(account.peek().trim().to_lowercase());
                            match agrees_here(&desk.kit(), &id, &pin.peek()) {
                                Ok(_) => Some(SecondOfficer { officer: id, reason: reason.peek().trim().to_owned() }),
                                Err(error) => {
                                    tracing::warn!(%error, "second officer");
                                    refused.set(t!("arm-second-wrong"));
                                    return;
                                }
                            }
                        } else {
                            agreed.clone().filter(|_| conflict)
                        };
                        onfire.call(second);
                    },
                }
                Button { icon: "scissors", text: t!("arm-cut-off"), onclick: move |()| desk.replace(Route::CutOff { case, seal: cut.clone() }) }
            },
            Trouble { text }
            Trouble { text: refused() }
            Card { kind: CardKind::Hero,
                Instruction { icon: "lock-open", title: t!("arm-open-now"), sub: t!("arm-open-now-how") }
            }
            WhichOne { view: view.clone(), seal: seal.clone() }
            if let Some(told) = told {
                Card {
                    KeyValue { items: vec![(t!("arm-inspected"), format!("`{}`", format::date_time(told.at)))] }
                }
            }
            if ask_second {
                Card { kind: CardKind::Bad,
                    Decision { text: t!("arm-second-title") }
                    Note { text: t!("arm-second-why") }
                    TextField { label: t!("arm-second-account"), words: true, oninput: move |text: String| account.set(text) }
                    TextField { label: t!("arm-second-pin"), kind: "password", inputmode: "numeric", oninput: move |text: String| pin.set(text) }
                    TextArea { label: t!("arm-second-reason"), oninput: move |text: String| reason.set(text) }
                }
            }
            Cite { icon: "info", text: t!("arm-once") }
        }
    }
}

#[component]
fn Running(view: CaseView, seal: SealNo, action: LockAction, steps: Vec<(Progress, Timestamp)>) -> Element {
    let at = |wanted: fn(&Progress) -> bool| {
        steps.iter().find(|(progress, _)| wanted(progress)).map(|(_, at)| format::time(*at)).unwrap_or_default()
    };
    let sent = at(|p| matches!(p, Progress::Sent(_)));
    let taken = at(|p| matches!(p, Progress::Acknowledged(_)));
    let read = at(|p| matches!(p, Progress::Read(_)));
    let arm = action == LockAction::Arm;
    let state = |done: bool, before: bool| match (done, before) {
        (true, _) => (CheckState::Ok, t!("state-ok")),
        (false, true) => (CheckState::Busy, t!("state-busy")),
        (false, false) => (CheckState::Todo, t!("state-todo")),
    };
    let rows = [
        (if arm { t!("arm-sent") } else { t!("arm-sent-open") }, String::new(), sent.clone(), true),
        (t!("arm-taken"), t!("arm-taken-why"), taken.clone(), !sent.is_empty()),
        (t!("arm-read-back"), t!("arm-read-back-why"), read.clone(), !taken.is_empty()),
    ];
    let practice = use_desk().practice().is_some();
    rsx! {
        AppShell { practice,
            if practice {
                Banner { kind: BannerKind::Practice, text: t!("practice-banner") }
            }
            AppBar {
                title: if arm { t!("arm-locking") } else { t!("arm-opening") },
                sub: t!("arm-which", container = title_of(&view), seal = seal.to_string()),
                focus: true,
            }
            if arm {
                SealingSteps { n: 4 }
            }
            ResultBlock { kind: ResultKind::Busy, word: t!("arm-stay"), say: t!("arm-stay-why"), icon: if arm { "lock" } else { "lock-open" } }
            Main {
                List { kind: ListKind::Ordered, label: t!("arm-command-steps"),
                    for (title, sub, value, before) in rows {
                        {
                            let (state, word) = state(!value.is_empty(), before);
                            rsx! { Check { key: "{title}", state, word, title, sub, value } }
                        }
                    }
                }
            }
            Dock {
                DockNote { icon: "info", text: t!("arm-no-cancel") }
            }
        }
    }
}

#[component]
fn Reading(view: CaseView, seal: SealNo) -> Element {
    let practice = use_desk().practice().is_some();
    rsx! {
        AppShell { practice,
            if practice {
                Banner { kind: BannerKind::Practice, text: t!("practice-banner") }
            }
            AppBar { title: t!("arm-reading"), sub: t!("arm-which", container = title_of(&view), seal = seal.to_string()), focus: true }
            ResultBlock { kind: ResultKind::Busy, word: t!("arm-stay"), say: t!("arm-reading-why"), icon: "refresh-cw" }
            Main {}
            Dock {
                DockNote { icon: "info", text: t!("arm-only-asks") }
            }
        }
    }
}

/// The frame of an answer: the result block holds the heading.
#[component]
fn Answer(
    kind: ResultKind,
    word: String,
    say: String,
    icon: Option<String>,
    dock: Element,
    children: Element,
) -> Element {
    let practice = use_desk().practice().is_some();
    rsx! {
        AppShell { practice,
            if practice {
                Banner { kind: BannerKind::Practice, text: t!("practice-banner") }
            }
            ResultBlock { kind, word, say, icon: icon.unwrap_or_default() }
            Main { {children} }
            Dock { {dock} }
        }
    }
}

#[component]
fn Unsure(view: CaseView, seal: SealNo, action: LockAction, tries: u32, text: String, onask: Callback<u32>) -> Element {
    let mut desk = use_desk();
    let case = view.doc.id;
    let arm = action == LockAction::Arm;
    let cut = seal.clone();
    let items = vec![
        if arm {
            TodoItem { text: t!("arm-do-hold"), why: t!("arm-do-hold-why") }
        } else {
            TodoItem { text: t!("arm-do-keep"), why: t!("arm-do-keep-why") }
        },
        TodoItem { text: t!("arm-do-stand"), why: t!("arm-do-stand-why") },
        TodoItem { text: t!("arm-do-press-read"), why: t!("arm-do-press-read-why") },
    ];
    rsx! {
        Answer {
            kind: ResultKind::Unsure,
            word: if arm { t!("arm-unsure") } else { t!("arm-unsure-off") },
            say: text,
            dock: rsx! {
                Button { kind: ButtonKind::Go, big: true, icon: "refresh-cw", text: t!("arm-read-again"), onclick: move |()| {
                    onask.call(tries);
                } }
                if arm {
                    Button { icon: "diamond-unsure", text: t!("arm-leave-unsure"), onclick: move |()| desk.replace(Route::Scan { purpose: ScanFor::SealToArm { case } }) }
                } else {
                    Button { icon: "scissors", text: t!("arm-cut-off"), onclick: move |()| desk.replace(Route::CutOff { case, seal: cut.clone() }) }
                }
                Button { icon: "arrow-left", text: t!("case-to-case"), onclick: move |()| desk.replace(Route::Case { case }) }
            },
            WhichOne { view: view.clone(), seal }
            Card {
                Decision { text: t!("arm-do-now") }
                Todo { items }
            }
            if tries > 0 {
                Note { icon: "refresh-cw", text: t!("arm-read-tries", n = tries) }
            }
            Note { text: if arm { t!("arm-unsure-after-two") } else { t!("arm-unsure-after-two-off") } }
        }
    }
}

#[component]
fn Refused(
    view: CaseView,
    seal: SealNo,
    action: LockAction,
    reason: RefusalReason,
    reading: Option<SealReading>,
    stand: Signal<Stand>,
) -> Element {
    let mut desk = use_desk();
    let case = view.doc.id;
    let (say, items) = trouble::refusal(reason, action);
    let lock = reading.as_ref().map(|reading| match reading.lock {
        LockState::Open => t!("arm-says-open"),
        LockState::Ready => t!("arm-says-ready"),
        LockState::ClosedArmed => t!("arm-says-closed"),
        LockState::Tampered => t!("arm-says-tampered"),
        LockState::Jammed => t!("arm-says-jammed"),
    });
    let say = match lock {
        Some(lock) => format!("{lock} {say}"),
        None => say,
    };
    let back = seal.clone();
    let cut = seal.clone();
    let arm = action == LockAction::Arm;
    let mut stand = stand;
    rsx! {
        Answer {
            kind: ResultKind::Bad,
            word: if arm { t!("arm-refused") } else { t!("arm-refused-off") },
            say,
            icon: if arm { None } else { Some("lock".to_owned()) },
            dock: rsx! {
                if arm {
                    Button { kind: ButtonKind::Go, big: true, icon: "cable", text: t!("arm-fixed-check"), onclick: move |()| desk.replace(Route::Preflight { case, seal: back.clone() }) }
                    Button { icon: "repeat", text: t!("arm-other-seal"), onclick: move |()| desk.replace(Route::Scan { purpose: ScanFor::SealToArm { case } }) }
                } else {
                    Button { kind: ButtonKind::Go, big: true, icon: "lock-open", text: t!("arm-fixed-open"), onclick: move |()| stand.set(Stand::Known) }
                    Button { icon: "scissors", text: t!("arm-cut-off"), onclick: move |()| desk.replace(Route::CutOff { case, seal: cut.clone() }) }
                }
            },
            WhichOne { view: view.clone(), seal }
            Card {
                Decision { text: t!("arm-do-now") }
                Todo { items }
            }
        }
    }
}

#[component]
fn Closed(view: CaseView, seal: SealNo) -> Element {
    let mut desk = use_desk();
    let status = use_sync_status();
    let case = view.doc.id;
    let on = view.seal(&seal).cloned();
    let since = on.as_ref().map(|seal| format::time(seal.changed_at)).unwrap_or_default();
    let prepared = on.as_ref().and_then(|seal| seal.prepared.clone());
    let scanned = desk.look(|kit| first_scan(kit, case));
    let took = match (scanned, on.as_ref().and_then(|seal| seal.on_since)) {
        (Some(from), Some(to)) => u64::try_from(to.duration_since(from).as_secs()).ok().filter(|s| *s < 7200),
        _ => None,
    };
    let offline = !status.read().online;
    let next = seal.clone();
    let bare = view.bare();
    rsx! {
        Answer {
            kind: ResultKind::Ok,
            word: t!("arm-closed"),
            say: t!("arm-closed-say", seal = seal.to_string(), time = since),
            dock: rsx! {
                if offline {
                    DockNote { icon: "cloud-off", text: t!("arm-kept-here") }
                }
                Button { kind: ButtonKind::Go, big: true, icon: "camera", text: t!("arm-next-photos"), onclick: move |()| desk.replace(Route::Photos { case, seal: next.clone(), stage: Stage::Arm }) }
            },
            WhichOne { view: view.clone(), seal: seal.clone() }
            if !bare.is_empty() {
                Card { kind: CardKind::Warn,
                    Decision { text: t!("cover-left", n = bare.len()) }
                    Note { icon: "container", text: t!("cover-left-why", containers = numbers(&bare)) }
                }
            }
            if let Some(prepared) = prepared {
                List { kind: ListKind::Items,
                    Check { state: CheckState::Ok, word: t!("state-ok"), title: t!("arm-times"), sub: t!("arm-times-why", drift = trouble::seconds(prepared.drift_s)) }
                    Check { state: CheckState::Ok, word: t!("state-ok"), title: t!("arm-check-battery"), value: format!("{}\u{a0}%", prepared.reading.battery_percent) }
                }
            }
            if let Some(seconds) = took {
                Note { icon: "timer", text: t!("arm-took", time = format::duration(seconds, crate::ui::theme::words().lang)) }
            }
        }
    }
}

/// When the first code of the case was scanned.
fn first_scan(kit: &crate::actions::Kit, case: CaseId) -> Option<Timestamp> {
    let events = kit.store.case_events(case).ok()?;
    let scans = events.iter().filter(|signed| matches!(signed.event.fact, seal_core::fact::Fact::CodeRead(_)));
    scans.map(|signed| signed.event.at.wall).min()
}

#[component]
fn Opened(view: CaseView, seal: SealNo) -> Element {
    let mut desk = use_desk();
    let case = view.doc.id;
    let on = view.seal(&seal).cloned();
    let at = on.as_ref().map(|seal| format::time(seal.changed_at)).unwrap_or_default();
    let of = desk.look(|kit| kit.store.seal(&seal)).ok().flatten().and_then(|view| view.doc);
    let unit = desk.officer().map(|officer| officer.unit);
    let foreign = of.as_ref().filter(|doc| Some(&doc.owner) != unit.as_ref() && Some(&doc.manager) != unit.as_ref());
    let owner = foreign.map(|doc| desk.look(|kit| words::office(kit, &doc.owner)));
    rsx! {
        Answer {
            kind: ResultKind::Ok,
            icon: "lock-open",
            word: t!("arm-opened"),
            say: t!("arm-opened-say", seal = seal.to_string(), time = at),
            dock: rsx! {
                if owner.is_some() {
                    Button { kind: ButtonKind::Go, big: true, icon: "repeat", text: t!("arm-to-returns"), onclick: move |()| desk.open(Route::Returns) }
                    Button { icon: "container", text: t!("case-to-case"), onclick: move |()| desk.replace(Route::Case { case }) }
                } else {
                    Button { kind: ButtonKind::Go, big: true, icon: "container", text: t!("case-to-case"), onclick: move |()| desk.replace(Route::Case { case }) }
                }
            },
            WhichOne { view: view.clone(), seal: seal.clone() }
            if let Some(owner) = owner {
                Card { kind: CardKind::Warn,
                    Decision { text: t!("arm-must-return") }
                    Note { text: t!("arm-must-return-why", owner = owner) }
                }
            }
        }
    }
}

#[component]
fn TamperedNow(view: CaseView, seal: SealNo) -> Element {
    let mut desk = use_desk();
    let case = view.doc.id;
    rsx! {
        Answer {
            kind: ResultKind::Bad,
            icon: "shield-alert",
            word: t!("case-seal-tampered"),
            say: t!("arm-tampered-say"),
            dock: rsx! {
                Button { kind: ButtonKind::Go, big: true, icon: "repeat", text: t!("arm-other-seal"), onclick: move |()| desk.replace(Route::Scan { purpose: ScanFor::SealToArm { case } }) }
                Button { icon: "arrow-left", text: t!("case-to-case"), onclick: move |()| desk.replace(Route::Case { case }) }
            },
            WhichOne { view: view.clone(), seal }
        }
    }
}
