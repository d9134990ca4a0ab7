use dioxus::prelude::*;

use super::{Icon, IconSize};

/// How many digits of a code are typed. `label` says it ("Đã nhập 4 trên 6 số").
#[component]
pub fn PinDots(typed: usize, of: usize, label: String) -> Element {
    rsx! {
        div { class: "pin", role: "img", "aria-label": label,
            for i in 0..of {
                i { key: "{i}", class: if i < typed { "on" } }
            }
        }
    }
}

/// A key of [`PinPad`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinKey {
    /// 0 to 9.
    Digit(u8),
    /// Takes the last digit away.
    Delete,
}

/// Number pad under the thumb.
#[component]
pub fn PinPad(
    /// Spoken name.
    label: String,
    /// "Xóa một số"
    delete_label: String,
    onkey: EventHandler<PinKey>,
) -> Element {
    rsx! {
        div { class: "pad push", role: "group", "aria-label": label,
            for d in 1..=9u8 {
                button { key: "{d}", r#type: "button", onclick: move |_| onkey.call(PinKey::Digit(d)), "{d}" }
            }
            span {}
            button { r#type: "button", onclick: move |_| onkey.call(PinKey::Digit(0)), "0" }
            button { class: "pad-plain", r#type: "button", "aria-label": delete_label, onclick: move |_| onkey.call(PinKey::Delete),
                Icon { name: "delete", size: IconSize::L }
            }
        }
    }
}
