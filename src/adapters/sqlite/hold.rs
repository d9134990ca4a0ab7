//! One sender at a time over all processes: a lock of the system on a file beside the database. The system gives it up when a
//! process ends, however that happens, so that nothing has to be timed.

use std::fs::{File, TryLockError};
use std::path::Path;

use super::open::beside;
use crate::ports::store::StoreError;

/// `None` while somebody else has it. Each call asks anew, also within one process.
pub fn take(database: &Path) -> Result<Option<File>, StoreError> {
    let trouble = |error: std::io::Error| StoreError::Database(format!("the queue cannot be held: {error}"));
    let file = File::create(beside(database, ".sender")).map_err(trouble)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(trouble(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_holds_it_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("seal.db");
        let first = take(&database).unwrap();
        assert!(first.is_some());
        assert!(take(&database).unwrap().is_none());
        drop(first);
        assert!(take(&database).unwrap().is_some());
    }
}
