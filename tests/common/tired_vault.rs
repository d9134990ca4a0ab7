//! A vault that signs so often and then no more; all else of it serves.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use seal_core::enrolment::KeyHome;
use seal_core::ids::DeviceId;
use seal_field::ports::vault::{Key, Purpose, Vault, VaultError};

pub struct TiredVault {
    vault: Arc<dyn Vault>,
    signed: AtomicU32,
    most: u32,
    then: fn() -> VaultError,
}

impl TiredVault {
    /// Signs `most` times; every later try ends with `then`.
    pub fn after(most: u32, vault: Arc<dyn Vault>, then: fn() -> VaultError) -> Self {
        Self { vault, signed: AtomicU32::new(0), most, then }
    }
}

impl Vault for TiredVault {
    fn sign(&self, bytes: &[u8]) -> Result<[u8; 64], VaultError> {
        if self.signed.fetch_add(1, Ordering::SeqCst) < self.most { self.vault.sign(bytes) } else { Err((self.then)()) }
    }
    fn key(&self, purpose: Purpose) -> Key {
        self.vault.key(purpose)
    }
    fn data_key_home(&self) -> KeyHome {
        self.vault.data_key_home()
    }
    fn device(&self) -> DeviceId {
        self.vault.device()
    }
    fn public_key(&self) -> Vec<u8> {
        self.vault.public_key()
    }
    fn key_home(&self) -> KeyHome {
        self.vault.key_home()
    }
    fn keep(&self, name: &str, secret: &[u8]) -> Result<(), VaultError> {
        self.vault.keep(name, secret)
    }
    fn secret(&self, name: &str) -> Result<Option<Vec<u8>>, VaultError> {
        self.vault.secret(name)
    }
    fn forget(&self, name: &str) -> Result<(), VaultError> {
        self.vault.forget(name)
    }
}
