//! Driver of the open protocol (`docs/seal-protocol.md`): the phone's end of `seal-protocol` over GATT.

use std::collections::VecDeque;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use p256::elliptic_curve::rand_core::{OsRng, RngCore as _};
use seal_core::cbor::Bytes;
use seal_core::fact::SignedPage;
use seal_core::ids::CommandId;
use seal_core::seal::log::{LogEntry, LogKind};
use seal_core::seal::reading::{LastCommand, LockAction, LockState, RefusalReason, SealReading};
use seal_core::seal_no::SealNo;
use seal_core::time::Position;
use seal_core::wire::{SealTicket, TicketKind};
use seal_protocol::entry::{Action, Entry, Happening, Lock, Outcome, Place, What};
use seal_protocol::frame::{self, Notified, PhoneEnd};
use seal_protocol::message::{Denial, Hello, Page, Reply, Request, State};
use seal_protocol::phone::{Grant, Heard, Phone, PhoneError};
use seal_protocol::receipt::Receipt;
use seal_protocol::secret::{Random, Secret};
use seal_protocol::{Message, SealId, advert};
use tokio::time::timeout;
use uuid::Uuid;

use super::driver::{Driver, Rights};
use super::radio::{Advertisement, Gatt};
use crate::ports::seal_link::{Answered, CommandAnswer, LinkTrouble, LogPages, Protocol, SealSession, Settled};

/// What receipts and pages are checked by.
const SCHEME: &str = "eseal/1";
/// Not tried on a seal yet: there is none with it. It ran against its own seal's end only.
const PROTOCOL: Protocol = Protocol { name: SCHEME, verified_on_hardware: false, proves_itself: true };
/// Entries wanted in one page; the seal sends what fits.
const PAGE: u8 = 255;

/// The service of these seals.
#[must_use]
pub fn service() -> Uuid {
    Uuid::from_bytes(advert::SERVICE)
}

/// The driver.
#[derive(Debug, Clone, Copy, Default)]
pub struct OpenProtocol;

#[async_trait]
impl Driver for OpenProtocol {
    fn protocol(&self) -> Protocol {
        PROTOCOL
    }

    fn service(&self) -> Uuid {
        service()
    }

    fn notifies(&self) -> Uuid {
        Uuid::from_bytes(advert::NOTIFY)
    }

    fn recognises(&self, heard: &Advertisement) -> Option<SealNo> {
        let name = heard.name.as_ref().filter(|_| heard.services.contains(&service()))?;
        SealId::new(name)?;
        SealNo::parse(name).ok()
    }

    async fn open(
        &self,
        gatt: Box<dyn Gatt>,
        seal: &SealNo,
        rights: &Rights,
    ) -> Result<Box<dyn SealSession>, LinkTrouble> {
        let id = SealId::new(seal.as_str()).ok_or_else(|| unreadable("no number of this protocol"))?;
        let mut talk = Talk { gatt, end: PhoneEnd::default(), phone: Phone::new(id) };
        let hello = talk.hello().await?;
        let mut tickets = choose(seal, &hello, rights).await?;
        let ticket = tickets.pop_front().ok_or_else(|| LinkTrouble::NoTicket("none".to_owned()))?;
        talk.open(&ticket).await?;
        Ok(Box::new(Session { talk, seal: seal.clone(), id, tickets, newest: 0 }))
    }
}

fn unreadable(what: &str) -> LinkTrouble {
    LinkTrouble::Unreadable(what.to_owned())
}

/// The tickets to show, the first one first. A seal that lost the time opens only for one made now, or for two officers: so
/// one is fetched then, if the central can be reached; and also when this phone holds none, or only reserves.
async fn choose(seal: &SealNo, hello: &Hello, rights: &Rights) -> Result<VecDeque<SealTicket>, LinkTrouble> {
    let held = rights.tickets.held(&rights.officer, seal).map_err(|error| LinkTrouble::NoTicket(error.to_string()))?;
    let mut tickets = VecDeque::from(held);
    let good_alone = tickets.front().is_some_and(|first| first.kind != TicketKind::Reserve);
    if good_alone && !hello.time_lost {
        return Ok(tickets);
    }
    match rights.fresh(seal, hello.nonce).await {
        Ok(ticket) => {
            tickets.push_front(ticket);
            Ok(tickets)
        }
        Err(why) if tickets.is_empty() => Err(LinkTrouble::NoTicket(why)),
        // Together with a second officer the seal may take what there is.
        Err(_) => Ok(tickets),
    }
}

/// The phone's random bytes.
struct System;

impl Random for System {
    fn fill(&mut self, bytes: &mut [u8]) {
        OsRng.fill_bytes(bytes);
    }
}

/// Messages with the seal at the other end of a connection.
struct Talk {
    gatt: Box<dyn Gatt>,
    end: PhoneEnd,
    phone: Phone,
}

impl Talk {
    async fn hello(&mut self) -> Result<Hello, LinkTrouble> {
        let question = self.phone.hello().map_err(of_the_phone)?;
        match self.exchange(question, frame::PATIENCE_S).await? {
            Heard::Hello(hello) => Ok(hello),
            _ => Err(unreadable("no answer to a greeting")),
        }
    }

    async fn open(&mut self, ticket: &SealTicket) -> Result<(), LinkTrouble> {
        let proof: [u8; 32] =
            ticket.secret.0.as_slice().try_into().map_err(|_| unreadable("a ticket's secret of another length"))?;
        let shown = ticket.ticket.0.as_slice().try_into().map_err(|_| unreadable("a ticket that is too long"))?;
        let grant = Grant { ticket: shown, proof: Secret::new(proof) };
        let question = self.phone.open(&grant, &mut System).map_err(of_the_phone)?;
        match self.exchange(question, frame::PATIENCE_S).await? {
            Heard::Opened(_) => Ok(()),
            _ => Err(unreadable("no answer to a ticket")),
        }
    }

    async fn ask(&mut self, request: &Request) -> Result<Reply, LinkTrouble> {
        let patience = match request {
            Request::Command { .. } => frame::MOTOR_PATIENCE_S,
            _ => frame::PATIENCE_S,
        };
        let question = self.phone.ask(request).map_err(of_the_phone)?;
        match self.exchange(question, patience).await {
            Ok(Heard::Reply(reply)) => Ok(reply),
            Ok(_) => Err(unreadable("no answer to a request")),
            // Anybody on the air can send a refusal: of a request that went out it proves nothing.
            Err(LinkTrouble::NotAccepted) => Err(LinkTrouble::LinkLost),
            Err(trouble) => Err(trouble),
        }
    }

    /// Writes a question and gathers the answer, with the repetitions that the protocol allows: they ask for bytes again and
    /// carry nothing out.
    async fn exchange(&mut self, question: Message, patience_s: u32) -> Result<Heard, LinkTrouble> {
        self.end.question(question);
        self.write_question().await?;
        let mut patience = Duration::from_secs(patience_s.into());
        loop {
            let value = match timeout(patience, self.gatt.notified()).await {
                Ok(value) => Some(value?),
                Err(_) => None,
            };
            let todo = match &value {
                Some(value) => self.end.notified(value),
                None => self.end.silent().ok_or(LinkTrouble::NoAnswer)?,
            };
            match todo {
                Notified::Nothing => {}
                Notified::Message(message) => return self.phone.receive(message).map_err(of_the_phone),
                Notified::Write(value) => self.gatt.write(Uuid::from_bytes(advert::WRITE), &value).await?,
                Notified::WriteQuestionAgain => self.write_question().await?,
            }
            if value.is_none() {
                patience = Duration::from_secs(frame::PATIENCE_S.into());
            }
        }
    }

    async fn write_question(&mut self) -> Result<(), LinkTrouble> {
        let values: Vec<_> = self.end.fragments(self.gatt.value_len() + 3).collect();
        for value in values {
            self.gatt.write(Uuid::from_bytes(advert::WRITE), &value).await?;
        }
        Ok(())
    }
}

fn of_the_phone(error: PhoneError) -> LinkTrouble {
    match error {
        PhoneError::Refused => LinkTrouble::NotAccepted,
        PhoneError::OtherSeal(found) => match SealNo::parse(found.as_str()) {
            Ok(found) => LinkTrouble::OtherSeal { found },
            Err(_) => unreadable("the seal says a number that no seal has"),
        },
        PhoneError::NotTheSeal => unreadable("the answer is not of the seal that the ticket is for"),
        PhoneError::Unreadable => unreadable("the answer is none of this protocol"),
        PhoneError::OutOfTurn => unreadable("a question at the wrong moment"),
    }
}

struct Session {
    talk: Talk,
    seal: SealNo,
    id: SealId,
    /// Weaker tickets that were not shown: what the first does not allow, another may, together with a second officer.
    tickets: VecDeque<SealTicket>,
    /// Number of the newest entry, as last read.
    newest: u32,
}

impl Session {
    async fn state(&mut self) -> Result<State, LinkTrouble> {
        match self.talk.ask(&Request::State).await? {
            Reply::State(state) => {
                self.newest = self.newest.max(state.newest);
                Ok(state)
            }
            Reply::Denied(denial) => Err(denied(denial)),
            _ => Err(unreadable("no state")),
        }
    }

    /// Another session over the same connection, by the next ticket.
    async fn show_next(&mut self) -> Result<(), LinkTrouble> {
        let Some(ticket) = self.tickets.pop_front() else { return Err(LinkTrouble::NotAccepted) };
        self.talk.phone = Phone::new(self.id);
        self.talk.open(&ticket).await
    }

    async fn carry_out(&mut self, id: CommandId, action: Action) -> Result<Answered, LinkTrouble> {
        let request = Request::Command { id: protocol_id(id), action };
        loop {
            match self.talk.ask(&request).await? {
                Reply::Receipt(receipt) => return answered(&receipt),
                // The seal itself said, inside the session, that it recorded and moved nothing and that the id is still free.
                Reply::Denied(Denial::NotAllowed) if !self.tickets.is_empty() => self.show_next().await?,
                Reply::Denied(denial) => {
                    return Ok(Answered { answer: CommandAnswer::Refused(refusal(denial)?), receipt: None });
                }
                _ => return Err(unreadable("no receipt")),
            }
        }
    }
}

fn protocol_id(id: CommandId) -> seal_protocol::CommandId {
    seal_protocol::CommandId(*id.0.as_bytes())
}

/// A question that only reads was denied.
fn denied(denial: Denial) -> LinkTrouble {
    match denial {
        Denial::NotAllowed => LinkTrouble::NotAccepted,
        other => LinkTrouble::Unreadable(format!("the seal denies: {other:?}")),
    }
}

/// A command was denied: nothing was recorded, nothing moved.
fn refusal(denial: Denial) -> Result<RefusalReason, LinkTrouble> {
    Ok(match denial {
        Denial::NotAllowed => RefusalReason::NotAuthorised,
        Denial::NeedsPresence => RefusalReason::NeedsPresence,
        Denial::NeedsSecondOfficer => RefusalReason::NeedsSecondOfficer,
        Denial::NeedsFreshTicket => RefusalReason::NeedsFreshTicket,
        Denial::Busy => RefusalReason::Moving,
        Denial::MemoryFailed => RefusalReason::MemoryFailed,
        Denial::IdReused | Denial::NotFound | Denial::Malformed => return Err(denied(denial)),
    })
}

fn answered(receipt: &Receipt) -> Result<Answered, LinkTrouble> {
    let (entry, _) = receipt.claim().ok_or_else(|| unreadable("a receipt of another form"))?;
    let (_, outcome, _) = entry.ended().ok_or_else(|| unreadable("a receipt that ends no command"))?;
    let answer = match outcome {
        Outcome::Done => CommandAnswer::Done,
        Outcome::RopeNotInserted => CommandAnswer::Refused(RefusalReason::RopeNotInserted),
        Outcome::BatteryTooLow => CommandAnswer::Refused(RefusalReason::BatteryTooLow),
        Outcome::MotorStuck => CommandAnswer::Refused(RefusalReason::MotorStuck),
        Outcome::ShellOpen | Outcome::SelfTestFailed => CommandAnswer::Refused(RefusalReason::ShellOpen),
        Outcome::RopeCut => CommandAnswer::Refused(RefusalReason::RopeCut),
        Outcome::AlreadyDone => CommandAnswer::Refused(RefusalReason::AlreadyDone),
        Outcome::NotSealed => CommandAnswer::Refused(RefusalReason::NotSealed),
        Outcome::Interrupted => CommandAnswer::Refused(RefusalReason::PowerFailed),
    };
    Ok(Answered { answer, receipt: Some(Bytes(receipt.0.to_vec())) })
}

#[async_trait]
impl SealSession for Session {
    fn protocol(&self) -> Protocol {
        PROTOCOL
    }

    fn scheme(&self) -> Option<&'static str> {
        Some(SCHEME)
    }

    async fn read(&mut self) -> Result<SealReading, LinkTrouble> {
        let state = self.state().await?;
        Ok(reading(&self.seal, &state))
    }

    async fn set_clock(&mut self, now: Timestamp) -> Result<(), LinkTrouble> {
        let now = u32::try_from(now.as_second()).map_err(|_| unreadable("a time that no seal can have"))?;
        match self.talk.ask(&Request::SetClock { now }).await? {
            Reply::ClockSet => Ok(()),
            Reply::Denied(denial) => Err(denied(denial)),
            _ => Err(unreadable("no answer to a clock")),
        }
    }

    async fn command(&mut self, id: CommandId, action: LockAction) -> Result<Answered, LinkTrouble> {
        let action = match action {
            LockAction::Arm => Action::Arm,
            LockAction::Disarm => Action::Disarm,
        };
        self.carry_out(id, action).await
    }

    async fn approve(&mut self, id: CommandId) -> Result<Answered, LinkTrouble> {
        self.carry_out(id, Action::Approve).await
    }

    async fn settle(&mut self, id: CommandId) -> Result<Settled, LinkTrouble> {
        match self.talk.ask(&Request::Settle { id: protocol_id(id) }).await? {
            Reply::Receipt(receipt) => answered(&receipt).map(Settled::Ended),
            Reply::Denied(Denial::Busy) => Ok(Settled::Moving),
            Reply::Denied(Denial::NotFound) => Ok(Settled::NotFound { oldest: self.state().await?.oldest }),
            Reply::Denied(denial) => Err(denied(denial)),
            _ => Err(unreadable("no answer about a command")),
        }
    }

    async fn log(&mut self, from: u32) -> Result<LogPages, LinkTrouble> {
        let newest = self.state().await?.newest;
        let mut pages = LogPages::default();
        let mut next = from.max(1);
        while next <= newest {
            let page = match self.talk.ask(&Request::Log { from: next, most: PAGE }).await? {
                Reply::Page(page) => page,
                Reply::Denied(denial) => return Err(denied(denial)),
                _ => return Err(unreadable("no page of the log")),
            };
            let Some(last) = page.entries.last() else { break };
            next = last.counter.saturating_add(1);
            pages.entries.extend(page.entries.iter().map(log_entry));
            pages.signed.extend(signed(&page));
        }
        Ok(pages)
    }
}

fn signed(page: &Page) -> Option<SignedPage> {
    let receipt = page.receipt?;
    Some(SignedPage {
        first: page.first,
        before: Bytes(page.before.0.to_vec()),
        entries: Bytes(page.entries.iter().flat_map(Entry::encode).collect()),
        receipt: Bytes(receipt.0.to_vec()),
    })
}

fn time(seconds: u32) -> Timestamp {
    Timestamp::from_second(i64::from(seconds)).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn position(place: Place) -> Position {
    Position {
        lat_e6: place.latitude / 10,
        lon_e6: place.longitude / 10,
        accuracy_m: (place.accuracy_m != u16::MAX).then(|| u32::from(place.accuracy_m)),
        mocked: false,
    }
}

fn reading(seal: &SealNo, state: &State) -> SealReading {
    let parts = [(1, "shell"), (2, "motor"), (4, "gnss"), (8, "flash")];
    let mut failed: Vec<String> =
        parts.iter().filter(|(bit, _)| state.self_test_failed & bit != 0).map(|(_, part)| (*part).to_owned()).collect();
    if !state.shell_closed && !failed.iter().any(|part| part == "shell") {
        failed.push("shell".to_owned());
    }
    SealReading {
        serial: seal.clone(),
        lock: match state.lock {
            Lock::Open => LockState::Open,
            Lock::Ready => LockState::Ready,
            Lock::ClosedArmed => LockState::ClosedArmed,
            Lock::Tampered => LockState::Tampered,
            Lock::Jammed => LockState::Jammed,
        },
        rope_inserted: state.rope_inserted && state.rope_whole,
        // 255 is "not known", which no limit may take for full.
        battery_percent: if state.battery <= 100 { state.battery } else { 0 },
        clock: time(state.log_time),
        self_test_failed: failed,
        position: state.place.map(position),
        gnss_fix: state.gnss_fix,
        mobile_bars: state.mobile_bars,
        // This protocol has no passwords.
        default_password: false,
        firmware: state.firmware.map(|part| part.to_string()).join("."),
        log_counter: state.newest,
        last_command: state.last.and_then(last_command),
        not_told: Vec::new(),
    }
}

fn last_command((id, action, outcome): (seal_protocol::CommandId, Action, Outcome)) -> Option<LastCommand> {
    let action = match action {
        Action::Arm => LockAction::Arm,
        Action::Disarm => LockAction::Disarm,
        Action::Test | Action::Approve => return None,
    };
    Some(LastCommand { id: CommandId(Uuid::from_bytes(id.0)), action, done: outcome == Outcome::Done })
}

fn log_entry(entry: &Entry) -> LogEntry {
    let place = match entry.what {
        What::Happened { place, .. } => place,
        _ => None,
    };
    LogEntry {
        counter: entry.counter,
        at: time(entry.log_time),
        kind: log_kind(&entry.what),
        position: place.map(position),
        battery_percent: (entry.battery <= 100).then_some(entry.battery),
    }
}

fn log_kind(what: &What) -> LogKind {
    match what {
        What::ClockSet { .. } => LogKind::ClockSet,
        What::Begun { .. } => LogKind::CommandBegun,
        What::Ended { action: Action::Arm, outcome: Outcome::Done, .. } => LogKind::Armed,
        What::Ended { action: Action::Disarm, outcome: Outcome::Done, .. } => LogKind::Disarmed,
        What::Ended { action: Action::Test, .. } => LogKind::SelfTested,
        What::Ended { action: Action::Approve, outcome: Outcome::Done, .. } => LogKind::OpeningApproved,
        What::Ended { outcome: Outcome::MotorStuck, .. } => LogKind::MotorStuck,
        What::Ended { .. } => LogKind::CommandFailed,
        What::Happened { what, .. } => match what {
            Happening::Position => LogKind::Position,
            Happening::RopeCut => LogKind::RopeCut,
            Happening::Opened => LogKind::Opened,
            Happening::ShellOpened => LogKind::ShellOpened,
            Happening::Knock => LogKind::Knock,
            Happening::LowBattery => LogKind::LowBattery,
            Happening::WrongTicket => LogKind::WrongPassword,
            Happening::LongUnlock => LogKind::LongUnlock,
            Happening::MotorStuck => LogKind::MotorStuck,
            Happening::RouteLeft => LogKind::RouteLeft,
            Happening::LongStop => LogKind::LongStop,
            Happening::SignalLost => LogKind::SignalLost,
            Happening::SignalBack => LogKind::SignalBack,
            Happening::PowerLost => LogKind::PowerLost,
            Happening::PowerBack => LogKind::PowerBack,
        },
    }
}
