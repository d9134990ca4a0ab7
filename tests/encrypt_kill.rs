//! An app is killed while it encrypts what an older one left plain: at any moment everything is there, once, and in the end
//! nothing is plain.

mod common;
#[path = "common/plain.rs"]
mod plain;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use common::*;
use seal_core::seal::reading::LockAction;
use seal_field::ports::photos::PhotoFiles as _;
use seal_field::ports::store::Store as _;
use seal_field::ports::vault::Vault as _;
use uuid::Uuid;

const FOLDER: &str = "ENCRYPT_KILL_FOLDER";
const KILLS: u32 = 20;
const CASES: u128 = 40;

/// Not a test of its own: the process that is killed.
#[test]
fn child() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    drop(Device::open(Path::new(&folder)));
}

fn start(folder: &Path) -> std::process::Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["child", "--exact", "--nocapture", "--test-threads=1"])
        .env(FOLDER, folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn a_kill_while_encrypting_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let sealed = folder.path().join("sealed");
    let device = Device::open(&sealed);
    let mut events = Vec::new();
    for n in 0..CASES {
        let photo = device.photo_fact(format!("picture {n}").repeat(200).as_bytes());
        events.extend(device.write(Some(case_id(n)), vec![opened("15BB"), commanded("S1", LockAction::Arm), photo]));
    }
    device.vault.keep("token", b"bearer").unwrap();
    let vault = device.vault.clone();
    drop(device);
    let bare = folder.path().join("plain");
    plain::plain(&sealed, &bare, "seal.db", vault.as_ref(), &["token"]);

    let whole = folder.path().join("whole");
    plain::copy(&bare, &whole);
    let begin = Instant::now();
    assert!(start(&whole).wait().unwrap().success());
    let takes = begin.elapsed();

    let (mut plain_left, mut done) = (0, 0);
    for round in 0..KILLS {
        let here = folder.path().join("killed");
        plain::copy(&bare, &here);
        let mut process = start(&here);
        // Spread over all of it, with a little chance; denser at its beginning, since the next run may be quicker.
        let chance = (Uuid::new_v4().as_u128() % 1_000) as f64 / 1_000.0;
        let share = (f64::from(round) + chance) / f64::from(KILLS);
        std::thread::sleep(Duration::from_secs_f64(takes.as_secs_f64() * share * share));
        process.kill().unwrap();
        process.wait().unwrap();
        if fs::read(here.join("seal.db")).unwrap().starts_with(b"SQLite format 3\0") {
            plain_left += 1
        } else {
            done += 1
        }

        let device = Device::open(&here);
        for (n, facts) in events.chunks(3).enumerate() {
            assert_eq!(device.store.case_events(case_id(n as u128)).unwrap(), facts);
            let photo = facts[2].event.fact.photo().unwrap();
            device.photos.read(&photo.sha256).unwrap();
            device.photos.read(&photo.thumbnail.as_ref().unwrap().sha256).unwrap();
        }
        assert_eq!(device.vault.secret("token").unwrap().as_deref(), Some(&b"bearer"[..]));
        drop(device);
        for file in plain::files(&here) {
            let bytes = fs::read(&file).unwrap();
            let name = file.file_name().unwrap().to_str().unwrap();
            assert!(
                !String::from_utf8_lossy(&bytes).contains("picture") && !bytes.starts_with(b"SQLite"),
                "{name} is plain"
            );
            assert!(!name.contains("encrypting") && !name.ends_with(".tmp") && !name.starts_with("secret-"), "{name}");
        }
        fs::remove_dir_all(&here).unwrap();
    }
    eprintln!("{KILLS} kills within {takes:?}: {plain_left} before the encrypted database was taken, {done} after");
    assert!(plain_left > 0, "the kills came too late to prove anything");
}
