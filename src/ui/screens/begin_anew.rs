//! The phone begins anew: what has to be sent before, what happens, and what to do then.

use dioxus::prelude::*;
use seal_core::outbox::QueueCounts;

use super::export::ExportAll;
use super::stored::store_trouble;
use crate::actions::begin_anew::{NotAnew, begin_anew};
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::use_desk;
use crate::ui::route::Route;

/// Asks, and says what to do when it is done.
#[component]
pub fn BeginAnew(onclose: EventHandler<()>) -> Element {
    let mut desk = use_desk();
    let mut done = use_signal(|| false);
    let mut failed = use_signal(String::new);
    if done() {
        let mut lock = move || {
            desk.open(Route::Home);
            desk.set_officer(None);
        };
        return rsx! {
            Dialog { title: t!("settings-anew-done"), text: t!("settings-anew-then"), onclose: move |()| lock(),
                Button { kind: ButtonKind::Go, big: true, icon: "lock", text: t!("settings-anew-close"), onclick: move |()| lock() }
            }
        };
    }
    let known = desk.look(|kit| Ok((kit.store.queue_counts()?, kit.store.record_alarms()?.len())));
    let (QueueCounts { waiting, stuck, .. }, alarms) = match known {
        Ok(known) => known,
        // "Everything is sent" is not said of a queue that cannot be read.
        Err(error) => {
            return rsx! {
                Dialog { title: t!("settings-anew-sure"), text: store_trouble(&error), onclose: move |()| onclose.call(()),
                    Button { kind: ButtonKind::Go, big: true, text: t!("settings-anew-keep"), onclick: move |()| onclose.call(()) }
                }
            };
        }
    };
    rsx! {
        Dialog {
            title: t!("settings-anew-sure"),
            text: match (waiting, stuck) {
                (0, 0) => t!("settings-anew-clear"),
                (0, n) => t!("settings-anew-stuck", n = n),
                (n, _) => t!("settings-anew-waiting", n = n),
            },
            onclose: move |()| onclose.call(()),
            Button { kind: ButtonKind::Go, big: true, text: t!("settings-anew-keep"), onclick: move |()| onclose.call(()) }
            if alarms > 0 {
                Note { icon: "triangle-alert", text: t!("settings-anew-alarm") }
            }
            if waiting + stuck > 0 {
                Button { icon: "send", text: t!("nav-queue"), onclick: move |()| desk.open(Route::Queue) }
                ExportAll {}
            }
            if waiting == 0 {
                Button { kind: ButtonKind::Bad, icon: "refresh-cw", text: t!("settings-anew"), onclick: move |()| {
                    match begin_anew(&desk.kit()) {
                        Ok(()) => done.set(true),
                        // Written since the question, which is drawn anew and says so.
                        Err(NotAnew::Waiting(_)) => failed.set(String::new()),
                        Err(NotAnew::Store(error)) => failed.set(store_trouble(&error)),
                    }
                } }
            }
            if !failed().is_empty() {
                Note { icon: "triangle-alert", text: failed() }
            }
        }
    }
}
