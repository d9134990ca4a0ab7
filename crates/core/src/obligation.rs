//! What may be put on by law: the electronic seal that must, the one that may, the mechanical one that stands in, and what
//! is still needed first. Pure; each answer names where it is written.
//!
//! Goods of group A take an electronic seal; another customs seal only while the unit's electronic seals are depleted
//! (dispatch 1023/TCHQ-GSQL, point 1.a). Group B takes what is left once group A is sealed (1.b). Goods outside the
//! criteria need the approval of the head of the unit. Which ground is of which group, what is outside the criteria, who
//! may state and approve, and for how long: all of that comes from the rule pack.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::case::{CasePhase, CaseView};
use crate::codes::{SealCondition, SealType};
use crate::container::ContainerNo;
use crate::custody::Whereabouts;
use crate::doc::SealLife;
use crate::event::{Event, corrected};
use crate::fact::{ApprovalKind, DepletionStated, Fact, StockSnapshot};
use crate::ids::{CaseId, EventId, OfficeCode, OfficerId};
use crate::line::{CaseLine, SealLine};
use crate::rules::{Citation, GoodsDecision, GoodsGroup, LegalGround, RulePack};
use crate::seal::permit::electronic_on;
use crate::time::{after, date_in_vietnam};
use crate::work::group;

/// A depletion statement that stands now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The statement.
    pub id: EventId,
    /// What it says.
    pub stated: DepletionStated,
    /// Who stated it.
    pub by: OfficerId,
    /// When.
    pub at: Timestamp,
}

/// What a unit knows of its seals and goods, besides the case in hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitState {
    /// Electronic seals, as known here.
    pub stock: StockSnapshot,
    /// The statement that none is left, while it stands.
    pub depletion: Option<Standing>,
    /// Cases of group A that wait for a seal, in the order of their announcement.
    pub waiting: Vec<CaseId>,
}

/// Where an answer is written, and in which pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cited {
    /// The place.
    pub citation: Citation,
    /// The pack's version.
    pub pack: String,
}

/// Why an approval does not (yet) help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalLack {
    /// Nobody asked.
    NotAsked,
    /// Asked, not answered.
    Asked,
    /// The head refused.
    Refused,
    /// It was given, and has run out.
    Expired,
    /// It was given for other containers than the case has now.
    OtherContainers,
}

/// What has to be there first.
#[derive(Debug, Clone, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Need {
    /// Nobody chose the legal ground of the goods.
    #[error("choose the legal ground of the goods first")]
    Ground,
    /// The rule pack says nothing for the day.
    #[error("no rule covers the day")]
    Rule,
    /// The unit's statement that no electronic seal is left.
    #[error("these goods need an electronic seal; another one only while the unit's statement of depletion stands")]
    DepletionStatement,
    /// Why these goods go before goods of group A.
    #[error("group A goods are waiting; give the reason to go ahead of them")]
    ReasonAheadOfA {
        /// Those that wait, and that no reason given so far speaks of.
        waiting: Vec<CaseId>,
    },
    /// The head of the unit.
    #[error("the head of the unit has to approve ({0:?})")]
    Approval(ApprovalLack),
}

/// May a kind of seal be put on?
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It has to be this kind.
    Must,
    /// It may be.
    May,
    /// Not before this.
    Needs(Need),
}

/// An answer and where it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ruling {
    /// The answer.
    pub answer: Answer,
    /// Where it is written; nowhere for [`Need::Ground`] and [`Need::Rule`].
    pub cited: Option<Cited>,
}

/// What may be put on the containers of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obligation {
    /// Group of the goods, where the rules settle it.
    pub group: Option<GoodsGroup>,
    /// The electronic seal.
    pub electronic: Ruling,
    /// Any other customs seal.
    pub mechanical: Ruling,
    /// The statement that lets another seal stand in; goes into the record with it.
    pub relies_on: Option<EventId>,
    /// A statement stands, but the unit has more free electronic seals now than when it was made.
    pub stock_returned: bool,
}

impl Obligation {
    /// The ruling for a type of seal.
    #[must_use]
    pub fn on(&self, seal_type: SealType) -> &Ruling {
        if seal_type == SealType::Electronic { &self.electronic } else { &self.mechanical }
    }

    /// A seal of this type may go on now.
    ///
    /// # Errors
    /// What is needed first.
    pub fn may_put_on(&self, seal_type: SealType) -> Result<(), Need> {
        match &self.on(seal_type).answer {
            Answer::Must | Answer::May => Ok(()),
            Answer::Needs(need) => Err(need.clone()),
        }
    }
}

/// The group of a case's goods: as it was settled, else as the rules of the day say of its ground.
#[must_use]
pub fn decision_of(case: &CaseView, rules: &RulePack, now: Timestamp) -> Option<GoodsDecision> {
    let settled = case.decision.clone();
    settled.or_else(|| rules.decide_goods(case.ground?, date_in_vietnam(now)))
}

/// What may be put on these containers of `case` now; none named means all of it.
#[must_use]
pub fn obligation(
    case: &CaseView,
    containers: &[ContainerNo],
    unit: &UnitState,
    rules: &RulePack,
    now: Timestamp,
) -> Obligation {
    let containers = if containers.is_empty() { &case.doc.containers } else { containers };
    let today = date_in_vietnam(now);
    let decision = decision_of(case, rules, now);
    let group = decision.as_ref().map(|decision| decision.group);
    let cite = |citation: &Citation, pack: &str| Some(Cited { citation: citation.clone(), pack: pack.to_owned() });
    let by_goods = decision.as_ref().and_then(|decision| cite(&decision.citation, &decision.pack));
    let ruling = |answer: Answer, cited: &Option<Cited>| Ruling { answer, cited: cited.clone() };
    let needs = |need: Need| ruling(Answer::Needs(need), &None);
    let plain = |electronic: Ruling, mechanical: Ruling| Obligation {
        group,
        electronic,
        mechanical,
        relies_on: None,
        stock_returned: false,
    };
    let Some(ground) = case.ground else {
        return plain(needs(Need::Ground), needs(Need::Ground));
    };
    if group == Some(GoodsGroup::A) {
        return group_a(case, containers, unit, rules, now, &by_goods);
    }

    // Approval first, whatever the group: the criteria decide whether the goods are sealed at all.
    let outside = match (rules.approval_rule(ApprovalKind::OutsideCriteria, today), group) {
        (Some(rule), _) if rule.covers(ground, group.is_some()) => {
            let lack = approval_lack(case, containers, now);
            Some((lack.map(Need::Approval), cite(&rule.citation, &rules.version)))
        }
        // Nothing says that goods which need no seal may take one, nor what holds for goods without a rule.
        (None, Some(GoodsGroup::C)) | (_, None) => Some((Some(Need::Rule), None)),
        _ => None,
    };
    let electronic = match &outside {
        Some((Some(need), cited)) => ruling(Answer::Needs(need.clone()), cited),
        _ if group == Some(GoodsGroup::B) => {
            let waiting = unanswered(case, unit);
            let answer = if waiting.is_empty() { Answer::May } else { Answer::Needs(Need::ReasonAheadOfA { waiting }) };
            ruling(answer, &by_goods)
        }
        Some((None, cited)) => ruling(Answer::May, cited),
        None => ruling(Answer::May, &by_goods),
    };
    // Only the electronic seal is scarce; but without a rule nobody knows whether another one would do.
    let mechanical = if group.is_none() { electronic.clone() } else { ruling(Answer::May, &by_goods) };
    plain(electronic, mechanical)
}

fn group_a(
    case: &CaseView,
    containers: &[ContainerNo],
    unit: &UnitState,
    rules: &RulePack,
    now: Timestamp,
    by_goods: &Option<Cited>,
) -> Obligation {
    let stated_before = !case.no_eseal_reason.trim().is_empty();
    let standing = unit.depletion.as_ref();
    let depleted = standing.is_some() || stated_before;
    let beside = electronic_on(case, containers);
    let rule = rules.depletion_rule(date_in_vietnam(now));
    let by_depletion = rule.map(|rule| Cited { citation: rule.citation.clone(), pack: rules.version.clone() });
    let mechanical = match (beside || depleted, by_depletion) {
        (true, cited) => Ruling { answer: Answer::May, cited: cited.or_else(|| by_goods.clone()) },
        (false, Some(cited)) => Ruling { answer: Answer::Needs(Need::DepletionStatement), cited: Some(cited) },
        (false, None) => Ruling { answer: Answer::Needs(Need::Rule), cited: None },
    };
    let must = if depleted { Answer::May } else { Answer::Must };
    Obligation {
        group: Some(GoodsGroup::A),
        electronic: Ruling { answer: must, cited: by_goods.clone() },
        mechanical,
        relies_on: standing.filter(|_| !beside).map(|standing| standing.id),
        stock_returned: standing.is_some_and(|standing| unit.stock.free > standing.stated.stock.free),
    }
}

/// Group A cases that wait, and that the reason given for this case does not speak of.
fn unanswered(case: &CaseView, unit: &UnitState) -> Vec<CaseId> {
    let spoken_of = case.ahead_of_a.as_ref().filter(|ahead| !ahead.reason.trim().is_empty());
    let known = |id: &CaseId| spoken_of.is_some_and(|ahead| ahead.waiting.contains(id));
    unit.waiting.iter().filter(|id| **id != case.doc.id && !known(id)).copied().collect()
}

/// Why the approval of a case does not help now for these containers; `None` when it does.
#[must_use]
pub fn approval_lack(case: &CaseView, containers: &[ContainerNo], now: Timestamp) -> Option<ApprovalLack> {
    let given = case.approval.as_ref().filter(|approval| approval.unit == case.doc.origin);
    let newer = case.approval_asked.as_ref().is_some_and(|asked| {
        given.is_none_or(|approval| approval.given.asked != asked.event && approval.at < asked.at)
    });
    let covers =
        |given: &[ContainerNo]| given.is_empty() || containers.iter().all(|container| given.contains(container));
    let lack = match given {
        None => Some(ApprovalLack::NotAsked),
        Some(approval) if !approval.given.granted => Some(ApprovalLack::Refused),
        Some(approval) if now >= approval.given.valid_until => Some(ApprovalLack::Expired),
        Some(approval) if !covers(&approval.given.containers) => Some(ApprovalLack::OtherContainers),
        Some(_) => None,
    };
    lack.map(|lack| if newer { ApprovalLack::Asked } else { lack })
}

/// The depletion statement of `unit` that stands at `now`: the newest that was not ended, has not run out, and is not
/// longer than the rules let it stand. Whether its author may state it is checked when it is made and when it is taken in.
#[must_use]
pub fn standing_depletion(events: &[Event], unit: &OfficeCode, rules: &RulePack, now: Timestamp) -> Option<Standing> {
    let corrected = corrected(events);
    let ended = |id: EventId| {
        events.iter().any(|event| {
            !corrected.contains(&event.id)
                && &event.unit == unit
                && matches!(&event.fact, Fact::DepletionEnded(ended) if ended.statement == id)
        })
    };
    let standing = events.iter().filter_map(|event| {
        let Fact::DepletionStated(stated) = &event.fact else { return None };
        let at = event.at.wall;
        let longest = rules.depletion_rule(date_in_vietnam(at)).map(|rule| hours(rule.holds_hours))?;
        let stands = &event.unit == unit
            && at <= now
            && now < stated.valid_until
            && stated.valid_until.duration_since(at) <= longest
            && !corrected.contains(&event.id)
            && !ended(event.id);
        stands.then(|| Standing { id: event.id, stated: stated.clone(), by: event.officer.clone(), at })
    });
    standing.max_by_key(|standing| standing.at)
}

fn hours(hours: u32) -> SignedDuration {
    SignedDuration::from_hours(i64::from(hours))
}

/// Group A cases at the origin `unit` that wait for a seal, announced soonest first.
#[must_use]
pub fn waiting_group_a(lines: Vec<CaseLine>, unit: &OfficeCode, rules: &RulePack, now: Timestamp) -> Vec<CaseLine> {
    let today = date_in_vietnam(now);
    let Some(rule) = rules.priority_rule(today) else { return Vec::new() };
    let waits = |line: &CaseLine| {
        let until = line.planned_at.duration_since(now);
        &line.origin == unit
            && matches!(line.phase, CasePhase::ToSeal | CasePhase::Sealing)
            && until <= hours(rule.within_hours)
            && -until <= hours(rule.late_hours)
            && group(line, rules, today) == Some(GoodsGroup::A)
    };
    let mut waiting: Vec<CaseLine> = lines.into_iter().filter(waits).collect();
    waiting.sort_by_key(|line| (line.planned_at, line.id));
    waiting
}

/// Adds the electronic seals among `lines` that belong to `unit` (as owner or manager) to a count. Seals of others, which
/// have to go home, are not its stock; lost and retired ones are nobody's.
pub fn count_stock<'a>(stock: &mut StockSnapshot, lines: impl IntoIterator<Item = &'a SealLine>, unit: &OfficeCode) {
    for line in lines {
        let gone = matches!(line.life, None | Some(SealLife::Lost | SealLife::Retired));
        if !line.belongs_to(unit) || line.seal_type != Some(SealType::Electronic) || gone {
            continue;
        }
        let bad = matches!(
            line.condition,
            Some(SealCondition::Damaged | SealCondition::Broken | SealCondition::FaultyElectronic)
        );
        match &line.whereabouts {
            Some(Whereabouts::OnCase { .. }) => stock.in_use += 1,
            Some(Whereabouts::Unit { unit: holder }) if holder == unit => {
                if bad || line.life != Some(SealLife::InService) {
                    stock.unfit += 1;
                } else if line.reserved_for.is_none() {
                    stock.free += 1;
                }
            }
            _ => {}
        }
    }
}

/// Requests for approval by officers of `unit` that nobody answered, oldest first. Answers count wherever they came from:
/// also those inside slips.
#[must_use]
pub fn open_requests<'a>(events: &'a [Event], unit: &OfficeCode, rules: &RulePack, now: Timestamp) -> Vec<&'a Event> {
    let corrected = corrected(events);
    let answers = |fact: &Fact| match fact {
        Fact::ApprovalGiven(given) => Some(given.asked),
        _ => None,
    };
    let answered: Vec<EventId> = events
        .iter()
        .filter_map(|event| match &event.fact {
            Fact::SlipTaken(slip) => slip.event().and_then(|inner| answers(&inner.fact)),
            fact => answers(fact),
        })
        .collect();
    let open = |event: &&Event| {
        let Fact::ApprovalAsked(asked) = &event.fact else { return false };
        let rule = rules.approval_rule(asked.what, date_in_vietnam(event.at.wall));
        &event.unit == unit
            && rule.is_some_and(|rule| now.duration_since(event.at.wall) < hours(rule.holds_hours))
            && !answered.contains(&event.id)
            && !corrected.contains(&event.id)
    };
    let mut open: Vec<&Event> = events.iter().filter(open).collect();
    // A newer request of a case stands for the older ones.
    open.sort_by_key(|event| event.at.wall);
    let newest = |event: &&Event| {
        open.iter().rev().find(|other| other.case == event.case).is_some_and(|last| last.id == event.id)
    };
    let newest: Vec<&Event> = open.iter().filter(|event| newest(event)).copied().collect();
    newest
}

/// The longest an approval given at `at` may be used.
#[must_use]
pub fn approval_until(rules: &RulePack, what: ApprovalKind, at: Timestamp) -> Option<Timestamp> {
    rules.approval_rule(what, date_in_vietnam(at)).map(|rule| after(at, hours(rule.holds_hours)))
}

/// The longest a depletion statement made at `at` may stand.
#[must_use]
pub fn depletion_until(rules: &RulePack, at: Timestamp) -> Option<Timestamp> {
    rules.depletion_rule(date_in_vietnam(at)).map(|rule| after(at, hours(rule.holds_hours)))
}

/// The ground is settled, but by no rule of the day.
#[must_use]
pub fn is_unruled(case: &CaseView, rules: &RulePack, now: Timestamp) -> Option<LegalGround> {
    case.ground.filter(|_| decision_of(case, rules, now).is_none())
}
