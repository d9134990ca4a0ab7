//! Who holds a seal and where it stands in its life, against stories told by hand and against any order of arrival.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use seal_core::cbor::Bytes;
use seal_core::codes::{CustomsSealKind, SealCondition, SealType, SealingParty};
use seal_core::custody::{SealView, Whereabouts};
use seal_core::doc::{SealDoc, SealLife, SealRadio};
use seal_core::event::{EVENT_VERSION, Event, SignedEvent};
use seal_core::fact::*;
use seal_core::ids::*;
use seal_core::line::SealLine;
use seal_core::seal::reading::{LockAction, LockOutcome};
use seal_core::seal_no::SealNo;
use seal_core::time::Moment;
use uuid::Uuid;

const CASE: CaseId = CaseId(Uuid::from_u128(1));
const REGISTER: &str = "2026-11-20T00:00:00Z";

fn office(code: &str) -> OfficeCode {
    OfficeCode::parse(code).unwrap()
}

fn officer(id: &str) -> OfficerId {
    OfficerId(id.to_owned())
}

fn no(text: &str) -> SealNo {
    text.parse().unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn bolt() -> SealNo {
    no("HQVN0041207")
}

fn eseal() -> SealNo {
    no("83181010")
}

fn register(no: &SealNo, kind: CustomsSealKind) -> SealDoc {
    let electronic = kind == CustomsSealKind::Electronic;
    SealDoc {
        no: no.clone(),
        seal_type: if electronic { SealType::Electronic } else { SealType::Mechanical },
        kind,
        class: None,
        owner: office("03EE"),
        manager: office("03EE"),
        holder: office("03EE"),
        as_of: at(REGISTER),
        radio: SealRadio::Spoken,
        life: SealLife::InService,
        platform_sees: None,
    }
}

struct Story {
    now: Timestamp,
    events: Vec<Event>,
}

impl Story {
    fn new() -> Self {
        Self { now: at("2026-11-23T01:00:00Z"), events: Vec::new() }
    }

    fn event(&self, who: &str, unit: &str, case: Option<CaseId>, fact: Fact) -> Event {
        let n = self.events.len() as u64 + 1;
        Event {
            v: EVENT_VERSION,
            id: EventId(Uuid::from_u128(0x1000 + u128::from(n))),
            device: DeviceId(Uuid::from_u128(unit.bytes().map(u128::from).sum())),
            seq: n,
            prev: Sha256([0; 32]),
            act: ActId(Uuid::from_u128(9)),
            officer: officer(who),
            unit: office(unit),
            at: Moment { wall: self.now, boot: Uuid::nil(), boot_ms: 0 },
            place: None,
            case,
            fact,
        }
    }

    fn tell(&mut self, who: &str, unit: &str, case: Option<CaseId>, fact: Fact) -> EventId {
        self.now += SignedDuration::from_mins(1);
        let event = self.event(who, unit, case, fact);
        let id = event.id;
        self.events.push(event);
        id
    }

    fn correct(&mut self, event: EventId) {
        let fact = Corrected { event, reason: CorrectionReason::DidNotOccur, remark: String::new() };
        self.tell("an.nv", "03EE", None, Fact::Corrected(fact));
    }

    fn bolt(&self) -> SealView {
        SealView::fold(&bolt(), Some(&register(&bolt(), CustomsSealKind::Container)), &self.events)
    }

    fn eseal(&self) -> SealView {
        SealView::fold(&eseal(), Some(&register(&eseal(), CustomsSealKind::Electronic)), &self.events)
    }
}

fn issued(to: &str, kind: CustomsSealKind, seals: &[SealNo]) -> Fact {
    Fact::SealsIssued(SealsIssued { to: officer(to), kind, seals: seals.to_vec() })
}

fn offered(to_unit: &str, seals: &[SealNo]) -> Fact {
    Fact::SealsOffered(SealsOffered {
        to_unit: office(to_unit),
        to: None,
        seals: seals.to_vec(),
        remark: String::new(),
    })
}

fn taken(offer: EventId, from: &str, from_unit: &str, seals: &[SealNo], missing: &[SealNo]) -> Fact {
    Fact::SealsTakenOver(SealsTakenOver {
        offer,
        from: officer(from),
        from_unit: office(from_unit),
        seals: seals.to_vec(),
        missing: missing.to_vec(),
    })
}

fn recorded(seal: &SealNo, on_off: OnOff) -> Fact {
    Fact::SealRecorded(SealRecorded {
        seal: seal.clone(),
        seal_type: SealType::Mechanical,
        party: SealingParty::Customs,
        kind: None,
        class: None,
        method: ManualMethod::ByHand,
        on_off,
        condition: None,
        containers: Vec::new(),
        after: None,
    })
}

fn replaced(old: &SealNo, new: &SealNo, old_condition: SealCondition) -> Fact {
    Fact::SealReplaced(SealReplaced {
        old: old.clone(),
        new: new.clone(),
        reason: ReplaceReason::Damaged,
        remark: String::new(),
        old_condition,
    })
}

fn life(seal: &SealNo, life: SealLife) -> Fact {
    Fact::SealLifeChanged(SealLifeChanged { seal: seal.clone(), life, reason: "x".to_owned() })
}

fn counted(found: &[SealNo], missing: &[SealNo], extra: &[SealNo]) -> Fact {
    Fact::StockCounted(StockCounted {
        kinds: vec![CustomsSealKind::Container],
        holder: None,
        found: found.to_vec(),
        missing: missing.to_vec(),
        extra: extra.to_vec(),
        remark: String::new(),
    })
}

fn lost(seal: &SealNo, what: LossKind) -> Fact {
    Fact::LossReported(LossReported {
        seal: seal.clone(),
        what,
        responsible: office("15BB"),
        parcel: None,
        remark: "x".to_owned(),
    })
}

fn settled(report: EventId, seal: &SealNo, outcome: LossOutcome) -> Fact {
    Fact::LossSettled(LossSettled { report, seal: seal.clone(), outcome, remark: "x".to_owned() })
}

#[test]
fn a_bolt_is_issued_used_and_replaced() {
    let mut story = Story::new();
    assert_eq!((story.bolt().life, story.bolt().officer), (Some(SealLife::InService), None));
    story.tell("quang.dm", "03EE", None, issued("an.nv", CustomsSealKind::Container, &[bolt()]));
    assert_eq!(story.bolt().officer, Some(officer("an.nv")));
    assert_eq!(story.bolt().holder(), Some(&office("03EE")));
    assert_eq!(story.bolt().received, None, "issued within the unit, nothing was received");
    let on = story.tell("an.nv", "03EE", Some(CASE), recorded(&bolt(), OnOff::On));
    let view = story.bolt();
    assert_eq!((view.life, view.officer), (Some(SealLife::Used), None));
    assert_eq!(view.whereabouts, Some(Whereabouts::OnCase { case: CASE }));
    story.tell("an.nv", "03EE", Some(CASE), recorded(&bolt(), OnOff::Off));
    assert_eq!(story.bolt().life, Some(SealLife::Used), "what closed once stays used");
    let link = replaced(&bolt(), &eseal(), SealCondition::Right);
    story.tell("an.nv", "03EE", Some(CASE), link);
    assert_eq!(story.bolt().life, Some(SealLife::Damaged), "the old mechanical seal becomes damaged");
    assert_eq!(story.bolt().replaced_by, Some(eseal()));
    assert_eq!(story.eseal().replaces, Some(bolt()));
    assert_eq!(story.eseal().life, Some(SealLife::InService));
    // Put on by mistake: it never was.
    story.correct(on);
    assert_ne!(story.bolt().life, Some(SealLife::Used));
}

#[test]
fn the_register_does_not_make_a_used_bolt_unused() {
    let mut story = Story::new();
    story.now = at("2026-11-01T01:00:00Z");
    story.tell("an.nv", "03EE", Some(CASE), recorded(&bolt(), OnOff::On));
    story.tell("an.nv", "03EE", None, life(&eseal(), SealLife::InRepair));
    assert_eq!(story.bolt().life, Some(SealLife::Used), "the register's newer word lags");
    assert_eq!(story.eseal().life, Some(SealLife::InService), "back from repair before the register said so");
    story.now = at("2026-11-25T01:00:00Z");
    story.tell("an.nv", "03EE", None, life(&eseal(), SealLife::InRepair));
    assert_eq!(story.eseal().life, Some(SealLife::InRepair));
}

#[test]
fn an_electronic_seal_replaced_because_it_is_faulty_is_damaged_and_otherwise_serves_on() {
    for (condition, expected) in [
        (SealCondition::Right, SealLife::InService),
        (SealCondition::FaultyElectronic, SealLife::Damaged),
        (SealCondition::Broken, SealLife::Damaged),
    ] {
        let mut story = Story::new();
        story.tell("an.nv", "03EE", Some(CASE), replaced(&eseal(), &bolt(), condition));
        assert_eq!(story.eseal().life, Some(expected), "{condition:?}");
        assert_eq!(story.eseal().condition, Some(condition));
    }
}

#[test]
fn nothing_changes_hands_until_it_is_taken_over() {
    let mut story = Story::new();
    story.tell("quang.dm", "03EE", None, issued("an.nv", CustomsSealKind::Electronic, &[eseal()]));
    let offer = story.tell("an.nv", "03EE", None, offered("03EE", &[eseal(), bolt()]));
    let view = story.eseal();
    assert_eq!(view.officer, Some(officer("an.nv")));
    assert_eq!(view.offered.as_ref().map(|offer| offer.event), Some(offer));
    story.tell("hoa.pt", "03EE", None, taken(offer, "an.nv", "03EE", &[eseal()], &[bolt()]));
    let view = story.eseal();
    assert_eq!((view.officer, view.offered, view.received), (Some(officer("hoa.pt")), None, None));
    assert_eq!(story.bolt().offered, None, "it was not there: it stays with the giver");
    assert_eq!(story.bolt().officer, None);
    assert!(story.bolt().history.iter().any(|entry| entry.kind == "seals_taken_over"));
}

#[test]
fn a_hand_over_between_units_is_a_receipt() {
    let mut story = Story::new();
    let offer = story.tell("an.nv", "03EE", None, offered("15BB", &[eseal()]));
    story.tell("binh.tt", "15BB", None, taken(offer, "an.nv", "03EE", &[eseal()], &[]));
    let view = story.eseal();
    assert_eq!(view.holder(), Some(&office("15BB")));
    assert_eq!(view.officer, Some(officer("binh.tt")));
    assert_eq!(view.received, Some((story.now, office("15BB"))));
    assert!(view.must_go_home_from(&office("15BB")));
    // And back: it is home.
    let offer = story.tell("binh.tt", "15BB", None, offered("03EE", &[eseal()]));
    story.tell("an.nv", "03EE", None, taken(offer, "binh.tt", "15BB", &[eseal()], &[]));
    assert_eq!(story.eseal().home_at, Some(story.now));
}

#[test]
fn clocks_that_differ_do_not_turn_a_hand_over_round() {
    for behind in [0, 5, 600] {
        let mut story = Story::new();
        story.tell("quang.dm", "03EE", None, issued("an.nv", CustomsSealKind::Electronic, &[eseal()]));
        let offer = story.tell("an.nv", "03EE", None, offered("15BB", &[eseal()]));
        let taken_over = story.tell("binh.tt", "15BB", None, taken(offer, "an.nv", "03EE", &[eseal()], &[]));
        let back = story.tell("binh.tt", "15BB", None, offered("03EE", &[eseal()]));
        // The taker's clock is behind the giver's; what it wrote afterwards still comes afterwards.
        for event in &mut story.events[2..] {
            event.at.wall -= SignedDuration::from_mins(behind + 1);
        }
        let view = story.eseal();
        assert_eq!(view.officer, Some(officer("binh.tt")), "{behind} minutes");
        assert_eq!(view.offered.map(|offered| offered.event), Some(back));
        let order: Vec<EventId> = view.history.iter().map(|entry| entry.event).collect();
        assert_eq!(order[1..], [offer, taken_over, back]);
    }
}

/// A signed copy of an event inside another phone's record.
fn slip_of(event: &Event) -> Fact {
    let key = p256::ecdsa::SigningKey::from_slice(&[7; 32]).unwrap();
    let signed = SignedEvent::sign::<seal_core::cbor::CborError>(event.clone(), |bytes| {
        let signature: p256::ecdsa::Signature = p256::ecdsa::signature::Signer::sign(&key, bytes);
        Ok(signature.to_bytes().into())
    })
    .unwrap();
    Fact::SlipTaken(SlipTaken { cose: Bytes(signed.cose) })
}

#[test]
fn a_hand_over_kept_as_a_slip_counts_as_itself_and_once() {
    let mut story = Story::new();
    story.tell("quang.dm", "03EE", None, issued("an.nv", CustomsSealKind::Electronic, &[eseal()]));
    let offer = story.tell("an.nv", "03EE", None, offered("03EE", &[eseal()]));
    story.now += SignedDuration::from_mins(1);
    let take = story.event("hoa.pt", "03EE", None, taken(offer, "an.nv", "03EE", &[eseal()], &[]));
    let slip = slip_of(&take);
    story.tell("an.nv", "03EE", None, slip);
    // The giver's phone knows it by the slip alone.
    assert_eq!(story.eseal().officer, Some(officer("hoa.pt")));
    let by_slip = story.eseal();
    assert_eq!(story.events.last().unwrap().seals(), [eseal()]);
    // Then the event itself comes with the sync.
    story.events.push(take.clone());
    assert_eq!(story.eseal(), by_slip);
    story.events.retain(|event| !matches!(event.fact, Fact::SlipTaken(_)));
    assert_eq!(story.eseal(), by_slip, "whichever way it came");
}

#[test]
fn a_count_notes_what_was_there_and_what_was_not() {
    let mut story = Story::new();
    story.tell("an.nv", "03EE", None, counted(&[], &[bolt()], &[]));
    assert_eq!(story.bolt().counted.map(|count| count.found), Some(false));
    story.tell("binh.tt", "15BB", None, counted(&[], &[], &[bolt()]));
    let view = story.bolt();
    assert_eq!(view.holder(), Some(&office("15BB")), "who finds it holds it");
    assert_eq!(view.counted.map(|count| (count.found, count.unit)), Some((true, office("15BB"))));
    story.tell("an.nv", "03EE", Some(CASE), recorded(&bolt(), OnOff::On));
    story.tell("binh.tt", "15BB", None, counted(&[], &[], &[bolt()]));
    assert_eq!(story.bolt().whereabouts, Some(Whereabouts::OnCase { case: CASE }), "somebody has to settle that");
}

#[test]
fn a_loss_is_open_until_it_is_settled() {
    let mut story = Story::new();
    let report = story.tell("chi.lt", "03EE", None, lost(&eseal(), LossKind::Lost));
    let view = story.eseal();
    assert_eq!(view.life, Some(SealLife::Lost));
    assert_eq!(view.loss.as_ref().map(|loss| (loss.report, loss.responsible.clone())), Some((report, office("15BB"))));
    assert!(!view.belongs_elsewhere(&office("15BB")), "nobody sends a lost seal home");
    let found = settled(report, &eseal(), LossOutcome::Found);
    story.tell("lan.ht", "15BB", None, found);
    assert_eq!((story.eseal().life, story.eseal().loss), (Some(SealLife::InService), None));
    for (outcome, expected) in [
        (LossOutcome::Repaired, SealLife::InService),
        (LossOutcome::InRepair, SealLife::InRepair),
        (LossOutcome::WrittenOff, SealLife::Retired),
    ] {
        let mut story = Story::new();
        let report = story.tell("chi.lt", "03EE", None, lost(&eseal(), LossKind::Damaged));
        assert_eq!(story.eseal().life, Some(SealLife::Damaged));
        story.tell("lan.ht", "15BB", None, settled(report, &eseal(), outcome));
        assert_eq!(story.eseal().life, Some(expected));
    }
    // A used bolt that was lost is found as a used bolt, and nothing repairs a broken one.
    let mut story = Story::new();
    story.tell("an.nv", "03EE", Some(CASE), recorded(&bolt(), OnOff::On));
    let report = story.tell("an.nv", "03EE", None, lost(&bolt(), LossKind::Lost));
    assert_eq!(story.bolt().life, Some(SealLife::Lost));
    story.tell("an.nv", "03EE", None, settled(report, &bolt(), LossOutcome::Found));
    assert_eq!(story.bolt().life, Some(SealLife::Used));
    let report = story.tell("an.nv", "03EE", None, lost(&bolt(), LossKind::Damaged));
    story.tell("an.nv", "03EE", None, settled(report, &bolt(), LossOutcome::Repaired));
    assert_eq!((story.bolt().life, story.bolt().loss), (Some(SealLife::Damaged), None));
}

#[test]
fn a_settlement_whose_clock_was_wrong_still_settles() {
    let mut story = Story::new();
    let report = story.tell("chi.lt", "03EE", None, lost(&eseal(), LossKind::Lost));
    story.tell("lan.ht", "15BB", None, settled(report, &eseal(), LossOutcome::Found));
    story.events[1].at.wall -= SignedDuration::from_hours(2);
    assert_eq!((story.eseal().life, story.eseal().loss), (Some(SealLife::InService), None));
}

#[test]
fn an_arming_that_was_none_gives_the_seal_back_into_the_officers_hand() {
    let mut story = Story::new();
    story.tell("quang.dm", "03EE", None, issued("an.nv", CustomsSealKind::Electronic, &[eseal()]));
    let command = CommandId(Uuid::from_u128(5));
    let commanded = LockCommanded {
        command,
        seal: eseal(),
        action: LockAction::Arm,
        containers: Vec::new(),
        after: None,
        second_officer: None,
    };
    story.tell("an.nv", "03EE", Some(CASE), Fact::LockCommanded(commanded));
    assert_eq!(story.eseal().officer, None);
    let reason = seal_core::seal::reading::RefusalReason::RopeNotInserted;
    let read = LockRead {
        seal: eseal(),
        command: Some(command),
        action: Some(LockAction::Arm),
        outcome: Some(LockOutcome::Refused { reason }),
        reading: None,
        late: false,
    };
    story.tell("an.nv", "03EE", Some(CASE), Fact::LockRead(read));
    assert_eq!(story.eseal().officer, Some(officer("an.nv")));
}

/// Anything that can be written down about the two seals, sense or nonsense.
fn any_fact() -> impl Strategy<Value = (Option<CaseId>, Fact)> {
    let seal = || prop_oneof![Just(bolt()), Just(eseal())];
    let lives = prop::sample::select(vec![
        SealLife::InService,
        SealLife::Used,
        SealLife::InRepair,
        SealLife::Damaged,
        SealLife::Lost,
        SealLife::Retired,
    ]);
    let outcomes = prop::sample::select(vec![
        LossOutcome::Found,
        LossOutcome::Repaired,
        LossOutcome::InRepair,
        LossOutcome::WrittenOff,
    ]);
    let earlier = || (1..20_u128).prop_map(|n| EventId(Uuid::from_u128(0x1000 + n)));
    let condition = prop::sample::select(SealCondition::ALL.to_vec());
    prop_oneof![
        seal().prop_map(|seal| (None, issued("an.nv", CustomsSealKind::Container, &[seal]))),
        seal().prop_map(|seal| (None, offered("15BB", &[seal]))),
        (earlier(), seal(), any::<bool>()).prop_map(|(offer, seal, there)| {
            let (seals, missing) = if there { (vec![seal], vec![]) } else { (vec![], vec![seal]) };
            (None, taken(offer, "an.nv", "03EE", &seals, &missing))
        }),
        (seal(), 0..3_u8).prop_map(|(seal, how)| {
            let one = [seal];
            let none: &[SealNo] = &[];
            let pick = |n| if how == n { &one[..] } else { none };
            (None, counted(pick(0), pick(1), pick(2)))
        }),
        (seal(), condition).prop_map(|(old, condition)| {
            let new = if old == bolt() { eseal() } else { bolt() };
            (Some(CASE), replaced(&old, &new, condition))
        }),
        (seal(), lives).prop_map(|(seal, to)| (None, life(&seal, to))),
        (seal(), any::<bool>())
            .prop_map(|(seal, gone)| { (None, lost(&seal, if gone { LossKind::Lost } else { LossKind::Damaged })) }),
        (earlier(), seal(), outcomes).prop_map(|(report, seal, outcome)| (None, settled(report, &seal, outcome))),
        (seal(), any::<bool>())
            .prop_map(|(seal, on)| { (Some(CASE), recorded(&seal, if on { OnOff::On } else { OnOff::Off })) }),
        earlier().prop_map(|event| {
            let fact = Corrected { event, reason: CorrectionReason::DidNotOccur, remark: String::new() };
            (None, Fact::Corrected(fact))
        }),
    ]
}

proptest! {
    #[test]
    fn any_order_gives_the_same_and_an_electronic_seal_is_never_used(
        facts in prop::collection::vec((any_fact(), any::<bool>()), 0..20),
        turn in 0..20_usize,
    ) {
        let mut story = Story::new();
        for ((case, fact), border) in facts {
            let (who, unit) = if border { ("binh.tt", "15BB") } else { ("an.nv", "03EE") };
            story.tell(who, unit, case, fact);
        }
        let (one, other) = (story.eseal(), story.bolt());
        prop_assert_ne!(one.life, Some(SealLife::Used));
        prop_assert!(matches!(
            other.life,
            Some(SealLife::InService | SealLife::Used | SealLife::Damaged | SealLife::Lost)
        ));
        // Somebody holds it in person only where it lies at a unit.
        for view in [&one, &other] {
            prop_assert!(view.officer.is_none() || view.holder().is_some());
        }
        if !story.events.is_empty() {
            let by = turn % story.events.len();
            story.events.rotate_left(by);
            story.events.reverse();
        }
        prop_assert_eq!(story.eseal(), one);
        prop_assert_eq!(story.bolt(), other);
    }
}

#[test]
fn the_line_tells_life_and_hand() {
    let mut story = Story::new();
    story.tell("quang.dm", "03EE", None, issued("an.nv", CustomsSealKind::Container, &[bolt()]));
    story.tell("quang.dm", "03EE", None, life(&bolt(), SealLife::Damaged));
    let rules = serde_json::from_str(include_str!("../../../assets/rules/2026.json")).unwrap();
    let line = SealLine::of(&story.bolt(), None, &rules);
    assert_eq!((line.life, line.officer), (Some(SealLife::Damaged), Some(officer("an.nv"))));
}
