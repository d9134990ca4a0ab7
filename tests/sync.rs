//! The sync engine with the real store, against a central that fails in every way it can.

use crate::common::pump::{Fault, Model, Pump, central_key};
use crate::common::*;
use jiff::SignedDuration;
use proptest::prelude::*;
use seal_core::cbor::Bytes;
use seal_core::checkpoint::{Life, SignedCheckpoint};
use seal_core::ids::EventId;
use seal_core::merkle;
use seal_core::outbox::{OutboxState, QueueItem, QueueWhat, StuckReason};
use seal_core::seal::reading::LockAction;
use seal_field::ports::store::{AlarmWhy, Store as _};
use seal_field::sync::engine::{Input, PIECE};
use seal_field::sync::record::{Verdict, weigh};

fn model(faults: &[Fault]) -> Model {
    Model { faults: faults.iter().copied().collect(), ..Model::default() }
}

fn states(device: &Device) -> Vec<OutboxState> {
    device.store.queue().unwrap().into_iter().map(|item| item.state).collect()
}

fn all_accepted(device: &Device) {
    let open: Vec<QueueItem> = device.store.queue().unwrap();
    let open: Vec<_> = open.iter().filter(|item| !matches!(item.state, OutboxState::Accepted { .. })).collect();
    assert!(open.is_empty(), "{open:#?}");
}

#[test]
fn facts_go_first_and_photos_after_all_with_receipts() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::open(folder.path());
    device.write(Some(case_id(1)), vec![opened("15BB"), device.photo_fact(&[7; 1000]), tug("A1")]);
    let mut pump = Pump::new(&device, model(&[]));
    pump.run(100);
    all_accepted(&device);
    assert_eq!(pump.model.order.len(), 3);
    assert_eq!(pump.model.complete.len(), 2);
    assert!(pump.engine.view().online);
}

/// A phone that does not know the central's life could not tell later that it was restored.
#[test]
fn before_the_first_page_nothing_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::open(folder.path());
    device.write(None, vec![tug("A1")]);
    let mut pump = Pump::new(&device, model(&[Fault::LostRequest; 3]));
    pump.run(6);
    assert!(pump.model.pushes.is_empty() && pump.engine.view().problem == Some("offline"));
    pump.run(100);
    all_accepted(&device);
}

#[test]
fn a_lost_answer_becomes_a_duplicate_and_nothing_doubles() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::open(folder.path());
    device.write(None, vec![tug("A1"), inspected("A1")]);
    // First the pull of the start, then the push.
    let mut pump = Pump::new(&device, model(&[Fault::LostAnswer, Fault::LostAnswer]));
    pump.run(100);
    all_accepted(&device);
    assert_eq!(pump.model.order.len(), 2);
    pump.model.check();
}

#[test]
fn a_login_page_acknowledges_nothing_and_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::open(folder.path());
    device.write(None, vec![tug("A1")]);
    let mut pump = Pump::new(&device, model(&[Fault::Portal, Fault::Portal])).having_pulled();
    pump.run(2);
    let item = &device.store.queue().unwrap()[0];
    assert_eq!((&item.state, item.last_problem.as_deref()), (&OutboxState::Waiting, Some("portal")));
    let view = pump.engine.view();
    assert!(!view.online && view.problem == Some("portal") && view.next_try.is_some());
    pump.run(100);
    all_accepted(&device);
}

#[test]
fn a_bad_item_is_found_by_halving_and_the_others_flow() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::open(folder.path());
    let events: Vec<_> = (0..32).flat_map(|n| device.write(None, vec![tug(&format!("S{n}"))])).collect();
    let bad = events[20].event.id;
    device.write(None, vec![inspected("S20"), inspected("S21")]);
    let mut pump = Pump::new(&device, model(&[]));
    pump.model.poison.insert(bad);
    pump.run(200);
    let queue = device.store.queue().unwrap();
    assert!(
        matches!(&queue[0].state, OutboxState::Stuck { reason: StuckReason::Refused { code, .. } } if code == "unreadable")
    );
    let waiting: Vec<_> = queue.iter().filter(|item| item.state == OutboxState::Waiting).collect();
    assert_eq!(waiting.len(), 1, "the later event of the same seal is held");
    assert_eq!(waiting[0].seal, Some(seal("S20")));
    assert_eq!(pump.model.order.len(), 32);
    // 34 items: the guilty one stands alone after at most six halvings, each of two requests.
    assert!(pump.model.pushes.len() <= 13, "{:?}", pump.model.pushes);
    pump.model.check();

    pump.model.poison.clear();
    device.store.send_now(Some(queue[0].key)).unwrap();
    pump.run(200);
    all_accepted(&device);
    pump.model.check();
}

#[test]
fn an_item_refused_by_itself_is_stuck_with_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::open(folder.path());
    let events = device.write(None, vec![tug("A1"), tug("B2")]);
    let mut pump = Pump::new(&device, model(&[]));
    pump.model.rejected.insert(events[0].event.id);
    pump.run(100);
    let reason = StuckReason::Refused { code: "scope".to_owned(), detail: "no".to_owned() };
    assert_eq!(states(&device)[0], OutboxState::Stuck { reason });
    assert_eq!(device.store.queue_counts().unwrap().accepted, 1);
}

#[test]
fn a_busy_central_is_left_alone_as_long_as_it_asks() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::open(folder.path());
    device.write(None, vec![tug("A1")]);
    let begin = device.now();
    let busy = Fault::Busy(Some(300));
    let mut pump = Pump::new(&device, model(&[busy, busy])).having_pulled();
    pump.run(2);
    let requests = pump.model.requests;
    let item = &device.store.queue().unwrap()[0];
    assert_eq!(item.last_problem.as_deref(), Some("server_busy"));
    assert!(item.next_try.unwrap() >= begin + SignedDuration::from_secs(300));
    while device.now() < begin + SignedDuration::from_secs(299) {
        device.clock.advance(SignedDuration::from_secs(10));
        if device.now() < begin + SignedDuration::from_secs(299) {
            pump.input(Input::Tick);
        }
    }
    assert_eq!(pump.model.requests, requests);
    pump.run(100);
    all_accepted(&device);
}

#[test]
fn a_central_that_is_down_for_ten_hours_is_not_stormed() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::open(folder.path());
    device.write(None, vec![tug("A1")]);
    let begin = device.now();
    let mut pump = Pump::new(&device, model(&[Fault::LostRequest; 5000]));
    while device.now() < begin + SignedDuration::from_hours(10) {
        pump.run(1);
    }
    // Two directions, each on average every 7.5 minutes at the longest; here the dice always fall on a third.
    assert!(pump.model.requests < 2 * 140, "{}", pump.model.requests);
    pump.model.faults.clear();
    pump.input(Input::SendNow);
    pump.run(100);
    all_accepted(&device);
}

#[test]
fn an_expired_sign_in_leaves_the_queue_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::open(folder.path());
    device.write(None, vec![tug("A1"), tug("B2")]);
    let mut pump = Pump::new(&device, model(&[Fault::SignIn, Fault::SignIn]));
    pump.run(2);
    assert_eq!(states(&device), [OutboxState::Waiting, OutboxState::Waiting]);
    assert_eq!(pump.engine.view().problem, Some("sign_in"));
    pump.input(Input::SendNow);
    pump.run(100);
    all_accepted(&device);
}

#[test]
fn a_half_sent_photo_goes_on_where_it_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::open(folder.path());
    let content: Vec<u8> = (0..PIECE * 3 + 5).map(|n| (n % 251) as u8).collect();
    device.write(None, vec![device.photo_fact(&content)]);
    let mut pump = Pump::new(&device, model(&[]));
    pump.run(5);
    let half = |device: &Device| device.store.queue().unwrap().iter().map(|item| item.sent_bytes).collect::<Vec<_>>();
    while !half(&device).iter().any(|sent| *sent > 0 && *sent < content.len() as u64) {
        pump.run(1);
    }
    pump.model.faults.extend([Fault::Half, Fault::LostAnswer, Fault::Killed, Fault::Half]);
    // A fact made meanwhile does not wait for the photo.
    device.write(None, vec![tug("A1")]);
    pump.run(200);
    all_accepted(&device);
    assert_eq!(pump.model.complete.len(), 2);
}

#[test]
fn a_spoiled_or_missing_photo_is_told_and_never_sent() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::open(folder.path());
    device.write(None, vec![device.photo_fact(b"first picture"), device.photo_fact(b"second picture")]);
    let file = |content: &[u8]| device.photos.file(&digest(content));
    std::fs::write(file(b"first picture"), b"").unwrap();
    std::fs::remove_file(file(b"second picture")).unwrap();
    let mut pump = Pump::new(&device, model(&[]));
    pump.run(100);
    let stuck: Vec<_> =
        states(&device).into_iter().filter(|state| matches!(state, OutboxState::Stuck { .. })).collect();
    let stuck_for = |reason| OutboxState::Stuck { reason };
    assert_eq!(stuck, [stuck_for(StuckReason::PhotoChanged), stuck_for(StuckReason::PhotoMissing)]);
    assert_eq!(pump.model.complete.len(), 2);
}

#[test]
fn without_coverage_nothing_is_tried_and_with_it_everything_goes() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::open(folder.path());
    device.write(None, vec![tug("A1")]);
    let mut pump = Pump::new(&device, model(&[]));
    pump.input(Input::Coverage(false));
    pump.input(Input::Tick);
    assert_eq!((pump.model.requests, pump.engine.view().problem), (0, Some("offline")));
    pump.input(Input::Coverage(true));
    pump.run(100);
    all_accepted(&device);
}

#[test]
fn a_restored_central_gets_everything_again() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::open(folder.path());
    device.write(None, vec![tug("A1"), device.photo_fact(b"picture")]);
    let mut pump = Pump::new(&device, model(&[]));
    pump.run(100);
    all_accepted(&device);
    let lost = std::mem::take(&mut pump.model);
    pump.model.epoch = "second".to_owned();
    device.clock.advance(SignedDuration::from_secs(21));
    pump.input(Input::Tick);
    pump.run(3);
    pump.run(100);
    all_accepted(&device);
    assert_eq!(pump.model.order.len(), lost.order.len());
    assert_eq!(pump.model.complete, lost.complete);
}

/// The central from a backup of its first `events` events.
fn restore(pump: &mut Pump<'_>, events: usize, announced: bool) {
    pump.model.order.truncate(events);
    if announced {
        pump.model.before.push(Life { epoch: pump.model.epoch.clone(), kept: events as u64 });
        pump.model.epoch += "+";
    }
}

/// A pull by itself, and what follows from it.
fn pull(pump: &mut Pump<'_>) {
    pump.device.clock.advance(SignedDuration::from_secs(21));
    pump.input(Input::Tick);
    for _ in 0..2 {
        pump.run(200);
    }
}

fn record(device: &Device) -> (u64, Vec<AlarmWhy>) {
    let alarms = device.store.record_alarms().unwrap().into_iter().map(|alarm| alarm.why).collect();
    (device.store.record_known().unwrap().proven(), alarms)
}

/// A device whose `early` events were proven more than an hour before its `late` ones.
fn two_hours<'a>(device: &'a Device, early: usize, late: usize) -> Pump<'a> {
    let mut pump = Pump::new(device, model(&[]));
    for count in [early, late] {
        (0..count).for_each(|_| drop(device.write(None, vec![tug("A1")])));
        pump.run(100);
        pull(&mut pump);
        device.clock.advance(SignedDuration::from_mins(61));
    }
    all_accepted(device);
    assert_eq!(record(device), ((early + late) as u64, vec![]));
    pump
}

#[test]
fn receipts_are_proven_with_one_proof_for_each_pull_at_most_and_none_while_nothing_changes() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::open(folder.path());
    let mut pump = two_hours(&device, 3, 2);
    let pulls = |pump: &Pump<'_>| pump.model.requests - pump.model.pushes.len() as u32 - pump.model.proofs.len() as u32;
    assert!(pump.model.proofs.len() as u32 <= pulls(&pump), "{:?}", pump.model.proofs);
    let before = pump.model.proofs.len();
    for _ in 0..5 {
        pull(&mut pump);
    }
    assert_eq!(pump.model.proofs.len(), before);
}

#[test]
fn a_restored_central_gets_what_it_is_not_proven_to_hold() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::open(folder.path());
    let mut pump = two_hours(&device, 5, 4);
    let before = pump.model.order.clone();
    restore(&mut pump, 7, true);
    let pushed = pump.model.pushes.iter().sum::<usize>();
    pull(&mut pump);
    all_accepted(&device);
    pump.model.check();
    assert_eq!(pump.model.order, before);
    // Of the backup's seven, five are proven to be those of the hour before; the other two cannot be told from none.
    assert_eq!(pump.model.pushes.iter().sum::<usize>() - pushed, 4);
    pull(&mut pump);
    assert_eq!(record(&device), (9, vec![]));
}

#[test]
fn a_central_restored_in_silence_is_an_alarm_and_gets_everything_again() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::open(folder.path());
    let mut pump = two_hours(&device, 5, 4);
    let before = pump.model.order.clone();
    restore(&mut pump, 7, false);
    pull(&mut pump);
    all_accepted(&device);
    pump.model.check();
    assert_eq!(pump.model.order, before);
    assert_eq!(record(&device).1, [AlarmWhy::Forked]);
    // Both of its words are kept, and each is signed.
    let alarm = device.store.record_alarms().unwrap().remove(0);
    let said = |cose: &[u8]| SignedCheckpoint::verify(cose, central_key().verifying_key()).unwrap().checkpoint;
    let (before, after) = (said(&alarm.before), said(&alarm.after));
    assert_eq!((before.epoch == after.epoch, before.size, after.size), (true, 9, 7));

    // The same is not told twice; reported, it stays away.
    device.store.record_alarms_reported().unwrap();
    device.clock.advance(SignedDuration::from_mins(11));
    pull(&mut pump);
    assert_eq!(record(&device), (9, vec![]));
}

#[test]
fn of_two_forks_the_second_is_an_alarm() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::open(folder.path());
    let mut pump = two_hours(&device, 2, 2);
    // Another history of the same length, and of greater length.
    let other = |n: u8| (EventId(uuid::Uuid::from_u128(u128::from(n))), signed_elsewhere(&device, n));
    for more in [0, 3] {
        // What it has by now is proven.
        pull(&mut pump);
        let before = pump.model.order.clone();
        pump.model.order.truncate(before.len() - 1);
        pump.model.order.extend((0..=more).map(|n| other(10 * more + n)));
        device.clock.advance(SignedDuration::from_mins(11));
        pull(&mut pump);
        assert_eq!(record(&device).1, [AlarmWhy::Forked], "{more}");
        all_accepted(&device);
        for event in
            before.iter().filter(|event| device.store.event(event.0).unwrap().is_some_and(|e| e.cose == event.1))
        {
            assert_eq!(
                pump.model.order.iter().filter(|held| *held == event).count(),
                1,
                "nothing lost, nothing doubled"
            );
        }
        device.store.record_alarms_reported().unwrap();
    }
}

/// An event of another device.
fn signed_elsewhere(device: &Device, n: u8) -> Vec<u8> {
    let mut event = device.store.event(any_event(device)).unwrap().unwrap().event;
    event.id = EventId(uuid::Uuid::from_u128(u128::from(n)));
    event.device = seal_core::ids::DeviceId(uuid::Uuid::from_u128(77));
    event.seq = u64::from(n) + 100;
    let sign = |bytes: &[u8]| Ok::<_, seal_core::cbor::CborError>(seal_core::event::sign_with(&central_key(), bytes));
    seal_core::event::SignedEvent::sign(event, sign).unwrap().cose
}

fn any_event(device: &Device) -> EventId {
    let queue = device.store.queue().unwrap();
    let ids = queue.iter().filter_map(|item| match &item.what {
        QueueWhat::Fact { event, .. } => Some(*event),
        QueueWhat::Photo { .. } => None,
    });
    ids.min_by_key(|id| id.0).unwrap()
}

/// The restored one does not have what the one before signed for, and never said it had.
#[test]
fn what_was_asked_of_the_life_before_is_no_alarm() {
    for kept in [3, 2] {
        let folder = tempfile::tempdir().unwrap();
        let device = Device::open(folder.path());
        let mut pump = two_hours(&device, 2, 1);
        device.write(None, vec![tug("A1")]);
        pump.input(Input::SendNow);
        while pump.model.order.len() < 4 {
            pump.run(1);
        }
        // The proof that the record grew from three to four is on its way.
        restore(&mut pump, kept, true);
        pump.run(100);
        pull(&mut pump);
        all_accepted(&device);
        assert_eq!((pump.model.order.len(), record(&device)), (4, (4, vec![])), "{kept}");
    }
}

#[test]
fn a_history_rewritten_behind_an_announced_restore_is_an_alarm() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::open(folder.path());
    let mut pump = two_hours(&device, 3, 3);
    let elsewhere = signed_elsewhere(&device, 1);
    restore(&mut pump, 5, true);
    let gone = std::mem::replace(&mut pump.model.order[1], (EventId(uuid::Uuid::from_u128(1)), elsewhere));
    pull(&mut pump);
    assert_eq!(record(&device).1, [AlarmWhy::Rewritten]);
    all_accepted(&device);
    assert!(pump.model.order.contains(&gone), "sent again");
}

#[test]
fn a_statement_that_the_central_did_not_sign_is_an_alarm_and_changes_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::open(folder.path());
    let pump = two_hours(&device, 2, 1);
    let known = device.store.record_known().unwrap();
    let mut forged = known.heads[0].cose.clone();
    *forged.last_mut().unwrap() ^= 1;
    let Verdict::Follow(followed) = weigh(&known, &forged) else { panic!("an alarm") };
    device.store.follow_record(&followed).unwrap();
    assert_eq!(record(&device), (3, vec![AlarmWhy::Signature]));
    all_accepted(&device);
    drop(pump);
}

#[test]
fn another_key_at_sign_in_is_an_alarm_and_everything_is_sent_again() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::open(folder.path());
    drop(two_hours(&device, 2, 1));
    device.store.trust_record_key(&Bytes(vec![4; 65])).unwrap();
    assert_eq!(record(&device), (0, vec![AlarmWhy::KeyChanged]));
    assert_eq!(device.store.queue_counts().unwrap().waiting, 3);
}

#[test]
fn an_answer_overtaken_by_a_larger_one_is_proven_not_suspected() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::open(folder.path());
    let pump = two_hours(&device, 3, 2);
    let known = device.store.record_known().unwrap();
    let early = known.heads.iter().find(|head| head.size == 3).unwrap();
    let Verdict::Ask(question) = weigh(&known, &early.cose) else { panic!("a question") };
    assert_eq!(question.sizes(), (3, 5));
    let leaves: Vec<_> = pump.model.order.iter().map(|(_, cose)| merkle::leaf(cose)).collect();
    let pair = merkle::node(&leaves[0], &leaves[1]);
    let proof = [leaves[2], leaves[3], pair, leaves[4]];
    assert_eq!((question.clone().judge(Some(&proof)), question.epoch()), (Verdict::Nothing, "first"));
    assert!(matches!(question.judge(None), Verdict::Ask(_) | Verdict::Follow(_)));
}

#[test]
fn a_proof_that_does_not_arrive_is_no_alarm() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::open(folder.path());
    let mut pump = two_hours(&device, 2, 2);
    device.write(None, vec![tug("A1")]);
    // The push arrives, the proof and the pull do not.
    pump.model.faults = [Fault::None, Fault::LostRequest, Fault::Portal, Fault::Busy(None), Fault::SignIn].into();
    for _ in 0..4 {
        pull(&mut pump);
    }
    assert_eq!(record(&device).1, []);
    pump.model.faults.clear();
    pump.input(Input::SendNow);
    pump.run(100);
    pull(&mut pump);
    assert_eq!(record(&device), (5, vec![]));
}

#[test]
fn a_central_without_a_record_is_served_as_before() {
    let folder = tempfile::tempdir().unwrap();
    let device = Device::open(folder.path());
    let mut pump = Pump::new(&device, Model { without_record: true, ..model(&[]) });
    device.write(None, vec![tug("A1"), tug("A2")]);
    pump.run(100);
    restore(&mut pump, 1, true);
    pull(&mut pump);
    all_accepted(&device);
    assert_eq!((pump.model.order.len(), record(&device)), (2, (0, vec![])));
}

fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        4 => Just(Fault::None),
        2 => Just(Fault::LostRequest),
        2 => Just(Fault::LostAnswer),
        1 => Just(Fault::Half),
        1 => (0_u64..100).prop_map(|s| Fault::Busy(Some(s))),
        1 => Just(Fault::Busy(None)),
        1 => Just(Fault::Portal),
        1 => Just(Fault::SignIn),
        2 => Just(Fault::Killed),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]
    #[test]
    fn nothing_is_lost_doubled_or_out_of_order_whatever_fails(
        acts in prop::collection::vec((0_u8..4, 0_u8..5, any::<bool>()), 1..14),
        faults in prop::collection::vec(fault(), 0..60),
        pause in 1_u32..8,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let device = Device::open(folder.path());
        let mut pump = Pump::new(&device, model(&faults));
        let mut written = Vec::new();
        for (n, (seal, kind, photo)) in acts.iter().enumerate() {
            let no = format!("S{seal}");
            let mut facts = match kind {
                0 => vec![tug(&no)],
                1 => vec![commanded(&no, LockAction::Arm), inspected(&no)],
                2 => vec![packed(n as u128, &["S0", "S1"])],
                3 => vec![opened("15BB"), scanned("x")],
                _ => vec![received(&no), commanded(&no, LockAction::Disarm)],
            };
            if *photo {
                facts.push(device.photo_fact(&[n as u8; 300]));
            }
            written.extend(device.write(Some(case_id(u128::from(*seal))), facts));
            pump.run(pause);
        }
        pump.run(3000);
        all_accepted(&device);
        pump.model.check();
        prop_assert_eq!(record(&device).1, []);
        prop_assert_eq!(pump.model.order.len(), written.len());
        for event in &written {
            prop_assert!(pump.model.order.iter().any(|(id, cose)| *id == event.event.id && *cose == event.cose));
            if let Some(photo) = event.event.fact.photo() {
                prop_assert!(pump.model.complete.contains(&photo.sha256));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn nothing_is_lost_or_doubled_whatever_is_restored(
        steps in prop::collection::vec((0_u8..6, 1_usize..5), 1..12),
        faults in prop::collection::vec(fault(), 0..30),
        announced in any::<bool>(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let device = Device::open(folder.path());
        let mut pump = Pump::new(&device, model(&faults));
        let mut written = Vec::new();
        for (kind, n) in steps {
            match kind {
                0..=2 => (0..n).for_each(|_| written.extend(device.write(None, vec![tug("A1"), tug("A2")]))),
                3 => device.clock.advance(SignedDuration::from_mins(61)),
                _ => {
                    // A restore that nobody announces is noticed once what was confirmed was proven.
                    if !announced {
                        pump.model.faults.clear();
                    }
                    pump.input(Input::SendNow);
                    pump.run(400);
                    pull(&mut pump);
                    let kept = pump.model.order.len().saturating_sub(n);
                    restore(&mut pump, kept, announced);
                }
            }
            pump.run(3);
        }
        pump.model.faults.clear();
        for _ in 0..4 {
            device.clock.advance(SignedDuration::from_mins(11));
            pump.input(Input::SendNow);
            pump.run(400);
            pull(&mut pump);
        }
        all_accepted(&device);
        prop_assert_eq!(pump.model.order.len(), written.len());
        for event in &written {
            prop_assert!(pump.model.order.iter().any(|(id, cose)| *id == event.event.id && *cose == event.cose));
        }
        let (proven, alarms) = record(&device);
        prop_assert_eq!(proven, written.len() as u64);
        prop_assert!(!announced || alarms.is_empty(), "{:?}", alarms);
    }
}
