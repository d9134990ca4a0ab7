//! Officers' acts with a seal, against simulated seals with every trouble. The oracle is the yard: what really happened.

use crate::common;

use std::sync::Mutex;
use std::time::Duration;

use crate::bench::*;
use crate::common::{Device, case_id, office, seal};
use crate::tired_vault::TiredVault;
use jiff::SignedDuration;
use seal_core::case::CasePhase;
use seal_core::codes::{CustomsSealKind, SealCondition, SealType, SealingParty};
use seal_core::container::ContainerNo;
use seal_core::cover::Cover;
use seal_core::doc::{CaseDoc, Doc, SealLife, SealRadio};
use seal_core::fact::{Fact, ManualMethod, OnOff, SecondOfficer};
use seal_core::ids::OfficerId;
use seal_core::inspection::{Because, HandCheck, InspectionFault, Verdict};
use seal_core::obligation::Need;
use seal_core::officer::Role;
use seal_core::rules::{Citation, GoodsDecision, GoodsGroup, LegalGround};
use seal_core::seal::fit::{FitWarning, SealHome, Unfit};
use seal_core::seal::log::TimelineItem;
use seal_core::seal::permit::{ArmRefusal, DisarmRefusal, RecordRefusal};
use seal_core::seal::preflight::{CheckKind, CheckResult};
use seal_core::seal::reading::{LockAction, LockOutcome, LockState, RefusalReason, UncertainWhy};
use seal_core::seal::state::{Misfit, SealState};
use seal_core::seal_no::SealNo;
use seal_core::wire::{B64, Change};
use seal_field::actions::Kit;
use seal_field::actions::arm_seal::arm_seal;
use seal_field::actions::choose_cover::{CoverTrouble, choose_cover, chosen_cover, containers_to_seal, forget_cover};
use seal_field::actions::cut_off_seal::{CutOffRefusal, Witnessed, cut_off_seal};
use seal_field::actions::disarm_seal::disarm_seal;
use seal_field::actions::inspect::{InspectRefusal, inspect};
use seal_field::actions::lock_command::{LockEnd, Patience, Progress, SealTrouble};
use seal_field::actions::open_case::{
    NewCase, OpenCaseTrouble, add_container, has_open_case, open_case, open_case_draft,
};
use seal_field::actions::pair_seal::{PairRefusal, Pairing, pair_seal};
use seal_field::actions::read_lock::{LockNow, NotOnCase, interrupted_commands, interrupted_here, read_lock};
use seal_field::actions::read_seal_log::{LogRead, read_seal_log};
use seal_field::actions::record_seal::{SealByHand, record_seal};
use seal_field::actions::tug_test::tug_test;
use seal_field::adapters::seals::yard::RadioDelays;
use seal_field::ports::seal_link::LinkTrouble;
use seal_field::ports::store::Store as _;
use seal_field::ports::vault::VaultError;
use seal_simulator::{Proximity, Reach as _, SealSpec, Trouble};

impl Bench {
    async fn pair(&self) -> Result<Pairing, SealTrouble<PairRefusal>> {
        pair_seal(&self.kit, &self.a, self.case, &self.no, &PATIENCE).await
    }

    async fn arm(&self) -> Result<LockEnd, SealTrouble<ArmRefusal>> {
        arm_seal(&self.kit, &self.a, self.case, &self.no, Vec::new(), &PATIENCE, &quiet).await
    }

    async fn pair_and_arm(&self) -> LockEnd {
        drop(self.pair().await.unwrap());
        self.arm().await.unwrap()
    }

    async fn read(&self) -> Result<LockNow, SealTrouble<NotOnCase>> {
        read_lock(&self.kit, &self.a, self.case, &self.no, &PATIENCE).await
    }

    async fn read_log(&self) -> LogRead {
        read_seal_log(&self.kit, &self.b, self.case, &self.no, &PATIENCE).await.unwrap()
    }

    async fn disarm(&self) -> Result<LockEnd, SealTrouble<DisarmRefusal>> {
        disarm_seal(&self.kit, &self.b, self.case, &self.no, None, &PATIENCE, &quiet).await
    }

    /// Armed, and nine hours on the road.
    async fn arrived(trouble: &[Trouble]) -> Self {
        let bench = Self::new(trouble);
        assert_eq!(bench.pair_and_arm().await.state, SealState::ClosedArmed);
        bench.pass(SignedDuration::from_hours(9));
        bench
    }
}

/// Numbers of a barge's containers.
const BARGE: [&str; 3] = ["SFPU4824171", "SFPU4824340", "SFPU4824680"];

fn numbers(some: &[&str]) -> Vec<ContainerNo> {
    some.iter().map(|number| number.parse().unwrap()).collect()
}

/// A barge with three containers, a second seal in the yard and in the register.
fn barge() -> Bench {
    let bench = Bench::new(&[]);
    bench.yard.add(good(SECOND)).unwrap();
    let case = CaseDoc { containers: numbers(&BARGE), ..case_doc() };
    bench.documents(vec![Doc::Case(case), Doc::Seal(seal_doc(SECOND))]);
    bench
}

const SECOND: &str = "83181002";

async fn arm_on(bench: &Bench, no: &SealNo, on: &[&str]) -> Result<LockEnd, SealTrouble<ArmRefusal>> {
    drop(pair_seal(&bench.kit, &bench.a, bench.case, no, &PATIENCE).await.unwrap());
    arm_seal(&bench.kit, &bench.a, bench.case, no, numbers(on), &PATIENCE, &quiet).await
}

fn result(pairing: &Pairing, kind: CheckKind) -> CheckResult {
    pairing.checks.iter().find(|check| check.kind == kind).unwrap().result
}

// ── pairing ──

#[tokio::test]
async fn pairing_keeps_the_clocks_difference_before_setting_the_clock() {
    let bench = Bench::new(&[Trouble::WrongClock]);
    let mut pairing = bench.pair().await.unwrap();
    assert_eq!(pairing.drift_s, 7200);
    assert_eq!(result(&pairing, CheckKind::Clock), CheckResult::Warn);
    assert!(pairing.may_arm(), "a wrong clock is set, not a reason to stop");
    let Fact::SealPrepared(prepared) = &bench.facts()[0] else { panic!() };
    assert_eq!(prepared.drift_s, 7200);

    pairing.check_again(&bench.kit, &bench.a).await.unwrap();
    assert_eq!(pairing.reading.clock, bench.now());
    assert_eq!(bench.on_case().prepared.unwrap().drift_s, 7200, "the difference is not forgotten by a second look");
}

#[tokio::test]
async fn the_rope_goes_in_while_paired() {
    let bench = Bench::new(&[]);
    bench.yard.insert_rope(&bench.no, false).unwrap();
    let mut pairing = bench.pair().await.unwrap();
    assert_eq!(result(&pairing, CheckKind::Rope), CheckResult::Stop);
    assert!(!pairing.may_arm());
    pairing.check_again(&bench.kit, &bench.a).await.unwrap();
    assert_eq!(bench.kinds(), ["seal_prepared"], "nothing new, nothing written");
    bench.yard.insert_rope(&bench.no, true).unwrap();
    pairing.check_again(&bench.kit, &bench.a).await.unwrap();
    assert!(pairing.may_arm());
    assert_eq!(bench.kinds(), ["seal_prepared", "seal_prepared"]);
}

#[tokio::test]
async fn checks_that_stop_the_arming_send_no_command() {
    for (spec, trouble, kind) in [
        (good_a7(), Trouble::DefaultPassword, CheckKind::Password),
        (good(SEAL), Trouble::FlatBattery, CheckKind::Battery),
        (good(SEAL), Trouble::ShellOpened, CheckKind::SelfTest),
    ] {
        let bench = Bench::with_spec(spec.with(&[trouble]));
        drop(bench.pair().await.unwrap());
        match bench.arm().await {
            Err(SealTrouble::Refused(ArmRefusal::Stopped(kinds))) => assert_eq!(kinds, [kind]),
            other => panic!("{other:?}"),
        }
        assert_eq!(bench.truth().commands_received, 0);
        assert_eq!(bench.kinds(), ["seal_prepared"]);
    }
}

#[tokio::test]
async fn a_stronger_neighbour_is_named_and_not_connected() {
    let bench = Bench::new(&[Trouble::StrongerNeighbour]);
    bench.yard.add(SealSpec { rssi_dbm: -40, ..good("83181044") }).unwrap();
    let pairing = bench.pair().await.unwrap();
    assert!(pairing.stronger_neighbours.contains(&seal("83181044")), "{:?}", pairing.stronger_neighbours);
    assert_eq!(pairing.reading.serial, bench.no);
    let neighbour = bench.yard.seal(&seal("83181044")).unwrap();
    assert!(!neighbour.connected && bench.truth().connected);
    drop(pairing);
    assert_eq!(bench.arm().await.unwrap().state, SealState::ClosedArmed);
    assert_eq!(bench.yard.seal(&seal("83181044")).unwrap().commands_received, 0);
}

#[tokio::test]
async fn seals_that_cannot_be_reached_leave_no_fact() {
    for (trouble, expected) in [
        (Trouble::TooFar, LinkTrouble::TooFar),
        (Trouble::Dead, LinkTrouble::NotHeard),
        (Trouble::WrongIdentity, LinkTrouble::OtherSeal { found: seal("83181002") }),
    ] {
        let bench = Bench::new(&[trouble]);
        match bench.pair().await {
            Err(SealTrouble::Link(found)) => assert_eq!(found, expected),
            other => panic!("{other:?}"),
        }
        assert!(bench.kinds().is_empty());
    }
}

#[tokio::test]
async fn seals_that_must_not_be_used_and_foreign_ones() {
    let bench = Bench::new(&[]);
    let refused = |result: Result<Pairing, SealTrouble<PairRefusal>>| match result {
        Err(SealTrouble::Refused(PairRefusal::Unfit(unfit))) => unfit,
        other => panic!("{other:?}"),
    };
    let unknown = pair_seal(&bench.kit, &bench.a, bench.case, &seal("99999999"), &PATIENCE).await;
    assert_eq!(refused(unknown), Unfit::Unknown);

    let mut doc = seal_doc(SEAL);
    doc.life = SealLife::Retired;
    bench.documents(vec![Doc::Seal(doc)]);
    assert_eq!(refused(bench.pair().await), Unfit::OutOfUse(SealLife::Retired));

    let mut doc = seal_doc(SEAL);
    (doc.owner, doc.manager) = (office("15BB"), office("99AA"));
    bench.documents(vec![Doc::Seal(doc)]);
    assert_eq!(bench.pair().await.unwrap().fit.home, SealHome::Destination);

    let mut doc = seal_doc(SEAL);
    (doc.owner, doc.manager) = (office("99AA"), office("99AA"));
    bench.documents(vec![Doc::Seal(doc), Doc::Case(seal_core::doc::CaseDoc { id: case_id(8), ..case_doc() })]);
    assert_eq!(bench.pair().await.unwrap().fit.warnings, [FitWarning::NotTowardHome]);

    assert_eq!(bench.arm().await.unwrap().state, SealState::ClosedArmed);
    let elsewhere = pair_seal(&bench.kit, &bench.a, case_id(8), &bench.no, &PATIENCE).await;
    assert_eq!(refused(elsewhere), Unfit::OnOtherCase(bench.case));
}

// ── arming ──

#[tokio::test]
async fn closed_and_armed_only_after_the_seal_said_so() {
    let bench = Bench::new(&[]);
    drop(bench.pair().await.unwrap());
    let steps = Mutex::new(Vec::new());
    let watch = |step| steps.lock().unwrap().push(step);
    let end = arm_seal(&bench.kit, &bench.a, bench.case, &bench.no, Vec::new(), &PATIENCE, &watch).await.unwrap();
    assert_eq!((end.outcome, end.state), (LockOutcome::Confirmed, SealState::ClosedArmed));
    assert_eq!(end.reading.unwrap().lock, LockState::ClosedArmed);
    let now = bench.now();
    assert_eq!(
        *steps.lock().unwrap(),
        [
            Progress::Connecting,
            Progress::Sent(now),
            Progress::Acknowledged(now),
            Progress::Read(LockState::ClosedArmed)
        ]
    );
    assert_eq!(bench.kinds(), ["seal_prepared", "lock_commanded", "lock_read", "seal_signed"]);
    let Some(Fact::SealSigned(signed)) = bench.facts().last().cloned() else { panic!() };
    assert_eq!((signed.scheme.as_str(), signed.command), ("eseal/1", Some(end.command)));
    assert!(genuine(&signed.receipt.unwrap().0, end.command), "the seal's own key signed that this command armed it");
    assert_eq!(bench.truth().commands_received, 1);
    assert_eq!(bench.truth().commands[0].id, end.command, "the command's id is the one written before");
    assert_eq!(bench.phase(), CasePhase::Sealed);

    tug_test(&bench.kit, &bench.a, bench.case, &bench.no, true).unwrap();
    assert_eq!(bench.on_case().tug_held, Some(true));
    assert!(matches!(bench.arm().await, Err(SealTrouble::Refused(ArmRefusal::Lock(Misfit::AlreadyArmed)))));
}

#[tokio::test]
async fn a_lost_link_is_uncertain_until_the_seal_is_read() {
    for (trouble, settled) in [
        (Trouble::DropsLinkBeforeCommand, SealState::Free),
        (Trouble::DropsLinkWhileMoving, SealState::ClosedArmed),
        (Trouble::DropsLinkAfterLockMoved, SealState::ClosedArmed),
    ] {
        let bench = Bench::new(&[trouble]);
        let end = bench.pair_and_arm().await;
        assert_eq!(end.outcome, LockOutcome::Uncertain { why: UncertainWhy::LinkLost }, "{trouble:?}");
        assert_eq!(bench.phase(), CasePhase::Uncertain);
        assert!(
            matches!(bench.arm().await, Err(SealTrouble::Refused(ArmRefusal::Lock(Misfit::EarlierCommandOpen)))),
            "no second command while the first is open"
        );
        let read = bench.read().await.unwrap();
        assert!(read.settled);
        assert_eq!(read.state, settled, "{trouble:?}");
        let received = u32::from(trouble != Trouble::DropsLinkBeforeCommand);
        assert_eq!(bench.truth().commands_received, received, "reading sends no command");
        let (mut reads, mut receipts) = (Vec::new(), Vec::new());
        for fact in bench.facts() {
            match fact {
                Fact::LockRead(read) => reads.push(read),
                Fact::SealSigned(signed) => receipts.push(signed),
                _ => {}
            }
        }
        assert_eq!(reads.len(), 2, "the uncertain end stays beside the late one");
        assert!(reads[1].late && reads[1].command == Some(end.command));
        assert_eq!(receipts.len(), received as usize, "the lost receipt is fetched");
        assert!(receipts.into_iter().all(|signed| genuine(&signed.receipt.unwrap().0, end.command)));
    }
}

#[tokio::test]
async fn a_seal_that_never_got_the_command_is_free_again() {
    let bench = Bench::new(&[Trouble::DropsLinkBeforeCommand]);
    bench.pair_and_arm().await;
    bench.read().await.unwrap();
    let custody = bench.device.store.seal(&bench.no).unwrap().unwrap();
    assert_eq!(custody.holder(), Some(&office("03EE")));
    assert_eq!(bench.pair_and_arm().await.state, SealState::ClosedArmed);
    assert_eq!(bench.truth().commands_received, 1);
}

#[tokio::test]
async fn what_the_seal_refuses_is_a_clear_no_and_may_be_tried_again() {
    let bench = Bench::new(&[]);
    drop(bench.pair().await.unwrap());
    bench.yard.insert_rope(&bench.no, false).unwrap();
    let end = bench.arm().await.unwrap();
    assert_eq!(end.outcome, LockOutcome::Refused { reason: RefusalReason::RopeNotInserted });
    assert!(matches!(bench.state(), SealState::Refused { armed: false, .. }));
    bench.yard.insert_rope(&bench.no, true).unwrap();
    assert_eq!(bench.pair_and_arm().await.state, SealState::ClosedArmed);

    for (trouble, reason) in
        [(Trouble::FlatBattery, RefusalReason::BatteryTooLow), (Trouble::MotorStuck, RefusalReason::MotorStuck)]
    {
        let bench = Bench::new(&[]);
        drop(bench.pair().await.unwrap());
        bench.yard.set_trouble(&bench.no, &[trouble]).unwrap();
        assert_eq!(bench.arm().await.unwrap().outcome, LockOutcome::Refused { reason });
        assert_eq!(bench.truth().commands_received, 1);
    }
}

#[tokio::test]
async fn power_lost_while_locking_stays_uncertain_until_power_is_back() {
    let bench = Bench::new(&[Trouble::LosesPowerWhileLocking]);
    assert!(matches!(bench.pair_and_arm().await.state, SealState::Uncertain { why: UncertainWhy::LinkLost, .. }));
    assert!(matches!(bench.read().await, Err(SealTrouble::Link(LinkTrouble::NotHeard))), "without power it is silent");
    assert_eq!(bench.phase(), CasePhase::Uncertain);
    bench.yard.restore_power(&bench.no).unwrap();
    let read = bench.read().await.unwrap();
    assert!(matches!(read.state, SealState::Refused { reason: RefusalReason::PowerFailed, armed: false, .. }));
    assert_eq!(bench.truth().commands_received, 1);
}

#[tokio::test]
async fn a_bolt_that_never_arrives_is_not_called_closed() {
    let bench = Bench::with_spec(SealSpec { motor_polls: 255, ..good(SEAL) });
    drop(bench.pair().await.unwrap());
    let hasty = Patience { command: Duration::from_millis(50), ..PATIENCE };
    let end = arm_seal(&bench.kit, &bench.a, bench.case, &bench.no, Vec::new(), &hasty, &quiet).await.unwrap();
    assert!(matches!(end.outcome, LockOutcome::Uncertain { .. }), "{:?}", end.outcome);
}

#[tokio::test]
async fn an_app_stopped_between_writing_and_sending_reopens_as_not_known() {
    let bench = Bench::new(&[]);
    drop(bench.pair().await.unwrap());
    let kit = Kit { link: halting_link(&bench), ..bench.kit.clone() };
    let patience = Patience { command: Duration::from_secs(7200), ..PATIENCE };
    let act = arm_seal(&kit, &bench.a, bench.case, &bench.no, Vec::new(), &patience, &quiet);
    assert!(tokio::time::timeout(Duration::from_millis(300), act).await.is_err(), "stopped");

    assert_eq!(bench.phase(), CasePhase::Uncertain);
    let open = interrupted_commands(&bench.view());
    assert_eq!((open.len(), open[0].action), (1, LockAction::Arm));
    assert_eq!(bench.read().await.unwrap().state, SealState::Free);
    assert!(interrupted_commands(&bench.view()).is_empty());
    assert_eq!(bench.truth().commands_received, 0);
}

#[tokio::test]
async fn an_app_stopped_after_sending_learns_the_end_by_reading() {
    let bench = Bench::new(&[]);
    drop(bench.pair().await.unwrap());
    let commanded = common::commanded(SEAL, LockAction::Arm);
    let Fact::LockCommanded(command) = &commanded else { panic!() };
    let id = command.command;
    bench.kit.record(&bench.a, Some(bench.case), vec![commanded]).unwrap();
    let mut session = bench.kit.link.connect(&bench.no, &bench.a.id).await.unwrap();
    session.command(id, LockAction::Arm).await.unwrap();
    drop(session);

    let here = interrupted_here(&bench.kit).unwrap();
    assert_eq!((here.len(), here[0].0, here[0].1.command), (1, bench.case, id));
    let read = bench.read().await.unwrap();
    assert_eq!((read.state, read.settled), (SealState::ClosedArmed, true));
    assert_eq!(bench.truth().commands_received, 1);
}

#[tokio::test]
async fn old_checks_are_made_anew() {
    let bench = Bench::new(&[]);
    drop(bench.pair().await.unwrap());
    bench.pass(SignedDuration::from_mins(61));
    assert!(matches!(bench.arm().await, Err(SealTrouble::Refused(ArmRefusal::PreparedTooLongAgo))));
}

#[tokio::test]
async fn a_seal_out_of_reach_is_not_commanded() {
    let bench = Bench::new(&[]);
    drop(bench.pair().await.unwrap());
    bench.yard.place(&bench.no, Proximity::OutOfRange).unwrap();
    assert!(matches!(bench.arm().await, Err(SealTrouble::Link(LinkTrouble::NotHeard))));
    assert_eq!(bench.kinds(), ["seal_prepared"], "nothing was asked, nothing is uncertain");
}

#[tokio::test]
async fn what_cannot_be_written_down_is_not_sent() {
    for (signatures, received) in [(0, 0), (1, 1)] {
        let mut bench = Bench::new(&[]);
        drop(bench.pair().await.unwrap());
        let vault = bench.kit.vault.clone();
        bench.kit.vault =
            std::sync::Arc::new(TiredVault::after(signatures, bench.device.vault.clone(), || VaultError::Locked));
        assert!(matches!(bench.arm().await, Err(SealTrouble::Store(_))));
        assert_eq!(bench.truth().commands_received, received);
        bench.kit.vault = vault;
        if received == 1 {
            assert_eq!(bench.phase(), CasePhase::Uncertain, "sent, and its end could not be written");
            assert_eq!(bench.read().await.unwrap().state, SealState::ClosedArmed);
        }
    }
}

#[tokio::test]
async fn a_yard_in_another_process_is_the_same_radio() {
    let mut bench = Bench::new(&[]);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = seal_simulator::serve(listener, bench.yard.clone()).unwrap();
    let client = std::sync::Arc::new(seal_simulator::YardClient::new(address));
    bench.kit.link = link(&bench.device, client, RadioDelays::default(), tickets(&bench.device));
    assert_eq!(bench.pair_and_arm().await.state, SealState::ClosedArmed);
    bench.yard.set_trouble(&bench.no, &[Trouble::TooFar]).unwrap();
    assert!(matches!(bench.read().await, Err(SealTrouble::Link(LinkTrouble::TooFar))));
    assert_eq!(bench.truth().commands_received, 1);
}

// ── at the destination ──

#[tokio::test]
async fn a_clean_trip_is_read_inspected_and_opened() {
    let bench = Bench::arrived(&[]).await;
    let read = bench.read_log().await;
    assert!(read.log.complete && read.story.gap.is_zero() && read.story.breaches.is_empty());
    assert!(matches!(read.story.items[..], [TimelineItem::Entry(_), TimelineItem::Quiet { reports: 54, .. }]));
    assert!(matches!(bench.disarm().await, Err(SealTrouble::Refused(DisarmRefusal::NotInspected))));
    let proposal = inspect(&bench.kit, &bench.b, bench.case, inspection(&bench.no, Verdict::Accept, "")).unwrap();
    assert!(proposal.because.is_empty());

    let wrong = disarm_seal(&bench.kit, &bench.a, bench.case, &bench.no, None, &PATIENCE, &quiet).await;
    assert!(matches!(wrong, Err(SealTrouble::Refused(DisarmRefusal::WrongOffice { .. }))));
    let end = bench.disarm().await.unwrap();
    assert_eq!((end.outcome, end.state), (LockOutcome::Confirmed, SealState::Opened));
    assert_eq!(bench.phase(), CasePhase::Closed);
    assert_eq!(bench.truth().commands_received, 2);
    let custody = bench.device.store.seal(&bench.no).unwrap().unwrap();
    assert_eq!(custody.off.unwrap().1, office("15BB"));
}

#[tokio::test]
async fn a_gap_needs_a_reason() {
    let bench = Bench::arrived(&[Trouble::DeadZone]).await;
    let read = bench.read_log().await;
    assert!(read.story.gap >= SignedDuration::from_mins(80), "{:?}", read.story.gap);
    assert!(read.log.complete, "the seal wrote nothing, so nothing is missing by number");
    let fault =
        |verdict, reason| match inspect(&bench.kit, &bench.b, bench.case, inspection(&bench.no, verdict, reason)) {
            Err(SealTrouble::Refused(InspectRefusal::Fault(fault))) => fault,
            other => panic!("{other:?}"),
        };
    assert_eq!(fault(Verdict::Accept, ""), InspectionFault::TooMild { proposed: Verdict::AcceptWithReason });
    assert_eq!(fault(Verdict::AcceptWithReason, " "), InspectionFault::ReasonNeeded);
    let accepted = inspection(&bench.no, Verdict::AcceptWithReason, "Hầm, cáp và vỏ nguyên");
    inspect(&bench.kit, &bench.b, bench.case, accepted).unwrap();
    assert_eq!(bench.disarm().await.unwrap().state, SealState::Opened);
}

#[tokio::test]
async fn lost_entries_are_missing_by_number() {
    let bench = Bench::arrived(&[Trouble::LosesLogEntries]).await;
    let read = bench.read_log().await;
    assert!(!read.log.complete);
    assert!(read.story.items.iter().any(|item| matches!(item, TimelineItem::MissingEntries { .. })));
}

#[tokio::test]
async fn a_cut_rope_leads_to_full_examination() {
    let bench = Bench::arrived(&[Trouble::RopeCutOnTheWay]).await;
    let read = bench.read_log().await;
    assert_eq!(read.state, SealState::Tampered);
    assert_eq!(read.story.breaches.len(), 1);
    let try_it =
        |officer, verdict, reason| inspect(&bench.kit, officer, bench.case, inspection(&bench.no, verdict, reason));
    assert!(matches!(
        try_it(&bench.b, Verdict::AcceptWithReason, "Cáp còn tốt"),
        Err(SealTrouble::Refused(InspectRefusal::Fault(InspectionFault::TooMild {
            proposed: Verdict::FullExamination
        })))
    ));
    let proposal = try_it(&bench.b, Verdict::FullExamination, "").unwrap();
    assert!(proposal.because.contains(&Because::Tampered));
    assert_eq!(bench.phase(), CasePhase::Held);
    assert!(matches!(bench.disarm().await, Err(SealTrouble::Refused(DisarmRefusal::Held))));

    let lead = officer("lan.pt", "15BB", &[Role::ShiftLead]);
    try_it(&lead, Verdict::AcceptWithReason, "Đã kiểm hóa 100 %").unwrap();
    assert_eq!(bench.disarm().await.unwrap().state, SealState::Opened);
}

#[tokio::test]
async fn a_bad_check_by_hand_outweighs_a_clean_log() {
    let bench = Bench::arrived(&[]).await;
    bench.read_log().await;
    let mut inspected = inspection(&bench.no, Verdict::Accept, "");
    inspected.checks = hand_checks(Some(HandCheck::Rope));
    assert!(inspect(&bench.kit, &bench.b, bench.case, inspected.clone()).is_err());
    inspected.verdict = Verdict::FullExamination;
    let proposal = inspect(&bench.kit, &bench.b, bench.case, inspected.clone()).unwrap();
    assert_eq!(proposal.because, [Because::BadCheck(HandCheck::Rope)]);
    inspected.checks.pop();
    assert!(matches!(
        inspect(&bench.kit, &bench.b, bench.case, inspected),
        Err(SealTrouble::Refused(InspectRefusal::Fault(InspectionFault::Missing(_))))
    ));
}

#[tokio::test]
async fn a_check_on_the_way_opens_nothing() {
    let bench = Bench::arrived(&[]).await;
    let patrol = officer("duc.lv", "18AA", &[Role::Officer]);
    read_seal_log(&bench.kit, &patrol, bench.case, &bench.no, &PATIENCE).await.unwrap();
    let mut check = inspection(&bench.no, Verdict::Accept, "");
    let refused = inspect(&bench.kit, &patrol, bench.case, check.clone());
    assert!(matches!(refused, Err(SealTrouble::Refused(InspectRefusal::WrongOffice { .. }))));
    check.en_route = true;
    inspect(&bench.kit, &patrol, bench.case, check).unwrap();
    assert!(matches!(bench.disarm().await, Err(SealTrouble::Refused(DisarmRefusal::NotInspected))));

    // The log read on the way proves nothing of the hours after it.
    bench.pass(SignedDuration::from_hours(3));
    let proposal =
        inspect(&bench.kit, &bench.b, bench.case, inspection(&bench.no, Verdict::FullExamination, "")).unwrap();
    assert!(proposal.because.iter().any(|because| matches!(because, Because::Gap(_))));
}

#[tokio::test]
async fn a_dead_seal_is_cut_off_before_a_witness() {
    let bench = Bench::arrived(&[Trouble::DiesOnTheWay]).await;
    let log = read_seal_log(&bench.kit, &bench.b, bench.case, &bench.no, &PATIENCE).await;
    assert!(matches!(log, Err(SealTrouble::Link(LinkTrouble::NotHeard))));
    let cut = |witness: &str, signature: &str| {
        let witnessed = Witnessed {
            reason: "Seal không trả lời".to_owned(),
            witness: witness.to_owned(),
            signature: signature.to_owned(),
        };
        cut_off_seal(&bench.kit, &bench.b, bench.case, &bench.no, witnessed)
    };
    assert!(matches!(
        cut("Lái xe Hùng", "M0 0L9 9"),
        Err(SealTrouble::Refused(CutOffRefusal::StaysOn(DisarmRefusal::NotInspected)))
    ));
    let mut inspected = inspection(&bench.no, Verdict::AcceptWithReason, "Vỏ và cáp nguyên");
    inspected.condition = SealCondition::FaultyElectronic;
    inspect(&bench.kit, &bench.b, bench.case, inspected).unwrap();
    assert!(matches!(cut("Lái xe Hùng", ""), Err(SealTrouble::Refused(CutOffRefusal::WitnessNeeded))));
    cut("Lái xe Hùng", "M0 0L9 9").unwrap();
    assert_eq!(bench.state(), SealState::CutOff);
}

#[tokio::test]
async fn a_disarm_with_a_lost_link_is_settled_by_reading_too() {
    let bench = Bench::arrived(&[]).await;
    bench.read_log().await;
    inspect(&bench.kit, &bench.b, bench.case, inspection(&bench.no, Verdict::Accept, "")).unwrap();
    bench.yard.set_trouble(&bench.no, &[Trouble::DropsLinkAfterLockMoved]).unwrap();
    assert!(matches!(bench.disarm().await.unwrap().state, SealState::Uncertain { .. }));
    assert!(matches!(bench.disarm().await, Err(SealTrouble::Refused(DisarmRefusal::CommandOpen))));
    let read = read_lock(&bench.kit, &bench.b, bench.case, &bench.no, &PATIENCE).await.unwrap();
    assert_eq!((read.state, read.settled), (SealState::Opened, true));
    assert_eq!(bench.truth().commands_received, 2, "one to arm, one to disarm");
    assert!(bench.device.store.seal(&bench.no).unwrap().unwrap().off.is_some());
}

#[tokio::test]
async fn in_a_conflict_one_officer_alone_cannot_open() {
    let bench = Bench::arrived(&[]).await;
    bench.read_log().await;
    // Another phone recorded the same seal on this case by keypad, not knowing of the arming.
    let other_folder = tempfile::tempdir().unwrap();
    let other = Device::open(other_folder.path());
    let Some(Fact::LockCommanded(mut commanded)) =
        bench.facts().into_iter().find(|fact| fact.kind() == "lock_commanded")
    else {
        panic!()
    };
    commanded.command = seal_core::ids::CommandId(uuid::Uuid::new_v4());
    other.clock.advance(SignedDuration::from_hours(1));
    for event in other.write(Some(bench.case), vec![Fact::LockCommanded(commanded)]) {
        bench.changes(vec![Change::Event { server_seq: 1, cose: B64(event.cose) }]);
    }
    assert!(interrupted_here(&bench.kit).unwrap().is_empty(), "another phone's command is not ours to settle at start");
    inspect(&bench.kit, &bench.b, bench.case, inspection(&bench.no, Verdict::Accept, "")).unwrap();
    assert!(matches!(bench.disarm().await, Err(SealTrouble::Refused(DisarmRefusal::Conflict))));
    let second =
        |id: &str, reason: &str| Some(SecondOfficer { officer: OfficerId(id.to_owned()), reason: reason.to_owned() });
    for bad in [second("ha.tt", "Mất sóng"), second("lan.pt", " ")] {
        let end = disarm_seal(&bench.kit, &bench.b, bench.case, &bench.no, bad, &PATIENCE, &quiet).await;
        assert!(matches!(end, Err(SealTrouble::Refused(DisarmRefusal::SecondOfficer))));
    }
    let good = second("lan.pt", "Mất sóng, xe phải qua cửa khẩu trước 17 giờ");
    let end = disarm_seal(&bench.kit, &bench.b, bench.case, &bench.no, good, &PATIENCE, &quiet).await.unwrap();
    assert_eq!(end.state, SealState::Opened);
}

// ── several containers ──

/// Containers of the newest command to the seal.
fn commanded(bench: &Bench, no: &SealNo) -> Vec<ContainerNo> {
    let mut commands = bench.facts().into_iter().filter_map(|fact| match fact {
        Fact::LockCommanded(commanded) if &commanded.seal == no => Some(commanded.containers),
        _ => None,
    });
    commands.next_back().unwrap()
}

#[tokio::test]
async fn one_seal_on_a_barge_covers_all_its_containers() {
    let bench = barge();
    arm_on(&bench, &bench.no, &[]).await.unwrap();
    assert_eq!(commanded(&bench, &bench.no), numbers(&BARGE), "each is named, for whoever reads the record");
    assert_eq!(bench.phase(), CasePhase::Sealed);
}

#[tokio::test]
async fn two_seals_over_parts_seal_the_case_together_and_come_off_one_by_one() {
    let bench = barge();
    let second = seal(SECOND);
    let foreign = arm_on(&bench, &bench.no, &["CSQU3054383"]).await;
    assert!(matches!(foreign, Err(SealTrouble::Refused(ArmRefusal::Cover(_)))));
    assert_eq!(bench.truth().commands_received, 0, "nothing was asked of the seal");

    assert_eq!(arm_on(&bench, &bench.no, &BARGE[..1]).await.unwrap().outcome, LockOutcome::Confirmed);
    assert_eq!(bench.phase(), CasePhase::Sealing);
    assert_eq!(bench.view().bare(), numbers(&BARGE[1..]));
    // Given in any order, it is written in the order of the case.
    assert!(arm_on(&bench, &second, &[BARGE[2], BARGE[1]]).await.is_ok());
    assert_eq!(commanded(&bench, &second), numbers(&BARGE[1..]));
    assert_eq!(bench.phase(), CasePhase::Sealed);

    bench.pass(SignedDuration::from_hours(9));
    for (no, after) in [(&bench.no, CasePhase::Sealed), (&second, CasePhase::Closed)] {
        let early = disarm_seal(&bench.kit, &bench.b, bench.case, no, None, &PATIENCE, &quiet).await;
        assert!(matches!(early, Err(SealTrouble::Refused(DisarmRefusal::NotInspected))), "each is inspected by itself");
        read_seal_log(&bench.kit, &bench.b, bench.case, no, &PATIENCE).await.unwrap();
        inspect(&bench.kit, &bench.b, bench.case, inspection(no, Verdict::AcceptWithReason, "Cáp nguyên vẹn")).unwrap();
        disarm_seal(&bench.kit, &bench.b, bench.case, no, None, &PATIENCE, &quiet).await.unwrap();
        assert_eq!(commanded(&bench, no), bench.view().under(bench.view().seal(no).unwrap()), "no more than it was on");
        assert_eq!(bench.phase(), after);
    }
}

#[tokio::test]
async fn the_choice_of_containers_waits_for_the_seal_and_is_not_taken_for_another() {
    let bench = barge();
    let view = || bench.view();
    let asked = || chosen_cover(&bench.kit, &view()).unwrap();
    assert_eq!(asked(), Cover::Whole);
    choose_cover(&bench.kit, bench.case, &Cover::Chosen(Vec::new())).unwrap();
    assert!(matches!(containers_to_seal(&bench.kit, &view()), Err(CoverTrouble::NothingChosen)), "none is not all");
    choose_cover(&bench.kit, bench.case, &Cover::Chosen(numbers(&BARGE[..1]))).unwrap();
    assert_eq!(containers_to_seal(&bench.kit, &view()).unwrap(), numbers(&BARGE[..1]), "kept, also over a restart");
    // The seal goes on; the app stops before it forgets the choice.
    arm_on(&bench, &bench.no, &BARGE[..1]).await.unwrap();
    assert_eq!(asked(), Cover::Chosen(numbers(&BARGE[1..])), "the next seal is for what is left");
    forget_cover(&bench.kit, bench.case).unwrap();
    assert_eq!(asked(), Cover::Chosen(numbers(&BARGE[1..])));
}

#[tokio::test]
async fn a_case_opened_on_the_spot_takes_each_container_once() {
    let bench = Bench::new(&[]);
    let one = numbers(&BARGE)[0].clone();
    let entered = open_case_draft(&bench.kit, Some(&one), None).unwrap();
    assert_eq!(entered.containers, numbers(&BARGE[..1]));
    add_container(&bench.kit, &numbers(&BARGE)[1]).unwrap();
    assert!(matches!(add_container(&bench.kit, &one), Err(OpenCaseTrouble::Twice(_))));
    // Back from the camera: what was entered is still there; another truck begins anew.
    assert_eq!(open_case_draft(&bench.kit, Some(&one), None).unwrap().containers, numbers(&BARGE[..2]));
    let new =
        |containers| NewCase { containers, declaration: None, destination: office("15BB"), trader: String::new() };
    let twice = open_case(&bench.kit, &bench.a, new(vec![one.clone(), numbers(&BARGE)[1].clone(), one.clone()]));
    assert!(matches!(twice, Err(OpenCaseTrouble::Twice(container)) if container == one));
    let case = open_case(&bench.kit, &bench.a, new(numbers(&BARGE))).unwrap();
    assert_eq!(bench.kit.store.case(case).unwrap().unwrap().doc.containers, numbers(&BARGE));
    assert!(has_open_case(&bench.kit, &one).unwrap());
    let next = numbers(&BARGE)[2].clone();
    assert_eq!(open_case_draft(&bench.kit, Some(&next), None).unwrap().containers, [next]);
}

// ── without our radio ──

fn by_hand(no: &str, seal_type: SealType, method: ManualMethod, on_off: OnOff) -> SealByHand {
    SealByHand {
        seal: seal(no),
        seal_type,
        party: SealingParty::Customs,
        kind: Some(CustomsSealKind::Electronic),
        class: None,
        method,
        on_off,
        condition: None,
        containers: Vec::new(),
    }
}

#[tokio::test]
async fn a_seal_worked_by_keypad_is_recorded_and_never_called_armed() {
    let bench = Bench::new(&[]);
    let mut doc = seal_doc("JT709001");
    doc.radio = SealRadio::NotSpoken;
    bench.documents(vec![Doc::Seal(doc)]);
    let paired = pair_seal(&bench.kit, &bench.a, bench.case, &seal("JT709001"), &PATIENCE).await;
    assert!(matches!(paired, Err(SealTrouble::Refused(PairRefusal::Unfit(Unfit::RadioNotSpoken)))));
    let on = by_hand("JT709001", SealType::Electronic, ManualMethod::Keypad, OnOff::On);
    assert_eq!(record_seal(&bench.kit, &bench.a, bench.case, on).unwrap(), SealState::RecordedUnconfirmed);

    let mut hand = by_hand("JT709001", SealType::Electronic, ManualMethod::ByHand, OnOff::On);
    let refused = record_seal(&bench.kit, &bench.a, bench.case, hand.clone());
    assert!(matches!(refused, Err(SealTrouble::Refused(RecordRefusal::MethodDoesNotFit))));
    hand.method = ManualMethod::Card;
    hand.on_off = OnOff::Off;
    let refused = record_seal(&bench.kit, &bench.b, bench.case, hand.clone());
    assert!(matches!(refused, Err(SealTrouble::Refused(RecordRefusal::StaysOn(DisarmRefusal::NotInspected)))));
    let inspected = inspection(&seal("JT709001"), Verdict::AcceptWithReason, "Không đọc được nhật ký");
    inspect(&bench.kit, &bench.b, bench.case, inspected).unwrap();
    assert_eq!(record_seal(&bench.kit, &bench.b, bench.case, hand).unwrap(), SealState::RemovedUnconfirmed);
}

#[tokio::test]
async fn group_a_goods_want_an_electronic_seal_or_the_reason_why_none_is_left() {
    let bench = Bench::new(&[]);
    let decided = |reason: &str| {
        Fact::GoodsDecided(seal_core::fact::GoodsDecided {
            ground: LegalGround::Transit,
            decision: Some(GoodsDecision {
                ground: LegalGround::Transit,
                group: GoodsGroup::A,
                citation: Citation { document: "x".to_owned(), dated: None, place: None, to_be_confirmed: false },
                pack: "1".to_owned(),
            }),
            from_work_list: false,
            reason: reason.to_owned(),
            depletion: None,
            ahead_of_a: None,
        })
    };
    let bolt = by_hand("VN0001", SealType::Mechanical, ManualMethod::ByHand, OnOff::On);
    bench.kit.record(&bench.a, Some(bench.case), vec![decided("")]).unwrap();
    let refused = record_seal(&bench.kit, &bench.a, bench.case, bolt.clone());
    assert!(matches!(refused, Err(SealTrouble::Refused(RecordRefusal::Needs(Need::DepletionStatement)))));
    bench.kit.record(&bench.a, Some(bench.case), vec![decided("Hết seal điện tử")]).unwrap();
    assert_eq!(record_seal(&bench.kit, &bench.a, bench.case, bolt).unwrap(), SealState::RecordedUnconfirmed);

    // A bolt on one container of several does not need an electronic seal on the others; without one on its own it does.
    let barge = barge();
    barge.kit.record(&barge.a, Some(barge.case), vec![decided("")]).unwrap();
    arm_on(&barge, &barge.no, &BARGE[..1]).await.unwrap();
    let on = |some: &[&str]| {
        let bolt = by_hand("VN0001", SealType::Mechanical, ManualMethod::ByHand, OnOff::On);
        record_seal(&barge.kit, &barge.a, barge.case, SealByHand { containers: numbers(some), ..bolt })
    };
    assert!(matches!(on(&[]), Err(SealTrouble::Refused(RecordRefusal::Needs(Need::DepletionStatement)))));
    assert!(matches!(on(&BARGE[..2]), Err(SealTrouble::Refused(RecordRefusal::Needs(Need::DepletionStatement)))));
    assert!(matches!(on(&["CSQU3054383"]), Err(SealTrouble::Refused(RecordRefusal::Cover(_)))));
    assert_eq!(on(&BARGE[..1]).unwrap(), SealState::RecordedUnconfirmed);

    let mut carrier = by_hand("ML-CN123", SealType::Mechanical, ManualMethod::ByHand, OnOff::On);
    carrier.party = SealingParty::Carrier;
    record_seal(&bench.kit, &bench.a, bench.case, carrier).unwrap();
    assert_eq!(bench.view().customs_seals().count(), 1);
}
