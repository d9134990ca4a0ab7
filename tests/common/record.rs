//! What phones wrote, held against the record of the central as it lies on the disk.
#![allow(dead_code)]

use std::collections::{HashMap, HashSet};
use std::path::Path;

use rusqlite::Connection;
use seal_core::event::SignedEvent;
use seal_core::ids::Sha256;
use seal_core::outbox::{OutboxState, QueueWhat};
use seal_field::ports::store::Store as _;
use seal_field::ports::vault::Vault as _;

use crate::syncing::Syncing;

/// What one phone wrote.
#[derive(Default)]
pub struct Ledger(Vec<SignedEvent>);

impl Ledger {
    pub fn wrote(&mut self, events: Vec<SignedEvent>) {
        self.0.extend(events);
    }

    /// Everything is at the central, once, as it was written and in the order of each seal; every photograph is there whole;
    /// the phone knows all that, and nothing waits or is stuck.
    pub fn check(&self, central: &Path, phone: &Syncing) {
        let db = Connection::open(central.join("central.sqlite")).unwrap();
        let mut select = db.prepare("SELECT seq, cose FROM event WHERE device = ?1 ORDER BY seq").unwrap();
        let device = phone.device.vault.device().0;
        let rows = select.query_map([device.as_bytes()], |row| Ok((row.get::<_, u64>(0)?, row.get::<_, Vec<u8>>(1)?)));
        let record: Vec<_> = rows.unwrap().map(Result::unwrap).collect();
        assert_eq!(record.len(), self.0.len(), "facts at the central, and facts written");
        let mut newest: HashMap<String, u64> = HashMap::new();
        let mut places = HashMap::new();
        for (seq, cose) in &record {
            let event = SignedEvent::read(cose).unwrap().event;
            assert!(places.insert(event.id, *seq).is_none(), "{} is doubled", event.id);
            for seal in event.seals() {
                let before = newest.insert(seal.as_str().to_owned(), event.seq).unwrap_or(0);
                assert!(before < event.seq, "{seal}: {before} arrived before {}", event.seq);
            }
        }
        let record: HashSet<_> = record.into_iter().map(|(_, cose)| cose).collect();
        for written in &self.0 {
            assert!(record.contains(&written.cose), "{} is not there as it was written", written.event.id);
            let Some(photo) = written.event.fact.photo() else { continue };
            for digest in [Some(photo.sha256), photo.thumbnail.as_ref().map(|small| small.sha256)].into_iter().flatten()
            {
                let name = digest.to_string();
                let file = std::fs::read(central.join("photos").join(&name[..2]).join(&name));
                assert_eq!(Sha256::of(&file.unwrap()), digest);
            }
        }
        let counts = phone.device.store.queue_counts().unwrap();
        assert_eq!((counts.waiting, counts.stuck), (0, 0));
        for item in phone.device.store.queue().unwrap() {
            let OutboxState::Accepted { receipt } = &item.state else { panic!("not accepted: {item:?}") };
            if let QueueWhat::Fact { event, .. } = &item.what {
                assert_eq!(places.get(event), Some(&receipt.server_seq), "the receipt names another place");
            }
        }
        assert_eq!(phone.device.store.record_alarms().unwrap(), []);
    }
}
