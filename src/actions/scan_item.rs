//! Something was scanned or typed: what it is by the lists of this device, where it leads, and the fact that it was read.

use seal_core::case::CasePhase;
use seal_core::container::ContainerNo;
use seal_core::custody::Whereabouts;
use seal_core::declaration::DeclarationNo;
use seal_core::fact::{CodeRead, Fact};
use seal_core::ids::{CaseId, OfficeCode, ParcelId};
use seal_core::officer::Officer;
use seal_core::scan::{self, HowRead, KnownThings, Recognition, ScanContext, Symbology, Thing, What};
use seal_core::seal_no::SealNo;

use super::Kit;
use crate::ports::store::{Store, StoreError};

/// The lists of this device. A list that cannot be read counts as empty: recognition then only leans on check digits.
struct Lists<'a>(&'a dyn Store);

impl KnownThings for Lists<'_> {
    fn seal(&self, number: &SealNo) -> bool {
        self.0.seal(number).is_ok_and(|seal| seal.is_some())
    }
    fn container(&self, number: &ContainerNo) -> bool {
        self.0.cases_of_container(number).is_ok_and(|cases| !cases.is_empty())
    }
    fn declaration(&self, number: &DeclarationNo) -> bool {
        self.0.cases_of_declaration(number).is_ok_and(|cases| !cases.is_empty())
    }
}

/// Recognises a text by its check digits and the lists of this device. `wanted` is what the screen asks for.
#[must_use]
pub fn recognise(kit: &Kit, raw: &str, symbology: Option<Symbology>, wanted: Option<Thing>) -> Recognition {
    scan::recognise(raw, symbology, &ScanContext { known: &Lists(kit.store.as_ref()), wanted })
}

/// Where something that was recognised leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lead {
    /// Cases of it, newest first; empty when nothing is preloaded.
    Cases(Vec<CaseId>),
    /// A seal; with the open case it is on.
    Seal {
        /// Number.
        seal: SealNo,
        /// Case it is on.
        on: Option<CaseId>,
    },
    /// A parcel of ours.
    Parcel(ParcelId),
    /// A waybill.
    Waybill(String),
    /// Nothing known.
    Nothing,
}

/// Follows what was recognised into the lists of this device.
///
/// # Errors
/// [`StoreError`].
pub fn follow(kit: &Kit, raw: &str, what: &What) -> Result<Lead, StoreError> {
    // A sheet's opaque text that came with the work list is the surest lead.
    let by_sheet = kit.store.cases_of_sheet_code(raw)?;
    if !by_sheet.is_empty() {
        return Ok(Lead::Cases(by_sheet));
    }
    Ok(match what {
        What::Container { number, .. } | What::ContainerSheetRow { container: Some(number), .. } => {
            Lead::Cases(kit.store.cases_of_container(number)?)
        }
        What::Declaration { number, .. } | What::ContainerSheetRow { declaration: Some(number), .. } => {
            Lead::Cases(kit.store.cases_of_declaration(number)?)
        }
        What::Seal { number } => Lead::Seal {
            on: kit.store.seal(number)?.and_then(|seal| match seal.whereabouts {
                Some(Whereabouts::OnCase { case }) => Some(case),
                _ => None,
            }),
            seal: number.clone(),
        },
        What::Parcel { id } => Lead::Parcel(ParcelId(*id)),
        What::Waybill { number } => Lead::Waybill(number.to_string()),
        What::ContainerSheetRow { .. } | What::Slip | What::Unknown => Lead::Nothing,
    })
}

/// Leaves the fact that a code was read: the raw text as it was, and what it was taken for.
///
/// # Errors
/// [`StoreError`]; then nothing was written.
pub fn note_code(
    kit: &Kit,
    officer: &Officer,
    case: Option<CaseId>,
    read: &Recognition,
    how: HowRead,
    picked_by_officer: bool,
) -> Result<(), StoreError> {
    let fact = Fact::CodeRead(CodeRead {
        raw: read.raw.clone(),
        symbology: read.symbology,
        how,
        taken_for: read.what.name().to_owned(),
        value: value_of(&read.what),
        picked_by_officer,
    });
    kit.record(officer, case, vec![fact]).map(|_| ())
}

/// The normalised value of what was recognised; empty for unknown.
#[must_use]
pub fn value_of(what: &What) -> String {
    match what {
        What::Container { number, .. } | What::ContainerSheetRow { container: Some(number), .. } => {
            number.as_str().to_owned()
        }
        What::Declaration { number, .. } | What::ContainerSheetRow { declaration: Some(number), .. } => {
            number.to_string()
        }
        What::Seal { number } => number.as_str().to_owned(),
        What::Waybill { number } => number.to_string(),
        What::Parcel { id } => id.to_string(),
        What::ContainerSheetRow { .. } | What::Slip | What::Unknown => String::new(),
    }
}

/// Of several cases, the one an officer of `unit` means: not closed, of this unit, newest.
///
/// # Errors
/// [`StoreError`].
pub fn likeliest(kit: &Kit, cases: &[CaseId], unit: &OfficeCode) -> Result<Option<CaseId>, StoreError> {
    let mut best: Option<(u8, CaseId)> = None;
    for id in cases {
        let Some(view) = kit.store.case(*id)? else { continue };
        let ours = &view.doc.origin == unit || &view.doc.destination == unit;
        let rank = u8::from(view.phase() != CasePhase::Closed) * 2 + u8::from(ours);
        if best.is_none_or(|(known, _)| rank > known) {
            best = Some((rank, *id));
        }
    }
    Ok(best.map(|(_, id)| id))
}
