//! A device's chain of events: each names the digest of the one before. Lanes overtake each other, so a gap is tolerated;
//! one that stays shows a deleted or inserted fact.

use seal_core::event::Event;
use seal_core::ids::{DeviceId, Sha256};

use crate::db::{Connection, Trouble};
use crate::record::Record;

/// Something wrong in a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChainFault {
    /// Events of these numbers did not arrive (yet).
    Missing {
        /// First missing.
        from: u64,
        /// Last missing.
        to: u64,
    },
    /// The event of this number does not name the digest of the one before it.
    Broken {
        /// Its number.
        seq: u64,
    },
    /// More than one event has this number.
    Doubled {
        /// The number.
        seq: u64,
    },
}

pub(crate) fn faults(db: &Connection, device: DeviceId) -> Result<Vec<ChainFault>, Trouble> {
    let events = "SELECT device_seq, prev, lag(device_seq, 1, 0) OVER chain, lag(hash) OVER chain FROM event
         WHERE device = ?1 WINDOW chain AS (ORDER BY device_seq, seq)";
    let mut faults = Vec::new();
    db.query_each(events, [device.0.as_bytes()], |row| {
        let (seq, prev, seq_before, hash_before): (i64, [u8; 32], i64, Option<[u8; 32]>) =
            (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
        let number = i64::unsigned_abs;
        if seq == seq_before {
            faults.push(ChainFault::Doubled { seq: number(seq) });
        } else if seq > seq_before + 1 {
            faults.push(ChainFault::Missing { from: number(seq_before + 1), to: number(seq - 1) });
        } else if hash_before.is_some_and(|hash| hash != prev) {
            faults.push(ChainFault::Broken { seq: number(seq) });
        }
        Ok(())
    })?;
    Ok(faults)
}

/// The newest event of a device's chain.
#[derive(Debug, Clone, Copy)]
pub(crate) struct End {
    pub(crate) seq: i64,
    pub(crate) hash: Sha256,
}

pub(crate) fn end(db: &Connection, device: DeviceId) -> Result<Option<End>, Trouble> {
    let newest = "SELECT device_seq, hash FROM event WHERE device = ?1 ORDER BY device_seq DESC LIMIT 1";
    db.query_opt(newest, [device.0.as_bytes()], |row| Ok(End { seq: row.get(0)?, hash: Sha256(row.get(1)?) }))
}

/// What an event that is about to be stored does to its device's chain; a gap may close later.
pub(crate) fn fault_at(record: &Record, event: &Event) -> Result<Option<ChainFault>, Trouble> {
    let broken = |before: Sha256| (before != event.prev).then_some(ChainFault::Broken { seq: event.seq });
    let number = i64::try_from(event.seq).map_err(|e| Trouble::Stored(e.to_string()))?;
    // Mostly it is the next one.
    match record.end(event.device)? {
        Some(End { seq, hash }) if seq.checked_add(1) == Some(number) => return Ok(broken(hash)),
        _ => {}
    }
    let hash_of = |seq: i64| {
        let hash = "SELECT hash FROM event WHERE device = ?1 AND device_seq = ?2 LIMIT 1";
        record.query_opt(hash, (event.device.0.as_bytes(), seq), |row| row.get(0).map(Sha256))
    };
    if hash_of(number)?.is_some() {
        return Ok(Some(ChainFault::Doubled { seq: event.seq }));
    }
    let before = event.seq.saturating_sub(1);
    Ok(match hash_of(number.saturating_sub(1))? {
        _ if before == 0 => None,
        None => Some(ChainFault::Missing { from: before, to: before }),
        Some(hash) => broken(hash),
    })
}
