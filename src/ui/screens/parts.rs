//! What several screens are made of: the frame round them, the wizard's steps, and the line that says what went wrong.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dioxus::prelude::*;
use seal_core::case::CaseView;
use seal_core::evidence::PhotoRef;
use seal_core::ids::{CaseId, OfficeCode};
use seal_core::line::CaseLine;

use crate::actions::Kit;
use crate::i18n::format;
use crate::ports::store::StoreError;
use crate::ports::sync::SyncStatus;
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::{Desk, use_desk};
use crate::ui::route::{Route, ScanFor};

/// A screen with its bars: app bar, banner, middle, dock, navigation.
#[component]
pub fn Page(
    title: String,
    #[props(default)] sub: String,
    /// Shows the way back.
    #[props(default)]
    back: bool,
    /// Another way back than the path's.
    onback: Option<EventHandler<()>>,
    /// Place of the navigation that is lit; without it there is none (wizards).
    #[props(default)]
    nav: String,
    /// Step of the sealing, 1 to 6.
    #[props(default)]
    step: u32,
    /// Name of the screen in a report of a difficulty; without it there is no such button.
    #[props(default)]
    report: String,
    /// Shows the way to the settings.
    #[props(default)]
    settings: bool,
    /// Moves the focus to the title.
    #[props(default)]
    focus: bool,
    #[props(default)] dock_kind: DockKind,
    dock: Option<Element>,
    /// Over everything: a dialog.
    over: Option<Element>,
    children: Element,
) -> Element {
    let mut desk = use_desk();
    let practice = desk.practice().is_some();
    let status = use_sync_status();
    let waiting = desk.look(|kit| kit.store.queue_counts().map_or(0, |counts| counts.waiting + counts.stuck));
    let offline = {
        let status = status.read();
        (!status.online)
            .then(|| status.since)
            .flatten()
            .map(|since| t!("offline-since", time = format::time_short(since), n = waiting))
    };
    let (icon, label) = match (settings, report.is_empty()) {
        (true, _) => ("user", t!("settings-open")),
        (false, false) => ("message-square-warning", t!("report-trouble")),
        (false, true) => ("", String::new()),
    };
    let back = onback.or_else(|| back.then(|| EventHandler::new(move |()| desk.back())));
    rsx! {
        AppShell { practice,
            if practice {
                Banner { kind: BannerKind::Practice, text: t!("practice-banner") }
            }
            AppBar {
                title,
                sub,
                back_label: t!("back"),
                onback: back,
                action_icon: icon,
                action_label: label,
                onaction: move |()| {
                    let to = if settings { Route::Settings } else { Route::Report { screen: report.clone() } };
                    desk.open(to);
                },
                focus,
            }
            if step > 0 {
                SealingSteps { n: step }
            }
            if let Some(text) = offline && !practice {
                Banner { kind: BannerKind::Offline, text }
            }
            Main { tight: step > 0, {children} }
            if let Some(dock) = dock {
                Dock { kind: dock_kind, {dock} }
            }
            if !nav.is_empty() {
                MainNav { active: nav }
            }
            {over}
        }
    }
}

/// The five places.
#[component]
pub fn MainNav(active: String) -> Element {
    let mut desk = use_desk();
    let unit = desk.officer().map(|officer| officer.unit);
    let (returns, queue, stuck) = desk.look(|kit| {
        let returns = unit.map_or(0, |unit| to_return(kit, &unit));
        let counts = kit.store.queue_counts().ok();
        (
            returns,
            counts.as_ref().map_or(0, |counts| counts.waiting + counts.stuck),
            counts.is_some_and(|counts| counts.stuck > 0),
        )
    });
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
            ..item("returns", "repeat", t!("nav-return"))
        },
        NavItem {
            badge: queue,
            badge_label: t!("nav-queue-badge", n = queue),
            calm: !stuck,
            ..item("queue", "cloud-upload", t!("nav-queue"))
        },
    ];
    rsx! {
        Nav {
            label: t!("nav-main"),
            items,
            active,
            onselect: move |id: String| desk.open(match id.as_str() {
                "cases" => Route::Cases,
                "scan" => Route::Scan { purpose: ScanFor::Anything },
                "returns" => Route::Returns,
                "queue" => Route::Queue,
                _ => Route::Home,
            }),
        }
    }
}

/// Seals a unit has to send home, for the navigation.
pub fn to_return(kit: &Kit, unit: &OfficeCode) -> u32 {
    let figures = kit.store.return_figures(unit, kit.clock.now().wall);
    figures.map_or(0, |figures| u32::try_from(figures.to_return).unwrap_or(u32::MAX))
}

/// Where one stands in the six steps of a sealing.
#[component]
pub fn SealingSteps(n: u32) -> Element {
    let name = |n: u32| match n {
        1 => t!("arm-step-trip"),
        2 => t!("arm-step-scan"),
        3 => t!("arm-step-check"),
        4 => t!("arm-step-lock"),
        5 => t!("arm-step-photos"),
        6 => t!("arm-step-handover"),
        _ => String::new(),
    };
    rsx! {
        Steps {
            n,
            of: 6,
            name: name(n),
            word: t!("step"),
            label: t!("step-of", n = n, of = 6, name = name(n)),
            next: if n < 6 { t!("next-is", name = name(n + 1)) } else { String::new() },
        }
    }
}

/// What went wrong, and what to do. Said at once to screen readers.
#[component]
pub fn Trouble(text: String) -> Element {
    rsx! {
        if !text.is_empty() {
            div { role: "alert",
                Card { kind: CardKind::Bad,
                    Note { icon: "octagon-x", text }
                }
            }
        }
    }
}

/// A case that is not (any more) on this device: said instead of a screen.
#[component]
pub fn CaseGone() -> Element {
    let mut desk = use_desk();
    rsx! {
        Page { title: t!("case-title"), back: true,
            Empty { icon: "container", title: t!("case-gone"), text: t!("case-gone-why"),
                Button { text: t!("case-to-shift"), icon: "clipboard-check", onclick: move |()| desk.open(Route::Home) }
            }
        }
    }
}

/// How the sync stands, renewed as it changes.
pub fn use_sync_status() -> Signal<SyncStatus> {
    let desk = use_desk();
    let mut status = use_signal(|| desk.sync().status().borrow().clone());
    use_hook(move || {
        let mut changes = desk.sync().status();
        spawn(async move {
            while changes.changed().await.is_ok() {
                let now = changes.borrow_and_update().clone();
                status.set(now);
            }
        });
    });
    status
}

/// A case as it stands now.
pub fn case_of(desk: Desk, id: CaseId) -> Option<CaseView> {
    desk.look(|kit| match kit.store.case(id) {
        Ok(view) => view,
        Err(error) => {
            tracing::error!(%error, "case not read");
            None
        }
    })
}

/// The number a case is known by: its first container, else its declaration, marked as a number.
pub fn title_of(view: &CaseView) -> String {
    title_of_line(&CaseLine::from(view))
}

/// The same of a line.
pub fn title_of_line(line: &CaseLine) -> String {
    match (&line.container, line.containers, &line.declaration) {
        (None, _, Some(declaration)) => format!("`{}`", super::words::threes(declaration.as_str())),
        (None, _, None) => t!("case-no-number"),
        (Some(only), ..=1, _) => format!("`{only}`"),
        (Some(first), n, _) => t!("case-first-of", first = first.to_string(), n = n - 1),
    }
}

/// Lines a list begins with, and how many more come with each asking.
pub const LINES: usize = 40;

/// How many lines a list shows: a page, and another with each asking.
pub fn use_lines() -> Signal<usize> {
    use_signal(|| LINES)
}

/// Under a list that goes on: asks for more of it.
#[component]
pub fn More(
    /// Of [`use_lines`].
    lines: Signal<usize>,
    /// The list goes on.
    more: bool,
) -> Element {
    let mut lines = lines;
    rsx! {
        if more {
            Button { icon: "chevron-down", text: t!("list-more"), onclick: move |()| lines += LINES }
        }
    }
}

/// Address of a photo's small picture, with its bytes inside; empty when it is not on this device.
pub fn photo_src(kit: &Kit, photo: &PhotoRef) -> String {
    let (digest, media_type) = match &photo.thumbnail {
        Some(thumbnail) => (thumbnail.sha256, "image/jpeg"),
        None => (photo.sha256, photo.media_type.as_str()),
    };
    match kit.photos.read(&digest) {
        Ok(bytes) => data_url(media_type, &bytes),
        Err(error) => {
            tracing::debug!(%error, "photo not shown");
            String::new()
        }
    }
}

/// Bytes as an address a picture element takes.
pub fn data_url(media_type: &str, bytes: &[u8]) -> String {
    format!("data:{media_type};base64,{}", STANDARD.encode(bytes))
}

/// A store that failed, in the officer's words.
pub fn store_trouble(error: &StoreError) -> String {
    tracing::error!(%error, "store");
    match error {
        StoreError::DiskFull => t!("errors-disk-full"),
        StoreError::Damaged(_) => t!("errors-store-damaged"),
        StoreError::Vault(_) => t!("errors-vault"),
        StoreError::Database(_) => t!("errors-store"),
    }
}
