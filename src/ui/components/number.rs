use dioxus::prelude::*;

/// Size of a [`ContainerNumber`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NumberSize {
    /// As the surrounding text.
    Text,
    /// 21 px.
    #[default]
    M,
    /// 26 px.
    L,
    /// 34 px, the number the screen is about.
    Xl,
}

/// A container number as painted on the door: owner, serial, boxed check digit.
///
/// `number` is taken without spaces (`MSKU9070323`); a text that has not 11 characters is shown as it is.
#[component]
pub fn ContainerNumber(
    number: String,
    #[props(default)] size: NumberSize,
    /// "số kiểm tra 3", said by screen readers after the letters.
    #[props(default)]
    check_label: String,
    /// Positions (from 0) that differ from what was read; marked.
    #[props(default)]
    marks: Vec<usize>,
) -> Element {
    let class = match size {
        NumberSize::Text => "cn",
        NumberSize::M => "cn cn--m",
        NumberSize::L => "cn cn--l",
        NumberSize::Xl => "cn cn--xl",
    };
    let chars: Vec<char> = number.chars().filter(|c| !c.is_whitespace()).collect();
    if chars.len() != 11 {
        return rsx! { span { class, "{number}" } };
    }
    let part =
        |from: usize, to: usize| -> Vec<(char, bool)> { (from..to).map(|i| (chars[i], marks.contains(&i))).collect() };
    let check = chars[10];
    let near = if marks.contains(&10) { "cn-check is-near" } else { "cn-check" };
    rsx! {
        span { class,
            span { class: "vh", "{spell(&chars[..4])}, {spell(&chars[4..10])}, {check_label}" }
            for group in [part(0, 4), part(4, 10)] {
                span { "aria-hidden": "true",
                    for (c, marked) in group {
                        if marked {
                            mark { "{c}" }
                        } else {
                            "{c}"
                        }
                    }
                }
            }
            span { class: near, "aria-hidden": "true", "{check}" }
        }
    }
}

fn spell(chars: &[char]) -> String {
    chars.iter().map(char::to_string).collect::<Vec<_>>().join(" ")
}

/// Digits of one width that never break across lines. Its text is shown as it is, without marks:
/// use it for numbers and codes from outside.
#[component]
pub fn Num(text: String, #[props(default)] strong: bool) -> Element {
    rsx! {
        span { class: if strong { "num strong" } else { "num" }, "{text}" }
    }
}
