//! Driver of TOTARGET's *BLE-ELOCK A7* (TT series) over its Nordic UART service. **Unverified on hardware**: written from facts
//! about the protocol, tried on simulated locks only.
//!
//! The protocol proves nothing: the password is in every frame and a recorded frame works again, so whatever such a lock says is
//! a claim (`docs/attacks.md`). It has no command ids, no receipts and no log that a phone can read; what is left is to ask once,
//! to read afterwards, and never to take an old answer for a new one.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::civil::DateTime as Civil;
use jiff::tz::Offset;
use seal_a7::{Answer, Command, DateTime, LockId, NoFrame, Password, Said};
use seal_core::ids::CommandId;
use seal_core::seal::preflight::CheckKind;
use seal_core::seal::reading::{LockAction, LockState, RefusalReason, SealReading};
use seal_core::seal_no::SealNo;
use seal_core::wire::TicketKind;
use tokio::time::{Instant, sleep_until, timeout};
use uuid::Uuid;

use super::driver::{Driver, Rights};
use super::radio::{Advertisement, Gatt};
use crate::ports::clock::Clock;
use crate::ports::seal_link::{Answered, CommandAnswer, LinkTrouble, LogPages, Protocol, SealSession, Settled};

const PROTOCOL: Protocol =
    Protocol { name: "totarget-a7", verified_on_hardware: seal_a7::VERIFIED_ON_HARDWARE, proves_itself: false };
/// A lock counts the time of the place where it is used; the protocol names no zone. Vietnam has one, without summer time.
const ZONE: Offset = Offset::constant(7);
const SERVICE: Uuid = Uuid::from_u128(0x6e40_0001_b5a3_f393_e0a9_e50e_24dc_ca9e);
/// The only characteristic that is ever written: firmware services stay untouched.
const WRITE: Uuid = Uuid::from_u128(0x6e40_0002_b5a3_f393_e0a9_e50e_24dc_ca9e);
const NOTIFY: Uuid = Uuid::from_u128(0x6e40_0003_b5a3_f393_e0a9_e50e_24dc_ca9e);

/// The driver.
#[derive(Clone)]
pub struct A7 {
    clock: Arc<dyn Clock>,
    pause: Duration,
}

impl A7 {
    /// A driver that tells locks the time of `clock`.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, pause: Duration::from_millis(seal_a7::PAUSE_MS.into()) }
    }

    /// The same without the wait between two commands, which simulated locks do not need.
    #[must_use]
    pub fn without_pauses(self) -> Self {
        Self { pause: Duration::ZERO, ..self }
    }
}

#[async_trait]
impl Driver for A7 {
    fn protocol(&self) -> Protocol {
        PROTOCOL
    }

    fn service(&self) -> Uuid {
        SERVICE
    }

    fn notifies(&self) -> Uuid {
        NOTIFY
    }

    fn recognises(&self, heard: &Advertisement) -> Option<SealNo> {
        let updating = |service: &Uuid| {
            let text = service.to_string();
            seal_a7::FIRMWARE_SERVICES.iter().any(|firmware| text.starts_with(firmware))
        };
        if heard.services.iter().any(updating) {
            return None;
        }
        SealNo::parse(&seal_a7::advertised(heard.name.as_deref()?)?.to_string()).ok()
    }

    async fn open(
        &self,
        gatt: Box<dyn Gatt>,
        seal: &SealNo,
        rights: &Rights,
    ) -> Result<Box<dyn SealSession>, LinkTrouble> {
        let id = LockId::new(seal.as_str()).ok_or_else(|| unreadable("no number of this protocol"))?;
        let right = password(seal, rights).await?;
        let mut talk = Talk {
            gatt,
            id,
            clock: Arc::clone(&self.clock),
            pause: self.pause,
            gathered: Vec::new(),
            last: None,
            unanswered: Vec::new(),
        };
        // Which lock it is and what it accepts is found out here: nothing else does, and a command must not be what finds out.
        let accepted = if talk.state(right).await?.is_some() {
            right
        } else if right != Password::FACTORY && talk.state(Password::FACTORY).await?.is_some() {
            Password::FACTORY
        } else {
            return Err(LinkTrouble::NotAccepted);
        };
        Ok(Box::new(Session { talk, right, accepted, firmware: None }))
    }
}

fn unreadable(what: &str) -> LinkTrouble {
    LinkTrouble::Unreadable(what.to_owned())
}

/// The password of the shift's box, or, with coverage, of the central.
async fn password(seal: &SealNo, rights: &Rights) -> Result<Password, LinkTrouble> {
    let held = rights.tickets.held(&rights.officer, seal).map_err(|error| LinkTrouble::NoTicket(error.to_string()))?;
    let ticket = match held.into_iter().find(|ticket| ticket.kind == TicketKind::Password) {
        Some(ticket) => ticket,
        // The lock shows no number of its own that a ticket could be made for.
        None => rights.fresh(seal, [0; 16]).await.map_err(LinkTrouble::NoTicket)?,
    };
    let digits = std::str::from_utf8(&ticket.secret.0).ok().filter(|_| ticket.kind == TicketKind::Password);
    digits.and_then(Password::new).ok_or_else(|| LinkTrouble::NoTicket("no password of six digits".to_owned()))
}

/// What was asked. An answer without its question is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Question {
    State,
    Arm,
    Disarm,
    Clock,
    Version,
}

impl Question {
    fn is_answered_by(self, answer: Answer) -> bool {
        match answer {
            Answer::Status => self == Self::State,
            Answer::Locked
            | Answer::AlreadyLocked
            | Answer::LockIsOpen
            | Answer::LowVoltage
            | Answer::IllegalShell
            | Answer::LockRodCutAlarm
            | Answer::LockOpenedAlarm => self == Self::Arm,
            Answer::Unlocked
            | Answer::AlreadyUnlocked
            | Answer::UnlockIsOpen
            | Answer::IllegalOpened
            | Answer::EmergencyOpened
            | Answer::UnlockOpenedAlarm
            | Answer::NotSealed
            | Answer::UnlockRodCut
            | Answer::Overtime => self == Self::Disarm,
            Answer::WrongPassword => matches!(self, Self::State | Self::Arm | Self::Disarm),
            // News that nobody asked for: the next reading has it.
            Answer::Broke | Answer::RodCut | Answer::Opened => false,
        }
    }
}

/// What a lock reports of itself.
#[derive(Debug, Clone, Copy)]
struct Report {
    answer: Answer,
    battery: u8,
    state: seal_a7::LockState,
    at: DateTime,
}

enum Heard {
    Report(Report),
    Version(String),
    ClockSet,
}

/// Frames with the lock at the other end of a connection.
struct Talk {
    gatt: Box<dyn Gatt>,
    id: LockId,
    clock: Arc<dyn Clock>,
    pause: Duration,
    gathered: Vec<u8>,
    /// When the last frame went out.
    last: Option<Instant>,
    /// Questions of this connection without an answer: one that comes late must not be taken for the answer to another.
    unanswered: Vec<Question>,
}

impl Talk {
    fn now(&self) -> Result<DateTime, LinkTrouble> {
        of_the_lock(self.clock.now().wall)
    }

    /// The state; `None` for a wrong password.
    async fn state(&mut self, password: Password) -> Result<Option<Report>, LinkTrouble> {
        let command = Command::CheckStatus(self.id, password, self.now()?);
        match self.ask(Question::State, command).await? {
            Heard::Report(report) => Ok((report.answer != Answer::WrongPassword).then_some(report)),
            _ => Err(unreadable("no state")),
        }
    }

    /// Writes a question, once, and gathers its answer.
    async fn ask(&mut self, question: Question, command: Command) -> Result<Heard, LinkTrouble> {
        if self.unanswered.contains(&question) {
            return Err(LinkTrouble::LinkLost);
        }
        if let Some(last) = self.last.filter(|_| !self.pause.is_zero()) {
            sleep_until(last + self.pause).await;
        }
        // Also when this is dropped while it waits.
        self.unanswered.push(question);
        self.gathered.clear();
        self.write(command).await?;
        let patience = Duration::from_millis(seal_a7::ANSWER_MS.into());
        let heard = timeout(patience, self.answer(question)).await.map_err(|_| LinkTrouble::NoAnswer)??;
        self.unanswered.retain(|open| *open != question);
        Ok(heard)
    }

    async fn write(&mut self, command: Command) -> Result<(), LinkTrouble> {
        let frame = command.frame();
        for chunk in frame.chunks() {
            self.gatt.write(WRITE, chunk).await?;
        }
        self.last = Some(Instant::now());
        Ok(())
    }

    async fn answer(&mut self, question: Question) -> Result<Heard, LinkTrouble> {
        loop {
            match seal_a7::read(&self.gathered, None) {
                Ok((said, used)) => {
                    self.gathered.drain(..used);
                    if let Some(heard) = self.consider(question, said).await? {
                        return Ok(heard);
                    }
                }
                Err(NoFrame::Short) => {
                    let value = self.gatt.notified().await?;
                    self.gathered.extend(value);
                }
                Err(NoFrame::NoKey) => return Err(unreadable("an encrypted answer, and no key to it")),
                Err(spoiled) => return Err(LinkTrouble::Unreadable(format!("no frame of this protocol: {spoiled:?}"))),
            }
        }
    }

    async fn consider(&mut self, question: Question, said: Said) -> Result<Option<Heard>, LinkTrouble> {
        Ok(match said {
            Said::Report { id, .. } if id != self.id => {
                return Err(match SealNo::parse(&id.to_string()) {
                    Ok(found) => LinkTrouble::OtherSeal { found },
                    Err(_) => unreadable("the lock says a number that no seal has"),
                });
            }
            Said::Report { answer, battery, state, at, .. } if question.is_answered_by(answer) => {
                Some(Heard::Report(Report { answer, battery, state, at }))
            }
            Said::TimeCalibrated if question == Question::Clock => Some(Heard::ClockSet),
            Said::Version(text) if question == Question::Version => Some(Heard::Version(printable(text.as_slice()))),
            Said::Heartbeat => {
                let now = self.now()?;
                self.write(Command::Heartbeat(self.id, now)).await?;
                None
            }
            Said::Report { .. } | Said::TimeCalibrated | Said::Version(_) | Said::WorkModeSet => None,
        })
    }
}

fn printable(text: &[u8]) -> String {
    text.iter().map(|byte| char::from(*byte)).filter(|c| c.is_ascii_graphic() || *c == ' ').collect()
}

fn of_the_lock(at: Timestamp) -> Result<DateTime, LinkTrouble> {
    let local = ZONE.to_datetime(at);
    let fields = [local.year() - 2000, local.month().into(), local.day().into(), local.hour().into()];
    let rest = [local.minute(), local.second()];
    let (Ok([year, month, day, hour]), Ok([minute, second])) = (small(fields), small(rest.map(i16::from))) else {
        return Err(unreadable("a time that no lock can have"));
    };
    Ok(DateTime { year, month, day, hour, minute, second })
}

fn small<const N: usize>(numbers: [i16; N]) -> Result<[u8; N], std::num::TryFromIntError> {
    let mut out = [0; N];
    for (place, number) in out.iter_mut().zip(numbers) {
        *place = u8::try_from(number)?;
    }
    Ok(out)
}

fn time(at: DateTime) -> Option<Timestamp> {
    let number = |value: u8| i8::try_from(value).ok();
    let (month, day, hour) = (number(at.month)?, number(at.day)?, number(at.hour)?);
    let (minute, second) = (number(at.minute)?, number(at.second)?);
    let civil = Civil::new(2000 + i16::from(at.year), month, day, hour, minute, second, 0).ok()?;
    ZONE.to_timestamp(civil).ok()
}

struct Session {
    talk: Talk,
    /// The officer's right.
    right: Password,
    /// What the lock takes: the right, or the factory's password, which is nobody's right.
    accepted: Password,
    /// As told once; empty if the lock does not tell.
    firmware: Option<String>,
}

#[async_trait]
impl SealSession for Session {
    fn protocol(&self) -> Protocol {
        PROTOCOL
    }

    fn scheme(&self) -> Option<&'static str> {
        None
    }

    async fn read(&mut self) -> Result<SealReading, LinkTrouble> {
        let report = self.talk.state(self.accepted).await?.ok_or(LinkTrouble::NotAccepted)?;
        let firmware = match &self.firmware {
            Some(known) => known.clone(),
            None => {
                let now = self.talk.now()?;
                let told = match self.talk.ask(Question::Version, Command::Version(now)).await {
                    Ok(Heard::Version(text)) => text,
                    Ok(_) | Err(LinkTrouble::NoAnswer) => String::new(),
                    Err(trouble) => return Err(trouble),
                };
                self.firmware.insert(told).clone()
            }
        };
        reading(self.talk.id, &report, firmware, self.accepted == Password::FACTORY)
    }

    async fn set_clock(&mut self, now: Timestamp) -> Result<(), LinkTrouble> {
        match self.talk.ask(Question::Clock, Command::CalibrateTime(of_the_lock(now)?)).await? {
            Heard::ClockSet => Ok(()),
            _ => Err(unreadable("no answer to a clock")),
        }
    }

    async fn command(&mut self, _: CommandId, action: LockAction) -> Result<Answered, LinkTrouble> {
        if self.accepted != self.right {
            return Ok(refused(RefusalReason::NotAuthorised));
        }
        let now = self.talk.now()?;
        let (question, command) = match action {
            LockAction::Arm => (Question::Arm, Command::Lock(self.talk.id, self.right, now)),
            LockAction::Disarm => (Question::Disarm, Command::Unlock(self.talk.id, self.right, now)),
        };
        match self.talk.ask(question, command).await? {
            Heard::Report(report) => answered(report.answer),
            _ => Err(unreadable("no answer to a command")),
        }
    }

    async fn approve(&mut self, _: CommandId) -> Result<Answered, LinkTrouble> {
        // It knows one password and no officers.
        Ok(refused(RefusalReason::NotAuthorised))
    }

    async fn settle(&mut self, _: CommandId) -> Result<Settled, LinkTrouble> {
        Ok(Settled::CannotTell)
    }

    async fn log(&mut self, _: u32) -> Result<LogPages, LinkTrouble> {
        // There is no command for it. An empty log is an incomplete one: the trip stays unproven.
        Ok(LogPages::default())
    }
}

fn refused(reason: RefusalReason) -> Answered {
    Answered { answer: CommandAnswer::Refused(reason), receipt: None }
}

fn answered(answer: Answer) -> Result<Answered, LinkTrouble> {
    Ok(refused(match answer {
        Answer::Locked | Answer::Unlocked => {
            return Ok(Answered { answer: CommandAnswer::Acknowledged, receipt: None });
        }
        Answer::AlreadyLocked | Answer::AlreadyUnlocked | Answer::UnlockIsOpen => RefusalReason::AlreadyDone,
        Answer::LockIsOpen => RefusalReason::RopeNotInserted,
        Answer::LowVoltage => RefusalReason::BatteryTooLow,
        Answer::IllegalShell => RefusalReason::ShellOpen,
        Answer::LockRodCutAlarm | Answer::UnlockRodCut => RefusalReason::RopeCut,
        Answer::LockOpenedAlarm | Answer::IllegalOpened | Answer::EmergencyOpened | Answer::UnlockOpenedAlarm => {
            RefusalReason::InAlarm
        }
        Answer::WrongPassword => RefusalReason::NotAuthorised,
        Answer::NotSealed => RefusalReason::NotSealed,
        // Its own time ran out: what the bolt did, a reading has to say.
        Answer::Overtime => return Err(LinkTrouble::NoAnswer),
        Answer::Status | Answer::Broke | Answer::RodCut | Answer::Opened => {
            return Err(unreadable("no answer to a command"));
        }
    }))
}

fn reading(id: LockId, report: &Report, firmware: String, factory: bool) -> Result<SealReading, LinkTrouble> {
    use seal_a7::LockState as Of;
    let mut failed = Vec::new();
    let (lock, rope_inserted) = match report.state {
        Of::Standby => (LockState::Ready, true),
        Of::Open | Of::NotReady | Of::Unsealed => (LockState::Open, false),
        Of::Sealed | Of::LocallySealed => (LockState::ClosedArmed, true),
        Of::Alarm { rod_cut, opened, shell, .. } => {
            failed.extend(shell.then(|| "shell".to_owned()));
            (LockState::Tampered, !rod_cut && !opened)
        }
        // Somebody ended an alarm: what it was about happened all the same.
        Of::AlarmCancelled => (LockState::Tampered, false),
        Of::Abnormal => (LockState::Jammed, false),
    };
    Ok(SealReading {
        serial: SealNo::parse(&id.to_string()).map_err(|_| unreadable("a number that no seal has"))?,
        lock,
        rope_inserted,
        // Taken for per cent; the unit is not confirmed. What cannot be one, no limit may take for full.
        battery_percent: if report.battery <= 100 { report.battery } else { 0 },
        clock: time(report.at).ok_or_else(|| unreadable("a time that no calendar has"))?,
        self_test_failed: failed,
        position: None,
        gnss_fix: false,
        mobile_bars: 0,
        default_password: factory,
        firmware,
        log_counter: 0,
        last_command: None,
        not_told: vec![CheckKind::SelfTest, CheckKind::Gnss, CheckKind::Mobile],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_services_are_those_of_the_codec() {
        let of = |text: &str| text.parse::<Uuid>().unwrap();
        assert_eq!((SERVICE, WRITE), (of(seal_a7::NORDIC_UART), of(seal_a7::WRITE)));
        assert_eq!(NOTIFY, of(seal_a7::NOTIFY));
    }

    #[test]
    fn a_lock_counts_the_time_of_vietnam() {
        let at: Timestamp = "2025-12-05T03:20:30Z".parse().unwrap();
        let of = DateTime { year: 25, month: 12, day: 5, hour: 10, minute: 20, second: 30 };
        assert_eq!(of_the_lock(at).unwrap(), of);
        assert_eq!(time(of), Some(at));
        assert_eq!(time(DateTime { month: 2, day: 30, ..of }), None);
        assert!(of_the_lock("1999-01-01T00:00:00Z".parse().unwrap()).is_err());
    }

    #[test]
    fn a_lock_in_its_updater_is_left_alone() {
        let clock = Arc::new(crate::adapters::clock::SystemClock::new());
        let heard = |services: Vec<Uuid>| Advertisement {
            name: Some("TT-83181001".to_owned()),
            services,
            ..Advertisement::default()
        };
        let driver = A7::new(clock);
        assert_eq!(driver.recognises(&heard(vec![SERVICE])), Some("83181001".parse().unwrap()));
        let updater = "00001530-1212-efde-1523-785feabcd123".parse().unwrap();
        assert_eq!(driver.recognises(&heard(vec![SERVICE, updater])), None);
    }
}
