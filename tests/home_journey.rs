//! The way home in a real browser: a clock with a worked Saturday, one across Tết, a seal used on a shipment home instead of
//! a courier, and a parcel that is short of one seal. Screenshots land in `target/journey/home/`.

#[allow(dead_code)] // each journey uses its part
use std::path::Path;

use crate::browser::{Browser, practice_from};
use crate::hands::{open_practice, shoot, sign_out, to_shift};
use seal_core::scan::Symbology;

/// Of Sài Gòn KV1, lying at Hữu Nghị.
const AT_THE_BORDER: &str = "83181008";
/// Of Sài Gòn KV1, lying at Đình Vũ; the second is managed there.
const IN_THE_PARCEL: [&str; 2] = ["83181009", "83181010"];

async fn begin(work: &Path) -> Browser {
    let shots = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/journey/home");
    Browser::start(work, &shots).await
}

/// Received on Thursday 08.01.2026; Saturday 10.01 is worked for Friday 02.01 (vietnamnews.vn, 25.12.2025).
#[tokio::test]
async fn a_worked_saturday_counts() {
    let work = tempfile::tempdir().unwrap();
    let (_practice, address) = practice_from(&work.path().join("data"), "2026-01-08T08:00:00+07:00");
    let browser = begin(work.path()).await;
    browser.go(&format!("{address}/destination")).await;
    browser.tap("Trần Thị Bình").await;
    browser.tap("Trả seal").await;
    browser.see("Chưa ghi nhận seal").await;
    browser.tap("Ghi đã nhận seal").await;
    browser.see("Hạn 24:00 thứ Hai 12/01/2026").await;
    browser.see("Làm bù, vẫn tính: 10/01").await;
    browser.shot("worked-saturday").await;
    // One day after another: two days, one day, the day itself, too late.
    let steps =
        [(1, "Còn 2 ngày", "two"), (1, "Còn 1 ngày", "one"), (2, "Hạn hôm nay", "today"), (1, "Quá hạn", "over")];
    for (days, warning, name) in steps {
        turn(&browser, days).await;
        browser.tap("Trả seal").await;
        browser.see(warning).await;
        browser.shot(&format!("warning-{name}")).await;
        browser.tap("Ca trực").await;
        browser.see("seal").await;
    }
    browser.see("1 seal quá hạn trả").await;
    browser.shot("home-overdue").await;
    browser.close().await;
}

/// Received on Thursday 12.02.2026; Tết is from 14 to 22.02 (vietnamnews.vn, 17.10.2025). Then the seal goes home on a
/// shipment, and no courier is needed.
#[tokio::test]
async fn a_clock_across_tet_and_a_shipment_home() {
    let work = tempfile::tempdir().unwrap();
    let (_practice, address) = practice_from(&work.path().join("data"), "2026-02-12T08:00:00+07:00");
    let browser = begin(work.path()).await;
    browser.go(&format!("{address}/destination")).await;
    browser.tap("Trần Thị Bình").await;
    browser.tap("Trả seal").await;
    browser.tap("8318 1008").await;
    browser.see("Dùng cho lô đi Sài Gòn KV1").await;
    browser.tap("Ghi đã nhận seal").await;
    browser.see("Hạn 24:00 thứ Ba 24/02/2026").await;
    browser.see("Qua ngày nghỉ: Tết Nguyên đán Bính Ngọ").await;
    browser.shot("across-tet").await;

    browser.tap("Dùng cho lô đi Sài Gòn KV1").await;
    browser.see("Chạm lô để hẹn seal").await;
    browser.shot("reuse-shipments").await;
    browser.tap("SFPU 483390 7").await;
    browser.see("Seal đã hẹn cho một lô về").await;
    browser.shot("reuse-promised").await;
    browser.tap("Mở hồ sơ lô hàng").await;
    browser.tap("Bắt đầu niêm phong").await;
    browser.see("Đối chiếu với giấy tờ và xe").await;
    browser.hold_up(Symbology::Code128, AT_THE_BORDER).await;
    browser.tap("Tiếp: quét seal").await;
    browser.tap("Dùng seal này").await;
    browser.see("Luồn cáp").await;
    browser.tap("Thực hành: cắm cáp").await;
    browser.tap("Tiếp: khóa seal").await;
    browser.hold("Khóa seal").await;
    browser.see("đóng và đang giám sát").await;
    browser.tap("Tiếp: chụp ảnh").await;
    browser.see("Còn thiếu 4 ảnh").await;
    to_shift(&browser).await;
    browser.tap("Trả seal").await;
    browser.see("8318 1007").await;
    browser.gone("8318 1008").await;
    browser.shot("reuse-gone-home").await;
    browser.close().await;
}

#[tokio::test]
async fn a_parcel_short_of_one_seal() {
    let work = tempfile::tempdir().unwrap();
    let (_practice, address) = practice_from(&work.path().join("data"), "2026-03-02T08:00:00+07:00");
    let browser = begin(work.path()).await;
    browser.go(&format!("{address}/origin")).await;
    browser.tap("Nguyễn Văn An").await;
    pack(&browser).await;
    hand_over(&browser).await;

    // Four days without a word.
    turn(&browser, 4).await;
    browser.see("1 kiện lâu chưa có tin").await;
    browser.shot("home-silent").await;
    browser.tap("1 kiện lâu chưa có tin").await;
    browser.see("Chưa có tin 4 ngày").await;
    browser.shot("parcels-silent").await;
    browser.tap("Kiện GP-").await;
    browser.type_into("Ai báo", "Trang tra cứu EMS").await;
    browser.tap("Ghi: đang chuyển").await;
    browser.gone("Chưa có tin 4 ngày").await;
    browser.shot("parcel-in-transit").await;

    // The owner finds one of two.
    browser.go(&format!("{address}/owner")).await;
    browser.tap("Lê Thị Chi").await;
    browser.tap("Nhận kiện seal").await;
    browser.see("Quét từng seal lấy ra").await;
    browser.hold_up(Symbology::Code128, IN_THE_PARCEL[0]).await;
    browser.tap("Quét seal").await;
    browser.see("Đã nhận").await;
    browser.tap("Xong, không quét nữa").await;
    browser.see("Báo mất cho đơn vị gửi khi nhận").await;
    browser.shot("parcel-short").await;
    browser.tap("Nhận và lập biên bản").await;
    browser.tap_in_dialog("Nhận và lập biên bản").await;
    browser.see("Đã nhận, có biên bản lệch").await;
    browser.see("Chưa xử lý").await;
    browser.shot("parcel-short-received").await;

    // The sender hears of it, finds the seal and says so.
    browser.go(&format!("{address}/origin")).await;
    new_shift(&browser, "Nguyễn Văn An").await;
    browser.see("1 seal mất hoặc hỏng").await;
    browser.shot("home-loss").await;
    browser.tap("1 seal mất hoặc hỏng").await;
    browser.see("Đình Vũ 03EE chịu trách nhiệm").await;
    browser.shot("losses").await;
    browser.tap("8318 1010").await;
    browser.tap("Đã tìm thấy").await;
    browser.type_into("Ghi chú", "Sót trong tủ trực, bãi 2").await;
    browser.shot("loss").await;
    browser.tap("Ghi kết quả").await;
    browser.see("Sót trong tủ trực, bãi 2").await;
    browser.shot("loss-found").await;

    // So does the owner: nothing is open any more.
    browser.go(&format!("{address}/owner")).await;
    new_shift(&browser, "Lê Thị Chi").await;
    browser.tap("Trả seal").await;
    browser.tap("Kiện gửi seal").await;
    browser.tap("Kiện GP-").await;
    browser.see("Đã nhận, chỗ lệch đã xử lý xong").await;
    browser.shot("parcel-settled").await;
    browser.tap("Vòng quay seal").await;
    browser.see("Ai giữ lâu nhất").await;
    browser.shot("turnaround").await;
    browser.close().await;
}

async fn pack(browser: &Browser) {
    browser.tap("Trả seal").await;
    browser.see("8318 1009").await;
    browser.tap("Gửi chuyển phát").await;
    browser.see("Còn 1 seal chưa bỏ vào").await;
    for seal in IN_THE_PARCEL {
        browser.hold_up(Symbology::Code128, seal).await;
        browser.tap("Quét").await;
        browser.tap("Bỏ vào kiện").await;
        browser.see("Đã bỏ vào kiện").await;
        browser.tap("Xong, không quét nữa").await;
        browser.see("Trước khi dán kiện").await;
    }
    for seal in ["8318 1009", "8318 1010"] {
        browser.tap(&format!("Đã tắt giám sát {seal}")).await;
    }
    browser.tap("Đọc pin các seal").await;
    browser.see("Đọc lại pin").await;
    browser.show("Ngủ và pin").await;
    browser.shot("pack-sleep").await;
    for _ in 0..2 {
        browser.tap("Thêm: Cáp").await;
    }
    browser.tap("Seal đã sạc").await;
    browser.tap("Đã dán nhãn pin lithium").await;
    browser.aim_at("parcel").await;
    browser.tap("Chụp trước khi dán").await;
    shoot(browser, "Ảnh đạt").await;
    browser.tap("Giữ ảnh này").await;
    browser.see("Đã chụp").await;
    browser.shot("pack-ready").await;
    browser.tap("Dán kiện, sang bưu tá").await;
}

async fn hand_over(browser: &Browser) {
    browser.see("Giao kiện cho bưu tá").await;
    browser.type_into("Mã vận đơn", "EB417882053VN").await;
    browser.see("đúng số kiểm tra").await;
    browser.tap("In phiếu và nhãn").await;
    browser.see("Mở để in").await;
    browser.shot("parcel-papers").await;
    browser.type_into("Hãng chuyển phát", "EMS").await;
    browser.type_into("Tên người nhận kiện", "Lê Bưu Tá").await;
    browser.sign().await;
    browser.gone("Mời bưu tá ký").await;
    browser.tap("Giao kiện").await;
    browser.see("Bưu tá đang giữ kiện").await;
    browser.shot("parcel-with-courier").await;
    to_shift(browser).await;
}

/// A session with the central lasts a shift: days later the officer signs in anew, and the phone asks what is new.
async fn new_shift(browser: &Browser, officer: &str) {
    to_shift(browser).await;
    sign_out(browser).await;
    browser.tap(officer).await;
}

/// Turns the clock so many days and comes back to the shift.
async fn turn(browser: &Browser, days: u32) {
    to_shift(browser).await;
    open_practice(browser).await;
    for _ in 0..days {
        browser.tap("+1 ngày").await;
        browser.settle().await;
    }
    to_shift(browser).await;
}
