//! The app with which customs officers arm, inspect and disarm electronic navigational seals.
//!
//! Layers point one way: `seal_core` <- [`ports`] <- [`actions`] <- `ui`. Adapters and platforms implement ports; only
//! `app.rs` knows them all. `tests/layering.rs` holds this.
#![deny(missing_docs)]

pub mod actions;
pub mod adapters;
pub mod app;
pub mod i18n;
pub mod platform;
pub mod ports;
#[cfg(feature = "practice")]
pub mod practice;
#[cfg(any(feature = "desktop", feature = "mobile"))]
pub mod shell;
pub mod sync;
#[cfg(feature = "ui")]
pub mod ui;
