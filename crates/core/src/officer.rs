//! Officers, their roles and units.

use serde::{Deserialize, Serialize};

use crate::ids::{OfficeCode, OfficerId};

/// What somebody may do. The server enforces it; the app hides what is not allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Seals, inspects, disarms.
    Officer,
    /// Leads a shift; may stand as the second officer.
    ShiftLead,
    /// Head of the unit: approvals, conflicts.
    Supervisor,
    /// Keeps the seal register.
    Registrar,
    /// Reads and verifies.
    Auditor,
    /// A machine that delivers work lists or tracking events.
    Integrator,
}

/// An officer as others see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Officer {
    /// Account.
    pub id: OfficerId,
    /// Name as on documents.
    pub name: String,
    /// Unit.
    pub unit: OfficeCode,
    /// Roles.
    pub roles: Vec<Role>,
}

impl Officer {
    /// Has the role.
    #[must_use]
    pub fn is(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }
}
