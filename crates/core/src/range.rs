//! Ranges of seal numbers: a prefix and a run of zero-padded figures, as seals come in boxes and are issued.

use crate::seal_no::{LONGEST, SealNo, SealNoError};

/// More seals than are issued in one go.
pub const MOST: usize = 500;

/// Why a range gives no numbers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RangeError {
    /// First or last number missing, or not figures alone.
    #[error("the first and last number are figures")]
    Figures,
    /// The last comes before the first.
    #[error("the last number comes before the first")]
    Backwards,
    /// More than [`MOST`].
    #[error("{found} numbers are too many at once, {MOST} at most")]
    TooMany {
        /// How many it would be.
        found: u64,
    },
    /// With the prefix it is no seal number.
    #[error(transparent)]
    Number(#[from] SealNoError),
}

/// The numbers `prefix` + `first` to `prefix` + `last`, in order. The figures are padded to the length of the longer one.
///
/// # Errors
/// [`RangeError`].
pub fn numbers(prefix: &str, first: &str, last: &str) -> Result<Vec<SealNo>, RangeError> {
    let (first, last) = (first.trim(), last.trim());
    // A single number is a range of one.
    let last = if last.is_empty() { first } else { last };
    let figures = |text: &str| {
        let whole = !text.is_empty() && text.bytes().all(|c| c.is_ascii_digit());
        whole.then(|| text.parse::<u64>().ok()).flatten().ok_or(RangeError::Figures)
    };
    let (from, to) = (figures(first)?, figures(last)?);
    let found = to.checked_sub(from).ok_or(RangeError::Backwards)?.saturating_add(1);
    if found > MOST as u64 {
        return Err(RangeError::TooMany { found });
    }
    let width = first.len().max(last.len());
    // Zeros without end are no number of any seal, and more than can be padded to.
    if width > LONGEST {
        return Err(SealNoError::Length { found: width }.into());
    }
    (from..=to).map(|n| Ok(SealNo::parse(&format!("{prefix}{n:0width$}"))?)).collect()
}

/// What seals are ordered by when the lowest number goes first: the prefix, then the figures at the end as a number.
#[must_use]
pub fn order(no: &SealNo) -> (&str, u64, usize) {
    let text = no.as_str();
    let figures = text.bytes().rev().take_while(u8::is_ascii_digit).count();
    let (prefix, figures) = text.split_at(text.len() - figures);
    (prefix, figures.parse().unwrap_or(0), text.len())
}

/// Runs of numbers that follow each other, each as its first and last: how people say what they hold.
#[must_use]
pub fn runs(numbers: &[SealNo]) -> Vec<(SealNo, SealNo)> {
    let mut sorted: Vec<&SealNo> = numbers.iter().collect();
    sorted.sort_by_key(|no| order(no));
    sorted.dedup();
    let mut runs: Vec<(SealNo, SealNo)> = Vec::new();
    for no in sorted {
        match runs.last_mut() {
            Some((_, last)) if follows(last, no) => *last = no.clone(),
            _ => runs.push((no.clone(), no.clone())),
        }
    }
    runs
}

fn follows(before: &SealNo, after: &SealNo) -> bool {
    let ((prefix, n, length), (other, m, other_length)) = (order(before), order(after));
    prefix == other && length == other_length && m == n + 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn texts(numbers: &[SealNo]) -> Vec<&str> {
        numbers.iter().map(SealNo::as_str).collect()
    }

    #[test]
    fn zeros_stay_and_one_is_a_range() {
        assert_eq!(texts(&numbers("HQVN", "0098", "0101").unwrap()), ["HQVN0098", "HQVN0099", "HQVN0100", "HQVN0101"]);
        assert_eq!(texts(&numbers("", "7", "").unwrap()), ["7"]);
        assert_eq!(texts(&numbers("A", "9", "11").unwrap()), ["A09", "A10", "A11"]);
    }

    #[test]
    fn what_is_no_range() {
        assert_eq!(numbers("A", "", "5"), Err(RangeError::Figures));
        assert_eq!(numbers("A", "1x", "5"), Err(RangeError::Figures));
        assert_eq!(numbers("A", "6", "5"), Err(RangeError::Backwards));
        assert_eq!(numbers("A", "1", "501"), Err(RangeError::TooMany { found: 501 }));
        assert_eq!(numbers("A", "0", &u64::MAX.to_string()), Err(RangeError::TooMany { found: u64::MAX }));
        assert!(matches!(numbers("ABCDEFGHIJKL", "0001", "0002"), Err(RangeError::Number(_))));
        assert!(matches!(numbers("Đ", "1", "2"), Err(RangeError::Number(_))));
    }

    #[test]
    fn zeros_without_end_are_no_number() {
        let (zeros, too_long) = ("0".repeat(70_000), Err(RangeError::Number(SealNoError::Length { found: 70_000 })));
        assert_eq!(numbers("A", &zeros, ""), too_long);
        assert_eq!(numbers("A", "0", &zeros), too_long);
    }

    #[test]
    fn runs_are_said_as_people_say_them() {
        let some: Vec<SealNo> =
            ["A3", "A1", "A2", "B1", "A5", "A10"].iter().map(|text| text.parse().unwrap()).collect();
        let runs: Vec<(String, String)> =
            runs(&some).into_iter().map(|(a, b)| (a.as_str().to_owned(), b.as_str().to_owned())).collect();
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(runs, [pair("A1", "A3"), pair("A5", "A5"), pair("A10", "A10"), pair("B1", "B1")]);
    }

    proptest! {
        #[test]
        fn a_range_is_whole_in_order_and_one_run(prefix in "[A-Z]{0,6}", from in 0..9_000_u64, n in 1..80_u64) {
            let numbers = numbers(&prefix, &format!("{from:05}"), &(from + n - 1).to_string()).unwrap();
            prop_assert_eq!(numbers.len() as u64, n);
            prop_assert!(numbers.windows(2).all(|pair| order(&pair[0]) < order(&pair[1])));
            prop_assert_eq!(runs(&numbers), vec![(numbers[0].clone(), numbers.last().unwrap().clone())]);
        }

        #[test]
        fn nothing_makes_it_panic(prefix in ".{0,16}", first in ".{0,20}", last in ".{0,20}") {
            let _ = numbers(&prefix, &first, &last);
        }
    }
}
