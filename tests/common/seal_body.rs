//! A seal on the bench: the protocol's own machine with a flash in memory, a motor that takes a few steps, and a phone for it.
#![allow(dead_code)]

use std::io::Read as _;
use std::time::{Duration, Instant};

use seal_field::adapters::seals::radio::Gatt;
use seal_field::ports::seal_link::LinkTrouble;
use seal_protocol::advert;
use seal_protocol::entry::Action;
use seal_protocol::frame::{Notified, PhoneEnd, SealEnd, Written};
use seal_protocol::issuer::{Issuer, Kind, SHIFT_S, Wish, practice};
use seal_protocol::keys::SealKeys;
use seal_protocol::message::{Reply, Request};
use seal_protocol::phone::{Grant, Heard, Phone, PhoneError};
use seal_protocol::receipt::Receipt;
use seal_protocol::seal::{Bolt, Config, Drive, Event, Flash, FlashFault, RECORD, SNAPSHOT, Seal, Sensors, Wake};
use seal_protocol::secret::Random;
use seal_protocol::ticket::{Flags, Scope};
use seal_protocol::{CommandId, Message, SealId};
use uuid::Uuid;

pub const SERVICE: Uuid = Uuid::from_bytes(advert::SERVICE);
pub const WRITE: Uuid = Uuid::from_bytes(advert::WRITE);
pub const NOTIFY: Uuid = Uuid::from_bytes(advert::NOTIFY);

/// 2026-11-27 00:00 UTC.
const NOW: u32 = 1_795_737_600;
/// Looks of the body until the motor has stopped.
const MOTOR_LOOKS: u32 = 3;

/// Random bytes of the system.
#[derive(Debug, Clone, Copy)]
pub struct System;

impl Random for System {
    fn fill(&mut self, bytes: &mut [u8]) {
        std::fs::File::open("/dev/urandom").unwrap().read_exact(bytes).unwrap();
    }
}

struct Ram {
    records: Vec<Option<[u8; RECORD]>>,
    snapshots: [Option<[u8; SNAPSHOT]>; 2],
}

impl Flash for Ram {
    fn records(&self) -> u32 {
        u32::try_from(self.records.len()).unwrap()
    }
    fn write_record(&mut self, slot: u32, record: &[u8; RECORD]) -> Result<(), FlashFault> {
        self.records[slot as usize] = Some(*record);
        Ok(())
    }
    fn read_record(&self, slot: u32) -> Option<[u8; RECORD]> {
        self.records[slot as usize]
    }
    fn write_snapshot(&mut self, which: usize, snapshot: &[u8; SNAPSHOT]) -> Result<(), FlashFault> {
        self.snapshots[which] = Some(*snapshot);
        Ok(())
    }
    fn read_snapshot(&self, which: usize) -> Option<[u8; SNAPSHOT]> {
        self.snapshots[which]
    }
}

/// What a body sends.
#[derive(Debug, PartialEq, Eq)]
pub enum Out {
    Value(Vec<u8>),
    HangUp,
}

/// A seal whose radio is somebody else's.
pub struct SealBody {
    machine: Seal<Ram, System>,
    sensors: Sensors,
    booted: Instant,
    moving: Option<(u32, Bolt)>,
    end: SealEnd,
    mtu: usize,
    /// How often the motor was told to turn.
    pub driven: usize,
}

impl SealBody {
    pub fn new(serial: &str) -> Self {
        let id = SealId::new(serial).unwrap();
        let config = Config {
            keys: SealKeys::new(id, practice::PRACTICE_EPOCH, &issuer().seal_key(&id)),
            commissioned: NOW - 86_400,
            firmware: [1, 2, 3],
            has_button: true,
            arm_battery: 20,
            move_battery: 5,
        };
        let sensors = Sensors {
            bolt: Bolt::Open,
            rope_inserted: true,
            rope_whole: true,
            shell_closed: true,
            battery: 87,
            place: None,
            mobile_bars: 3,
            faults: 0,
        };
        let flash = Ram { records: vec![None; 256], snapshots: [None, None] };
        Self {
            machine: Seal::boot(config, flash, System, Wake::ClockKept(0), &sensors).unwrap(),
            sensors,
            booted: Instant::now(),
            moving: None,
            end: SealEnd::default(),
            mtu: 247,
            driven: 0,
        }
    }

    pub fn connected(&mut self, mtu: usize) -> Vec<Out> {
        (self.end, self.mtu) = (SealEnd::default(), mtu);
        self.step(Event::Connected)
    }

    pub fn disconnected(&mut self) {
        self.step(Event::Disconnected);
    }

    pub fn written(&mut self, value: &[u8]) -> Vec<Out> {
        match self.end.written(value) {
            Written::Nothing => Vec::new(),
            Written::Again(from) => self.fragments(from),
            Written::Reply(value) => vec![Out::Value(value.to_vec())],
            Written::Message(message) => {
                let message = message.to_vec();
                self.step(Event::Received(&message))
            }
        }
    }

    /// A look at clock and motor.
    pub fn look(&mut self) -> Vec<Out> {
        let mut out = self.step(Event::Tick);
        match &mut self.moving {
            Some((0, bolt)) => {
                self.sensors.bolt = *bolt;
                self.moving = None;
                out.extend(self.step(Event::MotorStopped));
            }
            Some((looks, _)) => *looks -= 1,
            None => {}
        }
        out
    }

    fn fragments(&self, from: u8) -> Vec<Out> {
        self.end.fragments(self.mtu, from).map(|value| Out::Value(value.to_vec())).collect()
    }

    fn step(&mut self, event: Event<'_>) -> Vec<Out> {
        let ticks = u32::try_from(self.booted.elapsed().as_secs()).unwrap();
        let effects = self.machine.step(ticks, &self.sensors, event);
        let stop = match effects.drive {
            Some(Drive::Close) => Some(Bolt::Closed),
            Some(Drive::Open) => Some(Bolt::Open),
            Some(Drive::Stop) | None => None,
        };
        if let Some(bolt) = stop {
            self.driven += 1;
            self.sensors.bolt = Bolt::Between;
            self.moving = Some((MOTOR_LOOKS, bolt));
        }
        let mut out = Vec::new();
        if let Some(answer) = effects.send {
            self.end.answer(answer);
            out = self.fragments(0);
        }
        if effects.hang_up {
            out.push(Out::HangUp);
        }
        out
    }
}

/// The central of these seals.
pub fn issuer() -> Issuer {
    practice::issuer()
}

/// A ticket for a shift with all rights.
pub fn shift(serial: &str, sequence: u32) -> Grant {
    let wish = Wish {
        kind: Kind::Shift { life: SHIFT_S },
        now: NOW,
        sequence,
        min_sequence: 0,
        officer: issuer().pseudonym("an.nguyen"),
        scope: Scope(15),
        flags: Flags::NONE,
    };
    issuer().mint(&SealId::new(serial).unwrap(), &wish, &mut System).unwrap()
}

/// How an exchange went wrong.
#[derive(Debug)]
pub enum Wrong {
    Link(LinkTrouble),
    Phone(PhoneError),
    Silence,
}

impl From<LinkTrouble> for Wrong {
    fn from(trouble: LinkTrouble) -> Self {
        Self::Link(trouble)
    }
}

impl From<PhoneError> for Wrong {
    fn from(error: PhoneError) -> Self {
        Self::Phone(error)
    }
}

/// A phone on a connection.
pub struct Caller {
    pub gatt: Box<dyn Gatt>,
    phone: Phone,
    end: PhoneEnd,
    /// Silence after which it asks again.
    pub patience: Duration,
    /// Bytes of values in both directions, and exchanges.
    pub bytes: usize,
    pub exchanges: usize,
}

impl Caller {
    pub fn new(serial: &str, gatt: Box<dyn Gatt>) -> Self {
        let phone = Phone::new(SealId::new(serial).unwrap());
        Self { gatt, phone, end: PhoneEnd::default(), patience: Duration::from_secs(2), bytes: 0, exchanges: 0 }
    }

    pub async fn hello(&mut self) -> Result<Heard, Wrong> {
        let message = self.phone.hello()?;
        self.exchange(message).await
    }

    pub async fn open(&mut self, grant: &Grant) -> Result<Heard, Wrong> {
        let message = self.phone.open(grant, &mut System)?;
        self.exchange(message).await
    }

    pub async fn ask(&mut self, request: &Request) -> Result<Reply, Wrong> {
        let message = self.phone.ask(request)?;
        match self.exchange(message).await? {
            Heard::Reply(reply) => Ok(reply),
            other => panic!("{other:?}"),
        }
    }

    /// A command that ends with a receipt.
    pub async fn command(&mut self, action: Action) -> Result<Receipt, Wrong> {
        match self.ask(&Request::Command { id: fresh_id(), action }).await? {
            Reply::Receipt(receipt) => Ok(receipt),
            other => panic!("{other:?}"),
        }
    }

    async fn exchange(&mut self, message: Message) -> Result<Heard, Wrong> {
        self.exchanges += 1;
        self.end.question(message);
        self.write_question().await?;
        loop {
            let heard = tokio::time::timeout(self.patience, self.gatt.notified()).await;
            let step = match &heard {
                Ok(value) => {
                    let value = value.as_ref().map_err(Clone::clone)?;
                    self.bytes += value.len();
                    self.end.notified(value)
                }
                Err(_) => self.end.silent().ok_or(Wrong::Silence)?,
            };
            match step {
                Notified::Nothing => {}
                Notified::Write(value) => self.write(&value).await?,
                Notified::WriteQuestionAgain => self.write_question().await?,
                Notified::Message(message) => return Ok(self.phone.receive(message)?),
            }
        }
    }

    async fn write_question(&mut self) -> Result<(), Wrong> {
        let values: Vec<_> = self.end.fragments(self.gatt.value_len() + 3).collect();
        for value in values {
            self.write(&value).await?;
        }
        Ok(())
    }

    async fn write(&mut self, value: &[u8]) -> Result<(), Wrong> {
        self.bytes += value.len();
        Ok(self.gatt.write(WRITE, value).await?)
    }
}

pub fn fresh_id() -> CommandId {
    let mut id = [0; 16];
    System.fill(&mut id);
    CommandId(id)
}
