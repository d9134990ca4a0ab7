//! What every driver of seals has to do, run over each family with simulated seals. The oracle is the yard: what really
//! happened, and how many commands it got. A new driver adds a row to [`FAMILIES`] and is held to the same.

use std::sync::{Arc, Mutex};

use crate::bench::*;
use crate::common::seal;
use async_trait::async_trait;
use jiff::SignedDuration;
use seal_core::ids::{CommandId, OfficerId};
use seal_core::seal::log::LogKind;
use seal_core::seal::preflight::CheckKind;
use seal_core::seal::reading::{LockAction, LockState, RefusalReason};
use seal_core::seal::story::{is_complete, since_arming};
use seal_core::seal_no::SealNo;
use seal_core::wire::SealTicket;
use seal_field::adapters::seals::driver::Seals;
use seal_field::adapters::seals::radio::{Advertisement, Gatt, Radio};
use seal_field::adapters::seals::yard::{RadioDelays, YardRadio};
use seal_field::ports::central::CentralTrouble;
use seal_field::ports::clock::Clock as _;
use seal_field::ports::seal_link::{Answered, CommandAnswer, LinkTrouble, SealLink as _, SealSession, Settled};
use seal_field::ports::tickets::{NoTicket, RenewError, Tickets};
use seal_field::ports::vault::VaultError;
use seal_simulator::{Reach as _, SealSpec, Trouble};
use uuid::Uuid;

/// A family of seals, and what its protocol can do.
#[derive(Clone, Copy)]
struct Family {
    protocol: &'static str,
    /// A good seal with its rope in, and another of its kind.
    good: fn() -> SealSpec,
    other: &'static str,
    /// Where its phone writes.
    writes_to: u128,
    /// It remembers commands, signs, and keeps a log that a phone can read.
    remembers: bool,
}

const FAMILIES: [Family; 2] = [
    Family {
        protocol: "eseal/1",
        good: || good(SEAL),
        other: "83181002",
        writes_to: 0x7c5e_0002_9d0b_4f6e_8a55_1f7e_4858_5bc3,
        remembers: true,
    },
    Family {
        protocol: "totarget-a7",
        good: good_a7,
        other: "91760002",
        writes_to: 0x6e40_0002_b5a3_f393_e0a9_e50e_24dc_ca9e,
        remembers: false,
    },
];

/// What happens to notified values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Air {
    Clear,
    /// Nothing comes.
    Silent,
    /// One bit of each is wrong.
    Spoiled,
    /// One byte at a time; the first is preceded by a lock's heartbeat and by news that nobody asked for.
    Chatty,
}

/// Where a value was written, and the value.
type Written = (Uuid, Vec<u8>);

/// A radio that watches what is written, and spoils what comes.
#[derive(Clone)]
struct Watched {
    radio: YardRadio,
    air: Arc<Mutex<Air>>,
    written: Arc<Mutex<Vec<Written>>>,
}

struct WatchedGatt {
    gatt: Box<dyn Gatt>,
    with: Watched,
    waiting: Vec<Vec<u8>>,
    greeted: bool,
}

#[async_trait]
impl Radio for Watched {
    async fn listen(&self, services: &[Uuid]) -> Result<Vec<Advertisement>, LinkTrouble> {
        self.radio.listen(services).await
    }
    async fn connect(&self, address: &str, notify: Uuid) -> Result<Box<dyn Gatt>, LinkTrouble> {
        let gatt = self.radio.connect(address, notify).await?;
        Ok(Box::new(WatchedGatt { gatt, with: self.clone(), waiting: Vec::new(), greeted: false }))
    }
}

#[async_trait]
impl Gatt for WatchedGatt {
    fn value_len(&self) -> usize {
        self.gatt.value_len()
    }
    async fn write(&mut self, to: Uuid, value: &[u8]) -> Result<(), LinkTrouble> {
        self.with.written.lock().unwrap().push((to, value.to_vec()));
        self.gatt.write(to, value).await
    }
    async fn notified(&mut self) -> Result<Vec<u8>, LinkTrouble> {
        if !self.waiting.is_empty() {
            return Ok(self.waiting.remove(0));
        }
        let mut value = self.gatt.notified().await?;
        let air = *self.with.air.lock().unwrap();
        match air {
            Air::Clear => Ok(value),
            Air::Silent => std::future::pending().await,
            Air::Spoiled => {
                let middle = value.len() / 2;
                value[middle] ^= 0x10;
                Ok(value)
            }
            Air::Chatty => {
                let mut bytes = Vec::new();
                if !std::mem::replace(&mut self.greeted, true) {
                    bytes.extend(framed(&[0x01]));
                    // "Rod cut", of the time before: the answer that was asked for says what is now.
                    let mut news = vec![0x04];
                    news.extend(&value[3..value.len() - 1]);
                    bytes.extend(framed(&news));
                }
                bytes.extend(value);
                self.waiting = bytes.into_iter().map(|byte| vec![byte]).collect();
                Ok(self.waiting.remove(0))
            }
        }
    }
    async fn pair(&mut self) -> Result<(), LinkTrouble> {
        self.gatt.pair().await
    }
}

/// A frame of A7 in the clear, its checksum bit by bit.
fn framed(business: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x01, u8::try_from(business.len()).unwrap()];
    frame.extend(business);
    let crc = frame.iter().fold(0_u8, |crc, byte| {
        (0..8).fold(crc ^ byte, |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0x8c } else { crc >> 1 })
    });
    frame.push(crc);
    frame
}

struct Desk {
    family: Family,
    bench: Bench,
    radio: Watched,
    link: Seals,
}

impl Family {
    fn desk(self, trouble: &[Trouble]) -> Desk {
        self.desk_of((self.good)().with(trouble), None)
    }

    fn desk_of(self, spec: SealSpec, given: Option<Arc<dyn Tickets>>) -> Desk {
        let bench = Bench::with_spec(spec);
        let radio = Watched {
            radio: YardRadio::new(bench.yard.clone(), RadioDelays::default()),
            air: Arc::new(Mutex::new(Air::Clear)),
            written: Arc::default(),
        };
        let given = given.unwrap_or_else(|| tickets(&bench.device));
        let link = Seals::new(Arc::new(radio.clone()), drivers(&bench.device), given);
        Desk { family: self, bench, radio, link }
    }
}

fn an_id() -> CommandId {
    CommandId(Uuid::now_v7())
}

impl Desk {
    async fn connect(&self) -> Result<Box<dyn SealSession>, LinkTrouble> {
        self.link.connect(&self.bench.no, &self.bench.a.id).await
    }

    async fn session(&self) -> Box<dyn SealSession> {
        self.connect().await.unwrap_or_else(|trouble| panic!("{}: {trouble}", self.family.protocol))
    }

    fn received(&self) -> u32 {
        self.bench.truth().commands_received
    }

    fn air(&self, air: Air) {
        *self.radio.air.lock().unwrap() = air;
    }

    fn written(&self) -> Vec<(Uuid, Vec<u8>)> {
        self.radio.written.lock().unwrap().clone()
    }

    /// Gives a command in a session of its own, and reads until the lock is where it should be.
    async fn work(&self, action: LockAction) -> CommandAnswer {
        let mut session = self.session().await;
        let answer = session.command(an_id(), action).await.unwrap().answer;
        for _ in 0..8 {
            let lock = session.read().await.unwrap().lock;
            if (lock == LockState::ClosedArmed) == (action == LockAction::Arm) {
                return answer;
            }
        }
        panic!("{}: {action:?} was {answer:?}, and no reading bears it out", self.family.protocol);
    }
}

fn refusal(answered: Result<Answered, LinkTrouble>) -> RefusalReason {
    match answered {
        Ok(Answered { answer: CommandAnswer::Refused(reason), .. }) => reason,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_seal_of_the_label_is_found_among_others_and_by_its_own_driver() {
    for family in FAMILIES {
        let desk = family.desk(&[]);
        for other in FAMILIES {
            if other.protocol != family.protocol {
                desk.bench.yard.add((other.good)()).unwrap();
            }
        }
        let stranger = SealSpec { serial: seal(family.other), rssi_dbm: -30, ..(family.good)() };
        desk.bench.yard.add(stranger).unwrap();
        assert_eq!(desk.link.protocols(&desk.bench.no).len(), FAMILIES.len(), "not heard yet: it may be any");
        let heard: Vec<SealNo> = desk.link.nearby().await.unwrap().into_iter().map(|one| one.seal).collect();
        assert_eq!(heard.len(), 3);
        assert_eq!(heard[0], seal(family.other), "the strongest first");
        let protocols = desk.link.protocols(&desk.bench.no);
        assert_eq!(protocols.iter().map(|one| one.name).collect::<Vec<_>>(), [family.protocol]);

        let mut session = desk.session().await;
        assert_eq!(session.protocol().name, family.protocol);
        assert!(
            !session.protocol().verified_on_hardware,
            "nobody has tried it; see docs/drivers.md before changing this"
        );
        assert_eq!(session.protocol().proves_itself, session.scheme().is_some());
        let reading = session.read().await.unwrap();
        assert_eq!((&reading.serial, reading.lock), (&desk.bench.no, LockState::Ready));
        assert!(reading.rope_inserted && reading.battery_percent == 87 && !reading.default_password);
        assert!(!reading.firmware.is_empty());
        drop(session);
        for other in [family.other, FAMILIES.iter().find(|one| one.protocol != family.protocol).unwrap().other] {
            let untouched = desk.bench.yard.seal(&seal(other));
            assert!(untouched.is_err() || untouched.unwrap().commands_received == 0);
        }
        // Where others would be written to (a firmware's updater), nothing is.
        assert!(desk.written().iter().all(|(to, _)| to.as_u128() == family.writes_to), "{}", family.protocol);
    }
}

#[tokio::test]
async fn the_answer_of_another_seal_is_named_and_gets_no_command() {
    for family in FAMILIES {
        let desk = family.desk(&[Trouble::WrongIdentity]);
        let found = desk.connect().await.err();
        assert_eq!(found, Some(LinkTrouble::OtherSeal { found: seal(family.other) }), "{}", family.protocol);
        assert_eq!(desk.received(), 0);
    }
}

#[tokio::test]
async fn it_closes_and_opens_and_a_reading_is_the_proof() {
    for family in FAMILIES {
        let desk = family.desk_of(SealSpec { motor_polls: 2, ..(family.good)() }, None);
        let answer = desk.work(LockAction::Arm).await;
        assert_eq!(answer == CommandAnswer::Done, family.remembers, "acknowledged is not done");
        assert_eq!((desk.bench.truth().lock, desk.received()), (LockState::ClosedArmed, 1));
        desk.bench.pass(SignedDuration::from_hours(3));
        desk.work(LockAction::Disarm).await;
        assert!(matches!(desk.bench.truth().lock, LockState::Open | LockState::Ready));
        assert_eq!(desk.received(), 2);
    }
}

#[tokio::test]
async fn an_answer_alone_does_not_make_it_closed() {
    for family in FAMILIES {
        let desk = family.desk(&[Trouble::MotorStuck]);
        let mut session = desk.session().await;
        let answer = session.command(an_id(), LockAction::Arm).await.unwrap().answer;
        let expected = if family.remembers {
            CommandAnswer::Refused(RefusalReason::MotorStuck)
        } else {
            CommandAnswer::Acknowledged
        };
        assert_eq!(answer, expected);
        for _ in 0..5 {
            assert_ne!(session.read().await.unwrap().lock, LockState::ClosedArmed);
        }
        assert_eq!(desk.received(), 1);
    }
}

#[tokio::test]
async fn what_a_seal_refuses_has_a_name() {
    for family in FAMILIES {
        for (trouble, reason) in
            [(Trouble::FlatBattery, RefusalReason::BatteryTooLow), (Trouble::ShellOpened, RefusalReason::ShellOpen)]
        {
            let desk = family.desk(&[trouble]);
            let mut session = desk.session().await;
            assert_eq!(refusal(session.command(an_id(), LockAction::Arm).await), reason, "{}", family.protocol);
        }
        let desk = family.desk(&[]);
        desk.bench.yard.insert_rope(&desk.bench.no, false).unwrap();
        let mut session = desk.session().await;
        let (arm, disarm) = (LockAction::Arm, LockAction::Disarm);
        assert_eq!(refusal(session.command(an_id(), arm).await), RefusalReason::RopeNotInserted);
        assert_eq!(refusal(session.command(an_id(), disarm).await), RefusalReason::NotSealed);
        drop(session);
        desk.bench.yard.insert_rope(&desk.bench.no, true).unwrap();
        desk.work(arm).await;
        let mut session = desk.session().await;
        assert_eq!(refusal(session.command(an_id(), arm).await), RefusalReason::AlreadyDone);
        drop(session);
        desk.bench.yard.cut_rope(&desk.bench.no).unwrap();
        let mut session = desk.session().await;
        let reading = session.read().await.unwrap();
        assert_eq!((reading.lock, reading.rope_inserted), (LockState::Tampered, false));
        // The open protocol's seal is still armed, and says so first; what it is worth is in the reading.
        let reason = if family.remembers { RefusalReason::AlreadyDone } else { RefusalReason::RopeCut };
        assert_eq!(refusal(session.command(an_id(), arm).await), reason);
    }
}

#[tokio::test]
async fn a_link_lost_before_while_and_after_leaves_one_command_at_most() {
    for family in FAMILIES {
        for (trouble, received, lock) in [
            (Trouble::DropsLinkBeforeCommand, 0, LockState::Ready),
            (Trouble::DropsLinkWhileMoving, 1, LockState::ClosedArmed),
            (Trouble::DropsLinkAfterLockMoved, 1, LockState::ClosedArmed),
        ] {
            let desk = family.desk(&[trouble]);
            let (mut session, command) = (desk.session().await, an_id());
            let answered = session.command(command, LockAction::Arm).await;
            assert_eq!(answered, Err(LinkTrouble::LinkLost), "{} {trouble:?}", family.protocol);
            drop(session);
            let mut session = desk.session().await;
            assert_eq!(session.read().await.unwrap().lock, lock, "{} {trouble:?}", family.protocol);
            match session.settle(command).await.unwrap() {
                Settled::CannotTell => assert!(!family.remembers),
                Settled::Ended(Answered { answer: CommandAnswer::Done, .. }) => {
                    assert!(family.remembers && received == 1);
                }
                Settled::NotFound { .. } => assert!(family.remembers && received == 0),
                other => panic!("{other:?}"),
            }
            assert_eq!(desk.received(), received, "reading and settling send no command");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn without_an_answer_there_is_no_reading_and_a_command_goes_out_once() {
    for family in FAMILIES {
        for air in [Air::Silent, Air::Spoiled] {
            let desk = family.desk(&[]);
            let mut session = desk.session().await;
            desk.air(air);
            let trouble = session.read().await.unwrap_err();
            let known = match air {
                Air::Silent => matches!(trouble, LinkTrouble::NoAnswer),
                _ => matches!(trouble, LinkTrouble::NoAnswer | LinkTrouble::Unreadable(_) | LinkTrouble::LinkLost),
            };
            assert!(known, "{} {air:?}: {trouble:?}", family.protocol);
            // Even if the air clears, an answer of before is not taken for one of now.
            drop(session);
            desk.air(Air::Clear);
            let mut session = desk.session().await;
            desk.air(air);
            let answered = session.command(an_id(), LockAction::Arm).await;
            assert!(answered.is_err(), "{} {air:?}: {answered:?}", family.protocol);
            drop(session);
            assert_eq!(desk.received(), 1, "{} {air:?}", family.protocol);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_stopped_command_is_not_sent_again() {
    for family in FAMILIES {
        let desk = family.desk(&[]);
        let mut session = desk.session().await;
        desk.air(Air::Silent);
        let stopped =
            tokio::time::timeout(std::time::Duration::from_secs(1), session.command(an_id(), LockAction::Arm));
        assert!(stopped.await.is_err());
        drop(session);
        desk.air(Air::Clear);
        let mut session = desk.session().await;
        assert_eq!(session.read().await.unwrap().lock, LockState::ClosedArmed);
        assert_eq!(desk.received(), 1);
    }
}

#[tokio::test]
async fn the_log_is_whole_and_in_order_or_says_that_it_is_not() {
    for family in FAMILIES {
        let desk = family.desk(&[]);
        desk.work(LockAction::Arm).await;
        desk.bench.pass(SignedDuration::from_hours(9));
        let mut session = desk.session().await;
        let newest = session.read().await.unwrap().log_counter;
        let log = session.log(1).await.unwrap();
        let trip = since_arming(log.entries.clone(), 0);
        assert_eq!(is_complete(&trip, newest), family.remembers, "{}", family.protocol);
        assert!(log.entries.windows(2).all(|pair| pair[1].counter == pair[0].counter + 1));
        assert!(log.entries.windows(2).all(|pair| pair[0].at <= pair[1].at));
        assert_eq!(log.signed.is_empty(), !family.remembers);
        if family.remembers {
            assert_eq!(log.entries.last().unwrap().counter, newest);
            assert_eq!(trip.iter().filter(|entry| entry.kind == LogKind::Position).count(), 54);
        }
    }
}

#[tokio::test]
async fn the_clock_is_read_before_it_is_set() {
    for family in FAMILIES {
        let desk = family.desk(&[Trouble::WrongClock]);
        let mut session = desk.session().await;
        let now = desk.bench.now();
        let ahead = |at: jiff::Timestamp| at.duration_since(now).as_secs();
        assert_eq!(ahead(session.read().await.unwrap().clock), 7200, "{}", family.protocol);
        session.set_clock(now).await.unwrap();
        assert_eq!(ahead(session.read().await.unwrap().clock), 0, "{}", family.protocol);
        assert_eq!(desk.received(), 0);
    }
}

/// A box with these tickets, out of coverage.
struct Box1(Vec<SealTicket>);

#[async_trait]
impl Tickets for Box1 {
    fn held(&self, _: &OfficerId, _: &SealNo) -> Result<Vec<SealTicket>, VaultError> {
        Ok(self.0.clone())
    }
    async fn fresh(&self, _: &SealNo, _: [u8; 16]) -> Result<SealTicket, NoTicket> {
        Err(CentralTrouble::Offline("test".to_owned()).into())
    }
    async fn renew(&self) -> Result<usize, RenewError> {
        Ok(0)
    }
}

#[tokio::test]
async fn without_a_right_nothing_is_asked_of_the_seal() {
    for family in FAMILIES {
        let desk = family.desk_of((family.good)(), Some(Arc::new(Box1(Vec::new()))));
        let trouble = desk.connect().await.err();
        assert!(matches!(trouble, Some(LinkTrouble::NoTicket(_))), "{}: {trouble:?}", family.protocol);
        assert_eq!(desk.received(), 0);
        // The open protocol's greeting carries nothing secret; a password is asked for before anything is said.
        assert!(desk.written().len() <= usize::from(family.remembers));
        assert!(!desk.bench.truth().connected);
    }
}

#[tokio::test]
async fn secrets_are_in_no_debug_text() {
    for family in FAMILIES {
        let desk = family.desk(&[]);
        let officer = OfficerId("an".to_owned());
        for ticket in tickets(&desk.bench.device).held(&officer, &desk.bench.no).unwrap() {
            let shown = format!("{ticket:?}");
            let secret = String::from_utf8_lossy(&ticket.secret.0).into_owned();
            assert!(!shown.contains(&secret) && !shown.contains(&format!("{:?}", ticket.secret.0)), "{shown}");
        }
    }
    // Nor in what the officer and the log are told when one is refused.
    let wrong = "975310";
    let family = FAMILIES[1];
    let now = Bench::new(&[]).device.clock.now().wall;
    let ticket = password_ticket(&seal(A7_SEAL), wrong, now);
    let desk = family.desk_of((family.good)(), Some(Arc::new(Box1(vec![ticket]))));
    let trouble = desk.connect().await.err().unwrap();
    assert_eq!(trouble, LinkTrouble::NotAccepted);
    assert!(!format!("{trouble:?} {trouble}").contains(wrong));
    let misfit = password_ticket(&seal(A7_SEAL), "12345x", now);
    let desk = family.desk_of((family.good)(), Some(Arc::new(Box1(vec![misfit]))));
    let trouble = desk.connect().await.err().unwrap();
    assert!(matches!(&trouble, LinkTrouble::NoTicket(why) if !why.contains("12345")), "{trouble:?}");
    assert!(desk.written().is_empty());
}

// ── A7 alone ──

#[tokio::test]
async fn a7_frames_are_gathered_byte_by_byte_and_other_news_is_not_the_answer() {
    let desk = FAMILIES[1].desk(&[]);
    desk.air(Air::Chatty);
    let mut session = desk.session().await;
    let reading = session.read().await.unwrap();
    assert_eq!(reading.lock, LockState::Ready, "not the rod cut of before");
    let written = desk.written();
    let heartbeats = written.iter().filter(|(_, value)| value.get(2) == Some(&0x01)).count();
    assert_eq!(heartbeats, 1, "the lock's heartbeat was answered once");
    assert!(written.iter().all(|(_, value)| value.len() <= 20));
}

#[tokio::test]
async fn a7_with_the_factory_password_is_told_and_gets_no_command() {
    let desk = FAMILIES[1].desk(&[Trouble::DefaultPassword]);
    let mut session = desk.session().await;
    let reading = session.read().await.unwrap();
    assert!(reading.default_password);
    assert_eq!(refusal(session.command(an_id(), LockAction::Arm).await), RefusalReason::NotAuthorised);
    assert_eq!(refusal(session.approve(an_id()).await), RefusalReason::NotAuthorised);
    assert_eq!(desk.received(), 0);
    assert!(desk.written().iter().all(|(_, value)| !matches!(value.get(2), Some(0x31 | 0x37))));
}

#[tokio::test]
async fn a7_says_nothing_of_what_it_does_not_tell() {
    let desk = FAMILIES[1].desk(&[]);
    let reading = desk.session().await.read().await.unwrap();
    assert_eq!(reading.not_told, [CheckKind::SelfTest, CheckKind::Gnss, CheckKind::Mobile]);
    assert_eq!((reading.position, reading.last_command, reading.log_counter), (None, None, 0));
}
