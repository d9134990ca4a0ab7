//! A difficulty, reported to the supervision department with the queue.

use dioxus::prelude::*;
use seal_core::fact::DiagnosticsGiven;

use super::parts::{Page, Trouble};
use super::queue::waits_for;
use super::stored::store_trouble;
use super::words::{key_home, lang};
use crate::actions::report_difficulty::{Difficulty, diagnose, report_difficulty};
use crate::i18n::format;
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::use_desk;

/// See the module.
#[component]
pub fn Report(screen: String) -> Element {
    let mut desk = use_desk();
    let mut text = use_signal(String::new);
    let mut sent = use_signal(|| false);
    let mut failed = use_signal(String::new);
    // As the screen opened: what is shown is what is sent.
    let diagnostics = use_hook(|| diagnose(&desk.kit()).map_err(|error| store_trouble(&error)));
    let mut along = use_signal(|| true);
    let given = diagnostics.as_ref().ok().cloned();
    let save = move |()| {
        let Some(officer) = desk.officer() else { return };
        let given = given.clone().filter(|_| along());
        let text = text.peek();
        let difficulty = Difficulty { text: &text, screen: &screen, case: None };
        match report_difficulty(&desk.kit(), &officer, difficulty, given) {
            Ok(()) => sent.set(true),
            Err(error) => failed.set(store_trouble(&error)),
        }
    };
    if sent() {
        return rsx! {
            Page { title: t!("report-trouble"), back: true,
                Card {
                    Empty { icon: "send", title: t!("settings-report-kept"), text: t!("settings-report-kept-why"),
                        Button { text: t!("back"), icon: "arrow-left", onclick: move |()| desk.back() }
                    }
                }
            }
        };
    }
    rsx! {
        Page {
            title: t!("report-trouble"),
            sub: t!("settings-report-to"),
            back: true,
            focus: true,
            dock: rsx! {
                Button { kind: ButtonKind::Go, big: true, icon: "send", disabled: text().trim().is_empty(), text: t!("settings-report-send"), onclick: save }
            },
            TextArea { label: t!("settings-report-what"), help: t!("settings-report-help"), oninput: move |typed: String| text.set(typed) }
            match diagnostics {
                Ok(given) => rsx! {
                    List {
                        Switch { icon: "cpu", title: t!("settings-report-diagnostics"), sub: t!("settings-report-diagnostics-why"), on: along(), onclick: move |()| along.toggle() }
                    }
                    if along() {
                        Given { given: Box::new(given) }
                    }
                },
                // The report goes without it.
                Err(why) => rsx! { Trouble { text: why } },
            }
            Trouble { text: failed() }
        }
    }
}

/// Everything that goes along, for the officer to see.
#[component]
fn Given(given: Box<DiagnosticsGiven>) -> Element {
    let DiagnosticsGiven { app, system, free_bytes, signing_key, data_key, queue, pulled_at, log } = *given;
    let mut items = vec![(t!("settings-version"), app), (t!("settings-report-system"), system)];
    items.extend(free_bytes.map(|bytes| (t!("settings-room"), format::size(bytes, lang()))));
    items.push((t!("settings-key"), key_home(signing_key)));
    items.push((t!("settings-report-data-key"), key_home(data_key)));
    items.push((t!("settings-report-waiting"), t!("items", n = queue.waiting)));
    items.push((t!("settings-report-stuck"), t!("items", n = queue.stuck)));
    items.extend(queue.oldest.map(|at| (t!("settings-report-oldest"), format::date_time(at))));
    items.extend(
        queue.problems.iter().map(|(problem, items)| (waits_for(Some(problem.as_str())).0, t!("items", n = *items))),
    );
    items.extend(pulled_at.map(|at| (t!("settings-report-pulled"), format::date_time(at))));
    rsx! {
        details { class: "samples stack",
            summary { class: "btn", Icon { name: "list" } {t!("settings-report-see")} }
            Card {
                KeyValue { items }
            }
            if !log.is_empty() {
                SectionHead { title: t!("settings-report-log"), note: t!("settings-report-lines", n = log.len()) }
                pre { class: "log", tabindex: "0", role: "region", "aria-label": t!("settings-report-log"), {log.join("\n")} }
            }
        }
    }
}
