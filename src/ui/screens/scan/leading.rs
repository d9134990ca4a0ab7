//! Where a reading leads: what this device's lists make of it, for the purpose the officer scans for.

use seal_core::case::CaseView;
use seal_core::codes::SealType;
use seal_core::doc::SealLife;
use seal_core::ids::{CaseId, OfficeCode};
use seal_core::scan::{Because, Recognition, Thing, What};
use seal_core::seal_no::SealNo;

use super::recognised::Reading;
use crate::actions::Kit;
use crate::actions::count_stock::{CountTrouble, CountedAs, note_counted};
use crate::actions::hand_parcel::note_waybill;
use crate::actions::offer_seals::add_to_offer;
use crate::actions::open_case::{OpenCaseTrouble, add_container, has_open_case};
use crate::actions::pack_parcel::{PackError, PackWarning, add_seal};
use crate::actions::receive_parcel::{FoundAs, note_found};
use crate::actions::scan_item::{Lead, follow, likeliest, note_code};
use crate::actions::take_over_seals::{TakenAs, note_taken};
use crate::ports::camera::Cue;
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::Desk;
use crate::ui::route::{Route, ScanFor};
use crate::ui::screens::containers::{joined, of_several, these};
use crate::ui::screens::hand_seals::offer_trouble;
use crate::ui::screens::stored::store_trouble;
use crate::ui::screens::words;

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
        ScanFor::Anything | ScanFor::Slip { .. } => None,
        ScanFor::Case { .. } | ScanFor::OpenCase => Some(Thing::Container),
        ScanFor::SealToArm { .. }
        | ScanFor::SealOnCase { .. }
        | ScanFor::ParcelContents { .. }
        | ScanFor::ParcelReceipt { .. }
        | ScanFor::HandOver
        | ScanFor::TakeOver { .. }
        | ScanFor::StockCount => Some(Thing::Seal),
        ScanFor::Waybill { .. } => Some(Thing::Waybill),
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
            route: Some(seal_route(&kit, *case, seal)),
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
        // ── seals of a list that is worked off: known ones are taken as they are seen ──
        (ScanFor::HandOver | ScanFor::TakeOver { .. } | ScanFor::StockCount, Lead::Seal { .. }) => Offer {
            chip: known_seal(&reading.read),
            act: Some((t!("stock-take-seal"), "check")),
            ..nothing(String::new())
        },
        (ScanFor::Waybill { .. }, Lead::Waybill(_)) => {
            Offer { act: Some((t!("scan-use-waybill"), "check")), ..nothing(String::new()) }
        }
        (ScanFor::Slip { .. }, _) => nothing(t!("slip-not-a-slip")),
        (purpose, _) => nothing(t!("scan-not-wanted", thing = wanted(purpose).map(words::thing).unwrap_or_default())),
    })
}

/// What the officer hears of a reading: right when it is proven, leads on, and is what this screen asks for.
#[must_use]
pub fn cue(purpose: &ScanFor, reading: &Reading, offer: Result<&Offer, &String>) -> Cue {
    let Ok(offer) = offer else { return Cue::Wrong };
    let warned = matches!(offer.chip, Some((Tone::Warn | Tone::Bad, _)));
    let right = reading.read.is_confirmed() && !reading.compare && offer.act.is_some();
    // Where anything may be scanned, something new is no mistake.
    if right && (!warned || *purpose == ScanFor::Anything) { Cue::Right } else { Cue::Wrong }
}

fn known_seal(read: &Recognition) -> Option<(Tone, String)> {
    let known = read.because.contains(&Because::KnownSeal);
    Some(if known { (Tone::Ok, t!("scan-in-register")) } else { (Tone::Warn, t!("scan-not-in-register")) })
}

/// Where a seal to put on leads: a mechanical one that is in use has no radio to ask, and is recorded; of any other the
/// checks say what is so.
fn seal_route(kit: &Kit, case: CaseId, seal: SealNo) -> Route {
    let view = kit.store.seal(&seal).ok().flatten();
    match view.as_ref().and_then(|view| Some((view.doc.as_ref()?, view.life))) {
        Some((doc, Some(SealLife::InService))) if doc.seal_type == SealType::Mechanical => {
            Route::ManualSeal { case, seal: Some(seal) }
        }
        _ => Route::Preflight { case, seal },
    }
}

/// Where the check of a seal that is on begins.
#[must_use]
pub fn inspect_route(view: &CaseView, seal: &SealNo, unit: &OfficeCode) -> Route {
    let en_route = &view.doc.destination != unit;
    let radio = view.seal(seal).is_some_and(|seal| seal.seal_type == SealType::Electronic && seal.method.is_none());
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

/// Takes a reading without leaving the scan: a container of the case, or something for a draft. Answers what to say while
/// the camera goes on; `None` leaves the scan.
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
        (ScanFor::HandOver, What::Seal { number }) => {
            let officer = desk.officer().ok_or_else(|| t!("settings-sign-in"))?;
            match add_to_offer(kit, &officer, number) {
                Ok(()) => Ok(Some((Tone::Ok, t!("stock-scan-added", seal = number.to_string())))),
                Err(error) => Err(offer_trouble(&error)),
            }
        }
        (ScanFor::TakeOver { offer }, What::Seal { number }) => {
            let seal = number.to_string();
            Ok(Some(match note_taken(kit, *offer, number).map_err(|error| store_trouble(&error))? {
                TakenAs::Offered => (Tone::Ok, t!("stock-scan-checked", seal = seal)),
                TakenAs::Extra => (Tone::Warn, t!("stock-scan-extra", seal = seal)),
                TakenAs::Twice => (Tone::Warn, t!("stock-scan-twice", seal = seal)),
            }))
        }
        (ScanFor::StockCount, What::Seal { number }) => {
            let officer = desk.officer().ok_or_else(|| t!("settings-sign-in"))?;
            let seal = number.to_string();
            match note_counted(kit, &officer, number) {
                Ok(CountedAs::Expected) => Ok(Some((Tone::Ok, t!("count-scan-found", seal = seal)))),
                Ok(CountedAs::Extra) => Ok(Some((Tone::Warn, t!("count-scan-extra", seal = seal)))),
                Ok(CountedAs::Twice) => Ok(Some((Tone::Warn, t!("count-scan-twice", seal = seal)))),
                Err(CountTrouble::NotBegun) => Err(t!("count-not-begun")),
                Err(CountTrouble::Store(error)) => Err(store_trouble(&error)),
            }
        }
        (ScanFor::Waybill { parcel }, What::Waybill { number }) => {
            note_waybill(kit, *parcel, number.as_ref()).map_err(|error| store_trouble(&error))?;
            Ok(None)
        }
        _ => Err(t!("scan-not-wanted", thing = wanted(purpose).map(words::thing).unwrap_or_default())),
    }
}
