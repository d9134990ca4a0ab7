//! Whatever the trouble and the order of things: the app says "closed and armed" only when the seal was closed, "opened"
//! only when it was open, and no act sends more than one command. The oracle is the yard.

use std::collections::HashSet;
use std::time::Duration;

use crate::bench::*;
use jiff::SignedDuration;
use proptest::prelude::*;
use seal_core::fact::Fact;
use seal_core::inspection::Verdict;
use seal_core::seal::reading::LockState;
use seal_core::seal::state::SealState;
use seal_field::actions::arm_seal::arm_seal;
use seal_field::actions::disarm_seal::disarm_seal;
use seal_field::actions::pair_seal::pair_seal;
use seal_field::actions::read_lock::read_lock;
use seal_field::actions::read_seal_log::read_seal_log;
use seal_field::adapters::seals::yard::RadioDelays;
use seal_simulator::{Proximity, Reach as _, Rope, SealSpec, Trouble};

#[derive(Debug, Clone)]
enum Step {
    Pair,
    Arm,
    /// The app is stopped while the radio works.
    ArmAndStop(u64),
    Disarm,
    DisarmAndStop(u64),
    ReadLock,
    ReadLog,
    Rope(bool),
    Cut,
    Near(bool),
    Power,
    Pass(i64),
    Troubles(Vec<Trouble>),
}

/// Those that decide how a command ends.
const OF_THE_LOCK: [Trouble; 5] = [
    Trouble::DropsLinkBeforeCommand,
    Trouble::DropsLinkWhileMoving,
    Trouble::DropsLinkAfterLockMoved,
    Trouble::LosesPowerWhileLocking,
    Trouble::MotorStuck,
];

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let trouble = prop_oneof![
        3 => proptest::sample::select(OF_THE_LOCK.to_vec()).prop_map(|trouble| vec![trouble]),
        1 => proptest::sample::subsequence(Trouble::ALL.to_vec(), 0..3),
    ];
    let step = prop_oneof![
        4 => Just(Step::Pair),
        5 => Just(Step::Arm),
        1 => (0_u64..12).prop_map(Step::ArmAndStop),
        4 => Just(Step::Disarm),
        1 => (0_u64..12).prop_map(Step::DisarmAndStop),
        4 => Just(Step::ReadLock),
        2 => Just(Step::ReadLog),
        2 => any::<bool>().prop_map(Step::Rope),
        1 => Just(Step::Cut),
        1 => any::<bool>().prop_map(Step::Near),
        2 => Just(Step::Power),
        2 => (1_i64..300).prop_map(Step::Pass),
        3 => trouble.prop_map(Step::Troubles),
    ];
    // Most runs begin in good order and come to a lock's trouble early; what follows is anything.
    let beginning = (0..4, proptest::sample::select(OF_THE_LOCK.to_vec())).prop_map(|(which, trouble)| {
        let troubles = Step::Troubles(vec![trouble]);
        match which {
            0 => vec![],
            1 => vec![Step::Pair, Step::Arm],
            2 => vec![troubles, Step::Pair, Step::Arm],
            _ => vec![Step::Pair, Step::Arm, troubles, Step::Disarm],
        }
    });
    (beginning, proptest::collection::vec(step, 1..12)).prop_map(|(mut steps, more)| {
        steps.extend(more);
        steps
    })
}

/// Does the step; refusals and lost links are part of the game.
async fn take(bench: &Bench, step: &Step) {
    let (kit, a, b, case, no) = (&bench.kit, &bench.a, &bench.b, bench.case, &bench.no);
    let slow = kit_with_delay(bench);
    match step {
        Step::Pair => drop(pair_seal(kit, a, case, no, &PATIENCE).await),
        Step::Arm => drop(arm_seal(kit, a, case, no, Vec::new(), &PATIENCE, &quiet).await),
        Step::ArmAndStop(after) => {
            let act = arm_seal(&slow, a, case, no, Vec::new(), &PATIENCE, &quiet);
            drop(tokio::time::timeout(Duration::from_millis(*after), act).await);
        }
        Step::Disarm | Step::DisarmAndStop(_) => {
            if bench.view().seal(no).is_none() {
                return;
            }
            let inspected = inspection(no, Verdict::AcceptWithReason, "test");
            kit.record(b, Some(case), vec![Fact::Inspected(inspected)]).unwrap();
            match step {
                Step::DisarmAndStop(after) => {
                    let act = disarm_seal(&slow, b, case, no, None, &PATIENCE, &quiet);
                    drop(tokio::time::timeout(Duration::from_millis(*after), act).await);
                }
                _ => drop(disarm_seal(kit, b, case, no, None, &PATIENCE, &quiet).await),
            }
        }
        Step::ReadLock => drop(read_lock(kit, b, case, no, &PATIENCE).await),
        Step::ReadLog => drop(read_seal_log(kit, b, case, no, &PATIENCE).await),
        Step::Rope(inserted) => bench.yard.insert_rope(no, *inserted).unwrap(),
        Step::Cut => bench.yard.cut_rope(no).unwrap(),
        Step::Near(near) => {
            bench.yard.place(no, if *near { Proximity::Near } else { Proximity::OutOfRange }).unwrap();
        }
        Step::Power => bench.yard.restore_power(no).unwrap(),
        Step::Pass(minutes) => bench.pass(SignedDuration::from_mins(*minutes)),
        Step::Troubles(troubles) => bench.yard.set_trouble(no, troubles).unwrap(),
    }
}

fn kit_with_delay(bench: &Bench) -> seal_field::actions::Kit {
    let ms = Duration::from_millis(2);
    kit(&bench.device, &bench.yard, RadioDelays { connect: ms, notified: ms })
}

/// Waits until a call of a stopped act, which is on its way all the same, has ended.
async fn settle(bench: &Bench) {
    for _ in 0..200 {
        if !bench.truth().connected {
            return;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    panic!("a stopped act still holds the seal");
}

async fn run(spec: SealSpec, steps: Vec<Step>) -> Result<(), TestCaseError> {
    let bench = Bench::with_spec(spec);
    for step in &steps {
        let (said, sent) = (bench.state(), bench.truth().commands_received);
        bench.pass(SignedDuration::from_secs(1));
        take(&bench, step).await;
        settle(&bench).await;
        let (now_says, truth) = (bench.state(), bench.truth());
        let commands = truth.commands_received - sent;

        let gives_one = matches!(step, Step::Arm | Step::ArmAndStop(_) | Step::Disarm | Step::DisarmAndStop(_));
        prop_assert!(commands <= u32::from(gives_one), "{step:?} sent {commands}");
        if now_says != said {
            match now_says {
                // Nothing but the act itself touched the seal since it was read.
                SealState::ClosedArmed => prop_assert_eq!(truth.lock, LockState::ClosedArmed, "after {:?}", step),
                SealState::Opened => {
                    prop_assert!(matches!(truth.lock, LockState::Open | LockState::Ready), "after {:?}", step);
                }
                SealState::Tampered => prop_assert!(
                    truth.lock != LockState::ClosedArmed || truth.rope != Rope::In,
                    "tampered after {:?}",
                    step
                ),
                _ => {}
            }
        }
    }
    // Every command that reached the seal was written down before.
    let written: HashSet<_> = bench
        .facts()
        .into_iter()
        .filter_map(|fact| match fact {
            Fact::LockCommanded(commanded) => Some(commanded.command),
            _ => None,
        })
        .collect();
    for command in bench.truth().commands {
        prop_assert!(written.contains(&command.id));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, max_shrink_iters: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_app_never_says_more_than_the_seal_said(motor_polls in 0_u8..7, steps in steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(run(SealSpec { motor_polls, ..good(SEAL) }, steps))?;
    }

    #[test]
    fn nor_more_than_a_seal_that_only_acknowledges(motor_polls in 0_u8..7, steps in steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(run(SealSpec { motor_polls, ..good_a7() }, steps))?;
    }
}
