//! What the law asks for, in a real browser: group B while group A waits, a bolt on group A goods under a statement of
//! depletion, and an approval from phone to phone without a network. Screenshots land in `target/rules/`.

use std::path::Path;
use std::time::Duration;

use crate::browser::{Browser, practice};
use seal_core::scan::Symbology;

const SEAL: &str = "83181001";
const OFFICER: usize = 0;
const HEAD: usize = 1;

#[tokio::test]
async fn the_law_before_the_lock() {
    let work = tempfile::tempdir().unwrap();
    let (_practice, address) = practice(&work.path().join("data"));
    let shots = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/rules");
    let _ = std::fs::remove_dir_all(&shots);
    let browser = Browser::start(work.path(), &shots).await;
    browser.go(&format!("{address}/origin")).await;
    browser.tap("Nguyễn Văn An").await;
    browser.see("Niêm phong container").await;
    browser.open_window(&format!("{address}/origin-2")).await;
    browser.tap("Đặng Minh Quang").await;
    browser.see("Niêm phong container").await;
    ahead_of_group_a(&browser).await;
    none_left(&browser).await;
    approved_without_network(&browser).await;
    browser.close().await;
}

/// Case 4 is group B; cases of group A wait.
async fn ahead_of_group_a(browser: &Browser) {
    browser.window(OFFICER).await;
    browser.tap("SFPU 482177 9").await;
    browser.see("Dùng seal định vị khi còn dư").await;
    browser.tap("Bắt đầu niêm phong").await;
    browser.see("Đối chiếu với giấy tờ và xe").await;
    browser.hold_up(Symbology::Code128, SEAL).await;
    browser.tap("Tiếp: quét seal").await;
    browser.tap("Dùng seal này").await;
    browser.see("lô bắt buộc seal định vị").await;
    browser.shot("preflight-a-waits").await;
    browser.tap("Xem lô đang chờ, ghi lý do").await;
    browser.see("Số liệu máy chủ lúc").await;
    browser.shot("waiting").await;
    browser.tap("Kho còn đủ seal").await;
    browser.shot("waiting-reason").await;
    browser.tap("Dùng căn cứ này").await;
    browser.see("Luồn cáp").await;
    browser.tap("Thực hành: cắm cáp").await;
    browser.tap("Tiếp: khóa seal").await;
    browser.hold("Khóa seal").await;
    browser.see("đóng và đang giám sát").await;
    browser.shot("armed").await;
    browser.tap("Tiếp: chụp ảnh").await;
    browser.see("Còn thiếu 4 ảnh").await;
}

/// Case 3 is group A: a bolt only while the unit's statement stands.
async fn none_left(browser: &Browser) {
    to_shift(browser).await;
    browser.tap("VMTU 615902 6").await;
    browser.see("Bắt buộc dùng seal định vị").await;
    browser.tap("Bắt đầu niêm phong").await;
    browser.see("Đối chiếu với giấy tờ và xe").await;
    browser.tap("Tiếp: quét seal").await;
    browser.tap("Đóng").await;
    browser.tap("Seal cơ khí").await;
    browser.type_into("Số seal", "HQVN0041207").await;
    browser.type_into("Gõ lại lần nữa", "HQVN0041207").await;
    browser.tap("Seal container").await;
    browser.see("Chưa gắn seal này được").await;
    browser.shot("bolt-refused").await;
    browser.tap("Xác nhận hết seal định vị").await;
    browser.see("Nhờ Phạm Thị Hoa, Đặng Minh Quang xác nhận").await;
    browser.shot("depletion-not-mine").await;
    browser.tap("Quay lại").await;

    browser.window(HEAD).await;
    browser.tap("VMTU 615902 6").await;
    browser.tap("Đổi căn cứ").await;
    browser.tap("Xác nhận hết seal định vị").await;
    browser.see("seal định vị dùng được").await;
    browser.tap("Seal đều đang dùng trên đường").await;
    browser.type_into("Ghi chú", "Seal còn trong sổ nằm ở bãi 2, chưa lấy về được").await;
    browser.tap("8 giờ").await;
    browser.shot("depletion-state").await;
    browser.hold("Xác nhận hết seal").await;
    browser.see("Đang có hiệu lực").await;
    to_shift(browser).await;
    browser.shot("shift-depletion-stands").await;

    browser.window(OFFICER).await;
    browser.type_into("Số seal", "HQVN0041207").await;
    browser.type_into("Gõ lại lần nữa", "HQVN0041207").await;
    browser.tap("Seal container").await;
    browser.see("Đang có hiệu lực").await;
    browser.shot("bolt-allowed").await;
    browser.tap("Ghi đã gắn").await;
    browser.see("Còn thiếu").await;
    browser.tap("Quay lại").await;
}

/// Case 8 needs no seal: the head lets it have one, with both phones in a dead zone.
async fn approved_without_network(browser: &Browser) {
    for phone in [HEAD, OFFICER] {
        browser.window(phone).await;
        to_shift(browser).await;
        browser.tap("Mở cài đặt").await;
        browser.tap("Chế độ thực hành").await;
        browser.see("Seal mô phỏng").await;
        browser.tap("Mất").await;
        to_shift(browser).await;
    }
    browser.tap("VMTU 616350 9").await;
    browser.tap("Vẫn niêm phong").await;
    browser.see("Hàng ngoài tiêu chí niêm phong").await;
    browser.type_into("Lý do xin", "Hàng giá trị cao, tuyến dài").await;
    browser.shot("approval-ask").await;
    browser.tap("Xin phê duyệt").await;
    browser.see("Đưa mã này cho máy của lãnh đạo").await;
    browser.shot("approval-slip").await;

    browser.window(HEAD).await;
    browser.aim_at("paper").await;
    browser.tap_exactly("Quét").await;
    browser.look_at("Đình Vũ").await;
    browser.see("Yêu cầu phê duyệt").await;
    browser.see("Hàng giá trị cao, tuyến dài").await;
    browser.shot("approval-request").await;
    browser.hold("Phê duyệt").await;
    browser.see("Đưa mã này cho máy người xin").await;
    browser.shot("approval-answer-slip").await;

    browser.window(OFFICER).await;
    browser.tap("Quét phiếu trả lời").await;
    browser.look_at("Đình Vũ · máy 2").await;
    browser.see("Chữ ký của máy lãnh đạo đúng").await;
    browser.shot("approval-answer").await;
    browser.tap("Ghi vào hồ sơ").await;
    browser.see("Dùng được đến").await;
    browser.shot("approval-given").await;
    browser.tap("Về hồ sơ, niêm phong tiếp").await;
    browser.see("Bắt đầu niêm phong").await;
    browser.shot("case-approved").await;
}

/// Back to the shift from wherever the phone is.
async fn to_shift(browser: &Browser) {
    loop {
        // A screen needs a moment to come.
        tokio::time::sleep(Duration::from_millis(700)).await;
        if browser.text().await.contains("Trong ca này") {
            return;
        }
        browser.tap("Quay lại").await;
    }
}
