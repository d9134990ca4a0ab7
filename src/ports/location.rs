//! Where the phone is.

use seal_core::time::Position;

/// The phone's place, as last known. Never waits: an officer's act is not held up by satellites.
pub trait Location: Send + Sync {
    /// The last fix not older than two minutes.
    fn here(&self) -> Option<Position>;
}

/// No place known: desktops, and phones without permission.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nowhere;

impl Location for Nowhere {
    fn here(&self) -> Option<Position> {
        None
    }
}
