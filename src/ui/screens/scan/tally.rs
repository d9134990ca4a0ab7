//! A list worked off by scan, live: what is there, missing, too much, scanned twice.

use dioxus::prelude::*;
use seal_core::courier::Differences;

use crate::actions::Kit;
use crate::actions::count_stock::{self, count_draft};
use crate::actions::receive_parcel::{self, receipt_draft};
use crate::actions::take_over_seals;
use crate::ports::store::StoreError;
use crate::t;
use crate::ui::desk::use_desk;
use crate::ui::route::ScanFor;

/// Numbers only: which seals they are stands on the screen the scan belongs to.
#[component]
pub fn Tally(purpose: ScanFor) -> Element {
    let desk = use_desk();
    let Some(officer) = desk.officer() else { return rsx! {} };
    let read = desk.look(|kit| differences(kit, &officer, &purpose));
    let Differences { matching, missing, extra, duplicate } = match read {
        Ok(Some(differences)) => differences,
        Ok(None) => return rsx! {},
        Err(error) => {
            // The screen below will say it; the scan goes on.
            tracing::warn!(%error, "no tally");
            return rsx! {};
        }
    };
    let counts = [
        (matching.len(), t!("count-found")),
        (missing.len(), t!("count-missing")),
        (extra.len(), t!("count-extra")),
        (duplicate.len(), t!("count-twice")),
    ];
    rsx! {
        div { class: "stats stats--four",
            for (n, words) in counts {
                p { key: "{words}", class: "small",
                    b { class: "num", "{n}" }
                    "{words}"
                }
            }
        }
    }
}

fn differences(
    kit: &Kit,
    officer: &seal_core::officer::Officer,
    purpose: &ScanFor,
) -> Result<Option<Differences>, StoreError> {
    Ok(match purpose {
        ScanFor::StockCount => Some(count_stock::differences(kit, officer, &count_draft(kit)?)?),
        ScanFor::TakeOver { offer } => Some(take_over_seals::tally(kit, *offer)?),
        ScanFor::ParcelReceipt { parcel } => match kit.store.parcel(*parcel)? {
            Some(view) => Some(receive_parcel::differences(view.still_inside(), &receipt_draft(kit, *parcel)?)),
            None => None,
        },
        _ => None,
    })
}
