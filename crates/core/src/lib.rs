//! Pure domain of the seal app: numbers, rules and wire types. No I/O, no async, no clock.
#![deny(missing_docs)]

mod compact;
pub mod container;
pub mod declaration;
pub mod near;
pub mod scan;
pub mod seal_no;
pub mod waybill;
