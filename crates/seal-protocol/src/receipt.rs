//! The receipt: an entry and the chain's head after it, under the seal's own key. `COSE_Mac0` (RFC 9052) with HMAC 256/256.
//!
//! A phone carries it and cannot check it: the key is the seal's and the central's. Nothing random is in it, so asking again
//! gives the same bytes.

use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::entry::{ENTRY, Entry, Head};
use crate::keys::SealKeys;

/// Length of a receipt, bytes.
pub const RECEIPT: usize = 110;
const PAYLOAD: usize = ENTRY + 16;
/// `tag(17) [ h'a10105', {4: h'kid'}, h'...64`; the key id is byte 9.
const BEFORE_PAYLOAD: [u8; 12] = [0xD1, 0x84, 0x43, 0xA1, 0x01, 0x05, 0xA1, 0x04, 0x41, 0x00, 0x58, 0x40];
const BEFORE_TAG: [u8; 2] = [0x58, 0x20];
const PAYLOAD_AT: usize = BEFORE_PAYLOAD.len();
const TAG_AT: usize = PAYLOAD_AT + PAYLOAD + BEFORE_TAG.len();

/// A receipt as it travels and is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt(pub [u8; RECEIPT]);

fn mac(keys: &SealKeys, payload: &[u8]) -> Hmac<Sha256> {
    let Ok(mac) = Hmac::<Sha256>::new_from_slice(keys.receipt.expose()) else {
        unreachable!("HMAC takes keys of any length");
    };
    // MAC_structure: ["MAC0", h'a10105', seal id, payload]
    mac.chain_update(b"\x84\x64MAC0\x43\xA1\x01\x05\x50")
        .chain_update(keys.id.as_bytes())
        .chain_update([0x58, 0x40])
        .chain_update(payload)
}

impl Receipt {
    /// The seal's act.
    #[must_use]
    pub fn make(keys: &SealKeys, entry: &Entry, head: Head) -> Self {
        let mut out = [0; RECEIPT];
        out[..PAYLOAD_AT].copy_from_slice(&BEFORE_PAYLOAD);
        out[9] = keys.epoch;
        out[PAYLOAD_AT..][..ENTRY].copy_from_slice(&entry.encode());
        out[PAYLOAD_AT + ENTRY..][..16].copy_from_slice(&head.0);
        out[TAG_AT - 2..TAG_AT].copy_from_slice(&BEFORE_TAG);
        let tag = mac(keys, &out[PAYLOAD_AT..][..PAYLOAD]).finalize().into_bytes();
        out[TAG_AT..].copy_from_slice(&tag);
        Self(out)
    }

    /// Reads a receipt of any epoch; `None` for another shape. Not checked: see [`Receipt::verify`].
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let receipt = Self(bytes.try_into().ok()?);
        let mut shape = BEFORE_PAYLOAD;
        shape[9] = receipt.epoch();
        (receipt.0[..PAYLOAD_AT] == shape
            && receipt.0[TAG_AT - 2..TAG_AT] == BEFORE_TAG
            && Entry::decode(receipt.0[PAYLOAD_AT..].first_chunk()?).is_some())
        .then_some(receipt)
    }

    /// Which epoch's key signed it.
    #[must_use]
    pub fn epoch(&self) -> u8 {
        self.0[9]
    }

    /// What it says, unchecked. `None` only for a value that [`Receipt::read`] would refuse.
    #[must_use]
    pub fn claim(&self) -> Option<(Entry, Head)> {
        let entry = Entry::decode(self.0[PAYLOAD_AT..].first_chunk()?)?;
        let head = Head(*self.0[PAYLOAD_AT + ENTRY..].first_chunk()?);
        Some((entry, head))
    }

    /// What it says, if this seal's key signed it.
    #[must_use]
    pub fn verify(&self, keys: &SealKeys) -> Option<(Entry, Head)> {
        Self::read(&self.0).filter(|receipt| receipt.epoch() == keys.epoch)?;
        mac(keys, &self.0[PAYLOAD_AT..][..PAYLOAD]).verify_slice(&self.0[TAG_AT..]).ok()?;
        self.claim()
    }
}
