//! A disk under SQLite that fails on demand, and remembers what was written and what was synced. It takes the place of the
//! process's default file system of SQLite, below the encryption: one test a process (nextest does so).
#![allow(unsafe_code, dead_code)]

use std::collections::HashMap;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::path::Path;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::ffi;

/// How an access fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// `ENOSPC`: of writes only.
    Full,
    /// `EIO`: of anything.
    Io,
}

/// What happened on the disk, in order. Files by their last name.
#[derive(Debug, Clone)]
pub enum Op {
    Write {
        file: String,
        offset: u64,
        bytes: Vec<u8>,
    },
    Truncate {
        file: String,
        size: u64,
    },
    Sync {
        file: String,
    },
    Delete {
        file: String,
    },
    /// Said by the test.
    Mark(String),
}

#[derive(Default)]
struct State {
    /// Open files: name, and the table of the default VFS.
    files: HashMap<usize, (String, usize)>,
    /// Our tables, one for each of the default VFS (its files with and without locks differ).
    tables: HashMap<usize, usize>,
    count: u64,
    fails: Option<(u64, Failure, bool)>,
    log: Option<Vec<Op>>,
}

static STATE: Mutex<Option<State>> = Mutex::new(None);
static VFS: AtomicPtr<ffi::sqlite3_vfs> = AtomicPtr::new(std::ptr::null_mut());
static REAL: AtomicPtr<ffi::sqlite3_vfs> = AtomicPtr::new(std::ptr::null_mut());

fn state() -> MutexGuard<'static, Option<State>> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn with<T>(f: impl FnOnce(&mut State) -> T) -> T {
    f(state().get_or_insert_default())
}

unsafe extern "C" {
    /// SQLite3 Multiple Ciphers: encryption over the named file system.
    fn sqlite3mc_vfs_create(over: *const c_char, make_default: c_int) -> c_int;
}

/// From now on SQLite's files lie on this disk.
pub fn install() {
    if !VFS.load(Ordering::SeqCst).is_null() {
        return;
    }
    // SAFETY: the default VFS lives as long as the process, and so does our copy of its table, which is never freed.
    unsafe {
        let real = ffi::sqlite3_vfs_find(c"unix".as_ptr());
        REAL.store(real, Ordering::SeqCst);
        let mut ours = *real;
        ours.zName = c"faulty".as_ptr();
        ours.pNext = std::ptr::null_mut();
        ours.xOpen = Some(open);
        ours.xDelete = Some(delete);
        let ours = Box::leak(Box::new(ours));
        VFS.store(ours, Ordering::SeqCst);
        assert_eq!(ffi::sqlite3_vfs_register(ours, 0), ffi::SQLITE_OK);
        assert_eq!(sqlite3mc_vfs_create(ours.zName, 1), ffi::SQLITE_OK);
    }
}

/// The `n`-th access from now fails (from 1), and with `lasting` every one after it.
pub fn fail(n: u64, failure: Failure, lasting: bool) {
    with(|s| (s.count, s.fails) = (0, Some((n, failure, lasting))));
}

/// No more failures. Tells whether one happened.
pub fn calm() -> bool {
    with(|s| s.fails.take().is_some_and(|(n, ..)| s.count >= n))
}

/// Remembers from now on.
pub fn record() {
    with(|s| s.log = Some(Vec::new()));
}

pub fn mark(text: String) {
    with(|s| s.log.iter_mut().for_each(|log| log.push(Op::Mark(text.clone()))));
}

pub fn recorded() -> Vec<Op> {
    with(|s| s.log.take().unwrap_or_default())
}

impl State {
    /// Counts an access that `failure` may hit; the code with which it fails.
    fn hit(&mut self, writes: bool, io_code: c_int) -> Option<c_int> {
        let (n, failure, lasting) = self.fails?;
        if failure == Failure::Full && !writes {
            return None;
        }
        self.count += 1;
        let now = self.count == n || (lasting && self.count > n);
        now.then_some(if failure == Failure::Full { ffi::SQLITE_FULL } else { io_code })
    }

    fn note(&mut self, file: *mut ffi::sqlite3_file, op: impl FnOnce(String) -> Op) {
        if let (Some(log), Some(name)) = (self.log.as_mut(), self.files.get(&(file as usize))) {
            log.push(op(name.0.clone()));
        }
    }
}

fn real(file: *mut ffi::sqlite3_file) -> &'static ffi::sqlite3_io_methods {
    let table = with(|s| s.files[&(file as usize)].1);
    // SAFETY: a table of the default VFS, which is static.
    unsafe { &*(table as *const ffi::sqlite3_io_methods) }
}

fn last_name(path: *const c_char) -> String {
    if path.is_null() {
        return "temporary".to_owned();
    }
    // SAFETY: SQLite gives a terminated string.
    let text = unsafe { CStr::from_ptr(path) }.to_string_lossy().into_owned();
    Path::new(&text).file_name().map_or(text.clone(), |name| name.to_string_lossy().into_owned())
}

unsafe extern "C" fn open(
    _: *mut ffi::sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: called by SQLite with what the default VFS expects; the file's table is exchanged for one that ends in it.
    unsafe {
        let real_vfs = REAL.load(Ordering::SeqCst);
        let code = (*real_vfs).xOpen.expect("a VFS opens")(real_vfs, name, file, flags, out);
        if code == ffi::SQLITE_OK && !(*file).pMethods.is_null() {
            let table = (*file).pMethods;
            let ours = with(|s| {
                s.files.insert(file as usize, (last_name(name), table as usize));
                *s.tables.entry(table as usize).or_insert_with(|| {
                    let mut ours = *table;
                    ours.xClose = Some(close);
                    ours.xRead = Some(read);
                    ours.xWrite = Some(write);
                    ours.xTruncate = Some(truncate);
                    ours.xSync = Some(sync);
                    Box::leak(Box::new(ours)) as *const ffi::sqlite3_io_methods as usize
                })
            });
            (*file).pMethods = ours as *const ffi::sqlite3_io_methods;
        }
        code
    }
}

unsafe extern "C" fn delete(_: *mut ffi::sqlite3_vfs, name: *const c_char, sync_dir: c_int) -> c_int {
    if let Some(code) = with(|s| s.hit(true, ffi::SQLITE_IOERR_DELETE)) {
        return code;
    }
    with(|s| s.log.iter_mut().for_each(|log| log.push(Op::Delete { file: last_name(name) })));
    // SAFETY: as the default VFS expects.
    unsafe {
        let real = REAL.load(Ordering::SeqCst);
        (*real).xDelete.expect("a VFS deletes")(real, name, sync_dir)
    }
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    let real = real(file);
    with(|s| s.files.remove(&(file as usize)));
    // SAFETY: the file was opened by the default VFS.
    unsafe { real.xClose.expect("a file closes")(file) }
}

unsafe extern "C" fn read(file: *mut ffi::sqlite3_file, to: *mut c_void, n: c_int, at: i64) -> c_int {
    match with(|s| s.hit(false, ffi::SQLITE_IOERR_READ)) {
        Some(code) => code,
        // SAFETY: as above.
        None => unsafe { real(file).xRead.expect("a file is read")(file, to, n, at) },
    }
}

unsafe extern "C" fn write(file: *mut ffi::sqlite3_file, from: *const c_void, n: c_int, at: i64) -> c_int {
    let failed = with(|s| {
        let failed = s.hit(true, ffi::SQLITE_IOERR_WRITE);
        if failed.is_none() {
            // SAFETY: SQLite gives `n` bytes.
            let bytes = unsafe { std::slice::from_raw_parts(from.cast::<u8>(), n as usize) }.to_vec();
            s.note(file, |file| Op::Write { file, offset: at as u64, bytes });
        }
        failed
    });
    match failed {
        Some(code) => code,
        // SAFETY: as above.
        None => unsafe { real(file).xWrite.expect("a file is written")(file, from, n, at) },
    }
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, size: i64) -> c_int {
    let failed = with(|s| {
        let failed = s.hit(true, ffi::SQLITE_IOERR_TRUNCATE);
        if failed.is_none() {
            s.note(file, |file| Op::Truncate { file, size: size as u64 });
        }
        failed
    });
    match failed {
        Some(code) => code,
        // SAFETY: as above.
        None => unsafe { real(file).xTruncate.expect("a file is cut")(file, size) },
    }
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, flags: c_int) -> c_int {
    let failed = with(|s| {
        let failed = s.hit(true, ffi::SQLITE_IOERR_FSYNC);
        if failed.is_none() {
            s.note(file, |file| Op::Sync { file });
        }
        failed
    });
    match failed {
        Some(code) => code,
        // SAFETY: as above.
        None => unsafe { real(file).xSync.expect("a file is synced")(file, flags) },
    }
}

/// The files as a power cut after the first `end` operations may leave them: what was synced is there, of the rest each
/// piece is there, is not, or is torn.
pub fn after_power_cut(
    begin: &HashMap<String, Vec<u8>>,
    log: &[Op],
    end: usize,
    mut chance: impl FnMut(usize) -> usize,
) -> HashMap<String, Vec<u8>> {
    const SECTOR: usize = 512;
    let mut safe = begin.clone();
    let mut loose: HashMap<String, Vec<&Op>> = HashMap::new();
    for op in &log[..end] {
        match op {
            Op::Write { file, .. } | Op::Truncate { file, .. } => loose.entry(file.clone()).or_default().push(op),
            Op::Sync { file } => {
                for op in loose.remove(file).unwrap_or_default() {
                    apply(safe.entry(file.clone()).or_default(), op, usize::MAX);
                }
            }
            Op::Delete { file } => {
                loose.remove(file);
                safe.remove(file);
            }
            Op::Mark(_) => {}
        }
    }
    let mut names: Vec<_> = loose.into_iter().collect();
    names.sort_by(|a, b| a.0.cmp(&b.0));
    for (file, ops) in names {
        let image = safe.entry(file).or_default();
        for op in ops {
            match chance(3) {
                0 => {}
                1 => apply(image, op, usize::MAX),
                _ => {
                    let sectors = match op {
                        Op::Write { bytes, .. } => bytes.len() / SECTOR,
                        _ => 0,
                    };
                    apply(image, op, chance(sectors + 1) * SECTOR);
                }
            }
        }
    }
    safe
}

/// At most `most` bytes of an operation.
fn apply(image: &mut Vec<u8>, op: &Op, most: usize) {
    match op {
        Op::Write { offset, bytes, .. } => {
            let bytes = &bytes[..bytes.len().min(most)];
            let (from, to) = (*offset as usize, *offset as usize + bytes.len());
            if image.len() < to {
                image.resize(to, 0);
            }
            image[from..to].copy_from_slice(bytes);
        }
        Op::Truncate { size, .. } if most > 0 => image.resize(*size as usize, 0),
        _ => {}
    }
}
