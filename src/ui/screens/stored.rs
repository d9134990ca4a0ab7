//! What the store answered, and what stands on the screen where it has nothing or fails.

use dioxus::prelude::*;
use seal_core::case::CaseView;
use seal_core::ids::CaseId;

use super::parts::Page;
use crate::ports::store::StoreError;
use crate::ports::vault::VaultError;
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::{Desk, use_desk};
use crate::ui::route::Route;

/// A case as it stands now.
pub fn case_of(desk: Desk, id: CaseId) -> Option<CaseView> {
    desk.look(|kit| match kit.store.case(id) {
        Ok(view) => view,
        Err(error) => {
            tracing::error!(%error, "case not read");
            None
        }
    })
}

/// The store cannot serve: what that means and what to do.
#[component]
pub fn StoreTrouble(error: String) -> Element {
    rsx! {
        Card { kind: CardKind::Bad,
            Decision { text: t!("err-store") }
            Note { text: t!("err-store-do") }
            Raw { label: t!("err-detail"), text: error }
        }
    }
}

/// What the store answered, or the card that says it could not.
pub fn read<T>(result: Result<T, StoreError>) -> Result<T, Element> {
    result.map_err(|error| {
        tracing::error!(%error, "the store cannot serve a screen");
        let error = error.to_string();
        rsx! { StoreTrouble { error } }
    })
}

/// A store that failed, in the officer's words.
pub fn store_trouble(error: &StoreError) -> String {
    tracing::error!(%error, "store");
    match error {
        StoreError::DiskFull => t!("errors-disk-full"),
        StoreError::Damaged(_) => t!("errors-store-damaged"),
        StoreError::OtherKey(_) => t!("errors-store-key"),
        StoreError::Newer => t!("errors-store-newer"),
        StoreError::Vault(error) => signing_trouble(error),
        StoreError::Database(_) => t!("errors-store"),
    }
}

/// A fact that could not be signed, in the officer's words.
pub fn signing_trouble(error: &VaultError) -> String {
    match error {
        VaultError::SigningKeyLost(_) => t!("errors-signing-key-lost"),
        _ => t!("errors-vault"),
    }
}

/// Something that is asked for is not on this device.
#[component]
pub fn NotHere(text: String) -> Element {
    rsx! {
        Page { title: t!("not-here-title"), back: true,
            Empty { icon: "search", title: text, text: t!("not-here-do") }
        }
    }
}

/// A case that is not (any more) on this device: said instead of a screen.
#[component]
pub fn CaseGone() -> Element {
    let mut desk = use_desk();
    rsx! {
        Page { title: t!("case-title"), back: true,
            Empty { icon: "container", title: t!("case-gone"), text: t!("case-gone-why"),
                Button { text: t!("case-to-shift"), icon: "clipboard-check", onclick: move |()| desk.open(Route::Home) }
            }
        }
    }
}
