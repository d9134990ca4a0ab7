//! What seals signed, checked: only the central has their keys. Phones carry receipts and pages of a seal's log in any order
//! and as often as they like; each carrying fact gets one word of the central about it, in the same transaction.

use jiff::Timestamp;
use seal_core::event::Event;
use seal_core::fact::{Fact, SealSigned, SignatureChecked, SignatureFinding, SignedPage};
use seal_core::ids::CommandId;
use seal_core::outbox::Receipt as Proof;
use seal_core::seal_no::SealNo;
use seal_protocol::SealId;
use seal_protocol::entry::{ENTRY, Entry, Head};
use seal_protocol::issuer::{Doubt, Issuer, Ledger};
use seal_protocol::receipt::Receipt;
use uuid::Uuid;

use crate::db::{Connection, Transaction, Trouble};
use crate::record::Record;
use crate::seals::{self, Registered, Stored};
use crate::signer::{Behalf, Signer};
use crate::vault::Vault;

/// The one way to check there is.
const SCHEME: &str = "eseal/1";
/// The head before an entry whose own record was torn: the seal does not know it.
const UNKNOWN_HEAD: Head = Head([0; 16]);
/// Most missing ranges named in one word, the newest ones.
const GAPS: u32 = 100;

/// A fact that carries nothing signed cannot be checked, and says nothing.
pub(crate) fn is_empty(signed: &SealSigned) -> bool {
    signed.receipt.is_none() && signed.pages.is_empty()
}

/// Checks what `event` carries, keeps the entries that are proven, and says what was found.
pub(crate) fn check(
    record: &Record,
    vault: &Vault,
    signer: &Signer,
    event: &Event,
    proof: &Proof,
    now: Timestamp,
) -> Result<(), Trouble> {
    let Fact::SealSigned(signed) = &event.fact else { return Ok(()) };
    let claimed = signed.receipt.as_ref().and_then(|receipt| Receipt::read(&receipt.0)?.claim());
    let command = claimed.and_then(|(entry, _)| entry.ended()).map(|(.., id)| CommandId(Uuid::from_bytes(id.0)));
    let issuer = match seals::find(record, &signed.seal)? {
        Some(Registered { family: Stored::ESeal1 { epoch }, .. }) if signed.scheme == SCHEME => {
            Some(vault.issuer(record, epoch)?)
        }
        _ => None,
    };
    let (finding, gaps) = match &issuer {
        None => (SignatureFinding::UnknownSeal, Vec::new()),
        Some(issuer) => {
            let book = Book {
                tx: record,
                issuer,
                no: &signed.seal,
                id: seals::seal_id(&signed.seal)?,
                event: i64::try_from(proof.server_seq).map_err(|e| Trouble::Stored(e.to_string()))?,
            };
            (book.take(signed)?, gaps(record, &signed.seal)?)
        }
    };
    if matches!(finding, SignatureFinding::Forged | SignatureFinding::Contradicts) {
        let seal = signed.seal.as_str();
        tracing::error!(event = %event.id, device = %event.device, seal, ?finding, "integrity alarm: what a seal is said to have signed");
    }
    let checked = SignatureChecked { seal: signed.seal.clone(), carried_by: event.id, command, finding, gaps };
    let behalf = Behalf { officer: &event.officer, unit: &event.unit };
    signer.state(record, &behalf, event.case, Fact::SignatureChecked(checked), now)?;
    Ok(())
}

/// One seal's log as the central knows it.
struct Book<'a> {
    tx: &'a Transaction<'a>,
    issuer: &'a Issuer,
    no: &'a SealNo,
    id: SealId,
    /// The event that brings the news.
    event: i64,
}

/// Not the seal's bytes.
struct Forged;

impl Book<'_> {
    /// The worst that is found says it; what is sound beside it is kept all the same.
    fn take(&self, signed: &SealSigned) -> Result<SignatureFinding, Trouble> {
        let mut finding = SignatureFinding::Genuine;
        let receipt = signed.receipt.iter().map(|receipt| self.receipt(&receipt.0));
        for found in receipt.chain(signed.pages.iter().map(|page| self.page(page))) {
            match found? {
                Ok(()) => {}
                Err(Doubt::NotAuthentic) => finding = SignatureFinding::Forged,
                Err(Doubt::Fork { counter }) => {
                    tracing::error!(seal = self.no.as_str(), counter, "a seal says two things under one number");
                    if finding == SignatureFinding::Genuine {
                        finding = SignatureFinding::Contradicts;
                    }
                }
            }
        }
        Ok(finding)
    }

    fn receipt(&self, bytes: &[u8]) -> Result<Result<(), Doubt>, Trouble> {
        let claimed = Receipt::read(bytes).and_then(|receipt| Some((receipt, receipt.claim()?)));
        let Some((receipt, (entry, head))) = claimed else { return Ok(Err(Doubt::NotAuthentic)) };
        let mut ledger = self.known_around(entry.counter, entry.counter)?;
        match ledger.receipt(self.issuer, &receipt) {
            Ok(_) => self.keep(&[(entry, head)]).map(Ok),
            Err(doubt) => Ok(Err(doubt)),
        }
    }

    fn page(&self, page: &SignedPage) -> Result<Result<(), Doubt>, Trouble> {
        let Ok(Chain { before, entries, receipt }) = Chain::read(page) else { return Ok(Err(Doubt::NotAuthentic)) };
        if before == UNKNOWN_HEAD && page.first > 1 {
            // Nothing leads to the first entry, so the receipt proves the last one alone.
            let last = receipt.claim().map(|(entry, _)| entry);
            return if last == entries.last().copied() {
                self.receipt(&receipt.0)
            } else {
                Ok(Err(Doubt::NotAuthentic))
            };
        }
        // By the count, not by what the last entry says of itself.
        let count = u32::try_from(entries.len()).unwrap_or(u32::MAX);
        let last = page.first.saturating_add(count - 1);
        let mut ledger = self.known_around(page.first, last)?;
        match ledger.chain(self.issuer, page.first, before, &entries, &receipt) {
            Ok(found) => self.keep(&found).map(Ok),
            Err(doubt) => Ok(Err(doubt)),
        }
    }

    fn known_around(&self, first: u32, last: u32) -> Result<Ledger, Trouble> {
        let mut ledger = Ledger::new(self.id);
        let rows = "SELECT entry, head FROM seal_entry WHERE seal = ?1 AND counter BETWEEN ?2 AND ?3";
        let around = (self.no.as_str(), first.saturating_sub(1), last.saturating_add(1));
        self.tx.query_each(rows, around, |row| {
            let (entry, head): ([u8; ENTRY], [u8; 16]) = (row.get(0)?, row.get(1)?);
            let entry = Entry::decode(&entry).ok_or_else(|| Trouble::Stored(format!("the log of {}", self.no)))?;
            ledger.recall(entry, Head(head));
            Ok(())
        })?;
        Ok(ledger)
    }

    fn keep(&self, found: &[(Entry, Head)]) -> Result<(), Trouble> {
        for (entry, head) in found {
            self.tx.post(
                "INSERT INTO seal_entry (seal, counter, entry, head, event) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT DO NOTHING",
                (self.no.as_str(), entry.counter, entry.encode(), head.0, self.event),
            )?;
        }
        Ok(())
    }
}

/// A page taken apart; nothing of it is proven yet.
struct Chain {
    before: Head,
    entries: Vec<Entry>,
    receipt: Receipt,
}

impl Chain {
    fn read(page: &SignedPage) -> Result<Self, Forged> {
        let (entries, rest) = page.entries.0.as_chunks::<ENTRY>();
        let entries = entries.iter().map(Entry::decode).collect::<Option<Vec<_>>>().ok_or(Forged)?;
        let before = Head(page.before.0[..].try_into().map_err(|_| Forged)?);
        let receipt = Receipt::read(&page.receipt.0).ok_or(Forged)?;
        if !rest.is_empty() || entries.is_empty() {
            return Err(Forged);
        }
        Ok(Self { before, entries, receipt })
    }
}

/// Numbers below the newest known one that nobody has brought.
fn gaps(db: &Connection, no: &SealNo) -> Result<Vec<(u32, u32)>, Trouble> {
    let mut gaps = db.query_all(
        "SELECT before + 1, counter - 1 FROM
           (SELECT counter, lag(counter, 1, 0) OVER (ORDER BY counter) AS before FROM seal_entry WHERE seal = ?1) AS entry
         WHERE counter > before + 1 ORDER BY counter DESC LIMIT ?2",
        (no.as_str(), GAPS),
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    gaps.reverse();
    Ok(gaps)
}
