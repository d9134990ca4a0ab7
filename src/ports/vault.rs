//! Where secrets live: the device's signing key, tokens, seal secrets. Nothing of it reaches a log.

use seal_core::ids::DeviceId;

/// Why the vault cannot serve.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The stored key or secret cannot be read.
    #[error("the device key cannot be read: {0}")]
    Unreadable(String),
    /// The device wants the officer to unlock it first.
    #[error("the vault is locked")]
    Locked,
    /// What should have been signed cannot be written.
    #[error(transparent)]
    Content(#[from] seal_core::cbor::CborError),
}

/// Where the signing key is kept. Every verification report says which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyHome {
    /// In a file under the app's folder.
    Software,
    /// In the phone's secure hardware; it cannot leave it.
    Hardware,
}

/// A vault.
pub trait Vault: Send + Sync {
    /// This device's id, made once.
    fn device(&self) -> DeviceId;
    /// Public key, SEC1 uncompressed P-256 point, 65 bytes.
    fn public_key(&self) -> Vec<u8>;
    /// ES256 signature over `bytes`, r and s.
    ///
    /// # Errors
    /// When the key cannot be used.
    fn sign(&self, bytes: &[u8]) -> Result<[u8; 64], VaultError>;
    /// Where the key is.
    fn key_home(&self) -> KeyHome;
    /// Keeps a named secret, replacing the old one.
    ///
    /// # Errors
    /// When it cannot be written.
    fn keep(&self, name: &str, secret: &[u8]) -> Result<(), VaultError>;
    /// A named secret.
    ///
    /// # Errors
    /// When it cannot be read; a missing one is `None`.
    fn secret(&self, name: &str) -> Result<Option<Vec<u8>>, VaultError>;
    /// Forgets a named secret.
    ///
    /// # Errors
    /// When it cannot be removed.
    fn forget(&self, name: &str) -> Result<(), VaultError>;
}
