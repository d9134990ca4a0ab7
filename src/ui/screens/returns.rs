//! Seals that have to go home: the deadline's date first, then the time left; the two legal ways side by side.

use dioxus::prelude::*;
use jiff::{Timestamp, civil};
use seal_core::calendar::DayKind as CalendarDay;
use seal_core::courier::{NoClock, ReturnClock, Urgency, return_clock, return_deadline, shipments_home, urgency};
use seal_core::custody::Whereabouts;
use seal_core::figures::ReturnFigures;
use seal_core::ids::{OfficeCode, ParcelId};
use seal_core::line::SealLine;
use seal_core::officer::Officer;
use seal_core::seal_no::SealNo;
use seal_core::time::date_in_vietnam;

use super::parts::{self, LINES, More, Refusal, use_lines, use_now};
use super::stored::read;
use super::way_home::{UrgencyChip, urgency_words};
use super::words::{container_no, lang, office, seal_no};
use crate::actions::Kit;
use crate::actions::pack_parcel::{begin_parcel, drafts};
use crate::actions::receive_seal::{ReceiveSealError, receive_seal};
use crate::actions::reserve_reuse::open_shipments;
use crate::i18n::format;
use crate::ports::lists::{Mark, Page};
use crate::ports::store::StoreError;
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::use_desk;
use crate::ui::route::Route;

/// One seal of the list with everything the screen says of it.
#[derive(Clone, PartialEq)]
struct Due {
    line: SealLine,
    /// Its clock, or why none can be named.
    clock: Result<ReturnClock, NoClock>,
    /// How near its end is.
    urgency: Urgency,
    owner: OfficeCode,
    owner_name: String,
    /// Where it lies: in a parcel that waits for the courier, promised to a shipment.
    place: String,
    /// The first shipment home: container and time.
    shipment: Option<String>,
    shipments: usize,
    /// In a parcel, packed or being packed.
    parcel: Option<ParcelId>,
}

/// The list as the screen shows it.
struct Seen {
    figures: ReturnFigures,
    dues: Vec<Due>,
    more: bool,
    /// A year whose calendar is missing.
    unknown_year: Option<i16>,
}

fn look(kit: &Kit, officer: &Officer, now: Timestamp, lines: usize) -> Result<Seen, StoreError> {
    let rules = kit.store.rules()?;
    let figures = kit.store.return_figures(&officer.unit, now)?;
    let page = kit.store.return_lines(&officer.unit, &Page::first(lines))?;
    let (open, shipments) = (drafts(kit)?, open_shipments(kit, officer)?);
    let due = |line: SealLine| -> Result<Due, StoreError> {
        let owner = line.owner.clone().unwrap_or_else(|| officer.unit.clone());
        let in_parcel = match line.whereabouts {
            Some(Whereabouts::InParcel { parcel }) => kit.store.parcel(parcel)?.map(|known| known.packed),
            _ => None,
        };
        let in_draft = open.iter().find(|(_, draft)| draft.seals.iter().any(|packed| packed.seal == line.no));
        let promised = match line.reserved_for {
            Some(case) => kit.store.case(case)?.and_then(|case| case.doc.containers.first().map(container_no)),
            None => None,
        };
        let place = match (&in_parcel, in_draft, promised) {
            (Some(parcel), ..) => t!("return-in-parcel", parcel = parcel.number.clone()),
            (None, Some((_, draft)), _) => t!("return-in-draft", parcel = draft.number.clone()),
            (None, None, Some(container)) => t!("return-promised", container = container),
            _ => String::new(),
        };
        let manager = line.manager.as_ref().unwrap_or(&owner);
        let ways = shipments_home([&owner, manager], &officer.unit, &shipments);
        let shipment = ways.first().map(|case| {
            let container = case.container.as_ref().map(container_no).unwrap_or_default();
            format!("{container} · `{}`", format::date_time(case.planned_at))
        });
        let clock = return_clock(&line, &rules, now);
        Ok(Due {
            urgency: clock.as_ref().map_or(Urgency::Calm, |clock| urgency(clock, &rules, now)),
            clock,
            owner_name: office(kit, &owner),
            owner,
            place,
            shipment,
            shipments: ways.len(),
            parcel: in_parcel.map(|packed| packed.parcel).or(in_draft.map(|(id, _)| *id)),
            line,
        })
    };
    let unnamed = match figures.no_deadline {
        0 => Vec::new(),
        _ => kit.store.return_lines(&officer.unit, &Page::after(Mark::behind_deadlines(), LINES))?.lines,
    };
    Ok(Seen {
        figures,
        more: page.next.is_some(),
        dues: page.lines.into_iter().map(due).collect::<Result<_, _>>()?,
        unknown_year: unnamed.iter().find_map(|line| match return_deadline(line.starts, &rules) {
            Err(NoClock::YearUnknown(year)) => Some(year.0),
            _ => None,
        }),
    })
}

/// The list.
#[component]
pub fn Returns() -> Element {
    let mut desk = use_desk();
    let now = use_now();
    let mut chosen = use_signal(|| None::<SealNo>);
    let Some(officer) = desk.officer() else { return rsx! {} };
    let lines = use_lines();
    let Seen { figures, dues, more, unknown_year } = match read(desk.look(|kit| look(kit, &officer, now(), lines()))) {
        Ok(seen) => seen,
        Err(trouble) => return rsx! { parts::Page { title: t!("nav-return"), nav: "returns", {trouble} } },
    };
    let n = figures.to_return;
    // The one the officer opened, else the most urgent one that can still be acted upon.
    let first = dues
        .iter()
        .position(|due| chosen().as_ref() == Some(&due.line.no))
        .or_else(|| dues.iter().position(|due| due.parcel.is_none() && due.line.reserved_for.is_none()))
        .unwrap_or(0);
    rsx! {
        parts::Page {
            title: t!("nav-return"),
            sub: if n == 0 { String::new() } else { t!("return-sub", n = n) },
            nav: "returns",
            if let Some(year) = unknown_year {
                Card { kind: CardKind::Warn,
                    Decision { text: t!("return-year-unknown", year = year.to_string()) }
                    Note { text: t!("return-year-unknown-do") }
                }
            }
            if n > 0 {
                Warnings { figures }
            }
            if n == 0 {
                Card { Empty { icon: "repeat", kind: Tone::Ok, title: t!("return-none"), text: t!("return-none-text") } }
            }
            if let Some(due) = dues.get(first) {
                Urgent { key: "{due.line.no.as_str()}", due: due.clone(), now: now() }
            }
            if n > 1 {
                SectionHead { title: t!("return-others"), note: t!("return-by-deadline") }
                List {
                    for due in dues.iter().enumerate().filter(|(index, _)| *index != first).map(|(_, due)| due.clone()) {
                        Other { key: "{due.line.no.as_str()}", onopen: move |seal| chosen.set(Some(seal)), due, now: now() }
                    }
                }
                More { lines, more }
            }
            List {
                Row { icon: "package", title: t!("return-parcels"), sub: t!("return-parcels-sub"), onclick: move |()| desk.open(Route::Parcels) }
                Row { icon: "shield-alert", title: t!("loss-title"), sub: t!("loss-sub"), onclick: move |()| desk.open(Route::Losses) }
                Row { icon: "timer", title: t!("return-turnaround"), sub: t!("return-turnaround-sub"), onclick: move |()| desk.open(Route::Turnaround) }
            }
        }
    }
}

/// How many are overdue, due today, due soon: word, icon and number; those that are none are left out.
#[component]
fn Warnings(figures: ReturnFigures) -> Element {
    let today = figures.due_today - figures.overdue;
    if figures.overdue == 0 && today == 0 && figures.soon == 0 {
        return rsx! {};
    }
    rsx! {
        Chips {
            if figures.overdue > 0 {
                Chip { kind: Tone::Bad, icon: "triangle-alert", text: t!("return-count-overdue", n = figures.overdue) }
            }
            if today > 0 {
                Chip { kind: Tone::Warn, icon: "hourglass", text: t!("return-count-today", n = today) }
            }
            if figures.soon > 0 {
                Chip { kind: Tone::Info, icon: "timer", text: t!("return-count-soon", n = figures.soon) }
            }
        }
    }
}

/// The seal to see to now, with its clock and the two ways home.
#[component]
fn Urgent(due: Due, now: Timestamp) -> Element {
    let mut desk = use_desk();
    let mut refusal = use_signal(String::new);
    let seal = due.line.no.clone();
    let (kind, clock) = match &due.clock {
        Ok(clock) => (card_kind(clock, now), Some(clock.clone())),
        Err(_) => (CardKind::Unsure, None),
    };
    let unreceived = due.line.starts.received.is_none();
    let by_disarm = unreceived && due.line.starts.off.is_some();
    let (receive, history, reuse) = (seal.clone(), seal.clone(), seal.clone());
    let to = due.owner.clone();
    let parcel = due.parcel;
    rsx! {
        Card { kind,
            CardHead { eyebrow: t!("return-seal-of", seal = format!("**{}**", seal_no(&seal)), owner = due.owner_name.clone()),
                if let Some(clock) = &clock {
                    ClockRing { clock: ClockProp(clock.clone()), now }
                }
            }
            if let Some(clock) = &clock {
                Deadline { clock: ClockProp(clock.clone()), now }
                // The card says by itself that it is too late.
                if due.urgency != Urgency::Overdue {
                    UrgencyChip { urgency: due.urgency }
                }
            } else {
                Decision { text: no_clock(&due.clock) }
            }
            if !due.place.is_empty() {
                Note { icon: "package", text: due.place.clone() }
            }
            if by_disarm {
                Note { icon: "info", text: t!("return-by-disarm") }
            }
            if unreceived && due.parcel.is_none() {
                Button {
                    icon: "clipboard-check",
                    text: t!("return-receive"),
                    onclick: move |()| {
                        let Some(officer) = desk.officer() else { return };
                        match receive_seal(&desk.kit(), &officer, &receive) {
                            Ok(()) => refusal.set(String::new()),
                            Err(ReceiveSealError::Already) => refusal.set(t!("return-received-already")),
                            Err(ReceiveSealError::Store(_)) => refusal.set(t!("err-store")),
                        }
                    },
                }
            }
            p { class: "strong", {t!("return-choose")} }
            Way {
                icon: "repeat",
                kind: Tone::Info,
                title: t!("return-way-reuse", owner = due.owner_name.clone()),
                sub: match (&due.shipment, due.shipments) {
                    (Some(shipment), 1) => shipment.clone(),
                    (Some(shipment), n) => t!("return-way-more", shipment = shipment.clone(), n = n - 1),
                    (None, _) => t!("return-way-no-shipment"),
                },
                onclick: move |()| desk.open(Route::Reuse { seal: reuse.clone() }),
            }
            Way {
                icon: "package",
                title: t!("return-way-courier"),
                sub: if parcel.is_some() { due.place.clone() } else { t!("return-way-courier-sub", owner = due.owner_name.clone()) },
                onclick: move |()| {
                    let Some(officer) = desk.officer() else { return };
                    let parcel = match parcel {
                        Some(parcel) => Ok(parcel),
                        None => begin_parcel(&desk.kit(), &officer, &to),
                    };
                    match parcel {
                        Ok(parcel) => desk.open(Route::ParcelPack { parcel }),
                        Err(error) => {
                            tracing::error!(%error, "parcel not begun");
                            refusal.set(t!("err-store"));
                        }
                    }
                },
            }
            Refusal { text: refusal() }
            if let Some(clock) = &clock {
                Cite { text: cite(clock) }
            }
            Button { icon: "list", inline: true, text: t!("return-history"), onclick: move |()| desk.open(Route::Seal { seal: history.clone() }) }
        }
    }
}

/// [`ReturnClock`] as a property.
#[derive(Clone, PartialEq)]
pub struct ClockProp(pub ReturnClock);

/// Deadline first, then the time left, then day by day.
#[component]
pub fn Deadline(clock: ClockProp, now: Timestamp) -> Element {
    let clock = clock.0;
    let left = clock.left(now);
    let late = left.is_negative();
    let seconds = left.unsigned_abs().as_secs();
    let lead = if late { t!("return-late") } else { t!("return-left") };
    rsx! {
        Decision { text: t!("return-due", day = day_words(clock.last_day)) }
        div { class: "flow",
            span { class: if late { "strong ink-bad" } else { "muted" }, "{lead}" }
            Countdown { lead: lead.clone(), parts: parts(seconds) }
        }
        Days {
            label: t!("return-days"),
            items: days(&clock, now),
            first: clock.days.first().map_or(1, |day| day.date.weekday().to_monday_one_offset()),
        }
        for line in special_days(&clock) {
            Note { key: "{line}", icon: "calendar-days", text: line }
        }
    }
}

fn card_kind(clock: &ReturnClock, now: Timestamp) -> CardKind {
    match state(clock, now) {
        ClockState::Calm => CardKind::Hero,
        ClockState::Warn => CardKind::Warn,
        ClockState::Late => CardKind::Bad,
    }
}

fn state(clock: &ReturnClock, now: Timestamp) -> ClockState {
    if clock.left(now).is_negative() {
        ClockState::Late
    } else if date_in_vietnam(now) >= clock.last_day {
        ClockState::Warn
    } else {
        ClockState::Calm
    }
}

/// The clock as a ring: working days left, in three parts; on the last day which day it is.
#[component]
pub fn ClockRing(clock: ClockProp, now: Timestamp) -> Element {
    let clock = clock.0;
    let state = state(&clock, now);
    let (left, value) = match state {
        ClockState::Warn => {
            // The last day itself runs out by the hour.
            let day = clock.left(now).as_secs().clamp(0, 86_400);
            let share = day * 100 / 86_400 / i64::from(clock.working_days.max(1));
            (u8::try_from(share).unwrap_or(0), format!("{0}/{0}", clock.working_days))
        }
        _ => {
            let share = clock.working_days_left * 100 / clock.working_days.max(1);
            (u8::try_from(share.min(100)).unwrap_or(100), clock.working_days_left.to_string())
        }
    };
    rsx! { Ring { left, value, unit: t!("return-unit-day"), state } }
}

/// `thứ Tư 29/04/2026`
fn day_words(day: civil::Date) -> String {
    let n = day.weekday().to_monday_one_offset();
    format!("{} `{}`", t!(&format!("weekday-{n}")), day.strftime("%d/%m/%Y"))
}

fn parts(seconds: u64) -> Vec<(String, String)> {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    let part = |n: u64, unit: String| (n.to_string(), unit);
    if days > 0 {
        vec![part(days, t!("unit-days")), part(hours, t!("unit-hours"))]
    } else {
        vec![part(hours, t!("unit-hours")), part(minutes, t!("unit-minutes"))]
    }
}

fn days(clock: &ReturnClock, now: Timestamp) -> Vec<Day> {
    let today = date_in_vietnam(now);
    let start = clock.days.first().map(|day| day.date);
    clock
        .days
        .iter()
        .map(|day| {
            let (note, kind) = match &day.kind {
                _ if Some(day.date) == start && day.number == 0 => {
                    let note = if clock.started_by_disarm { t!("return-day-off") } else { t!("return-day-received") };
                    (note, DayKind::Spent)
                }
                _ if day.date == clock.last_day => (t!("return-day-due"), DayKind::Due),
                CalendarDay::Weekend => (t!("return-day-free"), DayKind::Off),
                CalendarDay::Holiday(_) => (t!("return-day-holiday"), DayKind::Off),
                // A Saturday worked in exchange looks like an error until it is named.
                CalendarDay::Working if is_weekend(day.date) && day.date >= today => {
                    (t!("return-day-worked", n = day.number), DayKind::Work)
                }
                CalendarDay::Working if day.date == today => (day.number.to_string(), DayKind::Now),
                CalendarDay::Working if day.date < today => (day.number.to_string(), DayKind::Spent),
                CalendarDay::Working => (day.number.to_string(), DayKind::Work),
            };
            Day { weekday: format::weekday(day.date, lang()), day: day.date.strftime("%d").to_string(), note, kind }
        })
        .collect()
}

fn is_weekend(day: civil::Date) -> bool {
    day.weekday().to_monday_one_offset() > 5
}

fn no_clock(clock: &Result<ReturnClock, NoClock>) -> String {
    match clock {
        Ok(_) => String::new(),
        Err(NoClock::NotStarted) => t!("return-not-started"),
        Err(NoClock::NoRule) => t!("return-no-rule"),
        Err(NoClock::YearUnknown(year)) => t!("return-year-unknown", year = year.0.to_string()),
    }
}

fn cite(clock: &ReturnClock) -> String {
    let c = &clock.citation;
    let place = c.place.as_ref().map(|place| format!(", {place}")).unwrap_or_default();
    let open = if c.to_be_confirmed { format!(" · {}", t!("return-rule-unchecked")) } else { String::new() };
    t!("return-rule", days = clock.working_days, cite = format!("{}{place}", c.document)) + &open
}

/// What makes a deadline surprising: holidays it goes across, weekend days that are worked.
fn special_days(clock: &ReturnClock) -> Vec<String> {
    let mut names: Vec<String> = clock
        .days
        .iter()
        .filter_map(|day| match &day.kind {
            CalendarDay::Holiday(name) => Some(name.clone()),
            _ => None,
        })
        .collect();
    names.dedup();
    let worked: Vec<String> = clock
        .days
        .iter()
        .filter(|day| day.number > 0 && is_weekend(day.date))
        .map(|day| format!("`{}`", day.date.strftime("%d/%m")))
        .collect();
    let over = (!names.is_empty()).then(|| t!("return-over-holiday", names = names.join(", ")));
    let worked = (!worked.is_empty()).then(|| t!("return-worked-weekend", days = worked.join(", ")));
    over.into_iter().chain(worked).collect()
}

/// Another seal of the list.
#[component]
fn Other(due: Due, now: Timestamp, onopen: EventHandler<SealNo>) -> Element {
    let seal = due.line.no.clone();
    let title = seal_no(&seal);
    let mut sub = match &due.clock {
        Ok(clock) if clock.left(now).is_negative() => {
            let late = format::duration(clock.left(now).unsigned_abs().as_secs() / 3600 * 3600, lang());
            format!("**{}** · {}", t!("return-late-by", time = late), t!("return-due", day = day_words(clock.last_day)))
        }
        Ok(clock) => t!("return-due", day = day_words(clock.last_day)),
        clock => no_clock(clock),
    };
    let special = due.clock.as_ref().map(special_days).unwrap_or_default();
    for line in special.into_iter().chain([due.owner_name.clone(), due.place.clone()]) {
        if !line.is_empty() {
            sub.push('\n');
            sub.push_str(&line);
        }
    }
    let start = match &due.clock {
        Ok(clock) => rsx! { ClockRing { clock: ClockProp(clock.clone()), now } },
        Err(_) => rsx! { Glyph { icon: "diamond-unsure", kind: Tone::Unsure } },
    };
    let end = urgency_words(due.urgency).map(|(kind, icon, text)| rsx! { Chip { kind, icon, text } });
    rsx! { Row { title, sub, start, end, onclick: move |()| onopen.call(seal.clone()) } }
}
