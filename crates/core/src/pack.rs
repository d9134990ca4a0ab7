//! Rule packs as they travel: signed, and in pieces, so that a phone fetches only what changed.
//!
//! A pack is cut into **entries** (one goods rule, one office, one year's calendar), each named by the digest of its JSON
//! text. A **manifest** lists the digests by section and is signed (COSE_Sign1, ES256) by the authority that issues rules,
//! not by the central that delivers them. A phone that has the manifest and every entry it lists has the pack, and nobody in
//! between can change, drop or add an entry. Until then the pack it had goes on.
//!
//! A manifest names the keys that may sign the next one: keys change without touching any phone.

use std::collections::BTreeMap;

use coset::{CborSerializable as _, CoseSign1, CoseSign1Builder, HeaderBuilder, iana};
use jiff::Timestamp;
use p256::ecdsa::{Signature, SigningKey, VerifyingKey, signature::Verifier as _};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::cbor::{self, Bytes, CborError};
use crate::event::sign_with;
use crate::ids::Sha256;
use crate::rules::RulePack;

/// Version of the manifest's form.
pub const MANIFEST_VERSION: u8 = 1;

/// Separates signatures of manifests from those of events made with the same kind of key.
const CONTEXT: &[u8] = b"seal-field rule pack";

/// What is signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`MANIFEST_VERSION`].
    pub v: u8,
    /// Name of the pack, e.g. `2026.11`.
    pub version: String,
    /// When it was issued; a pack never replaces one issued later.
    pub issued_at: Timestamp,
    /// Who issues it, in words.
    pub issuer: String,
    /// Keys that may sign the next manifest, SEC1 P-256 points. Never empty.
    pub keys: Vec<Bytes>,
    /// Digests of the entries.
    pub sections: BTreeMap<String, Section>,
}

/// The entries of one field of [`RulePack`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Section {
    /// The field is one value.
    One(Sha256),
    /// The field is a list, in this order.
    Many(Vec<Sha256>),
}

impl Section {
    fn digests(&self) -> &[Sha256] {
        match self {
            Self::One(digest) => std::slice::from_ref(digest),
            Self::Many(digests) => digests,
        }
    }
}

/// A signed pack with everything it lists: what the authority issues, and a central publishes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackFile {
    /// The manifest, COSE_Sign1.
    pub manifest: crate::wire::B64,
    /// Texts of the entries.
    pub entries: Vec<String>,
}

/// Why a pack is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PackError {
    /// Not a signed manifest of a form known here.
    #[error("not a signed rule pack: {0}")]
    NotAManifest(String),
    /// No trusted key signed it.
    #[error("the rule pack is not signed by a key trusted here")]
    Signature,
    /// It was issued before the pack in use.
    #[error("the rule pack is older than the one in use")]
    Older,
    /// So many entries are not here yet.
    #[error("{0} entries of the rule pack are missing")]
    Missing(usize),
    /// The entries do not make a rule pack this version understands.
    #[error("the rule pack cannot be read: {0}")]
    Content(String),
}

impl From<CborError> for PackError {
    fn from(error: CborError) -> Self {
        Self::NotAManifest(error.to_string())
    }
}

/// Cuts a pack into entries and signs their list. `next_keys` may sign the next pack; the signing key itself if empty.
///
/// # Errors
/// [`PackError::Content`] when the pack cannot be written.
pub fn issue(
    pack: &RulePack,
    issued_at: Timestamp,
    issuer: &str,
    key: &SigningKey,
    next_keys: Vec<Bytes>,
) -> Result<PackFile, PackError> {
    let content = |error: serde_json::Error| PackError::Content(error.to_string());
    let Value::Object(mut fields) = serde_json::to_value(pack).map_err(content)? else {
        return Err(PackError::Content("not an object".to_owned()));
    };
    fields.remove("version");
    let mut entries = Vec::new();
    let mut enter = |value: &Value| {
        let text = value.to_string();
        let digest = Sha256::of(text.as_bytes());
        entries.push(text);
        digest
    };
    let sections = fields
        .into_iter()
        .map(|(name, value)| {
            let section = match &value {
                Value::Array(values) => Section::Many(values.iter().map(&mut enter).collect()),
                value => Section::One(enter(value)),
            };
            (name, section)
        })
        .collect();
    let keys = if next_keys.is_empty() { vec![public(key)] } else { next_keys };
    let manifest = Manifest {
        v: MANIFEST_VERSION,
        version: pack.version.clone(),
        issued_at,
        issuer: issuer.to_owned(),
        keys,
        sections,
    };
    let cose = CoseSign1Builder::new()
        .protected(HeaderBuilder::new().algorithm(iana::Algorithm::ES256).build())
        .payload(cbor::to_vec(&manifest)?)
        .create_signature(CONTEXT, |bytes| sign_with(key, bytes).to_vec())
        .build()
        .to_vec()
        .map_err(|error| PackError::NotAManifest(error.to_string()))?;
    entries.sort();
    entries.dedup();
    Ok(PackFile { manifest: crate::wire::B64(cose), entries })
}

/// The public half of a key, as manifests carry it.
#[must_use]
pub fn public(key: &SigningKey) -> Bytes {
    Bytes(key.verifying_key().to_encoded_point(false).as_bytes().to_vec())
}

/// Reads a manifest that one of `trusted` signed.
///
/// # Errors
/// [`PackError::NotAManifest`], [`PackError::Signature`].
pub fn verify(cose: &[u8], trusted: &[Bytes]) -> Result<Manifest, PackError> {
    let sign1 = CoseSign1::from_slice(cose).map_err(|error| PackError::NotAManifest(error.to_string()))?;
    if sign1.protected.header.alg != Some(coset::Algorithm::Assigned(iana::Algorithm::ES256)) {
        return Err(PackError::Signature);
    }
    let fits = |key: &Bytes| {
        let Ok(key) = VerifyingKey::from_sec1_bytes(&key.0) else { return false };
        let verdict = sign1.verify_signature(CONTEXT, |signature, bytes| {
            Signature::from_slice(signature).and_then(|signature| key.verify(bytes, &signature))
        });
        verdict.is_ok()
    };
    if !trusted.iter().any(fits) {
        return Err(PackError::Signature);
    }
    let payload = sign1.payload.as_deref().ok_or_else(|| PackError::NotAManifest("no payload".to_owned()))?;
    let manifest: Manifest = cbor::from_slice(payload)?;
    if manifest.v != MANIFEST_VERSION {
        return Err(PackError::NotAManifest(format!("form {}", manifest.v)));
    }
    if manifest.keys.is_empty() {
        return Err(PackError::NotAManifest("it names no key for the next pack".to_owned()));
    }
    Ok(manifest)
}

impl Manifest {
    /// Puts the pack together. `entry` finds an entry's text by its digest.
    ///
    /// # Errors
    /// [`PackError::Missing`] while entries are still to come, [`PackError::Content`] when they make no pack.
    pub fn assemble(&self, entry: impl Fn(&Sha256) -> Option<String>) -> Result<RulePack, PackError> {
        let find = |digest: &Sha256| entry(digest).filter(|text| Sha256::of(text.as_bytes()) == *digest);
        let missing = self.sections.values().flat_map(Section::digests).filter(|digest| find(digest).is_none()).count();
        if missing > 0 {
            return Err(PackError::Missing(missing));
        }
        let read = |digest: &Sha256| -> Result<Value, PackError> {
            let text = find(digest).ok_or(PackError::Missing(1))?;
            serde_json::from_str(&text).map_err(|error| PackError::Content(error.to_string()))
        };
        let mut fields = Map::new();
        fields.insert("version".to_owned(), Value::String(self.version.clone()));
        for (name, section) in &self.sections {
            let value = match section {
                Section::One(digest) => read(digest)?,
                Section::Many(digests) => Value::Array(digests.iter().map(read).collect::<Result<_, _>>()?),
            };
            fields.insert(name.clone(), value);
        }
        serde_json::from_value(Value::Object(fields)).map_err(|error| PackError::Content(error.to_string()))
    }

    /// May follow on a pack issued at `active`.
    ///
    /// # Errors
    /// [`PackError::Older`].
    pub fn follows(&self, active: Option<Timestamp>) -> Result<(), PackError> {
        if active.is_some_and(|active| self.issued_at < active) { Err(PackError::Older) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    const SHIPPED: &str = include_str!("../../../assets/rules/2026.json");

    fn key(n: u8) -> SigningKey {
        SigningKey::from_slice(&[n; 32]).unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn file(pack: &RulePack) -> PackFile {
        issue(pack, at("2026-11-01T00:00:00Z"), "Ban Giám sát quản lý", &key(1), Vec::new()).unwrap()
    }

    fn entries(file: &PackFile) -> HashMap<Sha256, String> {
        file.entries.iter().map(|text| (Sha256::of(text.as_bytes()), text.clone())).collect()
    }

    #[test]
    fn the_shipped_pack_comes_back_from_its_pieces() {
        let pack = RulePack::parse(SHIPPED).unwrap();
        let file = file(&pack);
        let manifest = verify(&file.manifest.0, &[public(&key(2)), public(&key(1))]).unwrap();
        let entries = entries(&file);
        assert_eq!(manifest.assemble(|digest| entries.get(digest).cloned()).unwrap(), pack);
        assert_eq!(manifest.keys, [public(&key(1))]);
    }

    #[test]
    fn a_changed_calendar_travels_alone() {
        let old = RulePack::parse(SHIPPED).unwrap();
        let mut new = old.clone();
        new.version = "2026.12".to_owned();
        new.calendars[1].worked.pop();
        let (old, new) = (entries(&file(&old)), entries(&file(&new)));
        assert_eq!(new.keys().filter(|digest| !old.contains_key(digest)).count(), 1);
    }

    #[test]
    fn nothing_can_be_changed_dropped_or_added_on_the_way() {
        let pack = RulePack::parse(SHIPPED).unwrap();
        let file = file(&pack);
        let manifest = verify(&file.manifest.0, &[public(&key(1))]).unwrap();
        let whole = entries(&file);
        for dropped in whole.keys() {
            let without = |digest: &Sha256| whole.get(digest).filter(|_| digest != dropped).cloned();
            assert!(matches!(manifest.assemble(without), Err(PackError::Missing(_))));
            let changed = |digest: &Sha256| whole.get(digest).map(|text| text.replace('A', "B").replace('1', "2"));
            assert!(matches!(manifest.assemble(changed), Err(PackError::Missing(_))));
        }
        for bit in 0..file.manifest.0.len() * 8 {
            let mut bytes = file.manifest.0.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            if let Ok(read) = verify(&bytes, &[public(&key(1))]) {
                assert_eq!(read, manifest, "bit {bit} is outside what is signed");
            }
        }
    }

    #[test]
    fn only_trusted_keys_count_and_the_clock_does_not_go_back() {
        let file = file(&RulePack::parse(SHIPPED).unwrap());
        assert_eq!(verify(&file.manifest.0, &[public(&key(2))]), Err(PackError::Signature));
        assert_eq!(verify(&file.manifest.0, &[]), Err(PackError::Signature));
        let manifest = verify(&file.manifest.0, &[public(&key(1))]).unwrap();
        assert_eq!(manifest.follows(None), Ok(()));
        assert_eq!(manifest.follows(Some(at("2026-11-01T00:00:00Z"))), Ok(()));
        assert_eq!(manifest.follows(Some(at("2026-11-02T00:00:00Z"))), Err(PackError::Older));
    }

    #[test]
    fn the_next_key_is_named_by_the_pack_before() {
        let pack = RulePack::parse(SHIPPED).unwrap();
        let first = issue(&pack, at("2026-11-01T00:00:00Z"), "A", &key(1), vec![public(&key(3))]).unwrap();
        let trusted = verify(&first.manifest.0, &[public(&key(1))]).unwrap().keys;
        let by = |n| issue(&pack, at("2026-12-01T00:00:00Z"), "A", &key(n), Vec::new()).unwrap().manifest.0;
        assert!(verify(&by(3), &trusted).is_ok());
        assert_eq!(verify(&by(1), &trusted), Err(PackError::Signature));
    }

    #[test]
    fn an_event_is_no_manifest() {
        // The same key might sign both one day: the context keeps them apart.
        let cose = CoseSign1Builder::new()
            .protected(HeaderBuilder::new().algorithm(iana::Algorithm::ES256).build())
            .payload(vec![0xa0])
            .create_signature(b"", |bytes| sign_with(&key(1), bytes).to_vec())
            .build()
            .to_vec()
            .unwrap();
        assert_eq!(verify(&cose, &[public(&key(1))]), Err(PackError::Signature));
    }
}
