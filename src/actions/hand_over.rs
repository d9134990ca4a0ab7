//! The end of a sealing: somebody pulled on the seal, and the carrier's driver signs for the cargo.

use seal_core::fact::{CargoHandedOver, Fact, TugTested};
use seal_core::ids::CaseId;
use seal_core::officer::Officer;
use seal_core::seal_no::SealNo;

use super::Kit;
use crate::ports::store::StoreError;

/// Size of the canvas on which a signature is stored.
pub const CANVAS: (u32, u32) = (1000, 400);

/// Why nothing was handed over.
#[derive(Debug, thiserror::Error)]
pub enum HandOverTrouble {
    /// Nobody pulled on the seal.
    #[error("the tug test is missing")]
    NotTugged,
    /// No name.
    #[error("the name of the signer is missing")]
    NoName,
    /// No signature.
    #[error("the signature is missing")]
    NotSigned,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Writes down that somebody pulled on the seal.
///
/// # Errors
/// [`StoreError`]; then nothing was written.
pub fn note_tug(kit: &Kit, officer: &Officer, case: CaseId, seal: &SealNo, held: bool) -> Result<(), StoreError> {
    kit.record(officer, Some(case), vec![Fact::TugTested(TugTested { seal: seal.clone(), held })]).map(|_| ())
}

/// Tug test that held, and the driver's signature, in one act.
///
/// # Errors
/// [`HandOverTrouble`]; then nothing was written.
pub fn hand_over(
    kit: &Kit,
    officer: &Officer,
    case: CaseId,
    seal: &SealNo,
    tugged: bool,
    name: &str,
    id_number: &str,
    signature: &str,
) -> Result<(), HandOverTrouble> {
    if !tugged {
        return Err(HandOverTrouble::NotTugged);
    }
    if name.trim().is_empty() {
        return Err(HandOverTrouble::NoName);
    }
    if signature.trim().is_empty() {
        return Err(HandOverTrouble::NotSigned);
    }
    let facts = vec![
        Fact::TugTested(TugTested { seal: seal.clone(), held: true }),
        Fact::CargoHandedOver(CargoHandedOver {
            name: name.trim().to_owned(),
            id_number: id_number.trim().to_owned(),
            signature: signature.to_owned(),
        }),
    ];
    kit.record(officer, Some(case), facts)?;
    Ok(())
}

/// A path of `M`, `L` and whole numbers, from a pad of `from` units to the stored canvas.
#[must_use]
pub fn to_canvas(path: &str, from: (u32, u32)) -> String {
    let mut out = String::with_capacity(path.len() + 16);
    let mut number = String::new();
    let mut x = true;
    let flush = |number: &mut String, out: &mut String, x: &mut bool| {
        if let Ok(value) = number.parse::<i64>() {
            let (to, from) = if *x { (CANVAS.0, from.0) } else { (CANVAS.1, from.1) };
            out.push_str(&(value * i64::from(to) / i64::from(from.max(1))).to_string());
            *x = !*x;
        }
        number.clear();
    };
    for c in path.chars() {
        if c.is_ascii_digit() || c == '-' {
            number.push(c);
            continue;
        }
        flush(&mut number, &mut out, &mut x);
        if c.is_ascii_alphabetic() {
            x = true;
        }
        out.push(c);
    }
    flush(&mut number, &mut out, &mut x);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_fills_the_stored_canvas() {
        assert_eq!(to_canvas("M0 0L600 260M300 130", (600, 260)), "M0 0L1000 400M500 200");
        assert_eq!(to_canvas("M-6 13L60 26", (600, 260)), "M-10 20L100 40");
        assert_eq!(to_canvas("", (600, 260)), "");
    }
}
