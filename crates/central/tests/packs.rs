//! Rule packs: what a phone gets, what travels when one entry changes, and whose packs are published.

use std::collections::HashMap;

use crate::common::World;
use p256::ecdsa::SigningKey;
use seal_central::PublishError;
use seal_core::cbor::Bytes;
use seal_core::doc::Doc;
use seal_core::ids::Sha256;
use seal_core::pack::{PackError, PackFile, issue, public, verify};
use seal_core::rules::RulePack;
use seal_core::wire::{Change, ChangesResponse};

fn pieces(changes: &ChangesResponse) -> (HashMap<Sha256, String>, Option<Vec<u8>>) {
    let mut entries = HashMap::new();
    let mut manifest = None;
    for change in &changes.changes {
        match change {
            Change::Doc { doc } => match doc.as_ref() {
                Doc::PackEntry(entry) => {
                    entries.insert(Sha256::of(entry.text.as_bytes()), entry.text.clone());
                }
                Doc::Pack(pack) => manifest = Some(pack.cose.0.clone()),
                _ => {}
            },
            Change::Event { .. } | Change::Unknown => {}
        }
    }
    (entries, manifest)
}

fn signed(pack: &RulePack, key: &SigningKey, issued: &str) -> PackFile {
    issue(pack, issued.parse().unwrap(), "Ban Giám sát quản lý", key, Vec::new()).unwrap()
}

#[tokio::test]
async fn a_phone_gets_the_whole_pack_and_then_only_what_changed() {
    let world = World::new();
    let [authority, stranger] = [3, 4].map(|n| SigningKey::from_slice(&[n; 32]).unwrap());
    let phone = world.phone(1, "an.nv", "246810").await;
    let all = world.changes(&phone, None, 500).await;
    let (entries, manifest) = pieces(&all);
    let trusted: Vec<Bytes> = phone.rules_keys.clone();
    let manifest = verify(&manifest.unwrap(), &trusted).unwrap();
    let shipped = seal_central::rules().unwrap();
    assert_eq!(manifest.assemble(|digest| entries.get(digest).cloned()).unwrap(), shipped);

    // Another authority takes over by hand; then a Saturday less is worked.
    world.central.trust_rules_keys(&[public(&authority)]).unwrap();
    let mut changed = RulePack { version: "2026.12".to_owned(), ..shipped };
    changed.calendars[1].worked.pop();
    let file = signed(&changed, &authority, "2026-12-01T00:00:00Z");
    world.central.publish_pack(&file).unwrap();
    let (entries, manifest) = pieces(&world.changes(&phone, Some(&all.next), 500).await);
    assert_eq!(entries.len(), 1, "one calendar");
    assert!(manifest.is_some());

    // Neither an older pack, nor a stranger's, nor one with a piece missing.
    let refused = |file: &PackFile| match world.central.publish_pack(file) {
        Err(PublishError::Pack(error)) => error,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(&signed(&changed, &authority, "2026-11-01T00:00:00Z")), PackError::Older);
    assert_eq!(refused(&signed(&changed, &stranger, "2027-01-01T00:00:00Z")), PackError::Signature);
    let mut short = signed(&changed, &authority, "2027-01-01T00:00:00Z");
    short.entries.pop();
    assert_eq!(refused(&short), PackError::Missing(1));
}
