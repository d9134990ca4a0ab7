//! Reference documents kept by the central and mirrored to phones: work list, seal register, offices, rules.
//! Unlike facts they are replaced by newer versions; nothing an officer did lives in them.

use jiff::{Timestamp, civil};
use serde::{Deserialize, Serialize};

use crate::codes::{CustomsSealKind, Iso17712, SealType, SealingParty};
use crate::container::ContainerNo;
use crate::declaration::DeclarationNo;
use crate::ids::{CaseId, DeviceId, OfficeCode, Sha256};
use crate::officer::Officer;
use crate::rules::LegalGround;
use crate::seal_no::SealNo;
use crate::wire::B64;

/// One document of the central.
#[expect(clippy::large_enum_variant, reason = "documents are read and written one at a time, never kept in numbers")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "doc", rename_all = "snake_case")]
pub enum Doc {
    /// A line of the work list.
    Case(CaseDoc),
    /// An entry of the seal register.
    Seal(SealDoc),
    /// The signed list of the rule pack in force, [`crate::pack`].
    Pack(PackDoc),
    /// One entry of a rule pack.
    PackEntry(PackEntryDoc),
    /// An officer of the unit.
    Officer(Officer),
    /// A phone and its key: what another phone's signature is checked against, offline.
    Device(DeviceDoc),
}

impl Doc {
    /// What replaces what: a later document with the same key replaces the earlier.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Case(doc) => format!("case/{}", doc.id),
            Self::Seal(doc) => format!("seal/{}", doc.no.as_str()),
            Self::Pack(_) => "pack/rules".to_owned(),
            Self::PackEntry(entry) => format!("pack-entry/{}", Sha256::of(entry.text.as_bytes())),
            Self::Officer(officer) => format!("officer/{}", officer.id),
            Self::Device(device) => format!("device/{}", device.id),
        }
    }
}

/// A transport case on the work list, as the central knows it from the declaration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseDoc {
    /// Its id.
    pub id: CaseId,
    /// Containers.
    pub containers: Vec<ContainerNo>,
    /// ISO 6346 size and type code, e.g. `45G1`.
    #[serde(default)]
    pub size_type: String,
    /// Declaration.
    pub declaration: Option<DeclarationNo>,
    /// Date of the declaration.
    pub declared_on: Option<civil::Date>,
    /// Status in words as the customs system gives it.
    #[serde(default)]
    pub status: String,
    /// Trader.
    pub trader: String,
    /// Tax code.
    #[serde(default)]
    pub tax_code: String,
    /// Channel: `Xanh`, `Vàng`, `Đỏ`.
    #[serde(default)]
    pub channel: String,
    /// Legal ground, where the declaration tells it.
    pub ground: Option<LegalGround>,
    /// Start.
    pub origin: OfficeCode,
    /// End.
    pub destination: OfficeCode,
    /// Approved route in words.
    #[serde(default)]
    pub route: String,
    /// Permitted travel time, hours.
    pub permitted_hours: u32,
    /// When the truck is expected.
    pub planned_at: Timestamp,
    /// Vehicle plate where announced.
    #[serde(default)]
    pub vehicle: String,
    /// Trailer plate where announced.
    #[serde(default)]
    pub trailer: String,
    /// Driver where announced.
    #[serde(default)]
    pub driver: String,
    /// Seals announced to be on the container already (carrier's).
    #[serde(default)]
    pub seals: Vec<AnnouncedSeal>,
    /// Raw texts of the QR codes on the container sheet, as the customs server printed them; opaque.
    #[serde(default)]
    pub sheet_codes: Vec<String>,
}

/// A seal announced with the goods.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnnouncedSeal {
    /// Number.
    pub no: SealNo,
    /// EDIFACT 4525.
    pub seal_type: SealType,
    /// EDIFACT 9303.
    pub party: SealingParty,
}

/// How an electronic seal is worked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SealRadio {
    /// A radio this app speaks.
    Spoken,
    /// Card, keypad or monitoring centre only.
    NotSpoken,
}

/// Where a seal stands in its life. An electronic seal is re-used, so it never becomes "used".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SealLife {
    /// Ready for use; a mechanical one: unused.
    InService,
    /// A mechanical seal that was put on: it closes once.
    Used,
    /// In repair.
    InRepair,
    /// Damaged: not to be put on.
    Damaged,
    /// Lost.
    Lost,
    /// Out of use for good.
    Retired,
}

/// A seal in the register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealDoc {
    /// Number on the label and in the radio.
    pub no: SealNo,
    /// EDIFACT 4525.
    pub seal_type: SealType,
    /// Customs seal kind.
    pub kind: CustomsSealKind,
    /// ISO 17712 class, for mechanical ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<Iso17712>,
    /// Unit that owns it.
    pub owner: OfficeCode,
    /// Unit that manages it; may differ from the owner (dispatch: "own and/or manage").
    pub manager: OfficeCode,
    /// Unit that holds it, as the register knew at `as_of`.
    pub holder: OfficeCode,
    /// When the register knew that.
    pub as_of: Timestamp,
    /// How it is worked.
    pub radio: SealRadio,
    /// Where it stands.
    pub life: SealLife,
    /// The monitoring platform saw it lately; `None` when the central does not know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform_sees: Option<bool>,
}

/// The signed manifest of the rule pack in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackDoc {
    /// COSE_Sign1 over a [`crate::pack::Manifest`].
    pub cose: B64,
}

/// One entry of a rule pack; its digest is its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackEntryDoc {
    /// JSON, exactly as its digest was taken.
    pub text: String,
}

/// A phone as the central enrolled it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceDoc {
    /// The phone.
    pub id: DeviceId,
    /// Its public key, SEC1 uncompressed P-256 point.
    pub key: B64,
    /// The unit in which it was enrolled.
    pub unit: OfficeCode,
    /// When.
    pub enrolled_at: Timestamp,
    /// Taken out of use: what it signs from now on is not accepted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub revoked: bool,
}
