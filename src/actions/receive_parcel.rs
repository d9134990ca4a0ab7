//! Opens a parcel at the unit: what was announced against what is inside.

use jiff::Timestamp;
use seal_core::codes::SealCondition;
use seal_core::courier::{Differences, compare};
use seal_core::fact::{Fact, FoundSeal, ParcelReceived};
use seal_core::ids::ParcelId;
use seal_core::officer::Officer;
use seal_core::seal_no::SealNo;
use serde::{Deserialize, Serialize};

use super::{Kit, draft};
use crate::ports::store::StoreError;

/// A parcel being opened.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptDraft {
    /// Seals taken out, in the order in which they were scanned.
    pub found: Vec<Found>,
    /// Remark for the record.
    pub remark: String,
}

/// A seal taken out of the parcel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// Which.
    pub seal: SealNo,
    /// How it looks, EDIFACT 4517.
    pub condition: SealCondition,
    /// When it was scanned.
    pub at: Timestamp,
}

/// What a scanned seal is to the parcel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FoundAs {
    /// Announced.
    Expected,
    /// Not announced.
    Extra,
    /// Scanned before.
    Twice,
}

/// Why a parcel is not received.
#[derive(Debug, thiserror::Error)]
pub enum ReceiveParcelError {
    /// No packing of it has reached this device.
    #[error("the parcel is not known on this device")]
    Unknown,
    /// It is received already.
    #[error("the parcel is received already")]
    Already,
    /// The store failed; nothing was written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn name(parcel: ParcelId) -> String {
    format!("parcel/{parcel}/receipt")
}

/// What was found so far.
///
/// # Errors
/// [`StoreError`].
pub fn receipt_draft(kit: &Kit, parcel: ParcelId) -> Result<ReceiptDraft, StoreError> {
    draft::read(kit, &name(parcel))
}

/// Changes the draft by hand: a condition, a remark, a seal scanned by mistake.
///
/// # Errors
/// [`StoreError`].
pub fn change_receipt(kit: &Kit, parcel: ParcelId, change: impl FnOnce(&mut ReceiptDraft)) -> Result<(), StoreError> {
    let mut draft = receipt_draft(kit, parcel)?;
    change(&mut draft);
    draft::write(kit, &name(parcel), &draft)
}

/// Notes a seal taken out of the parcel, in right condition until somebody says otherwise.
///
/// # Errors
/// [`ReceiveParcelError::Unknown`] or [`ReceiveParcelError::Store`].
pub fn note_found(kit: &Kit, parcel: ParcelId, seal: &SealNo) -> Result<FoundAs, ReceiveParcelError> {
    let view = kit.store.parcel(parcel)?.ok_or(ReceiveParcelError::Unknown)?;
    let mut draft = receipt_draft(kit, parcel)?;
    if draft.found.iter().any(|found| &found.seal == seal) {
        return Ok(FoundAs::Twice);
    }
    let at = kit.clock.now().wall;
    draft.found.push(Found { seal: seal.clone(), condition: SealCondition::Right, at });
    draft::write(kit, &name(parcel), &draft)?;
    Ok(if view.packed.seals.contains(seal) { FoundAs::Expected } else { FoundAs::Extra })
}

/// Announced against found, as it stands now.
#[must_use]
pub fn differences(announced: &[SealNo], draft: &ReceiptDraft) -> Differences {
    let found: Vec<SealNo> = draft.found.iter().map(|found| found.seal.clone()).collect();
    compare(announced, &found)
}

/// The officer says *received*: writes what was found, what is missing and what was not announced.
///
/// # Errors
/// [`ReceiveParcelError`]; then nothing was written.
pub fn receive_parcel(kit: &Kit, officer: &Officer, parcel: ParcelId) -> Result<(), ReceiveParcelError> {
    let view = kit.store.parcel(parcel)?.ok_or(ReceiveParcelError::Unknown)?;
    if view.received.is_some() {
        return Err(ReceiveParcelError::Already);
    }
    let draft = receipt_draft(kit, parcel)?;
    let differences = differences(&view.packed.seals, &draft);
    let fact = ParcelReceived {
        parcel,
        at: officer.unit.clone(),
        found: draft
            .found
            .into_iter()
            .map(|found| FoundSeal { seal: found.seal, condition: found.condition })
            .collect(),
        missing: differences.missing,
        extra: differences.extra,
        remark: draft.remark.trim().to_owned(),
    };
    kit.record(officer, None, vec![Fact::ParcelReceived(fact)])?;
    Ok(draft::forget(kit, &name(parcel))?)
}
