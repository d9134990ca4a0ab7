//! Reads barcodes out of grey camera frames. Pixels in, reads out: no files, no threads, no clock of its own.
//!
//! [`Reader`] is fed one frame after the other. Each frame gets a cheap look, and one deeper look that changes from
//! frame to frame, so that what one frame does not give the next ones do. [`search`] takes all looks at one picture.
//!
//! Linear codes are read by our own decoders: [`locate`] finds windows of parallel edges at any angle, a window is
//! sampled along its bars' normal with rows averaged, and edges are placed between pixels. QR, Data Matrix, PDF417 and
//! Aztec are rxing's, on our own fast binariser and on smaller, averaged layers of the frame.
//!
//! What may be believed: a linear code is given only when two separate lines across it agree, its check character (where
//! the symbology has one) is right and there is quiet space at both ends. A matrix code is given when its error
//! correction succeeds. Whether that opens a case is decided above, by check digits and by frames that agree:
//! [`Agreement`].

mod agree;
mod binary;
mod grey;
mod hint;
mod linear;
pub mod locate;
mod matrix;
mod pass;
mod reader;

pub use agree::Agreement;
pub use grey::{Frame, FrameError, MAX_PIXELS, MAX_SIDE};
pub use reader::{Hint, Reader, Reading, search};

/// A barcode symbology.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)] // the names say it
pub enum Symbology {
    /// GS1-128 too: see [`Read::gs1`].
    Code128,
    Code39,
    /// Interleaved 2 of 5.
    Itf,
    Qr,
    DataMatrix,
    Pdf417,
    Ean13,
    Aztec,
}

/// A set of symbologies to look for. Fewer are faster and misread less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Formats(u8);

impl Formats {
    /// Everything there is.
    pub const ALL: Formats = Formats(0xff);
    /// Nothing.
    pub const NONE: Formats = Formats(0);

    /// Exactly these.
    #[must_use]
    pub const fn of(symbologies: &[Symbology]) -> Formats {
        let (mut bits, mut i) = (0, 0);
        while i < symbologies.len() {
            bits |= 1 << symbologies[i] as u8;
            i += 1;
        }
        Formats(bits)
    }

    /// Is it in the set?
    #[must_use]
    pub const fn has(self, symbology: Symbology) -> bool {
        self.0 & (1 << symbology as u8) != 0
    }

    /// Is there anything of the other set in it?
    #[must_use]
    pub const fn meets(self, other: Formats) -> bool {
        self.0 & other.0 != 0
    }

    /// What is in both.
    #[must_use]
    pub const fn and(self, other: Formats) -> Formats {
        Formats(self.0 & other.0)
    }

    /// What is here and not there.
    #[must_use]
    pub const fn without(self, other: Formats) -> Formats {
        Formats(self.0 & !other.0)
    }
}

/// The linear symbologies.
pub const LINEAR: Formats = Formats::of(&[Symbology::Code128, Symbology::Code39, Symbology::Itf, Symbology::Ean13]);

/// One code in a frame.
#[derive(Debug, Clone, PartialEq)]
pub struct Read {
    /// Which symbology.
    pub symbology: Symbology,
    /// The text, as encoded. The separator of GS1 element strings (FNC1 inside the symbol) is U+001D.
    pub text: String,
    /// The symbol begins with FNC1: its text is GS1 element strings. Told for Code 128 only.
    pub gs1: bool,
    /// Corners on the code's outline in pixels of the frame, going round.
    pub corners: Vec<[f32; 2]>,
}
