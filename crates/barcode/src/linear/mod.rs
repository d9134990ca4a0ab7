//! Linear codes in a window: lines across it, their edges, and the decoders of each symbology.

mod code128;
mod code39;
mod ean13;
mod edges;
mod itf;
mod matched;

use crate::locate::Window;
use crate::{Formats, Frame, Read, Symbology};
use edges::Profile;

/// What a decoder made of a row of edges.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Line {
    pub symbology: Symbology,
    pub text: String,
    pub gs1: bool,
    /// Where the code begins and ends on the line.
    pub span: [f32; 2],
}

/// How hard to look at a window.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effort {
    /// Lines across the window.
    pub lines: usize,
    /// Rows averaged in each; 0 means as many as there are between the lines.
    pub rows: usize,
    /// Pixels from one sample to the next.
    pub step: f32,
    /// Also light bars on dark.
    pub inverted: bool,
    /// Also by comparing brightness, where there are no clear edges.
    pub matched: bool,
}

type Placed = (Line, f32, [[f32; 2]; 2]);

/// Memory of the linear decoders, used again from frame to frame.
#[derive(Debug, Default)]
pub(crate) struct Linear {
    profile: Profile,
    edges: Vec<f32>,
    turned: Vec<f32>,
    /// Lines of the window that were read, the height each was at, and its ends in the frame.
    lines: Vec<Placed>,
}

/// Least grey between two neighbouring bars: one row, and with noise averaged away.
const FLOOR: [f32; 2] = [5., 2.];
/// Noise's standard deviations between two neighbouring bars.
const NOISES: f32 = 4.;
/// Fewer edges than the shortest code has are none.
const LEAST_EDGES: usize = 20;

impl Linear {
    /// The codes of a window that two lines agree on, put into `out`. True when there was one.
    pub fn window(
        &mut self,
        frame: Frame,
        window: &Window,
        formats: Formats,
        effort: Effort,
        out: &mut Vec<Read>,
    ) -> bool {
        self.lines.clear();
        let mut found = false;
        let rows = match effort.rows {
            0 => (2. * window.half_height / effort.lines as f32).clamp(3., 40.) as usize,
            rows => rows,
        };
        let reach = window.half_length * 1.15 + 32.;
        let mut barren = 0;
        for i in 0..effort.lines {
            // from the middle outwards
            let side = if i % 2 == 0 { 1. } else { -1. };
            let v = side * i.div_ceil(2) as f32 * window.half_height * 1.8 / effort.lines as f32;
            if !self.profile.sample(frame, window, v, rows, reach, effort.step) {
                continue;
            }
            match self.line(formats, rows, effort) {
                None => {
                    barren += 1;
                    if barren >= 3 && barren == i + 1 {
                        break; // no bars here
                    }
                }
                Some(false) => {}
                Some(true) => {
                    found |= self.settle(window, v, out);
                    // ask the neighbour at once
                    let beside = v + (rows as f32 + 1.).min((window.half_height / 2.).max(1.)) * -side;
                    if !found
                        && self.profile.sample(frame, window, beside, rows, reach, effort.step)
                        && self.line(formats, rows, effort) == Some(true)
                    {
                        found |= self.settle(window, beside, out);
                    }
                    if found {
                        break;
                    }
                }
            }
        }
        found
    }

    /// Decodes the sampled line into `self.lines` (as the last, not yet placed). `None` when it has too few edges.
    fn line(&mut self, formats: Formats, rows: usize, effort: Effort) -> Option<bool> {
        let floor = FLOOR[usize::from(rows > 4)].max(NOISES * self.profile.noise);
        self.profile.edges(floor, &mut self.edges);
        if self.edges.len() < LEAST_EDGES {
            return None;
        }
        let end = self.profile.values.len() as f32 - 1.;
        let seen = self.profile.inside.map(|i| i as f32);
        let mut hit = false;
        for light in [false, true] {
            if light && !effort.inverted {
                break;
            }
            let edges = &self.edges[usize::from(light)..];
            let edges = &edges[..edges.len() & !1];
            self.turned.clear();
            self.turned.extend(edges.iter().rev().map(|e| end - e));
            for turned in [false, true] {
                let row = match turned {
                    false => Row { edges, end, seen },
                    true => Row { edges: &self.turned, end, seen: [end - seen[1], end - seen[0]] },
                };
                if let Some(mut line) = decode(&row, formats) {
                    if turned {
                        line.span = [end - line.span[0], end - line.span[1]];
                    }
                    self.lines.push((line, f32::NAN, [[0.; 2]; 2]));
                    hit = true;
                    break;
                }
            }
            if hit {
                break;
            }
        }
        if !hit && effort.matched && formats.has(Symbology::Code128) {
            hit = self.compare(end, effort.step);
        }
        Some(hit)
    }

    /// Decodes the sampled line by its brightness.
    fn compare(&mut self, end: f32, step: f32) -> bool {
        /// Module widths, pixels.
        const MODULES: [f32; 2] = [0.85, 7.];
        let edges = &self.edges[..self.edges.len() & !1];
        self.turned.clear();
        self.turned.extend(edges.iter().rev().map(|e| end - e));
        for (turned, edges) in [(false, edges), (true, &self.turned[..])] {
            let light = matched::Light { values: &self.profile.values, turned };
            let row = Row { edges, end, seen: [0., end] };
            if let Some(mut line) = matched::decode(light, &row, MODULES[0] / step, MODULES[1] / step) {
                if turned {
                    line.span = [end - line.span[0], end - line.span[1]];
                }
                self.lines.push((line, f32::NAN, [[0.; 2]; 2]));
                return true;
            }
        }
        false
    }

    /// Places the last line at height `v`; gives the read when an earlier line at another height says the same.
    fn settle(&mut self, window: &Window, v: f32, out: &mut Vec<Read>) -> bool {
        let Some(last) = self.lines.last_mut() else {
            return false;
        };
        let place = |at: f32| window.at(self.profile.from + at * self.profile.step, v);
        last.1 = v;
        last.2 = last.0.span.map(place);
        let (line, _, ends) = last.clone();
        let agrees = |(earlier, at, _): &Placed| {
            (at - v).abs() >= 1. && earlier.symbology == line.symbology && earlier.text == line.text
        };
        if !self.lines[..self.lines.len() - 1].iter().any(agrees) {
            return false;
        }
        if !out.iter().any(|r| r.symbology == line.symbology && r.text == line.text) {
            // the bars' outline: the ends of the line, as high as the window
            let up = |p: [f32; 2], dv: f32| [p[0] - dv * window.along[1], p[1] + dv * window.along[0]];
            let (top, bottom) = (-window.half_height - v, window.half_height - v);
            let along = |p: [f32; 2]| p[0] * window.along[0] + p[1] * window.along[1];
            let [a, b] = if along(ends[0]) <= along(ends[1]) { ends } else { [ends[1], ends[0]] };
            let corners = vec![up(a, top), up(b, top), up(b, bottom), up(a, bottom)];
            out.push(Read { symbology: line.symbology, text: line.text, gs1: line.gs1, corners });
        }
        true
    }
}

/// The first code in a row of edges: even ones begin a bar, odd ones end it.
fn decode(row: &Row, formats: Formats) -> Option<Line> {
    let wanted = |s, decode: fn(&Row) -> Option<Line>| formats.has(s).then(|| decode(row)).flatten();
    wanted(Symbology::Code128, code128::decode)
        .or_else(|| wanted(Symbology::Ean13, ean13::decode))
        .or_else(|| wanted(Symbology::Code39, code39::decode))
        .or_else(|| wanted(Symbology::Itf, itf::decode))
}

/// Edges on a line from 0 to `end`.
pub(crate) struct Row<'a> {
    pub edges: &'a [f32],
    pub end: f32,
    /// The part of the line that was seen; the rest is taken for light paper.
    pub seen: [f32; 2],
}

impl Row<'_> {
    /// Widths of the `N` elements from edge `at` on.
    pub fn widths<const N: usize>(&self, at: usize) -> Option<[f32; N]> {
        let edges = self.edges.get(at..=at + N)?;
        Some(std::array::from_fn(|i| edges[i + 1] - edges[i]))
    }

    /// Light space before edge `at`.
    pub fn quiet_before(&self, at: usize) -> f32 {
        self.edges[at] - if at == 0 { 0. } else { self.edges[at - 1] }
    }

    /// Light space before edge `at` that was seen.
    pub fn seen_before(&self, at: usize) -> f32 {
        self.quiet_before(at).min(self.edges[at] - self.seen[0])
    }

    /// Light space behind edge `at` that was seen.
    pub fn seen_behind(&self, at: usize) -> f32 {
        self.quiet_behind(at).min(self.seen[1] - self.edges[at])
    }

    /// Light space behind edge `at`.
    pub fn quiet_behind(&self, at: usize) -> f32 {
        self.edges.get(at + 1).copied().unwrap_or(self.end) - self.edges[at]
    }
}

/// Takes the bars' common gain in width (ink, blur) from bars and gives it to spaces.
pub(crate) fn level<const N: usize>(mut widths: [f32; N], gain: f32) -> [f32; N] {
    widths.iter_mut().enumerate().for_each(|(i, w)| *w += if i % 2 == 0 { -gain } else { gain });
    widths
}
