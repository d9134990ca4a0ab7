//! Times, dates, numbers and sizes as the paper forms write them.
//!
//! Vietnam keeps UTC+7 all year (Asia/Ho_Chi_Minh, no summer time since 1975), so a fixed offset is exact.
use jiff::{Timestamp, civil, tz};

use super::Lang;

/// No-break space: keeps a number and its unit on one line.
pub const NBSP: char = '\u{a0}';

/// Civil date and time in Vietnam.
pub fn local(at: Timestamp) -> civil::DateTime {
    tz::offset(7).to_datetime(at)
}

/// `14:26:09`
pub fn time(at: Timestamp) -> String {
    local(at).strftime("%H:%M:%S").to_string()
}

/// `14:26`
pub fn time_short(at: Timestamp) -> String {
    local(at).strftime("%H:%M").to_string()
}

/// `24/04`, day before month.
pub fn date(at: Timestamp) -> String {
    civil_date(local(at).date())
}

/// `24/04` of a civil date.
pub fn civil_date(day: civil::Date) -> String {
    day.strftime("%d/%m").to_string()
}

/// `24/04/2026`
pub fn date_long(at: Timestamp) -> String {
    local(at).strftime("%d/%m/%Y").to_string()
}

/// `24/04 · 14:26`, kept on one line.
pub fn date_time(at: Timestamp) -> String {
    format!("{}{NBSP}·{NBSP}{}", date(at), time_short(at))
}

/// Short weekday: `T2` … `T7`, `CN`; in English `Mon` … `Sun`.
pub fn weekday(day: civil::Date, lang: Lang) -> String {
    let n = day.weekday().to_monday_zero_offset();
    match lang {
        Lang::Vi if n == 6 => "CN".into(),
        Lang::Vi => format!("T{}", n + 2),
        Lang::En => day.strftime("%a").to_string(),
    }
}

/// `1 204`: thousands apart by a no-break space, from four digits on.
pub fn whole(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut out = String::from(if n < 0 { "−" } else { "" });
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(NBSP);
        }
        out.push(c);
    }
    out
}

/// `11,4`: decimal comma in Vietnamese, point in English; `places` digits after it.
pub fn decimal(x: f64, places: usize, lang: Lang) -> String {
    let text = format!("{:.places$}", x.abs());
    let (int, frac) = text.split_once('.').unwrap_or((&text, ""));
    let sign = if x < 0.0 { "−" } else { "" };
    let int = int.parse().map(whole).unwrap_or_else(|_| int.to_owned());
    match (frac, lang) {
        ("", _) => format!("{sign}{int}"),
        (f, Lang::Vi) => format!("{sign}{int},{f}"),
        (f, Lang::En) => format!("{sign}{int}.{f}"),
    }
}

/// `11,4 MB`: decimal units (1 KB = 1000 bytes, as phones show storage), one decimal from MB on.
pub fn size(bytes: u64, lang: Lang) -> String {
    let b = bytes as f64;
    match bytes {
        0..1_000 => format!("{bytes}{NBSP}B"),
        1_000..999_500 => format!("{}{NBSP}KB", decimal(b / 1e3, 0, lang)),
        999_500..999_950_000 => format!("{}{NBSP}MB", decimal(b / 1e6, 1, lang)),
        _ => format!("{}{NBSP}GB", decimal(b / 1e9, 1, lang)),
    }
}

/// `87 %`
pub fn percent(n: u8) -> String {
    format!("{n}{NBSP}%")
}

/// `3 giờ 12 phút`, `1 phút 34 giây`, `8 giây`: the two largest units that matter; never days.
pub fn duration(seconds: u64, lang: Lang) -> String {
    let (h, m, s) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let unit = |n: u64, vi: &str, en: &str| match lang {
        Lang::Vi => format!("{}{NBSP}{vi}", whole(n as i64)),
        Lang::En => format!("{}{NBSP}{en}", whole(n as i64)),
    };
    let (hours, minutes, secs) = (unit(h, "giờ", "h"), unit(m, "phút", "min"), unit(s, "giây", "s"));
    match (h, m, s) {
        (0, 0, _) => secs,
        (0, _, 0) => minutes,
        (0, _, _) => format!("{minutes} {secs}"),
        (_, 0, _) => hours,
        _ => format!("{hours} {minutes}"),
    }
}

/// `3 ngày`, `1 day`, `3 days`
pub fn days(n: u32, lang: Lang) -> String {
    match (lang, n) {
        (Lang::Vi, _) => format!("{n}{NBSP}ngày"),
        (Lang::En, 1) => format!("{n}{NBSP}day"),
        (Lang::En, _) => format!("{n}{NBSP}days"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_vietnamese_civil_time() {
        let at: Timestamp = "2026-04-24T17:26:09Z".parse().unwrap();
        assert_eq!(time(at), "00:26:09");
        assert_eq!(time_short(at), "00:26");
        assert_eq!(date(at), "25/04");
        assert_eq!(date_long(at), "25/04/2026");
        assert_eq!(date_time(at), "25/04\u{a0}·\u{a0}00:26");
    }

    #[test]
    fn weekdays() {
        let d = civil::date(2026, 4, 24);
        assert_eq!(weekday(d, Lang::Vi), "T6");
        assert_eq!(weekday(civil::date(2026, 4, 26), Lang::Vi), "CN");
        assert_eq!(weekday(civil::date(2026, 4, 27), Lang::Vi), "T2");
        assert_eq!(weekday(d, Lang::En), "Fri");
    }

    #[test]
    fn numbers() {
        assert_eq!(whole(7), "7");
        assert_eq!(whole(1900), "1\u{a0}900");
        assert_eq!(whole(-1_234_567), "−1\u{a0}234\u{a0}567");
        assert_eq!(decimal(11.44, 1, Lang::Vi), "11,4");
        assert_eq!(decimal(1204.0, 0, Lang::Vi), "1\u{a0}204");
        assert_eq!(decimal(-0.5, 1, Lang::En), "−0.5");
        assert_eq!(percent(87), "87\u{a0}%");
    }

    #[test]
    fn sizes() {
        for (bytes, text) in [
            (0, "0\u{a0}B"),
            (999, "999\u{a0}B"),
            (3_000, "3\u{a0}KB"),
            (999_499, "999\u{a0}KB"),
            (999_500, "1,0\u{a0}MB"),
            (11_400_000, "11,4\u{a0}MB"),
            (5_200_000_000, "5,2\u{a0}GB"),
        ] {
            assert_eq!(size(bytes, Lang::Vi), text);
        }
        assert_eq!(size(11_400_000, Lang::En), "11.4\u{a0}MB");
    }

    #[test]
    fn durations() {
        for (s, text) in [
            (0, "0 giây"),
            (8, "8 giây"),
            (60, "1 phút"),
            (94, "1 phút 34 giây"),
            (11_520, "3 giờ 12 phút"),
            (7_200, "2 giờ"),
            (187_200, "52 giờ"),
        ] {
            assert_eq!(duration(s, Lang::Vi).replace(NBSP, " "), text);
        }
        assert_eq!(duration(11_520, Lang::En), "3\u{a0}h 12\u{a0}min");
        assert_eq!(days(3, Lang::Vi), "3\u{a0}ngày");
        assert_eq!(days(1, Lang::En), "1\u{a0}day");
    }
}
