//! One file for each screen, or for the few that are one thought. A screen reads views, calls an act, and says what is now
//! true; it decides nothing itself.

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
        _ => rsx! {},
    }
}
