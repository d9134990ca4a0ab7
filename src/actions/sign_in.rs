//! Signing in: the central checks the PIN; without coverage this phone does, for officers who have signed in on it before.

use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use jiff::{SignedDuration, Timestamp};
use seal_core::ids::OfficerId;
use seal_core::officer::Officer;
use seal_core::wire::{B64, SignInRequest};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Kit;
use crate::ports::central::CentralTrouble;
use crate::ports::store::StoreError;
use crate::ports::vault::VaultError;

/// So long a sign-in waits for the tickets of the shift.
const TICKETS: std::time::Duration = std::time::Duration::from_secs(5);

/// Who is signed in now, and who said so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// The officer.
    pub officer: Officer,
    /// This phone checked the PIN; the central has not been asked.
    pub offline: bool,
}

/// Why nobody is signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInTrouble {
    /// The account and the PIN do not belong together.
    #[error("the account or the PIN is wrong")]
    Wrong {
        /// Seconds until the next try is looked at; 0 for at once.
        wait_s: i64,
    },
    /// Too soon after wrong tries; the PIN was not looked at.
    #[error("wait {wait_s} s before the next try")]
    Wait {
        /// Seconds left.
        wait_s: i64,
    },
    /// No coverage, and this officer has never signed in on this phone.
    #[error("the central cannot be reached, and this account was never used on this phone")]
    NeverHere(CentralTrouble),
    /// The central answered something else.
    #[error(transparent)]
    Central(CentralTrouble),
    /// The vault failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The PIN could not be hashed or the kept verifier not read.
    #[error("the kept sign-in cannot be used: {0}")]
    Verifier(String),
}

/// What the vault keeps of an account.
#[derive(Default, Serialize, Deserialize)]
struct Kept {
    /// Argon2id PHC string of the PIN, once the central accepted it.
    verifier: Option<String>,
    officer: Option<Officer>,
    failures: u32,
    failed_at: Option<Timestamp>,
}

/// Wrong tries that cost nothing.
const FREE_TRIES: u32 = 3;
/// Longest wait between tries.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_mins(15);

impl Kept {
    /// When the next try is looked at: 15 s after the fourth wrong one, then twice as long each time.
    fn next_try(&self) -> Option<Timestamp> {
        let over = self.failures.checked_sub(FREE_TRIES + 1)?;
        let wait = SignedDuration::from_secs(15_i64 << over.min(10)).min(LONGEST_WAIT);
        self.failed_at.map(|at| at + wait)
    }

    fn wait_s(&self, now: Timestamp) -> i64 {
        self.next_try().map_or(0, |next| next.duration_since(now).as_secs().clamp(0, LONGEST_WAIT.as_secs()))
    }
}

/// Signs an officer in.
///
/// # Errors
/// [`SignInTrouble`]; nobody is signed in then.
pub async fn sign_in(kit: &Kit, officer: &OfficerId, pin: &str) -> Result<SignedIn, SignInTrouble> {
    let name = secret_name(officer);
    let mut kept = kept(kit, &name)?;
    let now = kit.clock.now().wall;
    let wait_s = kept.wait_s(now);
    if wait_s > 0 {
        return Err(SignInTrouble::Wait { wait_s });
    }
    let request = SignInRequest {
        officer: officer.clone(),
        secret: pin.to_owned(),
        device: kit.vault.device(),
        device_key: B64(kit.vault.public_key()),
    };
    let (result, changed) = match kit.central.sign_in(request).await {
        Ok(answer) => {
            kept = Kept { verifier: Some(hash(pin)?), officer: Some(answer.officer.clone()), ..Kept::default() };
            kit.store.trust_rules_keys(&answer.rules_keys)?;
            if let Some(key) = &answer.log_key {
                kit.store.trust_record_key(key)?;
            }
            (Ok(SignedIn { officer: answer.officer, offline: false }), true)
        }
        Err(CentralTrouble::SignIn) => {
            kept.failures += 1;
            kept.failed_at = Some(now);
            (Err(SignInTrouble::Wrong { wait_s: kept.wait_s(now) }), true)
        }
        // No proof either way from the central: what this phone knows decides.
        Err(
            trouble @ (CentralTrouble::Offline(_)
            | CentralTrouble::Portal
            | CentralTrouble::Tls(_)
            | CentralTrouble::Busy { .. }),
        ) => match (&kept.verifier, &kept.officer) {
            (Some(verifier), Some(known)) => {
                if fits(verifier, pin)? {
                    let known = known.clone();
                    kept.failures = 0;
                    kept.failed_at = None;
                    (Ok(SignedIn { officer: known, offline: true }), true)
                } else {
                    kept.failures += 1;
                    kept.failed_at = Some(now);
                    (Err(SignInTrouble::Wrong { wait_s: kept.wait_s(now) }), true)
                }
            }
            _ => (Err(SignInTrouble::NeverHere(trouble)), false),
        },
        Err(trouble) => (Err(SignInTrouble::Central(trouble)), false),
    };
    if changed {
        keep(kit, &name, &kept)?;
    }
    if result.as_ref().is_ok_and(|signed_in| !signed_in.offline) {
        fetch_tickets(kit).await;
    }
    result
}

/// Whoever signs in may ride out of coverage at once: what they may do with seals is fetched now, as far as that goes in a
/// few seconds. Otherwise the sync goes on trying.
async fn fetch_tickets(kit: &Kit) {
    match tokio::time::timeout(TICKETS, kit.tickets.renew()).await {
        Ok(Ok(tickets)) => tracing::info!(tickets, "tickets of the shift are here"),
        Ok(Err(error)) => tracing::warn!(%error, "tickets of the shift are not here yet"),
        Err(_) => tracing::warn!("tickets of the shift are not here yet: no answer"),
    }
}

/// A second officer agrees on this phone with their own PIN, without being signed in. They must have signed in on it before.
///
/// # Errors
/// [`SignInTrouble`].
pub fn agrees_here(kit: &Kit, officer: &OfficerId, pin: &str) -> Result<Officer, SignInTrouble> {
    let name = secret_name(officer);
    let mut kept = kept(kit, &name)?;
    let now = kit.clock.now().wall;
    let wait_s = kept.wait_s(now);
    if wait_s > 0 {
        return Err(SignInTrouble::Wait { wait_s });
    }
    let (Some(verifier), Some(known)) = (&kept.verifier, kept.officer.clone()) else {
        return Err(SignInTrouble::NeverHere(CentralTrouble::Offline("not asked".to_owned())));
    };
    if fits(verifier, pin)? {
        return Ok(known);
    }
    kept.failures += 1;
    kept.failed_at = Some(now);
    keep(kit, &name, &kept)?;
    Err(SignInTrouble::Wrong { wait_s: kept.wait_s(now) })
}

fn secret_name(officer: &OfficerId) -> String {
    format!("sign-in/{}", officer.0)
}

fn kept(kit: &Kit, name: &str) -> Result<Kept, SignInTrouble> {
    match kit.vault.secret(name)? {
        Some(json) => serde_json::from_slice(&json).map_err(|error| SignInTrouble::Verifier(error.to_string())),
        None => Ok(Kept::default()),
    }
}

fn keep(kit: &Kit, name: &str, kept: &Kept) -> Result<(), SignInTrouble> {
    let json = serde_json::to_vec(kept).map_err(|error| SignInTrouble::Verifier(error.to_string()))?;
    Ok(kit.vault.keep(name, &json)?)
}

/// Argon2id with 19 MiB and two passes: a guess at a PIN taken from the vault's file costs tens of milliseconds.
fn hash(pin: &str) -> Result<String, SignInTrouble> {
    let trouble = |error: argon2::password_hash::Error| SignInTrouble::Verifier(error.to_string());
    // A fresh salt from the same random source as our ids.
    let salt = SaltString::encode_b64(Uuid::new_v4().as_bytes()).map_err(trouble)?;
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::default());
    Ok(argon.hash_password(pin.as_bytes(), &salt).map_err(trouble)?.to_string())
}

fn fits(verifier: &str, pin: &str) -> Result<bool, SignInTrouble> {
    let parsed = PasswordHash::new(verifier).map_err(|error| SignInTrouble::Verifier(error.to_string()))?;
    Ok(Argon2::default().verify_password(pin.as_bytes(), &parsed).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_end() {
        let at: Timestamp = "2026-11-20T01:00:00Z".parse().unwrap();
        let waits: Vec<i64> =
            (0..14).map(|failures| Kept { failures, failed_at: Some(at), ..Kept::default() }.wait_s(at)).collect();
        assert_eq!(waits, [0, 0, 0, 0, 15, 30, 60, 120, 240, 480, 900, 900, 900, 900]);
        let kept = Kept { failures: 4, failed_at: Some(at), ..Kept::default() };
        assert_eq!(kept.wait_s(at + SignedDuration::from_secs(15)), 0);
        // A clock set back must not lock an officer out for days.
        assert_eq!(kept.wait_s(at - SignedDuration::from_hours(48)), 900);
    }

    #[test]
    fn only_the_same_pin_fits() {
        let verifier = hash("246810").unwrap();
        assert!(fits(&verifier, "246810").unwrap());
        assert!(!fits(&verifier, "246811").unwrap());
        assert!(!verifier.contains("246810"));
    }
}
