//! The yard as a phone and a practice panel meet it.

use std::net::TcpListener;
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Barrier};

use jiff::Timestamp;
use seal_core::ids::CommandId;
use seal_core::seal::log::LogKind;
use seal_core::seal::reading::{LockAction, LockState, RefusalReason, SealReading};
use seal_core::seal_no::SealNo;
use seal_simulator::{
    Answer, Call, Proximity, Reach, Reply, SealSpec, Trouble, Yard, YardClient, YardClock, YardTrouble, serve,
};
use uuid::Uuid;

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
}

fn no() -> SealNo {
    "83181001".parse().unwrap()
}

fn yard(dir: &Path, time: &Time, trouble: &[Trouble]) -> Yard {
    let yard = Yard::open(dir, time.clock()).unwrap();
    yard.add(SealSpec::good(no()).rope_in().with(trouble)).unwrap();
    yard
}

fn connect(yard: &dyn Reach) -> Result<u64, YardTrouble> {
    match yard.call(Call::Connect { seal: no() })? {
        Reply::Connected { session, .. } => Ok(session),
        other => panic!("{other:?}"),
    }
}

fn command(yard: &dyn Reach, session: u64, n: u128, action: LockAction) -> Result<Answer, YardTrouble> {
    match yard.call(Call::Command { session, id: CommandId(Uuid::from_u128(n)), action })? {
        Reply::Answered(answer) => Ok(answer),
        other => panic!("{other:?}"),
    }
}

fn read(yard: &dyn Reach, session: u64) -> Result<SealReading, YardTrouble> {
    match yard.call(Call::Read { session })? {
        Reply::Reading(reading) => Ok(*reading),
        other => panic!("{other:?}"),
    }
}

fn log(yard: &dyn Reach, session: u64) -> Vec<seal_core::seal::log::LogEntry> {
    match yard.call(Call::Log { session, from: 1 }).unwrap() {
        Reply::Log(entries) => entries,
        other => panic!("{other:?}"),
    }
}

#[test]
fn arms_travels_and_opens_and_survives_being_reopened() {
    let (dir, time) = (tempfile::tempdir().unwrap(), Time::new());
    let phone = yard(dir.path(), &time, &[]);
    let session = connect(&phone).unwrap();
    assert_eq!(command(&phone, session, 1, LockAction::Arm), Ok(Answer::Acknowledged));
    assert_eq!(read(&phone, session).unwrap().lock, LockState::Ready, "acknowledged is not closed");
    assert_eq!(read(&phone, session).unwrap().lock, LockState::ClosedArmed);
    drop(phone);

    time.pass(9 * 3600);
    let phone = Yard::open(dir.path(), time.clock()).unwrap();
    let session = connect(&phone).unwrap();
    let entries = log(&phone, session);
    assert_eq!(entries[0].kind, LogKind::Armed);
    assert_eq!(entries.len(), 1 + 54, "a report every ten minutes");
    assert!(entries.windows(2).all(|pair| pair[1].counter == pair[0].counter + 1 && pair[0].at < pair[1].at));
    let last = entries.last().unwrap().position.unwrap();
    assert_eq!((last.lat_e6, last.lon_e6), (21_972_600, 106_711_600), "arrived at Hữu Nghị");

    assert_eq!(command(&phone, session, 2, LockAction::Disarm), Ok(Answer::Acknowledged));
    read(&phone, session).unwrap();
    let reading = read(&phone, session).unwrap();
    assert_eq!((reading.lock, reading.rope_inserted), (LockState::Open, false));
    assert_eq!(log(&phone, session).last().unwrap().kind, LogKind::Disarmed);
}

#[test]
fn a_repeated_command_does_not_act_again() {
    let (dir, time) = (tempfile::tempdir().unwrap(), Time::new());
    let yard = yard(dir.path(), &time, &[]);
    let session = connect(&yard).unwrap();
    command(&yard, session, 1, LockAction::Arm).unwrap();
    read(&yard, session).unwrap();
    read(&yard, session).unwrap();
    command(&yard, session, 2, LockAction::Disarm).unwrap();
    read(&yard, session).unwrap();
    read(&yard, session).unwrap();
    yard.insert_rope(&no(), true).unwrap();
    assert_eq!(command(&yard, session, 1, LockAction::Arm), Ok(Answer::Acknowledged));
    assert_eq!(read(&yard, session).unwrap().lock, LockState::Ready, "the old command did nothing");
    assert_eq!(yard.seal(&no()).unwrap().commands_received, 3);
}

#[test]
fn link_troubles_happen_where_they_say() {
    for (trouble, received, lock) in [
        (Trouble::DropsLinkBeforeCommand, 0, LockState::Ready),
        (Trouble::DropsLinkAfterLockMoved, 1, LockState::ClosedArmed),
        (Trouble::LosesPowerWhileLocking, 1, LockState::Jammed),
    ] {
        let (dir, time) = (tempfile::tempdir().unwrap(), Time::new());
        let yard = yard(dir.path(), &time, &[trouble]);
        let session = connect(&yard).unwrap();
        assert_eq!(command(&yard, session, 1, LockAction::Arm), Err(YardTrouble::LinkLost), "{trouble:?}");
        assert_eq!(read(&yard, session), Err(YardTrouble::LinkLost));
        let session = connect(&yard).unwrap();
        assert_eq!(read(&yard, session).unwrap().lock, lock, "{trouble:?}");
        assert_eq!(yard.seal(&no()).unwrap().commands_received, received);
    }
    let (dir, time) = (tempfile::tempdir().unwrap(), Time::new());
    let yard = yard(dir.path(), &time, &[Trouble::DropsLinkWhileMoving]);
    let session = connect(&yard).unwrap();
    assert_eq!(command(&yard, session, 1, LockAction::Arm), Ok(Answer::Acknowledged));
    assert_eq!(read(&yard, session), Err(YardTrouble::LinkLost));
    let session = connect(&yard).unwrap();
    assert_eq!(read(&yard, session).unwrap().lock, LockState::ClosedArmed);
}

#[test]
fn after_a_power_loss_the_bolt_goes_back_and_the_seal_remembers_the_command_undone() {
    let (dir, time) = (tempfile::tempdir().unwrap(), Time::new());
    let yard = yard(dir.path(), &time, &[Trouble::LosesPowerWhileLocking]);
    let session = connect(&yard).unwrap();
    command(&yard, session, 1, LockAction::Arm).unwrap_err();
    time.pass(121);
    let session = connect(&yard).unwrap();
    let reading = read(&yard, session).unwrap();
    assert_eq!(reading.lock, LockState::Ready);
    assert!(!reading.last_command.unwrap().done);
}

#[test]
fn refusals_are_physical() {
    for (trouble, reason) in [
        (Trouble::FlatBattery, RefusalReason::BatteryTooLow),
        (Trouble::MotorStuck, RefusalReason::MotorStuck),
        (Trouble::ShellOpened, RefusalReason::ShellOpen),
    ] {
        let (dir, time) = (tempfile::tempdir().unwrap(), Time::new());
        let yard = yard(dir.path(), &time, &[trouble]);
        let session = connect(&yard).unwrap();
        assert_eq!(command(&yard, session, 1, LockAction::Arm), Ok(Answer::Refused(reason)));
        assert_eq!(read(&yard, session).unwrap().lock, LockState::Ready);
    }
    let (dir, time) = (tempfile::tempdir().unwrap(), Time::new());
    let yard = yard(dir.path(), &time, &[]);
    yard.insert_rope(&no(), false).unwrap();
    let session = connect(&yard).unwrap();
    assert_eq!(command(&yard, session, 1, LockAction::Arm), Ok(Answer::Refused(RefusalReason::RopeNotInserted)));
}

#[test]
fn troubles_of_the_way_show_in_the_log() {
    let trip = |trouble: &[Trouble]| {
        let (dir, time) = (tempfile::tempdir().unwrap(), Time::new());
        let yard = yard(dir.path(), &time, trouble);
        let session = connect(&yard).unwrap();
        command(&yard, session, 1, LockAction::Arm).unwrap();
        read(&yard, session).unwrap();
        read(&yard, session).unwrap();
        time.pass(9 * 3600);
        let reading = read(&yard, session);
        (reading, log_of(&yard))
    };
    fn log_of(yard: &Yard) -> Vec<seal_core::seal::log::LogEntry> {
        match yard.call(Call::Log { session: 1, from: 1 }) {
            Ok(Reply::Log(entries)) => entries,
            _ => Vec::new(),
        }
    }

    let (reading, entries) = trip(&[Trouble::RopeCutOnTheWay]);
    assert_eq!(reading.unwrap().lock, LockState::Tampered);
    assert_eq!(entries.iter().filter(|entry| entry.kind == LogKind::RopeCut).count(), 1);
    assert!(entries.windows(2).all(|pair| pair[0].at <= pair[1].at));

    let (_, entries) = trip(&[Trouble::DeadZone]);
    let longest = entries.windows(2).map(|pair| pair[1].at.duration_since(pair[0].at).as_mins()).max();
    assert!(longest.unwrap() >= 80, "{longest:?}");
    assert!(entries.windows(2).all(|pair| pair[1].counter == pair[0].counter + 1), "nothing was written in the gap");

    let (_, entries) = trip(&[Trouble::LosesLogEntries]);
    assert!(entries.windows(2).any(|pair| pair[1].counter > pair[0].counter + 1));

    let (_, entries) = trip(&[Trouble::NoGnss]);
    assert!(entries.iter().all(|entry| entry.position.is_none()));

    assert_eq!(trip(&[Trouble::DiesOnTheWay]).0, Err(YardTrouble::LinkLost));
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
    yard.set_trouble(&no(), &[]).unwrap();
    yard.place(&no(), Proximity::OutOfRange).unwrap();
    assert_eq!(connect(&yard), Err(YardTrouble::NotHeard));
    yard.place(&no(), Proximity::Near).unwrap();
    let session = connect(&yard).unwrap();
    assert_eq!(connect(&yard), Err(YardTrouble::Busy));
    yard.place(&no(), Proximity::Far).unwrap();
    assert_eq!(read(&yard, session), Err(YardTrouble::LinkLost));
}

#[test]
fn the_rope_can_go_in_by_itself() {
    let (dir, time) = (tempfile::tempdir().unwrap(), Time::new());
    let yard = Yard::open(dir.path(), time.clock()).unwrap();
    yard.add(SealSpec { auto_rope_s: Some(6), ..SealSpec::good(no()) }).unwrap();
    let session = connect(&yard).unwrap();
    assert!(!read(&yard, session).unwrap().rope_inserted);
    time.pass(6);
    assert!(read(&yard, session).unwrap().rope_inserted);
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
    let session = (0..200)
        .find_map(|_| {
            std::thread::sleep(std::time::Duration::from_millis(5));
            connect(&b).ok()
        })
        .expect("the seal is free again");
    assert_eq!(command(&b, session, 1, LockAction::Arm), Ok(Answer::Acknowledged));
    read(&b, session).unwrap();
    assert_eq!(read(&b, session).unwrap().lock, LockState::ClosedArmed);
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
fn the_last_sixteen_commands_are_remembered() {
    let (dir, time) = (tempfile::tempdir().unwrap(), Time::new());
    let yard = yard(dir.path(), &time, &[Trouble::MotorStuck]);
    let session = connect(&yard).unwrap();
    for n in 1..=17 {
        command(&yard, session, n, LockAction::Arm).unwrap();
    }
    yard.set_trouble(&no(), &[]).unwrap();
    let stuck = Ok(Answer::Refused(RefusalReason::MotorStuck));
    assert_eq!(command(&yard, session, 2, LockAction::Arm), stuck, "answered from memory");
    assert_eq!(command(&yard, session, 1, LockAction::Arm), Ok(Answer::Acknowledged), "forgotten, so it acts");
}

#[test]
fn a_seal_repaired_after_its_death_answers_again() {
    let (dir, time) = (tempfile::tempdir().unwrap(), Time::new());
    let yard = yard(dir.path(), &time, &[Trouble::DiesOnTheWay]);
    let session = connect(&yard).unwrap();
    command(&yard, session, 1, LockAction::Arm).unwrap();
    read(&yard, session).unwrap();
    read(&yard, session).unwrap();
    time.pass(9 * 3600);
    assert_eq!(read(&yard, session), Err(YardTrouble::LinkLost));
    assert_eq!(connect(&yard), Err(YardTrouble::NotHeard));
    yard.set_trouble(&no(), &[]).unwrap();
    let session = connect(&yard).unwrap();
    assert_eq!(read(&yard, session).unwrap().lock, LockState::ClosedArmed);
}
