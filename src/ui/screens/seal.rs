//! One seal through its whole life: whose it is, who holds it, and one timeline over owners, officers, trips, parcels and
//! losses.

use dioxus::prelude::*;
use seal_core::codes::SealType;
use seal_core::custody::{CustodyEntry, SealView, Whereabouts};
use seal_core::doc::{SealLife, SealRadio};
use seal_core::event::Event;
use seal_core::fact::{Fact, LossKind, LossOutcome, OnOff, SignatureFinding};
use seal_core::ids::OfficeCode;
use seal_core::life::choices;
use seal_core::seal::permit::keeps_stock;
use seal_core::seal_no::SealNo;

use super::codes::{condition, fact_icon, fact_kind, stored_name};
use super::parts::{Page, Refusal};
use super::stock::{life, life_tone};
use super::stored::{NotHere, read, store_trouble};
use super::untried::Untried;
use super::words::{class, container_no, office, officer_name, seal_kind, seal_no};
use crate::actions::Kit;
use crate::actions::change_life::{LifeTrouble, change_life};
use crate::i18n::format;
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::use_desk;
use crate::ui::route::Route;

/// The history.
#[component]
pub fn Seal(seal: SealNo) -> Element {
    let mut desk = use_desk();
    let view = match read(desk.look(|kit| kit.store.seal(&seal))) {
        Ok(Some(view)) => view,
        Ok(None) => return rsx! { NotHere { text: t!("not-here-seal") } },
        Err(trouble) => return rsx! { Page { title: t!("seal-title"), back: true, {trouble} } },
    };
    let keeper = desk.officer().is_some_and(|officer| keeps_stock(&officer));
    let (place, case) = desk.look(|kit| match &view.whereabouts {
        Some(Whereabouts::Unit { unit }) => match &view.officer {
            Some(id) => {
                (t!("seal-with-officer", officer = officer_name(kit, unit, id), unit = office(kit, unit)), None)
            }
            None => (t!("seal-at-unit", unit = office(kit, unit)), None),
        },
        Some(Whereabouts::OnCase { case }) => {
            let known = kit.store.case(*case).ok().flatten();
            let container = known.and_then(|view| view.doc.containers.first().map(container_no)).unwrap_or_default();
            (t!("seal-on-container", container = container), Some(*case))
        }
        Some(Whereabouts::InParcel { parcel }) => {
            let number = kit.store.parcel(*parcel).ok().flatten().map(|view| view.packed.number).unwrap_or_default();
            (t!("return-in-some-parcel", parcel = number), None)
        }
        None => (t!("seal-place-unknown"), None),
    });
    let mut facts = Vec::new();
    if let Some(doc) = &view.doc {
        let (owner, manager) = desk.look(|kit| (office(kit, &doc.owner), office(kit, &doc.manager)));
        let kind = match doc.class {
            Some(grade) => format!("{} · {}", seal_kind(doc.kind), class(grade)),
            None => seal_kind(doc.kind),
        };
        facts.push((t!("seal-kind"), kind));
        facts.push((t!("seal-owner"), owner));
        facts.push((t!("seal-manager"), manager));
    }
    if let Some(code) = view.condition {
        facts.push((t!("verdict-condition"), condition(code)));
    }
    let returns = view.doc.as_ref().is_some_and(|doc| doc.seal_type == SealType::Electronic);
    if let Some(days) = view.turnaround_days().filter(|_| returns) {
        facts.push((t!("return-turnaround"), t!("days-left", n = days)));
    }
    if let Some(count) = &view.counted {
        let (unit, at) = (desk.look(|kit| office(kit, &count.unit)), format::date_time(count.at));
        let text = if count.found {
            t!("seal-counted", unit = unit, at = at)
        } else {
            t!("seal-not-counted", unit = unit, at = at)
        };
        facts.push((t!("seal-last-count"), text));
    }
    let spoken = view.doc.as_ref().is_some_and(|doc| doc.radio == SealRadio::Spoken);
    let protocols = if spoken { desk.look(|kit| kit.link.protocols(&seal)) } else { Vec::new() };
    let unit = desk.officer().map(|officer| officer.unit);
    let items = desk.look(|kit| timeline(kit, &view, unit.as_ref()));
    let stage = view.life;
    let links: Vec<(String, SealNo)> = [
        view.replaced_by.clone().map(|other| (t!("seal-replaced-by"), other)),
        view.replaces.clone().map(|other| (t!("seal-replaces"), other)),
    ]
    .into_iter()
    .flatten()
    .collect();
    let loss = view.loss.clone();
    let changes = view.doc.is_some() && keeper;
    let to_life = seal.clone();
    rsx! {
        Page { title: t!("seal-name", seal = seal_no(&seal)), back: true,
            Card { kind: CardKind::Hero,
                CardHead { eyebrow: t!("seal-now"),
                    if let Some(stage) = stage {
                        Chip { kind: life_tone(stage), text: life(stage) }
                    }
                }
                Decision { text: place }
                if view.offered.is_some() {
                    Note { icon: "hourglass", text: t!("seal-is-offered") }
                }
                if facts.is_empty() {
                    Note { icon: "info", text: t!("seal-not-in-register") }
                } else {
                    KeyValue { items: facts }
                }
                if let Some(case) = case {
                    Button { icon: "container", text: t!("queue-open-case"), onclick: move |()| desk.open(Route::Case { case }) }
                }
            }
            Untried { protocols }
            if let Some(loss) = loss {
                Card { kind: CardKind::Bad,
                    Decision { text: if loss.what == LossKind::Lost { t!("seal-loss-lost") } else { t!("seal-loss-damaged") } }
                    Note { text: t!("seal-loss-open", unit = desk.look(|kit| office(kit, &loss.responsible)), at = format::date_time(loss.at)) }
                }
            }
            if !links.is_empty() || changes {
                List {
                    for (text, other) in links {
                        Row { key: "{text}", icon: "repeat", title: text, sub: seal_no(&other), onclick: move |()| desk.open(Route::Seal { seal: other.clone() }) }
                    }
                    if changes {
                        Row { icon: "cpu", title: t!("seal-change-life"), onclick: move |()| desk.open(Route::ChangeLife { seal: to_life.clone() }) }
                    }
                }
            }
            Card {
                SectionHead { title: t!("seal-history"), note: t!("seal-history-note") }
                if items.is_empty() {
                    Note { text: t!("seal-history-none") }
                } else {
                    Timeline { label: t!("seal-history"), items }
                }
            }
        }
    }
}

/// The seal's life as lines, newest first. An entry whose fact this phone holds says what it was.
fn timeline(kit: &Kit, view: &SealView, unit: Option<&OfficeCode>) -> Vec<TimelineItem> {
    // Hand-overs that this phone keeps only inside slips.
    let slips = unit.and_then(|unit| kit.store.unit_events(unit, &["slip_taken"]).ok()).unwrap_or_default();
    let handed: Vec<Event> = slips.iter().filter_map(|signed| signed.event.handed()).collect();
    let known = |entry: &CustodyEntry| {
        let own = kit.store.event(entry.event).ok().flatten().map(|signed| signed.event.fact);
        own.or_else(|| handed.iter().find(|event| event.id == entry.event).map(|event| event.fact.clone()))
    };
    let item = |entry: &CustodyEntry| {
        let who = format!("{} · {}", officer_name(kit, &entry.unit, &entry.officer), office(kit, &entry.unit));
        let (text, detail, kind) = match known(entry) {
            Some(fact) => told(kit, view, entry, &fact),
            None => (fact_kind(&entry.kind), String::new(), Tone::Idle),
        };
        TimelineItem {
            time: format::time_short(entry.at),
            date: format::date(entry.at),
            icon: fact_icon(&entry.kind).to_owned(),
            kind,
            text,
            sub: if detail.is_empty() { who } else { format!("{detail} · {who}") },
            gap: false,
        }
    };
    view.history.iter().rev().map(item).collect()
}

fn told(kit: &Kit, view: &SealView, entry: &CustodyEntry, fact: &Fact) -> (String, String, Tone) {
    let plain = |detail: String| (fact_kind(&entry.kind), detail, Tone::Idle);
    let container = || {
        let case = entry.case.and_then(|case| kit.store.case(case).ok().flatten());
        case.and_then(|view| view.doc.containers.first().map(container_no)).unwrap_or_default()
    };
    match fact {
        Fact::SealsIssued(issued) => {
            (t!("seal-story-issued", officer = officer_name(kit, &entry.unit, &issued.to)), String::new(), Tone::Idle)
        }
        Fact::SealsOffered(offered) => {
            let to = match &offered.to {
                Some(id) => officer_name(kit, &offered.to_unit, id),
                None => office(kit, &offered.to_unit),
            };
            (t!("seal-story-offered", officer = to), String::new(), Tone::Idle)
        }
        Fact::SealsTakenOver(taken) => {
            let from = officer_name(kit, &taken.from_unit, &taken.from);
            if taken.seals.contains(&view.no) {
                (t!("seal-story-taken", officer = from), String::new(), Tone::Ok)
            } else {
                (t!("seal-story-not-there", officer = from), String::new(), Tone::Warn)
            }
        }
        Fact::StockCounted(counted) if counted.missing.contains(&view.no) => {
            (t!("seal-story-missing"), counted.remark.clone(), Tone::Bad)
        }
        Fact::StockCounted(counted) if counted.extra.contains(&view.no) => {
            (t!("seal-story-extra"), counted.remark.clone(), Tone::Warn)
        }
        Fact::StockCounted(_) => (t!("seal-story-counted"), String::new(), Tone::Ok),
        Fact::SealReplaced(replaced) if replaced.old == view.no => {
            (t!("seal-story-replaced", seal = seal_no(&replaced.new)), container(), Tone::Warn)
        }
        Fact::SealReplaced(replaced) => {
            (t!("seal-story-replaces", seal = seal_no(&replaced.old)), container(), Tone::Ok)
        }
        Fact::OpenedUnderSupervision(opened) => (fact_kind(&entry.kind), opened.reason.clone(), Tone::Warn),
        Fact::SealLifeChanged(changed) => {
            (t!("seal-story-life", life = life(changed.life)), changed.reason.clone(), life_tone(changed.life))
        }
        Fact::LossReported(reported) => {
            let text = if reported.what == LossKind::Lost { t!("seal-loss-lost") } else { t!("seal-loss-damaged") };
            (text, reported.remark.clone(), Tone::Bad)
        }
        Fact::LossSettled(settled) => {
            let good = matches!(settled.outcome, LossOutcome::Found | LossOutcome::Repaired);
            let text = t!(&format!("seal-settled-{}", stored_name(&settled.outcome)));
            (text, settled.remark.clone(), if good { Tone::Ok } else { Tone::Idle })
        }
        Fact::SealSigned(signed) if signed.receipt.is_some() => plain(t!("seal-story-receipt")),
        Fact::SealSigned(_) => plain(t!("seal-story-log")),
        Fact::SignatureChecked(checked) => {
            let (text, tone) = match checked.finding {
                SignatureFinding::Genuine => (t!("seal-story-genuine"), Tone::Ok),
                SignatureFinding::Forged => (t!("seal-story-forged"), Tone::Bad),
                SignatureFinding::Contradicts => (t!("seal-story-contradicts"), Tone::Bad),
                SignatureFinding::UnknownSeal => (t!("seal-story-no-key"), Tone::Warn),
            };
            let gaps = checked.gaps.iter().map(|(first, last)| t!("log-missing-numbers", first = *first, last = *last));
            (text, gaps.collect::<Vec<_>>().join(", "), tone)
        }
        Fact::SealRecorded(recorded) => match recorded.on_off {
            OnOff::On => (t!("seal-story-on"), container(), Tone::Ok),
            OnOff::Off => (t!("seal-story-off"), container(), Tone::Idle),
        },
        Fact::ParcelPacked(packed) => plain(format!("`{}`", packed.number)),
        _ => plain(container()),
    }
}

/// What becomes of the seal, by somebody who keeps the register.
#[component]
pub fn ChangeLife(seal: SealNo) -> Element {
    let mut desk = use_desk();
    let mut chosen = use_signal(|| None::<SealLife>);
    let mut reason = use_signal(String::new);
    let mut refusal = use_signal(String::new);
    let view = match read(desk.look(|kit| kit.store.seal(&seal))) {
        Ok(Some(view)) => view,
        Ok(None) => return rsx! { NotHere { text: t!("not-here-seal") } },
        Err(trouble) => return rsx! { Page { title: t!("seal-title"), back: true, {trouble} } },
    };
    let (Some(doc), Some(stage)) = (view.doc.clone(), view.life) else {
        return rsx! { NotHere { text: t!("seal-not-in-register") } };
    };
    let offered = choices(doc.seal_type, stage);
    let items: Vec<Choice> = offered.iter().map(|one| Choice::new(stored_name(one), life(*one))).collect();
    let ready = chosen().is_some() && !reason().trim().is_empty();
    let no = seal.clone();
    let save = move |()| {
        let (Some(officer), Some(to)) = (desk.officer(), chosen()) else { return };
        match change_life(&desk.kit(), &officer, &no, to, &reason.peek()) {
            Ok(()) => desk.back(),
            Err(error) => refusal.set(match error {
                LifeTrouble::NoRole => t!("stock-no-role"),
                LifeTrouble::Unknown => t!("seal-not-in-register"),
                LifeTrouble::Impossible => t!("seal-life-impossible"),
                LifeTrouble::NoReason => t!("reopen-need-words"),
                LifeTrouble::Store(error) => store_trouble(&error),
            }),
        }
    };
    rsx! {
        Page {
            title: t!("seal-change-life"),
            sub: t!("seal-name", seal = seal_no(&seal)),
            back: true,
            focus: true,
            report: "change_life",
            dock: rsx! {
                Refusal { text: refusal(), missing: (!ready).then(|| t!("seal-life-missing")) }
                Button { kind: ButtonKind::Go, big: true, icon: "check", disabled: !ready, text: t!("seal-life-save"), onclick: save }
            },
            Card { kind: CardKind::Hero,
                CardHead { eyebrow: seal_kind(doc.kind), Chip { kind: life_tone(stage), text: life(stage) } }
                Decision { text: seal_no(&seal) }
            }
            if items.is_empty() {
                Note { icon: "info", text: t!("seal-life-final") }
            }
            Decision { id: "life", text: t!("seal-life-to") }
            Options { labelled_by: "life", items, selected: chosen().map(|one| stored_name(&one)).unwrap_or_default(), onselect: move |id: String| {
                chosen.set(offered.iter().copied().find(|one| stored_name(one) == id));
            } }
            TextArea { label: t!("seal-life-why"), oninput: move |text: String| reason.set(text) }
        }
    }
}
