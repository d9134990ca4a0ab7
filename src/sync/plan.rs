//! The rules of sending, as pure functions: what a trouble means, how long to wait, what an answer settles.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;
use seal_core::event::SignedEvent;
use seal_core::ids::EventId;
use seal_core::outbox::StuckReason;
use seal_core::seal_no::SealNo;
use seal_core::wire::{PushResponse, PushStatus};

use crate::ports::central::CentralTrouble;
use crate::ports::store::Settled;

/// Shortest mean wait after a failure.
const FIRST: Duration = Duration::from_secs(2);
/// Longest wait after failures.
const LONGEST: Duration = Duration::from_secs(15 * 60);
/// Wait where only a person can help; they end it with "send now" or by signing in.
const PERSON: Duration = Duration::from_secs(15 * 60);
/// Largest push, bytes of events; the central's limit is higher.
const BATCH_BYTES: usize = 512 << 10;

/// An event on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Queue key.
    pub key: i64,
    /// Its id.
    pub id: EventId,
    /// The signed bytes.
    pub cose: Vec<u8>,
}

impl Outgoing {
    /// Seals it names.
    #[must_use]
    pub fn seals(&self) -> Vec<SealNo> {
        let event = SignedEvent::read(&self.cose);
        event.map(|signed| signed.event.seals()).unwrap_or_default()
    }
}

/// What a trouble calls for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// The whole request is refused: halve it until the guilty item stands alone.
    Bisect,
    /// Wait longer with each failure.
    Backoff,
    /// Wait for a person.
    Person,
    /// Pull first: the central begins another life.
    Pull,
}

/// The class of a trouble.
#[must_use]
pub fn class(trouble: &CentralTrouble) -> Class {
    match trouble {
        CentralTrouble::Refused(_) => Class::Bisect,
        CentralTrouble::Restored => Class::Pull,
        CentralTrouble::Offline(_) | CentralTrouble::Portal | CentralTrouble::Busy { .. } => Class::Backoff,
        CentralTrouble::Tls(_) | CentralTrouble::SignIn | CentralTrouble::Forbidden(_) | CentralTrouble::Upgrade => {
            Class::Person
        }
    }
}

/// The trouble's name for screens, see [`seal_core::outbox::QueueItem::last_problem`].
#[must_use]
pub fn problem(trouble: &CentralTrouble) -> &'static str {
    match trouble {
        CentralTrouble::Offline(_) => "offline",
        CentralTrouble::Portal => "portal",
        CentralTrouble::Tls(_) => "tls",
        CentralTrouble::SignIn => "sign_in",
        CentralTrouble::Forbidden(_) => "forbidden",
        CentralTrouble::Busy { .. } => "server_busy",
        CentralTrouble::Refused(_) => "refused",
        CentralTrouble::Restored => "central_restored",
        CentralTrouble::Upgrade => "upgrade",
    }
}

/// How long to wait after the `fails`-th failure in a row (from 1). `random` is evenly spread over all its values. Full
/// jitter, so that a thousand phones do not come back in step (trust 1.3); what the central asks for is honoured.
#[must_use]
pub fn wait(trouble: &CentralTrouble, fails: u32, random: u32) -> Duration {
    let part = f64::from(random) / f64::from(u32::MAX);
    let spread = FIRST.saturating_mul(1 << fails.min(16)).min(LONGEST).mul_f64(part);
    match (class(trouble), trouble) {
        (Class::Person, _) => PERSON,
        // Behind what it asks for, spread wider with each failure: it asks the same of all.
        (_, CentralTrouble::Busy { retry_after_s: Some(seconds) }) => Duration::from_secs(*seconds) + spread,
        // Never at once: a network that fails fast would be asked in a circle.
        _ => spread.max(Duration::from_secs(1)),
    }
}

/// Cuts a batch into pieces that fit a request, in order.
#[must_use]
pub fn pieces(batch: Vec<Outgoing>) -> Vec<Vec<Outgoing>> {
    let mut pieces: Vec<Vec<Outgoing>> = Vec::new();
    let mut bytes = 0;
    for item in batch {
        bytes += item.cose.len();
        match pieces.last_mut() {
            Some(piece) if bytes <= BATCH_BYTES => piece.push(item),
            _ => {
                bytes = item.cose.len();
                pieces.push(vec![item]);
            }
        }
    }
    pieces
}

/// What a push answer settles. `deferred_until` is the next try of items the central wants later. An item without a
/// result is tried again: the adapter lets no such answer pass, but nothing may hang on that.
#[must_use]
pub fn judge(sent: &[Outgoing], answer: &PushResponse, deferred_until: Timestamp) -> Vec<(i64, Settled)> {
    let results: HashMap<EventId, &PushStatus> =
        answer.results.iter().map(|result| (result.id, &result.status)).collect();
    let again = || Settled::Again { not_before: deferred_until, problem: "server_busy".to_owned(), sent_bytes: 0 };
    sent.iter()
        .map(|item| {
            let settled = match results.get(&item.id) {
                Some(PushStatus::Accepted { receipt } | PushStatus::Duplicate { receipt }) => {
                    Settled::Accepted(receipt.clone())
                }
                Some(PushStatus::Rejected { code, detail }) => {
                    Settled::Stuck(StuckReason::Refused { code: code.clone(), detail: detail.clone() })
                }
                Some(PushStatus::HashConflict) => Settled::Stuck(StuckReason::HashConflict),
                Some(PushStatus::Deferred) | None => again(),
            };
            (item.key, settled)
        })
        .collect()
}

/// Takes out of `rest` what names one of `seals`, in one piece or another: it has to wait in the queue.
pub fn hold_back(rest: &mut Vec<Vec<Outgoing>>, mut seals: Vec<SealNo>) -> Vec<i64> {
    let mut held = Vec::new();
    // The last piece is the next one to go.
    for piece in rest.iter_mut().rev() {
        piece.retain(|item| {
            let own = item.seals();
            let waits = own.iter().any(|seal| seals.contains(seal));
            if waits {
                seals.extend(own);
                held.push(item.key);
            }
            !waits
        });
    }
    rest.retain(|piece| !piece.is_empty());
    held
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offline() -> CentralTrouble {
        CentralTrouble::Offline(String::new())
    }

    #[test]
    fn waits_grow_from_seconds_to_a_quarter_of_an_hour() {
        let longest: Vec<u64> = (1..=12).map(|fails| wait(&offline(), fails, u32::MAX).as_secs()).collect();
        assert_eq!(longest, [4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900, 900]);
        assert_eq!(wait(&offline(), 40, 0), Duration::from_secs(1));
        let half = wait(&offline(), 9, u32::MAX / 2).as_secs();
        assert!((449..=450).contains(&half));
    }

    #[test]
    fn the_centrals_own_wish_counts() {
        let busy = CentralTrouble::Busy { retry_after_s: Some(120) };
        assert_eq!(wait(&busy, 1, 0).as_secs(), 120);
        assert_eq!(wait(&busy, 1, u32::MAX).as_secs(), 124);
        assert_eq!(wait(&busy, 9, u32::MAX).as_secs(), 120 + 900);
        assert_eq!(wait(&CentralTrouble::SignIn, 1, 0), PERSON);
    }

    #[test]
    fn a_batch_is_cut_by_size_in_order() {
        let item = |key, size| Outgoing { key, id: EventId(uuid::Uuid::from_u128(1)), cose: vec![0; size] };
        let cut = pieces(vec![item(1, 10), item(2, BATCH_BYTES), item(3, BATCH_BYTES + 9), item(4, 5), item(5, 5)]);
        let keys: Vec<Vec<i64>> = cut.iter().map(|piece| piece.iter().map(|item| item.key).collect()).collect();
        assert_eq!(keys, [vec![1], vec![2], vec![3], vec![4, 5]]);
    }
}
