//! The agency's accounts, as a phone meets them: through the central, which alone talks to the identity provider.

use async_trait::async_trait;
use seal_core::agency::{BeginRequest, BeginResponse, FinishRequest};
use seal_core::wire::SignInResponse;

use super::central::CentralTrouble;

/// How officers sign in at a central.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ways {
    /// With an account and a secret of its own.
    pub secret: bool,
    /// With the agency's account.
    pub agency: bool,
}

/// Where a sign-in stands.
#[derive(Debug, Clone)]
pub enum Finished {
    /// Nobody has signed in yet; ask again after so many seconds, not sooner.
    NotYet(u32),
    /// The officer is signed in; the token is kept for later calls.
    SignedIn(Box<SignInResponse>),
}

/// Signing in with the agency's account.
#[async_trait]
pub trait Agency: Send + Sync {
    /// How officers sign in at this central.
    async fn ways(&self) -> Result<Ways, CentralTrouble>;
    /// Begins.
    async fn begin(&self, request: &BeginRequest) -> Result<BeginResponse, CentralTrouble>;
    /// Asks whether the officer has signed in by now.
    async fn finish(&self, request: &FinishRequest) -> Result<Finished, CentralTrouble>;
}
