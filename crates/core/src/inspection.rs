//! The checks that fit a seal, and the verdict.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::codes::{SealCondition, SealType};
use crate::fact::SealLogRead;
use crate::seal::log::{self, TimelineItem};

/// One check by hand and eye.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HandCheck {
    /// View the seal and the container locking parts.
    View,
    /// Verify the seal number against the documents.
    Verify,
    /// Tug on the seal.
    Tug,
    /// Twist and turn the bolt.
    Twist,
    /// Follow the rope along its whole length.
    Rope,
    /// Look at the housing, screws and back cover.
    Housing,
}

/// The checks for a seal type, in the order in which they are made: View-Verify-Tug-Twist for bolts (domain 2), rope and
/// housing for electronic seals.
#[must_use]
pub fn checks_for(seal: SealType) -> &'static [HandCheck] {
    match seal {
        SealType::Electronic => {
            &[HandCheck::View, HandCheck::Verify, HandCheck::Rope, HandCheck::Housing, HandCheck::Tug]
        }
        SealType::Mechanical | SealType::AirFreshVent => {
            &[HandCheck::View, HandCheck::Verify, HandCheck::Tug, HandCheck::Twist]
        }
    }
}

/// The answer to one check, and how long the officer took for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandCheckResult {
    /// Which.
    pub check: HandCheck,
    /// Held, intact, as it should be.
    pub good: bool,
    /// Seconds on the step.
    pub seconds: u32,
    /// What the officer wrote.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// What follows from an inspection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// In order; en route: drive on; at destination: take the seal off.
    Accept,
    /// Accepted with a reason for what is not proven (a gap).
    AcceptWithReason,
    /// Keep the seal on; examine the goods in full.
    FullExamination,
}

/// What the log and the hands found, as far as it bears on the verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Findings {
    /// The log was read at all.
    pub log_read: bool,
    /// The trip as shown.
    pub items: Vec<TimelineItem>,
    /// Time without evidence, all gaps together.
    pub gap: SignedDuration,
    /// Entries that the seal wrote and nobody has.
    pub missing_entries: u32,
    /// Alarms in the log.
    pub alarms: usize,
    /// Openings nobody of ours commanded, among the alarms.
    pub breaches: usize,
    /// Checks by hand that failed.
    pub failed: usize,
}

impl Findings {
    /// Puts log and hand checks together. `silence` is the longest silence that is still normal; `until` is the moment
    /// the log was read.
    #[must_use]
    pub fn of(
        read: Option<&SealLogRead>,
        silence: SignedDuration,
        until: jiff::Timestamp,
        checks: &[HandCheckResult],
    ) -> Self {
        let items = read.map(|read| log::timeline(&read.entries, silence, until)).unwrap_or_default();
        let entries = read.map_or(&[][..], |read| &read.entries);
        let missing_entries = items
            .iter()
            .map(|item| match item {
                TimelineItem::MissingEntries { first, last } => last - first + 1,
                _ => 0,
            })
            .sum();
        Self {
            log_read: read.is_some_and(|read| read.complete),
            gap: log::gap_total(&items),
            missing_entries,
            alarms: entries.iter().filter(|entry| entry.kind.is_alarm()).count(),
            breaches: entries.iter().filter(|entry| entry.kind.is_breach()).count(),
            failed: checks.iter().filter(|check| !check.good).count(),
            items,
        }
    }

    /// The whole trip is covered by evidence.
    #[must_use]
    pub fn covered(&self) -> bool {
        self.log_read && self.gap.is_zero() && self.missing_entries == 0
    }
}

/// The verdicts an officer may choose from, given what was found and the condition seen. An opening that nobody
/// commanded, or a seal that is broken or gone, leaves only the full examination; whatever is not proven needs a reason.
/// `logs`: the seal keeps a log this app can read; where it does not, no log is missing.
#[must_use]
pub fn verdicts(findings: &Findings, condition: SealCondition, logs: bool) -> &'static [Verdict] {
    use SealCondition as C;
    match condition {
        _ if findings.breaches > 0 => &[Verdict::FullExamination],
        C::Missing | C::Broken => &[Verdict::FullExamination],
        C::Right if findings.failed == 0 && findings.alarms == 0 && (!logs || findings.covered()) => {
            &[Verdict::Accept, Verdict::FullExamination]
        }
        C::Right | C::Damaged | C::FaultyElectronic => &[Verdict::AcceptWithReason, Verdict::FullExamination],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::log::{LogEntry, LogKind};
    use jiff::Timestamp;

    fn read(kinds: &[(u32, i64, LogKind)]) -> SealLogRead {
        let entry = |&(counter, minute, kind): &(u32, i64, LogKind)| LogEntry {
            counter,
            at: Timestamp::from_second(minute * 60).unwrap(),
            kind,
            position: None,
            battery_percent: None,
        };
        SealLogRead {
            seal: "83181001".parse().unwrap(),
            entries: kinds.iter().map(entry).collect(),
            drift_s: 0,
            complete: true,
        }
    }

    fn findings(kinds: &[(u32, i64, LogKind)], good: bool) -> Findings {
        let check = HandCheckResult { check: HandCheck::Tug, good, seconds: 4, note: String::new() };
        let until = Timestamp::from_second(20 * 60).unwrap();
        Findings::of(Some(&read(kinds)), SignedDuration::from_mins(15), until, &[check])
    }

    #[test]
    fn a_clean_trip_may_be_accepted_as_it_is() {
        let clean = findings(&[(1, 0, LogKind::Armed), (2, 10, LogKind::Position)], true);
        assert!(clean.covered());
        assert_eq!(verdicts(&clean, SealCondition::Right, true)[0], Verdict::Accept);
        assert_eq!(verdicts(&clean, SealCondition::Damaged, true)[0], Verdict::AcceptWithReason);
    }

    #[test]
    fn what_is_not_proven_needs_a_reason() {
        let gap = findings(&[(1, 0, LogKind::Armed)], true);
        assert!(!gap.covered());
        assert_eq!(verdicts(&gap, SealCondition::Right, true)[0], Verdict::AcceptWithReason);
        let missing = findings(&[(1, 0, LogKind::Armed), (4, 10, LogKind::Position)], true);
        assert_eq!(missing.missing_entries, 2);
        assert_eq!(verdicts(&missing, SealCondition::Right, true)[0], Verdict::AcceptWithReason);
        let slipped = findings(&[(1, 0, LogKind::Armed), (2, 10, LogKind::Position)], false);
        assert_eq!(verdicts(&slipped, SealCondition::Right, true)[0], Verdict::AcceptWithReason);
        // A bolt keeps no log: nothing of it is missing. An electronic seal that was not read is another matter.
        let unread = Findings::of(None, SignedDuration::from_mins(15), Timestamp::UNIX_EPOCH, &[]);
        assert_eq!(verdicts(&unread, SealCondition::Right, false)[0], Verdict::Accept);
        assert_eq!(verdicts(&unread, SealCondition::Right, true)[0], Verdict::AcceptWithReason);
    }

    #[test]
    fn an_opening_nobody_commanded_leaves_only_the_examination() {
        let cut = findings(&[(1, 0, LogKind::Armed), (2, 10, LogKind::RopeCut)], true);
        for condition in SealCondition::ALL {
            assert_eq!(verdicts(&cut, *condition, true), [Verdict::FullExamination]);
        }
        let clean = findings(&[(1, 0, LogKind::Armed), (2, 10, LogKind::Position)], true);
        assert_eq!(verdicts(&clean, SealCondition::Missing, true), [Verdict::FullExamination]);
    }
}
