//! The facts officers leave: immutable, signed, in the order in which they happened on each device.
//!
//! A fact says what somebody did or saw, never what the app concludes from it. Conclusions (is the seal on? is there a
//! conflict? when is it due back?) are projections, computed anew from the facts by `case.rs`, `custody.rs`, `courier.rs`.

mod approval;
mod diagnostics;
mod signed;
mod stock;

pub use approval::*;
pub use diagnostics::*;
pub use signed::*;
pub use stock::*;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::codes::{CustomsSealKind, Iso17712, SealCondition, SealType, SealingParty};
use crate::container::ContainerNo;
use crate::declaration::DeclarationNo;
use crate::evidence::{PhotoQuality, PhotoRef, PhotoRole};
use crate::ids::{CaseId, CommandId, EventId, OfficeCode, OfficerId, ParcelId};
use crate::inspection::{HandCheckResult, Verdict};
use crate::rules::{GoodsDecision, LegalGround};
use crate::scan::{HowRead, Symbology};
use crate::seal::log::LogEntry;
use crate::seal::preflight::Check;
use crate::seal::reading::{LockAction, LockOutcome, SealReading};
use crate::seal_no::SealNo;

/// What happened. The wire name of each kind stands in `kind`, its content in `what`
/// (in this order also when map keys are sorted, so that readers know the kind first).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "what", rename_all = "snake_case")]
pub enum Fact {
    /// A truck without a preloaded case: the officer opens one on the spot.
    CaseOpened(CaseOpened),
    /// A code was read; the raw text is kept whatever was made of it.
    CodeRead(CodeRead),
    /// The legal ground was settled, and what follows from it.
    GoodsDecided(GoodsDecided),
    /// Vehicle, driver, route and time.
    TripDeclared(TripDeclared),
    /// A seal was paired and checked before arming.
    SealPrepared(SealPrepared),
    /// A command is about to be sent. Written first, so that a stopped app leaves "uncertain", never nothing.
    LockCommanded(LockCommanded),
    /// How a command ended, or what a later reading showed.
    LockRead(LockRead),
    /// A seal put on or taken off without a radio of ours.
    SealRecorded(SealRecorded),
    /// A photograph.
    PhotoTaken(PhotoTaken),
    /// Somebody pulled on the seal.
    TugTested(TugTested),
    /// The cargo was handed to the carrier's driver, who signed.
    CargoHandedOver(CargoHandedOver),
    /// The seal's own log was read.
    SealLogRead(SealLogRead),
    /// The seal was inspected.
    Inspected(Inspected),
    /// A dead seal was cut off before a witness.
    SealCutOff(SealCutOff),
    /// A seal arrived at a unit: the return clock's start.
    SealReceived(SealReceived),
    /// A seal was promised to a shipment toward its owner or manager.
    ReuseReserved(ReuseReserved),
    /// Seals were packed into a parcel.
    ParcelPacked(ParcelPacked),
    /// The parcel went to the courier.
    ParcelHandedOver(ParcelHandedOver),
    /// The parcel was opened at the owner.
    ParcelReceived(ParcelReceived),
    /// Two devices claimed different things; somebody with the right decided.
    ConflictDecided(ConflictDecided),
    /// A difficulty reported to the supervision department (dispatch point 4.b).
    DifficultyReported(DifficultyReported),
    /// What the phone said of itself with a reported difficulty, of the same act.
    DiagnosticsGiven(Box<DiagnosticsGiven>),
    /// An earlier fact was wrong. It stays; this stands beside it (EPCIS errorDeclaration).
    Corrected(Corrected),
    /// The monitoring platform reported on a seal; signed by the central that ingested it.
    TrackingSeen(TrackingSeen),
    /// An officer asks the head of the unit for an approval.
    ApprovalAsked(ApprovalAsked),
    /// The head of the unit approves or refuses.
    ApprovalGiven(ApprovalGiven),
    /// An event signed on another phone was taken over by its code on the screen, without any network.
    SlipTaken(SlipTaken),
    /// The unit has no electronic seals left: other customs seals may stand in (dispatch point 1.a).
    DepletionStated(DepletionStated),
    /// Electronic seals are there again.
    DepletionEnded(DepletionEnded),
    /// Seals from the unit's stock were issued to an officer.
    SealsIssued(SealsIssued),
    /// Seals are offered to another officer; nothing changes hands until they are taken over.
    SealsOffered(SealsOffered),
    /// Offered seals were taken over.
    SealsTakenOver(SealsTakenOver),
    /// A stock was counted.
    StockCounted(StockCounted),
    /// A seal came off and another went on in its place.
    SealReplaced(SealReplaced),
    /// The goods travel in another container than declared.
    ContainerChanged(ContainerChanged),
    /// Sealed containers were opened before an officer and a witness.
    OpenedUnderSupervision(OpenedUnderSupervision),
    /// They were closed and sealed again.
    ClosedAgain(ClosedAgain),
    /// A seal goes to repair, comes back, is damaged, lost or out of use.
    SealLifeChanged(SealLifeChanged),
    /// A seal is lost or damaged, and somebody has to answer for it.
    LossReported(LossReported),
    /// How that ended.
    LossSettled(LossSettled),
    /// Where the courier says a parcel is.
    ParcelTracked(ParcelTracked),
    /// A seal signed something: a receipt for a command, or its log. Carried home; only the central can check it.
    SealSigned(SealSigned),
    /// The central checked it; signed by the central.
    SignatureChecked(SignatureChecked),
}

/// See [`Fact::CaseOpened`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseOpened {
    /// Containers covered.
    pub containers: Vec<ContainerNo>,
    /// Declaration, if there is one.
    pub declaration: Option<DeclarationNo>,
    /// Where it starts: the officer's office.
    pub origin: OfficeCode,
    /// Where it goes.
    pub destination: OfficeCode,
    /// Trader's name as on the paper.
    pub trader: String,
}

/// See [`Fact::CodeRead`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeRead {
    /// Exactly what the code holds, or what was typed.
    pub raw: String,
    /// Symbology, where a code was read.
    pub symbology: Option<Symbology>,
    /// How it came in.
    pub how: HowRead,
    /// What it was taken for: `container`, `declaration`, `seal`, `container_sheet_row`, `waybill`, `parcel`, `unknown`.
    pub taken_for: String,
    /// The normalised value it was taken for.
    pub value: String,
    /// Picked by the officer, not proven by a check digit or a list.
    pub picked_by_officer: bool,
}

/// See [`Fact::GoodsDecided`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoodsDecided {
    /// The ground chosen.
    pub ground: LegalGround,
    /// What the rule pack made of it; `None` when no rule covers the day.
    pub decision: Option<GoodsDecision>,
    /// The ground came from the work list, not from the officer.
    pub from_work_list: bool,
    /// Why no electronic seal although one is mandatory (depleted), or the officer's remark.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// The unit's standing statement that no electronic seal is left, relied on here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub depletion: Option<EventId>,
    /// Group B goods take an electronic seal while group A goods wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ahead_of_a: Option<AheadOfGroupA>,
}

/// See [`Fact::TripDeclared`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TripDeclared {
    /// Vehicle plate, or the name of a barge.
    pub vehicle: String,
    /// Trailer plate.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub trailer: String,
    /// Driver's name.
    pub driver: String,
    /// Driver's identity document number.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub driver_id: String,
    /// Approved route.
    pub route: String,
    /// Latest permitted arrival.
    pub permitted_until: Timestamp,
}

/// See [`Fact::SealPrepared`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealPrepared {
    /// The seal of the label.
    pub seal: SealNo,
    /// What it reported.
    pub reading: SealReading,
    /// The checks made of it.
    pub checks: Vec<Check>,
    /// Clock difference before it was set, seconds (seal minus phone).
    pub drift_s: i64,
    /// A stronger neighbour that was seen and not connected.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stronger_neighbours: Vec<SealNo>,
    /// The protocol it was spoken to by (`eseal/1`, `totarget-a7`): tells how much its word is worth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol: Option<String>,
}

/// See [`Fact::LockCommanded`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockCommanded {
    /// The command's id, also known to the seal.
    pub command: CommandId,
    /// The seal.
    pub seal: SealNo,
    /// What is asked.
    pub action: LockAction,
    /// Containers under the seal: one for a container, n for a vehicle or barge.
    pub containers: Vec<ContainerNo>,
    /// Newest lock fact on this seal that the device knew: how two devices acting at once are noticed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<EventId>,
    /// A second officer who agreed (disarm during a conflict without coverage), with the reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_officer: Option<SecondOfficer>,
}

/// A second officer's agreement, given on this phone with their own PIN.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondOfficer {
    /// Who.
    pub officer: OfficerId,
    /// Why it could not wait.
    pub reason: String,
}

/// See [`Fact::LockRead`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockRead {
    /// The seal.
    pub seal: SealNo,
    /// The command this is the end of; `None` for a reading on its own.
    pub command: Option<CommandId>,
    /// What was asked, with a command.
    pub action: Option<LockAction>,
    /// How it ended, with a command.
    pub outcome: Option<LockOutcome>,
    /// The reading behind it; none when the link was lost.
    pub reading: Option<SealReading>,
    /// Learned later than the command (settles an uncertain one).
    pub late: bool,
}

/// How a seal without our radio was worked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ManualMethod {
    /// Card held to the seal.
    Card,
    /// Keypad.
    Keypad,
    /// The monitoring centre did it.
    MonitoringCentre,
    /// By hand: bolt, cable, plastic.
    ByHand,
}

/// On or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnOff {
    /// Put on.
    On,
    /// Taken off.
    Off,
}

/// See [`Fact::SealRecorded`]. Also records seals found on the container (carrier's, shipper's).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealRecorded {
    /// The seal.
    pub seal: SealNo,
    /// EDIFACT 4525.
    pub seal_type: SealType,
    /// EDIFACT 9303: who sealed.
    pub party: SealingParty,
    /// Customs seal kind, for customs seals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<CustomsSealKind>,
    /// ISO 17712 class, where marked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<Iso17712>,
    /// How.
    pub method: ManualMethod,
    /// On or off.
    pub on_off: OnOff,
    /// Condition seen, EDIFACT 4517.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<SealCondition>,
    /// Containers under the seal.
    pub containers: Vec<ContainerNo>,
    /// Newest lock fact on this seal that the device knew: how two devices acting at once are noticed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<EventId>,
}

/// See [`Fact::PhotoTaken`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhotoTaken {
    /// The photograph.
    pub photo: PhotoRef,
    /// What it shows.
    pub role: PhotoRole,
    /// When in the journey.
    pub stage: Stage,
    /// What the phone thought of it.
    pub quality: PhotoQuality,
    /// From our camera, or chosen from files ("scan from picture" never counts as evidence).
    pub from_camera: bool,
    /// The parcel it shows, of a photograph that belongs to no case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parcel: Option<ParcelId>,
}

/// Stage of the journey a photo or check belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Sealing at the origin.
    Arm,
    /// Check on the way.
    EnRoute,
    /// Inspection at the destination.
    Inspect,
    /// Taking off.
    Disarm,
    /// Packing a parcel.
    Pack,
    /// Receiving a parcel.
    Receive,
}

/// See [`Fact::TugTested`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TugTested {
    /// The seal.
    pub seal: SealNo,
    /// It held.
    pub held: bool,
}

/// See [`Fact::CargoHandedOver`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CargoHandedOver {
    /// Who signed.
    pub name: String,
    /// Identity document number, where given.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub id_number: String,
    /// The signature as an SVG path on a 600 x 260 canvas.
    pub signature: String,
}

/// See [`Fact::SealLogRead`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealLogRead {
    /// The seal.
    pub seal: SealNo,
    /// Entries since the arming, in counter order.
    pub entries: Vec<LogEntry>,
    /// Clock difference at the reading, seconds (seal minus phone).
    pub drift_s: i64,
    /// All entries the seal announced were read.
    pub complete: bool,
}

/// See [`Fact::Inspected`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inspected {
    /// The seal.
    pub seal: SealNo,
    /// On the way, without taking it off.
    pub en_route: bool,
    /// Checks by hand.
    pub checks: Vec<HandCheckResult>,
    /// EDIFACT 4517.
    pub condition: SealCondition,
    /// What follows.
    pub verdict: Verdict,
    /// Reason, needed for [`Verdict::AcceptWithReason`].
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// See [`Fact::SealCutOff`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealCutOff {
    /// The seal.
    pub seal: SealNo,
    /// Why it could not be opened.
    pub reason: String,
    /// Witness's name and role.
    pub witness: String,
    /// Witness's signature as an SVG path on a 600 x 260 canvas.
    pub signature: String,
    /// Newest lock fact on this seal that the device knew: how two devices acting at once are noticed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<EventId>,
}

/// See [`Fact::SealReceived`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealReceived {
    /// The seal.
    pub seal: SealNo,
    /// At which unit.
    pub at: OfficeCode,
}

/// See [`Fact::ReuseReserved`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReuseReserved {
    /// The seal.
    pub seal: SealNo,
    /// The shipment it is promised to.
    pub for_case: CaseId,
    /// Taken back.
    pub cancelled: bool,
}

/// See [`Fact::ParcelPacked`]. A later fact of the same parcel replaces the content until it is handed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParcelPacked {
    /// The parcel.
    pub parcel: ParcelId,
    /// Short number people say, e.g. `GP-0417`.
    pub number: String,
    /// From which unit.
    pub from: OfficeCode,
    /// To which unit.
    pub to: OfficeCode,
    /// Seals inside.
    pub seals: Vec<SealNo>,
    /// Ropes and chargers inside.
    #[serde(default)]
    pub ropes: u32,
    /// Chargers inside.
    #[serde(default)]
    pub chargers: u32,
    /// State of the seals as they were packed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub packed: Vec<PackedSeal>,
    /// The lithium-battery label is on the parcel.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub lithium_label: bool,
}

/// See [`Fact::ParcelHandedOver`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParcelHandedOver {
    /// The parcel.
    pub parcel: ParcelId,
    /// Courier's name.
    pub carrier: String,
    /// Waybill number.
    pub waybill: String,
    /// Who took it.
    pub taken_by: String,
    /// Signature as an SVG path on a 600 x 260 canvas.
    pub signature: String,
}

/// How one seal of a parcel was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundSeal {
    /// The seal.
    pub seal: SealNo,
    /// EDIFACT 4517.
    pub condition: SealCondition,
}

/// See [`Fact::ParcelReceived`]. A parcel may be opened more than once; what was found adds up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParcelReceived {
    /// The parcel.
    pub parcel: ParcelId,
    /// At which unit.
    pub at: OfficeCode,
    /// What was found, the extra ones too.
    pub found: Vec<FoundSeal>,
    /// Expected by the sender, not found.
    pub missing: Vec<SealNo>,
    /// Found, not announced.
    pub extra: Vec<SealNo>,
    /// Remark for the record of discrepancies.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub remark: String,
    /// Of the missing ones, those that are said to come later: no loss yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub awaited: Vec<SealNo>,
    /// Ropes found, where counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ropes: Option<u32>,
    /// Chargers found, where counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chargers: Option<u32>,
}

/// See [`Fact::ConflictDecided`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConflictDecided {
    /// The facts in conflict.
    pub events: Vec<EventId>,
    /// Which of them holds.
    pub holds: EventId,
    /// Why.
    pub reason: String,
}

/// See [`Fact::DifficultyReported`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DifficultyReported {
    /// What the officer wrote.
    pub text: String,
    /// Which screen it was about.
    pub screen: String,
}

/// See [`Fact::Corrected`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Corrected {
    /// The wrong fact.
    pub event: EventId,
    /// EPCIS error reason.
    pub reason: CorrectionReason,
    /// What the officer wrote.
    pub remark: String,
}

/// EPCIS `errorDeclaration` reasons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CorrectionReason {
    /// It never happened.
    DidNotOccur,
    /// It happened, but was written down wrong.
    IncorrectData,
}

/// See [`Fact::TrackingSeen`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrackingSeen {
    /// The seal.
    pub seal: SealNo,
    /// When the platform saw it.
    pub at: Timestamp,
    /// Closed, as the platform reports; `None` when it only reports a position or alarm.
    pub closed: Option<bool>,
    /// The platform's entry in our taxonomy.
    pub entry: Option<LogEntry>,
    /// Which platform.
    pub source: String,
}

impl Fact {
    /// Seals the fact is about, for indexes and for per-seal order.
    #[must_use]
    pub fn seals(&self) -> Vec<&SealNo> {
        match self {
            Self::SealPrepared(f) => vec![&f.seal],
            Self::LockCommanded(f) => vec![&f.seal],
            Self::LockRead(f) => vec![&f.seal],
            Self::SealRecorded(f) => vec![&f.seal],
            Self::TugTested(f) => vec![&f.seal],
            Self::SealLogRead(f) => vec![&f.seal],
            Self::Inspected(f) => vec![&f.seal],
            Self::SealCutOff(f) => vec![&f.seal],
            Self::SealReceived(f) => vec![&f.seal],
            Self::ReuseReserved(f) => vec![&f.seal],
            Self::TrackingSeen(f) => vec![&f.seal],
            Self::ParcelPacked(f) => f.seals.iter().collect(),
            Self::ParcelReceived(f) => f.found.iter().map(|found| &found.seal).chain(&f.missing).collect(),
            Self::SealsIssued(f) => f.seals.iter().collect(),
            Self::SealsOffered(f) => f.seals.iter().collect(),
            Self::SealsTakenOver(f) => f.seals.iter().chain(&f.missing).collect(),
            Self::StockCounted(f) => f.found.iter().chain(&f.missing).chain(&f.extra).collect(),
            Self::SealReplaced(f) => vec![&f.old, &f.new],
            Self::OpenedUnderSupervision(f) => f.seals.iter().collect(),
            Self::ClosedAgain(f) => f.seals.iter().collect(),
            Self::SealLifeChanged(f) => vec![&f.seal],
            Self::LossReported(f) => vec![&f.seal],
            Self::LossSettled(f) => vec![&f.seal],
            Self::SealSigned(f) => vec![&f.seal],
            Self::SignatureChecked(f) => vec![&f.seal],
            Self::CaseOpened(_)
            | Self::CodeRead(_)
            | Self::GoodsDecided(_)
            | Self::TripDeclared(_)
            | Self::PhotoTaken(_)
            | Self::CargoHandedOver(_)
            | Self::ParcelHandedOver(_)
            | Self::ConflictDecided(_)
            | Self::DifficultyReported(_)
            | Self::DiagnosticsGiven(_)
            | Self::Corrected(_)
            | Self::ApprovalAsked(_)
            | Self::ApprovalGiven(_)
            | Self::SlipTaken(_)
            | Self::DepletionStated(_)
            | Self::DepletionEnded(_)
            | Self::ContainerChanged(_)
            | Self::ParcelTracked(_) => Vec::new(),
        }
    }

    /// The parcel the fact is about.
    #[must_use]
    pub fn parcel(&self) -> Option<ParcelId> {
        match self {
            Self::ParcelPacked(f) => Some(f.parcel),
            Self::ParcelHandedOver(f) => Some(f.parcel),
            Self::ParcelReceived(f) => Some(f.parcel),
            Self::PhotoTaken(f) => f.parcel,
            Self::ParcelTracked(f) => Some(f.parcel),
            Self::LossReported(f) => f.parcel,
            _ => None,
        }
    }

    /// Earlier facts it speaks of: it decides between them, calls one wrong or ends what one reported. What they touch, it
    /// touches too.
    #[must_use]
    pub fn speaks_of(&self) -> &[EventId] {
        match self {
            Self::ConflictDecided(f) => &f.events,
            Self::Corrected(f) => std::slice::from_ref(&f.event),
            // The report names the parcel.
            Self::LossSettled(f) => std::slice::from_ref(&f.report),
            Self::SignatureChecked(f) => std::slice::from_ref(&f.carried_by),
            _ => &[],
        }
    }

    /// The photograph whose bytes must follow.
    #[must_use]
    pub fn photo(&self) -> Option<&PhotoRef> {
        match self {
            Self::PhotoTaken(f) => Some(&f.photo),
            _ => None,
        }
    }

    /// The stored name of the kind, as on the wire.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::CaseOpened(_) => "case_opened",
            Self::CodeRead(_) => "code_read",
            Self::GoodsDecided(_) => "goods_decided",
            Self::TripDeclared(_) => "trip_declared",
            Self::SealPrepared(_) => "seal_prepared",
            Self::LockCommanded(_) => "lock_commanded",
            Self::LockRead(_) => "lock_read",
            Self::SealRecorded(_) => "seal_recorded",
            Self::PhotoTaken(_) => "photo_taken",
            Self::TugTested(_) => "tug_tested",
            Self::CargoHandedOver(_) => "cargo_handed_over",
            Self::SealLogRead(_) => "seal_log_read",
            Self::Inspected(_) => "inspected",
            Self::SealCutOff(_) => "seal_cut_off",
            Self::SealReceived(_) => "seal_received",
            Self::ReuseReserved(_) => "reuse_reserved",
            Self::ParcelPacked(_) => "parcel_packed",
            Self::ParcelHandedOver(_) => "parcel_handed_over",
            Self::ParcelReceived(_) => "parcel_received",
            Self::ConflictDecided(_) => "conflict_decided",
            Self::DifficultyReported(_) => "difficulty_reported",
            Self::DiagnosticsGiven(_) => "diagnostics_given",
            Self::Corrected(_) => "corrected",
            Self::TrackingSeen(_) => "tracking_seen",
            Self::ApprovalAsked(_) => "approval_asked",
            Self::ApprovalGiven(_) => "approval_given",
            Self::SlipTaken(_) => "slip_taken",
            Self::DepletionStated(_) => "depletion_stated",
            Self::DepletionEnded(_) => "depletion_ended",
            Self::SealsIssued(_) => "seals_issued",
            Self::SealsOffered(_) => "seals_offered",
            Self::SealsTakenOver(_) => "seals_taken_over",
            Self::StockCounted(_) => "stock_counted",
            Self::SealReplaced(_) => "seal_replaced",
            Self::ContainerChanged(_) => "container_changed",
            Self::OpenedUnderSupervision(_) => "opened_under_supervision",
            Self::ClosedAgain(_) => "closed_again",
            Self::SealLifeChanged(_) => "seal_life_changed",
            Self::LossReported(_) => "loss_reported",
            Self::LossSettled(_) => "loss_settled",
            Self::ParcelTracked(_) => "parcel_tracked",
            Self::SealSigned(_) => "seal_signed",
            Self::SignatureChecked(_) => "signature_checked",
        }
    }
}
