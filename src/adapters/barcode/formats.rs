//! Which symbologies a screen looks for.

use seal_core::scan::Symbology;

/// Which symbologies to look for. Fewer are faster and misread less.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Formats(seal_barcode::Formats);

impl Formats {
    /// What seals, sheets, containers and parcels may carry. Aztec and EAN are not among it: a screen asks for them.
    pub const APP: Formats = Formats(seal_barcode::Formats::of(&[
        seal_barcode::Symbology::Code128,
        seal_barcode::Symbology::Code39,
        seal_barcode::Symbology::Itf,
        seal_barcode::Symbology::Qr,
        seal_barcode::Symbology::DataMatrix,
        seal_barcode::Symbology::Pdf417,
    ]));
    /// Everything this build reads.
    pub const ALL: Formats = Formats(seal_barcode::Formats::ALL);
    /// The one scan box. PDF417, on some waybills only, is left to their screen.
    pub const SCAN: Formats = Formats(seal_barcode::Formats::of(&[
        seal_barcode::Symbology::Code128,
        seal_barcode::Symbology::Code39,
        seal_barcode::Symbology::Qr,
        seal_barcode::Symbology::DataMatrix,
    ]));
    /// The customs sheets: QR per row, Code 39 or Code 128 in the header.
    pub const SHEET: Formats = Formats(seal_barcode::Formats::of(&[
        seal_barcode::Symbology::Code128,
        seal_barcode::Symbology::Code39,
        seal_barcode::Symbology::Qr,
    ]));
    /// Seal labels.
    pub const SEAL: Formats = Formats(seal_barcode::Formats::of(&[
        seal_barcode::Symbology::Code128,
        seal_barcode::Symbology::Code39,
        seal_barcode::Symbology::Itf,
        seal_barcode::Symbology::Qr,
        seal_barcode::Symbology::DataMatrix,
    ]));
    /// Courier waybills.
    pub const WAYBILL: Formats = Formats::APP;

    /// The set with a given number in a frame's header: 0 scan box, 1 sheet, 2 seal, 3 waybill, else the app's.
    #[must_use]
    pub fn by_id(id: u8) -> Formats {
        match id {
            0 => Formats::SCAN,
            1 => Formats::SHEET,
            2 => Formats::SEAL,
            3 => Formats::WAYBILL,
            _ => Formats::APP,
        }
    }

    /// Exactly these.
    #[must_use]
    pub fn of(symbologies: &[Symbology]) -> Formats {
        let theirs: Vec<_> = symbologies.iter().map(|s| theirs(*s)).collect();
        Formats(seal_barcode::Formats::of(&theirs))
    }

    /// Is it in the set?
    #[must_use]
    pub fn has(self, symbology: Symbology) -> bool {
        self.0.has(theirs(symbology))
    }

    pub(super) fn theirs(self) -> seal_barcode::Formats {
        self.0
    }
}

fn theirs(symbology: Symbology) -> seal_barcode::Symbology {
    match symbology {
        Symbology::Code128 => seal_barcode::Symbology::Code128,
        Symbology::Code39 => seal_barcode::Symbology::Code39,
        Symbology::Itf => seal_barcode::Symbology::Itf,
        Symbology::Qr => seal_barcode::Symbology::Qr,
        Symbology::Datamatrix => seal_barcode::Symbology::DataMatrix,
        Symbology::Pdf417 => seal_barcode::Symbology::Pdf417,
        Symbology::Ean13 => seal_barcode::Symbology::Ean13,
        Symbology::Aztec => seal_barcode::Symbology::Aztec,
    }
}

pub(super) fn ours(symbology: seal_barcode::Symbology) -> Symbology {
    match symbology {
        seal_barcode::Symbology::Code128 => Symbology::Code128,
        seal_barcode::Symbology::Code39 => Symbology::Code39,
        seal_barcode::Symbology::Itf => Symbology::Itf,
        seal_barcode::Symbology::Qr => Symbology::Qr,
        seal_barcode::Symbology::DataMatrix => Symbology::Datamatrix,
        seal_barcode::Symbology::Pdf417 => Symbology::Pdf417,
        seal_barcode::Symbology::Ean13 => Symbology::Ean13,
        seal_barcode::Symbology::Aztec => Symbology::Aztec,
    }
}
