//! The scan screen without a browser: several codes in view, codes from a picture, what is heard, lists worked off by scan.

use crate::bench;
use crate::common::{case_id, office, seal};
use crate::mobile::{Mobile, person};
use seal_core::codes::{CustomsSealKind, Iso17712, SealType};
use seal_core::doc::{CaseDoc, Doc, SealDoc, SealLife, SealRadio};
use seal_core::event::SignedEvent;
use seal_core::fact::{CodeRead, Fact};
use seal_core::officer::Officer;
use seal_core::scan::{HowRead, Symbology};
use seal_core::seal_no::SealNo;
use seal_core::wire::B64;
use seal_field::actions::count_stock::{begin_count, count_draft};
use seal_field::actions::issue_seals::issue_seals;
use seal_field::actions::offer_seals::offer_seals;
use seal_field::actions::take_over_seals::{check_offer, found_of};
use seal_field::ports::camera::{CameraHint, Code, Cue, CueWays, Seen};
use seal_field::ports::store::{Sendable, Store as _};
use seal_field::ui::route::{Route, ScanFor};

const CONTAINER: &str = "CSQU3054383";
const OTHER: &str = "MSKU6011672";
const LINEAR: Symbology = Symbology::Code128;

fn bolts() -> Vec<SealNo> {
    seal_core::range::numbers("HQVN", "0041201", "0041210").unwrap()
}

fn bolt_doc(no: &SealNo) -> Doc {
    Doc::Seal(SealDoc {
        no: no.clone(),
        seal_type: SealType::Mechanical,
        kind: CustomsSealKind::Container,
        class: Some(Iso17712::High),
        owner: office("03EE"),
        manager: office("03EE"),
        holder: office("03EE"),
        as_of: "2026-11-01T00:00:00Z".parse().unwrap(),
        radio: SealRadio::NotSpoken,
        life: SealLife::InService,
        platform_sees: None,
    })
}

/// A phone with two cases, a container each, and ten bolts in its register.
fn mobile() -> Mobile {
    let mobile = Mobile::new();
    let second = CaseDoc { id: case_id(8), containers: vec![OTHER.parse().unwrap()], ..bench::case_doc() };
    mobile.bench.documents(vec![Doc::Case(second)]);
    mobile.bench.documents(bolts().iter().map(bolt_doc).collect());
    mobile
}

/// Codes read that wait to be sent, oldest first.
fn codes_read(mobile: &Mobile) -> Vec<CodeRead> {
    let store = &mobile.bench.device.store;
    let due = store.take_due(mobile.bench.now(), 100).unwrap();
    store.revive().unwrap();
    let code = |item| {
        let Sendable::Event { cose, .. } = item else { return None };
        match SignedEvent::read(&cose).unwrap().event.fact {
            Fact::CodeRead(code) => Some(code),
            _ => None,
        }
    };
    due.into_iter().filter_map(code).collect()
}

fn heard(mobile: &Mobile) -> Vec<Cue> {
    mobile.eye.cues.lock().unwrap().iter().map(|(cue, _)| *cue).collect()
}

// ── several codes ──

#[tokio::test(start_paused = true)]
async fn two_containers_in_view_are_a_choice_and_nothing_is_opened() {
    let mobile = mobile();
    let mut phone = mobile.scan(ScanFor::Anything);
    mobile.eye.shows(&[(LINEAR, CONTAINER), (LINEAR, OTHER)]);
    phone.comes_to_say(&["Trong hình có 2 mã. Chạm mã cần dùng.", "Quét lại"]).await;
    assert!(!phone.text().contains("Mở hồ sơ container này"), "no act before the choice");
    assert_eq!(heard(&mobile), [Cue::Wrong], "look at the screen");
    // The same two in the next frame change nothing, nor does one of them.
    mobile.eye.shows(&[(LINEAR, OTHER), (LINEAR, CONTAINER)]);
    mobile.eye.shows(&[(LINEAR, CONTAINER)]);
    phone.press("M S K U");
    phone.comes_to_say(&["Nhận là", "chữ số kiểm tra đúng: 2", OTHER, "Mở hồ sơ container này"]).await;
    mobile.eye.shows(&[(LINEAR, CONTAINER), (LINEAR, OTHER)]);
    mobile.eye.seen.send(Seen::Nothing(Some(CameraHint::CutOff))).unwrap();
    phone.comes_to_say(&["Mã ra ngoài hình, đưa cả mã vào"]).await;
    phone.says(&[OTHER, "Mở hồ sơ container này"]);
    phone.press("Mở hồ sơ container này");
    let read = codes_read(&mobile).pop().unwrap();
    assert_eq!((read.raw.as_str(), read.value.as_str()), (OTHER, OTHER));
}

#[tokio::test(start_paused = true)]
async fn two_codes_that_are_read_by_turns_are_a_choice_too() {
    let mobile = mobile();
    let mut phone = mobile.scan(ScanFor::Anything);
    mobile.eye.shows(&[(LINEAR, CONTAINER)]);
    mobile.eye.shows(&[(LINEAR, OTHER)]);
    phone.comes_to_say(&["Trong hình có 2 mã. Chạm mã cần dùng."]).await;
    phone.press("Quét lại");
    mobile.eye.shows(&[(LINEAR, OTHER)]);
    phone.comes_to_say(&["chữ số kiểm tra đúng: 2", "Mở hồ sơ container này"]).await;
}

#[tokio::test(start_paused = true)]
async fn an_outline_touched_in_the_picture_is_the_choice() {
    let mobile = mobile();
    let mut phone = mobile.scan(ScanFor::Anything);
    mobile.eye.shows(&[(LINEAR, CONTAINER), (LINEAR, OTHER)]);
    phone.comes_to_say(&["Trong hình có 2 mã"]).await;
    mobile.eye.seen.send(Seen::Touched("not in view".to_owned())).unwrap();
    mobile.eye.seen.send(Seen::Touched(CONTAINER.to_owned())).unwrap();
    phone.comes_to_say(&["chữ số kiểm tra đúng: 3", "Mở hồ sơ container này"]).await;
}

#[tokio::test(start_paused = true)]
async fn a_code_of_another_kind_beside_the_one_asked_for_is_no_choice() {
    let mobile = mobile();
    let mut phone = mobile.scan(ScanFor::SealToArm { case: mobile.bench.case });
    mobile.eye.shows(&[(LINEAR, CONTAINER), (LINEAR, bench::SEAL)]);
    phone.comes_to_say(&["số này có trong sổ seal", "Dùng seal này"]).await;
    assert_eq!(heard(&mobile), [Cue::Right]);
    // The case's own row of a sheet with many.
    let mut phone = mobile.scan(ScanFor::Case { case: mobile.bench.case });
    mobile.eye.shows(&[(LINEAR, OTHER), (LINEAR, CONTAINER)]);
    phone.comes_to_say(&["chữ số kiểm tra đúng: 3", "Mở hồ sơ container này"]).await;
}

// ── a picture from a file ──

#[tokio::test(start_paused = true)]
async fn what_one_look_at_a_picture_gave_is_compared_with_the_label_first() {
    let mobile = mobile();
    let from_picture = |text: &str, proven: bool| {
        let code = Code { text: text.to_owned(), symbology: LINEAR, how: HowRead::Picture, proven };
        mobile.eye.seen.send(Seen::Codes(vec![code])).unwrap();
    };
    let purpose = ScanFor::SealToArm { case: mobile.bench.case };
    let mut phone = mobile.scan(purpose.clone());
    from_picture(bench::SEAL, false);
    phone.comes_to_say(&["Đọc từ ảnh, hãy so với nhãn", "So từng ký tự", "Đúng như trên nhãn", "Sai số này"]).await;
    assert!(!phone.text().contains("Dùng seal này"), "not before it is compared");
    assert_eq!(heard(&mobile), [Cue::Wrong]);
    phone.press("Đúng như trên nhãn");
    phone.comes_to_say(&["Dùng seal này"]).await;
    phone.press("Dùng seal này");
    let read = codes_read(&mobile).pop().unwrap();
    assert_eq!((read.value.as_str(), read.how, read.picked_by_officer), (bench::SEAL, HowRead::Picture, true));

    // A check digit proves it: no question.
    let mut phone = mobile.scan(ScanFor::Anything);
    from_picture(CONTAINER, true);
    phone.comes_to_say(&["chữ số kiểm tra đúng", "Mở hồ sơ container này"]).await;
    assert!(!phone.text().contains("Đọc từ ảnh"));

    // Nor is it counted by itself.
    begin_count(&mobile.bench.kit, vec![CustomsSealKind::Container], None).unwrap();
    let mut phone = mobile.scan(ScanFor::StockCount);
    from_picture(bolts()[0].as_str(), false);
    phone.comes_to_say(&["Đọc từ ảnh, hãy so với nhãn"]).await;
    assert!(count_draft(&mobile.bench.kit).unwrap().scanned.is_empty());
}

// ── what is heard ──

#[tokio::test(start_paused = true)]
async fn right_and_wrong_sound_differently_and_each_way_can_be_switched_off() {
    let mobile = mobile();
    let mut phone = mobile.scan(ScanFor::Anything);
    mobile.eye.shows(&[(LINEAR, CONTAINER)]);
    phone.comes_to_say(&["Mở hồ sơ container này"]).await;
    mobile.eye.shows(&[(LINEAR, CONTAINER)]);
    mobile.eye.seen.send(Seen::Nothing(Some(CameraHint::Blurred))).unwrap();
    phone.comes_to_say(&["Hình nhòe, giữ yên tay"]).await;
    phone.press("Quét lại");
    mobile.eye.shows(&[(LINEAR, "CSQU3054384")]);
    phone.comes_to_say(&["Gần đúng, nhưng có chỗ sai"]).await;
    assert_eq!(heard(&mobile), [Cue::Right, Cue::Wrong], "once a reading, not once a frame");
    // Another case's container where this case's is asked for.
    let mut phone = mobile.scan(ScanFor::Case { case: mobile.bench.case });
    mobile.eye.shows(&[(LINEAR, OTHER)]);
    phone.comes_to_say(&["Không thuộc hồ sơ này"]).await;
    assert_eq!(heard(&mobile).pop(), Some(Cue::Wrong));

    let mut phone = mobile.open(&Route::Settings);
    phone.press("Tiếng báo");
    let mut phone = mobile.scan(ScanFor::Anything);
    mobile.eye.shows(&[(LINEAR, CONTAINER)]);
    phone.comes_to_say(&["Mở hồ sơ container này"]).await;
    let last = mobile.eye.cues.lock().unwrap().last().copied().unwrap();
    assert_eq!(last, (Cue::Right, CueWays { sound: false, vibration: true }), "remembered on this phone");
}

// ── lists worked off by scan ──

#[tokio::test(start_paused = true)]
async fn a_count_goes_on_by_itself_with_its_figures_live() {
    let mobile = mobile();
    begin_count(&mobile.bench.kit, vec![CustomsSealKind::Container], None).unwrap();
    let all = bolts();
    let mut phone = mobile.scan(ScanFor::StockCount);
    phone.says(&["0 đúng sổ", "10 thiếu", "0 thừa", "0 quét lặp"]);
    // Two labels side by side: each counts once while they lie there.
    for _ in 0..3 {
        mobile.eye.shows(&[(LINEAR, all[0].as_str()), (LINEAR, all[1].as_str())]);
        mobile.eye.shows(&[(LINEAR, all[1].as_str())]);
    }
    phone.comes_to_say(&["2 đúng sổ", "8 thiếu", "0 quét lặp"]).await;
    assert_eq!(heard(&mobile), [Cue::Right; 2]);
    mobile.eye.shows(&[(LINEAR, bench::SEAL)]);
    phone.comes_to_say(&["Thừa", "1 thừa"]).await;
    assert_eq!(heard(&mobile).pop(), Some(Cue::Wrong));
    // Taken away, and shown again.
    for _ in 0..21 {
        mobile.eye.seen.send(Seen::Nothing(None)).unwrap();
    }
    phone.comes_to_say(&["1 thừa"]).await;
    mobile.eye.shows(&[(LINEAR, all[0].as_str())]);
    phone.comes_to_say(&["Quét lặp", "1 quét lặp", "2 đúng sổ"]).await;
}

fn issue(mobile: &Mobile, to: &Officer, seals: &[SealNo]) {
    let head = person("hoa.pt");
    issue_seals(&mobile.bench.kit, &head, &to.id, CustomsSealKind::Container, seals.to_vec()).unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_hand_over_is_checked_by_scan_with_its_figures_live() {
    let (giver, taker) = (mobile(), mobile());
    let (khoa, hoa) = (person("khoa.nm"), person("hoa.pt"));
    taker.knows(&giver);
    issue(&giver, &khoa, &bolts()[..3]);
    let offer =
        offer_seals(&giver.bench.kit, &khoa, &office("03EE"), Some(&hoa.id), bolts()[..2].to_vec(), "").unwrap();
    check_offer(&taker.bench.kit, &hoa, &offer.cose).unwrap();
    let mut phone = taker.open_as(&hoa, &Route::TakeOver { slip: B64(offer.cose.clone()) });
    phone.says(&["Đã nhận 0 trên 2 seal"]);
    phone.press("Quét từng seal");
    phone.says(&["0 đúng sổ", "2 thiếu"]);
    let all = bolts();
    taker.eye.shows(&[(LINEAR, all[1].as_str())]);
    phone.comes_to_say(&["Đã nhận HQVN0041202", "1 đúng sổ", "1 thiếu"]).await;
    taker.eye.shows(&[(LINEAR, all[8].as_str())]);
    phone.comes_to_say(&["Không có trong phiếu: HQVN0041209", "1 thừa"]).await;
    assert_eq!(heard(&taker), [Cue::Right, Cue::Wrong]);
    assert_eq!(found_of(&taker.bench.kit, offer.event.id).unwrap(), [all[1].clone(), all[8].clone()]);
}

// ── typed ──

#[tokio::test(start_paused = true)]
async fn letters_then_digits_and_what_is_typed_twice_is_recorded_so() {
    let mobile = mobile();
    let typing = |purpose: ScanFor| mobile.open(&Route::TypeNumber { purpose, initial: String::new() });
    let mut phone = typing(ScanFor::Anything);
    assert!(phone.html().contains(r#"inputmode="text""#));
    phone.type_into(0, "CSQ");
    assert!(phone.html().contains(r#"inputmode="text""#), "the fourth is a letter too");
    phone.type_into(0, "CSQU");
    assert!(phone.html().contains(r#"inputmode="numeric""#), "now the digits");
    phone.type_into(0, "CSQU3054384");
    phone.says(&["dãy này phải kết thúc bằng 3", "Nhìn lại vỏ, chạm số đúng"]);
    phone.type_into(0, CONTAINER);
    phone.says(&["chữ số kiểm tra đúng: 3"]);
    phone.press("Dùng số này");
    assert_eq!(codes_read(&mobile).pop().unwrap().how, HowRead::Typed);

    // In no register, and without a check digit: twice.
    let mut phone = typing(ScanFor::SealToArm { case: mobile.bench.case });
    phone.type_into(0, "83189999");
    phone.says(&["Số này không có chữ số kiểm tra. Gõ lại lần nữa."]);
    phone.type_into(1, "83189998");
    phone.says(&["Hai lần khác nhau"]);
    phone.type_into(1, "83189999");
    phone.says(&["Hai lần giống nhau"]);
    phone.press("Dùng số này");
    let typed = codes_read(&mobile).pop().unwrap();
    assert_eq!((typed.value.as_str(), typed.how), (seal("83189999").as_str(), HowRead::TypedTwice));
}
