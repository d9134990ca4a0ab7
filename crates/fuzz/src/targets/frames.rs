//! Camera frames: sizes that lie, slivers, noise, bars, codes cut and turned, and readers that are fed frames of changing
//! size.

use rxing::{BarcodeFormat, MultiFormatWriter, Writer};
use seal_barcode::{Formats, Frame, MAX_SIDE, Reader, Symbology, search};

use super::target;
use crate::rng::Rng;
use crate::run::{Job, Target};

/// Bytes that describe one frame: width, height, what is on it, how the size lies, randomness.
const PLAN: usize = 12;
/// Most pixels of a described frame, so that inputs stay quick; the slivers reach the longest side there is.
const PIXELS: usize = 400 * 300;

pub(super) fn targets() -> Vec<Target> {
    vec![Target {
        inputs: 3_000,
        smoke: 25,
        megabytes: 200,
        ..target(
            "frames",
            "frames of any size through one reader: corners finite and near the frame, lies refused",
            || {
                let prints = prints();
                Job::new(plan, move |bytes| frames(bytes, &prints))
            },
        )
    }]
}

struct Print {
    modules: Vec<bool>,
    width: usize,
}

fn prints() -> Vec<Print> {
    let one = |format, text: &str| {
        let bits = MultiFormatWriter.encode(text, &format, 0, 0).expect("it can be printed");
        let (width, height) = (bits.width(), bits.height());
        let modules = (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).map(|(x, y)| bits.get(x, y)).collect();
        Print { modules, width: width as usize }
    };
    vec![
        one(BarcodeFormat::CODE_128, "CSQU3054383"),
        one(BarcodeFormat::CODE_39, "83181001"),
        one(BarcodeFormat::ITF, "30712345000010"),
        one(BarcodeFormat::EAN_13, "4006381333931"),
        one(BarcodeFormat::QR_CODE, "SF1:P:5ea10000"),
        one(BarcodeFormat::DATA_MATRIX, "83181001"),
        one(BarcodeFormat::PDF_417, "RR473124829GB"),
        one(BarcodeFormat::AZTEC, "83181001"),
    ]
}

/// Which formats, then one to six frames.
fn plan(rng: &mut Rng) -> Vec<u8> {
    let mut out = vec![rng.byte()];
    for _ in 0..=rng.below(5) {
        let (w, h) = match rng.below(6) {
            0 => (1, 1 + rng.below(MAX_SIDE)),
            1 => (1 + rng.below(MAX_SIDE), 1 + rng.below(7)),
            2 => (rng.below(20), rng.below(20)),
            // around the cells and blocks of the passes
            3 => (8 * rng.below(40) + rng.below(3), 40 * rng.below(8) + rng.below(3)),
            _ => (1 + rng.below(400), 1 + rng.below(300)),
        };
        let side = |n: usize| u16::try_from(n).unwrap_or(u16::MAX).to_be_bytes();
        out.extend(side(w));
        out.extend(side(h));
        out.extend(rng.bytes(PLAN - 4));
    }
    out
}

fn frames(plan: &[u8], prints: &[Print]) {
    let Some((formats, plans)) = plan.split_first() else { return };
    let all = [
        Symbology::Code128,
        Symbology::Code39,
        Symbology::Itf,
        Symbology::Qr,
        Symbology::DataMatrix,
        Symbology::Pdf417,
        Symbology::Ean13,
        Symbology::Aztec,
    ];
    let asked: Vec<Symbology> =
        all.into_iter().enumerate().filter(|(bit, _)| formats >> bit & 1 == 1).map(|(_, s)| s).collect();
    // mostly everything, at times some, at times nothing
    let formats = if asked.len() > 3 { Formats::ALL } else { Formats::of(&asked) };
    let mut reader = Reader::new();
    for plan in plans.as_chunks::<PLAN>().0 {
        let [w1, w0, h1, h0, what, lie, s0, s1, s2, s3, scale, turns] = *plan;
        let w = usize::from(u16::from_be_bytes([w1, w0])).min(MAX_SIDE + 1);
        let h = usize::from(u16::from_be_bytes([h1, h0])).min(MAX_SIDE + 1).min(PIXELS.div_ceil(w.max(1)));
        let mut rng = Rng::of(u32::from_be_bytes([s0, s1, s2, s3]).into(), 0);
        let pixels = draw(&mut rng, prints, what, usize::from(scale), (w, h));
        match lie {
            0 => assert!(Frame::new(&pixels, w + 1, h).is_err() || h == 0),
            1 => assert!(Frame::new(&pixels, w, usize::MAX).is_err()),
            2 => assert!(Frame::new(&pixels, usize::MAX, usize::MAX).is_err()),
            3 => assert!(Frame::new(&pixels, w, h + 1).is_err()),
            4 => assert!(Frame::new(pixels.get(1..).unwrap_or_default(), w, h).is_err()),
            _ => {}
        }
        let frame = Frame::new(&pixels, w, h);
        assert_eq!(frame.is_ok(), w > 0 && h > 0 && w.max(h) <= MAX_SIDE, "{w} x {h}");
        let Ok(frame) = frame else { continue };
        for _ in 0..=turns % 4 {
            hold(&reader.frame(frame, formats).reads, formats, w, h);
        }
        if turns < 16 {
            hold(&search(frame, formats, &|| true), formats, w, h);
        }
    }
}

fn hold(reads: &[seal_barcode::Read], formats: Formats, w: usize, h: usize) {
    for read in reads {
        assert!(formats.has(read.symbology), "{read:?} was not asked for");
        assert!(read.corners.iter().flatten().all(|c| c.is_finite()), "{read:?}");
        // a finder may place a corner a little outside
        let reach = 1.5 * w.max(h) as f32 + 64.;
        assert!(read.corners.iter().flatten().all(|c| c.abs() <= reach), "{read:?} in {w} x {h}");
    }
}

fn draw(rng: &mut Rng, prints: &[Print], what: u8, scale: usize, (w, h): (usize, usize)) -> Vec<u8> {
    let row: Vec<u8> = (0..w.max(h)).map(|_| rng.byte() & 0x80).collect();
    let grey = rng.byte();
    let at = |i: usize| (i % w.max(1), i / w.max(1));
    let area = 0..w * h;
    match what % 8 {
        0 => area.map(|_| rng.byte()).collect(),
        1 => area.map(|i| row[at(i).0]).collect(),
        2 => area.map(|i| row[at(i).1]).collect(),
        3 => vec![grey; w * h],
        4 => area.map(|i| ((at(i).0 * 255 / w.max(1)) as u8).wrapping_mul(grey)).collect(),
        5 => area
            .map(|i| {
                let square = at(i).0 / (1 + scale % 9) + at(i).1 / (1 + scale % 9);
                if square.is_multiple_of(2) { 0 } else { 255 }
            })
            .collect(),
        // a print: shifted, scaled, inverted, noisy, slanted, cut off by the frame
        _ => {
            let print = &prints[rng.below(prints.len())];
            let height = print.modules.len() / print.width;
            let (scale, slant) = (1 + scale % 5, rng.below(7));
            let (left, top) = (rng.below(w.max(1)) / 3, rng.below(h.max(1)) / 3);
            let (noise, inverted, stretch) = (rng.below(60) * rng.below(2), rng.one_in(4), height == 1);
            area.map(|i| {
                let (x, y) = at(i);
                let x = (x + y * slant / 8).wrapping_sub(left) / scale;
                let y =
                    if stretch { (y > top && y < h - h / 5).then_some(0) } else { Some(y.wrapping_sub(top) / scale) };
                let dark = y.is_some_and(|y| x < print.width && y < height && print.modules[y * print.width + x]);
                let base = if dark != inverted { 30 + noise } else { 220 - noise };
                (base + rng.below(noise + 1)).saturating_sub(noise / 2).min(255) as u8
            })
            .collect()
        }
    }
}
