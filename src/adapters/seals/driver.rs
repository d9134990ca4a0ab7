//! Drivers, one for each protocol, and the link that finds the right one.
//!
//! How to add a driver stands in `docs/drivers.md`; what every driver has to do is held by `tests/drivers.rs`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use seal_core::ids::OfficerId;
use seal_core::seal_no::SealNo;
use seal_core::wire::SealTicket;
use tokio::time::timeout;
use uuid::Uuid;

use super::radio::{Advertisement, Gatt, Radio};
use crate::ports::seal_link::{LinkTrouble, Protocol, SealLink, SealSession, Sighting};
use crate::ports::tickets::Tickets;

/// So long the central is waited for at the seal: the officer stands in the rain.
const FRESH: Duration = Duration::from_secs(6);

/// Who wants to work the seal.
pub struct Rights {
    /// The officer.
    pub officer: OfficerId,
    /// Their tickets.
    pub tickets: Arc<dyn Tickets>,
}

impl Rights {
    /// A right fetched from the central now, for the number that the seal shows; or why there is none.
    ///
    /// # Errors
    /// The central's words, or that it does not answer in time.
    pub async fn fresh(&self, seal: &SealNo, nonce: [u8; 16]) -> Result<SealTicket, String> {
        match timeout(FRESH, self.tickets.fresh(seal, nonce)).await {
            Ok(given) => given.map_err(|error| error.to_string()),
            Err(_) => Err("the central does not answer in time".to_owned()),
        }
    }
}

/// A protocol.
#[async_trait]
pub trait Driver: Send + Sync {
    /// What it speaks, and whether that was tried on a real seal.
    fn protocol(&self) -> Protocol;
    /// The service that its seals offer, to listen for.
    fn service(&self) -> Uuid;
    /// Where its seals notify.
    fn notifies(&self) -> Uuid;
    /// The seal that this advertisement claims to be; `None` if it is none of this protocol.
    fn recognises(&self, heard: &Advertisement) -> Option<SealNo>;
    /// Opens a session over a connection to what claimed to be `seal`, and makes sure as far as the protocol can.
    async fn open(
        &self,
        gatt: Box<dyn Gatt>,
        seal: &SealNo,
        rights: &Rights,
    ) -> Result<Box<dyn SealSession>, LinkTrouble>;
}

/// A seal heard, and who can speak to it.
#[derive(Clone)]
struct Found {
    address: String,
    driver: Arc<dyn Driver>,
    rssi_dbm: i16,
}

/// The link to seals: a radio, and the drivers.
pub struct Seals {
    radio: Arc<dyn Radio>,
    drivers: Vec<Arc<dyn Driver>>,
    tickets: Arc<dyn Tickets>,
    /// Heard last: listening takes seconds.
    heard: Mutex<HashMap<SealNo, Found>>,
}

impl Seals {
    /// A link over that radio.
    #[must_use]
    pub fn new(radio: Arc<dyn Radio>, drivers: Vec<Arc<dyn Driver>>, tickets: Arc<dyn Tickets>) -> Self {
        Self { radio, drivers, tickets, heard: Mutex::default() }
    }

    async fn listen(&self) -> Result<HashMap<SealNo, Found>, LinkTrouble> {
        let services: Vec<Uuid> = self.drivers.iter().map(|driver| driver.service()).collect();
        let mut found: HashMap<SealNo, Found> = HashMap::new();
        for heard in self.radio.listen(&services).await? {
            let known = self.drivers.iter().find_map(|driver| Some((driver, driver.recognises(&heard)?)));
            let Some((driver, seal)) = known else { continue };
            let one = Found { address: heard.address, driver: Arc::clone(driver), rssi_dbm: heard.rssi_dbm };
            // Two that claim one number: the nearer one. Neither is believed for it: the session proves which it is.
            if found.get(&seal).is_none_or(|other| other.rssi_dbm < one.rssi_dbm) {
                found.insert(seal, one);
            }
        }
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&found);
        Ok(found)
    }

    async fn connect_to(
        &self,
        found: &Found,
        seal: &SealNo,
        by: &OfficerId,
    ) -> Result<Box<dyn SealSession>, LinkTrouble> {
        let gatt = self.radio.connect(&found.address, found.driver.notifies()).await?;
        let rights = Rights { officer: by.clone(), tickets: Arc::clone(&self.tickets) };
        found.driver.open(gatt, seal, &rights).await
    }
}

#[async_trait]
impl SealLink for Seals {
    async fn nearby(&self) -> Result<Vec<Sighting>, LinkTrouble> {
        let found = self.listen().await?;
        let mut heard: Vec<Sighting> =
            found.into_iter().map(|(seal, found)| Sighting { seal, rssi_dbm: found.rssi_dbm }).collect();
        heard.sort_by(|a, b| b.rssi_dbm.cmp(&a.rssi_dbm).then_with(|| a.seal.cmp(&b.seal)));
        Ok(heard)
    }

    async fn connect(&self, seal: &SealNo, by: &OfficerId) -> Result<Box<dyn SealSession>, LinkTrouble> {
        let known = self.heard.lock().unwrap_or_else(PoisonError::into_inner).get(seal).cloned();
        if let Some(found) = known {
            match self.connect_to(&found, seal, by).await {
                // Gone from where it was heard: listen again.
                Err(LinkTrouble::NotHeard) => {}
                done => return done,
            }
        }
        let found = self.listen().await?.remove(seal).ok_or(LinkTrouble::NotHeard)?;
        self.connect_to(&found, seal, by).await
    }

    fn protocols(&self, seal: &SealNo) -> Vec<Protocol> {
        match self.heard.lock().unwrap_or_else(PoisonError::into_inner).get(seal) {
            Some(found) => vec![found.driver.protocol()],
            None => self.drivers.iter().map(|driver| driver.protocol()).collect(),
        }
    }
}
