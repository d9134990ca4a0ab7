//! Numbers in Vietnamese words, as forms repeat a total.

const DIGITS: [&str; 10] = ["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"];

/// `60` as `sáu mươi`; figures from ten thousand on, which no parcel reaches.
pub fn in_words(n: usize) -> String {
    match n {
        0..=9 => DIGITS[n].to_owned(),
        10..=99 => tens(n),
        100..=999 => hundreds(n),
        1000..=9999 => match n % 1000 {
            0 => format!("{} nghìn", DIGITS[n / 1000]),
            rest => format!("{} nghìn {}", DIGITS[n / 1000], hundreds(rest)),
        },
        _ => n.to_string(),
    }
}

/// 100 to 999, and smaller ones behind a thousand: `không trăm linh năm`.
fn hundreds(n: usize) -> String {
    let head = format!("{} trăm", DIGITS[n / 100]);
    match n % 100 {
        0 => head,
        ones @ 1..=9 => format!("{head} linh {}", DIGITS[ones]),
        rest => format!("{head} {}", tens(rest)),
    }
}

/// 10 to 99. A one behind twenty and more is `mốt`, a five behind ten and more is `lăm`.
fn tens(n: usize) -> String {
    let head = if n < 20 { "mười".to_owned() } else { format!("{} mươi", DIGITS[n / 10]) };
    match (n % 10, n >= 20) {
        (0, _) => head,
        (1, true) => format!("{head} mốt"),
        (5, _) => format!("{head} lăm"),
        (ones, _) => format!("{head} {}", DIGITS[ones]),
    }
}

#[cfg(test)]
mod tests {
    use super::in_words;

    #[test]
    fn numbers_are_read_as_people_read_them() {
        for (n, words) in [
            (0, "không"),
            (1, "một"),
            (10, "mười"),
            (11, "mười một"),
            (15, "mười lăm"),
            (21, "hai mươi mốt"),
            (24, "hai mươi bốn"),
            (35, "ba mươi lăm"),
            (60, "sáu mươi"),
            (100, "một trăm"),
            (105, "một trăm linh năm"),
            (115, "một trăm mười lăm"),
            (1000, "một nghìn"),
            (2005, "hai nghìn không trăm linh năm"),
            (9999, "chín nghìn chín trăm chín mươi chín"),
            (12_345, "12345"),
        ] {
            assert_eq!(in_words(n), words);
        }
    }
}
