//! Black and white by the brightness around: means of 8 x 8 blocks, smoothed over 5 x 5 of them. The rule is that of
//! ZXing's hybrid binariser; written so that rows go through vector instructions and memory is used again.

use std::borrow::Cow;

use rxing::common::{BitArray, BitMatrix, LineOrientation, Result};
use rxing::{Binarizer, LuminanceSource};

use crate::Frame;

const BLOCK: usize = 8;
/// Pixels in a word of the matrix.
const WORD: usize = usize::BITS as usize;
/// Within a block of a well-lit frame: less contrast than this is one colour.
const FLAT: u8 = 24;
/// Of a dark frame's whole range of greys.
const FLAT_PART: u8 = 7;
/// In any case: the noise of averaged pixels.
const FLAT_LEAST: u8 = 5;

/// Memory of the binariser and its result.
#[derive(Debug, Default)]
pub(crate) struct Binary {
    matrix: Option<BitMatrix>,
    row: Option<BitArray>,
    blocks: Vec<u16>,
    columns: Vec<u32>,
    sums: Vec<u16>,
    least: Vec<u8>,
    most: Vec<u8>,
    thresholds: Vec<u8>,
    dark: Vec<u8>,
}

impl Binary {
    /// The frame in black and white; `None` when a side is shorter than five blocks.
    pub fn of(&mut self, frame: Frame) -> Option<&mut BitMatrix> {
        let (w, h) = (frame.width(), frame.height());
        if w.min(h) < 5 * BLOCK {
            return None;
        }
        let (bw, bh) = (w.div_ceil(BLOCK), h.div_ceil(BLOCK));
        self.measure(frame, bw, bh, flat(frame));
        if self.matrix.as_ref().is_none_or(|m| m.width() as usize != w || m.height() as usize != h) {
            self.matrix = BitMatrix::new(w as u32, h as u32).ok();
            self.row = Some(BitArray::with_size(w));
        }
        let (matrix, bits) = (self.matrix.as_mut()?, self.row.as_mut()?);
        self.thresholds.clear();
        self.thresholds.resize(bw * BLOCK, 0);
        self.dark.clear();
        self.dark.resize(w.next_multiple_of(WORD), 0);
        self.columns.clear();
        self.columns.resize(bw, 0);
        for by in 0..bh {
            let top = by.clamp(2, bh - 3) - 2;
            for (bx, column) in self.columns.iter_mut().enumerate() {
                *column = (top..top + 5).map(|y| u32::from(self.blocks[y * bw + bx])).sum();
            }
            for bx in 0..bw {
                let left = bx.clamp(2, bw - 3) - 2;
                let sum: u32 = self.columns[left..left + 5].iter().sum();
                self.thresholds[bx * BLOCK..][..BLOCK].fill((sum / 25).min(255) as u8);
            }
            for y in by * BLOCK..(by * BLOCK + BLOCK).min(h) {
                pack(frame.row(y), &self.thresholds[..w], &mut self.dark, bits);
                matrix.setRow(y as u32, bits);
            }
        }
        Some(matrix)
    }

    fn measure(&mut self, frame: Frame, bw: usize, bh: usize, flat: u8) {
        let (w, h) = (frame.width(), frame.height());
        self.blocks.clear();
        self.blocks.resize(bw * bh, 0);
        self.sums.resize(w, 0);
        self.least.resize(w, 0);
        self.most.resize(w, 0);
        let (sums, least, most) = (&mut self.sums[..w], &mut self.least[..w], &mut self.most[..w]);
        for by in 0..bh {
            let y0 = (by * BLOCK).min(h - BLOCK);
            sums.fill(0);
            least.fill(255);
            most.fill(0);
            for y in y0..y0 + BLOCK {
                let row = &frame.row(y)[..w];
                for x in 0..w {
                    sums[x] += u16::from(row[x]);
                    least[x] = least[x].min(row[x]);
                    most[x] = most[x].max(row[x]);
                }
            }
            for bx in 0..bw {
                let x = (bx * BLOCK).min(w - BLOCK)..(bx * BLOCK).min(w - BLOCK) + BLOCK;
                let lo = least[x.clone()].iter().fold(255, |a, b| (*b).min(a));
                let hi = most[x.clone()].iter().fold(0, |a, b| (*b).max(a));
                let mut mean = (sums[x].iter().map(|s| u32::from(*s)).sum::<u32>() >> 6) as u16;
                if hi - lo <= flat {
                    // one colour: light, unless the neighbours before it are lighter
                    mean = u16::from(lo) / 2;
                    if by > 0 && bx > 0 {
                        let b = &self.blocks;
                        let (up, left, corner) =
                            (b[(by - 1) * bw + bx], b[by * bw + bx - 1], b[(by - 1) * bw + bx - 1]);
                        let near = (up + 2 * left + corner) / 4;
                        if u16::from(lo) < near {
                            mean = near;
                        }
                    }
                }
                self.blocks[by * bw + bx] = mean;
            }
        }
    }
}

/// The contrast below which a block of this frame is one colour.
fn flat(frame: Frame) -> u8 {
    let mut counts = [0u32; 256];
    let mut all = 0;
    for p in frame.pixels().iter().step_by(61) {
        counts[usize::from(*p)] += 1;
        all += 1;
    }
    // all but the darkest and the lightest hundredth
    let level = |part: u32| {
        let mut below = 0;
        counts.iter().position(|n| {
            below += n;
            below > part
        })
    };
    let (dark, light) = (level(all / 100).unwrap_or(0), level(all - all / 100 - 1).unwrap_or(255));
    (light.saturating_sub(dark) as u8 / FLAT_PART).clamp(FLAT_LEAST, FLAT)
}

/// Bits of a row: 1 where it is no lighter than its limit. `dark` is memory of a byte a pixel, and zeros up to whole words.
fn pack(row: &[u8], limits: &[u8], dark: &mut [u8], bits: &mut BitArray) {
    // all comparisons first, so that they go through vector instructions
    dark.iter_mut().zip(row.iter().zip(limits)).for_each(|(d, (p, t))| *d = u8::from(p <= t));
    for (i, pixels) in dark.chunks_exact(WORD).enumerate() {
        let mut word = 0usize;
        for (k, lanes) in pixels.as_chunks::<8>().0.iter().enumerate() {
            // the lanes' bits gathered by a multiplication
            let byte = u64::from_le_bytes(*lanes).wrapping_mul(0x0102_0408_1020_4080) >> 56;
            word |= (byte as usize) << (8 * k);
        }
        bits.setBulk(i * WORD, word);
    }
}

/// A ready matrix for those of rxing's readers that take only a bitmap.
pub(crate) struct Ready<'a>(pub &'a BitMatrix);

/// The pixels behind it, which no reader of ours asks for.
pub(crate) struct NoPixels;

impl LuminanceSource for NoPixels {
    fn get_row(&self, _: usize) -> Option<Cow<'_, [u8]>> {
        None
    }
    fn get_column(&self, _: usize) -> Cow<'_, [u8]> {
        Cow::Borrowed(&[])
    }
    fn get_matrix(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&[])
    }
    fn get_width(&self) -> usize {
        0
    }
    fn get_height(&self) -> usize {
        0
    }
    fn invert(&mut self) {}
    fn get_luma8_point(&self, _: usize, _: usize) -> u8 {
        0
    }
}

impl Binarizer for Ready<'_> {
    type Source = NoPixels;
    fn get_luminance_source(&self) -> &NoPixels {
        &NoPixels
    }
    fn get_black_row(&self, y: usize) -> Result<Cow<'_, BitArray>> {
        Ok(Cow::Owned(self.0.getRow(y as u32)))
    }
    fn get_black_row_from_matrix(&self, y: usize) -> Result<Cow<'_, BitArray>> {
        self.get_black_row(y)
    }
    fn get_black_matrix(&self) -> Result<&BitMatrix> {
        Ok(self.0)
    }
    fn get_black_line(&self, l: usize, way: LineOrientation) -> Result<Cow<'_, BitArray>> {
        Ok(Cow::Owned(if way == LineOrientation::Row { self.0.getRow(l as u32) } else { self.0.getCol(l as u32) }))
    }
    fn create_binarizer(&self, _: NoPixels) -> Self {
        Ready(self.0)
    }
    fn get_width(&self) -> usize {
        self.0.width() as usize
    }
    fn get_height(&self) -> usize {
        self.0.height() as usize
    }
}
