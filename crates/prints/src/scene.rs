//! What a camera films: labels in a yard that move, lie askew, in the dark, out of focus, beside each other or not there.
//! Every frame has grain of its own.

use std::f32::consts::TAU;

use image::{GrayImage, Luma};
use seal_core::scan::Symbology;

use super::feed::jpeg;
use super::{CannotEncode, PracticeCode};

/// As a phone's stream.
pub const WIDTH: u32 = 1280;
/// As a phone's stream.
pub const HEIGHT: u32 = 720;
/// Frames of a film, which is repeated.
const FRAMES: u32 = 10;

/// A printed label in the yard.
#[derive(Debug, Clone)]
pub struct Label {
    code: PracticeCode,
    /// Middle in the first frame, pixels.
    at: [f32; 2],
    /// Way of the middle over the film, there and back, pixels.
    way: [f32; 2],
    degrees: f32,
    /// Pixels a module.
    module: f32,
}

impl Label {
    /// In the middle of the picture, nearly straight.
    #[must_use]
    pub fn new(symbology: Symbology, text: &str) -> Self {
        Self { code: PracticeCode::new(symbology, text), at: [640., 360.], way: [0., 0.], degrees: 2., module: 4. }
    }
    /// Its middle, pixels from the upper left corner.
    #[must_use]
    pub fn at(self, x: f32, y: f32) -> Self {
        Self { at: [x, y], ..self }
    }
    /// How far it swings to each side over the film, pixels.
    #[must_use]
    pub fn moving(self, x: f32, y: f32) -> Self {
        Self { way: [x, y], ..self }
    }
    /// Turned clockwise.
    #[must_use]
    pub fn tilted(self, degrees: f32) -> Self {
        Self { degrees, ..self }
    }
    /// Its size: pixels a module.
    #[must_use]
    pub fn module(self, pixels: f32) -> Self {
        Self { module: pixels, ..self }
    }
}

/// Labels in a yard, and how the camera sees it.
#[derive(Debug, Clone, Default)]
pub struct Scene {
    labels: Vec<Label>,
    /// Part of the light that is left; none: day.
    light: Option<f32>,
    /// Gaussian blur, pixels.
    blur: f32,
}

impl Scene {
    /// By day, sharp.
    #[must_use]
    pub fn of(labels: &[Label]) -> Self {
        Self { labels: labels.to_vec(), ..Self::default() }
    }
    /// With this part of the light.
    #[must_use]
    pub fn dark(self, light: f32) -> Self {
        Self { light: Some(light), ..self }
    }
    /// Out of focus: Gaussian blur, pixels.
    #[must_use]
    pub fn blurred(self, pixels: f32) -> Self {
        Self { blur: pixels, ..self }
    }

    /// The film as concatenated JPEG pictures.
    ///
    /// # Errors
    /// [`CannotEncode`]: no label can say this.
    pub fn film(&self) -> Result<Vec<u8>, CannotEncode> {
        let mut film = Vec::new();
        for n in 0..FRAMES {
            film.extend(jpeg(self.frame(n)?, 88));
        }
        Ok(film)
    }

    /// One frame of the film.
    ///
    /// # Errors
    /// [`CannotEncode`]: no label can say this.
    pub fn frame(&self, n: u32) -> Result<GrayImage, CannotEncode> {
        let swing = (n as f32 / FRAMES as f32 * TAU).sin();
        let mut prints = Vec::new();
        for label in &self.labels {
            let Label { code, at: [x, y], way, .. } = label;
            prints.push((code.modules()?.image(SHARP), label, [x + swing * way[0], y + swing * way[1]]));
        }
        let sharp = GrayImage::from_fn(WIDTH, HEIGHT, |x, y| {
            let (x, y) = (x as f32, y as f32);
            let label = prints.iter().find_map(|(print, label, at)| grey_of(print, label, *at, x, y));
            Luma([label.unwrap_or_else(|| yard(x + 9. * swing, y)) as u8])
        });
        let seen = if self.blur > 0. { image::imageops::fast_blur(&sharp, self.blur) } else { sharp };
        let light = self.light.unwrap_or(0.95);
        let mut grain = Grain(u64::from(n + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        Ok(GrayImage::from_fn(WIDTH, HEIGHT, |x, y| {
            let grey = f32::from(seen.get_pixel(x, y)[0]) * light;
            Luma([(grey + 4. + 3. * grain.next()).clamp(0., 255.) as u8])
        }))
    }
}

/// Pixels a module of the print that is looked at.
const SHARP: u32 = 6;

/// The mean of four samples of a turned print, where it lies.
fn grey_of(print: &GrayImage, label: &Label, at: [f32; 2], x: f32, y: f32) -> Option<f32> {
    let (sin, cos) = label.degrees.to_radians().sin_cos();
    let k = SHARP as f32 / label.module;
    let sample = |dx: f32, dy: f32| {
        let (dx, dy) = (x + dx - at[0], y + dy - at[1]);
        let u = (dx * cos + dy * sin) * k + print.width() as f32 / 2.;
        let v = (dy * cos - dx * sin) * k + print.height() as f32 / 2.;
        let inside = u >= 0. && v >= 0. && u < print.width() as f32 && v < print.height() as f32;
        inside.then(|| 28. + 0.82 * f32::from(print.get_pixel(u as u32, v as u32)[0]))
    };
    let samples = [sample(0.25, 0.25), sample(0.75, 0.25), sample(0.25, 0.75), sample(0.75, 0.75)];
    let there: Vec<f32> = samples.into_iter().flatten().collect();
    (there.len() >= 2).then(|| there.iter().sum::<f32>() / there.len() as f32)
}

/// A container's ribbed wall over asphalt, with a door bar: lines and edges, and no code.
fn yard(x: f32, y: f32) -> f32 {
    if y > 610. {
        return 78. + 5. * ((x * 0.31).sin() * (y * 0.27).cos());
    }
    if (1000. ..1025.).contains(&x) {
        return 165.;
    }
    112. + 22. * (x / 34.).sin() + 10. * (y / 200.).cos()
}

/// A small repeatable generator (xorshift64), about normal.
struct Grain(u64);

impl Grain {
    fn next(&mut self) -> f32 {
        let mut sum = 0.;
        for _ in 0..3 {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            sum += (self.0 >> 40) as f32 / (1u64 << 23) as f32 - 1.;
        }
        sum
    }
}
