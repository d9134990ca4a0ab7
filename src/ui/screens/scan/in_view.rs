//! What lies before the camera: what was dealt with and is still there, and which of several codes may be meant.

use seal_core::scan::{Thing, What};

use super::recognised::Reading;
use crate::actions::scan_item::value_of;

/// Frames after which a code that was not seen again has left the picture: some two seconds. A code that is read in some
/// frames only must not count as scanned twice.
const GONE: u32 = 20;

/// Frames over which codes count as in view together: each may be read on some frames only.
const TOGETHER: u32 = 5;

/// What lies before the camera.
#[derive(Debug, Default)]
pub struct InView {
    frame: u32,
    /// Texts that were dealt with, and are not offered again while they are there; with the frame that showed them last.
    done: Vec<(String, u32)>,
    /// Codes of the last frames.
    together: Vec<(Reading, u32)>,
}

impl InView {
    /// Another frame.
    pub fn next_frame(&mut self) {
        self.frame = self.frame.wrapping_add(1);
        let now = self.frame;
        self.done.retain(|(_, last)| now.wrapping_sub(*last) <= GONE);
    }

    /// Codes of this frame; gives them and those of the last few.
    pub fn with_last(&mut self, codes: Vec<Reading>) -> Vec<Reading> {
        let now = self.frame;
        let seen_anew = |known: &Reading| codes.iter().any(|code| code.read.raw == known.read.raw);
        self.together.retain(|(known, last)| now.wrapping_sub(*last) < TOGETHER && !seen_anew(known));
        self.together.extend(codes.into_iter().map(|code| (code, now)));
        self.together.iter().map(|(code, _)| code.clone()).collect()
    }

    /// The code of that text among those.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<Reading> {
        self.together.iter().map(|(code, _)| code).find(|code| code.read.raw == text).cloned()
    }

    /// Looks afresh; what is dealt with stays so.
    pub fn forget_last(&mut self) {
        self.together.clear();
    }

    /// This text is dealt with.
    pub fn is_done(&mut self, text: &str) {
        if !self.still_there(text) {
            self.done.push((text.to_owned(), self.frame));
        }
    }

    /// Seen in this frame: was it dealt with?
    pub fn still_there(&mut self, text: &str) -> bool {
        let known = self.done.iter_mut().find(|(done, _)| done == text);
        known.is_some_and(|(_, last)| {
            *last = self.frame;
            true
        })
    }
}

/// Of the codes of one frame those the officer may mean: what the screen asks for before other things, what is recognised
/// before what is not. One thing that two codes name is one.
#[must_use]
pub fn may_be_meant(wanted: Option<Thing>, codes: Vec<Reading>) -> Vec<Reading> {
    let rank = |reading: &Reading| match reading.read.what.thing() {
        thing if thing.is_some() && thing == wanted => 3,
        Some(_) if reading.read.is_confirmed() => 2,
        Some(_) => 1,
        None => 0,
    };
    let best = codes.iter().map(rank).max().unwrap_or_default();
    let mut meant: Vec<Reading> = Vec::new();
    for code in codes.into_iter().filter(|code| rank(code) == best) {
        let same = |known: &Reading| match &known.read.what {
            What::Unknown => known.read.raw == code.read.raw,
            what => what.thing() == code.read.what.thing() && value_of(what) == value_of(&code.read.what),
        };
        if !meant.iter().any(same) {
            meant.push(code);
        }
    }
    meant
}

#[cfg(test)]
mod tests {
    use seal_core::scan::{HowRead, NothingKnown, ScanContext, Symbology, recognise};

    use super::*;

    fn reading(text: &str, wanted: Option<Thing>) -> Reading {
        let read = recognise(text, Some(Symbology::Code128), &ScanContext { known: &NothingKnown, wanted });
        Reading { read, how: HowRead::Camera, picked: false, compare: false }
    }

    fn meant(wanted: Option<Thing>, texts: &[&str]) -> Vec<String> {
        let codes = texts.iter().map(|text| reading(text, wanted)).collect();
        may_be_meant(wanted, codes).into_iter().map(|code| code.read.raw).collect()
    }

    #[test]
    fn what_is_asked_for_comes_first_and_two_of_it_are_a_choice() {
        let two = ["CSQU3054383", "MSKU6011672"];
        assert_eq!(meant(None, &two), two);
        assert_eq!(meant(Some(Thing::Container), &[two[0], "RR473124829GB", two[1]]), two);
        assert_eq!(meant(None, &["Lô 7 / kho B", two[0]]), [two[0]], "recognised before unknown");
        assert_eq!(meant(None, &[two[0], "CSQU3054383"]), [two[0]], "one container, named twice");
        assert_eq!(meant(None, &["Lô 7 / kho B", "Lô 8 / kho B"]).len(), 2);
        assert!(meant(None, &[]).is_empty());
    }

    #[test]
    fn codes_read_by_turns_are_in_view_together() {
        let mut view = InView::default();
        let mut see = |texts: &[&str]| -> Vec<String> {
            view.next_frame();
            let codes = texts.iter().map(|text| reading(text, None)).collect();
            view.with_last(codes).into_iter().map(|code| code.read.raw).collect()
        };
        assert_eq!(see(&["CSQU3054383"]), ["CSQU3054383"]);
        assert_eq!(see(&["MSKU6011672"]), ["CSQU3054383", "MSKU6011672"]);
        assert_eq!(see(&["CSQU3054383"]), ["MSKU6011672", "CSQU3054383"], "each once");
        (0..TOGETHER).for_each(|_| drop(see(&[])));
        assert_eq!(see(&["MSKU6011672"]), ["MSKU6011672"], "the other one has left");
    }

    #[test]
    fn two_labels_before_the_camera_are_dealt_with_once_each() {
        let mut view = InView::default();
        for text in ["a", "b"] {
            view.next_frame();
            assert!(!view.still_there(text));
            view.is_done(text);
        }
        // now one is read, now the other
        for text in ["a", "b", "a", "a", "b"] {
            view.next_frame();
            assert!(view.still_there(text), "{text} has not left");
        }
        (0..=GONE).for_each(|_| view.next_frame());
        assert!(!view.still_there("a"), "it was taken away, and may be shown again");
    }
}
