//! Which seal covers which containers of a case: one container on the road, all of a vehicle or barge, or a part of them.
//!
//! A fact that names no container means all of its case. A case of one container is wholly under each of its seals,
//! whatever number a fact carries: there is nothing to choose.

use serde::{Deserialize, Serialize};

use crate::case::{CasePhoto, CaseView, SealOnCase};
use crate::codes::{SealType, SealingParty};
use crate::container::ContainerNo;
use crate::evidence::PhotoRole;
use crate::fact::Stage;
use crate::seal::outcome::open_command;

/// What a seal is to be put on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cover {
    /// The vehicle or barge as a whole: every container of the case.
    Whole,
    /// These containers.
    Chosen(Vec<ContainerNo>),
}

/// One container of a case, and what is on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerCover<'a> {
    /// Which.
    pub container: &'a ContainerNo,
    /// Its number was scanned on its door.
    pub scanned: bool,
    /// Customs seals that are on and cover it, or whose command nobody knows the end of; in the order in which they appeared.
    pub seals: Vec<&'a SealOnCase>,
    /// A customs seal that covered it came off.
    pub released: bool,
}

impl ContainerCover<'_> {
    /// Under a customs seal now, as far as nobody knows the contrary.
    #[must_use]
    pub fn is_covered(&self) -> bool {
        !self.seals.is_empty()
    }

    /// Never under a customs seal on this trip: still to be sealed.
    #[must_use]
    pub fn is_bare(&self) -> bool {
        self.seals.is_empty() && !self.released
    }

    /// Under an electronic customs seal now.
    #[must_use]
    pub fn has_electronic(&self) -> bool {
        self.seals.iter().any(|seal| seal.seal_type == SealType::Electronic && seal.state.is_on())
    }
}

/// A container was named that is not of the case.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the container {0} is not of this case")]
pub struct NotOfCase(pub ContainerNo);

impl CaseView {
    /// The seal covers the container.
    #[must_use]
    pub fn is_under(&self, seal: &SealOnCase, container: &ContainerNo) -> bool {
        self.doc.containers.len() < 2 || seal.containers.is_empty() || seal.containers.contains(container)
    }

    /// Containers of the case under a seal, in the order of the case.
    #[must_use]
    pub fn under(&self, seal: &SealOnCase) -> Vec<ContainerNo> {
        self.doc.containers.iter().filter(|container| self.is_under(seal, container)).cloned().collect()
    }

    /// Each container of the case, and what is on it.
    #[must_use]
    pub fn cover(&self) -> Vec<ContainerCover<'_>> {
        let on = |seal: &&SealOnCase| seal.state.is_on() || open_command(&seal.state).is_some();
        let of = |container| {
            let under = |seal: &&SealOnCase| self.is_under(seal, container);
            ContainerCover {
                container,
                scanned: self.containers_scanned.contains(container),
                seals: self.customs_seals().filter(on).filter(under).collect(),
                released: self.customs_seals().filter(|seal| self.came_off(seal)).any(|seal| under(&seal)),
            }
        };
        self.doc.containers.iter().map(of).collect()
    }

    /// Containers that no customs seal ever covered on this trip: still to be sealed.
    #[must_use]
    pub fn bare(&self) -> Vec<ContainerNo> {
        self.cover().into_iter().filter(ContainerCover::is_bare).map(|cover| cover.container.clone()).collect()
    }

    /// The seal is off, and its containers were under it until then. One that never closed and was cut off at the origin
    /// released nothing: its containers still need a seal. Nor did one that came off so that another goes on.
    #[must_use]
    pub fn came_off(&self, seal: &SealOnCase) -> bool {
        let never_closed_at_origin = seal.on_since.is_none() && seal.off_at_unit.as_ref() == Some(&self.doc.origin);
        seal.party == SealingParty::Customs && seal.state.is_off() && !never_closed_at_origin && !seal.reopened
    }

    /// What the next seal will likely be put on. While nothing is sealed that is the vehicle as a whole; afterwards the
    /// containers that are left, of these the ones whose door was scanned, if any was.
    #[must_use]
    pub fn likely_cover(&self) -> Cover {
        let bare = self.bare();
        if bare.is_empty() || bare.len() == self.doc.containers.len() { Cover::Whole } else { self.likely_part() }
    }

    /// Containers to mark beforehand when a part is to be chosen: the scanned ones that are still to be sealed, else all
    /// that are still to be sealed.
    #[must_use]
    pub fn likely_part(&self) -> Cover {
        let bare = self.bare();
        let scanned: Vec<ContainerNo> =
            bare.iter().filter(|container| self.containers_scanned.contains(container)).cloned().collect();
        Cover::Chosen(if scanned.is_empty() { bare } else { scanned })
    }

    /// Photographs of a role that can show this seal, newest last. On a case with several containers one seal's closed lock
    /// and doors prove nothing of the next seal: only those taken after it closed count. Plates are the same for all.
    pub fn photos_of_seal(&self, seal: &SealOnCase, role: PhotoRole, stage: Stage) -> impl Iterator<Item = &CasePhoto> {
        let each = self.doc.containers.len() > 1 && stage == Stage::Arm && role != PhotoRole::Plates;
        let since = seal.on_since.filter(|_| each);
        self.photos_of(role, stage).filter(move |photo| since.is_none_or(|since| photo.at >= since))
    }

    /// The containers a fact is to name, in the order of the case and each once. An empty list means all of the case.
    ///
    /// # Errors
    /// [`NotOfCase`] for the first that is not of this case.
    pub fn named(&self, containers: &[ContainerNo]) -> Result<Vec<ContainerNo>, NotOfCase> {
        if let Some(other) = containers.iter().find(|container| !self.doc.containers.contains(container)) {
            return Err(NotOfCase(other.clone()));
        }
        let all = containers.is_empty();
        Ok(self.doc.containers.iter().filter(|container| all || containers.contains(container)).cloned().collect())
    }
}

impl Cover {
    /// The containers meant, as a fact names them; empty when nothing is chosen. Containers that are no longer of the case
    /// fall away.
    #[must_use]
    pub fn containers(&self, view: &CaseView) -> Vec<ContainerNo> {
        let chosen = |container: &&ContainerNo| match self {
            Self::Whole => true,
            Self::Chosen(some) => some.contains(container),
        };
        view.doc.containers.iter().filter(chosen).cloned().collect()
    }
}
