//! Code 128 by comparing brightness with what each character would look like, blurred: reads bars that run into each
//! other, where there are no edges left to measure. Only for the deeper passes.

use std::sync::LazyLock;

use super::code128::{PATTERNS, text};
use super::{Line, Row};
use crate::Symbology;

/// Samples of a module, and of a character.
const PER_MODULE: usize = 2;
const SAMPLES: usize = 11 * PER_MODULE;
/// Blur of the pictures compared with: standard deviations in modules.
const BLURS: [f32; 3] = [0.3, 0.55, 0.8];
/// Value of the stop among the pictures.
const STOP: u8 = 106;
/// Least likeness (correlation) of one character, of all on the mean, and of the start.
const ONE: f32 = 0.72;
const MEAN: f32 = 0.9;
const START: f32 = 0.88;
/// Likeness with the middle blur below which no other blur of a start can reach [`START`]: see the test.
const HOPELESS: f32 = 0.6;
/// Light space at both ends, modules.
const QUIET: f32 = 4.;
/// Places on a line where a code may begin.
const STARTS: usize = 6;
/// Most characters of a symbol.
const LONGEST: usize = 90;

type Picture = [f32; SAMPLES];

/// What characters look like at each blur.
static PICTURES: LazyLock<[[Picture; 107]; 3]> =
    LazyLock::new(|| BLURS.map(|blur| std::array::from_fn(|value| picture(value, blur))));

/// A character between a space of two modules and a bar of two, blurred; mean 0, length 1.
fn picture(value: usize, blur: f32) -> Picture {
    const FINE: usize = 8; // points of a module
    let pattern = if value == usize::from(STOP) { b"233111" } else { &PATTERNS[value] };
    let mut points = vec![1f32; 2 * FINE];
    for (i, width) in pattern.iter().enumerate() {
        let level = if i % 2 == 0 { -1. } else { 1. };
        points.extend(std::iter::repeat_n(level, usize::from(width - b'0') * FINE));
    }
    points.extend(std::iter::repeat_n(-1., 2 * FINE));
    let mut out = [0.; SAMPLES];
    for (i, o) in out.iter_mut().enumerate() {
        let at = (2. + (i as f32 + 0.5) / PER_MODULE as f32) * FINE as f32;
        let (mut sum, mut weights) = (0., 0.);
        for (k, p) in points.iter().enumerate() {
            let d = (k as f32 + 0.5 - at) / FINE as f32 / blur;
            let weight = (-0.5 * d * d).exp();
            sum += weight * p;
            weights += weight;
        }
        *o = sum / weights;
    }
    normal(&mut out);
    out
}

/// Mean 0 and length 1; false when there is no contrast to speak of.
fn normal(samples: &mut Picture) -> bool {
    let mean = samples.iter().sum::<f32>() / SAMPLES as f32;
    samples.iter_mut().for_each(|s| *s -= mean);
    let length = samples.iter().map(|s| s * s).sum::<f32>().sqrt();
    samples.iter_mut().for_each(|s| *s /= length.max(1e-3));
    length > 1.
}

/// In lanes of their own, so that it goes through vector instructions.
fn like(a: &Picture, b: &Picture) -> f32 {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<4>(), b.as_chunks::<4>());
    let mut lanes = [0f32; 4];
    for (a, b) in a.iter().zip(b) {
        lanes.iter_mut().zip(a.iter().zip(b)).for_each(|(lane, (a, b))| *lane += a * b);
    }
    lanes.iter().sum::<f32>() + a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum::<f32>()
}

/// A line's brightness, read at positions between samples, in either direction.
#[derive(Clone, Copy)]
pub(super) struct Light<'a> {
    pub values: &'a [f32],
    pub turned: bool,
}

impl Light<'_> {
    fn at(self, x: f32) -> f32 {
        let last = self.values.len() - 1;
        let x = if self.turned { last as f32 - x } else { x }.clamp(0., last as f32);
        let i = (x as usize).min(last - 1);
        let part = x - i as f32;
        self.values[i] * (1. - part) + self.values[i + 1] * part
    }

    /// A character of module width `module` from `x` on.
    fn character(self, x: f32, module: f32) -> Option<Picture> {
        let step = module / PER_MODULE as f32;
        let mut out: Picture = std::array::from_fn(|i| self.at(x + (i as f32 + 0.5) * step));
        normal(&mut out).then_some(out)
    }
}

/// The first code on the line. `row` holds its edges, `narrowest` and `widest` the module width in values.
pub(super) fn decode(light: Light, row: &Row, narrowest: f32, widest: f32) -> Option<Line> {
    if light.values.len() < 40 {
        return None;
    }
    let mut starts: Vec<usize> =
        (0..row.edges.len()).step_by(2).filter(|i| row.quiet_before(*i) >= QUIET * narrowest).collect();
    // the widest space is the likeliest quiet zone
    starts.sort_by(|a, b| row.quiet_before(*b).total_cmp(&row.quiet_before(*a)));
    for first in starts.into_iter().take(STARTS) {
        let edge = row.edges[first];
        // the likeliest few of all module widths, blurs and starts
        let mut guesses: Vec<(f32, f32, f32, usize)> = Vec::new();
        let mut module = narrowest;
        while module < widest && QUIET * module <= row.quiet_before(first) {
            for shift in [-0.3, 0., 0.3] {
                let x = edge + shift * module;
                let Some(seen) = light.character(x, module) else { continue };
                let start = |blurred: &[Picture; 107]| (103..106).map(|v| like(&seen, &blurred[v])).fold(0., f32::max);
                if start(&PICTURES[1]) < HOPELESS {
                    continue;
                }
                for (b, blurred) in PICTURES.iter().enumerate() {
                    let r = start(blurred);
                    if r > START {
                        guesses.push((r, x, module, b));
                    }
                }
            }
            module *= 1.035;
        }
        guesses.sort_by(|a, b| b.0.total_cmp(&a.0));
        for (_, x, module, blur) in guesses.into_iter().take(6) {
            if let Some(line) = follow(light, x, module, &PICTURES[blur]) {
                return Some(line);
            }
        }
    }
    None
}

/// Reads on from a start at `x`, with the grid of modules kept in step.
fn follow(light: Light, start: f32, module: f32, pictures: &[Picture; 107]) -> Option<Line> {
    let (mut x, mut module) = (start, module);
    let mut values = Vec::new();
    let (mut sum, mut end) = (0., 0.);
    while values.len() < LONGEST {
        let range = if values.is_empty() { 103..106u8 } else { 0..107 };
        let mut best = (ONE, 0u8, x, module);
        for scale in [0.975, 1., 1.025] {
            for shift in [-0.24, -0.08, 0.08, 0.24] {
                let (sx, sm) = (x + shift * module, module * scale);
                let Some(seen) = light.character(sx, sm) else { continue };
                for value in range.clone() {
                    let r = like(&seen, &pictures[usize::from(value)]);
                    if r > best.0 {
                        best = (r, value, sx, sm);
                    }
                }
            }
        }
        let (r, value, sx, sm) = best;
        if r <= ONE || (!values.is_empty() && (103..106).contains(&value)) {
            return None;
        }
        sum += r;
        // half way to the best fit: one noisy character must not throw the grid
        module += (sm - module) * 0.35;
        x += (sx - x) * 0.6;
        if value == STOP {
            end = x + 13. * module;
            break;
        }
        values.push(value);
        x += 11. * module;
    }
    let count = values.len() as f32 + 1.;
    if end == 0. || end > light.values.len() as f32 || sum / count < MEAN || !quiet(light, end, module) {
        return None;
    }
    let (text, gs1) = text(&values)?;
    Some(Line { symbology: Symbology::Code128, text, gs1, span: [start, end] })
}

/// Is it light and even behind the last bar?
fn quiet(light: Light, end: f32, module: f32) -> bool {
    let behind = |i: f32| light.at(end + i * module);
    let bar = light.at(end - module);
    let space = f32::midpoint(behind(1.2), behind(2.));
    [1.5, 2., 2.5, 3., QUIET].iter().all(|i| (behind(*i) - space).abs() < 0.35 * (space - bar))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By the angles between unit vectors: what is far from a start's middle picture is far from its others.
    #[test]
    fn the_middle_blur_speaks_for_the_others() {
        for start in 103..106 {
            for blur in [0, 2] {
                let apart = like(&PICTURES[1][start], &PICTURES[blur][start]).min(1.).acos();
                let nearest = (HOPELESS.acos() - apart).cos();
                assert!(nearest < START, "{start} at {blur}: {nearest}");
            }
        }
    }
}
