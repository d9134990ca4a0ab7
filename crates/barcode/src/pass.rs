//! One way to look at a frame. The cheap ones are for each frame, the others are spread over frames.

use crate::binary::Binary;
use crate::grey::Layer;
use crate::linear::{Effort, Linear};
use crate::locate::{Locator, Window};
use crate::{Formats, Frame, LINEAR, Read, Symbology, matrix};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pass {
    /// The strongest windows and the quick matrix readers.
    Cheap,
    /// All windows, more lines, rows averaged, light on dark too.
    Windows,
    /// Windows found at half size, where noise is less, many rows averaged, and by brightness where no edges are left:
    /// low light, blur, bars of hardly a pixel.
    Dark,
    /// Lines right across the frame, both ways: codes the locator does not see.
    Lines,
    /// Half the size: noise and blur shrink.
    Half,
    /// A third, for large codes close to the lens.
    Third,
    /// Light on dark.
    Inverted,
    /// Readers try harder at full size.
    Hard,
    /// Blur taken back.
    Sharp,
    /// Twice the size, for small codes.
    Double,
    /// The slow stacked code.
    Stacked,
}

/// The deeper passes in the order they are spread over frames.
pub(crate) const DEEP: [Pass; 10] = [
    Pass::Windows,
    Pass::Third,
    Pass::Dark,
    Pass::Stacked,
    Pass::Half,
    Pass::Hard,
    Pass::Lines,
    Pass::Double,
    Pass::Inverted,
    Pass::Sharp,
];

const QR: Formats = Formats::of(&[Symbology::Qr]);
const SQUARE: Formats = Formats::of(&[Symbology::Qr, Symbology::DataMatrix, Symbology::Aztec]);
/// Pixels of a frame up to which all of it is enlarged.
const SMALL: usize = 400_000;
/// Shortest side below which the finders need it enlarged.
const TINY: usize = 64;

/// All memory the passes use, again and again.
#[derive(Debug, Default)]
pub(crate) struct Desk {
    /// The strongest window of the cheap pass.
    pub strongest: Option<Window>,
    locator: Locator,
    linear: Linear,
    layer: Layer,
    binary: Binary,
}

impl Pass {
    /// Is it worth its time for these formats?
    pub fn serves(self, formats: Formats) -> bool {
        match self {
            Pass::Windows | Pass::Lines | Pass::Dark => formats.meets(LINEAR),
            Pass::Stacked => formats.has(Symbology::Pdf417),
            Pass::Half | Pass::Third | Pass::Inverted | Pass::Hard | Pass::Sharp => formats.meets(SQUARE),
            Pass::Cheap | Pass::Double => true,
        }
    }

    /// Adds the codes seen this way.
    pub fn run(self, desk: &mut Desk, frame: Frame, formats: Formats, out: &mut Vec<Read>) {
        let same = |p: [f32; 2]| p;
        match self {
            Pass::Cheap => {
                if formats.meets(LINEAR) {
                    let effort = Effort { lines: 5, rows: 3, step: 1., inverted: false, matched: false };
                    windows(desk, frame, formats, 6, effort, out);
                    desk.strongest = desk.locator.strongest();
                }
                if frame.width().min(frame.height()) < TINY {
                    // small enough to look twice as closely at once
                    Pass::Double.run(desk, frame, formats, out);
                } else {
                    square(&mut desk.binary, frame, formats, false, &same, out);
                }
            }
            Pass::Windows => {
                let effort = Effort { lines: 9, rows: 1, step: 0.5, inverted: true, matched: false };
                windows(desk, frame, formats, 8, effort, out);
            }
            Pass::Dark => {
                desk.layer.shrink(frame, 2);
                let Some(half) = desk.layer.frame() else { return };
                for window in desk.locator.find(half).iter().take(6) {
                    let window = window.scaled(2.);
                    let effort = Effort { lines: 5, rows: 0, step: 0.5, inverted: false, matched: true };
                    desk.linear.window(frame, &window, formats.and(LINEAR), effort, out);
                }
            }
            Pass::Lines => {
                let (w, h) = (frame.width() as f32, frame.height() as f32);
                for (along, half_length, half_height) in [([1., 0.], w / 2., h / 2.), ([0., 1.], h / 2., w / 2.)] {
                    let window = Window { centre: [w / 2., h / 2.], along, half_length, half_height, strength: 0. };
                    let effort = Effort { lines: 41, rows: 1, step: 1., inverted: true, matched: false };
                    desk.linear.window(frame, &window, formats.and(LINEAR), effort, out);
                }
            }
            Pass::Half | Pass::Third => {
                let n = if self == Pass::Half { 2 } else { 3 };
                desk.layer.shrink(frame, n);
                if let Some(small) = desk.layer.frame() {
                    let map = back(n);
                    square(&mut desk.binary, small, formats, true, &map, out);
                }
            }
            Pass::Inverted => {
                desk.layer.shrink(frame, 2);
                for (layer, n) in [(desk.layer.frame(), 2), (Some(frame), 1)] {
                    if let Some(bits) = layer.and_then(|l| desk.binary.of(l))
                        && out.is_empty()
                    {
                        bits.flip_self();
                        read_square(bits, formats, false, &back(n), out);
                    }
                }
            }
            Pass::Hard => {
                square(&mut desk.binary, frame, formats, true, &same, out);
                if out.is_empty()
                    && formats.meets(QR)
                    && let Some(bits) = desk.binary.of(frame)
                {
                    matrix::qr_again(bits, true, &same, out);
                }
            }
            Pass::Sharp => {
                desk.layer.sharpen(frame, 2);
                if let Some(sharp) = desk.layer.frame() {
                    square(&mut desk.binary, sharp, formats, true, &same, out);
                }
            }
            Pass::Double => {
                let (w, h) = (frame.width(), frame.height());
                // of a large frame only the middle: there the officer holds the code
                let part = if w * h <= SMALL { [0, 0, w, h] } else { [w / 4, h / 4, w / 2, h / 2] };
                desk.layer.double(frame, part);
                if let Some(large) = desk.layer.frame() {
                    let map = |p: [f32; 2]| [p[0] / 2. + part[0] as f32, p[1] / 2. + part[1] as f32];
                    square(&mut desk.binary, large, formats, true, &map, out);
                    if out.is_empty()
                        && w * h <= SMALL
                        && formats.has(Symbology::Pdf417)
                        && let Some(bits) = desk.binary.of(large)
                    {
                        matrix::pdf417(bits, false, &map, out);
                    }
                }
            }
            Pass::Stacked => {
                if let Some(bits) = desk.binary.of(frame) {
                    matrix::pdf417(bits, false, &same, out);
                }
                desk.layer.shrink(frame, 3);
                if out.is_empty()
                    && let Some(small) = desk.layer.frame()
                    && let Some(bits) = desk.binary.of(small)
                {
                    matrix::pdf417(bits, false, &back(3), out);
                }
            }
        }
    }
}

fn back(n: usize) -> impl Fn([f32; 2]) -> [f32; 2] {
    move |p| p.map(|c| c * n as f32)
}

fn windows(desk: &mut Desk, frame: Frame, formats: Formats, most: usize, effort: Effort, out: &mut Vec<Read>) {
    let formats = formats.and(LINEAR);
    for window in desk.locator.find(frame).iter().take(most) {
        desk.linear.window(frame, window, formats, effort, out);
    }
}

fn square(
    binary: &mut Binary,
    frame: Frame,
    formats: Formats,
    hard: bool,
    map: &dyn Fn([f32; 2]) -> [f32; 2],
    out: &mut Vec<Read>,
) {
    if formats.meets(SQUARE)
        && let Some(bits) = binary.of(frame)
    {
        read_square(bits, formats, hard, map, out);
    }
}

fn read_square(
    bits: &rxing::common::BitMatrix,
    formats: Formats,
    hard: bool,
    map: &dyn Fn([f32; 2]) -> [f32; 2],
    out: &mut Vec<Read>,
) {
    if formats.has(Symbology::Qr) {
        matrix::qr(bits, hard, map, out);
    }
    if formats.has(Symbology::DataMatrix) {
        matrix::data_matrix(bits, hard, map, out);
    }
    if formats.has(Symbology::Aztec) {
        matrix::aztec(bits, map, out);
    }
}
