//! The camera's picture in a screen: one script feeds frames to Rust and draws the outline of what was found.

use dioxus::prelude::*;
use serde_json::json;

use crate::t;
use crate::ui::components::*;
use crate::ui::desk::use_desk;

/// Opens `window.sealCamera`; does nothing the second time.
const SCRIPT: &str = include_str!("../../../assets/camera.js");

/// Starts the camera into this screen's elements, and lets it go when they are gone from the page.
const START: &str = r"
const o = OPTIONS, v = document.getElementById(o.video);
if (v) {
  window.sealVideo = v;
  const u = new URL(o.socket, location.href);
  u.protocol = u.protocol.replace('http', 'ws');
  o.socket = u.href;
  window.sealCamera.start(o);
  const watch = setInterval(() => {
    if (v.isConnected) return;
    clearInterval(watch);
    if (window.sealVideo === v) { window.sealVideo = null; window.sealCamera.stop(); }
  }, 200);
}
";

/// The picture. Give it a `key` of the sample, so that another sample starts it afresh.
#[component]
pub fn CameraPicture(
    /// Set of formats: 0 scan box, 1 sheet, 2 seal, 3 waybill.
    #[props(default)]
    formats: u8,
    /// A practice sample instead of a camera: `<symbology>:<text>`, `photo:<scene>` or `screen:<device>`.
    #[props(default)]
    sample: String,
) -> Element {
    let desk = use_desk();
    let id = use_hook(|| next_id("camera"));
    let Some(socket) = desk.camera_url() else { return rsx! {} };
    let practice = sample.split_once(':').map(|(kind, text)| match kind {
        "photo" => json!({ "photo": text }),
        "screen" => json!({ "screen": text }),
        symbology => json!({ "symbology": symbology, "code": text }),
    });
    let options = json!({
        "video": id,
        "overlay": format!("{id}-found"),
        "socket": socket,
        "formats": formats,
        "practice": practice,
    });
    let start = format!("{SCRIPT}\n{}", START.replace("OPTIONS", &options.to_string()));
    rsx! {
        video {
            id: "{id}",
            muted: true,
            "playsinline": "",
            onmounted: move |_| {
                document::eval(&start);
            },
        }
        svg { class: "finder-code", id: "{id}-found", "aria-hidden": "true" }
    }
}

/// Switches the torch, where there is one.
pub fn torch(on: bool) {
    document::eval(&format!("if (window.sealCamera) window.sealCamera.torch({on});"));
}

/// Sets the zoom, where there is one.
pub fn zoom(factor: u8) {
    document::eval(&format!("if (window.sealCamera) window.sealCamera.zoom({factor});"));
}

/// Practice: what to hold before the camera.
#[component]
pub fn Samples(
    /// Only photographs (true) or only codes.
    photos: bool,
    selected: String,
    onselect: EventHandler<String>,
) -> Element {
    let desk = use_desk();
    let Some(practice) = desk.practice() else { return rsx! {} };
    let items: Vec<Choice> = practice
        .samples()
        .into_iter()
        .filter(|sample| sample.id.starts_with("photo:") == photos)
        .map(|sample| Choice::new(sample.id, sample.name))
        .collect();
    rsx! {
        details { class: "samples",
            summary { class: "btn",
                Icon { name: "graduation-cap" }
                span { {t!("scan-samples")} }
            }
            div { class: "samples-list",
                Options { label: t!("scan-samples"), items, selected, onselect }
            }
        }
    }
}
