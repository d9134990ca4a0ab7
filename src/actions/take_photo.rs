//! A photograph as evidence: looked at, kept with its small picture, then written down. The original is never changed.

use seal_core::evidence::{PhotoQuality, PhotoRef, PhotoRole, Thumbnail};
use seal_core::fact::{Fact, PhotoTaken, Stage};
use seal_core::ids::CaseId;
use seal_core::officer::Officer;
use seal_core::time::date_in_vietnam;

use super::Kit;
use super::pack_parcel::waiting_parcel;
use crate::ports::camera::{CameraTrouble, Still};
use crate::ports::photos::{Examined, PhotoError};
use crate::ports::store::StoreError;

/// Why there is no photograph.
#[derive(Debug, thiserror::Error)]
pub enum PhotoTrouble {
    /// The camera gave none.
    #[error(transparent)]
    Camera(#[from] CameraTrouble),
    /// It cannot be kept, or is no picture.
    #[error(transparent)]
    Photo(#[from] PhotoError),
    /// It was chosen from files: that proves nothing.
    #[error("a picture from files is no evidence")]
    NotFromCamera,
    /// The store failed; the picture's file stays, unnamed by any fact.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A still and what it is like; nothing is kept of it yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shot {
    /// The picture.
    pub still: Still,
    /// What was found in it.
    pub examined: Examined,
}

/// Room for a photograph, by the rules of the day. A phone that does not tell its free space is believed to have it: writing
/// the photograph will tell.
///
/// # Errors
/// [`PhotoError::DiskFull`] when there is too little.
pub fn check_room(kit: &Kit) -> Result<(), PhotoTrouble> {
    let needed = kit.store.rules()?.room_before_photo(date_in_vietnam(kit.clock.now().wall));
    match kit.photos.free_space() {
        Some(free) if free < needed => Err(PhotoError::DiskFull { free, needed }.into()),
        _ => Ok(()),
    }
}

/// Takes a still from the running camera and looks at it. Without room it takes none: what cannot be kept is no evidence.
///
/// # Errors
/// [`PhotoTrouble`].
pub async fn shoot(kit: &Kit) -> Result<Shot, PhotoTrouble> {
    check_room(kit)?;
    let still = kit.camera.still().await?;
    let examined = kit.photos.examine(&still.bytes)?;
    Ok(Shot { still, examined })
}

/// Keeps the shot: original and small picture first, each safe on the disk, then the fact that names them.
///
/// # Errors
/// [`PhotoTrouble`]; then no fact was written.
pub fn keep_photo(
    kit: &Kit,
    officer: &Officer,
    case: Option<CaseId>,
    role: PhotoRole,
    stage: Stage,
    shot: &Shot,
) -> Result<PhotoRef, PhotoTrouble> {
    if !shot.still.from_camera {
        return Err(PhotoTrouble::NotFromCamera);
    }
    let sha256 = kit.photos.keep(&shot.still.bytes)?;
    let small = &shot.examined.thumbnail;
    let thumbnail = if small.is_empty() {
        None
    } else {
        Some(Thumbnail { sha256: kit.photos.keep(small)?, bytes: small.len() as u64 })
    };
    let photo = PhotoRef {
        sha256,
        bytes: shot.still.bytes.len() as u64,
        media_type: shot.still.media_type.clone(),
        width: shot.examined.width,
        height: shot.examined.height,
        thumbnail,
    };
    // A photograph of a content names its parcel, so that it goes where the parcel goes.
    let parcel = match (case, role) {
        (None, PhotoRole::ParcelContents) => waiting_parcel(kit)?,
        _ => None,
    };
    let taken =
        PhotoTaken { photo: photo.clone(), role, stage, quality: shot.examined.quality, from_camera: true, parcel };
    kit.record(officer, case, vec![Fact::PhotoTaken(taken)])?;
    Ok(photo)
}

/// Good enough as it is; otherwise the officer is asked to take it again, and may keep it all the same.
#[must_use]
pub fn is_good(quality: PhotoQuality) -> bool {
    quality == PhotoQuality::Good
}
