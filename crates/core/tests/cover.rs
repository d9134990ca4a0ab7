//! Several seals on several containers, against a model that knows nothing of facts: for each seal what it is on and how far
//! it came, and what must then be said of each container and of the case.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use seal_core::case::{CasePhase, CaseView};
use seal_core::codes::{SealCondition, SealType, SealingParty};
use seal_core::container::{ContainerNo, check_digit_for};
use seal_core::cover::{Cover, NotOfCase};
use seal_core::doc::CaseDoc;
use seal_core::event::{EVENT_VERSION, Event};
use seal_core::evidence::{PhotoQuality, PhotoRef, PhotoRole};
use seal_core::fact::*;
use seal_core::ids::*;
use seal_core::inspection::Verdict;
use seal_core::officer::{Officer, Role};
use seal_core::rules::{Citation, GoodsDecision, GoodsGroup, LegalGround};
use seal_core::scan::HowRead;
use seal_core::seal::permit::{ArmRefusal, RecordRefusal, may_arm, may_record};
use seal_core::seal::reading::{LockAction, LockOutcome, UncertainWhy};
use seal_core::seal_no::SealNo;
use seal_core::time::Moment;
use uuid::Uuid;

const CASE: CaseId = CaseId(Uuid::from_u128(1));

fn container(n: usize) -> ContainerNo {
    let ten = format!("SFPU{n:06}");
    format!("{ten}{}", check_digit_for(&ten).unwrap() % 10).parse().unwrap()
}

fn containers(which: &[usize]) -> Vec<ContainerNo> {
    which.iter().map(|n| container(*n)).collect()
}

fn seal(n: usize) -> SealNo {
    format!("8318{n:04}").parse().unwrap()
}

fn office(code: &str) -> OfficeCode {
    OfficeCode::parse(code).unwrap()
}

fn officer() -> Officer {
    Officer {
        id: OfficerId("an.nv".to_owned()),
        name: "An".to_owned(),
        unit: office("03EE"),
        roles: vec![Role::Officer],
    }
}

struct Story {
    count: usize,
    events: Vec<Event>,
}

impl Story {
    fn of(count: usize) -> Self {
        Self { count, events: Vec::new() }
    }

    fn tell(&mut self, unit: &str, fact: Fact) {
        let n = self.events.len() as u64 + 1;
        let start: Timestamp = "2026-11-23T01:00:00Z".parse().unwrap();
        self.events.push(Event {
            v: EVENT_VERSION,
            id: EventId(Uuid::from_u128(0x1000 + u128::from(n))),
            device: DeviceId(Uuid::from_u128(1)),
            seq: n,
            prev: Sha256([0; 32]),
            act: ActId(Uuid::from_u128(9)),
            officer: officer().id,
            unit: office(unit),
            at: Moment {
                wall: start + SignedDuration::from_mins(i64::try_from(n).unwrap()),
                boot: Uuid::nil(),
                boot_ms: 0,
            },
            place: None,
            case: Some(CASE),
            fact,
        });
    }

    fn case(&self) -> CaseView {
        let all: Vec<usize> = (0..self.count).collect();
        let doc: CaseDoc = serde_json::from_value(serde_json::json!({
            "id": CASE, "containers": containers(&all), "declaration": null, "declared_on": null, "trader": "",
            "ground": "transit", "origin": "03EE", "destination": "15BB", "permitted_hours": 12,
            "planned_at": "2026-11-23T01:00:00Z",
        }))
        .unwrap();
        CaseView::fold(CASE, Some(&doc), &self.events).unwrap()
    }

    fn command(&mut self, n: usize, action: LockAction, on: &[usize], outcome: LockOutcome) {
        let unit = if action == LockAction::Arm { "03EE" } else { "15BB" };
        let command = CommandId(Uuid::from_u128(0x2000 + self.events.len() as u128));
        let after = self.case().seal(&seal(n)).and_then(|seal| seal.newest);
        self.tell(
            unit,
            Fact::LockCommanded(LockCommanded {
                command,
                seal: seal(n),
                action,
                containers: containers(on),
                after,
                second_officer: None,
            }),
        );
        self.tell(
            unit,
            Fact::LockRead(LockRead {
                seal: seal(n),
                command: Some(command),
                action: Some(action),
                outcome: Some(outcome),
                reading: None,
                late: false,
            }),
        );
    }

    fn arm(&mut self, n: usize, on: &[usize]) {
        self.command(n, LockAction::Arm, on, LockOutcome::Confirmed);
    }

    /// As older versions wrote it: all containers of the case, whatever the seal was put on.
    fn disarm(&mut self, n: usize) {
        let all: Vec<usize> = (0..self.count).collect();
        self.command(n, LockAction::Disarm, &all, LockOutcome::Confirmed);
    }

    fn recorded(&self, n: usize, seal_type: SealType, on: &[usize], on_off: OnOff) -> SealRecorded {
        SealRecorded {
            seal: seal(n),
            seal_type,
            party: SealingParty::Customs,
            kind: None,
            class: None,
            method: if seal_type == SealType::Electronic { ManualMethod::Card } else { ManualMethod::ByHand },
            on_off,
            condition: None,
            containers: containers(on),
            after: self.case().seal(&seal(n)).and_then(|seal| seal.newest),
        }
    }

    fn inspect(&mut self, n: usize, verdict: Verdict) {
        self.tell(
            "15BB",
            Fact::Inspected(Inspected {
                seal: seal(n),
                en_route: false,
                checks: Vec::new(),
                condition: SealCondition::Right,
                verdict,
                reason: String::new(),
            }),
        );
    }

    fn scan(&mut self, number: &ContainerNo) {
        self.tell(
            "03EE",
            Fact::CodeRead(CodeRead {
                raw: number.to_string(),
                symbology: None,
                how: HowRead::Typed,
                taken_for: "container".to_owned(),
                value: number.as_str().to_owned(),
                picked_by_officer: false,
            }),
        );
    }
}

const LOST: LockOutcome = LockOutcome::Uncertain { why: UncertainWhy::LinkLost };

// ── the model ──

/// How far a seal came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Came {
    On,
    Lost,
    Off,
}

#[derive(Debug, Clone)]
struct Sealed {
    /// Empty: all.
    on: Vec<usize>,
    came: Came,
    held: bool,
}

fn seals(count: usize) -> impl Strategy<Value = Vec<Sealed>> {
    let on =
        prop::collection::btree_set(0..count, 0..=count).prop_map(|set: BTreeSet<usize>| set.into_iter().collect());
    let came = prop_oneof![4 => Just(Came::On), 1 => Just(Came::Lost), 3 => Just(Came::Off)];
    let one = (on, came, prop::bool::weighted(0.2)).prop_map(|(on, came, held)| Sealed { on, came, held });
    prop::collection::vec(one, 0..5)
}

fn expected_phase(count: usize, seals: &[Sealed]) -> CasePhase {
    let under = |seal: &Sealed, n: usize| seal.on.is_empty() || count == 1 || seal.on.contains(&n);
    let touched = |n: usize| seals.iter().any(|seal| under(seal, n));
    let any = |came| seals.iter().any(|seal| seal.came == came);
    if any(Came::Lost) {
        CasePhase::Uncertain
    } else if seals.iter().any(|seal| seal.came == Came::On && seal.held) {
        CasePhase::Held
    } else if any(Came::On) {
        if (0..count).all(touched) { CasePhase::Sealed } else { CasePhase::Sealing }
    } else if any(Came::Off) {
        CasePhase::Closed
    } else {
        CasePhase::ToSeal
    }
}

proptest! {
    #[test]
    fn the_case_stands_where_its_seals_and_containers_say(
        (count, seals) in (1_usize..5).prop_flat_map(|count| (Just(count), seals(count)))
    ) {
        let mut story = Story::of(count);
        for (n, seal) in seals.iter().enumerate() {
            story.command(n, LockAction::Arm, &seal.on, if seal.came == Came::Lost { LOST } else { LockOutcome::Confirmed });
        }
        for (n, seal) in seals.iter().enumerate() {
            if seal.came == Came::Off {
                story.disarm(n);
            } else if seal.held {
                story.inspect(n, Verdict::FullExamination);
            }
        }
        let case = story.case();
        prop_assert!(case.conflicts.is_empty());
        prop_assert_eq!(case.phase(), expected_phase(count, &seals));
        for (at, cover) in case.cover().iter().enumerate() {
            let under = |seal: &Sealed| seal.on.is_empty() || count == 1 || seal.on.contains(&at);
            let on: Vec<SealNo> = seals.iter().enumerate()
                .filter(|(_, one)| one.came != Came::Off && under(one)).map(|(n, _)| seal(n)).collect();
            let found: Vec<SealNo> = cover.seals.iter().map(|seal| seal.no.clone()).collect();
            prop_assert_eq!(found, on);
            prop_assert_eq!(cover.is_bare(), !seals.iter().any(under));
        }
        // Whatever is proposed or chosen names containers of this case, and can be named.
        for cover in [case.likely_cover(), case.likely_part()] {
            let named = cover.containers(&case);
            prop_assert!(case.named(&named).is_ok());
        }
    }
}

// ── tables ──

#[test]
fn a_seal_over_a_part_leaves_the_rest_to_be_sealed() {
    // What each seal is on, and how the case then stands: containers that are bare, and the phase.
    type Row = (&'static [&'static [usize]], &'static [usize], CasePhase);
    let rows: [Row; 7] = [
        (&[], &[0, 1, 2], CasePhase::ToSeal),
        (&[&[]], &[], CasePhase::Sealed),
        (&[&[0, 1, 2]], &[], CasePhase::Sealed),
        (&[&[0]], &[1, 2], CasePhase::Sealing),
        (&[&[0], &[2, 1]], &[], CasePhase::Sealed),
        (&[&[0, 1], &[1]], &[2], CasePhase::Sealing),
        (&[&[0], &[]], &[], CasePhase::Sealed),
    ];
    for (seals, bare, phase) in rows {
        let mut story = Story::of(3);
        seals.iter().enumerate().for_each(|(n, on)| story.arm(n, on));
        assert_eq!(story.case().bare(), containers(bare), "{seals:?}");
        assert_eq!(story.case().phase(), phase, "{seals:?}");
    }
}

#[test]
fn the_case_closes_with_the_last_seal() {
    let mut story = Story::of(3);
    story.arm(1, &[0]);
    story.arm(2, &[1, 2]);
    story.disarm(1);
    assert_eq!(story.case().phase(), CasePhase::Sealed, "the second seal is still on");
    let case = story.case();
    assert!(case.cover()[0].released && !case.cover()[0].is_bare(), "released is not forgotten to be sealed");
    assert_eq!(case.seal(&seal(1)).unwrap().containers, containers(&[0]), "coming off covers no more than before");
    story.disarm(2);
    assert_eq!(story.case().phase(), CasePhase::Closed);
}

#[test]
fn a_case_that_left_with_a_bare_container_still_closes() {
    let mut story = Story::of(2);
    story.arm(1, &[0]);
    story.disarm(1);
    assert_eq!(story.case().phase(), CasePhase::Closed);
}

#[test]
fn each_seal_needs_its_own_photographs_and_plates_are_taken_once() {
    let photo = |role| {
        let photo = PhotoRef {
            sha256: Sha256([1; 32]),
            bytes: 1,
            media_type: "image/jpeg".to_owned(),
            width: 1,
            height: 1,
            thumbnail: None,
        };
        let quality = PhotoQuality::Good;
        Fact::PhotoTaken(PhotoTaken { photo, role, stage: Stage::Arm, quality, from_camera: true, parcel: None })
    };
    for (count, again) in [(1, 1), (2, 0)] {
        let mut story = Story::of(count);
        story.arm(1, &[0]);
        story.tell("03EE", photo(PhotoRole::ClosedLock));
        story.tell("03EE", photo(PhotoRole::Plates));
        story.arm(2, &[count - 1]);
        let case = story.case();
        let of = |n, role| case.photos_of_seal(case.seal(&seal(n)).unwrap(), role, Stage::Arm).count();
        assert_eq!(of(1, PhotoRole::ClosedLock), 1);
        assert_eq!(of(2, PhotoRole::ClosedLock), again, "of one container nothing more is asked");
        assert_eq!((of(1, PhotoRole::Plates), of(2, PhotoRole::Plates)), (1, 1));
    }
}

#[test]
fn accepting_one_seal_does_not_release_the_other() {
    let mut story = Story::of(2);
    story.arm(1, &[0]);
    story.arm(2, &[1]);
    story.inspect(1, Verdict::FullExamination);
    story.inspect(2, Verdict::Accept);
    assert_eq!(story.case().phase(), CasePhase::Held);
    story.inspect(1, Verdict::AcceptWithReason);
    assert_eq!(story.case().phase(), CasePhase::Sealed);
}

#[test]
fn a_seal_that_never_closed_and_was_cut_off_at_the_origin_released_nothing() {
    let cut = |n| {
        Fact::SealCutOff(SealCutOff {
            seal: seal(n),
            reason: "kẹt".to_owned(),
            witness: "Hùng".to_owned(),
            signature: "M0 0".to_owned(),
            after: None,
        })
    };
    for count in [1, 2] {
        let mut story = Story::of(count);
        story.command(1, LockAction::Arm, &[0], LOST);
        assert_eq!(story.case().phase(), CasePhase::Uncertain);
        story.tell("03EE", cut(1));
        assert_eq!(story.case().phase(), CasePhase::Sealing, "another seal is put on");
        assert_eq!(story.case().bare().len(), count);
        story.arm(2, &[]);
        assert_eq!(story.case().phase(), CasePhase::Sealed);
    }
    let mut arrived = Story::of(1);
    arrived.command(1, LockAction::Arm, &[], LOST);
    arrived.tell("15BB", cut(1));
    assert_eq!(arrived.case().phase(), CasePhase::Closed, "at the destination the trip is over");
}

#[test]
fn a_command_without_an_end_is_shown_on_its_containers_and_proves_nothing() {
    let mut story = Story::of(2);
    story.command(1, LockAction::Arm, &[0], LOST);
    story.events.pop();
    let case = story.case();
    assert_eq!(case.phase(), CasePhase::Uncertain);
    assert_eq!(case.cover()[0].seals.len(), 1, "the app stopped here: somebody has to read it");
    assert!(!case.cover()[0].has_electronic());
    assert_eq!(case.bare(), containers(&[1]));
}

#[test]
fn a_refused_arming_may_be_made_again_over_other_containers() {
    use seal_core::seal::reading::RefusalReason;
    let mut story = Story::of(3);
    story.command(1, LockAction::Arm, &[0], LockOutcome::Refused { reason: RefusalReason::RopeNotInserted });
    assert_eq!(story.case().bare().len(), 3);
    story.arm(1, &[]);
    assert_eq!(story.case().under(story.case().seal(&seal(1)).unwrap()), containers(&[0, 1, 2]));
}

#[test]
fn the_next_seal_goes_on_what_is_left_and_the_scanned_first() {
    let mut story = Story::of(3);
    assert_eq!(story.case().likely_cover(), Cover::Whole);
    story.scan(&container(1));
    assert_eq!(story.case().likely_cover(), Cover::Whole);
    assert_eq!(story.case().likely_part(), Cover::Chosen(containers(&[1])));
    story.arm(1, &[1]);
    assert_eq!(story.case().likely_cover(), Cover::Chosen(containers(&[0, 2])));
    story.scan(&container(2));
    assert_eq!(story.case().likely_cover(), Cover::Chosen(containers(&[2])));
    story.arm(2, &[2, 0]);
    assert_eq!(story.case().likely_cover(), Cover::Whole, "one more seal on top is on the vehicle");
}

#[test]
fn a_number_that_is_not_of_the_case_becomes_no_part_of_it() {
    let mut story = Story::of(2);
    story.scan(&container(7));
    story.scan(&container(1));
    assert_eq!(story.case().containers_scanned, containers(&[1]));
    assert_eq!(story.case().doc.containers.len(), 2);
    assert_eq!(story.case().named(&containers(&[0, 7])), Err(NotOfCase(container(7))));
    assert_eq!(story.case().named(&containers(&[1, 0, 1])), Ok(containers(&[0, 1])), "each once, in order");
    assert_eq!(story.case().named(&[]), Ok(containers(&[0, 1])));

    let mut prepared = story.case();
    prepared.seals.clear();
    assert_eq!(
        may_arm(&prepared, &seal(1), &[], &officer(), None, "2026-11-23T02:00:00Z".parse().unwrap()),
        Err(ArmRefusal::NotPrepared)
    );
    let foreign = story.recorded(1, SealType::Mechanical, &[7], OnOff::On);
    assert_eq!(
        may_record(&story.case(), &foreign, None, &officer()),
        Err(RecordRefusal::Cover(NotOfCase(container(7))))
    );
}

#[test]
fn goods_of_group_a_need_an_electronic_seal_on_each_container() {
    let citation =
        Citation { document: "Công văn 1023/TCHQ-GSQL".to_owned(), dated: None, place: None, to_be_confirmed: false };
    let ground = LegalGround::Transit;
    let mut story = Story::of(3);
    story.tell(
        "03EE",
        Fact::GoodsDecided(GoodsDecided {
            ground,
            decision: Some(GoodsDecision { ground, group: GoodsGroup::A, citation, pack: "2026".to_owned() }),
            from_work_list: true,
            reason: String::new(),
            depletion: None,
            ahead_of_a: None,
        }),
    );
    story.arm(1, &[0, 1]);
    for (on, allowed) in [(&[0][..], true), (&[0, 1], true), (&[2], false), (&[1, 2], false), (&[], false)] {
        let bolt = story.recorded(5, SealType::Mechanical, on, OnOff::On);
        let asked = may_record(&story.case(), &bolt, None, &officer());
        assert_eq!(asked, if allowed { Ok(()) } else { Err(RecordRefusal::ElectronicNeeded) }, "{on:?}");
    }
    story.arm(2, &[2]);
    let bolt = story.recorded(5, SealType::Mechanical, &[], OnOff::On);
    assert_eq!(may_record(&story.case(), &bolt, None, &officer()), Ok(()));
}
