//! A Linux PC, for practice and tests. Data folders are usually given as arguments there.

use std::path::PathBuf;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use super::PlatformError;

/// `$XDG_DATA_HOME/seal-field`, else `~/.local/share/seal-field` (XDG base directories 0.8).
pub fn data_folder() -> Result<PathBuf, PlatformError> {
    std::env::var_os("XDG_DATA_HOME")
        .map(PathBuf::from)
        // The specification: a relative path is invalid and to be ignored.
        .filter(|folder| folder.is_absolute())
        .or_else(|| std::env::home_dir().map(|home| home.join(".local/share")))
        .map(|folder| folder.join("seal-field"))
        .ok_or_else(|| PlatformError::NoDataFolder("HOME is not set".into()))
}

/// `CLOCK_BOOTTIME`, which counts suspend.
pub fn time_since_boot() -> Duration {
    let now = clock_gettime(ClockId::Boottime);
    Duration::new(now.tv_sec.unsigned_abs(), now.tv_nsec.unsigned_abs() as u32)
}
