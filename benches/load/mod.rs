//! Facts in number, and a store filled with them.
#![allow(dead_code)] // each benchmark uses its part

pub mod unit;

use jiff::SignedDuration;
use seal_core::codes::{CustomsSealKind, SealType};
use seal_core::doc::{Doc, SealDoc, SealLife, SealRadio};
use seal_core::fact::{Fact, LockRead};
use seal_core::outbox::Receipt;
use seal_core::seal::reading::{LastCommand, LockAction, LockOutcome, LockState, SealReading};
use seal_core::wire::{Change, ChangesResponse, PROTO};
use seal_field::ports::store::{Settled, Store as _};

use crate::common::{Device, case_id, commanded, inspected, office, opened, scanned, seal, tug};

/// Number of the seal of case `n`.
pub fn seal_of(n: u128) -> String {
    format!("8318{n:04}")
}

/// The end of a command, with the reading a real seal gives.
pub fn closed(command: &Fact) -> Fact {
    let Fact::LockCommanded(command) = command else { unreachable!("only commands are given") };
    let reading = SealReading {
        serial: command.seal.clone(),
        lock: LockState::ClosedArmed,
        rope_inserted: true,
        battery_percent: 87,
        clock: jiff::Timestamp::UNIX_EPOCH,
        self_test_failed: Vec::new(),
        position: None,
        gnss_fix: true,
        mobile_bars: 3,
        default_password: false,
        firmware: "2.4.1".to_owned(),
        log_counter: 412,
        last_command: Some(LastCommand { id: command.command, action: command.action, done: true }),
        not_told: Vec::new(),
    };
    Fact::LockRead(LockRead {
        seal: command.seal.clone(),
        command: Some(command.command),
        action: Some(command.action),
        outcome: Some(LockOutcome::Confirmed),
        reading: Some(reading),
        late: false,
    })
}

/// A case's story of `length` facts: opened, armed, then looked at over and over.
pub fn story(n: u128, length: usize) -> Vec<Fact> {
    let no = seal_of(n);
    let command = commanded(&no, LockAction::Arm);
    let end = closed(&command);
    let begin = [opened("15BB"), scanned("CSQU3054383"), command, end];
    let rest = (0..).map(|k| if k % 2 == 0 { tug(&no) } else { inspected(&no) });
    begin.into_iter().chain(rest).take(length).collect()
}

/// Writes cases of 50 facts each until `events` are stored.
pub fn fill(device: &Device, first: u128, events: usize) {
    for n in 0..events.div_ceil(50) {
        let n = first + n as u128;
        device.write(Some(case_id(n)), story(n, 50.min(events)));
    }
}

/// Takes everything queued as accepted, a while ago.
pub fn accept_all(device: &Device) {
    let receipt = Receipt { server_seq: 1, at: device.now(), code: "7F3A-21".to_owned() };
    loop {
        let due = device.store.take_due(device.now(), 2_000).expect("the queue can be read");
        if due.is_empty() {
            break;
        }
        let results: Vec<_> = due.iter().map(|item| (item.key(), Settled::Accepted(receipt.clone()))).collect();
        device.store.settle(&results).expect("the queue can be written");
    }
    device.clock.advance(SignedDuration::from_hours(48));
}

/// A register of seals, spread over three offices.
pub fn register(device: &Device, seals: u128) {
    let places = ["03EE", "15BB", "02CI"].map(office);
    let doc = |n: u128| SealDoc {
        no: seal(&seal_of(n)),
        seal_type: SealType::Electronic,
        kind: CustomsSealKind::Electronic,
        class: None,
        owner: places[(n % 3) as usize].clone(),
        manager: places[(n % 3) as usize].clone(),
        holder: places[(n / 3 % 3) as usize].clone(),
        as_of: device.now(),
        radio: SealRadio::Spoken,
        life: SealLife::InService,
        platform_sees: Some(true),
    };
    let page = ChangesResponse {
        proto: PROTO.to_owned(),
        epoch: "e".to_owned(),
        server_time: device.now(),
        changes: (0..seals).map(|n| Change::Doc { doc: Box::new(Doc::Seal(doc(n))) }).collect(),
        next: "1".to_owned(),
        more: false,
        checkpoint: None,
    };
    device.store.take_changes(&page, device.now()).expect("the register can be written");
}
