//! At the destination, on a real store: the seal's log, the checks by hand, two records that disagree.

use crate::bench::*;
use crate::common::{Device, opened};
use crate::still::{arrived, picture, says, screen, supervisor, without_tags, world};
use jiff::SignedDuration;
use seal_core::doc::{CaseDoc, Doc};
use seal_core::evidence::PhotoRole;
use seal_core::fact::{Fact, SealRecorded, Stage};
use seal_core::ids::CaseId;
use seal_core::inspection::HandCheck;
use seal_core::rules::LegalGround;
use seal_field::actions::decide_conflict::{DecideError, agree_as_second, decide_conflict};
use seal_field::actions::hand_checks::{answer, begin_step, hand_checks as answers_so_far};
use seal_field::ui::route::Route;
use seal_simulator::Trouble;

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
