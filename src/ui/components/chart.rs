use dioxus::prelude::*;

use super::{Rich, next_id};

/// Look of a [`Stretch`]: each has a pattern of its own, so that it is told apart without colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fill {
    /// Full.
    #[default]
    Solid,
    /// Slanted lines.
    Lines,
    /// Dots.
    Dots,
    /// Full, in the colour of what is wrong.
    Alert,
}

impl Fill {
    fn class(self) -> &'static str {
        match self {
            Self::Solid => "chart-solid",
            Self::Lines => "chart-lines",
            Self::Dots => "chart-dots",
            Self::Alert => "chart-alert",
        }
    }
}

/// One part of a bar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stretch {
    /// How long, in the unit of the chart.
    pub n: i64,
    /// Its look.
    pub fill: Fill,
}

/// One bar of [`Bars`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bar {
    /// What it is of.
    pub name: String,
    /// Its number in words; the picture says nothing that is not written.
    pub value: String,
    /// Its parts, in order.
    pub parts: Vec<Stretch>,
}

/// A stacked bar as a picture alone; the words stand beside it. `of`: the length of a full bar.
#[component]
pub fn BarPicture(
    parts: Vec<Stretch>,
    of: i64,
    /// Units wide, 20 high: the picture keeps this shape.
    #[props(default = 320)]
    wide: i64,
) -> Element {
    let id = use_hook(|| next_id("bar"));
    let mut at = 0;
    let mut shown = Vec::new();
    for part in parts.into_iter().filter(|part| part.n > 0) {
        // The shortest part still shows.
        let width = (part.n * wide / of.max(1)).clamp(4, (wide - at).max(0));
        shown.push((at, width, part.fill));
        at += width;
    }
    let (lines, dots) = (format!("{id}-lines"), format!("{id}-dots"));
    rsx! {
        svg { class: "chart-bar", view_box: "0 0 {wide} 20", "aria-hidden": "true",
            defs {
                pattern { id: "{lines}", width: "6", height: "6", "patternUnits": "userSpaceOnUse", "patternTransform": "rotate(45)",
                    rect { class: "chart-ground", width: "6", height: "6" }
                    rect { class: "chart-ink", width: "3", height: "6" }
                }
                pattern { id: "{dots}", width: "6", height: "6", "patternUnits": "userSpaceOnUse",
                    rect { class: "chart-ground", width: "6", height: "6" }
                    circle { class: "chart-ink", cx: "3", cy: "3", r: "1.7" }
                }
            }
            rect { class: "chart-track", width: "{wide}", height: "20", rx: "4" }
            for (x, width, fill) in shown {
                rect {
                    class: fill.class(),
                    x: "{x}",
                    width: "{width}",
                    height: "20",
                    rx: "4",
                    fill: match fill {
                        Fill::Lines => format!("url(#{lines})"),
                        Fill::Dots => format!("url(#{dots})"),
                        Fill::Solid | Fill::Alert => String::from("currentColor"),
                    },
                }
            }
        }
    }
}

/// Bars under each other on one scale, each with its name and its number in words.
#[component]
pub fn Bars(
    /// Spoken name.
    label: String,
    items: Vec<Bar>,
    /// Length of a full bar; 0 takes the longest.
    #[props(default)]
    of: i64,
) -> Element {
    let longest = items.iter().map(|bar| bar.parts.iter().map(|part| part.n).sum::<i64>()).max().unwrap_or(0);
    let of = if of > 0 { of } else { longest.max(1) };
    rsx! {
        ul { class: "chart", "aria-label": label,
            for (index, bar) in items.into_iter().enumerate() {
                li { key: "{index}",
                    span { class: "chart-words",
                        span { Rich { text: bar.name } }
                        b { class: "num", Rich { text: bar.value } }
                    }
                    BarPicture { parts: bar.parts, of }
                }
            }
        }
    }
}

/// What the patterns of a chart mean.
#[component]
pub fn Legend(items: Vec<(Fill, String)>) -> Element {
    rsx! {
        ul { class: "chart-legend",
            for (fill, words) in items {
                li { key: "{words}",
                    BarPicture { parts: vec![Stretch { n: 1, fill }], of: 1, wide: 28 }
                    "{words}"
                }
            }
        }
    }
}
