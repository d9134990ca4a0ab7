//! The radio of practice: a yard of simulated seals, in this process or over loopback.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use seal_core::cbor::Bytes;
use seal_core::seal_no::SealNo;
use seal_simulator::{Call, Reach, Reply, YardTrouble};
use uuid::Uuid;

use super::radio::{Advertisement, Gatt, Radio};
use crate::ports::seal_link::LinkTrouble;

/// How long the simulated radio takes, so that screens are practised at real speed. Zero in tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RadioDelays {
    /// To listen, and to connect.
    pub connect: Duration,
    /// Between two looks for a notification.
    pub notified: Duration,
}

impl RadioDelays {
    /// About what a Bluetooth seal takes.
    pub const REAL: Self = Self { connect: Duration::from_millis(900), notified: Duration::from_millis(150) };
}

/// Between two looks when there is no delay: lets others work.
const BREATH: Duration = Duration::from_millis(1);
/// A value on most phones: ATT MTU 185.
const VALUE_LEN: usize = 182;

/// The radio.
#[derive(Clone)]
pub struct YardRadio {
    yard: Arc<dyn Reach>,
    delays: RadioDelays,
}

impl YardRadio {
    /// A radio over that yard.
    #[must_use]
    pub fn new(yard: Arc<dyn Reach>, delays: RadioDelays) -> Self {
        Self { yard, delays }
    }
}

/// One call to the yard, which reads and writes files or a socket, off the async threads.
async fn ask(yard: &Arc<dyn Reach>, call: Call) -> Result<Reply, LinkTrouble> {
    let yard = Arc::clone(yard);
    match tokio::task::spawn_blocking(move || yard.call(call)).await {
        Ok(result) => result.map_err(link_trouble),
        Err(stopped) => Err(LinkTrouble::Unreadable(stopped.to_string())),
    }
}

async fn wait(delay: Duration) {
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
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
impl Radio for YardRadio {
    async fn listen(&self, _: &[Uuid]) -> Result<Vec<Advertisement>, LinkTrouble> {
        wait(self.delays.connect).await;
        match ask(&self.yard, Call::Nearby).await? {
            Reply::Heard(heard) => Ok(heard
                .into_iter()
                .map(|one| Advertisement {
                    address: one.seal.as_str().to_owned(),
                    name: Some(one.name),
                    services: one.services,
                    manufacturer: Vec::new(),
                    rssi_dbm: one.rssi_dbm,
                })
                .collect()),
            other => Err(unexpected(&other)),
        }
    }

    async fn connect(&self, address: &str, _: Uuid) -> Result<Box<dyn Gatt>, LinkTrouble> {
        wait(self.delays.connect).await;
        let seal = SealNo::parse(address).map_err(|error| LinkTrouble::Unreadable(error.to_string()))?;
        let (yard, delays) = (Arc::clone(&self.yard), self.delays);
        // The connection is made where the call is, so that it ends even when nobody waits for it any more.
        let connecting =
            tokio::task::spawn_blocking(move || match yard.call(Call::Connect { seal, value_len: VALUE_LEN }) {
                Ok(Reply::Connected { session }) => Ok(YardGatt { yard, session, delays, waiting: VecDeque::new() }),
                Ok(other) => Err(unexpected(&other)),
                Err(trouble) => Err(link_trouble(trouble)),
            });
        match connecting.await {
            Ok(gatt) => Ok(Box::new(gatt?)),
            Err(stopped) => Err(LinkTrouble::Unreadable(stopped.to_string())),
        }
    }
}

struct YardGatt {
    yard: Arc<dyn Reach>,
    session: u64,
    delays: RadioDelays,
    waiting: VecDeque<Vec<u8>>,
}

impl YardGatt {
    async fn exchange(&mut self, call: Call) -> Result<(), LinkTrouble> {
        match ask(&self.yard, call).await? {
            Reply::Notified(values) => {
                self.waiting.extend(values.into_iter().map(|value| value.0));
                Ok(())
            }
            other => Err(unexpected(&other)),
        }
    }
}

impl Drop for YardGatt {
    fn drop(&mut self) {
        // The yard ends sessions of lost connections itself; nothing to do when it is not there.
        let _gone = self.yard.call(Call::Disconnect { session: self.session });
    }
}

#[async_trait]
impl Gatt for YardGatt {
    fn value_len(&self) -> usize {
        VALUE_LEN
    }

    async fn write(&mut self, _: Uuid, value: &[u8]) -> Result<(), LinkTrouble> {
        self.exchange(Call::Write { session: self.session, value: Bytes(value.to_vec()) }).await
    }

    async fn notified(&mut self) -> Result<Vec<u8>, LinkTrouble> {
        loop {
            if let Some(value) = self.waiting.pop_front() {
                return Ok(value);
            }
            tokio::time::sleep(self.delays.notified.max(BREATH)).await;
            self.exchange(Call::Poll { session: self.session }).await?;
        }
    }

    async fn pair(&mut self) -> Result<(), LinkTrouble> {
        Ok(())
    }
}
