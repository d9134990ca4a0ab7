//! Documents for paper: what stands on them, and nothing of where. A press (`ports::documents` of the app) sets them.
//!
//! The words are those of Vietnamese forms whatever language the screen has; a label also speaks English, since couriers
//! and airlines read it.

pub mod parcel;
mod words;

use jiff::Timestamp;

use crate::scan::Symbology;

/// A document, sheet after sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Title, as a reader's window shows it.
    pub title: String,
    /// The moment the document speaks of, not the moment of printing: the same content is the same file.
    pub made: Timestamp,
    /// Its sheets.
    pub sheets: Vec<Sheet>,
}

/// A part of a document that begins a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sheet {
    /// A label to cut out and stick on.
    Label(Label),
    /// A form with tables and signatures, over as many pages as it takes.
    Form(Form),
}

/// A machine-readable code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// Its symbology; presses know [`Symbology::Qr`] and [`Symbology::Code128`].
    pub symbology: Symbology,
    /// What it says.
    pub text: String,
    /// The words beside it.
    pub caption: String,
}

/// A name and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Name.
    pub name: String,
    /// Value.
    pub value: String,
}

/// Something to be seen to, in a frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// A few large characters, e.g. `UN 3481`.
    pub mark: String,
    /// Title.
    pub title: String,
    /// What to do.
    pub text: String,
    /// Where that is written, and whether somebody has still to confirm it.
    pub source: String,
}

/// A box to tick.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tick {
    /// What it says.
    pub text: String,
    /// Ticked, because it is on record; an empty box is for a pen.
    pub done: bool,
}

/// A unit on a label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// `NƠI GỬI / FROM`.
    pub caption: String,
    /// Name of the unit.
    pub name: String,
    /// The line under it: the office's code.
    pub code: String,
}

/// A label: half an A4 sheet to cut out, and under it what to do with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// What is in it.
    pub heading: String,
    /// The number people say.
    pub number: String,
    /// From.
    pub from: Address,
    /// To.
    pub to: Address,
    /// What the receiver scans.
    pub code: Code,
    /// The carrier's number; without one there is room to stick the carrier's own label.
    pub waybill: Option<Code>,
    /// The words in that room.
    pub waybill_room: String,
    /// Content, date, carrier.
    pub lines: Vec<Line>,
    /// Dangerous goods.
    pub notice: Option<Notice>,
    /// The words on the line to cut along.
    pub cut: String,
    /// Title of the steps.
    pub steps_title: String,
    /// What to do, in order.
    pub steps: Vec<String>,
    /// What to look after before the parcel leaves.
    pub ticks: Vec<Tick>,
}

/// How a column's values stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers and marks.
    Centre,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its title.
    pub title: String,
    /// Its part of the table's width.
    pub share: u16,
    /// How its values stand.
    pub align: Align,
}

/// A table; its titles are repeated on every page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The line above it.
    pub caption: String,
    /// Columns.
    pub columns: Vec<Column>,
    /// A value for each column.
    pub rows: Vec<Vec<String>>,
    /// The last line, over all columns.
    pub total: String,
}

/// Where somebody signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// `BÊN GIAO`.
    pub party: String,
    /// `CÔNG CHỨC HẢI QUAN`.
    pub role: String,
    /// What to write there.
    pub hint: String,
    /// The signature given on the phone: an SVG path of `M x y` and `L x y` on 600 x 260.
    pub strokes: String,
    /// Name; empty for a pen.
    pub name: String,
}

/// A form as Vietnamese offices know it: unit and motto, number and date, title, facts, tables, signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// Who issues it, the highest first; the last is the unit itself.
    pub issuer: Vec<String>,
    /// `Số: …`
    pub number: String,
    /// `…, ngày 23 tháng 11 năm 2026`
    pub dated: String,
    /// Title.
    pub title: String,
    /// The line under it.
    pub subtitle: String,
    /// Facts.
    pub lines: Vec<Line>,
    /// Codes; a square one stands beside the facts, a linear one under them.
    pub codes: Vec<Code>,
    /// The long table.
    pub table: Table,
    /// Short ones after it.
    pub further: Vec<Table>,
    /// What is on record, and what is not.
    pub ticks: Vec<Tick>,
    /// Who signs, from left to right.
    pub signatures: Vec<Signature>,
    /// At the foot of every page, before the page's number.
    pub foot: String,
}
