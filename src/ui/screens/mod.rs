//! One file for each screen, or for the few that are one thought. A screen reads views, calls an act, and says what is now
//! true; it decides nothing itself.

mod camera;
mod case;
mod cases;
mod conflict;
mod cut_off;
mod frame;
mod goods;
mod hand_checks;
mod hand_over;
mod home;
mod lock;
mod manual_seal;
mod open_case;
mod parcel_hand_over;
mod parcel_pack;
mod parcel_receive;
mod parcels;
pub(crate) mod parts;
mod photos;
mod practice;
mod preflight;
mod queue;
mod refusals;
mod report;
mod returns;
mod reuse;
mod scan;
mod seal;
mod seal_log;
mod settings;
mod sign_in;
mod take_photo;
mod trip;
mod trouble;
mod turnaround;
mod type_number;
mod verdict;
pub(crate) mod words;

use dioxus::prelude::*;

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

/// The screen the officer is on. One line a route; a screen of another route is another screen, also of the same kind, so
/// each has its key.
#[component]
fn Screen() -> Element {
    let desk = use_desk();
    if desk.officer().is_none() {
        return rsx! { sign_in::SignIn {} };
    }
    let here = desk.here();
    let key = serde_json::to_string(&here).unwrap_or_default();
    match here {
        Route::Home => rsx! { home::Home { key: "{key}" } },
        Route::Cases => rsx! { cases::Cases { key: "{key}" } },
        Route::Scan { purpose } => rsx! { scan::Scan { key: "{key}", purpose } },
        Route::TypeNumber { purpose, initial } => rsx! { type_number::TypeNumber { key: "{key}", purpose, initial } },
        Route::Case { case } => rsx! { case::Case { key: "{key}", case } },
        Route::OpenCase { container, declaration } => rsx! { open_case::OpenCase { key: "{key}", container, declaration } },
        Route::Goods { case } => rsx! { goods::Goods { key: "{key}", case } },
        Route::Trip { case } => rsx! { trip::Trip { key: "{key}", case } },
        Route::Preflight { case, seal } => rsx! { preflight::Preflight { key: "{key}", case, seal } },
        Route::ManualSeal { case, seal } => rsx! { manual_seal::ManualSeal { key: "{key}", case, seal } },
        Route::Lock { case, seal, action } => rsx! { lock::Lock { key: "{key}", case, seal, action } },
        Route::Photos { case, seal, stage } => rsx! { photos::Photographs { key: "{key}", case, seal, stage } },
        Route::TakePhoto { case, role, stage } => rsx! { take_photo::TakePhoto { key: "{key}", case, role, stage } },
        Route::HandOver { case, seal } => rsx! { hand_over::HandOver { key: "{key}", case, seal } },
        Route::Report { screen } => rsx! { report::Report { key: "{key}", screen } },
        Route::Settings => rsx! { settings::Settings { key: "{key}" } },
        Route::SealLog { case, seal, en_route } => rsx! { seal_log::SealLog { key: "{key}", case, seal, en_route } },
        Route::HandChecks { case, seal, en_route } => rsx! { hand_checks::HandChecks { key: "{key}", case, seal, en_route } },
        Route::Verdict { case, seal, en_route } => rsx! { verdict::Verdict { key: "{key}", case, seal, en_route } },
        Route::CutOff { case, seal } => rsx! { cut_off::CutOff { key: "{key}", case, seal } },
        Route::Conflict { case } => rsx! { conflict::Conflict { key: "{key}", case } },
        Route::Returns => rsx! { returns::Returns { key: "{key}" } },
        Route::Reuse { seal } => rsx! { reuse::Reuse { key: "{key}", seal } },
        Route::Parcels => rsx! { parcels::Parcels { key: "{key}" } },
        Route::ParcelPack { parcel } => rsx! { parcel_pack::ParcelPack { key: "{key}", parcel } },
        Route::ParcelHandOver { parcel } => rsx! { parcel_hand_over::ParcelHandOver { key: "{key}", parcel } },
        Route::ParcelReceive { parcel } => rsx! { parcel_receive::ParcelReceive { key: "{key}", parcel } },
        Route::Seal { seal } => rsx! { seal::Seal { key: "{key}", seal } },
        Route::Turnaround => rsx! { turnaround::Turnaround { key: "{key}" } },
        Route::Queue => rsx! { queue::Queue { key: "{key}" } },
        Route::Practice => rsx! { practice::Practice { key: "{key}" } },
    }
}
