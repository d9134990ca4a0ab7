//! Sealing, step 4, and taking a seal off: the held command, its progress, and its end. Only what the seal itself read back
//! paints the screen green.

mod command;
mod ends;
mod ready;
mod running;

use dioxus::prelude::*;
use seal_core::case::{CaseView, SealOnCase};
use seal_core::container::ContainerNo;
use seal_core::fact::SecondOfficer;
use seal_core::ids::CaseId;
use seal_core::seal::outcome::open_command;
use seal_core::seal::reading::{LockAction, UncertainWhy};
use seal_core::seal::state::SealState;
use seal_core::seal_no::SealNo;

use self::command::{Stand, ask, command};
use self::ends::{Closed, Opened, Refused, TamperedNow, Unsure};
use self::ready::{ReadyToArm, ReadyToDisarm};
use self::running::{Reading, Running};
use super::stored::{CaseGone, case_of};
use super::trouble;
use crate::actions::choose_cover::chosen_cover;
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::{Desk, use_desk};

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
