//! Practice controls as the screens see them. Only practice builds have them; the rest of the app does not know whether a
//! seal is simulated.

use jiff::Timestamp;
use seal_core::ids::OfficerId;
use seal_core::officer::Role;
use seal_core::seal_no::SealNo;

/// Network of a practice device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PracticeNetwork {
    /// Coverage.
    On,
    /// Dead zone.
    Off,
    /// A network that answers everything with a login page.
    LoginPage,
}

/// A device of the practice set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PracticeDevice {
    /// Words for the switcher.
    pub name: String,
    /// Where it is shown.
    pub url: String,
    /// It is this one.
    pub this: bool,
}

/// A seal of the yard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PracticeSeal {
    /// Serial.
    pub seal: SealNo,
    /// Rope in its socket.
    pub rope_in: bool,
    /// Lock closed.
    pub closed: bool,
    /// Name of the trouble set, from [`Practice::troubles`]; empty for none.
    pub trouble: String,
}

/// Something to hold before the camera, and to print.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PracticeSample {
    /// Name for the feed: symbology and text, e.g. `code128:83181001`.
    pub id: String,
    /// Words for the list.
    pub name: String,
}

/// Somebody who may sign in. Practice accounts are no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PracticeAccount {
    /// Account.
    pub officer: OfficerId,
    /// Name as on documents.
    pub name: String,
    /// Roles.
    pub roles: Vec<Role>,
    /// Short name of the unit.
    pub unit: String,
    /// PIN.
    pub pin: String,
}

/// The controls.
pub trait Practice: Send + Sync {
    /// Accounts to sign in with on this device, the likeliest first.
    fn accounts(&self) -> Vec<PracticeAccount>;
    /// The devices of the set.
    fn devices(&self) -> Vec<PracticeDevice>;
    /// The practice clock.
    fn now(&self) -> Timestamp;
    /// Turns the clock forward for everybody.
    fn advance(&self, minutes: i64);
    /// This device's network.
    fn network(&self) -> PracticeNetwork;
    /// Changes it.
    fn set_network(&self, network: PracticeNetwork);
    /// Seals of the yard.
    fn seals(&self) -> Vec<PracticeSeal>;
    /// Names of the troubles that this seal can have, in the order shown; the words are messages `trouble-<name>`.
    fn troubles(&self, seal: &SealNo) -> Vec<String>;
    /// Sets a seal's trouble; an empty name ends it.
    fn set_trouble(&self, seal: &SealNo, trouble: &str);
    /// The officer's hands: puts the rope in or takes it out.
    fn set_rope(&self, seal: &SealNo, inserted: bool);
    /// Samples to hold before the camera.
    fn samples(&self) -> Vec<PracticeSample>;
    /// What this device's screen holds up to another's camera now; nothing when empty.
    fn show_codes(&self, _codes: &[String]) {}
    /// Address of the printable sheets.
    fn prints_url(&self) -> String;
}
