//! The rescue journal, and the database that is made whole from it: damage of any kind, anywhere, at any moment.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::common::*;
use jiff::SignedDuration;
use seal_core::cbor::Bytes;
use seal_core::event::SignedEvent;
use seal_core::outbox::Receipt;
use seal_core::rescue::{AgencySecret, Part, frames};
use seal_core::seal::reading::LockAction;
use seal_field::ports::store::{Sendable, Settled, Store as _, StoreTrouble};
use tempfile::TempDir;

/// Acts of the shift; each writes three facts, one in four a photograph too.
const ACTS: u128 = 40;

/// A shift, closed properly or not, and what it saved.
fn shift(folder: &Path, acts: u128) -> Vec<SignedEvent> {
    let (device, _) = Device::open_journaled(folder);
    let mut saved = Vec::new();
    for n in 1..=acts {
        saved.extend(act(&device, n));
    }
    device.store.tidy().unwrap();
    saved
}

fn act(device: &Device, n: u128) -> Vec<SignedEvent> {
    let no = format!("S{}", n % 5);
    let mut facts = vec![opened("15BB"), commanded(&no, LockAction::Arm), tug(&no)];
    if n.is_multiple_of(4) {
        facts.push(device.photo_fact(format!("picture {n}").as_bytes()));
    }
    device.write(Some(case_id(n)), facts)
}

fn copy(from: &Path) -> TempDir {
    fn all(from: &Path, to: &Path) {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            let to = to.join(entry.file_name());
            if entry.path().is_dir() {
                all(&entry.path(), &to);
            } else {
                fs::copy(entry.path(), to).unwrap();
            }
        }
    }
    let to = tempfile::tempdir().unwrap();
    all(from, to.path());
    to
}

/// Everything saved is there, byte for byte, queued once, and the chain goes on; gives what was told.
fn whole(folder: &Path, saved: &[SignedEvent]) -> Told {
    let (device, told) = Device::open_journaled(folder);
    for event in saved {
        let found = device.store.event(event.event.id).unwrap();
        assert_eq!(found.map(|found| found.cose), Some(event.cose.clone()), "lost: {}", event.event.seq);
    }
    assert!(told.lost.is_empty(), "{:?}", told.lost);
    let queue = device.store.queue().unwrap();
    let photos = saved.iter().filter(|event| event.event.fact.photo().is_some()).count();
    assert_eq!(queue.len(), saved.len() + 2 * photos, "each once in the queue");
    let next = device.write(None, vec![tug("NEXT")]).remove(0);
    let last = saved.last().unwrap();
    assert_eq!((next.event.seq, next.event.prev), (last.event.seq + 1, last.hash), "the chain goes on");
    told
}

fn damage(file: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(file).unwrap();
    change(&mut bytes);
    fs::write(file, bytes).unwrap();
}

#[test]
fn a_database_flipped_or_cut_anywhere_is_whole_again() {
    let folder = tempfile::tempdir().unwrap();
    let saved = shift(folder.path(), ACTS);
    let length = fs::metadata(folder.path().join("seal.db")).unwrap().len() as usize;
    for step in 0..24 {
        let at = length * step / 24 + 11 * step;
        let flipped = copy(folder.path());
        damage(&flipped.path().join("seal.db"), |bytes| bytes[at] ^= 0x20);
        whole(flipped.path(), &saved);
        let cut = copy(folder.path());
        damage(&cut.path().join("seal.db"), |bytes| bytes.truncate(at));
        whole(cut.path(), &saved);
    }
}

#[test]
fn a_database_without_its_log_or_gone_or_of_another_key_is_whole_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut saved = shift(folder.path(), 4);
    // Still open: the newest acts lie in the log alone.
    let (device, _) = Device::open_journaled(folder.path());
    saved.extend(act(&device, 5));
    let open = copy(folder.path());
    assert!(fs::metadata(open.path().join("seal.db-wal")).unwrap().len() > 0);
    fs::remove_file(open.path().join("seal.db-wal")).unwrap();
    fs::remove_file(open.path().join("seal.db-shm")).unwrap();
    assert_eq!(whole(open.path(), &saved).rebuilt, 3);
    drop(device);

    let gone = copy(folder.path());
    fs::remove_file(gone.path().join("seal.db")).unwrap();
    assert_eq!(whole(gone.path(), &saved).rebuilt, saved.len());

    let foreign = copy(folder.path());
    damage(&foreign.path().join("seal.db"), |bytes| bytes[..16].fill(0x5A));
    let told = whole(foreign.path(), &saved);
    assert!(told.moved_aside.unwrap().is_file());
    assert_eq!(told.rebuilt, saved.len());
}

#[test]
fn a_journal_flipped_or_cut_anywhere_costs_nothing_while_the_database_stands() {
    let folder = tempfile::tempdir().unwrap();
    let saved = shift(folder.path(), 12);
    let journal = Path::new("rescue/000001.own");
    let length = fs::metadata(folder.path().join(journal)).unwrap().len() as usize;
    for step in 0..20 {
        let at = length * step / 20 + 3 * step;
        for cut in [false, true] {
            let hurt = copy(folder.path());
            damage(&hurt.path().join(journal), |bytes| if cut { bytes.truncate(at) } else { bytes[at] ^= 0x20 });
            let mut saved = saved.clone();
            {
                let (device, told) = Device::open_journaled(hurt.path());
                assert_eq!((told.rebuilt, told.salvaged), (0, 0));
                saved.extend(act(&device, 99));
                device.store.tidy().unwrap();
                assert_eq!(device.store.rescue_standing().problem, None);
            }
            // What is written from here on is safe again; and what the damage took was written anew if it was the newest.
            let bytes: Vec<u8> = fs::read_dir(hurt.path().join("rescue"))
                .unwrap()
                .flat_map(|f| fs::read(f.unwrap().path()).unwrap())
                .collect();
            assert!(frames(&bytes).frames.iter().any(|frame| frame.number == saved.last().unwrap().event.seq));
        }
    }
}

#[test]
fn of_two_damaged_copies_everything_is_there_or_named_as_lost() {
    let folder = tempfile::tempdir().unwrap();
    let saved = shift(folder.path(), ACTS);
    let length = fs::metadata(folder.path().join("seal.db")).unwrap().len() as usize;
    let journal = Path::new("rescue/000001.own");
    let written = fs::metadata(folder.path().join(journal)).unwrap().len() as usize;
    let mut named = 0;
    for step in 0..16 {
        let hurt = copy(folder.path());
        // A large hole in the database, a smaller one in the journal, each elsewhere every time.
        let at = length * step / 16;
        damage(&hurt.path().join("seal.db"), |bytes| {
            bytes[at..].iter_mut().take(length / 2).for_each(|byte| *byte ^= 0x55);
        });
        let at = written * ((step * 7) % 16) / 16;
        damage(&hurt.path().join(journal), |bytes| bytes[at..].iter_mut().take(900).for_each(|byte| *byte ^= 0x55));
        let (device, told) = Device::open_journaled(hurt.path());
        let there = |event: &&SignedEvent| device.store.event(event.event.id).unwrap().is_some();
        let found: BTreeSet<u64> = saved.iter().filter(there).map(|event| event.event.seq).collect();
        for SignedEvent { event, .. } in &saved {
            let behind_all = found.last().is_none_or(|newest| *newest < event.seq);
            assert!(
                found.contains(&event.seq) || told.lost.contains(&event.seq) || (behind_all && told.perhaps_more),
                "{} is neither there nor named, step {step}",
                event.seq
            );
        }
        named += told.lost.len();
        assert!(told.lost.iter().all(|place| saved.iter().any(|event| event.event.seq == *place)));
    }
    assert!(named > 0, "nothing was ever lost: the test proves nothing");
}

#[test]
fn stopped_between_moving_aside_and_reading_out_the_next_opening_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let saved = shift(folder.path(), 10);
    let aside = "seal.db.damaged-20261123T010000.000Z";
    for journaled in [true, false] {
        // Moved, and no more.
        let moved = copy(folder.path());
        fs::rename(moved.path().join("seal.db"), moved.path().join(aside)).unwrap();
        if !journaled {
            fs::remove_dir_all(moved.path().join("rescue")).unwrap();
        }
        let told = whole(moved.path(), &saved);
        assert_eq!(told.rebuilt + told.salvaged, saved.len());
        assert_eq!(if journaled { told.rebuilt } else { told.salvaged }, saved.len());
        // Once: nothing is read out again.
        let (_, again) = Device::open_journaled(moved.path());
        assert_eq!((again.rebuilt, again.salvaged), (0, 0));

        // Moved, and the fresh database made, but nothing in it yet.
        let begun = copy(folder.path());
        fs::rename(begun.path().join("seal.db"), begun.path().join("away")).unwrap();
        drop(Device::open(begun.path()));
        fs::rename(begun.path().join("away"), begun.path().join(aside)).unwrap();
        if !journaled {
            fs::remove_dir_all(begun.path().join("rescue")).unwrap();
        }
        whole(begun.path(), &saved);
        assert!(begun.path().join(aside).is_file(), "never deleted");
    }
}

#[test]
fn what_the_central_has_is_not_doubled_and_the_queue_ends_empty() {
    let folder = tempfile::tempdir().unwrap();
    let saved = shift(folder.path(), 6);
    {
        let (device, _) = Device::open_journaled(folder.path());
        settle_all(&device);
    }
    fs::remove_file(folder.path().join("seal.db")).unwrap();
    let (device, told) = Device::open_journaled(folder.path());
    assert_eq!(told.rebuilt, saved.len());
    // Everything is offered again under its own id and bytes; the central says `duplicate` (see `rescue_central.rs`).
    let sent = settle_all(&device);
    let mut by_id: BTreeMap<_, usize> = BTreeMap::new();
    for (id, cose) in &sent {
        assert!(saved.iter().any(|event| event.event.id == *id && event.cose == *cose));
        *by_id.entry(*id).or_default() += 1;
    }
    assert!(by_id.len() == saved.len() && by_id.values().all(|times| *times == 1));
    assert_eq!(device.store.queue_counts().unwrap().waiting, 0);
}

/// Sends as an obliging central takes it; gives the events in their order.
fn settle_all(device: &Device) -> Vec<(seal_core::ids::EventId, Vec<u8>)> {
    let mut sent = Vec::new();
    loop {
        let due = device.store.take_due(device.now(), 16).unwrap();
        if due.is_empty() {
            return sent;
        }
        let receipt = Receipt { server_seq: 1, at: device.now(), code: "C".to_owned() };
        let results: Vec<_> = due.iter().map(|item| (item.key(), Settled::Accepted(receipt.clone()))).collect();
        device.store.settle(&results).unwrap();
        sent.extend(due.into_iter().filter_map(|item| match item {
            Sendable::Event { id, cose, .. } => Some((id, cose)),
            Sendable::Photo { .. } => None,
        }));
    }
}

/// Events of the agency's copies, as the central opens them.
fn for_agency(folder: &Path, secret: &AgencySecret) -> Vec<Vec<u8>> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder.join("rescue")).unwrap().map(|f| f.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "agency"));
    files.sort();
    let mut events = Vec::new();
    for file in files {
        let bytes = fs::read(file).unwrap();
        for frame in &frames(&bytes).frames {
            let Part::Events(more) = secret.open(frame).unwrap() else { panic!("events") };
            events.extend(more.into_iter().map(|cose| cose.0));
        }
    }
    events
}

#[test]
fn the_agencys_copy_waits_for_its_key_and_then_has_everything_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let secret = AgencySecret::read(&[3; 32]).unwrap();
    let mut saved = shift(folder.path(), 3);
    {
        let (device, _) = Device::open_journaled(folder.path());
        assert!(device.store.rescue_standing().agency.is_none());
        device.store.trust_agency_key(&Bytes(secret.public().bytes())).unwrap();
        saved.extend(act(&device, 4));
        device.store.tidy().unwrap();
    }
    {
        // The key is kept.
        let (device, _) = Device::open_journaled(folder.path());
        assert!(device.store.rescue_standing().agency.is_some());
        saved.extend(act(&device, 5));
        device.store.tidy().unwrap();
    }
    let copied = for_agency(folder.path(), &secret);
    let mut expected: Vec<_> = saved.iter().map(|event| event.cose.clone()).collect();
    assert!(expected.iter().all(|cose| copied.contains(cose)), "something is missing");
    expected.dedup();
    assert!(!folder.path().join("rescue").read_dir().unwrap().any(|file| {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        bytes.windows(7).any(|part| part == b"khoa.nm")
    }));
}

#[test]
fn a_full_disk_does_not_fail_the_act_is_told_and_made_good_later() {
    let folder = tempfile::tempdir().unwrap();
    let (device, _) = Device::open_journaled(folder.path());
    let mut saved = act(&device, 1);
    // Every write to it says that the disk is full.
    let journal = folder.path().join("rescue/000001.own");
    let kept = fs::read(&journal).unwrap();
    fs::remove_file(&journal).unwrap();
    std::os::unix::fs::symlink("/dev/full", &journal).unwrap();
    saved.extend(act(&device, 2));
    assert_eq!(device.store.rescue_standing().problem, Some(StoreTrouble::DiskFull));
    assert_eq!(device.store.queue_counts().unwrap().waiting as usize, saved.len());
    fs::remove_file(&journal).unwrap();
    fs::write(&journal, kept).unwrap();
    saved.extend(act(&device, 3));
    device.store.tidy().unwrap();
    assert_eq!(device.store.rescue_standing().problem, None);
    drop(device);
    fs::remove_file(folder.path().join("seal.db")).unwrap();
    assert_eq!(whole(folder.path(), &saved).rebuilt, saved.len());
}

#[test]
fn a_stop_between_the_commit_and_the_journal_is_made_good_at_the_next_idle_moment() {
    let folder = tempfile::tempdir().unwrap();
    let mut saved = shift(folder.path(), 2);
    {
        // Committed by an app that was stopped before the journal: one that has none.
        let device = Device::open(folder.path());
        saved.extend(act(&device, 3));
    }
    drop(Device::open_journaled(folder.path()).0.store.tidy());
    fs::remove_file(folder.path().join("seal.db")).unwrap();
    assert_eq!(whole(folder.path(), &saved).rebuilt, saved.len());
}

#[test]
fn files_of_which_all_is_settled_and_old_go_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let (device, _) = Device::open_journaled(folder.path());
    // Three files full, and one begun.
    let files = || {
        fs::read_dir(folder.path().join("rescue"))
            .unwrap()
            .filter(|f| f.as_ref().unwrap().path().extension().is_some_and(|ending| ending == "own"))
            .count()
    };
    while files() < 4 {
        let facts = (0..400).map(|n| scanned(&format!("{:0>200}", n))).collect();
        device.write(None, facts);
    }
    device.store.tidy().unwrap();
    device.clock.advance(SignedDuration::from_hours(40 * 24));
    device.store.tidy().unwrap();
    assert_eq!(files(), 4, "not sent yet");
    settle_all(&device);
    device.clock.advance(SignedDuration::from_hours(24));
    device.store.tidy().unwrap();
    assert_eq!(files(), 4, "not old yet");
    device.clock.advance(SignedDuration::from_hours(31 * 24));
    device.store.tidy().unwrap();
    assert_eq!(files(), 1, "the one in use stays");
}
