//! The firmware core of a simulated seal: the machine of `seal-protocol`, its memory, and the connection's fragments.

use jiff::Timestamp;
use seal_core::seal_no::SealNo;
use seal_protocol::entry::{Entry, Happening};
use seal_protocol::frame::{SealEnd, Written};
use seal_protocol::issuer::practice;
use seal_protocol::keys::SealKeys;
use seal_protocol::seal::{Config, Drive, Effects, Event, Seal, Sensors, Wake};
use seal_protocol::secret::{Random, Secret};
use seal_protocol::{Message, SealId};

use crate::memory::{Content, Memory};

/// Below, the motor cannot move the bolt, per cent.
pub(crate) const MOTOR_NEEDS_PERCENT: u8 = 11;
/// Length of a command's request, bytes: type, tag, code, id, action. Anybody on the air can see that much.
const COMMAND_LEN: usize = 1 + 16 + 1 + 16 + 1;
/// Type byte of a request inside a session.
const REQUEST: u8 = 0x03;

/// The system's random bytes.
#[derive(Debug)]
struct System;

impl Random for System {
    fn fill(&mut self, bytes: &mut [u8]) {
        // Without random bytes no seal can speak at all; every system that practice runs on has them.
        getrandom::fill(bytes).unwrap_or_else(|error| panic!("the system gives no random bytes: {error}"));
    }
}

/// What the firmware wants after a step.
#[derive(Debug, Default)]
pub(crate) struct Wants {
    /// Turn the motor.
    pub drive: Option<Drive>,
    /// The phone is to be notified of these values.
    pub values: Vec<Vec<u8>>,
    /// Then the link ends.
    pub hang_up: bool,
}

/// A seal with power.
#[derive(Debug)]
pub(crate) struct Firmware {
    machine: Seal<Memory, System>,
    memory: Memory,
    booted: Timestamp,
    /// Seconds since boot never fall, whatever the practice clock does.
    now: u32,
    end: SealEnd,
    mtu: usize,
}

fn unix(at: Timestamp) -> u32 {
    u32::try_from(at.as_second()).unwrap_or(0)
}

impl Firmware {
    /// Boots. `own` is its key and that key's epoch, none for the key of practice; `commissioned` is when the seal was made; `kept` says that a clock with its own power counted the time since.
    ///
    /// `None` for a number that no seal of this protocol can have.
    pub fn boot(
        serial: &SealNo,
        own: Option<(u8, Secret<32>)>,
        content: Content,
        commissioned: Timestamp,
        wake: Wake,
        now: Timestamp,
        sensors: &Sensors,
    ) -> Option<Self> {
        let id = SealId::new(serial.as_str())?;
        let (epoch, key) = own.unwrap_or_else(|| (practice::PRACTICE_EPOCH, practice::issuer().seal_key(&id)));
        let config = Config {
            keys: SealKeys::new(id, epoch, &key),
            commissioned: unix(commissioned),
            firmware: [1, 0, 0],
            has_button: true,
            arm_battery: MOTOR_NEEDS_PERCENT,
            move_battery: MOTOR_NEEDS_PERCENT,
        };
        let memory = Memory::new(content);
        // This memory never fails.
        let machine = Seal::boot(config, memory.clone(), System, wake, sensors).ok()?;
        Some(Self { machine, memory, booted: now, now: 0, end: SealEnd::default(), mtu: 0 })
    }

    /// What survives it.
    pub fn content(&self) -> Content {
        self.memory.content()
    }

    /// Entries written since this was last asked.
    pub fn take_written(&self) -> Vec<Entry> {
        self.memory.take_written()
    }

    /// How often it wrote to its memory since boot.
    pub fn writes(&self) -> u64 {
        self.memory.writes()
    }

    /// Log entries get lost.
    pub fn lose(&self, counters: impl Iterator<Item = u32>) {
        self.memory.lose(counters);
    }

    fn tick_to(&mut self, at: Timestamp) -> u32 {
        let since = at.duration_since(self.booted).as_secs();
        self.now = self.now.max(u32::try_from(since).unwrap_or(0));
        self.now
    }

    /// The satellite receiver, or whoever made the seal, says what time it is.
    pub fn set_log_clock(&mut self, at: Timestamp, time: Timestamp) {
        let now = self.tick_to(at);
        self.machine.follow_satellites(now, unix(time));
    }

    fn step(&mut self, at: Timestamp, sensors: &Sensors, event: Event<'_>) -> Wants {
        let now = self.tick_to(at);
        let Effects { drive, send, hang_up } = self.machine.step(now, sensors, event);
        let values = send.map_or_else(Vec::new, |message| self.send(message));
        Wants { drive, values, hang_up }
    }

    fn send(&mut self, message: Message) -> Vec<Vec<u8>> {
        self.end.answer(message);
        self.end.fragments(self.mtu, 0).map(|value| value.to_vec()).collect()
    }

    /// A phone connected, with values of so many bytes.
    pub fn connected(&mut self, at: Timestamp, sensors: &Sensors, value_len: usize) {
        (self.end, self.mtu) = (SealEnd::default(), value_len + 3);
        self.step(at, sensors, Event::Connected);
    }

    /// It is gone.
    pub fn disconnected(&mut self, at: Timestamp, sensors: &Sensors) {
        self.step(at, sensors, Event::Disconnected);
    }

    /// A whole message, if this value completes one; otherwise what to notify at once.
    pub fn written(&mut self, value: &[u8]) -> Result<Vec<u8>, Vec<Vec<u8>>> {
        match self.end.written(value) {
            Written::Message(message) => Ok(message.to_vec()),
            Written::Nothing => Err(Vec::new()),
            Written::Reply(value) => Err(vec![value.to_vec()]),
            Written::Again(from) => Err(self.end.fragments(self.mtu, from).map(|value| value.to_vec()).collect()),
        }
    }

    /// The phone said something.
    pub fn received(&mut self, at: Timestamp, sensors: &Sensors, message: &[u8]) -> Wants {
        self.step(at, sensors, Event::Received(message))
    }

    /// The motor stopped.
    pub fn motor_stopped(&mut self, at: Timestamp, sensors: &Sensors) -> Wants {
        self.step(at, sensors, Event::MotorStopped)
    }

    /// Somebody pressed the button.
    pub fn pressed(&mut self, at: Timestamp, sensors: &Sensors) {
        self.step(at, sensors, Event::Pressed);
    }

    /// Time went by; alarms are noticed.
    pub fn tick(&mut self, at: Timestamp, sensors: &Sensors) -> Wants {
        self.step(at, sensors, Event::Tick)
    }

    /// A periodic report.
    pub fn report(&mut self, at: Timestamp, sensors: &Sensors) {
        self.step(at, sensors, Event::Happened { what: Happening::Position, detail: 0 });
    }

    /// The lock as the firmware sees it.
    pub fn lock(&self, sensors: &Sensors) -> seal_protocol::entry::Lock {
        self.machine.lock(sensors)
    }
}

/// Whether a message asks for a command, as far as its length tells.
pub(crate) fn is_command(message: &[u8]) -> bool {
    message.len() == COMMAND_LEN && message[0] == REQUEST
}
