//! The other direction: a text as the dark and light modules of a QR code or a Code 128, for paper.

use rxing::{BarcodeFormat, EncodeHints, Writer as _};
use seal_core::scan::Symbology;

/// A symbol without its quiet zone, row by row. A linear one has one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    /// Modules across.
    pub across: usize,
    /// Rows.
    pub down: usize,
    /// `across * down` modules, true is dark.
    pub dark: Vec<bool>,
}

impl Symbol {
    /// The symbol of a text.
    ///
    /// # Errors
    /// Says why this symbology cannot carry it.
    pub fn of(symbology: Symbology, text: &str) -> Result<Self, String> {
        match symbology {
            Symbology::Qr => qr(text),
            Symbology::Code128 => code128(text),
            other => Err(format!("{} is not printed on documents", other.name())),
        }
    }

    /// Modules of white that a reader may count on at each side (ISO/IEC 18004: 4; ISO/IEC 15417: 10).
    pub fn quiet(&self) -> usize {
        if self.down == 1 { 10 } else { 4 }
    }

    /// Runs of dark modules: first module, row, modules.
    pub fn runs(&self) -> Vec<(usize, usize, usize)> {
        let mut runs = Vec::new();
        for (y, row) in self.dark.chunks(self.across).enumerate() {
            let mut x = 0;
            while x < row.len() {
                let run = row[x..].iter().take_while(|dark| **dark == row[x]).count();
                if row[x] {
                    runs.push((x, y, run));
                }
                x += run;
            }
        }
        runs
    }
}

/// Correction level M: the code lives on cardboard.
fn qr(text: &str) -> Result<Symbol, String> {
    let code = qrcode::QrCode::with_error_correction_level(text, qrcode::EcLevel::M).map_err(|e| e.to_string())?;
    let across = code.width();
    let dark = code.into_colors().into_iter().map(|colour| colour == qrcode::Color::Dark).collect();
    Ok(Symbol { across, down: across, dark })
}

fn code128(text: &str) -> Result<Symbol, String> {
    let hints = EncodeHints { Margin: Some("0".into()), ..EncodeHints::default() };
    let writer = rxing::oned::Code128Writer;
    let bits = writer.encode_with_hints(text, &BarcodeFormat::CODE_128, 0, 1, &hints).map_err(|e| e.to_string())?;
    let dark: Vec<bool> = (0..bits.width()).map(|x| bits.get(x, 0)).collect();
    // A symbol begins and ends with a bar.
    let (Some(first), Some(last)) = (dark.iter().position(|dark| *dark), dark.iter().rposition(|dark| *dark)) else {
        return Err("nothing to print".to_owned());
    };
    let dark = dark[first..=last].to_vec();
    Ok(Symbol { across: dark.len(), down: 1, dark })
}
