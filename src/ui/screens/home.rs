//! The shift: the next task, what is due, and the rest of the day.

use dioxus::prelude::*;
use jiff::{SignedDuration, Timestamp};
use seal_core::case::{CasePhase, CaseView};
use seal_core::courier::ParcelStage;
use seal_core::figures::ReturnFigures;
use seal_core::ids::OfficeCode;
use seal_core::line::ParcelLine;
use seal_core::time::date_in_vietnam;
use seal_core::work::{Task, Todo, day_begins, work_list};

use super::decide_approval::WaitingRequests;
use super::duty::StandingNow;
use super::parts::{self, More, use_lines, use_sync_status};
use super::record::RecordAlarms;
use super::stored::store_trouble;
use super::way_home::{Asks, WayHomeNow, asks};
use super::words::{self, title_of, title_of_line};
use crate::actions::Kit;
use crate::i18n::format;
use crate::ports::lists::{Lines, Page, ParcelList, Parcels};
use crate::ports::store::{AsideBecause, DAMAGE_NOTE, Damage, StoreError};
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::use_desk;
use crate::ui::route::{Route, ScanFor};

struct Shift {
    cases: Vec<Todo>,
    returns: ReturnFigures,
    asks: Asks,
    queue: u32,
    parcels: Lines<ParcelLine>,
}

fn read(kit: &Kit, unit: &OfficeCode, now: Timestamp, parcels: usize) -> Result<Shift, StoreError> {
    let lines = kit.store.shift_lines(unit, day_begins(now))?;
    let counts = kit.store.queue_counts()?;
    let coming = ParcelList { stages: ParcelStage::ON_THE_WAY.to_vec(), ..ParcelList::all(Parcels::To(unit.clone())) };
    let returns = kit.store.return_figures(unit, now)?;
    Ok(Shift {
        cases: work_list(lines, unit, &kit.store.rules()?, date_in_vietnam(now)),
        returns,
        asks: asks(kit, unit, returns, now)?,
        queue: counts.waiting + counts.stuck,
        parcels: kit.store.parcel_lines(&coming, &Page::first(parcels))?,
    })
}

/// See the module.
#[component]
pub fn Home() -> Element {
    let mut desk = use_desk();
    let status = use_sync_status();
    let Some(officer) = desk.officer() else { return rsx! {} };
    let unit = officer.unit.clone();
    let now = desk.kit().clock.now().wall;
    let sub = desk.look(|kit| words::office(kit, &unit));
    let (lines, parcels) = (use_lines(), use_lines());
    let shift = match desk.look(|kit| read(kit, &unit, now, parcels())) {
        Ok(shift) => shift,
        Err(error) => {
            let text = store_trouble(&error);
            return rsx! {
                parts::Page { title: t!("case-shift"), sub, nav: "home", settings: true, parts::Trouble { text } }
            };
        }
    };
    let next = shift.cases.iter().find(|todo| todo.task.is_next());
    // The whole case: what was scanned already says where to go on.
    let next = next
        .and_then(|todo| desk.look(|kit| kit.store.case(todo.line.id)).ok().flatten().map(|view| (view, todo.clone())));
    let done = shift.cases.iter().filter(|todo| todo.task.is_done()).count();
    let rest: Vec<Todo> = shift
        .cases
        .iter()
        .filter(|todo| next.as_ref().is_none_or(|(_, next)| next.line.id != todo.line.id))
        .take(lines())
        .cloned()
        .collect();
    let more = rest.len() + usize::from(next.is_some()) < shift.cases.len();
    let never_pulled = status.read().pulled_at.is_none() && shift.cases.is_empty();
    let stats = vec![
        Stat {
            id: "due".into(),
            icon: "hourglass".into(),
            value: shift.returns.due_today.to_string(),
            text: t!("case-stat-due"),
            bad: shift.returns.due_today > 0,
        },
        Stat {
            id: "returns".into(),
            icon: "repeat".into(),
            value: shift.returns.to_return.to_string(),
            text: t!("case-stat-returns"),
            bad: false,
        },
        Stat {
            id: "queue".into(),
            icon: "cloud-upload".into(),
            value: shift.queue.to_string(),
            text: t!("case-stat-queue"),
            bad: false,
        },
    ];
    rsx! {
        parts::Page { title: t!("case-shift"), sub, nav: "home", settings: true,
            DamageCard {}
            RecordAlarms {}
            WaitingRequests {}
            StandingNow {}
            WayHomeNow { asks: shift.asks.clone() }
            if let Some((view, todo)) = next {
                NextTask { view, todo: TodoProp(todo), unit: unit.clone(), now }
            } else if never_pulled {
                Card {
                    p { class: "strong", {t!("case-loading")} }
                    Loading { label: t!("loading") }
                }
            } else {
                Card {
                    Empty { icon: "clipboard-check", kind: Tone::Ok, title: t!("case-shift-clear"), text: t!("case-shift-clear-why"),
                        Button { text: t!("scan-anything"), icon: "scan-line", onclick: move |()| desk.open(Route::Scan { purpose: ScanFor::Anything }) }
                    }
                }
            }
            Stats {
                items: stats,
                onselect: move |id: String| desk.open(if id == "queue" { Route::Queue } else { Route::Returns }),
            }
            Way { icon: "anchor", title: t!("stock-title"), sub: t!("stock-sub"), onclick: move |()| desk.open(Route::Stock) }
            if !rest.is_empty() || !shift.parcels.lines.is_empty() {
                SectionHead { title: t!("case-this-shift"), note: t!("case-shift-count", n = shift.cases.len(), done = done) }
                List {
                    for parcel in shift.parcels.lines {
                        Row {
                            key: "{parcel.id}",
                            icon: "package-open",
                            title: t!("case-receive-parcel"),
                            sub: t!("case-parcel-sub", number = parcel.number, n = parcel.seals, from = parcel.from.as_str()),
                            onclick: move |()| desk.open(Route::ParcelReceive { parcel: parcel.id }),
                        }
                    }
                    More { lines: parcels, more: shift.parcels.next.is_some() }
                    for todo in rest {
                        CaseRow { key: "{todo.line.id}", todo: TodoProp(todo) }
                    }
                }
                More { lines, more }
            }
        }
    }
}

/// [`Todo`] as a property.
#[derive(Clone, PartialEq)]
pub struct TodoProp(pub Todo);

#[component]
fn NextTask(view: CaseView, todo: TodoProp, unit: OfficeCode, now: Timestamp) -> Element {
    let mut desk = use_desk();
    let Todo { group, task: what, .. } = todo.0;
    let id = view.doc.id;
    let late = now.duration_since(view.doc.planned_at);
    let waiting = late > SignedDuration::from_mins(1) && late < SignedDuration::from_hours(24);
    let (title, button, icon, route) = match what {
        Task::Settle => (t!("case-task-settle"), t!("case-open"), "refresh-cw", Route::Case { case: id }),
        Task::Inspect => (
            t!("case-task-inspect"),
            t!("case-scan-seal"),
            "scan-line",
            Route::Scan { purpose: ScanFor::SealOnCase { case: id } },
        ),
        _ if view.containers_scanned.is_empty() && !view.papers_scanned => (
            t!("case-task-seal"),
            t!("case-scan-container"),
            "scan-line",
            Route::Scan { purpose: ScanFor::Case { case: id } },
        ),
        _ => (t!("case-task-seal"), t!("case-open"), "arrow-right", Route::Case { case: id }),
    };
    let ground = view.ground;
    let number = view.doc.containers.first().map(|container| container.as_str().to_owned());
    let place = if view.doc.origin == unit { &view.doc.destination } else { &view.doc.origin };
    let place = desk.look(|kit| words::office(kit, place));
    let toward = if view.doc.origin == unit { t!("case-to", office = place) } else { t!("case-from", office = place) };
    let vehicle = view.trip.as_ref().map_or(&view.doc.vehicle, |trip| &trip.vehicle).clone();
    rsx! {
        Card { kind: if what == Task::Settle { CardKind::Unsure } else { CardKind::Hero },
            CardHead { eyebrow: t!("case-next"),
                if waiting {
                    Chip { kind: Tone::Warn, icon: "timer", text: t!("case-truck-waits", time = words::minutes(late.as_secs())) }
                } else {
                    Chip { icon: "clock", text: format::date_time(view.doc.planned_at) }
                }
            }
            Decision { text: title }
            if let Some(number) = number {
                ContainerNumber { number, size: NumberSize::Xl, check_label: t!("scan-check-digit") }
                if view.doc.containers.len() > 1 {
                    Note { icon: "container", text: t!("cover-and-more", n = view.doc.containers.len() - 1) }
                }
            } else {
                p { class: "decision", Rich { text: title_of(&view) } }
            }
            if let Some(ground) = ground {
                Chips {
                    Chip { kind: Tone::Info, icon: "scroll-text", text: words::ground(ground) }
                    if let Some(group) = group {
                        Chip { icon: "shield-check", text: words::group_chip(group) }
                    }
                }
            }
            Note { text: if vehicle.is_empty() { toward } else { t!("case-vehicle-toward", vehicle = vehicle, toward = toward) } }
            Button { kind: ButtonKind::Go, big: true, icon, text: button, onclick: move |()| desk.open(route.clone()) }
        }
    }
}

/// A case as a row: number, what to do, state.
#[component]
pub fn CaseRow(todo: TodoProp) -> Element {
    let mut desk = use_desk();
    let Todo { line, task: what, .. } = todo.0;
    let id = line.id;
    let (kind, icon, act) = match what {
        Task::Settle => (Tone::Unsure, "diamond-unsure", t!("case-task-settle")),
        Task::Seal => (Tone::Info, "lock", t!("case-act-seal")),
        Task::NoSeal => (Tone::Idle, "circle-check", t!("case-act-no-seal")),
        Task::Inspect => (Tone::Info, "eye", t!("case-act-inspect")),
        Task::Examine => (Tone::Warn, "shield-alert", t!("case-act-examine")),
        Task::Await => (Tone::Idle, "hourglass", t!("case-act-await")),
        Task::Leave => (Tone::Ok, "circle-check", t!("case-act-left")),
        Task::Nothing => (Tone::Idle, "container", t!("case-act-none")),
    };
    let sub = match (line.ground, what) {
        // That no seal is needed is the ground itself, and the chip says that it is sealed.
        (None, _) | (_, Task::NoSeal) => act,
        (Some(ground), Task::Leave) => words::ground(ground),
        (Some(ground), _) => format!("{act} · {}", words::ground(ground)),
    };
    let phase = line.phase;
    let planned = matches!((phase, what), (CasePhase::ToSeal, Task::Seal)).then(|| format::time_short(line.planned_at));
    // Two phones that contradict each other prove nothing.
    let (tone, word) = if line.conflict { (Tone::Bad, t!("conflict-open")) } else { words::phase(phase) };
    rsx! {
        Row {
            icon,
            kind,
            title: title_of_line(&line),
            sub,
            value: planned.clone().unwrap_or_default(),
            end: if planned.is_none() && what != Task::NoSeal { Some(rsx! { Chip { kind: tone, text: word } }) } else { None },
            onclick: move |()| desk.open(Route::Case { case: id }),
        }
    }
}

/// Which of this phone's records no copy was found of, by their numbers.
fn lost_words(damage: &Damage) -> Option<String> {
    let mut runs: Vec<(u64, u64)> = Vec::new();
    for place in &damage.lost {
        match runs.last_mut() {
            Some((_, to)) if *to + 1 == *place => *to = *place,
            _ => runs.push((*place, *place)),
        }
    }
    let runs: Vec<String> =
        runs.iter().map(|(from, to)| if from == to { from.to_string() } else { format!("{from}–{to}") }).collect();
    match (damage.lost.len(), damage.perhaps_more) {
        (0, false) => None,
        (0, true) => Some(t!("case-damaged-perhaps")),
        (n, false) => Some(t!("case-damaged-lost", n = n, places = runs.join(", "))),
        (n, true) => Some(t!("case-damaged-lost", n = n, places = runs.join(", ")) + " " + &t!("case-damaged-perhaps")),
    }
}

/// Data was moved aside: said until an officer has seen it.
#[component]
fn DamageCard() -> Element {
    let mut desk = use_desk();
    let mut trouble = use_signal(String::new);
    let note = desk.look(|kit| kit.store.note(DAMAGE_NOTE).ok().flatten());
    let Some(damage) = note.and_then(|json| serde_json::from_str::<Damage>(&json).ok()) else { return rsx! {} };
    let read = damage.salvaged + damage.rebuilt;
    let lost = lost_words(&damage);
    let (title, why, todo) = match damage.because {
        AsideBecause::Damaged => (t!("case-damaged"), t!("case-damaged-why", n = read), t!("case-damaged-do")),
        AsideBecause::Missing => (t!("case-missing"), t!("case-missing-why", n = read), t!("case-damaged-do")),
        // The journal opened where the database's key did not fit.
        AsideBecause::OtherKey if read > 0 => {
            (t!("case-other-key"), t!("case-damaged-why", n = read), t!("case-damaged-do"))
        }
        AsideBecause::OtherKey => (t!("case-other-key"), t!("case-key-why"), t!("case-key-do")),
        AsideBecause::KeyLost => (t!("case-key-lost"), t!("case-key-why"), t!("case-key-do")),
    };
    rsx! {
        Card { kind: CardKind::Warn,
            Decision { text: title }
            p { {why} }
            p { class: "small muted", {todo} }
            if let Some(lost) = lost {
                p { {lost} }
            }
            if !damage.file.is_empty() {
                Raw { label: t!("case-damaged-file"), text: damage.file }
            }
            parts::Trouble { text: trouble() }
            Button { icon: "message-square-warning", text: t!("report-trouble"), onclick: move |()| desk.open(Route::Report { screen: "damage".into() }) }
            Button { icon: "check", text: t!("case-damaged-seen"), onclick: move |()| {
                if let Err(error) = desk.kit().store.set_note(DAMAGE_NOTE, None) {
                    trouble.set(store_trouble(&error));
                }
            } }
        }
    }
}
