//! Practice mode: things to scan and to handle without a real truck.

mod feed_route;
pub mod prints;

pub use feed_route::feed_route;
