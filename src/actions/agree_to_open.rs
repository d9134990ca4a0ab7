//! A second officer agrees that a seal is opened (đồng ý cho gỡ): on their own phone, with their own right, beside the seal.
//!
//! For a seal that lost the time, or a right carried for days without coverage: the seal opens only for two officers.

use seal_core::case::CaseView;
use seal_core::ids::{CaseId, CommandId};
use seal_core::officer::Officer;
use seal_core::seal::permit::works_seals;
use seal_core::seal::reading::RefusalReason;
use seal_core::seal_no::SealNo;
use uuid::Uuid;

use super::Kit;
use super::lock_command::{Patience, SealTrouble, case_of, connect, signed_by};
use crate::ports::seal_link::{CommandAnswer, LinkTrouble};

/// Why the agreement was not given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AgreeRefusal {
    /// Not an officer's work.
    #[error("your role may not work seals")]
    NoRole,
    /// Not on this case.
    #[error("the seal is not on this case")]
    NotOnCase,
    /// Two phones said different things of this seal: somebody with the right decides first.
    #[error("a dispute about this seal is open")]
    Conflict,
    /// The seal says no.
    #[error("the seal does not take the agreement: {0:?}")]
    Seal(RefusalReason),
}

fn may_agree(view: &CaseView, seal: &SealNo, officer: &Officer) -> Result<(), AgreeRefusal> {
    if !works_seals(officer) {
        return Err(AgreeRefusal::NoRole);
    }
    if view.seal(seal).is_none() {
        return Err(AgreeRefusal::NotOnCase);
    }
    if view.open_conflict(seal).is_some() {
        return Err(AgreeRefusal::Conflict);
    }
    Ok(())
}

/// Tells the seal that `officer` agrees; for five minutes another officer may open it. The seal writes it into its log and
/// signs it; the receipt is kept. Sent once: whether it was taken after a lost link is seen by opening.
///
/// # Errors
/// [`SealTrouble`].
pub async fn agree_to_open(
    kit: &Kit,
    officer: &Officer,
    case: CaseId,
    seal: &SealNo,
    patience: &Patience,
) -> Result<(), SealTrouble<AgreeRefusal>> {
    may_agree(&case_of(kit, case)?, seal, officer).map_err(SealTrouble::Refused)?;
    let mut session = connect(kit, officer, seal, patience).await?;
    let command = CommandId(Uuid::now_v7());
    let sent = tokio::time::timeout(patience.command, session.approve(command)).await;
    let answered = sent.unwrap_or(Err(LinkTrouble::NoAnswer)).map_err(SealTrouble::Link)?;
    let signed = signed_by(session.scheme(), seal, Some(command), answered.receipt, Vec::new());
    kit.record(officer, Some(case), signed.into_iter().collect())?;
    match answered.answer {
        CommandAnswer::Acknowledged | CommandAnswer::Done => Ok(()),
        CommandAnswer::Refused(reason) => Err(SealTrouble::Refused(AgreeRefusal::Seal(reason))),
    }
}
