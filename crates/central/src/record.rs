//! The record while one transaction adds to it.
//!
//! What the facts of one push have in common (who writes them, who follows what they are about, where a device's chain and the
//! record end) is asked for once and remembered until the transaction ends: nobody else writes meanwhile. The tree grows once,
//! at the end. Over a network each question costs more than everything else about a fact.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Deref;

use jiff::Timestamp;
use seal_core::doc::Doc;
use seal_core::event::{Event, SignedEvent};
use seal_core::ids::{DeviceId, OfficeCode, OfficerId, Sha256};
use seal_core::merkle;
use seal_core::officer::Officer;
use seal_core::outbox::Receipt;

use crate::db::{Transaction, Trouble, moment};
use crate::feed::Following;
use crate::{chain, duty, feed, log};

/// See the module.
pub(crate) struct Record<'a> {
    tx: &'a Transaction<'a>,
    following: Following<'a>,
    /// Events before this transaction.
    size: i64,
    /// Those added by it, as leaves of the tree.
    leaves: RefCell<Vec<Sha256>>,
    ends: RefCell<HashMap<DeviceId, Option<chain::End>>>,
    writers: RefCell<HashMap<(OfficerId, OfficeCode), Option<Writer>>>,
}

/// Somebody who may have written a fact.
#[derive(Clone)]
pub(crate) struct Writer {
    pub(crate) officer: Officer,
    /// They belong, or belonged, to the unit that the fact names.
    pub(crate) of_unit: bool,
}

impl<'a> Deref for Record<'a> {
    type Target = Transaction<'a>;

    fn deref(&self) -> &Transaction<'a> {
        self.tx
    }
}

impl<'a> Record<'a> {
    /// What `work` adds is in the record, its tree and the feeds when the transaction is committed.
    pub(crate) fn during<T>(
        tx: &'a Transaction<'a>,
        work: impl FnOnce(&Self) -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        let newest: i64 = tx.query_row("SELECT coalesce(max(seq), 0) FROM event", (), |row| row.get(0))?;
        let size = log::size(tx)?;
        if newest.unsigned_abs() != size {
            return Err(Trouble::Stored(format!("{newest} events, and {size} of them in the tree")));
        }
        let following = Following::of(tx);
        let (leaves, ends, writers) = (RefCell::default(), RefCell::default(), RefCell::default());
        let record = Record { tx, following, size: newest, leaves, ends, writers };
        let result = work(&record)?;
        record.following.send()?;
        log::grow(tx, size, &record.leaves.into_inner())?;
        Ok(result)
    }

    /// Adds an event and files it under its subjects. `unit` is the author's, none for the central's own.
    pub(crate) fn add(&self, signed: &SignedEvent, now: Timestamp, unit: Option<&str>) -> Result<Receipt, Trouble> {
        let event = &signed.event;
        let device_seq = i64::try_from(event.seq).map_err(|e| Trouble::Stored(e.to_string()))?;
        let end = self.end(event.device)?;
        // Numbers without holes: the one writer takes the next.
        let seq = self.size + i64::try_from(self.leaves.borrow().len()).unwrap_or(i64::MAX) + 1;
        self.tx.post(
            "INSERT INTO event (seq, id, hash, cose, device, device_seq, prev, kind, received_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            (
                seq,
                event.id.0.as_bytes(),
                signed.hash.0,
                &signed.cose,
                event.device.0.as_bytes(),
                device_seq,
                event.prev.0,
                event.fact.kind(),
                now.as_millisecond(),
            ),
        )?;
        if let Some(photo) = event.fact.photo() {
            let thumbnail = photo.thumbnail.as_ref().map(|thumbnail| thumbnail.sha256);
            for digest in [Some(photo.sha256), thumbnail].into_iter().flatten() {
                let named = "INSERT INTO event_photo (sha256, seq) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
                self.tx.post(named, (digest.0, seq))?;
            }
        }
        self.leaves.borrow_mut().push(merkle::leaf(&signed.cose));
        if end.is_none_or(|end| end.seq < device_seq) {
            self.ends.borrow_mut().insert(event.device, Some(chain::End { seq: device_seq, hash: signed.hash }));
        }
        self.following.file_event(seq, event, unit)?;
        receipt(seq, &signed.hash, now.as_millisecond())
    }

    /// As [`feed::put_doc`].
    pub(crate) fn put_doc(&self, doc: &Doc) -> Result<(), Trouble> {
        self.following.put_doc(doc)
    }

    /// The newest event of a device's chain.
    pub(crate) fn end(&self, device: DeviceId) -> Result<Option<chain::End>, Trouble> {
        if let Some(known) = self.ends.borrow().get(&device) {
            return Ok(*known);
        }
        let end = chain::end(self.tx, device)?;
        self.ends.borrow_mut().insert(device, end);
        Ok(end)
    }

    /// Who wrote an event; `None` when nobody here is called so.
    pub(crate) fn writer(&self, event: &Event) -> Result<Option<Writer>, Trouble> {
        let key = (event.officer.clone(), event.unit.clone());
        if let Some(known) = self.writers.borrow().get(&key) {
            return Ok(known.clone());
        }
        let writer = match feed::officer(self.tx, &event.officer)? {
            None => None,
            Some(officer) => {
                let of_unit = duty::of_unit(self.tx, &officer.id, &event.unit)?;
                Some(Writer { officer, of_unit })
            }
        };
        self.writers.borrow_mut().insert(key, writer.clone());
        Ok(writer)
    }
}

/// The proof for an event, the same whenever it is asked for.
pub(crate) fn receipt(seq: i64, hash: &Sha256, at: i64) -> Result<Receipt, Trouble> {
    let [a, b, ..] = hash.0;
    let code = format!("{a:02X}{b:02X}-{:02}", seq.rem_euclid(100));
    Ok(Receipt { server_seq: seq.unsigned_abs(), at: moment(at)?, code })
}
