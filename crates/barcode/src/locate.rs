//! Finds windows of dense parallel edges, where a linear code may stand, at any angle: the structure tensor of small
//! cells, and regions of neighbouring cells whose edges point the same way.

use crate::Frame;

/// Side of a cell, pixels.
const CELL: usize = 8;
/// Of a cell's 3 x 3 neighbourhood: how much of the edge energy must point one way, 0 to 1.
const COHERENCE: f32 = 0.5;
/// Mean squared half-difference over two pixels that counts as an edge at all.
const ENERGY: f32 = 5.;
/// The evenest cells of the frame, as a part of all: their edges are taken for the sensor's noise.
const EVEN: usize = 5;
/// Most of the noise that is taken off, mean squared half-difference.
const NOISE: f32 = 40.;
/// How far above the noise's own unevenness edges in one direction must be, in parts of the noise.
const ABOVE: f32 = 0.2;
/// Cosine of twice the largest turn between neighbours of a region.
const TURN: f32 = 0.8;
/// Edge energy of a region that may lie beyond each side of its window, as a part of all.
const STRAY: f32 = 0.03;
/// Most cells inside a wide bar or space, where no edge is: 4 modules of 8 pixels leave 3.
const GAP: usize = 3;
/// Ways to go from a cell to the next, and the doubled-angle vector of edges that are crossed that way.
const AXES: [([isize; 2], [f32; 2]); 4] =
    [([1, 0], [1., 0.]), ([0, 1], [-1., 0.]), ([1, 1], [0., 1.]), ([1, -1], [0., -1.])];
/// Cosine of twice the largest turn (a sixteenth of a circle) between such a way and the edges.
const CROSSED: f32 = 0.7;

/// A turned rectangle. `along` is the direction across the bars (the way a scanner's beam runs), a unit vector;
/// the bars run along `(-along[1], along[0])`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    /// Middle, pixels.
    pub centre: [f32; 2],
    /// Direction of scanning.
    pub along: [f32; 2],
    /// Half the length along the scanning direction, pixels.
    pub half_length: f32,
    /// Half the height along the bars, pixels.
    pub half_height: f32,
    /// Edge energy in one direction; only to compare windows of one frame.
    pub strength: f32,
}

impl Window {
    /// The same window in a frame `n` times as large.
    #[must_use]
    pub fn scaled(&self, n: f32) -> Window {
        Window {
            centre: self.centre.map(|c| c * n),
            half_length: self.half_length * n,
            half_height: self.half_height * n,
            ..*self
        }
    }

    /// The point `u` pixels along and `v` pixels across from the middle.
    #[must_use]
    pub fn at(&self, u: f32, v: f32) -> [f32; 2] {
        let ([cx, cy], [dx, dy]) = (self.centre, self.along);
        [cx + u * dx - v * dy, cy + u * dy + v * dx]
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Tensor {
    xx: f32,
    yy: f32,
    xy: f32,
}

impl Tensor {
    fn add(&mut self, o: &Tensor) {
        self.xx += o.xx;
        self.yy += o.yy;
        self.xy += o.xy;
    }

    /// The doubled-angle vector, its length the energy in one direction.
    fn doubled(&self) -> [f32; 2] {
        [self.xx - self.yy, 2. * self.xy]
    }
}

/// Memory of the search, used again from frame to frame.
#[derive(Debug, Default)]
pub struct Locator {
    xx: Vec<i32>,
    yy: Vec<i32>,
    xy: Vec<i32>,
    cells: Vec<Tensor>,
    /// Unit doubled-angle vector of a cell that belongs to something, else zero.
    on: Vec<[f32; 2]>,
    rows: Vec<Tensor>,
    energies: Vec<f32>,
    stack: Vec<usize>,
    members: Vec<usize>,
    gaps: Vec<(usize, [f32; 2])>,
    spread: Vec<(f32, f32)>,
    windows: Vec<Window>,
}

impl Locator {
    /// The strongest window of the last search.
    #[must_use]
    pub fn strongest(&self) -> Option<Window> {
        self.windows.first().copied()
    }

    /// Windows of the frame, strongest first.
    pub fn find(&mut self, frame: Frame) -> &[Window] {
        self.windows.clear();
        let (cw, ch) = (frame.width() / CELL, frame.height() / CELL);
        if cw < 4 || ch < 1 {
            return &self.windows;
        }
        self.measure(frame, cw, ch);
        self.mark(cw, ch);
        self.close(cw, ch);
        self.gather(cw, ch);
        self.windows.sort_by(|a, b| b.strength.total_cmp(&a.strength));
        &self.windows
    }

    fn measure(&mut self, frame: Frame, cw: usize, ch: usize) {
        let w = cw * CELL;
        self.cells.clear();
        for sums in [&mut self.xx, &mut self.yy, &mut self.xy] {
            sums.clear();
            sums.resize(w, 0);
        }
        let mut cells = std::mem::take(&mut self.cells);
        for cy in 0..ch {
            let (xx, yy, xy) = (&mut self.xx[..w], &mut self.yy[..w], &mut self.xy[..w]);
            xx.fill(0);
            yy.fill(0);
            xy.fill(0);
            // every second line is enough
            for y in (cy * CELL..cy * CELL + CELL).step_by(2) {
                let (up, row, down) =
                    (frame.row(y.saturating_sub(1)), frame.row(y), frame.row((y + 1).min(frame.height() - 1)));
                let inner = 1..w - 1;
                let n = inner.len();
                let (left, right, up, down) = (&row[..n], &row[2..n + 2], &up[1..=n], &down[1..=n]);
                let (xx, yy, xy) = (&mut xx[1..=n], &mut yy[1..=n], &mut xy[1..=n]);
                for i in 0..n {
                    let gx = (i16::from(right[i]) - i16::from(left[i])) >> 1;
                    let gy = (i16::from(down[i]) - i16::from(up[i])) >> 1;
                    xx[i] += i32::from(gx * gx);
                    yy[i] += i32::from(gy * gy);
                    xy[i] += i32::from(gx * gy);
                }
            }
            cells.extend((0..cw).map(|cx| {
                let sum = |v: &[i32]| v[cx * CELL..][..CELL].iter().sum::<i32>() as f32;
                Tensor { xx: sum(&self.xx), yy: sum(&self.yy), xy: sum(&self.xy) }
            }));
        }
        self.cells = cells;
    }

    fn mark(&mut self, cw: usize, ch: usize) {
        let pixels = (CELL * CELL / 2) as f32;
        self.energies.clear();
        self.energies.extend(self.cells.iter().map(|t| (t.xx + t.yy) / pixels));
        let even = self.energies.len() / EVEN;
        let noise = self.energies.select_nth_unstable_by(even, f32::total_cmp).1.min(NOISE);
        self.on.clear();
        self.on.resize(cw * ch, [0., 0.]);
        self.rows.clear();
        self.rows.resize(cw, Tensor::default());
        for cy in 0..ch {
            let (from, to) = (cy.saturating_sub(1), (cy + 2).min(ch));
            for (cx, sum) in self.rows.iter_mut().enumerate() {
                *sum = Tensor::default();
                (from..to).for_each(|y| sum.add(&self.cells[y * cw + cx]));
            }
            for cx in 0..cw {
                let (left, right) = (cx.saturating_sub(1), (cx + 2).min(cw));
                let mut t = Tensor::default();
                self.rows[left..right].iter().for_each(|s| t.add(s));
                let around = ((right - left) * (to - from)) as f32 * pixels;
                let energy = t.xx + t.yy - noise * around;
                let least = ENERGY.min(1. + noise) * around;
                if energy < least {
                    continue;
                }
                let own = &self.cells[cy * cw + cx];
                let own = own.xx + own.yy - noise * pixels;
                let [a, b] = t.doubled();
                let one_way = a.hypot(b);
                // the cell itself must have edges too, else the region grows over its quiet border
                if one_way > COHERENCE * energy
                    && one_way > ABOVE * noise * around
                    && own * around > 0.1 * energy * pixels
                {
                    self.on[cy * cw + cx] = [a / one_way, b / one_way];
                }
            }
        }
    }

    /// Closes gaps between cells of like edges, across the edges: a bar wider than a cell has none inside, and would
    /// cut a code of large modules in pieces.
    fn close(&mut self, cw: usize, ch: usize) {
        self.gaps.clear();
        for at in 0..cw * ch {
            let way = self.on[at];
            if way == [0., 0.] {
                continue;
            }
            let like = |a: [f32; 2], b: [f32; 2]| a[0] * b[0] + a[1] * b[1];
            let Some((step, _)) = AXES.into_iter().find(|(_, axis)| like(way, *axis) > CROSSED) else { continue };
            let next = |n: usize| {
                let x = (at % cw).checked_add_signed(step[0] * n as isize)?;
                let y = (at / cw).checked_add_signed(step[1] * n as isize)?;
                (x < cw && y < ch).then_some(y * cw + x)
            };
            let on = |at: &usize| self.on[*at] != [0., 0.];
            let Some(n) = (1..=GAP + 1).find(|n| next(*n).as_ref().is_none_or(on)) else { continue };
            if n > 1 && next(n).is_some_and(|far| like(way, self.on[far]) > TURN) {
                self.gaps.extend((1..n).filter_map(next).map(|gap| (gap, way)));
            }
        }
        for (at, way) in self.gaps.drain(..) {
            self.on[at] = way;
        }
    }

    fn gather(&mut self, cw: usize, ch: usize) {
        for seed in 0..cw * ch {
            if self.on[seed] == [0., 0.] {
                continue;
            }
            self.members.clear();
            let mut sum = Tensor::default();
            let seed_way = std::mem::take(&mut self.on[seed]);
            let mut ways = [0., 0.];
            self.stack.clear();
            self.stack.push(seed);
            let mut way = seed_way;
            while let Some(at) = self.stack.pop() {
                self.members.push(at);
                sum.add(&self.cells[at]);
                let d = self.cells[at].doubled();
                ways = [ways[0] + d[0], ways[1] + d[1]];
                let length = f32::hypot(ways[0], ways[1]);
                if self.members.len() > 4 && length > 0. {
                    way = [ways[0] / length, ways[1] / length];
                }
                let (cx, cy) = (at % cw, at / cw);
                for y in cy.saturating_sub(1)..(cy + 2).min(ch) {
                    for x in cx.saturating_sub(1)..(cx + 2).min(cw) {
                        let other = self.on[y * cw + x];
                        if other[0] * way[0] + other[1] * way[1] > TURN {
                            self.on[y * cw + x] = [0., 0.];
                            self.stack.push(y * cw + x);
                        }
                    }
                }
            }
            if self.members.len() < 6 {
                continue;
            }
            let [a, b] = sum.doubled();
            let angle = 0.5 * b.atan2(a);
            let along = [angle.cos(), angle.sin()];
            let u = self.extent(cw, sum.xx + sum.yy, |x, y| x * along[0] + y * along[1]);
            let v = self.extent(cw, sum.xx + sum.yy, |x, y| y * along[0] - x * along[1]);
            let half = CELL as f32 / 2.;
            let (half_length, half_height) = ((u[1] - u[0]) / 2. + half, (v[1] - v[0]) / 2. + half);
            if half_length < 20. {
                continue;
            }
            let (mu, mv) = (f32::midpoint(u[0], u[1]), f32::midpoint(v[0], v[1]));
            let centre = [mu * along[0] - mv * along[1], mu * along[1] + mv * along[0]];
            self.windows.push(Window { centre, along, half_length, half_height, strength: a.hypot(b) });
        }
    }

    /// From where to where the members reach one way. What hangs on to the bars (the label's border, a word) has little
    /// of the edge energy, and must not stretch the window.
    fn extent(&mut self, cw: usize, energy: f32, along: impl Fn(f32, f32) -> f32) -> [f32; 2] {
        let place = |at: usize| {
            let [x, y] = [at % cw, at / cw].map(|c| (c * CELL + CELL / 2) as f32);
            (along(x, y), self.cells[at].xx + self.cells[at].yy)
        };
        self.spread.clear();
        self.spread.extend(self.members.iter().map(|at| place(*at)));
        self.spread.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let first = |left: &mut f32, own: f32| {
            *left -= own;
            *left < 0.
        };
        let (mut before, mut behind) = (STRAY * energy, STRAY * energy);
        let from = self.spread.iter().find(|(_, own)| first(&mut before, *own));
        let to = self.spread.iter().rev().find(|(_, own)| first(&mut behind, *own));
        [from, to].map(|cell| cell.map_or(0., |(at, _)| *at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Widths of bars and spaces by turns, modules: as wide as Code 128 and Code 39 have them.
    const WIDTHS: [u32; 24] = [2, 1, 1, 2, 3, 2, 1, 1, 4, 1, 3, 1, 4, 1, 1, 3, 1, 1, 1, 4, 2, 2, 1, 4];

    /// Bars of clean print in the middle of a grey frame, turned; their length is 200 pixels.
    fn bars(module: f32, degrees: f32) -> (Vec<u8>, f32) {
        let long = WIDTHS.iter().sum::<u32>() as f32 * module;
        let (sin, cos) = degrees.to_radians().sin_cos();
        let grey = |x: usize, y: usize| {
            let (dx, dy) = (x as f32 - 400., y as f32 - 300.);
            let (u, v) = (cos * dx + sin * dy + long / 2., cos * dy - sin * dx);
            if !(0. ..long).contains(&u) || v.abs() > 100. {
                return 200;
            }
            let mut at = 0.;
            let index = WIDTHS.iter().position(|w| {
                at += *w as f32 * module;
                u < at
            });
            if index.is_some_and(|i| i % 2 == 0) { 30 } else { 225 }
        };
        let pixels = (0..600).flat_map(|y| (0..800).map(move |x| (x, y))).map(|(x, y)| grey(x, y)).collect();
        (pixels, long)
    }

    #[test]
    fn a_code_is_one_window_however_wide_its_bars() {
        for module in [1.5, 2., 3., 4., 5., 6., 7., 8.] {
            for degrees in [0., 8., 30., 45., 90., 110.] {
                let (pixels, long) = bars(module, degrees);
                let mut locator = Locator::default();
                let windows = locator.find(Frame::new(&pixels, 800, 600).unwrap());
                let first = windows.first().unwrap_or_else(|| panic!("{module} pixels at {degrees}: nothing"));
                let turn =
                    (degrees.to_radians().cos() * first.along[0] + degrees.to_radians().sin() * first.along[1]).abs();
                assert!(turn > 0.985, "{module} pixels at {degrees}: {first:?}");
                assert!(
                    first.half_length * 2. > long - 8. * module,
                    "{module} pixels at {degrees}: {first:?} of {long}"
                );
                assert!(first.half_height > 60. && first.half_height < 130., "{module} pixels at {degrees}: {first:?}");
            }
        }
    }
}
