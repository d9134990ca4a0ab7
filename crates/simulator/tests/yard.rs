//! The yard as a phone and a practice panel meet it. The phone is the protocol's own.

use std::net::TcpListener;
use std::path::Path;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::sync::{Arc, Barrier};

use jiff::Timestamp;
use seal_core::cbor::Bytes;
use seal_core::seal::reading::LockState;
use seal_core::seal_no::SealNo;
use seal_protocol::entry::{Action, Alarms, Entry, Happening, Lock, Outcome, What};
use seal_protocol::frame::{Notified, PhoneEnd};
use seal_protocol::issuer::{Kind, SHIFT_S, Wish, practice};
use seal_protocol::message::{Denial, Hello, Reply as Said, Request, State};
use seal_protocol::phone::{Heard, Phone, PhoneError};
use seal_protocol::secret::Random;
use seal_protocol::ticket::{Flags, Scope};
use seal_protocol::{CommandId, Message, SealId};
use seal_simulator::{
    Call, Proximity, Reach, Reply, SealSpec, Trouble, Yard, YardClient, YardClock, YardTrouble, serve,
};

struct Time(Arc<AtomicI64>);

impl Time {
    fn new() -> Self {
        Self(Arc::new(AtomicI64::new(1_790_000_000)))
    }
    fn clock(&self) -> YardClock {
        let time = Arc::clone(&self.0);
        Arc::new(move || Timestamp::from_second(time.load(Ordering::SeqCst)).unwrap())
    }
    fn pass(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
    fn now(&self) -> u32 {
        u32::try_from(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

fn no() -> SealNo {
    "83181001".parse().unwrap()
}

fn id() -> SealId {
    SealId::new("83181001").unwrap()
}

fn yard(dir: &Path, time: &Time, trouble: &[Trouble]) -> Yard {
    let yard = Yard::open(dir, time.clock()).unwrap();
    yard.add(SealSpec::good(no()).rope_in().with(trouble)).unwrap();
    yard
}

fn connect(yard: &dyn Reach) -> Result<u64, YardTrouble> {
    match yard.call(Call::Connect { seal: no(), value_len: 182 })? {
        Reply::Connected { session } => Ok(session),
        other => panic!("{other:?}"),
    }
}

struct System;

impl Random for System {
    fn fill(&mut self, bytes: &mut [u8]) {
        getrandom::fill(bytes).unwrap();
    }
}

#[derive(Debug, PartialEq)]
enum Went {
    Yard(YardTrouble),
    Phone(PhoneError),
}

/// A phone connected to the seal.
struct Hand<'a> {
    yard: &'a dyn Reach,
    time: &'a Time,
    session: u64,
    phone: Phone,
    end: PhoneEnd,
}

impl<'a> Hand<'a> {
    fn greet(yard: &'a dyn Reach, time: &'a Time) -> Result<(Self, Hello), Went> {
        let session = connect(yard).map_err(Went::Yard)?;
        let mut hand = Self { yard, time, session, phone: Phone::new(id()), end: PhoneEnd::default() };
        let hello = hand.phone.hello().unwrap();
        match hand.exchange(hello)? {
            Heard::Hello(hello) => Ok((hand, hello)),
            other => panic!("{other:?}"),
        }
    }

    fn open(yard: &'a dyn Reach, time: &'a Time) -> Result<Self, Went> {
        let (mut hand, _) = Self::greet(yard, time)?;
        hand.show(Kind::Shift { life: SHIFT_S })?;
        Ok(hand)
    }

    fn show(&mut self, kind: Kind) -> Result<(), Went> {
        static SEQUENCE: AtomicU32 = AtomicU32::new(1);
        let wish = Wish {
            kind,
            now: self.time.now(),
            sequence: SEQUENCE.fetch_add(1, Ordering::SeqCst),
            min_sequence: 0,
            officer: practice::issuer().pseudonym("an"),
            scope: Scope(0x0F),
            flags: Flags(0),
        };
        let grant = practice::issuer().mint(&id(), &wish, &mut System).unwrap();
        let open = self.phone.open(&grant, &mut System).unwrap();
        self.exchange(open).map(drop)
    }

    fn exchange(&mut self, question: Message) -> Result<Heard, Went> {
        self.end.question(question);
        let mut notified = Vec::new();
        for value in self.end.fragments(185).collect::<Vec<_>>() {
            notified.extend(self.values(Call::Write { session: self.session, value: Bytes(value.to_vec()) })?);
        }
        loop {
            for value in std::mem::take(&mut notified) {
                if let Notified::Message(message) = self.end.notified(&value.0) {
                    return self.phone.receive(message).map_err(Went::Phone);
                }
            }
            notified = self.values(Call::Poll { session: self.session })?;
        }
    }

    fn values(&self, call: Call) -> Result<Vec<Bytes>, Went> {
        match self.yard.call(call).map_err(Went::Yard)? {
            Reply::Notified(values) => Ok(values),
            other => panic!("{other:?}"),
        }
    }

    fn ask(&mut self, request: &Request) -> Result<Said, Went> {
        let question = self.phone.ask(request).unwrap();
        match self.exchange(question)? {
            Heard::Reply(reply) => Ok(reply),
            other => panic!("{other:?}"),
        }
    }

    /// The command's outcome as the receipt says, or the denial.
    fn command(&mut self, n: u8, action: Action) -> Result<Result<Outcome, Denial>, Went> {
        Ok(match self.ask(&Request::Command { id: CommandId([n; 16]), action })? {
            Said::Receipt(receipt) => Ok(receipt.claim().unwrap().0.ended().unwrap().1),
            Said::Denied(denial) => Err(denial),
            other => panic!("{other:?}"),
        })
    }

    fn state(&mut self) -> Result<State, Went> {
        match self.ask(&Request::State)? {
            Said::State(state) => Ok(state),
            other => panic!("{other:?}"),
        }
    }

    fn log(&mut self) -> Vec<Entry> {
        let newest = self.state().unwrap().newest;
        let (mut entries, mut next) = (Vec::new(), 1);
        while next <= newest {
            let Said::Page(page) = self.ask(&Request::Log { from: next, most: 255 }).unwrap() else { panic!() };
            next = page.entries.last().unwrap().counter + 1;
            entries.extend(page.entries);
        }
        entries
    }
}

impl Drop for Hand<'_> {
    fn drop(&mut self) {
        let _gone = self.yard.call(Call::Disconnect { session: self.session });
    }
}

const DONE: Result<Result<Outcome, Denial>, Went> = Ok(Ok(Outcome::Done));
const LOST: Went = Went::Yard(YardTrouble::LinkLost);

fn happened(entry: &Entry) -> Option<Happening> {
    match entry.what {
        What::Happened { what, .. } => Some(what),
        _ => None,
    }
}

#[test]
fn arms_travels_and_opens_and_survives_being_reopened() {
    let (dir, time) = (tempfile::tempdir().unwrap(), Time::new());
    let first = yard(dir.path(), &time, &[]);
    let mut phone = Hand::open(&first, &time).unwrap();
    assert_eq!(phone.command(1, Action::Arm), DONE);
    assert_eq!(phone.state().unwrap().lock, Lock::ClosedArmed);
    drop(phone);
    drop(first);

    time.pass(9 * 3600);
    let again = Yard::open(dir.path(), time.clock()).unwrap();
    let mut phone = Hand::open(&again, &time).unwrap();
    let entries = phone.log();
    let armed = entries.iter().position(|entry| entry.ended().is_some()).unwrap();
    let trip: Vec<_> =
        entries[armed + 1..].iter().filter(|entry| happened(entry) == Some(Happening::Position)).collect();
    assert_eq!(trip.len(), 54, "a report every ten minutes");
    assert!(entries.windows(2).all(|pair| pair[1].counter == pair[0].counter + 1));
    assert!(trip.windows(2).all(|pair| pair[0].log_time < pair[1].log_time));
    let What::Happened { place: Some(place), .. } = trip[53].what else { panic!() };
    assert_eq!((place.latitude, place.longitude), (219_726_000, 1_067_116_000), "arrived at Hữu Nghị");

    assert_eq!(phone.command(2, Action::Disarm), DONE);
    let state = phone.state().unwrap();
    assert_eq!((state.lock, state.rope_inserted), (Lock::Open, false));
}

#[test]
fn a_repeated_command_does_not_act_again() {
    let (dir, time) = (tempfile::tempdir().unwrap(), Time::new());
    let yard = yard(dir.path(), &time, &[]);
    let mut phone = Hand::open(&yard, &time).unwrap();
    assert_eq!(phone.command(1, Action::Arm), DONE);
    assert_eq!(phone.command(2, Action::Disarm), DONE);
    yard.insert_rope(&no(), true).unwrap();
    assert_eq!(phone.command(1, Action::Arm), DONE, "the receipt of then");
    assert_eq!(phone.state().unwrap().lock, Lock::Ready, "the old command did nothing");
    assert_eq!(yard.seal(&no()).unwrap().commands_received, 3);
}

#[test]
fn link_troubles_happen_where_they_say() {
    for (trouble, received, lock) in [
        (Trouble::DropsLinkBeforeCommand, 0, Lock::Ready),
        (Trouble::DropsLinkWhileMoving, 1, Lock::ClosedArmed),
        (Trouble::DropsLinkAfterLockMoved, 1, Lock::ClosedArmed),
    ] {
        let (dir, time) = (tempfile::tempdir().unwrap(), Time::new());
        let yard = yard(dir.path(), &time, &[trouble]);
        let mut phone = Hand::open(&yard, &time).unwrap();
        assert_eq!(phone.command(1, Action::Arm), Err(LOST), "{trouble:?}");
        drop(phone);
        let mut phone = Hand::open(&yard, &time).unwrap();
        assert_eq!(phone.state().unwrap().lock, lock, "{trouble:?}");
        assert_eq!(yard.seal(&no()).unwrap().commands_received, received);
        let settled = phone.ask(&Request::Settle { id: CommandId([1; 16]) }).unwrap();
        assert_eq!(matches!(settled, Said::Receipt(_)), received == 1, "{settled:?}");
    }
}

#[test]
fn after_a_power_loss_the_bolt_goes_back_and_only_a_fresh_ticket_opens() {
    let (dir, time) = (tempfile::tempdir().unwrap(), Time::new());
    let yard = yard(dir.path(), &time, &[]);
    let mut phone = Hand::open(&yard, &time).unwrap();
    assert_eq!(phone.command(1, Action::Arm), DONE);
    yard.set_trouble(&no(), &[Trouble::LosesPowerWhileLocking]).unwrap();
    assert_eq!(phone.command(2, Action::Disarm), Err(LOST));
    drop(phone);
    assert_eq!(connect(&yard), Err(YardTrouble::NotHeard), "without power");
    time.pass(121);
    let mut phone = Hand::open(&yard, &time).unwrap();
    let state = phone.state().unwrap();
    assert_eq!(
        (state.lock, state.last),
        (Lock::ClosedArmed, Some((CommandId([2; 16]), Action::Disarm, Outcome::Interrupted)))
    );
    assert!(state.time_lost && state.alarms.0 & Alarms::UNWATCHED.0 != 0);
    assert_eq!(phone.command(3, Action::Disarm), Ok(Err(Denial::NeedsFreshTicket)));
    drop(phone);
    let (mut phone, hello) = Hand::greet(&yard, &time).unwrap();
    phone.show(Kind::Moment { nonce: hello.nonce }).unwrap();
    assert_eq!(phone.command(3, Action::Disarm), DONE);
}

#[test]
fn refusals_are_physical() {
    for (trouble, outcome) in [
        (Trouble::FlatBattery, Outcome::BatteryTooLow),
        (Trouble::MotorStuck, Outcome::MotorStuck),
        (Trouble::ShellOpened, Outcome::ShellOpen),
    ] {
        let (dir, time) = (tempfile::tempdir().unwrap(), Time::new());
        let yard = yard(dir.path(), &time, &[trouble]);
        let mut phone = Hand::open(&yard, &time).unwrap();
        assert_eq!(phone.command(1, Action::Arm), Ok(Ok(outcome)));
        assert_eq!(phone.state().unwrap().lock, Lock::Ready);
    }
    let (dir, time) = (tempfile::tempdir().unwrap(), Time::new());
    let yard = yard(dir.path(), &time, &[]);
    yard.insert_rope(&no(), false).unwrap();
    let mut phone = Hand::open(&yard, &time).unwrap();
    assert_eq!(phone.command(1, Action::Arm), Ok(Ok(Outcome::RopeNotInserted)));
}

#[test]
fn troubles_of_the_way_show_in_the_log() {
    let trip = |trouble: &[Trouble]| {
        let (dir, time) = (tempfile::tempdir().unwrap(), Time::new());
        let yard = yard(dir.path(), &time, trouble);
        let mut phone = Hand::open(&yard, &time).unwrap();
        assert_eq!(phone.command(1, Action::Arm), DONE);
        drop(phone);
        time.pass(9 * 3600);
        let mut phone = Hand::open(&yard, &time)?;
        Ok::<_, Went>((phone.state()?.lock, phone.log()))
    };

    let (lock, entries) = trip(&[Trouble::RopeCutOnTheWay]).unwrap();
    assert_eq!(lock, Lock::Tampered);
    assert_eq!(entries.iter().filter(|entry| happened(entry) == Some(Happening::RopeCut)).count(), 1);
    assert!(entries.windows(2).all(|pair| pair[0].log_time <= pair[1].log_time));

    let (_, entries) = trip(&[Trouble::DeadZone]).unwrap();
    let longest = entries.windows(2).map(|pair| pair[1].log_time - pair[0].log_time).max().unwrap();
    assert!(longest >= 80 * 60, "{longest}");
    assert!(entries.windows(2).all(|pair| pair[1].counter == pair[0].counter + 1), "nothing was written in the gap");

    let (_, entries) = trip(&[Trouble::LosesLogEntries]).unwrap();
    assert!(entries.windows(2).any(|pair| pair[1].counter == pair[0].counter + 4), "three are gone, the rest is there");

    let (_, entries) = trip(&[Trouble::NoGnss]).unwrap();
    assert!(entries.iter().all(|entry| !matches!(entry.what, What::Happened { place: Some(_), .. })));

    assert_eq!(trip(&[Trouble::DiesOnTheWay]).unwrap_err(), Went::Yard(YardTrouble::NotHeard));
}

#[test]
fn distance_neighbours_and_identity() {
    let (dir, time) = (tempfile::tempdir().unwrap(), Time::new());
    let yard = yard(dir.path(), &time, &[Trouble::StrongerNeighbour]);
    let Reply::Heard(heard) = yard.call(Call::Nearby).unwrap() else { panic!() };
    assert_ne!(heard[0].seal, no());
    assert!(heard[0].rssi_dbm > heard[1].rssi_dbm);

    yard.set_trouble(&no(), &[Trouble::TooFar]).unwrap();
    assert_eq!(connect(&yard), Err(YardTrouble::TooFar));
    yard.set_trouble(&no(), &[Trouble::Dead]).unwrap();
    assert_eq!(connect(&yard), Err(YardTrouble::NotHeard));
    yard.set_trouble(&no(), &[Trouble::WrongIdentity]).unwrap();
    let other = SealId::new("83181002").unwrap();
    assert_eq!(Hand::greet(&yard, &time).err(), Some(Went::Phone(PhoneError::OtherSeal(other))));
    yard.set_trouble(&no(), &[]).unwrap();
    yard.place(&no(), Proximity::OutOfRange).unwrap();
    assert_eq!(connect(&yard), Err(YardTrouble::NotHeard));
    yard.place(&no(), Proximity::Near).unwrap();
    let mut phone = Hand::open(&yard, &time).unwrap();
    assert_eq!(connect(&yard), Err(YardTrouble::Busy));
    yard.place(&no(), Proximity::Far).unwrap();
    assert_eq!(phone.state().unwrap_err(), LOST);
}

#[test]
fn the_rope_can_go_in_by_itself() {
    let (dir, time) = (tempfile::tempdir().unwrap(), Time::new());
    let yard = Yard::open(dir.path(), time.clock()).unwrap();
    yard.add(SealSpec { auto_rope_s: Some(6), ..SealSpec::good(no()) }).unwrap();
    let mut phone = Hand::open(&yard, &time).unwrap();
    assert!(!phone.state().unwrap().rope_inserted);
    time.pass(6);
    assert!(phone.state().unwrap().rope_inserted);
}

#[test]
fn a_wrong_clock_is_only_the_log_s_and_a_phone_sets_it() {
    let (dir, time) = (tempfile::tempdir().unwrap(), Time::new());
    let yard = yard(dir.path(), &time, &[Trouble::WrongClock]);
    let mut phone = Hand::open(&yard, &time).unwrap();
    let state = phone.state().unwrap();
    assert_eq!(state.log_time - time.now(), 7_202);
    assert!(state.not_before <= time.now());
    assert_eq!(phone.ask(&Request::SetClock { now: time.now() }), Ok(Said::ClockSet));
    assert_eq!(phone.state().unwrap().log_time, time.now());
    assert!(yard.seal(&no()).unwrap().trouble.is_empty());
}

#[test]
fn two_processes_share_one_yard_and_a_lost_one_gives_its_seal_back() {
    let (dir, time) = (tempfile::tempdir().unwrap(), Time::new());
    let yard = Arc::new(yard(dir.path(), &time, &[]));
    let address = serve(TcpListener::bind("127.0.0.1:0").unwrap(), Arc::clone(&yard)).unwrap();
    let (a, b) = (YardClient::new(address), YardClient::new(address));
    connect(&a).unwrap();
    assert_eq!(connect(&b), Err(YardTrouble::Busy));
    drop(a);
    let mut phone = (0..200)
        .find_map(|_| {
            std::thread::sleep(std::time::Duration::from_millis(5));
            Hand::open(&b, &time).ok()
        })
        .expect("the seal is free again");
    assert_eq!(phone.command(1, Action::Arm), DONE);
    assert_eq!(yard.seal(&no()).unwrap().lock, LockState::ClosedArmed);
}

#[test]
fn only_one_of_two_phones_at_once_gets_the_seal() {
    let (dir, time) = (tempfile::tempdir().unwrap(), Time::new());
    let yard = Arc::new(yard(dir.path(), &time, &[]));
    let gate = Arc::new(Barrier::new(2));
    let phones: Vec<_> = (0..2)
        .map(|_| {
            let (yard, gate) = (Arc::clone(&yard), Arc::clone(&gate));
            std::thread::spawn(move || {
                gate.wait();
                connect(yard.as_ref()).is_ok()
            })
        })
        .collect();
    let got = phones.into_iter().map(|phone| phone.join().unwrap()).filter(|got| *got).count();
    assert_eq!(got, 1);
}

#[test]
fn a_seal_repaired_after_its_death_answers_again() {
    let (dir, time) = (tempfile::tempdir().unwrap(), Time::new());
    let yard = yard(dir.path(), &time, &[Trouble::DiesOnTheWay]);
    let mut phone = Hand::open(&yard, &time).unwrap();
    assert_eq!(phone.command(1, Action::Arm), DONE);
    time.pass(9 * 3600);
    assert_eq!(phone.state().unwrap_err(), LOST);
    drop(phone);
    assert_eq!(connect(&yard), Err(YardTrouble::NotHeard));
    yard.set_trouble(&no(), &[]).unwrap();
    let mut phone = Hand::open(&yard, &time).unwrap();
    assert_eq!(phone.state().unwrap().lock, Lock::ClosedArmed);
}

#[test]
fn a_seal_of_an_earlier_version_is_set_aside_and_made_anew() {
    let (dir, time) = (tempfile::tempdir().unwrap(), Time::new());
    std::fs::write(dir.path().join("83181001.json"), r#"{"spec":{"serial":"83181001"},"lock":{"lock":"open"}}"#)
        .unwrap();
    let yard = yard(dir.path(), &time, &[]);
    assert!(Hand::open(&yard, &time).is_ok());
    assert!(dir.path().join("83181001.unreadable").exists(), "kept beside");
}
