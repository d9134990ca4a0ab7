//! What an officer's hands do again and again: sign in, turn the network, find the way back to the shift.

use seal_core::scan::Symbology;

use super::browser::Browser;

/// From any screen to the shift: by the navigation where there is one, else back step by step.
pub async fn to_shift(browser: &Browser) {
    for _ in 0..40 {
        if browser.tap_if_there("Ca trực").await {
            browser.see("Việc tiếp theo").await;
            return;
        }
        for way in ["Quay lại", "Đóng", "Về hồ sơ"] {
            if browser.tap_if_there(way).await {
                break;
            }
        }
        browser.settle().await;
    }
    panic!("no way to the shift");
}

/// The practice screen, from the shift.
pub async fn open_practice(browser: &Browser) {
    browser.tap("Ca trực").await;
    browser.tap("Mở cài đặt").await;
    browser.tap("Chế độ thực hành").await;
    browser.see("Seal mô phỏng").await;
}

/// From the practice screen over the settings to the shift.
pub async fn leave_practice(browser: &Browser) {
    browser.tap("Quay lại").await;
    browser.see("Dữ liệu trên máy").await;
    browser.tap("Quay lại").await;
    browser.see("Việc tiếp theo").await;
}

/// Turns this phone's practice network on or off.
pub async fn network(browser: &Browser, state: &str) {
    open_practice(browser).await;
    browser.tap(state).await;
    browser.shot(&format!("practice-network-{}", if state == "Mất" { "off" } else { "on" })).await;
    leave_practice(browser).await;
}

/// On the practice screen: what will happen with a seal.
pub async fn trouble(browser: &Browser, seal: &str, trouble: &str) {
    browser.tap(seal).await;
    browser.see(&format!("Seal {seal}")).await;
    browser.tap(trouble).await;
    browser.tap_exactly("Xong").await;
    // The list moves up: the next tap must not land on a neighbour.
    browser.gone("Muốn tập xử lý chuyện gì?").await;
}

/// Signs in by account and PIN.
pub async fn sign_in(browser: &Browser, account: &str, pin: &str) {
    browser.see("Ai đang trực?").await;
    browser.tap("Nhập tài khoản khác").await;
    browser.type_into("Tài khoản", account).await;
    type_pin(browser, pin).await;
    browser.see("Việc tiếp theo").await;
}

/// Types a PIN on the pad.
pub async fn type_pin(browser: &Browser, pin: &str) {
    for digit in pin.chars() {
        browser.tap_exactly(&digit.to_string()).await;
    }
}

/// Ends the session, from the shift.
pub async fn sign_out(browser: &Browser) {
    browser.tap("Mở cài đặt").await;
    browser.tap("Khóa máy, đổi người").await;
    browser.tap_in_dialog("Khóa máy, đổi người").await;
    browser.see("Ai đang trực?").await;
}

/// Holds a code before the camera of the scan that `act` opens.
pub async fn scan(browser: &Browser, act: &str, symbology: Symbology, text: &str) {
    browser.hold_up(symbology, text).await;
    browser.tap(act).await;
}

/// The same with the navigation's scan button.
pub async fn scan_anything(browser: &Browser, symbology: Symbology, text: &str) {
    browser.hold_up(symbology, text).await;
    browser.tap_exactly("Quét").await;
}

/// Presses the shutter until the camera has given a picture, and waits for what is said of it.
pub async fn shoot(browser: &Browser, said: &str) {
    browser.tap_exactly("Chụp").await;
    for _ in 0..40 {
        browser.settle().await;
        let text = browser.text().await;
        if text.contains(said) {
            return;
        }
        if text.contains("Chờ thấy hình rồi chụp lại") {
            browser.tap_if_there("Chụp").await;
        }
    }
    browser.see(said).await;
}

/// Takes the photograph of a tile and keeps it.
pub async fn photograph(browser: &Browser, scene: &str, tile: &str) {
    browser.aim_at(scene).await;
    browser.tap(tile).await;
    shoot(browser, "Ảnh đạt").await;
    if scene == "closed_lock" {
        browser.shot("photo-good").await;
    }
    browser.tap("Giữ ảnh này").await;
}
