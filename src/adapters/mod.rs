//! Implementations of the ports: what touches disks, networks, cameras and radios.

pub mod barcode;
#[cfg(feature = "practice")]
pub mod camera_ws;
pub mod photo;
