//! A body for a seal on a real radio: BlueZ's peripheral role, so that a laptop or a Raspberry Pi becomes a practice seal.
//!
//! The seal itself is behind [`Mind`]: the yard's, or any program that speaks GATT values over pipes as
//! `docs/seal-protocol.md` says in section 14. Run in a virtual machine against the app's radio (`./run radio`); not yet over
//! the air.

mod bluez;
mod piped;
mod yard;

pub use bluez::{Body, BodyError, run};
pub use piped::Piped;
pub use yard::OfYard;

/// The most an ATT value holds in this protocol, bytes.
const LONGEST_VALUE: usize = 244;

/// What a seal does in answer.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// Values to notify, in this order.
    pub notify: Vec<Vec<u8>>,
    /// Then it hangs up.
    pub hang_up: bool,
}

/// The seal of a body. Called from one task, about five times a second while connected; quick.
pub trait Mind: Send {
    /// A phone is here; values are at most so long, bytes.
    fn connected(&mut self, value_len: usize);
    /// It wrote a value.
    fn written(&mut self, value: &[u8]) -> Answers;
    /// Time passes: late answers.
    fn poll(&mut self) -> Answers;
    /// The phone is gone.
    fn disconnected(&mut self);
}
