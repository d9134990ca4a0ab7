//! Folds, and the store calls behind the screens of one thing. For lists see `lists`.

#[path = "../tests/common/mod.rs"]
mod common;
mod load;
mod table;

use common::{Device, case_id, office, seal};
use load::{accept_all, fill, register, seal_of, story};
use seal_core::case::CaseView;
use seal_core::custody::SealView;
use seal_core::event::Event;
use seal_field::ports::store::Store;
use table::{folder, ms, row, table, time, times};

fn main() {
    table::machine("views");
    folds();
    one_thing();
}

fn folds() {
    let folder = folder();
    let device = Device::open(folder.path());
    let events = |case: u128, length: usize| -> Vec<Event> {
        let signed = device.write(Some(case_id(case)), story(case, length));
        signed.into_iter().map(|signed| signed.event).collect()
    };
    let (case_events, seal_events) = (events(1, 50), events(2, 500));
    let no = seal(&seal_of(2));
    let case = times(300, || CaseView::fold(case_id(1), None, &case_events));
    let seal = times(300, || SealView::fold(&no, None, &seal_events));
    table(
        "Folds",
        &[
            row(&[&"", &"median ms"]),
            row(&[&"case of 50 facts", &ms(case.median())]),
            row(&[&"seal of 500 facts", &ms(seal.median())]),
        ],
    );
}

fn one_thing() {
    const SEALS: u128 = 2_000;
    const EVENTS: usize = 20_000;
    let folder = folder();
    let device = Device::open(folder.path());
    let (pull, ()) = time(|| register(&device, SEALS));
    let (write, ()) = time(|| fill(&device, 0, EVENTS));
    accept_all(&device);
    let store: &dyn Store = device.store.as_ref();
    let there = office("15BB");
    let measured = [
        ("one case", (1, times(99, || store.case(case_id(9)).expect("a case")))),
        ("its 50 events", (50, times(99, || store.case_events(case_id(9)).expect("events")))),
        ("one seal", (1, times(99, || store.seal(&seal(&seal_of(9))).expect("a seal")))),
        ("photos wanted", (0, times(9, || store.photos_wanted(&there).expect("photos")))),
    ];
    let mut rows = vec![row(&[&"", &"rows", &"median ms", &"p99 ms"])];
    rows.extend(
        measured
            .iter()
            .map(|(what, (count, times))| row(&[what, count, &ms(times.median()), &ms(times.percentile(99))])),
    );
    table(&format!("Store calls of the screens of one thing, {SEALS} seals and {EVENTS} events stored"), &rows);
    let rebuilt = times(3, || device.store.rebuild_views().expect("rebuilt"));
    table(
        "Once",
        &[
            row(&[&"", &"ms"]),
            row(&[&"taking the register of 2,000 seals in one page", &ms(pull)]),
            row(&[&"writing and signing 20,000 events in acts of 50", &ms(write)]),
            row(&[&"folding every view anew (after an update), median of 3", &ms(rebuilt.median())]),
        ],
    );
}
