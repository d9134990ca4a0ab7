//! How values stand in the tables, and how the database's troubles are told.

use jiff::Timestamp;
use rusqlite::ErrorCode;
use seal_core::event::SignedEvent;
use seal_core::ids::Sha256;
use serde::Serialize;
use serde::de::{DeserializeOwned, IntoDeserializer as _};
use uuid::Uuid;

use crate::ports::store::StoreError;

/// `SQLITE_IOERR_SHMSIZE`: how a full disk shows when the write-ahead log's index has to grow.
const IOERR_SHMSIZE: i32 = 4874;

/// SQLite's trouble as the port tells it.
pub fn database(error: rusqlite::Error) -> StoreError {
    if let rusqlite::Error::SqliteFailure(code, _) = &error {
        if code.code == ErrorCode::DiskFull || code.extended_code == IOERR_SHMSIZE {
            return StoreError::DiskFull;
        }
        if is_damage(&error) {
            return StoreError::Damaged(error.to_string());
        }
    }
    StoreError::Database(error.to_string())
}

/// Only what SQLite itself calls corruption: anything else may pass, and must not cost the officer the database.
pub fn is_damage(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}

pub fn millis(at: Timestamp) -> i64 {
    at.as_millisecond()
}

pub fn moment(millis: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_millisecond(millis).map_err(|e| StoreError::Database(format!("a stored time is out of range: {e}")))
}

pub fn uuid(bytes: &[u8]) -> Result<Uuid, StoreError> {
    Uuid::from_slice(bytes).map_err(|e| StoreError::Database(format!("a stored id is no id: {e}")))
}

pub fn digest(bytes: &[u8]) -> Result<Sha256, StoreError> {
    bytes.try_into().map(Sha256).map_err(|_| StoreError::Database("a stored digest has not 32 bytes".to_owned()))
}

pub fn event(cose: &[u8]) -> Result<SignedEvent, StoreError> {
    SignedEvent::read(cose).map_err(|e| StoreError::Database(format!("a stored event cannot be read: {e}")))
}

/// The stored name of a value that is a plain name, as serde writes it.
pub fn to_code<T: Serialize>(value: &T) -> Result<String, StoreError> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(code)) => Ok(code),
        other => Err(StoreError::Database(format!("a code cannot be stored: {other:?}"))),
    }
}

pub fn from_code<T: DeserializeOwned>(code: &str) -> Result<T, StoreError> {
    T::deserialize(code.into_deserializer())
        .map_err(|e: serde::de::value::Error| StoreError::Database(format!("a stored code cannot be read: {e}")))
}

pub fn to_json<T: Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|e| StoreError::Database(format!("a value cannot be stored: {e}")))
}

pub fn from_json<T: DeserializeOwned>(json: &str) -> Result<T, StoreError> {
    serde_json::from_str(json).map_err(|e| StoreError::Database(format!("a stored value cannot be read: {e}")))
}
