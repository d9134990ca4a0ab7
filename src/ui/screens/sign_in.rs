//! Who works with this phone: account and PIN, or a secret of letters. In practice the accounts are a list to tap.

use dioxus::prelude::*;
use seal_core::ids::OfficerId;
use seal_core::officer::{Officer, Role};

use super::agency::AgencySignIn;
use super::parts::{Shell, Trouble};
use super::words::lang;
use crate::actions::sign_in::{MOST_TRIES, SignInTrouble, sign_in};
use crate::actions::sign_in_elsewhere::ways;
use crate::i18n::format;
use crate::ports::central::CentralTrouble;
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::{Desk, use_desk};
use crate::ui::route::Route;
use crate::ui::wait;

/// Digits of a PIN.
const PIN: usize = 6;
/// So long, milliseconds, until a central that was not reached is asked again how officers sign in.
const ASK_AGAIN_MS: u64 = 15_000;
/// Note in the store: the account used last.
const NOTE_ACCOUNT: &str = "account";

/// See the module.
#[component]
pub fn SignIn(
    /// The phone is to be enrolled, again or anew.
    onenrol: EventHandler<()>,
) -> Element {
    let desk = use_desk();
    let accounts = desk.practice().map(|practice| practice.accounts()).unwrap_or_default();
    let last = use_hook(|| desk.kit().store.note(NOTE_ACCOUNT).ok().flatten().unwrap_or_default());
    let mut account = use_signal(|| last.clone());
    let mut pin = use_signal(String::new);
    let mut trouble = use_signal(String::new);
    let mut busy = use_signal(|| false);
    // The list first where there is one; a real account is always possible.
    let mut typing = use_signal(|| accounts.is_empty());
    // First secrets have letters; PINs are digits.
    let mut letters = use_signal(|| false);
    let central = desk.kit().central.enrolment().and_then(|enrolment| enrolment.kept());

    // The agency's accounts are offered where the central says so; the agency's page stands in the place of the rest.
    let mut agency = use_signal(|| false);
    let mut at_agency = use_signal(|| false);
    use_future(move || async move {
        let kit = desk.kit();
        while kit.central.agency().is_some() {
            match ways(&kit).await {
                Ok(ways) => return agency.set(ways.agency),
                // Without coverage nobody can sign in there anyhow.
                Err(error) => tracing::debug!(%error, "the central does not say how officers sign in"),
            }
            wait(ASK_AGAIN_MS).await;
        }
    });

    let mut submit = move |officer: String, secret: String| {
        if *busy.peek() {
            return;
        }
        busy.set(true);
        trouble.set(String::new());
        spawn(async move {
            if let Err(text) = enter(desk, officer, secret).await {
                trouble.set(text);
                pin.set(String::new());
            }
            busy.set(false);
        });
    };
    rsx! {
        Shell {
            Main {
                div { class: "stack center", style: "justify-items:center;padding-block-start:var(--s-5)",
                    span { class: "glyph", style: "inline-size:72px;block-size:72px;border-radius:var(--r-4);background:var(--primary);color:var(--on-primary)",
                        Icon { name: "shield-check", size: IconSize::Xl }
                    }
                    h1 { class: "decision", tabindex: "-1", if typing() { {t!("settings-sign-in")} } else { {t!("settings-who")} } }
                }
                Trouble { text: trouble() }
                if at_agency() {
                    AgencySignIn {
                        ondone: move |officer: Officer| arrive(desk, officer),
                        onback: move |()| at_agency.set(false),
                    }
                } else if !typing() {
                    List { label: t!("settings-accounts"),
                        for entry in accounts.clone() {
                            Row {
                                key: "{entry.officer}",
                                icon: "user",
                                title: entry.name.clone(),
                                sub: format!("{} · {}", role_word(&entry.roles), entry.unit),
                                onclick: move |()| submit(entry.officer.0.clone(), entry.pin.clone()),
                            }
                        }
                    }
                    if busy() {
                        Loading { label: t!("settings-signing-in"), rows: 1 }
                    }
                    Button { text: t!("settings-other-account"), icon: "keyboard", onclick: move |()| typing.set(true) }
                } else {
                    TextField {
                        label: t!("settings-account"),
                        initial: last.clone(),
                        words: true,
                        oninput: move |text: String| account.set(text),
                    }
                    if letters() {
                        TextField {
                            label: t!("settings-secret"),
                            kind: "password",
                            words: true,
                            oninput: move |text: String| pin.set(text),
                        }
                        Button {
                            kind: ButtonKind::Go,
                            big: true,
                            icon: "arrow-right",
                            disabled: busy(),
                            text: if busy() { t!("settings-signing-in") } else { t!("settings-sign-in") },
                            onclick: move |()| {
                                let (officer, secret) = (account.peek().clone(), pin.peek().trim().to_owned());
                                submit(officer, secret);
                            },
                        }
                    } else {
                        div { class: "stack", style: "gap:var(--s-4)",
                            p { class: "center strong", if busy() { {t!("settings-signing-in")} } else { {t!("settings-pin", n = PIN)} } }
                            PinDots { typed: pin().len(), of: PIN, label: t!("settings-pin-typed", n = pin().len(), of = PIN) }
                        }
                        PinPad {
                            label: t!("settings-pin", n = PIN),
                            delete_label: t!("settings-pin-delete"),
                            onkey: move |key| {
                                if *busy.peek() {
                                    return;
                                }
                                match key {
                                    PinKey::Digit(digit) => {
                                        if pin.peek().len() < PIN {
                                            pin.write().push(char::from(b'0' + digit));
                                        }
                                        if pin.peek().len() == PIN {
                                            let (officer, secret) = (account.peek().clone(), pin.peek().clone());
                                            submit(officer, secret);
                                        }
                                    }
                                    PinKey::Delete => {
                                        pin.write().pop();
                                    }
                                }
                            },
                        }
                    }
                    Button {
                        icon: if letters() { "key-round" } else { "keyboard" },
                        text: if letters() { t!("settings-with-pin") } else { t!("settings-with-secret") },
                        onclick: move |()| {
                            pin.set(String::new());
                            letters.toggle();
                        },
                    }
                    if !accounts.is_empty() {
                        Button { text: t!("settings-accounts"), icon: "list", onclick: move |()| typing.set(false) }
                    }
                }
                if agency() && !at_agency() {
                    Button {
                        kind: ButtonKind::Go,
                        big: true,
                        icon: "badge-check",
                        text: t!("settings-agency"),
                        onclick: move |()| {
                            trouble.set(String::new());
                            at_agency.set(true);
                        },
                    }
                }
                Note { icon: "cloud-off", text: t!("settings-offline-sign-in") }
                if let Some(central) = central {
                    Note { icon: "shield-check", text: central.address }
                    Button { icon: "key-round", text: t!("enrol-again"), onclick: move |()| onenrol.call(()) }
                }
            }
        }
    }
}

/// The highest role in a word.
fn role_word(roles: &[Role]) -> String {
    match roles {
        roles if roles.contains(&Role::Supervisor) => t!("settings-role-supervisor"),
        roles if roles.contains(&Role::ShiftLead) => t!("settings-role-shift-lead"),
        _ => t!("settings-role-officer"),
    }
}

async fn enter(desk: Desk, officer: String, secret: String) -> Result<(), String> {
    let officer = officer.trim().to_lowercase();
    if officer.is_empty() {
        return Err(t!("settings-account-missing"));
    }
    let kit = desk.kit();
    let signed = sign_in(&kit, &OfficerId(officer.clone()), &secret).await.map_err(|error| trouble_text(&error))?;
    arrive(desk, signed.officer);
    Ok(())
}

/// The officer begins to work.
fn arrive(mut desk: Desk, officer: Officer) {
    if let Err(error) = desk.kit().store.set_note(NOTE_ACCOUNT, Some(&officer.id.0)) {
        tracing::warn!(%error, "account not remembered");
    }
    desk.set_officer(Some(officer));
    desk.open(Route::Home);
    desk.sync().send_now();
}

fn trouble_text(error: &SignInTrouble) -> String {
    let wait = |seconds: i64| format::duration(u64::try_from(seconds).unwrap_or(0), lang());
    match error {
        SignInTrouble::CentralNeeded(CentralTrouble::Forbidden(_)) => t!("settings-agency-needed", n = MOST_TRIES),
        SignInTrouble::NeverHere(CentralTrouble::Forbidden(_)) => t!("settings-agency-only"),
        SignInTrouble::Wrong { left: 0, .. } | SignInTrouble::CentralNeeded(_) => {
            t!("settings-central-needed", n = MOST_TRIES)
        }
        SignInTrouble::Wrong { wait_s: 0, left } => t!("settings-wrong", n = *left, of = MOST_TRIES),
        SignInTrouble::Wrong { wait_s, left } => {
            t!("settings-wrong-wait", time = wait(*wait_s), n = *left, of = MOST_TRIES)
        }
        SignInTrouble::Wait { wait_s } => t!("settings-wait", time = wait(*wait_s)),
        SignInTrouble::NeverHere(CentralTrouble::Portal) => t!("settings-never-here-portal"),
        SignInTrouble::NeverHere(_) => t!("settings-never-here"),
        SignInTrouble::Central(CentralTrouble::Forbidden(problem)) => {
            t!("settings-forbidden", detail = problem.detail.clone())
        }
        SignInTrouble::Central(CentralTrouble::Upgrade) => t!("settings-upgrade"),
        SignInTrouble::Store(error) => super::stored::store_trouble(error),
        SignInTrouble::Central(_) | SignInTrouble::Vault(_) | SignInTrouble::Verifier(_) => {
            tracing::error!(%error, "sign-in");
            t!("settings-sign-in-failed")
        }
    }
}
