//! A day's queue sent to the reference central in this process, over HTTP on loopback.

#[path = "../tests/common/mod.rs"]
mod common;
mod table;

use std::sync::Arc;

use common::{Device, scanned};
use seal_central::{Central, ServerConfig};
use seal_core::evidence::PhotoRef;
use seal_core::fact::{Fact, PhotoTaken};
use seal_core::ids::ActId;
use seal_core::officer::Role;
use seal_core::wire::{B64, SignInRequest};
use seal_field::adapters::clock::SystemClock;
use seal_field::adapters::http::HttpCentral;
use seal_field::adapters::seals::ticket_box::TicketBox;
use seal_field::ports::central::Central as _;
use seal_field::ports::clock::Clock;
use seal_field::ports::store::{Act, Store as _};
use seal_field::ports::vault::Vault as _;
use seal_field::sync::SyncPorts;
use table::{folder, ms, row, table};
use uuid::Uuid;

const EVENTS: usize = 1_000;
const PHOTOS: usize = 20;
const PHOTO_BYTES: usize = 1_000_000;

#[tokio::main]
async fn main() {
    table::machine("sync");
    let folder = folder();
    let central = Central::open(ServerConfig::new(folder.path().join("central"), true)).expect("a central");
    let world = seal_central::practice::World::load().expect("a world");
    let account = world.accounts.iter().find(|account| account.officer.is(Role::Officer)).expect("an officer");
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(central.serve(listener, std::future::pending()));

    let device = Device::open(folder.path());
    let http = HttpCentral::new(&address).expect("an address");
    let request = SignInRequest {
        officer: account.officer.id.clone(),
        secret: account.secret.clone(),
        device: device.vault.device(),
        device_key: B64(device.vault.public_key()),
    };
    let answer = http.sign_in(request).await.expect("signed in");
    let clock = Arc::new(SystemClock::new());
    let write = |facts: Vec<Fact>| {
        let act = Act {
            id: ActId(Uuid::now_v7()),
            officer: answer.officer.id.clone(),
            unit: answer.officer.unit.clone(),
            at: clock.now(),
            place: None,
            case: None,
            facts,
        };
        device.store.append(&act, device.vault.as_ref()).expect("written")
    };
    let central: Arc<dyn seal_field::ports::central::Central> = Arc::new(http);
    let ports = SyncPorts {
        store: device.store.clone(),
        photos: device.photos.clone(),
        tickets: Arc::new(TicketBox::new(device.vault.clone(), Arc::clone(&central), clock.clone())),
        central,
        clock: clock.clone(),
        vault: device.vault.clone(),
    };

    for n in 0..EVENTS / 10 {
        write((0..10).map(|k| scanned(&format!("CSQU305438{n}{k}"))).collect());
    }
    let events = send_all(&device, ports.clone()).await;

    let photo = |n| match device.photo_fact(&noise(n)) {
        // Originals only: the samples' thumbnails are far larger than real ones.
        Fact::PhotoTaken(taken) => {
            Fact::PhotoTaken(PhotoTaken { photo: PhotoRef { thumbnail: None, ..taken.photo }, ..taken })
        }
        other => other,
    };
    write((0..PHOTOS as u64).map(photo).collect());
    let photos = send_all(&device, ports).await;

    let seconds = |time: std::time::Duration| time.as_secs_f64();
    let per_second = format!("{:.0} events/s", EVENTS as f64 / seconds(events));
    let rate = format!("{:.1} MB/s", (PHOTOS * PHOTO_BYTES) as f64 / 1e6 / seconds(photos));
    table(
        "From the first request to the last receipt",
        &[
            row(&[&"", &"ms", &"rate"]),
            row(&[&format!("{EVENTS} events"), &ms(events), &per_second]),
            row(&[&format!("{PHOTOS} photos of 1 MB"), &ms(photos), &rate]),
        ],
    );
}

/// Starts syncing and waits until nothing is queued.
async fn send_all(device: &Device, ports: SyncPorts) -> std::time::Duration {
    let mut changed = device.store.changed();
    let sync = seal_field::sync::start(ports);
    let work = async {
        loop {
            changed.mark_unchanged();
            let counts = device.store.queue_counts().expect("counts");
            assert_eq!(counts.stuck, 0, "the central refused: {:?}", device.store.queue().expect("a queue")[0]);
            if counts.waiting == 0 {
                break;
            }
            changed.changed().await.expect("the store lives");
        }
    };
    let (took, ()) = timed(work).await;
    drop(sync);
    took
}

async fn timed<T>(work: impl Future<Output = T>) -> (std::time::Duration, T) {
    let start = std::time::Instant::now();
    let out = work.await;
    (start.elapsed(), out)
}

/// Bytes that cannot be made smaller.
fn noise(seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut byte = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    (0..PHOTO_BYTES).map(|_| byte()).collect()
}
