use dioxus::prelude::*;

use super::{Icon, next_id};

/// Size of the pad in units of the path handed back.
pub const SIGN_SIZE: (u32, u32) = (600, 260);

/// Draws locally (no round trip a move), keeps the strokes as one SVG path in pad units.
/// Nothing of it is Dioxus state: the path's `d` never appears in the virtual DOM, so no render wipes it.
const PAD: &str = r#"
const pad = document.getElementById(ID);
if (pad && !pad.__sign) {
  const line = pad.querySelector('path');
  const s = pad.__sign = { d: '', on: false };
  const at = (e) => {
    const r = pad.getBoundingClientRect();
    return Math.round((e.clientX - r.left) / r.width * W) + ' ' + Math.round((e.clientY - r.top) / r.height * H);
  };
  pad.addEventListener('pointerdown', (e) => { s.on = true; pad.setPointerCapture(e.pointerId); s.d += 'M' + at(e); line.setAttribute('d', s.d + 'l0 0'); });
  pad.addEventListener('pointermove', (e) => { if (!s.on) return; s.d += 'L' + at(e); line.setAttribute('d', s.d); });
  for (const t of ['pointerup', 'pointercancel']) pad.addEventListener(t, () => { s.on = false; });
}
"#;

/// A frame to sign in with a finger. `onchange` gets the SVG path (units of [`SIGN_SIZE`]) after each stroke,
/// and an empty text after clearing.
#[component]
pub fn SignaturePad(
    /// Spoken name and hint ("Ký bằng ngón tay trong khung").
    label: String,
    clear_label: String,
    onchange: EventHandler<String>,
) -> Element {
    let id = use_hook(|| next_id("sign"));
    let (w, h) = SIGN_SIZE;
    let start = PAD.replace("ID", &format!("'{id}'")).replace('W', &w.to_string()).replace('H', &h.to_string());
    let read = format!("const p=document.getElementById('{id}');return p&&p.__sign?p.__sign.d:'';");
    let clear = format!(
        "const p=document.getElementById('{id}');if(p&&p.__sign){{p.__sign.d='';p.querySelector('path').setAttribute('d','')}}return '';"
    );
    let mut signed = use_signal(|| false);
    rsx! {
        div { class: "sign",
            svg {
                class: "sign-pad",
                id: "{id}",
                view_box: "0 0 {w} {h}",
                preserve_aspect_ratio: "none",
                role: "img",
                "aria-label": label.clone(),
                onmounted: move |_| {
                    document::eval(&start);
                },
                onpointerup: move |_| {
                    let read = read.clone();
                    async move {
                        match document::eval(&read).await {
                            Ok(path) => {
                                let path = path.as_str().unwrap_or_default().to_owned();
                                signed.set(!path.is_empty());
                                onchange.call(path);
                            }
                            Err(e) => tracing::error!(error = ?e, "signature could not be read"),
                        }
                    }
                },
                line { class: "sign-base", x1: "40", y1: "200", x2: "560", y2: "200" }
                path { class: "sign-line" }
            }
            div { class: "flow flow--between small",
                span { class: "muted", "{label}" }
                button {
                    class: "btn btn--inline",
                    r#type: "button",
                    "aria-disabled": if !signed() { "true" },
                    onclick: move |_| {
                        let clear = clear.clone();
                        async move {
                            if let Err(e) = document::eval(&clear).await {
                                tracing::error!(error = ?e, "signature could not be cleared");
                                return;
                            }
                            signed.set(false);
                            onchange.call(String::new());
                        }
                    },
                    Icon { name: "rotate-ccw" }
                    span { "{clear_label}" }
                }
            }
        }
    }
}
