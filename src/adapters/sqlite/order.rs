//! Which events may go now, and in which order. Pure.
//!
//! Within a seal the order in which things happened is kept: an event waits while an earlier one of the same seal is not
//! accepted, unless both go in one batch. Seals do not wait for each other. Alarms wait for nothing.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use seal_core::outbox::Lane;

/// A queued event that is not accepted yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate<S> {
    /// Queue key; grows with age order.
    pub key: i64,
    /// Lane.
    pub lane: u8,
    /// Waiting, and its time has come.
    pub ready: bool,
    /// Seals it names, by number or by anything else that is one for each.
    pub seals: Vec<S>,
}

/// Keys that may go in one batch, in sending order. `candidates` are all events not accepted yet, oldest first.
pub fn sendable<S: Hash + Eq>(candidates: &[Candidate<S>]) -> Vec<i64> {
    let mut held: HashSet<&S> = HashSet::new();
    let mut free: Vec<&Candidate<S>> = Vec::new();
    for candidate in candidates {
        let alarm = candidate.lane == Lane::Alarm as u8;
        let waits = !alarm && candidate.seals.iter().any(|seal| held.contains(seal));
        if candidate.ready && !waits {
            free.push(candidate);
        } else {
            held.extend(&candidate.seals);
        }
    }
    // An urgent event takes the earlier ones of its seals along, else it would have to wait for them.
    let mut urgency: HashMap<&S, u8> = HashMap::new();
    let mut ranked: Vec<(u8, i64)> = Vec::with_capacity(free.len());
    for candidate in free.iter().rev() {
        if candidate.lane == Lane::Alarm as u8 {
            ranked.push((candidate.lane, candidate.key));
            continue;
        }
        let lane = candidate.seals.iter().filter_map(|seal| urgency.get(seal).copied()).fold(candidate.lane, u8::min);
        for seal in &candidate.seals {
            urgency.insert(seal, lane);
        }
        ranked.push((lane, candidate.key));
    }
    ranked.sort_unstable();
    ranked.into_iter().map(|(_, key)| key).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn candidate(key: i64, lane: Lane, ready: bool, seals: &[&str]) -> Candidate<String> {
        Candidate { key, lane: lane as u8, ready, seals: seals.iter().map(|seal| (*seal).to_owned()).collect() }
    }

    #[test]
    fn lanes_go_first_and_take_their_seals_history_along() {
        let queue = [
            candidate(1, Lane::Facts, true, &["B"]),
            candidate(2, Lane::Facts, true, &["A"]),
            candidate(3, Lane::Lock, true, &["A"]),
            candidate(4, Lane::Alarm, true, &["C"]),
        ];
        assert_eq!(sendable(&queue), [4, 2, 3, 1]);
    }

    #[test]
    fn a_stuck_event_holds_its_own_seal_only_and_no_alarm() {
        let queue = [
            candidate(1, Lane::Lock, false, &["A"]),
            candidate(2, Lane::Lock, true, &["A", "B"]),
            candidate(3, Lane::Facts, true, &["B"]),
            candidate(4, Lane::Lock, true, &["C"]),
            candidate(5, Lane::Alarm, true, &["A"]),
            candidate(6, Lane::Facts, true, &[]),
        ];
        assert_eq!(sendable(&queue), [5, 4, 6]);
    }

    proptest! {
        #[test]
        fn no_event_overtakes_an_earlier_one_of_its_seal(
            rows in prop::collection::vec((1_u8..3, any::<bool>(), prop::collection::vec(0_u8..4, 0..3)), 0..40)
        ) {
            let queue: Vec<Candidate<String>> = rows.iter().enumerate().map(|(key, (lane, ready, seals))| Candidate {
                key: key as i64,
                lane: *lane,
                ready: *ready,
                seals: seals.iter().map(u8::to_string).collect(),
            }).collect();
            let order = sendable(&queue);
            let place = |key: i64| order.iter().position(|sent| *sent == key);
            for later in &queue {
                let Some(at) = place(later.key) else { continue };
                prop_assert!(later.ready);
                for earlier in queue.iter().filter(|earlier| earlier.key < later.key) {
                    if earlier.seals.iter().any(|seal| later.seals.contains(seal)) {
                        prop_assert!(place(earlier.key).is_some_and(|before| before < at));
                    }
                }
            }
            // Nothing is held without a reason.
            for event in queue.iter().filter(|event| event.ready && place(event.key).is_none()) {
                prop_assert!(queue.iter().any(|earlier| earlier.key < event.key
                    && place(earlier.key).is_none()
                    && earlier.seals.iter().any(|seal| event.seals.contains(seal))));
            }
        }
    }
}
