//! A switch before the central, for practice: no coverage, or a network that shows its own login page.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use async_trait::async_trait;
use seal_core::agency::{BeginRequest, BeginResponse, FinishRequest};
use seal_core::ids::{DeviceId, Sha256};
use seal_core::wire::{
    ChangesResponse, PushRequest, PushResponse, SignInRequest, SignInResponse, TicketsRequest, TicketsResponse,
};

use crate::ports::agency::{Agency, Finished, Ways};
use crate::ports::central::{Central, CentralTrouble, PhotoAtCentral};

/// What the network does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum NetworkMode {
    /// It works.
    Online,
    /// There is none.
    Offline,
    /// It answers with a login page.
    Portal,
}

/// A central behind the switch.
pub struct SwitchableCentral {
    inner: Arc<dyn Central>,
    mode: AtomicU8,
}

impl SwitchableCentral {
    /// Puts the switch before `inner`; it works.
    #[must_use]
    pub fn new(inner: Arc<dyn Central>) -> Self {
        Self { inner, mode: AtomicU8::new(NetworkMode::Online as u8) }
    }

    /// Turns the switch. Calls already on their way are cut off when they come back.
    pub fn set(&self, mode: NetworkMode) {
        self.mode.store(mode as u8, Ordering::SeqCst);
    }

    /// Where it stands.
    #[must_use]
    pub fn mode(&self) -> NetworkMode {
        match self.mode.load(Ordering::SeqCst) {
            0 => NetworkMode::Online,
            1 => NetworkMode::Offline,
            _ => NetworkMode::Portal,
        }
    }

    /// Lets a call through, and its answer back, only while the network works: an answer cut off is a lost answer.
    async fn through<T>(&self, call: impl Future<Output = Result<T, CentralTrouble>>) -> Result<T, CentralTrouble> {
        self.open()?;
        let answer = call.await;
        self.open()?;
        answer
    }

    fn open(&self) -> Result<(), CentralTrouble> {
        match self.mode() {
            NetworkMode::Online => Ok(()),
            NetworkMode::Offline => Err(CentralTrouble::Offline("the practice network is cut".to_owned())),
            NetworkMode::Portal => Err(CentralTrouble::Portal),
        }
    }
}

impl SwitchableCentral {
    fn behind(&self) -> Result<&dyn Agency, CentralTrouble> {
        self.inner.agency().ok_or_else(|| CentralTrouble::Offline("no agency accounts here".to_owned()))
    }
}

#[async_trait]
impl Agency for SwitchableCentral {
    async fn ways(&self) -> Result<Ways, CentralTrouble> {
        self.through(self.behind()?.ways()).await
    }

    async fn begin(&self, request: &BeginRequest) -> Result<BeginResponse, CentralTrouble> {
        self.through(self.behind()?.begin(request)).await
    }

    async fn finish(&self, request: &FinishRequest) -> Result<Finished, CentralTrouble> {
        self.through(self.behind()?.finish(request)).await
    }
}

#[async_trait]
impl Central for SwitchableCentral {
    fn agency(&self) -> Option<&dyn Agency> {
        self.inner.agency().is_some().then_some(self)
    }

    async fn ping(&self) -> Result<(), CentralTrouble> {
        self.through(self.inner.ping()).await
    }

    async fn sign_in(&self, request: SignInRequest) -> Result<SignInResponse, CentralTrouble> {
        self.through(self.inner.sign_in(request)).await
    }

    fn sign_out(&self) {
        self.inner.sign_out();
    }

    async fn push(&self, device: DeviceId, request: &PushRequest) -> Result<PushResponse, CentralTrouble> {
        self.through(self.inner.push(device, request)).await
    }

    async fn changes(&self, cursor: Option<&str>, limit: u32) -> Result<ChangesResponse, CentralTrouble> {
        self.through(self.inner.changes(cursor, limit)).await
    }

    async fn record_proof(&self, epoch: &str, from: u64, to: u64) -> Result<Vec<Sha256>, CentralTrouble> {
        self.through(self.inner.record_proof(epoch, from, to)).await
    }

    async fn photo_state(
        &self,
        photo: &Sha256,
        bytes: u64,
        media_type: &str,
    ) -> Result<PhotoAtCentral, CentralTrouble> {
        self.through(self.inner.photo_state(photo, bytes, media_type)).await
    }

    async fn photo_append(
        &self,
        photo: &Sha256,
        offset: u64,
        bytes: Vec<u8>,
    ) -> Result<PhotoAtCentral, CentralTrouble> {
        self.through(self.inner.photo_append(photo, offset, bytes)).await
    }

    async fn tickets(&self, request: &TicketsRequest) -> Result<TicketsResponse, CentralTrouble> {
        self.through(self.inner.tickets(request)).await
    }

    async fn photo_bytes(&self, photo: &Sha256) -> Result<Vec<u8>, CentralTrouble> {
        self.through(self.inner.photo_bytes(photo)).await
    }
}
