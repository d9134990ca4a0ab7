//! Where secrets live: the key of the data at rest, the device's signing key, tokens, seal secrets. Nothing of it reaches a log.

use seal_core::enrolment::KeyHome;
use seal_core::ids::DeviceId;
use zeroize::Zeroizing;

/// Why the vault cannot serve.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The stored key or secret cannot be read.
    #[error("the device key cannot be read: {0}")]
    Unreadable(String),
    /// The device wants the officer to unlock it first.
    #[error("the vault is locked")]
    Locked,
    /// The key of the data is gone for good: nothing kept under it can be read again.
    #[error("the key of the data on this phone is lost: {0}")]
    KeyLost(String),
    /// The key that signs for this device is gone for good. What is kept stays readable and what was signed stays signed, but
    /// this device signs nothing more.
    #[error("the signing key of this phone is lost: {0}")]
    SigningKeyLost(String),
    /// What should have been signed cannot be written.
    #[error(transparent)]
    Content(#[from] seal_core::cbor::CborError),
}

/// A key of 256 bits, wiped from memory when dropped.
#[derive(Clone)]
pub struct Key(Zeroizing<[u8; 32]>);

impl Key {
    /// Takes a key over.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Its bytes. They go into a cipher and nowhere else.
    #[must_use]
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Hides the key.
impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key")
    }
}

/// What a key of the vault is for. Each purpose has a key of its own, so that no two ciphers share one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The local database.
    Database,
    /// Photos and thumbnails.
    Photos,
    /// The rescue journal beside the database.
    Rescue,
    /// Checks of a PIN without coverage: a copied check is worth nothing without this key.
    Pin,
}

/// What the system's key store says.
#[derive(Debug, thiserror::Error)]
pub enum GuardError {
    /// The key is gone or another one is in its place: what it wrapped can never be opened, and it signs no more.
    #[error("{0}")]
    Lost(String),
    /// Not now; another time it may.
    #[error("{0}")]
    Unavailable(String),
}

/// The system's key store, which wraps the vault's key so that a copy of the app's folder does not hold it.
pub trait KeyGuard: Send + Sync {
    /// Where the wrapping key is.
    fn home(&self) -> KeyHome;
    /// Wraps a key; what comes back may be stored.
    ///
    /// # Errors
    /// [`GuardError::Unavailable`].
    fn wrap(&self, key: &Key) -> Result<Vec<u8>, GuardError>;
    /// Opens what [`KeyGuard::wrap`] gave.
    ///
    /// # Errors
    /// [`GuardError`]. `Lost` only when no later try can succeed.
    fn unwrap(&self, wrapped: &[u8]) -> Result<Key, GuardError>;
}

/// A signing key that the system's store made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeKey {
    /// Where the private half is.
    pub home: KeyHome,
    /// The public half, SEC1 uncompressed P-256 point, 65 bytes.
    pub public: Vec<u8>,
}

/// The system's store of signing keys, whose private halves never leave it.
pub trait DeviceKeys: Send + Sync {
    /// Makes a P-256 signing key under a name that no key has yet, in the safest place the phone has.
    ///
    /// # Errors
    /// [`GuardError`]; then there may be a key of this name, which nobody uses.
    fn make(&self, name: &str) -> Result<MadeKey, GuardError>;
    /// ECDSA signature over the SHA-256 of `bytes` by the key of this name; ASN.1 DER, as such stores give it. Asks the officer
    /// for nothing: receipts and the end of a command must not wait for an answer.
    ///
    /// # Errors
    /// [`GuardError`]. `Lost` only when no later try can succeed.
    fn sign(&self, name: &str, bytes: &[u8]) -> Result<Vec<u8>, GuardError>;
}

/// A vault.
pub trait Vault: Send + Sync {
    /// The vault's key for one purpose.
    fn key(&self, purpose: Purpose) -> Key;
    /// Where the key that wraps the vault's is. In [`KeyHome::Software`] it lies beside the data: whoever has the whole folder
    /// has both.
    fn data_key_home(&self) -> KeyHome;
    /// This device's id, made once.
    fn device(&self) -> DeviceId;
    /// Public key, SEC1 uncompressed P-256 point, 65 bytes.
    fn public_key(&self) -> Vec<u8>;
    /// ES256 signature over `bytes`, r and s.
    ///
    /// # Errors
    /// When the key cannot be used now; [`VaultError::SigningKeyLost`] when it never can again.
    fn sign(&self, bytes: &[u8]) -> Result<[u8; 64], VaultError>;
    /// Where the key that signs is.
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
