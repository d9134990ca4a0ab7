//! Holding the central to its record (trust 1.3, "Server rollback"): what a signed checkpoint means beside those that were
//! proven here. Pure: [`weigh`] takes what is known and what is offered, [`Question::judge`] the proof that was asked for.
//!
//! Nothing is ever deleted. Of what this device sent, all that the record is not proven to hold is sent again: after a
//! restore that the central announced (another epoch), and when the central cannot prove what it said before. The latter is
//! an integrity alarm: history was forked, or rewritten.

use std::cmp::Ordering;

use p256::ecdsa::VerifyingKey;
use seal_core::checkpoint::SignedCheckpoint;
use seal_core::ids::Sha256;
use seal_core::merkle;

use crate::ports::store::{AlarmWhy, Followed, RecordAlarm, RecordHead, RecordKnown};

/// What follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing.
    Nothing,
    /// To be written down.
    Follow(Box<Followed>),
    /// Only a proof can tell.
    Ask(Box<Question>),
}

/// A proof that is needed before anything is believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    from: (u64, Sha256),
    to: (u64, Sha256),
    offered: SignedCheckpoint,
    heads: Vec<RecordHead>,
    asks: Asks,
}

/// What the proof is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asks {
    /// The record grew since it was proven last.
    Grown,
    /// The answer was overtaken by one of a larger record, which began with it.
    Overtaken,
    /// The record began with one of those proven earlier: all that it held need not be sent again.
    Base(Option<AlarmWhy>),
}

/// Weighs a checkpoint as it came.
#[must_use]
pub fn weigh(known: &RecordKnown, cose: &[u8]) -> Verdict {
    // Before the first sign-in at a central that has one, there is nothing to hold it to.
    let Some(key) = &known.key else { return Verdict::Nothing };
    let offered = VerifyingKey::from_sec1_bytes(&key.0).ok().and_then(|key| SignedCheckpoint::verify(cose, &key).ok());
    let newest = known.heads.first();
    let Some(offered) = offered else {
        let alarm = RecordAlarm::new(AlarmWhy::Signature, newest, cose);
        return Verdict::Follow(Box::new(Followed { checkpoint: None, send_again: None, alarm: Some(alarm) }));
    };
    // The first word is believed: there is none to compare it with.
    let Some(newest) = newest else { return follow(offered, None, None) };
    let (said, heads) = (&offered.checkpoint, known.heads.clone());
    let (from, to) = ((newest.size, newest.root), (said.size, said.root));
    if said.epoch != newest.epoch {
        let had_before = heads.iter().any(|head| head.epoch == said.epoch);
        return match (had_before, said.at < newest.at) {
            // Of the life before the present one, and late.
            (true, true) => Verdict::Nothing,
            (true, false) => base(offered, heads, Some(AlarmWhy::Forked)),
            (false, _) => base(offered, heads, None),
        };
    }
    match (said.size.cmp(&newest.size), said.size, newest.size) {
        (Ordering::Equal, _, _) if said.root == newest.root => Verdict::Nothing,
        (Ordering::Equal, _, _) => forked(offered, heads),
        // Of an empty record nothing can be proven: it is late, or all is gone.
        (Ordering::Less, 0, _) if said.at <= newest.at => Verdict::Nothing,
        (Ordering::Less, 0, _) => forked(offered, heads),
        (Ordering::Greater, _, 0) => follow(offered, None, None),
        (Ordering::Less, _, _) => ask(Question { from: to, to: from, offered, heads, asks: Asks::Overtaken }),
        (Ordering::Greater, _, _) => ask(Question { from, to, offered, heads, asks: Asks::Grown }),
    }
}

impl Question {
    /// The life of the central that it is about.
    #[must_use]
    pub fn epoch(&self) -> &str {
        &self.offered.checkpoint.epoch
    }

    /// The sizes of the two records, the smaller one first.
    #[must_use]
    pub fn sizes(&self) -> (u64, u64) {
        (self.from.0, self.to.0)
    }

    /// What follows when no answer came. Sending waits for what a restored record holds, so everything is sent again rather than
    /// nothing; else nothing is known yet.
    #[must_use]
    pub fn unanswered(self) -> Verdict {
        match self.asks {
            Asks::Base(None) => follow(self.offered, Some(0), None),
            _ => Verdict::Nothing,
        }
    }

    /// What follows from the proof; `None`: the central has none.
    #[must_use]
    pub fn judge(self, proof: Option<&[Sha256]>) -> Verdict {
        let Self { from, to, offered, heads, asks } = self;
        let holds = proof.is_some_and(|proof| merkle::consistent((from.0, &from.1), (to.0, &to.1), proof));
        match (asks, holds) {
            (Asks::Grown, true) => follow(offered, None, None),
            (Asks::Overtaken, true) => Verdict::Nothing,
            (Asks::Grown | Asks::Overtaken, false) => forked(offered, heads),
            (Asks::Base(alarm), true) => follow(offered, Some(from.0), alarm.map(|why| alarm_of(why, &heads))),
            (Asks::Base(alarm), false) => {
                let why = alarm.unwrap_or(AlarmWhy::Rewritten);
                follow(offered, Some(0), Some(alarm_of(why, &heads)))
            }
        }
    }
}

/// The record is not the one that was proven last, and the central did not say that it began another life.
fn forked(offered: SignedCheckpoint, heads: Vec<RecordHead>) -> Verdict {
    base(offered, heads, Some(AlarmWhy::Forked))
}

/// Looks for the largest record proven earlier with which this one is said to have begun.
fn base(offered: SignedCheckpoint, heads: Vec<RecordHead>, alarm: Option<AlarmWhy>) -> Verdict {
    let said = &offered.checkpoint;
    let kept = |head: &&RecordHead| said.kept_of(&head.epoch).is_some_and(|kept| (1..=kept).contains(&head.size));
    // After a fork the newest is the one that does not fit.
    let largest = heads.iter().skip(usize::from(alarm.is_some())).filter(kept).max_by_key(|head| head.size);
    match largest.map(|head| (head.size, head.root)) {
        None => follow(offered, Some(0), alarm.map(|why| alarm_of(why, &heads))),
        Some(from) => {
            let to = (said.size, said.root);
            let question = Question { from, to, offered, heads, asks: Asks::Base(alarm) };
            // Of one size: no proof tells more than the roots.
            if from.0 == to.0 { question.judge(Some(&[])) } else { ask(question) }
        }
    }
}

fn ask(question: Question) -> Verdict {
    Verdict::Ask(Box::new(question))
}

fn follow(offered: SignedCheckpoint, send_again: Option<u64>, alarm: Option<RecordAlarm>) -> Verdict {
    let alarm = alarm.map(|alarm| RecordAlarm { after: offered.cose.clone(), ..alarm });
    Verdict::Follow(Box::new(Followed { checkpoint: Some(offered), send_again, alarm }))
}

fn alarm_of(why: AlarmWhy, heads: &[RecordHead]) -> RecordAlarm {
    RecordAlarm::new(why, heads.first(), &[])
}
