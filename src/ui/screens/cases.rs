//! Every case known on this device, with search that needs no diacritics.

use dioxus::prelude::*;
use seal_core::case::CaseView;

use super::home::CaseRow;
use super::parts::Page;
use super::stored::store_trouble;
use crate::i18n::fold;
use crate::ports::store::CaseFilter;
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::use_desk;
use crate::ui::route::Route;

/// Rows shown at once; a search narrows the rest.
const MOST: usize = 60;

/// All that a case can be found by, folded.
fn haystack(view: &CaseView) -> String {
    let mut text = String::new();
    let mut add = |part: &str| {
        text.push_str(part);
        text.push('\n');
    };
    view.doc.containers.iter().for_each(|container| add(container.as_str()));
    view.doc.declaration.iter().for_each(|declaration| add(declaration.as_str()));
    view.seals.iter().for_each(|seal| add(seal.no.as_str()));
    for part in [&view.doc.trader, &view.doc.vehicle, &view.doc.trailer, &view.doc.driver, &view.doc.tax_code] {
        add(part);
    }
    if let Some(trip) = &view.trip {
        add(&trip.vehicle);
        add(&trip.trailer);
        add(&trip.driver);
    }
    add(view.doc.origin.as_str());
    add(view.doc.destination.as_str());
    fold(&text)
}

/// Whether a case answers a search: as words, and with the blanks of a number left out.
#[must_use]
pub fn found(view: &CaseView, search: &str) -> bool {
    let search = fold(search.trim());
    let hay = haystack(view);
    let tight: String = search.chars().filter(|c| !c.is_whitespace()).collect();
    hay.contains(&search) || (!tight.is_empty() && hay.contains(&tight))
}

/// See the module.
#[component]
pub fn Cases() -> Element {
    let mut desk = use_desk();
    let mut search = use_signal(String::new);
    let Some(officer) = desk.officer() else { return rsx! {} };
    let (cases, trouble) = match desk.look(|kit| kit.store.cases(&CaseFilter::All)) {
        Ok(cases) => (cases, String::new()),
        Err(error) => (Vec::new(), store_trouble(&error)),
    };
    let all = cases.len();
    let shown: Vec<CaseView> = cases.into_iter().filter(|view| found(view, &search())).collect();
    let count = shown.len();
    rsx! {
        Page { title: t!("nav-cases"), sub: t!("case-known-here", n = all), nav: "cases", settings: true,
            super::parts::Trouble { text: trouble }
            TextField {
                label: t!("case-search"),
                help: t!("case-search-help"),
                words: true,
                oninput: move |text: String| search.set(text),
            }
            if count == 0 {
                Card {
                    Empty {
                        icon: "search",
                        title: if all == 0 { t!("case-none") } else { t!("case-none-found") },
                        text: t!("case-none-why"),
                    }
                }
            } else {
                List {
                    for view in shown.into_iter().take(MOST) {
                        CaseRow { key: "{view.doc.id}", view, unit: officer.unit.clone() }
                    }
                }
                if count > MOST {
                    Note { text: t!("case-more", n = count - MOST) }
                }
            }
            Button {
                icon: "plus",
                text: t!("case-open-new"),
                onclick: move |()| desk.open(Route::OpenCase { container: None, declaration: None }),
            }
        }
    }
}
