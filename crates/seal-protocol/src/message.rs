//! Messages: four in the open, and what is said inside a session.

use crate::bytes::{Reader, TooLong, put};
use crate::entry::{Action, Alarms, ENTRY, Entry, Head, Lock, Outcome, Place, codes};
use crate::receipt::{RECEIPT, Receipt};
use crate::{CommandId, MAX_MESSAGE, Message, SealId, VERSION, noise};

/// Type byte of a message.
pub(crate) const HELLO: u8 = 0x10;
pub(crate) const HELLO_REPLY: u8 = 0x11;
pub(crate) const OPEN: u8 = 0x01;
pub(crate) const OPENED: u8 = 0x02;
pub(crate) const REQUEST: u8 = 0x03;
pub(crate) const REPLY: u8 = 0x04;
pub(crate) const REFUSED: u8 = 0x0F;

/// Overhead of a session message: type byte and tag.
pub const SESSION_OVERHEAD: usize = 1 + 16;
const MAX_PLAIN: usize = MAX_MESSAGE - SESSION_OVERHEAD;
/// Most entries in one page of the log.
pub const PAGE: usize = (MAX_PLAIN - 22 - RECEIPT) / ENTRY;

/// What every failure to authenticate looks like, whatever the reason.
pub const REFUSAL: [u8; 2] = [REFUSED, 1];

/// First words in the prologue of the handshake, followed by seal id and SHA-256 of the ticket.
pub(crate) const PROLOGUE: &[u8] = b"eseal/1";

/// What a seal says before anybody is authenticated: hints, to be believed for nothing that matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hello {
    /// The serial.
    pub id: SealId,
    /// Which epoch's tickets it opens.
    pub epoch: u8,
    /// It lost power and does not know for how long.
    pub time_lost: bool,
    /// For a ticket made for this moment; good for 10 to 20 minutes.
    pub nonce: [u8; 16],
    /// The lock.
    pub lock: Lock,
    /// Battery, per cent; 255 = not known.
    pub battery: u8,
}

impl Hello {
    pub(crate) fn encode(&self) -> Result<Message, TooLong> {
        let mut out = Message::new();
        put(&mut out, &[HELLO_REPLY, VERSION])?;
        put(&mut out, self.id.as_bytes())?;
        put(&mut out, &[self.epoch, u8::from(self.time_lost)])?;
        put(&mut out, &self.nonce)?;
        put(&mut out, &[self.lock.code(), self.battery])?;
        Ok(out)
    }

    pub(crate) fn decode(mut read: Reader<'_>) -> Option<Self> {
        if read.u8()? != VERSION {
            return None;
        }
        let id = SealId::from_bytes(read.array()?)?;
        let epoch = read.u8()?;
        let time_lost = flag(read.u8()?)?;
        let nonce = read.array()?;
        let (lock, battery) = (Lock::from_code(read.u8()?)?, read.u8()?);
        read.end(Self { id, epoch, time_lost, nonce, lock, battery })
    }
}

fn flag(byte: u8) -> Option<bool> {
    match byte {
        0 => Some(false),
        1 => Some(true),
        _ => None,
    }
}

/// A message in the open, as the seal reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Opening<'a> {
    Hello,
    Open { ticket: &'a [u8], first: &'a [u8] },
    Request(&'a [u8]),
}

impl<'a> Opening<'a> {
    pub(crate) fn decode(message: &'a [u8]) -> Option<Self> {
        match message.split_first()? {
            (&HELLO, []) => Some(Self::Hello),
            (&OPEN, [VERSION, rest @ ..]) => {
                let (ticket, first) = rest.split_at_checked(rest.len().checked_sub(noise::FIRST)?)?;
                Some(Self::Open { ticket, first })
            }
            (&REQUEST, sealed) => Some(Self::Request(sealed)),
            _ => None,
        }
    }
}

/// What the seal says in its handshake message: the first thing that is authentic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opened {
    /// The lock.
    pub lock: Lock,
    /// It lost power and does not know for how long.
    pub time_lost: bool,
    /// Battery, per cent; 255 = not known.
    pub battery: u8,
    /// Number of its newest entry.
    pub newest: u32,
    /// It is certainly not earlier than this.
    pub not_before: u32,
}

impl Opened {
    pub(crate) fn encode(&self) -> [u8; 11] {
        let mut out = [0; 11];
        out[..3].copy_from_slice(&[self.lock.code(), u8::from(self.time_lost), self.battery]);
        out[3..7].copy_from_slice(&self.newest.to_be_bytes());
        out[7..].copy_from_slice(&self.not_before.to_be_bytes());
        out
    }

    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut read = Reader(bytes);
        let lock = Lock::from_code(read.u8()?)?;
        let time_lost = flag(read.u8()?)?;
        let battery = read.u8()?;
        let (newest, not_before) = (read.u32()?, read.u32()?);
        read.end(Self { lock, time_lost, battery, newest, not_before })
    }
}

/// What a phone asks inside a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request {
    /// Do something, at most once for this id.
    Command {
        /// The phone's name for it.
        id: CommandId,
        /// What.
        action: Action,
    },
    /// The whole state.
    State,
    /// A page of the log.
    Log {
        /// First number wanted.
        from: u32,
        /// At most so many entries.
        most: u8,
    },
    /// The receipt of a command, if the seal ended it; nothing is executed.
    Settle {
        /// The command.
        id: CommandId,
    },
    /// Set the clock that the log is written by; once in a session.
    SetClock {
        /// Seconds since 1970 UTC.
        now: u32,
    },
}

impl Request {
    pub(crate) fn encode(&self, out: &mut Message) -> Result<(), TooLong> {
        match self {
            Self::Command { id, action } => {
                put(out, &[0x01])?;
                put(out, &id.0)?;
                put(out, &[action.code()])
            }
            Self::State => put(out, &[0x02]),
            Self::Log { from, most } => {
                put(out, &[0x03])?;
                put(out, &from.to_be_bytes())?;
                put(out, &[*most])
            }
            Self::Settle { id } => {
                put(out, &[0x04])?;
                put(out, &id.0)
            }
            Self::SetClock { now } => {
                put(out, &[0x05])?;
                put(out, &now.to_be_bytes())
            }
        }
    }

    pub(crate) fn decode(plain: &[u8]) -> Option<Self> {
        let mut read = Reader(plain);
        let request = match read.u8()? {
            0x01 => Self::Command { id: CommandId(read.array()?), action: Action::from_code(read.u8()?)? },
            0x02 => Self::State,
            0x03 => Self::Log { from: read.u32()?, most: read.u8()? },
            0x04 => Self::Settle { id: CommandId(read.array()?) },
            0x05 => Self::SetClock { now: read.u32()? },
            _ => return None,
        };
        read.end(request)
    }
}

codes! {
    /// Why an authenticated request was not carried out. Nothing was recorded and the command's id is still free; only
    /// [`Denial::Busy`] says nothing about the id, which may be the one that moves.
    Denial {
        /// The ticket does not give this right.
        NotAllowed = 0x20,
        /// Press the seal's button, then ask again.
        NeedsPresence = 0x21,
        /// Another officer must approve first, with a ticket of their own.
        NeedsSecondOfficer = 0x22,
        /// The seal lost the time: a ticket made for this moment, or another officer's approval.
        NeedsFreshTicket = 0x23,
        /// The bolt is moving, perhaps for this very id: ask again.
        Busy = 0x24,
        /// That id named another action before.
        IdReused = 0x25,
        /// No command of that id ended here, among those that the seal still keeps, and none is moving.
        NotFound = 0x26,
        /// The seal's memory fails; it does nothing that it cannot record.
        MemoryFailed = 0x27,
        /// No such request.
        Malformed = 0x28,
    }
}

/// A seal's state, as it says itself.
#[allow(clippy::struct_excessive_bools)] // bits of the wire form
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct State {
    /// The serial.
    pub id: SealId,
    /// The lock.
    pub lock: Lock,
    /// Alarms since the last arming.
    pub alarms: Alarms,
    /// Rope in its socket.
    pub rope_inserted: bool,
    /// Rope not cut.
    pub rope_whole: bool,
    /// Housing closed.
    pub shell_closed: bool,
    /// Satellite fix now.
    pub gnss_fix: bool,
    /// The seal has a button for [`crate::ticket::Flags::NEEDS_PRESENCE`].
    pub has_button: bool,
    /// A phone has set the log clock since power came back.
    pub clock_set: bool,
    /// It lost power and does not know for how long.
    pub time_lost: bool,
    /// Battery, per cent; 255 = not known.
    pub battery: u8,
    /// Mobile signal, 0 to 4.
    pub mobile_bars: u8,
    /// Parts that failed the last self test: 1 shell, 2 motor, 4 satellite receiver, 8 memory.
    pub self_test_failed: u8,
    /// Firmware version.
    pub firmware: [u8; 3],
    /// The log clock.
    pub log_time: u32,
    /// It is certainly not earlier than this.
    pub not_before: u32,
    /// Number of the newest entry; 0 = none.
    pub newest: u32,
    /// Number of the oldest entry still kept; 0 = none.
    pub oldest: u32,
    /// Where, if it knows.
    pub place: Option<Place>,
    /// The last command that ended.
    pub last: Option<(CommandId, Action, Outcome)>,
}

/// Length of a state, bytes.
pub const STATE: usize = 70;

impl State {
    fn encode(&self) -> [u8; STATE] {
        let bit = |on: bool, at: u8| u8::from(on) << at;
        let mut out = [0; STATE];
        out[0] = 0x82;
        out[1..17].copy_from_slice(self.id.as_bytes());
        out[17] = self.lock.code();
        out[18] = self.alarms.0;
        out[19] = bit(self.rope_inserted, 0)
            | bit(self.rope_whole, 1)
            | bit(self.shell_closed, 2)
            | bit(self.gnss_fix, 3)
            | bit(self.has_button, 4)
            | bit(self.clock_set, 5)
            | bit(self.time_lost, 6);
        out[20] = self.battery;
        out[21] = self.mobile_bars;
        out[22] = self.self_test_failed;
        out[23..26].copy_from_slice(&self.firmware);
        for (at, number) in [(26, self.log_time), (30, self.not_before), (34, self.newest), (38, self.oldest)] {
            out[at..at + 4].copy_from_slice(&number.to_be_bytes());
        }
        out[42..52].copy_from_slice(&Place::encode(self.place));
        if let Some((id, action, outcome)) = self.last {
            out[52..68].copy_from_slice(&id.0);
            out[68] = action.code();
            out[69] = outcome.code();
        }
        out
    }

    fn decode(mut read: Reader<'_>) -> Option<Self> {
        let id = SealId::from_bytes(read.array()?)?;
        let (lock, alarms, bits) = (Lock::from_code(read.u8()?)?, Alarms(read.u8()?), read.u8()?);
        let bit = |at: u8| bits & (1 << at) != 0;
        let (battery, mobile_bars, self_test_failed) = (read.u8()?, read.u8()?, read.u8()?);
        let firmware = read.array()?;
        let (log_time, not_before, newest, oldest) = (read.u32()?, read.u32()?, read.u32()?, read.u32()?);
        let place = Place::decode(&read.array()?);
        let (last, action, outcome) = (CommandId(read.array()?), read.u8()?, read.u8()?);
        let last = match action {
            0 => None,
            code => Some((last, Action::from_code(code)?, Outcome::from_code(outcome)?)),
        };
        read.end(Self {
            id,
            lock,
            alarms,
            rope_inserted: bit(0),
            rope_whole: bit(1),
            shell_closed: bit(2),
            gnss_fix: bit(3),
            has_button: bit(4),
            clock_set: bit(5),
            time_lost: bit(6),
            battery,
            mobile_bars,
            self_test_failed,
            firmware,
            log_time,
            not_before,
            newest,
            oldest,
            place,
            last,
        })
    }
}

/// A page of the log: consecutive entries, the head before the first, and the seal's receipt for the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Number of the first entry here. Later than asked for: the seal no longer keeps what is before.
    pub first: u32,
    /// The chain's head before the first entry.
    pub before: Head,
    /// The entries.
    pub entries: arrayvec::ArrayVec<Entry, PAGE>,
    /// The receipt of the last; `None` when the page is empty: nothing from `first` on has happened yet.
    pub receipt: Option<Receipt>,
}

impl Page {
    /// Whether it is an answer to that request: consecutive, no more than wanted, and nothing before the first wanted.
    pub(crate) fn answers(&self, from: u32, most: u8) -> bool {
        let consecutive = (self.first..).zip(&self.entries).all(|(counter, entry)| entry.counter == counter);
        let wanted = self.entries.is_empty() || self.first >= from && self.entries.len() <= usize::from(most.max(1));
        consecutive && wanted
    }

    fn encode(&self, out: &mut Message) -> Result<(), TooLong> {
        put(out, &[0x83])?;
        put(out, &self.first.to_be_bytes())?;
        put(out, &[u8::try_from(self.entries.len()).map_err(|_| TooLong)?])?;
        put(out, &self.before.0)?;
        self.entries.iter().try_for_each(|entry| put(out, &entry.encode()))?;
        self.receipt.iter().try_for_each(|receipt| put(out, &receipt.0))
    }

    fn decode(mut read: Reader<'_>) -> Option<Self> {
        let (first, count, before) = (read.u32()?, usize::from(read.u8()?), Head(read.array()?));
        let mut entries = arrayvec::ArrayVec::new();
        for _ in 0..count {
            entries.try_push(Entry::decode(&read.array()?)?).ok()?;
        }
        let receipt = if count == 0 { None } else { Some(Receipt::read(read.slice(RECEIPT)?)?) };
        read.end(Self { first, before, entries, receipt })
    }
}

/// What a seal answers inside a session.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::large_enum_variant)] // no heap; one at a time
pub enum Reply {
    /// Not carried out; nothing recorded.
    Denied(Denial),
    /// Ended and recorded, well or not: see the outcome in the receipt's entry.
    Receipt(Receipt),
    /// The state.
    State(State),
    /// A page of the log.
    Page(Page),
    /// The clock is set.
    ClockSet,
}

impl Reply {
    pub(crate) fn encode(&self, out: &mut Message) -> Result<(), TooLong> {
        match self {
            Self::Denied(denial) => put(out, &[0x80, denial.code()]),
            Self::Receipt(receipt) => {
                put(out, &[0x81])?;
                put(out, &receipt.0)
            }
            Self::State(state) => put(out, &state.encode()),
            Self::Page(page) => page.encode(out),
            Self::ClockSet => put(out, &[0x85]),
        }
    }

    pub(crate) fn decode(plain: &[u8]) -> Option<Self> {
        let mut read = Reader(plain);
        match read.u8()? {
            0x80 => {
                let denial = Denial::from_code(read.u8()?)?;
                read.end(Self::Denied(denial))
            }
            0x81 => Receipt::read(read.0).map(Self::Receipt),
            0x82 => State::decode(read).map(Self::State),
            0x83 => Page::decode(read).map(Self::Page),
            0x85 => read.end(Self::ClockSet),
            _ => None,
        }
    }
}
