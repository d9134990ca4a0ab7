//! Every case known on this device, with search that needs no diacritics.

use dioxus::prelude::*;
use jiff::Timestamp;
use seal_core::ids::OfficeCode;
use seal_core::time::date_in_vietnam;
use seal_core::work::Todo;

use super::home::{CaseRow, TodoProp};
use super::parts::{self, LINES, More, use_lines};
use super::stored::store_trouble;
use crate::actions::Kit;
use crate::ports::lists::{CaseList, Cases as Which, Page};
use crate::ports::store::StoreError;
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::use_desk;
use crate::ui::route::Route;

/// How many are known, those found of them, and whether there are more.
type Found = (u64, Vec<Todo>, bool);

fn read(kit: &Kit, unit: &OfficeCode, now: Timestamp, search: String, lines: usize) -> Result<Found, StoreError> {
    let all = CaseList::all(Which::All);
    let known = kit.store.case_count(&all)?;
    let found = kit.store.case_lines(&CaseList { search, ..all }, &Page::first(lines))?;
    let (rules, today) = (kit.store.rules()?, date_in_vietnam(now));
    let todos = found.lines.into_iter().map(|line| Todo::of(line, unit, &rules, today)).collect();
    Ok((known, todos, found.next.is_some()))
}

/// See the module.
#[component]
pub fn Cases() -> Element {
    let mut desk = use_desk();
    let mut search = use_signal(String::new);
    let mut lines = use_lines();
    let Some(officer) = desk.officer() else { return rsx! {} };
    let now = desk.kit().clock.now().wall;
    let (known, found, more, trouble) = match desk.look(|kit| read(kit, &officer.unit, now, search(), lines())) {
        Ok((known, found, more)) => (known, found, more, String::new()),
        Err(error) => (0, Vec::new(), false, store_trouble(&error)),
    };
    rsx! {
        parts::Page { title: t!("nav-cases"), sub: t!("case-known-here", n = known), nav: "cases", settings: true,
            parts::Trouble { text: trouble }
            TextField {
                label: t!("case-search"),
                help: t!("case-search-help"),
                words: true,
                oninput: move |text: String| {
                    search.set(text);
                    lines.set(LINES);
                },
            }
            if found.is_empty() {
                Card {
                    Empty {
                        icon: "search",
                        title: if known == 0 { t!("case-none") } else { t!("case-none-found") },
                        text: t!("case-none-why"),
                    }
                }
            } else {
                List {
                    for todo in found {
                        CaseRow { key: "{todo.line.id}", todo: TodoProp(todo) }
                    }
                }
                More { lines, more }
            }
            Button {
                icon: "plus",
                text: t!("case-open-new"),
                onclick: move |()| desk.open(Route::OpenCase { container: None, declaration: None }),
            }
        }
    }
}
