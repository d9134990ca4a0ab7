//! A vault of files that only this app can read. The key is software: [`KeyHome::Software`], and every report says so.

use std::path::{Path, PathBuf};
use std::{fs, io};

use p256::ecdsa::SigningKey;
use p256::elliptic_curve::rand_core::OsRng;
use p256::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _, LineEnding};
use seal_core::event::sign_with;
use seal_core::ids::DeviceId;
use uuid::Uuid;

use super::files;
use crate::ports::vault::{KeyHome, Vault, VaultError};

/// First line: the device's id. Then the key, PKCS #8 PEM. One file, so that neither exists without the other.
const DEVICE: &str = "device";

/// The vault.
pub struct FileVault {
    folder: PathBuf,
    device: DeviceId,
    key: SigningKey,
}

impl std::fmt::Debug for FileVault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FileVault").field("device", &self.device).finish_non_exhaustive()
    }
}

impl FileVault {
    /// Opens the vault in `folder`; the first time it makes the device's id and key.
    ///
    /// # Errors
    /// When the key is there and cannot be read (a new one would be another device), or cannot be written.
    pub fn open(folder: &Path) -> Result<Self, VaultError> {
        files::private_folder(folder).map_err(unreadable)?;
        let path = folder.join(DEVICE);
        let (device, key) = match fs::read_to_string(&path) {
            Ok(text) => read_device(&text)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let (device, key) = (DeviceId(Uuid::new_v4()), SigningKey::random(&mut OsRng));
                let pem = key.to_pkcs8_pem(LineEnding::LF).map_err(unreadable)?;
                let text = format!("{device}\n{}", pem.as_str());
                files::write_durably(folder, &path, text.as_bytes()).map_err(unreadable)?;
                (device, key)
            }
            Err(error) => return Err(unreadable(error)),
        };
        Ok(Self { folder: folder.to_owned(), device, key })
    }

    /// Names become hexadecimal, so that none can leave the folder.
    fn path(&self, name: &str) -> PathBuf {
        let name: String = name.bytes().map(|byte| format!("{byte:02x}")).collect();
        self.folder.join(format!("secret-{name}"))
    }
}

fn read_device(text: &str) -> Result<(DeviceId, SigningKey), VaultError> {
    let (id, pem) = text.split_once('\n').ok_or_else(|| VaultError::Unreadable("the file is cut short".to_owned()))?;
    let device = id.parse().map_err(unreadable)?;
    Ok((device, SigningKey::from_pkcs8_pem(pem).map_err(unreadable)?))
}

// The text of these errors names places and kinds, never content.
fn unreadable(error: impl std::fmt::Display) -> VaultError {
    VaultError::Unreadable(error.to_string())
}

impl Vault for FileVault {
    fn device(&self) -> DeviceId {
        self.device
    }

    fn public_key(&self) -> Vec<u8> {
        self.key.verifying_key().to_encoded_point(false).as_bytes().to_vec()
    }

    fn sign(&self, bytes: &[u8]) -> Result<[u8; 64], VaultError> {
        Ok(sign_with(&self.key, bytes))
    }

    fn key_home(&self) -> KeyHome {
        KeyHome::Software
    }

    fn keep(&self, name: &str, secret: &[u8]) -> Result<(), VaultError> {
        files::write_durably(&self.folder, &self.path(name), secret).map_err(unreadable)
    }

    fn secret(&self, name: &str) -> Result<Option<Vec<u8>>, VaultError> {
        match fs::read(self.path(name)) {
            Ok(secret) => Ok(Some(secret)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(unreadable(error)),
        }
    }

    fn forget(&self, name: &str) -> Result<(), VaultError> {
        let path = self.path(name);
        match fs::remove_file(&path) {
            Ok(()) => files::sync_folder_of(&path).map_err(unreadable),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(unreadable(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use p256::ecdsa::{Signature, VerifyingKey, signature::Verifier as _};
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_device_is_made_once_and_its_signatures_verify() {
        let folder = tempfile::tempdir().unwrap();
        let first = FileVault::open(&folder.path().join("vault")).unwrap();
        let again = FileVault::open(&folder.path().join("vault")).unwrap();
        assert_eq!(first.device(), again.device());
        assert_eq!(first.public_key().len(), 65);
        let key = VerifyingKey::from_sec1_bytes(&again.public_key()).unwrap();
        let signature = Signature::from_slice(&first.sign(b"fact").unwrap()).unwrap();
        key.verify(b"fact", &signature).unwrap();
        assert!(!format!("{first:?}").contains("key"));
    }

    #[test]
    fn nobody_else_can_read_the_files_and_a_broken_key_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let vault = FileVault::open(folder.path()).unwrap();
        vault.keep("../token", b"s").unwrap();
        for file in fs::read_dir(folder.path()).unwrap() {
            assert_eq!(file.unwrap().metadata().unwrap().permissions().mode() & 0o777, 0o600);
        }
        fs::write(folder.path().join(DEVICE), "not a key").unwrap();
        assert!(FileVault::open(folder.path()).is_err());
        assert_eq!(fs::read_to_string(folder.path().join(DEVICE)).unwrap(), "not a key");
    }

    #[test]
    fn secrets_are_kept_replaced_and_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let vault = FileVault::open(folder.path()).unwrap();
        assert_eq!(vault.secret("token").unwrap(), None);
        vault.keep("token", b"one").unwrap();
        vault.keep("token", b"two").unwrap();
        assert_eq!(vault.secret("token").unwrap().as_deref(), Some(&b"two"[..]));
        vault.forget("token").unwrap();
        vault.forget("token").unwrap();
        assert_eq!(vault.secret("token").unwrap(), None);
    }
}
