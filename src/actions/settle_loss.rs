//! Lost and damaged seals: reported to the unit that has to answer for them, and what became of them.

use seal_core::fact::{Fact, LossKind, LossOutcome, LossReported, LossSettled, SealReceived};
use seal_core::ids::{EventId, OfficeCode, ParcelId};
use seal_core::loss::{Loss, MayNotSettle, may_settle};
use seal_core::officer::Officer;
use seal_core::rules::RulePack;
use seal_core::seal_no::SealNo;
use seal_core::time::date_in_vietnam;

use super::Kit;
use crate::ports::store::StoreError;

/// Kinds of the facts a loss is made of. A correction speaks of one of them.
const KINDS: [&str; 3] = ["loss_reported", "loss_settled", "corrected"];

/// Why a loss is not reported or settled.
#[derive(Debug, thiserror::Error)]
pub enum LossTrouble {
    /// The report is not on this phone.
    #[error("the report is not on this phone")]
    Unknown,
    /// An open report of this seal is there already.
    #[error("the seal is reported already")]
    Already,
    /// A remark is needed: what is known, where it was found, what was decided.
    #[error("a remark is needed")]
    NoRemark,
    /// The officer may not say so.
    #[error(transparent)]
    MayNot(#[from] MayNotSettle),
    /// The store failed; nothing was written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Every loss known on this phone, oldest first.
///
/// # Errors
/// [`StoreError`].
pub fn losses(kit: &Kit) -> Result<Vec<Loss>, StoreError> {
    let events: Vec<_> = kit.store.events_of_kinds(&KINDS)?.into_iter().map(|signed| signed.event).collect();
    Ok(Loss::fold(&events))
}

/// Open losses that concern a unit: it answers for them, reported them, or the seal is its own. The oldest first.
///
/// # Errors
/// [`StoreError`].
pub fn open_losses(kit: &Kit, unit: &OfficeCode) -> Result<Vec<Loss>, StoreError> {
    let mut mine = Vec::new();
    for loss in losses(kit)?.into_iter().filter(Loss::is_open) {
        if loss.concerns(unit) || homes(kit, &loss.seal)?.contains(unit) {
            mine.push(loss);
        }
    }
    Ok(mine)
}

/// The units a seal belongs to: owner and manager; none for a seal the register does not know.
///
/// # Errors
/// [`StoreError`].
pub fn homes(kit: &Kit, seal: &SealNo) -> Result<Vec<OfficeCode>, StoreError> {
    let doc = kit.store.seal(seal)?.and_then(|view| view.doc);
    Ok(doc.map(|doc| vec![doc.owner, doc.manager]).unwrap_or_default())
}

/// The facts that report `seals` of a parcel, those left out that have an open report already.
///
/// # Errors
/// [`StoreError`].
pub(super) fn reports(
    kit: &Kit,
    seals: impl IntoIterator<Item = (SealNo, LossKind)>,
    responsible: &OfficeCode,
    parcel: ParcelId,
    remark: &str,
) -> Result<Vec<Fact>, StoreError> {
    let known = losses(kit)?;
    let open = |seal: &SealNo| known.iter().any(|loss| &loss.seal == seal && loss.is_open());
    let report = |(seal, what)| {
        Fact::LossReported(LossReported {
            seal,
            what,
            responsible: responsible.clone(),
            parcel: Some(parcel),
            remark: remark.to_owned(),
        })
    };
    Ok(seals.into_iter().filter(|(seal, _)| !open(seal)).map(report).collect())
}

/// The facts that end open reports of lost `seals`, which have been found.
///
/// # Errors
/// [`StoreError`].
pub(super) fn found_again<'a>(
    kit: &Kit,
    seals: impl Iterator<Item = &'a SealNo>,
    remark: &str,
) -> Result<Vec<Fact>, StoreError> {
    let known = losses(kit)?;
    let ended = seals.flat_map(|seal| {
        known.iter().filter(move |loss| &loss.seal == seal && loss.what == LossKind::Lost && loss.is_open())
    });
    Ok(ended
        .map(|loss| {
            Fact::LossSettled(LossSettled {
                report: loss.report,
                seal: loss.seal.clone(),
                outcome: LossOutcome::Found,
                remark: remark.to_owned(),
            })
        })
        .collect())
}

/// Reports a seal that did not come after all, or is damaged, to the unit that sent the parcel.
///
/// # Errors
/// [`LossTrouble`]; then nothing was written.
pub fn report_loss(
    kit: &Kit,
    officer: &Officer,
    parcel: ParcelId,
    seal: &SealNo,
    what: LossKind,
) -> Result<(), LossTrouble> {
    let view = kit.store.parcel(parcel)?.ok_or(LossTrouble::Unknown)?;
    let facts = reports(kit, [(seal.clone(), what)], &view.packed.from, parcel, "")?;
    if facts.is_empty() {
        return Err(LossTrouble::Already);
    }
    kit.record(officer, None, facts)?;
    Ok(())
}

/// Whether `officer` may say that `outcome` became of `loss`.
///
/// # Errors
/// [`LossTrouble::MayNot`] or [`LossTrouble::Store`].
pub fn may_say(
    kit: &Kit,
    officer: &Officer,
    loss: &Loss,
    outcome: LossOutcome,
    rules: &RulePack,
) -> Result<(), LossTrouble> {
    let rule = rules.way_home_rule(date_in_vietnam(kit.clock.now().wall));
    Ok(may_settle(loss, outcome, officer, &homes(kit, &loss.seal)?, rule)?)
}

/// Says what became of a loss. A seal that was found is at the officer's unit: its receipt is written along.
///
/// # Errors
/// [`LossTrouble`]; then nothing was written.
pub fn settle_loss(
    kit: &Kit,
    officer: &Officer,
    report: EventId,
    outcome: LossOutcome,
    remark: &str,
) -> Result<(), LossTrouble> {
    let loss = losses(kit)?.into_iter().find(|loss| loss.report == report).ok_or(LossTrouble::Unknown)?;
    may_say(kit, officer, &loss, outcome, &kit.store.rules()?)?;
    let remark = remark.trim();
    if remark.is_empty() {
        return Err(LossTrouble::NoRemark);
    }
    let settled = LossSettled { report, seal: loss.seal.clone(), outcome, remark: remark.to_owned() };
    let mut facts = vec![Fact::LossSettled(settled)];
    if outcome == LossOutcome::Found {
        facts.push(Fact::SealReceived(SealReceived { seal: loss.seal, at: officer.unit.clone() }));
    }
    kit.record(officer, None, facts)?;
    Ok(())
}
