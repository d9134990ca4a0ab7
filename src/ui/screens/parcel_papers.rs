//! A parcel's label and packing list: one row that makes them, then opens them.

use dioxus::prelude::*;
use seal_core::ids::ParcelId;

use super::parts::Refusal;
use crate::actions::print_parcel::{PrintError, Printed, print_parcel};
use crate::ports::documents::Offered;
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::use_desk;

fn print_words(error: &PrintError) -> String {
    match error {
        PrintError::NotPacked => t!("parcel-unknown"),
        PrintError::Press(_) => t!("papers-not-set"),
        PrintError::Outlet(_) => t!("papers-not-kept"),
        PrintError::Store(_) => t!("err-store"),
    }
}

/// The row.
#[component]
pub fn ParcelPapers(parcel: ParcelId) -> Element {
    let desk = use_desk();
    let mut printed = use_signal(|| None::<Printed>);
    let mut refusal = use_signal(String::new);
    let print = move |()| match print_parcel(&desk.kit(), parcel) {
        Ok(papers) => {
            refusal.set(String::new());
            printed.set(Some(papers));
        }
        Err(error) => {
            tracing::error!(%error, "the parcel was not printed");
            refusal.set(print_words(&error));
        }
    };
    rsx! {
        List {
            match printed() {
                // Made once: what was entered since is not in it, so it can be made again.
                Some(Printed { offered: Offered::Link(link), pages }) => rsx! {
                    a { class: "row", href: link, target: "_blank",
                        Glyph { icon: "printer", kind: Tone::Ok }
                        RowBody { title: t!("papers-open"), sub: t!("papers-pages", n = pages) }
                        Icon { name: "chevron-right", class: "muted" }
                    }
                    Row { icon: "repeat", title: t!("papers-again"), sub: t!("papers-again-sub"), onclick: print }
                },
                Some(Printed { offered: Offered::File(file), pages }) => rsx! {
                    Row { icon: "printer", kind: Tone::Ok, title: t!("papers-file"), sub: t!("papers-file-sub", file = file.display().to_string(), n = pages), onclick: print }
                },
                None => rsx! {
                    Row { icon: "printer", kind: Tone::Info, title: t!("papers-print"), sub: t!("papers-print-sub"), onclick: print }
                },
            }
        }
        Refusal { text: refusal() }
    }
}
