//! Signing in with the agency's account: the agency's page in a browser here, or with a code on another device; then a PIN for
//! this phone, if the officer has none yet.

use dioxus::prelude::*;
use seal_core::agency::{DIGITS, Flow};
use seal_core::officer::Officer;

use super::parts::Trouble;
use crate::actions::sign_in::{SignInTrouble, SignedIn, choose_pin};
use crate::actions::sign_in_elsewhere::{Begun, Step, begin, finish};
use crate::ports::central::CentralTrouble;
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::use_desk;
use crate::ui::wait;

/// Digits of a PIN.
const PIN: usize = 6;

#[derive(Debug, Clone, PartialEq)]
enum Stage {
    /// The central is being asked where to go.
    Beginning,
    /// It came to nothing; the trouble says why.
    Stopped,
    /// The officer is at the agency's page, and comes back with digits.
    Browser(Begun),
    /// The officer types a code on another device; the phone looks by itself.
    Code(Begun),
    /// Signed in. The first time a PIN is chosen; the second time it is compared.
    Pin { officer: Officer, first: Option<String> },
}

/// See the module.
#[component]
pub fn AgencySignIn(
    /// Somebody is signed in.
    ondone: EventHandler<Officer>,
    /// Back to account and PIN.
    onback: EventHandler<()>,
) -> Element {
    let desk = use_desk();
    let mut stage = use_signal(|| Stage::Beginning);
    let mut trouble = use_signal(String::new);
    let mut typed = use_signal(String::new);
    let mut busy = use_signal(|| false);

    let arrive = move |signed_in: SignedIn, has_pin: bool| {
        typed.set(String::new());
        trouble.set(String::new());
        if has_pin {
            ondone.call(signed_in.officer);
        } else {
            stage.set(Stage::Pin { officer: signed_in.officer, first: None });
        }
    };
    // The phone looks by itself while a code is typed elsewhere; as slowly as the central says.
    let look = move |begun: Begun| {
        spawn(async move {
            let mut arrive = arrive;
            while *stage.peek() == Stage::Code(begun.clone()) {
                let pause = match finish(&desk.kit(), &begun, None).await {
                    Ok(Step::NotYet(seconds)) => seconds,
                    Ok(Step::SignedIn { signed_in, has_pin }) => return arrive(signed_in, has_pin),
                    // Coverage comes back; the code holds on.
                    Err(SignInTrouble::Central(CentralTrouble::Offline(_))) => 5,
                    Err(error) => {
                        trouble.set(agency_trouble(&error));
                        return stage.set(Stage::Stopped);
                    }
                };
                wait(u64::from(pause.max(1)) * 1000).await;
            }
        });
    };
    let start = move |flow: Flow| {
        typed.set(String::new());
        trouble.set(String::new());
        stage.set(Stage::Beginning);
        spawn(async move {
            match begin(&desk.kit(), flow).await {
                Ok(begun) if flow == Flow::Device => {
                    stage.set(Stage::Code(begun.clone()));
                    look(begun);
                }
                Ok(begun) => stage.set(Stage::Browser(begun)),
                Err(error) => {
                    trouble.set(agency_trouble(&error));
                    stage.set(Stage::Stopped);
                }
            }
        });
    };
    use_hook(|| {
        let mut start = start;
        start(Flow::Code);
    });
    let show_digits = move |begun: Begun| {
        busy.set(true);
        trouble.set(String::new());
        spawn(async move {
            let digits = typed.peek().clone();
            let mut arrive = arrive;
            match finish(&desk.kit(), &begun, Some(&digits)).await {
                Ok(Step::SignedIn { signed_in, has_pin }) => arrive(signed_in, has_pin),
                Ok(Step::NotYet(_)) => trouble.set(t!("settings-agency-not-yet")),
                Err(error) => {
                    trouble.set(agency_trouble(&error));
                    if is_over(&error) {
                        stage.set(Stage::Stopped);
                    }
                }
            }
            typed.set(String::new());
            busy.set(false);
        });
    };
    let take_pin = move |officer: Officer, first: Option<String>| {
        let pin = typed.take();
        match first {
            None => stage.set(Stage::Pin { officer, first: Some(pin) }),
            Some(first) if first != pin => {
                trouble.set(t!("settings-agency-pin-differs"));
                stage.set(Stage::Pin { officer, first: None });
            }
            Some(_) => match choose_pin(&desk.kit(), &officer, &pin) {
                Ok(()) => ondone.call(officer),
                Err(error) => trouble.set(agency_trouble(&error)),
            },
        }
    };
    let onkey = move |key| {
        let (mut show_digits, mut take_pin) = (show_digits, take_pin);
        if *busy.peek() {
            return;
        }
        match key {
            PinKey::Digit(digit) if typed.peek().len() < PIN => typed.write().push(char::from(b'0' + digit)),
            PinKey::Digit(_) => return,
            PinKey::Delete => {
                typed.write().pop();
                return;
            }
        }
        if typed.peek().len() < PIN {
            return;
        }
        // Let go of before it is set.
        let here = stage.peek().clone();
        match here {
            Stage::Browser(begun) => show_digits(begun),
            Stage::Pin { officer, first } => take_pin(officer, first),
            Stage::Beginning | Stage::Stopped | Stage::Code(_) => {}
        }
    };
    let mut start_again = start;
    let mut other_way = start;
    rsx! {
        Trouble { text: trouble() }
        match stage() {
            Stage::Beginning => rsx! { Loading { label: t!("settings-agency-beginning"), rows: 2 } },
            Stage::Stopped => rsx! {
                Button { kind: ButtonKind::Go, big: true, icon: "rotate-ccw", text: t!("settings-agency-again"), onclick: move |()| start_again(Flow::Code) }
            },
            Stage::Browser(begun) => rsx! {
                a { class: "row", href: begun.open.clone(), target: "_blank", rel: "noreferrer",
                    Glyph { icon: "badge-check", kind: Tone::Info }
                    RowBody { title: t!("settings-agency-open") }
                    Icon { name: "chevron-right", class: "muted" }
                }
                Note { icon: "info", text: t!("settings-agency-then", n = DIGITS) }
                Pad { typed: typed().len(), say: if busy() { t!("settings-signing-in") } else { t!("settings-agency-digits", n = DIGITS) }, onkey }
                // For another device's camera; the digits come first, most officers open the page here.
                Code { text: begun.open.clone(), label: t!("settings-agency-code-of-page") }
                Button { icon: "keyboard", text: t!("settings-agency-by-code"), onclick: move |()| other_way(Flow::Device) }
            },
            Stage::Code(begun) => rsx! {
                Note { icon: "info", text: t!("settings-agency-type") }
                KeyValue { items: vec![
                    (t!("settings-agency-address"), begun.address.clone().unwrap_or_default()),
                    (t!("settings-agency-user-code"), begun.user_code.clone().unwrap_or_default()),
                ] }
                Code { text: begun.open, label: t!("settings-agency-code-of-page") }
                Loading { label: t!("settings-agency-waiting"), rows: 1 }
                Button { icon: "key-round", text: t!("settings-agency-by-browser"), onclick: move |()| other_way(Flow::Code) }
            },
            Stage::Pin { officer, first } => rsx! {
                Note { icon: "cloud-off", text: t!("settings-agency-pin-why", name = officer.name.clone()) }
                Pad { typed: typed().len(), say: if first.is_none() { t!("settings-agency-pin", n = PIN) } else { t!("settings-agency-pin-again", n = PIN) }, onkey }
                Button { icon: "x", text: t!("settings-agency-no-pin"), onclick: move |()| ondone.call(officer.clone()) }
            },
        }
        if !matches!(stage(), Stage::Pin { .. }) {
            Button { icon: "arrow-left", text: t!("settings-agency-back"), onclick: move |()| onback.call(()) }
        }
    }
}

/// Six digits under the thumb.
#[component]
fn Pad(typed: usize, say: String, onkey: EventHandler<PinKey>) -> Element {
    rsx! {
        div { class: "stack", style: "gap:var(--s-4)",
            p { class: "center strong", {say.clone()} }
            PinDots { typed, of: PIN, label: t!("settings-pin-typed", n = typed, of = PIN) }
        }
        PinPad { label: say, delete_label: t!("settings-pin-delete"), onkey }
    }
}

/// The page's address for another device's camera.
#[component]
fn Code(text: String, label: String) -> Element {
    rsx! {
        SlipCodes {
            codes: vec![text],
            label,
            word: t!("slip-part"),
            hold_label: t!("slip-hold"),
            resume_label: t!("slip-resume"),
        }
    }
}

/// The sign-in cannot be gone on with.
fn is_over(error: &SignInTrouble) -> bool {
    match error {
        SignInTrouble::Central(CentralTrouble::Forbidden(problem)) => problem.code != "digits",
        SignInTrouble::Central(
            CentralTrouble::Offline(_) | CentralTrouble::Portal | CentralTrouble::Tls(_) | CentralTrouble::Busy { .. },
        ) => false,
        _ => true,
    }
}

fn agency_trouble(error: &SignInTrouble) -> String {
    let SignInTrouble::Central(trouble) = error else {
        tracing::error!(%error, "sign-in with the agency's account");
        return match error {
            SignInTrouble::Store(error) => super::stored::store_trouble(error),
            _ => t!("settings-sign-in-failed"),
        };
    };
    match trouble {
        CentralTrouble::Forbidden(problem) => match problem.code.as_str() {
            "digits" => t!("settings-agency-wrong-digits", n = DIGITS),
            "sign_in_gone" => t!("settings-agency-gone"),
            "denied" => t!("settings-agency-denied"),
            "unproven" => t!("settings-agency-unproven"),
            "unknown_officer" => t!("settings-agency-unknown"),
            "officer_disabled" => t!("settings-agency-disabled"),
            "no_flow" => t!("settings-agency-no-flow"),
            _ => t!("settings-forbidden", detail = problem.detail.clone()),
        },
        CentralTrouble::Busy { .. } => t!("settings-agency-busy"),
        CentralTrouble::Offline(_) => t!("settings-agency-offline"),
        CentralTrouble::Portal => t!("settings-never-here-portal"),
        CentralTrouble::Upgrade => t!("settings-upgrade"),
        _ => t!("settings-sign-in-failed"),
    }
}
