//! One simulated seal.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};
use seal_core::ids::CommandId;
use seal_core::seal::log::{LogEntry, LogKind};
use seal_core::seal::reading::{LastCommand, LockAction, RefusalReason, SealReading};
use seal_core::seal_no::SealNo;
use seal_core::time::Position;
use serde::{Deserialize, Serialize};

use crate::lock::{Lock, LockEvent};
use crate::spec::{Rope, SealSpec, Trouble};
use crate::trip::{self, Trip};

/// So many commands are remembered.
const REMEMBERED: usize = 16;
/// So many log entries fit; the oldest go first.
const LOG_ROOM: usize = 10_000;
/// Power comes back by itself after so many seconds; sooner when somebody presses the seal's button.
const POWER_BACK_S: i64 = 120;
/// At or below, the motor cannot move the bolt.
const MOTOR_NEEDS_PERCENT: u8 = 10;

/// A command as the seal remembers it: the intent is kept before the motor starts, the result after it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandRecord {
    /// The phone's id.
    pub id: CommandId,
    /// What was asked.
    pub action: LockAction,
    /// When it came, seal clock.
    pub intent_at: Timestamp,
    /// Refused, and why.
    pub refused: Option<RefusalReason>,
    /// The lock reached what was asked.
    pub done: bool,
}

/// What the phone hears of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivered {
    /// Taken.
    Acknowledged,
    /// Not done.
    Refused(RefusalReason),
    /// Nothing: the link is gone.
    LinkLost,
}

/// A seal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    pub spec: SealSpec,
    pub lock: Lock,
    pub rope: Rope,
    pub trouble: Vec<Trouble>,
    /// Commands that reached the seal, repetitions too.
    pub commands_received: u32,
    clock_offset_s: i64,
    rope_in_at: Option<Timestamp>,
    power_lost_at: Option<Timestamp>,
    drops_next_read: bool,
    dead: bool,
    shell_alarmed: bool,
    /// The seal has lived through everything up to here.
    lived_until: Timestamp,
    trip: Option<Trip>,
    commands: VecDeque<CommandRecord>,
    counter: u32,
    log: VecDeque<LogEntry>,
}

impl Device {
    pub fn new(spec: SealSpec, now: Timestamp) -> Self {
        Self {
            lock: if spec.rope == Rope::In { Lock::Ready } else { Lock::Open },
            rope: spec.rope,
            trouble: spec.trouble.clone(),
            commands_received: 0,
            clock_offset_s: spec.clock_offset_s,
            rope_in_at: None,
            power_lost_at: None,
            drops_next_read: false,
            dead: false,
            shell_alarmed: false,
            lived_until: now,
            trip: None,
            commands: VecDeque::new(),
            counter: 0,
            log: VecDeque::new(),
            spec,
        }
    }

    pub fn has(&self, trouble: Trouble) -> bool {
        self.trouble.contains(&trouble)
    }

    /// A trouble that happens once: true the first time.
    fn happens(&mut self, trouble: Trouble) -> bool {
        let found = self.trouble.iter().position(|one| *one == trouble);
        found.map(|at| self.trouble.remove(at)).is_some()
    }

    pub fn is_dead(&self) -> bool {
        self.dead || self.has(Trouble::Dead)
    }

    pub fn commands(&self) -> impl Iterator<Item = &CommandRecord> {
        self.commands.iter()
    }

    pub fn serial_on_air(&self) -> SealNo {
        if self.has(Trouble::WrongIdentity) { neighbour_of(&self.spec.serial) } else { self.spec.serial.clone() }
    }

    fn offset(&self) -> SignedDuration {
        let wrong = if self.has(Trouble::WrongClock) { 7200 } else { 0 };
        SignedDuration::from_secs(self.clock_offset_s + wrong)
    }

    pub fn battery(&self, now: Timestamp) -> u8 {
        if self.has(Trouble::FlatBattery) {
            return 4;
        }
        let used = self.trip.as_ref().map_or(0, |trip| now.duration_since(trip.armed_at).as_hours().max(0) * 5 / 24);
        self.spec.battery_percent.saturating_sub(u8::try_from(used).unwrap_or(u8::MAX))
    }

    fn place(&self, at: Timestamp) -> Option<Position> {
        if !self.spec.gnss || self.has(Trouble::NoGnss) {
            return None;
        }
        match &self.trip {
            Some(trip) => trip.place(&self.spec.track, at),
            None => self.spec.track.first().copied().map(trip::position),
        }
    }

    fn write(&mut self, at: Timestamp, kind: LogKind) {
        self.counter += 1;
        let entry = LogEntry {
            counter: self.counter,
            at: at + self.offset(),
            kind,
            position: self.place(at),
            battery_percent: Some(self.battery(at)),
        };
        self.log.push_back(entry);
        while self.log.len() > LOG_ROOM {
            self.log.pop_front();
        }
    }

    /// Applies an event to the lock and writes what the change leaves in the log.
    fn turn(&mut self, at: Timestamp, event: LockEvent) {
        let before = self.lock;
        self.lock = before.next(event);
        match (before, self.lock) {
            (Lock::Moving { .. }, Lock::ClosedArmed) => {
                self.trip = Some(Trip::begin(at, self.spec.trip_hours));
                self.finish();
                self.write(at, LogKind::Armed);
            }
            (Lock::Moving { .. }, Lock::Open) => {
                self.finish();
                self.write(at, LogKind::Disarmed);
                self.trip = None;
                // The opened lock lets the rope go.
                if self.rope == Rope::In {
                    self.rope = Rope::Out;
                }
            }
            (Lock::Moving { .. }, Lock::Jammed { .. }) => self.write(at, LogKind::PowerLost),
            _ => {}
        }
    }

    fn finish(&mut self) {
        if let Some(last) = self.commands.back_mut() {
            last.done = true;
        }
    }

    /// Lives up to `now`: rope, power, reports and alarms of the trip, in the order of their time.
    pub fn live(&mut self, now: Timestamp) {
        if let Some(at) = self.rope_in_at.filter(|at| *at <= now) {
            self.rope_in_at = None;
            self.insert_rope(at);
        }
        if let Some(lost) = self.power_lost_at
            && now.duration_since(lost).as_secs() >= POWER_BACK_S
        {
            self.restore_power(lost + SignedDuration::from_secs(POWER_BACK_S));
        }
        while let Some((at, what)) = self.next_on_the_way(now) {
            match what {
                OnTheWay::Report => {
                    let percent = self.trip.as_ref().map_or(0, |trip| trip.permille(at) / 10);
                    // In a dead zone the seal neither sends nor keeps anything: a real gap.
                    if !(self.has(Trouble::DeadZone) && trip::DEAD_ZONE_PERCENT.contains(&percent)) {
                        self.write(at, LogKind::Position);
                    }
                    if let Some(trip) = &mut self.trip {
                        trip.next_report = at + SignedDuration::from_mins(trip::REPORT_MINUTES);
                    }
                }
                OnTheWay::Cut => self.cut_rope(at),
                OnTheWay::Shell => {
                    self.shell_alarmed = true;
                    self.turn(at, LockEvent::Breached);
                    self.write(at, LogKind::ShellOpened);
                }
                OnTheWay::Death => self.dead = true,
            }
            self.lived_until = self.lived_until.max(at);
        }
        self.lived_until = self.lived_until.max(now);
    }

    fn next_on_the_way(&self, now: Timestamp) -> Option<(Timestamp, OnTheWay)> {
        let trip = self.trip.as_ref().filter(|_| !self.is_dead())?;
        let mut due = vec![(trip.next_report, OnTheWay::Report)];
        if self.has(Trouble::RopeCutOnTheWay) && self.rope == Rope::In {
            due.push((trip.at_percent(trip::CUT_AT_PERCENT).max(self.lived_until), OnTheWay::Cut));
        }
        if self.has(Trouble::ShellOpened) && !self.shell_alarmed {
            due.push((self.lived_until, OnTheWay::Shell));
        }
        if self.has(Trouble::DiesOnTheWay) {
            due.push((trip.at_percent(trip::DEATH_AT_PERCENT).max(self.lived_until), OnTheWay::Death));
        }
        due.into_iter().filter(|(at, _)| *at <= now).min_by_key(|(at, _)| *at)
    }

    // ── over the radio ──

    /// A phone connected: a running motor has ended meanwhile, the officer begins to work with the rope.
    pub fn connected(&mut self, now: Timestamp) {
        self.turn(now, LockEvent::TimePassed);
        self.drops_next_read = false;
        if let Some(seconds) = self.spec.auto_rope_s
            && self.rope == Rope::Out
            && self.rope_in_at.is_none()
        {
            self.rope_in_at = Some(now + SignedDuration::from_secs(i64::from(seconds)));
        }
    }

    /// A reading; `None` when the link drops.
    pub fn read(&mut self, now: Timestamp) -> Option<SealReading> {
        if std::mem::take(&mut self.drops_next_read) {
            return None;
        }
        self.turn(now, LockEvent::Read);
        let shell = self.has(Trouble::ShellOpened).then(|| "shell".to_owned());
        Some(SealReading {
            serial: self.serial_on_air(),
            lock: self.lock.reported(),
            rope_inserted: self.rope == Rope::In,
            battery_percent: self.battery(now),
            clock: now + self.offset(),
            self_test_failed: shell.into_iter().collect(),
            position: self.place(now),
            gnss_fix: self.spec.gnss && !self.has(Trouble::NoGnss),
            mobile_bars: self.spec.mobile_bars,
            default_password: self.spec.default_password || self.has(Trouble::DefaultPassword),
            firmware: "SIM 1.0".to_owned(),
            log_counter: self.counter,
            last_command: self.commands.back().map(|last| LastCommand {
                id: last.id,
                action: last.action,
                done: last.done,
            }),
        })
    }

    pub fn set_clock(&mut self, now: Timestamp, to: Timestamp) {
        self.trouble.retain(|trouble| *trouble != Trouble::WrongClock);
        self.clock_offset_s = to.duration_since(now).as_secs();
        self.write(now, LogKind::ClockSet);
    }

    pub fn command(&mut self, now: Timestamp, id: CommandId, action: LockAction) -> Delivered {
        if self.happens(Trouble::DropsLinkBeforeCommand) {
            return Delivered::LinkLost;
        }
        self.commands_received += 1;
        if let Some(known) = self.commands.iter().find(|known| known.id == id) {
            return known.refused.map_or(Delivered::Acknowledged, Delivered::Refused);
        }
        let refused = self.refusal(now, action);
        let intent_at = now + self.offset();
        self.commands.push_back(CommandRecord { id, action, intent_at, refused, done: false });
        if self.commands.len() > REMEMBERED {
            self.commands.pop_front();
        }
        if let Some(reason) = refused {
            if reason == RefusalReason::MotorStuck {
                self.write(now, LogKind::MotorStuck);
            }
            return Delivered::Refused(reason);
        }
        self.turn(now, LockEvent::Started { action, reads: self.spec.motor_reads });
        if self.happens(Trouble::LosesPowerWhileLocking) {
            self.power_lost_at = Some(now);
            self.turn(now, LockEvent::PowerLost);
            return Delivered::LinkLost;
        }
        if self.happens(Trouble::DropsLinkAfterLockMoved) {
            self.turn(now, LockEvent::TimePassed);
            return Delivered::LinkLost;
        }
        self.drops_next_read = self.happens(Trouble::DropsLinkWhileMoving);
        Delivered::Acknowledged
    }

    fn refusal(&self, now: Timestamp, action: LockAction) -> Option<RefusalReason> {
        use RefusalReason as R;
        let motor = || {
            if self.battery(now) <= MOTOR_NEEDS_PERCENT {
                Some(R::BatteryTooLow)
            } else if self.has(Trouble::MotorStuck) {
                Some(R::MotorStuck)
            } else {
                None
            }
        };
        match (action, self.lock) {
            (_, Lock::Moving { .. } | Lock::Jammed { .. }) => Some(R::MotorStuck),
            (LockAction::Arm, Lock::ClosedArmed) => Some(R::AlreadyDone),
            (LockAction::Arm, Lock::Tampered) => Some(R::RopeCut),
            (LockAction::Arm, Lock::Open | Lock::Ready) => match self.rope {
                Rope::Cut => Some(R::RopeCut),
                Rope::Out => Some(R::RopeNotInserted),
                Rope::In if self.has(Trouble::ShellOpened) => Some(R::ShellOpen),
                Rope::In => motor(),
            },
            (LockAction::Disarm, Lock::Open | Lock::Ready) => Some(R::NotSealed),
            (LockAction::Disarm, Lock::ClosedArmed | Lock::Tampered) => motor(),
        }
    }

    pub fn log(&self, from: u32) -> Vec<LogEntry> {
        // Three entries in the middle of what is asked for.
        let middle = from + self.counter.saturating_sub(from) / 2;
        let lost = |counter: u32| self.has(Trouble::LosesLogEntries) && (middle..middle + 3).contains(&counter);
        self.log.iter().filter(|entry| entry.counter >= from && !lost(entry.counter)).cloned().collect()
    }

    // ── by hand ──

    /// Other troubles from now on; a seal that died of an earlier one is as if repaired.
    pub fn set_trouble(&mut self, trouble: Vec<Trouble>) {
        self.trouble = trouble;
        self.dead = false;
        self.shell_alarmed = false;
        self.drops_next_read = false;
    }

    /// Puts the rope in; a new one if the old was cut.
    pub fn insert_rope(&mut self, at: Timestamp) {
        if matches!(self.lock, Lock::Open | Lock::Ready) {
            self.rope = Rope::In;
            self.turn(at, LockEvent::RopeIn);
        }
    }

    /// Pulls the rope out. A closed lock holds it: then nothing happens.
    pub fn pull_rope(&mut self, at: Timestamp) {
        if self.lock == Lock::Ready {
            self.rope = Rope::Out;
            self.turn(at, LockEvent::Breached);
        }
    }

    pub fn cut_rope(&mut self, at: Timestamp) {
        if self.rope == Rope::In {
            self.rope = Rope::Cut;
            let watched = self.trip.is_some();
            self.turn(at, LockEvent::Breached);
            if watched {
                self.write(at, LogKind::RopeCut);
            }
        }
    }

    pub fn restore_power(&mut self, at: Timestamp) {
        if self.power_lost_at.take().is_some() {
            self.turn(at, LockEvent::PowerBack);
            self.write(at, LogKind::PowerBack);
        }
    }

    /// The truck drives off now and takes so long.
    pub fn travel(&mut self, now: Timestamp, hours: u32) {
        self.spec.trip_hours = hours;
        if let Some(trip) = &mut self.trip {
            trip.left_at = now;
            trip.hours = hours;
        }
    }
}

enum OnTheWay {
    Report,
    Cut,
    Shell,
    Death,
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
