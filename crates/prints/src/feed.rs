//! What a camera would see: a label with the code before a grainy yard, never twice the same.

use std::io::{self, Write};

use image::{GrayImage, ImageEncoder, Luma};

use super::{CannotEncode, PracticeCode};

/// Width of a feed frame, pixels.
pub const FEED_WIDTH: u32 = 1280;
/// Height of a feed frame, pixels.
pub const FEED_HEIGHT: u32 = 720;

/// Formats that Chromium takes as a camera (`--use-file-for-fake-video-capture`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeedKind {
    /// YUV4MPEG2, `.y4m`.
    Y4m,
    /// Concatenated JPEG, `.mjpeg`; what chromedriver works with.
    Mjpeg,
}

/// One frame of 1280 x 720 that shows the code, moved and tilted a little; the same `jitter` gives the
/// same frame.
pub fn feed_frame(code: &PracticeCode, jitter: u64) -> Result<GrayImage, CannotEncode> {
    let modules = code.modules()?;
    let across = (modules.w + 2 * modules.quiet()) as u32;
    let module = if modules.linear { 900 / across } else { 440 / across };
    let label = modules.image(module.max(2));
    let mut dice = Dice(jitter.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let (dx, dy) = (dice.within(50.), dice.within(30.));
    let (sin, cos) = dice.within(5.).to_radians().sin_cos();
    let light = 0.85 + dice.within(0.12);
    let (lw, lh) = (label.width() as f32, label.height() as f32);
    Ok(GrayImage::from_fn(FEED_WIDTH, FEED_HEIGHT, |x, y| {
        let (cx, cy) = (x as f32 - 640. - dx, y as f32 - 360. - dy);
        let (u, v) = (cx * cos + cy * sin + lw / 2., cy * cos - cx * sin + lh / 2.);
        let grey = if u >= 0. && v >= 0. && u < lw && v < lh {
            25. + 0.8 * soft(&label, u, v)
        } else {
            115. + 25. * ((x / 160 + y / 180) % 2) as f32
        };
        Luma([(grey * light + dice.within(7.)).clamp(0., 255.) as u8])
    }))
}

/// The same as a PNG file.
pub fn feed_png(code: &PracticeCode, jitter: u64) -> Result<Vec<u8>, CannotEncode> {
    png_of(&feed_frame(code, jitter)?, code)
}

/// A frame in which nothing is held up.
pub fn blank_png() -> Result<Vec<u8>, CannotEncode> {
    let nothing = PracticeCode::new(seal_core::scan::Symbology::Qr, "");
    png_of(&GrayImage::from_pixel(FEED_WIDTH, FEED_HEIGHT, Luma([96])), &nothing)
}

fn png_of(frame: &GrayImage, code: &PracticeCode) -> Result<Vec<u8>, CannotEncode> {
    use image::codecs::png::{CompressionType, FilterType, PngEncoder};
    let mut png = Vec::new();
    PngEncoder::new_with_quality(&mut png, CompressionType::Fast, FilterType::NoFilter)
        .write_image(frame, FEED_WIDTH, FEED_HEIGHT, image::ExtendedColorType::L8)
        .map_err(|e| CannotEncode { symbology: code.symbology, text: code.text.clone(), reason: e.to_string() })?;
    Ok(png)
}

/// Writes `per_code` frames of each code in turn, for a browser's fake camera, which repeats the file.
pub fn write_feed(out: &mut dyn Write, kind: FeedKind, codes: &[PracticeCode], per_code: u64) -> io::Result<()> {
    if kind == FeedKind::Y4m {
        writeln!(out, "YUV4MPEG2 W{FEED_WIDTH} H{FEED_HEIGHT} F10:1 Ip A1:1 C420jpeg")?;
    }
    for (i, code) in codes.iter().enumerate() {
        for n in 0..per_code {
            let jitter = i as u64 * 1000 + n;
            let frame = feed_frame(code, jitter).map_err(|e| io::Error::new(io::ErrorKind::InvalidInput, e))?;
            match kind {
                FeedKind::Y4m => {
                    out.write_all(b"FRAME\n")?;
                    out.write_all(frame.as_raw())?;
                    // Both colour planes are neutral and a quarter of the size.
                    out.write_all(&vec![128; (FEED_WIDTH * FEED_HEIGHT / 2) as usize])?;
                }
                FeedKind::Mjpeg => out.write_all(&jpeg(frame, 85))?,
            }
        }
    }
    Ok(())
}

/// A picture of a film. Chromium's reader wants three colour components.
#[expect(clippy::expect_used, reason = "a frame's size fits a JPEG, and memory takes every byte")]
pub(crate) fn jpeg(frame: GrayImage, quality: u8) -> Vec<u8> {
    let colour = image::DynamicImage::from(frame).into_rgb8();
    let mut jpeg = Vec::new();
    let mut encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, quality);
    encoder.encode_image(&colour).expect("a frame as JPEG");
    jpeg
}

/// Bilinear sample.
fn soft(image: &GrayImage, u: f32, v: f32) -> f32 {
    let at = |x: f32, y: f32| {
        let x = (x.max(0.) as u32).min(image.width() - 1);
        let y = (y.max(0.) as u32).min(image.height() - 1);
        f32::from(image.get_pixel(x, y)[0])
    };
    let (u, v) = (u - 0.5, v - 0.5);
    let (x, y) = (u.floor(), v.floor());
    let (a, b) = (u - x, v - y);
    (at(x, y) * (1. - a) + at(x + 1., y) * a) * (1. - b) + (at(x, y + 1.) * (1. - a) + at(x + 1., y + 1.) * a) * b
}

/// A small repeatable generator (xorshift64): frames need grain, not secrets.
struct Dice(u64);

impl Dice {
    /// A number between minus `most` and `most`.
    fn within(&mut self, most: f32) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 40) as f32 / (1u64 << 23) as f32 - 1.) * most
    }
}
