//! What thinks in a simulated seal: the firmware of its family. The body around it is the same.

use jiff::Timestamp;
use seal_core::ids::CommandId;
use seal_core::seal::reading::LockAction;
use seal_core::seal_no::SealNo;
use seal_protocol::advert;
use seal_protocol::entry::What as Logged;
use seal_protocol::entry::{Action, Entry, Lock, Outcome};
use seal_protocol::seal::{Sensors, Wake};
use seal_protocol::secret::Secret;
use uuid::Uuid;

use crate::a7::{self, A7, FACTORY_PASSWORD};
use crate::firmware::{self, Firmware, Wants};
use crate::memory::Content;
use crate::spec::Family;

/// Something that a firmware did, as far as the body has to know of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Noted {
    /// Number in its log; 0 where it keeps none.
    pub counter: u32,
    /// Its clock, Unix seconds.
    pub log_time: i64,
    /// What.
    pub what: What,
}

/// See [`Noted`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum What {
    /// A phone set the clock.
    ClockSet,
    /// A command was taken.
    Begun { action: LockAction, id: Option<CommandId> },
    /// It ended.
    Ended { action: LockAction, done: bool, id: Option<CommandId> },
    /// Nothing that concerns the body.
    Other,
}

impl From<Entry> for Noted {
    fn from(entry: Entry) -> Self {
        let of = |action| match action {
            Action::Arm => Some(LockAction::Arm),
            Action::Disarm => Some(LockAction::Disarm),
            Action::Test | Action::Approve => None,
        };
        let known = |id: seal_protocol::CommandId| Some(CommandId(Uuid::from_bytes(id.0)));
        let what = match entry.what {
            Logged::ClockSet { .. } => What::ClockSet,
            Logged::Begun { action, by, .. } => {
                of(action).map_or(What::Other, |action| What::Begun { action, id: known(by.id) })
            }
            Logged::Ended { action, outcome, by, .. } => of(action).map_or(What::Other, |action| What::Ended {
                action,
                done: outcome == Outcome::Done,
                id: known(by.id),
            }),
            Logged::Happened { .. } => What::Other,
        };
        Self { counter: entry.counter, log_time: i64::from(entry.log_time), what }
    }
}

/// How a seal of that family advertises: local name and services.
pub(crate) fn advertised(family: &Family, serial: &SealNo) -> (String, Vec<Uuid>) {
    match family {
        Family::OpenProtocol | Family::Commissioned { .. } => {
            (serial.as_str().to_owned(), vec![Uuid::from_bytes(advert::SERVICE)])
        }
        Family::A7 { .. } => (a7::name(serial), vec![a7::SERVICE]),
    }
}

/// A firmware with power. Its holder boxes it.
#[allow(clippy::large_enum_variant)]
#[derive(Debug)]
pub(crate) enum Brain {
    /// The open protocol's own.
    Open(Firmware),
    /// A maker's.
    A7(A7),
}

impl Brain {
    /// Boots. `None` for a number that no seal of the family can have. `factory`: nobody has changed its password.
    #[allow(clippy::too_many_arguments)]
    pub fn boot(
        family: &Family,
        serial: &SealNo,
        content: Content,
        commissioned: Timestamp,
        wake: Wake,
        now: Timestamp,
        sensors: &Sensors,
        factory: bool,
    ) -> Option<Self> {
        match family {
            Family::OpenProtocol => {
                Firmware::boot(serial, None, content, commissioned, wake, now, sensors).map(Self::Open)
            }
            Family::Commissioned { epoch, key } => {
                let own = Some((*epoch, Secret::new(*key)));
                Firmware::boot(serial, own, content, commissioned, wake, now, sensors).map(Self::Open)
            }
            Family::A7 { password } => {
                let password = if factory { FACTORY_PASSWORD } else { password };
                A7::boot(serial, password, content.a7.unwrap_or_default(), wake, sensors).map(Self::A7)
            }
        }
    }

    /// What survives it.
    pub fn content(&self) -> Content {
        match self {
            Self::Open(firmware) => firmware.content(),
            Self::A7(lock) => Content::of_a7(lock.memory()),
        }
    }

    /// What it did since this was last asked.
    pub fn take_noted(&mut self) -> Vec<Noted> {
        match self {
            Self::Open(firmware) => firmware.take_written().into_iter().map(Noted::from).collect(),
            Self::A7(lock) => lock.take_noted(),
        }
    }

    /// How often it wrote to its memory since boot.
    pub fn writes(&self) -> u64 {
        match self {
            Self::Open(firmware) => firmware.writes(),
            Self::A7(lock) => lock.writes(),
        }
    }

    /// Log entries get lost, where there is a log.
    pub fn lose(&self, counters: impl Iterator<Item = u32>) {
        if let Self::Open(firmware) = self {
            firmware.lose(counters);
        }
    }

    /// The satellite receiver, or whoever made the seal, says what time it is.
    pub fn set_log_clock(&mut self, at: Timestamp, time: Timestamp) {
        match self {
            Self::Open(firmware) => firmware.set_log_clock(at, time),
            Self::A7(lock) => lock.set_clock(at, time),
        }
    }

    /// A phone connected, with values of so many bytes.
    pub fn connected(&mut self, at: Timestamp, sensors: &Sensors, value_len: usize) {
        match self {
            Self::Open(firmware) => firmware.connected(at, sensors, value_len),
            Self::A7(lock) => lock.connected(),
        }
    }

    /// It is gone.
    pub fn disconnected(&mut self, at: Timestamp, sensors: &Sensors) {
        match self {
            Self::Open(firmware) => firmware.disconnected(at, sensors),
            Self::A7(lock) => lock.disconnected(),
        }
    }

    /// A whole message, if this value completes one; otherwise what to notify at once.
    pub fn written(&mut self, value: &[u8]) -> Result<Vec<u8>, Vec<Vec<u8>>> {
        match self {
            Self::Open(firmware) => firmware.written(value),
            Self::A7(lock) => lock.written(value).ok_or_else(Vec::new),
        }
    }

    /// It has answered a command long before the bolt arrives, and a phone waits by asking for the state.
    pub fn answers_while_it_moves(&self) -> bool {
        matches!(self, Self::A7(_))
    }

    /// Whether a message asks for a command.
    pub fn is_command(&self, message: &[u8]) -> bool {
        match self {
            Self::Open(_) => firmware::is_command(message),
            Self::A7(_) => A7::is_command(message),
        }
    }

    /// The phone said something.
    pub fn received(&mut self, at: Timestamp, sensors: &Sensors, message: &[u8]) -> Wants {
        match self {
            Self::Open(firmware) => firmware.received(at, sensors, message),
            Self::A7(lock) => lock.received(at, sensors, message),
        }
    }

    /// The motor stopped.
    pub fn motor_stopped(&mut self, at: Timestamp, sensors: &Sensors) -> Wants {
        match self {
            Self::Open(firmware) => firmware.motor_stopped(at, sensors),
            Self::A7(lock) => {
                lock.motor_stopped(at, sensors);
                Wants::default()
            }
        }
    }

    /// Somebody pressed the button, where there is one.
    pub fn pressed(&mut self, at: Timestamp, sensors: &Sensors) {
        if let Self::Open(firmware) = self {
            firmware.pressed(at, sensors);
        }
    }

    /// Time went by; alarms are noticed.
    pub fn tick(&mut self, at: Timestamp, sensors: &Sensors) -> Wants {
        match self {
            Self::Open(firmware) => firmware.tick(at, sensors),
            Self::A7(lock) => lock.tick(at, sensors),
        }
    }

    /// A periodic report, where there is a log for it.
    pub fn report(&mut self, at: Timestamp, sensors: &Sensors) {
        if let Self::Open(firmware) = self {
            firmware.report(at, sensors);
        }
    }

    /// The lock as the firmware sees it.
    pub fn lock(&self, sensors: &Sensors) -> Lock {
        match self {
            Self::Open(firmware) => firmware.lock(sensors),
            Self::A7(lock) => lock.lock(sensors),
        }
    }
}
