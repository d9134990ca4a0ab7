//! Files that say nothing without the vault's key: XChaCha20-Poly1305 under a random nonce, and names that are keyed hashes.
//!
//! ```text
//! "SEAL" 0x01 | nonce, 24 bytes | ciphertext | tag, 16 bytes
//! ```
//! What a file is about is authenticated with it, so that one cannot be put in another's place.

use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305};
use hkdf::Hkdf;
use hmac::{Hmac, Mac as _};
use p256::elliptic_curve::rand_core::{OsRng, RngCore as _};
use sha2::Sha256;

use crate::ports::vault::Key;

const MARK: &[u8; 5] = b"SEAL\x01";
const NONCE: usize = 24;

/// The bytes are no sealed file of this key about this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it was not sealed with this key, or it was changed")]
pub struct NotSealedHere;

/// Seals and opens under one key.
pub struct Sealer {
    cipher: XChaCha20Poly1305,
    names: Key,
}

impl Sealer {
    /// Content and names get keys of their own.
    #[must_use]
    pub fn new(key: &Key) -> Self {
        let cipher = XChaCha20Poly1305::new(derive(key, "content").bytes().into());
        Self { cipher, names: derive(key, "names") }
    }

    /// Sealed bytes, [`NONCE`] and a little longer than `plain`.
    ///
    /// # Panics
    /// Never: the cipher refuses only more bytes than memory holds.
    #[must_use]
    #[expect(clippy::expect_used, reason = "the only error is a length no memory has")]
    pub fn seal(&self, about: &[u8], plain: &[u8]) -> Vec<u8> {
        let mut nonce = [0; NONCE];
        OsRng.fill_bytes(&mut nonce);
        let payload = Payload { msg: plain, aad: about };
        let sealed = self.cipher.encrypt(&nonce.into(), payload).expect("fits into memory");
        [MARK.as_slice(), &nonce, &sealed].concat()
    }

    /// What was sealed about `about`.
    ///
    /// # Errors
    /// [`NotSealedHere`].
    pub fn open(&self, about: &[u8], sealed: &[u8]) -> Result<Vec<u8>, NotSealedHere> {
        let rest = sealed.strip_prefix(MARK).ok_or(NotSealedHere)?;
        let (nonce, msg) = rest.split_first_chunk::<NONCE>().ok_or(NotSealedHere)?;
        self.cipher.decrypt(nonce.into(), Payload { msg, aad: about }).map_err(|_| NotSealedHere)
    }

    /// A file name for something, 64 hexadecimal digits: the same each time, and nothing to whoever lacks the key.
    #[must_use]
    #[expect(clippy::expect_used, reason = "HMAC takes keys of every length")]
    pub fn name(&self, of: &[u8]) -> String {
        let mut mac = <Hmac<Sha256> as hmac::Mac>::new_from_slice(self.names.bytes()).expect("HMAC takes every key");
        mac.update(of);
        hex(&mac.finalize().into_bytes())
    }
}

/// Whether the bytes begin like a sealed file.
#[must_use]
pub fn is_sealed(bytes: &[u8]) -> bool {
    bytes.starts_with(MARK)
}

/// A key of its own out of another, HKDF-SHA256.
#[must_use]
pub fn derive(key: &Key, label: &str) -> Key {
    Key::new(expand(key, label))
}

/// Bytes bound to a key that do not tell it.
#[must_use]
#[expect(clippy::expect_used, reason = "HKDF refuses only lengths beyond 8160 bytes")]
pub fn expand<const N: usize>(key: &Key, label: &str) -> [u8; N] {
    let mut out = [0; N];
    let info = [b"seal-field/1/", label.as_bytes()].concat();
    Hkdf::<Sha256>::new(None, key.bytes()).expand(&info, &mut out).expect("short enough");
    out
}

/// Hexadecimal digits of bytes.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sealed_bytes_open_only_whole_with_their_key_and_about_their_matter() {
        let (mine, other) = (Sealer::new(&Key::new([1; 32])), Sealer::new(&Key::new([2; 32])));
        let sealed = mine.seal(b"a", b"MSKU6011672");
        assert!(is_sealed(&sealed));
        assert!(!sealed.windows(4).any(|part| part == b"MSKU"));
        assert_ne!(sealed, mine.seal(b"a", b"MSKU6011672"), "a nonce of its own");
        assert_eq!(mine.open(b"a", &sealed).unwrap(), b"MSKU6011672");
        assert_eq!(mine.open(b"b", &sealed), Err(NotSealedHere));
        assert_eq!(other.open(b"a", &sealed), Err(NotSealedHere));
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(mine.open(b"a", &changed), Err(NotSealedHere), "byte {at}");
            assert_eq!(mine.open(b"a", &sealed[..at]), Err(NotSealedHere), "cut at {at}");
        }
    }

    #[test]
    fn names_are_the_same_each_time_and_differ_by_key() {
        let name = Sealer::new(&Key::new([1; 32])).name(b"x");
        assert_eq!(name, Sealer::new(&Key::new([1; 32])).name(b"x"));
        assert_ne!(name, Sealer::new(&Key::new([2; 32])).name(b"x"));
        assert_eq!(name.len(), 64);
    }

    #[test]
    fn keys_are_derived_as_rfc_5869_says() {
        // Worked out by Python's `hmac` alone: extract with a salt of zeroes, expand with info and 0x01.
        let key = Key::new([7; 32]);
        assert_eq!(hex(derive(&key, "content").bytes()), KNOWN);
        assert_ne!(derive(&key, "content").bytes(), derive(&key, "names").bytes());
    }

    const KNOWN: &str = "537e967660a5fc2f7f0ac77eb003c475e2fc101205b12a0585bb6473059b6cc9";
}
