//! Hostile inputs for every parser that somebody outside can feed: one harness ([`run`]), one list ([`targets`]). `./run fuzz`
//! runs it; `tests/smoke.rs` gives each target a few inputs at every test run. What is fed, what is not and why:
//! `docs/fuzzing.md`.
#![deny(missing_docs)]

mod mutate;
mod rng;
pub mod run;
mod targets;

// Shared with the tests of those crates: samples of everything, and both ends of the seals' protocol.
#[path = "../../seal-protocol/tests/common/mod.rs"]
#[allow(missing_docs)]
mod common;
#[path = "../../seal-protocol/tests/common/fuzzing.rs"]
#[allow(dead_code, missing_docs)]
mod fuzzing;
#[path = "../../core/tests/samples/mod.rs"]
#[allow(missing_docs)]
mod samples;

pub use targets::targets;
