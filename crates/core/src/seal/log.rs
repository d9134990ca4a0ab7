//! The seal's own log, and the trip as a timeline in which a gap is shown as a gap.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::time::Position;

/// One taxonomy of log entries over all makers (domain 4.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogKind {
    /// Closed and armed by command.
    Armed,
    /// Opened by command.
    Disarmed,
    /// Periodic position.
    Position,
    /// Alarm: rope cut or pulled.
    RopeCut,
    /// Alarm: opened without a command.
    Opened,
    /// Alarm: housing opened.
    ShellOpened,
    /// Knock or strong vibration.
    Knock,
    /// Battery low.
    LowBattery,
    /// Wrong password or ticket presented.
    WrongPassword,
    /// Left open too long.
    LongUnlock,
    /// Motor stuck.
    MotorStuck,
    /// Left the approved route (reported by the platform or a fence in the seal).
    RouteLeft,
    /// Stopped longer than allowed.
    LongStop,
    /// Satellite or mobile signal lost.
    SignalLost,
    /// Signal back.
    SignalBack,
    /// Power lost.
    PowerLost,
    /// Power back; the clock may have been lost.
    PowerBack,
    /// Clock set by a phone.
    ClockSet,
    /// A command was taken; its end is an entry of its own.
    CommandBegun,
    /// A command ended without doing what was asked.
    CommandFailed,
    /// Self test by command.
    SelfTested,
    /// An officer agreed that another one opens.
    OpeningApproved,
}

impl LogKind {
    /// An alarm: somebody must answer for it.
    #[must_use]
    pub fn is_alarm(self) -> bool {
        matches!(
            self,
            Self::RopeCut
                | Self::Opened
                | Self::ShellOpened
                | Self::WrongPassword
                | Self::LongUnlock
                | Self::RouteLeft
                | Self::LongStop
        )
    }

    /// An opening nobody of ours commanded: full examination.
    #[must_use]
    pub fn is_breach(self) -> bool {
        matches!(self, Self::RopeCut | Self::Opened | Self::ShellOpened)
    }
}

/// One entry of the seal's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogEntry {
    /// Number of the entry in the seal; grows by one.
    pub counter: u32,
    /// The seal's clock, UTC.
    pub at: Timestamp,
    /// What happened.
    pub kind: LogKind,
    /// Where, if the seal knew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// Battery then, per cent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub battery_percent: Option<u8>,
}

/// A piece of the trip as shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TimelineItem {
    /// Something the seal logged.
    Entry(LogEntry),
    /// A run of quiet position reports, folded into one line.
    Quiet {
        /// First report.
        from: Timestamp,
        /// Last report.
        to: Timestamp,
        /// How many.
        reports: usize,
    },
    /// No evidence for a time: longer than the reporting interval allows.
    Gap {
        /// Last evidence before.
        from: Timestamp,
        /// First evidence after.
        to: Timestamp,
    },
    /// Entries missing by number: the seal wrote them, nobody has them.
    MissingEntries {
        /// First missing number.
        first: u32,
        /// Last missing number.
        last: u32,
    },
}

/// The trip: entries in counter order, gaps where nothing proves the time between. `limit` is the longest silence that is
/// still normal (reporting interval plus slack, from the rule pack). `until` is the reading time: silence up to then counts.
#[must_use]
pub fn timeline(entries: &[LogEntry], limit: SignedDuration, until: Timestamp) -> Vec<TimelineItem> {
    let mut sorted: Vec<&LogEntry> = entries.iter().collect();
    sorted.sort_by_key(|entry| entry.counter);
    sorted.dedup_by_key(|entry| entry.counter);
    let mut items = Vec::new();
    let mut previous: Option<&LogEntry> = None;
    for entry in sorted {
        if let Some(before) = previous {
            if entry.counter > before.counter + 1 {
                items.push(TimelineItem::MissingEntries { first: before.counter + 1, last: entry.counter - 1 });
            }
            if entry.at.duration_since(before.at) > limit {
                items.push(TimelineItem::Gap { from: before.at, to: entry.at });
            }
        }
        match (entry.kind, items.last_mut()) {
            (LogKind::Position, Some(TimelineItem::Quiet { to, reports, .. })) => {
                *to = entry.at;
                *reports += 1;
            }
            (LogKind::Position, _) => items.push(TimelineItem::Quiet { from: entry.at, to: entry.at, reports: 1 }),
            _ => items.push(TimelineItem::Entry(entry.clone())),
        }
        previous = Some(entry);
    }
    if let Some(last) = previous
        && until.duration_since(last.at) > limit
    {
        items.push(TimelineItem::Gap { from: last.at, to: until });
    }
    items
}

/// Length of all gaps of a timeline together.
#[must_use]
pub fn gap_total(items: &[TimelineItem]) -> SignedDuration {
    items
        .iter()
        .filter_map(|item| match item {
            TimelineItem::Gap { from, to } => Some(to.duration_since(*from)),
            _ => None,
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(counter: u32, minute: i64, kind: LogKind) -> LogEntry {
        LogEntry {
            counter,
            at: Timestamp::from_second(minute * 60).unwrap(),
            kind,
            position: None,
            battery_percent: None,
        }
    }

    #[test]
    fn silence_and_missing_numbers_are_shown_not_smoothed() {
        let log = [
            entry(1, 0, LogKind::Armed),
            entry(2, 10, LogKind::Position),
            entry(3, 20, LogKind::Position),
            entry(6, 200, LogKind::Position),
        ];
        let items = timeline(&log, SignedDuration::from_mins(15), Timestamp::from_second(205 * 60).unwrap());
        assert!(matches!(items[0], TimelineItem::Entry(_)));
        assert!(matches!(items[1], TimelineItem::Quiet { reports: 2, .. }));
        assert_eq!(items[2], TimelineItem::MissingEntries { first: 4, last: 5 });
        assert!(matches!(items[3], TimelineItem::Gap { .. }));
        assert_eq!(gap_total(&items), SignedDuration::from_mins(180));
    }

    #[test]
    fn silence_until_the_reading_is_a_gap_too() {
        let items = timeline(
            &[entry(1, 0, LogKind::Armed)],
            SignedDuration::from_mins(15),
            Timestamp::from_second(3600).unwrap(),
        );
        assert!(matches!(items[..], [TimelineItem::Entry(_), TimelineItem::Gap { .. }]));
    }
}
