//! Bytes that nobody may see, and where random bytes come from.

use core::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

/// Secret bytes: wiped when dropped, never shown, never compared in varying time because never compared at all.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Secret<const N: usize>([u8; N]);

impl<const N: usize> Secret<N> {
    /// Takes the bytes. The caller's copy is the caller's to wipe.
    #[must_use]
    pub fn new(bytes: [u8; N]) -> Self {
        Self(bytes)
    }

    /// Fresh random bytes.
    pub fn random(random: &mut impl Random) -> Self {
        let mut secret = Self([0; N]);
        random.fill(&mut secret.0);
        secret
    }

    /// The bytes, for a cipher.
    #[must_use]
    pub fn expose(&self) -> &[u8; N] {
        &self.0
    }

    pub(crate) fn expose_mut(&mut self) -> &mut [u8; N] {
        &mut self.0
    }
}

impl<const N: usize> fmt::Debug for Secret<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// A source of random bytes fit for keys: the microcontroller's generator, the phone's system.
pub trait Random {
    /// Fills all of `bytes`.
    fn fill(&mut self, bytes: &mut [u8]);
}

#[cfg(test)]
#[allow(unsafe_code)]
mod tests {
    use core::mem::ManuallyDrop;

    use super::*;

    #[test]
    fn a_dropped_secret_is_gone_from_memory() {
        let mut place = ManuallyDrop::new(Secret::new([0xA5; 32]));
        let bytes = core::ptr::from_mut(&mut *place).cast::<u8>();
        // SAFETY: dropped once, by hand; its 32 plain bytes stay readable in `place`.
        let left = unsafe {
            ManuallyDrop::drop(&mut place);
            core::slice::from_raw_parts(bytes, 32)
        };
        assert_eq!(left, [0; 32]);
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", Secret::new(*b"hunter22")), "Secret");
    }
}
