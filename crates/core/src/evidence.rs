//! Photographs as evidence: what each must show, and how it is named by its content.

use serde::{Deserialize, Serialize};

use crate::ids::Sha256;

/// What a photograph is to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhotoRole {
    /// Both doors of the container with its number.
    Doors,
    /// The rope through both lock eyes.
    RopePath,
    /// The closed lock with its number.
    ClosedLock,
    /// Vehicle and trailer plates.
    Plates,
    /// The seal's housing, on inspection.
    Housing,
    /// A bolt or mechanical seal, on inspection.
    Bolt,
    /// The cut rope or seal.
    CutSeal,
    /// A label that no reader could read.
    DamagedLabel,
    /// The content of a parcel.
    ParcelContents,
    /// The waybill.
    Waybill,
    /// Anything else worth keeping.
    Other,
}

/// A photograph, named by its content. The original bytes are never changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhotoRef {
    /// Digest of the original file.
    pub sha256: Sha256,
    /// Size of the original, bytes.
    pub bytes: u64,
    /// Media type, e.g. `image/jpeg`.
    pub media_type: String,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// A small derived picture, sent first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thumbnail: Option<Thumbnail>,
}

/// A derived picture of at most 20 KB.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thumbnail {
    /// Digest of its bytes.
    pub sha256: Sha256,
    /// Size, bytes.
    pub bytes: u64,
}

/// What the phone thought of the picture when it was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhotoQuality {
    /// Sharp and bright enough.
    Good,
    /// Blurred; the officer kept it all the same.
    Blurred,
    /// Too dark; the officer kept it all the same.
    Dark,
    /// Washed out by sun or flash; the officer kept it all the same.
    Bright,
}
