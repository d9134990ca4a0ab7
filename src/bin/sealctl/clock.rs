//! One practice clock for several processes: a file says how far practice time is ahead of this machine's.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::{fs, io};

use jiff::{SignedDuration, Timestamp};
use seal_core::time::Moment;
use seal_field::adapters::clock::SystemClock;
use seal_field::ports::clock::Clock;

/// A clock that reads its file anew each time, so that whoever turns it turns it for all.
pub struct SharedClock {
    real: SystemClock,
    file: PathBuf,
    /// What the file said last, ms: holds while the file cannot be read.
    ahead_ms: AtomicI64,
}

impl SharedClock {
    /// Opens the clock of `file`, which holds milliseconds as a decimal number, negative when behind.
    pub fn open(file: &Path) -> io::Result<Self> {
        let ahead_ms = AtomicI64::new(read(file)?);
        Ok(Self { real: SystemClock::new(), file: file.to_owned(), ahead_ms })
    }

    /// The clock of `file`, or the machine's without one.
    pub fn open_or_system(file: Option<&Path>) -> io::Result<std::sync::Arc<dyn Clock>> {
        Ok(match file {
            Some(file) => std::sync::Arc::new(Self::open(file)?),
            None => std::sync::Arc::new(SystemClock::new()),
        })
    }

    fn ahead_ms(&self) -> i64 {
        match read(&self.file) {
            Ok(ahead_ms) => self.ahead_ms.store(ahead_ms, Ordering::SeqCst),
            Err(error) => tracing::error!(%error, file = %self.file.display(), "the practice clock cannot be read"),
        }
        self.ahead_ms.load(Ordering::SeqCst)
    }
}

impl Clock for SharedClock {
    fn now(&self) -> Moment {
        let (real, ahead_ms) = (self.real.now(), self.ahead_ms());
        Moment {
            wall: real.wall.saturating_add(SignedDuration::from_millis(ahead_ms)).unwrap_or(real.wall),
            boot: real.boot,
            // A clock set behind must not stop the one that nobody can set.
            boot_ms: real.boot_ms.saturating_add_signed(ahead_ms.max(0)),
        }
    }
}

fn read(file: &Path) -> io::Result<i64> {
    fs::read_to_string(file)?.trim().parse().map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

fn write(file: &Path, ahead_ms: i64) -> io::Result<()> {
    let new = file.with_extension("new");
    fs::write(&new, ahead_ms.to_string())?;
    fs::rename(new, file)
}

/// Sets the clock of `file` so that practice begins now at `start`.
pub fn begin_at(file: &Path, start: Timestamp) -> io::Result<()> {
    write(file, start.as_millisecond() - Timestamp::now().as_millisecond())
}

/// Turns the clock of `file` forward for everybody.
pub fn turn(file: &Path, by: SignedDuration) -> io::Result<()> {
    let by_ms = i64::try_from(by.as_millis()).map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
    write(file, read(file)?.saturating_add(by_ms))
}
