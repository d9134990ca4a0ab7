//! Parcels of this unit: being packed, waiting for the courier, on the way here, received.

use dioxus::prelude::*;
use seal_core::courier::ParcelStage;
use seal_core::ids::{OfficeCode, ParcelId};
use seal_core::line::ParcelLine;

use super::parts::{self, More, use_lines};
use super::stored::read;
use super::way_home::{silent_for, stage_words};
use super::words::office;
use crate::actions::Kit;
use crate::actions::pack_parcel::{ParcelDraft, drafts};
use crate::i18n::format;
use crate::ports::lists::{Lines, Page, ParcelList, Parcels as Which};
use crate::ports::store::StoreError;
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::use_desk;
use crate::ui::route::Route;

/// What the screen shows.
struct Seen {
    open: Vec<(ParcelId, ParcelDraft)>,
    /// Received with differences that somebody has still to see to.
    differing: Lines<ParcelLine>,
    waiting: Lines<ParcelLine>,
    coming: Lines<ParcelLine>,
    gone: Lines<ParcelLine>,
    received: Lines<ParcelLine>,
}

fn look(kit: &Kit, unit: &OfficeCode, lines: usize) -> Result<Seen, StoreError> {
    let of = |which, stages: &[ParcelStage]| {
        let list = ParcelList { stages: stages.to_vec(), ..ParcelList::all(which) };
        kit.store.parcel_lines(&list, &Page::first(lines))
    };
    let unit = unit.clone();
    let differing = ParcelList { open: true, ..ParcelList::all(Which::Of(unit.clone())) };
    let coming = [&[ParcelStage::Packed], &ParcelStage::ON_THE_WAY[..]].concat();
    Ok(Seen {
        open: drafts(kit)?,
        differing: kit.store.parcel_lines(&differing, &Page::first(lines))?,
        waiting: of(Which::From(unit.clone()), &[ParcelStage::Packed])?,
        coming: of(Which::To(unit.clone()), &coming)?,
        gone: of(Which::From(unit.clone()), &ParcelStage::ON_THE_WAY)?,
        received: of(Which::Of(unit), &[ParcelStage::Received])?,
    })
}

/// The parcels.
#[component]
pub fn Parcels() -> Element {
    let mut desk = use_desk();
    let Some(officer) = desk.officer() else { return rsx! {} };
    let lines = use_lines();
    let seen = match read(desk.look(|kit| look(kit, &officer.unit, lines()))) {
        Ok(seen) => seen,
        Err(trouble) => return rsx! { parts::Page { title: t!("return-parcels"), back: true, {trouble} } },
    };
    let Seen { open, differing, waiting, coming, gone, received } = seen;
    let more = [&differing, &waiting, &coming, &gone, &received].into_iter().any(|part| part.next.is_some());
    let (waiting, coming) = (waiting.lines, coming.lines);
    let (differing, gone) = (differing.lines, gone.lines);
    // Each parcel stands once.
    let rest: Vec<ParcelLine> = received.lines.into_iter().filter(|line| line.open == 0).collect();
    let unit = officer.unit.clone();
    let mine = move |parcel: &ParcelLine| {
        if parcel.from == unit {
            Route::ParcelHandOver { parcel: parcel.id }
        } else {
            Route::ParcelReceive { parcel: parcel.id }
        }
    };
    let nothing = open.is_empty()
        && differing.is_empty()
        && gone.is_empty()
        && waiting.is_empty()
        && coming.is_empty()
        && rest.is_empty();
    rsx! {
        parts::Page { title: t!("return-parcels"), back: true,
            if nothing {
                Card { Empty { icon: "package", title: t!("parcel-none"), text: t!("parcel-none-text"),
                    Button { icon: "repeat", text: t!("nav-return"), onclick: move |()| desk.open(Route::Returns) }
                } }
            }
            if !differing.is_empty() {
                SectionHead { title: t!("parcel-differing") }
                List {
                    for parcel in differing {
                        Line { key: "{parcel.id}", open: mine(&parcel), parcel }
                    }
                }
            }
            if !open.is_empty() {
                SectionHead { title: t!("parcel-packing") }
                List {
                    for (id, draft) in open {
                        Row {
                            key: "{id}",
                            icon: "package-open",
                            kind: Tone::Warn,
                            title: t!("parcel-name", number = draft.number.clone()),
                            sub: t!(
                                "parcel-packing-sub",
                                office = draft.to.as_ref().map(|to| desk.look(|kit| office(kit, to))).unwrap_or_default(),
                                n = draft.seals.len(),
                                of = draft.seals.len() + draft.still_to_scan().len()
                            ),
                            onclick: move |()| desk.open(Route::ParcelPack { parcel: id }),
                        }
                    }
                }
            }
            if !waiting.is_empty() {
                SectionHead { title: t!("parcel-waiting") }
                List {
                    for parcel in waiting {
                        Line { key: "{parcel.id}", open: Route::ParcelHandOver { parcel: parcel.id }, parcel }
                    }
                }
            }
            if !coming.is_empty() {
                SectionHead { title: t!("parcel-coming") }
                List {
                    for parcel in coming {
                        Line { key: "{parcel.id}", open: Route::ParcelReceive { parcel: parcel.id }, parcel }
                    }
                }
            }
            if !gone.is_empty() {
                SectionHead { title: t!("parcel-gone") }
                List {
                    for parcel in gone {
                        Line { key: "{parcel.id}", open: mine(&parcel), parcel }
                    }
                }
            }
            if !rest.is_empty() {
                SectionHead { title: t!("parcel-rest") }
                List {
                    for parcel in rest {
                        Line { key: "{parcel.id}", open: mine(&parcel), parcel }
                    }
                }
            }
            More { lines, more }
        }
    }
}

#[component]
fn Line(parcel: ParcelLine, open: Route) -> Element {
    let mut desk = use_desk();
    let (from, to) = desk.look(|kit| (office(kit, &parcel.from), office(kit, &parcel.to)));
    let n = parcel.seals;
    let now = desk.look(|kit| kit.clock.now().wall);
    let silent = desk.look(|kit| kit.store.rules().ok().and_then(|rules| silent_for(&parcel, &rules, now)));
    let (kind, icon, stage) = match (parcel.stage, parcel.open) {
        (ParcelStage::Received, 1..) => (Tone::Bad, "package-open", t!("way-stage-differing")),
        (stage, _) => stage_words(stage),
    };
    let when = match (parcel.handed_at, parcel.received_at) {
        (_, Some(at)) => t!("parcel-received-at", time = format::date_time(at)),
        (Some(at), None) => t!("parcel-handed-at", waybill = parcel.waybill.clone(), time = format::date_time(at)),
        (None, None) => t!("parcel-packed-at", time = format::date_time(parcel.packed_at)),
    };
    let alert = match (silent, parcel.open) {
        (Some(days), _) => t!("parcel-silent", time = days),
        (None, n @ 1..) => t!("parcel-open-differences", n = n),
        (None, 0) => String::new(),
    };
    let way = t!("parcel-way", from = from, to = to, n = n);
    rsx! {
        Row {
            icon,
            kind,
            title: t!("parcel-name", number = parcel.number.clone()),
            alert,
            sub: format!("{way}\n{when}"),
            end: rsx! { Chip { kind, icon, text: stage } },
            onclick: move |()| desk.open(open.clone()),
        }
    }
}
