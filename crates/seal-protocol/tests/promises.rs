//! What the protocol promises, one test for each promise; `docs/attacks.md` names them.

mod common;

use std::collections::BTreeSet;

use common::{Bench, START, hex, outcome};
use hkdf::Hkdf;
use seal_protocol::entry::{Action, Alarms, Happening, Lock, Outcome, What};
use seal_protocol::issuer::{Doubt, Issuer, Kind, Ledger, NoTicket, SHIFT_S, Wish};
use seal_protocol::keys::SealKeys;
use seal_protocol::message::{Denial, REFUSAL, Reply, Request};
use seal_protocol::phone::{Grant, Heard, Phone, PhoneError};
use seal_protocol::receipt::Receipt;
use seal_protocol::seal::{Bolt, Drive, Effects, Event, Seal, Wake};
use seal_protocol::secret::Secret;
use seal_protocol::ticket::{Flags, Scope};
use seal_protocol::{Message, SealId};

fn entries(bench: &mut Bench) -> usize {
    let grant = bench.shift("reader");
    bench.log(&grant).len()
}

fn receipt(reply: Result<Reply, PhoneError>) -> Receipt {
    match reply {
        Ok(Reply::Receipt(receipt)) => receipt,
        other => panic!("{other:?}"),
    }
}

#[test]
fn no_key_comes_from_a_public_id() {
    let mut bench = Bench::new(1);
    let other = Issuer::new(Secret::new([0x4E; 32]), 1);
    assert_ne!(bench.issuer.seal_key(&bench.id).expose(), other.seal_key(&bench.id).expose());
    // Tickets under keys that anybody could compute from the label.
    let mut guessed = [0; 32];
    Hkdf::<sha2::Sha256>::new(None, bench.id.as_bytes()).expand(b"eseal/1/seal", &mut guessed).unwrap();
    for master in [guessed, [0; 32], [0x4E; 32]] {
        let wish = Wish {
            kind: Kind::Shift { life: SHIFT_S },
            now: START,
            sequence: 1,
            min_sequence: 0,
            officer: bench.officer("x"),
            scope: common::EVERYTHING,
            flags: Flags::NONE,
        };
        let forged = Issuer::new(Secret::new(master), 1).mint(&bench.id, &wish, &mut bench.rng).unwrap();
        assert_eq!(bench.open(&forged).unwrap_err(), PhoneError::Refused);
    }
}

#[test]
fn a_ticket_opens_no_other_seal_and_no_other_epoch() {
    let mut bench = Bench::new(2);
    let mine = bench.id;
    bench.id = SealId::new("83181011").unwrap();
    let grant = bench.shift("an");
    bench.id = mine;
    assert_eq!(bench.open(&grant).unwrap_err(), PhoneError::Refused);
    let epoch_1 = std::mem::replace(&mut bench.issuer, Issuer::new(Secret::new([0x4D; 32]), 2));
    let grant = bench.shift("an");
    bench.issuer = epoch_1;
    assert_eq!(bench.open(&grant).unwrap_err(), PhoneError::Refused);
    let grant = bench.shift("an");
    assert!(bench.open(&grant).is_ok());
}

#[test]
fn there_is_no_plaintext_and_no_downgrade() {
    let mut bench = Bench::new(3);
    let grant = bench.shift("an");
    let mut phone = Phone::new(bench.id);
    let open = phone.open(&grant, &mut bench.rng).unwrap();
    let arm = [&[0x01][..], &[7; 16], &[1]].concat();
    for version in (0..=255).filter(|version| *version != 1) {
        let mut other = open.clone();
        other[1] = version;
        bench.step(Event::Connected);
        let effects = bench.step(Event::Received(&other));
        assert_eq!(effects.send.unwrap().as_slice(), REFUSAL);
        assert!(effects.hang_up);
    }
    for kind in 0..=255 {
        for opened in [false, true] {
            bench.step(Event::Connected);
            if opened {
                bench.step(Event::Received(&open));
            }
            let message = [&[kind][..], &arm].concat();
            let effects = bench.step(Event::Received(&message));
            assert_eq!(effects.send.unwrap().as_slice(), REFUSAL, "type {kind}");
        }
    }
    assert_eq!(bench.drives, []);
    assert_eq!(bench.state(&grant).lock, Lock::Ready);
}

#[test]
fn every_failure_looks_the_same() {
    let mut bench = Bench::new(4);
    let good = bench.shift("an");
    let mut wrong_secret = good.clone();
    wrong_secret.proof = Secret::new([1; 32]);
    let mut torn = good.clone();
    torn.ticket.pop();
    let expired = bench.shift("an");
    bench.pass(SHIFT_S + 100);
    let fresh = bench.shift("an");
    assert!(bench.command(&fresh, common_id(1), Action::Test).is_ok());
    for bad in [wrong_secret, torn, expired] {
        let mut phone = Phone::new(bench.id);
        let open = phone.open(&bad, &mut bench.rng).unwrap();
        bench.step(Event::Connected);
        let effects = bench.step(Event::Received(&open));
        assert_eq!((effects.send.unwrap().as_slice(), effects.hang_up), (&REFUSAL[..], true));
    }
}

fn common_id(number: u8) -> seal_protocol::CommandId {
    seal_protocol::CommandId([number; 16])
}

#[test]
fn a_replayed_session_does_nothing() {
    let mut bench = Bench::new(5);
    let grant = bench.shift("an");
    let mut phone = Phone::new(bench.id);
    let mut heard: Vec<Message> = Vec::new();
    bench.step(Event::Connected);
    let open = phone.open(&grant, &mut bench.rng).unwrap();
    phone.receive(&bench.step(Event::Received(&open)).send.unwrap()).unwrap();
    heard.push(open);
    for action in [Action::Arm, Action::Disarm] {
        let message = phone.ask(&Request::Command { id: bench.fresh_id(), action }).unwrap();
        phone.receive(&bench.step(Event::Received(&message)).send.unwrap()).unwrap();
        heard.push(message);
    }
    assert_eq!(bench.drives, [Drive::Close, Drive::Open]);

    // The opening alone, again: answered, and nothing at all is written.
    let before = bench.memory();
    bench.step(Event::Connected);
    bench.step(Event::Received(&heard[0]));
    bench.step(Event::Disconnected);
    assert_eq!(bench.memory(), before);

    // The whole recording, in every order of its parts.
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [2, 1, 0]] {
        bench.step(Event::Connected);
        for part in order {
            let effects = bench.step(Event::Received(&heard[part]));
            assert!(effects.send.is_none_or(|answer| answer[0] != 0x04), "no answer from inside a session");
        }
        bench.step(Event::Disconnected);
    }
    assert_eq!(bench.drives, [Drive::Close, Drive::Open]);
    let log = bench.log(&grant);
    assert_eq!(log.iter().filter(|entry| entry.ended().is_some()).count(), 2);
}

#[test]
fn a_repeated_command_id_returns_the_same_receipt() {
    let mut bench = Bench::new(6);
    let grant = bench.shift("an");
    let id = bench.fresh_id();
    let mut phone = bench.open(&grant).unwrap();
    let arm = phone.ask(&Request::Command { id, action: Action::Arm }).unwrap();
    let lost = bench.step(Event::Received(&arm)).send;
    assert!(lost.is_some(), "the lock moved, the answer went out, the link died");
    bench.step(Event::Disconnected);

    let first = receipt(bench.command(&grant, id, Action::Arm));
    assert_eq!(outcome(&first), Outcome::Done);
    let other = bench.shift("binh");
    bench.done(&other, Action::Test);
    bench.restart(Wake::PowerLost);
    assert_eq!(receipt(bench.command(&grant, id, Action::Arm)), first, "byte for byte, also after a power cut");
    assert_eq!(bench.drives, [Drive::Close], "moved once");
    assert!(matches!(bench.command(&grant, id, Action::Disarm), Ok(Reply::Denied(Denial::IdReused))));
}

#[test]
fn a_link_lost_while_the_bolt_moves_loses_nothing() {
    let mut bench = Bench::new(7);
    bench.motor_slow = true;
    let (an, binh) = (bench.shift("an"), bench.shift("binh"));
    let id = bench.fresh_id();
    let mut phone = bench.open(&an).unwrap();
    let arm = phone.ask(&Request::Command { id, action: Action::Arm }).unwrap();
    assert_eq!(bench.step(Event::Received(&arm)).send, None);
    bench.step(Event::Disconnected);

    // A second phone comes while it moves: told to wait, and it cannot turn the bolt around.
    let mut second = bench.open(&binh).unwrap();
    let disarm = Request::Command { id: common_id(9), action: Action::Disarm };
    assert_eq!(bench.ask(&mut second, &disarm), Ok(Reply::Denied(Denial::Busy)));
    assert_eq!(bench.ask(&mut second, &Request::Settle { id }), Ok(Reply::Denied(Denial::Busy)));
    // Also for an id that is not the moving one: nobody hears "not found" while anything moves.
    let other = Request::Settle { id: common_id(9) };
    assert_eq!(bench.ask(&mut second, &other), Ok(Reply::Denied(Denial::Busy)));
    bench.step(Event::MotorStopped);
    assert_eq!(bench.ask(&mut second, &other), Ok(Reply::Denied(Denial::NotFound)));
    let settled = receipt(bench.ask(&mut second, &Request::Settle { id }));
    bench.step(Event::Disconnected);

    assert_eq!(receipt(bench.command(&an, id, Action::Arm)), settled);
    assert_eq!(bench.drives, [Drive::Close]);
}

#[test]
fn two_phones_racing_get_one_order() {
    for seed in 0..12 {
        let mut bench = Bench::new(seed);
        bench.motor_slow = true;
        let grants = [bench.shift("an"), bench.shift("binh")];
        let wants = [(common_id(1), Action::Arm), (common_id(2), Action::Disarm)];
        let mut ended: [Option<Receipt>; 2] = [None, None];
        for _ in 0..150 {
            let who = bench.rng.below(2);
            if let Ok(mut phone) = bench.open(&grants[who]) {
                let (id, action) = wants[who];
                let message = phone.ask(&Request::Command { id, action }).unwrap();
                let effects = bench.step(Event::Received(&message));
                let heard = effects.send.and_then(|answer| phone.receive(&answer).ok());
                if let Some(Heard::Reply(Reply::Receipt(receipt))) = heard {
                    assert!(ended[who].is_none_or(|before| before == receipt));
                    ended[who] = Some(receipt);
                }
            }
            match bench.rng.below(3) {
                0 => drop(bench.step(Event::Disconnected)),
                1 => drop(bench.step(Event::MotorStopped)),
                _ => bench.pass(3),
            }
        }
        let order: Vec<u32> = ended.iter().map(|end| end.unwrap().claim().unwrap().0.counter).collect();
        assert_ne!(order[0], order[1]);
        let turns = bench.drives.iter().filter(|drive| **drive != Drive::Stop).count();
        assert!(turns <= 2, "each command moved the bolt at most once");
        let grant = bench.shift("chi");
        let begun = bench.log(&grant).iter().filter(|entry| matches!(entry.what, What::Begun { .. })).count();
        assert_eq!(begun, turns);
    }
}

#[test]
fn a_lost_receipt_is_fetched_later_by_any_officer_with_read() {
    let mut bench = Bench::new(8);
    let an = bench.shift("an");
    let id = bench.fresh_id();
    let mut phone = bench.open(&an).unwrap();
    let arm = phone.ask(&Request::Command { id, action: Action::Arm }).unwrap();
    bench.step(Event::Received(&arm));
    bench.step(Event::Disconnected); // and phone `an` falls into the sea
    let reader = bench.mint("chi", Kind::Shift { life: 60 }, Scope::READ, Flags::NONE);
    let mut phone = bench.open(&reader).unwrap();
    let found = receipt(bench.ask(&mut phone, &Request::Settle { id }));
    let (entry, _) = bench.issuer.verify(&bench.id, &found).expect("signed by the seal");
    assert_eq!(entry.ended().unwrap(), (Action::Arm, Outcome::Done, id));
    assert!(matches!(entry.what, What::Ended { by, .. } if by.officer == bench.officer("an")));
    let never = Request::Settle { id: common_id(3) };
    assert_eq!(bench.ask(&mut phone, &never), Ok(Reply::Denied(Denial::NotFound)));
    let try_arm = Request::Command { id: common_id(4), action: Action::Arm };
    assert_eq!(bench.ask(&mut phone, &try_arm), Ok(Reply::Denied(Denial::NotAllowed)), "READ reads");

    let mut ledger = Ledger::new(bench.id);
    for page in bench.pages(&reader) {
        ledger.page(&bench.issuer, &page).unwrap();
    }
    assert!(ledger.gaps().is_empty());
    assert!(ledger.entries().any(|known| known.ended().is_some_and(|(_, _, ended)| ended == id)));
}

#[test]
fn after_power_loss_disarm_needs_a_moment_ticket_or_two_officers() {
    let armed_and_dark = |seed| {
        let mut bench = Bench::new(seed);
        let (an, binh) = (bench.shift("an"), bench.shift("binh"));
        assert_eq!(bench.done(&an, Action::Arm), Outcome::Done);
        bench.time += 3 * 3_600;
        bench.restart(Wake::PowerLost);
        (bench, an, binh)
    };
    let (mut bench, an, _) = armed_and_dark(1);
    let state = bench.state(&an);
    assert!(state.time_lost && state.lock == Lock::ClosedArmed && state.alarms == Alarms::UNWATCHED);
    assert_eq!(bench.denied(&an, Action::Disarm), Denial::NeedsFreshTicket);
    let moment = bench.moment("an");
    assert_eq!(bench.done(&moment, Action::Disarm), Outcome::Done);
    assert!(!bench.state(&an).time_lost, "the central's word about the time is good again");

    let (mut bench, an, binh) = armed_and_dark(2);
    assert_eq!(bench.done(&an, Action::Approve), Outcome::Done);
    assert_eq!(bench.denied(&an, Action::Disarm), Denial::NeedsFreshTicket, "nobody is their own second officer");
    let again = bench.shift("an");
    assert_eq!(bench.denied(&again, Action::Disarm), Denial::NeedsFreshTicket, "nor with a second ticket");
    assert_eq!(bench.done(&binh, Action::Disarm), Outcome::Done);
    let log = bench.log(&an);
    let last = log.last().unwrap();
    assert!(matches!(last.what, What::Ended { second_officer: true, .. }), "recorded: {last:?}");
    let approved = log.iter().any(|entry| {
        matches!(entry.what, What::Ended { action: Action::Approve, by, .. }
        if by.officer == bench.officer("an"))
    });
    assert!(approved);

    let (mut bench, an, binh) = armed_and_dark(3);
    bench.done(&an, Action::Approve);
    bench.pass(301);
    assert_eq!(bench.denied(&binh, Action::Disarm), Denial::NeedsFreshTicket, "an approval ages");
    bench.done(&an, Action::Approve);
    bench.restart(Wake::PowerLost);
    assert_eq!(bench.denied(&binh, Action::Disarm), Denial::NeedsFreshTicket, "and dies with the power");

    let (mut bench, an, binh) = armed_and_dark(4);
    bench.done(&an, Action::Approve);
    assert_eq!(bench.done(&binh, Action::Disarm), Outcome::Done);
    assert_eq!(bench.done(&binh, Action::Arm), Outcome::Done);
    assert_eq!(bench.denied(&binh, Action::Disarm), Denial::NeedsFreshTicket, "an approval serves once");
}

#[test]
fn no_ticket_and_no_signal_end_with_a_cut_rope_on_record() {
    let mut bench = Bench::new(11);
    let an = bench.shift("an");
    bench.done(&an, Action::Arm);
    bench.restart(Wake::PowerLost);
    bench.pass(2 * SHIFT_S);
    assert_eq!(bench.open(&an).unwrap_err(), PhoneError::Refused, "the shift is over");
    bench.sensors.rope_whole = false;
    bench.step(Event::Tick);
    bench.pass(60);
    let reader = bench.mint("chi", Kind::Shift { life: 60 }, Scope::READ, Flags::NONE);
    assert_eq!(bench.state(&reader).lock, Lock::Tampered);
    let log = bench.log(&reader);
    let cuts = log.iter().filter(|entry| matches!(entry.what, What::Happened { what: Happening::RopeCut, .. }));
    assert_eq!(cuts.count(), 1, "written once, by the seal itself");
}

#[test]
fn a_reserve_ticket_opens_only_with_two_officers() {
    let mut bench = Bench::new(12);
    let week = Kind::Reserve { life: 7 * 86_400 };
    let an = bench.mint("an", week, Scope::DISARM.and(Scope::READ), Flags::NONE);
    let binh = bench.mint("binh", week, Scope::DISARM.and(Scope::READ), Flags::NONE);
    let armed = bench.shift("chi");
    bench.done(&armed, Action::Arm);
    bench.pass(5 * 86_400);
    assert_eq!(bench.denied(&an, Action::Disarm), Denial::NeedsSecondOfficer);
    bench.done(&binh, Action::Approve);
    assert_eq!(bench.done(&an, Action::Disarm), Outcome::Done);
}

#[test]
fn lock_out_cannot_deny_service() {
    let mut bench = Bench::new(13);
    let grant = bench.shift("an");
    let before = entries(&mut bench);
    let mut attempt = vec![0x01, 0x01];
    attempt.extend_from_slice(&grant.ticket);
    attempt.extend_from_slice(&[0; 48]);
    for round in 0..5_000_u32 {
        attempt[60] = attempt[60].wrapping_add(1);
        bench.step(Event::Connected);
        assert!(bench.step(Event::Received(&attempt)).hang_up);
        if round % 2 == 0 {
            bench.pass(1);
        }
    }
    assert_eq!(bench.done(&grant, Action::Arm), Outcome::Done, "at once");
    let written = entries(&mut bench) - before;
    assert!(written < 20, "5,000 attempts left {written} entries");
}

#[test]
fn a_phone_set_to_2099_expires_nothing() {
    let mut bench = Bench::new(14);
    let (an, binh) = (bench.shift("an"), bench.shift("binh"));
    let mut phone = bench.open(&an).unwrap();
    let in_2099 = 4_070_908_800;
    assert_eq!(bench.ask(&mut phone, &Request::SetClock { now: in_2099 }), Ok(Reply::ClockSet));
    let again = bench.ask(&mut phone, &Request::SetClock { now: 0 });
    assert_eq!(again, Ok(Reply::Denied(Denial::NotAllowed)), "once in a session");
    assert_eq!(bench.done(&binh, Action::Arm), Outcome::Done);
    bench.restart(Wake::PowerLost);
    assert_eq!(bench.done(&binh, Action::Test), Outcome::Done);
    let log = bench.log(&an);
    let armed = log.iter().find(|entry| entry.ended().is_some_and(|ended| ended.0 == Action::Arm)).unwrap();
    assert!(armed.log_time >= in_2099 && armed.not_before < START + 60, "misdated, and the floor says so");
    let set =
        log.iter().any(|entry| matches!(entry.what, What::ClockSet { officer, .. } if officer == bench.officer("an")));
    assert!(set, "and who did it is on record");
    let state = bench.state(&an);
    assert!(!state.clock_set && state.log_time == state.not_before, "after a power cut the phone's word is forgotten");
}

#[test]
fn tickets_end_by_expiry_by_first_use_and_by_revocation() {
    let mut bench = Bench::new(15);
    let long = bench.mint("an", Kind::Shift { life: SHIFT_S }, common::EVERYTHING, Flags::NONE);
    assert_eq!(bench.done(&long, Action::Test), Outcome::Done);
    bench.pass(SHIFT_S + SHIFT_S / 1_000);
    assert_eq!(bench.open(&long).unwrap_err(), PhoneError::Refused);

    // First use: a reserve ticket lives a week unused, twelve hours once used.
    let reserve = bench.mint("an", Kind::Reserve { life: 7 * 86_400 }, common::EVERYTHING, Flags::NONE);
    bench.pass(86_400);
    assert_eq!(bench.done(&reserve, Action::Test), Outcome::Done);
    bench.pass(SHIFT_S - 100);
    assert_eq!(bench.done(&reserve, Action::Test), Outcome::Done);
    bench.pass(200);
    assert_eq!(bench.open(&reserve).unwrap_err(), PhoneError::Refused);
    bench.restart(Wake::PowerLost);
    assert_eq!(bench.open(&reserve).unwrap_err(), PhoneError::Refused, "also after a power cut");

    // Revocation: the next ticket of anybody carries the lowest number still in force.
    let stolen = bench.shift("thief");
    bench.sequence += 1;
    let wish = Wish {
        kind: Kind::Shift { life: SHIFT_S },
        now: bench.time,
        sequence: bench.sequence,
        min_sequence: bench.sequence,
        officer: bench.officer("binh"),
        scope: common::EVERYTHING,
        flags: Flags::NONE,
    };
    let id = bench.id;
    let next = bench.issuer.mint(&id, &wish, &mut bench.rng.clone()).unwrap();
    assert!(bench.open(&stolen).is_ok(), "the seal cannot know yet");
    assert_eq!(bench.done(&next, Action::Test), Outcome::Done);
    assert_eq!(bench.open(&stolen).unwrap_err(), PhoneError::Refused);
    bench.restart(Wake::PowerLost);
    assert_eq!(bench.open(&stolen).unwrap_err(), PhoneError::Refused);
}

#[test]
fn a_right_ends_also_in_the_middle_of_a_session() {
    let mut bench = Bench::new(16);
    let grant = bench.mint("an", Kind::Shift { life: 100 }, common::EVERYTHING, Flags::NONE);
    let mut phone = bench.open(&grant).unwrap();
    assert!(bench.ask(&mut phone, &Request::State).is_ok());
    bench.ticks += 101;
    assert_eq!(bench.ask(&mut phone, &Request::State), Err(PhoneError::Refused));
}

#[test]
fn a_held_back_moment_ticket_dies_with_its_nonce() {
    let mut bench = Bench::new(17);
    let held = bench.moment("an");
    bench.pass(1_201);
    assert_eq!(bench.open(&held).unwrap_err(), PhoneError::Refused);
    let held = bench.moment("an");
    bench.restart(Wake::PowerLost);
    assert_eq!(bench.open(&held).unwrap_err(), PhoneError::Refused, "a power cut does not keep it fresh");
    let used = bench.moment("an");
    assert_eq!(bench.done(&used, Action::Arm), Outcome::Done);
    assert_eq!(bench.done(&used, Action::Test), Outcome::Done, "its officer may come back within its life");
    bench.restart(Wake::PowerLost);
    assert_eq!(bench.open(&used).unwrap_err(), PhoneError::Refused);
}

#[test]
fn nearness_by_radio_is_not_presence() {
    let mut bench = Bench::new(18);
    let grant = bench.mint("an", Kind::Shift { life: 3_600 }, common::EVERYTHING, Flags::NEEDS_PRESENCE);
    for action in [Action::Arm, Action::Disarm, Action::Approve] {
        assert_eq!(bench.denied(&grant, action), Denial::NeedsPresence);
    }
    bench.step(Event::Pressed);
    assert_eq!(bench.done(&grant, Action::Arm), Outcome::Done);
    bench.pass(31);
    assert_eq!(bench.denied(&grant, Action::Disarm), Denial::NeedsPresence);
}

#[test]
fn physical_refusals_are_named_inside_the_session() {
    type Change = fn(&mut Bench);
    let cases: [(Change, Action, Outcome); 7] = [
        (|bench| bench.sensors.rope_inserted = false, Action::Arm, Outcome::RopeNotInserted),
        (|bench| bench.sensors.rope_whole = false, Action::Arm, Outcome::RopeCut),
        (|bench| bench.sensors.shell_closed = false, Action::Arm, Outcome::ShellOpen),
        (|bench| bench.sensors.battery = 19, Action::Arm, Outcome::BatteryTooLow),
        (|bench| bench.motor_works = false, Action::Arm, Outcome::MotorStuck),
        (|_| {}, Action::Disarm, Outcome::NotSealed),
        (|bench| bench.sensors.faults = 2, Action::Test, Outcome::SelfTestFailed),
    ];
    for (change, action, expected) in cases {
        let mut bench = Bench::new(19);
        let grant = bench.shift("an");
        change(&mut bench);
        assert_eq!(bench.done(&grant, action), expected);
        assert_ne!(bench.state(&grant).lock, Lock::ClosedArmed);
    }
    let mut bench = Bench::new(19);
    let grant = bench.shift("an");
    bench.done(&grant, Action::Arm);
    assert_eq!(bench.done(&grant, Action::Arm), Outcome::AlreadyDone);
    bench.sensors.battery = 4;
    assert_eq!(bench.done(&grant, Action::Disarm), Outcome::BatteryTooLow);
    bench.sensors.battery = 6;
    bench.sensors.rope_whole = false;
    assert_eq!(bench.done(&grant, Action::Disarm), Outcome::Done, "a cut rope keeps nobody from opening");
}

#[test]
fn a_motor_that_never_stops_is_stopped_and_named() {
    let mut bench = Bench::new(20);
    (bench.motor_slow, bench.motor_works) = (true, false);
    bench.sensors.bolt = Bolt::Open;
    let grant = bench.shift("an");
    let mut phone = bench.open(&grant).unwrap();
    let arm = phone.ask(&Request::Command { id: common_id(1), action: Action::Arm }).unwrap();
    bench.step(Event::Received(&arm));
    bench.sensors.bolt = Bolt::Between;
    bench.pass(9);
    assert_eq!(bench.drives, [Drive::Close]);
    bench.ticks += 1;
    let answer = bench.step(Event::Tick).send.unwrap();
    assert_eq!(bench.drives, [Drive::Close, Drive::Stop]);
    let Ok(Heard::Reply(Reply::Receipt(receipt))) = phone.receive(&answer) else { panic!("no receipt") };
    assert_eq!(outcome(&receipt), Outcome::MotorStuck);
    assert_eq!(bench.state(&grant).lock, Lock::Jammed);
}

#[test]
fn a_seal_that_cannot_write_does_not_move() {
    let mut bench = Bench::new(21);
    let grant = bench.shift("an");
    bench.done(&grant, Action::Test);
    bench.chip.0.borrow_mut().broken = true;
    assert_eq!(bench.denied(&grant, Action::Arm), Denial::MemoryFailed);
    assert_eq!(bench.drives, []);
    let new = bench.shift("binh");
    assert_eq!(bench.denied(&new, Action::Arm), Denial::MemoryFailed, "a first use that cannot be remembered");
    bench.chip.0.borrow_mut().broken = false;
    assert_eq!(bench.done(&grant, Action::Arm), Outcome::Done);

    // Broken between beginning and end: still moving as far as anybody can prove, and tried again.
    let mut phone = bench.open(&grant).unwrap();
    let id = bench.fresh_id();
    bench.motor_slow = true;
    let disarm = phone.ask(&Request::Command { id, action: Action::Disarm }).unwrap();
    bench.step(Event::Received(&disarm));
    bench.chip.0.borrow_mut().broken = true;
    assert_eq!(bench.step(Event::MotorStopped).send, None, "no receipt for what is not written");
    for _ in 0..20 {
        bench.ticks += 1;
        assert_eq!(bench.step(Event::Tick), Effects::default(), "no word, and the motor has nothing to do");
    }
    bench.chip.0.borrow_mut().broken = false;
    bench.ticks += 1;
    let answer = bench.step(Event::Tick).send.expect("at the first step that can write it");
    let Ok(Heard::Reply(Reply::Receipt(receipt))) = phone.receive(&answer) else { panic!("no receipt") };
    assert_eq!(outcome(&receipt), Outcome::Done);
    assert_eq!(bench.drives, [Drive::Close, Drive::Open]);
}

#[test]
fn while_an_end_is_unwritten_nobody_hears_that_nothing_was_done() {
    let mut bench = Bench::new(29);
    let (an, binh) = (bench.shift("an"), bench.shift("binh"));
    bench.done(&binh, Action::Test);
    bench.motor_slow = true;
    let (id, other) = (common_id(1), common_id(2));
    let mut phone = bench.open(&an).unwrap();
    let arm = phone.ask(&Request::Command { id, action: Action::Arm }).unwrap();
    bench.step(Event::Received(&arm));
    bench.chip.0.borrow_mut().broken = true;
    assert_eq!(bench.step(Event::MotorStopped), Effects::default());
    let mut phone = bench.open(&binh).unwrap();
    for request in [
        Request::Settle { id },
        Request::Settle { id: other },
        Request::Command { id, action: Action::Arm },
        Request::Command { id: other, action: Action::Disarm },
    ] {
        assert_eq!(bench.ask(&mut phone, &request), Ok(Reply::Denied(Denial::Busy)));
    }
    // And if power goes before it could be written: begun, and never "not found".
    bench.chip.0.borrow_mut().broken = false;
    bench.restart(Wake::ClockKept(0));
    let mut phone = bench.open(&binh).unwrap();
    let settled = receipt(bench.ask(&mut phone, &Request::Settle { id }));
    assert_eq!(outcome(&settled), Outcome::Interrupted);
    assert_eq!(bench.state(&binh).lock, Lock::ClosedArmed);
}

#[test]
fn nothing_is_done_under_a_ticket_that_could_be_forgotten() {
    let mut bench = Bench::new(30);
    let grant = bench.shift("an");
    let mut phone = bench.open(&grant).unwrap();
    bench.chip.0.borrow_mut().broken = true;
    let test = |number| Request::Command { id: common_id(number), action: Action::Test };
    for number in 0..3 {
        assert_eq!(bench.ask(&mut phone, &Request::State), Ok(Reply::Denied(Denial::MemoryFailed)));
        assert_eq!(bench.ask(&mut phone, &test(number)), Ok(Reply::Denied(Denial::MemoryFailed)));
    }
    let before = bench.chip.0.borrow().snapshots;
    bench.chip.0.borrow_mut().broken = false;
    receipt(bench.ask(&mut phone, &test(9)));
    assert_ne!(bench.chip.0.borrow().snapshots, before, "remembered, and then used");
}

#[test]
fn a_clock_that_could_not_be_written_down_is_not_set() {
    let mut bench = Bench::new(31);
    let grant = bench.shift("an");
    let before = bench.state(&grant);
    let mut phone = bench.open(&grant).unwrap();
    let set = Request::SetClock { now: START + 5_000 };
    bench.chip.0.borrow_mut().broken = true;
    assert_eq!(bench.ask(&mut phone, &set), Ok(Reply::Denied(Denial::MemoryFailed)));
    assert_eq!(bench.ask(&mut phone, &Request::State), Ok(Reply::State(before)));
    bench.chip.0.borrow_mut().broken = false;
    assert_eq!(bench.ask(&mut phone, &set), Ok(Reply::ClockSet), "the denial used nothing up");
    // Within two seconds it is left: it ticks on as it was, or many small steps would move it unwritten.
    for step in 1..=5 {
        let near = Request::SetClock { now: START + 5_000 + 2 * step };
        let mut phone = bench.open(&grant).unwrap();
        let reply = bench.ask(&mut phone, &near);
        assert_eq!(reply, Ok(Reply::ClockSet));
        if step == 1 {
            assert_eq!(bench.state(&grant).log_time, START + 5_000);
        }
    }
    let log = bench.log(&grant);
    let (mut set, mut shows) = (0, before.log_time);
    for entry in &log {
        if matches!(entry.what, What::ClockSet { .. }) {
            set += 1;
            assert!(entry.log_time.abs_diff(shows) > 2, "each move of more than two seconds is written");
            shows = entry.log_time;
        }
    }
    assert_eq!((set, shows), (3, START + 5_008), "4 s and 8 s off were set, 2, 6 and 10 were within two seconds");
}

#[test]
fn an_approval_is_marked_once_where_it_was_used() {
    let marked = |bench: &mut Bench, grant: &Grant| {
        let log = bench.log(grant);
        let second = |what: &What| match *what {
            What::Begun { by, second_officer: true, .. } | What::Ended { by, second_officer: true, .. } => Some(by.id),
            _ => None,
        };
        log.iter().filter_map(|entry| second(&entry.what)).collect::<BTreeSet<_>>()
    };
    let mut bench = Bench::lost(32);
    let (an, binh) = (bench.shift("an"), bench.shift("binh"));
    assert_eq!(bench.done(&binh, Action::Approve), Outcome::Done);
    // Obstacles use nothing up, so they are not marked.
    assert_eq!(bench.done(&an, Action::Disarm), Outcome::NotSealed);
    assert_eq!(bench.done(&an, Action::Arm), Outcome::Done);
    bench.sensors.battery = 4;
    assert_eq!(bench.done(&an, Action::Disarm), Outcome::BatteryTooLow);
    assert!(marked(&mut bench, &an).is_empty());
    bench.sensors.battery = 87;
    let id = common_id(1);
    let opened = receipt(bench.command(&an, id, Action::Disarm));
    assert_eq!(outcome(&opened), Outcome::Done);
    assert_eq!(marked(&mut bench, &an), BTreeSet::from([id]));
    assert_eq!(bench.done(&an, Action::Arm), Outcome::Done);
    assert_eq!(bench.denied(&an, Action::Disarm), Denial::NeedsFreshTicket, "used up");
}

#[test]
fn one_approval_is_kept_and_a_later_one_replaces_it() {
    let mut bench = Bench::lost(33);
    let (an, binh, chi) = (bench.shift("an"), bench.shift("binh"), bench.shift("chi"));
    bench.done(&an, Action::Arm);
    bench.done(&an, Action::Approve);
    bench.done(&binh, Action::Approve);
    assert_eq!(
        bench.denied(&binh, Action::Disarm),
        Denial::NeedsFreshTicket,
        "an's is gone, binh's own does not serve"
    );
    assert_eq!(bench.done(&chi, Action::Disarm), Outcome::Done);
    bench.done(&chi, Action::Arm);
    assert_eq!(bench.denied(&an, Action::Disarm), Denial::NeedsFreshTicket, "two approvals, one use");
}

#[test]
fn a_bolt_left_between_by_a_failed_disarm_is_no_alarm() {
    let mut bench = Bench::new(34);
    let grant = bench.shift("an");
    bench.done(&grant, Action::Arm);
    bench.motor_works = false;
    bench.sensors.bolt = Bolt::Between;
    assert_eq!(bench.done(&grant, Action::Disarm), Outcome::MotorStuck);
    bench.pass(60);
    bench.restart(Wake::ClockKept(0));
    let state = bench.state(&grant);
    assert_eq!((state.lock, state.alarms), (Lock::Jammed, Alarms::default()));
    // Fully open without a command that ended: that is one.
    bench.sensors.bolt = Bolt::Open;
    bench.pass(1);
    let state = bench.state(&grant);
    assert_eq!((state.lock, state.alarms), (Lock::Tampered, Alarms::OPENED));
}

#[test]
fn a_bolt_that_closes_without_its_rope_is_not_armed() {
    let mut bench = Bench::new(35);
    bench.motor_slow = true;
    let grant = bench.shift("an");
    let mut phone = bench.open(&grant).unwrap();
    let arm = phone.ask(&Request::Command { id: common_id(1), action: Action::Arm }).unwrap();
    bench.step(Event::Received(&arm));
    bench.sensors.rope_inserted = false;
    let answer = bench.step(Event::MotorStopped).send.unwrap();
    let Ok(Heard::Reply(Reply::Receipt(receipt))) = phone.receive(&answer) else { panic!("no receipt") };
    assert_eq!(outcome(&receipt), Outcome::RopeNotInserted);
    let entry = receipt.claim().unwrap().0;
    assert_eq!((entry.armed, entry.lock), (false, Lock::Jammed));
    bench.motor_slow = false;
    assert_eq!(bench.done(&grant, Action::Disarm), Outcome::Done, "and can be opened again");
}

#[test]
fn a_hello_while_an_answer_is_owed_gives_it_up_with_the_session() {
    let mut bench = Bench::new(36);
    bench.motor_slow = true;
    let grant = bench.shift("an");
    let mut phone = bench.open(&grant).unwrap();
    let arm = phone.ask(&Request::Command { id: common_id(1), action: Action::Arm }).unwrap();
    bench.step(Event::Received(&arm));
    let hello = bench.step(Event::Received(&[0x10]));
    assert_eq!((hello.send.unwrap()[0], hello.hang_up), (0x11, false));
    assert_eq!(bench.step(Event::MotorStopped).send, None, "no answer comes late");
    assert!(bench.step(Event::Received(&arm)).hang_up, "the session is gone");
    assert_eq!(outcome(&receipt(bench.command(&grant, common_id(1), Action::Arm))), Outcome::Done);
    // Without one owed it changes nothing.
    let mut phone = bench.open(&grant).unwrap();
    assert!(bench.ask(&mut phone, &Request::State).is_ok());
    bench.step(Event::Received(&[0x10]));
    assert!(bench.ask(&mut phone, &Request::State).is_ok());
}

#[test]
fn a_phone_takes_no_answer_to_something_else() {
    let mut bench = Bench::new(37);
    let grant = bench.shift("an");
    let (id, other) = (common_id(1), common_id(2));
    bench.command(&grant, id, Action::Arm).unwrap();
    bench.command(&grant, other, Action::Disarm).unwrap();
    let command = |id, action| Request::Command { id, action };
    let requests = [
        command(id, Action::Arm),
        command(other, Action::Disarm),
        Request::Settle { id },
        Request::Settle { id: other },
        Request::State,
        Request::Log { from: 1, most: 2 },
        Request::Log { from: 2, most: 1 },
        Request::SetClock { now: START },
    ];
    // A seal that answers one request as if it had been another: everything is authentic, and about something else.
    for asked in &requests {
        for answered in &requests {
            let (mut phone, mut twin) = (Phone::new(bench.id), Phone::new(bench.id));
            let open = twin.open(&grant, &mut bench.rng.clone()).unwrap();
            assert_eq!(phone.open(&grant, &mut bench.rng).unwrap(), open, "one session, held twice");
            bench.step(Event::Connected);
            let opened = bench.step(Event::Received(&open)).send.unwrap();
            phone.receive(&opened).unwrap();
            twin.receive(&opened).unwrap();
            phone.ask(asked).unwrap();
            let message = twin.ask(answered).unwrap();
            let answer = bench.step(Event::Received(&message)).send.unwrap();
            let heard = phone.receive(&answer);
            let same_id = match (asked, answered) {
                (
                    Request::Command { id: one, .. } | Request::Settle { id: one },
                    Request::Command { id: two, .. } | Request::Settle { id: two },
                ) => one == two,
                // A part of what was asked for is an answer: the seal may send less.
                (Request::Log { from: 1, .. }, Request::Log { .. }) => true,
                _ => asked == answered,
            };
            if same_id {
                assert!(matches!(heard, Ok(Heard::Reply(_))), "{asked:?} {answered:?} {heard:?}");
            } else {
                assert_eq!(heard, Err(PhoneError::Unreadable), "{asked:?} {answered:?}");
                assert_eq!(phone.ask(&Request::State), Err(PhoneError::OutOfTurn), "the session is over");
            }
        }
    }
}

#[test]
fn an_overwritten_log_says_where_it_begins_and_still_chains() {
    let mut bench = Bench::new(22);
    let grant = bench.shift("an");
    let mut ledger = Ledger::new(bench.id);
    for page in bench.pages(&grant) {
        ledger.page(&bench.issuer, &page).unwrap();
    }
    for _ in 0..1_000 {
        bench.step(Event::Happened { what: Happening::Position, detail: 0 });
    }
    let pages = bench.pages(&grant);
    assert!(pages[0].first > 700, "the seal keeps the newest 255");
    for page in &pages {
        ledger.page(&bench.issuer, page).unwrap();
    }
    let gaps = ledger.gaps();
    assert_eq!(gaps.len(), 1);
    assert_eq!(*gaps[0].end(), pages[0].first - 1, "what nobody brought in time is shown as missing");
    bench.restart(Wake::PowerLost);
    for page in bench.pages(&grant) {
        ledger.page(&bench.issuer, &page).unwrap();
    }
    assert_eq!(ledger.gaps(), gaps);
}

#[test]
fn the_central_notices_changed_bytes_and_a_copied_seal() {
    let mut bench = Bench::new(23);
    let grant = bench.shift("an");
    let first = receipt(bench.command(&grant, common_id(1), Action::Arm));
    for bit in 0..first.0.len() * 8 {
        let mut changed = first;
        changed.0[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(bench.issuer.verify(&bench.id, &changed), None, "bit {bit}");
    }
    assert_eq!(bench.issuer.verify(&SealId::new("83181011").unwrap(), &first), None);

    // Its memory is copied, and both live on.
    let memory = bench.memory();
    let mut ledger = Ledger::new(bench.id);
    ledger.receipt(&bench.issuer, &first).unwrap();
    let one = receipt(bench.command(&grant, common_id(2), Action::Disarm));
    ledger.receipt(&bench.issuer, &one).unwrap();
    {
        let mut chip = bench.chip.0.borrow_mut();
        (chip.records, chip.snapshots) = memory;
    }
    bench.restart(Wake::ClockKept(0));
    let pages = bench.pages(&grant);
    let doubts: Vec<_> = pages.iter().filter_map(|page| ledger.page(&bench.issuer, page).err()).collect();
    assert!(matches!(doubts[..], [Doubt::Fork { .. }]), "{doubts:?}");
    let mut other = pages[0].clone();
    other.entries[0].battery ^= 1;
    assert_eq!(Ledger::new(bench.id).page(&bench.issuer, &other), Err(Doubt::NotAuthentic));
}

#[test]
fn the_central_makes_no_ticket_that_breaks_a_rule() {
    let mut bench = Bench::new(24);
    let wish = Wish {
        kind: Kind::Shift { life: SHIFT_S },
        now: START,
        sequence: 5,
        min_sequence: 5,
        officer: bench.officer("an"),
        scope: Scope::READ,
        flags: Flags::NONE,
    };
    let mut mint = |wish: Wish| bench.issuer.mint(&bench.id, &wish, &mut bench.rng).map(|_| ());
    assert_eq!(mint(wish), Ok(()));
    for (bad, why) in [
        (Wish { kind: Kind::Shift { life: SHIFT_S + 1 }, ..wish }, NoTicket::Life),
        (Wish { kind: Kind::Shift { life: 0 }, ..wish }, NoTicket::Life),
        (Wish { kind: Kind::Reserve { life: 7 * 86_400 + 1 }, ..wish }, NoTicket::Life),
        (Wish { now: u32::MAX, ..wish }, NoTicket::Life),
        (Wish { min_sequence: 6, ..wish }, NoTicket::Sequence),
        (Wish { sequence: 0, min_sequence: 0, ..wish }, NoTicket::Sequence),
        (Wish { scope: Scope(0), ..wish }, NoTicket::Rights),
        (Wish { scope: Scope(16), ..wish }, NoTicket::Rights),
        (Wish { flags: Flags(4), ..wish }, NoTicket::Rights),
    ] {
        assert_eq!(mint(bad), Err(why));
    }
}

#[test]
fn a_seal_that_is_not_the_seal_is_noticed_by_the_phone() {
    let mut bench = Bench::new(25);
    let grant = bench.shift("an");
    // A box with the right label and its own keys cannot read the ticket; one that answers anyway fails the handshake.
    let mut phone = Phone::new(bench.id);
    let open = phone.open(&grant, &mut bench.rng).unwrap();
    bench.step(Event::Connected);
    let mut answer = bench.step(Event::Received(&open)).send.unwrap();
    let last = answer.len() - 1;
    answer[last] ^= 1;
    assert_eq!(phone.receive(&answer).unwrap_err(), PhoneError::NotTheSeal);
    let mut phone = Phone::new(SealId::new("83181011").unwrap());
    let hello = phone.hello().unwrap();
    let answer = bench.step(Event::Received(&hello)).send.unwrap();
    assert_eq!(phone.receive(&answer).unwrap_err(), PhoneError::OtherSeal(bench.id), "not the one on the label");
}

#[test]
fn secrets_are_in_no_debug_text_and_nothing_that_is_sent() {
    let mut bench = Bench::new(26);
    let grant: Grant = bench.shift("an");
    let seal_key = bench.issuer.seal_key(&bench.id);
    let mut sent = Vec::new();
    let mut phone = Phone::new(bench.id);
    bench.step(Event::Connected);
    let open = phone.open(&grant, &mut bench.rng).unwrap();
    let opening = format!("{phone:?}");
    let opened = bench.step(Event::Received(&open)).send.unwrap();
    phone.receive(&opened).unwrap();
    let ask = phone.ask(&Request::Log { from: 1, most: 9 }).unwrap();
    let answer = bench.step(Event::Received(&ask)).send.unwrap();
    for message in [&open, &opened, &ask, &answer] {
        sent.extend_from_slice(message);
    }
    let seal: &Seal<_, _> = bench.seal.as_ref().unwrap();
    let text = format!("{opening} {phone:?} {grant:?} {seal:?} {:?} {:?} {seal_key:?}", bench.issuer, bench.config());
    let expand = |info: &[u8], len: usize| {
        let mut out = vec![0; len];
        Hkdf::<sha2::Sha256>::new(None, seal_key.expose()).expand(info, &mut out).unwrap();
        out
    };
    let secrets = [
        vec![0x4D; 32],
        seal_key.expose().to_vec(),
        grant.proof.expose().to_vec(),
        expand(b"eseal/1/ticket", 16),
        expand(b"eseal/1/receipt", 32),
    ];
    for secret in &secrets {
        let start = &secret[..8];
        let decimal = format!("{start:?}");
        assert!(!text.contains(decimal.trim_matches(['[', ']'])) && !text.contains(&hex(start)));
        assert!(!sent.windows(8).any(|window| window == start));
    }
    assert!(text.contains("Secret"));
    let sources = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src")).unwrap();
    let logs: BTreeSet<_> = sources
        .map(|file| file.unwrap().path())
        .filter(|path| path.is_file())
        .filter(|path| {
            let text = std::fs::read_to_string(path).unwrap();
            ["println!", "log::", "tracing::", "dbg!"].iter().any(|word| text.contains(word))
        })
        .collect();
    assert!(logs.is_empty(), "the crate writes no logs: {logs:?}");
}

/// Looks through the memory of a value before and after it is dropped.
fn before_and_after_drop<T>(value: T, secrets: &[Vec<u8>]) -> [Vec<bool>; 2] {
    let mut place = Box::new(std::mem::MaybeUninit::new(value));
    let look = |place: &std::mem::MaybeUninit<T>| {
        let bytes: Vec<u8> = (0..size_of::<T>())
            // SAFETY: inside the box, which lives on; volatile, so that nothing is assumed about a dropped value's bytes.
            .map(|at| unsafe { std::ptr::read_volatile(place.as_ptr().cast::<u8>().add(at)) })
            .collect();
        secrets.iter().map(|secret| bytes.windows(secret.len()).any(|window| window == secret)).collect()
    };
    let before = look(&place);
    // SAFETY: initialised above and dropped once; the box frees only the place.
    unsafe { place.assume_init_drop() };
    [before, look(&place)]
}

#[test]
fn keys_are_wiped_when_dropped() {
    fn wiped<T: zeroize::ZeroizeOnDrop>() {}
    wiped::<Secret<32>>();
    wiped::<aes::Aes128>();
    wiped::<aes::Aes256>();
    let mut bench = Bench::new(29);
    let grant = bench.shift("an");
    let mut phone = bench.open(&grant).unwrap();
    bench.ask(&mut phone, &Request::State).unwrap();
    let seal_key = bench.issuer.seal_key(&bench.id);
    let expand = |info: &[u8], len: usize| {
        let mut out = vec![0; len];
        Hkdf::<sha2::Sha256>::new(None, seal_key.expose()).expand(info, &mut out).unwrap();
        out
    };
    let secrets = [expand(b"eseal/1/ticket", 16), expand(b"eseal/1/receipt", 32), grant.proof.expose().to_vec()];
    // A seal in the middle of a session holds all three, and nothing of them afterwards.
    let seal = bench.seal.take().unwrap();
    assert_eq!(before_and_after_drop(seal, &secrets), [vec![true; 3], vec![false; 3]]);
    let proof = grant.proof.expose().to_vec();
    assert_eq!(before_and_after_drop(grant, &[proof]), [[true], [false]]);
    let keys = SealKeys::new(bench.id, 1, &seal_key);
    assert_eq!(before_and_after_drop(keys, &secrets[..2]), [vec![true; 2], vec![false; 2]]);
}

#[test]
fn a_seal_is_small_and_of_one_size() {
    let machine = size_of::<Seal<common::Chip, common::Rng>>();
    let link = size_of::<seal_protocol::frame::SealEnd>();
    println!("machine {machine} bytes, link {link} bytes, one message {} bytes", size_of::<Message>());
    assert!(machine < 2_048 && link < 2_304, "no heap, so this is all there ever is besides the stack");
}

#[test]
fn silence_ends_a_connection() {
    let mut bench = Bench::new(27);
    let grant = bench.shift("an");
    let mut phone = bench.open(&grant).unwrap();
    bench.ticks += 59;
    assert!(!bench.step(Event::Tick).hang_up);
    bench.ticks += 1;
    assert!(bench.step(Event::Tick).hang_up);
    assert_eq!(bench.ask(&mut phone, &Request::State), Err(PhoneError::Refused));
}

#[test]
fn nobody_holds_the_link_by_talking_alone() {
    let mut bench = Bench::new(28);
    let grant = bench.shift("an");
    bench.step(Event::Connected);
    let open = Phone::new(bench.id).open(&grant, &mut bench.rng).unwrap();
    let mut hung_up = false;
    for second in 0..60 {
        let recorded: &[u8] = if second % 2 == 0 { &[0x10] } else { &open };
        bench.step(Event::Received(recorded));
        bench.ticks += 1;
        hung_up = bench.step(Event::Tick).hang_up;
    }
    assert!(hung_up, "sixty seconds, however much was said");
}
