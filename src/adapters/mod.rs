//! What implements the ports outside the phone's own system: database, files, network, camera page, practice radio.

pub mod barcode;
pub mod camera_hub;
pub mod clock;
mod device_key;
pub mod enrolled;
mod files;
pub mod http;
pub mod hub_camera;
pub mod journal;
pub mod log_tail;
pub mod no_camera;
pub mod paper_folder;
pub mod paper_hub;
pub mod pdf;
pub mod photo;
pub mod photo_files;
mod sealed;
pub mod seals;
pub mod set_aside;
pub mod sqlite;
pub mod switchable;
pub mod vault_file;
