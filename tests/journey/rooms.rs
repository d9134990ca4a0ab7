//! The screens one smooth journey never shows: typed and unknown codes, a case opened on the spot, seals without our radio,
//! a lock that refuses or falls silent, two phones on one seal, a dead seal, and the rooms beside the way.
//!
//! Each group brings its screen about as an officer would, by hand on the screens, and leaves a screenshot. Phones: `origin`
//! is An's at Đình Vũ, `owner` is lent to a second officer of Đình Vũ and later to one of Sài Gòn, `destination` is Hữu Nghị.

use std::path::Path;

use seal_core::scan::Symbology;

use super::browser::Browser;
use super::hands::{
    leave_practice, network, open_practice, photograph, scan, scan_anything, shoot, sign_in, sign_out, to_shift,
    trouble, type_pin,
};

/// Of the work list: to Hữu Nghị, electronic seal mandatory.
const SHOWN_TWICE: &str = "SFPU 482015 5";
const SILENT: &str = "LTRU 730165 5";

/// One officer's phone. What an earlier group left is used by a later one.
pub async fn one_phone(browser: &Browser, address: &str, data: &Path) {
    browser.go(&format!("{address}/origin")).await;
    wrong_pin(browser).await;
    typed_numbers(browser).await;
    unknown_codes(browser).await;
    troubles_for_later(browser).await;
    case_on_the_spot(browser).await;
    mechanical_seal(browser).await;
    seal_without_our_radio(browser).await;
    preflight_that_stops(browser).await;
    refused_lock(browser, address).await;
    uncertain_lock(browser).await;
    stuck_item(browser, data).await;
    settings(browser).await;
}

/// Several phones, and the way to the destination.
pub async fn several_phones(browser: &Browser, address: &str) {
    browser.go(&format!("{address}/origin")).await;
    browser.tap("Nguyễn Văn An").await;
    browser.see("Việc tiếp theo").await;
    locked(browser, "dong a", SILENT, "83181002").await;
    two_phones_on_one_seal(browser, address).await;
    check_on_the_way(browser, address).await;
    second_officer(browser, address).await;
    dead_seal(browser).await;
    ways_home(browser).await;
}

async fn wrong_pin(browser: &Browser) {
    browser.see("Ai đang trực?").await;
    browser.tap("Nhập tài khoản khác").await;
    browser.type_into("Tài khoản", "an.nv").await;
    type_pin(browser, "111111").await;
    browser.see("Sai tài khoản hoặc mã").await;
    browser.shot("sign-in-wrong-pin").await;
    type_pin(browser, "246810").await;
    browser.see("Niêm phong container").await;
}

async fn typed_numbers(browser: &Browser) {
    browser.tap_exactly("Quét").await;
    browser.tap("Gõ số").await;
    browser.type_into("Số container", "SFPU4820155").await;
    browser.see("chữ số kiểm tra đúng").await;
    browser.shot("typed-right").await;
    // Two digits swapped, as the eye does in the rain.
    browser.type_into("Số container", "SFPU4821055").await;
    browser.see("Nhìn lại vỏ, chạm số đúng").await;
    browser.shot("typed-wrong").await;
    browser.tap("Có trong ca").await;
    browser.tap("Dùng số này").await;
    browser.see("Hồ sơ container").await;
    to_shift(browser).await;
    browser.tap_exactly("Quét").await;
    browser.tap("Gõ số").await;
    browser.tap("Số seal").await;
    browser.type_into("Số seal", "TEM77441").await;
    browser.type_into("Gõ lại lần nữa", "TEM77414").await;
    browser.see("Hai lần khác nhau").await;
    browser.shot("typed-twice").await;
    to_shift(browser).await;
}

async fn unknown_codes(browser: &Browser) {
    scan_anything(browser, Symbology::Qr, "Lô 7 / kho B; ?x=1").await;
    browser.see("Đọc được, nhưng đây là gì?").await;
    browser.shot("scan-unknown").await;
    browser.tap("Giữ nguyên văn").await;
    browser.see("Đã giữ nguyên văn").await;
    browser.tap("Đóng").await;
    scan_anything(browser, Symbology::Code128, "SFPU4821055").await;
    browser.see("Gần đúng, nhưng có chỗ sai").await;
    browser.shot("scan-nearly").await;
    to_shift(browser).await;
}

async fn troubles_for_later(browser: &Browser) {
    open_practice(browser).await;
    browser.shot("practice").await;
    trouble(browser, "8318 1004", "Pin yếu, không đủ cho chuyến").await;
    trouble(browser, "8318 1005", "Seal bên cạnh sóng mạnh hơn").await;
    trouble(browser, "8318 1002", "Rớt nối sau khi chốt chạy").await;
    leave_practice(browser).await;
}

async fn case_on_the_spot(browser: &Browser) {
    scan_anything(browser, Symbology::Code128, "CSQU3054383").await;
    browser.see("Chưa có trong danh sách").await;
    browser.shot("scan-not-in-list").await;
    browser.tap("Mở hồ sơ tại chỗ").await;
    browser.see("Đi đến đâu?").await;
    browser.shot("open-case").await;
    browser.type_into("Doanh nghiệp", "Công ty CP Vận tải Hải Vân").await;
    browser.tap("Hữu Nghị").await;
    browser.show("Đi đến đâu?").await;
    browser.shot("open-case-destination").await;
    browser.tap("Mở hồ sơ, chọn căn cứ").await;
    browser.see("Hàng đi theo căn cứ nào?").await;
    browser.tap("Quá cảnh").await;
    browser.see("Bắt buộc dùng seal").await;
    browser.shot("goods").await;
    browser.tap("Dùng căn cứ này").await;
    browser.see("Hồ sơ mở tại chỗ").await;
    browser.shot("case-on-the-spot").await;
    browser.tap("Bắt đầu niêm phong").await;
    browser.see("Đối chiếu với giấy tờ và xe").await;
    browser.tap("Tiếp: quét seal").await;
    browser.see("Còn thiếu thông tin chuyến").await;
    browser.shot("trip-missing").await;
    browser.type_into("Biển số xe", "15C-318.99").await;
    browser.type_into("Lái xe", "Phạm Văn Hùng").await;
    browser.type_into("Tuyến đường được duyệt", "QL5B - QL1A").await;
    browser.type_into("Thời gian vận chuyển", "12").await;
    browser.tap("Tiếp: quét seal").await;
    browser.see("Chĩa vào nhãn seal").await;
    browser.tap("Đóng").await;
    // All electronic seals are out: another one, typed twice, with the reason.
    browser.tap("Seal cơ khí, thẻ, bàn phím").await;
    browser.see("Ai gắn seal này?").await;
    browser.type_into("Số seal", "HQVN0041208").await;
    browser.type_into("Gõ lại lần nữa", "HQVN0041208").await;
    browser.tap("Seal container").await;
    browser.show("Hàng này bắt buộc seal định vị").await;
    browser.shot("manual-seal-typed").await;
    to_shift(browser).await;
}

/// From the shift to a case of the list, found by words without accents.
async fn find_case(browser: &Browser, words: &str, container: &str) {
    browser.tap_exactly("Hồ sơ").await;
    browser.type_into("Tìm hồ sơ", words).await;
    browser.see(container).await;
    browser.tap(container).await;
    browser.see("Tờ khai vận chuyển").await;
}

/// From a case to the scan of the seal, with that seal before the camera.
async fn begin_sealing(browser: &Browser, seal: &str) {
    browser.tap("Bắt đầu niêm phong").await;
    browser.see("Đối chiếu với giấy tờ và xe").await;
    scan(browser, "Tiếp: quét seal", Symbology::Code128, seal).await;
    browser.tap("Dùng seal này").await;
}

/// From the shift and back: a case sealed with a seal that behaves.
async fn locked(browser: &Browser, words: &str, container: &str, seal: &str) {
    find_case(browser, words, container).await;
    begin_sealing(browser, seal).await;
    browser.tap("Thực hành: cắm cáp").await;
    browser.tap("Tiếp: khóa seal").await;
    browser.see("giữ nút để khóa").await;
    browser.hold("Khóa seal").await;
    browser.see("đóng và đang giám sát").await;
    browser.tap("Tiếp: chụp ảnh").await;
    to_shift(browser).await;
}

async fn mechanical_seal(browser: &Browser) {
    browser.tap_exactly("Hồ sơ").await;
    browser.see("hồ sơ trên máy").await;
    browser.shot("cases").await;
    browser.type_into("Tìm hồ sơ", "thep binh").await;
    browser.see("SFPU 482177 9").await;
    browser.shot("cases-found").await;
    browser.type_into("Tìm hồ sơ", "khong co").await;
    browser.see("Không có hồ sơ khớp").await;
    browser.shot("cases-none-found").await;
    browser.type_into("Tìm hồ sơ", "thep binh").await;
    browser.tap("SFPU 482177 9").await;
    browser.see("Dùng seal định vị khi còn dư").await;
    begin_sealing(browser, "HQVN0041207").await;
    browser.see("Loại seal nào?").await;
    browser.shot("manual-seal-mechanical").await;
    browser.tap("Ghi đã gắn").await;
    browser.see("Còn thiếu").await;
    browser.tap("Cửa và số container").await;
    browser.tap("Mẫu thực hành").await;
    browser.tap("Ảnh mờ").await;
    shoot(browser, "Ảnh bị mờ").await;
    browser.shot("photo-blurred").await;
    browser.tap("Vẫn giữ ảnh này").await;
    browser.see("còn thiếu").await;
    browser.shot("photos-one-blurred").await;
    to_shift(browser).await;
}

async fn seal_without_our_radio(browser: &Browser) {
    find_case(browser, "cat bi", "VMTU 615902 6").await;
    begin_sealing(browser, "83182001").await;
    browser.see("Ứng dụng chưa nói được sóng").await;
    browser.shot("preflight-radio-not-spoken").await;
    browser.tap("Ghi bằng thẻ, bàn phím, trung tâm").await;
    browser.see("Khóa bằng cách nào?").await;
    browser.tap("Bàn phím trên seal").await;
    browser.shot("manual-seal-electronic").await;
    browser.tap("Ghi đã gắn").await;
    browser.see("Còn thiếu").await;
    to_shift(browser).await;
    find_case(browser, "cat bi", "VMTU 615902 6").await;
    browser.show("Đã ghi, chưa xác nhận").await;
    browser.shot("case-recorded").await;
    to_shift(browser).await;
}

async fn preflight_that_stops(browser: &Browser) {
    find_case(browser, "song cam", "LTRU 730522 3").await;
    begin_sealing(browser, "83181004").await;
    browser.see("Chưa được khóa").await;
    browser.shot("preflight-stop").await;
    browser.tap("Báo vướng mắc").await;
    browser.see("Vướng ở chỗ nào?").await;
    browser.type_into("Vướng ở chỗ nào?", "Seal sạc cả đêm vẫn báo pin 12 %.").await;
    browser.shot("report").await;
    browser.tap("Ghi và gửi").await;
    browser.see("Đã ghi").await;
    browser.shot("report-kept").await;
    browser.tap("Quay lại").await;
    browser.see("Chưa được khóa").await;
    scan(browser, "Đổi seal khác", Symbology::Code128, "83181005").await;
    browser.tap("Dùng seal này").await;
    browser.see("sóng mạnh hơn").await;
    browser.show("sóng mạnh hơn").await;
    browser.shot("preflight-stronger-neighbour").await;
}

async fn refused_lock(browser: &Browser, address: &str) {
    scan(browser, "Đổi seal khác", Symbology::Code128, "83181003").await;
    browser.tap("Dùng seal này").await;
    browser.tap("Thực hành: cắm cáp").await;
    browser.tap("Tiếp: khóa seal").await;
    browser.see("giữ nút để khóa").await;
    // Somebody pulls the rope out again behind the officer's back.
    browser.go(&format!("{address}/destination")).await;
    sign_in(browser, "lan.ht", "112358").await;
    open_practice(browser).await;
    browser.tap("8318 1003").await;
    browser.see("Muốn tập xử lý chuyện gì?").await;
    browser.shot("practice-seal").await;
    browser.tap("Cáp trong ổ").await;
    browser.see("cáp chưa cắm").await;
    leave_practice(browser).await;
    // The phone opens where it was.
    browser.go(&format!("{address}/origin")).await;
    browser.see("giữ nút để khóa").await;
    browser.hold("Khóa seal").await;
    browser.see("Seal không khóa").await;
    browser.shot("lock-refused").await;
    browser.tap("Đã sửa, kiểm tra lại").await;
    browser.see("Luồn cáp").await;
    to_shift(browser).await;
}

async fn uncertain_lock(browser: &Browser) {
    find_case(browser, "dong a", SILENT).await;
    begin_sealing(browser, "83181002").await;
    browser.tap("Thực hành: cắm cáp").await;
    browser.tap("Tiếp: khóa seal").await;
    browser.see("giữ nút để khóa").await;
    browser.hold("Khóa seal").await;
    browser.see("Đứng sát seal").await;
    browser.shot("lock-running").await;
    browser.see("Chưa rõ đã khóa hay chưa").await;
    browser.shot("lock-uncertain").await;
    browser.tap("Về hồ sơ").await;
    browser.see("Tờ khai vận chuyển").await;
    browser.shot("case-uncertain").await;
    to_shift(browser).await;
    browser.see("Chưa rõ khóa hay chưa, đọc lại").await;
    browser.shot("home-uncertain").await;
    browser.tap("Mở hồ sơ").await;
    browser.tap("Đọc lại trạng thái").await;
    browser.see("Giữ xe lại").await;
    browser.tap("Đọc lại trạng thái").await;
    browser.see("đóng và đang giám sát").await;
    browser.shot("lock-settled").await;
    browser.tap("Tiếp: chụp ảnh").await;
    to_shift(browser).await;
}

async fn stuck_item(browser: &Browser, data: &Path) {
    network(browser, "Mất").await;
    find_case(browser, "dong a", SILENT).await;
    browser.tap("Chụp ảnh bằng chứng").await;
    photograph(browser, "doors", "Cửa và số container").await;
    browser.see("Còn thiếu").await;
    to_shift(browser).await;
    // The phone lost the file before it could be sent.
    std::fs::remove_dir_all(data.join("origin/photos/sealed")).expect("the photographs are there");
    network(browser, "Có").await;
    browser.tap("Chờ gửi").await;
    browser.see("Tệp ảnh không còn trên máy").await;
    browser.shot("queue-stuck").await;
}

async fn two_phones_on_one_seal(browser: &Browser, address: &str) {
    // A second phone of the unit knows the case, and goes into a dead zone.
    browser.go(&format!("{address}/owner")).await;
    sign_in(browser, "hoa.pt", "135790").await;
    browser.see("Niêm phong container").await;
    network(browser, "Mất").await;
    // An locks the seal, and the central hears of it.
    browser.go(&format!("{address}/origin")).await;
    to_shift(browser).await;
    locked(browser, "sao bac", SHOWN_TWICE, "83181001").await;
    // Hoa, who cannot know, records the same seal as locked at its keypad.
    browser.go(&format!("{address}/owner")).await;
    find_case(browser, "sao bac", SHOWN_TWICE).await;
    browser.tap("Bắt đầu niêm phong").await;
    browser.tap("Tiếp: quét seal").await;
    browser.see("Chĩa vào nhãn seal").await;
    browser.tap("Đóng").await;
    browser.tap("Seal cơ khí, thẻ, bàn phím").await;
    browser.type_into("Số seal", "83181001").await;
    browser.type_into("Gõ lại lần nữa", "83181001").await;
    browser.tap("Seal định vị điện tử").await;
    browser.tap("Bàn phím trên seal").await;
    browser.tap("Ghi đã gắn").await;
    browser.see("Còn thiếu").await;
    to_shift(browser).await;
    network(browser, "Có").await;
    find_case(browser, "sao bac", SHOWN_TWICE).await;
    browser.see("Hai máy ghi khác nhau").await;
    browser.shot("case-conflict").await;
    to_shift(browser).await;
}

async fn check_on_the_way(browser: &Browser, address: &str) {
    // The truck is stopped on the way: the phone is in the hands of an officer of another unit.
    browser.go(&format!("{address}/owner")).await;
    sign_out(browser).await;
    browser.tap("Lê Thị Chi").await;
    open_practice(browser).await;
    for _ in 0..4 {
        browser.tap("+1 giờ").await;
    }
    leave_practice(browser).await;
    find_case(browser, "dong a", SILENT).await;
    browser.shot("case-en-route").await;
    scan(browser, "Kiểm tra dọc đường", Symbology::Code128, "83181002").await;
    browser.tap("Kiểm tra seal này").await;
    browser.tap("Đọc nhật ký seal").await;
    browser.see("Báo vị trí đều").await;
    browser.shot("en-route-log").await;
    browser.tap("Kiểm tra bằng tay").await;
    check_by_hand(browser).await;
    browser.see("Đủ 5 bước").await;
    browser.shot("hand-checks-done").await;
    browser.tap("Kết luận").await;
    browser.tap("Nguyên vẹn").await;
    browser.see("Hướng xử lý").await;
    browser.tap("xe đi tiếp").await;
    browser.shot("en-route-verdict").await;
    to_shift(browser).await;
}

/// Five answers, all good.
async fn check_by_hand(browser: &Browser) {
    for good in ["Nguyên vẹn", "Trùng số", "Cáp liền", "Vỏ kín", "Còn chắc"] {
        browser.tap_exactly(good).await;
    }
}

async fn second_officer(browser: &Browser, address: &str) {
    browser.go(&format!("{address}/destination")).await;
    sign_in(browser, "lan.ht", "112358").await;
    open_practice(browser).await;
    for _ in 0..7 {
        browser.tap("+1 giờ").await;
    }
    leave_practice(browser).await;
    // The supervisor sees both records side by side.
    find_case(browser, "sao bac", SHOWN_TWICE).await;
    browser.tap("Xem và xử lý").await;
    browser.see("Bản ghi nào đúng?").await;
    browser.shot("conflict-supervisor").await;
    to_shift(browser).await;
    sign_out(browser).await;
    browser.tap("Trần Thị Bình").await;
    browser.see("Việc tiếp theo").await;
    find_case(browser, "sao bac", SHOWN_TWICE).await;
    browser.tap("Xem và xử lý").await;
    browser.see("Không chờ được").await;
    browser.shot("conflict-two-officers").await;
    browser.show("Lý do").await;
    browser.shot("conflict-two-officers-below").await;
    browser.tap("Quay lại").await;
    // Taken off by two officers.
    browser.tap("Kiểm tra không quét nhãn").await;
    browser.tap("Đọc nhật ký seal").await;
    browser.tap("Kiểm tra bằng tay").await;
    check_by_hand(browser).await;
    browser.tap("Kết luận").await;
    browser.tap("Nguyên vẹn").await;
    browser.tap("Chấp nhận, gỡ seal").await;
    browser.tap("Ghi kết luận, sang gỡ seal").await;
    browser.see("Cần người thứ hai").await;
    browser.show("Cần người thứ hai").await;
    browser.shot("second-officer").await;
    browser.hold("Gỡ seal").await;
    browser.see("Không xác nhận được người thứ hai").await;
    browser.show("Không xác nhận được người thứ hai").await;
    browser.shot("second-officer-wrong").await;
    browser.type_into("Tài khoản người thứ hai", "lan.ht").await;
    browser.type_into("Mã PIN của người thứ hai", "112358").await;
    browser.type_into("Vì sao không chờ được", "Xe hàng tươi, đã kiểm tra seal tại chỗ").await;
    browser.hold("Gỡ seal").await;
    browser.see("đã mở").await;
    browser.shot("opened-by-two").await;
    to_shift(browser).await;
    find_case(browser, "sao bac", SHOWN_TWICE).await;
    browser.show("Seal trên container").await;
    browser.shot("case-closed").await;
    browser.tap("Seal định vị").await;
    browser.see("Ai đã giữ seal").await;
    browser.shot("seal-history").await;
    to_shift(browser).await;
}

async fn dead_seal(browser: &Browser) {
    open_practice(browser).await;
    trouble(browser, "8318 1002", "Seal chết").await;
    leave_practice(browser).await;
    find_case(browser, "dong a", SILENT).await;
    browser.tap("Kiểm tra không quét nhãn").await;
    browser.tap("Đọc lại nhật ký").await;
    browser.see("Không nghe thấy seal").await;
    browser.shot("seal-log-not-heard").await;
    browser.tap("Kiểm tra bằng tay").await;
    browser.see("Seal có nguyên vẹn không?").await;
    browser.shot("hand-check-no-photo").await;
    check_by_hand(browser).await;
    browser.tap("Kết luận").await;
    browser.tap("Seal điện tử lỗi").await;
    browser.tap("Chấp nhận có lý do").await;
    browser.tap("Seal hết pin dọc đường").await;
    browser.show("Lý do chấp nhận").await;
    browser.shot("verdict-dead").await;
    browser.tap("Ghi kết luận, sang cắt seal").await;
    browser.see("Cắt trước mặt người chứng kiến").await;
    browser.shot("cut-off").await;
    browser.aim_at("cut_seal").await;
    browser.tap("Cáp hoặc seal bị cắt").await;
    shoot(browser, "Ảnh đạt").await;
    browser.tap("Giữ ảnh này").await;
    browser.type_into("Vì sao không mở được", "Hết pin, sạc 20 phút không lên").await;
    browser.type_into("Người chứng kiến", "Lê Đình Thắng, lái xe").await;
    browser.sign().await;
    browser.see("Giữ để ghi đã cắt").await;
    browser.shot("cut-off-signed").await;
    browser.hold("Giữ để ghi đã cắt").await;
    browser.see("Tờ khai vận chuyển").await;
    browser.show("Seal trên container").await;
    browser.shot("case-cut").await;
    to_shift(browser).await;
}

async fn ways_home(browser: &Browser) {
    browser.tap("Trả seal").await;
    browser.see("Chọn một trong hai").await;
    browser.shot("returns").await;
    browser.tap("Dùng cho lô đi Đình Vũ").await;
    browser.see("Chạm lô để hẹn seal").await;
    browser.shot("reuse").await;
    browser.tap("VMTU 616087 6").await;
    browser.see("Seal đã hẹn cho một lô về").await;
    browser.shot("reuse-promised").await;
    browser.tap("Bỏ hẹn").await;
    browser.see("Chạm lô để hẹn seal").await;
    browser.tap("Quay lại").await;
    browser.tap("Gửi chuyển phát").await;
    browser.see("chưa bỏ vào").await;
    browser.tap("Quay lại").await;
    browser.tap("Kiện gửi seal").await;
    browser.see("Đang đóng").await;
    browser.shot("parcels").await;
    to_shift(browser).await;
}

async fn settings(browser: &Browser) {
    to_shift(browser).await;
    browser.tap("Mở cài đặt").await;
    browser.see("Dữ liệu trên máy").await;
    browser.shot("settings").await;
    browser.tap_exactly("Tối").await;
    browser.settle().await;
    browser.shot("settings-dark").await;
    browser.tap("Nắng gắt").await;
    browser.settle().await;
    browser.shot("settings-sunlight").await;
    browser.tap("Đeo găng tay").await;
    browser.settle().await;
    browser.shot("settings-gloves").await;
    browser.tap("English").await;
    browser.see("Settings").await;
    browser.shot("settings-english").await;
    browser.tap("Back").await;
    browser.see("Next task").await;
    browser.shot("home-english").await;
}
