//! Reading a lock again: the only way to settle a command whose end nobody knows (đọc lại trạng thái).

use seal_core::case::{CasePhase, CaseView};
use seal_core::fact::Fact;
use seal_core::ids::{CaseId, CommandId};
use seal_core::officer::Officer;
use seal_core::seal::outcome::{open_command, reading_later};
use seal_core::seal::reading::{LockAction, SealReading};
use seal_core::seal::state::SealState;
use seal_core::seal_no::SealNo;

use super::Kit;
use super::lock_command::{Patience, SealTrouble, case_of, connect, patiently, read, read_until_still, signed_by};
use crate::ports::lists::{CaseList, Cases, Page};
use crate::ports::seal_link::{Answered, CommandAnswer, LinkTrouble, SealSession, Settled};
use crate::ports::store::StoreError;

/// The seal cannot be read for this case.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the seal {0} is not on this case")]
pub struct NotOnCase(pub SealNo);

/// What a reading showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockNow {
    /// The reading.
    pub reading: SealReading,
    /// What may be believed of the lock now.
    pub state: SealState,
    /// A command whose end nobody knew is settled by it.
    pub settled: bool,
}

/// A command that was on its way when the app stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interrupted {
    /// Which seal.
    pub seal: SealNo,
    /// The command.
    pub command: CommandId,
    /// What was asked.
    pub action: LockAction,
}

/// Asks the seal for its state, and asks nothing else of it. The earlier facts stay; this one stands beside them.
///
/// # Errors
/// [`SealTrouble`]; a seal that does not answer leaves everything as it was.
pub async fn read_lock(
    kit: &Kit,
    officer: &Officer,
    case: CaseId,
    seal: &SealNo,
    patience: &Patience,
) -> Result<LockNow, SealTrouble<NotOnCase>> {
    let open = open_command(&state_of(kit, case, seal)?);
    let mut session = connect(kit, officer, seal, patience).await?;
    let told = match open {
        Some((command, _)) => settle(session.as_mut(), command, patience).await.map_err(SealTrouble::Link)?,
        None => None,
    };
    let reading = match open {
        // The seal does not say how it ended: the bolt may still move.
        Some(command) if told.is_none() => read_until_still(session.as_mut(), seal, command, patience, &|_| {}).await,
        _ => read(session.as_mut(), seal, patience).await,
    };
    let reading = reading.map_err(SealTrouble::Link)?;
    let answer = told.as_ref().map(|told| told.answer);
    let receipt = told.and_then(|told| told.receipt);
    let signed = signed_by(session.scheme(), seal, open.map(|(command, _)| command), receipt, Vec::new());
    drop(session);
    // The state as it is now: meanwhile another device's reading may have come in.
    let view = case_of(kit, case)?;
    let on_case = view.seal(seal).ok_or_else(|| SealTrouble::Refused(NotOnCase(seal.clone())))?;
    let refused = match answer {
        Some(CommandAnswer::Refused(reason)) => Some(reason),
        _ => None,
    };
    let read = Fact::LockRead(reading_later(on_case, reading.clone(), refused));
    kit.record(officer, Some(case), [read].into_iter().chain(signed).collect())?;
    let state = state_of(kit, case, seal)?;
    Ok(LockNow { reading, settled: open.is_some() && open_command(&state).is_none(), state })
}

/// What the seal says of a command whose end nobody heard; nothing is carried out. `None` if it cannot say.
async fn settle(
    session: &mut dyn SealSession,
    command: CommandId,
    patience: &Patience,
) -> Result<Option<Answered>, LinkTrouble> {
    for _ in 0..patience.readings {
        match patiently(patience, session.settle(command)).await? {
            Settled::Ended(answered) => return Ok(Some(answered)),
            Settled::Moving => tokio::time::sleep(patience.pause).await,
            Settled::NotFound { .. } | Settled::CannotTell => return Ok(None),
        }
    }
    Ok(None)
}

fn state_of(kit: &Kit, case: CaseId, seal: &SealNo) -> Result<SealState, SealTrouble<NotOnCase>> {
    let view = case_of(kit, case)?;
    let found = view.seal(seal).map(|seal| seal.state.clone());
    found.ok_or_else(|| SealTrouble::Refused(NotOnCase(seal.clone())))
}

/// Commands this device gave that have no end at all, in every case. When the app starts, none can still be under way, so it
/// opens on them: "not known", with reading the seal as the way on.
///
/// # Errors
/// The store's.
pub fn interrupted_here(kit: &Kit) -> Result<Vec<(CaseId, Interrupted)>, StoreError> {
    let device = kit.vault.device();
    let uncertain = CaseList { phase: Some(CasePhase::Uncertain), ..CaseList::all(Cases::All) };
    let mut found = Vec::new();
    for line in kit.store.case_lines(&uncertain, &Page::first(usize::MAX))?.lines {
        let Some(case) = kit.store.case(line.id)? else { continue };
        let open = interrupted_commands(&case);
        if open.is_empty() {
            continue;
        }
        let events = kit.store.case_events(case.doc.id)?;
        let given_here = |command: CommandId| {
            events.iter().any(|signed| {
                signed.event.device == device
                    && matches!(&signed.event.fact, Fact::LockCommanded(given) if given.command == command)
            })
        };
        found.extend(open.into_iter().filter(|one| given_here(one.command)).map(|one| (case.doc.id, one)));
    }
    Ok(found)
}

/// Commands of a case that have no end at all, whoever gave them.
#[must_use]
pub fn interrupted_commands(case: &CaseView) -> Vec<Interrupted> {
    let pending = case.seals.iter().filter_map(|seal| match seal.state {
        SealState::Pending { command, action } => Some(Interrupted { seal: seal.no.clone(), command, action }),
        _ => None,
    });
    pending.collect()
}
