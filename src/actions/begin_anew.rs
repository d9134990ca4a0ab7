//! A phone begins anew: it leaves its central, or its signing key is lost. Nothing unsent is left behind, and nothing is deleted:
//! the next start of the app moves what is there aside and enrols like a new phone.

use super::Kit;
use super::leave_phone::leave_phone;
use crate::ports::store::{BEGIN_ANEW_NOTE, OFFICER_NOTE, Store, StoreError};

/// Why a phone does not begin anew.
#[derive(Debug, thiserror::Error)]
pub enum NotAnew {
    /// So many items are not at the central.
    #[error("{0} items are not sent yet")]
    Unsent(u32),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Ends the session; the next start of the app begins anew.
///
/// # Errors
/// [`NotAnew`]; then the phone stays as it is.
pub fn begin_anew(kit: &Kit) -> Result<(), NotAnew> {
    match unsent(kit.store.as_ref())? {
        0 => kit.store.set_note(BEGIN_ANEW_NOTE, Some("1"))?,
        unsent => return Err(NotAnew::Unsent(unsent)),
    }
    Ok(leave_phone(kit)?)
}

/// Whether this start begins anew. Who signed in since, or wrote something that is not sent, has taken the phone into use again.
///
/// # Errors
/// [`StoreError`].
pub fn begins_anew(store: &dyn Store) -> Result<bool, StoreError> {
    if store.note(BEGIN_ANEW_NOTE)?.is_none() {
        return Ok(false);
    }
    let in_use = store.note(OFFICER_NOTE)?.is_some() || unsent(store)? > 0;
    if in_use {
        store.set_note(BEGIN_ANEW_NOTE, None)?;
    }
    Ok(!in_use)
}

fn unsent(store: &dyn Store) -> Result<u32, StoreError> {
    let counts = store.queue_counts()?;
    Ok(counts.waiting + counts.stuck)
}
