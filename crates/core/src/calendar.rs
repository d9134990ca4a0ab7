//! Working days as data: holidays and worked Saturdays are decided anew each year, so a year without a calendar is said to
//! be unknown, never guessed.

use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

use crate::rules::Citation;

/// One year's published calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct YearCalendar {
    /// The year.
    pub year: i16,
    /// Days off that would otherwise be worked.
    pub off: Vec<DayOff>,
    /// Weekend days that are worked in exchange.
    pub worked: Vec<Date>,
    /// Where it was published.
    pub citation: Citation,
}

/// A day off and its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayOff {
    /// The day.
    pub date: Date,
    /// What it is for, in Vietnamese.
    pub name: String,
}

/// Kind of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DayKind {
    /// Ordinary or exchanged working day.
    Working,
    /// Saturday or Sunday.
    Weekend,
    /// Holiday or day off in lieu, with its name.
    Holiday(String),
}

/// No calendar of that year is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no working-day calendar is known for {0}")]
pub struct YearUnknown(pub i16);

/// Calendars of several years.
#[derive(Debug, Clone, Copy)]
pub struct Calendar<'a>(pub &'a [YearCalendar]);

impl Calendar<'_> {
    /// What kind of day it is.
    ///
    /// # Errors
    /// [`YearUnknown`] without that year's calendar, also for weekends: one might be worked.
    pub fn kind(&self, day: Date) -> Result<DayKind, YearUnknown> {
        let year = self.0.iter().find(|calendar| calendar.year == day.year()).ok_or(YearUnknown(day.year()))?;
        if year.worked.contains(&day) {
            return Ok(DayKind::Working);
        }
        if let Some(off) = year.off.iter().find(|off| off.date == day) {
            return Ok(DayKind::Holiday(off.name.clone()));
        }
        Ok(match day.weekday() {
            Weekday::Saturday | Weekday::Sunday => DayKind::Weekend,
            _ => DayKind::Working,
        })
    }

    /// The last day of a period of `days` working days that starts with an event on `start`.
    ///
    /// # Errors
    /// [`YearUnknown`] when the period reaches a year without a calendar.
    pub fn deadline(&self, start: Date, days: u32, count_first_day: bool) -> Result<Date, YearUnknown> {
        let mut day = start;
        let mut left = days;
        if count_first_day && left > 0 && self.kind(day)? == DayKind::Working {
            left -= 1;
        }
        while left > 0 {
            day = day.tomorrow().map_err(|_| YearUnknown(day.year()))?;
            if self.kind(day)? == DayKind::Working {
                left -= 1;
            }
        }
        Ok(day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn calendar_2025() -> Vec<YearCalendar> {
        let off = |m, d, name: &str| DayOff { date: date(2025, m, d), name: name.to_owned() };
        // As announced for 2025: 30.04 to 04.05 off, Saturday 26.04 worked for Friday 02.05 (domain 1.9, S20).
        vec![YearCalendar {
            year: 2025,
            off: vec![off(4, 7, "Giỗ Tổ Hùng Vương"), off(4, 30, "30/4"), off(5, 1, "1/5"), off(5, 2, "Nghỉ bù")],
            worked: vec![date(2025, 4, 26)],
            citation: Citation { document: "test".to_owned(), dated: None, place: None, to_be_confirmed: false },
        }]
    }

    #[test]
    fn a_worked_saturday_counts_and_a_holiday_does_not() {
        let years = calendar_2025();
        let calendar = Calendar(&years);
        // Received Thursday 24.04: Fri 25, Sat 26 (worked), Mon 28.
        assert_eq!(calendar.deadline(date(2025, 4, 24), 3, false), Ok(date(2025, 4, 28)));
        // Received Monday 28.04: Tue 29, then the holidays, Mon 5.05, Tue 6.05.
        assert_eq!(calendar.deadline(date(2025, 4, 28), 3, false), Ok(date(2025, 5, 6)));
        assert_eq!(calendar.deadline(date(2025, 4, 28), 3, true), Ok(date(2025, 5, 5)));
    }

    #[test]
    fn a_year_without_a_calendar_is_not_guessed() {
        let years = calendar_2025();
        assert_eq!(Calendar(&years).deadline(date(2025, 12, 30), 3, false), Err(YearUnknown(2026)));
    }
}
