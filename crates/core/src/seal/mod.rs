//! The electronic seal as the app knows it: what it reports, what it logged, and what may be believed about its lock.

pub mod fit;
pub mod log;
pub mod outcome;
pub mod permit;
pub mod preflight;
pub mod reading;
pub mod state;
pub mod story;
