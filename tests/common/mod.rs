//! A device for tests: store, photos and vault in a folder, and acts to write.
#![allow(dead_code)]

pub mod pump;

use std::path::Path;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use p256::ecdsa::SigningKey;
use seal_core::codes::SealCondition;
use seal_core::doc::{Doc, PackDoc, PackEntryDoc};
use seal_core::enrolment::KeyHome;
use seal_core::evidence::{PhotoQuality, PhotoRef, PhotoRole, Thumbnail};
use seal_core::fact::{
    CaseOpened, CodeRead, DiagnosticsGiven, Fact, Inspected, LockCommanded, LockRead, ParcelPacked, PhotoTaken,
    QueueStanding, SealReceived, Stage, TugTested,
};
use seal_core::ids::{ActId, CaseId, CommandId, OfficeCode, OfficerId, ParcelId, Sha256};
use seal_core::inspection::Verdict;
use seal_core::rules::{Citation, Office, RulePack, SealLimits};
use seal_core::scan::HowRead;
use seal_core::seal::reading::{LockAction, LockOutcome};
use seal_core::seal_no::SealNo;
use seal_core::time::Moment;
use uuid::Uuid;

use seal_field::adapters::journal::Journal;
use seal_field::adapters::photo_files::PhotoFolder;
use seal_field::adapters::sqlite::SqliteStore;
use seal_field::adapters::vault_file::FileVault;
use seal_field::ports::clock::Clock;
use seal_field::ports::photos::PhotoFiles as _;
use seal_field::ports::store::{Act, Store as _};
use seal_field::ports::vault::{Key, Purpose, Vault as _};

/// A clock that stands until it is turned.
pub struct StillClock(std::sync::Mutex<Moment>);

impl StillClock {
    pub fn new() -> Arc<Self> {
        let wall = "2026-11-23T01:00:00Z".parse().unwrap();
        Arc::new(Self(std::sync::Mutex::new(Moment { wall, boot: Uuid::from_u128(1), boot_ms: 1_000 })))
    }

    pub fn advance(&self, by: SignedDuration) {
        let mut now = self.0.lock().unwrap();
        now.wall += by;
        now.boot_ms = now.boot_ms.saturating_add_signed(i64::try_from(by.as_millis()).unwrap());
    }
}

impl Clock for StillClock {
    fn now(&self) -> Moment {
        *self.0.lock().unwrap()
    }
}

/// The key of the database of a [`Device`] in `folder`.
pub fn database_key(folder: &Path) -> Key {
    FileVault::open(&folder.join("vault")).unwrap().key(Purpose::Database)
}

/// A database as it lies on the disk, with its key.
pub fn open_database(path: &Path, key: &Key) -> rusqlite::Connection {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let conn = rusqlite::Connection::open(path).unwrap();
    conn.pragma_update(None, "key", format!("x'{}'", hex(key.bytes()))).unwrap();
    conn
}

pub struct Device {
    pub store: Arc<SqliteStore>,
    pub photos: Arc<PhotoFolder>,
    pub vault: Arc<FileVault>,
    pub clock: Arc<StillClock>,
}

/// What an opening told besides the store.
pub struct Told {
    pub moved_aside: Option<std::path::PathBuf>,
    pub salvaged: usize,
    pub rebuilt: usize,
    pub lost: Vec<u64>,
    pub perhaps_more: bool,
}

impl Device {
    pub fn open(folder: &Path) -> Self {
        let clock = StillClock::new();
        let vault = FileVault::open(&folder.join("vault")).unwrap();
        let key = vault.key(Purpose::Database);
        let opened = SqliteStore::open(&folder.join("seal.db"), &key, rules("0"), clock.clone()).unwrap();
        assert_eq!(opened.moved_aside, None);
        opened.store.revive().unwrap();
        Self {
            store: Arc::new(opened.store),
            photos: Arc::new(PhotoFolder::open(&folder.join("photos"), &vault.key(Purpose::Photos)).unwrap()),
            vault: Arc::new(vault),
            clock,
        }
    }

    /// The same with a rescue journal, and what its opening told.
    pub fn open_journaled(folder: &Path) -> (Self, Told) {
        let clock = StillClock::new();
        let vault = FileVault::open(&folder.join("vault")).unwrap();
        let journal = Journal::open(&folder.join("rescue"), &vault.key(Purpose::Rescue)).unwrap();
        let key = vault.key(Purpose::Database);
        let path = folder.join("seal.db");
        let opened = SqliteStore::open_with(&path, &key, Some(journal), rules("0"), clock.clone()).unwrap();
        opened.store.revive().unwrap();
        let told = Told {
            moved_aside: opened.moved_aside,
            salvaged: opened.salvaged,
            rebuilt: opened.rebuilt,
            lost: opened.lost,
            perhaps_more: opened.perhaps_more,
        };
        let photos = Arc::new(PhotoFolder::open(&folder.join("photos"), &vault.key(Purpose::Photos)).unwrap());
        (Self { store: Arc::new(opened.store), photos, vault: Arc::new(vault), clock }, told)
    }

    pub fn act(&self, case: Option<CaseId>, facts: Vec<Fact>) -> Act {
        Act {
            id: ActId(Uuid::now_v7()),
            officer: OfficerId("khoa.nm".to_owned()),
            unit: office("03EE"),
            at: self.clock.now(),
            place: None,
            case,
            facts,
        }
    }

    pub fn write(&self, case: Option<CaseId>, facts: Vec<Fact>) -> Vec<seal_core::event::SignedEvent> {
        self.clock.advance(SignedDuration::from_secs(1));
        self.store.append(&self.act(case, facts), self.vault.as_ref()).unwrap()
    }

    pub fn photo_fact(&self, content: &[u8]) -> Fact {
        let thumbnail: Vec<u8> = content.iter().copied().step_by(2).chain(*b"thumb").collect();
        photo_of(&self.photos, content, &thumbnail)
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now().wall
    }
}

/// A photograph and its thumbnail, kept and stated.
pub fn photo_of(photos: &PhotoFolder, content: &[u8], thumbnail: &[u8]) -> Fact {
    Fact::PhotoTaken(PhotoTaken {
        photo: PhotoRef {
            sha256: photos.keep(content).unwrap(),
            bytes: content.len() as u64,
            media_type: "image/jpeg".to_owned(),
            width: 10,
            height: 10,
            thumbnail: Some(Thumbnail { sha256: photos.keep(thumbnail).unwrap(), bytes: thumbnail.len() as u64 }),
        },
        role: PhotoRole::ClosedLock,
        stage: Stage::Arm,
        quality: PhotoQuality::Good,
        from_camera: true,
        parcel: None,
    })
}

pub fn office(code: &str) -> OfficeCode {
    OfficeCode::parse(code).unwrap()
}

pub fn seal(no: &str) -> SealNo {
    no.parse().unwrap()
}

pub fn case_id(n: u128) -> CaseId {
    CaseId(Uuid::from_u128(n))
}

pub fn opened(destination: &str) -> Fact {
    Fact::CaseOpened(CaseOpened {
        containers: vec!["CSQU3054383".parse().unwrap()],
        declaration: None,
        origin: office("03EE"),
        destination: office(destination),
        trader: "Công ty".to_owned(),
    })
}

pub fn scanned(raw: &str) -> Fact {
    Fact::CodeRead(CodeRead {
        raw: raw.to_owned(),
        symbology: None,
        how: HowRead::Typed,
        taken_for: "unknown".to_owned(),
        value: raw.to_owned(),
        picked_by_officer: false,
    })
}

pub fn commanded(no: &str, action: LockAction) -> Fact {
    Fact::LockCommanded(LockCommanded {
        command: CommandId(Uuid::new_v4()),
        seal: seal(no),
        action,
        containers: vec!["CSQU3054383".parse().unwrap()],
        after: None,
        second_officer: None,
    })
}

pub fn read_back(no: &str, command: &Fact) -> Fact {
    let Fact::LockCommanded(command) = command else { panic!("a command") };
    Fact::LockRead(LockRead {
        seal: seal(no),
        command: Some(command.command),
        action: Some(command.action),
        outcome: Some(LockOutcome::Confirmed),
        reading: None,
        late: false,
    })
}

pub fn tug(no: &str) -> Fact {
    Fact::TugTested(TugTested { seal: seal(no), held: true })
}

pub fn diagnostics() -> Fact {
    Fact::DiagnosticsGiven(Box::new(DiagnosticsGiven {
        app: "seal-field 0.1.0".to_owned(),
        system: "linux x86_64".to_owned(),
        free_bytes: None,
        signing_key: KeyHome::Software,
        data_key: KeyHome::Software,
        queue: QueueStanding::default(),
        pulled_at: None,
        log: Vec::new(),
    }))
}

pub fn inspected(no: &str) -> Fact {
    Fact::Inspected(Inspected {
        seal: seal(no),
        en_route: false,
        checks: Vec::new(),
        condition: SealCondition::Right,
        verdict: Verdict::Accept,
        reason: String::new(),
    })
}

pub fn received(no: &str) -> Fact {
    Fact::SealReceived(SealReceived { seal: seal(no), at: office("15BB") })
}

pub fn packed(parcel: u128, seals: &[&str]) -> Fact {
    Fact::ParcelPacked(ParcelPacked {
        parcel: ParcelId(Uuid::from_u128(parcel)),
        number: "GP-0417".to_owned(),
        from: office("15BB"),
        to: office("03EE"),
        seals: seals.iter().map(|no| seal(no)).collect(),
        ropes: 0,
        chargers: 0,
        packed: Vec::new(),
        lithium_label: false,
    })
}

pub fn rules(version: &str) -> RulePack {
    let citation = Citation { document: "test".to_owned(), dated: None, place: None, to_be_confirmed: false };
    // Which seal goods take is law; the rest is as small as tests like it.
    let shipped = RulePack::parse(include_str!("../../assets/rules/2026.json")).unwrap();
    RulePack {
        version: version.to_owned(),
        goods: shipped.goods,
        limits: SealLimits {
            battery_reserve_percent: 20,
            battery_per_day_percent: 5,
            clock_drift_s: 120,
            silence_minutes: 30,
            citation,
        },
        returns: Vec::new(),
        arm_photos: Vec::new(),
        inspect_photos: Vec::new(),
        calendars: Vec::new(),
        sealing: shipped.sealing,
        way_home: shipped.way_home,
        phone_room: shipped.phone_room,
        photo_term: shipped.photo_term,
        offices: Vec::new(),
        seal_kinds: Vec::new(),
    }
}

/// An office of that name.
pub fn named_office(code: &str, short: &str) -> Office {
    Office {
        code: office(code),
        name: format!("Hải quan {short}"),
        short: short.to_owned(),
        aliases: Vec::new(),
        former: Vec::new(),
        unlocode: None,
        warehouses: Vec::new(),
        valid_from: "2025-03-01".parse().unwrap(),
        valid_to: None,
        citation: None,
    }
}

/// The authority that signs rule packs in tests.
pub fn rules_key() -> SigningKey {
    SigningKey::from_slice(&[9; 32]).unwrap()
}

/// A pack as the central delivers it.
pub fn pack_docs(rules: &RulePack, issued_at: Timestamp) -> Vec<Doc> {
    let file = seal_core::pack::issue(rules, issued_at, "test", &rules_key(), Vec::new()).unwrap();
    let entries = file.entries.into_iter().map(|text| Doc::PackEntry(PackEntryDoc { text }));
    entries.chain([Doc::Pack(PackDoc { cose: file.manifest })]).collect()
}

pub fn digest(bytes: &[u8]) -> Sha256 {
    Sha256::of(bytes)
}
