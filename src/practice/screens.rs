//! What the devices of the set show each other: the codes on one's screen are what another's practice camera sees.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// The screens, by the device's name.
#[derive(Debug, Default)]
pub struct Screens(Mutex<HashMap<String, Vec<String>>>);

impl Screens {
    /// `device` shows these codes from now on, in turn; nothing when empty.
    pub fn show(&self, device: &str, codes: &[String]) {
        let mut shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if codes.is_empty() {
            shown.remove(device);
        } else {
            shown.insert(device.to_owned(), codes.to_vec());
        }
    }

    /// The code a camera sees on its `turn`th look; none while nothing is shown.
    #[must_use]
    pub fn seen(&self, device: &str, turn: u64) -> Option<String> {
        let shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let codes = shown.get(device)?;
        let at = turn.checked_rem(codes.len() as u64)?;
        codes.get(usize::try_from(at).ok()?).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_seen_in_turn_until_taken_away() {
        let screens = Screens::default();
        assert_eq!(screens.seen("origin", 0), None);
        screens.show("origin", &["a".to_owned(), "b".to_owned()]);
        let looks: Vec<_> = (0..3).filter_map(|turn| screens.seen("origin", turn)).collect();
        assert_eq!(looks, ["a", "b", "a"]);
        assert_eq!(screens.seen("owner", 0), None);
        screens.show("origin", &[]);
        assert_eq!(screens.seen("origin", 0), None);
    }
}
