use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Text for searching: lower case, without diacritics, `đ` as `d`.
///
/// Officers type "dinh vu" and mean "Đình Vũ"; both sides of a comparison go through here.
pub fn fold(text: &str) -> String {
    text.nfd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .map(|c| if c == 'đ' { 'd' } else { c })
        .collect()
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
    }
}
