//! What somebody reads who copies a phone's folder: nothing of the shift. Over the real wiring, the real central and the real
//! acts; and the same search finds everything in a folder that is not encrypted, so that finding nothing means something.

mod common;
#[path = "common/plain.rs"]
mod plain;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use common::open_database;
use seal_core::enrolment::KeyHome;
use seal_core::evidence::PhotoRole;
use seal_core::fact::{CargoHandedOver, Stage};
use seal_core::ids::{CaseId, OfficerId};
use seal_core::rules::LegalGround;
use seal_core::scan::HowRead;
use seal_core::seal_no::SealNo;
use seal_field::actions::Kit;
use seal_field::actions::arm_seal::arm_seal;
use seal_field::actions::decide_goods::decide_goods;
use seal_field::actions::declare_trip::{Trip, declare_trip};
use seal_field::actions::hand_over::{hand_over, note_tug};
use seal_field::actions::lock_command::Patience;
use seal_field::actions::open_case::{NewCase, OpenCaseDraft, keep_open_case, open_case};
use seal_field::actions::pair_seal::pair_seal;
use seal_field::actions::report_difficulty::{Difficulty, diagnose, report_difficulty};
use seal_field::actions::scan_item::{note_code, recognise};
use seal_field::actions::sign_in::sign_in;
use seal_field::actions::take_photo::{Shot, keep_photo};
use seal_field::adapters::photo_files::PhotoFolder;
use seal_field::adapters::seals::yard::RadioDelays;
use seal_field::adapters::vault_file::FileVault;
use seal_field::app::{Device, DeviceSettings};
use seal_field::ports::camera::Still;
use seal_field::ports::photos::PhotoFiles as _;
use seal_field::ports::store::{AsideBecause, DAMAGE_NOTE, Damage, OFFICER_NOTE};
use seal_field::ports::vault::{Purpose, Vault as _};
use seal_field::practice::set::PracticeSet;

const DATABASE: &str = "seal-field.sqlite";
const OFFICER: &str = "an.nv";
const PIN: &str = "246810";
const CONTAINER: &str = "SFPU4820155";
const SEAL: &str = "83181010";
/// What the shift wrote in fields of every kind, and how it is called when it is found.
const WRITTEN: [(&str, &str); 14] = [
    ("officer", "Nguyễn Văn An"),
    ("container", CONTAINER),
    ("own container", "CSQU3054383"),
    ("seal", SEAL),
    ("declaration", "500123456780"),
    ("trader", "Công ty DẤU VẾT Một"),
    ("draft", "Bản nháp dấu vết hai"),
    ("vehicle", "15C-987.65"),
    ("driver", "Tài Xế Dấu Vết"),
    ("driver's id", "031099887766"),
    ("route", "Đường Dấu Vết số ba"),
    ("note", "ghi chú dấu vết bốn"),
    ("scanned text", "https://example.vn/dau-vet-nam"),
    ("signer", "Người Ký Dấu Vết"),
];
const EXIF: &str = "DAU-VET-EXIF-6";
const SIGNATURE: &str = "M1.25 2.5L3.75 4.5 77.77 88.88";

/// A text in the forms in which it could lie about.
fn forms(text: &[u8]) -> Vec<Vec<u8>> {
    let mut forms = vec![text.to_vec()];
    if let Ok(text) = std::str::from_utf8(text) {
        forms.push(text.encode_utf16().flat_map(u16::to_le_bytes).collect());
        forms.push(text.encode_utf16().flat_map(u16::to_be_bytes).collect());
        // As JSON that keeps to ASCII writes it.
        let escaped: String = text
            .encode_utf16()
            .map(|c| if c < 128 { char::from(c as u8).to_string() } else { format!("\\u{c:04x}") })
            .collect();
        forms.push(escaped.into_bytes());
    }
    let hex: String = text.iter().map(|byte| format!("{byte:02x}")).collect();
    forms.push(hex.to_uppercase().into_bytes());
    forms.push(hex.into_bytes());
    // Whatever stands before it in the encoded bytes: what does not depend on the neighbours.
    for before in 0..3 {
        let padded = [vec![0; before], text.to_vec()].concat();
        let whole = padded.len() / 3 * 3;
        let from = if before == 0 { 0 } else { 4 };
        for engine in [base64::engine::general_purpose::STANDARD, base64::engine::general_purpose::URL_SAFE] {
            let encoded = engine.encode(&padded[..whole]).into_bytes();
            forms.push(encoded.get(from..).unwrap_or_default().to_vec());
        }
    }
    forms.retain(|form| form.len() >= 6);
    forms
}

/// Bytes as characters, one each: the standard library searches texts, and fast.
fn characters(bytes: &[u8]) -> String {
    let mut text = Vec::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // UTF-8 of the characters up to U+00FF.
        if *byte < 0x80 {
            text.push(*byte);
        } else {
            text.extend([0xC0 | (byte >> 6), 0x80 | (byte & 0x3F)]);
        }
    }
    String::from_utf8(text).unwrap()
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    characters(haystack).contains(&characters(needle))
}

/// What is found of the marks: file by mark. Names of files and folders are searched too.
fn search(folder: &Path, marks: &BTreeMap<String, Vec<u8>>) -> BTreeMap<String, PathBuf> {
    let mut found = BTreeMap::new();
    let texts = |mark: &[u8]| forms(mark).iter().map(|form| characters(form)).collect::<Vec<String>>();
    let marks: Vec<(&String, Vec<String>)> = marks.iter().map(|(name, mark)| (name, texts(mark))).collect();
    for file in plain::files(folder) {
        let bytes = fs::read(&file).unwrap();
        let name = file.strip_prefix(folder).unwrap().to_str().unwrap();
        let text = format!("{name}\n{}", characters(&bytes));
        for (mark, forms) in &marks {
            if forms.iter().any(|form| text.contains(form.as_str())) {
                found.entry((*mark).clone()).or_insert_with(|| file.clone());
            }
        }
        for (magic, begins) in
            [("a JPEG", &b"\xff\xd8\xff"[..]), ("a plain database", b"SQLite format 3\0"), ("a PDF", b"%PDF")]
        {
            if bytes.starts_with(begins) {
                found.entry(magic.to_owned()).or_insert_with(|| file.clone());
            }
        }
    }
    found
}

/// A real picture, sharp enough, with EXIF that tells something.
fn picture(nth: u32) -> Vec<u8> {
    let image = image::RgbImage::from_fn(640, 480, |x, y| {
        let on = ((x / 16) + (y / 16) + nth).is_multiple_of(2);
        image::Rgb(if on { [230, 230, 230] } else { [40, 60, 80] })
    });
    let mut bytes = Vec::new();
    image::DynamicImage::ImageRgb8(image)
        .write_to(&mut std::io::Cursor::new(&mut bytes), image::ImageFormat::Jpeg)
        .unwrap();
    let exif = [b"Exif\0\0MM\0*\0\0\0\x08".as_slice(), EXIF.as_bytes()].concat();
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    [&bytes[..2], b"\xff\xe1", &length, &exif, &bytes[2..]].concat()
}

async fn until(what: &str, mut done: impl FnMut() -> bool) {
    for _ in 0..2_000 {
        if done() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{what} did not come");
}

fn photograph(kit: &Kit, case: CaseId, role: PhotoRole, nth: u32) {
    let officer = serde_json::from_str(&kit.store.note(OFFICER_NOTE).unwrap().unwrap()).unwrap();
    let bytes = picture(nth);
    let examined = kit.photos.examine(&bytes).unwrap();
    let shot = Shot { still: Still { bytes, media_type: "image/jpeg".to_owned(), from_camera: true }, examined };
    keep_photo(kit, &officer, Some(case), role, Stage::Arm, &shot).unwrap();
}

/// A morning at the origin.
async fn shift(kit: &Kit) {
    let patience = Patience { pause: Duration::ZERO, ..Patience::default() };
    assert!(sign_in(kit, &OfficerId(OFFICER.to_owned()), "000000").await.is_err());
    let officer = sign_in(kit, &OfficerId(OFFICER.to_owned()), PIN).await.unwrap().officer;
    kit.store.set_note(OFFICER_NOTE, Some(&serde_json::to_string(&officer).unwrap())).unwrap();
    let container = CONTAINER.parse().unwrap();
    until("the work list", || !kit.store.cases_of_container(&container).unwrap().is_empty()).await;

    let own = "CSQU3054383".parse().unwrap();
    let declaration = Some("500123456780".parse().unwrap());
    let destination = common::office("15BB");
    let draft = OpenCaseDraft { trader: "Bản nháp dấu vết hai".to_owned(), ..OpenCaseDraft::default() };
    let new =
        NewCase { containers: vec![own], declaration, destination, trader: "Công ty DẤU VẾT Một".to_owned() };
    let case = open_case(kit, &officer, new).unwrap();
    keep_open_case(kit, &draft).unwrap();
    decide_goods(kit, &officer, case, LegalGround::OtherCustomsSeal, false, "ghi chú dấu vết bốn").unwrap();
    let trip = Trip {
        vehicle: "15C-987.65".to_owned(),
        driver: "Tài Xế Dấu Vết".to_owned(),
        driver_id: "031099887766".to_owned(),
        route: "Đường Dấu Vết số ba".to_owned(),
        hours: 12,
        ..Trip::default()
    };
    declare_trip(kit, &officer, case, &trip).unwrap();
    let read = recognise(kit, "https://example.vn/dau-vet-nam", None, None);
    note_code(kit, &officer, Some(case), &read, HowRead::Typed, false).unwrap();

    let case = kit.store.cases_of_container(&container).unwrap()[0];
    declare_trip(kit, &officer, case, &trip).unwrap();
    let seal: SealNo = SEAL.parse().unwrap();
    drop(pair_seal(kit, &officer, case, &seal, &patience).await.unwrap());
    arm_seal(kit, &officer, case, &seal, Vec::new(), &patience, &|_| {}).await.unwrap();
    photograph(kit, case, PhotoRole::ClosedLock, 0);
    photograph(kit, case, PhotoRole::Doors, 1);
    note_tug(kit, &officer, case, &seal, true).unwrap();
    let signed = CargoHandedOver {
        name: "Người Ký Dấu Vết".to_owned(),
        id_number: "031099887766".to_owned(),
        signature: SIGNATURE.to_owned(),
    };
    hand_over(kit, &officer, case, &[seal], true, signed).unwrap();
    let difficulty = Difficulty { text: "ghi chú dấu vết bốn", screen: "lock", case: Some(case) };
    report_difficulty(kit, &officer, difficulty, Some(diagnose(kit).unwrap())).unwrap();
    until("the receipts", || kit.store.queue_counts().unwrap().waiting == 0).await;
}

/// Everything that is logged, as a file would have it.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

fn found_nothing(folder: &Path, marks: &BTreeMap<String, Vec<u8>>) {
    assert!(plain::files(folder).len() >= 8, "there is something to search");
    let found = search(folder, marks);
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn a_copied_folder_tells_nothing_of_the_shift() {
    let log = Log::default();
    let writer = log.clone();
    tracing_subscriber::fmt().with_env_filter("info,seal_field=debug").with_writer(move || writer.clone()).init();
    let folder = tempfile::tempdir().unwrap();
    let (data, copies) = (folder.path().join("practice"), folder.path().join("copies"));
    let phone = data.join("origin");

    // ── the shift, and a copy in the middle of it ──
    let running = runtime();
    let mut marks: BTreeMap<String, Vec<u8>> =
        WRITTEN.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
    marks.insert("signature".to_owned(), SIGNATURE.into());
    marks.insert("officer's account".to_owned(), OFFICER.into());
    marks.insert("EXIF".to_owned(), EXIF.into());
    marks.insert("JPEG's own name".to_owned(), b"Exif\0\0MM".to_vec());
    marks.insert("picture".to_owned(), picture(0)[200..232].to_vec());
    marks.insert("thumbnail or picture".to_owned(), b"JFIF\0\x01".to_vec());
    marks.insert("table".to_owned(), b"CREATE TABLE event".to_vec());
    // Never stored, not even where nothing is encrypted.
    let mut secret = BTreeMap::from([("PIN".to_owned(), PIN.as_bytes().to_vec())]);
    let central = running.block_on(async {
        let set = PracticeSet::start(&data, RadioDelays::default()).await.unwrap();
        let kit = set.device("origin").unwrap().kit().clone();
        set.yard.insert_rope(&SEAL.parse().unwrap(), true).unwrap();
        shift(&kit).await;
        assert_eq!(kit.vault.data_key_home(), KeyHome::Software);
        let token = kit.vault.secret("central-token").unwrap().unwrap();
        marks.insert("token".to_owned(), token);
        let tickets = kit.vault.secret(&format!("tickets of {OFFICER}")).unwrap().unwrap();
        marks.insert("ticket".to_owned(), tickets[tickets.len() / 2..][..24].to_vec());
        let kept = kit.vault.secret(&format!("sign-in/{OFFICER}")).unwrap().unwrap();
        marks.insert("PIN's check".to_owned(), kept[..48].to_vec());
        assert!(!contains(&kept, PIN.as_bytes()));
        let facts = kit.store.cases_of_container(&CONTAINER.parse().unwrap()).unwrap();
        let facts = kit.store.case_events(facts[0]).unwrap();
        assert!(facts.len() > 8, "{}", facts.len());
        marks.insert("signed bytes".to_owned(), facts[3].cose[40..72].to_vec());
        let photo = facts.iter().find_map(|fact| fact.event.fact.photo()).unwrap();
        marks.insert("photo's digest".to_owned(), photo.sha256.0.to_vec());
        assert!(kit.photos.has(&photo.sha256));

        assert!(
            fs::metadata(phone.join(format!("{DATABASE}-wal"))).unwrap().len() > 100_000,
            "the log holds the shift"
        );
        plain::copy(&phone, &copies.join("open"));
        set.central
    });
    secret.extend(marks.clone());
    found_nothing(&copies.join("open"), &secret);

    // ── after closing ──
    drop(running);
    plain::copy(&phone, &copies.join("closed"));
    found_nothing(&copies.join("closed"), &secret);
    let header = fs::read(phone.join(DATABASE)).unwrap();
    assert_eq!(header[20], 32, "room for nonce and tag on every page");

    // ── the search finds all of it where nothing is encrypted ──
    let vault = FileVault::open(&phone.join("vault")).unwrap();
    let names = ["central-token".to_owned(), format!("tickets of {OFFICER}"), format!("sign-in/{OFFICER}")];
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let bare = copies.join("plain");
    plain::plain(&phone, &bare, DATABASE, &vault, &names);
    let found = search(&bare, &secret);
    let missing: Vec<&String> = marks.keys().filter(|mark| !found.contains_key(*mark)).collect();
    assert!(missing.is_empty(), "the search does not find {missing:?}: it proves nothing");
    assert!(found.contains_key("a JPEG") && found.contains_key("a plain database"));
    assert!(!found.contains_key("PIN"), "a PIN is kept nowhere");
    let one = copies.join("one");
    fs::create_dir(&one).unwrap();
    for form in forms("Công ty DẤU VẾT Một".as_bytes()) {
        fs::write(one.join("form"), [b"xy".as_slice(), &form, b"z"].concat()).unwrap();
        assert!(search(&one, &marks).contains_key("trader"));
    }

    // ── the plain folder opened by this app ──
    let settings = |data: &Path, clock| DeviceSettings {
        data: data.to_owned(),
        central: format!("http://{central}"),
        clock,
        radio: Arc::new(seal_field::adapters::seals::bluetooth::Bluetooth::new(Default::default())),
    };
    let clock =
        || Arc::new(seal_field::adapters::clock::SystemClock::new()) as Arc<dyn seal_field::ports::clock::Clock>;
    let before = facts(&phone);
    {
        let running = runtime();
        let _guard = running.enter();
        let device = Device::open(settings(&bare, clock())).unwrap();
        assert_eq!(device.moved_aside, None);
        assert_eq!(device.kit.vault.secret("central-token").unwrap(), Some(marks["token"].clone()));
    }
    found_nothing(&bare, &secret);
    assert_eq!(facts(&bare), before, "the same signed bytes");
    let photos = PhotoFolder::open(&bare.join("photos"), &vault.key(Purpose::Photos)).unwrap();
    let conn = open_database(&bare.join(DATABASE), &vault.key(Purpose::Database));
    let pictures = plain::photos_of(&conn);
    drop(conn);
    assert!(pictures.len() >= 4 && pictures.iter().all(|photo| photos.read(photo).is_ok()));

    // ── damaged, encrypted: moved aside as it is, and what can be read is taken over ──
    let mut bytes = fs::read(phone.join(DATABASE)).unwrap();
    let page = 4096 * (bytes.len() / 4096 / 2);
    bytes[page + 100..page + 300].fill(0xAA);
    fs::write(phone.join(DATABASE), &bytes).unwrap();
    let aside = reopen(&settings(&phone, clock()));
    assert_eq!(aside.because, AsideBecause::Damaged);
    assert_eq!(fs::read(&aside.file).unwrap(), bytes, "never changed, never deleted");
    found_nothing(&phone, &secret);

    // ── damaged, plain: moved aside, and sealed there ──
    let hurt = copies.join("hurt");
    plain::plain(&bare, &hurt, DATABASE, &vault, &names);
    let mut bytes = fs::read(hurt.join(DATABASE)).unwrap();
    let middle = 4096 * (bytes.len() / 4096 / 2);
    bytes[middle..middle + 8192].fill(0xAA);
    fs::write(hurt.join(DATABASE), &bytes).unwrap();
    let aside = reopen(&settings(&hurt, clock()));
    assert_eq!(aside.because, AsideBecause::Damaged);
    assert!(Path::new(&format!("{}.sealed", aside.file)).is_file());
    found_nothing(&hurt, &secret);

    // ── under another key: told apart from damage ──
    let foreign = copies.join("foreign");
    plain::copy(&bare, &foreign);
    fs::remove_dir_all(foreign.join("vault")).unwrap();
    let aside = reopen(&settings(&foreign, clock()));
    assert_eq!(aside.because, AsideBecause::OtherKey);
    assert!(Path::new(&aside.file).is_file());
    found_nothing(&foreign, &secret);

    // ── the key lost: everything moved aside, the phone begins anew ──
    let lost = copies.join("lost");
    plain::copy(&bare, &lost);
    fs::remove_file(lost.join("vault/data-key")).unwrap();
    let aside = reopen(&settings(&lost, clock()));
    assert_eq!(aside.because, AsideBecause::KeyLost);
    let kept = Path::new(&aside.file);
    assert_eq!(fs::read(kept.join(DATABASE)).unwrap(), fs::read(bare.join(DATABASE)).unwrap());
    assert!(kept.join("photos").is_dir() && kept.join("vault/device").is_file());
    found_nothing(&lost, &secret);

    // ── and what was said of all that ──
    let logs = copies.join("logs");
    fs::create_dir(&logs).unwrap();
    fs::write(logs.join("log"), &*log.0.lock().unwrap()).unwrap();
    assert!(fs::metadata(logs.join("log")).unwrap().len() > 500);
    let found = search(&logs, &secret);
    assert!(found.is_empty(), "{found:#?}\n{}", String::from_utf8_lossy(&log.0.lock().unwrap()));
}

/// Every fact of a closed folder, as signed.
fn facts(folder: &Path) -> Vec<Vec<u8>> {
    let vault = FileVault::open(&folder.join("vault")).unwrap();
    let conn = open_database(&folder.join(DATABASE), &vault.key(Purpose::Database));
    let mut select = conn.prepare("SELECT cose FROM event ORDER BY seq").unwrap();
    select.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

/// Opens a folder of which something is moved aside, and gives what the officer is told.
fn reopen(settings: &DeviceSettings) -> Damage {
    let running = runtime();
    let _guard = running.enter();
    let DeviceSettings { data, central, clock, radio } = settings;
    let device = Device::open(DeviceSettings {
        data: data.clone(),
        central: central.clone(),
        clock: clock.clone(),
        radio: radio.clone(),
    })
    .unwrap();
    assert!(device.moved_aside.is_some());
    serde_json::from_str(&device.kit.store.note(DAMAGE_NOTE).unwrap().unwrap()).unwrap()
}
