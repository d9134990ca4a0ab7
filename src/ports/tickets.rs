//! Rights to work seals, held on the phone for a shift, so that sealing needs no coverage.

use async_trait::async_trait;
use seal_core::ids::OfficerId;
use seal_core::seal_no::SealNo;
use seal_core::wire::{SealTicket, TicketRefused};

use super::central::CentralTrouble;
use super::vault::VaultError;

/// Why there is no right made for this moment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoTicket {
    /// The central cannot be asked.
    #[error(transparent)]
    Central(#[from] CentralTrouble),
    /// It says no.
    #[error("{}", .0.detail)]
    Refused(TicketRefused),
}

/// The box with tickets.
#[async_trait]
pub trait Tickets: Send + Sync {
    /// That officer's rights to that seal which are still good by this phone's clock, the strongest first.
    ///
    /// # Errors
    /// When the vault cannot be read.
    fn held(&self, officer: &OfficerId, seal: &SealNo) -> Result<Vec<SealTicket>, VaultError>;
    /// Fetches a right for the number that the seal shows now.
    async fn fresh(&self, seal: &SealNo, nonce: [u8; 16]) -> Result<SealTicket, NoTicket>;
    /// Fetches the rights of the shift's work list for whoever is signed in, and keeps them. Says how many.
    async fn renew(&self) -> Result<usize, RenewError>;
}

/// Why tickets were not renewed; those held stay.
#[derive(Debug, thiserror::Error)]
pub enum RenewError {
    /// The central.
    #[error(transparent)]
    Central(#[from] CentralTrouble),
    /// The vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
}
