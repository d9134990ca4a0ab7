//! What survives a power cut: the ring of log records and two snapshots in turn.

use crc::{CRC_32_ISO_HDLC, Crc};

use crate::SealId;
use crate::bytes::Reader;
use crate::entry::{ENTRY, Entry, Head};
use crate::seal::tickets::{SEEN, Seen, Tickets};

const CRC: Crc<u32> = Crc::<u32>::new(&CRC_32_ISO_HDLC);

/// Length of a log record in flash: entry, head after it, CRC-32.
pub const RECORD: usize = ENTRY + 16 + 4;
const SNAPSHOT_BODY: usize = 14 + SEEN * 12;
/// Length of a snapshot in flash.
pub const SNAPSHOT: usize = SNAPSHOT_BODY + 4;
const SNAPSHOT_FORM: u8 = 1;

/// The memory failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FlashFault;

/// The seal's flash memory. A write is durable when it returns; one cut short by a power loss may leave anything in *its own*
/// place, and nothing elsewhere.
pub trait Flash {
    /// How many log records there is room for, at least 64.
    fn records(&self) -> u32;
    /// Writes a log record.
    ///
    /// # Errors
    /// When it is not certainly written.
    fn write_record(&mut self, slot: u32, record: &[u8; RECORD]) -> Result<(), FlashFault>;
    /// Reads a log record; `None` where none was ever written.
    fn read_record(&self, slot: u32) -> Option<[u8; RECORD]>;
    /// Writes snapshot 0 or 1.
    ///
    /// # Errors
    /// When it is not certainly written.
    fn write_snapshot(&mut self, which: usize, snapshot: &[u8; SNAPSHOT]) -> Result<(), FlashFault>;
    /// Reads snapshot 0 or 1; `None` where none was ever written.
    fn read_snapshot(&self, which: usize) -> Option<[u8; SNAPSHOT]>;
}

fn with_crc<const N: usize>(mut bytes: [u8; N]) -> [u8; N] {
    let crc = CRC.checksum(&bytes[..N - 4]);
    bytes[N - 4..].copy_from_slice(&crc.to_be_bytes());
    bytes
}

fn crc_ok(bytes: &[u8]) -> bool {
    bytes.split_last_chunk::<4>().is_some_and(|(body, crc)| CRC.checksum(body).to_be_bytes() == *crc)
}

/// The log and the snapshots.
#[derive(Debug)]
pub struct Journal<F> {
    flash: F,
    start: Head,
    newest: Option<(Entry, Head)>,
    snapshot_number: u32,
}

/// What a snapshot holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// The floor.
    pub floor: u32,
    /// Tickets.
    pub tickets: Tickets,
}

impl<F: Flash> Journal<F> {
    /// Finds the newest whole record and the newest whole snapshot.
    pub fn load(flash: F, id: &SealId) -> (Self, Option<Saved>) {
        let mut journal = Self { flash, start: Head::start(id), newest: None, snapshot_number: 0 };
        for slot in 0..journal.flash.records() {
            if let Some(found) = journal.read_slot(slot)
                && journal.newest.as_ref().is_none_or(|(newest, _)| found.0.counter > newest.counter)
            {
                journal.newest = Some(found);
            }
        }
        let saved = (0..2).filter_map(|which| decode(&journal.flash.read_snapshot(which)?)).max_by_key(|found| found.0);
        journal.snapshot_number = saved.as_ref().map_or(0, |found| found.0);
        (journal, saved.map(|found| found.1))
    }

    fn read_slot(&self, slot: u32) -> Option<(Entry, Head)> {
        let record = self.flash.read_record(slot).filter(|record| crc_ok(record))?;
        let entry = Entry::decode(record.first_chunk()?)?;
        let head = Head(*record[ENTRY..].first_chunk()?);
        (entry.counter % self.flash.records() == slot).then_some((entry, head))
    }

    /// Number of the newest entry; 0 = none.
    pub fn newest(&self) -> u32 {
        self.newest.as_ref().map_or(0, |(entry, _)| entry.counter)
    }

    /// The newest entry.
    pub fn newest_entry(&self) -> Option<&Entry> {
        self.newest.as_ref().map(|(entry, _)| entry)
    }

    /// Number of the oldest entry kept; 0 = none. The slot that is written next is not promised any more.
    pub fn oldest(&self) -> u32 {
        let newest = self.newest();
        // A record that a power cut spoiled ends what is kept.
        (self.overwritten()..=newest).rev().take_while(|counter| self.read(*counter).is_some()).last().unwrap_or(0)
    }

    /// Everything before this number is overwritten.
    pub fn overwritten(&self) -> u32 {
        self.newest().saturating_sub(self.flash.records().saturating_sub(2)).max(1)
    }

    /// An entry and the head after it, if it is kept.
    pub fn read(&self, counter: u32) -> Option<(Entry, Head)> {
        if counter == 0 {
            return None;
        }
        self.read_slot(counter % self.flash.records()).filter(|(entry, _)| entry.counter == counter)
    }

    /// The head before an entry, if that is kept.
    pub fn before(&self, counter: u32) -> Option<Head> {
        if counter == 1 { Some(self.start) } else { self.read(counter.checked_sub(1)?).map(|(_, head)| head) }
    }

    /// Appends; the entry's number is given here. Durable when it returns.
    pub fn append(&mut self, mut entry: Entry) -> Result<(Entry, Head), FlashFault> {
        entry.counter = self.newest().checked_add(1).ok_or(FlashFault)?;
        let head = self.newest.as_ref().map_or(self.start, |(_, head)| *head).after(&entry);
        let mut record = [0; RECORD];
        record[..ENTRY].copy_from_slice(&entry.encode());
        record[ENTRY..ENTRY + 16].copy_from_slice(&head.0);
        self.flash.write_record(entry.counter % self.flash.records(), &with_crc(record))?;
        self.newest = Some((entry, head));
        Ok((entry, head))
    }

    /// Newest first, the first entry for which `find` says something.
    pub fn find<T>(&self, find: impl Fn(&Entry, Head) -> Option<T>) -> Option<T> {
        let kept = (1..=self.newest()).rev().map_while(|counter| self.read(counter));
        kept.into_iter().find_map(|(entry, head)| find(&entry, head))
    }

    /// Saves; the older snapshot is overwritten. Durable when it returns.
    pub fn save(&mut self, saved: &Saved) -> Result<(), FlashFault> {
        let number = self.snapshot_number.checked_add(1).ok_or(FlashFault)?;
        let which = usize::from(!number.is_multiple_of(2));
        self.flash.write_snapshot(which, &encode(number, saved))?;
        self.snapshot_number = number;
        Ok(())
    }
}

/// form 1, number 4, floor 4, min sequence 4, count 1, then 16 times sequence 4, first use 4, expiry 4; CRC-32.
fn encode(number: u32, saved: &Saved) -> [u8; SNAPSHOT] {
    let mut out = [0; SNAPSHOT];
    out[0] = SNAPSHOT_FORM;
    out[1..5].copy_from_slice(&number.to_be_bytes());
    out[5..9].copy_from_slice(&saved.floor.to_be_bytes());
    out[9..13].copy_from_slice(&saved.tickets.min_sequence.to_be_bytes());
    // At most SEEN of them, so it fits.
    out[13] = u8::try_from(saved.tickets.seen.len()).unwrap_or(u8::MAX);
    for (seen, place) in saved.tickets.seen.iter().zip(out[14..SNAPSHOT_BODY].chunks_exact_mut(12)) {
        place[..4].copy_from_slice(&seen.sequence.to_be_bytes());
        place[4..8].copy_from_slice(&seen.first.to_be_bytes());
        place[8..].copy_from_slice(&seen.expires.to_be_bytes());
    }
    with_crc(out)
}

fn decode(bytes: &[u8; SNAPSHOT]) -> Option<(u32, Saved)> {
    let mut read = Reader(bytes);
    if !crc_ok(bytes) || read.u8()? != SNAPSHOT_FORM {
        return None;
    }
    let (number, floor, min_sequence, count) = (read.u32()?, read.u32()?, read.u32()?, read.u8()?);
    let mut tickets = Tickets { min_sequence, ..Tickets::default() };
    for _ in 0..count {
        tickets.seen.try_push(Seen { sequence: read.u32()?, first: read.u32()?, expires: read.u32()? }).ok()?;
    }
    Some((number, Saved { floor, tickets }))
}

impl<F> Journal<F> {
    /// The flash.
    pub fn into_flash(self) -> F {
        self.flash
    }
}
