//! Which seals answer to a key, the numbers of their tickets, and who is given none any more.
//!
//! A ticket cannot be called back. Its seal refuses it once it has seen a later ticket, anybody's, that names a higher lowest
//! number; so to revoke is to raise that number for the tickets to come.

use jiff::Timestamp;
use seal_core::ids::{DeviceId, OfficerId};
use seal_core::seal_no::SealNo;
use seal_protocol::SealId;
use seal_protocol::secret::Secret;

use crate::db::{Bind, Connection, Row, Transaction, Trouble, meta, moment, put_meta};
use crate::feed;
use crate::session;
use crate::vault::{Vault, hex, newest_epoch};

/// More tickets for one seal than a central gives out between two backups.
const LOST_NUMBERS: u32 = 100_000;

/// How a seal is spoken to, and what it answers to.
#[derive(Debug)]
pub enum SealFamily {
    /// The open protocol; its key comes from the master key of an epoch. Without one: the epoch it has, or the newest.
    ESeal1 {
        /// Which.
        epoch: Option<u8>,
    },
    /// TOTARGET A7: whoever knows its password works it.
    A7 {
        /// Six digits; see [`a7_password`].
        password: Secret<6>,
    },
}

/// Reads an A7 password: six digits.
#[must_use]
pub fn a7_password(text: &str) -> Option<Secret<6>> {
    let digits: [u8; 6] = text.as_bytes().try_into().ok()?;
    digits.iter().all(u8::is_ascii_digit).then(|| Secret::new(digits))
}

/// What a seal is given at commissioning, over a wire. Whoever has it has that seal.
pub struct SealKey {
    /// Whose.
    pub seal: SealNo,
    /// The epoch that it belongs to.
    pub epoch: u8,
    /// `K_seal`.
    pub key: Secret<32>,
}

impl SealKey {
    /// As the workshop's tool reads it: JSON with `seal`, `epoch` and `k_seal` (hexadecimal).
    #[must_use]
    pub fn to_json(&self) -> String {
        let (seal, epoch, key) = (self.seal.as_str(), self.epoch, hex(self.key.expose()));
        format!("{{\"seal\":\"{seal}\",\"epoch\":{epoch},\"k_seal\":\"{key}\"}}\n")
    }
}

/// Whose tickets are revoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Revoke {
    /// All of a seal's.
    Seal(SealNo),
    /// An officer's, who is given no more either.
    Officer(OfficerId),
    /// A phone's, which is shut out altogether.
    Device(DeviceId),
}

/// What a revocation touched.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Revoked {
    /// Seals whose next ticket, whoever's it is, ends the revoked ones.
    pub seals: Vec<SealNo>,
    /// Seals whose password was told and has to be changed at the seal: a password cannot be revoked.
    pub passwords: Vec<SealNo>,
}

/// A seal's row.
pub(crate) struct Registered {
    pub(crate) family: Stored,
    pub(crate) min_sequence: u32,
}

pub(crate) enum Stored {
    ESeal1 { epoch: u8 },
    A7 { wrapped: Vec<u8> },
}

/// The seal's name in its protocol: the same characters.
pub(crate) fn seal_id(no: &SealNo) -> Result<SealId, Trouble> {
    SealId::new(no.as_str()).ok_or_else(|| Trouble::Keys(format!("{no} is no serial of a seal")))
}

pub(crate) fn find(db: &Connection, no: &SealNo) -> Result<Option<Registered>, Trouble> {
    let row: Option<(Option<u8>, Option<Vec<u8>>, u32)> =
        db.query_opt("SELECT epoch, password, min_sequence FROM seal_key WHERE seal = ?1", [no.as_str()], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?;
    let Some((epoch, password, min_sequence)) = row else { return Ok(None) };
    let family = match (epoch, password) {
        (Some(epoch), None) => Stored::ESeal1 { epoch },
        (None, Some(wrapped)) => Stored::A7 { wrapped },
        _ => return Err(Trouble::Stored(format!("the key of {no}"))),
    };
    Ok(Some(Registered { family, min_sequence }))
}

/// Takes the next number of a seal's tickets for good; `None` when all are used up.
pub(crate) fn next_sequence(tx: &Transaction, no: &SealNo) -> Result<Option<u32>, Trouble> {
    tx.query_opt(
        "UPDATE seal_key SET last_sequence = last_sequence + 1 WHERE seal = ?1 AND last_sequence < 4294967295
         RETURNING last_sequence",
        [no.as_str()],
        |row| row.get(0),
    )
}

/// After a restore: numbers given out since the backup was made are unknown here, and must not come again, neither for the
/// seals that it knows nor for those that are registered anew.
pub(crate) fn skip_lost_numbers(tx: &Transaction) -> Result<(), Trouble> {
    let base = base(tx)?.saturating_add(LOST_NUMBERS);
    tx.execute(
        "UPDATE seal_key SET last_sequence =
           CASE WHEN last_sequence < 4294967295 - ?1 THEN last_sequence + ?1 ELSE 4294967295 END",
        [LOST_NUMBERS],
    )?;
    put_meta(tx, "ticket_base", &base.to_be_bytes())
}

/// Behind which number those of a seal begin that is registered now.
fn base(db: &Connection) -> Result<u32, Trouble> {
    let Some(stored) = meta(db, "ticket_base")? else { return Ok(0) };
    let stored = stored[..].try_into().map_err(|_| Trouble::Stored("the base of tickets' numbers".to_owned()))?;
    Ok(u32::from_be_bytes(stored))
}

/// Registers a seal, or changes what it answers to. Its numbers go on.
pub(crate) fn register(tx: &Transaction, vault: &Vault, no: &SealNo, family: &SealFamily) -> Result<(), Trouble> {
    seal_id(no)?;
    let (name, epoch, password) = match family {
        SealFamily::ESeal1 { epoch } => {
            let has = match find(tx, no)? {
                Some(Registered { family: Stored::ESeal1 { epoch }, .. }) => Some(epoch),
                _ => newest_epoch(tx)?,
            };
            let epoch = epoch.or(has).ok_or_else(|| Trouble::Keys("there is no master key".to_owned()))?;
            vault.issuer(tx, epoch)?;
            ("eseal-1", Some(epoch), None)
        }
        SealFamily::A7 { password } => ("a7", None, Some(vault.wrap_password(no, password)?)),
    };
    tx.execute(
        "INSERT INTO seal_key (seal, family, epoch, password, last_sequence) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (seal) DO UPDATE
           SET family = excluded.family, epoch = excluded.epoch, password = excluded.password,
             given_at = CASE WHEN seal_key.epoch IS NOT DISTINCT FROM excluded.epoch THEN seal_key.given_at END",
        (no.as_str(), name, epoch, password, base(tx)?),
    )?;
    Ok(())
}

/// Hands a seal's key out: once, unless `again`.
pub(crate) fn give_key(
    tx: &Transaction,
    vault: &Vault,
    no: &SealNo,
    again: bool,
    now: Timestamp,
) -> Result<SealKey, Trouble> {
    let refused = |why: String| Trouble::Keys(why);
    let Some(row) = find(tx, no)? else { return Err(refused(format!("{no} is not registered"))) };
    let Stored::ESeal1 { epoch } = row.family else { return Err(refused(format!("{no} has a password, no key"))) };
    let given: Option<i64> =
        tx.query_row("SELECT given_at FROM seal_key WHERE seal = ?1", [no.as_str()], |row| row.get(0))?;
    if let Some(given) = given.filter(|_| !again) {
        return Err(refused(format!("the key of {no} was handed out at {}", moment(given)?)));
    }
    tx.execute("UPDATE seal_key SET given_at = ?2 WHERE seal = ?1", (no.as_str(), now.as_millisecond()))?;
    Ok(SealKey { seal: no.clone(), epoch, key: vault.issuer(tx, epoch)?.seal_key(&seal_id(no)?) })
}

/// Makes tickets worthless; see the module.
pub(crate) fn revoke(tx: &Transaction, whose: &Revoke, now: Timestamp) -> Result<Revoked, Trouble> {
    let now = now.as_millisecond();
    let mut done = Revoked::default();
    match whose {
        Revoke::Seal(no) => {
            let row = find(tx, no)?.ok_or_else(|| Trouble::Keys(format!("{no} is not registered")))?;
            if matches!(row.family, Stored::A7 { .. }) {
                done.passwords.push(no.clone());
                return Ok(done);
            }
            tx.execute(
                "UPDATE seal_key SET min_sequence =
                   CASE WHEN last_sequence < 4294967295 THEN last_sequence + 1 ELSE 4294967295 END WHERE seal = ?1",
                [no.as_str()],
            )?;
            done.seals.push(no.clone());
        }
        Revoke::Officer(officer) => {
            if feed::officer(tx, officer)?.is_none() {
                return Err(Trouble::Keys(format!("there is no officer {officer}")));
            }
            tx.execute(
                "INSERT INTO ticket_barred (officer, at) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                (&officer.0, now),
            )?;
            end_tickets(tx, "officer = ?1", &officer.0, now, &mut done)?;
        }
        Revoke::Device(device) => {
            session::revoke(tx, *device)?;
            end_tickets(tx, "device = ?1", device.0.as_bytes(), now, &mut done)?;
        }
    }
    Ok(done)
}

fn end_tickets(
    tx: &Transaction,
    whose: &str,
    who: impl Bind + Copy,
    now: i64,
    done: &mut Revoked,
) -> Result<(), Trouble> {
    let seal = |row: &Row<'_>| SealNo::parse(&row.get::<String>(0)?).map_err(|e| Trouble::Stored(e.to_string()));
    let live = format!(
        "SELECT seal, max(sequence) FROM ticket WHERE {whose} AND expires_at > ?2 AND sequence IS NOT NULL
         GROUP BY seal ORDER BY seal"
    );
    for (no, newest) in tx.query_all(&live, (who, now), |row| Ok((seal(row)?, row.get::<u32>(1)?)))? {
        tx.execute(
            "UPDATE seal_key SET min_sequence = ?2 WHERE seal = ?1 AND min_sequence < ?2",
            (no.as_str(), newest.saturating_add(1)),
        )?;
        done.seals.push(no);
    }
    let told = format!("SELECT DISTINCT seal FROM ticket WHERE {whose} AND kind = 'password' ORDER BY seal");
    done.passwords.extend(tx.query_all(&told, [who], seal)?);
    Ok(())
}

/// The officer is given no tickets.
pub(crate) fn is_barred(db: &Connection, officer: &OfficerId) -> Result<bool, Trouble> {
    db.query_row("SELECT EXISTS (SELECT 1 FROM ticket_barred WHERE officer = ?1)", [&officer.0], |row| row.get(0))
}

/// The officer is given tickets again; `false` when nothing stood against it.
pub(crate) fn allow(tx: &Transaction, officer: &OfficerId) -> Result<bool, Trouble> {
    Ok(tx.execute("DELETE FROM ticket_barred WHERE officer = ?1", [&officer.0])? > 0)
}
