//! Practice mode: things to scan and to handle without a real truck.

pub mod prints;
