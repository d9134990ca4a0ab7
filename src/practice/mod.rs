//! Practice: a central, a yard of simulated seals and three devices in one process, with data of their own.
//!
//! Everything is real but the radio and the trucks: the same store, queue, HTTP and barcode reader that real use has.

pub mod camera_routes;
pub mod prints;
pub mod scenes;
