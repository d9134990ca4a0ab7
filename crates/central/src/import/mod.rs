//! Master data from CSV tables: users, the seal register and the work list, each file all or nothing; units are checked
//! against the rule pack in force, since they are part of it.
//!
//! A file is read twice, line by line: first everything is checked, then all of it is written in one transaction. So memory
//! stays flat, and a running central waits for the writing only. The same file again changes nothing; a changed line replaces
//! what was there; what a file does not name stays.

mod rows;
mod table;

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use p256::elliptic_curve::rand_core::{OsRng, RngCore as _};
use seal_core::doc::Doc;
use seal_core::ids::{OfficeCode, OfficerId};
use seal_core::rules::{Office, RulePack};
use seal_core::seal_no::SealNo;
use zeroize::Zeroizing;

use crate::accounts::{self, Cost};
use crate::db::{Connection, Transaction, Trouble};
use crate::{Central, feed, packs, write_private};

use rows::Known;
pub use table::{Column, Fault, Reason};

/// Which table a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// Units: compared with the rule pack in force, nothing is written.
    Units,
    /// Officers and their accounts.
    Users,
    /// The seal register.
    Seals,
    /// The work list.
    Cases,
}

impl Table {
    /// The columns it may have, in the order of the documentation.
    #[must_use]
    pub fn columns(self) -> &'static [Column] {
        match self {
            Self::Units => rows::UNITS,
            Self::Users => rows::USERS,
            Self::Seals => rows::SEALS,
            Self::Cases => rows::CASES,
        }
    }
}

/// What an import does, beside reading.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Say what would change, write nothing.
    pub dry_run: bool,
    /// Where the first secrets of new accounts are written; a new file that only its owner can read. Not needed when every
    /// new account brings the hash of a secret.
    pub secrets: Option<PathBuf>,
}

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Imported {
    /// Lines, without the header.
    pub lines: u64,
    /// New ones.
    pub added: u64,
    /// Replaced ones.
    pub changed: u64,
    /// As they were.
    pub unchanged: u64,
    /// Accounts that were given a first secret.
    pub secrets: u64,
}

/// Why nothing of a file was taken.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Lines are wrong; each was told.
    #[error("{faults} faults; nothing of this file was taken")]
    Faults {
        /// How many.
        faults: u64,
    },
    /// New accounts need first secrets, and no file was named for them.
    #[error("{0} new accounts need first secrets: name a file for them with --secrets")]
    SecretsFile(usize),
    /// The central or the file.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

impl From<std::io::Error> for ImportError {
    fn from(error: std::io::Error) -> Self {
        Self::Trouble(error.into())
    }
}

impl Central {
    /// Takes a table, all of it or nothing. What is wrong goes to `tell`, in the order of the lines.
    ///
    /// # Errors
    /// [`ImportError`]; then nothing was written.
    pub fn import(
        &self,
        table: Table,
        file: &Path,
        options: &Options,
        tell: &mut dyn FnMut(&Fault),
    ) -> Result<Imported, ImportError> {
        let now = (self.0.clock)();
        let rules = self.0.db.with(packs::in_force)?;
        let mut told = 0;
        let mut tell = |fault: &Fault| {
            told += 1;
            tell(fault);
        };
        let desk = Desk { known: Known::of(&rules), now };
        let (mut imported, new) = match table {
            Table::Units => {
                let lines = check_units(file, &rules, &mut tell)?;
                (Imported { lines, unchanged: lines, ..Imported::default() }, HashSet::new())
            }
            _ => self.0.db.with(|db| desk.check(db, table, file, &mut tell))?,
        };
        if told > 0 {
            return Err(ImportError::Faults { faults: told });
        }
        imported.secrets = new.len() as u64;
        if options.dry_run || (imported.added + imported.changed == 0 && new.is_empty()) {
            return Ok(imported);
        }
        // Written before the accounts are: no account without a secret that somebody has.
        let first = match (&options.secrets, new.len()) {
            (_, 0) => HashMap::new(),
            (None, count) => return Err(ImportError::SecretsFile(count)),
            (Some(out), _) => first_secrets(new, out)?,
        };
        let written = self.0.db.write(|tx| desk.write(tx, table, file, &first));
        if written.is_err()
            && !first.is_empty()
            && let Some(out) = &options.secrets
        {
            std::fs::remove_file(out)?;
        }
        written?;
        Ok(imported)
    }
}

struct Desk {
    known: Known,
    now: Timestamp,
}

/// What a line says, and the hash that an account brings along.
struct Line {
    doc: Doc,
    hash: Option<String>,
}

impl Desk {
    /// `None` when something is wrong with the line, which it then knows.
    fn line(&self, db: &Connection, table: Table, row: &mut table::Row<'_>) -> Result<Option<Line>, Trouble> {
        let plain = |doc| Line { doc, hash: None };
        Ok(match table {
            Table::Users => {
                rows::user(row, &self.known).map(|user| Line { doc: Doc::Officer(user.officer), hash: user.hash })
            }
            Table::Seals => {
                let before = match SealNo::parse(row.text("no")) {
                    Ok(no) => feed::seal_doc(db, &no)?,
                    Err(_) => None,
                };
                rows::seal(row, &self.known, self.now, before).map(Doc::Seal).map(plain)
            }
            Table::Cases => rows::case(row, &self.known).map(Doc::Case).map(plain),
            Table::Units => None,
        })
    }

    /// Checks every line and counts what would change; gives the accounts that need a first secret.
    fn check(
        &self,
        db: &Connection,
        table: Table,
        file: &Path,
        tell: &mut dyn FnMut(&Fault),
    ) -> Result<(Imported, HashSet<OfficerId>), Trouble> {
        let (mut imported, mut new) = (Imported::default(), HashSet::new());
        let mut seen: HashMap<String, u64> = HashMap::new();
        let (lines, _) = table::read(file, table.columns(), tell, |row| {
            let Some(Line { doc, hash }) = self.line(db, table, row)? else { return Ok(()) };
            let key = doc.key();
            if let Some(first) = seen.get(&key) {
                let reason = Reason::new(format!("Trùng với dòng {first}."), format!("The same as line {first}."));
                let column = table.columns()[0].name;
                row.fault(column, reason);
                return Ok(());
            }
            if let (Doc::Officer(officer), None) = (&doc, &hash)
                && !accounts::exists(db, &officer.id)?
            {
                new.insert(officer.id.clone());
            }
            match stored(db, &key)? {
                None => imported.added += 1,
                Some(json) if json == serde_json::to_string(&doc)? && !brings_another(db, &doc, hash.as_deref())? => {
                    imported.unchanged += 1;
                }
                Some(_) => imported.changed += 1,
            }
            seen.insert(key, row.line);
            Ok(())
        })?;
        imported.lines = lines;
        Ok((imported, new))
    }

    /// Writes every line of a file that was checked. `first` are the hashes of first secrets.
    fn write(
        &self,
        tx: &Transaction,
        table: Table,
        file: &Path,
        first: &HashMap<OfficerId, String>,
    ) -> Result<(), Trouble> {
        let mut changed_since = None;
        let (_, sound) = table::read(file, table.columns(), &mut |fault| changed_since = Some(fault.line), |row| {
            let Some(Line { doc, hash }) = self.line(tx, table, row)? else { return Ok(()) };
            feed::put_doc(tx, &doc)?;
            if let Doc::Officer(officer) = &doc
                && let Some(hash) = hash.as_ref().or_else(|| first.get(&officer.id))
            {
                accounts::store(tx, &officer.id, hash)?;
            }
            Ok(())
        })?;
        match changed_since {
            None if sound => Ok(()),
            _ => Err(Trouble::Stored(format!("{} changed while it was read", file.display()))),
        }
    }
}

/// The line brings the hash of another secret than the account has.
fn brings_another(db: &Connection, doc: &Doc, hash: Option<&str>) -> Result<bool, Trouble> {
    match (doc, hash) {
        (Doc::Officer(officer), Some(hash)) => Ok(accounts::stored_hash(db, &officer.id)?.as_deref() != Some(hash)),
        _ => Ok(false),
    }
}

fn stored(db: &Connection, key: &str) -> Result<Option<String>, Trouble> {
    db.query_opt("SELECT json FROM doc WHERE key = ?1", [key], |row| row.get(0))
}

/// A secret for each account, written to `out` as a table; gives their hashes.
fn first_secrets(new: HashSet<OfficerId>, out: &Path) -> Result<HashMap<OfficerId, String>, Trouble> {
    let mut ids: Vec<_> = new.into_iter().collect();
    ids.sort_by(|a, b| a.0.cmp(&b.0));
    let mut text = Zeroizing::new(String::with_capacity(16 + 96 * ids.len()));
    text.push_str("id,secret\n");
    let mut hashes = HashMap::with_capacity(ids.len());
    for id in ids {
        let secret = new_secret();
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{id},{}", secret.as_str());
        let hash = accounts::hash(&secret, Cost::Generated)?;
        hashes.insert(id, hash);
    }
    write_private(out, &text)?;
    Ok(hashes)
}

/// 80 random bits in four groups, in Crockford's base 32: no I, L, O, U.
fn new_secret() -> Zeroizing<String> {
    const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let mut random = Zeroizing::new([0; 16]);
    OsRng.fill_bytes(&mut random[..]);
    let mut secret = Zeroizing::new(String::with_capacity(19));
    for (at, byte) in random.iter().enumerate() {
        if at > 0 && at % 4 == 0 {
            secret.push('-');
        }
        secret.push(char::from(LETTERS[usize::from(byte % 32)]));
    }
    secret
}

/// Every unit of the table has to be in the pack as the table tells it. Gives the number of lines.
fn check_units(file: &Path, rules: &RulePack, tell: &mut dyn FnMut(&Fault)) -> Result<u64, Trouble> {
    let (lines, _) = table::read(file, rows::UNITS, tell, |row| {
        let Some(office) = rows::unit(row) else { return Ok(()) };
        let code = &office.code;
        match rules.offices.iter().find(|known| known.code == office.code) {
            None => row.fault("code", absent(code, &rules.version)),
            Some(known) if merged(known, office.clone()) != *known => row.fault("code", differs(code, &rules.version)),
            Some(_) => {}
        }
        Ok(())
    })?;
    Ok(lines)
}

fn absent(code: &OfficeCode, version: &str) -> Reason {
    Reason::new(
        format!("Gói quy định {version} không có đơn vị {code}. Thêm bằng `pack units`, ký và công bố gói mới."),
        format!("Rule pack {version} has no unit {code}. Add it with `pack units`, sign and publish a new pack."),
    )
}

fn differs(code: &OfficeCode, version: &str) -> Reason {
    Reason::new(
        format!("Gói quy định {version} ghi khác về đơn vị {code}. Sửa bằng `pack units`, ký và công bố gói mới."),
        format!(
            "Rule pack {version} tells unit {code} otherwise. Correct it with `pack units`, sign and publish a new pack."
        ),
    )
}

/// What the table does not tell stays as it was.
fn merged(known: &Office, told: Office) -> Office {
    Office {
        aliases: if told.aliases.is_empty() { known.aliases.clone() } else { told.aliases },
        former: known.former.clone(),
        unlocode: told.unlocode.or_else(|| known.unlocode.clone()),
        warehouses: known.warehouses.clone(),
        valid_to: told.valid_to.or(known.valid_to),
        citation: known.citation.clone(),
        ..told
    }
}

/// Puts the units of a table into a rule pack that is to be signed: new ones are added, known ones take what the table tells.
/// Gives how many were added and how many changed.
///
/// # Errors
/// [`ImportError`]; what is wrong went to `tell`, and `rules` must not be used.
pub fn units_into(
    rules: &mut RulePack,
    file: &Path,
    tell: &mut dyn FnMut(&Fault),
) -> Result<(usize, usize), ImportError> {
    let (mut faults, mut added, mut changed) = (0, 0, 0);
    let mut seen = HashSet::new();
    let mut tell = |fault: &Fault| {
        faults += 1;
        tell(fault);
    };
    table::read(file, rows::UNITS, &mut tell, |row| {
        let Some(office) = rows::unit(row) else { return Ok(()) };
        if !seen.insert(office.code.clone()) {
            row.fault("code", Reason::new("Đơn vị này có hai lần.", "This unit stands twice."));
            return Ok(());
        }
        match rules.offices.iter_mut().find(|known| known.code == office.code) {
            None => {
                added += 1;
                rules.offices.push(office);
            }
            Some(known) => {
                let merged = merged(known, office);
                changed += usize::from(merged != *known);
                *known = merged;
            }
        }
        Ok(())
    })?;
    if faults > 0 {
        return Err(ImportError::Faults { faults });
    }
    Ok((added, changed))
}
