//! The open protocol between an officer's phone and an electronic seal, both ends.
//!
//! `no_std` without a heap, no I/O, no clock, no radio: each end is stepped with what happened and says what to do. The
//! specification is `docs/seal-protocol.md`; where this code and that text differ, one of them has a fault. Not yet run on a
//! microcontroller or over a radio.
//!
//! * [`seal`]: the seal's state machine, for firmware and for simulated seals.
//! * [`phone`]: the phone's end. A phone never holds a key of a seal, only a ticket and that ticket's own secret.
//! * [`issuer`] (feature `issuer`): what the central does; it is the only part that knows the master key.
//! * [`frame`], [`advert`]: how messages travel over Bluetooth Low Energy.
#![cfg_attr(not(test), no_std)]
#![deny(missing_docs, unsafe_code)]
#![warn(clippy::pedantic)]
#![allow(clippy::module_name_repetitions)]

#[cfg(feature = "issuer")]
extern crate alloc;

pub mod advert;
mod bytes;
pub mod entry;
pub mod frame;
#[cfg(feature = "issuer")]
pub mod issuer;
pub mod keys;
pub mod message;
pub mod noise;
pub mod phone;
pub mod receipt;
pub mod seal;
pub mod secret;
pub mod ticket;

use core::fmt;

/// The one version there is. A seal answers nothing to any other: there is nothing to downgrade to.
pub const VERSION: u8 = 1;

/// Longest message in either direction, bytes.
pub const MAX_MESSAGE: usize = 1024;

/// A message between phone and seal, before it is cut into fragments.
pub type Message = arrayvec::ArrayVec<u8, MAX_MESSAGE>;

/// A seal's serial as printed on its label: 1 to 15 characters of `A-Z`, `0-9` and `-`. On the wire 16 bytes, padded with
/// zeros. Public: no key is made of it alone.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SealId([u8; 16]);

impl SealId {
    /// Reads a serial; `None` for a length or a character that no serial has.
    #[must_use]
    pub fn new(serial: &str) -> Option<Self> {
        let mut id = [0; 16];
        id.get_mut(..serial.len())?.copy_from_slice(serial.as_bytes());
        Self::from_bytes(id)
    }

    /// Reads the wire form; `None` if it is not the padded form of a serial.
    #[must_use]
    pub fn from_bytes(id: [u8; 16]) -> Option<Self> {
        let len = id.iter().position(|byte| *byte == 0)?;
        let serial = id[..len].iter().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || *c == b'-');
        (len > 0 && serial && id[len..].iter().all(|byte| *byte == 0)).then_some(Self(id))
    }

    /// The wire form.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// The serial as printed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let len = self.0.iter().position(|byte| *byte == 0).unwrap_or(self.0.len());
        core::str::from_utf8(&self.0[..len]).unwrap_or_default()
    }
}

impl fmt::Debug for SealId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealId({})", self.as_str())
    }
}

/// The phone's own name for one command, 16 random bytes. A command is executed at most once for each.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct CommandId(pub [u8; 16]);

/// An officer as seals and the air know them: 8 bytes that only the central can turn into a name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Officer(pub [u8; 8]);
