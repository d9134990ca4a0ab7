//! What the screens of one seal's journey share: the frame around them, the time on them, and the words of the codes.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use dioxus::prelude::*;
use jiff::Timestamp;
use seal_core::codes::SealCondition;
use seal_core::container::ContainerNo;
use seal_core::evidence::{PhotoRef, PhotoRole};
use seal_core::ids::{OfficeCode, OfficerId};
use seal_core::seal_no::SealNo;

use super::parts::to_return;
use crate::actions::Kit;
use crate::i18n::Lang;
use crate::ports::store::StoreError;
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::use_desk;
use crate::ui::route::{Route, ScanFor};
use crate::ui::theme::words;

/// A screen of the journey: practice watermark, bar, banner, middle, dock, and the navigation on main screens.
#[component]
pub fn Frame(
    title: String,
    #[props(default)] sub: String,
    /// Place in the navigation; empty on screens that lead back.
    #[props(default)]
    place: String,
    /// Wizard steps, under the bar.
    steps: Option<Element>,
    /// Acts under the thumb.
    dock: Option<Element>,
    children: Element,
) -> Element {
    let mut desk = use_desk();
    let practice = desk.practice().is_some();
    let root = !place.is_empty();
    rsx! {
        AppShell { practice,
            if practice {
                Banner { kind: BannerKind::Practice, text: t!("practice-banner") }
            }
            if root {
                AppBar { title, sub }
            } else {
                AppBar { title, sub, focus: true, back_label: t!("back"), onback: move |_| desk.back() }
            }
            {steps}
            Main { {children} }
            {dock}
            if root {
                Places { place }
            }
        }
    }
}

/// The navigation with its counts.
#[component]
fn Places(place: String) -> Element {
    let mut desk = use_desk();
    let counts = desk.look(|kit| kit.store.queue_counts()).unwrap_or_default();
    let returns = desk.officer().map_or(0, |officer| desk.look(|kit| to_return(kit, &officer.unit)));
    let waiting = counts.waiting + counts.stuck;
    let item = |id: &str, icon: &str, label: String| NavItem {
        id: id.to_owned(),
        icon: icon.to_owned(),
        label,
        ..NavItem::default()
    };
    let items = vec![
        item("home", "clipboard-check", t!("nav-shift")),
        item("cases", "container", t!("nav-cases")),
        NavItem { scan: true, ..item("scan", "scan-line", t!("nav-scan")) },
        NavItem {
            badge: returns,
            badge_label: t!("nav-return-badge", n = returns),
            ..item("return", "repeat", t!("nav-return"))
        },
        NavItem {
            badge: waiting,
            badge_label: t!("nav-queue-badge", n = waiting),
            calm: counts.stuck == 0,
            ..item("queue", "cloud-upload", t!("nav-queue"))
        },
    ];
    rsx! {
        Nav {
            label: t!("nav-main"),
            items,
            active: place,
            onselect: move |id: String| match id.as_str() {
                "cases" => desk.open(Route::Cases),
                "scan" => desk.open(Route::Scan { purpose: ScanFor::Anything }),
                "return" => desk.open(Route::Returns),
                "queue" => desk.open(Route::Queue),
                _ => desk.open(Route::Home),
            },
        }
    }
}

/// The steps of a wizard: this one, how many, its name, and the next one's name.
#[component]
pub fn WizardSteps(n: u32, of: u32, name: String, #[props(default)] next: String) -> Element {
    rsx! {
        Steps {
            n,
            of,
            word: t!("step"),
            label: t!("step-of", n = n, of = of, name = name.clone()),
            next: if next.is_empty() { String::new() } else { t!("next-is", name = next) },
            name,
        }
    }
}

/// The device's time, looked at each second, changing the screen each minute (and when practice turns the clock).
pub fn use_now() -> Signal<Timestamp> {
    let desk = use_desk();
    let mut now = use_signal(|| desk.kit().clock.now().wall);
    use_future(move || async move {
        loop {
            tokio::time::sleep(Duration::from_secs(1)).await;
            let wall = desk.kit().clock.now().wall;
            if wall.as_second() / 60 != now.peek().as_second() / 60 {
                now.set(wall);
            }
        }
    });
    now
}

/// The store cannot serve: what that means and what to do.
#[component]
pub fn StoreTrouble(error: String) -> Element {
    rsx! {
        Card { kind: CardKind::Bad,
            Decision { text: t!("err-store") }
            Note { text: t!("err-store-do") }
            Raw { label: t!("err-detail"), text: error }
        }
    }
}

/// What the store answered, or the card that says it could not.
pub fn read<T>(result: Result<T, StoreError>) -> Result<T, Element> {
    result.map_err(|error| {
        tracing::error!(%error, "the store cannot serve a screen");
        let error = error.to_string();
        rsx! { StoreTrouble { error } }
    })
}

/// A refusal under the thumb, read out at once. Empty text shows nothing.
#[component]
pub fn Refusal(text: String) -> Element {
    rsx! {
        div { role: "alert",
            if !text.is_empty() {
                DockNote { icon: "triangle-alert", text }
            }
        }
    }
}

/// Something that is asked for is not on this device.
#[component]
pub fn NotHere(text: String) -> Element {
    rsx! {
        Frame { title: t!("not-here-title"),
            Empty { icon: "search", title: text, text: t!("not-here-do") }
        }
    }
}

/// The language of the screen.
pub fn lang() -> Lang {
    words().lang
}

/// A seal's number in figures.
pub fn seal_no(seal: &SealNo) -> String {
    format!("`{}`", keep(&format!("{seal}")))
}

/// A container's number in figures.
pub fn container_no(container: &ContainerNo) -> String {
    format!("`{}`", keep(&format!("{container}")))
}

/// No-break spaces: a number stays on its line.
fn keep(text: &str) -> String {
    text.replace(' ', "\u{a0}")
}

/// An office: short name and code.
pub fn office(kit: &Kit, code: &OfficeCode) -> String {
    match kit.store.office(code) {
        Ok(Some(office)) => format!("{} `{code}`", office.short),
        _ => format!("`{code}`"),
    }
}

/// An officer's name where known, else the account.
pub fn officer_name(kit: &Kit, unit: &OfficeCode, id: &OfficerId) -> String {
    let known = kit.store.officers(unit).unwrap_or_default();
    known.into_iter().find(|officer| &officer.id == id).map_or_else(|| id.to_string(), |officer| officer.name)
}

/// EDIFACT 4517 in the officer's words.
pub fn condition(code: SealCondition) -> String {
    t!(&format!("condition-{}", code.code()))
}

/// Icon of a condition.
pub fn condition_icon(code: SealCondition) -> &'static str {
    match code {
        SealCondition::Right => "shield-check",
        SealCondition::Damaged => "shield-alert",
        SealCondition::Missing => "ban",
        SealCondition::Broken => "scissors",
        SealCondition::FaultyElectronic => "cpu",
    }
}

/// The stored name of a value, as its message's ending: `closed_lock` gives `closed-lock`.
pub fn stored_name<T: serde::Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name.replace('_', "-"),
        _ => String::new(),
    }
}

/// What a photograph shows.
pub fn photo_role(role: PhotoRole) -> String {
    t!(&format!("photo-of-{}", stored_name(&role)))
}

/// What a fact says, in a few words; `kind` as stored.
pub fn fact_kind(kind: &str) -> String {
    t!(&format!("fact-{}", kind.replace('_', "-")))
}

/// Icon of a kind of fact.
pub fn fact_icon(kind: &str) -> &'static str {
    match kind {
        "code_read" => "scan-barcode",
        "goods_decided" => "scale",
        "trip_declared" => "route",
        "lock_commanded" | "lock_read" | "seal_recorded" => "lock",
        "seal_prepared" => "cable",
        "photo_taken" => "image",
        "tug_tested" => "hand",
        "cargo_handed_over" => "truck",
        "seal_log_read" => "scroll-text",
        "inspected" => "eye",
        "seal_cut_off" => "scissors",
        "seal_received" | "reuse_reserved" => "repeat",
        "parcel_packed" | "parcel_handed_over" => "package",
        "parcel_received" => "package-open",
        "conflict_decided" => "scale",
        "difficulty_reported" => "message-square-warning",
        "tracking_seen" => "radio",
        _ => "file-text",
    }
}

/// A photograph as an address that needs no server: the original where this device has it, else the small picture, else
/// nothing.
pub fn photo_src(kit: &Kit, photo: &PhotoRef) -> String {
    let small = photo.thumbnail.as_ref().map(|thumbnail| (&thumbnail.sha256, "image/jpeg"));
    [Some((&photo.sha256, photo.media_type.as_str())), small]
        .into_iter()
        .flatten()
        .find_map(|(sha256, media_type)| {
            let bytes = kit.photos.has(sha256).then(|| kit.photos.read(sha256))?;
            match bytes {
                Ok(bytes) => Some(format!("data:{media_type};base64,{}", STANDARD.encode(bytes))),
                Err(error) => {
                    tracing::warn!(%error, "a photo cannot be shown");
                    None
                }
            }
        })
        .unwrap_or_default()
}
