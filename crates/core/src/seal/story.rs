//! A trip as read from the seal's log: the timeline, and what somebody has to answer for.

use jiff::{SignedDuration, Timestamp};

use super::log::{LogEntry, LogKind, TimelineItem, gap_total, timeline};
use crate::fact::SealLogRead;

/// The trip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TripStory {
    /// For the screen, oldest first.
    pub items: Vec<TimelineItem>,
    /// All gaps together.
    pub gap: SignedDuration,
    /// Openings nobody of ours commanded.
    pub breaches: Vec<LogEntry>,
    /// Other alarms.
    pub alarms: Vec<LogEntry>,
    /// Every entry that the seal announced was read, without a missing number.
    pub complete: bool,
}

impl TripStory {
    /// Tells the trip. `silence` is the longest silence that is still normal; `until` is the seal's clock at the reading.
    #[must_use]
    pub fn of(log: &SealLogRead, silence: SignedDuration, until: Timestamp) -> Self {
        let items = timeline(&log.entries, silence, until);
        let (breaches, alarms) = log
            .entries
            .iter()
            .filter(|entry| entry.kind.is_alarm())
            .cloned()
            .partition(|entry: &LogEntry| entry.kind.is_breach());
        Self { gap: gap_total(&items), items, breaches, alarms, complete: log.complete }
    }
}

/// The entries of a trip out of a seal's whole log: from the first arming after `before` (the newest entry when the seal
/// was prepared; 0 if that is not known) on. A later arming does not hide what was before it. Without any arming: all
/// after `before`.
#[must_use]
pub fn since_arming(mut entries: Vec<LogEntry>, before: u32) -> Vec<LogEntry> {
    entries.sort_by_key(|entry| entry.counter);
    entries.dedup_by_key(|entry| entry.counter);
    entries.retain(|entry| entry.counter > before);
    if let Some(armed) = entries.iter().position(|entry| entry.kind == LogKind::Armed) {
        entries.drain(..armed);
    }
    entries
}

/// Begins with the arming, has every number and reaches the newest entry the seal announced.
#[must_use]
pub fn is_complete(entries: &[LogEntry], newest: u32) -> bool {
    entries.first().is_some_and(|first| first.kind == LogKind::Armed)
        && entries.windows(2).all(|pair| pair[0].counter.checked_add(1) == Some(pair[1].counter))
        && entries.last().is_some_and(|last| last.counter >= newest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(counter: u32, kind: LogKind) -> LogEntry {
        let at = Timestamp::from_second(i64::from(counter) * 600).unwrap();
        LogEntry { counter, at, kind, position: None, battery_percent: None }
    }

    #[test]
    fn a_second_arming_on_the_way_does_not_hide_the_opening_before_it() {
        let log = [
            entry(7, LogKind::Disarmed),
            entry(8, LogKind::ClockSet),
            entry(9, LogKind::Armed),
            entry(10, LogKind::RopeCut),
            entry(11, LogKind::Armed),
        ];
        let trip = since_arming(log.to_vec(), 7);
        assert_eq!(trip.len(), 3);
        assert!(is_complete(&trip, 11));
        assert!(!is_complete(&trip, 12), "the seal announced one more");
        let last = LogEntry { counter: u32::MAX, ..entry(1, LogKind::Armed) };
        assert!(!is_complete(&[last, entry(0, LogKind::Disarmed)], 0), "no number follows the last one");
        let read = SealLogRead { seal: "1".parse().unwrap(), entries: trip, drift_s: 0, complete: true };
        let story = TripStory::of(&read, SignedDuration::from_mins(15), Timestamp::from_second(11 * 600).unwrap());
        assert_eq!(story.breaches.len(), 1);
        assert!(story.gap.is_zero());
    }
}
