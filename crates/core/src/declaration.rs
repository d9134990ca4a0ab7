//! Vietnamese customs declaration numbers (VNACCS): `AA BBBBBBBB C D`, where AA tells the document,
//! C = BBBBBBBB mod 7 and D is the branch of a split declaration.

use serde::{Deserialize, Serialize};

use crate::compact::{compact, text_newtype};
use crate::near::{self, Candidate, Class};

/// A declaration number. Normally 12 digits; older paper numbers are kept as written, see [`DeclarationNo::accept`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DeclarationNo(String);

/// What the first two digits say the document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// 10, 11.
    Import,
    /// 30, 31.
    Export,
    /// 12, 32: manifests.
    Manifest,
    /// 50: independent transport declaration (OLC).
    Transport,
    /// 51: goods in transit (CLR).
    Transit,
    /// 52: list of containers (DCL).
    ContainerList,
    /// 60 to 64: entry and exit of means of transport.
    MeansOfTransport,
    /// 72: file attached electronically.
    AttachedFile,
    /// A series this program does not know, or an old paper number.
    Other,
}

/// Why a text is not a declaration number in today's form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeclarationError {
    /// Not 12 characters.
    #[error("a declaration number has 12 digits, this has {found} characters")]
    Length {
        /// Characters found, without blanks.
        found: usize,
    },
    /// A character that is no digit. Positions count from 0.
    #[error("character {} must be a digit, found {found:?}", position + 1)]
    Digits {
        /// Where it stands.
        position: usize,
        /// What stands there.
        found: char,
    },
    /// The eleventh digit is not the remainder of the eight before it by 7.
    #[error("the eleventh digit should be {expected}, found {found}")]
    CheckDigit {
        /// Computed.
        expected: u8,
        /// Read or typed.
        found: u8,
    },
    /// Nothing, or too much, or unprintable characters: not even an old paper number.
    #[error("an old declaration number has 1 to 35 letters, digits or / - .")]
    NotANumber,
}

/// A number accepted although today's rule does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The number to keep.
    pub number: DeclarationNo,
    /// What to warn about; `None` when the rule holds.
    pub warning: Option<DeclarationError>,
}

const SHAPE: [Class; 12] = [Class::Digit; 12];
const CHECK: usize = 10;

text_newtype!(DeclarationNo, DeclarationError, accept_number);

impl DeclarationNo {
    /// Reads a number in today's form: 12 digits, mod 7 right. Blanks, dots and hyphens do not matter.
    pub fn parse(raw: &str) -> Result<DeclarationNo, DeclarationError> {
        let text = compacted(raw);
        let found = text.chars().count();
        if found != SHAPE.len() {
            return Err(DeclarationError::Length { found });
        }
        if let Some((position, found)) = text.chars().enumerate().find(|(_, c)| !c.is_ascii_digit()) {
            return Err(DeclarationError::Digits { position, found });
        }
        let digits = text.as_bytes();
        let (expected, found) = (mod7(&digits[2..CHECK]), digits[CHECK] - b'0');
        if expected != found {
            return Err(DeclarationError::CheckDigit { expected, found });
        }
        Ok(DeclarationNo(text))
    }

    /// Accepts also what breaks the rule, with a warning: paper declarations from before the electronic
    /// system are numbered differently, and a rule we inferred must not stop a truck.
    pub fn accept(raw: &str) -> Result<Accepted, DeclarationError> {
        let warning = match DeclarationNo::parse(raw) {
            Ok(number) => {
                return Ok(Accepted { number, warning: None });
            }
            Err(warning) => warning,
        };
        let text = match warning {
            DeclarationError::CheckDigit { .. } => compacted(raw),
            _ => compact(raw, &[]),
        };
        let printable = |c: char| c.is_alphanumeric() || matches!(c, '/' | '-' | '.');
        if !(1..=35).contains(&text.chars().count()) || !text.chars().all(printable) {
            return Err(DeclarationError::NotANumber);
        }
        Ok(Accepted { number: DeclarationNo(text), warning: Some(warning) })
    }

    /// True when today's form and check digit hold.
    pub fn is_checked(&self) -> bool {
        DeclarationNo::parse(&self.0).is_ok()
    }

    /// What the number's series says the document is.
    pub fn kind(&self) -> DocumentKind {
        if self.0.len() != 12 || !self.0.bytes().all(|c| c.is_ascii_digit()) {
            return DocumentKind::Other;
        }
        match &self.0[..2] {
            "10" | "11" => DocumentKind::Import,
            "30" | "31" => DocumentKind::Export,
            "12" | "32" => DocumentKind::Manifest,
            "50" => DocumentKind::Transport,
            "51" => DocumentKind::Transit,
            "52" => DocumentKind::ContainerList,
            "60" | "61" | "62" | "63" | "64" => DocumentKind::MeansOfTransport,
            "72" => DocumentKind::AttachedFile,
            _ => DocumentKind::Other,
        }
    }
}

/// As stored: people read declaration numbers undivided.
impl std::fmt::Display for DeclarationNo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Valid numbers one error away from `raw`, likeliest first.
pub fn candidates(raw: &str) -> Vec<Candidate> {
    if DeclarationNo::parse(raw).is_ok() {
        return Vec::new();
    }
    near::candidates(&compacted(raw), &SHAPE, CHECK, |text| {
        DeclarationNo::parse(text).is_ok_and(|no| no.kind() != DocumentKind::Other)
    })
}

fn accept_number(raw: &str) -> Result<DeclarationNo, DeclarationError> {
    DeclarationNo::accept(raw).map(|accepted| accepted.number)
}

fn compacted(raw: &str) -> String {
    compact(raw, &['-', '.', '/', '_'])
}

fn mod7(sequence: &[u8]) -> u8 {
    (sequence.iter().fold(0u32, |n, c| n * 10 + u32::from(c - b'0')) % 7) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::near::Change;
    use proptest::prelude::*;

    /// Numbers found in public files, domain report 1.5.
    const REAL: [&str; 6] =
        ["108557295010", "307766164220", "107767905230", "308069766600", "107082808930", "107767906520"];

    #[test]
    fn real_numbers_are_valid() {
        for raw in REAL {
            assert_eq!(DeclarationNo::parse(raw).unwrap().as_str(), raw);
        }
        assert_eq!(DeclarationNo::parse(" 1085 5729 5010").unwrap().as_str(), REAL[0]);
    }

    #[test]
    fn the_series_tells_the_document() {
        let kind = |raw| DeclarationNo::accept(raw).unwrap().number.kind();
        assert_eq!(kind("108557295010"), DocumentKind::Import);
        assert_eq!(kind("307766164220"), DocumentKind::Export);
        assert_eq!(kind("500000000700"), DocumentKind::Transport);
        assert_eq!(kind("510000000700"), DocumentKind::Transit);
        assert_eq!(kind("520000000700"), DocumentKind::ContainerList);
        assert_eq!(kind("990000000700"), DocumentKind::Other);
        assert_eq!(kind("123/NK/KD"), DocumentKind::Other);
    }

    #[test]
    fn a_wrong_number_is_explained_and_accepted_with_a_warning() {
        let wrong = DeclarationError::CheckDigit { expected: 1, found: 2 };
        assert_eq!(DeclarationNo::parse("108557295020"), Err(wrong.clone()));
        let accepted = DeclarationNo::accept("108557295020").unwrap();
        assert_eq!(accepted.warning, Some(wrong));
        assert!(!accepted.number.is_checked());

        let paper = DeclarationNo::accept("1234/NK/KD-A12").unwrap();
        assert_eq!(paper.number.as_str(), "1234/NK/KD-A12");
        assert!(paper.warning.is_some());
        assert_eq!(DeclarationNo::accept("  "), Err(DeclarationError::NotANumber));
        assert_eq!(DeclarationNo::accept("<script>"), Err(DeclarationError::NotANumber));
        let letter = DeclarationError::Digits { position: 2, found: 'S' };
        assert_eq!(DeclarationNo::parse("10S557295010"), Err(letter));
    }

    #[test]
    fn near_candidates() {
        assert_eq!(candidates("10B557295010")[0].text, REAL[0]);
        assert!(candidates("108557259010").iter().any(|c| c.text == REAL[0] && c.change == Change::Swapped));
        assert!(candidates("108557295010").is_empty());
    }

    proptest! {
        #[test]
        fn never_panics(raw in "\\PC*") {
            let _ = DeclarationNo::accept(&raw);
            let _ = candidates(&raw);
        }

        #[test]
        fn json_round_trip_keeps_even_paper_numbers(raw in "[0-9A-Z/.-]{1,35}") {
            let number = DeclarationNo::accept(&raw).unwrap().number;
            let json = serde_json::to_string(&number).unwrap();
            prop_assert_eq!(serde_json::from_str::<DeclarationNo>(&json).unwrap(), number);
        }
    }
}
