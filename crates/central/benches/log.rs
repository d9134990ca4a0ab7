//! What the Merkle tree costs as the record grows: taking events through the API, the tree's own part of it, and proofs.
//! `cargo bench -p seal-central --bench log`

#[path = "../tests/common/mod.rs"]
mod common;

use std::path::Path;
use std::time::{Duration, Instant};

use axum::body::Body;
use common::{Phone, World, case, remark, request};
use rusqlite::{Connection, Transaction};
use seal_core::ids::Sha256;
use seal_core::merkle::{self, Place};

const SIZES: [u64; 4] = [1_000, 10_000, 100_000, 1_000_000];
const BATCHES: u32 = 20;
const BATCH: u32 = 50;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    println!("{:>9}  {:>12}  {:>10}  {:>12}  {:>12}", "events", "push/event", "tree/event", "inclusion", "consistency");
    for size in SIZES {
        let world = World::new();
        let file = world.folder.path().join("central.sqlite");
        let mut phone = world.phone(1, "an.nv", "246810").await;
        fill(&file, size);
        let pushed = push(&world, &mut phone).await;
        let tree = tree_alone(&file);
        let newest = size + u64::from(BATCHES * BATCH);
        let event = phone.event(None, remark("proven"));
        world.push(&phone, std::slice::from_ref(&event)).await;
        let inclusion = ask(&world, &phone, &format!("/v1/log/inclusion?event={}", event.event.id)).await;
        let path = format!("/v1/log/consistency?from={}&to={newest}", size / 3);
        let consistency = ask(&world, &phone, &path).await;
        println!("{size:>9}  {pushed:>12.1?}  {tree:>10.1?}  {inclusion:>12.1?}  {consistency:>12.1?}");
    }
}

/// A record of that many events, none of which any phone follows.
fn fill(file: &Path, size: u64) {
    let mut db = Connection::open(file).unwrap();
    let tx = db.transaction().unwrap();
    {
        let mut insert = tx
            .prepare(
                "INSERT INTO event (id, hash, cose, device, device_seq, prev, kind, received_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?2, 'bench', 0)",
            )
            .unwrap();
        for n in 0..size {
            let hash = Sha256::of(&n.to_be_bytes()).0;
            let cose = hash.repeat(9);
            insert.execute((&hash[..16], hash, &cose, [0_u8; 16], n.cast_signed())).unwrap();
            add(&tx, n, &cose);
        }
    }
    tx.commit().unwrap();
}

/// The central's own statements.
fn add(tx: &Transaction, size: u64, cose: &[u8]) {
    let mut select = tx.prepare_cached("SELECT hash FROM log_node WHERE level = ?1 AND n = ?2").unwrap();
    let read = |(level, n): Place| select.query_row((level, n.cast_signed()), |row| row.get(0)).map(Sha256);
    let made = merkle::append(size, merkle::leaf(cose), read).unwrap();
    let mut insert = tx.prepare_cached("INSERT INTO log_node (level, n, hash) VALUES (?1, ?2, ?3)").unwrap();
    for ((level, n), hash) in made {
        insert.execute((level, n.cast_signed(), hash.0)).unwrap();
    }
}

async fn push(world: &World, phone: &mut Phone) -> Duration {
    let mut spent = Duration::ZERO;
    for _ in 0..BATCHES {
        let events: Vec<_> = (0..BATCH).map(|_| phone.event(Some(case(1)), remark("bench"))).collect();
        let start = Instant::now();
        world.push(phone, &events).await;
        spent += start.elapsed();
    }
    spent / (BATCHES * BATCH)
}

/// Adding to the tree and nothing else, then undone.
fn tree_alone(file: &Path) -> Duration {
    let mut db = Connection::open(file).unwrap();
    let tx = db.transaction().unwrap();
    let size: i64 = tx.query_row("SELECT max(n) + 1 FROM log_node WHERE level = 0", [], |row| row.get(0)).unwrap();
    let count = 5_000;
    let start = Instant::now();
    for n in 0..count {
        add(&tx, size.unsigned_abs() + u64::from(n), &[7; 288]);
    }
    start.elapsed() / count
}

async fn ask(world: &World, phone: &Phone, path: &str) -> Duration {
    let times = 50;
    let start = Instant::now();
    for _ in 0..times {
        let answer = world.send(request("GET", path, Some(&phone.token), &[], Body::empty())).await;
        assert!(answer.status.is_success(), "{}", answer.text());
    }
    start.elapsed() / times
}
