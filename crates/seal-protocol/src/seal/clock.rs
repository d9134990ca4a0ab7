//! Two clocks that never meet: the floor, which decides, and the log clock, which is only written down.

use crate::seal::NONCE_S;
use crate::secret::Random;

/// The floor runs slow by more than any crystal runs wrong (500 ppm), so it never passes the true time.
fn slow(seconds: u32) -> u32 {
    let slow = u64::from(seconds) * 9_995 / 10_000;
    u32::try_from(slow).unwrap_or(u32::MAX)
}

/// Time as a seal without a trusted clock has it. Ticks are seconds since boot.
#[derive(Debug, Clone)]
pub struct Clock {
    floor: u32,
    floor_at: u32,
    /// Power was away for an unknown time.
    pub lost: bool,
    log: u32,
    log_at: u32,
    /// A phone set the log clock since boot.
    pub log_set: bool,
}

impl Clock {
    pub fn lost(floor: u32) -> Self {
        Self { floor, floor_at: 0, lost: true, log: 0, log_at: 0, log_set: false }
    }

    pub fn kept(floor: u32, away: u32) -> Self {
        let floor = floor.saturating_add(slow(away));
        Self { floor, floor_at: 0, lost: false, log: 0, log_at: 0, log_set: false }
    }

    /// It is certainly not earlier than this.
    pub fn floor(&self, now: u32) -> u32 {
        self.floor.saturating_add(slow(now.saturating_sub(self.floor_at)))
    }

    /// The central said that it was `time` when it made something that is here now.
    pub fn raise(&mut self, now: u32, time: u32) {
        if time > self.floor(now) {
            (self.floor, self.floor_at) = (time, now);
        }
    }

    /// What entries are dated with: the phone's word, or the floor while there is none.
    pub fn log(&self, now: u32) -> u32 {
        if !self.log_set {
            return self.floor(now);
        }
        self.log.saturating_add(now.saturating_sub(self.log_at))
    }

    pub fn set_log(&mut self, now: u32, time: u32) {
        (self.log, self.log_at, self.log_set) = (time, now, true);
    }
}

/// The nonce shown in HELLO, and the one before it: an officer who reads it always has ten minutes. Nobody can make it
/// expire sooner, except by using a ticket that was made for it.
#[derive(Debug)]
pub struct Nonces {
    shown: [u8; 16],
    shown_at: u32,
    /// And until when it is good.
    before: Option<([u8; 16], u32)>,
}

impl Nonces {
    pub fn new(now: u32, random: &mut impl Random) -> Self {
        let mut shown = [0; 16];
        random.fill(&mut shown);
        Self { shown, shown_at: now, before: None }
    }

    pub fn show(&mut self, now: u32, random: &mut impl Random) -> [u8; 16] {
        if now.saturating_sub(self.shown_at) >= NONCE_S {
            let before = Some((self.shown, self.shown_at.saturating_add(2 * NONCE_S)));
            *self = Self { before, ..Self::new(now, random) };
        }
        self.shown
    }

    pub fn good(&self, now: u32, nonce: &[u8; 16]) -> bool {
        let shown = (self.shown, self.shown_at.saturating_add(2 * NONCE_S));
        [Some(shown), self.before].iter().flatten().any(|(known, until)| known == nonce && now < *until)
    }

    /// It has served.
    pub fn spend(&mut self, now: u32, random: &mut impl Random, nonce: &[u8; 16]) {
        self.before = self.before.filter(|(before, _)| before != nonce);
        if self.shown == *nonce {
            *self = Self { before: self.before, ..Self::new(now, random) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Count(u8);

    impl Random for Count {
        fn fill(&mut self, bytes: &mut [u8]) {
            self.0 += 1;
            bytes.fill(self.0);
        }
    }

    #[test]
    fn the_floor_never_passes_the_true_time_and_never_falls() {
        let mut clock = Clock::lost(1_000_000);
        assert_eq!(clock.floor(0), 1_000_000);
        assert_eq!(clock.floor(10_000), 1_009_995);
        clock.raise(10_000, 900_000);
        assert_eq!(clock.floor(10_000), 1_009_995);
        clock.raise(10_000, 2_000_000);
        assert_eq!(clock.floor(10_000), 2_000_000);
        clock.set_log(10_000, u32::MAX);
        assert_eq!(clock.floor(10_001), 2_000_000);
        assert_eq!(clock.log(10_001), u32::MAX);
        assert_eq!(Clock::kept(u32::MAX, 5).floor(u32::MAX), u32::MAX);
    }

    #[test]
    fn a_nonce_is_good_for_ten_to_twenty_minutes() {
        let random = &mut Count(0);
        let mut nonces = Nonces::new(0, random);
        let first = nonces.show(0, random);
        assert!(nonces.good(NONCE_S - 1, &first));
        let second = nonces.show(NONCE_S, random);
        assert_ne!(first, second);
        assert!(nonces.good(2 * NONCE_S - 1, &first));
        assert!(!nonces.good(2 * NONCE_S, &first));
        assert!(nonces.good(2 * NONCE_S, &second));
        nonces.spend(2 * NONCE_S, random, &second);
        assert!(!nonces.good(2 * NONCE_S, &second));
        let shown = nonces.show(2 * NONCE_S, random);
        nonces.spend(2 * NONCE_S, random, &shown);
        assert!(!nonces.good(2 * NONCE_S, &shown));
        let shown = nonces.show(2 * NONCE_S, random);
        assert!(!nonces.good(9 * NONCE_S, &shown));
    }
}
