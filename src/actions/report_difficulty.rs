//! A difficulty reported to the supervision department (dispatch point 4.b).

use seal_core::fact::{DifficultyReported, Fact};
use seal_core::ids::CaseId;
use seal_core::officer::Officer;

use super::Kit;
use crate::ports::store::StoreError;

/// Writes it down; it goes out with the queue. An empty text writes nothing.
///
/// # Errors
/// [`StoreError`]; then nothing was written.
pub fn report_difficulty(
    kit: &Kit,
    officer: &Officer,
    case: Option<CaseId>,
    screen: &str,
    text: &str,
) -> Result<(), StoreError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(());
    }
    let reported = DifficultyReported { text: text.to_owned(), screen: screen.to_owned() };
    kit.record(officer, case, vec![Fact::DifficultyReported(reported)]).map(|_| ())
}
