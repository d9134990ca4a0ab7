//! Hands a packed parcel to the courier, who signs.

use seal_core::fact::{Fact, ParcelHandedOver};
use seal_core::ids::ParcelId;
use seal_core::near::Candidate;
use seal_core::officer::Officer;
use seal_core::waybill::{WaybillError, WaybillNo, s10_candidates};
use serde::{Deserialize, Serialize};

use super::{Kit, draft};
use crate::ports::store::StoreError;

/// What the officer has entered so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandOverDraft {
    /// Courier's name.
    pub carrier: String,
    /// Waybill as scanned or typed.
    pub waybill: String,
    /// It was read from a code, not typed.
    pub scanned: bool,
    /// Who takes the parcel.
    pub taken_by: String,
}

/// What can be said of a waybill number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WaybillCheck {
    /// Nothing entered.
    Missing,
    /// Cannot be a waybill number.
    Wrong(WaybillError),
    /// Looks like a postal number (UPU S10), but its check digit is wrong; likely numbers.
    S10Wrong(Vec<Candidate>),
    /// A postal number with the right check digit.
    S10(WaybillNo),
    /// Another carrier's number; nothing proves or disproves it.
    Other(WaybillNo),
}

/// Checks a waybill number as scanned or typed.
#[must_use]
pub fn check_waybill(raw: &str) -> WaybillCheck {
    if raw.trim().is_empty() {
        return WaybillCheck::Missing;
    }
    let near = s10_candidates(raw);
    if !near.is_empty() {
        return WaybillCheck::S10Wrong(near);
    }
    match WaybillNo::parse(raw) {
        Ok(number) if number.is_s10() => WaybillCheck::S10(number),
        Ok(number) => WaybillCheck::Other(number),
        Err(error) => WaybillCheck::Wrong(error),
    }
}

/// Why a parcel is not handed over.
#[derive(Debug, thiserror::Error)]
pub enum HandParcelError {
    /// No packing is recorded.
    #[error("the parcel is not packed")]
    NotPacked,
    /// The courier has it already.
    #[error("the parcel is with the courier already")]
    Already,
    /// The waybill number is missing or cannot be right.
    #[error("the waybill number cannot be right")]
    Waybill(WaybillCheck),
    /// Nobody is named, or nobody signed.
    #[error("the courier's name or signature is missing")]
    Unsigned,
    /// The store failed; nothing was written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn name(parcel: ParcelId) -> String {
    format!("parcel/{parcel}/hand-over")
}

/// What was entered so far.
///
/// # Errors
/// [`StoreError`].
pub fn hand_over_draft(kit: &Kit, parcel: ParcelId) -> Result<HandOverDraft, StoreError> {
    draft::read(kit, &name(parcel))
}

/// Keeps what was entered.
///
/// # Errors
/// [`StoreError`].
pub fn keep_hand_over(kit: &Kit, parcel: ParcelId, draft: &HandOverDraft) -> Result<(), StoreError> {
    draft::write(kit, &name(parcel), draft)
}

/// Takes a scanned waybill into the draft.
///
/// # Errors
/// [`StoreError`].
pub fn note_waybill(kit: &Kit, parcel: ParcelId, raw: &str) -> Result<WaybillCheck, StoreError> {
    let mut draft = hand_over_draft(kit, parcel)?;
    draft.waybill = raw.trim().to_owned();
    draft.scanned = true;
    keep_hand_over(kit, parcel, &draft)?;
    Ok(check_waybill(raw))
}

/// The courier takes the parcel. `signature` is an SVG path.
///
/// # Errors
/// [`HandParcelError`]; then nothing was written.
pub fn hand_parcel(
    kit: &Kit,
    officer: &Officer,
    parcel: ParcelId,
    draft: &HandOverDraft,
    signature: &str,
) -> Result<(), HandParcelError> {
    let view = kit.store.parcel(parcel)?.ok_or(HandParcelError::NotPacked)?;
    if view.handed_over.is_some() {
        return Err(HandParcelError::Already);
    }
    let waybill = match check_waybill(&draft.waybill) {
        WaybillCheck::S10(number) | WaybillCheck::Other(number) => number,
        wrong => return Err(HandParcelError::Waybill(wrong)),
    };
    let taken_by = draft.taken_by.trim();
    if taken_by.is_empty() || signature.is_empty() {
        return Err(HandParcelError::Unsigned);
    }
    let fact = ParcelHandedOver {
        parcel,
        carrier: draft.carrier.trim().to_owned(),
        waybill: waybill.as_str().to_owned(),
        taken_by: taken_by.to_owned(),
        signature: signature.to_owned(),
    };
    kit.record(officer, None, vec![Fact::ParcelHandedOver(fact)])?;
    Ok(draft::forget(kit, &name(parcel))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_waybill_is_judged_by_its_own_rules() {
        assert_eq!(check_waybill("  "), WaybillCheck::Missing);
        // The worked example of UPU S10.
        assert!(matches!(check_waybill("RR 473 124 829 GB"), WaybillCheck::S10(_)));
        let WaybillCheck::S10Wrong(near) = check_waybill("RR473124828GB") else { panic!("a wrong digit is noticed") };
        assert!(near.iter().any(|candidate| candidate.text == "RR473124829GB"));
        assert!(matches!(check_waybill("VTP-12/345"), WaybillCheck::Other(_)));
        assert!(matches!(check_waybill("123"), WaybillCheck::Wrong(WaybillError::Length { found: 3 })));
    }
}
