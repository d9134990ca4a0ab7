//! Runs the sync engine against a real store and a central made of a model, in no time: faults come from a list, the clock
//! jumps to the next thing to do.
#![allow(dead_code)]

use std::collections::{HashMap, HashSet, VecDeque};
use std::convert::Infallible;

use jiff::{SignedDuration, Timestamp};
use p256::ecdsa::SigningKey;
use seal_core::cbor::Bytes;
use seal_core::checkpoint::{Checkpoint, Life, SignedCheckpoint};
use seal_core::event::{SignedEvent, sign_with};
use seal_core::ids::{DeviceId, EventId, Sha256};
use seal_core::merkle;
use seal_core::outbox::{Receipt, StuckReason};
use seal_core::wire::{B64, Change, ChangesResponse, PROTO, Problem, PushResponse, PushResult, PushStatus};
use seal_field::ports::central::{CentralTrouble, PhotoAtCentral};
use seal_field::ports::clock::Clock as _;
use seal_field::ports::photos::{PhotoError, PhotoFiles as _};
use seal_field::ports::store::Store as _;
use seal_field::sync::engine::{BATCH, Effect, Engine, Input, Page};
use seal_field::sync::plan::Outgoing;

use super::Device;

/// What happens to one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    None,
    /// It never arrives.
    LostRequest,
    /// It is done, and the answer does not come back.
    LostAnswer,
    /// Half of a photo piece arrives, then the connection breaks.
    Half,
    Busy(Option<u64>),
    Portal,
    SignIn,
    Tls,
    Forbidden,
    Upgrade,
    /// The app is killed while it is on its way; it arrives all the same.
    Killed,
}

/// A central, as a model.
#[derive(Default)]
pub struct Model {
    /// In the order of arrival.
    pub order: Vec<(EventId, Vec<u8>)>,
    pub photos: HashMap<Sha256, Vec<u8>>,
    pub complete: HashSet<Sha256>,
    /// Refused item by item.
    pub rejected: HashSet<EventId>,
    /// Spoils every request it is in.
    pub poison: HashSet<EventId>,
    pub faults: VecDeque<Fault>,
    pub epoch: String,
    /// Epochs before, and what was kept of their records.
    pub before: Vec<Life>,
    /// It signs no checkpoints, like one of before.
    pub without_record: bool,
    pub requests: u32,
    pub pushes: Vec<usize>,
    /// Sizes of the records that proofs were asked of.
    pub proofs: Vec<(u64, u64)>,
}

/// The model's own key.
pub fn central_key() -> SigningKey {
    SigningKey::from_slice(&[6; 32]).unwrap()
}

fn public(key: &SigningKey) -> Bytes {
    Bytes(key.verifying_key().to_encoded_point(false).as_bytes().to_vec())
}

fn receipt(server_seq: u64) -> Receipt {
    Receipt { server_seq, at: Timestamp::UNIX_EPOCH, code: "C".to_owned() }
}

fn offline() -> CentralTrouble {
    CentralTrouble::Offline("model".to_owned())
}

impl Model {
    fn push(&mut self, items: &[Outgoing]) -> Result<PushResponse, CentralTrouble> {
        self.pushes.push(items.len());
        if items.iter().any(|item| self.poison.contains(&item.id)) {
            return Err(CentralTrouble::Refused(Problem { code: "unreadable".to_owned(), ..Problem::default() }));
        }
        let results = items.iter().map(|item| PushResult { id: item.id, status: self.take(item) }).collect();
        Ok(PushResponse {
            proto: PROTO.to_owned(),
            epoch: self.epoch.clone(),
            server_time: Timestamp::UNIX_EPOCH,
            results,
            need_photos: Vec::new(),
            checkpoint: self.checkpoint(),
        })
    }

    fn take(&mut self, item: &Outgoing) -> PushStatus {
        if self.rejected.contains(&item.id) {
            return PushStatus::Rejected { code: "scope".to_owned(), detail: "no".to_owned() };
        }
        match self.order.iter().position(|(id, _)| *id == item.id) {
            Some(place) if self.order[place].1 == item.cose => {
                PushStatus::Duplicate { receipt: receipt(place as u64 + 1) }
            }
            Some(_) => PushStatus::HashConflict,
            None => {
                self.order.push((item.id, item.cose.clone()));
                PushStatus::Accepted { receipt: receipt(self.order.len() as u64) }
            }
        }
    }

    /// The complete subtree at a place, made anew each time.
    fn node(&self, (level, n): merkle::Place) -> Sha256 {
        match level {
            0 => merkle::leaf(&self.order[n as usize].1),
            _ => merkle::node(&self.node((level - 1, 2 * n)), &self.node((level - 1, 2 * n + 1))),
        }
    }

    fn checkpoint(&self) -> Option<B64> {
        let size = self.order.len() as u64;
        let root = merkle::root(size, |place| Ok::<_, Infallible>(self.node(place))).unwrap();
        let (central, epoch) = (DeviceId(uuid::Uuid::from_u128(9)), self.epoch.clone());
        let before = self.before.clone();
        let at = Timestamp::UNIX_EPOCH + SignedDuration::from_secs(self.requests.into());
        let checkpoint = Checkpoint { central, epoch, before, size, root, at };
        let signed = SignedCheckpoint::sign(checkpoint, |bytes| sign_with(&central_key(), bytes)).unwrap();
        (!self.without_record).then_some(B64(signed.cose))
    }

    fn prove(&mut self, epoch: &str, from: u64, to: u64) -> Result<Vec<Sha256>, CentralTrouble> {
        if epoch != self.epoch {
            return Err(CentralTrouble::Restored);
        }
        self.proofs.push((from, to));
        let whole = self.order.len() as u64;
        let proof = merkle::consistency(from, to.min(whole), |place| Ok::<_, Infallible>(self.node(place))).unwrap();
        proof
            .filter(|_| to <= whole)
            .ok_or_else(|| CentralTrouble::Refused(Problem { code: "tree_size".to_owned(), ..Problem::default() }))
    }

    fn state(&self, photo: &Sha256) -> PhotoAtCentral {
        if self.complete.contains(photo) {
            return PhotoAtCentral::Complete(receipt(0));
        }
        PhotoAtCentral::Partial { offset: self.photos.get(photo).map_or(0, Vec::len) as u64 }
    }

    fn append(&mut self, photo: &Sha256, offset: u64, piece: &[u8], size: u64) -> PhotoAtCentral {
        let here = self.photos.entry(*photo).or_default();
        if here.len() as u64 == offset {
            here.extend_from_slice(piece);
            if here.len() as u64 == size {
                assert_eq!(Sha256::of(here), *photo, "the central got other bytes");
                self.complete.insert(*photo);
            }
        }
        self.state(photo)
    }

    fn page(&self, cursor: Option<&str>) -> ChangesResponse {
        let from = cursor.and_then(|cursor| cursor.strip_prefix(&self.epoch)?.parse().ok()).unwrap_or(0);
        // A place that it never gave out: begin again.
        let from = if from > self.order.len() { 0 } else { from };
        let to = self.order.len().min(from + 10);
        let changes = self.order[from..to].iter().enumerate();
        ChangesResponse {
            proto: PROTO.to_owned(),
            epoch: self.epoch.clone(),
            server_time: Timestamp::UNIX_EPOCH,
            changes: changes
                .map(|(n, (_, cose))| Change::Event { server_seq: (from + n + 1) as u64, cose: B64(cose.clone()) })
                .collect(),
            next: format!("{}{to}", self.epoch),
            more: to < self.order.len(),
            checkpoint: self.checkpoint(),
        }
    }

    /// Every event once, and none before an earlier one of its seal.
    pub fn check(&self) {
        let mut ids = HashSet::new();
        let mut newest: HashMap<String, u64> = HashMap::new();
        for (id, cose) in &self.order {
            assert!(ids.insert(*id), "doubled");
            let event = SignedEvent::read(cose).unwrap().event;
            for seal in event.fact.seals() {
                let before = newest.insert(seal.as_str().to_owned(), event.seq).unwrap_or(0);
                assert!(before < event.seq, "{seal}: {before} arrived before {}", event.seq);
            }
        }
    }
}

pub struct Pump<'a> {
    pub device: &'a Device,
    pub engine: Engine,
    pub model: Model,
    flying: VecDeque<Effect>,
}

impl<'a> Pump<'a> {
    pub fn new(device: &'a Device, mut model: Model) -> Self {
        model.epoch = "first".to_owned();
        device.store.revive().unwrap();
        device.store.trust_record_key(&public(&central_key())).unwrap();
        let epoch = device.store.feed().unwrap().epoch;
        Self { device, engine: Engine::new(epoch), model, flying: VecDeque::new() }
    }

    /// A phone that knows which life of the central it is.
    pub fn having_pulled(mut self) -> Self {
        self.engine = Engine::new(Some(self.model.epoch.clone()));
        self
    }

    /// Until nothing but waiting for the next pull is left, or `steps` requests were made.
    pub fn run(&mut self, steps: u32) {
        self.input(Input::Active);
        for _ in 0..steps {
            let Some(effect) = self.flying.pop_front() else {
                let counts = self.device.store.queue_counts().unwrap();
                if counts.waiting == 0 || self.blocked() {
                    return;
                }
                let now = self.device.clock.now();
                let wake = self.engine.wake_ms(now).saturating_sub(now.boot_ms).clamp(1_000, 20_000);
                self.device.clock.advance(SignedDuration::from_millis(wake as i64));
                self.input(Input::Tick);
                continue;
            };
            self.answer(effect);
        }
    }

    /// Everything waiting waits for something that needs a person.
    fn blocked(&self) -> bool {
        let view = self.engine.view();
        view.problem.is_none() && !view.busy && self.device.store.next_due().unwrap().is_none()
    }

    pub fn input(&mut self, input: Input) {
        let mut inputs = vec![input];
        while let Some(input) = inputs.pop() {
            for effect in self.engine.step(self.device.clock.now(), u32::MAX / 3, input) {
                match effect {
                    Effect::Settle(results) => self.device.store.settle(&results).unwrap(),
                    Effect::DueNow => self.device.store.send_now(None).unwrap(),
                    Effect::Take => {
                        inputs.push(Input::Taken(self.device.store.take_due(self.device.now(), BATCH).unwrap()));
                    }
                    Effect::LookUp => inputs.push(Input::Known(self.device.store.record_known().unwrap())),
                    Effect::Follow(followed) => self.device.store.follow_record(&followed).unwrap(),
                    Effect::Fetch => inputs.push(Input::Fetched(Ok(false))),
                    Effect::Renew => inputs.push(Input::Renewed(true)),
                    Effect::SendPhoto { sha256, .. } | Effect::AskPhoto { sha256, .. } => {
                        match self.device.photos.read(&sha256) {
                            Ok(_) => self.flying.push_back(effect),
                            Err(PhotoError::Missing(_)) => {
                                inputs.push(Input::PhotoSpoiled(StuckReason::PhotoMissing));
                            }
                            Err(_) => inputs.push(Input::PhotoSpoiled(StuckReason::PhotoChanged)),
                        }
                    }
                    request => self.flying.push_back(request),
                }
            }
        }
    }

    fn answer(&mut self, effect: Effect) {
        self.model.requests += 1;
        let fault = self.model.faults.pop_front().unwrap_or(Fault::None);
        let trouble = match fault {
            Fault::None | Fault::LostAnswer | Fault::Half | Fault::Killed => None,
            Fault::LostRequest => Some(offline()),
            Fault::Busy(retry_after_s) => Some(CentralTrouble::Busy { retry_after_s }),
            Fault::Portal => Some(CentralTrouble::Portal),
            Fault::SignIn => Some(CentralTrouble::SignIn),
            Fault::Tls => Some(CentralTrouble::Tls("Expired".to_owned())),
            Fault::Forbidden => Some(CentralTrouble::Forbidden(Problem::default())),
            Fault::Upgrade => Some(CentralTrouble::Upgrade),
        };
        let lost = matches!(fault, Fault::LostAnswer | Fault::Half | Fault::Killed);
        fn told<T>(
            lost: bool,
            trouble: Option<CentralTrouble>,
            done: impl FnOnce() -> Result<T, CentralTrouble>,
        ) -> Result<T, CentralTrouble> {
            match trouble {
                Some(trouble) => Err(trouble),
                None => match (done(), lost) {
                    (_, true) => Err(offline()),
                    (answer, false) => answer,
                },
            }
        }
        let model = &mut self.model;
        let input = match effect {
            Effect::Push { items, .. } => Input::Pushed(told(lost, trouble, || model.push(&items))),
            Effect::AskPhoto { sha256, .. } => Input::Photo(told(lost, trouble, || Ok(model.state(&sha256)))),
            Effect::SendPhoto { sha256, offset, length } => {
                let whole = self.device.photos.read(&sha256).unwrap();
                let to = (offset + length).min(whole.len() as u64);
                let to = if fault == Fault::Half { offset + (to - offset) / 2 } else { to };
                let piece = &whole[offset as usize..to as usize];
                let size = whole.len() as u64;
                Input::Photo(told(lost, trouble, || Ok(model.append(&sha256, offset, piece, size))))
            }
            Effect::Pull => {
                let feed = self.device.store.feed().unwrap();
                let page = told(lost, trouble, || Ok(model.page(feed.cursor.as_deref())));
                Input::Pulled(page.map(|page| {
                    self.device.store.take_changes(&page, self.device.now()).unwrap();
                    let (changed, checkpoint) = (!page.changes.is_empty(), page.checkpoint.map(|signed| signed.0));
                    Page { epoch: page.epoch, more: page.more, changed, checkpoint }
                }))
            }
            Effect::Prove { epoch, from, to } => Input::Proved(told(lost, trouble, || model.prove(&epoch, from, to))),
            local => panic!("not a request: {local:?}"),
        };
        if fault == Fault::Killed {
            self.flying.clear();
            self.device.store.revive().unwrap();
            self.engine = Engine::new(self.device.store.feed().unwrap().epoch);
            self.input(Input::Tick);
        } else {
            self.input(input);
        }
    }
}
