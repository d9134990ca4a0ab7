//! Pairing on Linux: BlueZ asks an agent, on the connection that asks it to pair. btleplug has neither.

use std::time::Duration;

use tokio::time::timeout;
use zbus::proxy::CacheProperties;
use zbus::zvariant::{ObjectPath, OwnedObjectPath};
use zbus::{Connection, fdo, interface, proxy};

use super::AskPasskey;
use crate::ports::seal_link::LinkTrouble;

const AGENT: &str = "/vn/sealfield/agent";
/// The officer reads six digits off a label and types them.
const PATIENCE: Duration = Duration::from_secs(60);

#[proxy(interface = "org.bluez.AgentManager1", default_service = "org.bluez", default_path = "/org/bluez")]
trait AgentManager {
    fn register_agent(&self, agent: &ObjectPath<'_>, capability: &str) -> zbus::Result<()>;
}

#[proxy(interface = "org.bluez.Device1", default_service = "org.bluez")]
trait Device {
    fn pair(&self) -> zbus::Result<()>;
    fn cancel_pairing(&self) -> zbus::Result<()>;
    #[zbus(property)]
    fn paired(&self) -> zbus::Result<bool>;
}

/// Answers BlueZ for one device.
struct Agent {
    device: OwnedObjectPath,
    passkey: Option<AskPasskey>,
}

impl Agent {
    fn ours(&self, device: &OwnedObjectPath) -> fdo::Result<()> {
        if *device == self.device { Ok(()) } else { Err(fdo::Error::AccessDenied("another device".into())) }
    }
}

#[interface(name = "org.bluez.Agent1")]
impl Agent {
    async fn request_passkey(&self, device: OwnedObjectPath) -> fdo::Result<u32> {
        self.ours(&device)?;
        let ask = self.passkey.as_ref().ok_or_else(|| fdo::Error::AccessDenied("nobody to ask".into()))?;
        ask().await.ok_or_else(|| fdo::Error::AccessDenied("no passkey".into()))
    }

    /// A device without keys or display: it proves nothing by pairing, and the seal's protocol asks for nothing of it.
    fn request_authorization(&self, device: OwnedObjectPath) -> fdo::Result<()> {
        self.ours(&device)
    }

    fn cancel(&self) {}

    fn release(&self) {}
}

/// `device`: as btleplug names it, `hci0/dev_C0_FF_EE_00_00_01`.
pub async fn pair(device: &str, passkey: Option<&AskPasskey>) -> Result<(), LinkTrouble> {
    pair_with_agent(device, passkey).await.unwrap_or_else(|error| outcome(&error))
}

/// The connection, and with it the agent, ends with this call.
async fn pair_with_agent(device: &str, passkey: Option<&AskPasskey>) -> zbus::Result<Result<(), LinkTrouble>> {
    let path = OwnedObjectPath::try_from(format!("/org/bluez/{device}"))?;
    let agent = Agent { device: path.clone(), passkey: passkey.cloned() };
    let connection: Connection = zbus::connection::Builder::system()?.serve_at(AGENT, agent)?.build().await?;
    // With nobody to ask for digits only a device that wants none can be paired.
    let capability = if passkey.is_some() { "KeyboardOnly" } else { "NoInputNoOutput" };
    AgentManagerProxy::new(&connection).await?.register_agent(&ObjectPath::try_from(AGENT)?, capability).await?;
    let device = DeviceProxy::builder(&connection).path(path)?.cache_properties(CacheProperties::No).build().await?;
    // BlueZ 5.66 would try to pair it once more, over classic Bluetooth, and say half a minute later that it failed.
    if device.paired().await? {
        return Ok(Ok(()));
    }
    match timeout(PATIENCE, device.pair()).await {
        Ok(result) => result.map(Ok),
        Err(_) => {
            device.cancel_pairing().await?;
            Ok(Err(LinkTrouble::NoAnswer))
        }
    }
}

/// What an error of BlueZ means.
fn outcome(error: &zbus::Error) -> Result<(), LinkTrouble> {
    let zbus::Error::MethodError(name, ..) = error else { return Err(LinkTrouble::Unreadable(error.to_string())) };
    Err(match name.as_str() {
        // Paired meanwhile.
        "org.bluez.Error.AlreadyExists" => return Ok(()),
        "org.bluez.Error.AuthenticationFailed"
        | "org.bluez.Error.AuthenticationRejected"
        | "org.bluez.Error.AuthenticationCanceled" => LinkTrouble::NotAccepted,
        "org.bluez.Error.AuthenticationTimeout" => LinkTrouble::NoAnswer,
        "org.bluez.Error.ConnectionAttemptFailed" | "org.freedesktop.DBus.Error.UnknownObject" => LinkTrouble::LinkLost,
        "org.freedesktop.DBus.Error.ServiceUnknown" => LinkTrouble::RadioOff,
        "org.freedesktop.DBus.Error.AccessDenied" => LinkTrouble::NotAllowed,
        _ => LinkTrouble::Unreadable(error.to_string()),
    })
}
