//! `sealctl device`: a device without a screen. Each line on standard input is one act of its officer (see
//! [`Act`](crate::acts::Act)); each is answered by one line on standard output once it is done and safely stored.

use std::io::{BufRead as _, Write as _};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use seal_core::ids::DeviceId;
use seal_core::officer::Officer;
use seal_field::actions::Kit;
use seal_field::adapters::seals::bluetooth::{Bluetooth, Patience};
use seal_field::adapters::seals::radio::Radio;
use seal_field::adapters::seals::yard::{RadioDelays, YardRadio};
use seal_field::adapters::switchable::SwitchableCentral;
use seal_field::app::{Device, DeviceSettings};
use seal_field::ports::store::OFFICER_NOTE;
use seal_field::ports::sync::SyncControl as _;
use seal_simulator::YardClient;
use serde_json::{Value, json};

use crate::acts::{self, Act};
use crate::clock::SharedClock;
use crate::options::Options;

/// Longest wait for a sync to come to its end.
const SYNC_PATIENCE: Duration = Duration::from_secs(60);
/// A problem that stays so long without anything on its way is the end of a sync.
const PROBLEM_STAYS: Duration = Duration::from_millis(400);
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A device, its network switch and who is signed in.
pub struct Desk {
    /// The device's ports.
    pub kit: Kit,
    /// Its network.
    pub network: Arc<SwitchableCentral>,
    device: Device,
}

/// Runs the device until its standard input ends.
pub fn run(mut options: Options) -> Result<(), String> {
    let data: PathBuf = options.needed("--data")?;
    let central: String = options.needed("--central")?;
    let yard: Option<SocketAddr> = options.value("--yard")?;
    let name: String = options.needed("--name")?;
    let clock = options.clock()?;
    options.end()?;

    let clock = SharedClock::open_or_system(clock.as_deref()).map_err(|error| format!("--clock: {error}"))?;
    let radio: Arc<dyn Radio> = match yard {
        Some(yard) => Arc::new(YardRadio::new(Arc::new(YardClient::new(yard)), RadioDelays::default())),
        None => Arc::new(Bluetooth::new(Patience::default())),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    let desk = runtime.block_on(async {
        Device::open_switchable(DeviceSettings { data, central, clock, radio })
            .map(|(device, network)| Desk { kit: device.kit.clone(), network, device })
            .map_err(|error| error.to_string())
    })?;
    let id: DeviceId = desk.kit.vault.device();
    say(&json!({
        "ok": true,
        "ready": name,
        "device": id,
        "moved_aside": desk.device.moved_aside.as_ref().map(|path| path.display().to_string()),
    }))?;
    for line in std::io::stdin().lock().lines() {
        let line = line.map_err(|error| error.to_string())?;
        if line.trim().is_empty() {
            continue;
        }
        let answer = match serde_json::from_str::<Act>(&line) {
            Ok(act) => runtime.block_on(acts::perform(&desk, act)),
            Err(error) => Err(format!("not an act: {error}")),
        };
        say(&match answer {
            Ok(mut fields) => {
                if let Some(fields) = fields.as_object_mut() {
                    fields.insert("ok".to_owned(), true.into());
                }
                fields
            }
            Err(why) => json!({ "ok": false, "error": why }),
        })?;
    }
    Ok(())
}

fn say(answer: &Value) -> Result<(), String> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{answer}").and_then(|()| out.flush()).map_err(|error| error.to_string())
}

impl Desk {
    /// Who is signed in; survives the process.
    pub fn officer(&self) -> Result<Officer, String> {
        let note = self.kit.store.note(OFFICER_NOTE).map_err(|error| error.to_string())?;
        let json = note.ok_or("nobody is signed in")?;
        serde_json::from_str(&json).map_err(|error| error.to_string())
    }

    /// Remembers who is signed in.
    pub fn signed_in(&self, officer: &Officer) -> Result<(), String> {
        let json = serde_json::to_string(officer).map_err(|error| error.to_string())?;
        self.kit.store.set_note(OFFICER_NOTE, Some(&json)).map_err(|error| error.to_string())
    }

    /// Whether the phone has coverage at all.
    pub fn set_coverage(&self, coverage: bool) {
        self.device.sync.set_coverage(coverage);
    }

    /// Sends and fetches now, until nothing is left to do or something stands in the way.
    pub async fn sync(&self) -> Result<Value, String> {
        // Either end counts only the second time: what was on its way already may have looked, or failed, too early.
        let (mut ended, mut problems) = (0, 0);
        loop {
            match self.sync_once().await? {
                None if ended == 1 => return self.queue_state(None),
                None => ended += 1,
                Some(problem) if problems == 1 => return self.queue_state(Some(problem)),
                Some(_) => problems += 1,
            }
        }
    }

    /// The problem that stands in the way, if one does.
    async fn sync_once(&self) -> Result<Option<String>, String> {
        let store = &self.kit.store;
        let pulled_at = || store.feed().map(|feed| feed.pulled_at).map_err(|error| error.to_string());
        let before = pulled_at()?;
        self.device.sync.send_now();
        let status = self.device.sync.status();
        let mut stood = Duration::ZERO;
        let mut waited = Duration::ZERO;
        while waited < SYNC_PATIENCE {
            tokio::time::sleep(LOOK_EVERY).await;
            waited += LOOK_EVERY;
            let now = status.borrow().clone();
            let waiting = store.queue_counts().map_err(|error| error.to_string())?.waiting;
            if waiting == 0 && pulled_at()? > before && self.photos_missing()? == 0 {
                return Ok(None);
            }
            stood = if now.busy { Duration::ZERO } else { stood + LOOK_EVERY };
            if let Some(problem) = now.problem.filter(|_| stood >= PROBLEM_STAYS) {
                return Ok(Some(problem));
            }
        }
        Ok(Some("no_end".to_owned()))
    }

    /// Photos that this unit needs offline and that are not here yet.
    fn photos_missing(&self) -> Result<usize, String> {
        let unit = self.officer()?.unit;
        let wanted = self.kit.store.photos_wanted(&unit).map_err(|error| error.to_string())?;
        Ok(wanted.iter().filter(|photo| !self.kit.photos.has(photo)).count())
    }

    fn queue_state(&self, problem: Option<String>) -> Result<Value, String> {
        let counts = self.kit.store.queue_counts().map_err(|error| error.to_string())?;
        Ok(json!({ "problem": problem, "queue": counts, "photos_missing": self.photos_missing()? }))
    }
}
