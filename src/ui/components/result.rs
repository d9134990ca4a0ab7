use dioxus::prelude::*;

use super::{Icon, Rich, focus_when_shown};

/// Answer of the seal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResultKind {
    /// The seal itself reported the state asked for.
    Ok,
    /// The seal refused, or the act failed for certain.
    Bad,
    /// Nobody knows.
    Unsure,
    /// A command is running.
    Busy,
}

/// The answer, readable at arm's length. It holds the `h1` of its screen (busy: an `h2` below an app bar)
/// and takes the focus when it appears. Only [`ResultKind::Ok`] is green, and only a read-back state gives it.
#[component]
pub fn ResultBlock(
    kind: ResultKind,
    /// "Đã khóa", "Chưa rõ đã khóa hay chưa"
    word: String,
    /// What the seal said.
    #[props(default)]
    say: String,
    /// Icon name; empty takes the one of the state.
    #[props(default)]
    icon: String,
) -> Element {
    let (name, own_icon) = match kind {
        ResultKind::Ok => ("ok", "lock"),
        ResultKind::Bad => ("bad", "lock-open"),
        ResultKind::Unsure => ("unsure", "unsure"),
        ResultKind::Busy => ("busy", "lock"),
    };
    let alert = matches!(kind, ResultKind::Bad | ResultKind::Unsure);
    let busy = kind == ResultKind::Busy;
    let icon = if icon.is_empty() { own_icon.to_owned() } else { icon };
    rsx! {
        section {
            class: "result result--{name}",
            role: if alert { "alert" } else { "status" },
            "aria-live": if !alert { "assertive" },
            style: if busy { "background:var(--bg);padding-block:var(--s-5)" } else { "padding-block-start:calc(var(--inset-top) + var(--s-6))" },
            span { class: "result-shape",
                if busy {
                    i { class: "spin" }
                }
                Icon { name: icon }
            }
            if busy {
                h2 { class: "result-word", Rich { text: word } }
            } else {
                h1 { class: "result-word", tabindex: "-1", onmounted: move |e| focus_when_shown(true, e), Rich { text: word } }
            }
            if !say.is_empty() {
                p { class: "result-say", Rich { text: say } }
            }
        }
    }
}
