//! The head of the unit lets goods outside the criteria be sealed: asked on one phone, answered on another or on the same
//! one, and taken into the case by slip or by sync.

use jiff::Timestamp;
use seal_core::case::CaseView;
use seal_core::event::{Event, SignedEvent};
use seal_core::fact::{ApprovalAsked, ApprovalGiven, ApprovalKind, Fact};
use seal_core::ids::{CaseId, EventId, OfficerId};
use seal_core::obligation::{approval_until, open_requests};
use seal_core::officer::{Officer, Role};
use seal_core::rules::{ApprovalRule, RulePack};
use seal_core::time::date_in_vietnam;

use super::Kit;
use super::sign_in::{SignInTrouble, agrees_here};
use super::take_slip::{SlipTrouble, check_slip, slip_fact};
use crate::ports::store::StoreError;

/// Why an approval is not asked, given or taken.
#[derive(Debug, thiserror::Error)]
pub enum ApprovalTrouble {
    /// The case is not on this phone.
    #[error("the case is not on this phone")]
    NoCase,
    /// The rules name nobody for the day.
    #[error("no rule for this approval covers the day")]
    NoRule,
    /// A reason is needed: to ask, and to refuse.
    #[error("a reason is needed")]
    NoReason,
    /// Not the head of that unit.
    #[error("{who} may not approve for this unit")]
    NotHead {
        /// Who was meant to.
        who: OfficerId,
    },
    /// The person who approves is not known here.
    #[error("{who} is not known on this phone")]
    NobodyKnown {
        /// Account.
        who: OfficerId,
    },
    /// It is no request, or not for this case.
    #[error("this is not a request for this case")]
    NotTheRequest,
    /// It answers a request this case does not have.
    #[error("this answers another request")]
    OtherRequest,
    /// It is for other containers.
    #[error("the approval is for other containers")]
    OtherContainers,
    /// It has run out.
    #[error("the approval ran out at {at}")]
    Expired {
        /// When.
        at: Timestamp,
    },
    /// The slip is not to be believed.
    #[error(transparent)]
    Slip(SlipTrouble),
    /// The head's PIN was not accepted.
    #[error(transparent)]
    Pin(#[from] SignInTrouble),
    /// The store failed; nothing was written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<SlipTrouble> for ApprovalTrouble {
    fn from(trouble: SlipTrouble) -> Self {
        match trouble {
            SlipTrouble::Store(error) => Self::Store(error),
            other => Self::Slip(other),
        }
    }
}

const WHAT: ApprovalKind = ApprovalKind::OutsideCriteria;

fn rule(rules: &RulePack, now: Timestamp) -> Result<&ApprovalRule, ApprovalTrouble> {
    rules.approval_rule(WHAT, date_in_vietnam(now)).ok_or(ApprovalTrouble::NoRule)
}

fn case_of(kit: &Kit, case: CaseId) -> Result<CaseView, ApprovalTrouble> {
    kit.store.case(case)?.ok_or(ApprovalTrouble::NoCase)
}

/// May approve by the rules of today, were the request of their unit.
#[must_use]
pub fn is_head(rules: &RulePack, officer: &Officer, now: Timestamp) -> bool {
    rules
        .approval_rule(WHAT, date_in_vietnam(now))
        .is_some_and(|rule| rule.given_by.iter().any(|role| officer.is(*role)))
}

/// The heads of the case's unit known on this phone: who could enter their PIN here.
///
/// # Errors
/// [`StoreError`].
pub fn heads(kit: &Kit, case: &CaseView) -> Result<Vec<Officer>, StoreError> {
    let (rules, now) = (kit.store.rules()?, kit.clock.now().wall);
    let officers = kit.store.officers(&case.doc.origin)?;
    Ok(officers.into_iter().filter(|officer| is_head(&rules, officer, now)).collect())
}

/// Asks the head of the unit for the containers of the case.
///
/// # Errors
/// [`ApprovalTrouble`]; then nothing was written.
pub fn ask_approval(kit: &Kit, officer: &Officer, case: CaseId, why: &str) -> Result<SignedEvent, ApprovalTrouble> {
    let why = why.trim();
    if why.is_empty() {
        return Err(ApprovalTrouble::NoReason);
    }
    rule(&kit.store.rules()?, kit.clock.now().wall)?;
    let view = case_of(kit, case)?;
    let asked = ApprovalAsked {
        what: WHAT,
        containers: view.doc.containers.clone(),
        vehicle: view.trip.as_ref().map_or(view.doc.vehicle.clone(), |trip| trip.vehicle.clone()),
        ground: view.ground,
        why: why.to_owned(),
    };
    let mut written = kit.record(officer, Some(case), vec![Fact::ApprovalAsked(asked)])?;
    written.pop().ok_or(ApprovalTrouble::NoCase)
}

/// Requests of the head's unit that wait for an answer.
///
/// # Errors
/// [`StoreError`].
pub fn waiting_requests(kit: &Kit, head: &Officer) -> Result<Vec<Event>, StoreError> {
    let (rules, now) = (kit.store.rules()?, kit.clock.now().wall);
    if !is_head(&rules, head, now) {
        return Ok(Vec::new());
    }
    let kinds = ["approval_asked", "approval_given", "slip_taken", "corrected"];
    let events: Vec<Event> =
        kit.store.unit_events(&head.unit, &kinds)?.into_iter().map(|signed| signed.event).collect();
    Ok(open_requests(&events, &head.unit, &rules, now).into_iter().cloned().collect())
}

/// The head's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadsAnswer {
    /// Approved, or refused.
    pub granted: bool,
    /// The head's words; needed for a refusal.
    pub reason: String,
}

fn given(kit: &Kit, head: &Officer, request: &Event, answer: &HeadsAnswer) -> Result<ApprovalGiven, ApprovalTrouble> {
    let Fact::ApprovalAsked(asked) = &request.fact else { return Err(ApprovalTrouble::NotTheRequest) };
    let (rules, now) = (kit.store.rules()?, kit.clock.now().wall);
    let given_by = &rule(&rules, now)?.given_by;
    if head.unit != request.unit || !given_by.iter().any(|role| head.is(*role)) {
        return Err(ApprovalTrouble::NotHead { who: head.id.clone() });
    }
    let reason = answer.reason.trim();
    if !answer.granted && reason.is_empty() {
        return Err(ApprovalTrouble::NoReason);
    }
    Ok(ApprovalGiven {
        asked: request.id,
        what: asked.what,
        containers: asked.containers.clone(),
        approver: head.id.clone(),
        granted: answer.granted,
        reason: reason.to_owned(),
        valid_until: approval_until(&rules, asked.what, now).ok_or(ApprovalTrouble::NoRule)?,
    })
}

/// The head answers on their own phone. A request that came as a slip is kept beside the answer: it reaches the central
/// even if the other phone never does.
///
/// # Errors
/// [`ApprovalTrouble`]; then nothing was written.
pub fn decide_approval(
    kit: &Kit,
    head: &Officer,
    request: &SignedEvent,
    answer: &HeadsAnswer,
) -> Result<SignedEvent, ApprovalTrouble> {
    let given = given(kit, head, &request.event, answer)?;
    let mut facts = Vec::new();
    if kit.store.event(request.event.id)?.is_none() {
        facts.push(slip_fact(&check_slip(kit, &request.cose)?));
    }
    facts.push(Fact::ApprovalGiven(given));
    let mut written = kit.record(head, request.event.case, facts)?;
    written.pop().ok_or(ApprovalTrouble::NotTheRequest)
}

/// The head answers on the officer's phone, with their own PIN and without being signed in there.
///
/// # Errors
/// [`ApprovalTrouble`]; then nothing was written.
pub fn approve_here(
    kit: &Kit,
    officer: &Officer,
    (head, pin): (&OfficerId, &str),
    request: EventId,
    answer: &HeadsAnswer,
) -> Result<(), ApprovalTrouble> {
    let request = kit.store.event(request)?.ok_or(ApprovalTrouble::NotTheRequest)?;
    let head = agrees_here(kit, head, pin)?;
    let given = given(kit, &head, &request.event, answer)?;
    kit.record(officer, request.event.case, vec![Fact::ApprovalGiven(given)])?;
    Ok(())
}

/// A head's answer read from their phone's screen: signature, head, request, containers and time are right for this case.
/// Writes nothing.
///
/// # Errors
/// [`ApprovalTrouble`].
pub fn check_approval(kit: &Kit, case: CaseId, cose: &[u8]) -> Result<(SignedEvent, ApprovalGiven), ApprovalTrouble> {
    let signed = check_slip(kit, cose)?;
    let Fact::ApprovalGiven(given) = &signed.event.fact else { return Err(ApprovalTrouble::NotTheRequest) };
    let given = given.clone();
    if signed.event.case != Some(case) {
        return Err(ApprovalTrouble::NotTheRequest);
    }
    let view = case_of(kit, case)?;
    let asked = kit.store.event(given.asked)?.filter(|asked| asked.event.case == Some(case));
    if !asked.is_some_and(|asked| matches!(asked.event.fact, Fact::ApprovalAsked(_))) {
        return Err(ApprovalTrouble::OtherRequest);
    }
    let who = given.approver.clone();
    let head = kit.store.officer(&who)?.ok_or(ApprovalTrouble::NobodyKnown { who: who.clone() })?;
    let (rules, now) = (kit.store.rules()?, kit.clock.now().wall);
    let unit = &view.doc.origin;
    if !is_head(&rules, &head, now) || &head.unit != unit || &signed.event.unit != unit || signed.event.officer != who {
        return Err(ApprovalTrouble::NotHead { who });
    }
    if now >= given.valid_until {
        return Err(ApprovalTrouble::Expired { at: given.valid_until });
    }
    let covers = |container| given.containers.is_empty() || given.containers.contains(container);
    if !view.doc.containers.iter().all(covers) {
        return Err(ApprovalTrouble::OtherContainers);
    }
    Ok((signed, given))
}

/// Takes a checked answer into the case; a refusal too. One that is there already (it came by sync) is not written again.
///
/// # Errors
/// [`ApprovalTrouble`]; then nothing was written.
pub fn take_approval(kit: &Kit, officer: &Officer, case: CaseId, cose: &[u8]) -> Result<(), ApprovalTrouble> {
    let (signed, _) = check_approval(kit, case, cose)?;
    let known = case_of(kit, case)?.approval.is_some_and(|approval| approval.event == signed.event.id);
    if !known {
        kit.record(officer, Some(case), vec![slip_fact(&signed)])?;
    }
    Ok(())
}

/// Roles that may approve today, for words.
///
/// # Errors
/// [`ApprovalTrouble::NoRule`].
pub fn approvers(rules: &RulePack, now: Timestamp) -> Result<Vec<Role>, ApprovalTrouble> {
    Ok(rule(rules, now)?.given_by.clone())
}
