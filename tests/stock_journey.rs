//! Stock and custody in a real browser: a range issued to an officer, a hand-over between two phones with both networks cut, a
//! count with a missing and an extra seal, a re-seal, a supervised opening. Screenshots land in `target/journey/`.

use std::path::Path;
use std::time::Duration;

use crate::browser::{Browser, practice};
use seal_core::scan::Symbology;

const OFFICER: usize = 0;
const HEAD: usize = 1;

#[tokio::test]
async fn seals_from_the_stock_to_the_container() {
    let work = tempfile::tempdir().unwrap();
    let (_practice, address) = practice(&work.path().join("data"));
    let shots = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/journey/stock");
    let _ = std::fs::remove_dir_all(&shots);
    let browser = Browser::start(work.path(), &shots).await;
    browser.go(&format!("{address}/origin")).await;
    browser.tap("Nguyễn Văn An").await;
    browser.see("Niêm phong container").await;
    browser.open_window(&format!("{address}/origin-2")).await;
    browser.tap("Đặng Minh Quang").await;
    browser.see("Niêm phong container").await;
    issue(&browser).await;
    hand_over(&browser).await;
    count(&browser).await;
    re_seal(&browser).await;
    open_supervised(&browser).await;
    custody(&browser).await;
    browser.close().await;
}

/// The keeper of the stock issues the lowest bolts to An.
async fn issue(browser: &Browser) {
    browser.tap("Seal của đơn vị").await;
    browser.see("Sẵn dùng tại đơn vị").await;
    browser.shot("stock").await;
    browser.tap("Cấp seal").await;
    browser.see("Cấp seal cho công chức").await;
    browser.tap("Seal container").await;
    browser.see("Còn trong kho").await;
    browser.tap("Nguyễn Văn An").await;
    browser.see("Cấp 2 seal cho Nguyễn Văn An").await;
    browser.shot("issue").await;
    browser.tap("Cấp 2 seal cho Nguyễn Văn An").await;
    browser.see("Đã cấp 2 seal cho Nguyễn Văn An").await;
    browser.tap("Cấp 10 seal cho Nguyễn Văn An").await;
    browser.see("Đã cấp 10 seal cho Nguyễn Văn An").await;
    browser.shot("issued").await;
    browser.window(OFFICER).await;
    browser.tap("Seal của đơn vị").await;
    browser.see("Theo công chức").await;
    browser.see("HQVN0041207").await;
    browser.shot("stock-officer").await;
    to_shift(browser).await;
    browser.window(HEAD).await;
    to_shift(browser).await;
}

async fn cut(browser: &Browser, phone: usize) {
    browser.window(phone).await;
    browser.tap("Mở cài đặt").await;
    browser.tap("Chế độ thực hành").await;
    browser.see("Seal mô phỏng").await;
    browser.tap("Mất").await;
    to_shift(browser).await;
}

/// The fake camera shows one picture as long as it runs: each seal is a scan of its own here. On a phone the camera goes on.
async fn one_more(browser: &Browser, act: &str, seal: &str, said: &str) {
    browser.hold_up(Symbology::Code128, seal).await;
    browser.tap(act).await;
    browser.see(said).await;
    browser.shot(&format!("scan-{}", seal.to_lowercase())).await;
    browser.tap("Xong, không quét nữa").await;
}

/// An hands two bolts to the head: offer, check by scan, signature, slip back. Neither phone has a network.
async fn hand_over(browser: &Browser) {
    cut(browser, HEAD).await;
    cut(browser, OFFICER).await;
    browser.tap("Seal của đơn vị").await;
    browser.tap("Bàn giao seal").await;
    browser.see("Seal bàn giao").await;
    for seal in ["HQVN0041229", "HQVN0041230"] {
        browser.tap(seal).await;
    }
    browser.tap("Đặng Minh Quang").await;
    browser.see("Ký bàn giao 2 seal").await;
    browser.shot("offer").await;
    browser.hold("Ký bàn giao 2 seal").await;
    browser.see("Đưa mã cho Đặng Minh Quang quét").await;
    browser.shot("offer-slip").await;

    browser.window(HEAD).await;
    browser.aim_at("paper").await;
    browser.tap_exactly("Quét").await;
    browser.look_at("Đình Vũ").await;
    browser.see("Đã nhận 0 trên 2 seal").await;
    browser.shot("take-over").await;
    one_more(browser, "Quét từng seal", "HQVN0041229", "Đã nhận HQVN0041229").await;
    browser.see("Đã nhận 1 trên 2 seal").await;
    browser.shot("take-over-half").await;
    one_more(browser, "Quét từng seal", "HQVN0041230", "Đã nhận HQVN0041230").await;
    browser.see("Đã nhận 2 trên 2 seal").await;
    browser.hold("Ký nhận 2 seal").await;
    browser.see("Đưa mã này cho máy kia quét").await;
    browser.shot("taken-slip").await;

    browser.window(OFFICER).await;
    browser.aim_at("paper").await;
    browser.tap("Quét phiếu nhận trên máy kia").await;
    browser.look_at("Đình Vũ · máy 2").await;
    browser.see("Bên nhận đã ký").await;
    browser.shot("taken").await;
    browser.tap("Lưu phiếu nhận").await;
    browser.see("Bàn giao xong").await;
    browser.shot("handed-over").await;
    to_shift(browser).await;
}

/// An counts what An holds: one is not there, one is another's.
async fn count(browser: &Browser) {
    browser.tap("Seal của đơn vị").await;
    browser.tap("Kiểm kê").await;
    browser.see("Kiểm kê loại nào?").await;
    browser.tap("Seal container").await;
    browser.tap("Nguyễn Văn An").await;
    browser.shot("count-begin").await;
    browser.tap("Bắt đầu kiểm kê").await;
    browser.see("Chưa quét seal nào").await;
    one_more(browser, "Quét seal đầu tiên", "HQVN0041207", "Đúng sổ: HQVN0041207").await;
    one_more(browser, "Quét tiếp", "HQVN0052310", "Thừa: HQVN0052310").await;
    one_more(browser, "Quét tiếp", "HQVN0041207", "Quét lặp: HQVN0041207").await;
    browser.see("Thừa so với sổ").await;
    browser.shot("count").await;
    browser.tap("Kết thúc kiểm kê").await;
    browser.see("Kết thúc khi còn lệch").await;
    browser.shot("count-sure").await;
    browser.tap("Kết thúc, ghi chênh lệch").await;
    browser.see("Sẵn dùng tại đơn vị").await;
    to_shift(browser).await;
}

/// Case 4 takes a bolt; it turns out damaged, and the next lowest goes on in its place.
async fn re_seal(browser: &Browser) {
    browser.tap("SFPU 482177 9").await;
    browser.tap("Bắt đầu niêm phong").await;
    browser.see("Đối chiếu với giấy tờ và xe").await;
    browser.tap("Tiếp: quét seal").await;
    browser.tap("Đóng").await;
    browser.tap("Seal cơ khí").await;
    browser.tap("Seal container").await;
    browser.see("Lấy số nhỏ nhất").await;
    browser.type_into("Số seal", "HQVN0041207").await;
    browser.type_into("Gõ lại lần nữa", "HQVN0041207").await;
    browser.show("Lấy số nhỏ nhất").await;
    browser.shot("bolt-lowest").await;
    browser.tap("Ghi đã gắn").await;
    browser.see("Còn thiếu").await;
    browser.tap("Quay lại").await;
    browser.tap("Thay seal HQVN0041207").await;
    browser.see("Seal cơ tháo ra được ghi là hỏng").await;
    browser.tap("Hư hỏng").await;
    browser.tap("Hỏng hoặc lỗi").await;
    browser.see("HQVN0041208").await;
    browser.shot("re-seal").await;
    browser.hold("Thay bằng HQVN0041208").await;
    browser.show("Thay đổi trên đường").await;
    browser.shot("re-sealed").await;
}

/// The container is opened before the driver, and sealed again.
async fn open_supervised(browser: &Browser) {
    browser.tap("Mở có giám sát").await;
    browser.see("Mở 1 container").await;
    browser.type_into("Lý do mở", "Kiểm tra thực tế theo quyết định").await;
    browser.type_into("Số quyết định, văn bản", "QĐ 118").await;
    browser.type_into("Người chứng kiến", "Lê Văn Tài, lái xe").await;
    browser.sign().await;
    browser.shot("open").await;
    browser.hold("Mở container").await;
    browser.see("Đang mở").await;
    browser.shot("opened").await;
    browser.tap("Seal cơ khí").await;
    browser.tap("Seal container").await;
    browser.type_into("Số seal", "HQVN0041221").await;
    browser.type_into("Gõ lại lần nữa", "HQVN0041221").await;
    browser.tap("Ghi đã gắn").await;
    browser.see("Còn thiếu").await;
    browser.tap("Quay lại").await;
    browser.see("Đã niêm phong lại").await;
    browser.tap("Đã đóng và niêm phong lại").await;
    browser.show("Đã xảy ra trên đường").await;
    browser.shot("closed-again").await;
}

/// One seal's whole life on one timeline.
async fn custody(browser: &Browser) {
    to_shift(browser).await;
    browser.tap("Seal của đơn vị").await;
    browser.type_into("Tìm theo số seal", "41207").await;
    browser.see("1 seal").await;
    to_shift(browser).await;
    browser.hold_up(Symbology::Code128, "HQVN0041207").await;
    browser.tap_exactly("Quét").await;
    browser.tap("Xem seal này").await;
    browser.see("Được thay bằng seal").await;
    browser.see("Cấp cho Nguyễn Văn An").await;
    browser.shot("custody").await;
    // An electronic one of another maker: nobody has tried its driver on a real seal, and it says so.
    browser.hold_up(Symbology::Code128, "91760001").await;
    browser.tap("Quay lại").await;
    browser.tap("Quét lại").await;
    browser.see("9176 0001").await;
    browser.tap("Xem seal này").await;
    browser.see("Chưa thử trên seal thật").await;
    browser.shot("untried").await;
    browser.tap("Vì sao").await;
    browser.shot("untried-why").await;
}

/// Back to the shift from wherever the phone is.
async fn to_shift(browser: &Browser) {
    loop {
        // A screen needs a moment to come.
        tokio::time::sleep(Duration::from_millis(700)).await;
        if browser.text().await.contains("Trong ca này") {
            return;
        }
        if !browser.tap_if_there("Ca trực").await {
            browser.tap("Quay lại").await;
        }
    }
}
