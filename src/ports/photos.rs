//! Photo bytes on the device, named by their digest.

use seal_core::evidence::PhotoQuality;
use seal_core::ids::Sha256;

/// Why a photo cannot be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum PhotoError {
    /// Less free space than a photo needs; nothing was written.
    #[error("not enough free space: {free} bytes left, {needed} needed")]
    DiskFull {
        /// Bytes free.
        free: u64,
        /// Bytes needed.
        needed: u64,
    },
    /// No file of that digest.
    #[error("the photo {0} is not on this device")]
    Missing(Sha256),
    /// The file does not have its digest any more.
    #[error("the photo {0} was changed on this device")]
    Changed(Sha256),
    /// The bytes are no picture that can be read.
    #[error("the picture cannot be read: {0}")]
    NotAPicture(String),
    /// The file system said no.
    #[error("the photo cannot be written or read: {0}")]
    Io(#[from] std::io::Error),
}

/// What a picture is like, found out before it is kept. The original is never changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examined {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Sharp and bright enough?
    pub quality: PhotoQuality,
    /// A derived picture of at most 20 KB.
    pub thumbnail: Vec<u8>,
}

/// Content-addressed files.
pub trait PhotoFiles: Send + Sync {
    /// Keeps the bytes: written, fsynced, renamed to their digest. When this returns they survive a power cut.
    ///
    /// # Errors
    /// [`PhotoError::DiskFull`] before anything is written, or I/O.
    fn keep(&self, bytes: &[u8]) -> Result<Sha256, PhotoError>;
    /// The whole file, its digest checked.
    ///
    /// # Errors
    /// [`PhotoError::Missing`], [`PhotoError::Changed`] or I/O.
    fn read(&self, photo: &Sha256) -> Result<Vec<u8>, PhotoError>;
    /// There is a file of that digest.
    fn has(&self, photo: &Sha256) -> bool;
    /// Looks at a picture before it is kept.
    ///
    /// # Errors
    /// [`PhotoError::NotAPicture`].
    fn examine(&self, bytes: &[u8]) -> Result<Examined, PhotoError>;
    /// Bytes free for photos; `None` where the system does not tell.
    fn free_space(&self) -> Option<u64>;
}
