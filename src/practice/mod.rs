//! Practice mode: things to scan and to handle without a real truck.

pub mod camera_routes;
pub mod prints;
