//! Frames with printed labels on them.
#![allow(dead_code)] // each test uses a part

use rxing::{MultiFormatWriter, Writer};

/// A small deterministic source of noise (xorshift).
pub struct Noise(pub u64);

impl Noise {
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub fn byte(&mut self) -> u8 {
        (self.next() >> 33) as u8
    }

    /// About normal, standard deviation 1.
    pub fn normal(&mut self) -> f32 {
        (0..12).map(|_| f32::from(self.byte()) / 255.).sum::<f32>() - 6.
    }
}

/// A printed label in modules, with quiet zone.
pub struct Label {
    dark: Vec<bool>,
    width: usize,
    height: usize,
}

/// `bars` is the height of a linear code in modules.
pub fn label(format: rxing::BarcodeFormat, text: &str, bars: usize) -> Label {
    let linear = matches!(
        format,
        rxing::BarcodeFormat::CODE_128
            | rxing::BarcodeFormat::CODE_39
            | rxing::BarcodeFormat::ITF
            | rxing::BarcodeFormat::EAN_13
    );
    let bits = MultiFormatWriter.encode(text, &format, 0, i32::from(linear)).unwrap();
    let (w, h) = (bits.width() as usize, if linear { bars / 3 } else { bits.height() as usize });
    let quiet = 10;
    let (width, height) = (w + 2 * quiet, h + 2 * quiet);
    let mut dark = vec![false; width * height];
    for y in 0..h {
        for x in 0..w {
            dark[(y + quiet) * width + x + quiet] = bits.get(x as u32, if linear { 0 } else { y as u32 });
        }
    }
    Label { dark, width, height }
}

/// A grey frame.
pub struct Scene {
    pub pixels: Vec<u8>,
    pub width: usize,
    pub height: usize,
}

impl Scene {
    pub fn new(width: usize, height: usize, grey: u8) -> Scene {
        Scene { pixels: vec![grey; width * height], width, height }
    }

    /// The label in the middle, turned, `module` pixels a module.
    pub fn with(self, label: &Label, degrees: f32, module: f32) -> Scene {
        let middle = [self.width as f32 / 2., self.height as f32 / 2.];
        self.with_at(label, middle, degrees, module)
    }

    pub fn with_at(mut self, label: &Label, middle: [f32; 2], degrees: f32, module: f32) -> Scene {
        const FINE: usize = 3; // samples of a pixel, each way
        let (sin, cos) = degrees.to_radians().sin_cos();
        for y in 0..self.height {
            for x in 0..self.width {
                let mut sum = 0.;
                for k in 0..FINE * FINE {
                    let dx = x as f32 + (k % FINE) as f32 / FINE as f32 - middle[0];
                    let dy = y as f32 + (k / FINE) as f32 / FINE as f32 - middle[1];
                    let u = (cos * dx + sin * dy) / module + label.width as f32 / 2.;
                    let v = (cos * dy - sin * dx) / module + label.height as f32 / 2.;
                    let inside = u >= 0. && v >= 0. && (u as usize) < label.width && (v as usize) < label.height;
                    sum += match inside {
                        true if label.dark[v as usize * label.width + u as usize] => 30.,
                        true => 225.,
                        false => f32::from(self.pixels[y * self.width + x]),
                    };
                }
                self.pixels[y * self.width + x] = (sum / (FINE * FINE) as f32) as u8;
            }
        }
        self
    }

    fn map(mut self, mut change: impl FnMut(u8) -> f32) -> Scene {
        self.pixels.iter_mut().for_each(|p| *p = change(*p).clamp(0., 255.) as u8);
        self
    }

    pub fn dimmed(self, factor: f32) -> Scene {
        self.map(|p| f32::from(p) * factor + 4.)
    }

    pub fn inverted(self) -> Scene {
        self.map(|p| 255. - f32::from(p))
    }

    pub fn noisy(self, deviation: f32, seed: u64) -> Scene {
        let mut noise = Noise(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        self.map(|p| f32::from(p) + deviation * noise.normal())
    }

    /// A box of 2 `radius` + 1 pixels, twice.
    pub fn blurred(mut self, radius: usize) -> Scene {
        for _ in 0..2 {
            let source = self.pixels.clone();
            for y in 0..self.height {
                for x in 0..self.width {
                    let (mut sum, mut n) = (0u32, 0);
                    for yy in y.saturating_sub(radius)..(y + radius + 1).min(self.height) {
                        for xx in x.saturating_sub(radius)..(x + radius + 1).min(self.width) {
                            sum += u32::from(source[yy * self.width + xx]);
                            n += 1;
                        }
                    }
                    self.pixels[y * self.width + x] = (sum / n) as u8;
                }
            }
        }
        self
    }

    /// Columns `from` to `to`.
    pub fn cropped(&self, from: usize, to: usize) -> Scene {
        let rows = self.pixels.chunks_exact(self.width);
        Scene { pixels: rows.flat_map(|r| &r[from..to]).copied().collect(), width: to - from, height: self.height }
    }
}
