//! The reference central: takes signed facts and photographs from phones, proves each with a receipt, and hands every unit
//! the documents and facts in its scope in the order in which they were committed.
//!
//! One SQLite file and one folder of photographs, or one PostgreSQL database and one S3-compatible store for several centrals
//! side by side. One writer: the order of commits is the order phones see.
//!
//! - [`Central::open`] opens or creates the data folder, [`Central::router`] is the whole API, [`Central::serve`] runs it.
//! - [`accounts`] is the seam at which another check of secrets fits; `oidc` is the sign-in with the agency's identity provider.
//! - [`practice`] holds the invented world that officers practise in.
#![deny(missing_docs)]

pub mod accounts;
mod agency;
mod api;
mod backup;
mod blobs;
mod chain;
mod db;
mod difficulties;
mod docs_page;
mod duty;
mod enrolment;
mod evidence;
mod feed;
pub mod import;
mod ingest;
mod limits;
mod log;
mod metrics;
#[cfg(feature = "oidc")]
pub mod oidc;
mod openapi;
mod packing;
mod packs;
mod photos;
pub mod practice;
mod problem;
mod rates;
mod record;
mod rescue;
mod seal_table;
mod seals;
mod serve;
mod session;
mod signatures;
mod signer;
mod tickets;
mod tracking;
mod vault;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use jiff::Timestamp;
use seal_core::cbor::Bytes;
use seal_core::doc::Doc;
use seal_core::ids::{DeviceId, OfficerId};
use seal_core::officer::Officer;
use seal_core::pack::PackFile;
use seal_core::rules::RulePack;
use seal_core::seal_no::SealNo;

pub use backup::{Backup, backup};
pub use chain::ChainFault;
pub use db::Trouble;
pub use difficulties::Difficulty;
pub use enrolment::{CertificateLine, DeviceLine, Terms, TermsError};
pub use evidence::MissingPhoto;
pub use packs::PublishError;
pub use rates::{Rate, Rates};
pub use rescue::{ImportBundleError, Opened, Taken};
pub use seal_table::{SealTableError, seal_table};
pub use seals::{Revoke, Revoked, SealFamily, SealKey, a7_password};
pub use serve::Serving;
pub use vault::write_private;

/// The rule pack shipped with this version, as JSON text ([`RulePack`]).
pub const RULES: &str = include_str!("../../../assets/rules/2026.json");

/// The rule pack shipped with this version.
///
/// # Errors
/// When the embedded file is not a rule pack; a test holds that it is.
pub fn rules() -> Result<RulePack, serde_json::Error> {
    RulePack::parse(RULES)
}

/// Where the central's time comes from. Practice moves it; tests set it.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// How to open a central.
#[derive(Clone)]
pub struct ServerConfig {
    /// Folder of the database and the photographs; created when absent.
    pub data: PathBuf,
    /// The clock.
    pub clock: Clock,
    /// Fill it with the practice world, hash the (public) practice secrets cheaply, and let in devices that nobody enrolled.
    pub practice: bool,
    /// What lies elsewhere than in the folder.
    pub stores: Stores,
}

/// Where a central keeps what it does not keep in its data folder. Shows nothing: addresses hold passwords.
#[derive(Clone, Default)]
pub struct Stores {
    /// The PostgreSQL database, as `postgres://USER@HOST/DATABASE`; without it SQLite in the data folder.
    pub database: Option<String>,
    /// The S3-compatible store of photographs, as `s3://BUCKET/PREFIX`; without it a folder in the data folder.
    pub blobs: Option<String>,
}

impl ServerConfig {
    /// A central on the machine's clock.
    #[must_use]
    pub fn new(data: impl Into<PathBuf>, practice: bool) -> Self {
        Self { data: data.into(), clock: Arc::new(Timestamp::now), practice, stores: Stores::default() }
    }

    /// A central that exists already, for practice if that is what it is for; `None` where there is none.
    ///
    /// # Errors
    /// [`Trouble`] of its database.
    pub fn existing(data: impl Into<PathBuf>, stores: &Stores) -> Result<Option<Self>, Trouble> {
        let data = data.into();
        let practised = db::practised(&data.join(DATABASE_FILE), stores.database.as_deref())?;
        Ok(practised.map(|practice| Self { stores: stores.clone(), ..Self::new(data, practice) }))
    }

    /// The same, and where there is none a new one that is not for practice.
    ///
    /// # Errors
    /// [`Trouble`] of its database.
    pub fn of_folder(data: impl Into<PathBuf>, stores: &Stores) -> Result<Self, Trouble> {
        let data = data.into();
        let new = || Self { stores: stores.clone(), ..Self::new(data.clone(), false) };
        Ok(Self::existing(&data, stores)?.unwrap_or_else(new))
    }
}

/// The SQLite file in the data folder.
const DATABASE_FILE: &str = "central.sqlite";

/// The file in the data folder that holds the key which wraps the keys of seals, unless another one is named.
pub const KEY_FILE: &str = "seal-kek";

/// A central. Cheap to clone; all clones share one database.
#[derive(Clone)]
pub struct Central(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) db: db::Db,
    pub(crate) accounts: Arc<dyn accounts::Accounts>,
    pub(crate) blobs: blobs::Blobs,
    pub(crate) busy: photos::Busy,
    pub(crate) clock: Clock,
    pub(crate) signer: signer::Signer,
    pub(crate) vault: vault::Vault,
    pub(crate) agency: seal_core::rescue::AgencySecret,
    pub(crate) metrics: metrics::Metrics,
    pub(crate) asked: rates::Asked,
    #[cfg(feature = "oidc")]
    pub(crate) oidc: Option<oidc::Oidc>,
    pub(crate) practice: bool,
    /// Asked to end: no longer ready for more.
    pub(crate) stopping: AtomicBool,
}

impl Central {
    /// Opens the data folder, brings its database up to date and, for practice, fills in the practice world.
    ///
    /// # Errors
    /// [`Trouble`] when the folder or its database cannot be used.
    pub fn open(config: ServerConfig) -> Result<Self, Trouble> {
        let file = config.data.join(KEY_FILE);
        Self::open_with_key_file(config, &file)
    }

    /// The same with the key that wraps the keys of seals in another file than [`KEY_FILE`] of the data folder. It is made
    /// when neither it nor keys are there. Practice has none.
    ///
    /// # Errors
    /// [`Trouble`], also when the file does not fit the database, or practice and real keys would mix.
    pub fn open_with_key_file(config: ServerConfig, file: &Path) -> Result<Self, Trouble> {
        let ServerConfig { data, clock, practice, stores } = config;
        std::fs::create_dir_all(&data)?;
        let metrics = metrics::Metrics::default();
        let db = db::Db::open(&data.join(DATABASE_FILE), stores.database.as_deref(), metrics.waits.clone())?;
        let blobs = blobs::Blobs::open(&data.join("photos"), stores.blobs.as_deref())?;
        let busy = photos::Busy::default();
        let signer = db.write(signer::Signer::load)?;
        let vault = db.write(|tx| vault::Vault::open(tx, file, practice))?;
        let agency = db.write(|tx| agency::load(tx, &vault))?;
        let cost = if practice { accounts::Cost::Practice } else { accounts::Cost::Real };
        let accounts = Arc::new(accounts::LocalAccounts::new(db.clone(), cost));
        let asked = rates::Asked::new(&Rates::default(), &clock);
        let stopping = AtomicBool::new(false);
        let central = Self(Arc::new(Inner {
            db,
            accounts,
            blobs,
            busy,
            clock,
            signer,
            vault,
            agency,
            metrics,
            asked,
            #[cfg(feature = "oidc")]
            oidc: None,
            practice,
            stopping,
        }));
        if practice {
            practice::seed(&central, (central.0.clock)())?;
        }
        Ok(central)
    }

    /// The same central with another way to check who signs in.
    ///
    /// # Errors
    /// The central itself, when it is already shared.
    pub fn with_accounts(self, accounts: Arc<dyn accounts::Accounts>) -> Result<Self, Self> {
        match Arc::try_unwrap(self.0) {
            Ok(inner) => Ok(Self(Arc::new(Inner { accounts, ..inner }))),
            Err(shared) => Err(Self(shared)),
        }
    }

    /// The same central with an identity provider. Secrets of its own are refused then, unless the configuration says otherwise.
    ///
    /// # Errors
    /// [`oidc::ConfigError`], also when the central is already shared.
    #[cfg(feature = "oidc")]
    pub fn with_oidc(self, config: oidc::Config) -> Result<Self, oidc::ConfigError> {
        let inner = Arc::try_unwrap(self.0).map_err(|_| oidc::ConfigError::InUse)?;
        let oidc = Some(oidc::Oidc::new(config, inner.clock.clone())?);
        Ok(Self(Arc::new(Inner { oidc, ..inner })))
    }

    /// Whether officers sign in with the agency's account here.
    pub(crate) fn has_oidc(&self) -> bool {
        #[cfg(feature = "oidc")]
        return self.0.oidc.is_some();
        #[cfg(not(feature = "oidc"))]
        false
    }

    /// Whether they sign in with a secret of the central's own.
    pub(crate) fn takes_secrets(&self) -> bool {
        #[cfg(feature = "oidc")]
        return self.0.oidc.as_ref().is_none_or(oidc::Oidc::local_accounts);
        #[cfg(not(feature = "oidc"))]
        true
    }

    /// The same central with limits on how often one may ask; without them there are none.
    ///
    /// # Errors
    /// The central itself, when it is already shared.
    pub fn with_rates(self, rates: &Rates) -> Result<Self, Self> {
        match Arc::try_unwrap(self.0) {
            Ok(inner) => {
                let asked = rates::Asked::new(rates, &inner.clock);
                Ok(Self(Arc::new(Inner { asked, ..inner })))
            }
            Err(shared) => Err(Self(shared)),
        }
    }

    /// The whole HTTP API.
    pub fn router(&self) -> axum::Router {
        api::router(self.clone())
    }

    /// Adds or replaces a reference document, and puts it in the feed of every unit it concerns. An unchanged document
    /// changes nothing.
    ///
    /// # Errors
    /// [`Trouble`] of the database.
    pub fn put_doc(&self, doc: &Doc) -> Result<(), Trouble> {
        self.0.db.write(|tx| feed::put_doc(tx, doc))
    }

    /// Trusts these keys for rule packs from now on: by hand, before the first pack. Later each pack names the keys of the
    /// next.
    ///
    /// # Errors
    /// [`Trouble`] of the database.
    pub fn trust_rules_keys(&self, keys: &[Bytes]) -> Result<(), Trouble> {
        self.0.db.write(|tx| packs::trust(tx, keys))
    }

    /// Publishes a signed rule pack to every phone; only what changed travels.
    ///
    /// # Errors
    /// [`PublishError`]; then nothing changed.
    pub fn publish_pack(&self, file: &PackFile) -> Result<(), PublishError> {
        let mut refused = None;
        self.0.db.write(|tx| {
            let issued = packs::issued(tx)?;
            match packs::publish(tx, file, issued) {
                Ok(()) => Ok(()),
                Err(PublishError::Trouble(trouble)) => Err(trouble),
                // Nothing was written before a refusal: the transaction ends empty.
                Err(PublishError::Pack(error)) => {
                    refused = Some(error);
                    Ok(())
                }
            }
        })?;
        refused.map_or(Ok(()), |error| Err(error.into()))
    }

    /// Adds an account or replaces its secret.
    ///
    /// # Errors
    /// [`Trouble`] of the database or the hash.
    pub fn put_account(&self, officer: &Officer, secret: &str, cost: accounts::Cost) -> Result<(), Trouble> {
        let hash = accounts::hash(secret, cost)?;
        self.0.db.write(|tx| {
            feed::put_doc(tx, &Doc::Officer(officer.clone()))?;
            accounts::store(tx, &officer.id, &hash)
        })
    }

    /// Whether the account exists.
    ///
    /// # Errors
    /// [`Trouble`] of the database.
    pub fn has_account(&self, officer: &OfficerId) -> Result<bool, Trouble> {
        self.0.db.with(|db| accounts::exists(db, officer))
    }

    /// Refuses everything further from a device (a lost phone). What it sent stays.
    ///
    /// # Errors
    /// [`Trouble`] of the database.
    pub fn revoke_device(&self, device: DeviceId) -> Result<(), Trouble> {
        self.0.db.write(|tx| session::revoke(tx, device))
    }

    /// Registers seals that answer to a key, or changes what they answer to: all or none. Gives those that are not in the seal
    /// register: nobody is given tickets for them until they are.
    ///
    /// # Errors
    /// [`Trouble`] of the database, or an epoch without a master key.
    pub fn register_seals(&self, seals: &[(SealNo, SealFamily)]) -> Result<Vec<SealNo>, Trouble> {
        self.0.db.write(|tx| {
            let mut strange = Vec::new();
            for (no, family) in seals {
                seals::register(tx, &self.0.vault, no, family)?;
                if feed::seal_doc(tx, no)?.is_none() {
                    strange.push(no.clone());
                }
            }
            Ok(strange)
        })
    }

    /// A seal's key, for commissioning. It is handed out once, unless `again`.
    ///
    /// # Errors
    /// [`Trouble::Keys`] when there is none to hand out.
    pub fn seal_key(&self, seal: &SealNo, again: bool) -> Result<SealKey, Trouble> {
        let now = (self.0.clock)();
        self.0.db.write(|tx| seals::give_key(tx, &self.0.vault, seal, again, now))
    }

    /// A fresh master key, for seals commissioned from now on; gives its epoch.
    ///
    /// # Errors
    /// [`Trouble`] of the database.
    pub fn new_seal_epoch(&self) -> Result<u8, Trouble> {
        self.0.db.write(|tx| self.0.vault.new_epoch(tx))
    }

    /// Makes tickets worthless: each seal refuses them once it has seen a later ticket, anybody's.
    ///
    /// # Errors
    /// [`Trouble`] of the database, or nobody of that name.
    pub fn revoke_tickets(&self, whose: &Revoke) -> Result<Revoked, Trouble> {
        let now = (self.0.clock)();
        self.0.db.write(|tx| seals::revoke(tx, whose, now))
    }

    /// Gives an officer tickets again; `false` when nothing stood against it.
    ///
    /// # Errors
    /// [`Trouble`] of the database.
    pub fn allow_tickets(&self, officer: &OfficerId) -> Result<bool, Trouble> {
        self.0.db.write(|tx| seals::allow(tx, officer))
    }

    /// Begins another life of the database, after it was restored from a backup: phones then send what the backup lacks
    /// again, and begin their changes anew. Checkpoints say from then on how much of the record before was kept; a restored
    /// central that serves before it has said so looks to phones like one whose record was rewritten. Numbers of tickets go on far behind those that the backup lacks; what was
    /// revoked since it was made has to be revoked again.
    ///
    /// # Errors
    /// [`Trouble`] of the database.
    pub fn begin_new_life(&self) -> Result<(), Trouble> {
        self.0.db.write(|tx| {
            seals::skip_lost_numbers(tx)?;
            db::new_epoch(tx, log::size(tx)?)
        })
    }

    /// Faults in a device's chain of events: missing numbers and links that do not fit.
    ///
    /// # Errors
    /// [`Trouble`] of the database.
    pub fn chain_faults(&self, device: DeviceId) -> Result<Vec<ChainFault>, Trouble> {
        self.0.db.with(|db| chain::faults(db, device))
    }
}
