//! The table with which a central's operator registers seals: CSV with the columns `seal`, `family`, and where they are
//! wanted `epoch` and `password`.

use std::io;

use seal_core::seal_no::SealNo;
use serde::Deserialize;

use crate::seals::{SealFamily, a7_password};

/// Why a table is not taken. Tells the row, never what stands in it: it may be a password.
#[derive(Debug, thiserror::Error)]
pub enum SealTableError {
    /// Not such a table.
    #[error(transparent)]
    Csv(#[from] csv::Error),
    /// A row whose family and columns do not fit.
    #[error("row {0}: the family is eseal-1 without a password, or a7 with one of six digits and no epoch")]
    Family(usize),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    seal: SealNo,
    family: String,
    #[serde(default)]
    epoch: Option<u8>,
    #[serde(default)]
    password: Option<String>,
}

/// Reads the table: all of it or nothing.
///
/// # Errors
/// [`SealTableError`] of the first row that is wrong.
pub fn seal_table(csv: impl io::Read) -> Result<Vec<(SealNo, SealFamily)>, SealTableError> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(csv);
    let mut seals = Vec::new();
    for (at, row) in reader.deserialize().enumerate() {
        let Row { seal, family, epoch, password } = row?;
        let family = match (family.as_str(), epoch, password.as_deref()) {
            ("eseal-1", epoch, None) => Some(SealFamily::ESeal1 { epoch }),
            ("a7", None, Some(digits)) => a7_password(digits).map(|password| SealFamily::A7 { password }),
            _ => None,
        };
        seals.push((seal, family.ok_or(SealTableError::Family(at + 1))?));
    }
    Ok(seals)
}
