//! The record as a Merkle tree: what the central says of it, and what it can prove.

use crate::common::{Phone, World, case, receipt, remark, request};
use axum::body::Body;
use axum::http::StatusCode;
use p256::ecdsa::VerifyingKey;
use seal_core::checkpoint::{Checkpoint, Life, SignedCheckpoint};
use seal_core::event::SignedEvent;
use seal_core::ids::Sha256;
use seal_core::merkle;
use seal_core::wire::{B64, CheckpointResponse, ConsistencyResponse, InclusionResponse, PushStatus};
use serde::de::DeserializeOwned;

async fn get<T: DeserializeOwned>(world: &World, phone: &Phone, path: &str) -> T {
    let answer = world.send(request("GET", path, Some(&phone.token), &[], Body::empty())).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
    serde_json::from_slice(&answer.body).unwrap()
}

async fn refused(world: &World, phone: &Phone, path: &str) -> (StatusCode, String) {
    let answer = world.send(request("GET", path, Some(&phone.token), &[], Body::empty())).await;
    (answer.status, answer.code())
}

fn read(checkpoint: Option<&B64>, key: &[u8]) -> Checkpoint {
    let key = VerifyingKey::from_sec1_bytes(key).unwrap();
    SignedCheckpoint::verify(&checkpoint.unwrap().0, &key).unwrap().checkpoint
}

async fn newest(world: &World, phone: &Phone) -> (Checkpoint, Vec<u8>) {
    let answer: CheckpointResponse = get(world, phone, "/v1/log/checkpoint").await;
    (read(Some(&answer.checkpoint), &answer.key.0), answer.key.0)
}

fn remarks(phone: &mut Phone, count: usize) -> Vec<SignedEvent> {
    (0..count).map(|n| phone.event(Some(case(1)), remark(&n.to_string()))).collect()
}

#[tokio::test]
async fn every_answer_carries_a_signed_checkpoint_that_covers_what_it_tells() {
    let world = World::new();
    let mut phone = world.phone(1, "an.nv", "246810").await;
    let (empty, key) = newest(&world, &phone).await;
    assert_eq!((empty.size, empty.root, empty.before.len()), (0, Sha256::of(b""), 0));
    assert_eq!(phone.log_key.as_ref().unwrap().0, key);

    let events = remarks(&mut phone, 3);
    let pushed = world.push(&phone, &events).await;
    let after = read(pushed.checkpoint.as_ref(), &key);
    assert_eq!(after.epoch, pushed.epoch);
    for result in &pushed.results {
        assert!(receipt(&result.status).server_seq <= after.size);
    }
    assert_eq!(after.size, empty.size + 3);
    let page = world.changes(&phone, None, 500).await;
    let pulled = read(page.checkpoint.as_ref(), &key);
    assert_eq!((pulled.size, pulled.root), (after.size, after.root));

    // Signed once while nothing changes, and anew after a minute.
    assert_eq!(page.checkpoint, pushed.checkpoint);
    world.advance(jiff::SignedDuration::from_secs(61));
    let later = world.changes(&phone, None, 500).await;
    assert_eq!(read(later.checkpoint.as_ref(), &key), Checkpoint { at: later.server_time, ..pulled.clone() });
}

#[tokio::test]
async fn events_are_proven_to_be_in_the_record_and_the_record_only_to_grow() {
    let world = World::new();
    let mut phone = world.phone(1, "an.nv", "246810").await;
    let mut heads = Vec::new();
    let mut events = Vec::new();
    for count in [1, 1, 2, 3, 5] {
        let new = remarks(&mut phone, count);
        let pushed = world.push(&phone, &new).await;
        heads.push(read(pushed.checkpoint.as_ref(), &phone.log_key.as_ref().unwrap().0));
        events.extend(new.into_iter().zip(pushed.results));
    }
    let (head, _) = newest(&world, &phone).await;
    for (event, result) in &events {
        let seq = receipt(&result.status).server_seq;
        let path = format!("/v1/log/inclusion?event={}&size={}", event.event.id, head.size);
        let proof: InclusionResponse = get(&world, &phone, &path).await;
        assert_eq!((proof.index, proof.size), (seq - 1, head.size));
        let leaf = merkle::leaf(&event.cose);
        assert!(merkle::includes(&leaf, proof.index, proof.size, &proof.path, &head.root));
        // Of the whole record unless a size is named.
        let path = format!("/v1/log/inclusion?event={}", event.event.id);
        assert_eq!(get::<InclusionResponse>(&world, &phone, &path).await, proof);
    }
    for old in &heads {
        let path = format!("/v1/log/consistency?from={}&to={}&epoch={}", old.size, head.size, head.epoch);
        let proof: ConsistencyResponse = get(&world, &phone, &path).await;
        assert!(merkle::consistent((old.size, &old.root), (head.size, &head.root), &proof.path));
    }
}

#[tokio::test]
async fn what_cannot_be_proven_is_refused_with_its_reason() {
    let world = World::new();
    let mut phone = world.phone(1, "an.nv", "246810").await;
    let events = remarks(&mut phone, 2);
    world.push(&phone, &events).await;
    let (head, _) = newest(&world, &phone).await;
    let tree_size = (StatusCode::BAD_REQUEST, "tree_size".to_owned());
    let more = head.size + 1;
    for path in [
        format!("/v1/log/consistency?from=1&to={more}"),
        format!("/v1/log/consistency?from={more}&to={}", head.size),
        "/v1/log/consistency?from=0&to=1".to_owned(),
        format!("/v1/log/inclusion?event={}&size={more}", events[0].event.id),
        // It came later than that.
        format!("/v1/log/inclusion?event={}&size={}", events[1].event.id, head.size - 1),
    ] {
        assert_eq!(refused(&world, &phone, &path).await, tree_size, "{path}");
    }
    let of_another_life = format!("/v1/log/consistency?from=1&to={}&epoch=x", head.size);
    assert_eq!(refused(&world, &phone, &of_another_life).await, (StatusCode::CONFLICT, "epoch".to_owned()));
    let unreadable = (StatusCode::BAD_REQUEST, "unreadable".to_owned());
    for path in ["/v1/log/consistency?from=-1&to=2", "/v1/log/consistency", "/v1/log/inclusion?event=x"] {
        assert_eq!(refused(&world, &phone, path).await, unreadable, "{path}");
    }
    let unknown = "/v1/log/inclusion?event=01890a5d-ac96-774b-bcce-b302099a8057";
    assert_eq!(refused(&world, &phone, unknown).await, (StatusCode::NOT_FOUND, "no_such_event".to_owned()));
    let stranger = world.send(request("GET", "/v1/log/checkpoint", None, &[], Body::empty())).await;
    assert_eq!(stranger.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn an_event_that_could_not_be_stored_leaves_no_leaf() {
    let world = World::new();
    let mut phone = world.phone(1, "an.nv", "246810").await;
    let events = remarks(&mut phone, 3);
    world.push(&phone, &events[..1]).await;
    let (before, _) = newest(&world, &phone).await;
    let db = world.database();
    db.run("ALTER TABLE event_subject RENAME TO away");
    let pushed = world.push(&phone, &events[1..]).await;
    assert!(pushed.results.iter().all(|result| result.status == PushStatus::Deferred));
    assert_eq!(newest(&world, &phone).await.0, before);
    db.run("ALTER TABLE away RENAME TO event_subject");
    let pushed = world.push(&phone, &events).await;
    assert!(matches!(pushed.results[2].status, PushStatus::Accepted { .. }));
    assert_eq!(newest(&world, &phone).await.0.size, before.size + 2);
}

#[tokio::test]
async fn a_database_of_before_gets_its_tree_once_and_the_same() {
    let world = World::new();
    if !world.database().is_sqlite() {
        // There was no PostgreSQL before.
        return;
    }
    let mut phone = world.phone(1, "an.nv", "246810").await;
    let events = remarks(&mut phone, 11);
    world.push(&phone, &events).await;
    let (before, _) = newest(&world, &phone).await;
    let db = rusqlite::Connection::open(world.folder.path().join("central.sqlite")).unwrap();
    let nodes = || -> Vec<(i64, i64, Vec<u8>)> {
        let mut select = db.prepare("SELECT level, n, hash FROM log_node ORDER BY level, n").unwrap();
        select.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap().map(Result::unwrap).collect()
    };
    let whole = nodes();
    // As the version before left it.
    db.execute_batch("DROP TABLE certificate; DROP TABLE enrolment; DROP TABLE log_node; DELETE FROM meta WHERE key = 'epochs_before'; PRAGMA user_version = 2")
        .unwrap();
    let world = world.restart();
    assert_eq!(nodes(), whole);
    let (after, _) = newest(&world, &phone).await;
    assert_eq!(after, before);
    let more = remarks(&mut phone, 1);
    world.push(&phone, &more).await;
    assert_eq!(newest(&world, &phone).await.0.size, before.size + 1);
}

#[tokio::test]
async fn another_life_says_how_much_it_kept_of_those_before() {
    let world = World::new();
    let mut phone = world.phone(1, "an.nv", "246810").await;
    let events = remarks(&mut phone, 4);
    world.push(&phone, &events[..3]).await;
    let (before, key) = newest(&world, &phone).await;
    world.central.begin_new_life().unwrap();
    let pushed = world.push(&phone, &events[3..]).await;
    let after = read(pushed.checkpoint.as_ref(), &key);
    assert_ne!(after.epoch, before.epoch);
    assert_eq!(after.size, before.size + 1);
    let first = Life { epoch: before.epoch, kept: before.size };
    assert_eq!(after.before, std::slice::from_ref(&first));
    world.central.begin_new_life().unwrap();
    let (last, _) = newest(&world, &phone).await;
    assert_eq!(last.before, [first, Life { epoch: after.epoch, kept: after.size }]);
}

#[tokio::test]
async fn of_two_centrals_from_one_backup_neither_can_prove_the_others_record() {
    let world = World::new();
    let mut phone = world.phone(1, "an.nv", "246810").await;
    let events = remarks(&mut phone, 9);
    world.push(&phone, &events[..5]).await;
    let copy = tempfile::tempdir().unwrap();
    world.database().copy_to(copy.path());
    let other = World { folder: copy, central: world.central.clone(), now: world.now.clone() }.restart();

    world.push(&phone, &events[5..7]).await;
    let (one, key) = newest(&world, &phone).await;
    // The same events in another order, and more of them.
    for event in [&events[8], &events[7], &events[6], &events[5]] {
        other.push(&phone, std::slice::from_ref(event)).await;
    }
    let (two, other_key) = newest(&other, &phone).await;
    assert_eq!((key, &one.epoch), (other_key, &two.epoch));
    let path = format!("/v1/log/consistency?from={}&to={}", one.size, two.size);
    let proof: ConsistencyResponse = get(&other, &phone, &path).await;
    assert!(!merkle::consistent((one.size, &one.root), (two.size, &two.root), &proof.path));
    assert_eq!(refused(&world, &phone, &path).await.1, "tree_size");
}
