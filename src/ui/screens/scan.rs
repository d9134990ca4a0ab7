//! The camera looks for codes; the sheet says what was read, why it is believed, and where it leads.

use dioxus::prelude::*;
use seal_core::case::CaseView;
use seal_core::container::ContainerError;
use seal_core::declaration::DeclarationError;
use seal_core::ids::CaseId;
use seal_core::near::Change;
use seal_core::scan::{Because, HowRead, Problem, Recognition, Thing, What, picked};

use super::camera::{CameraPicture, Samples, torch, zoom};
use super::containers::{joined, of_several, these};
use super::parts::{Trouble, store_trouble};
use super::words;
use crate::actions::hand_parcel::note_waybill;
use crate::actions::open_case::{OpenCaseTrouble, add_container, has_open_case};
use crate::actions::pack_parcel::{PackError, PackWarning, add_seal};
use crate::actions::receive_parcel::{FoundAs, note_found};
use crate::actions::scan_item::{Lead, follow, likeliest, note_code, recognise};
use crate::ports::camera::{CameraHint, CameraTrouble, Seen};
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::{Desk, use_desk};
use crate::ui::route::{Route, ScanFor};

/// What came in, and what it was taken for.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// What it is.
    pub read: Recognition,
    /// How it came in.
    pub how: HowRead,
    /// The officer picked its kind or number.
    pub picked: bool,
}

/// What can be done with a reading.
#[derive(Debug, Clone, PartialEq)]
pub struct Offer {
    /// State of the thing in a word.
    pub chip: Option<(Tone, String)>,
    /// A remark before the act; a warning.
    pub remark: String,
    /// The act: its words and icon; none when it leads nowhere.
    pub act: Option<(String, &'static str)>,
    /// Where the act leads.
    pub route: Option<Route>,
    /// The case the reading is noted in.
    pub case: Option<CaseId>,
}

/// The kind a purpose asks for.
#[must_use]
pub fn wanted(purpose: &ScanFor) -> Option<Thing> {
    match purpose {
        ScanFor::Anything => None,
        ScanFor::Case { .. } | ScanFor::OpenCase => Some(Thing::Container),
        ScanFor::SealToArm { .. }
        | ScanFor::SealOnCase { .. }
        | ScanFor::ParcelContents { .. }
        | ScanFor::ParcelReceipt { .. } => Some(Thing::Seal),
        ScanFor::Waybill { .. } => Some(Thing::Waybill),
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
    }
}

/// What the lists of this device make of a reading, for a purpose.
pub fn offer(desk: Desk, purpose: &ScanFor, reading: &Reading) -> Result<Offer, String> {
    let kit = desk.kit();
    let unit = desk.officer().map(|officer| officer.unit).ok_or_else(|| t!("settings-sign-in"))?;
    let lead = follow(&kit, &reading.read.raw, &reading.read.what).map_err(|error| store_trouble(&error))?;
    let nothing = |remark: String| Offer { chip: None, remark, act: None, route: None, case: None };
    let to_case = |case: CaseId, remark: String| Offer {
        chip: Some((Tone::Ok, t!("scan-known"))),
        remark,
        act: Some((t!("scan-open-case"), "arrow-right")),
        route: Some(Route::Case { case }),
        case: Some(case),
    };
    let view = |case: CaseId| kit.store.case(case).ok().flatten();
    Ok(match (purpose, lead) {
        // ── the scan of one case's papers and container ──
        (ScanFor::Case { case }, Lead::Cases(cases)) if cases.contains(case) => {
            match (view(*case), &reading.read.what) {
                (Some(view), What::Container { number, .. }) => {
                    of_several(&view, number, to_case(*case, String::new()))
                }
                _ => to_case(*case, String::new()),
            }
        }
        (ScanFor::Case { case }, Lead::Cases(cases)) => {
            match likeliest(&kit, &cases, &unit).map_err(|error| store_trouble(&error))? {
                Some(other) => Offer {
                    chip: Some((Tone::Warn, t!("scan-other-case"))),
                    act: Some((t!("scan-open-other"), "arrow-right")),
                    ..to_case(other, joined(t!("scan-other-case-why"), &these(view(*case))))
                },
                None => Offer {
                    chip: Some((Tone::Warn, t!("scan-other-case"))),
                    ..nothing(joined(t!("scan-not-this-case"), &these(view(*case))))
                },
            }
        }
        // ── one more container of a case that is being opened ──
        (ScanFor::OpenCase, _) => match &reading.read.what {
            What::Container { number, .. } => Offer {
                remark: match has_open_case(&kit, number) {
                    Ok(true) => t!("cover-open-known"),
                    Ok(false) => String::new(),
                    Err(error) => return Err(store_trouble(&error)),
                },
                act: Some((t!("cover-open-add"), "plus")),
                ..nothing(String::new())
            },
            _ => nothing(t!("scan-not-wanted", thing = words::thing(Thing::Container))),
        },
        // ── a seal to put on ──
        (ScanFor::SealToArm { case }, Lead::Seal { seal, .. }) => Offer {
            chip: known_seal(&reading.read),
            remark: String::new(),
            act: Some((t!("scan-use-seal"), "shield-check")),
            route: Some(Route::Preflight { case: *case, seal }),
            case: Some(*case),
        },
        // ── the seal that is on ──
        (ScanFor::SealOnCase { case }, Lead::Seal { seal, .. }) => match view(*case) {
            Some(on) if on.seal(&seal).is_some_and(|seal| seal.state.is_on()) => Offer {
                chip: Some((Tone::Ok, t!("scan-seal-matches"))),
                remark: String::new(),
                act: Some((t!("scan-inspect"), "eye")),
                route: Some(inspect_route(&on, &seal, &unit)),
                case: Some(*case),
            },
            _ => Offer { chip: Some((Tone::Bad, t!("scan-seal-differs"))), ..nothing(t!("scan-seal-differs-why")) },
        },
        // ── anything ──
        (ScanFor::Anything, Lead::Cases(cases)) => {
            match likeliest(&kit, &cases, &unit).map_err(|error| store_trouble(&error))? {
                Some(case) => to_case(case, String::new()),
                None => new_case(&reading.read.what),
            }
        }
        (ScanFor::Anything, Lead::Seal { on: Some(case), .. }) => to_case(case, t!("scan-seal-on-case")),
        (ScanFor::Anything, Lead::Seal { seal, on: None }) => Offer {
            chip: known_seal(&reading.read),
            remark: String::new(),
            act: Some((t!("scan-open-seal"), "arrow-right")),
            route: Some(Route::Seal { seal }),
            case: None,
        },
        (ScanFor::Anything, Lead::Parcel(parcel)) => {
            let ours = kit.store.parcel(parcel).ok().flatten().is_some_and(|view| view.packed.to == unit);
            Offer {
                chip: None,
                remark: String::new(),
                act: Some((t!("scan-open-parcel"), "package-open")),
                route: Some(if ours { Route::ParcelReceive { parcel } } else { Route::Parcels }),
                case: None,
            }
        }
        (ScanFor::Anything, Lead::Waybill(_)) => Offer {
            chip: None,
            remark: String::new(),
            act: Some((t!("scan-open-parcels"), "package")),
            route: Some(Route::Parcels),
            case: None,
        },
        // ── parcels: the draft takes it, and the camera goes on ──
        (ScanFor::ParcelContents { .. }, Lead::Seal { .. }) => {
            Offer { chip: known_seal(&reading.read), act: Some((t!("scan-pack"), "package")), ..nothing(String::new()) }
        }
        (ScanFor::ParcelReceipt { .. }, Lead::Seal { .. }) => Offer {
            chip: known_seal(&reading.read),
            act: Some((t!("scan-receive"), "package-open")),
            ..nothing(String::new())
        },
        (ScanFor::Waybill { .. }, Lead::Waybill(_)) => {
            Offer { act: Some((t!("scan-use-waybill"), "check")), ..nothing(String::new()) }
        }
        (purpose, _) => nothing(t!("scan-not-wanted", thing = wanted(purpose).map(words::thing).unwrap_or_default())),
    })
}

fn known_seal(read: &Recognition) -> Option<(Tone, String)> {
    let known = read.because.contains(&Because::KnownSeal);
    Some(if known { (Tone::Ok, t!("scan-in-register")) } else { (Tone::Warn, t!("scan-not-in-register")) })
}

/// Where the check of a seal that is on begins.
#[must_use]
pub fn inspect_route(view: &CaseView, seal: &seal_core::seal_no::SealNo, unit: &seal_core::ids::OfficeCode) -> Route {
    let en_route = &view.doc.destination != unit;
    let radio = view
        .seal(seal)
        .is_some_and(|seal| seal.seal_type == seal_core::codes::SealType::Electronic && seal.method.is_none());
    let (case, seal) = (view.doc.id, seal.clone());
    if radio { Route::SealLog { case, seal, en_route } } else { Route::HandChecks { case, seal, en_route } }
}

fn new_case(what: &What) -> Offer {
    let (container, declaration) = match what {
        What::Container { number, .. } => (Some(number.clone()), None),
        What::Declaration { number, .. } => (None, Some(number.clone())),
        What::ContainerSheetRow { container, declaration, .. } => (container.clone(), declaration.clone()),
        _ => (None, None),
    };
    Offer {
        chip: Some((Tone::Warn, t!("scan-not-in-list"))),
        remark: t!("scan-not-in-list-why"),
        act: Some((t!("scan-open-new"), "plus")),
        route: Some(Route::OpenCase { container, declaration }),
        case: None,
    }
}

/// Notes what was read and goes where it leads.
pub fn take(mut desk: Desk, purpose: &ScanFor, reading: &Reading, offer: &Offer) -> Result<(), String> {
    let (Some(officer), Some(route)) = (desk.officer(), offer.route.clone()) else { return Ok(()) };
    note_code(&desk.kit(), &officer, offer.case, &reading.read, reading.how, reading.picked)
        .map_err(|error| store_trouble(&error))?;
    match purpose {
        // The scan of a wizard is a step, not a place to come back to.
        ScanFor::Anything => desk.open(route),
        _ => desk.replace(route),
    }
    Ok(())
}

/// The same from a screen opened over the scan: neither stays on the path.
pub fn leave(mut desk: Desk, reading: &Reading, offer: &Offer) -> Result<(), String> {
    let (Some(officer), Some(route)) = (desk.officer(), offer.route.clone()) else { return Ok(()) };
    note_code(&desk.kit(), &officer, offer.case, &reading.read, reading.how, reading.picked)
        .map_err(|error| store_trouble(&error))?;
    desk.back();
    if matches!(desk.here(), Route::Scan { .. }) {
        desk.replace(route);
    } else {
        desk.open(route);
    }
    Ok(())
}

/// Takes a reading without leaving the scan: a container of the case, or something for a draft. Answers what to say while the camera goes on; `None` leaves the scan.
pub fn keep(desk: Desk, purpose: &ScanFor, reading: &Reading) -> Result<Option<(Tone, String)>, String> {
    let kit = &desk.kit();
    match (purpose, &reading.read.what) {
        (ScanFor::Case { case }, What::Container { number, .. }) => {
            let officer = desk.officer().ok_or_else(|| t!("settings-sign-in"))?;
            note_code(kit, &officer, Some(*case), &reading.read, reading.how, reading.picked)
                .map_err(|error| store_trouble(&error))?;
            let view = kit.store.case(*case).map_err(|error| store_trouble(&error))?;
            let left = view.map_or(0, |view| view.cover().iter().filter(|cover| !cover.scanned).count());
            Ok(Some((Tone::Ok, t!("cover-scan-kept", container = number.to_string(), n = left))))
        }
        (ScanFor::OpenCase, What::Container { number, .. }) => match add_container(kit, number) {
            Ok(entered) => {
                let n = entered.containers.len();
                Ok(Some((Tone::Ok, t!("cover-open-kept", container = number.to_string(), n = n))))
            }
            Err(OpenCaseTrouble::Store(error)) => Err(store_trouble(&error)),
            Err(_) => Err(t!("cover-open-twice", container = number.to_string())),
        },
        (ScanFor::ParcelContents { parcel }, What::Seal { number }) => match add_seal(kit, *parcel, number) {
            Ok(None) => Ok(Some((Tone::Ok, t!("scan-packed", seal = number.to_string())))),
            Ok(Some(warning)) => {
                let why = match warning {
                    PackWarning::NotInRegister => t!("scan-pack-unknown"),
                    PackWarning::BelongsElsewhere => t!("scan-pack-elsewhere"),
                    PackWarning::Promised => t!("scan-pack-promised"),
                };
                Ok(Some((Tone::Warn, format!("{} {why}", t!("scan-packed", seal = number.to_string())))))
            }
            Err(PackError::Twice) => Err(t!("scan-pack-twice")),
            Err(PackError::OnContainer) => Err(t!("scan-pack-on-container")),
            Err(PackError::OtherParcel) => Err(t!("scan-pack-other")),
            Err(error) => {
                tracing::error!(%error, "packing");
                Err(t!("errors-store"))
            }
        },
        (ScanFor::ParcelReceipt { parcel }, What::Seal { number }) => match note_found(kit, *parcel, number) {
            Ok(FoundAs::Twice) => Err(t!("scan-receive-twice")),
            Ok(FoundAs::Extra) => Ok(Some((Tone::Warn, t!("scan-received-extra", seal = number.to_string())))),
            Ok(_) => Ok(Some((Tone::Ok, t!("scan-received", seal = number.to_string())))),
            Err(error) => {
                tracing::error!(%error, "receiving");
                Err(t!("errors-store"))
            }
        },
        (ScanFor::Waybill { parcel }, What::Waybill { number }) => {
            note_waybill(kit, *parcel, number.as_ref()).map_err(|error| store_trouble(&error))?;
            Ok(None)
        }
        _ => Err(t!("scan-not-wanted", thing = wanted(purpose).map(words::thing).unwrap_or_default())),
    }
}

/// "Nhận là … vì …"
pub fn why(read: &Recognition) -> String {
    let digit = match &read.what {
        What::Container { number, .. } | What::ContainerSheetRow { container: Some(number), .. } => {
            number.check_digit().to_owned()
        }
        _ => String::new(),
    };
    let because: Vec<String> = read
        .because
        .iter()
        .map(|because| match because {
            Because::CheckDigitOk => t!("scan-because-check-digit", digit = digit.clone()),
            Because::Mod7Ok => t!("scan-because-mod7"),
            Because::S10Ok => t!("scan-because-s10"),
            Because::KnownSeal => t!("scan-because-register"),
            Because::WorkList => t!("scan-because-list"),
            Because::OwnCode => t!("scan-because-own"),
            Because::FoundInText => t!("scan-because-found"),
            Because::PatternOnly => t!("scan-because-pattern"),
        })
        .collect();
    let thing = match &read.what {
        What::ContainerSheetRow { .. } => t!("scan-thing-sheet"),
        what => what.thing().map(words::thing).unwrap_or_default(),
    };
    t!("scan-why", thing = thing, because = because.join(", "))
}

/// What is wrong with a number that is nearly one.
pub fn problem(problem: &Problem) -> String {
    match problem {
        Problem::Container(error) => match error {
            ContainerError::Length { found } => t!("scan-bad-container-length", n = *found),
            ContainerError::OwnerLetters { position, .. } => t!("scan-bad-owner", n = *position + 1),
            ContainerError::Category { found } => t!("scan-bad-category", found = found.to_string()),
            ContainerError::Digits { position, .. } => t!("scan-bad-digit", n = *position + 1),
            ContainerError::CheckDigit { expected, .. } => t!("scan-bad-check", expected = expected.to_string()),
        },
        Problem::Declaration(error) => match error {
            DeclarationError::Length { found } => t!("scan-bad-declaration-length", n = *found),
            DeclarationError::Digits { position, .. } => t!("scan-bad-digit", n = *position + 1),
            DeclarationError::CheckDigit { expected, .. } => {
                t!("scan-bad-declaration-check", expected = expected.to_string())
            }
            DeclarationError::NotANumber => t!("scan-bad-declaration"),
        },
        Problem::S10 => t!("scan-bad-s10"),
    }
}

/// How a near candidate differs.
pub fn change(change: Change) -> String {
    match change {
        Change::LookAlike => t!("scan-near-look-alike"),
        Change::Swapped => t!("scan-near-swapped"),
        Change::CheckDigit => t!("scan-near-last"),
        Change::CheckDigitMissing => t!("scan-near-missing"),
        Change::OtherDigit => t!("scan-near-digit"),
        Change::OtherLetter => t!("scan-near-letter"),
    }
}

/// A number as large as it deserves.
#[component]
pub fn ReadNumber(what: What) -> Element {
    match &what {
        What::Container { number, .. } | What::ContainerSheetRow { container: Some(number), .. } => rsx! {
            ContainerNumber { number: number.as_str(), size: NumberSize::Xl, check_label: t!("check-digit-is", d = number.check_digit()) }
        },
        What::Declaration { number, .. } | What::ContainerSheetRow { declaration: Some(number), .. } => rsx! {
            p { class: "decision", Num { text: words::threes(number.as_str()) } }
        },
        What::Seal { number } => rsx! { p { class: "decision", Num { text: number.to_string() } } },
        What::Waybill { number } => rsx! { p { class: "decision", Num { text: number.to_string() } } },
        _ => rsx! {},
    }
}

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
                    Ok(Seen::Code { text, symbology, how }) => {
                        let read = recognise(&kit, &text, Some(symbology), wanted(&listen_for));
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
        AppShell { practice,
            if practice {
                Banner { kind: BannerKind::Practice, text: t!("practice-banner") }
            }
            if step {
                super::parts::SealingSteps { n: 2 }
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
                    FinderTool { icon: "keyboard", text: t!("scan-type"), onclick: move |()| desk.open(typed.clone()) }
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
                if let Some(read) = reading() {
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

#[component]
fn Found(
    purpose: ScanFor,
    reading: Reading,
    onreading: EventHandler<Option<Reading>>,
    /// Something went into a parcel: how it looks, and what is now true.
    ondone: EventHandler<(Tone, String)>,
) -> Element {
    let mut desk = use_desk();
    let mut trouble = use_signal(String::new);
    let again = move |()| onreading.call(None);
    let raw = reading.read.symbology.map_or(String::new(), |s| words::symbology(s).to_owned());
    if reading.read.what == What::Unknown {
        return rsx! { Unknown { purpose, reading, onreading } };
    }
    let offer = match offer(desk, &purpose, &reading) {
        Ok(offer) => offer,
        Err(text) => return rsx! { Trouble { text } },
    };
    let heading = reading.read.what.thing().map(words::thing).unwrap_or_default();
    let typed = Route::TypeNumber {
        purpose: purpose.clone(),
        initial: crate::actions::scan_item::value_of(&reading.read.what),
    };
    rsx! {
        div { class: "flow flow--between",
            h2 { class: "eyebrow", {heading} }
            if let Some((kind, text)) = offer.chip.clone() {
                Chip { kind, text }
            }
        }
        ReadNumber { what: reading.read.what.clone() }
        Why { text: why(&reading.read), unknown: !reading.read.is_confirmed() }
        Raw { label: t!("scan-raw"), text: reading.read.raw.clone(), note: raw }
        if !offer.remark.is_empty() {
            Note { icon: "info", text: offer.remark.clone() }
        }
        Trouble { text: trouble() }
        if let Some((text, icon)) = offer.act.clone() {
            Button { kind: ButtonKind::Go, big: true, text, icon, onclick: move |()| {
                if offer.route.is_some() {
                    if let Err(text) = take(desk, &purpose, &reading, &offer) {
                        trouble.set(text);
                    }
                    return;
                }
                match keep(desk, &purpose, &reading) {
                    Ok(Some(said)) => {
                        ondone.call(said);
                        onreading.call(None);
                    }
                    Ok(None) => desk.back(),
                    Err(text) => trouble.set(text),
                }
            } }
        }
        Even {
            Button { text: t!("scan-again"), icon: "rotate-ccw", onclick: again }
            Button { text: t!("scan-wrong"), icon: "keyboard", onclick: move |()| desk.open(typed.clone()) }
        }
    }
}

/// Read, but what is it? Near numbers where a check digit is wrong, else the kinds its shape allows; the raw text is kept.
#[component]
fn Unknown(purpose: ScanFor, reading: Reading, onreading: EventHandler<Option<Reading>>) -> Element {
    let desk = use_desk();
    let mut kept = use_signal(String::new);
    let raw = reading.read.symbology.map_or(String::new(), |s| words::symbology(s).to_owned());
    let again = move |()| onreading.call(None);
    let (with_near, with_kind, with_raw) = (reading.clone(), reading.clone(), reading.clone());
    let choose = move |what: Option<What>, from: &Reading| {
        if let Some(what) = what {
            let read = Recognition {
                what,
                because: vec![Because::PatternOnly],
                problem: None,
                near: vec![],
                possible: vec![],
                ..from.read.clone()
            };
            onreading.call(Some(Reading { read, picked: true, ..from.clone() }));
        }
    };
    let case = match purpose {
        ScanFor::Case { case } | ScanFor::SealToArm { case } | ScanFor::SealOnCase { case } => Some(case),
        _ => None,
    };
    rsx! {
        if let Some(wrong) = reading.read.problem.clone() {
            Decision { text: t!("scan-nearly") }
            Why { unknown: true, text: problem(&wrong) }
        } else {
            Decision { text: t!("scan-unknown") }
            Why { unknown: true, text: t!("scan-unknown-why") }
        }
        Raw { label: t!("scan-verbatim"), text: reading.read.raw.clone(), note: raw }
        if !reading.read.near.is_empty() {
            Decision { id: "near", text: t!("scan-look-again") }
            RadioGroup { class: "cands", labelled_by: "near",
                for candidate in with_near.read.near.clone().into_iter().take(3) {
                    super::type_number::NearRow {
                        key: "{candidate.candidate.text}",
                        near: candidate.clone(),
                        checked: false,
                        onclick: {
                            let from = with_near.clone();
                            move |()| choose(picked(&candidate.candidate.text, candidate.thing), &from)
                        },
                    }
                }
            }
        }
        if kept().is_empty() {
            Even {
                for thing in with_kind.read.possible.clone() {
                    Button { key: "{thing:?}", text: words::thing(thing), icon: thing_icon(thing), onclick: {
                        let from = with_kind.clone();
                        move |()| choose(picked(&from.read.raw, thing), &from)
                    } }
                }
                Button { text: t!("scan-keep-raw"), icon: "plus", onclick: move |()| {
                    let Some(officer) = desk.officer() else { return };
                    match note_code(&desk.kit(), &officer, case, &with_raw.read, with_raw.how, false) {
                        Ok(()) => kept.set(t!("scan-kept-raw")),
                        Err(error) => kept.set(store_trouble(&error)),
                    }
                } }
            }
        } else {
            Note { icon: "check", text: kept() }
        }
        Button { kind: ButtonKind::Go, big: true, text: t!("scan-again"), icon: "rotate-ccw", onclick: again }
    }
}

fn thing_icon(thing: Thing) -> &'static str {
    match thing {
        Thing::Container => "container",
        Thing::Declaration => "file-text",
        Thing::Seal => "anchor",
        Thing::Waybill => "package",
        Thing::Parcel => "package-open",
    }
}
