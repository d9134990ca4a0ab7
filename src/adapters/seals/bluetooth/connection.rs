//! One connection: made, listened to, and ended when it is dropped.

use std::collections::BTreeSet;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use btleplug::api::{
    Central as _, CentralEvent, CentralState, Characteristic, Peripheral as _, ValueNotification, WriteType,
};
use btleplug::platform::{Adapter, Peripheral};
use futures_util::{Stream, StreamExt as _};
use tokio::runtime::Handle;
use tokio::sync::{OwnedMutexGuard, mpsc};
use tokio::task::AbortHandle;
use tokio::time::{interval, timeout};
use uuid::Uuid;

use crate::adapters::seals::radio::Gatt;
use crate::platform::{self, AskPasskey};
use crate::ports::seal_link::LinkTrouble;

use super::{Patience, trouble};

/// Largest ATT MTU used.
const MAX_MTU: u16 = 247;
/// An ATT header.
const ATT: u16 = 3;
/// Values that wait to be taken. More than a whole answer of the longest kind; a device that sends more loses them.
const QUEUE: usize = 256;
/// How often the system is asked whether the link is still there: its events may be lost in a crowd.
const LOOK: Duration = Duration::from_secs(2);
/// How long a value may come after the word that the link is gone: the two travel by different ways.
const LATE: Duration = Duration::from_millis(150);

/// Why a try to connect failed.
pub(super) enum Failure {
    /// No link, or not to the end: worth another try.
    NoLink,
    /// Linked, and this is missing. Another try, for systems that remember an older list.
    Lacks(Uuid),
    /// No use in trying again.
    Known(LinkTrouble),
}

impl From<btleplug::Error> for Failure {
    fn from(error: btleplug::Error) -> Self {
        tracing::debug!(?error, "a try to connect failed");
        match trouble::of(&error) {
            None | Some(LinkTrouble::LinkLost) => Self::NoLink,
            Some(trouble) => Self::Known(trouble),
        }
    }
}

type Values = Pin<Box<dyn Stream<Item = ValueNotification> + Send>>;
type Events = Pin<Box<dyn Stream<Item = CentralEvent> + Send>>;

/// A link that stands.
pub(super) struct Link {
    characteristics: BTreeSet<Characteristic>,
    value_len: usize,
    values: mpsc::Receiver<Vec<u8>>,
    listener: AbortHandle,
}

/// One try. After a failure the device is disconnected.
pub(super) async fn establish(
    adapter: &Adapter,
    peripheral: &Peripheral,
    notify: Uuid,
    patience: &Patience,
) -> Result<Link, Failure> {
    // Left by a program that died: to the seal our first question would be a repetition of its last one.
    if peripheral.is_connected().await? {
        peripheral.disconnect().await?;
    }
    let result = linked(adapter, peripheral, notify, patience).await;
    if result.is_err() {
        // Also ends what the system may still be trying.
        disconnect(peripheral, patience.connect).await;
    }
    result
}

async fn linked(
    adapter: &Adapter,
    peripheral: &Peripheral,
    notify: Uuid,
    patience: &Patience,
) -> Result<Link, Failure> {
    // Before anything can happen, so that nothing is missed.
    let events = adapter.events().await?;
    let notified = peripheral.notifications().await?;
    peripheral.connect_with_timeout(patience.connect).await?;
    peripheral.discover_services_with_timeout(patience.connect).await?;
    let characteristics = peripheral.characteristics();
    let source = characteristics.iter().find(|there| there.uuid == notify).ok_or(Failure::Lacks(notify))?;
    timeout(patience.connect, peripheral.subscribe(source)).await.map_err(|_| Failure::NoLink)??;
    let (taken, values) = mpsc::channel(QUEUE);
    let listener = tokio::spawn(listen(peripheral.clone(), notify, notified, events, taken)).abort_handle();
    let value_len = usize::from(peripheral.mtu().min(MAX_MTU).saturating_sub(ATT));
    Ok(Link { characteristics, value_len, values, listener })
}

/// Takes values as they come, whatever the officer's act is doing meanwhile: phones keep no more than 16. Ends, and closes the
/// queue, when the link is gone.
async fn listen(
    peripheral: Peripheral,
    notify: Uuid,
    mut notified: Values,
    mut events: Events,
    taken: mpsc::Sender<Vec<u8>>,
) {
    let take = |value: ValueNotification| {
        if value.uuid == notify && taken.try_send(value.value).is_err() {
            tracing::debug!("a notified value found the queue full or closed");
        }
    };
    let id = peripheral.id();
    let mut look = interval(LOOK);
    loop {
        tokio::select! {
            // Values first: one that is here came over a link that stood.
            biased;
            value = notified.next() => match value {
                Some(value) => take(value),
                None => return,
            },
            event = events.next() => match event {
                Some(CentralEvent::DeviceDisconnected(gone)) if gone == id => {
                    // Unless it is an old word, of a try before.
                    if !is_connected(&peripheral).await {
                        break;
                    }
                }
                Some(CentralEvent::StateUpdate(CentralState::PoweredOff)) | None => break,
                Some(_) => {}
            },
            _ = look.tick() => if !is_connected(&peripheral).await {
                break;
            },
        }
    }
    while let Ok(Some(value)) = timeout(LATE, notified.next()).await {
        take(value);
    }
}

/// A device that the system no longer knows is not connected.
async fn is_connected(peripheral: &Peripheral) -> bool {
    peripheral.is_connected().await.unwrap_or(false)
}

async fn disconnect(peripheral: &Peripheral, patience: Duration) {
    // Already gone, or the system is: either way there is no link of ours.
    if let Ok(Err(error)) = timeout(patience, peripheral.disconnect()).await {
        tracing::debug!(%error, "could not disconnect");
    }
}

/// What a connection holds until it is really gone: its address's line, and its share in the number of connections.
type Held = (OwnedMutexGuard<()>, Arc<()>);

/// A connection in use.
pub(super) struct Connection {
    link: Link,
    peripheral: Peripheral,
    passkey: Option<AskPasskey>,
    patience: Patience,
    held: Option<Held>,
    runtime: Handle,
}

impl Connection {
    pub(super) fn new(
        link: Link,
        peripheral: Peripheral,
        passkey: Option<AskPasskey>,
        patience: Patience,
        held: Held,
    ) -> Self {
        Self { link, peripheral, passkey, patience, held: Some(held), runtime: Handle::current() }
    }
}

#[async_trait]
impl Gatt for Connection {
    fn value_len(&self) -> usize {
        self.link.value_len
    }

    async fn write(&mut self, to: Uuid, value: &[u8]) -> Result<(), LinkTrouble> {
        let lacks = || LinkTrouble::Unreadable(format!("it has no characteristic {to}"));
        let target = self.link.characteristics.iter().find(|there| there.uuid == to).ok_or_else(lacks)?;
        let written = self.peripheral.write(target, value, WriteType::WithResponse);
        let error = match timeout(self.patience.write, written).await {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(error)) => error,
            Err(_) => return Err(LinkTrouble::NoAnswer),
        };
        Err(match trouble::of(&error) {
            Some(trouble) => trouble,
            None if is_connected(&self.peripheral).await => LinkTrouble::Unreadable(error.to_string()),
            None => LinkTrouble::LinkLost,
        })
    }

    async fn notified(&mut self) -> Result<Vec<u8>, LinkTrouble> {
        self.link.values.recv().await.ok_or(LinkTrouble::LinkLost)
    }

    async fn pair(&mut self) -> Result<(), LinkTrouble> {
        platform::pair(&self.peripheral.id().to_string(), self.passkey.as_ref()).await
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.link.listener.abort();
        let (peripheral, patience, held) = (self.peripheral.clone(), self.patience.connect, self.held.take());
        self.runtime.spawn(async move {
            disconnect(&peripheral, patience).await;
            drop(held);
        });
    }
}
