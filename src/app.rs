//! Wires ports to adapters: the only place that knows them all.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use seal_core::rules::RulePack;

use crate::actions::Kit;
use crate::actions::begin_anew::begins_anew;
use crate::adapters::enrolled::EnrolledCentral;
use crate::adapters::http::HttpCentral;
use crate::adapters::journal::Journal;
use crate::adapters::log_tail::ThisProcess;
use crate::adapters::no_camera::NoCamera;
use crate::adapters::paper_folder::PaperFolder;
use crate::adapters::pdf::PdfPress;
use crate::adapters::photo_files::PhotoFolder;
use crate::adapters::seals::a7::A7;
use crate::adapters::seals::driver::{Driver, Seals};
use crate::adapters::seals::open::OpenProtocol;
use crate::adapters::seals::radio::Radio;
use crate::adapters::seals::ticket_box::TicketBox;
use crate::adapters::set_aside::{is_leaving, leave, set_aside};
use crate::adapters::sqlite::{Opened, SqliteStore};
use crate::adapters::switchable::SwitchableCentral;
use crate::adapters::vault_file::FileVault;
use crate::platform;
use crate::ports::central::Central;
use crate::ports::clock::Clock;
use crate::ports::enrolment::KeepError;
use crate::ports::location::Nowhere;
use crate::ports::store::{AsideBecause, DAMAGE_NOTE, Damage, Store as _, StoreError};
use crate::ports::tickets::Tickets;
use crate::ports::vault::{DeviceKeys, KeyGuard, Purpose, Vault, VaultError};
use crate::sync::{self, SyncHandle, SyncPorts};

/// The rule pack shipped with the app; it holds until one was pulled.
const RULES: &str = include_str!("../assets/rules/2026.json");

// Of a device's folder.
const DATABASE: &str = "seal-field.sqlite";
const PHOTOS: &str = "photos";
const RESCUE: &str = "rescue";
const VAULT: &str = "vault";
const PAPERS: &str = "papers";

/// The protocols by which seals are spoken to.
fn drivers(clock: &Arc<dyn Clock>) -> Vec<Arc<dyn Driver>> {
    vec![Arc::new(OpenProtocol), Arc::new(A7::new(Arc::clone(clock)))]
}

/// What a device is made of.
pub struct DeviceSettings {
    /// Its folder.
    pub data: PathBuf,
    /// Address of the central, e.g. `https://central.example`.
    pub central: String,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// The radio to seals.
    pub radio: Arc<dyn Radio>,
}

/// What a device for real use is made of. Which central it has, its enrolment says.
pub struct RealSettings {
    /// Its folder.
    pub data: PathBuf,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// The radio to seals.
    pub radio: Arc<dyn Radio>,
}

/// A device, running.
pub struct Device {
    /// Ports for the acts.
    pub kit: Kit,
    /// The running sync.
    pub sync: SyncHandle,
    /// Data that was moved aside, damaged or without its key; the officer must be told.
    pub moved_aside: Option<PathBuf>,
}

/// Why a device cannot start.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// A folder.
    #[error("{0}: {1}")]
    Io(PathBuf, std::io::Error),
    /// The local database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The device key.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The central's address or the network library.
    #[error("the central's address: {0}")]
    Central(String),
    /// The enrolment that this device has.
    #[error("the enrolment of this device: {0}")]
    Enrolment(#[from] KeepError),
    /// The shipped rules.
    #[error("the shipped rules cannot be read: {0}")]
    Rules(#[from] serde_json::Error),
}

impl Device {
    /// Opens a device and starts its sync on the current Tokio runtime.
    ///
    /// # Errors
    /// [`AppError`].
    pub fn open(settings: DeviceSettings) -> Result<Self, AppError> {
        let vault = vault(&settings.data)?;
        let central = http(&settings, &vault.0)?;
        let settings = settings.into();
        let opened = store(&settings, vault.0.as_ref())?;
        Self::wire(settings, vault, opened, central)
    }

    /// The same for real use: its central is the one it is enrolled with, and there is none before that.
    ///
    /// # Errors
    /// [`AppError`].
    pub fn open_real(settings: RealSettings) -> Result<Self, AppError> {
        let data = settings.data.as_path();
        if is_leaving(data) {
            begin_anew(data)?;
        }
        let vault = vault(data)?;
        let opened = store(&settings, vault.0.as_ref())?;
        if begins_anew(&opened.store)? {
            // Another window of the app may have these files open.
            match opened.store.hold_outbox()? {
                Some(_held) => {
                    drop((opened, vault));
                    begin_anew(data)?;
                    return Self::open_real(settings);
                }
                None => tracing::warn!("the data is open elsewhere; the phone begins anew at a later start"),
            }
        }
        let central = Arc::new(EnrolledCentral::open(Arc::clone(&vault.0))?);
        Self::wire(settings, vault, opened, central)
    }

    /// The same with a switch before the central, for practice and rehearsals.
    ///
    /// # Errors
    /// [`AppError`].
    pub fn open_switchable(settings: DeviceSettings) -> Result<(Self, Arc<SwitchableCentral>), AppError> {
        let vault = vault(&settings.data)?;
        let network = Arc::new(SwitchableCentral::new(http(&settings, &vault.0)?));
        let settings = settings.into();
        let opened = store(&settings, vault.0.as_ref())?;
        let device = Self::wire(settings, vault, opened, Arc::clone(&network) as Arc<dyn Central>)?;
        Ok((device, network))
    }

    fn wire(
        settings: RealSettings,
        (vault, lost): (Arc<dyn Vault>, Option<PathBuf>),
        opened: Opened,
        central: Arc<dyn Central>,
    ) -> Result<Self, AppError> {
        let RealSettings { data, clock, radio } = settings;
        let because = if lost.is_some() { AsideBecause::KeyLost } else { opened.because };
        let moved_aside = lost.or(opened.moved_aside);
        if moved_aside.is_some() || opened.rebuilt + opened.salvaged > 0 || !opened.lost.is_empty() {
            // Kept as a note, so that it is still told after another restart.
            let damage = Damage {
                because,
                file: moved_aside.as_ref().map(|file| file.display().to_string()).unwrap_or_default(),
                salvaged: opened.salvaged,
                rebuilt: opened.rebuilt,
                lost: opened.lost,
                perhaps_more: opened.perhaps_more,
            };
            opened.store.set_note(DAMAGE_NOTE, Some(&serde_json::to_string(&damage)?))?;
        }
        let photos = data.join(PHOTOS);
        let tickets: Arc<dyn Tickets> =
            Arc::new(TicketBox::new(Arc::clone(&vault), Arc::clone(&central), Arc::clone(&clock)));
        let link = Arc::new(Seals::new(radio, drivers(&clock), Arc::clone(&tickets)));
        let kit = Kit {
            store: Arc::new(opened.store),
            photos: Arc::new(
                PhotoFolder::open(&photos, &vault.key(Purpose::Photos)).map_err(|error| AppError::Io(photos, error))?,
            ),
            central,
            link,
            tickets,
            camera: Arc::new(NoCamera),
            clock,
            location: Arc::new(Nowhere),
            vault,
            press: Arc::new(PdfPress::default()),
            outlet: Arc::new(PaperFolder::new(data.join(PAPERS))),
            machine: Arc::new(ThisProcess),
        };
        let sync = sync::start(kit.clone());
        Ok(Self { kit, sync, moved_aside })
    }
}

impl From<DeviceSettings> for RealSettings {
    fn from(DeviceSettings { data, clock, radio, .. }: DeviceSettings) -> Self {
        Self { data, clock, radio }
    }
}

/// Moves everything of a phone that begins anew aside.
fn begin_anew(data: &Path) -> Result<(), AppError> {
    let aside = leave(data, &[DATABASE, PHOTOS, RESCUE, VAULT, PAPERS])
        .map_err(|error| AppError::Io(data.to_path_buf(), error))?;
    tracing::warn!(aside = %aside.display(), "the phone begins anew; what it had was moved aside");
    Ok(())
}

/// Opens the database, made whole from the rescue journal where it must be.
fn store(settings: &RealSettings, vault: &dyn Vault) -> Result<Opened, AppError> {
    let RealSettings { data, clock, .. } = settings;
    let rescue = data.join(RESCUE);
    let journal = Journal::open(&rescue, &vault.key(Purpose::Rescue)).map_err(|error| AppError::Io(rescue, error))?;
    let opened = SqliteStore::open_with(
        &data.join(DATABASE),
        &vault.key(Purpose::Database),
        Some(journal),
        RulePack::parse(RULES)?,
        Arc::clone(clock),
    )?;
    Ok(opened)
}

/// Opens the vault. When its key is lost for good, all that was sealed with it is moved aside, never deleted, and the phone
/// begins anew; the folder it lies in now is told.
fn vault(data: &Path) -> Result<(Arc<dyn Vault>, Option<PathBuf>), AppError> {
    let (guard, keys) = (platform::key_guard(), platform::device_keys());
    match open_vault(data, guard.as_deref(), keys.clone()) {
        Ok(vault) => Ok((Arc::new(vault), None)),
        Err(VaultError::KeyLost(why)) => {
            let aside = set_aside(data, "key-lost", &[DATABASE, PHOTOS, RESCUE, VAULT])
                .map_err(|error| AppError::Io(data.to_path_buf(), error))?;
            tracing::error!(%why, aside = %aside.display(), "the key of the data is lost; the data was moved aside");
            Ok((Arc::new(open_vault(data, guard.as_deref(), keys)?), Some(aside)))
        }
        Err(other) => Err(other.into()),
    }
}

fn open_vault(
    data: &Path,
    guard: Option<&dyn KeyGuard>,
    keys: Option<Arc<dyn DeviceKeys>>,
) -> Result<FileVault, VaultError> {
    let folder = data.join(VAULT);
    match guard {
        Some(guard) => FileVault::open_guarded(&folder, guard, keys),
        None => FileVault::open(&folder),
    }
}

fn http(settings: &DeviceSettings, vault: &Arc<dyn Vault>) -> Result<Arc<dyn Central>, AppError> {
    let central = HttpCentral::new(&settings.central).map_err(|error| AppError::Central(error.to_string()))?;
    // The token outlives the app's process, so that what is queued goes on being sent after a restart.
    Ok(Arc::new(central.keeping_token_in(Arc::clone(vault))))
}

impl From<Kit> for SyncPorts {
    fn from(kit: Kit) -> Self {
        Self {
            store: kit.store,
            photos: kit.photos,
            central: kit.central,
            clock: kit.clock,
            vault: kit.vault,
            tickets: kit.tickets,
        }
    }
}
