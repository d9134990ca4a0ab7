//! One simulated seal: a body, the firmware core in it, and what goes wrong between them.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};
use seal_core::ids::CommandId;
use seal_core::seal::reading::{LockAction, LockState};
use seal_core::seal_no::SealNo;
use seal_protocol::entry::Lock;
use seal_protocol::seal::{Sensors, Wake};
use serde::{Deserialize, Serialize};

use crate::body::{Body, MOTOR_S, OnTheWay};
use crate::brain::{self, Brain, Noted, What};
use crate::firmware::Wants;
use crate::memory::Content;
use crate::spec::{Rope, SealSpec, Trouble};
use crate::trip;

/// So many commands are shown.
const REMEMBERED: usize = 16;
/// Power comes back by itself after so many seconds; sooner when somebody presses the seal's button.
const POWER_BACK_S: i64 = 120;
/// So many entries get lost by [`Trouble::LosesLogEntries`].
const LOST_ENTRIES: u32 = 3;

/// A command as the seal remembers it: begun before the motor starts, ended after it stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandRecord {
    /// The phone's id.
    pub id: CommandId,
    /// What was asked.
    pub action: LockAction,
    /// When it came, seal clock.
    pub intent_at: Timestamp,
    /// The lock reached what was asked.
    pub done: bool,
}

/// What is kept of a seal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Kept {
    body: Body,
    commissioned: Timestamp,
    flash: Content,
    /// Without power since then.
    power_lost_at: Option<Timestamp>,
    commands: VecDeque<CommandRecord>,
    commands_received: u32,
    newest: u32,
    armed_by: u32,
}

/// A seal.
#[derive(Debug)]
pub(crate) struct Device {
    pub body: Body,
    commissioned: Timestamp,
    power: Power,
    commands: VecDeque<CommandRecord>,
    /// Commands that reached the seal, repetitions too.
    pub commands_received: u32,
    newest: u32,
    /// Number of the entry that ended the last arming.
    armed_by: u32,
    /// Notifications that the phone has not fetched yet.
    waiting: Vec<Vec<u8>>,
    /// The seal has hung up.
    hung_up: bool,
    entries_lost: bool,
}

#[derive(Debug)]
enum Power {
    On(Box<Brain>),
    Off { since: Timestamp, flash: Content },
}

/// The link is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LinkGone;

impl Device {
    /// A new seal; `None` for a number that no seal of its family can have.
    pub fn new(spec: SealSpec, now: Timestamp) -> Option<Self> {
        let kept = Kept {
            body: Body::new(spec, now),
            commissioned: now,
            flash: Content::default(),
            power_lost_at: None,
            commands: VecDeque::new(),
            commands_received: 0,
            newest: 0,
            armed_by: 0,
        };
        Self::wake(kept, now)
    }

    /// A seal that was kept.
    pub fn wake(kept: Kept, now: Timestamp) -> Option<Self> {
        let mut device = Self {
            body: kept.body,
            commissioned: kept.commissioned,
            power: Power::Off { since: now, flash: kept.flash },
            commands: kept.commands,
            commands_received: kept.commands_received,
            newest: kept.newest,
            armed_by: kept.armed_by,
            waiting: Vec::new(),
            hung_up: false,
            entries_lost: false,
        };
        // A motor that ran when the process ended has long arrived.
        device.body.motor_arrives();
        match kept.power_lost_at {
            Some(lost) => {
                if let Power::Off { since, .. } = &mut device.power {
                    *since = lost;
                }
            }
            None => {
                // It begins where it was left, and lives through the time since with the next look.
                device.boot(Wake::ClockKept(0), device.body.lived_until.min(now))?;
            }
        }
        Some(device)
    }

    pub fn keep(&self) -> Kept {
        let (power_lost_at, flash) = match &self.power {
            Power::On(firmware) => (None, firmware.content()),
            Power::Off { since, flash } => (Some(*since), flash.clone()),
        };
        Kept {
            body: self.body.clone(),
            commissioned: self.commissioned,
            flash,
            power_lost_at,
            commands: self.commands.clone(),
            commands_received: self.commands_received,
            newest: self.newest,
            armed_by: self.armed_by,
        }
    }

    /// Something that a comparison of everything kept would notice, at less cost.
    pub fn mark(&self) -> (Body, u32, Option<u64>) {
        let writes = match &self.power {
            Power::On(firmware) => Some(firmware.writes()),
            Power::Off { .. } => None,
        };
        (self.body.clone(), self.commands_received, writes)
    }

    fn boot(&mut self, wake: Wake, now: Timestamp) -> Option<()> {
        let flash = match &self.power {
            Power::On(firmware) => firmware.content(),
            Power::Off { flash, .. } => flash.clone(),
        };
        let serial =
            if self.body.has(Trouble::WrongIdentity) { neighbour_of(&self.body.spec.serial) } else { self.serial() };
        let (family, sensors) = (&self.body.spec.family, self.body.sensors(now));
        let factory = self.body.factory_password();
        let brain = Brain::boot(family, &serial, flash, self.commissioned, wake, now, &sensors, factory)?;
        self.power = Power::On(Box::new(brain));
        self.note(now);
        if wake != Wake::PowerLost {
            self.follow_satellites(now);
        }
        Some(())
    }

    fn serial(&self) -> SealNo {
        self.body.spec.serial.clone()
    }

    fn follow_satellites(&mut self, now: Timestamp) {
        let error = self.body.clock_error();
        if let Power::On(firmware) = &mut self.power {
            firmware.set_log_clock(now, now + error);
        }
    }

    pub fn commands(&self) -> impl Iterator<Item = &CommandRecord> {
        self.commands.iter()
    }

    /// Nobody hears it.
    pub fn is_silent(&self) -> bool {
        self.body.is_dead() || matches!(self.power, Power::Off { .. })
    }

    /// The lock, as it is.
    pub fn lock(&self, now: Timestamp) -> LockState {
        match &self.power {
            Power::Off { .. } => LockState::Jammed,
            Power::On(firmware) => match firmware.lock(&self.body.sensors(now)) {
                Lock::Open => LockState::Open,
                Lock::Ready => LockState::Ready,
                Lock::ClosedArmed => LockState::ClosedArmed,
                Lock::Tampered => LockState::Tampered,
                Lock::Jammed => LockState::Jammed,
            },
        }
    }

    /// The firmware does something; what it wants of the body is done, what it wants to say waits for the phone.
    fn run(&mut self, at: Timestamp, work: impl FnOnce(&mut Brain, &Sensors) -> Wants) -> bool {
        let sensors = self.body.sensors(at);
        let Power::On(firmware) = &mut self.power else { return false };
        let Wants { drive, values, hang_up } = work(firmware, &sensors);
        self.waiting.extend(values);
        self.hung_up |= hang_up;
        if let Some(drive) = drive {
            self.body.turn(at, drive);
        }
        self.note(at);
        drive.is_some() && self.body.motor.is_some()
    }

    /// What the firmware wrote down tells what the body has come to.
    fn note(&mut self, at: Timestamp) {
        let Power::On(firmware) = &mut self.power else { return };
        for Noted { counter, log_time, what } in firmware.take_noted() {
            self.newest = counter;
            match what {
                What::ClockSet => {
                    self.body.trouble.retain(|trouble| *trouble != Trouble::WrongClock);
                    self.body.spec.clock_offset_s = log_time - at.as_second();
                }
                What::Begun { action, id } => self.remember(log_time, action, id, false),
                What::Ended { action, done, id } => {
                    self.remember(log_time, action, id, done);
                    match (action, done) {
                        (LockAction::Arm, true) => {
                            self.armed_by = counter;
                            self.entries_lost = false;
                            self.body.armed(at);
                        }
                        (LockAction::Disarm, true) => self.body.opened(),
                        _ => {}
                    }
                }
                What::Other => {}
            }
        }
    }

    /// Where the seal keeps ids of commands.
    fn remember(&mut self, log_time: i64, action: LockAction, id: Option<CommandId>, done: bool) {
        let Some(id) = id else { return };
        if let Some(known) = self.commands.iter_mut().find(|known| known.id == id) {
            known.done = done;
            return;
        }
        let intent_at = Timestamp::from_second(log_time).unwrap_or_default();
        self.commands.push_back(CommandRecord { id, action, intent_at, done });
        if self.commands.len() > REMEMBERED {
            self.commands.pop_front();
        }
    }

    /// How it advertises: local name and services. `serial` is its own or a neighbour's.
    pub fn advertised(&self, serial: &SealNo) -> (String, Vec<uuid::Uuid>) {
        brain::advertised(&self.body.spec.family, serial)
    }

    /// Lives up to `now`: rope, power, motor, reports and alarms of the trip, in the order of their time.
    pub fn live(&mut self, now: Timestamp) {
        self.body.rope_goes_in(now);
        if let Power::Off { since, .. } = self.power
            && now.duration_since(since).as_secs() >= POWER_BACK_S
        {
            self.restore_power(since + SignedDuration::from_secs(POWER_BACK_S));
        }
        if let Some(motor) = self.body.motor
            && now.duration_since(motor.since).as_secs() >= MOTOR_S
        {
            self.motor_arrives(motor.since + SignedDuration::from_secs(MOTOR_S));
        }
        while matches!(self.power, Power::On(_))
            && let Some((at, what)) = self.body.next_on_the_way(now)
        {
            match what {
                OnTheWay::Report => {
                    if !self.body.in_dead_zone(at) {
                        self.run(at, |firmware, sensors| {
                            firmware.report(at, sensors);
                            Wants::default()
                        });
                    }
                    if let Some(trip) = &mut self.body.trip {
                        trip.next_report = at + SignedDuration::from_mins(trip::REPORT_MINUTES);
                    }
                }
                OnTheWay::Cut => self.cut_rope(at),
                OnTheWay::Shell => {
                    self.body.shell_alarmed = true;
                    self.tick(at);
                }
                OnTheWay::Death => self.body.dead = true,
            }
            self.body.lived_until = self.body.lived_until.max(at);
        }
        self.tick(now);
        self.body.lived_until = self.body.lived_until.max(now);
    }

    fn tick(&mut self, at: Timestamp) {
        self.run(at, |firmware, sensors| firmware.tick(at, sensors));
    }

    fn motor_arrives(&mut self, at: Timestamp) {
        if self.body.motor.is_some() {
            self.body.motor_arrives();
            self.run(at, |firmware, sensors| firmware.motor_stopped(at, sensors));
        }
    }

    // ── over the radio ──

    /// A phone connected: a running motor has ended meanwhile, the officer begins to work with the rope.
    pub fn connected(&mut self, now: Timestamp, value_len: usize) {
        self.motor_arrives(now);
        self.lose_entries();
        self.body.begin_with_the_rope(now);
        (self.waiting, self.hung_up) = (Vec::new(), false);
        self.run(now, |firmware, sensors| {
            firmware.connected(now, sensors, value_len);
            Wants::default()
        });
    }

    /// It is gone.
    pub fn disconnected(&mut self, now: Timestamp) {
        self.waiting = Vec::new();
        self.run(now, |firmware, sensors| {
            firmware.disconnected(now, sensors);
            Wants::default()
        });
    }

    /// It wrote a value.
    pub fn written(&mut self, now: Timestamp, value: &[u8]) -> Result<Vec<Vec<u8>>, LinkGone> {
        let Power::On(firmware) = &mut self.power else { return Err(LinkGone) };
        if self.hung_up {
            return Err(LinkGone);
        }
        if firmware.answers_while_it_moves() {
            self.asked_in_vain(now);
        }
        let Power::On(firmware) = &mut self.power else { return Err(LinkGone) };
        match firmware.written(value) {
            Err(values) => self.waiting.extend(values),
            Ok(message) => {
                if firmware.is_command(&message) {
                    if self.body.happens(Trouble::DropsLinkBeforeCommand) {
                        return Err(LinkGone);
                    }
                    self.commands_received += 1;
                }
                let moves = self.run(now, |firmware, sensors| firmware.received(now, sensors, &message));
                if moves {
                    self.while_it_moves(now)?;
                }
            }
        }
        Ok(std::mem::take(&mut self.waiting))
    }

    fn while_it_moves(&mut self, now: Timestamp) -> Result<(), LinkGone> {
        if self.body.happens(Trouble::LosesPowerWhileLocking) {
            self.lose_power(now);
            return Err(LinkGone);
        }
        if self.body.happens(Trouble::DropsLinkAfterLockMoved) {
            self.motor_arrives(now);
            return Err(LinkGone);
        }
        if self.body.happens(Trouble::DropsLinkWhileMoving) {
            return Err(LinkGone);
        }
        Ok(())
    }

    /// It waits for notifications.
    pub fn polled(&mut self, now: Timestamp) -> Result<Vec<Vec<u8>>, LinkGone> {
        self.asked_in_vain(now);
        match std::mem::take(&mut self.waiting) {
            // What was said before hanging up is still heard.
            values if values.is_empty() && (self.hung_up || self.is_silent()) => Err(LinkGone),
            values => Ok(values),
        }
    }

    /// The bolt moves on each time that a phone asks.
    fn asked_in_vain(&mut self, now: Timestamp) {
        if let Some(motor) = &mut self.body.motor {
            match motor.polls_left.checked_sub(1) {
                Some(left) => motor.polls_left = left,
                None => self.motor_arrives(now),
            }
        }
    }

    fn lose_entries(&mut self) {
        let since = self.newest.saturating_sub(self.armed_by);
        if self.entries_lost || since < 2 * LOST_ENTRIES || !self.body.has(Trouble::LosesLogEntries) {
            return;
        }
        let middle = self.armed_by + since / 2;
        if let Power::On(firmware) = &self.power {
            firmware.lose(middle..middle + LOST_ENTRIES);
            self.entries_lost = true;
        }
    }

    // ── by hand ──

    /// What its firmware takes from the body when it boots.
    fn known_as(&self) -> (bool, bool) {
        (self.body.has(Trouble::WrongIdentity), self.body.factory_password())
    }

    /// Other troubles from now on; a seal that died of an earlier one is as if repaired.
    pub fn set_trouble(&mut self, now: Timestamp, trouble: Vec<Trouble>) {
        let (known_as, clock) = (self.known_as(), self.body.clock_error());
        self.body.trouble = trouble;
        self.body.dead = false;
        self.body.shell_alarmed = false;
        if known_as != self.known_as() && matches!(self.power, Power::On(_)) {
            // Its number was accepted before, and so is its neighbour's.
            let _same_form = self.boot(Wake::ClockKept(0), now);
        }
        if clock != self.body.clock_error() {
            self.follow_satellites(now);
        }
    }

    /// Puts the rope in.
    pub fn insert_rope(&mut self, at: Timestamp) {
        self.body.insert_rope();
        self.tick(at);
    }

    /// Pulls the rope out.
    pub fn pull_rope(&mut self, at: Timestamp) {
        self.body.pull_rope();
        self.tick(at);
    }

    /// Cuts the rope.
    pub fn cut_rope(&mut self, at: Timestamp) {
        if self.body.rope == Rope::In {
            self.body.rope = Rope::Cut;
            self.tick(at);
        }
    }

    fn lose_power(&mut self, at: Timestamp) {
        if let Power::On(firmware) = &self.power {
            self.power = Power::Off { since: at, flash: firmware.content() };
            // A spring draws the bolt back to where it was.
            self.body.motor = None;
        }
    }

    /// Presses the button: power is back, or somebody is there.
    pub fn press(&mut self, at: Timestamp) {
        match self.power {
            Power::Off { .. } => self.restore_power(at),
            Power::On(_) => {
                self.run(at, |firmware, sensors| {
                    firmware.pressed(at, sensors);
                    Wants::default()
                });
            }
        }
    }

    fn restore_power(&mut self, at: Timestamp) {
        // It booted before with the same number.
        let _same_number = self.boot(Wake::PowerLost, at);
        if let Some(trip) = &mut self.body.trip {
            trip.next_report = at + SignedDuration::from_mins(trip::REPORT_MINUTES);
        }
    }
}

/// A serial that is not this one: its last digit raised by one.
pub fn neighbour_of(serial: &SealNo) -> SealNo {
    let (head, last) = serial.as_str().split_at(serial.as_str().len() - 1);
    let other = match last.parse::<u8>() {
        Ok(digit) => char::from(b'0' + (digit + 1) % 10),
        Err(_) => '0',
    };
    SealNo::parse(&format!("{head}{other}")).unwrap_or_else(|_| serial.clone())
}
