//! The camera looks for codes; the sheet says what was read, why it is believed, and where it leads.

mod leading;
mod recognised;
mod sheet;

use dioxus::prelude::*;
use seal_core::scan::{Thing, What};

pub use self::leading::{Offer, inspect_route, keep, leave, offer, wanted};
pub use self::recognised::{Reading, change, problem, why};
use self::sheet::Found;
use super::camera::{CameraPicture, Samples, torch, zoom};
use super::parts::{SealingSteps, Shell, Trouble};
use super::slip::{SlipProgress, SlipState, use_slip_reader};
use crate::actions::scan_item::{Lead, follow, recognise};
use crate::ports::camera::{CameraHint, CameraTrouble, Seen};
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::{Desk, use_desk};
use crate::ui::route::{Route, ScanFor};

/// See the module.
#[component]
pub fn Scan(purpose: ScanFor) -> Element {
    let mut desk = use_desk();
    let mut reading = use_signal(|| None::<Reading>);
    let mut trouble = use_signal(String::new);
    let mut help = use_signal(|| None::<CameraHint>);
    let mut tools = use_signal(|| (false, false));
    let mut light = use_signal(|| false);
    let mut near = use_signal(|| false);
    let mut sample = use_signal(String::new);
    let mut done = use_signal(|| None::<(Tone, String)>);
    // What went into a parcel last: it is still in front of the camera, and is not offered again.
    let mut taken = use_signal(String::new);
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
                        if *help.peek() != hint {
                            help.set(hint);
                        }
                    }
                    Ok(Seen::Code { text, .. }) if *taken.peek() == text => {}
                    Ok(Seen::Code { text, .. }) if slips.take(desk, &listen_for, &text) => reading.set(None),
                    Ok(Seen::Code { text, symbology, how }) => {
                        let read = recognise(&kit, &text, Some(symbology), wanted(&listen_for));
                        // One seal after another, without a touch: only what is not known is asked about.
                        if one_by_one(&listen_for) && matches!(read.what, What::Seal { .. }) && read.is_confirmed() {
                            let kept = keep(desk, &listen_for, &Reading { read, how, picked: false });
                            taken.set(text);
                            reading.set(None);
                            done.set(Some(kept.unwrap_or_else(|why| Some((Tone::Warn, why))).unwrap_or_default()));
                            continue;
                        }
                        let new = Reading { read, how, picked: false };
                        if better(desk, &listen_for, reading.peek().as_ref(), &new) {
                            trouble.set(String::new());
                            reading.set(Some(new));
                        }
                    }
                    Ok(Seen::NothingInPicture { why }) => trouble.set(match why.as_str() {
                        "heic" => t!("scan-picture-heic"),
                        "too_large" => t!("scan-picture-large"),
                        "broken" => t!("scan-picture-broken"),
                        _ => t!("scan-picture-empty"),
                    }),
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
                aim: reading().is_none(),
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
                if slips.state() != SlipState::Idle {
                    SlipProgress { reader: slips }
                } else if let Some(read) = reading() {
                    Found {
                        purpose: purpose.clone(),
                        reading: read,
                        onreading: move |new: Option<Reading>| reading.set(new),
                        ondone: move |said: (Tone, String)| {
                            let raw = reading.peek().as_ref().map(|reading| reading.read.raw.clone());
                            taken.set(raw.unwrap_or_default());
                            done.set(Some(said));
                        },
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

/// A list is worked off by scan: each known seal is taken as it is seen.
fn one_by_one(purpose: &ScanFor) -> bool {
    matches!(purpose, ScanFor::HandOver | ScanFor::TakeOver { .. } | ScanFor::StockCount)
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

/// Whether a new reading takes the place of the one shown: a recognised one that of an unknown one, and one of this case
/// that of another's (a sheet has many rows). A shown result never flickers otherwise.
fn better(desk: Desk, purpose: &ScanFor, shown: Option<&Reading>, new: &Reading) -> bool {
    let Some(shown) = shown else { return true };
    if shown.picked {
        return false;
    }
    match (&shown.read.what, &new.read.what) {
        (What::Unknown, What::Unknown) => false,
        (What::Unknown, _) => true,
        _ => match purpose {
            ScanFor::Case { case } => {
                let leads_here = |reading: &Reading| matches!(follow(&desk.kit(), &reading.read.raw, &reading.read.what), Ok(Lead::Cases(cases)) if cases.contains(case));
                !leads_here(shown) && leads_here(new)
            }
            _ => false,
        },
    }
}

fn camera_trouble(error: &CameraTrouble) -> String {
    match error {
        CameraTrouble::NotAllowed => t!("scan-camera-denied"),
        CameraTrouble::NoCamera => t!("scan-camera-none"),
        CameraTrouble::NoPicture(detail) => {
            tracing::warn!(detail, "camera");
            t!("scan-camera-failed")
        }
    }
}
