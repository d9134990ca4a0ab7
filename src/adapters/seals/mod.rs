//! Electronic seals: radios below, drivers for the makers' protocols above.

pub mod a7;
pub mod bluetooth;
pub mod driver;
pub mod open;
pub mod radio;
pub mod ticket_box;
pub mod yard;
