//! The firmware of a simulated TOTARGET A7 lock, from the same facts as the app's codec and without its code.
//!
//! Where the facts are silent it does the less comfortable thing: it acknowledges a command before the bolt moves, keeps no log
//! that a phone can read, and answers a wrong password with one code whatever was asked.

use jiff::civil::DateTime;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};
use seal_core::seal::reading::LockAction;
use seal_core::seal_no::SealNo;
use seal_protocol::entry::Lock;
use seal_protocol::seal::{Bolt, Drive, Sensors, Wake};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::brain::{Noted, What};
use crate::firmware::{MOTOR_NEEDS_PERCENT, Wants};

/// Nordic's UART service, by which the phone speaks to it.
pub(crate) const SERVICE: Uuid = Uuid::from_u128(0x6e40_0001_b5a3_f393_e0a9_e50e_24dc_ca9e);
/// The password in every published example.
pub(crate) const FACTORY_PASSWORD: &str = "112233";
/// Bytes of one notification.
const CHUNK: usize = 20;
/// It counts the time of Vietnam.
const ZONE: Offset = Offset::constant(7);

const PLAIN: u8 = 0x01;
const ROD_CUT: u8 = 1;
const SHELL: u8 = 1 << 2;

/// What it keeps.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct A7Memory {
    /// Closed by command and watching.
    armed: bool,
    /// The last command opened it.
    unsealed: bool,
    /// Bits of alarms since it was armed.
    alarm: u8,
    /// Its clock minus true time, seconds.
    clock_offset_s: i64,
    /// The bolt is on its way.
    moving: Option<LockAction>,
}

/// A lock with power.
#[derive(Debug)]
pub(crate) struct A7 {
    id: [u8; 4],
    password: String,
    memory: A7Memory,
    writes: u64,
    noted: Vec<Noted>,
    gathered: Vec<u8>,
    connected: bool,
}

/// The name by which it advertises.
pub(crate) fn name(serial: &SealNo) -> String {
    format!("TT-{serial}", serial = serial.as_str())
}

/// Reads eight digits as two numbers of four.
fn lock_id(serial: &str) -> Option<[u8; 4]> {
    let (high, low) = serial.split_at_checked(4).filter(|_| serial.len() == 8)?;
    let number = |digits: &str| {
        digits.bytes().all(|c| c.is_ascii_digit()).then(|| digits.parse::<u16>().ok()).flatten().map(u16::to_be_bytes)
    };
    let ([a, b], [c, d]) = (number(high)?, number(low)?);
    Some([a, b, c, d])
}

/// CRC-8/MAXIM, bit by bit: reflected polynomial 0x8C, from zero.
fn crc(bytes: &[u8]) -> u8 {
    bytes
        .iter()
        .fold(0, |crc, byte| (0..8).fold(crc ^ byte, |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0x8C } else { crc >> 1 }))
}

/// A frame in the clear, cut for the radio.
fn notifications(business: &[u8]) -> Vec<Vec<u8>> {
    let mut frame = vec![PLAIN, u8::try_from(business.len()).unwrap_or(u8::MAX)];
    frame.extend(business);
    frame.push(crc(&frame));
    frame.chunks(CHUNK).map(<[u8]>::to_vec).collect()
}

fn six_bytes(at: Timestamp) -> [u8; 6] {
    let local = ZONE.to_datetime(at);
    let two = |number: i16| u8::try_from(number).unwrap_or(0);
    let small = |number: i8| u8::try_from(number).unwrap_or(0);
    [
        two(local.year() - 2000),
        small(local.month()),
        small(local.day()),
        small(local.hour()),
        small(local.minute()),
        small(local.second()),
    ]
}

fn of_six_bytes(bytes: &[u8]) -> Option<Timestamp> {
    let [year, month, day, hour, minute, second] = bytes.try_into().ok()?;
    let small = |number: u8| i8::try_from(number).ok();
    let local = DateTime::new(
        2000 + i16::from(u8::min(year, 99)),
        small(month)?,
        small(day)?,
        small(hour)?,
        small(minute)?,
        small(second)?,
        0,
    );
    ZONE.to_timestamp(local.ok()?).ok()
}

impl A7 {
    /// Boots; `None` for a number that is not eight digits, or a password that is not six characters.
    pub fn boot(serial: &SealNo, password: &str, memory: A7Memory, wake: Wake, sensors: &Sensors) -> Option<Self> {
        let id = lock_id(serial.as_str())?;
        if password.len() != 6 {
            return None;
        }
        let mut lock = Self {
            id,
            password: password.to_owned(),
            memory,
            writes: 0,
            noted: Vec::new(),
            gathered: Vec::new(),
            connected: false,
        };
        match wake {
            // A spring drew the bolt back to where it was.
            Wake::PowerLost => lock.memory.moving = None,
            _ => {
                lock.arrived(Timestamp::UNIX_EPOCH, sensors);
            }
        }
        Some(lock)
    }

    pub fn memory(&self) -> A7Memory {
        self.memory.clone()
    }

    pub fn writes(&self) -> u64 {
        self.writes
    }

    pub fn take_noted(&mut self) -> Vec<Noted> {
        std::mem::take(&mut self.noted)
    }

    pub fn set_clock(&mut self, at: Timestamp, time: Timestamp) {
        self.memory.clock_offset_s = time.duration_since(at).as_secs();
        self.writes += 1;
    }

    fn log_time(&self, at: Timestamp) -> Timestamp {
        at + SignedDuration::from_secs(self.memory.clock_offset_s)
    }

    pub fn connected(&mut self) {
        (self.gathered, self.connected) = (Vec::new(), true);
    }

    pub fn disconnected(&mut self) {
        self.connected = false;
    }

    /// A whole business part, if this value completes a frame. A spoiled frame is dropped.
    pub fn written(&mut self, value: &[u8]) -> Option<Vec<u8>> {
        self.gathered.extend(value);
        let [encoding, len, rest @ ..] = self.gathered.as_slice() else { return None };
        let len = usize::from(*len);
        if *encoding != PLAIN {
            self.gathered.clear();
            return None;
        }
        let (business, crc_of_it) = rest.split_at_checked(len).filter(|(_, after)| !after.is_empty())?;
        let good = crc(&self.gathered[..2 + len]) == crc_of_it[0];
        let business = business.to_vec();
        self.gathered.clear();
        good.then_some(business)
    }

    /// Whether it moves the bolt.
    pub fn is_command(business: &[u8]) -> bool {
        matches!(business, [0x31 | 0x37, rest @ ..] if rest.len() == 16)
    }

    /// The phone said something.
    pub fn received(&mut self, at: Timestamp, sensors: &Sensors, business: &[u8]) -> Wants {
        let answer = |values| Wants { values, ..Wants::default() };
        match business {
            [0x20, time @ ..] => match of_six_bytes(time) {
                Some(time) => {
                    self.set_clock(at, time);
                    self.note(at, What::ClockSet);
                    answer(notifications(&[0x20]))
                }
                None => Wants::default(),
            },
            [0x21, ..] => answer(notifications(b"\x21TT SIMULATED V1.0.0")),
            [0x29, ..] => answer(notifications(&[0x29])),
            [code @ (0x12 | 0x31 | 0x37), rest @ ..] if rest.len() == 16 => {
                let (id, password) = (&rest[..4], &rest[4..10]);
                // A command to another lock is not heard; a question is answered with the own number.
                if *code != 0x12 && id != self.id {
                    return Wants::default();
                }
                if password != self.password.as_bytes() {
                    return answer(self.report(0x93, at, sensors));
                }
                if *code == 0x12 {
                    return answer(self.report(0x62, at, sensors));
                }
                if self.memory.moving.is_some() {
                    return Wants::default();
                }
                self.command(if *code == 0x31 { LockAction::Arm } else { LockAction::Disarm }, at, sensors)
            }
            _ => Wants::default(),
        }
    }

    fn command(&mut self, action: LockAction, at: Timestamp, sensors: &Sensors) -> Wants {
        let closed = sensors.bolt == Bolt::Closed;
        let weak = sensors.battery < MOTOR_NEEDS_PERCENT;
        let refusal = match action {
            LockAction::Arm if self.memory.alarm & ROD_CUT != 0 => Some(0x86),
            LockAction::Arm if !sensors.shell_closed || self.memory.alarm != 0 => Some(0x84),
            LockAction::Arm if self.memory.armed => Some(0x81),
            LockAction::Arm if weak => Some(0x83),
            LockAction::Arm if !sensors.rope_inserted || !sensors.rope_whole => Some(0x82),
            LockAction::Disarm if !closed => Some(0x97),
            LockAction::Disarm if self.memory.alarm & ROD_CUT != 0 => Some(0x98),
            LockAction::Disarm if self.memory.alarm != 0 => Some(0x94),
            LockAction::Disarm if weak => Some(0x99),
            _ => None,
        };
        if let Some(code) = refusal {
            return Wants { values: self.report(code, at, sensors), ..Wants::default() };
        }
        self.memory.moving = Some(action);
        self.writes += 1;
        self.note(at, What::Begun { action, id: None });
        let (code, drive) = match action {
            LockAction::Arm => (0x80, Drive::Close),
            LockAction::Disarm => (0x90, Drive::Open),
        };
        Wants { drive: Some(drive), values: self.report(code, at, sensors), hang_up: false }
    }

    /// The motor stopped.
    pub fn motor_stopped(&mut self, at: Timestamp, sensors: &Sensors) {
        if let Some((action, done)) = self.arrived(at, sensors) {
            self.note(at, What::Ended { action, done, id: None });
        }
    }

    fn arrived(&mut self, _: Timestamp, sensors: &Sensors) -> Option<(LockAction, bool)> {
        let action = self.memory.moving.take()?;
        let done = match action {
            LockAction::Arm => sensors.bolt == Bolt::Closed,
            LockAction::Disarm => sensors.bolt == Bolt::Open,
        };
        if done {
            self.memory.armed = action == LockAction::Arm;
            self.memory.unsealed = action == LockAction::Disarm;
            self.memory.alarm = 0;
        }
        self.writes += 1;
        Some((action, done))
    }

    /// Time went by; alarms are noticed, and told to a phone that is there.
    pub fn tick(&mut self, at: Timestamp, sensors: &Sensors) -> Wants {
        let mut alarm = self.memory.alarm;
        if self.memory.armed && !(sensors.rope_inserted && sensors.rope_whole) {
            alarm |= ROD_CUT;
        }
        if self.memory.armed && !sensors.shell_closed {
            alarm |= SHELL;
        }
        let new = alarm & !self.memory.alarm;
        if new == 0 {
            return Wants::default();
        }
        self.memory.alarm = alarm;
        self.writes += 1;
        let code = if new & ROD_CUT != 0 { 0x04 } else { 0x03 };
        let values = if self.connected { self.report(code, at, sensors) } else { Vec::new() };
        Wants { values, ..Wants::default() }
    }

    fn state(&self, sensors: &Sensors) -> u8 {
        let memory = &self.memory;
        if memory.alarm != 0 {
            0x70 | memory.alarm
        } else if memory.armed {
            0x40
        } else if !sensors.shell_closed {
            0x70 | SHELL
        } else if sensors.bolt == Bolt::Closed {
            0xA0
        } else if sensors.rope_inserted && sensors.rope_whole {
            0x20
        } else if memory.unsealed {
            0x60
        } else {
            0x10
        }
    }

    /// The lock as it is.
    pub fn lock(&self, sensors: &Sensors) -> Lock {
        match self.state(sensors) >> 4 {
            0x4 => Lock::ClosedArmed,
            0x7 if self.memory.armed => Lock::Tampered,
            0xA => Lock::Jammed,
            _ if sensors.rope_inserted && sensors.rope_whole => Lock::Ready,
            _ => Lock::Open,
        }
    }

    fn report(&self, code: u8, at: Timestamp, sensors: &Sensors) -> Vec<Vec<u8>> {
        const BLUETOOTH: u8 = 3;
        let mut business = vec![code];
        business.extend(self.id);
        business.extend([sensors.battery, self.state(sensors), 0, BLUETOOTH]);
        business.extend(six_bytes(self.log_time(at)));
        notifications(&business)
    }

    fn note(&mut self, at: Timestamp, what: What) {
        let log_time = self.log_time(at).as_second();
        self.noted.push(Noted { counter: 0, log_time, what });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(hex: &str) -> Vec<u8> {
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
    }

    /// Frames of the facts: lock, unlock, check, time, version, sleep.
    const KNOWN: [&str; 6] = [
        "011131207e03e9313132323333190c050a141e1a",
        "011137207e03e9313132323333190c050a141ef8",
        "011112207e03e9313132323333190c050a141ef6",
        "010720190c050a141ec9",
        "010721190c050a141ef4",
        "010629207e03e93035",
    ];

    #[test]
    fn it_understands_the_known_frames_and_no_spoiled_one() {
        let serial: SealNo = "83181001".parse().unwrap();
        let sensors = Sensors { bolt: Bolt::Open, ..sensors() };
        let boot = || A7::boot(&serial, "112233", A7Memory::default(), Wake::PowerLost, &sensors).unwrap();
        let at: Timestamp = "2025-12-05T03:20:30Z".parse().unwrap();
        for known in KNOWN {
            let frame = bytes(known);
            let mut lock = boot();
            let business = lock.written(&frame).expect(known);
            assert!(!lock.received(at, &sensors, &business).values.is_empty(), "{known}");
            for bit in 0..frame.len() * 8 {
                let mut spoiled = frame.clone();
                spoiled[bit / 8] ^= 1 << (bit % 8);
                assert_eq!(boot().written(&spoiled), None, "{known}, bit {bit}");
            }
        }
        assert_eq!(six_bytes(at), [25, 12, 5, 10, 20, 30]);
        assert_eq!(of_six_bytes(&six_bytes(at)), Some(at));
    }

    fn sensors() -> Sensors {
        Sensors {
            bolt: Bolt::Open,
            rope_inserted: true,
            rope_whole: true,
            shell_closed: true,
            battery: 80,
            place: None,
            mobile_bars: 0,
            faults: 0,
        }
    }
}
