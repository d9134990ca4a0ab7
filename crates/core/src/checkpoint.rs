//! What the central says of its record, signed: so many events, under this root ([`crate::merkle`]).
//!
//! COSE_Sign1 with ES256 over deterministic CBOR, like events, with the central's own key. The application's part of what is
//! signed ([`CONTEXT`], `external_aad` of RFC 9052) keeps a checkpoint and an event from ever standing for each other.

use coset::{CborSerializable as _, CoseSign1, CoseSign1Builder, HeaderBuilder, iana};
use jiff::Timestamp;
use p256::ecdsa::{Signature, VerifyingKey, signature::Verifier as _};
use serde::{Deserialize, Serialize};

use crate::cbor::{self, CborError};
use crate::ids::{DeviceId, Sha256};

/// What a signature of a checkpoint is bound to.
pub const CONTEXT: &[u8] = b"sealfield/checkpoint/1";

/// The central's record at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// The central, as the device that it is.
    pub central: DeviceId,
    /// Which life of its database: another one was begun after a restore, and says so.
    pub epoch: String,
    /// Lives before this one, the oldest first.
    pub before: Vec<Life>,
    /// Events in the record.
    pub size: u64,
    /// Root of their tree.
    pub root: Sha256,
    /// The central's clock.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub at: Timestamp,
}

/// A life of the central's database that was ended by a restore.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Life {
    /// Its epoch.
    pub epoch: String,
    /// Events of its record, the first ones, that the next life went on with.
    pub kept: u64,
}

impl Checkpoint {
    /// How many events of a record of `epoch` this record is said to begin with; `None`: it is not said to go back to it.
    #[must_use]
    pub fn kept_of(&self, epoch: &str) -> Option<u64> {
        if epoch == self.epoch {
            return Some(self.size);
        }
        let since = self.before.iter().skip_while(|life| life.epoch != epoch);
        since.map(|life| life.kept).min().map(|kept| kept.min(self.size))
    }
}

/// A checkpoint with its signed bytes: evidence against a central that says two things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCheckpoint {
    /// What it says.
    pub checkpoint: Checkpoint,
    /// COSE_Sign1, exactly as signed.
    pub cose: Vec<u8>,
}

/// Why a checkpoint is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// Not a COSE_Sign1 of ES256 with a payload.
    #[error("not a signed checkpoint: {0}")]
    NotCose(String),
    /// Signed by another key, or changed.
    #[error("the signature does not fit the checkpoint")]
    Signature,
    /// Signed, and not readable.
    #[error(transparent)]
    Content(#[from] CborError),
}

impl SignedCheckpoint {
    /// Signs. `sign` makes the ES256 signature (64 bytes, r and s) over the bytes it is given.
    ///
    /// # Errors
    /// [`CborError`] when it cannot be written.
    pub fn sign(checkpoint: Checkpoint, sign: impl FnOnce(&[u8]) -> [u8; 64]) -> Result<Self, CborError> {
        let cose = CoseSign1Builder::new()
            .protected(HeaderBuilder::new().algorithm(iana::Algorithm::ES256).build())
            .unprotected(HeaderBuilder::new().key_id(checkpoint.central.0.as_bytes().to_vec()).build())
            .payload(cbor::to_vec(&checkpoint)?)
            .create_signature(CONTEXT, |bytes| sign(bytes).to_vec())
            .build();
        let cose = cose.to_vec().map_err(|e| CborError::Write(e.to_string()))?;
        Ok(Self { checkpoint, cose })
    }

    /// Reads signed bytes and checks the signature.
    ///
    /// # Errors
    /// [`CheckpointError`].
    pub fn verify(cose: &[u8], key: &VerifyingKey) -> Result<Self, CheckpointError> {
        let sign1 = CoseSign1::from_slice(cose).map_err(|e| CheckpointError::NotCose(e.to_string()))?;
        if sign1.protected.header.alg != Some(coset::Algorithm::Assigned(iana::Algorithm::ES256)) {
            return Err(CheckpointError::NotCose("not ES256".to_owned()));
        }
        let payload = sign1.payload.as_deref().ok_or_else(|| CheckpointError::NotCose("no payload".to_owned()))?;
        sign1.verify_signature(CONTEXT, |signature, bytes| {
            let signature = Signature::from_slice(signature).map_err(|_| CheckpointError::Signature)?;
            key.verify(bytes, &signature).map_err(|_| CheckpointError::Signature)
        })?;
        Ok(Self { checkpoint: cbor::from_slice(payload)?, cose: cose.to_vec() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::sign_with;
    use p256::ecdsa::SigningKey;
    use uuid::Uuid;

    fn signed() -> (SignedCheckpoint, SigningKey) {
        let key = SigningKey::from_slice(&[7; 32]).unwrap();
        let checkpoint = Checkpoint {
            central: DeviceId(Uuid::from_u128(2)),
            epoch: "e".to_owned(),
            before: vec![Life { epoch: "d".to_owned(), kept: 4 }],
            size: 8,
            root: Sha256([3; 32]),
            at: "2026-11-23T01:02:03.456Z".parse().unwrap(),
        };
        (SignedCheckpoint::sign(checkpoint, |bytes| sign_with(&key, bytes)).unwrap(), key)
    }

    #[test]
    fn no_single_bit_of_what_is_said_can_change() {
        let (signed, key) = signed();
        assert_eq!(SignedCheckpoint::verify(&signed.cose, key.verifying_key()).unwrap(), signed);
        for bit in 0..signed.cose.len() * 8 {
            let mut bytes = signed.cose.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            // The key id is a hint outside the signature.
            if let Ok(read) = SignedCheckpoint::verify(&bytes, key.verifying_key()) {
                assert_eq!(read.checkpoint, signed.checkpoint);
            }
        }
        let other = SigningKey::from_slice(&[8; 32]).unwrap();
        assert_eq!(SignedCheckpoint::verify(&signed.cose, other.verifying_key()), Err(CheckpointError::Signature));
    }

    #[test]
    fn a_record_goes_back_to_an_earlier_life_as_far_as_every_restore_since_left_it() {
        let life = |epoch: &str, kept| Life { epoch: epoch.to_owned(), kept };
        let checkpoint =
            Checkpoint { before: vec![life("a", 9), life("b", 4), life("c", 7)], size: 8, ..signed().0.checkpoint };
        let kept = ["a", "b", "c", "e", "x"].map(|epoch| checkpoint.kept_of(epoch));
        assert_eq!(kept, [Some(4), Some(4), Some(7), Some(8), None]);
    }

    #[test]
    fn the_signed_bytes_never_change() {
        let (signed, _) = signed();
        let hex: String = signed.cose.iter().map(|byte| format!("{byte:02x}")).collect();
        insta::assert_snapshot!(hex);
    }
}
