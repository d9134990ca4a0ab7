//! What is not sent reaches the central by other ways: an export, a rescue copy, the next officer's sign-in, a database made
//! whole. Against the real central; nothing is lost, nothing doubled, nothing taken from a file that is not whole.
#![cfg(feature = "practice")]

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use crate::bench::Bench;
use crate::common::*;
use seal_central::practice::{Account, World};
use seal_central::{Central, ImportBundleError, ServerConfig};
use seal_core::event::SignedEvent;
use seal_core::fact::Fact;
use seal_core::officer::Officer;
use seal_core::outbox::{OutboxState, QueueWhat};
use seal_core::rescue::{ExportError, OpenError};
use seal_core::wire::{B64, PushItem, PushRequest, PushStatus};
use seal_field::actions::Kit;
use seal_field::actions::export_unsent::{ExportTrouble, Which, export_unsent};
use seal_field::actions::leave_phone::{leave_phone, what_stays};
use seal_field::actions::sign_in::sign_in;
use seal_field::actions::take_photo::{PhotoTrouble, shoot};
use seal_field::adapters::http::HttpCentral;
use seal_field::adapters::paper_folder::PaperFolder;
use seal_field::adapters::photo_files::PhotoFolder;
use seal_field::ports::documents::Offered;
use seal_field::ports::photos::PhotoError;
use seal_field::ports::store::{OFFICER_NOTE, Sendable, Settled};
use seal_field::ports::vault::Key;
use tempfile::TempDir;

struct Field {
    folder: TempDir,
    central: Central,
    address: String,
    bench: Bench,
}

impl Field {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let central = Central::open(ServerConfig::new(folder.path().join("central"), true)).unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(central.clone().serve(listener, std::future::pending()));
        Self { folder, central, address, bench: Bench::new(&[]) }
    }

    /// The phone as its folder has it now.
    fn kit(&self) -> Kit {
        let phone = self.phone();
        fs::create_dir_all(&phone).unwrap();
        let (device, _) = Device::open_journaled(&phone);
        let http = HttpCentral::new(&self.address).unwrap().keeping_token_in(device.vault.clone());
        Kit {
            store: device.store,
            photos: device.photos,
            clock: device.clock,
            vault: device.vault,
            central: Arc::new(http),
            outlet: Arc::new(PaperFolder::new(self.folder.path().join("papers"))),
            ..self.bench.kit.clone()
        }
    }

    fn phone(&self) -> PathBuf {
        self.folder.path().join("phone")
    }

    /// Events of the record, by the phone's count of them.
    fn held(&self, kit: &Kit) -> usize {
        let db = rusqlite::Connection::open(self.folder.path().join("central/central.sqlite")).unwrap();
        let device = kit.vault.device().0;
        db.query_row("SELECT count(*) FROM event WHERE device = ?1", [device.as_bytes()], |row| row.get(0)).unwrap()
    }
}

/// The two accounts of the origin: officer and head.
fn accounts() -> Vec<Account> {
    let mut accounts = World::load().unwrap().accounts;
    accounts.retain(|account| account.officer.unit == office("03EE"));
    assert!(accounts.len() >= 2);
    accounts
}

async fn enter(kit: &Kit, account: &Account) -> Officer {
    let signed_in = sign_in(kit, &account.officer.id, &account.secret).await.unwrap();
    assert!(!signed_in.offline);
    kit.store.set_note(OFFICER_NOTE, Some(&serde_json::to_string(&signed_in.officer).unwrap())).unwrap();
    signed_in.officer
}

fn photo(kit: &Kit, content: &[u8]) -> Fact {
    let thumbnail = [content, b"small"].concat();
    let bytes = |bytes: &[u8]| (kit.photos.keep(bytes).unwrap(), bytes.len() as u64);
    let ((sha256, size), (small, small_size)) = (bytes(content), bytes(&thumbnail));
    Fact::PhotoTaken(seal_core::fact::PhotoTaken {
        photo: seal_core::evidence::PhotoRef {
            sha256,
            bytes: size,
            media_type: "image/jpeg".to_owned(),
            width: 10,
            height: 10,
            thumbnail: Some(seal_core::evidence::Thumbnail { sha256: small, bytes: small_size }),
        },
        role: seal_core::evidence::PhotoRole::Doors,
        stage: seal_core::fact::Stage::Arm,
        quality: seal_core::evidence::PhotoQuality::Good,
        from_camera: true,
        parcel: None,
    })
}

/// Five facts and a photograph.
fn work(kit: &Kit, officer: &Officer, n: u128) -> Vec<SignedEvent> {
    let facts = vec![opened("15BB"), scanned("A"), tug("83181001"), scanned("B"), photo(kit, &n.to_be_bytes())];
    kit.record(officer, Some(case_id(1000 + n)), facts).unwrap()
}

/// Sends what is due, facts only, at most `most`; gives what became of each.
async fn send(kit: &Kit, most: usize) -> Vec<PushStatus> {
    let due = kit.store.take_due(kit.clock.now().wall, most).unwrap();
    let items: Vec<PushItem> = due
        .iter()
        .filter_map(|item| match item {
            Sendable::Event { id, cose, .. } => Some(PushItem { id: *id, cose: B64(cose.clone()) }),
            Sendable::Photo { .. } => None,
        })
        .collect();
    let answer = kit.central.push(kit.vault.device(), &PushRequest { epoch: None, items }).await.unwrap();
    let statuses: Vec<PushStatus> = answer.results.into_iter().map(|result| result.status).collect();
    let settled: Vec<_> = due
        .iter()
        .zip(&statuses)
        .map(|(item, status)| match status {
            PushStatus::Accepted { receipt } | PushStatus::Duplicate { receipt } => {
                (item.key(), Settled::Accepted(receipt.clone()))
            }
            other => panic!("{other:?}"),
        })
        .collect();
    kit.store.settle(&settled).unwrap();
    statuses
}

fn file(offered: &Offered) -> PathBuf {
    let Offered::File(file) = offered else { panic!("a file") };
    file.clone()
}

#[tokio::test]
async fn an_export_is_imported_once_whole_or_not_at_all() {
    let field = Field::new().await;
    let kit = field.kit();
    let officer = {
        let away = accounts().remove(0).officer;
        assert!(matches!(export_unsent(&kit, &away, Which::All(0)), Err(ExportTrouble::NoKey)));
        enter(&kit, &accounts()[0]).await
    };
    assert!(matches!(export_unsent(&kit, &officer, Which::All(0)), Err(ExportTrouble::Nothing)));
    let saved = work(&kit, &officer, 1);
    let before = kit.store.queue().unwrap();
    let made = export_unsent(&kit, &officer, Which::All(0)).unwrap();
    assert_eq!((made.events, made.photos, made.next), (5, 2, None));
    let bytes = fs::read(file(&made.offered)).unwrap();
    assert_eq!(made.bytes, bytes.len() as u64);
    assert_eq!(kit.store.queue().unwrap(), before, "nothing changes on the phone");
    // Whoever carries it reads nothing.
    for mark in [&b"83181001"[..], officer.id.0.as_bytes(), &1_u128.to_be_bytes()] {
        assert!(!bytes.windows(mark.len()).any(|part| part == mark));
    }

    for at in [0, 1, 40, bytes.len() / 2, bytes.len() - 1] {
        let cut = field.central.import_bundle(&bytes[..at]).await;
        assert!(matches!(cut, Err(ImportBundleError::File(_))), "cut at {at}");
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        assert!(matches!(field.central.import_bundle(&changed).await, Err(ImportBundleError::File(_))), "byte {at}");
    }
    assert_eq!(field.held(&kit), 0, "nothing of a file that is not whole");
    let other = Central::open(ServerConfig::new(field.folder.path().join("other"), true)).unwrap();
    let refused = other.import_bundle(&bytes).await.unwrap_err();
    assert!(matches!(refused, ImportBundleError::File(ExportError::Frame(OpenError::OtherKey))), "{refused}");

    let (head, taken) = field.central.import_bundle(&bytes).await.unwrap();
    assert_eq!((&head.officer, head.events, head.photos), (&officer.id, 5, 2));
    assert_eq!((taken.accepted, taken.known, taken.photos), (5, 0, 2), "{taken:?}");
    assert!(taken.refused.is_empty() && taken.photos_refused.is_empty() && taken.photos_missing.is_empty());
    let (_, again) = field.central.import_bundle(&bytes).await.unwrap();
    assert_eq!((again.accepted, again.known, again.photos, again.photos_known), (0, 5, 0, 2));

    // The network is back: the phone gets its receipts, and nothing is doubled.
    let statuses = send(&kit, 50).await;
    assert!(statuses.len() == 5 && statuses.iter().all(|status| matches!(status, PushStatus::Duplicate { .. })));
    assert_eq!(field.held(&kit), saved.len());
}

#[tokio::test]
async fn one_item_is_exported_with_the_fact_that_names_it_and_a_spoiled_photo_is_told() {
    let field = Field::new().await;
    let kit = field.kit();
    let officer = enter(&kit, &accounts()[0]).await;
    work(&kit, &officer, 1);
    let photo = kit.store.queue().unwrap().into_iter().find_map(|item| match item.what {
        QueueWhat::Photo { sha256, thumbnail: false, .. } => Some((item.key, sha256)),
        _ => None,
    });
    let (key, sha256) = photo.unwrap();
    let made = export_unsent(&kit, &officer, Which::Item(key)).unwrap();
    assert_eq!((made.events, made.photos), (1, 1));
    let taken = field.central.import_bundle(&fs::read(file(&made.offered)).unwrap()).await.unwrap().1;
    assert_eq!((taken.accepted, taken.photos, taken.photos_missing.len()), (1, 1, 1), "the small one is still missing");

    fs::remove_dir_all(field.phone().join("photos/sealed")).unwrap();
    let made = export_unsent(&kit, &officer, Which::All(0)).unwrap();
    assert_eq!((made.events, made.photos, made.spoiled.len()), (5, 0, 2));
    assert!(made.spoiled.contains(&sha256));
}

#[tokio::test]
async fn a_rescue_copy_is_opened_by_the_central_alone_as_far_as_it_goes() {
    let field = Field::new().await;
    let kit = field.kit();
    let officer = enter(&kit, &accounts()[0]).await;
    let saved: usize = (1..=4).map(|n| work(&kit, &officer, n).len()).sum();
    kit.store.tidy().unwrap();
    let bytes = fs::read(field.phone().join("rescue/000001.agency")).unwrap();
    assert!(!bytes.windows(8).any(|part| part == b"83181001"));
    let half = field.central.open_rescue(&bytes[..bytes.len() / 2 + 30]).await.unwrap();
    assert_eq!((half.taken.accepted, half.spoiled, half.strange > 0), (10, 0, true));
    let whole = field.central.open_rescue(&bytes).await.unwrap();
    assert_eq!((whole.taken.accepted, whole.taken.known, whole.strange), (10, 10, 0));
    assert_eq!(whole.taken.photos_missing.len(), 8);
    assert_eq!(field.held(&kit), saved);
    let other = Central::open(ServerConfig::new(field.folder.path().join("other"), true)).unwrap();
    let foreign = other.open_rescue(&bytes).await.unwrap();
    assert_eq!((foreign.other_key, foreign.taken.accepted), (4, 0));
    // A phone nobody enrolled here has no say.
    let stranger = Central::open(ServerConfig::new(field.folder.path().join("third"), true)).unwrap();
    assert_eq!(stranger.open_rescue(b"no such thing").await.unwrap().strange, 13);
}

#[tokio::test]
async fn a_database_lost_with_half_of_it_sent_ends_with_each_fact_once_at_the_central() {
    let field = Field::new().await;
    let mut saved = 0;
    {
        let kit = field.kit();
        let officer = enter(&kit, &accounts()[0]).await;
        saved += (1..=4).map(|n| work(&kit, &officer, n).len()).sum::<usize>();
        assert_eq!(send(&kit, 8).await.len(), 8);
        kit.store.tidy().unwrap();
    }
    for part in ["seal.db", "seal.db-wal", "seal.db-shm"] {
        let _ = fs::remove_file(field.phone().join(part));
    }
    let kit = field.kit();
    assert_eq!(kit.store.queue_counts().unwrap().waiting as usize, saved + 8, "with the pictures of four photographs");
    let officer = enter(&kit, &accounts()[0]).await;
    saved += work(&kit, &officer, 5).len();
    let mut statuses = Vec::new();
    while statuses.len() < saved {
        let more = send(&kit, 50).await;
        assert!(!more.is_empty());
        statuses.extend(more);
    }
    let duplicates = statuses.iter().filter(|status| matches!(status, PushStatus::Duplicate { .. })).count();
    assert_eq!((duplicates, statuses.len()), (8, saved));
    assert_eq!(field.held(&kit), saved);
    assert_eq!(field.central.chain_faults(kit.vault.device()).unwrap(), [], "its chain went on");
}

#[tokio::test]
async fn unsent_items_stay_under_their_authors_name_and_the_next_officer_sends_them_on() {
    let field = Field::new().await;
    let (first, second) = (accounts().remove(0), accounts().remove(1));
    let kit = field.kit();
    let author = enter(&kit, &first).await;
    let saved = work(&kit, &author, 1);
    let staying = what_stays(&kit).unwrap();
    assert_eq!((staying.items, staying.authors), (7, vec![(author.id.clone(), 7)]));
    leave_phone(&kit).unwrap();
    assert_eq!(kit.store.note(OFFICER_NOTE).unwrap(), None);
    assert!(kit.central.push(kit.vault.device(), &PushRequest { epoch: None, items: vec![] }).await.is_err());
    assert_eq!(what_stays(&kit).unwrap().items, 7, "nothing goes with whoever leaves");
    drop(kit);

    let kit = field.kit();
    let next = enter(&kit, &second).await;
    assert_ne!(next.id, author.id);
    let own = work(&kit, &next, 2);
    let mut authors = what_stays(&kit).unwrap().authors;
    authors.sort();
    let mut expected = vec![(author.id.clone(), 7), (next.id.clone(), 7)];
    expected.sort();
    assert_eq!(authors, expected);
    let mut sent = 0;
    while sent < saved.len() + own.len() {
        sent += send(&kit, 50).await.len();
    }
    let queue = kit.store.queue().unwrap();
    for item in queue.iter().filter(|item| matches!(item.what, QueueWhat::Fact { .. })) {
        assert!(matches!(item.state, OutboxState::Accepted { .. }));
    }
    assert_eq!(queue.iter().filter(|item| item.author == author.id).count(), 7);
    // At the central too, what the first officer did stands under the first officer's name.
    let db = rusqlite::Connection::open(field.folder.path().join("central/central.sqlite")).unwrap();
    let mut select = db.prepare("SELECT cose FROM event WHERE device = ?1 ORDER BY device_seq").unwrap();
    let rows = select.query_map([kit.vault.device().0.as_bytes()], |row| row.get::<_, Vec<u8>>(0)).unwrap();
    let names: Vec<_> = rows.map(|cose| SignedEvent::read(&cose.unwrap()).unwrap().event.officer).collect();
    assert_eq!(names, [vec![author.id; 5], vec![next.id; 5]].concat());
}

#[tokio::test]
async fn without_room_no_photograph_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let (device, _) = Device::open_journaled(folder.path());
    let bench = Bench::new(&[]);
    let needed = 64 << 20;
    // What the dated rule says for this day; before it, and where the system tells nothing, no rule stops anybody.
    assert_eq!(rules("0").room_before_photo("2026-11-23".parse().unwrap()), needed);
    assert_eq!(rules("0").room_before_photo("2025-12-31".parse().unwrap()), 0);
    for (free, room) in [(Some(needed - 1), false), (Some(needed), true), (None, true)] {
        let photos = PhotoFolder::with_free_space(&folder.path().join("photos"), &Key::new([1; 32]), move |_| free);
        let kit = Kit { store: device.store.clone(), photos: Arc::new(photos.unwrap()), ..bench.kit.clone() };
        match shoot(&kit).await {
            Err(PhotoTrouble::Photo(PhotoError::DiskFull { free: told, needed: asked })) => {
                assert!(!room && Some(told) == free && asked == needed);
            }
            // The bench has no camera; it was asked.
            Err(PhotoTrouble::Camera(_)) => assert!(room),
            other => panic!("{other:?}"),
        }
    }
}
