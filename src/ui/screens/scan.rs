//! The camera looks for codes; the sheet says what was read, why it is believed, and where it leads.

mod in_view;
mod leading;
mod recognised;
mod sheet;
mod tally;

use dioxus::prelude::*;
use seal_core::ids::CaseId;
use seal_core::scan::{Thing, What};

use self::in_view::{InView, may_be_meant};
use self::leading::cue;
pub use self::leading::{Offer, inspect_route, keep, leave, offer, wanted};
pub use self::recognised::{Reading, change, problem, why};
use self::sheet::{Found, Several};
use self::tally::Tally;
use super::camera::{CameraPicture, Samples, torch, zoom};
use super::parts::{SealingSteps, Shell, Trouble};
use super::slip::{SlipProgress, SlipState, use_slip_reader};
use crate::actions::scan_item::{Lead, follow, recognise};
use crate::i18n::picture_message;
use crate::ports::camera::{CameraHint, CameraTrouble, Code, Cue, CueWays, Seen};
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::{Desk, use_desk};
use crate::ui::route::{Route, ScanFor};
use crate::ui::theme::{UiSettings, use_ui_settings};

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
    // Several codes of one frame among which only the officer can choose.
    let mut several = use_signal(Vec::<Reading>::new);
    // All codes of the last frame that had any: one of them may be touched in the picture.
    let mut shown = use_signal(Vec::<Reading>::new);
    // The one the officer chose among several: the others do not push it away.
    let mut settled = use_signal(String::new);
    // No screen hangs on it.
    let mut view = use_hook(|| CopyValue::new(InView::default()));
    let slips = use_slip_reader();
    let settings = use_ui_settings();
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
                        view.write().next_frame();
                        if *help.peek() != hint {
                            help.set(hint);
                        }
                    }
                    Ok(Seen::Codes(codes)) => {
                        if help.peek().is_some() {
                            help.set(None);
                        }
                        let fresh = fresh(&mut view.write(), codes);
                        let part_of_slip = |code: &Code| slips.take(desk, &listen_for, &code.text);
                        let (slip, codes): (Vec<Code>, Vec<Code>) = fresh.into_iter().partition(part_of_slip);
                        if !slip.is_empty() {
                            reading.set(None);
                            several.set(Vec::new());
                        }
                        let tell = |what: Cue| {
                            let UiSettings { sound, vibration, .. } = *settings.peek();
                            kit.camera.cue(what, CueWays { sound, vibration });
                        };
                        let mut readings = Vec::new();
                        for code in codes {
                            let read = recognise(&kit, &code.text, Some(code.symbology), wanted(&listen_for));
                            let new = Reading { read, how: code.how, picked: false, compare: !code.proven };
                            // One seal after another, without a touch: only what is not known is asked about.
                            if one_by_one(&listen_for)
                                && matches!(new.read.what, What::Seal { .. })
                                && new.read.is_confirmed()
                                && code.proven
                            {
                                let kept = keep(desk, &listen_for, &new);
                                let said = kept.unwrap_or_else(|why| Some((Tone::Warn, why))).unwrap_or_default();
                                tell(if said.0 == Tone::Ok { Cue::Right } else { Cue::Wrong });
                                view.write().is_done(&code.text);
                                reading.set(None);
                                done.set(Some(said));
                            } else {
                                readings.push(new);
                            }
                        }
                        if readings.is_empty() {
                            continue;
                        }
                        shown.set(readings.clone());
                        let meant = may_be_meant(wanted(&listen_for), readings);
                        match one_of(desk, &listen_for, meant) {
                            Ok(new) if several.peek().is_empty() => {
                                if better(desk, &listen_for, reading.peek().as_ref(), &new) {
                                    tell(cue(&listen_for, &new, offer(desk, &listen_for, &new).as_ref()));
                                    trouble.set(String::new());
                                    reading.set(Some(new));
                                }
                            }
                            Ok(_) => {} // the other one is still asked about
                            Err(meant) => {
                                let chosen = reading
                                    .peek()
                                    .as_ref()
                                    .is_some_and(|reading| reading.picked || *settled.peek() == reading.read.raw);
                                let known =
                                    |new: &Reading| several.peek().iter().any(|one| one.read.raw == new.read.raw);
                                if !chosen && !meant.iter().all(known) {
                                    tell(Cue::Wrong);
                                    trouble.set(String::new());
                                    reading.set(None);
                                    let more: Vec<Reading> = meant.into_iter().filter(|new| !known(new)).collect();
                                    several.write().extend(more);
                                }
                            }
                        }
                    }
                    Ok(Seen::Touched(text)) => {
                        let one = shown.peek().iter().find(|one| one.read.raw == text).cloned();
                        if let Some(one) = one {
                            settled.set(text);
                            several.set(Vec::new());
                            reading.set(Some(one));
                        }
                    }
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
                    Several { readings: several(), onchoose: move |one: Reading| {
                        settled.set(one.read.raw.clone());
                        several.set(Vec::new());
                        reading.set(Some(one));
                    } }
                    Button { text: t!("scan-again"), icon: "rotate-ccw", onclick: move |()| several.set(Vec::new()) }
                } else if let Some(read) = reading() {
                    Found {
                        purpose: purpose.clone(),
                        reading: read,
                        onreading: move |new: Option<Reading>| {
                            if new.is_none() {
                                settled.set(String::new());
                            }
                            reading.set(new);
                        },
                        ondone: move |said: (Tone, String)| {
                            let raw = reading.peek().as_ref().map(|reading| reading.read.raw.clone());
                            view.write().is_done(&raw.unwrap_or_default());
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
    matches!(
        purpose,
        ScanFor::HandOver | ScanFor::TakeOver { .. } | ScanFor::StockCount | ScanFor::ParcelReceipt { .. }
    )
}

/// The codes of a new frame without those that were dealt with and are still before the camera.
fn fresh(view: &mut InView, codes: Vec<Code>) -> Vec<Code> {
    view.next_frame();
    codes.into_iter().filter(|code| !view.still_there(&code.text)).collect()
}

/// The one that is meant, or several. On a case's scan the one that leads to the case: a sheet has many rows.
fn one_of(desk: Desk, purpose: &ScanFor, mut meant: Vec<Reading>) -> Result<Reading, Vec<Reading>> {
    if let ScanFor::Case { case } = purpose
        && let Some(at) = meant.iter().position(|reading| leads_to(desk, reading, *case))
    {
        return Ok(meant.swap_remove(at));
    }
    let cases = |reading: &Reading| match follow(&desk.kit(), &reading.read.raw, &reading.read.what) {
        Ok(Lead::Cases(cases)) if !cases.is_empty() => Some(cases),
        _ => None,
    };
    // A sheet names a case's container and its declaration: either will do.
    let first = meant.first().and_then(cases);
    if first.is_some() && meant.iter().all(|reading| cases(reading) == first) {
        meant.truncate(1);
    }
    match meant.len() {
        1 => Ok(meant.swap_remove(0)),
        _ => Err(meant),
    }
}

fn leads_to(desk: Desk, reading: &Reading, case: CaseId) -> bool {
    matches!(follow(&desk.kit(), &reading.read.raw, &reading.read.what), Ok(Lead::Cases(cases)) if cases.contains(&case))
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
            ScanFor::Case { case } => !leads_to(desk, shown, *case) && leads_to(desk, new, *case),
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
