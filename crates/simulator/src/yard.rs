//! A yard of simulated seals, kept in a folder, one JSON file a seal.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use seal_core::cbor::Bytes;
use seal_core::seal::reading::LockState;
use seal_core::seal_no::SealNo;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::device::{CommandRecord, Device, Kept, LinkGone, neighbour_of};
use crate::spec::{Family, Proximity, Rope, SealSpec, Trouble};

/// Each family has its own form of serials.
const NO_SERIAL: &str = "no serial of its family";

/// True time for the yard.
pub type YardClock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Why the yard does not serve.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "trouble", content = "detail", rename_all = "snake_case")]
pub enum YardTrouble {
    /// Not in range, or dead.
    #[error("the seal is not heard")]
    NotHeard,
    /// In range, too weak to connect.
    #[error("the seal is too far away")]
    TooFar,
    /// Another phone holds it.
    #[error("another phone is connected to the seal")]
    Busy,
    /// The session is gone.
    #[error("the link to the seal was lost")]
    LinkLost,
    /// The yard has no such seal.
    #[error("the yard has no seal {0}")]
    NoSuchSeal(SealNo),
    /// The yard's folder, or the way to the yard.
    #[error("the yard cannot be reached: {0}")]
    Unreachable(String),
}

/// A seal heard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heard {
    /// Serial of the seal, for [`Call::Connect`].
    pub seal: SealNo,
    /// dBm.
    pub rssi_dbm: i16,
    /// Local name on the air.
    pub name: String,
    /// Services on the air.
    pub services: Vec<Uuid>,
}

/// A seal as the practice panel shows it: the truth, not what a radio says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealNow {
    /// Serial on the label.
    pub serial: SealNo,
    /// How it is spoken to.
    pub family: Family,
    /// Distance.
    pub near: Proximity,
    /// The lock.
    pub lock: LockState,
    /// The rope.
    pub rope: Rope,
    /// Battery, per cent.
    pub battery_percent: u8,
    /// Troubles that are still to come, or last.
    pub trouble: Vec<Trouble>,
    /// A phone is connected.
    pub connected: bool,
    /// Commands that reached the seal.
    pub commands_received: u32,
    /// The last commands it remembers, oldest first.
    pub commands: Vec<CommandRecord>,
}

/// What can be asked of the yard: by radio, and by hand in the practice panel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "call", rename_all = "snake_case")]
pub enum Call {
    /// Radio: who is heard?
    Nearby,
    /// Radio: connect to that seal.
    Connect {
        /// Serial on the label.
        seal: SealNo,
        /// Longest GATT value, bytes: the ATT MTU less 3.
        value_len: usize,
    },
    /// Radio: end a session.
    Disconnect {
        /// Session.
        session: u64,
    },
    /// Radio: write a GATT value.
    Write {
        /// Session.
        session: u64,
        /// The value.
        value: Bytes,
    },
    /// Radio: what was notified meanwhile? Time goes by for the motor with each.
    Poll {
        /// Session.
        session: u64,
    },
    /// Every seal of the yard.
    Seals,
    /// Adds a seal; one that is there already stays as it is.
    Add {
        /// What it is like.
        spec: Box<SealSpec>,
    },
    /// Replaces a seal's troubles; one that died is as if repaired.
    SetTrouble {
        /// Which.
        seal: SealNo,
        /// All of them.
        trouble: Vec<Trouble>,
    },
    /// Puts the rope in or pulls it out.
    InsertRope {
        /// Which.
        seal: SealNo,
        /// In or out.
        inserted: bool,
    },
    /// Brings a seal near or takes it away.
    Place {
        /// Which.
        seal: SealNo,
        /// Where.
        near: Proximity,
    },
    /// Cuts the rope.
    CutRope {
        /// Which.
        seal: SealNo,
    },
    /// The truck drives off now.
    Travel {
        /// Which.
        seal: SealNo,
        /// How long the route takes.
        hours: u32,
    },
    /// Presses the seal's button: power is back.
    RestorePower {
        /// Which.
        seal: SealNo,
    },
}

/// The yard's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reply", content = "with", rename_all = "snake_case")]
pub enum Reply {
    /// Done.
    Done,
    /// See [`Call::Nearby`].
    Heard(Vec<Heard>),
    /// See [`Call::Connect`].
    Connected {
        /// Session.
        session: u64,
    },
    /// See [`Call::Write`] and [`Call::Poll`]: values notified, in their order.
    Notified(Vec<Bytes>),
    /// See [`Call::Seals`].
    Seals(Vec<SealNow>),
}

/// A way to the yard: [`Yard`] itself in this process, [`crate::YardClient`] over loopback TCP.
pub trait Reach: Send + Sync {
    /// Asks the yard.
    ///
    /// # Errors
    /// [`YardTrouble`], which for radio calls is what a phone would meet.
    fn call(&self, call: Call) -> Result<Reply, YardTrouble>;

    /// Every seal, by serial.
    ///
    /// # Errors
    /// [`YardTrouble::Unreachable`].
    fn seals(&self) -> Result<Vec<SealNow>, YardTrouble> {
        match self.call(Call::Seals)? {
            Reply::Seals(seals) => Ok(seals),
            other => Err(out_of_step(&other)),
        }
    }

    /// One seal.
    ///
    /// # Errors
    /// [`YardTrouble`].
    fn seal(&self, seal: &SealNo) -> Result<SealNow, YardTrouble> {
        let found = self.seals()?.into_iter().find(|one| &one.serial == seal);
        found.ok_or_else(|| YardTrouble::NoSuchSeal(seal.clone()))
    }

    /// Adds a seal; one that is there already stays as it is.
    ///
    /// # Errors
    /// [`YardTrouble::Unreachable`].
    fn add(&self, spec: SealSpec) -> Result<(), YardTrouble> {
        self.call(Call::Add { spec: Box::new(spec) }).map(drop)
    }

    /// Replaces a seal's troubles.
    ///
    /// # Errors
    /// [`YardTrouble`].
    fn set_trouble(&self, seal: &SealNo, trouble: &[Trouble]) -> Result<(), YardTrouble> {
        self.call(Call::SetTrouble { seal: seal.clone(), trouble: trouble.to_vec() }).map(drop)
    }

    /// Puts the rope in (a new one, if it was cut) or pulls it out (a closed lock holds it).
    ///
    /// # Errors
    /// [`YardTrouble`].
    fn insert_rope(&self, seal: &SealNo, inserted: bool) -> Result<(), YardTrouble> {
        self.call(Call::InsertRope { seal: seal.clone(), inserted }).map(drop)
    }

    /// Brings a seal near or takes it away.
    ///
    /// # Errors
    /// [`YardTrouble`].
    fn place(&self, seal: &SealNo, near: Proximity) -> Result<(), YardTrouble> {
        self.call(Call::Place { seal: seal.clone(), near }).map(drop)
    }

    /// Cuts the rope.
    ///
    /// # Errors
    /// [`YardTrouble`].
    fn cut_rope(&self, seal: &SealNo) -> Result<(), YardTrouble> {
        self.call(Call::CutRope { seal: seal.clone() }).map(drop)
    }

    /// The truck drives off now and needs so many hours.
    ///
    /// # Errors
    /// [`YardTrouble`].
    fn travel(&self, seal: &SealNo, hours: u32) -> Result<(), YardTrouble> {
        self.call(Call::Travel { seal: seal.clone(), hours }).map(drop)
    }

    /// Presses the seal's button: power is back.
    ///
    /// # Errors
    /// [`YardTrouble`].
    fn restore_power(&self, seal: &SealNo) -> Result<(), YardTrouble> {
        self.call(Call::RestorePower { seal: seal.clone() }).map(drop)
    }
}

fn out_of_step(reply: &Reply) -> YardTrouble {
    YardTrouble::Unreachable(format!("unexpected answer {reply:?}"))
}

/// The yard.
pub struct Yard {
    dir: PathBuf,
    clock: YardClock,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    devices: BTreeMap<SealNo, Device>,
    sessions: HashMap<u64, SealNo>,
    last_session: u64,
}

impl Yard {
    /// Opens a yard folder, making it if needed. One process opens a yard; others reach it by [`crate::serve`].
    ///
    /// # Errors
    /// [`YardTrouble::Unreachable`] when the folder cannot be read. A file in it that is no seal of this version is set aside.
    pub fn open(dir: &Path, clock: YardClock) -> Result<Self, YardTrouble> {
        let unreachable = |path: &Path, why: String| YardTrouble::Unreachable(format!("{}: {why}", path.display()));
        let io = |error: std::io::Error| unreachable(dir, error.to_string());
        std::fs::create_dir_all(dir).map_err(io)?;
        let mut devices = BTreeMap::new();
        for entry in std::fs::read_dir(dir).map_err(io)? {
            let path = entry.map_err(io)?.path();
            if path.extension().is_some_and(|extension| extension == "json") {
                let text = std::fs::read(&path).map_err(io)?;
                // Of an earlier version, or spoiled: kept beside, and whoever needs this seal adds it anew.
                let Ok(kept) = serde_json::from_slice::<Kept>(&text) else {
                    std::fs::rename(&path, path.with_extension("unreadable")).map_err(io)?;
                    continue;
                };
                let device = Device::wake(kept, clock()).ok_or_else(|| unreachable(&path, NO_SERIAL.to_owned()))?;
                devices.insert(device.body.spec.serial.clone(), device);
            }
        }
        Ok(Self {
            dir: dir.to_owned(),
            clock,
            inner: Mutex::new(Inner { devices, sessions: HashMap::new(), last_session: 0 }),
        })
    }

    /// Writes beside, then renames: a stopped process leaves the old or the new seal, never half of one.
    fn save(&self, device: &Device) -> Result<(), YardTrouble> {
        let path = self.dir.join(format!("{}.json", device.body.spec.serial.as_str()));
        let beside = path.with_extension("new");
        let text = serde_json::to_vec(&device.keep()).map_err(|error| YardTrouble::Unreachable(error.to_string()))?;
        std::fs::write(&beside, text)
            .and_then(|()| std::fs::rename(&beside, &path))
            .map_err(|error| YardTrouble::Unreachable(error.to_string()))
    }

    /// Works on a living device, and keeps what became of it.
    fn with<T>(
        &self,
        inner: &mut Inner,
        seal: &SealNo,
        work: impl FnOnce(&mut Device, Timestamp) -> T,
    ) -> Result<T, YardTrouble> {
        let now = (self.clock)();
        let device = inner.devices.get_mut(seal).ok_or_else(|| YardTrouble::NoSuchSeal(seal.clone()))?;
        let before = device.mark();
        device.live(now);
        let result = work(device, now);
        if device.mark() != before {
            self.save(device)?;
        }
        Ok(result)
    }

    /// Works over a session; the link is gone when the seal is no longer in reach, or `work` says so.
    fn over(
        &self,
        inner: &mut Inner,
        session: u64,
        work: impl FnOnce(&mut Device, Timestamp) -> Result<Vec<Vec<u8>>, LinkGone>,
    ) -> Result<Reply, YardTrouble> {
        let seal = inner.sessions.get(&session).cloned().ok_or(YardTrouble::LinkLost)?;
        let result = self.with(inner, &seal, |device, now| match reach(device) {
            Proximity::Near => work(device, now),
            Proximity::Far | Proximity::OutOfRange => Err(LinkGone),
        })?;
        match result {
            Ok(values) => Ok(Reply::Notified(values.into_iter().map(Bytes).collect())),
            Err(LinkGone) => {
                self.disconnect(inner, session)?;
                Err(YardTrouble::LinkLost)
            }
        }
    }

    fn disconnect(&self, inner: &mut Inner, session: u64) -> Result<(), YardTrouble> {
        match inner.sessions.remove(&session) {
            Some(seal) => self.with(inner, &seal, Device::disconnected),
            None => Ok(()),
        }
    }

    fn connect(&self, inner: &mut Inner, seal: &SealNo, value_len: usize) -> Result<Reply, YardTrouble> {
        if !inner.devices.contains_key(seal) {
            return Err(YardTrouble::NotHeard);
        }
        match self.with(inner, seal, |device, _| reach(device))? {
            Proximity::OutOfRange => return Err(YardTrouble::NotHeard),
            Proximity::Far => return Err(YardTrouble::TooFar),
            Proximity::Near => {}
        }
        if inner.sessions.values().any(|held| held == seal) {
            return Err(YardTrouble::Busy);
        }
        self.with(inner, seal, |device, now| device.connected(now, value_len))?;
        inner.last_session += 1;
        let session = inner.last_session;
        inner.sessions.insert(session, seal.clone());
        Ok(Reply::Connected { session })
    }

    fn nearby(&self, inner: &mut Inner) -> Result<Reply, YardTrouble> {
        let serials: Vec<SealNo> = inner.devices.keys().cloned().collect();
        let mut heard = Vec::new();
        for seal in serials {
            self.with(inner, &seal, |device, _| {
                let as_heard = |serial: SealNo, rssi_dbm| {
                    let (name, services) = device.advertised(&serial);
                    Heard { seal: serial, rssi_dbm, name, services }
                };
                let (rssi, overpowered) = (device.body.spec.rssi_dbm, device.body.has(Trouble::StrongerNeighbour));
                match reach(device) {
                    Proximity::Near if overpowered => {
                        heard.push(as_heard(neighbour_of(&seal), rssi));
                        heard.push(as_heard(seal.clone(), rssi - 20));
                    }
                    Proximity::Near => heard.push(as_heard(seal.clone(), rssi)),
                    Proximity::Far => heard.push(as_heard(seal.clone(), rssi.min(-92))),
                    Proximity::OutOfRange => {}
                }
            })?;
        }
        heard.sort_by(|a, b| b.rssi_dbm.cmp(&a.rssi_dbm).then_with(|| a.seal.cmp(&b.seal)));
        heard.dedup_by(|later, earlier| later.seal == earlier.seal);
        Ok(Reply::Heard(heard))
    }

    fn seals_now(&self, inner: &mut Inner) -> Result<Reply, YardTrouble> {
        let serials: Vec<SealNo> = inner.devices.keys().cloned().collect();
        let mut seals = Vec::new();
        for seal in serials {
            let connected = inner.sessions.values().any(|held| held == &seal);
            seals.push(self.with(inner, &seal, |device, now| SealNow {
                serial: seal.clone(),
                family: device.body.spec.family.clone(),
                near: reach(device),
                lock: device.lock(now),
                rope: device.body.rope,
                battery_percent: device.body.battery(now),
                trouble: device.body.trouble.clone(),
                connected,
                commands_received: device.commands_received,
                commands: device.commands().cloned().collect(),
            })?);
        }
        Ok(Reply::Seals(seals))
    }
}

/// How far a phone finds the seal, with its troubles.
fn reach(device: &Device) -> Proximity {
    if device.is_silent() {
        Proximity::OutOfRange
    } else if device.body.has(Trouble::TooFar) && device.body.spec.near == Proximity::Near {
        Proximity::Far
    } else {
        device.body.spec.near
    }
}

impl Reach for Yard {
    fn call(&self, call: Call) -> Result<Reply, YardTrouble> {
        let mut guard = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let inner = &mut *guard;
        match call {
            Call::Nearby => self.nearby(inner),
            Call::Connect { seal, value_len } => self.connect(inner, &seal, value_len),
            Call::Disconnect { session } => self.disconnect(inner, session).map(|()| Reply::Done),
            Call::Write { session, value } => self.over(inner, session, |device, now| device.written(now, &value.0)),
            Call::Poll { session } => self.over(inner, session, Device::polled),
            Call::Seals => self.seals_now(inner),
            Call::Add { spec } => {
                if !inner.devices.contains_key(&spec.serial) {
                    let serial = spec.serial.clone();
                    let device = Device::new(*spec, (self.clock)())
                        .ok_or_else(|| YardTrouble::Unreachable(format!("{serial}: {NO_SERIAL}")))?;
                    self.save(&device)?;
                    inner.devices.insert(serial, device);
                }
                Ok(Reply::Done)
            }
            Call::SetTrouble { seal, trouble } => {
                self.hand(inner, &seal, |device, now| device.set_trouble(now, trouble))
            }
            Call::InsertRope { seal, inserted: true } => self.hand(inner, &seal, Device::insert_rope),
            Call::InsertRope { seal, inserted: false } => self.hand(inner, &seal, Device::pull_rope),
            Call::Place { seal, near } => self.hand(inner, &seal, |device, _| device.body.spec.near = near),
            Call::CutRope { seal } => self.hand(inner, &seal, Device::cut_rope),
            Call::Travel { seal, hours } => self.hand(inner, &seal, |device, now| device.body.travel(now, hours)),
            Call::RestorePower { seal } => self.hand(inner, &seal, Device::press),
        }
    }
}

impl Yard {
    fn hand(
        &self,
        inner: &mut Inner,
        seal: &SealNo,
        work: impl FnOnce(&mut Device, Timestamp),
    ) -> Result<Reply, YardTrouble> {
        self.with(inner, seal, work).map(|()| Reply::Done)
    }
}
