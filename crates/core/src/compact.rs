//! One way to clean up what a reader or a finger produced.

use unicode_normalization::UnicodeNormalization;

/// Upper-cases `raw`, folds compatibility forms (full-width letters and digits, NFKC, which contains
/// NFC) and drops blanks, control characters and the given separators.
pub(crate) fn compact(raw: &str, separators: &[char]) -> String {
    raw.nfkc()
        .filter(|c| !c.is_whitespace() && !c.is_control() && !is_zero_width(*c))
        .filter(|c| !separators.contains(c))
        .flat_map(char::to_uppercase)
        .collect()
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
