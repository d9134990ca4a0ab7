//! The seal's own log, and the trip told from it (đọc nhật ký seal).

use jiff::SignedDuration;
use seal_core::case::SealOnCase;
use seal_core::fact::{Fact, SealLogRead};
use seal_core::ids::{CaseId, OfficeCode};
use seal_core::officer::Officer;
use seal_core::seal::log::LogEntry;
use seal_core::seal::outcome::reading_later;
use seal_core::seal::reading::SealReading;
use seal_core::seal::state::SealState;
use seal_core::seal::story::{TripStory, is_complete, since_arming};
use seal_core::seal_no::SealNo;
use seal_core::time::after;

use super::Kit;
use super::lock_command::{Patience, SealTrouble, case_of, connect, read, signed_by};
use super::read_lock::NotOnCase;
use crate::ports::seal_link::LogPages;
use crate::ports::store::StoreError;

/// For a seal not armed by our radio, entries from so long before its recorded sealing on belong to the trip.
const BEFORE_RECORD: SignedDuration = SignedDuration::from_mins(10);

/// A log as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRead {
    /// What was recorded.
    pub log: SealLogRead,
    /// The trip.
    pub story: TripStory,
    /// The reading made with it.
    pub reading: SealReading,
    /// What may be believed of the lock now.
    pub state: SealState,
}

/// Reads lock and log, records both, and tells the trip.
///
/// # Errors
/// [`SealTrouble`]; then nothing was recorded.
pub async fn read_seal_log(
    kit: &Kit,
    officer: &Officer,
    case: CaseId,
    seal: &SealNo,
    patience: &Patience,
) -> Result<LogRead, SealTrouble<NotOnCase>> {
    let not_here = || SealTrouble::Refused(NotOnCase(seal.clone()));
    let before = {
        let view = case_of(kit, case)?;
        let on_case = view.seal(seal).ok_or_else(not_here)?;
        on_case.prepared.as_ref().map(|prepared| prepared.reading.log_counter)
    };
    let mut session = connect(kit, officer, seal, patience).await?;
    let reading = read(session.as_mut(), seal, patience).await.map_err(SealTrouble::Link)?;
    let now = kit.clock.now().wall;
    let from = before.map_or(1, |before| before.saturating_add(1));
    // A long trip has many pages, each with patience of its own below.
    let LogPages { entries, signed } = session.log(from).await.map_err(SealTrouble::Link)?;
    let signed = signed_by(session.scheme(), seal, None, None, signed);
    drop(session);

    let view = case_of(kit, case)?;
    let on_case = view.seal(seal).ok_or_else(not_here)?;
    let drift = reading.clock.duration_since(now);
    let entries = match before {
        Some(before) => since_arming(entries, before),
        None => since_record(entries, on_case, drift),
    };
    let log = SealLogRead {
        seal: seal.clone(),
        complete: is_complete(&entries, reading.log_counter),
        entries,
        drift_s: drift.as_secs(),
    };
    let facts = [Fact::LockRead(reading_later(on_case, reading.clone(), None)), Fact::SealLogRead(log.clone())];
    kit.record(officer, Some(case), facts.into_iter().chain(signed).collect())?;
    let story = TripStory::of(&log, kit.store.rules()?.limits.silence(), reading.clock);
    let state = case_of(kit, case)?.seal(seal).map_or(SealState::Free, |seal| seal.state.clone());
    Ok(LogRead { log, story, reading, state })
}

fn since_record(entries: Vec<LogEntry>, seal: &SealOnCase, drift: SignedDuration) -> Vec<LogEntry> {
    let begin = seal.on_since.map(|on| on + drift - BEFORE_RECORD);
    let older = |entry: &&LogEntry| begin.is_some_and(|begin| entry.at < begin);
    let before = entries.iter().filter(older).map(|entry| entry.counter).max().unwrap_or(0);
    since_arming(entries, before)
}

/// The trip from the log last recorded, for screens and for the inspection. A log read elsewhere proves nothing of the time
/// since then, so for `unit` the silence counts up to now.
///
/// # Errors
/// The store's.
pub fn trip_story(kit: &Kit, case: CaseId, seal: &SealNo, unit: &OfficeCode) -> Result<Option<TripStory>, StoreError> {
    let events = kit.store.case_events(case)?;
    let newest = events
        .iter()
        .filter_map(|signed| match &signed.event.fact {
            Fact::SealLogRead(log) if &log.seal == seal => Some((&signed.event, log)),
            _ => None,
        })
        .max_by_key(|(event, _)| (event.at.wall, event.seq));
    let Some((event, log)) = newest else { return Ok(None) };
    let read_at = if &event.unit == unit { event.at.wall } else { kit.clock.now().wall };
    // What another phone wrote of the drift may be anything.
    let until = after(read_at, SignedDuration::from_secs(log.drift_s));
    Ok(Some(TripStory::of(log, kit.store.rules()?.limits.silence(), until)))
}
