//! Seals are offered to another officer: chosen one by one or by scan, signed, and shown as a code. Nothing changes hands
//! until the other phone has taken them over.

use seal_core::event::SignedEvent;
use seal_core::fact::{Corrected, CorrectionReason, Fact, SealsOffered};
use seal_core::ids::{EventId, OfficeCode, OfficerId};
use seal_core::officer::Officer;
use seal_core::range;
use seal_core::seal_no::SealNo;
use serde::{Deserialize, Serialize};

use super::stock::{NotMine, is_mine, twice};
use super::{Kit, draft};
use crate::ports::store::StoreError;

/// More than a few codes hold; a larger hand-over is made in parts.
pub const MOST: usize = 100;

/// Note of the hand-over being put together.
const DRAFT: &str = "hand-over";

/// What is to be handed over.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferDraft {
    /// Seals, in the order in which they were chosen.
    pub seals: Vec<SealNo>,
    /// To whom, where chosen.
    pub to: Option<(OfficeCode, Option<OfficerId>)>,
}

/// Why nothing is offered.
#[derive(Debug, thiserror::Error)]
pub enum OfferTrouble {
    /// Nothing was chosen.
    #[error("no seal was chosen")]
    Nothing,
    /// Too many for one hand-over.
    #[error("{MOST} seals at most in one hand-over")]
    TooMany,
    /// To oneself.
    #[error("nobody hands over to themselves")]
    Self_,
    /// Some seals are not the officer's to give.
    #[error("{} seals cannot be handed over", .0.len())]
    Seals(Vec<(SealNo, NotMine)>),
    /// It is taken over already, or was never made here.
    #[error("the offer does not stand any more")]
    NotStanding,
    /// The store failed; nothing was written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The hand-over being put together.
///
/// # Errors
/// [`StoreError`].
pub fn offer_draft(kit: &Kit) -> Result<OfferDraft, StoreError> {
    draft::read(kit, DRAFT)
}

/// Changes it.
///
/// # Errors
/// [`StoreError`].
pub fn change_offer(kit: &Kit, change: impl FnOnce(&mut OfferDraft)) -> Result<(), StoreError> {
    let mut draft = offer_draft(kit)?;
    change(&mut draft);
    draft::write(kit, DRAFT, &draft)
}

/// Puts a seal in, or says why not.
///
/// # Errors
/// [`OfferTrouble`]; then nothing changed.
pub fn add_to_offer(kit: &Kit, officer: &Officer, seal: &SealNo) -> Result<(), OfferTrouble> {
    let fault = |why| OfferTrouble::Seals(vec![(seal.clone(), why)]);
    is_mine(kit.store.seal(seal)?.as_ref(), officer).map_err(fault)?;
    let draft = offer_draft(kit)?;
    if draft.seals.contains(seal) {
        return Err(fault(NotMine::Twice));
    }
    if draft.seals.len() >= MOST {
        return Err(OfferTrouble::TooMany);
    }
    Ok(change_offer(kit, |draft| draft.seals.push(seal.clone()))?)
}

/// Signs the offer. The draft becomes it.
///
/// # Errors
/// [`OfferTrouble`]; then nothing was written.
pub fn offer_seals(
    kit: &Kit,
    officer: &Officer,
    to_unit: &OfficeCode,
    to: Option<&OfficerId>,
    mut seals: Vec<SealNo>,
    remark: &str,
) -> Result<SignedEvent, OfferTrouble> {
    if seals.is_empty() {
        return Err(OfferTrouble::Nothing);
    }
    if seals.len() > MOST {
        return Err(OfferTrouble::TooMany);
    }
    if to == Some(&officer.id) {
        return Err(OfferTrouble::Self_);
    }
    let mut faults: Vec<(SealNo, NotMine)> = twice(&seals).into_iter().map(|seal| (seal, NotMine::Twice)).collect();
    for seal in &seals {
        if let Err(fault) = is_mine(kit.store.seal(seal)?.as_ref(), officer) {
            faults.push((seal.clone(), fault));
        }
    }
    if !faults.is_empty() {
        return Err(OfferTrouble::Seals(faults));
    }
    seals.sort_by(|a, b| range::order(a).cmp(&range::order(b)));
    let offered = SealsOffered { to_unit: to_unit.clone(), to: to.cloned(), seals, remark: remark.trim().to_owned() };
    let mut written = kit.record(officer, None, vec![Fact::SealsOffered(offered)])?;
    draft::forget(kit, DRAFT)?;
    written.pop().ok_or(OfferTrouble::Nothing)
}

/// The officer's offers that nobody has taken over yet, newest first.
///
/// # Errors
/// [`StoreError`].
pub fn standing_offers(kit: &Kit, officer: &Officer) -> Result<Vec<SignedEvent>, StoreError> {
    let mut standing = Vec::new();
    for signed in kit.store.unit_events(&officer.unit, &["seals_offered"])?.into_iter().rev() {
        if signed.event.officer == officer.id && stands(kit, &signed)? {
            standing.push(signed);
        }
    }
    Ok(standing)
}

/// One of its seals still waits for it.
fn stands(kit: &Kit, signed: &SignedEvent) -> Result<bool, StoreError> {
    let Fact::SealsOffered(offered) = &signed.event.fact else { return Ok(false) };
    for seal in &offered.seals {
        let waits = kit.store.seal(seal)?.and_then(|view| view.offered).is_some_and(|one| one.event == signed.event.id);
        if waits {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Takes an offer back: it was not taken over.
///
/// # Errors
/// [`OfferTrouble`]; then nothing was written.
pub fn withdraw_offer(kit: &Kit, officer: &Officer, offer: EventId, remark: &str) -> Result<(), OfferTrouble> {
    let signed = kit.store.event(offer)?.filter(|signed| signed.event.officer == officer.id);
    if !signed.map(|signed| stands(kit, &signed)).transpose()?.unwrap_or(false) {
        return Err(OfferTrouble::NotStanding);
    }
    let corrected = Corrected { event: offer, reason: CorrectionReason::DidNotOccur, remark: remark.trim().to_owned() };
    kit.record(officer, None, vec![Fact::Corrected(corrected)])?;
    Ok(())
}
