//! What the scan screen makes of the codes before the camera: taken at once, shown, or asked about.

use dioxus::prelude::*;
use seal_core::ids::CaseId;
use seal_core::scan::What;

use super::in_view::{InView, may_be_meant};
use super::leading::{cue, keep, offer, wanted};
use super::recognised::Reading;
use crate::actions::scan_item::{Lead, follow, recognise};
use crate::ports::camera::{Code, Cue, CueWays};
use crate::ui::components::Tone;
use crate::ui::desk::Desk;
use crate::ui::route::ScanFor;
use crate::ui::screens::slip::SlipReader;
use crate::ui::theme::{UiSettings, use_ui_settings};

/// What lies before the camera, and what the screen says of it.
#[derive(Clone, Copy)]
pub struct Looking {
    /// The one that is shown.
    pub reading: Signal<Option<Reading>>,
    /// Several of one frame, among which only the officer can choose.
    pub several: Signal<Vec<Reading>>,
    /// What went wrong.
    pub trouble: Signal<String>,
    /// What was taken last.
    pub done: Signal<Option<(Tone, String)>>,
    /// The one the officer chose among several: the others do not push it away.
    settled: CopyValue<String>,
    view: CopyValue<InView>,
    settings: Signal<UiSettings>,
}

/// Nothing yet.
pub fn use_looking() -> Looking {
    let settings = use_ui_settings();
    use_hook(|| Looking {
        reading: Signal::new(None),
        several: Signal::new(Vec::new()),
        trouble: Signal::new(String::new()),
        done: Signal::new(None),
        settled: CopyValue::new(String::new()),
        view: CopyValue::new(InView::default()),
        settings,
    })
}

impl Looking {
    /// A frame without a code.
    pub fn nothing(mut self) {
        self.view.write().next_frame();
    }

    /// The codes of a frame that can be believed, or of a picture.
    pub fn codes(mut self, desk: Desk, purpose: &ScanFor, slips: SlipReader, codes: Vec<Code>) {
        self.view.write().next_frame();
        let fresh = codes.into_iter().filter(|code| !self.view.write().still_there(&code.text));
        let (slip, codes): (Vec<Code>, Vec<Code>) = fresh.partition(|code| slips.take(desk, purpose, &code.text));
        if !slip.is_empty() {
            self.again();
        }
        let mut readings = Vec::new();
        for code in codes {
            let read = recognise(&desk.kit(), &code.text, Some(code.symbology), wanted(purpose));
            let new = Reading { read, how: code.how, picked: false, compare: !code.proven };
            if one_by_one(purpose) && is_known_seal(&new) {
                self.take(desk, purpose, &new);
            } else {
                readings.push(new);
            }
        }
        if readings.is_empty() {
            return;
        }
        let together = self.view.write().with_last(readings);
        match one_of(desk, purpose, may_be_meant(wanted(purpose), together)) {
            Ok(new) => self.one(desk, purpose, new),
            Err(meant) => self.ask(desk, meant),
        }
    }

    /// A touch on a code in the picture.
    pub fn touched(self, text: &str) {
        // One that is asked about may have blinked out since.
        let asked = || self.several.peek().iter().find(|one| one.read.raw == text).cloned();
        let one = self.view.read().find(text).or_else(asked);
        if let Some(one) = one {
            self.choose(one);
        }
    }

    /// The officer says which it is.
    pub fn choose(mut self, one: Reading) {
        self.settled.set(one.read.raw.clone());
        self.several.set(Vec::new());
        self.reading.set(Some(one));
    }

    /// Looks afresh.
    pub fn again(mut self) {
        self.view.write().forget_last();
        self.settled.set(String::new());
        self.several.set(Vec::new());
        self.reading.set(None);
    }

    /// The one shown is dealt with, and is not offered again while it lies there.
    pub fn is_done(mut self, said: (Tone, String)) {
        if let Some(reading) = self.reading.peek().as_ref() {
            self.view.write().is_done(&reading.read.raw);
        }
        self.done.set(Some(said));
    }

    /// One seal after another, without a touch.
    fn take(mut self, desk: Desk, purpose: &ScanFor, new: &Reading) {
        let kept = keep(desk, purpose, new);
        let said = kept.unwrap_or_else(|why| Some((Tone::Warn, why))).unwrap_or_default();
        self.tell(desk, if said.0 == Tone::Ok { Cue::Right } else { Cue::Wrong });
        self.view.write().is_done(&new.read.raw);
        self.reading.set(None);
        self.done.set(Some(said));
    }

    fn one(mut self, desk: Desk, purpose: &ScanFor, new: Reading) {
        // While several are asked about, one of them alone is no answer.
        if self.several.peek().is_empty() && better(desk, purpose, self.reading.peek().as_ref(), &new) {
            self.tell(desk, cue(purpose, &new, offer(desk, purpose, &new).as_ref()));
            self.trouble.set(String::new());
            self.reading.set(Some(new));
        }
    }

    fn ask(mut self, desk: Desk, meant: Vec<Reading>) {
        let settled = |shown: &Reading| shown.picked || *self.settled.read() == shown.read.raw;
        if self.reading.peek().as_ref().is_some_and(settled) {
            return;
        }
        let known = |new: &Reading| self.several.peek().iter().any(|one| one.read.raw == new.read.raw);
        let more: Vec<Reading> = meant.into_iter().filter(|new| !known(new)).collect();
        if !more.is_empty() {
            self.tell(desk, Cue::Wrong);
            self.trouble.set(String::new());
            self.reading.set(None);
            self.several.write().extend(more);
        }
    }

    fn tell(self, desk: Desk, cue: Cue) {
        let UiSettings { sound, vibration, .. } = *self.settings.peek();
        desk.kit().camera.cue(cue, CueWays { sound, vibration });
    }
}

/// A list is worked off by scan: each known seal is taken as it is seen.
fn one_by_one(purpose: &ScanFor) -> bool {
    matches!(
        purpose,
        ScanFor::HandOver | ScanFor::TakeOver { .. } | ScanFor::StockCount | ScanFor::ParcelReceipt { .. }
    )
}

/// Only what is not known is asked about.
fn is_known_seal(new: &Reading) -> bool {
    matches!(new.read.what, What::Seal { .. }) && new.read.is_confirmed() && !new.compare
}

/// The one that is meant, or several. On a case's scan the one that leads to the case: a sheet has many rows.
fn one_of(desk: Desk, purpose: &ScanFor, mut meant: Vec<Reading>) -> Result<Reading, Vec<Reading>> {
    if let ScanFor::Case { case } = purpose
        && let Some(at) = meant.iter().position(|reading| leads_to(desk, reading, *case))
    {
        return Ok(meant.swap_remove(at));
    }
    let cases = |reading: &Reading| match follow(&desk.kit(), &reading.read.raw, &reading.read.what) {
        Ok(Lead::Cases(cases)) if !cases.is_empty() => Some(cases),
        _ => None,
    };
    // A sheet names a case's container and its declaration: either will do.
    let first = meant.first().and_then(cases);
    if first.is_some() && meant.iter().all(|reading| cases(reading) == first) {
        meant.truncate(1);
    }
    match meant.len() {
        1 => Ok(meant.swap_remove(0)),
        _ => Err(meant),
    }
}

fn leads_to(desk: Desk, reading: &Reading, case: CaseId) -> bool {
    matches!(follow(&desk.kit(), &reading.read.raw, &reading.read.what), Ok(Lead::Cases(cases)) if cases.contains(&case))
}

/// Whether a new reading takes the place of the one shown: a recognised one that of an unknown one, and one of this case
/// that of another's (a sheet has many rows). A shown result never flickers otherwise.
fn better(desk: Desk, purpose: &ScanFor, shown: Option<&Reading>, new: &Reading) -> bool {
    let Some(shown) = shown else { return true };
    if shown.picked {
        return false;
    }
    match (&shown.read.what, &new.read.what) {
        (What::Unknown, What::Unknown) => false,
        (What::Unknown, _) => true,
        _ => match purpose {
            ScanFor::Case { case } => !leads_to(desk, shown, *case) && leads_to(desk, new, *case),
            _ => false,
        },
    }
}
