use dioxus::prelude::*;

use super::{Icon, Rich, Tone, next_id};

/// A line of text to type. The input keeps its own text (scanners type faster than a round trip);
/// `initial` is read once. Change the component's `key` to start it afresh.
#[component]
pub fn TextField(
    label: String,
    #[props(default)] initial: String,
    /// Line under the field; said together with it.
    #[props(default)]
    help: String,
    /// `Ok`, `Bad` or idle look of the help line.
    #[props(default)]
    help_kind: Tone,
    #[props(default)] placeholder: String,
    /// `text`, `password`, `tel`.
    #[props(default = "text".to_string())]
    kind: String,
    /// `text`, `numeric`, `tel`: the keyboard shown.
    #[props(default = "text".to_string())]
    inputmode: String,
    /// Capital letters on the keyboard (numbers, plates).
    #[props(default)]
    capitals: bool,
    /// Plain writing instead of large figures: names, reasons.
    #[props(default)]
    words: bool,
    oninput: EventHandler<String>,
    /// Enter pressed; the scanner's last key.
    onenter: Option<EventHandler<()>>,
) -> Element {
    let id = use_hook(|| next_id("field"));
    rsx! {
        div { class: "field",
            label { class: "field-label", r#for: "{id}", "{label}" }
            input {
                id: "{id}",
                class: if words { "input input--words" } else { "input" },
                r#type: kind,
                inputmode,
                initial_value: initial,
                placeholder: if !placeholder.is_empty() { placeholder },
                autocomplete: "off",
                autocapitalize: if capitals { "characters" } else { "off" },
                spellcheck: "false",
                "aria-invalid": if help_kind == Tone::Bad { "true" },
                "aria-describedby": if !help.is_empty() { "{id}-help" },
                oninput: move |e| oninput.call(e.value()),
                onkeydown: move |e| {
                    if let (Key::Enter, Some(f)) = (e.key(), onenter) {
                        f.call(());
                    }
                },
            }
            FieldHelp { id: "{id}-help", text: help.clone(), kind: help_kind }
        }
    }
}

/// Several lines of text: a reason, a remark. Keeps its own text as [`TextField`] does.
#[component]
pub fn TextArea(
    label: String,
    #[props(default)] initial: String,
    #[props(default)] help: String,
    #[props(default)] help_kind: Tone,
    oninput: EventHandler<String>,
) -> Element {
    let id = use_hook(|| next_id("area"));
    rsx! {
        div { class: "field",
            label { class: "field-label", r#for: "{id}", "{label}" }
            textarea {
                id: "{id}",
                class: "input input--words input--area",
                rows: "3",
                initial_value: initial,
                "aria-describedby": if !help.is_empty() { "{id}-help" },
                oninput: move |e| oninput.call(e.value()),
            }
            FieldHelp { id: "{id}-help", text: help.clone(), kind: help_kind }
        }
    }
}

/// The line under a field.
#[component]
pub(super) fn FieldHelp(id: String, text: String, #[props(default)] kind: Tone) -> Element {
    let class = match kind {
        Tone::Bad => "field-help field-help--bad",
        Tone::Ok => "field-help field-help--ok",
        _ => "field-help",
    };
    rsx! {
        p { class, id, role: "status",
            if !text.is_empty() {
                if matches!(kind, Tone::Bad | Tone::Ok | Tone::Warn) {
                    Icon { name: kind.icon() }
                }
                span { Rich { text } }
            }
        }
    }
}
