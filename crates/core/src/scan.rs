//! What a scanned or typed text is, and why we think so. Never invents a format: what no check digit,
//! list or own code explains stays [`What::Unknown`] and the officer picks.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::container::{self, ContainerError, ContainerNo};
use crate::declaration::{self, DeclarationError, DeclarationNo, DocumentKind};
use crate::near::Candidate;
use crate::seal_no::SealNo;
use crate::waybill::{self, WaybillNo};

/// Barcode symbologies the app reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // the names say it
pub enum Symbology {
    Code128,
    Code39,
    Itf,
    Qr,
    Datamatrix,
    Pdf417,
    Ean13,
    Aztec,
}

impl Symbology {
    /// The stored name, e.g. `code128`.
    pub fn name(self) -> &'static str {
        match self {
            Symbology::Code128 => "code128",
            Symbology::Code39 => "code39",
            Symbology::Itf => "itf",
            Symbology::Qr => "qr",
            Symbology::Datamatrix => "datamatrix",
            Symbology::Pdf417 => "pdf417",
            Symbology::Ean13 => "ean13",
            Symbology::Aztec => "aztec",
        }
    }

    /// True for the two-dimensional symbols, which carry their own error correction and longer texts.
    pub fn is_matrix(self) -> bool {
        matches!(self, Symbology::Qr | Symbology::Datamatrix | Symbology::Pdf417 | Symbology::Aztec)
    }
}

/// How a text came in. Stored with every number an officer acts on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HowRead {
    /// Live camera frames.
    Camera,
    /// A picture taken or chosen.
    Picture,
    /// Typed once.
    Typed,
    /// Typed twice with the same result.
    TypedTwice,
    /// A hardware scanner that acts as a keyboard.
    Wedge,
    /// The practice camera feed.
    PracticeFeed,
}

impl HowRead {
    /// True when a person's fingers, not an optical reader, made the text.
    pub fn is_typed(self) -> bool {
        matches!(self, HowRead::Typed | HowRead::TypedTwice)
    }
}

/// The kinds of thing the app handles by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // the names say it
pub enum Thing {
    Container,
    Declaration,
    Seal,
    Waybill,
    Parcel,
}

/// What a text was recognised as.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum What {
    /// A container number.
    Container {
        /// The number, check digit right.
        number: ContainerNo,
        /// ISO 6346 size and type code read behind it, e.g. `45G1`.
        size_type: Option<String>,
    },
    /// A customs declaration number.
    Declaration {
        /// The number.
        number: DeclarationNo,
        /// What its series says.
        kind: DocumentKind,
    },
    /// A seal.
    Seal {
        /// The number.
        number: SealNo,
    },
    /// A courier's waybill.
    Waybill {
        /// The number.
        number: WaybillNo,
    },
    /// One of our own parcel labels.
    Parcel {
        /// The parcel's identifier.
        id: Uuid,
    },
    /// The code of a row of the customs container sheet. Its text is undocumented, so only numbers
    /// that a checksum confirms are taken from it.
    ContainerSheetRow {
        /// The first container number found.
        container: Option<ContainerNo>,
        /// The first declaration number found.
        declaration: Option<DeclarationNo>,
        /// A four-character customs office code, by its pattern only.
        office: Option<String>,
    },
    /// A slip from another phone's screen, or one code of it: see [`crate::slip`].
    Slip,
    /// Readable, but nothing here explains it.
    Unknown,
}

impl What {
    /// The kind of thing, if it is one; a sheet row counts as its container, else its declaration.
    pub fn thing(&self) -> Option<Thing> {
        match self {
            What::Container { .. } | What::ContainerSheetRow { container: Some(_), .. } => Some(Thing::Container),
            What::Declaration { .. } | What::ContainerSheetRow { .. } => Some(Thing::Declaration),
            What::Seal { .. } => Some(Thing::Seal),
            What::Waybill { .. } => Some(Thing::Waybill),
            What::Parcel { .. } => Some(Thing::Parcel),
            What::Slip | What::Unknown => None,
        }
    }

    /// Stored name, as `sealctl scan` prints it.
    pub fn name(&self) -> &'static str {
        match self {
            What::Container { .. } => "container",
            What::Declaration { .. } => "declaration",
            What::Seal { .. } => "seal",
            What::Waybill { .. } => "waybill",
            What::Parcel { .. } => "parcel",
            What::ContainerSheetRow { .. } => "container_sheet_row",
            What::Slip => "slip",
            What::Unknown => "unknown",
        }
    }
}

/// Why a text was recognised as what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Because {
    /// The ISO 6346 check digit is right.
    CheckDigitOk,
    /// The declaration's eleventh digit is right.
    Mod7Ok,
    /// The UPU S10 check digit is right.
    S10Ok,
    /// The seal is in the register on this device.
    KnownSeal,
    /// The number is in the work list or in a case on this device.
    WorkList,
    /// It is a code this program printed.
    OwnCode,
    /// Taken out of a longer text by its checksum.
    FoundInText,
    /// Nothing confirms it; it only has a possible shape and the screen asked for this kind.
    PatternOnly,
}

/// What is wrong with a text that looks like a number with a check digit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// Nearly a container number.
    Container(ContainerError),
    /// Nearly a declaration number.
    Declaration(DeclarationError),
    /// The shape of an S10 waybill with a wrong check digit.
    S10,
}

/// A near candidate, with what it would be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Near {
    /// The kind of number.
    pub thing: Thing,
    /// The number and the error it assumes.
    pub candidate: Candidate,
    /// It is in the work list or register of this device; such candidates come first.
    pub known: bool,
}

/// The answer of [`recognise`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recognition {
    /// Exactly what was read; kept whatever follows.
    pub raw: String,
    /// The symbol it was read from; `None` when typed.
    pub symbology: Option<Symbology>,
    /// What it is.
    pub what: What,
    /// Why, strongest reason first; empty for unknown.
    pub because: Vec<Because>,
    /// What is wrong with it, when it is nearly something.
    pub problem: Option<Problem>,
    /// Numbers it may have been; only with a problem.
    pub near: Vec<Near>,
    /// For unknown: the kinds whose shape the text fits, for the officer to pick from.
    pub possible: Vec<Thing>,
}

impl Recognition {
    /// True when a check digit, a list or our own code confirms it, so that one frame is enough.
    pub fn is_confirmed(&self) -> bool {
        self.because.iter().any(|b| !matches!(b, Because::PatternOnly | Because::FoundInText))
    }
}

/// What this device knows already; answered from its projections.
pub trait KnownThings {
    /// Is the seal in the register or in a case?
    fn seal(&self, number: &SealNo) -> bool;
    /// Is the container in the work list or in a case?
    fn container(&self, number: &ContainerNo) -> bool;
    /// Is the declaration in the work list or in a case?
    fn declaration(&self, number: &DeclarationNo) -> bool;
    /// Is the waybill on a parcel?
    fn waybill(&self, _number: &WaybillNo) -> bool {
        false
    }
}

/// A device that knows nothing yet.
pub struct NothingKnown;

impl KnownThings for NothingKnown {
    fn seal(&self, _: &SealNo) -> bool {
        false
    }
    fn container(&self, _: &ContainerNo) -> bool {
        false
    }
    fn declaration(&self, _: &DeclarationNo) -> bool {
        false
    }
}

/// What recognition may lean on.
#[derive(Clone, Copy)]
pub struct ScanContext<'a> {
    /// The device's lists.
    pub known: &'a dyn KnownThings,
    /// What the screen asks for; `None` for the one box that takes anything. It never overrides a
    /// check digit; it only decides between kinds that have none.
    pub wanted: Option<Thing>,
}

/// Recognises a text that was read or typed. Pure.
pub fn recognise(raw: &str, symbology: Option<Symbology>, context: &ScanContext) -> Recognition {
    let mut answer = Recognition {
        raw: raw.to_owned(),
        symbology,
        what: What::Unknown,
        because: Vec::new(),
        problem: None,
        near: Vec::new(),
        possible: Vec::new(),
    };
    let found = own_parcel(raw)
        .or_else(|| crate::slip::is_slip(raw).then(|| (What::Slip, vec![Because::OwnCode])))
        .or_else(|| known(raw, context))
        .or_else(|| checked(raw, context))
        .or_else(|| sheet_row(raw, symbology, context));
    if let Some((what, because)) = found {
        return Recognition { what, because, ..answer };
    }
    (answer.problem, answer.near) = nearly(raw, symbology.is_none(), context);
    answer.possible = possible(raw);
    if answer.problem.is_none()
        && let Some(what) = as_wanted(raw, context)
    {
        answer.what = what;
        answer.because = vec![Because::PatternOnly];
        answer.possible.clear();
    }
    answer
}

/// What the officer's pick makes of a text that was not recognised; `None` when the shape forbids it.
/// A wrong container check digit is never overridden here: such a number stays raw text.
pub fn picked(raw: &str, thing: Thing) -> Option<What> {
    match thing {
        Thing::Seal => SealNo::parse(raw).ok().map(|number| What::Seal { number }),
        Thing::Waybill => WaybillNo::parse(raw).ok().map(|number| What::Waybill { number }),
        Thing::Declaration => {
            let number = DeclarationNo::accept(raw).ok()?.number;
            Some(What::Declaration { kind: number.kind(), number })
        }
        Thing::Container => {
            let number = ContainerNo::parse(raw).ok()?;
            Some(What::Container { number, size_type: None })
        }
        Thing::Parcel => own_parcel(raw).map(|(what, _)| what),
    }
}

/// The text of our parcel label.
pub fn parcel_code(id: &Uuid) -> String {
    format!("{PARCEL}{id}")
}

const PARCEL: &str = "SF1:P:";

type Found = (What, Vec<Because>);

fn own_parcel(raw: &str) -> Option<Found> {
    let id = raw.trim().strip_prefix(PARCEL)?.parse().ok()?;
    Some((What::Parcel { id }, vec![Because::OwnCode]))
}

/// Numbers on this device's lists that have no check digit to prove them, or break it.
fn known(raw: &str, context: &ScanContext) -> Option<Found> {
    let lists = context.known;
    let seal = || {
        let number = SealNo::parse(raw).ok().filter(|no| lists.seal(no))?;
        Some((What::Seal { number }, vec![Because::KnownSeal]))
    };
    let declaration = || {
        let number = DeclarationNo::accept(raw).ok()?.number;
        let listed = lists.declaration(&number);
        let because = match number.is_checked() {
            true => vec![Because::Mod7Ok, Because::WorkList],
            false => vec![Because::WorkList],
        };
        listed.then(|| (What::Declaration { kind: number.kind(), number }, because))
    };
    match context.wanted {
        Some(Thing::Seal) => seal().or_else(declaration),
        _ => declaration().or_else(seal),
    }
}

/// Numbers whose check digit proves them.
fn checked(raw: &str, context: &ScanContext) -> Option<Found> {
    let lists = context.known;
    if let Some((number, size_type)) = container_and_size(raw) {
        let because = with(Because::CheckDigitOk, lists.container(&number));
        return Some((What::Container { number, size_type }, because));
    }
    if let Ok(number) = DeclarationNo::parse(raw)
        && number.kind() != DocumentKind::Other
    {
        let because = with(Because::Mod7Ok, lists.declaration(&number));
        return Some((What::Declaration { kind: number.kind(), number }, because));
    }
    let number = WaybillNo::parse(raw).ok()?;
    let listed = lists.waybill(&number);
    match (number.is_s10(), listed) {
        (true, _) => Some((What::Waybill { number }, with(Because::S10Ok, listed))),
        (false, true) => Some((What::Waybill { number }, vec![Because::WorkList])),
        (false, false) => None,
    }
}

fn with(reason: Because, listed: bool) -> Vec<Because> {
    if listed { vec![reason, Because::WorkList] } else { vec![reason] }
}

/// A container number, alone or with the size and type code that is painted behind it.
fn container_and_size(raw: &str) -> Option<(ContainerNo, Option<String>)> {
    if let Ok(number) = ContainerNo::parse(raw) {
        return Some((number, None));
    }
    let text: String = raw.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_uppercase();
    if !text.is_ascii() || text.len() != 15 {
        return None;
    }
    let (number, code) = text.split_at(11);
    let c = code.as_bytes();
    let size = c[..2].iter().all(u8::is_ascii_alphanumeric);
    let kind = c[2].is_ascii_uppercase() && c[3].is_ascii_alphanumeric();
    let number = ContainerNo::parse(number).ok()?;
    (size && kind).then(|| (number, Some(code.to_owned())))
}

/// Longer texts: take out what a checksum confirms. Only matrix symbols and pasted or typed text can
/// hold a whole row; a linear symbol with something around a number is left unknown.
fn sheet_row(raw: &str, symbology: Option<Symbology>, context: &ScanContext) -> Option<Found> {
    if symbology.is_some_and(|s| !s.is_matrix()) {
        return None;
    }
    let text: Vec<char> = raw.chars().take(4096).flat_map(char::to_uppercase).collect();
    let container = containers_in(&text).next();
    let declaration = declarations_in(&text).next();
    if container.is_none() && declaration.is_none() {
        return None;
    }
    let listed = container.as_ref().is_some_and(|no| context.known.container(no))
        || declaration.as_ref().is_some_and(|no| context.known.declaration(no));
    let mut because = Vec::new();
    because.extend(container.is_some().then_some(Because::CheckDigitOk));
    because.extend(declaration.is_some().then_some(Because::Mod7Ok));
    because.push(Because::FoundInText);
    because.extend(listed.then_some(Because::WorkList));
    let office = office_in(&text);
    Some((What::ContainerSheetRow { container, declaration, office }, because))
}

/// Container numbers inside a text: four letters, seven digits, blanks or hyphens between the groups
/// allowed, no further letter before and no further digit after.
fn containers_in(text: &[char]) -> impl Iterator<Item = ContainerNo> {
    (0..text.len()).filter_map(|start| {
        if start > 0 && text[start - 1].is_alphanumeric() && !text[start - 1].is_ascii_digit() {
            return None;
        }
        let mut number = String::with_capacity(11);
        for (at, c) in text.iter().enumerate().skip(start) {
            let blank = matches!(c, ' ' | '-') && matches!(number.len(), 4 | 10);
            match number.len() {
                11 if c.is_ascii_digit() => return None,
                11 => break,
                0..=3 if c.is_ascii_uppercase() => number.push(*c),
                4..=10 if c.is_ascii_digit() => number.push(*c),
                _ if blank && at > start => {}
                _ => return None,
            }
        }
        ContainerNo::parse(&number).ok()
    })
}

/// Declaration numbers inside a text: runs of exactly twelve digits, mod 7 right, of a known series.
fn declarations_in(text: &[char]) -> impl Iterator<Item = DeclarationNo> {
    text.split(|c| !c.is_ascii_digit()).filter(|run| run.len() == 12).filter_map(|run| {
        let number = DeclarationNo::parse(&run.iter().collect::<String>()).ok()?;
        (number.kind() != DocumentKind::Other).then_some(number)
    })
}

/// A customs office code standing alone, e.g. `03EE`: two digits, a letter, a letter or digit.
fn office_in(text: &[char]) -> Option<String> {
    text.split(|c| !c.is_alphanumeric()).find_map(|word| {
        let [a, b, c, d] = word else { return None };
        let fits = a.is_ascii_digit()
            && b.is_ascii_digit()
            && c.is_ascii_uppercase()
            && (d.is_ascii_uppercase() || d.is_ascii_digit());
        fits.then(|| word.iter().collect())
    })
}

/// What a text with a wrong check digit nearly is. Only what was `typed` is meant as what the screen asks for: a code of
/// anything may come before the camera.
fn nearly(raw: &str, typed: bool, context: &ScanContext) -> (Option<Problem>, Vec<Near>) {
    let lists = context.known;
    let problem;
    let mut near: Vec<Near>;
    if let Some(error) = nearly_container(raw, typed, context.wanted) {
        problem = Problem::Container(error);
        near = nears(Thing::Container, container::candidates(raw), |text| {
            ContainerNo::parse(text).is_ok_and(|no| lists.container(&no))
        });
    } else if let Some(error) = nearly_declaration(raw, typed, context.wanted) {
        problem = Problem::Declaration(error);
        near = nears(Thing::Declaration, declaration::candidates(raw), |text| {
            DeclarationNo::parse(text).is_ok_and(|no| lists.declaration(&no))
        });
    } else {
        let candidates = waybill::s10_candidates(raw);
        if candidates.is_empty() {
            return (None, Vec::new());
        }
        problem = Problem::S10;
        near = nears(Thing::Waybill, candidates, |text| WaybillNo::parse(text).is_ok_and(|no| lists.waybill(&no)));
    }
    near.sort_by_key(|n| !n.known); // stable: the likeliest stays first within each half
    (Some(problem), near)
}

fn nears(thing: Thing, candidates: Vec<Candidate>, known: impl Fn(&str) -> bool) -> Vec<Near> {
    candidates.into_iter().map(|candidate| Near { thing, known: known(&candidate.text), candidate }).collect()
}

/// The error, when the text is meant as a container number: the screen asked to type one, or it has the
/// shape of one up to look-alikes.
fn nearly_container(raw: &str, typed: bool, wanted: Option<Thing>) -> Option<ContainerError> {
    let error = ContainerNo::parse(raw).err()?;
    let letters = raw.chars().filter(|c| c.is_alphabetic()).count();
    let digits = raw.chars().filter(char::is_ascii_digit).count();
    let close = match error {
        ContainerError::CheckDigit { .. } => true,
        ContainerError::Length { found } => (10..=12).contains(&found) && letters == 4 && digits >= 6,
        _ => (3..=6).contains(&letters) && digits >= 5,
    };
    let other_wanted = wanted.is_some_and(|w| w != Thing::Container);
    let certain = matches!(error, ContainerError::CheckDigit { .. });
    let meant = typed && wanted == Some(Thing::Container);
    (meant || (close && (certain || !other_wanted))).then_some(error)
}

/// The same for declaration numbers.
fn nearly_declaration(raw: &str, typed: bool, wanted: Option<Thing>) -> Option<DeclarationError> {
    let error = DeclarationNo::parse(raw).err()?;
    let close = match error {
        DeclarationError::CheckDigit { .. } => {
            DeclarationNo::accept(raw).is_ok_and(|a| a.number.kind() != DocumentKind::Other)
        }
        _ => false,
    };
    match wanted {
        Some(Thing::Declaration) if typed => Some(error),
        None | Some(Thing::Container | Thing::Declaration) => close.then_some(error),
        // a seal or waybill may well have twelve digits
        Some(_) => None,
    }
}

/// The screen's kind, when the text has a shape that kind allows and nothing better is known.
fn as_wanted(raw: &str, context: &ScanContext) -> Option<What> {
    match context.wanted? {
        Thing::Seal => picked(raw, Thing::Seal),
        Thing::Waybill => picked(raw, Thing::Waybill),
        Thing::Container | Thing::Declaration | Thing::Parcel => None,
    }
}

fn possible(raw: &str) -> Vec<Thing> {
    [Thing::Container, Thing::Declaration, Thing::Seal, Thing::Waybill]
        .into_iter()
        .filter(|thing| picked(raw, *thing).is_some())
        .collect()
}

#[cfg(test)]
#[path = "scan_tests.rs"]
mod tests;
