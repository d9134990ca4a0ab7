//! The acts and screens after the sealing, on a real store: inspection, the way home, the queue. With `SHOTS=<folder>` each
//! screen is also written there as a page, to be looked at.

use crate::common;

use std::sync::Arc;

use crate::bench::*;
use crate::common::{Device, office, opened, seal};
use dioxus::prelude::*;
use jiff::{SignedDuration, Timestamp};
use seal_core::codes::{SealCondition, SealType, SealingParty};
use seal_core::container::ContainerNo;
use seal_core::courier::ParcelStage;
use seal_core::doc::{CaseDoc, Doc, SealDoc};
use seal_core::evidence::{PhotoQuality, PhotoRef, PhotoRole};
use seal_core::fact::{
    CourierStage, Fact, LossKind, LossOutcome, ManualMethod, OnOff, ParcelPacked, PhotoTaken, SealReceived,
    SealRecorded, Stage,
};
use seal_core::ids::{CaseId, ParcelId};
use seal_core::inspection::{HandCheck, Verdict};
use seal_core::loss::Loss;
use seal_core::officer::{Officer, Role};
use seal_core::outbox::{Receipt, StuckReason};
use seal_core::rules::{LegalGround, RulePack};
use seal_core::scan::HowRead;
use seal_core::seal::reading::LockAction;
use seal_field::actions::arm_seal::arm_seal;
use seal_field::actions::choose_cover::{choose_cover, containers_to_seal};
use seal_field::actions::decide_conflict::{DecideError, agree_as_second, decide_conflict};
use seal_field::actions::decide_goods::decide_goods;
use seal_field::actions::disarm_seal::disarm_seal;
use seal_field::actions::hand_checks::{answer, begin_step, hand_checks as answers_so_far};
use seal_field::actions::hand_parcel::{HandOverDraft, HandParcelError, hand_parcel, note_waybill};
use seal_field::actions::inspect::inspect;
use seal_field::actions::open_case::add_container;
use seal_field::actions::pack_parcel::{
    PackError, PackWarning, Reminder, add_seal, begin_parcel, change_parcel, note_parcel_photo, pack_parcel,
    parcel_draft, photograph_parcel, waiting_parcel,
};
use seal_field::actions::pair_seal::pair_seal;
use seal_field::actions::read_seal_log::read_seal_log;
use seal_field::actions::receive_parcel::{FoundAs, ReceiveParcelError, change_receipt, note_found, receive_parcel};
use seal_field::actions::receive_seal::{ReceiveSealError, receive_seal};
use seal_field::actions::reserve_reuse::{ReserveReuseError, cancel_reuse, reserve_reuse, shipments};
use seal_field::actions::scan_item::{note_code, recognise};
use seal_field::actions::settle_loss::{LossTrouble, open_losses, report_loss, settle_loss};
use seal_field::actions::track_parcel::{TrackParcelError, track_parcel};
use seal_field::i18n::{I18n, Lang};
use seal_field::ports::photos::PhotoFiles as _;
use seal_field::ports::practice::{
    Practice, PracticeAccount, PracticeDevice, PracticeNetwork, PracticeSample, PracticeSeal,
};
use seal_field::ports::store::{Sendable, Settled, Store as _};
use seal_field::ports::sync::{SyncControl, SyncStatus};
use seal_field::ports::vault::{Purpose, Vault as _};
use seal_field::ui::desk::DeskParts;
use seal_field::ui::route::{Route, ScanFor};
use seal_field::ui::screens::{App, AppProps, DeskPartsProp};
use seal_simulator::{Reach as _, Trouble};
use tokio::sync::watch;
use uuid::Uuid;

/// A sync that stands still.
struct NoSync(watch::Sender<SyncStatus>);

impl SyncControl for NoSync {
    fn status(&self) -> watch::Receiver<SyncStatus> {
        self.0.subscribe()
    }
    fn officer_active(&self) {}
    fn send_now(&self) {}
}

/// The screen of `route` as `officer` sees it.
fn screen(bench: &Bench, officer: &Officer, route: &Route, shot: &str) -> String {
    screen_with(bench, officer, route, shot, None)
}

fn screen_with(
    bench: &Bench,
    officer: &Officer,
    route: &Route,
    shot: &str,
    practice: Option<Arc<dyn Practice>>,
) -> String {
    let note = |name: &str, json: String| bench.device.store.set_note(name, Some(&json)).unwrap();
    note("officer", serde_json::to_string(officer).unwrap());
    note("path", serde_json::to_string(&[route]).unwrap());
    let status = SyncStatus { since: Some(bench.now()), ..SyncStatus::default() };
    let parts = DeskParts {
        kit: bench.kit.clone(),
        sync: Arc::new(NoSync(watch::channel(status).0)),
        practice,
        camera_url: None,
    };
    let mut dom = VirtualDom::new_with_props(App, AppProps { parts: DeskPartsProp(parts) });
    dom.rebuild_in_place();
    let html = dioxus_ssr::render(&dom);
    if let Ok(folder) = std::env::var("SHOTS") {
        let page = format!(
            "<!doctype html><meta charset=utf-8><meta name=viewport content='width=device-width,initial-scale=1'>{html}"
        );
        std::fs::write(std::path::Path::new(&folder).join(format!("{shot}.html")), page).unwrap();
    }
    let body = html.rsplit_once("</symbol>").expect("icons are in the page").1.to_owned();
    assert_eq!(body.matches("<h1").count(), 1, "{shot}: one h1");
    for word in
        ["Vui lòng", "thành công", "inspect-", "return-", "verdict-", "queue-", "log-kind", "check-ask", "fact-"]
    {
        let text = without_tags(&body);
        assert!(!text.contains(word), "{shot}: {word}: {text}");
    }
    body
}

/// What is read on the screen.
fn without_tags(html: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for c in html.chars() {
        match c {
            '<' => inside = true,
            '>' => {
                inside = false;
                text.push(' ');
            }
            c if !inside => text.push(c),
            _ => {}
        }
    }
    let text = text.replace("&nbsp;", " ").replace('\u{a0}', " ");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn says(html: &str, words: &[&str]) {
    let text = without_tags(html);
    for word in words {
        assert!(text.contains(word), "“{word}” is not on the screen: {text}");
    }
}

/// The bench of the acts' tests with offices, people and the shipped rules.
fn world(trouble: &[Trouble]) -> Bench {
    let bench = Bench::new(trouble);
    let rules = RulePack::parse(include_str!("../assets/rules/2026.json")).unwrap();
    let named = |officer: &Officer, name: &str| Doc::Officer(Officer { name: name.to_owned(), ..officer.clone() });
    bench.documents(vec![
        named(&bench.a, "Nguyễn Minh Khoa"),
        named(&bench.b, "Trần Thị Hà"),
        named(&supervisor(), "Lê Văn Sơn"),
    ]);
    bench.rules(rules, &[("03EE", "Đình Vũ"), ("15BB", "Hữu Nghị"), ("02CI", "Cảng Sài Gòn KV1")]);
    bench
}

fn supervisor() -> Officer {
    officer("son.lv", "15BB", &[Role::Officer, Role::Supervisor])
}

/// A seal of Đình Vũ lying at Hữu Nghị since `received`.
fn lies_here(bench: &Bench, no: &str, received: &str) {
    bench.documents(vec![Doc::Seal(SealDoc { holder: office("15BB"), ..seal_doc(no) })]);
    let now = bench.now();
    let at: Timestamp = received.parse().unwrap();
    bench.device.clock.advance(at.duration_since(now));
    receive_seal(&bench.kit, &bench.b, &seal(no)).unwrap();
    bench.device.clock.advance(now.duration_since(at));
}

/// A picture with a colour of its own.
fn picture(
    bench: &Bench,
    role: PhotoRole,
    stage: Stage,
    case: Option<CaseId>,
    officer: &Officer,
    colour: &str,
) -> PhotoRef {
    let svg = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 300 400'><rect width='300' height='400' fill='{colour}'/>\
         <rect x='90' y='120' width='120' height='170' rx='18' fill='#222'/><path d='M110 120c0-90 80-90 80 0' fill='none' stroke='#ddd' stroke-width='12'/></svg>"
    );
    let photo = PhotoRef {
        sha256: bench.device.photos.keep(svg.as_bytes()).unwrap(),
        bytes: svg.len() as u64,
        media_type: "image/svg+xml".to_owned(),
        width: 300,
        height: 400,
        thumbnail: None,
    };
    let taken =
        PhotoTaken { photo: photo.clone(), role, stage, quality: PhotoQuality::Good, from_camera: true, parcel: None };
    bench.kit.record(officer, case, vec![Fact::PhotoTaken(taken)]).unwrap();
    photo
}

/// Sealed at Đình Vũ, a day on the road, read at Hữu Nghị.
async fn arrived(trouble: &[Trouble]) -> Bench {
    let bench = world(trouble);
    drop(pair_seal(&bench.kit, &bench.a, bench.case, &bench.no, &PATIENCE).await.unwrap());
    arm_seal(&bench.kit, &bench.a, bench.case, &bench.no, Vec::new(), &PATIENCE, &quiet).await.unwrap();
    for role in [PhotoRole::ClosedLock, PhotoRole::RopePath] {
        picture(&bench, role, Stage::Arm, Some(bench.case), &bench.a, "#7a93a8");
    }
    bench.pass(SignedDuration::from_hours(9));
    read_seal_log(&bench.kit, &bench.b, bench.case, &bench.no, &PATIENCE).await.unwrap();
    bench
}

fn on_case(bench: &Bench, make: impl Fn(CaseId, seal_core::seal_no::SealNo) -> Route) -> Route {
    make(bench.case, bench.no.clone())
}

#[tokio::test]
async fn the_log_shows_a_gap_as_a_gap_and_works_without_the_seal() {
    let bench = arrived(&[Trouble::DeadZone]).await;
    let route = on_case(&bench, |case, seal| Route::SealLog { case, seal, en_route: false });
    let html = screen(&bench, &bench.b, &route, "seal-log");
    says(
        &html,
        &[
            "Kiểm tra seal",
            "không có bằng chứng",
            "Không có dữ liệu",
            "Seal báo: đã khóa",
            "Lệnh khóa seal",
            "Nguyễn Minh Khoa",
        ],
    );
    assert!(html.contains("tl-gap"));

    let clean = arrived(&[]).await;
    let html = screen(&clean, &clean.b, &route, "seal-log-clean");
    says(&html, &["Nhật ký phủ hết chuyến", "Kiểm tra bằng tay"]);
    assert!(!html.contains("tl-gap"));

    let cut = arrived(&[Trouble::RopeCutOnTheWay]).await;
    says(&screen(&cut, &cut.b, &route, "seal-log-breach"), &["Seal đã bị mở trên đường", "Cáp bị cắt hoặc giật"]);

    let unread = world(&[]);
    says(&screen(&unread, &unread.b, &route, "seal-log-unread"), &["Chưa đọc nhật ký của seal", "Đọc nhật ký seal"]);
}

#[tokio::test]
async fn checks_ask_one_question_at_a_time_beside_the_arming_photo() {
    let bench = arrived(&[]).await;
    let route = on_case(&bench, |case, seal| Route::HandChecks { case, seal, en_route: false });
    let html = screen(&bench, &bench.b, &route, "hand-checks-first");
    says(&html, &["Bước 1/5", "Seal có nguyên vẹn không?", "Lúc khóa", "chưa chụp"]);
    begin_step(&bench.kit, bench.case, &bench.no).unwrap();
    for check in [HandCheck::View, HandCheck::Verify] {
        bench.pass(SignedDuration::from_secs(8));
        answer(&bench.kit, bench.case, &bench.no, check, true).unwrap();
    }
    picture(&bench, PhotoRole::RopePath, Stage::Inspect, Some(bench.case), &bench.b, "#a8937a");
    let html = screen(&bench, &bench.b, &route, "hand-checks");
    says(&html, &["Bước 3/5", "Cáp có bị cắt, nối không?", "Bị cắt, nối", "Cáp liền", "8 s"]);
    assert_eq!(html.matches("data:image/svg+xml").count(), 2, "both photographs");

    // The app stops and opens again: the answers are still there.
    for check in [HandCheck::Rope, HandCheck::Housing] {
        answer(&bench.kit, bench.case, &bench.no, check, true).unwrap();
    }
    answer(&bench.kit, bench.case, &bench.no, HandCheck::Tug, false).unwrap();
    let draft = answers_so_far(&bench.kit, bench.case, &bench.no).unwrap();
    assert_eq!(draft.answers[0].seconds, 8);
    says(&screen(&bench, &bench.b, &route, "hand-checks-done"), &["1 trên 5 bước không đạt", "Kết luận"]);

    let verdict = on_case(&bench, |case, seal| Route::Verdict { case, seal, en_route: false });
    says(
        &screen(&bench, &bench.b, &verdict, "verdict"),
        &["Tình trạng seal", "Nguyên vẹn", "Seal điện tử lỗi", "Kiểm tra tay 4/5", "Chọn tình trạng seal"],
    );
    let en_route = on_case(&bench, |case, seal| Route::Verdict { case, seal, en_route: true });
    says(&screen(&bench, &bench.a, &en_route, "verdict-en-route"), &["Nơi đến là Hữu Nghị"]);

    let cut = on_case(&bench, |case, seal| Route::CutOff { case, seal });
    says(
        &screen(&bench, &bench.b, &cut, "cut-off"),
        &["Cắt trước mặt người chứng kiến", "Seal chưa được kiểm tra và chấp nhận ở đây", "Họ tên và chức vụ"],
    );
}

#[tokio::test]
async fn a_conflict_shows_both_records_and_only_a_supervisor_decides() {
    let bench = arrived(&[]).await;
    // Another phone, which never heard of the arming by radio, recorded the same seal by hand.
    let other = tempfile::tempdir().unwrap();
    let other = Device::open(other.path());
    other.clock.advance(SignedDuration::from_hours(1));
    let recorded = Fact::SealRecorded(SealRecorded {
        seal: bench.no.clone(),
        seal_type: seal_core::codes::SealType::Electronic,
        party: seal_core::codes::SealingParty::Customs,
        kind: None,
        class: None,
        method: seal_core::fact::ManualMethod::Card,
        on_off: seal_core::fact::OnOff::Off,
        condition: None,
        containers: Vec::new(),
        after: None,
    });
    let events = other.write(Some(bench.case), vec![opened("15BB"), recorded]);
    let foreign = events.iter().map(|signed| seal_core::wire::Change::Event {
        server_seq: 9,
        cose: seal_core::wire::B64(signed.cose.clone()),
    });
    bench.changes(foreign.collect());
    let conflict = bench.view().open_conflict(&bench.no).cloned().expect("two devices did not know of each other");

    let route = Route::Conflict { case: bench.case };
    let html = screen(&bench, &bench.b, &route, "conflict-officer");
    says(
        &html,
        &["Bản ghi mâu thuẫn", "Lệnh khóa seal", "Ghi tay: đã gỡ seal", "Lãnh đạo đơn vị quyết định", "Lê Văn Sơn"],
    );
    let refused = decide_conflict(&bench.kit, &bench.b, bench.case, &bench.no, conflict.events[0], "vì");
    assert!(matches!(refused, Err(DecideError::NotSupervisor)));
    let second = (&supervisor().id, "000000");
    assert!(
        matches!(
            agree_as_second(&bench.kit, &bench.b, second, bench.case, &bench.no, "xe chờ"),
            Err(DecideError::Pin(_))
        ),
        "a PIN this phone never saw proves nothing"
    );

    says(&screen(&bench, &supervisor(), &route, "conflict"), &["Bản ghi nào đúng?", "Quyết định"]);
    let no_reason = decide_conflict(&bench.kit, &supervisor(), bench.case, &bench.no, conflict.events[0], " ");
    assert!(matches!(no_reason, Err(DecideError::NoReason)));
    decide_conflict(&bench.kit, &supervisor(), bench.case, &bench.no, conflict.events[0], "nhầm máy").unwrap();
    assert!(bench.view().open_conflict(&bench.no).is_none());
    says(&screen(&bench, &supervisor(), &route, "conflict-decided"), &["Đã quyết"]);
}

/// Wednesday 11 February 2026, before the Tết days off (16 to 20 February).
fn before_tet(bench: &Bench) {
    let then: Timestamp = "2026-02-13T07:20:00Z".parse().unwrap();
    bench.device.clock.advance(then.duration_since(bench.now()));
}

#[tokio::test]
async fn the_return_list_names_the_date_first_and_counts_across_tet() {
    let bench = world(&[]);
    before_tet(&bench);
    lies_here(&bench, "83182104", "2026-02-10T03:00:00Z");
    lies_here(&bench, "83182119", "2026-02-13T03:00:00Z");
    lies_here(&bench, "83182133", "2026-02-12T03:00:00Z");
    lies_here(&bench, "83182077", "2026-02-05T03:00:00Z");
    bench.documents(vec![Doc::Case(CaseDoc {
        id: common::case_id(8),
        containers: vec!["TGHU7000005".parse::<ContainerNo>().or_else(|_| "CSQU3054383".parse()).unwrap()],
        origin: office("15BB"),
        destination: office("03EE"),
        planned_at: "2026-02-13T09:30:00Z".parse().unwrap(),
        ..case_doc()
    })]);
    let html = screen(&bench, &bench.b, &Route::Returns, "returns");
    says(
        &html,
        &[
            "4 seal của đơn vị khác",
            "Quá hạn",
            // Received Friday 13.02: Mon 23, Tue 24, Wed 25.
            "Hạn 24:00 thứ Tư 25/02/2026",
            "Qua ngày nghỉ: Tết Nguyên đán Bính Ngọ",
            "Chọn một trong hai",
            "Gửi chuyển phát",
            "Dùng cho lô đi Đình Vũ",
        ],
    );
    let text = without_tags(&html);
    let (date, left) = (text.find("Hạn 24:00").unwrap(), text.find("Quá hạn").unwrap());
    assert!(date < left, "the date stands before the time left");

    let already = receive_seal(&bench.kit, &bench.b, &seal("83182104"));
    assert!(matches!(already, Err(ReceiveSealError::Already)), "a second receipt would move the deadline");

    // The first way: only toward the owner.
    let view = bench.device.store.seal(&seal("83182104")).unwrap().unwrap();
    assert_eq!(shipments(&bench.kit, &bench.b, &view).unwrap().len(), 1);
    let reuse = Route::Reuse { seal: seal("83182104") };
    says(&screen(&bench, &bench.b, &reuse, "reuse"), &["Chạm lô để hẹn seal", "đi Đình Vũ"]);
    let away = reserve_reuse(&bench.kit, &bench.b, &seal("83182104"), bench.case);
    assert!(matches!(away, Err(ReserveReuseError::NotTowardHome)));
    reserve_reuse(&bench.kit, &bench.b, &seal("83182104"), common::case_id(8)).unwrap();
    says(&screen(&bench, &bench.b, &reuse, "reuse-reserved"), &["Seal đã hẹn cho một lô về", "Bỏ hẹn"]);
    cancel_reuse(&bench.kit, &bench.b, &seal("83182104")).unwrap();
    assert_eq!(bench.device.store.seal(&seal("83182104")).unwrap().unwrap().reserved_for, None);
    says(
        &screen(&bench, &bench.b, &Route::Seal { seal: seal("83182104") }, "seal"),
        &["Ở Hữu Nghị", "Đình Vũ", "Nhận seal", "Trần Thị Hà"],
    );
}

#[tokio::test]
async fn a_year_without_a_calendar_is_a_warning_and_no_date() {
    let bench = world(&[]);
    let then: Timestamp = "2026-12-30T03:00:00Z".parse().unwrap();
    bench.device.clock.advance(then.duration_since(bench.now()));
    lies_here(&bench, "83182104", "2026-12-30T02:00:00Z");
    let html = screen(&bench, &bench.b, &Route::Returns, "returns-year");
    says(&html, &["Chưa có lịch làm việc năm 2027", "Máy không đoán hạn"]);
    assert!(!without_tags(&html).contains("Hạn 24:00"));
}

#[tokio::test]
async fn a_parcel_goes_home_and_every_difference_is_in_its_record() {
    let bench = world(&[]);
    before_tet(&bench);
    for no in ["83182104", "83182119", "83182133"] {
        lies_here(&bench, no, "2026-02-12T03:00:00Z");
    }
    bench.documents(vec![Doc::Seal(SealDoc {
        owner: office("02CI"),
        manager: office("02CI"),
        holder: office("15BB"),
        ..seal_doc("83183390")
    })]);
    let (kit, b) = (&bench.kit, &bench.b);
    let parcel = begin_parcel(kit, b, &office("03EE")).unwrap();
    assert_eq!(begin_parcel(kit, b, &office("03EE")).unwrap(), parcel, "one parcel for a unit at a time");
    says(
        &screen(&bench, b, &Route::ParcelPack { parcel }, "parcel-pack-empty"),
        &["Còn 3 seal chưa bỏ vào", "Quét seal"],
    );

    assert_eq!(add_seal(kit, parcel, &seal("83182104")).unwrap(), None);
    assert_eq!(add_seal(kit, parcel, &seal("83182119")).unwrap(), None);
    assert!(matches!(add_seal(kit, parcel, &seal("83182119")), Err(PackError::Twice)));
    assert_eq!(add_seal(kit, parcel, &seal("83183390")).unwrap(), Some(PackWarning::BelongsElsewhere));
    assert_eq!(add_seal(kit, parcel, &seal("99990001")).unwrap(), Some(PackWarning::NotInRegister));
    change_parcel(kit, parcel, |draft| draft.seals.retain(|packed| packed.seal != seal("99990001"))).unwrap();
    assert!(matches!(pack_parcel(kit, b, parcel), Err(PackError::Awake)));
    change_parcel(kit, parcel, |draft| {
        for no in ["83182104", "83182119", "83183390"] {
            draft.put_to_sleep(&seal(no), true);
        }
        draft.seals[1].battery_percent = Some(12);
    })
    .unwrap();
    assert!(matches!(pack_parcel(kit, b, parcel), Err(PackError::Reminders)));
    change_parcel(kit, parcel, |draft| {
        draft.reminders = vec![Reminder::Charged];
        draft.ropes = 2;
    })
    .unwrap();
    says(
        &screen(&bench, b, &Route::ParcelPack { parcel }, "parcel-pack"),
        &[
            "Còn 1 seal chưa bỏ vào",
            "8318 2133",
            "Seal của đơn vị khác",
            "Đã dán nhãn pin lithium",
            "Chưa đọc pin",
            "Pin 12%, sạc trước khi gửi",
            "Quét seal tiếp theo",
        ],
    );
    change_parcel(kit, parcel, |draft| draft.reminders = Reminder::ALL.to_vec()).unwrap();
    assert!(matches!(pack_parcel(kit, b, parcel), Err(PackError::NoPhoto)));
    assert_eq!(waiting_parcel(kit).unwrap(), None);
    photograph_parcel(kit, parcel).unwrap();
    assert_eq!(waiting_parcel(kit).unwrap(), Some(parcel));
    let photo = picture(&bench, PhotoRole::ParcelContents, Stage::Pack, None, b, "#8a9a7a");
    note_parcel_photo(kit, &photo).unwrap();
    assert_eq!(parcel_draft(kit, parcel).unwrap().photo, Some(photo));
    assert_eq!(waiting_parcel(kit).unwrap(), None);
    pack_parcel(kit, b, parcel).unwrap();
    assert!(matches!(parcel_draft(kit, parcel), Err(PackError::NotBegun)));
    let packed = bench.device.store.parcel(parcel).unwrap().unwrap().packed;
    assert!(packed.lithium_label && packed.packed.iter().all(|one| one.asleep));
    assert_eq!(packed.packed.iter().map(|one| one.battery_percent).collect::<Vec<_>>(), [None, Some(12), None]);
    says(&screen(&bench, b, &Route::Returns, "returns-packed"), &["Trong kiện GP-", "chờ bưu tá"]);

    says(
        &screen(&bench, b, &Route::ParcelHandOver { parcel }, "parcel-hand-over"),
        &["Giao kiện cho bưu tá", "Quét hoặc gõ mã vận đơn"],
    );
    note_waybill(kit, parcel, "RR473124828GB").unwrap();
    says(
        &screen(&bench, b, &Route::ParcelHandOver { parcel }, "parcel-hand-over-digit"),
        &["Sai số kiểm tra", "RR473124829GB"],
    );
    let mut entered = HandOverDraft {
        carrier: "EMS".to_owned(),
        waybill: "RR473124828GB".to_owned(),
        scanned: true,
        taken_by: "Phạm Văn Bưu".to_owned(),
    };
    assert!(matches!(hand_parcel(kit, b, parcel, &entered, "M0 0"), Err(HandParcelError::Waybill(_))));
    entered.waybill = "RR473124829GB".to_owned();
    assert!(matches!(hand_parcel(kit, b, parcel, &entered, ""), Err(HandParcelError::Unsigned)));
    hand_parcel(kit, b, parcel, &entered, "M0 0L9 9").unwrap();
    says(
        &screen(&bench, b, &Route::ParcelHandOver { parcel }, "parcel-handed"),
        &["Bưu tá đang giữ kiện", "RR473124829GB"],
    );

    // At the owner.
    let a = &bench.a;
    says(&screen(&bench, a, &Route::Parcels, "parcels"), &["Gửi đến đơn vị", "Hữu Nghị 15BB đến Đình Vũ 03EE"]);
    says(&screen(&bench, a, &Route::ParcelReceive { parcel }, "parcel-receive-empty"), &["Quét từng seal lấy ra"]);
    assert_eq!(note_found(kit, parcel, &seal("83182104")).unwrap(), FoundAs::Expected);
    assert_eq!(note_found(kit, parcel, &seal("83182104")).unwrap(), FoundAs::Twice);
    assert_eq!(note_found(kit, parcel, &seal("83182119")).unwrap(), FoundAs::Expected);
    assert_eq!(note_found(kit, parcel, &seal("83182133")).unwrap(), FoundAs::Extra);
    change_receipt(kit, parcel, |draft| draft.found[1].condition = SealCondition::Damaged).unwrap();
    says(
        &screen(&bench, a, &Route::ParcelReceive { parcel }, "parcel-receive"),
        &["Lệch 3 chỗ", "8318 3390", "Thiếu", "8318 2133", "Thừa", "8318 2119", "Hỏng", "Nhận và lập biên bản"],
    );
    bench.pass(SignedDuration::from_hours(24 * 5));
    receive_parcel(kit, a, parcel).unwrap();
    let view = bench.device.store.parcel(parcel).unwrap().unwrap();
    assert_eq!(view.stage(), ParcelStage::Received);
    let (received, _) = view.received.unwrap();
    assert_eq!(received.missing, [seal("83183390")]);
    assert_eq!(received.extra, [seal("83182133")]);
    assert_eq!(received.found[1].condition, SealCondition::Damaged);
    says(&screen(&bench, a, &Route::ParcelReceive { parcel }, "parcel-received"), &["Đã nhận, có biên bản lệch"]);
    says(&screen(&bench, a, &Route::Turnaround, "turnaround"), &["Vòng quay seal"]);
    losses_are_settled(&bench, parcel);
}

/// One seal of the parcel is lost, one is damaged: sender and owner see the same, and each is settled by who may.
fn losses_are_settled(bench: &Bench, parcel: ParcelId) {
    let (kit, a, b) = (&bench.kit, &bench.a, &bench.b);
    let open = open_losses(kit, &a.unit).unwrap();
    let found = |what| open.iter().find(|loss| loss.what == what).unwrap().clone();
    let (lost, damaged) = (found(LossKind::Lost), found(LossKind::Damaged));
    assert_eq!((open.len(), &lost.responsible), (2, &office("15BB")));
    assert_eq!((&lost.seal, &damaged.seal), (&seal("83183390"), &seal("83182119")));
    for (officer, shot) in [(a, "losses-owner"), (b, "losses-sender")] {
        says(
            &screen(bench, officer, &Route::Losses, shot),
            &["8318 3390", "Mất", "8318 2119", "Hỏng", "Hữu Nghị 15BB chịu trách nhiệm", "Chưa xử lý"],
        );
        says(
            &screen(bench, officer, &Route::Home, &format!("home-{shot}")),
            &["2 seal mất hoặc hỏng", "1 kiện còn chỗ lệch"],
        );
        says(&screen(bench, officer, &Route::Parcels, &format!("parcels-{shot}")), &["Còn chỗ lệch", "Còn 2 chỗ lệch"]);
    }
    says(
        &screen(bench, b, &Route::ParcelHandOver { parcel }, "parcel-sent-differing"),
        &["Chỗ lệch", "Còn 2 chỗ lệch"],
    );
    let route = Route::Loss { report: damaged.report };
    says(&screen(bench, b, &route, "loss-not-mine"), &["Chỉ đơn vị chủ hoặc quản lý seal được ghi"]);
    says(&screen(bench, a, &route, "loss"), &["Gửi đi sửa", "Cần lãnh đạo đơn vị chủ seal quyết định", "Chọn kết quả"]);

    let say = |officer, loss: &Loss, outcome, remark| settle_loss(kit, officer, loss.report, outcome, remark);
    assert!(matches!(say(b, &damaged, LossOutcome::Repaired, "x"), Err(LossTrouble::MayNot(_))));
    assert!(matches!(say(a, &damaged, LossOutcome::InRepair, " "), Err(LossTrouble::NoRemark)));
    say(a, &damaged, LossOutcome::InRepair, "Nứt vỏ, gửi xưởng").unwrap();
    say(b, &lost, LossOutcome::Found, "Sót trong tủ bãi 2").unwrap();
    assert!(matches!(say(b, &lost, LossOutcome::Found, "x"), Err(LossTrouble::MayNot(_))));
    let view = bench.device.store.seal(&lost.seal).unwrap().unwrap();
    assert_eq!(view.holder(), Some(&office("15BB")), "found where it was looked for");
    say(a, &damaged, LossOutcome::Repaired, "Đã thay vỏ").unwrap();
    assert!(open_losses(kit, &a.unit).unwrap().is_empty());
    says(&screen(bench, a, &Route::Loss { report: lost.report }, "loss-found"), &["Đã tìm thấy", "Sót trong tủ bãi 2"]);
    says(&screen(bench, a, &Route::ParcelReceive { parcel }, "parcel-settled"), &["Đã nhận, chỗ lệch đã xử lý xong"]);
}

#[tokio::test]
async fn a_parcel_that_comes_in_two_parts_is_received_in_two() {
    let bench = world(&[]);
    let (kit, a, b) = (&bench.kit, &bench.a, &bench.b);
    let parcel = sent(&bench, &["83182104", "83182119"]);
    note_found(kit, parcel, &seal("83182104")).unwrap();
    change_receipt(kit, parcel, |draft| {
        draft.awaited = vec![seal("83182119")];
        draft.ropes = Some(1);
        draft.chargers = Some(1);
    })
    .unwrap();
    says(
        &screen(&bench, a, &Route::ParcelReceive { parcel }, "parcel-receive-part"),
        &["Đến sau", "Không chờ nữa, báo thiếu", "Cáp (phiếu ghi 2)"],
    );
    receive_parcel(kit, a, parcel).unwrap();
    assert!(open_losses(kit, &a.unit).unwrap().is_empty(), "what comes later is not lost");
    says(
        &screen(&bench, a, &Route::ParcelReceive { parcel }, "parcel-received-part"),
        &["Chưa tới, còn chờ", "Quét seal đến sau", "Báo mất 8318 2119", "Thiếu 1 cáp"],
    );
    assert!(matches!(receive_parcel(kit, a, parcel), Err(ReceiveParcelError::NothingNew)));
    // It does not come: reported. Then it comes after all.
    report_loss(kit, a, parcel, &seal("83182119"), LossKind::Lost).unwrap();
    assert!(matches!(report_loss(kit, a, parcel, &seal("83182119"), LossKind::Lost), Err(LossTrouble::Already)));
    assert_eq!(open_losses(kit, &b.unit).unwrap().len(), 1);
    assert_eq!(note_found(kit, parcel, &seal("83182104")).unwrap(), FoundAs::Twice, "found at the first opening");
    assert_eq!(note_found(kit, parcel, &seal("83182119")).unwrap(), FoundAs::Expected);
    receive_parcel(kit, a, parcel).unwrap();
    assert!(open_losses(kit, &b.unit).unwrap().is_empty(), "found ends the report");
    let view = bench.device.store.parcel(parcel).unwrap().unwrap();
    assert!(view.differences().is_empty());
    assert!(matches!(receive_parcel(kit, a, parcel), Err(ReceiveParcelError::Already)));
}

#[tokio::test]
async fn a_parcel_is_silent_until_the_courier_is_heard() {
    let bench = world(&[]);
    let (kit, a, b) = (&bench.kit, &bench.a, &bench.b);
    let parcel = sent(&bench, &["83182104"]);
    bench.pass(SignedDuration::from_hours(24 * 4));
    for officer in [a, b] {
        says(&screen(&bench, officer, &Route::Home, "home-silent"), &["1 kiện lâu chưa có tin"]);
        says(&screen(&bench, officer, &Route::Parcels, "parcels-silent"), &["Chưa có tin 4 ngày"]);
    }
    let route = Route::ParcelHandOver { parcel };
    says(&screen(&bench, b, &route, "parcel-silent"), &["Chưa có tin 4 ngày", "Ghi: đang chuyển"]);
    let track = |stage, source| track_parcel(kit, b, parcel, stage, source);
    assert!(matches!(track(CourierStage::InTransit, " "), Err(TrackParcelError::NoSource)));
    track(CourierStage::InTransit, "Trang tra cứu EMS").unwrap();
    says(&screen(&bench, b, &route, "parcel-tracked"), &["Đang chuyển", "Trang tra cứu EMS"]);
    assert!(!without_tags(&screen(&bench, b, &Route::Home, "home-heard")).contains("lâu chưa có tin"));
    note_found(kit, parcel, &seal("83182104")).unwrap();
    receive_parcel(kit, a, parcel).unwrap();
    assert!(matches!(track(CourierStage::Delivered, "EMS"), Err(TrackParcelError::NotOnTheWay)));
}

/// One seal went out, waited and came home; another waits too long at Hữu Nghị: numbers in words, bars beside them.
#[tokio::test]
async fn turnaround_names_each_part_and_who_holds_longest() {
    let bench = world(&[]);
    let (kit, a, b) = (&bench.kit, &bench.a, &bench.b);
    bench.documents(vec![Doc::Seal(seal_doc("83182104"))]);
    let worked = |on_off| {
        Fact::SealRecorded(SealRecorded {
            seal: seal("83182104"),
            seal_type: SealType::Electronic,
            party: SealingParty::Customs,
            kind: None,
            class: None,
            method: ManualMethod::ByHand,
            on_off,
            condition: None,
            containers: Vec::new(),
            after: None,
        })
    };
    kit.record(a, Some(bench.case), vec![worked(OnOff::On)]).unwrap();
    bench.pass(SignedDuration::from_hours(24 * 2));
    kit.record(b, Some(bench.case), vec![worked(OnOff::Off)]).unwrap();
    bench.pass(SignedDuration::from_hours(24 * 4));
    let parcel = sent(&bench, &["83182119"]);
    let packed = bench.device.store.parcel(parcel).unwrap().unwrap().packed;
    let more = ParcelPacked { parcel: ParcelId(Uuid::from_u128(5)), seals: vec![seal("83182104")], ..packed };
    kit.record(b, None, vec![Fact::ParcelPacked(more)]).unwrap();
    bench.pass(SignedDuration::from_hours(24 * 3));
    lies_here(&bench, "83182133", "2026-11-20T03:00:00Z");
    kit.record(a, None, vec![Fact::SealReceived(SealReceived { seal: seal("83182104"), at: office("03EE") })]).unwrap();
    says(
        &screen(&bench, a, &Route::Turnaround, "turnaround-legs"),
        &[
            "Trung bình 9 ngày",
            "Trên đường 2 ngày",
            "Chờ ở nơi gỡ 4 ngày",
            "Trên đường về 3 ngày",
            "1/1 · 100%",
            "Ai giữ lâu nhất",
            "Hữu Nghị 15BB 1 seal quá hạn",
            "Đi 2 · chờ 4 ở Hữu Nghị 15BB · về 3",
        ],
    );
}

/// A parcel of these seals from Hữu Nghị to Đình Vũ, with the courier.
fn sent(bench: &Bench, numbers: &[&str]) -> ParcelId {
    let (kit, b) = (&bench.kit, &bench.b);
    let lying = |no: &&str| Doc::Seal(SealDoc { holder: office("15BB"), ..seal_doc(no) });
    bench.documents(numbers.iter().map(lying).collect());
    let parcel = begin_parcel(kit, b, &office("03EE")).unwrap();
    for no in numbers {
        add_seal(kit, parcel, &seal(no)).unwrap();
    }
    change_parcel(kit, parcel, |draft| {
        draft.reminders = Reminder::ALL.to_vec();
        (draft.ropes, draft.chargers) = (2, 1);
        numbers.iter().for_each(|no| draft.put_to_sleep(&seal(no), true));
        draft.not_here = draft.still_to_scan().into_iter().cloned().collect();
    })
    .unwrap();
    photograph_parcel(kit, parcel).unwrap();
    let photo = picture(bench, PhotoRole::ParcelContents, Stage::Pack, None, b, "#8a9a7a");
    note_parcel_photo(kit, &photo).unwrap();
    pack_parcel(kit, b, parcel).unwrap();
    let entered = HandOverDraft {
        carrier: "EMS".to_owned(),
        waybill: "RR473124829GB".to_owned(),
        scanned: true,
        taken_by: "Phạm Văn Bưu".to_owned(),
    };
    hand_parcel(kit, b, parcel, &entered, "M0 0L9 9").unwrap();
    parcel
}

#[tokio::test]
async fn a_seal_on_a_container_goes_into_no_parcel() {
    let bench = arrived(&[]).await;
    let parcel = begin_parcel(&bench.kit, &bench.b, &office("03EE")).unwrap();
    assert!(matches!(add_seal(&bench.kit, parcel, &bench.no), Err(PackError::OnContainer)));
}

#[tokio::test]
async fn the_queue_shows_every_item_the_stuck_ones_first() {
    let bench = arrived(&[]).await;
    picture(&bench, PhotoRole::Housing, Stage::Inspect, Some(bench.case), &bench.b, "#999999");
    let store = &bench.device.store;
    let due = store.take_due(bench.now(), 3).unwrap();
    assert_eq!(due.len(), 3);
    let receipt = Receipt { server_seq: 1, at: bench.now(), code: "7F3A-21".to_owned() };
    let refused = StuckReason::Refused { code: "scope".to_owned(), detail: "thiếu **mã** tình trạng".to_owned() };
    let settled = due.iter().map(Sendable::key).zip([
        Settled::Accepted(receipt),
        Settled::Stuck(refused),
        Settled::Again {
            not_before: bench.now() + SignedDuration::from_mins(20),
            problem: "offline".to_owned(),
            sent_bytes: 0,
        },
    ]);
    store.settle(&settled.collect::<Vec<_>>()).unwrap();
    let html = screen(&bench, &bench.b, &Route::Queue, "queue");
    let items = store.queue().unwrap();
    assert_eq!(html.matches("class=\"qitem\"").count(), items.len(), "nothing is invisible");
    says(
        &html,
        &[
            "Cần sửa",
            "Bị trả lại",
            "thiếu mã tình trạng",
            "biên nhận 7F3A-21",
            "thử lại",
            "Thử gửi ngay",
            "8318 1001",
            "bản ghi trước, ảnh sau",
        ],
    );
    let text = without_tags(&html);
    assert!(text.find("Bị trả lại").unwrap() < text.find("Chờ mạng").unwrap());
    assert!(text.find("Khóa seal").unwrap() < text.find("Ảnh: cửa").unwrap_or(usize::MAX), "records before photos");

    let empty = world(&[]);
    says(&screen(&empty, &empty.b, &Route::Queue, "queue-empty"), &["Đã gửi hết"]);
}

#[tokio::test]
async fn no_row_of_the_outbox_is_invisible_in_any_state() {
    let bench = arrived(&[]).await;
    for _ in 0..8 {
        picture(&bench, PhotoRole::Housing, Stage::Inspect, Some(bench.case), &bench.b, "#999999");
    }
    let key = bench.device.vault.key(Purpose::Database);
    let conn = common::open_database(&bench.folder.path().join("seal.db"), &key);
    let receipt = r#"{"server_seq":1,"at":"2026-11-23T01:00:00Z","code":"7F3A-21"}"#;
    let stuck = [
        r#"{"why":"refused","code":"scope","detail":"no"}"#,
        r#"{"why":"hash_conflict"}"#,
        r#"{"why":"photo_missing"}"#,
        r#"{"why":"photo_changed"}"#,
    ];
    let problems = [
        "offline",
        "portal",
        "server_busy",
        "sign_in",
        "tls",
        "forbidden",
        "upgrade",
        "storage",
        "central_restored",
        "new",
    ];
    let now = bench.now().as_millisecond();
    // Every state, every reason, with and without a time to wait for, by another officer and by nobody noted.
    let mut states: Vec<String> = vec![
        "state = 'waiting'".to_owned(),
        "state = 'waiting', author = NULL".to_owned(),
        "state = 'waiting', author = 'khoa.nm', sent_bytes = 1".to_owned(),
        "state = 'sending'".to_owned(),
        format!("state = 'accepted', receipt = '{receipt}', accepted_at = {now}"),
    ];
    states.extend(stuck.map(|why| format!("state = 'stuck', stuck = '{why}', tries = 1")));
    states.extend(problems.map(|why| format!("state = 'waiting', last_problem = '{why}', tries = 2")));
    states.push(format!("state = 'waiting', tries = 3, not_before = {}", now + 600_000));
    let keys: Vec<i64> = conn
        .prepare("SELECT key FROM outbox ORDER BY key")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert!(keys.len() >= states.len(), "{} rows", keys.len());
    for (key, state) in keys.iter().zip(states.iter().cycle()) {
        conn.execute(&format!("UPDATE outbox SET {state} WHERE key = ?1"), [key]).unwrap();
    }
    let rows: usize = conn.query_row("SELECT count(*) FROM outbox", [], |row| row.get(0)).unwrap();
    let html = screen(&bench, &bench.b, &Route::Queue, "queue-states");
    assert_eq!(html.matches("class=\"qitem\"").count(), rows);
    assert_eq!(html.matches("class=\"qitem-meta\"").count(), rows, "each with its age and size");
    says(&html, &["của bạn", "của", "Xuất mục này", "Báo vướng mắc", "Gửi lại", "thử lại", "Xuất ra tệp"]);
}

#[tokio::test]
async fn what_is_not_on_the_phone_is_said() {
    let bench = world(&[]);
    let case = CaseId(Uuid::from_u128(404));
    let parcel = ParcelId(Uuid::from_u128(404));
    for (route, words) in [
        (Route::Conflict { case }, "Hồ sơ này chưa có trên máy"),
        (Route::SealLog { case, seal: seal("1"), en_route: true }, "Hồ sơ này chưa có trên máy"),
        (Route::ParcelReceive { parcel }, "Kiện này chưa có trên máy"),
        (Route::ParcelPack { parcel }, "Kiện này không đóng trên máy này"),
        (Route::Practice, "Không ở chế độ thực hành"),
        (Route::Parcels, "Chưa có kiện nào"),
        (Route::Returns, "Không có seal nào phải trả"),
    ] {
        says(&screen(&bench, &bench.b, &route, "not-here"), &[words]);
    }
}

#[test]
fn the_destination_is_told_to_wait_for_the_origin() {
    let bench = world(&[]);
    bench.documents(vec![Doc::Case(CaseDoc { ground: Some(LegalGround::Transit), ..case_doc() })]);
    let shift = screen(&bench, &bench.b, &Route::Home, "shift-await");
    says(&shift, &["Hết việc trong ca", "1 việc · xong 0", "Chờ nơi đi", "Chờ niêm phong"]);
    let case = screen(&bench, &bench.b, &Route::Case { case: bench.case }, "case-await");
    says(&case, &["Nơi đi chưa niêm phong xong"]);
    assert!(!without_tags(&case).contains("Không còn việc"), "it has not begun");
}

/// Practice controls that stand still.
struct Set;

impl Practice for Set {
    fn devices(&self) -> Vec<PracticeDevice> {
        let device = |name: &str, this| PracticeDevice { name: name.to_owned(), url: format!("/{name}/"), this };
        vec![device("Đình Vũ", true), device("Hữu Nghị", false)]
    }
    fn now(&self) -> Timestamp {
        "2026-11-23T01:00:00Z".parse().unwrap()
    }
    fn advance(&self, _: i64) {}
    fn network(&self) -> PracticeNetwork {
        PracticeNetwork::Off
    }
    fn set_network(&self, _: PracticeNetwork) {}
    fn seals(&self) -> Vec<PracticeSeal> {
        let trouble = "drops-link-after-lock-moved".to_owned();
        vec![PracticeSeal { seal: seal("83181001"), rope_in: false, closed: true, trouble }]
    }
    fn troubles(&self, _: &seal_core::seal_no::SealNo) -> Vec<String> {
        Trouble::ALL
            .iter()
            .filter_map(|trouble| Some(serde_json::to_value(trouble).ok()?.as_str()?.to_owned()))
            .collect()
    }
    fn set_trouble(&self, _: &seal_core::seal_no::SealNo, _: &str) {}
    fn set_rope(&self, _: &seal_core::seal_no::SealNo, _: bool) {}
    fn samples(&self) -> Vec<PracticeSample> {
        vec![PracticeSample { id: "seal".to_owned(), name: "Nhãn seal".to_owned() }]
    }
    fn accounts(&self) -> Vec<PracticeAccount> {
        Vec::new()
    }
    fn prints_url(&self) -> String {
        "/prints".to_owned()
    }
}

#[test]
fn goods_that_need_no_seal_are_offered_none() {
    let bench = world(&[]);
    let case = |ground| Doc::Case(CaseDoc { ground, ..case_doc() });
    bench.documents(vec![case(Some(LegalGround::Transit))]);
    says(&screen(&bench, &bench.a, &Route::Home, "shift-to-seal"), &["Niêm phong container", "Quét container"]);

    bench.documents(vec![case(Some(LegalGround::None))]);
    for (route, shot) in [(Route::Home, "shift-no-seal"), (Route::Cases, "cases-no-seal")] {
        let html = screen(&bench, &bench.a, &route, shot);
        says(&html, &["Không phải niêm phong"]);
        let text = without_tags(&html);
        for act in ["Niêm phong container", "Quét container", "Chờ niêm phong"] {
            assert!(!text.contains(act), "{shot}: “{act}”: {text}");
        }
    }
    let route = Route::Case { case: bench.case };
    let text = without_tags(&screen(&bench, &bench.a, &route, "case-no-seal"));
    assert!(!text.contains("Bắt đầu niêm phong"), "{text}");

    // The unit decided otherwise: its decision stands, whatever the work list said.
    decide_goods(&bench.kit, &bench.a, bench.case, LegalGround::Transit, false, "").unwrap();
    says(&screen(&bench, &bench.a, &Route::Home, "shift-decided"), &["Niêm phong container"]);
}

/// Three containers on a barge from Đình Vũ to Hữu Nghị, and a second seal.
fn barge() -> Bench {
    let bench = world(&[]);
    bench.yard.add(good("83181002")).unwrap();
    let containers = ["SFPU4824171", "SFPU4824340", "SFPU4824680"].map(|number| number.parse().unwrap()).to_vec();
    let case = CaseDoc { containers, ground: Some(LegalGround::Transit), ..case_doc() };
    bench.documents(vec![Doc::Case(case), Doc::Seal(seal_doc("83181002"))]);
    let trip = seal_core::fact::TripDeclared {
        vehicle: "Sà lan 07".to_owned(),
        trailer: String::new(),
        driver: "Bảo".to_owned(),
        driver_id: String::new(),
        route: "Sông".to_owned(),
        permitted_until: "2026-11-25T02:00:00Z".parse().unwrap(),
    };
    bench.kit.record(&bench.a, Some(bench.case), vec![Fact::TripDeclared(trip)]).unwrap();
    bench
}

#[tokio::test]
async fn each_container_of_a_case_says_what_is_on_it_and_what_is_missing() {
    let bench = barge();
    let case = Route::Case { case: bench.case };
    let scanned = "SFPU4824171";
    let read = recognise(&bench.kit, scanned, None, None);
    note_code(&bench.kit, &bench.a, Some(bench.case), &read, HowRead::Typed, false).unwrap();
    let html = screen(&bench, &bench.a, &case, "case-several");
    says(
        &html,
        &[
            "Container của hồ sơ",
            "đang có seal 0/3",
            "Đã quét · chưa có seal · Tiếp: gắn seal",
            "Chưa quét · chưa có seal · Tiếp: quét số trên cửa",
            "Cần gắn seal",
            "Quét seal định vị",
        ],
    );

    // The question, its default, and the rows of a part: the scanned one is marked.
    let (first, second) = (bench.no.clone(), seal("83181002"));
    let check = |seal: &seal_core::seal_no::SealNo| Route::Preflight { case: bench.case, seal: seal.clone() };
    let html = screen(&bench, &bench.a, &check(&first), "preflight-several");
    says(&html, &["Seal này niêm phong những container nào?", "Cả xe hoặc sà lan", "Một seal cho cả 3 container"]);
    assert!(!html.contains("role=\"checkbox\""), "the whole vehicle needs no list");
    let part = bench.view().likely_part();
    choose_cover(&bench.kit, bench.case, &part).unwrap();
    let html = screen(&bench, &bench.a, &check(&first), "preflight-part");
    assert_eq!(html.matches("role=\"checkbox\"").count(), 3);
    assert_eq!(html.matches("role=\"checkbox\" aria-checked=\"true\"").count(), 1, "{html}");
    let by_hand = Route::ManualSeal { case: bench.case, seal: None };
    says(&screen(&bench, &bench.a, &by_hand, "manual-several"), &["Seal này niêm phong những container nào?"]);

    // The lock's screen names what is chosen, its end what is sealed and what is left.
    drop(pair_seal(&bench.kit, &bench.a, bench.case, &first, &PATIENCE).await.unwrap());
    let lock = |seal: &seal_core::seal_no::SealNo, action| Route::Lock { case: bench.case, seal: seal.clone(), action };
    let text = without_tags(&screen(&bench, &bench.a, &lock(&first, LockAction::Arm), "lock-part"));
    assert!(text.contains("Niêm phong SFPU 482417 1 Biển"), "{text}");
    let chosen = containers_to_seal(&bench.kit, &bench.view()).unwrap();
    arm_seal(&bench.kit, &bench.a, bench.case, &first, chosen, &PATIENCE, &quiet).await.unwrap();
    let html = screen(&bench, &bench.a, &lock(&first, LockAction::Arm), "closed-part");
    says(&html, &["Đã khóa", "Còn 2 container chưa có seal", "SFPU 482434 0 , SFPU 482468 0"]);
    let html = screen(&bench, &bench.a, &case, "case-part");
    says(
        &html,
        &["đang có seal 1/3", "Đã quét · seal 8318 1001", "Đã niêm phong", "Đang niêm phong", "cho SFPU 482417 1"],
    );

    // The next one is offered for what is left; then the case is sealed, and each seal is pulled on.
    let html = screen(&bench, &bench.a, &check(&second), "preflight-rest");
    assert_eq!(html.matches("role=\"checkbox\" aria-checked=\"true\"").count(), 2);
    drop(pair_seal(&bench.kit, &bench.a, bench.case, &second, &PATIENCE).await.unwrap());
    let chosen = containers_to_seal(&bench.kit, &bench.view()).unwrap();
    arm_seal(&bench.kit, &bench.a, bench.case, &second, chosen, &PATIENCE, &quiet).await.unwrap();
    let hand_over = Route::HandOver { case: bench.case, seal: second.clone() };
    let html = screen(&bench, &bench.a, &hand_over, "hand-over-several");
    says(
        &html,
        &[
            "Tôi đã kéo thử seal 8318 1001",
            "Tôi đã kéo thử seal 8318 1002",
            "niêm phong bằng seal 8318 1001 , 8318 1002",
        ],
    );

    // At the destination each seal stands for its containers.
    bench.pass(SignedDuration::from_hours(9));
    let html = screen(&bench, &bench.b, &case, "case-several-arrived");
    says(&html, &["đang có seal 3/3", "Tiếp: kiểm tra seal", "Quét seal trên container"]);
    let log = Route::SealLog { case: bench.case, seal: second.clone(), en_route: false };
    let text = without_tags(&screen(&bench, &bench.b, &log, "seal-log-part"));
    assert!(text.contains("SFPU 482434 0 , SFPU 482468 0") && !text.contains("482417"), "{text}");
    inspect(&bench.kit, &bench.b, bench.case, inspection(&first, Verdict::AcceptWithReason, "Cáp nguyên vẹn")).unwrap();
    let html = screen(&bench, &bench.b, &case, "case-several-accepted");
    says(&html, &["Tiếp: gỡ seal", "Tiếp: kiểm tra seal", "Gỡ seal", "Quét seal khác"]);
    disarm_seal(&bench.kit, &bench.b, bench.case, &first, None, &PATIENCE, &quiet).await.unwrap();
    let html = screen(&bench, &bench.b, &case, "case-several-one-off");
    says(&html, &["đang có seal 2/3", "đã gỡ seal", "Đã niêm phong", "Quét seal trên container"]);
}

#[test]
fn one_container_is_asked_nothing_more() {
    let bench = world(&[]);
    bench.documents(vec![Doc::Case(CaseDoc { ground: Some(LegalGround::Transit), ..case_doc() })]);
    let on = |make: fn(CaseId, seal_core::seal_no::SealNo) -> Route| make(bench.case, bench.no.clone());
    for (route, shot) in [
        (on(|case, _| Route::Case { case }), "case-one"),
        (on(|case, seal| Route::Preflight { case, seal }), "preflight-one"),
        (on(|case, _| Route::ManualSeal { case, seal: None }), "manual-one"),
    ] {
        let text = without_tags(&screen(&bench, &bench.a, &route, shot));
        assert!(!text.contains("Container của hồ sơ") && !text.contains("những container nào"), "{text}");
    }
}

#[test]
fn a_truck_that_is_on_no_list_may_carry_several_containers() {
    let bench = world(&[]);
    let container: ContainerNo = "SFPU4824171".parse().unwrap();
    let route = Route::OpenCase { container: Some(container.clone()), declaration: None };
    says(&screen(&bench, &bench.a, &route, "open-case"), &["Quét thêm container", "Bỏ ra"]);
    add_container(&bench.kit, &"SFPU4824340".parse().unwrap()).unwrap();
    let html = screen(&bench, &bench.a, &route, "open-case-two");
    says(&html, &["Đã thêm 2 container"]);
    assert_eq!(without_tags(&html).matches("Bỏ ra").count(), 2);
    let scan = Route::Scan { purpose: ScanFor::OpenCase };
    says(&screen(&bench, &bench.a, &scan, "scan-open-case"), &["Chĩa vào số trên cửa container"]);
}

#[tokio::test]
async fn practice_has_its_controls_and_its_mark() {
    let bench = world(&[]);
    let html = screen_with(&bench, &bench.b, &Route::Practice, "practice", Some(Arc::new(Set)));
    says(
        &html,
        &[
            "THỰC HÀNH",
            "Rớt nối sau khi chốt chạy",
            "cáp chưa cắm",
            "+3 ngày",
            "Trang đăng nhập",
            "Hữu Nghị",
            "Mở trang in",
        ],
    );
    assert!(html.contains("data-practice"));
    // Every trouble of the yard has words in both languages.
    for lang in [Lang::Vi, Lang::En] {
        for name in Set.troubles(&seal("83181001")) {
            let key = format!("trouble-{}", name.replace('_', "-"));
            assert_ne!(I18n::new(lang).t(&key), key);
        }
    }
}

#[test]
fn the_rules_in_force_are_shown_with_their_sources() {
    let bench = world(&[]);
    let html = screen(&bench, &bench.a, &Route::Rules, "rules");
    says(
        &html,
        &[
            "Đã kiểm tra chữ ký",
            "test ban hành ngày 23/11/2026",
            "Công văn 1023/TCHQ-GSQL",
            "Chưa đối chiếu văn bản gốc",
            "3 ngày làm việc",
            "Không tính ngày đầu",
            "làm bù 10/01, 22/08",
            "Năm 2027 Chưa có lịch",
            "Hải quan Hữu Nghị",
        ],
    );
}
