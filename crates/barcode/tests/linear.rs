//! Linear codes written by rxing's writers, read by our own decoders: at any angle, small, blurred, dark, cut off.

mod scene;

use scene::{Noise, Scene, label};
use seal_barcode::{Formats, Frame, LINEAR, Symbology, search};

const CODES: [(Symbology, rxing::BarcodeFormat, &str); 6] = [
    (Symbology::Code128, rxing::BarcodeFormat::CODE_128, "CSQU3054383"),
    (Symbology::Code128, rxing::BarcodeFormat::CODE_128, "ML-VN 0034512a"),
    (Symbology::Code128, rxing::BarcodeFormat::CODE_128, "00340123450000000012"),
    (Symbology::Code39, rxing::BarcodeFormat::CODE_39, "108557295010"),
    (Symbology::Itf, rxing::BarcodeFormat::ITF, "307766164220"),
    (Symbology::Ean13, rxing::BarcodeFormat::EAN_13, "5901234123457"),
];

fn read(scene: &Scene) -> Vec<(Symbology, String)> {
    let frame = Frame::new(&scene.pixels, scene.width, scene.height).unwrap();
    search(frame, LINEAR, &|| true).into_iter().map(|r| (r.symbology, r.text)).collect()
}

#[track_caller]
fn assert_reads(scene: &Scene, symbology: Symbology, text: &str, how: &str) {
    assert_eq!(read(scene), [(symbology, text.to_owned())], "{text} {how}");
}

#[test]
fn at_any_angle() {
    for (symbology, format, text) in CODES {
        let label = label(format, text, 120);
        for degrees in (0..360).step_by(40) {
            let scene = Scene::new(640, 640, 120).with(&label, degrees as f32 + 3., 2.2);
            assert_reads(&scene, symbology, text, &format!("at {degrees}"));
        }
    }
}

#[test]
fn small_blurred_dark_and_light_on_dark() {
    for (symbology, format, text) in CODES {
        let label = label(format, text, 80);
        let straight = || Scene::new(720, 240, 120).with(&label, 4., 3.);
        assert_reads(&Scene::new(400, 200, 120).with(&label, 4., 1.6), symbology, text, "small");
        assert_reads(&straight().blurred(1), symbology, text, "blurred");
        assert_reads(&straight().dimmed(0.2).noisy(3., 1), symbology, text, "dark");
        assert_reads(&straight().inverted(), symbology, text, "light on dark");
    }
}

/// Clean print close to the lens: bars wider than a cell of the locator have no edge inside.
#[test]
fn large_and_clean_at_first_sight() {
    for (symbology, format, text) in CODES {
        let label = label(format, text, 120);
        for (module, degrees) in [(4., 0.), (4., 20.), (5., 90.)] {
            let scene = Scene::new(1280, 960, 120).with(&label, degrees, module);
            let frame = Frame::new(&scene.pixels, scene.width, scene.height).unwrap();
            let reads = seal_barcode::Reader::new().frame(frame, LINEAR).reads;
            let reads: Vec<_> = reads.into_iter().map(|r| (r.symbology, r.text)).collect();
            assert_eq!(reads, [(symbology, text.to_owned())], "{module} pixels a module at {degrees}");
        }
    }
}

#[test]
fn code_128_where_bars_run_into_each_other() {
    for (text, blur) in [("CSQU3054383", 3), ("00340123450000000012", 3)] {
        let label = label(rxing::BarcodeFormat::CODE_128, text, 80);
        let scene = Scene::new(800, 240, 120).with(&label, 2., 3.).blurred(blur).noisy(2., 7);
        assert_reads(&scene, Symbology::Code128, text, &format!("blurred {blur}"));
    }
}

#[test]
fn a_code_cut_off_by_the_frame_is_not_read() {
    for (symbology, format, text) in CODES {
        let label = label(format, text, 120);
        let whole = Scene::new(1000, 120, 120).with(&label, 0., 3.);
        for cut in (350..620).step_by(9) {
            let part = whole.cropped(0, cut);
            let got = read(&part);
            assert!(got.is_empty() || got == [(symbology, text.to_owned())], "{text} cut at {cut}: {got:?}");
        }
    }
}

#[test]
fn noise_and_stripes_are_not_codes() {
    let mut noise = Noise(5);
    for _ in 0..4 {
        let pixels: Vec<u8> = (0..320 * 200).map(|_| noise.byte()).collect();
        let frame = Frame::new(&pixels, 320, 200).unwrap();
        assert_eq!(search(frame, Formats::ALL, &|| true), []);
        // stripes of random widths: bars without a code
        let mut row = Vec::new();
        while row.len() < 320 {
            let width = 2 + usize::from(noise.byte() % 9);
            let level = if row.last().is_some_and(|l| *l > 128) { 40 } else { 215 };
            row.extend(std::iter::repeat_n(level, width));
        }
        let pixels: Vec<u8> = (0..200).flat_map(|_| row[..320].iter().copied()).collect();
        let frame = Frame::new(&pixels, 320, 200).unwrap();
        assert_eq!(search(frame, Formats::ALL, &|| true), []);
    }
}

#[test]
fn several_codes_in_view_are_all_outlined() {
    let labels = [CODES[0], CODES[3], CODES[4]].map(|(_, format, text)| (text, label(format, text, 60)));
    let mut scene = Scene::new(1000, 800, 120);
    for (i, (_, label)) in labels.iter().enumerate() {
        scene = scene.with_at(label, [500., 150. + 240. * i as f32], 3. * i as f32, 2.2);
    }
    let frame = Frame::new(&scene.pixels, scene.width, scene.height).unwrap();
    let mut reader = seal_barcode::Reader::new();
    let mut reads = reader.frame(frame, LINEAR).reads;
    reads.sort_by(|a, b| a.corners[0][1].total_cmp(&b.corners[0][1]));
    assert_eq!(reads.iter().map(|r| r.text.as_str()).collect::<Vec<_>>(), labels.each_ref().map(|l| l.0));
    for (i, read) in reads.iter().enumerate() {
        let middle = read.corners.iter().fold([0., 0.], |m, c| [m[0] + c[0] / 4., m[1] + c[1] / 4.]);
        let off = [middle[0] - 500., middle[1] - 150. - 240. * i as f32];
        assert!(off[0].hypot(off[1]) < 40., "{}: {:?}", read.text, read.corners);
    }
}

#[test]
fn fnc1_tells_gs1_and_separates() {
    // rxing writes U+00F1 as FNC1
    let label = label(rxing::BarcodeFormat::CODE_128, "\u{f1}8003095211418010120001\u{f1}21AB12", 80);
    let scene = Scene::new(1200, 200, 120).with(&label, 1., 3.);
    let frame = Frame::new(&scene.pixels, scene.width, scene.height).unwrap();
    let reads = search(frame, LINEAR, &|| true);
    assert_eq!(reads.len(), 1);
    assert!(reads[0].gs1);
    assert_eq!(reads[0].text, "8003095211418010120001\u{1d}21AB12");
}
