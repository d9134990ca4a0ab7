use dioxus::prelude::*;

use super::{Icon, Rich};

/// What a [`Banner`] tells. One at a time: practice before outage before offline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BannerKind {
    /// No network: calm, work goes on.
    Offline,
    /// Declared outage of the customs system: paper procedure.
    Outage,
    /// Practice data.
    Practice,
}

/// The strip under the app bar (practice: above it).
#[component]
pub fn Banner(kind: BannerKind, text: String) -> Element {
    let (class, icon, role) = match kind {
        BannerKind::Offline => ("banner banner--offline", "cloud-off", "status"),
        BannerKind::Outage => ("banner banner--outage", "server-off", "alert"),
        BannerKind::Practice => ("banner banner--practice", "graduation-cap", "status"),
    };
    rsx! {
        div { class, role,
            Icon { name: icon }
            span { Rich { text } }
        }
    }
}
