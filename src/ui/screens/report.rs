//! A difficulty, reported to the supervision department with the queue.

use dioxus::prelude::*;

use super::parts::{Page, Trouble};
use super::stored::store_trouble;
use crate::actions::report_difficulty::report_difficulty;
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
    let save = move |()| {
        let Some(officer) = desk.officer() else { return };
        match report_difficulty(&desk.kit(), &officer, None, &screen, &text.peek()) {
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
            Trouble { text: failed() }
        }
    }
}
