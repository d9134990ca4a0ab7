//! One of everything that is stored or sent, with every field filled, and always the same.
#![allow(dead_code)]

use jiff::{Timestamp, civil::date};
use seal_core::calendar::{DayOff, YearCalendar};
use seal_core::cbor::Bytes;
use seal_core::codes::*;
use seal_core::doc::*;
use seal_core::enrolment::KeyHome;
use seal_core::event::{EVENT_VERSION, Event};
use seal_core::evidence::*;
use seal_core::fact::*;
use seal_core::ids::*;
use seal_core::inspection::{HandCheck, HandCheckResult, Verdict};
use seal_core::officer::{Officer, Role};
use seal_core::outbox::Receipt;
use seal_core::pack::{MANIFEST_VERSION, Manifest, Section};
use seal_core::rules::*;
use seal_core::scan::{HowRead, Symbology};
use seal_core::seal::log::{LogEntry, LogKind};
use seal_core::seal::preflight::{Check, CheckKind, CheckResult};
use seal_core::seal::reading::*;
use seal_core::seal_no::SealNo;
use seal_core::time::{Moment, Position};
use seal_core::wire::*;
use uuid::Uuid;

const PATH: &str = "M10 20L30 40";

fn id(n: u8) -> Uuid {
    Uuid::from_bytes([n; 16])
}

fn text(text: &str) -> String {
    text.to_owned()
}

fn office(code: &str) -> OfficeCode {
    OfficeCode::parse(code).unwrap()
}

pub fn no() -> SealNo {
    "83181001".parse().unwrap()
}

pub fn at() -> Timestamp {
    "2026-11-23T01:02:03.456Z".parse().unwrap()
}

pub fn case() -> CaseId {
    CaseId(id(6))
}

/// The circumstances, all filled.
pub fn event(fact: Fact) -> Event {
    Event {
        v: EVENT_VERSION,
        id: EventId(id(1)),
        device: DeviceId(id(2)),
        seq: 300,
        prev: Sha256::of(b"before"),
        act: ActId(id(3)),
        officer: OfficerId(text("khoa.nm")),
        unit: office("03EE"),
        at: Moment { wall: at(), boot: id(4), boot_ms: 5_000_000_000 },
        place: Some(place()),
        case: Some(case()),
        fact,
    }
}

fn place() -> Position {
    Position { lat_e6: 20_844_912, lon_e6: -106_688_084, accuracy_m: Some(12), mocked: true }
}

fn reading() -> SealReading {
    SealReading {
        serial: no(),
        lock: LockState::ClosedArmed,
        rope_inserted: true,
        battery_percent: 87,
        clock: at(),
        self_test_failed: vec![text("motor")],
        position: Some(place()),
        gnss_fix: true,
        mobile_bars: 3,
        default_password: false,
        firmware: text("2.4.1"),
        log_counter: 412,
        last_command: Some(LastCommand { id: CommandId(id(7)), action: LockAction::Arm, done: true }),
        not_told: Vec::new(),
    }
}

/// A reading without what a seal may leave out.
fn bare_reading() -> SealReading {
    SealReading { position: None, last_command: None, self_test_failed: Vec::new(), ..reading() }
}

fn entry() -> LogEntry {
    LogEntry { counter: 411, at: at(), kind: LogKind::RopeCut, position: Some(place()), battery_percent: Some(80) }
}

fn citation() -> Citation {
    Citation {
        document: text("Nghị định 167/2025/NĐ-CP"),
        dated: Some(date(2025, 6, 30)),
        place: Some(text("Điều 51")),
        to_be_confirmed: true,
    }
}

/// Every way a command can end, but for the reasons, of which one stands for all.
pub fn outcomes() -> Vec<LockOutcome> {
    vec![
        LockOutcome::Confirmed,
        LockOutcome::Refused { reason: RefusalReason::RopeNotInserted },
        LockOutcome::Uncertain { why: UncertainWhy::LinkLost },
    ]
}

pub fn lock_read(outcome: LockOutcome) -> Fact {
    Fact::LockRead(LockRead {
        seal: no(),
        command: Some(CommandId(id(7))),
        action: Some(LockAction::Disarm),
        outcome: Some(outcome),
        reading: Some(reading()),
        late: true,
    })
}

/// One fact of each kind, every field filled.
pub fn facts() -> Vec<Fact> {
    let containers = || vec!["CSQU3054383".parse().unwrap(), "SFPU4820155".parse().unwrap()];
    let declaration = || Some("507134820550".parse().unwrap());
    vec![
        Fact::CaseOpened(CaseOpened {
            containers: containers(),
            declaration: declaration(),
            origin: office("03EE"),
            destination: office("15BB"),
            trader: text("Công ty Đại Dương"),
        }),
        Fact::CodeRead(CodeRead {
            raw: text("CSQU 305438 3"),
            symbology: Some(Symbology::Code128),
            how: HowRead::Camera,
            taken_for: text("container"),
            value: text("CSQU3054383"),
            picked_by_officer: true,
        }),
        Fact::GoodsDecided(GoodsDecided {
            ground: LegalGround::TemporaryImportReExport,
            decision: Some(GoodsDecision {
                ground: LegalGround::TemporaryImportReExport,
                group: GoodsGroup::B,
                citation: citation(),
                pack: text("2026-1"),
            }),
            from_work_list: true,
            reason: text("hết niêm phong"),
            depletion: None,
            ahead_of_a: None,
        }),
        Fact::TripDeclared(TripDeclared {
            vehicle: text("15C-123.45"),
            trailer: text("15R-072.19"),
            driver: text("Trần Văn B"),
            driver_id: text("031088001234"),
            route: text("QL5"),
            permitted_until: at(),
        }),
        Fact::SealPrepared(SealPrepared {
            seal: no(),
            reading: reading(),
            checks: vec![Check {
                kind: CheckKind::SelfTest,
                result: CheckResult::Stop,
                found: Some(-3),
                needed: Some(120),
                parts: vec![text("motor")],
            }],
            drift_s: -70_000,
            stronger_neighbours: vec!["83181002".parse().unwrap()],
            protocol: None,
        }),
        Fact::LockCommanded(LockCommanded {
            command: CommandId(id(7)),
            seal: no(),
            action: LockAction::Arm,
            containers: containers(),
            after: Some(EventId(id(8))),
            second_officer: Some(SecondOfficer { officer: OfficerId(text("ha.tt")), reason: text("xe chờ") }),
        }),
        lock_read(LockOutcome::Uncertain { why: UncertainWhy::NotReadBack }),
        Fact::SealRecorded(SealRecorded {
            seal: no(),
            seal_type: SealType::Mechanical,
            party: SealingParty::Customs,
            kind: Some(CustomsSealKind::SteelCable),
            class: Some(Iso17712::High),
            method: ManualMethod::MonitoringCentre,
            on_off: OnOff::Off,
            condition: Some(SealCondition::Damaged),
            containers: containers(),
            after: Some(EventId(id(8))),
        }),
        Fact::PhotoTaken(PhotoTaken {
            photo: PhotoRef {
                sha256: Sha256::of(b"photo"),
                bytes: 1_048_576,
                media_type: text("image/jpeg"),
                width: 4032,
                height: 3024,
                thumbnail: Some(Thumbnail { sha256: Sha256::of(b"thumb"), bytes: 9_000 }),
            },
            role: PhotoRole::ClosedLock,
            stage: Stage::EnRoute,
            quality: PhotoQuality::Blurred,
            from_camera: true,
            parcel: Some(ParcelId(id(10))),
        }),
        Fact::TugTested(TugTested { seal: no(), held: true }),
        Fact::CargoHandedOver(CargoHandedOver {
            name: text("Trần Văn B"),
            id_number: text("031088001234"),
            signature: text(PATH),
        }),
        Fact::SealLogRead(SealLogRead { seal: no(), entries: vec![entry()], drift_s: 41, complete: true }),
        Fact::Inspected(Inspected {
            seal: no(),
            en_route: true,
            checks: vec![HandCheckResult { check: HandCheck::Rope, good: false, seconds: 12, note: text("xước") }],
            condition: SealCondition::FaultyElectronic,
            verdict: Verdict::AcceptWithReason,
            reason: text("mất sóng"),
        }),
        Fact::SealCutOff(SealCutOff {
            seal: no(),
            reason: text("hết pin"),
            witness: text("Lê Thị C, lái xe"),
            signature: text(PATH),
            after: Some(EventId(id(8))),
        }),
        Fact::SealReceived(SealReceived { seal: no(), at: office("15BB") }),
        Fact::ReuseReserved(ReuseReserved { seal: no(), for_case: CaseId(id(9)), cancelled: true }),
        Fact::ParcelPacked(ParcelPacked {
            parcel: ParcelId(id(10)),
            number: text("GP-0417"),
            from: office("15BB"),
            to: office("03EE"),
            seals: vec![no()],
            ropes: 2,
            chargers: 1,
            packed: Vec::new(),
            lithium_label: false,
        }),
        Fact::ParcelHandedOver(ParcelHandedOver {
            parcel: ParcelId(id(10)),
            carrier: text("VNPost"),
            waybill: text("EB417882053VN"),
            taken_by: text("Phạm D"),
            signature: text(PATH),
        }),
        Fact::ParcelReceived(ParcelReceived {
            parcel: ParcelId(id(10)),
            at: office("03EE"),
            found: vec![FoundSeal { seal: no(), condition: SealCondition::Right }],
            missing: vec!["83181002".parse().unwrap()],
            extra: vec!["83181003".parse().unwrap()],
            remark: text("thiếu một"),
            awaited: Vec::new(),
            ropes: None,
            chargers: None,
        }),
        Fact::ConflictDecided(ConflictDecided {
            events: vec![EventId(id(11)), EventId(id(12))],
            holds: EventId(id(12)),
            reason: text("ảnh cho thấy"),
        }),
        Fact::DifficultyReported(DifficultyReported { text: text("chốt kẹt"), screen: text("arm") }),
        Fact::DiagnosticsGiven(Box::new(DiagnosticsGiven {
            app: text("seal-field 0.1.0"),
            system: text("android aarch64"),
            free_bytes: Some(4 << 30),
            signing_key: KeyHome::Hardware,
            data_key: KeyHome::System,
            queue: QueueStanding {
                waiting: 3,
                stuck: 1,
                bytes: 70_000,
                oldest: Some("2026-11-23T01:02:03.456Z".parse().unwrap()),
                problems: [(text("offline"), 3), (text("server_busy"), 1)].into(),
            },
            pulled_at: Some("2026-11-23T00:59:00Z".parse().unwrap()),
            log: vec![text("2026-11-23T01:02:03Z  WARN seal_field::sync: mất mạng")],
        })),
        Fact::Corrected(Corrected {
            event: EventId(id(8)),
            reason: CorrectionReason::DidNotOccur,
            remark: text("bấm nhầm"),
        }),
        Fact::TrackingSeen(tracking_seen()),
        Fact::ApprovalAsked(ApprovalAsked {
            what: ApprovalKind::OutsideCriteria,
            containers: containers(),
            vehicle: text("15C-123.45"),
            ground: Some(LegalGround::None),
            why: text("hàng giá trị cao"),
        }),
        Fact::ApprovalGiven(ApprovalGiven {
            asked: EventId(id(13)),
            what: ApprovalKind::OutsideCriteria,
            containers: containers(),
            approver: OfficerId(text("ha.tt")),
            granted: true,
            reason: text("đồng ý"),
            valid_until: at(),
        }),
        Fact::SlipTaken(SlipTaken { cose: Bytes(vec![0xd2, 0x84, 0xff]) }),
        Fact::DepletionStated(DepletionStated {
            stock: stock(),
            reason: DepletionReason::NoneFitForUse,
            remark: text("chờ sửa"),
            valid_until: at(),
        }),
        Fact::DepletionEnded(DepletionEnded { statement: EventId(id(14)), reason: text("đã nhận seal") }),
        Fact::SealsIssued(SealsIssued {
            to: OfficerId(text("ha.tt")),
            kind: CustomsSealKind::SteelCable,
            seals: vec![no()],
        }),
        Fact::SealsOffered(SealsOffered {
            to_unit: office("15BB"),
            to: Some(OfficerId(text("ha.tt"))),
            seals: vec![no()],
            remark: text("ca đêm"),
        }),
        Fact::SealsTakenOver(SealsTakenOver {
            offer: EventId(id(15)),
            from: OfficerId(text("khoa.nm")),
            from_unit: office("03EE"),
            seals: vec![no()],
            missing: vec!["83181002".parse().unwrap()],
        }),
        Fact::StockCounted(StockCounted {
            kinds: vec![CustomsSealKind::Electronic, CustomsSealKind::CopperCable],
            holder: Some(OfficerId(text("ha.tt"))),
            found: vec![no()],
            missing: vec!["83181002".parse().unwrap()],
            extra: vec!["83181003".parse().unwrap()],
            remark: text("tủ số 2"),
        }),
        Fact::SealReplaced(SealReplaced {
            old: no(),
            new: "83181002".parse().unwrap(),
            reason: ReplaceReason::Damaged,
            remark: text("dây xước"),
            old_condition: SealCondition::Damaged,
        }),
        Fact::ContainerChanged(ContainerChanged {
            old: "CSQU3054383".parse().unwrap(),
            new: "SFPU4820155".parse().unwrap(),
            reason: text("container thủng"),
        }),
        Fact::OpenedUnderSupervision(OpenedUnderSupervision {
            containers: containers(),
            seals: vec![no()],
            reason: text("kiểm tra thực tế"),
            document: text("QĐ 12"),
            witness: text("Lê Thị C, chủ hàng"),
            signature: text(PATH),
        }),
        Fact::ClosedAgain(ClosedAgain { opening: EventId(id(16)), seals: vec![no()] }),
        Fact::SealLifeChanged(SealLifeChanged { seal: no(), life: SealLife::Damaged, reason: text("gãy chốt") }),
        Fact::LossReported(LossReported {
            seal: no(),
            what: LossKind::Lost,
            responsible: office("15BB"),
            parcel: Some(ParcelId(id(10))),
            remark: text("không có trong kiện"),
        }),
        Fact::LossSettled(LossSettled {
            report: EventId(id(17)),
            seal: no(),
            outcome: LossOutcome::WrittenOff,
            remark: text("QĐ 40"),
        }),
        Fact::ParcelTracked(ParcelTracked {
            parcel: ParcelId(id(10)),
            stage: CourierStage::InTransit,
            source: text("VNPost"),
            remark: text("Hà Nội"),
        }),
        Fact::SealSigned(SealSigned {
            seal: no(),
            scheme: text("eseal/1"),
            command: Some(CommandId(id(7))),
            receipt: Some(Bytes(vec![0xd1, 0x84])),
            pages: vec![SignedPage {
                first: 4,
                before: Bytes(vec![1; 16]),
                entries: Bytes(vec![2; 48]),
                receipt: Bytes(vec![3; 110]),
            }],
        }),
        Fact::SignatureChecked(SignatureChecked {
            seal: no(),
            carried_by: EventId(id(16)),
            command: Some(CommandId(id(7))),
            finding: SignatureFinding::Genuine,
            gaps: vec![(5, 6)],
        }),
    ]
}

fn stock() -> StockSnapshot {
    StockSnapshot { free: 2, unfit: 1, in_use: 40, as_of: Some(at()) }
}

fn tracking_seen() -> TrackingSeen {
    TrackingSeen { seal: no(), at: at(), closed: Some(true), entry: Some(entry()), source: text("gps-platform") }
}

/// Kinds with fields that may be empty, these left empty.
pub fn bare_facts() -> Vec<Fact> {
    vec![
        Fact::CaseOpened(CaseOpened {
            containers: Vec::new(),
            declaration: None,
            origin: office("03EE"),
            destination: office("15BB"),
            trader: String::new(),
        }),
        Fact::CodeRead(CodeRead {
            raw: String::new(),
            symbology: None,
            how: HowRead::TypedTwice,
            taken_for: text("unknown"),
            value: String::new(),
            picked_by_officer: false,
        }),
        Fact::GoodsDecided(GoodsDecided {
            ground: LegalGround::None,
            decision: None,
            from_work_list: false,
            reason: String::new(),
            depletion: Some(EventId(id(13))),
            ahead_of_a: Some(AheadOfGroupA { waiting: vec![case()], stock: stock(), reason: text("xe chờ") }),
        }),
        Fact::TripDeclared(TripDeclared {
            vehicle: String::new(),
            trailer: String::new(),
            driver: String::new(),
            driver_id: String::new(),
            route: String::new(),
            permitted_until: Timestamp::from_second(1_700_000_000).unwrap(),
        }),
        Fact::SealPrepared(SealPrepared {
            seal: no(),
            reading: bare_reading(),
            checks: vec![Check {
                kind: CheckKind::Rope,
                result: CheckResult::Ok,
                found: None,
                needed: None,
                parts: Vec::new(),
            }],
            drift_s: 0,
            stronger_neighbours: Vec::new(),
            protocol: None,
        }),
        Fact::LockCommanded(LockCommanded {
            command: CommandId(id(7)),
            seal: no(),
            action: LockAction::Disarm,
            containers: Vec::new(),
            after: None,
            second_officer: None,
        }),
        Fact::LockRead(LockRead { seal: no(), command: None, action: None, outcome: None, reading: None, late: false }),
        Fact::SealRecorded(SealRecorded {
            seal: no(),
            seal_type: SealType::AirFreshVent,
            party: SealingParty::Unknown,
            kind: None,
            class: None,
            method: ManualMethod::ByHand,
            on_off: OnOff::On,
            condition: None,
            containers: Vec::new(),
            after: None,
        }),
        Fact::PhotoTaken(PhotoTaken {
            photo: PhotoRef {
                sha256: Sha256::of(b""),
                bytes: 0,
                media_type: String::new(),
                width: 0,
                height: 0,
                thumbnail: None,
            },
            role: PhotoRole::Other,
            stage: Stage::Receive,
            quality: PhotoQuality::Good,
            from_camera: false,
            parcel: None,
        }),
        Fact::SealLogRead(SealLogRead {
            seal: no(),
            entries: vec![LogEntry { position: None, battery_percent: None, ..entry() }],
            drift_s: 0,
            complete: false,
        }),
        Fact::ParcelPacked(ParcelPacked {
            parcel: ParcelId(id(10)),
            number: text("GP-0417"),
            from: office("15BB"),
            to: office("03EE"),
            seals: vec![no()],
            ropes: 0,
            chargers: 0,
            packed: vec![PackedSeal { seal: no(), asleep: true, battery_percent: Some(30) }],
            lithium_label: true,
        }),
        Fact::ParcelReceived(ParcelReceived {
            parcel: ParcelId(id(10)),
            at: office("03EE"),
            found: Vec::new(),
            missing: Vec::new(),
            extra: Vec::new(),
            remark: String::new(),
            awaited: vec![no()],
            ropes: Some(1),
            chargers: Some(0),
        }),
        Fact::TrackingSeen(TrackingSeen { closed: None, entry: None, ..tracking_seen() }),
        Fact::SealSigned(SealSigned {
            seal: no(),
            scheme: text("eseal/1"),
            command: None,
            receipt: None,
            pages: Vec::new(),
        }),
        Fact::SignatureChecked(SignatureChecked {
            seal: no(),
            carried_by: EventId(id(16)),
            command: None,
            finding: SignatureFinding::UnknownSeal,
            gaps: Vec::new(),
        }),
    ]
}

pub fn officer() -> Officer {
    Officer {
        id: OfficerId(text("khoa.nm")),
        name: text("Nguyễn Minh Khoa"),
        unit: office("03EE"),
        roles: vec![Role::Officer, Role::ShiftLead],
    }
}

pub fn sign_in_request() -> SignInRequest {
    SignInRequest {
        officer: officer().id,
        secret: text("practice"),
        device: DeviceId(id(2)),
        device_key: B64(vec![4, 0xff, 0xfe]),
    }
}

pub fn sign_in_response() -> SignInResponse {
    SignInResponse {
        proto: text(PROTO),
        token: text("token"),
        expires: at(),
        officer: officer(),
        server_time: at(),
        rules_keys: vec![Bytes(vec![4, 0xff, 0xfe])],
        log_key: Some(Bytes(vec![4, 0xff, 0xfe])),
        agency_key: Some(Bytes(vec![0xff, 0xfe])),
    }
}

pub fn push_item() -> PushItem {
    PushItem { id: EventId(id(1)), cose: B64(vec![0xd2, 0x84, 0xff]) }
}

pub fn receipt() -> Receipt {
    Receipt { server_seq: 42, at: at(), code: text("7F3A-21") }
}

/// Every status once.
pub fn push_response() -> PushResponse {
    let statuses = [
        PushStatus::Accepted { receipt: receipt() },
        PushStatus::Duplicate { receipt: receipt() },
        PushStatus::Rejected { code: text("scope"), detail: text("not your unit") },
        PushStatus::Deferred,
        PushStatus::HashConflict,
    ];
    PushResponse {
        proto: text(PROTO),
        epoch: text("e1"),
        server_time: at(),
        results: (1..).zip(statuses).map(|(n, status)| PushResult { id: EventId(id(n)), status }).collect(),
        need_photos: vec![Sha256::of(b"photo")],
        checkpoint: Some(B64(vec![0xd2, 0x84, 0xff])),
    }
}

pub fn changes_response() -> ChangesResponse {
    ChangesResponse {
        proto: text(PROTO),
        epoch: text("e1"),
        server_time: at(),
        changes: vec![
            Change::Doc { doc: Box::new(Doc::Officer(officer())) },
            Change::Event { server_seq: 42, cose: B64(vec![0xd2, 0x84, 0xff]) },
        ],
        next: text("43"),
        more: true,
        checkpoint: Some(B64(vec![0xd2, 0x84, 0xff])),
    }
}

pub fn tracking_request() -> TrackingRequest {
    TrackingRequest { reports: vec![tracking_seen()] }
}

pub fn problem() -> Problem {
    Problem {
        kind: text("about:blank"),
        title: text("Forbidden"),
        status: 403,
        detail: text("not your unit"),
        code: text("scope"),
    }
}

/// One document of each kind.
pub fn docs() -> Vec<Doc> {
    vec![
        Doc::Case(CaseDoc {
            id: case(),
            containers: vec!["CSQU3054383".parse().unwrap()],
            size_type: text("45G1"),
            declaration: Some("507134820550".parse().unwrap()),
            declared_on: Some(date(2026, 11, 22)),
            status: text("Thông quan"),
            trader: text("Công ty Đại Dương"),
            tax_code: text("0200123456"),
            channel: text("Vàng"),
            ground: Some(LegalGround::Transit),
            origin: office("03EE"),
            destination: office("15BB"),
            route: text("QL5"),
            permitted_hours: 12,
            planned_at: at(),
            vehicle: text("15C-123.45"),
            trailer: text("15R-072.19"),
            driver: text("Trần Văn B"),
            seals: vec![AnnouncedSeal {
                no: "VN123456".parse().unwrap(),
                seal_type: SealType::Mechanical,
                party: SealingParty::Carrier,
            }],
            sheet_codes: vec![text("HQCTR;1")],
        }),
        Doc::Seal(SealDoc {
            no: no(),
            seal_type: SealType::Electronic,
            kind: CustomsSealKind::Electronic,
            class: Some(Iso17712::High),
            owner: office("02CI"),
            manager: office("03EE"),
            holder: office("03EE"),
            as_of: at(),
            radio: SealRadio::NotSpoken,
            life: SealLife::InRepair,
            platform_sees: Some(false),
        }),
        Doc::Pack(PackDoc { cose: B64(vec![0xd2, 0x84, 0xff]) }),
        Doc::PackEntry(PackEntryDoc { text: text("{\"a\":1}") }),
        Doc::Officer(officer()),
        Doc::Device(DeviceDoc {
            id: DeviceId(id(2)),
            key: B64(vec![4, 0xff, 0xfe]),
            unit: office("03EE"),
            enrolled_at: at(),
            revoked: false,
        }),
    ]
}

/// A rule pack with every field filled.
pub fn rules() -> RulePack {
    RulePack {
        version: text("2026-1"),
        goods: vec![GoodsRule {
            ground: LegalGround::Bonded,
            group: GoodsGroup::A,
            valid_from: date(2025, 7, 1),
            valid_to: Some(date(2027, 12, 31)),
            citation: citation(),
        }],
        limits: SealLimits {
            battery_reserve_percent: 20,
            battery_per_day_percent: 5,
            clock_drift_s: 120,
            silence_minutes: 30,
            citation: citation(),
        },
        returns: vec![ReturnRule {
            working_days: 3,
            count_first_day: false,
            start: ClockStart::Receipt,
            valid_from: date(2025, 7, 1),
            valid_to: None,
            citation: citation(),
        }],
        arm_photos: vec![PhotoRole::Doors, PhotoRole::RopePath],
        inspect_photos: vec![PhotoRole::Housing],
        calendars: vec![YearCalendar {
            year: 2026,
            off: vec![DayOff { date: date(2026, 9, 2), name: text("Quốc khánh") }],
            worked: vec![date(2026, 8, 22)],
            citation: citation(),
        }],
        offices: vec![Office {
            code: office("03EE"),
            name: text("Hải quan cửa khẩu cảng Đình Vũ"),
            short: text("Đình Vũ"),
            aliases: vec![text("CC HQ Cảng Đình Vũ")],
            former: vec![FormerName {
                name: text("Chi cục HQ CK cảng Đình Vũ"),
                valid_from: Some(date(2011, 1, 1)),
                valid_to: date(2025, 2, 28),
            }],
            unlocode: Some(text("VNHPH")),
            warehouses: vec![Warehouse { code: text("03EEC01"), name: text("Cảng Đình Vũ") }],
            valid_from: date(2025, 3, 1),
            valid_to: Some(date(2030, 12, 31)),
            citation: Some(citation()),
        }],
        seal_kinds: vec![SealKindRule {
            kind: CustomsSealKind::SteelCable,
            name: text("Seal dây cáp thép"),
            valid_from: date(2019, 1, 1),
            valid_to: None,
            citation: citation(),
            carriage: None,
        }],
        way_home: vec![WayHomeRule {
            warn_days: vec![2, 1],
            silent_days: 3,
            written_off_by: vec![Role::Supervisor],
            valid_from: date(2025, 7, 1),
            valid_to: None,
            citation: citation(),
        }],
        phone_room: vec![PhoneRoomRule {
            before_photo_mib: 64,
            valid_from: date(2025, 7, 1),
            valid_to: None,
            citation: citation(),
        }],
        photo_term: vec![PhotoTermRule {
            hours: 72,
            valid_from: date(2025, 7, 1),
            valid_to: None,
            citation: citation(),
        }],
        sealing: SealingRules {
            depletion: vec![DepletionRule {
                stated_by: vec![Role::ShiftLead, Role::Supervisor],
                holds_hours: 12,
                valid_from: date(2025, 7, 1),
                valid_to: None,
                citation: citation(),
            }],
            priority: vec![PriorityRule {
                within_hours: 12,
                late_hours: 24,
                valid_from: date(2025, 7, 1),
                valid_to: Some(date(2027, 12, 31)),
                citation: citation(),
            }],
            approvals: vec![ApprovalRule {
                what: ApprovalKind::OutsideCriteria,
                grounds: vec![LegalGround::None],
                unruled: true,
                given_by: vec![Role::Supervisor],
                holds_hours: 24,
                valid_from: date(2025, 7, 1),
                valid_to: None,
                citation: citation(),
            }],
        },
    }
}

/// A manifest.
pub fn manifest() -> Manifest {
    Manifest {
        v: MANIFEST_VERSION,
        version: text("2026.11"),
        issued_at: at(),
        issuer: text("Ban Giám sát quản lý"),
        keys: vec![Bytes(vec![4, 0xff, 0xfe])],
        sections: [
            (text("goods"), Section::Many(vec![Sha256::of(b"one"), Sha256::of(b"two")])),
            (text("limits"), Section::One(Sha256::of(b"three"))),
        ]
        .into(),
    }
}
