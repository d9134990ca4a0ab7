//! Longer texts: whatever a code says, GS1, slips, what an officer types into a search.

use seal_core::container::ContainerNo;
use seal_core::declaration::DeclarationNo;
use seal_core::gs1;
use seal_core::scan::{self, KnownThings, NothingKnown, ScanContext, Symbology, Thing, What};
use seal_core::seal_no::SealNo;
use seal_core::search::{self, Needle};
use seal_core::slip::{self, Collected, Collector, SlipError};
use seal_core::waybill::WaybillNo;

use super::{strings, target};
use crate::mutate;
use crate::run::{Job, Target};

pub(super) fn targets() -> Vec<Target> {
    vec![
        target(
            "scan",
            "any scanned or typed text: raw text kept, what is claimed is valid, a pick is stable",
            scan_job,
        ),
        target(
            "gs1",
            "GS1 element strings and Digital Links: check digits right, written again they read the same",
            || {
                let seeds = strings(&[
                    "00106141412345678908",
                    "800300614141123452400",
                    "]C101095060001343521725123110ABC123\u{1d}21X-1",
                    "https://id.gs1.org/00/106141412345678908",
                    "https://example.com/some/stem/8003/00614141123452400?x=1",
                    "https://id.gs1.org/01/9506000134352/10/ABC1/21/12%263",
                    "8004061414112345400",
                ]);
                Job::of_text(move |rng| mutate::text(rng, &seeds), gs1_text)
            },
        ),
        target("slip", "slips: a refused code changes nothing, a whole one is what its name says", slip_job),
        target("search", "search texts: folding twice is folding once, what was typed is found in itself", || {
            let seeds =
                strings(&["Cảng Đình Vũ", "MSKU 907032 3", "Tie\u{302}\u{301}ng Vie\u{323}\u{302}t", "İSTANBUL ŉ ß ΐ"]);
            Job::of_text(move |rng| mutate::text(rng, &seeds), search_text)
        }),
    ]
}

/// A device that knows every number whose text has an even length.
struct Knows;

impl KnownThings for Knows {
    fn seal(&self, number: &SealNo) -> bool {
        number.as_str().len().is_multiple_of(2)
    }
    fn container(&self, _: &ContainerNo) -> bool {
        true
    }
    fn declaration(&self, number: &DeclarationNo) -> bool {
        number.as_str().len().is_multiple_of(3)
    }
    fn waybill(&self, number: &WaybillNo) -> bool {
        number.as_str().len() % 2 == 1
    }
}

fn scan_job() -> Job {
    let seeds = strings(&[
        "CSQU 305438 3",
        "CSQU305438345G1",
        "MSKU9070233",
        "507134820550",
        "03EE;108557295010;MSKU9070323",
        "RR473124828GB",
        "83181001",
        "SF1:P:5ea10000-0000-4000-8000-000000000001",
        "SF1:S:0A1B2C3D:1/2:ABC",
        "HQCTR;1;03EE;CSQU3054383;507134820550;45G1",
        "00106141412345678908",
    ]);
    let things = [Thing::Container, Thing::Declaration, Thing::Seal, Thing::Waybill, Thing::Parcel];
    let symbologies = [None, Some(Symbology::Qr), Some(Symbology::Code128)];
    Job::of_text(
        move |rng| mutate::text(rng, &seeds),
        move |raw| {
            let mut turn = raw.len();
            for wanted in std::iter::once(None).chain(things.map(Some)) {
                for known in [&Knows as &dyn KnownThings, &NothingKnown] {
                    // In turn, so that long texts stay quick.
                    turn += 1;
                    let symbology = symbologies[turn % symbologies.len()];
                    let context = ScanContext { known, wanted };
                    let answer = scan::recognise(raw, symbology, &context);
                    assert_eq!(answer.raw, raw);
                    assert_eq!(answer.what == What::Unknown, answer.because.is_empty(), "{answer:?}");
                    recognised(&answer.what);
                    for near in &answer.near {
                        assert!(scan::picked(&near.candidate.text, near.thing).is_some(), "{near:?}");
                    }
                    for thing in &answer.possible {
                        assert!(scan::picked(raw, *thing).is_some());
                    }
                }
            }
            for thing in things {
                if let Some(what) = scan::picked(raw, thing) {
                    recognised(&what);
                }
            }
        },
    )
}

/// What is claimed is what its own number says.
fn recognised(what: &What) {
    match what {
        What::Container { number, .. } => {
            assert_eq!(&ContainerNo::parse(number.as_str()).expect("valid"), number);
        }
        What::Declaration { number, kind } => assert_eq!(number.kind(), *kind),
        What::ContainerSheetRow { container, declaration, office } => {
            assert!(container.is_some() || declaration.is_some());
            assert!(declaration.as_ref().is_none_or(DeclarationNo::is_checked));
            assert!(office.as_ref().is_none_or(|office| office.len() == 4));
        }
        What::Parcel { id } => {
            assert_eq!(scan::picked(&scan::parcel_code(id), Thing::Parcel), Some(what.clone()));
        }
        What::Seal { .. } | What::Waybill { .. } | What::Slip | What::Unknown => {}
    }
    let json = serde_json::to_string(what).expect("it is stored");
    assert_eq!(&serde_json::from_str::<What>(&json).expect("its own JSON"), what);
}

fn gs1_text(text: &str) {
    let checked = |elements: &[gs1::Element]| {
        for element in elements {
            let digits = match element.ai.as_str() {
                "00" | "01" | "02" | "402" | "410" | "411" | "412" | "413" | "414" | "415" | "416" | "417" | "8017"
                | "8018" => element.value.as_str(),
                "8003" => &element.value[..14],
                _ => continue,
            };
            // GS1 General Specifications 7.9: from the right, weights 3 and 1 before the check digit
            let digits: Vec<u32> = digits.chars().map(|c| c.to_digit(10).expect("a digit")).collect();
            let (check, before) = digits.split_last().expect("not empty");
            let sum: u32 = before.iter().rev().zip([3, 1].into_iter().cycle()).map(|(d, w)| d * w).sum();
            assert_eq!((10 - sum % 10) % 10, *check, "{element:?}");
        }
    };
    if let Ok(elements) = gs1::elements(text) {
        checked(&elements);
        let again: String = elements.iter().map(|one| format!("{}{}\u{1d}", one.ai, one.value)).collect();
        assert_eq!(gs1::elements(&again).as_ref(), Ok(&elements));
        let _ = gs1::key(&elements);
    }
    if let Ok(elements) = gs1::digital_link(text) {
        checked(&elements);
        let percent = |value: &str| value.bytes().map(|b| format!("%{b:02X}")).collect::<String>();
        let path: String = elements.iter().map(|one| format!("/{}/{}", one.ai, percent(&one.value))).collect();
        assert_eq!(gs1::digital_link(&format!("https://id.gs1.org{path}")).as_ref(), Ok(&elements));
        let _ = gs1::key(&elements);
    }
    let _ = gs1::is_proven(text);
}

fn slip_job() -> Job {
    let slips: Vec<Vec<u8>> =
        vec![b"short".to_vec(), (0..=255).collect(), (0..2_000).map(|n| (n % 251) as u8).collect()];
    let mut seeds: Vec<String> = slips.iter().map(|slip| slip::codes(slip).join("\n")).collect();
    let mut mixed: Vec<String> = slips.iter().flat_map(|slip| slip::codes(slip)).collect();
    mixed.reverse();
    seeds.push(mixed.join("\n"));
    Job::of_text(
        move |rng| if rng.one_in(4) { rng.pick(&seeds).clone() } else { mutate::text(rng, &seeds) },
        |text| {
            let mut collector = Collector::default();
            for code in text.split('\n') {
                let before = collector.clone();
                match collector.take(code) {
                    Ok(Collected::Part { have, of }) => assert!((1..of).contains(&have) && of <= 60),
                    Ok(Collected::Whole(bytes)) => {
                        assert_eq!(collector, Collector::default());
                        let mut again = Collector::default();
                        let codes = slip::codes(&bytes);
                        let last = codes.iter().map(|code| again.take(code)).last();
                        assert_eq!(last, Some(Ok(Collected::Whole(bytes))));
                    }
                    Err(SlipError::NotASlip) => {
                        assert_eq!(collector, before);
                        assert!(!slip::is_slip(code));
                    }
                    Err(SlipError::Broken) => assert_eq!(collector, Collector::default()),
                }
            }
        },
    )
}

fn search_text(text: &str) {
    let folded = search::fold(text);
    assert_eq!(search::fold(&folded), folded);
    if let Some(needle) = Needle::of(text) {
        assert!(needle.is_in(&folded));
    }
}
