//! Grey pixels and the layers made of them.

/// Longest side of a frame, pixels.
pub const MAX_SIDE: usize = 16_384;
/// Most pixels of a frame (a 50-megapixel phone camera).
pub const MAX_PIXELS: usize = 52_000_000;

/// A grey picture somebody else owns: `width * height` bytes, row by row, 0 is black.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    pixels: &'a [u8],
    width: usize,
    height: usize,
}

/// Why pixels are not a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrameError {
    /// A side is 0 or too long, or the size does not fit the bytes.
    Size,
    /// More than [`MAX_PIXELS`].
    TooLarge,
}

impl std::fmt::Display for FrameError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            FrameError::Size => "the size does not fit the pixels",
            FrameError::TooLarge => "too many pixels",
        })
    }
}

impl std::error::Error for FrameError {}

impl<'a> Frame<'a> {
    /// Checks the size against the bytes.
    ///
    /// # Errors
    /// When the sizes lie or are beyond the limits.
    pub fn new(pixels: &'a [u8], width: usize, height: usize) -> Result<Frame<'a>, FrameError> {
        match width.checked_mul(height) {
            None => Err(FrameError::TooLarge),
            Some(n) if n > MAX_PIXELS => Err(FrameError::TooLarge),
            Some(n) if n == 0 || n != pixels.len() || width.max(height) > MAX_SIDE => Err(FrameError::Size),
            Some(_) => Ok(Frame { pixels, width, height }),
        }
    }

    /// Pixels in a row.
    #[must_use]
    pub fn width(self) -> usize {
        self.width
    }

    /// Rows.
    #[must_use]
    pub fn height(self) -> usize {
        self.height
    }

    /// All pixels.
    #[must_use]
    pub fn pixels(self) -> &'a [u8] {
        self.pixels
    }

    /// One row.
    ///
    /// # Panics
    /// When there is no such row.
    #[must_use]
    pub fn row(self, y: usize) -> &'a [u8] {
        &self.pixels[y * self.width..][..self.width]
    }

    /// Mean grey, 0 to 255, of every 16th pixel.
    #[must_use]
    pub fn mean(self) -> f32 {
        let (sum, n) = self.pixels.iter().step_by(16).fold((0u64, 0u64), |(s, n), p| (s + u64::from(*p), n + 1));
        sum as f32 / n.max(1) as f32
    }
}

/// A picture of our own, whose memory is used again for the next one.
#[derive(Debug, Default)]
pub(crate) struct Layer {
    pixels: Vec<u8>,
    width: usize,
    height: usize,
    sums: Vec<u16>,
}

impl Layer {
    /// As a frame; `None` while it has no pixels.
    pub fn frame(&self) -> Option<Frame<'_>> {
        Frame::new(&self.pixels, self.width, self.height).ok()
    }

    /// Becomes the frame shrunk by `n` (2 to 16), each pixel the mean of n x n. Empty when a side is shorter than that.
    pub fn shrink(&mut self, frame: Frame, n: usize) {
        let (w, h) = (frame.width / n, frame.height / n);
        (self.width, self.height) = (w, h);
        self.pixels.clear();
        if w == 0 || h == 0 {
            return;
        }
        self.sums.clear();
        self.sums.resize(w * n, 0);
        let scale = 65_536u32.div_ceil((n * n) as u32);
        for rows in frame.pixels.chunks_exact(frame.width * n).take(h) {
            self.sums.fill(0);
            for row in rows.chunks_exact(frame.width) {
                self.sums.iter_mut().zip(row).for_each(|(sum, p)| *sum += u16::from(*p));
            }
            let mean =
                |block: &[u16]| ((block.iter().map(|s| u32::from(*s)).sum::<u32>() * scale) >> 16).min(255) as u8;
            self.pixels.extend(self.sums.chunks_exact(n).map(mean));
        }
    }

    /// Becomes a part of the frame (x, y, width, height, inside it) enlarged twice, between pixels bilinear.
    pub fn double(&mut self, frame: Frame, [left, top, width, height]: [usize; 4]) {
        (self.width, self.height) = (width * 2, height * 2);
        self.pixels.clear();
        self.pixels.reserve(self.width * self.height);
        let row = |y: usize| &frame.row(top + y.min(height - 1))[left..left + width];
        for y in 0..self.height {
            // pixel centres: y / 2 - 1/4, so three parts of the near row and one of the far
            let near = y / 2;
            let far = if y % 2 == 0 { near.saturating_sub(1) } else { near + 1 };
            let (near, far) = (row(near), row(far));
            let mixed = |x: usize| 3 * u16::from(near[x]) + u16::from(far[x]);
            for x in 0..width {
                let (l, m, r) = (mixed(x.saturating_sub(1)), mixed(x), mixed((x + 1).min(width - 1)));
                self.pixels.push(((3 * m + l + 8) >> 4) as u8);
                self.pixels.push(((3 * m + r + 8) >> 4) as u8);
            }
        }
    }

    /// Becomes the frame with its fine detail doubled: takes back some blur.
    pub fn sharpen(&mut self, frame: Frame, radius: usize) {
        let (w, h) = (frame.width, frame.height);
        (self.width, self.height) = (w, h);
        self.pixels.clear();
        self.pixels.reserve(w * h);
        for y in 0..h {
            let (row, up, down) =
                (frame.row(y), frame.row(y.saturating_sub(radius)), frame.row((y + radius).min(h - 1)));
            for x in 0..w {
                let (l, r) = (row[x.saturating_sub(radius)], row[(x + radius).min(w - 1)]);
                let round = i16::from(up[x]) + i16::from(down[x]) + i16::from(l) + i16::from(r);
                let v = (3 * i16::from(row[x]) - round / 2).clamp(0, 255);
                self.pixels.push(v as u8);
            }
        }
    }
}
