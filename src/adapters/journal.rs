//! The rescue journal: what officers saved, a second time, beside the database and not in it.
//!
//! ```text
//! rescue/000001.own      frames ([`seal_core::rescue`]), one for each act, sealed under the phone's own key
//! rescue/000001.agency   the same acts, sealed to the agency: only the central opens it
//! rescue/agency-key      the agency's public key, once a sign-in has brought it
//! ```
//! A frame's number is the place of its last event in the device's chain. Files are only ever added to. One whose end is torn
//! is left as it is, and the next begins.
//!
//! The agency's copy follows the phone's own: whatever that has and it lacks is sealed from there, be it that the agency's key
//! was not known, or that the disk was full.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use p256::elliptic_curve::rand_core::{OsRng, RngCore as _};
use seal_core::cbor::{self, Bytes};
use seal_core::event::SignedEvent;
use seal_core::ids::DeviceId;
use seal_core::rescue::{AgencyKey, FileId, Frame, Frames, Part, frame, frames};

use super::files;
use super::sealed::Sealer;
use crate::ports::vault::Key;

/// A file that has so many bytes takes no more acts.
const FULL: u64 = 256 << 10;
const OWN: &str = "own";
const AGENCY: &str = "agency";
const AGENCY_KEY: &str = "agency-key";

/// A place in a device's chain of events.
pub type Place = (DeviceId, u64);

/// What could be read of a journal.
#[derive(Debug, Default)]
pub struct Written {
    /// Events, in the order in which they were written.
    pub events: Vec<SignedEvent>,
    /// The place in the chain from which on everything was written.
    pub begins: Option<u64>,
    /// The last place that is named by a frame which cannot be opened.
    pub spoiled: Option<u64>,
    /// Something at an end of a file belongs to no frame any more.
    pub torn: bool,
}

/// The journal of one phone.
pub struct Journal {
    folder: PathBuf,
    sealer: Sealer,
    state: Mutex<State>,
}

struct State {
    /// The file that takes the next act.
    now: Option<Segment>,
    /// The newest event in it.
    newest: Option<Place>,
    agency: Option<AgencyKey>,
    /// Files of which the agency's copy may lack something.
    behind: bool,
    /// Written, and not yet told to reach the disk.
    unsynced: Vec<PathBuf>,
}

struct Segment {
    n: u32,
    id: FileId,
    length: u64,
}

impl Journal {
    /// Opens the journal in `folder`, which is made if need be.
    ///
    /// # Errors
    /// When the folder cannot be made or read.
    pub fn open(folder: &Path, key: &Key) -> io::Result<Self> {
        files::private_folder(folder)?;
        // One that cannot be read comes again with the next sign-in.
        let agency = fs::read(folder.join(AGENCY_KEY)).ok().and_then(|bytes| AgencyKey::read(&bytes));
        let state = State { now: None, newest: None, agency, behind: true, unsynced: Vec::new() };
        let journal = Self { folder: folder.to_owned(), sealer: Sealer::new(key), state: Mutex::new(state) };
        journal.go_on()?;
        Ok(journal)
    }

    /// Finds where to go on: behind a file that ends well, else in a new one.
    fn go_on(&self) -> io::Result<()> {
        let mut state = self.lock();
        let segments = self.segments()?;
        for n in segments.iter().rev() {
            let Some(bytes) = self.bytes(*n) else { continue };
            let found = frames(&bytes);
            if state.now.is_none() && segments.last() == Some(n) && found.strange == 0 {
                state.now =
                    found.frames.first().map(|first| Segment { n: *n, id: first.file, length: bytes.len() as u64 });
            }
            let newest = found.frames.iter().rev().find_map(|frame| self.read(frame)?.pop());
            if let Some(newest) = newest {
                state.newest = Some((newest.event.device, newest.event.seq));
                break;
            }
        }
        Ok(())
    }

    // A panic while the lock was held left at worst a frame half written, which is read around.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn file(&self, n: u32, copy: &str) -> PathBuf {
        self.folder.join(format!("{n:06}.{copy}"))
    }

    /// Numbers of the files, ascending.
    fn segments(&self) -> io::Result<Vec<u32>> {
        let mut segments = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let name = entry?.file_name();
            let stem = name.to_str().and_then(|name| name.strip_suffix(".own"));
            segments.extend(stem.and_then(|stem| stem.parse::<u32>().ok()));
        }
        segments.sort_unstable();
        Ok(segments)
    }

    /// One of the phone's own files. A place of the disk that cannot be read any more must not keep the app from starting.
    fn bytes(&self, n: u32) -> Option<Vec<u8>> {
        let read = fs::read(self.file(n, OWN));
        read.inspect_err(|error| tracing::error!(%error, n, "a file of the rescue journal cannot be read")).ok()
    }

    /// The newest event that is written and can be read.
    pub fn newest(&self) -> Option<Place> {
        self.lock().newest
    }

    /// Everything that can be read.
    ///
    /// # Errors
    /// When a file cannot be read at all.
    pub fn read_all(&self) -> io::Result<Written> {
        let mut written = Written::default();
        let segments = self.segments()?;
        for n in &segments {
            let Some(bytes) = self.bytes(*n) else {
                written.torn = true;
                continue;
            };
            let Frames { frames, strange } = frames(&bytes);
            written.torn |= strange > 0;
            for frame in &frames {
                match self.read(frame) {
                    Some(events) => written.events.extend(events),
                    None => written.spoiled = written.spoiled.max(Some(frame.number)),
                }
            }
            if segments.first() == Some(n) {
                let whole = frames.first().filter(|frame| bytes.starts_with(&frame.head()));
                let first = whole.and_then(|frame| self.read(frame)).and_then(|events| Some(events.first()?.event.seq));
                // Of the journal's very first frame nothing is left: it may have held the first act. A later file begins
                // where those before it were settled.
                written.begins = match (first, *n) {
                    (None, 1) => Some(1),
                    (None, _) => written.events.first().map(|event| event.event.seq).or(written.spoiled),
                    (first, _) => first,
                };
            }
        }
        Ok(written)
    }

    /// The events of a frame; none when it is not ours or was changed.
    fn read(&self, frame: &Frame<'_>) -> Option<Vec<SignedEvent>> {
        let plain = self.sealer.open(&Frame::about(&frame.file, frame.number), frame.content).ok()?;
        let events: Vec<Bytes> = cbor::from_slice(&plain).ok()?;
        events.iter().map(|cose| SignedEvent::read(&cose.0).ok()).collect()
    }

    /// Writes the events of an act to both copies. They reach the disk with the next [`Journal::sync`].
    ///
    /// # Errors
    /// When the phone's own copy could not be written; what is half there is taken away again, or read around.
    pub fn append(&self, events: &[SignedEvent]) -> io::Result<()> {
        let mut state = self.lock();
        let Some(last) = events.last() else { return Ok(()) };
        let place = (last.event.device, last.event.seq);
        let mut segment = match state.now.take().filter(|segment| segment.length < FULL) {
            Some(segment) => segment,
            None => self.begin()?,
        };
        let cose: Vec<Bytes> = events.iter().map(|event| Bytes(event.cose.clone())).collect();
        let plain = cbor::to_vec(&cose).map_err(io::Error::other)?;
        let sealed = self.sealer.seal(&Frame::about(&segment.id, place.1), &plain);
        let framed = frame(&segment.id, place.1, &sealed).ok_or_else(|| io::Error::other("an act of 4 GiB"))?;
        let path = self.file(segment.n, OWN);
        if let Err(error) = add_to_end(&path, &framed) {
            // A file whose end is torn takes no more.
            let is_whole = fs::metadata(&path).is_ok_and(|file| file.len() == segment.length);
            state.now = is_whole.then_some(segment);
            return Err(error);
        }
        segment.length += framed.len() as u64;
        state.newest = Some(place);
        state.unsynced.push(path);
        let (n, id) = (segment.n, segment.id);
        state.now = Some(segment);
        // While the copy lacks something older, this too comes with it, in order.
        if let Some(agency) = state.agency.clone().filter(|_| !state.behind) {
            let path = self.file(n, AGENCY);
            match for_agency(&agency, &id, place.1, cose).and_then(|framed| add_to_end(&path, &framed)) {
                Ok(()) => state.unsynced.push(path),
                Err(error) => {
                    tracing::warn!(%error, "the agency's copy waits");
                    state.behind = true;
                }
            }
        }
        Ok(())
    }

    fn begin(&self) -> io::Result<Segment> {
        let n = self.segments()?.last().map_or(1, |last| last.saturating_add(1));
        let mut id = FileId::default();
        OsRng.fill_bytes(&mut id);
        Ok(Segment { n, id, length: 0 })
    }

    /// Seals to `key` from now on, and also what was written before a key was known.
    ///
    /// # Errors
    /// When the key cannot be kept.
    pub fn trust(&self, key: AgencyKey) -> io::Result<()> {
        let mut state = self.lock();
        if state.agency.as_ref() == Some(&key) {
            return Ok(());
        }
        if state.agency.is_some() {
            tracing::warn!("the agency has another key; what comes is sealed to that");
        }
        files::write_durably(&self.folder, &self.folder.join(AGENCY_KEY), &key.bytes())?;
        state.agency = Some(key);
        state.behind = true;
        Ok(())
    }

    /// The agency's key, once known.
    pub fn agency(&self) -> Option<AgencyKey> {
        self.lock().agency.clone()
    }

    /// Brings what was written to the disk, and the agency's copy up to the own one. For moments in which nobody waits.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn sync(&self) -> io::Result<()> {
        let caught_up = self.catch_up();
        // Nobody who writes waits for the disk.
        let unsynced = std::mem::take(&mut self.lock().unsynced);
        if unsynced.is_empty() {
            return caught_up;
        }
        let mut paths = unsynced;
        paths.sort_unstable();
        paths.dedup();
        let synced = paths.iter().try_for_each(|path| match File::open(path) {
            Ok(file) => file.sync_data(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        });
        let synced = synced.and_then(|()| files::sync_folder_of(&self.folder.join(OWN)));
        if synced.is_err() {
            self.lock().unsynced.extend(paths);
        }
        caught_up.and(synced)
    }

    fn catch_up(&self) -> io::Result<()> {
        let mut state = self.lock();
        let Some(agency) = state.agency.clone().filter(|_| state.behind) else { return Ok(()) };
        for n in self.segments()? {
            let own = fs::read(self.file(n, OWN))?;
            let path = self.file(n, AGENCY);
            let copied = match fs::read(&path) {
                Ok(bytes) => frames(&bytes).frames.iter().map(|frame| frame.number).max(),
                Err(error) if error.kind() == io::ErrorKind::NotFound => None,
                Err(error) => return Err(error),
            };
            for frame in frames(&own).frames.iter().filter(|frame| copied.is_none_or(|last| frame.number > last)) {
                let Some(events) = self.read(frame) else { continue };
                let cose = events.into_iter().map(|event| Bytes(event.cose)).collect();
                add_to_end(&path, &for_agency(&agency, &frame.file, frame.number, cose)?)?;
                state.unsynced.push(path.clone());
            }
        }
        state.behind = false;
        Ok(())
    }

    /// Removes files, the oldest first, while `is_over` says of the newest event of one that nothing of it or before it is
    /// needed any more. The file in use stays, and one in which nothing can be read.
    ///
    /// # Errors
    /// What `is_over` says, or the file system.
    pub fn trim<E: From<io::Error>>(&self, is_over: impl Fn(&SignedEvent) -> Result<bool, E>) -> Result<(), E> {
        let in_use = self.lock().now.as_ref().map(|segment| segment.n);
        let segments = self.segments()?;
        for n in segments.iter().take_while(|n| Some(**n) != in_use && Some(*n) != segments.last()) {
            let bytes = fs::read(self.file(*n, OWN))?;
            let newest = frames(&bytes).frames.iter().rev().find_map(|frame| self.read(frame)?.pop());
            match newest {
                Some(newest) if is_over(&newest)? => {}
                _ => break,
            }
            for copy in [AGENCY, OWN] {
                match fs::remove_file(self.file(*n, copy)) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
                    _ => {}
                }
            }
        }
        Ok(())
    }
}

fn for_agency(agency: &AgencyKey, id: &FileId, number: u64, cose: Vec<Bytes>) -> io::Result<Vec<u8>> {
    let mut random = [0; 32];
    OsRng.fill_bytes(&mut random);
    agency.seal(id, number, &Part::Events(cose), random).map_err(io::Error::other)
}

/// Adds bytes to a file; takes away again what came only in part. Another process of the phone may add to it too, each a
/// whole frame at a time.
fn add_to_end(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().append(true).create(true).mode(0o600).open(path)?;
    let length = file.metadata()?.len();
    file.write_all(bytes).inspect_err(|_| {
        if let Err(error) = file.set_len(length) {
            tracing::warn!(%error, "a half-written frame stays in the journal");
        }
    })
}
