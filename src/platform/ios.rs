//! iOS. Type-checked on every change; not yet run on a device.

use std::path::PathBuf;
use std::time::Duration;

use super::PlatformError;

/// `Library/Application Support/seal-field` in the app's own container.
pub fn data_folder() -> Result<PathBuf, PlatformError> {
    // iOS sets HOME to the app's container.
    std::env::home_dir()
        .filter(|home| home.is_absolute())
        .map(|home| home.join("Library/Application Support/seal-field"))
        .ok_or_else(|| PlatformError::NoDataFolder("HOME is not set".into()))
}

/// `CLOCK_MONOTONIC_RAW`, which on Apple systems is `mach_continuous_time` and counts sleep.
pub fn time_since_boot() -> Duration {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `now` is a valid timespec for the length of the call.
    let answer = unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC_RAW, &mut now) };
    // Fails only for an unknown clock or a bad pointer, and these are neither.
    assert_eq!(answer, 0, "iOS has had this clock since version 10");
    Duration::new(now.tv_sec.unsigned_abs(), now.tv_nsec.unsigned_abs() as u32)
}
