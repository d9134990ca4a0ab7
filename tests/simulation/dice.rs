//! Chance from a seed.

/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers on every machine.
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// From 0 to `n - 1`.
    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }

    /// True in `n` of 1000 cases.
    pub fn per_mille(&mut self, n: u32) -> bool {
        self.next() % 1000 < u64::from(n)
    }

    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    /// One of the named things, each as often as its weight.
    pub fn weighed<T: Copy>(&mut self, of: &[(u32, T)]) -> T {
        let all: u32 = of.iter().map(|(weight, _)| weight).sum();
        let mut left = self.below(all as usize) as u32;
        for (weight, thing) in of {
            if left < *weight {
                return *thing;
            }
            left -= weight;
        }
        of[0].1
    }

    /// A time between `least` and `most`, short ones more often: every size is as likely as every other.
    pub fn spread(&mut self, least: u64, most: u64) -> u64 {
        let (a, b) = ((least as f64).ln(), (most as f64).ln());
        let part = (self.next() >> 11) as f64 / (1u64 << 53) as f64;
        (a + (b - a) * part).exp() as u64
    }
}
