//! Photos as sealed files: `sealed/ab/<keyed hash of the photo's digest>`. Neither picture nor digest can be seen without
//! the vault's key. A photo is sealed whole, as it is read whole.
//!
//! A photo is written and synced before the transaction that names it, so a fact never points at nothing. A file whose
//! transaction did not come is only a spare file. Nothing is deleted here, with or without a receipt.

use std::path::{Path, PathBuf};
use std::{fs, io};

use seal_core::evidence::PhotoQuality;
use seal_core::ids::Sha256;

use super::files;
use super::photo::{PhotoFault, check_photo};
use super::sealed::Sealer;
use crate::platform::free_space;
use crate::ports::photos::{Examined, PhotoError, PhotoFiles};
use crate::ports::vault::Key;

/// Kept free for the database, which must always be able to take the facts of the photos: 16 MiB.
pub const RESERVE: u64 = 16 << 20;

/// Where photos lay before they were sealed: `blobs/ab/<sha256>`.
const PLAIN: &str = "blobs";

/// Bytes free where a folder lies; none when the system does not say.
type FreeSpace = Box<dyn Fn(&Path) -> Option<u64> + Send + Sync>;

/// A folder of photos.
pub struct PhotoFolder {
    files: PathBuf,
    scratch: PathBuf,
    sealer: Sealer,
    free: FreeSpace,
}

impl PhotoFolder {
    /// Opens `folder`, making it if need be. Photos of an app that did not seal are sealed now.
    ///
    /// # Errors
    /// When it cannot be made, or a photo cannot be sealed; the photo is as it was then.
    pub fn open(folder: &Path, key: &Key) -> io::Result<Self> {
        Self::with_free_space(folder, key, |folder| free_space(folder).ok())
    }

    /// The same, with another source of the free space: tests and the practice trouble "memory full".
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn with_free_space(
        folder: &Path,
        key: &Key,
        free: impl Fn(&Path) -> Option<u64> + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let (files, scratch) = (folder.join("sealed"), folder.join("tmp"));
        files::private_folder(&files)?;
        files::private_folder(&scratch)?;
        // Half-written files of an app that was stopped.
        for half in fs::read_dir(&scratch)? {
            fs::remove_file(half?.path())?;
        }
        let photos = Self { files, scratch, sealer: Sealer::new(key), free: Box::new(free) };
        photos.seal_plain(&folder.join(PLAIN))?;
        Ok(photos)
    }

    /// Where a photo is, or would be.
    #[must_use]
    pub fn file(&self, photo: &Sha256) -> PathBuf {
        let name = self.sealer.name(&photo.0);
        self.files.join(&name[..2]).join(name)
    }

    /// Seals photos that lie plain, one after the other. The plain file goes when the sealed one is on the disk, so a stop at
    /// any point loses none. One that is no longer what its name says is sealed as it is: reading it goes on saying so.
    fn seal_plain(&self, plain: &Path) -> io::Result<()> {
        let folders = match fs::read_dir(plain) {
            Ok(folders) => folders,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        };
        for folder in folders {
            let folder = folder?.path();
            for file in fs::read_dir(&folder)? {
                let file = file?.path();
                let Some(photo) = file.file_name().and_then(|name| Sha256::from_hex(name.to_str()?)) else {
                    continue;
                };
                if !self.has(&photo) {
                    self.write(&photo, &fs::read(&file)?)?;
                }
                fs::remove_file(&file)?;
            }
            remove_if_empty(&folder)?;
        }
        remove_if_empty(plain)
    }

    fn write(&self, photo: &Sha256, bytes: &[u8]) -> io::Result<()> {
        let path = self.file(photo);
        if let Some(folder) = path.parent() {
            files::private_folder(folder)?;
            files::sync_folder_of(folder)?;
        }
        files::write_durably(&self.scratch, &path, &self.sealer.seal(&photo.0, bytes))
    }
}

fn remove_if_empty(folder: &Path) -> io::Result<()> {
    match fs::remove_dir(folder) {
        Err(error) if error.kind() != io::ErrorKind::DirectoryNotEmpty => Err(error),
        _ => Ok(()),
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
        self.write(&photo, bytes).map_err(|error| match error.kind() {
            io::ErrorKind::StorageFull => PhotoError::DiskFull { free: self.free_space().unwrap_or(0), needed },
            _ => PhotoError::Io(error),
        })?;
        Ok(photo)
    }

    fn read(&self, photo: &Sha256) -> Result<Vec<u8>, PhotoError> {
        let sealed = fs::read(self.file(photo)).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => PhotoError::Missing(*photo),
            _ => PhotoError::Io(error),
        })?;
        let bytes = self.sealer.open(&photo.0, &sealed).map_err(|_| PhotoError::Changed(*photo))?;
        if Sha256::of(&bytes) == *photo { Ok(bytes) } else { Err(PhotoError::Changed(*photo)) }
    }

    fn has(&self, photo: &Sha256) -> bool {
        self.file(photo).is_file()
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
        (self.free)(&self.files)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> Key {
        Key::new([3; 32])
    }

    #[test]
    fn a_photo_is_kept_once_and_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let photos = PhotoFolder::open(folder.path(), &key()).unwrap();
        let photo = photos.keep(b"abc").unwrap();
        // FIPS 180 vector.
        assert_eq!(photo.to_string(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(photos.keep(b"abc").unwrap(), photo);
        assert!(photos.has(&photo));
        assert_eq!(photos.read(&photo).unwrap(), b"abc");
        assert_eq!(fs::read_dir(folder.path().join("tmp")).unwrap().count(), 0);
    }

    #[test]
    fn a_changed_or_missing_file_says_so_and_can_be_kept_again() {
        let folder = tempfile::tempdir().unwrap();
        let photos = PhotoFolder::open(folder.path(), &key()).unwrap();
        let photo = photos.keep(b"evidence").unwrap();
        fs::write(photos.file(&photo), b"").unwrap();
        assert!(matches!(photos.read(&photo), Err(PhotoError::Changed(_))));
        photos.keep(b"evidence").unwrap();
        assert_eq!(photos.read(&photo).unwrap(), b"evidence");
        assert!(matches!(photos.read(&Sha256::of(b"else")), Err(PhotoError::Missing(_))));
    }

    #[test]
    fn a_full_disk_is_told_before_anything_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let photos = PhotoFolder::with_free_space(folder.path(), &key(), |_| Some(RESERVE + 2)).unwrap();
        assert!(matches!(photos.keep(b"abc"), Err(PhotoError::DiskFull { .. })));
        assert_eq!(fs::read_dir(folder.path().join("sealed")).unwrap().count(), 0);
        assert!(photos.keep(b"ab").is_ok());
    }

    #[test]
    fn a_half_written_file_is_swept_at_the_next_start() {
        let folder = tempfile::tempdir().unwrap();
        drop(PhotoFolder::open(folder.path(), &key()).unwrap());
        fs::write(folder.path().join("tmp/half.tmp"), b"ha").unwrap();
        PhotoFolder::open(folder.path(), &key()).unwrap();
        assert_eq!(fs::read_dir(folder.path().join("tmp")).unwrap().count(), 0);
    }

    #[test]
    fn plain_photos_are_sealed_and_a_stop_in_between_loses_none() {
        let folder = tempfile::tempdir().unwrap();
        let plain = |bytes: &[u8]| {
            let name = Sha256::of(bytes).to_string();
            let path = folder.path().join("blobs").join(&name[..2]).join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, bytes).unwrap();
            path
        };
        let pictures: Vec<Vec<u8>> = (0..5_u8).map(|n| vec![n; 3000]).collect();
        for picture in &pictures {
            plain(picture);
        }
        let changed = plain(b"evidence");
        fs::write(&changed, b"forged").unwrap();
        // Stopped after the third was sealed and before its plain file was gone.
        let photos = PhotoFolder::open(&folder.path().join("aside"), &key()).unwrap();
        let (from, to) = (photos.file(&Sha256::of(&pictures[2])), folder.path().join("sealed"));
        photos.keep(&pictures[2]).unwrap();
        let name = from.strip_prefix(&photos.files).unwrap();
        fs::create_dir_all(to.join(name).parent().unwrap()).unwrap();
        fs::copy(&from, to.join(name)).unwrap();
        for _ in 0..2 {
            let photos = PhotoFolder::open(folder.path(), &key()).unwrap();
            for picture in &pictures {
                assert_eq!(photos.read(&Sha256::of(picture)).unwrap(), *picture);
            }
            assert!(matches!(photos.read(&Sha256::of(b"evidence")), Err(PhotoError::Changed(_))));
            assert!(!folder.path().join("blobs").exists());
        }
    }
}
