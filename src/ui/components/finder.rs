use dioxus::prelude::*;

use super::{Icon, Rich};

/// Outline of a code in the camera picture.
#[derive(Clone, Debug, PartialEq)]
pub struct CodeOutline {
    /// Width and height of the frame, in its own pixels.
    pub frame: (u32, u32),
    /// Corners in order around the code, in pixels of the frame.
    pub corners: Vec<(f32, f32)>,
    /// Read, but nobody knows what it is.
    pub unknown: bool,
}

/// The camera picture with its tools. The picture itself (`video`, `img`) is the `children`.
#[component]
pub fn Finder(
    /// Spoken name ("Khung ngắm").
    label: String,
    /// "Chĩa vào mã hoặc số bất kỳ"
    hint: String,
    close_label: String,
    onclose: EventHandler<()>,
    #[props(default)] outline: Option<CodeOutline>,
    /// Shows the aiming frame while nothing is read.
    #[props(default)]
    aim: bool,
    /// [`FinderTool`]s.
    tools: Option<Element>,
    children: Element,
) -> Element {
    let shape = outline.map(|o| {
        let points = o.corners.iter().map(|(x, y)| format!("{x:.0},{y:.0}")).collect::<Vec<_>>().join(" ");
        (format!("0 0 {} {}", o.frame.0, o.frame.1), points, o.unknown)
    });
    rsx! {
        main { class: "finder", "aria-label": label,
            {children}
            div { class: "finder-shade" }
            if aim && shape.is_none() {
                div { class: "finder-aim" }
            }
            if let Some((view_box, points, unknown)) = shape {
                svg {
                    class: "finder-code",
                    view_box,
                    preserve_aspect_ratio: "xMidYMid slice",
                    "aria-hidden": "true",
                    "data-state": if unknown { "unknown" },
                    polygon { points: "{points}" }
                    polygon { points: "{points}" }
                }
            }
            div { class: "finder-top",
                super::IconButton { icon: "x", label: close_label, onclick: move |_| onclose.call(()) }
                // The camera has no app bar; its hint is the screen's heading.
                h1 { class: "finder-hint", "data-read": if !aim { "" }, Rich { text: hint } }
            }
            div { class: "finder-tools", {tools} }
        }
    }
}

/// A round tool over the camera picture. `pressed`: a switch such as the torch; leave it out for an act.
#[component]
pub fn FinderTool(
    icon: String,
    text: String,
    #[props(default)] pressed: Option<bool>,
    onclick: EventHandler<()>,
) -> Element {
    rsx! {
        button {
            class: "finder-btn",
            r#type: "button",
            "aria-pressed": pressed.map(|p| p.to_string()),
            onclick: move |_| onclick.call(()),
            Icon { name: icon }
            "{text}"
        }
    }
}

/// What was read, over the lower edge of the camera picture. Changes are announced politely.
#[component]
pub fn Sheet(label: String, children: Element) -> Element {
    rsx! {
        section { class: "sheet", "aria-live": "polite", "aria-label": label, style: "margin-block-start:0", {children} }
    }
}

/// Why a code was recognised, or that it was not.
#[component]
pub fn Why(text: String, #[props(default)] unknown: bool) -> Element {
    rsx! {
        p { class: if unknown { "why why--unknown" } else { "why" },
            Icon { name: if unknown { "diamond-unsure" } else { "badge-check" } }
            span { Rich { text } }
        }
    }
}

/// The raw text of a code, exactly as read.
#[component]
pub fn Raw(
    /// "Đọc được:"
    label: String,
    /// The text itself; no marks are interpreted.
    text: String,
    /// "Code 128", "hai khung hình trùng nhau"
    #[props(default)]
    note: String,
) -> Element {
    rsx! {
        p { class: "raw",
            "{label} "
            b { class: "num", "{text}" }
            if !note.is_empty() {
                " · {note}"
            }
        }
    }
}
