//! EAN-13 (ISO/IEC 15420), read only where a screen asks for it.

use super::{Line, Row, level};
use crate::Symbology;

/// Widths of the digits of the right half's mirror, space first: the left half's set A.
const SET_A: [[f32; 4]; 10] = [
    [3., 2., 1., 1.],
    [2., 2., 2., 1.],
    [2., 1., 2., 2.],
    [1., 4., 1., 1.],
    [1., 1., 3., 2.],
    [1., 2., 3., 1.],
    [1., 1., 1., 4.],
    [1., 3., 1., 2.],
    [1., 2., 1., 3.],
    [3., 1., 1., 2.],
];
/// Which of the left six digits are of set B (the first the highest bit), for each first digit.
const FIRST: [u8; 10] = [0, 0b001011, 0b001101, 0b001110, 0b010011, 0b011001, 0b011100, 0b010101, 0b010110, 0b011010];
/// Largest squared deviation of a digit, square modules.
const DIGIT: f32 = 0.7;
const QUIET: f32 = 4.;

pub(super) fn decode(row: &Row) -> Option<Line> {
    let mut at = 0;
    while at + 59 < row.edges.len() {
        if let Some(line) = from(row, at) {
            return Some(line);
        }
        at += 2;
    }
    None
}

fn from(row: &Row, start: usize) -> Option<Line> {
    let guard = row.widths::<3>(start)?;
    let module = (row.edges.get(start + 59)? - row.edges[start]) / 95.;
    let gain = (guard[0] + guard[2] - 2. * guard[1]) / 4.;
    if gain.abs() > 0.6 * module
        || level(guard, gain).iter().any(|w| (w / module - 1.).abs() > 0.5)
        || row.quiet_before(start) < QUIET * module
        || row.quiet_behind(start + 59) < QUIET * module
    {
        return None;
    }
    let (mut digits, mut sets) = ([0u8; 13], 0u8);
    for i in 0..12 {
        let at = start + if i < 6 { 3 + 4 * i } else { 8 + 4 * i };
        // the left half begins with a space, the right with a bar
        let gain = if i < 6 { -gain } else { gain };
        let (digit, b) = nearest(&level(row.widths::<4>(at)?, gain), i < 6)?;
        digits[i + 1] = digit;
        if i < 6 {
            sets = sets << 1 | u8::from(b);
        }
    }
    digits[0] = FIRST.iter().position(|s| *s == sets)? as u8;
    let sum: u32 = digits.iter().enumerate().map(|(i, d)| u32::from(*d) * if i % 2 == 0 { 1 } else { 3 }).sum();
    let text: String = digits.iter().map(|d| char::from(b'0' + d)).collect();
    let span = [row.edges[start], row.edges[start + 59]];
    sum.is_multiple_of(10).then_some(Line { symbology: Symbology::Ean13, text, gs1: false, span })
}

/// The digit, and whether it is of set B.
fn nearest(widths: &[f32; 4], left: bool) -> Option<(u8, bool)> {
    let scale = 7. / widths.iter().sum::<f32>();
    let deviation = |pattern: &[f32; 4], mirrored: bool| {
        let off: [f32; 4] = std::array::from_fn(|i| widths[i] * scale - pattern[if mirrored { 3 - i } else { i }]);
        let alike: f32 = off.windows(2).map(|p| (p[0] + p[1]) * (p[0] + p[1])).sum();
        let own: f32 = off.iter().map(|o| o * o).sum();
        alike * 0.6 + own * 0.4
    };
    let mut best = (0, false, DIGIT);
    for (digit, pattern) in SET_A.iter().enumerate() {
        for mirrored in [false, true] {
            if mirrored && !left {
                continue;
            }
            let d = deviation(pattern, mirrored);
            if d < best.2 {
                best = (digit as u8, mirrored, d);
            }
        }
    }
    (best.2 < DIGIT).then_some((best.0, best.1))
}
