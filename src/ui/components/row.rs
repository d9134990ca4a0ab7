use dioxus::prelude::*;

use super::{Icon, Rich, Tone};

/// Rows, checks, options or queue items under each other on one card.
/// `ordered` when the order means something; items of a list are `li` by themselves
/// ([`super::Check`], [`super::QueueItem`]), rows are not.
#[component]
pub fn List(
    #[props(default)] kind: ListKind,
    /// Spoken name.
    #[props(default)]
    label: String,
    children: Element,
) -> Element {
    let label = (!label.is_empty()).then_some(label);
    match kind {
        ListKind::Rows => {
            rsx! { div { class: "list", role: if label.is_some() { "group" }, "aria-label": label, {children} } }
        }
        ListKind::Items => rsx! { ul { class: "list", "aria-label": label, {children} } },
        ListKind::Ordered => rsx! { ol { class: "list", "aria-label": label, {children} } },
    }
}

/// What a [`List`] holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ListKind {
    /// [`Row`], options.
    #[default]
    Rows,
    /// `li` in any order: checks, queue items.
    Items,
    /// `li` in their order.
    Ordered,
}

/// A thing to open: its number as title, the act as second line.
#[component]
pub fn Row(
    title: String,
    #[props(default)] sub: String,
    /// What is wrong, between title and second line, in red ("Quá hạn 14 giờ").
    #[props(default)]
    alert: String,
    /// Icon in the glyph; empty for none.
    #[props(default)]
    icon: String,
    /// Colour of the glyph.
    #[props(default)]
    kind: Tone,
    /// Short text at the end ("16:30").
    #[props(default)]
    value: String,
    /// Something else at the end: a [`super::Chip`].
    end: Option<Element>,
    /// Without it the row opens nothing and shows no arrow.
    onclick: Option<EventHandler<()>>,
    /// Instead of the glyph: a [`super::Ring`].
    start: Option<Element>,
) -> Element {
    let has_end = !value.is_empty() || end.is_some();
    let body = rsx! {
        if !icon.is_empty() {
            super::Glyph { icon, kind }
        }
        {start}
        // A chip that leaves the words too little room goes under them.
        span { class: "row-main",
            RowBody { title, alert, sub }
            if has_end {
                span { class: "row-end",
                    if !value.is_empty() {
                        span { class: "num strong", "{value}" }
                    }
                    {end}
                }
            }
        }
    };
    match onclick {
        Some(f) => rsx! {
            button { class: "row", r#type: "button", onclick: move |_| f.call(()),
                {body}
                Icon { name: "chevron-right", class: "muted" }
            }
        },
        None => rsx! { div { class: "row", {body} } },
    }
}

/// The words of a row: title and, where there is one, the second line. For rows of any kind.
#[component]
pub fn RowBody(
    title: String,
    #[props(default)] sub: String,
    /// Between the two, in red.
    #[props(default)]
    alert: String,
) -> Element {
    rsx! {
        span { class: "row-body",
            span { class: "row-title", Rich { text: title } }
            if !alert.is_empty() {
                span { class: "strong ink-bad", Rich { text: alert } }
            }
            if !sub.is_empty() {
                span { class: "row-sub", Rich { text: sub } }
            }
        }
    }
}

/// Whether an element property was given.
pub(super) fn shows(e: &Element) -> bool {
    e.as_ref().is_ok_and(|node| *node != VNode::empty().unwrap_or_default())
}
