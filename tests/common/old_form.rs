//! A database as an older version of the app left it.

use std::path::Path;

use seal_field::ports::vault::Key;

use crate::common::open_database;

/// Every form of the tables that ever stood on a device.
pub const MIGRATIONS: [&str; 11] = [
    include_str!("../../src/adapters/sqlite/migrations/001_init.sql"),
    include_str!("../../src/adapters/sqlite/migrations/002_decisions.sql"),
    include_str!("../../src/adapters/sqlite/migrations/003_corrections.sql"),
    include_str!("../../src/adapters/sqlite/migrations/004_kinds.sql"),
    include_str!("../../src/adapters/sqlite/migrations/005_packs.sql"),
    include_str!("../../src/adapters/sqlite/migrations/006_lists.sql"),
    include_str!("../../src/adapters/sqlite/migrations/007_approved.sql"),
    include_str!("../../src/adapters/sqlite/migrations/008_custody.sql"),
    include_str!("../../src/adapters/sqlite/migrations/009_way_home.sql"),
    include_str!("../../src/adapters/sqlite/migrations/010_record.sql"),
    include_str!("../../src/adapters/sqlite/migrations/011_author.sql"),
];
/// What the first form had already, made of nothing else. It never changed since.
const KEPT: [&str; 8] = ["event", "event_seal", "event_photo", "event_unread", "outbox", "doc", "feed", "note"];

/// Puts the database at `path` back into the form of the first `steps` migrations, not encrypted, with everything that is
/// not made of something else. Nothing may have it open.
pub fn put_back(path: &Path, key: &Key, steps: usize) {
    let old = path.with_extension("old");
    let conn = rusqlite::Connection::open(&old).unwrap();
    for migration in &MIGRATIONS[..steps] {
        conn.execute_batch(migration).unwrap();
    }
    conn.execute_batch(&format!("PRAGMA user_version = {steps}; DELETE FROM feed;")).unwrap();
    drop(conn);

    let new = open_database(path, key);
    new.execute_batch(&format!("ATTACH '{}' AS old KEY '';", old.display())).unwrap();
    let packs: &[&str] = if steps >= 5 { &["rule_pack"] } else { &[] };
    for table in KEPT.iter().chain(packs) {
        // A later form may have more columns.
        let columns: Vec<String> = new
            .prepare("SELECT name FROM pragma_table_info(?1, 'old')")
            .unwrap()
            .query_map([table], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        let columns = columns.join(", ");
        new.execute_batch(&format!("INSERT INTO old.{table} ({columns}) SELECT {columns} FROM main.{table};")).unwrap();
    }
    // A version of views that is not today's.
    new.execute_batch("UPDATE old.note SET text = '2/0.1.0' WHERE name = 'store/views'; DETACH old;").unwrap();
    drop(new);
    for tail in ["", "-wal", "-shm"] {
        let mut file = path.as_os_str().to_owned();
        file.push(tail);
        match std::fs::remove_file(&file) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            removed => removed.unwrap(),
        }
    }
    std::fs::rename(&old, path).unwrap();
}
