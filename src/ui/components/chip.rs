use dioxus::prelude::*;

use super::{Icon, IconSize, Rich};

/// State of a thing, after the state map of the design. Each has a word, an icon, a shape and an outline of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Nothing special.
    #[default]
    Idle,
    /// Confirmed by the seal or the server.
    Ok,
    /// Needs attention.
    Warn,
    /// Refused, failed, late.
    Bad,
    /// Not known. Never green, never amber.
    Unsure,
    /// Under way.
    Info,
}

impl Tone {
    /// Ending of the class names (`chip--ok`); empty for idle.
    pub fn suffix(self) -> &'static str {
        match self {
            Tone::Idle => "",
            Tone::Ok => "ok",
            Tone::Warn => "warn",
            Tone::Bad => "bad",
            Tone::Unsure => "unsure",
            Tone::Info => "info",
        }
    }

    /// The icon that belongs to the state.
    pub fn icon(self) -> &'static str {
        match self {
            Tone::Idle => "hourglass",
            Tone::Ok => "circle-check",
            Tone::Warn => "triangle-alert",
            Tone::Bad => "octagon-x",
            Tone::Unsure => "diamond-unsure",
            Tone::Info => "circle-pause",
        }
    }

    /// `base` or `base base--ok`.
    pub fn class(self, base: &str) -> String {
        match self.suffix() {
            "" => base.to_owned(),
            s => format!("{base} {base}--{s}"),
        }
    }
}

/// State in one to three words with its icon. Not a button.
#[component]
pub fn Chip(
    #[props(default)] kind: Tone,
    text: String,
    /// Icon name; empty takes the icon of the state.
    #[props(default)]
    icon: String,
) -> Element {
    let icon = if icon.is_empty() { kind.icon().to_owned() } else { icon };
    rsx! {
        span { class: kind.class("chip"),
            Icon { name: icon, size: IconSize::S }
            span { Rich { text } }
        }
    }
}

/// Chips in a wrapping line.
#[component]
pub fn Chips(children: Element) -> Element {
    rsx! {
        div { class: "chips", {children} }
    }
}

/// An icon on a tinted square. `large`: 64 px.
#[component]
pub fn Glyph(icon: String, #[props(default)] kind: Tone, #[props(default)] large: bool) -> Element {
    let mut class = kind.class("glyph");
    if large {
        class.push_str(" glyph--large");
    }
    rsx! {
        span { class,
            Icon { name: icon, size: if large { IconSize::Xl } else { IconSize::M } }
        }
    }
}
