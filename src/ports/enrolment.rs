//! How this phone belongs to its central: whom it trusts, and how it asks to be let in.

use async_trait::async_trait;
use seal_core::cbor::Bytes;
use seal_core::enrolment::Offer;
use seal_core::ids::{OfficeCode, Sha256};
use seal_core::wire::{EnrolRequest, EnrolResponse};
use serde::{Deserialize, Serialize};

use super::central::CentralTrouble;
use super::vault::VaultError;

/// What a phone keeps of its enrolment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolled {
    /// Address of the central.
    pub address: String,
    /// Authorities (X.509 DER) that may certify it, and nobody else may; none: public ones.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roots: Vec<Bytes>,
    /// The phone's unit.
    pub unit: OfficeCode,
    /// The central's own key, SEC1 uncompressed P-256 point.
    pub key: Bytes,
    /// The phone's certificate, exactly as the central signed it.
    pub certificate: Bytes,
}

impl Enrolled {
    /// Which central: the digest of its key, as an offer names it.
    #[must_use]
    pub fn central(&self) -> Sha256 {
        Sha256::of(&self.key.0)
    }
}

/// Why an enrolment is not kept.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// The vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The address or a certificate cannot be used.
    #[error("the central's address or its authority cannot be used: {0}")]
    Unusable(String),
}

/// This phone's enrolment.
#[async_trait]
pub trait Enrolment: Send + Sync {
    /// What it is enrolled with; `None` before.
    fn kept(&self) -> Option<Enrolled>;
    /// Asks the central of an offer, and nobody whom the offer does not name.
    async fn ask(&self, offer: &Offer, request: &EnrolRequest) -> Result<EnrolResponse, CentralTrouble>;
    /// Keeps an enrolment in the place of the one before; from now on that central is the phone's.
    ///
    /// # Errors
    /// [`KeepError`]; then the one before holds.
    fn keep(&self, enrolled: &Enrolled) -> Result<(), KeepError>;
}
