//! A CSV table read line by line: UTF-8 with or without a byte order mark, `,` or `;`, a header. Everything wrong is told with
//! its line and column, in Vietnamese and English; nothing of the table is kept.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom};
use std::path::Path;

use csv::{ByteRecord, ReaderBuilder};

use crate::db::Trouble;

const BOM: &[u8] = b"\xEF\xBB\xBF";
/// Longest header that is looked at to find out what separates the columns, bytes.
const HEADER_BYTES: u64 = 64 << 10;

/// What is wrong, in the officer's language and in English.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// Vietnamese.
    pub vi: String,
    /// English.
    pub en: String,
}

impl Reason {
    pub(super) fn new(vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self { vi: vi.into(), en: en.into() }
    }
}

/// Something wrong in a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Line of the file, from 1; the header is line 1.
    pub line: u64,
    /// Name of the column; empty when the whole line is meant.
    pub column: String,
    /// What is wrong.
    pub reason: Reason,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: ", self.line)?;
        if !self.column.is_empty() {
            write!(f, "{}: ", self.column)?;
        }
        write!(f, "{} / {}", self.reason.vi, self.reason.en)
    }
}

/// A column that a table may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name in the header.
    pub name: &'static str,
    /// The header must have it.
    pub required: bool,
}

/// One line of a table. What is wrong with it gathers here.
pub(super) struct Row<'a> {
    pub(super) line: u64,
    columns: &'a [Option<usize>],
    names: &'a [Column],
    record: &'a ByteRecord,
    faults: &'a mut Vec<Fault>,
}

impl Row<'_> {
    /// The text without blanks around it; empty when the column or its text is not there.
    pub(super) fn text(&self, column: &str) -> &str {
        let at = self.names.iter().position(|known| known.name == column).and_then(|at| self.columns[at]);
        // UTF-8 was checked when the line was read.
        at.and_then(|at| self.record.get(at))
            .and_then(|bytes| std::str::from_utf8(bytes).ok())
            .unwrap_or_default()
            .trim()
    }

    pub(super) fn fault(&mut self, column: &str, reason: Reason) {
        self.faults.push(Fault { line: self.line, column: column.to_owned(), reason });
    }

    /// What the text means; none, and nothing wrong, when it is empty.
    pub(super) fn read<T>(&mut self, column: &str, read: impl FnOnce(&str) -> Result<T, Reason>) -> Option<T> {
        let text = self.text(column);
        if text.is_empty() {
            return None;
        }
        match read(text) {
            Ok(value) => Some(value),
            Err(reason) => {
                self.fault(column, reason);
                None
            }
        }
    }

    /// The same for a column that must not be empty.
    pub(super) fn need<T>(&mut self, column: &str, read: impl FnOnce(&str) -> Result<T, Reason>) -> Option<T> {
        if self.text(column).is_empty() {
            self.fault(column, Reason::new("Không được để trống.", "Must not be empty."));
            return None;
        }
        self.read(column, read)
    }

    /// Every part of a list written with `|`.
    pub(super) fn list<T>(&mut self, column: &str, read: impl Fn(&str) -> Result<T, Reason>) -> Vec<T> {
        let text = self.text(column).to_owned();
        let parts = text.split('|').map(str::trim).filter(|part| !part.is_empty());
        let mut list = Vec::new();
        for part in parts {
            match read(part) {
                Ok(value) => list.push(value),
                Err(reason) => self.fault(column, reason),
            }
        }
        list
    }
}

/// Reads a table and hands each line that has something in it to `take`; what is wrong goes to `tell`, line by line. Gives the
/// number of lines, and whether nothing was wrong.
pub(super) fn read(
    file: &Path,
    names: &[Column],
    tell: &mut dyn FnMut(&Fault),
    mut take: impl FnMut(&mut Row<'_>) -> Result<(), Trouble>,
) -> Result<(u64, bool), Trouble> {
    let (input, delimiter) = open(file)?;
    let mut reader = ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(input);
    let mut faults = Vec::new();
    let (mut record, mut columns, mut width, mut lines, mut sound) = (ByteRecord::new(), Vec::new(), 0, 0, true);
    loop {
        let more = reader.read_byte_record(&mut record).map_err(|error| match error.into_kind() {
            csv::ErrorKind::Io(error) => Trouble::Io(error),
            other => Trouble::Stored(format!("{other:?}")),
        })?;
        if !more {
            break;
        }
        let line = record.position().map_or(0, csv::Position::line);
        let blank = record.iter().all(|field| field.trim_ascii().is_empty());
        if let Some(bad) = record.iter().position(|field| std::str::from_utf8(field).is_err()) {
            let reason = Reason::new("Tệp không phải UTF-8.", "The file is not UTF-8.");
            let column = name_of(names, &columns, bad);
            faults.push(Fault { line, column, reason });
        } else if width == 0 {
            width = record.len();
            columns = header(&record, names, line, &mut faults);
            if !faults.is_empty() {
                // Without its columns no line can be read.
                faults.iter().for_each(&mut *tell);
                return Ok((0, false));
            }
        } else if !blank {
            lines += 1;
            if record.len() == width {
                take(&mut Row { line, columns: &columns, names, record: &record, faults: &mut faults })?;
            } else {
                let (has, wanted) = (record.len(), width);
                let reason = Reason::new(
                    format!("Dòng có {has} cột, tiêu đề có {wanted}."),
                    format!("The line has {has} columns, the header {wanted}."),
                );
                faults.push(Fault { line, column: String::new(), reason });
            }
        }
        sound &= faults.is_empty();
        faults.drain(..).for_each(|fault| tell(&fault));
    }
    if width == 0 {
        let reason = Reason::new("Tệp trống: thiếu dòng tiêu đề.", "The file is empty: the header is missing.");
        tell(&Fault { line: 1, column: String::new(), reason });
        return Ok((0, false));
    }
    Ok((lines, sound))
}

fn name_of(names: &[Column], columns: &[Option<usize>], at: usize) -> String {
    let known = columns.iter().position(|place| *place == Some(at)).and_then(|known| names.get(known));
    known.map(|column| column.name.to_owned()).unwrap_or_default()
}

/// Where each known column stands.
fn header(record: &ByteRecord, names: &[Column], line: u64, faults: &mut Vec<Fault>) -> Vec<Option<usize>> {
    let mut columns = vec![None; names.len()];
    let mut fault = |column: &str, vi: &str, en: &str| {
        faults.push(Fault { line, column: column.to_owned(), reason: Reason::new(vi, en) });
    };
    for (at, field) in record.iter().enumerate() {
        let name = String::from_utf8_lossy(field).trim().to_ascii_lowercase();
        match names.iter().position(|known| known.name == name) {
            // A spreadsheet leaves empty columns behind.
            None if name.is_empty() => {}
            None => fault(&name, "Không biết cột này.", "This column is not known."),
            Some(known) if columns[known].is_some() => fault(&name, "Cột này có hai lần.", "This column stands twice."),
            Some(known) => columns[known] = Some(at),
        }
    }
    for (known, place) in names.iter().zip(&columns) {
        if known.required && place.is_none() {
            fault(known.name, "Thiếu cột này.", "This column is missing.");
        }
    }
    columns
}

/// The file behind its byte order mark, and what separates its columns.
fn open(file: &Path) -> Result<(BufReader<File>, u8), Trouble> {
    let mut input = BufReader::new(File::open(file)?);
    let mut start = Vec::new();
    input.by_ref().take(HEADER_BYTES).read_until(b'\n', &mut start)?;
    let skip = if start.starts_with(BOM) { BOM.len() } else { 0 };
    input.seek(SeekFrom::Start(skip as u64))?;
    let count = |separator: u8| start.iter().filter(|byte| **byte == separator).count();
    Ok((input, if count(b';') > count(b',') { b';' } else { b',' }))
}
