//! One pass over a frame: which way to look at it, and rxing's readers on that view.

use std::collections::HashSet;

use rxing::common::{GlobalHistogramBinarizer, HybridBinarizer};
use rxing::datamatrix::DataMatrixReader;
use rxing::multi::MultipleBarcodeReader;
use rxing::oned::{MultiFormatOneDReader, OneDReader};
use rxing::pdf417::PDF417Reader;
use rxing::qrcode::QRCodeReader;
use rxing::qrcode::cpp_port::QrReader;
use rxing::{BarcodeFormat, Binarizer, BinaryBitmap, DecodeHints, Luma8Source, RXingResult, Reader};
use seal_core::scan::Symbology;

use super::luma::Luma;
use super::{Formats, Found};

/// A way to look at a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pass {
    /// Few rows, dense windows, the matrix readers: cheap enough for each frame.
    Cheap,
    /// Linear codes that stand upright.
    Columns,
    /// Half size: noise and blur shrink; the readers try harder.
    Half,
    /// A third, for large matrix codes close to the lens.
    Third,
    /// Light on dark.
    Inverted,
    /// The slow stacked code, at full and a third of the size.
    Stacked,
    /// Many rows, readers try harder.
    Harder,
    /// Linear codes at a slant, degrees.
    Tilted(i16),
}

/// Deeper passes, in the order they are spread over frames.
pub(super) const DEEP: [Pass; 11] = [
    Pass::Half,
    Pass::Columns,
    Pass::Tilted(30),
    Pass::Third,
    Pass::Inverted,
    Pass::Tilted(60),
    Pass::Stacked,
    Pass::Harder,
    Pass::Tilted(45),
    Pass::Tilted(15),
    Pass::Tilted(75),
];

impl Pass {
    /// False when no wanted format can profit from it.
    pub fn serves(self, formats: Formats) -> bool {
        match self {
            Pass::Columns | Pass::Tilted(_) => formats.linear().next().is_some(),
            Pass::Stacked => formats.has(Symbology::Pdf417),
            Pass::Third => formats.has(Symbology::Qr) || formats.has(Symbology::Datamatrix),
            _ => true,
        }
    }

    /// Codes seen this way, without repeats.
    pub fn run(self, frame: &Luma, formats: Formats) -> Vec<Found> {
        let mut out = Vec::new();
        if frame.w == 0 || frame.h == 0 {
            return out; // a thin picture shrank to nothing
        }
        match self {
            Pass::Cheap => {
                linear(frame, formats, 24, &mut out);
                linear_windows(frame, formats, &mut out);
                matrix(frame, formats, false, &mut out);
            }
            Pass::Columns => {
                let columns = frame.transposed();
                linear(&columns, formats, 32, &mut out);
                linear_windows(&columns, formats, &mut out);
            }
            Pass::Half => {
                let half = frame.shrunk(2);
                linear(&half, formats, 48, &mut out);
                linear_windows(&half, formats, &mut out);
                matrix(&half, formats, true, &mut out);
            }
            Pass::Third => matrix(&frame.shrunk(3), formats, true, &mut out),
            Pass::Inverted => {
                let light = frame.inverted();
                linear(&light, formats, 24, &mut out);
                matrix(&light.shrunk(2), formats, false, &mut out);
            }
            Pass::Stacked => {
                stacked(frame, &mut out);
                stacked(&frame.shrunk(3), &mut out);
            }
            Pass::Harder => {
                linear(frame, formats, 240, &mut out);
                matrix(frame, formats, true, &mut out);
            }
            Pass::Tilted(degrees) => {
                let turned = frame.turned(f32::from(degrees));
                linear_windows(&turned, formats, &mut out);
                linear_windows(&turned.transposed(), formats, &mut out);
            }
        }
        out
    }
}

fn hints(formats: impl Iterator<Item = Symbology>, harder: bool) -> DecodeHints {
    let formats: HashSet<BarcodeFormat> = formats.filter_map(to_rxing).collect();
    DecodeHints { PossibleFormats: Some(formats), TryHarder: Some(harder), ..DecodeHints::default() }
}

/// `None` for what this build of rxing does not read.
fn to_rxing(symbology: Symbology) -> Option<BarcodeFormat> {
    Some(match symbology {
        Symbology::Code128 => BarcodeFormat::CODE_128,
        Symbology::Code39 => BarcodeFormat::CODE_39,
        Symbology::Itf => BarcodeFormat::ITF,
        Symbology::Qr => BarcodeFormat::QR_CODE,
        Symbology::Datamatrix => BarcodeFormat::DATA_MATRIX,
        Symbology::Pdf417 => BarcodeFormat::PDF_417,
        Symbology::Ean13 => BarcodeFormat::EAN_13,
        Symbology::Aztec => return None,
    })
}

fn from_rxing(format: &BarcodeFormat) -> Option<Symbology> {
    Some(match format {
        BarcodeFormat::CODE_128 => Symbology::Code128,
        BarcodeFormat::CODE_39 => Symbology::Code39,
        BarcodeFormat::ITF => Symbology::Itf,
        BarcodeFormat::QR_CODE => Symbology::Qr,
        BarcodeFormat::DATA_MATRIX => Symbology::Datamatrix,
        BarcodeFormat::PDF_417 => Symbology::Pdf417,
        BarcodeFormat::EAN_13 => Symbology::Ean13,
        _ => return None,
    })
}

fn keep(layer: &Luma, result: &RXingResult, mut points: Vec<[f32; 2]>, out: &mut Vec<Found>) {
    let Some(symbology) = from_rxing(result.getBarcodeFormat()) else {
        return;
    };
    let text = result.getText();
    let repeat = |f: &Found| f.symbology == symbology && f.text == text;
    if text.is_empty() || out.iter().any(repeat) {
        return;
    }
    // Readers list corners in orders of their own: go round, so that they outline the code.
    let n = points.len().max(1) as f32;
    let (cx, cy) = points.iter().fold((0., 0.), |(x, y), p| (x + p[0] / n, y + p[1] / n));
    let angle = |p: &[f32; 2]| (p[1] - cy).atan2(p[0] - cx);
    points.sort_by(|a, b| angle(a).total_cmp(&angle(b)));
    let corners = points.into_iter().map(|[u, v]| layer.to_original(u, v)).collect();
    out.push(Found { symbology, text: text.to_owned(), corners, ms: 0. });
}

/// `lines` rows from the middle outwards, each read forwards and backwards.
fn linear(layer: &Luma, formats: Formats, lines: usize, out: &mut Vec<Found>) {
    if formats.linear().next().is_none() || layer.w < 40 || layer.h == 0 {
        return;
    }
    let hints = hints(formats.linear(), false);
    let mut reader = MultiFormatOneDReader::new(&hints);
    let Ok(source) = Luma8Source::new_with_slice(&layer.data, layer.w as u32, layer.h as u32) else {
        return;
    };
    let rows = GlobalHistogramBinarizer::new(source);
    let lines = lines.min(layer.h);
    let step = (layer.h / (lines + 1)).max(1);
    // Read once, not yet confirmed by a second line: only for symbologies without a checksum.
    let mut once: Vec<RXingResult> = Vec::new();
    for i in 0..lines {
        let off = i.div_ceil(2) * step;
        let middle = layer.h / 2;
        let y = if i % 2 == 0 { middle.checked_add(off) } else { middle.checked_sub(off) };
        let Some(y) = y.filter(|y| *y < layer.h) else {
            continue;
        };
        let Some(first) = row(&mut reader, &rows, y, layer.w, &hints) else {
            continue;
        };
        let same =
            |r: &RXingResult| r.getText() == first.0.getText() && r.getBarcodeFormat() == first.0.getBarcodeFormat();
        let sure = match from_rxing(first.0.getBarcodeFormat()) {
            // no checksum, or one digit of it that a blurred row passes by chance
            Some(Symbology::Code39 | Symbology::Itf | Symbology::Ean13) => {
                first.0.getText().len() >= 4
                    && (once.iter().any(same)
                        || [y.saturating_sub(1), y + 1].iter().any(|n| {
                            *n != y
                                && *n < layer.h
                                && row(&mut reader, &rows, *n, layer.w, &hints).is_some_and(|r| same(&r.0))
                        }))
            }
            _ => true,
        };
        if sure {
            let (left, right) = first.1;
            keep(layer, &first.0, vec![[left, y as f32], [right, y as f32]], out);
        } else {
            once.push(first.0);
        }
    }
}

/// One row, read both ways, with the ends of the code on it.
fn row<B: Binarizer>(
    reader: &mut MultiFormatOneDReader,
    rows: &B,
    y: usize,
    w: usize,
    hints: &DecodeHints,
) -> Option<(RXingResult, (f32, f32))> {
    let bits = rows.get_black_row(y).ok()?;
    let ends = |r: &RXingResult| {
        let x: Vec<f32> = r.getPoints().iter().map(|p| p.x).collect();
        (x.iter().copied().fold(w as f32, f32::min), x.iter().copied().fold(0., f32::max))
    };
    if let Ok(result) = reader.decode_row(y as u32, &bits, hints) {
        let ends = ends(&result);
        return Some((result, ends));
    }
    let mut backwards = bits.into_owned();
    backwards.reverse();
    let result = reader.decode_row(y as u32, &backwards, hints).ok()?;
    let (a, b) = ends(&result);
    Some((result, (w as f32 - b, w as f32 - a)))
}

/// Linear codes in the windows of dense edges; again on averaged rows, which helps in the dark.
fn linear_windows(layer: &Luma, formats: Formats, out: &mut Vec<Found>) {
    if formats.linear().next().is_none() {
        return;
    }
    for window in layer.bar_windows(5) {
        let part = layer.cropped(window);
        let before = out.len();
        linear(&part, formats, (part.h / 4).clamp(8, 40), out);
        if out.len() == before && part.h >= 10 {
            linear(&part.five_rows_averaged(), formats, 12, out);
        }
    }
}

fn bitmap<'a>(layer: &'a Luma) -> Option<BinaryBitmap<HybridBinarizer<Luma8Source<'a>>>> {
    let source = Luma8Source::new_with_slice(&layer.data, layer.w as u32, layer.h as u32).ok()?;
    (layer.w >= 24 && layer.h >= 24).then(|| BinaryBitmap::new(HybridBinarizer::new(source)))
}

fn matrix(layer: &Luma, formats: Formats, harder: bool, out: &mut Vec<Found>) {
    let (qr, data_matrix) = (formats.has(Symbology::Qr), formats.has(Symbology::Datamatrix));
    if !(qr || data_matrix) {
        return;
    }
    let Some(mut bitmap) = bitmap(layer) else {
        return;
    };
    let mut add = |result: &RXingResult| {
        let points = result.getPoints().iter().map(|p| [p.x, p.y]).collect();
        keep(layer, result, points, out);
    };
    if qr {
        let hints = hints([Symbology::Qr].into_iter(), harder);
        match QrReader.decode_multiple_with_hints(&mut bitmap, &hints) {
            Ok(results) if !results.is_empty() => results.iter().for_each(&mut add),
            _ if harder => {
                QRCodeReader.decode_with_hints(&mut bitmap, &hints).iter().for_each(&mut add);
            }
            _ => {}
        }
    }
    if data_matrix {
        let hints = hints([Symbology::Datamatrix].into_iter(), harder);
        DataMatrixReader.decode_with_hints(&mut bitmap, &hints).iter().for_each(&mut add);
    }
}

fn stacked(layer: &Luma, out: &mut Vec<Found>) {
    let Some(mut bitmap) = bitmap(layer) else {
        return;
    };
    let hints = hints([Symbology::Pdf417].into_iter(), false);
    if let Ok(result) = PDF417Reader.decode_with_hints(&mut bitmap, &hints) {
        let points = result.getPoints().iter().map(|p| [p.x, p.y]).collect();
        keep(layer, &result, points, out);
    }
}
