//! Writing small files so that a power cut leaves the old content or the new, never a piece.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

use uuid::Uuid;

/// Makes the folder, readable by this app only.
pub fn private_folder(folder: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Writes `bytes` to `path`, readable by this app only. When this returns they survive a power cut. `scratch` is a folder
/// of the same file system for the half-written file.
pub fn write_durably(scratch: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let half = scratch.join(format!("{}.tmp", Uuid::new_v4()));
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&half)
        .and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()
        })
        .and_then(|()| fs::rename(&half, path));
    if let Err(error) = written {
        // Nothing of value is in the half-written file; if it cannot be removed either, it only takes space.
        let _ = fs::remove_file(&half);
        return Err(error);
    }
    sync_folder_of(path)
}

/// Makes a rename or removal in the folder of `path` last.
pub fn sync_folder_of(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}
