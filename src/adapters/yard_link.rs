//! The radio of practice: [`SealLink`] over a yard of simulated seals, in this process or over loopback.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use seal_core::ids::CommandId;
use seal_core::seal::log::LogEntry;
use seal_core::seal::reading::{LockAction, SealReading};
use seal_core::seal_no::SealNo;
use seal_simulator::{Answer, Call, Reach, Reply, YardTrouble};

use crate::ports::seal_link::{CommandAnswer, LinkTrouble, SealLink, SealSession, Sighting};

/// How long the simulated radio takes, so that screens are practised at real speed. Zero in tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RadioDelays {
    /// To listen, and to connect.
    pub connect: Duration,
    /// To read, to set the clock.
    pub read: Duration,
    /// Until a command is answered.
    pub command: Duration,
}

impl RadioDelays {
    /// About what a Bluetooth seal takes.
    pub const REAL: Self = Self {
        connect: Duration::from_millis(900),
        read: Duration::from_millis(300),
        command: Duration::from_millis(600),
    };
}

/// The link. Connects to the seal that was asked for and to no other.
#[derive(Clone)]
pub struct YardLink {
    yard: Arc<dyn Reach>,
    delays: RadioDelays,
}

impl YardLink {
    /// A link to that yard.
    #[must_use]
    pub fn new(yard: Arc<dyn Reach>, delays: RadioDelays) -> Self {
        Self { yard, delays }
    }
}

/// One call to the yard, which reads and writes files or a socket, off the async threads.
async fn ask(yard: &Arc<dyn Reach>, call: Call, delay: Duration) -> Result<Reply, LinkTrouble> {
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    let yard = Arc::clone(yard);
    match tokio::task::spawn_blocking(move || yard.call(call)).await {
        Ok(result) => result.map_err(link_trouble),
        Err(stopped) => Err(LinkTrouble::Unreadable(stopped.to_string())),
    }
}

fn link_trouble(trouble: YardTrouble) -> LinkTrouble {
    match trouble {
        YardTrouble::NotHeard | YardTrouble::NoSuchSeal(_) => LinkTrouble::NotHeard,
        YardTrouble::TooFar => LinkTrouble::TooFar,
        YardTrouble::Busy => LinkTrouble::Busy,
        // Whether the yard got the call is as unknown as with a dropped link.
        YardTrouble::LinkLost | YardTrouble::Unreachable(_) => LinkTrouble::LinkLost,
    }
}

fn unexpected(reply: &Reply) -> LinkTrouble {
    LinkTrouble::Unreadable(format!("{reply:?}"))
}

#[async_trait]
impl SealLink for YardLink {
    async fn nearby(&self) -> Result<Vec<Sighting>, LinkTrouble> {
        match ask(&self.yard, Call::Nearby, self.delays.connect).await? {
            Reply::Heard(heard) => {
                Ok(heard.into_iter().map(|one| Sighting { seal: one.seal, rssi_dbm: one.rssi_dbm }).collect())
            }
            other => Err(unexpected(&other)),
        }
    }

    async fn connect(&self, seal: &SealNo) -> Result<Box<dyn SealSession>, LinkTrouble> {
        if !self.delays.connect.is_zero() {
            tokio::time::sleep(self.delays.connect).await;
        }
        let (yard, delays, seal) = (Arc::clone(&self.yard), self.delays, seal.clone());
        // The session is made where the call is, so that it ends even when nobody waits for it any more.
        let connecting = tokio::task::spawn_blocking(move || match yard.call(Call::Connect { seal: seal.clone() }) {
            Ok(Reply::Connected { session, serial }) => {
                let session = YardSession { yard, session, delays };
                if serial == seal { Ok(session) } else { Err(LinkTrouble::OtherSeal { found: serial }) }
            }
            Ok(other) => Err(unexpected(&other)),
            Err(trouble) => Err(link_trouble(trouble)),
        });
        match connecting.await {
            Ok(session) => Ok(Box::new(session?)),
            Err(stopped) => Err(LinkTrouble::Unreadable(stopped.to_string())),
        }
    }
}

struct YardSession {
    yard: Arc<dyn Reach>,
    session: u64,
    delays: RadioDelays,
}

impl Drop for YardSession {
    fn drop(&mut self) {
        // The yard ends sessions of lost connections itself; nothing to do when it is not there.
        let _gone = self.yard.call(Call::Disconnect { session: self.session });
    }
}

#[async_trait]
impl SealSession for YardSession {
    async fn read(&mut self) -> Result<SealReading, LinkTrouble> {
        match ask(&self.yard, Call::Read { session: self.session }, self.delays.read).await? {
            Reply::Reading(reading) => Ok(*reading),
            other => Err(unexpected(&other)),
        }
    }

    async fn set_clock(&mut self, now: Timestamp) -> Result<(), LinkTrouble> {
        let call = Call::SetClock { session: self.session, to: now };
        ask(&self.yard, call, self.delays.read).await.map(drop)
    }

    async fn command(&mut self, id: CommandId, action: LockAction) -> Result<CommandAnswer, LinkTrouble> {
        let call = Call::Command { session: self.session, id, action };
        match ask(&self.yard, call, self.delays.command).await? {
            Reply::Answered(Answer::Acknowledged) => Ok(CommandAnswer::Acknowledged),
            Reply::Answered(Answer::Refused(reason)) => Ok(CommandAnswer::Refused(reason)),
            other => Err(unexpected(&other)),
        }
    }

    async fn log(&mut self, from: u32) -> Result<Vec<LogEntry>, LinkTrouble> {
        match ask(&self.yard, Call::Log { session: self.session, from }, self.delays.read).await? {
            Reply::Log(entries) => Ok(entries),
            other => Err(unexpected(&other)),
        }
    }
}
