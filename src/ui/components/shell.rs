use dioxus::prelude::*;

use super::{Icon, Rich, focus_when_shown};

/// One screen: app bar, banner, [`Main`], [`Dock`], [`Nav`] in reading order.
/// `practice` draws the watermark (add a practice [`super::Banner`] too).
#[component]
pub fn AppShell(#[props(default)] practice: bool, children: Element) -> Element {
    rsx! {
        div { class: "app", "data-practice": if practice { "" }, {children} }
    }
}

/// The scrolling middle of a screen. `tight`: less room above, under [`Steps`](super::Steps).
#[component]
pub fn Main(#[props(default)] tight: bool, children: Element) -> Element {
    rsx! {
        main { class: "app-main", style: if tight { "padding-block-start:var(--s-1)" }, {children} }
    }
}

/// Arrangement of a [`Dock`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DockKind {
    /// Main act above the second one.
    #[default]
    Stack,
    /// Two equal answers side by side; neither pre-chosen.
    Even,
    /// A small and a large one.
    Split,
    /// Above a [`Nav`], whose scan button stands out of its bar.
    AboveNav,
}

/// The acts under the thumb.
#[component]
pub fn Dock(#[props(default)] kind: DockKind, children: Element) -> Element {
    let (class, style) = match kind {
        DockKind::Stack => ("dock", None),
        DockKind::Even => ("dock dock--even", None),
        DockKind::Split => ("dock dock--split", None),
        DockKind::AboveNav => ("dock", Some("padding-block:var(--s-2) 28px")),
    };
    rsx! {
        div { class, style, {children} }
    }
}

/// Two equal buttons side by side inside a dock or a sheet.
#[component]
pub fn Even(children: Element) -> Element {
    rsx! {
        div { class: "dock--even even", {children} }
    }
}

/// A line of explanation in the dock.
#[component]
pub fn DockNote(icon: String, text: String) -> Element {
    rsx! {
        p { class: "dock-note",
            Icon { name: icon }
            span { Rich { text } }
        }
    }
}

/// The bar at the top: way back, name of the screen (its only `h1`), one rare act.
#[component]
pub fn AppBar(
    title: String,
    /// Second line; wraps.
    #[props(default)]
    sub: String,
    /// Spoken name of the way back; needed with `onback`.
    #[props(default)]
    back_label: String,
    onback: Option<EventHandler<()>>,
    /// Icon of the act at the end; empty for none.
    #[props(default)]
    action_icon: String,
    /// Spoken name of that act.
    #[props(default)]
    action_label: String,
    onaction: Option<EventHandler<()>>,
    /// Moves the focus to the title when the screen appears (after a step).
    #[props(default)]
    focus: bool,
) -> Element {
    rsx! {
        header { class: if onback.is_some() { "appbar appbar--back" } else { "appbar" },
            if let Some(onback) = onback {
                IconButton { icon: "arrow-left", label: back_label, onclick: move |_| onback.call(()) }
            }
            div { class: "appbar-text",
                h1 { class: "appbar-title", tabindex: "-1", onmounted: move |e| focus_when_shown(focus, e), Rich { text: title } }
                if !sub.is_empty() {
                    p { class: "appbar-sub", Rich { text: sub } }
                }
            }
            if !action_icon.is_empty() {
                IconButton {
                    icon: action_icon,
                    label: action_label,
                    onclick: move |_| if let Some(f) = onaction { f.call(()) },
                }
            }
        }
    }
}

/// A button that shows only an icon; `label` is what a screen reader says.
#[component]
pub fn IconButton(icon: String, label: String, onclick: EventHandler<()>) -> Element {
    rsx! {
        button { class: "iconbtn", r#type: "button", "aria-label": label, onclick: move |_| onclick.call(()),
            Icon { name: icon }
        }
    }
}

/// One entry of [`Nav`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NavItem {
    /// Name given back by `onselect`.
    pub id: String,
    /// Icon name.
    pub icon: String,
    /// Word under the icon.
    pub label: String,
    /// Count in the corner; 0 shows none.
    pub badge: u32,
    /// Spoken form of the count ("4 seal cần trả").
    pub badge_label: String,
    /// Grey badge: nothing is wrong.
    pub calm: bool,
    /// The raised middle button.
    pub scan: bool,
}

/// The five places of the app, under the thumb. Hidden in wizards.
#[component]
pub fn Nav(
    /// Spoken name of the navigation.
    label: String,
    items: Vec<NavItem>,
    /// Id of the place shown now; empty for none.
    #[props(default)]
    active: String,
    onselect: EventHandler<String>,
) -> Element {
    rsx! {
        nav { class: "nav", "aria-label": label,
            for item in items {
                button {
                    key: "{item.id}",
                    class: if item.scan { "nav-item nav-item--scan" } else { "nav-item" },
                    r#type: "button",
                    "aria-current": if item.id == active { "page" },
                    onclick: {
                        let id = item.id.clone();
                        move |_| onselect.call(id.clone())
                    },
                    Icon { name: item.icon }
                    if item.badge > 0 {
                        span { class: if item.calm { "badge badge--calm" } else { "badge" }, role: "img", "aria-label": item.badge_label, "{item.badge}" }
                    }
                    span { "{item.label}" }
                }
            }
        }
    }
}
