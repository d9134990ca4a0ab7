//! Implementations of the ports: what touches disks, networks, cameras and radios.

pub mod barcode;
pub mod photo;
