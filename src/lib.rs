//! The app with which customs officers arm, inspect and disarm electronic navigational seals.
//!
//! Layers point one way: `seal_core` <- [`ports`] <- [`actions`] <- `ui`. Adapters and platforms implement ports; only
//! `app.rs` knows them all. `tests/layering.rs` holds this.

pub mod actions;
pub mod adapters;
pub mod ports;
