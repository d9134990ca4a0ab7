//! Unsent items as one file that only the agency opens: when a phone is dying, or the network is down for days. It changes
//! nothing on the phone: items stay in the queue, and the central knows by their ids what it has already.

use p256::elliptic_curve::rand_core::{OsRng, RngCore as _};
use seal_core::cbor::Bytes;
use seal_core::ids::Sha256;
use seal_core::officer::Officer;
use seal_core::rescue::{AgencyKey, FileId, Head, Part, Photo, SealError};

use super::Kit;
use crate::ports::documents::{Offered, OutletError, Paper};
use crate::ports::photos::PhotoError;
use crate::ports::store::{Sendable, StoreError, Unsent};

/// Bytes of photographs in one file: what a phone's memory holds easily. What does not fit goes into the next file.
const ROOM: u64 = 48 << 20;
/// Events in one frame.
const EVENTS: usize = 100;
const MEDIA_TYPE: &str = "application/vnd.sealfield.export";

/// What to export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Everything that is not accepted, photographs from this one on: 0, then where the file before ended.
    All(usize),
    /// One item of the queue, by its key; a photograph with the fact that names it.
    Item(i64),
}

/// A finished export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// Where it is.
    pub offered: Offered,
    /// Its name.
    pub name: String,
    /// Its size, bytes.
    pub bytes: u64,
    /// Facts inside.
    pub events: usize,
    /// Photographs inside, small ones too.
    pub photos: usize,
    /// Photographs that are not on the phone as they were taken: not inside.
    pub spoiled: Vec<Sha256>,
    /// Where the next file begins when photographs are left.
    pub next: Option<usize>,
}

/// Why there is no export.
#[derive(Debug, thiserror::Error)]
pub enum ExportTrouble {
    /// Nobody has signed in with coverage since the phone began: the agency's key is not known.
    #[error("the agency's key is not on this phone yet")]
    NoKey,
    /// Everything is accepted.
    #[error("there is nothing to export")]
    Nothing,
    /// It could not be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// A photograph cannot be read now.
    #[error(transparent)]
    Photo(#[from] PhotoError),
    /// The file could not be handed on.
    #[error(transparent)]
    Outlet(#[from] OutletError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Exports and offers the file to the system.
///
/// # Errors
/// [`ExportTrouble`].
pub fn export_unsent(kit: &Kit, officer: &Officer, which: Which) -> Result<Exported, ExportTrouble> {
    let key = kit.store.rescue_standing().agency.ok_or(ExportTrouble::NoKey)?;
    let mut unsent = kit.store.unsent()?;
    if let Which::Item(key) = which {
        unsent.retain(|unsent| unsent.item.key() == key);
    }
    if unsent.is_empty() {
        return Err(ExportTrouble::Nothing);
    }
    let events = events(&unsent);
    let from = if let Which::All(from) = which { from } else { 0 };
    let Gathered { photos, spoiled, next } = gather(kit, &unsent, from)?;
    let at = kit.clock.now().wall;
    let head = Head {
        device: kit.vault.device(),
        officer: officer.id.clone(),
        unit: officer.unit.clone(),
        at,
        events: events.len() as u64,
        photos: photos.len() as u64,
    };
    let (events_inside, photos_inside) = (events.len(), photos.len());
    let bytes = seal(&key, head, events, photos)?;
    let device = kit.vault.device().to_string();
    let name = format!("seal-{}-{}.sealbundle", &device[device.len() - 6..], at.strftime("%Y%m%dT%H%M%S%.3fZ"));
    let size = bytes.len() as u64;
    let offered = kit.outlet.offer(&name, &Paper { media_type: MEDIA_TYPE, bytes, pages: 0 })?;
    Ok(Exported { offered, name, bytes: size, events: events_inside, photos: photos_inside, spoiled, next })
}

/// Signed events, each once, in the order in which they were made; those too that only name an unsent photograph.
fn events(unsent: &[Unsent]) -> Vec<Bytes> {
    let mut events: Vec<Bytes> = Vec::with_capacity(unsent.len());
    let mut seen = std::collections::HashSet::new();
    for unsent in unsent {
        if seen.insert(Sha256::of(&unsent.cose)) {
            events.push(Bytes(unsent.cose.clone()));
        }
    }
    events
}

struct Gathered {
    photos: Vec<Photo>,
    spoiled: Vec<Sha256>,
    next: Option<usize>,
}

/// Photographs from number `from` on, as many as have room; always at least one.
fn gather(kit: &Kit, unsent: &[Unsent], from: usize) -> Result<Gathered, ExportTrouble> {
    let mut gathered = Gathered { photos: Vec::new(), spoiled: Vec::new(), next: None };
    let mut room = ROOM;
    let pictures = unsent.iter().filter_map(|unsent| match &unsent.item {
        Sendable::Photo { sha256, media_type, bytes, .. } => Some((sha256, media_type, *bytes)),
        Sendable::Event { .. } => None,
    });
    for (n, (sha256, media_type, bytes)) in pictures.enumerate().skip(from) {
        if bytes > room && !gathered.photos.is_empty() {
            gathered.next = Some(n);
            break;
        }
        match kit.photos.read(sha256) {
            Ok(bytes) => {
                gathered.photos.push(Photo { sha256: *sha256, media_type: media_type.clone(), bytes: Bytes(bytes) });
            }
            Err(PhotoError::Missing(_) | PhotoError::Changed(_)) => gathered.spoiled.push(*sha256),
            Err(error) => return Err(error.into()),
        }
        room = room.saturating_sub(bytes);
    }
    Ok(gathered)
}

fn seal(key: &AgencyKey, head: Head, events: Vec<Bytes>, photos: Vec<Photo>) -> Result<Vec<u8>, SealError> {
    let mut file = FileId::default();
    OsRng.fill_bytes(&mut file);
    let (mut out, mut number) = (Vec::new(), 0);
    let mut add = |part: &Part| -> Result<(), SealError> {
        number += 1;
        let mut random = [0; 32];
        OsRng.fill_bytes(&mut random);
        out.extend(key.seal(&file, number, part, random)?);
        Ok(())
    };
    add(&Part::Head(head))?;
    let frames = events.len().div_ceil(EVENTS) + photos.len() + 2;
    for events in events.chunks(EVENTS) {
        add(&Part::Events(events.to_vec()))?;
    }
    for photo in photos {
        add(&Part::Photo(photo))?;
    }
    add(&Part::End { frames: frames as u64 })?;
    Ok(out)
}
