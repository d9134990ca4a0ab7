use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization as _;

use super::ink::{A4, Area, Canvas, Ink, Kind, mm};
use super::text::{Face, Run, lines};
use super::*;
use crate::adapters::barcode::{Formats, decode_luma};
use seal_core::scan::Symbology;
use seal_core::scan::parcel_code;

#[path = "../../../tests/common/papers.rs"]
mod papers;

use papers::Sample;

const LONG: &str = "Hải quan cửa khẩu cảng Sài Gòn khu vực 1 thuộc Chi cục Hải quan khu vực II, Đội Giám sát hàng hóa \
    xuất khẩu, nhập khẩu, quá cảnh và phương tiện vận tải đường thủy nội địa";

/// Every shape of parcel that layouts are held to.
fn samples() -> Vec<Sample> {
    let long = Sample {
        from: LONG.to_owned(),
        to: LONG.to_owned(),
        packed_by: "Nguyễn Phước Quý Ngọc Trường Thạch Thùy Dương".to_owned(),
        carrier: "Tổng công ty Bưu điện Việt Nam, Trung tâm Khai thác vận chuyển Lạng Sơn".to_owned(),
        waybill: "VTP-2026/11/23-LANGSON-SAIGON-00412",
        ..Sample::of("long", 10)
    };
    // A word that no line holds.
    let endless = Sample { from: "Hảiquan".repeat(20), carrier: "W".repeat(60), ..Sample::of("endless", 1) };
    let sizes = [0, 1, 2, 3, 10, 11, 12, 60].map(|n| Sample::of("size", n));
    let bare = [1, 3, 60].map(|n| Sample::bare("bare", n));
    sizes.into_iter().chain(bare).chain([long, endless]).collect()
}

fn laid_out(sample: &Sample) -> Canvas {
    PdfPress::marked("THỰC HÀNH").lay_out(&sample.document()).unwrap()
}

fn texts(items: &[ink::Item]) -> impl Iterator<Item = (&str, Area)> {
    items.iter().filter_map(|item| match &item.ink {
        Ink::Text { run, .. } => Some((run.text.trim_end(), item.ink.area())),
        _ => None,
    })
}

#[test]
fn nothing_leaves_the_page_and_nothing_lies_on_anything_else() {
    for sample in samples() {
        for (page, items) in laid_out(&sample).pages.iter().enumerate() {
            let place = format!("{} {} page {page}", sample.name, sample.seals);
            for item in items {
                let area = item.ink.area();
                // The line to cut along goes from edge to edge.
                let edge = if matches!(item.ink, Ink::Rule { dashed: true, .. }) { 0.0 } else { mm(2.0) };
                let inside =
                    area.x >= edge && area.y >= edge && area.right() <= A4.0 - edge && area.bottom() <= A4.1 - edge;
                assert!(inside, "{place}: {:?} leaves the page", item.ink);
            }
            let solid: Vec<(String, Area)> = items
                .iter()
                .filter_map(|item| match &item.ink {
                    Ink::Text { run, .. } => Some((run.text.clone(), item.ink.area())),
                    Ink::Modules { whole, .. } => Some(("a code".to_owned(), *whole)),
                    Ink::Strokes { .. } => Some(("strokes".to_owned(), item.ink.area())),
                    Ink::Rule { .. } | Ink::Frame { .. } => None,
                })
                .filter(|(_, area)| area.w > 0.0)
                .collect();
            for (at, (what, one)) in solid.iter().enumerate() {
                for (other, two) in &solid[at + 1..] {
                    let apart = one.right() <= two.x + 0.1
                        || two.right() <= one.x + 0.1
                        || one.bottom() <= two.y + 0.1
                        || two.bottom() <= one.y + 0.1;
                    assert!(apart, "{place}: “{what}” {one:?} lies on “{other}” {two:?}");
                }
            }
            for frame in frames(items) {
                for (what, area) in &solid {
                    let crosses = area.right() > frame.x + 0.1
                        && area.x < frame.x - 0.1
                        && area.bottom() > frame.y
                        && area.y < frame.bottom();
                    let leaves = area.x < frame.right() - 0.1
                        && area.right() > frame.right() + 0.1
                        && area.bottom() > frame.y
                        && area.y < frame.bottom();
                    assert!(!crosses && !leaves, "{place}: “{what}” goes through a frame's side");
                }
            }
        }
    }
}

fn frames(items: &[ink::Item]) -> Vec<Area> {
    items.iter().filter(|item| matches!(item.ink, Ink::Frame { .. })).map(|item| item.ink.area()).collect()
}

#[test]
fn the_text_of_a_form_keeps_to_its_margins() {
    for sample in samples() {
        // The label is the first page; marks and the foot stand in the margins.
        for items in &laid_out(&sample).pages[1..] {
            for (text, area) in texts(items).filter(|(text, _)| *text != "THỰC HÀNH") {
                assert!(area.x >= mm(30.0) - 0.1 && area.right() <= A4.0 - mm(15.0) + 3.5, "{text}");
                let foot = text.starts_with("Trang ") || text.starts_with("Bảng kê seal hoàn trả");
                assert!(
                    area.y >= mm(20.0) - 1.0 && (foot || area.bottom() <= A4.1 - mm(20.0) + 1.0),
                    "{text}: {area:?}"
                );
            }
        }
    }
}

#[test]
fn every_page_repeats_the_titles_and_says_which_it_is() {
    let sample = Sample::of("60", 60);
    let canvas = laid_out(&sample);
    let form = &canvas.pages[1..];
    assert!(form.len() >= 3, "{}", form.len());
    for (at, items) in form.iter().enumerate() {
        let all: Vec<&str> = texts(items).map(|(text, _)| text).collect();
        assert!(all.contains(&"Số seal"), "page {at} has no titles");
        assert!(all.contains(&format!("Trang {}/{}", at + 1, form.len()).as_str()));
        assert_eq!(all.iter().filter(|text| **text == "THỰC HÀNH").count(), 2);
    }
    // Every seal once, in order; the signatures are not alone on their page.
    let numbers: Vec<String> = form
        .iter()
        .flat_map(|items| texts(items))
        .map(|(text, _)| text.to_owned())
        .filter(|text| text.starts_with("8318 "))
        .collect();
    let wanted: Vec<String> = sample.numbers().iter().map(ToString::to_string).collect();
    assert_eq!(numbers, wanted);
    let last: Vec<&str> = texts(&form[form.len() - 1]).map(|(text, _)| text).collect();
    assert!(last.contains(&"BÊN NHẬN") && last.contains(&"8318 1060") && last.contains(&"8318 1059"));
    assert!(last.iter().any(|text| text.contains("60 seal (bằng chữ: sáu mươi seal)")));
}

#[test]
fn a_parcel_of_ten_has_one_label_and_one_page() {
    assert_eq!(laid_out(&Sample::of("10", 10)).pages.len(), 2);
}

#[test]
fn codes_are_read_back_from_what_is_drawn() {
    let read = |sample: &Sample| sample.name != "size" || sample.seals == 2;
    for sample in samples().into_iter().filter(|sample| sample.seals < 60 && read(sample)) {
        let canvas = laid_out(&sample);
        for (page, items) in canvas.pages[..2].iter().enumerate() {
            let mut found: Vec<(Symbology, String)> = Vec::new();
            let formats = Formats::of(&[Symbology::Qr, Symbology::Code128]);
            let (luma, w, h) = picture(items);
            found
                .extend(decode_luma(&luma, w, h, formats).unwrap().into_iter().map(|code| (code.symbology, code.text)));
            let parcel = (Symbology::Qr, parcel_code(&sample.id().0));
            assert!(found.contains(&parcel), "{} page {page}: {found:?}", sample.name);
            if !sample.waybill.is_empty() {
                let number = sample.waybill.parse::<seal_core::waybill::WaybillNo>().unwrap();
                assert!(
                    found.contains(&(Symbology::Code128, number.as_str().to_owned())),
                    "{} page {page}: {found:?}",
                    sample.name
                );
            }
        }
    }
}

/// Codes, frames and text (as grey bars) of a page at 150 dots an inch: what lies in a quiet zone is in the picture.
fn picture(items: &[ink::Item]) -> (Vec<u8>, u32, u32) {
    let scale = 150.0 / 72.0;
    let (w, h) = ((A4.0 * scale) as usize, (A4.1 * scale) as usize);
    let mut luma = vec![255u8; w * h];
    let mut paint = |area: Area, grey: u8| {
        let span = |from: f32, to: f32, end: usize| {
            ((from * scale).round() as usize).min(end)..((to * scale).round() as usize).min(end)
        };
        for y in span(area.y, area.bottom(), h) {
            luma[y * w..][span(area.x, area.right(), w)].fill(grey);
        }
    };
    for item in items {
        match &item.ink {
            Ink::Modules { areas, .. } => areas.iter().for_each(|area| paint(*area, 0)),
            Ink::Text { .. } => paint(item.ink.area(), 90),
            Ink::Frame { area, width, .. } => {
                paint(Area { h: *width, ..*area }, 0);
                paint(Area { y: area.bottom() - width, h: *width, ..*area }, 0);
                paint(Area { w: *width, ..*area }, 0);
                paint(Area { x: area.right() - width, w: *width, ..*area }, 0);
            }
            Ink::Rule { .. } | Ink::Strokes { .. } => {}
        }
    }
    (luma, w as u32, h as u32)
}

#[test]
fn the_same_parcel_is_the_same_file_in_either_unicode_form() {
    let sample = Sample::of("10", 10);
    let nfd = |text: &str| text.nfd().collect::<String>();
    let decomposed =
        Sample { from: nfd(&sample.from), to: nfd(&sample.to), packed_by: nfd(&sample.packed_by), ..sample.clone() };
    assert_ne!(decomposed.from, sample.from);
    let press = PdfPress::default();
    let first = press.set(&sample.document()).unwrap();
    assert_eq!(first, press.set(&sample.document()).unwrap());
    assert_eq!(first.bytes, press.set(&decomposed.document()).unwrap().bytes);
    assert_eq!((first.media_type, first.pages), ("application/pdf", 2));
    assert!(first.bytes.starts_with(b"%PDF-1.7"));
    // Another parcel is another file.
    assert_ne!(first.bytes, press.set(&Sample::of("11", 11).document()).unwrap().bytes);
}

#[test]
fn the_typeface_has_every_vietnamese_letter_and_a_missing_one_is_seen() {
    let marks = ["", "\u{300}", "\u{301}", "\u{309}", "\u{303}", "\u{323}"];
    for face in [Face::Regular, Face::Bold, Face::Italic] {
        for base in "aăâeêioôơuưyđAĂÂEÊIOÔƠUƯYĐ".chars() {
            for mark in marks.iter().filter(|mark| mark.is_empty() || !"đĐ".contains(base)) {
                let letter: String = format!("{base}{mark}").nfc().collect();
                let run = Run::new(&letter, face, 10.0);
                assert_eq!((run.text.as_str(), run.glyphs.len()), (letter.as_str(), 1), "{face:?}");
            }
        }
    }
    assert_eq!(Run::new("Ông 王 ký", Face::Regular, 10.0).text, "Ông ? ký");
    assert_eq!(Run::new("hai\ndòng\t\u{7}", Face::Regular, 10.0).text, "hai dòng  ");
}

#[test]
fn lines_hold_every_word_and_keep_their_width() {
    for width in [20.0, 60.0, 200.0, 1000.0] {
        let broken = lines(LONG, Face::Bold, 12.0, width);
        assert!(broken.iter().all(|line| line.width <= width), "{width}");
        let joined: String = broken.iter().map(|line| line.text.replace(' ', "")).collect();
        assert_eq!(joined, LONG.replace(' ', ""));
    }
    assert_eq!(lines("", Face::Regular, 12.0, 100.0).len(), 1);
}

#[test]
fn what_is_read_aloud_has_titles_in_the_first_row_and_as_many_cells_as_columns() {
    let canvas = laid_out(&Sample::of("60", 60));
    let mut rows = HashMap::new();
    for node in canvas.nodes.iter().filter(|node| node.kind == Kind::Table) {
        let kinds = |id: usize| -> Vec<Kind> {
            let children = canvas.nodes[id].children.iter();
            children
                .filter_map(
                    |child| if let ink::Child::Node(id) = child { Some(canvas.nodes[*id].kind.clone()) } else { None },
                )
                .collect()
        };
        let children: Vec<usize> = node
            .children
            .iter()
            .filter_map(|child| if let ink::Child::Node(id) = child { Some(*id) } else { None })
            .collect();
        assert!(kinds(children[0]).iter().all(|kind| *kind == Kind::HeadCell));
        rows.insert(kinds(children[0]).len(), children.len());
    }
    // Titles, sixty seals and the total; titles and two accessories.
    assert_eq!(rows, HashMap::from([(7, 62), (5, 3)]));
}

#[test]
fn a_signature_of_the_pad_is_drawn_and_nonsense_is_not() {
    assert_eq!(ink::strokes("M10 20L30 40M5 5"), [vec![(10.0, 20.0), (30.0, 40.0)], vec![(5.0, 5.0)]]);
    assert_eq!(ink::strokes("M1 2L3 4Q5 6 7 8"), [vec![(1.0, 2.0), (3.0, 4.0)]]);
    for nonsense in ["", "no path", "L", "M1", "MNaN 3"] {
        assert!(ink::strokes(nonsense).iter().all(|line| line.len() < 2), "{nonsense}");
    }
}
