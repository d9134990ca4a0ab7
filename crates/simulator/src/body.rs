//! The body of a simulated seal: bolt and motor, rope, housing, battery, satellite receiver, and the trip it makes.

use jiff::{SignedDuration, Timestamp};
use seal_protocol::entry::Place;
use seal_protocol::seal::{Bolt, Drive, Sensors};
use serde::{Deserialize, Serialize};

use crate::spec::{Rope, SealSpec, Trouble};
use crate::trip::{self, Trip};

/// So long the motor runs when nobody asks, seconds.
pub(crate) const MOTOR_S: i64 = 2;

/// The bolt's place, as kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BoltIs {
    /// Fully open.
    Open,
    /// Fully closed.
    Closed,
}

/// The motor runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Motor {
    /// Where the bolt will be.
    pub to: BoltIs,
    /// Since when.
    pub since: Timestamp,
    /// How often the phone still asks in vain for its answer.
    pub polls_left: u8,
}

/// The body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Body {
    pub spec: SealSpec,
    pub bolt: BoltIs,
    pub rope: Rope,
    pub motor: Option<Motor>,
    pub trouble: Vec<Trouble>,
    pub trip: Option<Trip>,
    pub dead: bool,
    pub shell_alarmed: bool,
    rope_in_at: Option<Timestamp>,
    /// Everything up to here is lived through.
    pub lived_until: Timestamp,
}

/// What the way brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnTheWay {
    /// A report is due.
    Report,
    /// The rope is cut.
    Cut,
    /// The housing is opened.
    Shell,
    /// The seal dies.
    Death,
}

impl Body {
    pub fn new(spec: SealSpec, now: Timestamp) -> Self {
        Self {
            bolt: BoltIs::Open,
            rope: spec.rope,
            motor: None,
            trouble: spec.trouble.clone(),
            trip: None,
            dead: false,
            shell_alarmed: false,
            rope_in_at: None,
            lived_until: now,
            spec,
        }
    }

    pub fn has(&self, trouble: Trouble) -> bool {
        self.trouble.contains(&trouble)
    }

    /// A trouble that happens once: true the first time.
    pub fn happens(&mut self, trouble: Trouble) -> bool {
        let found = self.trouble.iter().position(|one| *one == trouble);
        found.map(|at| self.trouble.remove(at)).is_some()
    }

    /// Nobody has changed the password.
    pub fn factory_password(&self) -> bool {
        self.spec.default_password || self.has(Trouble::DefaultPassword)
    }

    pub fn is_dead(&self) -> bool {
        self.dead || self.has(Trouble::Dead)
    }

    /// Seconds by which the seal's clock is ahead.
    pub fn clock_error(&self) -> SignedDuration {
        let wrong = if self.has(Trouble::WrongClock) { 7_200 } else { 0 };
        SignedDuration::from_secs(self.spec.clock_offset_s + wrong)
    }

    pub fn battery(&self, now: Timestamp) -> u8 {
        if self.has(Trouble::FlatBattery) {
            return 4;
        }
        let used = self.trip.as_ref().map_or(0, |trip| now.duration_since(trip.armed_at).as_hours().max(0) * 5 / 24);
        self.spec.battery_percent.saturating_sub(u8::try_from(used).unwrap_or(u8::MAX))
    }

    fn place(&self, at: Timestamp) -> Option<Place> {
        if !self.spec.gnss || self.has(Trouble::NoGnss) {
            return None;
        }
        let here = match &self.trip {
            Some(trip) => trip.place(&self.spec.track, at)?,
            None => trip::position(*self.spec.track.first()?),
        };
        Some(Place {
            latitude: here.lat_e6.checked_mul(10)?,
            longitude: here.lon_e6.checked_mul(10)?,
            accuracy_m: here.accuracy_m.and_then(|metres| u16::try_from(metres).ok()).unwrap_or(u16::MAX),
        })
    }

    /// What the sensors say. A running motor leaves the bolt where it came from until it has arrived.
    pub fn sensors(&self, at: Timestamp) -> Sensors {
        Sensors {
            bolt: match self.bolt {
                BoltIs::Open => Bolt::Open,
                BoltIs::Closed => Bolt::Closed,
            },
            rope_inserted: self.rope != Rope::Out,
            rope_whole: self.rope != Rope::Cut,
            shell_closed: !self.has(Trouble::ShellOpened),
            battery: self.battery(at),
            place: self.place(at),
            mobile_bars: self.spec.mobile_bars,
            faults: 0,
        }
    }

    /// The firmware turns the motor.
    pub fn turn(&mut self, at: Timestamp, drive: Drive) {
        self.motor = match drive {
            Drive::Stop => None,
            // It does not reach its end and draws the bolt back.
            _ if self.has(Trouble::MotorStuck) => {
                Some(Motor { to: self.bolt, since: at, polls_left: self.spec.motor_polls })
            }
            Drive::Close => Some(Motor { to: BoltIs::Closed, since: at, polls_left: self.spec.motor_polls }),
            Drive::Open => Some(Motor { to: BoltIs::Open, since: at, polls_left: self.spec.motor_polls }),
        };
    }

    /// The motor has had the time it needs: the bolt is where it should be.
    pub fn motor_arrives(&mut self) {
        if let Some(motor) = self.motor.take() {
            self.bolt = motor.to;
        }
    }

    /// The firmware ended an arming: a trip begins.
    pub fn armed(&mut self, at: Timestamp) {
        self.trip = Some(Trip::begin(at, self.spec.trip_hours));
    }

    /// The firmware ended a disarming: the opened lock lets the rope go.
    pub fn opened(&mut self) {
        self.trip = None;
        if self.rope == Rope::In {
            self.rope = Rope::Out;
        }
    }

    /// A phone connected: the officer begins to work with the rope.
    pub fn begin_with_the_rope(&mut self, now: Timestamp) {
        if let Some(seconds) = self.spec.auto_rope_s
            && self.rope == Rope::Out
            && self.rope_in_at.is_none()
        {
            self.rope_in_at = Some(now + SignedDuration::from_secs(i64::from(seconds)));
        }
    }

    /// The rope goes in by itself, if it is time.
    pub fn rope_goes_in(&mut self, now: Timestamp) {
        if self.rope_in_at.is_some_and(|at| at <= now) {
            self.rope_in_at = None;
            self.insert_rope();
        }
    }

    /// Puts the rope in; a new one if the old was cut.
    pub fn insert_rope(&mut self) {
        if self.bolt == BoltIs::Open {
            self.rope = Rope::In;
        }
    }

    /// Pulls the rope out. A closed lock holds it: then nothing happens.
    pub fn pull_rope(&mut self) {
        if self.bolt == BoltIs::Open && self.rope == Rope::In {
            self.rope = Rope::Out;
        }
    }

    /// What comes next on the way, up to `now`.
    pub fn next_on_the_way(&self, now: Timestamp) -> Option<(Timestamp, OnTheWay)> {
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

    /// In a dead zone the seal neither sends nor keeps anything: a real gap.
    pub fn in_dead_zone(&self, at: Timestamp) -> bool {
        let percent = self.trip.as_ref().map_or(0, |trip| trip.permille(at) / 10);
        self.has(Trouble::DeadZone) && trip::DEAD_ZONE_PERCENT.contains(&percent)
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
