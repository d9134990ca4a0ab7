//! TOTARGET *BLE-ELOCK PROTOCOL version A7* (TT series): a pure codec for its frames.
//!
//! **Unverified on hardware.** Written from facts about the protocol, without the vendor's document and without a lock at hand.
//! The test vectors are computed, not captured. [`VERIFIED_ON_HARDWARE`] is for the badge that the app shows.
//!
//! The protocol itself is weak: the password travels in every frame, encryption is AES-ECB with one key, and nothing stops a
//! replay. Whatever a lock says by it is a claim; see `docs/attacks.md`.
//!
//! A frame is `enc(1) len(1) business(len, padded to 16 when encrypted) crc8(1)`. Times are six binary bytes, year since 2000.
#![cfg_attr(not(test), no_std)]
#![deny(missing_docs, unsafe_code)]
#![warn(clippy::pedantic)]

use core::fmt;

use aes::Aes128;
use aes::cipher::{BlockDecrypt, BlockEncrypt, KeyInit};
use crc::{CRC_8_MAXIM_DOW, Crc};

/// Nobody has tried this against a lock yet.
pub const VERIFIED_ON_HARDWARE: bool = false;

/// GATT: service preferred where a lock has several with write and notify (Nordic UART).
pub const NORDIC_UART: &str = "6e400001-b5a3-f393-e0a9-e50e24dcca9e";
/// GATT, of that service: the phone writes here.
pub const WRITE: &str = "6e400002-b5a3-f393-e0a9-e50e24dcca9e";
/// GATT, of that service: the lock notifies here.
pub const NOTIFY: &str = "6e400003-b5a3-f393-e0a9-e50e24dcca9e";
/// GATT: firmware update services, never to be written to.
pub const FIRMWARE_SERVICES: [&str; 3] = ["0000fe59", "00001530", "8ec90001"];
/// Bytes of one GATT write.
pub const CHUNK: usize = 20;
/// How long to wait for an answer, milliseconds.
pub const ANSWER_MS: u32 = 8_000;
/// How long to wait between two commands, milliseconds.
pub const PAUSE_MS: u32 = 500;

const CRC: Crc<u8> = Crc::<u8>::new(&CRC_8_MAXIM_DOW);
const PLAIN: u8 = 0x01;
const ENCRYPTED: u8 = 0x11;
const BLOCK: usize = 16;
/// Longest business part; every known one is far shorter.
const MAX_BUSINESS: usize = 64;
/// Longest frame.
pub const MAX_FRAME: usize = MAX_BUSINESS + 3;

/// Bytes of a frame or of its business part.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Bytes {
    bytes: [u8; MAX_FRAME],
    len: usize,
}

impl Bytes {
    const EMPTY: Self = Self { bytes: [0; MAX_FRAME], len: 0 };

    /// Callers append what fits by construction; anything more is dropped and fails the check of the length.
    fn put(mut self, more: &[u8]) -> Self {
        if let Some(place) = self.bytes.get_mut(self.len..self.len + more.len()) {
            place.copy_from_slice(more);
            self.len += more.len();
        }
        self
    }

    /// The bytes.
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    /// GATT writes, [`CHUNK`] bytes each.
    pub fn chunks(&self) -> impl Iterator<Item = &[u8]> {
        self.as_slice().chunks(CHUNK)
    }
}

/// Commands carry a password, so only the length is shown.
impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.len)
    }
}

/// A lock's number, eight digits; on the air two numbers of four digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LockId {
    high: u16,
    low: u16,
}

impl LockId {
    /// Reads the eight digits of the label.
    #[must_use]
    pub fn new(digits: &str) -> Option<Self> {
        if digits.len() != 8 || !digits.bytes().all(|c| c.is_ascii_digit()) {
            return None;
        }
        let (high, low) = digits.split_at(4);
        Some(Self { high: high.parse().ok()?, low: low.parse().ok()? })
    }

    fn encode(self) -> [u8; 4] {
        let ([a, b], [c, d]) = (self.high.to_be_bytes(), self.low.to_be_bytes());
        [a, b, c, d]
    }

    fn decode(bytes: [u8; 4]) -> Option<Self> {
        let id = Self { high: u16::from_be_bytes([bytes[0], bytes[1]]), low: u16::from_be_bytes([bytes[2], bytes[3]]) };
        (id.high < 10_000 && id.low < 10_000).then_some(id)
    }
}

impl fmt::Display for LockId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}{:04}", self.high, self.low)
    }
}

/// Six ASCII digits. Travels in the clear or under ECB: not a secret worth the name, shown nowhere all the same.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Password([u8; 6]);

impl Password {
    /// The password of every published example, taken for the factory's: whoever reads about the protocol knows it. The maker
    /// has not confirmed it.
    pub const FACTORY: Self = Self(*b"112233");

    /// Reads six digits.
    #[must_use]
    pub fn new(digits: &str) -> Option<Self> {
        let bytes: [u8; 6] = digits.as_bytes().try_into().ok()?;
        bytes.iter().all(u8::is_ascii_digit).then_some(Self(bytes))
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password")
    }
}

/// A time as the lock counts it; which zone is for the app to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DateTime {
    /// Since 2000.
    pub year: u8,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// 0 to 59.
    pub second: u8,
}

/// The number that an advertised name carries: names like `TT-83181001`, `elock83181001`.
#[must_use]
pub fn advertised(name: &str) -> Option<LockId> {
    let of_a_lock = ["tt-", "elock"]
        .iter()
        .any(|prefix| name.get(..prefix.len()).is_some_and(|beginning| beginning.eq_ignore_ascii_case(prefix)));
    let digits = name.len().checked_sub(8).and_then(|at| name.split_at_checked(at)).filter(|_| of_a_lock);
    digits.filter(|(before, _)| !before.ends_with(|c: char| c.is_ascii_digit())).and_then(|(_, no)| LockId::new(no))
}

impl DateTime {
    fn encode(self) -> [u8; 6] {
        [self.year, self.month, self.day, self.hour, self.minute, self.second]
    }

    fn decode([year, month, day, hour, minute, second]: [u8; 6]) -> Option<Self> {
        let sane = year < 100
            && (1..=12).contains(&month)
            && (1..=31).contains(&day)
            && hour < 24
            && minute < 60
            && second < 60;
        sane.then_some(Self { year, month, day, hour, minute, second })
    }
}

/// What the phone sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Set the lock's clock; first thing after connecting.
    CalibrateTime(DateTime),
    /// Ask for the firmware version.
    Version(DateTime),
    /// Real time (`true`) or sleep.
    WorkMode(LockId, bool),
    /// Ask for the state.
    CheckStatus(LockId, Password, DateTime),
    /// Lock and seal.
    Lock(LockId, Password, DateTime),
    /// Unlock.
    Unlock(LockId, Password, DateTime),
    /// Answer to the lock's heartbeat.
    Heartbeat(LockId, DateTime),
}

impl Command {
    fn business(self) -> Bytes {
        let with_time = |code, time: DateTime| Bytes::EMPTY.put(&[code]).put(&time.encode());
        let with_password = |code, id: LockId, password: Password, time: DateTime| {
            Bytes::EMPTY.put(&[code]).put(&id.encode()).put(&password.0).put(&time.encode())
        };
        match self {
            Self::CalibrateTime(time) => with_time(0x20, time),
            Self::Version(time) => with_time(0x21, time),
            Self::WorkMode(id, real_time) => {
                Bytes::EMPTY.put(&[0x29]).put(&id.encode()).put(&[if real_time { 0x31 } else { 0x30 }])
            }
            Self::CheckStatus(id, password, time) => with_password(0x12, id, password, time),
            Self::Lock(id, password, time) => with_password(0x31, id, password, time),
            Self::Unlock(id, password, time) => with_password(0x37, id, password, time),
            Self::Heartbeat(id, time) => Bytes::EMPTY.put(&[0x01]).put(&id.encode()).put(&time.encode()),
        }
    }

    /// The frame in the clear.
    #[must_use]
    pub fn frame(self) -> Bytes {
        let business = self.business();
        closed(Bytes::EMPTY.put(&[PLAIN, length(business)]).put(business.as_slice()))
    }

    /// The frame under AES-128-ECB, padded with zeros; its length byte counts the unpadded part.
    #[must_use]
    pub fn encrypted_frame(self, key: &[u8; 16]) -> Bytes {
        let business = self.business();
        let mut padded = business;
        padded.len = business.len.next_multiple_of(BLOCK);
        let cipher = Aes128::new(key.into());
        for block in padded.bytes[..padded.len].chunks_exact_mut(BLOCK) {
            cipher.encrypt_block(block.into());
        }
        closed(Bytes::EMPTY.put(&[ENCRYPTED, length(business)]).put(padded.as_slice()))
    }
}

fn length(business: Bytes) -> u8 {
    u8::try_from(business.len).unwrap_or(u8::MAX)
}

fn closed(frame: Bytes) -> Bytes {
    frame.put(&[CRC.checksum(frame.as_slice())])
}

macro_rules! codes {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $code:literal,)* }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[$doc])* $variant,)* }

        impl $name {
            fn from_code(code: u8) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

codes! {
    /// What an answer is about.
    Answer {
        /// Locked.
        Locked = 0x80,
        /// Was locked already.
        AlreadyLocked = 0x81,
        /// Cannot lock: it is open.
        LockIsOpen = 0x82,
        /// Cannot lock: low voltage.
        LowVoltage = 0x83,
        /// Cannot lock: the shell is open.
        IllegalShell = 0x84,
        /// Cannot lock: rod-cut alarm.
        LockRodCutAlarm = 0x86,
        /// Cannot lock: opened alarm.
        LockOpenedAlarm = 0x87,
        /// Unlocked.
        Unlocked = 0x90,
        /// Was unlocked already.
        AlreadyUnlocked = 0x91,
        /// Is open.
        UnlockIsOpen = 0x92,
        /// Wrong password.
        WrongPassword = 0x93,
        /// Was opened illegally.
        IllegalOpened = 0x94,
        /// Was opened by emergency.
        EmergencyOpened = 0x95,
        /// Opened alarm.
        UnlockOpenedAlarm = 0x96,
        /// Was not sealed.
        NotSealed = 0x97,
        /// The rod is cut.
        UnlockRodCut = 0x98,
        /// Too late.
        Overtime = 0x99,
        /// The state, as asked for.
        Status = 0x62,
        /// Unasked: broke.
        Broke = 0x03,
        /// Unasked: rod cut.
        RodCut = 0x04,
        /// Unasked: opened.
        Opened = 0x05,
    }
}

codes! {
    /// Who moved it last.
    Source {
        /// By itself.
        Automatic = 1,
        /// At its keyboard.
        Keyboard = 2,
        /// By Bluetooth.
        Bluetooth = 3,
    }
}

/// The state nibble with, for an alarm, its bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockState {
    /// Open.
    Open,
    /// Waiting.
    Standby,
    /// Cannot be locked now.
    NotReady,
    /// Sealed by command.
    Sealed,
    /// Sealed at the lock.
    LocallySealed,
    /// Unsealed.
    Unsealed,
    /// Alarm.
    Alarm {
        /// Rod cut.
        rod_cut: bool,
        /// Opened.
        opened: bool,
        /// Shell opened.
        shell: bool,
        /// Emergency.
        emergency: bool,
    },
    /// Alarm cancelled.
    AlarmCancelled,
    /// Abnormal.
    Abnormal,
}

impl LockState {
    fn decode(byte: u8) -> Option<Self> {
        let bit = |at: u8| byte & (1 << at) != 0;
        Some(match byte >> 4 {
            0x1 => Self::Open,
            0x2 => Self::Standby,
            0x3 => Self::NotReady,
            0x4 => Self::Sealed,
            0x5 => Self::LocallySealed,
            0x6 => Self::Unsealed,
            0x7 => Self::Alarm { rod_cut: bit(0), opened: bit(1), shell: bit(2), emergency: bit(3) },
            0x9 => Self::AlarmCancelled,
            0xA => Self::Abnormal,
            _ => return None,
        })
    }
}

/// What the lock says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// An answer, or news that nobody asked for.
    Report {
        /// About what.
        answer: Answer,
        /// Which lock.
        id: LockId,
        /// Battery as the lock counts it; the unit is not known.
        battery: u8,
        /// Its state.
        state: LockState,
        /// Who moved it last; `None` for a code of no known meaning.
        source: Option<Source>,
        /// Its clock.
        at: DateTime,
    },
    /// Heartbeat: to be answered with [`Command::Heartbeat`].
    Heartbeat,
    /// Its clock was set.
    TimeCalibrated,
    /// Its firmware version, ASCII.
    Version(Bytes),
    /// The mode was set.
    WorkModeSet,
}

/// Why bytes are no frame. Nothing in them is to be believed, not even the state before: ask again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoFrame {
    /// Not all there yet: wait for more.
    Short,
    /// Neither plain nor encrypted.
    Encoding,
    /// Longer than any frame.
    Long,
    /// Wrong checksum.
    Checksum,
    /// Encrypted, and there is no key.
    NoKey,
    /// Of no known meaning.
    Meaning,
}

/// Takes one frame off the front: what it says, and how many bytes it had.
///
/// # Errors
/// [`NoFrame`]; after anything but [`NoFrame::Short`] the caller drops what it has gathered.
pub fn read(bytes: &[u8], key: Option<&[u8; 16]>) -> Result<(Said, usize), NoFrame> {
    let [encoding, len, rest @ ..] = bytes else { return Err(NoFrame::Short) };
    let len = usize::from(*len);
    let held = match *encoding {
        PLAIN => len,
        ENCRYPTED => len.next_multiple_of(BLOCK),
        _ => return Err(NoFrame::Encoding),
    };
    if held > MAX_BUSINESS {
        return Err(NoFrame::Long);
    }
    let body = rest.get(..held).ok_or(NoFrame::Short)?;
    let crc = rest.get(held).ok_or(NoFrame::Short)?;
    if CRC.checksum(&bytes[..2 + held]) != *crc {
        return Err(NoFrame::Checksum);
    }
    let mut business = Bytes::EMPTY.put(body);
    if *encoding == ENCRYPTED {
        let cipher = Aes128::new(key.ok_or(NoFrame::NoKey)?.into());
        for block in business.bytes[..held].chunks_exact_mut(BLOCK) {
            cipher.decrypt_block(block.into());
        }
        if business.bytes[len..held].iter().any(|byte| *byte != 0) {
            return Err(NoFrame::Meaning);
        }
        business.len = len;
    }
    let said = meaning(business.as_slice()).ok_or(NoFrame::Meaning)?;
    Ok((said, held + 3))
}

fn meaning(business: &[u8]) -> Option<Said> {
    match business.split_first()? {
        (0x01, _) => Some(Said::Heartbeat),
        (0x20, _) => Some(Said::TimeCalibrated),
        (0x21, text) if text.is_ascii() => Some(Said::Version(Bytes::EMPTY.put(text))),
        (0x29, _) => Some(Said::WorkModeSet),
        (code, [a, b, c, d, battery, state, _, source, time @ ..]) => Some(Said::Report {
            answer: Answer::from_code(*code)?,
            id: LockId::decode([*a, *b, *c, *d])?,
            battery: *battery,
            state: LockState::decode(*state)?,
            source: Source::from_code(*source),
            at: DateTime::decode(time.try_into().ok()?)?,
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const AT: DateTime = DateTime { year: 25, month: 12, day: 5, hour: 10, minute: 20, second: 30 };

    fn id() -> LockId {
        LockId::new("83181001").unwrap()
    }

    fn password() -> Password {
        Password::new("112233").unwrap()
    }

    fn commands() -> [(Command, &'static str); 6] {
        [
            (Command::Lock(id(), password(), AT), "011131207e03e9313132323333190c050a141e1a"),
            (Command::Unlock(id(), password(), AT), "011137207e03e9313132323333190c050a141ef8"),
            (Command::CheckStatus(id(), password(), AT), "011112207e03e9313132323333190c050a141ef6"),
            (Command::CalibrateTime(AT), "010720190c050a141ec9"),
            (Command::Version(AT), "010721190c050a141ef4"),
            (Command::WorkMode(id(), false), "010629207e03e93035"),
        ]
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
    }

    /// The lock's side, which no part of the app needs.
    fn report(code: u8, state: u8, source: u8, key: Option<&[u8; 16]>) -> Bytes {
        let business = Bytes::EMPTY.put(&[code]).put(&id().encode()).put(&[80, state, 0, source]).put(&AT.encode());
        let Some(key) = key else {
            return closed(Bytes::EMPTY.put(&[PLAIN, length(business)]).put(business.as_slice()));
        };
        let mut padded = business;
        padded.len = business.len.next_multiple_of(BLOCK);
        for block in padded.bytes[..padded.len].chunks_exact_mut(BLOCK) {
            Aes128::new(key.into()).encrypt_block(block.into());
        }
        closed(Bytes::EMPTY.put(&[ENCRYPTED, length(business)]).put(padded.as_slice()))
    }

    #[test]
    fn commands_are_the_known_bytes() {
        for (command, expected) in commands() {
            assert_eq!(hex(command.frame().as_slice()), expected);
            assert!(command.frame().chunks().all(|chunk| chunk.len() <= CHUNK));
        }
    }

    #[test]
    fn the_checksum_is_maxims() {
        // First entries of the table in the source of the facts.
        let table: Vec<u8> = (0..5).map(|byte| CRC.checksum(&[byte])).collect();
        assert_eq!(table, [0, 94, 188, 226, 97]);
    }

    #[test]
    fn encryption_pads_with_zeros_and_counts_without_them() {
        let key = [7; 16];
        let frame = Command::Lock(id(), password(), AT).encrypted_frame(&key);
        assert_eq!(frame.as_slice()[..2], [0x11, 17]);
        assert_eq!(frame.as_slice().len(), 2 + 32 + 1);
        let said = read(report(0x80, 0x40, 3, Some(&key)).as_slice(), Some(&key)).unwrap();
        assert!(matches!(said, (Said::Report { answer: Answer::Locked, state: LockState::Sealed, .. }, 19)));
        assert_eq!(read(report(0x80, 0x40, 3, Some(&key)).as_slice(), None), Err(NoFrame::NoKey));
        assert!(read(report(0x80, 0x40, 3, Some(&key)).as_slice(), Some(&[8; 16])).is_err());
    }

    #[test]
    fn answers_say_what_the_lock_means() {
        let (said, used) = read(report(0x62, 0x75, 1, None).as_slice(), None).unwrap();
        assert_eq!(used, 18);
        let alarm = LockState::Alarm { rod_cut: true, opened: false, shell: true, emergency: false };
        let source = Some(Source::Automatic);
        assert_eq!(said, Said::Report { answer: Answer::Status, id: id(), battery: 80, state: alarm, source, at: AT });
        assert!(read(report(0x77, 0x40, 1, None).as_slice(), None) == Err(NoFrame::Meaning));
        assert!(read(report(0x80, 0x80, 1, None).as_slice(), None) == Err(NoFrame::Meaning));
        let version = closed(Bytes::EMPTY.put(&[1, 5, 0x21]).put(b"V1.2"));
        let Ok((Said::Version(text), _)) = read(version.as_slice(), None) else { panic!("no version") };
        assert_eq!(text.as_slice(), b"V1.2");
    }

    #[test]
    fn a_frame_in_pieces_waits_and_a_spoiled_one_is_never_read() {
        let frame = report(0x90, 0x60, 3, None);
        let bytes = frame.as_slice();
        for cut in 0..bytes.len() {
            assert_eq!(read(&bytes[..cut], None), Err(NoFrame::Short));
        }
        for bit in 0..bytes.len() * 8 {
            let mut spoiled = bytes.to_vec();
            spoiled[bit / 8] ^= 1 << (bit % 8);
            assert!(read(&spoiled, None).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn numbers_and_passwords_are_eight_and_six_digits() {
        assert_eq!(id().to_string(), "83181001");
        assert_eq!(LockId::new("00010002").unwrap().to_string(), "00010002");
        for bad in ["", "8318100", "831810011", "8318100a", "+3181001"] {
            assert_eq!(LockId::new(bad), None);
        }
        assert_eq!(Password::new("12345"), None);
        let shown =
            format!("{:?} {:?}", Command::Lock(id(), password(), AT), Command::Lock(id(), password(), AT).frame());
        assert!(!shown.contains("112233") && !shown.contains("49"));
    }

    #[test]
    fn a_lock_is_known_by_its_name() {
        for good in ["TT-83181001", "tt-83181001", "elock83181001", "ELOCK-83181001"] {
            assert_eq!(advertised(good), Some(id()), "{good}");
        }
        for bad in ["83181001", "TT-8318100", "TT-183181001", "elock", "tt", "", "é-83181001", "g4-83181001"] {
            assert_eq!(advertised(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..120), key in any::<[u8; 16]>()) {
            for key in [None, Some(&key)] {
                if let Ok((_, used)) = read(&bytes, key) {
                    prop_assert!(used <= bytes.len());
                }
            }
        }

        /// Right checksum, any content: what gets this far is nonsense of a lock, or an attacker, who can compute it too.
        #[test]
        fn any_business_is_read_without_panic(
            business in proptest::collection::vec(any::<u8>(), 0..MAX_BUSINESS),
            encoding in prop_oneof![Just(PLAIN), Just(ENCRYPTED)],
            key in any::<[u8; 16]>(),
        ) {
            let len = u8::try_from(business.len()).unwrap();
            let frame = closed(Bytes::EMPTY.put(&[encoding, len]).put(&business));
            if let Ok((_, used)) = read(frame.as_slice(), Some(&key)) {
                prop_assert!(used <= frame.as_slice().len());
            }
        }
    }
}
