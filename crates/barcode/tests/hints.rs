//! What a frame without a read says of itself: sharp, smeared, cut off, small, dark; labels and what is none.

mod scene;

use rxing::BarcodeFormat;
use scene::{Label, Noise, Scene, label};
use seal_barcode::{Formats, Frame, Hint, LINEAR, Reader};

/// The hint of the last of seven frames, if nothing was read in any.
fn hint(scene: &Scene, formats: Formats) -> Option<Option<Hint>> {
    let frame = Frame::new(&scene.pixels, scene.width, scene.height).unwrap();
    let mut reader = Reader::new();
    let readings: Vec<_> = (0..7).map(|_| reader.frame(frame, formats)).collect();
    readings.iter().all(|reading| reading.reads.is_empty()).then(|| readings[6].hint)
}

/// A label nobody can read: the bars of a code, and a format that is not looked for.
fn unread(scene: &Scene) -> Option<Hint> {
    hint(scene, Formats::of(&[seal_barcode::Symbology::Ean13])).expect("nothing to read")
}

fn code() -> Label {
    label(BarcodeFormat::CODE_128, "CSQU3054383", 150)
}

fn grainy(scene: Scene) -> Scene {
    scene.noisy(4., 11)
}

#[test]
fn smeared_bars_are_blurred_and_sharp_ones_are_not() {
    for module in [3., 5.] {
        for degrees in [0., 14., 90.] {
            let size = if degrees == 90. { (720, 1280) } else { (1280, 720) };
            let plain = || Scene::new(size.0, size.1, 110).with(&code(), degrees, module);
            assert_eq!(unread(&grainy(plain())), None, "sharp, {module} pixels at {degrees}");
            assert_eq!(unread(&grainy(plain().blurred(1))), None, "soft lens, {module} pixels at {degrees}");
            // two boxes of 9 pixels: a Gaussian of 3.7
            let blurred = grainy(plain().blurred(4));
            assert_eq!(unread(&blurred), Some(Hint::Blurred), "{module} pixels at {degrees}");
        }
    }
}

#[test]
fn what_can_be_read_gets_no_hint_however_soft() {
    for radius in [0, 1, 2] {
        let scene = grainy(Scene::new(1280, 720, 110).with(&code(), 3., 5.).blurred(radius));
        let frame = Frame::new(&scene.pixels, 1280, 720).unwrap();
        let mut reader = Reader::new();
        for _ in 0..12 {
            let reading = reader.frame(frame, LINEAR);
            assert!(reading.hint.is_none_or(|hint| hint == Hint::TooSmall), "{radius}: {:?}", reading.hint);
        }
    }
}

#[test]
fn a_hint_waits_for_frames_that_agree() {
    let blurred = grainy(Scene::new(1280, 720, 110).with(&code(), 0., 4.).blurred(4));
    let sharp = grainy(Scene::new(1280, 720, 110).with(&code(), 0., 4.));
    let none = Formats::of(&[seal_barcode::Symbology::Ean13]);
    let mut reader = Reader::new();
    let mut see = |scene: &Scene| reader.frame(Frame::new(&scene.pixels, 1280, 720).unwrap(), none).hint;
    let first: Vec<_> = (0..5).map(|_| see(&blurred)).collect();
    assert_eq!(first, [None, None, None, None, Some(Hint::Blurred)]);
    assert_eq!(see(&sharp), None, "gone at once");
    assert_eq!(see(&blurred), None, "and counted anew");
}

#[test]
fn a_code_that_leaves_the_picture_on_one_side_is_cut_off() {
    for (degrees, middle) in [(0., [180., 360.]), (0., [1120., 360.]), (25., [1150., 420.]), (90., [640., 90.])] {
        let scene = grainy(Scene::new(1280, 720, 110).with_at(&code(), middle, degrees, 4.));
        assert_eq!(unread(&scene), Some(Hint::CutOff), "{degrees} at {middle:?}");
    }
    let whole = grainy(Scene::new(1280, 720, 110).with_at(&code(), [360., 300.], 0., 4.));
    assert_eq!(unread(&whole), None, "all of it is there");
}

#[test]
fn what_is_no_code_gets_no_such_hint() {
    // Ribs of a container from side to side, one step of light, grain, nothing.
    let drawn = |grey: &dyn Fn(f32, f32) -> f32| {
        let mut scene = Scene::new(1280, 720, 0);
        for (at, pixel) in scene.pixels.iter_mut().enumerate() {
            *pixel = grey((at % 1280) as f32, (at / 1280) as f32) as u8;
        }
        grainy(scene)
    };
    let ribs = drawn(&|x, _| 120. + 40. * (x / 23.).sin());
    let step = drawn(&|x, _| if x > 640. { 180. } else { 90. });
    let mut noise = Noise(5);
    let mut grain = Scene::new(1280, 720, 0);
    grain.pixels.iter_mut().for_each(|pixel| *pixel = noise.byte());
    for (name, scene) in [("step", step), ("grain", grain), ("plain", grainy(Scene::new(1280, 720, 120)))] {
        assert_eq!(unread(&scene), None, "{name}");
    }
    assert_ne!(unread(&ribs), Some(Hint::CutOff), "ribs leave on both sides");
}

#[test]
fn darkness_comes_first() {
    let scene = Scene::new(1280, 720, 110).with(&code(), 0., 4.).blurred(4).dimmed(0.1);
    assert_eq!(unread(&scene), Some(Hint::Dark));
}
