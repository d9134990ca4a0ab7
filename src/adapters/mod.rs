//! What implements the ports outside the phone's own system: database, files, network, practice switches.

pub mod clock;
mod files;
pub mod photo_files;
pub mod sqlite;
pub mod switchable;
pub mod vault_file;
