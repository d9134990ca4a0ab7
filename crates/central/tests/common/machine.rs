//! A seal: the protocol's own machine, commissioned for practice, on a bench where the motor moves at once.

use jiff::Timestamp;
use p256::elliptic_curve::rand_core::{OsRng, RngCore as _};
use seal_core::wire::SealTicket;
use seal_protocol::entry::{Action, Outcome};
use seal_protocol::issuer::practice;
use seal_protocol::keys::SealKeys;
use seal_protocol::message::{Denial, Hello, Page, Reply, Request};
use seal_protocol::phone::{Grant, Heard, Phone, PhoneError};
use seal_protocol::receipt::Receipt;
use seal_protocol::seal::{Bolt, Config, Drive, Event, Flash, FlashFault, RECORD, SNAPSHOT, Seal, Sensors, Wake};
use seal_protocol::secret::{Random, Secret};
use seal_protocol::{CommandId, Message, SealId};

pub struct System;

impl Random for System {
    fn fill(&mut self, bytes: &mut [u8]) {
        OsRng.fill_bytes(bytes);
    }
}

pub struct Memory {
    records: Vec<Option<[u8; RECORD]>>,
    snapshots: [Option<[u8; SNAPSHOT]>; 2],
}

impl Flash for Memory {
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

pub struct Machine {
    pub id: SealId,
    seal: Seal<Memory, System>,
    sensors: Sensors,
}

/// What a session says to one command.
#[derive(Debug, PartialEq, Eq)]
pub enum Said {
    Ended(Outcome),
    Denied(Denial),
    Refused,
}

impl Machine {
    /// A practice seal, commissioned the day before `now`, that knows the time.
    pub fn new(serial: &str, now: &str) -> Self {
        let key = practice::issuer().seal_key(&SealId::new(serial).unwrap());
        Self::with_key(serial, practice::PRACTICE_EPOCH, &key, now, Wake::ClockKept(0))
    }

    pub fn with_key(serial: &str, epoch: u8, key: &Secret<32>, now: &str, wake: Wake) -> Self {
        let id = SealId::new(serial).unwrap();
        let now: Timestamp = now.parse().unwrap();
        let sensors = Sensors {
            bolt: Bolt::Open,
            rope_inserted: true,
            rope_whole: true,
            shell_closed: true,
            battery: 87,
            place: None,
            mobile_bars: 0,
            faults: 0,
        };
        let config = Config {
            keys: SealKeys::new(id, epoch, key),
            commissioned: u32::try_from(now.as_second()).unwrap() - 86_400,
            firmware: [1, 0, 0],
            has_button: true,
            arm_battery: 20,
            move_battery: 5,
        };
        let memory = Memory { records: vec![None; 256], snapshots: [None, None] };
        let seal = Seal::boot(config, memory, System, wake, &sensors).ok().unwrap();
        Self { id, seal, sensors }
    }

    fn step(&mut self, event: Event<'_>) -> Option<Message> {
        let effects = self.seal.step(1, &self.sensors, event);
        match effects.drive {
            Some(drive @ (Drive::Close | Drive::Open)) => {
                self.sensors.bolt = if drive == Drive::Close { Bolt::Closed } else { Bolt::Open };
                let after = self.step(Event::MotorStopped);
                effects.send.or(after)
            }
            _ => effects.send,
        }
    }

    pub fn hello(&mut self) -> Hello {
        self.step(Event::Connected);
        let mut phone = Phone::new(self.id);
        let reply = self.step(Event::Received(&phone.hello().unwrap())).unwrap();
        self.step(Event::Disconnected);
        match phone.receive(&reply) {
            Ok(Heard::Hello(hello)) => hello,
            other => panic!("{other:?}"),
        }
    }

    pub fn ask(&mut self, ticket: &SealTicket, request: &Request) -> Result<Reply, PhoneError> {
        self.step(Event::Disconnected);
        self.step(Event::Connected);
        let mut phone = Phone::new(self.id);
        let open = phone.open(&grant(ticket), &mut System)?;
        phone.receive(&self.step(Event::Received(&open)).unwrap())?;
        let message = phone.ask(request)?;
        match phone.receive(&self.step(Event::Received(&message)).unwrap())? {
            Heard::Reply(reply) => Ok(reply),
            other => panic!("{other:?}"),
        }
    }

    /// A command with a fresh id.
    pub fn command(&mut self, ticket: &SealTicket, action: Action) -> Said {
        self.command_with(ticket, action, fresh()).0
    }

    pub fn command_with(&mut self, ticket: &SealTicket, action: Action, id: CommandId) -> (Said, Option<Receipt>) {
        match self.ask(ticket, &Request::Command { id, action }) {
            Ok(Reply::Receipt(receipt)) => {
                let (entry, _) = receipt.claim().unwrap();
                (Said::Ended(entry.ended().unwrap().1), Some(receipt))
            }
            Ok(Reply::Denied(denial)) => (Said::Denied(denial), None),
            Err(PhoneError::Refused) => (Said::Refused, None),
            other => panic!("{other:?}"),
        }
    }

    pub fn receipt(&mut self, ticket: &SealTicket, action: Action) -> Receipt {
        self.command_with(ticket, action, fresh()).1.unwrap()
    }

    pub fn page(&mut self, ticket: &SealTicket, from: u32, most: u8) -> Page {
        match self.ask(ticket, &Request::Log { from, most }) {
            Ok(Reply::Page(page)) => page,
            other => panic!("{other:?}"),
        }
    }
}

fn grant(ticket: &SealTicket) -> Grant {
    let mut grant = Grant { ticket: Default::default(), proof: Secret::new(ticket.secret.0[..].try_into().unwrap()) };
    grant.ticket.try_extend_from_slice(&ticket.ticket.0).unwrap();
    grant
}

pub fn fresh() -> CommandId {
    let mut id = [0; 16];
    OsRng.fill_bytes(&mut id);
    CommandId(id)
}
