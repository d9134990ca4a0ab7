//! Electronic seals: radios below, drivers for the makers' protocols above.

pub mod bluetooth;
pub mod radio;
