//! The journal follows the database: what was committed is written there too, whatever kept it from that before.

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, params};
use seal_core::event::SignedEvent;

use super::codec::{self, database, millis};
use crate::adapters::journal::{Journal, Place};
use crate::ports::store::{RescueStanding, StoreError, StoreTrouble};

/// What the central has accepted stays in the journal for so long.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How often what is older is looked for.
const TRIM_EVERY: SignedDuration = SignedDuration::from_hours(12);

/// The journal of a database.
pub struct Rescue {
    pub journal: Journal,
    state: Mutex<State>,
}

struct State {
    /// The journal may lack something that is committed.
    behind: bool,
    problem: Option<StoreTrouble>,
    trimmed: Option<Timestamp>,
}

impl Rescue {
    pub fn new(journal: Journal) -> Self {
        Self { journal, state: Mutex::new(State { behind: true, problem: None, trimmed: None }) }
    }

    /// Nothing half done hides behind a panic: the next act compares again.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn standing(&self) -> RescueStanding {
        RescueStanding { problem: self.lock().problem.clone(), agency: self.journal.agency() }
    }

    /// Writes what was just committed; `missing` tells what the journal lacks from some place on. It never fails the act:
    /// what went wrong is told by [`Rescue::standing`] and tried again.
    pub fn follow(
        &self,
        events: &[SignedEvent],
        missing: impl FnOnce(Option<Place>) -> Result<Vec<SignedEvent>, StoreError>,
    ) {
        let mut state = self.lock();
        let Some(first) = events.first() else { return };
        let next = match self.journal.newest() {
            Some((device, seq)) if device == first.event.device => seq.checked_add(1) == Some(first.event.seq),
            // Another device's journal: nothing to compare with.
            Some(_) => true,
            None => first.event.seq == 1,
        };
        let written = if next { self.journal.append(events).map_err(trouble) } else { self.write(missing) };
        note(&mut state, written);
    }

    /// Brings everything to the disk that is not there, see [`crate::ports::store::Store::tidy`].
    pub fn tidy(
        &self,
        now: Timestamp,
        missing: impl FnOnce(Option<Place>) -> Result<Vec<SignedEvent>, StoreError>,
        is_over: impl Fn(&SignedEvent, Timestamp) -> Result<bool, StoreError>,
    ) -> Result<(), StoreError> {
        let mut state = self.lock();
        if state.behind {
            let written = self.write(missing);
            note(&mut state, written);
        }
        let trims = state.trimmed.is_none_or(|at| now.duration_since(at).abs() >= TRIM_EVERY);
        if trims {
            state.trimmed = Some(now);
        }
        // An act that is saved meanwhile does not wait for the disk.
        drop(state);
        let synced = self.journal.sync().map_err(trouble);
        let mut state = self.lock();
        match &synced {
            Err(error) => state.problem = Some(problem(error)),
            Ok(()) if !state.behind => state.problem = None,
            Ok(()) => {}
        }
        drop(state);
        synced?;
        if trims {
            self.journal.trim(|newest| is_over(newest, now - KEPT).map_err(Failed::Store)).map_err(StoreError::from)?;
        }
        Ok(())
    }

    fn write(
        &self,
        missing: impl FnOnce(Option<Place>) -> Result<Vec<SignedEvent>, StoreError>,
    ) -> Result<(), StoreError> {
        let missing = missing(self.journal.newest())?;
        for act in missing.chunk_by(|a, b| a.event.act == b.event.act) {
            self.journal.append(act).map_err(trouble)?;
        }
        Ok(())
    }
}

fn note(state: &mut State, written: Result<(), StoreError>) {
    state.behind = written.is_err();
    state.problem = written.as_ref().err().map(problem);
    if let Err(error) = written {
        tracing::error!(%error, "what was saved is not in the rescue journal yet");
    }
}

fn problem(error: &StoreError) -> StoreTrouble {
    match error {
        StoreError::DiskFull => StoreTrouble::DiskFull,
        other => StoreTrouble::Other(other.to_string()),
    }
}

fn trouble(error: io::Error) -> StoreError {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreError::DiskFull,
        _ => StoreError::Database(format!("the rescue journal: {error}")),
    }
}

/// Why trimming stopped.
enum Failed {
    Io(io::Error),
    Store(StoreError),
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<Failed> for StoreError {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Io(error) => trouble(error),
            Failed::Store(error) => error,
        }
    }
}

/// Own events behind `newest`; without one, from the oldest on that the central has not accepted.
pub fn missing(conn: &Connection, newest: Option<Place>) -> Result<Vec<SignedEvent>, StoreError> {
    let behind = "SELECT cose FROM event WHERE own = 1 AND device = ?1 AND dev_seq > ?2 ORDER BY dev_seq";
    let open = "SELECT cose FROM event WHERE own = 1 AND ?1 IS NULL AND ?2 = 0
                AND seq >= (SELECT min(event_seq) FROM outbox WHERE state <> 'accepted') ORDER BY seq";
    let (sql, device, seq) = match newest {
        Some((device, seq)) => (behind, Some(device.0.as_bytes().to_vec()), seq),
        None => (open, None, 0),
    };
    let mut select = conn.prepare_cached(sql).map_err(database)?;
    let rows = select.query_map(params![device, seq], |row| row.get::<_, Vec<u8>>(0)).map_err(database)?;
    rows.map(|cose| codec::event(&cose.map_err(database)?)).collect()
}

/// The central has accepted this event and all before it, with their photographs, and this one before `long_ago`.
pub fn is_over(conn: &Connection, event: &SignedEvent, long_ago: Timestamp) -> Result<bool, StoreError> {
    conn.query_row(
        "SELECT outbox.accepted_at < ?2
                AND NOT EXISTS (SELECT 1 FROM outbox WHERE state <> 'accepted' AND event_seq <= event.seq)
         FROM event JOIN outbox ON outbox.event_seq = event.seq AND outbox.what = 'event'
         WHERE event.id = ?1 AND outbox.state = 'accepted'",
        params![event.event.id.0.as_bytes().as_slice(), millis(long_ago)],
        |row| row.get(0),
    )
    .optional()
    .map(|over| over.unwrap_or(false))
    .map_err(database)
}
