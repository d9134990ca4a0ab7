//! What becomes of a seal: to repair and back, damaged, lost, out of use for good.

use seal_core::doc::SealLife;
use seal_core::fact::{Fact, SealLifeChanged};
use seal_core::life::may_become;
use seal_core::officer::Officer;
use seal_core::seal::permit::keeps_stock;
use seal_core::seal_no::SealNo;

use super::Kit;
use crate::ports::store::StoreError;

/// Why nothing changed.
#[derive(Debug, thiserror::Error)]
pub enum LifeTrouble {
    /// Not the officer's work.
    #[error("your role may not change what a seal is")]
    NoRole,
    /// Not in the register.
    #[error("the register does not know the seal")]
    Unknown,
    /// A seal of its type does not become that.
    #[error("a seal of this type cannot become that")]
    Impossible,
    /// Say why.
    #[error("a reason is needed")]
    NoReason,
    /// The store failed; nothing was written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Writes it down.
///
/// # Errors
/// [`LifeTrouble`]; then nothing was written.
pub fn change_life(
    kit: &Kit,
    officer: &Officer,
    seal: &SealNo,
    life: SealLife,
    reason: &str,
) -> Result<(), LifeTrouble> {
    if !keeps_stock(officer) {
        return Err(LifeTrouble::NoRole);
    }
    let view = kit.store.seal(seal)?.ok_or(LifeTrouble::Unknown)?;
    let (Some(doc), Some(from)) = (&view.doc, view.life) else { return Err(LifeTrouble::Unknown) };
    // "Used" is never said: a mechanical seal becomes that by being put on.
    if life == SealLife::Used || !may_become(doc.seal_type, from, life) {
        return Err(LifeTrouble::Impossible);
    }
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(LifeTrouble::NoReason);
    }
    let changed = SealLifeChanged { seal: seal.clone(), life, reason: reason.to_owned() };
    kit.record(officer, None, vec![Fact::SealLifeChanged(changed)])?;
    Ok(())
}
