use dioxus::prelude::*;

use super::{Icon, Rich};

/// Band at the start edge of a [`Card`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CardKind {
    /// No band.
    #[default]
    Plain,
    /// The one thing to decide; at most one a screen.
    Hero,
    /// Needs attention.
    Warn,
    /// Differs, failed.
    Bad,
    /// Not known (hatched).
    Unsure,
}

/// A white card. `live`: its change is announced politely.
#[component]
pub fn Card(#[props(default)] kind: CardKind, #[props(default)] live: bool, children: Element) -> Element {
    let class = match kind {
        CardKind::Plain => "card",
        CardKind::Hero => "card card--hero",
        CardKind::Warn => "card card--warn",
        CardKind::Bad => "card card--bad",
        CardKind::Unsure => "card card--unsure",
    };
    rsx! {
        section { class, "aria-live": if live { "polite" }, {children} }
    }
}

/// Small heading of a card with something at its end (a chip, a ring).
#[component]
pub fn CardHead(eyebrow: String, children: Element) -> Element {
    rsx! {
        div { class: "card-head",
            h2 { class: "eyebrow", Rich { text: eyebrow } }
            {children}
        }
    }
}

/// The biggest words of a screen: what to do or decide now. `id` names it for `labelled_by`.
#[component]
pub fn Decision(text: String, #[props(default)] id: String) -> Element {
    rsx! {
        h2 { class: "decision", id: if !id.is_empty() { id }, Rich { text } }
    }
}

/// An instruction with a large picture before it.
#[component]
pub fn Instruction(icon: String, title: String, #[props(default)] sub: String) -> Element {
    rsx! {
        div { class: "instruction",
            super::Glyph { icon, kind: super::Tone::Info, large: true }
            div { class: "stack",
                Decision { text: title }
                if !sub.is_empty() {
                    p { class: "muted small", Rich { text: sub } }
                }
            }
        }
    }
}

/// Heading of a section with a small remark at its end.
#[component]
pub fn SectionHead(title: String, #[props(default)] note: String) -> Element {
    rsx! {
        h2 { class: "section-head",
            span { Rich { text: title } }
            if !note.is_empty() {
                small { Rich { text: note } }
            }
        }
    }
}

/// The source of a rule, or a remark that explains.
#[component]
pub fn Cite(text: String, #[props(default = "scale".to_string())] icon: String) -> Element {
    rsx! {
        p { class: "cite",
            Icon { name: icon }
            span { Rich { text } }
        }
    }
}

/// Supporting text. `icon` stands before it when given.
#[component]
pub fn Note(text: String, #[props(default)] icon: String) -> Element {
    rsx! {
        if icon.is_empty() {
            p { class: "small muted", Rich { text } }
        } else {
            p { class: "flow small muted",
                Icon { name: icon, size: super::IconSize::S }
                span { Rich { text } }
            }
        }
    }
}

/// One number of [`Stats`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stat {
    /// Name given back by `onselect`.
    pub id: String,
    /// Icon name; empty for none.
    pub icon: String,
    /// The number.
    pub value: String,
    /// What it counts.
    pub text: String,
    /// Needs a person.
    pub bad: bool,
}

/// Up to three counts that open a list.
#[component]
pub fn Stats(items: Vec<Stat>, onselect: Option<EventHandler<String>>) -> Element {
    rsx! {
        div { class: "stats",
            for s in items {
                button {
                    key: "{s.id}",
                    class: if s.bad { "stat stat--bad" } else { "stat" },
                    r#type: "button",
                    onclick: {
                        let id = s.id.clone();
                        move |_| if let Some(f) = onselect { f.call(id.clone()) }
                    },
                    b {
                        if !s.icon.is_empty() {
                            Icon { name: s.icon.clone() }
                        }
                        "{s.value}"
                    }
                    span { Rich { text: s.text.clone() } }
                }
            }
        }
    }
}

/// Pairs of a name and a value.
#[component]
pub fn KeyValue(
    /// Name and value; marks allowed in both.
    items: Vec<(String, String)>,
) -> Element {
    rsx! {
        dl { class: "kv",
            for (k, v) in items {
                dt { Rich { text: k } }
                dd { Rich { text: v } }
            }
        }
    }
}
