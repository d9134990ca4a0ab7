//! Implementations of the ports: what touches disks, networks, cameras and radios.

pub mod barcode;
#[cfg(feature = "practice")]
pub mod camera_ws;
#[cfg(feature = "practice")]
pub mod hub_camera;
pub mod photo;
