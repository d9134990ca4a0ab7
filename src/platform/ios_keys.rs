//! The vault's key in the keychain of iOS. Type-checked on every change; not yet run on a device.
//!
//! The keychain lies outside the app's folder and is encrypted by keys of the Secure Enclave. The item may be read after the
//! first unlocking since the phone started, so that sync in the background works, and never leaves this phone: a folder
//! restored to another one has lost its key, and says so.

use security_framework::access_control::{ProtectionMode, SecAccessControl};
use security_framework::passwords::{PasswordOptions, generic_password, set_generic_password_options};
use uuid::Uuid;

use seal_core::enrolment::KeyHome;

use crate::ports::vault::{GuardError, Key, KeyGuard};

const SERVICE: &str = "seal-field data key";
/// `errSecItemNotFound`.
const NOT_FOUND: i32 = -25_300;

/// The keychain; what it gives for a key is the name of its item.
pub struct Keychain;

impl KeyGuard for Keychain {
    fn home(&self) -> KeyHome {
        KeyHome::System
    }

    fn wrap(&self, key: &Key) -> Result<Vec<u8>, GuardError> {
        let unavailable = |error: security_framework::base::Error| GuardError::Unavailable(error.to_string());
        let name = Uuid::new_v4().to_string();
        let mode = ProtectionMode::AccessibleAfterFirstUnlockThisDeviceOnly;
        let access = SecAccessControl::create_with_protection(Some(mode), 0).map_err(unavailable)?;
        let mut options = PasswordOptions::new_generic_password(SERVICE, &name);
        options.set_access_control(access);
        set_generic_password_options(key.bytes(), options).map_err(unavailable)?;
        Ok(name.into_bytes())
    }

    fn unwrap(&self, wrapped: &[u8]) -> Result<Key, GuardError> {
        let name = std::str::from_utf8(wrapped).map_err(|_| GuardError::Lost("its name is damaged".to_owned()))?;
        let item = generic_password(PasswordOptions::new_generic_password(SERVICE, name));
        let bytes = item.map_err(|error| match error.code() {
            NOT_FOUND => GuardError::Lost("the keychain does not hold it".to_owned()),
            _ => GuardError::Unavailable(error.to_string()),
        })?;
        let bytes = bytes.as_slice().try_into();
        Ok(Key::new(bytes.map_err(|_| GuardError::Lost("the keychain's item has not 32 bytes".to_owned()))?))
    }
}
