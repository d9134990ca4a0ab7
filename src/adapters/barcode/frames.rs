//! Camera frames, one after the other, and which of their reads are trusted.

use std::time::Duration;

use seal_barcode::{Agreement, Frame, Reader, Reading};
use seal_core::scan::Symbology;
use serde::Serialize;

use super::watched::Worker;
use super::{BarcodeError, Formats, Found, checked, stopwatch};

/// A frame is given up after this.
const FRAME_DEADLINE: Duration = Duration::from_secs(2);
/// A linear code shorter than this is never trusted for agreement alone.
const SHORTEST: usize = 4;

/// A code seen by the frame reader.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Seen {
    /// The code.
    #[serde(flatten)]
    pub found: Found,
    /// A check digit or our own format confirms it, or an earlier frame said the same.
    pub trusted: bool,
}

/// Advice for the officer when nothing is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Hint {
    /// Too dark: switch the torch on.
    Dark,
    /// Bars are visible but small: move closer.
    TooSmall,
    /// Bars are visible but smeared: hold still, let the lens find its focus.
    Blurred,
    /// Bars run out of the picture on one side: move the code into it.
    CutOff,
}

/// What one frame gave.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FrameReading {
    /// Codes in this frame.
    pub found: Vec<Seen>,
    /// Only when nothing was found.
    pub hint: Option<Hint>,
    /// Milliseconds spent.
    pub ms: f32,
}

#[derive(Debug)]
struct Question {
    luma: Vec<u8>,
    w: u32,
    h: u32,
    formats: Formats,
}

/// Reads camera frames one after the other on a thread of its own.
#[derive(Debug, Default)]
pub struct FrameReader {
    worker: Option<Worker<Question, Reading>>,
    agreement: Agreement<(Symbology, String)>,
}

impl FrameReader {
    /// A reader that has seen nothing.
    #[must_use]
    pub fn new() -> FrameReader {
        FrameReader::default()
    }

    /// Reads a frame of `w * h` grey bytes. Blocks for tens of milliseconds, at most two seconds.
    ///
    /// # Errors
    /// When the size is wrong or the reader did not answer. The next frame is read afresh.
    pub fn read(&mut self, luma: Vec<u8>, w: u32, h: u32, formats: Formats) -> Result<FrameReading, BarcodeError> {
        checked(&luma, w, h)?;
        let start = stopwatch();
        self.agreement.next_frame();
        let worker = match self.worker.take() {
            Some(worker) => worker,
            None => {
                let mut reader = Reader::new();
                Worker::start(move |q: Question| match Frame::new(&q.luma, q.w as usize, q.h as usize) {
                    Ok(frame) => reader.frame(frame, q.formats.theirs()),
                    Err(_) => Reading::default(), // the size was checked before
                })?
            }
        };
        let reading = worker.ask(Question { luma, w, h, formats }, FRAME_DEADLINE)?;
        self.worker = Some(worker); // one that failed is not asked again
        let ms = start.elapsed().as_secs_f32() * 1e3;
        let found = reading.reads.into_iter().map(|read| self.judge(Found::of(read, ms))).collect();
        let hint = reading.hint.map(|hint| match hint {
            seal_barcode::Hint::Dark => Hint::Dark,
            seal_barcode::Hint::TooSmall => Hint::TooSmall,
            seal_barcode::Hint::Blurred => Hint::Blurred,
            seal_barcode::Hint::CutOff => Hint::CutOff,
        });
        Ok(FrameReading { found, hint, ms })
    }

    fn judge(&mut self, found: Found) -> Seen {
        let agreed = self.agreement.note((found.symbology, found.text.clone()));
        let long_enough = found.symbology.is_matrix() || found.text.chars().count() >= SHORTEST;
        Seen { trusted: (agreed && long_enough) || found.proven, found }
    }
}
