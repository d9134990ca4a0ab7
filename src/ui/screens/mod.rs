//! One file for each screen, or for the few that are one thought. A screen reads views, calls an act, and says what is now
//! true; it decides nothing itself.

mod conflict;
mod cut_off;
mod frame;
mod hand_checks;
mod parcel_hand_over;
mod parcel_pack;
mod parcel_receive;
mod parcels;
mod practice;
mod queue;
mod refusals;
mod returns;
mod reuse;
mod seal;
mod seal_log;
mod turnaround;
mod verdict;

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

/// The screen the officer is on.
#[component]
fn Screen() -> Element {
    let desk = use_desk();
    if desk.officer().is_none() {
        return rsx! {};
    }
    match desk.here() {
        Route::Home => rsx! {},
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
        Route::Turnaround => rsx! { turnaround::Turnaround {} },
        Route::Queue => rsx! { queue::Queue {} },
        Route::Practice => rsx! { practice::Practice {} },
        _ => rsx! {},
    }
}
