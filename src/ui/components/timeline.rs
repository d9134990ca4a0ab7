use dioxus::prelude::*;

use super::{Icon, Rich, Tone};

/// One entry of a [`Timeline`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TimelineItem {
    /// `14:26`
    pub time: String,
    /// `22/04`
    pub date: String,
    /// Icon name; a gap has its own.
    pub icon: String,
    /// Idle, `Ok`, `Warn` or `Bad` dot.
    pub kind: Tone,
    /// What happened, or "Không có dữ liệu\n3 giờ 12 phút".
    pub text: String,
    /// Detail.
    pub sub: String,
    /// Nothing is known of this time: drawn hatched, never calm.
    pub gap: bool,
}

/// The seal's own log. A gap is an entry with its length.
#[component]
pub fn Timeline(#[props(default)] label: String, items: Vec<TimelineItem>) -> Element {
    rsx! {
        ol { class: "tl", "aria-label": if !label.is_empty() { label },
            for item in items {
                li { class: if item.gap { "tl-item tl-gap" } else { "tl-item" },
                    time { class: "tl-time",
                        "{item.time}"
                        if !item.date.is_empty() {
                            small { "{item.date}" }
                        }
                    }
                    span { class: if item.gap { "tl-dot".to_string() } else { item.kind.class("tl-dot") },
                        Icon { name: if item.gap { "unsure".to_string() } else { item.icon } }
                    }
                    div { class: "tl-body",
                        Rich { text: item.text }
                        if !item.sub.is_empty() {
                            small { Rich { text: item.sub } }
                        }
                    }
                }
            }
        }
    }
}
