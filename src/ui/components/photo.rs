use dioxus::prelude::*;

use super::{Chip, Icon, IconSize, Rich, Tone};

/// State of a required shot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PhotoState {
    /// Taken and good.
    #[default]
    Good,
    /// Taken, to be taken again.
    Bad,
    /// Not taken yet.
    Todo,
    /// The next one to take.
    Now,
}

/// Tiles two a line.
#[component]
pub fn Photos(children: Element) -> Element {
    rsx! {
        div { class: "photos", {children} }
    }
}

/// One required shot. The badge says its quality in words.
#[component]
pub fn PhotoTile(
    #[props(default)] state: PhotoState,
    /// What it has to show ("Cửa và biển số").
    title: String,
    /// "14:23:10 · rõ nét"
    #[props(default)]
    sub: String,
    /// Address of the picture; empty before it is taken.
    #[props(default)]
    src: String,
    /// What the picture shows, for screen readers.
    #[props(default)]
    alt: String,
    /// "Đạt", "Mờ, chụp lại"
    #[props(default)]
    badge: String,
    onclick: EventHandler<()>,
) -> Element {
    let class = match state {
        PhotoState::Good => "photo",
        PhotoState::Bad => "photo photo--bad",
        PhotoState::Todo => "photo photo--todo",
        PhotoState::Now => "photo photo--now photo--todo",
    };
    let tone = if state == PhotoState::Bad { Tone::Bad } else { Tone::Ok };
    rsx! {
        button { class, r#type: "button", onclick: move |_| onclick.call(()),
            span { class: "photo-img",
                if src.is_empty() {
                    Icon { name: "camera", size: IconSize::Xl }
                } else {
                    img { src, alt }
                }
                if !badge.is_empty() {
                    span { class: "photo-badge",
                        Chip { kind: tone, text: badge }
                    }
                }
            }
            span { class: "photo-cap",
                Rich { text: title }
                if !sub.is_empty() {
                    small { Rich { text: sub } }
                }
            }
        }
    }
}

/// One side of [`Compare`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CompareSide {
    /// "Lúc khóa"
    pub title: String,
    /// "22/04 14:23 · 02CI"
    pub sub: String,
    /// Address of the picture; empty shows that there is none.
    pub src: String,
    /// Spoken name of the button: what it does and what the photo shows.
    pub label: String,
}

/// The sealing photo and the one taken now, same crop. A tap zooms both to the same place; captions never cover evidence.
#[component]
pub fn Compare(then: CompareSide, now: CompareSide) -> Element {
    let mut zoom = use_signal(|| None::<(f64, f64)>);
    let style = match zoom() {
        // Not empty: renderers leave the last style in place when it goes away.
        None => "transform:none".to_owned(),
        Some((x, y)) => format!("transform:scale(2.5);transform-origin:{x:.1}% {y:.1}%"),
    };
    rsx! {
        div { class: "compare", "data-zoom": if zoom().is_some() { "" },
            for side in [then, now] {
                CompareFigure {
                    side,
                    zoomed: zoom().is_some(),
                    style: style.clone(),
                    onzoom: move |at| {
                        let next = if zoom.peek().is_some() { None } else { Some(at) };
                        zoom.set(next);
                    },
                }
            }
        }
    }
}

#[component]
fn CompareFigure(side: CompareSide, zoomed: bool, style: String, onzoom: EventHandler<(f64, f64)>) -> Element {
    let mut button = use_signal(|| None::<std::rc::Rc<MountedData>>);
    rsx! {
        figure {
            figcaption {
                span {
                    Rich { text: side.title }
                    if !side.sub.is_empty() {
                        small { Rich { text: side.sub } }
                    }
                }
                if !side.src.is_empty() {
                    Icon { name: "zoom-in" }
                }
            }
            button {
                class: "compare-img",
                r#type: "button",
                "aria-label": side.label,
                "aria-pressed": zoomed.to_string(),
                onmounted: move |e| button.set(Some(e.data())),
                onclick: move |e| async move {
                    let at = e.client_coordinates();
                    let here = button.peek().clone();
                    // The middle when the place is not known (keyboard, or a renderer that cannot tell).
                    let mut place = (50.0, 50.0);
                    if let Some(b) = here && (at.x, at.y) != (0.0, 0.0)
                        && let Ok(r) = b.get_client_rect().await
                        && r.width() > 0.0 && r.height() > 0.0
                    {
                        place = (
                            ((at.x - r.origin.x) / r.width() * 100.0).clamp(0.0, 100.0),
                            ((at.y - r.origin.y) / r.height() * 100.0).clamp(0.0, 100.0),
                        );
                    }
                    onzoom.call(place);
                },
                if side.src.is_empty() {
                    span { class: "compare-none",
                        Icon { name: "image", size: IconSize::Xl }
                    }
                } else {
                    img { src: side.src, alt: "", style }
                }
            }
        }
    }
}
