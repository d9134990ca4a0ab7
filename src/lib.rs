//! seal-field: the phone app with which customs officers arm, inspect and disarm electronic seals.
#![deny(missing_docs)]

pub mod adapters;
#[cfg(feature = "practice")]
pub mod practice;
