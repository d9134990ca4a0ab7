//! Records that a seal arrived at the officer's unit: the return clock's start.

use seal_core::fact::{Fact, SealReceived};
use seal_core::officer::Officer;
use seal_core::seal_no::SealNo;

use super::Kit;
use crate::ports::store::StoreError;

/// Why a receipt is not recorded.
#[derive(Debug, thiserror::Error)]
pub enum ReceiveSealError {
    /// This unit recorded it already; a second receipt would move the deadline.
    #[error("the receipt of this seal is recorded already")]
    Already,
    /// The store failed; nothing was written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Records the receipt of `seal` at the officer's unit.
///
/// # Errors
/// [`ReceiveSealError`]; then nothing was written.
pub fn receive_seal(kit: &Kit, officer: &Officer, seal: &SealNo) -> Result<(), ReceiveSealError> {
    let known = kit.store.seal(seal)?;
    if known.and_then(|view| view.received).is_some_and(|(_, unit)| unit == officer.unit) {
        return Err(ReceiveSealError::Already);
    }
    kit.record(officer, None, vec![Fact::SealReceived(SealReceived { seal: seal.clone(), at: officer.unit.clone() })])?;
    Ok(())
}
