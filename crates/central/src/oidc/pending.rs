//! Sign-ins that have begun: in memory, a few minutes each. What a restart forgets is begun again.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use openidconnect::core::CoreDeviceAuthorizationResponse;
use openidconnect::{Nonce, PkceCodeVerifier};
use seal_core::ids::{DeviceId, OfficerId, Sha256};
use seal_core::wire::B64;

/// So many at once; each takes about a KiB.
const MOST: usize = 10_000;
/// Wrong digits after which a sign-in is over.
const TRIES: u32 = 5;
/// An answer that was lost on its way to the phone is given again for so long.
const AGAIN: SignedDuration = SignedDuration::from_mins(2);
/// Seconds until a phone asks again while the provider is being asked.
const SOON_S: u32 = 2;

/// Why a sign-in ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Denied,
    Late,
    Unproven,
    Unreachable,
    UnknownOfficer,
    DisabledOfficer,
    Digits,
}

/// Who begins, from where.
pub(super) struct Phone {
    pub(super) device: DeviceId,
    pub(super) key: B64,
    pub(super) challenge: Sha256,
}

/// Where a sign-in stands.
pub(super) enum Stage {
    /// The officer is at the provider's page in a browser.
    Browser { nonce: Nonce, pkce: PkceCodeVerifier },
    /// The officer is typing a code somewhere; the provider may be asked from `look_at` on.
    Code { details: CoreDeviceAuthorizationResponse, interval: Duration, look_at: Timestamp },
    /// The provider is being asked.
    Asking,
    /// The provider named the officer.
    Signed { officer: OfficerId, digits: Option<String>, wrong: u32 },
    /// It came to nothing.
    Over(End),
}

struct Pending {
    phone: Phone,
    expires: Timestamp,
    stage: Stage,
}

/// What a phone's question comes to.
pub(super) enum Step {
    /// There is no such sign-in, or no longer, or it is not the asker's.
    Gone,
    /// Nobody has signed in yet.
    Wait(u32),
    /// The provider has to be asked; until it has answered nobody else asks it.
    Look { details: CoreDeviceAuthorizationResponse, interval: Duration },
    /// Not the digits that the browser shows.
    WrongDigits,
    /// The officer is let in.
    Enter { officer: OfficerId, device: DeviceId, key: B64 },
    /// It came to nothing.
    Over(End),
}

/// The sign-ins, by the digest of their handle. That digest is also what the browser carries: it does not lead to the handle.
#[derive(Default)]
pub(super) struct Table(Mutex<HashMap<Sha256, Pending>>);

impl Table {
    fn lock(&self) -> MutexGuard<'_, HashMap<Sha256, Pending>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a new sign-in in the place of the device's last; `false` when there are too many.
    pub(super) fn begin(&self, key: Sha256, phone: Phone, stage: Stage, expires: Timestamp, now: Timestamp) -> bool {
        let mut table = self.lock();
        table.retain(|_, pending| pending.expires > now && pending.phone.device != phone.device);
        if table.len() >= MOST {
            return false;
        }
        table.insert(key, Pending { phone, expires, stage });
        true
    }

    /// What the browser's code is to be exchanged with: once, whoever comes first.
    pub(super) fn back(&self, key: &Sha256, now: Timestamp) -> Option<(Nonce, PkceCodeVerifier)> {
        let mut table = self.lock();
        let pending = table.get_mut(key).filter(|pending| pending.expires > now)?;
        match std::mem::replace(&mut pending.stage, Stage::Asking) {
            Stage::Browser { nonce, pkce } => Some((nonce, pkce)),
            other => {
                pending.stage = other;
                None
            }
        }
    }

    /// Where a sign-in stands now that the provider was asked.
    pub(super) fn goes_on(&self, key: &Sha256, stage: Stage) {
        if let Some(pending) = self.lock().get_mut(key) {
            pending.stage = stage;
        }
    }

    /// A phone asks.
    pub(super) fn ask(&self, key: &Sha256, verifier: &[u8], digits: Option<&str>, now: Timestamp) -> Step {
        let mut table = self.lock();
        let Some(pending) = table.get_mut(key) else { return Step::Gone };
        if pending.expires <= now {
            table.remove(key);
            return Step::Gone;
        }
        if Sha256::of(verifier) != pending.phone.challenge {
            return Step::Gone;
        }
        match &mut pending.stage {
            Stage::Browser { .. } | Stage::Asking => Step::Wait(SOON_S),
            Stage::Code { look_at, .. } if *look_at > now => Step::Wait(seconds(look_at.duration_since(now))),
            Stage::Code { details, interval, .. } => {
                let look = Step::Look { details: details.clone(), interval: *interval };
                pending.stage = Stage::Asking;
                look
            }
            Stage::Signed { digits: Some(right), wrong, .. } if digits != Some(right.as_str()) => {
                *wrong += u32::from(digits.is_some());
                if *wrong < TRIES {
                    return Step::WrongDigits;
                }
                pending.stage = Stage::Over(End::Digits);
                Step::Over(End::Digits)
            }
            Stage::Signed { officer, .. } => {
                pending.expires = pending.expires.min(now.saturating_add(AGAIN).unwrap_or(now));
                let Phone { device, key, .. } = &pending.phone;
                Step::Enter { officer: officer.clone(), device: *device, key: key.clone() }
            }
            Stage::Over(end) => Step::Over(*end),
        }
    }
}

/// Whole seconds, rounded up.
pub(super) fn seconds(time: SignedDuration) -> u32 {
    u32::try_from((time.as_millis().max(0) + 999) / 1000).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    fn begun(stage: Stage) -> (Table, Sha256) {
        let (table, key) = (Table::default(), Sha256::of(b"handle"));
        let phone =
            Phone { device: DeviceId(uuid::Uuid::nil()), key: B64(vec![4]), challenge: Sha256::of(b"verifier") };
        assert!(table.begin(key, phone, stage, at(600), at(0)));
        (table, key)
    }

    fn signed() -> Stage {
        Stage::Signed { officer: OfficerId("an.nv".into()), digits: Some("123456".into()), wrong: 0 }
    }

    #[test]
    fn only_who_began_it_learns_anything() {
        let (table, key) = begun(signed());
        assert!(matches!(table.ask(&key, b"another", Some("123456"), at(1)), Step::Gone));
        assert!(matches!(table.ask(&Sha256::of(b"other"), b"verifier", None, at(1)), Step::Gone));
        assert!(matches!(table.ask(&key, b"verifier", Some("123456"), at(600)), Step::Gone));
    }

    #[test]
    fn the_digits_are_tried_five_times_and_an_answer_is_given_again_for_two_minutes() {
        let (table, key) = begun(signed());
        for _ in 0..4 {
            assert!(matches!(table.ask(&key, b"verifier", Some("000000"), at(1)), Step::WrongDigits));
            assert!(matches!(table.ask(&key, b"verifier", None, at(1)), Step::WrongDigits));
        }
        for second in [2, 121] {
            assert!(matches!(table.ask(&key, b"verifier", Some("123456"), at(second)), Step::Enter { .. }));
        }
        let (table, key) = begun(signed());
        for _ in 0..5 {
            let _ = table.ask(&key, b"verifier", Some("000000"), at(1));
        }
        assert!(matches!(table.ask(&key, b"verifier", Some("123456"), at(1)), Step::Over(End::Digits)));
        let (table, key) = begun(signed());
        assert!(matches!(table.ask(&key, b"verifier", Some("123456"), at(1)), Step::Enter { .. }));
        assert!(matches!(table.ask(&key, b"verifier", Some("123456"), at(121)), Step::Gone));
    }

    #[test]
    fn a_device_has_one_at_a_time() {
        let (table, key) = begun(signed());
        let phone = |device| Phone { device, key: B64(vec![4]), challenge: Sha256::of(b"verifier") };
        let other = DeviceId(uuid::Uuid::from_u128(1));
        assert!(table.begin(Sha256::of(b"other"), phone(other), signed(), at(600), at(1)));
        assert!(!matches!(table.ask(&key, b"verifier", None, at(1)), Step::Gone));
        assert!(table.begin(Sha256::of(b"later"), phone(DeviceId(uuid::Uuid::nil())), signed(), at(600), at(1)));
        assert!(matches!(table.ask(&key, b"verifier", None, at(1)), Step::Gone));
    }

    #[test]
    fn a_browser_comes_back_once() {
        let (_, pkce) = openidconnect::PkceCodeChallenge::new_random_sha256();
        let (table, key) = begun(Stage::Browser { nonce: Nonce::new_random(), pkce });
        assert!(matches!(table.ask(&key, b"verifier", None, at(1)), Step::Wait(2)));
        assert!(table.back(&key, at(600)).is_none());
        assert!(table.back(&key, at(1)).is_some());
        assert!(table.back(&key, at(1)).is_none());
    }
}
