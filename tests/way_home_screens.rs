//! The way home, on a real store: the return list and its dates, parcels, differences and losses, turnaround.

use crate::bench::*;
use crate::common;
use crate::common::{office, seal};
use crate::still::{arrived, picture, says, screen, without_tags, world};
use jiff::{SignedDuration, Timestamp};
use seal_core::codes::{SealCondition, SealType, SealingParty};
use seal_core::container::ContainerNo;
use seal_core::courier::ParcelStage;
use seal_core::doc::{CaseDoc, Doc, SealDoc};
use seal_core::evidence::PhotoRole;
use seal_core::fact::{
    CourierStage, Fact, LossKind, LossOutcome, ManualMethod, OnOff, ParcelPacked, SealReceived, SealRecorded, Stage,
};
use seal_core::ids::ParcelId;
use seal_core::loss::Loss;
use seal_field::actions::hand_parcel::{HandOverDraft, HandParcelError, hand_parcel, note_waybill};
use seal_field::actions::pack_parcel::{
    PackError, PackWarning, Reminder, add_seal, begin_parcel, change_parcel, note_parcel_photo, pack_parcel,
    parcel_draft, photograph_parcel, waiting_parcel,
};
use seal_field::actions::receive_parcel::{FoundAs, ReceiveParcelError, change_receipt, note_found, receive_parcel};
use seal_field::actions::receive_seal::{ReceiveSealError, receive_seal};
use seal_field::actions::reserve_reuse::{ReserveReuseError, cancel_reuse, reserve_reuse, shipments};
use seal_field::actions::settle_loss::{LossTrouble, open_losses, report_loss, settle_loss};
use seal_field::actions::track_parcel::{TrackParcelError, track_parcel};
use seal_field::ports::store::Store as _;
use seal_field::ui::route::Route;
use uuid::Uuid;

/// A seal of Đình Vũ lying at Hữu Nghị since `received`.
fn lies_here(bench: &Bench, no: &str, received: &str) {
    bench.documents(vec![Doc::Seal(SealDoc { holder: office("15BB"), ..seal_doc(no) })]);
    let now = bench.now();
    let at: Timestamp = received.parse().unwrap();
    bench.device.clock.advance(at.duration_since(now));
    receive_seal(&bench.kit, &bench.b, &seal(no)).unwrap();
    bench.device.clock.advance(now.duration_since(at));
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
