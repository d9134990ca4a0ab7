//! The other side of a hand-over: the taker reads the giver's offer from their screen, checks the seals off, signs; the giver
//! reads the taker's slip. Then both phones hold both signed facts, and no network was needed.

use seal_core::courier::{Differences, compare};
use seal_core::event::SignedEvent;
use seal_core::fact::{Fact, SealsOffered, SealsTakenOver};
use seal_core::ids::{EventId, OfficerId};
use seal_core::officer::Officer;
use seal_core::seal_no::SealNo;
use serde::{Deserialize, Serialize};

use super::take_slip::{SlipTrouble, check_slip, slip_fact};
use super::{Kit, draft};
use crate::ports::store::StoreError;

/// Why nothing is taken over.
#[derive(Debug, thiserror::Error)]
pub enum TakeOverTrouble {
    /// It is no offer, or no slip of a hand-over that began here.
    #[error("this slip is not part of this hand-over")]
    OtherSlip,
    /// For another unit or officer.
    #[error("the seals are offered to somebody else")]
    NotForMe,
    /// The giver is the taker.
    #[error("nobody takes over from themselves")]
    Own,
    /// It was taken over already.
    #[error("this offer was taken over already")]
    Already,
    /// No seal was there.
    #[error("none of the seals was checked off")]
    Nothing,
    /// The slip is not to be believed.
    #[error(transparent)]
    Slip(SlipTrouble),
    /// The store failed; nothing was written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<SlipTrouble> for TakeOverTrouble {
    fn from(trouble: SlipTrouble) -> Self {
        match trouble {
            SlipTrouble::Store(error) => Self::Store(error),
            other => Self::Slip(other),
        }
    }
}

/// Seals checked off so far; kept under the offer's name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct TakeDraft {
    found: Vec<SealNo>,
    /// What the giver offers.
    #[serde(default)]
    offered: Vec<SealNo>,
    /// Scanned again, each once.
    #[serde(default)]
    twice: Vec<SealNo>,
}

/// What a scanned seal is to the hand-over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakenAs {
    /// Offered.
    Offered,
    /// Not in the offer.
    Extra,
    /// Scanned before.
    Twice,
}

fn name(offer: EventId) -> String {
    format!("take-over/{offer}")
}

/// An offer that this officer may take over, as read from the giver's screen. Writes nothing.
///
/// # Errors
/// [`TakeOverTrouble`].
pub fn check_offer(kit: &Kit, officer: &Officer, cose: &[u8]) -> Result<(SignedEvent, SealsOffered), TakeOverTrouble> {
    let signed = check_slip(kit, cose)?;
    let Fact::SealsOffered(offered) = &signed.event.fact else { return Err(TakeOverTrouble::OtherSlip) };
    let offered = offered.clone();
    if signed.event.officer == officer.id {
        return Err(TakeOverTrouble::Own);
    }
    if offered.to_unit != officer.unit || offered.to.as_ref().is_some_and(|to| to != &officer.id) {
        return Err(TakeOverTrouble::NotForMe);
    }
    if taken_of(kit, &officer.id, &officer.unit, signed.event.id)?.is_some() {
        return Err(TakeOverTrouble::Already);
    }
    Ok((signed, offered))
}

/// The officer's own taking over of an offer, if there is one.
///
/// # Errors
/// [`StoreError`].
pub fn taken_of(
    kit: &Kit,
    officer: &OfficerId,
    unit: &seal_core::ids::OfficeCode,
    offer: EventId,
) -> Result<Option<SignedEvent>, StoreError> {
    let taken = kit.store.unit_events(unit, &["seals_taken_over"])?;
    Ok(taken.into_iter().find(|signed| {
        &signed.event.officer == officer
            && matches!(&signed.event.fact, Fact::SealsTakenOver(taken) if taken.offer == offer)
    }))
}

/// Offered against checked off, as it stands now.
///
/// # Errors
/// [`StoreError`].
pub fn checked_off(kit: &Kit, offer: EventId, offered: &[SealNo]) -> Result<Differences, StoreError> {
    let draft: TakeDraft = draft::read(kit, &name(offer))?;
    Ok(compare(offered, &draft.found))
}

/// Keeps what is offered beside the seals to be scanned, so that each scan is told at once what it is.
///
/// # Errors
/// [`StoreError`].
pub fn expect(kit: &Kit, offer: EventId, offered: &[SealNo]) -> Result<(), StoreError> {
    let mut draft: TakeDraft = draft::read(kit, &name(offer))?;
    draft.offered = offered.to_vec();
    draft::write(kit, &name(offer), &draft)
}

/// Offered against scanned so far, after [`expect`].
///
/// # Errors
/// [`StoreError`].
pub fn tally(kit: &Kit, offer: EventId) -> Result<Differences, StoreError> {
    let draft: TakeDraft = draft::read(kit, &name(offer))?;
    Ok(Differences { duplicate: draft.twice.clone(), ..compare(&draft.offered, &draft.found) })
}

/// Notes a scanned seal, after [`expect`].
///
/// # Errors
/// [`StoreError`].
pub fn note_taken(kit: &Kit, offer: EventId, seal: &SealNo) -> Result<TakenAs, StoreError> {
    let mut draft: TakeDraft = draft::read(kit, &name(offer))?;
    let taken = if draft.found.contains(seal) {
        if !draft.twice.contains(seal) {
            draft.twice.push(seal.clone());
        }
        TakenAs::Twice
    } else {
        draft.found.push(seal.clone());
        if draft.offered.contains(seal) { TakenAs::Offered } else { TakenAs::Extra }
    };
    draft::write(kit, &name(offer), &draft)?;
    Ok(taken)
}

/// Seals checked off, in the order in which they were.
///
/// # Errors
/// [`StoreError`].
pub fn found_of(kit: &Kit, offer: EventId) -> Result<Vec<SealNo>, StoreError> {
    Ok(draft::read::<TakeDraft>(kit, &name(offer))?.found)
}

/// Checks a seal off, or takes it back. Gives whether it is checked off now.
///
/// # Errors
/// [`StoreError`].
pub fn check_off(kit: &Kit, offer: EventId, seal: &SealNo, there: bool) -> Result<(), StoreError> {
    let mut draft: TakeDraft = draft::read(kit, &name(offer))?;
    draft.found.retain(|found| found != seal);
    draft.twice.retain(|twice| twice != seal);
    if there {
        draft.found.push(seal.clone());
    }
    draft::write(kit, &name(offer), &draft)
}

/// Takes over what was checked off; the rest stays with the giver. The giver's offer is kept beside it, as it was signed.
///
/// # Errors
/// [`TakeOverTrouble`]; then nothing was written.
pub fn take_over_seals(kit: &Kit, officer: &Officer, cose: &[u8]) -> Result<SignedEvent, TakeOverTrouble> {
    let (offer, offered) = check_offer(kit, officer, cose)?;
    let Differences { matching, missing, .. } = checked_off(kit, offer.event.id, &offered.seals)?;
    if matching.is_empty() {
        return Err(TakeOverTrouble::Nothing);
    }
    let mut facts = Vec::new();
    if kit.store.event(offer.event.id)?.is_none() {
        facts.push(slip_fact(&offer));
    }
    let seals = offered.seals.iter().filter(|seal| matching.contains(seal)).cloned().collect();
    facts.push(Fact::SealsTakenOver(SealsTakenOver {
        offer: offer.event.id,
        from: offer.event.officer.clone(),
        from_unit: offer.event.unit.clone(),
        seals,
        missing,
    }));
    let mut written = kit.record(officer, None, facts)?;
    draft::forget(kit, &name(offer.event.id))?;
    written.pop().ok_or(TakeOverTrouble::Nothing)
}

/// The taker's slip, read on the giver's phone: it answers an offer of this officer. Writes nothing.
///
/// # Errors
/// [`TakeOverTrouble`].
pub fn check_taken(
    kit: &Kit,
    officer: &Officer,
    cose: &[u8],
) -> Result<(SignedEvent, SealsTakenOver), TakeOverTrouble> {
    let signed = check_slip(kit, cose)?;
    let Fact::SealsTakenOver(taken) = &signed.event.fact else { return Err(TakeOverTrouble::OtherSlip) };
    let taken = taken.clone();
    let offer = kit.store.event(taken.offer)?.filter(|offer| offer.event.officer == officer.id);
    let Some(Fact::SealsOffered(offered)) = offer.map(|offer| offer.event.fact) else {
        return Err(TakeOverTrouble::OtherSlip);
    };
    let of_it = |seal: &SealNo| offered.seals.contains(seal);
    if taken.from != officer.id || !taken.seals.iter().chain(&taken.missing).all(of_it) {
        return Err(TakeOverTrouble::OtherSlip);
    }
    if signed.event.unit != offered.to_unit || offered.to.as_ref().is_some_and(|to| to != &signed.event.officer) {
        return Err(TakeOverTrouble::NotForMe);
    }
    Ok((signed, taken))
}

/// Keeps the taker's slip: the hand-over is complete on this phone too. One that came by sync is not written again.
///
/// # Errors
/// [`TakeOverTrouble`]; then nothing was written.
pub fn confirm_hand_over(kit: &Kit, officer: &Officer, cose: &[u8]) -> Result<(), TakeOverTrouble> {
    let (signed, taken) = check_taken(kit, officer, cose)?;
    let mut known = kit.store.event(signed.event.id)?.is_some();
    if !known && let Some(seal) = taken.seals.first() {
        let view = kit.store.seal(seal)?;
        known = view.is_some_and(|view| view.history.iter().any(|entry| entry.event == signed.event.id));
    }
    if !known {
        kit.record(officer, None, vec![slip_fact(&signed)])?;
    }
    Ok(())
}
