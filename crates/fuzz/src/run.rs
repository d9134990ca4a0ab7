//! Runs a target: makes inputs, checks them, and tells of the first that does not hold.

use std::any::Any;
use std::cell::RefCell;
use std::fmt::Write as _;
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Once};
use std::thread;
use std::time::{Duration, Instant};

use peak_alloc::PeakAlloc;
use rustix::time::{ClockId, clock_gettime};

use crate::rng::Rng;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// How long one input may work: the processor's time, so that a busy machine is no finding.
const LONGEST: Duration = Duration::from_secs(60);
/// How long it may take by the clock: it waits for something that does not come.
const STUCK: Duration = Duration::from_secs(600);
/// How often a finding is tried to be made shorter.
const SHORTENINGS: usize = 3_000;

/// A parser, or several that are fed alike.
pub struct Target {
    /// For the command line.
    pub name: &'static str,
    /// What of the project is fed, and what has to hold.
    pub about: &'static str,
    /// Inputs of a run where nothing else is said.
    pub inputs: u64,
    /// Inputs of the smoke test.
    pub smoke: u64,
    /// What one input counts for, where it is a whole run of its own.
    pub counts: u64,
    /// Memory that one input may hold at a time, megabytes.
    pub megabytes: usize,
    /// Seeds and whatever else it needs.
    pub begin: fn() -> Job,
}

/// Makes an input of randomness.
pub type Make = Box<dyn FnMut(&mut Rng) -> Vec<u8>>;
/// Feeds an input. Panics when something does not hold.
pub type Check = Box<dyn FnMut(&[u8])>;

/// A target at work.
pub struct Job {
    /// See [`Make`].
    pub make: Make,
    /// See [`Check`].
    pub check: Check,
}

impl Job {
    /// A job of these two.
    pub fn new(make: impl FnMut(&mut Rng) -> Vec<u8> + 'static, check: impl FnMut(&[u8]) + 'static) -> Self {
        Self { make: Box::new(make), check: Box::new(check) }
    }

    /// A job whose inputs are text.
    pub fn of_text(mut make: impl FnMut(&mut Rng) -> String + 'static, mut check: impl FnMut(&str) + 'static) -> Self {
        // A shortened input may be cut inside a character.
        Self::new(
            move |rng| make(rng).into_bytes(),
            move |bytes| {
                if let Ok(text) = std::str::from_utf8(bytes) {
                    check(text);
                }
            },
        )
    }
}

/// What did not hold.
#[derive(Debug)]
pub struct Finding {
    /// Of which input of the run.
    pub input: u64,
    /// What the panic said, and where.
    pub says: String,
    /// The input.
    pub bytes: Vec<u8>,
    /// A shorter one with which it does not hold either.
    pub shorter: Vec<u8>,
}

/// A run without a finding.
#[derive(Debug)]
pub struct Report {
    /// Inputs checked, each counted for what it counts.
    pub inputs: u64,
    /// Seconds it took.
    pub seconds: f64,
    /// Milliseconds of the slowest input, and which it was.
    pub slowest: (f64, u64),
    /// Megabytes that the greediest held, and which it was.
    pub most: (f64, u64),
}

/// Checks `inputs` inputs of `seed`, from number `from` on. `begun` is told each input's number before it is checked. An
/// input that hangs ends the process: a thread cannot be stopped.
///
/// # Errors
/// The first finding.
pub fn run(
    target: &Target,
    inputs: u64,
    seed: u64,
    from: u64,
    mut begun: impl FnMut(u64),
) -> Result<Report, Box<Finding>> {
    quiet_panics();
    let Job { mut make, mut check } = (target.begin)();
    let watch = Watch::begin(target.name, seed);
    let start = Instant::now();
    let mut report = Report { inputs: 0, seconds: 0., slowest: (0., 0), most: (0., 0) };
    for input in from..from + inputs.div_ceil(target.counts) {
        let bytes = make(&mut Rng::of(seed, input));
        begun(input);
        watch.next(input);
        let (began, before) = (worked(ClockId::ThreadCPUTime), MEMORY.current_usage());
        MEMORY.reset_peak_usage();
        let said = attempt(&mut check, &bytes);
        let (ms, megabytes) = (
            (worked(ClockId::ThreadCPUTime) - began).as_secs_f64() * 1e3,
            MEMORY.peak_usage().saturating_sub(before) as f64 / 1e6,
        );
        let said = said.and_then(|()| {
            if megabytes < target.megabytes as f64 { Ok(()) } else { Err(format!("it held {megabytes:.0} MB")) }
        });
        if let Err(says) = said {
            let shorter = shorten(&bytes, |bytes| {
                watch.next(input);
                attempt(&mut check, bytes).is_err()
            });
            return Err(Box::new(Finding { input, says, bytes, shorter }));
        }
        report.inputs += target.counts;
        report.slowest = if ms > report.slowest.0 { (ms, input) } else { report.slowest };
        report.most = if megabytes > report.most.0 { (megabytes, input) } else { report.most };
    }
    report.seconds = start.elapsed().as_secs_f64();
    Ok(report)
}

fn attempt(check: &mut Check, bytes: &[u8]) -> Result<(), String> {
    panic::catch_unwind(AssertUnwindSafe(|| check(bytes))).map_err(|payload| said(payload.as_ref()))
}

/// Leaves out ever smaller pieces as long as it still fails.
fn shorten(bytes: &[u8], mut fails: impl FnMut(&[u8]) -> bool) -> Vec<u8> {
    let mut best = bytes.to_vec();
    let (mut piece, mut left) = (best.len() / 2, SHORTENINGS);
    while piece > 0 {
        let mut at = 0;
        while at < best.len() && left > 0 {
            left -= 1;
            let mut less = best.clone();
            less.drain(at..(at + piece).min(best.len()));
            if fails(&less) {
                best = less;
            } else {
                at += piece;
            }
        }
        piece /= 2;
    }
    best
}

thread_local! {
    static SAID: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Panics are told in the finding, with their place; the thousand of shortening would only scroll it away.
fn quiet_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        panic::set_hook(Box::new(|info| SAID.set(Some(info.to_string()))));
    });
}

fn said(payload: &(dyn Any + Send)) -> String {
    // A panic on another thread was told there.
    let words =
        payload.downcast_ref::<String>().map(String::as_str).or_else(|| payload.downcast_ref::<&str>().copied());
    SAID.take().unwrap_or_else(|| words.unwrap_or("a panic without words").to_owned())
}

/// Time the processor has given to this thread or to the whole process.
fn worked(whose: ClockId) -> Duration {
    Duration::try_from(clock_gettime(whose)).unwrap_or_default()
}

/// A second thread that sees an input hang.
struct Watch {
    state: Arc<Watched>,
}

struct Watched {
    input: AtomicU64,
    /// Grows with each beginning.
    begun: AtomicU64,
    over: AtomicBool,
}

impl Watch {
    fn begin(name: &'static str, seed: u64) -> Self {
        let state =
            Arc::new(Watched { input: AtomicU64::new(0), begun: AtomicU64::new(0), over: AtomicBool::new(false) });
        let watched = Arc::clone(&state);
        thread::spawn(move || {
            let now = || (worked(ClockId::ProcessCPUTime), Instant::now());
            let (mut begun, mut since) = (0, now());
            while !watched.over.load(Ordering::Relaxed) {
                thread::sleep(Duration::from_millis(200));
                let seen = watched.begun.load(Ordering::Relaxed);
                if seen != begun {
                    (begun, since) = (seen, now());
                }
                let hangs = now().0 - since.0 > LONGEST || since.1.elapsed() > STUCK;
                if hangs && !watched.over.load(Ordering::Relaxed) {
                    let input = watched.input.load(Ordering::Relaxed);
                    println!("{name}: FOUND at seed {seed} input {input}: it hangs");
                    println!("  again: ./run fuzz {name} 1 {seed} --from {input}");
                    std::process::exit(3);
                }
            }
        });
        Self { state }
    }

    fn next(&self, input: u64) {
        self.state.input.store(input, Ordering::Relaxed);
        self.state.begun.fetch_add(1, Ordering::Relaxed);
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.state.over.store(true, Ordering::Relaxed);
    }
}

/// Bytes in hex, and as text where they are some.
#[must_use]
pub fn show(bytes: &[u8]) -> String {
    let mut out = String::new();
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(out, "{byte:02x}");
    }
    match std::str::from_utf8(bytes) {
        Ok(text) if bytes.len() < 2_000 => format!("{out}\n  as text: {text:?}"),
        _ => out,
    }
}
