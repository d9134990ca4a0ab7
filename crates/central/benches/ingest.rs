//! What taking a phone's facts costs beside a bare insert of the same bytes: `cargo bench -p seal-central --bench ingest`.
//!
//! Pushes of 50 events go through the whole API (JSON, signatures, subjects, feeds, receipts, a commit on the disk), from four
//! phones at once and from one; then the same bytes into a bare table, 50 a commit. Before it, the record is filled so far
//! that what history costs would show. `EVENTS` (20,000) are pushed for each line; arguments are the sizes of the history.
//! On PostgreSQL where there is a server to test on (`tools/with-postgres.sh`).

#[path = "../tests/common/mod.rs"]
mod common;

use std::sync::Arc;
use std::time::Instant;

use common::database::Database;
use common::{Phone, World, case, remark};
use futures_util::future::join_all;
use rusqlite::Connection;
use seal_core::event::SignedEvent;
use seal_core::wire::PushStatus;

const BATCH: usize = 50;
const PHONES: usize = 4;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let events: usize = std::env::var("EVENTS").ok().and_then(|text| text.parse().ok()).unwrap_or(20_000);
    let mut sizes: Vec<u32> = std::env::args().skip(1).filter_map(|text| text.parse().ok()).collect();
    if sizes.is_empty() {
        sizes = vec![1_000, 100_000, 1_000_000];
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    println!(
        "| history, events | bare insert: events/s | {PHONES} phones: events/s | one phone: events/s | p50 ms | p99 ms |"
    );
    println!("|---:|---:|---:|---:|---:|---:|");
    for size in sizes {
        let world = Arc::new(World::new());
        fill(&world, size)?;
        let mut phones = Vec::new();
        for number in 1..=PHONES + 1 {
            let number = u8::try_from(number)?;
            phones.push(runtime.block_on(world.phone(number, "an.nv", "246810")));
        }
        let made: Vec<Vec<SignedEvent>> = phones.iter_mut().map(|phone| sign(phone, events / PHONES)).collect();
        let bare = match world.database() {
            Database::Sqlite { .. } => bare(&world, &made[..PHONES])?,
            Database::Postgres { url, .. } => runtime.block_on(bare_on_server(&url, &made[..PHONES]))?,
        };
        let bare = events as f64 / bare;
        let (together, one) = runtime.block_on(async {
            let begun = Instant::now();
            let pushes = phones[..PHONES].iter().zip(&made).map(|(phone, made)| push(&world, phone, made));
            join_all(pushes).await;
            let together = begun.elapsed().as_secs_f64();
            (together, push(&world, &phones[PHONES], &made[PHONES]).await)
        });
        let together = (events / PHONES * PHONES) as f64 / together;
        let alone = made[PHONES].len() as f64 / one.iter().sum::<f64>();
        let at = |part: usize| 1000.0 * one[(one.len() * part / 100).min(one.len() - 1)];
        println!("| {size} | {bare:.0} | {together:.0} | {alone:.0} | {:.2} | {:.2} |", at(50), at(99));
    }
    Ok(())
}

fn sign(phone: &mut Phone, count: usize) -> Vec<SignedEvent> {
    (0..count)
        .map(|n| phone.event(Some(case(u32::try_from(n % 4 + 1).unwrap_or(1))), remark(&format!("{n:0>200}"))))
        .collect()
}

/// Seconds for each push, sorted.
async fn push(world: &Arc<World>, phone: &Phone, events: &[SignedEvent]) -> Vec<f64> {
    let mut took = Vec::new();
    for batch in events.chunks(BATCH) {
        let begun = Instant::now();
        let answer = world.push(phone, batch).await;
        took.push(begun.elapsed().as_secs_f64());
        assert!(answer.results.iter().all(|result| matches!(result.status, PushStatus::Accepted { .. })));
    }
    took.sort_by(f64::total_cmp);
    took
}

/// Seconds for the same bytes, 50 a commit, in a table with nothing but an id.
fn bare(world: &World, made: &[Vec<SignedEvent>]) -> Result<f64, Failure> {
    let mut db = Connection::open(world.folder.path().join("bare.sqlite"))?;
    db.pragma_update(None, "journal_mode", "wal")?;
    db.pragma_update(None, "synchronous", "full")?;
    db.execute_batch("CREATE TABLE event (seq INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, cose BLOB NOT NULL)")?;
    let begun = Instant::now();
    for batch in made.iter().flat_map(|made| made.chunks(BATCH)) {
        let tx = db.transaction()?;
        for event in batch {
            let mut insert = tx.prepare_cached("INSERT INTO event (id, cose) VALUES (?1, ?2)")?;
            insert.execute((event.event.id.0.as_bytes(), &event.cose))?;
        }
        tx.commit()?;
    }
    Ok(begun.elapsed().as_secs_f64())
}

/// The same on PostgreSQL, on one connection.
async fn bare_on_server(url: &str, made: &[Vec<SignedEvent>]) -> Result<f64, Failure> {
    let (mut client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await?;
    tokio::spawn(connection);
    let table = "CREATE TABLE bare (seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id BYTEA NOT NULL UNIQUE,
        cose BYTEA NOT NULL)";
    client.batch_execute(table).await?;
    let insert = client.prepare("INSERT INTO bare (id, cose) VALUES ($1, $2)").await?;
    let begun = Instant::now();
    for batch in made.iter().flat_map(|made| made.chunks(BATCH)) {
        let tx = client.transaction().await?;
        for event in batch {
            tx.execute(&insert, &[&event.event.id.0.as_bytes().as_slice(), &event.cose.as_slice()]).await?;
        }
        tx.commit().await?;
    }
    Ok(begun.elapsed().as_secs_f64())
}

/// A record of other phones' facts: 300 bytes each, of 5,000 cases and 200 units. Rows only: nothing of it is ever read as
/// an event here.
fn fill(world: &World, size: u32) -> Result<(), Failure> {
    let database = world.database();
    if let Database::Postgres { .. } = database {
        let random = |bytes: u32| format!("decode(repeat(md5(i::text), {}), 'hex')", bytes / 16);
        database.run(&format!(
            "INSERT INTO event (seq, id, hash, cose, device, device_seq, prev, kind, received_at)
               SELECT i, {}, {}, {}, convert_to(to_char(i % 5000, 'FM0000000000000000'), 'UTF8'), i / 5000 + 1, {},
                 'difficulty_reported', 1795000000000 + i FROM generate_series(1, {size}) AS i;
             INSERT INTO log_node (level, n, hash)
               SELECT level, i, {} FROM generate_series(0, 30) AS level, generate_series(0, ({size} >> level) - 1) AS i;
             INSERT INTO event_subject (subject, seq)
               SELECT 'case/filled-' || to_char(i % 5000, 'FM00000'), i FROM generate_series(1, {size}) AS i;
             INSERT INTO feed (unit, event) SELECT 'F' || to_char(i % 200, 'FM000'), i FROM generate_series(1, {size}) AS i;
             ANALYZE",
            random(16), random(32), random(304), random(32), random(32)
        ));
        return Ok(());
    }
    let db = Connection::open(world.folder.path().join("central.sqlite"))?;
    db.execute_batch(&format!(
        "PRAGMA foreign_keys = OFF;
         BEGIN;
         CREATE TEMP TABLE n AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {size}) SELECT i FROM n;
         INSERT INTO event (id, hash, cose, device, device_seq, prev, kind, received_at)
           SELECT randomblob(16), randomblob(32), randomblob(300), CAST(printf('%016d', i % 5000) AS BLOB), i / 5000 + 1,
             randomblob(32), 'difficulty_reported', 1795000000000 + i FROM n ORDER BY i;
         INSERT INTO event_subject (subject, seq) SELECT printf('case/filled-%05d', i % 5000), i FROM n;
         INSERT INTO feed (unit, event) SELECT printf('F%03d', i % 200), i FROM n;
         WITH RECURSIVE level(l) AS (SELECT 0 UNION ALL SELECT l + 1 FROM level WHERE l < 40)
           INSERT INTO log_node (level, n, hash) SELECT l, i - 1, randomblob(32) FROM level JOIN n ON i <= {size} >> l;
         COMMIT;"
    ))?;
    Ok(())
}
