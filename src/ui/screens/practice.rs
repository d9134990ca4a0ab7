//! Practice: the trouble of each seal, its rope, the clock, the network, the other devices, things to scan.

use std::sync::Arc;

use dioxus::prelude::*;

use super::parts::Page;
use super::words::{lang, seal_no};
use crate::i18n::format;
use crate::ports::practice::{Practice as Controls, PracticeNetwork, PracticeSeal};
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::use_desk;

/// The controls as a property; there is one set.
#[derive(Clone)]
struct ControlsProp(Arc<dyn Controls>);

impl PartialEq for ControlsProp {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// Practice controls.
#[component]
pub fn Practice() -> Element {
    let desk = use_desk();
    let mut again = use_signal(|| 0u32);
    _ = again();
    let Some(practice) = desk.practice() else {
        return rsx! {
            Page { title: t!("practice-title"), back: true,
                Empty { icon: "graduation-cap", title: t!("practice-none"), text: t!("practice-none-text") }
            }
        };
    };
    let controls = ControlsProp(practice);
    let now = controls.0.now();
    let weekday = format::weekday(format::local(now).date(), lang());
    rsx! {
        Page { title: t!("practice-title"), sub: t!("practice-sub"), back: true,
            SectionHead { title: t!("practice-devices"), note: t!("practice-devices-note") }
            List {
                for device in controls.0.devices() {
                    if device.this {
                        Row { key: "{device.url}", icon: "user", kind: Tone::Ok, title: device.name, sub: t!("practice-this") }
                    } else {
                        a { key: "{device.url}", class: "row", href: device.url,
                            Glyph { icon: "user" }
                            RowBody { title: device.name, sub: t!("practice-switch") }
                            Icon { name: "chevron-right", class: "muted" }
                        }
                    }
                }
            }
            SectionHead { title: t!("practice-clock"), note: format!("{weekday} {}", format::date_time(now)) }
            Even {
                for (minutes, words) in [(60, t!("practice-hour")), (24 * 60, t!("practice-day")), (3 * 24 * 60, t!("practice-days"))] {
                    Button {
                        key: "{minutes}",
                        icon: "clock",
                        text: words,
                        onclick: {
                            let controls = controls.clone();
                            move |()| {
                                controls.0.advance(minutes);
                                again += 1;
                            }
                        },
                    }
                }
            }
            SectionHead { title: t!("practice-network") }
            Segmented {
                label: t!("practice-network"),
                selected: network_id(controls.0.network()),
                items: vec![
                    Choice::new("on", t!("practice-net-on")).icon("radio"),
                    Choice::new("off", t!("practice-net-off")).icon("cloud-off"),
                    Choice::new("login", t!("practice-net-login")).icon("key-round"),
                ],
                onselect: {
                    let controls = controls.clone();
                    move |id: String| {
                        controls.0.set_network(match id.as_str() {
                            "off" => PracticeNetwork::Off,
                            "login" => PracticeNetwork::LoginPage,
                            _ => PracticeNetwork::On,
                        });
                        again += 1;
                    }
                },
            }
            Troubles { controls: controls.clone(), onchange: move |()| again += 1, version: again() }
            SectionHead { title: t!("practice-samples"), note: t!("practice-samples-note") }
            List {
                a { class: "row", href: controls.0.prints_url(), target: "_blank",
                    Glyph { icon: "printer", kind: Tone::Info }
                    RowBody { title: t!("practice-prints"), sub: t!("practice-prints-sub") }
                    Icon { name: "chevron-right", class: "muted" }
                }
                for sample in controls.0.samples() {
                    Row { key: "{sample.id}", icon: "scan-barcode", title: sample.name }
                }
            }
        }
    }
}

fn network_id(network: PracticeNetwork) -> &'static str {
    match network {
        PracticeNetwork::On => "on",
        PracticeNetwork::Off => "off",
        PracticeNetwork::LoginPage => "login",
    }
}

/// The seals of the yard; the one opened shows its rope and troubles.
#[component]
fn Troubles(controls: ControlsProp, onchange: EventHandler<()>, version: u32) -> Element {
    let mut opened = use_signal(|| None::<String>);
    _ = version;
    let seals = controls.0.seals();
    let words = |trouble: &str| {
        if trouble.is_empty() { t!("trouble-none") } else { t!(&format!("trouble-{}", trouble.replace('_', "-"))) }
    };
    let chosen = seals.iter().find(|seal| opened().as_deref() == Some(seal.seal.as_str())).cloned();
    let chosen = chosen.map(|seal: PracticeSeal| (controls.0.troubles(&seal.seal), seal));
    rsx! {
        SectionHead { title: t!("practice-seals"), note: t!("practice-seals-note") }
        if let Some((known, seal)) = chosen {
            // It stands above the list that was touched: bring it into sight.
            div { class: "stack", onmounted: move |e| async move { _ = e.scroll_to(ScrollBehavior::Instant).await; },
                Card { kind: CardKind::Hero,
                    CardHead { eyebrow: t!("seal-name", seal = seal_no(&seal.seal)),
                        Chip {
                            kind: if seal.closed { Tone::Ok } else { Tone::Idle },
                            icon: if seal.closed { "lock" } else { "lock-open" },
                            text: if seal.closed { t!("seal-state-closed") } else { t!("seal-state-opened") },
                        }
                    }
                    Switch {
                        icon: "cable",
                        title: t!("practice-rope"),
                        sub: if seal.rope_in { t!("practice-rope-in") } else { t!("practice-rope-out") },
                        on: seal.rope_in,
                        onclick: {
                            let (controls, seal) = (controls.clone(), seal.clone());
                            move |()| {
                                controls.0.set_rope(&seal.seal, !seal.rope_in);
                                onchange.call(());
                            }
                        },
                    }
                    Decision { id: "trouble", text: t!("practice-which-trouble") }
                    Cards {
                        labelled_by: "trouble",
                        selected: if seal.trouble.is_empty() { "none".to_owned() } else { seal.trouble.clone() },
                        items: std::iter::once(Choice::new("none", words("")).icon("circle-check"))
                            .chain(known.iter().map(|trouble| Choice::new(trouble.clone(), words(trouble)).icon("triangle-alert")))
                            .collect::<Vec<_>>(),
                        onselect: {
                            let (controls, seal) = (controls.clone(), seal.seal.clone());
                            move |id: String| {
                                controls.0.set_trouble(&seal, if id == "none" { "" } else { &id });
                                onchange.call(());
                            }
                        },
                    }
                    Button { icon: "check", text: t!("done"), onclick: move |()| opened.set(None) }
                }
            }
        }
        List {
            for seal in seals {
                Row {
                    key: "{seal.seal.as_str()}",
                    icon: if seal.closed { "lock" } else { "lock-open" },
                    kind: if seal.trouble.is_empty() { Tone::Idle } else { Tone::Warn },
                    title: seal_no(&seal.seal),
                    sub: format!("{} · {}", words(&seal.trouble), if seal.rope_in { t!("practice-rope-in") } else { t!("practice-rope-out") }),
                    onclick: move |()| opened.set(Some(seal.seal.as_str().to_owned())),
                }
            }
        }
    }
}
