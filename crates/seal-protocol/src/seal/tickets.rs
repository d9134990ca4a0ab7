//! Which tickets this seal has seen in use: small, bounded, and safe when full.

use arrayvec::ArrayVec;

/// Tickets remembered.
pub const SEEN: usize = 16;

/// A ticket that was used here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// Its number.
    pub sequence: u32,
    /// The floor at its first use.
    pub first: u32,
    /// Its expiry.
    pub expires: u32,
}

/// The tickets seen and the lowest number still taken.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tickets {
    /// Lower numbers are refused.
    pub min_sequence: u32,
    /// Used and not yet expired.
    pub seen: ArrayVec<Seen, SEEN>,
}

impl Tickets {
    /// When it was first used.
    pub fn first_use(&self, sequence: u32) -> Option<u32> {
        self.seen.iter().find(|seen| seen.sequence == sequence).map(|seen| seen.first)
    }

    /// A new ticket of that number could be remembered.
    pub fn has_room(&self, floor: u32, sequence: u32) -> bool {
        let mut living = self.seen.iter().filter(|seen| seen.expires > floor);
        living.clone().count() < SEEN || living.any(|seen| seen.sequence < sequence)
    }

    /// Remembers a first use. An expired ticket needs no memory; if all live, the oldest number is given up, and with it
    /// every number below: forgetting must never make a ticket new again.
    pub fn remember(&mut self, floor: u32, new: Seen) {
        if self.first_use(new.sequence).is_some() {
            return;
        }
        self.seen.retain(|seen| seen.expires > floor);
        if self.seen.is_full()
            && let Some(oldest) = self.seen.iter().map(|seen| seen.sequence).min()
        {
            self.raise(oldest.saturating_add(1));
        }
        // Room was asked for before; if it is gone all the same, the number is refused from now on.
        if self.seen.try_push(new).is_err() {
            self.raise(new.sequence.saturating_add(1));
        }
    }

    /// Refuses lower numbers from now on.
    pub fn raise(&mut self, min_sequence: u32) {
        self.min_sequence = self.min_sequence.max(min_sequence);
        let min = self.min_sequence;
        self.seen.retain(|seen| seen.sequence >= min);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_memory_gives_up_the_oldest_number_for_good() {
        let mut tickets = Tickets::default();
        for sequence in 10..10 + u32::try_from(SEEN).unwrap() {
            tickets.remember(0, Seen { sequence, first: 0, expires: 100 });
        }
        assert!(!tickets.has_room(0, 9));
        assert!(tickets.has_room(0, 99));
        assert!(tickets.has_room(100, 9), "expired ones make room");
        tickets.remember(0, Seen { sequence: 99, first: 0, expires: 100 });
        assert_eq!(tickets.min_sequence, 11);
        assert_eq!(tickets.first_use(10), None);
        assert_eq!(tickets.first_use(99), Some(0));
        assert_eq!(tickets.seen.len(), SEEN);
    }
}
