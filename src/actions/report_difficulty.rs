//! A difficulty reported to the supervision department (dispatch point 4.b), and what the phone can say about it.

use seal_core::fact::{DiagnosticsGiven, DifficultyReported, Fact, QueueStanding};
use seal_core::ids::CaseId;
use seal_core::officer::Officer;
use seal_core::outbox::{OutboxState, QueueItem};

use super::Kit;
use crate::ports::store::StoreError;

/// What an officer reports.
#[derive(Debug, Clone, Copy)]
pub struct Difficulty<'a> {
    /// In the officer's words.
    pub text: &'a str,
    /// Where it happened: the screen's name, or the program's.
    pub screen: &'a str,
    /// The case it happened in.
    pub case: Option<CaseId>,
}

/// Writes it down; it goes out with the queue, `diagnostics` after everything else. An empty text writes nothing.
///
/// # Errors
/// [`StoreError`]; then nothing was written.
pub fn report_difficulty(
    kit: &Kit,
    officer: &Officer,
    difficulty: Difficulty<'_>,
    diagnostics: Option<DiagnosticsGiven>,
) -> Result<(), StoreError> {
    let Difficulty { text, screen, case } = difficulty;
    let text = text.trim();
    if text.is_empty() {
        return Ok(());
    }
    let reported = DifficultyReported { text: text.to_owned(), screen: screen.to_owned() };
    let given = diagnostics.map(Box::new).map(Fact::DiagnosticsGiven);
    kit.record(officer, case, [Fact::DifficultyReported(reported)].into_iter().chain(given).collect()).map(|_| ())
}

/// What the phone would say of itself now: the officer sees it before it is sent.
///
/// # Errors
/// [`StoreError`].
pub fn diagnose(kit: &Kit) -> Result<DiagnosticsGiven, StoreError> {
    Ok(DiagnosticsGiven {
        app: kit.machine.app(),
        system: kit.machine.system(),
        free_bytes: kit.photos.free_space(),
        signing_key: kit.vault.key_home(),
        data_key: kit.vault.data_key_home(),
        queue: standing(&kit.store.queue()?),
        pulled_at: kit.store.feed()?.pulled_at,
        log: kit.machine.log(),
    })
}

fn standing(queue: &[QueueItem]) -> QueueStanding {
    let mut standing = QueueStanding::default();
    for item in queue {
        match item.state {
            OutboxState::Accepted { .. } => continue,
            OutboxState::Stuck { .. } => standing.stuck += 1,
            OutboxState::Waiting | OutboxState::Sending => standing.waiting += 1,
        }
        standing.bytes += item.bytes.saturating_sub(item.sent_bytes);
        standing.oldest = Some(standing.oldest.map_or(item.made_at, |oldest| oldest.min(item.made_at)));
        if let Some(problem) = item.last_problem.as_ref().filter(|problem| !problem.is_empty()) {
            *standing.problems.entry(problem.clone()).or_default() += 1;
        }
    }
    standing
}
