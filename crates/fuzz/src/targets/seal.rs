//! The seals' own protocol: whole sessions, tickets, and the log pages that a phone carries to the central.

use seal_protocol::advert;
use seal_protocol::entry::{Action, ENTRY, Entry, Head};
use seal_protocol::issuer::{Issuer, Ledger};
use seal_protocol::keys::SealKeys;
use seal_protocol::receipt::{RECEIPT, Receipt};
use seal_protocol::ticket::Ticket;
use seal_protocol::{CommandId, SealId};

use super::target;
use crate::common::Bench;
use crate::fuzzing;
use crate::mutate;
use crate::run::{Job, Target};

/// Frames of one session run.
const FRAMES: u64 = 10_000;

pub(super) fn targets() -> Vec<Target> {
    vec![
        Target {
            inputs: 10_000_000,
            smoke: FRAMES,
            counts: FRAMES,
            ..target("seal-protocol", "mutated frames at both ends: none accepted, the bolt does not move", || {
                Job::new(
                    |rng| rng.next().to_le_bytes().to_vec(),
                    |bytes| {
                        if let Ok(seed) = bytes.try_into() {
                            assert!(fuzzing::run(u64::from_le_bytes(seed), FRAMES).frames >= FRAMES);
                        }
                    },
                )
            })
        },
        target("seal-ticket", "tickets: only the issuer's own opens, with nothing changed", ticket_job),
        target("seal-log", "log pages and receipts: only what the seal signed is taken, and taken once", log_job),
        target("seal-advert", "advertisements: a serial is read back from its own scan response", || {
            let id = SealId::new("83181001").expect("a serial");
            let seeds = vec![advert::scan_response(&id).to_vec(), advert::advertising().to_vec(), vec![0xFF; 31]];
            Job::new(
                move |rng| mutate::bytes(rng, &seeds),
                |bytes| {
                    if let Some(id) = advert::serial(bytes) {
                        assert_eq!(advert::serial(&advert::scan_response(&id)), Some(id));
                    }
                },
            )
        }),
    ]
}

fn ticket_job() -> Job {
    let mut bench = Bench::new(1);
    let honest: Vec<Vec<u8>> =
        [bench.shift("an"), bench.moment("an"), bench.shift("binh")].iter().map(|one| one.ticket.to_vec()).collect();
    let (seeds, id) = (honest.clone(), bench.id);
    let keys = SealKeys::new(id, 1, &bench.issuer.seal_key(&id));
    Job::new(
        move |rng| mutate::bytes(rng, &seeds),
        move |bytes| {
            let opened = Ticket::open(&keys, bytes).is_some();
            assert_eq!(opened, honest.iter().any(|ticket| ticket == bytes));
        },
    )
}

fn log_job() -> Job {
    let mut bench = Bench::new(2);
    let grant = bench.shift("an");
    for (n, action) in [Action::Arm, Action::Disarm, Action::Arm].into_iter().enumerate() {
        let id = CommandId([u8::try_from(n).unwrap_or(0) + 1; 16]);
        bench.command(&grant, id, action).expect("an honest command");
    }
    let honest: Vec<Vec<u8>> = bench
        .pages(&grant)
        .iter()
        .filter_map(|page| {
            let entries = page.entries.iter().flat_map(Entry::encode);
            Some([&page.before.0[..], &entries.collect::<Vec<u8>>(), &page.receipt?.0].concat())
        })
        .collect();
    assert!(!honest.is_empty(), "the seal wrote a log");
    let (seeds, id, issuer) = (honest.clone(), bench.id, bench.issuer);
    Job::new(
        move |rng| if rng.one_in(64) { rng.pick(&seeds).clone() } else { mutate::bytes(rng, &seeds) },
        move |bytes| page(&issuer, &id, &honest, bytes),
    )
}

/// A page as bytes: head before it, entries, receipt.
fn page(issuer: &Issuer, id: &SealId, honest: &[Vec<u8>], bytes: &[u8]) {
    let Some((before, rest)) = bytes.split_first_chunk::<16>() else { return };
    let Some((entries, receipt)) = rest.split_last_chunk::<RECEIPT>() else { return };
    if let Some(receipt) = Receipt::read(receipt) {
        let authentic = issuer.verify(id, &receipt).is_some();
        assert_eq!(authentic, honest.iter().any(|page| page.ends_with(&receipt.0)));
        let _ = receipt.claim();
    }
    let (entries, left) = entries.as_chunks::<ENTRY>();
    let decoded: Option<Vec<Entry>> = entries.iter().map(Entry::decode).collect();
    for (entry, bytes) in decoded.iter().flatten().zip(entries) {
        assert_eq!(&entry.encode(), bytes, "one meaning, one form");
    }
    let (Some(decoded), Some(receipt)) = (decoded, Receipt::read(receipt)) else { return };
    if !left.is_empty() {
        return;
    }
    let mut ledger = Ledger::new(*id);
    let first = decoded.first().map_or(0, |entry| entry.counter);
    match ledger.chain(issuer, first, Head(*before), &decoded, &receipt) {
        Ok(found) => {
            assert!(honest.iter().any(|page| page == bytes), "nobody signed it");
            let again = ledger.chain(issuer, first, Head(*before), &decoded, &receipt);
            assert_eq!(again, Ok(found), "brought twice, it is the same");
        }
        Err(_) => assert_eq!(ledger.entries().count(), 0, "a refused page leaves nothing"),
    }
}
