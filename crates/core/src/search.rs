//! What things are found by: text without diacritics.

use crate::case::CaseView;
use crate::courier::ParcelView;

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Text for searching: lower case, without diacritics, `đ` as `d`.
///
/// Officers type "dinh vu" and mean "Đình Vũ"; both sides of a comparison go through here.
#[must_use]
pub fn fold(text: &str) -> String {
    // Lower case first: `İ` becomes an i with a dot of its own.
    text.chars()
        .flat_map(char::to_lowercase)
        .nfd()
        .filter(|c| !is_combining_mark(*c))
        .map(|c| if c == 'đ' { 'd' } else { c })
        .collect()
}

/// All that a case can be found by, folded: one part a line.
#[must_use]
pub fn case_text(view: &CaseView) -> String {
    let mut parts: Vec<&str> = view.doc.containers.iter().map(|container| container.as_str()).collect();
    parts.extend(view.doc.declaration.iter().map(|declaration| declaration.as_str()));
    parts.extend(view.seals.iter().map(|seal| seal.no.as_str()));
    let doc = &view.doc;
    parts.extend([&*doc.trader, &*doc.vehicle, &*doc.trailer, &*doc.driver, &*doc.tax_code]);
    if let Some(trip) = &view.trip {
        parts.extend([&*trip.vehicle, &*trip.trailer, &*trip.driver]);
    }
    parts.extend([doc.origin.as_str(), doc.destination.as_str()]);
    parts.retain(|part| !part.is_empty());
    fold(&parts.join("\n"))
}

/// All that a parcel can be found by, folded.
#[must_use]
pub fn parcel_text(view: &ParcelView) -> String {
    let mut parts = vec![view.packed.number.as_str(), view.packed.from.as_str(), view.packed.to.as_str()];
    parts.extend(view.packed.seals.iter().map(|seal| seal.as_str()));
    if let Some((handed, _)) = &view.handed_over {
        parts.extend([handed.waybill.as_str(), handed.carrier.as_str()]);
    }
    parts.retain(|part| !part.is_empty());
    fold(&parts.join("\n"))
}

/// What an officer typed into a search, folded: as words, and with the blanks of a number left out. Something is found
/// when its text holds either.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needle {
    /// As typed.
    pub words: String,
    /// Without blanks.
    pub tight: String,
}

impl Needle {
    /// Nothing typed gives nothing to look for.
    #[must_use]
    pub fn of(typed: &str) -> Option<Self> {
        let words = fold(typed.trim());
        let tight: String = words.chars().filter(|c| !c.is_whitespace()).collect();
        (!tight.is_empty()).then_some(Self { words, tight })
    }

    /// Whether `text`, folded already, holds it.
    #[must_use]
    pub fn is_in(&self, text: &str) -> bool {
        text.contains(&self.words) || text.contains(&self.tight)
    }
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn folds_vietnamese() {
        assert_eq!(fold("Cảng Đình Vũ"), "cang dinh vu");
        assert_eq!(fold("HỮU NGHỊ, Lạng Sơn"), "huu nghi, lang son");
        // decomposed input, as some keyboards and file names give it
        assert_eq!(fold("Tie\u{302}\u{301}ng Vie\u{323}\u{302}t"), "tieng viet");
        assert_eq!(fold("MSKU 907032 3"), "msku 907032 3");
        assert_eq!(fold("İstanbul"), "istanbul");
    }
}
