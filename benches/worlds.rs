//! The long run of simulated worlds: `./run soak sync [SEEDS [OPERATIONS [FIRST]]]`, 1,000 seeds of 1,000 operations unless
//! said. What held is printed with count, seeds and commit; the first failure ends it, with its seed.

#[path = "../tests/common/mod.rs"]
mod common;
#[path = "../tests/simulation/mod.rs"]
mod simulation;

use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use simulation::Report;

fn main() {
    if let Some(at) = std::env::args().position(|arg| arg == "answers") {
        let n = std::env::args().nth(at + 1).and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
        let outcomes = simulation::hostile::run(1, n);
        println!(
            "{n} hostile answers from seed 1 at commit {}: no panic, 0 false acknowledgements; {outcomes:?}",
            commit()
        );
        return;
    }
    let numbers: Vec<u64> = std::env::args().filter_map(|arg| arg.parse().ok()).collect();
    if numbers.is_empty() && !std::env::args().any(|arg| arg == "all") {
        println!("usage: worlds all | SEEDS [OPERATIONS [FIRST]]");
        return;
    }
    let (seeds, operations, first) = (
        numbers.first().copied().unwrap_or(1_000),
        numbers.get(1).map_or(1_000, |n| u32::try_from(*n).expect("a count")),
        numbers.get(2).copied().unwrap_or(1),
    );
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let (next, sum) = (AtomicU64::new(first), Mutex::new((Report::default(), 0u64)));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::SeqCst);
                    if seed >= first + seeds {
                        return;
                    }
                    let report = simulation::run(seed, 2 + (seed % 4) as usize, operations);
                    let mut sum = sum.lock().unwrap_or_else(PoisonError::into_inner);
                    sum.0.add(&report);
                    sum.1 += 1;
                    if sum.1 % (seeds / 10).max(1) == 0 {
                        println!("{} seeds, {} operations", sum.1, sum.0.operations);
                    }
                }
            });
        }
    });
    let (all, done) = sum.into_inner().unwrap_or_else(PoisonError::into_inner);
    assert_eq!(done, seeds, "not every seed came to its end");
    println!(
        "{} operations over {done} seeds ({first} to {}) at commit {}: 0 lost, 0 doubled, 0 out of order, all drained \
         (longest {} s after the last fault)",
        all.operations,
        first + seeds - 1,
        commit(),
        all.drained_ms / 1000
    );
    println!(
        "{} facts, {} photos, {} requests, {} kills of the app, {} restarts of the central, {} backups put back",
        all.facts, all.photos, all.requests, all.kills, all.restarts, all.restores
    );
    for (fault, n) in all.faults {
        println!("{n:>8} {fault:?}");
    }
}

fn commit() -> String {
    let told = Command::new("git").args(["describe", "--always", "--dirty"]).output();
    told.map_or_else(|_| "unknown".to_owned(), |out| String::from_utf8_lossy(&out.stdout).trim().to_owned())
}
