//! The rule pack in force: a new one takes its place only when a trusted key signed it and every entry is here.

use rusqlite::{Connection, OptionalExtension as _, Transaction, params};
use seal_core::cbor::Bytes;
use seal_core::doc::{Doc, PackEntryDoc};
use seal_core::ids::Sha256;
use seal_core::pack::{self, PackError};
use seal_core::rules::RulePack;

use super::codec::{database, from_json, millis, moment, to_json};
use super::{read, views};
use crate::ports::store::{PackStanding, StoreError};

/// Note: keys that may sign the next pack.
const KEYS: &str = "rules/keys";
/// Note: why the pack that came last is not in force.
const REFUSED: &str = "rules/refused";

fn keys(conn: &Connection) -> Result<Vec<Bytes>, StoreError> {
    read::note(conn, KEYS)?.map_or(Ok(Vec::new()), |json| from_json(&json))
}

/// Trusts the keys of the first sign-in. Later ones come from the packs themselves; others are not heard.
pub fn trust(tx: &Transaction<'_>, offered: &[Bytes]) -> Result<(), StoreError> {
    if offered.is_empty() || !keys(tx)?.is_empty() {
        return Ok(());
    }
    read::set_note(tx, KEYS, Some(&to_json(&offered)?))?;
    settle(tx)
}

/// Puts the newest pack in force if it may be.
pub fn settle(tx: &Transaction<'_>) -> Result<(), StoreError> {
    let Some(Doc::Pack(doc)) = views::doc(tx, "pack/rules")? else { return Ok(()) };
    let trusted = keys(tx)?;
    let name = Sha256::of(&doc.cose.0);
    let active = active(tx)?;
    if trusted.is_empty() || active.as_ref().is_some_and(|(_, manifest)| manifest == &name) {
        return Ok(());
    }
    let taken = pack::verify(&doc.cose.0, &trusted).and_then(|manifest| {
        manifest.follows(active.as_ref().and_then(|(standing, _)| standing.issued_at))?;
        let rules = manifest.assemble(|digest| entry(tx, digest))?;
        Ok((manifest, rules))
    });
    let (manifest, rules) = match taken {
        Ok(taken) => taken,
        Err(error) => {
            if !matches!(error, PackError::Missing(_)) {
                tracing::warn!(%error, "a rule pack is not taken");
            }
            return read::set_note(tx, REFUSED, Some(&error.to_string()));
        }
    };
    tx.execute(
        "INSERT INTO rule_pack (n, version, issued_at, issuer, manifest, json) VALUES (1, ?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (n) DO UPDATE SET version = excluded.version, issued_at = excluded.issued_at,
             issuer = excluded.issuer, manifest = excluded.manifest, json = excluded.json",
        params![manifest.version, millis(manifest.issued_at), manifest.issuer, name.0.as_slice(), to_json(&rules)?],
    )
    .map_err(database)?;
    read::set_note(tx, KEYS, Some(&to_json(&manifest.keys)?))?;
    read::set_note(tx, REFUSED, None)
}

/// An entry that cannot be read counts as missing: the pack it had goes on.
fn entry(conn: &Connection, digest: &Sha256) -> Option<String> {
    match views::doc(conn, &format!("pack-entry/{digest}")) {
        Ok(Some(Doc::PackEntry(PackEntryDoc { text }))) => Some(text),
        _ => None,
    }
}

fn active(conn: &Connection) -> Result<Option<(PackStanding, Sha256)>, StoreError> {
    let row: Option<(String, i64, String, Vec<u8>)> = conn
        .query_row("SELECT version, issued_at, issuer, manifest FROM rule_pack", [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })
        .optional()
        .map_err(database)?;
    row.map(|(version, issued_at, issuer, manifest)| {
        let standing =
            PackStanding { version, issued_at: Some(moment(issued_at)?), issuer: Some(issuer), refused: None };
        Ok((standing, super::codec::digest(&manifest)?))
    })
    .transpose()
}

/// The pack in force; `None` when none was ever taken.
pub fn rules(conn: &Connection) -> Result<Option<RulePack>, StoreError> {
    let json: Option<String> =
        conn.query_row("SELECT json FROM rule_pack", [], |row| row.get(0)).optional().map_err(database)?;
    json.map(|json| from_json(&json)).transpose()
}

/// What is known of the pack in force; `shipped` when none was taken.
pub fn standing(conn: &Connection, shipped: &RulePack) -> Result<PackStanding, StoreError> {
    let unsigned = || PackStanding { version: shipped.version.clone(), issued_at: None, issuer: None, refused: None };
    let known = active(conn)?.map_or_else(unsigned, |(standing, _)| standing);
    Ok(PackStanding { refused: read::note(conn, REFUSED)?, ..known })
}
