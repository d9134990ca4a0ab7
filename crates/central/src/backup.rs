//! A copy of a central that runs on: its database as of one moment, and every photograph that the copy speaks of.
//!
//! The database is copied first. A photograph is noted as complete only after its file is, and files never change, so what is
//! copied afterwards has everything that the database names. The key-encryption key is not copied: it belongs elsewhere.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};
use seal_core::ids::Sha256;

use crate::Stores;
use crate::db::Trouble;

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Backup {
    /// Events in the record.
    pub events: u64,
    /// Complete photographs.
    pub photos: u64,
    /// Of those, copied now; the others lay in the backup already.
    pub copied: u64,
    /// Photographs that the database has as complete and whose files are not there.
    pub missing: Vec<Sha256>,
}

/// Copies the central in `data` to the folder `to`, while it runs or not. A folder that holds an earlier backup is brought up
/// to date: its photographs stay, its database is replaced once the new one is whole. Photographs in a store of their own are
/// not copied, and PostgreSQL has a tool of its own.
///
/// # Errors
/// [`Trouble`]; an earlier backup's database is then as it was.
pub fn backup(data: &Path, to: &Path, stores: &Stores) -> Result<Backup, Trouble> {
    if stores.database.is_some() {
        return Err(Trouble::Server("PostgreSQL is copied with pg_dump".to_owned()));
    }
    let source = data.join("central.sqlite");
    let db = Connection::open_with_flags(&source, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    db.busy_timeout(std::time::Duration::from_secs(30))?;
    let photos = to.join("photos");
    fs::create_dir_all(&photos)?;
    if fs::canonicalize(data)? == fs::canonicalize(to)? {
        return Err(Trouble::Io(std::io::Error::other("a backup lies elsewhere than what it is of")));
    }
    let fresh = to.join("central.sqlite.new");
    remove(&fresh)?;
    let name = fresh.to_str().ok_or_else(|| Trouble::Stored("the folder's name is not UTF-8".to_owned()))?;
    // One read transaction: a moment of the database, whoever writes meanwhile.
    db.execute("VACUUM INTO ?1", [name])?;
    drop(db);
    let copy = Connection::open_with_flags(&fresh, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let sound: String = copy.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if sound != "ok" {
        return Err(Trouble::Stored(format!("the copy is not sound: {sound}")));
    }
    let done = match &stores.blobs {
        None => copy_photos(&copy, &data.join("photos"), &photos)?,
        Some(_) => Backup { events: events(&copy)?, ..Backup::default() },
    };
    drop(copy);
    File::open(&fresh)?.sync_all()?;
    fs::rename(&fresh, to.join("central.sqlite"))?;
    File::open(to)?.sync_all()?;
    Ok(done)
}

fn events(copy: &Connection) -> Result<u64, Trouble> {
    let events: i64 = copy.query_row("SELECT count(*) FROM event", [], |row| row.get(0))?;
    Ok(events.unsigned_abs())
}

fn copy_photos(copy: &Connection, from: &Path, to: &Path) -> Result<Backup, Trouble> {
    let mut done = Backup { events: events(copy)?, ..Backup::default() };
    let mut rows = copy.prepare("SELECT sha256, size FROM photo WHERE complete_at IS NOT NULL")?;
    let mut rows = rows.query([])?;
    while let Some(row) = rows.next()? {
        let (photo, size): (Sha256, i64) = (Sha256(row.get(0)?), row.get(1)?);
        done.photos += 1;
        let (source, target) = (place(from, &photo), place(to, &photo));
        if fs::metadata(&target).is_ok_and(|file| file.len() == size.unsigned_abs()) {
            continue;
        }
        match copy_whole(&source, &target) {
            Ok(()) => done.copied += 1,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => done.missing.push(photo),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(done)
}

/// Never half a file at the final name.
fn copy_whole(source: &Path, target: &Path) -> std::io::Result<()> {
    if let Some(folder) = target.parent() {
        fs::create_dir_all(folder)?;
    }
    let part = target.with_extension("part");
    fs::copy(source, &part)?;
    File::open(&part)?.sync_all()?;
    fs::rename(part, target)
}

fn place(root: &Path, photo: &Sha256) -> PathBuf {
    let name = photo.to_string();
    root.join(&name[..2]).join(name)
}

fn remove(file: &Path) -> std::io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
