//! Simulated seals: devices described by a spec, kept in a yard folder, reached in the process or over loopback TCP.
//!
//! A simulated seal behaves like a seal, not like a test double: it has a lock with a motor, a rope, a battery, a clock of
//! its own and a log, remembers the last commands, and can be given the troubles officers meet. It knows nothing of the
//! app. Time comes from the clock it is given; nothing is random.
#![deny(missing_docs)]

mod device;
mod lock;
mod net;
#[cfg(all(feature = "bluez", target_os = "linux"))]
pub mod peripheral;
mod spec;
mod trip;
mod yard;

pub use device::CommandRecord;
pub use net::{YardClient, serve};
pub use spec::{Proximity, Rope, SealSpec, Trouble, Waypoint};
pub use yard::{Answer, Call, Heard, Reach, Reply, SealNow, Yard, YardClock, YardTrouble};
