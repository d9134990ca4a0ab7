use dioxus::prelude::*;

use super::{Rich, next_id};

/// Focuses the first button, keeps Tab inside, and gives the focus back when the dialog is gone.
const FOCUS: &str = r#"
const d = document.getElementById(ID);
if (d) {
  const back = document.activeElement;
  const all = () => [...d.querySelectorAll('button,input,textarea,[tabindex]')];
  if (all()[0]) all()[0].focus();
  d.addEventListener('keydown', (e) => {
    if (e.key !== 'Tab') return;
    const a = all(), first = a[0], last = a[a.length - 1];
    if (e.shiftKey && document.activeElement === first) { e.preventDefault(); last.focus(); }
    else if (!e.shiftKey && document.activeElement === last) { e.preventDefault(); first.focus(); }
  });
  const watch = new MutationObserver(() => {
    if (d.isConnected) return;
    watch.disconnect();
    if (back && back.isConnected) back.focus();
  });
  watch.observe(document.body, { childList: true, subtree: true });
}
"#;

/// One question over the screen, safe act first; `children` are its buttons. Escape and the dark area close it.
#[component]
pub fn Dialog(title: String, #[props(default)] text: String, onclose: EventHandler<()>, children: Element) -> Element {
    let id = use_hook(|| next_id("dialog"));
    let focus = FOCUS.replace("ID", &format!("'{id}'"));
    rsx! {
        div { class: "scrim", onclick: move |_| onclose.call(()),
            section {
                class: "dialog",
                id: "{id}",
                role: "alertdialog",
                "aria-modal": "true",
                "aria-labelledby": "{id}-title",
                "aria-describedby": if !text.is_empty() { "{id}-text" },
                onmounted: move |_| {
                    document::eval(&focus);
                },
                onclick: move |e| e.stop_propagation(),
                onkeydown: move |e| if e.key() == Key::Escape { onclose.call(()) },
                h2 { class: "decision", id: "{id}-title", Rich { text: title } }
                if !text.is_empty() {
                    p { id: "{id}-text", Rich { text: text.clone() } }
                }
                {children}
            }
        }
    }
}
