//! Does what the engine decides: one task that owns the engine, and a request in each direction at a time.

use std::collections::HashSet;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use seal_core::ids::{OfficeCode, Sha256};
use seal_core::officer::Officer;
use seal_core::outbox::StuckReason;
use seal_core::time::Moment;
use seal_core::wire::{B64, PushItem, PushRequest};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::engine::{BATCH, Effect, Engine, Input, Page};
use super::plan::Outgoing;
use crate::ports::central::{Central, CentralTrouble};
use crate::ports::clock::Clock;
use crate::ports::photos::{PhotoError, PhotoFiles};
use crate::ports::store::{OFFICER_NOTE, OutboxHold, Store, StoreError};
use crate::ports::sync::{SyncControl, SyncStatus};
use crate::ports::tickets::Tickets;
use crate::ports::vault::Vault;

/// Changes asked for in one page.
const PAGE: u32 = 200;
/// The clock may be turned (practice), and a device may sleep: never longer without a look.
const LONGEST_SLEEP: Duration = Duration::from_secs(20);
const SHORTEST_SLEEP: Duration = Duration::from_millis(20);
/// Pause before asking again for the right to send.
const HOLD_PAUSE: Duration = Duration::from_secs(5);
/// Pause after the local store failed.
const STORE_PAUSE: Duration = Duration::from_secs(5);

/// What syncing needs.
#[derive(Clone)]
pub struct SyncPorts {
    /// Queue and mirror.
    pub store: Arc<dyn Store>,
    /// Photo bytes.
    pub photos: Arc<dyn PhotoFiles>,
    /// The central.
    pub central: Arc<dyn Central>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Names the device.
    pub vault: Arc<dyn Vault>,
    /// Rights to seals.
    pub tickets: Arc<dyn Tickets>,
}

/// A running sync. It ends when the last clone is dropped; requests on their way then end with it, and their items are
/// sent again at the next start.
#[derive(Clone)]
pub struct SyncHandle {
    commands: mpsc::UnboundedSender<Command>,
    status: watch::Receiver<SyncStatus>,
}

#[derive(Debug, Clone, Copy)]
enum Command {
    SendNow,
    Active,
    Coverage(bool),
}

impl SyncHandle {
    /// Tells whether the phone has coverage. Without, nothing is tried; with it again, everything at once.
    pub fn set_coverage(&self, coverage: bool) {
        self.tell(Command::Coverage(coverage));
    }

    fn tell(&self, command: Command) {
        if self.commands.send(command).is_err() {
            tracing::error!("the sync has stopped");
        }
    }
}

impl SyncControl for SyncHandle {
    fn status(&self) -> watch::Receiver<SyncStatus> {
        self.status.clone()
    }

    fn send_now(&self) {
        self.tell(Command::SendNow);
    }

    fn officer_active(&self) {
        self.tell(Command::Active);
    }
}

/// Starts syncing on the current Tokio runtime.
///
/// # Panics
/// Outside a Tokio runtime.
#[must_use]
pub fn start(ports: impl Into<SyncPorts>) -> SyncHandle {
    let (commands, inbox) = mpsc::unbounded_channel();
    let (status, seen) = watch::channel(SyncStatus::default());
    let driver = Driver {
        ports: ports.into(),
        engine: Engine::new(None),
        running: JoinSet::new(),
        status,
        absent: HashSet::new(),
        officer: None,
        open_photo: None,
    };
    tokio::spawn(driver.run(inbox));
    SyncHandle { commands, status: seen }
}

struct Driver {
    ports: SyncPorts,
    engine: Engine,
    running: JoinSet<Done>,
    status: watch::Sender<SyncStatus>,
    /// Wanted photos that the central did not have in this round.
    absent: HashSet<Sha256>,
    officer: Option<Officer>,
    /// The photo read last: its pieces go out one after the other.
    open_photo: Option<(Sha256, Arc<Vec<u8>>)>,
}

/// A request that ended.
enum Done {
    Input(Input),
    /// A wanted photo is not there.
    Absent(Sha256),
}

impl Driver {
    async fn run(mut self, mut inbox: mpsc::UnboundedReceiver<Command>) {
        let mut changed = self.ports.store.changed();
        let Some(_hold) = self.hold(&mut inbox).await else { return };
        // Errors are told below each time: the store may recover (space was freed).
        if let Ok(feed) = self.store(|store| store.feed()).await {
            self.engine = Engine::new(feed.epoch);
        }
        self.signed_in_anew().await;
        let mut inputs = vec![Input::Active];
        loop {
            for input in inputs.drain(..) {
                self.step(input).await;
            }
            self.tell_status().await;
            // Told to the officer by the store's standing; the next round tries again.
            if let Err(error) = self.store(|store| store.tidy()).await {
                tracing::warn!(%error, "the store could not be tidied");
            }
            let sleep = self.sleep();
            tokio::select! {
                command = inbox.recv() => match command {
                    Some(Command::SendNow) => inputs.push(Input::SendNow),
                    Some(Command::Active) => inputs.push(Input::Active),
                    Some(Command::Coverage(coverage)) => inputs.push(Input::Coverage(coverage)),
                    None => return,
                },
                Some(done) = self.running.join_next() => match done {
                    Ok(Done::Input(input)) => inputs.push(input),
                    Ok(Done::Absent(photo)) => {
                        self.absent.insert(photo);
                        inputs.push(Input::Fetched(Ok(true)));
                    }
                    // A panic of a request is a defect; without its answer this direction would stand still.
                    Err(error) => {
                        tracing::error!(%error, "a request was lost; the sync stops");
                        return;
                    }
                },
                Ok(()) = changed.changed() => {
                    if self.signed_in_anew().await {
                        inputs.push(Input::SendNow);
                    }
                    inputs.push(Input::Tick);
                }
                () = tokio::time::sleep(sleep) => inputs.push(Input::Tick),
            }
        }
    }

    /// Waits until nobody else sends from this queue; `None` when the sync is ended meanwhile.
    async fn hold(&self, inbox: &mut mpsc::UnboundedReceiver<Command>) -> Option<OutboxHold> {
        loop {
            let problem = match self.store(|store| store.hold_outbox()).await {
                Ok(Some(hold)) => return Some(hold),
                Ok(None) => "elsewhere",
                Err(error) => {
                    tracing::error!(%error, "the sync waits for the local database");
                    "storage"
                }
            };
            self.status.send_if_modified(|status| {
                let known = status.problem.as_deref() == Some(problem);
                status.problem = Some(problem.to_owned());
                !known
            });
            let pause = tokio::time::sleep(HOLD_PAUSE);
            tokio::pin!(pause);
            // Whatever is asked for meanwhile is asked for again by the first round.
            loop {
                let command = tokio::select! {
                    command = inbox.recv() => command,
                    () = &mut pause => break,
                };
                command?;
            }
        }
    }

    fn now(&self) -> Moment {
        self.ports.clock.now()
    }

    fn sleep(&self) -> Duration {
        let now = self.now();
        let ms = self.engine.wake_ms(now).saturating_sub(now.boot_ms);
        Duration::from_millis(ms).clamp(SHORTEST_SLEEP, LONGEST_SLEEP)
    }

    async fn step(&mut self, input: Input) {
        let mut inputs = vec![input];
        while let Some(input) = inputs.pop() {
            // Version 4 UUIDs are random all over; these are the first 32 bits.
            let random = Uuid::new_v4().as_fields().0;
            for effect in self.engine.step(self.now(), random, input) {
                inputs.extend(self.execute(effect).await);
            }
        }
    }

    /// Does it; some effects are answered at once.
    async fn execute(&mut self, effect: Effect) -> Option<Input> {
        match effect {
            Effect::Settle(results) => {
                self.insist(move |store| store.settle(&results)).await;
                None
            }
            Effect::DueNow => {
                self.insist(|store| store.send_now(None)).await;
                None
            }
            Effect::Take => {
                let now = self.now().wall;
                Some(Input::Taken(self.insist(move |store| store.take_due(now, BATCH)).await))
            }
            Effect::Push { epoch, items } => {
                let (central, device) = (self.ports.central.clone(), self.ports.vault.device());
                self.request(async move {
                    let items = items.into_iter().map(|Outgoing { id, cose, .. }| PushItem { id, cose: B64(cose) });
                    let request = PushRequest { epoch, items: items.collect() };
                    Input::Pushed(central.push(device, &request).await)
                });
                None
            }
            Effect::AskPhoto { sha256, bytes, media_type } => {
                // Looked at before anything is asked: a spoiled file must not reach the central.
                if let Err(input) = self.open_photo(sha256).await {
                    return Some(input);
                }
                let central = self.ports.central.clone();
                self.request(async move { Input::Photo(central.photo_state(&sha256, bytes, &media_type).await) });
                None
            }
            Effect::SendPhoto { sha256, offset, length } => {
                let photo = match self.open_photo(sha256).await {
                    Ok(photo) => photo,
                    Err(input) => return Some(input),
                };
                let central = self.ports.central.clone();
                self.request(async move {
                    let size = photo.len();
                    let from = usize::try_from(offset).unwrap_or(size).min(size);
                    let to = from.saturating_add(usize::try_from(length).unwrap_or(size)).min(size);
                    Input::Photo(central.photo_append(&sha256, offset, photo[from..to].to_vec()).await)
                });
                None
            }
            Effect::Pull => {
                self.absent.clear();
                let ports = self.ports.clone();
                self.request(async move { Input::Pulled(pull(ports).await) });
                None
            }
            Effect::Fetch => self.fetch().await,
            Effect::LookUp => Some(Input::Known(self.insist(|store| store.record_known()).await)),
            Effect::Prove { epoch, from, to } => {
                let central = self.ports.central.clone();
                self.request(async move { Input::Proved(central.record_proof(&epoch, from, to).await) });
                None
            }
            Effect::Follow(followed) => {
                self.insist(move |store| store.follow_record(&followed)).await;
                None
            }
            Effect::Renew => {
                let tickets = self.ports.tickets.clone();
                self.request(async move {
                    let renewed = tickets.renew().await;
                    match &renewed {
                        Ok(tickets) => tracing::info!(tickets, "tickets renewed"),
                        Err(error) => tracing::warn!(%error, "tickets are not renewed; those held stay"),
                    }
                    Input::Renewed(renewed.is_ok())
                });
                None
            }
        }
    }

    fn request(&mut self, request: impl Future<Output = Input> + Send + 'static) {
        self.running.spawn(async move { Done::Input(request.await) });
    }

    /// The whole photo, its digest just checked.
    async fn open_photo(&mut self, sha256: Sha256) -> Result<Arc<Vec<u8>>, Input> {
        if let Some((open, bytes)) = &self.open_photo
            && *open == sha256
        {
            return Ok(bytes.clone());
        }
        let photos = self.ports.photos.clone();
        match blocking(move || photos.read(&sha256)).await {
            Ok(bytes) => {
                let bytes = Arc::new(bytes);
                self.open_photo = Some((sha256, bytes.clone()));
                Ok(bytes)
            }
            Err(PhotoError::Missing(_)) => Err(Input::PhotoSpoiled(StuckReason::PhotoMissing)),
            Err(PhotoError::Changed(_)) => Err(Input::PhotoSpoiled(StuckReason::PhotoChanged)),
            Err(error) => {
                tracing::warn!(%error, "a photo cannot be read");
                Err(Input::PhotoUnread)
            }
        }
    }

    /// Gets the first wanted photo that is not here.
    async fn fetch(&mut self) -> Option<Input> {
        let Some(officer) = &self.officer else { return Some(Input::Fetched(Ok(false))) };
        let unit = officer.unit.clone();
        let wanted = match self.first_wanted(unit).await {
            Ok(Some(wanted)) => wanted,
            Ok(None) => return Some(Input::Fetched(Ok(false))),
            Err(error) => {
                tracing::warn!(%error, "wanted photos are not known");
                return Some(Input::Fetched(Ok(false)));
            }
        };
        let (central, photos) = (self.ports.central.clone(), self.ports.photos.clone());
        self.running.spawn(async move {
            match central.photo_bytes(&wanted).await {
                // Its taker has not sent it yet.
                Err(CentralTrouble::Refused(_)) => Done::Absent(wanted),
                Err(trouble) => Done::Input(Input::Fetched(Err(trouble))),
                Ok(bytes) if Sha256::of(&bytes) != wanted => Done::Absent(wanted),
                Ok(bytes) => Done::Input(Input::Fetched(Ok(match blocking(move || photos.keep(&bytes)).await {
                    Ok(_) => true,
                    Err(error) => {
                        tracing::warn!(%error, "a photo of the central cannot be kept");
                        false
                    }
                }))),
            }
        });
        None
    }

    async fn first_wanted(&self, unit: OfficeCode) -> Result<Option<Sha256>, StoreError> {
        let wanted = self.store(move |store| store.photos_wanted(&unit)).await?;
        Ok(wanted.into_iter().find(|photo| !self.absent.contains(photo) && !self.ports.photos.has(photo)))
    }

    /// Another officer is signed in than before.
    async fn signed_in_anew(&mut self) -> bool {
        let note = self.store(|store| store.note(OFFICER_NOTE)).await.ok().flatten();
        let officer: Option<Officer> = note.and_then(|json| serde_json::from_str(&json).ok());
        let anew = officer.is_some() && officer != self.officer;
        self.officer = officer;
        anew
    }

    async fn store<T: Send + 'static>(
        &self,
        call: impl FnOnce(&dyn Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let store = self.ports.store.clone();
        blocking(move || call(store.as_ref())).await
    }

    /// Until it works: an answer of the central that cannot be written down must not be forgotten. A full disk is freed
    /// some day, and everything else waits meanwhile.
    async fn insist<T: Send + 'static>(
        &self,
        call: impl Fn(&dyn Store) -> Result<T, StoreError> + Send + Sync + Clone + 'static,
    ) -> T {
        loop {
            match self.store(call.clone()).await {
                Ok(done) => return done,
                Err(error) => tracing::error!(%error, "the sync waits for the local database"),
            }
            let told = self.status.send_if_modified(|status| {
                let known = status.problem.as_deref() == Some("storage");
                status.problem = Some("storage".to_owned());
                !known
            });
            tracing::debug!(told, "waiting for the local database");
            tokio::time::sleep(STORE_PAUSE).await;
        }
    }

    async fn tell_status(&mut self) {
        let view = self.engine.view();
        let pulled_at = self.store(|store| store.feed()).await.ok().and_then(|feed| feed.pulled_at);
        let now = self.now().wall;
        self.status.send_if_modified(|status| {
            if (status.online, status.problem.as_deref()) != (view.online, view.problem) {
                tracing::info!(online = view.online, problem = view.problem, "sync");
            }
            let since = if status.online == view.online { status.since.or(Some(now)) } else { Some(now) };
            let next = SyncStatus {
                online: view.online,
                since,
                problem: view.problem.map(str::to_owned),
                next_try: view.next_try,
                busy: view.busy,
                pulled_at,
            };
            let modified = *status != next;
            *status = next;
            modified
        });
    }
}

async fn pull(ports: SyncPorts) -> Result<Page, CentralTrouble> {
    let store = ports.store.clone();
    let local = |error: StoreError| {
        tracing::error!(%error, "the page of changes cannot be taken");
        // Nothing is lost: the cursor stands, the page comes again.
        CentralTrouble::Busy { retry_after_s: None }
    };
    let feed = blocking(move || store.feed()).await.map_err(local)?;
    let page = ports.central.changes(feed.cursor.as_deref(), PAGE).await?;
    let (epoch, more, changed) = (page.epoch.clone(), page.more, !page.changes.is_empty());
    let checkpoint = page.checkpoint.as_ref().map(|checkpoint| checkpoint.0.clone());
    let (store, at) = (ports.store.clone(), ports.clock.now().wall);
    blocking(move || store.take_changes(&page, at)).await.map_err(local)?;
    Ok(Page { epoch, more, changed, checkpoint })
}

/// Runs what touches the disk where it may block.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        // It panicked, or the runtime is going down: nothing better than to end likewise.
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => std::future::pending().await,
        },
    }
}
