//! The practice controls of one device.

use std::net::SocketAddr;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use seal_core::officer::Role;
use seal_core::scan::Symbology;
use seal_core::seal::reading::LockState;
use seal_core::seal_no::SealNo;
use seal_simulator::{Rope, Trouble};

use super::scenes::SCENES;
use super::set::{PracticeDevice as SetDevice, PracticeSet};
use crate::adapters::switchable::NetworkMode;
use crate::ports::clock::Clock as _;
use crate::ports::practice::{
    Practice, PracticeAccount, PracticeDevice, PracticeNetwork, PracticeSample, PracticeSeal,
};

/// [`Practice`] for one device of the set.
pub struct Panel {
    set: Arc<PracticeSet>,
    device: Arc<SetDevice>,
    /// Where the sheets are served, when not by the page's own origin.
    window: Option<SocketAddr>,
}

impl Panel {
    /// The controls of `device`.
    #[must_use]
    pub fn new(set: Arc<PracticeSet>, device: Arc<SetDevice>) -> Self {
        Self { set, device, window: None }
    }

    /// In a window whose server is at `address`: it has a switcher of its own, and its pages have no addresses.
    #[must_use]
    pub fn in_a_window(self, address: SocketAddr) -> Self {
        Self { window: Some(address), ..self }
    }
}

impl Practice for Panel {
    fn accounts(&self) -> Vec<PracticeAccount> {
        let here = |account: &&seal_central::practice::Account| {
            account.officer.unit.as_str() == self.device.unit
                && !account.officer.roles.iter().any(|role| matches!(role, Role::Integrator | Role::Auditor))
        };
        let mut accounts: Vec<_> = self.set.world.accounts.iter().filter(here).collect();
        // A unit's second phone is its head's, or a colleague's.
        if !self.device.mark.is_empty() {
            accounts.reverse();
        }
        accounts
            .into_iter()
            .map(|account| PracticeAccount {
                officer: account.officer.id.clone(),
                name: account.officer.name.clone(),
                roles: account.officer.roles.clone(),
                unit: office_name(&self.set, self.device.unit),
                pin: account.secret.clone(),
            })
            .collect()
    }

    fn devices(&self) -> Vec<PracticeDevice> {
        self.set
            .devices
            .iter()
            .filter(|device| self.window.is_none() || device.name == self.device.name)
            .map(|device| PracticeDevice {
                name: self.set.title(device),
                url: format!("/{}", device.name),
                this: device.name == self.device.name,
            })
            .collect()
    }

    fn now(&self) -> Timestamp {
        self.set.clock.now().wall
    }

    fn advance(&self, minutes: i64) {
        if let Err(error) = self.set.clock.advance(SignedDuration::from_mins(minutes)) {
            tracing::error!(%error, "the practice clock was not turned");
        }
    }

    fn network(&self) -> PracticeNetwork {
        match self.device.network.mode() {
            NetworkMode::Online => PracticeNetwork::On,
            NetworkMode::Offline => PracticeNetwork::Off,
            NetworkMode::Portal => PracticeNetwork::LoginPage,
        }
    }

    fn set_network(&self, network: PracticeNetwork) {
        self.device.network.set(match network {
            PracticeNetwork::On => NetworkMode::Online,
            PracticeNetwork::Off => NetworkMode::Offline,
            PracticeNetwork::LoginPage => NetworkMode::Portal,
        });
        self.device.device.sync.set_coverage(network != PracticeNetwork::Off);
    }

    fn seals(&self) -> Vec<PracticeSeal> {
        let seals = self.set.yard.seals().unwrap_or_else(|error| {
            tracing::error!(%error, "the yard does not answer");
            Vec::new()
        });
        seals
            .into_iter()
            .map(|seal| PracticeSeal {
                rope_in: seal.rope == Rope::In,
                closed: seal.lock == LockState::ClosedArmed,
                trouble: seal.trouble.first().and_then(|trouble| name_of(*trouble)).unwrap_or_default(),
                seal: seal.serial,
            })
            .collect()
    }

    fn troubles(&self, seal: &SealNo) -> Vec<String> {
        let family = self.set.yard.seal(seal).map(|seal| seal.family).unwrap_or_default();
        Trouble::ALL
            .iter()
            .filter(|trouble| trouble.concerns(&family))
            .filter_map(|trouble| name_of(*trouble))
            .collect()
    }

    fn set_trouble(&self, seal: &SealNo, trouble: &str) {
        let trouble: Vec<Trouble> =
            Trouble::ALL.iter().copied().filter(|known| name_of(*known).as_deref() == Some(trouble)).collect();
        if let Err(error) = self.set.yard.set_trouble(seal, &trouble) {
            tracing::error!(%error, "the trouble was not set");
        }
    }

    fn set_rope(&self, seal: &SealNo, inserted: bool) {
        if let Err(error) = self.set.yard.insert_rope(seal, inserted) {
            tracing::error!(%error, "the rope was not moved");
        }
    }

    fn samples(&self) -> Vec<PracticeSample> {
        samples(&self.set, &self.device)
    }

    fn show_codes(&self, codes: &[String]) {
        self.set.screens.show(self.device.name, codes);
    }

    fn prints_url(&self) -> String {
        self.window.map_or_else(|| "/prints".to_owned(), |address| format!("http://{address}/prints"))
    }
}

/// Short name of an office, as on the switcher.
fn office_name(set: &PracticeSet, unit: &str) -> String {
    let office = set.world.offices.iter().find(|office| office.code.as_str() == unit);
    office.map_or_else(|| unit.to_owned(), |office| office.short.clone())
}

/// The name of a trouble in data and messages (`trouble-<name>`).
fn name_of(trouble: Trouble) -> Option<String> {
    serde_json::to_value(trouble).ok()?.as_str().map(|name| name.replace('_', "-"))
}

/// What an officer would hold before the camera of `device`. The id is `<symbology>:<text>`, `photo:<scene>`, or
/// `screen:<device>` for what another device shows now.
fn samples(set: &PracticeSet, device: &SetDevice) -> Vec<PracticeSample> {
    let unit = device.unit;
    let code = |symbology: Symbology, text: &str, name: String| PracticeSample {
        id: format!("{}:{text}", symbology.name()),
        name,
    };
    let others = set.devices.iter().filter(|other| other.name != device.name);
    let mut samples: Vec<PracticeSample> = others
        .map(|other| PracticeSample {
            id: format!("screen:{}", other.name),
            name: format!("Camera nhìn màn hình máy {}", set.title(other)),
        })
        .collect();
    let now = set.clock.now().wall;
    for case in set.world.cases(now).unwrap_or_default() {
        if case.origin.as_str() != unit && case.destination.as_str() != unit {
            continue;
        }
        for (container, sheet) in case.containers.iter().zip(&case.sheet_codes) {
            samples.push(code(Symbology::Qr, sheet, format!("Phiếu in · dòng {container}")));
        }
        if let Some(declaration) = &case.declaration {
            samples.push(code(Symbology::Code39, declaration.as_str(), format!("Phiếu in · tờ khai {declaration}")));
        }
        for container in &case.containers {
            samples.push(code(Symbology::Code128, container.as_str(), format!("Cửa container {container}")));
        }
    }
    for seal in set.world.seals(now).unwrap_or_default() {
        samples.push(code(Symbology::Code128, seal.no.as_str(), format!("Nhãn seal {}", seal.no)));
    }
    samples.push(code(Symbology::Code128, WAYBILL, format!("Vận đơn {WAYBILL}")));
    samples.extend(
        SCENES.iter().map(|(scene, name, _)| PracticeSample { id: format!("photo:{scene}"), name: (*name).to_owned() }),
    );
    samples
}

/// A waybill number to practise with: UPU S10 with its check digit.
pub const WAYBILL: &str = "EB417882053VN";
