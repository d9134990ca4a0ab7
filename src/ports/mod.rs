//! What an officer's act needs from the world, as narrow traits. Adapters and platforms implement them; `app.rs` wires them.

pub mod agency;
pub mod camera;
pub mod central;
pub mod clock;
pub mod documents;
pub mod enrolment;
pub mod lists;
pub mod location;
pub mod machine;
pub mod photos;
pub mod practice;
pub mod seal_link;
pub mod store;
pub mod sync;
pub mod tickets;
pub mod vault;
