//! What waits to be sent: every item, its state, reason, size and next try. Nothing is invisible.

use std::collections::HashMap;

use dioxus::prelude::*;
use jiff::Timestamp;
use seal_core::event::SignedEvent;
use seal_core::fact::{Fact, OnOff};
use seal_core::ids::{CaseId, EventId, OfficerId};
use seal_core::officer::Officer;
use seal_core::outbox::{OutboxState, QueueItem as Item, QueueWhat, StuckReason};
use seal_core::seal::reading::LockAction;

use super::codes::{fact_icon, fact_kind, photo_role};
use super::export::{Export, ExportAll};
use super::parts::{Page, use_now, use_sync_status};
use super::record::RecordAlarms;
use super::stored::read;
use super::words::{container_no, lang, officer_name, seal_no};
use crate::actions::Kit;
use crate::actions::export_unsent::Which;
use crate::i18n::format;
use crate::ports::store::{RescueStanding, StoreTrouble};
use crate::ports::sync::SyncStatus;
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::use_desk;
use crate::ui::route::Route;

/// The queue.
#[component]
pub fn Queue() -> Element {
    let mut desk = use_desk();
    let now = use_now();
    let status = use_sync_status();
    let officer = desk.officer();
    let (items, titles, authors, proven, rescue) = match read(desk.look(|kit| {
        let items = kit.store.queue()?;
        let titles = titles(kit, &items);
        let authors = authors(kit, &items, officer.as_ref());
        Ok((items, titles, authors, kit.store.record_known()?.proven(), kit.store.rescue_standing()))
    })) {
        Ok(read) => read,
        Err(trouble) => return rsx! { Page { title: t!("nav-queue"), nav: "queue", {trouble} } },
    };
    let part = |wanted: fn(&OutboxState) -> bool| -> Vec<Item> {
        items.iter().filter(|item| wanted(&item.state)).cloned().collect()
    };
    let stuck = part(|state| matches!(state, OutboxState::Stuck { .. }));
    let going = part(|state| matches!(state, OutboxState::Waiting | OutboxState::Sending));
    let accepted = part(|state| matches!(state, OutboxState::Accepted { .. }));
    let bytes: u64 = going.iter().chain(&stuck).map(|item| item.bytes.saturating_sub(item.sent_bytes)).sum();
    let left = going.len() + stuck.len();
    let restored = going.iter().filter(|item| item.last_problem.as_deref() == Some("central_restored")).count();
    let size = format::size(bytes, lang());
    let sub = match (left, stuck.is_empty()) {
        (0, _) => t!("queue-sub-none"),
        (left, true) => t!("queue-sub", n = left, size = size),
        (left, false) => t!("queue-sub-stuck", n = left, size = size, stuck = stuck.len()),
    };
    let net = status();
    rsx! {
        Page {
            title: t!("nav-queue"),
            sub,
            nav: "queue",
            dock_kind: DockKind::AboveNav,
            dock: (!going.is_empty()).then(|| rsx! {
                Button {
                    kind: ButtonKind::Go,
                    icon: "send",
                    text: t!("queue-send-now"),
                    onclick: move |_| {
                        if let Err(error) = desk.kit().store.send_now(None) {
                            tracing::error!(%error, "nothing made due");
                        }
                        desk.sync().send_now();
                    },
                }
            }),
            RecordAlarms {}
            if let Some(text) = rescue_words(&rescue) {
                Note { icon: "file-warning", text }
            }
            if restored > 0 {
                Note { icon: "refresh-cw", text: t!("queue-restored", n = restored) }
            }
            if let Some(text) = net_words(&net, desk.practice().is_some(), now()).filter(|_| !going.is_empty()) {
                Note { icon: "cloud-off", text }
            }
            if !stuck.is_empty() {
                SectionHead { title: t!("queue-stuck"), note: t!("queue-stuck-note") }
                List { kind: ListKind::Items, label: t!("queue-stuck"),
                    for item in stuck {
                        Line { key: "{item.key}", title: titles[&item.key].clone(), author: authors[&item.author].clone(), item, now: now() }
                    }
                }
            }
            if !going.is_empty() {
                SectionHead { title: t!("queue-going"), note: t!("queue-order") }
                List { kind: ListKind::Ordered, label: t!("queue-going"),
                    for item in going {
                        Line { key: "{item.key}", title: titles[&item.key].clone(), author: authors[&item.author].clone(), item, now: now() }
                    }
                }
            }
            if left > 0 {
                ExportAll {}
            }
            if left == 0 {
                Card {
                    Empty {
                        icon: "cloud-check",
                        kind: Tone::Ok,
                        title: t!("queue-all-sent"),
                        text: if accepted.is_empty() { String::new() } else { t!("queue-all-sent-text", n = accepted.len()) },
                        Button { inline: true, icon: "clipboard-check", text: t!("queue-to-shift"), onclick: move |_| desk.open(Route::Home) }
                    }
                }
            }
            if !accepted.is_empty() {
                SectionHead { title: t!("queue-accepted"), note: t!("queue-accepted-note") }
                List { kind: ListKind::Items, label: t!("queue-accepted"),
                    for item in accepted {
                        Line { key: "{item.key}", title: titles[&item.key].clone(), author: authors[&item.author].clone(), item, now: now(), proven }
                    }
                }
            }
        }
    }
}

/// That the second copy of what is saved lacks something, and what to do.
fn rescue_words(rescue: &RescueStanding) -> Option<String> {
    rescue.problem.as_ref().map(|problem| match problem {
        StoreTrouble::DiskFull => t!("queue-rescue-full"),
        StoreTrouble::Other(_) => t!("queue-rescue-waits"),
    })
}

/// Who made the items, in words: the phone may have changed hands since.
fn authors(kit: &Kit, items: &[Item], officer: Option<&Officer>) -> HashMap<OfficerId, String> {
    let mut authors = HashMap::new();
    for Item { author, .. } in items {
        authors.entry(author.clone()).or_insert_with(|| match officer {
            Some(officer) if officer.id == *author => t!("queue-author-you"),
            Some(officer) => t!("queue-author", name = officer_name(kit, &officer.unit, author)),
            None => t!("queue-author", name = author.to_string()),
        });
    }
    authors
}

/// Why nothing goes now, and what to do. That there is no network stands in the strip above, which practice does not have.
fn net_words(net: &SyncStatus, practice: bool, now: Timestamp) -> Option<String> {
    if net.online && net.problem.as_deref() != Some("storage") {
        return None;
    }
    let since = net.since.map(format::time_short).unwrap_or_default();
    Some(match (net.problem.as_deref(), net.next_try.map(format::time_short)) {
        (Some("portal"), _) => t!("queue-net-portal"),
        (Some("sign_in"), _) => t!("queue-net-sign-in"),
        (Some("storage"), _) => t!("queue-net-storage"),
        (Some("elsewhere"), _) => t!("queue-net-elsewhere"),
        (Some("tls"), _) => {
            t!("queue-net-tls", now = format!("{} {}", format::date_long(now), format::time_short(now)))
        }
        (Some("forbidden"), _) => t!("queue-net-forbidden"),
        (Some("upgrade"), _) => t!("queue-net-upgrade"),
        (Some("server_busy"), Some(retry)) => t!("queue-net-busy", retry = retry),
        (_, Some(retry)) if practice => t!("offline-retry", time = since, retry = retry),
        (_, Some(retry)) => t!("queue-net-retry", retry = retry),
        (_, None) if practice => t!("queue-net-offline", time = since),
        (_, None) => return None,
    })
}

/// One item. A receipt up to `proven` is covered by a checkpoint that was verified here.
#[component]
fn Line(item: Item, title: String, author: String, now: Timestamp, #[props(default)] proven: u64) -> Element {
    let desk = use_desk();
    let icon = match &item.what {
        QueueWhat::Fact { kind, .. } => fact_icon(kind),
        QueueWhat::Photo { .. } => "image",
    };
    let (icon, kind) = match &item.state {
        OutboxState::Stuck { .. } => ("file-warning", Tone::Bad),
        OutboxState::Accepted { .. } => ("circle-check", Tone::Ok),
        _ => (icon, Tone::Info),
    };
    let percent = (item.sent_bytes * 100).checked_div(item.bytes).unwrap_or(0);
    let (state, state_kind) = match &item.state {
        OutboxState::Stuck { reason: StuckReason::PhotoMissing } => (t!("queue-state-photo-missing"), Tone::Bad),
        OutboxState::Stuck { reason: StuckReason::PhotoChanged } => (t!("queue-state-photo-changed"), Tone::Bad),
        OutboxState::Stuck { .. } => (t!("queue-state-stuck"), Tone::Bad),
        OutboxState::Accepted { .. } => (t!("queue-state-accepted"), Tone::Ok),
        OutboxState::Sending => (t!("queue-state-sending"), Tone::Info),
        OutboxState::Waiting if item.sent_bytes > 0 => (t!("queue-state-part", n = percent), Tone::Info),
        OutboxState::Waiting if item.waits_for_fact => (t!("queue-state-after-fact"), Tone::Idle),
        OutboxState::Waiting => waits_for(item.last_problem.as_deref()),
    };
    let mut meta = vec![format!("`{}`", made(item.made_at, now)), format::size(item.bytes, lang()), author];
    if item.sent_bytes > 0 && item.sent_bytes < item.bytes {
        meta.push(t!("queue-sent", size = format::size(item.sent_bytes, lang())));
    }
    match &item.state {
        OutboxState::Accepted { receipt } => {
            meta.push(t!("queue-receipt", code = receipt.code.clone()));
            if (1..=proven).contains(&receipt.server_seq) {
                meta.push(t!("queue-proven"));
            }
        }
        OutboxState::Waiting | OutboxState::Stuck { .. } if item.tries > 0 => {
            meta.push(t!("queue-tries", n = item.tries));
        }
        _ => {}
    }
    if let (OutboxState::Waiting, Some(at)) = (&item.state, item.next_try)
        && at > now
    {
        meta.push(t!("queue-next-try", time = format::time_short(at)));
    }
    let why = match &item.state {
        OutboxState::Stuck { reason } => stuck_why(reason),
        _ => String::new(),
    };
    let key = item.key;
    let stuck = matches!(item.state, OutboxState::Stuck { .. });
    // Sending again cannot cure what is not the central's to decide.
    let mut exporting = use_signal(|| false);
    let again = match &item.state {
        OutboxState::Stuck { reason } => matches!(reason, StuckReason::Refused { .. }),
        OutboxState::Waiting => item.tries > 0,
        OutboxState::Sending | OutboxState::Accepted { .. } => false,
    };
    rsx! {
        QueueItem { title, icon, kind, state, state_kind, meta, why,
            if again {
                Button {
                    kind: if stuck { ButtonKind::Go } else { ButtonKind::Plain },
                    icon: "send",
                    text: t!("queue-send-this"),
                    onclick: move |_| {
                        if let Err(error) = desk.kit().store.send_now(Some(key)) {
                            tracing::error!(%error, key, "item not made due");
                        }
                        desk.sync().send_now();
                    },
                }
            }
            if stuck {
                StuckActs { case: item.case.filter(|_| again) }
            }
            if again || stuck {
                if exporting() {
                    List { Export { which: Which::Item(key) } }
                } else {
                    Button { icon: "package", text: t!("export-this"), onclick: move |_| exporting.set(true) }
                }
            }
        }
    }
}

/// What else a person can do about a stuck item.
#[component]
fn StuckActs(case: Option<CaseId>) -> Element {
    let mut desk = use_desk();
    rsx! {
        if let Some(case) = case {
            Button { icon: "container", text: t!("queue-open-case"), onclick: move |_| desk.open(Route::Case { case }) }
        }
        Button {
            icon: "message-square-warning",
            text: t!("report-trouble"),
            onclick: move |_| desk.open(Route::Report { screen: "queue".to_owned() }),
        }
    }
}

/// Time of day; with the date once it is older than a day.
fn made(at: Timestamp, now: Timestamp) -> String {
    if now.duration_since(at).as_hours() < 20 { format::time_short(at) } else { format::date_time(at) }
}

/// What an item waits for after its last try.
pub(super) fn waits_for(problem: Option<&str>) -> (String, Tone) {
    match problem {
        Some("sign_in") => (t!("queue-state-sign-in"), Tone::Warn),
        Some("portal") => (t!("queue-state-portal"), Tone::Warn),
        Some("server_busy") => (t!("queue-state-busy"), Tone::Idle),
        Some("tls") => (t!("queue-state-tls"), Tone::Bad),
        Some("forbidden") => (t!("queue-state-forbidden"), Tone::Bad),
        Some("upgrade") => (t!("queue-state-upgrade"), Tone::Warn),
        Some("central_restored") => (t!("queue-state-restored"), Tone::Warn),
        _ => (t!("queue-state-network"), Tone::Idle),
    }
}

/// Why an item needs a person: what the central said, what it means, what to do.
fn stuck_why(reason: &StuckReason) -> String {
    match reason {
        // The central's own words come from outside: their marks must not format anything.
        StuckReason::Refused { code, detail } => {
            t!("queue-why-refused", code = code.clone(), detail = detail.replace(['*', '`'], ""))
        }
        StuckReason::HashConflict => t!("queue-why-hash"),
        StuckReason::PhotoMissing => t!("queue-why-photo-missing"),
        StuckReason::PhotoChanged => t!("queue-why-photo-changed"),
    }
}

/// The name of every item: the act, and the seal or container it is about.
fn titles(kit: &Kit, items: &[Item]) -> HashMap<i64, String> {
    let mut cases: HashMap<CaseId, Vec<SignedEvent>> = HashMap::new();
    let mut of_case = |case: CaseId, event: EventId| -> Option<Fact> {
        let known = cases.entry(case).or_insert_with(|| kit.store.case_events(case).unwrap_or_default());
        known.iter().find(|signed| signed.event.id == event).map(|signed| signed.event.fact.clone())
    };
    items
        .iter()
        .map(|item| {
            let name = match &item.what {
                QueueWhat::Photo { role, thumbnail: false, .. } => t!("queue-photo", of = photo_role(*role)),
                QueueWhat::Photo { role, thumbnail: true, .. } => t!("queue-thumbnail", of = photo_role(*role)),
                QueueWhat::Fact { event, kind } => match item.case.and_then(|case| of_case(case, *event)) {
                    Some(Fact::LockCommanded(fact)) => lock_title(fact.action, "queue-arm", "queue-disarm"),
                    Some(Fact::LockRead(fact)) => match fact.action {
                        Some(action) => lock_title(action, "queue-armed", "queue-disarmed"),
                        None => fact_kind(kind),
                    },
                    Some(Fact::SealRecorded(fact)) if fact.on_off == OnOff::Off => t!("queue-recorded-off"),
                    Some(Fact::PhotoTaken(fact)) => t!("queue-photo-fact", of = photo_role(fact.role)),
                    _ => fact_kind(kind),
                },
            };
            let about = match (&item.seal, &item.container) {
                (Some(seal), _) => Some(seal_no(seal)),
                (None, Some(container)) => Some(match container.parse() {
                    Ok(number) => container_no(&number),
                    Err(_) => format!("`{container}`"),
                }),
                (None, None) => None,
            };
            (item.key, about.map_or(name.clone(), |about| format!("{name} · {about}")))
        })
        .collect()
}

fn lock_title(action: LockAction, arm: &str, disarm: &str) -> String {
    match action {
        LockAction::Arm => t!(arm),
        LockAction::Disarm => t!(disarm),
    }
}
