//! Numbers as printed, scanned or typed, and the identifiers of the system. Check digits are computed here anew, by the
//! standards' words.

use std::str::FromStr;

use seal_core::container::{self, ContainerNo};
use seal_core::declaration::{self, DeclarationNo};
use seal_core::ids::{CaseId, EventId, OfficeCode, Sha256};
use seal_core::range;
use seal_core::seal_no::SealNo;
use seal_core::time::date_in_vietnam;
use seal_core::waybill::{self, WaybillNo};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{strings, target};
use crate::mutate;
use crate::run::{Job, Target};

pub(super) fn targets() -> Vec<Target> {
    vec![
        target("container", "container numbers: right check digit, canonical form read back, candidates valid", || {
            text_job(
                &["CSQU3054383", "csqu 305438 3", "MSKU9070233", "ＣＳＱＵ３０５４３８３", "C5QU3O54383", "MSKU907032"],
                container,
            )
        }),
        target("declaration", "declaration numbers: right eleventh digit, old numbers kept as read back", || {
            text_job(
                &["507134820550", "108557295010", "50-7134820550", "1234/TN-2019", "Số 12/ĐK", "50713482055"],
                declaration,
            )
        }),
        target("seal-no", "seal numbers: read back from what people see and what is stored", || {
            text_job(&["83181001", "8318 1001", "VNHQ-0012", "VN123456", "123456789012345"], seal_no)
        }),
        target("waybill", "waybill numbers: S10 check digit, candidates valid", || {
            text_job(&["RR473124829GB", "RR 473 124 828 GB", "VTP-12/345", "EE123456785VN"], waybill)
        }),
        target("ids", "office codes, ids, digests, times: read back from their display", || {
            text_job(
                &[
                    "03EE",
                    " 15bb ",
                    "5ea10000-0000-4000-8000-000000000001",
                    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
                    "2026-02-13T05:00:00+07:00",
                    "9999-12-30T22:00:00.999999999Z",
                    "-009999-01-02T01:59:59Z",
                ],
                ids,
            )
        }),
        target("range", "ranges of seal numbers: at most 500, in order, one run; or refused", || {
            text_job(
                &[
                    "HQVN\n0098\n0101",
                    "\n7\n",
                    "A\n9\n11",
                    "B\n18446744073709551615\n18446744073709551615",
                    "X\n1\n501",
                ],
                seal_range,
            )
        }),
    ]
}

fn text_job(seeds: &[&str], check: fn(&str)) -> Job {
    let seeds = strings(seeds);
    Job::of_text(move |rng| mutate::text(rng, &seeds), check)
}

/// What is stored and sent is read back as the same.
fn stays<T>(no: &T)
where
    T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug + AsRef<str> + FromStr<Err: std::fmt::Debug>,
{
    assert_eq!(&T::from_str(no.as_ref()).expect("its own text"), no);
    let json = serde_json::to_string(no).expect("a text");
    assert_eq!(&serde_json::from_str::<T>(&json).expect("its own JSON"), no);
}

fn container(raw: &str) {
    let _ = container::check_digit_for(raw);
    match ContainerNo::parse(raw) {
        Ok(no) => {
            // ISO 6346 annex A, as a table
            let values = [
                10, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 34, 35, 36, 37, 38,
            ];
            let value = |c: u8| match c {
                b'A'..=b'Z' => values[usize::from(c - b'A')],
                _ => usize::from(c - b'0'),
            };
            let text = no.as_str().as_bytes();
            let sum: usize = text[..10].iter().enumerate().map(|(at, c)| value(*c) * (1 << at)).sum();
            assert_eq!(sum % 11 % 10, usize::from(text[10] - b'0'), "{no}");
            let painted = no.to_string();
            assert_eq!(ContainerNo::parse(&painted).expect("what is painted"), no);
            assert!(container::candidates(raw).is_empty());
            stays(&no);
        }
        Err(_) => {
            for near in container::candidates(raw) {
                assert_eq!(ContainerNo::parse(&near.text).expect("a valid candidate").as_str(), near.text);
            }
        }
    }
}

fn declaration(raw: &str) {
    if let Ok(no) = DeclarationNo::parse(raw) {
        let digits: u64 = no.as_str()[2..10].parse().expect("digits");
        assert_eq!(Some(digits % 7), no.as_str()[10..11].parse().ok());
        assert!(no.is_checked());
        stays(&no);
    }
    if let Ok(accepted) = DeclarationNo::accept(raw) {
        let no = accepted.number;
        assert_eq!(accepted.warning.is_none(), no.is_checked(), "{raw:?}");
        assert!((1..=35).contains(&no.as_str().chars().count()));
        let _ = no.kind();
        let shown = no.to_string();
        assert_eq!(DeclarationNo::from_str(&shown).expect("what is shown"), no);
        stays(&no);
    }
    for near in declaration::candidates(raw) {
        assert!(DeclarationNo::parse(&near.text).is_ok());
    }
}

fn seal_no(raw: &str) {
    if let Ok(no) = SealNo::parse(raw) {
        assert!((1..=15).contains(&no.as_str().len()) && no.as_str().is_ascii());
        let shown = no.to_string();
        assert_eq!(SealNo::parse(&shown).expect("what people see"), no);
        let (prefix, figures, length) = range::order(&no);
        assert!(prefix.len() <= length && (figures == 0 || length > prefix.len()));
        stays(&no);
    }
}

fn waybill(raw: &str) {
    if let Ok(no) = WaybillNo::parse(raw) {
        let text = no.as_str();
        if no.is_s10() {
            let sum: u32 =
                text.bytes().skip(2).zip([8, 6, 4, 2, 3, 5, 9, 7]).map(|(c, w)| u32::from(c - b'0') * w).sum();
            let check = [5, 0, 9, 8, 7, 6, 5, 4, 3, 2, 1][(sum % 11) as usize];
            assert_eq!(u32::from(text.as_bytes()[10] - b'0'), check, "{text}");
        }
        stays(&no);
    }
    for near in waybill::s10_candidates(raw) {
        assert!(WaybillNo::parse(&near.text).is_ok_and(|no| no.is_s10()));
    }
}

fn ids(raw: &str) {
    if let Ok(code) = OfficeCode::parse(raw) {
        assert_eq!(code.as_str().len(), 4);
        assert_eq!(OfficeCode::parse(code.as_str()), Ok(code));
    }
    if let Ok(id) = raw.parse::<CaseId>() {
        assert_eq!(id.to_string().parse::<CaseId>(), Ok(id));
    }
    let _ = raw.parse::<EventId>();
    if let Some(digest) = Sha256::from_hex(raw) {
        assert_eq!(digest.to_string(), raw.to_ascii_lowercase());
        let json = serde_json::to_string(&digest).expect("a text");
        assert_eq!(serde_json::from_str::<Sha256>(&json).expect("its own JSON"), digest);
    }
    if let Ok(at) = raw.parse::<jiff::Timestamp>() {
        assert_eq!(at.to_string().parse::<jiff::Timestamp>().expect("its own text"), at);
        let _ = date_in_vietnam(at);
    }
}

fn seal_range(raw: &str) {
    let mut lines = raw.split('\n');
    let mut next = || lines.next().unwrap_or_default();
    let (prefix, first, last) = (next(), next(), next());
    if let Ok(numbers) = range::numbers(prefix, first, last) {
        assert!((1..=range::MOST).contains(&numbers.len()));
        assert!(numbers.windows(2).all(|pair| range::order(&pair[0]) < range::order(&pair[1])));
        let runs = range::runs(&numbers);
        assert_eq!(runs, [(numbers[0].clone(), numbers[numbers.len() - 1].clone())], "{prefix:?} {first:?} {last:?}");
    }
}
