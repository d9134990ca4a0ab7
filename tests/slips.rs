//! A signed event goes from one phone's screen to another's camera: what is shown, what is read, and what is refused.

use crate::common::case_id;
use crate::mobile::Mobile;
use seal_core::slip;
use seal_field::ports::store::Store as _;
use seal_field::ui::route::{Route, ScanFor};

#[tokio::test(start_paused = true)]
async fn a_slip_is_shown_as_codes_in_turn() {
    let mobile = Mobile::new();
    let signed = mobile.ask();
    let of = slip::codes(&signed.cose).len();
    assert!(of > 1, "a request needs more than one code");
    let mut phone = mobile.open(&Route::Slip { event: signed.event.id });
    phone.says(&["Xin phê duyệt", "Nguyễn Minh Khoa", "Đưa mã này cho máy kia quét", &format!("Mã 1/{of}")]);
    assert!(phone.html().contains("fill=\"#fff\""), "on white in every theme");
    phone.comes_to_say(&[&format!("Mã 2/{of}")]).await;
    phone.press("Dừng ở mã này");
    phone.says(&["Chạy tiếp"]);
}

#[tokio::test(start_paused = true)]
async fn codes_are_collected_with_their_progress() {
    let (giver, taker) = (Mobile::new(), Mobile::new());
    let codes = slip::codes(&giver.ask().cose);
    let mut phone = taker.scan(ScanFor::Anything);
    taker.sees(&codes[1]);
    phone.comes_to_say(&[&format!("Đã đọc 1 trên {} mã", codes.len()), "Giữ yên máy"]).await;
    // Another slip's code begins anew with that slip; nothing else is taken for one.
    taker.sees(&slip::codes(&[9; 1200])[0]);
    phone.comes_to_say(&["Đã đọc 1 trên 4 mã"]).await;
}

#[tokio::test(start_paused = true)]
async fn what_is_not_believed_is_said_with_what_to_do() {
    let (giver, taker) = (Mobile::new(), Mobile::new());
    let signed = giver.ask();
    let show = |cose: &[u8]| taker.sees_slip(cose);

    // The phone is not on the list, and the central does not answer.
    let mut phone = taker.scan(ScanFor::Anything);
    show(&signed.cose);
    phone.comes_to_say(&["Chưa biết máy này, đang hỏi máy chủ"]).await;
    phone.comes_to_say(&["Không nhận phiếu này", "Ra chỗ có mạng rồi quét lại"]).await;

    // Taken out of use.
    taker.bench.documents(vec![giver.entry(true)]);
    let mut phone = taker.scan(ScanFor::Anything);
    show(&signed.cose);
    phone.comes_to_say(&["Máy đã ký phiếu này bị thu hồi", "báo lãnh đạo ca"]).await;

    // One bit changed in the signature, which stands last.
    taker.bench.documents(vec![giver.entry(false)]);
    let mut forged = signed.cose.clone();
    *forged.last_mut().unwrap() ^= 1;
    let mut phone = taker.scan(ScanFor::Anything);
    show(&forged);
    phone.comes_to_say(&["Chữ ký không khớp nội dung", "Không dùng phiếu"]).await;
    // It stays until it was read; then the right one is taken.
    phone.press("Quét lại");
    phone.says(&["Giữ mã trong khung"]);

    // Of another case.
    let mut phone = taker.scan(ScanFor::Slip { case: Some(case_id(8)) });
    show(&signed.cose);
    phone.comes_to_say(&["Phiếu này của hồ sơ khác", "Kiểm tra lại container"]).await;

    // Parts of two different slips under one name: they do not fit together.
    let mut codes = slip::codes(&signed.cose);
    let last = codes.last_mut().unwrap();
    let changed = if last.ends_with('0') { '1' } else { '0' };
    last.pop();
    last.push(changed);
    let mut phone = taker.scan(ScanFor::Slip { case: None });
    codes.iter().for_each(|code| taker.sees(code));
    phone.comes_to_say(&["Các mã không ghép được", "Mở lại phiếu trên máy kia"]).await;

    // A container's number is no slip.
    let mut phone = taker.scan(ScanFor::Slip { case: None });
    taker.sees("CSQU3054383");
    phone.comes_to_say(&["Đây không phải phiếu chuyển máy"]).await;

    // The phone's own.
    let mut phone = giver.scan(ScanFor::Anything);
    slip::codes(&signed.cose).iter().for_each(|code| giver.sees(code));
    phone.comes_to_say(&["Phiếu này do chính máy này ký", "Quét phiếu trên máy kia"]).await;
}

#[test]
fn an_event_is_found_by_its_id() {
    let mobile = Mobile::new();
    let signed = mobile.ask();
    assert_eq!(mobile.bench.device.store.event(signed.event.id).unwrap(), Some(signed));
    let nobody = seal_core::ids::EventId(uuid::Uuid::from_u128(5));
    assert_eq!(mobile.bench.device.store.event(nobody).unwrap(), None);
}
