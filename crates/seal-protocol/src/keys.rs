//! Keys of one seal in one epoch. Only the seal and the central have them.

use hkdf::Hkdf;
use sha2::Sha256;

use crate::SealId;
use crate::secret::Secret;

/// HKDF-SHA256 without salt; at most 255 * 32 bytes, which every caller's length is far below.
pub(crate) fn derive<const N: usize>(from: &[u8], info: &[&[u8]]) -> Secret<N> {
    const { assert!(N <= 255 * 32) };
    let mut out = Secret::new([0; N]);
    if Hkdf::<Sha256>::new(None, from).expand_multi_info(info, out.expose_mut()).is_err() {
        unreachable!("the length was checked at compile time");
    }
    out
}

/// What a seal is given when it is commissioned, and what it makes of it at each boot.
#[derive(Debug, Clone)]
pub struct SealKeys {
    /// Whose keys they are; part of every authenticated byte.
    pub id: SealId,
    /// Which master key they come from. A seal belongs to one epoch at a time.
    pub epoch: u8,
    /// Opens tickets: AES-128-CCM.
    pub(crate) ticket: Secret<16>,
    /// Signs receipts: HMAC-SHA256.
    pub(crate) receipt: Secret<32>,
}

impl SealKeys {
    /// Derives both working keys from the seal's own key.
    #[must_use]
    pub fn new(id: SealId, epoch: u8, seal_key: &Secret<32>) -> Self {
        Self {
            id,
            epoch,
            ticket: derive(seal_key.expose(), &[b"eseal/1/ticket"]),
            receipt: derive(seal_key.expose(), &[b"eseal/1/receipt"]),
        }
    }
}
