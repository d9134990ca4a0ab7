//! The flash memory of a simulated seal: kept with the yard, so that a seal survives its process.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use seal_core::cbor::Bytes;
use seal_protocol::entry::{ENTRY, Entry};
use seal_protocol::seal::{Flash, FlashFault, RECORD, SNAPSHOT};
use serde::{Deserialize, Serialize};

use crate::a7::A7Memory;

/// Log records there is room for: two weeks of reports.
const RECORDS: u32 = 2_048;

/// What stands in the flash.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Content {
    records: BTreeMap<u32, Bytes>,
    snapshots: BTreeMap<usize, Bytes>,
    /// Of a lock that keeps nothing but this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) a7: Option<A7Memory>,
}

impl Content {
    /// Of a lock that keeps no more than that.
    pub fn of_a7(memory: A7Memory) -> Self {
        Self { a7: Some(memory), ..Self::default() }
    }
}

/// A handle to it; the firmware has one, the body another.
#[derive(Debug, Clone, Default)]
pub(crate) struct Memory {
    content: Arc<Mutex<Content>>,
    written: Arc<Mutex<Vec<Entry>>>,
    writes: Arc<AtomicU64>,
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Memory {
    pub fn new(content: Content) -> Self {
        Self { content: Arc::new(Mutex::new(content)), ..Self::default() }
    }

    pub fn content(&self) -> Content {
        lock(&self.content).clone()
    }

    /// Entries written since this was last asked, oldest first.
    pub fn take_written(&self) -> Vec<Entry> {
        std::mem::take(&mut *lock(&self.written))
    }

    /// How often it was written.
    pub fn writes(&self) -> u64 {
        self.writes.load(Ordering::Relaxed)
    }

    /// Entries can no longer be read.
    pub fn lose(&self, counters: impl Iterator<Item = u32>) {
        let mut content = lock(&self.content);
        for counter in counters {
            content.records.remove(&(counter % RECORDS));
        }
    }
}

impl Flash for Memory {
    fn records(&self) -> u32 {
        RECORDS
    }

    fn write_record(&mut self, slot: u32, record: &[u8; RECORD]) -> Result<(), FlashFault> {
        self.writes.fetch_add(1, Ordering::Relaxed);
        lock(&self.content).records.insert(slot, Bytes(record.to_vec()));
        let entry = record.first_chunk::<ENTRY>().and_then(Entry::decode);
        lock(&self.written).extend(entry);
        Ok(())
    }

    fn read_record(&self, slot: u32) -> Option<[u8; RECORD]> {
        lock(&self.content).records.get(&slot)?.0.as_slice().try_into().ok()
    }

    fn write_snapshot(&mut self, which: usize, snapshot: &[u8; SNAPSHOT]) -> Result<(), FlashFault> {
        self.writes.fetch_add(1, Ordering::Relaxed);
        lock(&self.content).snapshots.insert(which, Bytes(snapshot.to_vec()));
        Ok(())
    }

    fn read_snapshot(&self, which: usize) -> Option<[u8; SNAPSHOT]> {
        lock(&self.content).snapshots.get(&which)?.0.as_slice().try_into().ok()
    }
}
