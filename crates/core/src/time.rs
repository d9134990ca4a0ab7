//! Moments as a phone can honestly claim them: the wall clock, and a clock that no one can set.

use jiff::{SignedDuration, Timestamp, civil, tz};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The time zone in which legal days are counted. Vietnam has kept UTC+7 without summer time since 1975, so a fixed
/// offset is right and phones need no time zone database.
#[must_use]
pub fn vietnam() -> tz::TimeZone {
    tz::TimeZone::fixed(tz::offset(7))
}

/// The civil date of a moment in Vietnam.
#[must_use]
pub fn date_in_vietnam(at: Timestamp) -> civil::Date {
    at.to_zoned(vietnam()).date()
}

/// The moment so long after `at`; the end of time where there is none. For times and lengths that somebody else wrote.
#[must_use]
pub fn after(at: Timestamp, long: SignedDuration) -> Timestamp {
    at.checked_add(long).unwrap_or(if long.is_negative() { Timestamp::MIN } else { Timestamp::MAX })
}

/// A moment as the device saw it. The wall clock may be wrong or set by hand; `boot_ms` only runs forward within one
/// `boot`, also in sleep (`CLOCK_BOOTTIME`, `mach_continuous_time`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// Wall clock, UTC, to the millisecond.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub wall: Timestamp,
    /// Which start of the device `boot_ms` counts from.
    pub boot: Uuid,
    /// Milliseconds since that start.
    pub boot_ms: u64,
}

/// A place in millionths of a degree (WGS 84), with what the phone said of its quality.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// Latitude, millionths of a degree, north positive.
    pub lat_e6: i32,
    /// Longitude, millionths of a degree, east positive.
    pub lon_e6: i32,
    /// Radius of 68 % confidence in metres, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accuracy_m: Option<u32>,
    /// The phone said that the place was made up by another app.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mocked: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_after_the_end_of_time() {
        let at: Timestamp = "2026-11-23T01:02:03Z".parse().unwrap();
        assert_eq!(after(at, SignedDuration::from_secs(7)), "2026-11-23T01:02:10Z".parse().unwrap());
        assert_eq!(after(Timestamp::MAX, SignedDuration::from_secs(1)), Timestamp::MAX);
        assert_eq!((after(at, SignedDuration::MAX), after(at, SignedDuration::MIN)), (Timestamp::MAX, Timestamp::MIN));
    }
}
