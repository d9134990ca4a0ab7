//! What drivers need of a radio: to hear advertisements, and to exchange GATT values with one device.
//!
//! Bluetooth (btleplug) and the practice yard implement it; drivers stand on it and know neither.

use async_trait::async_trait;
use uuid::Uuid;

use crate::ports::seal_link::LinkTrouble;

/// A device heard nearby. Everything in it is a claim that anybody can make.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Advertisement {
    /// What the radio calls the device, for [`Radio::connect`]. No number of a seal: iOS invents it.
    pub address: String,
    /// Complete or shortened local name.
    pub name: Option<String>,
    /// Services it advertises.
    pub services: Vec<Uuid>,
    /// Manufacturer data by company number, bytes as sent.
    pub manufacturer: Vec<(u16, Vec<u8>)>,
    /// Signal strength, dBm; nearer to zero is stronger.
    pub rssi_dbm: i16,
}

/// A radio.
#[async_trait]
pub trait Radio: Send + Sync {
    /// Listens for devices that offer one of `services`, for as long as this radio needs to hear them well.
    async fn listen(&self, services: &[Uuid]) -> Result<Vec<Advertisement>, LinkTrouble>;
    /// Connects to a device heard before, finds its services and is ready for notifications of `notify`. Tries again by
    /// itself a bounded number of times: nothing was said to the device yet.
    async fn connect(&self, address: &str, notify: Uuid) -> Result<Box<dyn Gatt>, LinkTrouble>;
}

/// A connection to one device. Dropping it disconnects.
#[async_trait]
pub trait Gatt: Send {
    /// Longest value that can be written or notified, bytes: the ATT MTU less 3.
    fn value_len(&self) -> usize;
    /// Writes a value with response. An error does not say that the device has not got it.
    async fn write(&mut self, to: Uuid, value: &[u8]) -> Result<(), LinkTrouble>;
    /// The next notified value; [`LinkTrouble::LinkLost`] when the connection is gone. Waits for as long as it takes.
    /// Dropped without loss while waiting, so that callers may limit their patience.
    async fn notified(&mut self) -> Result<Vec<u8>, LinkTrouble>;
    /// Asks the system to pair, where a device wants it. Where the system does that by itself, nothing happens.
    async fn pair(&mut self) -> Result<(), LinkTrouble>;
}
