//! The box with tickets: in the vault, one secret for each officer, filled by the central.

use std::sync::Arc;

use async_trait::async_trait;
use seal_core::ids::OfficerId;
use seal_core::seal_no::SealNo;
use seal_core::wire::{B64, SealTicket, TicketKind, TicketWish, TicketsRequest};

use crate::ports::central::{Central, CentralTrouble};
use crate::ports::clock::Clock;
use crate::ports::tickets::{NoTicket, RenewError, Tickets};
use crate::ports::vault::{Vault, VaultError};

/// The box.
pub struct TicketBox {
    vault: Arc<dyn Vault>,
    central: Arc<dyn Central>,
    clock: Arc<dyn Clock>,
}

impl TicketBox {
    /// A box in that vault.
    #[must_use]
    pub fn new(vault: Arc<dyn Vault>, central: Arc<dyn Central>, clock: Arc<dyn Clock>) -> Self {
        Self { vault, central, clock }
    }

    fn all(&self, officer: &OfficerId) -> Result<Vec<SealTicket>, VaultError> {
        let Some(kept) = self.vault.secret(&name(officer))? else { return Ok(Vec::new()) };
        // What this version cannot read any more is fetched anew.
        Ok(serde_json::from_slice(&kept).unwrap_or_default())
    }
}

fn name(officer: &OfficerId) -> String {
    format!("tickets of {officer}")
}

fn strength(kind: TicketKind) -> u8 {
    match kind {
        TicketKind::Moment => 0,
        TicketKind::Shift | TicketKind::Password => 1,
        TicketKind::Reserve => 2,
    }
}

#[async_trait]
impl Tickets for TicketBox {
    fn held(&self, officer: &OfficerId, seal: &SealNo) -> Result<Vec<SealTicket>, VaultError> {
        let now = self.clock.now().wall;
        let mut held = self.all(officer)?;
        held.retain(|ticket| &ticket.seal == seal && ticket.expires > now);
        held.sort_by_key(|ticket| (strength(ticket.kind), std::cmp::Reverse(ticket.expires)));
        Ok(held)
    }

    async fn fresh(&self, seal: &SealNo, nonce: [u8; 16]) -> Result<SealTicket, NoTicket> {
        let wish = TicketWish { seal: seal.clone(), nonce: Some(B64(nonce.to_vec())) };
        let given = self.central.tickets(&TicketsRequest { seals: vec![wish] }).await?;
        let of_this = given.tickets.into_iter().find(|ticket| &ticket.seal == seal);
        of_this.ok_or_else(|| match given.refused.into_iter().find(|refused| &refused.seal == seal) {
            Some(refused) => NoTicket::Refused(refused),
            None => CentralTrouble::Offline("the answer does not tell of the seal asked for".to_owned()).into(),
        })
    }

    async fn renew(&self) -> Result<usize, RenewError> {
        let given = self.central.tickets(&TicketsRequest::default()).await?;
        let now = self.clock.now().wall;
        // Reserves of seals that are not on the work list any more are carried on until they end.
        let listed = |ticket: &SealTicket| {
            given.tickets.iter().any(|new| (&new.seal, new.kind) == (&ticket.seal, ticket.kind))
                || given.refused.iter().any(|refused| refused.seal == ticket.seal)
        };
        let mut kept = self.all(&given.officer)?;
        kept.retain(|ticket| ticket.kind == TicketKind::Reserve && ticket.expires > now && !listed(ticket));
        kept.extend(given.tickets);
        let json = serde_json::to_vec(&kept).map_err(|error| VaultError::Unreadable(error.to_string()))?;
        self.vault.keep(&name(&given.officer), &json)?;
        Ok(kept.len())
    }
}
