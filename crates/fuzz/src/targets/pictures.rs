//! Picture files: an officer's photographs, pictures chosen to be scanned, and what the central or a courier sends.

use std::io::Cursor;

use crc::{CRC_32_ISO_HDLC, Crc};
use image::{DynamicImage, ExtendedColorType, GrayImage, ImageEncoder as _, ImageFormat, Rgba};
use seal_field::adapters::barcode::{Formats, decode_picture, picture_luma};
use seal_field::adapters::photo::{THUMBNAIL_BYTES, THUMBNAIL_SIDE, check_photo};

use super::target;
use crate::mutate;
use crate::rng::Rng;
use crate::run::{Job, Target};

/// Pictures with more pixels are decoded and not searched: a search takes long.
const SEARCHED: u32 = 64 * 64;

pub(super) fn targets() -> Vec<Target> {
    vec![Target {
        smoke: 300,
        // A picture of the most pixels allowed, in colour, and its upright copy.
        megabytes: 900,
        ..target(
            "pictures",
            "picture files: sizes within the limits, thumbnails small pictures, every search ends",
            || {
                let seeds = seeds();
                Job::new(move |rng| picture(rng, &seeds), check)
            },
        )
    }]
}

fn seeds() -> Vec<Vec<u8>> {
    let grey = GrayImage::from_fn(48, 32, |x, y| image::Luma([if x / 3 % 2 == 0 || y < 4 { 20 } else { 230 }]));
    let grey = DynamicImage::from(grey);
    let coloured = image::RgbaImage::from_fn(40, 40, |x, y| Rgba([x as u8 * 6, y as u8 * 6, 128, 200]));
    let coloured = DynamicImage::from(coloured);
    let write = |picture: &DynamicImage, format| {
        let mut out = Cursor::new(Vec::new());
        picture.write_to(&mut out, format).expect("it can be written");
        out.into_inner()
    };
    let jpeg = write(&DynamicImage::from(coloured.to_rgb8()), ImageFormat::Jpeg);
    // orientation 6, as phones write it
    let exif: &[u8] = b"\xFF\xE1\x00\x22Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
    let turned = [&jpeg[..2], exif, &jpeg[2..]].concat();
    let mut deep = Vec::new();
    let wide: Vec<u8> = (0..20 * 20 * 8).map(|n| (n % 251) as u8).collect();
    image::codecs::png::PngEncoder::new(&mut deep)
        .write_image(&wide, 20, 20, ExtendedColorType::Rgba16)
        .expect("it can be written");
    vec![
        write(&grey, ImageFormat::Jpeg),
        jpeg,
        turned,
        write(&grey, ImageFormat::Png),
        write(&coloured, ImageFormat::Png),
        deep,
        write(&DynamicImage::from(coloured.to_rgb8()), ImageFormat::WebP),
        write(&coloured, ImageFormat::WebP),
        b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec(),
    ]
}

fn picture(rng: &mut Rng, seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = mutate::bytes(rng, seeds);
    // Right sums, else a changed PNG goes no further than its first chunk.
    if rng.one_in(2) && bytes.starts_with(b"\x89PNG") {
        let mut at = 8;
        while let Some(head) = bytes.get(at..at + 4).and_then(|head| head.try_into().ok()) {
            let end = at + 8 + u32::from_be_bytes(head) as usize;
            let Some(chunk) = bytes.get(at + 4..end) else { break };
            let sum = Crc::<u32>::new(&CRC_32_ISO_HDLC).checksum(chunk).to_be_bytes();
            if let Some(place) = bytes.get_mut(end..end + 4) {
                place.copy_from_slice(&sum);
            }
            at = end + 4;
        }
    }
    bytes
}

fn check(bytes: &[u8]) {
    let mut small = false;
    if let Ok((luma, w, h)) = picture_luma(bytes) {
        assert_eq!(luma.len(), w as usize * h as usize);
        small = w * h <= SEARCHED;
    }
    if let Ok(checked) = check_photo(bytes) {
        assert!(checked.thumbnail.len() <= THUMBNAIL_BYTES);
        let thumbnail = image::load_from_memory(&checked.thumbnail).expect("a picture");
        assert!(thumbnail.width().max(thumbnail.height()) <= THUMBNAIL_SIDE);
        assert!(checked.quality.mean.is_finite() && checked.quality.sharpness.is_finite());
        let _ = checked.quality.fault();
    }
    if small && bytes.len().is_multiple_of(4) {
        for found in decode_picture(bytes, Formats::APP).expect("it was decoded before") {
            assert!(found.corners.iter().flatten().all(|c| c.is_finite()));
        }
    }
}
