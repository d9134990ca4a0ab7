//! Stopwatch, medians and small tables. Nothing here judges a time: machines differ, tests are elsewhere.
#![allow(dead_code)] // each benchmark uses its part

use std::fmt::Display;
use std::time::Duration;

/// What a benchmark ran on; stands above its tables.
pub fn machine(name: &str) {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ")).map(|(_, name)| name);
    println!(
        "{name}: {cores} cores, {}, {} {}, version {}",
        model.unwrap_or("processor not named"),
        std::env::consts::OS,
        std::env::consts::ARCH,
        env!("CARGO_PKG_VERSION"),
    );
}

/// The time `work` takes.
pub fn time<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let start = std::time::Instant::now();
    let out = work();
    (start.elapsed(), out)
}

/// Times of `rounds` runs.
pub fn times<T>(rounds: usize, mut work: impl FnMut() -> T) -> Times {
    Times((0..rounds).map(|_| time(|| std::hint::black_box(work())).0).collect())
}

/// Several times of the same work.
#[derive(Default)]
pub struct Times(pub Vec<Duration>);

impl Times {
    /// The value below which `percent` of the times lie.
    pub fn percentile(&self, percent: usize) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let last = sorted.len().saturating_sub(1);
        sorted.get((last * percent).div_ceil(100)).copied().unwrap_or_default()
    }

    pub fn median(&self) -> Duration {
        self.percentile(50)
    }
}

/// Milliseconds with three digits that say something.
pub fn ms(time: Duration) -> String {
    let ms = time.as_secs_f64() * 1e3;
    match ms {
        ms if ms < 1.0 => format!("{ms:.3}"),
        ms if ms < 10.0 => format!("{ms:.2}"),
        ms if ms < 100.0 => format!("{ms:.1}"),
        ms => format!("{ms:.0}"),
    }
}

/// Prints rows as a Markdown table, the first row as its head.
pub fn table(title: &str, rows: &[Vec<String>]) {
    println!("\n{title}\n");
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let cell = |row: &Vec<String>, n: usize| row.get(n).cloned().unwrap_or_default();
    let width = |n| rows.iter().map(|row| cell(row, n).chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    for (n, row) in rows.iter().enumerate() {
        // Words to the left, figures to the right.
        let cells = widths.iter().enumerate().map(|(n, width)| match n {
            0 => format!("{:<width$}", cell(row, n)),
            _ => format!("{:>width$}", cell(row, n)),
        });
        println!("| {} |", cells.collect::<Vec<_>>().join(" | "));
        if n == 0 {
            let rule = |(n, width): (usize, &usize)| "-".repeat(width + 1) + if n == 0 { "-" } else { ":" };
            println!("|{}|", widths.iter().enumerate().map(rule).collect::<Vec<_>>().join("|"));
        }
    }
}

/// A row.
pub fn row(cells: &[&dyn Display]) -> Vec<String> {
    cells.iter().map(ToString::to_string).collect()
}

/// A folder on the disk the project is built on; the system's folder for temporary files may be memory.
pub fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("the build folder can be written")
}
