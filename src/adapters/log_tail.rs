//! The app's log: to standard error, and its last lines in memory, for a report of a difficulty. Nothing of it lies on the disk.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

use tracing::Level;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _, fmt};

use crate::ports::machine::Machine;

/// Lines that are kept.
const LINES: usize = 80;
/// Characters of one; the rest of it is left out.
const CHARACTERS: usize = 160;

/// Of the whole process: so is the log.
static TAIL: Mutex<VecDeque<String>> = Mutex::new(VecDeque::new());

/// Begins to log. Standard error gets what `RUST_LOG` says, warnings unless told otherwise; the last lines are the app's own
/// ones, from `info` on.
pub fn begin() {
    let wanted = EnvFilter::try_from_default_env().unwrap_or_else(|_| "warn".into());
    let console = fmt::layer().with_writer(io::stderr).with_filter(wanted);
    let own = Targets::new().with_target(env!("CARGO_CRATE_NAME"), Level::INFO);
    let tail = fmt::layer().with_ansi(false).with_writer(|| Tail).with_filter(own);
    tracing_subscriber::registry().with(console).with(tail).init();
}

/// Takes a line at a time: the formatter writes whole ones.
struct Tail;

impl Write for Tail {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        let mut tail = TAIL.lock().unwrap_or_else(PoisonError::into_inner);
        for line in text.lines() {
            if tail.len() == LINES {
                tail.pop_front();
            }
            tail.push_back(line.chars().take(CHARACTERS).collect());
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// This process.
#[derive(Debug, Clone, Copy)]
pub struct ThisProcess;

impl Machine for ThisProcess {
    fn app(&self) -> String {
        format!("{} {}", env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))
    }

    fn system(&self) -> String {
        format!("{} {}", std::env::consts::OS, std::env::consts::ARCH)
    }

    fn log(&self) -> Vec<String> {
        TAIL.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_kept_and_long_ones_cut() {
        for n in 0..LINES + 3 {
            Tail.write_all(format!("line {n} {}\n", "é".repeat(500)).as_bytes()).unwrap();
        }
        let log = ThisProcess.log();
        assert_eq!(log.len(), LINES);
        assert!(log[0].starts_with("line 3 é") && log[LINES - 1].starts_with(&format!("line {} ", LINES + 2)));
        assert!(log.iter().all(|line| line.chars().count() == CHARACTERS));
    }
}
