//! A parcel on paper: the act on a real store, what is on the screen, and the address the file is fetched from.

use crate::common;

use std::sync::Arc;

use crate::bench::*;
use crate::common::office;
use crate::still::screen;
use seal_core::doc::{Doc, SealDoc};
use seal_core::document::{Document, Sheet};
use seal_core::fact::{Fact, ParcelPacked};
use seal_core::ids::ParcelId;
use seal_core::rules::RulePack;
use seal_field::actions::hand_parcel::{HandOverDraft, hand_parcel, keep_hand_over};
use seal_field::actions::print_parcel::{PrintError, print_parcel};
use seal_field::adapters::paper_folder::PaperFolder;
use seal_field::adapters::paper_hub::Papers;
use seal_field::adapters::pdf::PdfPress;
use seal_field::ports::documents::{Offered, Paper, Press, PressError};
use seal_field::practice::{loopback, paper_routes};
use seal_field::ui::route::Route;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use uuid::Uuid;

const PARCEL: ParcelId = ParcelId(Uuid::from_u128(0x417));

/// Keeps the document it is given.
#[derive(Default)]
struct Proof(std::sync::Mutex<Vec<Document>>);

impl Press for Proof {
    fn set(&self, document: &Document) -> Result<Paper, PressError> {
        self.0.lock().unwrap().push(document.clone());
        PdfPress::default().set(document)
    }
}

/// A packed parcel of two seals, one of which no register knows.
fn packed(press: Arc<dyn Press>) -> Bench {
    let mut bench = Bench::new(&[]);
    let shipped = RulePack::parse(include_str!("../assets/rules/2026.json")).unwrap();
    bench.rules(
        RulePack { seal_kinds: shipped.seal_kinds, ..common::rules("1") },
        &[("03EE", "Đình Vũ"), ("02CI", "Sài Gòn KV1")],
    );
    bench.documents(vec![Doc::Seal(SealDoc {
        owner: office("02CI"),
        manager: office("02CI"),
        ..seal_doc("83181008")
    })]);
    bench.kit.press = press;
    bench.kit.outlet = Arc::new(PaperFolder::new(bench.folder.path().join("papers")));
    let fact = ParcelPacked {
        parcel: PARCEL,
        number: "GP-0417".to_owned(),
        from: office("03EE"),
        to: office("02CI"),
        seals: vec![common::seal("83181008"), common::seal("77000001")],
        ropes: 2,
        chargers: 0,
        packed: Vec::new(),
        lithium_label: true,
    };
    bench.kit.record(&bench.a, None, vec![Fact::ParcelPacked(fact)]).unwrap();
    bench
}

fn sheets(proof: &Proof) -> (seal_core::document::Label, seal_core::document::Form) {
    let documents = proof.0.lock().unwrap();
    let [Sheet::Label(label), Sheet::Form(form)] = &documents.last().unwrap().sheets[..] else {
        panic!("label and list")
    };
    (label.clone(), form.clone())
}

#[test]
fn the_papers_say_what_the_records_say() {
    let proof = Arc::new(Proof::default());
    let bench = packed(proof.clone());
    assert!(matches!(print_parcel(&bench.kit, ParcelId(Uuid::from_u128(9))), Err(PrintError::NotPacked)));

    let printed = print_parcel(&bench.kit, PARCEL).unwrap();
    let Offered::File(file) = &printed.offered else { panic!("a file") };
    assert!(file.ends_with("papers/GP-0417.pdf"));
    let bytes = std::fs::read(file).unwrap();
    assert!(bytes.starts_with(b"%PDF"));
    let (label, form) = sheets(&proof);
    assert_eq!((label.from.name.as_str(), label.to.name.as_str()), ("Hải quan Đình Vũ", "Hải quan Sài Gòn KV1"));
    assert_eq!(label.code.text, seal_core::scan::parcel_code(&PARCEL.0));
    assert_eq!(label.waybill, None);
    assert_eq!(label.notice.as_ref().map(|notice| notice.mark.as_str()), Some("UN 3481"));
    assert!(label.notice.unwrap().source.contains("cần xác nhận"));
    assert!(label.ticks[0].done && !label.ticks[1].done, "{:?}", label.ticks);
    assert_eq!(form.issuer.last().unwrap(), "HẢI QUAN ĐÌNH VŨ");
    let rows: Vec<[&str; 4]> = form.table.rows.iter().map(|row| [&*row[0], &*row[1], &*row[2], &*row[3]]).collect();
    assert_eq!(
        rows,
        [["1", "8318 1008", "Seal định vị điện tử", "Sài Gòn KV1"], ["2", "7700 0001", "Chưa có trong sổ", "–"]]
    );
    assert_eq!(form.further[0].rows[0][3], "2");

    // The same again is the same file; the courier's waybill is on it once it is entered, a wrong one is not.
    print_parcel(&bench.kit, PARCEL).unwrap();
    assert_eq!(std::fs::read(file).unwrap(), bytes);
    let entered = |waybill: &str| HandOverDraft {
        carrier: "EMS".to_owned(),
        waybill: waybill.to_owned(),
        taken_by: "Hữu Phước".to_owned(),
        scanned: true,
    };
    keep_hand_over(&bench.kit, PARCEL, &entered("RR473124828GB")).unwrap();
    print_parcel(&bench.kit, PARCEL).unwrap();
    assert_eq!(sheets(&proof).0.waybill, None);
    keep_hand_over(&bench.kit, PARCEL, &entered("RR473124829GB")).unwrap();
    print_parcel(&bench.kit, PARCEL).unwrap();
    let (label, form) = sheets(&proof);
    assert_eq!(label.waybill.unwrap().text, "RR473124829GB");
    assert_eq!((form.signatures[1].name.as_str(), form.signatures[1].strokes.as_str()), ("Hữu Phước", ""));

    hand_parcel(&bench.kit, &bench.a, PARCEL, &entered("RR473124829GB"), "M1 1L9 9").unwrap();
    print_parcel(&bench.kit, PARCEL).unwrap();
    let (_, form) = sheets(&proof);
    assert_eq!(form.signatures[1].strokes, "M1 1L9 9");
    assert!(form.lines.iter().any(|line| line.name == "Bưu tá nhận kiện" && line.value.starts_with("Hữu Phước, ")));
}

#[test]
fn the_row_is_on_the_screen_before_and_after_the_courier() {
    let bench = packed(Arc::new(PdfPress::default()));
    let screen = |shot: &str| screen(&bench, &bench.a, &Route::ParcelHandOver { parcel: PARCEL }, shot);
    assert!(screen("papers-before").contains("In phiếu và nhãn"));
    let draft =
        HandOverDraft {
            waybill: "RR473124829GB".to_owned(), taken_by: "Phước".to_owned(), ..HandOverDraft::default()
        };
    hand_parcel(&bench.kit, &bench.a, PARCEL, &draft, "M1 1L9 9").unwrap();
    assert!(screen("papers-after").contains("In phiếu và nhãn"));
}

#[tokio::test]
async fn the_page_fetches_its_papers_and_no_others() {
    let papers = Arc::new(Papers::default());
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let server =
        tokio::spawn(axum::serve(listener, loopback::only(paper_routes::routes(Arc::clone(&papers)))).into_future());
    let mut bench = packed(Arc::new(PdfPress::default()));
    bench.kit.outlet = papers.open(Some(address));
    let printed = print_parcel(&bench.kit, PARCEL).unwrap();
    let Offered::Link(link) = printed.offered else { panic!("a link") };
    let path = link.strip_prefix(&format!("http://{address}")).unwrap().to_owned();

    let get = async |path: &str, host: &str| {
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        answer
    };
    let own = address.to_string();
    let answer = get(&path, &own).await;
    let head = String::from_utf8_lossy(&answer[..400.min(answer.len())]).to_lowercase();
    assert!(head.starts_with("http/1.1 200"), "{head}");
    for line in
        ["content-type: application/pdf", "inline; filename=\"gp-0417.pdf\"", "cache-control: no-store", "nosniff"]
    {
        assert!(head.contains(line), "{head}");
    }
    assert!(answer.windows(5).any(|bytes| bytes == b"%PDF-"));
    let wrong = path.replacen("/papers/", "/papers/0", 1);
    assert!(get(&wrong, &own).await.starts_with(b"HTTP/1.1 404"));
    assert!(get(&path, "evil.example").await.starts_with(b"HTTP/1.1 403"));
    server.abort();
}
