//! Packs seals into a parcel toward the unit that owns or manages them. What is scanned is kept as a draft; the fact is
//! written when the officer says *packed*.

use jiff::Timestamp;
use seal_core::codes::SealType;
use seal_core::custody::{SealView, Whereabouts};
use seal_core::evidence::PhotoRef;
use seal_core::fact::{self, Fact, ParcelPacked};
use seal_core::ids::{OfficeCode, ParcelId};
use seal_core::officer::Officer;
use seal_core::seal_no::SealNo;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Kit, draft};
use crate::ports::lists::{Page, SealList, Seals};
use crate::ports::store::StoreError;

/// A parcel being packed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParcelDraft {
    /// Short number people say.
    pub number: String,
    /// To which unit; `None` only in a draft that was never begun.
    pub to: Option<OfficeCode>,
    /// Seals of that unit which were here when packing began.
    pub expected: Vec<SealNo>,
    /// Seals inside, in the order in which they were scanned.
    pub seals: Vec<PackedSeal>,
    /// Expected seals the officer could not find.
    pub not_here: Vec<SealNo>,
    /// Ropes inside.
    pub ropes: u32,
    /// Chargers inside.
    pub chargers: u32,
    /// Reminders the officer has ticked.
    pub reminders: Vec<Reminder>,
    /// The photograph of the content.
    pub photo: Option<PhotoRef>,
}

/// A seal in the draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackedSeal {
    /// Which.
    pub seal: SealNo,
    /// When it was scanned.
    pub at: Timestamp,
    /// Something the officer should know.
    pub warning: Option<PackWarning>,
    /// It has no electronics: nothing to put to sleep or to charge.
    #[serde(default)]
    pub mechanical: bool,
    /// The officer put it to sleep: its reports are switched off for the way.
    #[serde(default)]
    pub asleep: bool,
    /// Charge, per cent, where it was read.
    #[serde(default)]
    pub battery_percent: Option<u8>,
}

/// Allowed, but the officer should know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PackWarning {
    /// The register does not know the seal.
    NotInRegister,
    /// It neither belongs to nor is managed by the unit the parcel goes to.
    BelongsElsewhere,
    /// It is promised to a shipment.
    Promised,
}

/// What has to be seen to before a parcel is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reminder {
    /// Seals charged, so that the owner can use them at once.
    Charged,
    /// The lithium battery mark is on the box, as couriers demand.
    Lithium,
}

impl Reminder {
    /// In the order in which they are shown.
    pub const ALL: [Self; 2] = [Self::Charged, Self::Lithium];
}

/// Why a parcel cannot be packed so.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// There is no such draft.
    #[error("the parcel is not being packed on this device")]
    NotBegun,
    /// The seal is in the draft already.
    #[error("the seal is in this parcel already")]
    Twice,
    /// The seal is still on a container.
    #[error("the seal is still on a container")]
    OnContainer,
    /// The seal is in another parcel.
    #[error("the seal is in another parcel")]
    OtherParcel,
    /// Nothing was scanned yet.
    #[error("no seal is in the parcel")]
    Empty,
    /// A seal is not asleep yet.
    #[error("not every seal is asleep")]
    Awake,
    /// Something has still to be seen to.
    #[error("not all reminders are ticked")]
    Reminders,
    /// The content is not photographed.
    #[error("the content is not photographed")]
    NoPhoto,
    /// The store failed; nothing was written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Note with the ids of the parcels being packed here.
const NOTE_OPEN: &str = "parcels";
/// Note with the parcel whose content is being photographed.
const NOTE_PHOTO: &str = "parcel-photo";

fn name(parcel: ParcelId) -> String {
    format!("parcel/{parcel}")
}

/// Parcels being packed on this device.
///
/// # Errors
/// [`StoreError`].
pub fn drafts(kit: &Kit) -> Result<Vec<(ParcelId, ParcelDraft)>, StoreError> {
    let open: Vec<ParcelId> = draft::read(kit, NOTE_OPEN)?;
    open.into_iter().map(|id| Ok((id, draft::read(kit, &name(id))?))).collect()
}

/// The draft of a parcel.
///
/// # Errors
/// [`PackError::NotBegun`] or [`PackError::Store`].
pub fn parcel_draft(kit: &Kit, parcel: ParcelId) -> Result<ParcelDraft, PackError> {
    let draft: ParcelDraft = draft::read(kit, &name(parcel))?;
    if draft.to.is_none() { Err(PackError::NotBegun) } else { Ok(draft) }
}

/// Begins a parcel to `to`, or goes on with the one begun earlier. Every seal of that unit lying here is expected in it.
///
/// # Errors
/// [`PackError::Store`].
pub fn begin_parcel(kit: &Kit, officer: &Officer, to: &OfficeCode) -> Result<ParcelId, PackError> {
    let mut open = drafts(kit)?;
    if let Some((id, _)) = open.iter().find(|(_, draft)| draft.to.as_ref() == Some(to)) {
        return Ok(*id);
    }
    let due = SealList::all(Seals::DueFrom(officer.unit.clone()));
    let here = kit.store.seal_lines(&due, &Page::first(usize::MAX))?.lines;
    let expected = here.iter().filter(|seal| seal.must_go_home() && seal.reserved_for.is_none() && seal.belongs_to(to));
    let parcel = ParcelId(Uuid::now_v7());
    let draft = ParcelDraft {
        number: short_number(parcel),
        to: Some(to.clone()),
        expected: expected.map(|seal| seal.no.clone()).collect(),
        ..ParcelDraft::default()
    };
    draft::write(kit, &name(parcel), &draft)?;
    open.push((parcel, draft));
    keep_open(kit, &open)?;
    Ok(parcel)
}

/// Gives a parcel up: nothing was written, the seals are where they were.
///
/// # Errors
/// [`PackError::Store`].
pub fn give_up_parcel(kit: &Kit, parcel: ParcelId) -> Result<(), PackError> {
    let mut open = drafts(kit)?;
    open.retain(|(id, _)| *id != parcel);
    keep_open(kit, &open)?;
    Ok(draft::forget(kit, &name(parcel))?)
}

fn keep_open(kit: &Kit, open: &[(ParcelId, ParcelDraft)]) -> Result<(), StoreError> {
    let ids: Vec<ParcelId> = open.iter().map(|(id, _)| *id).collect();
    draft::write(kit, NOTE_OPEN, &ids)
}

/// `GP-` and four figures out of the id: short enough to say, and two parcels on one shelf rarely share it.
fn short_number(parcel: ParcelId) -> String {
    format!("GP-{:04}", parcel.0.as_u128() % 10_000)
}

fn belongs_to(seal: &SealView, unit: &OfficeCode) -> bool {
    seal.doc.as_ref().is_some_and(|doc| &doc.owner == unit || &doc.manager == unit)
}

/// Puts a scanned seal into the parcel. A seal of another unit goes in with a warning.
///
/// # Errors
/// [`PackError`] says why it cannot be in this parcel; the draft stays as it was.
pub fn add_seal(kit: &Kit, parcel: ParcelId, seal: &SealNo) -> Result<Option<PackWarning>, PackError> {
    let mut draft = parcel_draft(kit, parcel)?;
    if draft.seals.iter().any(|packed| &packed.seal == seal) {
        return Err(PackError::Twice);
    }
    let known = kit.store.seal(seal)?;
    match known.as_ref().and_then(|view| view.whereabouts.as_ref()) {
        Some(Whereabouts::OnCase { .. }) => return Err(PackError::OnContainer),
        Some(Whereabouts::InParcel { parcel: other }) if *other != parcel => return Err(PackError::OtherParcel),
        _ => {}
    }
    let warning = match (&known, &draft.to) {
        (Some(view), Some(to)) if view.doc.is_some() => {
            if !belongs_to(view, to) {
                Some(PackWarning::BelongsElsewhere)
            } else {
                view.reserved_for.map(|_| PackWarning::Promised)
            }
        }
        _ => Some(PackWarning::NotInRegister),
    };
    draft.not_here.retain(|missing| missing != seal);
    let doc = known.as_ref().and_then(|view| view.doc.as_ref());
    draft.seals.push(PackedSeal {
        seal: seal.clone(),
        at: kit.clock.now().wall,
        warning,
        mechanical: doc.is_some_and(|doc| doc.seal_type != SealType::Electronic),
        asleep: false,
        battery_percent: None,
    });
    draft::write(kit, &name(parcel), &draft)?;
    Ok(warning)
}

/// Changes the draft by hand: takes a seal out, counts ropes, ticks a reminder.
///
/// # Errors
/// [`PackError::NotBegun`] or [`PackError::Store`].
pub fn change_parcel(kit: &Kit, parcel: ParcelId, change: impl FnOnce(&mut ParcelDraft)) -> Result<(), PackError> {
    let mut draft = parcel_draft(kit, parcel)?;
    change(&mut draft);
    Ok(draft::write(kit, &name(parcel), &draft)?)
}

/// The next photograph without a case shows this parcel's content.
///
/// # Errors
/// [`PackError::Store`].
pub fn photograph_parcel(kit: &Kit, parcel: ParcelId) -> Result<(), PackError> {
    Ok(draft::write(kit, NOTE_PHOTO, &Some(parcel))?)
}

/// The parcel that waits for the photograph of its content; `None` also when it was given up or packed meanwhile.
///
/// # Errors
/// [`StoreError`].
pub fn waiting_parcel(kit: &Kit) -> Result<Option<ParcelId>, StoreError> {
    let Some(parcel) = draft::read::<Option<ParcelId>>(kit, NOTE_PHOTO)? else { return Ok(None) };
    let draft: ParcelDraft = draft::read(kit, &name(parcel))?;
    Ok(draft.to.map(|_| parcel))
}

/// Hands a photograph of a content to the parcel that waits for one. Called when the photograph is kept.
///
/// # Errors
/// [`PackError::Store`].
pub fn note_parcel_photo(kit: &Kit, photo: &PhotoRef) -> Result<(), PackError> {
    let waiting: Option<ParcelId> = draft::read(kit, NOTE_PHOTO)?;
    let Some(parcel) = waiting else { return Ok(()) };
    match change_parcel(kit, parcel, |draft| draft.photo = Some(photo.clone())) {
        Err(PackError::Store(error)) => Err(error.into()),
        // Given up or packed meanwhile: the photograph stands for itself.
        _ => Ok(draft::forget(kit, NOTE_PHOTO)?),
    }
}

impl ParcelDraft {
    /// Seals that should be inside and are neither scanned nor given up.
    #[must_use]
    pub fn still_to_scan(&self) -> Vec<&SealNo> {
        let scanned = |seal: &SealNo| self.seals.iter().any(|packed| &packed.seal == seal);
        self.expected.iter().filter(|seal| !scanned(seal) && !self.not_here.contains(seal)).collect()
    }

    /// Seals with electronics, whose sleep and charge matter on the way.
    pub fn electronic(&self) -> impl Iterator<Item = &PackedSeal> {
        self.seals.iter().filter(|packed| !packed.mechanical)
    }

    /// Notes whether `seal` was put to sleep.
    pub fn put_to_sleep(&mut self, seal: &SealNo, asleep: bool) {
        for packed in self.seals.iter_mut().filter(|packed| &packed.seal == seal) {
            packed.asleep = asleep;
        }
    }

    /// What keeps the parcel from being closed, first things first.
    ///
    /// # Errors
    /// The first of [`PackError::Empty`], [`PackError::Awake`], [`PackError::Reminders`], [`PackError::NoPhoto`] that holds.
    pub fn ready(&self) -> Result<(), PackError> {
        if self.seals.is_empty() {
            Err(PackError::Empty)
        } else if self.electronic().any(|packed| !packed.asleep) {
            Err(PackError::Awake)
        } else if !Reminder::ALL.iter().all(|reminder| self.reminders.contains(reminder)) {
            Err(PackError::Reminders)
        } else if self.photo.is_none() {
            Err(PackError::NoPhoto)
        } else {
            Ok(())
        }
    }
}

/// The officer says *packed*: writes the fact and ends the draft.
///
/// # Errors
/// [`PackError`]; then nothing was written.
pub fn pack_parcel(kit: &Kit, officer: &Officer, parcel: ParcelId) -> Result<(), PackError> {
    let draft = parcel_draft(kit, parcel)?;
    draft.ready()?;
    let packed = draft
        .electronic()
        .map(|packed| fact::PackedSeal {
            seal: packed.seal.clone(),
            asleep: packed.asleep,
            battery_percent: packed.battery_percent,
        })
        .collect();
    let lithium_label = draft.reminders.contains(&Reminder::Lithium);
    let fact = ParcelPacked {
        parcel,
        number: draft.number,
        from: officer.unit.clone(),
        to: draft.to.ok_or(PackError::NotBegun)?,
        seals: draft.seals.into_iter().map(|packed| packed.seal).collect(),
        ropes: draft.ropes,
        chargers: draft.chargers,
        packed,
        lithium_label,
    };
    kit.record(officer, None, vec![Fact::ParcelPacked(fact)])?;
    give_up_parcel(kit, parcel)
}
