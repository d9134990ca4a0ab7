//! First run for real use: a central filled from tables, phones enrolled by the code it prints, one seal's whole way.
//!
//! Nothing of practice: `seal-central` runs as a program without `--practice`, behind TLS of the agency's own authority; the
//! phones know it by the printed text alone; the seal has the key that the central handed out for it.

use crate::phone::Phone as Screen;
use crate::tls;

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use rcgen::{CertificateParams, CertifiedIssuer, KeyPair};
use seal_core::case::CasePhase;
use seal_core::codes::SealCondition;
use seal_core::enrolment::{KeyHome, Offer, OfferError};
use seal_core::evidence::PhotoRole;
use seal_core::fact::{CargoHandedOver, Inspected, Stage};
use seal_core::ids::{CaseId, OfficeCode, OfficerId, Sha256};
use seal_core::inspection::{HandCheckResult, Verdict, checks_for};
use seal_core::officer::Officer;
use seal_core::outbox::{OutboxState, QueueWhat};
use seal_core::parcel::ParcelStage;
use seal_core::rules::LegalGround;
use seal_core::seal::reading::LockOutcome;
use seal_core::seal_no::SealNo;
use seal_field::actions::Kit;
use seal_field::actions::arm_seal::arm_seal;
use seal_field::actions::begin_anew::{NotAnew, begin_anew, stay};
use seal_field::actions::decide_goods::decide_goods;
use seal_field::actions::declare_trip::{Trip, declare_trip};
use seal_field::actions::disarm_seal::disarm_seal;
use seal_field::actions::enrol::{Done, EnrolTrouble, enrol, read_offer};
use seal_field::actions::hand_over::hand_over;
use seal_field::actions::hand_parcel::{HandOverDraft, hand_parcel, note_waybill};
use seal_field::actions::inspect::inspect;
use seal_field::actions::lock_command::Patience;
use seal_field::actions::pack_parcel::{
    Reminder, add_seal, begin_parcel, change_parcel, note_parcel_photo, pack_parcel, photograph_parcel,
};
use seal_field::actions::pair_seal::pair_seal;
use seal_field::actions::read_seal_log::read_seal_log;
use seal_field::actions::receive_parcel::{note_found, receive_parcel};
use seal_field::actions::receive_seal::receive_seal;
use seal_field::actions::report_difficulty::{Difficulty, report_difficulty};
use seal_field::actions::sign_in::{SignInTrouble, sign_in};
use seal_field::actions::take_photo::{Shot, keep_photo};
use seal_field::actions::tug_test::tug_test;
use seal_field::adapters::clock::SystemClock;
use seal_field::adapters::seals::yard::{RadioDelays, YardRadio};
use seal_field::adapters::vault_file::FileVault;
use seal_field::app::{Device, RealSettings};
use seal_field::ports::camera::Still;
use seal_field::ports::central::CentralTrouble;
use seal_field::ports::enrolment::Enrolled;
use seal_field::ports::lists::{CaseList, Cases, Page};
use seal_field::ports::store::OFFICER_NOTE;
use seal_field::ports::sync::SyncControl as _;
use seal_field::ports::vault::Vault as _;
use seal_field::ui::route::Route;
use seal_simulator::{Reach, SealSpec, Yard};

const SEAL: &str = "83189001";
const SIGNATURE: &str = "M40 120L180 60L300 190L520 80";
const PATIENCE: Patience = Patience {
    answer: Duration::from_secs(5),
    command: Duration::from_secs(5),
    readings: 4,
    pause: Duration::from_millis(0),
};

// ── the central ──

/// The program, filled from the tables that docs/operations.md shows, and a front with TLS before it.
struct Site {
    folder: tempfile::TempDir,
    agency: CertifiedIssuer<'static, KeyPair>,
    program: Child,
    plain: SocketAddr,
    port: u16,
}

impl Drop for Site {
    fn drop(&mut self) {
        let _gone = self.program.kill();
        let _waited = self.program.wait();
    }
}

fn program() -> Command {
    // It stands beside `sealctl` in every build of the whole project.
    let program = Path::new(env!("CARGO_BIN_EXE_sealctl")).with_file_name("seal-central");
    assert!(program.is_file(), "build it with: cargo build -p seal-central --bin seal-central");
    let mut command = Command::new(program);
    command.env("RUST_LOG", "warn");
    command
}

fn run(args: &[&str]) -> String {
    let output = program().args(args).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{args:?}: {said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

impl Site {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        let table = |name| format!("{}/docs/import/{name}.csv", env!("CARGO_MANIFEST_DIR"));
        let [users, seals, cases] = ["users", "seals", "cases"].map(table);
        let tables = ["--users", &users, "--secrets", &path("secrets"), "--seals", &seals, "--cases", &cases];
        run(&[&["import", "--data", &path("data")][..], &tables].concat());
        std::fs::write(path("keys.csv"), format!("seal,family,epoch,password\n{SEAL},eseal-1,,\n")).unwrap();
        run(&["register-seals", &path("keys.csv"), "--data", &path("data")]);

        let agency = tls::authority("Agency");
        let lines: Vec<String> = STANDARD.encode(agency.der()).as_bytes().chunks(64).map(text).collect();
        let pem = format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"));
        std::fs::write(path("root.pem"), pem).unwrap();
        let mut command = program();
        command.args(["--listen", "127.0.0.1:0", "--data", &path("data")]).stdout(Stdio::piped());
        let mut program = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(program.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let plain: SocketAddr = line.trim().strip_prefix("listening on http://").unwrap().parse().unwrap();
        let port = tls::front(&agency, good(), plain).await;
        Self { folder, agency, program, plain, port }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    /// The text that `enrol` prints for a phone of a unit.
    fn offer(&self, unit: &str, more: &[&str]) -> String {
        let (address, root, data) =
            (format!("https://localhost:{}", self.port), self.path("root.pem"), self.path("data"));
        let args = ["enrol", "--unit", unit, "--address", &address, "--root", &root, "--data", &data];
        run(&[&args[..], more].concat()).lines().next().unwrap().to_owned()
    }

    /// An account's first secret, as the import wrote it.
    fn secret(&self, id: &str) -> String {
        let file = std::fs::read_to_string(self.path("secrets")).unwrap();
        file.lines().find_map(|line| line.strip_prefix(id)?.strip_prefix(',')).unwrap().to_owned()
    }

    fn devices(&self) -> String {
        run(&["devices", "list", "--data", &self.path("data")])
    }

    /// The seal in the yard, commissioned with the key that the central hands out.
    fn seal(&self, yard: &dyn Reach) -> SealNo {
        run(&["seal-key", SEAL, "--out", &self.path("key.json"), "--data", &self.path("data")]);
        let given: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(self.path("key.json")).unwrap()).unwrap();
        let key = Sha256::from_hex(given["k_seal"].as_str().unwrap()).unwrap().0;
        let epoch = given["epoch"].as_u64().unwrap().try_into().unwrap();
        let no: SealNo = SEAL.parse().unwrap();
        yard.add(SealSpec::good(no.clone()).commissioned(epoch, key).rope_in()).unwrap();
        no
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn good() -> CertificateParams {
    tls::certificate("localhost", 2020, 2100)
}

// ── a phone ──

struct Phone {
    device: Device,
    kit: Kit,
}

impl Phone {
    fn open(data: PathBuf, yard: &Arc<dyn Reach>) -> Self {
        std::fs::create_dir_all(&data).unwrap();
        let radio = Arc::new(YardRadio::new(Arc::clone(yard), RadioDelays::default()));
        let device = Device::open_real(RealSettings { data, clock: Arc::new(SystemClock::new()), radio }).unwrap();
        Self { kit: device.kit.clone(), device }
    }

    fn kept(&self) -> Option<Enrolled> {
        self.kit.central.enrolment().unwrap().kept()
    }

    async fn enrol(&self, text: &str) -> Result<Done, EnrolTrouble> {
        enrol(&self.kit, &read_offer(&self.kit, text)?).await
    }

    async fn sign_in(&self, site: &Site, id: &str) -> Officer {
        let officer = sign_in(&self.kit, &OfficerId(id.to_owned()), &site.secret(id)).await.unwrap().officer;
        self.kit.store.set_note(OFFICER_NOTE, Some(&serde_json::to_string(&officer).unwrap())).unwrap();
        officer
    }

    /// Sends and fetches until nothing waits, and everything listed has its receipt.
    async fn sync(&self) {
        let before = self.kit.store.feed().unwrap().pulled_at;
        let done = async {
            for look in 0.. {
                // Photographs follow their facts: asked again now and then.
                if look % 25 == 0 {
                    self.device.sync.send_now();
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
                let counts = self.kit.store.queue_counts().unwrap();
                if counts.waiting == 0 && self.kit.store.feed().unwrap().pulled_at > before {
                    return;
                }
            }
        };
        if tokio::time::timeout(Duration::from_secs(60), done).await.is_err() {
            panic!("{:?}\n{:#?}", self.device.sync.status().borrow(), self.kit.store.queue().unwrap());
        }
        for item in self.kit.store.queue().unwrap() {
            assert!(matches!(item.state, OutboxState::Accepted { .. }), "{item:?}");
        }
    }

    /// Without coverage, and nothing on its way any more.
    async fn lose_coverage(&self) {
        self.device.sync.set_coverage(false);
        let mut status = self.device.sync.status();
        // Not merely not online: a phone that has just signed in is neither yet.
        let lost = status.wait_for(|status| status.problem.as_deref() == Some("offline") && !status.busy);
        tokio::time::timeout(Duration::from_secs(60), lost).await.expect("it hears of it").unwrap();
    }

    fn photo(&self, officer: &Officer, case: Option<CaseId>, role: PhotoRole, stage: Stage) {
        let bytes = match role {
            PhotoRole::Plates => include_bytes!("../assets/practice/photos/plates.jpg").to_vec(),
            _ => include_bytes!("../assets/practice/photos/doors.jpg").to_vec(),
        };
        let examined = self.kit.photos.examine(&bytes).unwrap();
        let shot = Shot { still: Still { bytes, media_type: "image/jpeg".to_owned(), from_camera: true }, examined };
        let kept = keep_photo(&self.kit, officer, case, role, stage, &shot).unwrap();
        if case.is_none() {
            note_parcel_photo(&self.kit, &kept).unwrap();
        }
    }
}

fn yard(folder: &Path) -> Arc<dyn Reach> {
    Arc::new(Yard::open(folder, Arc::new(Timestamp::now)).unwrap())
}

/// A report from the queue's screen.
fn difficulty(text: &str) -> Difficulty<'_> {
    Difficulty { text, screen: "queue", case: None }
}

fn unit(code: &str) -> OfficeCode {
    OfficeCode::parse(code).unwrap()
}

const EVERY: Page = Page { after: None, limit: usize::MAX };

#[tokio::test(flavor = "multi_thread")]
async fn a_seal_goes_its_whole_way_from_an_empty_central_without_practice() {
    let site = Site::open().await;
    let yard = yard(&site.folder.path().join("yard"));
    let no = site.seal(yard.as_ref());

    // The phone at the origin: enrolled by the printed text, restarted, signed in with the first secret of the import.
    let origin = site.folder.path().join("origin");
    let a = Phone::open(origin.clone(), &yard);
    assert_eq!(a.kept(), None);
    let nobody = sign_in(&a.kit, &OfficerId("hai.tv".to_owned()), &site.secret("hai.tv")).await;
    assert!(matches!(nobody, Err(SignInTrouble::NeverHere(CentralTrouble::Offline(_)))), "{nobody:?}");
    let done = a.enrol(&site.offer("03EE", &[])).await.unwrap();
    let device = a.kit.vault.device();
    assert_eq!((done.certificate.device, done.certificate.home), (device, KeyHome::Software));
    assert_eq!((done.certificate.unit.clone(), done.clock_behind_s), (unit("03EE"), None));
    assert!(site.devices().contains(&format!("{device}\t03EE\tsoftware")));
    let kept = a.kept().unwrap();
    assert_eq!(kept.roots.iter().map(|root| root.0.as_slice()).collect::<Vec<_>>(), [site.agency.der().as_ref()]);
    drop(a);
    let a = Phone::open(origin, &yard);
    assert_eq!(a.kept(), Some(kept));
    let hai = a.sign_in(&site, "hai.tv").await;
    a.sync().await;

    // Armed: the record says closed because the seal said so.
    let list = a.kit.store.case_lines(&CaseList::all(Cases::From(unit("03EE"))), &EVERY).unwrap().lines;
    let container = |line: &seal_core::line::CaseLine| line.id;
    let of_table = |case: CaseId| {
        let view = a.kit.store.case(case).unwrap().unwrap();
        view.doc.containers.iter().any(|number| number.as_str() == "SFPU4829018")
    };
    let case = list.iter().map(container).find(|case| of_table(*case)).unwrap();
    decide_goods(&a.kit, &hai, case, LegalGround::Transit, true, "").unwrap();
    let trip = Trip {
        vehicle: "15C-100.01".to_owned(),
        driver: "Vũ Văn Nam".to_owned(),
        route: "QL5B - QL1A".to_owned(),
        hours: 12,
        ..Trip::default()
    };
    declare_trip(&a.kit, &hai, case, &trip).unwrap();
    let pairing = pair_seal(&a.kit, &hai, case, &no, &PATIENCE).await.unwrap();
    assert!(pairing.may_arm(), "{:?}", pairing.checks);
    drop(pairing);
    let end = arm_seal(&a.kit, &hai, case, &no, Vec::new(), &PATIENCE, &|_| {}).await.unwrap();
    assert_eq!(end.outcome, LockOutcome::Confirmed);
    for role in [PhotoRole::Doors, PhotoRole::RopePath, PhotoRole::ClosedLock, PhotoRole::Plates] {
        a.photo(&hai, Some(case), role, Stage::Arm);
    }
    tug_test(&a.kit, &hai, case, &no, true).unwrap();
    let signed =
        CargoHandedOver { name: "Vũ Văn Nam".to_owned(), id_number: String::new(), signature: SIGNATURE.to_owned() };
    hand_over(&a.kit, &hai, case, std::slice::from_ref(&no), true, signed).unwrap();
    assert_eq!(a.kit.store.case(case).unwrap().unwrap().phase(), CasePhase::Sealed);
    a.sync().await;

    // Inspected and taken off at the destination, on another enrolled phone.
    let b = Phone::open(site.folder.path().join("destination"), &yard);
    b.enrol(&site.offer("15BB", &[])).await.unwrap();
    let huong = b.sign_in(&site, "huong.lt").await;
    b.sync().await;
    assert_eq!(b.kit.store.case(case).unwrap().unwrap().phase(), CasePhase::Sealed);
    let log = read_seal_log(&b.kit, &huong, case, &no, &PATIENCE).await.unwrap();
    assert!(log.story.complete && log.story.breaches.is_empty());
    b.photo(&huong, Some(case), PhotoRole::Housing, Stage::Inspect);
    let seal_type = b.kit.store.case(case).unwrap().unwrap().seal(&no).unwrap().seal_type;
    let checks = checks_for(seal_type)
        .iter()
        .map(|check| HandCheckResult { check: *check, good: true, seconds: 4, note: String::new() })
        .collect();
    let inspected = Inspected {
        seal: no.clone(),
        en_route: false,
        checks,
        condition: SealCondition::Right,
        verdict: Verdict::Accept,
        reason: String::new(),
    };
    inspect(&b.kit, &huong, case, inspected).unwrap();
    let end = disarm_seal(&b.kit, &huong, case, &no, None, &PATIENCE, &|_| {}).await.unwrap();
    assert_eq!(end.outcome, LockOutcome::Confirmed);
    assert_eq!(b.kit.store.case(case).unwrap().unwrap().phase(), CasePhase::Closed);
    assert_eq!(yard.seal(&no).unwrap().commands_received, 2, "one to arm, one to take off");

    // Home: by parcel to its owner.
    receive_seal(&b.kit, &huong, &no).unwrap();
    let parcel = begin_parcel(&b.kit, &huong, &unit("03EE")).unwrap();
    assert_eq!(add_seal(&b.kit, parcel, &no).unwrap(), None);
    photograph_parcel(&b.kit, parcel).unwrap();
    b.photo(&huong, None, PhotoRole::ParcelContents, Stage::Pack);
    change_parcel(&b.kit, parcel, |draft| {
        draft.reminders = Reminder::ALL.to_vec();
        draft.put_to_sleep(&no, true);
    })
    .unwrap();
    pack_parcel(&b.kit, &huong, parcel).unwrap();
    note_waybill(&b.kit, parcel, "EB417882053VN").unwrap();
    let draft = HandOverDraft {
        carrier: "Bưu điện".to_owned(),
        waybill: "EB417882053VN".to_owned(),
        scanned: true,
        taken_by: "Hà".to_owned(),
    };
    hand_parcel(&b.kit, &huong, parcel, &draft, SIGNATURE).unwrap();
    b.sync().await;
    a.sync().await;
    note_found(&a.kit, parcel, &no).unwrap();
    receive_parcel(&a.kit, &hai, parcel).unwrap();
    a.sync().await;
    assert_eq!(a.kit.store.parcel(parcel).unwrap().unwrap().stage(), ParcelStage::Received);
    assert!(a.kit.store.seal(&no).unwrap().unwrap().home_at.is_some(), "home");

    // Lost: taken out of use, it is let in no more, and keeps what it did not send.
    run(&["devices", "revoke", &device.to_string(), "--data", &site.path("data")]);
    report_difficulty(&a.kit, &hai, difficulty("Máy bị thu hồi"), None).unwrap();
    let shut = sign_in(&a.kit, &hai.id, &site.secret("hai.tv")).await;
    assert!(
        matches!(&shut, Err(SignInTrouble::Central(CentralTrouble::Forbidden(p))) if p.code == "device_revoked"),
        "{shut:?}"
    );
    assert!(matches!(a.enrol(&site.offer("03EE", &[])).await, Err(EnrolTrouble::Revoked)));
    assert_eq!(a.kit.store.queue_counts().unwrap().waiting, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_in_the_way_of_an_enrolment_is_named_and_nothing_is_kept() {
    let site = Site::open().await;
    let yard = yard(&site.folder.path().join("yard"));
    let a = Phone::open(site.folder.path().join("a"), &yard);
    let text = site.offer("03EE", &[]);
    let offer = Offer::read(&text).unwrap();
    let at = |port: u16| Offer { address: format!("https://localhost:{port}"), ..offer.clone() };

    assert!(matches!(a.enrol("83181001").await, Err(EnrolTrouble::Offer(OfferError::NotAnOffer))));
    assert!(matches!(a.enrol(&text[..text.len() - 9]).await, Err(EnrolTrouble::Offer(OfferError::Broken(_)))));

    // Somebody in between, with a certificate of another authority; one for another name; public authorities only.
    let stranger = tls::front(&tls::authority("Somebody else"), good(), site.plain).await;
    let foreign = enrol(&a.kit, &at(stranger)).await;
    assert!(matches!(foreign, Err(EnrolTrouble::Foreign(_))), "{foreign:?}");
    let named = tls::front(&site.agency, tls::certificate("central.example", 2020, 2100), site.plain).await;
    assert!(matches!(enrol(&a.kit, &at(named)).await, Err(EnrolTrouble::Foreign(_))));
    let public = Offer { roots: Vec::new(), ..offer.clone() };
    assert!(matches!(enrol(&a.kit, &public).await, Err(EnrolTrouble::Foreign(_))));
    // A certificate that ended, or begins years after what the phone's clock says.
    for (from, to) in [(2019, 2020), (2090, 2100)] {
        let port = tls::front(&site.agency, tls::certificate("localhost", from, to), site.plain).await;
        let told = enrol(&a.kit, &at(port)).await;
        assert!(matches!(told, Err(EnrolTrouble::Clock(_))), "{told:?}");
    }
    // Nobody there.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let told = enrol(&a.kit, &at(free)).await;
    assert!(matches!(told, Err(EnrolTrouble::Unreached(CentralTrouble::Offline(_)))), "{told:?}");
    // The address leads to another central than the offer names.
    let other = Offer { central: Sha256([7; 32]), ..offer.clone() };
    assert!(matches!(enrol(&a.kit, &other).await, Err(EnrolTrouble::Unknown)));
    assert_eq!((a.kept(), site.devices().lines().count()), (None, 1), "only the heading");

    // Used up by this phone, which may ask again; not by another.
    let done = a.enrol(&text).await.unwrap();
    assert_eq!(a.enrol(&text).await.unwrap().certificate, done.certificate);
    let b = Phone::open(site.folder.path().join("b"), &yard);
    assert!(matches!(b.enrol(&text).await, Err(EnrolTrouble::UsedUp)));
    let withdrawn = site.offer("03EE", &["--count", "9"]);
    run(&["enrol", "withdraw", "--data", &site.path("data")]);
    assert!(matches!(b.enrol(&withdrawn).await, Err(EnrolTrouble::Expired)));
    assert_eq!(b.kept(), None);

    // Enrolled, with something in the queue: a new offer of the same central is taken, one of another is not, and nothing
    // is lost.
    let hai = a.sign_in(&site, "hai.tv").await;
    a.lose_coverage().await;
    report_difficulty(&a.kit, &hai, difficulty("Chưa gửi"), None).unwrap();
    let elsewhere = other.text().unwrap();
    let told = read_offer(&a.kit, &elsewhere);
    assert!(matches!(told, Err(EnrolTrouble::OtherCentral { waiting: 1, .. })), "{told:?}");
    assert!(matches!(enrol(&a.kit, &other).await, Err(EnrolTrouble::OtherCentral { .. })));
    a.enrol(&site.offer("03EE", &[])).await.unwrap();
    assert_eq!(a.kit.store.queue_counts().unwrap().waiting, 1);
    a.device.sync.set_coverage(true);
    a.sync().await;
}

/// A phone leaves its central: not while something waits, not when somebody took it into use again, and what it had is put aside.
#[tokio::test(flavor = "multi_thread")]
async fn a_phone_begins_anew_once_nothing_waits() {
    let site = Site::open().await;
    let yard = yard(&site.folder.path().join("yard"));
    let folder = site.folder.path().join("phone");
    let old = Phone::open(folder.clone(), &yard);
    old.enrol(&site.offer("03EE", &[])).await.unwrap();
    let hai = old.sign_in(&site, "hai.tv").await;
    old.sync().await;
    old.lose_coverage().await;
    report_difficulty(&old.kit, &hai, difficulty("Máy sẽ chuyển đơn vị"), None).unwrap();
    let mut screen = Screen::open(&old.kit, &hai, &Route::Settings);
    screen.press("Đưa máy về như mới");
    screen.says(&["Đưa máy này về như mới?", "Còn 1 mục đang chờ gửi", "Ra chỗ có mạng", "Xuất ra tệp"]);
    assert!(matches!(begin_anew(&old.kit), Err(NotAnew::Waiting(1))));
    old.device.sync.set_coverage(true);
    old.sync().await;

    let agree = |phone: &Phone| {
        let mut screen = Screen::open(&phone.kit, &hai, &Route::Settings);
        screen.press("Đưa máy về như mới");
        screen.says(&["Mọi thứ đã gửi", "không xóa", "đăng ký lại"]);
        screen.press("Đưa máy về như mới");
        screen.says(&["Đóng hẳn ứng dụng rồi mở lại", "hỏi mã đăng ký"]);
    };
    agree(&old);
    let device = old.kit.vault.device();
    assert_eq!(old.kit.store.note(OFFICER_NOTE).unwrap(), None, "the session is over");
    // Somebody signs in and leaves the phone again: it is in use.
    stay(old.kit.store.as_ref());
    drop(old);
    let old = started(&folder, &yard).await;
    assert_eq!((old.kit.vault.device(), old.kept().is_some()), (device, true), "it stays as it is");
    // Signed in when the app was stopped, and of the sign-in only the officer is noted.
    agree(&old);
    old.sign_in(&site, "hai.tv").await;
    drop(old);
    let old = started(&folder, &yard).await;
    assert_eq!(old.kit.vault.device(), device);
    old.kit.store.set_note(OFFICER_NOTE, None).unwrap();
    drop(old);
    let old = started(&folder, &yard).await;
    assert_eq!(old.kit.vault.device(), device, "and does not begin anew another day");

    agree(&old);
    // Another window of the app has the files open: not at this start.
    let second = Phone::open(folder.clone(), &yard);
    assert_eq!(second.kit.vault.device(), device);
    drop((old, second));
    let mut new = started(&folder, &yard).await;
    // The second's sync may have taken over from the first for a moment.
    while new.kit.vault.device() == device {
        drop(new);
        new = started(&folder, &yard).await;
    }
    assert_ne!(new.kit.vault.device(), device);
    assert_eq!((new.kept(), new.kit.store.queue().unwrap().len()), (None, 0));
    let left = || -> Vec<PathBuf> {
        let files = std::fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path());
        files.filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with("left-")).collect()
    };
    let [aside] = &left()[..] else { panic!("{:?}", left()) };
    assert_eq!(FileVault::open(&aside.join("vault")).unwrap().device(), device, "nothing is deleted");
    assert!(
        aside.join("seal-field.sqlite").is_file() && aside.join("photos").is_dir() && aside.join("rescue").is_dir()
    );
    new.enrol(&site.offer("03EE", &[])).await.unwrap();
    let hai = new.sign_in(&site, "hai.tv").await;
    report_difficulty(&new.kit, &hai, difficulty("Máy mới"), None).unwrap();
    new.sync().await;

    // Stopped in the middle of it: an empty database under the old key would use numbers of the device twice.
    let device = new.kit.vault.device();
    agree(&new);
    drop(new);
    std::fs::create_dir(folder.join("leaving")).unwrap();
    std::fs::rename(folder.join("seal-field.sqlite"), folder.join("leaving/seal-field.sqlite")).unwrap();
    let next = started(&folder, &yard).await;
    assert_ne!(next.kit.vault.device(), device);
    assert_eq!((next.kept(), next.device.moved_aside), (None, None));
    assert!(!folder.join("leaving").exists());
    assert_eq!(left().len(), 2);
}

/// A phone's next start, when the one before has let go of its files.
async fn started(folder: &Path, yard: &Arc<dyn Reach>) -> Phone {
    let database = folder.join("seal-field.sqlite.sender");
    let free = async {
        while std::fs::File::open(&database).is_ok_and(|file| file.try_lock().is_err()) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), free).await.expect("the sync before ends");
    Phone::open(folder.to_path_buf(), yard)
}

/// A phone is wiped, its whole folder with it: everything that it had sent comes back to a new key, what it had not is gone,
/// and the central says what it knows of that.
#[tokio::test(flavor = "multi_thread")]
async fn a_wiped_phone_enrols_anew_and_has_what_was_sent() {
    let site = Site::open().await;
    let yard = yard(&site.folder.path().join("yard"));
    let folder = site.folder.path().join("phone");
    let old = Phone::open(folder.clone(), &yard);
    old.enrol(&site.offer("03EE", &[])).await.unwrap();
    let hai = old.sign_in(&site, "hai.tv").await;
    old.sync().await;
    let case = old.kit.store.case_lines(&CaseList::all(Cases::From(unit("03EE"))), &EVERY).unwrap().lines[0].id;
    decide_goods(&old.kit, &hai, case, LegalGround::Transit, true, "").unwrap();
    old.photo(&hai, Some(case), PhotoRole::Doors, Stage::Arm);
    old.sync().await;

    // Of one photograph only the fact arrives, and of the last act nothing.
    old.lose_coverage().await;
    old.photo(&hai, Some(case), PhotoRole::Plates, Stage::Arm);
    std::fs::remove_dir_all(folder.join("photos/sealed")).unwrap();
    old.device.sync.set_coverage(true);
    let stuck = async {
        while old.kit.store.queue_counts().unwrap().stuck < 2 {
            old.device.sync.send_now();
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), stuck).await.expect("picture and thumbnail are missing");
    old.lose_coverage().await;
    report_difficulty(&old.kit, &hai, difficulty("Chưa gửi"), None).unwrap();
    let (device, before) = (old.kit.vault.device(), old.kit.store.case(case).unwrap().unwrap());
    let facts: Vec<_> =
        old.kit.store.queue().unwrap().into_iter().filter(|item| matches!(item.what, QueueWhat::Fact { .. })).collect();
    let sent = facts.iter().filter(|item| matches!(item.state, OutboxState::Accepted { .. })).count();
    assert_eq!(facts.len(), sent + 1);
    assert_eq!(before.photos.len(), 2);
    drop(old);
    std::fs::remove_dir_all(&folder).unwrap();

    let new = Phone::open(folder, &yard);
    assert_ne!(new.kit.vault.device(), device);
    assert_eq!(new.kept(), None, "it knows no central");
    new.enrol(&site.offer("03EE", &[])).await.unwrap();
    let hai = new.sign_in(&site, "hai.tv").await;
    new.sync().await;
    assert_eq!(new.kit.store.case(case).unwrap().unwrap(), before, "what was sent is there again");
    report_difficulty(&new.kit, &hai, difficulty("Máy mới"), None).unwrap();
    new.sync().await;

    // At the central: the old phone until it is taken out of use, the photograph that only it had, and nothing of its last act.
    let missing = run(&["missing-photos", "--data", &site.path("data")]);
    let lines: Vec<&str> = missing.lines().skip(1).collect();
    let named = |line: &&str| {
        line.contains("\twaiting\t03EE\thai.tv\t")
            && line.contains(&format!("\t{device}\t"))
            && line.contains(&case.to_string())
    };
    assert_eq!((lines.len(), lines.iter().filter(|line| named(line)).count()), (2, 2), "{missing}");
    run(&["devices", "revoke", &device.to_string(), "--data", &site.path("data")]);
    let devices = site.devices();
    let state =
        |device: &str| devices.lines().find(|line| line.starts_with(device)).unwrap().rsplit('\t').next().unwrap();
    assert_eq!(state(&device.to_string()), "revoked");
    assert_eq!(state(&new.kit.vault.device().to_string()), "enrolled");
    let db = rusqlite::Connection::open(site.folder.path().join("data/central.sqlite")).unwrap();
    let count = "SELECT count(*) FROM event WHERE device = ?1";
    let held: usize = db.query_row(count, [device.0.as_bytes()], |row| row.get(0)).unwrap();
    assert_eq!(held, sent, "what had a receipt, and not the last act");
}
