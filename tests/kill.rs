//! The app is killed at a hundred random moments while an officer works; afterwards nothing is lost and nothing is double.

mod common;

use std::collections::{HashMap, VecDeque};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use common::pump::{Fault, Model, Pump};
use common::*;
use p256::ecdsa::VerifyingKey;
use seal_core::event::SignedEvent;
use seal_core::ids::{CaseId, Sha256};
use seal_core::outbox::OutboxState;
use seal_core::seal::reading::LockAction;
use seal_field::ports::photos::PhotoFiles as _;
use seal_field::ports::store::Store as _;
use seal_field::ports::vault::Vault as _;
use uuid::Uuid;

const FOLDER: &str = "KILL_TEST_FOLDER";
/// How often.
const KILLS: u32 = 100;
/// Facts in each act of [`child`].
const FACTS: usize = 3;

/// Not a test of its own: the process that is killed. Each act has its own case, named before and after it is written.
#[test]
fn child() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let device = Device::open(Path::new(&folder));
    let mut out = std::io::stdout();
    loop {
        let act = Uuid::new_v4();
        writeln!(out, "TRY {act}").and_then(|()| out.flush()).unwrap();
        let no = format!("S{}", act.as_u128() % 7);
        let photo = device.photo_fact(format!("picture of {act}").as_bytes());
        device.write(Some(CaseId(act)), vec![opened("15BB"), commanded(&no, LockAction::Arm), photo]);
        writeln!(out, "ACK {act}").and_then(|()| out.flush()).unwrap();
    }
}

/// Runs the child for a random time, at most so many microseconds; gives the acts it began and those it was told were written.
fn run_and_kill(folder: &Path, most_us: u128) -> (Vec<Uuid>, Vec<Uuid>) {
    let mut process = Command::new(std::env::current_exe().unwrap())
        .args(["child", "--exact", "--nocapture", "--test-threads=1"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(process.stdout.take().unwrap());
    let reader = std::thread::spawn(move || lines.lines().map_while(Result::ok).collect::<Vec<_>>());
    std::thread::sleep(Duration::from_micros((Uuid::new_v4().as_u128() % most_us) as u64));
    // On Unix this is SIGKILL.
    process.kill().unwrap();
    process.wait().unwrap();
    let lines = reader.join().unwrap();
    let told = |word: &str| {
        lines.iter().filter_map(|line| line.split_once(word)?.1.trim().parse().ok()).collect::<Vec<Uuid>>()
    };
    (told("TRY "), told("ACK "))
}

#[test]
fn a_hundred_kills_lose_and_double_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (mut begun, mut acknowledged) = (Vec::new(), 0);
    let mut chain: Vec<SignedEvent> = Vec::new();
    // A busy machine lets the child live longer, so that there is something to kill.
    let mut most_us = 160_000;
    for _ in 0..KILLS {
        let (tried, told) = run_and_kill(folder.path(), most_us);
        if told.is_empty() {
            most_us += 20_000;
        }
        // A new process opens what was left; the chain goes on where it stopped.
        let device = Device::open(folder.path());
        for act in &tried {
            let events = device.store.case_events(CaseId(*act)).unwrap();
            assert!(events.len() == FACTS || (events.is_empty() && !told.contains(act)), "half an act, or a lost one");
            for event in events {
                let prev = chain.last().map_or(Sha256::of(b""), |last| last.hash);
                assert_eq!((event.event.seq, event.event.prev), (chain.len() as u64 + 1, prev));
                // The photo was on the disk before its fact.
                if let Some(photo) = event.event.fact.photo() {
                    device.photos.read(&photo.sha256).unwrap();
                }
                chain.push(event);
            }
            assert_eq!(
                device.store.case(CaseId(*act)).unwrap().is_some(),
                chain.last().is_some_and(|last| last.event.case == Some(CaseId(*act)))
            );
        }
        acknowledged += told.len();
        begun.extend(tried);
    }
    assert!(acknowledged > KILLS as usize, "only {acknowledged} acts: the kills came too early to prove anything");

    let device = Device::open(folder.path());
    let key = VerifyingKey::from_sec1_bytes(&device.vault.public_key()).unwrap();
    let acts: HashMap<_, usize> = chain.iter().fold(HashMap::new(), |mut acts, event| {
        SignedEvent::verify(&event.cose, &key).unwrap();
        *acts.entry(event.event.act).or_default() += 1;
        acts
    });
    assert!(acts.values().all(|facts| *facts == FACTS));
    // Each act: three facts, a thumbnail and an original.
    assert_eq!(device.store.queue_counts().unwrap().waiting as usize, acts.len() * (FACTS + 2));

    let faults: VecDeque<Fault> = (0..200)
        .map(|_| match Uuid::new_v4().as_u128() % 4 {
            0 => Fault::LostAnswer,
            1 => Fault::Killed,
            2 => Fault::LostRequest,
            _ => Fault::None,
        })
        .collect();
    let mut pump = Pump::new(&device, Model { faults, ..Model::default() });
    pump.run(2_000 * KILLS);
    let open =
        device.store.queue().unwrap().into_iter().find(|item| !matches!(item.state, OutboxState::Accepted { .. }));
    assert_eq!(open, None);
    pump.model.check();
    assert_eq!(pump.model.order.len(), chain.len());
    assert_eq!(pump.model.complete.len(), acts.len() * 2);
    eprintln!("{} kills, {} acts begun, {acknowledged} acknowledged, {} kept", KILLS, begun.len(), acts.len());
}
