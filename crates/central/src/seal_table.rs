//! The table with which a central's operator registers seals: CSV with the columns `seal`, `family`, and where they are
//! wanted `epoch` and `password`.

use std::io;

use seal_core::seal_no::SealNo;
use serde::Deserialize;

use crate::seals::{SealFamily, a7_password};

/// Why a table is not taken. Tells the row, never what stands in it: it may be a password.
#[derive(Debug, thiserror::Error)]
pub enum SealTableError {
    /// The file breaks off, is no text, or its rows are not equally long.
    #[error("the table cannot be read: {0}")]
    Csv(csv::Error),
    /// The first line does not name the columns. The library would quote what it found instead: in a table without that line,
    /// a password.
    #[error("the first line names the columns: seal, family, and where they are wanted epoch and password")]
    Columns,
    /// A row whose seal is no seal number, or whose epoch is none.
    #[error("row {0}: a seal number, and where it is wanted an epoch from 0 to 255")]
    Row(usize),
    /// A row whose family and columns do not fit.
    #[error("row {0}: the family is eseal-1 without a password, or a7 with one of six digits and no epoch")]
    Family(usize),
}

/// The columns there may be; the first two there must be.
const COLUMNS: [&str; 4] = ["seal", "family", "epoch", "password"];

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
    let headers = reader.headers().map_err(SealTableError::Csv)?;
    if !headers.iter().all(|name| COLUMNS.contains(&name))
        || !COLUMNS[..2].iter().all(|name| headers.iter().any(|one| one == *name))
    {
        return Err(SealTableError::Columns);
    }
    let mut seals = Vec::new();
    for (at, row) in reader.deserialize().enumerate() {
        let Row { seal, family, epoch, password } = row.map_err(|error| match error.kind() {
            csv::ErrorKind::Deserialize { .. } => SealTableError::Row(at + 1),
            _ => SealTableError::Csv(error),
        })?;
        let family = match (family.as_str(), epoch, password.as_deref()) {
            ("eseal-1", epoch, None) => Some(SealFamily::ESeal1 { epoch }),
            ("a7", None, Some(digits)) => a7_password(digits).map(|password| SealFamily::A7 { password }),
            _ => None,
        };
        seals.push((seal, family.ok_or(SealTableError::Family(at + 1))?));
    }
    Ok(seals)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_complaint_tells_a_password() {
        for text in [
            "83181002,a7,,731946\n83181003,a7,,731947\n",
            "seal,family,731946\n83181002,a7,x\n",
            "seal,family,epoch,password\n83181002,a7,731946,\n",
            "seal,family,epoch,password\n#731946,a7,,\n",
            "seal,family,password\n83181002,eseal-1,731946\n",
            "seal,family,password\n83181002,a7,731946,731946\n",
            "seal,family,seal,password\n83181002,a7,731946,731946\n",
        ] {
            let error = seal_table(text.as_bytes()).unwrap_err().to_string();
            assert!(!error.contains("731946"), "{error}");
        }
    }
}
