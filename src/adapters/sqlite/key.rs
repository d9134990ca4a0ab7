//! The key of a database file: SQLite3 Multiple Ciphers, ChaCha20-Poly1305 on every page of database, log and journal.
//!
//! The key is random, so nothing is derived from a password and the file's first sixteen bytes, meant for a salt, are free:
//! they are made of the key and name it. So a plain file, one of another key and one of ours are told apart without a try.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use rusqlite::Connection;
use zeroize::Zeroizing;

use crate::adapters::sealed::{expand, hex};
use crate::ports::store::StoreError;
use crate::ports::vault::Key;

/// How every plain SQLite file begins.
pub const PLAIN: &[u8; 16] = b"SQLite format 3\0";

/// What the beginning of a file says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Header {
    /// There is nothing yet.
    Nothing,
    /// Not encrypted.
    Plain,
    /// Encrypted under this key.
    Ours,
    /// Encrypted under another, or not a database.
    Foreign,
}

/// Reads the beginning of `path`.
pub fn header(path: &Path, key: &Key) -> Result<Header, StoreError> {
    let mut first = [0; 16];
    match File::open(path).and_then(|mut file| file.read_exact(&mut first)) {
        Ok(()) if first == *PLAIN => Ok(Header::Plain),
        Ok(()) if first == name(key) => Ok(Header::Ours),
        Ok(()) => Ok(Header::Foreign),
        // Shorter than any page: what was begun was never committed.
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::UnexpectedEof) => {
            Ok(Header::Nothing)
        }
        Err(error) => Err(StoreError::Database(error.to_string())),
    }
}

/// Gives the connection its key. Nothing is read yet.
pub fn unlock(conn: &Connection, key: &Key) -> rusqlite::Result<()> {
    // Or it is read from the file, and made up when the disk refuses to read just then.
    conn.pragma_update(None, "cipher_salt", hex(&name(key)))?;
    conn.pragma_update(None, "key", text(key).as_str())
}

/// The key as SQL takes it: 64 digits of key, 32 of the file's first bytes.
pub fn text(key: &Key) -> Zeroizing<String> {
    Zeroizing::new(format!("x'{}{}'", hex(key.bytes()), hex(&name(key))))
}

fn name(key: &Key) -> [u8; 16] {
    expand(key, "name of the database's key")
}
