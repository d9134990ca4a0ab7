//! A phone's folder as an app left it that did not encrypt: the same facts, photos and secrets in the older forms.
#![allow(dead_code)]

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use seal_core::ids::Sha256;
use seal_field::adapters::photo_files::PhotoFolder;
use seal_field::ports::photos::PhotoFiles as _;
use seal_field::ports::vault::{Purpose, Vault};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Makes `to` of the closed folder `from`. `names`: of the vault's secrets.
pub fn plain(from: &Path, to: &Path, database: &str, vault: &dyn Vault, names: &[&str]) {
    fs::create_dir_all(to.join("vault")).unwrap();
    let conn = Connection::open(to.join(database)).unwrap();
    let key = format!("x'{}'", hex(vault.key(Purpose::Database).bytes()));
    conn.execute("ATTACH ?1 AS sealed KEY ?2", [from.join(database).to_str().unwrap(), &key]).unwrap();
    conn.execute_batch("PRAGMA foreign_keys = OFF; BEGIN").unwrap();
    let schema = |what: &str| -> Vec<(String, String)> {
        let sql = format!(
            "SELECT name, sql FROM sealed.sqlite_schema WHERE type {what} AND sql IS NOT NULL AND name NOT LIKE 'sqlite%'"
        );
        let mut select = conn.prepare(&sql).unwrap();
        let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        rows.map(Result::unwrap).collect()
    };
    for (name, sql) in schema("= 'table'") {
        conn.execute_batch(&format!("{sql}; INSERT INTO main.{name} SELECT * FROM sealed.{name}")).unwrap();
    }
    for (_, sql) in schema("<> 'table'") {
        conn.execute_batch(&sql).unwrap();
    }
    let version: i64 = conn.query_row("PRAGMA sealed.user_version", [], |row| row.get(0)).unwrap();
    conn.pragma_update(None, "user_version", version).unwrap();
    conn.execute_batch("COMMIT; DETACH sealed; PRAGMA journal_mode = WAL").unwrap();

    let photos = PhotoFolder::open(&from.join("photos"), &vault.key(Purpose::Photos)).unwrap();
    for photo in photos_of(&conn) {
        // One that has not come from the central yet is not there to be made plain.
        if let Ok(bytes) = photos.read(&photo) {
            let name = photo.to_string();
            let file = to.join("photos/blobs").join(&name[..2]).join(&name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, bytes).unwrap();
        }
    }
    for file in ["data-key", "device"] {
        fs::copy(from.join("vault").join(file), to.join("vault").join(file)).unwrap();
    }
    for name in names {
        let secret = vault.secret(name).unwrap().unwrap_or_else(|| panic!("no secret {name}"));
        fs::write(to.join("vault").join(format!("secret-{}", hex(name.as_bytes()))), secret).unwrap();
    }
}

/// Every picture that a fact names.
pub fn photos_of(conn: &Connection) -> Vec<Sha256> {
    let mut select = conn.prepare("SELECT DISTINCT sha256 FROM event_photo").unwrap();
    let rows = select.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap();
    rows.map(|bytes| Sha256(bytes.unwrap().try_into().unwrap())).collect()
}

/// Copies a folder with all that is in it, as it is this moment.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// Every file below a folder.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}
