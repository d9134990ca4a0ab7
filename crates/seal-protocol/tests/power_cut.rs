//! Power lost at every single flash write, before, in the middle of and after it, and once more during the recovery.

mod common;

use common::{Bench, Cut, Rng, outcome};
use seal_protocol::CommandId;
use seal_protocol::entry::{Action, Happening, Lock, Outcome, What};
use seal_protocol::issuer::Ledger;
use seal_protocol::message::{Reply, Request};
use seal_protocol::phone::Grant;
use seal_protocol::receipt::Receipt;
use seal_protocol::seal::{Bolt, Event, Wake};

const ARM: CommandId = CommandId([1; 16]);
const DISARM: CommandId = CommandId([2; 16]);

/// What the phones had in their hands when the power went.
#[derive(Default)]
struct Seen {
    receipts: Vec<Receipt>,
    newest: u32,
    floor: u32,
}

struct Trip {
    bench: Bench,
    seen: Seen,
}

impl Trip {
    fn new() -> Self {
        Self { bench: Bench::new(77), seen: Seen::default() }
    }

    fn alive(&self) -> bool {
        self.bench.seal.is_some()
    }

    fn command(&mut self, grant: &Grant, id: CommandId, action: Action) -> Option<Receipt> {
        let reply = self.bench.command(grant, id, action);
        match reply {
            Ok(Reply::Receipt(receipt)) => {
                let (entry, _) = receipt.claim().unwrap();
                self.seen.newest = self.seen.newest.max(entry.counter);
                self.seen.floor = self.seen.floor.max(entry.not_before);
                self.seen.receipts.push(receipt);
                Some(receipt)
            }
            _ => None,
        }
    }

    /// A container's day, until the power goes.
    fn run(&mut self) {
        let an = self.bench.shift("an");
        let binh = self.bench.shift("binh");
        self.command(&an, ARM, Action::Arm);
        self.bench.pass(1_000);
        self.bench.step(Event::Happened { what: Happening::Position, detail: 0 });
        self.bench.sensors.rope_whole = false;
        self.bench.step(Event::Tick);
        self.command(&binh, DISARM, Action::Disarm);
        if let Ok(mut phone) = self.bench.open(&an) {
            let _ = self.bench.ask(&mut phone, &Request::SetClock { now: self.bench.time });
        }
        self.command(&an, CommandId([3; 16]), Action::Test);
    }
}

fn holds_together(trip: &mut Trip, what: &str) {
    let commanded = |action| if action == Action::Arm { (ARM, Bolt::Closed) } else { (DISARM, Bolt::Open) };
    let turns_before = trip.bench.drives.len();
    let reader = trip.bench.moment("chi");
    let pages = trip.bench.pages(&reader);
    let mut ledger = Ledger::new(trip.bench.id);
    for page in &pages {
        ledger.page(&trip.bench.issuer, page).unwrap_or_else(|doubt| panic!("{what}: {doubt}"));
    }
    for receipt in &trip.seen.receipts {
        ledger.receipt(&trip.bench.issuer, receipt).unwrap_or_else(|doubt| panic!("{what}: {doubt}"));
    }
    assert!(ledger.gaps().is_empty(), "{what}: numbers run through");
    let log: Vec<_> = ledger.entries().copied().collect();
    let last = log.last().unwrap();
    assert!(last.counter >= trip.seen.newest && last.not_before >= trip.seen.floor, "{what}: nothing goes back");

    for action in [Action::Arm, Action::Disarm] {
        let (id, _) = commanded(action);
        let begun = log.iter().filter(|entry| matches!(entry.what, What::Begun { by, .. } if by.id == id)).count();
        let ended: Vec<_> = log.iter().filter(|entry| entry.ended().is_some_and(|ended| ended.2 == id)).collect();
        assert!(begun <= 1 && ended.len() <= 1, "{what}: {action:?} once");
        assert!(begun <= ended.len(), "{what}: what began has ended, if only as interrupted");
        if let [ended] = ended[..] {
            // The same id again: the same end, and the bolt stays where it is.
            let again = trip.command(&reader, id, action).unwrap();
            assert_eq!(again.claim().unwrap().0, *ended, "{what}");
            if outcome(&again) == Outcome::Interrupted {
                assert_eq!(again.claim().unwrap().0.lock == Lock::Jammed, trip.bench.sensors.bolt == Bolt::Between);
            }
        }
    }
    assert_eq!(trip.bench.drives.len(), turns_before, "{what}: recovery moves nothing");
}

#[test]
fn power_lost_at_every_write_leaves_one_truth() {
    let mut whole = Trip::new();
    let at_start = whole.bench.chip.0.borrow().writes;
    whole.run();
    assert_eq!(whole.seen.receipts.len(), 3);
    let writes = whole.bench.chip.0.borrow().writes;
    assert!(writes - at_start >= 11, "the day writes {} times", writes - at_start);
    let mut cuts = 0;
    for at in at_start + 1..=writes {
        for cut in [Cut::Before, Cut::Torn, Cut::After] {
            // During the recovery too: not at all, or at its first, second … write.
            for again in 0..=3 {
                let what = format!("write {at}, {cut:?}, recovery {again}");
                let mut trip = Trip::new();
                trip.bench.chip.0.borrow_mut().cut = Some((at, cut));
                trip.run();
                assert!(!trip.alive(), "{what}: the power went");
                let now = trip.bench.chip.0.borrow().writes;
                trip.bench.chip.0.borrow_mut().cut = (again > 0).then_some((now + again, cut));
                trip.bench.chip.0.borrow_mut().dead = false;
                if trip.bench.try_restart(Wake::PowerLost).is_err() {
                    trip.bench.chip.0.borrow_mut().cut = None;
                    trip.bench.restart(Wake::PowerLost);
                }
                trip.bench.chip.0.borrow_mut().cut = None;
                trip.bench.chip.0.borrow_mut().dead = false;
                holds_together(&mut trip, &what);
                cuts += 1;
            }
        }
    }
    println!("{cuts} power cuts");
}

#[test]
fn power_lost_while_the_bolt_moves_ends_as_interrupted_with_what_was_sensed() {
    for (bolt, lock) in [(Bolt::Open, Lock::Ready), (Bolt::Between, Lock::Jammed), (Bolt::Closed, Lock::ClosedArmed)] {
        let mut bench = Bench::new(5);
        bench.motor_slow = true;
        let grant = bench.shift("an");
        let mut phone = bench.open(&grant).unwrap();
        let arm = phone.ask(&Request::Command { id: ARM, action: Action::Arm }).unwrap();
        bench.step(Event::Received(&arm));
        bench.sensors.bolt = bolt;
        bench.restart(Wake::PowerLost);
        let Ok(Reply::Receipt(receipt)) = bench.command(&grant, ARM, Action::Arm) else { panic!("no receipt") };
        let (entry, _) = receipt.claim().unwrap();
        assert_eq!((outcome(&receipt), entry.lock), (Outcome::Interrupted, lock));
        assert_eq!(bench.drives.len(), 1);
    }
}

#[test]
fn random_spoiled_flash_never_panics() {
    let mut rng = Rng(4);
    for round in 0..300 {
        let mut trip = Trip::new();
        trip.run();
        {
            let mut chip = trip.bench.chip.0.borrow_mut();
            for record in chip.records.iter_mut().flatten() {
                if rng.below(8) == 0 {
                    let at = rng.below(record.len());
                    record[at] ^= 1 << rng.below(8);
                }
            }
            if let Some(snapshot) = chip.snapshots[round % 2].as_mut() {
                snapshot[rng.below(20)] ^= 0x10;
            }
        }
        trip.bench.restart(Wake::PowerLost);
        let reader = trip.bench.moment("chi");
        let mut phone = trip.bench.open(&reader).unwrap();
        assert!(matches!(trip.bench.ask(&mut phone, &Request::State), Ok(Reply::State(_))));
        assert!(matches!(trip.bench.ask(&mut phone, &Request::Log { from: 0, most: 255 }), Ok(Reply::Page(_))));
    }
}
