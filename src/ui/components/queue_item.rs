use dioxus::prelude::*;

use super::{Chip, Rich, Tone};

/// One thing waiting to be sent, or one difference to settle: what, state, reason, size, next try, act.
/// Put it in a [`super::List`] of items; `children` are its buttons.
#[component]
pub fn QueueItem(
    title: String,
    /// Icon of the thing.
    icon: String,
    /// Colour of the icon's square.
    #[props(default = Tone::Info)]
    kind: Tone,
    /// State in a word.
    state: String,
    /// Look of the state.
    #[props(default)]
    state_kind: Tone,
    /// Icon of the state; empty takes the usual one.
    #[props(default)]
    state_icon: String,
    /// "08:51", "2 KB", "thử 3 lần"
    #[props(default)]
    meta: Vec<String>,
    /// Reason of a refusal and its cure.
    #[props(default)]
    why: String,
    #[props(default)] children: Element,
) -> Element {
    rsx! {
        li { class: "qitem",
            super::Glyph { icon, kind }
            p { class: "qitem-title", Rich { text: title } }
            div {
                Chip { kind: state_kind, icon: state_icon, text: state }
            }
            if !meta.is_empty() {
                p { class: "qitem-meta",
                    for m in meta {
                        span { Rich { text: m } }
                    }
                }
            }
            if !why.is_empty() {
                p { class: "qitem-why", Rich { text: why } }
            }
            if super::row::shows(&children) {
                div { class: "qitem-act", {children} }
            }
        }
    }
}
