use dioxus::prelude::*;

use super::{Icon, IconSize, Rich, Tone};

/// Nothing to show, and why that is right or what to do; `children`: one button.
#[component]
pub fn Empty(
    icon: String,
    #[props(default)] kind: Tone,
    title: String,
    #[props(default)] text: String,
    #[props(default)] children: Element,
) -> Element {
    rsx! {
        div { class: "empty",
            span { class: kind.class("glyph"),
                Icon { name: icon, size: IconSize::Xl }
            }
            h2 { class: "decision", Rich { text: title } }
            if !text.is_empty() {
                p { Rich { text } }
            }
            {children}
        }
    }
}

/// Grey rows while a list loads.
#[component]
pub fn Loading(label: String, #[props(default = 2)] rows: u32) -> Element {
    rsx! {
        div { class: "list", role: "status", "aria-busy": "true", "aria-label": label,
            for i in 0..rows {
                div { key: "{i}", class: "row",
                    span { class: "skel", style: "inline-size:44px;block-size:44px" }
                    span { class: "row-body", style: "gap:8px",
                        span { class: "skel", style: "inline-size:{70 - 12 * (i % 3)}%" }
                        span { class: "skel", style: "inline-size:{44 + 6 * (i % 3)}%;min-block-size:16px" }
                    }
                }
            }
        }
    }
}
