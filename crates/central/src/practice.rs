//! The practice world: offices, accounts, seals and cases to practise on. Invented, but of the right form.

use jiff::{SignedDuration, Timestamp};

use seal_core::codes::SealType;
use seal_core::doc::{CaseDoc, Doc, SealDoc, SealRadio};
use seal_core::officer::Officer;
use seal_core::rules::Office;
use seal_core::seal_no::SealNo;
use seal_core::time::date_in_vietnam;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::accounts::Cost;
use crate::db::{Transaction, Trouble, meta};
use crate::seals::{self, SealFamily, a7_password};
use crate::{Central, accounts, feed, packs, rules};

/// The world as JSON text.
pub const WORLD: &str = include_str!("../../../assets/practice/world.json");

/// The practice world.
#[derive(Clone, Deserialize)]
pub struct World {
    /// What this is, for whoever opens the file.
    pub about: String,
    /// Offices: those of the rule pack.
    #[serde(skip)]
    pub offices: Vec<Office>,
    /// Accounts.
    pub accounts: Vec<Account>,
    /// Seals as in the register, without `as_of`; A7 seals with their password.
    seals: Vec<Map<String, Value>>,
    /// Work list; times are relative to the beginning of the practice.
    cases: Vec<CaseSeed>,
}

/// A practice account.
#[derive(Clone, Deserialize)]
pub struct Account {
    /// Officer.
    #[serde(flatten)]
    pub officer: Officer,
    /// Secret; public, for practice only.
    pub secret: String,
}

#[derive(Clone, Deserialize)]
struct CaseSeed {
    planned_in_minutes: i64,
    declared_days_ago: i64,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

impl World {
    /// The world shipped with this version.
    ///
    /// # Errors
    /// When the embedded file does not fit; a test holds that it does.
    pub fn load() -> Result<Self, Trouble> {
        let world: Self = serde_json::from_str(WORLD)?;
        Ok(Self { offices: rules()?.offices, ..world })
    }

    /// The seal register when the practice begins at `start`.
    ///
    /// # Errors
    /// As [`World::load`].
    pub fn seals(&self, start: Timestamp) -> Result<Vec<SealDoc>, Trouble> {
        let as_of = serde_json::to_value(start)?;
        let complete = |seed: &Map<String, Value>| {
            let mut doc = seed.clone();
            doc.insert("as_of".to_owned(), as_of.clone());
            Ok(serde_json::from_value(Value::Object(doc))?)
        };
        self.seals.iter().map(complete).collect()
    }

    /// The password of a seal that speaks A7; the others speak the open protocol. Public, like all secrets of practice.
    #[must_use]
    pub fn a7_password(&self, no: &SealNo) -> Option<&str> {
        let of = |seed: &&Map<String, Value>| seed.get("no").and_then(Value::as_str) == Some(no.as_str());
        self.seals.iter().find(of)?.get("a7_password")?.as_str()
    }

    /// The work list when the practice begins at `start`.
    ///
    /// # Errors
    /// As [`World::load`].
    pub fn cases(&self, start: Timestamp) -> Result<Vec<CaseDoc>, Trouble> {
        let out_of_range = |e: jiff::Error| Trouble::Stored(e.to_string());
        let complete = |seed: &CaseSeed| {
            let planned =
                start.checked_add(SignedDuration::from_mins(seed.planned_in_minutes)).map_err(out_of_range)?;
            let declared =
                start.checked_sub(SignedDuration::from_hours(24 * seed.declared_days_ago)).map_err(out_of_range)?;
            let mut doc = seed.rest.clone();
            doc.insert("planned_at".to_owned(), serde_json::to_value(planned)?);
            doc.insert("declared_on".to_owned(), serde_json::to_value(date_in_vietnam(declared))?);
            Ok(serde_json::from_value(Value::Object(doc))?)
        };
        self.cases.iter().map(complete).collect()
    }
}

/// Fills a central with the practice world. A central that has it already keeps its times, its seals and its secrets.
///
/// # Errors
/// [`Trouble`] of the database.
pub fn seed(central: &Central, now: Timestamp) -> Result<(), Trouble> {
    let world = World::load()?;
    let rules = rules()?;
    central.0.db.write(|tx| {
        let start = began(tx, now)?;
        for account in &world.accounts {
            feed::put_doc(tx, &Doc::Officer(account.officer.clone()))?;
            if !accounts::exists(tx, &account.officer.id)? {
                accounts::store(tx, &account.officer.id, &accounts::hash(&account.secret, Cost::Practice)?)?;
            }
        }
        for seal in world.seals(start)? {
            if seal.seal_type == SealType::Electronic
                && seal.radio == SealRadio::Spoken
                && seals::find(tx, &seal.no)?.is_none()
            {
                let family = match world.a7_password(&seal.no).map(a7_password) {
                    None => SealFamily::ESeal1 { epoch: None },
                    Some(Some(password)) => SealFamily::A7 { password },
                    Some(None) => return Err(Trouble::Stored(format!("the practice password of {}", seal.no))),
                };
                seals::register(tx, &central.0.vault, &seal.no, &family)?;
            }
            if feed::seal_doc(tx, &seal.no)?.is_none() {
                feed::put_doc(tx, &Doc::Seal(seal))?;
            }
        }
        packs::issue_for_practice(tx, &rules, now)?;
        world.cases(start)?.into_iter().map(Doc::Case).try_for_each(|doc| feed::put_doc(tx, &doc))
    })
}

/// When this practice began.
fn began(tx: &Transaction, now: Timestamp) -> Result<Timestamp, Trouble> {
    let text = now.as_second().to_string().into_bytes();
    tx.execute("INSERT INTO meta (key, value) VALUES ('practice', ?1) ON CONFLICT DO NOTHING", [text])?;
    let second = meta(tx, "practice")?.and_then(|text| String::from_utf8(text).ok()?.parse().ok());
    second
        .and_then(|second| Timestamp::from_second(second).ok())
        .ok_or_else(|| Trouble::Stored("the beginning of the practice".to_owned()))
}
