//! A device's chain of events: each names the digest of the one before. Lanes overtake each other, so a gap is tolerated;
//! one that stays shows a deleted or inserted fact.

use rusqlite::Connection;
use seal_core::ids::DeviceId;

use crate::db::Trouble;

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
    let mut events = db.prepare_cached(
        "SELECT device_seq, prev, lag(device_seq, 1, 0) OVER chain, lag(hash) OVER chain FROM event
         WHERE device = ?1 WINDOW chain AS (ORDER BY device_seq, seq)",
    )?;
    let mut rows = events.query([device.0.as_bytes()])?;
    let mut faults = Vec::new();
    while let Some(row) = rows.next()? {
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
    }
    Ok(faults)
}
