//! Container numbers of ISO 6346: three owner letters, a category letter (U, J or Z), six digits and a
//! check digit.

use serde::{Deserialize, Serialize};

use crate::compact::{compact, text_newtype};
use crate::near::{self, Candidate, Class};

/// A container number whose check digit is right, e.g. `CSQU3054383`: 11 characters, upper case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ContainerNo(String);

/// Which part of a container number is wrong. Positions count from 0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContainerError {
    /// Not 11 characters once blanks, dots and hyphens are dropped.
    #[error("a container number has 11 characters, this has {found}")]
    Length {
        /// Characters found.
        found: usize,
    },
    /// One of the first three characters is not a letter A to Z.
    #[error("character {} of the owner code must be a letter, found {found:?}", position + 1)]
    OwnerLetters {
        /// Which of the positions 0 to 2.
        position: usize,
        /// What stands there.
        found: char,
    },
    /// The fourth character is not U (freight container), J (equipment) or Z (trailer, chassis).
    #[error("the fourth letter must be U, J or Z, found {found:?}")]
    Category {
        /// What stands there.
        found: char,
    },
    /// One of the last seven characters is not a digit.
    #[error("character {} must be a digit, found {found:?}", position + 1)]
    Digits {
        /// Which of the positions 4 to 10.
        position: usize,
        /// What stands there.
        found: char,
    },
    /// The shape is right and the check digit is not.
    #[error("the check digit should be {expected}, found {found}")]
    CheckDigit {
        /// Computed from the first ten characters.
        expected: u8,
        /// Read or typed.
        found: u8,
    },
}

const SHAPE: [Class; 11] = {
    let mut shape = [Class::Digit; 11];
    shape[0] = Class::Letter;
    shape[1] = Class::Letter;
    shape[2] = Class::Letter;
    shape[3] = Class::OneOf("UJZ");
    shape
};

text_newtype!(ContainerNo, ContainerError, ContainerNo::parse);

impl ContainerNo {
    /// Reads a number as printed or typed: blanks, dots, hyphens, case and full-width forms do not matter.
    pub fn parse(raw: &str) -> Result<ContainerNo, ContainerError> {
        let text = compacted(raw);
        let found = text.chars().count();
        if found != SHAPE.len() {
            return Err(ContainerError::Length { found });
        }
        for (position, (found, class)) in text.chars().zip(SHAPE).enumerate() {
            if !class.holds(found) {
                return Err(match position {
                    0..=2 => ContainerError::OwnerLetters { position, found },
                    3 => ContainerError::Category { found },
                    _ => ContainerError::Digits { position, found },
                });
            }
        }
        let expected = (remainder(&text) % 10) as u8;
        let found = text.as_bytes()[10] - b'0';
        if expected != found {
            return Err(ContainerError::CheckDigit { expected, found });
        }
        Ok(ContainerNo(text))
    }

    /// The owner code with the category letter, e.g. `CSQU`.
    pub fn prefix(&self) -> &str {
        &self.0[..4]
    }

    /// The six digits of the serial number.
    pub fn serial(&self) -> &str {
        &self.0[4..10]
    }

    /// The check digit as a character.
    pub fn check_digit(&self) -> &str {
        &self.0[10..]
    }

    /// True when the remainder is 10, which ISO 6346 also writes as 0: such a number cannot be told
    /// from one with remainder 0, so its check digit protects less.
    pub fn check_is_weak(&self) -> bool {
        remainder(&self.0) == 10
    }
}

/// As painted on the box: `CSQU 305438 3`.
impl std::fmt::Display for ContainerNo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} {}", self.prefix(), self.serial(), self.check_digit())
    }
}

/// Valid numbers one error away from `raw`, likeliest first; empty when `raw` is valid or too far off.
pub fn candidates(raw: &str) -> Vec<Candidate> {
    if ContainerNo::parse(raw).is_ok() {
        return Vec::new();
    }
    near::candidates(&compacted(raw), &SHAPE, 10, |text| ContainerNo::parse(text).is_ok())
}

/// The check digit that belongs to the first ten characters, when these have the right shape.
pub fn check_digit_for(first_ten: &str) -> Option<u8> {
    let text = compacted(first_ten);
    let fits = text.len() == 10 && text.chars().zip(SHAPE).all(|(c, class)| class.holds(c));
    fits.then(|| (remainder(&text) % 10) as u8)
}

fn compacted(raw: &str) -> String {
    compact(raw, &['-', '.', '/', '_'])
}

/// Sum of value times 2^position over the first ten characters, modulo 11 (ISO 6346 annex A).
fn remainder(text: &str) -> u32 {
    text.bytes().take(10).zip(0..).map(|(c, i)| value(c) << i).sum::<u32>() % 11
}

/// Digits stand for themselves; letters run from A = 10, leaving out the multiples of 11.
fn value(c: u8) -> u32 {
    match c {
        b'0'..=b'9' => u32::from(c - b'0'),
        _ => {
            let n = u32::from(c - b'A') + 10;
            n + u32::from(n >= 11) + u32::from(n >= 21) + u32::from(n >= 31)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::near::Change;
    use proptest::prelude::*;

    #[test]
    fn published_numbers_are_valid() {
        for raw in ["CSQU3054383", "BEAU6168370", "MSKU6011672", "TEXU3070079"] {
            assert_eq!(ContainerNo::parse(raw).unwrap().as_str(), raw);
        }
    }

    /// The table of ISO 6346 annex A.
    #[test]
    fn letter_values_follow_the_table() {
        let table =
            [10, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 34, 35, 36, 37, 38];
        let ours: Vec<u32> = (b'A'..=b'Z').map(value).collect();
        assert_eq!(ours, table);
    }

    #[test]
    fn input_is_tolerant() {
        for raw in ["csqu 305438 3", " CSQU-305438.3\r\n", "ＣＳＱＵ３０５４３８３", "CSQU\u{200B}3054383"] {
            assert_eq!(ContainerNo::parse(raw).unwrap().as_str(), "CSQU3054383", "{raw:?}");
        }
        assert_eq!(ContainerNo::parse("CSQU3054383").unwrap().to_string(), "CSQU 305438 3");
    }

    #[test]
    fn errors_name_the_wrong_part() {
        use ContainerError::*;
        let fail = |raw: &str| ContainerNo::parse(raw).unwrap_err();
        assert_eq!(fail("CSQU305438"), Length { found: 10 });
        assert_eq!(fail(""), Length { found: 0 });
        assert_eq!(fail("C5QU3054383"), OwnerLetters { position: 1, found: '5' });
        assert_eq!(fail("ĐSQU3054383"), OwnerLetters { position: 0, found: 'Đ' });
        assert_eq!(fail("CSQX3054383"), Category { found: 'X' });
        assert_eq!(fail("CSQU3O54383"), Digits { position: 5, found: 'O' });
        assert_eq!(fail("CSQU3054384"), CheckDigit { expected: 3, found: 4 });
    }

    #[test]
    fn swapped_digits_come_before_a_wrong_check_digit() {
        let near = candidates("MSKU9070233");
        let of = |change| near.iter().find(|c| c.change == change).unwrap();
        let swapped = near.iter().find(|c| c.text == "MSKU9070323").unwrap();
        assert_eq!((swapped.change, &swapped.positions[..]), (Change::Swapped, &[8, 9][..]));
        assert_eq!(of(Change::CheckDigit).text, "MSKU9070236");
        let rank = |change| near.iter().position(|c| c.change == change).unwrap();
        assert!(rank(Change::Swapped) < rank(Change::CheckDigit));
        assert!(rank(Change::CheckDigit) < rank(Change::OtherDigit));
    }

    #[test]
    fn several_look_alikes_are_undone_together() {
        let near = candidates("C5QU3O54383");
        assert_eq!(near[0].text, "CSQU3054383");
        assert_eq!(near[0].positions, [1, 5]);
        assert_eq!(candidates("MSKU907032")[0].text, "MSKU9070323");
    }

    #[test]
    fn remainder_ten_is_called_weak() {
        let weak = (0..1000)
            .map(|n| format!("ABCU{n:06}"))
            .find(|s| remainder(s) == 10)
            .map(|s| ContainerNo::parse(&format!("{s}0")).unwrap());
        assert!(weak.unwrap().check_is_weak());
        assert!(!ContainerNo::parse("CSQU3054383").unwrap().check_is_weak());
    }

    prop_compose! {
        fn number()(owner in "[A-Z]{3}[UJZ]", serial in "[0-9]{6}") -> String {
            let digit = check_digit_for(&format!("{owner}{serial}")).unwrap();
            format!("{owner}{serial}{digit}")
        }
    }

    proptest! {
        #[test]
        fn never_panics(raw in "\\PC*") {
            let _ = ContainerNo::parse(&raw);
            let _ = candidates(&raw);
        }

        #[test]
        fn every_single_error_is_caught_or_weak_and_offered_back(
            good in number(), position in 4usize..11, other in proptest::char::range('0', '9'),
        ) {
            let mut read: Vec<char> = good.chars().collect();
            prop_assume!(read[position] != other);
            read[position] = other;
            let read: String = read.into_iter().collect();
            match ContainerNo::parse(&read) {
                // Only the double meaning of 0 lets a wrong digit through.
                Ok(no) => prop_assert!(no.check_is_weak() || ContainerNo::parse(&good).unwrap().check_is_weak()),
                Err(_) => prop_assert!(candidates(&read).iter().any(|c| c.text == good)),
            }
        }

        #[test]
        fn candidates_are_valid_and_differ_where_they_say(read in "[A-Z0-9]{11}") {
            for c in candidates(&read) {
                prop_assert!(ContainerNo::parse(&c.text).is_ok());
                let differ: Vec<usize> = c.text.chars().zip(read.chars()).enumerate()
                    .filter(|(_, (a, b))| a != b).map(|(i, _)| i).collect();
                prop_assert_eq!(differ, c.positions);
            }
        }

        #[test]
        fn json_is_the_text(good in number()) {
            let no = ContainerNo::parse(&good).unwrap();
            let json = serde_json::to_string(&no).unwrap();
            prop_assert_eq!(&json, &format!("\"{good}\""));
            prop_assert_eq!(serde_json::from_str::<ContainerNo>(&json).unwrap(), no);
        }
    }
}
