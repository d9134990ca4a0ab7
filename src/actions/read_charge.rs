//! Reads the charge of a seal that is being packed, over its radio.

use seal_core::ids::ParcelId;
use seal_core::officer::Officer;
use seal_core::seal_no::SealNo;

use super::Kit;
use super::lock_command::{Patience, SealTrouble, connect, read};
use super::pack_parcel::{PackError, change_parcel};

/// Asks `seal` for its charge and keeps it with the parcel's draft. Asks nothing else of the seal. Per cent.
///
/// # Errors
/// [`SealTrouble`]; a seal that does not answer leaves the draft as it was.
pub async fn read_charge(
    kit: &Kit,
    officer: &Officer,
    parcel: ParcelId,
    seal: &SealNo,
    patience: &Patience,
) -> Result<u8, SealTrouble<PackError>> {
    let mut session = connect(kit, officer, seal, patience).await?;
    let reading = read(session.as_mut(), seal, patience).await.map_err(SealTrouble::Link)?;
    let kept = change_parcel(kit, parcel, |draft| {
        for packed in draft.seals.iter_mut().filter(|packed| &packed.seal == seal) {
            packed.battery_percent = Some(reading.battery_percent);
        }
    });
    kept.map_err(SealTrouble::Refused)?;
    Ok(reading.battery_percent)
}
