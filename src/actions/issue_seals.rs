//! Seals from the unit's stock are issued to an officer, by number range.

use seal_core::codes::CustomsSealKind;
use seal_core::doc::SealLife;
use seal_core::fact::{Fact, SealsIssued};
use seal_core::ids::OfficerId;
use seal_core::officer::Officer;
use seal_core::range;
use seal_core::seal::permit::{keeps_stock, works_seals};
use seal_core::seal_no::SealNo;

use super::Kit;
use super::stock::{NotMine, is_mine, twice, usable};
use crate::ports::lists::Hand;
use crate::ports::store::StoreError;

/// Why nothing was issued.
#[derive(Debug, thiserror::Error)]
pub enum IssueTrouble {
    /// Not the officer's work.
    #[error("your role may not issue seals")]
    NoRole,
    /// Not an officer of the unit who seals.
    #[error("{0} is no sealing officer of this unit")]
    NotOfUnit(OfficerId),
    /// Nothing was chosen.
    #[error("no seal was chosen")]
    Nothing,
    /// Some seals cannot be issued; none was.
    #[error("{} seals cannot be issued", .0.len())]
    Seals(Vec<(SealNo, NotMine)>),
    /// The store failed; nothing was written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Officers of the unit to whom seals can be issued.
///
/// # Errors
/// [`StoreError`].
pub fn takers(kit: &Kit, officer: &Officer) -> Result<Vec<Officer>, StoreError> {
    Ok(kit.store.officers(&officer.unit)?.into_iter().filter(works_seals).collect())
}

/// What may be issued of a kind: the unit's own stock and what the keeper holds, the lowest number first.
///
/// # Errors
/// [`StoreError`].
pub fn issuable(kit: &Kit, officer: &Officer, kind: CustomsSealKind) -> Result<Vec<SealNo>, StoreError> {
    let mut numbers = usable(kit, &officer.unit, Hand::Nobody, kind)?;
    numbers.extend(usable(kit, &officer.unit, Hand::Officer(officer.id.clone()), kind)?);
    numbers.sort_by(|a, b| range::order(a).cmp(&range::order(b)));
    Ok(numbers)
}

/// What stands against issuing these.
///
/// # Errors
/// [`StoreError`].
pub fn faults(
    kit: &Kit,
    officer: &Officer,
    kind: CustomsSealKind,
    seals: &[SealNo],
) -> Result<Vec<(SealNo, NotMine)>, StoreError> {
    let mut faults: Vec<(SealNo, NotMine)> = twice(seals).into_iter().map(|seal| (seal, NotMine::Twice)).collect();
    for seal in seals {
        let view = kit.store.seal(seal)?;
        let fault = is_mine(view.as_ref(), officer).err().or_else(|| {
            let view = view.as_ref()?;
            let other = view.doc.as_ref().map(|doc| doc.kind).filter(|other| *other != kind);
            let life = view.life.filter(|life| *life != SealLife::InService);
            other.map(NotMine::OtherKind).or(life.map(NotMine::Life))
        });
        if let Some(fault) = fault
            && !faults.iter().any(|(known, _)| known == seal)
        {
            faults.push((seal.clone(), fault));
        }
    }
    Ok(faults)
}

/// Issues them, all or none. Gives how many.
///
/// # Errors
/// [`IssueTrouble`]; then nothing was written.
pub fn issue_seals(
    kit: &Kit,
    officer: &Officer,
    to: &OfficerId,
    kind: CustomsSealKind,
    mut seals: Vec<SealNo>,
) -> Result<usize, IssueTrouble> {
    if !keeps_stock(officer) {
        return Err(IssueTrouble::NoRole);
    }
    if seals.is_empty() {
        return Err(IssueTrouble::Nothing);
    }
    if !takers(kit, officer)?.iter().any(|taker| &taker.id == to) {
        return Err(IssueTrouble::NotOfUnit(to.clone()));
    }
    let faults = faults(kit, officer, kind, &seals)?;
    if !faults.is_empty() {
        return Err(IssueTrouble::Seals(faults));
    }
    seals.sort_by(|a, b| range::order(a).cmp(&range::order(b)));
    let issued = seals.len();
    kit.record(officer, None, vec![Fact::SealsIssued(SealsIssued { to: to.clone(), kind, seals })])?;
    Ok(issued)
}
