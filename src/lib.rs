//! seal-field: the phone app with which customs officers arm, inspect and disarm electronic navigational seals.
#![deny(missing_docs)]

pub mod i18n;
#[cfg(feature = "ui")]
pub mod ui;
