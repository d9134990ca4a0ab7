//! Time as the device sees it.

use seal_core::time::Moment;

/// A clock. Practice turns it forward; tests hold it still.
pub trait Clock: Send + Sync {
    /// Now, on the wall clock and on the clock nobody can set.
    fn now(&self) -> Moment;
}
