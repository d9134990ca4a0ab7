//! GS1 element strings and Digital Links: what a GS1-128, GS1 DataMatrix or a link in a QR code says. Rules: GS1 General
//! Specifications, section 3 (application identifiers); GS1 Digital Link Standard: URI syntax. Only identifiers of the
//! table below are taken; a text with another one is not half understood.

/// Separates elements of variable length (FNC1).
const SEPARATOR: char = '\u{1d}';

/// One element: application identifier and value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    /// E.g. `00`, `8003`.
    pub ai: String,
    /// The value without separators.
    pub value: String,
}

/// What a GS1 text identifies, with its check digit right where there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// A logistic unit, such as a parcel: 18 digits.
    Sscc(String),
    /// A returnable asset, such as a seal: 13 digits, then its serial number (may be empty).
    Grai {
        /// Company, asset type and check digit.
        kind: String,
        /// Which one of them.
        serial: String,
    },
    /// An individual asset; has no check digit.
    Giai(String),
}

/// Why a text is no GS1 element string.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Gs1Error {
    /// Nothing, or an identifier we do not know.
    #[error("no known GS1 identifier at character {at}")]
    UnknownIdentifier {
        /// Zero-based.
        at: usize,
    },
    /// Too short, too long, or of wrong characters.
    #[error("the value of GS1 identifier {ai} has a wrong form")]
    Form {
        /// Identifier.
        ai: String,
    },
    /// The check digit is wrong.
    #[error("the check digit of GS1 identifier {ai} is wrong")]
    CheckDigit {
        /// Identifier.
        ai: String,
    },
    /// Not a Digital Link.
    #[error("this is no GS1 Digital Link")]
    NotALink,
}

/// How a value looks: fixed length or up to it, digits only or text, and how many leading digits end in a check digit.
struct Rule {
    ai: &'static str,
    fixed: bool,
    longest: usize,
    digits: bool,
    checked: usize,
}

const fn fixed(ai: &'static str, longest: usize, checked: usize) -> Rule {
    Rule { ai, fixed: true, longest, digits: true, checked }
}

const fn upto(ai: &'static str, longest: usize) -> Rule {
    Rule { ai, fixed: false, longest, digits: false, checked: 0 }
}

/// Identifiers met on seals, parcels and goods.
const RULES: &[Rule] = &[
    fixed("00", 18, 18),
    fixed("01", 14, 14),
    fixed("02", 14, 14),
    upto("10", 20),
    fixed("11", 6, 0),
    fixed("12", 6, 0),
    fixed("13", 6, 0),
    fixed("15", 6, 0),
    fixed("16", 6, 0),
    fixed("17", 6, 0),
    fixed("20", 2, 0),
    upto("21", 20),
    upto("22", 20),
    Rule { ai: "30", fixed: false, longest: 8, digits: true, checked: 0 },
    Rule { ai: "37", fixed: false, longest: 8, digits: true, checked: 0 },
    upto("240", 30),
    upto("250", 30),
    upto("400", 30),
    upto("401", 30),
    fixed("402", 17, 17),
    fixed("410", 13, 13),
    fixed("411", 13, 13),
    fixed("412", 13, 13),
    fixed("413", 13, 13),
    fixed("414", 13, 13),
    fixed("415", 13, 13),
    fixed("416", 13, 13),
    fixed("417", 13, 13),
    upto("420", 20),
    // a leading zero, then the asset type with its check digit, then the serial number
    Rule { ai: "8003", fixed: false, longest: 30, digits: false, checked: 14 },
    upto("8004", 30),
    fixed("8017", 18, 18),
    fixed("8018", 18, 18),
];

/// Identifiers a Digital Link's path may begin with.
const PRIMARY: [&str; 11] = ["00", "01", "401", "402", "414", "415", "417", "8003", "8004", "8017", "8018"];

/// Is the last of these digits their GS1 check digit (weights 3 and 1 from the right)?
#[must_use]
pub fn check_digit_is_right(digits: &str) -> bool {
    let weighted = digits.bytes().rev().enumerate().map(|(i, d)| {
        let weight = if i % 2 == 0 { 1 } else { 3 };
        u32::from(d.wrapping_sub(b'0')) * weight
    });
    !digits.is_empty() && digits.bytes().all(|d| d.is_ascii_digit()) && weighted.sum::<u32>() % 10 == 0
}

/// Takes an element string apart. A symbology identifier in front (`]C1`, `]d2`, `]Q3`) is skipped.
///
/// # Errors
/// When anything in it is unknown, malformed or fails its check digit.
pub fn elements(text: &str) -> Result<Vec<Element>, Gs1Error> {
    let text = ["]C1", "]d2", "]Q3"].iter().find_map(|id| text.strip_prefix(id)).unwrap_or(text);
    let mut rest = text.strip_prefix(SEPARATOR).unwrap_or(text);
    let mut found = Vec::new();
    while !rest.is_empty() || found.is_empty() {
        let unknown = Gs1Error::UnknownIdentifier { at: text.chars().count() - rest.chars().count() };
        let rule = RULES.iter().find(|rule| rest.starts_with(rule.ai)).ok_or(unknown)?;
        let behind = &rest[rule.ai.len()..];
        let upto_separator = behind.find(SEPARATOR).unwrap_or(behind.len());
        let end = if rule.fixed { rule.longest.min(upto_separator) } else { upto_separator };
        let value = behind.get(..end).ok_or_else(|| Gs1Error::Form { ai: rule.ai.to_owned() })?;
        found.push(element(rule, value)?);
        rest = &behind[end..];
        rest = rest.strip_prefix(SEPARATOR).unwrap_or(rest);
    }
    Ok(found)
}

fn element(rule: &Rule, value: &str) -> Result<Element, Gs1Error> {
    let ai = || rule.ai.to_owned();
    let long_enough = if rule.fixed { value.len() == rule.longest } else { value.len() >= rule.checked.max(1) };
    // the invariant subset of ISO/IEC 646 that GS1 takes
    let letters = |c: u8| c.is_ascii_alphanumeric() || b"!\"%&'()*+,-./:;<=>?_".contains(&c);
    let fits = value.bytes().all(|c| if rule.digits { c.is_ascii_digit() } else { letters(c) });
    if !long_enough || value.len() > rule.longest || !fits {
        return Err(Gs1Error::Form { ai: ai() });
    }
    let head = value.get(..rule.checked).unwrap_or_default();
    if rule.checked > 0 && !check_digit_is_right(head) || (rule.ai == "8003" && !value.starts_with('0')) {
        return Err(Gs1Error::CheckDigit { ai: ai() });
    }
    Ok(Element { ai: ai(), value: value.to_owned() })
}

/// Takes a Digital Link apart: the path's identifier and its qualifiers. What the query says is left aside.
///
/// # Errors
/// When it is no link with a known identifier, or that is malformed or fails its check digit.
pub fn digital_link(uri: &str) -> Result<Vec<Element>, Gs1Error> {
    let scheme =
        uri.split_once("://").filter(|(s, _)| s.eq_ignore_ascii_case("https") || s.eq_ignore_ascii_case("http"));
    let (_, rest) = scheme.ok_or(Gs1Error::NotALink)?;
    let path = rest.split(['?', '#']).next().unwrap_or_default();
    let parts: Vec<&str> = path.trim_end_matches('/').split('/').skip(1).collect();
    // a custom stem may come before the identifier
    let start = (0..parts.len()).find(|i| PRIMARY.contains(&parts[*i]) && (parts.len() - i).is_multiple_of(2));
    let pairs = &parts[start.ok_or(Gs1Error::NotALink)?..];
    pairs
        .chunks_exact(2)
        .enumerate()
        .map(|(at, pair)| {
            let rule = RULES.iter().find(|rule| rule.ai == pair[0]).ok_or(Gs1Error::UnknownIdentifier { at })?;
            let value = percent_decoded(pair[1]).ok_or_else(|| Gs1Error::Form { ai: rule.ai.to_owned() })?;
            // a GTIN may be written without its leading zeros
            let value = if rule.ai == "01" { format!("{value:0>14}") } else { value };
            element(rule, &value)
        })
        .collect()
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, behind @ ..] = rest {
        if *first == b'%' {
            let hex =
                std::str::from_utf8(behind.get(..2)?).ok().filter(|h| h.bytes().all(|b| b.is_ascii_hexdigit()))?;
            bytes.push(u8::from_str_radix(hex, 16).ok()?);
            rest = &behind[2..];
        } else {
            bytes.push(*first);
            rest = behind;
        }
    }
    String::from_utf8(bytes).ok()
}

/// The first thing identified.
#[must_use]
pub fn key(elements: &[Element]) -> Option<Key> {
    elements.iter().find_map(|element| match element.ai.as_str() {
        "00" => Some(Key::Sscc(element.value.clone())),
        "8003" => {
            let (kind, serial) = element.value.get(1..14).zip(element.value.get(14..))?;
            Some(Key::Grai { kind: kind.to_owned(), serial: serial.to_owned() })
        }
        "8004" => Some(Key::Giai(element.value.clone())),
        _ => None,
    })
}

/// Does a check digit prove the text? For the trust in a single frame.
#[must_use]
pub fn is_proven(text: &str) -> bool {
    let read = elements(text).or_else(|_| digital_link(text)).unwrap_or_default();
    read.iter().any(|e| RULES.iter().any(|rule| rule.ai == e.ai && rule.checked > 0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn first(text: &str) -> Option<Key> {
        elements(text).or_else(|_| digital_link(text)).ok().and_then(|e| key(&e))
    }

    /// The examples of the GS1 EPC Tag Data Standard, section 7 (SSCC, GRAI, GIAI of company 0614141).
    #[test]
    fn the_tag_data_standards_examples() {
        let grai = Key::Grai { kind: "0614141123452".into(), serial: "400".into() };
        assert_eq!(first("00106141412345678908"), Some(Key::Sscc("106141412345678908".into())));
        assert_eq!(first("800300614141123452400"), Some(grai.clone()));
        assert_eq!(first("8004061414112345400"), Some(Key::Giai("061414112345400".into())));
        assert_eq!(first("https://id.gs1.org/00/106141412345678908"), Some(Key::Sscc("106141412345678908".into())));
        assert_eq!(first("https://example.com/some/stem/8003/00614141123452400?x=1"), Some(grai));
        assert_eq!(first("https://id.gs1.org/8004/0614141%2F12"), Some(Key::Giai("0614141/12".into())));
    }

    /// The element string of the GS1 General Specifications' worked example and the Digital Link standard's.
    #[test]
    fn elements_of_fixed_and_variable_length() {
        let pairs = |e: Vec<Element>| e.into_iter().map(|e| (e.ai, e.value)).collect::<Vec<_>>();
        let own = |p: &[(&str, &str)]| p.iter().map(|(a, v)| ((*a).into(), (*v).into())).collect::<Vec<_>>();
        assert_eq!(
            pairs(elements("]C10109506000134352172512311\u{1d}10ABC123").unwrap_or_default()),
            own(&[]),
            "a date has six digits"
        );
        assert_eq!(
            pairs(elements("]C101095060001343521725123110ABC123\u{1d}21X-1").unwrap()),
            own(&[("01", "09506000134352"), ("17", "251231"), ("10", "ABC123"), ("21", "X-1")])
        );
        assert_eq!(
            pairs(digital_link("https://id.gs1.org/01/9506000134352/10/ABC1/21/12%263").unwrap()),
            own(&[("01", "09506000134352"), ("10", "ABC1"), ("21", "12&3")])
        );
        assert_eq!(elements("99X"), Err(Gs1Error::UnknownIdentifier { at: 0 }));
        assert_eq!(elements(""), Err(Gs1Error::UnknownIdentifier { at: 0 }));
        assert_eq!(digital_link("https://example.com/seal/1"), Err(Gs1Error::NotALink));
    }

    #[test]
    fn every_single_wrong_digit_is_caught() {
        let right = "106141412345678908";
        for at in 0..right.len() {
            for digit in '0'..='9' {
                let mut wrong: Vec<char> = right.chars().collect();
                wrong[at] = digit;
                let wrong: String = wrong.into_iter().collect();
                assert_eq!(check_digit_is_right(&wrong), wrong == right, "{wrong}");
                assert_eq!(is_proven(&format!("00{wrong}")), wrong == right);
            }
        }
    }

    proptest! {
        #[test]
        fn no_text_panics_and_what_is_taken_is_whole(text in "(\\PC|\u{1d}|[0-9]){0,60}") {
            if let Ok(found) = elements(&text) {
                let taken: usize = found.iter().map(|e| e.ai.len() + e.value.len()).sum();
                let separators = text.chars().filter(|c| *c == SEPARATOR).count();
                prop_assert!(taken + separators + 3 >= text.len());
            }
            let _ = (digital_link(&text), digital_link(&format!("https://h/{text}")), is_proven(&text));
        }
    }
}
