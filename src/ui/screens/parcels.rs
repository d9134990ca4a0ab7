//! Parcels of this unit: being packed, waiting for the courier, on the way here, received.

use dioxus::prelude::*;
use seal_core::courier::{ParcelStage, ParcelView};

use super::parts::Page;
use super::stored::read;
use super::words::office;
use crate::actions::pack_parcel::drafts;
use crate::i18n::format;
use crate::t;
use crate::ui::components::*;
use crate::ui::desk::use_desk;
use crate::ui::route::Route;

/// The parcels.
#[component]
pub fn Parcels() -> Element {
    let mut desk = use_desk();
    let Some(officer) = desk.officer() else { return rsx! {} };
    let (open, parcels) = match read(desk.look(|kit| Ok((drafts(kit)?, kit.store.parcels(&officer.unit)?)))) {
        Ok(seen) => seen,
        Err(trouble) => return rsx! { Page { title: t!("return-parcels"), back: true, {trouble} } },
    };
    let mine = |parcel: &&ParcelView| parcel.packed.from == officer.unit;
    let coming: Vec<ParcelView> =
        parcels.iter().filter(|parcel| !mine(parcel) && parcel.stage() != ParcelStage::Received).cloned().collect();
    let waiting: Vec<ParcelView> =
        parcels.iter().filter(|parcel| mine(parcel) && parcel.stage() == ParcelStage::Packed).cloned().collect();
    let rest: Vec<ParcelView> = parcels
        .iter()
        .filter(|parcel| match parcel.stage() {
            ParcelStage::Received => true,
            ParcelStage::HandedOver => mine(parcel),
            ParcelStage::Packed => false,
        })
        .cloned()
        .collect();
    let nothing = open.is_empty() && parcels.is_empty();
    rsx! {
        Page { title: t!("return-parcels"), back: true,
            if nothing {
                Card { Empty { icon: "package", title: t!("parcel-none"), text: t!("parcel-none-text"),
                    Button { icon: "repeat", text: t!("nav-return"), onclick: move |()| desk.open(Route::Returns) }
                } }
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
                        Line { key: "{parcel.packed.parcel}", open: Route::ParcelHandOver { parcel: parcel.packed.parcel }, parcel }
                    }
                }
            }
            if !coming.is_empty() {
                SectionHead { title: t!("parcel-coming") }
                List {
                    for parcel in coming {
                        Line { key: "{parcel.packed.parcel}", open: Route::ParcelReceive { parcel: parcel.packed.parcel }, parcel }
                    }
                }
            }
            if !rest.is_empty() {
                SectionHead { title: t!("parcel-rest") }
                List {
                    for parcel in rest {
                        Line {
                            key: "{parcel.packed.parcel}",
                            open: if parcel.packed.from == officer.unit { Route::ParcelHandOver { parcel: parcel.packed.parcel } } else { Route::ParcelReceive { parcel: parcel.packed.parcel } },
                            parcel,
                        }
                    }
                }
            }
        }
    }
}

#[component]
fn Line(parcel: ParcelView, open: Route) -> Element {
    let mut desk = use_desk();
    let (from, to) = desk.look(|kit| (office(kit, &parcel.packed.from), office(kit, &parcel.packed.to)));
    let n = parcel.packed.seals.len();
    let (icon, kind, when) = match (&parcel.handed_over, &parcel.received) {
        (_, Some((received, at))) => {
            let whole = received.missing.is_empty() && received.extra.is_empty();
            let tone = if whole { Tone::Ok } else { Tone::Bad };
            ("clipboard-check", tone, t!("parcel-received-at", time = format::date_time(*at)))
        }
        (Some((handed, at)), None) => (
            "truck",
            Tone::Info,
            t!("parcel-handed-at", waybill = handed.waybill.clone(), time = format::date_time(*at)),
        ),
        (None, None) => ("package", Tone::Warn, t!("parcel-packed-at", time = format::date_time(parcel.packed_at))),
    };
    let way = t!("parcel-way", from = from, to = to, n = n);
    rsx! {
        Row {
            icon,
            kind,
            title: t!("parcel-name", number = parcel.packed.number.clone()),
            sub: format!("{way}\n{when}"),
            onclick: move |()| desk.open(open.clone()),
        }
    }
}
