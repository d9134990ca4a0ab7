//! Master data from the tables that docs/operations.md shows, in a central that is not for practice.

use crate::common;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use crate::common::database::Database;
use crate::common::{World, remark};
use axum::http::StatusCode;
use seal_central::import::{Fault, ImportError, Imported, Options, Table, units_into};
use seal_central::{Central, ServerConfig};
use seal_core::doc::Doc;
use seal_core::wire::{Change, PushStatus};

fn example(name: &str) -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/import")).join(name)
}

/// Nothing in it.
fn world() -> World {
    let folder = tempfile::tempdir().unwrap();
    let now = Arc::new(Mutex::new(common::START.parse().unwrap()));
    let clock = {
        let now = now.clone();
        Arc::new(move || *now.lock().unwrap())
    };
    let data = folder.path().join("data");
    let stores = Database::of(&data).stores();
    let central = Central::open(ServerConfig { data, clock, practice: false, stores }).unwrap();
    World { folder, central, now }
}

fn told(world: &World, table: Table, file: &Path, options: &Options) -> (Result<Imported, ImportError>, Vec<Fault>) {
    let mut faults = Vec::new();
    let result = world.central.import(table, file, options, &mut |fault| faults.push(fault.clone()));
    (result, faults)
}

fn import(world: &World, table: Table, file: &Path, options: &Options) -> Imported {
    let (result, faults) = told(world, table, file, options);
    result.unwrap_or_else(|error| panic!("{error}: {faults:?}"))
}

fn import_examples(world: &World) -> String {
    let secrets = world.folder.path().join("secrets.csv");
    let options = Options { secrets: Some(secrets.clone()), dry_run: false };
    assert_eq!(import(world, Table::Units, &example("units.csv"), &options).lines, 5);
    let users = import(world, Table::Users, &example("users.csv"), &options);
    assert_eq!((users.added, users.secrets), (5, 5));
    assert_eq!(import(world, Table::Seals, &example("seals.csv"), &options).added, 4);
    assert_eq!(import(world, Table::Cases, &example("cases.csv"), &options).added, 3);
    std::fs::read_to_string(secrets).unwrap()
}

fn secret<'a>(secrets: &'a str, id: &str) -> &'a str {
    secrets.lines().find_map(|line| line.strip_prefix(id)?.strip_prefix(',')).unwrap()
}

#[tokio::test]
async fn the_examples_make_a_central_with_which_a_phone_works() {
    let world = world();
    let secrets = import_examples(&world);
    assert_eq!(secrets.lines().next(), Some("id,secret"));
    let mut phone = world.phone(1, "hai.tv", secret(&secrets, "hai.tv")).await;
    assert_eq!(phone.unit.as_str(), "03EE");
    assert_eq!(world.sign_in(&phone, secret(&secrets, "mai.nt")).await.status, StatusCode::UNAUTHORIZED);

    let (changes, _) = world.pull(&phone, None, 500).await;
    let docs: Vec<&Doc> = changes
        .iter()
        .filter_map(|change| match change {
            Change::Doc { doc } => Some(&**doc),
            Change::Event { .. } | Change::Unknown => None,
        })
        .collect();
    let mut cases: Vec<_> =
        docs.iter().filter_map(|doc| if let Doc::Case(case) = doc { Some(case) } else { None }).collect();
    cases.sort_by_key(|case| case.planned_at);
    assert_eq!(cases.len(), 3);
    assert_eq!(cases[0].trader, "Công ty TNHH Vận tải Biển Xanh");
    assert_eq!(cases[0].declaration.as_ref().unwrap().as_ref(), "507134800140");
    assert_eq!(cases[0].planned_at.to_string(), "2026-11-27T07:30:00Z", "14:30 in Vietnam");
    assert_eq!(cases[0].declared_on.unwrap().to_string(), "2026-11-26");
    assert_eq!(cases[0].seals[0].no.as_str(), "SFP7750001");
    assert_eq!(cases[1].containers.len(), 2);
    assert_eq!(cases[1].trader, "Công ty CP Kho bãi \"Đông Á\"; chi nhánh Hải Phòng");
    assert_eq!(cases[2].id.to_string(), "5ea10000-0000-4000-8000-000000900003");
    let seals = docs.iter().filter(|doc| matches!(doc, Doc::Seal(_))).count();
    assert_eq!(seals, 4);

    let event = phone.event(Some(cases[0].id), remark("first"));
    let answer = world.push(&phone, &[event]).await;
    assert!(matches!(answer.results[0].status, PushStatus::Accepted { .. }));
    // The other end of the trip sees it.
    let other = world.phone(2, "huong.lt", secret(&secrets, "huong.lt")).await;
    assert_eq!(common::events(&world.pull(&other, None, 500).await.0).len(), 1);
}

#[tokio::test]
async fn the_same_files_again_change_nothing_and_a_changed_line_replaces() {
    let world = world();
    let secrets = import_examples(&world);
    let phone = world.phone(1, "hai.tv", secret(&secrets, "hai.tv")).await;
    let (_, cursor) = world.pull(&phone, None, 500).await;
    // Later, so that a time that is made up shows.
    world.advance(jiff::SignedDuration::from_hours(1));
    let none = Options::default();
    for (table, name, lines) in
        [(Table::Users, "users.csv", 5), (Table::Seals, "seals.csv", 4), (Table::Cases, "cases.csv", 3)]
    {
        let again = import(&world, table, &example(name), &none);
        assert_eq!(again, Imported { lines, unchanged: lines, ..Imported::default() }, "{name}");
    }
    assert!(world.pull(&phone, Some(cursor.clone()), 500).await.0.is_empty());
    world.phone(2, "hai.tv", secret(&secrets, "hai.tv")).await;
    let (_, cursor) = world.pull(&phone, Some(cursor), 500).await;

    let text = std::fs::read_to_string(example("seals.csv"))
        .unwrap()
        .replace("83189003,2,5,,03EE,,15BB", "83189003,2,5,,03EE,,03EE");
    let file = world.folder.path().join("changed.csv");
    std::fs::write(&file, text).unwrap();
    let dry = Options { dry_run: true, ..Options::default() };
    let expected = Imported { lines: 4, changed: 1, unchanged: 3, ..Imported::default() };
    assert_eq!(import(&world, Table::Seals, &file, &dry), expected);
    assert!(world.pull(&phone, Some(cursor.clone()), 500).await.0.is_empty(), "a dry run writes nothing");
    assert_eq!(import(&world, Table::Seals, &file, &none), expected);
    let (changes, _) = world.pull(&phone, Some(cursor), 500).await;
    assert_eq!(common::docs(&changes), ["seal/83189003"]);
}

#[test]
fn every_bad_line_is_told_and_nothing_of_the_file_is_taken() {
    let world = world();
    let file = world.folder.path().join("bad.csv");
    let write = |text: &[u8]| std::fs::write(&file, text).unwrap();
    let places = |table| {
        let (result, faults) = told(&world, table, &file, &Options::default());
        assert!(matches!(result, Err(ImportError::Faults { faults: n }) if n as usize == faults.len()), "{faults:?}");
        assert!(faults.iter().all(|fault| !fault.reason.vi.is_empty() && !fault.reason.en.is_empty()));
        faults.into_iter().map(|fault| (fault.line, fault.column)).collect::<Vec<_>>()
    };
    let at = |line: u64, column: &str| (line, column.to_owned());

    write("id;name;unit;roles\nok.one;\"Người\nhai dòng\";03EE;officer\nx y;A;99ZZ;king|officer\n;;;\nb;;03EE;\nok.one;B;03EE;officer\nc;C;03EE\n".as_bytes());
    assert_eq!(
        places(Table::Users),
        [at(2, "name"), at(4, "id"), at(4, "unit"), at(4, "roles"), at(6, "name"), at(6, "roles"), at(8, "")]
    );
    assert!(!world.central.has_account(&seal_core::ids::OfficerId("ok.one".to_owned())).unwrap());

    write(b"no,owner,radio\n83189001,03EE,spoken\n8318 9001,03EE,spoken\n,03EE,loud\n?,03EE,spoken\n");
    assert_eq!(places(Table::Seals), [at(3, "no"), at(4, "no"), at(4, "radio"), at(5, "no")]);

    let head =
        "id,containers,trader,origin,destination,permitted_hours,planned_at,declaration,declared_on,ground,seals\n";
    write(format!("{head}a,SFPU4829019,T,03EE,15BB,0,tomorrow,507134800150,31/02/2026,x,SFP:9\n").as_bytes());
    let columns = ["containers", "declaration", "declared_on", "ground", "permitted_hours", "planned_at", "seals"];
    assert_eq!(places(Table::Cases), columns.map(|column| at(2, column)));

    write(b"id,name,unit,roles,secret\n");
    assert_eq!(places(Table::Users), [at(1, "secret")]);
    write(b"id,name,roles,id\n");
    assert_eq!(places(Table::Users), [at(1, "id"), at(1, "unit")]);
    write(b"");
    assert_eq!(places(Table::Users), [at(1, "")]);
    write(b"id,name,unit,roles\nok,\xC3\x28,03EE,officer\n");
    assert_eq!(places(Table::Users), [at(2, "name")]);
    write("code,name,short,valid_from\n03EE,Tên khác,Khác,2025-03-01\n04ZZ,Mới,Mới,2027-01-01\n".as_bytes());
    assert_eq!(places(Table::Units), [at(2, "code"), at(3, "code")]);
}

#[tokio::test]
async fn a_hash_from_elsewhere_lets_its_owner_in_and_a_new_account_needs_a_place_for_its_secret() {
    let world = world();
    let file = world.folder.path().join("users.csv");
    // Of "mật khẩu cũ", by another implementation (argon2-cffi).
    let hash = "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$aNjUrfQe2dBKOX3zR+JV4U+79ADoJoiACMxyxlvsv+Y";
    std::fs::write(&file, format!("id,name,unit,roles,secret_hash\nold.one,A,03EE,officer,\"{hash}\"\n")).unwrap();
    let done = import(&world, Table::Users, &file, &Options::default());
    assert_eq!((done.added, done.secrets), (1, 0));
    world.phone(1, "old.one", "mật khẩu cũ").await;

    std::fs::write(&file, "id,name,unit,roles,secret_hash\na,A,03EE,officer,246810\nb,B,03EE,officer,$2b$12$abc\n")
        .unwrap();
    let (result, faults) = told(&world, Table::Users, &file, &Options::default());
    assert!(result.is_err() && faults.len() == 2);
    assert!(!format!("{faults:?}").contains("246810"), "what stands there is not repeated");

    let (result, _) = told(&world, Table::Users, &example("users.csv"), &Options::default());
    assert!(matches!(result, Err(ImportError::SecretsFile(5))));
    let taken = Options { secrets: Some(file.clone()), dry_run: false };
    assert!(told(&world, Table::Users, &example("users.csv"), &taken).0.is_err(), "never over a file");
    assert!(!world.central.has_account(&seal_core::ids::OfficerId("hai.tv".to_owned())).unwrap());
    let out = world.folder.path().join("secrets.csv");
    import(&world, Table::Users, &example("users.csv"), &Options { secrets: Some(out.clone()), dry_run: false });
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(out).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn a_table_of_units_goes_into_a_rule_pack_and_keeps_what_it_does_not_tell() {
    let mut rules = seal_central::rules().unwrap();
    let before = rules.clone();
    assert_eq!(units_into(&mut rules, &example("units.csv"), &mut |_| {}).unwrap(), (0, 0));
    assert_eq!(rules, before);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("units.csv");
    std::fs::write(&file, "code,name,short,valid_from\n03EE,Tên mới,Mới,2027-01-01\n04ZZ,Đơn vị,ĐV,2027-01-01\n")
        .unwrap();
    assert_eq!(units_into(&mut rules, &file, &mut |_| {}).unwrap(), (1, 1));
    let (old, new) = (&before.offices[0], &rules.offices[0]);
    assert_eq!((&new.former, &new.aliases, &new.citation), (&old.former, &old.aliases, &old.citation));
    assert_eq!(rules.offices.last().unwrap().code.as_str(), "04ZZ");
}
