//! The phone's end. It holds a ticket and that ticket's own secret, never a key of a seal.

use core::mem;

use sha2::{Digest, Sha256};

use crate::bytes::{Reader, put};
use crate::message::{
    HELLO, HELLO_REPLY, Hello, OPEN, OPENED, Opened, PROLOGUE, REFUSAL, REPLY, REQUEST, Reply, Request,
};
use crate::noise::{Initiator, Transport};
use crate::receipt::Receipt;
use crate::secret::{Random, Secret};
use crate::ticket::MAX_TICKET;
use crate::{Message, SealId, VERSION};

/// What the central gives a phone for one seal and one shift.
#[derive(Debug, Clone)]
pub struct Grant {
    /// The ticket as it is shown to the seal; opaque to the phone.
    pub ticket: arrayvec::ArrayVec<u8, MAX_TICKET>,
    /// The ticket's secret: whoever has both can act as this officer until the ticket ends.
    pub proof: Secret<32>,
}

/// What went wrong. None of it says that a command was or was not carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhoneError {
    /// The seal refused, and says to nobody why: expired, revoked, of another seal, or no ticket at all.
    Refused,
    /// It greets as another seal.
    OtherSeal(SealId),
    /// The other end is not the seal that the ticket is for, or somebody changed a message.
    NotTheSeal,
    /// A message of another kind or shape than expected, or an answer to something else than was asked.
    Unreadable,
    /// Asked for something that this moment does not allow: no session, or an answer is still awaited.
    OutOfTurn,
}

/// What the phone heard.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::large_enum_variant)] // no heap; one at a time
pub enum Heard {
    /// A hint; see [`Hello`].
    Hello(Hello),
    /// The session stands; this is authentic.
    Opened(Opened),
    /// An answer; authentic.
    Reply(Reply),
}

#[derive(Debug)]
enum Talk {
    Closed,
    Greeting,
    Opening(Initiator),
    Open(Transport),
    Asking(Transport, Request),
}

/// A phone talking to one seal over one connection. After an error there is no session; a new connection may try again.
#[derive(Debug)]
pub struct Phone {
    seal: SealId,
    talk: Talk,
}

impl Phone {
    /// For the seal whose label was scanned.
    #[must_use]
    pub fn new(seal: SealId) -> Self {
        Self { seal, talk: Talk::Closed }
    }

    /// Asks who is there.
    ///
    /// # Errors
    /// [`PhoneError::OutOfTurn`] while something is open.
    pub fn hello(&mut self) -> Result<Message, PhoneError> {
        match self.talk {
            Talk::Closed => {
                self.talk = Talk::Greeting;
                message(&[&[HELLO]])
            }
            _ => Err(PhoneError::OutOfTurn),
        }
    }

    /// Shows the ticket and begins the handshake.
    ///
    /// # Errors
    /// [`PhoneError::OutOfTurn`] while something is open.
    pub fn open(&mut self, grant: &Grant, random: &mut impl Random) -> Result<Message, PhoneError> {
        if !matches!(self.talk, Talk::Closed) {
            return Err(PhoneError::OutOfTurn);
        }
        let digest = Sha256::digest(&grant.ticket);
        let prologue: [&[u8]; 3] = [PROLOGUE, self.seal.as_bytes(), &digest];
        let mut out = message(&[&[OPEN, VERSION], &grant.ticket])?;
        let initiator =
            Initiator::start(&grant.proof, &prologue, random, &mut out).map_err(|_| PhoneError::Unreadable)?;
        self.talk = Talk::Opening(initiator);
        Ok(out)
    }

    /// Asks something inside the session; one question at a time.
    ///
    /// # Errors
    /// [`PhoneError::OutOfTurn`] without a session or while an answer is awaited.
    pub fn ask(&mut self, request: &Request) -> Result<Message, PhoneError> {
        match mem::replace(&mut self.talk, Talk::Closed) {
            Talk::Open(mut keys) => {
                let mut plain = Message::new();
                let mut out = message(&[&[REQUEST]])?;
                request.encode(&mut plain).map_err(|_| PhoneError::Unreadable)?;
                keys.seal(&plain, &mut out).map_err(|_| PhoneError::Unreadable)?;
                self.talk = Talk::Asking(keys, *request);
                Ok(out)
            }
            talk => {
                self.talk = talk;
                Err(PhoneError::OutOfTurn)
            }
        }
    }

    /// Takes a message of the seal.
    ///
    /// # Errors
    /// See [`PhoneError`]. The session is over then; whether a command was carried out is found out by asking again in a new
    /// one, with the same id or with [`Request::Settle`].
    pub fn receive(&mut self, message: &[u8]) -> Result<Heard, PhoneError> {
        let (kind, body) = message.split_first().ok_or(PhoneError::Unreadable)?;
        let (talk, heard) = match (mem::replace(&mut self.talk, Talk::Closed), *kind) {
            _ if message == REFUSAL => return Err(PhoneError::Refused),
            (Talk::Greeting, HELLO_REPLY) => {
                let hello = Hello::decode(Reader(body)).ok_or(PhoneError::Unreadable)?;
                if hello.id != self.seal {
                    return Err(PhoneError::OtherSeal(hello.id));
                }
                (Talk::Closed, Heard::Hello(hello))
            }
            (Talk::Opening(initiator), OPENED) => {
                let (keys, payload) = initiator.finish(body).map_err(|_| PhoneError::NotTheSeal)?;
                (Talk::Open(keys), Heard::Opened(Opened::decode(&payload).ok_or(PhoneError::Unreadable)?))
            }
            (Talk::Asking(mut keys, request), REPLY) => {
                let plain = keys.open(body).map_err(|_| PhoneError::NotTheSeal)?;
                let reply = Reply::decode(&plain).filter(|reply| answers(&request, reply, &self.seal));
                (Talk::Open(keys), Heard::Reply(reply.ok_or(PhoneError::Unreadable)?))
            }
            _ => return Err(PhoneError::Unreadable),
        };
        self.talk = talk;
        Ok(heard)
    }
}

/// Whether a reply is about what was asked: a receipt of another command is no word about this one.
fn answers(request: &Request, reply: &Reply, seal: &SealId) -> bool {
    let ended = |receipt: &Receipt| receipt.claim().and_then(|(entry, _)| entry.ended());
    match (request, reply) {
        (_, Reply::Denied(_)) | (Request::SetClock { .. }, Reply::ClockSet) => true,
        (Request::Command { id, action }, Reply::Receipt(receipt)) => {
            ended(receipt).is_some_and(|(done, _, whose)| (done, whose) == (*action, *id))
        }
        (Request::Settle { id }, Reply::Receipt(receipt)) => ended(receipt).is_some_and(|(_, _, whose)| whose == *id),
        (Request::State, Reply::State(state)) => state.id == *seal,
        (Request::Log { from, most }, Reply::Page(page)) => page.answers(*from, *most),
        _ => false,
    }
}

fn message(parts: &[&[u8]]) -> Result<Message, PhoneError> {
    let mut out = Message::new();
    parts.iter().try_for_each(|part| put(&mut out, part)).map_err(|_| PhoneError::Unreadable)?;
    Ok(out)
}
