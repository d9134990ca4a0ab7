//! Practice: a central, a yard of simulated seals and four devices in one process, with data of their own.
//!
//! Everything is real but the radio and the trucks: the same store, queue, HTTP and barcode reader that real use has.

pub mod camera_routes;
pub mod loopback;
pub mod panel;
pub mod paper_routes;
pub mod print_pages;
#[cfg(test)]
mod prints_tests;
pub mod scenes;
pub mod screens;
#[cfg(feature = "live")]
pub mod server;
#[cfg(feature = "ui")]
pub mod session;
pub mod set;
