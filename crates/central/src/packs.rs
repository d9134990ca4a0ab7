//! Rule packs: taken only when signed by a key known here, then put into every feed entry by entry.

use jiff::Timestamp;
use p256::ecdsa::SigningKey;
use p256::elliptic_curve::rand_core::OsRng;
use seal_core::cbor::Bytes;
use seal_core::doc::{Doc, PackDoc, PackEntryDoc};
use seal_core::ids::Sha256;
use seal_core::pack::{self, Manifest, PackError, PackFile};
use seal_core::rules::RulePack;

use crate::db::{Connection, Transaction, Trouble, meta, put_meta};
use crate::feed;

/// Why a pack is not published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The pack.
    #[error(transparent)]
    Pack(#[from] PackError),
    /// The database.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

/// Keys that may sign the next pack: those the present one names, before the first those that were entered by hand.
pub(crate) fn trusted(db: &Connection) -> Result<Vec<Bytes>, Trouble> {
    meta(db, "rules_keys")?.map_or(Ok(Vec::new()), |json| Ok(serde_json::from_slice(&json)?))
}

pub(crate) fn trust(tx: &Transaction, keys: &[Bytes]) -> Result<(), Trouble> {
    put_meta(tx, "rules_keys", &serde_json::to_vec(keys)?)
}

/// The manifest in force.
fn active(db: &Connection) -> Result<Option<PackDoc>, Trouble> {
    Ok(match feed::doc(db, "pack/rules")? {
        Some(Doc::Pack(pack)) => Some(pack),
        _ => None,
    })
}

/// Publishes a pack: entries first, so that no phone ever has a manifest whose entries come later than it.
pub(crate) fn publish(tx: &Transaction, file: &PackFile, active_issued: Option<Timestamp>) -> Result<(), PublishError> {
    let manifest = pack::verify(&file.manifest.0, &trusted(tx)?)?;
    manifest.follows(active_issued)?;
    let by_digest = |digest: &Sha256| file.entries.iter().find(|text| Sha256::of(text.as_bytes()) == *digest).cloned();
    let rules = manifest.assemble(by_digest)?;
    for text in &file.entries {
        feed::put_doc(tx, &Doc::PackEntry(PackEntryDoc { text: text.clone() }))?;
    }
    feed::put_doc(tx, &Doc::Pack(PackDoc { cose: file.manifest.clone() }))?;
    let issued = manifest.issued_at.as_millisecond().to_string().into_bytes();
    put_meta(tx, "rules_issued", &issued)?;
    let json = serde_json::to_vec(&rules).map_err(Trouble::from)?;
    put_meta(tx, "rules", &json)?;
    Ok(trust(tx, &manifest.keys)?)
}

/// The pack that was published last; the one shipped with this version while none was.
pub(crate) fn in_force(db: &Connection) -> Result<RulePack, Trouble> {
    Ok(match meta(db, "rules")? {
        Some(json) => serde_json::from_slice(&json)?,
        None => crate::rules()?,
    })
}

/// When the pack in force was issued.
pub(crate) fn issued(db: &Connection) -> Result<Option<Timestamp>, Trouble> {
    let ms = meta(db, "rules_issued")?.and_then(|text| String::from_utf8(text).ok()).and_then(|text| text.parse().ok());
    ms.map(crate::db::moment).transpose()
}

/// Practice signs the shipped rules itself, with a key made with the data folder; unchanged rules are not issued again.
pub(crate) fn issue_for_practice(tx: &Transaction, rules: &RulePack, now: Timestamp) -> Result<(), Trouble> {
    let key = practice_key(tx)?;
    let stored = |error: PackError| Trouble::Stored(error.to_string());
    let file = pack::issue(rules, now, "Trung tâm thực hành", &key, Vec::new()).map_err(stored)?;
    if trusted(tx)?.is_empty() {
        trust(tx, &[pack::public(&key)])?;
    }
    let read = |cose: &[u8]| -> Result<Manifest, Trouble> { pack::verify(cose, &[pack::public(&key)]).map_err(stored) };
    let new = read(&file.manifest.0)?;
    if let Some(active) = active(tx)? {
        let old = read(&active.cose.0)?;
        if (&old.version, &old.sections) == (&new.version, &new.sections) {
            return Ok(());
        }
    }
    // Practice time may have been ahead when the pack before was issued.
    publish(tx, &file, None).map_err(|error| match error {
        PublishError::Trouble(trouble) => trouble,
        PublishError::Pack(error) => stored(error),
    })
}

fn practice_key(tx: &Transaction) -> Result<SigningKey, Trouble> {
    if let Some(secret) = meta(tx, "practice_rules_key")? {
        return SigningKey::from_slice(&secret).map_err(|error| Trouble::Stored(error.to_string()));
    }
    let key = SigningKey::random(&mut OsRng);
    put_meta(tx, "practice_rules_key", &key.to_bytes())?;
    Ok(key)
}
