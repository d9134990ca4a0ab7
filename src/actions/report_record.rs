//! An integrity alarm about the central's record, reported with its evidence.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use seal_core::officer::Officer;

use super::Kit;
use super::report_difficulty::{Difficulty, report_difficulty};
use crate::ports::store::{RecordAlarm, StoreError};

/// Reports every open alarm as a difficulty: what is wrong, when it was seen, and both signed checkpoints, by which anybody
/// who knows the central's key can check it. Other officers' phones get the report too. Afterwards the alarms are no longer
/// shown; they stay in the database.
///
/// # Errors
/// [`StoreError`]; the alarms then stay open.
pub fn report_record(kit: &Kit, officer: &Officer) -> Result<(), StoreError> {
    let alarms: Vec<String> = kit.store.record_alarms()?.iter().map(in_words).collect();
    report_difficulty(kit, officer, Difficulty { text: &alarms.join("\n"), screen: "record", case: None }, None)?;
    kit.store.record_alarms_reported()
}

fn in_words(alarm: &RecordAlarm) -> String {
    let RecordAlarm { why, at, before, after } = alarm;
    let [before, after] = [before, after].map(|bytes| URL_SAFE_NO_PAD.encode(bytes));
    format!("integrity alarm {why:?} at {at}: before={before} after={after}")
}
