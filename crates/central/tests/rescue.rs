//! Rescue copies and exports on the command line, beside the central that they belong to.

use std::path::Path;
use std::process::{Command, Output};

use crate::common::database::Database;
use crate::common::*;
use seal_core::cbor::Bytes;
use seal_core::ids::DeviceId;
use seal_core::rescue::{AgencyKey, Head, Part};
use seal_core::wire::SignInResponse;
use uuid::Uuid;

fn run(args: &[&str], data: &str) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_seal-central"));
    if let Some(url) = Database::of(Path::new(data)).url() {
        command.env("DATABASE_URL", url);
    }
    let Output { status, stdout, stderr } =
        command.args(args).args(["--data", data]).env("RUST_LOG", "error").output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

#[tokio::test]
async fn files_for_the_agency_are_taken_once_and_what_is_refused_is_named() {
    let world = World::new();
    let mut phone = Phone::new(1, "an.nv");
    let answer = world.sign_in(&phone, "246810").await;
    phone.take(&answer);
    let signed_in: SignInResponse = serde_json::from_slice(&answer.body).unwrap();
    let key = AgencyKey::read(&signed_in.agency_key.unwrap().0).unwrap();
    let again: SignInResponse = serde_json::from_slice(&world.sign_in(&phone, "246810").await.body).unwrap();
    assert_eq!(again.agency_key.unwrap().0, key.bytes(), "one key for the central's life");

    let mine: Vec<Bytes> = ["one", "two"].map(|text| Bytes(phone.event(None, remark(text)).cose)).into();
    let stranger = Bytes(Phone::new(9, "an.nv").event(None, remark("who")).cose);
    let seal = |number, part: &Part| key.seal(&[3; 16], number, part, [number as u8; 32]).unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = world.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let data = world.folder.path().to_str().unwrap().to_owned();

    let copy = [seal(1, &Part::Events(mine[..1].to_vec())), seal(9, &Part::Events(vec![stranger]))].concat();
    let (code, out, err) = run(&["open-rescue", &file("a.agency", &copy)], &data);
    assert_eq!((code, out.lines().next()), (Some(1), Some("facts: 1 accepted, 0 known, 1 refused")), "{err}");
    assert!(err.contains(": device: "), "{err}");
    // Cut in the middle of its second act.
    let (code, out, err) = run(&["open-rescue", &file("b.agency", &copy[..copy.len() - 5])], &data);
    assert_eq!((code, out.lines().next()), (Some(0), Some("facts: 0 accepted, 1 known, 0 refused")));
    assert!(err.contains("bytes belong to no act"), "{err}");

    let head = Head {
        device: DeviceId(Uuid::from_u128(1)),
        officer: phone.officer.clone(),
        unit: phone.unit.clone(),
        at: START.parse().unwrap(),
        events: 2,
        photos: 0,
    };
    let parts = [Part::Head(head), Part::Events(mine), Part::End { frames: 3 }];
    let export: Vec<u8> = (1..).zip(&parts).flat_map(|(number, part)| seal(number, part)).collect();
    let (code, out, err) = run(&["import-bundle", &file("c.sealbundle", &export[..export.len() - 1])], &data);
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(err.contains("it is not whole"), "{err}");
    let (code, out, err) = run(&["import-bundle", &file("c.sealbundle", &export)], &data);
    assert_eq!(code, Some(0), "{err}");
    assert!(
        out.starts_with("exported by an.nv of 03EE") && out.contains("facts: 1 accepted, 1 known, 0 refused"),
        "{out}"
    );
    let (_, out, _) = run(&["import-bundle", &file("c.sealbundle", &export)], &data);
    assert!(out.contains("facts: 0 accepted, 2 known, 0 refused"), "{out}");

    // The central that serves meanwhile shows them.
    let (changes, _) = world.pull(&phone, None, 500).await;
    let texts = events(&changes);
    assert_eq!(texts.iter().filter(|event| event.device == phone.device).count(), 2);
    for wrong in [&["open-rescue"][..], &["import-bundle", "/no/such/file"]] {
        assert_eq!(run(wrong, &data).0, Some(1));
    }
}
