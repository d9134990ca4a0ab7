//! What the law asks for before a seal goes on: the acts, the screens and their words, and an approval between two phones
//! without a network.

use crate::accounts::SignsIn;
use crate::bench::*;
use crate::common::{case_id, office};
use crate::mobile::{Mobile, people, person};
use jiff::SignedDuration;
use seal_core::case::{CasePhase, CaseView};
use seal_core::codes::{CustomsSealKind, SealCondition, SealType, SealingParty};
use seal_core::doc::{CaseDoc, Doc, SealDoc, SealLife};
use seal_core::event::SignedEvent;
use seal_core::fact::*;
use seal_core::ids::OfficerId;
use seal_core::obligation::{ApprovalLack, Need};
use seal_core::officer::Officer;
use seal_core::rules::LegalGround;
use seal_core::seal::permit::{ArmRefusal, RecordRefusal};
use seal_core::seal::state::SealState;
use seal_core::wire::*;
use seal_field::actions::approve::{
    ApprovalTrouble, HeadsAnswer, approve_here, ask_approval, check_approval, decide_approval, take_approval,
    waiting_requests,
};
use seal_field::actions::arm_seal::arm_seal;
use seal_field::actions::decide_goods::decide_goods;
use seal_field::actions::lock_command::SealTrouble;
use seal_field::actions::pair_seal::pair_seal;
use seal_field::actions::record_seal::{SealByHand, record_seal};
use seal_field::actions::sign_in::{SignInTrouble, sign_in};
use seal_field::actions::state_depletion::{DepletionTrouble, end_depletion, state_depletion};
use seal_field::actions::unit_state::{obligation_of, standing, stock};
use seal_field::ports::store::Store as _;
use seal_field::ui::route::{Route, ScanFor};

/// The bench's case with this ground.
fn ground(bench: &Bench, ground: Option<LegalGround>) {
    bench.documents(vec![Doc::Case(CaseDoc { ground, ..case_doc() })]);
}

/// A case of group A that waits at the same unit.
fn waits(n: u128, container: &str) -> Doc {
    Doc::Case(CaseDoc {
        id: case_id(n),
        containers: vec![container.parse().unwrap()],
        ground: Some(LegalGround::Transit),
        ..case_doc()
    })
}

fn bolt() -> SealByHand {
    SealByHand {
        seal: "HQVN0041207".parse().unwrap(),
        seal_type: SealType::Mechanical,
        party: SealingParty::Customs,
        kind: Some(CustomsSealKind::Container),
        class: None,
        method: ManualMethod::ByHand,
        on_off: OnOff::On,
        condition: Some(SealCondition::Right),
        containers: Vec::new(),
    }
}

async fn arm(bench: &Bench) -> Result<SealState, ArmRefusal> {
    drop(pair_seal(&bench.kit, &bench.a, bench.case, &bench.no, &PATIENCE).await.unwrap());
    match arm_seal(&bench.kit, &bench.a, bench.case, &bench.no, Vec::new(), &PATIENCE, &quiet).await {
        Ok(end) => Ok(end.state),
        Err(SealTrouble::Refused(refusal)) => Err(refusal),
        Err(other) => panic!("{other}"),
    }
}

fn hours(bench: &Bench, hours: i64) -> jiff::Timestamp {
    bench.now() + SignedDuration::from_hours(hours)
}

fn lead() -> Officer {
    person("hoa.pt")
}

fn head() -> Officer {
    person("quang.dm")
}

fn yes() -> HeadsAnswer {
    HeadsAnswer { granted: true, reason: String::new() }
}

fn no(reason: &str) -> HeadsAnswer {
    HeadsAnswer { granted: false, reason: reason.to_owned() }
}

// ── group A without an electronic seal ──

#[tokio::test]
async fn a_bolt_stands_in_only_while_the_units_statement_stands() {
    let bench = Bench::new(&[]);
    ground(&bench, Some(LegalGround::Transit));
    let record = || record_seal(&bench.kit, &bench.a, bench.case, bolt());
    let refused = |found| matches!(found, Err(SealTrouble::Refused(RecordRefusal::Needs(Need::DepletionStatement))));
    assert!(refused(record()));

    // Not by an officer; not for too long; not without words while the stock shows a free seal.
    let state = |officer: &Officer, remark: &str, until| {
        state_depletion(&bench.kit, officer, DepletionReason::AllInUse, remark, until)
    };
    assert!(matches!(state(&bench.a, "x", hours(&bench, 8)), Err(DepletionTrouble::NoRole { .. })));
    assert!(matches!(state(&lead(), "x", hours(&bench, 13)), Err(DepletionTrouble::TooLong { .. })));
    assert!(matches!(state(&lead(), "x", bench.now()), Err(DepletionTrouble::TooLong { .. })));
    assert!(matches!(state(&lead(), " ", hours(&bench, 8)), Err(DepletionTrouble::NoRemark)));
    assert!(refused(record()));

    let statement = state(&lead(), "Seal ở cổng 2, xe chờ", hours(&bench, 8)).unwrap();
    assert_eq!(standing(&bench.kit, &office("03EE")).unwrap().unwrap().id, statement);
    assert_eq!(standing(&bench.kit, &office("15BB")).unwrap(), None);
    assert_eq!(record().unwrap(), SealState::RecordedUnconfirmed);
    let view = bench.view();
    assert_eq!(view.depletion, Some(statement), "the case names the statement");
    assert_eq!(view.phase(), CasePhase::Sealed);

    // Another case of the unit, the same statement; after its end no more.
    bench.documents(vec![waits(8, "SFPU4820155")]);
    let other =
        |no: &str| record_seal(&bench.kit, &bench.a, case_id(8), SealByHand { seal: no.parse().unwrap(), ..bolt() });
    end_depletion(&bench.kit, &lead(), "nhận 5 seal").unwrap();
    assert!(refused(other("HQVN0041208")));
    assert!(matches!(end_depletion(&bench.kit, &lead(), ""), Err(DepletionTrouble::NoneStands)));
    state(&head(), "hết lại", hours(&bench, 2)).unwrap();
    bench.pass(SignedDuration::from_hours(2));
    assert!(refused(other("HQVN0041208")), "it ran out");
    state(&head(), "hết lại", hours(&bench, 2)).unwrap();
    other("HQVN0041208").unwrap();
}

#[tokio::test]
async fn words_of_an_older_version_still_count_and_a_keypad_is_no_way_round() {
    let bench = Bench::new(&[]);
    ground(&bench, Some(LegalGround::Transit));
    let keypad = |no: &str| SealByHand {
        seal: no.parse().unwrap(),
        seal_type: SealType::Electronic,
        kind: Some(CustomsSealKind::Electronic),
        method: ManualMethod::Keypad,
        ..bolt()
    };
    // Goods that need no seal: neither by radio nor by keypad without the head.
    ground(&bench, Some(LegalGround::None));
    let refused = record_seal(&bench.kit, &bench.a, bench.case, keypad(SEAL));
    assert!(matches!(refused, Err(SealTrouble::Refused(RecordRefusal::Needs(Need::Approval(ApprovalLack::NotAsked))))));
    ground(&bench, Some(LegalGround::Transit));
    let decision =
        bench.device.store.rules().unwrap().decide_goods(LegalGround::Transit, "2026-11-23".parse().unwrap());
    let old = GoodsDecided {
        ground: LegalGround::Transit,
        decision,
        from_work_list: false,
        reason: "Hết seal định vị".to_owned(),
        depletion: None,
        ahead_of_a: None,
    };
    bench.kit.record(&bench.a, Some(bench.case), vec![Fact::GoodsDecided(old)]).unwrap();
    record_seal(&bench.kit, &bench.a, bench.case, bolt()).unwrap();
    assert_eq!(bench.view().depletion, None);
}

// ── group B while group A waits ──

#[tokio::test]
async fn group_b_takes_no_electronic_seal_ahead_of_group_a_without_a_reason() {
    let bench = Bench::new(&[]);
    bench.documents(vec![waits(8, "SFPU4820155"), waits(9, "LTRU7301655")]);
    let needs = Err(ArmRefusal::Needs(Need::ReasonAheadOfA { waiting: vec![case_id(8), case_id(9)] }));
    assert_eq!(arm(&bench).await, needs);
    assert_eq!(bench.truth().commands_received, 0, "nothing was asked of the lock");

    let decide = |reason: &str| {
        decide_goods(&bench.kit, &bench.a, bench.case, LegalGround::OtherCustomsSeal, true, reason).unwrap();
    };
    decide("  ");
    assert_eq!(arm(&bench).await, needs);
    decide("Kho còn đủ seal");
    let ahead = bench.view().ahead_of_a.unwrap();
    assert_eq!((ahead.waiting, ahead.stock.free), (vec![case_id(8), case_id(9)], 1));
    // One more arrives: the reason did not speak of it.
    bench.documents(vec![waits(10, "VMTU6159026")]);
    assert_eq!(arm(&bench).await, Err(ArmRefusal::Needs(Need::ReasonAheadOfA { waiting: vec![case_id(10)] })));
    decide("Kho còn đủ seal");
    assert_eq!(arm(&bench).await, Ok(SealState::ClosedArmed));
}

#[tokio::test]
async fn without_a_ground_nothing_is_armed() {
    let bench = Bench::new(&[]);
    ground(&bench, None);
    assert_eq!(arm(&bench).await, Err(ArmRefusal::Needs(Need::Ground)));
    assert_eq!(bench.truth().commands_received, 0);
}

// ── approval between two phones ──

/// The officer's phone and the head's, which know each other.
fn two_phones() -> (Mobile, Mobile) {
    let (officer, boss) = (Mobile::new(), Mobile::new());
    ground(&officer.bench, Some(LegalGround::None));
    officer.knows(&boss);
    boss.knows(&officer);
    (officer, boss)
}

fn ask(mobile: &Mobile) -> SignedEvent {
    ask_approval(&mobile.bench.kit, &mobile.bench.a, mobile.bench.case, "Hàng giá trị cao").unwrap()
}

#[tokio::test]
async fn goods_outside_the_criteria_are_armed_after_the_head_approved_by_slip() {
    let (mobile, boss) = two_phones();
    let bench = &mobile.bench;
    let lack = |lack| Err(ArmRefusal::Needs(Need::Approval(lack)));
    assert_eq!(arm(bench).await, lack(ApprovalLack::NotAsked));
    let request = ask(&mobile);
    assert_eq!(arm(bench).await, lack(ApprovalLack::Asked));

    let answer = decide_approval(&boss.bench.kit, &head(), &request, &yes()).unwrap();
    // The request travels with the head's record.
    let kept = boss.bench.device.store.unit_events(&office("03EE"), &["slip_taken"]).unwrap();
    assert_eq!(kept.len(), 1);
    assert!(matches!(&kept[0].event.fact, Fact::SlipTaken(slip) if slip.cose.0 == request.cose));

    take_approval(&bench.kit, &bench.a, bench.case, &answer.cose).unwrap();
    assert_eq!(bench.kinds().iter().filter(|kind| **kind == "slip_taken").count(), 1);
    // The same once more, and by sync: it counts once.
    take_approval(&bench.kit, &bench.a, bench.case, &answer.cose).unwrap();
    bench.changes(vec![Change::Event { server_seq: 9, cose: B64(answer.cose.clone()) }]);
    take_approval(&bench.kit, &bench.a, bench.case, &answer.cose).unwrap();
    assert_eq!(bench.kinds().iter().filter(|kind| **kind == "slip_taken").count(), 1);
    assert_eq!(bench.view().approval.unwrap().event, answer.event.id);
    assert_eq!(arm(bench).await, Ok(SealState::ClosedArmed));
}

#[tokio::test]
async fn a_refusal_is_taken_too_and_can_be_asked_anew() {
    let (mobile, boss) = two_phones();
    let bench = &mobile.bench;
    let request = ask(&mobile);
    let none = decide_approval(&boss.bench.kit, &head(), &request, &no(" "));
    assert!(matches!(none, Err(ApprovalTrouble::NoReason)));
    let answer = decide_approval(&boss.bench.kit, &head(), &request, &no("Đủ niêm phong của hãng")).unwrap();
    bench.pass(SignedDuration::from_mins(1));
    take_approval(&bench.kit, &bench.a, bench.case, &answer.cose).unwrap();
    assert_eq!(arm(bench).await, Err(ArmRefusal::Needs(Need::Approval(ApprovalLack::Refused))));
    bench.pass(SignedDuration::from_mins(1));
    ask(&mobile);
    assert_eq!(arm(bench).await, Err(ArmRefusal::Needs(Need::Approval(ApprovalLack::Asked))));
}

#[tokio::test]
async fn only_the_right_answer_of_the_right_head_is_taken() {
    let (mobile, boss) = two_phones();
    let bench = &mobile.bench;
    let kit = &boss.bench.kit;
    let request = ask(&mobile);
    for not_head in [lead(), person("khoa.nm"), person("lan.ht")] {
        let refused = decide_approval(kit, &not_head, &request, &yes());
        assert!(matches!(refused, Err(ApprovalTrouble::NotHead { .. })), "{}", not_head.id);
    }
    let Fact::ApprovalAsked(asked) = &request.event.fact else { panic!("a request") };
    let good = ApprovalGiven {
        asked: request.event.id,
        what: asked.what,
        containers: asked.containers.clone(),
        approver: head().id,
        granted: true,
        reason: String::new(),
        valid_until: hours(bench, 5),
    };
    let by = |officer: &Officer, case, given: ApprovalGiven| {
        kit.record(officer, Some(case), vec![Fact::ApprovalGiven(given)]).unwrap().remove(0)
    };
    let check = |signed: &SignedEvent| check_approval(&bench.kit, bench.case, &signed.cose).map(|(_, given)| given);
    assert_eq!(check(&by(&head(), bench.case, good.clone())).unwrap(), good);
    assert!(matches!(check(&by(&head(), case_id(8), good.clone())), Err(ApprovalTrouble::NotTheRequest)));
    // An officer's phone cannot sign for the head, and another unit's head is none here.
    assert!(matches!(check(&by(&lead(), bench.case, good.clone())), Err(ApprovalTrouble::NotHead { .. })));
    let lan = ApprovalGiven { approver: person("lan.ht").id, ..good.clone() };
    assert!(matches!(check(&by(&person("lan.ht"), bench.case, lan)), Err(ApprovalTrouble::NotHead { .. })));
    let nobody = ApprovalGiven { approver: OfficerId("x".to_owned()), ..good.clone() };
    assert!(matches!(check(&by(&head(), bench.case, nobody)), Err(ApprovalTrouble::NobodyKnown { .. })));
    let other = ApprovalGiven { asked: seal_core::ids::EventId(uuid::Uuid::nil()), ..good.clone() };
    assert!(matches!(check(&by(&head(), bench.case, other)), Err(ApprovalTrouble::OtherRequest)));
    let wrong = ApprovalGiven { containers: vec!["SFPU4820155".parse().unwrap()], ..good.clone() };
    assert!(matches!(check(&by(&head(), bench.case, wrong)), Err(ApprovalTrouble::OtherContainers)));
    let late = ApprovalGiven { valid_until: bench.now(), ..good };
    assert!(matches!(check(&by(&head(), bench.case, late)), Err(ApprovalTrouble::Expired { .. })));
}

#[tokio::test]
async fn the_head_approves_on_the_officers_phone_with_their_pin() {
    let mut mobile = Mobile::new();
    ground(&mobile.bench, Some(LegalGround::None));
    let request = ask(&mobile);
    let bench = &mut mobile.bench;
    let answer = |bench: &Bench, who: &Officer, pin: &str| {
        approve_here(&bench.kit, &bench.a, (&who.id, pin), request.event.id, &yes())
    };
    let unknown = answer(bench, &head(), "112358");
    assert!(matches!(unknown, Err(ApprovalTrouble::Pin(SignInTrouble::NeverHere(_)))));
    for (who, pin) in [(head(), "112358"), (lead(), "135790")] {
        bench.kit.central = std::sync::Arc::new(SignsIn(who.clone(), pin));
        sign_in(&bench.kit, &who.id, pin).await.unwrap();
    }
    assert!(matches!(answer(bench, &head(), "000000"), Err(ApprovalTrouble::Pin(SignInTrouble::Wrong { .. }))));
    assert!(matches!(answer(bench, &lead(), "135790"), Err(ApprovalTrouble::NotHead { .. })));
    answer(bench, &head(), "112358").unwrap();
    let given = bench.view().approval.unwrap().given;
    assert_eq!((given.approver, given.granted), (head().id, true));
    assert_eq!(arm(bench).await, Ok(SealState::ClosedArmed));
}

// ── screens ──

fn form() -> Mobile {
    let mobile = Mobile::new();
    ground(&mobile.bench, Some(LegalGround::Transit));
    mobile
}

#[tokio::test(start_paused = true)]
async fn who_may_not_state_depletion_is_told_who_may() {
    let mobile = form();
    let phone = mobile.open(&Route::Depletion);
    phone.says(&[
        "Nhờ Phạm Thị Hoa, Đặng Minh Quang xác nhận",
        "1023/TCHQ-GSQL",
        "điểm 1.a",
        "Chưa đối chiếu văn bản gốc",
        "1 dùng được",
    ]);
}

#[tokio::test(start_paused = true)]
async fn a_shift_lead_states_depletion_once_for_the_unit() {
    let mobile = form();
    let bench = &mobile.bench;
    // The only seal is in repair: none is free.
    bench.documents(vec![Doc::Seal(SealDoc { life: SealLife::InRepair, ..seal_doc(SEAL) })]);
    let mut phone = mobile.open_as(&lead(), &Route::Depletion);
    phone.says(&["0 seal định vị dùng được", "1 hỏng hoặc đang sửa", "Số liệu máy chủ lúc", "Chọn lý do"]);
    phone.press("Còn seal nhưng hỏng");
    phone.press("4 giờ");
    phone.says(&["Có hiệu lực đến 23/11 · 12:00"]);
    phone.hold("Xác nhận hết seal");
    let stands = standing(&bench.kit, &office("03EE")).unwrap().unwrap();
    assert_eq!(stands.stated.reason, DepletionReason::NoneFitForUse);
    assert_eq!(stands.stated.valid_until, hours(bench, 4));

    // Every screen about it shows who, when and until when.
    bench.pass(SignedDuration::from_mins(30));
    let said = ["Hết seal định vị", "Phạm Thị Hoa", "30 phút trước", "23/11 · 12:00", "Còn seal nhưng hỏng"];
    mobile.open(&Route::Goods { case: bench.case }).says(&said);
    mobile.open(&Route::Home).says(&said);
    let mut manual = mobile.open(&Route::ManualSeal { case: bench.case, seal: Some("HQVN0041207".parse().unwrap()) });
    manual.press("Seal container");
    manual.says(&said);
    // Seals come back: a warning, and the way to end it.
    bench.documents(vec![Doc::Seal(seal_doc(SEAL))]);
    mobile.open(&Route::Home).says(&["Kho đã có lại seal dùng được"]);
    mobile.open(&Route::Depletion).says(&["Người kết thúc được: Trưởng ca, Lãnh đạo"]);
    let mut phone = mobile.open_as(&lead(), &Route::Depletion);
    phone.type_into(0, "Hữu Nghị gửi về");
    phone.hold("Kết thúc: đã có seal");
    assert_eq!(standing(&bench.kit, &office("03EE")).unwrap(), None);
    phone.says(&["1 seal định vị dùng được", "Sổ còn seal dùng được", "Kiểm kho trước"]);
    phone.press("Seal đều đang dùng");
    phone.says(&["Cần ghi rõ vì sao không dùng được seal định vị"]);
}

#[tokio::test(start_paused = true)]
async fn a_bolt_on_group_a_points_to_the_statement() {
    let mobile = form();
    let route = Route::ManualSeal { case: mobile.bench.case, seal: Some("HQVN0041207".parse().unwrap()) };
    let mut phone = mobile.open(&route);
    phone.press("Seal container");
    phone.says(&["Chưa gắn seal này được", "bắt buộc seal định vị", "Xác nhận hết seal định vị", "điểm 1.a"]);
    phone.press("Xác nhận hết seal định vị");
    phone.says(&["Chưa có xác nhận hết seal"]);
}

#[tokio::test(start_paused = true)]
async fn group_b_shows_who_waits_how_fresh_the_stock_is_and_takes_a_reason() {
    let mobile = Mobile::new();
    let bench = &mobile.bench;
    bench.documents(vec![waits(8, "SFPU4820155"), waits(9, "LTRU7301655")]);
    bench.pass(SignedDuration::from_hours(2));
    let mut phone = mobile.open(&Route::Preflight { case: bench.case, seal: bench.no.clone() });
    phone.comes_to_say(&["Có 2 lô bắt buộc seal định vị đang chờ", "điểm 1.b"]).await;
    phone.press("Xem lô đang chờ, ghi lý do");
    phone.says(&[
        "2 lô bắt buộc seal định vị đang chờ",
        "SFPU 482015 5",
        "LTRU 730165 5",
        "Quá cảnh · Xe chờ 1 giờ",
        "Số liệu máy chủ lúc 23/11 · 08:00",
        "1 dùng được",
        "Bỏ trống nếu lô này dùng seal hải quan khác",
    ]);
    phone.press("Các lô kia chưa tới");
    phone.press("Dùng căn cứ này");
    let ahead = bench.view().ahead_of_a.unwrap();
    assert_eq!(ahead.reason, "Các lô kia chưa tới, lô này đã sẵn sàng");
    phone.comes_to_say(&["Tiếp: khóa seal"]).await;
    assert!(!phone.text().contains("đang chờ"), "{}", phone.text());
}

#[tokio::test(start_paused = true)]
async fn an_approval_goes_from_phone_to_phone_on_the_screens() {
    let (mobile, boss) = two_phones();
    let bench = &mobile.bench;
    let mut phone = mobile.open(&Route::Case { case: bench.case });
    phone.press("Vẫn niêm phong");
    phone.says(&["Hàng ngoài tiêu chí niêm phong", "lãnh đạo đơn vị phê duyệt", "138/QĐ-TCHQ", "CSQU 305438 3"]);
    phone.type_into(0, "Hàng giá trị cao");
    phone.press("Xin phê duyệt");
    phone.says(&["Chờ phê duyệt", "Đưa mã này cho máy của lãnh đạo", "Mã 1/2", "Nguyễn Minh Khoa", "Hàng giá trị cao"]);
    let request = bench.device.store.case_events(bench.case).unwrap().pop().unwrap();

    let mut other = boss.open_as(&head(), &Route::Scan { purpose: ScanFor::Anything });
    boss.sees_slip(&request.cose);
    other
        .comes_to_say(&["Yêu cầu phê duyệt", "Nguyễn Minh Khoa, Đình Vũ", "CSQU 305438 3", "Lý do: Hàng giá trị cao"])
        .await;
    other.says(&["Không phải niêm phong"]);
    other.hold("Phê duyệt");
    other.says(&["Trả lời của lãnh đạo", "Đã phê duyệt", "Đưa mã này cho máy người xin", "Mã 1/2"]);
    let events = boss.bench.device.store.case_events(bench.case).unwrap();
    let answer = events.into_iter().find(|signed| matches!(signed.event.fact, Fact::ApprovalGiven(_))).unwrap();

    phone.press("Quét phiếu trả lời");
    phone.says(&["Chĩa vào mã vuông trên màn hình máy kia"]);
    mobile.sees_slip(&answer.cose);
    phone
        .comes_to_say(&["Trả lời của lãnh đạo", "Đã phê duyệt", "Đặng Minh Quang", "Chữ ký của máy lãnh đạo đúng"])
        .await;
    phone.press("Ghi vào hồ sơ");
    phone.says(&["Đã phê duyệt", "Dùng được đến 24/11 · 08:00"]);
    phone.press("Về hồ sơ, niêm phong tiếp");
    phone.says(&["Bắt đầu niêm phong"]);
    mobile.open(&Route::Home).says(&["Niêm phong container"]);
}

#[tokio::test(start_paused = true)]
async fn a_head_sees_what_waits_and_refuses_with_a_reason() {
    let (mobile, boss) = two_phones();
    let request = ask(&mobile);
    boss.bench.changes(vec![Change::Event { server_seq: 5, cose: B64(request.cose.clone()) }]);
    assert_eq!(waiting_requests(&boss.bench.kit, &head()).unwrap().len(), 1);
    assert!(waiting_requests(&boss.bench.kit, &lead()).unwrap().is_empty());
    assert!(!boss.open_as(&lead(), &Route::Home).text().contains("Chờ phê duyệt"));
    let mut phone = boss.open_as(&head(), &Route::Home);
    phone.says(&["Chờ phê duyệt", "CSQU 305438 3", "Hàng giá trị cao"]);
    phone.press("CSQU\u{a0}305438\u{a0}3");
    phone.says(&["Yêu cầu phê duyệt", "Không phê duyệt thì phải ghi lý do"]);
    phone.type_into(0, "Đủ seal của hãng");
    phone.hold("Không phê duyệt");
    phone.says(&["Không phê duyệt", "Đủ seal của hãng"]);
    assert!(waiting_requests(&boss.bench.kit, &head()).unwrap().is_empty());
    // Somebody who is no head may read it, not answer.
    boss.bench.pass(SignedDuration::from_mins(5));
    mobile.bench.pass(SignedDuration::from_mins(5));
    let again = ask(&mobile);
    boss.bench.changes(vec![Change::Event { server_seq: 6, cose: B64(again.cose.clone()) }]);
    let phone = boss.open_as(&lead(), &Route::DecideApproval { request: again.event.id, slip: None });
    phone.says(&["Phạm Thị Hoa không phê duyệt được cho đơn vị này"]);

    // The officer's phone gets the refusal by sync.
    let events = boss.bench.device.store.case_events(mobile.bench.case).unwrap();
    let refusal = events.into_iter().find(|signed| matches!(signed.event.fact, Fact::ApprovalGiven(_))).unwrap();
    let view = CaseView::fold(mobile.bench.case, Some(&case_doc()), &[request.event.clone(), refusal.event.clone()]);
    assert!(!view.unwrap().approval.unwrap().given.granted);
}

#[tokio::test(start_paused = true)]
async fn answers_that_are_not_taken_say_why() {
    let (mobile, boss) = two_phones();
    let bench = &mobile.bench;
    let request = ask(&mobile);
    let Fact::ApprovalAsked(asked) = &request.event.fact else { panic!("a request") };
    let good = ApprovalGiven {
        asked: request.event.id,
        what: asked.what,
        containers: asked.containers.clone(),
        approver: head().id,
        granted: true,
        reason: String::new(),
        valid_until: hours(bench, 5),
    };
    let cases = [
        (lead(), good.clone(), "Đặng Minh Quang không phê duyệt được cho đơn vị này"),
        (
            head(),
            ApprovalGiven { containers: vec!["SFPU4820155".parse().unwrap()], ..good.clone() },
            "Phê duyệt không đủ các container của hồ sơ này",
        ),
        (head(), ApprovalGiven { valid_until: bench.now(), ..good.clone() }, "Phê duyệt hết hạn từ 23/11 · 08:00"),
        (
            head(),
            ApprovalGiven { asked: seal_core::ids::EventId(uuid::Uuid::nil()), ..good.clone() },
            "Phiếu này trả lời một yêu cầu khác",
        ),
        (
            head(),
            ApprovalGiven { approver: OfficerId("an.xyz".to_owned()), ..good },
            "Máy này không biết tài khoản an.xyz",
        ),
    ];
    for (by, given, words) in cases {
        let signed = boss.bench.kit.record(&by, Some(bench.case), vec![Fact::ApprovalGiven(given)]).unwrap().remove(0);
        let mut phone = mobile.open(&Route::Scan { purpose: ScanFor::Slip { case: Some(bench.case) } });
        mobile.sees_slip(&signed.cose);
        phone.comes_to_say(&["Không nhận phiếu này", words, "Quét lại"]).await;
        assert!(!phone.text().contains("Ghi vào hồ sơ"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_day_without_a_rule_leads_to_the_head() {
    let mobile = Mobile::new();
    let bench = &mobile.bench;
    let mut rules = bench.device.store.rules().unwrap();
    rules.version = "2".to_owned();
    for rule in &mut rules.goods {
        rule.valid_to = Some("2026-11-22".parse().unwrap());
    }
    bench.rules(rules, &[("03EE", "Đình Vũ")]);
    let mut phone = mobile.open(&Route::Case { case: bench.case });
    phone.says(&["Chưa rõ theo quy định nào", "Xin phê duyệt"]);
    phone.press("Xin phê duyệt");
    phone.says(&["Hàng ngoài tiêu chí niêm phong"]);
    let found = obligation_of(&bench.kit, &bench.view(), &[]).unwrap();
    assert_eq!(found.may_put_on(SealType::Mechanical), Err(Need::Approval(ApprovalLack::NotAsked)));
}

#[test]
fn everybody_is_somebody() {
    assert_eq!(people().len(), 4);
    let mobile = Mobile::new();
    assert_eq!(stock(&mobile.bench.kit, &office("03EE")).unwrap().free, 1);
}
