//! Law, thresholds and forms as dated, cited data. Nothing here is a constant of the app: a rule pack says from when it
//! holds, where it is written, and whether the text has still to be confirmed.

use jiff::{SignedDuration, civil};
use serde::{Deserialize, Serialize};

use crate::calendar::YearCalendar;
use crate::codes::CustomsSealKind;
use crate::evidence::PhotoRole;
use crate::fact::ApprovalKind;
use crate::ids::OfficeCode;
use crate::officer::Role;

/// Where a rule is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Citation {
    /// Short name an officer knows, e.g. `Công văn 1023/TCHQ-GSQL`.
    pub document: String,
    /// Date of the document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dated: Option<civil::Date>,
    /// Point and clause, e.g. `điểm 1.a`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// The text was not available to us; shown to the officer as "chưa đối chiếu văn bản gốc".
    #[serde(default)]
    pub to_be_confirmed: bool,
}

/// The legal ground on which goods move, as the officer chooses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LegalGround {
    /// Quá cảnh.
    Transit,
    /// Gửi kho ngoại quan.
    Bonded,
    /// Tạm nhập tái xuất.
    TemporaryImportReExport,
    /// Hàng khác phải niêm phong hải quan.
    OtherCustomsSeal,
    /// Không phải niêm phong.
    None,
}

impl LegalGround {
    /// In the order officers meet them.
    pub const ALL: [Self; 5] =
        [Self::Transit, Self::Bonded, Self::TemporaryImportReExport, Self::OtherCustomsSeal, Self::None];
}

/// The dispatch's groups of goods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum GoodsGroup {
    /// An electronic seal is mandatory; other customs seals only when they are depleted.
    A,
    /// Electronic seals only with what is left after group A.
    B,
    /// No customs seal needed.
    C,
}

/// Which group a ground belongs to, from when, and where that is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoodsRule {
    /// The ground.
    pub ground: LegalGround,
    /// Its group.
    pub group: GoodsGroup,
    /// First day it holds.
    pub valid_from: civil::Date,
    /// Last day it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<civil::Date>,
    /// Where it is written.
    pub citation: Citation,
}

/// Limits for pre-flight and trip reading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealLimits {
    /// Battery that must be left at the end of the trip, per cent.
    pub battery_reserve_percent: i64,
    /// Battery a seal uses in a day, per cent.
    pub battery_per_day_percent: i64,
    /// Largest clock difference without a warning, seconds.
    pub clock_drift_s: i64,
    /// Longest silence in a log that is still normal, minutes.
    pub silence_minutes: i64,
    /// Where the limits come from.
    pub citation: Citation,
}

impl SealLimits {
    /// Battery needed at the start of a trip, per cent, at most 100.
    #[must_use]
    pub fn battery_needed(&self, trip: SignedDuration) -> i64 {
        let use_percent = trip.as_hours().max(0).saturating_mul(self.battery_per_day_percent).saturating_add(23) / 24;
        self.battery_reserve_percent.saturating_add(use_percent).min(100)
    }

    /// [`SealLimits::silence_minutes`] as a duration.
    #[must_use]
    pub fn silence(&self) -> SignedDuration {
        SignedDuration::from_secs(self.silence_minutes.saturating_mul(60))
    }
}

/// What starts the return clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockStart {
    /// The recorded receipt of the seal at the unit; the disarm stands in where no receipt was recorded.
    Receipt,
    /// Always the disarm.
    Disarm,
}

/// The return rule (dispatch point 3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnRule {
    /// Working days allowed.
    pub working_days: u32,
    /// Whether the day of the start event is day one.
    pub count_first_day: bool,
    /// Which event starts the clock.
    pub start: ClockStart,
    /// First day it holds.
    pub valid_from: civil::Date,
    /// Last day it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<civil::Date>,
    /// Where it is written.
    pub citation: Citation,
}

/// What is watched on the way home besides the return clock itself, and who may write a lost seal off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WayHomeRule {
    /// Steps at which the return clock warns: working days before the last one.
    pub warn_days: Vec<u32>,
    /// A parcel of which nothing was heard for longer than so many days is silent.
    pub silent_days: u32,
    /// Any of these roles, of the unit that owns or manages the seal.
    pub written_off_by: Vec<Role>,
    /// First day it holds.
    pub valid_from: civil::Date,
    /// Last day it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<civil::Date>,
    /// Where it is written.
    pub citation: Citation,
}

/// How much room a phone must have before it takes a photograph, so that picture and facts can be kept for sure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhoneRoomRule {
    /// Free space before a photograph, MiB.
    pub before_photo_mib: u32,
    /// First day it holds.
    pub valid_from: civil::Date,
    /// Last day it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<civil::Date>,
    /// Where it is written.
    pub citation: Citation,
}

/// How long bytes of a photograph may be on their way before somebody is told: a fact names them from the first moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhotoTermRule {
    /// From the central's receipt of the fact, hours.
    pub hours: u32,
    /// First day it holds.
    pub valid_from: civil::Date,
    /// Last day it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<civil::Date>,
    /// Where it is written.
    pub citation: Citation,
}

/// Who may state that a unit's electronic seals are depleted, and how long that stands (dispatch point 1.a).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DepletionRule {
    /// Any of these roles.
    pub stated_by: Vec<Role>,
    /// Longest time a statement stands, hours.
    pub holds_hours: u32,
    /// First day it holds.
    pub valid_from: civil::Date,
    /// Last day it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<civil::Date>,
    /// Where it is written.
    pub citation: Citation,
}

/// Which group A goods come before group B goods (dispatch point 1.b).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriorityRule {
    /// Goods announced for within so many hours are waiting.
    pub within_hours: u32,
    /// Goods announced so many hours ago and not sealed since no longer are.
    pub late_hours: u32,
    /// First day it holds.
    pub valid_from: civil::Date,
    /// Last day it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<civil::Date>,
    /// Where it is written.
    pub citation: Citation,
}

/// What needs the approval of the head of the unit, who that is, and how long it may be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalRule {
    /// What is approved.
    pub what: ApprovalKind,
    /// Grounds that are outside the criteria by which goods are chosen for sealing.
    pub grounds: Vec<LegalGround>,
    /// Goods on whose ground the rules say nothing on the day are outside them too.
    pub unruled: bool,
    /// Any of these roles, of the unit.
    pub given_by: Vec<Role>,
    /// Longest time an approval may be used, hours.
    pub holds_hours: u32,
    /// First day it holds.
    pub valid_from: civil::Date,
    /// Last day it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<civil::Date>,
    /// Where it is written.
    pub citation: Citation,
}

impl ApprovalRule {
    /// Whether goods are outside the criteria: by their ground, or because no rule of the day settles their group.
    #[must_use]
    pub fn covers(&self, ground: LegalGround, ruled: bool) -> bool {
        self.grounds.contains(&ground) || (self.unruled && !ruled)
    }
}

/// One pack of rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RulePack {
    /// Name shown beside a decision, e.g. `2026.11`.
    pub version: String,
    /// Goods groups.
    pub goods: Vec<GoodsRule>,
    /// Pre-flight limits.
    pub limits: SealLimits,
    /// Return rules, one for each period.
    pub returns: Vec<ReturnRule>,
    /// Photographs that prove an arming.
    pub arm_photos: Vec<PhotoRole>,
    /// Photographs that prove an inspection.
    pub inspect_photos: Vec<PhotoRole>,
    /// Working-day calendars, one a year.
    pub calendars: Vec<YearCalendar>,
    /// Who states, approves and goes first when seals are put on.
    #[serde(default)]
    pub sealing: SealingRules,
    /// Warnings and limits on the way home, one for each period.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub way_home: Vec<WayHomeRule>,
    /// Room that phones keep for evidence, one for each period.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub phone_room: Vec<PhoneRoomRule>,
    /// When photographs that did not come are overdue, one for each period.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photo_term: Vec<PhotoTermRule>,
    /// Customs offices.
    #[serde(default)]
    pub offices: Vec<Office>,
    /// Words for the stored codes, where an authority prescribes them.
    #[serde(default)]
    pub seal_kinds: Vec<SealKindRule>,
}

/// A customs office, with the names it had before and after 1 March 2025. The four-character codes stayed (domain 1.4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Office {
    /// Code.
    pub code: OfficeCode,
    /// Name now.
    pub name: String,
    /// Short name for rows and chips.
    pub short: String,
    /// Other names people use for it.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Names on older papers, newest first.
    #[serde(default)]
    pub former: Vec<FormerName>,
    /// Its place in UN/LOCODE, e.g. `VNHPH`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unlocode: Option<String>,
    /// Warehouses and ports it supervises.
    #[serde(default)]
    pub warehouses: Vec<Warehouse>,
    /// First day of the present name.
    pub valid_from: civil::Date,
    /// Last day of the office, where it was dissolved or merged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<civil::Date>,
    /// Where that is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub citation: Option<Citation>,
}

impl Office {
    /// The name it had on a day.
    #[must_use]
    pub fn name_on(&self, day: civil::Date) -> &str {
        let then = self
            .former
            .iter()
            .find(|former| day <= former.valid_to && former.valid_from.is_none_or(|first| first <= day));
        then.map_or(&self.name, |former| &former.name)
    }

    /// Every text it may be looked for by: code, names old and new, warehouses, UN/LOCODE.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        [self.code.as_str(), &self.name, &self.short]
            .into_iter()
            .chain(self.aliases.iter().map(String::as_str))
            .chain(self.former.iter().map(|former| former.name.as_str()))
            .chain(self.unlocode.as_deref())
            .chain(self.warehouses.iter().flat_map(|warehouse| [warehouse.code.as_str(), warehouse.name.as_str()]))
    }
}

/// A name an office had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormerName {
    /// The name.
    pub name: String,
    /// First day, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<civil::Date>,
    /// Last day.
    pub valid_to: civil::Date,
}

/// A warehouse or port under an office.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warehouse {
    /// VNACCS code: seven characters, the first four those of the office (domain 1.8).
    pub code: String,
    /// Name.
    pub name: String,
}

/// A kind of customs seal, from when it may be used, and under which decision (domain 1.7).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealKindRule {
    /// The kind.
    pub kind: CustomsSealKind,
    /// Its name in that decision.
    pub name: String,
    /// First day it may be used.
    pub valid_from: civil::Date,
    /// Last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<civil::Date>,
    /// Where it is written.
    pub citation: Citation,
    /// What its battery asks for when it travels; `None` for a kind without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carriage: Option<CarriageRule>,
}

impl SealKindRule {
    /// It may be used on that day.
    #[must_use]
    pub fn holds_on(&self, day: civil::Date) -> bool {
        self.valid_from <= day && self.valid_to.is_none_or(|last| day <= last)
    }
}

/// What a parcel with such seals has to show to whoever carries it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CarriageRule {
    /// The mark in short, e.g. `UN 3481`.
    pub mark: String,
    /// What it is called, e.g. lithium-ion batteries contained in equipment.
    pub name: String,
    /// Where it is written.
    pub citation: Citation,
}

/// Rules for what may be put on besides the goods' group, one of each kind for each period.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealingRules {
    /// Depletion statements.
    pub depletion: Vec<DepletionRule>,
    /// Group A before group B.
    pub priority: Vec<PriorityRule>,
    /// Approvals.
    pub approvals: Vec<ApprovalRule>,
}

/// What the pack says of a ground on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoodsDecision {
    /// The ground asked about.
    pub ground: LegalGround,
    /// Its group.
    pub group: GoodsGroup,
    /// Where it is written.
    pub citation: Citation,
    /// Which pack said so.
    pub pack: String,
}

impl RulePack {
    /// Reads a pack from its JSON file.
    ///
    /// # Errors
    /// serde's, with line and column.
    pub fn parse(json: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(json)
    }

    /// The group of a ground on a day, or `None` when no rule of the pack covers the day: then the officer is told, and
    /// nothing is guessed.
    #[must_use]
    pub fn decide_goods(&self, ground: LegalGround, on: civil::Date) -> Option<GoodsDecision> {
        self.goods.iter().find(|rule| rule.ground == ground && holds(rule.valid_from, rule.valid_to, on)).map(|rule| {
            GoodsDecision { ground, group: rule.group, citation: rule.citation.clone(), pack: self.version.clone() }
        })
    }

    /// The rule for depletion statements on a day.
    #[must_use]
    pub fn depletion_rule(&self, on: civil::Date) -> Option<&DepletionRule> {
        self.sealing.depletion.iter().find(|rule| holds(rule.valid_from, rule.valid_to, on))
    }

    /// Which group A goods come first, on a day.
    #[must_use]
    pub fn priority_rule(&self, on: civil::Date) -> Option<&PriorityRule> {
        self.sealing.priority.iter().find(|rule| holds(rule.valid_from, rule.valid_to, on))
    }

    /// The rule for an approval on a day.
    #[must_use]
    pub fn approval_rule(&self, what: ApprovalKind, on: civil::Date) -> Option<&ApprovalRule> {
        self.sealing.approvals.iter().find(|rule| rule.what == what && holds(rule.valid_from, rule.valid_to, on))
    }

    /// An office by its code.
    #[must_use]
    pub fn office(&self, code: &OfficeCode) -> Option<&Office> {
        self.offices.iter().find(|office| &office.code == code)
    }

    /// What is watched on the way home, on a day.
    #[must_use]
    pub fn way_home_rule(&self, on: civil::Date) -> Option<&WayHomeRule> {
        self.way_home.iter().find(|rule| holds(rule.valid_from, rule.valid_to, on))
    }

    /// Bytes that have to be free before a photograph is taken, on a day; 0 when no rule says.
    #[must_use]
    pub fn room_before_photo(&self, on: civil::Date) -> u64 {
        let rule = self.phone_room.iter().find(|rule| holds(rule.valid_from, rule.valid_to, on));
        rule.map_or(0, |rule| u64::from(rule.before_photo_mib) << 20)
    }

    /// When a photograph is overdue whose fact the central took on a day; none when no rule says.
    #[must_use]
    pub fn photo_term(&self, on: civil::Date) -> Option<SignedDuration> {
        let rule = self.photo_term.iter().find(|rule| holds(rule.valid_from, rule.valid_to, on));
        rule.map(|rule| SignedDuration::from_hours(i64::from(rule.hours)))
    }

    /// The return rule on a day.
    #[must_use]
    pub fn return_rule(&self, on: civil::Date) -> Option<&ReturnRule> {
        self.returns.iter().find(|rule| holds(rule.valid_from, rule.valid_to, on))
    }
}

/// A rule of these first and last days holds on a day.
fn holds(from: civil::Date, to: Option<civil::Date>, on: civil::Date) -> bool {
    from <= on && to.is_none_or(|last| on <= last)
}
