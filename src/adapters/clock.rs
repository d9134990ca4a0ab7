//! Clocks: the device's own, and the one practice turns forward.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::{fs, io};

use jiff::{SignedDuration, Timestamp};
use seal_core::time::Moment;
use uuid::Uuid;

use super::files;
use crate::platform::time_since_boot;
use crate::ports::clock::Clock;

/// Where Linux and Android name the present start of the device.
const BOOT_ID: &str = "/proc/sys/kernel/random/boot_id";

/// The device's clock.
#[derive(Debug, Clone)]
pub struct SystemClock {
    boot: Uuid,
}

impl SystemClock {
    /// Reads which start of the device this is. Where the system does not name it, each start of the app counts as one:
    /// then moments of two runs cannot be compared, which is the honest answer.
    #[must_use]
    pub fn new() -> Self {
        let named = fs::read_to_string(BOOT_ID).ok().and_then(|text| Uuid::parse_str(text.trim()).ok());
        Self { boot: named.unwrap_or_else(Uuid::new_v4) }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Moment {
        Moment {
            wall: whole_millis(Timestamp::now()),
            boot: self.boot,
            boot_ms: u64::try_from(time_since_boot().as_millis()).unwrap_or(u64::MAX),
        }
    }
}

/// Facts keep moments to the millisecond; so does everything else, or a fact would differ from its own copy.
fn whole_millis(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}

/// A clock that can be turned forward, for practice: "it is now two days later". Clones share the offset; it is kept in a
/// file, so that practice goes on where it stopped.
#[derive(Clone)]
pub struct PracticeClock {
    real: SystemClock,
    ahead_ms: Arc<AtomicI64>,
    /// Part of it that practice began with; the rest was turned since, and the device has run for it.
    begun_ms: i64,
    file: PathBuf,
}

impl PracticeClock {
    /// A clock whose offset is kept in `file`; without that file it shows the real time.
    ///
    /// # Errors
    /// When the file is there and cannot be read.
    pub fn open(file: &Path) -> io::Result<Self> {
        let number = |text: &str| text.parse().map_err(|e| io::Error::new(io::ErrorKind::InvalidData, e));
        let (ahead, begun) = match fs::read_to_string(file) {
            Ok(text) => match text.trim().split_once(' ') {
                Some((ahead, begun)) => (number(ahead)?, number(begun)?),
                None => (number(text.trim())?, 0),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => (0, 0),
            Err(error) => return Err(error),
        };
        let ahead_ms = Arc::new(AtomicI64::new(ahead));
        Ok(Self { real: SystemClock::new(), ahead_ms, begun_ms: begun, file: file.to_owned() })
    }

    /// The clock of a practice that begins at `at`, also in the past: a Tết, a worked Saturday. One that has begun already
    /// goes on as it is.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub fn begin(file: &Path, at: Timestamp) -> io::Result<Self> {
        if !file.exists() {
            let ahead = at.as_millisecond() - SystemClock::new().now().wall.as_millisecond();
            keep(file, ahead, ahead)?;
        }
        Self::open(file)
    }

    /// Turns it forward. Never back: what was done in practice stays in order.
    ///
    /// # Errors
    /// When the new offset cannot be kept; then the clock is not turned.
    pub fn advance(&self, by: SignedDuration) -> io::Result<()> {
        let by = i64::try_from(by.as_millis()).unwrap_or(0).max(0);
        let ahead = self.ahead_ms.load(Ordering::SeqCst).saturating_add(by);
        keep(&self.file, ahead, self.begun_ms)?;
        self.ahead_ms.fetch_add(by, Ordering::SeqCst);
        Ok(())
    }

    /// How far it is ahead of the real time.
    #[must_use]
    pub fn ahead(&self) -> SignedDuration {
        SignedDuration::from_millis(self.ahead_ms.load(Ordering::SeqCst))
    }
}

fn keep(file: &Path, ahead_ms: i64, begun_ms: i64) -> io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    files::private_folder(folder)?;
    files::write_durably(folder, file, format!("{ahead_ms} {begun_ms}").as_bytes())
}

impl Clock for PracticeClock {
    fn now(&self) -> Moment {
        let real = self.real.now();
        let ahead = self.ahead();
        Moment {
            wall: real.wall.checked_add(ahead).unwrap_or(Timestamp::MAX),
            boot: real.boot,
            boot_ms: real.boot_ms.saturating_add_signed(self.ahead_ms.load(Ordering::SeqCst) - self.begun_ms),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_practice_clock_goes_forward_for_all_and_survives_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("practice/clock");
        let clock = PracticeClock::open(&file).unwrap();
        let other = clock.clone();
        let before = other.now();
        clock.advance(SignedDuration::from_hours(48)).unwrap();
        let after = other.now();
        assert!(after.wall.duration_since(before.wall) >= SignedDuration::from_hours(48));
        assert!(after.boot_ms - before.boot_ms >= 48 * 3_600_000);
        clock.advance(SignedDuration::from_hours(-5)).unwrap();
        assert_eq!(PracticeClock::open(&file).unwrap().ahead(), SignedDuration::from_hours(48));
        fs::write(&file, "soon").unwrap();
        assert!(PracticeClock::open(&file).is_err());
    }

    #[test]
    fn practice_may_begin_on_another_day_and_goes_on_from_there() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("practice/clock");
        let at: Timestamp = "2026-02-12T01:00:00Z".parse().unwrap();
        let clock = PracticeClock::begin(&file, at).unwrap();
        let begun = clock.now();
        assert!(begun.wall.duration_since(at).abs() < SignedDuration::from_mins(10));
        clock.advance(SignedDuration::from_hours(24)).unwrap();
        let later = PracticeClock::begin(&file, "2020-01-01T00:00:00Z".parse().unwrap()).unwrap().now();
        assert!(later.wall.duration_since(begun.wall) >= SignedDuration::from_hours(24));
        assert!(later.boot_ms - begun.boot_ms >= 24 * 3_600_000, "the device ran as long as the clock was turned");
    }

    #[test]
    fn moments_are_whole_milliseconds() {
        let now = SystemClock::new().now();
        assert_eq!(now.wall.subsec_nanosecond() % 1_000_000, 0);
    }
}
