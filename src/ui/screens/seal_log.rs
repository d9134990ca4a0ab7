//! The seal's own log as a timeline: gaps are shown as gaps, alarms as alarms, and who touched the seal stands in it. Read
//! from the case, so it also works without the seal and without coverage.

use dioxus::prelude::*;
use jiff::Timestamp;
use seal_core::case::CaseView;
use seal_core::doc::SealRadio;
use seal_core::event::SignedEvent;
use seal_core::fact::{Fact, Stage};
use seal_core::ids::CaseId;
use seal_core::officer::Officer;
use seal_core::seal::log::{LogKind, TimelineItem as LogItem};
use seal_core::seal::permit::may_cut_off;
use seal_core::seal::state::SealState;
use seal_core::seal::story::TripStory;
use seal_core::seal_no::SealNo;

use super::codes::{fact_icon, fact_kind, stored_name};
use super::cover::numbers;
use super::parts::{Page, Refusal, use_now};
use super::stored::{NotHere, read};
use super::words::{lang, office, officer_name, seal_no};
use crate::actions::Kit;
use crate::actions::lock_command::Patience;
use crate::actions::read_seal_log::{read_seal_log, trip_story};
use crate::i18n::format;
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::use_desk;
use crate::ui::route::Route;

/// Everything the screen reads.
struct Sight {
    case: CaseView,
    story: Option<TripStory>,
    read_at: Option<Timestamp>,
    touched: Vec<(Timestamp, TimelineItem)>,
    place: String,
    /// This app speaks the seal's radio.
    spoken: bool,
    /// Inspected and accepted here: a dead seal may be cut off.
    may_cut: bool,
}

fn look(
    kit: &Kit,
    officer: &Officer,
    id: CaseId,
    seal: &SealNo,
) -> Result<Option<Sight>, crate::ports::store::StoreError> {
    let Some(case) = kit.store.case(id)? else { return Ok(None) };
    let events = kit.store.case_events(id)?;
    let read_at = events
        .iter()
        .filter(|signed| matches!(&signed.event.fact, Fact::SealLogRead(log) if &log.seal == seal))
        .map(|signed| signed.event.at.wall)
        .max();
    let story = trip_story(kit, id, seal, &officer.unit)?;
    let touched = events.iter().filter_map(|signed| touch(kit, signed, seal)).collect();
    let place = office(kit, &case.doc.destination);
    let register = kit.store.seal(seal)?.and_then(|view| view.doc);
    let spoken = case.seal(seal).is_none_or(|on| on.method.is_none())
        && register.is_none_or(|doc| doc.radio == SealRadio::Spoken);
    let may_cut = may_cut_off(&case, seal, officer).is_ok();
    Ok(Some(Sight { may_cut, case, story, read_at, touched, place, spoken }))
}

/// What officers did with the seal, as entries of the same timeline.
fn touch(kit: &Kit, signed: &SignedEvent, seal: &SealNo) -> Option<(Timestamp, TimelineItem)> {
    let event = &signed.event;
    let ours = event.fact.seals().contains(&seal);
    let shown = matches!(
        &event.fact,
        Fact::LockCommanded(_) | Fact::SealRecorded(_) | Fact::TugTested(_) | Fact::Inspected(_) | Fact::SealCutOff(_)
    );
    if !ours || !shown {
        return None;
    }
    let kind = event.fact.kind();
    let text = match &event.fact {
        Fact::LockCommanded(command) => t!(&format!("log-command-{}", stored_name(&command.action))),
        _ => fact_kind(kind),
    };
    let item = TimelineItem {
        time: format::time_short(event.at.wall),
        date: format::date(event.at.wall),
        icon: fact_icon(kind).to_owned(),
        kind: Tone::Info,
        text,
        sub: format!("{} · {}", officer_name(kit, &event.unit, &event.officer), office(kit, &event.unit)),
        gap: false,
    };
    Some((event.at.wall, item))
}

/// The log.
#[component]
pub fn SealLog(case: CaseId, seal: SealNo, en_route: bool) -> Element {
    let mut desk = use_desk();
    let now = use_now();
    let mut busy = use_signal(|| false);
    let mut refusal = use_signal(String::new);
    let Some(officer) = desk.officer() else { return rsx! {} };
    let sight = match read(desk.look(|kit| look(kit, &officer, case, &seal))) {
        Ok(Some(sight)) => sight,
        Ok(None) => return rsx! { NotHere { text: t!("not-here-case") } },
        Err(trouble) => return rsx! { Page { title: t!("inspect-title"), back: true, {trouble} } },
    };
    let on = sight.case.seal(&seal).cloned();
    let under = on.as_ref().map_or_else(|| sight.case.doc.containers.clone(), |on| sight.case.under(on));
    let story = sight.story.clone();
    let items = story.as_ref().map(|story| story.items.clone()).unwrap_or_default();
    let alarms = story.as_ref().map_or(0, |story| story.alarms.len() + story.breaches.len());
    let gaps = items.iter().filter(|item| matches!(item, LogItem::Gap { .. })).count();
    let log = on.as_ref().and_then(|on| on.log.clone());
    let lines = log.as_ref().map_or(0, |log| log.entries.len());
    let drift = log.as_ref().map_or(0, |log| log.drift_s);
    let mut logged: Vec<(Timestamp, TimelineItem)> = Vec::new();
    for item in &items {
        // Missing entries have no time of their own: they stand where the numbers put them.
        let at = began(item).or(logged.last().map(|(at, _)| *at)).unwrap_or(Timestamp::MIN);
        logged.push((at, entry(item, now())));
    }
    // By time; within the same moment what officers did comes first, and the seal's own order stands: sorting is stable.
    let mut entries = sight.touched;
    entries.extend(logged);
    entries.sort_by_key(|(at, _)| *at);
    let sub = match sight.read_at {
        Some(at) => t!("log-sub-read", place = sight.place, time = format::time_short(at)),
        None => t!("log-sub-unread", place = sight.place),
    };
    let read_seal = seal.clone();
    let read_again = move || {
        let (kit, officer, seal) = (desk.kit(), desk.officer(), read_seal.clone());
        let Some(officer) = officer else { return };
        if busy() {
            return;
        }
        busy.set(true);
        refusal.set(String::new());
        spawn(async move {
            if let Err(trouble) = read_seal_log(&kit, &officer, case, &seal, &Patience::default()).await {
                refusal.set(super::refusals::log(&trouble));
            }
            busy.set(false);
        });
    };
    let mut read_first = read_again.clone();
    let mut read_more = read_again;
    let on_checks = {
        let seal = seal.clone();
        move |_| desk.open(Route::HandChecks { case, seal: seal.clone(), en_route })
    };
    let cut = seal.clone();
    rsx! {
        Page {
            title: if en_route { t!("inspect-title-en-route") } else { t!("inspect-title") },
            sub,
            back: true,
            dock: rsx! {
                Refusal { text: refusal() }
                if busy() {
                    DockNote { icon: "hourglass", text: t!("log-reading") }
                } else if sight.read_at.is_none() && sight.spoken {
                    Button { kind: ButtonKind::Go, big: true, icon: "bluetooth", text: t!("log-read"), onclick: move |()| read_first() }
                    Button { icon: "hand", text: t!("log-skip"), onclick: on_checks }
                } else {
                    Button { kind: ButtonKind::Go, big: true, icon: "hand", text: t!("inspect-by-hand"), onclick: on_checks }
                    if sight.spoken {
                        Button { icon: "refresh-cw", text: t!("log-read-again"), onclick: move |()| read_more() }
                    }
                }
            },
            div { class: "stack",
                if let Some(container) = under.first() {
                    ContainerNumber { number: container.as_str(), size: NumberSize::L, check_label: t!("check-digit-is", d = container.check_digit().to_string()) }
                } else {
                    p { class: "strong", Rich { text: seal_no(&seal) } }
                }
                Chips {
                    if let Some(on) = &on {
                        StateChip { state: on.state.clone() }
                    }
                    if gaps > 0 {
                        Chip { kind: Tone::Unsure, text: t!("log-gaps", n = gaps) }
                    }
                    if alarms > 0 {
                        Chip { kind: Tone::Bad, text: t!("log-alarms", n = alarms) }
                    }
                    if drift != 0 {
                        Chip { kind: Tone::Warn, icon: "clock", text: drift_words(drift) }
                    }
                }
            }
            Headline { spoken: sight.spoken, story: StoryProp(story) }
            if !entries.is_empty() {
                Card {
                    SectionHead {
                        title: t!("log-trip"),
                        note: if log.is_some() { t!("log-lines", n = lines) } else { t!("log-from-records") },
                    }
                    Timeline { label: t!("log-trip"), items: entries.into_iter().map(|(_, item)| item).collect::<Vec<_>>() }
                }
            }
            if under.len() > 1 {
                Note { icon: "container", text: numbers(&under) }
            }
            if sight.may_cut {
                Way {
                    icon: "scissors",
                    title: t!("log-dead-seal"),
                    sub: t!("log-dead-seal-sub"),
                    onclick: move |()| desk.open(Route::CutOff { case, seal: cut.clone() }),
                }
            }
        }
    }
}

/// [`TripStory`] as a property.
#[derive(Clone, PartialEq)]
struct StoryProp(Option<TripStory>);

/// What the log says, as the biggest words.
#[component]
fn Headline(spoken: bool, story: StoryProp) -> Element {
    let Some(story) = story.0 else {
        return rsx! {
            Card { kind: CardKind::Unsure,
                Decision { text: if spoken { t!("log-unread") } else { t!("log-none") } }
                Note { text: if spoken { t!("log-unread-do") } else { t!("log-none-do") } }
            }
        };
    };
    let silent = format::duration(u64::try_from(story.gap.as_secs()).unwrap_or(0), lang());
    let unproven = if story.gap.is_positive() {
        Some(t!("log-silent", time = silent))
    } else if !story.complete {
        Some(t!("log-part"))
    } else {
        None
    };
    rsx! {
        if !story.breaches.is_empty() {
            Card { kind: CardKind::Bad,
                Decision { text: t!("log-breach") }
                Note { text: t!("log-breach-do") }
            }
        }
        if let Some(text) = unproven {
            Card { kind: CardKind::Unsure,
                Decision { text }
                Note { text: t!("log-silent-do") }
            }
        } else if story.breaches.is_empty() {
            Card { kind: CardKind::Hero,
                Decision { text: t!("log-covered") }
                Note { text: t!("log-covered-do") }
            }
        }
    }
}

/// What may be believed of a lock, as a chip.
#[component]
pub fn StateChip(state: SealState) -> Element {
    let (name, kind, icon) = match &state {
        SealState::Free => ("free", Tone::Idle, "lock-open"),
        SealState::ClosedArmed => ("closed", Tone::Ok, "lock"),
        SealState::Opened => ("opened", Tone::Ok, "lock-open"),
        SealState::Tampered => ("tampered", Tone::Bad, "triangle-alert"),
        SealState::Pending { .. } | SealState::Uncertain { .. } => ("uncertain", Tone::Unsure, "diamond-unsure"),
        SealState::Refused { armed: true, .. } => ("closed", Tone::Ok, "lock"),
        SealState::Refused { armed: false, .. } => ("free", Tone::Idle, "lock-open"),
        SealState::RecordedUnconfirmed => ("recorded", Tone::Info, "file-text"),
        SealState::RecordedConfirmedByPlatform => ("recorded-confirmed", Tone::Ok, "lock"),
        SealState::RecordedContradicted => ("recorded-contradicted", Tone::Bad, "triangle-alert"),
        SealState::RemovedUnconfirmed => ("removed", Tone::Info, "lock-open"),
        SealState::CutOff => ("cut-off", Tone::Bad, "scissors"),
    };
    rsx! { Chip { kind, icon, text: t!(&format!("seal-state-{name}")) } }
}

fn drift_words(drift: i64) -> String {
    let by = format::duration(drift.unsigned_abs(), lang());
    if drift > 0 { t!("log-clock-ahead", time = by) } else { t!("log-clock-behind", time = by) }
}

/// When an item of the log begins; missing entries tell no time.
fn began(item: &LogItem) -> Option<Timestamp> {
    match item {
        LogItem::Entry(entry) => Some(entry.at),
        LogItem::Quiet { from, .. } | LogItem::Gap { from, .. } => Some(*from),
        LogItem::MissingEntries { .. } => None,
    }
}

fn entry(item: &LogItem, now: Timestamp) -> TimelineItem {
    let at = |at: Timestamp, icon: &str, kind: Tone, text: String, sub: String, gap: bool| TimelineItem {
        time: format::time_short(at),
        date: format::date(at),
        icon: icon.to_owned(),
        kind,
        text,
        sub,
        gap,
    };
    match item {
        LogItem::Entry(entry) => {
            let (icon, kind) = log_look(entry.kind);
            let mut sub = Vec::new();
            if let Some(place) = entry.position {
                sub.push(format!("`{:.4}, {:.4}`", f64::from(place.lat_e6) / 1e6, f64::from(place.lon_e6) / 1e6));
            }
            if let Some(battery) = entry.battery_percent {
                sub.push(t!("log-battery", percent = format::percent(battery)));
            }
            at(entry.at, icon, kind, t!(&format!("log-kind-{}", stored_name(&entry.kind))), sub.join(" · "), false)
        }
        LogItem::Quiet { from, to, reports } => {
            let until =
                if format::date(*from) == format::date(*to) { format::time_short(*to) } else { format::date_time(*to) };
            at(*from, "map-pin", Tone::Idle, t!("log-quiet", n = *reports), t!("log-until", time = until), false)
        }
        LogItem::Gap { from, to } => {
            let length = format::duration(u64::try_from(to.duration_since(*from).as_secs()).unwrap_or(0), lang());
            let until =
                if *to >= now { t!("log-gap-until-now") } else { t!("log-gap-until", time = format::date_time(*to)) };
            at(*from, "unsure", Tone::Unsure, t!("log-gap", time = length), until, true)
        }
        LogItem::MissingEntries { first, last } => TimelineItem {
            icon: "unsure".to_owned(),
            kind: Tone::Unsure,
            text: t!("log-missing-entries", n = last - first + 1),
            sub: t!("log-missing-numbers", first = *first, last = *last),
            gap: true,
            ..TimelineItem::default()
        },
    }
}

fn log_look(kind: LogKind) -> (&'static str, Tone) {
    match kind {
        LogKind::Armed => ("lock", Tone::Ok),
        LogKind::Disarmed => ("lock-open", Tone::Idle),
        LogKind::Position => ("map-pin", Tone::Idle),
        LogKind::RopeCut => ("scissors", Tone::Bad),
        LogKind::Opened | LogKind::LongUnlock => ("lock-open", Tone::Bad),
        LogKind::ShellOpened => ("shield-alert", Tone::Bad),
        LogKind::Knock => ("zap", Tone::Warn),
        LogKind::LowBattery => ("battery-low", Tone::Warn),
        LogKind::WrongPassword => ("key-round", Tone::Bad),
        LogKind::MotorStuck => ("triangle-alert", Tone::Warn),
        LogKind::RouteLeft => ("route", Tone::Bad),
        LogKind::LongStop => ("timer", Tone::Bad),
        LogKind::SignalLost => ("cloud-off", Tone::Warn),
        LogKind::SignalBack => ("radio", Tone::Idle),
        LogKind::PowerLost => ("power", Tone::Warn),
        LogKind::PowerBack => ("power", Tone::Idle),
        LogKind::ClockSet => ("clock", Tone::Idle),
        LogKind::CommandBegun | LogKind::SelfTested => ("radio", Tone::Idle),
        LogKind::CommandFailed => ("triangle-alert", Tone::Warn),
        LogKind::OpeningApproved => ("users", Tone::Warn),
    }
}

/// Stage of photographs and checks made on this way through the screens.
pub fn stage(en_route: bool) -> Stage {
    if en_route { Stage::EnRoute } else { Stage::Inspect }
}
