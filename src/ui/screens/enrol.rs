//! First run for real use: the central's code is scanned (or its picture chosen, or its text pasted), the officer sees whom
//! the phone is about to trust and says yes, the central certifies this phone.

use dioxus::prelude::*;
use seal_core::enrolment::{Offer, OfferError, is_offer};
use seal_core::ids::Sha256;

use super::camera::CameraPicture;
use super::parts::{Shell, Trouble};
use super::scan::camera_trouble;
use super::words::{self, lang};
use crate::actions::enrol::{Done, EnrolTrouble, enrol, read_offer};
use crate::i18n::{format, picture_message};
use crate::ports::camera::Seen;
use crate::ports::central::CentralTrouble;
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::{Desk, use_desk};

#[derive(Debug, Clone, PartialEq)]
enum Stage {
    /// The camera looks for the code.
    Looking,
    /// The text is pasted.
    Typing,
    /// Whom to trust, and yes or no.
    Asking(Offer),
    Done(Done),
}

/// See the module.
#[component]
pub fn Enrol(
    /// The phone is enrolled.
    ondone: EventHandler<()>,
    /// Leaves the screen; where there is nowhere to go, there is no such button.
    onclose: Option<EventHandler<()>>,
) -> Element {
    let desk = use_desk();
    let first = if desk.camera_url().is_some() { Stage::Looking } else { Stage::Typing };
    let mut stage = use_signal(|| first.clone());
    let mut trouble = use_signal(String::new);
    let mut text = use_signal(String::new);
    let mut busy = use_signal(|| false);
    // A code that was declined may still be before the camera: it counts again once it was out of sight.
    let mut declined = use_signal(|| false);

    let mut take = move |code: &str| match read_offer(&desk.kit(), code) {
        Ok(offer) => {
            trouble.set(String::new());
            stage.set(Stage::Asking(offer));
        }
        Err(error) => trouble.set(trouble_text(&error)),
    };
    use_hook(move || {
        let mut seen = desk.kit().camera.seen();
        spawn(async move {
            use tokio::sync::broadcast::error::RecvError;
            loop {
                let looking = || *stage.peek() == Stage::Looking;
                match seen.recv().await {
                    Ok(Seen::Nothing(_)) => declined.set(false),
                    Ok(Seen::Codes(codes)) if looking() && !*declined.peek() => {
                        let code = codes.iter().find(|code| is_offer(&code.text)).or(codes.first());
                        if let Some(code) = code {
                            take(&code.text);
                        }
                    }
                    Ok(Seen::NothingInPicture { why }) if looking() => trouble.set(t!(picture_message(&why))),
                    Ok(Seen::Trouble(error)) if looking() => trouble.set(camera_trouble(&error)),
                    Ok(_) | Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return,
                }
            }
        });
    });
    let mut agree = move |offer: Offer| {
        if *busy.peek() {
            return;
        }
        busy.set(true);
        trouble.set(String::new());
        spawn(async move {
            match enrol(&desk.kit(), &offer).await {
                Ok(done) => stage.set(Stage::Done(done)),
                Err(error) => trouble.set(trouble_text(&error)),
            }
            busy.set(false);
        });
    };
    match stage() {
        Stage::Looking => rsx! {
            Shell {
                Finder {
                    label: t!("scan-finder"),
                    hint: t!("enrol-look"),
                    close_label: t!("close"),
                    onclose: move |()| match onclose {
                        Some(close) => close.call(()),
                        None => stage.set(Stage::Typing),
                    },
                    aim: true,
                    tools: rsx! {
                        FinderTool { icon: "keyboard", text: t!("enrol-type"), onclick: move |()| stage.set(Stage::Typing) }
                        button { class: "finder-btn", r#type: "button", "data-seal-camera": "pick-scan",
                            Icon { name: "image" }
                            {t!("scan-picture")}
                        }
                    },
                    CameraPicture {}
                }
                Sheet { label: t!("enrol-title"),
                    Trouble { text: trouble() }
                    Decision { text: t!("enrol-title") }
                    Note { icon: "key-round", text: t!("enrol-why") }
                }
            }
        },
        Stage::Typing => rsx! {
            Shell {
                Main {
                    Head {}
                    Trouble { text: trouble() }
                    TextArea {
                        label: t!("enrol-text"),
                        help: t!("enrol-text-help"),
                        oninput: move |new: String| text.set(new),
                    }
                    Button { kind: ButtonKind::Go, big: true, icon: "arrow-right", text: t!("enrol-read"), onclick: move |()| {
                        let typed = text.peek().clone();
                        take(&typed);
                    } }
                    if desk.camera_url().is_some() {
                        Button { icon: "scan-line", text: t!("enrol-scan"), onclick: move |()| {
                            trouble.set(String::new());
                            stage.set(Stage::Looking);
                        } }
                    }
                    if let Some(close) = onclose {
                        Button { icon: "arrow-left", text: t!("back"), onclick: move |()| close.call(()) }
                    }
                }
            }
        },
        Stage::Asking(offer) => rsx! {
            Shell {
                Main {
                    Card { kind: CardKind::Hero,
                        Decision { text: t!("enrol-ask") }
                        Note { icon: "shield-alert", text: t!("enrol-ask-why") }
                        KeyValue { items: told(desk, &offer) }
                    }
                    if offer.is_here() {
                        Card { kind: CardKind::Warn, Note { icon: "triangle-alert", text: t!("enrol-here") } }
                    }
                    Trouble { text: trouble() }
                }
                Dock {
                    Button { icon: "x", text: t!("enrol-no"), onclick: move |()| {
                        trouble.set(String::new());
                        declined.set(true);
                        stage.set(first.clone());
                    } }
                    Button {
                        kind: ButtonKind::Go,
                        big: true,
                        icon: "shield-check",
                        disabled: busy(),
                        text: if busy() { t!("enrol-busy") } else { t!("enrol-yes") },
                        onclick: move |()| agree(offer.clone()),
                    }
                }
            }
        },
        Stage::Done(done) => rsx! {
            Shell {
                Main {
                    Card { live: true,
                        Decision { text: t!("enrol-done") }
                        Note { icon: "shield-check", text: t!("enrol-done-why", at = format::date_long(done.certificate.expires)) }
                    }
                    if let Some(text) = done.clock_behind_s.map(clocks) {
                        Card { kind: CardKind::Warn, Note { icon: "clock", text } }
                    }
                }
                Dock {
                    Button { kind: ButtonKind::Go, big: true, icon: "arrow-right", text: t!("enrol-go-on"), onclick: move |()| ondone.call(()) }
                }
            }
        },
    }
}

#[component]
fn Head() -> Element {
    rsx! {
        div { class: "stack center", style: "justify-items:center;padding-block-start:var(--s-5)",
            span { class: "glyph", style: "inline-size:72px;block-size:72px;border-radius:var(--r-4);background:var(--primary);color:var(--on-primary)",
                Icon { name: "key-round", size: IconSize::Xl }
            }
            h1 { class: "decision", tabindex: "-1", {t!("enrol-title")} }
        }
        Note { icon: "info", text: t!("enrol-why") }
    }
}

/// What the offer says, to compare with the unit's paper.
fn told(desk: Desk, offer: &Offer) -> Vec<(String, String)> {
    let unit = desk.look(|kit| words::office(kit, &offer.unit));
    let mut items = vec![(t!("enrol-address"), offer.address.clone()), (t!("settings-unit"), unit)];
    match offer.root_prints().as_slice() {
        [] => items.push((t!("enrol-root"), t!("enrol-root-public"))),
        prints => items.extend(prints.iter().map(|print| (t!("enrol-root"), in_groups(print)))),
    }
    items.push((t!("enrol-central"), in_groups(&offer.central)));
    items.push((
        t!("enrol-until"),
        format!("{} {}", format::time_short(offer.expires), format::date_long(offer.expires)),
    ));
    items
}

/// A digest as people compare it.
pub(super) fn in_groups(digest: &Sha256) -> String {
    let hex = digest.to_string();
    let groups: Vec<&str> = (0..hex.len()).step_by(4).filter_map(|at| hex.get(at..at + 4)).collect();
    groups.join(" ")
}

fn clocks(behind_s: i64) -> String {
    let time = format::duration(behind_s.unsigned_abs(), lang());
    if behind_s > 0 { t!("enrol-clock-behind", time = time) } else { t!("enrol-clock-ahead", time = time) }
}

fn trouble_text(error: &EnrolTrouble) -> String {
    match error {
        EnrolTrouble::NotHere => t!("enrol-not-here"),
        EnrolTrouble::Offer(OfferError::NotAnOffer) => t!("enrol-not-an-offer"),
        EnrolTrouble::Offer(OfferError::Broken(_)) => t!("enrol-broken"),
        EnrolTrouble::Offer(OfferError::Newer(_)) | EnrolTrouble::Unreached(CentralTrouble::Upgrade) => {
            t!("enrol-newer")
        }
        EnrolTrouble::OtherCentral { address, waiting: 0 } => t!("enrol-other-central", address = address.clone()),
        EnrolTrouble::OtherCentral { address, waiting } => {
            t!("enrol-other-central-waiting", address = address.clone(), n = *waiting)
        }
        EnrolTrouble::Expired => t!("enrol-expired"),
        EnrolTrouble::UsedUp => t!("enrol-used-up"),
        EnrolTrouble::Unknown => t!("enrol-unknown"),
        EnrolTrouble::KeyChanged => t!("enrol-key-changed"),
        EnrolTrouble::Revoked => t!("enrol-revoked"),
        EnrolTrouble::Refused(problem) => t!("enrol-refused", detail = problem.detail.clone()),
        EnrolTrouble::Clock(_) => t!("enrol-clock"),
        EnrolTrouble::Foreign(why) => {
            tracing::warn!(why, "the central's certificate is not the one that was offered");
            t!("enrol-foreign")
        }
        EnrolTrouble::Unbelieved(why) => {
            tracing::warn!(%why, "the central's answer to an enrolment is not believed");
            t!("enrol-unbelieved")
        }
        EnrolTrouble::Unreached(CentralTrouble::Portal) => t!("enrol-portal"),
        EnrolTrouble::Unreached(CentralTrouble::Busy { .. }) => t!("enrol-busy-central"),
        EnrolTrouble::Unreached(_) => t!("enrol-unreached"),
        EnrolTrouble::Store(error) => super::stored::store_trouble(error),
        EnrolTrouble::Vault(why) => {
            tracing::error!(%error, "enrolment");
            super::stored::signing_trouble(why)
        }
        EnrolTrouble::Keep(_) => {
            tracing::error!(%error, "enrolment");
            t!("enrol-not-kept")
        }
    }
}
