//! A phone begins anew: it goes to another central, or its signing key is lost. Not while something still waits to be sent, and
//! nothing is deleted: the next start of the app moves what is there aside and enrols like a new phone.

use super::Kit;
use super::leave_phone::leave_phone;
use crate::ports::store::{BEGIN_ANEW_NOTE, OFFICER_NOTE, Store, StoreError};

/// Why a phone does not begin anew.
#[derive(Debug, thiserror::Error)]
pub enum NotAnew {
    /// So many items still wait. What needs a person and will not go by itself does not hold the phone for ever.
    #[error("{0} items are not sent yet")]
    Waiting(u32),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Ends the session; the next start of the app begins anew.
///
/// # Errors
/// [`NotAnew`]; then it does not.
pub fn begin_anew(kit: &Kit) -> Result<(), NotAnew> {
    match kit.store.queue_counts()?.waiting {
        0 => leave_phone(kit)?,
        waiting => return Err(NotAnew::Waiting(waiting)),
    }
    Ok(kit.store.set_note(BEGIN_ANEW_NOTE, Some("1"))?)
}

/// Somebody takes the phone into use again: it stays as it is.
pub fn stay(store: &dyn Store) {
    if let Err(error) = store.set_note(BEGIN_ANEW_NOTE, None) {
        // The next start finds an officer signed in, and tries again.
        tracing::warn!(%error, "not noted that the phone stays as it is");
    }
}

/// Whether this start begins anew: not when somebody signed in meanwhile, or something waits to be sent.
///
/// # Errors
/// [`StoreError`].
pub fn begins_anew(store: &dyn Store) -> Result<bool, StoreError> {
    if store.note(BEGIN_ANEW_NOTE)?.is_none() {
        return Ok(false);
    }
    let in_use = store.note(OFFICER_NOTE)?.is_some() || store.queue_counts()?.waiting > 0;
    if in_use {
        stay(store);
    }
    Ok(!in_use)
}
