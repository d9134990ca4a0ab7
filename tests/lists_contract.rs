//! What every list and figure must say: the same as the whole views, whatever happened. Shown on the SQLite store.

use crate::old_form;

use std::collections::{BTreeMap, BTreeSet};

use crate::common::*;
use jiff::civil::date;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use seal_core::calendar::{DayOff, YearCalendar};
use seal_core::case::{CasePhase, CaseView};
use seal_core::codes::{CustomsSealKind, SealCondition, SealType, SealingParty};
use seal_core::courier::{Difference, ParcelStage, ParcelView, Urgency, return_clock, urgency};
use seal_core::custody::SealView;
use seal_core::doc::{CaseDoc, Doc, SealDoc, SealLife, SealRadio};
use seal_core::event::Event;
use seal_core::fact::{
    CaseOpened, ConflictDecided, Corrected, CorrectionReason, Fact, FoundSeal, LockCommanded, LockRead, LossKind,
    LossOutcome, LossReported, LossSettled, ManualMethod, OnOff, ParcelHandedOver, ParcelPacked, ParcelReceived,
    ReplaceReason, ReuseReserved, SealLifeChanged, SealReceived, SealRecorded, SealReplaced, SealsIssued, SealsOffered,
    SealsTakenOver, StockCounted,
};
use seal_core::figures::{Days, HandCount, Holder, Place, ReturnFigures, Turnaround};
use seal_core::ids::{CaseId, EventId, OfficeCode, OfficerId, ParcelId};
use seal_core::line::{CaseLine, ParcelLine, SealLine};
use seal_core::pack::public;
use seal_core::rules::{Citation, ClockStart, ReturnRule, RulePack};
use seal_core::seal::reading::{LockAction, LockOutcome, RefusalReason};
use seal_core::search::{Needle, case_text, parcel_text};
use seal_core::time::date_in_vietnam;
use seal_core::wire::{Change, ChangesResponse, PROTO};
use seal_field::adapters::sqlite::SqliteStore;
use seal_field::ports::lists::{
    CaseList, Cases, Hand, Lines, Lists as _, Mark, Page, ParcelList, Parcels, SealList, Seals,
};
use seal_field::ports::store::{Store as _, StoreError};
use seal_field::ports::vault::Key;
use uuid::Uuid;

const UNITS: [&str; 3] = ["03EE", "15BB", "02CI"];

fn unit(n: u8) -> OfficeCode {
    office(UNITS[usize::from(n) % UNITS.len()])
}

fn number(n: u8) -> String {
    format!("8318100{}", n % 6)
}

fn parcel_id(n: u8) -> ParcelId {
    ParcelId(Uuid::from_u128(100 + u128::from(n % 3)))
}

/// Rules with two return rules, a holiday, and a year nobody knows yet.
fn two_rules(version: &str, days: u32) -> RulePack {
    let citation = Citation { document: "test".to_owned(), dated: None, place: None, to_be_confirmed: false };
    let rule = |working_days, start, valid_from, valid_to| ReturnRule {
        working_days,
        count_first_day: false,
        start,
        valid_from,
        valid_to,
        citation: citation.clone(),
    };
    let off = vec![DayOff { date: date(2026, 12, 2), name: "x".to_owned() }];
    RulePack {
        returns: vec![
            rule(days, ClockStart::Receipt, date(2022, 1, 1), Some(date(2026, 11, 30))),
            rule(1, ClockStart::Disarm, date(2026, 12, 1), None),
        ],
        calendars: vec![YearCalendar { year: 2026, off, worked: Vec::new(), citation: citation.clone() }],
        ..rules(version)
    }
}

fn page(changes: Vec<Doc>) -> ChangesResponse {
    ChangesResponse {
        proto: PROTO.to_owned(),
        epoch: "e".to_owned(),
        server_time: "2026-11-23T02:00:00Z".parse().unwrap(),
        changes: changes.into_iter().map(|doc| Change::Doc { doc: Box::new(doc) }).collect(),
        next: "1".to_owned(),
        more: false,
        checkpoint: None,
    }
}

fn seal_doc(n: u8, owner: u8, manager: u8, life: u8) -> Doc {
    Doc::Seal(SealDoc {
        no: seal(&number(n)),
        seal_type: SealType::Electronic,
        kind: if n.is_multiple_of(2) { CustomsSealKind::Electronic } else { CustomsSealKind::SteelCable },
        class: None,
        owner: unit(owner),
        manager: unit(manager),
        holder: unit(owner),
        as_of: "2026-11-01T00:00:00Z".parse().unwrap(),
        radio: SealRadio::Spoken,
        life: [SealLife::InService, SealLife::InService, SealLife::Lost, SealLife::InRepair][usize::from(life) % 4],
        platform_sees: None,
    })
}

fn case_doc(n: u8, origin: u8, destination: u8, hour: u8) -> Doc {
    Doc::Case(CaseDoc {
        id: case_id(u128::from(n % 4)),
        containers: vec!["CSQU3054383".parse().unwrap()],
        size_type: String::new(),
        declaration: None,
        declared_on: None,
        status: String::new(),
        trader: "Công ty Đình Vũ".to_owned(),
        tax_code: String::new(),
        channel: String::new(),
        ground: None,
        origin: unit(origin),
        destination: unit(destination),
        route: String::new(),
        permitted_hours: 24,
        planned_at: Timestamp::from_second(1_795_000_000 + i64::from(hour) * 3600).unwrap(),
        vehicle: "15C-123.45".to_owned(),
        trailer: String::new(),
        driver: String::new(),
        seals: Vec::new(),
        sheet_codes: Vec::new(),
    })
}

/// Something that happens. Most are possible, some are nonsense: the lists must say what the views say either way.
#[derive(Debug, Clone)]
enum Step {
    Register { seal: u8, owner: u8, manager: u8, life: u8 },
    Planned { case: u8, origin: u8, destination: u8, hour: u8 },
    Rules { days: u8 },
    Opened { case: u8, unit: u8, to: u8 },
    Lock { case: u8, seal: u8, unit: u8, disarm: bool, end: u8 },
    Received { seal: u8, unit: u8 },
    Promised { seal: u8, case: u8, cancelled: bool },
    Packed { parcel: u8, seals: Vec<u8>, unit: u8, to: u8 },
    Handed { parcel: u8, unit: u8 },
    Unpacked { parcel: u8, seals: Vec<u8>, unit: u8 },
    Hand { seals: Vec<u8>, unit: u8, to: u8, how: u8 },
    Fate { seal: u8, unit: u8, what: u8, event: u8 },
    Corrected { event: u8 },
    Decided { event: u8, case: u8 },
    Wait { hours: u8 },
}

fn step() -> impl Strategy<Value = Step> {
    let seals = || prop::collection::vec(0..6_u8, 1..4);
    prop_oneof![
        3 => (0..6_u8, 0..3_u8, 0..3_u8, 0..4_u8)
            .prop_map(|(seal, owner, manager, life)| Step::Register { seal, owner, manager, life }),
        2 => (0..4_u8, 0..3_u8, 0..3_u8, 0..200_u8)
            .prop_map(|(case, origin, destination, hour)| Step::Planned { case, origin, destination, hour }),
        1 => (1..5_u8).prop_map(|days| Step::Rules { days }),
        2 => (0..4_u8, 0..3_u8, 0..3_u8).prop_map(|(case, unit, to)| Step::Opened { case, unit, to }),
        8 => (0..4_u8, 0..6_u8, 0..3_u8, any::<bool>(), 0..5_u8)
            .prop_map(|(case, seal, unit, disarm, end)| Step::Lock { case, seal, unit, disarm, end }),
        3 => (0..6_u8, 0..3_u8).prop_map(|(seal, unit)| Step::Received { seal, unit }),
        1 => (0..6_u8, 0..4_u8, any::<bool>()).prop_map(|(seal, case, cancelled)| Step::Promised { seal, case, cancelled }),
        3 => (0..3_u8, seals(), 0..3_u8, 0..3_u8)
            .prop_map(|(parcel, seals, unit, to)| Step::Packed { parcel, seals, unit, to }),
        2 => (0..3_u8, 0..3_u8).prop_map(|(parcel, unit)| Step::Handed { parcel, unit }),
        2 => (0..3_u8, seals(), 0..3_u8).prop_map(|(parcel, seals, unit)| Step::Unpacked { parcel, seals, unit }),
        5 => (seals(), 0..3_u8, 0..3_u8, 0..6_u8)
            .prop_map(|(seals, unit, to, how)| Step::Hand { seals, unit, to, how }),
        4 => (0..6_u8, 0..3_u8, 0..6_u8, any::<u8>())
            .prop_map(|(seal, unit, what, event)| Step::Fate { seal, unit, what, event }),
        1 => any::<u8>().prop_map(|event| Step::Corrected { event }),
        1 => (any::<u8>(), 0..4_u8).prop_map(|(event, case)| Step::Decided { event, case }),
        3 => any::<u8>().prop_map(|hours| Step::Wait { hours }),
    ]
}

/// What a step writes down: facts, in which case, at which unit.
fn facts(step: &Step, written: &[EventId]) -> Option<(Option<CaseId>, u8, Vec<Fact>)> {
    let id = |case: u8| Some(case_id(u128::from(case % 4)));
    Some(match step {
        Step::Opened { case, unit: at, to } => {
            let opened = CaseOpened {
                containers: vec!["CSQU3054383".parse().unwrap()],
                declaration: None,
                origin: unit(*at),
                destination: unit(*to),
                trader: "Hữu Nghị".to_owned(),
            };
            (id(*case), *at, vec![Fact::CaseOpened(opened)])
        }
        Step::Lock { case, seal: no, unit: at, disarm, end } => {
            let action = if *disarm { LockAction::Disarm } else { LockAction::Arm };
            let command = commanded(&number(*no), action);
            let Fact::LockCommanded(LockCommanded { command: id_of, .. }) = &command else { unreachable!() };
            let read = |outcome| {
                Fact::LockRead(LockRead {
                    seal: seal(&number(*no)),
                    command: Some(*id_of),
                    action: Some(action),
                    outcome: Some(outcome),
                    reading: None,
                    late: false,
                })
            };
            let mut facts = vec![command.clone()];
            match end {
                0 => {}
                1 => facts.push(read(LockOutcome::Refused { reason: RefusalReason::BatteryTooLow })),
                _ => facts.push(read(LockOutcome::Confirmed)),
            }
            (id(*case), *at, facts)
        }
        Step::Received { seal: no, unit: at } => {
            (None, *at, vec![Fact::SealReceived(SealReceived { seal: seal(&number(*no)), at: unit(*at) })])
        }
        Step::Promised { seal: no, case, cancelled } => {
            let for_case = case_id(u128::from(*case));
            let fact = ReuseReserved { seal: seal(&number(*no)), for_case, cancelled: *cancelled };
            (None, 0, vec![Fact::ReuseReserved(fact)])
        }
        Step::Packed { parcel, seals, unit: at, to } => {
            let packed = ParcelPacked {
                parcel: parcel_id(*parcel),
                number: format!("GP-{parcel:04}"),
                from: unit(*at),
                to: unit(*to),
                seals: seals.iter().map(|no| seal(&number(*no))).collect(),
                ropes: 0,
                chargers: 0,
                packed: Vec::new(),
                lithium_label: false,
            };
            (None, *at, vec![Fact::ParcelPacked(packed)])
        }
        Step::Handed { parcel, unit: at } => {
            let handed = ParcelHandedOver {
                parcel: parcel_id(*parcel),
                carrier: "Bưu điện".to_owned(),
                waybill: "EV123".to_owned(),
                taken_by: "x".to_owned(),
                signature: String::new(),
            };
            (None, *at, vec![Fact::ParcelHandedOver(handed)])
        }
        Step::Unpacked { parcel, seals, unit: at } => {
            let found = seals.iter().map(|no| FoundSeal { seal: seal(&number(*no)), condition: SealCondition::Right });
            let received = ParcelReceived {
                parcel: parcel_id(*parcel),
                at: unit(*at),
                found: found.collect(),
                missing: vec![seal(&number(seals[0] + 1))],
                extra: Vec::new(),
                remark: String::new(),
                awaited: Vec::new(),
                ropes: None,
                chargers: None,
            };
            (None, *at, vec![Fact::ParcelReceived(received)])
        }
        Step::Hand { seals, unit: at, to, how } => {
            let seals: Vec<_> = seals.iter().map(|no| seal(&number(*no))).collect();
            let officer = OfficerId(format!("officer.{to}"));
            let offer = written.get(usize::from(*to)).copied().unwrap_or(EventId(Uuid::nil()));
            let (found, missing, extra) = (seals.clone(), Vec::new(), Vec::new());
            let remark = String::new();
            let fact = match how {
                0 => Fact::SealsIssued(SealsIssued { to: officer, kind: CustomsSealKind::Electronic, seals }),
                1 => Fact::SealsOffered(SealsOffered { to_unit: unit(*to), to: Some(officer), seals, remark }),
                2 | 3 => {
                    let (from, from_unit) = (officer, unit(*to));
                    Fact::SealsTakenOver(SealsTakenOver { offer, from, from_unit, seals, missing })
                }
                4 => {
                    let kinds = CustomsSealKind::ALL.to_vec();
                    Fact::StockCounted(StockCounted { kinds, holder: None, found, missing, extra, remark })
                }
                _ => {
                    let (found, missing) = (missing, found);
                    let kinds = CustomsSealKind::ALL.to_vec();
                    Fact::StockCounted(StockCounted { kinds, holder: None, found, missing, extra, remark })
                }
            };
            (None, *at, vec![fact])
        }
        Step::Fate { seal: no, unit: at, what, event } => {
            let no = seal(&number(*no));
            let report = written.get(usize::from(*event) % written.len().max(1)).copied();
            let remark = "x".to_owned();
            let fact = match what {
                0 => Fact::SealLifeChanged(SealLifeChanged { seal: no, life: SealLife::InRepair, reason: remark }),
                1 => Fact::SealLifeChanged(SealLifeChanged { seal: no, life: SealLife::Retired, reason: remark }),
                2 => {
                    let (what, responsible) = (LossKind::Lost, unit(*at));
                    Fact::LossReported(LossReported { seal: no, what, responsible, parcel: None, remark })
                }
                3 => {
                    let outcome = LossOutcome::Found;
                    Fact::LossSettled(LossSettled { report: report?, seal: no, outcome, remark })
                }
                4 => Fact::SealRecorded(SealRecorded {
                    seal: no,
                    seal_type: SealType::Mechanical,
                    party: SealingParty::Customs,
                    kind: Some(CustomsSealKind::SteelCable),
                    class: None,
                    method: ManualMethod::ByHand,
                    on_off: OnOff::On,
                    condition: None,
                    containers: Vec::new(),
                    after: None,
                }),
                _ => Fact::SealReplaced(SealReplaced {
                    old: no,
                    new: seal(&number(event % 6)),
                    reason: ReplaceReason::Damaged,
                    remark,
                    old_condition: SealCondition::Damaged,
                }),
            };
            let on_case = matches!(fact, Fact::SealRecorded(_) | Fact::SealReplaced(_));
            (on_case.then(|| case_id(u128::from(event % 4))), *at, vec![fact])
        }
        Step::Corrected { event } => {
            let event = *written.get(usize::from(*event) % written.len().max(1))?;
            let reason = CorrectionReason::DidNotOccur;
            (None, 0, vec![Fact::Corrected(Corrected { event, reason, remark: String::new() })])
        }
        Step::Decided { event, case } => {
            let event = *written.get(usize::from(*event) % written.len().max(1))?;
            let decided = ConflictDecided { events: vec![event], holds: event, reason: "x".to_owned() };
            // In a case, be it the right one or not, or in none.
            ((case % 2 == 0).then(|| case_id(u128::from(case % 4))), 0, vec![Fact::ConflictDecided(decided)])
        }
        Step::Register { .. } | Step::Planned { .. } | Step::Rules { .. } | Step::Wait { .. } => return None,
    })
}

fn live(device: &Device, steps: &[Step]) -> Record {
    let mut record = Record::default();
    device.store.trust_rules_keys(&[public(&rules_key())]).unwrap();
    let mut written: Vec<EventId> = Vec::new();
    for (n, step) in steps.iter().enumerate() {
        let docs = match step {
            Step::Register { seal, owner, manager, life } => vec![seal_doc(*seal, *owner, *manager, *life)],
            Step::Planned { case, origin, destination, hour } => vec![case_doc(*case, *origin, *destination, *hour)],
            Step::Rules { days } => {
                let issued_at = device.now() + SignedDuration::from_secs(n as i64);
                pack_docs(&two_rules(&format!("2026.{n}"), u32::from(*days)), issued_at)
            }
            Step::Wait { hours } => {
                device.clock.advance(SignedDuration::from_hours(i64::from(*hours)));
                Vec::new()
            }
            _ => Vec::new(),
        };
        if !docs.is_empty() {
            record.docs.extend(docs.iter().map(|doc| (doc.key(), doc.clone())));
            device.store.take_changes(&page(docs), device.now()).unwrap();
        }
        if let Some((case, at, facts)) = facts(step, &written) {
            device.clock.advance(SignedDuration::from_secs(1));
            let mut act = device.act(case, facts);
            act.unit = unit(at);
            let events = device.store.append(&act, device.vault.as_ref()).unwrap();
            written.extend(events.iter().map(|signed| signed.event.id));
            record.events.extend(events.into_iter().map(|signed| signed.event));
        }
    }
    record
}

/// Everything that happened.
#[derive(Default)]
struct Record {
    events: Vec<Event>,
    docs: BTreeMap<String, Doc>,
}

/// Every view is the fold of everything, whichever events the store looked up for it.
fn views_agree(store: &SqliteStore, record: &Record) {
    for n in 0..7 {
        let no = seal(&format!("8318100{n}"));
        let doc = match record.docs.get(&format!("seal/{}", no.as_str())) {
            Some(Doc::Seal(doc)) => Some(doc),
            _ => None,
        };
        let view = SealView::fold(&no, doc, &record.events);
        let known = doc.is_some() || !view.history.is_empty();
        assert_eq!(store.seal(&no).unwrap(), known.then_some(view));
    }
    for n in 0..4 {
        let doc = match record.docs.get(&format!("case/{}", case_id(n))) {
            Some(Doc::Case(doc)) => Some(doc),
            _ => None,
        };
        assert_eq!(store.case(case_id(n)).unwrap(), CaseView::fold(case_id(n), doc, &record.events));
    }
    for n in 0..3 {
        assert_eq!(store.parcel(parcel_id(n)).unwrap(), ParcelView::fold(parcel_id(n), &record.events));
    }
}

/// Everything the whole views say: the oracle.
struct Whole {
    seals: Vec<SealView>,
    lines: Vec<SealLine>,
    cases: Vec<CaseView>,
    parcels: Vec<ParcelView>,
    rules: RulePack,
    now: Timestamp,
}

fn whole(store: &SqliteStore, now: Timestamp) -> Whole {
    let rules = store.rules().unwrap();
    let seals: Vec<SealView> = (0..7).filter_map(|n| store.seal(&seal(&format!("8318100{n}"))).unwrap()).collect();
    let parcels: Vec<ParcelView> = (0..3).filter_map(|n| store.parcel(parcel_id(n)).unwrap()).collect();
    let cases = (0..4).filter_map(|n| store.case(case_id(n)).unwrap()).collect();
    let parcel_of = |view: &SealView| match &view.whereabouts {
        Some(seal_core::custody::Whereabouts::InParcel { parcel }) => {
            parcels.iter().find(|known| known.packed.parcel == *parcel)
        }
        _ => None,
    };
    let lines = seals.iter().map(|view| SealLine::of(view, parcel_of(view), &rules)).collect();
    Whole { seals, lines, cases, parcels, rules, now }
}

/// A whole list, read page by page.
fn all_pages<T>(limit: usize, read: impl Fn(&Page) -> Result<Lines<T>, StoreError>) -> Vec<T> {
    let mut all = Vec::new();
    let mut after: Option<Mark> = None;
    loop {
        let part = read(&Page { after, limit }).unwrap();
        assert!(part.lines.len() <= limit);
        all.extend(part.lines);
        match part.next {
            Some(mark) => after = Some(mark),
            None => return all,
        }
    }
}

fn is_of(line: &SealLine, which: &Seals) -> bool {
    match which {
        Seals::HeldBy(unit) => line.holder() == Some(unit),
        Seals::BelongingTo(unit) => line.belongs_to(unit),
        Seals::DueFrom(unit) => line.due_from.as_ref() == Some(unit),
    }
}

fn seals_agree(store: &SqliteStore, whole: &Whole, limit: usize) {
    for unit in UNITS.map(office) {
        for which in [Seals::HeldBy(unit.clone()), Seals::BelongingTo(unit.clone()), Seals::DueFrom(unit.clone())] {
            let all = SealList::all(which.clone());
            let lists = [
                all.clone(),
                SealList { kind: Some(CustomsSealKind::Electronic), ..all.clone() },
                SealList { life: Some(SealLife::InService), ..all.clone() },
                SealList { life: Some(SealLife::Used), ..all.clone() },
                SealList { hand: Hand::Nobody, ..all.clone() },
                SealList { hand: Hand::Officer(OfficerId("officer.1".to_owned())), ..all.clone() },
                SealList { search: "8318 1003".to_owned(), ..all },
            ];
            for list in lists {
                let expected: Vec<SealLine> = whole
                    .lines
                    .iter()
                    .filter(|line| is_of(line, &which))
                    .filter(|line| list.kind.is_none() || line.kind == list.kind)
                    .filter(|line| list.life.is_none() || line.life == list.life)
                    .filter(|line| match &list.hand {
                        Hand::Any => true,
                        Hand::Nobody => line.officer.is_none(),
                        Hand::Officer(officer) => line.officer.as_ref() == Some(officer),
                    })
                    .filter(|line| list.search.is_empty() || line.no == seal("83181003"))
                    .cloned()
                    .collect();
                assert_eq!(store.seal_count(&list).unwrap(), expected.len() as u64);
                assert_eq!(all_pages(limit, |page| store.seal_lines(&list, page)), expected, "{list:?}");
            }
            let mut stock: BTreeMap<String, u64> = BTreeMap::new();
            for line in whole.lines.iter().filter(|line| is_of(line, &which)) {
                let place = match &line.whereabouts {
                    Some(seal_core::custody::Whereabouts::Unit { unit }) => Place::Unit { unit: unit.clone() },
                    Some(seal_core::custody::Whereabouts::OnCase { .. }) => Place::OnCase,
                    Some(seal_core::custody::Whereabouts::InParcel { .. }) => Place::InParcel,
                    None => Place::Unknown,
                };
                *stock.entry(format!("{:?}", (line.kind, line.life, place))).or_default() += 1;
            }
            let counted = store.stock(&which).unwrap();
            let counted = counted.into_iter().map(|one| (format!("{:?}", (one.kind, one.life, one.place)), one.seals));
            assert_eq!(counted.collect::<BTreeMap<_, _>>(), stock, "{which:?}");
        }
    }
}

/// Every seal at a unit is in one hand: the counts by hand are the register.
fn hands_agree(store: &SqliteStore, whole: &Whole) {
    for unit in UNITS.map(office) {
        let mut expected: Vec<HandCount> = Vec::new();
        for line in whole.lines.iter().filter(|line| line.holder() == Some(&unit)) {
            let same =
                |one: &&mut HandCount| (&one.officer, one.kind, one.life) == (&line.officer, line.kind, line.life);
            match expected.iter_mut().find(same) {
                Some(one) => one.seals += 1,
                None => {
                    let (officer, kind, life) = (line.officer.clone(), line.kind, line.life);
                    expected.push(HandCount { officer, kind, life, seals: 1 });
                }
            }
        }
        let name = |one: &HandCount| format!("{:?}", (&one.officer, one.kind, one.life));
        let mut counted = store.hands(&unit).unwrap();
        counted.sort_by_key(name);
        expected.sort_by_key(name);
        assert_eq!(counted, expected);
        let sum: u64 = counted.iter().map(|one| one.seals).sum();
        assert_eq!(sum, store.seal_count(&SealList::all(Seals::HeldBy(unit))).unwrap());
    }
}

fn returns_agree(store: &SqliteStore, whole: &Whole, limit: usize) {
    let (rules, now) = (&whole.rules, whole.now);
    for unit in UNITS.map(office) {
        // Every clock computed, then sorted.
        let due = |view: &&SealView| {
            whole.lines.iter().any(|line| line.no == view.no && line.due_from.as_ref() == Some(&unit))
        };
        let mut expected: Vec<_> =
            whole.seals.iter().filter(due).map(|view| (view, return_clock(view, rules, now))).collect();
        expected
            .sort_by_key(|(view, clock)| (clock.as_ref().map_or(Timestamp::MAX, |clock| clock.ends), view.no.clone()));
        let lines = all_pages(limit, |page| store.return_lines(&unit, page));
        let numbers = |no: &seal_core::seal_no::SealNo| no.as_str().to_owned();
        assert_eq!(
            lines.iter().map(|line| numbers(&line.no)).collect::<Vec<_>>(),
            expected.iter().map(|(view, _)| numbers(&view.no)).collect::<Vec<_>>()
        );
        for (line, (_, clock)) in lines.iter().zip(&expected) {
            assert_eq!(&return_clock(line, rules, now), clock);
            assert_eq!(line.due_at, clock.as_ref().ok().map(|clock| clock.ends));
        }
        let unnamed = store.return_lines(&unit, &Page::after(Mark::behind_deadlines(), 100)).unwrap().lines;
        assert!(unnamed.iter().all(|line| line.due_at.is_none()));
        assert_eq!(unnamed.len(), expected.iter().filter(|(_, clock)| clock.is_err()).count());
        let today = date_in_vietnam(now);
        let clocks: Vec<_> = expected.iter().map(|(_, clock)| clock.as_ref()).collect();
        let figures = ReturnFigures {
            to_return: clocks.len() as u64,
            overdue: clocks.iter().flatten().filter(|clock| clock.left(now).is_negative()).count() as u64,
            due_today: clocks.iter().flatten().filter(|clock| clock.last_day <= today).count() as u64,
            soon: clocks.iter().flatten().filter(|clock| matches!(urgency(clock, rules, now), Urgency::Soon(_))).count()
                as u64,
            no_deadline: clocks.iter().filter(|clock| clock.is_err()).count() as u64,
        };
        assert_eq!(store.return_figures(&unit, now).unwrap(), figures);
    }
}

fn turns_agree(store: &SqliteStore, whole: &Whole, limit: usize) {
    let since: Timestamp = "2026-11-25T00:00:00Z".parse().unwrap();
    for unit in UNITS.map(office) {
        let mine: Vec<(&SealView, &SealLine)> =
            whole.seals.iter().zip(&whole.lines).filter(|(_, line)| line.belongs_to(&unit)).collect();
        let mut slowest: Vec<SealLine> =
            mine.iter().filter(|(view, _)| view.turnaround_days().is_some()).map(|(_, line)| (*line).clone()).collect();
        slowest.sort_by_key(|line| (std::cmp::Reverse(line.turn_days), line.no.clone()));
        assert_eq!(all_pages(limit, |page| store.turn_lines(&unit, page)), slowest);

        let mut longest: Vec<SealLine> = mine
            .iter()
            .map(|(_, line)| (*line).clone())
            .filter(|line| line.must_go_home() && line.held_since.is_some())
            .collect();
        longest.sort_by_key(|line| (line.held_since, line.no.clone()));
        assert_eq!(all_pages(limit, |page| store.held_lines(&unit, page)), longest);

        let days = |from: Option<Timestamp>, to: Option<Timestamp>| {
            Some(i64::from((date_in_vietnam(to?) - date_in_vietnam(from?)).get_days()))
        };
        let sum = |days: Vec<Option<i64>>| {
            let known: Vec<i64> = days.into_iter().flatten().collect();
            Days { turns: known.len() as u64, days: known.iter().sum() }
        };
        let turns: Vec<_> =
            mine.iter().flat_map(|(view, _)| &view.turns).filter(|turn| turn.armed_at >= since).collect();
        let off = |turn: &seal_core::custody::Turn| turn.off.as_ref().map(|(at, _)| *at);
        let expected = Turnaround {
            seals: mine.len() as u64,
            away: mine.iter().filter(|(view, _)| view.armed_at.is_some() && view.home_at.is_none()).count() as u64,
            whole: sum(turns.iter().map(|turn| turn.days()).collect()),
            on_the_road: sum(turns.iter().map(|turn| days(Some(turn.armed_at), off(turn))).collect()),
            held: sum(turns.iter().map(|turn| days(off(turn), turn.left_at)).collect()),
            on_the_way_home: sum(turns.iter().map(|turn| days(turn.left_at, turn.home_at)).collect()),
        };
        assert_eq!(store.turnaround(&unit, since).unwrap(), expected);

        let held = |at: &OfficeCode| {
            let here = |turn: &&&seal_core::custody::Turn| turn.off.as_ref().is_some_and(|(_, unit)| unit == at);
            sum(turns.iter().filter(here).map(|turn| days(off(turn), turn.left_at)).collect())
        };
        let mut holders: Vec<Holder> = UNITS
            .map(office)
            .into_iter()
            .map(|at| {
                let lying: Vec<&SealLine> = mine
                    .iter()
                    .map(|(_, line)| *line)
                    .filter(|line| line.must_go_home() && line.holder() == Some(&at))
                    .collect();
                Holder {
                    seals: lying.len() as u64,
                    overdue: lying.iter().filter(|line| line.due_at.is_some_and(|due| due < whole.now)).count() as u64,
                    since: lying.iter().filter_map(|line| line.held_since).min(),
                    held: held(&at),
                    unit: at,
                }
            })
            .filter(|holder| holder.seals > 0 || holder.held.turns > 0)
            .collect();
        holders.sort_by_key(|holder| (holder.seals == 0, holder.since.is_none(), holder.since, holder.unit.clone()));
        assert_eq!(store.holders(&unit, since, whole.now).unwrap(), holders);
    }
}

fn cases_agree(store: &SqliteStore, whole: &Whole, limit: usize) {
    let since = whole.now - SignedDuration::from_hours(24);
    let mut lists = vec![Cases::All];
    lists.extend(UNITS.iter().flat_map(|unit| [Cases::From(office(unit)), Cases::To(office(unit))]));
    for which in lists {
        for (open, search) in [(None, ""), (Some(true), ""), (Some(false), ""), (None, "dinh vu"), (None, "8318 1001")]
        {
            let list = CaseList { open, search: search.to_owned(), ..CaseList::all(which.clone()) };
            let mut expected: Vec<CaseLine> = whole
                .cases
                .iter()
                .filter(|view| match &which {
                    Cases::From(unit) => &view.doc.origin == unit,
                    Cases::To(unit) => &view.doc.destination == unit,
                    Cases::All => true,
                })
                .filter(|view| open.is_none_or(|open| (view.phase() != CasePhase::Closed) == open))
                .filter(|view| Needle::of(search).is_none_or(|needle| needle.is_in(&case_text(view))))
                .map(CaseLine::from)
                .collect();
            expected.sort_by_key(|line| std::cmp::Reverse((line.planned_at, line.id)));
            assert_eq!(all_pages(limit, |page| store.case_lines(&list, page)), expected, "{list:?}");
            assert_eq!(store.case_count(&list).unwrap(), expected.len() as u64, "{list:?}");
        }
    }
    for unit in UNITS.map(office) {
        let mut lines = store.shift_lines(&unit, since).unwrap();
        let mut expected: Vec<CaseLine> = whole
            .cases
            .iter()
            .map(CaseLine::from)
            .filter(|line| line.origin == unit || line.destination == unit)
            .filter(|line| line.phase != CasePhase::Closed || line.changed_at.is_some_and(|at| at >= since))
            .collect();
        lines.sort_by_key(|line| line.id);
        expected.sort_by_key(|line| line.id);
        assert_eq!(lines, expected);
    }
}

fn parcels_agree(store: &SqliteStore, whole: &Whole, limit: usize) {
    for unit in UNITS.map(office) {
        for which in [Parcels::From(unit.clone()), Parcels::To(unit.clone()), Parcels::Of(unit.clone())] {
            let (packed, handed) = (ParcelStage::Packed, ParcelStage::HandedOver);
            for (stages, open, search) in [
                (&[][..], false, ""),
                (&[handed], false, ""),
                (&[packed, handed], false, ""),
                (&[], false, "gp-0001"),
                (&[], false, "ev 123"),
                (&[], true, ""),
            ] {
                let list =
                    ParcelList { stages: stages.to_vec(), open, search: search.to_owned(), which: which.clone() };
                let mut expected: Vec<ParcelLine> = whole
                    .parcels
                    .iter()
                    .filter(|view| {
                        let (from, to) = (view.packed.from == unit, view.packed.to == unit);
                        match &which {
                            Parcels::From(_) => from,
                            Parcels::To(_) => to,
                            Parcels::Of(_) => from || to,
                        }
                    })
                    .filter(|view| stages.is_empty() || stages.contains(&view.stage()))
                    .filter(|view| !open || view.differences().iter().any(Difference::is_open))
                    .filter(|view| Needle::of(search).is_none_or(|needle| needle.is_in(&parcel_text(view))))
                    .map(ParcelLine::from)
                    .collect();
                expected.sort_by_key(|line| std::cmp::Reverse((line.packed_at, line.id)));
                assert_eq!(all_pages(limit, |page| store.parcel_lines(&list, page)), expected, "{list:?}");
                assert_eq!(store.parcel_count(&list).unwrap(), expected.len() as u64);
            }
        }
    }
}

fn everything_agrees(device: &Device, limit: usize) {
    let store = device.store.as_ref();
    let whole = whole(store, device.now());
    let known: BTreeSet<&str> = whole.lines.iter().map(|line| line.no.as_str()).collect();
    assert_eq!(known.len(), whole.lines.len());
    seals_agree(store, &whole, limit);
    hands_agree(store, &whole);
    returns_agree(store, &whole, limit);
    turns_agree(store, &whole, limit);
    cases_agree(store, &whole, limit);
    parcels_agree(store, &whole, limit);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn lists_and_figures_say_what_the_whole_views_say(steps in prop::collection::vec(step(), 1..60), limit in 1..5_usize) {
        let folder = tempfile::tempdir().unwrap();
        let device = Device::open(folder.path());
        let record = live(&device, &steps);
        views_agree(&device.store, &record);
        everything_agrees(&device, limit);
        device.store.rebuild_views().unwrap();
        views_agree(&device.store, &record);
        everything_agrees(&device, limit);
    }
}

/// Every stored event, with all its columns.
fn stored_events(path: &std::path::Path, key: &Key) -> Vec<Vec<rusqlite::types::Value>> {
    let conn = open_database(path, key);
    let mut select = conn.prepare("SELECT * FROM event ORDER BY seq").unwrap();
    let columns = select.column_count();
    let rows = select.query_map([], |row| (0..columns).map(|n| row.get(n)).collect()).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

#[test]
fn a_database_of_the_previous_form_keeps_its_events_byte_for_byte_and_gets_its_lists() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::open(folder.path());
    let step = |n: u8| -> Vec<Step> {
        vec![
            Step::Register { seal: n, owner: 0, manager: 0, life: 0 },
            Step::Planned { case: n, origin: 0, destination: 1, hour: n },
            Step::Lock { case: n, seal: n, unit: 0, disarm: false, end: 2 },
            Step::Lock { case: n, seal: n, unit: 1, disarm: true, end: 2 },
            Step::Received { seal: n, unit: 1 },
            Step::Packed { parcel: n, seals: vec![n], unit: 1, to: 0 },
        ]
    };
    let mut steps: Vec<Step> = (0..4).flat_map(step).collect();
    // The last packing was none.
    steps.extend([Step::Handed { parcel: 0, unit: 1 }, Step::Corrected { event: 23 }]);
    live(&device, &steps);
    everything_agrees(&device, 3);
    let due = device.store.return_figures(&office("15BB"), device.now()).unwrap().to_return;
    drop(device);

    // The tables as the migration before left them, with everything that is not made of something else.
    let path = folder.path().join("seal.db");
    let key = database_key(folder.path());
    let before = stored_events(&path, &key);
    old_form::put_back(&path, &key, 5);
    assert!(before.len() > 20);

    let device = Device::open(folder.path());
    assert_eq!(stored_events(&path, &key), before);
    everything_agrees(&device, 3);
    assert_eq!(device.store.return_figures(&office("15BB"), device.now()).unwrap().to_return, due);
    assert_eq!(device.store.seal_count(&SealList::all(Seals::BelongingTo(office("03EE")))).unwrap(), 4);
}

#[test]
fn other_rules_at_the_next_start_give_other_deadlines() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::open(folder.path());
    live(&device, &[Step::Register { seal: 1, owner: 0, manager: 0, life: 0 }, Step::Received { seal: 1, unit: 1 }]);
    let line = |store: &SqliteStore| store.return_lines(&office("15BB"), &Page::first(1)).unwrap().lines.remove(0);
    assert_eq!(line(&device.store).due_at, None);
    let (clock, path) = (device.clock.clone(), folder.path().join("seal.db"));
    drop(device);
    // A release ships other rules than the one before.
    for (days, due) in [(3, "2026-11-27T00:00:00+07:00"), (2, "2026-11-26T00:00:00+07:00")] {
        let store =
            SqliteStore::open(&path, &database_key(folder.path()), two_rules("1", days), clock.clone()).unwrap().store;
        assert_eq!(line(&store).due_at, Some(due.parse().unwrap()));
    }
}
