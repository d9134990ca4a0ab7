//! Every trouble an officer may meet, one test each: the real act or screen runs, and the Vietnamese on the screen says
//! what happened and what to do.

use crate::common;

use std::sync::Arc;

use crate::bench::*;
use crate::common::pump::{Fault, Model, Pump};
use crate::common::{Device, case_id, office, seal};
use crate::phone::{Eye, Phone};
use crate::tired_vault::TiredVault;
use image::{DynamicImage, ImageFormat, Luma};
use jiff::SignedDuration;
use seal_core::codes::SealType;
use seal_core::doc::{CaseDoc, Doc, SealDoc, SealLife, SealRadio};
use seal_core::event::SignedEvent;
use seal_core::evidence::{PhotoQuality, PhotoRole};
use seal_core::fact::{CodeRead, Fact, SecondOfficer, Stage};
use seal_core::ids::{CommandId, OfficerId};
use seal_core::inspection::Verdict;
use seal_core::officer::{Officer, Role};
use seal_core::outbox::{OutboxState, QueueItem, QueueWhat};
use seal_core::rules::RulePack;
use seal_core::scan::Symbology;
use seal_core::seal::reading::LockAction;
use seal_core::seal::state::SealState;
use seal_core::wire::{B64, Change};
use seal_field::actions::arm_seal::arm_seal;
use seal_field::actions::decide_conflict::{decide_conflict, second_officer};
use seal_field::actions::draft;
use seal_field::actions::inspect::inspect;
use seal_field::actions::pair_seal::pair_seal;
use seal_field::actions::read_seal_log::read_seal_log;
use seal_field::adapters::photo_files::PhotoFolder;
use seal_field::adapters::seals::yard::{RadioDelays, YardRadio};
use seal_field::ports::camera::{CameraTrouble, Seen, Still};
use seal_field::ports::store::{Sendable, Store as _};
use seal_field::ports::sync::SyncStatus;
use seal_field::ports::vault::{Key, VaultError};
use seal_field::ui::route::{Route, ScanFor};
use seal_simulator::{Reach as _, SealSpec, Trouble};

/// The bench with offices that have names, the shipped rules, and a camera.
fn world(trouble: &[Trouble]) -> (Bench, Arc<Eye>) {
    world_of(good(SEAL).with(trouble))
}

fn world_of(spec: SealSpec) -> (Bench, Arc<Eye>) {
    let mut bench = Bench::with_spec(spec);
    let rules = RulePack::parse(include_str!("../assets/rules/2026.json")).unwrap();
    bench.rules(rules, &[("03EE", "Đình Vũ"), ("15BB", "Hữu Nghị"), ("02CI", "Cảng Sài Gòn KV1")]);
    let person = |officer: &Officer, name: &str| Doc::Officer(Officer { name: name.to_owned(), ..officer.clone() });
    bench.documents(vec![
        person(&bench.a, "Nguyễn Minh Khoa"),
        person(&bench.b, "Trần Thị Hà"),
        person(&supervisor(), "Lê Văn Sơn"),
    ]);
    let eye = Eye::new();
    bench.kit.camera = eye.clone();
    (bench, eye)
}

fn supervisor() -> Officer {
    officer("son.lv", "15BB", &[Role::Officer, Role::Supervisor])
}

fn preflight(bench: &Bench) -> Phone {
    Phone::open(&bench.kit, &bench.a, &Route::Preflight { case: bench.case, seal: bench.no.clone() })
}

fn lock(bench: &Bench, officer: &Officer, action: LockAction) -> Phone {
    Phone::open(&bench.kit, officer, &Route::Lock { case: bench.case, seal: bench.no.clone(), action })
}

async fn pair(bench: &Bench) {
    drop(pair_seal(&bench.kit, &bench.a, bench.case, &bench.no, &PATIENCE).await.unwrap());
}

async fn arm(bench: &Bench) {
    pair(bench).await;
    arm_seal(&bench.kit, &bench.a, bench.case, &bench.no, Vec::new(), &PATIENCE, &quiet).await.unwrap();
}

/// Armed at 03EE; read and accepted at 15BB nine hours later.
async fn inspected(bench: &Bench) {
    arm(bench).await;
    bench.pass(SignedDuration::from_hours(9));
    read_seal_log(&bench.kit, &bench.b, bench.case, &bench.no, &PATIENCE).await.unwrap();
    inspect(&bench.kit, &bench.b, bench.case, inspection(&bench.no, Verdict::Accept, "")).unwrap();
}

/// Codes read that wait to be sent, in order.
fn codes_read(bench: &Bench) -> Vec<CodeRead> {
    let due = bench.device.store.take_due(bench.now(), 100).unwrap();
    bench.device.store.revive().unwrap();
    let code = |item| {
        let Sendable::Event { cose, .. } = item else { return None };
        match SignedEvent::read(&cose).unwrap().event.fact {
            Fact::CodeRead(code) => Some(code),
            _ => None,
        }
    };
    due.into_iter().filter_map(code).collect()
}

// ── codes ──

#[tokio::test(start_paused = true)]
async fn unreadable_code() {
    let (bench, eye) = world(&[]);
    let mut phone = Phone::open(&bench.kit, &bench.a, &Route::Scan { purpose: ScanFor::Anything });
    for (why, happened, todo) in [
        ("empty", "Trong ảnh không có mã đọc được", "Chọn ảnh rõ hơn, hoặc gõ số"),
        ("heic", "Ảnh HEIC chưa đọc được", "Chọn ảnh JPEG, hoặc gõ số"),
        ("broken", "Tệp ảnh hỏng", "Chọn ảnh khác, hoặc gõ số"),
        ("too_large", "Ảnh quá lớn", "Chọn ảnh nhỏ hơn, hoặc gõ số"),
    ] {
        eye.seen.send(Seen::NothingInPicture { why: why.to_owned() }).unwrap();
        phone.comes_to_say(&[happened, todo, "Gõ số"]).await;
    }
    for (trouble, happened, todo) in [
        (CameraTrouble::NotAllowed, "Ứng dụng chưa được dùng máy ảnh", "Cho phép trong cài đặt máy"),
        (CameraTrouble::NoCamera, "Máy này không có máy ảnh", "Gõ số, hoặc chọn từ ảnh"),
        (CameraTrouble::NoPicture("x".to_owned()), "Máy ảnh không cho hình", "Đóng ứng dụng khác"),
    ] {
        eye.seen.send(Seen::Trouble(trouble)).unwrap();
        phone.comes_to_say(&[happened, todo]).await;
    }
    phone.press("Gõ số");
    phone.says(&["Gõ: Số container"]);
}

#[tokio::test(start_paused = true)]
async fn readable_but_unknown_content() {
    let (bench, eye) = world(&[]);
    let scan = Route::Scan { purpose: ScanFor::Case { case: bench.case } };
    let mut phone = Phone::open(&bench.kit, &bench.a, &scan);
    let raw = "Lô 7 / kho B; ?x=1";
    eye.shows(&[(Symbology::Qr, raw)]);
    phone
        .comes_to_say(&["Đọc được, nhưng đây là gì?", "Không khớp số kiểm tra", "giữ nguyên văn", raw, "Quét lại"])
        .await;
    phone.press("Giữ nguyên văn");
    phone.comes_to_say(&["Đã giữ nguyên văn cùng giờ quét"]).await;
    let kept = codes_read(&bench);
    assert_eq!(kept.len(), 1);
    assert_eq!((kept[0].raw.as_str(), kept[0].taken_for.as_str(), kept[0].value.as_str()), (raw, "unknown", ""));

    // A number without a check digit, of a shape a seal may have: the officer picks, and the fact says so.
    let mut phone = Phone::open(&bench.kit, &bench.a, &Route::Scan { purpose: ScanFor::Anything });
    let raw = "TEM77441";
    eye.shows(&[(Symbology::Code128, raw)]);
    phone.comes_to_say(&["Đọc được, nhưng đây là gì?", "Chọn loại số", raw]).await;
    phone.press("Số seal");
    phone.comes_to_say(&["Không có trong sổ", "Xem seal này"]).await;
    phone.press("Xem seal này");
    let picked = codes_read(&bench).pop().unwrap();
    assert_eq!((picked.raw.as_str(), picked.picked_by_officer), (raw, true));
}

#[tokio::test(start_paused = true)]
async fn wrong_check_digit() {
    let (bench, eye) = world(&[]);
    let mut phone = Phone::open(&bench.kit, &bench.a, &Route::Scan { purpose: ScanFor::Anything });
    let wrong = "CSQU3054384";
    eye.shows(&[(Symbology::Code128, wrong)]);
    let words = ["Gần đúng, nhưng có chỗ sai", "dãy này phải kết thúc bằng 3", "Nhìn lại vỏ, chạm số đúng", wrong];
    phone.comes_to_say(&words).await;
    phone.says(&["Có trong ca", "Quét lại"]);

    let typed = |initial: &str| {
        let route = Route::TypeNumber { purpose: ScanFor::Anything, initial: initial.to_owned() };
        Phone::open(&bench.kit, &bench.a, &route)
    };
    let mut phone = typed(wrong);
    phone.says(&["dãy này phải kết thúc bằng 3", "Nhìn lại vỏ, chạm số đúng", "sai số cuối", "Có trong ca"]);
    let marked = phone.html().split_once("cell--bad").unwrap().1.to_owned();
    assert!(marked[marked.find('>').unwrap() + 1..].trim_start().starts_with('4'), "the wrong character is marked");
    assert_eq!(phone.html().matches("cell--bad").count(), 1);
    phone.press("C S Q U, 3 0 5 4 3 8, số kiểm tra 3");
    phone.press("Dùng số này");
    phone.says(&["Hồ sơ container"]);
    let picked = codes_read(&bench).pop().unwrap();
    assert_eq!((picked.raw.as_str(), picked.value.as_str()), (wrong, "CSQU3054383"));
    assert!(picked.picked_by_officer);
    typed("CS9U3054383").says(&["Ký tự thứ 3 phải là chữ cái", "Đọc lại"]);
    typed("CSQX3054383").says(&["Chữ thứ tư phải là U, J hoặc Z, ở đây là X", "Đọc lại"]);
    typed("CSQU30S4383").says(&["Ký tự thứ 7 phải là chữ số", "Đọc lại"]);
}

// ── seals ──

#[tokio::test(start_paused = true)]
async fn seal_retired_unknown_or_armed_elsewhere() {
    for (life, happened) in [
        (SealLife::Retired, "Seal đã bị loại khỏi sử dụng"),
        (SealLife::Lost, "Sổ ghi seal này đã mất"),
        (SealLife::InRepair, "Seal đang chờ sửa chữa"),
    ] {
        let (bench, _) = world(&[]);
        bench.documents(vec![Doc::Seal(SealDoc { life, ..seal_doc(SEAL) })]);
        let mut phone = preflight(&bench);
        phone.comes_to_say(&["Không dùng được seal", happened, "ổi seal khác"]).await;
        assert_eq!(bench.truth().commands_received, 0);
        phone.press("Đổi seal khác");
        phone.says(&["Chĩa vào nhãn seal"]);
    }

    let (bench, _) = world(&[]);
    let unknown = Route::Preflight { case: bench.case, seal: seal("99999999") };
    let mut phone = Phone::open(&bench.kit, &bench.a, &unknown);
    phone.comes_to_say(&["Sổ seal không có số này", "Kiểm tra lại số, hoặc đổi seal"]).await;

    bench.documents(vec![Doc::Case(CaseDoc { id: case_id(8), ..case_doc() })]);
    arm(&bench).await;
    let elsewhere = Route::Preflight { case: case_id(8), seal: bench.no.clone() };
    let mut phone = Phone::open(&bench.kit, &bench.a, &elsewhere);
    phone.comes_to_say(&["đang gắn trên một container khác", "Đổi seal khác, báo lãnh đạo ca"]).await;
    assert_eq!(bench.truth().commands_received, 1);

    for (doc, happened, todo) in [
        (
            SealDoc { radio: SealRadio::NotSpoken, ..seal_doc(SEAL) },
            "Ứng dụng chưa nói được sóng của seal này",
            "Khóa bằng thẻ, bàn phím hoặc trung tâm rồi ghi lại",
        ),
        (
            SealDoc { seal_type: SealType::Mechanical, ..seal_doc(SEAL) },
            "Đây không phải seal định vị",
            "Ghi như seal cơ khí, hoặc đổi seal",
        ),
    ] {
        let (bench, _) = world(&[]);
        bench.documents(vec![Doc::Seal(doc)]);
        preflight(&bench).comes_to_say(&[happened, todo]).await;
    }
}

#[tokio::test(start_paused = true)]
async fn seal_worked_in_this_case_already() {
    let (bench, _) = world(&[]);
    arm(&bench).await;
    let mut phone = preflight(&bench);
    phone.comes_to_say(&["Seal này đã khóa trong hồ sơ", "Quay lại hồ sơ, làm bước tiếp"]).await;
    phone.press("Làm tiếp");
    phone.says(&["Đã khóa", "Tiếp: chụp ảnh"]);

    let (bench, _) = world(&[Trouble::DropsLinkAfterLockMoved]);
    arm(&bench).await;
    let mut phone = preflight(&bench);
    phone.comes_to_say(&["Chưa rõ lệnh trước kết thúc ra sao", "Đọc lại trạng thái seal trước"]).await;
    phone.press("Làm tiếp");
    phone.says(&["Chưa rõ đã khóa hay chưa", "Giữ xe lại", "Đọc lại trạng thái"]);
    assert_eq!(bench.truth().commands_received, 1);
}

#[tokio::test(start_paused = true)]
async fn foreign_seal() {
    let (bench, _) = world(&[]);
    let toward = SealDoc { owner: office("15BB"), manager: office("15BB"), ..seal_doc(SEAL) };
    bench.documents(vec![Doc::Seal(toward)]);
    let mut phone = preflight(&bench);
    phone.comes_to_say(&["Seal của đơn vị khác, đang đi về đơn vị chủ: được dùng", "Tiếp: khóa seal"]).await;

    let (bench, _) = world(&[]);
    let away = SealDoc { owner: office("02CI"), manager: office("02CI"), ..seal_doc(SEAL) };
    bench.documents(vec![Doc::Seal(away)]);
    let mut phone = preflight(&bench);
    let warned = ["Seal của Cảng Sài Gòn KV1 02CI", "chuyến này không đi về đó", "Dùng seal của đơn vị nếu còn"];
    phone.comes_to_say(&warned).await;
    phone.says(&["Đổi seal khác", "Tiếp: khóa seal"]);
}

#[tokio::test(start_paused = true)]
async fn stronger_neighbour_seal() {
    let (bench, _) = world(&[Trouble::StrongerNeighbour]);
    bench.yard.add(SealSpec { rssi_dbm: -40, ..good("83181044") }).unwrap();
    let mut phone = preflight(&bench);
    phone.comes_to_say(&["8318 1044", "sóng mạnh hơn", "Máy không nối với seal đó", "Đối chiếu số trên nhãn"]).await;
    assert!(!bench.yard.seal(&seal("83181044")).unwrap().connected && bench.truth().connected);

    let (bench, _) = world(&[Trouble::WrongIdentity]);
    preflight(&bench)
        .comes_to_say(&["Seal trả lời mang số 8318 1002, không phải số trên nhãn", "Đổi seal, báo người giữ sổ seal"])
        .await;
}

#[tokio::test(start_paused = true)]
async fn seal_with_the_factory_password() {
    let (bench, _) = world_of(good_a7().with(&[Trouble::DefaultPassword]));
    let mut phone = preflight(&bench);
    phone.comes_to_say(&["Chưa được khóa", "Không đạt: Mật khẩu riêng", "Còn mật khẩu xuất xưởng"]).await;
    phone.says(&["Đổi seal, báo người giữ sổ seal", "Đổi seal khác"]);
    assert_eq!(bench.truth().commands_received, 0);
}

#[tokio::test(start_paused = true)]
async fn seal_whose_word_is_only_a_claim() {
    let (bench, _) = world_of(good_a7());
    let mut phone = preflight(&bench);
    phone
        .comes_to_say(&["Tiếp: khóa seal", "Chưa thử trên seal thật", "Vì sao", "Seal loại này không cho máy biết"])
        .await;
    phone.press("Chưa thử trên seal thật");
    phone.comes_to_say(&["mật khẩu đi trong mọi lệnh", "bằng chứng là của ta", "kéo thử cáp"]).await;
    // Of a seal that proves itself only the first is said.
    let (bench, _) = world(&[]);
    let mut phone = preflight(&bench);
    phone.comes_to_say(&["Chưa thử trên seal thật"]).await;
    phone.press("Chưa thử trên seal thật");
    phone.comes_to_say(&["mới chạy với seal mô phỏng"]).await;
    assert!(!phone.text().contains("mật khẩu đi trong mọi lệnh"));
    Phone::open(&bench.kit, &bench.a, &Route::Seal { seal: bench.no.clone() }).says(&["Chưa thử trên seal thật"]);
}

// ── the link ──

#[tokio::test(start_paused = true)]
async fn link_lost_before_the_lock_moved() {
    for (trouble, happened, todo) in [
        (Trouble::Dead, "Không nghe thấy seal", "Bấm nút trên thân seal cho đèn sáng, đứng sát, thử lại"),
        (Trouble::TooFar, "Sóng seal yếu quá", "Đưa máy sát seal rồi thử lại"),
    ] {
        // At the checks, and at the command: nothing is written, nothing was sent.
        let (bench, _) = world(&[trouble]);
        preflight(&bench).comes_to_say(&[happened, todo, "Thử lại"]).await;
        assert!(bench.kinds().is_empty());

        let (bench, _) = world(&[]);
        pair(&bench).await;
        bench.yard.set_trouble(&bench.no, &[trouble]).unwrap();
        let mut phone = lock(&bench, &bench.a, LockAction::Arm);
        phone.hold("Khóa seal");
        phone.comes_to_say(&[happened, todo, "giữ nút để khóa"]).await;
        assert_eq!(bench.kinds(), ["seal_prepared"]);
    }

    // What stops comes before what the hands do, and the act is to take another seal.
    let (bench, _) = world(&[Trouble::FlatBattery]);
    let mut phone = preflight(&bench);
    phone.comes_to_say(&["Chưa được khóa", "Không đạt: Pin", "Đổi seal khác"]).await;
    let text = phone.text();
    assert!(text.find("Sạc hoặc đổi seal") < text.find("Cáp"), "{text}");
    assert!(!text.contains("Làm ngay"), "nothing for the hands yet: {text}");

    // The command is written down and its way out is cut: nobody knows, until the seal is read.
    let (bench, _) = world(&[Trouble::DropsLinkBeforeCommand]);
    pair(&bench).await;
    let mut phone = lock(&bench, &bench.a, LockAction::Arm);
    phone.hold("Khóa seal");
    phone.comes_to_say(&["Chưa rõ đã khóa hay chưa", "Mất kết nối sau khi gửi lệnh"]).await;
    phone.says(&["Giữ xe lại", "Bấm “Đọc lại trạng thái”", "không gửi lệnh lần hai"]);
    phone.press("Đọc lại trạng thái");
    phone.comes_to_say(&["Seal báo chưa khóa", "Khóa lại"]).await;
    assert_eq!((bench.state(), bench.truth().commands_received), (SealState::Free, 0));
}

#[tokio::test(start_paused = true)]
async fn link_lost_during_and_after_the_lock_moved() {
    for trouble in [Trouble::DropsLinkWhileMoving, Trouble::DropsLinkAfterLockMoved] {
        let (bench, _) = world(&[trouble]);
        pair(&bench).await;
        let mut phone = lock(&bench, &bench.a, LockAction::Arm);
        phone.hold("Khóa seal");
        phone.comes_to_say(&["Chưa rõ đã khóa hay chưa", "Mất kết nối sau khi gửi lệnh", "Giữ xe lại"]).await;
        assert!(!phone.text().contains("Đã khóa"), "{trouble:?}: nothing is claimed");
        let case = Phone::open(&bench.kit, &bench.a, &Route::Case { case: bench.case });
        case.says(&["Chưa rõ đã khóa hay chưa", "Giữ xe lại", "Đọc lại trạng thái"]);
        phone.press("Đọc lại trạng thái");
        phone.comes_to_say(&["Đã khóa", "tự báo: đóng và đang giám sát", "Tiếp: chụp ảnh"]).await;
        assert_eq!(bench.truth().commands_received, 1, "{trouble:?}: read, not sent again");

        // The same when it is taken off.
        let (bench, _) = world(&[]);
        inspected(&bench).await;
        bench.yard.set_trouble(&bench.no, &[trouble]).unwrap();
        let mut phone = lock(&bench, &bench.b, LockAction::Disarm);
        phone.hold("Gỡ seal");
        phone.comes_to_say(&["Chưa rõ đã mở hay chưa", "Đừng mở cửa container", "Đọc lại trạng thái"]).await;
        phone.says(&["Đọc lại 2 lần vẫn chưa rõ", "cắt seal trước người chứng kiến"]);
        assert!(!phone.text().contains("gắn seal khác"), "another seal is no help at the destination");
        phone.press("Đọc lại trạng thái");
        phone.comes_to_say(&["Đã gỡ", "tự báo: đã mở"]).await;
    }

    // A clear no of the seal is no uncertainty: it may be done again.
    let (bench, _) = world(&[Trouble::MotorStuck]);
    pair(&bench).await;
    let mut phone = lock(&bench, &bench.a, LockAction::Arm);
    phone.hold("Khóa seal");
    phone
        .comes_to_say(&["Seal không khóa", "Chốt không chạy hết hành trình", "Nới cáp cho thẳng vào ổ", "Khóa lại"])
        .await;
}

// ── photographs ──

fn picture(sharp: bool) -> Still {
    let picture = image::ImageBuffer::from_fn(640, 480, |x, y| {
        let on = if sharp { (x / 8 + y / 8) % 2 == 0 } else { x > 320 };
        Luma([if on { 170_u8 } else { 80 }])
    });
    let mut picture = DynamicImage::ImageLuma8(picture);
    if !sharp {
        picture = picture.blur(12.0);
    }
    let mut bytes = std::io::Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(picture.to_rgb8()).write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
    Still { bytes: bytes.into_inner(), media_type: "image/jpeg".to_owned(), from_camera: true }
}

fn photograph(bench: &Bench) -> Phone {
    let route = Route::TakePhoto { case: Some(bench.case), role: PhotoRole::ClosedLock, stage: Stage::Arm };
    Phone::open(&bench.kit, &bench.a, &route)
}

#[tokio::test(start_paused = true)]
async fn photo_missing() {
    let (bench, eye) = world(&[]);
    arm(&bench).await;
    let photos = Route::Photos { case: bench.case, seal: bench.no.clone(), stage: Stage::Arm };
    Phone::open(&bench.kit, &bench.a, &photos).says(&["Còn thiếu", "Chụp: "]);

    *eye.still.lock().unwrap() = Err(CameraTrouble::NoPicture("x".to_owned()));
    let mut phone = photograph(&bench);
    phone.press("Chụp");
    phone.comes_to_say(&["Máy ảnh không cho hình", "Chờ thấy hình rồi chụp lại"]).await;

    // Taken, and its file is lost before it is sent.
    *eye.still.lock().unwrap() = Ok(picture(true));
    phone.press("Chụp");
    phone.comes_to_say(&["Giữ ảnh này"]).await;
    phone.press("Giữ ảnh này");
    std::fs::remove_dir_all(bench.folder.path().join("photos/sealed")).unwrap();
    Pump::new(&bench.device, Model::default()).run(100);
    let phone = Phone::open(&bench.kit, &bench.a, &Route::Queue);
    phone.says(&[
        "Cần sửa",
        "Tệp ảnh không còn trên máy",
        "Bản ghi vẫn còn",
        "Chụp lại nếu seal còn đó",
        "Báo vướng mắc",
    ]);
}

#[tokio::test(start_paused = true)]
async fn photo_blurred() {
    let (bench, eye) = world(&[]);
    *eye.still.lock().unwrap() = Ok(picture(false));
    let mut phone = photograph(&bench);
    phone.press("Chụp");
    phone.comes_to_say(&["Ảnh bị mờ", "Tì tay vào vỏ, lau ống kính, chụp lại", "Chụp lại", "Vẫn giữ ảnh này"]).await;
    phone.press("Vẫn giữ ảnh này");
    let Some(Fact::PhotoTaken(taken)) = bench.facts().pop() else { panic!("kept") };
    assert_eq!(taken.quality, PhotoQuality::Blurred, "kept as what it is");
}

#[tokio::test(start_paused = true)]
async fn disk_full() {
    let (mut bench, eye) = world(&[]);
    let full = PhotoFolder::with_free_space(&bench.folder.path().join("full"), &Key::new([1; 32]), |_| Some(1_000_000))
        .unwrap();
    bench.kit.photos = Arc::new(full);
    *eye.still.lock().unwrap() = Ok(picture(true));
    let mut phone = photograph(&bench);
    // Told before anything is photographed.
    phone.press("Chụp");
    phone.comes_to_say(&["Không đủ chỗ cho ảnh", "còn 1,0 MB", "Chưa ghi gì", "Xóa bớt tệp riêng rồi chụp lại"]).await;
    assert!(bench.kinds().is_empty(), "no fact without its photo");
}

// ── the central ──

/// The queue after `faults`, as the sync tells it.
fn queue_after(bench: &Bench, faults: &[Fault]) -> Phone {
    let model = Model { faults: faults.iter().copied().collect(), ..Model::default() };
    let mut pump = Pump::new(&bench.device, model).having_pulled();
    pump.run(2);
    // Until what is under way is answered.
    while pump.engine.view().busy {
        pump.run(1);
    }
    let view = pump.engine.view();
    let status = SyncStatus {
        online: view.online,
        since: Some(bench.now()),
        problem: view.problem.map(str::to_owned),
        next_try: view.next_try,
        ..SyncStatus::default()
    };
    Phone::open_with(&bench.kit, &bench.a, &Route::Queue, status)
}

#[tokio::test(start_paused = true)]
async fn central_down() {
    for (fault, happened, state) in [
        (Fault::LostRequest, "Mất mạng", "Chờ mạng"),
        (Fault::Busy(None), "Máy chủ đang bận hoặc ngừng", "Máy chủ bận"),
    ] {
        let (bench, _) = world(&[]);
        arm(&bench).await;
        let phone = queue_after(&bench, &[fault; 20]);
        phone.says(&[happened, "ự thử lại lúc", "chưa mất gì", state, "Thử gửi ngay"]);
        assert!(bench.device.store.queue().unwrap().iter().all(|item| item.state == OutboxState::Waiting));
    }
    // On every other screen the officer is told to go on.
    let (bench, _) = world(&[]);
    arm(&bench).await;
    let offline = SyncStatus { since: Some(bench.now()), ..SyncStatus::default() };
    for route in [Route::Case { case: bench.case }, Route::Returns, Route::Parcels, Route::Queue] {
        let screen = Phone::open_with(&bench.kit, &bench.a, &route, offline.clone());
        screen.says(&["Mất mạng", "Cứ làm tiếp", "đang giữ trên máy"]);
    }
}

#[tokio::test(start_paused = true)]
async fn central_refusing_one_item_while_others_flow() {
    let (bench, _) = world(&[]);
    arm(&bench).await;
    let events = bench.device.store.case_events(bench.case).unwrap();
    let prepared = events.iter().find(|signed| signed.event.fact.kind() == "seal_prepared").unwrap().event.id;
    let mut pump = Pump::new(&bench.device, Model { rejected: [prepared].into(), ..Model::default() });
    pump.run(100);
    assert_eq!(pump.model.order.len(), events.len() - 1, "the others arrived");
    let phone = Phone::open(&bench.kit, &bench.a, &Route::Queue);
    phone.says(&["Cần sửa", "Bị trả lại", "Máy chủ không nhận", "Mở hồ sơ xem lại rồi gửi lại, hoặc báo vướng mắc"]);
    phone.says(&["Các mục khác vẫn gửi bình thường", "Gửi lại", "Mở hồ sơ", "biên nhận"]);
}

#[tokio::test(start_paused = true)]
async fn central_answering_a_login_page() {
    let (bench, _) = world(&[]);
    arm(&bench).await;
    let phone = queue_after(&bench, &[Fault::Portal; 20]);
    phone.says(&[
        "Mạng đòi đăng nhập",
        "Mở trình duyệt, đăng nhập mạng, rồi gửi lại",
        "Chưa mục nào bị mất",
        "Thử gửi ngay",
    ]);
    assert!(bench.device.store.queue().unwrap().iter().all(|item| item.state == OutboxState::Waiting), "no receipt");

    let (bench, _) = world(&[]);
    arm(&bench).await;
    queue_after(&bench, &[Fault::SignIn; 20]).says(&["Phiên đăng nhập đã hết", "Đăng nhập lại để gửi"]);
}

#[tokio::test(start_paused = true)]
async fn central_that_is_not_trusted_forbids_or_wants_another_app() {
    for (fault, happened, what_to_do) in [
        (Fault::Tls, "Không tin được máy chủ", "Xem lại ngày giờ của máy: đang là 23/11/2026"),
        (Fault::Forbidden, "Máy chủ không cho gửi", "báo bộ phận quản lý"),
        (Fault::Upgrade, "Ứng dụng đã cũ", "Cập nhật rồi máy gửi tiếp"),
    ] {
        let (bench, _) = world(&[]);
        arm(&bench).await;
        let phone = queue_after(&bench, &[fault; 20]);
        phone.says(&[happened, what_to_do, "hưa mục nào bị mất", "Thử gửi ngay"]);
        assert!(bench.device.store.queue().unwrap().iter().all(|item| item.state == OutboxState::Waiting));
    }
}

// ── two devices ──

/// Another phone, which never heard of the arming, armed the same seal; its record arrives here.
async fn two_devices(bench: &Bench) {
    inspected(bench).await;
    let folder = tempfile::tempdir().unwrap();
    let other = Device::open(folder.path());
    let commanded = bench.facts().into_iter().find(|fact| fact.kind() == "lock_commanded");
    let Some(Fact::LockCommanded(mut commanded)) = commanded else { panic!() };
    commanded.command = CommandId(uuid::Uuid::new_v4());
    other.clock.advance(SignedDuration::from_hours(1));
    for event in other.write(Some(bench.case), vec![Fact::LockCommanded(commanded)]) {
        bench.changes(vec![Change::Event { server_seq: 1, cose: B64(event.cose) }]);
    }
}

#[tokio::test(start_paused = true)]
async fn two_devices_acting_on_one_seal() {
    let (bench, _) = world(&[]);
    two_devices(&bench).await;
    assert_eq!(bench.kinds().iter().filter(|kind| **kind == "lock_commanded").count(), 2, "both are kept");

    let case = Phone::open(&bench.kit, &bench.b, &Route::Case { case: bench.case });
    case.says(&["Hai máy ghi khác nhau", "Cả hai bản ghi đều được giữ", "Xem và xử lý"]);
    let conflict = Phone::open(&bench.kit, &bench.b, &Route::Conflict { case: bench.case });
    conflict.says(&["Giữ cả hai bản ghi", "Lãnh đạo đơn vị quyết định", "hai công chức cùng gỡ"]);

    // One officer alone cannot take it off.
    let sent = bench.truth().commands_received;
    let mut phone = lock(&bench, &bench.b, LockAction::Disarm);
    phone.says(&["Cần người thứ hai", "Lãnh đạo xử lý, hoặc người thứ hai đồng ý bằng mã PIN của mình kèm lý do"]);
    phone.hold("Gỡ seal");
    phone.comes_to_say(&["Không xác nhận được người thứ hai", "phải từng đăng nhập trên máy này"]).await;
    assert_eq!(bench.truth().commands_received, sent);

    // Two with a reason can.
    let second = SecondOfficer { officer: OfficerId("lan.pt".to_owned()), reason: "Mất sóng, xe chờ".to_owned() };
    let agreement = format!("second/{}/{}", bench.case, bench.no.as_str());
    draft::write(&bench.kit, &agreement, &Some(second)).unwrap();
    let mut phone = lock(&bench, &bench.b, LockAction::Disarm);
    assert!(!phone.text().contains("Cần người thứ hai"), "agreed on the screen of the conflict");
    phone.hold("Gỡ seal");
    phone.comes_to_say(&["Đã gỡ"]).await;
    assert_eq!(second_officer(&bench.kit, bench.case, &bench.no).unwrap(), None, "used up");
}

#[tokio::test(start_paused = true)]
async fn two_devices_until_a_supervisor_decides() {
    let (bench, _) = world(&[]);
    two_devices(&bench).await;
    let mut phone = Phone::open(&bench.kit, &supervisor(), &Route::Conflict { case: bench.case });
    phone.says(&["Bản ghi nào đúng?", "Lý do"]);
    phone.press("Quyết định");
    phone.comes_to_say(&["Chọn bản ghi đúng"]).await;
    let conflict = bench.view().open_conflict(&bench.no).cloned().unwrap();
    let ours = conflict.events[0];
    decide_conflict(&bench.kit, &supervisor(), bench.case, &bench.no, ours, "Máy kia ghi nhầm seal").unwrap();
    let mut phone = lock(&bench, &bench.b, LockAction::Disarm);
    assert!(!phone.text().contains("Cần người thứ hai"));
    phone.hold("Gỡ seal");
    phone.comes_to_say(&["Đã gỡ"]).await;
}

// ── the signing key gone ──

#[tokio::test(start_paused = true)]
async fn signing_key_lost() {
    let (mut bench, _) = world(&[]);
    pair(&bench).await;
    let whole = bench.kit.vault.clone();
    bench.kit.vault = Arc::new(TiredVault::after(0, whole, || VaultError::SigningKeyLost("it is gone".to_owned())));
    let written = bench.kinds();
    let words = ["Khóa ký của máy này đã mất", "lần này chưa ghi gì", "Ghi giấy, dùng máy khác", "Đừng xóa ứng dụng"];

    // A command that cannot be written down is not sent.
    let mut phone = lock(&bench, &bench.a, LockAction::Arm);
    phone.hold("Khóa seal");
    phone.comes_to_say(&words).await;
    assert_eq!((bench.state(), bench.truth().commands_received), (SealState::Free, 0));

    let mut phone = Phone::open(&bench.kit, &bench.a, &Route::Report { screen: "queue".to_owned() });
    phone.type_into(0, "Máy không ký được");
    phone.press("Ghi và gửi");
    phone.says(&words);

    // What was signed before is whole, and still goes.
    assert_eq!(bench.kinds(), written);
    queue_after(&bench, &[]);
    let open = |item: &QueueItem| !matches!(item.state, OutboxState::Accepted { .. });
    assert!(!bench.kit.store.queue().unwrap().iter().any(open));
}

// ── what the app has no words for ──

#[tokio::test(start_paused = true)]
async fn a_difficulty_is_reported_with_what_the_officer_saw_and_only_then() {
    let (bench, _) = world(&[]);
    let open = || Phone::open(&bench.kit, &bench.a, &Route::Report { screen: "queue".to_owned() });
    let facts = || -> Vec<Fact> {
        let queue = bench.kit.store.queue().unwrap();
        let events = queue.iter().filter_map(|item| match &item.what {
            QueueWhat::Fact { event, .. } => Some(*event),
            QueueWhat::Photo { .. } => None,
        });
        events.map(|id| bench.kit.store.event(id).unwrap().unwrap().event.fact).collect()
    };
    let before = facts().len();

    let mut phone = open();
    phone.says(&["Gửi kèm thông tin kỹ thuật", "Đi sau cùng", "seal-field 0.1.0", "Khóa ký", "Trong tệp của ứng dụng"]);
    phone.type_into(0, "Màn hình đứng");
    phone.press("Gửi kèm thông tin kỹ thuật");
    assert!(!phone.text().contains("seal-field 0.1.0"), "not shown, not sent");
    phone.press("Ghi và gửi");
    phone.says(&["Đã ghi", "Chờ gửi"]);
    assert_eq!(facts().len(), before + 1);

    let mut phone = open();
    phone.type_into(0, "Vẫn đứng");
    phone.press("Ghi và gửi");
    assert_eq!(facts().len(), before + 3);
    let facts = facts();
    let Some(Fact::DiagnosticsGiven(given)) = facts.last() else { panic!("{facts:?}") };
    assert_eq!(given.app, "seal-field 0.1.0");
    assert_eq!(given.queue.waiting as usize, bench.kit.store.queue().unwrap().len() - 2, "as the screen opened");
    let queue = Phone::open(&bench.kit, &bench.a, &Route::Queue);
    queue.says(&["Báo vướng mắc", "Thông tin kỹ thuật kèm báo vướng mắc"]);
}

// ── the app killed ──

#[tokio::test(start_paused = true)]
async fn app_killed_reopens_where_it_was() {
    let (bench, _) = world(&[]);
    let mut phone = Phone::open(&bench.kit, &bench.a, &Route::Scan { purpose: ScanFor::Anything });
    phone.press("Gõ số");
    phone.says(&["Gõ: Số container"]);
    drop(phone);
    let Bench { folder, device, yard, kit: old, a, case, no, .. } = bench;
    drop((device, old));
    let device = Device::open(folder.path());
    let again = kit(&device, &yard, RadioDelays::default());
    Phone::reopen(&again, SyncStatus { online: true, ..SyncStatus::default() }).says(&["Gõ: Số container"]);

    // Killed between the command written down and its answer.
    drop(pair_seal(&again, &a, case, &no, &PATIENCE).await.unwrap());
    again.record(&a, Some(case), vec![common::commanded(SEAL, LockAction::Arm)]).unwrap();
    let here = Route::Lock { case, seal: no.clone(), action: LockAction::Arm };
    drop(Phone::open(&again, &a, &here));
    drop((device, again));
    let device = Device::open(folder.path());
    let again = kit(&device, &yard, RadioDelays::default());
    let mut phone = Phone::reopen(&again, SyncStatus { online: true, ..SyncStatus::default() });
    phone.says(&["Chưa rõ đã khóa hay chưa", "Ứng dụng dừng khi lệnh đang chạy", "Giữ xe lại", "Đọc lại trạng thái"]);
    Phone::open(&again, &a, &Route::Home).says(&["Chưa rõ khóa hay chưa, đọc lại"]);
    phone.press("Đọc lại trạng thái");
    phone.comes_to_say(&["Seal báo chưa khóa", "Khóa lại"]).await;
    assert_eq!(yard.seal(&no).unwrap().commands_received, 0, "nothing is sent by itself");
}

/// The database of the phone is damaged: nothing is deleted, nothing is silent.
#[tokio::test(start_paused = true)]
async fn damaged_database_is_told_until_somebody_has_seen_it() {
    let (bench, _) = world(&[]);
    let data = tempfile::tempdir().unwrap();
    let settings = || seal_field::app::DeviceSettings {
        data: data.path().to_path_buf(),
        central: "http://127.0.0.1:9".to_owned(),
        clock: bench.kit.clock.clone(),
        radio: Arc::new(YardRadio::new(bench.yard.clone(), RadioDelays::default())),
    };
    drop(seal_field::app::Device::open(settings()).unwrap());
    let database = data.path().join("seal-field.sqlite");
    // Our key's name, and then nothing that was written under it.
    let mut bytes = std::fs::read(&database).unwrap()[..16].to_vec();
    bytes.resize(8192, 0x55);
    for tail in ["-wal", "-shm"] {
        drop(std::fs::remove_file(data.path().join(format!("seal-field.sqlite{tail}"))));
    }
    std::fs::write(&database, &bytes).unwrap();
    let device = seal_field::app::Device::open(settings()).unwrap();
    let aside = device.moved_aside.clone().expect("moved aside");
    assert_eq!(std::fs::read(&aside).unwrap(), bytes, "kept as it was");
    drop(device);
    // Started again before anybody looked: it is still said.
    let device = seal_field::app::Device::open(settings()).unwrap();
    let mut phone = Phone::open(&device.kit, &bench.a, &Route::Home);
    phone.says(&["Dữ liệu trên máy bị hỏng, đã cất riêng", "Đọc lại được 0 bản ghi", "báo bộ phận kỹ thuật"]);
    phone.press("Đã xem, ẩn đi");
    assert!(!Phone::open(&device.kit, &bench.a, &Route::Home).text().contains("bị hỏng"));
}
