//! Inputs that are nearly right: valid ones with a few things changed, in the terms of their form.

use ciborium::Value as Cbor;
use serde_json::{Map, Number, Value as Json};

use crate::rng::Rng;

/// Longest input the changes grow to, bytes.
const LONGEST: usize = 1 << 16;

/// One of `seeds` with a few changes: bits, lengths, cuts, repeats, pieces of another seed. Now and then noise alone.
pub fn bytes(rng: &mut Rng, seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut out = rng.pick(seeds).clone();
    if rng.one_in(64) {
        let length = rng.below(300);
        return rng.bytes(length);
    }
    for _ in 0..=rng.below(4) {
        let other = rng.pick(seeds).clone();
        change_bytes(rng, &mut out, &other);
    }
    out.truncate(LONGEST);
    out
}

/// One change to bytes; `other` lends pieces.
pub fn change_bytes(rng: &mut Rng, out: &mut Vec<u8>, other: &[u8]) {
    let at = rng.below(out.len());
    let end = (at + 1 + rng.below(16)).min(out.len());
    match rng.below(11) {
        0 | 1 if !out.is_empty() => out[at] ^= 1 << rng.below(8),
        2 if !out.is_empty() => out[at] = *rng.pick(&[0, 1, 0x7F, 0x80, 0xFF, b'0', b' ', b'\n']),
        3 if !out.is_empty() => out[at] = out[at].wrapping_add(*rng.pick(&[1, 0xFF])),
        4 => out.insert(at, rng.byte()),
        5 if at < end => drop(out.drain(at..end)),
        6 => out.truncate(at),
        // lengths and counts that promise more than there is, or all there could be
        7 => {
            let wide = *rng.pick(&[1, 2, 4, 8]);
            let number = *rng.pick(&[u64::MAX, i64::MAX as u64, 1 << 31, 0xFFFF, 0x8000, 0, 1 << 40]);
            let number = if rng.one_in(2) { number.to_be_bytes() } else { number.to_le_bytes() };
            for (place, byte) in out.iter_mut().skip(at).zip(&number[8 - wide..]) {
                *place = *byte;
            }
        }
        8 if at < end => {
            let piece = out[at..end].to_vec();
            let times = if rng.one_in(50) { 2_000 } else { 1 + rng.below(8) };
            out.splice(at..at, piece.repeat(times));
        }
        9 if !other.is_empty() => {
            let from = rng.below(other.len());
            let to = (from + 1 + rng.below(64)).min(other.len());
            out.splice(at..end, other[from..to].iter().copied());
        }
        _ => {
            out.truncate(at);
            out.extend_from_slice(&other[rng.below(other.len())..]);
        }
    }
}

/// Characters that readers of numbers stumble over: look-alikes, wide, combining, invisible, growing when upper-cased,
/// separators, ends of the range.
const ODD: &str = "\0\t\n\r\u{1d}\u{7f}\u{85} \u{a0}\u{ad}-_./:;,'\"%?#\\+&<>{}[]()*Đđİıßﬁŉǰΐᾳ\u{300}\u{301}\u{323}\u{345}\u{200b}\u{200d}\u{202e}\u{feff}\u{fffd}０９ＡＺ①½٣߁𝟘𝐀가\u{1100}\u{1161}\u{11a8}\u{1112}ﷺ🚢\u{10ffff}OQDISBZG012568UJZ";

/// One of `seeds` with a few of its characters changed.
pub fn text(rng: &mut Rng, seeds: &[String]) -> String {
    let mut out: Vec<char> = rng.pick(seeds).chars().collect();
    for _ in 0..=rng.below(4) {
        let other: Vec<char> = rng.pick(seeds).chars().collect();
        change_text(rng, &mut out, &other);
    }
    out.truncate(LONGEST / 4);
    out.into_iter().collect()
}

fn odd(rng: &mut Rng) -> char {
    let odd: Vec<char> = ODD.chars().collect();
    match rng.below(4) {
        0 => char::from_u32(u32::try_from(rng.below(0x11_0000)).unwrap_or(0)).unwrap_or('\u{fffd}'),
        1 => char::from(0x20 + u8::try_from(rng.below(0x5F)).unwrap_or(0)),
        _ => *rng.pick(&odd),
    }
}

fn change_text(rng: &mut Rng, out: &mut Vec<char>, other: &[char]) {
    let at = rng.below(out.len());
    let end = (at + 1 + rng.below(8)).min(out.len());
    match rng.below(12) {
        0 | 1 if !out.is_empty() => out[at] = odd(rng),
        2 => out.insert(at, odd(rng)),
        3 if !out.is_empty() => out[at] = char::from(b'0' + u8::try_from(rng.below(10)).unwrap_or(0)),
        4 if !out.is_empty() => out[at] = char::from(b'A' + u8::try_from(rng.below(26)).unwrap_or(0)),
        5 if out.len() > 1 => {
            let next = (at + 1) % out.len();
            out.swap(at, next);
        }
        6 if at < end => drop(out.drain(at..end)),
        7 if at < end => {
            let piece = out[at..end].to_vec();
            let times = if rng.one_in(50) { 1_000 } else { 1 + rng.below(4) };
            out.splice(at..at, piece.repeat(times));
        }
        // zeros without end, and numbers beyond every integer
        8 => {
            let long = if rng.one_in(40) { 70_000 / 5 } else { rng.below(40) };
            let digit = *rng.pick(&['0', '9', '1']);
            out.splice(at..at, std::iter::repeat_n(digit, long));
        }
        9 if !other.is_empty() => {
            let from = rng.below(other.len());
            let to = (from + 1 + rng.below(32)).min(other.len());
            out.splice(at..end, other[from..to].iter().copied());
        }
        10 if !out.is_empty() => {
            // the same letter in another form: small, wide
            let c = out[at];
            out[at] = match c {
                '!'..='~' if rng.one_in(2) => char::from_u32(u32::from(c) + 0xFEE0).unwrap_or(c),
                _ => c.to_lowercase().next().unwrap_or(c),
            };
        }
        _ => {
            out.truncate(at);
            out.extend_from_slice(&other[rng.below(other.len())..]);
        }
    }
}

/// The last and the first moment that can be told, in milliseconds: times are numbers in facts.
const ENDS: [i64; 2] = [253_402_207_200_000, -377_705_023_201_000];

const WORDS: [&str; 12] = [
    "",
    "\u{0}",
    "-1",
    "18446744073709551616",
    "1e400",
    "9999-12-30T22:00:00.999999999Z",
    "-009999-01-02T01:59:59Z",
    "0000-00-00",
    "2026-02-13T05:00:00+07:00",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
    "83181001",
    "CSQU3054383",
];

/// JSON text of one of `seeds` with a few of its values changed; now and then its characters.
pub fn json(rng: &mut Rng, seeds: &[Json]) -> String {
    let mut tree = rng.pick(seeds).clone();
    for _ in 0..=rng.below(3) {
        let mut other = rng.pick(seeds);
        let mut at = rng.below(count_json(other));
        let piece = nth_json(&mut other, &mut at).cloned().unwrap_or_default();
        let at = rng.below(count_json(&tree));
        change_json(rng, &mut tree, at, piece);
    }
    let out = tree.to_string();
    if rng.one_in(10) {
        let other = rng.pick(seeds).to_string();
        return text(rng, &[out, other]);
    }
    if rng.one_in(300) {
        let (open, close) = *rng.pick(&[("[", "]"), ("{\"fact\":", "}"), ("[[", "")]);
        let deep = 1 + rng.below(5_000);
        return format!("{}{out}{}", open.repeat(deep), close.repeat(deep));
    }
    out
}

fn count_json(tree: &Json) -> usize {
    1 + match tree {
        Json::Array(items) => items.iter().map(count_json).sum(),
        Json::Object(fields) => fields.values().map(count_json).sum(),
        _ => 0,
    }
}

fn nth_json<'a>(tree: &mut &'a Json, n: &mut usize) -> Option<&'a Json> {
    let this: &'a Json = tree;
    if *n == 0 {
        return Some(this);
    }
    *n -= 1;
    let within: Vec<&'a Json> = match this {
        Json::Array(items) => items.iter().collect(),
        Json::Object(fields) => fields.values().collect(),
        _ => Vec::new(),
    };
    within.into_iter().find_map(|mut one| nth_json(&mut one, n))
}

/// Changes the value number `at`, counted in reading order.
fn change_json(rng: &mut Rng, tree: &mut Json, mut at: usize, piece: Json) {
    fn find<'a>(tree: &'a mut Json, n: &mut usize) -> Option<&'a mut Json> {
        if *n == 0 {
            return Some(tree);
        }
        *n -= 1;
        match tree {
            Json::Array(items) => items.iter_mut().find_map(|one| find(one, n)),
            Json::Object(fields) => fields.values_mut().find_map(|one| find(one, n)),
            _ => None,
        }
    }
    let Some(place) = find(tree, &mut at) else { return };
    match (rng.below(7), &mut *place) {
        (0, _) => *place = piece,
        (1, _) => *place = Json::Null,
        (2, Json::Object(fields)) if !fields.is_empty() => {
            let key = fields.keys().nth(rng.below(fields.len())).cloned().unwrap_or_default();
            let value = fields.remove(&key).unwrap_or_default();
            if rng.one_in(2) {
                fields.insert(text(rng, &[key]), value);
            }
        }
        (2, Json::Array(items)) if !items.is_empty() => {
            let item = items[rng.below(items.len())].clone();
            let times = if rng.one_in(20) { 1_000 } else { rng.below(4) };
            items.extend(std::iter::repeat_n(item, times));
        }
        (3, Json::Array(items)) => items.clear(),
        (_, Json::String(old)) => {
            *old = if rng.one_in(3) {
                (*rng.pick(&WORDS)).to_owned()
            } else {
                text(rng, &[old.clone(), WORDS[10].into()])
            };
        }
        (_, Json::Number(old)) => {
            let near = old.as_i64().unwrap_or(0);
            let other: [Number; 10] = [
                near.wrapping_add(1).into(),
                near.wrapping_neg().into(),
                i64::MIN.into(),
                i64::MAX.into(),
                u64::MAX.into(),
                u32::MAX.into(),
                ENDS[0].into(),
                ENDS[1].into(),
                0.into(),
                Number::from_f64(1e300).unwrap_or_else(|| 0.into()),
            ];
            *old = rng.pick(&other).clone();
        }
        (_, Json::Bool(old)) => *old = !*old,
        (4, _) => *place = Json::Object(Map::new()),
        (5, _) => *place = Json::Array(Vec::new()),
        _ => *place = piece,
    }
}

/// One of `seeds`, a CBOR item, with a few of its values changed. Not in deterministic form: write it by the core's writer.
pub fn cbor(rng: &mut Rng, seeds: &[Cbor]) -> Cbor {
    let mut tree = rng.pick(seeds).clone();
    for _ in 0..=rng.below(3) {
        let other = rng.pick(seeds);
        let piece = pieces(other);
        let piece = (*rng.pick(&piece)).clone();
        let mut at = rng.below(pieces(&tree).len());
        if let Some(place) = find_cbor(&mut tree, &mut at) {
            change_cbor(rng, place, piece);
        }
    }
    tree
}

fn pieces(tree: &Cbor) -> Vec<&Cbor> {
    let mut all = vec![tree];
    match tree {
        Cbor::Array(items) => items.iter().for_each(|one| all.extend(pieces(one))),
        Cbor::Map(fields) => fields.iter().for_each(|(_, one)| all.extend(pieces(one))),
        Cbor::Tag(_, one) => all.extend(pieces(one)),
        _ => {}
    }
    all
}

fn find_cbor<'a>(tree: &'a mut Cbor, n: &mut usize) -> Option<&'a mut Cbor> {
    if *n == 0 {
        return Some(tree);
    }
    *n -= 1;
    match tree {
        Cbor::Array(items) => items.iter_mut().find_map(|one| find_cbor(one, n)),
        Cbor::Map(fields) => fields.iter_mut().find_map(|(_, one)| find_cbor(one, n)),
        Cbor::Tag(_, one) => find_cbor(one, n),
        _ => None,
    }
}

fn change_cbor(rng: &mut Rng, place: &mut Cbor, piece: Cbor) {
    match (rng.below(6), &mut *place) {
        (0, _) => *place = piece,
        (1, Cbor::Map(fields)) if !fields.is_empty() => {
            let (key, value) = fields.remove(rng.below(fields.len()));
            if rng.one_in(2) {
                let key = key.into_text().map_or(Cbor::Null, |key| Cbor::Text(text(rng, &[key])));
                fields.push((key, value));
            }
        }
        (1, Cbor::Array(items)) if !items.is_empty() => {
            let item = items[rng.below(items.len())].clone();
            let times = if rng.one_in(20) { 1_000 } else { rng.below(4) };
            items.extend(std::iter::repeat_n(item, times));
        }
        (2, Cbor::Array(items)) => items.clear(),
        (_, Cbor::Text(old)) => {
            *old = if rng.one_in(3) {
                (*rng.pick(&WORDS)).to_owned()
            } else {
                text(rng, &[old.clone(), WORDS[10].into()])
            };
        }
        (_, Cbor::Bytes(old)) => {
            let other = piece.into_bytes().unwrap_or_default();
            change_bytes(rng, old, &other);
        }
        (_, Cbor::Integer(old)) => {
            let near = i128::from(*old);
            let far = [0, 1, near + 1, near - 1, -near, u64::MAX.into(), i64::MIN.into(), u32::MAX.into()];
            let far = [&far[..], &ENDS.map(i128::from)].concat();
            let number = *rng.pick(&far);
            *place = u64::try_from(number)
                .map(Cbor::from)
                .or_else(|_| i64::try_from(number).map(Cbor::from))
                .unwrap_or(Cbor::Null);
        }
        (_, Cbor::Bool(old)) => *old = !*old,
        (3, _) => *place = Cbor::Null,
        (4, _) => {
            let deep = 1 + rng.below(60);
            *place = (0..deep).fold(piece, |inner, _| Cbor::Array(vec![inner]));
        }
        (5, _) => *place = Cbor::Float(0.5),
        _ => *place = piece,
    }
}
