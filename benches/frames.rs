//! Reading camera frames of the practice prints, as the camera's frames are read: 1280 x 720, one at a time.

mod table;

use image::GrayImage;
use seal_core::scan::Symbology;
use seal_field::adapters::barcode::{Formats, FrameReader};
use seal_prints::{FEED_HEIGHT, FEED_WIDTH, PracticeCode, feed_frame};
use table::{Times, ms, row, table, time};

const FRAMES: u64 = 12;

const SAMPLES: [(Symbology, &str); 7] = [
    (Symbology::Code128, "CSQU3054383"),
    (Symbology::Code39, "108557295010"),
    (Symbology::Itf, "307766164220"),
    (Symbology::Ean13, "5901234123457"),
    (Symbology::Qr, "03EE;108557295010;MSKU9070323"),
    (Symbology::Datamatrix, "83181001"),
    (Symbology::Pdf417, "RR473124829GB"),
];

fn main() {
    table::machine("frames");
    let mut rows = vec![row(&[&"", &"read", &"hit: p50 ms", &"hit: worst", &"miss: p50 ms", &"miss: worst"])];
    for (symbology, text) in SAMPLES {
        let code = PracticeCode::new(symbology, text);
        let frames = (0..FRAMES).map(|jitter| feed_frame(&code, jitter).expect("the sample can be printed"));
        rows.push(line(symbology.name(), frames, |found| found == text, Formats::WAYBILL));
    }
    rows.push(line("no code in sight", (0..FRAMES).map(yard), |_| false, Formats::WAYBILL));
    rows.push(line("the same, scan box only", (0..FRAMES).map(yard), |_| false, Formats::SCAN));
    table(&format!("{FRAMES} frames of each print, tilted up to 5 degrees, all symbologies looked for"), &rows);
}

fn line(
    name: &str,
    frames: impl Iterator<Item = GrayImage>,
    right: impl Fn(&str) -> bool,
    formats: Formats,
) -> Vec<String> {
    let mut reader = FrameReader::new();
    let (mut hit, mut miss) = (Times::default(), Times::default());
    let mut wrong = 0;
    for frame in frames {
        let luma = frame.into_raw();
        let (took, read) = time(|| reader.read(luma, FEED_WIDTH, FEED_HEIGHT, formats).expect("the frame is sound"));
        wrong += read.found.iter().filter(|seen| !right(&seen.found.text)).count();
        let times = if read.found.iter().any(|seen| right(&seen.found.text)) { &mut hit } else { &mut miss };
        times.0.push(took);
    }
    if wrong > 0 {
        println!("{name}: {wrong} codes read that are not there");
    }
    let figures = |times: &Times| match times.0.len() {
        0 => ["-".to_owned(), "-".to_owned()],
        _ => [ms(times.median()), ms(times.percentile(100))],
    };
    let ([hit_p50, hit_worst], [miss_p50, miss_worst]) = (figures(&hit), figures(&miss));
    row(&[&name, &format!("{}/{FRAMES}", hit.0.len()), &hit_p50, &hit_worst, &miss_p50, &miss_worst])
}

/// A grainy yard without a code: blocks of two greys with noise over them.
fn yard(seed: u64) -> GrayImage {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    GrayImage::from_fn(FEED_WIDTH, FEED_HEIGHT, |x, y| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let noise = (state >> 32) % 21;
        image::Luma([(105 + 30 * u64::from((x / 160 + y / 180) % 2) + noise) as u8])
    })
}
