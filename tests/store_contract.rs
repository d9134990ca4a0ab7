//! What every store must do, shown on the SQLite store.

use crate::common::*;
use crate::tired_vault::TiredVault;
use jiff::SignedDuration;
use p256::ecdsa::SigningKey;
use p256::ecdsa::VerifyingKey;
use seal_core::case::CasePhase;
use seal_core::codes::{CustomsSealKind, SealType};
use seal_core::custody::Whereabouts;
use seal_core::doc::{Doc, PackDoc, PackEntryDoc, SealDoc, SealLife, SealRadio};
use seal_core::event::SignedEvent;
use seal_core::fact::{Corrected, CorrectionReason, Fact};
use seal_core::ids::Sha256;
use seal_core::line::{CaseLine, ParcelLine};
use seal_core::outbox::{Lane, OutboxState, QueueWhat, Receipt, StuckReason};
use seal_core::pack::{issue, public};
use seal_core::rules::RulePack;
use seal_core::seal::reading::LockAction;
use seal_core::wire::{B64, Change, ChangesResponse, PROTO};
use seal_field::adapters::sqlite::SqliteStore;
use seal_field::ports::lists::{CaseList, Cases, Lists as _, Page, ParcelList, Parcels, SealList, Seals};
use seal_field::ports::store::{Sendable, Settled, Store as _, StoreError};
use seal_field::ports::vault::{Vault, VaultError};

fn receipt(n: u64) -> Receipt {
    Receipt { server_seq: n, at: "2026-11-23T02:00:00Z".parse().unwrap(), code: "7F3A-21".to_owned() }
}

fn page(epoch: &str, next: &str, changes: Vec<Change>) -> ChangesResponse {
    ChangesResponse {
        proto: PROTO.to_owned(),
        epoch: epoch.to_owned(),
        server_time: "2026-11-23T02:00:00Z".parse().unwrap(),
        changes,
        next: next.to_owned(),
        more: false,
        checkpoint: None,
    }
}

fn change(server_seq: u64, event: &SignedEvent) -> Change {
    Change::Event { server_seq, cose: B64(event.cose.clone()) }
}

fn register(no: &str, owner: &str, holder: &str) -> Change {
    Change::Doc {
        doc: Box::new(Doc::Seal(SealDoc {
            no: seal(no),
            seal_type: SealType::Electronic,
            kind: CustomsSealKind::Electronic,
            class: None,
            owner: office(owner),
            manager: office(owner),
            holder: office(holder),
            as_of: "2026-11-01T00:00:00Z".parse().unwrap(),
            radio: SealRadio::Spoken,
            life: SealLife::InService,
            platform_sees: None,
        })),
    }
}

/// A sealed case: opening, arm, read back, photo, tug test.
fn seal_a_case(device: &Device, n: u128, no: &str) -> Vec<SignedEvent> {
    let case = Some(case_id(n));
    let command = commanded(no, LockAction::Arm);
    let mut events = device.write(case, vec![opened("15BB"), scanned("CSQU3054383")]);
    events.extend(device.write(case, vec![command.clone()]));
    events.extend(device.write(case, vec![read_back(no, &command)]));
    let photo = device.photo_fact(format!("photo of {no}").as_bytes());
    events.extend(device.write(case, vec![photo, tug(no)]));
    events
}

fn cases_to(store: &SqliteStore, unit: &str) -> Vec<CaseLine> {
    store.case_lines(&CaseList::all(Cases::To(office(unit))), &Page::first(10)).unwrap().lines
}

fn parcels_of(store: &SqliteStore, unit: &str) -> Vec<ParcelLine> {
    store.parcel_lines(&ParcelList::all(Parcels::Of(office(unit))), &Page::first(10)).unwrap().lines
}

/// Seals lying at a unit that have to go home.
fn lying(store: &SqliteStore, unit: &str) -> usize {
    let lines = store.return_lines(&office(unit), &Page::first(10)).unwrap().lines;
    lines.iter().filter(|line| line.must_go_home()).count()
}

fn send_everything(device: &Device) -> Vec<Sendable> {
    let mut sent = Vec::new();
    loop {
        let due = device.store.take_due(device.now(), 50).unwrap();
        if due.is_empty() {
            return sent;
        }
        let settled: Vec<_> =
            due.iter().map(|item| (item.key(), Settled::Accepted(receipt(item.key() as u64)))).collect();
        device.store.settle(&settled).unwrap();
        sent.extend(due);
    }
}

#[test]
fn events_form_a_signed_chain_that_survives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::open(folder.path());
    let mut events = seal_a_case(&device, 1, "83181001");
    let key = VerifyingKey::from_sec1_bytes(&device.vault.public_key()).unwrap();
    drop(device);

    let device = Device::open(folder.path());
    events.extend(device.write(Some(case_id(1)), vec![inspected("83181001")]));
    let mut prev = Sha256::of(b"");
    for (place, event) in events.iter().enumerate() {
        assert_eq!(event.event.seq, place as u64 + 1);
        assert_eq!(event.event.prev, prev);
        prev = event.hash;
        assert_eq!(&SignedEvent::verify(&event.cose, &key).unwrap(), event);
    }
    assert_eq!(device.store.case_events(case_id(1)).unwrap(), events);
}

#[test]
fn an_act_is_written_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::open(folder.path());
    let act = device.act(Some(case_id(1)), vec![opened("15BB"), device.photo_fact(b"x"), tug("83181001")]);
    let changes = device.store.changed();
    let before = *changes.borrow();
    let tiring = TiredVault::after(2, device.vault.clone(), || VaultError::Locked);
    assert!(matches!(device.store.append(&act, &tiring), Err(StoreError::Vault(VaultError::Locked))));
    assert_eq!(*changes.borrow(), before);
    assert!(device.store.case_events(case_id(1)).unwrap().is_empty());
    assert!(device.store.queue().unwrap().is_empty());
    assert!(device.store.case(case_id(1)).unwrap().is_none());
    assert_eq!(device.store.append(&act, device.vault.as_ref()).unwrap()[0].event.seq, 1);
    assert!(*changes.borrow() > before);
}

#[test]
fn the_views_follow_each_act_and_equal_a_rebuild() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::open(folder.path());
    let store = &device.store;
    store.take_changes(&page("e", "1", vec![register("83181001", "03EE", "03EE")]), device.now()).unwrap();
    seal_a_case(&device, 1, "83181001");
    let case = store.case(case_id(1)).unwrap().unwrap();
    assert_eq!(case.phase(), CasePhase::Sealed);
    assert_eq!(cases_to(store, "15BB"), [CaseLine::from(&case)]);
    assert_eq!(cases_to(store, "03EE"), []);
    assert_eq!(store.cases_of_container(&"CSQU3054383".parse().unwrap()).unwrap(), [case_id(1)]);
    let view = store.seal(&seal("83181001")).unwrap().unwrap();
    assert_eq!(view.whereabouts, Some(Whereabouts::OnCase { case: case_id(1) }));

    let command = commanded("83181001", LockAction::Disarm);
    let mut off = device.act(Some(case_id(1)), vec![command.clone(), read_back("83181001", &command)]);
    device.clock.advance(SignedDuration::from_hours(9));
    (off.unit, off.at) = (office("15BB"), seal_field::ports::clock::Clock::now(device.clock.as_ref()));
    store.append(&off, device.vault.as_ref()).unwrap();
    assert_eq!(store.case(case_id(1)).unwrap().unwrap().phase(), CasePhase::Closed);
    assert_eq!(lying(store, "15BB"), 1);
    device.write(None, vec![received("83181001")]);
    let packing = device.write(None, vec![packed(9, &["83181001"])]);
    assert_eq!(lying(store, "15BB"), 0);
    // A packing that was none: the seal lies where it was, until it is packed in truth.
    let (event, reason) = (packing[0].event.id, CorrectionReason::DidNotOccur);
    device.write(None, vec![Fact::Corrected(Corrected { event, reason, remark: String::new() })]);
    assert_eq!(lying(store, "15BB"), 1);
    assert_eq!(parcels_of(store, "03EE"), []);
    device.write(None, vec![packed(9, &["83181001"])]);
    assert_eq!(lying(store, "15BB"), 0);
    assert_eq!(store.seal_count(&SealList::all(Seals::BelongingTo(office("03EE")))).unwrap(), 1);
    assert_eq!(parcels_of(store, "03EE").len(), 1);

    let all = |store: &SqliteStore| {
        (
            store.case(case_id(1)).unwrap(),
            store.seal(&seal("83181001")).unwrap(),
            parcels_of(store, "15BB"),
            store.cases_of_container(&"CSQU3054383".parse().unwrap()).unwrap(),
        )
    };
    let incremental = all(store);
    store.rebuild_views().unwrap();
    assert_eq!(all(store), incremental);
}

#[test]
fn facts_go_before_photos_and_every_item_ends_with_a_receipt() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::open(folder.path());
    seal_a_case(&device, 1, "83181001");
    let queue = device.store.queue().unwrap();
    assert_eq!(queue.len(), 8);
    assert!(queue.iter().all(|item| item.waits_for_fact == matches!(item.what, QueueWhat::Photo { .. })));
    assert!(queue.iter().all(|item| item.container.as_deref() == Some("CSQU3054383")));
    assert_eq!(queue.iter().filter(|item| item.lane == Lane::Lock).count(), 3);
    let counts = device.store.queue_counts().unwrap();
    assert_eq!((counts.waiting, counts.stuck, counts.accepted), (8, 0, 0));
    assert_eq!(counts.bytes, queue.iter().map(|item| item.bytes).sum::<u64>());

    let sent = send_everything(&device);
    let is_photo: Vec<bool> = sent.iter().map(|item| matches!(item, Sendable::Photo { .. })).collect();
    assert_eq!(is_photo, [false, false, false, false, false, false, true, true]);
    let Sendable::Photo { bytes: thumbnail, .. } = &sent[6] else { unreachable!() };
    let Sendable::Photo { bytes: original, .. } = &sent[7] else { unreachable!() };
    assert!(thumbnail != original && *original == b"photo of 83181001".len() as u64);
    let queue = device.store.queue().unwrap();
    assert!(queue.iter().all(|item| matches!(item.state, OutboxState::Accepted { .. })));
    assert_eq!(device.store.queue_counts().unwrap().accepted, 8);
    device.clock.advance(SignedDuration::from_hours(25));
    assert_eq!(device.store.queue_counts().unwrap().accepted, 0);
    assert!(device.store.queue().unwrap().is_empty());
}

#[test]
fn diagnostics_go_when_nothing_else_can() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::open(folder.path());
    let diagnostics = device.write(None, vec![diagnostics()])[0].event.id;
    device.write(None, vec![device.photo_fact(b"picture")]);
    device.write(None, vec![tug("A1")]);
    assert_eq!(device.store.queue().unwrap().last().unwrap().lane, Lane::Diagnostics);
    let sent = send_everything(&device);
    assert_eq!(sent.len(), 5);
    assert!(matches!(sent[..], [Sendable::Event { .. }, Sendable::Event { .. }, Sendable::Photo { .. }, _, _]));
    assert!(matches!(sent[4], Sendable::Event { id, .. } if id == diagnostics));
    assert_eq!(device.store.queue_counts().unwrap().waiting, 0);
}

#[test]
fn a_stuck_item_holds_its_seal_only_and_can_be_sent_by_hand() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::open(folder.path());
    let first = device.write(None, vec![tug("A1")])[0].event.id;
    let due = device.store.take_due(device.now(), 10).unwrap();
    let reason = StuckReason::Refused { code: "scope".to_owned(), detail: "no".to_owned() };
    device.store.settle(&[(due[0].key(), Settled::Stuck(reason.clone()))]).unwrap();
    device.write(None, vec![inspected("A1"), tug("B2")]);
    let sent = send_everything(&device);
    assert_eq!(sent.len(), 1);
    let queue = device.store.queue().unwrap();
    assert_eq!(queue[0].state, OutboxState::Stuck { reason });
    assert_eq!(queue[1].state, OutboxState::Waiting);
    assert_eq!(device.store.next_due().unwrap(), None);

    device.store.send_now(Some(queue[0].key)).unwrap();
    let sent = send_everything(&device);
    assert!(matches!(&sent[0], Sendable::Event { id, .. } if *id == first));
    assert_eq!(sent.len(), 2);
}

#[test]
fn a_try_is_repeated_at_its_time_and_a_clock_set_back_does_not_hold_it() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::open(folder.path());
    device.write(None, vec![tug("A1")]);
    let key = device.store.take_due(device.now(), 10).unwrap()[0].key();
    assert_eq!(device.store.take_due(device.now(), 10).unwrap(), []);
    let later = device.now() + SignedDuration::from_mins(5);
    let again = Settled::Again { not_before: later, problem: "offline".to_owned(), sent_bytes: 0 };
    device.store.settle(&[(key, again)]).unwrap();
    assert_eq!(device.store.take_due(device.now(), 10).unwrap(), []);
    assert_eq!(device.store.next_due().unwrap(), Some(later));
    let item = &device.store.queue().unwrap()[0];
    assert_eq!((item.tries, item.next_try, item.last_problem.as_deref()), (1, Some(later), Some("offline")));
    let a_year_back = device.now() - SignedDuration::from_hours(24 * 365);
    assert_eq!(device.store.take_due(a_year_back, 10).unwrap().len(), 1);
    device.store.revive().unwrap();
    assert_eq!(device.store.take_due(device.now(), 10).unwrap().len(), 1);
}

#[test]
fn the_feed_is_taken_once_and_proves_own_receipts() {
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (origin, destination) = (Device::open(here.path()), Device::open(there.path()));
    let events = seal_a_case(&origin, 1, "83181001");
    let changes: Vec<Change> = events.iter().enumerate().map(|(n, event)| change(n as u64 + 1, event)).collect();

    for _ in 0..2 {
        destination.store.take_changes(&page("e", "7", changes.clone()), destination.now()).unwrap();
    }
    assert_eq!(destination.store.case_events(case_id(1)).unwrap(), events);
    assert_eq!(destination.store.case(case_id(1)).unwrap(), origin.store.case(case_id(1)).unwrap());
    assert_eq!(destination.store.feed().unwrap().cursor.as_deref(), Some("7"));
    assert!(destination.store.queue().unwrap().is_empty());
    let wanted = destination.store.photos_wanted(&office("15BB")).unwrap();
    assert_eq!(wanted.len(), 2);
    assert_eq!(wanted[1], digest(b"photo of 83181001"));
    assert!(destination.store.photos_wanted(&office("03EE")).unwrap().is_empty());
    assert!(origin.store.photos_wanted(&office("15BB")).unwrap().is_empty());

    origin.store.take_changes(&page("e", "7", changes), origin.now()).unwrap();
    let queue = origin.store.queue().unwrap();
    let waiting: Vec<_> = queue.iter().filter(|item| item.state == OutboxState::Waiting).collect();
    assert!(waiting.len() == 2 && waiting.iter().all(|item| matches!(item.what, QueueWhat::Photo { .. })));
}

#[test]
fn another_content_under_an_own_id_is_an_alarm_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::open(folder.path());
    let own = device.write(Some(case_id(1)), vec![opened("15BB")]).remove(0);
    let mut other = own.event.clone();
    other.fact = opened("02CI");
    let other = SignedEvent::sign::<VaultError>(other, |bytes| device.vault.sign(bytes)).unwrap();
    device.store.take_changes(&page("e", "1", vec![change(1, &other)]), device.now()).unwrap();
    assert_eq!(device.store.queue().unwrap()[0].state, OutboxState::Stuck { reason: StuckReason::HashConflict });
    assert_eq!(device.store.case_events(case_id(1)).unwrap(), [own]);
}

#[test]
fn an_event_of_a_later_version_is_kept_and_the_rest_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::open(folder.path());
    let other = tempfile::tempdir().unwrap();
    let other = Device::open(other.path());
    let event = other.write(Some(case_id(1)), vec![opened("15BB")]).remove(0);
    let mut later = event.event.clone();
    (later.v, later.id) = (2, seal_core::ids::EventId(uuid::Uuid::now_v7()));
    let later = SignedEvent::sign::<VaultError>(later, |bytes| other.vault.sign(bytes)).unwrap();
    let changes = vec![change(1, &later), change(2, &event)];
    device.store.take_changes(&page("e", "2", changes), device.now()).unwrap();
    device.store.rebuild_views().unwrap();
    assert_eq!(device.store.case_events(case_id(1)).unwrap(), [event]);
}

#[test]
fn what_an_older_app_left_out_is_asked_for_again_after_an_update() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::open(folder.path());
    let cursor = || device.store.feed().unwrap().cursor;
    device.store.take_changes(&page("e", "7", vec![Change::Unknown]), device.now()).unwrap();
    device.store.rebuild_views().unwrap();
    assert_eq!(cursor().as_deref(), Some("7"), "this version would leave it out again");
    assert_eq!(device.store.note("feed/left-out").unwrap().as_deref(), Some(env!("CARGO_PKG_VERSION")));
    device.store.set_note("feed/left-out", Some("0.0.1")).unwrap();
    device.store.rebuild_views().unwrap();
    assert_eq!((cursor(), device.store.note("feed/left-out").unwrap()), (None, None));
}

#[test]
fn a_restored_central_gets_everything_again() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::open(folder.path());
    seal_a_case(&device, 1, "83181001");
    device.store.take_changes(&page("first", "9", Vec::new()), device.now()).unwrap();
    send_everything(&device);
    device.store.take_changes(&page("second", "1", vec![register("A1", "03EE", "03EE")]), device.now()).unwrap();
    let feed = device.store.feed().unwrap();
    assert_eq!((feed.cursor, feed.epoch.as_deref()), (None, Some("second")));
    assert!(device.store.seal(&seal("A1")).unwrap().is_none());
    assert_eq!(send_everything(&device).len(), 8);
}

fn pack(version: &str, issued: &str, name: &str) -> Vec<Change> {
    let rules = RulePack { offices: vec![named_office("03EE", name)], ..rules(version) };
    let docs = pack_docs(&rules, issued.parse().unwrap());
    docs.into_iter().map(|doc| Change::Doc { doc: Box::new(doc) }).collect()
}

#[test]
fn a_rule_pack_takes_its_place_when_it_is_whole_signed_and_newer() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::open(folder.path());
    let store = &device.store;
    let take = |changes: Vec<Change>| store.take_changes(&page("e", "1", changes), device.now()).unwrap();
    let standing = || store.pack_standing().unwrap();
    assert_eq!((store.rules().unwrap().version.as_str(), standing().issued_at), ("0", None));

    // Nobody is trusted yet: it waits, and holds once its key is trusted.
    let mut first = pack("2026.9", "2026-09-01T00:00:00Z", "Chi cục");
    take(first.clone());
    assert_eq!(store.rules().unwrap().version, "0");
    store.trust_rules_keys(&[public(&rules_key())]).unwrap();
    assert_eq!(store.rules().unwrap().version, "2026.9");
    assert_eq!(store.office(&office("03EE")).unwrap().unwrap().short, "Chi cục");
    assert_eq!(standing().issuer.as_deref(), Some("test"));

    // A later one in two pages: the manifest before its last entry.
    let mut second = pack("2026.11", "2026-11-01T00:00:00Z", "Đình Vũ");
    let last = second.iter().position(|change| serde_json::to_string(change).unwrap().contains("Đình Vũ")).unwrap();
    let last = second.remove(last);
    take(second);
    assert_eq!(store.rules().unwrap().version, "2026.9", "not whole");
    assert!(standing().refused.unwrap().contains("missing"));
    take(vec![last]);
    assert_eq!(store.rules().unwrap().version, "2026.11");
    assert_eq!(store.offices().unwrap().len(), 1);
    assert_eq!(standing().refused, None);

    // The old one again, and one signed by a stranger, who is not trusted later either.
    take(vec![first.pop().unwrap()]);
    assert_eq!(store.rules().unwrap().version, "2026.11");
    assert!(standing().refused.unwrap().contains("older"));
    let stranger = SigningKey::from_slice(&[8; 32]).unwrap();
    let forged = issue(&rules("9999"), device.now(), "x", &stranger, Vec::new()).unwrap();
    let entries = forged.entries.into_iter().map(|text| Doc::PackEntry(PackEntryDoc { text }));
    let docs = entries.chain([Doc::Pack(PackDoc { cose: forged.manifest })]);
    take(docs.map(|doc| Change::Doc { doc: Box::new(doc) }).collect());
    store.trust_rules_keys(&[public(&stranger)]).unwrap();
    assert_eq!(store.rules().unwrap().version, "2026.11");
    assert!(standing().refused.unwrap().contains("not signed"));
}

#[test]
fn notes_are_written_replaced_and_removed() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::open(folder.path());
    device.store.set_note("where", Some("arm")).unwrap();
    device.store.set_note("where", Some("photos")).unwrap();
    assert_eq!(device.store.note("where").unwrap().as_deref(), Some("photos"));
    device.store.set_note("where", None).unwrap();
    assert_eq!(device.store.note("where").unwrap(), None);
}

#[test]
fn a_damaged_database_is_moved_aside_never_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::open(folder.path());
    seal_a_case(&device, 1, "83181001");
    drop(device);
    let path = folder.path().join("seal.db");
    let mut bytes = std::fs::read(&path).unwrap();
    assert!(!folder.path().join("seal.db-wal").exists());
    bytes[..100].fill(0xAA);
    std::fs::write(&path, &bytes).unwrap();
    let opened = SqliteStore::open(&path, &database_key(folder.path()), rules("0"), StillClock::new()).unwrap();
    let aside = opened.moved_aside.unwrap();
    assert_eq!(std::fs::read(aside).unwrap(), bytes);
    assert_eq!(opened.store.case_count(&CaseList::all(Cases::All)).unwrap(), 0);
    assert_eq!(opened.store.queue_counts().unwrap().waiting, 0);
}

#[test]
fn an_alarm_in_a_seals_log_overtakes_everything() {
    use seal_core::fact::SealLogRead;
    use seal_core::seal::log::{LogEntry, LogKind};
    let folder = tempfile::tempdir().unwrap();
    let device = Device::open(folder.path());
    let entry =
        LogEntry { counter: 1, at: device.now(), kind: LogKind::RopeCut, position: None, battery_percent: None };
    let log = SealLogRead { seal: seal("A1"), entries: vec![entry], drift_s: 0, complete: true };
    device.write(Some(case_id(1)), vec![opened("15BB"), tug("A1"), Fact::SealLogRead(log)]);
    let due = device.store.take_due(device.now(), 1).unwrap();
    let Sendable::Event { cose, .. } = &due[0] else { panic!("an event") };
    assert_eq!(SignedEvent::read(cose).unwrap().event.fact.kind(), "seal_log_read");
}

#[test]
fn what_can_be_read_of_a_damaged_database_is_taken_over_and_its_chain_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::open(folder.path());
    let mut events = Vec::new();
    for n in 1..=40 {
        events.extend(seal_a_case(&device, n, "83181001"));
    }
    send_everything(&device);
    drop(device);
    // Pages of the cached views are hit; those of the facts are not.
    let path = folder.path().join("seal.db");
    let page: i64 = {
        let conn = open_database(&path, &database_key(folder.path()));
        conn.query_row("SELECT rootpage FROM sqlite_schema WHERE name = 'seal_view'", [], |row| row.get(0)).unwrap()
    };
    let mut bytes = std::fs::read(&path).unwrap();
    let start = (page as usize - 1) * 4096;
    bytes[start..start + 4096].fill(0xAA);
    std::fs::write(&path, &bytes).unwrap();

    let opened = SqliteStore::open(&path, &database_key(folder.path()), rules("0"), StillClock::new()).unwrap();
    assert_eq!(std::fs::read(opened.moved_aside.unwrap()).unwrap(), bytes);
    assert_eq!(opened.salvaged, events.len());
    assert_eq!(opened.store.case_events(case_id(7)).unwrap(), events[36..42]);
    assert_eq!(opened.store.queue_counts().unwrap().waiting, 8 * 40);
    drop(opened.store);
    let device = Device::open(folder.path());
    let next = device.write(None, vec![tug("A1")]).remove(0);
    assert_eq!((next.event.seq, next.event.prev), (241, events.last().unwrap().hash));
    assert_eq!(device.store.case_count(&CaseList::all(Cases::All)).unwrap(), 40);
}

#[test]
fn a_huge_backlog_opens_and_hands_out_quickly() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::open(folder.path());
    for n in 0..20 {
        let facts = (0..100).map(|m| tug(&format!("S{n}-{m}"))).collect();
        device.write(None, facts);
    }
    drop(device);
    let begin = std::time::Instant::now();
    let device = Device::open(folder.path());
    let opened = begin.elapsed();
    assert_eq!(device.store.take_due(device.now(), 64).unwrap().len(), 64);
    let taken = begin.elapsed() - opened;
    assert_eq!(device.store.queue().unwrap().len(), 2_000);
    let listed = begin.elapsed() - opened - taken;
    eprintln!("2,000 waiting: open {opened:?}, take {taken:?}, list {listed:?}");
    // Far from tight: a debug build on a shared machine. It catches what grows with the square.
    assert!(opened.as_secs() < 5 && taken.as_secs() < 5 && listed.as_secs() < 10);
}
