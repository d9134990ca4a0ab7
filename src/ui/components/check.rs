use dioxus::prelude::*;

use super::{Icon, IconSize, Rich, RowBody};

/// State of a [`Check`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CheckState {
    /// Not its turn yet.
    #[default]
    Todo,
    /// The one to do now.
    Now,
    /// Running.
    Busy,
    /// Passed.
    Ok,
    /// Allowed, but look at it.
    Warn,
    /// Failed.
    Bad,
}

/// One check of a machine or of the hands. Put it in a [`super::List`] of items.
#[component]
pub fn Check(
    state: CheckState,
    /// The state in a word, for screen readers ("Đạt").
    word: String,
    title: String,
    #[props(default)] sub: String,
    /// Reading at the end ("87 %"); `\n` breaks the line.
    #[props(default)]
    value: String,
) -> Element {
    let (name, icon) = match state {
        CheckState::Todo => ("todo", "circle"),
        CheckState::Now => ("now", "arrow-right"),
        CheckState::Busy => ("busy", "hourglass"),
        CheckState::Ok => ("ok", "check"),
        CheckState::Warn => ("warn", "triangle-alert"),
        CheckState::Bad => ("bad", "x"),
    };
    rsx! {
        li { class: "check check--{name}",
            span { class: "check-mark",
                Icon { name: icon, size: IconSize::S }
                span { class: "vh", "{word}" }
            }
            RowBody { title, sub }
            if !value.is_empty() {
                span { class: "check-value", Rich { text: value } }
            }
        }
    }
}

/// One thing to do of a [`Todo`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TodoItem {
    /// The act; `**bold**` for the key words.
    pub text: String,
    /// Why, or how; may be empty.
    pub why: String,
}

/// What to do now, in order.
#[component]
pub fn Todo(items: Vec<TodoItem>) -> Element {
    rsx! {
        ol { class: "todo",
            for item in items {
                li {
                    span {
                        Rich { text: item.text }
                        if !item.why.is_empty() {
                            small { Rich { text: item.why } }
                        }
                    }
                }
            }
        }
    }
}
