//! The path of frames: hostile sizes, deeper looks spread over frames, memory that does not grow.

mod scene;

use proptest::prelude::*;
use scene::{Noise, Scene, label};
use seal_barcode::{Formats, Frame, FrameError, MAX_SIDE, Reader, Symbology, search};

#[test]
fn sizes_that_lie_are_refused() {
    for (bytes, w, h) in [(0, 0, 0), (99, 10, 10), (101, 10, 10), (0, 0, 5), (MAX_SIDE + 1, MAX_SIDE + 1, 1)] {
        assert_eq!(Frame::new(&vec![0; bytes], w, h).unwrap_err(), FrameError::Size, "{w}x{h}");
    }
    for (w, h) in [(usize::MAX, 2), (usize::MAX, usize::MAX), (1 << 20, 1 << 20)] {
        assert_eq!(Frame::new(&[], w, h).unwrap_err(), FrameError::TooLarge, "{w}x{h}");
    }
}

#[test]
fn slivers_and_tiny_frames_are_survived() {
    let mut noise = Noise(3);
    let mut reader = Reader::new();
    for (w, h) in
        [(1, 1), (1, 4000), (4000, 1), (2, 2), (7, 7), (8, 518), (39, 41), (40, 40), (16_384, 2), (95, 96), (63, 64)]
    {
        let pixels: Vec<u8> = (0..w * h).map(|_| noise.byte()).collect();
        let frame = Frame::new(&pixels, w, h).unwrap();
        for _ in 0..11 {
            assert_eq!(reader.frame(frame, Formats::ALL).reads, [], "{w}x{h}");
        }
        assert_eq!(search(frame, Formats::ALL, &|| true), [], "{w}x{h}");
    }
}

#[test]
fn what_one_frame_does_not_give_the_next_ones_do() {
    // light modules on dark: no cheap look at it
    let label = label(rxing::BarcodeFormat::QR_CODE, "SF1:P:0", 0);
    let scene = Scene::new(640, 480, 120).with(&label, 5., 6.).inverted();
    let frame = Frame::new(&scene.pixels, scene.width, scene.height).unwrap();
    let formats = Formats::of(&[Symbology::Qr]);
    let mut reader = Reader::new();
    let read = (1..=10).find(|_| reader.frame(frame, formats).reads.iter().any(|r| r.text == "SF1:P:0"));
    assert!(read.is_some_and(|n| n > 1), "{read:?}");
}

#[test]
fn the_search_ends_when_told() {
    let label = label(rxing::BarcodeFormat::QR_CODE, "x", 0);
    let scene = Scene::new(400, 400, 120).with(&label, 5., 6.);
    let frame = Frame::new(&scene.pixels, scene.width, scene.height).unwrap();
    assert_eq!(search(frame, Formats::ALL, &|| false), []);
}

#[test]
fn every_matrix_code_is_read() {
    for (symbology, format, text, module) in [
        (Symbology::Qr, rxing::BarcodeFormat::QR_CODE, "03EE;108557295010;MSKU9070323", 8.),
        (Symbology::DataMatrix, rxing::BarcodeFormat::DATA_MATRIX, "83181001", 14.),
        (Symbology::Pdf417, rxing::BarcodeFormat::PDF_417, "WAYBILL RR473124829GB", 3.),
        (Symbology::Aztec, rxing::BarcodeFormat::AZTEC, "83181001", 14.),
    ] {
        let label = label(format, text, 0);
        let degrees = if matches!(symbology, Symbology::Pdf417 | Symbology::Aztec) { 0. } else { 12. };
        let scene = Scene::new(900, 700, 120).with(&label, degrees, module);
        let frame = Frame::new(&scene.pixels, scene.width, scene.height).unwrap();
        let reads = search(frame, Formats::ALL, &|| true);
        assert_eq!(reads.iter().map(|r| (r.symbology, r.text.as_str())).collect::<Vec<_>>(), [(symbology, text)]);
        assert!(reads[0].corners.len() >= 3);
        let others = Formats::ALL.without(Formats::of(&[symbology]));
        assert_eq!(search(frame, others, &|| true), [], "{symbology:?} was not asked for");
    }
}

/// Resident memory, kilobytes.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux tells");
    let line = status.lines().find(|l| l.starts_with("VmRSS:")).expect("a line of it");
    line.split_whitespace().nth(1).and_then(|n| n.parse().ok()).expect("kilobytes")
}

/// The short form of `benches/soak.rs`.
#[test]
#[cfg(target_os = "linux")]
fn memory_stays_flat() {
    let label = label(rxing::BarcodeFormat::CODE_128, "CSQU3054383", 60);
    let scenes: Vec<Scene> = (0..6)
        .map(|i| Scene::new(480, 320, 110).with(&label, 31. * i as f32, 1.4 + 0.1 * i as f32).noisy(4., i + 1))
        .chain((0..2).map(|i| Scene::new(480, 320, 110).noisy(20., i + 50)))
        .collect();
    let mut reader = Reader::new();
    let mut round = || {
        for scene in &scenes {
            let frame = Frame::new(&scene.pixels, scene.width, scene.height).unwrap();
            reader.frame(frame, Formats::ALL);
        }
    };
    (0..20).for_each(|_| round());
    let before = resident();
    (0..60).for_each(|_| round());
    let grown = resident().saturating_sub(before);
    assert!(grown < 4096, "grown by {grown} kB in 480 frames");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    /// A little of what `./run fuzz frames` does.
    #[test]
    fn random_frames_never_panic(w in 1usize..200, h in 1usize..200, seed in 1u64.., bars in any::<bool>()) {
        let mut noise = Noise(seed);
        let row: Vec<u8> = (0..w).map(|_| noise.byte() & 0x80).collect();
        let pixels: Vec<u8> = match bars {
            true => (0..h).flat_map(|_| row.iter().copied()).collect(),
            false => (0..w * h).map(|_| noise.byte()).collect(),
        };
        let frame = Frame::new(&pixels, w, h).unwrap();
        let mut reader = Reader::new();
        for _ in 0..3 {
            for read in reader.frame(frame, Formats::ALL).reads {
                prop_assert!(read.corners.iter().flatten().all(|c| c.is_finite()));
            }
        }
    }
}
