//! The camera looks for codes; the sheet says what was read, why it is believed, and where it leads.

mod in_view;
mod leading;
mod looking;
mod recognised;
mod sheet;
mod tally;

use dioxus::prelude::*;
use seal_core::scan::Thing;

pub use self::leading::{Offer, inspect_route, keep, leave, offer, wanted};
use self::looking::{Looking, use_looking};
pub use self::recognised::{Reading, change, problem, why};
use self::sheet::{Found, Several};
use self::tally::Tally;
use super::camera::{CameraPicture, Samples, torch, zoom};
use super::parts::{SealingSteps, Shell, Trouble};
use super::slip::{SlipProgress, SlipState, use_slip_reader};
use crate::i18n::picture_message;
use crate::ports::camera::{CameraHint, CameraTrouble, Seen};
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::use_desk;
use crate::ui::route::{Route, ScanFor};

/// See the module.
#[component]
pub fn Scan(purpose: ScanFor) -> Element {
    let mut desk = use_desk();
    let looking = use_looking();
    let Looking { reading, several, mut trouble, done, .. } = looking;
    let mut help = use_signal(|| None::<CameraHint>);
    let mut tools = use_signal(|| (false, false));
    let mut light = use_signal(|| false);
    let mut near = use_signal(|| false);
    let mut sample = use_signal(String::new);
    let slips = use_slip_reader();
    let listen_for = purpose.clone();
    use_hook(move || {
        let kit = desk.kit();
        let mut seen = kit.camera.seen();
        spawn(async move {
            use tokio::sync::broadcast::error::RecvError;
            loop {
                match seen.recv().await {
                    Ok(Seen::Started { torch, zoom }) => {
                        tools.set((torch, zoom));
                        trouble.set(String::new());
                    }
                    Ok(Seen::Nothing(hint)) => {
                        looking.nothing();
                        if *help.peek() != hint {
                            help.set(hint);
                        }
                    }
                    Ok(Seen::Codes(codes)) => {
                        if help.peek().is_some() {
                            help.set(None);
                        }
                        looking.codes(desk, &listen_for, slips, codes);
                    }
                    Ok(Seen::Touched(text)) => looking.touched(&text),
                    Ok(Seen::NothingInPicture { why }) => trouble.set(t!(picture_message(&why))),
                    Ok(Seen::Trouble(error)) => trouble.set(camera_trouble(&error)),
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return,
                }
            }
        });
    });
    let typed = Route::TypeNumber { purpose: purpose.clone(), initial: String::new() };
    let aiming = match help() {
        Some(CameraHint::Dark) => t!("scan-hint-dark"),
        Some(CameraHint::TooSmall) => t!("scan-hint-closer"),
        Some(CameraHint::Blurred) => t!("scan-hint-blurred"),
        Some(CameraHint::CutOff) => t!("scan-hint-cut-off"),
        None => hint(&purpose),
    };
    let practice = desk.practice().is_some();
    let step = matches!(purpose, ScanFor::SealToArm { .. });
    rsx! {
        Shell {
            if step {
                SealingSteps { n: 2 }
            }
            Finder {
                label: t!("scan-finder"),
                hint: aiming,
                close_label: t!("close"),
                onclose: move |()| desk.back(),
                aim: reading().is_none() && several().is_empty(),
                tools: rsx! {
                    if tools().0 {
                        FinderTool { icon: "flashlight", text: t!("scan-torch"), pressed: light(), onclick: move |()| {
                            let on = !*light.peek();
                            light.set(on);
                            torch(on);
                        } }
                    }
                    if tools().1 {
                        FinderTool { icon: "zoom-in", text: "2×", pressed: near(), onclick: move |()| {
                            let on = !*near.peek();
                            near.set(on);
                            zoom(if on { 2 } else { 1 });
                        } }
                    }
                    // A slip cannot be typed.
                    if !matches!(purpose, ScanFor::Slip { .. }) {
                        FinderTool { icon: "keyboard", text: t!("scan-type"), onclick: move |()| desk.open(typed.clone()) }
                    }
                    // The file chooser opens only inside the click itself: the camera script listens for the attribute.
                    button { class: "finder-btn", r#type: "button", "data-seal-camera": "pick-scan",
                        Icon { name: "image" }
                        {t!("scan-picture")}
                    }
                },
                for id in [sample()] {
                    CameraPicture { key: "{id}", formats: formats(&purpose), sample: id }
                }
            }
            Sheet { label: t!("scan-result"),
                Trouble { text: trouble() }
                if let Some((kind, text)) = done().filter(|_| reading().is_none()) {
                    Chip { kind, text }
                    Button { kind: ButtonKind::Go, big: true, icon: "check", text: t!("scan-enough"), onclick: move |()| desk.back() }
                }
                Tally { purpose: purpose.clone() }
                if slips.state() != SlipState::Idle {
                    SlipProgress { reader: slips }
                } else if !several().is_empty() {
                    Several { readings: several(), onchoose: move |one: Reading| looking.choose(one) }
                    Button { text: t!("scan-again"), icon: "rotate-ccw", onclick: move |()| looking.again() }
                } else if let Some(read) = reading() {
                    Found {
                        purpose: purpose.clone(),
                        reading: read,
                        onreading: move |new: Option<Reading>| match new {
                            Some(new) => looking.choose(new),
                            None => looking.again(),
                        },
                        ondone: move |said: (Tone, String)| looking.is_done(said),
                    }
                } else if practice {
                    Samples { photos: false, selected: sample(), onselect: move |id: String| sample.set(id) }
                } else {
                    Note { icon: "scan-line", text: t!("scan-waiting") }
                }
            }
        }
    }
}

fn formats(purpose: &ScanFor) -> u8 {
    match wanted(purpose) {
        Some(Thing::Seal) => 2,
        Some(Thing::Waybill) => 3,
        _ => 0,
    }
}

fn hint(purpose: &ScanFor) -> String {
    match purpose {
        ScanFor::Anything => t!("scan-hint"),
        ScanFor::Case { .. } => t!("scan-hint-case"),
        ScanFor::OpenCase => t!("cover-open-hint"),
        ScanFor::SealToArm { .. } | ScanFor::SealOnCase { .. } => t!("scan-hint-seal"),
        ScanFor::ParcelContents { .. } => t!("scan-hint-pack"),
        ScanFor::ParcelReceipt { .. } => t!("scan-hint-receive"),
        ScanFor::Waybill { .. } => t!("scan-hint-waybill"),
        ScanFor::HandOver | ScanFor::TakeOver { .. } | ScanFor::StockCount => t!("stock-scan-hint"),
        ScanFor::Slip { .. } => t!("slip-hint"),
    }
}

/// Why the camera shows nothing.
pub fn camera_trouble(error: &CameraTrouble) -> String {
    match error {
        CameraTrouble::NotAllowed => t!("scan-camera-denied"),
        CameraTrouble::NoCamera => t!("scan-camera-none"),
        CameraTrouble::NoPicture(detail) => {
            tracing::warn!(detail, "camera");
            t!("scan-camera-failed")
        }
    }
}
