//! Code 39 (ISO/IEC 16388), without check character: the customs goods sheet prints it so.

use super::{Line, Row, level};
use crate::Symbology;

const ALPHABET: &[u8; 44] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%*";
/// Wide elements of each character, the first element the highest of nine bits.
const WIDE: [u16; 44] = [
    0x034, 0x121, 0x061, 0x160, 0x031, 0x130, 0x070, 0x025, 0x124, 0x064, 0x109, 0x049, 0x148, 0x019, 0x118, 0x058,
    0x00d, 0x10c, 0x04c, 0x01c, 0x103, 0x043, 0x142, 0x013, 0x112, 0x052, 0x007, 0x106, 0x046, 0x016, 0x181, 0x0c1,
    0x1c0, 0x091, 0x190, 0x0d0, 0x085, 0x184, 0x0c4, 0x0a8, 0x0a2, 0x08a, 0x02a, 0x094,
];
const STAR: u16 = 0x094;
/// Light space at both ends, as a part of a character's width.
const QUIET: f32 = 0.3;
/// Without a check character a short text is too easily a misread.
const SHORTEST: usize = 3;

pub(super) fn decode(row: &Row) -> Option<Line> {
    let mut at = 0;
    while at + 10 * (SHORTEST + 2) <= row.edges.len() {
        if let Some(line) = from(row, at) {
            return Some(line);
        }
        at += 2;
    }
    None
}

fn from(row: &Row, start: usize) -> Option<Line> {
    let raw = row.widths::<9>(start)?;
    let mut total: f32 = raw.iter().sum();
    if row.quiet_before(start) < QUIET * total {
        return None;
    }
    // narrow bars and spaces of the star are 0 2 8 and 3 5 7
    let gain = ((raw[0] + raw[2] + raw[8]) - (raw[3] + raw[5] + raw[7])) / 6.;
    if gain.abs() > total / 20. || wide(&level(raw, gain)) != Some(STAR) {
        return None;
    }
    let mut text = String::new();
    let mut at = start + 10;
    loop {
        let widths = level(row.widths::<9>(at)?, gain);
        let new: f32 = widths.iter().sum();
        let gap = row.quiet_before(at) + gain;
        if new < total * 0.8 || new > total * 1.25 || gap > total * 0.4 || gap < total * 0.03 {
            return None;
        }
        total = new;
        let wide = wide(&widths)?;
        let letter = WIDE.iter().position(|w| *w == wide).map(|i| ALPHABET[i])?;
        if letter == b'*' {
            let quiet = row.quiet_behind(at + 9) >= QUIET * total;
            let span = [row.edges[start], row.edges[at + 9]];
            return (quiet && text.len() >= SHORTEST).then_some(Line {
                symbology: Symbology::Code39,
                text,
                gs1: false,
                span,
            });
        }
        text.push(char::from(letter));
        at += 10;
    }
}

/// The three widest of nine as bits, when they stand out.
fn wide(widths: &[f32; 9]) -> Option<u16> {
    let mut order: [usize; 9] = std::array::from_fn(|i| i);
    order.sort_by(|a, b| widths[*b].total_cmp(&widths[*a]));
    let [widest, least, next] = [0, 2, 3].map(|i| widths[order[i]]);
    let narrow = order[3..].iter().map(|i| widths[*i]).sum::<f32>() / 6.;
    let narrowest = widths[order[8]];
    let clear = least > 1.25 * next && widest < 1.8 * least && least > 1.38 * narrow && narrowest > 0.3 * narrow;
    clear.then(|| order[..3].iter().fold(0, |bits, i| bits | 1 << (8 - i)))
}
