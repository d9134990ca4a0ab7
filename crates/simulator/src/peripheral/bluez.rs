//! The GATT service and the advertising, on one of BlueZ's adapters.

use std::time::Duration;

use bluer::adv::{Advertisement, AdvertisementHandle};
use bluer::agent::{Agent, ReqResult};
use bluer::gatt::local::{
    Application, Characteristic, CharacteristicNotifier, CharacteristicNotify, CharacteristicNotifyMethod,
    CharacteristicWrite, CharacteristicWriteMethod, Service,
};
use bluer::{Adapter, Address, Uuid};
use futures_util::FutureExt as _;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

use super::{Answers, LONGEST_VALUE, Mind};

const SERVICE: Uuid = Uuid::from_u128(0x7c5e_0001_9d0b_4f6e_8a55_1f7e_4858_5bc3);
const WRITE: Uuid = Uuid::from_u128(0x7c5e_0002_9d0b_4f6e_8a55_1f7e_4858_5bc3);
const NOTIFY: Uuid = Uuid::from_u128(0x7c5e_0003_9d0b_4f6e_8a55_1f7e_4858_5bc3);

const LOOK: Duration = Duration::from_millis(200);
/// An ATT header.
const ATT: usize = 3;

/// What this body is.
#[derive(Debug, Clone, Default)]
pub struct Body {
    /// BlueZ's name of the adapter; the default one if empty.
    pub adapter: String,
    /// The serial to advertise.
    pub serial: String,
    /// Values are taken only from a paired phone, which must know this passkey.
    pub passkey: Option<u32>,
    /// Begins advertising anew so often: for virtual controllers, which report an advertisement only once.
    pub advertise_again: Option<Duration>,
}

/// Why a body could not live on.
pub type BodyError = bluer::Error;

enum Event {
    Subscribed(CharacteristicNotifier),
    Written { value: Vec<u8>, value_len: usize, from: Address, taken: oneshot::Sender<()> },
}

/// Lends the seal a body, for as long as the adapter lives.
///
/// # Errors
/// [`BodyError`], when BlueZ refuses something.
pub async fn run(body: Body, mut mind: impl Mind) -> Result<(), BodyError> {
    let session = bluer::Session::new().await?;
    let adapter =
        if body.adapter.is_empty() { session.default_adapter().await? } else { session.adapter(&body.adapter)? };
    adapter.set_powered(true).await?;
    // The GAP device name, which systems show in place of the advertised one once they were connected.
    adapter.set_alias(body.serial.clone()).await?;
    adapter.set_pairable(body.passkey.is_some()).await?;
    let _agent = match body.passkey {
        Some(passkey) => Some(session.register_agent(label(passkey)).await?),
        None => None,
    };
    let (happened, mut events) = mpsc::unbounded_channel();
    let _application = adapter.serve_gatt_application(application(&happened, body.passkey.is_some())).await?;
    let mut radio = Radio { adapter, body, advertising: None, since: Instant::now(), phone: None };
    radio.advertise().await?;
    println!("advertising {} on {} {}", radio.body.serial, radio.adapter.name(), radio.adapter.address().await?);

    let mut notifier = None;
    let mut look = interval(LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let answers = tokio::select! {
            event = events.recv() => match event {
                Some(Event::Subscribed(new)) => {
                    notifier = Some(new);
                    continue;
                }
                Some(Event::Written { value, value_len, from, taken }) => {
                    if radio.phone.is_none() {
                        radio.connected(from);
                        mind.connected(value_len);
                    }
                    // The phone is told that its value was taken; if it left meanwhile, nobody minds.
                    let _told = taken.send(());
                    mind.written(&value)
                }
                None => return Ok(()),
            },
            _ = look.tick() => {
                if radio.is_left().await {
                    mind.disconnected();
                    radio.phone = None;
                }
                if radio.phone.is_none() {
                    radio.advertise().await?;
                    continue;
                }
                mind.poll()
            }
        };
        if tell(&mut notifier, answers).await {
            radio.hang_up().await;
            mind.disconnected();
        }
    }
}

/// Whether the seal hangs up.
async fn tell(notifier: &mut Option<CharacteristicNotifier>, answers: Answers) -> bool {
    for value in answers.notify {
        // The phone asks again for what it lacks.
        if let Some(notifier) = notifier
            && let Err(error) = notifier.notify(value).await
        {
            eprintln!("not notified: {error}");
        }
    }
    answers.hang_up
}

struct Radio {
    adapter: Adapter,
    body: Body,
    advertising: Option<AdvertisementHandle>,
    since: Instant,
    phone: Option<Address>,
}

impl Radio {
    /// Advertises, if it does not yet, or begins anew where that is wanted.
    async fn advertise(&mut self) -> Result<(), BodyError> {
        let anew = self.body.advertise_again.is_some_and(|again| self.since.elapsed() >= again);
        if self.advertising.is_some() && !anew {
            return Ok(());
        }
        if self.advertising.take().is_some() {
            // BlueZ takes the old one off in its own time.
            sleep(Duration::from_millis(50)).await;
        }
        let advertisement = Advertisement {
            service_uuids: [SERVICE].into(),
            local_name: Some(self.body.serial.clone()),
            discoverable: Some(true),
            ..Advertisement::default()
        };
        // While a phone connects, BlueZ may have no room for one; tried again at the next look.
        match self.adapter.advertise(advertisement).await {
            Ok(handle) => self.advertising = Some(handle),
            Err(error) => eprintln!("not advertising now: {error}"),
        }
        self.since = Instant::now();
        Ok(())
    }

    /// A phone speaks: only now is it known which one. A connected seal does not advertise.
    fn connected(&mut self, phone: Address) {
        self.phone = Some(phone);
        self.advertising = None;
    }

    async fn is_left(&self) -> bool {
        let Some(phone) = self.phone else { return false };
        match self.adapter.device(phone) {
            Ok(device) => !device.is_connected().await.unwrap_or(false),
            Err(_) => true,
        }
    }

    async fn hang_up(&mut self) {
        let Some(phone) = self.phone.take() else { return };
        // Gone by itself, else.
        if let Ok(device) = self.adapter.device(phone)
            && let Err(error) = device.disconnect().await
        {
            eprintln!("could not hang up: {error}");
        }
    }
}

/// Knows the passkey of the label, and gives it without asking anybody.
fn label(passkey: u32) -> Agent {
    Agent {
        request_default: true,
        request_passkey: Some(Box::new(move |_| async move { ReqResult::Ok(passkey) }.boxed())),
        ..Agent::default()
    }
}

fn application(happened: &mpsc::UnboundedSender<Event>, paired_only: bool) -> Application {
    let (on_write, on_subscribe) = (happened.clone(), happened.clone());
    let write = CharacteristicWrite {
        write: !paired_only,
        encrypt_authenticated_write: paired_only,
        method: CharacteristicWriteMethod::Fun(Box::new(move |value, request| {
            let happened = on_write.clone();
            async move {
                let (taken, wait) = oneshot::channel();
                let value_len = usize::from(request.mtu).saturating_sub(ATT).min(LONGEST_VALUE);
                let written = Event::Written { value, value_len, from: request.device_address, taken };
                happened.send(written).map_err(|_| bluer::gatt::local::ReqError::Failed)?;
                wait.await.map_err(|_| bluer::gatt::local::ReqError::Failed)
            }
            .boxed()
        })),
        ..CharacteristicWrite::default()
    };
    let notify = CharacteristicNotify {
        notify: true,
        method: CharacteristicNotifyMethod::Fun(Box::new(move |notifier| {
            // The receiver lives as long as the service.
            let _heard = on_subscribe.send(Event::Subscribed(notifier));
            async {}.boxed()
        })),
        ..CharacteristicNotify::default()
    };
    let service = Service {
        uuid: SERVICE,
        primary: true,
        characteristics: vec![
            Characteristic { uuid: WRITE, write: Some(write), ..Characteristic::default() },
            Characteristic { uuid: NOTIFY, notify: Some(notify), ..Characteristic::default() },
        ],
        ..Service::default()
    };
    Application { services: vec![service], ..Application::default() }
}
