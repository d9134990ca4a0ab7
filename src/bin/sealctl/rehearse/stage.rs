//! What the rehearsal plays on: the processes, the shared clock, photographs, and the hands of officers and drivers.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use seal_core::container::{ContainerNo, check_digit_for};
use seal_core::ids::OfficerId;
use seal_core::seal_no::SealNo;
use seal_core::wire::{B64, SignInRequest};
use seal_field::adapters::http::HttpCentral;
use seal_field::adapters::vault_file::FileVault;
use seal_field::ports::central::Central as _;
use seal_field::ports::vault::Vault as _;
use seal_simulator::{Reach as _, SealSpec, Trouble as SealTrouble, YardClient};
use serde_json::{Value, json};

use super::process::{Central, DeviceProcess, Trouble, YardProcess};
use crate::clock;

/// Practice begins on Monday 23 November 2026, 08:00 in Vietnam, whatever the day of the rehearsal: deadlines can be
/// counted on the fingers.
const START: &str = "2026-11-23T01:00:00Z";

/// Pictures that stand in for the camera.
const PHOTOS: [(&str, &[u8]); 6] = [
    ("doors", include_bytes!("../../../../assets/practice/photos/doors.jpg")),
    ("rope_path", include_bytes!("../../../../assets/practice/photos/rope_path.jpg")),
    ("closed_lock", include_bytes!("../../../../assets/practice/photos/closed_lock.jpg")),
    ("plates", include_bytes!("../../../../assets/practice/photos/plates.jpg")),
    ("housing", include_bytes!("../../../../assets/practice/photos/housing.jpg")),
    ("parcel", include_bytes!("../../../../assets/practice/photos/parcel.jpg")),
];

/// A signature, as the screens draw it.
pub const SIGNATURE: &str = "M40 120L180 60L300 190L520 80";

/// The stage.
pub struct Stage {
    data: PathBuf,
    sealctl: PathBuf,
    clock: PathBuf,
    /// The central.
    pub central: Central,
    yard: YardProcess,
    /// Hands that put ropes in, and the truth about each seal.
    pub hands: YardClient,
    random: u64,
}

impl Stage {
    /// Starts central and yard under `data`.
    pub fn set(data: &Path, seed: u64) -> Result<Self, Trouble> {
        let words = |path: &Path| {
            let path = path.display().to_string();
            move |error: std::io::Error| format!("{path}: {error}")
        };
        let photos = data.join("photos");
        std::fs::create_dir_all(&photos).map_err(words(&photos))?;
        for (name, bytes) in PHOTOS {
            let file = photos.join(name).with_extension("jpg");
            std::fs::write(&file, bytes).map_err(words(&file))?;
        }
        let clock = data.join("clock");
        let start: Timestamp = START.parse().map_err(|error: jiff::Error| error.to_string())?;
        clock::begin_at(&clock, start).map_err(words(&clock))?;
        let sealctl = std::env::current_exe().map_err(|error| error.to_string())?;
        let central = Central::start(&sealctl, &data.join("central"), &clock)?;
        let yard = YardProcess::start(&sealctl, &data.join("yard"), &clock)?;
        let hands = YardClient::new(yard.address());
        Ok(Self { data: data.to_owned(), sealctl, clock, central, yard, hands, random: seed })
    }

    /// Starts (or starts again) the device of that name.
    pub fn device(&self, name: &str) -> Result<Actor, Trouble> {
        let (central, yard) = (self.central.address(), self.yard.address());
        let data = self.data.join(name);
        let process = DeviceProcess::start(&self.sealctl, &data, name, central, yard, &self.clock)?;
        Ok(Actor { name: name.to_owned(), process })
    }

    /// A photograph to take.
    pub fn photo(&self, scene: &str) -> PathBuf {
        self.data.join("photos").join(scene).with_extension("jpg")
    }

    /// Hours pass for everybody.
    pub fn hours_pass(&self, hours: i64) -> Result<(), Trouble> {
        clock::turn(&self.clock, SignedDuration::from_hours(hours)).map_err(|error| error.to_string())
    }

    /// Now, for everybody.
    pub fn now(&self) -> Result<Timestamp, Trouble> {
        use seal_field::ports::clock::Clock as _;
        clock::SharedClock::open(&self.clock).map(|clock| clock.now().wall).map_err(|error| error.to_string())
    }

    /// A good seal stands in the yard, with these troubles, its rope out.
    pub fn seal(&self, no: &str, trouble: &[SealTrouble]) -> Result<SealNo, Trouble> {
        let no: SealNo = no.parse().map_err(|error| format!("{no}: {error}"))?;
        self.hands.add(SealSpec::good(no.clone()).with(trouble)).map_err(|error| error.to_string())?;
        Ok(no)
    }

    /// A hand puts the rope in.
    pub fn rope_in(&self, seal: &SealNo) -> Result<(), Trouble> {
        self.hands.insert_rope(seal, true).map_err(|error| error.to_string())
    }

    /// Commands that reached the seal: the truth, not what anybody recorded.
    pub fn commands_received(&self, seal: &SealNo) -> Result<u32, Trouble> {
        self.hands.seal(seal).map(|seal| seal.commands_received).map_err(|error| error.to_string())
    }

    /// The next random number (SplitMix64).
    pub fn random(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Shuffles.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = usize::try_from(self.random() % (last as u64 + 1)).unwrap_or(0);
            items.swap(last, other);
        }
    }

    /// The number of a container nobody announced.
    pub fn container(&mut self) -> Result<ContainerNo, Trouble> {
        let first_ten = format!("VMTU{:06}", self.random() % 1_000_000);
        let digit = check_digit_for(&first_ten).ok_or("no check digit")?;
        format!("{first_ten}{}", digit % 10).parse().map_err(|error| format!("{first_ten}: {error}"))
    }

    /// A login page answers instead of the central, which must be stopped.
    pub fn login_page(&self) -> Result<LoginPage, Trouble> {
        LoginPage::open(self.central.address())
    }

    /// The monitoring platform reports a seal; the status of the central's answer and its body.
    pub fn platform_reports(&self, seal: &str, closed: bool) -> Result<(u16, Value), Trouble> {
        let vault = FileVault::open(&self.data.join("platform")).map_err(|error| error.to_string())?;
        let address = format!("http://{}", self.central.address());
        let report = json!({ "reports": [{
            "seal": seal, "at": self.now()?, "closed": closed, "entry": null, "source": "rehearsal",
        }]});
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.map_err(|error| error.to_string())?.block_on(async {
            let central = HttpCentral::new(&address).map_err(|error| error.to_string())?;
            let request = SignInRequest {
                officer: OfficerId("giam.sat".to_owned()),
                secret: "271828".to_owned(),
                device: vault.device(),
                device_key: B64(vault.public_key()),
            };
            let token = central.sign_in(request).await.map_err(|error| error.to_string())?.token;
            let words = |error: reqwest::Error| error.to_string();
            let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().map_err(words)?;
            let post = client.post(format!("{address}/v1/tracking")).bearer_auth(token).json(&report);
            let answer = post.send().await.map_err(words)?;
            Ok((answer.status().as_u16(), answer.json().await.map_err(words)?))
        })
    }
}

/// A device and whoever stands before it.
pub struct Actor {
    name: String,
    process: DeviceProcess,
}

impl Actor {
    /// Has it done. An act that is refused is an error here; use [`Self::refusal`] where a refusal is expected.
    pub fn act(&mut self, act: Value) -> Result<Value, Trouble> {
        let answer = self.process.ask(&act).map_err(|why| format!("{}: {why}; asked {act}", self.name))?;
        if answer["ok"] == true { Ok(answer) } else { Err(format!("{}: {}; asked {act}", self.name, answer["error"])) }
    }

    /// The words of a refusal; empty if it was not refused.
    pub fn refusal(&mut self, act: Value) -> Result<String, Trouble> {
        let answer = self.process.ask(&act).map_err(|why| format!("{}: {why}; asked {act}", self.name))?;
        Ok(answer["error"].as_str().unwrap_or_default().to_owned())
    }

    /// Signs in.
    pub fn sign_in(&mut self, officer: &str, pin: &str) -> Result<Value, Trouble> {
        self.act(json!({ "do": "sign_in", "officer": officer, "pin": pin }))
    }

    /// Sends and fetches; the problem that stood in the way, or null.
    pub fn sync(&mut self) -> Result<Value, Trouble> {
        Ok(self.act(json!({ "do": "sync" }))?["problem"].take())
    }

    /// The items of the queue.
    pub fn queue(&mut self) -> Result<Vec<Value>, Trouble> {
        match self.act(json!({ "do": "queue" }))?["items"].take() {
            Value::Array(items) => Ok(items),
            other => Err(format!("{}: the queue is {other}", self.name)),
        }
    }

    /// A case, with its phase.
    pub fn case(&mut self, case: &str) -> Result<Value, Trouble> {
        self.act(json!({ "do": "case", "case": case }))
    }

    /// The state of a seal on a case, by its stored name.
    pub fn state(&mut self, case: &str, seal: &SealNo) -> Result<Value, Trouble> {
        let view = self.case(case)?;
        let seals = view["case"]["seals"].as_array().cloned().unwrap_or_default();
        let found = seals.into_iter().find(|one| one["no"] == seal.as_str());
        Ok(found.map_or(Value::Null, |mut one| one["state"]["state"].take()))
    }
}

/// A network that answers everything with its own login page.
pub struct LoginPage {
    address: SocketAddr,
    ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl LoginPage {
    fn open(address: SocketAddr) -> Result<Self, Trouble> {
        let listener = TcpListener::bind(address).map_err(|error| format!("{address}: {error}"))?;
        let ended = Arc::new(AtomicBool::new(false));
        let end = Arc::clone(&ended);
        let thread = std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                if end.load(Ordering::SeqCst) {
                    return;
                }
                // A phone that hung up needs no page.
                let _answered = show_page(&mut stream);
            }
        });
        Ok(Self { address, ended, thread: Some(thread) })
    }
}

fn show_page(stream: &mut TcpStream) -> std::io::Result<()> {
    // The whole request is taken first: what is left unread would reset the connection before the page is seen.
    stream.set_read_timeout(Some(Duration::from_millis(100)))?;
    let mut request = [0; 16 << 10];
    while stream.read(&mut request).is_ok_and(|read| read > 0) {}
    let page = "<html><title>Wi-Fi</title>Sign in to continue</html>";
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {}", page.len());
    stream.write_all(format!("{head}\r\nconnection: close\r\n\r\n{page}").as_bytes())
}

impl Drop for LoginPage {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        // Wakes the listener, which then ends.
        let _woken = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ended = thread.join();
        }
    }
}
