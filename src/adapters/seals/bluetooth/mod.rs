//! Bluetooth Low Energy by btleplug: BlueZ on Linux, the phone's own stack on Android and iOS.
//!
//! Tested against a fake BlueZ (`tests/bluetooth.rs`) and against the real one in a virtual machine (`./run radio`).
//! Not yet run on a device, nor over the air.

mod connection;
mod trouble;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use btleplug::api::{Central as _, CentralState, Manager as _, Peripheral as _, ScanFilter};
use btleplug::platform::{Adapter, Manager, Peripheral, PeripheralId};
use tokio::sync::OwnedMutexGuard;
use uuid::Uuid;

use crate::platform::{self, AskPasskey};
use crate::ports::seal_link::LinkTrouble;

use super::radio::{Advertisement, Gatt, Radio};
use connection::{Connection, Failure};

/// Weaker than this and a connection that fails is put down to the distance; dBm. Phones hear down to about −100, and
/// connections are made poorly below −90.
const WEAK_DBM: i16 = -85;

/// What controllers say that do not know the strength (Core specification, volume 4, part E, 7.7.65.2). Nobody is near for it.
const NO_STRENGTH: i16 = 127;
const WEAKEST_DBM: i16 = -127;

/// How long the radio tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// To listen for seals. A seal that saves its battery is heard about once a second.
    pub listen: Duration,
    /// For each step of a try to connect.
    pub connect: Duration,
    /// Tries to connect.
    pub tries: u32,
    /// Between the first two tries; twice as long before each next one.
    pub pause: Duration,
    /// For a value to be written.
    pub write: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            listen: Duration::from_secs(3),
            connect: Duration::from_secs(8),
            tries: 3,
            pause: Duration::from_millis(300),
            write: Duration::from_secs(10),
        }
    }
}

/// The radio of this phone or computer.
pub struct Bluetooth {
    name: Option<String>,
    patience: Patience,
    passkey: Option<AskPasskey>,
    adapter: tokio::sync::Mutex<Option<Adapter>>,
    /// One scan at a time: the system takes a second one for a mistake.
    scanning: tokio::sync::Mutex<()>,
    heard: Mutex<HashMap<String, Heard>>,
    /// What was listened for last.
    services: Mutex<Vec<Uuid>>,
    lines: Mutex<HashMap<String, Line>>,
    /// A copy goes with each connection, so that their number is known.
    open: Arc<()>,
}

/// Held by a connection to an address until it is really gone.
type Line = Arc<tokio::sync::Mutex<()>>;

#[derive(Clone)]
struct Heard {
    id: PeripheralId,
    rssi_dbm: i16,
}

impl Bluetooth {
    /// The radio. Nothing is asked of the system before it is used.
    #[must_use]
    pub fn new(patience: Patience) -> Self {
        Self {
            name: None,
            patience,
            passkey: None,
            adapter: tokio::sync::Mutex::default(),
            scanning: tokio::sync::Mutex::default(),
            heard: Mutex::default(),
            services: Mutex::default(),
            lines: Mutex::default(),
            open: Arc::default(),
        }
    }

    /// Uses the adapter that the system calls so (Linux: `hci0`), where there are several.
    #[must_use]
    pub fn on(mut self, adapter: impl Into<String>) -> Self {
        self.name = Some(adapter.into());
        self
    }

    /// For seals with a passkey on the label, on Linux: each connection is paired as soon as it stands, and the passkey is asked
    /// for here. Phones pair and ask by themselves.
    #[must_use]
    pub fn asking(mut self, passkey: AskPasskey) -> Self {
        self.passkey = Some(passkey);
        self
    }

    /// The adapter, if it is on and may be used.
    async fn adapter(&self) -> Result<Adapter, LinkTrouble> {
        platform::ready_radio()?;
        let mut kept = self.adapter.lock().await;
        let adapter = match kept.take() {
            Some(adapter) => adapter,
            None => self.open_adapter().await?,
        };
        // `start_scan` would switch it on. That is the officer's to do: on a phone it is a switch for other things too.
        // Unknown is Android, whose switch `ready_radio` has looked at.
        match adapter.adapter_state().await {
            Ok(CentralState::PoweredOff) | Err(_) => Err(LinkTrouble::RadioOff),
            // Kept only now: one that failed may belong to a Bluetooth service that has ended.
            Ok(_) => Ok(kept.insert(adapter).clone()),
        }
    }

    async fn open_adapter(&self) -> Result<Adapter, LinkTrouble> {
        let trouble = |error| trouble::of(&error).unwrap_or(LinkTrouble::RadioOff);
        let adapters = Manager::new().await.map_err(trouble)?.adapters().await.map_err(trouble)?;
        let mut named = Vec::new();
        for adapter in adapters {
            named.push((adapter.adapter_info().await.map_err(trouble)?, adapter));
        }
        // The system lists them in no fixed order. On Linux the text begins with the name.
        named.sort_by(|(one, _), (other, _)| one.cmp(other));
        let wanted = |(info, _): &(String, Adapter)| {
            self.name.as_deref().is_none_or(|name| info.split(' ').next() == Some(name))
        };
        named.into_iter().find(wanted).map(|(_, adapter)| adapter).ok_or(LinkTrouble::RadioOff)
    }

    /// The device of that address, if it was heard lately, with its signal strength. Listens once more for one that the
    /// system has forgotten: BlueZ does so half a minute after a scan.
    async fn find(&self, adapter: &Adapter, address: &str) -> Result<Found, LinkTrouble> {
        if let Some(found) = self.known(adapter, address).await {
            return Ok(found);
        }
        let services = lock(&self.services).clone();
        self.listen(&services).await?;
        self.known(adapter, address).await.ok_or(LinkTrouble::NotHeard)
    }

    async fn known(&self, adapter: &Adapter, address: &str) -> Option<Found> {
        let Heard { id, rssi_dbm } = lock(&self.heard).get(address).cloned()?;
        let peripheral = match adapter.peripheral(&id).await {
            Ok(peripheral) => peripheral,
            // Android forgets a device when it disconnects, and makes it again from its address.
            Err(_) => adapter.add_peripheral(&id).await.ok()?,
        };
        Some(Found { peripheral, rssi_dbm })
    }

    /// Waits for a connection to that address that is still being ended.
    async fn line(&self, address: &str) -> Result<OwnedMutexGuard<()>, LinkTrouble> {
        let line = Arc::clone(lock(&self.lines).entry(address.to_owned()).or_default());
        tokio::time::timeout(self.patience.connect, line.lock_owned()).await.map_err(|_| LinkTrouble::Busy)
    }

    /// Why no try succeeded, from what is known of the device now.
    async fn out_of_reach(&self, adapter: &Adapter, found: &Found) -> LinkTrouble {
        if !matches!(adapter.adapter_state().await, Ok(CentralState::PoweredOn | CentralState::Unknown)) {
            return LinkTrouble::RadioOff;
        }
        let Ok(known) = found.peripheral.properties().await else { return LinkTrouble::NotHeard };
        if known.and_then(|known| known.rssi).unwrap_or(found.rssi_dbm) < WEAK_DBM {
            return LinkTrouble::TooFar;
        }
        // Heard well, and yet no connection: it holds another. A seal does not advertise then, so the other phone came after we
        // heard it.
        LinkTrouble::Busy
    }
}

struct Found {
    peripheral: Peripheral,
    rssi_dbm: i16,
}

#[async_trait]
impl Radio for Bluetooth {
    async fn listen(&self, services: &[Uuid]) -> Result<Vec<Advertisement>, LinkTrouble> {
        let adapter = self.adapter().await?;
        let _turn = self.scanning.lock().await;
        if Arc::strong_count(&self.open) == 1 {
            // Phones keep what they heard long ago; on iOS forgetting it would end connections.
            adapter.clear_peripherals().await.map_err(|error| trouble::unless_known(&error))?;
        }
        services.clone_into(&mut lock(&self.services));
        let scan = Scan::start(&adapter, services).await?;
        tokio::time::sleep(self.patience.listen).await;
        // Before the scan ends, for then BlueZ forgets signal strengths.
        let heard = heard(&adapter, services).await;
        scan.stop().await;
        let heard = heard?;
        *lock(&self.heard) = heard
            .iter()
            .map(|(id, said)| (said.address.clone(), Heard { id: id.clone(), rssi_dbm: said.rssi_dbm }))
            .collect();
        Ok(heard.into_iter().map(|(_, said)| said).collect())
    }

    async fn connect(&self, address: &str, notify: Uuid) -> Result<Box<dyn Gatt>, LinkTrouble> {
        let line = self.line(address).await?;
        let adapter = self.adapter().await?;
        let found = self.find(&adapter, address).await?;
        let mut pause = self.patience.pause;
        let mut failure = Failure::NoLink;
        for again in 0..self.patience.tries {
            if again > 0 {
                tokio::time::sleep(pause).await;
                pause *= 2;
            }
            failure = match connection::establish(&adapter, &found.peripheral, notify, &self.patience).await {
                Ok(link) => {
                    let held = (line, Arc::clone(&self.open));
                    let mut connection =
                        Connection::new(link, found.peripheral, self.passkey.clone(), self.patience, held);
                    if self.passkey.is_some() {
                        connection.pair().await?;
                    }
                    return Ok(Box::new(connection));
                }
                Err(Failure::Known(trouble)) => return Err(trouble),
                Err(failure) => failure,
            };
        }
        Err(match failure {
            Failure::Lacks(what) => LinkTrouble::Unreadable(format!("it has no characteristic {what}")),
            _ => self.out_of_reach(&adapter, &found).await,
        })
    }
}

/// A running scan; dropped, it is stopped all the same.
struct Scan(Option<Adapter>);

impl Scan {
    async fn start(adapter: &Adapter, services: &[Uuid]) -> Result<Self, LinkTrouble> {
        let scan = Self(Some(adapter.clone()));
        adapter
            .start_scan(ScanFilter { services: services.to_vec() })
            .await
            .map_err(|error| trouble::unless_known(&error))?;
        Ok(scan)
    }

    async fn stop(mut self) {
        if let Some(adapter) = self.0.take() {
            end_scan(adapter).await;
        }
    }
}

impl Drop for Scan {
    fn drop(&mut self) {
        if let (Some(adapter), Ok(runtime)) = (self.0.take(), tokio::runtime::Handle::try_current()) {
            runtime.spawn(end_scan(adapter));
        }
    }
}

async fn end_scan(adapter: Adapter) {
    if let Err(error) = adapter.stop_scan().await {
        // It costs battery, and nothing else.
        tracing::debug!(%error, "the scan did not stop");
    }
}

/// What was heard in the scan that runs, strongest first. Some systems let other services through, so these are sorted out.
async fn heard(adapter: &Adapter, services: &[Uuid]) -> Result<Vec<(PeripheralId, Advertisement)>, LinkTrouble> {
    let mut heard = Vec::new();
    for peripheral in adapter.peripherals().await.map_err(|error| trouble::unless_known(&error))? {
        // One that went while we looked is not heard.
        let Ok(Some(said)) = peripheral.properties().await else { continue };
        let Some(rssi_dbm) = said.rssi else { continue };
        let rssi_dbm = if rssi_dbm == NO_STRENGTH { WEAKEST_DBM } else { rssi_dbm };
        if !services.is_empty() && !said.services.iter().any(|service| services.contains(service)) {
            continue;
        }
        let id = peripheral.id();
        let mut manufacturer: Vec<_> = said.manufacturer_data.into_iter().collect();
        manufacturer.sort();
        heard.push((
            id.clone(),
            Advertisement {
                address: id.to_string(),
                // Not `local_name`, which BlueZ fills with the address where there is none.
                name: said.advertisement_name,
                services: said.services,
                manufacturer,
                rssi_dbm,
            },
        ));
    }
    heard.sort_by_key(|(_, said)| std::cmp::Reverse(said.rssi_dbm));
    Ok(heard)
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
