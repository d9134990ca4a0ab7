//! Every list and figure of a unit with 50,000 seals and 1,000,000 events on one phone.
//!
//! The database is made once (minutes) and kept with the build; the bench works on a copy. `SEALS=` and `EVENTS=` in the
//! environment make another.

#[path = "../tests/common/mod.rs"]
mod common;
mod load;
mod table;

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use common::{Device, StillClock, case_id, commanded, office, opened, read_back, tug};
use jiff::{SignedDuration, Timestamp};
use load::unit::{self, NOW, UNIT, seal_of};
use seal_core::codes::CustomsSealKind;
use seal_core::courier::{ParcelStage, return_clock};
use seal_core::custody::SealView;
use seal_core::doc::SealLife;
use seal_core::event::Event;
use seal_core::ids::CaseId;
use seal_core::seal::reading::LockAction;
use seal_core::time::date_in_vietnam;
use seal_core::work::{day_begins, work_list};
use seal_field::adapters::photo_files::PhotoFolder;
use seal_field::adapters::sqlite::SqliteStore;
use seal_field::adapters::vault_file::FileVault;
use seal_field::ports::lists::{CaseList, Cases, Lists as _, Mark, Page, ParcelList, Parcels, SealList, Seals};
use seal_field::ports::store::Store as _;
use seal_field::ports::vault::{Purpose, Vault as _};
use table::{Times, folder, ms, row, table, time, times};

/// Lines of a page, as the screens show them.
const LINES: usize = 40;

fn main() {
    table::machine("lists");
    let number = |name, usual| std::env::var(name).ok().and_then(|n| n.parse().ok()).unwrap_or(usual);
    let (seals, events) = (number("SEALS", 50_000), number("EVENTS", 1_000_000));
    let kept = kept(seals, events);
    let folder = folder();
    std::fs::copy(&kept, folder.path().join("seal.db")).expect("room for a copy");
    let size = std::fs::metadata(&kept).map_or(0, |file| file.len());
    let (opening, device) = time(|| open(folder.path()));
    println!("\n{seals} seals and {events} events: {} MB", size / 1_000_000);
    lists(&device);
    writing(&device, opening);
    paging(&device);
    long_histories();
}

/// The database with that many; made anew where there is none.
fn kept(seals: usize, events: usize) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("unit-{seals}-{events}.db"));
    if !path.exists() {
        println!("\nwriting {} ...", path.display());
        let making = path.with_extension("making");
        let parts = |path: &Path| ["", "-wal", "-shm"].map(|tail| PathBuf::from(format!("{}{tail}", path.display())));
        parts(&making).iter().for_each(|part| drop(std::fs::remove_file(part)));
        let (spent, ()) = time(|| unit::write(&making, seals, events));
        std::fs::rename(&making, &path).expect("the build folder can be written");
        println!("written in {} s", spent.as_secs());
    }
    // Of an earlier form: brought to this one once, not with every copy.
    let clock = StillClock::new();
    let (spent, _) = time(|| SqliteStore::open(&path, &unit::key(), unit::rules(), clock).expect("a store"));
    println!("opened, checked and brought to the newest form in {} ms", ms(spent));
    path
}

fn open(folder: &Path) -> Device {
    let clock = StillClock::new();
    let vault = FileVault::open(&folder.join("vault")).expect("a vault");
    let opened =
        SqliteStore::open(&folder.join("seal.db"), &unit::key(), unit::rules(), clock.clone()).expect("a store");
    Device {
        store: Arc::new(opened.store),
        photos: Arc::new(PhotoFolder::open(&folder.join("photos"), &vault.key(Purpose::Photos)).expect("a folder")),
        vault: Arc::new(vault),
        clock,
    }
}

fn lists(device: &Device) {
    let store = device.store.as_ref();
    let (unit, now): (_, Timestamp) = (office(UNIT), NOW.parse().expect("a time"));
    let rules = store.rules().expect("rules");
    let first = Page::first(LINES);
    let mut rows: Vec<(&str, usize, Times)> = Vec::new();
    fn ask<T>(ask: impl Fn() -> T, size: impl Fn(&T) -> usize) -> (usize, Times) {
        let answer = ask();
        (size(&answer), times(25, ask))
    }
    macro_rules! ask {
        ($what:literal, $ask:expr, $size:expr) => {{
            let (size, times) = ask(|| $ask.expect($what), $size);
            rows.push(($what, size, times));
        }};
    }
    let seals = |which: fn(_) -> Seals| SealList::all(which(unit.clone()));
    let (belonging, held, due) = (seals(Seals::BelongingTo), seals(Seals::HeldBy), seals(Seals::DueFrom));
    let cases = |search: &str| CaseList { search: search.to_owned(), ..CaseList::all(Cases::All) };
    let from = CaseList::all(Cases::From(unit.clone()));
    let parcels = ParcelList::all(Parcels::Of(unit.clone()));

    // The shift.
    ask!(
        "the shift: open cases, ordered by what is to be done",
        store.shift_lines(&unit, day_begins(now)).map(|lines| work_list(lines, &unit, &rules, date_in_vietnam(now))),
        Vec::len
    );
    ask!("figures of the return list", store.return_figures(&unit, now), |f| f.to_return as usize);
    ask!("the queue's counts", store.queue_counts(), |_| 1);
    // Cases.
    ask!("cases known here: count", store.case_count(&cases("")), |n| *n as usize);
    ask!("cases, first page", store.case_lines(&cases(""), &first), |page| page.lines.len());
    let deep = Mark { order: deep(store, &cases("")), id: CaseId(uuid::Uuid::nil()).to_string() };
    ask!("cases, a page far down", store.case_lines(&cases(""), &Page::after(deep.clone(), LINES)), |page| {
        page.lines.len()
    });
    ask!("cases from the unit, first page", store.case_lines(&from, &first), |page| page.lines.len());
    ask!("cases found by trader", store.case_lines(&cases("bac lieu"), &first), |page| page.lines.len());
    ask!("cases found by seal: one", store.case_lines(&cases("8300 0007"), &first), |page| page.lines.len());
    ask!("cases found: none", store.case_lines(&cases("khong co gi"), &first), |page| page.lines.len());
    ask!("cases found by trader: count", store.case_count(&cases("bac lieu")), |n| *n as usize);
    // Returns.
    ask!(
        "the return list with its clocks, first page",
        store.return_lines(&unit, &first).map(|page| {
            let clocks = page.lines.iter().filter(|line| return_clock(*line, &rules, now).is_ok());
            clocks.count()
        }),
        |n| *n
    );
    let later = Mark { order: (now - SignedDuration::from_hours(48)).as_millisecond(), id: String::new() };
    ask!("the return list, a page far down", store.return_lines(&unit, &Page::after(later.clone(), LINES)), |page| {
        page.lines.len()
    });
    // Stock.
    ask!("seals of the unit: count", store.seal_count(&belonging), |n| *n as usize);
    ask!("seals of the unit, first page", store.seal_lines(&belonging, &first), |page| page.lines.len());
    let behind = Page::after(Mark { order: 0, id: seal_of(25_000).as_str().to_owned() }, LINES);
    ask!("seals of the unit, a page far down", store.seal_lines(&belonging, &behind), |page| page.lines.len());
    ask!("seals held by the unit, first page", store.seal_lines(&held, &first), |page| page.lines.len());
    let find = |search: &str| SealList { search: search.to_owned(), ..belonging.clone() };
    ask!("seals found by number", store.seal_lines(&find("4321"), &first), |page| page.lines.len());
    ask!("seals found: none", store.seal_lines(&find("X-1"), &first), |page| page.lines.len());
    let rare =
        SealList { kind: Some(CustomsSealKind::FlatPlastic), life: Some(SealLife::Retired), ..belonging.clone() };
    ask!("seals of a rare kind and life", store.seal_lines(&rare, &first), |page| page.lines.len());
    ask!("stock of the unit by kind, life and place", store.stock(&belonging.which), Vec::len);
    ask!("stock lying at the unit", store.stock(&held.which), Vec::len);
    ask!("stock due from the unit", store.stock(&due.which), Vec::len);
    // Turnaround.
    ask!("turnaround by leg, all years", store.turnaround(&unit, Timestamp::UNIX_EPOCH), |t| t.whole.turns as usize);
    ask!("turnaround by leg, 90 days", store.turnaround(&unit, now - SignedDuration::from_hours(90 * 24)), |t| {
        t.whole.turns as usize
    });
    ask!("slowest seals, first page", store.turn_lines(&unit, &first), |page| page.lines.len());
    ask!(
        "slowest seals with their legs, first page",
        store.turn_lines(&unit, &first).and_then(|page| {
            page.lines.iter().map(|line| store.last_legs(&line.no)).collect::<Result<Vec<_>, _>>()
        }),
        Vec::len
    );
    ask!("seals held longest elsewhere, first page", store.held_lines(&unit, &first), |page| page.lines.len());
    ask!("who holds longest", store.holders(&unit, Timestamp::UNIX_EPOCH, now), Vec::len);
    // Parcels.
    ask!("parcels, first page", store.parcel_lines(&parcels, &first), |page| page.lines.len());
    ask!("parcels: count", store.parcel_count(&parcels), |n| *n as usize);
    let differing = ParcelList { open: true, ..parcels.clone() };
    ask!("parcels with open differences: count", store.parcel_count(&differing), |n| *n as usize);
    let going = ParcelList { stages: ParcelStage::ON_THE_WAY.to_vec(), ..parcels.clone() };
    ask!("parcels on their way, all", store.parcel_lines(&going, &Page::first(usize::MAX)), |page| page.lines.len());
    let find = ParcelList { search: "rr123".to_owned(), ..parcels.clone() };
    ask!("parcels found by waybill", store.parcel_lines(&find, &first), |page| page.lines.len());
    // One thing.
    ask!("one seal, whole", store.seal(&seal_of(7)), |seal| seal.as_ref().map_or(0, |seal| seal.history.len()));
    ask!("photos wanted", store.photos_wanted(&unit), Vec::len);

    let mut shown = vec![row(&[&"", &"lines or count", &"median ms", &"worst ms"])];
    let worst = rows.iter().map(|(_, _, times)| times.percentile(100)).max().unwrap_or_default();
    shown.extend(
        rows.iter().map(|(what, size, times)| row(&[what, size, &ms(times.median()), &ms(times.percentile(100))])),
    );
    table("Lists and figures, pages of 40 lines, 25 rounds", &shown);
    println!("\nworst of all: {} ms", ms(worst));
}

/// The time planned for a case in the middle of the list.
fn deep(store: &SqliteStore, list: &CaseList) -> i64 {
    let mut page = store.case_lines(list, &Page::first(10_000)).expect("cases");
    while let Some(mark) = page.next.clone().filter(|_| page.lines.len() == 10_000) {
        page = store.case_lines(list, &Page::after(mark, 10_000)).expect("cases");
    }
    page.lines.first().map_or(0, |line| line.planned_at.as_millisecond())
}

/// What an officer or the sync waits for while the store is that full.
fn writing(device: &Device, opening: std::time::Duration) {
    let mut acts = Times::default();
    for n in 0..50 {
        let (case, no) = (case_id(7_000 + n), format!("99{n:06}"));
        device.write(Some(case), vec![opened("15BB")]);
        let command = commanded(&no, LockAction::Arm);
        device.write(Some(case), vec![command.clone()]);
        let (spent, _) = time(|| device.write(Some(case), vec![read_back(&no, &command)]));
        acts.0.push(spent);
    }
    for n in 0..100 {
        device.write(None, (0..100).map(|m| tug(&format!("98{:06}", n * 100 + m))).collect());
    }
    let (take, due) = time(|| device.store.take_due(device.now(), 64).expect("the queue"));
    assert_eq!(due.len(), 64);
    let next = times(9, || device.store.next_due().expect("the queue"));
    let rules = time(|| device.store.rebuild_views().expect("rebuilt")).0;
    table(
        "Writing and starting",
        &[
            row(&[&"", &"ms"]),
            row(&[&"start: open and check the whole file", &ms(opening)]),
            row(&[&"saving the end of an arming, median", &ms(acts.median())]),
            row(&[&"a batch of 64 to send, of 10,000 waiting", &ms(take)]),
            row(&[&"when the next is due", &ms(next.median())]),
            row(&[&"once, after an update: every view and list anew", &ms(rules)]),
        ],
    );
}

/// Pages through every list a thousand times: memory must stay.
fn paging(device: &Device) {
    let store = device.store.as_ref();
    let unit = office(UNIT);
    let walk = |rounds: usize| {
        let (belonging, from) =
            (SealList::all(Seals::BelongingTo(unit.clone())), CaseList::all(Cases::From(unit.clone())));
        let parcels = ParcelList::all(Parcels::Of(unit.clone()));
        let (mut seals, mut returns, mut cases, mut sent) = (None, None, None, None);
        for _ in 0..rounds {
            let page = |after: &Option<Mark>| Page { after: after.clone(), limit: LINES };
            seals = black_box(store.seal_lines(&belonging, &page(&seals)).expect("seals")).next;
            returns = black_box(store.return_lines(&unit, &page(&returns)).expect("returns")).next;
            cases = black_box(store.case_lines(&from, &page(&cases)).expect("cases")).next;
            sent = black_box(store.parcel_lines(&parcels, &page(&sent)).expect("parcels")).next;
        }
    };
    walk(50);
    let before = memory("VmRSS");
    let (spent, ()) = time(|| walk(1_000));
    let after = memory("VmRSS");
    table(
        "Memory",
        &[
            row(&[&"", &""]),
            row(&[&"four lists paged through, 1,000 pages each: ms a page", &ms(spent / 4_000)]),
            row(&[&"resident before, MB", &format!("{:.1}", before)]),
            row(&[&"grown by, MB", &format!("{:.1}", after - before)]),
            row(&[&"peak of this run (with the rebuild), MB", &format!("{:.1}", memory("VmHWM"))]),
        ],
    );
}

/// Megabytes, as the system counts them.
fn memory(name: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<f64>().ok()).unwrap_or(0.0) / 1e3
}

/// One more fact of a seal, or a case, that has a long history already.
fn long_histories() {
    let folder = folder();
    let device = Device::open(folder.path());
    let mut rows = vec![row(&[&"facts before", &"seal: folding ms", &"saving one more, of seal and case: ms"])];
    let mut events: Vec<Event> = Vec::new();
    let no = common::seal("83180001");
    for length in [100, 1_000, 5_000] {
        while events.len() < length {
            let facts = (0..100).map(|_| tug("83180001")).collect();
            events.extend(device.write(Some(case_id(1)), facts).into_iter().map(|signed| signed.event));
        }
        let fold = times(9, || SealView::fold(&no, None, &events));
        let save = times(9, || device.write(Some(case_id(1)), vec![tug("83180001")]));
        rows.push(row(&[&length, &ms(fold.median()), &ms(save.median())]));
    }
    table("Long histories", &rows);
}
