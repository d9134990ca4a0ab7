//! What every screen works with: the officer's kit, who is signed in, where the officer is, and when to look again.

use std::sync::Arc;

use dioxus::prelude::*;
use seal_core::officer::Officer;

use super::route::{Path, Route};
use crate::actions::Kit;
use crate::actions::begin_anew::stay;
use crate::ports::practice::Practice;
use crate::ports::store::OFFICER_NOTE;
use crate::ports::sync::SyncControl;

/// Everything a renderer hands to the screens of one device.
#[derive(Clone)]
pub struct DeskParts {
    /// Ports for the acts.
    pub kit: Kit,
    /// The running sync.
    pub sync: Arc<dyn SyncControl>,
    /// Practice controls; none in real use.
    pub practice: Option<Arc<dyn Practice>>,
    /// Where the page's camera module connects to, with this launch's secret; none where the platform has a native camera.
    pub camera_url: Option<String>,
}

/// The context of all screens. `Copy`, so that handlers can take it along.
#[derive(Clone, Copy)]
pub struct Desk {
    parts: CopyValue<DeskParts>,
    officer: Signal<Option<Officer>>,
    path: Signal<Path>,
    version: Signal<u64>,
}

/// Note in the store that keeps the path.
const NOTE_PATH: &str = "path";

/// The desk of the screens below.
#[must_use]
pub fn use_desk() -> Desk {
    use_context()
}

impl Desk {
    /// Sets the table: reads back who was signed in and where the officer was.
    pub(super) fn provide(parts: DeskParts) -> Self {
        let store = parts.kit.store.clone();
        let read = |name| store.note(name).ok().flatten();
        let officer = read(OFFICER_NOTE).and_then(|json| serde_json::from_str(&json).ok());
        let path = read(NOTE_PATH).and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default();
        let desk = Self {
            parts: CopyValue::new(parts),
            officer: Signal::new(officer),
            path: Signal::new(path),
            version: Signal::new(0),
        };
        provide_context(desk);
        let mut version = desk.version;
        let mut changed = store.changed();
        spawn(async move {
            while changed.changed().await.is_ok() {
                let now = *changed.borrow_and_update();
                version.set(now);
            }
        });
        desk
    }

    /// Ports for the acts.
    #[must_use]
    pub fn kit(&self) -> Kit {
        self.parts.read().kit.clone()
    }

    /// The running sync.
    #[must_use]
    pub fn sync(&self) -> Arc<dyn SyncControl> {
        self.parts.read().sync.clone()
    }

    /// Practice controls; none in real use.
    #[must_use]
    pub fn practice(&self) -> Option<Arc<dyn Practice>> {
        self.parts.read().practice.clone()
    }

    /// Where the page's camera module connects to.
    #[must_use]
    pub fn camera_url(&self) -> Option<String> {
        self.parts.read().camera_url.clone()
    }

    /// Reads the store in a component, and again whenever it changes.
    pub fn look<T>(&self, read: impl FnOnce(&Kit) -> T) -> T {
        let _again = self.version.read();
        read(&self.parts.read().kit)
    }

    /// Who is signed in.
    #[must_use]
    pub fn officer(&self) -> Option<Officer> {
        self.officer.read().clone()
    }

    /// Signs somebody in or out on this device; facts and queue stay as they are.
    pub fn set_officer(&mut self, officer: Option<Officer>) {
        if officer.is_some() {
            stay(self.kit().store.as_ref());
        }
        self.keep(OFFICER_NOTE, officer.as_ref());
        self.officer.set(officer);
    }

    /// The screen now.
    #[must_use]
    pub fn here(&self) -> Route {
        self.path.read().here().clone()
    }

    /// Goes on to a screen.
    pub fn open(&mut self, route: Route) {
        self.walk(|path| path.open(route));
    }

    /// Puts a screen in the place of the present one.
    pub fn replace(&mut self, route: Route) {
        self.walk(|path| path.replace(route));
    }

    /// Back.
    pub fn back(&mut self) {
        self.walk(Path::back);
    }

    fn walk(&mut self, step: impl FnOnce(&mut Path)) {
        self.sync().officer_active();
        let mut path = self.path.write();
        step(&mut path);
        let now = path.clone();
        drop(path);
        self.keep(NOTE_PATH, Some(&now));
    }

    /// Keeps a note; where it fails the app still works, it only opens at the shift next time.
    fn keep<T: serde::Serialize>(&self, name: &str, value: Option<&T>) {
        let text = value.and_then(|value| serde_json::to_string(value).ok());
        if let Err(error) = self.parts.read().kit.store.set_note(name, text.as_deref()) {
            tracing::warn!(%error, name, "note not kept");
        }
    }
}
