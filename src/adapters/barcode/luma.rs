//! Grey pixels and the few operations the passes need; each result remembers how to get back to the
//! coordinates of the original frame.

use std::borrow::Cow;

/// A grey picture with the map back to the original's coordinates.
pub(super) struct Luma<'a> {
    pub data: Cow<'a, [u8]>,
    pub w: usize,
    pub h: usize,
    /// `x = m[0] u + m[1] v + m[2]`, `y = m[3] u + m[4] v + m[5]`.
    map: [f32; 6],
}

impl<'a> Luma<'a> {
    /// The original; the caller has checked that `data.len() == w * h`.
    pub fn original(data: &'a [u8], w: usize, h: usize) -> Luma<'a> {
        Luma { data: Cow::Borrowed(data), w, h, map: [1., 0., 0., 0., 1., 0.] }
    }

    /// A point of this picture in the original's pixels.
    pub fn to_original(&self, u: f32, v: f32) -> [f32; 2] {
        let m = self.map;
        [m[0] * u + m[1] * v + m[2], m[3] * u + m[4] * v + m[5]]
    }

    /// This picture as a picture made from `self` whose pixel (u, v) came from `inner` of (u, v).
    fn derived(&self, data: Vec<u8>, w: usize, h: usize, inner: [f32; 6]) -> Luma<'static> {
        let (m, n) = (self.map, inner);
        let row = |a: f32, b: f32, c: f32| [a * n[0] + b * n[3], a * n[1] + b * n[4], a * n[2] + b * n[5] + c];
        let (x, y) = (row(m[0], m[1], m[2]), row(m[3], m[4], m[5]));
        Luma { data: Cow::Owned(data), w, h, map: [x[0], x[1], x[2], y[0], y[1], y[2]] }
    }

    /// Box downscale by `n`.
    pub fn shrunk(&self, n: usize) -> Luma<'static> {
        let (w, h) = (self.w / n, self.h / n);
        let scale = n as f32;
        let map = [scale, 0., 0., 0., scale, 0.];
        if w == 0 || h == 0 {
            return self.derived(Vec::new(), 0, 0, map);
        }
        let mut data = Vec::with_capacity(w * h);
        let mut sums = vec![0u32; w * n];
        for rows in self.data.chunks_exact(self.w * n).take(h) {
            sums.fill(0);
            for row in rows.chunks_exact(self.w) {
                sums.iter_mut().zip(row).for_each(|(sum, p)| *sum += u32::from(*p));
            }
            let area = (n * n) as u32;
            data.extend(sums.chunks_exact(n).map(|block| (block.iter().sum::<u32>() / area) as u8));
        }
        self.derived(data, w, h, map)
    }

    /// Rows become columns.
    pub fn transposed(&self) -> Luma<'static> {
        const TILE: usize = 16; // both sides of the copy stay in the cache
        let (w, h) = (self.w, self.h);
        let mut data = vec![0; w * h];
        for by in (0..h).step_by(TILE) {
            for bx in (0..w).step_by(TILE) {
                for y in by..(by + TILE).min(h) {
                    for x in bx..(bx + TILE).min(w) {
                        data[x * h + y] = self.data[y * w + x];
                    }
                }
            }
        }
        self.derived(data, h, w, [0., 1., 0., 1., 0., 0.])
    }

    /// Dark becomes light.
    pub fn inverted(&self) -> Luma<'static> {
        let data = self.data.iter().map(|p| 255 - p).collect();
        self.derived(data, self.w, self.h, [1., 0., 0., 0., 1., 0.])
    }

    /// Turned about the centre by `degrees`; what lies outside is mid-grey.
    pub fn turned(&self, degrees: f32) -> Luma<'static> {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let w = self.w.max(self.h);
        let h = w.min(self.h * 3 / 2);
        let (cx, cy) = (self.w as f32 / 2., self.h as f32 / 2.);
        let (ox, oy) = (w as f32 / 2., h as f32 / 2.);
        let map = [cos, -sin, cx - cos * ox + sin * oy, sin, cos, cy - sin * ox - cos * oy];
        let fixed = |f: f32| (f * 65536.) as i64;
        let (dx, dy) = (fixed(cos), fixed(sin));
        let mut data = vec![128; w * h];
        for (v, row) in data.chunks_exact_mut(w).enumerate() {
            let mut x = fixed(map[1] * v as f32 + map[2]);
            let mut y = fixed(map[4] * v as f32 + map[5]);
            for p in row {
                let (sx, sy) = ((x >> 16) as usize, (y >> 16) as usize); // negative becomes huge
                if sx < self.w && sy < self.h {
                    *p = self.data[sy * self.w + sx];
                }
                x += dx;
                y += dy;
            }
        }
        self.derived(data, w, h, map)
    }

    /// The part from (x0, y0) to (x1, y1), both inside the picture.
    pub fn cropped(&self, (x0, y0, x1, y1): Window) -> Luma<'static> {
        let rows = self.data.chunks_exact(self.w).take(y1).skip(y0);
        let data = rows.flat_map(|row| &row[x0..x1]).copied().collect();
        self.derived(data, x1 - x0, y1 - y0, [1., 0., x0 as f32, 0., 1., y0 as f32])
    }

    /// Each row the mean of five: takes sensor noise out of upright bars.
    pub fn five_rows_averaged(&self) -> Luma<'static> {
        let h = self.h / 5;
        let mut data = Vec::with_capacity(self.w * h);
        for rows in self.data.chunks_exact(self.w * 5).take(h) {
            let mean = |x| (0..5).map(|k| u32::from(rows[k * self.w + x])).sum::<u32>() / 5;
            data.extend((0..self.w).map(|x| mean(x) as u8));
        }
        self.derived(data, self.w, h, [1., 0., 0., 0., 5., 2.])
    }

    /// Mean grey, 0 to 255, from every 16th pixel.
    pub fn mean(&self) -> f32 {
        let (sum, n) = self.data.iter().step_by(16).fold((0u64, 0u64), |(s, n), p| (s + u64::from(*p), n + 1));
        sum as f32 / n.max(1) as f32
    }

    /// Windows of dense upright edges, where a linear code may stand: densest first, at most `most`.
    pub fn bar_windows(&self, most: usize) -> Vec<Window> {
        const B: usize = 16;
        /// Mean grey step over two pixels that counts as an edge.
        const EDGE: u32 = 6;
        let (bw, bh) = (self.w / B, self.h / B);
        if bw < 4 || bh < 2 {
            return Vec::new();
        }
        // (x0, y0, x1, y1) in blocks and the strength
        let mut boxes: Vec<(usize, usize, usize, usize, u32)> = Vec::new();
        let (mut across, mut down) = (vec![0u16; self.w], vec![0u16; self.w]);
        for by in 0..bh {
            across.fill(0);
            down.fill(0);
            for y in (by * B..by * B + B).step_by(2).filter(|y| y + 2 < self.h) {
                let (row, below) = (&self.data[y * self.w..][..self.w], &self.data[(y + 2) * self.w..][..self.w]);
                for x in 0..self.w - 2 {
                    across[x] += u16::from(row[x].abs_diff(row[x + 2]));
                    down[x] += u16::from(row[x].abs_diff(below[x]));
                }
            }
            let sum = |v: &[u16], bx: usize| v[bx * B..][..B].iter().map(|s| u32::from(*s)).sum::<u32>();
            let strength = |bx: usize| {
                let (a, d) = (sum(&across, bx), sum(&down, bx));
                (a > (B * B / 2) as u32 * EDGE && a > d * 2).then(|| (a - d) / B as u32)
            };
            let mut bx = 0;
            while bx < bw {
                if strength(bx).is_none() {
                    bx += 1;
                    continue;
                }
                let (start, mut end, mut gap, mut total, mut blocks) = (bx, bx, 0, 0, 0);
                while bx < bw && gap <= 3 {
                    match strength(bx) {
                        Some(s) => (end, gap, total, blocks) = (bx + 1, 0, total + s, blocks + 1),
                        None => gap += 1,
                    }
                    bx += 1;
                }
                if blocks < 4 {
                    continue;
                }
                match boxes.iter_mut().find(|b| b.3 + 1 >= by && start < b.2 && end > b.0) {
                    Some(b) => *b = (b.0.min(start), b.1, b.2.max(end), by + 1, b.4 + total),
                    None => boxes.push((start, by, end, by + 1, total)),
                }
            }
        }
        boxes.sort_by_key(|b| std::cmp::Reverse(b.4));
        let quiet = 40; // room for the quiet zone beside the bars
        let window = |b: &(usize, usize, usize, usize, u32)| {
            ((b.0 * B).saturating_sub(quiet), b.1 * B, (b.2 * B + quiet).min(self.w), b.3 * B)
        };
        boxes.iter().take(most).map(window).collect()
    }
}

/// x0, y0, x1, y1 in pixels; the last two are outside.
pub(super) type Window = (usize, usize, usize, usize);
