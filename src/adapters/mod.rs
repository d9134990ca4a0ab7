//! Implementations of the ports: what touches disks, networks, cameras and radios.

pub mod barcode;
pub mod camera_hub;
pub mod hub_camera;
pub mod photo;
