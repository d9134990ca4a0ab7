//! Who may work a seal's lock, and when. Pure preconditions, asked before anything is sent; the reasons are for the officer.

use jiff::{SignedDuration, Timestamp};

use super::fit::{Unfit, fit};
use super::preflight::{CheckKind, CheckResult};
use super::reading::LockAction;
use super::state::{Misfit, SealEvent, SealState};
use crate::case::{CaseView, SealOnCase};
use crate::codes::{SealType, SealingParty};
use crate::container::ContainerNo;
use crate::cover::{ContainerCover, NotOfCase};
use crate::custody::{SealView, Whereabouts};
use crate::doc::SealLife;
use crate::fact::{ManualMethod, OnOff, SealRecorded, SecondOfficer};
use crate::ids::{CommandId, OfficeCode};
use crate::inspection::Verdict;
use crate::obligation::{Need, Obligation};
use crate::officer::{Officer, Role};
use crate::seal_no::SealNo;

/// Checks made before arming hold so long; after that battery, rope and signal are looked at anew.
pub const PREPARED_HOLDS: SignedDuration = SignedDuration::from_mins(60);

/// Why arming must not go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArmRefusal {
    /// Not an officer's work.
    #[error("your role may not seal")]
    NoRole,
    /// Pair and check first.
    #[error("the seal was not checked for this case; pair it first")]
    NotPrepared,
    /// Checked too long ago.
    #[error("the checks of the seal are too old; check it again")]
    PreparedTooLongAgo,
    /// A check says stop.
    #[error("a check of the seal failed: {0:?}")]
    Stopped(Vec<CheckKind>),
    /// The goods may not take an electronic seal yet.
    #[error(transparent)]
    Needs(#[from] Need),
    /// The lock's state does not allow it.
    #[error(transparent)]
    Lock(#[from] Misfit),
    /// It is to cover what is not of the case.
    #[error(transparent)]
    Cover(#[from] NotOfCase),
}

/// Arming may go on. `containers` are those to come under the seal, none for all; `obligation` is what they may take now;
/// `prepared_at` is when the newest checks were recorded.
///
/// # Errors
/// [`ArmRefusal`].
pub fn may_arm(
    case: &CaseView,
    no: &SealNo,
    containers: &[ContainerNo],
    officer: &Officer,
    obligation: &Obligation,
    prepared_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<(), ArmRefusal> {
    if !works_seals(officer) {
        return Err(ArmRefusal::NoRole);
    }
    obligation.may_put_on(SealType::Electronic)?;
    let seal = case.seal(no).ok_or(ArmRefusal::NotPrepared)?;
    may_begin(&seal.state, LockAction::Arm)?;
    case.named(containers)?;
    let (Some(prepared), Some(at)) = (&seal.prepared, prepared_at) else { return Err(ArmRefusal::NotPrepared) };
    if now.duration_since(at) > PREPARED_HOLDS {
        return Err(ArmRefusal::PreparedTooLongAgo);
    }
    let stops: Vec<CheckKind> =
        prepared.checks.iter().filter(|check| check.result == CheckResult::Stop).map(|check| check.kind).collect();
    if stops.is_empty() { Ok(()) } else { Err(ArmRefusal::Stopped(stops)) }
}

/// A command may follow on this state.
///
/// # Errors
/// [`Misfit`] as the state machine says.
pub fn may_begin(state: &SealState, action: LockAction) -> Result<(), Misfit> {
    state.apply(&SealEvent::Commanded { command: CommandId(uuid::Uuid::nil()), action }).map(drop)
}

/// Why the seal must stay on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DisarmRefusal {
    /// Not on this case.
    #[error("the seal is not on this case")]
    NotOnCase,
    /// Not an officer's work.
    #[error("your role may not take seals off")]
    NoRole,
    /// Only at the destination.
    #[error("the seal may only be taken off at {destination}")]
    WrongOffice {
        /// Where it may be taken off.
        destination: OfficeCode,
    },
    /// Read the seal first.
    #[error("the end of an earlier command is not known; read the seal first")]
    CommandOpen,
    /// Nothing closed to open.
    #[error("the seal is not closed in this case")]
    NotClosed,
    /// Inspect first.
    #[error("the seal was not inspected here; inspect it first")]
    NotInspected,
    /// The last verdict is full examination.
    #[error("held for full examination; a shift lead or supervisor has to accept it first")]
    Held,
    /// Two devices claim different things.
    #[error(
        "the facts about this seal contradict each other; a supervisor decides, or a second officer agrees with a reason"
    )]
    Conflict,
    /// The second officer is the first, or gave no reason.
    #[error("the second officer must be another person and give a reason")]
    SecondOfficer,
}

/// The seal may be taken off by `officer`, in a conflict together with `second`.
///
/// # Errors
/// [`DisarmRefusal`].
pub fn may_disarm(
    case: &CaseView,
    no: &SealNo,
    officer: &Officer,
    second: Option<&SecondOfficer>,
) -> Result<(), DisarmRefusal> {
    let seal = may_take_off(case, no, officer)?;
    match seal.state {
        SealState::Pending { .. } | SealState::Uncertain { .. } => return Err(DisarmRefusal::CommandOpen),
        ref state if !state.is_on() => return Err(DisarmRefusal::NotClosed),
        _ => {}
    }
    accepted_here(case, seal, officer)?;
    if let Some(second) = second
        && (second.officer == officer.id || second.reason.trim().is_empty())
    {
        return Err(DisarmRefusal::SecondOfficer);
    }
    if case.open_conflict(no).is_some() && second.is_none() {
        return Err(DisarmRefusal::Conflict);
    }
    Ok(())
}

/// A dead seal may be cut off before a witness: at the destination after an accepted inspection, or at the origin while
/// nobody knows whether it closed. The witness stands in for the seal's own word, so an open command does not forbid it.
///
/// # Errors
/// [`DisarmRefusal`].
pub fn may_cut_off(case: &CaseView, no: &SealNo, officer: &Officer) -> Result<(), DisarmRefusal> {
    let never_closed_at_origin = officer.unit == case.doc.origin
        && case.seal(no).is_some_and(|seal| seal.on_since.is_none() && seal.state.is_on());
    if never_closed_at_origin && works_seals(officer) {
        return Ok(());
    }
    let seal = may_take_off(case, no, officer)?;
    if !seal.state.is_on() {
        return Err(DisarmRefusal::NotClosed);
    }
    accepted_here(case, seal, officer)
}

fn may_take_off<'a>(case: &'a CaseView, no: &SealNo, officer: &Officer) -> Result<&'a SealOnCase, DisarmRefusal> {
    let seal = case.seal(no).ok_or(DisarmRefusal::NotOnCase)?;
    if !works_seals(officer) {
        return Err(DisarmRefusal::NoRole);
    }
    if officer.unit != case.doc.destination && !is_opened_here(case, no, officer) {
        return Err(DisarmRefusal::WrongOffice { destination: case.doc.destination.clone() });
    }
    Ok(seal)
}

/// The officer's unit opens the containers under supervision, and this seal comes off for it: reason, witness and signature
/// stand in for the end of the trip and its inspection.
fn is_opened_here(case: &CaseView, no: &SealNo, officer: &Officer) -> bool {
    case.open_opening().is_some_and(|opening| opening.unit == officer.unit && opening.opened.seals.contains(no))
}

/// The last inspection of the seal at this unit accepts it. A check on the way does not count.
fn accepted_here(case: &CaseView, seal: &SealOnCase, officer: &Officer) -> Result<(), DisarmRefusal> {
    if is_opened_here(case, &seal.no, officer) {
        return Ok(());
    }
    let last = case.inspections.iter().rev().find(|one| {
        one.inspected.seal == seal.no
            && !one.inspected.en_route
            && one.unit == officer.unit
            && seal.on_since.is_none_or(|on| one.at >= on)
    });
    match last.map(|one| one.inspected.verdict) {
        Some(Verdict::Accept | Verdict::AcceptWithReason) => Ok(()),
        Some(Verdict::FullExamination) => Err(DisarmRefusal::Held),
        None => Err(DisarmRefusal::NotInspected),
    }
}

/// Why a seal cannot be recorded by hand.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordRefusal {
    /// Not an officer's work.
    #[error("your role may not seal")]
    NoRole,
    /// A bolt has no keypad, an electronic seal is not closed by hand.
    #[error("this way of working does not fit the type of seal")]
    MethodDoesNotFit,
    /// The goods may not take this type of seal yet.
    #[error(transparent)]
    Needs(#[from] Need),
    /// It is to cover what is not of the case.
    #[error(transparent)]
    Cover(#[from] NotOfCase),
    /// Must not be used at all.
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// The lock's state does not allow it.
    #[error(transparent)]
    Lock(#[from] Misfit),
    /// Must stay on.
    #[error(transparent)]
    StaysOn(#[from] DisarmRefusal),
}

/// A seal put on or taken off without our radio, or found on the container, may be recorded. `register` is what is known of
/// the seal, `obligation` what the goods may take now. Seals of carriers and shippers are only seen, so they are not held
/// to customs' rules.
///
/// # Errors
/// [`RecordRefusal`].
pub fn may_record(
    case: &CaseView,
    recorded: &SealRecorded,
    register: Option<&SealView>,
    officer: &Officer,
    obligation: &Obligation,
) -> Result<(), RecordRefusal> {
    if !works_seals(officer) {
        return Err(RecordRefusal::NoRole);
    }
    let electronic = recorded.seal_type == SealType::Electronic;
    if recorded.party != SealingParty::Customs {
        return Ok(());
    }
    if electronic == (recorded.method == ManualMethod::ByHand) {
        return Err(RecordRefusal::MethodDoesNotFit);
    }
    let on_case = case.seal(&recorded.seal);
    match recorded.on_off {
        OnOff::Off => Ok(may_disarm(case, &recorded.seal, officer, None)?),
        OnOff::On => {
            case.named(&recorded.containers)?;
            if let Some(seal) = on_case {
                may_begin(&seal.state, LockAction::Arm)?;
                seal.state.apply(&SealEvent::RecordedOn)?;
            }
            if electronic {
                match fit(register, case.doc.id, &officer.unit, &case.doc.destination) {
                    Ok(_) | Err(Unfit::RadioNotSpoken) => {}
                    Err(unfit) => return Err(unfit.into()),
                }
            } else if let Some(Whereabouts::OnCase { case: other }) =
                register.and_then(|seal| seal.whereabouts.as_ref())
                && *other != case.doc.id
            {
                return Err(Unfit::OnOtherCase(*other).into());
            } else if let Some(life) = register.and_then(|seal| seal.life).filter(|life| *life != SealLife::InService) {
                return Err(Unfit::OutOfUse(life).into());
            }
            Ok(obligation.may_put_on(recorded.seal_type)?)
        }
    }
}

/// Why a seal is not replaced, or containers are not opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReopenRefusal {
    /// Not an officer's work.
    #[error("your role may not take seals off")]
    NoRole,
    /// A customs seal that is on this case is meant.
    #[error("the seal {0} is not on this case")]
    NotOn(SealNo),
    /// Read the seal first.
    #[error("the end of an earlier command is not known; read the seal first")]
    CommandOpen,
    /// Two devices claim different things.
    #[error("the facts about this seal contradict each other; a supervisor decides first")]
    Conflict,
    /// Away from the unit that sealed it nobody knows the seal without looking at it.
    #[error("the seal was not inspected here; inspect it first")]
    NotInspected,
    /// It is worked by radio: open it by radio, or cut it off before a witness, then link the two.
    #[error("the seal is worked by radio; take it off first")]
    TakeOffFirst,
    /// It goes on in its own place.
    #[error("the new seal is the old one")]
    Same,
    /// It was replaced before.
    #[error("the seal was replaced already")]
    Replaced,
    /// An opening is not closed yet.
    #[error("an opening is not closed yet")]
    OpenAlready,
    /// Nothing is to be opened.
    #[error("choose what is opened")]
    Nothing,
    /// It is to cover what is not of the case.
    #[error(transparent)]
    Cover(#[from] NotOfCase),
}

fn may_reopen<'a>(case: &'a CaseView, no: &SealNo, officer: &Officer) -> Result<&'a SealOnCase, ReopenRefusal> {
    if !works_seals(officer) {
        return Err(ReopenRefusal::NoRole);
    }
    let ours = |seal: &&SealOnCase| seal.party == SealingParty::Customs;
    let seal = case.seal(no).filter(ours).ok_or_else(|| ReopenRefusal::NotOn(no.clone()))?;
    if matches!(seal.state, SealState::Pending { .. } | SealState::Uncertain { .. }) {
        return Err(ReopenRefusal::CommandOpen);
    }
    if case.open_conflict(no).is_some() {
        return Err(ReopenRefusal::Conflict);
    }
    Ok(seal)
}

/// Another seal may go on in this one's place. A seal worked by hand comes off by the same act; one worked by radio has to
/// be off already. Whether the new one may go on is asked of [`may_record`] or [`may_arm`], as if the old one were gone.
///
/// # Errors
/// [`ReopenRefusal`].
pub fn may_replace(case: &CaseView, old: &SealNo, new: &SealNo, officer: &Officer) -> Result<(), ReopenRefusal> {
    let seal = may_reopen(case, old, officer)?;
    if old == new {
        return Err(ReopenRefusal::Same);
    }
    if seal.replaced_by.is_some() {
        return Err(ReopenRefusal::Replaced);
    }
    if seal.state.is_off() {
        return Ok(());
    }
    if !seal.state.is_on() {
        return Err(ReopenRefusal::NotOn(old.clone()));
    }
    if seal.method.is_none() {
        return Err(ReopenRefusal::TakeOffFirst);
    }
    let looked_at = || case.inspections.iter().any(|one| &one.inspected.seal == old && one.unit == officer.unit);
    if officer.unit == case.doc.origin || is_opened_here(case, old, officer) || looked_at() {
        Ok(())
    } else {
        Err(ReopenRefusal::NotInspected)
    }
}

/// Containers may be opened before a witness; `seals` come off for it.
///
/// # Errors
/// [`ReopenRefusal`].
pub fn may_open(
    case: &CaseView,
    containers: &[ContainerNo],
    seals: &[SealNo],
    officer: &Officer,
) -> Result<(), ReopenRefusal> {
    if case.open_opening().is_some() {
        return Err(ReopenRefusal::OpenAlready);
    }
    if seals.is_empty() {
        return Err(ReopenRefusal::Nothing);
    }
    case.named(containers)?;
    for no in seals {
        if !may_reopen(case, no, officer)?.state.is_on() {
            return Err(ReopenRefusal::NotOn(no.clone()));
        }
    }
    Ok(())
}

/// Each of the containers is under an electronic customs seal that is on. Of a case without container numbers only the
/// whole can be asked.
#[must_use]
pub fn electronic_on(case: &CaseView, containers: &[ContainerNo]) -> bool {
    if case.doc.containers.is_empty() {
        return case.customs_seals().any(|seal| seal.seal_type == SealType::Electronic && seal.state.is_on());
    }
    case.cover()
        .iter()
        .filter(|cover| containers.is_empty() || containers.contains(cover.container))
        .all(ContainerCover::has_electronic)
}

/// Seals, inspects and disarms.
#[must_use]
pub fn works_seals(officer: &Officer) -> bool {
    [Role::Officer, Role::ShiftLead, Role::Supervisor].iter().any(|role| officer.is(*role))
}

/// Issues seals from the unit's stock, and says what becomes of one.
#[must_use]
pub fn keeps_stock(officer: &Officer) -> bool {
    [Role::Registrar, Role::ShiftLead, Role::Supervisor].iter().any(|role| officer.is(*role))
}

/// The time a trip may take, seen from `now`: up to the permitted arrival where the trip is declared, else the hours of the
/// work list.
#[must_use]
pub fn trip_length(case: &CaseView, now: Timestamp) -> SignedDuration {
    case.trip.as_ref().map_or_else(
        || SignedDuration::from_hours(i64::from(case.doc.permitted_hours)),
        |trip| trip.permitted_until.duration_since(now).max(SignedDuration::ZERO),
    )
}
