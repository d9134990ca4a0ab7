//! A second officer agrees on their own phone that a seal is opened.

use dioxus::prelude::*;
use seal_core::ids::CaseId;
use seal_core::seal::reading::LockAction;
use seal_core::seal_no::SealNo;

use super::parts::{Page, Refusal};
use super::trouble;
use super::words::seal_no;
use crate::actions::agree_to_open::{AgreeRefusal, agree_to_open};
use crate::actions::lock_command::Patience;
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::use_desk;
use crate::ui::route::Route;

fn refused(reason: &AgreeRefusal) -> String {
    match reason {
        AgreeRefusal::NoRole => t!("errors-no-role"),
        AgreeRefusal::NotOnCase => t!("errors-not-on-case"),
        AgreeRefusal::Conflict => t!("errors-conflict"),
        AgreeRefusal::Seal(reason) => trouble::refusal(*reason, LockAction::Disarm).0,
    }
}

/// The agreement.
#[component]
pub fn Agree(case: CaseId, seal: SealNo) -> Element {
    let mut desk = use_desk();
    let mut asking = use_signal(|| false);
    let mut agreed = use_signal(|| false);
    let mut refusal = use_signal(String::new);
    let no = seal.clone();
    let agree = move |()| {
        let Some(officer) = desk.officer().filter(|_| !asking()) else { return };
        let (kit, seal) = (desk.kit(), no.clone());
        asking.set(true);
        refusal.set(String::new());
        spawn(async move {
            match agree_to_open(&kit, &officer, case, &seal, &Patience::default()).await {
                Ok(()) => agreed.set(true),
                Err(why) => refusal.set(trouble::seal_trouble(&why, refused)),
            }
            asking.set(false);
        });
    };
    rsx! {
        Page {
            title: t!("agree-title"),
            sub: t!("seal-name", seal = seal_no(&seal)),
            back: true,
            focus: true,
            report: "agree",
            dock: rsx! {
                Refusal { text: refusal() }
                if agreed() {
                    Button { kind: ButtonKind::Go, big: true, icon: "check", text: t!("agree-back"), onclick: move |()| desk.open(Route::Case { case }) }
                } else if asking() {
                    Button { big: true, disabled: true, icon: "radio", text: t!("agree-asking"), onclick: |()| {} }
                } else {
                    HoldButton {
                        text: t!("agree-do"),
                        icon: "lock-open",
                        how: t!("agree-how"),
                        confirm_title: t!("agree-ask", seal = seal_no(&seal)),
                        confirm_text: t!("agree-what"),
                        confirm_act: t!("agree-do"),
                        confirm_cancel: t!("agree-cancel"),
                        onfire: agree,
                    }
                }
            },
            if agreed() {
                Card { kind: CardKind::Hero,
                    Decision { text: t!("agree-done") }
                    Note { icon: "timer", text: t!("agree-done-next") }
                }
            } else {
                Card { kind: CardKind::Hero,
                    Decision { text: t!("agree-ask", seal = seal_no(&seal)) }
                    Note { icon: "info", text: t!("agree-what") }
                }
                Note { icon: "eye", text: t!("agree-look") }
            }
        }
    }
}
