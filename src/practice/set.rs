//! The practice set: what is started, and where its data lies.
//!
//! ```text
//! DATA/clock            how far practice time is ahead
//! DATA/central/         the central's database and photographs
//! DATA/yard/            one file for each simulated seal
//! DATA/origin/          a device's database, photographs and vault
//! DATA/origin-2/
//! DATA/destination/
//! DATA/owner/
//! ```

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use seal_central::practice::World;
use seal_central::{Central, ServerConfig};
use seal_core::codes::SealType;
use seal_core::doc::SealRadio;
use seal_core::ids::OfficeCode;
use seal_simulator::{Reach, SealSpec, Yard};

use super::screens::Screens;
use crate::actions::Kit;
use crate::adapters::clock::PracticeClock;
use crate::adapters::seals::yard::{RadioDelays, YardRadio};
use crate::adapters::switchable::SwitchableCentral;
use crate::app::{self, Device, DeviceSettings};
use crate::ports::clock::Clock;

/// A device of the set.
pub struct PracticeDevice {
    /// Name in addresses and folders.
    pub name: &'static str,
    /// The unit it stands at.
    pub unit: &'static str,
    /// What tells it from another device of its unit; empty for the first.
    pub mark: &'static str,
    /// Its parts.
    pub device: Device,
    /// Its network.
    pub network: Arc<SwitchableCentral>,
}

/// The devices: name, unit and mark. Origin Đình Vũ, destination Hữu Nghị, owner Sài Gòn KV1; and a second phone at the
/// origin, for the head of the unit or a colleague.
pub const DEVICES: [(&str, &str, &str); 4] =
    [("origin", "03EE", ""), ("origin-2", "03EE", "máy 2"), ("destination", "15BB", ""), ("owner", "02CI", "")];

/// A running practice set.
pub struct PracticeSet {
    /// The clock everybody shares.
    pub clock: Arc<PracticeClock>,
    /// The seals.
    pub yard: Arc<dyn Reach>,
    /// What the devices show each other's cameras.
    pub screens: Arc<Screens>,
    /// The devices.
    pub devices: Vec<Arc<PracticeDevice>>,
    /// The world it was filled with.
    pub world: World,
    /// Where the central listens.
    pub central: SocketAddr,
}

/// Why practice cannot start.
#[derive(Debug, thiserror::Error)]
pub enum PracticeError {
    /// A folder or socket.
    #[error("{0}: {1}")]
    Io(PathBuf, std::io::Error),
    /// The central.
    #[error("the practice central: {0}")]
    Central(#[from] seal_central::Trouble),
    /// The yard.
    #[error("the seal yard: {0}")]
    Yard(#[from] seal_simulator::YardTrouble),
    /// A device.
    #[error("device {0}: {1}")]
    Device(&'static str, app::AppError),
}

impl PracticeSet {
    /// Starts everything under `data`. Must be called inside a Tokio runtime; the central and the devices run on it.
    ///
    /// # Errors
    /// [`PracticeError`].
    pub async fn start(data: &Path, delays: RadioDelays) -> Result<Self, PracticeError> {
        Self::begin(data, delays, None).await
    }

    /// The same; a practice that has not begun yet begins at `at`, also in the past.
    ///
    /// # Errors
    /// [`PracticeError`].
    pub async fn begin(data: &Path, delays: RadioDelays, at: Option<Timestamp>) -> Result<Self, PracticeError> {
        let io = |path: &Path| {
            let path = path.to_owned();
            move |error| PracticeError::Io(path, error)
        };
        std::fs::create_dir_all(data).map_err(io(data))?;
        let clock_file = data.join("clock");
        let clock = match at {
            Some(at) => PracticeClock::begin(&clock_file, at),
            None => PracticeClock::open(&clock_file),
        };
        let clock = Arc::new(clock.map_err(io(&clock_file))?);

        let times = Arc::clone(&clock);
        let config =
            ServerConfig { clock: Arc::new(move || times.now().wall), ..ServerConfig::new(data.join("central"), true) };
        let central = Central::open(config)?;
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(io(data))?;
        let address = listener.local_addr().map_err(io(data))?;
        tokio::spawn(async move {
            if let Err(error) = central.serve(listener, std::future::pending()).await {
                tracing::error!(%error, "the practice central stopped");
            }
        });

        let world = World::load()?;
        let yard = open_yard(&data.join("yard"), &clock, &world)?;
        let mut devices = Vec::new();
        for (name, unit, mark) in DEVICES {
            let settings = DeviceSettings {
                data: data.join(name),
                central: format!("http://{address}"),
                clock: Arc::clone(&clock) as Arc<dyn Clock>,
                radio: Arc::new(YardRadio::new(Arc::clone(&yard), delays)),
            };
            let (device, network) =
                Device::open_switchable(settings).map_err(|error| PracticeError::Device(name, error))?;
            devices.push(Arc::new(PracticeDevice { name, unit, mark, device, network }));
        }
        Ok(Self { clock, yard, screens: Arc::default(), devices, world, central: address })
    }

    /// A device's name on switchers: its office, and what tells it from another device there.
    #[must_use]
    pub fn title(&self, device: &PracticeDevice) -> String {
        let office = self.world.offices.iter().find(|office| office.code.as_str() == device.unit);
        let office = office.map_or(device.unit, |office| office.short.as_str());
        if device.mark.is_empty() { office.to_owned() } else { format!("{office} · {}", device.mark) }
    }

    /// A device by name.
    #[must_use]
    pub fn device(&self, name: &str) -> Option<&Arc<PracticeDevice>> {
        self.devices.iter().find(|device| device.name == name)
    }
}

impl PracticeDevice {
    /// Its unit.
    ///
    /// # Errors
    /// Never for [`DEVICES`]; the type cannot say so.
    pub fn office(&self) -> Result<OfficeCode, seal_core::ids::NotAnOfficeCode> {
        OfficeCode::parse(self.unit)
    }

    /// Ports for its acts.
    #[must_use]
    pub fn kit(&self) -> &Kit {
        &self.device.kit
    }
}

/// Every electronic seal with a radio we speak stands in the yard; one that is there already keeps its state.
fn open_yard(folder: &Path, clock: &Arc<PracticeClock>, world: &World) -> Result<Arc<dyn Reach>, PracticeError> {
    let times = Arc::clone(clock);
    let yard = Yard::open(folder, Arc::new(move || times.now().wall))?;
    for seal in world.seals(clock.now().wall)? {
        if seal.seal_type == SealType::Electronic && seal.radio == SealRadio::Spoken {
            let password = world.a7_password(&seal.no);
            let good = SealSpec::good(seal.no.clone());
            yard.add(password.map_or(good.clone(), |password| good.a7(password)))?;
        }
    }
    Ok(Arc::new(yard))
}
