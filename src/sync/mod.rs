//! Sending what is queued and keeping the mirror of the central.
//!
//! [`engine`] decides: a state machine without clock, network or database, stepped with what happened and answering with
//! what to do. [`plan`] holds its pure rules, [`record`] those by which the central is held to what it confirmed. [`driver`]
//! does it and reports back. Facts go before photo bytes, pulls never wait for pushes, one bad item never holds the rest, and
//! nothing leaves the queue without a receipt.

mod driver;
pub mod engine;
pub mod plan;
pub mod record;

pub use driver::{SyncHandle, SyncPorts, start};
