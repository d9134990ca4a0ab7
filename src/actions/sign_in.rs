//! Signing in: the central checks the PIN; without coverage this phone does, for officers who have signed in on it before.
//!
//! Wrong tries are counted in the vault before the PIN is looked at, so that an app stopped in between gives none away. After
//! [`FREE_TRIES`] each one costs a wait, by the clock nobody can set; after [`MOST_TRIES`] only the central can say that the
//! PIN is right.

use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use seal_core::ids::OfficerId;
use seal_core::officer::Officer;
use seal_core::time::Moment;
use seal_core::wire::{B64, SignInRequest, SignInResponse};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Kit;
use crate::ports::central::CentralTrouble;
use crate::ports::store::StoreError;
use crate::ports::vault::{Key, Purpose, VaultError};

/// The central's code for: it takes no secrets, only accounts of the agency.
const SECRET_OFF: &str = "secret_off";
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
        /// Tries this phone still looks at by itself before the central is needed.
        left: u32,
    },
    /// Too soon after wrong tries; the PIN was not looked at.
    #[error("wait {wait_s} s before the next try")]
    Wait {
        /// Seconds left.
        wait_s: i64,
    },
    /// Too many wrong tries: this phone no longer looks at the PIN, and the central cannot be reached.
    #[error("too many wrong tries: the central has to be asked")]
    CentralNeeded(CentralTrouble),
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
    /// It was made with the vault's key, and is worth nothing without it.
    #[serde(default)]
    bound: bool,
    officer: Option<Officer>,
    failures: u32,
    /// When the last wrong try was made, or was first heard of since the phone started.
    #[serde(default)]
    failed: Option<Moment>,
}

/// Wrong tries that cost nothing.
pub const FREE_TRIES: u32 = 5;
/// Wrong tries after which this phone no longer looks at the PIN.
pub const MOST_TRIES: u32 = 10;
/// The wait after the first try that costs one; each next is twice as long. So no wait is longer than 16 minutes.
const FIRST_WAIT_MS: u64 = 30_000;

impl Kept {
    /// The wait that the last wrong try cost.
    fn wait_ms(&self) -> u64 {
        match self.failures.checked_sub(FREE_TRIES) {
            Some(over) => FIRST_WAIT_MS << over.min(MOST_TRIES - FREE_TRIES),
            None => 0,
        }
    }

    /// Seconds until the next try is looked at. A wall clock set by hand changes nothing.
    fn wait_s(&self, now: Moment) -> i64 {
        let passed = match self.failed {
            Some(failed) if failed.boot == now.boot => now.boot_ms.saturating_sub(failed.boot_ms),
            _ => 0,
        };
        i64::try_from(self.wait_ms().saturating_sub(passed).div_ceil(1000)).unwrap_or(i64::MAX)
    }

    /// The phone started anew since the last wrong try: how long that was ago nobody knows, so the wait begins again.
    fn is_of_another_start(&self, now: Moment) -> bool {
        self.failures > 0 && self.failed.is_none_or(|failed| failed.boot != now.boot)
    }

    const fn left(&self) -> u32 {
        MOST_TRIES.saturating_sub(self.failures)
    }

    const fn failed_at(&mut self, now: Moment) {
        self.failures = self.failures.saturating_add(1);
        self.failed = Some(now);
    }
}

/// What this phone says of a PIN by itself.
enum Checked {
    /// It fits.
    Fits(Officer),
    /// It does not; counted.
    Wrong,
    /// This officer never signed in here.
    Unknown,
    /// Too many wrong tries.
    Closed,
}

/// Signs an officer in.
///
/// # Errors
/// [`SignInTrouble`]; nobody is signed in then.
pub async fn sign_in(kit: &Kit, officer: &OfficerId, pin: &str) -> Result<SignedIn, SignInTrouble> {
    let name = secret_name(officer);
    let now = kit.clock.now();
    let mut kept = ready(kit, &name, now)?;
    let request = SignInRequest {
        officer: officer.clone(),
        secret: pin.to_owned(),
        device: kit.vault.device(),
        device_key: B64(kit.vault.public_key()),
    };
    match kit.central.sign_in(request).await {
        Ok(answer) => {
            choose_pin(kit, &answer.officer, pin)?;
            let_in(kit, answer).await
        }
        Err(CentralTrouble::SignIn) => {
            kept.failed_at(now);
            keep(kit, &name, &kept)?;
            Err(SignInTrouble::Wrong { wait_s: kept.wait_s(now), left: kept.left() })
        }
        // No proof either way from the central: what this phone knows decides.
        Err(
            trouble @ (CentralTrouble::Offline(_)
            | CentralTrouble::Portal
            | CentralTrouble::Tls(_)
            | CentralTrouble::Busy { .. }),
        ) => here(kit, &name, &mut kept, pin, now, trouble),
        // The agency's accounts alone count there; the PIN is this phone's own.
        Err(CentralTrouble::Forbidden(problem)) if problem.code == SECRET_OFF => {
            here(kit, &name, &mut kept, pin, now, CentralTrouble::Forbidden(problem))
        }
        Err(trouble) => Err(SignInTrouble::Central(trouble)),
    }
}

/// What this phone says by itself, since the central says nothing of the PIN.
fn here(
    kit: &Kit,
    name: &str,
    kept: &mut Kept,
    pin: &str,
    now: Moment,
    trouble: CentralTrouble,
) -> Result<SignedIn, SignInTrouble> {
    match check(kit, name, kept, pin, now)? {
        Checked::Fits(officer) => Ok(SignedIn { officer, offline: true }),
        Checked::Wrong => Err(SignInTrouble::Wrong { wait_s: kept.wait_s(now), left: kept.left() }),
        Checked::Unknown => Err(SignInTrouble::NeverHere(trouble)),
        Checked::Closed => Err(SignInTrouble::CentralNeeded(trouble)),
    }
}

/// Whom the central let in begins to work here.
pub(super) async fn let_in(kit: &Kit, answer: SignInResponse) -> Result<SignedIn, SignInTrouble> {
    kit.store.trust_rules_keys(&answer.rules_keys)?;
    if let Some(key) = &answer.log_key {
        kit.store.trust_record_key(key)?;
    }
    if let Some(key) = &answer.agency_key
        && let Err(error) = kit.store.trust_agency_key(key)
    {
        // Nobody is kept from signing in by it; the next sign-in brings it again.
        tracing::error!(%error, "the agency's key is not kept");
    }
    fetch_tickets(kit).await;
    Ok(SignedIn { officer: answer.officer, offline: false })
}

/// This PIN opens the phone for the officer from now on, also without coverage. Only for whom the central has just let in.
///
/// # Errors
/// [`SignInTrouble`]; then the PIN from before holds.
pub fn choose_pin(kit: &Kit, officer: &Officer, pin: &str) -> Result<(), SignInTrouble> {
    let verifier = hash(pin, &kit.vault.key(Purpose::Pin))?;
    let kept = Kept { verifier: Some(verifier), bound: true, officer: Some(officer.clone()), ..Kept::default() };
    keep(kit, &secret_name(&officer.id), &kept)
}

/// The central said by another way who this is: wrong tries are forgotten, unit and roles are as it says now. Gives whether
/// the officer has a PIN on this phone.
pub(super) fn known_by_central(kit: &Kit, officer: &Officer) -> Result<bool, SignInTrouble> {
    let name = secret_name(&officer.id);
    let kept = kept(kit, &name)?;
    if kept.verifier.is_none() {
        return Ok(false);
    }
    keep(kit, &name, &Kept { officer: Some(officer.clone()), failures: 0, failed: None, ..kept })?;
    Ok(true)
}

/// What is kept of the account, when the next try may be looked at.
fn ready(kit: &Kit, name: &str, now: Moment) -> Result<Kept, SignInTrouble> {
    let mut kept = kept(kit, name)?;
    if kept.is_of_another_start(now) {
        kept.failed = Some(now);
        keep(kit, name, &kept)?;
    }
    match kept.wait_s(now) {
        0 => Ok(kept),
        wait_s => Err(SignInTrouble::Wait { wait_s }),
    }
}

/// Looks at a PIN without the central. The try counts as wrong until it is found right.
fn check(kit: &Kit, name: &str, kept: &mut Kept, pin: &str, now: Moment) -> Result<Checked, SignInTrouble> {
    let (Some(verifier), Some(officer)) = (kept.verifier.clone(), kept.officer.clone()) else {
        return Ok(Checked::Unknown);
    };
    if kept.left() == 0 {
        return Ok(Checked::Closed);
    }
    kept.failed_at(now);
    keep(kit, name, kept)?;
    let key = kit.vault.key(Purpose::Pin);
    if !fits(&verifier, pin, kept.bound.then_some(&key))? {
        return Ok(Checked::Wrong);
    }
    if !kept.bound {
        (kept.verifier, kept.bound) = (Some(hash(pin, &key)?), true);
    }
    (kept.failures, kept.failed) = (0, None);
    keep(kit, name, kept)?;
    Ok(Checked::Fits(officer))
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
    let now = kit.clock.now();
    let mut kept = ready(kit, &name, now)?;
    let not_asked = || CentralTrouble::Offline("not asked".to_owned());
    match check(kit, &name, &mut kept, pin, now)? {
        Checked::Fits(officer) => Ok(officer),
        Checked::Wrong => Err(SignInTrouble::Wrong { wait_s: kept.wait_s(now), left: kept.left() }),
        Checked::Unknown => Err(SignInTrouble::NeverHere(not_asked())),
        Checked::Closed => Err(SignInTrouble::CentralNeeded(not_asked())),
    }
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

/// Argon2id with 19 MiB and two passes, keyed by the vault: without that key no guess can be tried at all, and with it each costs
/// tens of milliseconds.
fn hash(pin: &str, key: &Key) -> Result<String, SignInTrouble> {
    // A fresh salt from the same random source as our ids.
    let salt = SaltString::encode_b64(Uuid::new_v4().as_bytes()).map_err(unusable)?;
    let hashed = argon(Some(key))?.hash_password(pin.as_bytes(), &salt).map_err(unusable)?;
    Ok(hashed.to_string())
}

fn fits(verifier: &str, pin: &str, key: Option<&Key>) -> Result<bool, SignInTrouble> {
    let parsed = PasswordHash::new(verifier).map_err(unusable)?;
    Ok(argon(key)?.verify_password(pin.as_bytes(), &parsed).is_ok())
}

fn argon(key: Option<&Key>) -> Result<Argon2<'_>, SignInTrouble> {
    let (algorithm, version) = (Algorithm::Argon2id, Version::V0x13);
    match key {
        Some(key) => Argon2::new_with_secret(key.bytes(), algorithm, version, Params::default()).map_err(unusable),
        None => Ok(Argon2::new(algorithm, version, Params::default())),
    }
}

fn unusable(error: impl std::fmt::Display) -> SignInTrouble {
    SignInTrouble::Verifier(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(boot: u128, boot_ms: u64, wall: &str) -> Moment {
        Moment { wall: wall.parse().unwrap(), boot: Uuid::from_u128(boot), boot_ms }
    }

    #[test]
    fn waits_grow_and_end() {
        let at = moment(1, 50_000, "2026-11-20T01:00:00Z");
        let kept = |failures| Kept { failures, failed: Some(at), ..Kept::default() };
        let waits: Vec<i64> = (0..12).map(|failures| kept(failures).wait_s(at)).collect();
        assert_eq!(waits, [0, 0, 0, 0, 0, 30, 60, 120, 240, 480, 960, 960]);
        assert_eq!(
            (0..12).map(|failures| kept(failures).left()).collect::<Vec<_>>(),
            [10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0]
        );
        assert_eq!(kept(5).wait_s(moment(1, 79_001, "2026-11-20T01:00:00Z")), 1);
        assert_eq!(kept(5).wait_s(moment(1, 80_000, "2026-11-20T01:00:00Z")), 0);
    }

    #[test]
    fn a_clock_set_by_hand_and_a_new_start_shorten_no_wait() {
        let at = moment(1, 50_000, "2026-11-20T01:00:00Z");
        let kept = Kept { failures: 6, failed: Some(at), ..Kept::default() };
        for wall in ["2026-11-18T01:00:00Z", "2027-11-20T01:00:00Z"] {
            assert_eq!(kept.wait_s(moment(1, 50_000, wall)), 60);
            assert_eq!(kept.wait_s(moment(2, 9_000_000, wall)), 60);
        }
        assert!(kept.is_of_another_start(moment(2, 0, "2026-11-20T01:00:00Z")));
        assert!(!kept.is_of_another_start(at));
    }

    #[test]
    fn only_the_same_pin_under_the_same_vault_fits() {
        let (mine, other) = (Key::new([1; 32]), Key::new([2; 32]));
        let verifier = hash("246810", &mine).unwrap();
        assert!(fits(&verifier, "246810", Some(&mine)).unwrap());
        assert!(!fits(&verifier, "246811", Some(&mine)).unwrap());
        assert!(!fits(&verifier, "246810", Some(&other)).unwrap());
        assert!(!fits(&verifier, "246810", None).unwrap());
        assert!(!verifier.contains("246810"));
    }
}
