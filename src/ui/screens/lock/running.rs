//! While the seal is busy: the command's steps as they come, or the question for its state. There is no way back meanwhile.

use dioxus::prelude::*;
use jiff::Timestamp;
use seal_core::case::CaseView;
use seal_core::seal::reading::LockAction;
use seal_core::seal_no::SealNo;

use crate::actions::lock_command::Progress;
use crate::i18n::format;
use crate::t;
use crate::ui::components::*;
use crate::ui::screens::parts::Page;
use crate::ui::screens::words::title_of;

#[component]
pub fn Running(view: CaseView, seal: SealNo, action: LockAction, steps: Vec<(Progress, Timestamp)>) -> Element {
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
    rsx! {
        Page {
            title: if arm { t!("arm-locking") } else { t!("arm-opening") },
            sub: t!("arm-which", container = title_of(&view), seal = seal.to_string()),
            focus: true,
            step: if arm { 4 } else { 0 },
            result: rsx! {
                ResultBlock { kind: ResultKind::Busy, word: t!("arm-stay"), say: t!("arm-stay-why"), icon: if arm { "lock" } else { "lock-open" } }
            },
            dock: rsx! { DockNote { icon: "info", text: t!("arm-no-cancel") } },
            List { kind: ListKind::Ordered, label: t!("arm-command-steps"),
                for (title, sub, value, before) in rows {
                    {
                        let (state, word) = state(!value.is_empty(), before);
                        rsx! { Check { key: "{title}", state, word, title, sub, value } }
                    }
                }
            }
        }
    }
}

#[component]
pub fn Reading(view: CaseView, seal: SealNo) -> Element {
    rsx! {
        Page {
            title: t!("arm-reading"),
            sub: t!("arm-which", container = title_of(&view), seal = seal.to_string()),
            focus: true,
            result: rsx! { ResultBlock { kind: ResultKind::Busy, word: t!("arm-stay"), say: t!("arm-reading-why"), icon: "refresh-cw" } },
            dock: rsx! { DockNote { icon: "info", text: t!("arm-only-asks") } },
        }
    }
}
