//! The central API, as this device needs it. An implementation only transports and classifies; what to do about an answer
//! is decided by `sync`.

use super::agency::Agency;
use super::enrolment::Enrolment;
use async_trait::async_trait;
use seal_core::ids::{DeviceId, Sha256};
use seal_core::wire::{
    ChangesResponse, Problem, PushRequest, PushResponse, SignInRequest, SignInResponse, TicketsRequest, TicketsResponse,
};

/// Why there is no usable answer (trust 1.3, response classes).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CentralTrouble {
    /// No coverage, no route, refused, reset, timed out, half an answer.
    #[error("the central cannot be reached: {0}")]
    Offline(String),
    /// The answer is not from our central: a network login page or proxy.
    #[error("the network asks for a login page of its own")]
    Portal,
    /// The central's certificate is not accepted.
    #[error("the central's certificate is not accepted: {0}")]
    Tls(String),
    /// Sign-in needed again (the queue is untouched), or, of a sign-in itself: account and secret do not belong together.
    #[error("not signed in")]
    SignIn,
    /// Signed in, but not for this.
    #[error("not allowed: {}", .0.detail)]
    Forbidden(Problem),
    /// Busy or broken; try later.
    #[error("the central is busy")]
    Busy {
        /// Seconds the central asked to wait.
        retry_after_s: Option<u64>,
    },
    /// The whole request is refused: bisect it.
    #[error("the central refused the request: {}", .0.detail)]
    Refused(Problem),
    /// The central leads another life than the phone knows: it was restored from a backup. Nothing was taken.
    #[error("the central was restored from a backup")]
    Restored,
    /// This app is too old to send.
    #[error("the central needs a newer app")]
    Upgrade,
}

impl CentralTrouble {
    /// The central's certificate is out of its time by this phone's clock: it ended, or the clock is wrong.
    #[must_use]
    pub fn is_about_time(&self) -> bool {
        // The words of rustls for it, which the HTTP adapter passes on.
        matches!(self, Self::Tls(why) if why.starts_with("Expired") || why.starts_with("NotValidYet"))
    }
}

/// What the central knows of a photo's bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PhotoAtCentral {
    /// All of it, digest verified.
    Complete(seal_core::outbox::Receipt),
    /// So many bytes of an upload.
    Partial {
        /// Bytes the central has.
        offset: u64,
    },
    /// Nothing.
    Absent,
}

/// The central.
#[async_trait]
pub trait Central: Send + Sync {
    /// Signing in with the agency's account; `None` where the central is none that could.
    fn agency(&self) -> Option<&dyn Agency> {
        None
    }
    /// This phone's enrolment; `None` where it needs none, in practice.
    fn enrolment(&self) -> Option<&dyn Enrolment> {
        None
    }
    /// Our central answers.
    async fn ping(&self) -> Result<(), CentralTrouble>;
    /// Signs in; keeps the token for later calls.
    async fn sign_in(&self, request: SignInRequest) -> Result<SignInResponse, CentralTrouble>;
    /// Forgets the token.
    fn sign_out(&self);
    /// Sends events.
    async fn push(&self, device: DeviceId, request: &PushRequest) -> Result<PushResponse, CentralTrouble>;
    /// The next changes after `cursor`.
    async fn changes(&self, cursor: Option<&str>, limit: u32) -> Result<ChangesResponse, CentralTrouble>;
    /// Proof that the central's record of `from` events is the beginning of that of `to`, in the life `epoch` of its database;
    /// [`CentralTrouble::Restored`] when it leads another one, of whose record the question is not.
    async fn record_proof(&self, epoch: &str, from: u64, to: u64) -> Result<Vec<Sha256>, CentralTrouble>;
    /// What the central has of a photo; starts an upload of `bytes` bytes if it has nothing.
    async fn photo_state(&self, photo: &Sha256, bytes: u64, media_type: &str)
    -> Result<PhotoAtCentral, CentralTrouble>;
    /// Sends bytes from `offset` on.
    async fn photo_append(&self, photo: &Sha256, offset: u64, bytes: Vec<u8>)
    -> Result<PhotoAtCentral, CentralTrouble>;
    /// Rights to work seals, for whoever is signed in.
    async fn tickets(&self, request: &TicketsRequest) -> Result<TicketsResponse, CentralTrouble>;
    /// Bytes of a photo another device took.
    async fn photo_bytes(&self, photo: &Sha256) -> Result<Vec<u8>, CentralTrouble>;
}
