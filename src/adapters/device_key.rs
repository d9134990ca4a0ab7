//! The key that signs for this device: with the system's store of keys where there is one, else a software key. A phone keeps
//! the key it has: its certificate and its chain of facts are that key's.
//!
//! What the vault keeps of it, sealed:
//!
//! ```text
//! <device's id>            software: the key itself
//! <PKCS #8, PEM>
//!
//! <device's id>            with the store, under the device's id as its name
//! hardware | system        as the store said when it made the key, which cannot move
//! <public key, PEM>
//! ```

use std::sync::Arc;

use p256::ecdsa::{Signature, SigningKey, VerifyingKey, signature::Verifier as _};
use p256::elliptic_curve::rand_core::OsRng;
use p256::pkcs8::{
    DecodePrivateKey as _, DecodePublicKey as _, EncodePrivateKey as _, EncodePublicKey as _, LineEnding,
};
use seal_core::enrolment::KeyHome;
use seal_core::event::sign_with;
use seal_core::ids::DeviceId;
use zeroize::Zeroizing;

use crate::ports::vault::{DeviceKeys, GuardError, VaultError};

const HARDWARE: &str = "hardware";
const SYSTEM: &str = "system";

/// The key.
pub(super) enum DeviceKey {
    /// In the vault itself.
    Software(SigningKey),
    /// With the system.
    Stored {
        /// The store.
        keys: Arc<dyn DeviceKeys>,
        /// Its name there.
        name: String,
        /// Where it is.
        home: KeyHome,
        /// The public half.
        public: VerifyingKey,
    },
}

impl DeviceKey {
    /// Makes the key of a new device, and what is to be kept of it. A key that is made and then not kept is one that nobody uses:
    /// its name is never given again.
    pub(super) fn make(
        device: DeviceId,
        keys: Option<&Arc<dyn DeviceKeys>>,
    ) -> Result<(Self, Zeroizing<String>), VaultError> {
        let Some(keys) = keys else {
            let key = SigningKey::random(&mut OsRng);
            let pem = key.to_pkcs8_pem(LineEnding::LF).map_err(unreadable)?;
            return Ok((Self::Software(key), Zeroizing::new(format!("{device}\n{}", pem.as_str()))));
        };
        let name = device.to_string();
        // Whatever it is, nothing is lost by it: there was no key yet.
        let made = keys.make(&name).map_err(unreadable)?;
        let public = VerifyingKey::from_sec1_bytes(&made.public).map_err(unreadable)?;
        // "Software" is the app's word for its own files, no store's.
        let (home, word) = match made.home {
            KeyHome::Hardware => (KeyHome::Hardware, HARDWARE),
            KeyHome::System | KeyHome::Software => (KeyHome::System, SYSTEM),
        };
        let pem = public.to_public_key_pem(LineEnding::LF).map_err(unreadable)?;
        let kept = Zeroizing::new(format!("{device}\n{word}\n{pem}"));
        Ok((Self::Stored { keys: Arc::clone(keys), name, home, public }, kept))
    }

    /// The device and its key, of what is kept. The store is not asked: a phone that is not unlocked yet opens too.
    pub(super) fn read(text: &[u8], keys: Option<&Arc<dyn DeviceKeys>>) -> Result<(DeviceId, Self), VaultError> {
        let text = std::str::from_utf8(text).map_err(unreadable)?;
        let (id, rest) = text.split_once('\n').ok_or_else(|| unreadable("the file is cut short"))?;
        let device: DeviceId = id.parse().map_err(unreadable)?;
        let (home, pem) = match rest.split_once('\n') {
            Some((HARDWARE, pem)) => (KeyHome::Hardware, pem),
            Some((SYSTEM, pem)) => (KeyHome::System, pem),
            _ => return Ok((device, Self::Software(SigningKey::from_pkcs8_pem(rest).map_err(unreadable)?))),
        };
        let public = VerifyingKey::from_public_key_pem(pem).map_err(unreadable)?;
        let keys = keys.ok_or_else(|| unreadable("the signing key is with a key store that this app does not see"))?;
        Ok((device, Self::Stored { keys: Arc::clone(keys), name: device.to_string(), home, public }))
    }

    /// The public half, SEC1 uncompressed point.
    pub(super) fn public(&self) -> Vec<u8> {
        let public = match self {
            Self::Software(key) => key.verifying_key(),
            Self::Stored { public, .. } => public,
        };
        public.to_encoded_point(false).as_bytes().to_vec()
    }

    /// Where the private half is.
    pub(super) const fn home(&self) -> KeyHome {
        match self {
            Self::Software(_) => KeyHome::Software,
            Self::Stored { home, .. } => *home,
        }
    }

    /// ES256 signature, r and s.
    pub(super) fn sign(&self, bytes: &[u8]) -> Result<[u8; 64], VaultError> {
        match self {
            Self::Software(key) => Ok(sign_with(key, bytes)),
            Self::Stored { keys, name, public, .. } => {
                let der = keys.sign(name, bytes).map_err(|error| match error {
                    GuardError::Lost(why) => VaultError::SigningKeyLost(why),
                    GuardError::Unavailable(why) => VaultError::Unreadable(why),
                })?;
                let signature = Signature::from_der(&der).map_err(unreadable)?;
                // A fact that nobody can verify would stop the chain behind it. It is not written then.
                public
                    .verify(bytes, &signature)
                    .map_err(|_| VaultError::SigningKeyLost("another key is in its place".to_owned()))?;
                // As the store gave it: ES256 takes s above half the order too.
                Ok(signature.to_bytes().into())
            }
        }
    }
}

// The text of these errors names places and kinds, never content.
fn unreadable(error: impl std::fmt::Display) -> VaultError {
    VaultError::Unreadable(error.to_string())
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::BTreeMap;
    use std::sync::Mutex;

    use super::*;
    use crate::ports::vault::MadeKey;

    /// What a store answers.
    #[derive(Clone, Copy, PartialEq, Eq)]
    pub(in crate::adapters) enum Answer {
        /// Signatures whose s is below half the order, or above it.
        Low,
        High,
        /// No key of this name.
        Lost,
        /// Not now.
        Unavailable,
        /// Another key's signature.
        Foreign,
        /// No signature.
        Nonsense,
    }

    /// A store in memory.
    pub(in crate::adapters) struct Keys {
        pub(in crate::adapters) home: KeyHome,
        pub(in crate::adapters) answer: Mutex<Answer>,
        pub(in crate::adapters) made: Mutex<BTreeMap<String, SigningKey>>,
    }

    impl Keys {
        pub(in crate::adapters) fn new(home: KeyHome) -> Arc<Self> {
            Arc::new(Self { home, answer: Mutex::new(Answer::Low), made: Mutex::default() })
        }

        pub(in crate::adapters) fn answers(&self, answer: Answer) {
            *self.answer.lock().unwrap() = answer;
        }
    }

    impl DeviceKeys for Keys {
        fn make(&self, name: &str) -> Result<MadeKey, GuardError> {
            match *self.answer.lock().unwrap() {
                Answer::Lost => return Err(GuardError::Lost("no such store".to_owned())),
                Answer::Unavailable => return Err(GuardError::Unavailable("the store is busy".to_owned())),
                _ => {}
            }
            let key = SigningKey::random(&mut OsRng);
            let public = key.verifying_key().to_encoded_point(false).as_bytes().to_vec();
            assert!(self.made.lock().unwrap().insert(name.to_owned(), key).is_none(), "a name is used once");
            Ok(MadeKey { home: self.home, public })
        }

        fn sign(&self, name: &str, bytes: &[u8]) -> Result<Vec<u8>, GuardError> {
            use p256::ecdsa::signature::Signer as _;
            let made = self.made.lock().unwrap();
            let key = made.get(name).ok_or_else(|| GuardError::Lost("no key of this name".to_owned()))?;
            let signature: Signature = key.sign(bytes);
            let low = signature.normalize_s().unwrap_or(signature);
            let (r, s) = (low.r(), low.s());
            let high = Signature::from_scalars(*r, -*s).unwrap();
            Ok(match *self.answer.lock().unwrap() {
                Answer::Low => low.to_der().as_bytes().to_vec(),
                Answer::High => high.to_der().as_bytes().to_vec(),
                Answer::Lost => return Err(GuardError::Lost("no key of this name".to_owned())),
                Answer::Unavailable => return Err(GuardError::Unavailable("the phone is locked".to_owned())),
                Answer::Foreign => {
                    let other: Signature = SigningKey::random(&mut OsRng).sign(bytes);
                    other.to_der().as_bytes().to_vec()
                }
                Answer::Nonsense => b"no signature".to_vec(),
            })
        }
    }

    /// Says one thing only.
    struct Fixed(Vec<u8>);

    impl DeviceKeys for Fixed {
        fn make(&self, _: &str) -> Result<MadeKey, GuardError> {
            Ok(MadeKey { home: KeyHome::Hardware, public: hex(POINT) })
        }
        fn sign(&self, _: &str, _: &[u8]) -> Result<Vec<u8>, GuardError> {
            Ok(self.0.clone())
        }
    }

    // RFC 6979 A.2.5 (P-256 with SHA-256): the public key, r and s. The DER forms are what OpenSSL's encoder makes of r and s
    // (python cryptography 48 `encode_dss_signature`), and `openssl dgst -sha256 -verify` takes both.
    const POINT: &str = "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6\
                         7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";
    const SAMPLE: (&str, &str) = (
        "3046022100efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716\
         022100f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
        "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716\
         f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
    );
    const TEST: (&str, &str) = (
        "3045022100f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367\
         0220019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083",
        "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367\
         019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083",
    );

    fn hex(text: &str) -> Vec<u8> {
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
    }

    #[test]
    fn a_stores_der_becomes_r_and_s_of_32_bytes_each() {
        // The first has an s above half the order.
        for (message, (der, r_and_s)) in [(&b"sample"[..], SAMPLE), (b"test", TEST)] {
            let keys: Arc<dyn DeviceKeys> = Arc::new(Fixed(hex(der)));
            let (key, _) = DeviceKey::make(DeviceId(uuid::Uuid::from_u128(1)), Some(&keys)).unwrap();
            assert_eq!(key.sign(message).unwrap().to_vec(), hex(r_and_s));
            assert!(matches!(key.sign(b"other"), Err(VaultError::SigningKeyLost(_))), "it signs something else");
        }
    }

    #[test]
    fn what_is_kept_is_the_same_key_again_and_never_its_private_half() {
        for (said, home) in [
            (KeyHome::Hardware, KeyHome::Hardware),
            (KeyHome::System, KeyHome::System),
            (KeyHome::Software, KeyHome::System),
        ] {
            let store = Keys::new(said);
            let keys: Arc<dyn DeviceKeys> = store;
            let id = DeviceId(uuid::Uuid::from_u128(1));
            let (made, kept) = DeviceKey::make(id, Some(&keys)).unwrap();
            assert!(!kept.contains("PRIVATE"));
            let (device, read) = DeviceKey::read(kept.as_bytes(), Some(&keys)).unwrap();
            assert_eq!((device, read.public(), read.home()), (id, made.public(), home));
            assert!(matches!(DeviceKey::read(kept.as_bytes(), None), Err(VaultError::Unreadable(_))));
        }
        let id = DeviceId(uuid::Uuid::from_u128(2));
        let (made, kept) = DeviceKey::make(id, None).unwrap();
        let keys: Arc<dyn DeviceKeys> = Keys::new(KeyHome::Hardware);
        for keys in [None, Some(&keys)] {
            let (device, read) = DeviceKey::read(kept.as_bytes(), keys).unwrap();
            assert_eq!((device, read.public(), read.home()), (id, made.public(), KeyHome::Software));
        }
        for broken in ["", "no id\n", "00000000-0000-0000-0000-000000000001\nhardware\nno key"] {
            assert!(matches!(DeviceKey::read(broken.as_bytes(), Some(&keys)), Err(VaultError::Unreadable(_))));
        }
    }
}
