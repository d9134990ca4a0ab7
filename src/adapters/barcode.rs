//! Barcode reading on grey pixels with rxing: a bounded, never-panicking pipeline for single pictures
//! and a reader with state for camera frames.

mod luma;
mod passes;
pub mod symbol;

use std::collections::HashMap;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use image::ImageReader;
use seal_core::scan::{NothingKnown, ScanContext, Symbology, recognise};
use serde::Serialize;

use luma::Luma;
use passes::{DEEP, Pass};

/// Longest side of a picture or frame, pixels.
pub const MAX_SIDE: u32 = 16_384;
/// Shortest side that can hold a code: a Data Matrix of 8 rows, one pixel each.
const SMALLEST_SIDE: usize = 8;
/// Most pixels of a picture or frame (a 50-megapixel phone camera).
pub const MAX_PIXELS: u64 = 52_000_000;
/// Largest picture file taken, bytes.
pub const MAX_PICTURE_BYTES: usize = 32 << 20;
/// A frame is given up after this.
const FRAME_DEADLINE: Duration = Duration::from_secs(2);
/// A picture is given up after this.
const PICTURE_DEADLINE: Duration = Duration::from_secs(20);
/// Readers that overran their deadline and still run; above this nothing new is started.
const MAX_RUNAWAYS: usize = 4;

/// A code found in a picture.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Found {
    /// Which symbology.
    pub symbology: Symbology,
    /// The text, exactly as encoded.
    pub text: String,
    /// Points on its outline in pixels of the picture, going round: both ends of a linear code, three
    /// or more corners of a matrix code.
    pub corners: Vec<[f32; 2]>,
    /// Milliseconds from the start of the search until this was found.
    pub ms: f32,
}

/// Which symbologies to look for. Fewer are faster and misread less.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Formats(u8);

/// In the order of the bits of [`Formats`].
const SYMBOLOGIES: [Symbology; 8] = [
    Symbology::Code128,
    Symbology::Code39,
    Symbology::Itf,
    Symbology::Qr,
    Symbology::Datamatrix,
    Symbology::Pdf417,
    Symbology::Ean13,
    Symbology::Aztec,
];

impl Formats {
    /// Everything this build reads (all but Aztec).
    pub const ALL: Formats = Formats(0b0111_1111);
    /// The one scan box: what seals, sheets, containers and parcels carry.
    pub const SCAN: Formats = Formats(0b0011_1011);
    /// The customs sheets: QR per row, Code 39 or Code 128 in the header.
    pub const SHEET: Formats = Formats(0b0000_1011);
    /// Seal labels.
    pub const SEAL: Formats = Formats(0b0001_1111);
    /// Courier waybills.
    pub const WAYBILL: Formats = Formats(0b0111_1111);

    /// The set with a given number in a frame's header: 0 scan box, 1 sheet, 2 seal, 3 waybill, else all.
    pub fn by_id(id: u8) -> Formats {
        match id {
            0 => Formats::SCAN,
            1 => Formats::SHEET,
            2 => Formats::SEAL,
            3 => Formats::WAYBILL,
            _ => Formats::ALL,
        }
    }

    /// Exactly these.
    pub fn of(symbologies: &[Symbology]) -> Formats {
        let bit = |s: &Symbology| SYMBOLOGIES.iter().position(|x| x == s).map_or(0, |i| 1 << i);
        Formats(symbologies.iter().map(bit).fold(0, |a, b| a | b))
    }

    /// Is it in the set?
    pub fn has(self, symbology: Symbology) -> bool {
        self.0 & Formats::of(&[symbology]).0 != 0
    }

    fn linear(self) -> impl Iterator<Item = Symbology> {
        SYMBOLOGIES.into_iter().filter(move |s| !s.is_matrix() && self.has(*s))
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

/// Searches one grey picture, `w * h` bytes row by row: the cheap pass, then deeper ones until
/// something is found. Blocks up to 20 s in the worst case; run it off the UI thread.
pub fn decode_luma(luma: &[u8], w: u32, h: u32, formats: Formats) -> Result<Vec<Found>, BarcodeError> {
    let size = checked_size(luma.len(), w, h)?;
    let luma = luma.to_vec();
    watched(PICTURE_DEADLINE, move || search(&luma, size, formats))
}

/// Searches a JPEG, PNG or WebP file. Large pictures are searched at a camera-like size as well, and
/// all codes of both are returned (a sheet has many).
pub fn decode_picture(bytes: &[u8], formats: Formats) -> Result<Vec<Found>, BarcodeError> {
    let (luma, w, h) = picture_luma(bytes)?;
    let size = checked_size(luma.len(), w, h)?;
    watched(PICTURE_DEADLINE, move || search(&luma, size, formats))
}

/// Grey pixels, width and height of a picture file, within our limits. Not turned by EXIF: codes are
/// read at any angle and corners stay in the file's own pixels.
pub(crate) fn picture_luma(bytes: &[u8]) -> Result<(Vec<u8>, u32, u32), BarcodeError> {
    let picture = open_picture(bytes)?.decode().map_err(|e| BarcodeError::Damaged(e.to_string()))?;
    let (w, h) = (picture.width(), picture.height());
    Ok((picture.into_luma8().into_raw(), w, h))
}

/// A decoder for a picture file after checking kind, file size and pixel count.
pub(crate) fn open_picture(bytes: &[u8]) -> Result<ImageReader<Cursor<&[u8]>>, BarcodeError> {
    if bytes.len() > MAX_PICTURE_BYTES {
        return Err(BarcodeError::TooLarge);
    }
    if is_heif(bytes) {
        return Err(BarcodeError::HeicUnsupported);
    }
    let format = image::guess_format(bytes).map_err(|_| BarcodeError::NotAPicture)?;
    if !matches!(format, image::ImageFormat::Jpeg | image::ImageFormat::Png | image::ImageFormat::WebP) {
        return Err(BarcodeError::NotAPicture);
    }
    let (w, h) = ImageReader::with_format(Cursor::new(bytes), format)
        .into_dimensions()
        .map_err(|e| BarcodeError::Damaged(e.to_string()))?;
    if u64::from(w) * u64::from(h) > MAX_PIXELS || w.max(h) > MAX_SIDE {
        return Err(BarcodeError::TooLarge);
    }
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = image::Limits::default();
    limits.max_alloc = Some(MAX_PIXELS * 6);
    reader.limits(limits);
    Ok(reader)
}

/// ISO base media file with a HEIF or AVIF brand.
fn is_heif(bytes: &[u8]) -> bool {
    let brands: [&[u8]; 7] = [b"heic", b"heix", b"hevc", b"heim", b"mif1", b"msf1", b"avif"];
    bytes.get(4..8) == Some(b"ftyp") && bytes.get(8..12).is_some_and(|b| brands.contains(&b))
}

fn checked_size(bytes: usize, w: u32, h: u32) -> Result<(usize, usize), BarcodeError> {
    let pixels = u64::from(w) * u64::from(h);
    if pixels > MAX_PIXELS {
        return Err(BarcodeError::TooLarge);
    }
    if pixels == 0 || w.max(h) > MAX_SIDE || pixels != bytes as u64 {
        return Err(BarcodeError::Size { width: w, height: h, bytes });
    }
    Ok((w as usize, h as usize))
}

fn search(luma: &[u8], (w, h): (usize, usize), formats: Formats) -> Vec<Found> {
    // No code fits into fewer pixels, and the reader spends long on slivers.
    if w.min(h) < SMALLEST_SIDE {
        return Vec::new();
    }
    let start = stopwatch();
    let picture = Luma::original(luma, w, h);
    let mut views = vec![];
    // Bring a still to about the size of a camera frame: bars of 3 to 4 pixels read best.
    let shrink = w.max(h) / 1280;
    if shrink >= 2 {
        views.push(picture.shrunk(shrink));
    }
    views.push(picture);
    let mut found = Vec::new();
    for view in &views {
        add(&mut found, Pass::Cheap.run(view, formats), start);
    }
    for pass in DEEP.into_iter().filter(|p| p.serves(formats)) {
        for view in &views {
            if found.is_empty() && start.elapsed() < PICTURE_DEADLINE {
                add(&mut found, pass.run(view, formats), start);
            }
        }
    }
    found
}

/// Milliseconds of work on an awake device: the one use for which a clock that stops in sleep is right.
#[allow(clippy::disallowed_methods)]
fn stopwatch() -> Instant {
    Instant::now()
}

fn add(all: &mut Vec<Found>, new: Vec<Found>, start: Instant) {
    let ms = start.elapsed().as_secs_f32() * 1e3;
    for found in new {
        if !all.iter().any(|f| f.symbology == found.symbology && f.text == found.text) {
            all.push(Found { ms, ..found });
        }
    }
}

/// Runs `work` on a thread of its own, gives up after `deadline` and turns a panic into an error. A
/// thread cannot be stopped, so those that overrun are counted and limited.
fn watched<T: Send + 'static>(
    deadline: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, BarcodeError> {
    static RUNAWAYS: AtomicUsize = AtomicUsize::new(0);
    if RUNAWAYS.load(Ordering::Relaxed) >= MAX_RUNAWAYS {
        return Err(BarcodeError::Stuck);
    }
    let (send, receive) = mpsc::sync_channel(1);
    let given_up = Arc::new(AtomicUsize::new(0));
    let told = given_up.clone();
    let run = move || {
        let result = catch_unwind(AssertUnwindSafe(work)).map_err(|_| BarcodeError::ReaderFailed);
        let _ = send.send(result); // nobody listens any more after the deadline
        if told.swap(2, Ordering::AcqRel) == 1 {
            RUNAWAYS.fetch_sub(1, Ordering::Relaxed);
        }
    };
    let thread = std::thread::Builder::new().name("barcode".into()).stack_size(4 << 20);
    thread.spawn(run).map_err(|_| BarcodeError::Stuck)?;
    match receive.recv_timeout(deadline) {
        Ok(result) => result,
        Err(mpsc::RecvTimeoutError::Disconnected) => Err(BarcodeError::ReaderFailed),
        Err(mpsc::RecvTimeoutError::Timeout) => {
            RUNAWAYS.fetch_add(1, Ordering::Relaxed);
            if given_up.swap(1, Ordering::AcqRel) == 2 {
                RUNAWAYS.fetch_sub(1, Ordering::Relaxed); // it ended in this very moment
            }
            Err(BarcodeError::TooSlow)
        }
    }
}

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

/// Reads camera frames one after the other: a cheap pass on each, and one deeper pass that rotates
/// from frame to frame.
#[derive(Debug, Default)]
pub struct FrameReader {
    frame: u64,
    seen: HashMap<(Symbology, String), u64>,
}

/// Two frames agree when no more than this many lie between them (about three seconds).
const AGREE_WITHIN: u64 = 40;

impl FrameReader {
    /// A reader that has seen nothing.
    pub fn new() -> FrameReader {
        FrameReader::default()
    }

    /// Reads a frame of `w * h` grey bytes. Blocks for tens of milliseconds, at most two seconds.
    pub fn read(&mut self, luma: Vec<u8>, w: u32, h: u32, formats: Formats) -> Result<FrameReading, BarcodeError> {
        let size = checked_size(luma.len(), w, h)?;
        let start = stopwatch();
        self.frame += 1;
        let deep: Vec<Pass> = DEEP.into_iter().filter(|p| p.serves(formats)).collect();
        let pass = deep.get(self.frame as usize % deep.len().max(1)).copied();
        let (found, hint) = watched(FRAME_DEADLINE, move || look(&luma, size, formats, pass, start))?;
        let found = found.into_iter().map(|found| self.judge(found)).collect();
        self.seen.retain(|_, last| self.frame - *last <= AGREE_WITHIN);
        Ok(FrameReading { found, hint, ms: start.elapsed().as_secs_f32() * 1e3 })
    }

    fn judge(&mut self, found: Found) -> Seen {
        let before = self.seen.insert((found.symbology, found.text.clone()), self.frame);
        let agreed = before.is_some_and(|last| self.frame - last <= AGREE_WITHIN);
        let context = ScanContext { known: &NothingKnown, wanted: None };
        let confirmed = || recognise(&found.text, Some(found.symbology), &context).is_confirmed();
        Seen { trusted: agreed || confirmed(), found }
    }
}

fn look(
    luma: &[u8],
    (w, h): (usize, usize),
    formats: Formats,
    deep: Option<Pass>,
    start: Instant,
) -> (Vec<Found>, Option<Hint>) {
    /// Mean grey below which a torch helps.
    const DARK: f32 = 45.;
    let frame = Luma::original(luma, w, h);
    let mut found = Vec::new();
    add(&mut found, Pass::Cheap.run(&frame, formats), start);
    if let (true, Some(pass)) = (found.is_empty(), deep) {
        add(&mut found, pass.run(&frame, formats), start);
    }
    let hint = if !found.is_empty() {
        None
    } else if frame.mean() < DARK {
        Some(Hint::Dark)
    } else {
        // the strongest window is narrow: a code, but too few pixels a bar
        let small = |(x0, _, x1, _): &luma::Window| x1 - x0 < w / 4;
        frame.bar_windows(1).iter().any(small).then_some(Hint::TooSmall)
    };
    (found, hint)
}

#[cfg(test)]
#[path = "barcode/tests.rs"]
mod tests;
