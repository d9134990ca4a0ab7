//! The command to the lock and the question for its state, each in a task of its own, and where the screen stands after them.

use dioxus::prelude::*;
use jiff::Timestamp;
use seal_core::fact::SecondOfficer;
use seal_core::ids::CaseId;
use seal_core::seal::permit::{ArmRefusal, DisarmRefusal};
use seal_core::seal::reading::{LockAction, LockOutcome, LockState, RefusalReason, SealReading};
use seal_core::seal_no::SealNo;
use tokio::sync::mpsc;

use crate::actions::arm_seal::arm_seal;
use crate::actions::choose_cover::{CoverTrouble, containers_to_seal, forget_cover};
use crate::actions::decide_conflict::forget_second;
use crate::actions::disarm_seal::disarm_seal;
use crate::actions::lock_command::{LockEnd, Patience, Progress, SealTrouble};
use crate::actions::read_lock::read_lock;
use crate::t;
use crate::ui::desk::Desk;
use crate::ui::screens::stored::{case_of, store_trouble};
use crate::ui::screens::trouble;

/// Where the screen stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Stand {
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
pub async fn command(
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
    Arm(Box<SealTrouble<ArmRefusal>>),
    Disarm(Box<SealTrouble<DisarmRefusal>>),
}

fn after(end: LockEnd) -> Stand {
    match end.outcome {
        LockOutcome::Refused { reason } => Stand::Refused { reason, reading: end.reading },
        // The case itself says the rest.
        LockOutcome::Confirmed | LockOutcome::Uncertain { .. } => Stand::Known,
    }
}

/// Asks the seal for its state; sends no command.
pub async fn ask(desk: Desk, case: CaseId, seal: SealNo, tries: u32, mut stand: Signal<Stand>) {
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
