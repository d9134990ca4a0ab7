//! One way to clean up what a reader or a finger produced.

use unicode_normalization::UnicodeNormalization;

/// Upper-cases `raw`, folds compatibility forms (full-width letters and digits, NFKC, which contains
/// NFC) and drops blanks, control characters and the given separators. What comes out stays the same when it is cleaned
/// again: it is stored, and read back by the same rule.
pub(crate) fn compact(raw: &str, separators: &[char]) -> String {
    let keep = |c: &char| !c.is_whitespace() && !c.is_control() && !is_zero_width(*c) && !separators.contains(c);
    if raw.is_ascii() {
        return raw.chars().filter(keep).map(|c| c.to_ascii_uppercase()).collect();
    }
    let clean = |text: &str| -> String { text.nfkc().filter(keep).flat_map(char::to_uppercase).collect() };
    // Characters that were apart may belong together once what stood between them is gone.
    let mut text = clean(raw);
    loop {
        let again = clean(&text);
        if again == text {
            return text;
        }
        text = again;
    }
}

/// Invisible characters that travel with copied text.
fn is_zero_width(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}')
}

/// A `Serialize` + `TryFrom<String>` newtype over its canonical text, as every number here is.
macro_rules! text_newtype {
    ($name:ident, $error:ty, $parse:path) => {
        impl $name {
            /// The canonical text, as stored and sent.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl TryFrom<String> for $name {
            type Error = $error;
            fn try_from(raw: String) -> Result<Self, $error> {
                $parse(&raw)
            }
        }
        impl std::str::FromStr for $name {
            type Err = $error;
            fn from_str(raw: &str) -> Result<Self, $error> {
                $parse(raw)
            }
        }
        impl From<$name> for String {
            fn from(number: $name) -> String {
                number.0
            }
        }
        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
    };
}
pub(crate) use text_newtype;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::compact;

    #[test]
    fn what_was_apart_is_put_together_at_once() {
        assert_eq!(compact("\u{1100}\u{200B}\u{1161}", &[]), "\u{AC00}");
        assert_eq!(compact("\u{1100}\u{FF0D}\u{1161}", &['-']), "\u{AC00}");
    }

    proptest! {
        #[test]
        fn clean_text_stays(raw in "\\PC{0,12}") {
            let text = compact(&raw, &['-', '.']);
            prop_assert_eq!(compact(&text, &['-', '.']), text);
        }

        #[test]
        fn the_short_way_for_ascii_is_the_long_one(raw in "[ -~]{0,20}") {
            // A character that vanishes makes it take the long way.
            prop_assert_eq!(compact(&raw, &['.']), compact(&format!("{raw}\u{200B}"), &['.']));
        }
    }
}
