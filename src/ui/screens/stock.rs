//! The stock of the unit: how many seals of which kind lie in whose hand, the list behind it, and the ways to issue, hand over
//! and count.

use dioxus::prelude::*;
use seal_core::codes::CustomsSealKind;
use seal_core::doc::SealLife;
use seal_core::figures::HandCount;
use seal_core::ids::OfficerId;
use seal_core::line::SealLine;
use seal_core::officer::Officer;
use seal_core::seal::permit::keeps_stock;

use super::codes::stored_name;
use super::parts::{self, More, Trouble, use_lines};
use super::stored::store_trouble;
use super::words::{self, seal_no};
use crate::actions::offer_seals::standing_offers;
use crate::actions::stock::{NotMine, UnitStock, unit_stock};
use crate::i18n::format;
use crate::ports::lists::{Hand, Page, SealList, Seals};
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::use_desk;
use crate::ui::route::Route;

/// A stage of life in words.
#[must_use]
pub fn life(life: SealLife) -> String {
    t!(&format!("seal-life-{}", stored_name(&life)))
}

/// The look of a stage of life.
#[must_use]
pub fn life_tone(life: SealLife) -> Tone {
    match life {
        SealLife::InService => Tone::Ok,
        SealLife::Used | SealLife::Retired => Tone::Idle,
        SealLife::InRepair => Tone::Warn,
        SealLife::Damaged | SealLife::Lost => Tone::Bad,
    }
}

/// Icon of a kind of seal.
#[must_use]
pub fn kind_icon(kind: Option<CustomsSealKind>) -> &'static str {
    match kind {
        Some(CustomsSealKind::Electronic) => "cpu",
        Some(CustomsSealKind::Container) => "anchor",
        Some(CustomsSealKind::CopperCable | CustomsSealKind::SteelCable) => "cable",
        Some(CustomsSealKind::FlatPlastic) => "scissors",
        None => "unsure",
    }
}

/// Why a seal is not the officer's to give, in words.
#[must_use]
pub fn not_mine(why: &NotMine) -> String {
    match why {
        NotMine::Unknown => t!("stock-fault-unknown"),
        NotMine::Twice => t!("stock-fault-twice"),
        NotMine::OtherKind(kind) => t!("stock-fault-kind", kind = words::seal_kind(*kind)),
        NotMine::Life(stage) => t!("stock-fault-life", life = life(*stage)),
        NotMine::Elsewhere => t!("stock-fault-elsewhere"),
        NotMine::InHandOf(officer) => t!("stock-fault-hand", officer = officer.to_string()),
        NotMine::UnitStock => t!("stock-fault-unit"),
    }
}

fn sum(counts: &[HandCount], of: impl Fn(&HandCount) -> bool) -> u64 {
    counts.iter().filter(|one| of(one)).map(|one| one.seals).sum()
}

fn usable(one: &HandCount) -> bool {
    one.life == Some(SealLife::InService)
}

/// Whose seals are listed.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Whose {
    All,
    Unit,
    Officer(OfficerId),
}

/// See the module.
#[component]
pub fn Stock() -> Element {
    let mut desk = use_desk();
    let Some(officer) = desk.officer() else { return rsx! {} };
    let mine = Whose::Officer(officer.id.clone());
    let mut whose = use_signal(|| Whose::All);
    let mut kind = use_signal(|| None::<CustomsSealKind>);
    let mut stage = use_signal(|| None::<SealLife>);
    let mut search = use_signal(String::new);
    let lines = use_lines();
    let unit = officer.unit.clone();
    let list = SealList {
        kind: kind(),
        life: stage(),
        hand: match whose() {
            Whose::All => Hand::Any,
            Whose::Unit => Hand::Nobody,
            Whose::Officer(id) => Hand::Officer(id),
        },
        search: search(),
        ..SealList::all(Seals::HeldBy(unit.clone()))
    };
    let read = desk.look(|kit| {
        let part = kit.store.seal_lines(&list, &Page::first(lines()))?;
        Ok((unit_stock(kit, &unit)?, part, kit.store.seal_count(&list)?, standing_offers(kit, &officer)?))
    });
    let sub = desk.look(|kit| words::office(kit, &unit));
    let (stock, part, count, offers): (UnitStock, _, _, _) = match read {
        Ok(read) => read,
        Err(error) => {
            let text = store_trouble(&error);
            return rsx! { parts::Page { title: t!("stock-title"), sub, back: true, Trouble { text } } };
        }
    };
    let keeper = keeps_stock(&officer);
    let kinds: Vec<Choice> = std::iter::once(Choice::new("", t!("stock-all")))
        .chain(CustomsSealKind::ALL.iter().map(|kind| {
            let n = sum(&stock.counts, |one| one.kind == Some(*kind) && usable(one));
            Choice::new(kind.code(), words::seal_kind(*kind)).sub(t!("stock-usable-of", n = n))
        }))
        .collect();
    let hands: Vec<Choice> = vec![
        Choice::new("all", t!("stock-hand-all")),
        Choice::new("unit", t!("stock-hand-unit")),
        Choice::new("mine", t!("stock-hand-mine")),
    ];
    let lives = [SealLife::InService, SealLife::Used, SealLife::Damaged, SealLife::InRepair, SealLife::Lost];
    let stages: Vec<Choice> = std::iter::once(Choice::new("", t!("stock-all")))
        .chain(lives.iter().map(|stage| Choice::new(stored_name(stage), life(*stage))))
        .collect();
    let selected_hand = match whose() {
        Whose::All => "all",
        Whose::Unit => "unit",
        Whose::Officer(id) if id == officer.id => "mine",
        Whose::Officer(_) => "",
    };
    rsx! {
        parts::Page {
            title: t!("stock-title"),
            sub,
            back: true,
            report: "stock",
            dock: rsx! {
                if keeper {
                    Button { kind: ButtonKind::Go, big: true, icon: "plus", text: t!("stock-issue"), onclick: move |()| desk.open(Route::IssueSeals) }
                }
                Even {
                    Button { icon: "send", text: t!("stock-hand-over"), onclick: move |()| desk.open(Route::OfferSeals) }
                    Button { icon: "clipboard-check", text: t!("stock-count"), onclick: move |()| desk.open(Route::CountStock) }
                }
            },
            Card { kind: CardKind::Hero,
                CardHead { eyebrow: t!("stock-usable"),
                    AsOf { stock: StockProp(stock.clone()) }
                }
                div { class: "stats",
                    for (n, text) in [
                        (sum(&stock.counts, |one| usable(one) && one.officer.is_none()), t!("stock-in-unit")),
                        (sum(&stock.counts, |one| usable(one) && one.officer.is_some()), t!("stock-in-hands")),
                        (sum(&stock.counts, |one| usable(one) && one.officer.as_ref() == Some(&officer.id)), t!("stock-in-mine")),
                    ] {
                        p { key: "{text}", class: "small",
                            b { class: "num", style: "font-size:var(--fs-6);display:block", "{n}" }
                            "{text}"
                        }
                    }
                }
            }
            for offer in offers {
                Way {
                    key: "{offer.event.id}",
                    icon: "hourglass",
                    kind: Tone::Warn,
                    title: t!("stock-offer-waits", n = offer.event.fact.seals().len()),
                    sub: format!("`{}`", format::date_time(offer.event.at.wall)),
                    onclick: {
                        let offer = offer.event.id;
                        move |()| desk.open(Route::OfferShown { offer })
                    },
                }
            }
            ByOfficer { stock: StockProp(stock.clone()), officer: OfficerProp(officer.clone()), onselect: move |id: OfficerId| whose.set(Whose::Officer(id)) }
            SectionHead { title: t!("stock-list"), note: t!("stock-listed", n = count) }
            Segmented { label: t!("stock-whose"), items: hands, selected: selected_hand, onselect: move |id: String| whose.set(match id.as_str() {
                "unit" => Whose::Unit,
                "mine" => mine.clone(),
                _ => Whose::All,
            }) }
            TextField { label: t!("stock-search"), capitals: true, oninput: move |text: String| search.set(text) }
            details { class: "samples stack",
                summary { class: "btn", Icon { name: "list" } {t!("stock-filter")} }
                Options { label: t!("stock-kind"), items: kinds, selected: kind().map(|kind| kind.code()).unwrap_or_default(), onselect: move |id: String| {
                    kind.set(CustomsSealKind::ALL.iter().copied().find(|kind| kind.code() == id));
                } }
                Options { label: t!("seal-life"), items: stages, selected: stage().map(|stage| stored_name(&stage)).unwrap_or_default(), onselect: move |id: String| {
                    stage.set(lives.into_iter().find(|stage| stored_name(stage) == id));
                } }
            }
            if part.lines.is_empty() {
                Empty { icon: "anchor", title: t!("stock-empty") }
            }
            List {
                for line in part.lines {
                    StockRow { key: "{line.no.as_str()}", line: LineProp(line) }
                }
            }
            More { lines, more: part.next.is_some() }
        }
    }
}

/// [`UnitStock`] as a property.
#[derive(Clone, PartialEq)]
pub struct StockProp(pub UnitStock);

/// [`Officer`] as a property.
#[derive(Clone, PartialEq)]
pub struct OfficerProp(pub Officer);

/// [`SealLine`] as a property.
#[derive(Clone, PartialEq)]
pub struct LineProp(pub SealLine);

/// How fresh it is.
#[component]
fn AsOf(stock: StockProp) -> Element {
    match stock.0.as_of {
        Some(at) => rsx! { Chip { icon: "clock", text: t!("stock-as-of", at = format::date_time(at)) } },
        None => rsx! { Chip { kind: Tone::Warn, icon: "cloud-off", text: t!("stock-never") } },
    }
}

/// What each officer holds: kinds and how many.
#[component]
fn ByOfficer(stock: StockProp, officer: OfficerProp, onselect: EventHandler<OfficerId>) -> Element {
    let desk = use_desk();
    let counts = stock.0.counts;
    let mut holders: Vec<OfficerId> = counts.iter().filter_map(|one| one.officer.clone()).collect();
    holders.sort();
    holders.dedup();
    let rows = desk.look(|kit| {
        let held = |id: &OfficerId| {
            let each = CustomsSealKind::ALL.iter().filter_map(|kind| {
                let n = sum(&counts, |one| one.officer.as_ref() == Some(id) && one.kind == Some(*kind) && usable(one));
                (n > 0).then(|| format!("{} `{n}`", words::seal_kind(*kind)))
            });
            each.collect::<Vec<_>>().join(" · ")
        };
        let row = |id: OfficerId| (words::officer_name(kit, &officer.0.unit, &id), held(&id), id);
        holders.into_iter().map(row).collect::<Vec<_>>()
    });
    if rows.is_empty() {
        return rsx! {};
    }
    rsx! {
        SectionHead { title: t!("stock-by-officer") }
        List {
            for (name, held, id) in rows {
                Row { key: "{id}", icon: "user", title: name, sub: if held.is_empty() { t!("stock-none-usable") } else { held }, onclick: move |()| onselect.call(id.clone()) }
            }
        }
    }
}

#[component]
fn StockRow(line: LineProp) -> Element {
    let mut desk = use_desk();
    let line = line.0;
    let holder = line.officer.as_ref().map_or_else(
        || t!("stock-hand-unit"),
        |id| desk.look(|kit| line.holder().map_or_else(String::new, |unit| words::officer_name(kit, unit, id))),
    );
    let kind = line.kind.map_or_else(|| t!("seal-not-in-register"), words::seal_kind);
    let no = line.no.clone();
    rsx! {
        Row {
            icon: kind_icon(line.kind),
            kind: line.life.map_or(Tone::Warn, |stage| if stage == SealLife::InService { Tone::Idle } else { life_tone(stage) }),
            title: seal_no(&line.no),
            sub: format!("{kind} · {holder}"),
            end: line.life.map(|stage| rsx! { Chip { kind: life_tone(stage), text: life(stage) } }),
            onclick: move |()| desk.open(Route::Seal { seal: no.clone() }),
        }
    }
}
