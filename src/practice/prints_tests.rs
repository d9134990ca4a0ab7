//! What practice prints is read by the app's own reader.

use crate::adapters::barcode::{Formats, FrameReader, decode_luma, decode_picture};
use seal_core::container::ContainerNo;
use seal_core::declaration::DeclarationNo;
use seal_core::scan::{Symbology, parcel_code};
use seal_prints::*;
use uuid::Uuid;

fn codes() -> Vec<PracticeCode> {
    vec![
        PracticeCode::new(Symbology::Code128, "CSQU3054383"),
        PracticeCode::new(Symbology::Code128, "83181001"),
        PracticeCode::new(Symbology::Code128, "RR473124829GB"),
        PracticeCode::new(Symbology::Code39, "108557295010"),
        PracticeCode::new(Symbology::Code128, "108557295010"),
        PracticeCode::new(Symbology::Qr, "83181001"),
        PracticeCode::new(Symbology::Qr, "03EE;108557295010;MSKU9070323"),
        PracticeCode::new(Symbology::Qr, parcel_code(&Uuid::from_u128(u128::MAX / 3))),
        PracticeCode::new(Symbology::Datamatrix, "83181001"),
        PracticeCode::new(Symbology::Itf, "307766164220"),
        PracticeCode::new(Symbology::Ean13, "5901234123457"),
        PracticeCode::new(Symbology::Pdf417, "RR473124829GB"),
    ]
}

#[test]
fn the_camera_reads_every_feed_within_a_second_of_frames() {
    for code in codes() {
        let mut reader = FrameReader::new();
        let read = (0..12).find_map(|jitter| {
            let frame = feed_frame(&code, jitter).unwrap().into_raw();
            let reading = reader.read(frame, FEED_WIDTH, FEED_HEIGHT, Formats::ALL).unwrap();
            reading.found.into_iter().next()
        });
        let found = read.unwrap_or_else(|| panic!("{code:?} was not read")).found;
        assert_eq!((found.symbology, &found.text), (code.symbology, &code.text));
    }
}

#[test]
fn the_usual_labels_read_on_nearly_every_frame() {
    for code in codes().into_iter().take(8) {
        let hits = (0..6)
            .filter(|jitter| {
                let frame = feed_frame(&code, *jitter).unwrap();
                let found = decode_luma(frame.as_raw(), FEED_WIDTH, FEED_HEIGHT, Formats::SCAN).unwrap();
                assert!(found.iter().all(|f| f.text == code.text), "{found:?}");
                !found.is_empty()
            })
            .count();
        assert!(hits >= 5, "{code:?}: {hits} of 6");
    }
}

#[test]
fn a_feed_png_is_a_picture_to_scan() {
    let code = &codes()[0];
    let found = decode_picture(&feed_png(code, 3).unwrap(), Formats::SCAN).unwrap();
    assert_eq!(found[0].text, code.text);
}

#[test]
fn feeds_have_the_right_shape() {
    let codes = &codes()[..2];
    let mut y4m = Vec::new();
    write_feed(&mut y4m, FeedKind::Y4m, codes, 2).unwrap();
    assert!(y4m.starts_with(b"YUV4MPEG2 W1280 H720 "));
    let head = y4m.iter().position(|b| *b == b'\n').unwrap() + 1;
    assert_eq!(y4m.len() - head, 4 * (6 + 1280 * 720 * 3 / 2));
    let mut mjpeg = Vec::new();
    write_feed(&mut mjpeg, FeedKind::Mjpeg, codes, 2).unwrap();
    assert_eq!(mjpeg.windows(3).filter(|w| w == b"\xff\xd8\xff").count(), 4);
}

#[test]
fn modules_have_no_quiet_zone_and_keep_the_bars() {
    for code in codes() {
        let m = code.modules().unwrap();
        assert_eq!(m.dark.len(), m.w * m.h, "{code:?}");
        assert!((0..m.h).any(|y| m.dark[y * m.w]), "{code:?}: left column is empty");
        let image = m.image(3);
        let found = decode_luma(image.as_raw(), image.width(), image.height(), Formats::ALL).unwrap();
        assert_eq!(found[0].text, code.text);
    }
    assert!(PracticeCode::new(Symbology::Code128, "").modules().is_err());
    assert!(PracticeCode::new(Symbology::Code39, "Đình Vũ").modules().is_err());
    assert!(PracticeCode::new(Symbology::Qr, "x".repeat(9000)).modules().is_err());
    assert!(PracticeCode::new(Symbology::Aztec, "1").modules().is_err());
}

/// The ISO/IEC 15417 symbol of one letter, worked by hand: start B, "A", check (104 + 33) % 103 = 34, stop.
#[test]
fn code_128_follows_the_standard() {
    let m = PracticeCode::new(Symbology::Code128, "A").modules().unwrap();
    let bars: String = m.dark.iter().map(|d| if *d { '1' } else { '0' }).collect();
    assert_eq!(bars, ["11010010000", "10100011000", "10001011000", "1100011101011"].concat());
}

#[test]
fn every_sheet_carries_the_mark_and_its_numbers() {
    let header = SheetHeader {
        office: "Hải quan cửa khẩu cảng Đình Vũ".into(),
        office_code: "03EE".into(),
        trader: "Công ty <Thử>".into(),
        tax_code: "0201234567".into(),
        declaration: DeclarationNo::parse("108557295010").unwrap(),
        status: "Thông quan".into(),
        date: "02/03/2026".into(),
        regime: "G12".into(),
        channel: "Vàng".into(),
        goods_number: "030326123456789".into(),
        must_be_sealed: true,
    };
    let container = ContainerNo::parse("MSKU9070323").unwrap();
    let row = ContainerRow {
        qr: format!("03EE;{};{}", header.declaration, container.as_str()),
        container: container.clone(),
        container_seal: "ML-VN123".into(),
        customs_seal: None,
    };
    let seal = "83181001".parse().unwrap();
    let waybill = "RR473124829GB".parse().unwrap();
    let sheets = [
        (container_sheet(&header, &[row]).unwrap(), "MSKU9070323"),
        (goods_sheet(&header, "120 kiện", "8.400 kg", Symbology::Code39).unwrap(), "108557295010"),
        (goods_sheet(&header, "120 kiện", "8.400 kg", Symbology::Code128).unwrap(), "108557295010"),
        (container_plate(&container).unwrap(), "MSKU 907032 3"),
        (seal_label(&seal).unwrap(), "8318 1001"),
        (waybill_label(&waybill, "03EE", "15BB").unwrap(), "RR473124829GB"),
        (parcel_label(&Uuid::nil(), "Lạng Sơn", "Hải Phòng", 3).unwrap(), "SF1:P:00000000"),
    ];
    for (html, number) in &sheets {
        assert!(html.contains(MARK) && html.contains(number) && html.contains("<svg"), "{number}");
        assert!(!html.contains("<Thử>"));
    }
    assert!(sheets[0].0.contains("DANH SÁCH CONTAINER ĐỦ ĐIỀU KIỆN QUA KHU VỰC GIÁM SÁT HẢI QUAN"));
    assert!(sheets[0].0.contains("#####"));
}
