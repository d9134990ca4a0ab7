//! Years of one unit on one phone: a register, trips out and in, parcels, returns, in the order in which they happened.
//! Always the same for the same numbers.

use std::collections::{BTreeMap, BinaryHeap};
use std::path::Path;
use std::sync::mpsc::sync_channel;

use jiff::{SignedDuration, Timestamp};
use p256::ecdsa::SigningKey;
use seal_core::calendar::YearCalendar;
use seal_core::cbor::CborError;
use seal_core::codes::{CustomsSealKind, SealCondition, SealType};
use seal_core::container::ContainerNo;
use seal_core::doc::{CaseDoc, Doc, SealDoc, SealLife, SealRadio};
use seal_core::event::{EVENT_VERSION, Event, SignedEvent, sign_with};
use seal_core::evidence::{PhotoQuality, PhotoRef, PhotoRole, Thumbnail};
use seal_core::fact::{
    CargoHandedOver, CodeRead, Corrected, CorrectionReason, Fact, FoundSeal, GoodsDecided, Inspected, LockCommanded,
    LockRead, ParcelHandedOver, ParcelPacked, ParcelReceived, PhotoTaken, SealPrepared, SealReceived, Stage,
    TripDeclared, TugTested,
};
use seal_core::ids::{ActId, CaseId, CommandId, DeviceId, EventId, OfficeCode, OfficerId, ParcelId, Sha256};
use seal_core::inspection::Verdict;
use seal_core::pack::public;
use seal_core::rules::{LegalGround, RulePack};
use seal_core::scan::HowRead;
use seal_core::seal::reading::{LockAction, LockOutcome, LockState, SealReading};
use seal_core::seal_no::SealNo;
use seal_core::time::Moment;
use seal_core::wire::{B64, Change, ChangesResponse, PROTO};
use seal_field::adapters::sqlite::SqliteStore;
use seal_field::ports::store::Store as _;
use seal_field::ports::vault::Key;
use uuid::Uuid;

use crate::common::{StillClock, office, pack_docs, rules_key, seal};

/// The unit whose phone it is.
pub const UNIT: &str = "03EE";
/// The others.
pub const OTHERS: [&str; 9] = ["15BB", "02CI", "03CE", "10BC", "12BI", "11B1", "50BB", "47NB", "03TG"];
/// The years begin here, and end at the bench's present.
pub const BEGIN: &str = "2023-11-23T00:00:00Z";
/// The present.
pub const NOW: &str = "2026-11-23T01:00:00Z";

const TRADERS: [&str; 6] = [
    "Công ty TNHH Đình Vũ Logistics",
    "Công ty CP Giao nhận Hữu Nghị",
    "Samsung Electronics Việt Nam",
    "Công ty TNHH Thép Hòa Phát Hải Dương",
    "Công ty CP Thủy sản Bạc Liêu",
    "Tổng công ty Dệt may Nam Định",
];

/// Numbers that are always the same.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// 0 up to, and without, `n`.
    fn below(&mut self, n: u64) -> u64 {
        self.next() % n.max(1)
    }

    fn percent(&mut self, n: u64) -> bool {
        self.below(100) < n
    }

    fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len() as u64) as usize]
    }

    /// As long as `least`, and up to `most` minutes.
    fn minutes(&mut self, least: u64, most: u64) -> SignedDuration {
        SignedDuration::from_mins((least + self.below(most - least + 1)) as i64)
    }

    /// An id of the time, as UUIDv7 are.
    fn id(&mut self, at: Timestamp) -> Uuid {
        let time = u128::from(at.as_millisecond() as u64) << 80;
        let rest = (u128::from(self.next()) << 64 | u128::from(self.next())) & ((1 << 80) - 1);
        Uuid::from_u128(time | (rest & !(0xF000 << 64)) | 0x7000 << 64)
    }
}

/// The rules of the app, with a calendar for every year there is.
pub fn rules() -> RulePack {
    let mut pack = RulePack::parse(include_str!("../../assets/rules/2026.json")).expect("the shipped rules");
    for year in 2023..=2027 {
        if !pack.calendars.iter().any(|known| known.year == year) {
            let citation = pack.limits.citation.clone();
            pack.calendars.push(YearCalendar { year, off: Vec::new(), worked: Vec::new(), citation });
        }
    }
    pack
}

/// Number of the `n`th seal.
pub fn seal_of(n: usize) -> SealNo {
    seal(&format!("83{n:06}"))
}

fn register(seals: usize) -> Vec<Doc> {
    let mut dice = Dice(1);
    (0..seals)
        .map(|n| {
            // Four of five are the unit's own; some it manages for another; the others' come and go home.
            let owner = if n % 5 == 4 { office(OTHERS[n / 5 % OTHERS.len()]) } else { office(UNIT) };
            let manager = if n % 25 == 24 { office(UNIT) } else { owner.clone() };
            Doc::Seal(SealDoc {
                no: seal_of(n),
                seal_type: if dice.percent(90) { SealType::Electronic } else { SealType::Mechanical },
                kind: if dice.percent(90) { CustomsSealKind::Electronic } else { *dice.pick(CustomsSealKind::ALL) },
                class: None,
                holder: manager.clone(),
                owner,
                manager,
                as_of: BEGIN.parse().expect("a time"),
                radio: SealRadio::Spoken,
                life: match dice.below(100) {
                    0 => SealLife::Lost,
                    1 => SealLife::Retired,
                    2 | 3 => SealLife::InRepair,
                    _ => SealLife::InService,
                },
                platform_sees: Some(true),
            })
        })
        .collect()
}

/// Something that happens: when, where, in which case, and what.
struct Happens {
    at: Timestamp,
    unit: OfficeCode,
    case: Option<CaseId>,
    fact: Fact,
}

/// Everything between `BEGIN` and `NOW`, until there are `events`: work-list lines and facts, in order of time.
struct Years {
    dice: Dice,
    /// Seals lying at home, by unit.
    free: BTreeMap<OfficeCode, Vec<usize>>,
    /// Seals that come home: when, which, where.
    home: BinaryHeap<std::cmp::Reverse<(Timestamp, usize, OfficeCode)>>,
    /// Parcels being filled, by way.
    open: BTreeMap<(OfficeCode, OfficeCode), (Vec<usize>, Timestamp)>,
    happens: Vec<Happens>,
    cases: Vec<(Timestamp, Doc)>,
    now: Timestamp,
}

impl Years {
    fn of(seals: usize, events: usize) -> Self {
        let (begin, now): (Timestamp, Timestamp) = (BEGIN.parse().expect("a time"), NOW.parse().expect("a time"));
        let mut years = Self {
            dice: Dice(2),
            free: BTreeMap::new(),
            home: BinaryHeap::new(),
            open: BTreeMap::new(),
            happens: Vec::with_capacity(events),
            cases: Vec::new(),
            now,
        };
        for doc in register(seals) {
            if let Doc::Seal(doc) = doc
                && doc.life == SealLife::InService
            {
                let n = doc.no.as_str()[2..].parse().expect("a number of this bench");
                years.free.entry(doc.holder).or_default().push(n);
            }
        }
        // A trip leaves 16 to 17 facts. The last of them are of the future, and left out.
        let trips = events * 10 / 164;
        let every = now.duration_since(begin) / i32::try_from(trips).expect("not that many");
        let mut trip = 0;
        while years.happens.len() < events {
            let at = begin + every * trip;
            if at > now {
                break;
            }
            years.trip(at);
            trip += 1;
        }
        // Trucks expected in the next days.
        for n in 0..200 {
            let (to, id) = (office(OTHERS[n % OTHERS.len()]), CaseId(years.dice.id(now)));
            years.work_list(now, id, &office(UNIT), &to, now + SignedDuration::from_mins(n as i64 * 15));
        }
        years.happens.sort_by_key(|one| one.at);
        years.happens.truncate(events);
        years
    }

    fn say(&mut self, at: Timestamp, unit: &OfficeCode, case: Option<CaseId>, fact: Fact) {
        if at <= self.now {
            self.happens.push(Happens { at, unit: unit.clone(), case, fact });
        }
    }

    fn work_list(&mut self, at: Timestamp, id: CaseId, from: &OfficeCode, to: &OfficeCode, planned_at: Timestamp) {
        let number = format!("MSKU{:06}", self.dice.below(1_000_000));
        let container: ContainerNo =
            (0..10).find_map(|digit| format!("{number}{digit}").parse().ok()).expect("one of ten digits is right");
        let doc = CaseDoc {
            id,
            containers: vec![container],
            size_type: "45G1".to_owned(),
            declaration: None,
            declared_on: None,
            status: String::new(),
            trader: (*self.dice.pick(&TRADERS)).to_owned(),
            tax_code: format!("02{:08}", self.dice.below(100_000_000)),
            channel: "Vàng".to_owned(),
            ground: Some(*self.dice.pick(&LegalGround::ALL[..4])),
            origin: from.clone(),
            destination: to.clone(),
            route: "QL5, QL1A".to_owned(),
            permitted_hours: 24,
            planned_at,
            vehicle: format!("15C-{:05}", self.dice.below(100_000)),
            trailer: String::new(),
            driver: "Nguyễn Văn Tài".to_owned(),
            seals: Vec::new(),
            sheet_codes: Vec::new(),
        };
        self.cases.push((at, Doc::Case(doc)));
    }

    fn trip(&mut self, at: Timestamp) {
        while let Some(std::cmp::Reverse((home, n, unit))) = self.home.peek().cloned()
            && home <= at
        {
            self.home.pop();
            self.free.entry(unit).or_default().push(n);
        }
        let other = office(OTHERS[self.dice.below(OTHERS.len() as u64) as usize]);
        let outward = self.dice.percent(60);
        let (from, to) = if outward { (office(UNIT), other) } else { (other, office(UNIT)) };
        let Some(free) = self.free.get_mut(&from).filter(|free| !free.is_empty()) else { return };
        let n = free.swap_remove(self.dice.below(free.len() as u64) as usize);
        let case = CaseId(self.dice.id(at));
        let planned_at = at + self.dice.minutes(0, 60);
        self.work_list(at, case, &from, &to, planned_at);
        let mut clock = at + self.dice.minutes(10, 90);
        for fact in self.sealing(n) {
            clock += self.dice.minutes(1, 6);
            self.say(clock, &from, Some(case), fact);
        }
        // One of fifty is never heard of again.
        if self.dice.percent(2) {
            return;
        }
        clock += self.dice.minutes(4 * 60, 40 * 60);
        for fact in self.opening(n, &to) {
            clock += self.dice.minutes(1, 6);
            self.say(clock, &to, Some(case), fact);
        }
        if self.dice.percent(1) {
            // A photo that shows another container: corrected.
            let event = EventId(self.dice.id(clock));
            let remark = "nhầm".to_owned();
            let correction = Corrected { event, reason: CorrectionReason::IncorrectData, remark };
            self.say(clock, &to, Some(case), Fact::Corrected(correction));
        }
        // Some lie where they came off, for months.
        if !self.dice.percent(92) {
            return;
        }
        self.pack(n, to, from, clock);
    }

    fn sealing(&mut self, n: usize) -> Vec<Fact> {
        let no = seal_of(n);
        let command = self.command(&no, LockAction::Arm);
        let code = |raw: &str, taken_for: &str| {
            Fact::CodeRead(CodeRead {
                raw: raw.to_owned(),
                symbology: None,
                how: HowRead::Typed,
                taken_for: taken_for.to_owned(),
                value: raw.to_owned(),
                picked_by_officer: false,
            })
        };
        let prepared = SealPrepared {
            seal: no.clone(),
            reading: reading(&no, LockState::Ready),
            checks: Vec::new(),
            drift_s: 3,
            stronger_neighbours: Vec::new(),
            protocol: None,
        };
        vec![
            code("CSQU3054383", "container"),
            Fact::GoodsDecided(GoodsDecided {
                ground: LegalGround::Transit,
                decision: None,
                from_work_list: true,
                reason: String::new(),
                ahead_of_a: None,
                depletion: None,
            }),
            Fact::TripDeclared(TripDeclared {
                vehicle: "15C-12345".to_owned(),
                trailer: "15R-01234".to_owned(),
                driver: "Nguyễn Văn Tài".to_owned(),
                driver_id: "031090012345".to_owned(),
                route: "QL5, QL1A".to_owned(),
                permitted_until: self.now,
            }),
            code(no.as_str(), "seal"),
            Fact::SealPrepared(prepared),
            command.clone(),
            ended(&command, LockState::ClosedArmed),
            self.photo(PhotoRole::ClosedLock, Stage::Arm),
            Fact::TugTested(TugTested { seal: no, held: true }),
            Fact::CargoHandedOver(CargoHandedOver {
                name: "Nguyễn Văn Tài".to_owned(),
                id_number: String::new(),
                signature: "M10 10L50 80L90 20L130 90".to_owned(),
            }),
        ]
    }

    fn opening(&mut self, n: usize, at: &OfficeCode) -> Vec<Fact> {
        let no = seal_of(n);
        let command = self.command(&no, LockAction::Disarm);
        let inspected = Inspected {
            seal: no.clone(),
            en_route: false,
            checks: Vec::new(),
            condition: if self.dice.percent(98) { SealCondition::Right } else { SealCondition::Damaged },
            verdict: Verdict::Accept,
            reason: String::new(),
        };
        let mut facts = vec![
            Fact::Inspected(inspected),
            self.photo(PhotoRole::Housing, Stage::Inspect),
            command.clone(),
            ended(&command, LockState::Open),
        ];
        if self.dice.percent(80) {
            facts.push(Fact::SealReceived(SealReceived { seal: no, at: at.clone() }));
        }
        facts
    }

    /// Into the parcel that is being filled; with ten seals, or after two days, it goes.
    fn pack(&mut self, n: usize, from: OfficeCode, to: OfficeCode, at: Timestamp) {
        let (seals, since) = self.open.entry((from.clone(), to.clone())).or_insert_with(|| (Vec::new(), at));
        seals.push(n);
        if seals.len() < 10 && at.duration_since(*since) < SignedDuration::from_hours(48) {
            return;
        }
        let (numbers, _) = self.open.remove(&(from.clone(), to.clone())).unwrap_or_default();
        let parcel = ParcelId(self.dice.id(at));
        let seals: Vec<SealNo> = numbers.iter().map(|n| seal_of(*n)).collect();
        let packed_at = at + self.dice.minutes(2 * 60, 60 * 60);
        let packed = ParcelPacked {
            parcel,
            number: format!("GP-{:04}", parcel.0.as_u128() % 10_000),
            from: from.clone(),
            to: to.clone(),
            seals: seals.clone(),
            ropes: 3,
            chargers: 1,
            packed: Vec::new(),
            lithium_label: true,
        };
        self.say(packed_at, &from, None, Fact::ParcelPacked(packed));
        let handed_at = packed_at + self.dice.minutes(60, 12 * 60);
        let handed = ParcelHandedOver {
            parcel,
            carrier: "EMS".to_owned(),
            waybill: format!("RR{:09}VN", self.dice.below(1_000_000_000)),
            taken_by: "Phạm Văn Bưu".to_owned(),
            signature: "M10 10L50 80".to_owned(),
        };
        self.say(handed_at, &from, None, Fact::ParcelHandedOver(handed));
        let home_at = handed_at + self.dice.minutes(18 * 60, 96 * 60);
        let received = ParcelReceived {
            parcel,
            at: to.clone(),
            found: seals.into_iter().map(|seal| FoundSeal { seal, condition: SealCondition::Right }).collect(),
            missing: Vec::new(),
            extra: Vec::new(),
            remark: String::new(),
            awaited: Vec::new(),
            ropes: None,
            chargers: None,
        };
        self.say(home_at, &to, None, Fact::ParcelReceived(received));
        self.home.extend(numbers.into_iter().map(|n| std::cmp::Reverse((home_at, n, to.clone()))));
    }

    fn command(&mut self, no: &SealNo, action: LockAction) -> Fact {
        Fact::LockCommanded(LockCommanded {
            command: CommandId(self.dice.id(self.now)),
            seal: no.clone(),
            action,
            containers: vec!["CSQU3054383".parse().expect("a container")],
            after: None,
            second_officer: None,
        })
    }

    fn photo(&mut self, role: PhotoRole, stage: Stage) -> Fact {
        let digest = Sha256::of(&self.dice.next().to_be_bytes());
        Fact::PhotoTaken(PhotoTaken {
            photo: PhotoRef {
                sha256: digest,
                bytes: 900_000,
                media_type: "image/jpeg".to_owned(),
                width: 3000,
                height: 2000,
                thumbnail: Some(Thumbnail { sha256: Sha256::of(&digest.0), bytes: 18_000 }),
            },
            role,
            stage,
            quality: PhotoQuality::Good,
            from_camera: true,
            parcel: None,
        })
    }
}

fn reading(no: &SealNo, lock: LockState) -> SealReading {
    SealReading {
        serial: no.clone(),
        lock,
        rope_inserted: true,
        battery_percent: 87,
        clock: Timestamp::UNIX_EPOCH,
        self_test_failed: Vec::new(),
        position: None,
        gnss_fix: true,
        mobile_bars: 3,
        default_password: false,
        firmware: "2.4.1".to_owned(),
        log_counter: 412,
        last_command: None,
        not_told: Vec::new(),
    }
}

fn ended(command: &Fact, lock: LockState) -> Fact {
    let Fact::LockCommanded(command) = command else { unreachable!("only commands are given") };
    Fact::LockRead(LockRead {
        seal: command.seal.clone(),
        command: Some(command.command),
        action: Some(command.action),
        outcome: Some(LockOutcome::Confirmed),
        reading: Some(reading(&command.seal, lock)),
        late: false,
    })
}

/// Signs each unit's events with its phone's key, as one chain.
struct Phones(BTreeMap<OfficeCode, Phone>);

struct Phone {
    key: SigningKey,
    device: DeviceId,
    seq: u64,
    prev: Sha256,
}

impl Phones {
    fn sign(&mut self, dice: &mut Dice, one: Happens) -> SignedEvent {
        let known = self.0.len() as u8;
        let phone = self.0.entry(one.unit.clone()).or_insert_with(|| Phone {
            key: SigningKey::from_slice(&[known + 1; 32]).expect("a key"),
            device: DeviceId(Uuid::from_u128(1_000 + u128::from(known))),
            seq: 0,
            prev: Sha256::of(b""),
        });
        phone.seq += 1;
        let event = Event {
            v: EVENT_VERSION,
            id: EventId(dice.id(one.at)),
            device: phone.device,
            seq: phone.seq,
            prev: phone.prev,
            act: ActId(dice.id(one.at)),
            officer: OfficerId("khoa.nm".to_owned()),
            unit: one.unit,
            at: Moment { wall: one.at, boot: Uuid::from_u128(1), boot_ms: phone.seq },
            place: None,
            case: one.case,
            fact: one.fact,
        };
        let signed = SignedEvent::sign(event, |bytes| Ok::<_, CborError>(sign_with(&phone.key, bytes)))
            .expect("facts of this bench can be written");
        phone.prev = signed.hash;
        signed
    }
}

/// The key of the unit's database, which stays with the build.
pub fn key() -> Key {
    Key::new([7; 32])
}

/// Writes the years into a store, as the feed brings them: in pages, each in one transaction.
pub fn write(path: &Path, seals: usize, events: usize) {
    const PAGE: usize = 4_000;
    let clock = StillClock::new();
    let store = SqliteStore::open(path, &key(), rules(), clock).expect("a fresh store").store;
    let page = |changes| ChangesResponse {
        proto: PROTO.to_owned(),
        epoch: "e".to_owned(),
        server_time: NOW.parse().expect("a time"),
        changes,
        next: "1".to_owned(),
        more: false,
        checkpoint: None,
    };
    let doc = |doc: Doc| Change::Doc { doc: Box::new(doc) };
    let mut docs: Vec<Change> = register(seals).into_iter().map(doc).collect();
    docs.extend(pack_docs(&rules(), BEGIN.parse().expect("a time")).into_iter().map(doc));
    store.trust_rules_keys(&[public(&rules_key())]).expect("a key is trusted");
    store.take_changes(&page(docs), NOW.parse().expect("a time")).expect("the register is taken");

    let (pages, taken) = sync_channel::<Vec<Change>>(4);
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let years = Years::of(seals, events);
            let (mut dice, mut phones) = (Dice(3), Phones(BTreeMap::new()));
            let mut cases = years.cases.into_iter().peekable();
            let mut changes = Vec::new();
            for (n, one) in years.happens.into_iter().enumerate() {
                while let Some((_, case)) = cases.next_if(|(at, _)| *at <= one.at) {
                    changes.push(doc(case));
                }
                let signed = phones.sign(&mut dice, one);
                changes.push(Change::Event { server_seq: n as u64 + 1, cose: B64(signed.cose) });
                if changes.len() >= PAGE {
                    pages.send(std::mem::take(&mut changes)).expect("the writer waits");
                }
            }
            changes.extend(cases.map(|(_, case)| doc(case)));
            pages.send(changes).expect("the writer waits");
        });
        for changes in taken {
            store.take_changes(&page(changes), NOW.parse().expect("a time")).expect("a page is taken");
        }
    });
}
