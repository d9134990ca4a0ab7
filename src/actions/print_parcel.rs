//! Puts a packed parcel on paper: the label, and the packing list that people sign. Nothing is recorded by it.

use seal_core::courier::ParcelView;
use seal_core::document::parcel::{Courier, KnownSeal, ParcelPapers, SealInside, Unit};
use seal_core::ids::{OfficeCode, ParcelId};
use seal_core::seal_no::SealNo;
use seal_core::time::date_in_vietnam;
use seal_core::waybill::WaybillNo;

use super::Kit;
use super::hand_parcel::{WaybillCheck, check_waybill, hand_over_draft};
use crate::ports::documents::{Offered, OutletError, PressError};
use crate::ports::store::StoreError;

/// A parcel on paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printed {
    /// Where it is.
    pub offered: Offered,
    /// Pages.
    pub pages: usize,
}

/// Why there is no paper.
#[derive(Debug, thiserror::Error)]
pub enum PrintError {
    /// No packing is recorded.
    #[error("the parcel is not packed")]
    NotPacked,
    /// The document could not be set.
    #[error(transparent)]
    Press(#[from] PressError),
    /// The file could not be handed on.
    #[error(transparent)]
    Outlet(#[from] OutletError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Sets label and packing list and offers them to the system. Until the courier has signed, carrier and waybill are taken
/// from what was entered so far; a waybill number that cannot be right is left off.
///
/// # Errors
/// [`PrintError`].
pub fn print_parcel(kit: &Kit, parcel: ParcelId) -> Result<Printed, PrintError> {
    let view = kit.store.parcel(parcel)?.ok_or(PrintError::NotPacked)?;
    let rules = kit.store.rules()?;
    let seals: Result<Vec<SealInside>, StoreError> = view.packed.seals.iter().map(|no| inside(kit, no)).collect();
    let papers = ParcelPapers {
        from: unit(kit, &view.packed.from, &view)?,
        to: unit(kit, &view.packed.to, &view)?,
        packed_by: kit
            .store
            .officer(&view.packed_by)?
            .map_or_else(|| view.packed_by.to_string(), |officer| officer.name),
        seals: seals?,
        courier: courier(kit, &view)?,
        rules: &rules,
        parcel: &view,
    };
    let paper = kit.press.set(&papers.document())?;
    let offered = kit.outlet.offer(&format!("{}.pdf", view.packed.number), &paper)?;
    Ok(Printed { offered, pages: paper.pages })
}

/// The unit with its name on the day of packing.
fn unit(kit: &Kit, code: &OfficeCode, parcel: &ParcelView) -> Result<Unit, StoreError> {
    let day = date_in_vietnam(parcel.packed_at);
    let name = kit.store.office(code)?.map(|office| office.name_on(day).to_owned());
    Ok(Unit { code: code.clone(), name: name.unwrap_or_else(|| code.to_string()) })
}

fn inside(kit: &Kit, no: &SealNo) -> Result<SealInside, StoreError> {
    let doc = kit.store.seal(no)?.and_then(|view| view.doc);
    let known = match doc {
        Some(doc) => {
            let owner = kit.store.office(&doc.owner)?.map_or_else(|| doc.owner.to_string(), |office| office.short);
            Some(KnownSeal { kind: doc.kind, owner })
        }
        None => None,
    };
    Ok(SealInside { no: no.clone(), known })
}

fn courier(kit: &Kit, parcel: &ParcelView) -> Result<Courier, StoreError> {
    if let Some((handed, _)) = &parcel.handed_over {
        return Ok(Courier {
            carrier: handed.carrier.clone(),
            waybill: WaybillNo::parse(&handed.waybill).ok(),
            taken_by: handed.taken_by.clone(),
            signature: handed.signature.clone(),
        });
    }
    let entered = hand_over_draft(kit, parcel.packed.parcel)?;
    let waybill = match check_waybill(&entered.waybill) {
        WaybillCheck::S10(number) | WaybillCheck::Other(number) => Some(number),
        WaybillCheck::Missing | WaybillCheck::Wrong(_) | WaybillCheck::S10Wrong(_) => None,
    };
    Ok(Courier {
        carrier: entered.carrier.trim().to_owned(),
        waybill,
        taken_by: entered.taken_by.trim().to_owned(),
        signature: String::new(),
    })
}
