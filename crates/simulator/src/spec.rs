//! What a simulated seal is like, and what goes wrong with it.

use seal_core::seal_no::SealNo;
use serde::{Deserialize, Serialize};

/// How far the seal is from the phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proximity {
    /// In reach.
    Near,
    /// Heard, too weak to connect.
    Far,
    /// Not heard.
    OutOfRange,
}

/// The seal's rope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rope {
    /// In its socket.
    In,
    /// Free.
    Out,
    /// Cut through.
    Cut,
}

/// How a seal is spoken to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// By the open protocol, with the key of practice.
    #[default]
    OpenProtocol,
    /// By the open protocol, commissioned with a key that a central handed out.
    Commissioned {
        /// Of that key.
        epoch: u8,
        /// The key.
        key: [u8; 32],
    },
    /// By TOTARGET's A7.
    A7 {
        /// Six digits. Public, like everything in practice.
        password: String,
    },
}

/// A trouble to practise. Those of the link and of power happen once and are then gone; the others last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// 4 % left: not enough for a trip, nor to move the bolt.
    FlatBattery,
    /// The rope is cut after 40 % of the trip.
    RopeCutOnTheWay,
    /// No satellite fix, no positions in the log.
    NoGnss,
    /// No reports between 45 % and 60 % of the trip.
    DeadZone,
    /// The link drops before the next command reaches the seal.
    DropsLinkBeforeCommand,
    /// The seal takes the next command; the link drops while the bolt moves.
    DropsLinkWhileMoving,
    /// The bolt moves on the next command, and the link drops before the seal's answer is heard.
    DropsLinkAfterLockMoved,
    /// Power fails while the bolt moves: the seal is not heard until power is back, and has lost the time.
    LosesPowerWhileLocking,
    /// The seal's clock is two hours ahead until it is set.
    WrongClock,
    /// Still the factory password. For seals that have one; others do not change by it.
    DefaultPassword,
    /// Heard, too weak to connect.
    TooFar,
    /// Other seals are heard stronger than this one.
    StrongerNeighbour,
    /// The motor does not reach its end; the seal draws the bolt back and says so.
    MotorStuck,
    /// The housing is open: the self test fails, and an armed seal raises the alarm.
    ShellOpened,
    /// The session answers with another serial than the label's.
    WrongIdentity,
    /// Some log entries cannot be read any more.
    LosesLogEntries,
    /// Dies after 80 % of the trip.
    DiesOnTheWay,
    /// Never answers again.
    Dead,
}

impl Trouble {
    /// In the order in which a practice screen offers them.
    pub const ALL: [Self; 18] = [
        Self::DropsLinkBeforeCommand,
        Self::DropsLinkWhileMoving,
        Self::DropsLinkAfterLockMoved,
        Self::LosesPowerWhileLocking,
        Self::FlatBattery,
        Self::RopeCutOnTheWay,
        Self::ShellOpened,
        Self::DeadZone,
        Self::NoGnss,
        Self::StrongerNeighbour,
        Self::TooFar,
        Self::WrongIdentity,
        Self::WrongClock,
        Self::DefaultPassword,
        Self::MotorStuck,
        Self::LosesLogEntries,
        Self::DiesOnTheWay,
        Self::Dead,
    ];

    /// Whether seals of that family can have it.
    #[must_use]
    pub fn concerns(self, family: &Family) -> bool {
        match family {
            Family::OpenProtocol | Family::Commissioned { .. } => self != Self::DefaultPassword,
            // They tell a phone nothing of satellites, and have no log that it could read.
            Family::A7 { .. } => !matches!(self, Self::DeadZone | Self::NoGnss | Self::LosesLogEntries),
        }
    }
}

/// A point of a route, millionths of a degree (WGS 84).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waypoint {
    /// Latitude, north positive.
    pub lat_e6: i32,
    /// Longitude, east positive.
    pub lon_e6: i32,
}

/// What a simulated seal is like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealSpec {
    /// Serial on the label and, unless [`Trouble::WrongIdentity`], in the radio.
    pub serial: SealNo,
    /// How it is spoken to.
    #[serde(default)]
    pub family: Family,
    /// Distance.
    pub near: Proximity,
    /// Signal strength at that distance, dBm.
    pub rssi_dbm: i16,
    /// Battery when new in the yard, per cent; an armed seal uses 5 % a day.
    pub battery_percent: u8,
    /// Rope at the start.
    pub rope: Rope,
    /// Holds a satellite fix.
    pub gnss: bool,
    /// Mobile signal, bars 0 to 4.
    pub mobile_bars: u8,
    /// Seal clock minus true time, seconds.
    pub clock_offset_s: i64,
    /// Still the factory password.
    pub default_password: bool,
    /// Troubles from the start.
    #[serde(default)]
    pub trouble: Vec<Trouble>,
    /// The route it travels once armed, at even speed.
    pub track: Vec<Waypoint>,
    /// How long that takes, hours.
    pub trip_hours: u32,
    /// The rope goes in by itself so many seconds after a phone connects; `None`: a hand has to do it.
    #[serde(default)]
    pub auto_rope_s: Option<u32>,
    /// How often a phone asks in vain before the bolt has arrived; it arrives after two seconds anyway.
    pub motor_polls: u8,
}

impl SealSpec {
    /// A good seal, near, rope out, whose route is Đình Vũ to Hữu Nghị by Hà Nội's ring in 9 hours.
    #[must_use]
    pub fn good(serial: SealNo) -> Self {
        let track = [
            (20_844_900, 106_753_000),
            (20_940_000, 106_330_000),
            (21_186_100, 106_076_300),
            (21_282_000, 106_197_500),
            (21_853_700, 106_761_500),
            (21_972_600, 106_711_600),
        ];
        Self {
            serial,
            family: Family::OpenProtocol,
            near: Proximity::Near,
            rssi_dbm: -58,
            battery_percent: 87,
            rope: Rope::Out,
            gnss: true,
            mobile_bars: 3,
            clock_offset_s: 2,
            default_password: false,
            trouble: Vec::new(),
            track: track.map(|(lat_e6, lon_e6)| Waypoint { lat_e6, lon_e6 }).to_vec(),
            trip_hours: 9,
            auto_rope_s: None,
            motor_polls: 1,
        }
    }

    /// The same, but an A7 lock with that password.
    #[must_use]
    pub fn a7(self, password: &str) -> Self {
        Self { family: Family::A7 { password: password.to_owned() }, ..self }
    }

    /// The same, but commissioned with that key.
    #[must_use]
    pub fn commissioned(self, epoch: u8, key: [u8; 32]) -> Self {
        Self { family: Family::Commissioned { epoch, key }, ..self }
    }

    /// The same with troubles.
    #[must_use]
    pub fn with(mut self, trouble: &[Trouble]) -> Self {
        self.trouble = trouble.to_vec();
        self
    }

    /// The same with its rope already in.
    #[must_use]
    pub fn rope_in(mut self) -> Self {
        self.rope = Rope::In;
        self
    }
}
