//! Frame after frame, or one picture with all there is.

use crate::grey::Layer;
use crate::hint;
use crate::pass::{DEEP, Desk, Pass};
use crate::{Formats, Frame, Read, Symbology};

const MATRIX: Formats = Formats::of(&[Symbology::DataMatrix]);

/// What would help when nothing is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hint {
    /// Too dark: more light.
    Dark,
    /// Bars are there, but small: closer.
    TooSmall,
    /// Bars are there, but smeared: hold still, let the lens find its focus.
    Blurred,
    /// Bars are there, but run out of the frame on one side: bring the code into it.
    CutOff,
}

/// What one frame gave.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Reading {
    /// All codes seen, the largest first: it is the one held up, others are behind it or inside it.
    pub reads: Vec<Read>,
    /// Only when there are none.
    pub hint: Option<Hint>,
}

/// Reads frames one after the other. Keeps its memory from frame to frame: our own passes take none anew once the
/// frames' size is known (rxing's readers do, and give it back).
#[derive(Debug, Default)]
pub struct Reader {
    desk: Desk,
    turn: usize,
    /// The last frame was looked at for Data Matrix.
    looked_for_matrix: bool,
    /// What the last frames without a read would hint at, and how many of them in a row.
    doubt: (Option<Hint>, usize),
}

impl Reader {
    /// A reader that has seen nothing.
    #[must_use]
    pub fn new() -> Reader {
        Reader::default()
    }

    /// Reads a frame: the cheap pass, and if that gives nothing the next of the deeper ones.
    pub fn frame(&mut self, frame: Frame, formats: Formats) -> Reading {
        let mut reads = Vec::new();
        // Data Matrix in every second frame, the first one among them: its finder takes a quarter of an empty frame's time.
        let rest = formats.without(MATRIX);
        self.looked_for_matrix = !self.looked_for_matrix || rest == Formats::NONE;
        Pass::Cheap.run(&mut self.desk, frame, if self.looked_for_matrix { formats } else { rest }, &mut reads);
        if reads.is_empty() {
            for _ in 0..DEEP.len() {
                let pass = DEEP[self.turn % DEEP.len()];
                self.turn += 1;
                if pass.serves(formats) {
                    pass.run(&mut self.desk, frame, formats, &mut reads);
                    break;
                }
            }
        }
        largest_first(&mut reads);
        let hint = if reads.is_empty() { self.hint(frame) } else { self.sure() };
        Reading { reads, hint }
    }

    fn sure(&mut self) -> Option<Hint> {
        self.doubt = (None, 0);
        None
    }

    fn hint(&mut self, frame: Frame) -> Option<Hint> {
        let doubt = hint::of(frame, self.desk.strongest);
        let before = if self.doubt.0 == doubt { self.doubt.1 } else { 0 };
        self.doubt = (doubt, before + 1);
        doubt.filter(|doubt| before + 1 >= hint::frames(*doubt))
    }
}

/// Reads one picture with all passes: all codes of the cheap one and of all windows (a page has several), else of the
/// first deeper pass that gives any. `go_on` is asked between passes; false ends the search. A picture much larger than a camera frame is looked at in about a
/// frame's size too.
pub fn search(picture: Frame, formats: Formats, go_on: &dyn Fn() -> bool) -> Vec<Read> {
    let mut reads = look(picture, formats, go_on);
    largest_first(&mut reads);
    reads
}

fn look(picture: Frame, formats: Formats, go_on: &dyn Fn() -> bool) -> Vec<Read> {
    /// Longest side at which bars of a label that fills the picture are 3 to 4 pixels.
    const FRAME_SIDE: usize = 1280;
    let mut desk = Desk::default();
    let mut reads: Vec<Read> = Vec::new();
    let shrink = (picture.width().max(picture.height()) / FRAME_SIDE).min(16);
    let mut small = Layer::default();
    if shrink >= 2 {
        small.shrink(picture, shrink);
    }
    let views = [(small.frame(), shrink.max(1)), (Some(picture), 1)];
    for pass in [Pass::Cheap].into_iter().chain(DEEP) {
        for (view, scale) in views {
            let Some(view) = view.filter(|_| pass.serves(formats)) else {
                continue;
            };
            if !go_on() {
                return reads;
            }
            let mut new = Vec::new();
            pass.run(&mut desk, view, formats, &mut new);
            for mut read in new {
                read.corners.iter_mut().flatten().for_each(|c| *c *= scale as f32);
                if !reads.iter().any(|r| r.symbology == read.symbology && r.text == read.text) {
                    reads.push(read);
                }
            }
            if !reads.is_empty() && !matches!(pass, Pass::Cheap | Pass::Windows) {
                return reads;
            }
        }
        if !reads.is_empty() && pass != Pass::Cheap {
            return reads;
        }
    }
    reads
}

/// By the area of their outlines.
fn largest_first(reads: &mut [Read]) {
    if reads.len() > 1 {
        reads.sort_by(|a, b| area(&b.corners).total_cmp(&area(&a.corners)));
    }
}

/// Area of an outline in square pixels (the shoelace formula).
fn area(corners: &[[f32; 2]]) -> f32 {
    let next = corners.iter().cycle().skip(1);
    corners.iter().zip(next).map(|(p, q)| p[0] * q[1] - q[0] * p[1]).sum::<f32>().abs() / 2.
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_larger_code_comes_first_however_its_corners_go_round() {
        let square = |text: &str, side: f32| Read {
            symbology: Symbology::Qr,
            text: text.to_owned(),
            gs1: false,
            corners: vec![[5., 5.], [5., 5. + side], [5. + side, 5. + side], [5. + side, 5.]],
        };
        let mut reads = vec![square("inner", 40.), square("outer", 100.), square("beside", 60.)];
        reads[1].corners.reverse();
        largest_first(&mut reads);
        assert_eq!(reads.iter().map(|r| r.text.as_str()).collect::<Vec<_>>(), ["outer", "beside", "inner"]);
    }
}
