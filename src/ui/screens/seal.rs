//! One seal's history: who held it, what it did, whose it is.

use dioxus::prelude::*;
use seal_core::custody::Whereabouts;
use seal_core::seal_no::SealNo;

use super::codes::{condition, fact_icon, fact_kind, stored_name};
use super::parts::Page;
use super::stored::{NotHere, read};
use super::words::{container_no, office, officer_name, seal_no};
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
    let (place, case) = desk.look(|kit| match &view.whereabouts {
        Some(Whereabouts::Unit { unit }) => (t!("seal-at-unit", unit = office(kit, unit)), None),
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
        facts.push((t!("seal-owner"), owner));
        facts.push((t!("seal-manager"), manager));
        facts.push((t!("seal-life"), t!(&format!("seal-life-{}", stored_name(&doc.life)))));
    }
    if let Some(code) = view.condition {
        facts.push((t!("verdict-condition"), condition(code)));
    }
    if let Some(days) = view.turnaround_days() {
        facts.push((t!("return-turnaround"), t!("days-left", n = days)));
    }
    let items = desk.look(|kit| {
        view.history
            .iter()
            .rev()
            .map(|entry| TimelineItem {
                time: format::time_short(entry.at),
                date: format::date(entry.at),
                icon: fact_icon(&entry.kind).to_owned(),
                text: fact_kind(&entry.kind),
                sub: format!("{} · {}", officer_name(kit, &entry.unit, &entry.officer), office(kit, &entry.unit)),
                ..TimelineItem::default()
            })
            .collect::<Vec<_>>()
    });
    rsx! {
        Page { title: t!("seal-name", seal = seal_no(&seal)), back: true,
            Card { kind: CardKind::Hero,
                Decision { text: place }
                if facts.is_empty() {
                    Note { icon: "info", text: t!("seal-not-in-register") }
                } else {
                    KeyValue { items: facts }
                }
                if let Some(case) = case {
                    Button { icon: "container", text: t!("queue-open-case"), onclick: move |()| desk.open(Route::Case { case }) }
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
