//! Who may sign in: a seam for other ways, and the way that is there now (secrets hashed with Argon2id).

use std::sync::Arc;

use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use async_trait::async_trait;
use p256::elliptic_curve::rand_core::OsRng;
use seal_core::ids::OfficerId;
use seal_core::officer::Officer;
use tokio::sync::Semaphore;

use crate::db::{Connection, Db, Trouble};
use crate::feed;

/// Checks who signs in with a secret. Who signs in with the agency's account is proven elsewhere (`oidc`).
#[async_trait]
pub trait Accounts: Send + Sync {
    /// The officer, when the secret is theirs; `None` when it is not, or there is no such account.
    ///
    /// # Errors
    /// [`Trouble`] when nobody can say.
    async fn check(&self, officer: &OfficerId, secret: &str) -> Result<Option<Officer>, Trouble>;
}

/// How dear a hash is to compute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cost {
    /// Argon2id with the crate's recommended parameters.
    Real,
    /// For secrets of 80 random bits, which nobody guesses however cheap a guess is: thousands are made at once.
    Generated,
    /// Nearly free: for practice accounts, whose secrets are printed in the practice world.
    Practice,
}

/// Accounts in the central's own database.
pub struct LocalAccounts {
    db: Db,
    /// Checked when there is no such account, so that the answer takes as long.
    nobody: String,
    /// Each check takes 19 MiB and a core: no more of them at once than there are cores.
    turns: Arc<Semaphore>,
}

impl LocalAccounts {
    pub(crate) fn new(db: Db, cost: Cost) -> Self {
        let turns = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self { db, nobody: hash("nobody", cost).unwrap_or_default(), turns: Arc::new(Semaphore::new(turns)) }
    }
}

#[async_trait]
impl Accounts for LocalAccounts {
    async fn check(&self, officer: &OfficerId, secret: &str) -> Result<Option<Officer>, Trouble> {
        let (db, id, secret, nobody) = (self.db.clone(), officer.clone(), secret.to_owned(), self.nobody.clone());
        let turn = self.turns.clone().acquire_owned().await.map_err(|e| Trouble::Hash(e.to_string()))?;
        let check = move || {
            let _turn = turn;
            let (stored, officer) = db.with(|db| Ok((stored_hash(db, &id)?, feed::officer(db, &id)?)))?;
            let fits = fits(stored.as_deref().unwrap_or(&nobody), &secret);
            Ok(officer.filter(|_| fits && stored.is_some()))
        };
        tokio::task::spawn_blocking(check).await.map_err(|e| Trouble::Hash(e.to_string()))?
    }
}

/// The PHC string of a secret.
pub(crate) fn hash(secret: &str, cost: Cost) -> Result<String, Trouble> {
    let params = match cost {
        Cost::Real => Ok(Params::default()),
        Cost::Generated => Params::new(1024, 1, 1, None),
        Cost::Practice => Params::new(Params::MIN_M_COST, Params::MIN_T_COST, Params::MIN_P_COST, None),
    }
    .map_err(|e| Trouble::Hash(e.to_string()))?;
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password(secret.as_bytes(), &SaltString::generate(&mut OsRng))
        .map(|hash| hash.to_string())
        .map_err(|e| Trouble::Hash(e.to_string()))
}

fn fits(stored: &str, secret: &str) -> bool {
    // The parameters come from the stored hash.
    PasswordHash::new(stored).is_ok_and(|hash| Argon2::default().verify_password(secret.as_bytes(), &hash).is_ok())
}

pub(crate) fn store(db: &Connection, officer: &OfficerId, hash: &str) -> Result<(), Trouble> {
    db.execute(
        "INSERT INTO account (officer, hash) VALUES (?1, ?2) ON CONFLICT (officer) DO UPDATE SET hash = excluded.hash",
        (&officer.0, hash),
    )?;
    Ok(())
}

pub(crate) fn exists(db: &Connection, officer: &OfficerId) -> Result<bool, Trouble> {
    Ok(stored_hash(db, officer)?.is_some())
}

pub(crate) fn stored_hash(db: &Connection, officer: &OfficerId) -> Result<Option<String>, Trouble> {
    db.query_opt("SELECT hash FROM account WHERE officer = ?1", [&officer.0], |row| row.get(0))
}
