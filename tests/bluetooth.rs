//! The radio against a fake BlueZ, with seals that run the real protocol behind it.
#![cfg(target_os = "linux")]

#[path = "common/bluez.rs"]
mod bluez;
#[path = "common/seal_body.rs"]
mod seal_body;

use std::sync::Arc;
use std::time::Duration;

use bluez::{FakeSeal, Room};
use seal_body::{Caller, NOTIFY, SERVICE, WRITE, Wrong, fresh_id, issuer, shift};
use seal_core::ids::OfficerId;
use seal_core::seal::reading::{LockAction, LockState};
use seal_core::seal_no::SealNo;
use seal_core::wire::{B64, SealTicket, TicketKind};
use seal_field::adapters::seals::bluetooth::{Bluetooth, Patience};
use seal_field::adapters::seals::driver::Seals;
use seal_field::adapters::seals::open::OpenProtocol;
use seal_field::adapters::seals::radio::{Gatt, Radio as _};
use seal_field::ports::seal_link::{CommandAnswer, LinkTrouble, SealLink as _, Settled};
use seal_field::ports::tickets::{NoTicket, RenewError, Tickets};
use seal_field::ports::vault::VaultError;
use seal_protocol::SealId;
use seal_protocol::entry::{Action, Lock, Outcome};
use seal_protocol::message::{Denial, Reply, Request};
use seal_protocol::phone::{Heard, PhoneError};

const SEAL: &str = "83181010";
const OTHER: &str = "83181011";

fn radio(room: &Room) -> Bluetooth {
    let patience = Patience {
        listen: Duration::from_millis(150),
        pause: Duration::from_millis(10),
        connect: Duration::from_secs(5),
        ..Patience::default()
    };
    Bluetooth::new(patience).on(&room.adapter)
}

/// The address of the seal with that serial, heard now.
async fn heard(radio: &Bluetooth, serial: &str) -> String {
    let heard = radio.listen(&[SERVICE]).await.unwrap();
    heard.into_iter().find(|said| said.name.as_deref() == Some(serial)).expect("it is heard").address
}

async fn connect(radio: &Bluetooth, serial: &str) -> Box<dyn Gatt> {
    radio.connect(&heard(radio, serial).await, NOTIFY).await.unwrap()
}

async fn trouble(radio: &Bluetooth, serial: &str) -> LinkTrouble {
    match radio.connect(&heard(radio, serial).await, NOTIFY).await {
        Ok(_) => panic!("connected"),
        Err(trouble) => trouble,
    }
}

#[tokio::test]
async fn seals_are_heard_by_service_with_serial_and_strength() {
    let mut near = FakeSeal::new(SEAL);
    near.rssi = Some(-48);
    near.manufacturer = vec![(0xFFFF, vec![1, 2, 3])];
    let far = FakeSeal { rssi: Some(-90), ..FakeSeal::new(OTHER) };
    let headphones = FakeSeal { service: uuid::Uuid::from_u128(0x110B), ..FakeSeal::new("HEADPHONES") };
    // The system remembers it from yesterday.
    let away = FakeSeal { rssi: None, ..FakeSeal::new("83181012") };
    let nameless = FakeSeal { name: None, ..FakeSeal::new("N") };
    let room = Room::new(vec![far, headphones, away, near, nameless]).await;

    let heard = radio(&room).listen(&[SERVICE]).await.unwrap();

    let said: Vec<_> = heard.iter().map(|said| (said.name.as_deref(), said.rssi_dbm)).collect();
    assert_eq!(said, [(Some(SEAL), -48), (None, -60), (Some(OTHER), -90)]);
    assert_eq!(heard[0].manufacturer, [(0xFFFF, vec![1, 2, 3])]);
    assert_eq!(heard[0].services, [SERVICE]);
}

#[tokio::test]
async fn a_seal_is_armed_read_and_disarmed() {
    let room = Room::new(vec![FakeSeal::new(SEAL)]).await;
    let radio = radio(&room);
    let gatt = connect(&radio, SEAL).await;
    assert_eq!(gatt.value_len(), 244);
    let mut caller = Caller::new(SEAL, gatt);

    let Heard::Hello(hello) = caller.hello().await.unwrap() else { panic!("no greeting") };
    assert_eq!((hello.id.as_str(), hello.lock), (SEAL, Lock::Ready));
    caller.open(&shift(SEAL, 1)).await.unwrap();
    let armed = caller.command(Action::Arm).await.unwrap();
    // What the central makes of the receipt.
    let (entry, _) = issuer().verify(&SealId::new(SEAL).unwrap(), &armed).expect("the seal's own receipt");
    assert_eq!(entry.ended().map(|(action, outcome, _)| (action, outcome)), Some((Action::Arm, Outcome::Done)));
    // Fragment headers included, as tests/arm_bytes.rs of the protocol counts.
    assert!(caller.bytes < 512, "{} bytes", caller.bytes);
    assert_eq!(caller.exchanges, 3);

    let Reply::State(state) = caller.ask(&Request::State).await.unwrap() else { panic!("no state") };
    assert_eq!(state.lock, Lock::ClosedArmed);
    let Reply::Page(page) = caller.ask(&Request::Log { from: 1, most: 18 }).await.unwrap() else { panic!("no log") };
    assert_eq!(page.entries.len(), 3, "power back, begun, ended");
    caller.command(Action::Disarm).await.unwrap();
    let Reply::State(state) = caller.ask(&Request::State).await.unwrap() else { panic!("no state") };
    assert_eq!(state.lock, Lock::Ready);
}

/// What an officer took along for the shift.
struct Held(SealTicket);

#[async_trait::async_trait]
impl Tickets for Held {
    fn held(&self, _: &OfficerId, _: &SealNo) -> Result<Vec<SealTicket>, VaultError> {
        Ok(vec![self.0.clone()])
    }
    async fn fresh(&self, _: &SealNo, _: [u8; 16]) -> Result<SealTicket, NoTicket> {
        panic!("the seal knows the time, and a ticket is held");
    }
    async fn renew(&self) -> Result<usize, RenewError> {
        Ok(1)
    }
}

#[tokio::test]
async fn the_apps_link_arms_the_seal_of_the_label_among_others() {
    let (near, far) = (FakeSeal { rssi: Some(-40), ..FakeSeal::new(OTHER) }, FakeSeal::new(SEAL));
    let room = Room::new(vec![near, far]).await;
    let (seal, grant) = (SealNo::parse(SEAL).unwrap(), shift(SEAL, 1));
    let ticket = SealTicket {
        seal: seal.clone(),
        kind: TicketKind::Shift,
        ticket: B64(grant.ticket.to_vec()),
        secret: B64(grant.proof.expose().to_vec()),
        expires: jiff::Timestamp::MAX,
    };
    let link = Seals::new(Arc::new(radio(&room)), vec![Arc::new(OpenProtocol)], Arc::new(Held(ticket)));
    let officer: OfficerId = OfficerId("an.nguyen".into());

    let heard: Vec<_> = link.nearby().await.unwrap().into_iter().map(|one| one.seal.as_str().to_owned()).collect();
    assert_eq!(heard, [OTHER, SEAL]);
    let id = seal_core::ids::CommandId(uuid::Uuid::from_u128(7));
    let mut session = link.connect(&seal, &officer).await.unwrap();
    let answered = session.command(id, LockAction::Arm).await.unwrap();
    assert_eq!(answered.answer, CommandAnswer::Done);
    drop(session);
    let mut session = link.connect(&seal, &officer).await.unwrap();
    assert_eq!(session.read().await.unwrap().lock, LockState::ClosedArmed);
    assert!(matches!(session.settle(id).await.unwrap(), Settled::Ended(_)));
    assert_eq!(room.seal(0, |seal| seal.connects), 0);
}

#[tokio::test]
async fn lost_notifications_are_asked_for_again_and_nothing_is_done_twice() {
    let mut seal = FakeSeal::new(SEAL);
    seal.mtu = 23;
    // Pieces of HELLO's, OPEN's and ARM's answers; after the last piece of one only silence tells.
    seal.lost = vec![0, 3, 4, 9, 12];
    let room = Room::new(vec![seal]).await;
    let gatt = connect(&radio(&room), SEAL).await;
    assert_eq!(gatt.value_len(), 20);
    let mut caller = Caller::new(SEAL, gatt);
    caller.patience = Duration::from_millis(300);

    caller.hello().await.unwrap();
    caller.open(&shift(SEAL, 1)).await.unwrap();
    caller.command(Action::Arm).await.unwrap();
    let Reply::State(state) = caller.ask(&Request::State).await.unwrap() else { panic!("no state") };

    assert_eq!(state.lock, Lock::ClosedArmed);
    assert_eq!(room.seal(0, |seal| seal.body.driven), 1);
    assert!(room.seal(0, |seal| seal.notified) > 13, "all of the planned losses happened");
}

#[tokio::test]
async fn a_last_word_is_heard_although_the_seal_hangs_up_after_it() {
    let room = Room::new(vec![FakeSeal::new(SEAL)]).await;
    let radio = radio(&room);
    for _ in 0..4 {
        let mut caller = Caller::new(SEAL, connect(&radio, SEAL).await);
        // A ticket for another seal: REFUSED, and at once the link is gone.
        let refused = caller.open(&shift(OTHER, 1)).await;
        assert!(matches!(refused, Err(Wrong::Phone(PhoneError::Refused))), "{refused:?}");
        assert_eq!(caller.gatt.notified().await, Err(LinkTrouble::LinkLost));
    }
}

#[tokio::test]
async fn a_connection_that_fails_is_tried_again() {
    let room = Room::new(vec![FakeSeal { failing_connects: 2, ..FakeSeal::new(SEAL) }]).await;
    let gatt = connect(&radio(&room), SEAL).await;
    assert_eq!(room.seal(0, |seal| seal.connects), 3);
    drop(gatt);
}

#[tokio::test]
async fn what_cannot_be_connected_is_busy_far_or_gone() {
    let never = |rssi| FakeSeal { failing_connects: u32::MAX, rssi: Some(rssi), ..FakeSeal::new(SEAL) };
    let room = Room::new(vec![never(-60)]).await;
    assert_eq!(trouble(&radio(&room), SEAL).await, LinkTrouble::Busy);
    assert_eq!(room.seal(0, |seal| seal.connects), 3);

    let room = Room::new(vec![never(-95)]).await;
    assert_eq!(trouble(&radio(&room), SEAL).await, LinkTrouble::TooFar);

    let room = Room::new(vec![FakeSeal::new(SEAL)]).await;
    let radio = radio(&room);
    let address = heard(&radio, SEAL).await;
    room.forget(0).await;
    room.seal(0, |seal| seal.rssi = None);
    assert_eq!(radio.connect(&address, NOTIFY).await.err(), Some(LinkTrouble::NotHeard));
    assert_eq!(radio.connect("hci9/dev_00_00_00_00_00_00", NOTIFY).await.err(), Some(LinkTrouble::NotHeard));
}

#[tokio::test]
async fn a_device_without_the_characteristic_is_no_seal() {
    let room = Room::new(vec![FakeSeal::new(SEAL)]).await;
    let radio = radio(&room);
    let strange = uuid::Uuid::from_u128(7);
    let address = heard(&radio, SEAL).await;
    let trouble = radio.connect(&address, strange).await.err();
    assert!(matches!(&trouble, Some(LinkTrouble::Unreadable(said)) if said.contains("0007")), "{trouble:?}");
    assert!(!room.seal(0, |seal| seal.is_connected()));
}

#[tokio::test]
async fn a_lost_link_is_told_and_what_became_of_the_command_is_found_out() {
    let room = Room::new(vec![FakeSeal::new(SEAL)]).await;
    let radio = radio(&room);
    let mut caller = Caller::new(SEAL, connect(&radio, SEAL).await);
    caller.open(&shift(SEAL, 1)).await.unwrap();
    let id = fresh_id();
    // The command arrives, the link goes before its answer: an ARM takes a while.
    let arm = Request::Command { id, action: Action::Arm };
    let asked = caller.ask(&arm);
    let lost = async {
        while room.seal(0, |seal| seal.body.driven) == 0 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        room.lose_link(0).await;
    };
    let (answer, ()) = tokio::join!(asked, lost);
    assert!(matches!(answer, Err(Wrong::Link(LinkTrouble::LinkLost))), "{answer:?}");
    drop(caller);

    let mut caller = Caller::new(SEAL, connect(&radio, SEAL).await);
    caller.open(&shift(SEAL, 2)).await.unwrap();
    let receipt = loop {
        match caller.ask(&Request::Settle { id }).await.unwrap() {
            Reply::Receipt(receipt) => break receipt,
            Reply::Denied(Denial::Busy) => tokio::time::sleep(Duration::from_millis(20)).await,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(receipt.claim().unwrap().0.ended().map(|(_, outcome, _)| outcome), Some(Outcome::Done));
    assert_eq!(room.seal(0, |seal| seal.body.driven), 1);
}

#[tokio::test]
async fn a_link_that_goes_in_a_write_is_lost() {
    let room = Room::new(vec![FakeSeal { lose_link_after: Some(0), ..FakeSeal::new(SEAL) }]).await;
    let mut gatt = connect(&radio(&room), SEAL).await;
    assert_eq!(gatt.write(WRITE, &[0x80, 0x10]).await, Err(LinkTrouble::LinkLost));
    assert_eq!(gatt.notified().await, Err(LinkTrouble::LinkLost));
}

#[tokio::test]
async fn waiting_may_be_given_up_without_loss() {
    let room = Room::new(vec![FakeSeal::new(SEAL)]).await;
    let mut gatt = connect(&radio(&room), SEAL).await;
    for _ in 0..20 {
        assert!(tokio::time::timeout(Duration::from_millis(1), gatt.notified()).await.is_err());
    }
    gatt.write(WRITE, &[0x80, 0x10]).await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    let greeting = gatt.notified().await.unwrap();
    assert_eq!((greeting[0], greeting[1], greeting.len()), (0x80, 0x11, 39));
}

#[tokio::test]
async fn a_stronger_neighbour_is_left_alone() {
    let neighbour = FakeSeal { rssi: Some(-35), ..FakeSeal::new(OTHER) };
    let wanted = FakeSeal { rssi: Some(-80), failing_connects: u32::MAX, ..FakeSeal::new(SEAL) };
    let room = Room::new(vec![neighbour, wanted]).await;
    let radio = radio(&room);
    assert_eq!(trouble(&radio, SEAL).await, LinkTrouble::Busy);
    room.seal(1, |seal| seal.failing_connects = 0);
    let mut caller = Caller::new(SEAL, connect(&radio, SEAL).await);
    caller.hello().await.unwrap();
    assert_eq!(room.seal(0, |seal| (seal.connects, seal.written)), (0, 0));
}

#[tokio::test]
async fn a_dropped_connection_is_ended_before_the_next_one() {
    let room = Room::new(vec![FakeSeal::new(SEAL)]).await;
    let radio = radio(&room);
    let address = heard(&radio, SEAL).await;
    for round in 1..=5 {
        let gatt = radio.connect(&address, NOTIFY).await.unwrap();
        drop(gatt);
        let mut caller = Caller::new(SEAL, radio.connect(&address, NOTIFY).await.unwrap());
        caller.hello().await.unwrap();
        assert_eq!(room.seal(0, |seal| seal.connects), 2 * round);
    }
    // The last one is ended too, soon.
    while room.seal(0, |seal| seal.is_connected()) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn pairing_asks_for_the_passkey_of_the_label() {
    let room = Room::new(vec![FakeSeal { passkey: Some(123_456), ..FakeSeal::new(SEAL) }]).await;
    let answering = |digits| radio(&room).asking(Arc::new(move || Box::pin(async move { digits })));
    let nobody = radio(&room);
    assert_eq!(connect(&nobody, SEAL).await.pair().await, Err(LinkTrouble::NotAccepted), "nobody to ask");
    assert_eq!(trouble(&answering(None), SEAL).await, LinkTrouble::NotAccepted, "the officer gave up");
    assert_eq!(trouble(&answering(Some(654_321)), SEAL).await, LinkTrouble::NotAccepted, "a wrong passkey");
    assert!(!room.seal(0, |seal| seal.paired));
    let mut paired = Caller::new(SEAL, connect(&answering(Some(123_456)), SEAL).await);
    paired.hello().await.unwrap();
    assert_eq!(paired.gatt.pair().await, Ok(()), "it is paired");
    assert!(room.seal(0, |seal| seal.paired));
}

#[tokio::test]
async fn a_radio_that_is_off_or_forbidden_is_said_and_left_off() {
    let room = Room::new(vec![FakeSeal::new(SEAL)]).await;
    let radio = radio(&room);
    room.switch(false).await;
    assert_eq!(radio.listen(&[SERVICE]).await, Err(LinkTrouble::RadioOff));
    assert_eq!(radio.connect("any", NOTIFY).await.err(), Some(LinkTrouble::RadioOff));
    assert!(!room.is_on().await, "btleplug would switch it on");
    room.switch(true).await;
    let mut gatt = connect(&radio, SEAL).await;
    room.forbid().await;
    assert_eq!(radio.listen(&[SERVICE]).await, Err(LinkTrouble::NotAllowed));
    // A connection that stands does not mind.
    gatt.write(WRITE, &[0x80, 0x10]).await.unwrap();
    assert_eq!(Bluetooth::new(Patience::default()).on("hci77").listen(&[]).await, Err(LinkTrouble::RadioOff));
}
