//! A fake `org.bluez` on a private D-Bus, with seals that run the real protocol: for tests of the radio without Bluetooth.
//!
//! It has what btleplug uses (object manager, introspection, properties, adapter, device, service, characteristic) and agents
//! for pairing. One bus serves the whole process, since libdbus reads its address once; each test has an adapter of its own.
#![allow(dead_code)]

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use zbus::fdo::ObjectManager;
use zbus::message::Header;
use zbus::object_server::SignalEmitter;
use zbus::zvariant::{ObjectPath, OwnedObjectPath, OwnedValue, Value};
use zbus::{Connection, DBusError, ObjectServer, interface};

use super::seal_body::{NOTIFY, Out, SERVICE, SealBody, WRITE};

/// How often a connected seal looks at its clock and motor, and a heard one is heard again.
const LOOK: Duration = Duration::from_millis(20);

type Options = HashMap<String, OwnedValue>;

/// BlueZ's own error names, as clients see them.
#[derive(Debug, DBusError)]
#[zbus(prefix = "org.bluez.Error")]
enum Fault {
    #[zbus(error)]
    ZBus(zbus::Error),
    Failed(String),
    AuthenticationFailed(String),
}

/// What a seal is and does. A test may change it at any time.
pub struct FakeSeal {
    pub address: String,
    pub name: Option<String>,
    pub service: uuid::Uuid,
    pub manufacturer: Vec<(u16, Vec<u8>)>,
    /// `None`: known to the system from earlier, and not heard.
    pub rssi: Option<i16>,
    pub mtu: u16,
    /// So many of the next tries to connect fail as when a link cannot be made.
    pub failing_connects: u32,
    /// Tries to connect so far.
    pub connects: u32,
    /// The passkey on its label.
    pub passkey: Option<u32>,
    pub paired: bool,
    /// The link goes in the write after so many more.
    pub lose_link_after: Option<usize>,
    /// Notifications that get lost, counted from 0 since the beginning.
    pub lost: Vec<usize>,
    pub notified: usize,
    /// Values written to it.
    pub written: usize,
    pub body: SealBody,
    /// The fake's own.
    pub link: Link,
}

/// Where a seal is on the bus, and its link.
#[derive(Default)]
pub struct Link {
    path: String,
    connected: bool,
    /// To the task that tells what the seal sends; there is one while connected.
    air: Option<UnboundedSender<Out>>,
}

impl FakeSeal {
    /// Near and well.
    pub fn new(serial: &str) -> Self {
        Self {
            // Any address, the same for the same serial.
            address: format!("C0:FF:EE:00:{:02X}:{:02X}", serial.len(), serial.bytes().fold(0, u8::wrapping_add)),
            name: Some(serial.to_owned()),
            service: SERVICE,
            manufacturer: Vec::new(),
            rssi: Some(-60),
            mtu: 247,
            failing_connects: 0,
            connects: 0,
            passkey: None,
            paired: false,
            lose_link_after: None,
            lost: Vec::new(),
            notified: 0,
            written: 0,
            body: SealBody::new(serial),
            link: Link::default(),
        }
    }

    pub fn is_connected(&self) -> bool {
        self.link.connected
    }

    fn send(&self, out: Vec<Out>) {
        for what in out {
            if let Some(air) = &self.link.air {
                air.send(what).unwrap();
            }
        }
    }
}

#[derive(Clone)]
struct Shared(Arc<Mutex<FakeSeal>>);

impl Shared {
    fn get(&self) -> MutexGuard<'_, FakeSeal> {
        self.0.lock().unwrap()
    }
}

/// An adapter with seals around it.
pub struct Room {
    /// For `Bluetooth::on`.
    pub adapter: String,
    path: String,
    seals: Vec<Shared>,
    bluez: &'static FakeBluez,
}

impl Room {
    pub async fn new(seals: Vec<FakeSeal>) -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let bluez = FakeBluez::get();
        let adapter = format!("hci{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let path = format!("/org/bluez/{adapter}");
        let seals: Vec<_> = seals
            .into_iter()
            .map(|mut seal| {
                seal.link.path = format!("{path}/dev_{}", seal.address.replace(':', "_"));
                Shared(Arc::new(Mutex::new(seal)))
            })
            .collect();
        let object = Adapter(Mutex::new(AdapterState {
            path: path.clone(),
            seals: seals.clone(),
            powered: true,
            forbidden: false,
            discovering: false,
        }));
        bluez.connection.object_server().at(path.as_str(), object).await.unwrap();
        Self { adapter, path, seals, bluez }
    }

    pub fn seal<T>(&self, n: usize, look: impl FnOnce(&mut FakeSeal) -> T) -> T {
        look(&mut self.seals[n].get())
    }

    async fn adapter<T>(&self, look: impl FnOnce(&mut AdapterState) -> T) -> T {
        let object = self.bluez.connection.object_server().interface::<_, Adapter>(self.path.as_str()).await.unwrap();
        let object = object.get().await;
        let mut state = object.0.lock().unwrap();
        look(&mut state)
    }

    pub async fn switch(&self, on: bool) {
        self.adapter(|adapter| adapter.powered = on).await;
    }

    pub async fn is_on(&self) -> bool {
        self.adapter(|adapter| adapter.powered).await
    }

    /// The system refuses every scan.
    pub async fn forbid(&self) {
        self.adapter(|adapter| adapter.forbidden = true).await;
    }

    /// The seal goes out of range.
    pub async fn lose_link(&self, n: usize) {
        self.bluez.link(&self.seals[n], false).await.unwrap();
    }

    /// The system forgets a device.
    pub async fn forget(&self, n: usize) {
        let path = self.seal(n, |seal| seal.link.path.clone());
        self.bluez.connection.object_server().remove::<Device, _>(path).await.unwrap();
    }
}

/// A private bus with a BlueZ on it, for as long as the process lives.
struct FakeBluez {
    connection: Connection,
    agents: Agents,
    _daemon: Child,
}

impl FakeBluez {
    fn get() -> &'static Self {
        static BLUEZ: OnceLock<FakeBluez> = OnceLock::new();
        BLUEZ.get_or_init(|| {
            // In a thread of its own that outlives each test's runtime, and the bus: `setpriv` ends that with its parent thread.
            let (started, bluez) = std::sync::mpsc::channel();
            std::thread::spawn(move || {
                let runtime =
                    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
                started.send(runtime.block_on(Self::start())).unwrap();
                loop {
                    std::thread::park();
                }
            });
            bluez.recv().unwrap()
        })
    }

    async fn start() -> Self {
        // The session's configuration: there anybody may be org.bluez.
        let mut daemon = Command::new("setpriv")
            .args(["--pdeathsig", "TERM", "dbus-daemon", "--session", "--nofork", "--print-address=1"])
            .arg("--address=unix:tmpdir=/tmp")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("setpriv (util-linux) and dbus-daemon are installed");
        let mut address = String::new();
        BufReader::new(daemon.stdout.take().unwrap()).read_line(&mut address).unwrap();
        // SAFETY: every test of this process waits here before it does anything else, so nobody reads the environment now.
        unsafe { std::env::set_var("DBUS_SYSTEM_BUS_ADDRESS", address.trim()) };
        let agents = Agents::default();
        let connection = zbus::connection::Builder::system()
            .unwrap()
            .serve_at("/", ObjectManager)
            .unwrap()
            .serve_at("/org/bluez", AgentManager(agents.clone()))
            .unwrap()
            .name("org.bluez")
            .unwrap()
            .build()
            .await
            .unwrap();
        Self { connection, agents, _daemon: daemon }
    }

    /// A link comes or goes, with its objects and words in BlueZ's order.
    fn link<'a>(&'static self, seal: &'a Shared, up: bool) -> BoxFuture<'a, zbus::Result<()>> {
        // Boxed, since a seal that hangs up ends its own link.
        Box::pin(self.change_link(seal, up))
    }

    async fn change_link(&self, seal: &Shared, up: bool) -> zbus::Result<()> {
        let server = self.connection.object_server();
        let path = {
            let mut seal = seal.get();
            if std::mem::replace(&mut seal.link.connected, up) == up {
                return Ok(());
            }
            seal.link.path.clone()
        };
        let device = server.interface::<_, Device>(path.as_str()).await?;
        if up {
            let (air, sent) = unbounded_channel();
            let first = {
                let mut seal = seal.get();
                seal.link.air = Some(air);
                let mtu = usize::from(seal.mtu);
                seal.body.connected(mtu)
            };
            seal.get().send(first);
            device.get().await.connected_changed(device.signal_emitter()).await?;
            add_gatt(server, &path, seal).await?;
            tokio::spawn(carry(seal.clone(), sent));
            tokio::spawn(live(seal.clone()));
        } else {
            {
                let mut seal = seal.get();
                seal.link.air = None;
                seal.body.disconnected();
            }
            device.get().await.connected_changed(device.signal_emitter()).await?;
            remove_gatt(server, &path).await;
        }
        device.get().await.services_resolved_changed(device.signal_emitter()).await
    }
}

/// Tells what a seal sends, in order, until its link is gone.
async fn carry(seal: Shared, mut sent: UnboundedReceiver<Out>) {
    let bluez = FakeBluez::get();
    while let Some(out) = sent.recv().await {
        match out {
            Out::Value(value) => {
                let (path, lost) = {
                    let mut seal = seal.get();
                    seal.notified += 1;
                    (seal.link.path.clone(), seal.lost.contains(&(seal.notified - 1)))
                };
                if !lost {
                    // Gone with the link.
                    let _told = notify(&bluez.connection, &path, value).await;
                }
            }
            Out::HangUp => bluez.link(&seal, false).await.unwrap(),
        }
    }
}

/// The clock and the motor of a connected seal.
async fn live(seal: Shared) {
    loop {
        tokio::time::sleep(LOOK).await;
        let mut seal = seal.get();
        if !seal.link.connected {
            return;
        }
        let out = seal.body.look();
        seal.send(out);
    }
}

async fn notify(connection: &Connection, device: &str, value: Vec<u8>) -> zbus::Result<()> {
    let path = format!("{device}/service0001/char0004");
    let object = connection.object_server().interface::<_, Characteristic>(path).await?;
    let characteristic = object.get().await;
    if *characteristic.notifying.lock().unwrap() {
        *characteristic.value.lock().unwrap() = value;
        characteristic.value_changed(object.signal_emitter()).await?;
    }
    Ok(())
}

/// Everything behind a lock of its own: zbus deadlocks when an object that is locked for writing adds or removes others.
struct Adapter(Mutex<AdapterState>);

struct AdapterState {
    path: String,
    seals: Vec<Shared>,
    powered: bool,
    forbidden: bool,
    discovering: bool,
}

#[interface(name = "org.bluez.Adapter1")]
impl Adapter {
    fn set_discovery_filter(&self, _filter: Options) {
        // BlueZ joins the filters of all programs, so the radio must sort out what it did not ask for; here, everything comes.
    }

    async fn start_discovery(&self, #[zbus(signal_emitter)] emitter: SignalEmitter<'_>) -> zbus::fdo::Result<()> {
        let (seals, path) = {
            let mut adapter = self.0.lock().unwrap();
            if adapter.forbidden {
                return Err(zbus::fdo::Error::AccessDenied("Rejected send message".into()));
            }
            if std::mem::replace(&mut adapter.discovering, true) {
                return Err(zbus::fdo::Error::Failed("Operation already in progress".into()));
            }
            (adapter.seals.clone(), adapter.path.clone())
        };
        self.discovering_changed(&emitter).await?;
        for seal in seals {
            tokio::spawn(advertise(path.clone(), seal));
        }
        Ok(())
    }

    async fn stop_discovery(&self, #[zbus(signal_emitter)] emitter: SignalEmitter<'_>) -> Result<(), Fault> {
        if !std::mem::replace(&mut self.0.lock().unwrap().discovering, false) {
            return Err(Fault::Failed("No discovery started".into()));
        }
        Ok(self.discovering_changed(&emitter).await?)
    }

    #[zbus(property)]
    fn address(&self) -> &str {
        "00:00:5E:00:53:01"
    }
    #[zbus(property)]
    fn address_type(&self) -> &str {
        "public"
    }
    #[zbus(property)]
    fn name(&self) -> &str {
        "fake"
    }
    #[zbus(property)]
    fn alias(&self) -> &str {
        "fake"
    }
    // btleplug leaves out an adapter that lacks any of these, this one too.
    #[zbus(property)]
    fn modalias(&self) -> &str {
        "usb:v1D6Bp0246d0542"
    }
    #[zbus(property)]
    fn powered(&self) -> bool {
        self.0.lock().unwrap().powered
    }
    #[zbus(property)]
    fn set_powered(&self, powered: bool) {
        self.0.lock().unwrap().powered = powered;
    }
    #[zbus(property)]
    fn discovering(&self) -> bool {
        self.0.lock().unwrap().discovering
    }
}

/// A seal comes into view, and is heard again and again while the scan runs. A connected one does not advertise.
async fn advertise(adapter: String, seal: Shared) -> zbus::Result<()> {
    let server = FakeBluez::get().connection.object_server();
    let (path, connected) = {
        let seal = seal.get();
        (seal.link.path.clone(), seal.link.connected)
    };
    if !connected {
        // Known already, if it was seen before.
        let _new = server.at(path.as_str(), Device { seal, adapter: adapter.clone() }).await?;
    }
    while server.interface::<_, Adapter>(adapter.as_str()).await?.get().await.0.lock().unwrap().discovering {
        tokio::time::sleep(LOOK).await;
        let Ok(device) = server.interface::<_, Device>(path.as_str()).await else { break };
        device.get().await.r_s_s_i_changed(device.signal_emitter()).await?;
    }
    Ok(())
}

struct Device {
    seal: Shared,
    adapter: String,
}

#[interface(name = "org.bluez.Device1")]
impl Device {
    async fn connect(&self) -> Result<(), Fault> {
        {
            let mut seal = self.seal.get();
            seal.connects += 1;
            if seal.failing_connects > 0 {
                seal.failing_connects -= 1;
                return Err(Fault::Failed("le-connection-abort-by-local".into()));
            }
        }
        Ok(FakeBluez::get().link(&self.seal, true).await?)
    }

    async fn disconnect(&self) -> Result<(), Fault> {
        Ok(FakeBluez::get().link(&self.seal, false).await?)
    }

    async fn pair(
        &self,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
        #[zbus(signal_emitter)] emitter: SignalEmitter<'_>,
    ) -> Result<(), Fault> {
        let (wanted, path) = {
            let seal = self.seal.get();
            if seal.paired {
                // As 5.66 does: it tries classic Bluetooth then.
                return Err(Fault::AuthenticationFailed("Authentication Failed".into()));
            }
            (seal.passkey, seal.link.path.clone())
        };
        if let Some(wanted) = wanted {
            let failed = || Fault::AuthenticationFailed("Authentication Failed".into());
            let asker = header.sender().ok_or_else(failed)?.to_string();
            let agent = FakeBluez::get().agents.0.lock().unwrap().get(&asker).cloned().ok_or_else(failed)?;
            let path = ObjectPath::try_from(path).map_err(|_| failed())?;
            let reply = connection
                .call_method(Some(asker.as_str()), &agent, Some("org.bluez.Agent1"), "RequestPasskey", &path)
                .await
                .and_then(|answer| answer.body().deserialize::<u32>());
            if reply.ok() != Some(wanted) {
                return Err(failed());
            }
        }
        self.seal.get().paired = true;
        Ok(self.paired_changed(&emitter).await?)
    }

    fn cancel_pairing(&self) {}

    #[zbus(property)]
    fn address(&self) -> String {
        self.seal.get().address.clone()
    }
    #[zbus(property)]
    fn address_type(&self) -> &str {
        "random"
    }
    #[zbus(property)]
    fn adapter(&self) -> OwnedObjectPath {
        self.adapter.as_str().try_into().unwrap()
    }
    #[zbus(property)]
    fn alias(&self) -> String {
        let seal = self.seal.get();
        seal.name.clone().unwrap_or_else(|| seal.address.replace(':', "-"))
    }
    #[zbus(property)]
    fn name(&self) -> zbus::fdo::Result<String> {
        let unknown = || zbus::fdo::Error::UnknownProperty("no name was heard".into());
        self.seal.get().name.clone().ok_or_else(unknown)
    }
    #[zbus(property)]
    fn paired(&self) -> bool {
        self.seal.get().paired
    }
    #[zbus(property)]
    fn bonded(&self) -> bool {
        self.seal.get().paired
    }
    #[zbus(property)]
    fn trusted(&self) -> bool {
        false
    }
    #[zbus(property)]
    fn blocked(&self) -> bool {
        false
    }
    #[zbus(property)]
    fn legacy_pairing(&self) -> bool {
        false
    }
    #[zbus(property)]
    fn connected(&self) -> bool {
        self.seal.get().link.connected
    }
    #[zbus(property)]
    fn services_resolved(&self) -> bool {
        self.seal.get().link.connected
    }
    #[zbus(property, name = "RSSI")]
    fn rssi(&self) -> zbus::fdo::Result<i16> {
        let unheard = || zbus::fdo::Error::UnknownProperty("not heard in this scan".into());
        self.seal.get().rssi.ok_or_else(unheard)
    }
    #[zbus(property, name = "UUIDs")]
    fn uuids(&self) -> Vec<String> {
        vec![self.seal.get().service.to_string()]
    }
    #[zbus(property)]
    fn manufacturer_data(&self) -> HashMap<u16, OwnedValue> {
        let data = self.seal.get().manufacturer.clone();
        data.into_iter().map(|(company, data)| (company, Value::from(data).try_into().unwrap())).collect()
    }
}

const CHARACTERISTICS: [(&str, uuid::Uuid, &[&str]); 2] =
    [("char0002", WRITE, &["write"]), ("char0004", NOTIFY, &["notify"])];

async fn add_gatt(server: &ObjectServer, device: &str, seal: &Shared) -> zbus::Result<()> {
    let service = format!("{device}/service0001");
    let uuid = seal.get().service;
    server.at(service.as_str(), Service { device: device.to_owned(), uuid }).await?;
    for (name, uuid, flags) in CHARACTERISTICS {
        let characteristic = Characteristic {
            uuid,
            flags,
            service: service.clone(),
            seal: seal.clone(),
            value: Mutex::default(),
            notifying: Mutex::default(),
        };
        server.at(format!("{service}/{name}"), characteristic).await?;
    }
    Ok(())
}

async fn remove_gatt(server: &ObjectServer, device: &str) {
    let service = format!("{device}/service0001");
    for (name, ..) in CHARACTERISTICS {
        server.remove::<Characteristic, _>(format!("{service}/{name}")).await.unwrap();
    }
    server.remove::<Service, _>(service).await.unwrap();
}

struct Service {
    device: String,
    uuid: uuid::Uuid,
}

#[interface(name = "org.bluez.GattService1")]
impl Service {
    #[zbus(property, name = "UUID")]
    fn uuid(&self) -> String {
        self.uuid.to_string()
    }
    #[zbus(property)]
    fn device(&self) -> OwnedObjectPath {
        self.device.as_str().try_into().unwrap()
    }
    #[zbus(property)]
    fn primary(&self) -> bool {
        true
    }
}

struct Characteristic {
    uuid: uuid::Uuid,
    flags: &'static [&'static str],
    service: String,
    seal: Shared,
    value: Mutex<Vec<u8>>,
    notifying: Mutex<bool>,
}

#[interface(name = "org.bluez.GattCharacteristic1")]
impl Characteristic {
    async fn write_value(&self, value: Vec<u8>, _options: Options) -> Result<(), Fault> {
        let lose = {
            let mut seal = self.seal.get();
            if self.uuid != WRITE {
                return Err(Fault::Failed("Write not permitted".into()));
            }
            seal.written += 1;
            match &mut seal.lose_link_after {
                Some(0) => {
                    seal.lose_link_after = None;
                    true
                }
                after => {
                    if let Some(after) = after {
                        *after -= 1;
                    }
                    let out = seal.body.written(&value);
                    seal.send(out);
                    false
                }
            }
        };
        if lose {
            let seal = self.seal.clone();
            // In a task of its own: this object goes with the link.
            tokio::spawn(async move { FakeBluez::get().link(&seal, false).await });
            return Err(Fault::Failed("Not connected".into()));
        }
        Ok(())
    }

    async fn start_notify(&self, #[zbus(signal_emitter)] emitter: SignalEmitter<'_>) -> Result<(), Fault> {
        *self.notifying.lock().unwrap() = true;
        Ok(self.notifying_changed(&emitter).await?)
    }

    #[zbus(property, name = "UUID")]
    fn uuid(&self) -> String {
        self.uuid.to_string()
    }
    #[zbus(property)]
    fn service(&self) -> OwnedObjectPath {
        self.service.as_str().try_into().unwrap()
    }
    #[zbus(property)]
    fn flags(&self) -> Vec<String> {
        self.flags.iter().map(ToString::to_string).collect()
    }
    #[zbus(property)]
    fn notifying(&self) -> bool {
        *self.notifying.lock().unwrap()
    }
    #[zbus(property)]
    fn value(&self) -> Vec<u8> {
        self.value.lock().unwrap().clone()
    }
    #[zbus(property, name = "MTU")]
    fn mtu(&self) -> u16 {
        self.seal.get().mtu
    }
}

/// Agents by the program that registered them.
#[derive(Clone, Default)]
struct Agents(Arc<Mutex<HashMap<String, OwnedObjectPath>>>);

struct AgentManager(Agents);

#[interface(name = "org.bluez.AgentManager1")]
impl AgentManager {
    fn register_agent(&self, #[zbus(header)] header: Header<'_>, agent: OwnedObjectPath, _capability: String) {
        self.0.0.lock().unwrap().insert(header.sender().unwrap().to_string(), agent);
    }
}
