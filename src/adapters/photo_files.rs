//! Photos as files named by their digest: `blobs/ab/<sha256>`.
//!
//! A photo is written and synced before the transaction that names it, so a fact never points at nothing. A file whose
//! transaction did not come is only a spare file. Nothing is deleted here, with or without a receipt.

use std::path::{Path, PathBuf};
use std::{fs, io};

use seal_core::evidence::PhotoQuality;
use seal_core::ids::Sha256;

use super::files;
use super::photo::{PhotoFault, check_photo};
use crate::platform::free_space;
use crate::ports::photos::{Examined, PhotoError, PhotoFiles};

/// Kept free for the database, which must always be able to take the facts of the photos: 16 MiB.
pub const RESERVE: u64 = 16 << 20;

/// Bytes free where a folder lies; none when the system does not say.
type FreeSpace = Box<dyn Fn(&Path) -> Option<u64> + Send + Sync>;

/// A folder of photos.
pub struct PhotoFolder {
    blobs: PathBuf,
    scratch: PathBuf,
    free: FreeSpace,
}

impl PhotoFolder {
    /// Opens `folder`, making it if need be.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn open(folder: &Path) -> io::Result<Self> {
        Self::with_free_space(folder, |folder| free_space(folder).ok())
    }

    /// The same, with another source of the free space: tests and the practice trouble "memory full".
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn with_free_space(
        folder: &Path,
        free: impl Fn(&Path) -> Option<u64> + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let (blobs, scratch) = (folder.join("blobs"), folder.join("tmp"));
        files::private_folder(&blobs)?;
        files::private_folder(&scratch)?;
        // Half-written files of an app that was stopped.
        for half in fs::read_dir(&scratch)? {
            fs::remove_file(half?.path())?;
        }
        Ok(Self { blobs, scratch, free: Box::new(free) })
    }

    fn path(&self, photo: &Sha256) -> PathBuf {
        let name = photo.to_string();
        self.blobs.join(&name[..2]).join(name)
    }
}

impl PhotoFiles for PhotoFolder {
    fn keep(&self, bytes: &[u8]) -> Result<Sha256, PhotoError> {
        let photo = Sha256::of(bytes);
        match self.read(&photo) {
            Ok(_) => return Ok(photo),
            // Not there, or not any more what it should be: written anew.
            Err(PhotoError::Missing(_) | PhotoError::Changed(_)) => {}
            Err(error) => return Err(error),
        }
        let needed = (bytes.len() as u64).saturating_add(RESERVE);
        // A system that does not tell its free space must not keep the officer from taking evidence: the write will tell.
        if let Some(free) = self.free_space().filter(|free| *free < needed) {
            return Err(PhotoError::DiskFull { free, needed });
        }
        let path = self.path(&photo);
        if let Some(folder) = path.parent() {
            files::private_folder(folder)?;
            files::sync_folder_of(folder)?;
        }
        files::write_durably(&self.scratch, &path, bytes).map_err(|error| match error.kind() {
            io::ErrorKind::StorageFull => PhotoError::DiskFull { free: self.free_space().unwrap_or(0), needed },
            _ => PhotoError::Io(error),
        })?;
        Ok(photo)
    }

    fn read(&self, photo: &Sha256) -> Result<Vec<u8>, PhotoError> {
        let bytes = fs::read(self.path(photo)).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => PhotoError::Missing(*photo),
            _ => PhotoError::Io(error),
        })?;
        if Sha256::of(&bytes) == *photo { Ok(bytes) } else { Err(PhotoError::Changed(*photo)) }
    }

    fn has(&self, photo: &Sha256) -> bool {
        self.path(photo).is_file()
    }

    fn examine(&self, bytes: &[u8]) -> Result<Examined, PhotoError> {
        let check = check_photo(bytes).map_err(|error| PhotoError::NotAPicture(error.to_string()))?;
        let quality = match check.quality.fault() {
            None => PhotoQuality::Good,
            Some(PhotoFault::Blurred) => PhotoQuality::Blurred,
            Some(PhotoFault::Dark) => PhotoQuality::Dark,
            Some(PhotoFault::Bright) => PhotoQuality::Bright,
        };
        Ok(Examined { width: check.quality.width, height: check.quality.height, quality, thumbnail: check.thumbnail })
    }

    fn free_space(&self) -> Option<u64> {
        (self.free)(&self.blobs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_photo_is_kept_once_and_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let photos = PhotoFolder::open(folder.path()).unwrap();
        let photo = photos.keep(b"abc").unwrap();
        // FIPS 180 vector.
        let name = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert!(folder.path().join("blobs/ba").join(name).is_file());
        assert_eq!(photos.keep(b"abc").unwrap(), photo);
        assert!(photos.has(&photo));
        assert_eq!(photos.read(&photo).unwrap(), b"abc");
        assert_eq!(fs::read_dir(folder.path().join("tmp")).unwrap().count(), 0);
    }

    #[test]
    fn a_changed_or_missing_file_says_so_and_can_be_kept_again() {
        let folder = tempfile::tempdir().unwrap();
        let photos = PhotoFolder::open(folder.path()).unwrap();
        let photo = photos.keep(b"evidence").unwrap();
        fs::write(photos.path(&photo), b"").unwrap();
        assert!(matches!(photos.read(&photo), Err(PhotoError::Changed(_))));
        photos.keep(b"evidence").unwrap();
        assert_eq!(photos.read(&photo).unwrap(), b"evidence");
        assert!(matches!(photos.read(&Sha256::of(b"else")), Err(PhotoError::Missing(_))));
    }

    #[test]
    fn a_full_disk_is_told_before_anything_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let photos = PhotoFolder::with_free_space(folder.path(), |_| Some(RESERVE + 2)).unwrap();
        assert!(matches!(photos.keep(b"abc"), Err(PhotoError::DiskFull { .. })));
        assert_eq!(fs::read_dir(folder.path().join("blobs")).unwrap().count(), 0);
        assert!(photos.keep(b"ab").is_ok());
    }

    #[test]
    fn a_half_written_file_is_swept_at_the_next_start() {
        let folder = tempfile::tempdir().unwrap();
        drop(PhotoFolder::open(folder.path()).unwrap());
        fs::write(folder.path().join("tmp/half.tmp"), b"ha").unwrap();
        PhotoFolder::open(folder.path()).unwrap();
        assert_eq!(fs::read_dir(folder.path().join("tmp")).unwrap().count(), 0);
    }
}
