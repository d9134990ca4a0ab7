//! Promises about the whole: nothing skipped under concurrent writers, a restored backup, other ways to sign in.

use crate::common;

use std::sync::Arc;

use crate::common::{Phone, World, case, events, remark};
use async_trait::async_trait;
use axum::http::StatusCode;
use seal_central::Trouble;
use seal_central::accounts::Accounts;
use seal_core::event::SignedEvent;
use seal_core::ids::{EventId, OfficerId};
use seal_core::officer::{Officer, Role};
use seal_core::wire::{Change, PushStatus};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_puller_sees_every_event_of_concurrent_writers_exactly_once() {
    let world = Arc::new(World::new());
    let reader = world.phone(100, "hoa.pt", "135790").await;
    let mut writers = Vec::new();
    for number in 1..=6 {
        let mut phone = world.phone(number, "an.nv", "246810").await;
        let world = world.clone();
        writers.push(tokio::spawn(async move {
            let mut made = Vec::new();
            for n in 0..15 {
                let event = phone.event(Some(case(1)), remark(&n.to_string()));
                made.push(event.event.id);
                world.push(&phone, &[event]).await;
            }
            made
        }));
    }
    let (mut seen, mut cursor): (Vec<EventId>, Option<String>) = (Vec::new(), None);
    while seen.len() < 6 * 15 {
        let page = world.changes(&reader, cursor.as_deref(), 3).await;
        seen.extend(events(&page.changes).iter().map(|event| event.id));
        cursor = Some(page.next);
    }
    let mut made = Vec::new();
    for writer in writers {
        made.extend(writer.await.unwrap());
    }
    assert!(events(&world.changes(&reader, cursor.as_deref(), 500).await.changes).is_empty());
    seen.sort();
    made.sort();
    assert_eq!(seen, made);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_puller_misses_nothing_that_writers_at_two_centrals_commit() {
    let centrals = {
        let one = World::new();
        let two = one.beside();
        [Arc::new(one), Arc::new(two)]
    };
    let database = centrals[0].database();
    if !database.is_sqlite() {
        // Commits take their time, each another.
        database.run(
            "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
               $$ BEGIN PERFORM pg_sleep(random() * 0.005); RETURN NULL; END $$;
             CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON event DEFERRABLE INITIALLY DEFERRED
               FOR EACH ROW EXECUTE FUNCTION slow()",
        );
    }
    let reader = centrals[0].phone(100, "hoa.pt", "135790").await;
    let mut writers = Vec::new();
    for number in 1..=8 {
        let world = centrals[usize::from(number) % 2].clone();
        let mut phone = world.phone(number, "an.nv", "246810").await;
        writers.push(tokio::spawn(async move {
            let mut made = Vec::new();
            for n in 0..10 {
                let event = phone.event(Some(case(1)), remark(&n.to_string()));
                made.push(event.event.id);
                world.push(&phone, &[event]).await;
            }
            made
        }));
    }
    let (mut seen, mut cursor): (Vec<(u64, EventId)>, Option<String>) = (Vec::new(), None);
    for turn in 0.. {
        let page = centrals[turn % 2].changes(&reader, cursor.as_deref(), 3).await;
        for change in &page.changes {
            if let Change::Event { server_seq, cose } = change {
                seen.push((*server_seq, SignedEvent::read(&cose.0).unwrap().event.id));
            }
        }
        // What is signed never runs ahead of what can be read.
        let log = centrals[(turn + 1) % 2].changes(&reader, cursor.as_deref(), 1).await;
        assert!(log.checkpoint.is_some());
        cursor = Some(page.next);
        if seen.len() == 8 * 10 {
            break;
        }
    }
    // In the order of the record, each number once and none left out.
    assert_eq!(seen.iter().map(|(seq, _)| *seq).collect::<Vec<_>>(), (1..=80).collect::<Vec<_>>());
    for writer in writers {
        let made = writer.await.unwrap();
        let order: Vec<_> = seen.iter().map(|(_, id)| *id).filter(|id| made.contains(id)).collect();
        assert_eq!(order, made, "each phone's in the order in which it sent them");
    }
    for world in &centrals {
        assert!(events(&world.changes(&reader, cursor.as_deref(), 500).await.changes).is_empty());
    }
}

#[tokio::test]
async fn after_a_restore_phones_can_send_everything_again() {
    let world = World::new();
    let mut phone = world.phone(1, "an.nv", "246810").await;
    let events: Vec<_> = (0..3).map(|n| phone.event(None, remark(&n.to_string()))).collect();
    let before = world.push(&phone, &events[..1]).await;
    // The backup is complete in itself.
    let restored = tempfile::tempdir().unwrap();
    world.database().copy_to(restored.path());
    world.push(&phone, &events[1..]).await;
    let (_, cursor) = world.pull(&phone, None, 500).await;

    let World { central, now, .. } = world;
    let world = World { folder: restored, central, now }.restart();
    world.central.begin_new_life().unwrap();

    assert_eq!(world.get_changes(&phone, Some(&cursor), 500).await.status, StatusCode::GONE);
    let again = world.push(&phone, &events).await;
    assert_ne!(again.epoch, before.epoch);
    assert_eq!(
        again.results[0].status,
        PushStatus::Duplicate { receipt: common::receipt(&before.results[0].status).clone() }
    );
    for result in &again.results[1..] {
        assert!(matches!(result.status, PushStatus::Accepted { .. }));
    }
}

#[tokio::test]
async fn a_cursor_of_another_unit_is_not_followed() {
    let world = World::new();
    let a = world.phone(1, "an.nv", "246810").await;
    let b = world.phone(2, "binh.tt", "246810").await;
    let (_, cursor) = world.pull(&a, None, 500).await;
    assert_eq!(world.get_changes(&b, Some(&cursor), 500).await.status, StatusCode::GONE);
}

/// Stands for a provider of identities.
struct Provider;

#[async_trait]
impl Accounts for Provider {
    async fn check(&self, officer: &OfficerId, secret: &str) -> Result<Option<Officer>, Trouble> {
        let found = Officer {
            id: officer.clone(),
            name: "From elsewhere".to_owned(),
            unit: common::unit("15BB"),
            roles: vec![Role::Officer],
        };
        Ok((secret == "assertion").then_some(found))
    }
}

#[tokio::test]
async fn another_way_to_sign_in_fits_and_its_officers_can_write() {
    let World { folder, central, now } = World::new();
    let central = central.with_accounts(Arc::new(Provider)).unwrap_or_else(|_| panic!("shared"));
    let world = World { folder, central, now };
    assert_eq!(world.sign_in(&Phone::new(1, "x.y"), "246810").await.code(), "secret");
    let mut phone = world.phone(1, "x.y", "assertion").await;
    let event = phone.event(None, remark("hello"));
    let answer = world.push(&phone, &[event]).await;
    assert!(matches!(answer.results[0].status, PushStatus::Accepted { .. }));
}
