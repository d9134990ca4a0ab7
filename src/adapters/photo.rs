//! Checks made on a photograph when it is taken, and its thumbnail. The original bytes are never changed.

use image::{DynamicImage, ImageDecoder, ImageEncoder, codecs::jpeg::JpegEncoder, imageops::FilterType};
use serde::{Deserialize, Serialize};

use super::barcode::{BarcodeError, open_picture};

/// Longest side of a thumbnail, pixels.
pub const THUMBNAIL_SIDE: u32 = 320;
/// Most bytes of a thumbnail.
pub const THUMBNAIL_BYTES: usize = 20 << 10;
/// Longest side on which sharpness is measured, so that it does not depend on the camera's resolution.
const MEASURE_SIDE: u32 = 640;
/// Variance of the Laplacian below which a photograph is called blurred. Chosen on rendered and
/// blurred test pictures; not yet calibrated on phone cameras.
const BLURRED_BELOW: f32 = 40.;
/// Mean grey below which a photograph is called dark.
const DARK_BELOW: f32 = 45.;
/// Mean grey above which a photograph is called washed out.
const BRIGHT_ABOVE: f32 = 235.;

/// What was measured on a photograph.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PhotoQuality {
    /// Pixels as seen, after the EXIF turn.
    pub width: u32,
    /// Pixels as seen, after the EXIF turn.
    pub height: u32,
    /// Variance of the Laplacian at 640 pixels, grey levels squared.
    pub sharpness: f32,
    /// Mean grey, 0 to 255.
    pub mean: f32,
}

/// What to ask the officer to take again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhotoFault {
    /// Out of focus or moved.
    Blurred,
    /// Too dark to see the seal.
    Dark,
    /// Washed out by the flash or the sun.
    Bright,
}

impl PhotoQuality {
    /// The worst fault, if any; darkness first, because dark pictures always look blurred too.
    pub fn fault(&self) -> Option<PhotoFault> {
        if self.mean < DARK_BELOW {
            Some(PhotoFault::Dark)
        } else if self.mean > BRIGHT_ABOVE {
            Some(PhotoFault::Bright)
        } else if self.sharpness < BLURRED_BELOW {
            Some(PhotoFault::Blurred)
        } else {
            None
        }
    }
}

/// A photograph's measurements and its thumbnail.
#[derive(Debug, Clone, PartialEq)]
pub struct PhotoCheck {
    /// Measurements.
    pub quality: PhotoQuality,
    /// JPEG of at most 320 pixels and 20 KB, upright.
    pub thumbnail: Vec<u8>,
}

/// Measures a JPEG, PNG or WebP photograph and makes its thumbnail. Takes some tens to hundreds of
/// milliseconds; run it off the UI thread.
pub fn check_photo(bytes: &[u8]) -> Result<PhotoCheck, BarcodeError> {
    let damaged = |e: image::ImageError| BarcodeError::Damaged(e.to_string());
    let mut decoder = open_picture(bytes)?.into_decoder().map_err(damaged)?;
    // A photograph without readable orientation is shown as stored.
    let orientation = decoder.orientation().unwrap_or(image::metadata::Orientation::NoTransforms);
    let mut photo = DynamicImage::from_decoder(decoder).map_err(damaged)?;
    photo.apply_orientation(orientation);
    let (width, height) = (photo.width(), photo.height());
    let measured = match width.max(height) > MEASURE_SIDE {
        true => photo.resize(MEASURE_SIDE, MEASURE_SIDE, FilterType::Triangle),
        false => photo.clone(),
    }
    .into_luma8();
    let mean = measured.iter().map(|p| f64::from(*p)).sum::<f64>() / measured.len().max(1) as f64;
    let quality = PhotoQuality {
        width,
        height,
        sharpness: laplacian_variance(measured.as_raw(), measured.width() as usize),
        mean: mean as f32,
    };
    Ok(PhotoCheck { quality, thumbnail: thumbnail(&photo).map_err(damaged)? })
}

/// Variance of `4c - n - s - e - w` over the inner pixels.
fn laplacian_variance(luma: &[u8], w: usize) -> f32 {
    let h = luma.len().checked_div(w).unwrap_or(0);
    let (mut n, mut sum, mut squares) = (0f64, 0f64, 0f64);
    for y in 1..h.saturating_sub(1) {
        for x in 1..w.saturating_sub(1) {
            let p = |x: usize, y: usize| f64::from(luma[y * w + x]);
            let l = 4. * p(x, y) - p(x - 1, y) - p(x + 1, y) - p(x, y - 1) - p(x, y + 1);
            (n, sum, squares) = (n + 1., sum + l, squares + l * l);
        }
    }
    if n == 0. { 0. } else { (squares / n - (sum / n).powi(2)) as f32 }
}

fn thumbnail(photo: &DynamicImage) -> Result<Vec<u8>, image::ImageError> {
    let fits = photo.width().max(photo.height()) <= THUMBNAIL_SIDE;
    let mut small = match fits {
        true => photo.to_rgb8(),
        false => photo.thumbnail(THUMBNAIL_SIDE, THUMBNAIL_SIDE).into_rgb8(),
    };
    loop {
        for quality in [80, 65, 50, 35] {
            let mut out = Vec::new();
            JpegEncoder::new_with_quality(&mut out, quality).write_image(
                &small,
                small.width(),
                small.height(),
                image::ExtendedColorType::Rgb8,
            )?;
            if out.len() <= THUMBNAIL_BYTES {
                return Ok(out);
            }
        }
        // Pure noise at full size can still be too much.
        let (w, h) = ((small.width() / 2).max(1), (small.height() / 2).max(1));
        small = image::imageops::thumbnail(&small, w, h);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{GrayImage, ImageFormat, Luma};
    use std::io::Cursor;

    fn bytes(image: &GrayImage, format: ImageFormat) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        image.write_to(&mut out, format).unwrap();
        out.into_inner()
    }
    fn boards() -> GrayImage {
        GrayImage::from_fn(1600, 1200, |x, y| Luma([if (x / 40 + y / 40) % 2 == 0 { 60 } else { 190 }]))
    }
    fn noise(w: u32, h: u32) -> GrayImage {
        let mut s = 7u32;
        GrayImage::from_fn(w, h, |_, _| {
            s = s.wrapping_mul(1664525).wrapping_add(1013904223);
            Luma([(s >> 24) as u8])
        })
    }

    #[test]
    fn sharp_blurred_dark_bright() {
        let fault = |image: &GrayImage| check_photo(&bytes(image, ImageFormat::Jpeg)).unwrap().quality.fault();
        let sharp = boards();
        assert_eq!(fault(&sharp), None);
        assert_eq!(fault(&image::imageops::fast_blur(&sharp, 12.)), Some(PhotoFault::Blurred));
        let scaled = |k: f32, add: f32| {
            GrayImage::from_fn(1600, 1200, |x, y| Luma([(f32::from(sharp.get_pixel(x, y)[0]) * k + add) as u8]))
        };
        assert_eq!(fault(&scaled(0.2, 0.)), Some(PhotoFault::Dark));
        assert_eq!(fault(&scaled(0.1, 236.)), Some(PhotoFault::Bright));
    }

    #[test]
    fn thumbnails_are_small_jpegs_of_any_picture() {
        for image in [boards(), noise(900, 900), GrayImage::new(1, 1), GrayImage::new(4000, 2)] {
            let check = check_photo(&bytes(&image, ImageFormat::Png)).unwrap();
            assert!(check.thumbnail.len() <= THUMBNAIL_BYTES);
            let small = image::load_from_memory_with_format(&check.thumbnail, ImageFormat::Jpeg).unwrap();
            assert!(small.width().max(small.height()) <= THUMBNAIL_SIDE);
            assert_eq!((check.quality.width, check.quality.height), image.dimensions());
        }
    }

    #[test]
    fn damaged_and_foreign_files_are_refused() {
        let jpeg = bytes(&boards(), ImageFormat::Jpeg);
        assert!(matches!(check_photo(&jpeg[..200]), Err(BarcodeError::Damaged(_))));
        assert_eq!(check_photo(b"not a picture"), Err(BarcodeError::NotAPicture));
        assert_eq!(check_photo(b"\0\0\0\x18ftypheic\0\0\0\0"), Err(BarcodeError::HeicUnsupported));
    }
}
