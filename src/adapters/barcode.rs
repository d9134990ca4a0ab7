//! The barcode reader behind the camera: `seal-barcode` on a watched thread, and what may be believed of its reads.

mod formats;
mod frames;
mod picture;
pub mod symbol;
mod watched;

use std::time::{Duration, Instant};

use seal_barcode::Frame;
use seal_core::gs1;
use seal_core::scan::{NothingKnown, ScanContext, Symbology, recognise};
use serde::Serialize;

pub use formats::Formats;
pub use frames::{FrameReader, FrameReading, Hint, Seen};
pub use picture::MAX_PICTURE_BYTES;
pub(crate) use picture::open_picture;
use watched::watched;

/// A picture is given up after this.
const PICTURE_DEADLINE: Duration = Duration::from_secs(20);

/// A code found in a picture.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Found {
    /// Which symbology.
    pub symbology: Symbology,
    /// The text, exactly as encoded.
    pub text: String,
    /// Corners on its outline in pixels of the picture, going round.
    pub corners: Vec<[f32; 2]>,
    /// A check digit or our own format says that it was read right.
    pub proven: bool,
    /// Milliseconds from the start of the search until its end.
    pub ms: f32,
}

impl Found {
    fn of(read: seal_barcode::Read, ms: f32) -> Found {
        let symbology = formats::ours(read.symbology);
        let context = ScanContext { known: &NothingKnown, wanted: None };
        let proven =
            recognise(&read.text, Some(symbology), &context).is_confirmed() || (read.gs1 && gs1::is_proven(&read.text));
        Found { symbology, text: read.text, corners: read.corners, proven, ms }
    }
}

/// Why a picture or frame could not be searched. Finding nothing is not an error.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BarcodeError {
    /// The pixel buffer and the given size do not agree, or a side is 0 or too long.
    #[error("a picture of {width} x {height} does not fit {bytes} bytes")]
    Size {
        /// As given.
        width: u32,
        /// As given.
        height: u32,
        /// Bytes of the buffer.
        bytes: usize,
    },
    /// More pixels or bytes than we decode.
    #[error("the picture is too large")]
    TooLarge,
    /// An iPhone HEIC or an AVIF picture.
    #[error("HEIC pictures are not supported; choose JPEG (most compatible) in the camera settings")]
    HeicUnsupported,
    /// Neither JPEG, PNG nor WebP.
    #[error("this is not a JPEG, PNG or WebP picture")]
    NotAPicture,
    /// A damaged file.
    #[error("the picture is damaged: {0}")]
    Damaged(String),
    /// The search took too long and was given up.
    #[error("reading took too long; hold the code closer and try again")]
    TooSlow,
    /// The decoder failed inside; the picture is at fault, not the officer.
    #[error("the code reader failed on this picture; try again from another angle")]
    ReaderFailed,
    /// Several searches hang; restarting the app clears it.
    #[error("the code reader is stuck; restart the app or type the number")]
    Stuck,
}

impl BarcodeError {
    /// What is the matter with a picture file, in the word that its message goes by: `heic`, `too_large` or `broken`.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            BarcodeError::HeicUnsupported => "heic",
            BarcodeError::TooLarge => "too_large",
            _ => "broken",
        }
    }
}

/// Searches one grey picture, `w * h` bytes row by row: the cheap pass, then deeper ones until something is found.
/// Blocks up to 20 s in the worst case; run it off the UI thread.
///
/// # Errors
/// When the size is wrong or the search did not end by itself.
pub fn decode_luma(luma: &[u8], w: u32, h: u32, formats: Formats) -> Result<Vec<Found>, BarcodeError> {
    checked(luma, w, h)?;
    search(luma.to_vec(), w, h, formats)
}

/// Searches a JPEG, PNG or WebP file. Large pictures are searched at a camera-like size as well, and all codes of both
/// are returned (a sheet has many).
///
/// # Errors
/// When the file is no such picture, too large, or the search did not end by itself.
pub fn decode_picture(bytes: &[u8], formats: Formats) -> Result<Vec<Found>, BarcodeError> {
    let (luma, w, h) = picture_luma(bytes)?;
    search(luma, w, h, formats)
}

/// Grey pixels, width and height of a picture file, within our limits. Not turned by EXIF: codes are read at any angle
/// and corners stay in the file's own pixels.
///
/// # Errors
/// When the file is no picture we take.
pub fn picture_luma(bytes: &[u8]) -> Result<(Vec<u8>, u32, u32), BarcodeError> {
    let picture = open_picture(bytes)?.decode().map_err(|e| BarcodeError::Damaged(e.to_string()))?;
    let (w, h) = (picture.width(), picture.height());
    let luma = picture.into_luma8().into_raw();
    checked(&luma, w, h)?;
    Ok((luma, w, h))
}

fn search(luma: Vec<u8>, w: u32, h: u32, formats: Formats) -> Result<Vec<Found>, BarcodeError> {
    let start = stopwatch();
    let reads = watched(PICTURE_DEADLINE, move || {
        let frame = Frame::new(&luma, w as usize, h as usize)?;
        Ok::<_, seal_barcode::FrameError>(seal_barcode::search(frame, formats.theirs(), &|| {
            start.elapsed() < PICTURE_DEADLINE
        }))
    })?
    .map_err(|_| BarcodeError::TooLarge)?; // the size was checked before
    let ms = start.elapsed().as_secs_f32() * 1e3;
    Ok(reads.into_iter().map(|read| Found::of(read, ms)).collect())
}

fn checked(luma: &[u8], width: u32, height: u32) -> Result<Frame<'_>, BarcodeError> {
    Frame::new(luma, width as usize, height as usize).map_err(|error| match error {
        seal_barcode::FrameError::TooLarge => BarcodeError::TooLarge,
        seal_barcode::FrameError::Size => BarcodeError::Size { width, height, bytes: luma.len() },
    })
}

/// Milliseconds of work on an awake device: the one use for which a clock that stops in sleep is right.
#[allow(clippy::disallowed_methods)]
fn stopwatch() -> Instant {
    Instant::now()
}

#[cfg(test)]
#[path = "barcode/tests.rs"]
mod tests;
