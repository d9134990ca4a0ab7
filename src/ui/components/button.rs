use dioxus::prelude::*;

use super::{Icon, Rich};

/// Look of a [`Button`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonKind {
    /// Outlined: everything but the main act.
    #[default]
    Plain,
    /// Filled: the one main (and safe) act of the screen.
    Go,
    /// Filled red.
    Bad,
    /// Outlined red: one of two equal answers.
    AnswerBad,
    /// Outlined green: one of two equal answers.
    AnswerOk,
}

/// A button that names its act.
#[component]
pub fn Button(
    text: String,
    #[props(default)] kind: ButtonKind,
    #[props(default)] icon: String,
    /// 68 px high: the main act.
    #[props(default)]
    big: bool,
    /// As wide as its words.
    #[props(default)]
    inline: bool,
    /// Stays readable and focusable; does nothing. Say why in a [`super::DockNote`].
    #[props(default)]
    disabled: bool,
    onclick: EventHandler<()>,
) -> Element {
    rsx! {
        button {
            class: button_class(kind, big, inline),
            r#type: "button",
            "aria-disabled": if disabled { "true" },
            onclick: move |_| if !disabled { onclick.call(()) },
            if !icon.is_empty() {
                Icon { name: icon }
            }
            span { Rich { text } }
        }
    }
}

pub(super) fn button_class(kind: ButtonKind, big: bool, inline: bool) -> String {
    let mut class = String::from("btn");
    class.push_str(match kind {
        ButtonKind::Plain => "",
        ButtonKind::Go => " btn--go",
        ButtonKind::Bad => " btn--bad",
        ButtonKind::AnswerBad => " btn--answer-bad",
        ButtonKind::AnswerOk => " btn--answer-ok",
    });
    if big {
        class.push_str(" btn--big");
    }
    if inline {
        class.push_str(" btn--inline");
    }
    class
}
