//! Courier waybill numbers: UPU S10 where its check digit holds, free text for every other carrier.

use serde::{Deserialize, Serialize};

use crate::compact::{compact, text_newtype};
use crate::near::{self, Candidate, Class};

/// A waybill number: 6 to 35 characters of `A-Z`, `0-9`, `-`, `/` (35 is the usual EDIFACT reference length).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct WaybillNo(String);

/// Why a text cannot be a waybill number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WaybillError {
    /// Shorter than 6 or longer than 35 characters.
    #[error("a waybill number has 6 to 35 characters, this has {found}")]
    Length {
        /// Characters found, without blanks.
        found: usize,
    },
    /// A character outside letters, digits, `-` and `/`.
    #[error("a waybill number has only letters, digits, - and /, found {found:?}")]
    Character {
        /// The first such character.
        found: char,
    },
}

const SHAPE: [Class; 13] = {
    let mut shape = [Class::Digit; 13];
    shape[0] = Class::Letter;
    shape[1] = Class::Letter;
    shape[11] = Class::Letter;
    shape[12] = Class::Letter;
    shape
};
const CHECK: usize = 10;

text_newtype!(WaybillNo, WaybillError, WaybillNo::parse);

impl WaybillNo {
    /// Reads a number as printed or typed; any carrier's.
    pub fn parse(raw: &str) -> Result<WaybillNo, WaybillError> {
        let text = compact(raw, &['.']);
        let allowed = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || matches!(c, '-' | '/');
        if let Some(found) = text.chars().find(|c| !allowed(*c)) {
            return Err(WaybillError::Character { found });
        }
        if !(6..=35).contains(&text.len()) {
            return Err(WaybillError::Length { found: text.len() });
        }
        Ok(WaybillNo(text))
    }

    /// True when this is a postal item identifier of UPU S10 with the right check digit.
    pub fn is_s10(&self) -> bool {
        s10_check(&self.0) == Some(true)
    }
}

/// As stored.
impl std::fmt::Display for WaybillNo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// S10 identifiers with a right check digit, one error away from `raw`; empty unless `raw` has the
/// shape of S10 with a wrong check digit.
pub fn s10_candidates(raw: &str) -> Vec<Candidate> {
    let text = compact(raw, &['.', '-']);
    if s10_check(&text) != Some(false) {
        return Vec::new();
    }
    near::candidates(&text, &SHAPE, CHECK, |t| s10_check(t) == Some(true))
}

/// `None` unless the shape is S10's; else whether the check digit is right: weights 8 6 4 2 3 5 9 7,
/// 11 minus the sum modulo 11, where 10 is written 0 and 11 is written 5.
fn s10_check(text: &str) -> Option<bool> {
    if text.len() != SHAPE.len() || !text.chars().zip(SHAPE).all(|(c, class)| class.holds(c)) {
        return None;
    }
    let digit = |i: usize| u32::from(text.as_bytes()[i] - b'0');
    let sum: u32 = [8, 6, 4, 2, 3, 5, 9, 7].iter().zip(2..).map(|(weight, i)| weight * digit(i)).sum();
    let expected = match 11 - sum % 11 {
        10 => 0,
        11 => 5,
        n => n,
    };
    Some(digit(CHECK) == expected)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// RR473124829GB is the worked example of the S10 standard.
    #[test]
    fn s10_example() {
        assert!(WaybillNo::parse("RR 473 124 829 GB").unwrap().is_s10());
        assert!(!WaybillNo::parse("RR473124828GB").unwrap().is_s10());
        assert!(s10_candidates("RR473124828GB").iter().any(|c| c.text == "RR473124829GB"));
        assert!(s10_candidates("RR473124829GB").is_empty());
        assert!(s10_candidates("VTP123456").is_empty());
    }

    #[test]
    fn other_carriers_are_free_text_within_limits() {
        assert_eq!(WaybillNo::parse("vtp-12/345").unwrap().as_str(), "VTP-12/345");
        assert_eq!(WaybillNo::parse("12345"), Err(WaybillError::Length { found: 5 }));
        assert_eq!(WaybillNo::parse("12345;6"), Err(WaybillError::Character { found: ';' }));
    }

    proptest! {
        #[test]
        fn never_panics(raw in "\\PC*") {
            let _ = WaybillNo::parse(&raw);
            let _ = s10_candidates(&raw);
        }
    }
}
