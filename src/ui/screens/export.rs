//! Unsent items as a file: makes it, says what is in it and where it is.

use dioxus::prelude::*;

use super::parts::Refusal;
use super::words::lang;
use crate::actions::export_unsent::{ExportTrouble, Exported, Which, export_unsent};
use crate::i18n::format;
use crate::ports::documents::Offered;
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::use_desk;

fn words(trouble: &ExportTrouble) -> String {
    match trouble {
        ExportTrouble::NoKey => t!("export-no-key"),
        ExportTrouble::Nothing => t!("export-nothing"),
        ExportTrouble::Outlet(_) => t!("papers-not-kept"),
        ExportTrouble::Store(_) => t!("err-store"),
        ExportTrouble::Seal(_) | ExportTrouble::Photo(_) => t!("export-failed"),
    }
}

/// Exports everything that is not accepted, file by file.
#[component]
pub fn ExportAll() -> Element {
    rsx! {
        List { Export { which: Which::All(0) } }
    }
}

/// A row that exports, and then the file it made.
#[component]
pub fn Export(which: Which) -> Element {
    let desk = use_desk();
    let mut made = use_signal(|| None::<Exported>);
    let mut refusal = use_signal(String::new);
    let mut export = move |which: Which| {
        let Some(officer) = desk.officer() else { return };
        match export_unsent(&desk.kit(), &officer, which) {
            Ok(exported) => {
                refusal.set(String::new());
                made.set(Some(exported));
            }
            Err(trouble) => {
                tracing::error!(%trouble, "nothing was exported");
                refusal.set(words(&trouble));
            }
        }
    };
    rsx! {
        match made() {
            Some(exported) => rsx! {
                Made { exported: exported.clone() }
                if let Some(next) = exported.next {
                    Row { icon: "repeat", kind: Tone::Warn, title: t!("export-next"), sub: t!("export-next-sub"), onclick: move |()| export(Which::All(next)) }
                } else {
                    Row { icon: "repeat", title: t!("export-again"), onclick: move |()| export(which) }
                }
            },
            None => rsx! {
                Row { icon: "package", kind: Tone::Info, title: t!("export-do"), sub: t!("export-sub"), onclick: move |()| export(which) }
            },
        }
        Refusal { text: refusal() }
    }
}

/// A finished file: how much is in it, how large it is, where it is.
#[component]
fn Made(exported: Exported) -> Element {
    let size = format::size(exported.bytes, lang());
    let held = t!("export-held", events = exported.events, photos = exported.photos, size = size);
    let spoiled = exported.spoiled.len();
    rsx! {
        match exported.offered {
            Offered::Link(link) => rsx! {
                a { class: "row", href: link, target: "_blank", download: exported.name.clone(),
                    Glyph { icon: "package", kind: Tone::Ok }
                    RowBody { title: t!("export-open"), sub: format!("{held} · {}", exported.name) }
                    Icon { name: "chevron-right", class: "muted" }
                }
            },
            Offered::File(file) => rsx! {
                Row { icon: "package", kind: Tone::Ok, title: t!("export-done"), sub: format!("{held} · {}", file.display()) }
            },
        }
        if spoiled > 0 {
            Note { icon: "file-warning", text: t!("export-spoiled", n = spoiled) }
        }
        Note { icon: "info", text: t!("export-stays") }
    }
}
