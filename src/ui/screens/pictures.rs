//! Photographs as addresses that need no server.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use seal_core::evidence::PhotoRef;
use seal_core::ids::Sha256;

use crate::actions::Kit;

/// Which of a photograph's two pictures is shown where this device has both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prefer {
    /// The small one: tiles and lists.
    Thumbnail,
    /// The one as taken: for looking closely.
    Original,
}

/// A photograph's picture with its bytes inside: the preferred one, else the other, else (neither is on this device)
/// nothing.
pub fn photo_src(kit: &Kit, photo: &PhotoRef, prefer: Prefer) -> String {
    let original = Some((&photo.sha256, photo.media_type.as_str()));
    let thumbnail = photo.thumbnail.as_ref().map(|thumbnail| (&thumbnail.sha256, "image/jpeg"));
    let order = match prefer {
        Prefer::Thumbnail => [thumbnail, original],
        Prefer::Original => [original, thumbnail],
    };
    order.into_iter().flatten().find_map(|(sha256, media_type)| read(kit, sha256, media_type)).unwrap_or_default()
}

fn read(kit: &Kit, sha256: &Sha256, media_type: &str) -> Option<String> {
    if !kit.photos.has(sha256) {
        return None;
    }
    match kit.photos.read(sha256) {
        Ok(bytes) => Some(data_url(media_type, &bytes)),
        Err(error) => {
            tracing::warn!(%error, "a photo cannot be shown");
            None
        }
    }
}

/// Bytes as an address a picture element takes.
pub fn data_url(media_type: &str, bytes: &[u8]) -> String {
    format!("data:{media_type};base64,{}", STANDARD.encode(bytes))
}
