//! Checks before arming, judged against dated limits and the length of the trip.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::reading::{LockState, SealReading};
use crate::rules::SealLimits;
use crate::seal_no::SealNo;

/// What is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckKind {
    /// Serial inside the session equals the scanned label.
    Identity,
    /// Battery enough for the trip.
    Battery,
    /// Seal clock against the phone's.
    Clock,
    /// Rope in its socket.
    Rope,
    /// Self test.
    SelfTest,
    /// Not the factory password.
    Password,
    /// Satellite fix.
    Gnss,
    /// Mobile signal.
    Mobile,
    /// The monitoring platform sees this seal. Not known without coverage.
    Platform,
    /// The lock is open and free.
    LockFree,
}

/// How it came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckResult {
    /// Good.
    Ok,
    /// Allowed, but the officer should know.
    Warn,
    /// Arming must not go on.
    Stop,
    /// Not known (no coverage, seal does not tell).
    Unknown,
}

/// One check with the figures behind it, all integers with units in the name of the kind: battery %, clock seconds,
/// mobile bars, gnss 0/1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// What.
    pub kind: CheckKind,
    /// Result.
    pub result: CheckResult,
    /// Figure found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<i64>,
    /// Figure needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needed: Option<i64>,
    /// Parts that failed, for the self test.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<String>,
}

/// Judges a reading. `platform` is `None` without coverage; `trip` is the permitted time.
#[must_use]
pub fn judge(
    label: &SealNo,
    reading: &SealReading,
    now: Timestamp,
    trip: SignedDuration,
    platform: Option<bool>,
    limits: &SealLimits,
) -> Vec<Check> {
    use CheckResult::{Ok, Stop, Unknown, Warn};
    let told = |kind| !reading.not_told.contains(&kind);
    let check = |kind, result, found: Option<i64>, needed: Option<i64>| Check {
        kind,
        result: if told(kind) { result } else { Unknown },
        found: found.filter(|_| told(kind)),
        needed: needed.filter(|_| told(kind)),
        parts: Vec::new(),
    };
    let pass = |good: bool, otherwise: CheckResult| if good { Ok } else { otherwise };

    let needed_battery = limits.battery_needed(trip);
    let drift = reading.clock.duration_since(now).as_secs();
    vec![
        check(CheckKind::Identity, pass(&reading.serial == label, Stop), None, None),
        check(CheckKind::LockFree, pass(matches!(reading.lock, LockState::Open | LockState::Ready), Stop), None, None),
        check(CheckKind::Rope, pass(reading.rope_inserted, Stop), None, None),
        check(
            CheckKind::Battery,
            pass(i64::from(reading.battery_percent) >= needed_battery, Stop),
            Some(i64::from(reading.battery_percent)),
            Some(needed_battery),
        ),
        check(
            CheckKind::Clock,
            pass(drift.abs() <= limits.clock_drift_s, Warn),
            Some(drift),
            Some(limits.clock_drift_s),
        ),
        check(CheckKind::Password, pass(!reading.default_password, Stop), None, None),
        Check {
            kind: CheckKind::SelfTest,
            result: match reading.self_test_failed.is_empty() {
                true if !told(CheckKind::SelfTest) => Unknown,
                good => pass(good, Stop),
            },
            found: None,
            needed: None,
            parts: reading.self_test_failed.clone(),
        },
        check(CheckKind::Gnss, pass(reading.gnss_fix, Warn), None, None),
        check(CheckKind::Mobile, pass(reading.mobile_bars > 0, Warn), Some(i64::from(reading.mobile_bars)), None),
        check(CheckKind::Platform, platform.map_or(Unknown, |seen| pass(seen, Warn)), None, None),
    ]
}

/// Arming may go on: nothing says stop.
#[must_use]
pub fn may_arm(checks: &[Check]) -> bool {
    checks.iter().all(|check| check.result != CheckResult::Stop)
}
