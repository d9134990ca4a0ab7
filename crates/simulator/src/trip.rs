//! Where an armed seal is, and what it meets on the way.

use jiff::{SignedDuration, Timestamp};
use seal_core::time::Position;
use serde::{Deserialize, Serialize};

use crate::spec::Waypoint;

/// Interval of position reports, minutes.
pub const REPORT_MINUTES: i64 = 10;
/// [`crate::Trouble::RopeCutOnTheWay`] happens after so much of the trip, per cent.
pub const CUT_AT_PERCENT: i64 = 40;
/// [`crate::Trouble::DiesOnTheWay`] happens after so much of the trip, per cent.
pub const DEATH_AT_PERCENT: i64 = 80;
/// [`crate::Trouble::DeadZone`], per cent of the trip.
pub const DEAD_ZONE_PERCENT: std::ops::Range<i64> = 45..60;

/// A trip under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trip {
    /// When it was armed.
    pub armed_at: Timestamp,
    /// When the truck drove off.
    pub left_at: Timestamp,
    /// How long the route takes, hours.
    pub hours: u32,
    /// Next position report.
    pub next_report: Timestamp,
}

impl Trip {
    /// A trip that begins now.
    #[must_use]
    pub fn begin(now: Timestamp, hours: u32) -> Self {
        Self { armed_at: now, left_at: now, hours, next_report: now + SignedDuration::from_mins(REPORT_MINUTES) }
    }

    /// How much of the route lies behind at `at`, thousandths.
    #[must_use]
    pub fn permille(&self, at: Timestamp) -> i64 {
        let whole = i64::from(self.hours.max(1)) * 3600;
        (at.duration_since(self.left_at).as_secs().clamp(0, whole) * 1000) / whole
    }

    /// When so many per cent of the route are behind.
    #[must_use]
    pub fn at_percent(&self, percent: i64) -> Timestamp {
        self.left_at + SignedDuration::from_secs(i64::from(self.hours) * 36 * percent)
    }

    /// The place at `at` on a track of at least one point.
    #[must_use]
    pub fn place(&self, track: &[Waypoint], at: Timestamp) -> Option<Position> {
        let legs = i64::try_from(track.len()).ok()? - 1;
        let along = self.permille(at) * legs.max(0);
        let leg = usize::try_from(along / 1000).ok()?.min(track.len().checked_sub(1)?);
        let (from, to) = (track[leg], track[(leg + 1).min(track.len() - 1)]);
        let part = along % 1000;
        let between = |a: i32, b: i32| {
            let moved = i64::from(a) + (i64::from(b) - i64::from(a)) * part / 1000;
            i32::try_from(moved).unwrap_or(a)
        };
        Some(position(Waypoint { lat_e6: between(from.lat_e6, to.lat_e6), lon_e6: between(from.lon_e6, to.lon_e6) }))
    }
}

/// A fix at a point.
#[must_use]
pub fn position(at: Waypoint) -> Position {
    Position { lat_e6: at.lat_e6, lon_e6: at.lon_e6, accuracy_m: Some(12), mocked: false }
}
