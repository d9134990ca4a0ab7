//! Work begun and not yet a fact: kept as notes in the store, so that a stopped app loses nothing an officer scanned,
//! answered or typed.

use serde::{Serialize, de::DeserializeOwned};

use super::Kit;
use crate::ports::store::StoreError;

/// The draft of that name; an empty one if there is none, or none this version can read.
///
/// # Errors
/// [`StoreError`].
pub fn read<T: DeserializeOwned + Default>(kit: &Kit, name: &str) -> Result<T, StoreError> {
    let Some(json) = kit.store.note(name)? else { return Ok(T::default()) };
    Ok(serde_json::from_str(&json).unwrap_or_else(|error| {
        tracing::warn!(%error, name, "draft of another version, begun anew");
        T::default()
    }))
}

/// Keeps a draft.
///
/// # Errors
/// [`StoreError`].
pub fn write<T: Serialize>(kit: &Kit, name: &str, draft: &T) -> Result<(), StoreError> {
    let json = serde_json::to_string(draft).map_err(|error| StoreError::Database(error.to_string()))?;
    kit.store.set_note(name, Some(&json))
}

/// Forgets a draft: it has become a fact, or nobody wants it.
///
/// # Errors
/// [`StoreError`].
pub fn forget(kit: &Kit, name: &str) -> Result<(), StoreError> {
    kit.store.set_note(name, None)
}
