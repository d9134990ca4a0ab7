//! Agreement between frames: what two of them say is believed.

/// Frames that may lie between two that agree (some three seconds).
const WITHIN: u64 = 40;

/// Remembers what was read lately. `K` is a read's identity, e.g. symbology and text.
#[derive(Debug)]
pub struct Agreement<K> {
    frame: u64,
    seen: Vec<(K, u64)>,
}

impl<K> Default for Agreement<K> {
    fn default() -> Self {
        Agreement { frame: 0, seen: Vec::new() }
    }
}

impl<K: PartialEq> Agreement<K> {
    /// A new frame begins; what was read too long ago is forgotten.
    pub fn next_frame(&mut self) {
        self.frame += 1;
        let now = self.frame;
        self.seen.retain(|(_, last)| now - *last <= WITHIN);
    }

    /// Notes a read of this frame. True when an earlier frame said the same.
    pub fn note(&mut self, key: K) -> bool {
        if let Some((_, last)) = self.seen.iter_mut().find(|(k, _)| *k == key) {
            let agreed = *last < self.frame;
            *last = self.frame;
            return agreed;
        }
        self.seen.push((key, self.frame));
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_frames_agree_and_old_ones_do_not() {
        let mut agreement = Agreement::default();
        agreement.next_frame();
        assert!(!agreement.note("a"));
        assert!(!agreement.note("a"), "twice in one frame is one frame");
        agreement.next_frame();
        assert!(agreement.note("a"));
        assert!(!agreement.note("b"));
        (0..=WITHIN).for_each(|_| agreement.next_frame());
        assert!(!agreement.note("a"));
        assert_eq!(agreement.seen.len(), 1);
    }
}
