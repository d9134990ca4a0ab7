//! What phones sealed to the agency: copies of what they saved, and exports. Facts go through the same checks as a push,
//! photographs are taken by their digest; what is here already changes nothing.

use std::collections::BTreeMap;

use seal_core::cbor::Bytes;
use seal_core::event::SignedEvent;
use seal_core::ids::{DeviceId, EventId, Sha256};
use seal_core::rescue::{ExportError, Frames, Head, OpenError, Part, Photo, frames, read_export};
use seal_core::wire::{B64, PushItem, PushRequest, PushStatus};

use crate::db::Trouble;
use crate::photos::{self, Whole};
use crate::{Central, ingest};

/// What became of the facts and photographs of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Taken {
    /// Facts taken now.
    pub accepted: u64,
    /// Facts that were here already.
    pub known: u64,
    /// Facts that are not taken: which, reason code, text. Of one that cannot be read the id is missing.
    pub refused: Vec<(Option<EventId>, String, String)>,
    /// Photographs taken now.
    pub photos: u64,
    /// Photographs that were here already.
    pub photos_known: u64,
    /// Photographs that are not taken, and why.
    pub photos_refused: Vec<(Sha256, &'static str)>,
    /// Photographs that the facts of the file name and that are not here.
    pub photos_missing: Vec<Sha256>,
}

/// What a rescue copy held.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Opened {
    /// What became of it.
    pub taken: Taken,
    /// Acts sealed to another key than this central's.
    pub other_key: u64,
    /// Acts that were changed since they were sealed, or are not what this version reads.
    pub spoiled: u64,
    /// Bytes that belong to no act: a torn end, or damage.
    pub strange: usize,
}

/// Why an export is not taken.
#[derive(Debug, thiserror::Error)]
pub enum ImportBundleError {
    /// The file; nothing of it was taken.
    #[error(transparent)]
    File(#[from] ExportError),
    /// The central.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

impl Central {
    /// Opens a rescue copy, as far as it goes: a copy that is cut or damaged gives what stands around the damage.
    ///
    /// # Errors
    /// [`Trouble`] of the central; what was taken before stays.
    pub async fn open_rescue(&self, file: &[u8]) -> Result<Opened, Trouble> {
        let Frames { frames, strange } = frames(file);
        let mut opened = Opened { strange, ..Opened::default() };
        let (mut events, mut photos) = (Vec::new(), Vec::new());
        for frame in &frames {
            match self.0.agency.open(frame) {
                Ok(Part::Events(more)) => events.extend(more),
                Ok(Part::Photo(photo)) => photos.push(photo),
                Ok(Part::Head(_) | Part::End { .. }) => {}
                Err(OpenError::OtherKey) => opened.other_key += 1,
                Err(OpenError::Changed | OpenError::Content(_)) => opened.spoiled += 1,
            }
        }
        opened.taken = self.take_sealed(&events, photos).await?;
        Ok(opened)
    }

    /// Takes an export, which has to be whole.
    ///
    /// # Errors
    /// [`ImportBundleError`]; of a file that is not whole nothing is taken.
    pub async fn import_bundle(&self, file: &[u8]) -> Result<(Head, Taken), ImportBundleError> {
        let export = read_export(file, &self.0.agency)?;
        Ok((export.head, self.take_sealed(&export.events, export.photos).await?))
    }

    async fn take_sealed(&self, events: &[Bytes], sent: Vec<Photo>) -> Result<Taken, Trouble> {
        let mut taken = Taken::default();
        let mut devices: BTreeMap<DeviceId, Vec<PushItem>> = BTreeMap::new();
        for cose in events {
            match SignedEvent::read(&cose.0) {
                Ok(signed) => {
                    let item = PushItem { id: signed.event.id, cose: B64(cose.0.clone()) };
                    devices.entry(signed.event.device).or_default().push(item);
                }
                Err(error) => taken.refused.push((None, "unreadable".to_owned(), error.to_string())),
            }
        }
        for (device, items) in devices {
            for items in items.chunks(ingest::ITEMS) {
                self.take_items(device, items.to_vec(), &mut taken)?;
            }
        }
        for Photo { sha256, media_type, bytes } in sent {
            match photos::take_whole(self, sha256, &media_type, bytes.0).await? {
                Whole::Taken => taken.photos += 1,
                Whole::Known => taken.photos_known += 1,
                Whole::Refused(why) => taken.photos_refused.push((sha256, why)),
            }
            taken.photos_missing.retain(|missing| *missing != sha256);
        }
        Ok(taken)
    }

    fn take_items(&self, device: DeviceId, items: Vec<PushItem>, taken: &mut Taken) -> Result<(), Trouble> {
        let request = PushRequest { epoch: None, items };
        // Without an epoch nothing is refused as a whole.
        let Some(answer) = ingest::take(self, device, &request)? else { return Ok(()) };
        let mut here = Vec::new();
        for result in answer.results {
            match result.status {
                PushStatus::Accepted { .. } => {
                    taken.accepted += 1;
                    here.push(result.id);
                }
                PushStatus::Duplicate { .. } => {
                    taken.known += 1;
                    here.push(result.id);
                }
                PushStatus::Rejected { code, detail } => taken.refused.push((Some(result.id), code, detail)),
                PushStatus::Deferred => {
                    let detail = "the central could not store it now; take the file again".to_owned();
                    taken.refused.push((Some(result.id), "deferred".to_owned(), detail));
                }
                PushStatus::HashConflict => {
                    let detail = "integrity alarm: another content is here under its id".to_owned();
                    taken.refused.push((Some(result.id), "hash_conflict".to_owned(), detail));
                }
            }
        }
        let missing = &mut taken.photos_missing;
        self.0.db.with(|db| here.into_iter().try_for_each(|id| ingest::missing(db, id, missing)))
    }
}
