//! A phone of the world: the real store, files, vault, client and engine, and a driver that does one thing at a time.

use std::collections::{HashSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use seal_central::practice::Account;
use seal_core::event::SignedEvent;
use seal_core::fact::Fact;
use seal_core::ids::{ActId, CaseId, OfficerId, Sha256};
use seal_core::outbox::StuckReason;
use seal_core::rules::RulePack;
use seal_core::time::Moment;
use seal_core::wire::{B64, PushItem, PushRequest, SignInRequest};
use seal_field::adapters::http::HttpCentral;
use seal_field::adapters::journal::Journal;
use seal_field::adapters::photo_files::PhotoFolder;
use seal_field::adapters::sqlite::SqliteStore;
use seal_field::adapters::vault_file::FileVault;
use seal_field::ports::central::{Central as _, CentralTrouble, PhotoAtCentral};
use seal_field::ports::clock::Clock;
use seal_field::ports::photos::{PhotoError, PhotoFiles as _};
use seal_field::ports::store::{Act, OFFICER_NOTE, Settled, Store as _};
use seal_field::ports::vault::{Purpose, Vault as _};
use seal_field::sync::engine::{BATCH, Effect, Engine, Input, Page};
use uuid::Uuid;

use super::dice::Dice;
use super::network::Network;

/// The world's time, milliseconds since it began.
#[derive(Debug, Default)]
pub struct Time(AtomicU64);

impl Time {
    pub fn ms(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }

    pub fn pass(&self, ms: u64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }

    pub fn wall(&self) -> Timestamp {
        let begin: Timestamp = "2026-11-23T01:00:00Z".parse().unwrap();
        begin + SignedDuration::from_millis(self.ms() as i64)
    }
}

/// A phone's clock: it can be set, and counts from its start.
pub struct PhoneClock {
    time: Arc<Time>,
    ahead_ms: AtomicI64,
    boot: Mutex<(Uuid, u64)>,
}

impl Clock for PhoneClock {
    fn now(&self) -> Moment {
        let (boot, since) = *self.boot.lock().unwrap();
        Moment {
            wall: self.time.wall() + SignedDuration::from_millis(self.ahead_ms.load(Ordering::SeqCst)),
            boot,
            boot_ms: self.time.ms() - since,
        }
    }
}

/// The app is killed here.
pub struct Killed;

pub struct Phone {
    pub index: usize,
    folder: PathBuf,
    network: Network,
    pub clock: Arc<PhoneClock>,
    pub store: Arc<SqliteStore>,
    pub photos: PhotoFolder,
    pub vault: Arc<FileVault>,
    http: HttpCentral,
    pub engine: Engine,
    pub flying: VecDeque<Effect>,
    absent: HashSet<Sha256>,
    pub account: Account,
    /// Kills of 1000 between two effects.
    pub kills: u32,
    pub restarts: u64,
    pub coverage: bool,
    /// So often it pulled everything there was.
    pub pulled: u32,
    rules: RulePack,
}

impl Phone {
    pub fn new(
        index: usize,
        folder: &Path,
        network: &Network,
        time: &Arc<Time>,
        account: Account,
        rules: &RulePack,
    ) -> Self {
        std::fs::create_dir_all(folder).unwrap();
        let clock = Arc::new(PhoneClock {
            time: time.clone(),
            ahead_ms: AtomicI64::new(0),
            boot: Mutex::new((Uuid::from_u128(index as u128 + 1), 0)),
        });
        let vault = Arc::new(FileVault::open(&folder.join("vault")).unwrap());
        let store = open_store(folder, &vault, rules, &clock);
        let http = client(network, index, &vault);
        let engine = Engine::new(store.feed().unwrap().epoch);
        Self {
            index,
            folder: folder.to_owned(),
            network: network.clone(),
            photos: PhotoFolder::open(&folder.join("photos"), &vault.key(Purpose::Photos)).unwrap(),
            clock,
            store,
            vault,
            http,
            engine,
            flying: VecDeque::new(),
            absent: HashSet::new(),
            account,
            kills: 0,
            restarts: 0,
            coverage: true,
            pulled: 0,
            rules: rules.clone(),
        }
    }

    /// The app is started again: everything that is not on the disk is gone.
    pub fn restart(&mut self, reboot: bool) {
        self.restarts += 1;
        if reboot {
            let mut boot = self.clock.boot.lock().unwrap();
            *boot = (Uuid::from_u128(u128::from(self.restarts) << 32 | self.index as u128), self.clock.time.ms());
        }
        self.flying.clear();
        self.absent.clear();
        self.store = open_store(&self.folder, &self.vault, &self.rules, &self.clock);
        self.http = client(&self.network, self.index, &self.vault);
        self.engine = Engine::new(self.store.feed().unwrap().epoch);
        if !self.coverage {
            self.local(Input::Coverage(false), &mut Dice::new(1)).ok();
        }
    }

    pub fn set_clock(&self, ahead_ms: i64) {
        self.clock.ahead_ms.store(ahead_ms, Ordering::SeqCst);
    }

    /// Writes an act, as the signed-in officer or as `author`.
    pub fn write(&self, case: Option<CaseId>, facts: Vec<Fact>, author: Option<&str>) -> Vec<SignedEvent> {
        let officer = author.map_or_else(|| self.account.officer.id.clone(), |id| OfficerId(id.to_owned()));
        let act = Act {
            id: ActId(Uuid::now_v7()),
            officer,
            unit: self.account.officer.unit.clone(),
            at: self.clock.now(),
            place: None,
            case,
            facts,
        };
        self.store.append(&act, self.vault.as_ref()).unwrap()
    }

    pub async fn sign_in(&mut self) -> bool {
        let request = SignInRequest {
            officer: self.account.officer.id.clone(),
            secret: self.account.secret.clone(),
            device: self.vault.device(),
            device_key: B64(self.vault.public_key()),
        };
        let Ok(answer) = self.http.sign_in(request).await else { return false };
        let note = serde_json::to_string(&answer.officer).unwrap();
        self.store.set_note(OFFICER_NOTE, Some(&note)).unwrap();
        self.store.trust_rules_keys(&answer.rules_keys).unwrap();
        self.store.trust_record_key(&answer.log_key.unwrap()).unwrap();
        true
    }

    /// Steps the engine, and does what touches only the phone.
    pub fn local(&mut self, input: Input, dice: &mut Dice) -> Result<Vec<i64>, Killed> {
        let mut accepted = Vec::new();
        let mut inputs = vec![input];
        while let Some(input) = inputs.pop() {
            let random = dice.next() as u32;
            for effect in self.engine.step(self.clock.now(), random, input) {
                if self.kills > 0 && dice.per_mille(self.kills) {
                    return Err(Killed);
                }
                match effect {
                    Effect::Settle(results) => {
                        self.store.settle(&results).unwrap();
                        let taken = results.iter().filter(|(_, settled)| matches!(settled, Settled::Accepted(_)));
                        accepted.extend(taken.map(|(key, _)| *key));
                    }
                    Effect::DueNow => self.store.send_now(None).unwrap(),
                    Effect::Take => {
                        let now = self.clock.now().wall;
                        inputs.push(Input::Taken(self.store.take_due(now, BATCH).unwrap()));
                    }
                    Effect::LookUp => inputs.push(Input::Known(self.store.record_known().unwrap())),
                    Effect::Follow(followed) => self.store.follow_record(&followed).unwrap(),
                    Effect::Renew => inputs.push(Input::Renewed(true)),
                    Effect::Fetch => match self.wanted() {
                        Some(_) => self.flying.push_back(Effect::Fetch),
                        None => inputs.push(Input::Fetched(Ok(false))),
                    },
                    Effect::AskPhoto { sha256, .. } | Effect::SendPhoto { sha256, .. } => {
                        match self.photos.read(&sha256) {
                            Ok(_) => self.flying.push_back(effect),
                            Err(PhotoError::Missing(_)) => {
                                inputs.push(Input::PhotoSpoiled(StuckReason::PhotoMissing));
                            }
                            Err(_) => inputs.push(Input::PhotoSpoiled(StuckReason::PhotoChanged)),
                        }
                    }
                    Effect::Pull => {
                        self.absent.clear();
                        self.flying.push_back(effect);
                    }
                    Effect::Push { .. } | Effect::Prove { .. } => self.flying.push_back(effect),
                }
            }
        }
        Ok(accepted)
    }

    fn wanted(&self) -> Option<Sha256> {
        let wanted = self.store.photos_wanted(&self.account.officer.unit).unwrap();
        wanted.into_iter().find(|photo| !self.absent.contains(photo) && !self.photos.has(photo))
    }

    /// Makes a request and gives what the engine is told of it.
    pub async fn ask(&mut self, effect: Effect) -> Input {
        match effect {
            Effect::Push { epoch, items } => {
                let items = items.into_iter().map(|item| PushItem { id: item.id, cose: B64(item.cose) });
                let request = PushRequest { epoch, items: items.collect() };
                Input::Pushed(self.http.push(self.vault.device(), &request).await)
            }
            Effect::AskPhoto { sha256, bytes, media_type } => {
                Input::Photo(self.http.photo_state(&sha256, bytes, &media_type).await)
            }
            Effect::SendPhoto { sha256, offset, length } => Input::Photo(self.send(&sha256, offset, length).await),
            Effect::Pull => Input::Pulled(self.pull().await),
            Effect::Prove { epoch, from, to } => Input::Proved(self.http.record_proof(&epoch, from, to).await),
            Effect::Fetch => self.fetch().await,
            local => panic!("not a request: {local:?}"),
        }
    }

    async fn send(&self, photo: &Sha256, offset: u64, length: u64) -> Result<PhotoAtCentral, CentralTrouble> {
        let whole = self.photos.read(photo).unwrap();
        let from = (offset as usize).min(whole.len());
        let to = (offset + length).min(whole.len() as u64) as usize;
        self.http.photo_append(photo, offset, whole[from..to].to_vec()).await
    }

    async fn pull(&self) -> Result<Page, CentralTrouble> {
        let feed = self.store.feed().unwrap();
        let page = self.http.changes(feed.cursor.as_deref(), 40).await?;
        self.store.take_changes(&page, self.clock.now().wall).unwrap();
        let checkpoint = page.checkpoint.map(|checkpoint| checkpoint.0);
        Ok(Page { epoch: page.epoch, more: page.more, changed: !page.changes.is_empty(), checkpoint })
    }

    async fn fetch(&mut self) -> Input {
        let Some(wanted) = self.wanted() else { return Input::Fetched(Ok(false)) };
        match self.http.photo_bytes(&wanted).await {
            Err(CentralTrouble::Refused(_)) => {
                self.absent.insert(wanted);
                Input::Fetched(Ok(true))
            }
            Err(trouble) => Input::Fetched(Err(trouble)),
            Ok(bytes) => {
                assert_eq!(self.photos.keep(&bytes).unwrap(), wanted);
                Input::Fetched(Ok(true))
            }
        }
    }
}

fn open_store(folder: &Path, vault: &FileVault, rules: &RulePack, clock: &Arc<PhoneClock>) -> Arc<SqliteStore> {
    let journal = Journal::open(&folder.join("rescue"), &vault.key(Purpose::Rescue)).unwrap();
    let key = vault.key(Purpose::Database);
    let opened = SqliteStore::open_with(&folder.join("seal.db"), &key, Some(journal), rules.clone(), clock.clone());
    let opened = opened.unwrap();
    assert_eq!(opened.moved_aside, None, "the database is damaged");
    assert_eq!((opened.rebuilt, opened.salvaged), (0, 0), "the database lacked something");
    opened.store.revive().unwrap();
    Arc::new(opened.store)
}

fn client(network: &Network, phone: usize, vault: &Arc<FileVault>) -> HttpCentral {
    let http = HttpCentral::new("https://central.example").unwrap();
    http.carried_by(network.line(phone)).keeping_token_in(vault.clone())
}
