//! One seal's whole life in a real browser: three phones, a fake camera that sees the printed codes, and a network cut.
//!
//! Everything is what `./run app` starts: the same screens, store, queue, HTTP and barcode reader; only the radio is
//! simulated. Screenshots of every screen land in `target/journey/`.
#![cfg(feature = "live")]

use crate::rooms;

use std::path::{Path, PathBuf};

use crate::browser::{Browser, practice, practice_from};
use crate::hands::{leave_practice, network, open_practice, photograph, shoot, trouble};
use seal_core::scan::Symbology;

const CONTAINER: &str = "SFPU4820155";
const CONTAINER_SHOWN: &str = "SFPU 482015 5";
/// Also of Sài Gòn KV1, and already at Hữu Nghị.
const OTHER_SEAL: &str = "83181008";
const SHEET: &str = "HQCTR;2;03EE;507134820550;SFPU4820155;001EEF";
const SEAL: &str = "83181010";
const WAYBILL: &str = "EB417882053VN";

/// An empty folder for screenshots.
fn shots(name: &str) -> PathBuf {
    let shots = Path::new(env!("CARGO_MANIFEST_DIR")).join("target").join(name);
    let _ = std::fs::remove_dir_all(&shots);
    shots
}

#[tokio::test]
async fn one_seal_from_origin_to_owner() {
    let work = tempfile::tempdir().unwrap();
    // In the morning, so that the number of days on the way does not hang on the hour at which this runs.
    let (_practice, address) = practice_from(&work.path().join("data"), "2026-11-26T08:00:00+07:00");
    let browser = Browser::start(work.path(), &shots("journey")).await;
    origin(&browser, &address).await;
    destination(&browser, &address).await;
    owner(&browser, &address).await;
    browser.close().await;
}

/// The screens the journey above leaves out, on one phone; screenshots land in `target/screens/one-phone/`.
#[tokio::test]
async fn rooms_of_one_phone() {
    let work = tempfile::tempdir().unwrap();
    let data = work.path().join("data");
    let (_practice, address) = practice(&data);
    let browser = Browser::start(work.path(), &shots("screens/one-phone")).await;
    rooms::one_phone(&browser, &address, &data).await;
    browser.close().await;
}

/// The same where several phones meet; screenshots land in `target/screens/several-phones/`.
#[tokio::test]
async fn rooms_of_several_phones() {
    let work = tempfile::tempdir().unwrap();
    let (_practice, address) = practice(&work.path().join("data"));
    let browser = Browser::start(work.path(), &shots("screens/several-phones")).await;
    rooms::several_phones(&browser, &address).await;
    browser.close().await;
}

async fn origin(browser: &Browser, address: &str) {
    browser.go(&format!("{address}/origin")).await;
    browser.see("Ai đang trực?").await;
    browser.shot("sign-in").await;
    browser.tap("Nguyễn Văn An").await;
    browser.see("Niêm phong container").await;
    browser.shot("home").await;

    // The trip will go through a dead zone: the seal's log will have a gap.
    open_practice(browser).await;
    trouble(browser, "8318 1010", "Qua vùng mất sóng").await;
    leave_practice(browser).await;
    network(browser, "Mất").await;
    browser.shot("home-offline").await;

    // The container sheet, then the container itself.
    browser.hold_up(Symbology::Qr, SHEET).await;
    browser.tap("Quét container").await;
    browser.see("Dòng của phiếu in").await;
    browser.shot("scan-sheet").await;
    browser.tap("Mở hồ sơ container này").await;
    browser.see("Bắt buộc dùng seal").await;
    browser.see("1023/TCHQ-GSQL").await;
    browser.shot("case").await;
    browser.hold_up(Symbology::Code128, CONTAINER).await;
    browser.tap("Quét container").await;
    browser.see("chữ số kiểm tra đúng").await;
    browser.shot("scan-container").await;
    browser.tap("Mở hồ sơ container này").await;
    browser.see("Đã quét").await;

    // Sealing.
    browser.tap("Bắt đầu niêm phong").await;
    browser.see("Đối chiếu với giấy tờ và xe").await;
    browser.shot("trip").await;
    browser.hold_up(Symbology::Code128, SEAL).await;
    browser.tap("Tiếp: quét seal").await;
    browser.see("số này có trong sổ seal").await;
    browser.shot("scan-seal").await;
    browser.tap("Dùng seal này").await;
    browser.see("Luồn cáp").await;
    browser.shot("preflight-rope").await;
    browser.tap("Thực hành: cắm cáp").await;
    browser.see("Nhãn khớp với tín hiệu Bluetooth").await;
    browser.tap("Tiếp: khóa seal").await;
    browser.see("giữ nút để khóa").await;
    browser.shot("lock-ready").await;
    browser.hold("Khóa seal").await;
    browser.see("đóng và đang giám sát").await;
    browser.shot("lock-closed").await;
    browser.tap("Tiếp: chụp ảnh").await;

    browser.see("Còn thiếu 4 ảnh").await;
    browser.shot("photos-missing").await;
    photograph(browser, "doors", "Cửa và số container").await;
    photograph(browser, "rope_path", "Cáp qua tai khóa").await;
    photograph(browser, "closed_lock", "Seal đã khóa, số seal").await;
    photograph(browser, "plates", "Biển số xe và moóc").await;
    browser.see("Đủ ảnh").await;
    browser.shot("photos-done").await;
    browser.tap("Tiếp: bàn giao").await;
    browser.see("Bàn giao cho lái xe").await;
    browser.tap("Tôi đã kéo thử").await;
    browser.sign().await;
    browser.shot("hand-over").await;
    browser.tap("Xong, cho xe đi").await;
    browser.see("Trong ca này").await;
    browser.tap(CONTAINER_SHOWN).await;
    browser.see("Đã bàn giao").await;
    browser.shot("case-sealed").await;
    // Where the seal asks for two officers, the second one agrees here.
    browser.tap("Đồng ý cho gỡ").await;
    browser.see("Đồng ý cho người khác gỡ seal").await;
    browser.shot("agree").await;
    browser.tap("Quay lại").await;
    browser.see("Đã bàn giao").await;

    // Everything waits, visibly; then everything goes, facts first.
    browser.tap("Quay lại").await;
    browser.tap("Chờ gửi").await;
    browser.see("bản ghi trước, ảnh sau").await;
    browser.shot("queue-offline").await;
    network(browser, "Có").await;
    browser.tap("Chờ gửi").await;
    browser.see("Đã gửi hết").await;
    browser.see("biên nhận").await;
    browser.shot("queue-sent").await;
}

async fn destination(browser: &Browser, address: &str) {
    browser.go(&format!("{address}/destination")).await;
    browser.tap("Trần Thị Bình").await;
    browser.see("Kiểm tra, gỡ seal").await;
    browser.shot("destination-home").await;

    // The truck arrives hours later, in a dead zone.
    open_practice(browser).await;
    for _ in 0..11 {
        browser.tap("+1 giờ").await;
    }
    browser.tap("Mất").await;
    leave_practice(browser).await;

    browser.hold_up(Symbology::Code128, SEAL).await;
    browser.tap("Quét seal trên container").await;
    browser.see("Đúng seal trong hồ sơ").await;
    browser.shot("scan-seal-arrival").await;
    browser.tap("Kiểm tra seal này").await;
    browser.see("Đọc nhật ký seal").await;
    browser.tap("Đọc nhật ký seal").await;
    browser.see("Báo vị trí đều").await;
    browser.see("Không có dữ liệu").await;
    browser.shot("seal-log").await;
    browser.tap("Kiểm tra bằng tay").await;

    // View, verify, rope, housing, tug: one question at a time, photographs side by side.
    browser.see("Seal có nguyên vẹn không?").await;
    browser.aim_at("housing").await;
    browser.tap("Chụp seal bây giờ").await;
    shoot(browser, "Ảnh đạt").await;
    browser.tap("Giữ ảnh này").await;
    browser.see("Seal có nguyên vẹn không?").await;
    browser.shot("hand-check-view").await;
    browser.tap("Nguyên vẹn").await;
    browser.see("Số có trùng hồ sơ không?").await;
    browser.shot("hand-check-verify").await;
    browser.tap("Trùng số").await;
    browser.tap("Cáp liền").await;
    browser.tap("Vỏ kín").await;
    browser.see("Cáp có tuột không?").await;
    browser.tap("Còn chắc").await;
    browser.see("Kết luận").await;
    browser.tap("Kết luận").await;
    browser.see("Tình trạng seal").await;
    browser.tap("Nguyên vẹn").await;
    browser.tap("Chấp nhận có lý do").await;
    browser.tap("Vùng mất sóng đã biết").await;
    browser.shot("verdict").await;
    browser.tap("Ghi kết luận, sang gỡ seal").await;
    browser.see("giữ nút để gỡ").await;
    browser.shot("disarm-ready").await;
    browser.hold("Gỡ seal").await;
    browser.see("đã mở").await;
    browser.shot("disarmed").await;

    // The way home.
    browser.tap("Xem hạn trả seal").await;
    browser.see("Hạn 24:00").await;
    browser.see("Chọn một trong hai").await;
    browser.shot("returns").await;
    browser.tap("Gửi chuyển phát").await;
    browser.see("Còn 2 seal chưa bỏ vào").await;
    for seal in [SEAL, OTHER_SEAL] {
        browser.hold_up(Symbology::Code128, seal).await;
        browser.tap("Quét seal").await;
        browser.see("số này có trong sổ seal").await;
        if seal == SEAL {
            browser.shot("scan-into-parcel").await;
        }
        browser.tap("Bỏ vào kiện").await;
        browser.see("Đã bỏ vào kiện").await;
        browser.tap("Xong, không quét nữa").await;
    }
    browser.see("Trước khi dán kiện").await;
    for seal in ["8318 1010", "8318 1008"] {
        browser.tap(&format!("Đã tắt giám sát {seal}")).await;
    }
    browser.tap("Seal đã sạc").await;
    browser.tap("Đã dán nhãn pin lithium").await;
    browser.aim_at("parcel").await;
    browser.tap("Chụp trước khi dán").await;
    shoot(browser, "Ảnh đạt").await;
    browser.tap("Giữ ảnh này").await;
    browser.see("Đã chụp").await;
    browser.shot("parcel-pack").await;
    browser.tap("Dán kiện, sang bưu tá").await;
    browser.see("Giao kiện cho bưu tá").await;
    browser.hold_up(Symbology::Code128, WAYBILL).await;
    browser.tap("Quét nhãn vận đơn").await;
    browser.see("chữ số kiểm tra của vận đơn đúng").await;
    browser.tap("Dùng mã vận đơn này").await;
    browser.see("đúng số kiểm tra").await;
    browser.type_into("Hãng chuyển phát", "EMS").await;
    browser.type_into("Tên người nhận kiện", "Lê Bưu Tá").await;
    browser.sign().await;
    browser.shot("parcel-hand-over").await;
    browser.tap("Giao kiện").await;
    browser.see("Bưu tá đang giữ kiện").await;
    browser.shot("parcel-with-courier").await;
    browser.tap("Về danh sách trả seal").await;
    network(browser, "Có").await;
    browser.tap("Chờ gửi").await;
    browser.see("Đã gửi hết").await;

    // The courier needs a night.
    open_practice(browser).await;
    browser.tap("+1 ngày").await;
    leave_practice(browser).await;
}

async fn owner(browser: &Browser, address: &str) {
    browser.go(&format!("{address}/owner")).await;
    browser.tap("Lê Thị Chi").await;
    browser.see("Nhận kiện seal").await;
    browser.shot("owner-home").await;
    browser.tap("Nhận kiện seal").await;
    browser.see("Quét từng seal lấy ra").await;
    browser.hold_up(Symbology::Code128, SEAL).await;
    browser.tap("Quét seal").await;
    browser.see("Đã nhận").await;
    browser.tap("Xong, không quét nữa").await;
    // One of two: the difference is named, and goes on the record.
    browser.see("Lệch 1 chỗ").await;
    browser.see("Thiếu").await;
    browser.shot("parcel-receive").await;
    browser.tap("Nhận và lập biên bản").await;
    browser.see("Nhận với 1 chỗ lệch?").await;
    browser.shot("parcel-receive-ask").await;
    browser.tap_in_dialog("Nhận và lập biên bản").await;
    browser.see("Đã nhận, có biên bản lệch").await;
    browser.shot("parcel-received").await;
    browser.tap("Quay lại").await;
    browser.tap("Trả seal").await;
    browser.tap("Vòng quay seal").await;
    browser.see("Trung bình 1 ngày").await;
    browser.shot("turnaround").await;
}
