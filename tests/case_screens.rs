//! A case and its containers, on a real store: what is on each, what is missing, what is asked.

use crate::bench::*;
use crate::common::seal;
use crate::still::{says, screen, without_tags, world};
use jiff::SignedDuration;
use seal_core::container::ContainerNo;
use seal_core::doc::{CaseDoc, Doc};
use seal_core::fact::Fact;
use seal_core::ids::CaseId;
use seal_core::inspection::Verdict;
use seal_core::rules::LegalGround;
use seal_core::scan::HowRead;
use seal_core::seal::reading::LockAction;
use seal_field::actions::arm_seal::arm_seal;
use seal_field::actions::choose_cover::{choose_cover, containers_to_seal};
use seal_field::actions::decide_goods::decide_goods;
use seal_field::actions::disarm_seal::disarm_seal;
use seal_field::actions::inspect::inspect;
use seal_field::actions::open_case::add_container;
use seal_field::actions::pair_seal::pair_seal;
use seal_field::actions::scan_item::{note_code, recognise};
use seal_field::ui::route::{Route, ScanFor};
use seal_simulator::Reach as _;

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
