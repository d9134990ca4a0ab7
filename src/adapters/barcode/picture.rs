//! Picture files, checked before they are decoded.

use std::io::Cursor;

use image::ImageReader;
use seal_barcode::{MAX_PIXELS, MAX_SIDE};

use super::BarcodeError;

/// Largest picture file taken, bytes.
pub const MAX_PICTURE_BYTES: usize = 32 << 20;

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
    if u64::from(w) * u64::from(h) > MAX_PIXELS as u64 || w.max(h) > MAX_SIDE as u32 {
        return Err(BarcodeError::TooLarge);
    }
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = image::Limits::default();
    limits.max_alloc = Some(MAX_PIXELS as u64 * 6);
    reader.limits(limits);
    Ok(reader)
}

/// ISO base media file with a HEIF or AVIF brand.
fn is_heif(bytes: &[u8]) -> bool {
    let brands: [&[u8]; 7] = [b"heic", b"heix", b"hevc", b"heim", b"mif1", b"msf1", b"avif"];
    bytes.get(4..8) == Some(b"ftyp") && bytes.get(8..12).is_some_and(|b| brands.contains(&b))
}
