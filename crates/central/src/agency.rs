//! The agency's key: phones seal to it what nobody but the central may open. Made once, kept wrapped like the keys of seals.

use p256::elliptic_curve::rand_core::{OsRng, RngCore as _};
use seal_core::rescue::AgencySecret;
use zeroize::Zeroizing;

use crate::db::{Connection, Trouble};
use crate::vault::Vault;

const ROW: &str = "agency_key";
const WHAT: &str = "seal-central/agency/1";

/// The key, made with the database.
///
/// # Errors
/// [`Trouble::Keys`] when the key-encryption key does not fit.
pub(crate) fn load(db: &Connection<'_>, vault: &Vault) -> Result<AgencySecret, Trouble> {
    let wrapped: Option<Vec<u8>> = db.query_opt("SELECT value FROM meta WHERE key = ?1", [ROW], |row| row.get(0))?;
    let misfit = || Trouble::Keys("the agency's key cannot be used".to_owned());
    if let Some(wrapped) = wrapped {
        return AgencySecret::read(vault.unwrap::<32>(WHAT, &wrapped)?.expose()).ok_or_else(misfit);
    }
    let mut bytes = Zeroizing::new([0; 32]);
    OsRng.fill_bytes(&mut bytes[..]);
    let secret = AgencySecret::read(&bytes[..]).ok_or_else(misfit)?;
    db.execute("INSERT INTO meta (key, value) VALUES (?1, ?2)", (ROW, vault.wrap(WHAT, &bytes)?))?;
    Ok(secret)
}
