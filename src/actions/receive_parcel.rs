//! Opens a parcel at the unit: what was announced against what is inside. What is missing or damaged is reported to the
//! sender in the same act; what is said to come later is received when it comes.

use jiff::Timestamp;
use seal_core::codes::SealCondition;
use seal_core::courier::{Differences, compare};
use seal_core::fact::{Fact, FoundSeal, LossKind, ParcelReceived};
use seal_core::ids::ParcelId;
use seal_core::officer::Officer;
use seal_core::seal_no::SealNo;
use serde::{Deserialize, Serialize};

use super::settle_loss::{found_again, reports};
use super::{Kit, draft};
use crate::ports::store::StoreError;

/// A parcel being opened.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptDraft {
    /// Seals taken out, in the order in which they were scanned.
    pub found: Vec<Found>,
    /// Remark for the record.
    pub remark: String,
    /// Seals not found that are said to come later.
    #[serde(default)]
    pub awaited: Vec<SealNo>,
    /// Ropes found; none until counted.
    #[serde(default)]
    pub ropes: Option<u32>,
    /// Chargers found; none until counted.
    #[serde(default)]
    pub chargers: Option<u32>,
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
    /// It is received already, and nothing of it is missing.
    #[error("the parcel is received already")]
    Already,
    /// It was opened before, and nothing more was found since.
    #[error("nothing more was found")]
    NothingNew,
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
    let before = view.received.iter().flat_map(|(received, _)| &received.found).map(|found| &found.seal);
    if draft.found.iter().map(|found| &found.seal).chain(before).any(|found| found == seal) {
        return Ok(FoundAs::Twice);
    }
    let at = kit.clock.now().wall;
    draft.found.push(Found { seal: seal.clone(), condition: SealCondition::Right, at });
    draft.awaited.retain(|awaited| awaited != seal);
    draft::write(kit, &name(parcel), &draft)?;
    Ok(if view.still_inside().contains(seal) { FoundAs::Expected } else { FoundAs::Extra })
}

/// Announced against found, as it stands now. `announced` is what may still be inside.
#[must_use]
pub fn differences(announced: &[SealNo], draft: &ReceiptDraft) -> Differences {
    let found: Vec<SealNo> = draft.found.iter().map(|found| found.seal.clone()).collect();
    compare(announced, &found)
}

/// The officer says *received*: writes what was found, what is missing and what was not announced, and reports to the sender
/// what is lost or damaged. A parcel whose seals did not all come may be received again.
///
/// # Errors
/// [`ReceiveParcelError`]; then nothing was written.
pub fn receive_parcel(kit: &Kit, officer: &Officer, parcel: ParcelId) -> Result<(), ReceiveParcelError> {
    let view = kit.store.parcel(parcel)?.ok_or(ReceiveParcelError::Unknown)?;
    let draft = receipt_draft(kit, parcel)?;
    if view.received.is_some() {
        if view.still_inside().is_empty() {
            return Err(ReceiveParcelError::Already);
        }
        if draft.found.is_empty() {
            return Err(ReceiveParcelError::NothingNew);
        }
    }
    let Differences { missing, extra, .. } = differences(view.still_inside(), &draft);
    let awaited: Vec<SealNo> = draft.awaited.into_iter().filter(|seal| missing.contains(seal)).collect();
    let damaged = draft.found.iter().filter(|found| found.condition != SealCondition::Right);
    let wrong: Vec<(SealNo, LossKind)> = missing
        .iter()
        .filter(|seal| !awaited.contains(seal))
        .map(|seal| (seal.clone(), LossKind::Lost))
        .chain(damaged.map(|found| (found.seal.clone(), LossKind::Damaged)))
        .collect();
    let remark = draft.remark.trim().to_owned();
    let reported = reports(kit, wrong, &view.packed.from, parcel, &remark)?;
    let ended = found_again(kit, draft.found.iter().map(|found| &found.seal), &view.packed.number)?;
    let found = draft.found.into_iter().map(|found| FoundSeal { seal: found.seal, condition: found.condition });
    let fact = ParcelReceived {
        parcel,
        at: officer.unit.clone(),
        found: found.collect(),
        missing,
        extra,
        remark,
        awaited,
        ropes: draft.ropes,
        chargers: draft.chargers,
    };
    kit.record(officer, None, [vec![Fact::ParcelReceived(fact)], ended, reported].concat())?;
    Ok(draft::forget(kit, &name(parcel))?)
}
