//! Matrix codes in a black-and-white picture, by rxing's finders and decoders.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rxing::aztec::AztecReader;
use rxing::common::{BitMatrix, DetectorRXingResult};
use rxing::datamatrix::decoder::Decoder;
use rxing::datamatrix::detector::zxing_cpp_detector;
use rxing::pdf417::PDF417Reader;
use rxing::qrcode::QRCodeReader;
use rxing::qrcode::cpp_port::decoder::Decode;
use rxing::qrcode::cpp_port::detector::{FindFinderPatterns, GenerateFinderPatternSets, SampleQR};
use rxing::{BinaryBitmap, DecodeHints, Point, RXingResult, Reader};

use crate::binary::Ready;
use crate::{Read, Symbology};

/// Finder pattern triples tried in one look; clutter makes thousands.
const TRIPLES: [usize; 2] = [24, 160];

/// Runs one of rxing's readers: on hostile pixels they may panic, which is finding nothing.
fn guarded<T: Default>(read: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_default()
}

/// Adds a read, unless it is there or empty. `map` brings its points into the frame.
fn keep(symbology: Symbology, text: &str, points: &[Point], map: &dyn Fn([f32; 2]) -> [f32; 2], out: &mut Vec<Read>) {
    if text.is_empty() || out.iter().any(|r| r.symbology == symbology && r.text == text) {
        return;
    }
    let mut corners: Vec<[f32; 2]> = points.iter().map(|p| map([p.x, p.y])).collect();
    // readers list corners in orders of their own: go round, so that they outline the code
    let n = corners.len().max(1) as f32;
    let (cx, cy) = corners.iter().fold((0., 0.), |(x, y), p| (x + p[0] / n, y + p[1] / n));
    let angle = |p: &[f32; 2]| (p[1] - cy).atan2(p[0] - cx);
    corners.sort_by(|a, b| angle(a).total_cmp(&angle(b)));
    out.push(Read { symbology, text: text.to_owned(), gs1: false, corners });
}

pub(crate) fn qr(bits: &BitMatrix, hard: bool, map: &dyn Fn([f32; 2]) -> [f32; 2], out: &mut Vec<Read>) {
    let found = guarded(|| {
        let mut found = Vec::new();
        let mut patterns = FindFinderPatterns(bits, hard, 0);
        if patterns.len() < 3 {
            return found;
        }
        let mut used = Vec::new();
        for set in GenerateFinderPatternSets(&mut patterns).into_iter().take(TRIPLES[usize::from(hard)]) {
            if [set.bl, set.tl, set.tr].iter().any(|p| used.contains(p)) {
                continue;
            }
            let Ok(sampled) = SampleQR(bits, &set) else { continue };
            if let Ok(decoded) = Decode(sampled.getBits())
                && decoded.isValid()
            {
                used.extend([set.bl, set.tl, set.tr]);
                found.push((decoded.text(), sampled.getPoints().to_vec()));
            }
        }
        found
    });
    for (text, points) in found {
        keep(Symbology::Qr, &text, &points, map, out);
    }
}

/// The older finder, which finds some that the newer one does not.
pub(crate) fn qr_again(bits: &BitMatrix, hard: bool, map: &dyn Fn([f32; 2]) -> [f32; 2], out: &mut Vec<Read>) {
    whole(&mut QRCodeReader::new(), bits, hard, Symbology::Qr, map, out);
}

pub(crate) fn data_matrix(bits: &BitMatrix, hard: bool, map: &dyn Fn([f32; 2]) -> [f32; 2], out: &mut Vec<Read>) {
    let found = guarded(|| {
        let decoder = Decoder::new();
        let symbols = zxing_cpp_detector::detect(bits, hard, true).unwrap_or_default();
        let read = |s: rxing::datamatrix::detector::DatamatrixDetectorResult| {
            decoder.decode(s.getBits()).ok().map(|d| (d.getText().to_owned(), s.getPoints().to_vec()))
        };
        symbols.into_iter().filter_map(read).collect::<Vec<_>>()
    });
    for (text, points) in found {
        keep(Symbology::DataMatrix, &text, &points, map, out);
    }
}

pub(crate) fn pdf417(bits: &BitMatrix, hard: bool, map: &dyn Fn([f32; 2]) -> [f32; 2], out: &mut Vec<Read>) {
    whole(&mut PDF417Reader, bits, hard, Symbology::Pdf417, map, out);
}

pub(crate) fn aztec(bits: &BitMatrix, map: &dyn Fn([f32; 2]) -> [f32; 2], out: &mut Vec<Read>) {
    whole(&mut AztecReader, bits, false, Symbology::Aztec, map, out);
}

fn whole(
    reader: &mut impl Reader,
    bits: &BitMatrix,
    hard: bool,
    symbology: Symbology,
    map: &dyn Fn([f32; 2]) -> [f32; 2],
    out: &mut Vec<Read>,
) {
    let hints = DecodeHints { TryHarder: Some(hard), ..DecodeHints::default() };
    let found: Option<RXingResult> =
        guarded(|| reader.decode_with_hints(&mut BinaryBitmap::new(Ready(bits)), &hints).ok());
    if let Some(found) = found {
        keep(symbology, found.getText(), found.getPoints(), map, out);
    }
}
