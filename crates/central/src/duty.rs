//! Facts that let a seal go on or stay off, or end what is said of a lost one: who may state them, and for how long, by the
//! rule pack in force.

use jiff::{SignedDuration, Timestamp};
use seal_core::event::{Event, SignedEvent};
use seal_core::fact::{ApprovalGiven, Fact, LossOutcome, LossSettled, SealsTakenOver, SlipTaken};
use seal_core::ids::{EventId, OfficeCode, OfficerId};
use seal_core::obligation::{approval_until, depletion_until};
use seal_core::officer::{Officer, Role};
use seal_core::rules::RulePack;
use seal_core::seal::permit::keeps_stock;
use seal_core::time::{after, date_in_vietnam};

use crate::db::{Connection, Trouble};
use crate::feed;
use crate::packs::in_force;
use crate::session::device_key;

/// A code for the phone, and words for the officer.
pub(crate) type Fault = (&'static str, String);

/// A clock that is a little off, or a minute between the act and its writing, is no breach.
const SLACK: SignedDuration = SignedDuration::from_mins(5);

/// Why a statement, an approval or a slip is not taken; `None` where it may be, and for every other fact.
pub(crate) fn fault(db: &Connection, event: &Event, author: &Officer) -> Result<Option<Fault>, Trouble> {
    let at = event.at.wall;
    match &event.fact {
        Fact::DepletionStated(stated) => {
            let rules = in_force(db)?;
            Ok(may_state(&rules, author, at).or_else(|| too_long(depletion_until(&rules, at), stated.valid_until)))
        }
        Fact::DepletionEnded(_) => Ok(may_state(&in_force(db)?, author, at)),
        Fact::ApprovalGiven(given) => approval(db, given, &event.unit, at),
        Fact::SlipTaken(slip) => self::slip(db, slip, event),
        Fact::LossSettled(settled) => settlement(db, settled, author, &event.unit, at),
        Fact::SealsIssued(_) | Fact::SealLifeChanged(_) if !keeps_stock(author) => {
            Ok(Some(("role", "Tài khoản không có quyền cấp seal hoặc đổi tình trạng seal.".to_owned())))
        }
        Fact::SealsTakenOver(taken) => taken_over(db, taken, &event.unit, &event.officer),
        _ => Ok(None),
    }
}

/// What is taken over was offered, to that unit and officer, by another one.
fn taken_over(
    db: &Connection,
    taken: &SealsTakenOver,
    unit: &OfficeCode,
    taker: &OfficerId,
) -> Result<Option<Fault>, Trouble> {
    let refused = |detail: &str| Ok(Some(("offer", detail.to_owned())));
    let Some(offer) = offer(db, taken.offer)? else { return refused("Không có phiếu bàn giao này.") };
    let Fact::SealsOffered(offered) = &offer.fact else {
        return refused("Phiếu không phải phiếu bàn giao seal.");
    };
    let meant = &offered.to_unit == unit && offered.to.as_ref().is_none_or(|to| to == taker);
    if !meant || &offer.officer == taker || offer.officer != taken.from || offer.unit != taken.from_unit {
        return refused("Phiếu bàn giao cho người khác.");
    }
    if !taken.seals.iter().chain(&taken.missing).all(|seal| offered.seals.contains(seal)) {
        return refused("Có seal không nằm trong phiếu bàn giao.");
    }
    Ok(None)
}

/// The offer itself, or the one that the taker's phone kept as a slip.
fn offer(db: &Connection, id: EventId) -> Result<Option<Event>, Trouble> {
    if let Some(event) = feed::event(db, id)? {
        return Ok(Some(event));
    }
    feed::handed(db, id)
}

fn no_rule() -> Fault {
    ("rule", "Không có quy định cho ngày này.".to_owned())
}

fn any(officer: &Officer, roles: &[Role]) -> bool {
    roles.iter().any(|role| officer.is(*role))
}

fn may_state(rules: &RulePack, author: &Officer, at: Timestamp) -> Option<Fault> {
    match rules.depletion_rule(date_in_vietnam(at)) {
        None => Some(no_rule()),
        Some(rule) if any(author, &rule.stated_by) => None,
        Some(_) => Some(("role", "Tài khoản không có quyền xác nhận hết seal định vị.".to_owned())),
    }
}

/// Repair and writing off are the business of the seal's owner and manager, and writing off that of a role there. That one
/// was found may be said by whoever has it.
fn settlement(
    db: &Connection,
    settled: &LossSettled,
    author: &Officer,
    unit: &OfficeCode,
    at: Timestamp,
) -> Result<Option<Fault>, Trouble> {
    if settled.outcome == LossOutcome::Found {
        return Ok(None);
    }
    let doc = feed::seal_doc(db, &settled.seal)?;
    if doc.is_none_or(|doc| &doc.owner != unit && &doc.manager != unit) {
        return Ok(Some(("scope", "Chỉ đơn vị chủ hoặc quản lý seal được ghi kết quả này.".to_owned())));
    }
    if settled.outcome != LossOutcome::WrittenOff {
        return Ok(None);
    }
    Ok(match in_force(db)?.way_home_rule(date_in_vietnam(at)) {
        None => Some(no_rule()),
        Some(rule) if any(author, &rule.written_off_by) => None,
        Some(_) => Some(("role", "Tài khoản không có quyền xóa sổ seal.".to_owned())),
    })
}

fn too_long(latest: Option<Timestamp>, until: Timestamp) -> Option<Fault> {
    match latest {
        None => Some(no_rule()),
        Some(latest) if until > after(latest, SLACK) => {
            Some(("validity", "Thời hạn dài hơn quy định cho phép.".to_owned()))
        }
        Some(_) => None,
    }
}

/// The person who approves has to be a head of the unit that seals, whoever's phone it was recorded on.
fn approval(
    db: &Connection,
    given: &ApprovalGiven,
    unit: &OfficeCode,
    at: Timestamp,
) -> Result<Option<Fault>, Trouble> {
    let rules = in_force(db)?;
    let Some(rule) = rules.approval_rule(given.what, date_in_vietnam(at)) else { return Ok(Some(no_rule())) };
    let approver = feed::officer(db, &given.approver)?;
    let head = approver.is_some_and(|officer| any(&officer, &rule.given_by)) && of_unit(db, &given.approver, unit)?;
    if !head {
        let detail = format!("{} không phải lãnh đạo đơn vị {unit}.", given.approver);
        return Ok(Some(("approver", detail)));
    }
    Ok(if given.granted { too_long(approval_until(&rules, given.what, at), given.valid_until) } else { None })
}

pub(crate) fn of_unit(db: &Connection, officer: &OfficerId, unit: &OfficeCode) -> Result<bool, Trouble> {
    db.query_row(
        "SELECT EXISTS (SELECT 1 FROM officer_unit WHERE officer = ?1 AND unit = ?2)",
        (&officer.0, unit.as_str()),
        |row| row.get(0),
    )
}

/// What a slip carries is signed by an enrolled phone, belongs to the same case, and would be taken by itself.
fn slip(db: &Connection, slip: &SlipTaken, event: &Event) -> Result<Option<Fault>, Trouble> {
    let refused = |detail: &str| Ok(Some(("slip", detail.to_owned())));
    let Ok(claimed) = SignedEvent::read(&slip.cose.0) else { return refused("Không đọc được phiếu.") };
    let Some(key) = device_key(db, claimed.event.device)? else {
        return refused("Máy đã ký phiếu chưa được đăng ký.");
    };
    let Ok(inner) = SignedEvent::verify(&slip.cose.0, &key) else {
        return refused("Chữ ký của phiếu không khớp.");
    };
    if inner.event.case != event.case {
        return refused("Phiếu thuộc hồ sơ khác.");
    }
    match &inner.event.fact {
        Fact::ApprovalGiven(given) => approval(db, given, &inner.event.unit, inner.event.at.wall),
        Fact::SealsOffered(_) if !of_unit(db, &inner.event.officer, &inner.event.unit)? => {
            refused("Người bàn giao không thuộc đơn vị ghi trên phiếu.")
        }
        Fact::SealsTakenOver(taken) => taken_over(db, taken, &inner.event.unit, &inner.event.officer),
        _ => Ok(None),
    }
}
