//! Interleaved 2 of 5 (ISO/IEC 16390).

use super::{Line, Row, level};
use crate::Symbology;

/// Wide elements of each digit, the first the highest of five bits.
const WIDE: [u8; 10] = [0b00110, 0b10001, 0b01001, 0b11000, 0b00101, 0b10100, 0b01100, 0b00011, 0b10010, 0b01010];
/// Fewest digits: shorter ones are too easily part of something else.
const SHORTEST: usize = 6;
/// Light space at both ends, narrow elements. The standard asks for 10.
const QUIET: f32 = 6.;

pub(super) fn decode(row: &Row) -> Option<Line> {
    let mut at = 0;
    while at + 8 + 5 * SHORTEST <= row.edges.len() {
        if let Some(line) = from(row, at) {
            return Some(line);
        }
        at += 2;
    }
    None
}

fn from(row: &Row, start: usize) -> Option<Line> {
    let raw = row.widths::<4>(start)?;
    let narrow = raw.iter().sum::<f32>() / 4.;
    if row.seen_before(start) < QUIET * narrow {
        return None;
    }
    let gain = (raw[0] + raw[2] - raw[1] - raw[3]) / 4.;
    if gain.abs() > narrow * 0.6 || level(raw, gain).iter().any(|w| *w < 0.5 * narrow || *w > 1.6 * narrow) {
        return None;
    }
    let mut text = String::new();
    let mut at = start + 4;
    let mut total = 0.;
    loop {
        // the end: wide, narrow, narrow, quiet
        if text.len() >= SHORTEST
            && let Some(stop) = row.widths::<3>(at)
        {
            let [wide, space, bar] = level(stop, gain);
            let quiet = row.seen_behind(at + 3);
            if wide > 1.5 * space.max(bar) && bar.max(space) < 1.6 * narrow && quiet >= QUIET * narrow {
                let span = [row.edges[start], row.edges[at + 3]];
                return Some(Line { symbology: Symbology::Itf, text, gs1: false, span });
            }
        }
        let pair = level(row.widths::<10>(at)?, gain);
        let new: f32 = pair.iter().sum();
        if new < 12. * narrow || new > 21. * narrow || (total > 0. && (new < total * 0.8 || new > total * 1.25)) {
            return None;
        }
        total = new;
        for first in 0..2 {
            let digit: [f32; 5] = std::array::from_fn(|i| pair[2 * i + first]);
            let wide = wide(&digit, narrow)?;
            text.push(char::from(b'0' + WIDE.iter().position(|w| *w == wide)? as u8));
        }
        at += 10;
    }
}

/// The two widest of five as bits, when they stand out.
fn wide(digit: &[f32; 5], narrow: f32) -> Option<u8> {
    let mut order = [0, 1, 2, 3, 4];
    order.sort_by(|a: &usize, b| digit[*b].total_cmp(&digit[*a]));
    let [widest, least, next, narrowest] = [0, 1, 2, 4].map(|i| digit[order[i]]);
    let clear = least > 1.3 * next && widest < 1.7 * least && narrowest > 0.35 * narrow && widest < 4.5 * narrow;
    clear.then(|| order[..2].iter().fold(0, |bits, i| bits | 1 << (4 - i)))
}
