//! One command to a lock, from the connection to what may be written down. Arming and disarming share it.
//!
//! The order is the whole point: the fact that a command goes out is written before it goes out, it goes out once, and
//! only a reading made afterwards says what became of it. Whoever runs this must let it end (not tie it to a screen): if it
//! is stopped, the case stays "not known" until somebody reads the seal.

use std::time::Duration;

use jiff::Timestamp;
use seal_core::case::CaseView;
use seal_core::cbor::Bytes;
use seal_core::container::ContainerNo;
use seal_core::fact::{Fact, LockCommanded, LockRead, SealSigned, SecondOfficer, SignedPage};
use seal_core::ids::{CaseId, CommandId, OfficerId};
use seal_core::officer::Officer;
use seal_core::seal::outcome::{AnswerHeard, end_of_command, may_still_move};
use seal_core::seal::reading::{LockAction, LockOutcome, LockState, RefusalReason, SealReading, UncertainWhy};
use seal_core::seal::state::SealState;
use seal_core::seal_no::SealNo;
use uuid::Uuid;

use super::Kit;
use crate::ports::seal_link::{Answered, CommandAnswer, LinkTrouble, SealSession};
use crate::ports::store::StoreError;

/// Why an act with a seal did not begin. Nothing was asked of the lock.
#[derive(Debug, thiserror::Error)]
pub enum SealTrouble<R> {
    /// The case is not on this device.
    #[error("the case {0} is not on this device")]
    NoCase(CaseId),
    /// The rules say no.
    #[error(transparent)]
    Refused(R),
    /// The seal cannot be reached.
    #[error("{0}")]
    Link(LinkTrouble),
    /// The local store failed.
    #[error("{0}")]
    Store(#[from] StoreError),
}

/// How long to wait for a seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For any one answer.
    pub answer: Duration,
    /// For the answer to a command: the bolt has to arrive first.
    pub command: Duration,
    /// How often the lock is read after a command, at most.
    pub readings: u32,
    /// Between readings.
    pub pause: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            answer: Duration::from_secs(20),
            command: Duration::from_secs(30),
            readings: 15,
            pause: Duration::from_millis(700),
        }
    }
}

/// Where a command is, for the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Looking for the seal.
    Connecting,
    /// The command is written down and goes out; it cannot be taken back.
    Sent(Timestamp),
    /// The seal took it. That is not yet closed, nor open.
    Acknowledged(Timestamp),
    /// A reading came back.
    Read(LockState),
}

/// Told of each step. Called from the task that runs the command.
pub type Watch<'a> = &'a (dyn Fn(Progress) + Send + Sync);

/// How a command ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockEnd {
    /// The command.
    pub command: CommandId,
    /// As far as this phone can prove.
    pub outcome: LockOutcome,
    /// The last reading after it.
    pub reading: Option<SealReading>,
    /// What may be believed of the lock now.
    pub state: SealState,
}

/// A command to be given.
pub(super) struct Order {
    pub case: CaseId,
    pub seal: SealNo,
    pub action: LockAction,
    /// To come under the seal when arming; empty: all of the case. A seal that comes off names what it is on.
    pub containers: Vec<ContainerNo>,
    pub second_officer: Option<SecondOfficer>,
    /// Somebody who agreed on this phone, as second officer or by deciding a dispute: the seal is told so by their own right.
    pub agreed: Option<OfficerId>,
}

/// The case, or why not.
pub(super) fn case_of<R>(kit: &Kit, id: CaseId) -> Result<CaseView, SealTrouble<R>> {
    kit.store.case(id)?.ok_or(SealTrouble::NoCase(id))
}

/// Connects to that seal, with patience.
pub(super) async fn connect<R>(
    kit: &Kit,
    officer: &Officer,
    seal: &SealNo,
    patience: &Patience,
) -> Result<Box<dyn SealSession>, SealTrouble<R>> {
    patiently(patience, kit.link.connect(seal, &officer.id)).await.map_err(SealTrouble::Link)
}

/// What a seal signed, as a fact; `None` where it signs nothing.
pub(super) fn signed_by(
    scheme: Option<&str>,
    seal: &SealNo,
    command: Option<CommandId>,
    receipt: Option<Bytes>,
    pages: Vec<SignedPage>,
) -> Option<Fact> {
    let scheme = scheme.filter(|_| receipt.is_some() || !pages.is_empty())?;
    Some(Fact::SealSigned(SealSigned { seal: seal.clone(), scheme: scheme.to_owned(), command, receipt, pages }))
}

/// Waits for an answer only so long.
pub(super) async fn patiently<T>(
    patience: &Patience,
    work: impl Future<Output = Result<T, LinkTrouble>>,
) -> Result<T, LinkTrouble> {
    tokio::time::timeout(patience.answer, work).await.unwrap_or(Err(LinkTrouble::NoAnswer))
}

/// Reads, and believes only the seal that was asked for.
pub(super) async fn read(
    session: &mut dyn SealSession,
    seal: &SealNo,
    patience: &Patience,
) -> Result<SealReading, LinkTrouble> {
    let reading = patiently(patience, session.read()).await?;
    if &reading.serial == seal { Ok(reading) } else { Err(LinkTrouble::OtherSeal { found: reading.serial }) }
}

/// Reads until the lock no longer moves on `command`, or patience ends.
pub(super) async fn read_until_still(
    session: &mut dyn SealSession,
    seal: &SealNo,
    command: (CommandId, LockAction),
    patience: &Patience,
    watch: Watch<'_>,
) -> Result<SealReading, LinkTrouble> {
    let mut reading = read(session, seal, patience).await?;
    watch(Progress::Read(reading.lock));
    for _ in 1..patience.readings {
        if !may_still_move(command.0, command.1, &reading) {
            break;
        }
        tokio::time::sleep(patience.pause).await;
        reading = read(session, seal, patience).await?;
        watch(Progress::Read(reading.lock));
    }
    Ok(reading)
}

/// Gives one command and finds out what became of it. `permit` is asked before connecting, and again right before the
/// command is written down.
pub(super) async fn give<R>(
    kit: &Kit,
    officer: &Officer,
    order: Order,
    permit: impl Fn(&CaseView) -> Result<(), SealTrouble<R>>,
    patience: &Patience,
    watch: Watch<'_>,
) -> Result<LockEnd, SealTrouble<R>> {
    permit(&case_of(kit, order.case)?)?;
    watch(Progress::Connecting);
    if let Some(agreed) = &order.agreed {
        tell_the_seal(kit, officer, &order, agreed, patience).await?;
    }
    let mut session = connect(kit, officer, &order.seal, patience).await?;

    let view = case_of(kit, order.case)?;
    permit(&view)?;
    let command = CommandId(Uuid::now_v7());
    let containers = match (order.action, view.seal(&order.seal)) {
        (LockAction::Disarm, Some(seal)) => view.under(seal),
        // The permit has asked whether they are of the case.
        _ => view.named(&order.containers).unwrap_or(order.containers),
    };
    let commanded = LockCommanded {
        command,
        seal: order.seal.clone(),
        action: order.action,
        containers,
        after: view.seal(&order.seal).and_then(|seal| seal.newest),
        second_officer: order.second_officer,
    };
    kit.record(officer, Some(order.case), vec![Fact::LockCommanded(commanded)])?;

    watch(Progress::Sent(kit.clock.now().wall));
    let sent = tokio::time::timeout(patience.command, session.command(command, order.action)).await;
    let (mut heard, receipt) = match sent.unwrap_or(Err(LinkTrouble::NoAnswer)) {
        Ok(Answered { answer: CommandAnswer::Acknowledged | CommandAnswer::Done, receipt }) => {
            (AnswerHeard::Acknowledged, receipt)
        }
        Ok(Answered { answer: CommandAnswer::Refused(reason), receipt }) => (AnswerHeard::Refused(reason), receipt),
        Err(LinkTrouble::NotAccepted) => (AnswerHeard::Refused(RefusalReason::NotAuthorised), None),
        Err(LinkTrouble::NoAnswer) => (AnswerHeard::Nothing(UncertainWhy::NoAnswer), None),
        Err(_) => (AnswerHeard::Nothing(UncertainWhy::LinkLost), None),
    };
    if heard == AnswerHeard::Acknowledged {
        watch(Progress::Acknowledged(kit.clock.now().wall));
    }

    let command_and_action = (command, order.action);
    let reading = match heard {
        AnswerHeard::Nothing(UncertainWhy::LinkLost) => None,
        // A refusal needs no waiting, but the reading beside it is evidence.
        AnswerHeard::Refused(_) => read(session.as_mut(), &order.seal, patience).await.ok(),
        _ => match read_until_still(session.as_mut(), &order.seal, command_and_action, patience, watch).await {
            Ok(reading) => Some(reading),
            Err(trouble) => {
                heard = AnswerHeard::Nothing(match trouble {
                    LinkTrouble::LinkLost => UncertainWhy::LinkLost,
                    LinkTrouble::NoAnswer if heard != AnswerHeard::Acknowledged => UncertainWhy::NoAnswer,
                    _ => UncertainWhy::NotReadBack,
                });
                None
            }
        },
    };
    let signed = signed_by(session.scheme(), &order.seal, Some(command), receipt, Vec::new());
    drop(session);
    let ends = end_of_command(&order.seal, command, order.action, heard, reading);
    write_end(kit, officer, order.case, ends, signed, command)
}

/// Tells the seal that another officer agrees, if this phone holds their right: it may ask for two. What it answers decides
/// nothing here: it will say itself what it still needs.
async fn tell_the_seal<R>(
    kit: &Kit,
    officer: &Officer,
    order: &Order,
    agreed: &OfficerId,
    patience: &Patience,
) -> Result<(), SealTrouble<R>> {
    if kit.tickets.held(agreed, &order.seal).is_ok_and(|held| held.is_empty()) {
        return Ok(());
    }
    let mut session = match patiently(patience, kit.link.connect(&order.seal, agreed)).await {
        Ok(session) => session,
        // Their right has ended. The officer's own may do all the same, and the seal says so if it does not.
        Err(LinkTrouble::NotAccepted | LinkTrouble::NoTicket(_)) => return Ok(()),
        Err(trouble) => return Err(SealTrouble::Link(trouble)),
    };
    let command = CommandId(Uuid::now_v7());
    let answered = patiently(patience, session.approve(command)).await.map_err(SealTrouble::Link)?;
    let signed = signed_by(session.scheme(), &order.seal, Some(command), answered.receipt, Vec::new());
    kit.record(officer, Some(order.case), signed.into_iter().collect())?;
    Ok(())
}

fn write_end<R>(
    kit: &Kit,
    officer: &Officer,
    case: CaseId,
    ends: Vec<LockRead>,
    signed: Option<Fact>,
    command: CommandId,
) -> Result<LockEnd, SealTrouble<R>> {
    let first = ends.first().cloned();
    kit.record(officer, Some(case), ends.into_iter().map(Fact::LockRead).chain(signed).collect())?;
    let view = case_of(kit, case)?;
    let (outcome, reading, state) = match first {
        Some(end) => (end.outcome, end.reading, view.seal(&end.seal).map(|seal| seal.state.clone())),
        None => (None, None, None),
    };
    // `end_of_command` always writes an outcome; were it missing, nothing would be known.
    let outcome = outcome.unwrap_or(LockOutcome::Uncertain { why: UncertainWhy::NotReadBack });
    Ok(LockEnd { command, outcome, reading, state: state.unwrap_or(SealState::Free) })
}
