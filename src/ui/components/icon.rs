use dioxus::prelude::*;

/// Every symbol of the app: Lucide (ISC) and two of our own.
const SPRITE: &str = include_str!("../../../assets/icons/icons.svg");

/// Size of an [`Icon`]: 18, 24, 32 or 48 px.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IconSize {
    /// 18 px, inside chips and marks.
    S,
    /// 24 px.
    #[default]
    M,
    /// 32 px.
    L,
    /// 48 px.
    Xl,
}

/// One symbol of the sprite, by its Lucide name (`"lock"`, `"triangle-alert"`). Decorative: hidden from screen readers.
#[component]
pub fn Icon(
    name: String,
    #[props(default)] size: IconSize,
    /// Further class names, such as `muted`.
    #[props(default)]
    class: String,
) -> Element {
    debug_assert!(has_icon(&name), "no icon {name:?} in icons.svg");
    let size = match size {
        IconSize::S => " icon--s",
        IconSize::M => "",
        IconSize::L => " icon--l",
        IconSize::Xl => " icon--xl",
    };
    let gap = if class.is_empty() { "" } else { " " };
    rsx! {
        svg { class: "icon{size}{gap}{class}", "aria-hidden": "true",
            r#use { href: "#i-{name}" }
        }
    }
}

/// The symbols, put once into every page by [`crate::ui::theme::Root`].
#[component]
pub fn IconSprite() -> Element {
    rsx! {
        div { hidden: true, "aria-hidden": "true", dangerous_inner_html: SPRITE }
    }
}

/// Whether the sprite holds the symbol `name`.
pub fn has_icon(name: &str) -> bool {
    SPRITE.contains(&format!("id=\"i-{name}\""))
}
