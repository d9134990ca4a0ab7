//! Simulated seals: devices described by a spec, kept in a yard folder, reached in the process or over loopback TCP.
//!
//! A simulated seal behaves like a seal, not like a test double: it has a lock with a motor, a rope, a battery, a clock of
//! its own and a log, and can be given the troubles officers meet. Its firmware is the seal's end of `seal-protocol` itself,
//! or that of a maker's lock (A7); phones reach it by GATT values, as over the air. It knows nothing of the app, and its key is known to everybody. Time comes
//! from the clock it is given; only what cryptography needs is random.
#![deny(missing_docs)]

mod a7;
mod body;
mod brain;
mod device;
mod firmware;
mod memory;
mod net;
#[cfg(all(feature = "bluez", target_os = "linux"))]
pub mod peripheral;
mod spec;
mod trip;
mod yard;

pub use device::CommandRecord;
pub use net::{YardClient, serve};
pub use spec::{Family, Proximity, Rope, SealSpec, Trouble, Waypoint};
pub use yard::{Call, Heard, Reach, Reply, SealNow, Yard, YardClock, YardTrouble};
