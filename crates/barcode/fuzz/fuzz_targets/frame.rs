//! Frames of any size, also sizes that lie: the first five bytes are width, height and a shift between them and the pixels.
#![no_main]

use libfuzzer_sys::fuzz_target;
use seal_barcode::{Formats, Frame, Reader};

fuzz_target!(|data: &[u8]| {
    let [w0, w1, h0, h1, lie, rest @ ..] = data else { return };
    let (w, h) = (u16::from_be_bytes([*w0, *w1]) as usize, u16::from_be_bytes([*h0, *h1]) as usize);
    if Frame::new(rest, w, h).is_err() && *lie != 0 {
        return;
    }
    // the pixels there are, repeated over a size small enough to be quick
    let (w, h) = (w % 257 + 1, h % 257 + 1);
    let pixels: Vec<u8> = rest.iter().copied().cycle().take(w * h).collect();
    let Ok(frame) = Frame::new(&pixels, w, h) else { return };
    let mut reader = Reader::new();
    for _ in 0..11 {
        for read in reader.frame(frame, Formats::ALL).reads {
            assert!(read.corners.iter().flatten().all(|c| c.is_finite()));
        }
    }
});
