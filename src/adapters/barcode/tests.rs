use image::{DynamicImage, GrayImage, ImageFormat, Luma as Grey};
use proptest::prelude::*;
use rxing::{BarcodeFormat, MultiFormatWriter, Writer};

use super::watched::watched;
use super::*;

const CODES: [(Symbology, BarcodeFormat, &str); 7] = [
    (Symbology::Code128, BarcodeFormat::CODE_128, "CSQU3054383"),
    (Symbology::Code39, BarcodeFormat::CODE_39, "108557295010"),
    (Symbology::Itf, BarcodeFormat::ITF, "307766164220"),
    (Symbology::Qr, BarcodeFormat::QR_CODE, "03EE;108557295010;MSKU9070323"),
    (Symbology::Datamatrix, BarcodeFormat::DATA_MATRIX, "83181001"),
    (Symbology::Pdf417, BarcodeFormat::PDF_417, "WAYBILL RR473124829GB"),
    (Symbology::Ean13, BarcodeFormat::EAN_13, "5901234123457"),
];

/// A symbol on a 1280x720 grey frame.
fn frame(format: BarcodeFormat, text: &str) -> GrayImage {
    let linear = !matches!(format, BarcodeFormat::QR_CODE | BarcodeFormat::DATA_MATRIX | BarcodeFormat::PDF_417);
    let bits = MultiFormatWriter.encode(text, &format, 0, if linear { 1 } else { 0 }).unwrap();
    let (bw, bh) = (bits.width(), if linear { 1 } else { bits.height() });
    let module = if linear { 4 } else { (360 / bh.max(bw / 2)).max(2) };
    let (w, h) = (bw * module, if linear { 160 } else { bh * module });
    let (x0, y0) = ((1280 - w) / 2, (720 - h) / 2);
    let quiet = 40;
    GrayImage::from_fn(1280, 720, |x, y| {
        let inside = |v: u32, from: u32, len: u32| v >= from && v < from + len;
        Grey([if inside(x, x0, w) && inside(y, y0, h) {
            let row = if linear { 0 } else { (y - y0) / module };
            if bits.get((x - x0) / module, row) { 30 } else { 225 }
        } else if inside(x + quiet, x0, w + 2 * quiet) && inside(y + quiet, y0, h + 2 * quiet) {
            225
        } else {
            130
        }])
    })
}

/// Turned about its middle; what lies outside is grey.
fn turned(image: &GrayImage, degrees: f32) -> GrayImage {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let (mx, my) = (image.width() as f32 / 2., image.height() as f32 / 2.);
    let side = image.width();
    GrayImage::from_fn(side, side, |x, y| {
        let (dx, dy) = (x as f32 - side as f32 / 2., y as f32 - side as f32 / 2.);
        let (sx, sy) = (mx + cos * dx - sin * dy, my + sin * dx + cos * dy);
        let inside = sx >= 0. && sy >= 0. && sx < image.width() as f32 && sy < image.height() as f32;
        if inside { *image.get_pixel(sx as u32, sy as u32) } else { Grey([130]) }
    })
}

fn noise(w: u32, h: u32, mut seed: u32) -> GrayImage {
    GrayImage::from_fn(w, h, |_, _| {
        seed = seed.wrapping_mul(1664525).wrapping_add(1013904223);
        Grey([(seed >> 24) as u8])
    })
}

fn read(image: &GrayImage, formats: Formats) -> Vec<Found> {
    decode_luma(image.as_raw(), image.width(), image.height(), formats).unwrap()
}

#[track_caller]
fn assert_reads(image: &GrayImage, symbology: Symbology, text: &str, how: &str) {
    let found = read(image, Formats::ALL);
    let texts: Vec<_> = found.iter().map(|f| (f.symbology, f.text.as_str())).collect();
    assert_eq!(texts, [(symbology, text)], "{how}");
}

#[test]
fn every_symbology_reads_straight_turned_inverted_blurred_and_dark() {
    for (symbology, format, text) in CODES {
        let straight = frame(format, text);
        assert_reads(&straight, symbology, text, "straight");
        assert_reads(&image::imageops::rotate90(&straight), symbology, text, "turned");
        assert_reads(&image::imageops::rotate180(&straight), symbology, text, "upside down");
        assert_reads(&image::imageops::fast_blur(&straight, 1.5), symbology, text, "blurred");
        let dark = GrayImage::from_fn(1280, 720, |x, y| Grey([straight.get_pixel(x, y)[0] / 6 + 4]));
        assert_reads(&dark, symbology, text, "dark");
        if symbology != Symbology::Pdf417 {
            let mut light = straight.clone();
            image::imageops::invert(&mut light);
            assert_reads(&light, symbology, text, "light on dark");
        }
    }
}

#[test]
fn linear_codes_read_at_a_slant() {
    for (symbology, format, text) in &CODES[..2] {
        let straight = frame(*format, text);
        for degrees in [-40f32, -20., 12., 33., 50., 71., 88.] {
            let turned = turned(&straight, degrees);
            assert_reads(&turned, *symbology, text, &format!("{degrees} degrees"));
        }
    }
}

#[test]
fn corners_lie_on_the_code() {
    // the stacked code's print is as wide as the frame: its corners say nothing here
    for (symbology, format, text) in CODES.into_iter().filter(|c| c.0 != Symbology::Pdf417) {
        let straight = frame(format, text);
        for image in [image::imageops::rotate90(&straight), straight] {
            let found = read(&image, Formats::ALL);
            let corners = &found[0].corners;
            assert!(corners.len() >= if symbology.is_matrix() { 3 } else { 2 });
            let turn = |i: usize| {
                let [a, b, c] = [0, 1, 2].map(|k| corners[(i + k) % corners.len()]);
                (b[0] - a[0]) * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0])
            };
            assert!((0..corners.len()).all(|i| turn(i) >= 0.), "{format}: crossed {corners:?}");
            for [x, y] in corners {
                let (x, y) = (x - image.width() as f32 / 2., y - image.height() as f32 / 2.);
                assert!(x.abs().max(y.abs()) < 560., "{format}: {x} {y}");
                assert!(x.abs().min(y.abs()) < 260., "{format}: {x} {y}");
            }
        }
    }
}

#[test]
fn all_codes_of_a_sheet_are_found() {
    let mut sheet = GrayImage::from_pixel(2480, 1754, Grey([255]));
    let rows = ["CSQU3054383", "BEAU6168370", "MSKU6011672", "TEXU3070079"];
    for (i, text) in rows.iter().enumerate() {
        let bits = MultiFormatWriter.encode(text, &BarcodeFormat::QR_CODE, 0, 0).unwrap();
        for (x, y) in (0..bits.width() * 8).flat_map(|x| (0..bits.height() * 8).map(move |y| (x, y))) {
            if bits.get(x / 8, y / 8) {
                sheet.put_pixel(1800 + x, 40 + 400 * i as u32 + y, Grey([0]));
            }
        }
    }
    let mut png = std::io::Cursor::new(Vec::new());
    DynamicImage::from(sheet).write_to(&mut png, ImageFormat::Png).unwrap();
    let found = decode_picture(png.get_ref(), Formats::SHEET).unwrap();
    let mut texts: Vec<_> = found.iter().map(|f| f.text.as_str()).collect();
    texts.sort_unstable();
    let mut expected = rows;
    expected.sort_unstable();
    assert_eq!(texts, expected);
}

#[test]
fn frames_are_trusted_by_check_digit_or_by_agreement() {
    let mut reader = FrameReader::new();
    let mut trusted = |format, text: &str| -> bool {
        let reading = reader.read(frame(format, text).into_raw(), 1280, 720, Formats::SCAN).unwrap();
        assert_eq!(reading.found[0].found.text, text);
        reading.found[0].trusted
    };
    assert!(trusted(BarcodeFormat::CODE_128, "CSQU3054383"), "check digit");
    assert!(!trusted(BarcodeFormat::CODE_128, "83181001"), "first sight");
    assert!(trusted(BarcodeFormat::CODE_128, "83181001"), "second frame agrees");
}

#[test]
fn deeper_passes_come_over_the_following_frames() {
    let upright = image::imageops::rotate90(&frame(BarcodeFormat::CODE_128, "CSQU3054383"));
    let mut reader = FrameReader::new();
    let read = (0..10).find(|_| {
        let frame = upright.as_raw().clone();
        !reader.read(frame, upright.width(), upright.height(), Formats::SCAN).unwrap().found.is_empty()
    });
    assert!(read.is_some());
}

#[test]
fn noise_and_plain_frames_give_nothing() {
    let mut reader = FrameReader::new();
    for seed in 0..6 {
        let grain = noise(640, 360, seed);
        assert_eq!(read(&grain, Formats::ALL), []);
        let reading = reader.read(grain.into_raw(), 640, 360, Formats::ALL).unwrap();
        assert!(reading.found.is_empty());
    }
    let black = reader.read(vec![3; 640 * 360], 640, 360, Formats::SCAN).unwrap();
    assert_eq!((black.found, black.hint), (vec![], Some(Hint::Dark)));
    let grey = reader.read(vec![120; 640 * 360], 640, 360, Formats::SCAN).unwrap();
    assert_eq!((grey.found, grey.hint), (vec![], None));
}

#[test]
fn hostile_sizes_are_refused_or_survived() {
    let size = |w, h, bytes: usize| decode_luma(&vec![0; bytes], w, h, Formats::ALL);
    assert!(matches!(size(0, 0, 0), Err(BarcodeError::Size { .. })));
    assert!(matches!(size(10, 10, 99), Err(BarcodeError::Size { .. })));
    assert!(matches!(size(20_000, 1, 20_000), Err(BarcodeError::Size { .. })));
    assert_eq!(size(u32::MAX, u32::MAX, 1), Err(BarcodeError::TooLarge));
    for (w, h) in [(1, 1), (1, 4000), (4000, 1), (7, 7), (40, 40), (41, 3), (8, 518), (16_384, 2), (95, 96)] {
        let image = noise(w, h, w);
        assert_eq!(decode_luma(image.as_raw(), w, h, Formats::ALL), Ok(vec![]), "{w}x{h}");
    }
}

#[test]
fn pictures_are_checked_before_they_are_decoded() {
    assert_eq!(decode_picture(b"", Formats::ALL), Err(BarcodeError::NotAPicture));
    assert_eq!(decode_picture(b"GIF89a\x01\0\x01\0", Formats::ALL), Err(BarcodeError::NotAPicture));
    let heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic";
    assert_eq!(decode_picture(heic, Formats::ALL), Err(BarcodeError::HeicUnsupported));
    // A PNG header that promises 65535 x 65535 pixels.
    let mut png = std::io::Cursor::new(Vec::new());
    GrayImage::new(8, 8).write_to(&mut png, ImageFormat::Png).unwrap();
    let mut bomb = png.into_inner();
    bomb[16..24].copy_from_slice(&[0, 0, 255, 255, 0, 0, 255, 255]);
    assert!(matches!(decode_picture(&bomb, Formats::ALL), Err(BarcodeError::TooLarge | BarcodeError::Damaged(_))));
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
        let mut bytes = std::io::Cursor::new(Vec::new());
        DynamicImage::from(frame(BarcodeFormat::QR_CODE, "SF1")).into_rgb8().write_to(&mut bytes, format).unwrap();
        assert_eq!(decode_picture(bytes.get_ref(), Formats::SCAN).unwrap()[0].text, "SF1");
    }
}

#[test]
fn a_hung_or_failing_reader_becomes_an_error() {
    let slow = watched(Duration::from_millis(20), || std::thread::sleep(Duration::from_millis(200)));
    assert_eq!(slow, Err(BarcodeError::TooSlow));
    let failing: Result<(), _> = watched(Duration::from_secs(5), || panic!("inside rxing"));
    assert_eq!(failing, Err(BarcodeError::ReaderFailed));
    assert_eq!(watched(Duration::from_secs(5), || 7), Ok(7));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn random_pixels_never_panic(w in 1u32..160, h in 1u32..160, seed in any::<u32>()) {
        let image = noise(w, h, seed);
        prop_assert!(decode_luma(image.as_raw(), w, h, Formats::ALL).is_ok());
    }
}
