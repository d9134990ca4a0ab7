use dioxus::prelude::*;

/// Where one stands in a wizard.
#[component]
pub fn Steps(
    /// This step, from 1.
    n: u32,
    /// How many steps there are.
    of: u32,
    /// Name of this step.
    name: String,
    /// The word "Bước".
    word: String,
    /// Whole spoken name: "Bước 4 trên 6: Kiểm tra seal".
    label: String,
    /// "Tiếp: Ảnh"; empty on the last step.
    #[props(default)]
    next: String,
) -> Element {
    rsx! {
        div { class: "steps", role: "group", "aria-label": label,
            ol { class: "steps-bar", "aria-hidden": "true",
                for i in 1..=of {
                    li { key: "{i}", class: match i.cmp(&n) {
                        std::cmp::Ordering::Less => "done",
                        std::cmp::Ordering::Equal => "now",
                        std::cmp::Ordering::Greater => "",
                    } }
                }
            }
            p { class: "steps-text",
                span {
                    "{word} "
                    span { class: "num", "{n}/{of}" }
                    " · "
                    b { "{name}" }
                }
                span { "{next}" }
            }
        }
    }
}
