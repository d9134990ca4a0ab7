//! Things to scan in practice: printable customs sheets, seal and parcel labels, camera frames and feeds that show a code, and
//! films of labels in a yard. Every print carries "THỰC HÀNH" (practice) so that none passes for real.
//!
//! A crate of its own, so that pixels are drawn by optimised code also where everything else is built to be debugged.
#![deny(missing_docs, unsafe_code)]

mod feed;
pub mod scene;
mod sheets;

use rxing::{BarcodeFormat, EncodeHints, MultiFormatWriter, Writer};
use seal_core::scan::Symbology;
use serde::{Deserialize, Serialize};

pub use feed::{FEED_HEIGHT, FEED_WIDTH, FeedKind, blank_png, feed_frame, feed_png, write_feed};
pub use sheets::{
    ContainerRow, SheetHeader, container_plate, container_sheet, goods_sheet, parcel_label, seal_label, waybill_label,
};

/// The mark on every practice print.
pub const MARK: &str = "THỰC HÀNH";

/// A code to print or to show to the camera.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PracticeCode {
    /// Which symbology.
    pub symbology: Symbology,
    /// What it says.
    pub text: String,
}

/// A text that a symbology cannot carry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a {} code cannot carry {text:?}: {reason}", symbology.name())]
pub struct CannotEncode {
    symbology: Symbology,
    text: String,
    reason: String,
}

impl PracticeCode {
    /// A code of this symbology.
    pub fn new(symbology: Symbology, text: impl Into<String>) -> PracticeCode {
        PracticeCode { symbology, text: text.into() }
    }

    /// The dark and light modules.
    pub fn modules(&self) -> Result<Modules, CannotEncode> {
        let fail = |reason: String| CannotEncode {
            symbology: self.symbology,
            text: self.text.chars().take(60).collect(),
            reason,
        };
        let format = match self.symbology {
            Symbology::Qr => return self.qr().map_err(|e| fail(e.to_string())),
            Symbology::Code128 => BarcodeFormat::CODE_128,
            Symbology::Code39 => BarcodeFormat::CODE_39,
            Symbology::Itf => BarcodeFormat::ITF,
            Symbology::Datamatrix => BarcodeFormat::DATA_MATRIX,
            Symbology::Pdf417 => BarcodeFormat::PDF_417,
            Symbology::Ean13 => BarcodeFormat::EAN_13,
            Symbology::Aztec => return Err(fail("this program prints no Aztec codes".into())),
        };
        if self.text.is_empty() || self.text.chars().count() > 1000 {
            return Err(fail("1 to 1000 characters".into()));
        }
        let linear = !self.symbology.is_matrix();
        let hints = EncodeHints { Margin: Some("0".into()), ..EncodeHints::default() };
        let bits = MultiFormatWriter
            .encode_with_hints(&self.text, &format, 0, i32::from(linear), &hints)
            .map_err(|e| fail(e.to_string()))?;
        let (w, h) = (bits.width() as usize, if linear { 1 } else { bits.height() as usize });
        let dark = (0..w * h).map(|i| bits.get((i % w) as u32, (i / w) as u32)).collect();
        Ok(Modules { w, h, dark, linear }.trimmed())
    }

    fn qr(&self) -> Result<Modules, qrcode::types::QrError> {
        let code = qrcode::QrCode::with_error_correction_level(&self.text, qrcode::EcLevel::M)?;
        let w = code.width();
        let dark = code.into_colors().into_iter().map(|c| c == qrcode::Color::Dark).collect();
        Ok(Modules { w, h: w, dark, linear: false })
    }
}

/// The modules of a symbol without its quiet zone, row by row. A linear code has one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Modules {
    /// Modules across.
    pub w: usize,
    /// Rows.
    pub h: usize,
    /// `w * h` modules, true is dark.
    pub dark: Vec<bool>,
    /// A linear code, to be drawn with tall bars.
    pub linear: bool,
}

impl Modules {
    /// Without light columns and rows around the symbol.
    fn trimmed(self) -> Modules {
        let column = |x: &usize| (0..self.h).any(|y| self.dark[y * self.w + x]);
        let row = |y: &usize| self.dark[y * self.w..][..self.w].contains(&true);
        let (left, right) = ((0..self.w).find(column), (0..self.w).rfind(column));
        let (top, bottom) = ((0..self.h).find(row), (0..self.h).rfind(row));
        let (Some(left), Some(right), Some(top), Some(bottom)) = (left, right, top, bottom) else {
            return self;
        };
        let (w, h) = (right + 1 - left, bottom + 1 - top);
        let dark = (0..w * h).map(|i| self.dark[(top + i / w) * self.w + left + i % w]).collect();
        Modules { w, h, dark, linear: self.linear }
    }

    /// Modules of quiet zone to leave on each side (10 for linear codes, 4 for QR, the widest asked for).
    pub fn quiet(&self) -> usize {
        if self.linear { 10 } else { 4 }
    }

    /// An `<svg>` element with its quiet zone, as wide as its box; linear codes are `bar` modules tall.
    pub fn svg(&self, bar: usize, label: &str) -> String {
        let q = self.quiet();
        let tall = if self.linear { bar } else { 1 };
        let above = if self.linear { 0 } else { q };
        let (w, h) = (self.w + 2 * q, self.h * tall + 2 * above);
        let mut path = String::new();
        for y in 0..self.h {
            let row = &self.dark[y * self.w..][..self.w];
            let mut x = 0;
            while x < self.w {
                let run = row[x..].iter().take_while(|d| **d == row[x]).count();
                if row[x] {
                    path += &format!("M{} {}h{run}v{tall}h-{run}z", x + q, y * tall + above);
                }
                x += run;
            }
        }
        let label = escape(label);
        format!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" role="img" aria-label="{label}" shape-rendering="crispEdges"><rect width="{w}" height="{h}" fill="#fff"/><path d="{path}" fill="#000"/></svg>"##
        )
    }

    /// Black on white pixels with the quiet zone, `module` pixels a module.
    pub fn image(&self, module: u32) -> image::GrayImage {
        let q = self.quiet() as u32;
        let tall = if self.linear { 40 } else { 1 };
        let (w, h) = (self.w as u32 + 2 * q, self.h as u32 * tall + 2 * q);
        image::GrayImage::from_fn(w * module, h * module, |x, y| {
            let (x, y) = ((x / module).wrapping_sub(q) as usize, (y / module).wrapping_sub(q) as usize);
            let y = y / tall as usize;
            image::Luma([if x < self.w && y < self.h && self.dark[y * self.w + x] { 0 } else { 255 }])
        })
    }
}

/// Text for HTML and SVG.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
