//! Code 128 (ISO/IEC 15417), GS1-128 with it.

use super::{Line, Row, level};
use crate::Symbology;

/// Widths in modules of the three bars and spaces of each value; 103 to 105 are the starts A, B and C.
#[rustfmt::skip]
pub(super) const PATTERNS: [[u8; 6]; 106] = [
    *b"212222", *b"222122", *b"222221", *b"121223", *b"121322", *b"131222", *b"122213", *b"122312", *b"132212", *b"221213",
    *b"221312", *b"231212", *b"112232", *b"122132", *b"122231", *b"113222", *b"123122", *b"123221", *b"223211", *b"221132",
    *b"221231", *b"213212", *b"223112", *b"312131", *b"311222", *b"321122", *b"321221", *b"312212", *b"322112", *b"322211",
    *b"212123", *b"212321", *b"232121", *b"111323", *b"131123", *b"131321", *b"112313", *b"132113", *b"132311", *b"211313",
    *b"231113", *b"231311", *b"112133", *b"112331", *b"132131", *b"113123", *b"113321", *b"133121", *b"313121", *b"211331",
    *b"231131", *b"213113", *b"213311", *b"213131", *b"311123", *b"311321", *b"331121", *b"312113", *b"312311", *b"332111",
    *b"314111", *b"221411", *b"431111", *b"111224", *b"111422", *b"121124", *b"121421", *b"141122", *b"141221", *b"112214",
    *b"112412", *b"122114", *b"122411", *b"142112", *b"142211", *b"241211", *b"221114", *b"413111", *b"241112", *b"134111",
    *b"111242", *b"121142", *b"121241", *b"114212", *b"124112", *b"124211", *b"411212", *b"421112", *b"421211", *b"212141",
    *b"214121", *b"412121", *b"111143", *b"111341", *b"131141", *b"114113", *b"114311", *b"411113", *b"411311", *b"113141",
    *b"114131", *b"311141", *b"411131", *b"211412", *b"211214", *b"211232",
];
/// The stop, without its last bar of two modules.
const STOP: [u8; 6] = *b"233111";
/// Modules of a character.
const MODULES: f32 = 11.;
/// Light space at both ends, modules. The standard asks for 10; labels give less.
const QUIET: f32 = 4.;
/// Largest squared deviation of a character, square modules.
const CHARACTER: f32 = 1.1;
/// Of all characters on the mean. Of some 900 true reads of the bench's pictures the worst has 0.46; a blurred code whose
/// characters were all taken for others, with a check character that happened to be right, had 0.59.
const MEAN: f32 = 0.5;
/// Fewest characters between start and check character.
const SHORTEST: usize = 2;

pub(super) fn decode(row: &Row) -> Option<Line> {
    let mut at = 0;
    while at + 6 * (SHORTEST + 3) < row.edges.len() {
        if let Some(line) = from(row, at) {
            return Some(line);
        }
        at += 2;
    }
    None
}

fn from(row: &Row, start: usize) -> Option<Line> {
    let widths = row.widths::<6>(start)?;
    let mut total: f32 = widths.iter().sum();
    if row.quiet_before(start) < QUIET * total / MODULES {
        return None;
    }
    let (first, mut off) = nearest(&widths, 103..106)?;
    let mut gain = gain_of(&widths, &PATTERNS[usize::from(first)]);
    let mut values = vec![first];
    let mut at = start + 6;
    loop {
        let widths = level(row.widths::<6>(at)?, gain);
        let new: f32 = widths.iter().sum();
        if new < total * 0.75 || new > total * 1.33 {
            return None;
        }
        total = new;
        if deviation(&widths, &STOP, total) < CHARACTER {
            let bar = row.widths::<1>(at + 6)?[0] - gain;
            let module = total / MODULES;
            let sure = off < MEAN * values.len() as f32;
            if sure && (bar / module - 2.).abs() < 0.8 && row.quiet_behind(at + 7) >= QUIET * module {
                let (text, gs1) = text(&values)?;
                let span = [row.edges[start], row.edges[at + 7]];
                return Some(Line { symbology: Symbology::Code128, text, gs1, span });
            }
        }
        let (value, deviation) = nearest(&widths, 0..103)?;
        off += deviation;
        gain += 0.3 * gain_of(&widths, &PATTERNS[usize::from(value)]);
        values.push(value);
        at += 6;
    }
}

/// How much wider than they should be the bars are, on the mean, per bar.
fn gain_of(widths: &[f32; 6], pattern: &[u8; 6]) -> f32 {
    let total: f32 = widths.iter().sum();
    let bars: f32 = widths.iter().step_by(2).sum();
    let modules: u8 = pattern.iter().step_by(2).map(|d| d - b'0').sum();
    (bars - f32::from(modules) * total / MODULES) / 3.
}

/// Squared deviation from a pattern: of the distances between like edges, which ink and blur leave as they are, and a
/// little of the widths themselves.
fn deviation(widths: &[f32; 6], pattern: &[u8; 6], total: f32) -> f32 {
    let scale = MODULES / total;
    let off: [f32; 6] = std::array::from_fn(|i| widths[i] * scale - f32::from(pattern[i] - b'0'));
    let alike: f32 = off.windows(2).map(|p| (p[0] + p[1]) * (p[0] + p[1])).sum();
    let own: f32 = off.iter().map(|o| o * o).sum();
    alike * 0.8 + own * 0.2
}

fn nearest(widths: &[f32; 6], among: std::ops::Range<u8>) -> Option<(u8, f32)> {
    let total: f32 = widths.iter().sum();
    let mut best = (0, CHARACTER);
    for value in among {
        let d = deviation(widths, &PATTERNS[usize::from(value)], total);
        if d < best.1 {
            best = (value, d);
        }
    }
    (best.1 < CHARACTER).then_some(best)
}

/// The text of the values from start to check character, if that is right, and whether it begins with FNC1.
pub(super) fn text(values: &[u8]) -> Option<(String, bool)> {
    let (check, values) = values.split_last()?;
    if values.len() < 1 + SHORTEST {
        return None;
    }
    let sum = values.iter().enumerate().map(|(i, v)| u32::from(*v) * i.max(1) as u32).sum::<u32>();
    if sum % 103 != u32::from(*check) {
        return None;
    }
    let mut set = values[0] - 103; // 0 A, 1 B, 2 C
    let (mut text, mut gs1, mut shift, mut high, mut lock) = (String::new(), false, None, false, false);
    for (i, value) in values.iter().enumerate().skip(1) {
        let now = shift.take().unwrap_or(set);
        match (now, *value) {
            (_, 102) if i == 1 => gs1 = true,
            (_, 102) => text.push('\u{1d}'),
            (2, v @ 0..=99) => {
                text.push(char::from(b'0' + v / 10));
                text.push(char::from(b'0' + v % 10));
            }
            (2, 100) => set = 1,
            (2, 101) => set = 0,
            (_, 96 | 97) => {}
            (0, 98) => shift = Some(1),
            (1, 98) => shift = Some(0),
            (_, 99) => set = 2,
            (0, 100) => set = 1,
            (1, 101) => set = 0,
            // FNC4: the next character is of the upper half; twice: all that follow
            (0, 101) | (1, 100) => {
                if high {
                    (lock, high) = (!lock, false);
                } else {
                    high = true;
                }
            }
            (now, v @ 0..=95) => {
                let plain = if now == 0 && v >= 64 { v - 64 } else { v + 32 };
                let upper = std::mem::take(&mut high) != lock;
                text.push(char::from(if upper { plain | 128 } else { plain }));
            }
            _ => return None,
        }
    }
    (!text.is_empty()).then_some((text, gs1))
}
