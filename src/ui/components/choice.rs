use dioxus::prelude::*;

use super::{Icon, RowBody};

/// One answer of [`Options`], [`Candidates`] or [`Segmented`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Choice {
    /// Name given back by `onselect`.
    pub id: String,
    /// The answer.
    pub title: String,
    /// Second line; may be empty.
    pub sub: String,
    /// Icon name; may be empty.
    pub icon: String,
}

impl Choice {
    /// An answer without second line and icon.
    pub fn new(id: impl Into<String>, title: impl Into<String>) -> Self {
        Self { id: id.into(), title: title.into(), ..Self::default() }
    }
    /// With a second line.
    #[allow(clippy::should_implement_trait)] // it sets the field of that name; choices are not subtracted
    pub fn sub(mut self, sub: impl Into<String>) -> Self {
        self.sub = sub.into();
        self
    }
    /// With an icon.
    pub fn icon(mut self, icon: impl Into<String>) -> Self {
        self.icon = icon.into();
        self
    }
}

/// Group of radio buttons in which the arrow keys move the focus; `label` or `labelled_by` names it.
#[component]
pub fn RadioGroup(
    /// `list`, `cands` or `seg`.
    class: String,
    #[props(default)] label: String,
    /// Id of the heading that asks the question.
    #[props(default)]
    labelled_by: String,
    children: Element,
) -> Element {
    rsx! {
        div {
            class,
            role: "radiogroup",
            "aria-label": if !label.is_empty() { label },
            "aria-labelledby": if !labelled_by.is_empty() { labelled_by },
            onkeydown: move |e| {
                let by = match e.key() {
                    Key::ArrowDown | Key::ArrowRight => 1,
                    Key::ArrowUp | Key::ArrowLeft => -1,
                    _ => return,
                };
                // Moves only the focus: choosing stays an act of its own, since a choice may carry weight.
                document::eval(&format!(
                    "const a=document.activeElement,g=a&&a.closest('[role=radiogroup]');if(g){{const r=[...g.querySelectorAll('[role=radio]')],n=r.indexOf(a);r[(n+({by})+r.length)%r.length].focus()}}"
                ));
            },
            {children}
        }
    }
}

/// One of few answers, as rows of a list. Nothing is chosen before the officer chooses.
#[component]
pub fn Options(
    items: Vec<Choice>,
    /// Id of the chosen answer; empty for none.
    #[props(default)]
    selected: String,
    #[props(default)] label: String,
    #[props(default)] labelled_by: String,
    onselect: EventHandler<String>,
) -> Element {
    rsx! {
        RadioGroup { class: "list", label, labelled_by,
            for c in items {
                button {
                    key: "{c.id}",
                    class: "opt",
                    r#type: "button",
                    role: "radio",
                    "aria-checked": (c.id == selected).to_string(),
                    onclick: {
                        let id = c.id.clone();
                        move |_| onselect.call(id.clone())
                    },
                    span { class: "radio" }
                    RowBody { title: c.title.clone(), sub: c.sub.clone() }
                    if !c.icon.is_empty() {
                        Icon { name: c.icon.clone() }
                    }
                }
            }
        }
    }
}

/// One of several answers as cards of their own, the mark at the end.
#[component]
pub fn Cards(
    items: Vec<Choice>,
    #[props(default)] selected: String,
    #[props(default)] label: String,
    #[props(default)] labelled_by: String,
    onselect: EventHandler<String>,
) -> Element {
    rsx! {
        RadioGroup { class: "cands", label, labelled_by,
            for c in items {
                Candidate {
                    key: "{c.id}",
                    checked: c.id == selected,
                    onclick: {
                        let id = c.id.clone();
                        move |_| onselect.call(id.clone())
                    },
                    if !c.icon.is_empty() {
                        super::Glyph { icon: c.icon.clone() }
                    }
                    RowBody { title: c.title.clone(), sub: c.sub.clone() }
                }
            }
        }
    }
}

/// One card of a radio group with any content, such as a [`super::ContainerNumber`] with marked characters.
/// Put several into a [`RadioGroup`] of class `cands`.
#[component]
pub fn Candidate(checked: bool, onclick: EventHandler<()>, children: Element) -> Element {
    rsx! {
        button {
            class: "cand",
            r#type: "button",
            role: "radio",
            "aria-checked": checked.to_string(),
            onclick: move |_| onclick.call(()),
            {children}
            span { class: "radio" }
        }
    }
}

/// A large card that opens something: one of the two ways home, a reason to pick.
#[component]
pub fn Way(
    title: String,
    #[props(default)] sub: String,
    #[props(default)] icon: String,
    #[props(default)] kind: super::Tone,
    /// Icon at the end.
    #[props(default = "chevron-right".to_string())]
    end_icon: String,
    onclick: EventHandler<()>,
) -> Element {
    rsx! {
        button { class: "cand", r#type: "button", onclick: move |_| onclick.call(()),
            if !icon.is_empty() {
                super::Glyph { icon, kind }
            }
            RowBody { title, sub }
            Icon { name: end_icon }
        }
    }
}

/// Two to four short answers side by side.
#[component]
pub fn Segmented(
    items: Vec<Choice>,
    #[props(default)] selected: String,
    #[props(default)] label: String,
    #[props(default)] labelled_by: String,
    onselect: EventHandler<String>,
) -> Element {
    rsx! {
        RadioGroup { class: "seg", label, labelled_by,
            for c in items {
                button {
                    key: "{c.id}",
                    r#type: "button",
                    role: "radio",
                    "aria-checked": (c.id == selected).to_string(),
                    onclick: {
                        let id = c.id.clone();
                        move |_| onselect.call(id.clone())
                    },
                    if !c.icon.is_empty() {
                        Icon { name: c.icon.clone() }
                    }
                    "{c.title}"
                }
            }
        }
    }
}

/// A row that switches a setting on or off.
#[component]
pub fn Switch(
    title: String,
    #[props(default)] sub: String,
    #[props(default)] icon: String,
    on: bool,
    onclick: EventHandler<()>,
) -> Element {
    rsx! {
        button { class: "row", r#type: "button", role: "switch", "aria-checked": on.to_string(), onclick: move |_| onclick.call(()),
            if !icon.is_empty() {
                super::Glyph { icon }
            }
            RowBody { title, sub }
            span { class: "switch", "aria-hidden": "true" }
        }
    }
}

/// A row to tick: "Tôi đã kéo thử, cáp không tuột".
#[component]
pub fn Tick(title: String, #[props(default)] sub: String, checked: bool, onclick: EventHandler<()>) -> Element {
    rsx! {
        button { class: "row", r#type: "button", role: "checkbox", "aria-checked": checked.to_string(), onclick: move |_| onclick.call(()),
            span { class: "tick",
                Icon { name: "check" }
            }
            RowBody { title, sub }
        }
    }
}
