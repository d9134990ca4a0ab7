//! A parcel of seals on its way home: what was packed, where the courier has it, what the owner found, and which
//! differences are still open.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::codes::SealCondition;
use crate::event::{Event, corrected};
use crate::fact::{CourierStage, Fact, FoundSeal, ParcelHandedOver, ParcelPacked, ParcelReceived, ParcelTracked};
use crate::ids::{OfficeCode, OfficerId, ParcelId};
use crate::loss::Loss;
use crate::rules::WayHomeRule;
use crate::seal_no::SealNo;

/// Where a parcel stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParcelStage {
    /// Being packed, or packed and waiting for the courier.
    Packed,
    /// With the courier, of whom nothing was heard since.
    HandedOver,
    /// The courier says that it is on its way.
    InTransit,
    /// The courier says that it was delivered; nobody opened it yet.
    Delivered,
    /// The courier brings it back to the sender.
    ComingBack,
    /// Opened at the owner.
    Received,
}

impl ParcelStage {
    /// Handed over and not opened yet.
    pub const ON_THE_WAY: [Self; 4] = [Self::HandedOver, Self::InTransit, Self::Delivered, Self::ComingBack];

    /// Handed over and not opened yet.
    #[must_use]
    pub fn is_on_the_way(self) -> bool {
        Self::ON_THE_WAY.contains(&self)
    }
}

/// A parcel as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParcelView {
    /// Content and route.
    pub packed: ParcelPacked,
    /// When it was packed last.
    pub packed_at: Timestamp,
    /// By whom.
    pub packed_by: OfficerId,
    /// To the courier.
    pub handed_over: Option<(ParcelHandedOver, Timestamp)>,
    /// What the courier was heard to say, oldest first.
    #[serde(default)]
    pub tracked: Vec<(ParcelTracked, Timestamp)>,
    /// What was found so far, all openings taken together, and when it was opened last.
    pub received: Option<(ParcelReceived, Timestamp)>,
    /// Losses and damages reported of it, oldest first.
    #[serde(default)]
    pub losses: Vec<Loss>,
}

impl ParcelView {
    /// Folds a parcel; `None` without a packing fact. Corrected facts do not count. Events that speak of a report of this
    /// parcel belong to it too.
    #[must_use]
    pub fn fold(id: ParcelId, events: &[Event]) -> Option<Self> {
        let corrected = corrected(events);
        let counts = |event: &&Event| event.fact.parcel() == Some(id) && !corrected.contains(&event.id);
        let mut ordered: Vec<&Event> = events.iter().filter(counts).collect();
        ordered.sort_by_key(|event| (event.at.wall, event.device, event.seq));
        let mut view: Option<Self> = None;
        for event in ordered {
            let at = event.at.wall;
            match (&event.fact, &mut view) {
                (Fact::ParcelPacked(packed), None) => {
                    view = Some(Self {
                        packed: packed.clone(),
                        packed_at: at,
                        packed_by: event.officer.clone(),
                        handed_over: None,
                        tracked: Vec::new(),
                        received: None,
                        losses: Vec::new(),
                    });
                }
                (Fact::ParcelPacked(packed), Some(view)) if view.handed_over.is_none() => {
                    view.packed = packed.clone();
                    view.packed_at = at;
                    view.packed_by = event.officer.clone();
                }
                (Fact::ParcelHandedOver(handed), Some(view)) => view.handed_over = Some((handed.clone(), at)),
                (Fact::ParcelTracked(tracked), Some(view)) => view.tracked.push((tracked.clone(), at)),
                (Fact::ParcelReceived(received), Some(view)) => view.opened(received, at),
                _ => {}
            }
        }
        let view = view.as_mut()?;
        view.losses = Loss::fold(events).into_iter().filter(|loss| loss.parcel == Some(id)).collect();
        Some(view.clone())
    }

    /// One more opening: what was found adds up, what is missing is what no opening found.
    fn opened(&mut self, opening: &ParcelReceived, at: Timestamp) {
        let Some((sum, last)) = &mut self.received else {
            self.received = Some((opening.clone(), at));
            return;
        };
        let found = |sum: &ParcelReceived, seal: &SealNo| sum.found.iter().any(|one| &one.seal == seal);
        sum.found.retain(|one| !found(opening, &one.seal));
        sum.found.extend(opening.found.iter().cloned());
        let extra: Vec<SealNo> = opening.extra.iter().filter(|seal| !sum.extra.contains(seal)).cloned().collect();
        sum.extra.extend(extra);
        sum.missing = self.packed.seals.iter().filter(|seal| !found(sum, seal)).cloned().collect();
        sum.awaited = opening.awaited.iter().filter(|seal| sum.missing.contains(seal)).cloned().collect();
        let add = |one: Option<u32>, other: Option<u32>| match (one, other) {
            (None, None) => None,
            (one, other) => Some(one.unwrap_or(0).saturating_add(other.unwrap_or(0))),
        };
        sum.ropes = add(sum.ropes, opening.ropes);
        sum.chargers = add(sum.chargers, opening.chargers);
        sum.at.clone_from(&opening.at);
        if !opening.remark.is_empty() {
            if !sum.remark.is_empty() {
                sum.remark.push('\n');
            }
            sum.remark.push_str(&opening.remark);
        }
        *last = at;
    }

    /// Where it stands.
    #[must_use]
    pub fn stage(&self) -> ParcelStage {
        match (&self.handed_over, &self.received) {
            (_, Some(_)) => ParcelStage::Received,
            (Some(_), None) => match self.tracked.last().map(|(tracked, _)| tracked.stage) {
                None => ParcelStage::HandedOver,
                Some(CourierStage::InTransit) => ParcelStage::InTransit,
                Some(CourierStage::Delivered) => ParcelStage::Delivered,
                Some(CourierStage::ComingBack) => ParcelStage::ComingBack,
            },
            (None, None) => ParcelStage::Packed,
        }
    }

    /// The receiving unit is the one it was sent to.
    #[must_use]
    pub fn arrived_at(&self) -> Option<&OfficeCode> {
        self.received.as_ref().map(|(received, _)| &received.at)
    }

    /// When it was last heard of on its way: handed over, or what the courier said since. `None` before and after.
    #[must_use]
    pub fn news_at(&self) -> Option<Timestamp> {
        let handed = self.handed_over.as_ref().filter(|_| self.received.is_none()).map(|(_, at)| *at)?;
        Some(self.tracked.last().map_or(handed, |(_, at)| (*at).max(handed)))
    }

    /// Seals that may still come out of it: all before it is opened, then those that no opening found.
    #[must_use]
    pub fn still_inside(&self) -> &[SealNo] {
        self.received.as_ref().map_or(&self.packed.seals, |(received, _)| &received.missing)
    }

    /// What was announced and what was found do not agree, seal by seal. Empty until it is opened.
    #[must_use]
    pub fn differences(&self) -> Vec<Difference> {
        let Some((received, _)) = &self.received else { return Vec::new() };
        let loss_of = |seal: &SealNo| self.losses.iter().rfind(|loss| &loss.seal == seal).cloned();
        let missing = received.missing.iter().map(|seal| {
            let awaited = received.awaited.contains(seal);
            (seal, if awaited { DifferenceKind::Awaited } else { DifferenceKind::Missing })
        });
        let damaged = received.found.iter().filter(|found| is_damaged(found)).map(|found| {
            let kind = DifferenceKind::Damaged(found.condition);
            (&found.seal, kind)
        });
        let extra = received.extra.iter().map(|seal| (seal, DifferenceKind::Extra));
        missing
            .chain(damaged)
            .chain(extra)
            .map(|(seal, kind)| Difference { seal: seal.clone(), kind, loss: loss_of(seal) })
            .collect()
    }

    /// Ropes and chargers announced and not found, where they were counted.
    #[must_use]
    pub fn accessories_short(&self) -> (u32, u32) {
        let Some((received, _)) = &self.received else { return (0, 0) };
        let short = |announced: u32, found: Option<u32>| found.map_or(0, |found| announced.saturating_sub(found));
        (short(self.packed.ropes, received.ropes), short(self.packed.chargers, received.chargers))
    }
}

fn is_damaged(found: &FoundSeal) -> bool {
    found.condition != SealCondition::Right
}

/// What is wrong with one seal of a parcel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DifferenceKind {
    /// Announced, not found.
    Missing,
    /// Announced, not found, and said to come later.
    Awaited,
    /// Found in another condition than right.
    Damaged(SealCondition),
    /// Found, not announced.
    Extra,
}

/// One difference between what was announced and what was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The seal.
    pub seal: SealNo,
    /// What.
    pub kind: DifferenceKind,
    /// The newest report of it.
    pub loss: Option<Loss>,
}

impl Difference {
    /// Somebody has still to see to it. An extra seal is settled by being found: it is where it was found, and where it
    /// belongs elsewhere its return clock runs.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.kind != DifferenceKind::Extra && self.loss.as_ref().is_none_or(Loss::is_open)
    }
}

/// Whether a parcel on its way is silent: last heard of at `news_at`, longer ago than the rule lets pass.
#[must_use]
pub fn is_silent(news_at: Option<Timestamp>, rule: Option<&WayHomeRule>, now: Timestamp) -> bool {
    let (Some(news_at), Some(rule)) = (news_at, rule) else { return false };
    now.duration_since(news_at) > SignedDuration::from_hours(24 * i64::from(rule.silent_days))
}

/// Expected against found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Differences {
    /// Announced and found.
    pub matching: Vec<SealNo>,
    /// Announced, not found.
    pub missing: Vec<SealNo>,
    /// Found, not announced.
    pub extra: Vec<SealNo>,
    /// Scanned more than once.
    pub duplicate: Vec<SealNo>,
}

/// Compares a list with what was scanned; used for parcels, hand-overs and stock counts.
#[must_use]
pub fn compare(expected: &[SealNo], found: &[SealNo]) -> Differences {
    let mut out = Differences::default();
    let mut seen: Vec<&SealNo> = Vec::new();
    for seal in found {
        if seen.contains(&seal) {
            if !out.duplicate.contains(seal) {
                out.duplicate.push(seal.clone());
            }
            continue;
        }
        seen.push(seal);
        if expected.contains(seal) { &mut out.matching } else { &mut out.extra }.push(seal.clone());
    }
    out.missing = expected.iter().filter(|seal| !seen.contains(seal)).cloned().collect();
    out
}
