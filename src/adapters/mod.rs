//! Implementations of the ports that are the same on every platform.

pub mod yard_link;
