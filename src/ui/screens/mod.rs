//! One file for each screen, or for the few that are one thought. A screen reads views, calls an act, and says what is now
//! true; it decides nothing itself.

mod agency;
mod agree;
mod approval;
mod begin_anew;
mod camera;
mod case;
mod cases;
mod codes;
mod conflict;
mod containers;
mod count;
mod cover;
mod cut_off;
mod decide_approval;
mod depletion;
mod duty;
mod enrol;
mod export;
mod goods;
mod hand_checks;
mod hand_over;
mod hand_seals;
mod home;
mod issue;
mod lock;
mod losses;
mod manual_seal;
mod open_case;
mod parcel_hand_over;
mod parcel_pack;
mod parcel_papers;
mod parcel_receive;
mod parcel_sent;
mod parcels;
pub(crate) mod parts;
mod photos;
mod pictures;
mod practice;
mod preflight;
mod queue;
mod record;
mod refusals;
mod reopen;
mod report;
mod returns;
mod reuse;
mod rules;
mod scan;
mod seal;
mod seal_log;
mod settings;
mod sign_in;
mod slip;
mod stock;
mod stored;
mod take_photo;
mod trip;
mod trouble;
mod turnaround;
mod type_number;
mod untried;
mod verdict;
mod way_home;
pub(crate) mod words;

use dioxus::prelude::*;
use seal_core::evidence::{PhotoRef, PhotoRole};
use seal_core::ids::CaseId;

use super::desk::{Desk, DeskParts, use_desk};
use super::route::Route;
use super::theme::{Root, UiSettings};

/// The app on one device, whatever shows it.
#[component]
pub fn App(parts: DeskPartsProp) -> Element {
    let desk = use_hook(|| Desk::provide(parts.0));
    let initial = use_hook(|| read_settings(desk));
    rsx! {
        Root { initial, Screen {} }
    }
}

/// [`DeskParts`] as a property; two are never the same.
#[derive(Clone)]
pub struct DeskPartsProp(pub DeskParts);

impl PartialEq for DeskPartsProp {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// Note in the store that keeps [`UiSettings`].
pub const NOTE_SETTINGS: &str = "settings";

fn read_settings(desk: Desk) -> UiSettings {
    let note = desk.kit().store.note(NOTE_SETTINGS).ok().flatten();
    note.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default()
}

/// The screen the officer is on. A screen of another route is another screen, also of the same kind.
#[component]
fn Screen() -> Element {
    let desk = use_desk();
    let kept = || desk.kit().central.enrolment().map(|enrolment| enrolment.kept().is_some());
    // A phone for real use begins with it.
    let mut enrolling = use_signal(|| kept() == Some(false));
    if enrolling() {
        let close = (kept() == Some(true)).then(|| EventHandler::new(move |()| enrolling.set(false)));
        return rsx! { enrol::Enrol { ondone: move |()| enrolling.set(false), onclose: close } };
    }
    if desk.officer().is_none() {
        return rsx! { sign_in::SignIn { onenrol: move |()| enrolling.set(true) } };
    }
    // A list of one, because only lists heed keys.
    rsx! {
        for route in [desk.here()] {
            Shown { key: "{serde_json::to_string(&route).unwrap_or_default()}", route }
        }
    }
}

/// One route, one line.
#[component]
fn Shown(route: Route) -> Element {
    match route {
        Route::Home => rsx! { home::Home {} },
        Route::Cases => rsx! { cases::Cases {} },
        Route::Scan { purpose } => rsx! { scan::Scan { purpose } },
        Route::TypeNumber { purpose, initial } => rsx! { type_number::TypeNumber { purpose, initial } },
        Route::Case { case } => rsx! { case::Case { case } },
        Route::OpenCase { container, declaration } => rsx! { open_case::OpenCase { container, declaration } },
        Route::Goods { case } => rsx! { goods::Goods { case } },
        Route::Trip { case } => rsx! { trip::Trip { case } },
        Route::Preflight { case, seal } => rsx! { preflight::Preflight { case, seal } },
        Route::ManualSeal { case, seal } => rsx! { manual_seal::ManualSeal { case, seal } },
        Route::Lock { case, seal, action } => rsx! { lock::Lock { case, seal, action } },
        Route::Photos { case, seal, stage } => rsx! { photos::Photographs { case, seal, stage } },
        Route::TakePhoto { case, role, stage } => rsx! { take_photo::TakePhoto { case, role, stage } },
        Route::HandOver { case, seal } => rsx! { hand_over::HandOver { case, seal } },
        Route::Report { screen } => rsx! { report::Report { screen } },
        Route::Settings => rsx! { settings::Settings {} },
        Route::SealLog { case, seal, en_route } => rsx! { seal_log::SealLog { case, seal, en_route } },
        Route::HandChecks { case, seal, en_route } => rsx! { hand_checks::HandChecks { case, seal, en_route } },
        Route::Verdict { case, seal, en_route } => rsx! { verdict::Verdict { case, seal, en_route } },
        Route::CutOff { case, seal } => rsx! { cut_off::CutOff { case, seal } },
        Route::Conflict { case } => rsx! { conflict::Conflict { case } },
        Route::Returns => rsx! { returns::Returns {} },
        Route::Reuse { seal } => rsx! { reuse::Reuse { seal } },
        Route::Parcels => rsx! { parcels::Parcels {} },
        Route::ParcelPack { parcel } => rsx! { parcel_pack::ParcelPack { parcel } },
        Route::ParcelHandOver { parcel } => rsx! { parcel_hand_over::ParcelHandOver { parcel } },
        Route::ParcelReceive { parcel } => rsx! { parcel_receive::ParcelReceive { parcel } },
        Route::Seal { seal } => rsx! { seal::Seal { seal } },
        Route::ChangeLife { seal } => rsx! { seal::ChangeLife { seal } },
        Route::Stock => rsx! { stock::Stock {} },
        Route::IssueSeals => rsx! { issue::IssueSeals {} },
        Route::OfferSeals => rsx! { hand_seals::OfferSeals {} },
        Route::OfferShown { offer } => rsx! { hand_seals::OfferShown { offer } },
        Route::TakeOver { slip } => rsx! { hand_seals::TakeOver { slip } },
        Route::ConfirmTaken { slip } => rsx! { hand_seals::ConfirmTaken { slip } },
        Route::CountStock => rsx! { count::CountStock {} },
        Route::ReplaceSeal { case, old } => rsx! { reopen::ReplaceSeal { case, old } },
        Route::Agree { case, seal } => rsx! { agree::Agree { case, seal } },
        Route::ChangeContainer { case } => rsx! { reopen::ChangeContainer { case } },
        Route::OpenSupervised { case } => rsx! { reopen::OpenSupervised { case } },
        Route::Losses => rsx! { losses::Losses {} },
        Route::Loss { report } => rsx! { losses::OneLoss { report } },
        Route::Turnaround => rsx! { turnaround::Turnaround {} },
        Route::Rules => rsx! { rules::Rules {} },
        Route::Queue => rsx! { queue::Queue {} },
        Route::Depletion => rsx! { depletion::Depletion {} },
        Route::Approval { case } => rsx! { approval::Approval { case } },
        Route::ApproveHere { case } => rsx! { approval::ApproveHere { case } },
        Route::TakeApproval { case, slip } => rsx! { approval::TakeApproval { case, slip } },
        Route::DecideApproval { request, slip } => rsx! { decide_approval::DecideApproval { request, slip } },
        Route::Slip { event } => rsx! { slip::Slip { event } },
        Route::Practice => rsx! { practice::Practice {} },
    }
}

/// A photograph was kept. One of a parcel belongs to no case: the parcel's draft hears of it here.
fn photo_kept(
    kit: &crate::actions::Kit,
    case: Option<CaseId>,
    role: PhotoRole,
    photo: &PhotoRef,
) -> Result<(), String> {
    if case.is_some() || role != PhotoRole::ParcelContents {
        return Ok(());
    }
    crate::actions::pack_parcel::note_parcel_photo(kit, photo).map_err(|error| {
        tracing::error!(%error, "parcel photo");
        crate::t!("errors-store")
    })
}
