//! What the law lets be put on. First the table that somebody who knows the law can read; then every combination against a
//! model written from the dispatch a second time, in other words; then the edges of time.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use seal_core::case::CaseView;
use seal_core::codes::{CustomsSealKind, SealCondition, SealType, SealingParty};
use seal_core::container::ContainerNo;
use seal_core::custody::{SealView, Whereabouts};
use seal_core::doc::{CaseDoc, SealDoc, SealLife, SealRadio};
use seal_core::event::{EVENT_VERSION, Event};
use seal_core::fact::*;
use seal_core::ids::*;
use seal_core::line::{CaseLine, SealLine};
use seal_core::obligation::*;
use seal_core::rules::{GoodsGroup, LegalGround, RulePack, SealingRules};
use seal_core::time::Moment;
use uuid::Uuid;

const CASE: CaseId = CaseId(Uuid::from_u128(1));
const WAITS: CaseId = CaseId(Uuid::from_u128(2));
const WAITS_TOO: CaseId = CaseId(Uuid::from_u128(3));
const STATEMENT: EventId = EventId(Uuid::from_u128(77));

fn rules() -> RulePack {
    RulePack::parse(include_str!("../../../assets/rules/2026.json")).unwrap()
}

fn office(code: &str) -> OfficeCode {
    OfficeCode::parse(code).unwrap()
}

/// Eight in the morning of a working day in Hải Phòng.
fn now() -> Timestamp {
    "2026-11-23T01:00:00Z".parse().unwrap()
}

fn hours(hours: i64) -> SignedDuration {
    SignedDuration::from_hours(hours)
}

fn doc(id: CaseId, ground: Option<LegalGround>) -> CaseDoc {
    serde_json::from_value(serde_json::json!({
        "id": id, "containers": ["SFPU4820155", "LTRU7301655"], "declaration": null, "declared_on": null, "trader": "Sao Bắc",
        "ground": ground, "origin": "03EE", "destination": "15BB", "permitted_hours": 12, "planned_at": now() + hours(1),
        "seals": [],
    }))
    .unwrap()
}

/// A fact of the case (or of the unit), so many minutes ago.
fn event(n: u128, minutes_ago: i64, unit: &str, case: Option<CaseId>, fact: Fact) -> Event {
    Event {
        v: EVENT_VERSION,
        id: EventId(Uuid::from_u128(n)),
        device: DeviceId(Uuid::from_u128(1)),
        seq: u64::try_from(n).unwrap(),
        prev: Sha256([0; 32]),
        act: ActId(Uuid::from_u128(9)),
        officer: OfficerId("quang.dm".to_owned()),
        unit: office(unit),
        at: Moment { wall: now() - SignedDuration::from_mins(minutes_ago), boot: Uuid::nil(), boot_ms: 0 },
        place: None,
        case,
        fact,
    }
}

fn stock(free: u32) -> StockSnapshot {
    StockSnapshot { free, unfit: 1, in_use: 4, as_of: Some(now() - hours(1)) }
}

// ── the pieces of a situation ──

/// Where the unit stands with its depletion statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Depletion {
    None,
    Stands,
    /// Recorded by an older version: words in the goods decision, no statement.
    OldWords,
}

/// Who waits, and what was said about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Waiting {
    Nobody,
    Waits,
    Answered,
    /// A reason was given, then another group A case came.
    OneMoreSince,
    /// A reason of blanks.
    AnsweredWithNothing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Approval {
    None,
    Asked,
    Granted,
    Refused,
    Expired,
    OtherContainers,
    OtherUnit,
    RefusedThenAskedAgain,
    /// For the vehicle as a whole.
    ForTheVehicle,
}

#[derive(Debug, Clone, Copy)]
struct Situation {
    ground: Option<LegalGround>,
    /// The pack has rules for goods on the day.
    ruled: bool,
    eseal_on: bool,
    depletion: Depletion,
    waiting: Waiting,
    approval: Approval,
}

impl Situation {
    fn of(ground: LegalGround) -> Self {
        Self {
            ground: Some(ground),
            ruled: true,
            eseal_on: false,
            depletion: Depletion::None,
            waiting: Waiting::Nobody,
            approval: Approval::None,
        }
    }

    fn rules(self) -> RulePack {
        let mut rules = rules();
        if !self.ruled {
            rules.goods.clear();
        }
        rules
    }

    fn case(self) -> CaseView {
        let mut events = Vec::new();
        let mut tell = |minutes_ago: i64, unit: &str, fact: Fact| {
            let n = 100 + events.len() as u128;
            events.push(event(n, minutes_ago, unit, Some(CASE), fact));
            EventId(Uuid::from_u128(n))
        };
        let ahead = |waiting: Vec<CaseId>, reason: &str| {
            Some(AheadOfGroupA { waiting, stock: stock(3), reason: reason.to_owned() })
        };
        let ahead_of_a = match self.waiting {
            Waiting::Nobody | Waiting::Waits => None,
            Waiting::Answered => ahead(vec![WAITS, WAITS_TOO], "Kho còn đủ"),
            Waiting::OneMoreSince => ahead(vec![WAITS], "Kho còn đủ"),
            Waiting::AnsweredWithNothing => ahead(vec![WAITS, WAITS_TOO], "  "),
        };
        if let Some(ground) = self.ground {
            let today = now().to_zoned(jiff::tz::TimeZone::UTC).date();
            tell(
                50,
                "03EE",
                Fact::GoodsDecided(GoodsDecided {
                    ground,
                    decision: self.rules().decide_goods(ground, today),
                    from_work_list: true,
                    reason: if self.depletion == Depletion::OldWords { "Hết seal".to_owned() } else { String::new() },
                    depletion: None,
                    ahead_of_a,
                }),
            );
        }
        let containers = doc(CASE, None).containers;
        let asked = ApprovalAsked {
            what: ApprovalKind::OutsideCriteria,
            containers: containers.clone(),
            vehicle: String::new(),
            ground: self.ground,
            why: "Hàng giá trị cao".to_owned(),
        };
        let given = |asked: EventId, granted: bool, containers, until: Timestamp| {
            Fact::ApprovalGiven(ApprovalGiven {
                asked,
                what: ApprovalKind::OutsideCriteria,
                containers,
                approver: OfficerId("quang.dm".to_owned()),
                granted,
                reason: String::new(),
                valid_until: until,
            })
        };
        if self.approval != Approval::None {
            let request = tell(40, "03EE", Fact::ApprovalAsked(asked.clone()));
            let later = now() + hours(5);
            match self.approval {
                Approval::None | Approval::Asked => {}
                Approval::Granted => {
                    tell(30, "03EE", given(request, true, containers, later));
                }
                Approval::Refused => {
                    tell(30, "03EE", given(request, false, containers, later));
                }
                Approval::Expired => {
                    tell(30, "03EE", given(request, true, containers, now()));
                }
                Approval::OtherContainers => {
                    tell(30, "03EE", given(request, true, containers[..1].to_vec(), later));
                }
                Approval::OtherUnit => {
                    tell(30, "15BB", given(request, true, containers, later));
                }
                Approval::RefusedThenAskedAgain => {
                    tell(30, "03EE", given(request, false, containers, later));
                    tell(20, "03EE", Fact::ApprovalAsked(asked));
                }
                Approval::ForTheVehicle => {
                    tell(30, "03EE", given(request, true, Vec::new(), later));
                }
            }
        }
        if self.eseal_on {
            let recorded = SealRecorded {
                seal: "83182001".parse().unwrap(),
                seal_type: SealType::Electronic,
                party: SealingParty::Customs,
                kind: Some(CustomsSealKind::Electronic),
                class: None,
                method: ManualMethod::Keypad,
                on_off: OnOff::On,
                condition: None,
                containers: Vec::new(),
                after: None,
            };
            tell(10, "03EE", Fact::SealRecorded(recorded));
        }
        CaseView::fold(CASE, Some(&doc(CASE, self.ground)), &events).unwrap()
    }

    fn unit(self) -> UnitState {
        let stands = self.depletion == Depletion::Stands;
        UnitState {
            stock: stock(0),
            depletion: stands.then(|| Standing {
                id: STATEMENT,
                stated: stated(now() + hours(6)),
                by: OfficerId("quang.dm".to_owned()),
                at: now() - hours(2),
            }),
            // The case in hand may stand on the list too; it does not wait for itself.
            waiting: if self.waiting == Waiting::Nobody { vec![CASE] } else { vec![CASE, WAITS, WAITS_TOO] },
        }
    }

    fn answer(self) -> Obligation {
        obligation(&self.case(), &[], &self.unit(), &self.rules(), now())
    }
}

fn stated(valid_until: Timestamp) -> DepletionStated {
    DepletionStated { stock: stock(0), reason: DepletionReason::AllInUse, remark: String::new(), valid_until }
}

// ── the table ──

/// A row of the table: the situation in words, then what follows, and where that is written.
struct Row(&'static str, Situation, &'static str, &'static str, &'static str);

/// An answer as the table writes it.
fn word(ruling: &Ruling) -> &'static str {
    match &ruling.answer {
        Answer::Must => "bắt buộc",
        Answer::May => "được",
        Answer::Needs(Need::Ground) => "chờ chọn căn cứ",
        Answer::Needs(Need::Rule) => "chưa có quy định",
        Answer::Needs(Need::DepletionStatement) => "chờ xác nhận hết seal",
        Answer::Needs(Need::ReasonAheadOfA { .. }) => "chờ lý do đi trước nhóm A",
        Answer::Needs(Need::Approval(ApprovalLack::NotAsked)) => "chờ xin phê duyệt",
        Answer::Needs(Need::Approval(ApprovalLack::Asked)) => "chờ lãnh đạo trả lời",
        Answer::Needs(Need::Approval(ApprovalLack::Refused)) => "lãnh đạo không duyệt",
        Answer::Needs(Need::Approval(ApprovalLack::Expired)) => "phê duyệt hết hạn",
        Answer::Needs(Need::Approval(ApprovalLack::OtherContainers)) => "phê duyệt cho container khác",
    }
}

#[test]
fn bang_nghia_vu_niem_phong() {
    use LegalGround::{Bonded, None as NotSealed, OtherCustomsSeal, TemporaryImportReExport, Transit};
    let with = |ground, change: fn(&mut Situation)| {
        let mut situation = Situation::of(ground);
        change(&mut situation);
        situation
    };
    const A: &str = "1023/TCHQ-GSQL, điểm 1.a";
    const B: &str = "1023/TCHQ-GSQL, điểm 1.b";
    const OUTSIDE: &str = "138/QĐ-TCHQ, lãnh đạo đơn vị duyệt";
    const NOWHERE: &str = "";
    // situation | electronic seal | other customs seal | written (electronic seal)
    let table = [
        Row("Hàng quá cảnh, còn seal định vị", Situation::of(Transit), "bắt buộc", "chờ xác nhận hết seal", A),
        Row("Hàng gửi kho ngoại quan, còn seal định vị", Situation::of(Bonded), "bắt buộc", "chờ xác nhận hết seal", A),
        Row(
            "Hàng tạm nhập tái xuất, còn seal định vị",
            Situation::of(TemporaryImportReExport),
            "bắt buộc",
            "chờ xác nhận hết seal",
            A,
        ),
        Row(
            "Hàng quá cảnh, đơn vị đã xác nhận hết seal định vị",
            with(Transit, |s| s.depletion = Depletion::Stands),
            "được",
            "được",
            A,
        ),
        Row(
            "Hàng quá cảnh, hồ sơ cũ ghi lý do hết seal",
            with(Transit, |s| s.depletion = Depletion::OldWords),
            "được",
            "được",
            A,
        ),
        Row(
            "Hàng quá cảnh đã gắn seal định vị, thêm seal cơ khí bên cạnh",
            with(Transit, |s| s.eseal_on = true),
            "bắt buộc",
            "được",
            A,
        ),
        Row(
            "Hàng quá cảnh, các lô quá cảnh khác cũng chờ",
            with(Transit, |s| s.waiting = Waiting::Waits),
            "bắt buộc",
            "chờ xác nhận hết seal",
            A,
        ),
        Row("Hàng khác phải niêm phong, không lô nhóm A nào chờ", Situation::of(OtherCustomsSeal), "được", "được", B),
        Row(
            "Hàng khác phải niêm phong, lô nhóm A đang chờ",
            with(OtherCustomsSeal, |s| s.waiting = Waiting::Waits),
            "chờ lý do đi trước nhóm A",
            "được",
            B,
        ),
        Row(
            "Như trên, đã ghi lý do đi trước",
            with(OtherCustomsSeal, |s| s.waiting = Waiting::Answered),
            "được",
            "được",
            B,
        ),
        Row(
            "Như trên, sau khi ghi lý do có thêm lô nhóm A tới",
            with(OtherCustomsSeal, |s| s.waiting = Waiting::OneMoreSince),
            "chờ lý do đi trước nhóm A",
            "được",
            B,
        ),
        Row(
            "Hàng không phải niêm phong, chưa xin phê duyệt",
            Situation::of(NotSealed),
            "chờ xin phê duyệt",
            "được",
            OUTSIDE,
        ),
        Row(
            "Hàng không phải niêm phong, đã xin",
            with(NotSealed, |s| s.approval = Approval::Asked),
            "chờ lãnh đạo trả lời",
            "được",
            OUTSIDE,
        ),
        Row(
            "Hàng không phải niêm phong, lãnh đạo duyệt",
            with(NotSealed, |s| s.approval = Approval::Granted),
            "được",
            "được",
            OUTSIDE,
        ),
        Row(
            "Hàng không phải niêm phong, lãnh đạo duyệt cho cả phương tiện",
            with(NotSealed, |s| s.approval = Approval::ForTheVehicle),
            "được",
            "được",
            OUTSIDE,
        ),
        Row(
            "Hàng không phải niêm phong, lãnh đạo không duyệt",
            with(NotSealed, |s| s.approval = Approval::Refused),
            "lãnh đạo không duyệt",
            "được",
            OUTSIDE,
        ),
        Row(
            "Hàng không phải niêm phong, không duyệt, xin lại",
            with(NotSealed, |s| s.approval = Approval::RefusedThenAskedAgain),
            "chờ lãnh đạo trả lời",
            "được",
            OUTSIDE,
        ),
        Row(
            "Hàng không phải niêm phong, phê duyệt đã hết hạn",
            with(NotSealed, |s| s.approval = Approval::Expired),
            "phê duyệt hết hạn",
            "được",
            OUTSIDE,
        ),
        Row(
            "Hàng không phải niêm phong, phê duyệt thiếu một container",
            with(NotSealed, |s| s.approval = Approval::OtherContainers),
            "phê duyệt cho container khác",
            "được",
            OUTSIDE,
        ),
        Row(
            "Hàng không phải niêm phong, lãnh đạo đơn vị khác duyệt",
            with(NotSealed, |s| s.approval = Approval::OtherUnit),
            "chờ lãnh đạo trả lời",
            "được",
            OUTSIDE,
        ),
        Row(
            "Ngày không có quy định nào cho căn cứ của hàng",
            with(Transit, |s| s.ruled = false),
            "chờ xin phê duyệt",
            "chờ xin phê duyệt",
            OUTSIDE,
        ),
        Row(
            "Ngày không có quy định nào, lãnh đạo duyệt",
            with(Transit, |s| {
                s.ruled = false;
                s.approval = Approval::Granted;
            }),
            "được",
            "được",
            OUTSIDE,
        ),
        Row(
            "Chưa chọn căn cứ của hàng",
            with(Transit, |s| s.ground = None),
            "chờ chọn căn cứ",
            "chờ chọn căn cứ",
            NOWHERE,
        ),
    ];
    for Row(name, situation, electronic, other, written) in table {
        let found = situation.answer();
        assert_eq!(word(&found.electronic), electronic, "{name}: seal định vị");
        assert_eq!(word(&found.mechanical), other, "{name}: seal hải quan khác");
        let cited = found.electronic.cited.map_or(String::new(), |cited| {
            assert_eq!(cited.pack, rules().version);
            format!("{}, {}", cited.citation.document, cited.citation.place.unwrap_or_default())
        });
        assert!(cited.contains(written) && cited.is_empty() == written.is_empty(), "{name}: {cited}");
    }
}

// ── every combination, against a model of its own ──

/// The dispatch read a second time: may this kind of seal be closed now?
fn model(s: Situation) -> (bool, bool) {
    let approved = matches!(s.approval, Approval::Granted | Approval::ForTheVehicle);
    let group = match (s.ground, s.ruled) {
        (None, _) => return (false, false),
        (Some(_), false) => return (approved, approved),
        (Some(LegalGround::OtherCustomsSeal), true) => 'B',
        (Some(LegalGround::None), true) => 'C',
        (Some(_), true) => 'A',
    };
    let electronic = match group {
        'A' => true,
        'B' => matches!(s.waiting, Waiting::Nobody | Waiting::Answered),
        _ => approved,
    };
    let mechanical = group != 'A' || s.eseal_on || s.depletion != Depletion::None;
    (electronic, mechanical)
}

#[test]
fn every_combination_is_as_the_model_says() {
    let grounds = LegalGround::ALL.into_iter().map(Some).chain([None]);
    let mut n = 0;
    for ground in grounds {
        for ruled in [true, false] {
            for eseal_on in [true, false] {
                for depletion in [Depletion::None, Depletion::Stands, Depletion::OldWords] {
                    for waiting in [
                        Waiting::Nobody,
                        Waiting::Waits,
                        Waiting::Answered,
                        Waiting::OneMoreSince,
                        Waiting::AnsweredWithNothing,
                    ] {
                        for approval in [
                            Approval::None,
                            Approval::Asked,
                            Approval::Granted,
                            Approval::Refused,
                            Approval::Expired,
                            Approval::OtherContainers,
                            Approval::OtherUnit,
                            Approval::RefusedThenAskedAgain,
                            Approval::ForTheVehicle,
                        ] {
                            let s = Situation { ground, ruled, eseal_on, depletion, waiting, approval };
                            let found = s.answer();
                            let may = (
                                found.may_put_on(SealType::Electronic).is_ok(),
                                found.may_put_on(SealType::Mechanical).is_ok(),
                            );
                            assert_eq!(may, model(s), "{s:?}: {found:?}");
                            // Must is said of group A alone, and of no other seal than the electronic one.
                            assert_ne!(found.mechanical.answer, Answer::Must, "{s:?}");
                            if found.electronic.answer == Answer::Must {
                                assert_eq!(found.group, Some(GoodsGroup::A), "{s:?}");
                            }
                            // What lets go on names its place; a refusal that a rule makes does too.
                            for ruling in [&found.electronic, &found.mechanical] {
                                let silent = matches!(ruling.answer, Answer::Needs(Need::Ground | Need::Rule));
                                assert_eq!(ruling.cited.is_none(), silent, "{s:?}: {ruling:?}");
                            }
                            // A statement is relied on only where it lets something happen that else might not.
                            let relied = found.relies_on.is_some();
                            assert!(
                                !relied || (found.group == Some(GoodsGroup::A) && depletion == Depletion::Stands),
                                "{s:?}"
                            );
                            n += 1;
                        }
                    }
                }
            }
        }
    }
    assert_eq!(n, 6 * 2 * 2 * 3 * 5 * 9);
}

#[test]
fn without_sealing_rules_nothing_is_guessed() {
    let answer = |ground| {
        let s = Situation::of(ground);
        let rules = RulePack { sealing: SealingRules::default(), ..rules() };
        obligation(&s.case(), &[], &s.unit(), &rules, now())
    };
    assert_eq!(answer(LegalGround::Transit).electronic.answer, Answer::Must);
    assert_eq!(answer(LegalGround::Transit).mechanical.answer, Answer::Needs(Need::Rule));
    assert_eq!(answer(LegalGround::None).electronic.answer, Answer::Needs(Need::Rule));
    assert_eq!(answer(LegalGround::OtherCustomsSeal).electronic.answer, Answer::May);
}

#[test]
fn the_same_approval_by_slip_and_by_sync_counts_once() {
    use p256::ecdsa::{Signature, SigningKey, signature::Signer};
    let given = Fact::ApprovalGiven(ApprovalGiven {
        asked: EventId(Uuid::from_u128(200)),
        what: ApprovalKind::OutsideCriteria,
        containers: doc(CASE, None).containers,
        approver: OfficerId("quang.dm".to_owned()),
        granted: true,
        reason: String::new(),
        valid_until: now() + hours(5),
    });
    let inner = event(201, 20, "03EE", Some(CASE), given);
    let key = SigningKey::from_bytes(&[7; 32].into()).unwrap();
    let sign = |bytes: &[u8]| {
        let signature: Signature = key.sign(bytes);
        Ok::<_, seal_core::cbor::CborError>(signature.to_bytes().into())
    };
    let signed = seal_core::event::SignedEvent::sign(inner.clone(), sign).unwrap();
    let slip = |case| {
        let cose = seal_core::cbor::Bytes(signed.cose.clone());
        event(202, 10, "03EE", Some(case), Fact::SlipTaken(SlipTaken { cose }))
    };
    let fold = |events: &[Event]| CaseView::fold(CASE, Some(&doc(CASE, Some(LegalGround::None))), events).unwrap();
    let by_slip = fold(&[slip(CASE)]).approval;
    assert_eq!(by_slip.as_ref().unwrap().event, inner.id);
    assert_eq!(by_slip, fold(std::slice::from_ref(&inner)).approval);
    assert_eq!(by_slip, fold(&[slip(CASE), inner.clone()]).approval);
    // Taken in another case it says nothing of this one, nor of that.
    let mut stray = slip(WAITS);
    assert_eq!(fold(&[stray.clone()]).approval, None);
    stray.case = Some(CASE);
    let mut moved = inner.clone();
    moved.case = Some(WAITS);
    let other = seal_core::event::SignedEvent::sign(moved, sign).unwrap();
    stray.fact = Fact::SlipTaken(SlipTaken { cose: seal_core::cbor::Bytes(other.cose) });
    assert_eq!(fold(&[stray]).approval, None);
    // Corrected, it is gone from the slip too.
    let correction = Corrected { event: inner.id, reason: CorrectionReason::DidNotOccur, remark: "nhầm".to_owned() };
    assert_eq!(fold(&[slip(CASE), event(203, 5, "03EE", Some(CASE), Fact::Corrected(correction))]).approval, None);
}

// ── statements over time ──

fn statement(n: u128, minutes_ago: i64, unit: &str, holds_minutes: i64) -> Event {
    let mut event = event(n, minutes_ago, unit, None, Fact::DepletionStated(stated(now())));
    let until = event.at.wall + SignedDuration::from_mins(holds_minutes);
    event.fact = Fact::DepletionStated(stated(until));
    event
}

proptest! {
    /// A statement stands from when it is made until its end, and no longer than the rules allow.
    #[test]
    fn a_statement_stands_as_long_as_it_may(ago in -60i64..1500, holds in 0i64..1000) {
        let events = [statement(1, ago, "03EE", holds)];
        let stands = standing_depletion(&events, &office("03EE"), &rules(), now()).is_some();
        prop_assert_eq!(stands, ago >= 0 && ago < holds && holds <= 12 * 60);
        prop_assert!(standing_depletion(&events, &office("15BB"), &rules(), now()).is_none());
    }

    /// Whatever order the facts come in, the newest standing one is it.
    #[test]
    fn order_of_arrival_does_not_matter(agos in prop::collection::vec(0i64..600, 1..6), turn in 0usize..6) {
        let mut events: Vec<Event> = (1..).zip(&agos).map(|(n, ago)| statement(n, *ago, "03EE", 700)).collect();
        let straight = standing_depletion(&events, &office("03EE"), &rules(), now()).map(|standing| standing.at);
        let by = turn % events.len();
        events.rotate_left(by);
        let turned = standing_depletion(&events, &office("03EE"), &rules(), now()).map(|standing| standing.at);
        prop_assert_eq!(straight, turned);
        prop_assert_eq!(straight, agos.iter().min().map(|ago| now() - SignedDuration::from_mins(*ago)));
    }
}

#[test]
fn a_statement_ends_by_its_end_or_its_correction() {
    let unit = office("03EE");
    let stands = |events: &[Event]| standing_depletion(events, &unit, &rules(), now()).map(|standing| standing.id);
    let one = statement(1, 60, "03EE", 600);
    let end = |by: &str| {
        let ended = DepletionEnded { statement: one.id, reason: "đã nhận seal".to_owned() };
        event(2, 30, by, None, Fact::DepletionEnded(ended))
    };
    assert_eq!(stands(std::slice::from_ref(&one)), Some(one.id));
    assert_eq!(stands(&[one.clone(), end("03EE")]), None);
    assert_eq!(stands(&[one.clone(), end("15BB")]), Some(one.id), "another unit cannot end it");
    let newer = statement(3, 10, "03EE", 600);
    assert_eq!(stands(&[one.clone(), end("03EE"), newer.clone()]), Some(newer.id));
    let correction = Corrected { event: one.id, reason: CorrectionReason::DidNotOccur, remark: String::new() };
    assert_eq!(stands(&[one.clone(), event(4, 5, "03EE", None, Fact::Corrected(correction))]), None);
}

#[test]
fn stock_that_comes_back_is_noticed() {
    let mut s = Situation::of(LegalGround::Transit);
    s.depletion = Depletion::Stands;
    let mut unit = s.unit();
    let answer = |unit: &UnitState| obligation(&s.case(), &[], unit, &s.rules(), now());
    assert!(!answer(&unit).stock_returned);
    unit.stock.free = 2;
    assert!(answer(&unit).stock_returned);
    assert_eq!(answer(&unit).relies_on, Some(STATEMENT));
}

#[test]
fn who_waits_is_of_group_a_of_this_unit_and_soon() {
    let line = |n: u128, ground, planned: i64, origin: &str| {
        let mut doc = doc(CaseId(Uuid::from_u128(n)), Some(ground));
        doc.planned_at = now() + hours(planned);
        doc.origin = office(origin);
        CaseLine::from(&CaseView::fold(doc.id, Some(&doc), &[]).unwrap())
    };
    let lines = vec![
        line(10, LegalGround::Transit, 11, "03EE"),
        line(11, LegalGround::Bonded, -3, "03EE"),
        line(12, LegalGround::Transit, 13, "03EE"),
        line(13, LegalGround::Transit, -25, "03EE"),
        line(14, LegalGround::OtherCustomsSeal, 1, "03EE"),
        line(15, LegalGround::None, 1, "03EE"),
        line(16, LegalGround::Transit, 1, "15BB"),
    ];
    let waiting = waiting_group_a(lines, &office("03EE"), &rules(), now());
    let ids: Vec<u128> = waiting.iter().map(|line| line.id.0.as_u128()).collect();
    assert_eq!(ids, [11, 10], "late ones first");
    let mut sealed = Situation::of(LegalGround::Transit);
    sealed.eseal_on = true;
    let sealed = CaseLine::from(&sealed.case());
    assert_eq!(waiting_group_a(vec![sealed], &office("03EE"), &rules(), now()), []);
}

/// A bolt stands beside an electronic seal only on a container that has one; an approval of one container is none of another.
#[test]
fn each_container_counts_by_itself() {
    let containers = doc(CASE, None).containers;
    let (first, second) = (&containers[..1], &containers[1..]);
    let ask = |s: Situation, case: &CaseView, containers: &[ContainerNo], kind| {
        obligation(case, containers, &s.unit(), &s.rules(), now()).may_put_on(kind)
    };
    let s = Situation::of(LegalGround::Transit);
    let recorded = SealRecorded {
        seal: "83182001".parse().unwrap(),
        seal_type: SealType::Electronic,
        party: SealingParty::Customs,
        kind: Some(CustomsSealKind::Electronic),
        class: None,
        method: ManualMethod::Keypad,
        on_off: OnOff::On,
        condition: None,
        containers: first.to_vec(),
        after: None,
    };
    let events = [event(300, 10, "03EE", Some(CASE), Fact::SealRecorded(recorded))];
    let case = CaseView::fold(CASE, Some(&doc(CASE, s.ground)), &events).unwrap();
    assert_eq!(ask(s, &case, first, SealType::Mechanical), Ok(()));
    assert_eq!(ask(s, &case, second, SealType::Mechanical), Err(Need::DepletionStatement));
    assert_eq!(ask(s, &case, &[], SealType::Mechanical), Err(Need::DepletionStatement));

    let mut s = Situation::of(LegalGround::None);
    s.approval = Approval::OtherContainers;
    assert_eq!(ask(s, &s.case(), first, SealType::Electronic), Ok(()));
    let other = Err(Need::Approval(ApprovalLack::OtherContainers));
    assert_eq!(ask(s, &s.case(), second, SealType::Electronic), other);
}

#[test]
fn stock_counts_what_belongs_to_the_unit_and_can_go_on() {
    let seal = |n: u32, owner: &str, holder: &str, life| SealDoc {
        no: format!("8318{n:04}").parse().unwrap(),
        seal_type: SealType::Electronic,
        kind: CustomsSealKind::Electronic,
        class: None,
        owner: office(owner),
        manager: office(owner),
        holder: office(holder),
        as_of: now(),
        radio: SealRadio::NotSpoken,
        life,
        platform_sees: None,
    };
    let line = |doc: SealDoc| SealLine::of(&SealView::fold(&doc.no.clone(), Some(&doc), &[]), None, &rules());
    let mut lines: Vec<SealLine> = [
        seal(1, "03EE", "03EE", SealLife::InService),
        seal(2, "03EE", "03EE", SealLife::InRepair),
        seal(3, "03EE", "03EE", SealLife::Lost),
        seal(4, "03EE", "15BB", SealLife::InService),
        seal(5, "02CI", "03EE", SealLife::InService),
        seal(6, "03EE", "03EE", SealLife::InService),
        seal(7, "03EE", "03EE", SealLife::InService),
        seal(8, "03EE", "03EE", SealLife::InService),
        seal(9, "03EE", "03EE", SealLife::Retired),
        SealDoc { seal_type: SealType::Mechanical, ..seal(10, "03EE", "03EE", SealLife::InService) },
    ]
    .into_iter()
    .map(line)
    .collect();
    lines[5].whereabouts = Some(Whereabouts::OnCase { case: CASE });
    lines[6].condition = Some(SealCondition::FaultyElectronic);
    lines[7].reserved_for = Some(CASE);
    let mut stock = StockSnapshot { free: 0, unfit: 0, in_use: 0, as_of: None };
    count_stock(&mut stock, &lines, &office("03EE"));
    assert_eq!((stock.free, stock.unfit, stock.in_use), (1, 2, 1));
}

#[test]
fn requests_wait_until_they_are_answered_or_too_old() {
    let asked = |n, ago, case| {
        let asked = ApprovalAsked {
            what: ApprovalKind::OutsideCriteria,
            containers: Vec::new(),
            vehicle: String::new(),
            ground: None,
            why: "x".to_owned(),
        };
        event(n, ago, "03EE", Some(case), Fact::ApprovalAsked(asked))
    };
    let given = |n, request: &Event| {
        let given = ApprovalGiven {
            asked: request.id,
            what: ApprovalKind::OutsideCriteria,
            containers: Vec::new(),
            approver: OfficerId("quang.dm".to_owned()),
            granted: false,
            reason: "không".to_owned(),
            valid_until: now(),
        };
        event(n, 1, "03EE", request.case, Fact::ApprovalGiven(given))
    };
    let open = |events: &[Event]| -> Vec<u128> {
        let open = open_requests(events, &office("03EE"), &rules(), now());
        open.iter().map(|event| event.id.0.as_u128()).collect()
    };
    let (one, two, again) = (asked(1, 50, CASE), asked(2, 40, WAITS), asked(3, 30, CASE));
    assert_eq!(open(&[one.clone(), two.clone()]), [1, 2]);
    assert_eq!(open(&[one.clone(), two.clone(), given(9, &one)]), [2]);
    assert_eq!(open(&[two.clone(), again.clone(), one.clone()]), [2, 3], "a newer request stands for the older one");
    assert_eq!(open(&[asked(4, 24 * 60, CASE)]), Vec::<u128>::new());
}
