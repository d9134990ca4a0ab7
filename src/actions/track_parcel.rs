//! What the courier says of a parcel: looked up or asked by telephone, and written down with who said it.

use seal_core::fact::{CourierStage, Fact, ParcelTracked};
use seal_core::ids::ParcelId;
use seal_core::officer::Officer;

use super::Kit;
use crate::ports::store::StoreError;

/// Why nothing is written down.
#[derive(Debug, thiserror::Error)]
pub enum TrackParcelError {
    /// The parcel is not with a courier: not handed over yet, or opened already.
    #[error("the parcel is not with a courier")]
    NotOnTheWay,
    /// Nobody is named who said so.
    #[error("who said so is missing")]
    NoSource,
    /// The store failed; nothing was written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Writes down what the courier says of `parcel`, and who said so.
///
/// # Errors
/// [`TrackParcelError`]; then nothing was written.
pub fn track_parcel(
    kit: &Kit,
    officer: &Officer,
    parcel: ParcelId,
    stage: CourierStage,
    source: &str,
) -> Result<(), TrackParcelError> {
    let view = kit.store.parcel(parcel)?.ok_or(TrackParcelError::NotOnTheWay)?;
    if !view.stage().is_on_the_way() {
        return Err(TrackParcelError::NotOnTheWay);
    }
    let source = source.trim();
    if source.is_empty() {
        return Err(TrackParcelError::NoSource);
    }
    let fact = ParcelTracked { parcel, stage, source: source.to_owned(), remark: String::new() };
    kit.record(officer, None, vec![Fact::ParcelTracked(fact)])?;
    Ok(())
}
