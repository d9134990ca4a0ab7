use dioxus::prelude::*;

use super::{Tone, field::FieldHelp, next_id};

/// Entry of a number one cell a character. The row of cells is a picture of `value`;
/// the real input lies over it and keeps its own text, so fast scanners lose nothing.
#[component]
pub fn Cells(
    label: String,
    /// What is shown: the text of the last `oninput`, cleaned by the caller (upper case, no spaces).
    value: String,
    /// Text in the input at first; usually the first `value`.
    #[props(default)]
    initial: String,
    /// Lengths of the groups; the container number's by default. The last group is the boxed check digit.
    #[props(default = vec![4, 6, 1])]
    groups: Vec<usize>,
    /// Positions (from 0) that are probably wrong.
    #[props(default)]
    bad: Vec<usize>,
    #[props(default)] help: String,
    #[props(default)] help_kind: Tone,
    /// `text` or `numeric`.
    #[props(default = "text".to_string())]
    inputmode: String,
    oninput: EventHandler<String>,
    onenter: Option<EventHandler<()>>,
) -> Element {
    let id = use_hook(|| next_id("cells"));
    let chars: Vec<char> = value.chars().collect();
    let columns = groups
        .iter()
        .map(|n| if *n == 1 { "minmax(0,1.15fr)".to_owned() } else { format!("repeat({n},minmax(0,1fr))") })
        .collect::<Vec<_>>()
        .join(" 6px ");
    let mut at = 0;
    let last = groups.len().saturating_sub(1);
    let cells: Vec<Vec<(usize, String)>> = groups
        .iter()
        .enumerate()
        .map(|(g, n)| {
            (0..*n)
                .map(|_| {
                    let i = at;
                    at += 1;
                    let mut class = String::from("cell");
                    if g == last && *n == 1 {
                        class.push_str(" cell--check");
                    }
                    if bad.contains(&i) {
                        class.push_str(" cell--bad");
                    }
                    if i == chars.len() {
                        class.push_str(" cell--now");
                    }
                    (i, class)
                })
                .collect()
        })
        .collect();
    rsx! {
        div { class: "field",
            label { class: "field-label", r#for: "{id}", "{label}" }
            div { class: "cellbox",
                input {
                    id: "{id}",
                    initial_value: if initial.is_empty() { value } else { initial },
                    inputmode,
                    autocapitalize: "characters",
                    autocomplete: "off",
                    spellcheck: "false",
                    "aria-invalid": if help_kind == Tone::Bad { "true" },
                    "aria-describedby": "{id}-help",
                    oninput: move |e| oninput.call(e.value()),
                    onkeydown: move |e| {
                        if let (Key::Enter, Some(f)) = (e.key(), onenter) {
                            f.call(());
                        }
                    },
                }
                div { class: "cells", "aria-hidden": "true", style: "grid-template-columns:{columns}",
                    for (g, group) in cells.into_iter().enumerate() {
                        if g > 0 {
                            i {}
                        }
                        for (n, class) in group {
                            span { key: "{n}", class,
                                if let Some(c) = chars.get(n) {
                                    "{c}"
                                }
                            }
                        }
                    }
                }
            }
            FieldHelp { id: "{id}-help", text: help, kind: help_kind }
        }
    }
}
