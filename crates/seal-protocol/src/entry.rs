//! The seal's log: one numbered chain of 48-byte entries for everything, from a position to a command.

use sha2::{Digest, Sha256};

use crate::bytes::Reader;
use crate::{CommandId, Officer, SealId};

/// Length of an entry, bytes.
pub const ENTRY: usize = 48;

/// The chain's head after an entry: it names every entry up to there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head(pub [u8; 16]);

impl Head {
    /// Before the first entry of a seal.
    #[must_use]
    pub fn start(id: &SealId) -> Self {
        Self::of(&[b"eseal/1/chain", id.as_bytes()])
    }

    /// After `entry`.
    #[must_use]
    pub fn after(self, entry: &Entry) -> Self {
        Self::of(&[b"eseal/1/head", &self.0, &entry.encode()])
    }

    fn of(parts: &[&[u8]]) -> Self {
        let mut sha = Sha256::new();
        for part in parts {
            sha.update(part);
        }
        let digest: [u8; 32] = sha.finalize().into();
        let mut head = [0; 16];
        head.copy_from_slice(&digest[..16]);
        Self(head)
    }
}

macro_rules! codes {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $code:literal,)* }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$doc])* $variant,)* }

        impl $name {
            /// All of them, in the order of their codes.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The code on the wire.
            #[must_use]
            pub const fn code(self) -> u8 {
                match self { $(Self::$variant => $code,)* }
            }

            /// `None` for a code of no meaning.
            #[must_use]
            pub const fn from_code(code: u8) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)* _ => None }
            }
        }
    };
}
pub(crate) use codes;

codes! {
    /// What a seal logs by itself.
    Happening {
        /// Periodic position.
        Position = 0x01,
        /// Alarm: rope cut or pulled out while armed.
        RopeCut = 0x02,
        /// Alarm: bolt moved without a command.
        Opened = 0x03,
        /// Alarm: housing opened.
        ShellOpened = 0x04,
        /// Knock or strong vibration.
        Knock = 0x05,
        /// Battery low.
        LowBattery = 0x06,
        /// Somebody tried to open a session without a right to; detail = how often since the last such entry.
        WrongTicket = 0x07,
        /// Left open too long.
        LongUnlock = 0x08,
        /// Motor stuck outside a command.
        MotorStuck = 0x09,
        /// Left the approved route.
        RouteLeft = 0x0A,
        /// Stopped longer than allowed.
        LongStop = 0x0B,
        /// Satellite or mobile signal lost.
        SignalLost = 0x0C,
        /// Signal back.
        SignalBack = 0x0D,
        /// Power about to go (a seal that can still write then).
        PowerLost = 0x0E,
        /// Power back: between the entry before and this one nobody watched.
        PowerBack = 0x0F,
    }
}

codes! {
    /// What a phone can command.
    Action {
        /// Close and watch.
        Arm = 1,
        /// Open.
        Disarm = 2,
        /// Run the self test.
        Test = 3,
        /// Approve that another officer opens, within five minutes.
        Approve = 4,
    }
}

codes! {
    /// How a command ended in the seal.
    Outcome {
        /// Done: for the lock, its sensors say so.
        Done = 0,
        /// The rope is not in its socket.
        RopeNotInserted = 1,
        /// Battery too low to move the bolt.
        BatteryTooLow = 2,
        /// The bolt did not reach its end.
        MotorStuck = 3,
        /// The housing is open.
        ShellOpen = 4,
        /// The rope is cut.
        RopeCut = 5,
        /// Already in the state asked for.
        AlreadyDone = 6,
        /// Asked to open, but it was not closed.
        NotSealed = 7,
        /// Power was lost between the beginning and the end; the entry's lock state was sensed afterwards.
        Interrupted = 8,
        /// The self test found faults; the state names them.
        SelfTestFailed = 9,
    }
}

codes! {
    /// The lock, from its sensors.
    Lock {
        /// Bolt open, no rope.
        Open = 0,
        /// Bolt open, rope in its socket.
        Ready = 1,
        /// Bolt closed, rope held, watching, nothing happened since: the only one that is called sealed.
        ClosedArmed = 2,
        /// Armed, and since then cut, opened or unscrewed.
        Tampered = 3,
        /// Bolt between its ends, or closed without being armed.
        Jammed = 4,
    }
}

/// Alarms since the last arming, as bits. They stay until the seal is armed again, however full the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Alarms(pub u8);

impl Alarms {
    /// Rope cut or pulled out.
    pub const ROPE_CUT: Self = Self(1);
    /// Bolt moved without a command.
    pub const OPENED: Self = Self(2);
    /// Housing opened.
    pub const SHELL_OPENED: Self = Self(4);
    /// Power was lost: nobody watched for a while.
    pub const UNWATCHED: Self = Self(8);

    /// Those that mean that the seal no longer guards.
    pub(crate) fn breach(self) -> bool {
        self.0 & 0x07 != 0
    }

    pub(crate) fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// A place from the seal's own satellite receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Latitude, 1e-7 degrees, north positive.
    pub latitude: i32,
    /// Longitude, 1e-7 degrees, east positive.
    pub longitude: i32,
    /// Radius of 68 %, metres.
    pub accuracy_m: u16,
}

impl Place {
    pub(crate) fn encode(place: Option<Self>) -> [u8; 10] {
        let place = place.unwrap_or(Self { latitude: i32::MAX, longitude: i32::MAX, accuracy_m: u16::MAX });
        let mut out = [0; 10];
        out[..4].copy_from_slice(&place.latitude.to_be_bytes());
        out[4..8].copy_from_slice(&place.longitude.to_be_bytes());
        out[8..].copy_from_slice(&place.accuracy_m.to_be_bytes());
        out
    }

    /// `None` for the form that says "not known".
    pub(crate) fn decode(bytes: &[u8; 10]) -> Option<Self> {
        let mut read = Reader(bytes);
        let place = Self { latitude: read.i32()?, longitude: read.i32()?, accuracy_m: read.u16()? };
        (place.latitude != i32::MAX).then_some(place)
    }
}

/// Whose ticket, and which command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Commanded {
    /// The ticket's number.
    pub ticket: u32,
    /// The phone's name for the command.
    pub id: CommandId,
    /// The ticket's officer.
    pub officer: Officer,
}

/// What an entry is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// The seal noticed something.
    Happened {
        /// What.
        what: Happening,
        /// More about it; see [`Happening`].
        detail: u8,
        /// Where, if the seal knew.
        place: Option<Place>,
    },
    /// A phone set the clock that the log is written by.
    ClockSet {
        /// The clock just before.
        before: u32,
        /// The ticket's number.
        ticket: u32,
        /// Who.
        officer: Officer,
    },
    /// The bolt is about to move.
    Begun {
        /// Which way.
        action: Action,
        /// Whose command.
        by: Commanded,
        /// Another officer's approval was needed, and this command used it up.
        second_officer: bool,
    },
    /// A command has ended.
    Ended {
        /// Which.
        action: Action,
        /// How.
        outcome: Outcome,
        /// Whose command.
        by: Commanded,
        /// Another officer's approval was needed, and this command used it up.
        second_officer: bool,
    },
}

const CLOCK_SET: u8 = 0x10;
const BEGUN: u8 = 0x20;
const ENDED: u8 = 0x21;

const FLAG_CLOCK_SET: u8 = 0x01;
const FLAG_LOST: u8 = 0x02;
const FLAG_SECOND: u8 = 0x04;
const FLAG_ARMED: u8 = 0x08;

/// One entry of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Its number; the first is 1, each next is one more, for the seal's whole life.
    pub counter: u32,
    /// The seal's log clock, seconds since 1970 UTC; as good as the phone that set it.
    pub log_time: u32,
    /// It was certainly not earlier than this, by the central's clock.
    pub not_before: u32,
    /// A phone has set the log clock since power came back.
    pub clock_set: bool,
    /// Since power came back the seal does not know how long it was away.
    pub time_lost: bool,
    /// Armed, after this entry.
    pub armed: bool,
    /// The lock, after this entry.
    pub lock: Lock,
    /// Alarms since the last arming, after this entry.
    pub alarms: Alarms,
    /// Battery, per cent; 255 = not known.
    pub battery: u8,
    /// What it is about.
    pub what: What,
}

impl Entry {
    /// The wire form.
    #[must_use]
    pub fn encode(&self) -> [u8; ENTRY] {
        let mut out = [0; ENTRY];
        let mut flags = (self.lock.code() << 4)
            | if self.clock_set { FLAG_CLOCK_SET } else { 0 }
            | if self.time_lost { FLAG_LOST } else { 0 }
            | if self.armed { FLAG_ARMED } else { 0 };
        let by = |out: &mut [u8; ENTRY], by: &Commanded| {
            out[20..24].copy_from_slice(&by.ticket.to_be_bytes());
            out[24..40].copy_from_slice(&by.id.0);
            out[40..48].copy_from_slice(&by.officer.0);
        };
        match &self.what {
            What::Happened { what, detail, place } => {
                out[4] = what.code();
                out[5] = *detail;
                out[20..30].copy_from_slice(&Place::encode(*place));
            }
            What::ClockSet { before, ticket, officer } => {
                out[4] = CLOCK_SET;
                out[20..24].copy_from_slice(&ticket.to_be_bytes());
                out[24..28].copy_from_slice(&before.to_be_bytes());
                out[40..48].copy_from_slice(&officer.0);
            }
            What::Begun { action, by: whose, second_officer } => {
                out[4] = BEGUN;
                out[5] = action.code();
                flags |= if *second_officer { FLAG_SECOND } else { 0 };
                by(&mut out, whose);
            }
            What::Ended { action, outcome, by: whose, second_officer } => {
                out[4] = ENDED;
                out[5] = action.code();
                out[6] = outcome.code();
                flags |= if *second_officer { FLAG_SECOND } else { 0 };
                by(&mut out, whose);
            }
        }
        out[..4].copy_from_slice(&self.counter.to_be_bytes());
        out[7] = flags;
        out[8] = self.battery;
        out[9] = self.alarms.0;
        out[12..16].copy_from_slice(&self.log_time.to_be_bytes());
        out[16..20].copy_from_slice(&self.not_before.to_be_bytes());
        out
    }

    /// Reads the wire form; `None` for anything that [`Entry::encode`] does not make.
    #[must_use]
    pub fn decode(bytes: &[u8; ENTRY]) -> Option<Self> {
        let mut read = Reader(bytes);
        let counter = read.u32()?;
        let (kind, detail, result, flags) = (read.u8()?, read.u8()?, read.u8()?, read.u8()?);
        let (battery, alarms) = (read.u8()?, Alarms(read.u8()?));
        read.u16()?;
        let (log_time, not_before) = (read.u32()?, read.u32()?);
        let second_officer = flags & FLAG_SECOND != 0;
        let mut body = read;
        let by = |body: &mut Reader<'_>| {
            Some(Commanded { ticket: body.u32()?, id: CommandId(body.array()?), officer: Officer(body.array()?) })
        };
        let what = match kind {
            CLOCK_SET => {
                let (ticket, before) = (body.u32()?, body.u32()?);
                body.slice(12)?;
                What::ClockSet { before, ticket, officer: Officer(body.array()?) }
            }
            BEGUN => What::Begun { action: Action::from_code(detail)?, by: by(&mut body)?, second_officer },
            ENDED => What::Ended {
                action: Action::from_code(detail)?,
                outcome: Outcome::from_code(result)?,
                by: by(&mut body)?,
                second_officer,
            },
            _ => What::Happened { what: Happening::from_code(kind)?, detail, place: Place::decode(&body.array()?) },
        };
        let entry = Self {
            counter,
            log_time,
            not_before,
            clock_set: flags & FLAG_CLOCK_SET != 0,
            time_lost: flags & FLAG_LOST != 0,
            armed: flags & FLAG_ARMED != 0,
            lock: Lock::from_code(flags >> 4)?,
            alarms,
            battery,
            what,
        };
        // One meaning, one form: spare bits and bytes are zero.
        (entry.encode() == *bytes).then_some(entry)
    }

    /// The command that this entry ends, if it ends one.
    #[must_use]
    pub fn ended(&self) -> Option<(Action, Outcome, CommandId)> {
        match self.what {
            What::Ended { action, outcome, by, .. } => Some((action, outcome, by.id)),
            _ => None,
        }
    }
}
