use proptest::prelude::*;

use super::*;
use crate::near::Change;

/// A device with one of each.
struct Mirror;
impl KnownThings for Mirror {
    fn seal(&self, no: &SealNo) -> bool {
        no.as_str() == "83181001"
    }
    fn container(&self, no: &ContainerNo) -> bool {
        no.as_str() == "MSKU9070323"
    }
    fn declaration(&self, no: &DeclarationNo) -> bool {
        matches!(no.as_str(), "108557295010" | "1234/NK/KD")
    }
}

fn scan(raw: &str, symbology: Option<Symbology>, wanted: Option<Thing>) -> Recognition {
    recognise(raw, symbology, &ScanContext { known: &Mirror, wanted })
}
fn code128(raw: &str) -> Recognition {
    scan(raw, Some(Symbology::Code128), None)
}

#[test]
fn each_kind_and_its_reason() {
    let r = code128("CSQU3054383");
    assert_eq!((r.what.name(), &r.because[..]), ("container", &[Because::CheckDigitOk][..]));
    let r = code128("msku 907032 3 45G1");
    assert!(matches!(&r.what, What::Container { size_type: Some(s), .. } if s == "45G1"));
    assert_eq!(r.because, [Because::CheckDigitOk, Because::WorkList]);
    assert_eq!(r.raw, "msku 907032 3 45G1");
    let r = code128("307766164220");
    assert!(matches!(r.what, What::Declaration { kind: DocumentKind::Export, .. }));
    assert_eq!(r.because, [Because::Mod7Ok]);
    assert_eq!(code128("108557295010").because, [Because::Mod7Ok, Because::WorkList]);
    assert_eq!(code128("1234/NK/KD").because, [Because::WorkList]);
    let r = code128("8318.1001");
    assert_eq!((r.what.name(), &r.because[..]), ("seal", &[Because::KnownSeal][..]));
    let r = code128("RR473124829GB");
    assert_eq!((r.what.name(), &r.because[..]), ("waybill", &[Because::S10Ok][..]));
    let id = Uuid::from_u128(7);
    let r = scan(&parcel_code(&id), Some(Symbology::Qr), None);
    assert_eq!((r.what, r.because), (What::Parcel { id }, vec![Because::OwnCode]));
}

#[test]
fn a_sheet_row_gives_only_what_a_checksum_confirms() {
    let raw = "03EE;108557295010; MSKU 907032 3 ;#####;0201234567";
    let r = scan(raw, Some(Symbology::Qr), None);
    let What::ContainerSheetRow { container, declaration, office } = &r.what else { panic!("{r:?}") };
    assert_eq!(container.as_ref().unwrap().as_str(), "MSKU9070323");
    assert_eq!(declaration.as_ref().unwrap().as_str(), "108557295010");
    assert_eq!(office.as_deref(), Some("03EE"));
    assert!(r.is_confirmed() && r.because.contains(&Because::FoundInText));
    let glued = scan("108557295010CSQU305438303EE", Some(Symbology::Qr), None);
    assert!(!matches!(glued.what, What::ContainerSheetRow { container: Some(_), .. }), "a digit follows");
    assert_eq!(scan("03EE|108557295020|CSQU3054384", Some(Symbology::Qr), None).what, What::Unknown);
    assert_eq!(code128("X;CSQU3054383;Y").what, What::Unknown);
}

#[test]
fn unknown_stays_raw_with_the_shapes_it_fits() {
    let r = code128("EB 417 882 056 VN");
    assert_eq!((&r.what, r.raw.as_str()), (&What::Unknown, "EB 417 882 056 VN"));
    assert_eq!(r.problem, Some(Problem::S10));
    assert!(r.near.iter().any(|n| n.candidate.text == "EB417882053VN"));
    assert_eq!(r.possible, [Thing::Declaration, Thing::Seal, Thing::Waybill]);
    assert!(!r.is_confirmed());
    let r = scan("https://example.org/?a=1", Some(Symbology::Qr), None);
    assert_eq!((r.what, r.possible, r.problem), (What::Unknown, vec![], None));
}

#[test]
fn the_screen_decides_only_where_nothing_else_does() {
    let seal = |raw| scan(raw, Some(Symbology::Code128), Some(Thing::Seal));
    assert_eq!(code128("70010002").what, What::Unknown);
    let r = seal("70010002");
    assert_eq!((r.what.name(), &r.because[..]), ("seal", &[Because::PatternOnly][..]));
    assert!(!r.is_confirmed());
    assert_eq!(seal("CSQU3054383").what.name(), "container", "a check digit outranks the screen");
    assert_eq!(scan("VTP123456", None, Some(Thing::Waybill)).what.name(), "waybill");
}

#[test]
fn a_wrong_check_digit_gives_candidates_known_ones_first() {
    let r = scan("MSKU9070233", None, None);
    assert_eq!(r.what, What::Unknown);
    assert_eq!(r.problem, Some(Problem::Container(ContainerError::CheckDigit { expected: 6, found: 3 })));
    assert_eq!((r.near[0].candidate.text.as_str(), r.near[0].known), ("MSKU9070323", true));
    assert_eq!(r.near[0].candidate.change, Change::Swapped);
    let r = scan("108557295020", None, None);
    assert!(matches!(r.problem, Some(Problem::Declaration(DeclarationError::CheckDigit { .. }))));
    assert_eq!(r.near[0].candidate.text, "108557295010");
    assert!(matches!(
        scan("MSKU90", None, Some(Thing::Container)).problem,
        Some(Problem::Container(ContainerError::Length { found: 6 }))
    ));
    assert!(matches!(picked("108557295020", Thing::Declaration), Some(What::Declaration { .. })));
    assert_eq!(picked("MSKU9070233", Thing::Container), None);
}

#[test]
fn json_names() {
    let json = serde_json::to_string(&[Symbology::Code128, Symbology::Qr, Symbology::Ean13]).unwrap();
    assert_eq!(json, r#"["code128","qr","ean13"]"#);
    for s in [Symbology::Datamatrix, Symbology::Pdf417, Symbology::Itf, Symbology::Code39, Symbology::Aztec] {
        assert_eq!(serde_json::to_value(s).unwrap(), s.name());
    }
    assert_eq!(serde_json::to_string(&HowRead::TypedTwice).unwrap(), "\"typed_twice\"");
}

proptest! {
    #[test]
    fn never_panics_and_keeps_the_raw_text(raw in "\\PC{0,80}|[A-Z0-9 ;|-]{0,60}") {
        for symbology in [None, Some(Symbology::Qr), Some(Symbology::Code39)] {
            for wanted in [None, Some(Thing::Container), Some(Thing::Declaration), Some(Thing::Seal), Some(Thing::Waybill)] {
                let r = scan(&raw, symbology, wanted);
                prop_assert_eq!(&r.raw, &raw);
                prop_assert_eq!(r.what == What::Unknown, r.because.is_empty());
            }
        }
    }

    #[test]
    fn a_row_finds_its_container(before in "[0-9; |]{0,20}", after in "[;| ][A-Za-z0-9; |]{0,20}") {
        let r = scan(&format!("{before};TEXU3070079{after}"), Some(Symbology::Qr), None);
        let found = match r.what {
            What::ContainerSheetRow { container: Some(no), .. } | What::Container { number: no, .. } => no,
            what => return Err(TestCaseError::fail(format!("{what:?}"))),
        };
        prop_assert_eq!(found.as_str(), "TEXU3070079");
    }
}
