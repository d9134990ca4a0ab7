//! The central that this phone is enrolled with; none before. What is trusted lies in the vault.

use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use seal_core::agency::{BeginRequest, BeginResponse, FinishRequest};
use seal_core::enrolment::Offer;
use seal_core::ids::{DeviceId, Sha256};
use seal_core::wire::{
    ChangesResponse, EnrolRequest, EnrolResponse, PushRequest, PushResponse, SignInRequest, SignInResponse,
    TicketsRequest, TicketsResponse,
};

use super::http::HttpCentral;
use crate::ports::agency::{Agency, Finished, Ways};
use crate::ports::central::{Central, CentralTrouble, PhotoAtCentral};
use crate::ports::enrolment::{Enrolled, Enrolment, KeepError};
use crate::ports::vault::{Vault, VaultError};

/// Name of the secret.
const ENROLMENT: &str = "enrolment";

struct Present {
    enrolled: Enrolled,
    central: Arc<HttpCentral>,
}

/// See the module.
pub struct EnrolledCentral {
    vault: Arc<dyn Vault>,
    present: RwLock<Option<Present>>,
}

impl EnrolledCentral {
    /// Takes up the enrolment that the vault holds.
    ///
    /// # Errors
    /// [`KeepError`] when it is there and cannot be used.
    pub fn open(vault: Arc<dyn Vault>) -> Result<Self, KeepError> {
        let kept = vault.secret(ENROLMENT)?;
        let unreadable = |error: serde_json::Error| VaultError::Unreadable(error.to_string());
        let kept = kept.map(|json| serde_json::from_slice(&json).map_err(unreadable)).transpose()?;
        let present = kept.map(|enrolled| present(enrolled, &vault)).transpose()?;
        Ok(Self { vault, present: RwLock::new(present) })
    }

    fn central(&self) -> Result<Arc<HttpCentral>, CentralTrouble> {
        let present = self.present.read().unwrap_or_else(PoisonError::into_inner);
        let not_yet = || CentralTrouble::Offline("this phone is not enrolled with a central".to_owned());
        present.as_ref().map(|present| Arc::clone(&present.central)).ok_or_else(not_yet)
    }
}

fn present(enrolled: Enrolled, vault: &Arc<dyn Vault>) -> Result<Present, KeepError> {
    let central = HttpCentral::trusting(&enrolled.address, &enrolled.roots)
        .map_err(|error| KeepError::Unusable(error.to_string()))?;
    // The token outlives the app's process, so that what is queued goes on being sent after a restart.
    Ok(Present { enrolled, central: Arc::new(central.keeping_token_in(Arc::clone(vault))) })
}

#[async_trait]
impl Enrolment for EnrolledCentral {
    fn kept(&self) -> Option<Enrolled> {
        let present = self.present.read().unwrap_or_else(PoisonError::into_inner);
        present.as_ref().map(|present| present.enrolled.clone())
    }

    async fn ask(&self, offer: &Offer, request: &EnrolRequest) -> Result<EnrolResponse, CentralTrouble> {
        // Whoever set the address up in the offer set the certificates up too: what cannot be used is never reached.
        let central = HttpCentral::trusting(&offer.address, &offer.roots)
            .map_err(|error| CentralTrouble::Tls(error.to_string()))?;
        central.enrol(request).await
    }

    fn keep(&self, enrolled: &Enrolled) -> Result<(), KeepError> {
        let next = present(enrolled.clone(), &self.vault)?;
        let json = serde_json::to_vec(enrolled).map_err(|error| VaultError::Unreadable(error.to_string()))?;
        self.vault.keep(ENROLMENT, &json)?;
        *self.present.write().unwrap_or_else(PoisonError::into_inner) = Some(next);
        Ok(())
    }
}

#[async_trait]
impl Agency for EnrolledCentral {
    async fn ways(&self) -> Result<Ways, CentralTrouble> {
        self.central()?.ways().await
    }

    async fn begin(&self, request: &BeginRequest) -> Result<BeginResponse, CentralTrouble> {
        self.central()?.begin(request).await
    }

    async fn finish(&self, request: &FinishRequest) -> Result<Finished, CentralTrouble> {
        self.central()?.finish(request).await
    }
}

#[async_trait]
impl Central for EnrolledCentral {
    fn agency(&self) -> Option<&dyn Agency> {
        Some(self)
    }

    fn enrolment(&self) -> Option<&dyn Enrolment> {
        Some(self)
    }

    async fn ping(&self) -> Result<(), CentralTrouble> {
        self.central()?.ping().await
    }

    async fn sign_in(&self, request: SignInRequest) -> Result<SignInResponse, CentralTrouble> {
        self.central()?.sign_in(request).await
    }

    fn sign_out(&self) {
        if let Ok(central) = self.central() {
            central.sign_out();
        }
    }

    async fn push(&self, device: DeviceId, request: &PushRequest) -> Result<PushResponse, CentralTrouble> {
        self.central()?.push(device, request).await
    }

    async fn changes(&self, cursor: Option<&str>, limit: u32) -> Result<ChangesResponse, CentralTrouble> {
        self.central()?.changes(cursor, limit).await
    }

    async fn record_proof(&self, epoch: &str, from: u64, to: u64) -> Result<Vec<Sha256>, CentralTrouble> {
        self.central()?.record_proof(epoch, from, to).await
    }

    async fn photo_state(
        &self,
        photo: &Sha256,
        bytes: u64,
        media_type: &str,
    ) -> Result<PhotoAtCentral, CentralTrouble> {
        self.central()?.photo_state(photo, bytes, media_type).await
    }

    async fn photo_append(
        &self,
        photo: &Sha256,
        offset: u64,
        bytes: Vec<u8>,
    ) -> Result<PhotoAtCentral, CentralTrouble> {
        self.central()?.photo_append(photo, offset, bytes).await
    }

    async fn tickets(&self, request: &TicketsRequest) -> Result<TicketsResponse, CentralTrouble> {
        self.central()?.tickets(request).await
    }

    async fn photo_bytes(&self, photo: &Sha256) -> Result<Vec<u8>, CentralTrouble> {
        self.central()?.photo_bytes(photo).await
    }
}
