//! What PostgreSQL alone can do to a central. Runs where there is a server to test on: `./run postgres`, `./run test`.

use std::sync::Arc;

use crate::common::database::Database;
use crate::common::{Phone, World, case, json_request, receipt, remark};
use axum::http::StatusCode;
use seal_central::{Central, ServerConfig};
use seal_core::wire::{B64, PushItem, PushRequest, PushStatus};
use tokio_postgres::{Client, NoTls};

/// The address of a database of its own; `None` where the tests run on SQLite.
fn server(world: &World) -> Option<String> {
    world.database().url().map(str::to_owned)
}

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

async fn numbers(reader: &Client, after: i64) -> Vec<i64> {
    let rows = reader.query("SELECT n FROM naive WHERE n > $1 ORDER BY n", &[&after]).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

/// Why there is a lock: without one a reader that has seen 2 never sees 1.
#[tokio::test]
async fn numbers_from_a_sequence_alone_are_passed_over_and_the_lock_prevents_that() {
    let world = World::new();
    let Some(url) = server(&world) else { return };
    let (first, second, reader) = (connect(&url).await, connect(&url).await, connect(&url).await);
    reader.batch_execute("CREATE TABLE naive (n BIGINT GENERATED ALWAYS AS IDENTITY)").await.unwrap();
    first.batch_execute("BEGIN; INSERT INTO naive DEFAULT VALUES").await.unwrap();
    second.batch_execute("BEGIN; INSERT INTO naive DEFAULT VALUES; COMMIT").await.unwrap();
    assert_eq!(numbers(&reader, 0).await, [2]);
    first.batch_execute("COMMIT").await.unwrap();
    assert!(numbers(&reader, 2).await.is_empty(), "the reader has passed over 1");

    // Who has the lock alone gives out numbers, until they can be seen.
    let lock = "hashtextextended('seal-central/' || current_schema(), 0)";
    first.batch_execute(&format!("BEGIN; SELECT pg_advisory_xact_lock({lock})")).await.unwrap();
    let mine = second.query_one(&format!("SELECT pg_try_advisory_xact_lock({lock})"), &[]).await.unwrap();
    assert!(!mine.get::<_, bool>(0));
    first.batch_execute("COMMIT").await.unwrap();
}

async fn count(client: &Client, sql: &str) -> i64 {
    client.query_one(sql, &[]).await.unwrap().get(0)
}

/// The central's connections are named like its schema, as this one is.
const OF_CENTRAL: &str = "FROM pg_stat_activity WHERE application_name = current_schema() AND pid <> pg_backend_pid()";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_another_central_writes_this_one_waits_and_its_readers_do_not() {
    let world = Arc::new(World::new());
    let Some(url) = server(&world) else { return };
    let mut phone = world.phone(1, "an.nv", "246810").await;
    let client = connect(&url).await;
    let other = connect(&url).await;
    let lock = "hashtextextended('seal-central/' || current_schema(), 0)";
    other.batch_execute(&format!("BEGIN; SELECT pg_advisory_xact_lock({lock})")).await.unwrap();
    let event = phone.event(Some(case(1)), remark("waits"));
    let (token, device) = (phone.token.clone(), phone.device);
    let push = tokio::spawn({
        let world = world.clone();
        let items = vec![PushItem { id: event.event.id, cose: B64(event.cose.clone()) }];
        let body = serde_json::to_value(PushRequest { epoch: None, items }).unwrap();
        let path = format!("/v1/devices/{device}/events");
        async move { world.send(json_request("POST", &path, Some(&token), &body)).await }
    });
    let waits = format!("SELECT count(*) {OF_CENTRAL} AND wait_event_type = 'Lock' AND wait_event = 'advisory'");
    while count(&client, &waits).await == 0 {
        tokio::task::yield_now().await;
    }
    world.pull(&phone, None, 500).await;
    assert!(!push.is_finished());
    other.batch_execute("COMMIT").await.unwrap();
    assert_eq!(push.await.unwrap().status, StatusCode::OK);
}

#[tokio::test]
async fn connections_that_the_server_closed_are_replaced_before_they_are_used() {
    let world = World::new();
    let Some(url) = server(&world) else { return };
    let mut phone = world.phone(1, "an.nv", "246810").await;
    let client = connect(&url).await;
    let closed = count(&client, &format!("SELECT count(pg_terminate_backend(pid)) {OF_CENTRAL}")).await;
    assert!(closed > 0);
    let event = phone.event(None, remark("after"));
    while count(&client, &format!("SELECT count(*) {OF_CENTRAL}")).await > 0 {}
    receipt(&world.push(&phone, &[event]).await.results[0].status);
}

#[tokio::test]
async fn a_connection_lost_in_the_middle_is_503_and_nothing_is_taken_or_refused() {
    let world = World::new();
    if world.database().is_sqlite() {
        return;
    }
    let mut phone = world.phone(1, "an.nv", "246810").await;
    world.database().run(
        "CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
           IF NEW.device_seq = 2 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF; RETURN NEW; END $$;
         CREATE TRIGGER cut BEFORE INSERT ON event FOR EACH ROW EXECUTE FUNCTION cut()",
    );
    let events: Vec<_> = (0..3).map(|n| phone.event(None, remark(&n.to_string()))).collect();
    let items = events.iter().map(|e| PushItem { id: e.event.id, cose: B64(e.cose.clone()) }).collect();
    let body = serde_json::to_value(PushRequest { epoch: None, items }).unwrap();
    let path = format!("/v1/devices/{}/events", phone.device);
    let answer = world.send(json_request("POST", &path, Some(&phone.token), &body)).await;
    assert_eq!((answer.status, answer.code()), (StatusCode::SERVICE_UNAVAILABLE, "central".to_owned()));
    assert_eq!(answer.header("retry-after"), "5");
    world.database().run("DROP TRIGGER cut ON event");
    let pushed = world.push(&phone, &events).await;
    assert!(pushed.results.iter().all(|result| matches!(result.status, PushStatus::Accepted { .. })));
    assert_eq!(receipt(&pushed.results[2].status).server_seq, 3, "no number was lost");
}

#[tokio::test]
async fn a_text_that_the_server_cannot_keep_names_nobody() {
    let world = World::new();
    let stranger = Phone::new(1, "an\0nv");
    assert_eq!(world.sign_in(&stranger, "246810").await.code(), "secret");
    let mut phone = world.phone(1, "an.nv", "246810").await;
    let event = phone.event_with(None, remark("nobody's"), |event| event.officer.0.push('\0'));
    let pushed = world.push(&phone, &[event]).await;
    assert!(matches!(&pushed.results[0].status, PushStatus::Rejected { code, .. } if code == "officer"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn centrals_that_start_at_once_on_an_empty_database_agree() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::of(folder.path());
    if database.is_sqlite() {
        return;
    }
    let open = |_| {
        let config = ServerConfig { stores: database.stores(), ..ServerConfig::new(folder.path(), true) };
        tokio::task::spawn_blocking(move || Central::open(config).map(drop).map_err(|trouble| trouble.to_string()))
    };
    for opened in futures_util::future::join_all((0..4).map(open)).await {
        opened.unwrap().unwrap();
    }
    // Each step was taken once.
    assert_eq!(database.rows("SELECT count(*) = max(step) FROM schema_step")[0][0].as_deref(), Some("t"));
}
