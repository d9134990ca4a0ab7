//! The device's signing key in the Secure Enclave of iOS. Type-checked on every change; not yet run on a device.
//!
//! The key cannot leave the Secure Enclave; what the keychain holds is its name. It may sign after the first unlocking since the
//! phone started, and asks for no face or finger: whoever is signed in is in the fact itself, and the end of a command must be
//! written whether or not somebody looks at the phone.

use core_foundation::base::{CFType, TCFType as _};
use core_foundation::boolean::CFBoolean;
use core_foundation::dictionary::CFDictionary;
use core_foundation::number::CFNumber;
use core_foundation::string::CFString;
use security_framework::access_control::{ProtectionMode, SecAccessControl};
use security_framework::item::{ItemClass, ItemSearchOptions, KeyClass, Limit, Reference, SearchResult};
use security_framework::key::{Algorithm, SecKey};
use security_framework_sys::access_control::kSecAccessControlPrivateKeyUsage;
use security_framework_sys::item::{
    kSecAttrAccessControl, kSecAttrIsPermanent, kSecAttrKeySizeInBits, kSecAttrKeyType,
    kSecAttrKeyTypeECSECPrimeRandom, kSecAttrLabel, kSecAttrTokenID, kSecAttrTokenIDSecureEnclave, kSecPrivateKeyAttrs,
};

use seal_core::enrolment::KeyHome;

use crate::ports::vault::{DeviceKeys, GuardError, MadeKey};

const LABEL: &str = "seal-field signing key ";
/// `errSecItemNotFound`.
const NOT_FOUND: i32 = -25_300;

/// The Secure Enclave. Every phone that runs this has one.
pub struct Enclave;

impl DeviceKeys for Enclave {
    fn make(&self, name: &str) -> Result<MadeKey, GuardError> {
        let mode = ProtectionMode::AccessibleAfterFirstUnlockThisDeviceOnly;
        let access = SecAccessControl::create_with_protection(Some(mode), kSecAccessControlPrivateKeyUsage)
            .map_err(|error| GuardError::Unavailable(error.to_string()))?;
        // `GenerateKeyOptions` says on macOS only that a key is to be kept, and who may use it.
        #[expect(deprecated, reason = "its successor takes those options")]
        let key = SecKey::generate(attributes(name, &access).to_untyped())
            .map_err(|error| GuardError::Unavailable(error.to_string()))?;
        // A public key's own form is the SEC1 point.
        let public = key.public_key().and_then(|public| public.external_representation());
        let public = public.ok_or_else(|| GuardError::Unavailable("the key made has no public half".to_owned()))?;
        Ok(MadeKey { home: KeyHome::Hardware, public: public.bytes().to_vec() })
    }

    fn sign(&self, name: &str, message: &[u8]) -> Result<Vec<u8>, GuardError> {
        let found = ItemSearchOptions::new()
            .class(ItemClass::key())
            .key_class(KeyClass::private())
            .label(&format!("{LABEL}{name}"))
            .load_refs(true)
            .limit(Limit::Max(1))
            .search()
            .map_err(|error| match error.code() {
                NOT_FOUND => GuardError::Lost("the keychain does not hold it".to_owned()),
                _ => GuardError::Unavailable(error.to_string()),
            })?;
        let Some(SearchResult::Ref(Reference::Key(key))) = found.into_iter().next() else {
            return Err(GuardError::Unavailable("the keychain gave no key".to_owned()));
        };
        key.create_signature(Algorithm::ECDSASignatureMessageX962SHA256, message)
            .map_err(|error| GuardError::Unavailable(error.to_string()))
    }
}

/// A P-256 key in the Secure Enclave, kept under its label.
fn attributes(name: &str, access: &SecAccessControl) -> CFDictionary<CFString, CFType> {
    // SAFETY: strings of the framework's, there and the same as long as the program runs.
    let [permanent, label, access_control, kind, p256, size, token, enclave, private_half] = unsafe {
        [
            kSecAttrIsPermanent,
            kSecAttrLabel,
            kSecAttrAccessControl,
            kSecAttrKeyType,
            kSecAttrKeyTypeECSECPrimeRandom,
            kSecAttrKeySizeInBits,
            kSecAttrTokenID,
            kSecAttrTokenIDSecureEnclave,
            kSecPrivateKeyAttrs,
        ]
        .map(|word| CFString::wrap_under_get_rule(word))
    };
    let private = CFDictionary::from_CFType_pairs(&[
        (permanent, CFBoolean::true_value().as_CFType()),
        (label, CFString::new(&format!("{LABEL}{name}")).as_CFType()),
        (access_control, access.as_CFType()),
    ]);
    CFDictionary::from_CFType_pairs(&[
        (kind, p256.as_CFType()),
        (size, CFNumber::from(256_i32).as_CFType()),
        (token, enclave.as_CFType()),
        (private_half, private.as_CFType()),
    ])
}
