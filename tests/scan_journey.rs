//! Scanning in a real browser whose camera films what a yard shows: a label that moves, one in the dark, one askew, two at
//! once, a smeared one, one that leaves the picture, nothing. What the officer reads and hears. Screenshots land in
//! `target/journey/scan/`.

use std::path::Path;

use crate::browser::{Browser, practice};
use seal_core::scan::Symbology;
use seal_field::adapters::barcode::{Formats, FrameReader};
use seal_prints::scene::{self, Label, Scene};

const CONTAINER: &str = "SFPU4820155";
const OTHER: &str = "SFPU4821779";
const SEAL: &str = "83181010";
const AIM: &str = "Chĩa vào mã hoặc số bất kỳ";

#[tokio::test]
async fn what_a_yard_shows_the_camera() {
    let work = tempfile::tempdir().unwrap();
    let (_practice, address) = practice(&work.path().join("data"));
    let shots = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/journey/scan");
    let _ = std::fs::remove_dir_all(&shots);
    let browser = Browser::start(work.path(), &shots).await;
    browser.go(&format!("{address}/origin")).await;
    browser.tap("Nguyễn Văn An").await;
    browser.see("Niêm phong container").await;
    nothing(&browser).await;
    moving(&browser).await;
    dark(&browser).await;
    tilted(&browser).await;
    two(&browser).await;
    unknown(&browser).await;
    hints(&browser).await;
    quiet(&browser).await;
    browser.close().await;
}

/// The films without a browser: how many of ten frames show each label outlined.
#[test]
fn labels_of_the_films_are_outlined_on_most_frames() {
    for (name, scene, labels, least) in [
        ("moving", Scene::of(&[linear(CONTAINER).moving(170., 90.)]), 1, 7),
        ("dark", Scene::of(&[linear(SEAL).module(5.)]).dark(0.16), 1, 7),
        ("tilted", Scene::of(&[linear(CONTAINER).tilted(33.)]), 1, 7),
        ("two", two_labels(), 2, 7),
        ("nothing", Scene::default(), 0, 10),
    ] {
        let mut reader = FrameReader::new();
        let seen: Vec<usize> = (0..10)
            .map(|n| {
                let frame = scene.frame(n).unwrap().into_raw();
                reader.read(frame, scene::WIDTH, scene::HEIGHT, Formats::SCAN).unwrap().found.len()
            })
            .collect();
        assert!(seen.iter().filter(|n| **n == labels).count() >= least, "{name}: {seen:?}");
    }
}

fn two_labels() -> Scene {
    let one = linear(CONTAINER).at(640., 190.).module(3.5);
    let other = linear(OTHER).at(640., 520.).module(3.5).tilted(-4.);
    Scene::of(&[one, other])
}

fn linear(text: &str) -> Label {
    Label::new(Symbology::Code128, text)
}

/// From the shift: the scan of anything, with this before the camera.
async fn look(browser: &Browser, scene: &Scene) {
    browser.film(&scene.film().unwrap());
    browser.tap_exactly("Quét").await;
    browser.frames(1).await;
}

async fn leave(browser: &Browser) {
    browser.tap("Đóng").await;
    browser.see("Việc tiếp theo").await;
}

/// A wall, ribs and a door bar: frames go by, nothing is read, nothing opens, and the officer is told where to aim.
async fn nothing(browser: &Browser) {
    look(browser, &Scene::default()).await;
    let before = browser.camera_count("frames").await;
    browser.frames(25).await;
    assert!(browser.camera_count("frames").await >= before + 25);
    browser.see(AIM).await;
    assert_eq!(browser.outlines().await, 0);
    let text = browser.text().await;
    assert!(!text.contains("Nhận là") && !text.contains("Đọc được"), "{text}");
    for cue in ["right", "wrong", "sounded", "vibrated"] {
        assert_eq!(browser.camera_count(cue).await, 0, "{cue}");
    }
    browser.shot("nothing").await;
    leave(browser).await;
}

/// The label swings by a third of the picture.
async fn moving(browser: &Browser) {
    look(browser, &Scene::of(&[linear(CONTAINER).moving(170., 90.)])).await;
    browser.see("Nhận là Số container vì").await;
    browser.see("chữ số kiểm tra đúng").await;
    browser.outlined(1).await;
    browser.shot("moving").await;
    assert_eq!(browser.camera_count("right").await, 1, "one reading, one tone");
    assert_eq!(browser.camera_count("sounded").await, 1);
    // It is still there, and says nothing more.
    browser.frames(10).await;
    assert_eq!(browser.camera_count("right").await, 1);
    leave(browser).await;
}

/// A seal's number has no check digit: two frames of a dark, grainy picture must agree.
async fn dark(browser: &Browser) {
    look(browser, &Scene::of(&[linear(SEAL).module(5.)]).dark(0.16)).await;
    browser.see("Nhận là Số seal vì").await;
    browser.see("số này có trong sổ seal").await;
    browser.outlined(1).await;
    browser.shot("dark").await;
    leave(browser).await;
}

async fn tilted(browser: &Browser) {
    for degrees in [33., -27.] {
        look(browser, &Scene::of(&[linear(CONTAINER).tilted(degrees)])).await;
        browser.see("chữ số kiểm tra đúng").await;
        browser.outlined(1).await;
        browser.shot("tilted").await;
        leave(browser).await;
    }
}

/// Two containers in view: both outlined, none taken; a touch on one decides.
async fn two(browser: &Browser) {
    let wrong = browser.camera_count("wrong").await;
    look(browser, &two_labels()).await;
    browser.see("Trong hình có 2 mã. Chạm mã cần dùng.").await;
    browser.outlined(2).await;
    browser.shot("two").await;
    assert!(!browser.text().await.contains("Mở hồ sơ container này"), "nothing to open before the choice");
    assert_eq!(browser.camera_count("wrong").await, wrong + 1, "look at the screen");
    browser.frames(10).await;
    browser.see("Trong hình có 2 mã").await;
    browser.touch_outline(1).await;
    browser.see("Nhận là Số container vì").await;
    browser.frames(5).await;
    browser.see(OTHER).await;
    browser.shot("two-touched").await;
    browser.tap("Mở hồ sơ container này").await;
    browser.see("Hồ sơ container").await;
    browser.see("S F P U, 4 8 2 1 7 7, số kiểm tra 9").await;
    browser.shot("two-opened").await;
    browser.tap("Quay lại").await;
    leave(browser).await;
}

/// What is read and means nothing is told by another tone.
async fn unknown(browser: &Browser) {
    let wrong = browser.camera_count("wrong").await;
    let sounded = browser.camera_count("sounded").await;
    look(browser, &Scene::of(&[Label::new(Symbology::Qr, "Lô 7 / kho B; ?x=1").module(9.)])).await;
    browser.see("Đọc được, nhưng đây là gì?").await;
    assert_eq!(browser.camera_count("wrong").await, wrong + 1);
    assert_eq!(browser.camera_count("sounded").await, sounded + 1);
    browser.shot("unknown").await;
    leave(browser).await;
}

/// Nothing is read, and the picture says why.
async fn hints(browser: &Browser) {
    for (name, scene, words) in [
        ("hint-dark", Scene::default().dark(0.1), "Tối quá, bật đèn"),
        ("hint-closer", Scene::of(&[linear(CONTAINER).module(1.)]).blurred(1.), "Mã nhỏ quá, đưa gần lại"),
        ("hint-blurred", Scene::of(&[linear(CONTAINER).module(4.)]).blurred(5.), "Hình nhòe, giữ yên tay"),
        ("hint-cut-off", Scene::of(&[linear(CONTAINER).at(1130., 360.).module(4.5)]), "Mã ra ngoài hình"),
    ] {
        look(browser, &scene).await;
        browser.see(words).await;
        assert_eq!(browser.outlines().await, 0, "{name}");
        browser.shot(name).await;
        leave(browser).await;
    }
}

/// Tones switched off on this phone.
async fn quiet(browser: &Browser) {
    browser.tap("Mở cài đặt").await;
    browser.tap("Tiếng báo").await;
    browser.show("Tiếng báo").await;
    browser.shot("settings").await;
    browser.tap("Quay lại").await;
    browser.see("Việc tiếp theo").await;
    let (right, sounded) = (browser.camera_count("right").await, browser.camera_count("sounded").await);
    look(browser, &Scene::of(&[linear(CONTAINER)])).await;
    browser.see("chữ số kiểm tra đúng").await;
    assert_eq!(browser.camera_count("right").await, right + 1, "vibration is left on");
    assert_eq!(browser.camera_count("sounded").await, sounded, "no tone");
}
