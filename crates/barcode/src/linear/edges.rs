//! A line across the bars, and where it goes from light to dark and back, between pixels.

use crate::Frame;
use crate::locate::Window;

/// Light added where the line leaves the frame, as a part of its length.
const MARGIN: f32 = 0.1;

/// Noise as a part of the contrast from which on neighbours along the line are averaged too.
const NOISY: f32 = 0.04;

/// Brightness along a line, as the mean of several parallel lines.
#[derive(Debug, Default)]
pub(super) struct Profile {
    pub values: Vec<f32>,
    /// `u` of the first value in the window, and pixels from one value to the next.
    pub from: f32,
    pub step: f32,
    /// The part that lies in the frame; beyond it stand values of light, as if the paper went on.
    pub inside: [usize; 2],
    /// Standard deviation of the values for the sensor's noise, where more than one row tells it.
    pub noise: f32,
    sums: Vec<u32>,
    others: Vec<u32>,
    ranges: Vec<f32>,
    turns: Vec<(usize, f32)>,
}

impl Profile {
    /// Samples the line at height `v` of the window, `rows` lines one pixel apart around it, `reach` pixels to each
    /// side of the middle, as far as the frame goes. False when next to nothing of it is in the frame.
    pub fn sample(&mut self, frame: Frame, window: &Window, v: f32, rows: usize, reach: f32, step: f32) -> bool {
        self.values.clear();
        let [dx, dy] = window.along;
        let [ox, oy] = window.at(0., v);
        // where the middle line is inside the frame, one pixel from its border
        let (mut lo, mut hi) = (-reach, reach);
        for (o, d, side) in [(ox, dx, frame.width()), (oy, dy, frame.height())] {
            let (least, most) = (0.5, side as f32 - 1.5);
            if d.abs() < 1e-4 {
                if o < least || o > most {
                    return false;
                }
                continue;
            }
            let (a, b) = ((least - o) / d, (most - o) / d);
            lo = lo.max(a.min(b));
            hi = hi.min(a.max(b));
        }
        if hi - lo < 16. {
            return false;
        }
        let n = ((hi - lo) / step) as usize;
        let margin = (MARGIN * n as f32) as usize;
        let before = if lo > -reach { margin } else { 0 };
        let behind = if hi < reach { margin } else { 0 };
        (self.from, self.step) = (lo - before as f32 * step, step);
        self.inside = [before, before + n];
        for sums in [&mut self.sums, &mut self.others] {
            sums.clear();
            sums.resize(n, 0);
        }
        let fixed = |f: f32| (f * 65536.) as i32;
        let (sx, sy) = (fixed(dx * step), fixed(dy * step));
        let (w, h) = (frame.width(), frame.height());
        let (most_x, most_y) = (((w - 1) << 16) as i32 - 1, ((h - 1) << 16) as i32 - 1);
        for row in 0..rows {
            let off = v + row as f32 - (rows - 1) as f32 / 2.;
            let [x, y] = window.at(lo, off);
            let (mut x, mut y) = (fixed(x), fixed(y));
            for sum in if row % 2 == 0 { &mut self.sums } else { &mut self.others } {
                let (cx, cy) = (x.clamp(0, most_x), y.clamp(0, most_y));
                let (fx, fy) = (((cx >> 8) & 255) as u32, ((cy >> 8) & 255) as u32);
                let at = (cy >> 16) as usize * w + (cx >> 16) as usize;
                let (a, b) = (&frame.pixels()[at..at + 2], &frame.pixels()[at + w..at + w + 2]);
                let top = u32::from(a[0]) * (256 - fx) + u32::from(a[1]) * fx;
                let bottom = u32::from(b[0]) * (256 - fx) + u32::from(b[1]) * fx;
                *sum += (top * (256 - fy) + bottom * fy) >> 8;
                x += sx;
                y += sy;
            }
        }
        self.noise = self.half_difference(rows);
        self.sums.iter_mut().zip(&self.others).for_each(|(a, b)| *a += b);
        let scale = 1. / (256 * rows) as f32;
        let light = self.sums.iter().copied().max().unwrap_or(0) as f32 * scale;
        self.values.extend(std::iter::repeat_n(light, before));
        self.values.extend(self.sums.iter().map(|s| *s as f32 * scale));
        let dark = self.sums.iter().copied().min().unwrap_or(0) as f32 * scale;
        if self.noise > NOISY * (light - dark) {
            self.smooth(before);
        }
        self.values.extend(std::iter::repeat_n(light, behind));
        true
    }

    /// Each value from `from` on the mean of three.
    fn smooth(&mut self, from: usize) {
        let mut left = self.values[from];
        for i in from..self.values.len() - 1 {
            let own = self.values[i];
            self.values[i] = (left + own + self.values[i + 1]) / 3.;
            left = own;
        }
    }

    /// Half the difference of the even and the odd rows' means, which is as noisy as the mean of both.
    fn half_difference(&self, rows: usize) -> f32 {
        if rows < 2 {
            return 0.;
        }
        let (even, odd) = (1. / (256 * rows.div_ceil(2)) as f32, 1. / (256 * (rows / 2)) as f32);
        let pairs = self.sums.iter().zip(&self.others);
        let squares: f32 = pairs.map(|(a, b)| (*a as f32 * even - *b as f32 * odd).powi(2)).sum();
        (squares / self.sums.len() as f32).sqrt() / 2.
    }

    /// Positions of the edges in values (not pixels), the first from light to dark, by turns. `floor` is the least
    /// difference in grey between two neighbouring bars.
    pub fn edges(&mut self, floor: f32, out: &mut Vec<f32>) {
        const BLOCK: usize = 16;
        /// Of the contrast nearby: smaller swings are noise.
        const SWING: f32 = 0.16;
        out.clear();
        self.ranges.clear();
        for block in self.values.chunks(BLOCK) {
            let (lo, hi) = block.iter().fold((f32::MAX, f32::MIN), |(l, h), v| (l.min(*v), h.max(*v)));
            self.ranges.push(hi - lo);
        }
        // turning points, by turns dark and light
        self.turns.clear();
        let blocks = self.ranges.len();
        let (mut low, mut high) = ((0, f32::MAX), (0, f32::MIN));
        let mut rising: Option<bool> = None;
        for (b, block) in self.values.chunks(BLOCK).enumerate() {
            let near = &self.ranges[b.saturating_sub(2)..(b + 3).min(blocks)];
            let swing = (near.iter().fold(0f32, |a, r| a.max(*r)) * SWING).max(floor);
            for (i, v) in block.iter().enumerate() {
                let at = b * BLOCK + i;
                match rising {
                    None => {
                        low = if *v < low.1 { (at, *v) } else { low };
                        high = if *v > high.1 { (at, *v) } else { high };
                    }
                    Some(true) if *v > high.1 => high = (at, *v),
                    Some(false) if *v < low.1 => low = (at, *v),
                    Some(_) => {}
                }
                if rising != Some(true) && *v > low.1 + swing {
                    self.turns.push(low);
                    (rising, high) = (Some(true), (at, *v));
                } else if rising != Some(false) && *v < high.1 - swing {
                    self.turns.push(high);
                    (rising, low) = (Some(false), (at, *v));
                }
            }
        }
        match rising {
            Some(true) => self.turns.push(high),
            Some(false) => self.turns.push(low),
            None => return,
        }
        for pair in self.turns.windows(2) {
            let ((from, a), (to, b)) = (pair[0], pair[1]);
            if out.is_empty() && a < b {
                continue; // begin with an edge into the dark
            }
            let middle = f32::midpoint(a, b);
            let down = a > b;
            let crossed = |v: f32| if down { v <= middle } else { v >= middle };
            let at = (from + 1..=to).find(|i| crossed(self.values[*i])).unwrap_or(to);
            let (p, q) = (self.values[at - 1], self.values[at]);
            let part = if (q - p).abs() > 1e-6 { ((middle - p) / (q - p)).clamp(0., 1.) } else { 0.5 };
            out.push((at - 1) as f32 + part);
        }
    }
}
