//! The shift: the next task, what is due, and the rest of the day.

use dioxus::prelude::*;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use seal_core::case::{CasePhase, CaseView};
use seal_core::courier::{ParcelStage, return_clock};
use seal_core::ids::OfficeCode;
use seal_core::rules::{GoodsGroup, RulePack};
use seal_core::seal::outcome::open_command;
use seal_core::seal::reading::LockAction;
use seal_core::time::date_in_vietnam;

use super::parts::{Page, use_sync_status};
use super::words::{self, title_of};
use crate::actions::Kit;
use crate::i18n::format;
use crate::ports::store::{CaseFilter, DAMAGE_NOTE, Damage, SealFilter, StoreError};
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::use_desk;
use crate::ui::route::{Route, ScanFor};

/// What an officer of a unit has to do with a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// Nobody knows whether a lock is closed.
    Settle,
    /// Seal it.
    Seal,
    /// It waits to leave, and needs no customs seal.
    NoSeal,
    /// Inspect it and take the seal off.
    Inspect,
    /// Full examination.
    Examine,
    /// Another unit's turn.
    Await,
    /// On its way.
    Leave,
    /// Nothing more.
    Nothing,
}

/// The group of a case's goods: as it was settled, else as the rules of `today` say of its ground. Pure.
#[must_use]
pub fn group(view: &CaseView, rules: &RulePack, today: Date) -> Option<GoodsGroup> {
    let settled = view.decision.as_ref().map(|decision| decision.group);
    settled.or_else(|| rules.decide_goods(view.ground?, today).map(|decision| decision.group))
}

/// What is to be done at `unit` with a case whose goods are of `group`. Pure.
#[must_use]
pub fn task(view: &CaseView, unit: &OfficeCode, group: Option<GoodsGroup>) -> Task {
    let (origin, destination) = (&view.doc.origin == unit, &view.doc.destination == unit);
    match view.phase() {
        // The seal is where it was to be locked, or where it was to be opened.
        CasePhase::Uncertain => match view.customs_seals().find_map(|seal| open_command(&seal.state)) {
            Some((_, LockAction::Arm)) if !origin => Task::Await,
            Some((_, LockAction::Disarm)) if !destination => Task::Await,
            _ => Task::Settle,
        },
        CasePhase::ToSeal | CasePhase::Sealing if origin && group == Some(GoodsGroup::C) => Task::NoSeal,
        CasePhase::ToSeal | CasePhase::Sealing if origin => Task::Seal,
        CasePhase::Sealed if destination => Task::Inspect,
        // It left with a container that has no seal: what is sealed has arrived all the same.
        CasePhase::Sealing if destination && view.customs_seals().any(|seal| seal.state.is_on()) => Task::Inspect,
        CasePhase::ToSeal | CasePhase::Sealing => Task::Await,
        CasePhase::Held => Task::Examine,
        CasePhase::Sealed => Task::Leave,
        _ => Task::Nothing,
    }
}

struct Shift {
    cases: Vec<Todo>,
    due_today: usize,
    to_return: usize,
    queue: u32,
    parcels: Vec<(seal_core::ids::ParcelId, String, usize, OfficeCode)>,
}

/// A case and what is to be done with it.
#[derive(Clone, PartialEq)]
struct Todo {
    view: CaseView,
    group: Option<GoodsGroup>,
    task: Task,
}

fn read(kit: &Kit, unit: &OfficeCode, now: Timestamp) -> Result<Shift, StoreError> {
    let mut cases = kit.store.cases(&CaseFilter::From(unit.clone()))?;
    for view in kit.store.cases(&CaseFilter::To(unit.clone()))? {
        if !cases.iter().any(|known| known.doc.id == view.doc.id) {
            cases.push(view);
        }
    }
    let rules = kit.store.rules()?;
    let today = date_in_vietnam(now);
    let mut cases: Vec<Todo> = cases
        .into_iter()
        .map(|view| {
            let group = group(&view, &rules, today);
            Todo { task: task(&view, unit, group), group, view }
        })
        .collect();
    // What needs a person first, then by the time the truck was announced.
    cases.sort_by_key(|todo| {
        let rank = match todo.task {
            Task::Settle => 0,
            Task::Seal | Task::Inspect => 1,
            Task::Examine => 2,
            Task::Await => 3,
            Task::NoSeal | Task::Leave => 4,
            Task::Nothing => 5,
        };
        (rank, todo.view.doc.planned_at)
    });
    let seals = kit.store.seals(&SealFilter::MustGoHomeFrom(unit.clone()))?;
    let due = |seal: &&seal_core::custody::SealView| {
        return_clock(seal, &rules, now).is_ok_and(|clock| clock.last_day <= today)
    };
    let counts = kit.store.queue_counts()?;
    let parcels = kit
        .store
        .parcels(unit)?
        .into_iter()
        .filter(|parcel| &parcel.packed.to == unit && parcel.stage() == ParcelStage::HandedOver)
        .map(|p| (p.packed.parcel, p.packed.number.clone(), p.packed.seals.len(), p.packed.from.clone()))
        .collect();
    Ok(Shift {
        cases,
        due_today: seals.iter().filter(due).count(),
        to_return: seals.len(),
        queue: counts.waiting + counts.stuck,
        parcels,
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
    let shift = match desk.look(|kit| read(kit, &unit, now)) {
        Ok(shift) => shift,
        Err(error) => {
            let text = super::stored::store_trouble(&error);
            return rsx! {
                Page { title: t!("case-shift"), sub, nav: "home", settings: true, super::parts::Trouble { text } }
            };
        }
    };
    let next = shift.cases.iter().find(|todo| matches!(todo.task, Task::Settle | Task::Seal | Task::Inspect));
    let done =
        shift.cases.iter().filter(|todo| matches!(todo.task, Task::NoSeal | Task::Leave | Task::Nothing)).count();
    let rest: Vec<CaseView> = shift
        .cases
        .iter()
        .filter(|todo| next.is_none_or(|next| next.view.doc.id != todo.view.doc.id))
        .take(40)
        .map(|todo| todo.view.clone())
        .collect();
    let never_pulled = status.read().pulled_at.is_none() && shift.cases.is_empty();
    let stats = vec![
        Stat {
            id: "due".into(),
            icon: "hourglass".into(),
            value: shift.due_today.to_string(),
            text: t!("case-stat-due"),
            bad: shift.due_today > 0,
        },
        Stat {
            id: "returns".into(),
            icon: "repeat".into(),
            value: shift.to_return.to_string(),
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
        Page { title: t!("case-shift"), sub, nav: "home", settings: true,
            DamageCard {}
            if let Some(todo) = next.cloned() {
                NextTask { todo, unit: unit.clone(), now }
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
            if !rest.is_empty() || !shift.parcels.is_empty() {
                SectionHead { title: t!("case-this-shift"), note: t!("case-shift-count", n = shift.cases.len(), done = done) }
                List {
                    for (parcel, number, count, from) in shift.parcels {
                        Row {
                            key: "{parcel}",
                            icon: "package-open",
                            title: t!("case-receive-parcel"),
                            sub: t!("case-parcel-sub", number = number, n = count, from = from.as_str()),
                            onclick: move |()| desk.open(Route::ParcelReceive { parcel }),
                        }
                    }
                    for view in rest {
                        CaseRow { key: "{view.doc.id}", view, unit: unit.clone() }
                    }
                }
            }
        }
    }
}

#[component]
fn NextTask(todo: Todo, unit: OfficeCode, now: Timestamp) -> Element {
    let mut desk = use_desk();
    let Todo { view, group, task: what } = todo;
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
pub fn CaseRow(view: CaseView, unit: OfficeCode) -> Element {
    let mut desk = use_desk();
    let id = view.doc.id;
    let today = date_in_vietnam(desk.kit().clock.now().wall);
    // Without rules nothing is known of the goods; the case's own screen says so.
    let group = desk.look(|kit| kit.store.rules().ok().and_then(|rules| group(&view, &rules, today)));
    let what = task(&view, &unit, group);
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
    let sub = match (view.ground, what) {
        // That no seal is needed is the ground itself, and the chip says that it is sealed.
        (None, _) | (_, Task::NoSeal) => act,
        (Some(ground), Task::Leave) => words::ground(ground),
        (Some(ground), _) => format!("{act} · {}", words::ground(ground)),
    };
    let phase = view.phase();
    let planned =
        matches!((phase, what), (CasePhase::ToSeal, Task::Seal)).then(|| format::time_short(view.doc.planned_at));
    let (tone, word) = words::phase(phase);
    rsx! {
        Row {
            icon,
            kind,
            title: title_of(&view),
            sub,
            value: planned.clone().unwrap_or_default(),
            end: if planned.is_none() && what != Task::NoSeal { Some(rsx! { Chip { kind: tone, text: word } }) } else { None },
            onclick: move |()| desk.open(Route::Case { case: id }),
        }
    }
}

/// A damaged database was moved aside: said until an officer has seen it.
#[component]
fn DamageCard() -> Element {
    let mut desk = use_desk();
    let mut trouble = use_signal(String::new);
    let note = desk.look(|kit| kit.store.note(DAMAGE_NOTE).ok().flatten());
    let Some(damage) = note.and_then(|json| serde_json::from_str::<Damage>(&json).ok()) else { return rsx! {} };
    rsx! {
        Card { kind: CardKind::Warn,
            Decision { text: t!("case-damaged") }
            p { {t!("case-damaged-why", n = damage.salvaged)} }
            p { class: "small muted", {t!("case-damaged-do")} }
            Raw { label: t!("case-damaged-file"), text: damage.file }
            super::parts::Trouble { text: trouble() }
            Button { icon: "message-square-warning", text: t!("report-trouble"), onclick: move |()| desk.open(Route::Report { screen: "damage".into() }) }
            Button { icon: "check", text: t!("case-damaged-seen"), onclick: move |()| {
                if let Err(error) = desk.kit().store.set_note(DAMAGE_NOTE, None) {
                    trouble.set(super::stored::store_trouble(&error));
                }
            } }
        }
    }
}
