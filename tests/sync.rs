//! The sync engine with the real store, against a central that fails in every way it can.

mod common;

use common::pump::{Fault, Model, Pump};
use common::*;
use jiff::SignedDuration;
use proptest::prelude::*;
use seal_core::outbox::{OutboxState, QueueItem, StuckReason};
use seal_core::seal::reading::LockAction;
use seal_field::ports::store::Store as _;
use seal_field::sync::engine::{Input, PIECE};

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
        prop_assert_eq!(pump.model.order.len(), written.len());
        for event in &written {
            prop_assert!(pump.model.order.iter().any(|(id, cose)| *id == event.event.id && *cose == event.cose));
            if let Some(photo) = event.event.fact.photo() {
                prop_assert!(pump.model.complete.contains(&photo.sha256));
            }
        }
    }
}
