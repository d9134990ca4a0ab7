//! How much a seal's word is worth: whether its driver was ever tried on a real seal, and why a maker's protocol proves little.

use dioxus::prelude::*;

use crate::ports::seal_link::Protocol;
use crate::t;
use crate::ui::components::*;

/// The badge, and behind it the reason. Nothing is shown when every one of `protocols` was tried and proves itself.
#[component]
pub fn Untried(protocols: Vec<Protocol>) -> Element {
    let mut open = use_signal(|| false);
    let untried = protocols.iter().any(|protocol| !protocol.verified_on_hardware);
    // Only of a seal that is known to speak so.
    let weak = !protocols.is_empty() && protocols.iter().all(|protocol| !protocol.proves_itself);
    if !untried && !weak {
        return rsx! {};
    }
    let title = if untried { t!("seal-untried") } else { t!("seal-untried-claims") };
    rsx! {
        List {
            Row {
                icon: "triangle-alert",
                kind: Tone::Warn,
                title,
                sub: if open() { String::new() } else { t!("seal-untried-why") },
                onclick: move |()| open.toggle(),
            }
        }
        if open() {
            Card { live: true,
                if untried {
                    p { Rich { text: t!("seal-untried-because") } }
                }
                if weak {
                    p { Rich { text: t!("seal-untried-a7") } }
                }
                p { Rich { text: t!("seal-untried-made-up") } }
            }
        }
    }
}
