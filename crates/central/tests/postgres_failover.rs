//! The database's primary dies and its copy takes over, while phones write and one reads. Runs where there is PostgreSQL:
//! `./run postgres`, `./run test`; alone with `./run postgres failover`.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::common::database::Database;
use crate::common::postgres_server::PostgresServer;
use crate::common::{Answer, Phone, START, World, case, json_request, receipt, remark, request};
use axum::body::Body;
use axum::http::StatusCode;
use p256::ecdsa::VerifyingKey;
use seal_central::{Central, ServerConfig, Stores};
use seal_core::checkpoint::{Checkpoint, SignedCheckpoint};
use seal_core::event::SignedEvent;
use seal_core::ids::EventId;
use seal_core::merkle;
use seal_core::wire::{B64, Change, ConsistencyResponse, PushItem, PushRequest, PushResponse};

/// What everybody does at once, and what became of it.
#[derive(Default)]
struct Traffic {
    enough: AtomicBool,
    taken: AtomicUsize,
    put_off: AtomicUsize,
    checkpoints: Mutex<Vec<Checkpoint>>,
}

impl Traffic {
    /// Waits until so many more facts were taken.
    async fn more(&self, facts: usize) {
        let wanted = self.taken.load(SeqCst) + facts;
        while self.taken.load(SeqCst) < wanted {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Nothing but an answer, or that one shall come again.
    fn answered(&self, answer: &Answer) -> bool {
        if answer.status == StatusCode::OK {
            return true;
        }
        let told = (answer.status, answer.code(), answer.header("retry-after").to_owned());
        assert_eq!(told, (StatusCode::SERVICE_UNAVAILABLE, "central".to_owned(), "5".to_owned()));
        self.put_off.fetch_add(1, SeqCst);
        false
    }
}

fn central(data: &std::path::Path, url: String) -> World {
    let folder = tempfile::tempdir_in(data).unwrap();
    let now = Arc::new(Mutex::new(START.parse().unwrap()));
    let stores = Stores { database: Some(url), ..Stores::default() };
    let clock = {
        let now = now.clone();
        Arc::new(move || *now.lock().unwrap())
    };
    let data = folder.path().to_owned();
    let central = Central::open(ServerConfig { data, clock, practice: true, stores }).unwrap();
    World { folder, central, now }
}

/// Sends one fact after another, each until it is taken. Gives their ids in this order, with the numbers of their receipts.
async fn write(world: Arc<World>, mut phone: Phone, traffic: Arc<Traffic>) -> Vec<(u64, EventId)> {
    let key = VerifyingKey::from_sec1_bytes(&phone.log_key.as_ref().unwrap().0).unwrap();
    let path = format!("/v1/devices/{}/events", phone.device);
    let mut made = Vec::new();
    while !traffic.enough.load(SeqCst) {
        let event = phone.event(Some(case(1)), remark(&made.len().to_string()));
        let items = vec![PushItem { id: event.event.id, cose: B64(event.cose.clone()) }];
        let body = serde_json::to_value(PushRequest { epoch: None, items }).unwrap();
        let pushed: PushResponse = loop {
            let answer = world.send(json_request("POST", &path, Some(&phone.token), &body)).await;
            if traffic.answered(&answer) {
                break serde_json::from_slice(&answer.body).unwrap();
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        made.push((receipt(&pushed.results[0].status).server_seq, event.event.id));
        let checkpoint = SignedCheckpoint::verify(&pushed.checkpoint.unwrap().0, &key).unwrap().checkpoint;
        assert_eq!(checkpoint.epoch, pushed.epoch);
        traffic.checkpoints.lock().unwrap().push(checkpoint);
        traffic.taken.fetch_add(1, SeqCst);
    }
    made
}

/// Follows the record with one cursor. Gives what it saw, and where it stands.
async fn read(world: Arc<World>, phone: Arc<Phone>, traffic: Arc<Traffic>) -> (Vec<(u64, EventId)>, Option<String>) {
    let (mut seen, mut cursor) = (Vec::new(), None);
    while !traffic.enough.load(SeqCst) {
        let answer = world.get_changes(&phone, cursor.as_deref(), 7).await;
        if traffic.answered(&answer) {
            let page: seal_core::wire::ChangesResponse = serde_json::from_slice(&answer.body).unwrap();
            seen.extend(numbered(&page.changes));
            cursor = Some(page.next);
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    (seen, cursor)
}

fn numbered(changes: &[Change]) -> Vec<(u64, EventId)> {
    let number = |change: &Change| match change {
        Change::Event { server_seq, cose } => Some((*server_seq, SignedEvent::read(&cose.0).unwrap().event.id)),
        Change::Doc { .. } | Change::Unknown => None,
    };
    changes.iter().filter_map(number).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_copy_that_takes_over_has_all_that_was_answered_and_the_central_goes_on_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    if Database::of(folder.path()).is_sqlite() {
        return;
    }
    let primary = PostgresServer::start(&[]);
    let copy = primary.copied().await;
    let hosts = format!("127.0.0.1:{},127.0.0.1:{}", primary.port, copy.port);
    let url = format!("postgres://postgres@{hosts}/postgres?target_session_attrs=read-write");
    // Opened by a thread that may wait.
    let data = folder.path().to_owned();
    let world = Arc::new(tokio::task::spawn_blocking(move || central(&data, url)).await.unwrap());
    let reader = Arc::new(world.phone(100, "hoa.pt", "135790").await);
    let phones = [world.phone(1, "an.nv", "246810").await, world.phone(2, "an.nv", "246810").await];
    let traffic = Arc::new(Traffic::default());
    let writers = phones.map(|phone| tokio::spawn(write(world.clone(), phone, traffic.clone())));
    let reading = tokio::spawn(read(world.clone(), reader.clone(), traffic.clone()));

    traffic.more(30).await;
    primary.kill();
    let ready = world.send(request("GET", "/readyz", None, &[], Body::empty())).await;
    assert_eq!((ready.status, ready.code()), (StatusCode::SERVICE_UNAVAILABLE, "not_ready".to_owned()));
    assert_eq!(ready.header("retry-after"), "5");
    while traffic.put_off.load(SeqCst) < 3 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    copy.promote();
    // The same central, without a restart.
    traffic.more(30).await;
    traffic.enough.store(true, SeqCst);

    let mut made = Vec::new();
    for writer in writers {
        let written = writer.await.unwrap();
        assert!(written.is_sorted(), "each phone's in the order in which it sent them: {written:?}");
        made.extend(written);
    }
    made.sort();
    // What was answered, under the number that was answered, once and nothing else: for one that read all along with one
    // cursor, and for one that begins anew.
    let (mut seen, cursor) = reading.await.unwrap();
    let (rest, _) = world.pull(&reader, cursor, 500).await;
    seen.extend(numbered(&rest));
    assert_eq!(seen, made);
    let (all, _) = world.pull(&reader, None, 500).await;
    assert_eq!(numbered(&all), made);
    assert_eq!(made.iter().map(|(seq, _)| *seq).collect::<Vec<_>>(), (1..).take(made.len()).collect::<Vec<u64>>());
    // The copy's own word.
    let rows = "SELECT count(*), max(seq) FROM event";
    let rows = copy.connect().await.query_one(rows, &[]).await.unwrap();
    let (count, last): (i64, i64) = (rows.get(0), rows.get(1));
    let all = i64::try_from(made.len()).unwrap();
    assert_eq!((count, last), (all, all));

    // One life of the record: what was signed before the failover is proven to lie in what is signed after it.
    let checkpoints = std::mem::take(&mut *traffic.checkpoints.lock().unwrap());
    let newest = checkpoints.iter().max_by_key(|checkpoint| checkpoint.size).unwrap();
    for old in &checkpoints {
        assert_eq!(old.epoch, newest.epoch);
        let path = format!("/v1/log/consistency?from={}&to={}&epoch={}", old.size, newest.size, newest.epoch);
        let answer = world.send(request("GET", &path, Some(&reader.token), &[], Body::empty())).await;
        let proof: ConsistencyResponse = serde_json::from_slice(&answer.body).unwrap();
        assert!(merkle::consistent((old.size, &old.root), (newest.size, &newest.root), &proof.path));
    }
}
