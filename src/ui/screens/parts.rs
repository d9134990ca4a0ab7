//! What several screens are made of: the frame round them, the wizard's steps, and the line that says what went wrong.

use std::time::Duration;

use dioxus::prelude::*;
use jiff::Timestamp;
use seal_core::ids::OfficeCode;

use crate::actions::Kit;
use crate::i18n::format;
use crate::ports::sync::SyncStatus;
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::use_desk;
use crate::ui::route::{Route, ScanFor};

/// The outermost layer of every screen: in practice its watermark and banner.
#[component]
pub fn Shell(children: Element) -> Element {
    let practice = use_desk().practice().is_some();
    rsx! {
        AppShell { practice,
            if practice {
                Banner { kind: BannerKind::Practice, text: t!("practice-banner") }
            }
            {children}
        }
    }
}

/// Without a network: since when, and that work goes on. Practice has its own banner, and only one is shown at a time.
#[component]
fn OfflineStrip() -> Element {
    let desk = use_desk();
    let status = use_sync_status();
    let status = status.read();
    let Some(since) = status.since.filter(|_| !status.online && desk.practice().is_none()) else { return rsx! {} };
    let waiting = desk.look(|kit| kit.store.queue_counts().map_or(0, |counts| counts.waiting + counts.stuck));
    rsx! {
        Banner { kind: BannerKind::Offline, text: t!("offline-since", time = format::time_short(since), n = waiting) }
    }
}

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
    /// Moves the focus to the title; a screen that leads back does so in any case.
    #[props(default)]
    focus: bool,
    /// Steps of another wizard than the sealing.
    steps: Option<Element>,
    /// Above the middle, at full width: the result of a command.
    result: Option<Element>,
    #[props(default)] dock_kind: DockKind,
    dock: Option<Element>,
    /// Over everything: a dialog.
    over: Option<Element>,
    children: Element,
) -> Element {
    let mut desk = use_desk();
    let (icon, label) = match (settings, report.is_empty()) {
        (true, _) => ("user", t!("settings-open")),
        (false, false) => ("message-square-warning", t!("report-trouble")),
        (false, true) => ("", String::new()),
    };
    let back = onback.or_else(|| back.then(|| EventHandler::new(move |()| desk.back())));
    let focus = focus || back.is_some();
    let tight = step > 0 || steps.is_some();
    rsx! {
        Shell {
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
            {steps}
            OfflineStrip {}
            {result}
            Main { tight, {children} }
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

/// Above the acts of a dock: why the last try was refused (read out at once; empty text shows nothing), and what an act
/// still waits for.
#[component]
pub fn Refusal(text: String, missing: Option<String>) -> Element {
    rsx! {
        div { role: "alert",
            if !text.is_empty() {
                DockNote { icon: "triangle-alert", text }
            }
        }
        if let Some(text) = missing {
            DockNote { icon: "info", text }
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
