//! Seal numbers as marked on the seal (ISO 17712 clause 6 asks for a unique number, not for a format).

use serde::{Deserialize, Serialize};

use crate::compact::{compact, text_newtype};

/// Characters of the longest number.
pub(crate) const LONGEST: usize = 15;

/// A seal's number: 1 to 15 characters of `A-Z`, `0-9` and `-` (15 is the limit of the DCSA seal
/// object). Blanks and dots of the marking are dropped.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SealNo(String);

/// Why a text cannot be a seal number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealNoError {
    /// Nothing, or more than 15 characters.
    #[error("a seal number has 1 to 15 characters, this has {found}")]
    Length {
        /// Characters found, without blanks and dots.
        found: usize,
    },
    /// A character outside `A-Z`, `0-9` and `-`.
    #[error("a seal number has only letters, digits and hyphens, found {found:?}")]
    Character {
        /// The first such character.
        found: char,
    },
}

text_newtype!(SealNo, SealNoError, SealNo::parse);

impl SealNo {
    /// Reads a number as marked or typed.
    pub fn parse(raw: &str) -> Result<SealNo, SealNoError> {
        let text = compact(raw, &['.']);
        let allowed = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-';
        if let Some(found) = text.chars().find(|c| !allowed(*c)) {
            return Err(SealNoError::Character { found });
        }
        if !(1..=LONGEST).contains(&text.len()) {
            return Err(SealNoError::Length { found: text.len() });
        }
        Ok(SealNo(text))
    }
}

/// For people: a number of digits only is grouped in fours, `8318 1001`. Use [`SealNo::as_str`] to store.
impl std::fmt::Display for SealNo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if !self.0.bytes().all(|c| c.is_ascii_digit()) {
            return f.write_str(&self.0);
        }
        for (i, c) in self.0.chars().enumerate() {
            if i > 0 && i % 4 == 0 {
                f.write_str(" ")?;
            }
            write!(f, "{c}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_and_shows() {
        let seal = SealNo::parse(" 8318.1001 ").unwrap();
        assert_eq!(seal.as_str(), "83181001");
        assert_eq!(seal.to_string(), "8318 1001");
        assert_eq!(SealNo::parse("vnhq-0012").unwrap().to_string(), "VNHQ-0012");
        assert_eq!(SealNo::parse(""), Err(SealNoError::Length { found: 0 }));
        assert_eq!(SealNo::parse("1234567890123456"), Err(SealNoError::Length { found: 16 }));
        assert_eq!(SealNo::parse("#####"), Err(SealNoError::Character { found: '#' }));
    }

    proptest! {
        #[test]
        fn what_people_see_reads_back(raw in "[A-Z0-9-]{1,15}") {
            let seal = SealNo::parse(&raw).unwrap();
            let shown = format!("{seal}");
            prop_assert_eq!(SealNo::parse(&shown).unwrap(), seal);
        }

        #[test]
        fn never_panics(raw in "\\PC*") {
            let _ = SealNo::parse(&raw);
        }
    }
}
