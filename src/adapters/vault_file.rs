//! A vault of files, sealed under one random key. The system's key store wraps that key where there is one; elsewhere it lies
//! in a file of the same folder, and [`Vault::data_key_home`] says so.
//!
//! ```text
//! data-key     the key: "software" and the key itself, or "keystore" and what the key store gave
//! device       sealed: the device's id and its signing key, or where that is; one file, so that neither exists without the other
//! s-<name>     sealed: a secret; the name is a keyed hash
//! ```
//! The signing key is made in the system's store of keys where there is one, and is software elsewhere; [`Vault::key_home`]
//! says which.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use p256::elliptic_curve::rand_core::{OsRng, RngCore as _};
use seal_core::enrolment::KeyHome;
use seal_core::ids::DeviceId;
use uuid::Uuid;

use super::device_key::DeviceKey;
use super::files;
use super::sealed::{Sealer, derive, is_sealed};
use crate::ports::vault::{DeviceKeys, GuardError, Key, KeyGuard, Purpose, Vault, VaultError};

const DATA_KEY: &str = "data-key";
const DEVICE: &str = "device";
/// Before secrets were sealed: their names in hexadecimal.
const PLAIN_SECRET: &str = "secret-";

/// No key store: the key lies in its file as it is.
struct KeyFile;

impl KeyGuard for KeyFile {
    fn home(&self) -> KeyHome {
        KeyHome::Software
    }

    fn wrap(&self, key: &Key) -> Result<Vec<u8>, GuardError> {
        Ok(key.bytes().to_vec())
    }

    fn unwrap(&self, wrapped: &[u8]) -> Result<Key, GuardError> {
        let bytes = wrapped.try_into().map_err(|_| GuardError::Lost("its file has not 32 bytes".to_owned()))?;
        Ok(Key::new(bytes))
    }
}

/// The vault.
pub struct FileVault {
    folder: PathBuf,
    home: KeyHome,
    data_key: Key,
    secrets: Sealer,
    device: DeviceId,
    key: DeviceKey,
}

impl std::fmt::Debug for FileVault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FileVault").field("device", &self.device).finish_non_exhaustive()
    }
}

impl FileVault {
    /// Opens the vault in `folder`, its key beside it and the signing key in it; the first time it makes the device's id and keys.
    ///
    /// # Errors
    /// When a key is there and cannot be read (a new one would be another device), or cannot be written.
    pub fn open(folder: &Path) -> Result<Self, VaultError> {
        Self::open_guarded(folder, &KeyFile, None)
    }

    /// The same, the key wrapped by the system's key store. A key that lay in a file is wrapped now. A new device's signing key
    /// is made in `keys`; a device that has a key goes on with it, wherever it is.
    ///
    /// # Errors
    /// [`VaultError::KeyLost`] when what was sealed can never be opened again; nothing is changed then. A lost signing key is
    /// no such reason: it is told by [`Vault::sign`].
    pub fn open_guarded(
        folder: &Path,
        guard: &dyn KeyGuard,
        keys: Option<Arc<dyn DeviceKeys>>,
    ) -> Result<Self, VaultError> {
        files::private_folder(folder).map_err(unreadable)?;
        let data_key = data_key(folder, guard)?;
        let secrets = Sealer::new(&derive(&data_key, "secrets"));
        let (device, key) = device(folder, &secrets, keys.as_ref())?;
        let vault = Self { folder: folder.to_owned(), home: guard.home(), data_key, secrets, device, key };
        vault.seal_older()?;
        Ok(vault)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("s-{}", self.secrets.name(name.as_bytes())))
    }

    /// Secrets of an app that did not seal, and halves of one that was stopped.
    fn seal_older(&self) -> Result<(), VaultError> {
        for file in fs::read_dir(&self.folder).map_err(unreadable)? {
            let path = file.map_err(unreadable)?.path();
            let Some(file) = path.file_name().and_then(|name| name.to_str()) else { continue };
            if let Some(name) = file.strip_prefix(PLAIN_SECRET).and_then(from_hex) {
                // One that was kept since is newer.
                if self.secret(&name)?.is_none() {
                    self.keep(&name, &fs::read(&path).map_err(unreadable)?)?;
                }
                fs::remove_file(&path).map_err(unreadable)?;
            } else if path.extension().is_some_and(|end| end == "tmp") {
                fs::remove_file(&path).map_err(unreadable)?;
            }
        }
        files::sync_folder_of(&self.folder.join(DEVICE)).map_err(unreadable)
    }
}

/// The key of the data, made the first time.
fn data_key(folder: &Path, guard: &dyn KeyGuard) -> Result<Key, VaultError> {
    let path = folder.join(DATA_KEY);
    let keep = |key: &Key| {
        let wrapped = guard.wrap(key).map_err(guarded)?;
        let line = [home_word(guard.home()).as_bytes(), b"\n", &wrapped].concat();
        files::write_durably(folder, &path, &line).map_err(unreadable)
    };
    let stored = match fs::read(&path) {
        Ok(stored) => stored,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if fs::read(folder.join(DEVICE)).is_ok_and(|bytes| is_sealed(&bytes)) {
                return Err(VaultError::KeyLost("its file is missing".to_owned()));
            }
            let mut bytes = [0; 32];
            OsRng.fill_bytes(&mut bytes);
            let key = Key::new(bytes);
            keep(&key)?;
            return Ok(key);
        }
        Err(error) => return Err(unreadable(error)),
    };
    let line = stored.iter().position(|byte| *byte == b'\n');
    let Some((home, wrapped)) = line.map(|at| (&stored[..at], &stored[at + 1..])) else {
        return Err(VaultError::KeyLost("its file is damaged".to_owned()));
    };
    if home == home_word(guard.home()).as_bytes() {
        return guard.unwrap(wrapped).map_err(guarded);
    }
    if home == home_word(KeyHome::Software).as_bytes() {
        let key = KeyFile.unwrap(wrapped).map_err(guarded)?;
        keep(&key)?;
        return Ok(key);
    }
    Err(VaultError::Unreadable("the key of the data is with a key store that this app does not see".to_owned()))
}

/// How the file says where its key is. Whether a key store is hardware it says itself, each time.
const fn home_word(home: KeyHome) -> &'static str {
    match home {
        KeyHome::Software => "software",
        KeyHome::System | KeyHome::Hardware => "keystore",
    }
}

/// Reads the device's id and key, sealing those of an app that did not; makes them the first time.
fn device(
    folder: &Path,
    secrets: &Sealer,
    keys: Option<&Arc<dyn DeviceKeys>>,
) -> Result<(DeviceId, DeviceKey), VaultError> {
    let path = folder.join(DEVICE);
    let seal =
        |text: &[u8]| files::write_durably(folder, &path, &secrets.seal(DEVICE.as_bytes(), text)).map_err(unreadable);
    match fs::read(&path) {
        Ok(bytes) if is_sealed(&bytes) => {
            let text = secrets.open(DEVICE.as_bytes(), &bytes).map_err(unreadable)?;
            DeviceKey::read(&text, keys)
        }
        Ok(text) => {
            let device = DeviceKey::read(&text, keys)?;
            seal(&text)?;
            Ok(device)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let device = DeviceId(Uuid::new_v4());
            // Stopped before it is kept, the next opening makes another device.
            let (key, kept) = DeviceKey::make(device, keys)?;
            seal(kept.as_bytes())?;
            Ok((device, key))
        }
        Err(error) => Err(unreadable(error)),
    }
}

fn from_hex(text: &str) -> Option<String> {
    let byte = |at| text.get(at..at + 2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
    let bytes = (0..text.len()).step_by(2).map(byte).collect::<Option<Vec<u8>>>()?;
    String::from_utf8(bytes).ok()
}

fn guarded(error: GuardError) -> VaultError {
    match error {
        GuardError::Lost(why) => VaultError::KeyLost(why),
        GuardError::Unavailable(why) => VaultError::Unreadable(why),
    }
}

// The text of these errors names places and kinds, never content.
fn unreadable(error: impl std::fmt::Display) -> VaultError {
    VaultError::Unreadable(error.to_string())
}

impl Vault for FileVault {
    fn key(&self, purpose: Purpose) -> Key {
        derive(
            &self.data_key,
            match purpose {
                Purpose::Database => "database",
                Purpose::Photos => "photos",
                Purpose::Rescue => "rescue",
                Purpose::Pin => "pin",
            },
        )
    }

    fn data_key_home(&self) -> KeyHome {
        self.home
    }

    fn device(&self) -> DeviceId {
        self.device
    }

    fn public_key(&self) -> Vec<u8> {
        self.key.public()
    }

    fn sign(&self, bytes: &[u8]) -> Result<[u8; 64], VaultError> {
        self.key.sign(bytes)
    }

    fn key_home(&self) -> KeyHome {
        self.key.home()
    }

    fn keep(&self, name: &str, secret: &[u8]) -> Result<(), VaultError> {
        let sealed = self.secrets.seal(name.as_bytes(), secret);
        files::write_durably(&self.folder, &self.path(name), &sealed).map_err(unreadable)
    }

    fn secret(&self, name: &str) -> Result<Option<Vec<u8>>, VaultError> {
        match fs::read(self.path(name)) {
            Ok(bytes) => self.secrets.open(name.as_bytes(), &bytes).map(Some).map_err(unreadable),
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
    use crate::adapters::device_key::tests::{Answer, Keys};
    use p256::ecdsa::{Signature, SigningKey, VerifyingKey, signature::Verifier as _};
    use p256::pkcs8::{EncodePrivateKey as _, LineEnding};
    use std::os::unix::fs::PermissionsExt as _;
    use std::sync::atomic::{AtomicU8, Ordering};

    /// A key store whose key is one byte; 0 is a key that is gone, 1 one that cannot be asked now.
    struct Store(AtomicU8);

    impl KeyGuard for Store {
        fn home(&self) -> KeyHome {
            KeyHome::Hardware
        }
        fn wrap(&self, key: &Key) -> Result<Vec<u8>, GuardError> {
            Ok(key.bytes().iter().map(|byte| byte ^ self.0.load(Ordering::SeqCst)).collect())
        }
        fn unwrap(&self, wrapped: &[u8]) -> Result<Key, GuardError> {
            match self.0.load(Ordering::SeqCst) {
                0 => Err(GuardError::Lost("the key is gone".to_owned())),
                1 => Err(GuardError::Unavailable("the screen is locked".to_owned())),
                key => KeyFile.unwrap(&wrapped.iter().map(|byte| byte ^ key).collect::<Vec<_>>()),
            }
        }
    }

    #[test]
    fn a_device_is_made_once_and_its_signatures_verify() {
        let folder = tempfile::tempdir().unwrap();
        let first = FileVault::open(&folder.path().join("vault")).unwrap();
        let again = FileVault::open(&folder.path().join("vault")).unwrap();
        assert_eq!(first.device(), again.device());
        assert_eq!(first.key(Purpose::Photos).bytes(), again.key(Purpose::Photos).bytes());
        assert_ne!(first.key(Purpose::Photos).bytes(), first.key(Purpose::Database).bytes());
        assert_eq!(first.public_key().len(), 65);
        let key = VerifyingKey::from_sec1_bytes(&again.public_key()).unwrap();
        let signature = Signature::from_slice(&first.sign(b"fact").unwrap()).unwrap();
        key.verify(b"fact", &signature).unwrap();
        assert!(!format!("{first:?}").contains("key"));
        assert_eq!((first.data_key_home(), first.key_home()), (KeyHome::Software, KeyHome::Software));
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

    #[test]
    fn a_vault_that_did_not_seal_is_sealed_and_stays_the_same_device() {
        let folder = tempfile::tempdir().unwrap();
        let key = SigningKey::random(&mut OsRng);
        let id = Uuid::new_v4();
        let pem = key.to_pkcs8_pem(LineEnding::LF).unwrap();
        fs::write(folder.path().join(DEVICE), format!("{id}\n{}", pem.as_str())).unwrap();
        fs::write(folder.path().join("secret-746f6b656e"), "bearer").unwrap();
        fs::write(folder.path().join("half.tmp"), "bea").unwrap();
        for _ in 0..2 {
            let vault = FileVault::open(folder.path()).unwrap();
            assert_eq!(vault.device(), DeviceId(id));
            assert_eq!(vault.public_key(), key.verifying_key().to_encoded_point(false).as_bytes());
            assert_eq!(vault.secret("token").unwrap().as_deref(), Some(&b"bearer"[..]));
            for file in fs::read_dir(folder.path()).unwrap() {
                let file = file.unwrap();
                let name = file.file_name().into_string().unwrap();
                assert!(name == DATA_KEY || is_sealed(&fs::read(file.path()).unwrap()), "{name}");
                assert!(!name.contains("746f6b656e"));
            }
        }
    }

    #[test]
    fn a_key_store_takes_the_key_out_of_the_folder_and_only_a_lost_key_is_called_lost() {
        let folder = tempfile::tempdir().unwrap();
        let device = FileVault::open(folder.path()).unwrap();
        let bytes = *device.key(Purpose::Database).bytes();
        let store = Store(AtomicU8::new(7));
        let vault = FileVault::open_guarded(folder.path(), &store, None).unwrap();
        assert_eq!((vault.key(Purpose::Database).bytes(), vault.data_key_home()), (&bytes, KeyHome::Hardware));
        assert_ne!(fs::read(folder.path().join(DATA_KEY)).unwrap()[9..], *vault.data_key.bytes());
        let sealed = fs::read(folder.path().join(DEVICE)).unwrap();

        assert!(matches!(FileVault::open(folder.path()), Err(VaultError::Unreadable(_))));
        store.0.store(1, Ordering::SeqCst);
        assert!(matches!(FileVault::open_guarded(folder.path(), &store, None), Err(VaultError::Unreadable(_))));
        store.0.store(0, Ordering::SeqCst);
        assert!(matches!(FileVault::open_guarded(folder.path(), &store, None), Err(VaultError::KeyLost(_))));
        store.0.store(7, Ordering::SeqCst);
        FileVault::open_guarded(folder.path(), &store, None).unwrap();
        fs::remove_file(folder.path().join(DATA_KEY)).unwrap();
        assert!(matches!(FileVault::open_guarded(folder.path(), &store, None), Err(VaultError::KeyLost(_))));
        assert_eq!(fs::read(folder.path().join(DEVICE)).unwrap(), sealed, "nothing was made anew");
    }

    /// A phone: its folder, and a store of keys beside the one that wraps.
    struct Phone(tempfile::TempDir, Store, Arc<Keys>);

    impl Phone {
        fn new(home: KeyHome) -> Self {
            Self(tempfile::tempdir().unwrap(), Store(AtomicU8::new(7)), Keys::new(home))
        }

        fn open(&self) -> Result<FileVault, VaultError> {
            FileVault::open_guarded(self.0.path(), &self.1, Some(Arc::clone(&self.2) as Arc<dyn DeviceKeys>))
        }
    }

    fn verifies(vault: &FileVault, bytes: &[u8]) {
        let signature = Signature::from_slice(&vault.sign(bytes).unwrap()).unwrap();
        VerifyingKey::from_sec1_bytes(&vault.public_key()).unwrap().verify(bytes, &signature).unwrap();
    }

    #[test]
    fn a_new_phones_signing_key_is_made_in_the_store_and_only_there() {
        for home in [KeyHome::Hardware, KeyHome::System] {
            let phone = Phone::new(home);
            let first = phone.open().unwrap();
            assert_eq!(first.key_home(), home);
            for answer in [Answer::Low, Answer::High] {
                phone.2.answers(answer);
                verifies(&first, b"fact");
            }
            let again = phone.open().unwrap();
            assert_eq!((again.device(), again.public_key()), (first.device(), first.public_key()));
            assert_eq!((again.key_home(), phone.2.made.lock().unwrap().len()), (home, 1));
            verifies(&again, b"another fact");
        }
    }

    #[test]
    fn a_phone_that_has_a_software_key_keeps_it_and_says_so() {
        let phone = Phone::new(KeyHome::Hardware);
        let before = FileVault::open(phone.0.path()).unwrap();
        let now = phone.open().unwrap();
        assert_eq!((now.device(), now.public_key()), (before.device(), before.public_key()));
        assert_eq!((now.key_home(), now.data_key_home()), (KeyHome::Software, KeyHome::Hardware));
        assert!(phone.2.made.lock().unwrap().is_empty());
        verifies(&now, b"fact");
    }

    #[test]
    fn stopped_before_the_key_is_kept_another_one_is_made() {
        let phone = Phone::new(KeyHome::Hardware);
        let first = phone.open().unwrap();
        // The disk as it is between the two: the store has a key, and no file names it.
        fs::remove_file(phone.0.path().join(DEVICE)).unwrap();
        let second = phone.open().unwrap();
        assert_ne!((first.device(), first.public_key()), (second.device(), second.public_key()));
        verifies(&phone.open().unwrap(), b"fact");
        assert_eq!(phone.open().unwrap().device(), second.device());
    }

    #[test]
    fn a_store_that_cannot_make_a_key_changes_nothing_and_may_be_asked_again() {
        let phone = Phone::new(KeyHome::Hardware);
        for answer in [Answer::Unavailable, Answer::Lost] {
            phone.2.answers(answer);
            // Not `KeyLost`, at which the data would be moved aside; no software key in its place either.
            assert!(matches!(phone.open(), Err(VaultError::Unreadable(_))));
            assert!(!phone.0.path().join(DEVICE).exists());
        }
        phone.2.answers(Answer::Low);
        assert_eq!(phone.open().unwrap().key_home(), KeyHome::Hardware);
    }

    #[test]
    fn without_its_signing_key_a_phone_still_opens_and_reads_and_says_that_it_cannot_sign() {
        let phone = Phone::new(KeyHome::Hardware);
        let vault = phone.open().unwrap();
        vault.keep("token", b"bearer").unwrap();
        let sealed = fs::read(phone.0.path().join(DEVICE)).unwrap();
        let key = phone.2.made.lock().unwrap().clone();

        phone.2.made.lock().unwrap().clear();
        assert!(matches!(vault.sign(b"fact"), Err(VaultError::SigningKeyLost(_))));
        let again = phone.open().unwrap();
        assert_eq!(again.secret("token").unwrap().as_deref(), Some(&b"bearer"[..]));
        assert_eq!((again.public_key(), again.key_home()), (vault.public_key(), KeyHome::Hardware));
        assert!(matches!(again.sign(b"fact"), Err(VaultError::SigningKeyLost(_))));
        assert!(phone.2.made.lock().unwrap().is_empty(), "no other key in its place");
        assert_eq!(fs::read(phone.0.path().join(DEVICE)).unwrap(), sealed);

        *phone.2.made.lock().unwrap() = key;
        for (answer, lost) in
            [(Answer::Unavailable, false), (Answer::Nonsense, false), (Answer::Foreign, true), (Answer::Lost, true)]
        {
            phone.2.answers(answer);
            let error = phone.open().unwrap().sign(b"fact").unwrap_err();
            assert_eq!(matches!(error, VaultError::SigningKeyLost(_)), lost, "{error}");
        }
        phone.2.answers(Answer::Low);
        verifies(&phone.open().unwrap(), b"fact");
    }
}
